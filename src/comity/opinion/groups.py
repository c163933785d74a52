"""Opinion groups: as many as the data supports, one being a possible answer.

A person's position is not known exactly, so groups are looked for in the positions behind the noise: a mixture of normal
distributions with a common covariance is fitted to everybody's likelihood (extreme deconvolution; Bovy, Hogg, Roweis, Annals of
Applied Statistics 2011) with 1, 2, 3 ... components, as many as the Bayesian information criterion supports. Components that
are not separated by a valley are one group (Hennig, Advances in Data Analysis and Classification 2010): a continuum of
opinion is not cut in two. A group must also come back when people are resampled (Hennig, Computational Statistics & Data
Analysis 2007); one that does not is joined to its neighbour.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import cholesky, exp, inverse_from, jacobi, log
from comity.opinion.chance import hash_ids
from comity.opinion.model import Positions, ResponseModel, conventional, maximised, moments_of, place
from comity.opinion.votes import IdArray, Votes

Array = npt.NDArray[Any]

SAMPLE_PEOPLE = 2_000
RESAMPLE_PEOPLE = 900
RESAMPLES = 6
REFINING_ROUNDS = 4
SETTLING = 25  # rounds of the mixture at most
MOST_COMPONENTS = 9
VALLEY = 0.6
"""Two components are separate groups when the density between them falls below this share of the lower peak."""
RETURNS = 0.75
"""A group stays when its mean Jaccard similarity over resamples is at least this (Hennig 2007: "valid, stable")."""
SMALLEST = 5
_NARROWEST = 0.02  # prior variance within a component, with the weight of a few people
_PRIOR_PEOPLE = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Components of the density of positions. shares (n_components,), centres (n_components, n_axes), covariance (n_axes, n_axes)
    common to all; group_of (n_components,) int: the opinion group that each component belongs to.
    """

    shares: npt.NDArray[np.float64]
    centres: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]
    group_of: npt.NDArray[np.int64]

    @property
    def n_groups(self) -> int:
        return int(self.group_of.max()) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Opinion groups of people, the largest first.

    membership (n_participants,) int32: the most probable group, -1 where a person is not on the map (ties: the lower group).
    probabilities (n_participants, n_groups) float64, rounded to four digits; 0 where not on the map.
    stability (n_groups,) float64: mean Jaccard similarity under resampling, NaN where nothing was resampled.
    resampled (n_resamples,) int: how many groups each resample found. components: how many the criterion chose.
    """

    mixture: Mixture
    membership: npt.NDArray[np.int32]
    probabilities: npt.NDArray[np.float64]
    stability: npt.NDArray[np.float64]
    resampled: tuple[int, ...]
    components: int

    @property
    def n_groups(self) -> int:
        return int(self.probabilities.shape[1])


def find_mixture(
    positions: Positions, participant_ids: IdArray, *, seed: int = 0, threads: int = 1
) -> tuple[Mixture, npt.NDArray[np.int64]]:
    """The density of opinion as a mixture, every component a group of its own; and the people (indices) it was fitted to.

    A hash sample of at most SAMPLE_PEOPLE people on the map. O(people x components x n_axes^3) time for each number tried.
    """
    placed = np.flatnonzero(positions.placed)
    words = hash_ids(participant_ids[placed], seed, "groups")
    sample = placed[np.sort(np.argsort(words, kind="stable")[:SAMPLE_PEOPLE])]
    if positions.n_axes == 0 or len(placed) < 2 * SMALLEST:
        return single(positions.n_axes), sample
    return _supported(*likelihoods(positions.moments[sample]), range(1, positions.n_axes + 1), threads), sample


def find_groups(
    positions: Positions,
    mixture: Mixture,
    participant_ids: IdArray,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    smallest: int = SMALLEST,
    threads: int = 1,
) -> Grouping:
    """Opinion groups: components that no valley separates are joined, and groups that do not come back are given up.

    positions: as `place` gives them, under the standard normal prior. mixture: the density fitted to them. smallest: fewer
    people than this are no group (unless nobody else is on the map).
    """
    placed = np.flatnonzero(positions.placed)
    components = len(mixture.shares)
    stability = np.full(1, np.nan)
    found: list[int] = []
    fitted = _joined(mixture)
    if fitted.n_groups > 1:
        words = hash_ids(participant_ids[placed], seed, "groups")
        sample = placed[np.sort(np.argsort(words, kind="stable")[:SAMPLE_PEOPLE])]
        precision, pull = likelihoods(positions.moments[sample])
        whole = _responsibilities(precision, pull, fitted)
        fitted = _without_small(fitted, whole, smallest)
        wide = _separating_axes(mixture)

        def partition(draw: int) -> Array:
            order = np.argsort(hash_ids(participant_ids[sample], seed, f"resample {draw}"), kind="stable")
            drawn = np.sort(order[: min(RESAMPLE_PEOPLE, int(0.6 * len(sample)))])
            again = _joined(_supported(precision[drawn], pull[drawn], range(wide, wide + 1)))
            again = _without_small(again, _responsibilities(precision[drawn], pull[drawn], again), SMALLEST)
            return np.asarray(by_group(_responsibilities(precision, pull, again), again).argmax(axis=1))

        with ThreadPoolExecutor(max(1, threads)) as pool:
            partitions = list(pool.map(partition, range(resamples if fitted.n_groups > 1 else 0)))
        found = [int(labels.max()) + 1 for labels in partitions]
        fitted, stability = (
            _kept(fitted, whole, partitions) if partitions else (fitted, np.full(fitted.n_groups, np.nan))
        )
    everybody = assign(positions, fitted)
    labels = everybody[placed].argmax(axis=1)
    sizes = np.bincount(labels, minlength=fitted.n_groups)
    order = np.lexsort((np.arange(len(sizes)), -sizes))  # largest first, ties by the order in which they were found
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    membership = np.full(len(positions.placed), -1, dtype=np.int32)
    membership[placed] = rank[labels]
    probabilities = np.where(positions.placed[:, None], np.round(everybody[:, order], 4), 0.0)
    final = Mixture(fitted.shares, fitted.centres, fitted.covariance, rank[fitted.group_of])
    return Grouping(final, membership, probabilities, stability[order], tuple(found), components)


def refined(
    votes: Votes, model: ResponseModel, mixture: Mixture, *, rounds: int = REFINING_ROUNDS
) -> tuple[ResponseModel, Mixture]:
    """Model and density fitted in turn to the same people, so that the axes learn from where people really are.

    `fit` takes positions to be normal; where opinion has groups, their members' positions are better known than that. The
    axes are turned back to the convention at the end, the mixture with them.
    """
    for _ in range(rounds):
        positions = place(votes, model)
        precision, pull = likelihoods(positions.moments[positions.placed])
        _, shares, centres, covariance = _settled(
            precision, pull, mixture.shares, mixture.centres, mixture.covariance, 5
        )
        mixture = Mixture(shares, centres, covariance, mixture.group_of)
        state, _ = toward(positions, mixture)
        moments = moments_of(votes, model, state)
        model = maximised(moments, model.active)
    model, turn, shift = conventional(model, moments)
    centres = np.array(
        [[sum(turn[a, b] * (c[b] - shift[b]) for b in range(len(c))) for a in range(len(c))] for c in mixture.centres]
    )
    half = _matrix_product(turn, mixture.covariance)
    covariance = _matrix_product(half, np.ascontiguousarray(turn.T))
    return model, Mixture(mixture.shares, centres, 0.5 * (covariance + covariance.T), mixture.group_of)


def toward(
    positions: Positions, mixture: Mixture, *, threads: int = 1
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Positions when the density of opinion is the mixture instead of the standard normal.

    Returns packed second moments (n_participants, n_pairs), and component probabilities (n_participants, n_components).
    """
    n = len(positions.moments)
    cuts = [n * share // max(threads, 1) for share in range(max(threads, 1) + 1)]

    def part(bounds: tuple[int, int]) -> tuple[Array, Array]:
        precision, pull = likelihoods(positions.moments[bounds[0] : bounds[1]])
        return _mixed(precision, pull, mixture.shares, mixture.centres, mixture.covariance)

    with ThreadPoolExecutor(max(threads, 1)) as pool:
        parts = list(pool.map(part, itertools.pairwise(cuts)))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def resettled(positions: Positions, mixture: Mixture, participant_ids: IdArray, *, seed: int = 0) -> Mixture:
    """The same components fitted to other people (or to the same people on other axes); groups are not looked for anew."""
    placed = np.flatnonzero(positions.placed)
    words = hash_ids(participant_ids[placed], seed, "groups")
    sample = placed[np.sort(np.argsort(words, kind="stable")[:SAMPLE_PEOPLE])]
    _, shares, centres, covariance = _settled(
        *likelihoods(positions.moments[sample]), mixture.shares, mixture.centres, mixture.covariance, SETTLING
    )
    return Mixture(shares, centres, covariance, mixture.group_of)


def single(n_axes: int) -> Mixture:
    """The standard normal as a mixture of one."""
    return Mixture(np.ones(1), np.zeros((1, n_axes)), np.eye(n_axes), np.zeros(1, dtype=np.int64))


def assign(positions: Positions, mixture: Mixture) -> npt.NDArray[np.float64]:
    """(n_participants, n_groups) float64: membership probabilities under a held mixture."""
    precision, pull = likelihoods(positions.moments)
    return by_group(_responsibilities(precision, pull, mixture), mixture)


def _supported(precision: Array, pull: Array, widths: range, threads: int = 1) -> Mixture:
    """The mixture with as many components, apart on as many of the first axes, as the Bayesian information criterion supports.

    precision (n, n_axes, n_axes), pull (n, n_axes): see `likelihoods`. widths: how many of the first axes the centres may differ on;
    on the others everybody shares a standard normal. Ties: fewer axes, then fewer components.
    """
    _n, d = pull.shape
    best, best_gain = single(d), -1e-6
    with ThreadPoolExecutor(max(1, threads)) as pool:
        paths = list(pool.map(lambda width: _best_path(*_marginal(precision, pull, width)), widths))
    for width, (gain, found) in zip(widths, paths, strict=True):
        if gain < best_gain:
            centres = np.zeros((len(found[0]), d))
            centres[:, :width] = found[1]
            covariance = np.eye(d)
            covariance[:width, :width] = found[2]
            best, best_gain = Mixture(found[0], centres, covariance, np.arange(len(found[0]), dtype=np.int64)), gain
    return best


def _best_path(precision: Array, pull: Array) -> tuple[float, tuple[Array, Array, Array]]:
    """Criterion relative to one component (negative is better), and the mixture, along 1, 2, 3 ... components."""
    n, d = pull.shape
    current = _settled(precision, pull, np.ones(1), np.zeros((1, d)), np.eye(d), SETTLING)
    alone = current[0]
    best, best_gain, worse = current, 0.0, 0
    for k in range(2, MOST_COMPONENTS + 1):
        candidates = [_settled(precision, pull, *start, 3) for start in _splits(precision, pull, current[1:])]
        if not candidates:
            break
        chosen = max(range(len(candidates)), key=lambda c: (round(candidates[c][0], 6), -c))
        current = _settled(precision, pull, *candidates[chosen][1:], SETTLING)
        gain = -2.0 * (current[0] - alone) + (k - 1) * (d + 1) * float(log(float(n)))
        if gain < best_gain - 1e-6:
            best, best_gain, worse = current, gain, 0
        else:
            worse += 1
            if worse == 2:
                break
    return best_gain, best[1:]


def _separating_axes(mixture: Mixture) -> int:
    """How many of the first axes the centres differ on, at least one."""
    apart = np.flatnonzero((np.abs(mixture.centres - mixture.centres[0]) > 1e-9).any(axis=0))
    return int(apart.max()) + 1 if len(apart) else 1


def _marginal(precision: Array, pull: Array, width: int) -> tuple[Array, Array]:
    """The same likelihoods on the first `width` axes only, the others taken as standard normal."""
    if width == pull.shape[1]:
        return precision, pull
    return _narrowed(precision, pull, width)


def _splits(precision: Array, pull: Array, fitted: tuple[Array, Array, Array]) -> list[tuple[Array, Array, Array]]:
    """Starts with one more component: each component cut along the main directions of the positions that it explains."""
    shares, centres, covariance = fitted
    d = centres.shape[1]
    _, responsibilities, expected = _expect(precision, pull, shares, centres, covariance)
    starts = []
    for k in range(len(shares)):
        weight, middle, spread = _spread_of(responsibilities[:, k].copy(), expected)
        if weight < 2 * SMALLEST:
            continue
        values, vectors = np.zeros(d), np.zeros((d, d))
        jacobi(spread, values, vectors)
        for a in range(min(d, 2 if len(shares) == 1 else 1)):
            step = np.sqrt(max(values[a], 0.0)) * vectors[:, a]
            for outward in (1.0, 2.0, -2.0) if len(shares) == 1 else (1.0,):
                # a cut in the middle, and one that reaches for a small group far out on either side
                if outward == 1.0:
                    pair = (middle + step, middle - step, 0.5)
                else:
                    pair = (middle, middle + outward * step, 0.1)
                new_shares = np.concatenate((shares, [shares[k] * pair[2]]))
                new_shares[k] = shares[k] * (1.0 - pair[2])
                new_centres = np.concatenate((centres, pair[1][None, :]))
                new_centres[k] = pair[0]
                starts.append((new_shares, new_centres, covariance * 0.7))
    return starts


def _settled(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array, limit: int
) -> tuple[float, Array, Array, Array]:
    old = -np.inf
    for _ in range(limit):
        likelihood, shares, centres, covariance = _mixture_round(
            precision, pull, shares, centres, covariance, _NARROWEST, _PRIOR_PEOPLE
        )
        if likelihood - old < 1e-4 * len(pull):
            break
        old = likelihood
    return float(likelihood), shares, centres, covariance


def _joined(mixture: Mixture) -> Mixture:
    """Groups whose components no valley separates become one: single linkage over pairs."""
    k, d = mixture.centres.shape
    factor, work, inverse = np.zeros((d, d)), np.zeros((d, d)), np.zeros((d, d))
    cholesky(mixture.covariance, factor)
    inverse_from(factor, work, inverse)
    group = mixture.group_of.tolist()
    for g in range(k):
        for h in range(g):
            difference = mixture.centres[g] - mixture.centres[h]
            apart = float(_distance(work, difference))
            if valley(apart, float(mixture.shares[g]), float(mixture.shares[h])) > VALLEY:
                old, new = group[g], group[h]
                group = [new if entry == old else entry for entry in group]
    return _renumbered(mixture, group)


def valley(apart: float, share: float, other: float) -> float:
    """Density at the bottom between two normal components over the lower of their peaks; 1 where there is no second peak.

    apart: distance of the centres in standard deviations of the common covariance. Checked at 64 points of the segment.
    """
    at = [
        share * float(exp(-0.5 * (apart * s / 64) ** 2)) + other * float(exp(-0.5 * (apart * (1 - s / 64)) ** 2))
        for s in range(65)
    ]
    lowest = min(range(65), key=lambda s: (at[s], s))
    if lowest in (0, 64):
        return 1.0
    return at[lowest] / min(max(at[:lowest]), max(at[lowest + 1 :]))


def _without_small(mixture: Mixture, responsibilities: Array, smallest: int) -> Mixture:
    """Groups of fewer than `smallest` people join their nearest neighbour."""
    while mixture.n_groups > 1:
        sizes = np.bincount(by_group(responsibilities, mixture).argmax(axis=1), minlength=mixture.n_groups)
        if sizes.min() >= smallest:
            break
        mixture = _absorbed(mixture, int(sizes.argmin()))
    return mixture


def _kept(mixture: Mixture, responsibilities: Array, partitions: list[Array]) -> tuple[Mixture, Array]:
    """Groups that come back; the least stable one joins its neighbour until all do."""
    while True:
        labels = by_group(responsibilities, mixture).argmax(axis=1)
        stability = np.zeros(mixture.n_groups)
        for g in range(mixture.n_groups):
            inside = labels == g
            returns = []
            for partition in partitions:
                together = np.bincount(partition[inside], minlength=int(partition.max()) + 1)
                sizes = np.bincount(partition, minlength=len(together))
                returns.append(float((together / (sizes + inside.sum() - together)).max()))
            stability[g] = sum(returns) / len(returns)
        if mixture.n_groups == 1:
            return mixture, np.full(1, np.nan)
        if np.round(stability, 9).min() >= RETURNS:
            return mixture, stability
        mixture = _absorbed(mixture, int(np.round(stability, 9).argmin()))


def _absorbed(mixture: Mixture, gone: int) -> Mixture:
    d = mixture.centres.shape[1]
    factor, work, inverse = np.zeros((d, d)), np.zeros((d, d)), np.zeros((d, d))
    cholesky(mixture.covariance, factor)
    inverse_from(factor, work, inverse)
    nearest, least = -1, np.inf
    for k in np.flatnonzero(mixture.group_of == gone):
        for other in np.flatnonzero(mixture.group_of != gone):
            apart = float(_distance(work, mixture.centres[k] - mixture.centres[other]))
            if apart < least:
                nearest, least = int(mixture.group_of[other]), apart
    return _renumbered(mixture, [nearest if g == gone else int(g) for g in mixture.group_of])


def _renumbered(mixture: Mixture, group: list[int]) -> Mixture:
    order: dict[int, int] = {}
    for entry in group:
        order.setdefault(entry, len(order))
    return Mixture(
        mixture.shares, mixture.centres, mixture.covariance, np.array([order[entry] for entry in group], dtype=np.int64)
    )


def _responsibilities(precision: Array, pull: Array, mixture: Mixture) -> Array:
    return np.asarray(_expect(precision, pull, mixture.shares, mixture.centres, mixture.covariance)[1])


def by_group(responsibilities: Array, mixture: Mixture) -> Array:
    """(n, n_groups): component probabilities summed by opinion group, rounded so that a tie is a tie on every processor."""
    out = np.zeros((len(responsibilities), mixture.n_groups))
    for k, g in enumerate(mixture.group_of):
        out[:, g] += responsibilities[:, k]
    return np.round(out, 9)


@njit(cache=True, nogil=True)
def likelihoods(moments: Array) -> tuple[Array, Array]:
    """What each person's votes say by themselves, the prior taken out again: precision (n, d, d) and pull (n, d) of a normal."""
    n, pairs = moments.shape
    d = 0
    while (d + 1) * (d + 2) // 2 < pairs:
        d += 1
    precision = np.zeros((n, d, d))
    pull = np.zeros((n, d))
    cov, factor, work, inverse = np.empty((d, d)), np.empty((d, d)), np.empty((d, d)), np.empty((d, d))
    for i in range(n):
        for a in range(d):
            for b in range(a + 1):
                mean = moments[i, (a + 1) * (a + 2) // 2] * moments[i, (b + 1) * (b + 2) // 2]
                cov[a, b] = moments[i, (a + 1) * (a + 2) // 2 + b + 1] - mean
                cov[b, a] = cov[a, b]
        cholesky(cov, factor)
        inverse_from(factor, work, inverse)
        for a in range(d):
            s = 0.0
            for b in range(d):
                precision[i, a, b] = inverse[a, b] - (1.0 if a == b else 0.0)
                s += inverse[a, b] * moments[i, (b + 1) * (b + 2) // 2]
            precision[i, a, a] = max(precision[i, a, a], 0.0)
            pull[i, a] = s
    return precision, pull


@njit(cache=True, nogil=True)
def _expect(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array
) -> tuple[float, Array, Array]:
    """Log-likelihood, responsibilities (n, k) and expected positions (n, d) under the mixture."""
    n, d = pull.shape
    k = len(shares)
    responsibilities = np.empty((n, k))
    expected = np.zeros((n, d))
    sums0, sums1, sums2 = np.zeros(k), np.zeros((k, d)), np.zeros((d, d))
    total = _accumulate(precision, pull, shares, centres, covariance, responsibilities, expected, sums0, sums1, sums2)
    return total, responsibilities, expected


@njit(cache=True, nogil=True)
def _accumulate(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array, responsibilities: Array, expected: Array,
    sums0: Array, sums1: Array, sums2: Array,
) -> float:  # fmt: skip
    n, d = pull.shape
    k = len(shares)
    factor, work, inverse = np.empty((d, d)), np.empty((d, d)), np.empty((d, d))
    cholesky(covariance, factor)
    inverse_from(factor, work, inverse)
    half_log = 0.0
    for a in range(d):
        half_log += log(factor[a, a])
    toward = np.zeros((k, d))
    offset = np.empty(k)
    for g in range(k):
        s = 0.0
        for a in range(d):
            for b in range(d):
                toward[g, a] += inverse[a, b] * centres[g, b]
            s += toward[g, a] * centres[g, a]
        offset[g] = log(max(shares[g], 1e-300)) - half_log - 0.5 * s
    posterior, cov = np.empty((d, d)), np.empty((d, d))
    mean = np.empty((k, d))
    score = np.empty(k)
    total = 0.0
    for i in range(n):
        for a in range(d):
            for b in range(d):
                posterior[a, b] = precision[i, a, b] + inverse[a, b]
        cholesky(posterior, factor)
        inverse_from(factor, work, cov)
        base = 1.0
        for a in range(d):
            base *= factor[a, a]
        base = -log(base)
        best = -1e300
        for g in range(k):
            s = 0.0
            for a in range(d):
                mean[g, a] = 0.0
                for b in range(d):
                    mean[g, a] += cov[a, b] * (pull[i, b] + toward[g, b])
                s += mean[g, a] * (pull[i, a] + toward[g, a])
            score[g] = offset[g] + base + 0.5 * s
            best = max(best, score[g])
        s = 0.0
        for g in range(k):
            score[g] = exp(score[g] - best)
            s += score[g]
        total += best + log(s)
        for g in range(k):
            r = score[g] / s
            responsibilities[i, g] = r
            sums0[g] += r
            for a in range(d):
                expected[i, a] += r * mean[g, a]
                sums1[g, a] += r * mean[g, a]
                for b in range(a + 1):
                    sums2[a, b] += r * mean[g, a] * mean[g, b]
        for a in range(d):
            for b in range(a + 1):
                sums2[a, b] += cov[a, b]
    return total


@njit(cache=True, nogil=True)
def _mixture_round(
    precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array, narrowest: float, prior: float
) -> tuple[float, Array, Array, Array]:
    n, d = pull.shape
    k = len(shares)
    responsibilities, expected = np.empty((n, k)), np.zeros((n, d))
    sums0, sums1, sums2 = np.zeros(k), np.zeros((k, d)), np.zeros((d, d))
    total = _accumulate(precision, pull, shares, centres, covariance, responsibilities, expected, sums0, sums1, sums2)
    new_shares, new_centres, new_cov = np.empty(k), np.empty((k, d)), np.empty((d, d))
    for g in range(k):
        new_shares[g] = (sums0[g] + 1e-3) / (n + k * 1e-3)
        for a in range(d):
            new_centres[g, a] = sums1[g, a] / max(sums0[g], 1e-9)
    for a in range(d):
        for b in range(a + 1):
            s = sums2[a, b]
            for g in range(k):
                s -= sums0[g] * new_centres[g, a] * new_centres[g, b]
            new_cov[a, b] = (s + (narrowest * prior if a == b else 0.0)) / (n + prior)
            new_cov[b, a] = new_cov[a, b]
    return total, new_shares, new_centres, new_cov


@njit(cache=True, nogil=True)
def _spread_of(weight: Array, expected: Array) -> tuple[float, Array, Array]:
    n, d = expected.shape
    total = 0.0
    middle, spread = np.zeros(d), np.zeros((d, d))
    for i in range(n):
        total += weight[i]
        for a in range(d):
            middle[a] += weight[i] * expected[i, a]
    for a in range(d):
        middle[a] /= max(total, 1e-9)
    for i in range(n):
        for a in range(d):
            for b in range(a + 1):
                spread[a, b] += weight[i] * (expected[i, a] - middle[a]) * (expected[i, b] - middle[b])
    for a in range(d):
        for b in range(a + 1):
            spread[a, b] /= max(total, 1e-9)
            spread[b, a] = spread[a, b]
    return total, middle, spread


@njit(cache=True, nogil=True)
def _distance(inverse_factor: Array, difference: Array) -> float:
    """Length of the difference in standard deviations; `inverse_factor` is the lower inverse of the Cholesky factor."""
    d = len(difference)
    total = 0.0
    for a in range(d):
        s = 0.0
        for b in range(a + 1):
            s += inverse_factor[a, b] * difference[b]
        total += s * s
    return np.sqrt(total)  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _narrowed(precision: Array, pull: Array, width: int) -> tuple[Array, Array]:
    n, d = pull.shape
    posterior, factor, work, cov = np.empty((d, d)), np.empty((d, d)), np.empty((d, d)), np.empty((d, d))
    block, block_factor, block_work, inverse = (
        np.empty((width, width)),
        np.empty((width, width)),
        np.empty((width, width)),
        np.empty((width, width)),
    )
    narrow_precision, narrow_pull = np.empty((n, width, width)), np.empty((n, width))
    mean = np.empty(d)
    for i in range(n):
        for a in range(d):
            for b in range(d):
                posterior[a, b] = precision[i, a, b] + (1.0 if a == b else 0.0)
        cholesky(posterior, factor)
        inverse_from(factor, work, cov)
        for a in range(d):
            mean[a] = 0.0
            for b in range(d):
                mean[a] += cov[a, b] * pull[i, b]
        for a in range(width):
            for b in range(width):
                block[a, b] = cov[a, b]
        cholesky(block, block_factor)
        inverse_from(block_factor, block_work, inverse)
        for a in range(width):
            narrow_pull[i, a] = 0.0
            for b in range(width):
                narrow_precision[i, a, b] = inverse[a, b] - (1.0 if a == b else 0.0)
                narrow_pull[i, a] += inverse[a, b] * mean[b]
            narrow_precision[i, a, a] = max(narrow_precision[i, a, a], 0.0)
    return narrow_precision, narrow_pull


@njit(cache=True, nogil=True)
def _mixed(precision: Array, pull: Array, shares: Array, centres: Array, covariance: Array) -> tuple[Array, Array]:
    n, d = pull.shape
    k = len(shares)
    state = np.zeros((n, (d + 1) * (d + 2) // 2))
    responsibilities = np.empty((n, k))
    one, expected, seconds = np.zeros(k), np.zeros((1, d)), np.zeros((d, d))
    ones = np.zeros((k, d))
    for i in range(n):
        one[:] = 0.0
        ones[:, :] = 0.0
        expected[:, :] = 0.0
        seconds[:, :] = 0.0
        _accumulate(
            precision[i : i + 1],
            pull[i : i + 1],
            shares,
            centres,
            covariance,
            responsibilities[i : i + 1],
            expected,
            one,
            ones,
            seconds,
        )
        state[i, 0] = 1.0
        for a in range(d):
            state[i, (a + 1) * (a + 2) // 2] = expected[0, a]
            for b in range(a + 1):
                state[i, (a + 1) * (a + 2) // 2 + b + 1] = seconds[a, b]
    return state, responsibilities


@njit(cache=True, nogil=True)
def _matrix_product(left: Array, right: Array) -> Array:
    n, m, p = left.shape[0], left.shape[1], right.shape[1]
    out = np.zeros((n, p))
    for i in range(n):
        for k in range(m):
            for j in range(p):
                out[i, j] += left[i, k] * right[k, j]
    return out
