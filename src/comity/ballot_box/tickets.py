"""Tickets: what lets a participant's browser vote, checked without a database.

A ticket names a participant and when it expires, under a keyed hash that also covers the consultation; so one for another
consultation, an expired and a made-up one are told apart from a good one in microseconds. It is sent in the header
`Authorization: Ballot TICKET`, which no other site can make a browser send. It names no person: who a participant is, only the
office that issued it may know.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from datetime import datetime

from comity.ballot_box.answers import MOST_PARTICIPANT
from comity.ballot_box.refusals import Refusal

_SAID = struct.Struct(">QI")
_MAC = 18  # together thirty bytes: forty characters, none of whose bits is free
_LENGTH = _SAID.size + _MAC
_PLAIN = bytes.maketrans(b"-_+/", b"+/!!")
"""The alphabet that may stand in an address, as the plain one; the plain signs themselves are none of it."""


class BadTicket(Exception):
    """A ticket that does not count; refusal says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"the ticket does not count: {refusal}")
        self.refusal = refusal


def key(secret: str | bytes) -> bytes:
    """The key of an installation's tickets, from its secret."""
    given = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(given, b"comity-ballot-tickets/1", "sha256")


def new_participant() -> int:
    """A participant's number in one consultation: random, so that it tells nothing and meets no other."""
    return secrets.randbelow(MOST_PARTICIPANT) + 1


def issue(key: bytes, consultation: str, participant: int, expires: datetime) -> str:
    """A ticket: 40 characters.

    >>> from datetime import UTC, datetime
    >>> ticket = issue(b"k", "c", 7, datetime(2027, 1, 1, tzinfo=UTC))
    >>> len(ticket), read(b"k", "c", ticket, datetime(2026, 12, 31, tzinfo=UTC))
    (40, 7)
    """
    said = _SAID.pack(participant, int(expires.timestamp()))
    return base64.urlsafe_b64encode(said + _mac(key, consultation, said)).decode()


def read(key: bytes, consultation: str, ticket: str, now: datetime) -> int:
    """Whose ticket it is. Raises BadTicket."""
    return read_at(key, consultation, ticket.encode("utf-8", "replace"), now.timestamp())


def read_at(key: bytes, consultation: str, ticket: bytes, now: float) -> int:
    """The same with the ticket as it comes in a header, and now in seconds since 1970."""
    try:
        held = binascii.a2b_base64(ticket.translate(_PLAIN), strict_mode=True)
    except binascii.Error:
        raise BadTicket(Refusal.TICKET) from None
    if len(held) != _LENGTH or not hmac.compare_digest(held[_SAID.size :], _mac(key, consultation, held[: _SAID.size])):
        raise BadTicket(Refusal.TICKET)
    participant, expires = _SAID.unpack(held[: _SAID.size])
    if now >= expires:
        raise BadTicket(Refusal.EXPIRED)
    return int(participant)


def _mac(key: bytes, consultation: str, said: bytes) -> bytes:
    # BLAKE2 has keys of its own, and takes a sixth of the time that HMAC does here.
    return hashlib.blake2b(said + consultation.encode(), digest_size=_MAC, key=key).digest()
