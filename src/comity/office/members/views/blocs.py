"""Blocs and unions, who is in them, and matters in which they do not speak for one of their own."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.pages import Request, act_page, found_or_refused, offer, page_of_list
from comity.office.members import actions
from comity.office.members.forms import BlocForm, LeaveForm, OptOutForm
from comity.office.members.queries import blocs as queries
from comity.office.members.queries.parties import party_choices, shown_name
from comity.office.members.views.parties import current_party


def blocs(request: Request) -> HttpResponse:
    """Blocs and unions, with how many parties are in each today."""
    return render(
        request, "members/blocs.html", {"page": page_of_list(request, queries.blocs(request.actor.now.date()), 100)}
    )


def join_bloc(request: Request, key: str) -> HttpResponse:
    """Entering that a party is in a bloc."""
    current = current_party(key)

    def prepare(form: BlocForm) -> None:
        offer(form, "bloc", [("", "—"), *party_choices(groups=True, without=key)])

    return act_page(
        request,
        BlocForm,
        lambda values: actions.join_bloc(
            by=request.actor,
            party=key,
            bloc=values["bloc"],
            since=values["since"],
            until=values["until"],
            source=values["source"],
        ),
        act="members.join_bloc",
        title=_("Enter a bloc of %(party)s") % {"party": shown_name(current)},
        done=_("The membership was entered."),
        after="members:party",
        after_args=[key],
        prepare=prepare,
    )


def leave_bloc(request: Request, key: str) -> HttpResponse:
    """Entering that a party left a bloc."""
    current = found_or_refused(queries.membership(key))
    return act_page(
        request,
        LeaveForm,
        lambda values: actions.leave_bloc(by=request.actor, membership=key, until=values["until"]),
        act="members.leave_bloc",
        title=_("%(party)s leaves %(bloc)s") % {"party": shown_name(current.party), "bloc": shown_name(current.bloc)},
        done=_("The end was entered."),
        after="members:party",
        after_args=[current.party_id],
        initial={"until": request.actor.now.date()},
        consequence=_("What it opted out of ends with it."),
    )


def opt_out(request: Request, key: str) -> HttpResponse:
    """Entering a matter in which a bloc does not speak for a party."""
    current = found_or_refused(queries.membership(key))
    return act_page(
        request,
        OptOutForm,
        lambda values: actions.opt_out(
            by=request.actor,
            party=current.party_id,
            membership=key,
            matter=values["matter"],
            since=values["since"],
        ),
        act="members.opt_out",
        title=_("%(party)s opts out of %(bloc)s in a matter")
        % {"party": shown_name(current.party), "bloc": shown_name(current.bloc)},
        done=_("The opt-out was entered."),
        after="members:party",
        after_args=[current.party_id],
        initial={"since": request.actor.now.date()},
    )


def end_opt_out(request: Request, key: str) -> HttpResponse:
    """Entering the end of an opt-out."""
    current = found_or_refused(queries.opted_out(key))
    party = current.membership.party
    return act_page(
        request,
        LeaveForm,
        lambda values: actions.end_opt_out(by=request.actor, party=party.id, opt_out=key, until=values["until"]),
        act="members.end_opt_out",
        title=_("End an opt-out of %(party)s: %(matter)s") % {"party": shown_name(party), "matter": current.matter},
        done=_("The end was entered."),
        after="members:party",
        after_args=[party.id],
        initial={"until": request.actor.now.date()},
    )
