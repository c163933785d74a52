"""The self-check: whether routing still does what it should, from the weights and from what people were really asked.

A fault that makes routing even is silent, every page still works. Exposures are integer sums over questions, so they do not
depend on order and parts can be merged; the two tests may be looked at after every question without losing their level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numba import njit

from comity.opinion.arithmetic import log
from comity.opinion.routing.needs import RoutingError, RoutingWeights
from comity.opinion.votes import FloatArray, Int64Array

_UNITS = 2.0**32
"""Probabilities are summed as whole numbers of 2^-32, so that the sums do not depend on order and parts can be merged."""
_BITS = 2.0**20
"""Evidence is summed as whole numbers of 2^-20 bit, each draw rounded down: the stated error stays an upper bound."""
_LN_2 = 0.6931471805599453


@dataclass(slots=True)
class Exposures:
    """What was asked, what should have been, and what evenly drawn questions would have been: sums over questions.

    asked (n_statements,) int64. intended, even (n_statements,) int64 in 2^-32 questions: the sum of the chances that the
    weights gave, and of 1 / (number open). evidence, int in 2^-20 bit: sum of log2(even chance / intended chance) of what was
    asked. No entry tells which person a question went to. Sums of parts are added with `+`.
    """

    asked: Int64Array
    intended: Int64Array
    even: Int64Array
    evidence: int = 0
    impossible: int = 0

    @classmethod
    def none(cls, n_statements: int) -> Exposures:
        """Nothing asked yet."""
        zeros = np.zeros(n_statements, dtype=np.int64)
        return cls(asked=zeros, intended=zeros.copy(), even=zeros.copy())

    @property
    def n_questions(self) -> int:
        return int(self.asked.sum())

    def record(self, intended: FloatArray, column: int) -> None:
        """Count one question: `column` was asked where the weights gave the chances `intended` (n_statements,).

        Take `column` from what was really shown (the vote that came in), not from the draw, and `intended` from
        `RoutingWeights.probabilities` as it was at that moment; then the check covers everything in between.
        A question that had no chance at all is counted in `impossible`.
        """
        if intended[column] > 0.0:
            self.evidence += int(count_question(intended, column, self.asked, self.intended, self.even))
        else:
            self.impossible += 1

    def __add__(self, other: Exposures) -> Exposures:
        return Exposures(
            asked=self.asked + other.asked,
            intended=self.intended + other.intended,
            even=self.even + other.even,
            evidence=self.evidence + other.evidence,
            impossible=self.impossible + other.impossible,
        )


@njit(cache=True)
def count_question(chances: FloatArray, column: int, asked: Int64Array, intended: Int64Array, even: Int64Array) -> int:
    """Count one question into the sums of `Exposures`, in place; returns its evidence. Its chance has to be above 0."""
    n_open = 0
    for j in range(len(chances)):
        n_open += chances[j] > 0.0
    for j in range(len(chances)):
        if chances[j] > 0.0:
            intended[j] += np.int64(np.rint(chances[j] * _UNITS))
            even[j] += np.int64(np.rint(_UNITS / n_open))
    asked[column] += 1
    return int(np.floor(log(1.0 / (n_open * chances[column])) * (_BITS / _LN_2)))


class RoutingFault(StrEnum):
    """What is wrong with the routing."""

    INVALID_WEIGHTS = "invalid-weights"
    UNIFORM_WEIGHTS = "uniform-weights"
    BROKEN_FLOOR = "broken-floor"
    UNIFORM_DRAWS = "uniform-draws"
    STARVED = "starved"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class RoutingAlarm:
    """One fault, the columns it concerns (empty: all), the figures behind it, and a sentence for whoever has to mend it.

    error: the greatest chance that this alarm ever sounds, however long one watches, while routing does what it should;
    None where the finding is not a matter of chance.
    """

    fault: RoutingFault
    columns: tuple[int, ...]
    figures: Mapping[str, float]
    error: float | None
    sentence: str


def check_routing(
    weights: RoutingWeights,
    exposures: Exposures | None = None,
    *,
    in_use: FloatArray | None = None,
    error: float = 0.001,
    evenness: float = 0.99,
    dispersion: float = 4.0,
) -> tuple[RoutingAlarm, ...]:
    """Every alarm that the weights and what was asked give cause for; empty = healthy. In the order of `RoutingFault`.

    in_use (n_statements,): the weights that the draw really reads (stored priorities, say); None = `weights.needs`.
    error: for `uniform-draws` and `starved` together no more than twice this, over the whole life of `exposures`.

    - `invalid-weights`: a weight in use is NaN, infinite or negative, or none is above 0.
    - `uniform-weights`: (sum w)^2 / (n sum w^2) of the askable statements is above `evenness`, though the statements differ:
      the dispersion X^2 / (n - 1) of their agreement rates (1 = pure chance) is above `dispersion`.
    - `broken-floor`: the intended chances of a statement add up to less than floor x evenly drawn ones.
    - `uniform-draws`: what was asked is 1 / error times as likely under even drawing as under the weights. Under the weights
      that ratio is a martingale of mean 1, so it ever gets there with a chance of at most `error` (Ville 1939).
    - `starved`: a statement was asked far less than intended: intended / 2 - ln 2 x asked >= ln(n / error). Under the weights
      exp of the left side is a supermartingale, summed over n statements the chance is again at most `error`.
    - `impossible`: a question was asked that had no chance (answered before, or not askable).
    """
    if not 0.0 < error < 1.0:
        raise RoutingError(f"error is {error}: give a chance between 0 and 1.")
    used = weights.needs if in_use is None else np.asarray(in_use, dtype=np.float64)
    if used.shape != (weights.n_statements,):
        raise RoutingError(f"in_use has shape {used.shape}; there are {weights.n_statements} statements.")
    found = [
        _invalid_weights(weights, used, stored=in_use is not None)
        or _uniform_weights(weights, used, evenness, dispersion)
    ]
    if exposures is not None:
        found += [
            _broken_floor(exposures, weights.settings.floor),
            _uniform_draws(exposures, error),
            _starved(exposures, error),
            _impossible(exposures),
        ]
    return tuple(alarm for alarm in found if alarm is not None)


def _invalid_weights(weights: RoutingWeights, used: FloatArray, stored: bool) -> RoutingAlarm | None:
    """stored: the weights come from elsewhere, where all zeros are a fault; needs are all 0 as long as every statement is in the list."""
    wrong = np.flatnonzero(weights.askable & ~(np.isfinite(used) & (used >= 0.0)))
    nothing = stored and bool(weights.askable.any()) and not bool((used[weights.askable] > 0.0).any())
    if not len(wrong) and not nothing:
        return None
    return RoutingAlarm(
        RoutingFault.INVALID_WEIGHTS,
        tuple(wrong.tolist()),
        {"statements": float(len(wrong))},
        None,
        "Some weights are negative or not numbers, or none is above zero: mend what computes them; until then the draw is even.",
    )


def _uniform_weights(
    weights: RoutingWeights, used: FloatArray, evenness: float, dispersion: float
) -> RoutingAlarm | None:
    shown = used[weights.askable]
    n = len(shown)
    if n <= weights.settings.top:
        return None
    top = float(shown.max())
    scaled = shown / top if top > 0.0 else np.ones(n)
    even_share = _total(scaled) ** 2 / (n * _total(scaled * scaled))
    differ = _dispersion(weights)
    if even_share <= evenness or differ <= dispersion:
        return None
    return RoutingAlarm(
        RoutingFault.UNIFORM_WEIGHTS,
        (),
        {"evenness": even_share, "dispersion": differ},
        None,
        f"All statements weigh the same (evenness {even_share:.3f}), though people answer them very differently "
        f"(dispersion {differ:.1f} where chance alone gives 1): the weights do not use the votes.",
    )


def _broken_floor(exposures: Exposures, floor: float) -> RoutingAlarm | None:
    intended, even = exposures.intended / _UNITS, exposures.even / _UNITS
    slack = 1e-9 * (1.0 + exposures.n_questions)
    low = np.flatnonzero(intended + slack < floor * even)
    if not len(low):
        return None
    share = float((intended[low] / even[low]).min())
    return RoutingAlarm(
        RoutingFault.BROKEN_FLOOR,
        tuple(low.tolist()),
        {"share": share, "floor": floor},
        None,
        f"{len(low)} statements were given less than the guaranteed share of questions: the draw does not keep the floor.",
    )


def _uniform_draws(exposures: Exposures, error: float) -> RoutingAlarm | None:
    bits = exposures.evidence / _BITS
    if bits < -log(error) / _LN_2:
        return None
    return RoutingAlarm(
        RoutingFault.UNIFORM_DRAWS,
        (),
        {"bits": bits, "questions": float(exposures.n_questions)},
        error,
        f"What was asked fits even drawing 2^{bits:.1f} times better than the weights: the draw ignores the weights.",
    )


def _starved(exposures: Exposures, error: float) -> RoutingAlarm | None:
    asked, intended = exposures.asked, exposures.intended / _UNITS
    shortfall = intended / 2.0 - _LN_2 * asked
    starved = np.flatnonzero(shortfall >= log(max(len(asked), 1) / error))
    if not len(starved):
        return None
    worst = int(starved[np.argmax(shortfall[starved])])
    return RoutingAlarm(
        RoutingFault.STARVED,
        tuple(starved.tolist()),
        {"asked": float(asked[worst]), "intended": float(intended[worst])},
        error,
        f"{len(starved)} statements are asked far less than intended; the worst {int(asked[worst])} times "
        f"instead of about {intended[worst]:.0f}: look at what filters or orders the questions after the draw.",
    )


def _impossible(exposures: Exposures) -> RoutingAlarm | None:
    if not exposures.impossible:
        return None
    return RoutingAlarm(
        RoutingFault.IMPOSSIBLE,
        (),
        {"questions": float(exposures.impossible)},
        None,
        f"{exposures.impossible} questions were asked that the draw could not have given: answered before, or not to be shown.",
    )


def _dispersion(weights: RoutingWeights) -> float:
    """Chi-square of equal agreement rates over its degrees of freedom, askable statements that were seen; 1 = pure chance."""
    chosen = weights.askable & (weights.seen > 0)
    seen, agree = weights.seen[chosen].astype(np.float64), weights.agree[chosen].astype(np.float64)
    if len(seen) < 2:
        return 1.0
    rate = _total(agree) / _total(seen)
    if not 0.0 < rate < 1.0:
        return 0.0
    return _total((agree - seen * rate) ** 2 / (seen * rate * (1.0 - rate))) / (len(seen) - 1.0)


def _total(values: FloatArray) -> float:
    """Sum from left to right, the same on every processor (numpy's own sum regroups)."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0
