"""Silence procedures: whose working time counts, when it ends, and what a break does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.rules.charter_file import load
from comity.rules.errors import RulesError
from comity.rules.silence import Break, Calendar, Disclosure, State, clock, disclosed, stands
from comity.rules.snapshot import snapshot_of
from comity.rules.timing import Period, Unit, parse_period

SEAT = Calendar(ZoneInfo("Asia/Shanghai"), source="seat")
NEW_YORK = Calendar(ZoneInfo("America/New_York"))
CAIRO = Calendar(ZoneInfo("Africa/Cairo"), weekend=frozenset({4, 5}))
TONGA = Calendar(ZoneInfo("Pacific/Tongatapu"))
FRIDAY_NOON = datetime(2026, 11, 6, 12, 0, tzinfo=UTC)
HOURS = parse_period("72 hours")


def test_hours_count_only_while_a_capital_works() -> None:
    # Friday noon UTC is Friday 07:00 in New York: 17 hours on Friday, none at the weekend, 55 from Monday on.
    found = clock(FRIDAY_NOON, HOURS, ["us"], {"us": NEW_YORK}, SEAT)
    assert found.deadline == datetime(2026, 11, 11, 7, 0, tzinfo=ZoneInfo("America/New_York"))
    assert found.reckonings[0].idle == ((date(2026, 11, 7), "weekend"), (date(2026, 11, 8), "weekend"))


def test_the_deadline_is_that_of_the_slowest_capital_and_says_whose() -> None:
    found = clock(FRIDAY_NOON, HOURS, ["us", "eg"], {"us": NEW_YORK, "eg": CAIRO}, SEAT)
    by_member = {reckoning.member: reckoning.deadline for reckoning in found.reckonings}
    # In Cairo it is Friday, a day of rest: the clock starts on Sunday at midnight.
    assert by_member["eg"] == datetime(2026, 11, 11, 0, 0, tzinfo=ZoneInfo("Africa/Cairo"))
    assert found.deadline == max(by_member.values())
    assert found.decisive == ("us",)


def test_a_holiday_moves_the_deadline_and_is_named() -> None:
    veterans = Calendar(NEW_YORK.zone, holidays={date(2026, 11, 9): "a holiday"})
    plain = clock(FRIDAY_NOON, HOURS, ["us"], {"us": NEW_YORK}, SEAT)
    moved = clock(FRIDAY_NOON, HOURS, ["us"], {"us": veterans}, SEAT)
    assert moved.deadline - plain.deadline == timedelta(days=1)
    assert (date(2026, 11, 9), "a holiday") in moved.reckonings[0].idle


def test_working_days_are_whole_days_of_the_capital() -> None:
    three = parse_period("3 working days")
    found = clock(FRIDAY_NOON, three, ["to"], {"to": TONGA}, SEAT)
    # In Tonga it is already Saturday 01:00; Monday to Wednesday are the three days.
    assert found.deadline == datetime(2026, 11, 12, 0, 0, tzinfo=ZoneInfo("Pacific/Tongatapu"))
    at_midnight = datetime(2026, 11, 9, 0, 0, tzinfo=ZoneInfo("Pacific/Tongatapu"))
    assert clock(at_midnight, three, ["to"], {"to": TONGA}, SEAT).deadline == found.deadline


def test_a_day_of_25_hours_has_25_hours() -> None:
    # Clocks in New York went back on Sunday 1 November 2026; let Sunday be a working day there.
    always = Calendar(NEW_YORK.zone, weekend=frozenset())
    opened = datetime(2026, 10, 31, 12, 0, tzinfo=NEW_YORK.zone)
    found = clock(opened, HOURS, ["us"], {"us": always}, SEAT)
    assert found.deadline - opened.astimezone(UTC) == timedelta(hours=72)
    assert found.deadline.astimezone(NEW_YORK.zone).hour == 11


def test_a_member_without_a_calendar_is_named_and_reckoned_by_the_seat() -> None:
    found = clock(FRIDAY_NOON, HOURS, ["us", "xx"], {"us": NEW_YORK}, SEAT)
    assert found.without_calendar == ("xx",)
    alone = clock(FRIDAY_NOON, HOURS, ["seat"], {"seat": SEAT}, SEAT)
    assert next(r for r in found.reckonings if r.member == "xx").deadline == alone.deadline


def test_months_end_with_their_last_day_at_the_seat_for_all_alike() -> None:
    found = clock(FRIDAY_NOON, parse_period("10 months"), ["us", "eg"], {"us": NEW_YORK, "eg": CAIRO}, SEAT)
    assert found.deadline == datetime(2027, 9, 7, 0, 0, tzinfo=SEAT.zone)
    assert found.decisive == ("eg", "us")


def test_what_cannot_be_reckoned_is_refused() -> None:
    with pytest.raises(RulesError, match="no time zone"):
        clock(FRIDAY_NOON.replace(tzinfo=None), HOURS, ["us"], {}, SEAT)
    with pytest.raises(RulesError, match="the list is empty"):
        clock(FRIDAY_NOON, HOURS, [], {}, SEAT)
    never = Calendar(UTC, weekend=frozenset(range(7)))
    with pytest.raises(RulesError, match="us: 72 hours do not run down within"):
        clock(FRIDAY_NOON, HOURS, ["us"], {"us": never}, SEAT)


@given(
    st.integers(0, 90_000),
    st.integers(1, 200),
    st.integers(-12, 14),
    st.frozensets(st.integers(0, 6), max_size=5),
)
def test_every_member_has_the_promised_hours_and_not_one_more(
    opened: int, hours: int, offset: int, weekend: frozenset[int]
) -> None:
    zone = timezone(timedelta(hours=offset))
    calendar = Calendar(zone, weekend)
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=opened)
    found = clock(start, Period(hours, Unit.HOURS), ["m"], {"m": calendar}, SEAT)
    worked, at = 0, start
    while at < found.deadline:
        worked += calendar.idle(at.astimezone(zone).date()) is None
        at += timedelta(hours=1)
    assert worked == hours


# --- breaks ---

SILENCE = load("silence")
RULE = SILENCE.rule("seventy-two-hours")
MEMBERS = snapshot_of(["a", "b", "c"])
DEADLINE = FRIDAY_NOON + timedelta(days=5)
PARTS = ["OP1", "OP2", "OP3"]


def _stands(now: datetime, *breaks: Break) -> list[State]:
    found = stands(SILENCE, MEMBERS, RULE, PARTS, breaks, deadline=DEADLINE, now=now)
    return [found.state, *(part.state for part in found.parts)]


def test_what_is_unbroken_at_the_deadline_is_adopted_by_itself() -> None:
    before, at = DEADLINE - timedelta(seconds=1), DEADLINE
    assert _stands(before) == [State.RUNNING] * 4
    assert _stands(at) == [State.ADOPTED] * 4


def test_a_break_of_one_part_leaves_the_others() -> None:
    one = Break("b", DEADLINE, "too dear", "OP2", "[consider]")
    assert _stands(DEADLINE, one) == [State.BROKEN, State.ADOPTED, State.BROKEN, State.ADOPTED]
    assert _stands(DEADLINE - timedelta(hours=1), one) == [State.RUNNING] * 4  # not yet said
    whole = Break("b", FRIDAY_NOON, "all of it")
    assert _stands(FRIDAY_NOON, whole) == [State.BROKEN] * 4


def test_a_break_after_the_deadline_does_not_count_and_is_named() -> None:
    late = Break("c", DEADLINE + timedelta(seconds=1), "late", "OP1")
    found = stands(SILENCE, MEMBERS, RULE, PARTS, [late], deadline=DEADLINE, now=DEADLINE + timedelta(days=1))
    assert found.state is State.ADOPTED
    assert found.late == (late,)


def test_a_break_of_no_part_or_by_no_member_is_refused() -> None:
    with pytest.raises(RulesError, match="OP9, which is no part of the text: choose one of OP1, OP2, OP3"):
        _stands(DEADLINE, Break("a", FRIDAY_NOON, "x", "OP9"))
    with pytest.raises(RulesError, match="z is no member"):
        _stands(DEADLINE, Break("z", FRIDAY_NOON, "x", "OP1"))


def test_what_members_see_of_a_break_was_fixed_before() -> None:
    breaks = [Break("b", DEADLINE, "too dear", "OP2", "[consider]"), Break("a", FRIDAY_NOON, "unclear", "OP1")]
    assert disclosed(breaks, Disclosure.NAMES) == (breaks[1], breaks[0])
    assert disclosed(breaks, Disclosure.COUNT) == 2
    parts = disclosed(breaks, Disclosure.PARTS)
    assert isinstance(parts, tuple)
    assert [(b.part, b.wording, b.member, b.reason) for b in parts] == [
        ("OP1", "", "", ""),
        ("OP2", "[consider]", "", ""),
    ]
    assert len({b.at for b in parts}) == 1
