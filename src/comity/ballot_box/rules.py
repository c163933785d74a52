"""The rules of a consultation as the intake needs them: when it takes answers, on which statements, from whom not.

The office states them; they are stored beside the votes, so that the intake asks nobody. Every change has a higher revision: what was
checked against an older one is checked again in the transaction that stores it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from comity.ballot_box.refusals import Refusal
from comity.opinion.votes import Moderation, Statement

FLOOR = 5
"""Entries of published sums rest on at least as many people, whatever an office asks for."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement, and whether it takes answers now."""

    statement: Statement
    open: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """opens, closes: milliseconds since 1970, None where there is no such moment. listed: by the statement's number. barred:
    participants whose tickets no longer count. hidden: maps are not for the public before the result is final.
    """

    number: int
    consultation: str
    revision: int = 0
    opens: int | None = None
    closes: int | None = None
    closed: bool = False
    frozen: bool = False
    hidden: bool = False
    title: str = ""
    floor: int = FLOOR
    segments: tuple[str, ...] = ()
    listed: Mapping[int, Listed] = field(default_factory=lambda: MappingProxyType({}))
    barred: frozenset[int] = frozenset()

    @property
    def shown(self) -> bool:
        """Whether anybody may see maps now."""
        return self.frozen or not self.hidden

    def refuses(self, participant: int, now: int) -> Refusal | None:
        """Why nothing of this participant is taken at this moment; None if something may be."""
        if participant in self.barred:
            return Refusal.BARRED
        if self.frozen:
            return Refusal.FROZEN
        if self.opens is not None and now < self.opens:
            return Refusal.NOT_YET_OPEN
        if self.closed or (self.closes is not None and now >= self.closes):
            return Refusal.CLOSED
        return None

    def refuses_statement(self, statement: int, *, withdrawing: bool = False) -> Refusal | None:
        """Why an answer on this statement is not taken; one may be taken back from a statement that is closed."""
        listed = self.listed.get(statement)
        if listed is None:
            return Refusal.STATEMENT_UNKNOWN
        return None if listed.open or withdrawing else Refusal.STATEMENT_CLOSED


def with_statements(rules: Rules, given: Mapping[int, Listed]) -> Rules:
    """The rules with these statements; one that is no longer among them is closed."""
    gone = {number: replace(entry, open=False) for number, entry in rules.listed.items() if number not in given}
    return replace(rules, listed=MappingProxyType(dict(sorted({**gone, **given}.items()))))


def written(rules: Rules) -> str:
    """The rules as they are stored, but for what has a column of its own: number, consultation, revision, barred."""
    said: dict[str, Any] = {
        name: getattr(rules, name)
        for name in ("opens", "closes", "closed", "frozen", "hidden", "title", "floor", "segments")
    }
    said["statements"] = [
        {
            "id": number,
            "open": entry.open,
            "text": entry.statement.text,
            "language": entry.statement.language,
            "moderation": entry.statement.moderation.value,
            "meta": entry.statement.meta,
            "seed": entry.statement.seed,
            "translations": dict(entry.statement.translations),
        }
        for number, entry in rules.listed.items()
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def read(number: int, consultation: str, revision: int, text: str, barred: frozenset[int]) -> Rules:
    """What `written` wrote."""
    said = json.loads(text)
    listed: dict[int, Listed] = {}
    for entry in said.pop("statements"):
        statement = Statement(
            id=entry["id"],
            text=entry["text"],
            language=entry["language"],
            moderation=Moderation(entry["moderation"]),
            meta=entry["meta"],
            seed=entry["seed"],
            translations=entry["translations"],
        )
        listed[entry["id"]] = Listed(statement, entry["open"])
    said["segments"] = tuple(said["segments"])
    return Rules(number, consultation, revision, **said, listed=MappingProxyType(listed), barred=barred)
