"""docs/deciding.md is a contract: every event type, kind and disclosure of votes has its place there."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.groundwork.acts import ACTS
from comity.groundwork.facts import FACTS
from comity.office.decisions.actions import casting, electorate, organs, question, vote
from comity.office.decisions.events import electorate as electorate_events
from comity.office.decisions.events import joint as joint_events
from comity.office.decisions.events import question as question_events
from comity.office.decisions.events import vote as vote_events
from comity.office.decisions.vocabulary import Channel, Disclosure, QualificationKind, QuestionKind, VoteKind

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "deciding.md").read_text(encoding="utf-8")
EVENTS = {module.__name__ for module in (question_events, vote_events, electorate_events, joint_events)}
ACTING = {module.__name__ for module in (casting, electorate, organs, question, vote)}


@pytest.mark.parametrize("name", sorted(name for name, fact in FACTS.items() if fact.__module__ in EVENTS))
def test_every_event_type_has_its_line(name: str) -> None:
    assert f"\n| `{name}` |" in PAGE


@pytest.mark.parametrize("name", sorted(name for name, act in ACTS.items() if act.does.__module__ in ACTING))
def test_every_act_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE.split("## Acts")[1].split("## Event types")[0]


@pytest.mark.parametrize(
    "value",
    [*VoteKind.values, *Disclosure.values, *QuestionKind.values, *QualificationKind.values, *Channel.values],
)
def test_every_choice_is_explained(value: str) -> None:
    assert f"`{value}`" in PAGE
