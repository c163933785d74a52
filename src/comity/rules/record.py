"""What happened: votes, objections, deposits and what people found, as a decision is computed from them.

The record is given whole and in no particular order. Nothing in it is computed: rough consensus, an important question
and exhausted efforts are findings of named people, with the challenge to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from hashlib import sha256

from comity.rules.canonical import canonical
from comity.rules.errors import RulesError
from comity.rules.snapshot import Snapshot

_EXACT = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?%?|[0-9]{1,40}/[1-9][0-9]{0,39}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)%?")
_POINTED = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|\.[0-9]{3},[0-9]+)%?")
_COMMA = re.compile(r"[0-9]*,(?:[0-9]{1,2}|[0-9]{4,})%?|0+,[0-9]+%?")
"""Commas and full stops that can be read in one way only: 1,234,567, 1.234,5 and 12,5. What 1,234 means nobody can tell."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote: each member's choice, in the charter's words. Whoever is not named is absent.

    `reasons`: members who gave a reason for their vote. `proxies`: who cast the vote of an absent principal.
    `totals`: instead of `choices`, the numbers of a secret ballot or of a published record without names.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    reasons: frozenset[str] = frozenset()
    proxies: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        if self.totals is None:
            return
        if self.choices:
            raise RulesError("A ballot has choices by name, or totals, not both: leave one out.")
        for choice, count in self.totals.items():
            if count < 0:
                raise RulesError("{choice}: {count} votes: a count is 0 or more.", choice=choice, count=count)


@dataclass(frozen=True, slots=True)
class Finding:
    """What `named`, in the role `by`, found: that `statement` holds or not. `overturned`: a challenge to it succeeded."""

    statement: str
    by: str
    named: str
    holds: bool = True
    overturned: bool = False


@dataclass(frozen=True, slots=True)
class Deposit:
    """An instrument deposited. `withdrawn`: from when it no longer counts."""

    member: str
    on: date
    action: str = ""
    withdrawn: date | None = None


@dataclass(frozen=True, slots=True)
class OrganVote:
    """The vote of another organ, whole: its own members with their weights and rights (on the snapshot's day), and what happened there.

    `verdict`: what came out, where that is all that is known of it, as of a secret ballot of few; else empty.
    """

    snapshot: Snapshot
    record: Record
    verdict: str = ""


@dataclass(frozen=True)  # no slots: the hash is kept once it was asked for
class Record:
    """All that a decision rests on besides the snapshot. `attempt`: 1, or 2 for the second vote after a tie.

    `stages`: ballots of other organs or steps, by name, given by members of this snapshot; `organs`: by name, votes of organs that have
    members of their own. `objections`: who objected formally, and why.
    """

    ballot: Ballot = Ballot()
    stages: Mapping[str, Ballot] = field(default_factory=dict)
    objections: Mapping[str, str] = field(default_factory=dict)
    deposits: tuple[Deposit, ...] = ()
    findings: tuple[Finding, ...] = ()
    attempt: int = 1
    organs: Mapping[str, OrganVote] = field(default_factory=dict)

    def finding(self, statement: str, by: str | None) -> Finding | None:
        """The finding on a statement by whoever has that role; RulesError if there are two."""
        found = [f for f in self.findings if f.statement == statement and by in (None, f.by)]
        if len(found) > 1:
            raise RulesError(
                'Two findings say whether "{statement}": keep the one that stands, the other as a challenge to it.',
                statement=statement,
            )
        return found[0] if found else None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the record's canonical form, in hexadecimal: the same in whatever order it was written down."""
        said = {
            "attempt": self.attempt,
            "ballot": _plain(self.ballot),
            "deposits": sorted(
                [d.member, d.on.isoformat(), d.action, d.withdrawn.isoformat() if d.withdrawn else ""]
                for d in self.deposits
            ),
            "findings": sorted([f.statement, f.by, f.named, f.holds, f.overturned] for f in self.findings),
            "objections": dict(self.objections),
            "stages": {name: _plain(ballot) for name, ballot in self.stages.items()},
        }
        if self.organs:
            said["organs"] = {
                name: [vote.snapshot.digest, vote.record.digest, vote.verdict] for name, vote in self.organs.items()
            }
        return sha256(canonical(said)).hexdigest()


def _plain(ballot: Ballot) -> dict[str, object]:
    return {
        "choices": dict(ballot.choices),
        "proxies": dict(ballot.proxies),
        "reasons": sorted(ballot.reasons),
        "totals": None if ballot.totals is None else dict(ballot.totals),
    }


def votes(choices: Mapping[str, str]) -> Record:
    """A record of nothing but one vote."""
    return Record(Ballot(dict(choices)))


def findings_for(said: Mapping[str, bool], asked: Mapping[str, str], named: str) -> tuple[Finding, ...]:
    """Findings by statement, each by the role that `asked` names for it. RulesError for one that no rule asks for."""
    for statement in said:
        if statement not in asked:
            raise RulesError(
                'No rule of the charter asks whether "{statement}": it asks for {asked}.',
                statement=statement,
                asked=tuple(f'"{text}"' for text in asked) or "—",
            )
    return tuple(Finding(statement, asked[statement], named, holds) for statement, holds in said.items())


def fraction(text: str) -> Fraction:
    """An exact number as tables write it: `12`, `12.5`, `12,5`, `12 345`, `1,234,567`, `2/3`, `12.5%`. Raises ValueError.

    >>> fraction("1 250.5"), fraction("1.250,5")
    (Fraction(2501, 2), Fraction(2501, 2))
    """
    written = "".join(text.split()).replace("'", "").replace("\u2019", "")
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    elif _POINTED.fullmatch(written):
        written = written.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(written):
        written = written.replace(",", ".")
    if not _EXACT.fullmatch(written):
        raise ValueError(text)
    if written.endswith("%"):
        return Fraction(written[:-1]) / 100
    return Fraction(written)
