"""Canonical JSON: the vectors of RFC 8785, agreement with the package rfc8785, and what is refused."""

from __future__ import annotations

import json
import math
import struct
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from comity.ledger.canonical_json import MAX_DEPTH, MAX_WHOLE, CanonicalError, canonical, read_canonical

WHOLE = st.integers(-MAX_WHOLE, MAX_WHOLE)
NUMBERS = WHOLE | st.floats(allow_nan=False, allow_infinity=False)
# Surrogates cannot be in UTF-8; the characters around U+E000 sort otherwise by code point than by UTF-16 code unit.
TEXT = st.text() | st.text("ab\ue000\uffff\U00010000\U0010ffff", max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
PLAIN = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('abcXYZ_ \t"\\09~', max_size=6), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(JSON)
@example({"\U00010000": 1, "\ue000": 2})
@example([1e16, 1e21, 1e-7, 5e-324, -0.0, 0.1, 123456789012345680000.0])
def test_any_value_has_the_bytes_that_the_reference_package_gives(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(PLAIN)
def test_the_fast_way_gives_the_same_bytes_too(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.slow
@given(JSON)
def test_canonical_bytes_are_read_back_to_the_same_bytes(value: Any) -> None:
    assert canonical(read_canonical(canonical(value))) == canonical(value)


@pytest.mark.slow
@given(JSON, st.integers(0, 2))
def test_another_way_to_write_a_value_is_not_canonical(value: Any, indent: int) -> None:
    written = json.dumps([value], indent=indent).encode()
    if written != canonical([value]):
        with pytest.raises(CanonicalError):
            read_canonical(written)


# Bits of a double and how ECMAScript writes it: RFC 8785, appendix B.
NUMBER_VECTORS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""


@pytest.mark.parametrize("vector", NUMBER_VECTORS.split("\n")[1:-1])
def test_numbers_are_written_as_the_standard_has_them(vector: str) -> None:
    bits, written = vector.split()
    assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]).decode() == written


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_vectors_of_the_standard_pass(shared: Path, name: str) -> None:
    folder = shared / "data/vectors/jcs/testdata"
    value = json.loads((folder / "input" / f"{name}.json").read_text(encoding="utf-8"))
    wanted = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text(encoding="utf-8"))
    assert canonical(value) == wanted == (folder / "output" / f"{name}.json").read_bytes()


def test_a_value_like_those_vectors_has_its_known_bytes() -> None:
    value = {
        "\u20ac": "Euro",
        "\r": "return",
        "\ufb33": "dalet",
        "1": "one",
        "\U0001f600": "smile",
        "\x80": "control\x7f",
        "\xf6": "o",
        "</script>": [56, {"d": True, "10": None, "1": []}],
        "n": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27, "\u20ac$\x0f\nA'B\"\\/"],
    }
    wanted = (
        '{"\\r":"return","1":"one","</script>":[56,{"1":[],"10":null,"d":true}],'
        '"n":[333333333.3333333,1e+30,4.5,0.002,1e-27,"€$\\u000f\\nA\'B\\"\\\\/"],'
        '"\x80":"control\x7f","ö":"o","€":"Euro","\U0001f600":"smile","\ufb33":"dalet"}'
    )
    assert canonical(value).decode() == wanted


class Grade(StrEnum):
    OFFICIAL = "official"


class Step(IntEnum):
    SECOND = 2


def test_enums_and_tuples_are_written_as_what_they_hold() -> None:
    assert canonical({"grade": Grade.OFFICIAL, "step": Step.SECOND, Grade.OFFICIAL: (1,)}) == (
        b'{"grade":"official","official":[1],"step":2}'
    )
    assert canonical([Grade.OFFICIAL, Step.SECOND, 0.5]) == b'["official",2,0.5]'


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": {1: 2}}, "a.1"),
        ({"a": [0, math.nan]}, "a[1]"),
        ({"a": -math.inf}, "a"),
        ([2**53], "[0]"),
        ({"a": "\ud800"}, "a"),
        ({"\udfff": 1}, "\\udfff"),
        ({"a": {1, 2}}, "a"),
        (b"bytes", "the top"),
        ({None: 1}, "None"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(CanonicalError) as refused:
        canonical(value)
    assert refused.value.values["place"] == place


def test_nesting_has_a_limit_that_does_not_depend_on_the_machine() -> None:
    def nested(depth: int, inner: Any) -> Any:
        for _ in range(depth):
            inner = [inner]
        return inner

    for inner in (1, 0.5):
        deepest = canonical(nested(MAX_DEPTH, inner))
        assert canonical(read_canonical(deepest)) == deepest
        with pytest.raises(CanonicalError):
            canonical(nested(MAX_DEPTH + 1, inner))
        with pytest.raises(CanonicalError):
            read_canonical(b"[" + deepest + b"]")


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append({"again": value})
    with pytest.raises(CanonicalError):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":2}',
        b' {"a":1}',
        b'{"a":1}\n',
        b"1.0",
        b"-0",
        b"1e2",
        b'"\\u0061"',
        b'"\\/"',
        b"NaN",
        b"Infinity",
        b"1e999",
        b"9007199254740993",
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 100_000,
        b"\xef\xbb\xbf{}",
        b"\xff",
        b'"\\ud800"',
        b"",
        b"{} {}",
        b"nul",
        '{"\ue000":1,"\U00010000":2}'.encode(),  # sorted by code point, not by UTF-16 code unit
        b'{"a":1.0}',
        b'{"a":1e+16}',
    ],
)
def test_hostile_bytes_are_refused_cleanly(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        read_canonical(data)


def test_a_large_whole_double_is_read_as_it_is_written() -> None:
    assert read_canonical(b"9007199254740992") == 2.0**53
    assert read_canonical(canonical({"a": [1e20, 3]})) == {"a": [1e20, 3]}
