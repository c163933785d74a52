"""Cells of opinion space: people who stand near each other, summed.

Positions are rounded to a fixed grid of integers first, so cells are the same on every processor. Two kinds: the fine cells in
all axes over which agreement is averaged (a k-d tree, cut at medians), and the bubbles of the drawn map in the first two axes.
Neither ever holds fewer people than stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.votes import Int64Array

GRID = 1024
"""Grid steps in one unit (standard deviation) of position."""
MOST_CELLS = 128
MAP_SIDE = 26  # squares on a side of the drawn map


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A partition of people. people (n_cells,) int64; sums (n_cells, n_axes) int64: summed grid positions."""

    people: Int64Array
    sums: Int64Array

    def centres(self) -> npt.NDArray[np.float64]:
        """(n_cells, n_axes) float64: mean position of the people in each cell."""
        return self.sums / (self.people[:, None] * float(GRID))


@dataclass(frozen=True, slots=True, eq=False)
class CellTree:
    """Where the cells were cut: a held partition for people who come later.

    axis (n_nodes,) int64, -1 at a leaf; threshold (n_nodes,) int64 grid: smaller goes to `below`; leaf (n_nodes,) int64: cell number.
    """

    axis: Int64Array
    threshold: Int64Array
    below: Int64Array
    above: Int64Array
    leaf: Int64Array

    def cell_of(self, grid: Int64Array) -> Int64Array:
        """(n_people,) int64: the cell of each grid position (n_people, n_axes)."""
        node = np.zeros(len(grid), dtype=np.int64)
        rows = np.arange(len(grid))
        while True:
            axis = self.axis[node]
            inner = axis >= 0
            if not inner.any():
                return np.asarray(self.leaf[node])
            value = grid[rows[inner], axis[inner]]
            at = node[inner]
            node[inner] = np.where(value < self.threshold[at], self.below[at], self.above[at])


def on_grid(positions: npt.NDArray[Any]) -> Int64Array:
    """Positions rounded to the integer grid, half to even."""
    grid: Int64Array = np.rint(positions * GRID).astype(np.int64)
    return grid


def grow(grid: Int64Array, *, smallest: int = 5, most: int = MOST_CELLS) -> CellTree:
    """Cuts people into at most `most` cells of at least `smallest` people each.

    The cell with most people is cut first (ties: the older), across the axis on which they spread most (ties: the lower), at
    the median. People on one grid point stay together. O(people log cells) time.
    """
    n_axes = grid.shape[1]
    axis, threshold, below, above = [-1], [0], [-1], [-1]
    members: dict[int, Any] = {0: np.arange(len(grid))}
    finished: set[int] = set()
    while len(members) < most:
        open_nodes = [node for node in members if node not in finished and len(members[node]) >= 2 * smallest]
        if not open_nodes or not n_axes:
            break
        node = max(open_nodes, key=lambda n: (len(members[n]), -n))
        inside = grid[members[node]]
        total, square = inside.sum(axis=0), (inside * inside).sum(axis=0)
        spread = [len(inside) * int(square[a]) - int(total[a]) ** 2 for a in range(n_axes)]
        for a in sorted(range(n_axes), key=lambda a: (-spread[a], a)):
            values = inside[:, a]
            middle = int(np.partition(values, len(values) // 2)[len(values) // 2])
            cut = next(
                (c for c in (middle, middle + 1) if smallest <= int((values < c).sum()) <= len(values) - smallest), None
            )
            if cut is not None:
                break
        else:
            finished.add(node)
            continue
        left = values < cut
        axis[node], threshold[node] = a, cut
        below[node], above[node] = len(axis), len(axis) + 1
        for part in (left, ~left):
            members[len(axis)] = members[node][part]
            axis.append(-1)
            threshold.append(0)
            below.append(-1)
            above.append(-1)
        del members[node]
    leaf = np.full(len(axis), -1, dtype=np.int64)
    for number, node in enumerate(sorted(members)):
        leaf[node] = number
    numbers = [np.array(entry, dtype=np.int64) for entry in (axis, threshold, below, above)]
    return CellTree(numbers[0], numbers[1], numbers[2], numbers[3], leaf)


def summed(tree: CellTree, grid: Int64Array) -> tuple[Cells, Int64Array]:
    """Cells of these people, and each person's cell (n_people,)."""
    cell = tree.cell_of(grid)
    n = int(tree.leaf.max()) + 1
    people = np.bincount(cell, minlength=n).astype(np.int64)
    sums = np.zeros((n, grid.shape[1]), dtype=np.int64)
    for a in range(grid.shape[1]):
        np.add.at(sums[:, a], cell, grid[:, a])
    return Cells(people, sums), cell


def bubbles(grid: Int64Array, *, smallest: int = 5) -> tuple[Cells, Int64Array]:
    """People on the drawn map: squares of the first two axes, those with fewer than `smallest` people joined to the nearest.

    With one axis the second coordinate is 0. Returns the cells in the order of their first square (x, then y) and each
    person's cell. Nearest by distance of the means, ties by the lower number. Fewer than `smallest` people in all: no cells.
    """
    if len(grid) < smallest or not grid.shape[1]:
        return Cells(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64)), np.full(
            len(grid), -1, dtype=np.int64
        )
    plane = np.zeros((len(grid), 2), dtype=np.int64)
    plane[:, : min(2, grid.shape[1])] = grid[:, :2]
    low, high = plane.min(axis=0), plane.max(axis=0)
    step = max(int((high - low).max()) // MAP_SIDE + 1, 1)
    square = (plane - low) // step
    _, cell = np.unique(square[:, 0] * (MAP_SIDE + 2) + square[:, 1], return_inverse=True)
    n = int(cell.max()) + 1
    people = np.bincount(cell, minlength=n).astype(np.int64)
    sums = np.stack([np.bincount(cell, weights=plane[:, a], minlength=n).astype(np.int64) for a in (0, 1)], axis=1)
    into = np.arange(n)
    alive = np.ones(n, dtype=np.bool_)
    while True:
        small = np.flatnonzero(alive & (people < smallest))
        if not len(small) or alive.sum() == 1:
            break
        c = int(small[np.argmin(people[small])])
        means = sums / np.maximum(people, 1)[:, None]
        distance = ((means - means[c]) ** 2).sum(axis=1)
        distance[~alive] = np.inf
        distance[c] = np.inf
        target = int(np.argmin(distance))
        people[target] += people[c]
        sums[target] += sums[c]
        alive[c] = False
        into[into == c] = target
    kept = np.flatnonzero(alive)
    number = np.full(n, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    return Cells(people[kept], sums[kept]), number[into[cell]]
