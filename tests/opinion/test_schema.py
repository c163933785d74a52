"""The published schema is current, is a schema, takes every finished result, and refuses what is not one."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from comity.opinion.result import to_json
from comity.opinion.schema import _schema, result_schema, schema_json

PUBLISHED = Path(__file__).resolve().parents[2] / "docs/schema/opinion-result.schema.json"


def _finished_results() -> ModuleType:
    spec = importlib.util.spec_from_file_location("opinion_finished", Path(__file__).with_name("finished.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


made = _finished_results()


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_json(), (
        "run: python -c 'from comity.opinion.schema import schema_json; print(schema_json(), end=\"\")' "
        f"> docs/schema/{PUBLISHED.name}"
    )


def test_it_is_a_schema_in_which_every_key_is_required_and_no_other_is_allowed() -> None:
    schema = result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for part in (schema, *schema["$defs"].values()):
        assert part["required"] == list(part["properties"])
        assert part["additionalProperties"] is False
        assert part["description"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"groups": 1, "axes": 0, "segments": False},
        {"groups": 2, "axes": 1, "simulated": False},
        {"headline": False},
        {"texts": [text for text in made.HOSTILE if "\ud800" not in text]},
    ],
    ids=lambda asked: " ".join(asked) or "ordinary",
)
def test_finished_results_keep_to_the_schema(asked: dict[str, Any]) -> None:
    data = json.loads(to_json(made.finished(statements=30, people=150, **asked)))
    jsonschema.Draft202012Validator(result_schema()).validate(data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(extra=1),
        lambda data: data.pop("needs"),
        lambda data: data.update(format="comity-opinion-result/0"),
        lambda data: data["counts"].update(votes="many"),
        lambda data: data["counts"].update(votes=None),
        lambda data: data["needs"].update(groups="a guess"),
        lambda data: data["statements"][0]["overall"].pop("lower"),
    ],
)
def test_what_is_not_a_result_is_refused(spoil: Any) -> None:
    data = json.loads(to_json(made.finished(statements=20, people=100)))
    spoil(data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(result_schema()).validate(data)


def test_a_type_that_has_no_json_is_named() -> None:
    @dataclasses.dataclass
    class Odd:
        what: set[int]

    with pytest.raises(TypeError, match=r"Odd\.what"):
        _schema(set[int], {}, "Odd.what")
