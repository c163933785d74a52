"""The depositary's register, and acts on reservations, declarations and objections."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do
from comity.groundwork.pages import Request, act_page, found_or_refused, offer, page_of_list, text_given
from comity.office.members import actions
from comity.office.members.forms import DeclarationForm, ObjectionForm, WithdrawForm
from comity.office.members.queries import depositary as queries
from comity.office.members.queries.parties import party_choices, shown_name
from comity.office.members.views.parties import current_party


def depositary(request: Request) -> HttpResponse:
    """What was signed, deposited, notified and declared."""
    page = page_of_list(request, queries.entries())
    return render(
        request,
        "members/depositary.html",
        {
            "page": page,
            "may": {name: may_do(request.actor, f"members.{name}") for name in ("object_to", "strike_entry")},
        },
    )


def declare(request: Request, key: str) -> HttpResponse:
    """Entering a reservation or declaration."""
    current = current_party(key)

    def does(values: dict[str, Any]) -> None:
        actions.declare(
            by=request.actor,
            party=key,
            kind=values["kind"],
            provision=values["provision"],
            text=text_given(values["text"], values["language"]),
            made_on=values["made_on"],
            source=values["source"],
        )

    return act_page(
        request,
        DeclarationForm,
        does,
        act="members.declare",
        title=_("Enter a reservation or declaration: %(party)s") % {"party": shown_name(current)},
        done=_("The declaration was entered."),
        after="members:party",
        after_args=[key],
    )


def withdraw_declaration(request: Request, key: str) -> HttpResponse:
    """Entering that a party took back what it had declared."""
    current = found_or_refused(queries.declaration(key))
    return act_page(
        request,
        WithdrawForm,
        lambda values: actions.withdraw_declaration(
            by=request.actor, declaration=key, withdrawn_on=values["withdrawn_on"], source=values["source"]
        ),
        act="members.withdraw_declaration",
        title=_("Enter a withdrawal: declaration of %(party)s") % {"party": shown_name(current.party)},
        done=_("The withdrawal was entered."),
        after="members:party",
        after_args=[current.party_id],
    )


def object_to(request: Request, key: str) -> HttpResponse:
    """Entering that a party objects to another's declaration."""
    against = found_or_refused(queries.declaration(key))

    def does(values: dict[str, Any]) -> None:
        actions.object_to(
            by=request.actor,
            declaration=key,
            party=values["party"],
            text=text_given(values["text"], values["language"]),
            made_on=values["made_on"],
            bars_force=values["bars_force"],
            source=values["source"],
        )

    def prepare(form: ObjectionForm) -> None:
        offer(form, "party", [("", "—"), *party_choices(without=against.party_id)])

    return act_page(
        request,
        ObjectionForm,
        does,
        act="members.object_to",
        title=_("Enter an objection to a declaration of %(party)s") % {"party": shown_name(against.party)},
        done=_("The objection was entered."),
        after="members:depositary",
        prepare=prepare,
    )


def withdraw_objection(request: Request, key: str) -> HttpResponse:
    """Entering that a party took its objection back."""
    current = found_or_refused(queries.objection(key))
    return act_page(
        request,
        WithdrawForm,
        lambda values: actions.withdraw_objection(
            by=request.actor, objection=key, withdrawn_on=values["withdrawn_on"], source=values["source"]
        ),
        act="members.withdraw_objection",
        title=_("Enter a withdrawal: objection of %(party)s") % {"party": shown_name(current.party)},
        done=_("The withdrawal was entered."),
        after="members:depositary",
    )
