"""Sets of answers that people hold together, searched on bits: the compiled loops behind `pushed_statements.py`.

An answer is numbered 2 j (disagree with statement j) or 2 j + 1 (agree); `held` (n_answers, n_words) and `seen` (n_statements,
n_words) are the rows of `answers_as_bits`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from comity.opinion.chance import UInt64Array
from comity.opinion.coordination.bits import Ballots, in_both
from comity.opinion.votes import FloatArray, Int8Array, Int32Array, Int64Array

_LEAST_TOGETHER = 3
"""A pair of answers is looked at when so many people hold both."""
NOT_WANTED = 9
"""Stands for a statement of which no answer is wanted; no answer has this code."""


@njit(cache=True)
def joint_answers(
    held: UInt64Array, seen: UInt64Array, n_people: int
) -> tuple[Int32Array, Int32Array, Int64Array, Int64Array]:
    """Pairs of answers held together by at least three people: (first, second, together, selective).

    together: square of the excess over the proportional number of people, over that number, signed, in 1/1000. The numbers
    are scaled so that the whole table balances (people with many votes hold many pairs).
    selective: sum over the two directions of the two-proportion score "those who gave this answer voted on the other
    statement more often than those who answered otherwise", in 1/1000. Routing alone, whatever it is, leaves it near zero.
    """
    n_answers = len(held)
    counts = _sizes(held)
    joint = np.zeros((n_answers, n_answers), dtype=np.int32)
    observed = 0
    balance = 0.0
    kept = 0
    for i in range(n_answers):
        for k in range(i + 1, n_answers):
            if min(counts[i], counts[k]) >= _LEAST_TOGETHER and i >> 1 != k >> 1:
                joint[i, k] = in_both(held[i], held[k])
                observed += joint[i, k]
                balance += counts[i] * counts[k] / n_people
                kept += joint[i, k] >= _LEAST_TOGETHER
    scale = observed / balance if balance > 0 else 1.0
    score = _selectivity(held, seen, counts)
    first = np.empty(kept, dtype=np.int32)
    second = np.empty(kept, dtype=np.int32)
    together = np.empty(kept, dtype=np.int64)
    selective = np.empty(kept, dtype=np.int64)
    at = 0
    for i in range(n_answers):
        for k in range(i + 1, n_answers):
            if joint[i, k] >= _LEAST_TOGETHER:
                wanted = scale * counts[i] * counts[k] / n_people
                over = joint[i, k] - wanted
                first[at] = i
                second[at] = k
                together[at] = np.int64(1000.0 * over * abs(over) / (wanted + 1.0))
                selective[at] = np.int64(1000.0 * (score[i, k >> 1] + score[k, i >> 1]))
                at += 1
    return first, second, together, selective


@njit(cache=True)
def _sizes(rows: UInt64Array) -> Int64Array:
    """(n_rows,) how many people each row of bits marks."""
    sizes = np.zeros(len(rows), dtype=np.int64)
    for i in range(len(rows)):
        sizes[i] = in_both(rows[i], rows[i])
    return sizes


@njit(cache=True)
def _selectivity(held: UInt64Array, seen: UInt64Array, counts: Int64Array) -> FloatArray:
    """(n_answers, n_statements) two-proportion score: did those who gave the answer vote on the statement more often than those who
    voted on the same statement otherwise? 0 where either are fewer than three.
    """
    n_answers, n_statements = len(held), len(seen)
    voted = _sizes(seen)
    both_seen = np.zeros((n_statements, n_statements), dtype=np.int32)
    for j in range(n_statements):
        for k in range(j, n_statements):
            both_seen[j, k] = both_seen[k, j] = in_both(seen[j], seen[k])
    score = np.zeros((n_answers, n_statements), dtype=np.float64)
    for i in range(n_answers):
        given, otherwise = counts[i], voted[i >> 1] - counts[i]
        if min(given, otherwise) < _LEAST_TOGETHER:
            continue
        for k in range(n_statements):
            met = in_both(held[i], seen[k])
            both = both_seen[i >> 1, k]
            pooled = (both + 1.0) / (given + otherwise + 2.0)
            difference = (met + 0.5) / (given + 1.0) - (both - met + 0.5) / (otherwise + 1.0)
            score[i, k] = difference / np.sqrt(pooled * (1.0 - pooled) * (1.0 / given + 1.0 / otherwise))
    return score


@njit(cache=True)
def grow(held: UInt64Array, first: int, second: int, n_people: int, most: int, least: int) -> Int64Array:
    """A pair of answers grown, one answer at a time, by the one most over-represented among those who hold all so far.

    At a tie the lower answer. Stops at `most` answers or when fewer than `least` people would be left.
    """
    counts = _sizes(held)
    open_ones = counts >= least
    grown = np.empty(most, dtype=np.int64)
    grown[0], grown[1] = first, second
    size = 2
    holders = held[first] & held[second]
    while size < most:
        for taken in grown[:size]:
            open_ones[2 * (taken >> 1)] = open_ones[2 * (taken >> 1) + 1] = False
        support = in_both(holders, holders)
        best = -1
        best_excess = 0.0
        for i in range(len(held)):
            if open_ones[i]:
                count = in_both(holders, held[i])
                wanted = support * counts[i] / n_people
                over = count - wanted
                if count >= least and over > 0 and over * over / (wanted + 1.0) > best_excess:
                    best_excess = over * over / (wanted + 1.0)
                    best = i
        if best < 0:
            break
        holders = holders & held[best]
        grown[size] = best
        size += 1
    return grown[:size].copy()


@njit(cache=True)
def count_prefixes(held: UInt64Array, seen: UInt64Array, grown: Int64Array, n_people: int) -> Int64Array:
    """(len(grown), 4) for the first 1, 2, ... answers: people who voted on all the statements, those who answered all as in `grown`,
    people who voted on at least half but not all, those of them who answered as in `grown`.
    """
    counts = np.zeros((len(grown), 4), dtype=np.int64)
    met = np.zeros(n_people, dtype=np.int64)
    same = np.zeros(n_people, dtype=np.int64)
    for size in range(1, len(grown) + 1):
        answer = grown[size - 1]
        for r in range(n_people):
            bit = np.uint64(r & 63)
            met[r] += np.int64((seen[answer >> 1, r >> 6] >> bit) & np.uint64(1))
            same[r] += np.int64((held[answer, r >> 6] >> bit) & np.uint64(1))
            if met[r] == size:
                counts[size - 1, 0] += 1
                counts[size - 1, 1] += same[r] == size
            elif 2 * met[r] >= size:
                counts[size - 1, 2] += 1
                counts[size - 1, 3] += same[r] == met[r]
    return counts


@njit(cache=True)
def count_answers(ballots: Ballots, wanted: Int8Array) -> tuple[Int8Array, Int8Array]:
    """For each set of answers and each person: of the statements with a wanted answer, how many were voted on and how many as wanted.

    wanted (n_statements, n_sets): the answer, or `NOT_WANTED`; fewer than 128 in a set. Returns two arrays (n_sets, n_people).
    """
    n_sets = wanted.shape[1]
    named = np.zeros(ballots.n_statements, dtype=np.bool_)
    for c in range(ballots.n_statements):
        for s in range(n_sets):
            named[c] |= wanted[c, s] != NOT_WANTED
    met = np.zeros((n_sets, len(ballots.offsets) - 1), dtype=np.int8)
    same = np.zeros((n_sets, len(ballots.offsets) - 1), dtype=np.int8)
    for p in range(len(ballots.offsets) - 1):
        for k in range(ballots.offsets[p], ballots.offsets[p + 1]):
            c = ballots.columns[k]
            if named[c]:
                for s in range(n_sets):
                    if wanted[c, s] != NOT_WANTED:
                        met[s, p] += 1
                        same[s, p] += wanted[c, s] == ballots.values[k]
    return met, same
