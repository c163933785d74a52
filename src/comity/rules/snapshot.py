"""Who was a member, with which groups, weights and rights, on a day.

A decision is taken over a snapshot and carries its hash: the membership of today says nothing about a vote of last year.
What a snapshot does not say is missing, not zero: a group that nobody named and a weight that a member has not are
reported as missing facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from math import lcm

from comity.rules.canonical import canonical
from comity.rules.errors import RulesError


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `groups`: chambers, categories and standings (such as `arrears`). `entitled`: has a right to vote.

    `casts_for`: members whose votes this one casts, undivided: a constituency's director, a regional organisation.
    """

    name: str
    groups: frozenset[str] = frozenset()
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    entitled: bool = True
    casts_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """Weights as whole numbers: `units[name] / scale` is the weight. `missing`: members of whom it is not known."""

    units: dict[str, int]
    scale: int
    missing: tuple[str, ...]


@dataclass(frozen=True)  # no slots: what is computed from the members once is kept beside them
class Snapshot:
    """Members on a day, in the order of their names. `groups`: those that are known, even if nobody is in them."""

    members: tuple[Member, ...]
    on: date | None = None
    groups: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.members, key=lambda member: member.name))
        object.__setattr__(self, "members", ordered)
        object.__setattr__(self, "groups", self.groups.union(*(member.groups for member in ordered)))
        for one, other in pairwise(ordered):
            if one.name == other.name:
                raise RulesError("{member} is a member twice: keep one of them.", member=one.name)
        for member in ordered:
            for name, weight in member.weights.items():
                if not isinstance(weight, (int, Fraction)):
                    raise RulesError(
                        "{member} has a {weight} of {value}: give an exact number, an int or a Fraction.",
                        member=member.name,
                        weight=name,
                        value=weight,
                    )
                if weight < 0:
                    raise RulesError(
                        "{member} has a {weight} of {value}: a weight is 0 or more.",
                        member=member.name,
                        weight=name,
                        value=weight,
                    )
            for principal in member.casts_for:
                if principal not in self.place or principal == member.name:
                    raise RulesError(
                        "{member} casts the vote of {principal}, who is not another member: mend the name or add the member.",
                        member=member.name,
                        principal=principal,
                    )

    @cached_property
    def place(self) -> dict[str, int]:
        """Each member's place in `members`."""
        return {member.name: place for place, member in enumerate(self.members)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The members' names, in order."""
        return tuple(member.name for member in self.members)

    @cached_property
    def everybody(self) -> frozenset[str]:
        """The members' names, as a set."""
        return frozenset(self.names)

    @cached_property
    def cast_by(self) -> dict[str, tuple[str, ...]]:
        """For each member whose vote others cast: by whom."""
        found: dict[str, list[str]] = {}
        for member in self.members:
            for principal in member.casts_for:
                found.setdefault(principal, []).append(member.name)
        return {principal: tuple(delegates) for principal, delegates in found.items()}

    @cached_property
    def unentitled(self) -> frozenset[str]:
        """Members without a right to vote."""
        return frozenset(member.name for member in self.members if not member.entitled)

    @cached_property
    def delegates(self) -> frozenset[str]:
        """Members who cast the votes of others; they count in no base themselves, those others do."""
        return frozenset(member.name for member in self.members if member.casts_for)

    def in_group(self, group: str) -> frozenset[str]:
        """Names of the members of a group."""
        if group not in self._in_group:
            self._in_group[group] = frozenset(m.name for m in self.members if group in m.groups)
        return self._in_group[group]

    def weighed(self, weight: str) -> Weighed:
        """The members' weights of one kind as whole numbers over a common denominator."""
        if weight not in self._weighed:
            known = [m.weights.get(weight) for m in self.members]
            scale = lcm(*(value.denominator for value in known if value is not None))
            self._weighed[weight] = Weighed(
                {m.name: int(m.weights[weight] * scale) for m in self.members if weight in m.weights},
                scale,
                tuple(m.name for m in self.members if weight not in m.weights),
            )
        return self._weighed[weight]

    @cached_property
    def _in_group(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _weighed(self) -> dict[str, Weighed]:
        return {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the snapshot's canonical form, in hexadecimal."""
        members = [
            [
                member.name,
                sorted(member.groups),
                {name: str(weight) for name, weight in sorted(member.weights.items())},
                member.entitled,
                sorted(member.casts_for),
            ]
            for member in self.members
        ]
        said = {"groups": sorted(self.groups), "members": members, "on": self.on.isoformat() if self.on else None}
        return sha256(canonical(said)).hexdigest()

    def with_groups(self, groups: Mapping[str, Iterable[str]]) -> Snapshot:
        """The snapshot with these members in these groups as well; names that are no members are left out."""
        joined = {name: frozenset(members) for name, members in groups.items()}
        return Snapshot(
            members=tuple(
                Member(
                    member.name,
                    member.groups.union(name for name, members in joined.items() if member.name in members),
                    member.weights,
                    member.entitled,
                    member.casts_for,
                )
                for member in self.members
            ),
            on=self.on,
            groups=self.groups.union(joined),
        )

    def without(self, *names: str) -> Snapshot:
        """The snapshot after these have left."""
        gone = frozenset(names)
        kept = tuple(
            Member(m.name, m.groups, m.weights, m.entitled, tuple(p for p in m.casts_for if p not in gone))
            for m in self.members
            if m.name not in gone
        )
        return Snapshot(kept, self.on, self.groups)


def snapshot_of(names: Iterable[str], on: date | None = None) -> Snapshot:
    """Members of whom nothing is known but their names."""
    return Snapshot(tuple(Member(name) for name in names), on)
