"""Event types on what is stated of members for votes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.office.decisions.events.question import BODY, PARTY
from comity.office.decisions.vocabulary import QualificationKind


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationStated(Fact):
    """A seat, a standing, a weight or a mandate of a member was stated, with its reason. Fields as in `models.Qualification`."""

    TYPE = "decisions.qualification_stated"
    qualification: str
    kind: str
    party: str
    body: str
    name: str
    value: str
    other: str
    since: date
    until: date | None
    reason: str
    source: str

    def about(self) -> tuple[Ref, ...]:
        found = [Ref(PARTY, self.party)]
        found += [Ref(PARTY, self.other)] if self.other else []
        return (*found, Ref(BODY, self.body)) if self.body else tuple(found)

    def sentence(self, name: Namer) -> str:
        words = {
            "party": name(Ref(PARTY, self.party)),
            "what": self.name,
            "value": self.value,
            "other": name(Ref(PARTY, self.other)) if self.other else "",
            "body": name(Ref(BODY, self.body)) if self.body else "",
        }
        if self.kind == QualificationKind.SEAT:
            return _("%(party)s has a seat in %(body)s.") % words
        if self.kind == QualificationKind.WEIGHT:
            return _("The weight “%(what)s” of %(party)s is %(value)s.") % words
        if self.kind == QualificationKind.MANDATE:
            return _("%(party)s casts the vote of %(other)s.") % words
        return _("For votes, %(party)s stands under “%(what)s”.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationEnded(Fact):
    """What was stated of a member holds no longer than to this day."""

    TYPE = "decisions.qualification_ended"
    qualification: str
    party: str
    until: date
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(PARTY, self.party),)

    def sentence(self, name: Namer) -> str:
        return _("What was stated of %(party)s for votes no longer holds.") % {"party": name(Ref(PARTY, self.party))}
