"""The fewest columns that lift every row of a table to 0: what `need` asks, in whole numbers.

A row is where a criterion stands and how much each column adds to it. Lower bounds come from single rows and from
mixtures of rows (what lifts every row lifts each mixture), solutions from mixtures and from exchanging columns; where
the two meet, the answer is exact. Otherwise a search of limited size follows, and what it leaves open is said. Guidance
is in 64-bit integers and the same everywhere; bounds and solutions are checked exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

Row = tuple[int, list[int]]
Int64Array = npt.NDArray[np.int64]

MIXTURES, EXCHANGES, NODES, KINDS = 60, 60, 2_000, 400
"""Mixtures that are tried, exchanges of columns for one size, steps of the search, kinds of columns in it."""
SCALE = 1 << 20
"""What a row lacks, in the units of guidance; weights of rows in a mixture are below 2^12, so that sums fit 64 bits."""


@dataclass(frozen=True, slots=True)
class Cover:
    """At least `least` columns are needed; `columns` are enough (None: none were found). `complete`: nothing is open."""

    least: int
    columns: tuple[int, ...] | None
    complete: bool


def cover(table: Sequence[Row]) -> Cover:
    """The fewest columns after which every row is 0 or more."""
    rows = [(start, steps) for start, steps in table if start < 0 or any(step < 0 for step in steps)]
    short = [row for row in rows if row[0] < 0]
    if not short:
        return Cover(0, (), True)
    least = 0
    for row in short:
        alone = _alone(*row)
        if alone is None:
            return Cover(0, None, True)
        least = max(least, alone)
    best: list[int] | None = None
    for weights in _mixtures(short):
        start, steps = _mixed(short, weights)
        least = max(least, _alone(start, steps) or 0)
        best = _shorter(best, _greedy(rows, steps))
        if best is not None and len(best) == least:
            return Cover(least, tuple(best), True)
    if best is not None:
        best = _exchanged(rows, short, least, best)
    if best is not None and len(best) == least:
        return Cover(least, tuple(best), True)
    searched, complete = _search(rows, least, len(best) if best is not None else len(rows[0][1]) + 1)
    best = _shorter(best, searched)
    if best is None:
        return Cover(0 if complete else least, None, complete)
    return Cover(len(best) if complete else least, tuple(best), complete)


def _shorter(one: list[int] | None, other: list[int] | None) -> list[int] | None:
    if one is None or other is None:
        return other if one is None else one
    return other if len(other) < len(one) else one


def _alone(start: int, steps: Sequence[int]) -> int | None:
    """How few columns lift this one row to 0; None if all together do not."""
    count = 0
    for step in sorted(steps, reverse=True):
        if start >= 0:
            return count
        if step <= 0:
            return None
        start += step
        count += 1
    return count if start >= 0 else None


# --- mixtures ---


def _scaled(rows: Sequence[Row]) -> Int64Array:
    """(n_rows, n_columns): steps in units of guidance, cut so that no sum leaves 64 bits."""
    made = [
        [max(-(SCALE << 12), min(SCALE << 12, step * SCALE // max(1, abs(start)))) for step in steps]
        for start, steps in rows
    ]
    return np.array(made, dtype=np.int64)


def _mixtures(short: Sequence[Row]) -> list[list[int]]:
    """Weights of rows: each row alone, all alike, and a walk that gives more weight to rows still short of 0."""
    n_rows = len(short)
    made = [[int(place == other) for other in range(n_rows)] for place in range(n_rows)]
    if n_rows == 1:
        return made
    steps = _scaled(short)
    weights = np.full(n_rows, 1 << 8, dtype=np.int64)
    seen: dict[tuple[int, ...], tuple[int, int]] = {}
    for turn in range(MIXTURES):
        worth = weights @ steps
        order = np.argsort(-worth, kind="stable")
        reached = np.cumsum(worth[order])
        needed = int(weights.sum()) * SCALE
        count = int(np.searchsorted(np.maximum.accumulate(reached), needed)) + 1
        # Of two mixtures that ask for as many columns, the one that only just needs the last is the tighter.
        before = int(reached[count - 2]) if 1 < count <= len(reached) else 0
        seen.setdefault(tuple(weights.tolist()), (count, needed - before))
        lifted = steps[:, order[: max(1, count)]].sum(axis=1)
        lack = (SCALE - lifted) // (1 + turn // 8)
        weights = np.clip(weights + lack * int(weights.sum()) // (n_rows * SCALE), 0, (1 << 12) - 1)
        if not weights.any():
            weights = np.full(n_rows, 1 << 8, dtype=np.int64)
    tightest = sorted(seen, key=lambda found: (-seen[found][0], -seen[found][1], found))[:6]
    return [list(found) for found in tightest] + made


def _mixed(short: Sequence[Row], weights: Sequence[int]) -> Row:
    """The exact sum of rows, each first brought to lack the same."""
    used = [(weight, row) for weight, row in zip(weights, short, strict=True) if weight]
    unit = prod(-start for _, (start, _) in used)
    factors = [weight * (unit // -start) for weight, (start, _) in used]
    columns = range(len(short[0][1]))
    steps = [sum(factor * row[1][column] for factor, (_, row) in zip(factors, used, strict=True)) for column in columns]
    return -unit * sum(weight for weight, _ in used), steps


def _greedy(rows: Sequence[Row], by: Sequence[int]) -> list[int] | None:
    """Columns in the order of a mixture until every row is at 0 or above, then without those that are not needed."""
    chosen: list[int] = []
    sums = [start for start, _ in rows]
    for column in sorted(range(len(by)), key=lambda column: (-by[column], column)):
        if all(value >= 0 for value in sums):
            break
        if all(steps[column] <= 0 for _, steps in rows):
            continue
        chosen.append(column)
        sums = [value + steps[column] for value, (_, steps) in zip(sums, rows, strict=True)]
    if any(value < 0 for value in sums):
        return None
    for column in reversed(chosen.copy()):
        fewer = [value - steps[column] for value, (_, steps) in zip(sums, rows, strict=True)]
        if all(value >= 0 for value in fewer):
            chosen.remove(column)
            sums = fewer
    return chosen


# --- exchanges ---


def _exchanged(rows: Sequence[Row], short: Sequence[Row], least: int, best: list[int]) -> list[int]:
    """Fewer columns, by taking one out and exchanging others until every row is lifted again; as far as that goes."""
    steps = _scaled(rows)
    goal = np.array([SCALE if start < 0 else -SCALE if start > 0 else 0 for start, _ in rows], dtype=np.int64)
    while len(best) > least:
        found = _with(rows, steps, goal, best)
        if found is None:
            return best
        best = found
    return best


def _with(rows: Sequence[Row], steps: Int64Array, goal: Int64Array, best: list[int]) -> list[int] | None:
    """One column fewer than `best`, or None."""
    inside = np.zeros(steps.shape[1], dtype=np.bool_)
    inside[best] = True
    lifted = steps[:, inside].sum(axis=1)
    without = _lack(goal[:, None] - (lifted[:, None] - steps[:, inside]))
    inside[np.flatnonzero(inside)[int(np.argmin(without))]] = False
    for _ in range(EXCHANGES):
        chosen = np.flatnonzero(inside)
        if _lifts(rows, chosen.tolist()):
            return [int(column) for column in chosen]
        others = np.flatnonzero(~inside)
        lifted = steps[:, inside].sum(axis=1)
        change = steps[:, others][:, None, :] - steps[:, chosen][:, :, None]
        lack = _lack((goal - lifted)[:, None, None] - change)
        place = int(np.argmin(lack))
        out, into = divmod(place, len(others))
        if int(lack[out, into]) >= int(_lack(goal - lifted)):
            return None
        inside[chosen[out]], inside[others[into]] = False, True
    return None


def _lack(missing: Int64Array) -> Any:
    """How much rows lack in all: the sum over the first axis of what is above 0."""
    return np.maximum(missing, 0).sum(axis=0)


def _lifts(rows: Sequence[Row], columns: Sequence[int]) -> bool:
    return all(start + sum(steps[column] for column in columns) >= 0 for start, steps in rows)


# --- search ---


def _search(rows: Sequence[Row], least: int, below: int) -> tuple[list[int] | None, bool]:
    """A set of fewer than `below` columns that lifts every row, and whether the search was complete.

    Columns that are alike are one kind; the search takes so many of each kind, best kinds first.
    """
    kinds: dict[tuple[int, ...], list[int]] = {}
    for column in range(len(rows[0][1])):
        kinds.setdefault(tuple(steps[column] for _, steps in rows), []).append(column)
    sizes = [max(1, -start) for start, _ in rows]
    unit = prod(sizes)
    worth = {kind: sum(step * (unit // size) for step, size in zip(kind, sizes, strict=True)) for kind in kinds}
    ordered = sorted(kinds.items(), key=lambda kind: (-worth[kind[0]], kind[1]))
    ordered = [(kind, columns) for kind, columns in ordered if any(step > 0 for step in kind)]
    if len(ordered) > KINDS:
        return None, False
    ahead = [[0] * len(rows) for _ in range(len(ordered) + 1)]
    for place in range(len(ordered) - 1, -1, -1):
        ahead[place] = [max(best, step) for best, step in zip(ahead[place + 1], ordered[place][0], strict=True)]
    best: list[int] | None = None
    limit, nodes = below, 0

    def descend(place: int, sums: list[int], taken: list[int]) -> bool:
        """False once the search has to stop."""
        nonlocal best, limit, nodes
        nodes += 1
        if nodes > NODES:
            return False
        if all(value >= 0 for value in sums):
            best, limit = list(taken), len(taken)
            return True
        left = limit - 1 - len(taken)
        if place == len(ordered) or left <= 0:
            return True
        if any(value + left * step < 0 for value, step in zip(sums, ahead[place], strict=True)):
            return True
        kind, columns = ordered[place]
        for count in range(min(left, len(columns)), -1, -1):
            if count > limit - 1 - len(taken):
                continue
            lifted = [value + count * step for value, step in zip(sums, kind, strict=True)]
            if not descend(place + 1, lifted, taken + columns[:count]):
                return False
            if limit <= least:
                return True
        return True

    complete = descend(0, [start for start, _ in rows], [])
    return best, complete
