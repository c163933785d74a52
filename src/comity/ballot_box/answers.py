"""Answers and how they are written: six bytes each, in the log and in the ballot of a participant.

A *ballot* is what one participant of one consultation has answered so far. It is kept beside the log so that one participant's
answers are one row: to show, to change, to analyse and to erase. Rows of it stand in the order in which statements were first
answered.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MOST_STATEMENT = 2**31 - 1
MOST_PARTICIPANT = 2**63 - 1
WITHDRAWN = 2
"""Stands for a vote that was taken back."""
MOST_DEVICES = 8
"""Queues of one participant whose last number is remembered; the one that is silent longest is forgotten first."""

_ANSWER = struct.Struct("<IbB")
ANSWER_BYTES = _ANSWER.size
ROWS = np.dtype([("statement", "<u4"), ("vote", "i1"), ("important", "u1")])
"""The same six bytes as an array's entry."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. vote: 1 agree, 0 pass, -1 disagree, None: taken back. important: marked as important with it."""

    statement: int
    vote: int | None
    important: bool = False


@dataclass(frozen=True, slots=True)
class PastVote:
    """One answer with its participant and time (milliseconds since 1970), as imports and exports have it."""

    participant: int
    statement: int
    vote: int | None
    time_ms: int
    important: bool = False


@dataclass(frozen=True, slots=True)
class Ballot:
    """A participant's answers so far. last: position of their latest entry in the log, -1 if there is none; rows: packed answers;
    devices: the last number taken of each queue, the latest queue last; traits: declared segment -> label.
    """

    last: int = -1
    rows: bytes = b""
    devices: tuple[tuple[str, int], ...] = ()
    traits: str = ""


def packed(answer: Answer) -> bytes:
    """One answer as six bytes: statement, vote (2: taken back), mark; little-endian."""
    return _ANSWER.pack(answer.statement, WITHDRAWN if answer.vote is None else answer.vote, answer.important)


def pack(answers: Iterable[Answer]) -> bytes:
    """Answers one after another.

    >>> pack([Answer(3, 1), Answer(4, None)]).hex()
    '030000000100040000000200'
    """
    return b"".join(map(packed, answers))


def unpack(rows: bytes) -> list[Answer]:
    """What `pack` wrote."""
    return [
        Answer(statement, None if vote == WITHDRAWN else vote, bool(mark))
        for statement, vote, mark in _ANSWER.iter_unpack(rows)
    ]


def each(rows: bytes) -> list[bytes]:
    """Packed answers, one by one."""
    return [rows[at : at + ANSWER_BYTES] for at in range(0, len(rows), ANSWER_BYTES)]


def with_answer(rows: bytes, answer: bytes) -> bytes:
    """A ballot's rows after one more packed answer; the same object if that changes nothing."""
    key = answer[:4]
    at = rows.find(key)
    while at > 0 and at % ANSWER_BYTES:
        at = rows.find(key, at + 1)
    gone = answer[4] == WITHDRAWN
    if at < 0:
        return rows if gone else rows + answer
    after = at + ANSWER_BYTES
    if rows[at:after] == answer:
        return rows
    return rows[:at] + (b"" if gone else answer) + rows[after:]


def with_device(devices: tuple[tuple[str, int], ...], device: str, number: int) -> tuple[tuple[str, int], ...]:
    """The queues with the last number of one of them."""
    others = [entry for entry in devices if entry[0] != device]
    return (*others[-(MOST_DEVICES - 1) :], (device, number))


def devices_text(devices: Sequence[tuple[str, int]]) -> str:
    """`name number` for each, separated by spaces: names have none."""
    return " ".join(f"{name} {number}" for name, number in devices)


def read_devices(text: str) -> tuple[tuple[str, int], ...]:
    """What `devices_text` wrote."""
    words = text.split()
    return tuple(zip(words[::2], map(int, words[1::2]), strict=True))


def traits_text(traits: Mapping[str, str]) -> str:
    """Declared traits as canonical text, empty for none."""
    return json.dumps(dict(traits), ensure_ascii=False, sort_keys=True, separators=(",", ":")) if traits else ""


def with_traits(text: str, said: Mapping[str, str | None]) -> str:
    """Declared traits, as text, after some more; an empty label takes one back."""
    held: dict[str, str | None] = {**read_traits(text), **said}
    return traits_text({name: label for name, label in held.items() if label})


def read_traits(text: str) -> dict[str, str]:
    """What `traits_text` wrote."""
    return dict(json.loads(text)) if text else {}
