"""Identifiers: given once, never reused, sortable by the time at which they were given.

An id is a ULID: 48 bits of milliseconds since 1970 and 80 random bits, as 26 letters and digits of Crockford's alphabet. It says
when a thing was recorded, which the record says anyway, and nothing else; nobody can guess the next one.
"""

from __future__ import annotations

import secrets
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26


def new_id(now: datetime) -> str:
    """A new id for something recorded at this moment (aware)."""
    number = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Whether this could be an id; says nothing on whether anything has it."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET) and text[0] <= "7"
