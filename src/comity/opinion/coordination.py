"""Coordinated voters: who votes alike beyond what opinion explains, and how far findings depend on them.

Two traces are looked for. *Same ballot*: accounts that repeat one ballot (clones, with or without noise). *Pushed statements*:
accounts that all answer the same few statements in the same way, whatever else they answer. Both are tested against honest
people who agree a lot because they think alike, so that an opinion group is no suspect; what is returned is a suspicion with its
evidence, for a person to judge, and never a reason to drop a vote silently. Method and limits: `docs/coordination.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.arithmetic import exp, log
from comity.opinion.chance import hash_ids
from comity.opinion.votes import PASS, FloatArray, Int8Array, Int32Array, Int64Array, Votes

UInt64Array = npt.NDArray[np.uint64]

ALARM_LEVEL = 0.01
"""Expected number of false suspicions in an honest consultation, for each of the two traces."""

_GRAIN = 1024
"""Shares are held as whole numbers of 1/1024, rounded up: the higher the honest share, the weaker the evidence."""
_FIDELITIES = (0.95, 0.8)
"""Copying in the alternative: this part of the answers is copied, the rest is given as an honest person would."""
_EXPECTED_COPIES = (4, 16, 64)
"""Sizes of a cluster that the alternative holds equally likely, in the people compared."""
_HALF = 694
"""Log 2 in 1/1000 nat: the mean over two fidelities is at least half of the larger ratio."""
_LEAST_OVERLAP = 8
_LEAST_SAME = 70
"""Per cent. Two ballots are looked at more closely with at least this many statements shared and answered the same."""
_CROWD_FROM, _CROWD_TO = 6, 20
"""Per cent of people, by closeness, between which the honest neighbourhood of a ballot is measured (see `_compare`)."""
_LEAST_PUSHING = 5
_MOST_PUSHED = 12
_PAIRS_TRIED = 64
_SETS_TESTED = 12
_WORTH_COUNTING = 7.0
"""Nats within the sample before a set of statements is counted over everybody; keeps chance findings out, costs no alarm."""
_PEOPLE_COMPARED = 1_000_000_000
"""Bound on people x people x 16 x 64-bit words; larger consultations are compared in a hash sample of people."""
_PEOPLE_SEARCHED = 4096
"""Hash sample in which candidates for pushed statements are looked for; twice as many with up to 256 statements."""


class Trace(StrEnum):
    """What gave a cluster away."""

    SAME_BALLOT = "same ballot"
    PUSHED_STATEMENTS = "pushed statements"


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
        cast = np.bincount(votes.columns, minlength=votes.n_statements)
        passed = np.bincount(votes.columns[votes.values == PASS], minlength=votes.n_statements)
        return cls(
            intercepts=np.ascontiguousarray(intercepts, dtype=np.float64),
            slopes=np.ascontiguousarray(slopes, dtype=np.float64),
            positions=np.ascontiguousarray(positions, dtype=np.float64),
            pass_rates=passed / np.maximum(cast, 1),
        )


@dataclass(frozen=True, slots=True)
class SuspectedCluster:
    """People who vote alike beyond what opinion explains. Evidence is counts and shares; nobody's ballot is in it.

    participants (size,) int32: indices into `participant_ids`, ascending. For SAME_BALLOT everybody in the consultation who
    repeats the ballot, for PUSHED_STATEMENTS everybody who answers all of `statements` as pushed; in both a few honest people
    may be among them (`expected_honest`, a rounded-up expectation).
    statements: ids of the pushed statements, `answers` the pushed answer to each (+1 or -1); both empty for SAME_BALLOT.
    compared: answers that were compared (SAME_BALLOT: average number of statements shared with the repeated ballot;
    PUSHED_STATEMENTS: people who voted on all the pushed statements).
    alike, alike_if_honest: share, 0 to 1, of `compared` that is as the cluster has it, and the share that the model of honest
    people allows.
    chance: bound on the expected number of clusters with at least this evidence in an honest consultation (from 0 to 1).
    """

    trace: Trace
    participants: Int32Array
    statements: tuple[int | str, ...]
    answers: tuple[int, ...]
    compared: float
    alike: float
    alike_if_honest: float
    expected_honest: int
    chance: float

    @property
    def size(self) -> int:
        return len(self.participants)

    @property
    def sentence(self) -> str:
        """The finding in plain English; `trace` and the figures are the parts for other languages."""
        chance = "less than one in a million" if self.chance < 1e-6 else f"at most {self.chance:.2g}"
        if self.trace is Trace.SAME_BALLOT:
            return (
                f"{self.size} people repeat one ballot: of the {self.compared:.0f} statements that each shares with it on average, "
                f"{self.alike:.0%} are answered the same, where {self.alike_if_honest:.0%} would be usual for people who think alike. "
                f"The number of such clusters expected among honest people is {chance}; a small bloc that votes in unison, or one "
                f"person who took part several times, looks the same."
            )
        return (
            f"{self.size} people answer the same {len(self.statements)} statements in the same way: of the {self.compared:.0f} who "
            f"voted on all of them, {self.alike:.0%} do, where {self.alike_if_honest:.0%} of those who voted on only some of them "
            f"do so on what they saw. The number of such clusters expected among honest people is {chance}."
        )


@dataclass(frozen=True, slots=True)
class Coordination:
    """Suspected clusters and what the search could see.

    clusters: the strongest evidence first (ties: the lowest participant index). A person is in at most one of each trace.
    compared_people, tested_pairs: size of the comparison for SAME_BALLOT. smallest: a cluster with fewer people than this is
    not to be found except by exact repetition (in a sample: three of its people must be in the sample).
    """

    clusters: tuple[SuspectedCluster, ...]
    compared_people: int
    tested_pairs: int
    smallest: int

    @property
    def alarm(self) -> bool:
        return bool(self.clusters)


@dataclass(frozen=True, slots=True)
class Dependence:
    """How a list of leading statements changes when a suspected cluster is left out.

    left, entered: ids that dropped out of the list and ids that came in, in list order. moved: ids in both whose rank differs.
    kept: share of the first list that is in the second (1 when both are empty).
    """

    left: tuple[int | str, ...]
    entered: tuple[int | str, ...]
    moved: tuple[int | str, ...]
    kept: float

    @property
    def unchanged(self) -> bool:
        """Whether the same statements lead; their order may differ."""
        return not self.left and not self.entered


def dependence(before_top: Sequence[int | str], after_top: Sequence[int | str]) -> Dependence:
    """Compare a leading list with the one found without a suspected cluster.

    >>> dependence([3, 1, 4], [1, 3, 5])
    Dependence(left=(4,), entered=(5,), moved=(3, 1), kept=0.6666666666666666)
    """
    before, after = tuple(before_top), tuple(after_top)
    if len(set(before)) != len(before) or len(set(after)) != len(after):
        raise ValueError("a statement stands twice in a leading list: give each id once.")
    both = set(before) & set(after)
    return Dependence(
        left=tuple(key for key in before if key not in both),
        entered=tuple(key for key in after if key not in both),
        moved=tuple(key for key in before if key in both and before.index(key) != after.index(key)),
        kept=len(both) / len(before) if before else 1.0,
    )


def find_coordinated(
    votes: Votes,
    *,
    seed: int = 0,
    expected: ExpectedAnswers | None = None,
    level: float = ALARM_LEVEL,
) -> Coordination:
    """Clusters of people who vote alike beyond what statements' rates, people's habits and opinion explain.

    seed: for the hash sample of people that is compared in large consultations. level: expected number of false suspicions of
    each trace, 0 < level < 1. expected: a model of opinion fitted to the same votes (`ExpectedAnswers.of`). Its probabilities
    can only weaken the evidence for a repeated ballot; without it a small bloc that votes in unison may be suspected.
    Statements that findings may not name (rejected, or about the person) take no part.

    All pairs of at most `compared_people` are compared: O(compared_people^2 n_statements / 64) time, bounded; everything
    else is linear in the votes. Raises ValueError for a level outside 0..1 and for arrays in `expected` that do not fit.
    Sources: e-values, Vovk and Wang, Annals of Statistics 49 (2021); their false discovery control under any dependence, Wang and
    Ramdas, JRSS B 84 (2022); testable patterns, Terada et al., PNAS 110 (2013).
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1.")
    if expected is not None:
        _check(expected, votes)
    taking_part = np.array([s.takes_part for s in votes.statements], dtype=np.bool_)
    used = votes if taking_part.all() else votes.rows(taking_part[votes.columns])
    same, people, pairs = _same_ballot(used, seed, expected, level)
    pushed = _pushed_statements(used, seed, level, same)
    eligible = int(np.count_nonzero(np.diff(used.offsets) >= _LEAST_OVERLAP))
    ordered = sorted((*same, *pushed), key=lambda found: (found[0], int(found[1].participants[0])))
    return Coordination(
        clusters=tuple(cluster for _, cluster in ordered),
        compared_people=people,
        tested_pairs=pairs,
        smallest=3 if people == eligible else -(-3 * eligible // max(people, 1)),
    )


def _check(expected: ExpectedAnswers, votes: Votes) -> None:
    axes = expected.slopes.shape[1] if expected.slopes.ndim == 2 else -1
    wanted = {
        "intercepts": (votes.n_statements,),
        "slopes": (votes.n_statements, axes),
        "positions": (votes.n_participants, axes),
        "pass_rates": (votes.n_statements,),
    }
    for name, shape in wanted.items():
        if getattr(expected, name).shape != shape:
            raise ValueError(f"{name} has shape {getattr(expected, name).shape}: give {shape}.")


# --- the same ballot ---


def _same_ballot(
    votes: Votes, seed: int, expected: ExpectedAnswers | None, level: float
) -> tuple[list[tuple[float, SuspectedCluster]], int, int]:
    """Every ballot in turn is held to be the script, and everybody else is asked whether they repeat it."""
    sample = _sample(votes, seed)
    n = len(sample)
    if n < 4:
        return [], n, 0
    habits = _shares(votes)
    ideal = _ideal(expected, votes)
    match, mismatch = _weights()
    bits = _bits(votes.offsets, votes.columns, votes.values, sample, votes.n_statements)
    bar = math.floor(1000 * log(max(n / _EXPECTED_COPIES[-1], 1.0)))
    needed = math.floor(1000 * log(n / level))
    script, other, nats = _compare(
        votes.offsets, votes.columns, votes.values, sample, bits, *habits, match, mismatch, bar, needed, *ideal
    )
    twins = _twins(votes, sample)
    evidence = _evidence(script, nats, n)
    order = sorted(evidence, key=lambda place: (-evidence[place], int(sample[place])))
    # e-BH: the largest number of scripts k whose weakest has evidence of at least n / (k level)
    tested = n + len(twins)
    passed = 0
    for k, place in enumerate(order, start=1):
        if evidence[place] >= log(tested / (k * level)):
            passed = k
    found: list[tuple[float, SuspectedCluster]] = []
    taken = np.zeros(votes.n_participants, dtype=np.bool_)
    starts = np.searchsorted(script, np.arange(n + 1))
    for place in order[:passed]:
        rows = slice(starts[place], starts[place + 1])
        fresh = ~taken[sample[other[rows]]]
        if taken[sample[place]]:
            continue
        left = _mixture(nats[rows][fresh], n)
        if left < log(tested / level):
            continue
        cluster = _gather(votes, int(sample[place]), sample, taken, left - log(float(tested)), habits, ideal)
        if cluster is not None:
            found.append((-left, cluster))
    for group in twins:
        group = group[~taken[group]]
        if len(group) < 3:
            continue
        script_nats = _against(votes, int(group[0]), group[1:], habits, ideal)
        left = _mixture(script_nats, votes.n_participants)
        if left >= log(tested / level):
            cluster = _gather(votes, int(group[0]), sample, taken, left - log(float(tested)), habits, ideal)
            if cluster is not None:
                found.append((-left, cluster))
    return found, n, n * (n - 1) // 2


def _sample(votes: Votes, seed: int) -> Int64Array:
    """Indices, ascending, of the people who are compared: all with enough votes, or as many as the work allows by hash."""
    able = np.flatnonzero(np.diff(votes.offsets) >= _LEAST_OVERLAP)
    words = -(-max(votes.n_statements, 1) // 64)
    room = math.isqrt(_PEOPLE_COMPARED // (16 * words))
    if len(able) <= room:
        return able
    rank = np.lexsort((able, hash_ids(votes.participant_ids[able], seed, "coordination")))
    return np.sort(able[rank[:room]])


def _shares(votes: Votes) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Rates (n_statements, 3): share of each answer (disagree, pass, agree), and two descriptions of a person's habits
    (n_participants, 3): the share of each answer, and its odds relative to what the same statements' rates lead to expect
    (one parameter of a Rasch model for each answer). All in 1/1024; shares are rounded up.
    """
    rates, style, odds = _habits(votes.offsets, votes.columns, votes.values, votes.n_statements)
    return rates, style, odds


def _ideal(expected: ExpectedAnswers | None, votes: Votes) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    if expected is None:
        return np.empty(0), np.empty((0, 0)), np.empty((0, 0)), np.empty(0)
    return (
        np.ascontiguousarray(expected.intercepts, dtype=np.float64),
        np.ascontiguousarray(expected.slopes, dtype=np.float64),
        np.ascontiguousarray(expected.positions, dtype=np.float64),
        np.ascontiguousarray(expected.pass_rates, dtype=np.float64),
    )


def _weights() -> tuple[Int64Array, Int64Array]:
    """Log likelihood ratio of copying, in 1/1000 nat: of a match by fidelity and honest share, of a mismatch by fidelity."""
    match = np.zeros((len(_FIDELITIES), _GRAIN + 1), dtype=np.int64)
    for row, fidelity in enumerate(_FIDELITIES):
        for share in range(1, _GRAIN + 1):
            p = share / _GRAIN
            match[row, share] = math.floor(1000 * log((fidelity + (1 - fidelity) * p) / p))
    return match, np.array([math.floor(1000 * log(1 - fidelity)) for fidelity in _FIDELITIES], dtype=np.int64)


def _evidence(script: Int32Array, nats: Int64Array, n: int) -> dict[int, float]:
    """Log e-value of each script that at least two others seem to repeat."""
    scripts, starts, counts = np.unique(script, return_index=True, return_counts=True)
    return {
        place: _mixture(nats[start : start + count], n)
        for place, start, count in zip(scripts.tolist(), starts.tolist(), counts.tolist(), strict=True)
        if count >= 2
    }


def _mixture(nats: Int64Array, n: int) -> float:
    """Log e-value of "some of n people copy" from their log likelihood ratios; people not listed count as no copies.

    Each factor 1 - s + s LR has expectation 1 at most when the person is honest, so has the product, and so has the mean over
    the sizes s n. Rounded to 1/1000, so that every processor comes to the same decision.
    """
    sizes = [copies for copies in _EXPECTED_COPIES if 4 * copies <= n] or [_EXPECTED_COPIES[0]]
    return round(_log_mean_product(np.sort(nats) / 1000.0, n, np.array(sizes, dtype=np.float64)), 3)


def _twins(votes: Votes, sample: Int64Array) -> list[Int64Array]:
    """Groups of at least three people with identical ballots; needed only where the comparison is a sample."""
    if len(sample) == np.count_nonzero(np.diff(votes.offsets) >= _LEAST_OVERLAP):
        return []
    keys = _ballot_keys(votes.offsets, votes.columns, votes.values)
    able = np.flatnonzero(np.diff(votes.offsets) >= _LEAST_OVERLAP)
    order = able[np.argsort(keys[able], kind="stable")]
    cuts = np.concatenate(([0], np.flatnonzero(np.diff(keys[order]) != 0) + 1, [len(order)]))
    groups = [order[cuts[g] : cuts[g + 1]] for g in np.flatnonzero(np.diff(cuts) >= 3).tolist()]
    return sorted(groups, key=lambda group: (-len(group), int(group[0])))[:200]


def _against(
    votes: Votes,
    script: int,
    people: Int64Array,
    habits: tuple[Int64Array, Int64Array, Int64Array],
    ideal: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> Int64Array:
    """Log likelihood ratio, 1/1000 nat, that each of `people` repeats the ballot of person `script`."""
    match, mismatch = _weights()
    ballot = np.full(votes.n_statements, -1, dtype=np.int8)
    mine = slice(int(votes.offsets[script]), int(votes.offsets[script + 1]))
    ballot[votes.columns[mine]] = votes.values[mine] + 1
    crowd = np.zeros((votes.n_statements, 4), dtype=np.int64)
    out: Int64Array = _ratios(
        votes.offsets, votes.columns, votes.values, people, ballot, crowd, *habits, match, mismatch, *ideal
    )[0]
    return out


def _gather(
    votes: Votes,
    script: int,
    sample: Int64Array,
    taken: npt.NDArray[np.bool_],
    evidence: float,
    habits: tuple[Int64Array, Int64Array, Int64Array],
    ideal: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> SuspectedCluster | None:
    """Everybody who repeats the script: first against the script itself, then against what its repeaters mostly answer."""
    match, mismatch = _weights()
    n = votes.n_participants
    ballot = np.full(votes.n_statements, -1, dtype=np.int8)
    mine = slice(int(votes.offsets[script]), int(votes.offsets[script + 1]))
    ballot[votes.columns[mine]] = votes.values[mine] + 1
    everybody = np.arange(n, dtype=np.int64)
    crowd = _crowd_of(votes.offsets, votes.columns, votes.values, sample, ballot, script)
    bar = math.floor(1000 * log(n / 4)) if n > 4 else 0
    members = np.array([script], dtype=np.int64)
    shared = matched = usual = np.zeros(n, dtype=np.int64)
    for _ in range(4):
        ratio, shared, matched, usual = _ratios(
            votes.offsets, votes.columns, votes.values, everybody, ballot, crowd, *habits, match, mismatch, *ideal
        )
        chosen = np.flatnonzero((ratio >= bar) & (shared >= _LEAST_OVERLAP) & ~taken)
        if np.array_equal(chosen, members):
            break
        members = chosen
        if len(members) < 3:
            break
        ballot = _majority(votes.offsets, votes.columns, votes.values, members, votes.n_statements)
        crowd = _crowd_of(votes.offsets, votes.columns, votes.values, sample, ballot, -1)
    if len(members) < 3:
        return None
    taken[members] = True
    total = max(int(shared[members].sum()), 1)
    return SuspectedCluster(
        trace=Trace.SAME_BALLOT,
        participants=members.astype(np.int32),
        statements=(),
        answers=(),
        compared=round(total / len(members), 1),
        alike=round(int(matched[members].sum()) / total, 3),
        alike_if_honest=round(int(usual[members].sum()) / total / _GRAIN, 3),
        expected_honest=min(4, len(members)),
        chance=_chance(evidence),
    )


def _chance(evidence: float) -> float:
    """exp(-evidence) to three figures, from 1e-12 to 1."""
    return float(f"{exp(-min(max(evidence, 0.0), 27.6)):.2e}")


# --- pushed statements ---


def _pushed_statements(
    votes: Votes, seed: int, level: float, same: list[tuple[float, SuspectedCluster]]
) -> list[tuple[float, SuspectedCluster]]:
    """Sets of answers that those who voted on all of the statements give far more often than those who voted on some."""
    counted = np.bincount(votes.columns, minlength=votes.n_statements)
    if votes.n_participants < 20 or np.count_nonzero(counted) < 3:
        return []
    room = _PEOPLE_SEARCHED * (2 if votes.n_statements <= 256 else 1)
    people = np.arange(votes.n_participants, dtype=np.int64)
    if votes.n_participants > room:
        rank = np.lexsort((people, hash_ids(votes.participant_ids, seed, "pushed")))
        people = np.sort(people[rank[:room]])
    held, seen = _columns_as_bits(votes.offsets, votes.columns, votes.values, people, votes.n_statements)
    opinions = np.bincount(votes.persons, weights=(votes.values != 0), minlength=votes.n_participants).astype(np.int64)
    testable = _testable(opinions, _LEAST_PUSHING)
    factorial = _log_factorials(votes.n_participants)
    least = _LEAST_PUSHING if len(people) == votes.n_participants else 3
    hopeful: dict[tuple[int, ...], float] = {}
    for first, second in _pairs(held, seen, len(people)):
        grown = _grow(held, first, second, len(people), _MOST_PUSHED, least)
        for size, (full, members, partly, agreeing) in enumerate(
            _tested(held, seen, grown, len(people)).tolist(), start=1
        ):
            if size < 3 or members < least or members * (partly + 2) < 2 * full * (agreeing + 1):
                continue
            evidence = -_log_tail(members, full, members + agreeing, full + partly, factorial)
            if evidence >= _WORTH_COUNTING and evidence * votes.n_participants / len(people) >= testable[size]:
                hopeful[tuple(sorted(grown[:size].tolist()))] = round(evidence - testable[size], 3)
    results: list[tuple[float, tuple[int, ...]]] = []
    for items in _varied(sorted(hopeful, key=lambda items: (-hopeful[items], items))):
        evidence = _selective(votes, np.array(items, dtype=np.int64), testable[len(items)], factorial)[0]
        if evidence >= -log(level):
            results.append((-evidence, items))
    found: list[tuple[float, SuspectedCluster]] = []
    taken = np.zeros(votes.n_participants, dtype=np.bool_)
    for _, cluster in same:
        taken[cluster.participants] = True
    for evidence, items in sorted(results):
        _, members, everybody, partly, agreeing = _selective(votes, np.array(items, dtype=np.int64), 0.0, factorial)
        if np.count_nonzero(taken[members]) * 2 >= len(members):
            continue
        taken[members] = True
        honest = (agreeing + 1) / (partly + 2)
        others = everybody - len(members)
        cluster = SuspectedCluster(
            trace=Trace.PUSHED_STATEMENTS,
            participants=members.astype(np.int32),
            statements=tuple(votes.statement_ids[[item // 2 for item in items]].tolist()),
            answers=tuple(1 if item % 2 else -1 for item in items),
            compared=float(everybody),
            alike=round(len(members) / everybody, 3),
            alike_if_honest=round(honest, 3),
            expected_honest=min(len(members), math.ceil(others * honest / max(1 - honest, 1e-9))),
            chance=_chance(-evidence),
        )
        found.append((evidence, cluster))
    return found


def _varied(sets: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The first _SETS_TESTED of the sets, without those that share half their answers with two sets already taken."""
    taken: list[tuple[int, ...]] = []
    for items in sets:
        if sum(2 * len(set(items) & set(other)) >= len(items) for other in taken) < 2:
            taken.append(items)
            if len(taken) == _SETS_TESTED:
                break
    return taken


def _testable(opinions: Int64Array, least: int) -> list[float]:
    """Log of a bound on how many sets of s answers at least `least` people share, for s = 0 .. _MOST_PUSHED.

    Each person holds C(v, s) sets; a set that `least` people share uses up `least` of them. Only such sets can ever be
    significant, so only they need be counted (Tarone's argument; Terada et al. 2013).
    """
    sizes, people = np.unique(opinions, return_counts=True)
    bounds = []
    for s in range(_MOST_PUSHED + 1):
        total = sum(math.comb(int(v), s) * int(count) for v, count in zip(sizes.tolist(), people.tolist(), strict=True))
        bounds.append(log(float(max(total // least, 1))))
    return bounds


def _pairs(held: UInt64Array, seen: UInt64Array, n_people: int) -> list[tuple[int, int]]:
    """Pairs of answers to grow from: held together too often, and given by people who met the other statement too often."""
    first, second, together, selective = _joint(held, seen, n_people)
    chosen: set[tuple[int, int]] = set()
    for score in (together, selective):
        rest = max(len(score) - _PAIRS_TRIED, 0)
        high = np.flatnonzero(score >= np.partition(score, rest)[rest]) if len(score) else np.empty(0, dtype=np.int64)
        order = high[np.lexsort((second[high], first[high], -score[high]))][:_PAIRS_TRIED]
        chosen.update(zip(first[order].tolist(), second[order].tolist(), strict=True))
    return sorted(chosen)


def _selective(
    votes: Votes, items: Int64Array, allowance: float, factorial: FloatArray
) -> tuple[float, Int64Array, int, int, int]:
    """Do people who voted on all the statements answer as pushed more often than those who voted on some of them?

    Whoever saw only some has fewer chances to deviate, so for honest people, whose opinions do not decide what they are
    shown, the second share is the higher one, whatever the opinions are. One-sided hypergeometric test of the contrary.
    Returns (evidence in nats after the allowance for the number of sets, members, people who voted on all, people who voted
    on at least half but not all, those of them who answered as pushed).
    """
    wanted = np.full(votes.n_statements, 9, dtype=np.int8)
    wanted[items // 2] = np.where(items % 2 == 1, 1, -1)
    met, same = _count_items(votes.offsets, votes.columns, votes.values, wanted)
    whole = len(items)
    full = met == whole
    members = np.flatnonzero(full & (same == whole))
    partly = (met < whole) & (2 * met >= whole)
    agreeing = int(np.count_nonzero(partly & (same == met)))
    n_full, n_partly = int(np.count_nonzero(full)), int(np.count_nonzero(partly))
    if len(members) < _LEAST_PUSHING or len(members) * (n_partly + 2) < 2 * n_full * (agreeing + 1):
        return 0.0, members, n_full, n_partly, agreeing
    tail = _log_tail(len(members), n_full, len(members) + agreeing, n_full + n_partly, factorial)
    return round(-tail - allowance, 3), members, n_full, n_partly, agreeing


def _log_tail(drawn: int, draws: int, marked: int, total: int, factorial: FloatArray) -> float:
    """Log P(at least `drawn` of the `marked` among `draws` of `total`), hypergeometric."""

    return float(_hypergeometric_tail(drawn, draws, marked, total, factorial))


# --- loops ---


@njit(cache=True)
def _log_mean_product(ratios: FloatArray, n: int, sizes: FloatArray) -> float:
    """Log of the mean over sizes of the product over n - 1 people of 1 - part + part LR, part = size / n; ratios are log LR."""
    logs = np.empty(len(sizes), dtype=np.float64)
    for s in range(len(sizes)):
        part = min(sizes[s] / n, 0.5)
        logs[s] = (n - 1 - len(ratios)) * log(1.0 - part)
        for ratio in ratios:
            if ratio > 0.0:
                logs[s] += ratio + log(part + (1.0 - part) * exp(-ratio))
            else:
                logs[s] += log(1.0 - part + part * exp(ratio))
    return _log_sum(logs) - log(float(len(sizes)))


@njit(cache=True)
def _log_sum(logs: FloatArray) -> float:
    top = logs.max()
    total = 0.0
    for value in logs:
        total += exp(value - top)
    return float(top + log(total))


@njit(cache=True)
def _log_factorials(n: int) -> FloatArray:
    """(n + 1,) log k!"""
    out = np.zeros(n + 1, dtype=np.float64)
    for k in range(2, n + 1):
        out[k] = out[k - 1] + log(float(k))
    return out


@njit(cache=True)
def _hypergeometric_tail(drawn: int, draws: int, marked: int, total: int, factorial: FloatArray) -> float:
    """See `_log_tail`."""
    first = max(drawn, draws - (total - marked))
    last = min(draws, marked)
    logs = np.empty(last - first + 1, dtype=np.float64)
    whole = factorial[total] - factorial[draws] - factorial[total - draws]
    for k in range(first, last + 1):
        inside = factorial[marked] - factorial[k] - factorial[marked - k]
        outside = factorial[total - marked] - factorial[draws - k] - factorial[total - marked - draws + k]
        logs[k - first] = inside + outside - whole
    return min(0.0, _log_sum(logs))


@njit(cache=True, inline="always")
def _ones(word: np.uint64) -> np.int64:
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True)
def _bits(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, people: Int64Array, n_statements: int
) -> UInt64Array:
    """(n_people, 3, n_words): which statements a person disagreed with, passed and agreed with."""
    words = (n_statements + 63) // 64
    bits = np.zeros((len(people), 3, words), dtype=np.uint64)
    for r in range(len(people)):
        for k in range(offsets[people[r]], offsets[people[r] + 1]):
            c = columns[k]
            bits[r, values[k] + 1, c >> 6] |= np.uint64(1) << np.uint64(c & 63)
    return bits


@njit(cache=True)
def _habits(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, n_statements: int
) -> tuple[Int64Array, Int64Array, Int64Array]:
    """See `_shares`. One observation is added to each rate, half of one to each of a person's odds."""
    people = len(offsets) - 1
    rates = np.ones((n_statements, 3), dtype=np.int64)
    for k in range(len(columns)):
        rates[columns[k], values[k] + 1] += 1
    for c in range(n_statements):
        total = rates[c, 0] + rates[c, 1] + rates[c, 2]
        for v in range(3):
            rates[c, v] = (rates[c, v] * _GRAIN + total - 1) // total
    style = np.zeros((people, 3), dtype=np.int64)
    odds = np.zeros((people, 3), dtype=np.int64)
    expected = np.zeros(3, dtype=np.int64)
    for p in range(people):
        total = offsets[p + 1] - offsets[p]
        expected[:] = 0
        for k in range(offsets[p], offsets[p + 1]):
            style[p, values[k] + 1] += 1
            for v in range(3):
                expected[v] += rates[columns[k], v]
        for v in range(3):
            given = style[p, v]
            for_it = (2 * given + 1) * max(_GRAIN * total - expected[v] + 512, 1) * _GRAIN
            odds[p, v] = for_it // ((2 * (total - given) + 1) * (expected[v] + 512))
            style[p, v] = (given * _GRAIN + total - 1) // max(total, 1)
    return rates, style, odds


@njit(cache=True)
def _ballot_keys(offsets: Int64Array, columns: Int32Array, values: Int8Array) -> UInt64Array:
    """(n_participants,) a 64-bit word of each ballot (FNV-1a over its entries, mixed)."""
    keys = np.empty(len(offsets) - 1, dtype=np.uint64)
    for p in range(len(offsets) - 1):
        word = np.uint64(0xCBF29CE484222325)
        for k in range(offsets[p], offsets[p + 1]):
            word = (word ^ np.uint64(columns[k] * 4 + values[k] + 1)) * np.uint64(0x100000001B3)
            word ^= word >> np.uint64(29)
        keys[p] = word
    return keys


@njit(cache=True)
def _modelled(
    person: int,
    c: int,
    answer: int,
    intercepts: FloatArray,
    slopes: FloatArray,
    positions: FloatArray,
    pass_rates: FloatArray,
) -> int:
    """Probability of the answer in the caller's model, in 1/1024 rounded up; 0 where there is no model."""
    if len(intercepts) == 0:
        return 0
    skipped = pass_rates[c]
    if answer == 1:
        return int(np.ceil(skipped * _GRAIN))
    logit = intercepts[c]
    for d in range(slopes.shape[1]):
        logit += slopes[c, d] * positions[person, d]
    if answer == 0:
        logit = -logit
    return int(np.ceil((1.0 - skipped) / (1.0 + exp(-logit)) * _GRAIN))


@njit(cache=True, inline="always")
def _raised(share: int, odds: int) -> int:
    """A share, 1/1024, after its odds are multiplied by odds / 1024; rounded up, never lowered."""
    if odds <= _GRAIN:
        return share
    top = share * odds
    under = top + (_GRAIN - min(share, _GRAIN)) * _GRAIN
    return (top * _GRAIN + under - 1) // under


@njit(cache=True)
def _conformity(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, person: int, ballot: Int8Array, crowd: Int64Array
) -> int:
    """Odds, 1/1024, with which a person gives the crowd's most frequent answer, relative to the crowd, where the ballot has one."""
    shared = np.int64(0)
    hits = np.int64(0)
    expected = np.int64(0)
    for k in range(offsets[person], offsets[person + 1]):
        c = columns[k]
        if ballot[c] >= 0:
            usual = crowd[c, 3]
            shared += 1
            expected += crowd[c, usual]
            if values[k] + 1 == usual:
                hits += 1
    rest = _GRAIN * shared - expected + _GRAIN // 2
    if rest < 1:
        rest = np.int64(1)
    return int((2 * hits + 1) * rest * _GRAIN // ((2 * (shared - hits) + 1) * (expected + _GRAIN // 2)))


@njit(cache=True, inline="always")
def _honest(
    q: int,
    c: int,
    answer: int,
    conformity: int,
    crowd: Int64Array,
    rates: Int64Array,
    style: Int64Array,
    odds: Int64Array,
    intercepts: FloatArray,
    slopes: FloatArray,
    positions: FloatArray,
    pass_rates: FloatArray,
) -> int:
    """The largest probability, 1/1024, that any of the models of an honest person gives to the answer."""
    honest = max(rates[c, answer], crowd[c, answer], style[q, answer])
    honest = max(honest, _raised(rates[c, answer], odds[q, answer]))
    if conformity > _GRAIN and answer == crowd[c, 3]:
        honest = max(honest, _raised(crowd[c, answer], conformity))
    honest = max(honest, _modelled(q, c, answer, intercepts, slopes, positions, pass_rates))
    return int(min(honest, _GRAIN))


@njit(cache=True)
def _compare(
    offsets: Int64Array,
    columns: Int32Array,
    values: Int8Array,
    people: Int64Array,
    bits: UInt64Array,
    rates: Int64Array,
    style: Int64Array,
    odds: Int64Array,
    match: Int64Array,
    mismatch: Int64Array,
    bar: int,
    needed: int,
    intercepts: FloatArray,
    slopes: FloatArray,
    positions: FloatArray,
    pass_rates: FloatArray,
) -> tuple[Int32Array, Int32Array, Int64Array]:
    """Every ballot as a script against everybody: (script, other, log likelihood ratio in 1/1000 nat) where it is positive.

    The honest share of an answer is the largest of its rate, of the other person's habits, of the caller's model, and of its
    share in the crowd around the script (and that raised by how closely the other person follows the crowd): people of rank 6
    to 20 per cent by closeness (matches minus mismatches). Copies (up to 6 per cent) stand nearer than the crowd and cannot
    make their own alibi. Closeness is measured without the
    statement in question, or it would be a selection on the answer itself. A script is given up before its crowd is
    measured when even without a crowd the ratios' excess over `bar` sums to less than `needed`.
    """
    n = len(people)
    words = bits.shape[2]
    n_statements = len(rates)
    voted = np.empty((n, words), dtype=np.uint64)
    for r in range(n):
        for w in range(words):
            voted[r, w] = bits[r, 0, w] | bits[r, 1, w] | bits[r, 2, w]
    shared = np.empty(n, dtype=np.int32)
    matched = np.empty(n, dtype=np.int32)
    hopeful = np.zeros(n, dtype=np.bool_)
    ballot = np.full(n_statements, -1, dtype=np.int8)
    crowd = np.zeros((n_statements, 4), dtype=np.int64)
    totals = np.zeros(len(mismatch), dtype=np.int64)
    scripts = np.empty(1024, dtype=np.int32)
    others = np.empty(1024, dtype=np.int32)
    nats = np.empty(1024, dtype=np.int64)
    filled = 0
    for a in range(n):
        near = 0
        for b in range(n):
            s = np.int64(0)
            m = np.int64(0)
            for w in range(words):
                s += _ones(voted[a, w] & voted[b, w])
                m += _ones(
                    (bits[a, 0, w] & bits[b, 0, w]) | (bits[a, 1, w] & bits[b, 1, w]) | (bits[a, 2, w] & bits[b, 2, w])
                )
            shared[b] = s
            matched[b] = m
            hopeful[b] = b != a and s >= _LEAST_OVERLAP and 100 * m >= _LEAST_SAME * s
            if hopeful[b]:
                near += 1
        if near < 2:
            continue
        p = people[a]
        for k in range(offsets[p], offsets[p + 1]):
            ballot[columns[k]] = values[k] + 1
        for step in range(3):  # each step can only lower a ratio: rates and style, habits, then the crowd and the model
            if step == 2:
                _crowd(offsets, columns, values, people, ballot, shared, matched, a, rates, crowd)
            hope = np.int64(0)
            for b in range(n):
                if not hopeful[b]:
                    continue
                q = people[b]
                for f in range(len(mismatch)):
                    totals[f] = (shared[b] - matched[b]) * mismatch[f]
                conformity = _conformity(offsets, columns, values, q, ballot, crowd) if step == 2 else 0
                for k in range(offsets[q], offsets[q + 1]):
                    c = columns[k]
                    answer = values[k] + 1
                    if ballot[c] == answer:
                        honest = max(rates[c, answer], style[q, answer])
                        if step == 1:
                            honest = max(honest, _raised(rates[c, answer], odds[q, answer]))
                        elif step == 2:
                            honest = _honest(
                                q,
                                c,
                                answer,
                                conformity,
                                crowd,
                                rates,
                                style,
                                odds,
                                intercepts,
                                slopes,
                                positions,
                                pass_rates,
                            )
                        honest = min(honest, _GRAIN)
                        for f in range(len(mismatch)):
                            totals[f] += match[f, honest]
                best = totals.max() - _HALF
                hope += max(best - bar, 0)
                hopeful[b] = best > 0
                if step == 2 and best > 0:
                    if filled == len(scripts):
                        scripts = np.concatenate((scripts, np.empty_like(scripts)))
                        others = np.concatenate((others, np.empty_like(others)))
                        nats = np.concatenate((nats, np.empty_like(nats)))
                    scripts[filled] = a
                    others[filled] = b
                    nats[filled] = best
                    filled += 1
            if hope < needed:
                break
        for k in range(offsets[p], offsets[p + 1]):
            ballot[columns[k]] = -1
    return scripts[:filled].copy(), others[:filled].copy(), nats[:filled].copy()


@njit(cache=True)
def _crowd(
    offsets: Int64Array,
    columns: Int32Array,
    values: Int8Array,
    people: Int64Array,
    ballot: Int8Array,
    shared: Int32Array,
    matched: Int32Array,
    script: int,
    rates: Int64Array,
    crowd: Int64Array,
) -> None:
    """Fill crowd[c] with the share, 1/1024, of each answer to c among the people of the crowd around the script, and with the
    code of the most frequent answer (at a tie the lower).
    """
    n = len(people)
    width = len(rates)
    counts = np.zeros(2 * width + 1, dtype=np.int64)
    for b in range(n):
        if b != script and shared[b] > 0:
            counts[2 * matched[b] - shared[b] + width] += 1
    high = width
    low = -width
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
        for k in range(offsets[p], offsets[p + 1]):
            c = columns[k]
            if ballot[c] < 0:
                continue
            same = ballot[c] == values[k] + 1
            without = closeness - (1 if same else -1)
            if low <= without <= high:
                given[c, values[k] + 1] += 1
    for c in range(width):
        crowd[c, :] = 0
        if ballot[c] >= 0:
            asked = given[c, 0] + given[c, 1] + given[c, 2]
            for v in range(3):
                crowd[c, v] = (given[c, v] * _GRAIN + 3 * rates[c, v] + asked + 2) // (asked + 3)
                if crowd[c, v] > crowd[c, crowd[c, 3]]:
                    crowd[c, 3] = v


@njit(cache=True)
def _crowd_of(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, people: Int64Array, ballot: Int8Array, script: int
) -> Int64Array:
    """Share, 1/1024, of each answer of a ballot in the crowd around it, among `people`; `script` is left out."""
    width = len(ballot)
    shared = np.zeros(len(people), dtype=np.int32)
    matched = np.zeros(len(people), dtype=np.int32)
    counts = np.ones((width, 3), dtype=np.int64)
    place = -1
    for b in range(len(people)):
        if people[b] == script:
            place = b
        for k in range(offsets[people[b]], offsets[people[b] + 1]):
            counts[columns[k], values[k] + 1] += 1
            if ballot[columns[k]] >= 0:
                shared[b] += 1
                if ballot[columns[k]] == values[k] + 1:
                    matched[b] += 1
    rates = np.empty((width, 3), dtype=np.int64)
    for c in range(width):
        total = counts[c].sum()
        for v in range(3):
            rates[c, v] = (counts[c, v] * _GRAIN + total - 1) // total
    crowd = np.zeros((width, 4), dtype=np.int64)
    _crowd(offsets, columns, values, people, ballot, shared, matched, place, rates, crowd)
    return crowd


@njit(cache=True)
def _ratios(
    offsets: Int64Array,
    columns: Int32Array,
    values: Int8Array,
    people: Int64Array,
    ballot: Int8Array,
    crowd: Int64Array,
    rates: Int64Array,
    style: Int64Array,
    odds: Int64Array,
    match: Int64Array,
    mismatch: Int64Array,
    intercepts: FloatArray,
    slopes: FloatArray,
    positions: FloatArray,
    pass_rates: FloatArray,
) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
    """For each of `people`: log likelihood ratio of copying `ballot` (1/1000 nat), statements shared, answered the same, and
    the sum of honest shares (1/1024) over those shared. With too few shared or the same the ratio is -1.
    """
    ratio = np.zeros(len(people), dtype=np.int64)
    shared = np.zeros(len(people), dtype=np.int64)
    matched = np.zeros(len(people), dtype=np.int64)
    usual = np.zeros(len(people), dtype=np.int64)
    totals = np.zeros(len(mismatch), dtype=np.int64)
    for r in range(len(people)):
        p = people[r]
        for k in range(offsets[p], offsets[p + 1]):
            if ballot[columns[k]] >= 0:
                shared[r] += 1
                if values[k] + 1 == ballot[columns[k]]:
                    matched[r] += 1
        if shared[r] < _LEAST_OVERLAP or 100 * matched[r] < _LEAST_SAME * shared[r]:
            ratio[r] = -1
            continue
        totals[:] = 0
        conformity = _conformity(offsets, columns, values, p, ballot, crowd)
        for k in range(offsets[p], offsets[p + 1]):
            c = columns[k]
            if ballot[c] < 0:
                continue
            answer = values[k] + 1
            wanted = ballot[c]
            honest = _honest(
                p, c, wanted, conformity, crowd, rates, style, odds, intercepts, slopes, positions, pass_rates
            )
            usual[r] += honest
            if answer == wanted:
                for f in range(len(mismatch)):
                    totals[f] += match[f, honest]
            else:
                for f in range(len(mismatch)):
                    totals[f] += mismatch[f]
        ratio[r] = totals.max() - _HALF
    return ratio, shared, matched, usual


@njit(cache=True)
def _majority(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, members: Int64Array, n_statements: int
) -> Int8Array:
    """The answer (0 disagree, 1 pass, 2 agree) that most members give to each statement that half of them voted on, else -1.

    At a tie the lower code.
    """
    counts = np.zeros((n_statements, 3), dtype=np.int64)
    for r in range(len(members)):
        for k in range(offsets[members[r]], offsets[members[r] + 1]):
            counts[columns[k], values[k] + 1] += 1
    ballot = np.full(n_statements, -1, dtype=np.int8)
    for c in range(n_statements):
        if 2 * counts[c].sum() >= len(members):
            ballot[c] = np.argmax(counts[c])
    return ballot


@njit(cache=True)
def _columns_as_bits(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, people: Int64Array, n_statements: int
) -> tuple[UInt64Array, UInt64Array]:
    """Who holds each answer (2 j disagree, 2 j + 1 agree): (2 n_statements, n_words); who voted: (n_statements, n_words)."""
    words = (len(people) + 63) // 64
    held = np.zeros((2 * n_statements, words), dtype=np.uint64)
    seen = np.zeros((n_statements, words), dtype=np.uint64)
    for r in range(len(people)):
        bit = np.uint64(1) << np.uint64(r & 63)
        for k in range(offsets[people[r]], offsets[people[r] + 1]):
            seen[columns[k], r >> 6] |= bit
            if values[k] != 0:
                held[2 * columns[k] + (1 if values[k] > 0 else 0), r >> 6] |= bit
    return held, seen


@njit(cache=True)
def _joint(
    held: UInt64Array, seen: UInt64Array, n_people: int
) -> tuple[Int32Array, Int32Array, Int64Array, Int64Array]:
    """Pairs of answers held together by at least three people: (first, second, together, selective).

    together: square of the excess over the proportional number of people, over that number, signed, in 1/1000. The numbers
    are scaled so that the whole table balances (people with many votes hold many pairs).
    selective: sum over the two directions of the two-proportion score "those who gave this answer voted on the other
    statement more often than those who answered otherwise", in 1/1000. Routing alone, whatever it is, leaves it near zero.
    """
    items, words = held.shape
    counts = np.zeros(items, dtype=np.int64)
    for i in range(items):
        for w in range(words):
            counts[i] += _ones(held[i, w])
    voted = np.zeros(items // 2, dtype=np.int64)
    for j in range(items // 2):
        for w in range(words):
            voted[j] += _ones(seen[j, w])
    met = np.zeros((items, items // 2), dtype=np.int32)
    both = np.zeros((items // 2, items // 2), dtype=np.int32)
    for j in range(items // 2):
        for k in range(items // 2):
            if k < j:
                both[j, k] = both[k, j]
            else:
                for w in range(words):
                    both[j, k] += _ones(seen[j, w] & seen[k, w])
    for i in range(items):
        if counts[i] >= 3:
            for k in range(items // 2):
                for w in range(words):
                    met[i, k] += _ones(held[i, w] & seen[k, w])
    score = np.zeros((items, items // 2), dtype=np.float64)
    for i in range(items):
        n_given = counts[i]
        n_other = voted[i >> 1] - counts[i]
        if n_given < 3 or n_other < 3:
            continue
        for k in range(items // 2):
            pooled = (both[i >> 1, k] + 1.0) / (n_given + n_other + 2.0)
            difference = (met[i, k] + 0.5) / (n_given + 1.0) - (both[i >> 1, k] - met[i, k] + 0.5) / (n_other + 1.0)
            score[i, k] = difference / np.sqrt(pooled * (1.0 - pooled) * (1.0 / n_given + 1.0 / n_other))
    joint = np.zeros((items, items), dtype=np.int32)
    observed = np.int64(0)
    balance = 0.0
    kept = 0
    for i in range(items):
        if counts[i] < 3:
            continue
        for k in range(i + 1, items):
            if counts[k] < 3 or k >> 1 == i >> 1:
                continue
            c = np.int64(0)
            for w in range(words):
                c += _ones(held[i, w] & held[k, w])
            joint[i, k] = c
            observed += c
            balance += counts[i] * counts[k] / n_people
            if c >= 3:
                kept += 1
    scale = observed / balance if balance > 0 else 1.0
    first = np.empty(kept, dtype=np.int32)
    second = np.empty(kept, dtype=np.int32)
    together = np.empty(kept, dtype=np.int64)
    selective = np.empty(kept, dtype=np.int64)
    at = 0
    for i in range(items):
        for k in range(i + 1, items):
            if joint[i, k] >= 3:
                wanted = scale * counts[i] * counts[k] / n_people
                over = joint[i, k] - wanted
                first[at] = i
                second[at] = k
                together[at] = np.int64(1000.0 * over * abs(over) / (wanted + 1.0))
                selective[at] = np.int64(1000.0 * (score[i, k >> 1] + score[k, i >> 1]))
                at += 1
    return first, second, together, selective


@njit(cache=True)
def _tested(held: UInt64Array, seen: UInt64Array, grown: Int64Array, n_people: int) -> Int64Array:
    """For the first 1, 2, ... answers: people who voted on all the statements, those who answered all as in `grown`, people
    who voted on at least half but not all, those of them who answered as in `grown`: (len(grown), 4).
    """
    out = np.zeros((len(grown), 4), dtype=np.int64)
    met = np.zeros(n_people, dtype=np.int64)
    same = np.zeros(n_people, dtype=np.int64)
    for size in range(1, len(grown) + 1):
        item = grown[size - 1]
        for r in range(n_people):
            bit = np.uint64(r & 63)
            met[r] += np.int64((seen[item >> 1, r >> 6] >> bit) & np.uint64(1))
            same[r] += np.int64((held[item, r >> 6] >> bit) & np.uint64(1))
            if met[r] == size:
                out[size - 1, 0] += 1
                if same[r] == size:
                    out[size - 1, 1] += 1
            elif 2 * met[r] >= size:
                out[size - 1, 2] += 1
                if same[r] == met[r]:
                    out[size - 1, 3] += 1
    return out


@njit(cache=True)
def _grow(held: UInt64Array, first: int, second: int, n_people: int, most: int, least: int) -> Int64Array:
    """A pair of answers grown, one answer at a time, by the one most over-represented among those who hold all so far.

    At a tie the lower answer index. Stops at `most` answers or when fewer than `least` people would be left.
    """
    items, words = held.shape
    counts = np.zeros(items, dtype=np.int64)
    for i in range(items):
        for w in range(words):
            counts[i] += _ones(held[i, w])
    grown = np.empty(most, dtype=np.int64)
    grown[0] = first
    grown[1] = second
    size = 2
    both = held[first] & held[second]
    while size < most:
        support = np.int64(0)
        for w in range(words):
            support += _ones(both[w])
        best = -1
        best_excess = 0.0
        for i in range(items):
            used = False
            for k in range(size):
                used = used or grown[k] >> 1 == i >> 1
            if used or counts[i] < least:
                continue
            c = np.int64(0)
            for w in range(words):
                c += _ones(both[w] & held[i, w])
            wanted = support * counts[i] / n_people
            over = c - wanted
            if c >= least and over > 0 and over * over / (wanted + 1.0) > best_excess:
                best_excess = over * over / (wanted + 1.0)
                best = i
        if best < 0:
            break
        both = both & held[best]
        grown[size] = best
        size += 1
    return grown[:size].copy()


@njit(cache=True)
def _count_items(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, wanted: Int8Array
) -> tuple[Int64Array, Int64Array]:
    """For each person: of the statements with a wanted answer (9 = none), how many were voted on and how many as wanted."""
    met = np.zeros(len(offsets) - 1, dtype=np.int64)
    same = np.zeros(len(offsets) - 1, dtype=np.int64)
    for p in range(len(offsets) - 1):
        for k in range(offsets[p], offsets[p + 1]):
            if wanted[columns[k]] != 9:
                met[p] += 1
                if wanted[columns[k]] == values[k]:
                    same[p] += 1
    return met, same
