"""What the report draws: the map, the line, and the bars, as SVG from the result's own figures.

A group is the same everywhere: its letter, the shape of its mark and its colour, by its place in the order of groups. Colours
are classes of the style sheet, so that light, dark and print each have their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from comity.opinion.report.words import say
from comity.opinion.result import Cell, OpinionResult, Rate

# Marks of equal area (that of a circle of radius 1), told apart without colour.
SHAPES = (
    "M-1,0a1,1 0 1,0 2,0a1,1 0 1,0-2,0z",
    "M-.89-.89h1.78v1.78h-1.78z",
    "M0-1.5 1.35.83h-2.7z",
    "M0-1.26 1.26,0 0,1.26-1.26,0z",
    "M0,1.5 1.35-.83h-2.7z",
    "M-.55-.95h1.1L1.1,0 .55.95h-1.1L-1.1,0z",
    "M-.4-1.1h.8v.7h.7v.8h-.7v.7h-.8v-.7h-.7v-.8h.7z",
    "M0-1.15 1.09-.36.68.93h-1.36L-1.09-.36z",
)
WIDTH = 640
_MARGIN = 44
_INK = 0.16
"""Share of the drawing that the marks may cover together."""


def definitions() -> Markup:
    """The marks, and the hatching of each group and of everybody, once for the whole page."""
    marks = "".join(f'<path id="m{n}" d="{shape}"/>' for n, shape in enumerate(SHAPES))
    hatching = "".join(
        f'<pattern id="h{style[1:]}" class="{style}" width="4" height="4" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0,0V4"/></pattern>'
        for style in ("", *(f"g{n}" for n in range(len(SHAPES))))
    )
    return Markup(f'<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{marks}{hatching}</defs></svg>')


def style_of(group: int) -> int:
    """Which mark and colour a group has, by its place; they repeat after eight, the letter never."""
    return group % len(SHAPES)


def key(group: int, label: str) -> Markup:
    """The mark of a group beside its letter."""
    n = style_of(group)
    return Markup(
        '<b class="k g{}"><svg viewBox="-1.6-1.6 3.2 3.2" aria-hidden="true"><use href="#m{}"/></svg>{}</b>'
    ).format(n, n, label)


def bar(rate: Rate | None) -> Markup:
    """Solid: agrees; gap: passes; hatched: disagrees; line beneath: interval of the share that agrees. Its table row has the figures."""
    if rate is None or rate.share is None:
        return Markup("")
    agree, disagree = 100 * rate.agree / rate.seen, 100 * rate.disagree / rate.seen
    drawn = f'<rect width="{_short(agree)}%"/>'
    if disagree:
        drawn += f'<rect class="h" x="{_short(100 - disagree)}%" width="{_short(disagree)}%"/>'
    if rate.lower is not None and rate.upper is not None:
        low, high = 100 * rate.lower, 100 * rate.upper
        drawn += f'<rect class="i" x="{_short(low)}%" width="{_short(high - low)}%"/>'
    return Markup(f'<svg class="b" aria-hidden="true">{drawn}</svg>')


@dataclass(frozen=True, slots=True)
class Here:
    """A place that is marked on the map, for the one person whose it is. word: what stands beside it."""

    x: float
    y: float
    word: str


@dataclass(frozen=True, slots=True)
class Shade:
    """How a mark is filled in the place of its group's colour. style: a class of `drawings.css`; word: what the fill means."""

    style: str
    word: str


def opinion_map(result: OpinionResult, here: Here | None = None, shades: Sequence[Shade] | None = None) -> Markup:
    """The map of cells, or for one axis the line; "" where there is no axis or nothing to place. shades: one for each cell."""
    if not result.cells or not result.quality.axes:
        return Markup("")
    cells = list(zip(result.cells, shades if shades is not None else [None] * len(result.cells), strict=True))
    return _line(result, cells, here) if result.quality.axes == 1 else _plane(result, cells, here)


Drawn = list[tuple[Cell, Shade | None]]


def _plane(result: OpinionResult, cells: Drawn, here: Here | None) -> Markup:
    xs, ys = [cell.x for cell in result.cells], [cell.y for cell in result.cells]
    wide, high = max(max(xs) - min(xs), 1e-6), max(max(ys) - min(ys), 1e-6)
    height = round(min(560.0, max(320.0, (WIDTH - 2 * _MARGIN) * high / wide + 2 * _MARGIN)))
    scale = min((WIDTH - 2 * _MARGIN) / wide, (height - 2 * _MARGIN) / high)
    middle = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)

    def place(x: float, y: float) -> tuple[float, float]:
        return WIDTH / 2 + (x - middle[0]) * scale, height / 2 - (y - middle[1]) * scale

    people = sum(cell.people for cell in result.cells)
    ink = _INK * WIDTH * height / (math.pi * people)
    origin = place(0, 0)
    drawn = [_cross(origin, height)]
    for cell, shade in sorted(cells, key=lambda entry: (-entry[0].people, entry[0].x, entry[0].y)):
        radius = min(40.0, max(3.0, math.sqrt(cell.people * ink)))
        drawn.append(_mark(result, cell, place(cell.x, cell.y), radius, shade))
    taken: list[tuple[float, float]] = []
    for n, group in enumerate(result.groups if len(result.groups) > 1 else ()):
        x, y = place(group.centre[0], group.centre[1]) if len(group.centre) > 1 else (WIDTH / 2, height / 2)
        x, y = min(max(x, 24.0), WIDTH - 24.0), min(max(y, 24.0), height - 24.0)
        while any(abs(x - other[0]) < 26 and abs(y - other[1]) < 34 for other in taken):
            y += 34
        taken.append((x, y))
        drawn.append(_letter(n, group.id, x, y + 11))
    drawn.append(_names(height))
    if here is not None:
        drawn.append(_here(here, *place(here.x, here.y), height))
    return _figure(result, "map_title", height, drawn)


def _line(result: OpinionResult, cells: Drawn, here: Here | None) -> Markup:
    xs = [cell.x for cell in result.cells]
    wide, height, ground = max(max(xs) - min(xs), 1e-6), 260, 216
    most = max(cell.people for cell in result.cells)
    drawn = [Markup(f'<path class="ax" d="M12,{ground}H{WIDTH - 12}"/>')]
    radius = min(9.0, max(3.0, 0.35 * WIDTH / len(result.cells)))
    for cell, shade in cells:
        x = WIDTH / 2 + (cell.x - (max(xs) + min(xs)) / 2) * (WIDTH - 2 * _MARGIN) / wide
        y = ground - (ground - 50) * cell.people / most
        drawn.append(Markup(f'<path class="st" d="M{_short(x)},{ground}V{_short(y)}"/>'))
        drawn.append(_mark(result, cell, (x, y), radius, shade))
    for n, group in enumerate(result.groups if len(result.groups) > 1 else ()):
        centre = group.centre[0] if group.centre else 0.0
        x = WIDTH / 2 + (centre - (max(xs) + min(xs)) / 2) * (WIDTH - 2 * _MARGIN) / wide
        drawn.append(_letter(n, group.id, min(max(x, 20.0), WIDTH - 20.0), 250))
    if here is not None:
        x = WIDTH / 2 + (here.x - (max(xs) + min(xs)) / 2) * (WIDTH - 2 * _MARGIN) / wide
        drawn.append(_here(here, x, ground, height))
    return _figure(result, "map_strip_title", height, drawn)


def _figure(result: OpinionResult, title: str, height: int, drawn: list[Markup]) -> Markup:
    people = say("people", n=sum(cell.people for cell in result.cells))
    named = say(title, people=people, groups=say("groups", n=len(result.groups)))
    sizes = [cell.people for cell in result.cells]
    described = say("map_marks", cells=len(sizes), least=min(sizes), most=max(sizes))
    if result.source.simulated:
        drawn.append(Markup('<text class="sim" x="8" y="{}">{}</text>').format(height - 8, say("simulated")))
    return Markup(
        '<svg class="map" viewBox="0 0 {} {}" role="img" aria-labelledby="map-title map-desc">'
        '<title id="map-title">{}</title><desc id="map-desc">{}</desc>{}</svg>'
    ).format(WIDTH, height, named, described, Markup("").join(drawn))


def _mark(result: OpinionResult, cell: Cell, at: tuple[float, float], radius: float, shade: Shade | None) -> Markup:
    n = style_of([group.id for group in result.groups].index(cell.group))
    moved = f"translate({_short(at[0])} {_short(at[1])})scale({_short(radius)})"
    title = say("people", n=cell.people)
    if len(result.groups) > 1:
        title = say("cell_title", people=title, id=cell.group)
    style = f"g{n}" if shade is None else shade.style
    said = title if shade is None else f"{title}: {shade.word}"
    return Markup(f'<use href="#m{n}" class="c {style}" transform="{moved}"><title>{escape(said)}</title></use>')


def _letter(group: int, label: str, x: float, y: float) -> Markup:
    return Markup('<text class="l g{}" x="{}" y="{}">{}</text>').format(style_of(group), _short(x), _short(y), label)


def _here(here: Here, x: float, y: float, height: int) -> Markup:
    """A ring with a dot, and its word; at the edge where the place lies beyond it."""
    x, y = min(max(x, 14.0), WIDTH - 14.0), min(max(y, 14.0), height - 14.0)
    side, anchor = (-18, "end") if x > WIDTH / 2 else (18, "start")
    ring = f"M{_short(x - 11)},{_short(y)}a11,11 0 1,0 22,0a11,11 0 1,0-22,0z"
    return Markup(
        '<path class="me" d="{}"/><circle cx="{}" cy="{}" r="3"/><text class="n" x="{}" y="{}" text-anchor="{}">{}</text>'
    ).format(ring, _short(x), _short(y), _short(x + side), _short(y + 6), anchor, here.word)


def _cross(at: tuple[float, float], height: int) -> Markup:
    return Markup(f'<path class="ax" d="M0,{_short(at[1])}H{WIDTH}M{_short(at[0])},0V{height}"/>')


def _names(height: int) -> Markup:
    """Which way the two axes run, at the edge."""
    return Markup(
        '<text class="n" x="{}" y="{}" text-anchor="end">{} →</text><text class="n" x="8" y="22">↑ {}</text>'
    ).format(WIDTH - 8, height - 8, say("axis", n=1), say("axis", n=2))


def _short(value: float) -> str:
    """One digit after the point, and none that says nothing."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
