"""Benchmark truths: votes drawn from a known structure, for measuring what the engine finds of it.

Each generator returns the votes and the `Truth` they were drawn from. The recipes are fixed, so that figures of different
versions can be compared; docs/simulation.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numba import njit

from comity.opinion.chance import UInt64Array, exponential, hash_ids, normal
from comity.opinion.simulation.draws import (
    CLIP,
    Draws,
    at_least,
    axis_sum,
    grid,
    logistic,
    logit,
    lowest_fifth,
    ranks,
    utility,
    vote_counts,
)
from comity.opinion.votes import FloatArray, Int8Array, Int32Array, Int64Array, Statement, Votes


class StatementKind(IntEnum):
    """What a benchmark truth made of a statement."""

    CONSENSUS = 0
    DIVISIVE = 1
    NOISE = 2


@dataclass(frozen=True, slots=True)
class Truth:
    """What the votes were drawn from.

    group (n_participants,) int32: latent group of each person, 0 where there is only one.
    kinds (n_statements,) int8: a `StatementKind` each.
    rates (n_groups, n_statements) float64: share of a group that agrees among those who agree or disagree; where answers follow
    from positions, the mean over the people of the group (NaN for a group without people).
    passing (n_statements,) float64: share who pass, the same for everybody.
    worst_off (n_statements,) float64: agreement of the worst-off, passes counted as not agreeing: where groups answer, the
    smallest over groups of (1 - passing) * rate; where positions answer, the mean over the fifth of the people least likely to agree.
    positions (n_participants, n_axes), intercepts (n_statements,), slopes (n_statements, n_axes) float64: without axes
    where groups answer (n_axes = 0, intercepts NaN).
    """

    group: Int32Array
    kinds: Int8Array
    rates: FloatArray
    passing: FloatArray
    worst_off: FloatArray
    positions: FloatArray
    intercepts: FloatArray
    slopes: FloatArray

    def agreement(self) -> FloatArray:
        """(n_participants, n_statements) float64: each person's probability to agree if shown the statement (passing counted)."""
        if self.positions.shape[1] == 0:
            return np.asarray((1.0 - self.passing) * self.rates[self.group], dtype=np.float64)
        return np.asarray(
            (1.0 - self.passing) * logistic(utility(self.positions, self.intercepts, self.slopes)), dtype=np.float64
        )


@dataclass(frozen=True, slots=True)
class Events:
    """Vote events in arrays of equal length (n_votes,), no person and statement twice, people ascending.

    participant, statement int32: numbered from 0. vote int8: +1 agree, 0 pass, -1 disagree.
    """

    participant: Int32Array
    statement: Int32Array
    vote: Int8Array

    def votes(self, n_participants: int, n_statements: int) -> Votes:
        """The same in canonical form; people and statements without a vote are counted too."""
        return Votes.from_events(
            self.participant,
            self.statement,
            self.vote,
            participants=np.arange(n_participants),
            statements=[Statement(id=j) for j in range(n_statements)],
        )


def latent_groups(
    n_participants: int, n_statements: int, n_groups: int, mean_votes: float, seed: int = 0
) -> tuple[Votes, Truth]:
    """People in latent groups, each with its own agreement rate per statement; people of a group differ by chance only.

    Group sizes from a Dirichlet(4, ..., 4). 20 % of the statements are consensus (one rate for all groups, uniform .75-.95), 60 %
    divisive (each group's rate from Beta(.5, .5)), 20 % noise (one rate, uniform .35-.65); rates clipped to .03-.97. Pass
    rates uniform .05-.30. Each person votes on a log-normal number of statements (mean about `mean_votes`, sigma .6) drawn
    without replacement, all equally likely.
    """
    truth = _group_truth(n_participants, n_statements, n_groups, seed, "latent groups")
    return _answers(truth, mean_votes, seed, "latent groups"), truth


def continuous(
    n_participants: int,
    n_statements: int,
    mean_votes: float,
    seed: int = 0,
    *,
    n_axes: int = 2,
    n_clouds: int = 4,
    spread: float = 0.6,
) -> tuple[Votes, Truth]:
    """People anywhere in opinion space: a mixture of overlapping normal clouds, logistic responses.

    Cloud sizes from a Dirichlet(4, ..., 4), centres standard normal along each axis, standard deviation `spread` around them; the
    positions are then shifted and scaled to mean 0 and variance 1 along each axis. Statements: 20 % consensus (intercept of a
    rate uniform .75-.95, slopes normal with standard deviation .2), 60 % divisive (intercept normal with standard deviation .8,
    slopes in a uniform direction with length uniform 1-3), 20 % noise (rate uniform .35-.65, slopes 0). Pass rates, numbers of
    votes and draws as in `latent_groups`. Truth: mean agreement of the fifth of the people least likely to agree.
    """
    purpose = "continuous"
    person = Draws(np.arange(n_participants), seed)
    cloud = person.pick(f"{purpose}/group", _dirichlet(n_clouds, seed, purpose))
    axes = np.arange(n_axes)
    centres = normal(grid(np.arange(n_clouds), axes, seed, f"{purpose}/centre"))
    steps = normal(grid(person.ids, axes, seed, f"{purpose}/position"))
    return _spectrum(
        cloud, n_clouds, _standardised(centres[cloud] + spread * steps), n_statements, mean_votes, seed, purpose
    )


def single_spectrum(
    n_participants: int, n_statements: int, mean_votes: float, seed: int = 0, *, n_axes: int = 1
) -> tuple[Votes, Truth]:
    """One normal cloud of opinion and no groups: opinion differs, yet nothing is there to be cut. A hard case on purpose.

    Statements and truth as in `continuous`; `Truth.group` is 0 for everybody.
    """
    purpose = "single spectrum"
    positions = _standardised(normal(grid(np.arange(n_participants), np.arange(n_axes), seed, f"{purpose}/position")))
    return _spectrum(np.zeros(n_participants, dtype=np.int64), 1, positions, n_statements, mean_votes, seed, purpose)


def minority(
    n_participants: int = 2000,
    n_statements: int = 200,
    mean_votes: float = 30.0,
    seed: int = 0,
    *,
    share: float = 0.05,
    differing: float = 0.2,
) -> tuple[Votes, Truth]:
    """A small group (`Truth.group` 1, a share of exactly `share`) that answers a share `differing` of the statements the other way.

    On those the majority's rate is uniform .75-.95 or, with even chances, .05-.25, and the minority's is 1 minus it. Of the other
    statements half are consensus (uniform .75-.95) and half noise (uniform .35-.65), the same for both. Passes and numbers
    of votes as in `latent_groups`.
    """
    _check(n_participants, n_statements, mean_votes, seed)
    purpose = "minority"
    rank = ranks(hash_ids(np.arange(n_participants), seed, f"simulation/{purpose}/group"))
    group = (rank < round(share * n_participants)).astype(np.int32)
    n_differing = round(differing * n_statements)
    kinds = _kinds(n_statements, seed, purpose, ((n_statements - n_differing + 1) // 2, n_differing))
    statement = Draws(np.arange(n_statements), seed)
    draw = statement.uniform(f"{purpose}/rate")
    for_it = statement.uniform(f"{purpose}/direction") < 0.5
    common = np.where(kinds == StatementKind.NOISE, 0.35 + 0.3 * draw, 0.75 + 0.2 * draw)
    majority = np.where((kinds == StatementKind.DIVISIVE) & ~for_it, 1.0 - common, common)
    small = np.where(kinds == StatementKind.DIVISIVE, 1.0 - majority, majority)
    truth = _grouped(group, kinds, np.stack([majority, small]), seed, purpose)
    return _answers(truth, mean_votes, seed, purpose), truth


def no_structure(
    n_participants: int = 2000, n_statements: int = 200, mean_votes: float = 30.0, seed: int = 0
) -> tuple[Votes, Truth]:
    """Independent answers: everybody has the same rates, so there is one opinion group and nothing to map.

    The recipe of `latent_groups` with one group: 20 % of the rates uniform .75-.95, 60 % from Beta(.5, .5), 20 % uniform .35-.65.
    """
    truth = _group_truth(n_participants, n_statements, 1, seed, "no structure")
    return _answers(truth, mean_votes, seed, "no structure"), truth


def large(
    n_participants: int, n_statements: int, mean_votes: float = 40.0, seed: int = 0, *, n_groups: int = 6
) -> tuple[Events, Truth]:
    """Events of `latent_groups` with `n_groups`, as plain arrays, for measurements of speed: a person's votes in the order drawn.

    9 bytes per vote and about 60 per person at the peak; 40 million votes of a million people take a few seconds.
    """
    truth = _group_truth(n_participants, n_statements, n_groups, seed, "large")
    return _events(truth, mean_votes, seed, "large"), truth


def _group_truth(n_participants: int, n_statements: int, n_groups: int, seed: int, purpose: str) -> Truth:
    _check(n_participants, n_statements, 1, seed)
    at_least("n_groups", n_groups, 1)
    person = Draws(np.arange(n_participants), seed)
    group = person.pick(f"{purpose}/group", _dirichlet(n_groups, seed, purpose)).astype(np.int32)
    kinds = _kinds(n_statements, seed, purpose)
    groups, statements = np.arange(n_groups), np.arange(n_statements)
    # Beta(.5, .5) is the share of one squared normal in the sum of two.
    one = normal(grid(groups, statements, seed, f"{purpose}/rate")) ** 2
    other = normal(grid(groups, statements, seed, f"{purpose}/counter-rate")) ** 2
    draw = Draws(statements, seed).uniform(f"{purpose}/rate")
    common = np.where(kinds == StatementKind.NOISE, 0.35 + 0.3 * draw, 0.75 + 0.2 * draw)
    rates = np.clip(np.where(kinds == StatementKind.DIVISIVE, one / (one + other), common), *CLIP)
    return _grouped(group, kinds, rates, seed, purpose)


def _grouped(group: Int32Array, kinds: Int8Array, rates: FloatArray, seed: int, purpose: str) -> Truth:
    n_statements = len(kinds)
    passing = _passing(n_statements, seed, purpose)
    return Truth(
        group=group,
        kinds=kinds,
        rates=rates,
        passing=passing,
        worst_off=(1.0 - passing) * rates.min(axis=0),
        positions=np.empty((len(group), 0)),
        intercepts=np.full(n_statements, np.nan),
        slopes=np.empty((n_statements, 0)),
    )


def _spectrum(
    cloud: Int64Array,
    n_clouds: int,
    positions: FloatArray,
    n_statements: int,
    mean_votes: float,
    seed: int,
    purpose: str,
) -> tuple[Votes, Truth]:
    n_participants, n_axes = positions.shape
    _check(n_participants, n_statements, mean_votes, seed)
    kinds = _kinds(n_statements, seed, purpose)
    statement = Draws(np.arange(n_statements), seed)
    draw = statement.uniform(f"{purpose}/rate")
    rate = np.where(kinds == StatementKind.NOISE, 0.35 + 0.3 * draw, 0.75 + 0.2 * draw)
    divisive = kinds == StatementKind.DIVISIVE
    intercepts = np.where(divisive, 0.8 * statement.normal(f"{purpose}/intercept"), logit(rate))
    steps = normal(grid(statement.ids, np.arange(n_axes), seed, f"{purpose}/slope"))
    length = np.sqrt(axis_sum(steps * steps))
    reach = 1.0 + 2.0 * statement.uniform(f"{purpose}/reach")
    slopes = np.where(divisive[:, None], steps * (reach / length)[:, None], 0.2 * steps)
    slopes[kinds == StatementKind.NOISE] = 0.0
    agree = logistic(utility(positions, intercepts, slopes))
    passing = _passing(n_statements, seed, purpose)
    rates = np.full((n_clouds, n_statements), np.nan)
    for g in range(n_clouds):
        inside = agree[cloud == g]
        if len(inside):
            rates[g] = inside.sum(axis=0) / len(inside)
    truth = Truth(
        group=cloud.astype(np.int32),
        kinds=kinds,
        rates=rates,
        passing=passing,
        worst_off=lowest_fifth((1.0 - passing) * agree),
        positions=positions,
        intercepts=intercepts,
        slopes=slopes,
    )
    everyone = np.arange(n_participants, dtype=np.int32)
    return _drawn(everyone, agree, passing, mean_votes, seed, purpose).votes(n_participants, n_statements), truth


def _answers(truth: Truth, mean_votes: float, seed: int, purpose: str) -> Votes:
    return _events(truth, mean_votes, seed, purpose).votes(len(truth.group), len(truth.passing))


def _events(truth: Truth, mean_votes: float, seed: int, purpose: str) -> Events:
    return _drawn(truth.group, truth.rates, truth.passing, mean_votes, seed, purpose)


def _drawn(
    profile: Int32Array, agree: FloatArray, passing: FloatArray, mean_votes: float, seed: int, purpose: str
) -> Events:
    n_participants, n_statements = len(profile), len(passing)
    people, statements = Draws(np.arange(n_participants), seed), Draws(np.arange(n_statements), seed)
    counts = vote_counts(people.words(f"{purpose}/votes"), mean_votes, n_statements, sigma=0.6)
    n_votes = int(counts.sum())
    participant = np.empty(n_votes, dtype=np.int32)
    statement = np.empty(n_votes, dtype=np.int32)
    vote = np.empty(n_votes, dtype=np.int8)
    _fill(
        people.words(f"{purpose}/shown to"),
        people.words(f"{purpose}/answer"),
        statements.words(f"{purpose}/answer"),
        counts,
        profile,
        np.ascontiguousarray(agree),
        passing,
        participant,
        statement,
        vote,
    )
    return Events(participant=participant, statement=statement, vote=vote)


@njit(cache=True)
def _mixed(word: Any) -> Any:
    """`chance.mix` of one word."""
    z = word + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def _fill(
    shown_words: UInt64Array,
    answer_words: UInt64Array,
    statement_words: UInt64Array,
    counts: Int64Array,
    profile: Int32Array,
    agree: FloatArray,
    passing: FloatArray,
    participant: Int32Array,
    statement: Int32Array,
    vote: Int8Array,
) -> None:
    """Draw without replacement and answer, person by person, into the last three arrays. O(n_votes + n_statements)."""
    n_statements = len(passing)
    order = np.arange(n_statements)
    swapped = np.empty(n_statements, dtype=np.int64)
    at = 0
    for person in range(len(counts)):
        word = shown_words[person]
        for k in range(counts[person]):
            # The first steps of a Fisher-Yates shuffle; undone below, so that no person depends on the one before.
            word = _mixed(word)
            left = np.uint64(n_statements - k)
            place = k + np.int64(((word >> np.uint64(32)) * left) >> np.uint64(32))
            swapped[k] = place
            column = order[place]
            order[place] = order[k]
            order[k] = column
            answer = _mixed(answer_words[person] * np.uint64(3) ^ statement_words[column])
            draw = np.float64(answer >> np.uint64(11)) * 2.0**-53
            rate = passing[column]
            participant[at] = person
            statement[at] = column
            if draw < rate:
                vote[at] = 0
            elif draw < rate + (1.0 - rate) * agree[profile[person], column]:
                vote[at] = 1
            else:
                vote[at] = -1
            at += 1
        for k in range(counts[person] - 1, -1, -1):
            place = swapped[k]
            column = order[k]
            order[k] = order[place]
            order[place] = column


def _dirichlet(n_groups: int, seed: int, purpose: str) -> FloatArray:
    """(n_groups,) float64: shares from a Dirichlet(4, ..., 4), each a sum of four exponential draws over the whole."""
    draws = exponential(grid(np.arange(n_groups), np.arange(4), seed, f"{purpose}/size"))
    sizes = axis_sum(draws)
    return np.asarray(sizes / np.cumsum(sizes)[-1], dtype=np.float64)


def _kinds(n_statements: int, seed: int, purpose: str, counts: tuple[int, int] | None = None) -> Int8Array:
    """(n_statements,) int8: exactly so many consensus and divisive statements, the rest noise, placed by hash."""
    n_consensus, n_divisive = counts or (round(0.2 * n_statements), round(0.6 * n_statements))
    rank = ranks(hash_ids(np.arange(n_statements), seed, f"simulation/{purpose}/kind"))
    return np.where(
        rank < n_consensus,
        StatementKind.CONSENSUS,
        np.where(rank < n_consensus + n_divisive, StatementKind.DIVISIVE, StatementKind.NOISE),
    ).astype(np.int8)


def _passing(n_statements: int, seed: int, purpose: str) -> FloatArray:
    return 0.05 + 0.25 * Draws(np.arange(n_statements), seed).uniform(f"{purpose}/passing")


def _standardised(positions: FloatArray) -> FloatArray:
    """Mean 0 and variance 1 along each axis, the sums taken person by person."""
    centred = positions - positions.sum(axis=0) / len(positions)
    scale = np.sqrt((centred * centred).sum(axis=0) / len(positions))
    return np.asarray(centred / np.where(scale > 0, scale, 1.0), dtype=np.float64)


def _check(n_participants: int, n_statements: int, mean_votes: float, seed: int) -> None:
    at_least("n_participants", n_participants, 1)
    at_least("n_statements", n_statements, 1)
    at_least("mean_votes", mean_votes, 1)
