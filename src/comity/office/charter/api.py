"""The charter office through the API: the organisation, its texts, its bodies."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router, Schema

from comity.groundwork.api import READING, TextOut, found
from comity.office.charter import queries
from comity.office.charter.models import Body, TenetKind

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
