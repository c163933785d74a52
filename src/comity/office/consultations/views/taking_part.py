"""Pages for participants: answering, writing a statement, saying something about oneself, seeing and taking back one's answers.

All of them work as plain forms. A small module (`answer.js`) takes over the answering where it can, so that answers queue on the
phone and go to the ballot box in batches. These pages are kept by nobody, and hold no name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comity.ballot_box import Answer, BoxRefuses, Refusal, new_participant
from comity.groundwork.pages import Request, act_page, offer
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.translated import Text
from comity.office.charter import telling
from comity.office.consultations import actions, participants
from comity.office.consultations.box import the_box
from comity.office.consultations.forms import CodeForm, FinalForm, ProposeForm
from comity.office.consultations.models import Consultation, Segment, Statement
from comity.office.consultations.queries import consultations
from comity.office.consultations.queries import results as of_results
from comity.office.consultations.queries import statements as of_statements
from comity.office.consultations.views.overview import found_here
from comity.office.consultations.vocabulary import Entry, Stage

AT_ONCE = 20
"""Statements that the module takes with it, for a link that breaks."""
LASTS = 400 * 24 * 3600
"""Seconds for which a browser keeps a participant's number."""


def refusal_sentence(why: Refusal) -> str:
    """Why the ballot box did not take something, for the person."""
    return {
        Refusal.TICKET: _("This page has lost its way: open the consultation again, and go on from there."),
        Refusal.EXPIRED: _("This page was open for too long: load it again, and go on from there."),
        Refusal.BARRED: _("You were removed from this consultation."),
        Refusal.CONSULTATION_UNKNOWN: _("This consultation takes no answers yet."),
        Refusal.NOT_YET_OPEN: _("This consultation takes no answers yet."),
        Refusal.CLOSED: _("This consultation is closed: it takes no answers any more."),
        Refusal.FROZEN: _("This consultation is closed: it takes no answers any more."),
        Refusal.STATEMENT_UNKNOWN: _("This statement is not asked any more; your other answers stand."),
        Refusal.STATEMENT_CLOSED: _("This statement is not asked any more; your other answers stand."),
        Refusal.MALFORMED: _("This answer could not be read: give it again."),
        Refusal.TOO_MANY: _("These are more answers than one person can give."),
        Refusal.TOO_FAST: _("These answers came faster than a person can read. Wait a moment, and go on."),
        Refusal.BUSY: _("Many people answer just now. Your answer was not taken: give it again in a moment."),
        Refusal.NO_ROOM: _(
            "No answers can be stored just now. Whoever runs this site has to make room; try again later."
        ),
        Refusal.STORE_AWAY: _("No answers can be stored just now. Try again in a minute."),
    }[why]


# --- who somebody is here ---


def _signer(consultation: str) -> Signer:
    return Signer(salt=f"comity.consultations.participant.{consultation}")


def _cookie(consultation: str) -> str:
    return f"part-{consultation}"


def known_participant(request: Request, current: Consultation) -> int | None:
    """Who asks, if they take part already. Raises NotAllowed where an account is asked for and there is none, or who was removed."""
    number = participants.by_account(current, request.actor)
    if number is None and current.entry == Entry.EMBEDDED:
        raise NotAllowed(_("Open this consultation on the site that shows it: there you are known."))
    if number is None:
        kept = request.COOKIES.get(_cookie(current.id), "")
        try:
            number = int(_signer(current.id).unsign(kept))
        except (BadSignature, ValueError):
            return None
    if participants.is_removed(current, number):
        raise NotAllowed(_("You were removed from this consultation."))
    return number


def remember(answer: HttpResponse, request: Request, current: Consultation, number: int) -> None:
    """Keep a participant's number in their browser, for this site alone; not where it follows from an account."""
    if current.entry in {Entry.OPEN, Entry.INVITED}:
        answer.set_cookie(
            _cookie(current.id),
            _signer(current.id).sign(str(number)),
            max_age=LASTS,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )


def _participant(request: Request, current: Consultation) -> int | None:
    """Who asks; somebody new where whoever has the link may take part; None where an invitation is wanted first."""
    number = known_participant(request, current)
    return new_participant() if number is None and current.entry == Entry.OPEN else number


def _to_join(current: Consultation) -> HttpResponseRedirect:
    return redirect("consultations:join", current.id)


class NotOpen(Refused):
    """A consultation takes no answers now."""


def open_here(request: Request, key: str) -> Consultation:
    """The consultation, if it takes answers now. Raises NotFound, NotOpen."""
    current = found_here(request, key)
    if current.stage != Stage.OPEN:
        raise NotOpen(
            _("This consultation takes no answers yet.")
            if current.stage == Stage.DRAFT
            else _("This consultation is closed: it takes no answers any more.")
        )
    return current


Page = Callable[[Request, str], HttpResponse]


def while_open(page: Page) -> Page:
    """A page for taking part. Whoever opens it by an old link finds the consultation, which says what came of it."""

    @wraps(page)
    def shown(request: Request, key: str) -> HttpResponse:
        try:
            return page(request, key)
        except NotOpen as why:
            if request.method not in {"GET", "HEAD"}:
                raise
            messages.info(request, str(why))
            return redirect("consultations:consultation", key)

    return shown


# --- answering ---


@never_cache
@while_open
def answer(request: Request, key: str) -> HttpResponse:
    """One statement at a time; `?statement=` asks for one by its number, answered before or not."""
    current = open_here(request, key)
    number = _participant(request, current)
    if number is None:
        return _to_join(current)
    if request.method == "POST":
        done = _take(request, current, number)
        remember(done, request, current, number)
        return done
    answered = the_box().mine(current.id, number)
    asked = of_statements.asked_of(current)
    wanted = whole(request.GET.get("statement"))
    again = next((row for row in asked if row.number == wanted and wanted in answered), None)
    latest = of_results.latest(current)
    following = (
        [again]
        if again is not None
        else of_statements.to_ask(asked, answered, number, latest.result if latest else None, first=wanted)
    )
    shown = following[0] if following else None
    done_already = sum(row.number in answered for row in asked)
    page = {
        "current": current,
        "shown": shown,
        "before": answered.get(shown.number) if shown is not None else None,
        "done": done_already,
        "all": len(asked),
        "last": whole(request.GET.get("last")),
        "ticket": participants.ticket_for(current.id, number, request.actor.now),
        "segments": current.segments.exists() and not the_box().traits(current.id, number),
        "results": of_results.may_see(current, request.actor),
    }
    shown_page = render(request, "consultations/answer.html", page)
    remember(shown_page, request, current, number)
    return shown_page


def _take(request: Request, current: Consultation, number: int) -> HttpResponse:
    statement, vote = whole(request.POST.get("statement")), VOTES.get(request.POST.get("vote", ""))
    if statement is None or vote is None:
        raise Refused(refusal_sentence(Refusal.MALFORMED))
    given = Answer(statement=statement, vote=vote, important=bool(request.POST.get("important")))
    try:
        receipt = the_box().cast(current.id, number, [given])
    except BoxRefuses as refused:
        raise Refused(refusal_sentence(refused.why)) from refused
    for one in receipt.refused:
        messages.warning(request, refusal_sentence(one.why))
    return redirect(f"{reverse('consultations:answer', args=[current.id])}?last={statement}")


VOTES = {"agree": 1, "pass": 0, "disagree": -1}
"""What the buttons of the form send."""


def whole(text: str | None) -> int | None:
    """A number of a statement as a page sends it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 9 else None


@never_cache
@require_GET
def following(request: Request, key: str) -> HttpResponse:
    """The next statements for the module, in the reader's language, with the originals of what was translated."""
    current = open_here(request, key)
    shown = request.headers.get("Authorization", "").removeprefix("Ballot ")
    number = participants.holder(current.id, shown, request.actor.now) if shown else known_participant(request, current)
    if number is None:
        raise NotAllowed(refusal_sentence(Refusal.TICKET))
    answered = the_box().mine(current.id, number)
    skipped = {one for text in request.GET.get("without", "").split(",")[:500] if (one := whole(text)) is not None}
    asked = of_statements.asked_of(current)
    latest = of_results.latest(current)
    rows = of_statements.to_ask(
        asked, {**answered, **dict.fromkeys(skipped)}, number, latest.result if latest else None, most=AT_ONCE
    )
    return JsonResponse({"statements": [_for_module(request, row) for row in rows], "all": len(asked)})


def _for_module(request: Request, row: Statement) -> dict[str, Any]:
    words, original = (
        render_to_string(f"consultations/{name}.html", {"row": row}, request).strip()
        for name in ("_words", "_original")
    )
    return {"n": row.number, "statement": words, "original": original}


# --- invitations ---


@never_cache
@while_open
def join(request: Request, key: str) -> HttpResponse:
    """Coming with an invitation."""
    current = open_here(request, key)
    if current.entry != Entry.INVITED or (request.method != "POST" and known_participant(request, current) is not None):
        return redirect("consultations:answer", key)
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:40]})
    if request.method == "POST" and form.is_valid():
        came = actions.participants.come(current, form.cleaned_data["code"], request.actor.now)
        if came is not None:
            _welcome(request, current, came)
            done = redirect("consultations:answer", key)
            remember(done, request, current, came.participant)
            return done
        form.add_error(
            "code",
            _(
                "This invitation is not one for this consultation, it has expired, or somebody has come with it already. If that was "
                "you, come with the code that you were given then."
            ),
        )
    page = {
        "form": form,
        "title": _("Take part in “%(consultation)s”") % {"consultation": current.title},
        "lede": _(
            "Whoever was invited takes part. The invitation is the row of letters and digits that you were sent."
        ),
        "button": _("Take part"),
        "back": reverse("consultations:consultation", args=[key]),
    }
    return render(request, "act.html", page, status=422 if request.method == "POST" else 200)


def _welcome(request: Request, current: Consultation, came: actions.participants.Came) -> None:
    """Tell somebody who comes for the first time how they come back, and what was stated about them."""
    if came.code:
        messages.success(
            request,
            _(
                "Your invitation is used up now, and nobody else can come with it. On another device, or if this browser forgets you, "
                "come back with a code that only you know: %(code)s. Write it down: it is not shown again."
            )
            % {"code": "-".join(came.code[at : at + 4] for at in range(0, len(came.code), 4))},
        )
    if came.said:
        segments = {segment.question.original: segment for segment in consultations.segments_of(current)}
        stated = [
            telling.headed(segments[question].question, label.word)
            for question, answer in came.said.items()
            for label in segments[question].labels.all()
            if label.word.original == answer
        ]
        messages.info(
            request,
            _(
                "Whoever invited you stated about you: %(stated)s. You can change it under “Say something about yourself”."
            )
            % {"stated": telling.several(stated)},
        )


# --- writing a statement ---


@never_cache
@while_open
def write(request: Request, key: str) -> HttpResponse:
    """Writing a statement: first those that say nearly the same are shown, then it is sent."""
    current = open_here(request, key)
    number = _participant(request, current)
    if number is None:
        return _to_join(current)
    form = ProposeForm(request.POST or None, initial={"language": _language(current)})
    offer(form, "language", _languages(current))
    alike: list[tuple[Statement, float]] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        alike = of_statements.alike(current, given["text"])
        if not alike or given["sure"]:
            ticket = participants.ticket_for(current.id, number, request.actor.now)
            if form.attempt(lambda values: _propose(request, current, ticket, values)):
                messages.success(request, _sent(current))
                done = redirect("consultations:mine", key)
                remember(done, request, current, number)
                return done
    page = {
        "current": current,
        "form": form,
        "alike": alike,
        "sure": bool(alike),
        "waits": current.moderating == "before",
    }
    shown = render(request, "consultations/write.html", page, status=422 if form.errors else 200)
    remember(shown, request, current, number)
    return shown


def _languages(current: Consultation) -> list[tuple[str, str]]:
    """The languages in which people can write."""
    return [(code, str(word)) for code, word in settings.LANGUAGES if code in current.languages]


def _language(current: Consultation) -> str:
    code = (get_language() or "en").split("-")[0]
    return code if code in current.languages else str(current.languages[0])


def _propose(request: Request, current: Consultation, ticket: str, values: dict[str, Any]) -> None:
    place = salted_hmac("comity.consultations.address", f"{current.id} {request.META.get('REMOTE_ADDR', '')}")
    actions.propose(
        by=request.actor,
        consultation=current.id,
        ticket=ticket,
        text=Text.of(values["text"], values["language"]),
        address=place.hexdigest(),
    )


def _sent(current: Consultation) -> str:
    if current.moderating == "before":
        return _("Your statement was sent. A moderator reads it first; you see here what becomes of it.")
    return _("Your statement was sent. Others can answer it now.")


# --- about oneself ---


@never_cache
@while_open
def about_me(request: Request, key: str) -> HttpResponse:
    """The questions about the participant; nobody has to answer them."""
    current = open_here(request, key)
    number = _participant(request, current)
    if number is None:
        return _to_join(current)
    segments = consultations.segments_of(current)
    if request.method == "POST":
        the_box().declare(
            current.id, number, {segment.question.original: _chosen(request, segment) for segment in segments}
        )
        messages.success(request, _("Thank you. You can change this at any time."))
        done = redirect("consultations:answer", key)
        remember(done, request, current, number)
        return done
    said = the_box().traits(current.id, number)
    asked = [(segment, list(segment.labels.all()), said.get(segment.question.original)) for segment in segments]
    shown = render(request, "consultations/about_me.html", {"current": current, "asked": asked})
    remember(shown, request, current, number)
    return shown


def _chosen(request: Request, segment: Segment) -> str | None:
    chosen = request.POST.get(segment.id, "")
    return next((label.word.original for label in segment.labels.all() if label.id == chosen), None)


# --- one's own ---


@never_cache
def mine(request: Request, key: str) -> HttpResponse:
    """All that one answered and wrote here, to read over, change and take back."""
    current = found_here(request, key)
    number = known_participant(request, current)
    answered = the_box().mine(current.id, number) if number is not None and current.stage != Stage.DRAFT else {}
    rows = {row.number: row for row in current.statements.filter(number__in=list(answered))}
    page = {
        "current": current,
        "takes_part": number is not None,
        "answers": [(rows[n], given) for n, given in sorted(answered.items()) if n in rows and given.vote is not None],
        "written": of_statements.written_by(current, number) if number is not None else [],
        "open": current.stage == Stage.OPEN,
        "may_withdraw": current.stage in {Stage.OPEN, Stage.CLOSED} and number is not None,
    }
    return render(request, "consultations/mine.html", page)


@never_cache
def withdraw(request: Request, key: str) -> HttpResponse:
    """Taking back all one's answers."""
    current = found_here(request, key)
    number = known_participant(request, current)
    if number is None:
        raise Refused(_("You have answered nothing here, at least not in this browser."))
    done = act_page(
        request,
        FinalForm,
        lambda _values: actions.withdraw(
            by=request.actor,
            consultation=key,
            ticket=participants.ticket_for(current.id, number, request.actor.now),
        ),
        act="consultations.withdraw",
        title=_("Take back all your answers"),
        button=_("Take them back"),
        done=_("Your answers were taken out."),
        after="consultations:consultation",
        after_args=[key],
        consequence=_(
            "Every answer that you gave here, and what you said about yourself, is deleted for good. Statements that you wrote "
            "stay, and nobody can tell any more that they are yours."
        ),
        grave=True,
    )
    if isinstance(done, HttpResponseRedirect):
        done.delete_cookie(_cookie(current.id), samesite="Lax")
    return done
