"""Snapshots and records as plain values, and back: how a decision is kept where only JSON can be kept.

Numbers that may be fractions are text such as "2/3". What was written and is read again has the same hash, so an outcome
that is computed from it has the same bytes. Whatever does not fit is refused with the place where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from comity.rules.errors import RulesError
from comity.rules.record import Ballot, Deposit, Finding, OrganVote, Record, fraction
from comity.rules.snapshot import Member, Snapshot

T = TypeVar("T")
Plain = dict[str, Any]


def snapshot_to_plain(snapshot: Snapshot) -> Plain:
    """Members in the order of their names, with what is not said of them left out."""
    return {
        "groups": sorted(snapshot.groups),
        "members": [_said(_member(member)) for member in snapshot.members],
        "on": snapshot.on.isoformat() if snapshot.on else None,
    }


def _member(member: Member) -> Plain:
    return {
        "name": member.name,
        "groups": sorted(member.groups),
        "weights": {name: str(Fraction(weight)) for name, weight in sorted(member.weights.items())},
        "entitled": None if member.entitled else False,
        "casts_for": list(member.casts_for),
    }


def record_to_plain(record: Record) -> Plain:
    """Everything that a decision rests on besides the snapshot; what is empty is left out."""
    return _said(
        {
            "ballot": _ballot(record.ballot),
            "stages": {name: _ballot(ballot) for name, ballot in sorted(record.stages.items())},
            "organs": {name: _organ(vote) for name, vote in sorted(record.organs.items())},
            "objections": dict(sorted(record.objections.items())),
            "deposits": [
                _said(
                    {
                        "member": one.member,
                        "on": one.on.isoformat(),
                        "action": one.action,
                        "withdrawn": one.withdrawn.isoformat() if one.withdrawn else None,
                    }
                )
                for one in record.deposits
            ],
            "findings": [
                {
                    "statement": one.statement,
                    "by": one.by,
                    "named": one.named,
                    "holds": one.holds,
                    "overturned": one.overturned,
                }
                for one in record.findings
            ],
            "attempt": None if record.attempt == 1 else record.attempt,
        }
    )


def _organ(vote: OrganVote) -> Plain:
    """With its record even where that is empty, and its verdict only where nothing else is known."""
    made = {"snapshot": snapshot_to_plain(vote.snapshot), "record": record_to_plain(vote.record)}
    return {**made, "verdict": vote.verdict} if vote.verdict else made


def _ballot(ballot: Ballot) -> Plain:
    made = _said(
        {
            "choices": dict(sorted(ballot.choices.items())),
            "reasons": sorted(ballot.reasons),
            "proxies": dict(sorted(ballot.proxies.items())),
        }
    )
    return made if ballot.totals is None else {**made, "totals": dict(sorted(ballot.totals.items()))}


def _said(values: Plain) -> Plain:
    return {key: value for key, value in values.items() if value is not None and value != [] and value != {}}


# --- and back ---


def snapshot_from_plain(plain: Mapping[str, Any]) -> Snapshot:
    """A snapshot as `snapshot_to_plain` wrote it. Raises RulesError."""
    given = _Given("snapshot", plain, "groups members on")
    members = [
        _Given(f"members {n}", one, "name groups weights entitled casts_for") for n, one in given.listed("members")
    ]
    return Snapshot(
        tuple(
            Member(
                one.text("name"),
                frozenset(one.texts("groups")),
                {name: one.exact(name, value) for name, value in one.mapping("weights", str).items()},
                one.truth("entitled", usual=True),
                tuple(one.texts("casts_for")),
            )
            for one in members
        ),
        given.day("on"),
        frozenset(given.texts("groups")),
    )


def record_from_plain(plain: Mapping[str, Any]) -> Record:
    """A record as `record_to_plain` wrote it. Raises RulesError."""
    given = _Given("record", plain, "ballot stages organs objections deposits findings attempt")
    deposits = [_Given(f"deposits {n}", one, "member on action withdrawn") for n, one in given.listed("deposits")]
    findings = [
        _Given(f"findings {n}", one, "statement by named holds overturned") for n, one in given.listed("findings")
    ]
    return Record(
        ballot=_ballot_from("ballot", given.value("ballot", dict, {})),
        stages={name: _ballot_from(name, one) for name, one in given.mapping("stages", dict).items()},
        organs={name: _organ_from(name, one) for name, one in given.mapping("organs", dict).items()},
        objections=given.mapping("objections", str),
        deposits=tuple(
            Deposit(one.text("member"), one.day("on") or one.refuse("on"), one.text("action", ""), one.day("withdrawn"))
            for one in deposits
        ),
        findings=tuple(
            Finding(
                one.text("statement"),
                one.text("by"),
                one.text("named"),
                one.truth("holds", usual=True),
                one.truth("overturned", usual=False),
            )
            for one in findings
        ),
        attempt=given.number("attempt", 1),
    )


def _organ_from(where: str, plain: Any) -> OrganVote:
    given = _Given(where, plain, "snapshot record verdict")
    return OrganVote(
        snapshot_from_plain(given.value("snapshot", dict)),
        record_from_plain(given.value("record", dict)),
        given.text("verdict", ""),
    )


def _ballot_from(where: str, plain: Any) -> Ballot:
    given = _Given(where, plain, "choices reasons proxies totals")
    return Ballot(
        given.mapping("choices", str),
        frozenset(given.texts("reasons")),
        given.mapping("proxies", str),
        given.mapping("totals", int) if "totals" in given.values else None,
    )


class _Given:
    """Plain values being read, and where they stand."""

    def __init__(self, where: str, values: Any, keys: str) -> None:
        self.where = where
        if not isinstance(values, Mapping):
            self.refuse("the whole")
        self.values: Mapping[str, Any] = values
        for key in values:
            if key not in keys.split():
                self.refuse(str(key))

    def refuse(self, key: str) -> NoReturn:
        raise RulesError("{where}: {key} does not fit: write it as comity.rules.plain does.", where=self.where, key=key)

    def value(self, key: str, kind: type[T], usual: T | None = None) -> T:
        found = self.values.get(key, usual)
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            self.refuse(key)
        return found

    def text(self, key: str, usual: str | None = None) -> str:
        return self.value(key, str, usual)

    def truth(self, key: str, *, usual: bool) -> bool:
        return self.value(key, bool, usual)

    def number(self, key: str, usual: int) -> int:
        return self.value(key, int, usual)

    def texts(self, key: str) -> list[str]:
        found = self.value(key, list, [])
        if not all(isinstance(one, str) for one in found):
            self.refuse(key)
        return found

    def listed(self, key: str) -> list[tuple[int, Any]]:
        return list(enumerate(self.value(key, list, []), 1))

    def mapping(self, key: str, kind: type[T]) -> dict[str, T]:
        found = self.value(key, dict, {})
        for name, value in found.items():
            if not isinstance(name, str) or not isinstance(value, kind) or isinstance(value, bool):
                self.refuse(f"{key}, {name}")
        return dict(found)

    def _read(self, key: str, value: str, read: Callable[[str], T]) -> T:
        try:
            return read(value)
        except ValueError:
            self.refuse(key)

    def day(self, key: str) -> date | None:
        if self.values.get(key) is None:
            return None
        return self._read(key, self.text(key), date.fromisoformat)

    def exact(self, key: str, value: str) -> Fraction:
        return self._read(key, value, fraction)
