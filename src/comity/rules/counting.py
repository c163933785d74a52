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
from math import comb, gcd, prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from comity.rules.count_kernels import accumulate, add_members, move_rows, read_swings
from comity.rules.residuals import Measured, Tree, measures_in, quotas_on, residual

Array = npt.NDArray[Any]

Key: TypeAlias = tuple[Tree, tuple[int | None, ...]]
Row: TypeAlias = tuple[Key, int]
"""A residual with its running totals, and how many said yes."""


MOST_LAID, MOST_LAID_AGAIN = 400_000, 20_000
"""Rows that may be laid out, in Python, along the first axis tried, and along each of the others: a few seconds."""


CHEAP = 2 * 10**9
"""Additions of a plan that need not be compared with others: a second or two."""


class TooMuch(Exception):
    """Counting would take more than was allowed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """Members alike in all but the axis, by number, fewest units first."""

    members: tuple[int, ...]
    units: Array
    column: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """Rows while a cell is added, laid out in paths: a further yes of the cell leads from each row to the next of its path.

    A line holds the residuals that differ by members of the cell. From some number of them on it is settled: more of them
    change nothing but size and units. The line's main path goes by size and is counted as if all of it were settled; side
    paths, one for each size at which they end, hold what is not settled yet, to be put right by its difference.

    begin, end, filled (n_paths,): rows of each path, and the last that may not be empty at the start.
    sizes (n_rows,); keys[row]: what is left of the rule once the cell is done; settled_keys[row]: what the main path took
    to be left, None on the main path itself. source, target: which rows before become which of these.
    """

    cell: _Cell
    begin: Array
    end: Array
    filled: Array
    sizes: Array
    keys: tuple[Key, ...]
    settled_keys: tuple[Key | None, ...]
    source: Array
    target: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A cell added on the way: which rows of its paths are added to, and taken from, which of n_rows afterwards."""

    paths: _Paths
    added: tuple[Array, Array]
    taken: tuple[Array, Array]
    n_rows: int


@dataclass(frozen=True, slots=True, eq=False)
class _Leaf:
    """The cell added last, for whose members swings are read.

    carried (n_rows, n_quotas + 1) int8: whether the decision is carried from each row, by how many of the quotas on the
    axis are reached; on side paths, less what the main path took it for.
    """

    paths: _Paths
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
        if best is not None and best.cost < CHEAP:
            break
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
    moduli = _moduli(n)
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


def _moduli(n_players: int) -> list[int]:
    """Numbers just below 2^63 without a common divisor, as many as tell all possible swings apart, of either sign."""
    most = comb(n_players - 1, (n_players - 1) // 2)
    found: list[int] = []
    candidate = 2**63 - 1
    while prod(found) <= 2 * most:
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
        self.moduli = len(_moduli(game.n_players))
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
        paths = self._paths(rows, cell, later)
        places: dict[Row, int] = {}
        moved: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        for row, size in enumerate(paths.sizes.tolist()):
            for key, pairs in ((paths.keys[row], moved[0]), (paths.settled_keys[row], moved[1])):
                if key is not None and not isinstance(key[0], bool):  # where nothing is open, nobody decides any more
                    pairs.append((row, places.setdefault((key, size), len(places))))
        added, taken = (_columns(pairs) for pairs in moved)
        return _Step(paths, added, taken, len(places)), list(places)

    def _leaf(self, rows: list[Row], cell: _Cell) -> _Leaf:
        paths = self._paths(rows, cell, ())
        carried = np.zeros((len(paths.keys), len(self.quotas) + 1), dtype=np.int8)
        for row, size in enumerate(paths.sizes.tolist()):
            carried[row] = self._carried(paths.keys[row][0], size)
            settled = paths.settled_keys[row]
            if settled is not None:
                carried[row] -= self._carried(settled[0], size)
        layers = int((paths.end - paths.begin).max(initial=0))
        self._spend(self.moduli * len(self.quotas) * len(paths.keys) * layers * len(set(cell.units.tolist())))
        return _Leaf(paths, carried)

    def _carried(self, tree: Tree, size: int) -> Array:
        """(n_quotas + 1,) int8: whether what is left is met at this size, by how many quotas on the axis are reached."""
        totals, nothing = [0] * len(self.game.measures), (0,) * len(self.game.measures)
        if self.heads is not None:
            totals[self.heads] = size
        met = []
        for units in (0, *self.quotas):
            if self.axis is not None:
                totals[self.axis] = units
            met.append(residual(tree, totals, nothing) is True)
        return np.array(met, dtype=np.int8)

    def _paths(self, rows: list[Row], cell: _Cell, later: Sequence[_Cell]) -> _Paths:
        m = len(cell.members)
        to_come = [sum(c.column[j] * len(c.members) for c in later) for j in range(len(self.game.measures))]
        begin: list[int] = []
        filled: list[int] = []
        sizes: list[int] = []
        keys: list[Key] = []
        settled_keys: list[Key | None] = []
        moved: list[tuple[int, int]] = []

        for settled, before, starts in self._lines(rows, cell, to_come):
            low = min(size for _, _, size in starts)
            high = max(size for _, _, size in starts) + m
            begin.append(len(sizes))
            filled.append(len(sizes) + high - m - low)
            moved += [(row, len(sizes) + size - low) for row, _, size in starts]
            sizes += range(low, high + 1)
            keys += [settled] * (high + 1 - low)
            settled_keys += [None] * (high + 1 - low)
            sides: dict[int, list[tuple[int, int]]] = {}
            for row, missing, size in starts:
                if missing > 0:
                    sides.setdefault(size + missing, []).append((row, missing))
            for end, held in sides.items():
                most = max(missing for _, missing in held)
                least = min(missing for _, missing in held)
                begin.append(len(sizes))
                filled.append(len(sizes) + most - least)
                moved += [(row, len(sizes) + most - missing) for row, missing in held]
                open_ = range(most, max(0, least - m - 1), -1)
                sizes += [end - missing for missing in open_]
                keys += [before[missing - 1] for missing in open_]
                settled_keys += [settled] * len(open_)
            self._lay(len(starts), len(sizes))
        self._spend(len(sizes) * m * (self.width + 1) * self.moduli // 2)
        source, target = _columns(moved)
        return _Paths(
            cell,
            np.array(begin, dtype=np.int64),
            np.array([*begin[1:], len(sizes)], dtype=np.int64),
            np.array(filled, dtype=np.int64),
            np.array(sizes, dtype=np.int64),
            tuple(keys),
            tuple(settled_keys),
            source,
            target,
        )

    def _lines(
        self, rows: list[Row], cell: _Cell, to_come: Sequence[int]
    ) -> list[tuple[Key, list[Key], list[tuple[int, int, int]]]]:
        """Lines: what is left once settled; what is left when 1, 2, 3 ... members are missing to that; and which rows
        start on it: row, how many are missing (0 or less: settled), size.

        Keys that differ by members of the cell are on one line, and so are those that become the same equally soon.
        """
        by_offset: dict[Key, list[tuple[int, int, int]]] = {}  # row before, position, size
        for row, (key, size) in enumerate(rows):
            line, position = _on_line(key, cell.column)
            by_offset.setdefault(line, []).append((row, position, size))
        numbers: dict[Key, int] = {}
        found = []
        for (tree, offset), starts in by_offset.items():
            last = max(position for _, position, _ in starts) + len(cell.members)
            first = min(position for _, position, _ in starts)
            self._lay(last + 1 - first, 0)
            after = self._along(tree, offset, cell.column, first, last, to_come)
            end = last
            while end > first and after[end - 1 - first] == after[-1]:
                end -= 1
            before = after[: end - first][::-1]
            name = [numbers.setdefault(key, len(numbers)) for key in (after[-1], *before)]
            missing = [(row, end - position, size) for row, position, size in starts]
            found.append((name, after[-1], before, missing))
        # The longest first: a shorter line is the end of a longer one, if it is the end of any.
        found.sort(key=lambda line: -len(line[0]))
        lines: dict[tuple[int, ...], tuple[Key, list[Key], list[tuple[int, int, int]]]] = {}
        whole = []
        for name, settled, before, starts in found:
            joined = lines.get(tuple(name))
            if joined is None:
                joined = (settled, before, [])
                whole.append(joined)
                for length in range(1, len(name) + 1):
                    lines.setdefault(tuple(name[:length]), joined)
            joined[2].extend(starts)
        return whole

    def _along(
        self,
        tree: Tree,
        offset: tuple[int | None, ...],
        column: tuple[int, ...],
        first: int,
        last: int,
        to_come: Sequence[int],
    ) -> list[Key]:
        """What is left at each of the positions first..last once the cell is done."""
        if not any(column):  # where the cell has nothing but units, its yeses leave the same
            return [self._after(tree, offset, column, 0, to_come)] * (last + 1 - first)
        return [self._after(tree, offset, column, position, to_come) for position in range(first, last + 1)]

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

    def _lay(self, looked_at: int, rows: int) -> None:
        self.laid += looked_at
        self.words = max(self.words, rows * (self.width + 1))
        if self.laid + rows > self.most_laid or self.words > self.most_words:
            raise TooMuch

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


def _columns(pairs: list[tuple[int, int]]) -> tuple[Array, Array]:
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


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
            grown, all_grown = _grown(step.paths, here, all_here, far, modulus)
            far += int(step.paths.cell.units.sum())
            here = np.zeros((step.n_rows, table.shape[1]), dtype=np.uint64)
            all_here = np.zeros(step.n_rows, dtype=np.uint64)
            move_rows(grown, all_grown, *step.added, 1, here, all_here, modulus)
            move_rows(grown, all_grown, *step.taken, -1, here, all_here, modulus)
        _descend(plan, following, here, all_here, far, modulus, swings)


def _grown(paths: _Paths, table: Array, totals: Array, reach: int, modulus: np.uint64) -> tuple[Array, Array]:
    grown = np.zeros((len(paths.sizes), table.shape[1]), dtype=np.uint64)
    all_grown = np.zeros(len(paths.sizes), dtype=np.uint64)
    move_rows(table, totals, paths.source, paths.target, 1, grown, all_grown, modulus)
    add_members(grown, all_grown, paths.begin, paths.end, paths.filled, paths.cell.units, reach, modulus)
    return grown, all_grown


def _read(plan: Plan, leaf: _Leaf, table: Array, totals: Array, reach: int, modulus: np.uint64, swings: Array) -> None:
    paths = leaf.paths
    grown, all_grown = _grown(paths, table, totals, reach, modulus)
    accumulate(grown, modulus)
    found: dict[int, Array] = {}
    for player, units in zip(paths.cell.members, paths.cell.units.tolist(), strict=True):
        if units not in found:
            found[units] = np.zeros(plan.n_players, dtype=np.uint64)
            read_swings(
                grown, all_grown, paths.begin, paths.end, paths.sizes, leaf.carried, plan.quotas, units, modulus,
                found[units],
            )  # fmt: skip
        swings[player] = found[units]
