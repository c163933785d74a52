"""The reference method, `method="polis"`: the published way of Polis to map opinion, so that users can move over and compare.

Implemented from a description of its formulas; each function is one of them and `docs/polis-method.md` has them all, with what
differs here. Counts are integers, floats are computed in a fixed order without BLAS, so findings do not depend on the machine.

Signs: the reference holds -1 for agree inside; here +1 is agree everywhere. Centre and axes are therefore the negatives of the
reference's, and positions of people and statements are the same numbers: `reference_sign` is the only place that converts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.chance import hash_ids, uniform
from comity.opinion.votes import BoolArray, FloatArray, IdArray, Int8Array, Int32Array, Int64Array, Moderation, Votes

MOST_PARTICIPANTS = 100_000
MOST_STATEMENTS = 10_000
N_AXES = 2
AXIS_ROUNDS = 100
ENOUGH_VOTES = 7
FEWEST_CLUSTERED = 15
N_BASE_CLUSTERS = 100
BASE_ROUNDS = 100
GROUP_ROUNDS = 20
MOST_GROUPS = 5
BASE_CLUSTERS_PER_GROUP = 12
STILL = 0.01
"""Clustering ends when no centre moves this far, in units of the map."""
TICKS_TO_ADOPT = 4
Z_90 = 1.2816
"""The reference's threshold: a one-sided test at 90 %."""
N_REPRESENTATIVE = 5
N_MAJORITY = 5
META_PRIORITY = 49.0

AGREES, DISAGREES, ALL_VOTES = 0, 1, 2
"""The last axis of group votes: agrees, disagrees, all votes (passes included)."""

_NO_VARIANCE = 1e-12
"""An axis with less than this share of the first one's variance is rounding noise, and given as zeros."""
_FIFTHS = (1.0, 0.8705505632961241, 0.757858283255199, 0.6597539553864471, 0.5743491774985175)
"""2^(-r/5), r = 0..4: written out, because `pow` may differ between mathematics libraries."""

Array = npt.NDArray[Any]


class Side(StrEnum):
    """Which answer a statement is remarkable for."""

    AGREE = "agree"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class PolisMap:
    """Where people and statements lie.

    centre (n_statements,): mean of the votes cast, 0 where there are none and for statements moderated out.
    axes (2, n_statements): unit vectors pointing where agreeing takes a person; all zeros where no variance is left.
    projections (n_participants, 2): NaN for people without a vote. statement_projections (n_statements, 2): where somebody
    would lie who only agreed with that statement. extremity (n_statements,): length of that vector.
    All float64, in units of the map (votes times axis weights, stretched by the square root of statements over votes).
    """

    centre: FloatArray
    axes: FloatArray
    projections: FloatArray
    statement_projections: FloatArray
    extremity: FloatArray


@dataclass(frozen=True, slots=True)
class BaseClusters:
    """Up to 100 small clusters of people: the points that groups are made of.

    ids (n_base,) int64, ascending: lineage, kept from tick to tick. centres (n_base, 2). counts (n_base,) int64: people in each.
    membership (n_participants,) int32: index into ids, -1 = not clustered.
    """

    ids: Int64Array
    centres: FloatArray
    counts: Int64Array
    membership: Int32Array


@dataclass(frozen=True, slots=True)
class Grouping:
    """One division of the base clusters: labels (n_base,) int32, centres (n_groups, 2), mean silhouette (-1 to 1)."""

    labels: Int32Array
    centres: FloatArray
    silhouette: float


@dataclass(frozen=True, slots=True)
class Smoother:
    """How many groups are shown, and for how many ticks in a row (`ticks`) the silhouette has preferred `candidate`."""

    adopted: int
    candidate: int
    ticks: int


@dataclass(frozen=True, slots=True)
class Representativeness:
    """What sets groups apart, each (n_groups, n_statements) float64.

    rate_*: (count + 1) / (votes + 2) in the group. rate_test_*: z of that rate against one half. ratio_*: the group's rate
    over that of the members of all other groups. ratio_test_*: z of the difference between the two.
    """

    rate_agree: FloatArray
    rate_disagree: FloatArray
    rate_test_agree: FloatArray
    rate_test_disagree: FloatArray
    ratio_agree: FloatArray
    ratio_disagree: FloatArray
    ratio_test_agree: FloatArray
    ratio_test_disagree: FloatArray


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that represents a group: `successes` of `trials` votes of its members went to `side`."""

    statement_id: int | str
    group: int
    side: Side
    successes: int
    trials: int
    rate: float
    rate_test: float
    ratio: float
    ratio_test: float
    best_agree: bool


@dataclass(frozen=True, slots=True)
class Majority:
    """A statement on which a clear majority of all who voted on it took one side, in a group or not."""

    statement_id: int | str
    side: Side
    successes: int
    trials: int
    rate: float
    rate_test: float


@dataclass(frozen=True, slots=True)
class PolisFindings:
    """What follows from votes once it is known who is in which group.

    group_sizes (n_groups,) int64. group_votes (n_groups, n_statements, 3) int64: agrees, disagrees, all votes.
    consensus (n_statements,) float64: group-informed (the reference says group-aware) consensus; NaN without groups.
    representative: for each group, up to five, agrees first. majority_agree, majority_disagree: up to five each.
    priorities (n_statements,) float64, positive: the weight of each statement in routing.
    """

    group_sizes: Int64Array
    group_votes: Int64Array
    consensus: FloatArray
    representativeness: Representativeness
    representative: tuple[tuple[Representative, ...], ...]
    majority_agree: tuple[Majority, ...]
    majority_disagree: tuple[Majority, ...]
    priorities: FloatArray


@dataclass(frozen=True, slots=True)
class PersonStats:
    """How a person lies in the map, each (n_participants,) float64, NaN for people in no group.

    from_centre: distance to the mean of all clustered people. from_group: distance to the person's group's mean.
    extremeness: how far the person goes from the former towards the latter (negative: the other way).
    """

    from_centre: FloatArray
    from_group: FloatArray
    extremeness: FloatArray


@dataclass(frozen=True, slots=True)
class PolisResult:
    """Everything the reference method says about one state of a conversation.

    participant_ids, statement_ids: those admitted, ascending; every other array has them as its axes.
    votes_cast (n_participants,) int64. in_conversation (n_participants,) bool: who is clustered.
    groupings: by number of groups aimed at (2 to 5), what clustering found. membership (n_participants,) int32: group, -1 = none.
    """

    participant_ids: IdArray
    statement_ids: IdArray
    seed: int
    votes_cast: Int64Array
    in_conversation: BoolArray
    map: PolisMap
    base_clusters: BaseClusters
    groupings: Mapping[int, Grouping]
    smoother: Smoother
    membership: Int32Array
    findings: PolisFindings
    persons: PersonStats

    @property
    def n_groups(self) -> int:
        return len(self.findings.group_sizes)


# --- the whole method ---


def polis_analysis(
    votes: Votes,
    *,
    seed: int = 0,
    order: npt.ArrayLike | None = None,
    previous: PolisResult | None = None,
) -> PolisResult:
    """The reference method from votes to findings: one tick, cold without `previous`, warm with it.

    seed: draws the start of the axes by hash (the reference: unseeded random). order (n_participants,): indices into
    votes.participant_ids in order of arrival; without it people are taken by ascending id. previous: the result for earlier
    votes of the same conversation; axes, clusters, groups and their number are then carried on as the reference does.

    Raises ValueError where `order` is not a permutation. Time O(rounds x votes + people x base clusters x rounds), memory O(votes).
    """
    arrival = _arrival(votes, order)
    votes, arrival = admission(votes, arrival)
    opinion_map = map_opinions(votes, seed=seed, start=None if previous is None else _carried_axes(votes, previous))
    earlier = (
        None
        if previous is None
        else _carried(votes.participant_ids, previous.participant_ids, previous.in_conversation, False)
    )
    clustered = in_conversation(votes, earlier)
    lineage = None if previous is None else _carried_base(votes, previous)
    base = base_clusters(opinion_map.projections, clustered, arrival=arrival, lineage=lineage)
    groupings = group_candidates(base, None if previous is None else _carried_groupings(base, previous))
    smoother = smooth(None if previous is None else previous.smoother, preferred_k(groupings))
    if smoother.adopted not in groupings and groupings:  # the base clusters have become too few for the number held
        smoother = Smoother(preferred_k(groupings), preferred_k(groupings), TICKS_TO_ADOPT)
    membership = np.full(votes.n_participants, -1, dtype=np.int32)
    if smoother.adopted in groupings:
        held = base.membership >= 0
        membership[held] = groupings[smoother.adopted].labels[base.membership[held]]
    return PolisResult(
        participant_ids=votes.participant_ids,
        statement_ids=votes.statement_ids,
        seed=seed,
        votes_cast=np.diff(votes.offsets).astype(np.int64),
        in_conversation=clustered,
        map=opinion_map,
        base_clusters=base,
        groupings=groupings,
        smoother=smoother,
        membership=membership,
        findings=polis_findings(votes, membership, extremity=opinion_map.extremity),
        persons=person_stats(opinion_map.projections, membership),
    )


def polis_findings(
    votes: Votes,
    membership: npt.ArrayLike,
    *,
    extremity: FloatArray | None = None,
    n_groups: int | None = None,
) -> PolisFindings:
    """Findings for a given division of the people.

    membership (n_participants,) int: group 0..n_groups-1, -1 = in none. extremity (n_statements,): see `PolisMap`, used for
    priorities only; computed cold with seed 0 when not given. n_groups: highest label + 1 unless given.

    Raises ValueError where membership does not fit the votes.
    """
    labels = np.asarray(membership, dtype=np.int64)
    if labels.shape != (votes.n_participants,):
        raise ValueError(
            f"membership has shape {labels.shape} for {votes.n_participants} participants: give one group, or -1, for each."
        )
    groups = int(labels.max(initial=-1)) + 1 if n_groups is None else n_groups
    if len(labels) and not -1 <= labels.min() <= labels.max() < groups:
        raise ValueError(
            f"membership runs from {labels.min()} to {labels.max()}: give 0 to {groups - 1}, or -1 for no group."
        )
    counts = group_votes(votes, labels, groups)
    out = moderated_out(votes)
    measures = representativeness(counts)
    far = map_opinions(votes).extremity if extremity is None else np.asarray(extremity, dtype=np.float64)
    everybody = group_votes(votes, np.zeros(votes.n_participants, dtype=np.int64), 1)[0]
    meta = np.array([statement.meta for statement in votes.statements], dtype=np.bool_)
    ids = votes.statement_ids.tolist()
    return PolisFindings(
        group_sizes=np.bincount(labels[labels >= 0], minlength=groups).astype(np.int64),
        group_votes=counts,
        consensus=group_informed_consensus(counts),
        representativeness=measures,
        representative=tuple(representative_statements(counts, measures, group, ids, out) for group in range(groups)),
        majority_agree=majority_consensus(everybody, Side.AGREE, ids, out),
        majority_disagree=majority_consensus(everybody, Side.DISAGREE, ids, out),
        priorities=comment_priorities(counts, far, meta),
    )


def top_consensus(
    votes: Votes, k: int = 10, *, seed: int = 0, order: npt.ArrayLike | None = None
) -> tuple[int | str, ...]:
    """Ids of the k statements with the highest group-informed consensus after a cold run, best first.

    Statements moderated out or about the person take no part; ties go to the lower id. Empty where no groups were found.
    """
    result = polis_analysis(votes, seed=seed, order=order)
    return ranked_consensus(votes, result, k)


def ranked_consensus(votes: Votes, result: PolisResult, k: int = 10) -> tuple[int | str, ...]:
    """Ids of the k statements with the highest group-informed consensus in `result`, as in `top_consensus`."""
    taking_part = {statement.id for statement in votes.statements if statement.takes_part}
    consensus = result.findings.consensus
    best_first = np.argsort(-consensus, kind="stable") if result.n_groups else np.empty(0, dtype=np.int64)
    ids: list[int | str] = result.statement_ids[best_first].tolist()
    return tuple(key for key in ids if key in taking_part)[:k]


def reference_sign(values: FloatArray) -> FloatArray:
    """Centre or axes between this house's sign (+1 agree) and the reference's (-1 agree); its own inverse.

    Positions, extremity and every count are the same in both.
    """
    return np.negative(values)


# --- 1 admission, 2 moderation ---


def admission(
    votes: Votes, arrival: Int64Array, *, participants: int = MOST_PARTICIPANTS, statements: int = MOST_STATEMENTS
) -> tuple[Votes, Int64Array]:
    """The first people (by `arrival`), the first statements (by id), their votes, and the order of arrival among those people."""
    if votes.n_participants > participants:
        chosen = np.zeros(votes.n_participants, dtype=np.bool_)
        chosen[arrival[:participants]] = True
        place = np.cumsum(chosen) - 1
        arrival = place[arrival[:participants]]
        votes = votes.people(chosen)
    if votes.n_statements > statements:
        kept = votes.rows(votes.columns < statements)
        votes = Votes(
            participant_ids=kept.participant_ids,
            statement_ids=kept.statement_ids[:statements],
            offsets=kept.offsets,
            columns=kept.columns,
            values=kept.values,
            statements=kept.statements[:statements],
            important=kept.important,
            segments=kept.segments,
        )
    return votes, arrival


def moderated_out(votes: Votes) -> BoolArray:
    """(n_statements,) bool: rejected, or about the person. In the map such a column is zero for everybody."""
    return np.array([not statement.takes_part for statement in votes.statements], dtype=np.bool_)


def shown_statements(votes: Votes, *, strict: bool = False) -> BoolArray:
    """(n_statements,) bool: what people may be asked. With strict moderation a statement has to be accepted first."""
    return np.array(
        [
            s.moderation is Moderation.ACCEPTED if strict else s.moderation is not Moderation.REJECTED
            for s in votes.statements
        ],
        dtype=np.bool_,
    )


# --- 3 centre, 4 principal components, 5 projections and extremity ---


def map_opinions(votes: Votes, *, seed: int = 0, start: FloatArray | None = None) -> PolisMap:
    """Centre, axes and positions of people and statements; `start` (2, n_statements): axes to go on from."""
    mean = centre(votes)
    axes = principal_components(votes, mean, seed=seed, start=start)
    positions = statement_projections(mean, axes)
    return PolisMap(
        centre=mean,
        axes=axes,
        projections=projections(votes, mean, axes),
        statement_projections=positions,
        extremity=np.sqrt(positions[:, 0] * positions[:, 0] + positions[:, 1] * positions[:, 1]),
    )


def centre(votes: Votes) -> FloatArray:
    """(n_statements,) float64: mean of the votes cast on each statement; 0 without votes and for statements moderated out."""
    cast = np.bincount(votes.columns, minlength=votes.n_statements)
    sums = _column_sums(votes.columns, votes.values, votes.n_statements)
    return np.where(moderated_out(votes), 0.0, sums / np.maximum(cast, 1))


def principal_components(
    votes: Votes, centre: FloatArray, *, seed: int = 0, start: FloatArray | None = None, rounds: int = AXIS_ROUNDS
) -> FloatArray:
    """(2, n_statements) float64: the main axes of the centred votes, a missing vote counting as the mean.

    Power iteration, at most `rounds` for each axis, ending early when the eigenvalue repeats exactly; the second axis is found in
    what the first leaves over. Cold starts are hashes of statement id and seed, and the axis is then turned so that its largest
    entry (the lowest id among equals) is positive; an axis that goes on from `start` (2, n_statements) keeps its direction.
    """
    centred, columns = _centred(votes, centre), votes.columns.view(np.uint32)
    axes = np.zeros((N_AXES, votes.n_statements))
    strongest = 0.0
    for number in range(N_AXES if votes.n_statements else 0):
        if start is None:
            first = 2.0 * uniform(hash_ids(votes.statement_ids, seed, f"polis axis {number}")) - 1.0
        else:
            first = np.asarray(start[number], dtype=np.float64)
        first = np.where(moderated_out(votes), 0.0, first)
        axis, eigenvalue = _power_iteration(votes.offsets, columns, centred, first, axes[:number], rounds)
        strongest = max(strongest, eigenvalue)
        if eigenvalue <= _NO_VARIANCE * strongest:
            break
        if start is None and axis[int(np.argmax(np.abs(axis)))] < 0:
            axis = -axis
        axes[number] = axis
    return axes


def projections(votes: Votes, centre: FloatArray, axes: FloatArray) -> FloatArray:
    """(n_participants, 2) float64: p_i = sqrt(M / n_i) * sum over the votes of i of (x_ij - centre_j) * axes_.j.

    M: all statements, those moderated out included. n_i: votes of i on statements that are in, plus every statement that is out
    (those columns are zero for everybody, which the reference counts as voted). NaN for people without any vote.
    """
    out = moderated_out(votes)
    sums = _projected(votes.offsets, votes.columns.view(np.uint32), _centred(votes, centre), np.ascontiguousarray(axes))
    cast_before = np.concatenate(([0], np.cumsum(~out[votes.columns], dtype=np.int64)))
    seen = np.diff(cast_before[votes.offsets]) + int(out.sum())
    placed = np.asarray(sums * np.sqrt(votes.n_statements / np.maximum(seen, 1))[:, None])
    placed[np.diff(votes.offsets) == 0] = np.nan
    return placed


def statement_projections(centre: FloatArray, axes: FloatArray) -> FloatArray:
    """(n_statements, 2) float64: where a person would lie whose only vote is to agree: sqrt(M) * (1 - centre_j) * axes_.j."""
    return np.asarray((math.sqrt(len(centre)) * (1.0 - centre) * axes).T)


# --- 6 who is clustered, 7 base clusters, 8 groups ---


def in_conversation(votes: Votes, earlier: BoolArray | None = None) -> BoolArray:
    """(n_participants,) bool: who is clustered.

    Whoever cast 7 votes (all, where there are fewer statements), whoever already was (`earlier`), and where that makes fewer
    than 15 people, the most active up to 15 (ties: lower id). Votes on statements moderated out count. Nobody without a vote.
    """
    cast = np.diff(votes.offsets)
    inside = cast >= max(1, min(ENOUGH_VOTES, votes.n_statements))
    if earlier is not None:
        inside = inside | (earlier & (cast > 0))
    lacking = FEWEST_CLUSTERED - int(inside.sum())
    if lacking > 0:
        most_active = np.argsort(-cast, kind="stable")
        candidates = most_active[(~inside & (cast > 0))[most_active]]
        inside[candidates[:lacking]] = True
    return np.asarray(inside, dtype=np.bool_)


def base_clusters(
    projections: FloatArray,
    clustered: BoolArray,
    *,
    arrival: Int64Array | None = None,
    lineage: Int64Array | None = None,
    k: int = N_BASE_CLUSTERS,
) -> BaseClusters:
    """Small clusters of the people marked in `clustered` (n_participants,): k-means on their positions, at most 100 rounds.

    Cold: the first k distinct positions by `arrival` (indices, ascending id without it) are the first centres, ids 0, 1, ...
    Warm: `lineage` (n_participants,) int64 names the cluster each person was in, -1 = none; see `_warm_start`.
    A cluster that loses its last member ends. Equal distances go to the lower id.
    """
    order = np.arange(len(projections)) if arrival is None else arrival
    people = order[clustered[order]]
    points = np.ascontiguousarray(projections[people])
    weights = np.ones(len(points))
    known = None if lineage is None or not (lineage[people] >= 0).any() else lineage[people]
    ids, starts = _cold_start(points, k) if known is None else _warm_start(points, weights, known, k)
    labels, centres, kept = _kmeans(points, weights, starts, BASE_ROUNDS, STILL)
    membership = np.full(len(projections), -1, dtype=np.int32)
    membership[people] = labels
    return BaseClusters(
        ids=ids[kept],
        centres=centres,
        counts=np.bincount(labels, minlength=len(centres)).astype(np.int64),
        membership=membership,
    )


def group_candidates(base: BaseClusters, earlier: Mapping[int, Int64Array] | None = None) -> dict[int, Grouping]:
    """A grouping for each number of groups k = 2..min(5, 2 + n_base // 12).

    k-means on the centres of base clusters, weighted by the people in them, at most 20 rounds, from the first k distinct centres
    by base id, or from `earlier`: k -> (n_base,) int64, the group that each base cluster was in last time, -1 = new. Fewer
    groups than k come out where positions are fewer. Empty without base clusters.
    """
    weights = base.counts.astype(np.float64)
    found: dict[int, Grouping] = {}
    most = min(MOST_GROUPS, 2 + len(base.ids) // BASE_CLUSTERS_PER_GROUP)
    for k in range(2, most + 1 if len(base.ids) else 2):
        known = None if earlier is None or k not in earlier or not (earlier[k] >= 0).any() else earlier[k]
        _, starts = _cold_start(base.centres, k) if known is None else _warm_start(base.centres, weights, known, k)
        labels, centres, _ = _kmeans(base.centres, weights, starts, GROUP_ROUNDS, STILL)
        found[k] = Grouping(labels=labels, centres=centres, silhouette=silhouette(base.centres, labels))
    return found


def silhouette(points: FloatArray, labels: Int32Array) -> float:
    """Mean over points of (b - a) / max(a, b): a = mean distance to the others of its group, b = the least mean distance to another group.

    points (n_points, 2), labels (n_points,). Points alone in their group count 0; a single group has silhouette 0. O(n_points^2).
    """
    return float(_silhouette(np.ascontiguousarray(points), labels, int(labels.max(initial=-1)) + 1))


def preferred_k(groupings: Mapping[int, Grouping]) -> int:
    """The k with the highest silhouette, the smallest among equals; 0 where there is nothing to group."""
    best = 0
    for k in sorted(groupings):
        if best == 0 or groupings[k].silhouette > groupings[best].silhouette:
            best = k
    return best


def smooth(before: Smoother | None, preferred: int) -> Smoother:
    """The number of groups to show: another one is adopted when it has been preferred in 4 ticks running.

    The first tick adopts what it prefers.

    >>> state = smooth(None, 2)
    >>> for k in (3, 3, 3):
    ...     state = smooth(state, k)
    >>> state.adopted, smooth(state, 3).adopted
    (2, 3)
    """
    if before is None or before.adopted == 0:
        return Smoother(adopted=preferred, candidate=preferred, ticks=1)
    ticks = before.ticks + 1 if preferred == before.candidate else 1
    return Smoother(adopted=preferred if ticks >= TICKS_TO_ADOPT else before.adopted, candidate=preferred, ticks=ticks)


# --- 9 group votes, 10 group-informed consensus ---


def group_votes(votes: Votes, membership: npt.ArrayLike, n_groups: int) -> Int64Array:
    """(n_groups, n_statements, 3) int64: agrees, disagrees and all votes (passes included) of the members on each statement.

    membership (n_participants,): group, -1 = none. Statements moderated out keep their counts.
    """
    group = np.asarray(membership, dtype=np.int64)[votes.persons]
    member = group >= 0
    cell = group[member] * votes.n_statements + votes.columns[member]
    value = votes.values[member]
    size = n_groups * votes.n_statements
    counts = np.empty((n_groups, votes.n_statements, 3), dtype=np.int64)
    counts[:, :, AGREES] = np.bincount(cell[value > 0], minlength=size).reshape(n_groups, -1) if size else 0
    counts[:, :, DISAGREES] = np.bincount(cell[value < 0], minlength=size).reshape(n_groups, -1) if size else 0
    counts[:, :, ALL_VOTES] = np.bincount(cell, minlength=size).reshape(n_groups, -1) if size else 0
    return counts


def group_informed_consensus(counts: Int64Array) -> FloatArray:
    """(n_statements,) float64: the product over groups of (agrees + 1) / (votes + 2); NaN without groups.

    counts: see `group_votes`. Called group-aware consensus in the reference's files.
    """
    if not len(counts):
        return np.full(counts.shape[1], np.nan)
    product = np.ones(counts.shape[1])
    for group in counts:
        product *= _rate(group[:, AGREES], group[:, ALL_VOTES])
    return product


# --- 11 representativeness, 12 majority consensus ---


def one_proportion_test(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """z of a rate against one half, with one success added: 2 sqrt(n + 1) ((s + 1) / (n + 1) - 1/2); elementwise.

    >>> float(one_proportion_test(14, 15))
    3.5
    """
    s, n = np.asarray(successes) + 1.0, np.asarray(trials) + 1.0
    return np.asarray(2.0 * np.sqrt(n) * (s / n - 0.5))


def two_proportion_test(
    successes: npt.ArrayLike, trials: npt.ArrayLike, other_successes: npt.ArrayLike, other_trials: npt.ArrayLike
) -> FloatArray:
    """z of the difference of two rates, pooled, with 1 added to each of the four counts; 0 where the pooled rate is 1; elementwise."""
    s, n = np.asarray(successes) + 1.0, np.asarray(trials) + 1.0
    s_other, n_other = np.asarray(other_successes) + 1.0, np.asarray(other_trials) + 1.0
    pooled = (s + s_other) / (n + n_other)
    spread = np.sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / n_other))
    certain = pooled == 1.0
    return np.asarray(np.where(certain, 0.0, (s / n - s_other / n_other) / np.where(certain, 1.0, spread)))


def representativeness(counts: Int64Array) -> Representativeness:
    """Each group against the members of the other groups (people in no group are left out); counts: see `group_votes`."""
    rest = counts.sum(axis=0)[None, :, :] - counts
    agrees, disagrees, cast = counts[:, :, AGREES], counts[:, :, DISAGREES], counts[:, :, ALL_VOTES]
    rest_agrees, rest_disagrees, rest_cast = rest[:, :, AGREES], rest[:, :, DISAGREES], rest[:, :, ALL_VOTES]
    rate_agree, rate_disagree = _rate(agrees, cast), _rate(disagrees, cast)
    return Representativeness(
        rate_agree=rate_agree,
        rate_disagree=rate_disagree,
        rate_test_agree=one_proportion_test(agrees, cast),
        rate_test_disagree=one_proportion_test(disagrees, cast),
        ratio_agree=rate_agree / _rate(rest_agrees, rest_cast),
        ratio_disagree=rate_disagree / _rate(rest_disagrees, rest_cast),
        ratio_test_agree=two_proportion_test(agrees, cast, rest_agrees, rest_cast),
        ratio_test_disagree=two_proportion_test(disagrees, cast, rest_disagrees, rest_cast),
    )


def representative_statements(
    counts: Int64Array,
    measures: Representativeness,
    group: int,
    statement_ids: Sequence[int | str],
    out: BoolArray,
) -> tuple[Representative, ...]:
    """Up to five statements for a group: the best agree, then the highest ranked that qualify; agrees before disagrees.

    A statement qualifies when both tests of one side exceed 1.2816; its side is the one with the larger ratio test (disagree
    at a tie); the rank is ratio x ratio test x rate x rate test. Where none qualifies: the best agree alone, or else the one
    with the largest ratio test. Ties: lower id. Statements moderated out (`out`) take no part, nor do those on which
    no member took a side.
    """
    agree_rank = _rank(measures, group, Side.AGREE)
    disagree_rank = _rank(measures, group, Side.DISAGREE)
    test_agree, test_disagree = measures.ratio_test_agree[group], measures.ratio_test_disagree[group]
    candidates = np.flatnonzero(~out & (counts[group, :, AGREES] + counts[group, :, DISAGREES] > 0))
    agreeing = test_agree > test_disagree
    qualifies = ((test_agree > Z_90) & (measures.rate_test_agree[group] > Z_90)) | (
        (test_disagree > Z_90) & (measures.rate_test_disagree[group] > Z_90)
    )
    best = _best_agree(measures, group, candidates)
    rank = np.where(agreeing, agree_rank, disagree_rank)
    qualified = [j for j in candidates.tolist() if qualifies[j]]
    chosen = [j for j in sorted(qualified, key=lambda j: (-rank[j], j)) if j != best]
    if best is None and not chosen and len(candidates):
        larger = np.maximum(test_agree, test_disagree)[candidates]
        chosen = [int(candidates[int(np.argmax(larger))])]
    sides = [(j, Side.AGREE if agreeing[j] else Side.DISAGREE) for j in chosen]
    if best is not None:
        # without any that qualifies, `chosen` is empty here and the best agree stands alone
        sides = [(best, Side.AGREE), *sides]
    sides = sides[:N_REPRESENTATIVE]
    ordered = [entry for side in Side for entry in sides if entry[1] is side]
    return tuple(_representative(counts, measures, group, j, side, statement_ids[j], j == best) for j, side in ordered)


def majority_consensus(
    everybody: Int64Array, side: Side, statement_ids: Sequence[int | str], out: BoolArray
) -> tuple[Majority, ...]:
    """Up to five statements by rate x rate test, among those with a rate above one half and a test above 1.2816; ties: lower id.

    everybody (n_statements, 3) int64: agrees, disagrees, all votes of all participants, in a group or not.
    """
    successes = everybody[:, AGREES if side is Side.AGREE else DISAGREES]
    trials = everybody[:, ALL_VOTES]
    rate, test = _rate(successes, trials), one_proportion_test(successes, trials)
    clear = np.flatnonzero(~out & (rate > 0.5) & (test > Z_90)).tolist()
    best = sorted(clear, key=lambda j: (-rate[j] * test[j], j))[:N_MAJORITY]
    return tuple(
        Majority(statement_ids[j], side, int(successes[j]), int(trials[j]), float(rate[j]), float(test[j]))
        for j in best
    )


# --- 13 comment priority and routing, 14 person stats ---


def comment_priorities(counts: Int64Array, extremity: FloatArray, meta: BoolArray) -> FloatArray:
    """(n_statements,) float64: how strongly routing prefers a statement: little passed on, far out, agreed with, and new.

    (importance * (1 + 8 * 2^(-S/5)))^2 with importance = (1 - (P+1)/(S+2)) * (E+1) * (A+1)/(S+2); 49 for statements about the
    person. A agrees, P passes, S all votes, summed over groups; E extremity. counts: see `group_votes`.
    """
    total = counts.sum(axis=0)
    agrees, cast = total[:, AGREES], total[:, ALL_VOTES]
    passes = cast - agrees - total[:, DISAGREES]
    importance = (1.0 - _rate(passes, cast)) * (extremity + 1.0) * _rate(agrees, cast)
    novelty = 1.0 + 8.0 * np.ldexp(np.array(_FIFTHS)[cast % 5], -(cast // 5).astype(np.int32))
    return np.where(meta, META_PRIORITY, (importance * novelty) * (importance * novelty))


def routing_probabilities(priorities: FloatArray, voted: BoolArray, shown: BoolArray | None = None) -> FloatArray:
    """(n_statements,) float64: the chance of each statement to be asked next, proportional to priority.

    priorities: NaN = not known, counts as 1. voted: the person has voted on it already; shown: see `shown_statements`,
    all when not given. All zeros where nothing is left to ask.
    """
    open_ones = ~voted if shown is None else ~voted & shown
    weights = np.where(open_ones, np.where(np.isnan(priorities), 1.0, priorities), 0.0)
    total = math.fsum(weights.tolist())
    return np.asarray(weights / total) if total > 0 else weights


def person_stats(projections: FloatArray, membership: npt.ArrayLike) -> PersonStats:
    """Where each member of a group lies in relation to everybody's mean and to the group's; see `PersonStats`."""
    labels = np.asarray(membership, dtype=np.int64)
    stats = np.full((3, len(labels)), np.nan)
    members = labels >= 0
    if members.any():
        middle = _mean(projections[members])
        for group in range(int(labels.max()) + 1):
            own = labels == group
            if not own.any():
                continue
            points = projections[own]
            there = _mean(points)
            way = there - middle
            length = math.hypot(way[0], way[1])
            from_middle, from_there = points - middle, points - there
            stats[0, own] = np.sqrt(from_middle[:, 0] * from_middle[:, 0] + from_middle[:, 1] * from_middle[:, 1])
            stats[1, own] = np.sqrt(from_there[:, 0] * from_there[:, 0] + from_there[:, 1] * from_there[:, 1])
            along = from_middle[:, 0] * way[0] + from_middle[:, 1] * way[1]
            stats[2, own] = along / length if length > 0 else 0.0
    return PersonStats(from_centre=stats[0], from_group=stats[1], extremeness=stats[2])


# --- smaller parts ---


def _centred(votes: Votes, centre: FloatArray) -> FloatArray:
    """(n_votes,): each vote less its statement's mean, 0 on statements moderated out. Where no vote exists the matrix is zero."""
    return np.where(moderated_out(votes)[votes.columns], 0.0, votes.values - centre[votes.columns])


def _rate(count: Array, cast: Array) -> FloatArray:
    return np.asarray((count + 1.0) / (cast + 2.0))


def _rank(m: Representativeness, group: int, side: Side) -> FloatArray:
    if side is Side.AGREE:
        factors = (m.ratio_agree, m.ratio_test_agree, m.rate_agree, m.rate_test_agree)
    else:
        factors = (m.ratio_disagree, m.ratio_test_disagree, m.rate_disagree, m.rate_test_disagree)
    ratio, ratio_test, rate, rate_test = (factor[group] for factor in factors)
    return np.asarray(ratio * ratio_test * rate * rate_test)


def _best_agree(measures: Representativeness, group: int, candidates: Int64Array) -> int | None:
    """The statement that best says what the group agrees on, qualified or not; `candidates`: columns, scanned in order."""
    rate, test = measures.rate_agree[group], measures.rate_test_agree[group]
    ratio, rank = measures.ratio_agree[group], _rank(measures, group, Side.AGREE)
    best: int | None = None
    for j in candidates.tolist():
        if best is None:
            better = test[j] > Z_90 or (ratio[j] > 1.0 and rate[j] > 0.5)
        elif ratio[best] > 1.0:
            better = rank[j] > rank[best]
        else:
            better = rate[j] * test[j] > rate[best] * test[best]
        if better:
            best = j
    return best


def _representative(
    counts: Int64Array, m: Representativeness, group: int, j: int, side: Side, statement_id: int | str, best: bool
) -> Representative:
    agree = side is Side.AGREE
    return Representative(
        statement_id=statement_id,
        group=group,
        side=side,
        successes=int(counts[group, j, AGREES if agree else DISAGREES]),
        trials=int(counts[group, j, ALL_VOTES]),
        rate=float((m.rate_agree if agree else m.rate_disagree)[group, j]),
        rate_test=float((m.rate_test_agree if agree else m.rate_test_disagree)[group, j]),
        ratio=float((m.ratio_agree if agree else m.ratio_disagree)[group, j]),
        ratio_test=float((m.ratio_test_agree if agree else m.ratio_test_disagree)[group, j]),
        best_agree=best,
    )


def _arrival(votes: Votes, order: npt.ArrayLike | None) -> Int64Array:
    if order is None:
        return np.arange(votes.n_participants, dtype=np.int64)
    arrival = np.asarray(order, dtype=np.int64)
    if arrival.shape != (votes.n_participants,) or not np.array_equal(
        np.sort(arrival), np.arange(votes.n_participants)
    ):
        raise ValueError(
            f"order has to hold each of the indices 0 to {votes.n_participants - 1} once, in order of arrival."
        )
    return arrival


def _carried(now: IdArray, before: IdArray, values: Array, new: Any) -> Array:
    """`values` (n_before,) for the ids of `now`, `new` for ids that were not there before."""
    place = {key: index for index, key in enumerate(before.tolist())}
    carried = np.full(len(now), new, dtype=values.dtype)
    for index, key in enumerate(now.tolist()):
        if key in place:
            carried[index] = values[place[key]]
    return carried


def _carried_axes(votes: Votes, previous: PolisResult) -> FloatArray | None:
    """The last axes, statements that are new having 1; None where there was no variance to hold on to."""
    if not previous.map.axes.any(axis=1).all():
        return None
    return np.stack([_carried(votes.statement_ids, previous.statement_ids, axis, 1.0) for axis in previous.map.axes])


def _carried_base(votes: Votes, previous: PolisResult) -> Int64Array:
    base = previous.base_clusters
    held = np.full(len(base.membership), -1, dtype=np.int64)
    inside = base.membership >= 0
    held[inside] = base.ids[base.membership[inside]]
    return _carried(votes.participant_ids, previous.participant_ids, held, -1)


def _carried_groupings(base: BaseClusters, previous: PolisResult) -> dict[int, Int64Array]:
    before = previous.base_clusters.ids
    return {k: _carried(base.ids, before, g.labels.astype(np.int64), -1) for k, g in previous.groupings.items()}


def _cold_start(points: FloatArray, k: int) -> tuple[Int64Array, FloatArray]:
    """The first k distinct points as centres, numbered from 0."""
    seen: dict[tuple[float, float], None] = {}
    for x, y in points.tolist():
        seen.setdefault((x, y))
        if len(seen) == k:
            break
    return np.arange(len(seen), dtype=np.int64), np.array(list(seen), dtype=np.float64).reshape(-1, 2)


def _warm_start(points: FloatArray, weights: FloatArray, known: Int64Array, k: int) -> tuple[Int64Array, FloatArray]:
    """Centres to go on from: (ids, centres).

    known (n_points,): the cluster each point was in, -1 = none. The old clusters take the mean of their points as they are now;
    those with identical centres become one (the lower id); while there are fewer than k, the point farthest from the centre of
    its cluster (from the nearest centre, if it is new; the first among equals) becomes the centre of a new cluster with the next
    id.
    """
    ids: list[int] = []
    centres: list[tuple[float, float]] = []
    labels = known.copy()
    for key in np.unique(known[known >= 0]).tolist():
        own = known == key
        x, y = _weighted_mean(points[own], weights[own])
        if (x, y) in centres:
            labels[own] = ids[centres.index((x, y))]
        else:
            ids.append(key)
            centres.append((x, y))
    ids, centres = ids[:k], centres[:k]
    next_id = int(known.max()) + 1
    while len(ids) < k:
        middle = np.array(centres)
        away = np.sqrt((points[:, None, 0] - middle[None, :, 0]) ** 2 + (points[:, None, 1] - middle[None, :, 1]) ** 2)
        away_from_own = away.min(axis=1)
        for place, key in enumerate(ids):
            own = labels == key
            away_from_own[own] = away[own, place]
        farthest = int(np.argmax(away_from_own))
        here = (float(points[farthest, 0]), float(points[farthest, 1]))
        if away_from_own[farthest] == 0.0 or here in centres:
            break
        labels[farthest] = next_id
        ids.append(next_id)
        centres.append(here)
        next_id += 1
    return np.array(ids, dtype=np.int64), np.array(centres, dtype=np.float64).reshape(-1, 2)


def _mean(points: FloatArray) -> FloatArray:
    return np.array(_weighted_mean(points, np.ones(len(points))))


def _weighted_mean(points: FloatArray, weights: FloatArray) -> tuple[float, float]:
    total = math.fsum(weights.tolist())
    return (
        math.fsum((points[:, 0] * weights).tolist()) / total,
        math.fsum((points[:, 1] * weights).tolist()) / total,
    )


# --- compiled loops: one fixed order of operations, no BLAS ---


@njit(cache=True)
def _column_sums(columns: Int32Array, values: Int8Array, n_statements: int) -> Int64Array:
    sums = np.zeros(n_statements, dtype=np.int64)
    for r in range(len(columns)):
        sums[columns[r]] += values[r]
    return sums


@njit(cache=True)
def _power_iteration(
    offsets: Int64Array, columns: Array, centred: FloatArray, start: FloatArray, removed: FloatArray, rounds: int
) -> tuple[FloatArray, float]:
    """One axis (n_statements,) and its eigenvalue; `removed` (n_found, n_statements): axes found before, taken out of every row.

    columns (n_votes,) uint32: unsigned saves a test for negative indices in the innermost loop. A round costs the votes cast.
    """
    n_statements = len(start)
    axis = start.copy()
    image = np.empty(n_statements)
    eigenvalue = 0.0
    for turn in range(rounds + 1):  # the first pass only brings the start to unit length
        if turn > 0:
            image[:] = 0.0
            for i in range(len(offsets) - 1):
                along = 0.0
                for r in range(offsets[i], offsets[i + 1]):
                    along += centred[r] * axis[columns[r]]
                for r in range(offsets[i], offsets[i + 1]):
                    image[columns[r]] += centred[r] * along
            axis[:] = image
        for c in range(len(removed)):
            along = 0.0
            for j in range(n_statements):
                along += axis[j] * removed[c, j]
            for j in range(n_statements):
                axis[j] -= along * removed[c, j]
        square = 0.0
        for j in range(n_statements):
            square += axis[j] * axis[j]
        length = math.sqrt(square)
        if length == 0.0:
            return axis, 0.0
        for j in range(n_statements):
            axis[j] /= length
        if turn > 0:
            if length == eigenvalue:
                break
            eigenvalue = length
    return axis, eigenvalue


@njit(cache=True)
def _projected(offsets: Int64Array, columns: Array, centred: FloatArray, axes: FloatArray) -> FloatArray:
    """(n_participants, 2): each person's centred votes times the axes; columns as in `_power_iteration`."""
    sums = np.zeros((len(offsets) - 1, 2))
    for i in range(len(offsets) - 1):
        for r in range(offsets[i], offsets[i + 1]):
            sums[i, 0] += centred[r] * axes[0, columns[r]]
            sums[i, 1] += centred[r] * axes[1, columns[r]]
    return sums


@njit(cache=True)
def _kmeans(
    points: FloatArray, weights: FloatArray, starts: FloatArray, rounds: int, still: float
) -> tuple[Int32Array, FloatArray, Int64Array]:
    """Labels (n_points,), centres (n_clusters, 2) and which of `starts` they came from (n_clusters,); emptied clusters are dropped.

    Ends when, both sorted, no centre has moved by `still`. Centres are the weighted means of the members.
    """
    labels = np.zeros(len(points), dtype=np.int32)
    centres = starts.copy()
    kept = np.arange(len(starts))
    for _ in range(rounds):
        n_clusters = len(centres)
        sums = np.zeros((n_clusters, 2))
        mass = np.zeros(n_clusters)
        for p in range(len(points)):
            nearest = 0
            least = np.inf
            for c in range(n_clusters):
                dx = points[p, 0] - centres[c, 0]
                dy = points[p, 1] - centres[c, 1]
                away = dx * dx + dy * dy
                if away < least:
                    least = away
                    nearest = c
            labels[p] = nearest
            sums[nearest, 0] += weights[p] * points[p, 0]
            sums[nearest, 1] += weights[p] * points[p, 1]
            mass[nearest] += weights[p]
        place = np.cumsum(mass > 0) - 1
        alive = np.flatnonzero(mass > 0)
        moved = np.empty((len(alive), 2))
        for c in range(len(alive)):
            moved[c, 0] = sums[alive[c], 0] / mass[alive[c]]
            moved[c, 1] = sums[alive[c], 1] / mass[alive[c]]
        for p in range(len(points)):
            labels[p] = place[labels[p]]
        kept = kept[alive]
        settled = len(alive) == n_clusters
        if settled:
            before = _in_order(centres)
            after = _in_order(moved)
            for c in range(n_clusters):
                dx = before[c, 0] - after[c, 0]
                dy = before[c, 1] - after[c, 1]
                if math.sqrt(dx * dx + dy * dy) >= still:
                    settled = False
        centres = moved
        if settled:
            break
    return labels, centres, kept


@njit(cache=True)
def _in_order(centres: FloatArray) -> FloatArray:
    """The rows sorted by first, then second coordinate."""
    ordered = centres.copy()
    for c in range(1, len(ordered)):
        x, y = ordered[c, 0], ordered[c, 1]
        at = c
        while at > 0 and (ordered[at - 1, 0] > x or (ordered[at - 1, 0] == x and ordered[at - 1, 1] > y)):
            ordered[at, 0], ordered[at, 1] = ordered[at - 1, 0], ordered[at - 1, 1]
            at -= 1
        ordered[at, 0], ordered[at, 1] = x, y
    return ordered


@njit(cache=True)
def _silhouette(points: FloatArray, labels: Int32Array, n_groups: int) -> float:
    n_points = len(points)
    if n_points == 0 or n_groups < 2:
        return 0.0
    size = np.zeros(n_groups)
    for p in range(n_points):
        size[labels[p]] += 1.0
    total = 0.0
    for p in range(n_points):
        away = np.zeros(n_groups)
        for q in range(n_points):
            dx = points[p, 0] - points[q, 0]
            dy = points[p, 1] - points[q, 1]
            away[labels[q]] += math.sqrt(dx * dx + dy * dy)
        own = labels[p]
        if size[own] < 2.0:
            continue
        a = away[own] / (size[own] - 1.0)
        b = np.inf
        for g in range(n_groups):
            if g != own and size[g] > 0.0:
                b = min(b, away[g] / size[g])
        if max(a, b) > 0.0:
            total += (b - a) / max(a, b)
    return total / n_points
