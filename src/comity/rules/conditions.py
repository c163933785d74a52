"""Conditions: what a rule is composed of, as plain data.

A condition is a tree. Its leaves compare a sum over members (`Share`), ask for another rule (`Meets`) or for what a
person found (`Found`); its branches are and, or, not, at least k, sequence, fallback and gate. All numbers are exact
fractions. Each condition has a written form, `language.write`, and `language.parse` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias


class Base(StrEnum):
    """Of whom a share is taken. Each is contained in the one before."""

    ALL = "all"
    """Every member of the snapshot, those without a vote included."""
    ENTITLED = "entitled"
    """Members with the right to vote on this decision."""
    PARTICIPANTS = "participants"
    """Those entitled who take part: neither recused nor opted out."""
    PRESENT = "present"
    """Those who are there, whether or not they vote."""
    ISSUED = "issued"
    """Those who were given a ballot: blank, invalid and unreturned ones count."""
    EXPRESSED = "expressed"
    """Yes, no and abstentions."""
    CAST = "cast"
    """Yes and no: "present and voting"."""


class Op(StrEnum):
    """How a sum is compared. Strict or not is part of the rule."""

    GREATER = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="


CHOICES: dict[str, frozenset[Base]] = {
    "yes": frozenset({Base.PARTICIPANTS, Base.PRESENT, Base.ISSUED, Base.EXPRESSED, Base.CAST}),
    "no": frozenset({Base.PARTICIPANTS, Base.PRESENT, Base.ISSUED, Base.EXPRESSED, Base.CAST}),
    "abstain": frozenset({Base.PARTICIPANTS, Base.PRESENT, Base.ISSUED, Base.EXPRESSED}),
    "blank": frozenset({Base.PARTICIPANTS, Base.PRESENT, Base.ISSUED}),
    "invalid": frozenset({Base.PARTICIPANTS, Base.PRESENT, Base.ISSUED}),
    "unreturned": frozenset({Base.PARTICIPANTS, Base.PRESENT, Base.ISSUED}),
    "not-voting": frozenset({Base.PARTICIPANTS, Base.PRESENT}),
    "absent": frozenset({Base.PARTICIPANTS}),
    "recused": frozenset(),
}
"""What a member may be recorded as, and in which bases it counts (ALL and ENTITLED do not depend on it). `not-voting` is
there and does not vote; whoever is not recorded is `absent`. A charter may add words that count like one of these. A
base below `all` is a side as well: `present > 1/2 of all`."""

NOT_YES = "not-yes"
"""Participants who did not vote yes, absent ones included."""
OBJECTIONS = "objections"
DEPOSITS = "deposits"
RECORDED = (OBJECTIONS, DEPOSITS)
"""Sides that are not votes: formal objections, and instruments deposited."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a sum goes over and what it adds: members of `group` (or, with `outside`, of none such), by `weight` or heads."""

    group: str | None = None
    outside: bool = False
    weight: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Whether the sum over a side compares with an amount: a number (`base` None), or a fraction of a base or side.

    A fraction of an empty base is never met, however it is compared: nobody spoke.
    """

    side: tuple[str, ...]
    op: Op
    amount: Fraction
    base: Base | tuple[str, ...] | None
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class Floor:
    """Whether the members of a side compare in number with the fewest of a base who together have more than a share of a weight.

    `not-yes <= fewest over 35% of participants by population`: the blocking minority of TFEU, article 238(3). The base
    is one that no vote changes: all, entitled or participants.
    """

    side: tuple[str, ...]
    op: Op
    amount: Fraction
    base: Base
    weight: str


FIXED_BASES = (Base.ALL, Base.ENTITLED, Base.PARTICIPANTS)
"""Bases that no vote changes."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One part or more."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `least` of the parts."""

    least: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; the first that fails ends it."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Fallback:
    """The first that succeeds decides; the next is turned to only when it failed."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A question that chooses the rule."""

    question: Condition
    then: Condition
    otherwise: Condition


@dataclass(frozen=True, slots=True)
class Meets:
    """Another rule of the charter, on the ballot named `stage` (None: on the same ballot)."""

    rule: str
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a person found, an input with a name: the chair that consensus is there, the body that a question is important."""

    statement: str
    by: str | None = None


Condition: TypeAlias = Share | Floor | All | Any | Not | AtLeast | Sequence | Fallback | Gate | Meets | Found


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and all its parts, in the order of their writing."""
    yield condition
    match condition:
        case All(parts) | Any(parts) | AtLeast(_, parts) | Sequence(parts) | Fallback(parts):
            for part in parts:
                yield from walk(part)
        case Not(part):
            yield from walk(part)
        case Gate(question, then, otherwise):
            for part in (question, then, otherwise):
                yield from walk(part)
        case _:
            pass
