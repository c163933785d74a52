"""Calendars of all capitals: where the table is from, what counts as a day of rest, and that every capital has the same time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.core import get_global

from comity.office.decisions.capitals import calendar_of, calendars, capitals, reach, sources
from comity.office.members.regions import SUB_REGION
from comity.rules.silence import Calendar, clock
from comity.rules.timing import parse_period

DOC = Path(__file__).resolve().parents[3] / "docs" / "design" / "fair_clock.md"
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HOURS = parse_period("72 hours")


def test_the_table_has_every_member_and_observer_and_says_where_each_line_is_from() -> None:
    table = capitals()
    assert set(table) == set(SUB_REGION)
    assert len(table) == 197
    for capital in table.values():
        assert get_global("territory_aliases")[capital.iso3] == [capital.iso2]
        assert capital.source.startswith(f"zone.tab 2025b: {capital.iso2}, "), capital
        assert capital.place or capital.note, f"{capital.iso3}: no place, and no reason why"


def test_every_zone_belongs_to_its_country_by_the_cldr_too() -> None:
    aliases = get_global("zone_aliases")
    for capital in capitals().values():
        ZoneInfo(capital.zone)
        territory = get_global("zone_territories").get(aliases.get(capital.zone, capital.zone))
        assert territory == capital.iso2, capital


@pytest.mark.parametrize(
    ("iso3", "day", "name"),
    [
        ("USA", date(2026, 11, 26), "Thanksgiving"),
        ("CHN", date(2026, 10, 1), "National Day"),
        ("FRA", date(2026, 7, 14), "National Day"),
        ("SAU", date(2026, 9, 23), "National Day"),
        ("GBR", date(2026, 12, 25), "Christmas"),
        ("IND", date(2026, 8, 15), "Independence Day"),
    ],
)
def test_well_known_holidays_are_days_of_rest(iso3: str, day: date, name: str) -> None:
    calendar = calendar_of(iso3, day, day)
    assert calendar is not None
    assert name in (calendar.idle(day) or "")


def test_the_weekends_of_the_table_are_those_of_the_cldr() -> None:
    """Babel's next release may bring another: then the table is renewed, and the design page with it."""
    for capital in capitals().values():
        locale = Locale.parse(f"und_{capital.iso2}")
        length = (locale.weekend_end - locale.weekend_start) % 7 + 1
        found = {(locale.weekend_start + n) % 7 for n in range(length)}
        assert capital.cldr_weekend == found, capital


def test_a_day_that_either_source_takes_for_rest_is_one() -> None:
    table = capitals()
    assert table["SAU"].weekend == {4, 5}
    assert table["USA"].weekend == {5, 6}
    assert table["BRN"].weekend == {4, 5, 6}  # the CLDR has no weekend in two pieces
    assert table["BRN"].disputed == {4, 5}


def test_the_page_names_every_weekend_on_which_the_sources_disagree() -> None:
    told = DOC.read_text(encoding="utf-8")
    found = sorted(code for code, capital in capitals().items() if capital.disputed)
    assert " ".join(found) in told


def test_every_capital_has_seventy_two_hours_of_days_on_which_it_works() -> None:
    found = calendars(capitals(), FRIDAY, HOURS)
    reckoned = clock(FRIDAY, HOURS, capitals(), found, found["CHN"])
    assert not reckoned.without_calendar
    for one in reckoned.reckonings:
        calendar, moment, worked = found[one.member], FRIDAY, timedelta()
        while moment < one.deadline:  # naive: a quarter of an hour after the other
            if calendar.idle(moment.astimezone(calendar.zone).date()) is None:
                worked += timedelta(minutes=15)
            moment += timedelta(minutes=15)
        assert worked == timedelta(hours=72), one.member
    assert reckoned.deadline == max(one.deadline for one in reckoned.reckonings)


def test_calendars_reach_further_than_any_deadline_needs() -> None:
    for written in ("72 hours", "3 working days", "20 working days", "240 hours"):
        period = parse_period(written)
        for month in range(1, 13):
            opened = datetime(2026, month, 20, tzinfo=UTC)
            found = calendars(capitals(), opened, period)
            deadline = clock(opened, period, capitals(), found, found["CHN"]).deadline
            assert deadline.date() < opened.date() + reach(period), (written, month)


def test_who_has_no_calendar_is_left_out_and_so_named_by_the_clock() -> None:
    found = calendars(["KEN", "01JZZZZZZZZZZZZZZZZZZZZZZZ"], FRIDAY, HOURS)
    assert list(found) == ["KEN"]
    reckoned = clock(FRIDAY, HOURS, ["KEN", "union"], found, Calendar(ZoneInfo("UTC")))
    assert reckoned.without_calendar == ("union",)


def test_the_sources_carry_their_versions() -> None:
    assert "holidays 0." in sources()
    assert "CLDR" in sources()
