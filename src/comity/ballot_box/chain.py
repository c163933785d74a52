"""The chain: what makes the log of votes one that cannot be changed unseen, and that tells nobody who voted what.

An *entry* is what one participant sent at once. Its commitment is a hash of its content under a random salt that is kept beside
it; whoever has the commitment alone learns nothing, and once salt and content are erased nobody ever can. A *link* covers the
entries of one commit: the hash of the link before it and of their commitments in order. The last link's hash is the *head*; the
record seals it. So an entry can be emptied, its commitment stays, and every head ever sealed still follows from the log.
Formats: docs/ballot_box.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from comity.ballot_box.refusals import ChainBroken

FORMAT = b"comity-ballots/1\n"
SALT_BYTES = 16
HASH_BYTES = 32
_PLACE = struct.Struct(">QQQI")
_LINK = struct.Struct(">QI")


@dataclass(frozen=True, slots=True)
class Head:
    """How long a consultation's log is, and the hash that all of it leads to (hexadecimal). This may be shown to anybody."""

    consultation: str
    entries: int
    hash: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says. at: milliseconds since 1970; rows: packed answers; traits: canonical text, empty for none."""

    participant: int
    at: int
    rows: bytes
    traits: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log. content is None once it is erased; then the commitment is kept instead of the salt."""

    position: int
    content: Content | None
    salt: bytes | None
    commitment: bytes | None = None

    def committed(self) -> bytes:
        """The commitment: as it is kept, or as it follows from content and salt."""
        if self.content is not None and self.salt is not None:
            return commitment(self.salt, self.position, self.content)
        if self.commitment is None:
            raise ChainBroken(f"entry {self.position} has neither content nor commitment")
        return self.commitment


@dataclass(frozen=True, slots=True)
class Link:
    """A link: number of entries in the log after it, and its hash."""

    entries: int
    hash: bytes


def commitment(salt: bytes, position: int, content: Content) -> bytes:
    """SHA-256 of salt, position, participant, time, length of the answers, answers, traits."""
    place = _PLACE.pack(position, content.participant, content.at, len(content.rows))
    return hashlib.sha256(salt + place + content.rows + content.traits.encode()).digest()


def genesis(consultation: str) -> bytes:
    """What stands before the first link of a consultation."""
    return hashlib.sha256(FORMAT + consultation.encode()).digest()


def link_hash(before: bytes, first: int, commitments: list[bytes]) -> bytes:
    """SHA-256 of the hash before, the position of the first entry, their number, and their commitments."""
    return hashlib.sha256(FORMAT + before + _LINK.pack(first, len(commitments)) + b"".join(commitments)).digest()


def check(
    consultation: str, entries: Iterable[Entry], links: Iterable[Link], recorded: Mapping[int, str] | None = None
) -> Head:
    """Follow the chain from its beginning; its head.

    recorded: heads that were sealed, number of entries -> hash: each must be met. Raises ChainBroken, which says where.
    """
    met, hashed, done = dict(recorded or {}), genesis(consultation), 0
    _meet(consultation, met, 0, hashed)
    rows: Iterator[Entry] = iter(entries)
    for link in links:
        commitments: list[bytes] = []
        for expected in range(done, link.entries):
            entry = next(rows, None)
            if entry is None or entry.position != expected:
                raise ChainBroken(f"consultation {consultation}: entry {expected} of the log is missing")
            commitments.append(entry.committed())
        hashed = link_hash(hashed, done, commitments)
        if hashed != link.hash:
            raise ChainBroken(
                f"consultation {consultation}: entries {done} to {link.entries - 1} are not those that were committed"
            )
        done = link.entries
        _meet(consultation, met, done, hashed)
    beyond = next(rows, None)
    if beyond is not None:
        raise ChainBroken(f"consultation {consultation}: entry {beyond.position} is under no link")
    if met:
        raise ChainBroken(
            f"consultation {consultation}: the record sealed {min(met)} entries, which is no place where a commit ended; "
            f"the log has {done}. Votes are missing, or the log is an older one: put back the newest backup of the votes."
        )
    return Head(consultation, done, hashed.hex())


def _meet(consultation: str, recorded: dict[int, str], entries: int, hashed: bytes) -> None:
    wanted = recorded.pop(entries, None)
    if wanted is not None and wanted != hashed.hex():
        raise ChainBroken(
            f"consultation {consultation}: after {entries} entries the record sealed {wanted}, the log has {hashed.hex()}"
        )
