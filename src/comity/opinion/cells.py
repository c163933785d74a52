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
from numba import njit

from comity.opinion.votes import Int64Array

Array = npt.NDArray[Any]

GRID = 1024
"""Grid steps in one unit (standard deviation) of position."""
MOST_CELLS = 128
MAP_SIDE = 26
"""Squares on a side of the drawn map."""
MAP_SQUARES = MAP_SIDE * MAP_SIDE


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
        cell: Int64Array = _descend(self.axis, self.threshold, self.below, self.above, self.leaf, grid)
        return cell


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
        inside = members[node]
        total, square = _powers(grid, inside)
        spread = [len(inside) * int(square[a]) - int(total[a]) ** 2 for a in range(n_axes)]
        for a in sorted(range(n_axes), key=lambda a: (-spread[a], a)):
            values = grid[inside, a]
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
    return Cells(*_added(cell, grid, n)), cell


@dataclass(frozen=True, slots=True)
class Frame:
    """The squares of the drawn map, MAP_SIDE on a side, in the first two axes. low: the grid position (x, y) of the first corner;
    step: the side of a square. People beyond the frame belong to the square at its edge that is nearest on each axis.
    """

    low: tuple[int, int]
    step: int

    def square_of(self, grid: Int64Array) -> Int64Array:
        """(n_people,) int64: the square of each grid position (n_people, n_axes), in the order of x, then y."""
        at = (plane_of(grid) - np.array(self.low, dtype=np.int64)) // self.step
        at = np.minimum(np.maximum(at, 0), MAP_SIDE - 1)
        return np.asarray(at[:, 0] * MAP_SIDE + at[:, 1])


def frame_of(grid: Int64Array) -> Frame:
    """The smallest frame of square squares around these people; grid (n_people, n_axes)."""
    if not len(grid):
        return Frame((0, 0), 1)
    plane = plane_of(grid)
    low, high = plane.min(axis=0), plane.max(axis=0)
    return Frame((int(low[0]), int(low[1])), int((high - low).max()) // MAP_SIDE + 1)


def plane_of(grid: Int64Array) -> Int64Array:
    """(n_people, 2) int64: positions on the drawn map; with one axis the second coordinate is 0."""
    plane = np.zeros((len(grid), 2), dtype=np.int64)
    width = min(2, grid.shape[1])
    plane[:, :width] = grid[:, :width]
    return plane


def bubbles(squares: Cells, *, smallest: int = 5) -> tuple[Cells, Int64Array]:
    """What is drawn on the map: the squares, those with fewer than `smallest` people joined to the nearest.

    Returns the bubbles in the order of their first square, and the bubble of each square (n_squares,), -1 where nobody is.
    Nearest by distance of the means, ties by the lower number. Fewer than `smallest` people in all: no bubbles.
    """
    number = np.full(len(squares.people), -1, dtype=np.int64)
    if squares.people.sum() < smallest:
        return Cells(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64)), number
    taken = np.flatnonzero(squares.people)
    people, sums = squares.people[taken].copy(), squares.sums[taken].copy()
    into = np.arange(len(taken))
    alive = np.ones(len(taken), dtype=np.bool_)
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
    place = np.full(len(taken), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    number[taken] = place[into]
    return Cells(people[kept], sums[kept]), number


@njit(cache=True, nogil=True)
def _descend(axis: Array, threshold: Array, below: Array, above: Array, leaf: Array, grid: Array) -> Array:
    cell = np.empty(len(grid), dtype=np.int64)
    for i in range(len(grid)):
        node = 0
        while axis[node] >= 0:
            node = below[node] if grid[i, axis[node]] < threshold[node] else above[node]
        cell[i] = leaf[node]
    return cell


@njit(cache=True, nogil=True)
def _powers(grid: Array, members: Array) -> tuple[Array, Array]:
    """Sum and sum of squares of the members' positions on each axis."""
    total, square = np.zeros(grid.shape[1], dtype=np.int64), np.zeros(grid.shape[1], dtype=np.int64)
    for i in members:
        for a in range(grid.shape[1]):
            total[a] += grid[i, a]
            square[a] += grid[i, a] * grid[i, a]
    return total, square


@njit(cache=True, nogil=True)
def _added(cell: Array, grid: Array, n_cells: int) -> tuple[Array, Array]:
    people, sums = np.zeros(n_cells, dtype=np.int64), np.zeros((n_cells, grid.shape[1]), dtype=np.int64)
    for i in range(len(cell)):
        people[cell[i]] += 1
        for a in range(grid.shape[1]):
            sums[cell[i], a] += grid[i, a]
    return people, sums
