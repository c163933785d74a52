"""What the engine is held against: a plain ideal-point model, the reference method's groups, and oracles that know the truth.

Each is written for measuring, not for use: none of it is imported by the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.model import plain_rates
from comity.opinion.polis import PolisResult
from comity.opinion.simulation import Truth
from comity.opinion.votes import Votes

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

RIDGE_ON_SLOPES = 4.0
RIDGE_ON_INTERCEPTS = 0.25
CHI_SQUARE_95 = (3.841459, 5.991465, 7.814728, 9.487729, 11.070498, 12.591587, 14.067140, 15.507313)
"""Critical values at .05 for 1, 2, 3 ... degrees of freedom."""


def logistic(x: Array) -> FloatArray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0))))


# --- a plain ideal-point model ---


@dataclass(frozen=True, slots=True, eq=False)
class IdealPoints:
    """positions (n_participants, n_axes), parameters (n_statements, n_axes + 1): intercept, then slopes."""

    positions: FloatArray
    parameters: FloatArray

    def predicted(self, people: Array, columns: Array) -> FloatArray:
        """(n,) float64: probability that the person agrees, given that they agree or disagree."""
        return logistic(_logits(self.parameters, self.positions, people, columns))

    def everywhere(self) -> FloatArray:
        """(n_participants, n_statements) float64: the same for everybody and every statement."""
        return logistic(self.parameters[:, 0] + self.positions @ self.parameters[:, 1:].T)


def ideal_points(votes: Votes, n_axes: int = 2, alternations: int = 3) -> IdealPoints:
    """Ideal points by alternating ridge logistic fits: start on the main axes of the centred votes, then in turn a curve for each
    statement (ridge 4 on slopes) and a position for each person (standard normal prior), a few Newton steps each. Passes are not used."""
    m = votes.n_statements
    dense = votes.dense()
    there = ~np.isnan(dense)
    mean = np.where(there, dense, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    centred = np.where(there, dense - mean, 0.0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    positions = centred @ vectors[:, ::-1][:, :n_axes] * np.sqrt(m / np.maximum(there.sum(axis=1), 1))[:, None]
    sided = votes.values != 0
    people, columns, agrees = votes.persons[sided], votes.columns[sided], votes.values[sided] > 0
    parameters = np.zeros((m, n_axes + 1))
    rates = plain_rates(votes)
    parameters[:, 0] = np.log(rates / (1.0 - rates))
    for alternation in range(alternations + 1):
        positions = (positions - positions.mean(axis=0)) / np.maximum(positions.std(axis=0), 1e-9)
        parameters = _curves(parameters, positions, people, columns, agrees, 6)
        if alternation < alternations:
            positions = _points(parameters, positions, people, columns, agrees, 4)
    return IdealPoints(_points(parameters, positions, people, columns, agrees, 4), parameters)


def curves(positions: FloatArray, votes: Votes, steps: int = 8) -> FloatArray:
    """(n_statements, n_axes + 1): a ridge logistic regression of "agrees" on known positions for each statement."""
    sided = votes.values != 0
    start = np.zeros((votes.n_statements, positions.shape[1] + 1))
    return _curves(start, positions, votes.persons[sided], votes.columns[sided], votes.values[sided] > 0, steps)


def _logits(parameters: FloatArray, positions: FloatArray, people: Array, columns: Array) -> FloatArray:
    total: FloatArray = parameters[columns, 0]
    for axis in range(positions.shape[1]):
        total = total + parameters[columns, axis + 1] * positions[people, axis]
    return total


def _newton(
    design: list[Array], residual: Array, weight: Array, rows: Array, n_rows: int
) -> tuple[FloatArray, FloatArray]:
    """Gradient (n_rows, d) and information (n_rows, d, d) of logistic fits that share the votes by `rows`."""
    d = len(design)
    gradient, information = np.empty((n_rows, d)), np.empty((n_rows, d, d))
    for a in range(d):
        gradient[:, a] = np.bincount(rows, weights=residual * design[a], minlength=n_rows)
        for b in range(a + 1):
            information[:, a, b] = np.bincount(rows, weights=weight * design[a] * design[b], minlength=n_rows)
            information[:, b, a] = information[:, a, b]
    return gradient, information


def _curves(
    parameters: FloatArray, positions: FloatArray, people: Array, columns: Array, agrees: Array, steps: int
) -> FloatArray:
    n_axes = positions.shape[1]
    ridge = np.array([RIDGE_ON_INTERCEPTS, *([RIDGE_ON_SLOPES] * n_axes)])
    design = [np.ones(len(people)), *(positions[people, axis] for axis in range(n_axes))]
    for _ in range(steps):
        chance = logistic(_logits(parameters, positions, people, columns))
        gradient, information = _newton(design, agrees - chance, chance * (1.0 - chance), columns, len(parameters))
        step = np.linalg.solve(information + np.diag(ridge), (gradient - parameters * ridge)[:, :, None])[:, :, 0]
        parameters = parameters + np.clip(step, -2.0, 2.0)
    return parameters


def _points(
    parameters: FloatArray, positions: FloatArray, people: Array, columns: Array, agrees: Array, steps: int
) -> FloatArray:
    n_axes = positions.shape[1]
    design = [parameters[columns, axis + 1] for axis in range(n_axes)]
    for _ in range(steps):
        chance = logistic(_logits(parameters, positions, people, columns))
        gradient, information = _newton(design, agrees - chance, chance * (1.0 - chance), people, len(positions))
        step = np.linalg.solve(information + np.eye(n_axes), (gradient - positions)[:, :, None])[:, :, 0]
        positions = positions + np.clip(step, -2.0, 2.0)
    return positions


# --- the reference method ---


def group_rates(votes: Votes, result: PolisResult, people: Array, columns: Array) -> FloatArray:
    """(n,) float64: (A + 1) / (A + D + 2) within the person's reference group, the statement's plain rate for people in no group."""
    counts = result.findings.group_votes
    rates = plain_rates(votes)[columns]
    member = result.membership[people]
    inside = member >= 0
    agrees, disagrees = counts[member[inside], columns[inside], 0], counts[member[inside], columns[inside], 1]
    rates[inside] = (agrees + 1.0) / (agrees + disagrees + 2.0)
    return rates


# --- oracles ---


def passing_rates(votes: Votes) -> FloatArray:
    """(n_statements,) float64: (passes + 1/2) / (votes + 1)."""
    passes = np.bincount(votes.columns[votes.values == 0], minlength=votes.n_statements)
    return np.asarray((passes + 0.5) / (np.bincount(votes.columns, minlength=votes.n_statements) + 1.0))


def worst_group_if_known(votes: Votes, truth: Truth) -> FloatArray:
    """(n_statements,) float64: agreement of the worst-off by an estimator that knows who is in which group.

    Groups are pooled on a statement where a chi-square test at .05 does not reject that they agree alike. Pass rates are known
    to be common to all groups, as they are in these truths.
    """
    m, n_groups = votes.n_statements, len(truth.rates)
    cell = truth.group[votes.persons].astype(np.int64) * m + votes.columns
    yes = np.bincount(cell[votes.values > 0], minlength=n_groups * m).reshape(n_groups, m)
    no = np.bincount(cell[votes.values < 0], minlength=n_groups * m).reshape(n_groups, m)
    answered = yes + no
    pooled = yes.sum(axis=0) / np.maximum(answered.sum(axis=0), 1)
    spread = np.maximum(answered * pooled * (1.0 - pooled), 1e-12)
    chi_square = np.where(answered > 0, (yes - answered * pooled) ** 2 / spread, 0.0).sum(axis=0)
    freedom = np.maximum((answered > 0).sum(axis=0) - 1, 1)
    alike = chi_square <= np.array(CHI_SQUARE_95)[freedom - 1]
    lowest = ((yes + 1.0) / (answered + 2.0)).min(axis=0)
    together = (yes.sum(axis=0) + 1.0) / (answered.sum(axis=0) + 2.0)
    return np.asarray((1.0 - passing_rates(votes)) * np.where(alike, together, lowest))


def worst_fifth_if_known(votes: Votes, truth: Truth) -> FloatArray:
    """(n_statements,) float64: the same by an estimator that knows where everybody stands: a logistic curve for each statement."""
    parameters = curves(truth.positions, votes)
    chance = logistic(parameters[:, 0] + truth.positions @ parameters[:, 1:].T)
    fifth = max(1, round(0.2 * len(chance)))
    return np.asarray((1.0 - passing_rates(votes)) * np.partition(chance, fifth - 1, axis=0)[:fifth].mean(axis=0))


def group_if_rates_known(votes: Votes, truth: Truth) -> Array:
    """(n_participants,) int64: the most probable group of each person for somebody who knows every group's rates and size (Bayes)."""
    rates = np.clip(truth.rates, 0.001, 0.999)
    sizes = np.bincount(truth.group, minlength=len(rates)) / len(truth.group)
    score = np.tile(np.log(np.maximum(sizes, 1e-12)), (votes.n_participants, 1))
    sided = votes.values != 0
    people, columns, agrees = votes.persons[sided], votes.columns[sided], votes.values[sided] > 0
    for group, rate in enumerate(rates):
        said = np.log(np.where(agrees, rate[columns], 1.0 - rate[columns]))
        score[:, group] += np.bincount(people, weights=said, minlength=votes.n_participants)
    return np.asarray(score.argmax(axis=1))


def group_if_learned_from_truth(votes: Votes, truth: Truth, rounds: int = 60, pull: float = 4.0) -> Array:
    """(n_participants,) int64: latent classes fitted by expectation and maximisation that start at the true groups.

    Not handed the rates, it has to learn them from the votes; each class's rate is drawn toward everybody's with the weight of
    `pull` votes. How much of the oracle's figure is knowledge that no method can have shows in the difference.
    """
    sided = votes.values != 0
    people, columns, agrees = votes.persons[sided], votes.columns[sided], votes.values[sided] > 0
    n, m, n_groups = votes.n_participants, votes.n_statements, len(truth.rates)
    common = plain_rates(votes)
    belief = np.where(truth.group[:, None] == np.arange(n_groups), 0.92, 0.08 / max(n_groups - 1, 1))
    for _ in range(rounds):
        score = np.log(belief.mean(axis=0)) + np.zeros((n, n_groups))
        for group in range(n_groups):
            weight = belief[people, group]
            yes = np.bincount(columns, weights=weight * agrees, minlength=m) + pull * common
            rate = (yes / (np.bincount(columns, weights=weight, minlength=m) + pull))[columns]
            said = np.log(np.where(agrees, rate, 1.0 - rate))
            score[:, group] += np.bincount(people, weights=said, minlength=n)
        belief = np.exp(score - score.max(axis=1, keepdims=True))
        belief /= belief.sum(axis=1, keepdims=True)
    return np.asarray(belief.argmax(axis=1))
