"""What each statement needs: from sums over people to the weights that every draw goes by.

A vote is worth most where it may still move a statement into or out of the top list. Nothing here knows a person; the sums are
counts of people who agreed, disagreed and passed, and what the headline ranking says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.routing.chances import Pull, fill_chances, learn, split_at
from comity.opinion.votes import BoolArray, FloatArray, Int64Array


class RoutingError(ValueError):
    """Sums or settings that cannot be routed by; the message names the place and the mend."""


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """How the draw is shared out; the shares are probabilities, each in 0..1, together at most 1.

    top: the size of the list that votes should settle (ten).
    floor: spread evenly over the statements that the person has not answered, whatever the needs are.
    newcomers: spread evenly over those of them that fewer than `minimum_views` people have seen, while there are any.
    map: for statements that tell where this person stands, where slopes are known; the more is known of a person along an axis,
    the less of it goes to that axis. What remains of 1 goes by need.
    """

    top: int = 10
    floor: float = 0.25
    newcomers: float = 0.10
    minimum_views: int = 20
    map: float = 0.40

    def __post_init__(self) -> None:
        shares = (self.floor, self.newcomers, self.map)
        if not all(0.0 <= share <= 1.0 for share in shares) or sum(shares) > 1.0:
            raise RoutingError(
                f"floor {self.floor}, newcomers {self.newcomers} and map {self.map} have to lie in 0..1 and add up to at most 1."
            )
        if self.floor == 0.0:
            raise RoutingError("floor is 0, so a statement could be buried for ever: give it a share above 0.")
        if self.top < 1 or self.minimum_views < 0:
            raise RoutingError(f"top {self.top} has to be 1 or more, minimum_views {self.minimum_views} 0 or more.")


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline ranking as routing needs it, from whatever method ranks; NaN = not enough evidence.

    score, lower, upper (n_statements,) float64: estimate and interval, in the unit of the score.
    z: half the interval in standard errors (1.28 for an interval of 80 %).
    intercepts (n_statements,), slopes (n_statements, n_axes), or None: the response model, P(agree | agree or disagree, x) =
    logistic(intercept + slopes . x), positions x about standard normal.
    """

    score: FloatArray
    lower: FloatArray
    upper: FloatArray
    z: float = 1.28
    intercepts: FloatArray | None = None
    slopes: FloatArray | None = None

    def top(self, n: int) -> Int64Array:
        """(up to n,) ascending columns of the n highest lower bounds; ties go to the lower column, NaN is never in."""
        known = np.flatnonzero(~np.isnan(self.lower))
        best = known[np.lexsort((known, -self.lower[known]))][:n]
        return np.sort(best).astype(np.int64)


@dataclass(frozen=True, slots=True)
class RoutingWeights:
    """What the draw goes by: one row for each statement, computed from sums, the same for everybody.

    seen, agree (n_statements,) int64: people. askable (n_statements,) bool: may be shown.
    cut: the score between the last statement that is in the top list and the first that is not (NaN: all are in).
    undecided (n_statements,) float64 in 0..1: the most that the chance of being on the other side of the cut can be.
    needs (n_statements,) float64 >= 0, in no unit: the share of the draw that goes by need is in proportion to it.
    newcomers (n_statements,) bool: seen by fewer than `settings.minimum_views`.
    decisiveness (n_statements,) float64: chance that a vote is not a pass. split (n_statements,): P(1 - P), P the agreement.
    intercepts (n_statements,), slopes (n_statements, n_axes): as in `Headline`; n_axes may be 0.
    """

    settings: RoutingSettings
    seen: Int64Array
    agree: Int64Array
    askable: BoolArray
    cut: float
    undecided: FloatArray
    needs: FloatArray
    newcomers: BoolArray
    decisiveness: FloatArray
    split: FloatArray
    intercepts: FloatArray
    slopes: FloatArray

    @property
    def n_statements(self) -> int:
        return len(self.seen)

    def probabilities(
        self,
        already_voted: Sequence[int] | npt.NDArray[Any],
        *,
        position: Sequence[float] | npt.NDArray[Any] | None = None,
    ) -> FloatArray:
        """(n_statements,) float64: the chance of each statement to be asked next; 0 where answered or not askable.

        already_voted: columns that the person has answered, in any order; how they were answered is not asked for.
        position (n_axes,): where the person stands, or None. Without it, who sees what does not depend on what they think.
        All entries are 0 when nothing is left. Raises RoutingError for a column that does not exist, or a position of
        another number of axes. O(n_statements x n_axes^2) time.
        """
        voted = np.unique(np.asarray(already_voted, dtype=np.int64))
        if len(voted) and (voted[0] < 0 or voted[-1] >= self.n_statements):
            wrong = int(voted[0] if voted[0] < 0 else voted[-1])
            raise RoutingError(
                f"already_voted names column {wrong}; there are {self.n_statements} statements, from 0 on."
            )
        n_axes = self.slopes.shape[1]
        place = np.zeros(n_axes) if position is None else np.asarray(position, dtype=np.float64)
        if place.shape != (n_axes,):
            raise RoutingError(f"position has shape {place.shape}; the slopes have {n_axes} axes.")
        pull = self.pull(None if position is None else place)
        is_open = self.askable.copy()
        is_open[voted] = False
        covariance = np.eye(n_axes)
        for column in voted.tolist():
            learn(covariance, pull.slopes[column], pull.information[column])
        chances = np.zeros(self.n_statements)
        fill_chances(pull, covariance, is_open, chances)
        return chances

    def pull(self, position: FloatArray | None = None) -> Pull:
        """What the draw goes by for a person at this position, or for anybody where it is None."""
        split = self.split if position is None else split_at(self.intercepts, self.slopes, position)
        settings = self.settings
        return Pull(
            needs=self.needs,
            newcomers=self.newcomers,
            slopes=self.slopes,
            information=split * self.decisiveness,
            floor=settings.floor,
            newcomer_share=settings.newcomers,
            map_share=settings.map,
        )


def routing_weights(
    agree: npt.ArrayLike,
    disagree: npt.ArrayLike,
    passed: npt.ArrayLike,
    *,
    headline: Headline | None = None,
    askable: npt.ArrayLike | None = None,
    settings: RoutingSettings | None = None,
) -> RoutingWeights:
    """Needs from sums: (n_statements,) counts of people who agreed, disagreed and passed -> `RoutingWeights`.

    headline: the ranking whose top list is to be settled. Without it, or where it is NaN, the agreement rate of all who
    saw the statement stands in: (A + 1) / (S + 2) with the standard error of that Beta distribution.
    askable (n_statements,) bool: False for what may not be shown (rejected); None = all.

    With score s_j, standard error e_j and c half-way between the scores of ranks `top` and `top` + 1 (ties: lower column
    first), a statement is on the wrong side of c with a chance of at most u_j = e_j^2 / (e_j^2 + (s_j - c)^2) (Cantelli's
    inequality: no distribution is assumed). The need is u_j^2 e_j: undecided statements first, and among them those of which
    least is known. The square was chosen on simulated truths (docs/routing.md); far from the cut a need falls as the fourth
    power of the distance.

    Raises RoutingError for arrays of different length, negative counts or scores outside their intervals.
    """
    chosen = settings or RoutingSettings()
    agreed = _counts("agree", agree, np.shape(agree))
    disagreed, skipped = (
        _counts(name, given, agreed.shape) for name, given in (("disagree", disagree), ("passed", passed))
    )
    seen = agreed + disagreed + skipped
    may = np.ones(len(seen), dtype=np.bool_) if askable is None else np.asarray(askable, dtype=np.bool_)
    if may.shape != seen.shape:
        raise RoutingError(f"askable has shape {may.shape}; there are {len(seen)} statements.")
    score, error = _scores(agreed, seen, headline)
    intercepts, slopes = _model(headline, len(seen))
    cut = _cut(score, may, chosen.top)
    undecided = np.zeros(len(seen))
    if not np.isnan(cut):
        squared = error * error
        spread = squared + (score - cut) ** 2
        undecided = np.where(may & (spread > 0.0), squared / np.where(spread > 0.0, spread, 1.0), 0.0)
    sided = agreed + disagreed
    return RoutingWeights(
        settings=chosen,
        seen=seen,
        agree=agreed,
        askable=may,
        cut=cut,
        undecided=undecided,
        needs=undecided * undecided * error,
        newcomers=may & (seen < chosen.minimum_views),
        decisiveness=(sided + 1.0) / (seen + 2.0),
        split=(agreed + 1.0) * (disagreed + 1.0) / ((sided + 2.0) * (sided + 2.0)),
        intercepts=intercepts,
        slopes=slopes,
    )


def _counts(name: str, given: npt.ArrayLike, shape: tuple[int, ...]) -> Int64Array:
    """The counts of one answer, (n_statements,) like those of agree."""
    counts = np.asarray(given, dtype=np.int64)
    if counts.shape != shape or counts.ndim != 1:
        raise RoutingError(f"{name} has shape {counts.shape}; agree has {shape}: give one count per statement.")
    if len(counts) and int(counts.min()) < 0:
        raise RoutingError(
            f"{name}[{int(counts.argmin())}] is {int(counts.min())}: counts of people cannot be negative."
        )
    return counts


def _scores(agreed: Int64Array, seen: Int64Array, headline: Headline | None) -> tuple[FloatArray, FloatArray]:
    """Score and standard error of each statement: the headline's, or those of the agreement rate where it has none."""
    rate = (agreed + 1.0) / (seen + 2.0)
    score, error = rate.copy(), np.sqrt(rate * (1.0 - rate) / (seen + 3.0))
    if headline is None:
        return score, error
    for name, given in (("score", headline.score), ("lower", headline.lower), ("upper", headline.upper)):
        if given.shape != seen.shape:
            raise RoutingError(f"headline.{name} has shape {given.shape}; there are {len(seen)} statements.")
    known = ~(np.isnan(headline.score) | np.isnan(headline.lower) | np.isnan(headline.upper))
    width = headline.upper - headline.lower
    if bool((width[known] < 0.0).any()) or not headline.z > 0.0:
        raise RoutingError("headline.upper lies below headline.lower, or headline.z is not above 0.")
    score[known] = headline.score[known]
    error[known] = width[known] / (2.0 * headline.z)
    return score, error


def _model(headline: Headline | None, n: int) -> tuple[FloatArray, FloatArray]:
    """Intercepts (n,) and slopes (n, n_axes), 0 where not finite; no axes where no slopes are known."""
    if headline is None or headline.slopes is None:
        return np.zeros(n), np.zeros((n, 0))
    slopes = np.ascontiguousarray(headline.slopes, dtype=np.float64)
    intercepts = np.zeros(n) if headline.intercepts is None else np.asarray(headline.intercepts, dtype=np.float64)
    if slopes.ndim != 2 or len(slopes) != n or intercepts.shape != (n,):
        raise RoutingError(
            f"slopes have shape {slopes.shape} and intercepts {intercepts.shape}; there are {n} statements."
        )
    return np.where(np.isfinite(intercepts), intercepts, 0.0), np.where(np.isfinite(slopes), slopes, 0.0)


def _cut(score: FloatArray, askable: BoolArray, top: int) -> float:
    """Half-way between the scores of ranks `top` and `top` + 1 among what may be asked; NaN when all of them are in."""
    ranked = np.sort(score[askable])[::-1]
    return float((ranked[top - 1] + ranked[top]) / 2.0) if len(ranked) > top else float("nan")
