"""Dues: what was assessed, what came in, what is open. For members and the secretariat only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from comity.groundwork.audiences import MEMBERS, Reader
from comity.office.members.dates import money
from comity.office.members.models import Assessment, Payment


@dataclass(frozen=True, slots=True)
class DuesOfYear:
    """What a party was to pay for a year and paid, in one currency. in_arrears: something is open after the day on which it was due."""

    assessment: Assessment
    payments: tuple[Payment, ...]
    in_arrears: bool

    def _told(self, amount: Decimal) -> str:
        return money(amount, self.assessment.currency)

    @property
    def told(self) -> Mapping[str, str]:
        """Its amounts for people: assessed, paid, open."""
        return {
            "assessed": self._told(self.assessment.amount),
            "paid": self._told(self.paid),
            "open": self._told(self.open),
        }

    @property
    def paid(self) -> Decimal:
        """What came in."""
        return sum((payment.amount for payment in self.payments), Decimal("0.00"))

    @property
    def open(self) -> Decimal:
        """What is still to come; never below zero."""
        return max(self.assessment.amount - self.paid, Decimal("0.00"))


def dues(party_id: str, on: date, reader: Reader) -> list[DuesOfYear]:
    """Dues by year, newest first; none for readers outside the membership. A year without an entry was not assessed. Two queries."""
    if not reader.may_read(MEMBERS):
        return []
    payments: dict[int, list[Payment]] = {}
    found = Payment.objects.filter(party_id=party_id, struck_at__isnull=True)
    for payment in found.order_by("paid_on", "id"):
        payments.setdefault(payment.year, []).append(payment)
    years = []
    for assessment in Assessment.objects.filter(party_id=party_id, superseded_at__isnull=True).order_by("-year"):
        of_year = DuesOfYear(assessment, tuple(payments.get(assessment.year, ())), in_arrears=False)
        late = of_year.open > 0 and assessment.due_on < on
        years.append(DuesOfYear(assessment, of_year.payments, late))
    return years
