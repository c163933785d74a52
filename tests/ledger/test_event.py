"""Events, leaves and commitments: what the world may see, what it can check, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from comity.ledger import Act, Closed, Erasure, Event, LedgerError, Opening, Opens, Part, Record, Seal, read_leaf, seal
from comity.ledger.canonical_json import canonical, read_canonical
from comity.ledger.event import MOST_LEAF, EventError, commit, faults, time_text

COMMITMENT_OF_NOTHING = "3ad8e83db88c92218e323fcf54829bf4d36e91233b6e98e40307784505202601"


def salt(name: str) -> bytes:
    """A salt for tests: fixed, where a real one is random."""
    return sha256(name.encode()).digest()


WHEN = datetime(2026, 11, 5, 12, 34, 56, 123456, tzinfo=UTC)
ACT = Act("members.acceded", {"date": "2026-11-04"}, actor="user:7f3a", body="body:council", about=("party:ke",))
SECRET = Part({"name": "Ada Example"}, Seal(salt("name")))
LATER = Opens(at=WHEN + timedelta(days=3))


def event(**changes: Any) -> Event:
    return replace(Event("e1", WHEN, ACT), **changes)


def wrong(record: Record) -> list[str]:
    return [part for part, _ in faults(read_leaf(record.leaf), record.parts)]


def test_a_leaf_is_the_canonical_form_of_its_event() -> None:
    record = seal(event(parts={"name": SECRET}, erases=(Erasure("e0", "email"),)))
    commitment = commit(canonical(SECRET.payload), SECRET.seal.salt).hex()
    assert record.leaf.decode() == (
        '{"act":{"about":["party:ke"],"actor":"user:7f3a","body":"body:council","data":{"date":"2026-11-04"},'
        '"type":"members.acceded","version":1},"erases":[{"event":"e0","part":"email"}],"id":"e1",'
        f'"sealed":{{"name":{{"commitment":"{commitment}"}}}},"time":"2026-11-05T12:34:56.123456Z","v":1}}'
    )
    leaf = read_leaf(record.leaf)
    assert (leaf.id, leaf.time, leaf.act, leaf.erases) == ("e1", WHEN, ACT, (Erasure("e0", "email"),))
    assert not wrong(record)


def test_the_commitment_is_what_the_documentation_says() -> None:
    # SHA-256 of "comity/commitment/v1", a line end, 32 bytes of 0, and "{}": computed with another tool.
    assert commit(b"{}", b"\0" * 32).hex() == COMMITMENT_OF_NOTHING
    with pytest.raises(EventError):
        commit(b"{}", b"\0" * 31)


def test_no_payload_and_no_salt_is_in_the_leaf() -> None:
    record = seal(event(parts={"name": SECRET}, cover=Seal(salt("cover"))))
    for secret in (b"Ada", b"acceded", b"party:ke", salt("name").hex().encode(), salt("cover").hex().encode()):
        assert secret not in record.leaf
    assert repr(salt("name")) not in repr(record)


def test_equal_payloads_under_different_salts_cannot_be_told_to_be_equal() -> None:
    one, two = (read_leaf(seal(event(parts={"p": Part("yes", Seal(salt(name)))})).leaf) for name in "ab")
    assert one.sealed["p"].commitment != two.sealed["p"].commitment


PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5), lambda s: st.lists(s, max_size=3)
)


@given(PAYLOADS, PAYLOADS, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_commitment_opens_with_its_payload_and_salt_only(payload: Any, other: Any, one: bytes, two: bytes) -> None:
    record = seal(event(parts={"p": Part(payload, Seal(one))}))
    assert not wrong(record)
    right = Opening(canonical(payload), one)
    for false in (Opening(canonical(other), one), Opening(canonical(payload), two)):
        assert bool(wrong(replace(record, parts={"p": false}))) == (false != right)


def test_what_moves_between_salt_and_payload_changes_the_commitment() -> None:
    assert commit(b"12", b"\0" * 31 + b"1") != commit(b"2", b"\0" * 30 + b"11")


def test_a_closed_part_leaves_the_leaf_as_it_was() -> None:
    record = seal(event(parts={"name": SECRET, "bid": Part(1, Seal(salt("b"), "members", LATER))}))
    for part, why in (("name", Closed.ERASED), ("bid", Closed.EMBARGOED), ("bid", Closed.WITHHELD)):
        closed = record.closed(part, why)
        assert closed.leaf == record.leaf
        assert closed.parts[part] is why
        assert not wrong(closed)
    with pytest.raises(EventError):
        record.closed("nothing", Closed.ERASED)


def test_a_part_is_shown_to_its_audience_after_its_embargo() -> None:
    record = seal(
        event(
            parts={
                "all": Part(1, Seal(salt("1"))),
                "staff": Part(2, Seal(salt("2"), "secretariat")),
                "late": Part(3, Seal(salt("3"), "secretariat", LATER)),
                "vote": Part(4, Seal(salt("4"), None, Opens(when="ballot:9"))),
            }
        )
    )

    def shown(*audiences: str, days: int = 0, done: tuple[str, ...] = ()) -> dict[str, str]:
        parts = record.shown_to(audiences, WHEN + timedelta(days=days), done).parts
        return {name: "open" if isinstance(given, Opening) else given.value for name, given in parts.items()}

    assert shown("members") == {"all": "open", "staff": "withheld", "late": "embargoed", "vote": "embargoed"}
    assert shown("secretariat", days=3) == {"all": "open", "staff": "open", "late": "open", "vote": "embargoed"}
    assert shown("members", days=3, done=("ballot:9",)) == {
        "all": "open",
        "staff": "withheld",
        "late": "withheld",
        "vote": "open",
    }
    assert shown("secretariat", days=2) | {"late": "embargoed"} == shown("secretariat", days=2)
    erased = record.closed("all", Closed.ERASED).shown_to((), WHEN)
    assert erased.parts["all"] is Closed.ERASED
    assert not wrong(erased)


def test_a_covered_act_is_known_to_whoever_has_its_opening() -> None:
    record = seal(event(cover=Seal(salt("cover"), "delegation:ke", LATER)))
    assert read_leaf(record.leaf).act is None
    assert record.act() == ACT
    assert record.closed("act", Closed.WITHHELD).act() is None
    assert seal(event()).act() == ACT


def test_a_part_may_be_closed_only_as_its_leaf_allows() -> None:
    plain = seal(event(parts={"p": SECRET}))
    assert wrong(replace(plain, parts={"p": Closed.EMBARGOED})) == ["p"]
    assert wrong(replace(plain, parts={"p": Closed.WITHHELD})) == ["p"]
    assert wrong(replace(plain, parts={})) == ["p"]
    assert wrong(replace(plain, parts={**plain.parts, "q": Closed.ERASED})) == ["q"]
    public = seal(event(parts={"p": replace(SECRET, seal=Seal(salt("x"), "public"))}))
    assert wrong(replace(public, parts={"p": Closed.WITHHELD})) == ["p"]


def test_an_opening_is_canonical_and_a_covered_act_is_an_act() -> None:
    key = salt("k")
    loose = b'{"a":1, "b":2}'
    leaf = canonical(
        read_canonical(seal(event(parts={"p": Part(1, Seal(key))})).leaf)
        | {"sealed": {"p": {"commitment": commit(loose, key).hex()}}}
    )  # type: ignore[operator]
    assert wrong(Record(leaf, {"p": Opening(loose, key)})) == ["p"]
    no_act = b'{"type":"x"}'
    leaf = canonical(
        {"id": "e", "time": time_text(WHEN), "v": 1, "sealed": {"act": {"commitment": commit(no_act, key).hex()}}}
    )
    assert wrong(Record(leaf, {"act": Opening(no_act, key)})) == ["act"]


TIMES = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))])
)


@given(TIMES)
def test_a_time_is_kept_to_the_microsecond(time: datetime) -> None:
    assume(1 < time.year < 9999)
    assert len(time_text(time)) == 27
    assert read_leaf(seal(event(time=time)).leaf).time == time


@pytest.mark.parametrize(
    "spoiled",
    [
        {"id": ""},
        {"id": "two words"},
        {"id": "x" * 101},
        {"time": WHEN.replace(tzinfo=None)},
        {"act": replace(ACT, type="")},
        {"act": replace(ACT, type="Members")},
        {"act": replace(ACT, version=0)},
        {"act": replace(ACT, version=True)},
        {"act": replace(ACT, actor="ada@example.org")},
        {"act": replace(ACT, actor="user:ada@example.org")},
        {"act": replace(ACT, body="council")},
        {"act": replace(ACT, about=("party ke",))},
        {"act": replace(ACT, data={"share": float("nan")})},
        {"act": replace(ACT, data={"votes": 2**60})},
        {"act": replace(ACT, data={"text": "x" * MOST_LEAF})},
        {"act": replace(ACT, data={"text": "\ud800"})},
        {"parts": {"Name": SECRET}},
        {"parts": {"act": SECRET}},
        {"parts": {"p": Part(1, Seal(b"short"))}},
        {"parts": {"p": Part(float("inf"), Seal(salt("x")))}},
        {"parts": {"p": Part(1, Seal(salt("x"), audience="Every body"))}},
        {"parts": {"p": Part(1, Seal(salt("x"), opens=Opens()))}},
        {"parts": {"p": Part(1, Seal(salt("x"), opens=Opens(at=WHEN, when="decision:1")))}},
        {"parts": {"p": Part(1, Seal(salt("x"), opens=Opens(when="soon")))}},
        {"parts": {"p": Part(1, Seal(salt("x"), opens=Opens(at=WHEN.replace(tzinfo=None))))}},
        {"parts": {"p": Part("x" * 16_000_000, Seal(salt("x")))}},
        {"cover": Seal(salt("x")), "act": replace(ACT, type="")},
        {"erases": (Erasure("e 0", "name"),)},
        {"erases": (Erasure("e0", "Name"),)},
    ],
)
def test_an_event_that_no_verifier_would_take_is_refused(spoiled: dict[str, Any]) -> None:
    with pytest.raises(LedgerError):
        seal(event(**spoiled))


GOOD = {"act": {"type": "a.b", "version": 1}, "id": "e", "time": "2026-11-05T12:34:56.000000Z", "v": 1}
COMMITTED = {"commitment": "0" * 64}


@pytest.mark.parametrize(
    "spoiled",
    [
        [],
        "leaf",
        None,
        {},
        GOOD | {"v": 2},
        GOOD | {"v": True},
        GOOD | {"v": "1"},
        GOOD | {"more": 1},
        GOOD | {"id": 7},
        GOOD | {"id": "e\n"},
        GOOD | {"time": "2026-11-05T12:34:56Z"},
        GOOD | {"time": "2026-11-31T12:34:56.000000Z"},
        GOOD | {"time": "2026-11-05T25:34:56.000000Z"},
        GOOD | {"time": "２026-11-05T12:34:56.000000Z"},
        GOOD | {"time": 0},
        GOOD | {"act": {}},
        GOOD | {"act": {"type": "a.b", "version": 1.5}},
        GOOD | {"act": {"type": "a.b", "version": 1, "data": {}}},
        GOOD | {"act": {"type": "a.b", "version": 1, "about": []}},
        GOOD | {"act": {"type": "a.b", "version": 1, "about": "party:ke"}},
        GOOD | {"act": {"type": "a.b", "version": 1, "about": [["party:ke"]]}},
        GOOD | {"act": {"type": "a.b", "version": 1, "actor": None}},
        GOOD | {"sealed": {}},
        GOOD | {"sealed": []},
        GOOD | {"sealed": {"act": COMMITTED}},
        GOOD | {"sealed": {"p": {}}},
        GOOD | {"sealed": {"p": {"commitment": "A" * 64}}},
        GOOD | {"sealed": {"p": {"commitment": "0" * 63}}},
        GOOD | {"sealed": {"p": COMMITTED | {"audience": ""}}},
        GOOD | {"sealed": {"p": COMMITTED | {"opens": {}}}},
        GOOD | {"sealed": {"p": COMMITTED | {"opens": "soon"}}},
        GOOD | {"sealed": {"..": COMMITTED}},
        GOOD | {"erases": []},
        GOOD | {"erases": {"event": "e", "part": "p"}},
        GOOD | {"erases": ["e"]},
        GOOD | {"erases": [{"event": "e"}]},
        {key: value for key, value in GOOD.items() if key != "act"},
    ],
)
def test_a_leaf_of_another_form_is_refused(spoiled: Any) -> None:
    assert read_leaf(canonical(GOOD)).id == "e"
    with pytest.raises(LedgerError):
        read_leaf(canonical(spoiled))


def test_a_leaf_of_hostile_size_is_refused() -> None:
    with pytest.raises(LedgerError):
        read_leaf(canonical(GOOD | {"act": {"type": "a.b", "version": 1, "data": {"x": "x" * MOST_LEAF}}}))


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda s: (
            st.lists(s) | st.dictionaries(st.sampled_from(["act", "id", "v", "time", "sealed", "erases", "p"]), s)
        ),
    )
)
def test_whatever_json_comes_as_a_leaf_it_is_read_or_refused(value: Any) -> None:
    try:
        data = canonical(value)
    except LedgerError:
        return
    with pytest.raises(LedgerError):
        read_leaf(data)
