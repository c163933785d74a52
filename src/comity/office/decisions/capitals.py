"""When capitals work: a table of places with their time zones, public holidays, weekends; as the engine of silence wants them.

Two sources are put together here, and nowhere else: `capitals.csv` (place and IANA zone of each, with its source, and the weekend of
the CLDR), and the package `holidays` with its holidays and weekends. They disagree on some weekends: a day that either takes for one
of rest is not counted, because a capital that is taken to work while it rests loses time, and one that is given a day loses nothing.
Why so, and what the tables cannot know: docs/design/fair_clock.md.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import metadata, resources
from zoneinfo import ZoneInfo

import holidays

from comity.rules.silence import Calendar
from comity.rules.timing import Period, Unit

TABLE = "capitals.csv"
CLDR = "CLDR (as in Babel 2.18)"
_GOVERNMENT = "government"
"""Category of days on which only offices of government are closed, where the package tells them apart."""
ROOM = timedelta(days=45)
"""How much further than the period itself a calendar is made: weekends and holidays push a deadline on."""


@dataclass(frozen=True, slots=True)
class Capital:
    """Where a government works, as the clock needs it. place: empty where none can be named without taking a side.

    area: part of the country whose holidays count, as the package names it; empty: those of the whole country. cldr_weekend: days of rest
    of each week by the CLDR, Monday being 0; in the table, because Babel would load the data of 197 languages for them.
    """

    iso3: str
    iso2: str
    place: str
    zone: str
    area: str
    source: str
    note: str
    cldr_weekend: frozenset[int]

    @property
    def weekend(self) -> frozenset[int]:
        """Days of rest of each week, Monday being 0: those of the CLDR and those of `holidays` together."""
        return self.cldr_weekend | _other_weekend(self.iso2)

    @property
    def disputed(self) -> frozenset[int]:
        """Days of the week on which the two sources disagree."""
        return self.cldr_weekend ^ _other_weekend(self.iso2)


@cache
def capitals() -> Mapping[str, Capital]:
    """The table, by ISO 3166 alpha-3 code."""
    text = resources.files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["iso3"]: Capital(
            row["iso3"],
            row["iso2"],
            row["place"],
            row["zone"],
            row["holidays"],
            row["source"],
            row["note"],
            frozenset(map(int, row["weekend"].split())),
        )
        for row in rows
    }


def calendar_of(iso3: str, first: date, last: date) -> Calendar | None:
    """When a capital works between two days, both included; None where the table has no such country."""
    capital = capitals().get(iso3)
    if capital is None:
        return None
    days: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        days |= {day: name for day, name in _holidays(capital.iso2, capital.area, year) if first <= day <= last}
    return Calendar(ZoneInfo(capital.zone), capital.weekend, days, source=capital.source)


def calendars(codes: Iterable[str], opened: datetime, period: Period) -> dict[str, Calendar]:
    """Calendars by ISO 3166 alpha-3 code for a clock that is opened at a moment; codes without one are left out."""
    first = opened.date() - timedelta(days=2)  # the day before has not ended everywhere
    last = first + reach(period)
    found = {code: calendar_of(code, first, last) for code in sorted(set(codes))}
    return {code: calendar for code, calendar in found.items() if calendar is not None}


def prepare(now: datetime) -> None:
    """Load the holidays of all capitals for this year and the next, if they are not in memory yet: some two seconds, once.

    Whoever is about to open silence asks for it before the act, which holds up everybody who writes.
    """
    for capital in capitals().values():
        _other_weekend(capital.iso2)
        for year in (now.year, now.year + 1):
            _holidays(capital.iso2, capital.area, year)


def reach(period: Period) -> timedelta:
    """How far calendars must go for a period. Days, months and years ask for none, they count every day alike."""
    days = {Unit.HOURS: -(-period.number // 24), Unit.WORKING_DAYS: period.number}.get(period.unit, 0)
    return ROOM + 3 * timedelta(days=days)


def sources() -> str:
    """The versions of what calendars are made of: they say when a reckoning could come out otherwise."""
    return f"holidays {metadata.version('holidays')}, {CLDR}, {TABLE}"


@cache
def _other_weekend(iso2: str) -> frozenset[int]:
    return frozenset(holidays.country_holidays(iso2).weekend)


@cache
def _holidays(iso2: str, area: str, year: int) -> tuple[tuple[date, str], ...]:
    """Public holidays and days on which government is closed, in English where the package has it."""
    known = holidays.country_holidays(iso2)
    categories = {"public", _GOVERNMENT} & set(known.supported_categories)
    language = next((one for one in ("en_US", "en_GB") if one in known.supported_languages), None)
    found = holidays.country_holidays(
        iso2, subdiv=area or None, years=year, language=language, categories=tuple(sorted(categories))
    )
    return tuple(sorted((day, name) for day, name in found.items() if day.year == year))
