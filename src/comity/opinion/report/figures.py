"""How numbers are written for people. Shares come in as 0 to 1 or None; None is "not enough evidence", never zero."""

from __future__ import annotations

import math

from comity.opinion.report.words import say


def percent(share: float | None) -> str:
    """A share in whole per cent; what is not quite none or all does not read as none or all.

    >>> percent(0.834), percent(0.9991), percent(1.0), percent(0.001)
    ('83%', 'over 99%', '100%', 'under 1%')
    """
    if share is None:
        return say("no_figure")
    if 0 < share < 0.005:
        return say("under_one_per_cent")
    if 0.995 <= share < 1:
        return say("over_99_per_cent")
    return f"{round(share * 100)}%"


def count(number: int | None) -> str:
    """A number of people or votes; None is a number that is not published."""
    return say("no_figure") if number is None else f"{number:,}"


def span(lower: float | None, upper: float | None) -> str:
    """An interval of shares: 79–86%."""
    if lower is None or upper is None:
        return say("no_figure")
    return f"{round(lower * 100)}–{round(upper * 100)}%"


def tenths(share: float) -> int:
    """How many in ten, rounded down: what is said to be at least so much is.

    >>> tenths(0.79), tenths(0.8), tenths(0.04)
    (7, 8, 0)
    """
    return math.floor(round(share * 10, 9))


def decimal(value: float | None, digits: int = 2) -> str:
    """A score, a position or a log-loss; minus as a minus sign."""
    if value is None:
        return say("no_figure")
    return f"{value + 0.0:.{digits}f}".replace("-", "\u2212")


def coverage(z: float) -> int:
    """Per cent of normal deviates within z: what an interval of that half-width is said to cover."""
    return round(100 * math.erf(z / math.sqrt(2)))
