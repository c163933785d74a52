"""A vote on the rules themselves, as acts take it and events keep it: plain values, from which the engine computes the outcome anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from comity.rules import Charter, Outcome, Record, Snapshot, decide
from comity.rules.plain import record_from_plain, record_to_plain, snapshot_from_plain, snapshot_to_plain


@dataclass(frozen=True, slots=True)
class Vote:
    """Who could vote, and what was voted, as `comity.rules.plain` writes them."""

    snapshot: dict[str, Any]
    record: dict[str, Any]

    @classmethod
    def on(cls, snapshot: Snapshot, record: Record) -> Self:
        """The vote of this record by the members of this snapshot."""
        return cls(snapshot_to_plain(snapshot), record_to_plain(record))

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The vote on which an outcome rests."""
        return cls.on(outcome.snapshot, outcome.record)

    @property
    def members(self) -> Snapshot:
        """Who could vote. Raises RulesError."""
        return snapshot_from_plain(self.snapshot)

    @property
    def rests_on_organs(self) -> bool:
        """Whether votes of other organs, with members of their own, are part of it. Raises RulesError."""
        return bool(record_from_plain(self.record).organs)

    def outcome(self, charter: Charter, rule: str, on: date) -> Outcome:
        """What a charter makes of it, by the rule as it holds on a day. Raises RulesError."""
        return decide(charter, self.members, record_from_plain(self.record), rule=rule, on=on)
