"""Swings counted by dynamic programming over size and units, exactly, for hundreds of members.

One measure, the heaviest to follow, is laid out as an axis; the number of yeses is another; what the rest of the rule
needs to know is a residual (`residuals`). Members who are alike in the rest form a cell. To count for the members of a
cell, all other cells are added first, then the cell itself, and each member is taken out again: with prefix sums over
the axis that needs only the points quota, quota - units, quota - 2 units ... Cells share their beginnings by halving.

Counts have as many bits as there are members. They are kept as remainders by numbers just below 2^63, so that an
addition is one machine word, and put together at the end (Chinese remainder theorem).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import gcd, prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.rules.residuals import Measured, Tree, measures_in, quotas_on, residual

Array = npt.NDArray[Any]

MODULUS_BITS = 62
"""Every modulus is above 2^62, so that this many bits are safe with each."""

Key: TypeAlias = tuple[Tree, tuple[int | None, ...]]
Row: TypeAlias = tuple[Key, int]
"""A residual with its running totals, and how many said yes."""


MOST_LAID, MOST_LAID_AGAIN = 400_000, 20_000
"""Rows that may be laid out, in Python, along the first axis tried, and along each of the others: a few seconds."""


class TooMuch(Exception):
    """Counting would take more than was allowed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """Members alike in all but the axis, by number, fewest units first."""

    members: tuple[int, ...]
    units: Array
    column: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """Rows while a cell is added, by ascending size, and where a further yes of the cell leads from each.

    start: row of each row before. source, target, since: the steps, by descending size, and how many members must have
    been added before the step can carry anything. keys: what is left of the rule once the cell is done.
    """

    cell: _Cell
    keys: tuple[Key, ...]
    sizes: Array
    start: Array
    source: Array
    target: Array
    since: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A cell added on the way. merged: row afterwards of each row of the chain, -1 where nothing is open any more."""

    chain: _Chain
    merged: Array
    n_rows: int


@dataclass(frozen=True, slots=True, eq=False)
class _Leaf:
    """The cell added last, for whose members swings are read. carried (n_rows, n_quotas + 1) int8: whether the decision
    is carried from each row, by how many of the quotas on the axis are reached.
    """

    chain: _Chain
    carried: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Fork:
    """Each half of the cells, after the steps that add the other half."""

    ways: tuple[tuple[tuple[_Step, ...], _Leaf | _Fork], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How a game will be counted. cost: additions of machine words, about; words: the largest table."""

    n_players: int
    quotas: Array
    root: _Leaf | _Fork
    cost: int
    words: int


def plan(game: Measured, most: int, most_words: int) -> Plan | None:
    """The cheapest plan of at most `most` additions and tables of `most_words` words, or None.

    Every measure is tried as the axis, the one with the most different units first: it is rarely beaten.
    """
    measures = sorted(range(len(game.measures)), key=lambda j: (-len(set(game.measures[j])), j))
    axes = [axis for axis in (*measures, None) if axis is None or not _is_heads(game, axis)]
    best: Plan | None = None
    for axis in axes:
        try:
            found = _Planner(game, axis, most, most_words, MOST_LAID if axis == axes[0] else MOST_LAID_AGAIN).plan()
        except TooMuch:
            continue
        best = found if best is None or found.cost < best.cost else best
    return best


def count_swings(plan: Plan, threads: int = 2) -> list[list[int]]:
    """[player][size]: coalitions of that size, without the player, that the player makes win, less those it makes lose.

    Sizes 0 to n_players - 1. Only rules that turn something round (`Negated`) have coalitions of the second kind.
    Each modulus is a thread's work; the findings do not depend on how many threads there are.
    """
    n = plan.n_players
    moduli = _moduli(n + 2)
    with ThreadPoolExecutor(threads) as pool:
        remainders = np.stack(list(pool.map(partial(_run, plan), moduli)))
    whole = prod(moduli)
    parts = [whole // modulus * pow(whole // modulus, -1, modulus) for modulus in moduli]
    swings = [[0] * n for _ in range(n)]
    for player in range(n):
        for size in range(n):
            found = sum(int(remainders[m, player, size]) * part for m, part in enumerate(parts)) % whole
            swings[player][size] = found if 2 * found < whole else found - whole
    return swings


def _moduli(bits: int) -> list[int]:
    """Numbers just below 2^63 without a common divisor, whose product has more than so many bits."""
    found: list[int] = []
    candidate = 2**63 - 1
    while len(found) * MODULUS_BITS <= bits:
        if all(gcd(candidate, other) == 1 for other in found):
            found.append(candidate)
        candidate -= 2
    return found


def _is_heads(game: Measured, measure: int) -> bool:
    return set(game.measures[measure]) == {1}


# --- the plan ---


class _Planner:
    """Lays out rows and steps for one choice of axis, and stops when they become too many."""

    def __init__(self, game: Measured, axis: int | None, most: int, most_words: int, most_laid: int) -> None:
        self.game, self.axis, self.most, self.most_words, self.most_laid = game, axis, most, most_words, most_laid
        self.heads = next((j for j in range(len(game.measures)) if _is_heads(game, j)), None)
        self.quotas = sorted(quotas_on(game.tree, axis)) if axis is not None else []
        self.width = self.quotas[-1] if self.quotas else 0
        self.moduli = len(_moduli(game.n_players + 2))
        self.cost = self.words = self.laid = 0

    def plan(self) -> Plan:
        unknown = {self.axis, self.heads}
        cells: dict[tuple[int, ...], list[int]] = {}
        for player in range(self.game.n_players):
            column = tuple(0 if j in unknown else units for j, units in enumerate(self.game.column(player)))
            cells.setdefault(column, []).append(player)
        axis_units = self.game.measures[self.axis] if self.axis is not None else (0,) * self.game.n_players
        ordered = []
        for column, members in cells.items():
            members.sort(key=lambda player: (axis_units[player], player))
            units = np.array([axis_units[player] for player in members], dtype=np.int64)
            ordered.append(_Cell(tuple(members), units, column))
        ordered.sort(key=lambda cell: (len(cell.members), cell.members[0]))
        nothing = tuple(None if j in unknown else 0 for j in range(len(self.game.measures)))
        root = self._split([((self.game.tree, nothing), 0)], ordered)
        return Plan(self.game.n_players, np.array(self.quotas, dtype=np.int64), root, self.cost, self.words)

    def _split(self, rows: list[Row], cells: Sequence[_Cell]) -> _Leaf | _Fork:
        if len(cells) == 1:
            return self._leaf(rows, cells[0])
        half = len(cells) // 2
        ways = []
        for first, last in ((cells[:half], cells[half:]), (cells[half:], cells[:half])):
            left, steps = rows, []
            for i, cell in enumerate(first):
                step, left = self._step(left, cell, (*first[i + 1 :], *last))
                steps.append(step)
            ways.append((tuple(steps), self._split(left, last)))
        return _Fork(tuple(ways))

    def _step(self, rows: list[Row], cell: _Cell, later: Sequence[_Cell]) -> tuple[_Step, list[Row]]:
        chain = self._chain(rows, cell, later)
        places: dict[Row, int] = {}
        merged = np.full(len(chain.keys), -1, dtype=np.int64)
        for row, key in enumerate(chain.keys):
            if not isinstance(key[0], bool):
                merged[row] = places.setdefault((key, int(chain.sizes[row])), len(places))
        return _Step(chain, merged, len(places)), list(places)

    def _leaf(self, rows: list[Row], cell: _Cell) -> _Leaf:
        chain = self._chain(rows, cell, ())
        carried = np.zeros((len(chain.keys), len(self.quotas) + 1), dtype=np.int8)
        nothing = (0,) * len(self.game.measures)
        for row, (tree, _) in enumerate(chain.keys):
            totals = [0] * len(self.game.measures)
            if self.heads is not None:
                totals[self.heads] = int(chain.sizes[row])
            for reached, units in enumerate((0, *self.quotas)):
                if self.axis is not None:
                    totals[self.axis] = units
                carried[row, reached] = residual(tree, totals, nothing)
        self._spend(
            self.moduli * len(chain.keys) * len(cell.members) * len(self.quotas) * len(set(cell.units.tolist()))
        )
        return _Leaf(chain, carried)

    def _chain(self, rows: list[Row], cell: _Cell, later: Sequence[_Cell]) -> _Chain:
        m = len(cell.members)
        to_come = [sum(c.column[j] * len(c.members) for c in later) for j in range(len(self.game.measures))]
        lines: dict[Key, list[tuple[int, int]]] = {}
        placed = []
        for key, size in rows:
            line, position = _on_line(key, cell.column)
            lines.setdefault(line, []).append((position, size))
            placed.append((line, position, size))
        laid: dict[tuple[int, int, int], tuple[int, Key]] = {}  # (size, line, position) -> since, key
        settled: list[int] = []  # from so many yeses of the cell on, more of them change nothing but size and units
        for number, ((tree, offset), starts) in enumerate(lines.items()):
            last = max(position for position, _ in starts) + m
            positions = range(last + 1) if any(cell.column) else (0,)
            self.laid += (m + 1) * len(starts) + len(positions)
            if self.laid > self.most_laid:
                raise TooMuch
            after = [self._after(tree, offset, cell.column, position, to_come) for position in positions]
            after += after * (last + 1 - len(after))  # where the cell has nothing but units, its yeses leave the same
            end = last
            while end and after[end - 1] == after[last]:
                end -= 1
            settled.append(end)
            for position, size in starts:
                for count in range(m + 1):
                    at = min(position + count, end)
                    place = (size + count, number, at)
                    laid[place] = (min(count, laid.get(place, (count,))[0]), after[at])
            if len(laid) * (self.width + 1) > self.most_words:
                raise TooMuch
        self.words = max(self.words, len(laid) * (self.width + 1))
        self._spend(len(laid) * m * (self.width + 1) * self.moduli // 2)
        places = {place: row for row, place in enumerate(sorted(laid))}
        source, target, since = [], [], []
        for size, number, position in sorted(laid, reverse=True):
            following = (size + 1, number, min(position + 1, settled[number]))
            if following in places:
                source.append(places[size, number, position])
                target.append(places[following])
                since.append(laid[size, number, position][0])
        numbers = {line: number for number, line in enumerate(lines)}
        start = []
        for line, position, size in placed:
            number = numbers[line]
            start.append(places[size, number, min(position, settled[number])])
        return _Chain(
            cell,
            tuple(laid[place][1] for place in places),  # in the order of rows
            np.array([place[0] for place in places], dtype=np.int64),
            np.array(start, dtype=np.int64),
            np.array(source, dtype=np.int64),
            np.array(target, dtype=np.int64),
            np.array(since, dtype=np.int64),
        )

    def _after(
        self, tree: Tree, totals: tuple[int | None, ...], column: tuple[int, ...], count: int, to_come: Sequence[int]
    ) -> Key:
        """What is left once the cell is done and `count` of it said yes; totals that no longer matter become 0."""
        reached = [
            None if total is None else total + count * units for total, units in zip(totals, column, strict=True)
        ]
        left = residual(tree, reached, to_come)
        alive = measures_in(left)
        return left, tuple(None if t is None else t if j in alive else 0 for j, t in enumerate(reached))

    def _spend(self, cost: int) -> None:
        self.cost += cost
        if self.cost > self.most:
            raise TooMuch


def _on_line(key: Key, column: tuple[int, ...]) -> tuple[Key, int]:
    """The key taken back by as many members of the cell as its totals hold, and how many that are.

    Totals that differ by members of the cell meet again while it is added, and are laid out as one line.
    """
    tree, totals = key
    held = [total // units for total, units in zip(totals, column, strict=True) if units and total is not None]
    position = min(held, default=0)
    back = tuple(None if t is None else t - position * units for t, units in zip(totals, column, strict=True))
    return (tree, back), position


# --- the count, by one modulus ---


def _run(plan: Plan, modulus: int) -> Array:
    """(n_players, n_players) uint64: swings by player and size, modulo the modulus."""
    swings = np.zeros((plan.n_players, plan.n_players), dtype=np.uint64)
    width = int(plan.quotas[-1]) if len(plan.quotas) else 0
    table = np.zeros((1, width), dtype=np.uint64)
    table[:, :1] = 1
    _descend(plan, plan.root, table, np.ones(1, dtype=np.uint64), 0, np.uint64(modulus), swings)
    return swings


def _descend(
    plan: Plan, node: _Leaf | _Fork, table: Array, totals: Array, reach: int, modulus: np.uint64, swings: Array
) -> None:
    """table (n_rows, width): coalitions of each row by units on the axis, below the highest quota; totals (n_rows,): by
    any units; reach: the most units that any of them has.
    """
    if isinstance(node, _Leaf):
        _read(plan, node, table, totals, reach, modulus, swings)
        return
    for steps, following in node.ways:
        here, all_here, far = table, totals, reach
        for step in steps:
            grown, all_grown = _grown(step.chain, here, all_here, far, modulus)
            far += int(step.chain.cell.units.sum())
            here = np.zeros((step.n_rows, table.shape[1]), dtype=np.uint64)
            all_here = np.zeros(step.n_rows, dtype=np.uint64)
            _merge(grown, all_grown, step.merged, here, all_here, modulus)
        _descend(plan, following, here, all_here, far, modulus, swings)


def _grown(chain: _Chain, table: Array, totals: Array, reach: int, modulus: np.uint64) -> tuple[Array, Array]:
    grown = np.zeros((len(chain.sizes), table.shape[1]), dtype=np.uint64)
    all_grown = np.zeros(len(chain.sizes), dtype=np.uint64)
    _merge(table, totals, chain.start, grown, all_grown, modulus)
    _add(grown, all_grown, chain.source, chain.target, chain.since, chain.cell.units, reach, modulus)
    return grown, all_grown


def _read(plan: Plan, leaf: _Leaf, table: Array, totals: Array, reach: int, modulus: np.uint64, swings: Array) -> None:
    chain = leaf.chain
    grown, all_grown = _grown(chain, table, totals, reach, modulus)
    _accumulate(grown, modulus)
    following = np.full(len(chain.sizes), -1, dtype=np.int64)
    following[chain.source] = chain.target
    before = np.full((len(chain.sizes), 2), -1, dtype=np.int64)  # at most two rows lead to one
    for source, target in zip(chain.source, chain.target, strict=True):
        before[target, int(before[target, 0] >= 0)] = source
    found: dict[int, Array] = {}
    for player, units in zip(chain.cell.members, chain.cell.units.tolist(), strict=True):
        if units not in found:
            found[units] = _swings(
                grown, all_grown, before, following, chain.sizes, leaf.carried, plan.quotas, units,
                plan.n_players, modulus,
            )  # fmt: skip
        swings[player] = found[units]


@njit(cache=True, nogil=True)
def _add(
    table: Array, totals: Array, source: Array, target: Array, since: Array, units: Array, reach: int, modulus: Any
) -> None:
    """Add the members of a cell, one by one: whoever is in a source may also be, with the member, in its target."""
    width = table.shape[1]
    for added in range(len(units)):
        own = units[added]
        top = min(width, reach + own + 1)
        for e in range(len(source)):
            if since[e] > added:
                continue
            t = totals[target[e]] + totals[source[e]]
            totals[target[e]] = min(t, t - modulus)  # below the modulus, t - modulus wraps round and is the larger
            there = table[target[e], own:top]
            here = table[source[e], : max(0, top - own)]
            for w in range(len(there)):
                t = there[w] + here[w]
                there[w] = min(t, t - modulus)
        reach += own


@njit(cache=True, nogil=True)
def _merge(table: Array, totals: Array, places: Array, merged: Array, all_merged: Array, modulus: Any) -> None:
    """Add each row to its place in another table; -1 is no place. Rows with one place are interchangeable there."""
    for row in range(len(places)):
        place = places[row]
        if place < 0:
            continue
        t = all_merged[place] + totals[row]
        all_merged[place] = min(t, t - modulus)
        for w in range(table.shape[1]):
            t = merged[place, w] + table[row, w]
            merged[place, w] = min(t, t - modulus)


@njit(cache=True, nogil=True)
def _accumulate(table: Array, modulus: Any) -> None:
    """From counts at w units to counts at up to w units, in place."""
    for row in range(table.shape[0]):
        for w in range(1, table.shape[1]):
            t = table[row, w] + table[row, w - 1]
            table[row, w] = min(t, t - modulus)


@njit(cache=True, nogil=True)
def _swings(
    table: Array, totals: Array, before: Array, following: Array, sizes: Array, carried: Array, quotas: Array, units: int,
    n_players: int, modulus: Any,
) -> Array:  # fmt: skip
    """(n_players,): swings by size of a member of the cell with so many units.

    Let g count the coalitions without the member, f all: f(row, w) = g(row, w) + sum of g(source, w - units) over the
    rows that lead to it. So g below x needs g below x - units one row earlier, and so on down to nothing.
    """
    n_rows, n_quotas = len(sizes), len(quotas)
    found = np.zeros(n_players, dtype=np.uint64)
    alone = np.zeros(n_rows, dtype=np.uint64)
    _taken_out(totals, before, alone, alone, modulus)
    below = np.zeros((2, n_rows), dtype=np.uint64)  # g below the quota, and below the quota less the member's units
    column = np.zeros(n_rows, dtype=np.uint64)
    for q in range(-1, n_quotas):
        if q >= 0:
            layers = 1 if units == 0 else min((quotas[q] + units - 1) // units, sizes[-1] - sizes[0] + 1)
            later, here = np.zeros(n_rows, dtype=np.uint64), np.zeros(n_rows, dtype=np.uint64)
            below[:] = 0
            for layer in range(layers - 1, -1, -1):
                x = quotas[q] - layer * units
                for row in range(n_rows):
                    column[row] = table[row, x - 1]
                if units == 0:
                    _taken_out(column, before, here, here, modulus)
                    below[1] = here
                else:
                    _taken_out(column, before, later, here, modulus)
                if layer < 2:
                    below[layer] = here
                later, here = here, later
        for row in range(n_rows):
            after = following[row]
            if after < 0:
                continue
            # Carried with the member, less carried without: at any units, less what the quotas not reached take away.
            if q < 0:
                gain = carried[after, n_quotas] - carried[row, n_quotas]
                found[sizes[row]] = _plus(found[sizes[row]], gain, alone[row], modulus)
            else:
                gain = carried[after, q + 1] - carried[after, q]
                found[sizes[row]] = _plus(found[sizes[row]], -gain, below[1, row], modulus)
                gain = carried[row, q + 1] - carried[row, q]
                found[sizes[row]] = _plus(found[sizes[row]], gain, below[0, row], modulus)
    return found


@njit(cache=True, nogil=True)
def _taken_out(all_: Array, before: Array, earlier: Array, out: Array, modulus: Any) -> None:
    """out[row] = all_[row] less earlier[source] for the rows that lead to it; `earlier` may be `out` itself."""
    for row in range(len(all_)):
        t = all_[row]
        for k in range(2):
            if before[row, k] >= 0:
                t -= earlier[before[row, k]]
                t = min(t, t + modulus)  # a negative difference wraps round to a large one
        out[row] = t


@njit(cache=True, nogil=True)
def _plus(total: Any, sign: int, amount: Any, modulus: Any) -> Any:
    """total + sign x amount, for a sign of -1, 0 or 1."""
    if sign == 0:
        return total
    t = total + (amount if sign > 0 else modulus - amount)
    return min(t, t - modulus)
