"""Pages for readers: the list, a consultation, its statements, one statement, the log of moderation."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from comity.groundwork.acts import may_do
from comity.groundwork.facts import routine
from comity.groundwork.models import Citation
from comity.groundwork.pages import Request, found_or_refused, page_of_list, part_of_timeline
from comity.groundwork.queries import cited_by
from comity.groundwork.refs import Ref, name_all, page_of
from comity.office.consultations.demonstration import can_arrive
from comity.office.consultations.events import statements as events
from comity.office.consultations.events.consultations import ParticipantRemoved
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.queries import consultations, results
from comity.office.consultations.queries import statements as of_statements
from comity.office.consultations.queries.answers import answered
from comity.office.consultations.vocabulary import Stage
from comity.opinion.report.drawings import definitions

MODERATION = (
    events.StatementSeeded,
    events.StatementProposed,
    events.StatementAccepted,
    events.StatementRejected,
    events.StatementMerged,
    events.StatementSplit,
    events.StatementReplaced,
    events.StatementReworded,
    events.StatementErased,
    ParticipantRemoved,
)
"""What the log of moderation shows."""


def found_here(request: Request, key: str) -> Consultation:
    """The consultation, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(consultations.consultation(key, request.actor))


def found_statement(request: Request, key: str) -> Statement:
    """A statement of a consultation that whoever asks may see. Raises NotFound."""
    row: Statement = found_or_refused(of_statements.statement(key))
    return found_or_refused(row if consultations.visible(row.consultation, request.actor) else None)


def listing(request: Request) -> HttpResponse:
    """All consultations."""
    page = {
        "listing": consultations.listing(request.actor),
        "may_create": may_do(request.actor, "consultations.create"),
    }
    return render(request, "consultations/list.html", page)


def consultation(request: Request, key: str) -> HttpResponse:
    """What is asked, of whom, until when; what is going on; what one can do."""
    current = found_here(request, key)
    by = request.actor
    acts = [
        name
        for name, stages in _ACTS
        if current.stage in stages and may_do(by, f"consultations.{name}", consultation=current.id)
    ]
    moderates = consultations.moderates(current, by)
    page = {
        "current": current,
        "segments": consultations.segments_of(current),
        "counts": consultations.statement_counts(current),
        "acts": acts,
        "may_simulate": can_arrive(current) and may_do(by, "consultations.simulate_arrivals", consultation=current.id),
        "may_appoint": may_do(by, "groundwork.grant_role"),
        "moderates": moderates and current.stage != Stage.DRAFT,
        "waiting": of_statements.waiting(current) if moderates else 0,
        "findings": consultations.findings_of(current),
        "results": results.may_see(current, by) and current.stage != Stage.DRAFT,
        "writing": current.proposals and (current.proposals_until is None or by.now.date() <= current.proposals_until),
        **part_of_timeline(request, size=10, about=current.ref, without=routine()),
    }
    return render(request, "consultations/consultation.html", page)


_RUNNING = frozenset({Stage.DRAFT, Stage.OPEN, Stage.CLOSED})
_ACTS: tuple[tuple[str, frozenset[Stage]], ...] = (
    ("seed", frozenset({Stage.DRAFT, Stage.OPEN})),
    ("change", _RUNNING),
    ("open", frozenset({Stage.DRAFT, Stage.CLOSED})),
    ("invite", _RUNNING),
    ("close", frozenset({Stage.OPEN})),
    ("freeze", frozenset({Stage.CLOSED})),
    ("archive", frozenset({Stage.FROZEN})),
    ("duplicate", frozenset(Stage)),
)
"""What can be done with a consultation at which stage, in the order in which its page offers it."""


def statements(request: Request, key: str) -> HttpResponse:
    """All statements that anybody may read, with what became of each."""
    current = found_here(request, key)
    everything = consultations.moderates(current, request.actor)
    rows = of_statements.all_statements(current, everything=everything)
    page = {"current": current, "page": page_of_list(request, rows, size=100)}
    return render(request, "consultations/statements.html", page)


def statement(request: Request, key: str) -> HttpResponse:
    """One statement: its words, where it comes from, what became of it, and who cites it."""
    row = found_statement(request, key)
    current = row.consultation
    moderates = consultations.moderates(current, request.actor)
    merged, parts = of_statements.lineage(row)
    latest = results.latest(current) if results.may_see(current, request.actor) else None
    page = {
        "answered": answered(current, latest, row.number) if latest is not None else None,
        "definitions": definitions(),
        "current": current,
        "row": row,
        "readable": consultations.shown_to_all(row) or (moderates and row.erased_at is None),
        "merged": merged,
        "parts": parts,
        "moderates": moderates and current.stage in _RUNNING,
        "may_erase": may_do(request.actor, "consultations.erase_statement") and row.erased_at is None,
        "may_remove": may_do(request.actor, "consultations.remove_participant", consultation=current.id)
        and current.stage in {Stage.OPEN, Stage.CLOSED},
        "may_keep": may_do(request.actor, "consultations.keep_finding", consultation=current.id)
        and bool(current.published),
        "cited_by": citing(row.ref),
        **part_of_timeline(request, about=row.ref),
    }
    return render(request, "consultations/statement.html", page)


def citing(ref: Ref) -> list[tuple[Citation, str, str | None]]:
    """What cites a thing: the citation, what cites it by name, and its page."""
    citations = cited_by(ref)
    sources = [Ref.parse(citation.source) for citation in citations]
    names = name_all(sources)
    return [(citation, names[source], page_of(source)) for citation, source in zip(citations, sources, strict=True)]


def log(request: Request, key: str) -> HttpResponse:
    """Every act of moderation, with its reason: the policy beside what was done."""
    current = found_here(request, key)
    page = {
        "current": current,
        **part_of_timeline(request, size=50, about=current.ref, types=[fact.TYPE for fact in MODERATION]),
    }
    return render(request, "consultations/log.html", page)
