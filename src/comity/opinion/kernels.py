"""Loops over votes, compiled: integers in, integers out, and floats in one fixed order of IEEE operations.

Nothing here calls BLAS or a mathematics library, so that the results are the same bytes on every processor; `exp` and `log`
are therefore written out (see `arithmetic.py`). All functions are compiled by Numba on first use and cached beside the source.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]


def rows_from_events(
    person: Array, column: Array, value: Array, n_people: int, time: Array | None, important: Array | None
) -> tuple[Array, Array, Array, Array | None]:
    """Events into compressed rows, the last event of each person and statement winning.

    Returns (offsets (n_people + 1,), columns, values, important or None); columns ascend within a person.
    """
    order_of = np.argsort(time, kind="stable") if time is not None else np.empty(0, dtype=np.int64)
    marks = important if important is not None else np.empty(0, dtype=np.bool_)
    offsets, columns, values, kept_marks = _rows(person, column, value, n_people, order_of, marks)
    return offsets, columns, values, kept_marks if important is not None else None


@njit(cache=True)
def _rows(
    person: Array, column: Array, value: Array, n_people: int, order_of: Array, marks: Array
) -> tuple[Array, Array, Array, Array]:
    n_events = len(person)
    start = np.zeros(n_people + 1, dtype=np.int64)
    for e in range(n_events):
        start[person[e] + 1] += 1
    for p in range(n_people):
        start[p + 1] += start[p]
    fill = start[:-1].copy()
    columns = np.empty(n_events, dtype=np.int32)
    values = np.empty(n_events, dtype=np.int8)
    kept_marks = np.empty(n_events if len(marks) else 0, dtype=np.bool_)
    timed = len(order_of) > 0
    for r in range(n_events):
        e = order_of[r] if timed else r
        p = person[e]
        c = column[e]
        at = fill[p]
        # insertion from the right: people vote on tens of statements, mostly in order
        while at > start[p] and columns[at - 1] > c:
            at -= 1
        if at > start[p] and columns[at - 1] == c:
            values[at - 1] = value[e]
            if len(marks):
                kept_marks[at - 1] = marks[e]
            continue
        last = fill[p]
        while last > at:
            columns[last] = columns[last - 1]
            values[last] = values[last - 1]
            if len(marks):
                kept_marks[last] = kept_marks[last - 1]
            last -= 1
        columns[at] = c
        values[at] = value[e]
        if len(marks):
            kept_marks[at] = marks[e]
        fill[p] += 1
    offsets = np.zeros(n_people + 1, dtype=np.int64)
    for p in range(n_people):
        offsets[p + 1] = offsets[p] + fill[p] - start[p]
    total = offsets[n_people]
    if total != n_events:  # close the gaps that revotes left
        for p in range(n_people):
            for k in range(fill[p] - start[p]):
                columns[offsets[p] + k] = columns[start[p] + k]
                values[offsets[p] + k] = values[start[p] + k]
                if len(marks):
                    kept_marks[offsets[p] + k] = kept_marks[start[p] + k]
    return offsets, columns[:total].copy(), values[:total].copy(), kept_marks[: total if len(marks) else 0].copy()
