"""Writes an export: a folder that anybody can verify, offline, with the log's public key and nothing else.

An adapter beside the engine. The folder appears whole, under its name, or not at all; what would not verify is not
written. `verify` reads it back, and so does verify.py in the folder itself, which shares no code with this package.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from comity.ledger import layout
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.errors import LedgerError, quoted
from comity.ledger.event import Closed, Erasure, Record, faults, read_leaf
from comity.ledger.layout import Listed, Manifest
from comity.ledger.merkle import Frontier, leaf_hash
from comity.ledger.note import Note, Signature

CHUNK = 1 << 20


class ExportError(LedgerError):
    """An export that cannot be written as it was asked for."""


class Signer(Protocol):
    """Whoever can sign in the log's name; `signing.PrivateKey` is one."""

    @property
    def name(self) -> str:
        """Name of the key: the log's origin."""
        ...

    def sign(self, text: str) -> Signature:
        """Sign the text of a note."""
        ...


def verifier_source() -> bytes:
    """The stand-alone verifier, as it is put into every export."""
    return (Path(__file__).parent / "verify_alone.py").read_bytes()


def write_export(
    folder: Path,
    records: Iterable[Record],
    head: Checkpoint,
    signer: Signer,
    *,
    audience: str,
    made: datetime,
    files: Mapping[str, bytes | Path] | None = None,
    witnessed: Note | None = None,
) -> Note:
    """Write the records of a log up to its head, and files beside them, into a new folder; returns the export's checkpoint.

    records: all records from the first on, in order, as `audience` may see them (`Record.shown_to`); they are taken one by one, so
        memory does not grow with them.
    head: origin, size and root that the records must lead to.
    files: path in the export to content, or to a file that is copied.
    witnessed: the latest checkpoint of the log that has cosignatures.

    Raises ExportError, naming the record or path, if the folder exists, if a record would not verify, or if the records are
    not those of the head. Nothing is left behind then.
    """
    if signer.name != head.origin:
        raise ExportError(
            "the log {origin} signs with a key of its name, not of {name}",
            origin=quoted(head.origin),
            name=quoted(signer.name),
        )
    given = dict(files or {})
    _check_paths(given)
    with _appearing(Path(folder)) as partial:
        listed = [*_write_records(partial, records, head)]
        given[layout.VERIFIER] = verifier_source()
        if witnessed is not None:
            given[layout.WITNESSED] = witnessed.encode()
        listed += [_write_file(partial, path, content) for path, content in given.items()]
        manifest = Manifest.of(head, audience, made, listed).encode()
        text = replace(head, extensions=(layout.binding(manifest),)).text()
        checkpoint = Note(text, (signer.sign(text),))
        _write_file(partial, layout.MANIFEST, manifest)
        _write_file(partial, layout.CHECKPOINT, checkpoint.encode())
    return checkpoint


def _check_paths(files: Mapping[str, object]) -> None:
    seen = {layout.same_path(name): name for name in layout.OWN}
    for path in files:
        if fault := layout.path_fault(path):
            raise ExportError("{path}: {why}", path=quoted(path), why=str(fault))
        for ahead in (path, *_folders(path)):
            other = seen.setdefault(layout.same_path(ahead), ahead)
            if other != ahead or (ahead == path and other in layout.OWN):
                raise ExportError(
                    "{path}: some systems cannot tell this path from {other}", path=quoted(path), other=quoted(other)
                )
    for path in files:
        for ahead in _folders(path):
            if ahead in files or ahead in layout.OWN:
                raise ExportError(
                    "{path}: {other} is a file, and cannot hold others", path=quoted(path), other=quoted(ahead)
                )


def _folders(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[:count]) for count in range(1, len(names))]


def _write_records(folder: Path, records: Iterable[Record], head: Checkpoint) -> Iterator[Listed]:
    frontier = Frontier()
    erased: list[tuple[int, Erasure]] = []
    erasures: set[Erasure] = set()
    with (
        _Written(folder, layout.EVENTS) as events,
        _Written(folder, layout.HASHES) as hashes,
        _Written(folder, layout.OPENINGS) as openings,
    ):
        for position, record in enumerate(records):
            try:
                leaf = read_leaf(record.leaf)
                for part, fault in faults(leaf, record.parts):
                    raise ExportError("part {part}: {why}", part=quoted(part), why=str(fault))
            except LedgerError as error:
                raise ExportError("record {position}: {why}", position=position, why=str(error)) from None
            erasures.update(leaf.erases)
            erased += [(position, Erasure(leaf.id, part)) for part, why in record.parts.items() if why is Closed.ERASED]
            hashed = leaf_hash(record.leaf)
            frontier.append(hashed)
            events.write(record.leaf + b"\n")
            hashes.write(hashed)
            if record.parts:
                openings.write(layout.opening_lines(position, record.parts))
    if frontier.size != head.size or frontier.root() != head.root:
        raise ExportError("these {count} records are not the {size} of the head", count=frontier.size, size=head.size)
    for position, erasure in erased:
        if erasure not in erasures:
            raise ExportError(
                "record {position}: part {part} is erased, but no event up to the head says so",
                position=position,
                part=quoted(erasure.part),
            )
    yield from (file.listed() for file in (events, hashes, openings))


def _write_file(folder: Path, path: str, content: bytes | Path) -> Listed:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    with _Written(folder, path) as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            with content.open("rb") as source:
                while chunk := source.read(CHUNK):
                    file.write(chunk)
    return file.listed()


class _Written:
    """A file of the export as it is written: counted and hashed on the way, and on disk when it is closed."""

    def __init__(self, folder: Path, path: str) -> None:
        self._path = path
        self._file: IO[bytes] = (folder / path).open("xb")
        self._hash = sha256()
        self._size = 0

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self._size += len(data)

    def listed(self) -> Listed:
        return Listed(self._path, self._size, self._hash.hexdigest())


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name only when all is written and on disk, and is removed after an error."""
    if folder.exists() or folder.is_symlink():
        raise ExportError("{folder} exists already: name another folder", folder=quoted(folder.name))
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    try:
        yield partial
        for inner in [path for path in partial.rglob("*") if path.is_dir()] + [partial]:
            _sync_folder(inner)
        partial.rename(folder)
        _sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows cannot open a folder, and keeps names in order by itself
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
