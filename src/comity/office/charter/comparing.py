"""What differs between two charters: rule by rule in words, and line by line in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from comity.office.charter.telling import RuleTold, rule_told
from comity.rules import Charter, CharterError, read

AROUND = 2
"""Lines shown around a change."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule before and after; None where there was none, or is none any more."""

    title: str
    before: RuleTold | None
    after: RuleTold | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text. sign: + new, - gone, empty: as before; `…` for lines that are left out.

    number: in the later text; of what is gone, in the earlier one.
    """

    sign: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """rules: those that changed, in the order of the later charter, then those that are gone; None where one cannot be read."""

    rules: tuple[RuleChange, ...] | None
    lines: tuple[Line, ...]


def compared(before: str, after: str) -> Compared:
    """Two charters, by their TOML."""
    try:
        rules: tuple[RuleChange, ...] | None = tuple(rule_changes(read(before), read(after)))
    except CharterError:
        rules = None
    return Compared(rules, tuple(_lines(before.splitlines(), after.splitlines())))


def rule_changes(before: Charter, after: Charter) -> Iterator[RuleChange]:
    """Rules that are new, gone, or say something else; versions of a rule are told apart by the day from which they hold."""
    old, new = _told(before), _told(after)
    for key, now in new.items():
        then = old.get(key)
        if then is None or _said(then) != _said(now):
            yield RuleChange(now.title, then, now)
    for key, then in old.items():
        if key not in new:
            yield RuleChange(then.title, then, None)


def _told(charter: Charter) -> dict[tuple[str, str], RuleTold]:
    return {(rule.id, str(rule.valid_from or "")): rule_told(rule, charter) for rule in charter.rules}


def _said(told: RuleTold) -> tuple[object, ...]:
    return told.title, told.sentence, told.details, told.certainty, told.source, told.note


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND):
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line("", number + 1, after[number]) for number in range(j1, j2))
                continue
            yield from (Line("-", number + 1, before[number]) for number in range(i1, i2))
            yield from (Line("+", number + 1, after[number]) for number in range(j1, j2))
        yield Line("…", 0, "")
