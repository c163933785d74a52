"""docs/meetings.md is a contract: every event type, stage, form and place for panels has its place there."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.groundwork.facts import FACTS
from comity.office.meetings.actions.presence import DOORS
from comity.office.meetings.vocabulary import Form, Stage

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "meetings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(name for name in FACTS if name.startswith("meetings.")))
def test_every_event_type_has_its_line(name: str) -> None:
    assert f"\n| `{name}` |" in PAGE


@pytest.mark.parametrize("value", [*Form.values, *Stage.values])
def test_every_stage_and_form_is_explained(value: str) -> None:
    assert f"`{value}`" in PAGE


def test_figures_on_the_page_are_those_of_the_code() -> None:
    assert DOORS.total_seconds() == 3 * 3600
    assert "three hours before" in PAGE
