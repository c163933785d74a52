"""Which statement to ask next, what each statement is guaranteed, and whether routing still does what it should.

A person answers a few of hundreds of statements, so it matters which. `routing_weights` turns sums (how often a statement was
seen, agreed with, disagreed with, passed, and the headline score with its interval) into needs: a vote is worth most where it
may still move a statement into or out of the top ten. `next_statement` draws one for a person, with a floor that no weight can
undercut. `Exposures` and `check_routing` watch it. `votes_until_stable` measures it. Method and figures: docs/routing.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion import chance, polis
from comity.opinion.votes import Statement, Votes

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


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

    seen, agree, disagree, passed (n_statements,) int64: people. askable (n_statements,) bool: may be shown.
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
    disagree: Int64Array
    passed: Int64Array
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
        self, already_voted: Sequence[int] | Array, *, position: Sequence[float] | Array | None = None
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
        split = self.split
        if position is not None:
            split = _split_at(self.intercepts, self.slopes, place)
        unseen = self.askable.copy()
        unseen[voted] = False
        information = split * self.decisiveness
        covariance = np.eye(n_axes)
        for column in voted.tolist():
            _learn(covariance, self.slopes[column], information[column])
        shares = np.zeros(self.n_statements)
        _shares(
            self.needs,
            self.newcomers,
            self.slopes,
            information,
            covariance,
            unseen,
            *_numbers(self.settings),
            shares,
        )
        return shares


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that was drawn: its column, the chance it had, and how many statements it was drawn from."""

    column: int
    probability: float
    n_open: int


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
    counts = [np.asarray(given, dtype=np.int64) for given in (agree, disagree, passed)]
    n = len(counts[0])
    for name, count in zip(("agree", "disagree", "passed"), counts, strict=True):
        if count.shape != (n,):
            raise RoutingError(f"{name} has shape {count.shape}; agree has ({n},): give one count per statement.")
        if n and int(count.min()) < 0:
            raise RoutingError(
                f"{name}[{int(count.argmin())}] is {int(count.min())}: counts of people cannot be negative."
            )
    agreed, disagreed, skipped = counts
    seen = agreed + disagreed + skipped
    may = np.ones(n, dtype=np.bool_) if askable is None else np.asarray(askable, dtype=np.bool_)
    if may.shape != (n,):
        raise RoutingError(f"askable has shape {may.shape}; there are {n} statements.")
    rate = (agreed + 1.0) / (seen + 2.0)
    score, error = rate.copy(), np.sqrt(rate * (1.0 - rate) / (seen + 3.0))
    intercepts, slopes = np.zeros(n), np.zeros((n, 0))
    if headline is not None:
        for name, given in (("score", headline.score), ("lower", headline.lower), ("upper", headline.upper)):
            if given.shape != (n,):
                raise RoutingError(f"headline.{name} has shape {given.shape}; there are {n} statements.")
        known = ~(np.isnan(headline.score) | np.isnan(headline.lower) | np.isnan(headline.upper))
        width = headline.upper - headline.lower
        if bool((width[known] < 0.0).any()) or not headline.z > 0.0:
            raise RoutingError("headline.upper lies below headline.lower, or headline.z is not above 0.")
        score[known] = headline.score[known]
        error[known] = width[known] / (2.0 * headline.z)
        if headline.slopes is not None:
            slopes = np.ascontiguousarray(headline.slopes, dtype=np.float64)
            intercepts = (
                np.zeros(n) if headline.intercepts is None else np.asarray(headline.intercepts, dtype=np.float64)
            )
            if slopes.ndim != 2 or len(slopes) != n or intercepts.shape != (n,):
                raise RoutingError(
                    f"slopes have shape {slopes.shape} and intercepts {intercepts.shape}; there are {n} statements."
                )
            slopes = np.where(np.isfinite(slopes), slopes, 0.0)
            intercepts = np.where(np.isfinite(intercepts), intercepts, 0.0)
    cut = _cut(score, may, chosen.top)
    undecided = np.zeros(n)
    if not np.isnan(cut):
        squared = error * error
        spread = squared + (score - cut) ** 2
        undecided = np.where(spread > 0.0, squared / np.where(spread > 0.0, spread, 1.0), 0.0)
    undecided[~may] = 0.0
    votes = agreed + disagreed
    return RoutingWeights(
        settings=chosen,
        seen=seen,
        agree=agreed,
        disagree=disagreed,
        passed=skipped,
        askable=may,
        cut=cut,
        undecided=undecided,
        needs=undecided * undecided * error,
        newcomers=may & (seen < chosen.minimum_views),
        decisiveness=(votes + 1.0) / (seen + 2.0),
        split=(agreed + 1.0) * (disagreed + 1.0) / ((votes + 2.0) * (votes + 2.0)),
        intercepts=intercepts,
        slopes=slopes,
    )


def next_statement(
    weights: RoutingWeights,
    already_voted: Sequence[int] | Array,
    *,
    person_word: int,
    step: int,
    seed: int = 0,
    position: Sequence[float] | Array | None = None,
) -> Question | None:
    """The statement to ask a person next, or None when nothing is left.

    person_word: the person's word, `chance.hash_ids(ids, seed, "routing")[i]`. step: how many questions the person was given
    before this one; the same person, step and weights give the same question on every machine. already_voted, position: as
    in `RoutingWeights.probabilities`. Nothing about the person is kept.

    Guarantee: every statement still open to the person has a chance of at least floor / (number open), a newcomer at least
    newcomers / (number of open newcomers) more, whatever the needs, the headline and the other votes are.
    """
    shares = weights.probabilities(already_voted, position=position)
    word = _step_words(np.array([person_word], dtype=np.uint64), step, seed)
    column = int(_pick(shares, float(chance.uniform(word)[0])))
    if column < 0:
        return None
    return Question(column=column, probability=float(shares[column]), n_open=int(np.count_nonzero(shares > 0.0)))


def guaranteed_views(n_questions: int, n_statements: int, *, floor: float = 0.25, error: float = 0.001) -> int:
    """Views that one given statement has reached, but for a chance of `error`, after n_questions to people who had not seen it.

    Each question reaches it with a chance of at least q = floor / n_statements, whatever happened before, so its views are at
    least Binomial(n_questions, q) in the sense of stochastic order; the result is the largest k with P(Binomial < k) <= error,
    exactly. All statements at once: give error / n_statements. Time O(result).
    """
    if not 0.0 < floor <= 1.0 or n_statements < 1 or n_questions < 0 or not 0.0 < error < 1.0:
        raise RoutingError(
            f"floor {floor}, n_statements {n_statements}, n_questions {n_questions}, error {error}: "
            "floor has to lie in (0, 1], error in (0, 1), the counts have to be whole and not negative."
        )
    q = floor / n_statements
    if q >= 1.0:
        return n_questions
    # by recurrence in logarithms: in long runs the first terms are below the smallest float
    log_term = n_questions * float(np.log1p(-q))
    below, k = 0.0, 0
    while k < n_questions:
        below += float(np.exp(log_term))
        if below > error:
            return k
        log_term += float(np.log((n_questions - k) / (k + 1.0) * q / (1.0 - q)))
        k += 1
    return k


# --- the self-check ---

_UNITS = 2.0**32
"""Probabilities are summed as whole numbers of 2^-32, so that the sums do not depend on order and parts can be merged."""

_BITS = 2.0**20
"""Evidence is summed as whole numbers of 2^-20 bit, each draw rounded down: the stated error stays an upper bound."""


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
        is_open = intended > 0.0
        n_open = int(np.count_nonzero(is_open))
        if not is_open[column]:
            self.impossible += 1
            return
        self.asked[column] += 1
        self.intended += np.rint(intended * _UNITS).astype(np.int64)
        self.even[is_open] += round(_UNITS / n_open)
        ratio = 1.0 / (n_open * float(intended[column]))
        self.evidence += int(np.floor(np.log2(ratio) * _BITS))

    def __add__(self, other: Exposures) -> Exposures:
        return Exposures(
            asked=self.asked + other.asked,
            intended=self.intended + other.intended,
            even=self.even + other.even,
            evidence=self.evidence + other.evidence,
            impossible=self.impossible + other.impossible,
        )


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
    alarms: list[RoutingAlarm] = []
    used = weights.needs if in_use is None else np.asarray(in_use, dtype=np.float64)
    if used.shape != (weights.n_statements,):
        raise RoutingError(f"in_use has shape {used.shape}; there are {weights.n_statements} statements.")
    shown = used[weights.askable]
    n = len(shown)
    wrong = np.flatnonzero(weights.askable & ~(np.isfinite(used) & (used >= 0.0)))
    if len(wrong) or (n and in_use is not None and not bool((shown > 0.0).any())):
        alarms.append(
            RoutingAlarm(
                RoutingFault.INVALID_WEIGHTS,
                tuple(wrong.tolist()),
                {"statements": float(len(wrong))},
                None,
                "Some weights are negative or not numbers, or none is above zero: mend what computes them; until then the draw is even.",
            )
        )
    elif n > 1:
        top = float(shown.max())
        scaled = shown / top if top > 0.0 else np.ones(n)
        even_share = _total(scaled) ** 2 / (n * _total(scaled * scaled))
        differ = _dispersion(weights)
        if even_share > evenness and differ > dispersion and n > weights.settings.top:
            alarms.append(
                RoutingAlarm(
                    RoutingFault.UNIFORM_WEIGHTS,
                    (),
                    {"evenness": even_share, "dispersion": differ},
                    None,
                    f"All statements weigh the same (evenness {even_share:.3f}), though people answer them very differently "
                    f"(dispersion {differ:.1f} where chance alone gives 1): the weights do not use the votes.",
                )
            )
    if exposures is None:
        return tuple(alarms)
    asked = exposures.asked.astype(np.float64)
    intended = exposures.intended.astype(np.float64) / _UNITS
    even = exposures.even.astype(np.float64) / _UNITS
    slack = 1e-9 * (1.0 + exposures.n_questions)
    low = np.flatnonzero(intended + slack < weights.settings.floor * even)
    if len(low):
        worst = int(low[np.argmin(intended[low] / even[low])])
        alarms.append(
            RoutingAlarm(
                RoutingFault.BROKEN_FLOOR,
                tuple(low.tolist()),
                {"share": float(intended[worst] / even[worst]), "floor": weights.settings.floor},
                None,
                f"{len(low)} statements were given less than the guaranteed share of questions: the draw does not keep the floor.",
            )
        )
    bits = exposures.evidence / _BITS
    if bits >= -float(np.log2(error)):
        alarms.append(
            RoutingAlarm(
                RoutingFault.UNIFORM_DRAWS,
                (),
                {"bits": bits, "questions": float(exposures.n_questions)},
                error,
                f"What was asked fits even drawing 2^{bits:.1f} times better than the weights: the draw ignores the weights.",
            )
        )
    shortfall = intended / 2.0 - float(np.log(2.0)) * asked
    starved = np.flatnonzero(shortfall >= float(np.log(max(weights.n_statements, 1) / error)))
    if len(starved):
        worst = int(starved[np.argmax(shortfall[starved])])
        alarms.append(
            RoutingAlarm(
                RoutingFault.STARVED,
                tuple(starved.tolist()),
                {"asked": float(asked[worst]), "intended": float(intended[worst])},
                error,
                f"{len(starved)} statements are asked far less than intended; the worst {int(asked[worst])} times "
                f"instead of about {intended[worst]:.0f}: look at what filters or orders the questions after the draw.",
            )
        )
    if exposures.impossible:
        alarms.append(
            RoutingAlarm(
                RoutingFault.IMPOSSIBLE,
                (),
                {"questions": float(exposures.impossible)},
                None,
                f"{exposures.impossible} questions were asked that the draw could not have given: answered before, or not to be shown.",
            )
        )
    return tuple(alarms)


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


# --- votes needed until the top ten are stable ---


class RoutingPolicy(StrEnum):
    """Ways to choose the next statement that the simulator compares."""

    COMITY = "comity"
    REFERENCE = "reference"
    UNIFORM = "uniform"


@dataclass(frozen=True, slots=True)
class RoutingTrial:
    """One simulated consultation under one policy.

    votes (n_checks,) int64: votes cast at each check. jaccard (n_checks,) float64: overlap of the top list with the true one.
    needed: votes at the first check from which on the overlap never fell below the threshold; None = not within the run.
    views (n_statements,) int64: how often each statement was asked. alarms: the first that the
    self-check, run at each check, raised (policy `comity` only).
    """

    policy: RoutingPolicy
    votes: Int64Array
    jaccard: FloatArray
    needed: int | None
    views: Int64Array
    alarms: tuple[RoutingAlarm, ...] = field(default=())


def votes_until_stable(
    agreement: FloatArray,
    pass_rate: FloatArray,
    votes_per_person: Int64Array,
    policy: RoutingPolicy,
    scorer: Callable[[Votes], Headline],
    *,
    target: Int64Array,
    batch: int = 50,
    threshold: float = 0.8,
    settings: RoutingSettings | None = None,
    seed: int = 0,
) -> RoutingTrial:
    """People arrive, each answers what the policy asks; after each batch the top list is compared with the true one.

    agreement (n_people, n_statements) float64: P(agree | not passed) of each person. pass_rate (n_statements,).
    votes_per_person (n_people,) int64: how many questions each answers (all statements at most).
    scorer: Votes -> Headline; ranks by lower bound. Participant ids in its votes are the row numbers of `agreement`.
    target: ascending columns of the true top list. batch: people between two checks; weights are renewed then, too.

    What a person answers to a statement is fixed by (seed, person, statement) and so is the same under every policy.
    O(n_votes x n_statements) time for the draws plus one call of the scorer for each batch.
    """
    chosen = settings or RoutingSettings()
    n_people, n_statements = agreement.shape
    ids = np.arange(n_people, dtype=np.int64)
    people_words = chance.hash_ids(ids, seed, "routing")
    answer_words = chance.hash_ids(ids, seed, "answer")
    statement_words = chance.hash_ids(np.arange(n_statements, dtype=np.int64), seed, "answer")
    budget = np.minimum(votes_per_person, n_statements).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(budget)))
    columns = np.zeros(starts[-1], dtype=np.int64)
    values = np.zeros(starts[-1], dtype=np.int64)
    known = [Statement(id=j) for j in range(n_statements)]
    zeros = np.zeros(n_statements, dtype=np.int64)
    counts = {1: zeros.copy(), 0: zeros.copy(), -1: zeros.copy()}
    weights = routing_weights(zeros, zeros, zeros, settings=chosen)
    exposures = Exposures.none(n_statements)
    evidence = np.zeros(1, dtype=np.int64)
    votes: Votes | None = None
    axes: FloatArray | None = None
    alarms: tuple[RoutingAlarm, ...] = ()
    checks: list[int] = []
    overlaps: list[float] = []
    for first in range(0, n_people, batch):
        last = min(first + batch, n_people)
        needs, numbers = weights.needs, _numbers(chosen)
        if policy is not RoutingPolicy.COMITY:
            numbers = (0.0, 0.0, 0.0)
            needs = np.ones(n_statements)
            if policy is RoutingPolicy.REFERENCE and votes is not None:
                mapped = polis.map_opinions(votes, start=axes)
                axes = mapped.axes
                tallies = np.stack((counts[1], counts[-1], weights.seen), axis=1)[None]
                needs = polis.comment_priorities(tallies, mapped.extremity, np.zeros(n_statements, dtype=np.bool_))
        for person in range(first, last):
            steps = np.arange(budget[person], dtype=np.int64)
            draws = chance.uniform(_step_words(np.full(len(steps), people_words[person]), steps, seed))
            answers = chance.hash_pairs(np.full(n_statements, answer_words[person]), statement_words)
            skip = chance.uniform(answers) < pass_rate
            agrees = chance.uniform(chance.mix(answers)) < agreement[person]
            reply = np.where(skip, 0, np.where(agrees, 1, -1))
            _interview(
                needs,
                weights.newcomers,
                weights.slopes,
                weights.split * weights.decisiveness,
                weights.askable,
                *numbers,
                draws,
                reply,
                columns[starts[person] :],
                values[starts[person] :],
                exposures.asked,
                exposures.intended,
                exposures.even,
                evidence,
            )
        n_votes = int(starts[last])
        for value, count in counts.items():
            count[:] = np.bincount(columns[:n_votes][values[:n_votes] == value], minlength=n_statements)
        votes = Votes.from_events(
            np.repeat(ids[:last], budget[:last]),
            columns[:n_votes],
            values[:n_votes],
            statements=known,
            participants=ids[:last],
        )
        headline = scorer(votes)
        weights = routing_weights(counts[1], counts[-1], counts[0], headline=headline, settings=chosen)
        if policy is RoutingPolicy.COMITY and not alarms:
            exposures.evidence = int(evidence[0])
            alarms = check_routing(weights, exposures)
        found = headline.top(chosen.top)
        shared = len(np.intersect1d(found, target))
        checks.append(n_votes)
        overlaps.append(shared / (len(found) + len(target) - shared))
    jaccard = np.array(overlaps)
    short = np.flatnonzero(jaccard < threshold)
    stable_from = int(short[-1]) + 1 if len(short) else 0
    return RoutingTrial(
        policy=policy,
        votes=np.array(checks, dtype=np.int64),
        jaccard=jaccard,
        needed=checks[stable_from] if stable_from < len(checks) else None,
        views=exposures.asked,
        alarms=alarms,
    )


def least_group_headline(votes: Votes, groups: Int64Array, *, z: float = 1.28) -> Headline:
    """Agreement of the group that agrees least, where the groups are known: the simulator's plain scorer.

    groups (n_participants,) int64 in 0..n_groups-1: the group of each of `votes.participant_ids`.
    Score = min over groups of (A + 1) / (S + 2), passes counted in S; lower and upper = min over groups of that rate minus
    and plus z standard deviations of its Beta distribution (lower clipped at 0, upper at 1).
    """
    n_statements, n_groups = votes.n_statements, int(groups.max()) + 1
    cell = groups[votes.persons] * n_statements + votes.columns
    shape = (n_groups, n_statements)
    seen = np.bincount(cell, minlength=n_groups * n_statements).reshape(shape)
    agree = np.bincount(cell[votes.values == 1], minlength=n_groups * n_statements).reshape(shape)
    rate = (agree + 1.0) / (seen + 2.0)
    reach = z * np.sqrt(rate * (1.0 - rate) / (seen + 3.0))
    return Headline(
        score=rate.min(axis=0),
        lower=np.maximum(rate - reach, 0.0).min(axis=0),
        upper=np.minimum(rate + reach, 1.0).min(axis=0),
        z=z,
    )


# --- sums and draws, in one fixed order ---


def _numbers(settings: RoutingSettings) -> tuple[float, float, float]:
    return settings.floor, settings.newcomers, settings.map


def _cut(score: FloatArray, askable: BoolArray, top: int) -> float:
    """Half-way between the scores of ranks `top` and `top` + 1 among what may be asked; NaN when all of them are in."""
    ranked = np.sort(score[askable])[::-1]
    return float((ranked[top - 1] + ranked[top]) / 2.0) if len(ranked) > top else float("nan")


def _total(values: FloatArray) -> float:
    """Sum from left to right, the same on every processor (numpy's own sum regroups)."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


def _step_words(person_words: Array, steps: int | Array, seed: int) -> chance.UInt64Array:
    """(n,) uint64: a word for each question of each person."""
    numbered = np.broadcast_to(np.asarray(steps, dtype=np.int64), np.shape(person_words))
    return chance.hash_pairs(person_words, chance.hash_ids(numbered, seed, "routing-step"))


@njit(cache=True)
def _split_at(intercepts: Array, slopes: Array, position: Array) -> Array:
    """(n_statements,): P(1 - P) at a position."""
    split = np.zeros(len(intercepts))
    for j in range(len(intercepts)):
        logit = intercepts[j]
        for axis in range(len(position)):
            logit += slopes[j, axis] * position[axis]
        e = np.exp(-abs(logit))
        split[j] = e / ((1.0 + e) * (1.0 + e))
    return split


@njit(cache=True)
def _gain(covariance: Array, slope: Array, information: float) -> float:
    """Share by which an answer shrinks the variance of the person's position along the statement's slope."""
    n_axes = len(slope)
    along = 0.0
    for a in range(n_axes):
        for b in range(n_axes):
            along += slope[a] * covariance[a, b] * slope[b]
    x = information * along
    return x / (1.0 + x)


@njit(cache=True)
def _learn(covariance: Array, slope: Array, information: float) -> None:
    """Covariance of the position after one more answer (Sherman and Morrison 1950), in place."""
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
def _shares(
    needs: Array,
    newcomers: Array,
    slopes: Array,
    information: Array,
    covariance: Array,
    unseen: Array,
    floor: float,
    newcomer_share: float,
    map_share: float,
    out: Array,
) -> None:
    """Chances of the open statements into `out`; each part that has nothing to go by falls to the next below it."""
    n_open, n_new = 0, 0
    total_need, total_gain = 0.0, 0.0
    gains = np.zeros(len(needs))
    wanted = map_share > 0.0 and slopes.shape[1] > 0
    for j in range(len(needs)):
        out[j] = 0.0
        if unseen[j]:
            n_open += 1
            n_new += newcomers[j]
            total_need += needs[j]
            if wanted:
                gains[j] = _gain(covariance, slopes[j], information[j])
                total_gain += gains[j]
    if n_open == 0:
        return
    to_new = newcomer_share if n_new > 0 else 0.0
    to_map = map_share if total_gain > 0.0 else 0.0
    to_need = 1.0 - floor - to_new - to_map if total_need > 0.0 else 0.0
    to_all = 1.0 - to_new - to_map - to_need
    for j in range(len(needs)):
        if unseen[j]:
            out[j] = to_all / n_open
            if newcomers[j] and n_new > 0:
                out[j] += to_new / n_new
            if total_gain > 0.0:
                out[j] += to_map * (gains[j] / total_gain)
            if total_need > 0.0:
                out[j] += to_need * (needs[j] / total_need)


@njit(cache=True)
def _pick(shares: Array, u: float) -> int:
    """The column at which the running total passes u; the last open one where rounding leaves a gap; -1 when none is open."""
    running, last = 0.0, -1
    for j in range(len(shares)):
        if shares[j] > 0.0:
            running += shares[j]
            last = j
            if u < running:
                return j
    return last


@njit(cache=True)
def _interview(
    needs: Array,
    newcomers: Array,
    slopes: Array,
    information: Array,
    askable: Array,
    floor: float,
    newcomer_share: float,
    map_share: float,
    draws: Array,
    reply: Array,
    columns: Array,
    values: Array,
    asked: Array,
    intended: Array,
    even: Array,
    evidence: Array,
) -> None:
    """One simulated person answers len(draws) questions; answers and exposures are written in place."""
    n_statements = len(needs)
    unseen = askable.copy()
    covariance = np.eye(slopes.shape[1])
    shares = np.zeros(n_statements)
    for step in range(len(draws)):
        _shares(
            needs,
            newcomers,
            slopes,
            information,
            covariance,
            unseen,
            floor,
            newcomer_share,
            map_share,
            shares,
        )
        j = _pick(shares, draws[step])
        columns[step] = j
        values[step] = reply[j]
        n_open = 0
        for k in range(n_statements):
            if shares[k] > 0.0:
                n_open += 1
        for k in range(n_statements):
            if shares[k] > 0.0:
                intended[k] += np.int64(np.rint(shares[k] * 4294967296.0))
                even[k] += np.int64(np.rint(4294967296.0 / n_open))
        asked[j] += 1
        evidence[0] += np.int64(np.floor(np.log2(1.0 / (n_open * shares[j])) * 1048576.0))
        unseen[j] = False
        _learn(covariance, slopes[j], information[j])
