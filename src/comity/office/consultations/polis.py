"""A consultation as a Polis export: its files taken in, and written out again.

What is read is checked as a whole by the opinion engine's reader, which names each fault with its line; then every vote event is
taken with its time, so that the history comes along, and goes out again as it came. Quirks of the files: docs/votes-in.md.
What people said about themselves comes in with them (`declared`), and never goes out: docs/consultations.md says why.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from comity.ballot_box import PastVote
from comity.office.consultations import declared
from comity.office.consultations.faults import Fault, FaultyFiles, fault
from comity.office.consultations.models import Authorship, Consultation, Statement
from comity.office.consultations.vocabulary import OUT, Decision
from comity.opinion.votes import Moderation, VotesError

COMMENTS, VOTES, PEOPLE, SUMMARY = "comments.csv", "votes.csv", "participants-votes.csv", "summary.csv"
SECONDS = 10**11
"""A timestamp below it is in seconds, as older tools write them; Polis writes milliseconds."""
_DECISIONS = {
    Moderation.ACCEPTED: Decision.ACCEPTED,
    Moderation.REJECTED: Decision.REJECTED,
    Moderation.UNMODERATED: Decision.WAITING,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A statement of the export. at: when it was written, None where no file says so."""

    number: int
    text: str
    decision: Decision
    meta: bool
    seed: bool
    author: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Export:
    """What an export says."""

    title: str
    description: str
    url: str
    attribution: str
    rows: tuple[Row, ...]
    votes: tuple[PastVote, ...]
    declared: declared.Declared


def read(files: Mapping[str, bytes]) -> Export:
    """An export from the content of its files, by name; at least `comments.csv` and `votes.csv`; `participants.csv` may be with them.

    Raises FaultyFiles with the faults of all of them.
    """
    from comity.opinion.formats import BadRows  # loads readers of all formats

    export: Export | None = None
    faults: list[Fault] = []
    known: set[int] | None = None
    count = 0
    try:
        export, known = _read(files)
    except BadRows as error:
        count = error.count
        faults = [fault(bad.file, f"{bad.what} {bad.mend}", line=bad.line, column=bad.column) for bad in error.problems]
        known = {int(who) for who in _named(files) if who.isascii() and who.isdecimal()}
    except (VotesError, UnicodeDecodeError, KeyError, ValueError) as error:
        faults = [Fault(next((name for name in files if str(error).startswith(name)), VOTES), str(error))]
    count = max(count, len(faults))
    said = declared.Declared()
    if files.get(declared.FILE, b"").strip():
        said, besides = declared.read(files[declared.FILE], known)
        faults, count = [*faults, *besides], count + len(besides)
    if export is None or faults:
        raise FaultyFiles(faults, count=count)
    return replace(export, declared=said)


def _named(files: Mapping[str, bytes]) -> Iterator[str]:
    """Whom the files name, one way or another."""
    for name, column in ((VOTES, "voter-id"), (PEOPLE, "participant")):
        for row in _rows(files.get(name, b"")):
            yield row.get(column, "").strip()


def _read(files: Mapping[str, bytes]) -> tuple[Export, set[int]]:
    """An export but for what people said about themselves, and the people in it. Raises VotesError."""
    from comity.opinion import formats  # loads readers of all formats

    with tempfile.TemporaryDirectory(prefix="comity-import-") as place:
        folder = Path(place)
        for name, content in files.items():
            if content and name != declared.FILE:
                (folder / name).write_bytes(content)
        found = formats.read(folder)
    times = {row["comment-id"].strip(): _moment(row.get("timestamp")) for row in _rows(files[COMMENTS])}
    rows = []
    for entry in found.votes.statements:
        if not isinstance(entry.id, int):
            raise VotesError(f"{COMMENTS}: statement {entry.id!r} has no number: Polis numbers its comments.")
        at = times.get(str(entry.id))
        author = entry.author if isinstance(entry.author, int) else None
        text = entry.text.replace("\0", "")
        rows.append(Row(entry.id, text, _DECISIONS[entry.moderation], entry.meta, entry.seed, author, at))
    people = set(found.votes.participant_ids.tolist())
    for who in people:
        if not isinstance(who, int):
            raise VotesError(f"{VOTES}: participant {who!r} has no number: Polis numbers its people.")
    votes, said = tuple(_votes(files[VOTES])), declared.Declared()
    return Export(found.name, found.description, found.url, found.attribution, tuple(rows), votes, said), people


def _votes(content: bytes) -> Iterator[PastVote]:
    """Every event; the file was checked before."""
    for row in _rows(content):
        at = _moment(row.get("timestamp"))
        yield PastVote(
            participant=int(row["voter-id"]),
            statement=int(row["comment-id"]),
            vote=round(float(row["vote"])),
            time_ms=0 if at is None else round(at.timestamp() * 1000),
        )


def _rows(content: bytes) -> Iterator[dict[str, str]]:
    text = content.decode("utf-8-sig")
    # Bodies may hold line ends of any kind, which stay as they are.
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    for cells in reader:
        if cells:
            yield dict(zip(header, cells, strict=False))


def _moment(text: str | None) -> datetime | None:
    if not text or not text.strip().lstrip("-").isdigit():
        return None
    number = int(text)
    return datetime.fromtimestamp(number if abs(number) < SECONDS else number / 1000, UTC)


# --- out again ---

AT_ONCE = 50_000
"""Rows that are written together."""
_TAKEN_BACK = 2


def write(current: Consultation, history: Iterable[PastVote], out: BinaryIO) -> None:
    """Write a consultation as a ZIP file of an export. history: every answer, in the order of the log; it takes some 125 bytes of
    memory for each.

    What was taken back is left out with what came before it. Authors are named only in a consultation that was imported, whose
    export named them. What people said about themselves is not in it.
    """
    events = _standing(history)
    authors: dict[str, int] = {}
    if current.source:
        authors = dict(Authorship.objects.filter(consultation=current).values_list("statement_id", "participant"))
    agrees, disagrees = (
        dict(
            zip(
                *(part.tolist() for part in np.unique(events.statements[events.votes == vote], return_counts=True)),
                strict=True,
            )
        )
        for vote in (1, -1)
    )
    comments = [
        (
            _stamp(row.proposed_at),
            _date(row.proposed_at),
            row.number,
            authors.get(row.id, ""),
            agrees.get(row.number, 0),
            disagrees.get(row.number, 0),
            _moderated(row),
            row.text.original,
        )
        for row in Statement.objects.filter(consultation=current).order_by("number")
    ]
    summary = (
        ("topic", current.title.original),
        ("url", current.source),
        ("voters", len(np.unique(events.participants))),
        ("commenters", len(set(authors.values())) or ""),
        ("comments", len(comments)),
        ("conversation-description", current.background.original),
    )
    header = ("timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SUMMARY, _csv(summary))
        archive.writestr(COMMENTS, _csv([header, *comments]))
        with archive.open(VOTES, "w", force_zip64=True) as file:
            file.write(_csv([("timestamp", "datetime", "comment-id", "voter-id", "vote")]).encode())
            for first in range(0, len(events.votes), AT_ONCE):
                file.write(_csv(events.rows(first, first + AT_ONCE)).encode())


@dataclass(frozen=True, slots=True)
class _Events:
    """Vote events as columns, each (n_events,): int64, int64, int64 milliseconds since 1970, int8."""

    participants: npt.NDArray[np.int64]
    statements: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    votes: npt.NDArray[np.int8]

    def of(self, which: npt.NDArray[Any]) -> _Events:
        return _Events(self.participants[which], self.statements[which], self.times[which], self.votes[which])

    def rows(self, first: int, last: int) -> Iterator[tuple[object, ...]]:
        part = self.of(np.arange(first, min(last, len(self.votes))))
        columns = (part.times.tolist(), part.statements.tolist(), part.participants.tolist(), part.votes.tolist())
        for time_ms, statement, participant, vote in zip(*columns, strict=True):
            yield time_ms, _date(_of(time_ms)), statement, participant, vote


def _standing(history: Iterable[PastVote]) -> _Events:
    """Events that stand, by statement, participant and time; at the same time in the order of the log."""
    participants, statements, times, votes = array("q"), array("q"), array("q"), array("b")
    for event in history:
        participants.append(event.participant)
        statements.append(event.statement)
        times.append(event.time_ms)
        votes.append(_TAKEN_BACK if event.vote is None else event.vote)
    every = _Events(
        np.frombuffer(participants, dtype=np.int64),
        np.frombuffer(statements, dtype=np.int64),
        np.frombuffer(times, dtype=np.int64),
        np.frombuffer(votes, dtype=np.int8),
    )
    every = every.of(np.lexsort((every.participants, every.statements)))  # stable: within a pair the order of the log
    if not len(every.votes):
        return every
    taken_back = every.votes == _TAKEN_BACK
    so_far = np.cumsum(taken_back)
    begins = np.flatnonzero(
        np.concatenate(([True], (np.diff(every.statements) != 0) | (np.diff(every.participants) != 0)))
    )
    ends = np.append(begins[1:], len(so_far))
    in_all = np.repeat(so_far[ends - 1], ends - begins)
    stands = every.of(~taken_back & (so_far == in_all))
    return stands.of(np.lexsort((stands.times, stands.participants, stands.statements)))


def _moderated(row: Statement) -> int:
    if row.erased_at is not None or row.decision in OUT:
        return -1
    return 1 if row.decision == Decision.ACCEPTED else 0


def _csv(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _of(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _stamp(at: datetime) -> int:
    return round(at.timestamp() * 1000)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(at: datetime) -> str:
    """As Polis writes it, in English whatever the locale."""
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day:02d} {at:%H:%M:%S} UTC {at.year}"
