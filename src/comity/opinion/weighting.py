"""Weighting: what figures would be if people counted by the shares that a population has in several questions at once.

Weights are found by iterative proportional fitting ("raking": Deming and Stephan 1940; Deville, Särndal and Sautory 1993) within
caps, over a table of people by their answers to the questions. Of a published result that table is estimated, since it is not
published: answers to two questions are taken to be unrelated among people of one opinion group. What is weighted stands beside
what is not, never in its place. Formulas and measured errors: docs/weighting.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.opinion.result import OpinionResult, SegmentResult, StatementResult

FloatArray = npt.NDArray[np.float64]
Margins = Sequence[Sequence[float]]

LEAST, MOST = 0.2, 5.0
"""Between which a person's weight stays, where 1 is everybody's without weighting."""
ROUNDS = 200
SETTLED = 1e-9
"""A fit is done when no margin is further off than this share of all people."""
ANYWHERE = 0.01
"""Share of people who may stand in any combination: some of those who answered a statement are on no map and in no table."""
ENOUGH = 5
"""Answers to a statement that each answer about people needs, where it has a share of the population."""


class WeightingError(ValueError):
    """People cannot be weighted so; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighting:
    """people, weights: one axis for each question, its last place for people who did not say. Weights are 1 on average over people
    (caps hold before this last scaling).

    effective: so many people would tell as much if all weighed the same (Kish 1965): (sum of weights)² / sum of weights².
    missed: the largest difference that caps leave between a share of the population and the weighted share. capped: share of
    people whose weight stands at a cap.
    """

    people: FloatArray
    weights: FloatArray
    effective: float
    missed: float
    capped: float

    def share(self, agree: Margins, seen: Margins) -> float | None:
        """Share that agrees with a statement, weighted; None if nobody answered.

        agree, seen: for each question how many of each answer agreed, and answered, with a last place for those who did not say;
        every question adds up to the same. How those who answered spread over combinations is taken to be as in the table, fitted
        to these numbers: were weights sums of one term for each question, that would change nothing.
        """
        if not math.fsum(seen[0]):
            return None
        spread = _spread(self.people)
        voices = [_sum(self.weights * fitted(spread, margins)) for margins in (agree, seen)]
        return voices[0] / voices[1] if voices[1] > 0 else None


def rake(people: npt.ArrayLike, targets: Margins, *, least: float = LEAST, most: float = MOST) -> Weighting:
    """Weights with which the answers to each question have the shares that the population has.

    people: how many, one axis for each question, with a last place on each for those who did not say, who keep their share.
    targets: for each question the population's share of each answer; they are taken in proportion to their sum.

    Raises WeightingError where nobody gave an answer that part of the population has, and for targets that are none.
    """
    table = np.asarray(people, dtype=np.float64)
    if table.ndim != len(targets) or not table.size or (table < 0).any() or not table.any():
        raise WeightingError("give a table of people with one axis for each question")
    wanted = [_shares(table, axis, target) for axis, target in enumerate(targets)]
    weights, everybody = np.ones(table.shape), _sum(table)
    for _ in range(ROUNDS):
        before = weights
        for axis, shares in enumerate(wanted):
            reached = _margin(table * weights, axis)
            factor = [s * everybody / r if r > 0 else 1.0 for s, r in zip(shares, reached, strict=True)]
            weights = weights * _along(factor, axis, table.ndim)
        weights = np.clip(weights, least, most)
        if float(np.abs(weights - before).max()) < SETTLED:
            break
    capped = _sum(np.where((weights >= most) | (weights <= least), table, 0.0)) / everybody
    total, squares = _sum(table * weights), _sum(table * weights**2)
    off = [
        abs(reached / total - share)
        for axis, shares in enumerate(wanted)
        for reached, share in zip(_margin(table * weights, axis), shares, strict=True)
    ]
    return Weighting(table, weights * (everybody / total), total**2 / squares, max(off), capped)


# --- of a published result ---


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """A published result weighted by several questions. places: of each question the answers that count, by their place among the
    labels of the result; the others stand with people who did not say.
    """

    questions: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    weighting: Weighting

    def share(self, entry: StatementResult) -> float | None:
        """Share that agrees with a statement, weighted; None where an answer that counts has fewer than `ENOUGH` people there."""
        overall = entry.overall
        if overall is None:
            return None
        agree, seen = [], []
        for name, places in zip(self.questions, self.places, strict=True):
            part = next(one for one in entry.by_segment if one.name == name)
            known = [rate for place in places if (rate := part.rates[place]) is not None and rate.seen >= ENOUGH]
            if len(known) < len(places):
                return None
            agree.append([*(rate.agree for rate in known), overall.agree - sum(rate.agree for rate in known)])
            seen.append([*(rate.seen for rate in known), overall.seen - sum(rate.seen for rate in known)])
        return self.weighting.share(agree, seen)


def weigh(result: OpinionResult, targets: Mapping[str, Mapping[str, float]]) -> Weighted:
    """Weights for a published result. targets: question -> answer -> share of the population; an answer without one, or with 0, is
    not weighted by.

    Raises WeightingError for fewer than two questions, one that is not there, or an answer with a share that too few gave.
    """
    if len(targets) < 2:
        raise WeightingError("weigh by two questions or more; for one there is nothing to fit")
    tables, places, shares = [], [], []
    for name in targets:
        segment = next((one for one in result.segments if one.name == name), None)
        if segment is None:
            raise WeightingError(f"there is no question {name!r} in this result")
        wanted = {label: share for label, share in targets[name].items() if share > 0}
        sizes = dict(zip(segment.labels, segment.sizes, strict=True))
        small = sorted(label for label in wanted if not sizes.get(label))
        if small:
            raise WeightingError(f"too few people gave the answer {small[0]!r} to {name!r}")
        places.append(tuple(place for place, label in enumerate(segment.labels) if label in wanted))
        shares.append([wanted[segment.labels[place]] for place in places[-1]])
        tables.append(_by_group(result, segment, places[-1]))
    return Weighted(tuple(targets), tuple(places), rake(_together(tables), shares))


def _by_group(result: OpinionResult, segment: SegmentResult, places: Sequence[int]) -> FloatArray:
    """(n_places + 1, n_groups): people by answer and group, what is left out filled in, the last row for everybody else."""
    sizes = [float(segment.sizes[place] or 0) for place in places]
    groups = [float(group.size) for group in result.groups]
    known = [[math.nan if n is None else float(n) for n in segment.by_group[place]] for place in places]
    rest = max(math.fsum(groups) - math.fsum(sizes), 0.0)
    return filled(np.array([*known, [math.nan] * len(groups)]), [[*sizes, rest], groups])


def _together(tables: Sequence[FloatArray]) -> FloatArray:
    """People by their answers to all questions, from people by answer and group: unrelated within a group."""
    shape = tuple(len(table) for table in tables)
    people = np.zeros(shape)
    for group in range(tables[0].shape[1]):
        size = math.fsum(tables[0][:, group].tolist())
        inside = np.full(shape, size)
        for axis, table in enumerate(tables):
            inside = inside * _along((table[:, group] / max(size, 1e-300)).tolist(), axis, len(shape))
        people = people + inside
    return people


# --- fitting ---


def fitted(start: FloatArray, margins: Margins) -> FloatArray:
    """The table that is nearest to `start` (in information) among those with these margins, one for each axis.

    A line where `start` has nothing stays empty.
    """
    table, everybody = start.copy(), math.fsum(margins[0])
    for _ in range(ROUNDS):
        for axis, margin in enumerate(margins):
            now = _margin(table, axis)
            factor = [m / n if n > 0 else 0.0 for m, n in zip(margin, now, strict=True)]
            table = table * _along(factor, axis, table.ndim)
        off = [
            abs(m - n) for axis, margin in enumerate(margins) for m, n in zip(margin, _margin(table, axis), strict=True)
        ]
        if max(off) <= SETTLED * everybody:
            break
    return table


def filled(known: FloatArray, margins: Margins) -> FloatArray:
    """A table of which entries were left out (NaN), filled so that it has these margins, and otherwise as if the two axes had nothing
    to do with each other.
    """
    out = np.isnan(known)
    given = np.where(out, 0.0, known)
    left = [
        [max(m - n, 0.0) for m, n in zip(margin, _margin(given, axis), strict=True)]
        for axis, margin in enumerate(margins)
    ]
    return np.asarray(given + fitted(np.where(out, 1.0, 0.0), left))


def _shares(table: FloatArray, axis: int, target: Sequence[float]) -> list[float]:
    """The shares that a question is to have among everybody, with those who did not say at the end."""
    reached, whole = _margin(table, axis), math.fsum(target)
    if len(target) != len(reached) - 1 or whole <= 0 or min(target) < 0:
        raise WeightingError("give the population's share of each answer, none below 0 and not all 0")
    if any(share > 0 and people <= 0 for share, people in zip(target, reached, strict=False)):
        raise WeightingError("nobody gave an answer that part of the population has")
    unsaid = reached[-1] / math.fsum(reached)
    return [share / whole * (1 - unsaid) for share in target] + [unsaid]


def _spread(table: FloatArray) -> FloatArray:
    """The table with a small part of its people spread over all combinations."""
    return (1 - ANYWHERE) * table + ANYWHERE * _sum(table) / table.size


# Sums are exact before they are rounded once, so that they are the same in any order and on every processor.


def _sum(table: FloatArray) -> float:
    return math.fsum(table.ravel().tolist())


def _margin(table: FloatArray, axis: int) -> list[float]:
    lines = np.moveaxis(table, axis, 0).reshape(table.shape[axis], -1)
    return [math.fsum(line) for line in lines.tolist()]


def _along(factor: Sequence[float], axis: int, axes: int) -> FloatArray:
    return np.array(factor, dtype=np.float64).reshape([-1 if n == axis else 1 for n in range(axes)])
