"""Consultations by id and in lists, who may see which, and what other offices are told: kinds of thing, texts to translate, tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import PUBLIC, SECRETARIAT
from comity.groundwork.ids import is_id
from comity.groundwork.panels import HOME, Panel, Waiting, register_panel, waits
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.roles import ADMINISTRATOR, AUDITOR, SECRETARY
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.consultations.models import (
    CONSULTATION,
    FINDING,
    STATEMENT,
    Consultation,
    Finding,
    Segment,
    SegmentLabel,
    Statement,
)
from comity.office.consultations.roles import FACILITATOR, MODERATOR
from comity.office.consultations.vocabulary import OUT, Decision, Entry, FindingKind, Stage

GOING_ON = (Stage.OPEN, Stage.CLOSED)
ON_FIRST_PAGE = 5
"""Open consultations that the first page names; the others are in the list."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All consultations that a reader may see, by where they stand."""

    preparing: list[Consultation]
    open: list[Consultation]
    over: list[Consultation]
    archived: list[Consultation]


def listing(actor: Actor) -> Listing:
    """The list of consultations, what closes first first, then the newest first. One query."""
    rows = [row for row in Consultation.objects.order_by("-id") if visible(row, actor)]

    def at(*stages: Stage) -> list[Consultation]:
        return [row for row in rows if row.stage in stages]

    running = sorted(at(Stage.OPEN), key=lambda row: (row.closes_on is None, row.closes_on))
    return Listing(at(Stage.DRAFT), running, at(Stage.CLOSED, Stage.FROZEN), at(Stage.ARCHIVED))


def consultation(key: str, actor: Actor) -> Consultation | None:
    """A consultation, if it is there and for whoever asks. One query."""
    found = Consultation.objects.filter(id=key).first() if is_id(key) else None
    return found if found is not None and visible(found, actor) else None


def visible(current: Consultation, actor: Actor) -> bool:
    """Whether somebody may see a consultation: one in preparation is for those who prepare it."""
    if current.stage != Stage.DRAFT:
        return True
    at = str(current.ref)
    return any(actor.holds(role) for role in (SECRETARY, AUDITOR, ADMINISTRATOR)) or moderates(current, actor, at=at)


def moderates(current: Consultation, actor: Actor, *, at: str = "") -> bool:
    """Whether somebody sees the queue of a consultation."""
    place = at or str(current.ref)
    return actor.holds(SECRETARY) or actor.holds(FACILITATOR, place) or actor.holds(MODERATOR, place)


def one_voice(current: Consultation) -> str:
    """How well one person was one voice, by who could take part; for whoever reads results."""
    return {
        Entry.OPEN: _(
            "Whoever had the link could take part: one person is one voice only as far as each used one browser."
        ),
        Entry.ACCOUNTS: _("One account had one voice."),
        Entry.INVITED: _("One invitation had one voice."),
        Entry.DELEGATIONS: _("One member of a delegation had one voice."),
        Entry.EMBEDDED: _("One person has one voice as far as that site knows its people."),
    }[Entry(current.entry)]


def segments_of(current: Consultation) -> list[Segment]:
    """The questions about participants, with their answers in `labels.all()`. Two queries."""
    return list(current.segments.order_by("rank").prefetch_related("labels"))


def statement_counts(current: Consultation) -> dict[str, int]:
    """How many statements there are by decision. One query."""
    rows = current.statements.filter(erased_at__isnull=True).values_list("decision").annotate(Count("id"))
    return dict(rows.order_by("decision"))


def finding(key: str) -> Finding | None:
    """A finding that was kept, with its consultation and statement. One query."""
    found = Finding.objects.select_related("consultation", "statement").filter(id=key) if is_id(key) else None
    return found.first() if found is not None else None


def findings_of(current: Consultation) -> list[Finding]:
    """What was kept of a consultation, oldest first. One query."""
    return list(current.findings.select_related("statement").order_by("id"))


@waits
def moderation_waits(actor: Actor) -> list[Waiting]:
    """Statements that wait for whoever moderates. Two queries."""
    places = [where for role, where in actor.grants if role in {FACILITATOR.name, MODERATOR.name} and where]
    ids = [where.partition(":")[2] for where in places]
    if not ids:
        return []
    waiting = Q(statements__decision=Decision.WAITING, statements__erased_at__isnull=True)
    rows = Consultation.objects.filter(id__in=ids, stage__in=GOING_ON).annotate(n=Count("statements", filter=waiting))
    return [
        Waiting(
            _("%(count)d statements wait for moderators in “%(consultation)s”.")
            % {"count": row.n, "consultation": row.title},
            reverse("consultations:queue", args=[row.id]),
            row.closes_on,
        )
        for row in rows.order_by("id")
        if row.n
    ]


def _home(_actor: Actor, _ref: Ref | None) -> dict[str, Any] | None:
    """For the first page: what is open now, what closes first first. One query."""
    running = Consultation.objects.filter(stage=Stage.OPEN)
    asked = list(running.order_by(F("closes_on").asc(nulls_last=True), "-id")[:ON_FIRST_PAGE])
    return {"asked": asked} if asked else None


register_panel(Panel(HOME, 5, "consultations/_home.html", _home))


# --- how others name these things ---


def _names(ids: Iterable[str]) -> Names:
    rows = Consultation.objects.filter(id__in=list(ids)).only("id", "title", "stage")
    return {row.id: quoted(row.title) if row.stage != Stage.DRAFT else _("(in preparation)") for row in rows}


def quoted(words: object) -> str:
    """Words in the quotation marks of the reader's language."""
    return _("“%(words)s”") % {"words": words}


def _statement_names(ids: Iterable[str]) -> Names:
    """The words of a statement that people are asked; else its number: what was rejected is not spread by a timeline."""
    rows = Statement.objects.filter(id__in=list(ids)).select_related("consultation")
    return {
        row.id: quoted(row.text) if _of_statement(row) == PUBLIC else _("statement %(number)d") % {"number": row.number}
        for row in rows
    }


def shown_to_all(row: Statement) -> bool:
    """Whether anybody may read a statement's words: it was shown, and neither rejected nor erased."""
    return row.shown and row.erased_at is None and row.decision != Decision.REJECTED


def _finding_names(ids: Iterable[str]) -> Names:
    rows = Finding.objects.filter(id__in=list(ids)).select_related("consultation", "statement")
    return {row.id: finding_name(row) for row in rows}


def finding_name(row: Finding) -> str:
    """What a finding is called."""
    words = {
        "kind": FindingKind(row.kind).label,
        "consultation": row.consultation.title,
        "statement": row.statement.number if row.statement is not None else "",
    }
    if row.statement is None:
        return _("%(kind)s of “%(consultation)s”") % words
    return _("%(kind)s: No. %(statement)s of “%(consultation)s”") % words


def _statement_url(key: str) -> str:
    return reverse("consultations:statement", args=[key])


register_kind(
    Kind(
        CONSULTATION,
        gettext_lazy("consultation"),
        _names,
        lambda key: reverse("consultations:consultation", args=[key]),
    )
)
register_kind(Kind(STATEMENT, gettext_lazy("statement"), _statement_names, _statement_url))
register_kind(
    Kind(FINDING, gettext_lazy("finding"), _finding_names, lambda key: reverse("consultations:finding", args=[key]))
)


def _of_stage(row: Consultation) -> str:
    return SECRETARIAT if row.stage == Stage.DRAFT else PUBLIC


def _of_statement(row: Statement) -> str:
    return PUBLIC if shown_to_all(row) and row.consultation.stage != Stage.DRAFT else SECRETARIAT


register_translatable(
    (
        Translatable(CONSULTATION, Consultation, "title", gettext_lazy("title of a consultation"), _of_stage),
        Translatable(CONSULTATION, Consultation, "background", gettext_lazy("background of a consultation"), _of_stage),
        Translatable(CONSULTATION, Consultation, "policy", gettext_lazy("rules of moderation"), _of_stage),
        Translatable(
            STATEMENT,
            Statement,
            "text",
            gettext_lazy("statement"),
            _of_statement,
            Q(shown=True, erased_at__isnull=True) & ~Q(decision__in=[decision.value for decision in OUT]),
        ),
    )
)
register_table(Consultation, _of_stage)
register_table(Statement, _of_statement, related=("consultation",))


def _of_segment(row: Any) -> str:
    return _of_stage(row.consultation if isinstance(row, Segment) else row.segment.consultation)


register_table(Segment, _of_segment, related=("consultation",))
register_table(SegmentLabel, _of_segment, related=("segment__consultation",))
register_table(Finding)
