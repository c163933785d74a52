"""docs/silence.md is a contract: every event type and every choice of silence, secret ballots, elections and consensus stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.groundwork.facts import FACTS
from comity.office.decisions.actions.secret import FEWEST
from comity.office.decisions.actions.silence import ON_THE_WAY
from comity.office.decisions.events import consensus, election, secret, silence
from comity.office.decisions.vocabulary_silence import Naming, Then

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "silence.md").read_text(encoding="utf-8")
EVENTS = {module.__name__ for module in (consensus, election, secret, silence)}


@pytest.mark.parametrize("name", sorted(name for name, fact in FACTS.items() if fact.__module__ in EVENTS))
def test_every_event_type_has_its_line(name: str) -> None:
    assert f"\n| `{name}` |" in PAGE


@pytest.mark.parametrize("value", [*Naming.values, *Then.values])
def test_every_choice_is_explained(value: str) -> None:
    assert f"`{value}`" in PAGE


def test_figures_on_the_pages_are_those_of_the_code() -> None:
    assert FEWEST == 5
    assert "fewer than 5 papers" in PAGE
    assert "Of fewer than 5 papers" in (DOCS / "design" / "secret_ballots.md").read_text(encoding="utf-8")
    assert ON_THE_WAY.total_seconds() == 2
    assert "two seconds after the deadline" in PAGE
