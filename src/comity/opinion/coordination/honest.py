"""What an honest person would answer: the probability against which a repeated ballot has to stand out.

Several models of an honest person are asked, and the one that makes the answer most likely counts: the statement's rate, the
person's habits, the crowd of people who think much like the ballot in question, and the caller's model of opinion. Too large a
probability only weakens the evidence, too small a one would accuse. Shares are whole numbers of 1/GRAIN, rounded up, so that
evidence is a sum of integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import exp
from comity.opinion.coordination.bits import Ballots
from comity.opinion.kernels import votes_by_statement
from comity.opinion.votes import FloatArray, Int8Array, Int32Array, Int64Array, Votes

GRAIN = 1024
_CROWD_FROM, _CROWD_TO = 6, 20
"""Per cent of people, by closeness, between which the honest neighbourhood of a ballot is measured (see `fill_crowd`)."""


@dataclass(frozen=True, slots=True)
class ExpectedAnswers:
    """What opinion predicts: an ideal-point model of every answer, fitted by the caller.

    P(agree | agree or disagree) = 1 / (1 + exp(-(intercepts[j] + slopes[j] . positions[i]))), P(pass) = pass_rates[j].
    intercepts (n_statements,), slopes (n_statements, n_axes), positions (n_participants, n_axes), pass_rates
    (n_statements,): float64, no missing values. Axes chosen by
    the prediction of held-out votes are few enough that copies do not get one of their own.
    """

    intercepts: FloatArray
    slopes: FloatArray
    positions: FloatArray
    pass_rates: FloatArray

    @classmethod
    def of(
        cls, votes: Votes, intercepts: npt.NDArray[Any], slopes: npt.NDArray[Any], positions: npt.NDArray[Any]
    ) -> ExpectedAnswers:
        """The model with each statement's own rate of passing in `votes` (0 where nobody voted); shapes as above."""
        counts = votes_by_statement(votes.columns, votes.values, votes.n_statements)
        return cls(
            intercepts=np.asarray(intercepts, dtype=np.float64),
            slopes=np.asarray(slopes, dtype=np.float64),
            positions=np.asarray(positions, dtype=np.float64),
            pass_rates=counts[:, 1] / np.maximum(counts.sum(axis=1), 1),
        )

    def check_fits(self, votes: Votes) -> None:
        """Raises ValueError where an array has not the shape that these votes ask for."""
        axes = self.slopes.shape[1] if self.slopes.ndim == 2 else -1
        wanted = {
            "intercepts": (votes.n_statements,),
            "slopes": (votes.n_statements, axes),
            "positions": (votes.n_participants, axes),
            "pass_rates": (votes.n_statements,),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}: give {shape}.")


_NO_MODEL = (np.empty(0), np.empty((0, 0)), np.empty((0, 0)), np.empty(0))


class Honest(NamedTuple):
    """The models of an honest person; a named tuple, because compiled loops take one.

    rates (n_statements, 3) int64: share of each answer (disagree, pass, agree). style, odds (n_participants, 3) int64: share of
    each answer among the person's own, and its odds relative to what the same statements' rates lead to expect (one parameter
    of a Rasch model for each answer). All in 1/GRAIN. The others: see `ExpectedAnswers`; of length 0 without such a model.
    """

    rates: Int64Array
    style: Int64Array
    odds: Int64Array
    intercepts: FloatArray
    slopes: FloatArray
    positions: FloatArray
    pass_rates: FloatArray

    @classmethod
    def of(cls, ballots: Ballots, expected: ExpectedAnswers | None) -> Honest:
        """The models for these ballots, with the caller's where it is given."""
        rates = _rates(ballots, np.arange(len(ballots.offsets) - 1))
        habits = _habits(ballots, rates)
        if expected is None:
            return cls(rates, *habits, *_NO_MODEL)
        fields = (expected.intercepts, expected.slopes, expected.positions, expected.pass_rates)
        return cls(rates, *habits, *(np.ascontiguousarray(field, dtype=np.float64) for field in fields))

    def by_habit_alone(self) -> Honest:
        """The same without the caller's model."""
        return Honest(self.rates, self.style, self.odds, *_NO_MODEL)


# --- rates and habits ---


@njit(cache=True)
def _rates(ballots: Ballots, people: Int64Array) -> Int64Array:
    """(n_statements, 3): share of each answer among `people`, one of each added; in 1/GRAIN."""
    rates = np.ones((ballots.n_statements, 3), dtype=np.int64)
    for p in people:
        for k in range(ballots.offsets[p], ballots.offsets[p + 1]):
            rates[ballots.columns[k], ballots.values[k] + 1] += 1
    for c in range(ballots.n_statements):
        total = rates[c].sum()
        for v in range(3):
            rates[c, v] = (rates[c, v] * GRAIN + total - 1) // total
    return rates


@njit(cache=True)
def _habits(ballots: Ballots, rates: Int64Array) -> tuple[Int64Array, Int64Array]:
    """style and odds of `Honest`; half an observation is added to each of a person's odds."""
    people = len(ballots.offsets) - 1
    style = np.zeros((people, 3), dtype=np.int64)
    odds = np.zeros((people, 3), dtype=np.int64)
    expected = np.zeros(3, dtype=np.int64)
    for p in range(people):
        total = ballots.offsets[p + 1] - ballots.offsets[p]
        expected[:] = 0
        for k in range(ballots.offsets[p], ballots.offsets[p + 1]):
            style[p, ballots.values[k] + 1] += 1
            for v in range(3):
                expected[v] += rates[ballots.columns[k], v]
        for v in range(3):
            odds[p, v] = _relative_odds(style[p, v], total, expected[v])
            style[p, v] = (style[p, v] * GRAIN + total - 1) // max(total, 1)
    return style, odds


@njit(cache=True, inline="always")
def _relative_odds(hits: int, total: int, expected: int) -> int:
    """Odds of `hits` of `total` relative to the odds of `expected` (a sum of shares) of it, in 1/GRAIN; half a hit is added."""
    rest = max(GRAIN * total - expected + GRAIN // 2, 1)
    return (2 * hits + 1) * rest * GRAIN // ((2 * (total - hits) + 1) * (expected + GRAIN // 2))


@njit(cache=True, inline="always")
def _raised(share: int, odds: int) -> int:
    """A share, 1/GRAIN, after its odds are multiplied by odds / GRAIN; rounded up, never lowered."""
    if odds <= GRAIN:
        return share
    top = share * odds
    under = top + (GRAIN - min(share, GRAIN)) * GRAIN
    return (top * GRAIN + under - 1) // under


# --- the crowd of people who think much like a ballot ---


@njit(cache=True)
def overlap(ballots: Ballots, person: int, ballot: Int8Array) -> tuple[int, int]:
    """Statements that a person shares with a ballot, and those of them answered the same.

    ballot (n_statements,): 0 disagree, 1 pass, 2 agree, -1 not voted on.
    """
    shared, matched = 0, 0
    for k in range(ballots.offsets[person], ballots.offsets[person + 1]):
        wanted = ballot[ballots.columns[k]]
        if wanted >= 0:
            shared += 1
            if wanted == ballots.values[k] + 1:
                matched += 1
    return shared, matched


def no_crowd(n_statements: int) -> Int64Array:
    """A crowd of nobody, which makes no answer likelier."""
    return np.zeros((n_statements, 4), dtype=np.int64)


@njit(cache=True)
def fill_crowd(
    crowd: Int64Array,
    ballots: Ballots,
    people: Int64Array,
    ballot: Int8Array,
    shared: Int32Array,
    matched: Int32Array,
    script: int,
    rates: Int64Array,
) -> None:
    """Fill crowd[c] (n_statements, 4) with the share, 1/GRAIN, of each answer to c among the people of the crowd around a
    ballot, and with the code of their most frequent answer (at a tie the lower); zeros where the ballot has no answer.

    The crowd: people of rank 6 to 20 per cent by closeness (matches minus mismatches, from `shared` and `matched`, see `overlap`).
    Copies (up to 6 per cent) stand nearer and cannot make their own alibi. Closeness is measured without the statement in
    question, or it would be a selection on the answer itself. script: index in `people` of who is left out, -1 = nobody.
    """
    n = len(people)
    width = len(rates)
    counts = np.zeros(2 * width + 1, dtype=np.int64)
    for b in range(n):
        if b != script and shared[b] > 0:
            counts[2 * matched[b] - shared[b] + width] += 1
    high, low = width, -width
    above = 0
    for s in range(width, -width - 1, -1):
        before = above
        above += counts[s + width]
        if 100 * before < _CROWD_FROM * n <= 100 * above:
            high = s
        if 100 * before < _CROWD_TO * n <= 100 * above:
            low = s
            break
    given = np.zeros((width, 3), dtype=np.int64)
    for b in range(n):
        closeness = 2 * matched[b] - shared[b]
        if b == script or shared[b] == 0 or closeness < low - 1 or closeness > high + 1:
            continue
        p = people[b]
        for k in range(ballots.offsets[p], ballots.offsets[p + 1]):
            c = ballots.columns[k]
            if ballot[c] < 0:
                continue
            answer = ballots.values[k] + 1
            without = closeness - (1 if ballot[c] == answer else -1)
            if low <= without <= high:
                given[c, answer] += 1
    for c in range(width):
        crowd[c, :] = 0
        if ballot[c] >= 0:
            asked = given[c].sum()
            for v in range(3):
                crowd[c, v] = (given[c, v] * GRAIN + 3 * rates[c, v] + asked + 2) // (asked + 3)
                if crowd[c, v] > crowd[c, crowd[c, 3]]:
                    crowd[c, 3] = v


@njit(cache=True)
def crowd_around(ballots: Ballots, people: Int64Array, ballot: Int8Array, script: int) -> Int64Array:
    """The crowd (see `fill_crowd`) around a ballot, with rates among `people` alone; script: the person left out, -1 = nobody."""
    shared = np.zeros(len(people), dtype=np.int32)
    matched = np.zeros(len(people), dtype=np.int32)
    place = -1
    for b in range(len(people)):
        if people[b] == script:
            place = b
        shared[b], matched[b] = overlap(ballots, people[b], ballot)
    crowd = np.zeros((ballots.n_statements, 4), dtype=np.int64)
    fill_crowd(crowd, ballots, people, ballot, shared, matched, place, _rates(ballots, people))
    return crowd


@njit(cache=True)
def conformity(ballots: Ballots, person: int, ballot: Int8Array, crowd: Int64Array) -> int:
    """Odds, 1/GRAIN, with which a person gives the crowd's most frequent answer, relative to the crowd, where the ballot has one."""
    shared, hits, expected = 0, 0, 0
    for k in range(ballots.offsets[person], ballots.offsets[person + 1]):
        c = ballots.columns[k]
        if ballot[c] >= 0:
            usual = crowd[c, 3]
            shared += 1
            expected += crowd[c, usual]
            if ballots.values[k] + 1 == usual:
                hits += 1
    return _relative_odds(hits, shared, expected)


# --- one answer ---


@njit(cache=True, inline="always")
def likeliest(rate: int, style: int, odds: int, in_crowd: int, conforms: int) -> int:
    """The largest share, 1/GRAIN, that an answer has by its rate, the person's habits and the crowd.

    in_crowd: its share there. conforms: the person's `conformity` if it is the crowd's most frequent answer, else 0.
    """
    return max(rate, style, in_crowd, _raised(rate, odds), _raised(in_crowd, conforms))


@njit(cache=True)
def predicted(honest: Honest, person: int, c: int, answer: int) -> int:
    """Probability of the answer in the caller's model, in 1/GRAIN rounded up."""
    passing = honest.pass_rates[c]
    if answer == 1:
        return int(np.ceil(passing * GRAIN))
    logit = honest.intercepts[c]
    for d in range(honest.slopes.shape[1]):
        logit += honest.slopes[c, d] * honest.positions[person, d]
    if answer == 0:
        logit = -logit
    return int(np.ceil((1.0 - passing) / (1.0 + exp(-logit)) * GRAIN))
