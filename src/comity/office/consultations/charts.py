"""Lines over time as SVG, drawn on the server: they need no script, mirror with the language, and have their table beneath.

A line is told from the others by its mark and by the word at its end, never by colour alone; marks and colours are those of the
report (`comity.opinion.report.drawings`), in the order of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from comity.opinion.report.drawings import SHAPES, WIDTH

HEIGHT, EDGE, TOP, FOOT = 300, 56, 18, 34
APART = 22
"""Between the words at the ends of two lines, at least."""
_BROAD, _LOW = WIDTH - 2 * EDGE, HEIGHT - FOOT


@dataclass(frozen=True, slots=True)
class Line:
    """word: what stands at its end. points: shares from 0 to 1, one for each moment; None: not known then, and the line is broken."""

    word: str
    points: tuple[float | None, ...]


def lines_over_time(
    title: str,
    moments: Sequence[datetime],
    ends: tuple[str, str],
    scale: Sequence[tuple[float, str]],
    lines: Sequence[Line],
    *,
    mirrored: bool,
) -> Markup:
    """The chart; "" with fewer than two moments. ends: words for the first and the last moment; scale: shares with the words that
    stand beside their lines; mirrored: time runs leftwards.
    """
    if len(moments) < 2 or not lines:
        return Markup("")
    whole = max((moments[-1] - moments[0]).total_seconds(), 1.0)

    def across(moment: datetime) -> float:
        x = EDGE + _BROAD * (moment - moments[0]).total_seconds() / whole
        return round(WIDTH - x if mirrored else x, 1)

    drawn = [_level(share, word, mirrored=mirrored) for share, word in scale]
    last: list[tuple[float, int]] = []
    for number, line in enumerate(lines):
        at = [
            None if share is None else (across(moment), _up(share))
            for moment, share in zip(moments, line.points, strict=True)
        ]
        drawn.append(_drawn(at, number))
        known = [point for point in at if point is not None]
        if known:
            last.append((known[-1][1], number))
    low = 0.0
    for y, number in sorted(last):
        low = max(y + 6, low)
        drawn.append(_word("e", WIDTH - EDGE + 10, low, lines[number].word, "start", mirrored=mirrored, number=number))
        low += APART
    drawn += [
        _word("n", EDGE, HEIGHT - 8, ends[0], "start", mirrored=mirrored),
        _word("n", WIDTH - EDGE, HEIGHT - 8, ends[1], "end", mirrored=mirrored),
    ]
    return Markup('<svg class="map lines" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(drawn)
    )


def _up(share: float) -> float:
    return round(TOP + (1 - share) * (_LOW - TOP), 1)


def _level(share: float, word: str, *, mirrored: bool) -> Markup:
    line = Markup('<path class="ax" d="M{},{}H{}"/>').format(EDGE, _up(share), WIDTH - EDGE)
    return line + _word("n", EDGE - 8, _up(share) + 6, word, "end", mirrored=mirrored)


def _drawn(at: Sequence[tuple[float, float] | None], number: int) -> Markup:
    """A line, broken where nothing is known, and a mark at each of its points."""
    path, broken = "", True
    for point in at:
        if point is not None:
            path += f"{'M' if broken else 'L'}{point[0]},{point[1]}"
        broken = point is None
    style = number % len(SHAPES)
    marks = "".join(
        f'<use href="#m{style}" class="c g{style}" transform="translate({x} {y})scale(5)"/>'
        for x, y in (point for point in at if point is not None)
    )
    return Markup(f'<path class="over g{style}" d="{path}"/>{marks}')


def _word(
    style: str, x: float, y: float, word: str, anchor: str, *, mirrored: bool, number: int | None = None
) -> Markup:
    if mirrored:
        x, anchor = WIDTH - x, {"start": "end", "end": "start"}[anchor]
    named = style if number is None else f"{style} g{number % len(SHAPES)}"
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        named, round(x, 1), round(y, 1), anchor, word
    )
