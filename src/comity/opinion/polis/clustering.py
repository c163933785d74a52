"""Clusters of people and groups of clusters (steps 7 and 8 of docs/polis-method.md), and how people lie towards them (14).

Cold, clustering starts from the first distinct positions in order of arrival; warm, from where the last result left off. Compiled
loops have one fixed order of operations, and every tie has a rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.polis.result import BaseClusters, Grouping, PersonStats, Smoother
from comity.opinion.votes import BoolArray, FloatArray, Int32Array, Int64Array

N_BASE_CLUSTERS = 100
BASE_ROUNDS = 100
GROUP_ROUNDS = 20
MOST_GROUPS = 5
BASE_CLUSTERS_PER_GROUP = 12
STILL = 0.01
"""Clustering ends when no centre moves this far, in units of the map."""
TICKS_TO_ADOPT = 4


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
    ids, starts = _start(points, weights, None if lineage is None else lineage[people], k)
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
    if not len(base.ids):
        return found
    for k in range(2, min(MOST_GROUPS, 2 + len(base.ids) // BASE_CLUSTERS_PER_GROUP) + 1):
        _, starts = _start(base.centres, weights, (earlier or {}).get(k), k)
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
    return max(groupings, key=lambda k: (groupings[k].silhouette, -k), default=0)


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


def person_stats(projections: FloatArray, membership: npt.ArrayLike) -> PersonStats:
    """Where each member of a group lies in relation to everybody's mean and to the group's; see `PersonStats`."""
    labels = np.asarray(membership, dtype=np.int64)
    stats = np.full((3, len(labels)), np.nan)
    groups = np.unique(labels[labels >= 0]).tolist()
    middle = _mean(projections[labels >= 0]) if groups else np.zeros(2)
    for group in groups:
        own = labels == group
        there = _mean(projections[own])
        from_middle, from_there, way = projections[own] - middle, projections[own] - there, there - middle
        length = float(_lengths(way[None, :])[0])
        along = from_middle[:, 0] * way[0] + from_middle[:, 1] * way[1]
        stats[:, own] = _lengths(from_middle), _lengths(from_there), along / length if length > 0 else 0.0 * along
    return PersonStats(from_centre=stats[0], from_group=stats[1], extremeness=stats[2])


def _start(points: FloatArray, weights: FloatArray, known: Int64Array | None, k: int) -> tuple[Int64Array, FloatArray]:
    """Centres to begin with: (ids, centres); warm where at least one point has a cluster in `known`, else cold."""
    if known is None or not (known >= 0).any():
        return _cold_start(points, k)
    return _warm_start(points, weights, known, k)


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


def _weighted_mean(points: FloatArray, weights: FloatArray) -> tuple[float, float]:
    total = math.fsum(weights.tolist())
    return (
        math.fsum((points[:, 0] * weights).tolist()) / total,
        math.fsum((points[:, 1] * weights).tolist()) / total,
    )


def _mean(points: FloatArray) -> FloatArray:
    return np.array(_weighted_mean(points, np.ones(len(points))))


def _lengths(vectors: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1]))


# --- compiled loops ---


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
