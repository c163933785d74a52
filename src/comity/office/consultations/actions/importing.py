"""The act that makes a living consultation of a Polis export: its statements, and every vote event with its time."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_text
from comity.groundwork.translated import Text
from comity.office.consultations import declared, polis
from comity.office.consultations.actions.consultations import (
    LONGEST_BACKGROUND,
    SegmentAsked,
    record_created,
    segment_terms,
    terms_of,
)
from comity.office.consultations.actions.statements import MOST_STATEMENTS
from comity.office.consultations.box import FLOOR, listed, the_box
from comity.office.consultations.events.consultations import ConsultationCreated, ConsultationOpened, Terms
from comity.office.consultations.events.statements import ImportedStatement, StatementsImported
from comity.office.consultations.models import Authorship, Consultation, Statement
from comity.office.consultations.vocabulary import Decision, Entry, Moderating, Showing


@act(
    "consultations.import_polis",
    may=(SECRETARY,),
    records=(ConsultationCreated, StatementsImported, ConsultationOpened),
)
def import_polis(
    *,
    by: Actor,
    comments: bytes,
    votes: bytes,
    people: bytes = b"",
    summary: bytes = b"",
    participants: bytes = b"",
    language: str = "en",
    title: str = "",
) -> Consultation:
    """Make a living consultation of a Polis export, with its whole history. Its answers are public, as the export is.

    people: its `participants-votes.csv`; participants: `participants.csv`, what people said about themselves, a column for each
    question. It becomes the consultation's questions about participants, and is shown as sums alone. Raises FaultyFiles.
    """
    if language not in {code for code, _word in settings.LANGUAGES}:
        raise Refused(_("Choose one of the site’s languages."), field="language")
    if not comments.strip() or not votes.strip():
        raise Refused(_("There is nothing in these files."), field="votes" if comments.strip() else "comments")
    files = {polis.COMMENTS: comments, polis.VOTES: votes, polis.PEOPLE: people, polis.SUMMARY: summary}
    export = polis.read({**files, declared.FILE: participants})
    if not export.rows or not export.votes:
        raise Refused(_("There is nothing in these files."), field="votes")
    if len(export.rows) > MOST_STATEMENTS or max(row.number for row in export.rows) >= 2**31 - 1:
        raise Refused(
            _("A consultation has at most %(most)d statements.") % {"most": MOST_STATEMENTS}, field="comments"
        )
    if min(min(event.participant, event.statement) for event in export.votes) < 0:
        raise Refused(_("Participants and statements have numbers from 0 on."), field="votes")
    topic = " ".join((title or export.title or _("An imported consultation")).split())[:200]
    background = clean_text(export.description, most=10**9, field="summary", empty=True)[:LONGEST_BACKGROUND]
    terms = Terms(
        title=Text.of(clean_line(topic, most=200, field="title"), language),
        background=Text.of(background, language) if background else Text(language),
        policy=Text(),
        languages=(language,),
        entry=Entry.OPEN.value,
        moderating=Moderating.AFTER.value,
        showing=Showing.LIVE.value,
        votes_published=True,
        proposals=True,
        opens_on=None,
        proposals_until=None,
        closes_on=None,
        blocked=(),
        embed_in=(),
        segments=segment_terms(by, [_asked(question, language) for question in export.declared.questions]),
    )
    made = record_created(
        by,
        terms,
        source=clean_line(export.url, most=500, field="summary", empty=True) or "Polis",
        attribution=clean_line(export.attribution, most=500, field="summary", empty=True),
    )
    entries = tuple(
        ImportedStatement(
            id=new_id(by.now),
            number=row.number,
            text=Text.of(row.text, language),
            decision=row.decision.value,
            meta=row.meta,
            seed=row.seed,
            proposed_at=row.at,
        )
        for row in export.rows
    )
    record(by, StatementsImported(consultation=made.id, statements=entries))
    record(by, ConsultationOpened(consultation=made.id, terms=terms_of(made), again=False))
    made.refresh_from_db()
    _note_authors(made, export, by.now)
    _load(made, export)
    return made


def _asked(question: tuple[str, tuple[str, ...]], language: str) -> SegmentAsked:
    words, answers = question
    return SegmentAsked(
        question=Text.of(words, language), labels=tuple(Text.of(answer, language) for answer in answers)
    )


@applies(StatementsImported)
def _apply_statements_imported(stated: StatementsImported, recorded: Recorded) -> None:
    Statement.objects.bulk_create(
        Statement(
            id=entry.id,
            consultation_id=stated.consultation,
            number=entry.number,
            text=entry.text,
            decision=entry.decision,
            seed=entry.seed,
            meta=entry.meta,
            shown=True,
            proposed_at=entry.proposed_at or recorded.time,
            decided_at=recorded.time if entry.decision != Decision.WAITING else None,
        )
        for entry in stated.statements
    )
    highest = max(entry.number for entry in stated.statements)
    Consultation.objects.filter(id=stated.consultation).update(next_number=highest + 1)


def _note_authors(made: Consultation, export: polis.Export, now: datetime) -> None:
    keys = dict(made.statements.values_list("number", "id"))
    Authorship.objects.bulk_create(
        Authorship(statement_id=keys[row.number], consultation=made, participant=row.author, at=row.at or now)
        for row in export.rows
        if row.author is not None and 0 <= row.author < 2**63
    )


def _load(made: Consultation, export: polis.Export) -> None:
    """Put the answers into the box before the record says that they are there; what cannot be kept is taken out again."""
    box = the_box()
    try:
        questions = [question for question, _answers in export.declared.questions]
        box.open_consultation(made.id, title=made.title.original, floor=FLOOR, segments=questions)
        rows = made.statements.order_by("number")
        box.set_statements(made.id, [listed(row) for row in rows])
        box.load(made.id, export.votes, traits=export.declared.said)
    except BaseException:
        box.discard(made.id)
        raise
