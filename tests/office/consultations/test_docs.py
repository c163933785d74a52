"""docs/consultations.md is a contract: every event type, every entry and every limit of the office has its place there."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.groundwork.facts import FACTS
from comity.office.consultations.actions import statements as rules
from comity.office.consultations.similar import LIKE
from comity.office.consultations.vocabulary import Entry, Showing

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "consultations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(name for name in FACTS if name.startswith("consultations.")))
def test_every_event_type_has_its_line(name: str) -> None:
    assert f"\n| `{name}` |" in PAGE


@pytest.mark.parametrize("value", [*Entry.values, *Showing.values])
def test_every_choice_that_people_are_promised_is_explained(value: str) -> None:
    assert f"`{value}`" in PAGE


def test_figures_on_the_page_are_those_of_the_code() -> None:
    assert f"at most {rules.LONGEST_STATEMENT} characters" in PAGE
    assert f"{rules.PER_HOUR} statements an hour for a participant, {rules.PER_HOUR_AND_ADDRESS} for a network" in PAGE
    assert f"none while {rules.MOST_WAITING:,} wait" in PAGE
    assert f"a likeness of .{round(LIKE * 100)}" in PAGE
