"""Verifies an export, offline: every byte of it, up to a key that the reader trusts. The report names file, record and
reason.

An adapter beside the engine. The export is taken for hostile: links and special files are not followed, only files
found by walking the folder are opened, lines and files have limits, and whatever is wrong becomes a finding, never an
exception. Memory does not grow with the number of records. Findings come in the order: checkpoint, manifest, files,
records, the log as a whole.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path

from comity.ledger import layout
from comity.ledger.checkpoint import Checkpoint, cosigned_at, read_checkpoint, trusted_checkpoint
from comity.ledger.errors import LedgerError, printable, quoted
from comity.ledger.event import MOST_LEAF, Closed, Erasure, Leaf, Opening, faults, read_leaf
from comity.ledger.layout import CHECKPOINT, EVENTS, HASHES, MANIFEST, OPENINGS, WITNESSED, LayoutError, Manifest
from comity.ledger.merkle import HASH_BYTES, Frontier, leaf_hash
from comity.ledger.note import MOST_BYTES, Note, NoteError, Verifier, read_note, verified

MOST_FINDINGS = 1000
"""Findings that a report lists; further ones are counted."""
HELD = "held"
"""Stands for the file in findings about checkpoints that the reader brought along."""


class Problem(StrEnum):
    """What kind of thing is wrong."""

    UNREADABLE = "unreadable"
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    MISSING = "missing"
    UNLISTED = "unlisted"
    UNSAFE = "unsafe"
    CHANGED = "changed"
    PART = "part"
    ERASED = "erased"
    REWRITTEN = "rewritten"
    UNWITNESSED = "unwitnessed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which file, in which record (counted from 0) and part if in one, and why.

    `sentence` is the template to translate, `values` fill it.
    """

    problem: Problem
    file: str
    sentence: str
    values: Mapping[str, object]
    record: int | None = None
    part: str | None = None

    def __str__(self) -> str:
        record = "" if self.record is None else f", record {self.record}"
        part = "" if self.part is None else f", part {self.part}"
        return f"{self.file}{record}{part}: {self.sentence.format(**self.values)}"


@dataclass(frozen=True, slots=True)
class Trust:
    """Keys that the reader knows from elsewhere: the log's (under its name), witnesses', and how many of these must have cosigned."""

    log: tuple[Verifier, ...]
    witnesses: tuple[Verifier, ...] = ()
    witnesses_needed: int = 0


@dataclass(slots=True)
class Report:
    """What was found. The export is as it was signed if, and only if, `ok`.

    origin, size, root: the head that the export claims, trusted only if `ok`; None where it could not be read.
    witnessed: name of each trusted witness and seconds since 1970 of its cosignature.
    parts: number of parts by state, `open` included.
    more: findings beyond those listed.
    """

    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    origin: str | None = None
    size: int | None = None
    root: bytes | None = None
    audience: str | None = None
    made: str | None = None
    files: int = 0
    records: int = 0
    parts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("open", *(why.value for why in Closed)), 0))
    witnessed: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def add(
        self, problem: Problem, file: str, error: LedgerError, record: int | None = None, part: str | None = None
    ) -> None:
        """Note a finding; names of files and parts are made printable."""
        if len(self.findings) == MOST_FINDINGS:
            self.more += 1
            return
        part = None if part is None else printable(part)
        self.findings.append(Finding(problem, printable(file), error.sentence, error.values, record, part))


def verify_export(folder: Path, trust: Trust, held: Sequence[bytes] = ()) -> Report:
    """Verify the export in this folder against keys that are known from elsewhere.

    held: checkpoints of the log (signed notes) that the reader has from earlier or from others; the log must begin with each. This
        alone shows a log that was rewritten and signed anew by whoever has its key.

    Takes some 30 µs for each record. Never raises for what is in the folder.
    """
    report = Report()
    present = _inventory(Path(folder), report)
    checkpoint = _head(Path(folder), present, trust, report)
    manifest = _manifest(Path(folder), present, checkpoint, report)
    sound = _files(Path(folder), present, manifest, report)
    heads = _heads(Path(folder), present, trust, held, report)
    if all(name in present for name in layout.REQUIRED):
        _Records(Path(folder), checkpoint, HASHES in sound, heads, report).check()
    if len(report.witnessed) < trust.witnesses_needed:
        why = LedgerError(
            "cosigned by {count} trusted witnesses, {needed} are needed",
            count=len(report.witnessed),
            needed=trust.witnesses_needed,
        )
        report.add(Problem.UNWITNESSED, WITNESSED, why)
    return report


# --- files ---


def _inventory(folder: Path, report: Report) -> dict[str, int]:
    """Regular files by path, with their bytes; anything else is a finding and never opened."""
    present: dict[str, int] = {}
    waiting: list[tuple[Path, str]] = [(folder, "")]
    if folder.is_symlink() or not folder.is_dir():
        report.add(Problem.UNREADABLE, ".", LedgerError("this is not a folder"))
        return present
    while waiting:
        place, ahead = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            report.add(Problem.UNREADABLE, ahead or ".", _system(error))
            continue
        if not entries and ahead:
            report.add(Problem.UNLISTED, ahead, LedgerError("an empty folder"))
        for entry in entries:
            path = ahead + entry.name
            try:
                mode, size = (found := entry.stat(follow_symlinks=False)).st_mode, found.st_size
            except OSError as error:
                report.add(Problem.UNREADABLE, path, _system(error))
                continue
            if stat.S_ISDIR(mode):
                waiting.append((Path(entry.path), path + "/"))
            elif stat.S_ISREG(mode):
                present[path] = size
            else:
                report.add(Problem.UNSAFE, path, LedgerError("a link or special file: not opened"))
    return present


def _open(folder: Path, path: str) -> BufferedReader:
    """Open a file that the inventory found, never through a link put in its place since, nor waiting on one that is none."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(folder / path, flags), "rb")


def _content(folder: Path, path: str, present: Mapping[str, int], most: int) -> bytes:
    """A small file, whole; raises LedgerError."""
    if path not in present:
        raise LedgerError("the file is missing")
    if present[path] > most:
        raise LedgerError("{size} bytes, at most {most} are read", size=present[path], most=most)
    try:
        with _open(folder, path) as file:
            return file.read(most)
    except OSError as error:
        raise _system(error) from None


def _system(error: OSError) -> LedgerError:
    return LedgerError("cannot be read: {why}", why=quoted(error.strerror))


def _head(folder: Path, present: Mapping[str, int], trust: Trust, report: Report) -> Checkpoint | None:
    try:
        note = read_note(_content(folder, CHECKPOINT, present, MOST_BYTES))
        checkpoint = read_checkpoint(note.text)
    except LedgerError as error:
        report.add(Problem.UNREADABLE, CHECKPOINT, error)
        return None
    report.origin, report.size, report.root = checkpoint.origin, checkpoint.size, checkpoint.root
    try:
        trusted_checkpoint(note, trust.log)
        if len(note.signatures) != 1:  # what an unknown key signed could be changed unseen
            raise NoteError(
                "an export's checkpoint has one signature, the log's, and not {count}", count=len(note.signatures)
            )
    except LedgerError as error:
        report.add(Problem.UNSIGNED, CHECKPOINT, error)
    return checkpoint


def _manifest(
    folder: Path, present: Mapping[str, int], checkpoint: Checkpoint | None, report: Report
) -> Manifest | None:
    try:
        data = _content(folder, MANIFEST, present, layout.MOST_MANIFEST)
    except LedgerError as error:
        report.add(Problem.UNREADABLE, MANIFEST, error)
        return None
    if checkpoint is not None and layout.bound(checkpoint) != layout.binding(data):
        report.add(Problem.CHANGED, MANIFEST, LayoutError("this is not the manifest that the checkpoint binds"))
    try:
        manifest = layout.read_manifest(data)
    except LedgerError as error:
        report.add(Problem.MALFORMED, MANIFEST, error)
        return None
    report.audience, report.made, report.files = manifest.audience, manifest.made, len(manifest.files)
    head = (manifest.origin, manifest.size, manifest.root)
    if checkpoint is not None and head != (checkpoint.origin, checkpoint.size, checkpoint.root):
        report.add(Problem.MALFORMED, MANIFEST, LayoutError("the manifest is of another head than the checkpoint"))
    return manifest


def _files(folder: Path, present: Mapping[str, int], manifest: Manifest | None, report: Report) -> set[str]:
    """Compare what is there with the manifest; returns the files that are as listed."""
    sound: set[str] = set()
    listed = {} if manifest is None else {file.path: file for file in manifest.files}
    for path in layout.REQUIRED:
        if path not in listed and path not in present:
            report.add(Problem.MISSING, path, LayoutError("every export has this file"))
    for path, file in listed.items():
        if fault := layout.path_fault(path):
            report.add(Problem.UNSAFE, path, fault)
        elif path not in present:
            report.add(Problem.MISSING, path, LayoutError("in the manifest, but not in the folder"))
        elif present[path] != file.size:
            report.add(
                Problem.CHANGED,
                path,
                LayoutError("{found} bytes, {listed} in the manifest", found=present[path], listed=file.size),
            )
        else:
            try:
                with _open(folder, path) as opened:
                    found = file_digest(opened, "sha256").hexdigest()
            except OSError as error:
                report.add(Problem.UNREADABLE, path, _system(error))
                continue
            if found == file.sha256:
                sound.add(path)
            else:
                report.add(Problem.CHANGED, path, LayoutError("the SHA-256 is not that of the manifest"))
    if manifest is not None:
        for path in sorted(present.keys() - listed.keys() - {CHECKPOINT, MANIFEST}):
            report.add(Problem.UNLISTED, path, LayoutError("not in the manifest"))
    return sound


def _heads(
    folder: Path, present: Mapping[str, int], trust: Trust, held: Sequence[bytes], report: Report
) -> list[tuple[Checkpoint, str]]:
    """Earlier heads that the log must begin with, each with the file that it is from, in the order of their sizes."""
    heads = []
    if WITNESSED in present:
        try:
            note = read_note(_content(folder, WITNESSED, present, MOST_BYTES))
            heads.append((trusted_checkpoint(note, trust.log), WITNESSED))
            report.witnessed.update(_witnesses(note, trust.witnesses))
        except LedgerError as error:
            report.add(Problem.UNSIGNED, WITNESSED, error)
    for data in held:
        try:
            heads.append((trusted_checkpoint(read_note(data), trust.log), HELD))
        except LedgerError as error:
            report.add(Problem.UNSIGNED, HELD, error)
    return sorted(heads, key=lambda head: head[0].size)


def _witnesses(note: Note, keys: Sequence[Verifier]) -> dict[str, int]:
    own = [key for key in keys if any(signature.is_by(key) for signature in note.signatures)]
    return {signature.name: cosigned_at(signature) for signature in verified(note, own)} if own else {}


# --- records ---


class _Records:
    """Reads leaves, their hashes and their openings side by side, one record at a time."""

    def __init__(
        self,
        folder: Path,
        checkpoint: Checkpoint | None,
        hashes_sound: bool,
        heads: list[tuple[Checkpoint, str]],
        report: Report,
    ) -> None:
        self._folder = folder
        self._checkpoint = checkpoint
        self._hashes_sound = hashes_sound
        self._heads = heads
        self._report = report
        self._frontier = Frontier()
        self._erased: list[tuple[int, Erasure]] = []
        self._erasures: set[Erasure] = set()

    def check(self) -> None:
        """Check all records, then the log as a whole."""
        try:
            with (
                _open(self._folder, EVENTS) as events,
                _open(self._folder, HASHES) as hashes,
                _open(self._folder, OPENINGS) as openings,
            ):
                self._walk(events, hashes, _Openings(openings, self._report))
        except OSError as error:
            self._report.add(Problem.UNREADABLE, EVENTS, _system(error))
        self._conclude()

    def _walk(self, events: BufferedReader, hashes: BufferedReader, openings: _Openings) -> None:
        report, frontier = self._report, self._frontier
        size = None if self._checkpoint is None else self._checkpoint.size
        self._compare_heads()
        for line in _lines(events, MOST_LEAF, EVENTS, report):
            position = frontier.size
            if position == size:
                report.add(
                    Problem.CHANGED, EVENTS, LayoutError("more records than the {size} of the checkpoint", size=size)
                )
                return
            hashed = leaf_hash(line)
            frontier.append(hashed)
            if self._heads:
                self._compare_heads()
            given = openings.of(position)
            if hashes.read(HASH_BYTES) != hashed and self._hashes_sound:
                why = LayoutError("this is not the record that the log has at this place")
                report.add(Problem.CHANGED, EVENTS, why, position)
                continue
            try:
                leaf = read_leaf(line)
            except LedgerError as error:
                report.add(Problem.MALFORMED, EVENTS, error, position)
                continue
            self._parts(position, leaf, given)
        openings.rest(frontier.size)
        if hashes.read(1) or (size is not None and frontier.size != size):
            report.add(
                Problem.CHANGED,
                EVENTS,
                LayoutError("{found} records, not those of the checkpoint", found=frontier.size),
            )

    def _parts(self, position: int, leaf: Leaf, given: Mapping[str, Opening | Closed]) -> None:
        report = self._report
        self._erasures.update(leaf.erases)
        if not given and not leaf.sealed:
            return
        for part, error in faults(leaf, given):
            report.add(Problem.PART, OPENINGS, error, position, part)
        for part, opening in given.items():
            report.parts[opening if isinstance(opening, Closed) else "open"] += 1
            if opening is Closed.ERASED:
                self._erased.append((position, Erasure(leaf.id, part)))

    def _compare_heads(self) -> None:
        while self._heads and self._heads[0][0].size == self._frontier.size:
            head, file = self._heads.pop(0)
            if head.root != self._frontier.root():
                why = LedgerError(
                    "the log does not begin with this checkpoint of size {size}: it was rewritten", size=head.size
                )
                self._report.add(Problem.REWRITTEN, file, why)

    def _conclude(self) -> None:
        report, frontier = self._report, self._frontier
        report.records = frontier.size
        for head, file in self._heads:
            why = LedgerError(
                "the export ends at {found}, before this checkpoint of size {size}", found=frontier.size, size=head.size
            )
            report.add(Problem.REWRITTEN, file, why)
        if self._checkpoint is not None and frontier.root() != self._checkpoint.root:
            report.add(Problem.CHANGED, EVENTS, LayoutError("the records do not lead to the root of the checkpoint"))
        for position, erasure in self._erased:
            if erasure not in self._erasures:
                why = LayoutError("erased, but no event of the log says so")
                report.add(Problem.ERASED, OPENINGS, why, position, erasure.part)


class _Openings:
    """The lines of openings.jsonl, handed out record by record."""

    def __init__(self, file: BufferedReader, report: Report) -> None:
        self._report = report
        self._lines = _lines(file, layout.MOST_OPENING, OPENINGS, report)
        self._last = (-1, "")
        self._next = self._read()

    def of(self, position: int) -> dict[str, Opening | Closed]:
        """What is given for the parts of the record at this position."""
        given: dict[str, Opening | Closed] = {}
        while self._next is not None and self._next[0] == position:
            given[self._next[1]] = self._next[2]
            self._next = self._read()
        return given

    def rest(self, size: int) -> None:
        """There should be nothing left after the last record."""
        if self._next is not None:
            self._report.add(
                Problem.MALFORMED, OPENINGS, LayoutError("parts of records beyond the last, {last}", last=size - 1)
            )

    def _read(self) -> tuple[int, str, Opening | Closed] | None:
        for line in self._lines:
            try:
                read = layout.read_opening(line)
                if read[:2] <= self._last:
                    raise LayoutError(
                        "part {part} of record {record} is doubled or out of order",
                        part=quoted(read[1]),
                        record=read[0],
                    )
            except LedgerError as error:
                self._report.add(Problem.MALFORMED, OPENINGS, error)
                continue
            self._last = read[:2]
            return read
        return None


def _lines(file: BufferedReader, most: int, path: str, report: Report) -> Iterator[bytes]:
    """Lines without their ends; one that is too long, or has no end, is a finding and the last."""
    while line := file.readline(most + 1):
        if not line.endswith(b"\n"):
            report.add(
                Problem.MALFORMED,
                path,
                LayoutError("the file ends within a line, or a line has more than {most} bytes", most=most),
            )
            return
        yield line[:-1]
