"""Common ground: what people agree on across their differences, by three measures with intervals.

All of it follows from counts and from the response model, that is from published sums. The measures are described, with their
sources and their weaknesses, in docs/opinion.md. "Not enough evidence" is NaN here and None in the result; it is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import exp, log, logistic
from comity.opinion.model import ResponseModel

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

AGREES, PASSES, DISAGREES = 0, 1, 2
"""Last axis of all counts here: agree, pass, disagree."""
ENOUGH_ANSWERS = 10
"""Fewer agree or disagree votes than this on a statement are not enough evidence for the least-agreeing fifth."""
ENOUGH_IN_GROUP = 5
"""Fewer votes than this in some group or segment are not enough evidence for a minimum over groups."""
LOWEST_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One measure for each statement, each (n_statements,): estimate, lower, upper float64, NaN = not enough evidence; weakest
    int64: the group that agrees least, -1 where there is none.
    """

    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    weakest: npt.NDArray[np.int64]

    def ranks(self) -> npt.NDArray[np.int64]:
        """(n_statements,) int64: 1 for the highest lower bound, ties by column (ascending id); 0 where not enough evidence."""
        known = np.flatnonzero(~np.isnan(self.lower))
        order = known[np.lexsort((known, -np.round(self.lower[known], 9)))]
        ranks = np.zeros(len(self.lower), dtype=np.int64)
        ranks[order] = np.arange(1, len(order) + 1)
        return ranks


def wilson(successes: Array, trials: Array, z: float) -> tuple[FloatArray, FloatArray]:
    """Lower and upper bound of a share (Wilson, JASA 1927); NaN where trials are 0. Any shape."""
    n = np.maximum(trials, 1).astype(np.float64)
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    known = np.asarray(trials) > 0
    return np.where(known, np.maximum(middle - half, 0.0), np.nan), np.where(
        known, np.minimum(middle + half, 1.0), np.nan
    )


def pass_rates(overall: Array) -> FloatArray:
    """(n_statements,) float64: (passes + 1/2) / (votes + 1). overall (n_statements, 3)."""
    return np.asarray((overall[:, PASSES] + 0.5) / (overall.sum(axis=1) + 1.0))


def least_group(counts: Array, *, z: float) -> Measure:
    """Agreement (of all votes, passes included) of the group that agrees least.

    counts (n_groups, n_statements, 3). Each group's rate is drawn toward the rate of all as far as the groups do not differ more
    than chance explains (random effects; DerSimonian, Laird, Controlled Clinical Trials 1986): where all groups agree alike, their votes
    are pooled, where they differ, each stands for itself. Not enough evidence: a group with fewer than ENOUGH_IN_GROUP votes.
    """
    if not len(counts):
        return _unknown(counts.shape[1])
    cast = counts.sum(axis=2).astype(np.float64)
    rate = (counts[:, :, AGREES] + 1.0) / (cast + 2.0)
    variance = rate * (1 - rate) / (cast + 2.0)
    weight = 1.0 / variance
    pooled = _sum(weight * rate) / _sum(weight)
    spread = _sum(weight * (rate - pooled) ** 2)
    room = _sum(weight) - _sum(weight * weight) / _sum(weight)
    between = np.where(room > 0, np.maximum(spread - (len(counts) - 1), 0.0) / np.where(room > 0, room, 1.0), 0.0)
    own = between / (between + variance)
    estimate = pooled + own * (rate - pooled)
    error = np.sqrt(own * variance + (1 - own) ** 2 / _sum(weight))
    lower, upper = np.maximum(estimate - z * error, 0.0), np.minimum(estimate + z * error, 1.0)
    weakest = np.argmin(np.round(estimate, 9), axis=0)
    columns = np.arange(counts.shape[1])
    enough = (cast >= ENOUGH_IN_GROUP).all(axis=0)
    return Measure(
        np.where(enough, estimate[weakest, columns], np.nan),
        np.where(enough, lower.min(axis=0), np.nan),
        np.where(enough, upper.min(axis=0), np.nan),
        np.where(enough, weakest, -1),
    )


def group_informed_consensus(counts: Array, *, z: float) -> Measure:
    """Product over groups of (agrees + 1) / (votes + 2), as the reference method has it, with an interval on the log scale."""
    if not len(counts):
        return _unknown(counts.shape[1])
    cast = counts.sum(axis=2)
    rate = (counts[:, :, AGREES] + 1.0) / (cast + 2.0)
    logs = _logs(np.ascontiguousarray(rate))
    error = np.sqrt(_sum((1 - rate) / (rate * (cast + 2.0))))
    total = _sum(logs)
    enough = (cast >= ENOUGH_IN_GROUP).all(axis=0)
    estimate, lower, upper = _exps(total), _exps(total - z * error), np.minimum(_exps(total + z * error), 1.0)
    weakest = np.argmin(np.round(rate, 9), axis=0)
    return _where(enough, estimate, lower, upper, weakest)


def least_agreeing_fifth(model: ResponseModel, centres: Array, people: Array, overall: Array, *, z: float) -> Measure:
    """Mean modelled agreement (of all votes) of the fifth of people who agree least, wherever in opinion space they stand.

    centres (n_cells, n_axes), people (n_cells,): the cells of opinion space; overall (n_statements, 3): counts for the pass rate.
    The interval is a delta method over the statement's parameters and its pass rate. Not enough evidence: fewer than
    ENOUGH_ANSWERS agree or disagree votes, or a statement that is not active in the model.
    """
    estimate, error = _lowest(
        model.means,
        model.covariances,
        np.ascontiguousarray(centres, dtype=np.float64),
        people.astype(np.float64),
        LOWEST_SHARE,
    )
    passed, seen = pass_rates(overall), overall.sum(axis=1) + 1.0
    answered = overall[:, AGREES] + overall[:, DISAGREES]
    enough = model.active & (answered >= ENOUGH_ANSWERS)
    total = estimate * (1 - passed)
    spread = np.sqrt((error * (1 - passed)) ** 2 + estimate * estimate * passed * (1 - passed) / seen)
    lower, upper = np.maximum(total - z * spread, 0.0), np.minimum(total + z * spread, 1.0)
    return _where(enough, total, lower, upper, np.full(len(total), -1, dtype=np.int64))


def agreement_in_cells(model: ResponseModel, centres: Array, overall: Array) -> FloatArray:
    """(n_cells, n_statements) float64: modelled agreement, of all votes, at the centre of each cell; rounded to six digits."""
    chance = _at_centres(model.means, np.ascontiguousarray(centres, dtype=np.float64))
    return np.round(chance * (1 - pass_rates(overall))[None, :], 6)


def divisiveness(agreement: FloatArray, people: Array) -> FloatArray:
    """(n_statements,) float64: standard deviation of the modelled agreement over people; 0 all alike, .5 two equal camps."""
    return np.asarray(_deviation(agreement, people.astype(np.float64)))


def _where(enough: Array, estimate: Array, lower: Array, upper: Array, weakest: Array) -> Measure:
    """The measure of statements with enough evidence, nothing for the others."""
    kept = [np.where(enough, values, np.nan) for values in (estimate, lower, upper)]
    return Measure(kept[0], kept[1], kept[2], np.where(enough, weakest, -1))


def _unknown(n_statements: int) -> Measure:
    nothing = np.full(n_statements, np.nan)
    return Measure(nothing, nothing, nothing, np.full(n_statements, -1, dtype=np.int64))


def _sum(values: Array) -> FloatArray:
    """Sum over the first axis in the order of the groups."""
    total = np.zeros(values.shape[1:])
    for row in values:
        total = total + row
    return total


@njit(cache=True, nogil=True)
def _logs(values: Array) -> Array:
    out = np.empty(values.shape)
    for g in range(values.shape[0]):
        for j in range(values.shape[1]):
            out[g, j] = log(values[g, j])
    return out


@njit(cache=True, nogil=True)
def _exps(values: Array) -> Array:
    out = np.empty(len(values))
    for j in range(len(values)):
        out[j] = exp(values[j])
    return out


@njit(cache=True, nogil=True)
def _at_centres(means: Array, centres: Array) -> Array:
    n_cells, n_axes = centres.shape
    out = np.empty((n_cells, len(means)))
    for c in range(n_cells):
        for j in range(len(means)):
            t = means[j, 0]
            for a in range(n_axes):
                t += means[j, a + 1] * centres[c, a]
            out[c, j] = logistic(t)
    return out


@njit(cache=True, nogil=True)
def _lowest(means: Array, covariances: Array, centres: Array, people: Array, share: float) -> tuple[Array, Array]:
    n_cells, n_axes = centres.shape
    d = n_axes + 1
    estimate, error = np.empty(len(means)), np.empty(len(means))
    chance = np.empty(n_cells)
    gradient = np.empty(d)
    wanted = 0.0
    for c in range(n_cells):
        wanted += people[c]
    wanted *= share
    for j in range(len(means)):
        for c in range(n_cells):
            t = means[j, 0]
            for a in range(n_axes):
                t += means[j, a + 1] * centres[c, a]
            chance[c] = logistic(t)
        order = np.argsort(chance, kind="mergesort")  # stable: ties by cell
        left = wanted
        total = 0.0
        for a in range(d):
            gradient[a] = 0.0
        for c in order:
            take = min(people[c], left)
            if take <= 0.0:
                break
            left -= take
            total += take * chance[c]
            slope = take * chance[c] * (1.0 - chance[c])
            gradient[0] += slope
            for a in range(n_axes):
                gradient[a + 1] += slope * centres[c, a]
        variance = 0.0
        for a in range(d):
            for b in range(a + 1):
                variance += (1.0 if a == b else 2.0) * gradient[a] * gradient[b] * covariances[j, a * (a + 1) // 2 + b]
        estimate[j] = total / wanted if wanted > 0 else 0.5
        error[j] = np.sqrt(max(variance, 0.0)) / wanted if wanted > 0 else 0.5
    return estimate, error


@njit(cache=True, nogil=True)
def _deviation(agreement: Array, people: Array) -> Array:
    n_cells, n_statements = agreement.shape
    out = np.empty(n_statements)
    total = 0.0
    for c in range(n_cells):
        total += people[c]
    for j in range(n_statements):
        mean = 0.0
        for c in range(n_cells):
            mean += people[c] * agreement[c, j]
        mean /= max(total, 1.0)
        square = 0.0
        for c in range(n_cells):
            square += people[c] * (agreement[c, j] - mean) * (agreement[c, j] - mean)
        out[j] = np.sqrt(square / max(total, 1.0))
    return out
