"""Rows of votes that can change: who has voted what, while votes arrive.

`Votes` is fixed. Here the rows of a `Votes` stay where they are, and a row that changes is written to a pool beside them with some
room to grow; so a change costs the length of one row, and a map of a million people begins without a copy. People are known by
number, in the order in which they came; statements by column, in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.votes import BoolArray, Int8Array, Int32Array, Int64Array, Votes

Array = npt.NDArray[Any]

WITHDRAWN = 2
"""Instead of a vote, in a change: the person's vote on the statement is no more."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Votes of some people in compressed rows, see `Votes`; marks (n_votes,) bool: marked as important."""

    offsets: Int64Array
    columns: Int32Array
    values: Int8Array
    marks: BoolArray

    def some(self, chosen: BoolArray) -> Rows:
        """The rows of some of the people; chosen (n_people,) bool."""
        counts = np.diff(self.offsets)
        kept = np.repeat(chosen, counts)
        return Rows(_offsets(counts[chosen]), self.columns[kept], self.values[kept], self.marks[kept])

    @classmethod
    def empty(cls, n_people: int) -> Rows:
        """People without a vote."""
        offsets, columns = np.zeros(n_people + 1, dtype=np.int64), np.zeros(0, dtype=np.int32)
        return cls(offsets, columns, np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.bool_))

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """The people of the first part, then those of the second, and so on."""
        return cls(
            _offsets(np.concatenate([np.diff(part.offsets) for part in parts])),
            np.concatenate([part.columns for part in parts]),
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.marks for part in parts]),
        )

    def changed(self, offsets: Int64Array, columns: Array, values: Array, marks: Array) -> Rows:
        """The rows after changes, which are themselves in compressed rows of the same people, columns ascending within a person.

        values: a vote, or WITHDRAWN. O(votes + changes) time.
        """
        room = len(self.columns) + len(columns)
        after = Rows(
            np.zeros(len(self.offsets), dtype=np.int64),
            np.empty(room, dtype=np.int32),
            np.empty(room, dtype=np.int8),
            np.empty(room, dtype=np.bool_),
        )
        n = _merge(
            self.offsets, self.columns, self.values, self.marks, offsets, columns, values, marks,
            after.offsets, after.columns, after.values, after.marks,
        )  # fmt: skip
        return Rows(after.offsets, after.columns[:n], after.values[:n], after.marks[:n])

    def differences(self, other: Rows) -> Int64Array:
        """(n_people,) int64: on how many statements each person's vote, or its mark, differs between these rows and the other."""
        out = np.zeros(len(self.offsets) - 1, dtype=np.int64)
        _differ(
            self.offsets, self.columns, self.values, self.marks,
            other.offsets, other.columns, other.values, other.marks, out,
        )  # fmt: skip
        return out


class VoteRows:
    """Everybody's rows, begun with those of a `Votes`: person i of it is number i, further people follow.

    Memory beside the votes it begins with: 16 bytes per person, and 6 bytes per vote in the rows that have changed since, which have
    a half more room than they need; what a row leaves behind when it outgrows its room stays until the next beginning.
    """

    def __init__(self, votes: Votes) -> None:
        self._columns, self._values = votes.columns, votes.values
        self._marks = votes.important if votes.important is not None else np.zeros(0, dtype=np.bool_)
        self._pool = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.bool_)
        self._used = 0
        self._n_people = votes.n_participants
        self._begin_offsets = votes.offsets
        self._start = votes.offsets[:-1].copy()
        self._length = np.diff(votes.offsets).astype(np.int32)
        self._room = np.zeros(votes.n_participants, dtype=np.int32)  # 0: the row is where it began
        self._column_of = np.arange(votes.n_statements, dtype=np.int32)  # of each column as it is stored
        self._stored_of = self._column_of.copy()

    @property
    def n_people(self) -> int:
        return self._n_people

    def add(self, count: int) -> None:
        """Further people, without a vote."""
        n = self._n_people + count
        self._start, self._length, self._room = (grown(a, n) for a in (self._start, self._length, self._room))
        self._n_people = n

    def widen(self, place: Int64Array, n_statements: int) -> None:
        """More statements: column j becomes `place[j]` of `n_statements`. No row is touched."""
        new = np.setdiff1d(np.arange(n_statements), place)
        self._column_of = np.concatenate((place[self._column_of], new)).astype(np.int32)
        self._stored_of = np.empty(n_statements, dtype=np.int32)
        self._stored_of[self._column_of] = np.arange(n_statements, dtype=np.int32)

    def of(self, people: Int64Array) -> Rows:
        """The rows of these people as they are now."""
        return self._read(people, self._start, self._length[people], self._room)

    def at_the_beginning(self, people: Int64Array) -> Rows:
        """The rows of these people as they were in the votes that all began with; nothing for whoever came later."""
        known = people < len(self._begin_offsets) - 1
        lengths = np.zeros(len(people), dtype=np.int32)
        lengths[known] = np.diff(self._begin_offsets)[people[known]] if known.any() else 0
        return self._read(people, self._begin_offsets, lengths, np.zeros(self._n_people, dtype=np.int32))

    def _read(self, people: Int64Array, start: Int64Array, lengths: Int32Array, room: Int32Array) -> Rows:
        offsets = _offsets(lengths)
        n = int(offsets[-1])
        rows = Rows(offsets, np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int8), np.zeros(n, dtype=np.bool_))
        _copy_out(
            people, start, room, self._columns, self._values, self._marks, *self._pool, self._column_of,
            rows.offsets, rows.columns, rows.values, rows.marks,
        )  # fmt: skip
        return rows

    def write(self, people: Int64Array, rows: Rows) -> None:
        """Replace the rows of these people, each named once."""
        lengths = np.diff(rows.offsets).astype(np.int32)
        moving = lengths > self._room[people]
        movers = people[moving]
        rooms = lengths[moving] + lengths[moving] // 2 + 4
        ends = self._used + np.cumsum(rooms, dtype=np.int64)
        if len(movers):
            if ends[-1] > len(self._pool[0]):
                self._pool = tuple(grown(array, int(ends[-1])) for array in self._pool)  # type: ignore[assignment]
            self._start[movers], self._room[movers] = ends - rooms, rooms
            self._used = int(ends[-1])
        self._length[people] = lengths
        _copy_in(people, self._start, rows.offsets, rows.columns, rows.values, rows.marks, self._stored_of, *self._pool)


def grown(array: Array, length: int) -> Array:
    """The array, or where it is shorter than `length` one with a quarter more room than that, zero beyond its end."""
    if len(array) >= length:
        return array
    more = np.zeros((length + length // 4 + 16, *array.shape[1:]), dtype=array.dtype)
    more[: len(array)] = array
    return more


def _offsets(lengths: Array) -> Int64Array:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)))


@njit(cache=True, nogil=True)
def _copy_out(
    people: Array, start: Array, room: Array, columns: Array, values: Array, marks: Array,
    pool_columns: Array, pool_values: Array, pool_marks: Array, column_of: Array,
    offsets: Array, out_columns: Array, out_values: Array, out_marks: Array,
) -> None:  # fmt: skip
    for i in range(len(people)):
        p = people[i]
        n = offsets[i + 1] - offsets[i]
        for k in range(n):
            at = offsets[i] + k
            if room[p] == 0:
                out_columns[at] = column_of[columns[start[p] + k]]
                out_values[at] = values[start[p] + k]
                if len(marks):
                    out_marks[at] = marks[start[p] + k]
            else:
                out_columns[at] = column_of[pool_columns[start[p] + k]]
                out_values[at] = pool_values[start[p] + k]
                out_marks[at] = pool_marks[start[p] + k]


@njit(cache=True, nogil=True)
def _copy_in(
    people: Array, start: Array, offsets: Array, columns: Array, values: Array, marks: Array, stored_of: Array,
    pool_columns: Array, pool_values: Array, pool_marks: Array,
) -> None:  # fmt: skip
    for i in range(len(people)):
        for k in range(offsets[i], offsets[i + 1]):
            at = start[people[i]] + k - offsets[i]
            pool_columns[at] = stored_of[columns[k]]
            pool_values[at] = values[k]
            pool_marks[at] = marks[k]


@njit(cache=True, nogil=True)
def _merge(
    offsets0: Array, columns0: Array, values0: Array, marks0: Array,
    offsets1: Array, columns1: Array, values1: Array, marks1: Array,
    offsets: Array, columns: Array, values: Array, marks: Array,
) -> int:  # fmt: skip
    at = 0
    for i in range(len(offsets0) - 1):
        r, q = offsets0[i], offsets1[i]
        while r < offsets0[i + 1] or q < offsets1[i + 1]:
            if q == offsets1[i + 1] or (r < offsets0[i + 1] and columns0[r] < columns1[q]):
                columns[at], values[at], marks[at] = columns0[r], values0[r], marks0[r]
                r += 1
                at += 1
                continue
            if r < offsets0[i + 1] and columns0[r] == columns1[q]:
                r += 1
            if values1[q] != WITHDRAWN:
                columns[at], values[at], marks[at] = columns1[q], values1[q], marks1[q]
                at += 1
            q += 1
        offsets[i + 1] = at
    return at


@njit(cache=True, nogil=True)
def _differ(
    offsets0: Array, columns0: Array, values0: Array, marks0: Array,
    offsets1: Array, columns1: Array, values1: Array, marks1: Array, out: Array,
) -> None:  # fmt: skip
    for i in range(len(out)):
        r, q = offsets0[i], offsets1[i]
        while r < offsets0[i + 1] or q < offsets1[i + 1]:
            if r < offsets0[i + 1] and q < offsets1[i + 1] and columns0[r] == columns1[q]:
                out[i] += values0[r] != values1[q] or marks0[r] != marks1[q]
                r += 1
                q += 1
            elif q == offsets1[i + 1] or (r < offsets0[i + 1] and columns0[r] < columns1[q]):
                out[i] += 1
                r += 1
            else:
                out[i] += 1
                q += 1
