"""Screens of a meeting: a delegation's page on the phone, and the hall's projector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from comity.groundwork.acts import check_may
from comity.groundwork.live import newest
from comity.groundwork.pages import Request
from comity.groundwork.refusals import NotFound, Refused
from comity.office.meetings import actions
from comity.office.meetings.models import PointOfOrder
from comity.office.meetings.queries import points, presence
from comity.office.meetings.views.meetings import found_here


def here(request: Request, key: str) -> HttpResponse:
    """A delegation's page: what is on, whether we are noted as present, what we can do."""
    live_after = newest()
    current = found_here(request, key)
    if not presence.parties_of(request.actor):
        check_may(request.actor, "meetings.say_present")  # says who may, and that one should sign in
    seats = {seat.party: seat for seat in presence.seats(current)}
    own = [seats[party] for party in presence.parties_of(request.actor) if party in seats]
    rulings: list[PointOfOrder] = [row for row in points.points_of(current) if row.ruling and row.challenged_at is None]
    page = {
        "live_after": live_after,
        "current": current,
        "own": [(seat, presence.may_speak_for(request.actor, seat.party, current)) for seat in own],
        "waiting": [row for row in points.open_points(key) if row.party_id in {seat.party for seat in own}],
        "ruling": rulings[0] if rulings else None,
    }
    return render(request, "meetings/here.html", page)


def hall(request: Request, key: str) -> HttpResponse:
    """What stands in the hall: big, calm, without anything to press."""
    live_after = newest()
    current = found_here(request, key)
    return render(request, "meetings/hall.html", {"live_after": live_after, "current": current})


def _at_once(does: Callable[..., Any], done: str) -> Callable[[Request, str, str], HttpResponse]:
    """A button on the phone: done at once, and back to the page it stands on."""

    @require_POST
    def pressed(request: Request, key: str, party: str) -> HttpResponse:
        found_here(request, key)
        try:
            does(by=request.actor, meeting=key, party=party)
        except NotFound:
            raise
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _(done))
        return redirect("meetings:here", key)

    return pressed


say_present = _at_once(actions.say_present, gettext_noop("You are noted as present."))
say_leaving = _at_once(actions.say_leaving, gettext_noop("You are no longer noted as present."))
challenge_quorum = _at_once(actions.challenge_quorum, gettext_noop("The chair was asked to verify the quorum."))
