"""The compiled loops of the response model: where people stand, and what they tell about statements.

`model.py` says what is computed and why. People are taken in blocks: what runs over a person's votes goes row by row
(`lanes.py`), the small systems of equations of a whole block side by side, each in the same written order as if alone. Tables
of the response model are padded with zeros to the width that rows need: `padded`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import cholesky, exp, inverse_from, inverses, log, softened
from comity.opinion.lanes import add_row, add_row_in_wholes, dot_rows, width_for

Array = npt.NDArray[Any]

FIXED_POINT = 1 << 20
"""Scale of the integer moments: a contribution is rounded to a millionth before it is added."""
BLOCK = 64
"""People whose equations are solved side by side."""
PEOPLE_PER_SUM = 32_768
"""People whose contributions are added as whole float64 numbers before they move to int64: exact while each is below 2^38."""
_TABLE_STEP = 32
_TABLE_END = 64


def _bound_table() -> Array:
    """tanh(x / 2) / (2 x) at x = 0, 1/32, ... 64; the weight of a vote in the quadratic bound."""
    values = [0.25]
    for k in range(1, _TABLE_END * _TABLE_STEP + 2):
        x = k / _TABLE_STEP
        e = exp(-x)
        values.append((1.0 - e) / (1.0 + e) / (2.0 * x))
    return np.array(values)


BOUND = _bound_table()


def padded(table: Array) -> Array:
    """The same table (n, m) of float64, zeros after each row up to the width that rows need."""
    wide = np.zeros((len(table), width_for(table.shape[1])))
    wide[:, : table.shape[1]] = table
    return wide


@njit(cache=True, nogil=True)
def round_of_people(
    offsets: Array, columns: Array, values: Array, active: Array, before: Array, after: Array, slopes: Array,
    n_axes: int, state: Array, from_prior: bool, inner: int, bound: Array, first: int, last: int,
    weights: Array, signs: Array, spread: Array, answered: Array,
) -> int:  # fmt: skip
    """One round over people first..last-1: `inner` steps of their positions, in place in `state`, then sums over their votes.

    before, after (n_statements, width): padded second moments of each statement's parameters, on the axes on which `state` was
    left and on those that it is brought to; slopes: padded. weights (n_statements, width), signs (n_statements, width of
    slopes + 1), spread (1, width): sums, in whole float64 numbers, see `Moments`. Without room in `weights` (no rows) only
    positions are found. from_prior: everybody stands at the prior in `state`, so that the first step weighs all votes on a
    statement alike. Returns how many people stand behind the sums.
    """
    pairs = state.shape[1]
    most = 0
    for base in range(first, last, BLOCK):
        most = max(most, offsets[min(base + BLOCK, last)] - offsets[base])
    column, side, weight = np.empty(most, dtype=np.int64), np.empty(most), np.empty(most)
    begin = np.zeros(BLOCK + 1, dtype=np.int64)
    moment, sums = np.zeros((1, after.shape[1])), np.zeros((1, after.shape[1]))
    ahead, means = np.zeros((1, slopes.shape[1])), np.zeros((1, signs.shape[1]))
    counted = 0
    weighed = _weighed_at_prior(after, n_axes, bound) if from_prior else np.empty((0, after.shape[1]))
    packed, pull = np.zeros((pairs, BLOCK)), np.zeros((n_axes, BLOCK))
    room = np.zeros((3 * n_axes * n_axes + n_axes, BLOCK))
    mean, covariance = np.zeros((n_axes, BLOCK)), np.zeros((pairs, BLOCK))
    for base in range(first, last, BLOCK):
        people = min(BLOCK, last - base)
        n = 0
        for p in range(people):
            begin[p] = n
            for r in range(offsets[base + p], offsets[base + p + 1]):
                if values[r] != 0 and active[columns[r]]:
                    column[n] = columns[r]
                    side[n] = 0.5 * values[r]
                    n += 1
        begin[people] = n
        if inner > 0 and n_axes > 0:
            for p in range(people):
                ahead[:] = 0.0
                for r in range(begin[p], begin[p + 1]):
                    add_row(ahead, 0, side[r], slopes, column[r])
                for a in range(n_axes):
                    pull[a, p] = ahead[0, a]
            for step in range(inner):
                table = before if step == 0 else after
                for p in range(people):
                    if begin[p] < begin[p + 1]:
                        sums[:] = 0.0
                        if from_prior and step == 0:
                            for r in range(begin[p], begin[p + 1]):
                                add_row(sums, 0, 1.0, weighed, column[r])
                        else:
                            _doubled(state[base + p], moment)
                            _weigh(table, column[begin[p] : begin[p + 1]], moment, weight, bound)
                            for r in range(begin[p], begin[p + 1]):
                                add_row(sums, 0, weight[r - begin[p]], after, column[r])
                        for t in range(pairs):
                            packed[t, p] = sums[0, t]
                _solve(packed, pull, n_axes, room, mean, covariance)
                for p in range(people):
                    if begin[p] < begin[p + 1]:
                        for a in range(n_axes):
                            state[base + p, (a + 1) * (a + 2) // 2] = mean[a, p]
                            for b in range(a + 1):
                                at = (a + 1) * (a + 2) // 2 + b + 1
                                state[base + p, at] = mean[a, p] * mean[b, p] + covariance[at, p]
        if len(weights) == 0:
            continue
        scale = float(FIXED_POINT)
        for p in range(people):
            if begin[p] == begin[p + 1]:
                continue
            person = state[base + p]
            _doubled(person, moment)
            _weigh(after, column[begin[p] : begin[p + 1]], moment, weight, bound)
            for t in range(pairs):
                moment[0, t] = person[t] * scale
            add_row_in_wholes(spread, 0, 1.0, moment, 0)
            counted += 1
            for a in range(n_axes + 1):
                means[0, a] = person[a * (a + 1) // 2] * scale
            for r in range(begin[p], begin[p + 1]):
                add_row_in_wholes(weights, column[r], weight[r - begin[p]], moment, 0)
                add_row_in_wholes(signs, column[r], side[r], means, 0)
                answered[column[r]] += 1
    return counted


@njit(cache=True, nogil=True)
def _weighed_at_prior(table: Array, n_axes: int, bound: Array) -> Array:
    """Each statement's row times the weight of a vote on it by somebody who stands at the prior."""
    moment, weight = np.zeros((1, table.shape[1])), np.empty(len(table))
    for a in range(n_axes + 1):
        moment[0, a * (a + 3) // 2] = 1.0
    _weigh(table, np.arange(len(table)), moment, weight, bound)
    weighed = np.zeros(table.shape)
    for j in range(len(table)):
        add_row(weighed, j, weight[j], table, j)
    return weighed


@njit(cache=True, nogil=True)
def _doubled(person: Array, moment: Array) -> None:
    """A person's second moments with those off the diagonal twice, as a dot product of symmetric matrices wants them."""
    at, ahead = 0, 0
    for t in range(len(person)):
        moment[0, t] = person[t] if t == at else 2.0 * person[t]
        if t == at:
            ahead += 1
            at += ahead + 1


@njit(cache=True, nogil=True)
def _weigh(table: Array, column: Array, moment: Array, weight: Array, bound: Array) -> None:
    """weight[r]: weight of a person's vote on statement column[r] in the quadratic bound, from the mean square of its logit."""
    for r in range(len(column)):
        weight[r] = dot_rows(table, column[r], moment, 0)
    for r in range(len(column)):
        x = np.sqrt(max(weight[r], 0.0)) * _TABLE_STEP
        k = np.uint64(min(x, _TABLE_END * _TABLE_STEP))
        near = bound[k] + (x - np.float64(k)) * (bound[k + np.uint64(1)] - bound[k])
        weight[r] = near if x < _TABLE_END * _TABLE_STEP else _TABLE_STEP / (2.0 * x)


@njit(cache=True, nogil=True)
def _solve(packed: Array, pull: Array, d: int, room: Array, mean: Array, covariance: Array) -> None:
    """For each person of a block: covariance, the inverse of I + sum w a a', and mean, covariance . (pull - sum w b a).

    packed (n_pairs, block): sums of the votes' weights times second moments of (intercept, slopes); pull (d, block). Written to
    mean (d, block) and covariance (n_pairs, block), at the places that slopes have in `packed`. room (3 d^2 + d, block).
    """
    people = packed.shape[1]
    precision, rest = room[: d * d], room[3 * d * d : 3 * d * d + d]
    for a in range(d):
        for b in range(a + 1):
            at = (a + 1) * (a + 2) // 2 + b + 1
            for p in range(people):
                precision[a * d + b, p] = packed[at, p] + (1.0 if a == b else 0.0)
        at = (a + 1) * (a + 2) // 2
        for p in range(people):
            rest[a, p] = pull[a, p] - packed[at, p]
    inverses(precision, d, room[d * d : 2 * d * d], room[2 * d * d : 3 * d * d])
    inverse = room[2 * d * d : 3 * d * d]
    for a in range(d):
        for p in range(people):
            mean[a, p] = 0.0
        for b in range(d):
            for p in range(people):
                mean[a, p] += inverse[a * d + b, p] * rest[b, p]
        for b in range(a + 1):
            at = (a + 1) * (a + 2) // 2 + b + 1
            for p in range(people):
                covariance[at, p] = inverse[a * d + b, p]


@njit(cache=True, nogil=True)
def start_positions(
    offsets: Array, columns: Array, values: Array, active: Array, means: Array, axes: Array, state: Array
) -> None:
    """Where people stand at first, written to `state`: centred votes times the axes (n_axes, n_statements), to one variance."""
    n_people = len(offsets) - 1
    n_axes, n_statements = axes.shape
    total = np.zeros(n_axes)
    for i in range(n_people):
        seen = 0
        for a in range(n_axes):
            state[i, (a + 1) * (a + 2) // 2] = 0.0
        for r in range(offsets[i], offsets[i + 1]):
            j = columns[r]
            if active[j]:
                seen += 1
                x = values[r] - means[j]
                for a in range(n_axes):
                    state[i, (a + 1) * (a + 2) // 2] += x * axes[a, j]
        for a in range(n_axes):
            p = state[i, (a + 1) * (a + 2) // 2] * np.sqrt(n_statements / max(seen, 1))
            state[i, (a + 1) * (a + 2) // 2] = p
            total[a] += p * p
    for a in range(n_axes):
        scale = 0.8 / np.sqrt(max(total[a] / max(n_people, 1), 1e-12))
        for i in range(n_people):
            state[i, (a + 1) * (a + 2) // 2] *= scale
    for i in range(n_people):
        for a in range(1, n_axes + 1):
            for b in range(1, a + 1):
                state[i, a * (a + 1) // 2 + b] = state[i, a * (a + 1) // 2] * state[i, b * (b + 1) // 2] + (
                    0.3 if a == b else 0.0
                )


@njit(cache=True, nogil=True)
def maximise(
    weights: Array, signs: Array, active: Array, intercept_precision: float, slope_precision: float, scale: float
) -> tuple[Array, Array]:
    """Means and packed covariances of the statements' parameters that follow from moments in units of 1 / scale."""
    n_statements, pairs = weights.shape
    d = signs.shape[1]
    means = np.zeros((n_statements, d))
    covariances = np.zeros((n_statements, pairs))
    precision = np.empty((d, d))
    factor = np.empty((d, d))
    work = np.empty((d, d))
    cov = np.empty((d, d))
    for j in range(n_statements):
        for a in range(d):
            for b in range(a + 1):
                prior = (intercept_precision if a == 0 else slope_precision) if a == b else 0.0
                precision[a, b] = prior + (weights[j, a * (a + 1) // 2 + b] / scale if active[j] else 0.0)
                precision[b, a] = precision[a, b]
        cholesky(precision, factor)
        inverse_from(factor, work, cov)
        for a in range(d):
            s = 0.0
            for b in range(d):
                s += cov[a, b] * (signs[j, b] / scale)
            means[j, a] = s if active[j] else 0.0
            for b in range(a + 1):
                covariances[j, a * (a + 1) // 2 + b] = cov[a, b]
    return means, covariances


@njit(cache=True, nogil=True)
def change_axes(means: Array, covariances: Array, matrix: Array, mean: Array) -> tuple[Array, Array]:
    """Parameters when position = mean + matrix . new: w' = T w with T = [[1, mean'], [0, matrix']]."""
    n_statements, d = means.shape
    change = np.zeros((d, d))
    change[0, 0] = 1.0
    for a in range(d - 1):
        change[0, a + 1] = mean[a]
        for b in range(d - 1):
            change[a + 1, b + 1] = matrix[b, a]
    new_means = np.zeros_like(means)
    new_covariances = np.zeros_like(covariances)
    cov = np.empty((d, d))
    half = np.empty((d, d))
    for j in range(n_statements):
        for a in range(d):
            s = 0.0
            for b in range(d):
                s += change[a, b] * means[j, b]
            new_means[j, a] = s
            for b in range(a + 1):
                cov[a, b] = covariances[j, a * (a + 1) // 2 + b]
                cov[b, a] = cov[a, b]
        for a in range(d):
            for b in range(d):
                s = 0.0
                for k in range(d):
                    s += change[a, k] * cov[k, b]
                half[a, b] = s
        for a in range(d):
            for b in range(a + 1):
                s = 0.0
                for k in range(d):
                    s += half[a, k] * change[b, k]
                new_covariances[j, a * (a + 1) // 2 + b] = s
    return new_means, new_covariances


@njit(cache=True, nogil=True)
def predict(means: Array, seconds: Array, state: Array, people: Array, columns: Array) -> Array:
    """Chance that a person agrees, given that they agree or disagree, for each pair of a person and a statement."""
    n_axes = means.shape[1] - 1
    out = np.empty(len(people))
    for r in range(len(people)):
        e = state[people[r]]
        j = columns[r]
        mean = means[j, 0]
        for a in range(n_axes):
            mean += means[j, a + 1] * e[(a + 1) * (a + 2) // 2]
        square = 0.0
        for a in range(n_axes + 1):
            for b in range(a + 1):
                square += (1.0 if a == b else 2.0) * seconds[j, a * (a + 1) // 2 + b] * e[a * (a + 1) // 2 + b]
        out[r] = softened(mean, max(square - mean * mean, 0.0))
    return out


@njit(cache=True, nogil=True)
def fixed_losses(chance: Array, agreed: Array) -> Array:
    """Minus the logarithm of the chance given to what was answered, in units of 1 / FIXED_POINT."""
    out = np.empty(len(chance), dtype=np.int64)
    for r in range(len(chance)):
        p = chance[r] if agreed[r] else 1.0 - chance[r]
        out[r] = np.int64(np.rint(-log(min(max(p, 1e-6), 1.0 - 1e-9)) * FIXED_POINT))
    return out
