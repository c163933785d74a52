"""Moments and periods in words: on the clock of a place, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format

from comity.office.decisions.words import engine_language
from comity.office.members.dates import locale
from comity.rules.timing import parse_period
from comity.rules.words import say


def moment_text(moment: datetime, zone: tzinfo = UTC) -> str:
    """Date, hour and minute on a place's clock, on the 24-hour clock in every language; says no zone."""
    there = moment.astimezone(zone)
    pattern = str(get_datetime_format("medium", locale=locale())).replace("'", "")
    clock = format_time(there.time(), "HH:mm", locale=locale())
    return pattern.format(clock, format_date(there.date(), "long", locale=locale()))


def ahead(moment: datetime, zone: ZoneInfo) -> str:
    """How far a place's clock is ahead of Coordinated Universal Time at a moment: `UTC+05:30`."""
    offset = moment.astimezone(zone).utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds()) // 60
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def period_text(written: str) -> str:
    """A period, or several that follow each other (`72 hours + 1 working days`), in the reader's language."""
    periods = [parse_period(one) for one in written.split(" + ")]
    return " + ".join(say(f"unit.{one.unit}", engine_language(), n=one.number) for one in periods)
