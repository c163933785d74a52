"""Canonical JSON (RFC 8785) of the plain values that this engine writes: text, small whole numbers, truth, null, lists, objects.

There are no floats. Keys are sorted by code point: for the ASCII keys of outcomes that is RFC 8785; the members' names that
are keys in what is hashed may differ from it beyond the basic plane, which only hashes of our own see.
"""

from __future__ import annotations

import json

_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def canonical(value: object) -> bytes:
    """The bytes that are hashed and compared, UTF-8.

    >>> canonical({"b": [1, None], "a": "é"}).decode()
    '{"a":"é","b":[1,null]}'
    """
    return _encode(value).encode()
