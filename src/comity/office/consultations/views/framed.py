"""A consultation in a frame of another site: no cookie, no sign-in. Who somebody is comes from that site, or from this browser's store.

A ticket says who asks. It is in the page or in the body of a request, never in a cookie, so no other site can send one for somebody:
what is asked for with a ticket needs no token against forged requests.
"""

from __future__ import annotations

from typing import Any, cast

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from comity.ballot_box import Answer, BoxRefuses, Refusal, new_participant
from comity.groundwork.pages import Request
from comity.groundwork.refusals import NotAllowed, Refused
from comity.office.consultations import actions, participants
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Consultation
from comity.office.consultations.queries import results as of_results
from comity.office.consultations.queries import statements as of_statements
from comity.office.consultations.views.overview import found_here
from comity.office.consultations.views.taking_part import VOTES, open_here, refusal_sentence, whole
from comity.office.consultations.vocabulary import Entry, Stage


def framed(
    request: Request, current: Consultation, template: str, page: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page that the sites which the consultation names may show in a frame, and nobody else."""

    @never_cache
    @xframe_options_exempt
    @csp_replace({"frame-ancestors": current.embed_in or ["'none'"]})
    def answer(_request: HttpRequest) -> HttpResponse:
        return render(request, template, {"current": current, **page}, status=status)

    return cast("HttpResponse", answer(request))


def _refused(request: Request, current: Consultation, refused: Refused) -> HttpResponse:
    """Why not, within the frame: the site's own page of refusals cannot be shown in one."""
    status = 403 if isinstance(refused, NotAllowed) else 409
    return framed(request, current, "consultations/embed.html", {"refused": refused}, status)


def embed(request: Request, key: str) -> HttpResponse:
    """One statement at a time. `?who=`, `until=`, `sign=`: as `participants.signature` says; asked for where the embedding site names
    its people.
    """
    current = found_here(request, key)
    try:
        page = _to_answer(request, open_here(request, key))
    except Refused as refused:
        return _refused(request, current, refused)
    return framed(request, current, "consultations/embed.html", page)


def _to_answer(request: Request, current: Consultation) -> dict[str, Any]:
    if current.entry == Entry.EMBEDDED:
        who, until, sign = (request.GET.get(name, "") for name in ("who", "until", "sign"))
        number = participants.of_embedded(current, who, until, sign, request.actor.now)
        if participants.is_removed(current, number):
            raise NotAllowed(refusal_sentence(Refusal.BARRED))
    elif current.entry == Entry.OPEN:
        number = new_participant()
    else:
        raise Refused(_("This consultation is not one that another site can show: open it here."))
    answered = the_box().mine(current.id, number)
    asked = of_statements.asked_of(current)
    latest = of_results.latest(current)
    following = of_statements.to_ask(asked, answered, number, latest.result if latest else None)
    return {
        "shown": following[0] if following else None,
        "done": sum(row.number in answered for row in asked),
        "all": len(asked),
        "ticket": participants.ticket_for(current.id, number, request.actor.now),
        "kept": current.entry == Entry.OPEN,
    }


@csrf_exempt
def embedded_mine(request: Request, key: str) -> HttpResponse:
    """What one answered, by the ticket that is sent, to read over, change and take back."""
    current = found_here(request, key)
    try:
        page = _mine(request, current)
    except Refused as refused:
        return _refused(request, current, refused)
    return framed(request, current, "consultations/embedded_mine.html", page)


def _mine(request: Request, current: Consultation) -> dict[str, Any]:
    ticket, done = request.POST.get("ticket", ""), ""
    number = participants.holder(current.id, ticket, request.actor.now)
    if participants.is_removed(current, number):
        raise NotAllowed(refusal_sentence(Refusal.BARRED))
    statement, vote = whole(request.POST.get("statement")), VOTES.get(request.POST.get("vote", ""))
    if statement is not None and vote is not None:
        done = _change(current, number, Answer(statement=statement, vote=vote))
    elif request.POST.get("sure"):
        actions.withdraw(by=request.actor, consultation=current.id, ticket=ticket)
        done = _("Your answers were taken out.")
    answered = the_box().mine(current.id, number) if current.stage != Stage.DRAFT else {}
    rows = {row.number: row for row in current.statements.filter(number__in=list(answered))}
    return {
        "ticket": ticket,
        "done": done,
        "answers": [(rows[n], given) for n, given in sorted(answered.items()) if n in rows and given.vote is not None],
        "open": current.stage == Stage.OPEN,
        "may_withdraw": current.stage in {Stage.OPEN, Stage.CLOSED},
    }


def _change(current: Consultation, number: int, answer: Answer) -> str:
    """Take another answer; what is said of it. What was marked as important stays so. Raises Refused."""
    before = the_box().mine(current.id, number).get(answer.statement)
    given = Answer(answer.statement, answer.vote, before.important if before is not None else False)
    try:
        receipt = the_box().cast(current.id, number, [given])
    except BoxRefuses as refused:
        raise Refused(refusal_sentence(refused.why)) from refused
    return refusal_sentence(receipt.refused[0].why) if receipt.refused else _("Your answer was changed.")
