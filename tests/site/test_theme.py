"""The style sheet itself: directions, contrast, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

SHEET = re.sub(
    r"/\*.*?\*/", "", Path(str(finders.find("comity/comity.css"))).read_text(encoding="utf-8"), flags=re.DOTALL
)
SIDES = "left|right|top|bottom"
PHYSICAL = (
    rf"[\s;{{](?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:{SIDES})"
    rf"|{SIDES}|(?:max-|min-)?(?:width|height)|float|clear)\s*:"
)


def test_the_sheet_knows_beginning_and_end_but_not_left_and_right() -> None:
    assert re.findall(PHYSICAL, re.sub(r"@media[^{]*", "", SHEET)) == []
    assert re.findall(r"text-align:\s*(?:left|right)", SHEET) == []


def test_the_sheet_loads_nothing() -> None:
    assert "url(" not in SHEET
    assert "@import" not in SHEET
    assert "@font-face" not in SHEET


def test_nothing_is_slanted_or_spaced_out() -> None:
    assert "italic" not in SHEET
    assert "letter-spacing" not in SHEET


def palettes() -> dict[str, dict[str, str]]:
    """The colours of day and night by name."""
    day, night = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
    return {
        name: dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", text)) for name, text in (("day", day), ("night", night))
    }


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("time", ["day", "night"])
def test_every_colour_of_text_can_be_read_on_every_ground(time: str) -> None:
    colours = palettes()[time]
    assert set(colours) == {"paper", "wash", "ink", "soft", "rule", "edge", "accent", "alarm"}
    for ground in ("paper", "wash"):
        for text in ("ink", "soft", "accent", "alarm"):
            assert contrast(colours[text], colours[ground]) >= 5.5, f"{text} on {ground} by {time}"
    assert contrast(colours["edge"], colours["paper"]) >= 3, "the edges of fields"


def seen_by(colour: str, blindness: str) -> tuple[float, float, float]:
    """A colour as somebody sees it who lacks one kind of cone (Viénot, Brettel and Mollon 1999), linear RGB."""
    linear = [((int(colour[p : p + 2], 16) / 255 + 0.055) / 1.055) ** 2.4 for p in (1, 3, 5)]
    rows = {
        "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
        "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    }[blindness]
    red, green, blue = (sum(a * b for a, b in zip(row, linear, strict=True)) for row in rows)
    return red, green, blue


@pytest.mark.parametrize("time", ["day", "night"])
@pytest.mark.parametrize("blindness", ["protanopia", "deuteranopia"])
def test_the_two_colours_are_told_apart_by_the_colour_blind(time: str, blindness: str) -> None:
    colours = palettes()[time]
    accent, alarm = seen_by(colours["accent"], blindness), seen_by(colours["alarm"], blindness)
    assert sum((a - b) ** 2 for a, b in zip(accent, alarm, strict=True)) ** 0.5 > 0.2
