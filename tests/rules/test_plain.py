"""Snapshots and records as plain values: what is read again has the same hash, and what does not fit is refused with its place."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.rules.errors import RulesError
from comity.rules.plain import record_from_plain, record_to_plain, snapshot_from_plain, snapshot_to_plain
from comity.rules.record import Ballot, Deposit, Finding, Record
from comity.rules.snapshot import Member, Snapshot

names = st.sampled_from(["A", "B", "Côte d’Ivoire", "中国", "x" * 30])
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
fractions = st.fractions(min_value=0, max_value=10**9, max_denominator=10**6)
members = st.builds(
    Member,
    names,
    st.frozensets(st.sampled_from(["p5", "arrears"])),
    st.dictionaries(st.sampled_from(["people", "shares"]), fractions),
    st.booleans(),
)
snapshots = st.builds(
    Snapshot,
    st.lists(members, max_size=5, unique_by=lambda one: one.name).map(tuple),
    st.none() | days,
    st.frozensets(st.sampled_from(["p5", "coast"])),
)
words = st.sampled_from(["yes", "no", "abstain", "absent", "discuss"])
ballots = st.builds(
    Ballot, st.dictionaries(names, words), st.frozensets(names), st.dictionaries(names, names)
) | st.builds(Ballot, totals=st.dictionaries(words, st.integers(0, 500)))
records = st.builds(
    Record,
    ballots,
    st.dictionaries(st.sampled_from(["council", "assembly"]), ballots),
    st.dictionaries(names, st.text(max_size=5)),
    st.lists(st.builds(Deposit, names, days, st.text(max_size=5), st.none() | days), max_size=4).map(tuple),
    st.lists(st.builds(Finding, names, names, names, st.booleans(), st.booleans()), max_size=3).map(tuple),
    st.sampled_from([1, 2]),
)


@given(snapshots)
def test_a_snapshot_comes_back_from_json_with_its_hash(snapshot: Snapshot) -> None:
    again = snapshot_from_plain(json.loads(json.dumps(snapshot_to_plain(snapshot))))
    assert again == snapshot
    assert again.digest == snapshot.digest


@given(records)
def test_a_record_comes_back_from_json_with_its_hash(record: Record) -> None:
    again = record_from_plain(json.loads(json.dumps(record_to_plain(record))))
    assert again == record
    assert again.digest == record.digest


def test_what_is_as_usual_is_left_out() -> None:
    snapshot = Snapshot((Member("A"), Member("B", weights={"w": Fraction(1, 3)}, entitled=False, casts_for=("A",))))
    assert snapshot_to_plain(snapshot) == {
        "groups": [],
        "members": [{"name": "A"}, {"name": "B", "weights": {"w": "1/3"}, "entitled": False, "casts_for": ["A"]}],
        "on": None,
    }
    assert record_to_plain(Record(Ballot({"A": "yes"}))) == {"ballot": {"choices": {"A": "yes"}}}


@pytest.mark.parametrize(
    ("plain", "place"),
    [
        ({"members": [{"name": 5}]}, "members 1: name"),
        ({"members": [{}]}, "members 1: name"),
        ({"members": "A"}, "snapshot: members"),
        ({"members": [{"name": "A", "weights": {"w": 1}}]}, "members 1: weights, w"),
        ({"members": [{"name": "A", "weights": {"w": "1e9"}}]}, "members 1: w"),
        ({"members": [{"name": "A", "weights": {"w": "1/0"}}]}, "members 1: w"),
        ({"members": [{"name": "A", "entitled": "yes"}]}, "members 1: entitled"),
        ({"on": "yesterday"}, "snapshot: on"),
        ({"on": 5}, "snapshot: on"),
        ({"people": []}, "snapshot: people"),
        ([], "snapshot: the whole"),
    ],
)
def test_what_is_no_snapshot_is_refused_with_its_place(plain: Any, place: str) -> None:
    with pytest.raises(RulesError, match=f"^{place} does not fit"):
        snapshot_from_plain(plain)


@pytest.mark.parametrize(
    ("plain", "place"),
    [
        ({"ballot": {"choices": {"A": 1}}}, "ballot: choices, A"),
        ({"ballot": {"totals": {"yes": True}}}, "ballot: totals, yes"),
        ({"ballot": {"reasons": ["A", 5]}}, "ballot: reasons"),
        ({"deposits": [{"member": "A"}]}, "deposits 1: on"),
        ({"findings": [{"statement": "x", "by": "chair"}]}, "findings 1: named"),
        ({"attempt": "2"}, "record: attempt"),
        ({"stages": {"council": 5}}, "record: stages, council"),
    ],
)
def test_what_is_no_record_is_refused_with_its_place(plain: Any, place: str) -> None:
    with pytest.raises(RulesError, match=f"^{place} does not fit"):
        record_from_plain(plain)
