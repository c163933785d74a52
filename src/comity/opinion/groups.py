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

from comity.opinion.arithmetic import cholesky, exp, inverse_from, jacobi, log, product
from comity.opinion.chance import hash_ids
from comity.opinion.mixtures import distance, expected, likelihoods, mixed, narrowed, settled, spread_of
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
            part = np.ascontiguousarray(precision[:, drawn]), np.ascontiguousarray(pull[:, drawn])
            again = _joined(_supported(*part, range(wide, wide + 1)))
            again = _without_small(again, _responsibilities(*part, again), SMALLEST)
            return np.asarray(by_group(_responsibilities(precision, pull, again), again).argmax(axis=1))

        with ThreadPoolExecutor(max(1, threads)) as pool:
            partitions = list(pool.map(partition, range(resamples if fitted.n_groups > 1 else 0)))
        found = [int(labels.max()) + 1 for labels in partitions]
        fitted, stability = (
            _kept(fitted, whole, partitions) if partitions else (fitted, np.full(fitted.n_groups, np.nan))
        )
    everybody = assign(positions, fitted, threads=threads)
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
        _, shares, centres, covariance = settled(
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
    half = product(turn, mixture.covariance)
    covariance = product(half, np.ascontiguousarray(turn.T))
    return model, Mixture(mixture.shares, centres, 0.5 * (covariance + covariance.T), mixture.group_of)


def toward(
    positions: Positions, mixture: Mixture, *, threads: int = 1
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Positions when the density of opinion is the mixture instead of the standard normal.

    Returns packed second moments (n_participants, n_pairs), and component probabilities (n_participants, n_components).
    """
    n = len(positions.moments)
    cuts = [n * share // max(threads, 1) for share in range(max(threads, 1) + 1)]
    state, probabilities = np.empty_like(positions.moments), np.empty((n, len(mixture.shares)))

    def part(bounds: tuple[int, int]) -> None:
        some = slice(*bounds)
        mixed(
            positions.moments[some],
            mixture.shares,
            mixture.centres,
            mixture.covariance,
            state[some],
            probabilities[some],
        )

    with ThreadPoolExecutor(max(threads, 1)) as pool:
        list(pool.map(part, itertools.pairwise(cuts)))
    return state, probabilities


def resettled(positions: Positions, mixture: Mixture, participant_ids: IdArray, *, seed: int = 0) -> Mixture:
    """The same components fitted to other people (or to the same people on other axes); groups are not looked for anew."""
    placed = np.flatnonzero(positions.placed)
    words = hash_ids(participant_ids[placed], seed, "groups")
    sample = placed[np.sort(np.argsort(words, kind="stable")[:SAMPLE_PEOPLE])]
    _, shares, centres, covariance = settled(
        *likelihoods(positions.moments[sample]), mixture.shares, mixture.centres, mixture.covariance, SETTLING
    )
    return Mixture(shares, centres, covariance, mixture.group_of)


def single(n_axes: int) -> Mixture:
    """The standard normal as a mixture of one."""
    return Mixture(np.ones(1), np.zeros((1, n_axes)), np.eye(n_axes), np.zeros(1, dtype=np.int64))


def assign(positions: Positions, mixture: Mixture, *, threads: int = 1) -> npt.NDArray[np.float64]:
    """(n_participants, n_groups) float64: membership probabilities under a held mixture."""
    return by_group(toward(positions, mixture, threads=threads)[1], mixture)


def _supported(precision: Array, pull: Array, widths: range, threads: int = 1) -> Mixture:
    """The mixture with as many components, apart on as many of the first axes, as the Bayesian information criterion supports.

    precision (n_pairs, n), pull (n_axes, n): see `likelihoods`. widths: how many of the first axes the centres may differ on;
    on the others everybody shares a standard normal. Ties: fewer axes, then fewer components.
    """
    d = len(pull)
    best, best_gain = single(d), -1e-6
    with ThreadPoolExecutor(max(1, threads)) as pool:
        widest_first = pool.map(lambda width: _best_path(*_marginal(precision, pull, width)), reversed(widths))
        paths = list(widest_first)[::-1]
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
    d, n = pull.shape
    current = settled(precision, pull, np.ones(1), np.zeros((1, d)), np.eye(d), SETTLING)
    alone = current[0]
    best, best_gain, worse = current, 0.0, 0
    for k in range(2, MOST_COMPONENTS + 1):
        candidates = [settled(precision, pull, *start, 3) for start in _splits(precision, pull, current[1:])]
        if not candidates:
            break
        chosen = max(range(len(candidates)), key=lambda c: (round(candidates[c][0], 6), -c))
        current = settled(precision, pull, *candidates[chosen][1:], SETTLING)
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
    return (precision, pull) if width == len(pull) else narrowed(precision, pull, width)


def _splits(precision: Array, pull: Array, fitted: tuple[Array, Array, Array]) -> list[tuple[Array, Array, Array]]:
    """Starts with one more component: each component cut along the main directions of the positions that it explains."""
    shares, centres, covariance = fitted
    d = centres.shape[1]
    responsibilities, means = expected(precision, pull, shares, centres, covariance)
    starts = []
    for k in range(len(shares)):
        weight, middle, spread = spread_of(responsibilities[:, k].copy(), means)
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
            apart = float(distance(work, difference))
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
            apart = float(distance(work, mixture.centres[k] - mixture.centres[other]))
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
    return np.asarray(expected(precision, pull, mixture.shares, mixture.centres, mixture.covariance)[0])


def by_group(responsibilities: Array, mixture: Mixture) -> Array:
    """(n, n_groups): component probabilities summed by opinion group, rounded so that a tie is a tie on every processor."""
    out = np.zeros((len(responsibilities), mixture.n_groups))
    for k, g in enumerate(mixture.group_of):
        out[:, g] += responsibilities[:, k]
    return np.round(out, 9)
