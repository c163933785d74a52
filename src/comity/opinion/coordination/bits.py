"""Votes as bits, 64 to a word: who shares what with whom becomes a few operations on words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from comity.opinion.chance import UInt64Array
from comity.opinion.lanes import ones
from comity.opinion.votes import Int8Array, Int32Array, Int64Array, Votes


class Ballots(NamedTuple):
    """Everybody's votes in compressed rows, as in `Votes`; a named tuple, because compiled loops take one."""

    offsets: Int64Array
    columns: Int32Array
    values: Int8Array
    n_statements: int

    @classmethod
    def of(cls, votes: Votes) -> Ballots:
        return cls(votes.offsets, votes.columns, votes.values, votes.n_statements)


@njit(cache=True)
def in_both(left: UInt64Array, right: UInt64Array) -> np.int64:
    """How many bits are set in both rows of words."""
    count = np.int64(0)
    for w in range(len(left)):
        count += ones(left[w] & right[w])
    return count


@njit(cache=True)
def people_as_bits(ballots: Ballots, people: Int64Array) -> UInt64Array:
    """(4, n_words, n_people): which statements a person disagreed with, passed, agreed with, and voted on; people run along the
    rows, so that the compiler may take several at once.
    """
    words = (ballots.n_statements + 63) // 64
    bits = np.zeros((4, words, len(people)), dtype=np.uint64)
    for r in range(len(people)):
        for k in range(ballots.offsets[people[r]], ballots.offsets[people[r] + 1]):
            c = ballots.columns[k]
            bit = np.uint64(1) << np.uint64(c & 63)
            bits[ballots.values[k] + 1, c >> 6, r] |= bit
            bits[3, c >> 6, r] |= bit
    return bits


@njit(cache=True)
def shared_with(bits: UInt64Array, person: int, answer: int, counts: Int32Array) -> None:
    """Adds to counts (n_people,) on how many statements each has the mark `answer` of `people_as_bits` as this person has."""
    for w in range(bits.shape[1]):
        mine, theirs = bits[answer, w, person], bits[answer, w]
        if mine != 0:
            for r in range(len(theirs)):
                counts[r] += ones(mine & theirs[r])


@njit(cache=True)
def answers_as_bits(ballots: Ballots, people: Int64Array) -> tuple[UInt64Array, UInt64Array]:
    """Who gave each answer (2 j disagree with j, 2 j + 1 agree): (2 n_statements, n_words); who voted: (n_statements, n_words)."""
    words = (len(people) + 63) // 64
    held = np.zeros((2 * ballots.n_statements, words), dtype=np.uint64)
    seen = np.zeros((ballots.n_statements, words), dtype=np.uint64)
    for r in range(len(people)):
        bit = np.uint64(1) << np.uint64(r & 63)
        for k in range(ballots.offsets[people[r]], ballots.offsets[people[r] + 1]):
            c, answer = ballots.columns[k], ballots.values[k]
            seen[c, r >> 6] |= bit
            if answer != 0:
                held[2 * c + (1 if answer > 0 else 0), r >> 6] |= bit
    return held, seen
