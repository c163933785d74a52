"""A consultation as a Polis export: its files taken in, and written out again.

What is read is checked as a whole by the opinion engine's reader, which names each fault with its line; then every vote event is
taken with its time, so that the history comes along, and goes out again as it came. Quirks of the files: docs/votes-in.md.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from comity.ballot_box import PastVote
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


def read(files: Mapping[str, bytes]) -> Export:
    """An export from the content of its files, by name; at least `comments.csv` and `votes.csv`. Raises VotesError."""
    from comity.opinion import formats  # loads readers of all formats

    with tempfile.TemporaryDirectory(prefix="comity-import-") as place:
        folder = Path(place)
        for name, content in files.items():
            if content:
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
    return Export(found.name, found.description, found.url, found.attribution, tuple(rows), tuple(_votes(files[VOTES])))


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


def write(current: Consultation, history: Iterable[PastVote]) -> bytes:
    """A consultation as a ZIP file of an export. history: all answers that stand, in the order of the log.

    What was taken back is left out with what came before it. Authors are named only in a consultation that was imported, whose
    export named them.
    """
    events = _standing(history)
    authors: dict[str, int] = {}
    if current.source:
        authors = dict(Authorship.objects.filter(consultation=current).values_list("statement_id", "participant"))
    agrees = Counter(event.statement for event in events if event.vote == 1)
    disagrees = Counter(event.statement for event in events if event.vote == -1)
    comments = [
        (
            _stamp(row.proposed_at),
            _date(row.proposed_at),
            row.number,
            authors.get(row.id, ""),
            agrees[row.number],
            disagrees[row.number],
            _moderated(row),
            row.text.original,
        )
        for row in Statement.objects.filter(consultation=current).order_by("number")
    ]
    votes = [
        (event.time_ms, _date(_of(event.time_ms)), event.statement, event.participant, event.vote)
        for event in sorted(events, key=lambda event: (event.statement, event.participant, event.time_ms))
    ]
    summary = (
        ("topic", current.title.original),
        ("url", current.source),
        ("voters", len({event.participant for event in events})),
        ("commenters", len(set(authors.values())) or ""),
        ("comments", len(comments)),
        ("conversation-description", current.background.original),
    )
    header = ("timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SUMMARY, _csv(summary))
        archive.writestr(COMMENTS, _csv([header, *comments]))
        archive.writestr(VOTES, _csv([("timestamp", "datetime", "comment-id", "voter-id", "vote"), *votes]))
    return out.getvalue()


def _standing(history: Iterable[PastVote]) -> list[PastVote]:
    by_pair: dict[tuple[int, int], list[PastVote]] = {}
    for event in history:
        of = by_pair.setdefault((event.participant, event.statement), [])
        if event.vote is None:
            of.clear()
        else:
            of.append(event)
    return [event for events in by_pair.values() for event in events]


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
