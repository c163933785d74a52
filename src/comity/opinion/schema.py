"""The JSON Schema of result.json, made from the frozen dataclasses of `comity.opinion.result`, so that the two cannot differ.

The published copy is docs/schema/opinion-result.schema.json; a test holds it to this module.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import types
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from comity.opinion.result import FORMAT, OpinionResult

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SIMPLE: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def result_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `to_json(result)`: every key required, no key beside, null where evidence may be missing."""
    definitions: dict[str, Any] = {}
    _describe(OpinionResult, definitions)
    root = definitions.pop(OpinionResult.__name__)
    root["properties"]["format"] = {"const": FORMAT}
    return {
        "$schema": DIALECT,
        "title": FORMAT,
        **root,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def schema_json() -> str:
    """The schema as it is published: UTF-8, two spaces, one newline at the end."""
    return json.dumps(result_schema(), ensure_ascii=False, indent=2) + "\n"


def _describe(kind: type, definitions: dict[str, Any]) -> None:
    """Add the definition of one dataclass, and of those it holds, to `definitions`."""
    if kind.__name__ in definitions:
        return
    definitions[kind.__name__] = {}  # holds the place, should a class ever hold itself
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    definitions[kind.__name__] = {
        "description": inspect.cleandoc(kind.__doc__ or "") if not _is_signature(kind) else kind.__name__,
        "type": "object",
        "properties": {name: _schema(hints[name], definitions, f"{kind.__name__}.{name}") for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _is_signature(kind: type) -> bool:
    """Whether the docstring is the one that `dataclass` writes where there is none."""
    return not kind.__doc__ or kind.__doc__.startswith(f"{kind.__name__}(")


def _schema(hint: Any, definitions: dict[str, Any], place: str) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if origin in (Union, types.UnionType):
        options = [_schema(option, definitions, place) for option in arguments]
        if all(set(option) == {"type"} for option in options):
            return {"type": [option["type"] for option in options]}
        return {"anyOf": options}
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _schema(arguments[0], definitions, place)}
    if origin is dict and arguments[0] is str:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions, place)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [entry.value for entry in hint]}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        _describe(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"{place} is {hint!r}: teach comity.opinion.schema how that is written in JSON.")
