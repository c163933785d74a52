"""The chance of each open statement to be asked next, from needs and from what an answer would tell: the compiled loops.

One fixed order of operations, and no exponential function but the written-out one, so the draw is the same on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from comity.opinion.arithmetic import exp
from comity.opinion.votes import BoolArray, FloatArray


class Pull(NamedTuple):
    """What draws statements to the front; a named tuple, because compiled loops take one.

    needs (n_statements,), newcomers (n_statements,) bool, slopes (n_statements, n_axes): see `RoutingWeights`. information
    (n_statements,): P(no pass) x P(agree) x P(disagree). floor, newcomer_share, map_share: see `RoutingSettings`.
    """

    needs: FloatArray
    newcomers: BoolArray
    slopes: FloatArray
    information: FloatArray
    floor: float
    newcomer_share: float
    map_share: float


@njit(cache=True)
def split_at(intercepts: FloatArray, slopes: FloatArray, position: FloatArray) -> FloatArray:
    """(n_statements,): P(1 - P) at a position (n_axes,), P = logistic(intercept + slopes . position)."""
    split = np.zeros(len(intercepts))
    for j in range(len(intercepts)):
        logit = intercepts[j]
        for axis in range(len(position)):
            logit += slopes[j, axis] * position[axis]
        e = exp(-abs(logit))
        split[j] = e / ((1.0 + e) * (1.0 + e))
    return split


@njit(cache=True)
def learn(covariance: FloatArray, slope: FloatArray, information: float) -> None:
    """Covariance (n_axes, n_axes) of a person's position after one more answer (Sherman and Morrison 1950), in place."""
    n_axes = len(slope)
    pull = np.zeros(n_axes)
    along = 0.0
    for a in range(n_axes):
        for b in range(n_axes):
            pull[a] += covariance[a, b] * slope[b]
        along += slope[a] * pull[a]
    scale = information / (1.0 + information * along)
    for a in range(n_axes):
        for b in range(n_axes):
            covariance[a, b] -= scale * pull[a] * pull[b]


@njit(cache=True)
def fill_chances(pull: Pull, covariance: FloatArray, is_open: BoolArray, chances: FloatArray) -> None:
    """Chances of the open statements into `chances` (n_statements,); a part that has nothing to go by falls to the next one.

    covariance (n_axes, n_axes): of the person's position, see `learn`. The order of the parts: newcomers and map, need, everybody.
    """
    n_open, n_new = 0, 0
    total_need, total_gain = 0.0, 0.0
    gains = np.zeros(len(chances))
    mapping = pull.map_share > 0.0 and pull.slopes.shape[1] > 0
    for j in range(len(chances)):
        chances[j] = 0.0
        if is_open[j]:
            n_open += 1
            n_new += pull.newcomers[j]
            total_need += pull.needs[j]
            if mapping:
                gains[j] = _gain(covariance, pull.slopes[j], pull.information[j])
                total_gain += gains[j]
    if n_open == 0:
        return
    to_new = pull.newcomer_share if n_new > 0 else 0.0
    to_map = pull.map_share if total_gain > 0.0 else 0.0
    to_need = 1.0 - pull.floor - to_new - to_map if total_need > 0.0 else 0.0
    to_all = 1.0 - to_new - to_map - to_need
    for j in range(len(chances)):
        if is_open[j]:
            chances[j] = to_all / n_open
            if pull.newcomers[j]:
                chances[j] += to_new / n_new
            if total_gain > 0.0:
                chances[j] += to_map * (gains[j] / total_gain)
            if total_need > 0.0:
                chances[j] += to_need * (pull.needs[j] / total_need)


@njit(cache=True)
def _gain(covariance: FloatArray, slope: FloatArray, information: float) -> float:
    """Share by which an answer shrinks the variance of the person's position along the statement's slope."""
    along = 0.0
    for a in range(len(slope)):
        for b in range(len(slope)):
            along += slope[a] * covariance[a, b] * slope[b]
    x = information * along
    return x / (1.0 + x)


@njit(cache=True)
def pick(chances: FloatArray, u: float) -> int:
    """The column at which the running total passes u; the last open one where rounding leaves a gap; -1 when none is open."""
    running, last = 0.0, -1
    for j in range(len(chances)):
        if chances[j] > 0.0:
            running += chances[j]
            last = j
            if u < running:
                return j
    return last
