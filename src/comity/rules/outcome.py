"""An outcome: what was decided, and all that it rests on.

It carries the rule with its version and source, the hashes of snapshot and record, every operand with base and
threshold, every part, every vote that was not counted as cast, and every fact that is missing. `to_json` gives the same
bytes for the same decision on every machine; `sentences` says it in six languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from comity.rules.canonical import canonical
from comity.rules.charter import Certainty, Kind
from comity.rules.conditions import Condition, Share
from comity.rules.language import write
from comity.rules.record import Record
from comity.rules.snapshot import Snapshot
from comity.rules.tally import Eligibility, Missing

FORMAT = "comity-outcome/1"


class Verdict(StrEnum):
    """What came out."""

    ADOPTED = "adopted"
    NOT_ADOPTED = "not-adopted"
    SECOND_VOTE = "second-vote"
    """A tie that calls for another vote or further discussion."""
    NO_QUORUM = "no-quorum"
    POSTPONED = "postponed"
    UNDECIDED = "undecided"
    """A fact is missing on which the outcome depends."""


class Form(StrEnum):
    """What sort of condition a part of the outcome stands for."""

    SHARE = "share"
    ALL = "all"
    ANY = "any"
    NOT = "not"
    AT_LEAST = "at-least"
    SEQUENCE = "sequence"
    FALLBACK = "fallback"
    GATE = "gate"
    RULE = "rule"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Operand:
    """The numbers of a comparison: `count` compares with `threshold`.

    `total`: of the base; None where the amount is a number and no fraction. `names`: the members of the side, where
    each of them counts, as with a veto.
    """

    share: Share
    count: Fraction
    total: Fraction | None
    names: tuple[str, ...] = ()

    @property
    def threshold(self) -> Fraction:
        """What the count is compared with."""
        return self.share.amount if self.total is None else self.share.amount * self.total


@dataclass(frozen=True, slots=True)
class Part:
    """A condition and whether it is met; None: not known, for want of `missing`."""

    form: Form
    condition: Condition
    met: bool | None
    parts: tuple[Part, ...] = ()
    operand: Operand | None = None
    missing: tuple[Missing, ...] = ()
    detail: str = ""
    """Of a finding: who found it; of `at least`: how many; of a rule: its source."""
    taken: bool = True
    """False for what was not turned to: the other side of a gate, what follows a failed step."""

    @property
    def clause(self) -> str:
        """The condition as a charter writes it."""
        return write(self.condition)


@dataclass(frozen=True, slots=True)
class Citation:
    """Which rule, in which version, from where, how well known."""

    charter: str
    version: str
    digest: str
    rule: str
    kind: Kind
    title: dict[str, str]
    source: str
    certainty: tuple[Certainty, ...]
    example: bool
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided. `not_bound`: members whom an adopted decision does not bind."""

    verdict: Verdict
    rule: Citation
    on: str | None
    snapshot: Snapshot
    record: Record
    part: Part
    quorum: Part | None
    postponed: Part | None
    eligibility: tuple[Eligibility, ...]
    missing: tuple[Missing, ...]
    assumed: tuple[Missing, ...]
    not_bound: tuple[str, ...] = ()
    tie: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain values; numbers that may be fractions are text such as "2/3"."""
        return {
            "assumed": [_missing(fact) for fact in self.assumed],
            "eligibility": [
                {"clause": e.clause, "detail": e.detail, "member": e.member, "why": e.why} for e in self.eligibility
            ],
            "format": FORMAT,
            "missing": [_missing(fact) for fact in self.missing],
            "not_bound": list(self.not_bound),
            "on": self.on,
            "part": _part(self.part),
            "postponed": _part(self.postponed) if self.postponed else None,
            "quorum": _part(self.quorum) if self.quorum else None,
            "record": self.record.digest,
            "rule": {
                "certainty": [str(mark) for mark in self.rule.certainty],
                "charter": self.rule.charter,
                "digest": self.rule.digest,
                "example": self.rule.example,
                "id": self.rule.rule,
                "kind": str(self.rule.kind),
                "source": self.rule.source,
                "title": dict(self.rule.title),
                "valid_from": self.rule.valid_from,
                "valid_until": self.rule.valid_until,
                "version": self.rule.version,
            },
            "snapshot": self.snapshot.digest,
            "tie": self.tie,
            "verdict": str(self.verdict),
        }

    def to_json(self) -> bytes:
        """Canonical JSON (RFC 8785), UTF-8: the same bytes whenever the same decision is computed again."""
        return canonical(self.to_dict())


def _missing(fact: Missing) -> dict[str, str]:
    return {"detail": fact.detail, "what": fact.what}


def _part(part: Part) -> dict[str, Any]:
    made: dict[str, Any] = {"clause": part.clause, "form": str(part.form), "met": part.met, "taken": part.taken}
    if part.detail:
        made["detail"] = part.detail
    if part.missing:
        made["missing"] = [_missing(fact) for fact in part.missing]
    if part.parts:
        made["parts"] = [_part(inner) for inner in part.parts]
    if part.operand:
        share = part.operand.share
        made["operand"] = {
            "amount": str(share.amount),
            "base": "+".join(share.base) if isinstance(share.base, tuple) else share.base and str(share.base),
            "count": str(part.operand.count),
            "group": share.scope.group,
            "names": list(part.operand.names),
            "op": str(share.op),
            "outside": share.scope.outside,
            "side": "+".join(share.side),
            "threshold": str(part.operand.threshold),
            "total": None if part.operand.total is None else str(part.operand.total),
            "weight": share.scope.weight,
        }
    return made
