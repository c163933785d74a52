"""A trial of routing: simulated people answer what a policy asks; how many votes until the top list is right for good?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numba import njit

from comity.opinion import polis
from comity.opinion.chance import UInt64Array, hash_ids, hash_pairs, mix, uniform
from comity.opinion.routing.chances import Pull, fill_chances, learn, pick
from comity.opinion.routing.draw import chance_numbers
from comity.opinion.routing.needs import Headline, RoutingSettings, routing_weights
from comity.opinion.routing.self_check import Exposures, RoutingAlarm, check_routing, count_question
from comity.opinion.votes import BoolArray, FloatArray, Int64Array, Statement, Votes


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
    alarms: tuple[RoutingAlarm, ...] = ()


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
    people = np.arange(n_people, dtype=np.int64)
    person_words = hash_ids(people, seed, "routing")
    answer_words = hash_ids(people, seed, "answer")
    statement_words = hash_ids(np.arange(n_statements, dtype=np.int64), seed, "answer")
    budget = np.minimum(votes_per_person, n_statements).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(budget)))
    columns = np.zeros(starts[-1], dtype=np.int64)
    values = np.zeros(starts[-1], dtype=np.int64)
    known = [Statement(id=j) for j in range(n_statements)]
    nobody = np.zeros(n_statements, dtype=np.int64)
    weights = routing_weights(nobody, nobody, nobody, settings=chosen)
    exposures = Exposures.none(n_statements)
    needs, axes = np.ones(n_statements), None
    alarms: tuple[RoutingAlarm, ...] = ()
    checks: list[int] = []
    overlaps: list[float] = []
    for first in range(0, n_people, batch):
        last = min(first + batch, n_people)
        pull = weights.pull() if policy is RoutingPolicy.COMITY else _by_need_alone(needs)
        for person in range(first, last):
            steps = np.arange(budget[person], dtype=np.int64)
            draws = chance_numbers(np.full(len(steps), person_words[person]), steps, seed)
            replies = _replies(hash_pairs(answer_words[person], statement_words), agreement[person], pass_rate)
            rows = slice(starts[person], starts[person + 1])
            exposures.evidence += _interview(
                pull,
                weights.askable,
                draws,
                replies,
                columns[rows],
                values[rows],
                exposures.asked,
                exposures.intended,
                exposures.even,
            )
        n_votes = int(starts[last])
        votes = Votes.from_events(
            np.repeat(people[:last], budget[:last]),
            columns[:n_votes],
            values[:n_votes],
            statements=known,
            participants=people[:last],
        )
        headline = scorer(votes)
        counts = polis.group_votes(votes, np.zeros(last, dtype=np.int64), 1)
        agreed, disagreed, cast = counts[0].T
        weights = routing_weights(agreed, disagreed, cast - agreed - disagreed, headline=headline, settings=chosen)
        if policy is RoutingPolicy.REFERENCE:
            mapped = polis.map_opinions(votes, start=axes)
            axes = mapped.axes
            needs = polis.comment_priorities(counts, mapped.extremity, np.zeros(n_statements, dtype=np.bool_))
        if policy is RoutingPolicy.COMITY and not alarms:
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


def _by_need_alone(needs: FloatArray) -> Pull:
    """A draw in proportion to `needs` (n_statements,), without a floor, newcomers or a map."""
    n = len(needs)
    return Pull(needs, np.zeros(n, dtype=np.bool_), np.zeros((n, 0)), np.zeros(n), 0.0, 0.0, 0.0)


def _replies(words: UInt64Array, agreement: FloatArray, pass_rate: FloatArray) -> Int64Array:
    """(n_statements,) what a person would answer to each statement; words: of the person and each statement."""
    agrees = np.where(uniform(mix(words)) < agreement, 1, -1)
    return np.where(uniform(words) < pass_rate, 0, agrees)


@njit(cache=True)
def _interview(
    pull: Pull,
    askable: BoolArray,
    draws: FloatArray,
    replies: Int64Array,
    columns: Int64Array,
    values: Int64Array,
    asked: Int64Array,
    intended: Int64Array,
    even: Int64Array,
) -> int:
    """One simulated person answers len(draws) questions; answers and exposures are written in place. Returns the evidence."""
    is_open = askable.copy()
    covariance = np.eye(pull.slopes.shape[1])
    chances = np.zeros(len(is_open))
    evidence = 0
    for step in range(len(draws)):
        fill_chances(pull, covariance, is_open, chances)
        j = pick(chances, draws[step])
        columns[step] = j
        values[step] = replies[j]
        evidence += count_question(chances, j, asked, intended, even)
        is_open[j] = False
        learn(covariance, pull.slopes[j], pull.information[j])
    return evidence


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
