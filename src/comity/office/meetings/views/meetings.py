"""Pages that tell of meetings, and those by which one is convened and changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.acts import version
from comity.groundwork.live import newest
from comity.groundwork.pages import (
    Request,
    act_page,
    found_or_refused,
    offer,
    page_of_list,
    part_of_timeline,
    text_given,
)
from comity.office.charter.queries import body as body_by_id
from comity.office.charter.queries import charter_in_force
from comity.office.meetings import actions
from comity.office.meetings.forms import ConveneForm, MeetingForm, ReasonForm, SeatsForm, at, by_the_clock
from comity.office.meetings.models import Meeting
from comity.office.meetings.queries import meetings, points, presence
from comity.office.members.queries.parties import party_choices


def found_here(request: Request, key: str) -> Meeting:
    """The meeting, if it is for whoever asks. Raises NotFound."""
    return found_or_refused(meetings.meeting(key, request.actor.reader))


def listing(request: Request) -> HttpResponse:
    """Meetings ahead, and those that are over."""
    reader = request.actor.reader
    return render(
        request,
        "meetings/list.html",
        {"ahead": meetings.ahead(reader), "past": page_of_list(request, meetings.past(reader))},
    )


def meeting(request: Request, key: str) -> HttpResponse:
    """One meeting: what is on now, its agenda, who takes part, what happened."""
    live_after = newest()
    current = found_here(request, key)
    seats = presence.seats(current)
    return render(
        request,
        "meetings/meeting.html",
        {
            "live_after": live_after,
            "current": current,
            "seats": seats,
            "voting": sum(seat.votes for seat in seats),
            "points": points.points_of(current),
            "may_run": meetings.may_run(request.actor, current),
            "own": presence.parties_of(request.actor),
            **part_of_timeline(request, about=current.ref),
        },
    )


def _rules(form: MeetingForm) -> None:
    held = charter_in_force()
    rules = held.charter.rules if held is not None else ()
    choices = {rule.id: rule.title.get("en", rule.id) for rule in rules if rule.quorum or rule.quorum_to_open}
    offer(form, "rule", [("", _("the first of the charter")), *choices.items()])


def convene(request: Request, body: str) -> HttpResponse:
    """Convening a meeting of a body."""
    held_by = found_or_refused(body_by_id(body))

    def does(values: dict[str, Any]) -> None:
        language = values["language"]
        actions.convene(
            by=request.actor,
            body=body,
            title=text_given(values["title"], language),
            form=values["form"],
            place=text_given(values["place"], language) if values["place"] else None,
            starts_at=_moment(values, "starts_at"),
            ends_at=at(values["ends_at"], values["zone"]),
            zone=values["zone"],
            audience=values["audience"],
            rule=values["rule"],
        )

    return act_page(
        request,
        ConveneForm,
        does,
        act="meetings.convene",
        title=_("Convene a meeting of %(body)s") % {"body": held_by.name},
        lede=_("Parties whose status gives the right to speak take part; the seats can be changed afterwards."),
        button=_("Convene"),
        done=_("The meeting was convened."),
        after="meetings:list",
        prepare=_rules,
        initial={"form": "in_person"},
    )


def _moment(values: dict[str, Any], name: str) -> Any:
    return at(values[name], values["zone"])


def change_meeting(request: Request, key: str) -> HttpResponse:
    """Changing the entry of a meeting."""
    current = found_here(request, key)

    def does(values: dict[str, Any]) -> None:
        actions.change_meeting(
            by=request.actor,
            meeting=key,
            title=text_given(values["title"], current=current.title),
            form=values["form"],
            place=text_given(values["place"], current=current.place) if values["place"] or current.place else None,
            starts_at=_moment(values, "starts_at"),
            ends_at=at(values["ends_at"], values["zone"]),
            no_end=values["ends_at"] is None,
            zone=values["zone"],
            rule=values["rule"],
            seen=values["seen"],
        )

    return act_page(
        request,
        MeetingForm,
        does,
        act="meetings.change_meeting",
        title=_("Change the entry of “%(meeting)s”") % {"meeting": current.title},
        done=_("The entry was changed."),
        after="meetings:meeting",
        after_args=[key],
        prepare=_rules,
        initial={
            "title": current.title.original,
            "form": current.form,
            "place": current.place.original,
            "starts_at": by_the_clock(current.starts_at, current.clock),
            "ends_at": by_the_clock(current.ends_at, current.clock),
            "zone": current.zone,
            "rule": current.rule,
            "seen": version(current.ref),
        },
    )


def cancel_meeting(request: Request, key: str) -> HttpResponse:
    """Cancelling a meeting."""
    current = found_here(request, key)
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.cancel_meeting(by=request.actor, meeting=key, reason=values["reason"]),
        act="meetings.cancel",
        title=_("Cancel “%(meeting)s”") % {"meeting": current.title},
        button=_("Cancel the meeting"),
        done=_("The meeting was cancelled."),
        after="meetings:meeting",
        after_args=[key],
        consequence=_("It will not be held. Its entry and its agenda stay; this cannot be undone."),
        grave=True,
    )


def change_seats(request: Request, key: str) -> HttpResponse:
    """Saying who takes part in a meeting and who votes."""
    current = found_here(request, key)
    choices = party_choices()

    def prepare(form: SeatsForm) -> None:
        for name in ("parties", "voting"):
            offer(form, name, choices)

    return act_page(
        request,
        SeatsForm,
        lambda values: actions.change_seats(
            by=request.actor, meeting=key, parties=values["parties"], voting=values["voting"], seen=values["seen"]
        ),
        act="meetings.change_seats",
        title=_("Who takes part in “%(meeting)s”") % {"meeting": current.title},
        done=_("The seats were changed."),
        after="meetings:meeting",
        after_args=[key],
        prepare=prepare,
        initial={
            "parties": presence.seated_parties(key),
            "voting": presence.seated_parties(key, voting=True),
            "seen": version(current.ref),
        },
        consequence=_("Whoever no longer takes part is no longer noted as present."),
    )
