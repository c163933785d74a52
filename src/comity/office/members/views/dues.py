"""Acts on dues."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comity.groundwork.pages import Request, act_page
from comity.office.members import actions
from comity.office.members.forms import DuesForm, PaymentForm
from comity.office.members.queries.parties import shown_name
from comity.office.members.views.parties import current_party


def assess_dues(request: Request, key: str) -> HttpResponse:
    """Entering what a party is to pay for a year."""
    current = current_party(key)
    return act_page(
        request,
        DuesForm,
        lambda values: actions.assess_dues(
            by=request.actor,
            party=key,
            year=values["year"],
            amount=values["amount"],
            currency=values["currency"],
            due_on=values["due_on"],
            source=values["source"],
            reason=values["reason"],
        ),
        act="members.assess_dues",
        title=_("Assess the dues of %(party)s") % {"party": shown_name(current)},
        lede=_("Zero is an assessment; a year without an entry was not assessed."),
        done=_("The dues were entered."),
        after="members:party",
        after_args=[key],
    )


def record_payment(request: Request, key: str) -> HttpResponse:
    """Entering money that came in."""
    current = current_party(key)
    return act_page(
        request,
        PaymentForm,
        lambda values: actions.record_payment(
            by=request.actor,
            party=key,
            year=values["year"],
            amount=values["amount"],
            currency=values["currency"],
            paid_on=values["paid_on"],
            reference=values["reference"],
        ),
        act="members.record_payment",
        title=_("Enter a payment of %(party)s") % {"party": shown_name(current)},
        done=_("The payment was entered."),
        after="members:party",
        after_args=[key],
        initial={"paid_on": request.actor.now.date()},
    )
