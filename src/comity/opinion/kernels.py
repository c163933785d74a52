"""Events arranged and counted, compiled: ids numbered and votes brought into rows, by counting and never by comparing.

Integers in, integers out. All functions are compiled by Numba on first use and cached beside the source.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

BLOCK_EVENTS = 16_384
"""Events that are arranged at a time: few enough to stay in the cache."""


def rows_from_events(
    person: Array, column: Array, value: Array, n_people: int, n_columns: int, important: Array | None
) -> tuple[Array, Array, Array, Array | None]:
    """Events into compressed rows, the last event of each person and statement winning.

    person, column (n_events,) int32; value (n_events,) int8; important (n_events,) bool or None.
    Returns (offsets (n_people + 1,), columns, values, important or None); columns ascend within a person.
    People are parted into blocks; within a block events are counted out by column, then by person, both in the order given.
    O(n_events + n_people + n_columns) time whatever the order; 9 bytes per event beyond what is given.
    """
    shift = 0  # people per block, as a power of two
    wanted = max(BLOCK_EVENTS, n_columns)
    while (n_people >> shift) > 1 and (len(person) << shift) < wanted * n_people:
        shift += 1
    marks = important if important is not None else np.empty(0, dtype=np.bool_)
    columns, packed = np.empty(len(person), dtype=np.int32), np.empty(len(person), dtype=np.int32)
    starts = _blocks(person, column, value, marks, n_people, shift, columns, packed)
    values = np.empty(len(person), dtype=np.int8)
    kept_marks = np.empty(len(marks), dtype=np.bool_)
    offsets = _rows(starts, columns, packed, values, kept_marks, n_people, n_columns, shift)
    del packed
    total = int(offsets[-1])
    if total < len(person):  # what revotes left at the end
        columns, values, kept_marks = columns[:total].copy(), values[:total].copy(), kept_marks[:total].copy()
    return offsets, columns, values, kept_marks if important is not None else None


@njit(cache=True, nogil=True)
def _blocks(
    person: Array, column: Array, value: Array, marks: Array, n_people: int, shift: int, who: Array, what: Array
) -> Array:
    """Events by block of people, in the order given: person, and column, mark and vote in one integer."""
    starts = np.zeros((n_people >> shift) + 2, dtype=np.int64)
    for e in range(len(person)):
        starts[(person[e] >> shift) + 1] += 1
    for b in range(len(starts) - 1):
        starts[b + 1] += starts[b]
    fill = starts[:-1].copy()
    for e in range(len(person)):
        b = person[e] >> shift
        who[fill[b]] = person[e]
        mark = 4 if len(marks) and marks[e] else 0
        what[fill[b]] = (column[e] << 3) | mark | (value[e] + 1)
        fill[b] += 1
    return starts


@njit(cache=True, nogil=True)
def _rows(
    starts: Array, columns: Array, packed: Array, values: Array, marks: Array, n_people: int, n_columns: int, shift: int
) -> Array:
    """Each block by person and column; `columns` holds the persons at first. Rows are moved down where revotes left gaps."""
    most = 0
    for b in range(len(starts) - 1):
        most = max(most, starts[b + 1] - starts[b])
    who, what = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    of_column = np.zeros(n_columns + 1, dtype=np.int64)
    width = 1 << shift
    begin, fill = np.zeros(width + 1, dtype=np.int64), np.zeros(width, dtype=np.int64)
    offsets = np.zeros(n_people + 1, dtype=np.int64)
    total = 0
    for b in range(len(starts) - 1):
        first, last = starts[b], starts[b + 1]
        base = b << shift
        of_column[:] = 0
        begin[:] = 0
        for k in range(first, last):
            of_column[(packed[k] >> 3) + 1] += 1
            begin[columns[k] - base + 1] += 1
        for c in range(n_columns):
            of_column[c + 1] += of_column[c]
        for k in range(first, last):
            c = packed[k] >> 3
            who[of_column[c]] = columns[k]
            what[of_column[c]] = packed[k]
            of_column[c] += 1
        begin[0] = first
        for p in range(width):
            begin[p + 1] += begin[p]
            fill[p] = begin[p]
        for k in range(last - first):
            p = who[k] - base
            at = fill[p]
            c = what[k] >> 3
            if at > begin[p] and columns[at - 1] == c:
                at -= 1
            else:
                fill[p] += 1
            columns[at] = c
            values[at] = (what[k] & 3) - 1
            if len(marks):
                marks[at] = (what[k] & 4) != 0
        for p in range(min(width, n_people - base)):
            if total != begin[p]:
                for k in range(begin[p], fill[p]):
                    columns[total + k - begin[p]] = columns[k]
                    values[total + k - begin[p]] = values[k]
                    if len(marks):
                        marks[total + k - begin[p]] = marks[k]
            total += fill[p] - begin[p]
            offsets[base + p + 1] = total
    return offsets


@njit(cache=True, nogil=True)
def numbered(ids: Array) -> tuple[Array, Array]:
    """Distinct ids (n_ids,) int64 in the order in which they first appear, and the number of each of `ids` (n,) int32.

    A table of open addressing, at most half full: O(n) time, 24 to 48 bytes per distinct id beside what is returned.
    """
    room = 1024
    keys, numbers = np.empty(room, dtype=np.int64), np.full(room, -1, dtype=np.int32)
    found = np.empty(room // 2, dtype=np.int64)
    n_ids = 0
    index = np.empty(len(ids), dtype=np.int32)
    for e in range(len(ids)):
        key = ids[e]
        at = _scattered(key) & (room - 1)
        while numbers[at] >= 0 and keys[at] != key:
            at = (at + 1) & (room - 1)
        if numbers[at] < 0:
            if 2 * (n_ids + 1) > room:
                room *= 2
                keys, numbers = np.empty(room, dtype=np.int64), np.full(room, -1, dtype=np.int32)
                for known in range(n_ids):
                    at = _scattered(found[known]) & (room - 1)
                    while numbers[at] >= 0:
                        at = (at + 1) & (room - 1)
                    keys[at], numbers[at] = found[known], known
                more = np.empty(room // 2, dtype=np.int64)
                more[:n_ids] = found[:n_ids]
                found = more
                at = _scattered(key) & (room - 1)
                while numbers[at] >= 0:
                    at = (at + 1) & (room - 1)
            keys[at], numbers[at] = key, n_ids
            found[n_ids] = key
            n_ids += 1
        index[e] = numbers[at]
    return found[:n_ids].copy(), index


@njit(cache=True, nogil=True)
def votes_by_statement(columns: Array, values: Array, n_statements: int) -> Array:
    """(n_statements, 3) int64: how many disagreed, passed and agreed."""
    counts = np.zeros((n_statements, 3), dtype=np.int64)
    for r in range(len(columns)):
        counts[columns[r], values[r] + 1] += 1
    return counts


@njit(cache=True, nogil=True)
def opinions_by_person(offsets: Array, columns: Array, values: Array, active: Array) -> Array:
    """(n_people,) int64: each person's votes that agree or disagree with a statement that is `active` (n_statements,)."""
    counts = np.zeros(len(offsets) - 1, dtype=np.int64)
    for i in range(len(counts)):
        for r in range(offsets[i], offsets[i + 1]):
            counts[i] += values[r] != 0 and active[columns[r]]
    return counts


@njit(cache=True, nogil=True, inline="always")
def _scattered(key: int) -> int:
    """Bits of an id spread over a word (the finaliser of SplitMix64), so that ids in a pattern do not meet in the table."""
    z = np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(1))  # type: ignore[return-value]
