"""Events arranged and counted, compiled: ids numbered and votes brought into rows, by counting and never by comparing.

Integers in, integers out. All functions are compiled by Numba on first use and cached beside the source.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

BLOCK_EVENTS = 16_384
"""Events that are arranged at a time: few enough to stay in the cache."""


def rows_from_events(
    person: Array,
    column: Array,
    value: Array,
    n_people: int,
    n_columns: int,
    important: Array | None,
    threads: int = 1,
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
    starts, columns, values, kept_marks, lengths = _arranged(
        person, column, value, marks, n_people, n_columns, shift, max(1, threads)
    )
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)))
    if offsets[-1] < len(person):  # revotes have left gaps at the ends of blocks
        total = _closed_up(starts, offsets, shift, columns, values, kept_marks)
        columns, values, kept_marks = columns[:total].copy(), values[:total].copy(), kept_marks[:total].copy()
    return offsets, columns, values, kept_marks if important is not None else None


def _arranged(
    person: Array, column: Array, value: Array, marks: Array, n_people: int, n_columns: int, shift: int, threads: int
) -> tuple[Array, Array, Array, Array, Array]:
    """Where each block of people starts, the rows of votes (columns, values, marks) within blocks, and how long each row is."""
    columns, packed = np.empty(len(person), dtype=np.int32), np.empty(len(person), dtype=np.int32)
    values, kept_marks = np.empty(len(person), dtype=np.int8), np.empty(len(marks), dtype=np.bool_)
    lengths = np.zeros(n_people, dtype=np.int32)

    def sizes(part: tuple[int, int]) -> Array:
        return np.asarray(_block_sizes(person, n_people, shift, part[0], part[1]))

    def into_blocks(part: tuple[int, int], fill: Array) -> None:
        _into_blocks(person, column, value, marks, shift, part[0], part[1], fill, columns, packed)

    def into_rows(part: tuple[int, int]) -> None:
        _rows(
            starts, columns, packed, values, kept_marks, n_people, n_columns, shift, lengths, part[0], part[1]
        )  # fmt: skip

    with ThreadPoolExecutor(threads) as pool:
        events = _parts(len(person), threads)
        counts = np.stack(list(pool.map(sizes, events)))
        starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts.sum(axis=0))))
        # where each part of the events goes in each block: behind the parts before it
        list(pool.map(into_blocks, events, starts[:-1] + np.cumsum(counts, axis=0) - counts))
        list(pool.map(into_rows, _parts(len(starts) - 1, threads)))
    return starts, columns, values, kept_marks, lengths


def _parts(n: int, parts: int) -> list[tuple[int, int]]:
    return list(itertools.pairwise(n * part // parts for part in range(parts + 1)))


@njit(cache=True, nogil=True)
def _block_sizes(person: Array, n_people: int, shift: int, first: int, last: int) -> Array:
    """Of the events first..last-1, how many are in each block of people."""
    sizes = np.zeros((n_people >> shift) + 1, dtype=np.int64)
    for e in range(first, last):
        sizes[person[e] >> shift] += 1
    return sizes


@njit(cache=True, nogil=True)
def _into_blocks(
    person: Array, column: Array, value: Array, marks: Array, shift: int, first: int, last: int, fill: Array,
    who: Array, what: Array,
) -> None:  # fmt: skip
    """Events by block of people, in the order given: person, and column, mark and vote in one integer."""
    for e in range(first, last):
        b = person[e] >> shift
        who[fill[b]] = person[e]
        mark = 4 if len(marks) and marks[e] else 0
        what[fill[b]] = (column[e] << 3) | mark | (value[e] + 1)
        fill[b] += 1


@njit(cache=True, nogil=True)
def _rows(
    starts: Array, columns: Array, packed: Array, values: Array, marks: Array, n_people: int, n_columns: int, shift: int,
    lengths: Array, first_block: int, last_block: int,
) -> None:  # fmt: skip
    """Some of the blocks, each by person and column from where it starts, and how long each row is; `columns` holds the persons
    at first.
    """
    most = 0
    for b in range(first_block, last_block):
        most = max(most, starts[b + 1] - starts[b])
    who, what = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    of_column = np.zeros(n_columns + 1, dtype=np.int64)
    width = 1 << shift
    begin, fill = np.zeros(width + 1, dtype=np.int64), np.zeros(width, dtype=np.int64)
    for b in range(first_block, last_block):
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
        total = first
        for p in range(min(width, n_people - base)):
            if total != begin[p]:
                _moved(columns, values, marks, begin[p], fill[p], total)
            total += fill[p] - begin[p]
            lengths[base + p] = fill[p] - begin[p]


@njit(cache=True, nogil=True)
def _closed_up(starts: Array, offsets: Array, shift: int, columns: Array, values: Array, marks: Array) -> int:
    """Blocks moved down over the gaps before them; returns how many votes there are."""
    n_people = len(offsets) - 1
    for b in range(len(starts) - 1):
        first, last = offsets[min(b << shift, n_people)], offsets[min((b + 1) << shift, n_people)]
        if first != starts[b]:
            _moved(columns, values, marks, starts[b], starts[b] + last - first, first)
    return int(offsets[-1])


@njit(cache=True, nogil=True)
def _moved(columns: Array, values: Array, marks: Array, first: int, last: int, to: int) -> None:
    """Votes first..last-1 moved down, to begin at `to`."""
    for k in range(last - first):
        columns[to + k] = columns[first + k]
        values[to + k] = values[first + k]
        if len(marks):
            marks[to + k] = marks[first + k]


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
def mark_present(ids: Array, low: int, present: Array) -> None:
    """present[id - low] becomes true for each of `ids`."""
    for e in range(len(ids)):
        present[np.int64(ids[e]) - low] = True


@njit(cache=True, nogil=True)
def placed(ids: Array, low: int, place: Array, index: Array) -> None:
    """index[e] becomes place[ids[e] - low]."""
    for e in range(len(ids)):
        index[e] = place[np.int64(ids[e]) - low]


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
