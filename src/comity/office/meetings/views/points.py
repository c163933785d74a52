"""Pages of points of order: a party's, and those on which the chair rules."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.pages import Request, act_page, found_or_refused, part_of_timeline
from comity.groundwork.queries import Thing
from comity.groundwork.refs import Ref, name_all, page_of
from comity.office.charter.telling import headed
from comity.office.meetings import actions
from comity.office.meetings.forms import ChallengeForm, PointForm, RulingForm, SureForm
from comity.office.meetings.models import Meeting, PointOfOrder
from comity.office.meetings.queries import meetings, points
from comity.office.meetings.queries.presence import PARTY, parties_of
from comity.office.meetings.views.meetings import found_here
from comity.office.members.queries.parties import party_names


def point(request: Request, key: str) -> HttpResponse:
    """A point of order: what was said, the ruling, the challenge and what it came to."""
    row = found_or_refused(points.point(key))
    current = found_here(request, row.meeting_id)
    refs = [Ref(PARTY, row.party_id), *([Ref(PARTY, row.challenged_by_id)] if row.challenged_by_id else [])]
    decision = [Ref.parse(row.decision)] if row.decision else []
    names = name_all([*refs, *decision])
    named = [Thing(ref, names[ref], page_of(ref)) for ref in [*refs, *decision]]
    page = {
        "row": row,
        "current": current,
        "party": named[0],
        "challenger": named[1] if row.challenged_by_id else None,
        "decision": named[-1] if decision else None,
        "may_run": meetings.may_run(request.actor, current),
        "own": parties_of(request.actor),
        **part_of_timeline(request, about=row.ref),
    }
    return render(request, "meetings/point.html", page)


def _found(request: Request, key: str, point: str) -> tuple[Meeting, PointOfOrder]:
    current = found_here(request, key)
    row = found_or_refused(points.point(point))
    return current, found_or_refused(row if row.meeting_id == current.id else None)


def _name(party: str) -> str:
    return party_names([party]).get(party, "")


def raise_point(request: Request, key: str, party: str) -> HttpResponse:
    """Raising a point of order."""
    found_here(request, key)
    return act_page(
        request,
        PointForm,
        lambda values: actions.raise_point(by=request.actor, meeting=key, party=party, words=values["words"]),
        act="meetings.raise_point",
        title=_("Raise a point of order"),
        lede=_name(party),
        button=_("Raise it"),
        done=_("The chair has your point of order."),
        after="meetings:here",
        after_args=[key],
        consequence=_(
            "It stands in the hall and in the record at once. It can be withdrawn until the chair has ruled."
        ),
    )


def withdraw_point(request: Request, key: str, point: str) -> HttpResponse:
    """Withdrawing a point of order."""
    _current, row = _found(request, key, point)
    return act_page(
        request,
        SureForm,
        lambda _values: actions.withdraw_point(by=request.actor, meeting=key, party=row.party_id, point=point),
        act="meetings.withdraw_point",
        title=_("Withdraw the point of order"),
        lede=row.words,
        button=_("Withdraw"),
        done=_("The point of order was withdrawn."),
        after="meetings:here",
        after_args=[key],
    )


def rule_on_point(request: Request, key: str, point: str) -> HttpResponse:
    """Entering the ruling of the chair."""
    _current, row = _found(request, key, point)
    return act_page(
        request,
        RulingForm,
        lambda values: actions.rule_on_point(
            by=request.actor, meeting=key, point=point, upheld=values["upheld"] == "yes", words=values["words"]
        ),
        act="meetings.rule_on_point",
        title=_("The ruling of the chair"),
        lede=headed(_name(row.party_id), _("“%(title)s”") % {"title": row.words}),
        button=_("Enter the ruling"),
        done=_("The ruling was entered."),
        after="meetings:desk",
        after_args=[key],
        consequence=_(
            "It stands under the name of whoever is in the chair. Any delegation that is present may challenge it."
        ),
    )


def challenge_ruling(request: Request, key: str, point: str, party: str) -> HttpResponse:
    """Challenging a ruling of the chair."""
    _current, row = _found(request, key, point)
    return act_page(
        request,
        SureForm,
        lambda _values: actions.challenge_ruling(by=request.actor, meeting=key, party=party, point=point),
        act="meetings.challenge_ruling",
        title=_("Challenge the ruling of the chair"),
        lede=row.ruling_words or row.words,
        button=_("Challenge the ruling"),
        done=_("The ruling was challenged."),
        after="meetings:here",
        after_args=[key],
        consequence=_("The meeting votes on it at once, without debate. A challenge cannot be taken back here."),
        grave=True,
    )


def settle_challenge(request: Request, key: str, point: str) -> HttpResponse:
    """Entering what the vote on a challenge came to."""
    _current, row = _found(request, key, point)

    def does(values: dict[str, Any]) -> None:
        actions.settle_challenge(by=request.actor, meeting=key, point=point, overruled=values["overruled"] == "yes")

    return act_page(
        request,
        ChallengeForm,
        does,
        act="meetings.settle_challenge",
        title=_("The vote on the challenge"),
        lede=row.ruling_words or row.words,
        button=_("Enter it"),
        done=_("What the vote came to was entered."),
        after="meetings:desk",
        after_args=[key],
        consequence=_("For a vote that was taken by a show of hands. A vote that is held here enters it by itself."),
    )
