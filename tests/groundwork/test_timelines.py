"""Timelines: whatever is asked for, the newest events that meet it and are for the reader, in parts that fit together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.groundwork.audiences import Reader
from comity.groundwork.models import Event, EventAbout, LogHead, Person
from comity.groundwork.refs import Ref
from comity.groundwork.timelines import Asked, newest

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)
AUDIENCES = ["public", "members", "secretariat", "delegation:x"]
TYPES = ["a.one", "a.two", "b.one"]
THINGS = ["k:1", "k:2", "k:3"]
READERS = [Reader.of(), Reader.of(parties=["x"]), Reader.of(parties=["x", "y"]), Reader.of(secretariat=True)]


@pytest.fixture
def log(db: None) -> list[Event]:
    """Sixty events of all kinds; some were given a time that another order would have."""
    people = [Person.objects.create(id=f"P{n}", registered_at=START) for n in range(2)]
    events = [
        Event(
            seq=n,
            id=f"E{n}",
            time=START + timedelta(hours=6 * (n if n % 7 else n - 3)),
            type=TYPES[n * n % 3],
            actor=[None, *people][n % 3],
            capacity="",
            audience=AUDIENCES[n * 7 % 11 % 4],
            opens_at=[None, None, None, START, datetime(2999, 1, 1, tzinfo=UTC)][n % 5],
            leaf=b"{}",
        )
        for n in range(60)
    ]
    Event.objects.bulk_create(events)
    EventAbout.objects.bulk_create(
        EventAbout(event=event, ref=thing)
        for event in events
        for place, thing in enumerate(THINGS)
        if event.seq % (place + 2) == 0
    )
    LogHead.objects.create(size=60)
    return events


def expected(events: list[Event], reader: Reader, asked: Asked) -> list[int]:
    """The same, slowly and plainly."""
    about = {event.seq: {row.ref for row in EventAbout.objects.filter(event=event)} for event in events}
    met = [
        event
        for event in events
        if (not asked.about or about[event.seq] & set(asked.about))
        and (not asked.types or event.type in asked.types)
        and event.type not in asked.without
        and (asked.actor is None or event.actor_id == asked.actor)
        and (asked.audience is None or event.audience == asked.audience)
        and (asked.since is None or event.time >= asked.since)
        and (asked.until is None or event.time < asked.until)
        and (
            reader.all
            or (
                event.audience in reader.audiences
                and (event.opens_at is None or event.opens_at < START + timedelta(days=99))
            )
        )
    ]
    by_time = not (asked.about or asked.types or asked.actor) and (asked.since or asked.until)
    met.sort(key=lambda event: (event.time, event.seq) if by_time else event.seq, reverse=True)
    return [event.seq for event in met]


days = st.none() | st.integers(0, 16).map(lambda day: START + timedelta(days=day))
asked_for = st.builds(
    Asked,
    about=st.sets(st.sampled_from([*THINGS, "k:9"]), max_size=2).map(lambda found: tuple(sorted(found))),
    types=st.sets(st.sampled_from([*TYPES, "c.none"]), max_size=3).map(lambda found: tuple(sorted(found))),
    without=st.sampled_from([(), (), ("a.one",), ("a.one", "c.none")]),
    actor=st.sampled_from([None, None, "P0", "P9"]),
    audience=st.sampled_from([None, None, *AUDIENCES]),
    since=days,
    until=days,
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reader=st.sampled_from(READERS), asked=asked_for, part=st.sampled_from([1, 3, 7, 100]))
def test_parts_of_a_timeline_give_all_that_was_asked_for_once(
    log: list[Event], reader: Reader, asked: Asked, part: int
) -> None:
    found: list[int] = []
    while numbers := newest(reader, asked, before=found[-1] if found else None, limit=part):
        found += numbers
    assert found == expected(log, reader, asked)


@pytest.mark.parametrize(
    "given_", [{}, {"about": ("k:1",)}, {"types": tuple(TYPES)}, {"actor": "P0"}, {"audience": "members"}]
)
def test_a_timeline_is_one_query(log: list[Event], given_: dict[str, Any]) -> None:
    for reader in READERS:
        with CaptureQueriesContext(connection) as caught:
            newest(reader, Asked(**given_), before=40, limit=5)
        assert len(caught) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what it knows of the tables")
@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"about": ("k:1",)},
        {"about": ("k:1",), "types": ("a.one",), "actor": "P0", "since": START},
        {"types": tuple(TYPES)},
        {"actor": "P0", "types": ("a.one",)},
        {"audience": "members"},
        {"without": ("a.one",)},
        {"about": ("k:1",), "without": ("a.one",)},
        {"until": START},
    ],
)
def test_no_timeline_sorts_what_it_does_not_show(log: list[Event], given_: dict[str, Any]) -> None:
    for reader in READERS:
        with CaptureQueriesContext(connection) as caught:
            newest(reader, Asked(**given_), before=None, limit=5)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {caught[-1]['sql']}")
            plan = cursor.fetchall()
        sorted_parts = [row for row in plan if "TEMP B-TREE FOR ORDER BY" in row[3] and row[1] != 0]
        assert not sorted_parts, plan


def test_a_thing_is_a_reference() -> None:
    assert str(Ref("k", "1")) == THINGS[0]
