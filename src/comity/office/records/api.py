"""The records office through the API: documents by their symbols, events with their proofs, heads of the log and who cosigned them.

What the log itself shows to programs (its key, leaves, consistency proofs) stands at `/log`, in no language and for ever.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from comity.groundwork.api import READING, Asked, EventOut, Part, TextOut, ThingOut, found
from comity.groundwork.refusals import Refused
from comity.ledger import Opening
from comity.ledger.note import encode64
from comity.office.records import document_views, proofs, queries
from comity.office.records.models import Checkpoint, Document, DocumentVersion, Status, Witness
from comity.office.records.symbols import is_symbol

router = Router(tags=["records"], auth=READING)
BYTES = {"responses": {200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}}

# --- documents ---


class DocumentsAsked(Asked):
    """Which documents are wanted."""

    series: str = Field("", max_length=50)
    status: Status | None = None
    search: str = Field("", max_length=130, description="Part of a symbol.")


class DocumentOut(Schema):
    """A document. symbol: null for a draft. base: id of what it follows upon, if relation says so. concerns: a thing, `kind:id`."""

    id: str
    symbol: str | None
    title: TextOut
    series: str
    for_debate: bool
    status: str
    audience: str
    relation: str
    base: str | None
    concerns: str
    issued_on: date | None
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @classmethod
    def of(cls, row: Document) -> DocumentOut:
        """From a row."""
        return cls(
            id=row.id,
            symbol=row.symbol,
            title=TextOut.of(row.title),
            series=row.series,
            for_debate=row.for_debate,
            status=row.status,
            audience=row.audience,
            relation=row.relation,
            base=row.base_id,
            concerns=row.concerns,
            issued_on=row.issued_on,
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
        )


class VersionOut(Schema):
    """A document in one language, as one file. language: empty if the file has none. file: its id; url: where its bytes are."""

    id: str
    language: str
    file: str
    name: str
    media_type: str
    size: int
    sha256: str
    url: str

    @classmethod
    def of(cls, row: DocumentVersion) -> VersionOut:
        """From a row with its file."""
        return cls(
            id=row.id,
            language=row.language,
            file=row.file_id,
            name=row.file.name,
            media_type=row.file.media_type,
            size=row.file.size,
            sha256=row.file.sha256,
            url=reverse("api:file", args=[row.file_id]),
        )


class DocumentWhole(Schema):
    """A document with its files. concerns: the thing that it is for. family: all around it that you may read, the first of them first.

    superseded_by: symbol of the newest revision, null if this is it.
    """

    document: DocumentOut
    versions: list[VersionOut]
    concerns: ThingOut | None
    family: list[DocumentOut]
    superseded_by: str | None


@router.get("/documents", response=Part[DocumentOut])
def documents(request: Any, asked: Query[DocumentsAsked]) -> Part[DocumentOut]:
    """Documents that you may read, drafts and then the newest first."""
    rows = queries.documents(request.auth.reader, series=asked.series, status=asked.status or "", search=asked.search)
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part(total=rows.count(), items=list(map(DocumentOut.of, part)))


@router.get("/documents/{path:key}", response=DocumentWhole)
def document(request: Any, key: str) -> DocumentWhole:
    """A document by its symbol or its id, with its files."""
    reader = request.auth.reader
    current: Document = found(queries.document(reader, key) if "/" not in key or is_symbol(key) else None)
    shown = queries.page(reader, current)
    return DocumentWhole(
        document=DocumentOut.of(current),
        versions=list(map(VersionOut.of, shown.versions)),
        concerns=ThingOut.of(shown.concerns) if shown.concerns else None,
        family=list(map(DocumentOut.of, shown.family)),
        superseded_by=shown.superseded_by.symbol if shown.superseded_by else None,
    )


@router.get("/files/{key}", url_name="file", openapi_extra=BYTES)
def file(request: Any, key: str) -> HttpResponse:
    """A file as it was stored."""
    request.actor = request.auth
    return document_views.file(request, key)


# --- events ---


class PartOut(Schema):
    """A part of an event to which its leaf only commits. state: open, erased, embargoed or withheld. says: what it says, if it is open."""

    name: str
    state: str
    says: dict[str, Any] | None


class EventWhole(Schema):
    """An event. event: null if it is not for you; its leaf is public all the same. says: what it says. leaf_hash: hexadecimal."""

    seq: int
    id: str
    time: datetime
    event: EventOut | None
    says: dict[str, Any]
    parts: list[PartOut]
    leaf: str
    leaf_hash: str


class ProofOut(Schema):
    """That an event is under a published head. index: its number; size: events under the head; hashes: RFC 9162's path, in base64.

    checkpoint: the head as a signed note. openings: payload and salt (hexadecimal) of the parts that you may read, by name.
    """

    index: int
    size: int
    hashes: list[str]
    leaf: str
    checkpoint: str
    openings: dict[str, dict[str, str]]


@router.get("/events/{key}", response=EventWhole)
def event(request: Any, key: str) -> EventWhole:
    """One event by its number or its id: what it says, as far as you may read it, and its leaf."""
    shown: queries.Shown = found(queries.event(request.auth.reader, key, request.auth.now))
    return EventWhole(
        seq=shown.seq,
        id=shown.id,
        time=shown.time,
        event=EventOut.of(shown.entry) if shown.entry else None,
        says=dict(shown.says),
        parts=[
            PartOut(name=part.name, state=part.state.value, says=None if part.said is None else dict(part.said))
            for part in shown.parts
        ],
        leaf=shown.leaf.decode(),
        leaf_hash=shown.hash.hex(),
    )


@router.get("/events/{key}/proof", response=ProofOut)
def event_proof(request: Any, key: str) -> ProofOut:
    """The proof that an event is under the newest cosigned head, else the newest."""
    shown: queries.Shown = found(queries.event(request.auth.reader, key, request.auth.now))
    over = proofs.over(shown.seq)
    if over is None:
        raise Refused(_("This event is not under a published checkpoint yet. The next one is made within a minute."))
    return ProofOut(
        index=shown.seq,
        size=over.size,
        hashes=[encode64(one) for one in proofs.inclusion(shown.seq, over.size)],
        leaf=shown.leaf.decode(),
        checkpoint=proofs.note_of(over).encode().decode(),
        openings={
            name: {"payload": given.payload.decode(), "salt": given.salt.hex()}
            for name, given in shown.record.parts.items()
            if isinstance(given, Opening)
        },
    )


# --- heads and witnesses ---


class CheckpointOut(Schema):
    """A published head of the log. root: hexadecimal. note: as it was signed, with its cosignatures. cosigned_by: names of witnesses."""

    size: int
    root: str
    made_at: datetime
    note: str
    cosigned_by: list[str]

    @classmethod
    def of(cls, row: Checkpoint) -> CheckpointOut:
        """From a row with its cosignatures and their witnesses."""
        return cls(
            size=row.size,
            root=bytes(row.root).hex(),
            made_at=row.made_at,
            note=proofs.note_of(row).encode().decode(),
            cosigned_by=[one.witness.name for one in row.cosignatures.all()],
        )


class WitnessOut(Schema):
    """Somebody who remembers the heads of the log. key: their public key. cosigned: how many heads they cosigned."""

    id: str
    name: str
    key: str
    url: str
    registered_at: datetime
    cosigned: int

    @classmethod
    def of(cls, row: Witness) -> WitnessOut:
        """From a row of `queries.witnesses`."""
        return cls(
            id=row.id,
            name=row.name,
            key=row.key,
            url=row.url,
            registered_at=row.registered_at,
            cosigned=getattr(row, "cosigned", 0),
        )


@router.get("/checkpoints", response=Part[CheckpointOut])
def checkpoints(request: Any, asked: Query[Asked]) -> Part[CheckpointOut]:
    """The published heads of the log, the newest first, and who cosigned them."""
    rows = queries.published_heads()
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part(total=rows.count(), items=list(map(CheckpointOut.of, part)))


@router.get("/witnesses", response=Part[WitnessOut])
def witnesses(request: Any, asked: Query[Asked]) -> Part[WitnessOut]:
    """Those who are asked to witness, in the order in which they were registered."""
    rows = queries.witnesses()
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part(total=rows.count(), items=list(map(WitnessOut.of, part)))
