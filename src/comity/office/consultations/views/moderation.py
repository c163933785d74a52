"""Pages for moderators: the queue, and one page for each decision on a statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork import live
from comity.groundwork.acts import may_do, version
from comity.groundwork.pages import ActForm, Request, act_page, found_or_refused, offer, text_given
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
from comity.office.consultations.queries.suspicion import suspicions
from comity.office.consultations.views.overview import found_here, found_statement
from comity.office.consultations.vocabulary import Decision

MOST_OFFERED = 500
"""Statements among which the one that stays can be chosen."""


def _for_moderators(request: Request, key: str) -> Consultation:
    current = found_here(request, key)
    return found_or_refused(current if consultations.moderates(current, request.actor) else None)


def queue(request: Request, key: str) -> HttpResponse:
    """What waits: how much, who looks at how many, and what whoever asks has taken."""
    live_after = live.newest()
    current = _for_moderators(request, key)
    page = {
        "live_after": live_after,
        "current": current,
        "waiting": of_statements.waiting(current),
        "holders": of_statements.holders(current, request.actor.now),
        "claimed": of_statements.claimed(current, request.actor),
        "may_claim": may_do(request.actor, "consultations.claim", consultation=current.id),
        "suspicions": suspicions(current),
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


def _deciding(
    request: Request,
    key: str,
    form: type[ActForm],
    does: Callable[..., Any],
    *,
    title: str,
    given: Callable[[Statement, dict[str, Any]], dict[str, Any]] = lambda _row, values: values,
    initial: Callable[[Statement], dict[str, Any]] = lambda _row: {},
    **words: Any,
) -> HttpResponse:
    """An act's page for a decision on a statement, which `title` names.

    given: the act's other arguments from what the form gives. initial: what the form shows at first. words: as `act_page` takes
    them. A decision leads on in the queue if the statement waited, else to its page.
    """
    row = _to_moderate(request, key)
    waited = row.decision == Decision.WAITING
    place = ("consultations:queue", row.consultation_id) if waited else ("consultations:statement", row.id)
    return act_page(
        request,
        form,
        lambda values: does(by=request.actor, consultation=row.consultation_id, statement=key, **given(row, values)),
        **{
            "title": title % {"statement": row.text},
            "initial": {"seen": version(row.ref), **initial(row)},
            "after": place[0],
            "after_args": [place[1]],
            **words,
        },
    )


def _reason_alone(_row: Statement, values: dict[str, Any]) -> dict[str, Any]:
    return {"reason": values["reason"]}


def accept(request: Request, key: str) -> HttpResponse:
    """Accepting a statement."""
    return _deciding(
        request,
        key,
        AcceptForm,
        actions.accept,
        act="consultations.accept",
        title=_("Accept “%(statement)s”"),
        button=_("Accept"),
        done=_("The statement was accepted."),
        consequence=_("From now on people are asked it."),
        initial=lambda row: {"meta": row.meta},
    )


def reject(request: Request, key: str) -> HttpResponse:
    """Rejecting a statement."""
    return _deciding(
        request,
        key,
        ReasonForm,
        actions.reject,
        act="consultations.reject",
        title=_("Reject “%(statement)s”"),
        button=_("Reject"),
        done=_("The statement was rejected."),
        consequence=_("Nobody is asked it any more. Its author reads the reason. It can be accepted later."),
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
        offer(form, "into", choices[:MOST_OFFERED])

    return _deciding(
        request,
        key,
        MergeForm,
        actions.merge,
        act="consultations.merge",
        title=_("Merge “%(statement)s”"),
        lede=_("Into a statement that says the same. Those that are most alike come first."),
        button=_("Merge"),
        done=_("The statement was merged."),
        consequence=_("Nobody is asked it any more. What was answered to it stays with the words that people read."),
        prepare=prepare,
    )


def split(request: Request, key: str) -> HttpResponse:
    """Putting one or several statements in the place of one."""

    def given(row: Statement, values: dict[str, Any]) -> dict[str, Any]:
        language = row.text.original_language
        return {**values, "texts": [text_given(line, language) for line in values["texts"]]}

    return _deciding(
        request,
        key,
        SplitForm,
        actions.split,
        act="consultations.split",
        title=_("Replace “%(statement)s”"),
        lede=_("By one statement in better words, or by several that each say one thing."),
        button=_("Replace"),
        done=_("The statement was replaced."),
        consequence=_(
            "People are asked the new ones. What was answered to the old one stays with the words that people read."
        ),
        given=given,
        initial=lambda row: {"texts": row.text.original},
    )


def reword(request: Request, key: str) -> HttpResponse:
    """Rewording a statement that nobody was asked yet."""
    return _deciding(
        request,
        key,
        RewordForm,
        actions.reword,
        act="consultations.reword",
        title=_("Reword “%(statement)s”"),
        button=_("Reword"),
        done=_("The statement was reworded. It still waits to be accepted."),
        consequence=_("Its author reads the new words and the reason."),
        given=lambda row, values: {**values, "text": text_given(values["text"], current=row.text)},
        initial=lambda row: {"text": row.text.original},
    )


def erase(request: Request, key: str) -> HttpResponse:
    """Erasing a statement's text."""
    return _deciding(
        request,
        key,
        RemoveAuthorForm,
        actions.erase_statement,
        act="consultations.erase_statement",
        title=_("Erase the text of “%(statement)s”"),
        button=_("Erase"),
        done=_("The text was erased."),
        after="consultations:consultation",
        after_args=[found_statement(request, key).consultation_id],
        consequence=_(
            "Its words leave the tables and every event; the record still verifies. Nobody is asked it any more."
        ),
        given=_reason_alone,
        grave=True,
    )


def remove_author(request: Request, key: str) -> HttpResponse:
    """Removing whoever wrote a statement."""
    return _deciding(
        request,
        key,
        RemoveAuthorForm,
        actions.remove_participant,
        act="consultations.remove_participant",
        title=_("Remove the author of “%(statement)s”"),
        button=_("Remove the participant"),
        done=_("The participant was removed."),
        after="consultations:statement",
        after_args=[key],
        consequence=_(
            "All their answers are taken out, exactly, and they cannot answer again. Nobody learns who they are or what they "
            "answered. Their statements stay until you decide on each."
        ),
        given=_reason_alone,
        grave=True,
    )
