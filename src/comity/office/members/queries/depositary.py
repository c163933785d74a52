"""The depositary's register: what was signed, deposited, notified and declared, with what others object to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from comity.groundwork.queries import Thing
from comity.office.members.models import Contest, Declaration, Objection, StatusFact
from comity.office.members.queries.parties import by_id, naming, thing_of
from comity.office.members.vocabulary import IN_THE_REGISTER


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection and who objects."""

    objection: Objection
    party: Thing


@dataclass(frozen=True, slots=True)
class Deposited:
    """An entry of the register: a step or a declaration of a party, with the objections to it. on: the day by which it was there."""

    on: date
    id: str
    party: Thing
    fact: StatusFact | None = None
    declaration: Declaration | None = None
    objections: tuple[Objected, ...] = ()
    contested: bool = False


def entries() -> list[Deposited]:
    """The whole register, newest first; struck and retracted entries left out. Five queries."""
    facts = StatusFact.objects.filter(step__in=IN_THE_REGISTER, superseded_at__isnull=True).select_related("party")
    contested = set(Contest.objects.filter(settled_at__isnull=True).values_list("line", flat=True))
    names = naming()
    found = [
        Deposited(
            fact.happened().latest, fact.id, thing_of(fact.party, names), fact=fact, contested=fact.line in contested
        )
        for fact in facts
    ]
    found += _declared(Declaration.objects.filter(struck_at__isnull=True).select_related("party"))
    return sorted(found, key=lambda entry: (entry.on, entry.id), reverse=True)


def declarations(party_id: str) -> list[Deposited]:
    """What a party declared, newest first. Three queries."""
    found = Declaration.objects.filter(party_id=party_id, struck_at__isnull=True).select_related("party")
    return sorted(_declared(found), key=lambda entry: (entry.on, entry.id), reverse=True)


def _declared(found: Iterable[Declaration]) -> list[Deposited]:
    rows, names = list(found), naming()
    objections: dict[str, list[Objected]] = {}
    to_these = Objection.objects.filter(declaration__in=[row.id for row in rows], struck_at__isnull=True)
    for objection in to_these.select_related("party").order_by("made_on", "id"):
        objected = Objected(objection, thing_of(objection.party, names))
        objections.setdefault(objection.declaration_id, []).append(objected)
    return [
        Deposited(
            row.made_on,
            row.id,
            thing_of(row.party, names),
            declaration=row,
            objections=tuple(objections.get(row.id, ())),
        )
        for row in rows
    ]


def next_number() -> str:
    """The number after the highest that was ever given, where numbers are plain figures. One query."""
    given = StatusFact.objects.exclude(number="").values_list("number", flat=True)
    return str(max((int(number) for number in given if number.isascii() and number.isdigit()), default=0) + 1)


def declaration(key: str) -> Declaration | None:
    """A declaration that stands, by id."""
    return by_id(Declaration.objects.select_related("party").filter(struck_at__isnull=True), key)


def objection(key: str) -> Objection | None:
    """An objection that stands, by id."""
    return by_id(Objection.objects.select_related("party", "declaration").filter(struck_at__isnull=True), key)
