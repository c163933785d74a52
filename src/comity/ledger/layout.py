"""What an export is made of: its files, their manifest, and the line of the checkpoint that binds the manifest.

    checkpoint        signed note: origin, size, root, and the SHA-256 of manifest.json; one signature, the log's
    manifest.json     path, size and SHA-256 of every other file
    events.jsonl      one leaf a line, byte for byte as it was hashed
    leaf-hashes.bin   32 bytes for each leaf, so that a changed record can be named
    openings.jsonl    parts of the records: payload and salt, or why there is none
    witnessed         the log's latest checkpoint that witnesses cosigned, if there is one
    verify.py         a verifier for whoever has no Comity
    ...               other files, such as documents of the record

The line under the checkpoint is `comity-export/v1` and the hash in base64: the log's key signs it with the head, so
nothing in the folder can change, come or go without the key. Formats are described byte by byte in docs/ledger.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from comity.ledger.canonical_json import Json, canonical, read_canonical
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.errors import LedgerError, quoted
from comity.ledger.event import Closed, Opening, time_text
from comity.ledger.note import decode64, encode64

CHECKPOINT = "checkpoint"
MANIFEST = "manifest.json"
EVENTS = "events.jsonl"
HASHES = "leaf-hashes.bin"
OPENINGS = "openings.jsonl"
WITNESSED = "witnessed"
VERIFIER = "verify.py"
OWN = (CHECKPOINT, MANIFEST, EVENTS, HASHES, OPENINGS, WITNESSED, VERIFIER)
"""Names that the export itself uses; no other file may have them."""
REQUIRED = (EVENTS, HASHES, OPENINGS)
VERSION = 1
MOST_MANIFEST = 256_000_000
"""Bytes; room for about a million files."""
MOST_OPENING = 100_000_000
"""Bytes of a line of openings.jsonl: a payload that is itself text within JSON grows by its escapes."""

_BINDING = "comity-export/v1 "
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]')
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)


class LayoutError(LedgerError):
    """A manifest, path or line of an export that is not as it must be."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a manifest: path with `/` from the export's folder, bytes, SHA-256 in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds, as which head of which log, for whom (`public`, `members`, ...), and when it was made."""

    origin: str
    size: int
    root: bytes
    audience: str
    made: str
    files: tuple[Listed, ...]

    @classmethod
    def of(cls, head: Checkpoint, audience: str, made: datetime, files: Iterable[Listed]) -> Manifest:
        """The manifest of these files under this head, in the order of their paths."""
        listed = tuple(sorted(files, key=lambda file: file.path.encode()))
        return cls(head.origin, head.size, head.root, audience, time_text(made), listed)

    def encode(self) -> bytes:
        """Canonical JSON."""
        files = [{"bytes": file.size, "path": file.path, "sha256": file.sha256} for file in self.files]
        said = {"audience": self.audience, "files": files, "made": self.made, "origin": self.origin, "size": self.size}
        return canonical({**said, "root": encode64(self.root), "v": VERSION})


def read_manifest(data: bytes) -> Manifest:
    """Read manifest.json; raises LayoutError or CanonicalError. Paths in it are checked by `path_fault`, not here."""
    said = _exact(read_canonical(data), {"audience", "files", "made", "origin", "root", "size", "v"}, MANIFEST)
    if type(said["v"]) is not int or said["v"] != VERSION:
        raise LayoutError(
            "manifest of version {found}; this program reads {known}", found=quoted(said["v"]), known=VERSION
        )
    files = said["files"]
    root = decode64(_text(said["root"]))
    if not isinstance(files, list) or root is None:
        raise LayoutError("the manifest's list of files or its root is not readable")
    listed = tuple(_read_listed(entry) for entry in files)
    if list(listed) != sorted(listed, key=lambda file: file.path.encode()) or len({f.path for f in listed}) != len(
        listed
    ):
        raise LayoutError("the manifest's files are doubled or out of order")
    return Manifest(
        _text(said["origin"]), _whole(said["size"]), root, _text(said["audience"]), _text(said["made"]), listed
    )


def binding(manifest: bytes) -> str:
    """The line of a checkpoint that binds this manifest."""
    return _BINDING + encode64(sha256(manifest).digest())


def bound(checkpoint: Checkpoint) -> str | None:
    """The binding line of an export's checkpoint; None if it has not exactly one line more, and that of this kind."""
    lines = checkpoint.extensions
    return lines[0] if len(lines) == 1 and lines[0].startswith(_BINDING) else None


def path_fault(path: str) -> LedgerError | None:
    """Why a file may not have this path in an export; None if it may.

    A path must mean the same file on every system and never lead outside: relative, in NFC, with `/` between names that no
    system reserves.
    """
    names = path.split("/")
    if len(path.encode("utf-8", "surrogatepass")) > 1000 or any(name in ("", ".", "..") for name in names):
        return LayoutError("a path is relative, at most 1,000 bytes long, and without empty names, `.` and `..`")
    if _UNFIT.search(path) or any(name[-1] in ". " or _DEVICE.match(name) for name in names):
        return LayoutError("a name in the path cannot be used on every system")
    if unicodedata.normalize("NFC", path) != path:
        return LayoutError("the path is not in Unicode's composed form (NFC)")
    return None


def same_path(path: str) -> str:
    """What two paths have in common if a system that ignores case could take them for one."""
    return unicodedata.normalize("NFC", path.casefold())


# --- lines of openings.jsonl ---


def opening_lines(position: int, parts: Mapping[str, Opening | Closed]) -> bytes:
    """The lines for the parts of the record at this position, in the order of their names."""
    lines = []
    for name in sorted(parts):
        given = parts[name]
        said: dict[str, object] = {"part": name, "record": position}
        if isinstance(given, Opening):
            said |= {"payload": given.payload.decode(), "salt": given.salt.hex()}
        else:
            said["state"] = given.value
        lines.append(canonical(said) + b"\n")
    return b"".join(lines)


def read_opening(line: bytes) -> tuple[int, str, Opening | Closed]:
    """Position of the record, name of the part, and its opening or why there is none; raises LayoutError or CanonicalError."""
    value = read_canonical(line)
    if isinstance(value, dict) and "state" in value:
        said = _exact(value, {"part", "record", "state"}, OPENINGS)
        state = _text(said["state"])
        if state not in {closed.value for closed in Closed}:
            raise LayoutError("a part is erased, embargoed or withheld, not {state}", state=quoted(state))
        return _whole(said["record"]), _text(said["part"]), Closed(state)
    said = _exact(value, {"part", "payload", "record", "salt"}, OPENINGS)
    salt = _text(said["salt"])
    if not _HEX.match(salt):
        raise LayoutError("a salt is 64 hexadecimal digits")
    return _whole(said["record"]), _text(said["part"]), Opening(_text(said["payload"]).encode(), bytes.fromhex(salt))


def _read_listed(value: Json) -> Listed:
    said = _exact(value, {"bytes", "path", "sha256"}, MANIFEST)
    hashed = _text(said["sha256"])
    if not _HEX.match(hashed):
        raise LayoutError("the manifest has a SHA-256 that is not 64 hexadecimal digits")
    return Listed(_text(said["path"]), _whole(said["bytes"]), hashed)


def _exact(value: Json, keys: set[str], where: str) -> dict[str, Json]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise LayoutError(
            "in {where} stands something else than an object of {keys}", where=where, keys=", ".join(sorted(keys))
        )
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise LayoutError("not text: {found}", found=quoted(value))
    return value


def _whole(value: Json) -> int:
    if type(value) is not int or value < 0:
        raise LayoutError("not a whole number from 0: {found}", found=quoted(value))
    return value
