"""Acts on dues: what a party is to pay for a year, and what it paid. Arrears change no right by themselves."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.members.actions.checks import past, possible, source_of, the_party
from comity.office.members.events.dues import DuesAssessed, DuesPaid
from comity.office.members.models import Assessment, Payment

_CENT = Decimal("0.01")
_MOST = Decimal(10) ** 12


@act("members.assess_dues", may=(SECRETARY,), records=(DuesAssessed,))
def assess_dues(
    *, by: Actor, party: str, year: int, amount: Decimal, currency: str, due_on: date, source: str, reason: str = ""
) -> Assessment:
    """Enter what a party is to pay for a year. Zero is an assessment; none at all is another thing. A later one supersedes it."""
    current = the_party(party)
    money = _amount(amount)
    unit = _currency(currency)
    _check_year(year)
    earlier = Assessment.objects.filter(party=current, year=year, superseded_at__isnull=True).first()
    if earlier is not None:
        if (earlier.amount, earlier.currency, earlier.due_on) == (money, unit, due_on):
            raise Refused(_("This is what was assessed already."), field="amount")
        paid = Payment.objects.filter(party=current, year=year, struck_at__isnull=True)
        if earlier.currency != unit and paid.exists():
            raise Refused(
                _("Payments in %(currency)s came in for this year.") % {"currency": earlier.currency}, field="currency"
            )
    why = clean_line(reason, most=500, field="reason", empty=earlier is None)
    assessment = new_id(by.now)
    assessed = DuesAssessed(
        assessment=assessment,
        party=current.id,
        year=year,
        amount=money,
        currency=unit,
        due_on=possible(due_on, "due_on"),
        source=source_of(source),
        reason=why,
    )
    record(by, assessed)
    return Assessment.objects.get(id=assessment)


@applies(DuesAssessed)
def _apply_dues_assessed(stated: DuesAssessed, recorded: Recorded) -> None:
    Assessment.objects.filter(party=stated.party, year=stated.year, superseded_at__isnull=True).update(
        superseded_at=recorded.time
    )
    Assessment.objects.create(
        id=stated.assessment,
        party_id=stated.party,
        year=stated.year,
        amount=stated.amount,
        currency=stated.currency,
        due_on=stated.due_on,
        source=stated.source,
        reason=stated.reason,
        recorded_at=recorded.time,
    )


@act("members.record_payment", may=(SECRETARY,), records=(DuesPaid,))
def record_payment(
    *, by: Actor, party: str, year: int, amount: Decimal, currency: str, paid_on: date, reference: str = ""
) -> Payment:
    """Enter money that came in for a year, in the currency of that year's assessment."""
    current = the_party(party)
    _check_year(year)
    money = _amount(amount)
    if not money:
        raise Refused(_("A payment is more than nothing."), field="amount")
    assessed = Assessment.objects.filter(party=current, year=year, superseded_at__isnull=True).first()
    if assessed is None:
        raise Refused(_("Nothing was assessed for this year: that comes first."), field="year")
    if assessed.currency != _currency(currency):
        raise Refused(
            _("The dues for this year are in %(currency)s.") % {"currency": assessed.currency}, field="currency"
        )
    payment = new_id(by.now)
    paid = DuesPaid(
        payment=payment,
        party=current.id,
        year=year,
        amount=money,
        currency=assessed.currency,
        paid_on=past(paid_on, by, "paid_on"),
        reference=clean_line(reference, most=200, field="reference", empty=True),
    )
    record(by, paid)
    return Payment.objects.get(id=payment)


@applies(DuesPaid)
def _apply_dues_paid(stated: DuesPaid, recorded: Recorded) -> None:
    Payment.objects.create(
        id=stated.payment,
        party_id=stated.party,
        year=stated.year,
        amount=stated.amount,
        currency=stated.currency,
        paid_on=stated.paid_on,
        reference=stated.reference,
        recorded_at=recorded.time,
    )


def _check_year(year: int) -> None:
    if not 1900 <= year <= 2200:
        raise Refused(_("Years go from 1900 to 2200."), field="year")


def _amount(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount < _MOST or amount != amount.quantize(_CENT):
        raise Refused(
            _("An amount is not negative, below a million million, with at most two decimals."), field="amount"
        )
    return amount.quantize(_CENT)


def _currency(currency: str) -> str:
    code = currency.strip().upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise Refused(_("A currency is three letters (ISO 4217), for example USD."), field="currency")
    return code
