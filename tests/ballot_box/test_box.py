"""The ballot box as an office knows it, on both stores."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.ballot_box import (
    Answer,
    BallotBox,
    BoxRefuses,
    ChainBroken,
    Counts,
    Head,
    Listed,
    PastVote,
    Receipt,
    Refusal,
    Refused,
)
from comity.ballot_box.postgres import PostgresStore
from comity.ballot_box.shelf import PostgresShelf, SqliteShelf
from comity.ballot_box.sqlite import SqliteStore
from comity.opinion import Moderation, Statement

ANNA, BEN, CHEN = 11, 12, 13


def why(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(BoxRefuses) as refused:
        act()
    return refused.value.why


def test_an_answer_is_there_when_casting_returns(box: BallotBox, consultation: str) -> None:
    assert box.cast(consultation, ANNA, [Answer(1, 1, important=True), Answer(2, 0)]) == Receipt(2)
    assert box.mine(consultation, ANNA) == {1: Answer(1, 1, important=True), 2: Answer(2, 0)}
    assert box.counts(consultation) == Counts(participants=1, votes=2, entries=1)


def test_a_mind_is_changed_and_an_answer_taken_back(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1), Answer(2, -1)])
    box.cast(consultation, ANNA, [Answer(1, -1), Answer(2, None)])
    assert box.mine(consultation, ANNA) == {1: Answer(1, -1)}
    assert box.counts(consultation) == Counts(1, 1, 2)


def test_the_same_answer_again_is_taken_and_adds_nothing(box: BallotBox, consultation: str) -> None:
    for _ in range(3):
        assert box.cast(consultation, ANNA, [Answer(1, 1)]).taken == 1
    assert box.counts(consultation).entries == 1


def test_what_a_queue_sends_again_late_changes_nothing(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1)], device="phone", numbers=[1])
    box.cast(consultation, ANNA, [Answer(1, -1)], device="phone", numbers=[2])
    assert box.cast(consultation, ANNA, [Answer(1, 1)], device="phone", numbers=[1]).taken == 1
    assert box.mine(consultation, ANNA)[1].vote == -1
    box.cast(consultation, ANNA, [Answer(1, 0)], device="laptop", numbers=[1])
    assert box.mine(consultation, ANNA)[1].vote == 0


def test_good_answers_of_a_batch_count_and_bad_ones_are_named(
    box: BallotBox, consultation: str, open_one: Callable[[], str]
) -> None:
    other = open_one()
    box.set_statements(other, [Listed(Statement(77, "Of another consultation"))])
    box.set_statements(consultation, [Listed(Statement(1)), Listed(Statement(2), open=False), Listed(Statement(3))])
    receipt = box.cast(consultation, ANNA, [Answer(1, 1), Answer(2, 1), Answer(77, 1), Answer(3, -1)])
    assert receipt == Receipt(2, (Refused(1, Refusal.STATEMENT_CLOSED), Refused(2, Refusal.STATEMENT_UNKNOWN)))
    assert set(box.mine(consultation, ANNA)) == {1, 3}


def test_an_answer_may_be_taken_back_from_a_statement_that_was_closed(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(8, 1)])
    box.set_statements(consultation, [Listed(Statement(1))])
    assert box.cast(consultation, ANNA, [Answer(8, -1)]).refused == (Refused(0, Refusal.STATEMENT_CLOSED),)
    assert box.cast(consultation, ANNA, [Answer(8, None)]).taken == 1
    assert box.mine(consultation, ANNA) == {}


def test_answers_are_taken_between_the_dates_only(box: BallotBox, consultation: str, clock: list[float]) -> None:
    start = datetime.fromtimestamp(clock[0] + 100, UTC)
    end = datetime.fromtimestamp(clock[0] + 200, UTC)
    box.open_consultation(consultation, opens=start, closes=end)
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, 1)])) is Refusal.NOT_YET_OPEN
    clock[0] += 100
    assert box.cast(consultation, ANNA, [Answer(1, 1)]).taken == 1
    clock[0] += 100
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, -1)])) is Refusal.CLOSED


def test_a_consultation_that_is_stated_as_closed_is_never_open_meanwhile(box: BallotBox, consultation: str) -> None:
    box.open_consultation(consultation, closed=True)
    stated = box.rules(consultation)
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, 1)])) is Refusal.CLOSED
    box.open_consultation(consultation, closed=True)
    assert box.rules(consultation) == stated


def test_closed_can_be_opened_again_and_frozen_cannot(box: BallotBox, consultation: str) -> None:
    box.close(consultation)
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, 1)])) is Refusal.CLOSED
    box.open_consultation(consultation)
    box.cast(consultation, ANNA, [Answer(1, 1)])
    box.freeze(consultation)
    box.freeze(consultation)
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, -1)])) is Refusal.FROZEN
    assert why(lambda: box.open_consultation(consultation)) is Refusal.FROZEN
    assert why(lambda: box.load(consultation, [])) is Refusal.FROZEN


def test_a_barred_participant_is_refused_and_what_they_said_stays(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1)])
    box.bar(consultation, ANNA)
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, -1)])) is Refusal.BARRED
    assert box.mine(consultation, ANNA)[1].vote == 1
    box.unbar(consultation, ANNA)
    assert box.cast(consultation, ANNA, [Answer(1, -1)]).taken == 1


def test_an_unknown_consultation_is_refused(box: BallotBox) -> None:
    assert why(lambda: box.cast("nowhere", ANNA, [Answer(1, 1)])) is Refusal.CONSULTATION_UNKNOWN
    assert why(lambda: box.votes("nowhere")) is Refusal.CONSULTATION_UNKNOWN
    with pytest.raises(ValueError, match="letters"):
        box.open_consultation("no/where")


def test_a_box_that_nobody_wrote_to_is_empty(tmp_path: Path) -> None:
    box = BallotBox(SqliteStore(tmp_path / "new"), SqliteShelf(tmp_path / "new"))
    assert box.consultations() == ()
    assert box.seal({}) == ()
    assert box.latest("C1") is None
    assert why(lambda: box.mine("C1", ANNA)) is Refusal.CONSULTATION_UNKNOWN
    box.open_consultation("C1")
    assert box.consultations() == ("C1",)
    box.stop()


def test_control_may_be_repeated(box: BallotBox, consultation: str) -> None:
    before = box.rules(consultation)
    box.open_consultation(consultation, title="A test", segments=["region"])
    box.set_statements(consultation, [Listed(Statement(n, f"Statement {n}")) for n in range(1, 9)])
    assert box.rules(consultation) == before


def test_rules_come_back_as_they_were_stated(make: Callable[[], BallotBox], box: BallotBox, consultation: str) -> None:
    told = Statement(5, "شجرة", "ar", Moderation.REJECTED, meta=True, seed=True, translations={"en": "A tree"})
    box.set_statements(consultation, [Listed(told, open=False)])
    box.bar(consultation, BEN)
    stated = box.rules(consultation)
    box.stop()
    again = make()
    assert again.rules(consultation) == stated
    assert stated is not None
    assert stated.listed[5] == Listed(told, open=False)
    assert stated.listed[1].open is False


def test_declared_traits_are_part_of_the_votes(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1)])
    box.declare(consultation, ANNA, {"region": "north", "age": "old"})
    box.declare(consultation, BEN, {"region": "south"})
    box.declare(consultation, ANNA, {"age": None})
    assert box.traits(consultation, ANNA) == {"region": "north"}
    votes = box.votes(consultation)
    assert votes.participant_ids.tolist() == [ANNA, BEN]
    assert votes.segments["region"].labels == ("north", "south")
    assert votes.segments["region"].codes.tolist() == [0, 1]
    assert box.counts(consultation).participants == 2


def test_erasing_empties_the_entries_and_leaves_the_chain(box: BallotBox, consultation: str) -> None:
    for number in range(1, 5):
        for participant in (ANNA, BEN):
            box.cast(consultation, participant, [Answer(number, 1)])
    (sealed,) = (head for head in box.seal({}) if head.consultation == consultation)
    erased = box.erase(consultation, ANNA)
    assert erased.entries == (0, 2, 4, 6)
    assert box.mine(consultation, ANNA) == {}
    assert box.votes(consultation).participant_ids.tolist() == [BEN]
    assert box.counts(consultation) == Counts(1, 4, 8)
    assert {past.participant for past in box.history(consultation)} == {BEN}
    assert box.verify(consultation, [sealed]) == sealed
    assert why(lambda: box.cast(consultation, ANNA, [Answer(1, 1)])) is Refusal.BARRED
    assert box.erase(consultation, ANNA).entries == ()


def test_who_erased_their_own_answers_may_answer_again(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1), Answer(2, 1)])
    box.erase(consultation, ANNA, bar=False)
    box.cast(consultation, ANNA, [Answer(2, -1)])
    assert box.mine(consultation, ANNA) == {2: Answer(2, -1)}
    assert box.counts(consultation) == Counts(1, 1, 2)
    assert box.erase(consultation, ANNA).entries == (1,)


def test_what_was_erased_is_in_no_file(sqlite_box: BallotBox, sqlite_consultation: str, tmp_path: Path) -> None:
    secret = 0x1122334455667788
    name, label = sqlite_consultation, "a-region-of-only-one"
    for number in range(1, 9):
        sqlite_box.cast(name, secret, [Answer(number, 1)])
        sqlite_box.cast(name, BEN, [Answer(number, 1)])
    sqlite_box.declare(name, secret, {"region": label})
    sqlite_box.cast(name, secret, [Answer(1, -1)])
    needles = secret.to_bytes(8, "big"), label.encode()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert all(needle in kept for needle in needles), "the test looks for what is really there"
    salts = [row[0] for row in _rows(sqlite_box, "SELECT salt FROM entry WHERE participant = ?", secret)]
    sqlite_box.erase(name, secret, bar=False)
    sqlite_box.cast(name, BEN, [Answer(1, 0)])  # the writer has been through its next round
    sqlite_box.stop()
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    found = [
        (where, needle) for where, content in left.items() for needle in (*salts, label.encode()) if needle in content
    ]
    assert found == []
    assert b"".join(left.values()).count(needles[0]) == 1, "only the note that tells the follower, for an hour"


def _rows(box: BallotBox, sql: str, *parameters: Any) -> list[Any]:
    with box.store.reading() as reader:
        return reader.execute(sql, parameters).fetchall()


def test_a_discarded_consultation_is_gone(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1)])
    box.discard(consultation)
    box.discard(consultation)
    assert box.rules(consultation) is None
    assert why(lambda: box.mine(consultation, ANNA)) is Refusal.CONSULTATION_UNKNOWN
    assert consultation not in {head.consultation for head in box.seal({})}


def test_sealing_gives_each_head_once_and_heals_after_a_crash(box: BallotBox, consultation: str) -> None:
    def heads(recorded: dict[str, Head]) -> list[Head]:
        return [head for head in box.seal(recorded) if head.consultation == consultation]

    assert heads({}) == []
    box.cast(consultation, ANNA, [Answer(1, 1)])
    (first,) = heads({})
    assert (first.entries, len(first.hash)) == (1, 64)
    assert heads({consultation: first}) == []
    box.cast(consultation, BEN, [Answer(1, 1)])
    box.cast(consultation, CHEN, [Answer(1, 1)])  # the record was not told of these before it crashed
    (second,) = heads({consultation: first})
    assert second.entries == 3
    assert box.verify(consultation, [first, second]) == second


def test_sealing_notices_votes_that_are_missing(box: BallotBox, consultation: str) -> None:
    box.cast(consultation, ANNA, [Answer(1, 1)])
    (sealed,) = (head for head in box.seal({}) if head.consultation == consultation)
    with pytest.raises(ChainBroken, match="sealed 5 entries"):
        box.seal({consultation: replace(sealed, entries=5)})
    with pytest.raises(ChainBroken, match="not on the chain"):
        box.seal({consultation: replace(sealed, hash="00" * 32)})
    with pytest.raises(ChainBroken, match="not here"):
        box.seal({"elsewhere": sealed})
    with pytest.raises(ChainBroken, match="sealed 5 entries"):
        box.verify(consultation, [replace(sealed, entries=5)])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET answers = ? WHERE consultation = ? AND position = 1",
        "UPDATE entry SET salt = ? WHERE consultation = ? AND position = 1",
    ],
)
def test_a_vote_that_was_changed_in_the_store_is_found(box: BallotBox, consultation: str, change: str) -> None:
    for number in range(1, 4):
        box.cast(consultation, ANNA, [Answer(number, 1)])
    rules = box.rules(consultation)
    assert rules is not None

    def act(store: Any) -> None:
        with store.transaction():
            store.execute(change, (bytes(16), rules.number))

    box.writer.do(act)
    with pytest.raises(ChainBroken, match="1 to 1"):
        box.verify(consultation)


def test_an_import_keeps_the_multiset_of_its_events(box: BallotBox, consultation: str) -> None:
    events = [
        PastVote(0, 1, 1, 1_000),
        PastVote(3, 1, -1, 500),
        PastVote(0, 1, 1, 1_000),  # a row that stands twice in the file
        PastVote(0, 2, 0, 900, important=True),
        PastVote(0, 1, -1, 2_000),
    ]
    assert box.load(consultation, events) == 5
    assert Counter(box.history(consultation)) == Counter(events)
    assert [past.time_ms for past in box.history(consultation)] == [500, 900, 1_000, 1_000, 2_000]
    assert box.mine(consultation, 0) == {2: Answer(2, 0, important=True), 1: Answer(1, -1)}
    box.verify(consultation)
    with pytest.raises(ValueError, match="list the statement first"):
        box.load(consultation, [PastVote(0, 99, 1, 0)])


def test_an_import_brings_what_people_declared(box: BallotBox, consultation: str) -> None:
    box.open_consultation(consultation, segments=["Where?"], closed=True)
    events = [PastVote(0, 1, 1, 1_000), PastVote(3, 1, -1, 500)]
    assert box.load(consultation, events, traits={3: {"Where?": "North"}, 9: {"Where?": "South"}}) == 2
    assert (box.traits(consultation, 3), box.traits(consultation, 9)) == ({"Where?": "North"}, {"Where?": "South"})
    assert (box.counts(consultation).participants, box.counts(consultation).votes) == (3, 2)
    assert box.votes(consultation).segments["Where?"].labels == ("North", "South")
    assert Counter(box.history(consultation)) == Counter(events)
    box.verify(consultation)
    with pytest.raises(ValueError, match="participant -1"):
        box.load(consultation, [], traits={-1: {"Where?": "North"}})


def test_a_copy_is_of_everything_and_fills_either_store(box: BallotBox, consultation: str, tmp_path: Path) -> None:
    for who in (ANNA, BEN, CHEN):
        box.cast(consultation, who, [Answer(number, 1) for number in range(1, 5)], device="d", numbers=[1, 2, 3, 4])
    box.declare(consultation, BEN, {"region": "north"})
    box.erase(consultation, CHEN)
    (head,) = (head for head in box.seal({}) if head.consultation == consultation)
    copied = tmp_path / "copy"
    copied.mkdir()
    box.copy_to(copied)
    as_it_lies = BallotBox(SqliteStore(copied), SqliteShelf(copied))
    filled = BallotBox(SqliteStore(tmp_path / "filled"), SqliteShelf(tmp_path / "filled"))
    filled.fill_from(copied)
    for other in (as_it_lies, filled):
        assert other.verify(consultation, [head]) == head
        assert other.rules(consultation) == box.rules(consultation)
        assert other.votes(consultation).digest() == box.votes(consultation).digest()
        other.cast(consultation, ANNA, [Answer(1, -1)], device="d", numbers=[4])  # taken already, there too
        assert other.mine(consultation, ANNA)[1].vote == 1
        other.open_consultation("another")
        other.stop()
    with pytest.raises(ValueError, match="already"):
        filled.fill_from(copied)
    filled.stop()


def test_votes_move_from_sqlite_to_postgres(
    sqlite_box: BallotBox, sqlite_consultation: str, tmp_path: Path, postgres: str
) -> None:
    url = _empty_database(postgres)
    sqlite_box.cast(sqlite_consultation, ANNA, [Answer(1, 1)])
    (head,) = sqlite_box.seal({})
    copied = tmp_path / "copy"
    copied.mkdir()
    sqlite_box.copy_to(copied)
    moved = BallotBox(PostgresStore(url), PostgresShelf(url))
    moved.fill_from(copied)
    assert moved.verify(sqlite_consultation, [head]) == head
    moved.open_consultation("another")
    moved.cast(sqlite_consultation, BEN, [Answer(1, 1)])
    assert moved.counts(sqlite_consultation).participants == 2
    moved.stop()


def _empty_database(url: str) -> str:
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    start, _, query = url.partition("?")
    return f"{start.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest.mark.slow
def test_a_second_writer_is_refused_with_a_sentence_and_a_reader_is_not(
    sqlite_box: BallotBox, sqlite_consultation: str, tmp_path: Path
) -> None:
    sqlite_box.cast(sqlite_consultation, ANNA, [Answer(1, 1)])
    program = (
        "import sys; from pathlib import Path; from comity.ballot_box import *; box = at(Path(sys.argv[1]))\n"
        "print(len(box.mine(sys.argv[2], 11)))\n"
        "try: box.cast(sys.argv[2], 11, [Answer(1, -1)])\n"
        "except BoxTaken as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), sqlite_consultation], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "1"
    assert "already written to by another server" in lines[1]


@pytest.mark.parametrize("make", ["postgres"], indirect=True)
def test_two_servers_on_postgres_share_one_chain(
    make: Callable[[], BallotBox], box: BallotBox, consultation: str
) -> None:
    other = make()
    for number in range(1, 5):
        box.cast(consultation, ANNA, [Answer(number, 1)])
        other.cast(consultation, BEN, [Answer(number, -1)])
        other.cast(consultation, ANNA, [Answer(number, 0)])
    assert box.verify(consultation).entries == 12
    assert [answer.vote for answer in box.mine(consultation, ANNA).values()] == [0, 0, 0, 0]
    box.close(consultation)  # the other one finds out when it comes to store
    assert why(lambda: other.cast(consultation, BEN, [Answer(1, 1)])) is Refusal.CLOSED


operations = st.lists(
    st.one_of(
        st.tuples(
            st.just("cast"),
            st.integers(1, 4),
            st.lists(st.tuples(st.integers(1, 8), st.sampled_from([1, 0, -1, None]), st.booleans()), max_size=5),
        ),
        st.tuples(st.just("erase"), st.integers(1, 4), st.none()),
        st.tuples(st.just("restart"), st.just(0), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations)
def test_any_history_gives_what_somebody_who_wrote_everything_down_has(
    box: BallotBox, open_one: Callable[[], str], done: list[tuple[str, int, Any]]
) -> None:
    name = open_one()
    model: dict[int, dict[int, Answer]] = {}
    for act, who, said in done:
        if act == "cast" and said:
            answers = [Answer(*row) for row in said]
            assert box.cast(name, who, answers).taken == len(answers)
            for answer in answers:
                mine = model.setdefault(who, {}) if answer.vote is not None or who in model else {}
                mine.pop(answer.statement, None) if answer.vote is None else mine.update({answer.statement: answer})
        elif act == "erase":
            box.erase(name, who, bar=False)
            model.pop(who, None)
        elif act == "restart":
            box.stop()
    for who in range(1, 5):
        assert box.mine(name, who) == model.get(who, {})
    votes = box.votes(name)
    assert votes.participant_ids.tolist() == sorted(model)
    assert votes.n_votes == sum(map(len, model.values())) == box.counts(name).votes
    assert box.counts(name).participants == len(model)
    box.verify(name)


def test_who_was_erased_is_forgotten_after_an_hour(box: BallotBox, consultation: str, clock: list[float]) -> None:
    rules = box.rules(consultation)
    assert rules is not None
    box.cast(consultation, ANNA, [Answer(1, 1)])
    box.erase(consultation, ANNA, bar=False)

    def remembered() -> list[int]:
        with box.store.reading() as reader:
            return [who for _, who in reader.erasures(rules.number, 0)]

    assert remembered() == [ANNA]
    clock[0] += 3601
    box.writer.do(lambda _: box._look())
    assert remembered() == []
