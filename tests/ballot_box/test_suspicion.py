"""Suspected coordination while answers come in: found by a full run, told in counts, likeness and times, gone with the final result."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.ballot_box.conftest import opened

from comity.ballot_box import Answer, BallotBox, Follower
from comity.ballot_box import suspicion as suspected
from comity.ballot_box.suspicion import Cluster, Suspicion

STATEMENTS = 60
CLONES = 6
MORNING = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture
def pushed(box: BallotBox) -> str:
    """Two hundred people in a day, of two minds; six more repeat one ballot within ten minutes."""
    consultation, draw = opened(box, STATEMENTS), random.Random(7)

    def honest(lean: float) -> list[int]:
        return [1 if draw.random() < (lean if j % 3 else 0.5) else -1 for j in range(STATEMENTS)]

    ballot = honest(0.7)
    for n in range(200):
        votes = honest(0.7 if n % 2 else 0.3)
        cast(box, consultation, 1000 + n, votes, MORNING + timedelta(minutes=7 * n))
    for n in range(CLONES):
        votes = [vote if draw.random() < 0.97 else -vote for vote in ballot]
        cast(box, consultation, 7_000_001 + n, votes, MORNING + timedelta(hours=5, seconds=50 * n))
    return consultation


def cast(box: BallotBox, consultation: str, who: int, votes: list[int], now: datetime) -> None:
    answers = [Answer(number, vote) for number, vote in enumerate(votes, start=1)]
    box.cast(consultation, who, answers, now=now)


def test_moderators_are_told_how_many_how_much_alike_and_how_many_at_once(box: BallotBox, pushed: str) -> None:
    follower = Follower(box.store, box.shelf, beside=False)
    assert box.suspicion(pushed) is None
    follower.step(pushed)
    told = box.suspicion(pushed)
    assert told is not None
    (cluster,) = told.clusters
    assert (cluster.size, cluster.together, told.few) == (CLONES, CLONES, 0)
    assert cluster.alike > 0.85 > cluster.usual
    kept = box.shelf.suspected(pushed)
    assert kept is not None
    assert b"70000" not in kept, "who they are is not kept"
    latest = box.latest(pushed)
    assert latest is not None
    version = box.version(pushed, latest.version)
    assert version is not None
    assert json.loads(gzip.decompress(version.result))["manipulation"] is None, "nothing of it is public yet"
    box.freeze(pushed)
    follower.step(pushed)
    assert box.suspicion(pushed) is None, "the final result says it itself"


def test_where_people_are_as_honest_as_they_look_nobody_is_suspected(box: BallotBox, consultation: str) -> None:
    draw = random.Random(3)
    for who in range(1, 60):
        cast(box, consultation, who, [draw.choice([1, 0, -1]) for _ in range(8)], MORNING + timedelta(minutes=who))
    Follower(box.store, box.shelf, beside=False).step(consultation)
    told = box.suspicion(consultation)
    assert told is not None
    assert told.clusters == ()


def test_what_is_kept_is_read_as_it_was_written_and_discarded_with_the_maps(box: BallotBox, consultation: str) -> None:
    said = Suspicion(5, 200, 1, (Cluster(12, 0.97, 0.6, None, 8, 10),))
    for _ in range(2):
        box.shelf.suspect(consultation, suspected.written(said))
    assert box.suspicion(consultation) == said
    box.shelf.discard(consultation)
    assert box.suspicion(consultation) is None


@pytest.mark.parametrize(
    ("minutes", "most"), [([], 0), ([5], 1), ([0, 60, 61], 2), ([0, 30, 60, 61, 62, 200], 4), ([9, 9, 9], 3)]
)
def test_who_began_together_is_counted_over_any_hour(minutes: list[int], most: int) -> None:
    assert suspected.most_together([60_000 * minute for minute in minutes]) == most
