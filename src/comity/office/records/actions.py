"""Acts of the records office: documents and their versions, checkpoints and witnesses. The only file here that writes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from comity import ledger
from comity.groundwork import jobs
from comity.groundwork.actions import store_file
from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.audiences import SECRETARIAT, is_audience
from comity.groundwork.events import FileRemoved, FileStored
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.models import StoredFile
from comity.groundwork.refs import KINDS, Ref
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import AUDITOR, SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.ledger import LedgerError
from comity.ledger.checkpoint import cosigned_at, read_checkpoint
from comity.ledger.note import verified
from comity.ledger.signing import Purpose, read_public_key, signed_checkpoint
from comity.office.records import proofs
from comity.office.records.events import (
    DocumentChanged,
    DocumentEntered,
    DocumentIssued,
    DocumentWithdrawn,
    Version,
    VersionAdded,
    VersionRemoved,
    WitnessRegistered,
    WitnessRetired,
)
from comity.office.records.keys import log_key
from comity.office.records.models import (
    Checkpoint,
    Cosignature,
    Document,
    DocumentVersion,
    Relation,
    Status,
    Witness,
    WitnessAnswer,
)
from comity.office.records.symbols import scheme

ASK_WITNESSES = "records.ask_witnesses"
"""The job that asks them."""

# --- documents ---


@act("records.enter_document", may=(SECRETARY,), records=(DocumentEntered,))
def enter_document(
    *,
    by: Actor,
    title: Text,
    series: str = "",
    for_debate: bool = False,
    audience: str = "public",
    concerns: str = "",
    relation: str = "",
    base: str | None = None,
) -> Document:
    """Begin a document, as a draft for the secretariat.

    It names its series, unless a relation says how it follows upon another, whose series it then has. What follows upon a
    revision, an addendum or a corrigendum in the same way stands beside it: the revision of A/1/Rev.1 is A/1/Rev.2.
    """
    before = _base(relation, base)
    document = new_id(by.now)
    record(
        by,
        DocumentEntered(
            document=document,
            title=clean_original(title, most=500, field="title"),
            series=before.series if before else _series(series),
            for_debate=before.for_debate if before else for_debate,
            issued_to=_audience(audience),
            concerns=before.concerns if before and not concerns else _thing(concerns),
            relation=relation,
            base=before.id if before else None,
        ),
    )
    return Document.objects.get(id=document)


@applies(DocumentEntered)
def _apply_document_entered(stated: DocumentEntered, recorded: Recorded) -> None:
    base = Document.objects.get(id=stated.base) if stated.base else None
    Document.objects.create(
        id=stated.document,
        title=stated.title,
        series=stated.series,
        for_debate=stated.for_debate,
        audience=stated.issued_to,
        concerns=stated.concerns,
        relation=stated.relation,
        base=base,
        root_id=(base.root_id or base.id) if base else None,
        entered_at=recorded.time,
    )


@act("records.change_document", may=(SECRETARY,), records=(DocumentChanged,))
def change_document(
    *,
    by: Actor,
    document: str,
    title: Text | None = None,
    series: str | None = None,
    for_debate: bool | None = None,
    audience: str | None = None,
    seen: int | None = None,
) -> None:
    """Change a draft; None leaves a thing as it is. What was issued is corrected by a corrigendum or a revision."""
    draft = _draft(document)
    unchanged(draft.ref, seen)
    wanted: dict[str, Any] = {
        "title": None if title is None else clean_original(title, most=500, field="title"),
        "audience": None if audience is None else _audience(audience),
        # What follows upon another document has its series.
        "series": None if series is None or draft.base_id else _series(series),
        "for_debate": None if draft.base_id else for_debate,
    }
    new = {key: value if value != getattr(draft, key) else None for key, value in wanted.items()}
    if any(value is not None for value in new.values()):
        new["issued_to"] = new.pop("audience")
        record(by, DocumentChanged(document=document, **new))


@applies(DocumentChanged)
def _apply_document_changed(stated: DocumentChanged, recorded: Recorded) -> None:
    wanted = {
        "title": stated.title,
        "series": stated.series,
        "for_debate": stated.for_debate,
        "audience": stated.issued_to,
    }
    Document.objects.filter(id=stated.document).update(**{k: v for k, v in wanted.items() if v is not None})


@act("records.add_version", may=(SECRETARY,), records=(VersionAdded, FileStored, FileRemoved))
def add_version(*, by: Actor, document: str, name: str, content: bytes, language: str = "") -> DocumentVersion:
    """Give a document a file in a language (empty: it has none). In a draft it takes the place of one of the same kind.

    To an issued document only what is missing can be added: its readers cite what they have read.
    """
    current = _standing(document)
    if language and language not in dict(settings.LANGUAGES):
        raise Refused(_("This is not one of the organisation’s languages."), field="language")
    audience = SECRETARIAT if current.status == Status.DRAFT else current.audience
    stored = store_file(by, current.ref, name, content, audience)
    same = current.versions.filter(language=language, file__media_type=stored.media_type)
    replaced = same.select_related("file").first()
    if replaced is not None and current.status == Status.ISSUED:
        raise Refused(
            _("An issued document is not replaced: correct it by a corrigendum, or issue a revision."), field="content"
        )
    version = Version(new_id(by.now), language, stored.id)
    record(
        by,
        VersionAdded(
            document=document, version=version, replaces=replaced.id if replaced else None, readable_by=audience
        ),
    )
    if replaced is not None:
        _remove_file(by, replaced.file, "replaced in the draft")
    return DocumentVersion.objects.get(id=version.version)


@applies(VersionAdded)
def _apply_version_added(stated: VersionAdded, recorded: Recorded) -> None:
    DocumentVersion.objects.filter(id=stated.replaces).delete()
    _make_version(stated.document, stated.version)


@act("records.remove_version", may=(SECRETARY,), records=(VersionRemoved, FileRemoved))
def remove_version(*, by: Actor, version: str) -> None:
    """Take a file out of a draft; its content is deleted."""
    found = DocumentVersion.objects.select_related("file").filter(id=version).first()
    if found is None:
        raise NotFound(_("There is no such file in a document."))
    _draft(found.document_id)
    record(by, VersionRemoved(document=found.document_id, version=version))
    _remove_file(by, found.file, "taken out of the draft")


@applies(VersionRemoved)
def _apply_version_removed(stated: VersionRemoved, recorded: Recorded) -> None:
    DocumentVersion.objects.filter(id=stated.version).delete()


@act("records.issue_document", may=(SECRETARY,), records=(DocumentIssued, FileStored, FileRemoved))
def issue_document(*, by: Actor, document: str, issued_on: date | None = None, seen: int | None = None) -> Document:
    """Give a document the next symbol of its series and open it to its readers. Cannot be undone; it can be withdrawn."""
    draft = _draft(document)
    unchanged(draft.ref, seen)
    drafted = list(draft.versions.select_related("file").order_by("id"))
    if not drafted:
        raise Refused(_("Add a file first: there is nothing to issue."))
    stem = _stem(draft)
    number = (Document.objects.filter(stem=stem).aggregate(last=Max("number"))["last"] or 0) + 1
    # The draft's files were for the secretariat; the record says to all readers what they are given, with its hash.
    versions = tuple(Version(one.id, one.language, _opened(by, one.file, draft)) for one in drafted)
    record(
        by,
        DocumentIssued(
            document=document,
            title=draft.title,
            series=draft.series,
            for_debate=draft.for_debate,
            stem=stem,
            number=number,
            issued_on=issued_on or by.now.date(),
            concerns=draft.concerns,
            relation=draft.relation,
            base=draft.base_id,
            versions=versions,
            readable_by=draft.audience,
        ),
    )
    for one, issued in zip(drafted, versions, strict=True):
        if one.file_id != issued.file:
            _remove_file(by, one.file, "issued with the document")
    return Document.objects.get(id=document)


@applies(DocumentIssued)
def _apply_document_issued(stated: DocumentIssued, recorded: Recorded) -> None:
    Document.objects.filter(id=stated.document).update(
        title=stated.title,
        status=Status.ISSUED,
        stem=stated.stem,
        number=stated.number,
        symbol=stated.symbol,
        issued_on=stated.issued_on,
    )
    DocumentVersion.objects.filter(document_id=stated.document).delete()
    for version in stated.versions:
        _make_version(stated.document, version)


@act("records.withdraw_document", may=(SECRETARY,), records=(DocumentWithdrawn,))
def withdraw_document(*, by: Actor, document: str, reason: str) -> None:
    """Let a document no longer stand. It stays where it was, marked; its symbol is not given again."""
    current = _standing(document)
    record(
        by,
        DocumentWithdrawn(
            document=document,
            reason=clean_line(reason, most=500, field="reason"),
            readable_by=SECRETARIAT if current.status == Status.DRAFT else current.audience,
        ),
    )


@applies(DocumentWithdrawn)
def _apply_document_withdrawn(stated: DocumentWithdrawn, recorded: Recorded) -> None:
    Document.objects.filter(id=stated.document).update(
        status=Status.WITHDRAWN, withdrawn_at=recorded.time, withdrawn_reason=stated.reason
    )


# --- checkpoints and witnesses ---


@act("records.publish_checkpoint", may=(SECRETARY, AUDITOR), records=())
def publish_checkpoint(*, by: Actor) -> Checkpoint:
    """Sign the head of the log as it is now and publish it; the checkpoint that there is, if nothing happened since.

    Records nothing: a checkpoint speaks of the log from outside (see `models`).
    """
    size, root = proofs.head_now()
    if not size:
        raise Refused(_("Nothing has happened yet: there is nothing to sign."))
    key = log_key()
    note = signed_checkpoint(ledger.Checkpoint(key.name, size, root), key)
    made, _new = Checkpoint.objects.get_or_create(
        size=size, defaults={"root": root, "note": note.encode(), "made_at": by.now}
    )
    return made


@act("records.register_witness", may=(SECRETARY,), records=(WitnessRegistered,))
def register_witness(*, by: Actor, name: str, key: str, url: str = "") -> Witness:
    """Ask somebody to remember the heads of the log: with their public key, and the address where they are asked, if there is one."""
    try:
        public = read_public_key(key)
    except LedgerError as error:
        raise Refused(_("This is not a public key: %(why)s") % {"why": error}, field="key") from error
    if public.purpose is not Purpose.WITNESS:
        raise Refused(_("This is the key of a log. A witness has a key of its own."), field="key")
    if Witness.objects.filter(key=str(public), retired_at__isnull=True).exists():
        raise Refused(_("A witness with this key is asked already."), field="key")
    if Witness.objects.filter(key=str(public)).exists():
        raise Refused(_("A key that was retired is not used again: the witness makes a new one."), field="key")
    witness = new_id(by.now)
    record(
        by,
        WitnessRegistered(
            witness=witness,
            name=clean_line(name, most=200, field="name"),
            key=str(public),
            url=_address(clean_line(url, most=300, field="url", empty=True)),
        ),
    )
    jobs.enqueue(ASK_WITNESSES)
    return Witness.objects.get(id=witness)


@applies(WitnessRegistered)
def _apply_witness_registered(stated: WitnessRegistered, recorded: Recorded) -> None:
    Witness.objects.create(
        id=stated.witness, name=stated.name, key=stated.key, url=stated.url, registered_at=recorded.time
    )


@act("records.retire_witness", may=(SECRETARY,), records=(WitnessRetired,))
def retire_witness(*, by: Actor, witness: str, reason: str) -> None:
    """Ask a witness no longer. What it cosigned stands."""
    _witness(witness)
    record(by, WitnessRetired(witness=witness, reason=clean_line(reason, most=500, field="reason")))


@applies(WitnessRetired)
def _apply_witness_retired(stated: WitnessRetired, recorded: Recorded) -> None:
    Witness.objects.filter(id=stated.witness).update(retired_at=recorded.time)


@act("records.add_cosignature", may=(SECRETARY, AUDITOR), records=())
def add_cosignature(*, by: Actor, witness: str, note: str) -> Checkpoint:
    """Keep a cosignature that a witness gave by hand: the checkpoint as it cosigned it. Records nothing, like a checkpoint."""
    current = _witness(witness)
    try:
        given = ledger.read_note(note.strip().replace("\r\n", "\n").encode() + b"\n")
        key = read_public_key(current.key)
        signature = verified(given, [key])[-1]
        head = read_checkpoint(given.text)
    except LedgerError as error:
        raise Refused(
            _("This is not the checkpoint as the witness cosigned it: %(why)s") % {"why": error}, field="note"
        ) from error
    published = Checkpoint.objects.filter(size=head.size).first()
    if published is None or ledger.read_note(bytes(published.note)).text != given.text:
        raise Refused(_("This log has published no such checkpoint."), field="note")
    Cosignature.objects.update_or_create(
        checkpoint=published,
        witness=current,
        defaults={"line": signature.line(), "time": datetime.fromtimestamp(cosigned_at(signature), UTC)},
    )
    WitnessAnswer.objects.update_or_create(
        witness=current, defaults={"asked_at": by.now, "failures": 0, "failure": "", "contradicts": False}
    )
    return published


@act("records.note_silence", may=(), records=())
def note_silence(*, by: Actor, witness: str, said: str, contradicts: bool) -> None:
    """Note that a witness did not cosign, and what it said instead."""
    current = _witness(witness)
    before = WitnessAnswer.objects.filter(witness=current).first()
    WitnessAnswer.objects.update_or_create(
        witness=current,
        defaults={
            "asked_at": by.now,
            "failures": (before.failures if before else 0) + 1,
            "failure": said[:2000],
            "contradicts": contradicts,
        },
    )


# --- checks ---


def _draft(key: str) -> Document:
    current = _standing(key)
    if current.status != Status.DRAFT:
        raise Refused(_("This document was issued: correct it by a corrigendum, or issue a revision."))
    return current


def _standing(key: str) -> Document:
    current = Document.objects.filter(id=key).first()
    if current is None:
        raise NotFound(_("There is no such document."))
    if current.status == Status.WITHDRAWN:
        raise Refused(_("This document was withdrawn."))
    return current


def _base(relation: str, base: str | None) -> Document | None:
    """What a new document follows upon; for a further revision of a revision, what that one revised, and so on. Raises Refused."""
    if not relation and not base:
        return None
    if relation not in Relation.values or not base:
        raise Refused(_("Say both upon which document this one follows, and how."), field="relation")
    found = Document.objects.select_related("base").filter(id=base).first()
    while found is not None and found.relation == relation:
        found = found.base
    if found is None or found.status != Status.ISSUED:
        raise Refused(_("A document follows upon one that was issued and stands."), field="base")
    if found.relation == Relation.CORRIGENDUM:
        raise Refused(_("What follows upon a corrigendum is a further corrigendum."), field="relation")
    return found


def _stem(draft: Document) -> str:
    current = scheme()
    if draft.base is None:
        if draft.series not in current.series:
            raise Refused(_("There is no series “%(series)s” any more: choose another.") % {"series": draft.series})
        return current.stem(draft.series, for_debate=draft.for_debate)
    if draft.base.status != Status.ISSUED or draft.base.symbol is None:
        raise Refused(_("A document follows upon one that was issued and stands."))
    return current.stem_behind(draft.base.symbol, draft.relation)


def _opened(by: Actor, file: StoredFile, draft: Document) -> str:
    """The id of the draft's file for the readers of the issued document: the same bytes for another audience."""
    if file.audience == draft.audience:
        return file.id
    key = new_id(by.now)
    record(
        by,
        FileStored(
            file=key,
            sha256=file.sha256,
            size=file.size,
            name=file.name,
            media_type=file.media_type,
            attached_to=str(draft.ref),
            readable_by=draft.audience,
        ),
    )
    return key


def _remove_file(by: Actor, file: StoredFile, reason: str) -> None:
    removed = FileRemoved(
        file=file.id, name=file.name, attached_to=file.attached_to, reason=reason, readable_by=file.audience
    )
    record(by, removed)


def _make_version(document: str, version: Version) -> None:
    DocumentVersion.objects.create(
        id=version.version, document_id=document, language=version.language, file_id=version.file
    )


def _series(series: str) -> str:
    if series not in scheme().series:
        raise Refused(_("There is no such series."), field="series")
    return series


def _audience(audience: str) -> str:
    if not is_audience(audience):
        raise Refused(_("“%(audience)s” is not an audience.") % {"audience": audience}, field="audience")
    return audience


def _thing(written: str) -> str:
    if not written:
        return ""
    try:
        ref = Ref.parse(written)
    except ValueError as error:
        raise Refused(str(error), field="concerns") from error
    if ref.kind not in KINDS or not KINDS[ref.kind].names([ref.id]):
        raise Refused(_("There is no such thing: %(thing)s.") % {"thing": ref}, field="concerns")
    return str(ref)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if url and (not host or parts.scheme not in {"http", "https"} or parts.username or parts.query or parts.fragment):
        raise Refused(_("The address of a witness begins with https:// and names a host."), field="url")
    return url.rstrip("/")


def _witness(key: str) -> Witness:
    found = Witness.objects.filter(id=key, retired_at__isnull=True).first()
    if found is None:
        raise NotFound(_("There is no such witness, or it is not asked any more."))
    return found
