"""What the records office tells others: documents with their families, events with what is open of them, heads and witnesses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from comity import ledger
from comity.groundwork import log
from comity.groundwork.acts import Actor
from comity.groundwork.audiences import SECRETARIAT, Reader
from comity.groundwork.models import Event
from comity.groundwork.panels import Waiting, waits
from comity.groundwork.queries import Entry, Thing, entries, readable
from comity.groundwork.refs import KINDS, Kind, Names, Ref, name_all, page_of, register_kind
from comity.groundwork.replay import unrecorded
from comity.groundwork.roles import SECRETARY
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.ledger.event import ACT, Sealed
from comity.office.records.events import DocumentIssued
from comity.office.records.feeds import carries_date
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

# --- documents ---


@dataclass(frozen=True, slots=True)
class Page:
    """A document as its page shows it. family: all documents around it that the reader may read, the first of them first.

    superseded_by: the newest revision of the same thing, if this is not it.
    """

    document: Document
    versions: tuple[DocumentVersion, ...]
    concerns: Thing | None
    family: tuple[Document, ...]
    superseded_by: Document | None


def documents(reader: Reader, *, series: str = "", status: str = "", search: str = "") -> QuerySet[Document]:
    """Documents that a reader may read, drafts and then the newest first. search: words of a symbol."""
    found = Document.objects.filter(_for(reader))
    if series:
        found = found.filter(series=series)
    if status:
        found = found.filter(status=status)
    if search:
        found = found.filter(symbol__icontains=search)
    return found.order_by(F("issued_on").desc(nulls_first=True), "-id")


def document(reader: Reader, key: str) -> Document | None:
    """A document by its symbol or its id, if it is here and for this reader."""
    named = Q(symbol=key) if "/" in key else Q(id=key)
    return Document.objects.filter(_for(reader), named).select_related("base", "root").first()


def page(reader: Reader, current: Document) -> Page:
    """A document with its versions and all that goes with it. A fixed number of queries."""
    root = current.root_id or current.id
    family = list(Document.objects.filter(_for(reader), Q(id=root) | Q(root=root)).order_by("id"))
    concerns = Ref.parse(current.concerns) if current.concerns else None
    return Page(
        document=current,
        versions=tuple(current.versions.select_related("file").order_by("language", "id")),
        concerns=Thing(concerns, name_all([concerns])[concerns], page_of(concerns)) if concerns else None,
        family=tuple(family),
        superseded_by=_newest_revision(current, family),
    )


def _newest_revision(current: Document, family: Iterable[Document]) -> Document | None:
    revised = current.base_id if current.relation == Relation.REVISION else current.id
    number = (current.number or 0) if current.relation == Relation.REVISION else 0
    later = [
        one
        for one in family
        if one.relation == Relation.REVISION
        and one.base_id == revised
        and one.status == Status.ISSUED
        and (one.number or 0) > number
    ]
    return max(later, key=lambda one: one.number or 0, default=None)


def version(reader: Reader, key: str) -> DocumentVersion | None:
    """A version of a document, if it is here and for this reader."""
    found = DocumentVersion.objects.select_related("file", "document").filter(id=key).first()
    return found if found is not None and reader.may_read(audience_of(found.document)) else None


def series_used() -> list[str]:
    """Names of the series in which documents stand."""
    return sorted(Document.objects.values_list("series", flat=True).distinct())


def audience_of(row: Document) -> str:
    """Who may read a document now: what was never issued is for the secretariat."""
    return row.audience if row.symbol else SECRETARIAT


def _for(reader: Reader) -> Q:
    return Q() if reader.all else Q(symbol__isnull=False, audience__in=reader.audiences)


# --- events ---


class State(StrEnum):
    """What of a part is there for a reader."""

    OPEN = "open"
    ERASED = "erased"
    EMBARGOED = "embargoed"
    WITHHELD = "withheld"


STATES: dict[State, str | Promise] = {
    State.OPEN: _("open"),
    State.ERASED: _("erased for good"),
    State.EMBARGOED: _("closed until a day"),
    State.WITHHELD: _("for others"),
}


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part of an event that the leaf only commits to. word: what is in it. said: what it says, if it is open."""

    name: str
    word: str | Promise
    state: State
    sealed: Sealed
    said: Mapping[str, Any] | None

    @property
    def state_word(self) -> str | Promise:
        """Its state for people."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Shown:
    """An event for a reader. entry: None if it is not for them; then only the leaf is shown, which is public. says: what it says."""

    seq: int
    id: str
    time: datetime
    leaf: bytes
    hash: bytes
    entry: Entry | None
    says: Mapping[str, Any]
    parts: tuple[PartShown, ...]
    record: ledger.Record


PARTS: dict[str, str | Promise] = {ACT: _("what was done"), log.PERSONAL: _("personal data")}


def event(reader: Reader, key: str, now: datetime) -> Shown | None:
    """An event by its number or its id; None if there is none. A fixed number of queries."""
    named = Q(seq=int(key)) if key.isdecimal() and len(key) <= 18 else Q(id=key)
    row = Event.objects.filter(named).prefetch_related("parts", "about").first()
    if row is None:
        return None
    shown = log.record_of(row) if reader.all else log.record_of(row).shown_to(reader.audiences, now)
    leaf = ledger.read_leaf(shown.leaf)
    act = shown.act()
    may_read = readable(reader, Event.objects.filter(seq=row.seq)).exists()
    return Shown(
        seq=row.seq,
        id=row.id,
        time=row.time,
        leaf=shown.leaf,
        hash=ledger.leaf_hash(shown.leaf),
        entry=entries([row])[0] if may_read else None,
        says=_said(act.data.get("says")) if act is not None else {},
        parts=tuple(
            PartShown(
                name,
                PARTS.get(name, name),
                State(given.value) if isinstance(given, ledger.Closed) else State.OPEN,
                leaf.sealed[name],
                _said(json.loads(given.payload)) if isinstance(given, ledger.Opening) and name != ACT else None,
            )
            for name, given in sorted(shown.parts.items())
        ),
        record=shown,
    )


def _said(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def thing_for(reader: Reader, written: str) -> Thing | None:
    """A thing from `kind:id`, if the record tells this reader of it."""
    try:
        ref = Ref.parse(written)
    except ValueError:
        return None
    if ref.kind not in KINDS or not readable(reader).filter(about__ref=str(ref)).exists():
        return None
    return Thing(ref, name_all([ref])[ref], page_of(ref))


# --- heads and witnesses ---


def published_heads() -> QuerySet[Checkpoint]:
    """The published heads of the log, the newest first, with who cosigned them."""
    cosigned = Prefetch("cosignatures", Cosignature.objects.select_related("witness").order_by("witness_id"))
    return Checkpoint.objects.prefetch_related(cosigned).order_by("-size")


def witnesses() -> QuerySet[Witness]:
    """Those who are asked to witness, in the order in which they were registered, with how they answered last."""
    return (
        Witness.objects.filter(retired_at__isnull=True)
        .select_related("answer")
        .annotate(cosigned=Count("cosignatures"))
        .order_by("id")
    )


def witness(key: str) -> Witness | None:
    """A witness that is asked."""
    return Witness.objects.filter(id=key, retired_at__isnull=True).first()


@waits
def work_of_the_secretariat(actor: Actor) -> Iterable[Waiting]:
    """Drafts to be issued, and witnesses that say that the log contradicts itself."""
    if not actor.holds(SECRETARY):
        return
    waiting = Document.objects.filter(
        Exists(DocumentVersion.objects.filter(document=OuterRef("pk"))), status=Status.DRAFT
    ).count()
    if waiting:
        words = ngettext("%(count)d draft waits to be issued.", "%(count)d drafts wait to be issued.", waiting)
        yield Waiting(words % {"count": waiting}, reverse("records:documents") + f"?status={Status.DRAFT}")
    for answer in WitnessAnswer.objects.filter(contradicts=True, witness__retired_at__isnull=True).select_related(
        "witness"
    ):
        alarm = _("The witness %(witness)s holds that the record contradicts what it cosigned: find out why at once.")
        yield Waiting(str(alarm) % {"witness": answer.witness.name}, reverse("records:checkpoints"))


# --- how others name these things ---


def document_names(ids: Iterable[str]) -> Names:
    """Documents by their symbols; drafts, which only the secretariat meets, by their titles."""
    found = Document.objects.filter(id__in=list(ids)).only("id", "symbol", "title")
    return {row.id: row.symbol or str(row.title) for row in found}


def witness_names(ids: Iterable[str]) -> Names:
    """Names of witnesses."""
    return dict(Witness.objects.filter(id__in=list(ids)).values_list("id", "name"))


register_kind(
    Kind("records.document", _("document"), document_names, lambda key: reverse("records:document", args=[key]))
)
register_kind(Kind("records.witness", _("witness"), witness_names, lambda _key: reverse("records:checkpoints")))
register_translatable(
    [
        Translatable(
            "records.document", Document, "title", _("title of a document"), audience_of, ~Q(status=Status.WITHDRAWN)
        )
    ]
)
carries_date(DocumentIssued, "issued_on")
register_table(Document, audience_of)
register_table(DocumentVersion, lambda row: audience_of(row.document), related=("document",))
register_table(Witness)
for _table, _reason in (
    ("records.checkpoint", "statements about the log, which cannot stand in it"),
    ("records.cosignature", "statements about the log, which cannot stand in it"),
    ("records.witnessanswer", "how a witness answered when it was last asked"),
):
    unrecorded(_table, _reason)
