"""The desk of the secretary and the chair: the script, who is present, and the steps of a meeting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from comity.groundwork.acts import check_may
from comity.groundwork.live import newest
from comity.groundwork.pages import Request, act_page, offer
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.office.charter.queries import serving_in
from comity.office.charter.telling import several
from comity.office.meetings import actions
from comity.office.meetings.forms import ChairForm, SureForm, SuspendForm, at
from comity.office.meetings.models import Meeting
from comity.office.meetings.queries import meetings, points, presence
from comity.office.meetings.script import lines_for
from comity.office.meetings.views.meetings import found_here


def _at_the_desk(request: Request, key: str) -> Meeting:
    """The meeting, for those who work at its desk. Raises NotFound, NotAllowed."""
    current = found_here(request, key)
    if not meetings.may_run(request.actor, current):
        check_may(request.actor, "meetings.open")  # says who may, and that one should sign in
        raise NotAllowed(_("The desk of a meeting is for the secretariat and for whoever is in its chair."))
    return current


def desk(request: Request, key: str) -> HttpResponse:
    """What to say and do next, who is there, the agenda, points of order."""
    live_after = newest()
    current = _at_the_desk(request, key)
    return render(
        request,
        "meetings/desk.html",
        {
            "live_after": live_after,
            "current": current,
            "lines": lines_for(current, request.actor),
            "agenda": meetings.agenda(current),
            "points": points.points_of(current),
        },
    )


def note_presence(request: Request, key: str) -> HttpResponse:
    """Ticking who is there, on one page."""
    live_after = newest()
    current = _at_the_desk(request, key)
    faults: list[str] = []
    if request.method == "POST":
        # What the page showed is sent along: who came meanwhile by saying so themselves is not sent away by an old page.
        shown, ticked = set(request.POST.getlist("was")), set(request.POST.getlist("here"))
        try:
            actions.note_presence(
                by=request.actor, meeting=key, arrived=sorted(ticked - shown), left=sorted(shown - ticked)
            )
        except NotFound:
            raise
        except Refused as refused:
            faults = [str(refused)]
        else:
            messages.success(request, _("Presence was noted."))
            return redirect("meetings:desk", key)
    seats = presence.seats(current)
    page = {
        "live_after": live_after,
        "current": current,
        "faults": faults,
        "groups": [
            (word, listed)
            for word, listed in (
                (_("With a right to vote"), [seat for seat in seats if seat.votes]),
                (_("Without a vote"), [seat for seat in seats if not seat.votes]),
            )
            if listed
        ],
        "spans": presence.presences(current),
        "names": {seat.party: seat.name for seat in seats},
    }
    return render(request, "meetings/presence.html", page, status=422 if faults else 200)


def take_chair(request: Request, key: str) -> HttpResponse:
    """Handing over the chair."""
    current = _at_the_desk(request, key)
    people = {one.person.id: several([one.person.name, one.role.word]) for one in serving_in(current.body_id)}
    names = {seat.party: seat.name for seat in presence.seats(current)}
    for person, name, party in sorted(presence.speakers(current), key=lambda one: (names[one[2]], one[1])):
        people.setdefault(person, several([name, names[party]]))

    def prepare(form: ChairForm) -> None:
        offer(form, "person", [("", "—"), *people.items()])

    return act_page(
        request,
        ChairForm,
        lambda values: actions.take_chair(by=request.actor, meeting=key, person=values["person"]),
        act="meetings.take_chair",
        title=_("Who presides over “%(meeting)s”") % {"meeting": current.title},
        button=_("Hand over the chair"),
        done=_("The chair was handed over."),
        after="meetings:desk" if request.actor.reader.all else "meetings:meeting",
        after_args=[key],
        prepare=prepare,
        initial={"person": current.presiding_id or ""},
        consequence=_("Whoever was in the chair no longer works at the desk of this meeting."),
    )


def suspend(request: Request, key: str) -> HttpResponse:
    """Suspending a meeting."""
    current = _at_the_desk(request, key)
    return act_page(
        request,
        SuspendForm,
        lambda values: actions.suspend_meeting(
            by=request.actor, meeting=key, until=at(values["until"], current.zone), reason=values["reason"]
        ),
        act="meetings.suspend",
        title=_("Suspend “%(meeting)s”") % {"meeting": current.title},
        button=_("Suspend the meeting"),
        done=_("The meeting was suspended."),
        after="meetings:desk",
        after_args=[key],
    )


def step(
    does: Callable[..., Any], act: str, title: str, button: str, done: str, *, final: str = ""
) -> Callable[[Request, str], HttpResponse]:
    """A page for a step of a meeting that asks for nothing; the script's buttons send it at once. final: what cannot be undone."""

    def page(request: Request, key: str) -> HttpResponse:
        current = _at_the_desk(request, key)
        return act_page(
            request,
            SureForm,
            lambda _values: does(by=request.actor, meeting=key),
            act=act,
            title=_(title) % {"meeting": current.title},
            button=_(button),
            done=_(done),
            after="meetings:desk" if not final or request.actor.reader.all else "meetings:meeting",
            after_args=[key],
            consequence=_(final) if final else "",
            grave=bool(final),
        )

    return page


open_meeting = step(
    actions.open_meeting,
    "meetings.open",
    gettext_noop("Open “%(meeting)s”"),
    gettext_noop("Open the meeting"),
    gettext_noop("The meeting was opened."),
)
resume = step(
    actions.resume_meeting,
    "meetings.resume",
    gettext_noop("Resume “%(meeting)s”"),
    gettext_noop("Resume the meeting"),
    gettext_noop("The meeting was resumed."),
)
close = step(
    actions.close_meeting,
    "meetings.close",
    gettext_noop("Close “%(meeting)s”"),
    gettext_noop("Close the meeting"),
    gettext_noop("The meeting was closed."),
    final=gettext_noop("Nothing more can be done in it. Its record stays; it cannot be opened again."),
)
verify_quorum = step(
    actions.verify_quorum,
    "meetings.verify_quorum",
    gettext_noop("Verify the quorum of “%(meeting)s”"),
    gettext_noop("Enter what was found"),
    gettext_noop("What was found was entered."),
)
