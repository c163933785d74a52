"""What is said about groups: votes (step 9 of docs/polis-method.md), consensus (10), representative statements (11), majorities (12).

Counts are integers; everything else here is a quotient of them, so findings do not depend on the order of people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from comity.opinion.polis.result import Majority, Representative, Representativeness, Side
from comity.opinion.votes import BoolArray, FloatArray, Int64Array, Votes

Z_90 = 1.2816
"""The reference's threshold: a one-sided test at 90 %."""
N_REPRESENTATIVE = 5
N_MAJORITY = 5

AGREES, DISAGREES, ALL_VOTES = 0, 1, 2
"""The last axis of group votes: agrees, disagrees, all votes (passes included)."""


def smoothed_rate(count: Int64Array, cast: Int64Array) -> FloatArray:
    """(count + 1) / (cast + 2), elementwise."""
    return np.asarray((count + 1.0) / (cast + 2.0))


def group_votes(votes: Votes, membership: npt.ArrayLike, n_groups: int) -> Int64Array:
    """(n_groups, n_statements, 3) int64: agrees, disagrees and all votes (passes included) of the members on each statement.

    membership (n_participants,): group, -1 = none. Statements moderated out keep their counts.
    """
    group = np.asarray(membership, dtype=np.int64)[votes.persons]
    member = group >= 0
    cell = group[member] * votes.n_statements + votes.columns[member]
    value = votes.values[member]
    shape = (n_groups, votes.n_statements)
    counts = [np.bincount(cells, minlength=math.prod(shape)) for cells in (cell[value > 0], cell[value < 0], cell)]
    return np.stack([count.reshape(shape) for count in counts], axis=-1).astype(np.int64)


def group_informed_consensus(counts: Int64Array) -> FloatArray:
    """(n_statements,) float64: the product over groups of (agrees + 1) / (votes + 2); NaN without groups.

    counts: see `group_votes`. Called group-aware consensus in the reference's files.
    """
    if not len(counts):
        return np.full(counts.shape[1], np.nan)
    product = np.ones(counts.shape[1])
    for group in counts:
        product *= smoothed_rate(group[:, AGREES], group[:, ALL_VOTES])  # in the order of groups: a product rounds
    return product


def one_proportion_test(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """z of a rate against one half, with one success added: 2 sqrt(n + 1) ((s + 1) / (n + 1) - 1/2); elementwise.

    >>> float(one_proportion_test(14, 15))
    3.5
    """
    s, n = np.asarray(successes) + 1.0, np.asarray(trials) + 1.0
    return np.asarray(2.0 * np.sqrt(n) * (s / n - 0.5))


def two_proportion_test(
    successes: npt.ArrayLike, trials: npt.ArrayLike, other_successes: npt.ArrayLike, other_trials: npt.ArrayLike
) -> FloatArray:
    """z of the difference of two rates, pooled, with 1 added to each of the four counts; 0 where the pooled rate is 1; elementwise."""
    s, n = np.asarray(successes) + 1.0, np.asarray(trials) + 1.0
    s_other, n_other = np.asarray(other_successes) + 1.0, np.asarray(other_trials) + 1.0
    pooled = (s + s_other) / (n + n_other)
    spread = np.sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / n_other))
    certain = pooled == 1.0
    return np.asarray(np.where(certain, 0.0, (s / n - s_other / n_other) / np.where(certain, 1.0, spread)))


def representativeness(counts: Int64Array) -> Representativeness:
    """Each group against the members of the other groups (people in no group are left out); counts: see `group_votes`."""
    rest = counts.sum(axis=0)[None, :, :] - counts
    agrees, disagrees, cast = counts[:, :, AGREES], counts[:, :, DISAGREES], counts[:, :, ALL_VOTES]
    rest_agrees, rest_disagrees, rest_cast = rest[:, :, AGREES], rest[:, :, DISAGREES], rest[:, :, ALL_VOTES]
    return Representativeness(
        rate_agree=smoothed_rate(agrees, cast),
        rate_disagree=smoothed_rate(disagrees, cast),
        rate_test_agree=one_proportion_test(agrees, cast),
        rate_test_disagree=one_proportion_test(disagrees, cast),
        ratio_agree=smoothed_rate(agrees, cast) / smoothed_rate(rest_agrees, rest_cast),
        ratio_disagree=smoothed_rate(disagrees, cast) / smoothed_rate(rest_disagrees, rest_cast),
        ratio_test_agree=two_proportion_test(agrees, cast, rest_agrees, rest_cast),
        ratio_test_disagree=two_proportion_test(disagrees, cast, rest_disagrees, rest_cast),
    )


def representative_statements(
    counts: Int64Array,
    measures: Representativeness,
    group: int,
    statement_ids: Sequence[int | str],
    out: BoolArray,
) -> tuple[Representative, ...]:
    """Up to five statements for a group: the best agree, then the highest ranked that qualify; agrees before disagrees.

    A statement qualifies when both tests of one side exceed 1.2816; its side is the one with the larger ratio test (disagree
    at a tie); the rank is ratio x ratio test x rate x rate test. Where none qualifies: the best agree alone, or else the one
    with the largest ratio test. Ties: lower id. Statements moderated out (`out`) take no part, nor do those on which
    no member took a side.
    """
    test_agree, test_disagree = measures.ratio_test_agree[group], measures.ratio_test_disagree[group]
    candidates = np.flatnonzero(~out & (counts[group, :, AGREES] + counts[group, :, DISAGREES] > 0))
    agreeing = test_agree > test_disagree
    qualifies = ((test_agree > Z_90) & (measures.rate_test_agree[group] > Z_90)) | (
        (test_disagree > Z_90) & (measures.rate_test_disagree[group] > Z_90)
    )
    rank = np.where(agreeing, _rank(measures, group, Side.AGREE), _rank(measures, group, Side.DISAGREE))
    best = _best_agree(measures, group, candidates)
    qualified = candidates[qualifies[candidates]].tolist()
    chosen = [j for j in sorted(qualified, key=lambda j: (-rank[j], j)) if j != best]
    if best is None and not chosen and len(candidates):
        chosen = [int(candidates[np.argmax(np.maximum(test_agree, test_disagree)[candidates])])]
    sides = [(j, Side.AGREE if agreeing[j] else Side.DISAGREE) for j in chosen]
    if best is not None:  # where none qualifies, `chosen` is empty here and the best agree stands alone
        sides = [(best, Side.AGREE), *sides]
    kept = sides[:N_REPRESENTATIVE]
    return tuple(
        _representative(counts, measures, group, j, side, statement_ids[j], j == best)
        for wanted in Side
        for j, side in kept
        if side is wanted
    )


def majority_consensus(
    everybody: Int64Array, side: Side, statement_ids: Sequence[int | str], out: BoolArray
) -> tuple[Majority, ...]:
    """Up to five statements by rate x rate test, among those with a rate above one half and a test above 1.2816; ties: lower id.

    everybody (n_statements, 3) int64: agrees, disagrees, all votes of all participants, in a group or not.
    """
    successes = everybody[:, AGREES if side is Side.AGREE else DISAGREES]
    trials = everybody[:, ALL_VOTES]
    share, test = smoothed_rate(successes, trials), one_proportion_test(successes, trials)
    clear = np.flatnonzero(~out & (share > 0.5) & (test > Z_90)).tolist()
    best = sorted(clear, key=lambda j: (-share[j] * test[j], j))[:N_MAJORITY]
    return tuple(
        Majority(statement_ids[j], side, int(successes[j]), int(trials[j]), float(share[j]), float(test[j]))
        for j in best
    )


def _rank(measures: Representativeness, group: int, side: Side) -> FloatArray:
    rate, rate_test, ratio, ratio_test = (measure[group] for measure in measures.of(side))
    return np.asarray(ratio * ratio_test * rate * rate_test)


def _best_agree(measures: Representativeness, group: int, candidates: Int64Array) -> int | None:
    """The statement that best says what the group agrees on, qualified or not; `candidates`: columns, scanned in order."""
    rate, test, ratio, _ = (measure[group] for measure in measures.of(Side.AGREE))
    rank = _rank(measures, group, Side.AGREE)
    best: int | None = None
    for j in candidates.tolist():
        if best is None:
            better = test[j] > Z_90 or (ratio[j] > 1.0 and rate[j] > 0.5)
        elif ratio[best] > 1.0:
            better = rank[j] > rank[best]
        else:
            better = rate[j] * test[j] > rate[best] * test[best]
        if better:
            best = j
    return best


def _representative(
    counts: Int64Array,
    measures: Representativeness,
    group: int,
    j: int,
    side: Side,
    statement_id: int | str,
    best_agree: bool,
) -> Representative:
    rate, rate_test, ratio, ratio_test = (float(measure[group, j]) for measure in measures.of(side))
    return Representative(
        statement_id=statement_id,
        group=group,
        side=side,
        successes=int(counts[group, j, AGREES if side is Side.AGREE else DISAGREES]),
        trials=int(counts[group, j, ALL_VOTES]),
        rate=rate,
        rate_test=rate_test,
        ratio=ratio,
        ratio_test=ratio_test,
        best_agree=best_agree,
    )
