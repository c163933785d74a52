"""A witness's memory in a folder: one file for the head of each log, one for each piece of evidence.

An adapter beside the engine. A file is written under another name, brought to disk and then renamed, so that a crash
leaves the old head or the new one, never half of one. A lock that the system releases when the process ends keeps a
second witness off the same folder.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

from comity.ledger.canonical_json import canonical
from comity.ledger.errors import LedgerError
from comity.ledger.note import Note, encode64, read_note
from comity.ledger.witness import Evidence


class MemoryInUse(LedgerError):
    """A folder that another witness is using."""


class WitnessFolder:
    """Satisfies `witness.Memory`. The lock is held until `close` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Use this folder, which is made if it is not there; raises MemoryInUse if another process uses it."""
        self._heads = folder / "heads"
        self._evidence = folder / "evidence"
        for inner in (self._heads, self._evidence):
            inner.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise MemoryInUse("another witness uses the folder {name}: stop it first", name=folder.name) from None

    def close(self) -> None:
        """Give the folder free."""
        os.close(self._lock)

    def head(self, origin: str) -> Note | None:
        """See `Memory`."""
        try:
            return read_note((self._heads / origin_hash(origin)).read_bytes())
        except FileNotFoundError:
            return None

    def keep(self, origin: str, head: Note) -> None:
        """See `Memory`."""
        _put(self._heads / origin_hash(origin), head.encode())

    def accuse(self, evidence: Evidence) -> None:
        """See `Memory`. The file is JSON with both notes as they were signed."""
        said = {
            "forked": evidence.forked,
            "held": evidence.held.encode().decode(),
            "offered": evidence.offered.encode().decode(),
            "proof": [encode64(hashed) for hashed in evidence.proof],
        }
        # Named for what the log signed: whoever repeats it, with whatever further signatures or proof, adds no file.
        name = sha256(f"{evidence.held.text}\n{evidence.offered.text}".encode()).hexdigest()
        path = self._evidence / f"{name}.json"
        if not path.exists():
            _put(path, canonical(said))

    def evidence(self) -> list[Path]:
        """The files of evidence."""
        return sorted(self._evidence.glob("*.json"))


def origin_hash(origin: str) -> str:
    """Name of a log in paths and addresses: SHA-256 of its origin, in hexadecimal."""
    return sha256(origin.encode()).hexdigest()


def _put(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
