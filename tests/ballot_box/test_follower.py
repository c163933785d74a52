"""The follower: maps that are right, that come when they may, and that give nobody away."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comity.ballot_box import Answer, BallotBox, Follower, Listed, Published, at
from comity.ballot_box.follower import Pace
from comity.ballot_box.following import Following
from comity.opinion import LiveMap, Settings, Statement, sums
from comity.opinion.sums import Sums

EVER = Pace(publish=0.0, full_run=1e9, growth=1e9)
"""Publishes at every step that may, and makes no further full runs."""


def follower(box: BallotBox, pace: Pace = EVER) -> Follower:
    return Follower(box.store, box.shelf, pace=pace, beside=False, clock=box.clock)


def vote(box: BallotBox, consultation: str, people: range, seed: int = 1) -> None:
    draw = random.Random(seed)
    for who in people:
        camp = who % 2
        answers = [
            Answer(number, draw.choice([1, 1, 1, 0, -1]) * (-1 if camp and number % 2 else 1), draw.random() < 0.2)
            for number in range(1, 9)
            if draw.random() < 0.8
        ]
        box.cast(consultation, who, [*answers, Answer(1, 1 - 2 * camp)])


def published_sums(box: BallotBox, consultation: str, published: Published) -> Sums:
    version = box.version(consultation, published.version)
    assert version is not None
    return sums.from_json(gzip.decompress(version.sums).decode())


@pytest.mark.slow
def test_nothing_is_published_before_five_people_answered(box: BallotBox, consultation: str) -> None:
    following = follower(box)
    assert following.step(consultation) == []
    vote(box, consultation, range(1, 5))
    assert following.step(consultation) == []
    assert box.latest(consultation) is None
    vote(box, consultation, range(5, 6))
    (published,) = following.step(consultation)
    assert box.latest(consultation) == published
    assert published.entries == 5


def test_the_next_version_waits_until_five_people_changed(box: BallotBox, consultation: str) -> None:
    vote(box, consultation, range(1, 30))
    following = follower(box)
    (first,) = following.step(consultation)
    vote(box, consultation, range(30, 34))
    assert following.step(consultation) == []
    box.cast(consultation, 30, [Answer(1, 0)])
    box.cast(consultation, 31, [Answer(1, 0)])
    assert following.step(consultation) == [], "four people are four, however often they answer"
    box.erase(consultation, 33)
    assert following.step(consultation) == [], "and of these one is as before the first version"
    vote(box, consultation, range(34, 36))
    (second,) = following.step(consultation)
    assert second.version != first.version
    assert [entry.version for entry in box.kept(consultation)] == [first.version, second.version]


def test_who_changes_back_has_changed_nothing(box: BallotBox, consultation: str) -> None:
    vote(box, consultation, range(1, 30))
    following = follower(box)
    following.step(consultation)
    for who in range(1, 10):
        was = box.mine(consultation, who)[1].vote
        box.cast(consultation, who, [Answer(1, 0)])
        box.cast(consultation, who, [Answer(1, was)])
    assert following.step(consultation) == []


def test_the_sums_are_those_of_everybody_counted_afresh_on_the_same_basis(box: BallotBox, consultation: str) -> None:
    vote(box, consultation, range(1, 60))
    following = follower(box)
    following.step(consultation)
    vote(box, consultation, range(40, 90), seed=2)
    box.set_statements(consultation, [Listed(Statement(n, f"Statement {n}")) for n in range(1, 11)])
    for who in range(20, 40):
        box.cast(consultation, who, [Answer(9, 1), Answer(2, None)])
        box.declare(consultation, who, {"region": "north" if who % 3 else "south"})
    box.erase(consultation, 7)
    (published,) = following.step(consultation)
    held = following._held[consultation]
    afresh = LiveMap(box.votes(consultation), Settings(floor=5), held=held.live.basis, coordination=False)
    assert sums.to_json(published_sums(box, consultation, published)) == sums.to_json(afresh.sums())


def test_one_that_begins_again_after_a_crash_has_the_same_votes(
    make: Callable[[], BallotBox], box: BallotBox, consultation: str
) -> None:
    vote(box, consultation, range(1, 40))
    first = follower(box)
    first.step(consultation)
    vote(box, consultation, range(30, 70), seed=3)
    box.erase(consultation, 12)
    box.stop()
    again = follower(make())
    (published,) = again.step(consultation)
    assert again._held[consultation].live.votes().digest() == make().votes(consultation).digest()
    assert published.entries == 79


def test_a_full_run_beside_takes_the_place_of_the_held_map(sqlite_box: BallotBox, sqlite_consultation: str) -> None:
    name = sqlite_consultation
    vote(sqlite_box, name, range(1, 40))
    beside = Follower(
        sqlite_box.store, sqlite_box.shelf, pace=Pace(publish=0.0, full_run=0.0, growth=0.0, rest=0.0), beside=True
    )
    beside.step()
    before = beside._held[name].live.basis.run.votes_sha256
    vote(sqlite_box, name, range(20, 80), seed=4)
    beside.step()
    vote(sqlite_box, name, range(70, 90), seed=5)  # while it runs
    sqlite_box.erase(name, 3)
    for _ in range(200):
        beside.step()
        if beside._held[name].live.basis.run.votes_sha256 != before and beside._held[name].running is None:
            break
        time.sleep(0.02)
    held = beside._held[name]
    assert held.live.basis.run.votes_sha256 != before
    assert held.live.votes().digest() == sqlite_box.votes(name).digest()
    beside.close()


def test_freezing_publishes_a_full_run_once_and_no_more(box: BallotBox, consultation: str) -> None:
    vote(box, consultation, range(1, 40))
    following = follower(box)
    following.step(consultation)
    vote(box, consultation, range(40, 42))
    box.freeze(consultation)
    (last,) = following.step(consultation)
    assert last.frozen
    assert following.step(consultation) == []
    version = box.version(consultation, last.version)
    assert version is not None
    result = json.loads(gzip.decompress(version.result))
    assert result["basis"] is None
    assert result["counts"]["participants"] == 41
    assert result["source"]["votes_sha256"] == box.votes(consultation).digest()


def test_statements_and_traits_that_come_later_are_counted(box: BallotBox, consultation: str) -> None:
    vote(box, consultation, range(1, 20))
    following = follower(box)
    following.step(consultation)
    box.open_consultation(consultation, segments=["region", "age"])
    box.set_statements(consultation, [Listed(Statement(1, "Another wording")), Listed(Statement(20, "A new one"))])
    for who in range(1, 12):
        box.cast(consultation, who, [Answer(20, 1)])
        box.declare(consultation, who, {"age": "young", "unheard of": "x"})
    (published,) = following.step(consultation)
    found = published_sums(box, consultation, published)
    assert 20 in found.statement_ids
    assert found.overall[found.statement_ids.index(20)].tolist() == [11, 0, 0]
    assert found.segments["age"].labels == ("young",)


def test_everybody_is_told_where_they_stand_as_the_map_has_it(box: BallotBox, consultation: str) -> None:
    vote(box, consultation, range(1, 60))
    assert box.place(consultation, 1) is None
    following = follower(box)
    following.step(consultation)
    live = following._held[consultation].live
    votes = box.votes(consultation)
    placed = live.place(votes.participant_ids.tolist())
    for number, who in enumerate(votes.participant_ids.tolist()):
        place = box.place(consultation, who)
        if placed.membership[number] < 0:
            assert place is None
        else:
            assert place is not None
            two = [*(placed.grid[number] / 1024).tolist(), 0.0, 0.0][:2]
            assert [place.x, place.y] == pytest.approx(two)
    assert box.place(consultation, 999_999) is None


# --- what successive publications give away ---


def entries(found: Sums) -> dict[tuple[Any, ...], int]:
    """Every published count of people or votes, by what it counts."""
    out: dict[tuple[Any, ...], int] = {("participants",): found.participants}
    for j, key in enumerate(found.statement_ids):
        for answer in range(3):
            out["overall", key, answer] = int(found.overall[j, answer])
            for group in range(len(found.group_sizes)):
                out["group", group, key, answer] = int(found.group_counts[group, j, answer])
    return out


@pytest.mark.slow
def test_the_differencing_attack_never_isolates_fewer_than_five(box: BallotBox, consultation: str) -> None:
    """People come one by one; whoever keeps every version and subtracts each from the next learns of five people at least."""
    following = follower(box)
    draw = random.Random(7)
    people_at: list[set[int]] = []
    answers_at: list[dict[int, Any]] = []
    for who in range(1, 80):
        vote(box, consultation, range(who, who + 1), seed=who)
        if draw.random() < 0.2:
            box.cast(consultation, draw.randrange(1, who + 1), [Answer(draw.randrange(1, 9), draw.choice([1, 0, -1]))])
        if draw.random() < 0.1:
            box.erase(consultation, draw.randrange(1, who + 1), bar=False)
        if following.step(consultation):
            votes = box.votes(consultation)
            answers_at.append({p: sorted(box.mine(consultation, p).items()) for p in votes.participant_ids.tolist()})
            people_at.append(set(votes.participant_ids.tolist()))
    versions = [published_sums(box, consultation, published) for published in box.kept(consultation)]
    assert len(versions) == len(answers_at) >= 8
    for before, after in itertools.pairwise(answers_at):
        changed = {who for who in before.keys() | after.keys() if before.get(who) != after.get(who)}
        assert len(changed) >= 5
    for found in versions:
        seen = found.overall.sum(axis=1)
        assert ((seen >= 5) | (seen < 0)).all()
        assert (found.cell_people >= 5).all()
        assert (found.bubble_people >= 5).all()
        people = found.group_counts.sum(axis=2)
        assert ((people >= 5) | (people < 0)).all()
        assert entries(found)[("participants",)] == found.participants


def test_no_file_that_is_handed_out_holds_a_participant(sqlite_box: BallotBox, sqlite_consultation: str) -> None:
    name = sqlite_consultation
    people = [10**17 + 7919 * number for number in range(40)]
    draw = np.random.default_rng(3)
    for who in people:
        sqlite_box.cast(name, who, [Answer(number, int(draw.integers(-1, 2))) for number in range(1, 9)])
    sqlite_box.freeze(name)
    (published,) = follower(sqlite_box).step()
    version = sqlite_box.version(name, published.version)
    assert version is not None
    heads = sqlite_box.seal({})
    public = (
        gzip.decompress(version.map)
        + gzip.decompress(version.result)
        + gzip.decompress(version.sums)
        + repr(heads).encode()
    )
    for who in people:
        assert str(who).encode() not in public
        assert who.to_bytes(8, "big") not in public


@pytest.mark.slow
def test_the_follower_runs_beside_the_server_and_comes_back_when_killed(tmp_path: Path) -> None:
    box = at(tmp_path)
    box.open_consultation("live")
    box.set_statements("live", [Listed(Statement(n)) for n in range(1, 9)])
    vote(box, "live", range(1, 20))
    following = Following(tmp_path, pace=Pace(publish=0.1))
    try:
        first = _wait(lambda: box.latest("live"))
        process = following._process
        assert process is not None
        process.kill()
        vote(box, "live", range(20, 40))
        second = _wait(lambda: (found := box.latest("live")) and found.version != first.version and found)
        assert second.entries > first.entries
    finally:
        following.stop()
        box.stop()


def _wait(found: Callable[[], Any]) -> Any:
    for _ in range(2400):
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("it did not come within two minutes")
