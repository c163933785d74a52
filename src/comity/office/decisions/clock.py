"""The clock of a silence procedure: the engine's reckoning over the calendars of capitals, and the faster clock of demonstrations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from comity.office.charter.queries import organisation, setting
from comity.office.decisions import capitals
from comity.office.decisions.events.silence import Reckoned
from comity.office.decisions.settings import CLOCK
from comity.rules.silence import Calendar, clock
from comity.rules.timing import Period, Unit

_DAYS = {Unit.DAYS: 1, Unit.WORKING_DAYS: 1, Unit.MONTHS: 30, Unit.YEARS: 365}
NOWHERE = Calendar(ZoneInfo("UTC"))
"""Where no seat was set: Coordinated Universal Time, Saturday and Sunday off, no holidays."""


@dataclass(frozen=True, slots=True)
class Set:
    """A clock as it is set: the deadline that holds, the one that is fair to all capitals, and how each was reckoned."""

    deadline: datetime
    fair_deadline: datetime
    day_seconds: int | None
    seat: str
    sources: str
    reckonings: tuple[Reckoned, ...]


def set_clock(opened: datetime, period: Period, members: Iterable[str], *, day_seconds: int | None = None) -> Set:
    """The clock of a silence that is opened, or goes on, at a moment. members: keys of charters, ISO 3166 alpha-3 where there is one.

    day_seconds: how long a day lasts with a faster clock. Raises RulesError as the engine does.
    """
    keys = sorted(members)
    seat = setting(CLOCK).seat
    first, last = opened.date() - timedelta(days=2), opened.date() + capitals.reach(period)
    at_seat = capitals.calendar_of(seat, first, last) or NOWHERE
    own = capitals.calendars(keys, opened, period)
    found = clock(opened, period, keys, own, at_seat)
    table = capitals.capitals()

    def reckoned(member: str, deadline: datetime, idle: Iterable[tuple[date, str]], has_own: bool) -> Reckoned:
        capital = table.get(member if has_own else seat)
        return Reckoned(
            member=member,
            place=capital.place if capital else "",
            zone=capital.zone if capital else "UTC",
            deadline=deadline,
            idle=tuple((day.isoformat(), why) for day, why in idle),
            own=has_own,
        )

    holds = found.deadline
    if day_seconds is not None:
        holds = opened.astimezone(UTC) + timedelta(seconds=day_seconds * days_in(period))
    return Set(
        holds,
        found.deadline,
        day_seconds,
        seat,
        capitals.sources(),
        tuple(reckoned(one.member, one.deadline, one.idle, one.own_calendar) for one in found.reckonings),
    )


def days_in(period: Period) -> float:
    """Days that a faster clock runs for a period: a day is one of 24 hours, a month 30 of them."""
    if period.unit is Unit.HOURS:
        return period.number / 24
    return float(period.number * _DAYS[period.unit])


def faster() -> int | None:
    """How many seconds a day lasts here, where clocks run faster; None: they run as they do. Only demonstrations may."""
    here = organisation()
    return setting(CLOCK).day_seconds if here is not None and here.demonstration else None
