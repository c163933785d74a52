"""Consensus as readers see it: objections that stand, what was found, who stands apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor, may_do
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.refs import Kind, Names, Ref, register_kind
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.decisions.models.consensus import (
    DISSOCIATION,
    ConsensusOutcome,
    Dissociation,
    FormalObjection,
)
from comity.office.decisions.models.question import QUESTION, Question
from comity.office.decisions.queries import reading
from comity.office.decisions.vocabulary import QuestionStage
from comity.office.members.queries.parties import party_names
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION

SPEAKING = {HEAD_OF_DELEGATION.name, DELEGATE.name}


def standing_objections(question: Question) -> dict[str, str]:
    """Reasons of formal objections that stand, by id of the party. One query."""
    rows = FormalObjection.objects.filter(question=question, withdrawn_at__isnull=True).order_by("id")
    return {row.party_id: row.reason.original for row in rows}


reading.OBJECTIONS.append(standing_objections)


def spoken_for(actor: Actor) -> list[str]:
    """Ids of the parties for which somebody speaks. No query."""
    return sorted({Ref.parse(at).id for role, at in actor.grants if at and role in SPEAKING})


@dataclass(frozen=True, slots=True)
class Objected:
    """A formal objection with the name of who made it. own: by a delegation for which the reader speaks."""

    row: FormalObjection
    name: str
    own: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """A statement of dissociation."""

    row: Dissociation
    name: str


def _panel(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    question = Question.objects.filter(id=ref.id).first() if ref is not None else None
    if question is None:
        return None
    objections = list(question.formal_objections.select_related("part").order_by("id"))
    apart = list(question.dissociations.order_by("id"))
    names = party_names({row.party_id for row in objections} | {row.party_id for row in apart})
    own = set(spoken_for(actor))
    where = {"question": question.id, "body": question.body_id, "meeting": question.meeting}
    put = question.stage == QuestionStage.PUT
    adopted = question.stage == QuestionStage.DECIDED and question.verdict == "adopted"
    page = {
        "question": question,
        "objections": [Objected(row, names[row.party_id], row.party_id in own) for row in objections],
        "apart": [Apart(row, names[row.party_id]) for row in apart],
        "adopted_so": ConsensusOutcome.objects.filter(question=question).first(),
        "may_object": put and bool(own),
        "may_adopt": put and may_do(actor, "decisions.adopt_without_vote", **where),
        "may_dissociate": adopted and bool(own),
    }
    asked = any(page[key] for key in ("objections", "apart", "adopted_so", "may_object", "may_adopt", "may_dissociate"))
    return page if asked else None


register_panel(Panel(QUESTION, 35, "decisions/_consensus.html", _panel))


def _names(ids: Any) -> Names:
    rows = Dissociation.objects.filter(id__in=list(ids))
    names = party_names({row.party_id for row in rows})
    return {row.id: names[row.party_id] for row in rows}


register_kind(Kind(DISSOCIATION, gettext_lazy("statement of dissociation"), _names))


def _of_question(row: Any) -> str:
    return str(row.question.audience)


register_translatable(
    [Translatable(DISSOCIATION, Dissociation, "text", gettext_lazy("statement of dissociation"), _of_question)]
)
for _model in (FormalObjection, ConsensusOutcome, Dissociation):
    register_table(_model, _of_question, related=("question",))
