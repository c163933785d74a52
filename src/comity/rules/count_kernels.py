"""The inner loops of `counting`, compiled: whole numbers below a modulus, added up along paths of rows.

A sum of two is below 2^64, so one comparison brings it back: t and t - modulus, whichever is the smaller, since below the
modulus the difference wraps round to a large number. Compiled by Numba on first use and cached beside the source.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]


@njit(cache=True, nogil=True)
def _plus(total: Any, times: int, amount: Any, modulus: Any) -> Any:
    """total + times x amount, for small numbers of times."""
    for _ in range(abs(times)):
        t = total + (amount if times > 0 else modulus - amount)
        total = min(t, t - modulus)
    return total


@njit(cache=True, nogil=True)
def add_members(
    table: Array, totals: Array, begin: Array, end: Array, filled: Array, units: Array, reach: int, modulus: Any
) -> None:
    """Add the members of a cell, one by one: whoever is in a row may also be, with the member, in the next of its path.

    Path by path, so that what is worked on stays in the cache.
    """
    width = table.shape[1]
    for path in range(len(begin)):
        far = reach
        for added in range(len(units)):
            own = units[added]
            top = min(width, far + own + 1)
            for row in range(min(end[path] - 2, filled[path] + added), begin[path] - 1, -1):
                totals[row + 1] = _plus(totals[row + 1], 1, totals[row], modulus)
                there = table[row + 1, own:top]
                here = table[row, : max(0, top - own)]
                for w in range(len(there)):
                    t = there[w] + here[w]
                    there[w] = min(t, t - modulus)
            far += own


@njit(cache=True, nogil=True)
def move_rows(
    table: Array, totals: Array, source: Array, target: Array, times: int, moved: Array, all_moved: Array, modulus: Any
) -> None:
    """Add each source row to, or with times = -1 take it from, its target row in another table."""
    for e in range(len(source)):
        all_moved[target[e]] = _plus(all_moved[target[e]], times, totals[source[e]], modulus)
        for w in range(table.shape[1]):
            moved[target[e], w] = _plus(moved[target[e], w], times, table[source[e], w], modulus)


@njit(cache=True, nogil=True)
def accumulate(table: Array, modulus: Any) -> None:
    """From counts at w units to counts at up to w units, in place."""
    for row in range(table.shape[0]):
        for w in range(1, table.shape[1]):
            t = table[row, w] + table[row, w - 1]
            table[row, w] = min(t, t - modulus)


@njit(cache=True, nogil=True)
def read_swings(
    table: Array, totals: Array, begin: Array, end: Array, sizes: Array, carried: Array, quotas: Array, units: int,
    modulus: Any, found: Array,
) -> None:  # fmt: skip
    """Add to found (n_players,) the swings by size of a member of the cell with so many units.

    Let g count the coalitions without the member, f all: along a path, f(row, w) = g(row, w) + g(row - 1, w - units). So
    g below x is f below x, less g below x - units one row earlier, and so on down to nothing.
    """
    n_quotas = len(quotas)
    for path in range(len(begin)):
        start, n_rows = begin[path], end[path] - begin[path]
        alone = np.zeros(n_rows, dtype=np.uint64)
        below = np.zeros((2, n_rows), dtype=np.uint64)  # g below the quota, and below the quota less the member's units
        for row in range(n_rows):
            alone[row] = totals[start + row]
            if row:
                alone[row] = _plus(alone[row], -1, alone[row - 1], modulus)
            _count(found, sizes, carried, start + row, end[path], n_quotas, 0, 1, alone[row], modulus)
            _count(found, sizes, carried, start + row + 1, end[path], n_quotas, 1, 1, alone[row], modulus)
        for q in range(n_quotas):
            layers = 1 if units == 0 else min((quotas[q] + units - 1) // units, n_rows)
            below[:] = 0
            for layer in range(layers - 1, -1, -1):
                here, earlier = below[layer % 2], below[layer % 2 if units == 0 else (layer + 1) % 2]
                x = quotas[q] - layer * units
                for row in range(n_rows):
                    here[row] = table[start + row, x - 1]
                    if row:
                        here[row] = _plus(here[row], -1, earlier[row - 1], modulus)
            if units == 0:
                below[1] = below[0]
            for row in range(n_rows):
                for reached, times in ((q + 1, -1), (q, 1)):
                    _count(found, sizes, carried, start + row, end[path], reached, 0, times, below[0, row], modulus)
                    _count(found, sizes, carried, start + row + 1, end[path], reached, 1, times, below[1, row], modulus)


@njit(cache=True, nogil=True)
def _count(
    found: Array, sizes: Array, carried: Array, row: int, end: int, reached: int, member: int, times: int, amount: Any,
    modulus: Any,
) -> None:  # fmt: skip
    """Coalitions at `row`: carried counts for the member who is in it, against the one who is not. Beyond its end a side
    path has nothing to put right, and a main path no coalitions.
    """
    size = sizes[row - member] if member else sizes[row]
    if row < end and size < len(found):
        sign = times if member else -times
        found[size] = _plus(found[size], sign * carried[row, reached], amount, modulus)
