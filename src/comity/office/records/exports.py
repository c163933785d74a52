"""Exports: the whole organisation as an audience may see it, in a folder that anybody can verify offline; and taking one over.

The log is the core of it: every event has its place, with what the audience may read of it. Beside it lie the files, and the tables
as they are now for people to open (CSV for spreadsheets, JSON with every column). The full export, for the secretariat, holds all of
the record, and nothing but the record: no password, no key, no session. From it an empty installation becomes the same one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

import comity
from comity import ledger
from comity.groundwork import files, log
from comity.groundwork.acts import APPLIED
from comity.groundwork.audiences import SECRETARIAT, Reader
from comity.groundwork.facts import Fact
from comity.groundwork.log import Recorded
from comity.groundwork.models import Event, EventAbout, EventPart, LogHead, StoredFile, TreeHash
from comity.groundwork.refs import Ref
from comity.groundwork.replay import recorded_tables, state_digest
from comity.groundwork.tables import rows_for
from comity.ledger import LedgerError, Note, Record, Report, Trust, layout, verify_export, write_export
from comity.ledger.signing import read_public_key
from comity.office.records import proofs
from comity.office.records.keys import log_key, take_origin
from comity.office.records.snapshot import on, scratch_folder, snapshot

ABOUT, README, FILES, TABLES = "about.json", "README.txt", "files", "tables"
BATCH = 1000


class ImportRefused(LedgerError):
    """An export that is not taken over, and why."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds. missing: SHA-256 of files that should lie in the data folder and do not."""

    folder: Path
    audience: str
    events: int
    files: int
    rows: int
    missing: tuple[str, ...]
    checkpoint: Note


# --- writing one ---


def export(path: Path, audience: str, *, now: datetime) -> Exported:
    """Write the organisation as an audience may see it into a new folder.

    Raises ValueError if there is no such audience, ExportError if the folder exists already.
    """
    reader = Reader.at(audience)
    key = log_key()
    with ExitStack() as stack:
        stack.enter_context(on(stack.enter_context(snapshot())))
        beside = stack.enter_context(scratch_folder())
        size, root = proofs.head_now()
        head = ledger.Checkpoint(key.name, size, root)
        given: dict[str, bytes | Path] = {}
        rows = _write_tables(beside, reader, given)
        missing = _list_files(reader, given)
        about = {"audience": audience, "comity": comity.__version__, "key": str(key.public)}
        if reader.all:
            about["state"] = state_digest()
        given[ABOUT] = _json(about)
        given[README] = _readme(audience, str(key.public)).encode()
        cosigned = proofs.latest_cosigned()
        checkpoint = write_export(
            path,
            _records(reader, size, now),
            head,
            key,
            audience=audience,
            made=now,
            files=given,
            witnessed=proofs.note_of(cosigned) if cosigned else None,
        )
    held = sum(name.startswith(f"{FILES}/") for name in given)
    return Exported(path, audience, size, held, rows, tuple(missing), checkpoint)


def events_in_order(size: int, *related: str) -> Iterator[Event]:
    """The first events of the log, a batch at a time. related: what is fetched with them."""
    for start in range(0, size, BATCH):
        batch = Event.objects.filter(seq__gte=start, seq__lt=min(start + BATCH, size))
        yield from batch.order_by("seq").prefetch_related(*related)


def _records(reader: Reader, size: int, now: datetime) -> Iterator[Record]:
    for event in events_in_order(size, "parts"):
        record = log.record_of(event)
        yield record if reader.all else record.shown_to(reader.audiences, now)


def _list_files(reader: Reader, given: dict[str, bytes | Path]) -> list[str]:
    """Add the files that a reader may read, each once; those that are not there."""
    missing = []
    held = StoredFile.objects.filter(removed_at__isnull=True)
    if not reader.all:
        held = held.filter(audience__in=reader.audiences)
    for sha256 in held.order_by("sha256").values_list("sha256", flat=True).distinct():
        if files.path_of(sha256).is_file():
            given[f"{FILES}/{sha256}"] = files.path_of(sha256)
        else:
            missing.append(sha256)
    return missing


def _write_tables(folder: Path, reader: Reader, given: dict[str, bytes | Path]) -> int:
    """Write the recorded tables as CSV and JSON beside, and add them; the number of rows."""
    count = 0
    for model in recorded_tables():
        rows = rows_for(reader, model)
        first = next(rows, None)
        if first is None:
            continue
        name = model._meta.label_lower
        as_json, as_csv = folder / f"{name}.json", folder / f"{name}.csv"
        with as_json.open("wb") as out, as_csv.open("w", encoding="utf-8-sig", newline="") as sheet:
            writer = csv.writer(sheet)
            writer.writerow(first)
            for number, row in enumerate(_chained(first, rows)):
                out.write((b"[" if number == 0 else b",\n") + _json(row))
                writer.writerow([_cell(value) for value in row.values()])
                count += 1
            out.write(b"]\n")
        given |= {f"{TABLES}/{path.name}": path for path in (as_json, as_csv)}
    return count


def _chained(first: dict[str, Any], rest: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _cell(value: Any) -> str:
    """A value for a spreadsheet: the original of a text, and nothing that a spreadsheet would compute."""
    if value is None:
        return ""
    if isinstance(value, dict) and "original_language" in value:
        original = value["wordings"].get(value["original_language"])
        value = original["text"] if original else ""
    elif isinstance(value, dict | list):
        value = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    elif isinstance(value, datetime):
        value = value.isoformat()
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=_Exact, ensure_ascii=False, sort_keys=True).encode()


class _Exact(DjangoJSONEncoder):
    """Django's encoder cuts microseconds off."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _readme(audience: str, key: str) -> str:
    return f"""This folder is a copy of an organisation's record, as its audience "{audience}" may see it.

    events.jsonl     every event of the record, in its order; what is for others is sealed
    openings.jsonl   what the sealed parts say, where they are for this audience
    tables/          how things stand: one file for each table, as CSV and as JSON
    files/           documents and other files, named by their SHA-256; tables/groundwork.storedfile.csv says what they are
    checkpoint       the signed head of the record, which binds every file here

To verify it, you need Python 3.11 with the package "cryptography", and the public key of the record. The key that this copy names is

    {key}

but take it from somebody else: a key that comes with what it proves, proves nothing. Then:

    python verify.py . --key 'THE KEY'

Whoever changed, removed or added one byte since this copy was signed is found out.
"""


# --- taking one over ---


def import_export(path: Path, key: str) -> Report:
    """Make an empty installation the one of which this is the full export. key: the log's public key, from a trusted source.

    The export is verified first; then the events are written with the tree, and replayed. All or nothing. Passwords, and the key that
    signs the log, are not in an export: people set new ones; whoever has the key puts it in place before, else a new one is made
    under the log's name.

    Raises ImportRefused, KeyTextError, UnknownFact; returns what the verification found, which is nothing wrong.
    """
    report = verify_export(path, Trust((read_public_key(key),)))
    if not report.ok:
        raise ImportRefused(
            "the export is not sound, nothing was taken over: {why} ({count} findings)",
            why=str(report.findings[0]),
            count=len(report.findings) + report.more,
        )
    if report.audience != SECRETARIAT:
        raise ImportRefused(
            "this export is for the audience {audience}: only the full one, for the secretariat, can be taken over",
            audience=report.audience,
        )
    _refuse_unless_empty()
    for stored in sorted((path / FILES).iterdir()) if (path / FILES).is_dir() else ():
        files.keep(stored.read_bytes())
    with transaction.atomic():
        log.lock()
        _enter(_read_records(path))
        _check_taken(path, report)
    take_origin(str(report.origin))
    return report


def _refuse_unless_empty() -> None:
    if LogHead.objects.filter(size__gt=0).exists() or any(
        model._default_manager.exists() for model in recorded_tables()
    ):
        raise ImportRefused("this installation has a record already: take the export over into an empty one")


def _read_records(path: Path) -> Iterator[Record]:
    """The records of an export that was verified."""
    with (path / layout.EVENTS).open("rb") as leaves, (path / layout.OPENINGS).open("rb") as lines:
        openings = (layout.read_opening(line[:-1]) for line in lines)
        ahead = next(openings, None)
        for position, line in enumerate(leaves):
            parts = {}
            while ahead is not None and ahead[0] == position:
                parts[ahead[1]], ahead = ahead[2], next(openings, None)
            yield Record(line[:-1], parts)


def _enter(records: Iterator[Record]) -> None:
    """Write the log with its tree, and apply every event, in the order of the log."""
    size, edge = 0, list[str]()
    while batch := list(islice(records, BATCH)):
        events: list[Event] = []
        parts: list[EventPart] = []
        about: list[EventAbout] = []
        hashes: list[TreeHash] = []
        applied: list[tuple[Fact, Recorded]] = []
        for record in batch:
            stated, place = _read_event(record, size)
            event, its_parts, its_about = log.rows_of(place, stated, record)
            events.append(event)
            parts += its_parts
            about += its_about
            hashes += log.new_hashes(size, edge, ledger.leaf_hash(record.leaf))
            if stated is not None:
                applied.append((stated, place))
            size += 1
        # People are made by the events that follow: the database checks at the end that everybody named is there.
        _insert(events, parts, about, hashes)
        for stated, place in applied:
            APPLIED[stated.TYPE](stated, place)
    LogHead.objects.filter(id=1).update(size=size, edge=edge)


def _insert(*tables: Sequence[models.Model]) -> None:
    for rows in tables:
        if rows:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=500)


def _read_event(record: Record, seq: int) -> tuple[Fact | None, Recorded]:
    leaf, act = ledger.read_leaf(record.leaf), record.act()
    actor = Ref.parse(act.actor).id if act is not None and act.actor else None
    capacity = str(act.data["capacity"]) if act is not None else ""
    return log.fact_in(record), Recorded(seq, leaf.id, leaf.time, actor, capacity)


def _check_taken(path: Path, report: Report) -> None:
    """Raise ImportRefused unless what was taken over is what the export said."""
    if proofs.head_now() != (report.size, report.root):
        raise ImportRefused("the events lead to another root than that of the export")
    for sha256 in StoredFile.objects.filter(removed_at__isnull=True).values_list("sha256", flat=True).distinct():
        if not files.path_of(sha256).is_file():
            raise ImportRefused("the export lacks the file {sha256} that its record names", sha256=sha256)
    said = json.loads((path / ABOUT).read_bytes())
    if said.get("state") != state_digest():
        raise ImportRefused(
            "replaying the events gives another state than the export had: it was made by Comity {version}",
            version=str(said.get("comity")),
        )
