"""Pages for moderators: the queue, and one page for each decision on a statement."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do, version
from comity.groundwork.pages import Request, act_page, found_or_refused, text_given
from comity.office.consultations import actions
from comity.office.consultations.forms import (
    AcceptForm,
    MergeForm,
    ReasonForm,
    RemoveAuthorForm,
    RewordForm,
    SplitForm,
    SureForm,
)
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.queries import consultations
from comity.office.consultations.queries import statements as of_statements
from comity.office.consultations.views.overview import found_here, found_statement
from comity.office.consultations.vocabulary import Decision

MOST_OFFERED = 500
"""Statements among which the one that stays can be chosen."""


def _for_moderators(request: Request, key: str) -> Consultation:
    current = found_here(request, key)
    return found_or_refused(current if consultations.moderates(current, request.actor) else None)


def queue(request: Request, key: str) -> HttpResponse:
    """What waits: how much, who looks at how many, and what whoever asks has taken."""
    current = _for_moderators(request, key)
    page = {
        "current": current,
        "waiting": of_statements.waiting(current),
        "holders": of_statements.holders(current, request.actor.now),
        "claimed": of_statements.claimed(current, request.actor),
        "may_claim": may_do(request.actor, "consultations.claim", consultation=current.id),
    }
    return render(request, "consultations/queue.html", page)


def claim(request: Request, key: str) -> HttpResponse:
    """Taking statements from the queue."""
    current = _for_moderators(request, key)
    return act_page(
        request,
        SureForm,
        lambda _values: actions.claim(by=request.actor, consultation=current.id),
        act="consultations.claim",
        title=_("Take statements from the queue"),
        lede=_("The ten oldest that nobody else looks at are yours for twenty minutes."),
        button=_("Take ten"),
        done=_("These are yours now."),
        after="consultations:queue",
        after_args=[key],
    )


def _to_moderate(request: Request, key: str) -> Statement:
    row = found_statement(request, key)
    seen = row if row.erased_at is None and consultations.moderates(row.consultation, request.actor) else None
    return found_or_refused(seen)


def _after(row: Statement) -> dict[str, Any]:
    """Where a decision leads: on in the queue if the statement waited, else to its page."""
    if row.decision == Decision.WAITING:
        return {"after": "consultations:queue", "after_args": [row.consultation_id]}
    return {"after": "consultations:statement", "after_args": [row.id]}


def accept(request: Request, key: str) -> HttpResponse:
    """Accepting a statement."""
    row = _to_moderate(request, key)
    return act_page(
        request,
        AcceptForm,
        lambda values: actions.accept(
            by=request.actor,
            consultation=row.consultation_id,
            statement=key,
            meta=values["meta"],
            reason=values["reason"],
            seen=values["seen"],
        ),
        act="consultations.accept",
        title=_("Accept “%(statement)s”") % {"statement": row.text},
        button=_("Accept"),
        done=_("The statement was accepted."),
        consequence=_("From now on people are asked it."),
        initial={"meta": row.meta, "seen": version(row.ref)},
        **_after(row),
    )


def reject(request: Request, key: str) -> HttpResponse:
    """Rejecting a statement."""
    row = _to_moderate(request, key)
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.reject(
            by=request.actor,
            consultation=row.consultation_id,
            statement=key,
            reason=values["reason"],
            seen=values["seen"],
        ),
        act="consultations.reject",
        title=_("Reject “%(statement)s”") % {"statement": row.text},
        button=_("Reject"),
        done=_("The statement was rejected."),
        consequence=_("Nobody is asked it any more. Its author reads the reason. It can be accepted later."),
        initial={"seen": version(row.ref)},
        **_after(row),
    )


def merge(request: Request, key: str) -> HttpResponse:
    """Merging a duplicate."""
    row = _to_moderate(request, key)
    near = of_statements.alike(row.consultation, row.text.original, most=20, at_least=0.0)
    first = [other.id for other, _score in near]
    others = [other for other in of_statements.asked_of(row.consultation) if other.id not in first]
    offered = [other for other, _score in near] + others
    choices = [
        (other.id, f"{other.number}. {other.text}")
        for other in offered
        if other.id != row.id and other.decision == Decision.ACCEPTED
    ]

    def prepare(form: MergeForm) -> None:
        form.fields["into"].choices = choices[:MOST_OFFERED]  # type: ignore[attr-defined]  # a ChoiceField

    return act_page(
        request,
        MergeForm,
        lambda values: actions.merge(
            by=request.actor,
            consultation=row.consultation_id,
            statement=key,
            into=values["into"],
            reason=values["reason"],
            seen=values["seen"],
        ),
        act="consultations.merge",
        title=_("Merge “%(statement)s”") % {"statement": row.text},
        lede=_("Into a statement that says the same. Those that are most alike come first."),
        button=_("Merge"),
        done=_("The statement was merged."),
        consequence=_("Nobody is asked it any more. What was answered to it stays with the words that people read."),
        prepare=prepare,
        initial={"seen": version(row.ref)},
        **_after(row),
    )


def split(request: Request, key: str) -> HttpResponse:
    """Putting one or several statements in the place of one."""
    row = _to_moderate(request, key)

    def does(values: dict[str, Any]) -> None:
        texts = [text_given(line, row.text.original_language) for line in values["texts"]]
        actions.split(
            by=request.actor,
            consultation=row.consultation_id,
            statement=key,
            texts=texts,
            reason=values["reason"],
            seen=values["seen"],
        )

    return act_page(
        request,
        SplitForm,
        does,
        act="consultations.split",
        title=_("Replace “%(statement)s”") % {"statement": row.text},
        lede=_("By one statement in better words, or by several that each say one thing."),
        button=_("Replace"),
        done=_("The statement was replaced."),
        consequence=_(
            "People are asked the new ones. What was answered to the old one stays with the words that people read."
        ),
        initial={"texts": row.text.original, "seen": version(row.ref)},
        **_after(row),
    )


def reword(request: Request, key: str) -> HttpResponse:
    """Rewording a statement that nobody was asked yet."""
    row = _to_moderate(request, key)
    return act_page(
        request,
        RewordForm,
        lambda values: actions.reword(
            by=request.actor,
            consultation=row.consultation_id,
            statement=key,
            text=text_given(values["text"], current=row.text),
            reason=values["reason"],
            seen=values["seen"],
        ),
        act="consultations.reword",
        title=_("Reword “%(statement)s”") % {"statement": row.text},
        button=_("Reword"),
        done=_("The statement was reworded. It still waits to be accepted."),
        consequence=_("Its author reads the new words and the reason."),
        initial={"text": row.text.original, "seen": version(row.ref)},
        **_after(row),
    )


def erase(request: Request, key: str) -> HttpResponse:
    """Erasing a statement's text."""
    row = _to_moderate(request, key)
    return act_page(
        request,
        RemoveAuthorForm,
        lambda values: actions.erase_statement(
            by=request.actor, consultation=row.consultation_id, statement=key, reason=values["reason"]
        ),
        act="consultations.erase_statement",
        title=_("Erase the text of “%(statement)s”") % {"statement": row.text},
        button=_("Erase"),
        done=_("The text was erased."),
        after="consultations:consultation",
        after_args=[row.consultation_id],
        consequence=_(
            "Its words leave the tables and every event; the record still verifies. Nobody is asked it any more."
        ),
        grave=True,
    )


def remove_author(request: Request, key: str) -> HttpResponse:
    """Removing whoever wrote a statement."""
    row = _to_moderate(request, key)
    return act_page(
        request,
        RemoveAuthorForm,
        lambda values: actions.remove_participant(
            by=request.actor, consultation=row.consultation_id, statement=key, reason=values["reason"]
        ),
        act="consultations.remove_participant",
        title=_("Remove the author of “%(statement)s”") % {"statement": row.text},
        button=_("Remove the participant"),
        done=_("The participant was removed."),
        after="consultations:statement",
        after_args=[key],
        consequence=_(
            "All their answers are taken out, exactly, and they cannot answer again. Nobody learns who they are or what they "
            "answered. Their statements stay until you decide on each."
        ),
        grave=True,
    )
