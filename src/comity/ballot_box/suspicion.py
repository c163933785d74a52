"""What moderators are told of suspected coordination while answers come in: counts, likeness, times; never a ballot, never who.

It is found by the full runs of the follower (docs/coordination.md), kept beside the maps, and replaced with the next one. It is no part
of what is published: the final result says for itself what was found then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from comity.ballot_box.store import Reader
    from comity.opinion.live import Suspected

TOGETHER = 60 * 60 * 1000
"""Milliseconds within which people are said to have begun together."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """People who answer more alike than their opinions explain. size: how many; alike, usual: share of the answers compared that are the
    same, and what is usual for people who think alike; together: most of them that began within one hour, None: fewer than the floor.

    top_kept, top_of: how many of the leading statements of the common ground stay without them, and of how many.
    """

    size: int
    alike: float
    usual: float
    together: int | None
    top_kept: int
    top_of: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the last full run found. at: milliseconds since 1970; people: how many were compared; few: clusters of fewer people than the
    floor, of which nothing else is said.
    """

    at: int
    people: int
    few: int
    clusters: tuple[Cluster, ...]


def suspicion(reader: Reader, number: int, found: Suspected, floor: int, at: int) -> Suspicion:
    """What is told of the clusters that a full run found among the people of a consultation, with when they began."""
    told, few = [], 0
    for cluster, people in zip(found.said.clusters, found.people, strict=True):
        if cluster.size is None or cluster.similarity is None or cluster.expected_by_chance is None:
            few += 1
            continue
        together = most_together(reader.began(number, [int(who) for who in people]))
        told.append(
            Cluster(
                cluster.size,
                cluster.similarity,
                cluster.expected_by_chance,
                together if together >= floor else None,
                cluster.top_kept,
                cluster.top_of,
            )
        )
    return Suspicion(at, found.said.people_compared, few, tuple(told))


def most_together(moments: Sequence[int]) -> int:
    """Most of these moments (milliseconds) that lie within one hour.

    >>> most_together([0, 10, TOGETHER, TOGETHER + 11])
    3
    """
    ordered = np.sort(np.asarray(moments, dtype=np.int64))
    if not len(ordered):
        return 0
    within = np.searchsorted(ordered, ordered + TOGETHER, side="right") - np.arange(len(ordered))
    return int(within.max())


def written(said: Suspicion) -> bytes:
    """As it is kept."""
    return json.dumps(asdict(said), separators=(",", ":")).encode()


def read(kept: bytes) -> Suspicion:
    """What `written` wrote."""
    said = json.loads(kept)
    clusters = tuple(Cluster(**cluster) for cluster in said.pop("clusters"))
    return Suspicion(**said, clusters=clusters)
