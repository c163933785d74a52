"""Why the ballot box does not take something: closed lists, so that a page has a sentence in its reader's language for each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why an answer, or a whole request, is not taken."""

    TICKET = "ticket"
    EXPIRED = "expired"
    BARRED = "barred"
    CONSULTATION_UNKNOWN = "consultation_unknown"
    NOT_YET_OPEN = "not_yet_open"
    CLOSED = "closed"
    FROZEN = "frozen"
    STATEMENT_UNKNOWN = "statement_unknown"
    STATEMENT_CLOSED = "statement_closed"
    MALFORMED = "malformed"
    TOO_MANY = "too_many"
    TOO_FAST = "too_fast"
    BUSY = "busy"
    NO_ROOM = "no_room"
    STORE_AWAY = "store_away"


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer of a batch that was not taken; row: its place in the batch, from 0."""

    row: int
    why: Refusal


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch, once it is durable. taken: answers that count, those that were there already included."""

    taken: int
    refused: tuple[Refused, ...] = ()


class BoxRefuses(Exception):
    """A request that is refused as a whole; nothing of it is stored."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(f"the ballot box does not take this: {why}")
        self.why = why


class BoxTaken(RuntimeError):
    """Another process writes to this ballot box."""


class ChainBroken(Exception):
    """The log is not what was sealed, or not one chain; the sentence says where."""
