"""The charter office through the API: the organisation, its texts, its bodies, its rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import Router, Schema

from comity.groundwork.api import READING, TextOut, found
from comity.office.charter import queries
from comity.office.charter.models import Body, CharterVersion, TenetKind
from comity.office.charter.telling import RuleTold, rule_told

router = Router(tags=["charter"], auth=READING)


class OrganisationOut(Schema):
    """The organisation."""

    id: str
    name: TextOut
    short_name: str
    seat: TextOut
    purpose: TextOut
    demonstration: bool


class TenetOut(Schema):
    """A founding text."""

    id: str
    kind: str
    number: int
    title: TextOut
    text: TextOut
    certainty: str
    source: str


class BodyOut(Schema):
    """A body of the organisation."""

    id: str
    parent: str | None
    name: TextOut
    abbreviation: str
    mandate: TextOut
    established_on: date
    dissolved_on: date | None

    @classmethod
    def of(cls, body: Body) -> BodyOut:
        """From a row."""
        return cls(
            id=body.id,
            parent=body.parent_id,
            name=TextOut.of(body.name),
            abbreviation=body.abbreviation,
            mandate=TextOut.of(body.mandate),
            established_on=body.established_on,
            dissolved_on=body.dissolved_on,
        )


@router.get("/organisation", response=OrganisationOut)
def organisation(request: Any) -> OrganisationOut:
    """The organisation that this site serves."""
    current = found(queries.organisation())
    return OrganisationOut(
        id=current.id,
        name=TextOut.of(current.name),
        short_name=current.short_name,
        seat=TextOut.of(current.seat),
        purpose=TextOut.of(current.purpose),
        demonstration=current.demonstration,
    )


@router.get("/texts", response=list[TenetOut])
def texts(request: Any) -> list[TenetOut]:
    """Founding texts that stand."""
    return [
        TenetOut(
            id=tenet.id,
            kind=tenet.kind,
            number=tenet.number,
            title=TextOut.of(tenet.title),
            text=TextOut.of(tenet.text),
            certainty=tenet.certainty,
            source=tenet.source,
        )
        for kind in TenetKind
        for tenet in queries.tenets(kind)
    ]


@router.get("/bodies", response=list[BodyOut])
def bodies(request: Any) -> list[BodyOut]:
    """Bodies that exist, each after the one that it stands under."""

    def listed(branches: tuple[queries.Branch, ...]) -> list[BodyOut]:
        return [out for branch in branches for out in (BodyOut.of(branch.body), *listed(branch.parts))]

    return listed(queries.bodies())


@router.get("/bodies/{key}", response=BodyOut)
def body(request: Any, key: str) -> BodyOut:
    """One body, also after it was dissolved."""
    return BodyOut.of(found(queries.body(key)))


class RuleOut(Schema):
    """A rule: as its charter writes it, and in words of the reader's language."""

    id: str
    title: str
    kind: str
    sentence: str
    details: list[str]
    source: str
    certainty: list[str]
    valid_from: date | None
    valid_until: date | None

    @classmethod
    def of(cls, told: RuleTold) -> RuleOut:
        """From a rule in words."""
        rule = told.rule
        return cls(
            id=rule.id,
            title=told.title,
            kind=rule.kind,
            sentence=told.sentence,
            details=list(told.details),
            source=told.source,
            certainty=[str(mark) for mark in rule.certainty],
            valid_from=rule.valid_from,
            valid_until=rule.valid_until,
        )


class RulesOut(Schema):
    """The rules in force on a day. example: they are not the rules of a real body."""

    version: str
    number: int
    digest: str
    adopted_on: date
    in_force_from: date
    example: bool
    rules: list[RuleOut]


class CharterVersionOut(Schema):
    """A charter. number: None for a draft. text: its TOML. vote and outcome: None for a founding charter and for drafts."""

    id: str
    title: dict[str, str]
    digest: str
    example: bool
    note: str
    drafted_at: datetime
    withdrawn_at: datetime | None
    number: int | None
    adopted_on: date | None
    in_force_from: date | None
    decision: str
    text: str
    vote: dict[str, Any] | None
    outcome: dict[str, Any] | None

    @classmethod
    def of(cls, row: CharterVersion) -> CharterVersionOut:
        """From a row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


@router.get("/rules", response=RulesOut)
def rules(request: Any, on: date | None = None) -> RulesOut:
    """The rules in force on a day, today unless said."""
    day = on or timezone.now().date()
    holding = found(queries.charter_in_force(day))
    return RulesOut(
        version=holding.version,
        number=holding.number,
        digest=holding.digest,
        adopted_on=holding.adopted_on,
        in_force_from=holding.in_force_from,
        example=holding.is_example,
        rules=[RuleOut.of(rule_told(one, holding.charter)) for one in holding.charter.rules if one.valid_on(day)],
    )


@router.get("/rules/versions", response=list[CharterVersionOut])
def versions(request: Any) -> list[CharterVersionOut]:
    """Charters that were adopted, newest first, and those that are proposed."""
    return [CharterVersionOut.of(row) for row in (*queries.versions(), *queries.drafts())]


@router.get("/rules/versions/{key}", response=CharterVersionOut)
def version(request: Any, key: str) -> CharterVersionOut:
    """One charter, also after it was withdrawn."""
    return CharterVersionOut.of(found(queries.version_by_id(key)))
