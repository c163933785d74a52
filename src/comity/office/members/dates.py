"""Dates as sources give them: a day, a month, a year, "by then", or not known; how dates and amounts are told to people."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.office.members.vocabulary import Precision


def span(on: date | None, precision: str, seen_on: date) -> tuple[date | None, date]:
    """The first day on which something may have happened (None: any) and the day by which it had.

    seen_on: when it was first entered; what is in the record had happened by then. For `MONTH` and `YEAR`, `on` is any day within.
    """
    if on is None or precision == Precision.UNKNOWN:
        return None, seen_on
    if precision == Precision.DAY:
        return on, on
    if precision == Precision.BY:
        return None, on
    if precision == Precision.MONTH:
        last = on.replace(day=monthrange(on.year, on.month)[1])
        return on.replace(day=1), max(on.replace(day=1), min(last, seen_on))
    if precision == Precision.YEAR:
        first = date(on.year, 1, 1)
        return first, max(first, min(date(on.year, 12, 31), seen_on))
    raise ValueError(f"{precision!r} does not say how well a date is known")


@cache
def _locale(code: str) -> Locale:
    # The English of the world, as everywhere on the site: 16 July 2026.
    return Locale.parse("en_001" if code == "en" else code.replace("-", "_"))


def locale() -> Locale:
    """The locale of the active language."""
    return _locale(get_language() or "en")


def day_text(on: date) -> str:
    """A day in the active language."""
    return str(format_date(on, "long", locale=locale()))


def date_text(on: date | None, precision: str) -> str:
    """A date in the active language, with how well it is known."""
    if on is None or precision == Precision.UNKNOWN:
        return _("date not known")
    if precision == Precision.MONTH:
        return str(format_skeleton("yMMMM", on, locale=locale()))
    if precision == Precision.YEAR:
        return f"{on.year:04d}"
    return _("by %(day)s") % {"day": day_text(on)} if precision == Precision.BY else day_text(on)


def money(amount: Decimal, currency: str) -> str:
    """An amount in the active language, with the code of its currency (ISO 4217) and two decimals."""
    return str(format_currency(amount, currency, "#,##0.00 ¤¤", locale=locale(), currency_digits=False))
