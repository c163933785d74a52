"""Canonical JSON (RFC 8785): one value, one sequence of bytes, on every machine and in every language of programming.

What is hashed has to be the same bytes everywhere. Most events hold nothing but ASCII keys, text, booleans, null and
small whole numbers; for these the sorted output of orjson is canonical already, and many times as fast as a general
serialiser. A cheap look decides; everything else goes to the package rfc8785. That both ways agree is shown by random
tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeAlias

import orjson
import rfc8785

from comity.ledger.errors import LedgerError, quoted

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 100
"""Lists and objects within each other. Deeper ones are refused: not every reader in the world can follow."""
MAX_WHOLE = 2**53 - 1
"""Whole numbers beyond this are not the same in every reader of JSON (RFC 8785, section 3.2.2.3): write them as text."""

_LISTS = (list, tuple)


class CanonicalError(LedgerError):
    """A value that has no canonical form, or bytes that are not the canonical form of what they say."""


def canonical(value: object) -> bytes:
    """The canonical form, UTF-8, of a value made of dict, list, tuple, str, int, float, bool and None.

    Raises CanonicalError, with the place in the value, for keys that are not text, whole numbers beyond 2^53 - 1, numbers that are not
    finite, text with unpaired surrogates, other types, and nesting beyond `MAX_DEPTH`.

    >>> canonical({"b": [1, 2.50, None], "a": "é"}).decode()
    '{"a":"é","b":[1,2.5,null]}'
    """
    try:
        if _all_plain((value,), MAX_DEPTH):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, UnicodeEncodeError):
        pass  # a key that is not text, or an unpaired surrogate: the careful way finds its place
    return rfc8785.dumps(_exact(value, "", MAX_DEPTH))


def read_canonical(data: bytes) -> Json:
    """The value of which `data` is the canonical form.

    Raises CanonicalError if it is not UTF-8, not JSON, or not canonical: a doubled key, a blank, another order, another way to write a
    number. Two readers can therefore never find different things in the same bytes.
    """
    try:
        plain: Json = orjson.loads(data)
        if _all_plain((plain,), MAX_DEPTH) and orjson.dumps(plain, option=orjson.OPT_SORT_KEYS) == data:
            return plain
    except orjson.JSONDecodeError:
        pass  # the careful way finds its place
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CanonicalError("not UTF-8 at byte {byte}", byte=error.start) from None
    try:
        value: Json = json.loads(text, parse_int=_double_if_large)
        if canonical(value) == data:
            return value
    except json.JSONDecodeError as error:
        raise CanonicalError("not JSON at character {place}: {why}", place=error.pos, why=error.msg) from None
    except RecursionError:
        raise CanonicalError("nested deeper than {depth} levels", depth=MAX_DEPTH) from None
    raise CanonicalError(
        "JSON, but not in its canonical form (RFC 8785): keys doubled or out of order, blanks, or numbers written otherwise"
    )


def _double_if_large(digits: str) -> int | float:
    if len(digits) < 18:
        whole = int(digits)
        if abs(whole) <= MAX_WHOLE:
            return whole
    return float(digits)


def _all_plain(items: Iterable[object], depth: int) -> bool:
    """Whether the sorted output of orjson is the canonical form of these.

    It is for text, null, booleans (whole numbers, to Python) and small whole numbers under ASCII keys, whose order by code point is that by
    UTF-16 code unit. `join` raises TypeError for a key that is not text.
    """
    for item in items:
        if isinstance(item, str) or item is None:
            continue
        if isinstance(item, int):
            if -MAX_WHOLE <= item <= MAX_WHOLE:
                continue
        elif isinstance(item, dict):
            if depth and "".join(item).isascii() and _all_plain(item.values(), depth - 1):
                continue
        elif isinstance(item, _LISTS) and depth and _all_plain(item, depth - 1):
            continue
        return False
    return True


def _exact(value: object, place: str, depth: int) -> Json:
    """The same value in the exact types of JSON; the careful way, which names the place of what it refuses."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise CanonicalError("unpaired surrogate in the text at {place}", place=place or "the top") from None
        return str.__str__(value)
    if isinstance(value, int):
        if abs(value) > MAX_WHOLE:
            raise CanonicalError("whole number beyond 2^53 - 1 at {place}: write it as text", place=place or "the top")
        return int(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise CanonicalError("number that is not finite at {place}", place=place or "the top")
        return float(value)
    if isinstance(value, (dict, *_LISTS)) and not depth:
        raise CanonicalError("nested deeper than {depth} levels", depth=MAX_DEPTH)
    if isinstance(value, _LISTS):
        return [_exact(item, f"{place}[{number}]", depth - 1) for number, item in enumerate(value)]
    if isinstance(value, dict):
        made: dict[str, Json] = {}
        for key, item in value.items():
            inner = f"{place}.{quoted(key)}" if place else quoted(key)
            if not isinstance(key, str):
                raise CanonicalError("key that is not text at {place}", place=inner)
            made[str(_exact(key, inner, 1))] = _exact(item, inner, depth - 1)
        return made
    raise CanonicalError(
        "{kind} at {place}: only text, numbers, booleans, null, lists and objects",
        kind=type(value).__name__,
        place=place or "the top",
    )
