"""The map: centre (step 3), principal components (4), positions of people and statements (5 of docs/polis-method.md).

Signs: the reference holds -1 for agree inside; here +1 is agree everywhere. Centre and axes are therefore the negatives of the
reference's, and positions of people and statements are the same numbers: `reference_sign` is the only place that converts.
Loops over votes are compiled and have one fixed order of operations, no BLAS.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.chance import hash_ids, uniform
from comity.opinion.polis.result import PolisMap
from comity.opinion.polis.taking_part import moderated_out
from comity.opinion.votes import FloatArray, Int8Array, Int32Array, Int64Array, Votes

N_AXES = 2
AXIS_ROUNDS = 100
_NO_VARIANCE = 1e-12
"""An axis with less than this share of the first one's variance is rounding noise, and given as zeros."""

UInt32Array = npt.NDArray[np.uint32]


def reference_sign(values: FloatArray) -> FloatArray:
    """Centre or axes between this house's sign (+1 agree) and the reference's (-1 agree); its own inverse.

    Positions, extremity and every count are the same in both.
    """
    return np.negative(values)


def map_opinions(votes: Votes, *, seed: int = 0, start: FloatArray | None = None) -> PolisMap:
    """Centre, axes and positions of people and statements; `start` (2, n_statements): axes to go on from."""
    mean = centre(votes)
    axes = principal_components(votes, mean, seed=seed, start=start)
    positions = statement_projections(mean, axes)
    return PolisMap(
        centre=mean,
        axes=axes,
        projections=projections(votes, mean, axes),
        statement_projections=positions,
        extremity=np.sqrt(positions[:, 0] * positions[:, 0] + positions[:, 1] * positions[:, 1]),
    )


def centre(votes: Votes) -> FloatArray:
    """(n_statements,) float64: mean of the votes cast on each statement; 0 without votes and for statements moderated out."""
    cast = np.bincount(votes.columns, minlength=votes.n_statements)
    sums = _column_sums(votes.columns, votes.values, votes.n_statements)
    return np.where(moderated_out(votes), 0.0, sums / np.maximum(cast, 1))


def principal_components(
    votes: Votes, centre: FloatArray, *, seed: int = 0, start: FloatArray | None = None, rounds: int = AXIS_ROUNDS
) -> FloatArray:
    """(2, n_statements) float64: the main axes of the centred votes, a missing vote counting as the mean.

    Power iteration, at most `rounds` for each axis, ending early when the eigenvalue repeats exactly; the second axis is found in
    what the first leaves over. Cold starts are hashes of statement id and seed, and the axis is then turned so that its largest
    entry (the lowest id among equals) is positive; an axis that goes on from `start` (2, n_statements) keeps its direction.
    """
    centred, columns = _centred(votes, centre), votes.columns.view(np.uint32)
    axes = np.zeros((N_AXES, votes.n_statements))
    strongest = 0.0
    for number in range(N_AXES if votes.n_statements else 0):
        if start is None:
            first = 2.0 * uniform(hash_ids(votes.statement_ids, seed, f"polis axis {number}")) - 1.0
        else:
            first = np.asarray(start[number], dtype=np.float64)
        first = np.where(moderated_out(votes), 0.0, first)
        axis, eigenvalue = _power_iteration(votes.offsets, columns, centred, first, axes[:number], rounds)
        strongest = max(strongest, eigenvalue)
        if eigenvalue <= _NO_VARIANCE * strongest:
            break
        if start is None and axis[int(np.argmax(np.abs(axis)))] < 0:
            axis = -axis
        axes[number] = axis
    return axes


def projections(votes: Votes, centre: FloatArray, axes: FloatArray) -> FloatArray:
    """(n_participants, 2) float64: p_i = sqrt(M / n_i) * sum over the votes of i of (x_ij - centre_j) * axes_.j.

    M: all statements, those moderated out included. n_i: votes of i on statements that are in, plus every statement that is out
    (those columns are zero for everybody, which the reference counts as voted). NaN for people without any vote.
    """
    out = moderated_out(votes)
    sums = _projected(votes.offsets, votes.columns.view(np.uint32), _centred(votes, centre), np.ascontiguousarray(axes))
    cast_before = np.concatenate(([0], np.cumsum(~out[votes.columns], dtype=np.int64)))
    seen = np.diff(cast_before[votes.offsets]) + int(out.sum())
    placed = np.asarray(sums * np.sqrt(votes.n_statements / np.maximum(seen, 1))[:, None])
    placed[np.diff(votes.offsets) == 0] = np.nan
    return placed


def statement_projections(centre: FloatArray, axes: FloatArray) -> FloatArray:
    """(n_statements, 2) float64: where a person would lie whose only vote is to agree: sqrt(M) * (1 - centre_j) * axes_.j."""
    return np.asarray((math.sqrt(len(centre)) * (1.0 - centre) * axes).T)


def _centred(votes: Votes, centre: FloatArray) -> FloatArray:
    """(n_votes,): each vote less its statement's mean, 0 on statements moderated out. Where no vote exists the matrix is zero."""
    return np.where(moderated_out(votes)[votes.columns], 0.0, votes.values - centre[votes.columns])


@njit(cache=True)
def _column_sums(columns: Int32Array, values: Int8Array, n_statements: int) -> Int64Array:
    sums = np.zeros(n_statements, dtype=np.int64)
    for r in range(len(columns)):
        sums[columns[r]] += values[r]
    return sums


@njit(cache=True)
def _power_iteration(
    offsets: Int64Array, columns: UInt32Array, centred: FloatArray, start: FloatArray, removed: FloatArray, rounds: int
) -> tuple[FloatArray, float]:
    """One axis (n_statements,) and its eigenvalue; `removed` (n_found, n_statements): axes found before, taken out of every row.

    columns (n_votes,) uint32: unsigned saves a test for negative indices in the innermost loop. A round costs the votes cast.
    """
    n_statements = len(start)
    axis = start.copy()
    image = np.empty(n_statements)
    eigenvalue = 0.0
    for turn in range(rounds + 1):  # the first pass only brings the start to unit length
        if turn > 0:
            image[:] = 0.0
            for i in range(len(offsets) - 1):
                along = 0.0
                for r in range(offsets[i], offsets[i + 1]):
                    along += centred[r] * axis[columns[r]]
                for r in range(offsets[i], offsets[i + 1]):
                    image[columns[r]] += centred[r] * along
            axis[:] = image
        for c in range(len(removed)):
            along = 0.0
            for j in range(n_statements):
                along += axis[j] * removed[c, j]
            for j in range(n_statements):
                axis[j] -= along * removed[c, j]
        square = 0.0
        for j in range(n_statements):
            square += axis[j] * axis[j]
        length = math.sqrt(square)
        if length == 0.0:
            return axis, 0.0
        for j in range(n_statements):
            axis[j] /= length
        if turn > 0:
            if length == eigenvalue:
                break
            eigenvalue = length
    return axis, eigenvalue


@njit(cache=True)
def _projected(offsets: Int64Array, columns: UInt32Array, centred: FloatArray, axes: FloatArray) -> FloatArray:
    """(n_participants, 2): each person's centred votes times the axes; columns as in `_power_iteration`."""
    sums = np.zeros((len(offsets) - 1, 2))
    for i in range(len(offsets) - 1):
        for r in range(offsets[i], offsets[i + 1]):
            sums[i, 0] += centred[r] * axes[0, columns[r]]
            sums[i, 1] += centred[r] * axes[1, columns[r]]
    return sums
