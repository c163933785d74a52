"""The page on the members office names what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.office.members import regions
from comity.office.members.register_csv import COLUMNS, MOST_LINES
from comity.office.members.vocabulary import Evidence, PartyKind, Precision, Step

PAGE = (Path(__file__).resolve().parents[3] / "docs/members.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*COLUMNS, *Evidence.values, *PartyKind.values, *Precision.values, *Step.values])
def test_every_column_and_value_of_the_file_is_on_its_page(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_figures_on_the_page_are_those_of_the_code() -> None:
    assert f"{MOST_LINES:,} lines" in PAGE
    assert f"for {len(regions.SUB_REGION)} countries" in PAGE
    assert regions.AS_OF == "2026-01"
