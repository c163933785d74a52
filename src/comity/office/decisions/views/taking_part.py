"""Pages for delegations: vote, explain, correct, give a proxy. The page for voting works without script, and on a bad link with it."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from comity.groundwork import live
from comity.groundwork.acts import check_may
from comity.groundwork.ids import new_id
from comity.groundwork.pages import ActForm, Request, act_page, found_or_refused, offer
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.translated import Text
from comity.office.charter.telling import rule_told
from comity.office.decisions import actions, forms
from comity.office.decisions.actions.casting import choices_of
from comity.office.decisions.models import Cast, Proxy, Vote
from comity.office.decisions.queries import questions, reading
from comity.office.decisions.queries.board import SIGNS
from comity.office.decisions.queries.electorate import names_of
from comity.office.decisions.views.overview import found_vote
from comity.office.decisions.vocabulary import VoteStage, When
from comity.office.decisions.words import choice_word


def _votes_of(request: Request, vote: Vote) -> list[dict[str, str]]:
    """For whom whoever asks votes: own parties first, then those whose proxies these hold. party: who casts; instead_of: for whom."""
    own = questions.keys_for(request.actor, vote)
    given = {row.principal: row.holder for row in Proxy.objects.filter(vote=vote, withdrawn_at__isnull=True)}
    may = reading.voters(vote).may
    found = [{"member": key, "party": party, "instead_of": ""} for party, key in own.items() if key not in given]
    ids = {key: party for party, key in own.items()}
    held = [(principal, holder) for principal, holder in sorted(given.items()) if holder in ids]
    found += [{"member": p, "party": ids[h], "instead_of": vote.parties[p]} for p, h in held]
    return [one for one in found if one["member"] in may]


def mine(request: Request, key: str) -> HttpResponse:
    """Voting: which question, the choices, what is recorded. `?for=` chooses the member where somebody votes for several.

    `?choice=` asks to confirm; without script that is how a vote is given in two steps.
    """
    after = live.newest()
    vote = found_vote(request, key)
    check_may(request.actor, "decisions.cast")
    able = _votes_of(request, vote)
    names = names_of(vote.parties)
    voters = reading.voters(vote, names)
    asked = request.GET.get("for", "")
    chosen = next((one for one in able if one["member"] == asked), able[0] if able else None)
    cast = Cast.objects.filter(vote=vote, member=chosen["member"]).first() if chosen else None
    offered = [
        {"choice": choice, "word": choice_word(choice), "sign": SIGNS.get(choice, "◇")} for choice in choices_of(vote)
    ]
    wanted = request.GET.get("choice", "")
    barred = [voters.barred[k] for k in questions.keys_for(request.actor, vote).values() if k in voters.barred]
    page = {
        "vote": vote,
        "question": vote.question,
        "parts": list(vote.question.parts.filter(left_out=False).order_by("rank")),
        "rule": rule_told(reading.rule_of(vote), reading.charter_of(vote.question)),
        "able": [{**one, "name": names[one["member"]]} for one in able],
        "chosen": {**chosen, "name": names[chosen["member"]]} if chosen else None,
        "cast": cast,
        "cast_word": choice_word(cast.choice) if cast else "",
        "cast_sign": SIGNS.get(cast.choice, "◇") if cast else "",
        "holder": names.get(cast.holder, "") if cast else "",
        "offered": offered,
        "main": offered[:3],
        "others": offered[3:],
        "confirming": next((one for one in offered if one["choice"] == wanted), None),
        "needs_reason": list(reading.rule_of(vote).reasons),
        "press": new_id(request.actor.now),
        "seen": cast.number if cast else 0,
        "barred": barred,
        "open": vote.stage == VoteStage.OPEN,
        "live_after": after,
    }
    return render(request, "decisions/mine.html", page)


def cast(request: Request, key: str) -> HttpResponse:
    """One press of a button. With `Accept: application/json` the answer says what is recorded, or why nothing was."""
    vote = found_vote(request, key)
    if request.method != "POST":
        return redirect("decisions:mine", vote.id)
    asked_for_json = "application/json" in request.headers.get("Accept", "")
    party, instead_of = request.POST.get("party", ""), request.POST.get("instead_of", "")
    seen = request.POST.get("seen", "")
    try:
        actions.cast(
            by=request.actor,
            vote=vote.id,
            party=party,
            choice=request.POST.get("choice", ""),
            reason=request.POST.get("reason", ""),
            instead_of=instead_of,
            press=request.POST.get("press", ""),
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
        )
    except Refused as refused:
        if not asked_for_json or isinstance(refused, NotAllowed):
            raise
        return JsonResponse({"refused": str(refused)}, status=422)
    member = next((k for k, p in vote.parties.items() if p == (instead_of or party)), "")
    row = Cast.objects.get(vote=vote, member=member)
    if asked_for_json:
        told = {"recorded": row.choice, "word": choice_word(row.choice), "number": row.number, "press": row.press}
        return JsonResponse({**told, "at": row.cast_at.isoformat()})
    return redirect(f"{request.path.rsplit('/', 1)[0]}/mine?for={member}")


def _own_choices(request: Request, vote: Vote) -> list[tuple[str, str]]:
    """Parties for which whoever asks may speak in a vote: their own, or all for who writes down what happens."""
    names = names_of(vote.parties)
    own = set(questions.parties_of(request.actor))
    writes = questions.presides(request.actor, vote.question)
    found = [(party, names[key]) for key, party in vote.parties.items() if writes or party in own]
    return sorted(found, key=lambda choice: choice[1].casefold())


def explain(request: Request, key: str) -> HttpResponse:
    """An explanation of vote."""
    vote = found_vote(request, key)
    place = questions.place_in(request.actor, vote.question)
    when = When.BEFORE if vote.stage == VoteStage.OPEN else When.AFTER

    def prepare(form: forms.ExplainForm) -> None:
        offer(form, "party", _own_choices(request, vote))

    return act_page(
        request,
        forms.ExplainForm,
        lambda values: actions.explain(
            by=request.actor,
            vote=vote.id,
            party=values["party"],
            text=Text.of(values["text"], values["language"]),
            when=when.value,
            **place,
        ),
        act="decisions.explain",
        title=_("Explain a vote on “%(question)s”") % {"question": vote.question.title},
        lede=str(when.label),
        done=_("The explanation is in the record."),
        after="decisions:vote",
        after_args=[vote.id],
        prepare=prepare,
    )


def correct(request: Request, key: str) -> HttpResponse:
    """A correction, which changes nothing but the record."""
    vote = found_vote(request, key)
    place = questions.place_in(request.actor, vote.question)

    def prepare(form: forms.CorrectForm) -> None:
        offer(form, "party", _own_choices(request, vote))
        offered = [(choice, choice_word(choice)) for choice in choices_of(vote)]
        offer(form, "intended", offered)

    return act_page(
        request,
        forms.CorrectForm,
        lambda values: actions.correct(
            by=request.actor,
            vote=vote.id,
            party=values["party"],
            intended=values["intended"],
            note=values["note"],
            **place,
        ),
        act="decisions.correct",
        title=_("Note how a delegation had meant to vote"),
        consequence=_(
            "The result of the vote does not change. The note stands beside the vote in the record, for all to read."
        ),
        done=_("The note is in the record."),
        after="decisions:vote",
        after_args=[vote.id],
        prepare=prepare,
    )


def give_proxy(request: Request, key: str) -> HttpResponse:
    """A member gives its vote to another."""
    vote = found_vote(request, key)
    place = questions.place_in(request.actor, vote.question)
    names = names_of(vote.parties)
    everybody = sorted(((vote.parties[k], name) for k, name in names.items()), key=lambda c: c[1].casefold())

    def prepare(form: forms.ProxyForm) -> None:
        offer(form, "party", _own_choices(request, vote))
        offer(form, "holder", everybody)

    return act_page(
        request,
        forms.ProxyForm,
        lambda values: actions.give_proxy(
            by=request.actor, vote=vote.id, party=values["party"], holder=values["holder"], note=values["note"], **place
        ),
        act="decisions.give_proxy",
        title=_("Give a proxy in this vote"),
        done=_("The proxy is in the record."),
        after="decisions:vote",
        after_args=[vote.id],
        prepare=prepare,
    )


def withdraw_proxy(request: Request, key: str) -> HttpResponse:
    """A member takes its vote back."""
    held = found_or_refused(questions.proxy(key, request.actor))
    vote = held.vote
    return act_page(
        request,
        ActForm,
        lambda values: actions.withdraw_proxy(
            by=request.actor,
            proxy=held.id,
            party=vote.parties[held.principal],
            **questions.place_in(request.actor, vote.question),
        ),
        act="decisions.withdraw_proxy",
        title=_("Take a proxy back"),
        consequence=_("What was cast by it no longer counts. The member votes itself, as long as the vote is open."),
        button=_("Take it back"),
        done=_("The proxy was taken back."),
        after="decisions:vote",
        after_args=[vote.id],
    )
