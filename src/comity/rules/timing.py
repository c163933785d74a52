"""Arithmetic of dates, as clauses on entry into force and on periods of notice write it.

    "30 days after met"                                       Convention against Torture, article 27
    "60 days after met, then first day of month 1"            Rome Statute, article 126
    "first day of month 6"                                    Mine Ban Convention, article 17
    "180 days after met, not before 2 years after opened"     Chemical Weapons Convention, article XXI

`first day of month N` is the first day of the Nth month after the month reached. A month added to the 31st ends on the
last day of a shorter month. A period is "72 hours", "3 working days" or "10 months".
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from comity.rules.errors import ClauseError


class Unit(StrEnum):
    """What is counted."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Period:
    """So many of a unit."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a period after a named event: `met`, `opened`, `adopted` ..."""

    event: str | None = None
    day: date | None = None
    after: Period | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """From `start`, to the first day of the `month`th month after it (0: as it is), and not before `floor`."""

    start: Moment
    month: int = 0
    floor: Moment | None = None
    written: str = ""

    def events(self) -> frozenset[str]:
        """The events whose days must be known."""
        return frozenset(m.event for m in (self.start, self.floor) if m is not None and m.event is not None)


_MOMENT = re.compile(r"(?:(\d{1,4}) (days|months|years) after )?(?:(\d{4}-\d{2}-\d{2})|([a-z][a-z-]*))")
_MONTH = re.compile(r"first day of month (\d{1,2})")
_PERIOD = re.compile(r"(\d{1,4}) (hours|days|working days|months|years)")


def parse_period(text: str) -> Period:
    """A period from its words. Raises ClauseError.

    >>> parse_period("3 working days")
    Period(number=3, unit=<Unit.WORKING_DAYS: 'working days'>)
    """
    found = _PERIOD.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise ClauseError(
            "{text!r} is no period.", column=1, mend='Write "72 hours", "3 working days" or "10 months".', text=text
        )
    return Period(int(found[1]), Unit(found[2]))


def parse_timing(text: str) -> Timing:
    """When something takes effect, from its words. Raises ClauseError.

    >>> parse_timing("90 days after met").start
    Moment(event='met', day=None, after=Period(number=90, unit=<Unit.DAYS: 'days'>))
    """
    start, month, floor = Moment(event="met"), 0, None
    column = 1
    for number, part in enumerate(text.split(",")):
        words = part.strip().removeprefix("then ")
        if found := _MONTH.fullmatch(words):
            month = int(found[1])
        elif words.startswith("not before "):
            floor = _moment(words.removeprefix("not before "), column)
        elif number == 0:
            start = _moment(words, column)
        else:
            raise ClauseError(
                "{words!r} cannot be read here.",
                column=column,
                mend='Write "then first day of month 1" or "not before 2 years after opened".',
                words=words,
            )
        column += len(part) + 1
    return Timing(start, month, floor, text)


def _moment(words: str, column: int) -> Moment:
    found = _MOMENT.fullmatch(words)
    if not found:
        raise ClauseError(
            "{words!r} is no day.",
            column=column,
            mend='Write "30 days after met", "12 months after met", "2 years after opened" or a day such as 1989-01-01.',
            words=words,
        )
    number, unit, day, event = found.groups()
    try:
        known = date.fromisoformat(day) if day else None
    except ValueError:
        raise ClauseError("{day} is no day of the calendar.", column=column, mend="Mend the date.", day=day) from None
    return Moment(event, known, Period(int(number), Unit(unit)) if number else None)


def add(day: date, period: Period) -> date:
    """The day so long after; hours and working days are the clock's, see `silence`. Raises OverflowError after 9999.

    >>> add(date(2016, 10, 5), Period(30, Unit.DAYS)), add(date(2026, 1, 31), Period(1, Unit.MONTHS))
    (datetime.date(2016, 11, 4), datetime.date(2026, 2, 28))
    """
    if period.unit is Unit.DAYS:
        return day + timedelta(days=period.number)
    if period.unit not in (Unit.MONTHS, Unit.YEARS):
        raise ValueError(f"{period} cannot be added to a day")
    months = day.year * 12 + day.month - 1 + period.number * (12 if period.unit is Unit.YEARS else 1)
    year, month = months // 12, months % 12 + 1
    if year > 9999:
        raise OverflowError(f"{period} after {day}")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_of(timing: Timing, events: dict[str, date]) -> date | None:
    """The day on which it takes effect, given the days of the events; None while one of them is not known.

    >>> day_of(parse_timing("60 days after met, then first day of month 1"), {"met": date(2002, 4, 11)})
    datetime.date(2002, 7, 1)
    """
    reached = _reached(timing.start, events)
    floor = _reached(timing.floor, events) if timing.floor else None
    if reached is None or (timing.floor and floor is None):
        return None
    if timing.month:
        reached = add(reached.replace(day=1), Period(timing.month, Unit.MONTHS))
    return max(reached, floor) if floor else reached


def _reached(moment: Moment, events: dict[str, date]) -> date | None:
    day = moment.day or events.get(moment.event or "")
    return add(day, moment.after) if day and moment.after else day
