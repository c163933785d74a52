"""The map, shaded: how the people at each mark lean on one statement, or how many of each group gave one answer about themselves.

Both follow from the published result. A lean is what the map's own model expects where a mark stands; what was answered, by group,
stands beneath. Answers about oneself are published by group, each on five people at least, so a mark has the share of its group.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from comity.office.consultations.models import SegmentLabel, Statement
from comity.office.consultations.queries.findings import Bar, bars_of, count, map_of, percent
from comity.opinion.report.drawings import Shade, key
from comity.opinion.result import Cell, OpinionResult, StatementResult

STEPS = (0.2, 0.4, 0.6, 0.8)
"""Between the five shades of a lean."""
SHARES = (0.1, 0.25, 0.5, 0.75)
"""Between the five shades of a share."""


@dataclass(frozen=True, slots=True)
class Shaded:
    """A shaded map with its tables. legend: shade (a class of the drawing), its meaning, how many people stand there; bars: what was
    answered, by group; groups: mark, people who gave the answer, share of the group.
    """

    drawn: SafeString
    legend: tuple[tuple[str, str, str], ...]
    bars: tuple[Bar, ...] = ()
    groups: tuple[tuple[SafeString, str, str], ...] = ()


def by_statement(result: OpinionResult, statement: int) -> Shaded | None:
    """The map by how people lean on a statement; None where there is no map, or too few answered it for one to tell."""
    entry = next((one for one in result.statements if one.id == statement), None)
    if entry is None or entry.intercept is None or not result.quality.axes:
        return None
    words = _leaning()
    steps = [_step(expected(result, entry, cell), STEPS) for cell in result.cells]
    shades = [Shade(f"s{step}", words[step - 1]) for step in steps]
    legend = [(f"s{n}", words[n - 1], _people(result, steps, n)) for n in range(5, 0, -1)]
    return Shaded(map_of(result, shades=shades), tuple(legend), bars=bars_of(result, entry))


def by_answer(result: OpinionResult, label: SegmentLabel) -> Shaded | None:
    """The map by how many of each group gave an answer; None where there is no map, or fewer than five gave the answer."""
    segment = next((one for one in result.segments if one.name == label.segment.question.original), None)
    word = label.word.original
    if segment is None or word not in segment.labels or not result.cells or not result.quality.axes:
        return None
    spread = segment.by_group[segment.labels.index(word)]
    shares = {
        group.id: None if people is None else people / group.size
        for group, people in zip(result.groups, spread, strict=False)
    }
    words, steps = _shares(), [_step(shares[cell.group], SHARES) for cell in result.cells]
    shades = [Shade(f"q{step}", words[step]) for step in steps]
    legend = [(f"q{n}", words[n], _people(result, steps, n)) for n in range(5, -1, -1) if n in steps]
    groups = tuple(
        (mark_safe(key(place, group.id)), count(people), percent(shares[group.id]))
        for place, (group, people) in enumerate(zip(result.groups, spread, strict=False))
    )
    return Shaded(map_of(result, shades=shades), tuple(legend), groups=groups)


def expected(result: OpinionResult, entry: StatementResult, cell: Cell) -> float:
    """The share that would agree, of those who agree or disagree, where a mark stands.

    A mark has a place on two axes; on any others the middle of its group stands for it.
    """
    centre = next(group.centre for group in result.groups if group.id == cell.group)
    at = (cell.x, cell.y, *centre[2:])
    lean = (entry.intercept or 0.0) + math.fsum(slope * place for slope, place in zip(entry.slopes, at, strict=False))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, lean))))


def _step(share: float | None, bounds: tuple[float, ...]) -> int:
    """1 to 5; 0 where the share is left out."""
    return 0 if share is None else 1 + sum(round(share, 6) >= bound for bound in bounds)


def _people(result: OpinionResult, steps: Sequence[int], step: int) -> str:
    return count(sum(cell.people for cell, one in zip(result.cells, steps, strict=True) if one == step))


def _leaning() -> tuple[str, ...]:
    return (
        _("nearly all disagree"),
        _("most disagree"),
        _("as many agree as disagree"),
        _("most agree"),
        _("nearly all agree"),
    )


def _shares() -> tuple[str, ...]:
    low, some, half, most = (percent(bound) for bound in SHARES)
    between = _("%(low)s to %(high)s")
    return (
        _("too few to be shown"),
        _("less than %(share)s") % {"share": low},
        between % {"low": low, "high": some},
        between % {"low": some, "high": half},
        between % {"low": half, "high": most},
        _("%(share)s or more") % {"share": most},
    )


def choices(result: OpinionResult, rows: Iterable[Statement], labels: Iterable[SegmentLabel]) -> dict[str, Any]:
    """What the map can be shaded by: statements in the order of the common ground, then the others; answers of which some are shown."""
    known = {row.number: row for row in rows}
    can = {entry.id for entry in result.statements if entry.intercept is not None}
    order = dict.fromkeys([*result.headline, *result.divisive, *(entry.id for entry in result.statements)])
    sizes = {(one.name, label) for one in result.segments for label, n in zip(one.labels, one.sizes, strict=True) if n}
    return {
        "statements": [known[one] for one in order if one in can and isinstance(one, int) and one in known],
        "answers": [one for one in labels if (one.segment.question.original, one.word.original) in sizes],
    }
