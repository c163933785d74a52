"""docs/opinion.md is a contract: its examples run, its constants are the program's, its measures are explained."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from comity.opinion.result import OpinionResult, Ranking

PAGE = Path(__file__).resolve().parents[2] / "docs/opinion.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def _examples(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


@pytest.mark.slow
def test_the_examples_run_in_order_in_one_session(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    known: dict[str, Any] = {}
    for example in _examples(page):
        exec(compile(example, PAGE.name, "exec"), known)
    assert isinstance(known["done"].result, OpinionResult)
    assert known["again"].headline == known["done"].result.headline[: len(known["again"].headline)]
    assert str(known["done"].result.headline) in capsys.readouterr().out


def test_the_first_example_is_five_lines(page: str) -> None:
    lines = [line for line in _examples(page)[0].splitlines() if line.strip()]
    assert len(lines) == 5


def test_constants_are_those_of_the_program(page: str) -> None:
    rows = re.findall(r"^\| `(\w+)\.([A-Z_]+)` \| ([\d.]+) \|", page, re.MULTILINE)
    assert len(rows) > 20
    wrong = []
    for module, name, written in rows:
        value = getattr(importlib.import_module(f"comity.opinion.{module}"), name)
        if float(written) != float(value):
            wrong.append(f"{module}.{name} is {value}, the page says {written}")
    assert not wrong


def test_constants_that_decide_findings_are_on_the_page(page: str) -> None:
    missing = [
        f"{module}.{name}"
        for module in ("model", "groups", "cells", "common_ground", "basis")
        for name in _constants(module)
        if f"`{module}.{name}`" not in page and name not in {"AGREES", "SCALE"}
    ]
    assert not missing, f"add to the table of constants: {', '.join(missing)}"


def _constants(module: str) -> list[str]:
    source = Path(str(importlib.import_module(f"comity.opinion.{module}").__file__)).read_text(encoding="utf-8")
    return re.findall(r"^([A-Z][A-Z_]+) = [\d.]", source, re.MULTILINE)


def test_every_measure_of_common_ground_is_explained(page: str) -> None:
    words = {
        Ranking.LEAST_AGREEING_FIFTH: "least-agreeing fifth",
        Ranking.LEAST_GROUP: "least group",
        Ranking.GROUP_INFORMED_CONSENSUS: "Group-informed consensus",
    }
    assert set(words) == set(Ranking)
    assert all(re.search(rf"\*\*[^*]*{text}[^*]*\*\*", page, re.IGNORECASE) for text in words.values())
