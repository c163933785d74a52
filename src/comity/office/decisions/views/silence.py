"""Pages of silence procedures: the list, one with its clocks and parts, and what delegations and the secretariat do there."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from comity.groundwork.acts import check_may, may_do
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.live import newest
from comity.groundwork.pages import (
    ActForm,
    Request,
    act_page,
    found_or_refused,
    offer,
    page_of_list,
    part_of_timeline,
    text_given,
)
from comity.office.charter.telling import rule_told
from comity.office.decisions import actions
from comity.office.decisions.capitals import prepare
from comity.office.decisions.clock import faster
from comity.office.decisions.forms_silence import (
    BreakForm,
    ExtendForm,
    OpenSilenceForm,
    PartyForm,
    ReasonForm,
    parts_asked,
    voting_rules,
)
from comity.office.decisions.models.silence import Silence
from comity.office.decisions.moments import period_text
from comity.office.decisions.queries import silence as queries
from comity.office.decisions.queries.questions import bodies_of, body_choices_of
from comity.office.decisions.vocabulary_silence import Naming, SilenceStage, Then
from comity.office.decisions.words import part_word

WHOLE = "whole"
"""In the form that breaks silence: the whole text, where a part has its id."""


def listing(request: Request) -> HttpResponse:
    """All silence procedures."""
    page = {
        "listing": page_of_list(request, queries.listing(request.actor)),
        "may_open": bodies_of(request.actor) != set(),
    }
    return render(request, "decisions/silences.html", page)


def found_here(request: Request, key: str) -> Silence:
    """The silence procedure, or the page that says that there is none for this reader. Raises NotFound."""
    return found_or_refused(queries.silence(key, request.actor))


def silence(request: Request, key: str) -> HttpResponse:
    """A text under silence: until when, for whom, what was said against it, what came of it."""
    live_after = newest()
    current = found_here(request, key)
    names = queries.members_of(current)
    confirmed, asked, receipts = queries.receipts(current, request.actor, names)
    ruled = queries.rule_of(current)
    running = current.stage == SilenceStage.RUNNING and request.actor.now <= current.deadline
    speaks = queries.spoken_for(current, request.actor)
    seen = set(current.receipts.filter(party_id__in=speaks).values_list("party_id", flat=True))
    clocks = queries.clocks(current, names)
    parts = queries.seen_parts(current, request.actor, names)
    own = {current.parties[one.member]: one for one in clocks}
    decisive = [one.name for one in clocks if one.decisive]
    page = {
        "live_after": live_after,
        "current": current,
        "running": running,
        "waiting": current.stage == SilenceStage.RUNNING and not running,
        "rule": rule_told(ruled[1], ruled[0]) if ruled else current.rule,
        "charter": ruled[0] if ruled else None,
        "parts": parts,
        "untouched": not any(one.breaks for one in parts),
        "clocks": clocks,
        "period": period_text(current.period),
        "own_clocks": [own[party] for party in speaks],
        "decisive": decisive[:5],
        "more_decisive": len(decisive) > 5,
        "without": [one.name for one in clocks if not one.own],
        "confirmed": confirmed,
        "asked": asked,
        "receipts": receipts,
        "question": queries.question_from(current),
        "may_confirm": running and bool(set(speaks) - seen),
        "confirmed_own": bool(speaks) and set(speaks) <= seen,
        "breakable": queries.breakable(current, request.actor) if running else set(),
        "may_extend": running and may_do(request.actor, "decisions.extend_silence", silence=key, body=current.body_id),
        "remaining": max(0, int((current.deadline - request.actor.now).total_seconds())),
        **part_of_timeline(request, size=10, about=current.ref),
    }
    return render(request, "decisions/silence.html", page)


def open_silence(request: Request) -> HttpResponse:
    """Laying a text before a body."""
    made: list[Silence] = []

    def does(values: dict[str, Any]) -> None:
        language = values["language"]
        made.append(
            actions.open_silence(
                by=request.actor,
                body=values["body"],
                title=text_given(values["title"], language),
                background=text_given(values["background"], language) if values["background"] else None,
                parts=parts_asked(values["parts"], language),
                rule=values["rule"],
                naming=values["naming"],
                then=values["then"],
                then_rule=values["then_rule"],
                audience=values["audience"],
            )
        )

    check_may(request.actor, "decisions.open_silence")
    prepare(request.actor.now)
    seconds = faster()
    answer = act_page(
        request,
        OpenSilenceForm,
        does,
        act="decisions.open_silence",
        title=_("Lay a text under silence"),
        lede=_("It is adopted at the deadline unless a member breaks silence. Every delegation is told by mail."),
        button=_("Begin"),
        done=_("Silence has begun; every delegation is being told."),
        after="decisions:silences",
        consequence=" ".join(
            [
                _("The text, the rule and who is named cannot change after this. The deadline can be moved on."),
                *(
                    [_("Clocks run faster here: a day lasts %(seconds)d seconds.") % {"seconds": seconds}]
                    if seconds
                    else []
                ),
            ]
        ),
        prepare=lambda form: offer(form, "body", body_choices_of(request.actor)),
        initial={
            "naming": Naming.AFTER,
            "then": Then.VOTE,
            "then_rule": next((key for key, _title in voting_rules()), ""),
            "audience": PUBLIC,
        },
    )
    return redirect("decisions:silence", made[0].id) if made else answer


def _choices(current: Silence, parties: list[str]) -> list[tuple[str, str]]:
    names = queries.members_of(current)
    by_party = {party: names.get(key, key) for key, party in current.parties.items()}
    return [(party, by_party[party]) for party in parties]


def confirm_receipt(request: Request, key: str) -> HttpResponse:
    """Confirming that a delegation has the text before it."""
    current = found_here(request, key)
    speaks = queries.spoken_for(current, request.actor)

    def prepare(form: PartyForm) -> None:
        offer(form, "party", _choices(current, speaks))

    return act_page(
        request,
        PartyForm,
        lambda values: actions.confirm_receipt(by=request.actor, silence=key, party=values["party"]),
        act="decisions.confirm_receipt",
        title=_("Confirm receipt of “%(title)s”") % {"title": current.title},
        button=_("Confirm"),
        done=_("Receipt is confirmed."),
        after="decisions:silence",
        after_args=[key],
        consequence=_("This says that your delegation has the text before it, and nothing on what it thinks of it."),
        prepare=prepare,
    )


def break_silence(request: Request, key: str) -> HttpResponse:
    """Breaking silence."""
    current = found_here(request, key)
    speaks = queries.spoken_for(current, request.actor, breaking=True)
    open_to = queries.breakable(current, request.actor)
    parts = [part for part in current.parts.order_by("rank") if part.id in open_to]
    whole = [(WHOLE, _("the whole text"))] if None in open_to else []

    def prepare(form: BreakForm) -> None:
        offer(form, "party", _choices(current, speaks))
        offer(
            form,
            "part",
            [
                *((part.id, f"{part_word(part.reference)} {part.label}".strip()) for part in parts),
                *whole,
            ],
        )

    def does(values: dict[str, Any]) -> None:
        language = values["language"]
        actions.break_silence(
            by=request.actor,
            silence=key,
            party=values["party"],
            part="" if values["part"] == WHOLE else values["part"],
            reason=text_given(values["reason"], language),
            wording=text_given(values["wording"], language) if values["wording"] else None,
        )

    told = {
        Naming.AT_ONCE: _("Everybody sees at once that it was your delegation, and why."),
        Naming.AFTER: _(
            "Until silence ends only the secretariat sees that it was your delegation, and why; then everybody."
        ),
        Naming.NEVER: _("Only the secretariat sees that it was your delegation, and why."),
    }
    return act_page(
        request,
        BreakForm,
        does,
        act="decisions.break_silence",
        title=_("Break silence on “%(title)s”") % {"title": current.title},
        button=_("Break silence"),
        done=_("Silence is broken."),
        after="decisions:silence",
        after_args=[key],
        consequence=told[Naming(current.naming)] + " " + _("You can withdraw it until the deadline."),
        initial={"part": request.GET.get("part", WHOLE)},
        prepare=prepare,
    )


def withdraw_break(request: Request, key: str, broken: str) -> HttpResponse:
    """Withdrawing a break of silence."""
    current = found_here(request, key)
    row = found_or_refused(
        current.breaks.filter(id=broken, party_id__in=queries.spoken_for(current, request.actor, breaking=True)).first()
    )
    return act_page(
        request,
        ActForm,
        lambda _values: actions.withdraw_break(by=request.actor, broken=row.id, party=row.party_id),
        act="decisions.withdraw_break",
        title=_("Withdraw your break of silence on “%(title)s”") % {"title": current.title},
        button=_("Withdraw it"),
        done=_("It was withdrawn."),
        after="decisions:silence",
        after_args=[key],
        consequence=_("It no longer counts. That it was made and withdrawn stays in the record."),
    )


def extend(request: Request, key: str) -> HttpResponse:
    """Moving the deadline."""
    current = found_here(request, key)

    def does(values: dict[str, Any]) -> None:
        actions.extend_silence(
            by=request.actor,
            silence=key,
            period=f"{values['number']} {values['unit']}",
            reason=values["reason"],
            body=current.body_id,
        )

    return act_page(
        request,
        ExtendForm,
        does,
        act="decisions.extend_silence",
        title=_("Move the deadline of “%(title)s”") % {"title": current.title},
        button=_("Move it"),
        done=_("The deadline was moved; every delegation is being told."),
        after="decisions:silence",
        after_args=[key],
        consequence=_(
            "The further time is reckoned from the present deadline, as fairly to every capital as the first."
        ),
    )


def withdraw(request: Request, key: str) -> HttpResponse:
    """Withdrawing a text."""
    current = found_here(request, key)
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.withdraw_silence(
            by=request.actor, silence=key, reason=values["reason"], body=current.body_id
        ),
        act="decisions.withdraw_silence",
        title=_("Withdraw “%(title)s”") % {"title": current.title},
        button=_("Withdraw"),
        done=_("The text was withdrawn."),
        after="decisions:silence",
        after_args=[key],
        consequence=_("It is not adopted, and nothing follows. It cannot be taken up again under this deadline."),
        grave=True,
    )
