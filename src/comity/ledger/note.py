"""Signed notes: a text with signatures beneath, in the format of C2SP (c2sp.org/signed-note v1).

The text is for people to read and for programs to check. A signature names its key and carries the key's id;
signatures of keys that the reader does not know are ignored, those of known keys must hold, and one must be there.
Which algorithm a key uses is the key's affair (`signing`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from comity.ledger.errors import LedgerError, quoted

KEY_ID_BYTES = 4
MOST_SIGNATURES = 100
MOST_BYTES = 1_000_000
"""A longer note is refused unread; C2SP asks for a limit that leaves room for sixteen signatures."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH = "\u2014 "


class NoteError(LedgerError):
    """A note that is malformed, or not signed by whom it should be."""


class Verifier(Protocol):
    """A public key with its name."""

    @property
    def name(self) -> str:
        """Name of the key, as it stands in signature lines."""
        ...

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        ...

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether this key signed this text (UTF-8, with its final newline)."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: name of the key, its id (4 bytes), and what the key's algorithm made of the text."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line as it stands in a note, newline included."""
        return f"{_DASH}{self.name} {encode64(self.key_id + self.value)}\n"

    def is_by(self, key: Verifier) -> bool:
        """Whether name and id are those of this key; says nothing of the signature itself."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signatures in the order of their lines."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note as it is written to a file or sent."""
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()

    def with_signatures(self, *more: Signature) -> Note:
        """The same note with further signatures at the end; those that it has already are not doubled."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


def read_note(data: bytes) -> Note:
    """Take a note apart. Raises NoteError where it departs from the format; whether a signature holds is asked of `verified`."""
    if len(data) > MOST_BYTES:
        raise NoteError("a note of {size} bytes; at most {most} are read", size=len(data), most=MOST_BYTES)
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8 at byte {byte}", byte=error.start) from None
    if _CONTROL.search(whole):
        raise NoteError("the note holds a control character")
    text, blank, beneath = whole.rpartition("\n\n")
    if not blank or not text or not beneath.endswith("\n"):
        raise NoteError("a note is a text, an empty line and signature lines, each with its line end")
    return Note(text + "\n", read_signatures(beneath))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Read one or more signature lines, each with its newline; raises NoteError."""
    listed = lines.split("\n")
    if listed.pop() or not listed or len(listed) > MOST_SIGNATURES:
        raise NoteError("a note has 1 to {most} signature lines, each with its line end", most=MOST_SIGNATURES)
    return tuple(_read_signature(line) for line in listed)


def _read_signature(line: str) -> Signature:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not is_name(name):
        raise NoteError("not a signature line: {line}", line=quoted(line))
    value = decode64(encoded)
    if value is None or len(value) <= KEY_ID_BYTES:
        raise NoteError("the signature of {name} is not base64 of a key id and a signature", name=quoted(name))
    return Signature(name, value[:KEY_ID_BYTES], value[KEY_ID_BYTES:])


def verified(note: Note, keys: Iterable[Verifier]) -> tuple[Signature, ...]:
    """The signatures by these keys, all of which hold.

    Raises NoteError if a signature by one of the keys does not hold, or if there is none by any of them.
    """
    text = note.text.encode()
    keys = tuple(keys)
    held = []
    for signature in note.signatures:
        for key in keys:
            if signature.is_by(key):
                if not key.verify(text, signature.value):
                    raise NoteError("the signature of {name} does not belong to this text", name=quoted(key.name))
                held.append(signature)
    if not held:
        names = sorted({signature.name for signature in note.signatures})
        raise NoteError("no signature by a trusted key; signed by {names}", names=quoted(", ".join(names)))
    return tuple(held)


def key_id(name: str, material: bytes) -> bytes:
    """Four bytes of SHA-256 over name, newline and key material, which begins with the byte of its signature type."""
    return sha256(name.encode() + b"\n" + material).digest()[:KEY_ID_BYTES]


def is_name(text: str) -> bool:
    """Whether this can be the name of a key: not empty, no space of any script, no plus sign, no control character."""
    return bool(text) and "+" not in text and not any(c.isspace() or c < " " for c in text)


def encode64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode64(text: str) -> bytes | None:
    """The bytes of standard base64; None if it is anything else, or has bits to spare that are not 0."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if encode64(data) == text else None
