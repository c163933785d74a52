"""The draw of the next statement for a person, and how many views it guarantees to each statement.

The chance number is a hash of person, question and seed, so any machine gives the same question for the same weights, and no
generator has a state to lose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.arithmetic import exp, log
from comity.opinion.chance import UInt64Array, hash_ids, hash_pairs, uniform
from comity.opinion.routing.chances import pick
from comity.opinion.routing.needs import RoutingError, RoutingWeights
from comity.opinion.votes import FloatArray, Int64Array


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that was drawn: its column, the chance it had, and how many statements it was drawn from."""

    column: int
    probability: float
    n_open: int


def next_statement(
    weights: RoutingWeights,
    already_voted: Sequence[int] | npt.NDArray[Any],
    *,
    person_word: int,
    step: int,
    seed: int = 0,
    position: Sequence[float] | npt.NDArray[Any] | None = None,
) -> Question | None:
    """The statement to ask a person next, or None when nothing is left.

    person_word: the person's word, `chance.hash_ids(ids, seed, "routing")[i]`. step: how many questions the person was given
    before this one; the same person, step and weights give the same question on every machine. already_voted, position: as
    in `RoutingWeights.probabilities`. Nothing about the person is kept.

    Guarantee: every statement still open to the person has a chance of at least floor / (number open), a newcomer at least
    newcomers / (number of open newcomers) more, whatever the needs, the headline and the other votes are.
    """
    chances = weights.probabilities(already_voted, position=position)
    word = np.array([person_word], dtype=np.uint64)
    column = int(pick(chances, float(chance_numbers(word, np.array([step]), seed)[0])))
    if column < 0:
        return None
    return Question(column=column, probability=float(chances[column]), n_open=int(np.count_nonzero(chances > 0.0)))


def chance_numbers(person_words: UInt64Array, steps: Int64Array, seed: int) -> FloatArray:
    """(n,) float64 in [0, 1): the chance number of each question, from the person's word and the number of the question."""
    return uniform(hash_pairs(person_words, hash_ids(steps, seed, "routing-step")))


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
    log_term = n_questions * log(1.0 - q)
    below, k = 0.0, 0
    while k < n_questions:
        below += exp(log_term)
        if below > error:
            return k
        log_term += log((n_questions - k) / (k + 1.0) * q / (1.0 - q))
        k += 1
    return k
