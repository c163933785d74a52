"""Pages of consensus: objecting, withdrawing that, adopting without a vote, standing apart."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comity.groundwork.pages import ActForm, Request, act_page, found_or_refused, offer, text_given
from comity.office.decisions import actions
from comity.office.decisions.forms_consensus import DissociateForm, ObjectForm
from comity.office.decisions.models.consensus import FormalObjection
from comity.office.decisions.models.question import Question
from comity.office.decisions.queries import consensus as queries
from comity.office.decisions.queries import questions
from comity.office.decisions.words import part_word
from comity.office.members.queries.parties import party_choices


def found_here(request: Request, key: str) -> Question:
    """The question, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(questions.question(key, request.actor))


def object_formally(request: Request, key: str) -> HttpResponse:
    """Objecting formally."""
    current = found_here(request, key)

    def prepare(form: ObjectForm) -> None:
        parts = [
            (part.id, f"{part_word(part.reference)} {part.label}".strip()) for part in current.parts.order_by("rank")
        ]
        offer(form, "party", party_choices(only=queries.spoken_for(request.actor)))
        offer(form, "part", [("", _("the whole text")), *parts])

    def does(values: dict[str, Any]) -> None:
        reason = text_given(values["reason"], values["language"])
        actions.object_formally(
            by=request.actor, question=key, party=values["party"], part=values["part"], reason=reason
        )

    return act_page(
        request,
        ObjectForm,
        does,
        act="decisions.object",
        title=_("Object formally to “%(title)s”") % {"title": current.title},
        button=_("Object"),
        done=_("The objection is recorded."),
        after="decisions:question",
        after_args=[key],
        consequence=_("While it stands there is no consensus. Everybody sees it, and you can withdraw it."),
        prepare=prepare,
    )


def withdraw_objection(request: Request, key: str) -> HttpResponse:
    """Withdrawing an objection."""
    own = queries.spoken_for(request.actor)
    row = found_or_refused(FormalObjection.objects.select_related("question").filter(id=key, party_id__in=own).first())
    return act_page(
        request,
        ActForm,
        lambda _values: actions.withdraw_objection(by=request.actor, objection=key, party=row.party_id),
        act="decisions.withdraw_objection",
        title=_("Withdraw your objection to “%(title)s”") % {"title": row.question.title},
        button=_("Withdraw it"),
        done=_("It was withdrawn."),
        after="decisions:question",
        after_args=[row.question_id],
        consequence=_("It no longer counts. That it was made and withdrawn stays in the record."),
    )


def adopt_without_vote(request: Request, key: str) -> HttpResponse:
    """Adopting by consensus."""
    current = found_here(request, key)
    return act_page(
        request,
        ActForm,
        lambda _values: actions.adopt_without_vote(
            by=request.actor, question=key, body=current.body_id, meeting=current.meeting
        ),
        act="decisions.adopt_without_vote",
        title=_("Adopt “%(title)s” without a vote") % {"title": current.title},
        button=_("Adopt it"),
        done=_("It was adopted by consensus."),
        after="decisions:question",
        after_args=[key],
        consequence=_(
            "Possible once whoever presides has found “consensus” in a ruling, and no formal objection stands."
        ),
        grave=True,
    )


def dissociate(request: Request, key: str) -> HttpResponse:
    """Standing apart."""
    current = found_here(request, key)

    def prepare(form: DissociateForm) -> None:
        parts = [
            (part.reference, f"{part_word(part.reference)} {part.label}".strip())
            for part in current.parts.order_by("rank")
        ]
        offer(form, "party", party_choices(only=queries.spoken_for(request.actor)))
        offer(form, "parts", parts)

    def does(values: dict[str, Any]) -> None:
        text = text_given(values["text"], values["language"])
        actions.dissociate(by=request.actor, question=key, party=values["party"], parts=values["parts"], text=text)

    return act_page(
        request,
        DissociateForm,
        does,
        act="decisions.dissociate",
        title=_("Dissociate from “%(title)s”") % {"title": current.title},
        button=_("State it"),
        done=_("The statement is in the record."),
        after="decisions:question",
        after_args=[key],
        consequence=_("The decision stays as it is; your statement stands beside it."),
        prepare=prepare,
    )
