"""The reference method from votes to findings: one tick after the other, each going on from the last result."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.polis.clustering import (
    TICKS_TO_ADOPT,
    base_clusters,
    group_candidates,
    person_stats,
    preferred_k,
    smooth,
)
from comity.opinion.polis.findings import (
    group_informed_consensus,
    group_votes,
    majority_consensus,
    representative_statements,
    representativeness,
)
from comity.opinion.polis.opinion_map import map_opinions
from comity.opinion.polis.priorities import comment_priorities
from comity.opinion.polis.result import BaseClusters, PolisFindings, PolisResult, Side, Smoother
from comity.opinion.polis.taking_part import admission, in_conversation, moderated_out
from comity.opinion.votes import BoolArray, FloatArray, IdArray, Int64Array, Votes

Array = npt.NDArray[Any]


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
    votes, arrival = admission(votes, _arrival(votes, order))
    opinion_map = map_opinions(votes, seed=seed, start=_carried_axes(votes, previous))
    clustered = in_conversation(votes, _carried_people(votes, previous))
    base = base_clusters(opinion_map.projections, clustered, arrival=arrival, lineage=_carried_lineage(votes, previous))
    groupings = group_candidates(base, _carried_groupings(base, previous))
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
    return ranked_consensus(votes, polis_analysis(votes, seed=seed, order=order), k)


def ranked_consensus(votes: Votes, result: PolisResult, k: int = 10) -> tuple[int | str, ...]:
    """Ids of the k statements with the highest group-informed consensus in `result`, as in `top_consensus`."""
    taking_part = {statement.id for statement in votes.statements if statement.takes_part}
    consensus = result.findings.consensus
    best_first = np.argsort(-consensus, kind="stable") if result.n_groups else np.empty(0, dtype=np.int64)
    ids: list[int | str] = result.statement_ids[best_first].tolist()
    return tuple(key for key in ids if key in taking_part)[:k]


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


# --- what the last result hands on; None in a cold run ---


def _carried(now: IdArray, before: IdArray, values: Array, new: Any) -> Array:
    """`values` (n_before,) for the ids of `now`, `new` for ids that were not there before."""
    known = dict(zip(before.tolist(), values.tolist(), strict=True))
    return np.array([known.get(key, new) for key in now.tolist()], dtype=values.dtype)


def _carried_axes(votes: Votes, previous: PolisResult | None) -> FloatArray | None:
    """The last axes, statements that are new having 1; None where there was no variance to hold on to."""
    if previous is None or not previous.map.axes.any(axis=1).all():
        return None
    return np.stack([_carried(votes.statement_ids, previous.statement_ids, axis, 1.0) for axis in previous.map.axes])


def _carried_people(votes: Votes, previous: PolisResult | None) -> BoolArray | None:
    """(n_participants,) bool: who was clustered."""
    if previous is None:
        return None
    return _carried(votes.participant_ids, previous.participant_ids, previous.in_conversation, False)


def _carried_lineage(votes: Votes, previous: PolisResult | None) -> Int64Array | None:
    """(n_participants,) int64: the id of the base cluster that each person was in, -1 = none."""
    if previous is None:
        return None
    base = previous.base_clusters
    held = np.full(len(base.membership), -1, dtype=np.int64)
    inside = base.membership >= 0
    held[inside] = base.ids[base.membership[inside]]
    return _carried(votes.participant_ids, previous.participant_ids, held, -1)


def _carried_groupings(base: BaseClusters, previous: PolisResult | None) -> dict[int, Int64Array] | None:
    """k -> (n_base,) int64: the group that each base cluster was in, -1 = new."""
    if previous is None:
        return None
    before = previous.base_clusters.ids
    return {k: _carried(base.ids, before, g.labels.astype(np.int64), -1) for k, g in previous.groupings.items()}
