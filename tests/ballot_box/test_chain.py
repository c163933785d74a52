"""The chain, and the six bytes of an answer."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.ballot_box.answers import ROWS, Answer, pack, packed, unpack, with_answer, with_device
from comity.ballot_box.chain import Content, Entry, Link, check, commitment, genesis, link_hash
from comity.ballot_box.limits import Buckets, Limit
from comity.ballot_box.refusals import ChainBroken

answers = st.builds(Answer, st.integers(0, 2**31 - 1), st.sampled_from([1, 0, -1, None]), st.booleans())


@given(st.lists(answers))
def test_answers_come_back_as_they_were_packed(given_answers: list[Answer]) -> None:
    rows = pack(given_answers)
    assert unpack(rows) == given_answers
    array = np.frombuffer(rows, dtype=ROWS)
    assert array["statement"].tolist() == [answer.statement for answer in given_answers]


@given(st.lists(st.builds(Answer, st.integers(0, 300), st.sampled_from([1, 0, -1, None]), st.booleans())))
def test_a_ballot_holds_the_last_answer_on_each_statement(given_answers: list[Answer]) -> None:
    rows, model = b"", {}
    for answer in given_answers:
        after = with_answer(rows, packed(answer))
        before = dict(model)
        if answer.vote is None:
            model.pop(answer.statement, None)
        else:
            model[answer.statement] = answer
        assert (after is rows) == (before == model)
        rows = after
    assert {answer.statement: answer for answer in unpack(rows)} == model


def test_of_many_devices_the_silent_ones_are_forgotten() -> None:
    devices: tuple[tuple[str, int], ...] = ()
    for number in range(20):
        devices = with_device(devices, f"d{number % 10}", number)
    assert devices == tuple((f"d{number % 10}", number) for number in range(12, 20))


def log(n: int = 7, cuts: tuple[int, ...] = (2, 3, 7)) -> tuple[list[Entry], list[Link]]:
    entries = [Entry(i, Content(100 + i % 3, 1000 + i, pack([Answer(i, 1)])), os.urandom(16)) for i in range(n)]
    links, hashed, first = [], genesis("C1"), 0
    for cut in cuts:
        hashed = link_hash(hashed, first, [entry.committed() for entry in entries[first:cut]])
        links.append(Link(cut, hashed))
        first = cut
    return entries, links


def test_a_log_leads_to_its_head_and_meets_what_was_recorded() -> None:
    entries, links = log()
    head = check("C1", entries, links, {0: genesis("C1").hex(), 3: links[1].hash.hex()})
    assert (head.entries, head.hash) == (7, links[-1].hash.hex())


def test_the_chain_is_written_as_the_page_says() -> None:
    salt, content = (
        bytes(range(16)),
        Content(7, 1_800_000_000_000, pack([Answer(3, -1, important=True)]), '{"region":"north"}'),
    )
    said = (
        salt
        + (5).to_bytes(8, "big")
        + (7).to_bytes(8, "big")
        + (1_800_000_000_000).to_bytes(8, "big")
        + (6).to_bytes(4, "big")
        + bytes.fromhex("03000000ff01")
        + b'{"region":"north"}'
    )
    assert commitment(salt, 5, content) == hashlib.sha256(said).digest()
    before = hashlib.sha256(b"comity-ballots/1\nC1").digest()
    assert genesis("C1") == before
    linked = (
        b"comity-ballots/1\n" + before + (0).to_bytes(8, "big") + (1).to_bytes(4, "big") + commitment(salt, 5, content)
    )
    assert link_hash(before, 0, [commitment(salt, 5, content)]) == hashlib.sha256(linked).digest()


def test_an_erased_entry_leaves_every_head_as_it_was() -> None:
    entries, links = log()
    entries[4] = Entry(4, None, None, entries[4].committed())
    assert check("C1", entries, links).hash == links[-1].hash.hex()


@pytest.mark.parametrize("place", range(7))
def test_no_entry_can_be_changed_moved_or_left_out(place: int) -> None:
    entries, links = log()
    content = entries[place].content
    assert content is not None
    for changed in (
        replace(content, participant=content.participant + 1),
        replace(content, at=content.at + 1),
        replace(content, rows=pack([Answer(place, -1)])),
        replace(content, traits='{"a":"b"}'),
    ):
        with pytest.raises(ChainBroken, match="not those that were committed"):
            check("C1", [*entries[:place], replace(entries[place], content=changed), *entries[place + 1 :]], links)
    with pytest.raises(ChainBroken, match=f"entry {place} of the log is missing"):
        check("C1", entries[:place] + entries[place + 1 :], links)


def test_neither_links_nor_a_tail_can_be_taken_away() -> None:
    entries, links = log()
    with pytest.raises(ChainBroken, match="under no link"):
        check("C1", entries, links[:-1])
    with pytest.raises(ChainBroken, match="Votes are missing"):
        check("C1", entries[:3], links[:-1], {7: links[-1].hash.hex()})
    with pytest.raises(ChainBroken, match="not those"):
        check("C2", entries, links)


def test_the_same_answer_never_has_the_same_commitment() -> None:
    content = Content(7, 0, pack([Answer(1, 1)]))
    assert len({commitment(os.urandom(16), 0, content) for _ in range(100)}) == 100


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = Buckets(Limit(burst=3, rate=2))
    assert [buckets.wait("a", 1, 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.wait("b", 1, 0.0) == 0
    assert buckets.wait("a", 1, 0.5) == 0
    assert buckets.wait("a", 1, 0.5) == 0.5


def test_buckets_that_are_full_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.ballot_box.limits.MOST_BUCKETS", 10)
    buckets = Buckets(Limit(burst=1, rate=1))
    for number in range(100):
        assert buckets.wait(number, 1, float(number)) == 0
    assert len(buckets._held) <= 10
