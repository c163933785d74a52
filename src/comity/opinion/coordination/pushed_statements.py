"""The second trace: people who all answer the same few statements in the same way, whatever else they answer.

Those who voted on *all* statements of a set are compared with those who voted on only some of them. Whoever saw only some has
fewer chances to deviate, so honest people, whose opinions do not decide what they are shown, agree with the set more often in
the second company, whatever their opinions are; those who push the set turn this round.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from comity.opinion.arithmetic import log
from comity.opinion.chance import UInt64Array, hash_ids
from comity.opinion.coordination.answer_sets import NOT_WANTED, count_answers, count_prefixes, grow, joint_answers
from comity.opinion.coordination.bits import Ballots, answers_as_bits
from comity.opinion.coordination.evidence import chance_of, log_factorials, log_tail
from comity.opinion.coordination.findings import SuspectedCluster, Trace
from comity.opinion.kernels import opinions_by_person, votes_by_statement
from comity.opinion.votes import BoolArray, FloatArray, Int64Array, Votes

_FEWEST_PEOPLE = 20
_LEAST_PUSHING = 5
_LEAST_PUSHED, _MOST_PUSHED = 3, 12
_PAIRS_TRIED = 64
_SETS_TESTED = 12
_WORTH_COUNTING = 7.0
"""Nats within the sample before a set of statements is counted over everybody; keeps chance findings out, costs no alarm."""
_PEOPLE_SEARCHED = 4096
"""Hash sample in which candidates are looked for; twice as many with up to 256 statements."""

Answers = tuple[int, ...]
"""A set of answers, ascending: 2 j disagree with statement j, 2 j + 1 agree."""


def pushed_sets(votes: Votes, seed: int, level: float, taken: BoolArray) -> list[tuple[float, SuspectedCluster]]:
    """(evidence in nats, cluster) of each set of answers that is pushed.

    taken (n_participants,): people who are suspects already; a set half of whose members are among them is passed over.
    The other arguments: see `find_coordinated`.
    """
    voted_on = votes_by_statement(votes.columns, votes.values, votes.n_statements).sum(axis=1)
    if votes.n_participants < _FEWEST_PEOPLE or np.count_nonzero(voted_on) < _LEAST_PUSHED:
        return []
    ballots = Ballots.of(votes)
    factorials = log_factorials(votes.n_participants)
    testable = _testable(votes)
    suspects: list[tuple[float, Answers, _Counts, Int64Array]] = []
    tried = _varied(_candidates(votes, ballots, seed, testable, factorials))
    for answers, (counts, members) in zip(tried, _count(ballots, tried), strict=True):
        evidence = round(counts.evidence(_LEAST_PUSHING, factorials) - testable[len(answers)], 3)
        if evidence >= -log(level):
            suspects.append((evidence, answers, counts, members))
    taken = taken.copy()
    found = []
    for evidence, answers, counts, members in sorted(suspects, key=lambda suspect: (-suspect[0], suspect[1])):
        if 2 * np.count_nonzero(taken[members]) < len(members):
            taken[members] = True
            found.append((evidence, _cluster(votes, answers, counts, members, chance_of(evidence))))
    return found


class _Counts(NamedTuple):
    """Of a set of answers: people who voted on all its statements, those of them who answered all as in the set, people who
    voted on at least half but not all, those of them who answered what they saw as in the set.
    """

    full: int
    members: int
    partly: int
    agreeing: int

    def evidence(self, least: int, factorials: FloatArray) -> float:
        """-log of the chance of so many members if the two shares were equal (one-sided hypergeometric test).

        0 with fewer than `least` members, or unless the share of members is at least twice the other one.
        """
        if self.members < least or self.members * (self.partly + 2) < 2 * self.full * (self.agreeing + 1):
            return 0.0
        return -float(
            log_tail(self.members, self.full, self.members + self.agreeing, self.full + self.partly, factorials)
        )


def _testable(votes: Votes) -> list[float]:
    """Log of a bound on how many sets of s answers enough people share, for s = 0 .. _MOST_PUSHED.

    Each person holds C(v, s) sets; a set that `_LEAST_PUSHING` people share uses up as many of them. Only such sets can ever be
    significant, so only they need be counted (Tarone's argument; Terada et al. 2013).
    """
    everywhere = np.ones(votes.n_statements, dtype=np.bool_)
    opinions = opinions_by_person(votes.offsets, votes.columns, votes.values, everywhere)
    held, people = (column.tolist() for column in np.unique(opinions, return_counts=True))
    bounds = []
    for s in range(_MOST_PUSHED + 1):
        sets = sum(math.comb(v, s) * count for v, count in zip(held, people, strict=True))
        bounds.append(log(float(max(sets // _LEAST_PUSHING, 1))))
    return bounds


def _candidates(
    votes: Votes, ballots: Ballots, seed: int, testable: Sequence[float], factorials: FloatArray
) -> list[Answers]:
    """Sets of answers worth counting over everybody, the most promising first; searched for in a hash sample of people."""
    room = _PEOPLE_SEARCHED * (2 if votes.n_statements <= 256 else 1)
    people = np.arange(votes.n_participants, dtype=np.int64)
    least = _LEAST_PUSHING
    if votes.n_participants > room:
        rank = np.lexsort((people, hash_ids(votes.participant_ids, seed, "pushed")))
        people = np.sort(people[rank[:room]])
        least = 3
    n = len(people)
    held, seen = answers_as_bits(ballots, people)
    hopeful: dict[Answers, float] = {}
    for first, second in _pairs(held, seen, n):
        grown = grow(held, first, second, n, _MOST_PUSHED, least)
        for size, row in enumerate(count_prefixes(held, seen, grown, n).tolist(), start=1):
            evidence = _Counts(*row).evidence(least, factorials)
            enough = evidence >= _WORTH_COUNTING and evidence * votes.n_participants / n >= testable[size]
            if size >= _LEAST_PUSHED and enough:
                hopeful[tuple(sorted(grown[:size].tolist()))] = round(evidence - testable[size], 3)
    return sorted(hopeful, key=lambda answers: (-hopeful[answers], answers))


def _pairs(held: UInt64Array, seen: UInt64Array, n_people: int) -> list[tuple[int, int]]:
    """Pairs of answers to grow from: held together too often, and given by people who met the other statement too often."""
    first, second, together, selective = joint_answers(held, seen, n_people)
    chosen: set[tuple[int, int]] = set()
    for score in (together, selective) if len(first) else ():
        rest = max(len(score) - _PAIRS_TRIED, 0)
        high = np.flatnonzero(
            score >= np.partition(score, rest)[rest]
        )  # sorting all pairs takes longer than finding them
        order = high[np.lexsort((second[high], first[high], -score[high]))][:_PAIRS_TRIED]
        chosen.update(zip(first[order].tolist(), second[order].tolist(), strict=True))
    return sorted(chosen)


def _varied(sets: Sequence[Answers]) -> list[Answers]:
    """The first of the sets, as many as are tested, without those that share half their answers with two sets already taken."""
    taken: list[Answers] = []
    for answers in sets:
        if sum(2 * len(set(answers) & set(other)) >= len(answers) for other in taken) < 2:
            taken.append(answers)
    return taken[:_SETS_TESTED]


def _count(ballots: Ballots, sets: Sequence[Answers]) -> Iterator[tuple[_Counts, Int64Array]]:
    """The counts of each set over everybody, and who its members are."""
    wanted = np.full((ballots.n_statements, len(sets)), NOT_WANTED, dtype=np.int8)
    for place, answers in enumerate(sets):
        for answer in answers:
            wanted[answer // 2, place] = 1 if answer % 2 else -1
    for answers, met, same in zip(sets, *count_answers(ballots, wanted), strict=True):
        full = met == len(answers)
        partly = ~full & (2 * met >= len(answers))
        members = np.flatnonzero(full & (same == met))
        agreeing = np.count_nonzero(partly & (same == met))
        yield _Counts(int(full.sum()), len(members), int(partly.sum()), int(agreeing)), members


def _cluster(votes: Votes, answers: Answers, counts: _Counts, members: Int64Array, chance: float) -> SuspectedCluster:
    honest = (counts.agreeing + 1) / (counts.partly + 2)
    others = counts.full - len(members)
    return SuspectedCluster(
        trace=Trace.PUSHED_STATEMENTS,
        participants=members.astype(np.int32),
        statements=tuple(votes.statement_ids[[answer // 2 for answer in answers]].tolist()),
        answers=tuple(1 if answer % 2 else -1 for answer in answers),
        compared=float(counts.full),
        alike=round(len(members) / counts.full, 3),
        alike_if_honest=round(honest, 3),
        expected_honest=min(len(members), math.ceil(others * honest / max(1 - honest, 1e-9))),
        chance=chance,
    )
