"""The first trace: people who repeat one ballot.

Every ballot in turn is held to be the script, and everybody else is asked whether they repeat it. A script counts when the
evidence that somebody copies it is so strong that, of all the scripts tried, honest people would on average give rise to fewer
than `level` of them; who belongs to the cluster is then asked of everybody in the consultation.
"""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from comity.opinion.arithmetic import log
from comity.opinion.chance import hash_ids
from comity.opinion.coordination.bits import Ballots, people_as_bits
from comity.opinion.coordination.copying import (
    LEAST_OVERLAP,
    Copying,
    ballot_keys,
    common_ballot,
    compare_all,
    compare_with,
)
from comity.opinion.coordination.evidence import MOST_EXPECTED_COPIES, chance_of, copying_evidence
from comity.opinion.coordination.findings import SuspectedCluster, Trace
from comity.opinion.coordination.honest import GRAIN, ExpectedAnswers, Honest, crowd_around, no_crowd
from comity.opinion.votes import BoolArray, Int8Array, Int32Array, Int64Array, Votes

_PEOPLE_COMPARED = 1_000_000_000
"""Bound on people x people x 16 x 64-bit words; larger consultations are compared in a hash sample of people."""
_LEAST_SIZE = 3
_MOST_TWINS = 200
_MOST_ROUNDS = 4
_HONEST_MEMBERS = 4
"""Members are people whose likelihood ratio is at least n / 4, so that about four honest people at most are among them."""


@dataclass(frozen=True, slots=True)
class RepeatedBallots:
    """found: (evidence in nats, cluster), in the order in which they were told apart. comparable_people: people with enough
    votes; compared_people: as many of them as were compared, pair by pair (tested_pairs).
    """

    found: tuple[tuple[float, SuspectedCluster], ...]
    comparable_people: int
    compared_people: int
    tested_pairs: int


def repeated_ballots(
    votes: Votes, seed: int, expected: ExpectedAnswers | None, level: float, threads: int = 1
) -> RepeatedBallots:
    """Clusters of people who repeat one ballot; a person is in one of them at most. Arguments: see `find_coordinated`."""
    comparable = np.flatnonzero(np.diff(votes.offsets) >= LEAST_OVERLAP)
    sample = _sample(votes, comparable, seed)
    n = len(sample)
    if n < 4:
        return RepeatedBallots((), len(comparable), n, 0)
    search = _Search.of(votes, sample, expected, max(1, threads))
    scripts = search.scripts(level)
    twins = search.twins(comparable) if n < len(comparable) else []
    # An honest script's e-value reaches t / level with a chance of at most level / t (Markov): among t scripts, whatever depends
    # on what, `level` of them at most are expected to.
    tried = n + len(twins)
    enough, allowance = log(tried / level), log(float(tried))
    taken = np.zeros(votes.n_participants, dtype=np.bool_)
    found: list[tuple[float, SuspectedCluster]] = []

    def look_closer(script: int, evidence: float) -> None:
        if evidence >= enough:
            cluster = search.cluster_around(script, taken, chance_of(evidence - allowance))
            if cluster is not None:
                taken[cluster.participants] = True
                found.append((evidence, cluster))

    for script, others, ratios in scripts:
        if not taken[script]:
            look_closer(script, copying_evidence(ratios[~taken[others]], n))
    for group in twins:
        left = group[~taken[group]]
        if len(left) >= _LEAST_SIZE:
            ballot = search.ballot_of(int(left[0]))
            ratios = search.compare(left[1:], ballot, no_crowd(votes.n_statements))[0]
            look_closer(int(left[0]), copying_evidence(ratios, votes.n_participants))
    return RepeatedBallots(tuple(found), len(comparable), n, n * (n - 1) // 2)


def _sample(votes: Votes, comparable: Int64Array, seed: int) -> Int64Array:
    """Those of the comparable people, ascending, who are compared: all, or as many as the work allows by hash."""
    words = -(-max(votes.n_statements, 1) // 64)
    room = math.isqrt(_PEOPLE_COMPARED // (16 * words))
    if len(comparable) <= room:
        return comparable
    rank = np.lexsort((comparable, hash_ids(votes.participant_ids[comparable], seed, "coordination")))
    return np.sort(comparable[rank[:room]])


@dataclass(frozen=True, slots=True)
class _Search:
    """What every comparison of ballots needs. sample: the people who are compared with each other, ascending."""

    ballots: Ballots
    sample: Int64Array
    honest: Honest
    copying: Copying
    threads: int

    @classmethod
    def of(cls, votes: Votes, sample: Int64Array, expected: ExpectedAnswers | None, threads: int) -> _Search:
        ballots = Ballots.of(votes)
        return cls(ballots, sample, Honest.of(ballots, expected), Copying.weights(), threads)

    def scripts(self, level: float) -> list[tuple[int, Int64Array, Int64Array]]:
        """(script, who seems to repeat it, their log likelihood ratios) where at least two others do, the strongest first."""
        n = len(self.sample)
        bits = people_as_bits(self.ballots, self.sample)
        bar = math.floor(1000 * log(max(n / MOST_EXPECTED_COPIES, 1.0)))
        needed = math.floor(1000 * log(n / level))
        habits = self.honest.by_habit_alone()

        def part(bounds: tuple[int, int]) -> tuple[Int32Array, Int32Array, Int64Array]:
            return compare_all(self.ballots, self.sample, bits, self.honest, habits, self.copying, bar, needed, *bounds)

        cuts = [n * share // self.threads for share in range(self.threads + 1)]
        with ThreadPoolExecutor(self.threads) as pool:
            parts = list(pool.map(part, itertools.pairwise(cuts)))
        script, other, ratio = (np.concatenate(entries) for entries in zip(*parts, strict=True))
        starts = np.searchsorted(script, np.arange(n + 1)).tolist()
        rows = {place: slice(starts[place], starts[place + 1]) for place in range(n)}
        evidence = {place: copying_evidence(ratio[row], n) for place, row in rows.items() if row.stop - row.start >= 2}
        strongest_first = sorted(evidence, key=lambda place: (-evidence[place], place))
        return [
            (int(self.sample[place]), self.sample[other[rows[place]]], ratio[rows[place]]) for place in strongest_first
        ]

    def twins(self, comparable: Int64Array) -> list[Int64Array]:
        """Groups of people with identical ballots, the largest first; needed only where the comparison is a sample."""
        keys = ballot_keys(self.ballots)[comparable]
        order = np.argsort(keys, kind="stable")
        begins = np.concatenate(([0], np.flatnonzero(np.diff(keys[order]) != 0) + 1, [len(order)]))
        large = [
            comparable[order[begins[g] : begins[g + 1]]]
            for g in np.flatnonzero(np.diff(begins) >= _LEAST_SIZE).tolist()
        ]
        return sorted(large, key=lambda group: (-len(group), int(group[0])))[:_MOST_TWINS]

    def ballot_of(self, person: int) -> Int8Array:
        """(n_statements,) 0 disagree, 1 pass, 2 agree, -1 not voted on."""
        ballot = np.full(self.ballots.n_statements, -1, dtype=np.int8)
        mine = slice(int(self.ballots.offsets[person]), int(self.ballots.offsets[person + 1]))
        ballot[self.ballots.columns[mine]] = self.ballots.values[mine] + 1
        return ballot

    def compare(
        self, people: Int64Array, ballot: Int8Array, crowd: Int64Array
    ) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
        """See `compare_with`."""
        return compare_with(self.ballots, people, ballot, crowd, self.honest, self.copying)

    def cluster_around(self, script: int, taken: BoolArray, chance: float) -> SuspectedCluster | None:
        """Everybody, but for those `taken`, who repeats the script: first against the script itself, then against what its
        repeaters mostly answer, until nothing changes. None where fewer than three are left.
        """
        n = len(self.ballots.offsets) - 1
        everybody = np.arange(n, dtype=np.int64)
        bar = math.floor(1000 * log(n / _HONEST_MEMBERS))
        ballot = self.ballot_of(script)
        crowd = crowd_around(self.ballots, self.sample, ballot, script)
        members = np.array([script])
        for _ in range(_MOST_ROUNDS):
            ratio, shared, matched, usual = self.compare(everybody, ballot, crowd)
            before, members = members, np.flatnonzero((ratio >= bar) & ~taken)
            if len(members) < _LEAST_SIZE:
                return None
            if np.array_equal(members, before):
                break
            ballot = common_ballot(self.ballots, members)
            crowd = crowd_around(self.ballots, self.sample, ballot, -1)
        compared = int(shared[members].sum())
        return SuspectedCluster(
            trace=Trace.SAME_BALLOT,
            participants=members.astype(np.int32),
            statements=(),
            answers=(),
            compared=round(compared / len(members), 1),
            alike=round(int(matched[members].sum()) / compared, 3),
            alike_if_honest=round(int(usual[members].sum()) / compared / GRAIN, 3),
            expected_honest=min(_HONEST_MEMBERS, len(members)),
            chance=chance,
        )
