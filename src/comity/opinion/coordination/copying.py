"""How much likelier a ballot is as a copy of another one than as an honest person's own: the compiled loops.

Log likelihood ratios are sums of whole 1/1000 nat ("millinats"), so they do not depend on order or processor. What is done
with them is in `same_ballot.py`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from comity.opinion.arithmetic import log
from comity.opinion.chance import UInt64Array
from comity.opinion.coordination.bits import Ballots, shared_with
from comity.opinion.coordination.honest import GRAIN, Honest, conformity, fill_crowd, likeliest, overlap, predicted
from comity.opinion.votes import Int8Array, Int32Array, Int64Array

LEAST_OVERLAP = 8
_LEAST_SAME = 70
"""Per cent. Two ballots are looked at more closely with at least this many statements shared and answered the same."""
_FIDELITIES = (0.95, 0.8)
"""Copying in the alternative: this part of the answers is copied, the rest is given as an honest person would."""
_HALF = 694
"""Log 2 in 1/1000 nat: the mean over two fidelities is at least half of the larger ratio."""
_TOO_FEW = -1
"""The ratio where too few statements are shared, or answered the same, to speak of copying."""


class Copying(NamedTuple):
    """Log likelihood ratio of copying, in 1/1000 nat: of a match (n_fidelities, GRAIN + 1) by honest share, of a mismatch
    (n_fidelities,); a named tuple, because compiled loops take one.
    """

    match: Int64Array
    mismatch: Int64Array

    @classmethod
    def weights(cls) -> Copying:
        """The table for the fidelities of the alternative."""
        match = np.zeros((len(_FIDELITIES), GRAIN + 1), dtype=np.int64)
        for row, fidelity in enumerate(_FIDELITIES):
            for share in range(1, GRAIN + 1):
                p = share / GRAIN
                match[row, share] = math.floor(1000 * log((fidelity + (1 - fidelity) * p) / p))
        mismatch = [math.floor(1000 * log(1 - fidelity)) for fidelity in _FIDELITIES]
        return cls(match, np.array(mismatch, dtype=np.int64))


@njit(cache=True, inline="always")
def _comparable(shared: int, matched: int) -> bool:
    return shared >= LEAST_OVERLAP and 100 * matched >= _LEAST_SAME * shared


@njit(cache=True)
def _ratio(
    ballots: Ballots,
    honest: Honest,
    copying: Copying,
    person: int,
    ballot: Int8Array,
    crowd: Int64Array,
    conforms: int,
    totals: Int64Array,
) -> tuple[int, int]:
    """(log likelihood ratio that a person copies a ballot, sum of honest shares over what they share); `totals`: room to work."""
    offsets, columns, values, _ = ballots  # unpacked once: counting references in the loop would double its time
    rates, style, odds, intercepts, _, _, _ = honest
    match, mismatch = copying
    totals[:] = 0
    usual = 0
    for k in range(offsets[person], offsets[person + 1]):
        c = columns[k]
        wanted = ballot[c]
        if wanted < 0:
            continue
        conforming = conforms if wanted == crowd[c, 3] else 0
        share = likeliest(rates[c, wanted], style[person, wanted], odds[person, wanted], crowd[c, wanted], conforming)
        if len(intercepts) > 0:
            share = max(share, predicted(honest, person, c, wanted))
        share = min(share, GRAIN)
        usual += share
        if values[k] + 1 == wanted:
            for f in range(len(totals)):
                totals[f] += match[f, share]
        else:
            for f in range(len(totals)):
                totals[f] += mismatch[f]
    return totals.max() - _HALF, usual


@njit(cache=True, nogil=True)
def compare_all(
    ballots: Ballots,
    people: Int64Array,
    bits: UInt64Array,
    honest: Honest,
    by_habit: Honest,
    copying: Copying,
    bar: int,
    needed: int,
    first: int,
    last: int,
) -> tuple[Int32Array, Int32Array, Int64Array]:
    """The ballots first..last-1 as scripts against everybody: (script, other, log likelihood ratio) where it is positive.

    people (n_people,), bits: `people_as_bits` of them; script and other are indices into `people`, ascending. A script is given
    up before its crowd is measured when by habits alone (`by_habit`: `honest` without the caller's model) the ratios' excess over
    `bar` sums to less than `needed`.
    """
    n = len(people)
    shared = np.empty(n, dtype=np.int32)
    matched = np.empty(n, dtype=np.int32)
    hopeful = np.zeros(n, dtype=np.bool_)
    ballot = np.full(ballots.n_statements, -1, dtype=np.int8)
    nobody = np.zeros((ballots.n_statements, 4), dtype=np.int64)
    crowd = np.zeros((ballots.n_statements, 4), dtype=np.int64)
    totals = np.zeros(len(copying.mismatch), dtype=np.int64)
    scripts = np.empty(1024, dtype=np.int32)
    others = np.empty(1024, dtype=np.int32)
    ratios = np.empty(1024, dtype=np.int64)
    filled = 0
    for a in range(first, last):
        near = 0
        shared[:] = 0
        matched[:] = 0
        shared_with(bits, a, 3, shared)
        for answer in range(3):
            shared_with(bits, a, answer, matched)
        for b in range(n):
            hopeful[b] = b != a and _comparable(shared[b], matched[b])
            near += hopeful[b]
        if near < 2:
            continue
        ballot[:] = -1
        for k in range(ballots.offsets[people[a]], ballots.offsets[people[a] + 1]):
            ballot[ballots.columns[k]] = ballots.values[k] + 1
        hope = 0
        for b in range(n):
            if hopeful[b]:
                ratio, _ = _ratio(ballots, by_habit, copying, people[b], ballot, nobody, 0, totals)
                hope += max(ratio - bar, 0)
                hopeful[b] = ratio > 0  # the crowd and the caller's model can only lower it
        if hope < needed:
            continue
        fill_crowd(crowd, ballots, people, ballot, shared, matched, a, honest.rates)
        for b in range(n):
            if hopeful[b]:
                conforms = conformity(ballots, people[b], ballot, crowd)
                ratio, _ = _ratio(ballots, honest, copying, people[b], ballot, crowd, conforms, totals)
                if ratio > 0:
                    if filled == len(scripts):
                        scripts = np.concatenate((scripts, np.empty_like(scripts)))
                        others = np.concatenate((others, np.empty_like(others)))
                        ratios = np.concatenate((ratios, np.empty_like(ratios)))
                    scripts[filled] = a
                    others[filled] = b
                    ratios[filled] = ratio
                    filled += 1
    return scripts[:filled].copy(), others[:filled].copy(), ratios[:filled].copy()


@njit(cache=True)
def compare_with(
    ballots: Ballots, people: Int64Array, ballot: Int8Array, crowd: Int64Array, honest: Honest, copying: Copying
) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
    """For each of `people`: log likelihood ratio of copying `ballot`, statements shared, answered the same, and the sum of
    honest shares (1/GRAIN) over those shared. With too few shared or the same the ratio is -1.
    """
    ratio = np.full(len(people), _TOO_FEW, dtype=np.int64)
    shared = np.zeros(len(people), dtype=np.int64)
    matched = np.zeros(len(people), dtype=np.int64)
    usual = np.zeros(len(people), dtype=np.int64)
    totals = np.zeros(len(copying.mismatch), dtype=np.int64)
    for r in range(len(people)):
        shared[r], matched[r] = overlap(ballots, people[r], ballot)
        if _comparable(shared[r], matched[r]):
            conforms = conformity(ballots, people[r], ballot, crowd)
            ratio[r], usual[r] = _ratio(ballots, honest, copying, people[r], ballot, crowd, conforms, totals)
    return ratio, shared, matched, usual


@njit(cache=True)
def common_ballot(ballots: Ballots, members: Int64Array) -> Int8Array:
    """(n_statements,) the answer (0 disagree, 1 pass, 2 agree; at a tie the lower) that most members give to each statement that
    half of them voted on, else -1.
    """
    given = np.zeros((ballots.n_statements, 3), dtype=np.int64)
    for p in members:
        for k in range(ballots.offsets[p], ballots.offsets[p + 1]):
            given[ballots.columns[k], ballots.values[k] + 1] += 1
    ballot = np.full(ballots.n_statements, -1, dtype=np.int8)
    for c in range(ballots.n_statements):
        if 2 * given[c].sum() >= len(members):
            ballot[c] = np.argmax(given[c])
    return ballot


@njit(cache=True)
def ballot_keys(ballots: Ballots) -> UInt64Array:
    """(n_participants,) a 64-bit word of each ballot, equal for equal ballots (FNV-1a over its entries, mixed)."""
    keys = np.empty(len(ballots.offsets) - 1, dtype=np.uint64)
    for p in range(len(keys)):
        word = np.uint64(0xCBF29CE484222325)
        for k in range(ballots.offsets[p], ballots.offsets[p + 1]):
            word = (word ^ np.uint64(ballots.columns[k] * 4 + ballots.values[k] + 1)) * np.uint64(0x100000001B3)
            word ^= word >> np.uint64(29)
        keys[p] = word
    return keys
