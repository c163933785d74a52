"""Draws that belong to ids, and floats in one order of operations: what every simulation is made of.

Every draw is a hash of who and what it concerns (`chance`); every float follows from +, -, *, / and square roots in one order,
without a mathematics library, so that the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from comity.opinion import chance
from comity.opinion.chance import UInt64Array, hash_ids, hash_pairs, normal, uniform
from comity.opinion.votes import FloatArray, IdArray, Int64Array

CLIP = (0.03, 0.97)
"""Agreement rates of benchmark truths stay between these."""


class SimulationError(ValueError):
    """A simulation that cannot be made as asked; the message names the argument and the mend."""


class Draws:
    """Draws that belong to ids: each purpose gives other numbers, and no draw depends on another id."""

    def __init__(self, ids: IdArray, seed: int) -> None:
        self.ids = ids
        self.seed = seed

    def words(self, purpose: str) -> UInt64Array:
        """(n_ids,) uint64: one word for each id."""
        return hash_ids(self.ids, self.seed, f"simulation/{purpose}")

    def uniform(self, purpose: str) -> FloatArray:
        return uniform(self.words(purpose))

    def normal(self, purpose: str) -> FloatArray:
        return normal(self.words(purpose))

    def pair_words(self, other: Draws, purpose: str) -> UInt64Array:
        """(n_ids, n_other) uint64: one word for each pair of an id here and one there."""
        left, right = self.words(purpose), other.words(purpose)
        flat = hash_pairs(np.repeat(left, len(right)), np.tile(right, len(left)))
        return flat.reshape(len(left), len(right))

    def pairs(self, other: Draws, purpose: str) -> FloatArray:
        return uniform(self.pair_words(other, purpose))

    def pick(self, purpose: str, shares: npt.ArrayLike) -> Int64Array:
        """(n,) int64: one index for each id, likely in proportion to `shares` (n_choices,) or (n, n_choices)."""
        weights = np.broadcast_to(np.asarray(shares, dtype=np.float64), (len(self.ids), np.shape(shares)[-1]))
        edges = np.cumsum(weights, axis=1)
        passed = self.uniform(purpose)[:, None] * edges[:, -1:] >= edges[:, :-1]
        return np.asarray(passed.sum(axis=1), dtype=np.int64)


def vote_counts(words: UInt64Array, mean_votes: float, n_statements: int, sigma: float) -> Int64Array:
    """(n,) int64: a log-normal number with about that mean, at least 1 and at most all statements."""
    # exp(sigma^2 / 2) is the mean of a log-normal with median 1
    median = mean_votes / float(exp(np.array([0.5 * sigma * sigma]))[0])
    counts = np.rint(median * exp(sigma * normal(words)))
    return np.clip(counts, 1, n_statements).astype(np.int64)


def ranks(words: UInt64Array) -> Int64Array:
    """(n,) int64: place of each word in ascending order, a shuffle of 0..n-1; equal words keep their order."""
    places = np.empty(len(words), dtype=np.int64)
    places[np.argsort(words, kind="stable")] = np.arange(len(words))
    return places


def grid(rows: IdArray, columns: IdArray, seed: int, purpose: str) -> UInt64Array:
    """(n_rows, n_columns) uint64: one word for each pair."""
    return Draws(rows, seed).pair_words(Draws(columns, seed), purpose)


def lowest_fifth(agreement: FloatArray) -> FloatArray:
    """(n_statements,): mean of the lowest fifth (rounded up) of each column."""
    n_lowest = -(-len(agreement) // 5)
    return np.asarray(np.sort(agreement, axis=0)[:n_lowest].sum(axis=0) / n_lowest, dtype=np.float64)


def axis_sum(table: FloatArray) -> FloatArray:
    """Sum over the few columns of a table, left to right."""
    total = np.zeros(len(table))
    for axis in range(table.shape[1]):
        total = total + table[:, axis]
    return total


def utility(positions: FloatArray, intercepts: FloatArray, slopes: FloatArray) -> FloatArray:
    """(n_participants, n_statements): intercept_j + slopes_j . position_i, axis by axis."""
    total = np.broadcast_to(intercepts, (len(positions), len(intercepts))).copy()
    for axis in range(positions.shape[1]):
        total += positions[:, axis : axis + 1] * slopes[None, :, axis]
    return total


def exp(x: npt.NDArray[np.float64]) -> FloatArray:
    """exp(x), |x| <= 700, written out: within 2 units in the last place."""
    x = np.clip(x, -700.0, 700.0)
    power = np.rint(x * 1.4426950408889634)
    rest = (x - power * 0.6931471803691238) - power * 1.9082149292705877e-10
    series = np.ones_like(rest)
    for n in range(14, 0, -1):
        series = 1.0 + series * rest / n
    return np.ldexp(series, power.astype(np.int32))


def logistic(x: npt.NDArray[np.float64]) -> FloatArray:
    """1 / (1 + exp(-x))."""
    return np.asarray(1.0 / (1.0 + exp(-x)), dtype=np.float64)


def logit(p: npt.NDArray[np.float64]) -> FloatArray:
    """Log-odds of shares between 0 and 1, both left out."""
    return np.asarray(chance.log(p) - chance.log(1.0 - p), dtype=np.float64)


def at_least(name: str, given: float, least: int) -> None:
    """Raise SimulationError for a size that is too small."""
    if given < least:
        raise SimulationError(f"{name} is {given}: give at least {least}.")
