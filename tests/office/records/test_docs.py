"""docs/records.md is a contract: every event type, act and address of the office has its place there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comity.groundwork.acts import ACTS
from comity.groundwork.facts import FACTS
from comity.office.records.log_urls import urlpatterns

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
OURS = [name for name in (*FACTS, *ACTS) if name.startswith("records.")]


@pytest.mark.parametrize("name", sorted(name for name in FACTS if name.startswith("records.")))
def test_every_event_type_has_its_heading(name: str) -> None:
    assert f"\n### `{name}`\n" in PAGE


@pytest.mark.parametrize("name", sorted(name for name in ACTS if name.startswith("records.")))
def test_every_act_has_its_line(name: str) -> None:
    assert f"`{name}`" in PAGE.split("## Acts")[1].split("## Event types")[0]


@pytest.mark.parametrize("pattern", [str(one.pattern) for one in urlpatterns])
def test_every_address_for_programs_has_its_line(pattern: str) -> None:
    assert f"`/{re.sub('/?<.*', '', pattern)}" in PAGE


def test_the_page_names_nothing_that_is_not_there() -> None:
    named = set(re.findall(r"`(records\.[a-z_]+)`", PAGE))
    assert named <= set(OURS)
