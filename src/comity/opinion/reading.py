"""Results and sums read back from the files that publish them, with the place of what does not belong there."""

from __future__ import annotations

import dataclasses
import json
import types
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from comity.opinion import sums as summing
from comity.opinion.result import FORMAT, OpinionResult
from comity.opinion.sums import Sums
from comity.opinion.votes import Moderation, VotesError


class CheckError(ValueError):
    """A file that cannot be checked at all; the message names the place in it and the mend."""


def read_sums(text: str) -> Sums:
    """`sums.json`, refused where it is not exactly what `comity.opinion.sums.to_json` writes of it. Raises CheckError."""
    _parsed("sums.json", text)
    try:
        return summing.from_json(text)
    except VotesError as error:
        raise CheckError(str(error)) from error


def read_result(text: str) -> OpinionResult:
    """`result.json` as the object that it was written from. Raises CheckError with the place of what does not belong."""
    data = _parsed("result.json", text)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise CheckError(f"result.json does not say format {FORMAT!r}: it is not of this version, or not of Comity.")
    found = _built(OpinionResult, data, "result.json")
    assert isinstance(found, OpinionResult)
    for n, entry in enumerate(found.statements):
        if entry.moderation not in set(Moderation):
            raise CheckError(
                f"result.json: statements[{n}].moderation is {_shown(entry.moderation)}, which is no moderation."
            )
    return found


def _parsed(name: str, text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # Of two values under one key one reader takes the first, another the last.
        found = dict(pairs)
        if len(found) != len(pairs):
            raise CheckError(
                f"{name} names a key twice in one object ({', '.join(found)[:60]}): it was changed by hand."
            )
        return found

    def no_number(word: str) -> Any:
        raise CheckError(f"{name} holds {word}, which is no number of JSON: it was changed by hand.")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_number)
    except CheckError:
        raise
    except (ValueError, RecursionError) as error:
        raise CheckError(f"{name} is not valid JSON ({error}): fetch the folder again.") from error


def _built(hint: Any, value: Any, place: str) -> Any:
    """The value that a type hint of the result asks for, from plain JSON."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        options = [option for option in arguments if option is not type(None)]
        fitting = [option for option in options if option not in (int, str) or type(value) is option]
        return _built(fitting[0] if fitting else options[0], value, place)
    if origin is tuple and isinstance(value, list):
        return tuple(_built(arguments[0], entry, f"{place}[{n}]") for n, entry in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return {key: _built(arguments[1], entry, f"{place}.{key}") for key, entry in value.items()}
    if isinstance(hint, type):
        if dataclasses.is_dataclass(hint) and isinstance(value, dict):
            return _dataclass_of(hint, value, place)
        if issubclass(hint, Enum) and value in [entry.value for entry in hint]:
            return hint(value)
        if hint is float and type(value) in (int, float):
            return value
        if hint in (int, bool, str) and type(value) is hint:
            return value
    raise CheckError(f"{place} is {_shown(value)}, which does not belong there: fetch the folder again.")


def _dataclass_of(kind: type, value: dict[str, Any], place: str) -> Any:
    hints = _hints(kind)
    for name in hints:
        if name not in value:
            raise CheckError(f"{place} has no {name}: it is damaged, or not of this version.")
    for name in value:
        if name not in hints:
            raise CheckError(
                f"{place} has {name}, which does not belong there: it is not of this version, or was changed."
            )
    return kind(**{name: _built(hints[name], value[name], f"{place}.{name}") for name in hints})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=repr)
    return text if len(text) <= 60 else f"{text[:57]}..."
