"""The compiled loops behind `groups.py`: mixtures of normals with one covariance, fitted to what is known of each position.

What a person's votes say of their position is a normal likelihood: precision (n_pairs, n_people), the packed lower triangle, and
pull (n_axes, n_people). People are taken in blocks whose equations are solved side by side (`arithmetic.inverses`); sums over
people are kept for each place in the block and added up at the end, one order whatever the processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import cholesky, exponentials, inverse_from, inverses, log

Array = npt.NDArray[Any]

BLOCK = 64
"""People whose equations are solved side by side."""
NARROWEST = 0.02
"""Prior variance within a component, with the weight of `PRIOR_PEOPLE`."""
PRIOR_PEOPLE = 5.0


@njit(cache=True, nogil=True)
def likelihoods(moments: Array) -> tuple[Array, Array]:
    """What each person's votes say by themselves, the standard normal prior taken out again: precision and pull.

    moments (n_people, n_moments): packed second moments of (1, position), see `model.Positions`.
    """
    n = len(moments)
    d = 0
    while (d + 1) * (d + 2) // 2 < moments.shape[1]:
        d += 1
    precision, pull = np.empty((d * (d + 1) // 2, n)), np.empty((d, n))
    covariance, work, inverse, mean = _room(d)
    for first in range(0, n, BLOCK):
        people = min(BLOCK, n - first)
        for a in range(d):
            for p in range(people):
                mean[a, p] = moments[first + p, (a + 1) * (a + 2) // 2]
            for b in range(a + 1):
                at = (a + 1) * (a + 2) // 2 + b + 1
                for p in range(people):
                    covariance[a * d + b, p] = moments[first + p, at] - mean[a, p] * mean[b, p]
        _taken_out(covariance, work, inverse, mean, d, first, people, precision, pull)
    return precision, pull


@njit(cache=True, nogil=True)
def narrowed(precision: Array, pull: Array, width: int) -> tuple[Array, Array]:
    """The same likelihoods on the first `width` axes only, the others taken as standard normal."""
    d, n = pull.shape
    narrow_precision, narrow_pull = np.empty((width * (width + 1) // 2, n)), np.empty((width, n))
    posterior, work, inverse, mean = _room(d)
    block = np.zeros((width * width, BLOCK))
    for first in range(0, n, BLOCK):
        people = min(BLOCK, n - first)
        for a in range(d):
            for b in range(a + 1):
                for p in range(people):
                    posterior[a * d + b, p] = precision[a * (a + 1) // 2 + b, first + p] + (1.0 if a == b else 0.0)
        inverses(posterior, d, work, inverse)
        for a in range(width):
            for p in range(people):
                mean[a, p] = 0.0
            for b in range(d):
                for p in range(people):
                    mean[a, p] += inverse[a * d + b, p] * pull[b, first + p]
            for b in range(a + 1):
                for p in range(people):
                    block[a * width + b, p] = inverse[a * d + b, p]
        _taken_out(block, work, inverse, mean, width, first, people, narrow_precision, narrow_pull)
    return narrow_precision, narrow_pull


@njit(cache=True, nogil=True)
def _taken_out(
    covariance: Array, work: Array, inverse: Array, mean: Array, d: int, first: int, people: int, precision: Array, pull: Array
) -> None:  # fmt: skip
    """Precision and pull of people from `first` on, from the mean and covariance of their positions under the prior."""
    inverses(covariance, d, work, inverse)
    for a in range(d):
        for p in range(people):
            pull[a, first + p] = 0.0
        for b in range(d):
            for p in range(people):
                pull[a, first + p] += inverse[a * d + b, p] * mean[b, p]
        for b in range(a):
            for p in range(people):
                precision[a * (a + 1) // 2 + b, first + p] = inverse[a * d + b, p]
        for p in range(people):
            precision[a * (a + 1) // 2 + a, first + p] = max(inverse[a * d + a, p] - 1.0, 0.0)


@njit(cache=True, nogil=True)
def _room(d: int) -> tuple[Array, Array, Array, Array]:
    return np.zeros((d * d, BLOCK)), np.zeros((d * d, BLOCK)), np.zeros((d * d, BLOCK)), np.zeros((d, BLOCK))


@njit(cache=True, nogil=True)
def settled(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array, limit: int
) -> tuple[float, Array, Array, Array]:
    """Log-likelihood and mixture after rounds of EM, `limit` at most, or until one gains less than 1e-4 per person.

    The log-likelihood is that of the mixture before the last round.
    """
    d, n = pull.shape
    k = len(shares)
    nobody = np.empty((0, k)), np.empty((d, 0)), np.empty((0, 0))
    total, old = 0.0, -np.inf
    for _ in range(limit):
        sums0, sums1, sums2 = np.zeros((k, BLOCK)), np.zeros((k * d, BLOCK)), np.zeros((d * d, BLOCK))
        total = _expect(precision, pull, shares, centres, covariance, *nobody, sums0, sums1, sums2)
        shares, centres, covariance = np.empty(k), np.empty((k, d)), np.empty((d, d))
        within = np.empty(k)
        for g in range(k):
            within[g] = _sum(sums0[g])
            shares[g] = (within[g] + 1e-3) / (n + k * 1e-3)
            for a in range(d):
                centres[g, a] = _sum(sums1[g * d + a]) / max(within[g], 1e-9)
        for a in range(d):
            for b in range(a + 1):
                s = _sum(sums2[a * d + b])
                for g in range(k):
                    s -= within[g] * centres[g, a] * centres[g, b]
                covariance[a, b] = (s + (NARROWEST * PRIOR_PEOPLE if a == b else 0.0)) / (n + PRIOR_PEOPLE)
                covariance[b, a] = covariance[a, b]
        if total - old < 1e-4 * n:
            break
        old = total
    return total, shares, centres, covariance


@njit(cache=True, nogil=True)
def expected(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array
) -> tuple[Array, Array]:  # fmt: skip
    """Component probabilities (n_people, n_components) and mean positions (n_axes, n_people) under the mixture."""
    d, n = pull.shape
    probabilities, means = np.empty((n, len(shares))), np.zeros((d, n))
    none = np.empty((0, BLOCK))
    _expect(precision, pull, shares, centres, covariance, probabilities, means, np.empty((0, 0)), none, none, none)
    return probabilities, means


@njit(cache=True, nogil=True)
def mixed(
    moments: Array, shares: Array, centres: Array, covariance: Array, state: Array, probabilities: Array
) -> None:  # fmt: skip
    """Positions under the mixture instead of the standard normal, people taken some thousands at a time.

    Written to state (n_people, n_moments), packed second moments like `moments`, and probabilities (n_people, n_components).
    """
    d = centres.shape[1]
    none = np.empty((0, BLOCK))
    for first in range(0, len(moments), 64 * BLOCK):
        some = slice(first, min(first + 64 * BLOCK, len(moments)))
        precision, pull = likelihoods(moments[some])
        _expect(
            precision, pull, shares, centres, covariance, probabilities[some], np.empty((d, 0)), state[some],
            none, none, none,
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _expect(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array,
    probabilities: Array, means: Array, state: Array, sums0: Array, sums1: Array, sums2: Array,
) -> float:  # fmt: skip
    """Log-likelihood; and, each where there is room for it, component probabilities (n, k), mean positions (d, n), packed
    moments (n, n_moments), and by place in the block the sums of EM: probabilities (k, block), those times means (k d, block),
    second moments (d d, block; lower triangle).
    """
    d, n = pull.shape
    k = len(shares)
    factor, below, inner = np.empty((d, d)), np.empty((d, d)), np.empty((d, d))
    cholesky(covariance, factor)
    inverse_from(factor, below, inner)
    toward, offset = np.zeros((k, d)), np.empty(k)
    half_log = 0.0
    for a in range(d):
        half_log += log(factor[a, a])
    for g in range(k):
        s = 0.0
        for a in range(d):
            for b in range(d):
                toward[g, a] += inner[a, b] * centres[g, b]
            s += toward[g, a] * centres[g, a]
        offset[g] = log(max(shares[g], 1e-300)) - half_log - 0.5 * s
    posterior, work, inverse, ahead = _room(d)
    mean, score = np.zeros((k * d, BLOCK)), np.zeros((k, BLOCK))
    best, whole, volume, room = np.zeros(BLOCK), np.zeros(BLOCK), np.zeros(BLOCK), np.zeros((2, BLOCK))
    total = 0.0
    for first in range(0, n, BLOCK):
        people = min(BLOCK, n - first)
        for a in range(d):
            for b in range(a + 1):
                here, given, more = posterior[a * d + b], precision[a * (a + 1) // 2 + b], inner[a, b]
                for p in range(people):
                    here[p] = given[first + p] + more
        inverses(posterior, d, work, inverse)
        for p in range(people):
            volume[p] = 1.0
            best[p] = -1e300
            whole[p] = 0.0
        for a in range(d):
            for p in range(people):
                volume[p] *= posterior[a * d + a, p]
        for g in range(k):
            here = score[g]
            for p in range(people):
                here[p] = 0.0
            for a in range(d):
                one, step, given = ahead[a], toward[g, a], pull[a]
                for p in range(people):
                    one[p] = given[first + p] + step
            for a in range(d):
                one, into = ahead[a], mean[g * d + a]
                for p in range(people):
                    into[p] = 0.0
                for b in range(d):
                    row, other = inverse[a * d + b], ahead[b]
                    for p in range(people):
                        into[p] += row[p] * other[p]
                for p in range(people):
                    here[p] += into[p] * one[p]
            for p in range(people):
                here[p] = offset[g] + 0.5 * here[p]
                best[p] = max(best[p], here[p])
        for g in range(k):
            here = score[g]
            for p in range(people):
                here[p] -= best[p]
            exponentials(here[:people], room)
            for p in range(people):
                whole[p] += here[p]
        for p in range(people):
            total += best[p] + log(whole[p] * volume[p])
        for g in range(k):
            here = score[g]
            for p in range(people):
                here[p] /= whole[p]
        _entered(score, mean, inverse, d, first, people, probabilities, means, state, sums0, sums1, sums2)
    return total


@njit(cache=True, nogil=True)
def _entered(
    share: Array, mean: Array, inverse: Array, d: int, first: int, people: int,
    probabilities: Array, means: Array, state: Array, sums0: Array, sums1: Array, sums2: Array,
) -> None:  # fmt: skip
    """A block of people entered wherever there is room; see `_expect`."""
    k = len(share)
    if len(probabilities):
        for p in range(people):
            for g in range(k):
                probabilities[first + p, g] = share[g, p]
    if means.shape[1]:
        for g in range(k):
            for a in range(d):
                for p in range(people):
                    means[a, first + p] += share[g, p] * mean[g * d + a, p]
    if len(state):
        middle, second = np.zeros(people), np.zeros(people)
        for p in range(people):
            state[first + p, 0] = 1.0
        for a in range(d):
            middle[:] = 0.0
            for g in range(k):
                for p in range(people):
                    middle[p] += share[g, p] * mean[g * d + a, p]
            for p in range(people):
                state[first + p, (a + 1) * (a + 2) // 2] = middle[p]
            for b in range(a + 1):
                for p in range(people):
                    second[p] = inverse[a * d + b, p]
                for g in range(k):
                    for p in range(people):
                        second[p] += share[g, p] * mean[g * d + a, p] * mean[g * d + b, p]
                for p in range(people):
                    state[first + p, (a + 1) * (a + 2) // 2 + b + 1] = second[p]
    if len(sums0):
        part = np.zeros(people)
        for g in range(k):
            here, into = share[g], sums0[g]
            for p in range(people):
                into[p] += here[p]
            for a in range(d):
                one, into = mean[g * d + a], sums1[g * d + a]
                for p in range(people):
                    part[p] = here[p] * one[p]
                    into[p] += part[p]
                for b in range(a + 1):
                    other, into = mean[g * d + b], sums2[a * d + b]
                    for p in range(people):
                        into[p] += part[p] * other[p]
        for a in range(d):
            for b in range(a + 1):
                row, into = inverse[a * d + b], sums2[a * d + b]
                for p in range(people):
                    into[p] += row[p]


@njit(cache=True, nogil=True)
def _sum(values: Array) -> float:
    """In the order of the places."""
    s = 0.0
    for value in values:
        s += value
    return s


@njit(cache=True, nogil=True)
def spread_of(weight: Array, positions: Array) -> tuple[float, Array, Array]:
    """Total weight, mean (d,) and covariance (d, d) of positions (d, n) under these weights (n,)."""
    d, n = positions.shape
    total = 0.0
    middle, spread = np.zeros(d), np.zeros((d, d))
    for i in range(n):
        total += weight[i]
        for a in range(d):
            middle[a] += weight[i] * positions[a, i]
    for a in range(d):
        middle[a] /= max(total, 1e-9)
    for i in range(n):
        for a in range(d):
            for b in range(a + 1):
                spread[a, b] += weight[i] * (positions[a, i] - middle[a]) * (positions[b, i] - middle[b])
    for a in range(d):
        for b in range(a + 1):
            spread[a, b] /= max(total, 1e-9)
            spread[b, a] = spread[a, b]
    return total, middle, spread


@njit(cache=True, nogil=True)
def distance(inverse_factor: Array, difference: Array) -> float:
    """Length of the difference in standard deviations; `inverse_factor` is the lower inverse of the Cholesky factor."""
    d = len(difference)
    total = 0.0
    for a in range(d):
        s = 0.0
        for b in range(a + 1):
            s += inverse_factor[a, b] * difference[b]
        total += s * s
    return np.sqrt(total)  # type: ignore[no-any-return]
