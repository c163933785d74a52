"""The ballot box beside the record: one call for it, and keeping it in step with what the record says of each consultation.

The box holds the answers and takes its orders from here: which consultations are open, which statements are asked, whose answers
are taken out. Every order bears repetition. It is given once the event is durable, and again at start and every few minutes, so
that a crash between the two heals.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from comity import opinion
from comity.ballot_box import BallotBox, Listed, at
from comity.groundwork.events import TextTranslated
from comity.groundwork.facts import Fact
from comity.groundwork.jobs import recurring
from comity.groundwork.log import Recorded, after_commit
from comity.groundwork.refs import Ref
from comity.office.consultations.events.consultations import (
    AnswersErased,
    AnswersSealed,
    ConsultationFrozen,
    FindingKept,
    OfConsultation,
)
from comity.office.consultations.events.statements import OfStatement, StatementsImported
from comity.office.consultations.models import STATEMENT, Consultation, Statement
from comity.office.consultations.vocabulary import Decision, Showing, Stage

FLOOR = 5
"""People on whom every published figure rests at least."""
LIVE = (Stage.OPEN, Stage.CLOSED)


def the_box() -> BallotBox:
    """The ballot box of this installation."""
    return at(Path(settings.COMITY_DATA), os.environ.get("COMITY_DATABASE_URL", ""))


def listed(statement: Statement) -> Listed:
    """A statement as the box and the opinion engine know it; the words of one that was rejected or erased stay here."""
    moderation = opinion.Moderation.UNMODERATED
    if statement.out:
        moderation = opinion.Moderation.REJECTED
    elif statement.decision == Decision.ACCEPTED:
        moderation = opinion.Moderation.ACCEPTED
    hidden = statement.erased_at is not None or statement.decision == Decision.REJECTED
    text = statement.text
    return Listed(
        opinion.Statement(
            id=statement.number,
            text="" if hidden else text.original,
            language="" if hidden else text.original_language,
            moderation=moderation,
            meta=statement.meta,
            seed=statement.seed,
            translations={}
            if hidden
            else {code: w.text for code, w in text.wordings.items() if code != text.original_language and w.text},
        ),
        statement.asked,
    )


def bring_in_step(current: Consultation) -> None:
    """Tell the box what the record says of a consultation. Nothing is told of one in preparation."""
    box = the_box()
    if current.stage in {Stage.FROZEN, Stage.ARCHIVED}:
        box.freeze(current.id)
        return
    if current.stage == Stage.DRAFT:
        return
    closes = None
    if current.closes_on is not None:
        closes = datetime.combine(current.closes_on + timedelta(days=1), time.min, UTC)
    segments = [str(segment.question.original) for segment in current.segments.order_by("rank")]
    box.open_consultation(
        current.id,
        closes=closes,
        title=current.title.original,
        floor=FLOOR,
        segments=segments,
        closed=current.stage == Stage.CLOSED,
        hidden=current.showing == Showing.FROZEN or (current.showing == Showing.CLOSED and current.stage == Stage.OPEN),
    )
    box.set_statements(current.id, [listed(row) for row in current.statements.filter(shown=True).order_by("number")])


@after_commit
def follow(_recorded: Recorded, stated: Fact) -> None:
    """After each event that changes what the box must know."""
    if isinstance(stated, AnswersErased | AnswersSealed | FindingKept):
        return
    if isinstance(stated, TextTranslated) and stated.thing.startswith(f"{STATEMENT}:"):
        row = Statement.objects.select_related("consultation").filter(id=Ref.parse(stated.thing).id).first()
        if row is not None and row.consultation.stage in LIVE:
            bring_in_step(row.consultation)
    elif isinstance(stated, OfConsultation | OfStatement | StatementsImported):
        current = Consultation.objects.filter(id=stated.consultation).first()
        if current is not None and (current.stage in LIVE or isinstance(stated, ConsultationFrozen)):
            bring_in_step(current)


@recurring("consultations.keep_box", timedelta(minutes=5))
def _keep_box(_now: datetime) -> None:
    unfinished = Q(stage=Stage.FROZEN, published="")
    for current in Consultation.objects.filter(unfinished | Q(stage__in=LIVE)).order_by("id"):
        bring_in_step(current)
