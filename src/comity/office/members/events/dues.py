"""Events about what parties are to pay, and what they paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from comity.groundwork.audiences import MEMBERS
from comity.groundwork.facts import Namer, fact
from comity.office.members.dates import money
from comity.office.members.events.parties import OfParty


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DuesAssessed(OfParty):
    """What a party is to pay for a year; supersedes an earlier assessment for the same year."""

    TYPE = "members.dues_assessed"
    AUDIENCE = MEMBERS
    assessment: str
    year: int
    amount: Decimal
    currency: str
    due_on: date
    source: str
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s: dues for %(year)d assessed at %(amount)s.") % {
            "party": name(self.party_ref),
            "year": self.year,
            "amount": money(self.amount, self.currency),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DuesPaid(OfParty):
    """Money was received for a year."""

    TYPE = "members.dues_paid"
    AUDIENCE = MEMBERS
    payment: str
    year: int
    amount: Decimal
    currency: str
    paid_on: date
    reference: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s paid %(amount)s for %(year)d.") % {
            "party": name(self.party_ref),
            "year": self.year,
            "amount": money(self.amount, self.currency),
        }
