"""What somebody who means harm, or a broken program, writes where an argument is asked for, by the type that is asked for."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from tests.site.plausible import encoded, text

from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.charter.voting import Vote

HUGE = 10**30


def nested(depth: int) -> list[Any]:
    """Lists within lists."""
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


WORDS = [
    "",
    " ",
    "x",
    "x" * 200_000,
    "\u0301" * 5000,
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068",
    "\u200b",
    "\u200d" * 50,
    "\ufeff",
    "a\0b",
    "\ud800",
    "a\udfffb",
    "\U000e0041\U000e0042",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "%s%(name)s%n{}",
    "' or 1=1 --",
    "=1+1",
    "../../../../etc/passwd",
    "file:" + "///etc/passwd",
    "a:b:c",
    ":",
    "charter.body:",
    ":x",
    "charter.body:" + "0" * 200,
    "no.such:01J00000000000000000000000",
    "01J00000000000000000000000",
    "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "delegation:",
    "delegation:\u202e",
    "secretariat",
    "administrator",
    "de-DE-x-" + "a" * 100,
    "\r\n\r\nSet-Cookie: a=b",
]
WRONG: list[Any] = [
    0,
    1,
    -1,
    HUGE,
    1.5,
    float("nan"),
    float("inf"),
    True,
    [],
    {},
    ["x"],
    {"x": "y"},
    nested(60),
    nested(500),
]
NUMBERS = [
    0,
    -1,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    HUGE,
    -HUGE,
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    "1",
    "x",
    "",
    True,
    [],
    {},
]
DAYS = [
    "0001-01-01",
    "0999-12-31",
    "9999-12-31",
    "2026-02-30",
    "2024-06-01T00:00:00Z",
    "",
    "x",
    0,
    -1,
    10**12,
    HUGE,
    1.5,
    True,
    [],
    {},
]
MOMENTS = [
    *DAYS,
    "2026-12-01T09:00:00",
    "2026-12-01T09:00:00Z",
    "2026-12-01T24:00:00Z",
    "2026-12-01T09:00:00+23:59",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-12-01T09:00:00.123456Z",
]
AMOUNTS = [
    "NaN",
    "sNaN",
    "Infinity",
    "-1",
    "0",
    "0.001",
    "1e999999",
    "1e-999999",
    "9" * 5000,
    "١٢",
    "",
    1e308,
    float("nan"),
    HUGE,
    True,
    [],
]
FLAGS = ["yes", "no", "", 2, HUGE, [], {}]
BYTES = [
    "",
    "not base64!",
    "====",
    encoded(b"\xff\xfe\x00\x00"),
    encoded(b"\x00" * 100),
    encoded(b"<html>"),
    encoded(b"PK\x03\x04" + b"\xff" * 100),
    encoded(b"%PDF-" + b"<script>" * 10),
    encoded(b'name,kind\n"'),
    encoded(b"name,kind,step,happened_on,source,evidence\n" + b"x" * 300_000),
    encoded(b"name,kind,step,happened_on,source,evidence\nX\x00Y,state,,,,\n"),
    encoded("name,kind,step,happened_on,source,evidence\n\u202eABC,bloc,,,,\n=1+1,bloc,,,,\n".encode()),
    encoded(
        b"name,kind,step,happened_on,source,evidence\nA,state,signed,0001-01-01,s,official\nB,state,signed,9999-12-31,s,official\n"
    ),
]


def _wordings(**more: Any) -> dict[str, Any]:
    return {"original_language": "en", "wordings": {"en": {"text": "Words"}, **more}}


TEXTS: list[Any] = [
    *(text(written) for written in WORDS),
    {},
    {"original_language": "en"},
    {"original_language": "fr", "wordings": {"en": {"text": "x"}}},
    {"original_language": "x" * 500, "wordings": {"x" * 500: {"text": "x"}}},
    {"original_language": "", "wordings": {"": {"text": "x"}}},
    {"original_language": "\u202e", "wordings": {"\u202e": {"text": "x"}}},
    {"original_language": "en\0", "wordings": {"en\0": {"text": "x"}}},
    {"original_language": "<b>", "wordings": {"<b>": {"text": "x"}}},
    {"original_language": None, "wordings": {"en": {"text": "x"}}},
    _wordings(fr={"text": "\u202e"}),
    _wordings(fr={"text": "Mots", "made": "original"}),
    _wordings(fr={"text": "Mots", "made": "god"}),
    _wordings(fr={"text": "Mots", "made": "person", "of": "x" * 100_000}),
    _wordings(fr={"text": "Mots", "made": "person", "of": "\u202e"}),
    _wordings(fr={"text": "Mots", "made": "machine", "of": "", "reviewed": True}),
    _wordings(fr={"text": "x" * 100_000, "made": "person"}),
    _wordings(**{f"x{number}": {"text": "x", "made": "person"} for number in range(2000)}),
    {"original_language": "en", "wordings": {"en": {"text": "x", "made": "machine", "of": "0" * 16, "reviewed": True}}},
    {"original_language": "en", "wordings": []},
    {"original_language": "en", "wordings": {"en": "Words"}},
    {"original_language": "en", "wordings": {"en": {"text": "x", "more": 1}}},
]
MAPPINGS: list[Any] = [
    {},
    {"": ""},
    {"x": nested(15)},
    {"x": nested(100)},
    {"x": nested(2000)},
    {"x": float("nan")},
    {"x": float("inf")},
    {"x": HUGE},
    {"x": 2**53 + 1},
    {"x": "\0"},
    {"\ud800": 1},
    {"x": "\ud800"},
    {"x" * 100_000: 1},
    {f"k{number}": number for number in range(20_000)},
    {"names": {"KEN": {"en": "\u202eayneK\u202c"}}},
    {"names": {"KEN": {"en": ""}, "": {}}},
    {"names": {"KEN": {}}},
    {"names": {"KEN": {"en": "x" * 100_000}}},
    {"names": {"x" * 1000: {"x" * 1000: "y"}}},
    {"names": {f"K{number}": {"en": "x"} for number in range(5000)}},
]


VOTES = [
    {"snapshot": {}, "record": {}},
    {"snapshot": {"members": [{"name": "KEN"}], "on": "2999-01-01"}, "record": {}},
    {"snapshot": {"members": [{"name": "KEN"}]}, "record": {"ballot": {"choices": {"XXX": "yes"}}}},
    {"snapshot": {"members": [{"name": "KEN"}]}, "record": {"ballot": {"totals": {"yes": 10**9}}}},
    {"snapshot": {"members": [{"name": "KEN"}, {"name": "KEN"}]}, "record": {}},
    {"snapshot": {"members": [{"name": "K", "casts_for": ["K"]}]}, "record": {}},
    {"snapshot": {"members": [{"name": "K", "weights": {"w": "1e999999999"}}]}, "record": {}},
    {"snapshot": {"members": "KEN", "on": 5}, "record": {"ballot": []}},
    {"snapshot": [], "record": None},
    {"snapshot": {"x": {"x": {"x": "x"}}}},
]
"""Votes as `comity.rules.plain` writes them, nearly."""


def values(hint: Any) -> list[Any]:
    """Hostile values for an argument of this type."""
    if get_origin(hint) is Annotated:
        return [*WORDS, *WRONG, None] if get_args(hint)[0] is Ref else values(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return [value for inner in get_args(hint) if inner is not type(None) for value in values(inner)] + [None]
    if get_origin(hint) in (dict, Mapping):
        return [*MAPPINGS, *WRONG, "x", None]
    if get_origin(hint) is list:
        return _lists(get_args(hint)[0])
    if hint is str:
        return [*WORDS, *WRONG, None]
    by_type = {
        int: NUMBERS,
        date: DAYS,
        datetime: MOMENTS,
        Decimal: AMOUNTS,
        bool: FLAGS,
        bytes: [*BYTES, *WRONG],
        Text: [*TEXTS, *WRONG, "x"],
        Vote: [*VOTES, *WRONG, "x"],
    }
    if hint in by_type:
        return [*by_type[hint], None]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [*WORDS[:10], *WRONG, None]
    raise AssertionError(f"no hostile values for {hint}: add some")


def _lists(inner: Any) -> list[Any]:
    """Hostile lists of something: empty, long, of one hostile thing each, and what is no list."""
    each = [*WRONG, "x", text()] if is_dataclass(inner) and inner is not Text else values(inner)
    return [[], *([value] for value in each[:60]), ["x"] * 5000, [text()] * 5000, {"x": "y"}, "x", 1, None]


def attacks(model: type[BaseModel], plausible: dict[str, Any], others: list[str]) -> list[dict[str, Any]]:
    """The arguments with one of them hostile, missing or too many. others: ids of other things, tried where words are asked for."""
    found: list[dict[str, Any]] = [{}, {**plausible, "by": "me"}, {**plausible, "x" * 100_000: 1}]
    for name, field in model.model_fields.items():
        hint = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        wanted = values(hint)
        if hint is str or str in get_args(hint):
            wanted = [*wanted, *others]
        found += [{**plausible, name: value} for value in wanted]
        found.append({key: value for key, value in plausible.items() if key != name})
    return found
