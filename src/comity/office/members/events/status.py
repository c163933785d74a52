"""Events about where a party stands towards the agreement: steps, corrections, contests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import Ref
from comity.office.members.dates import date_text, day_text
from comity.office.members.events.parties import PARTY, OfParty
from comity.office.members.vocabulary import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a status fact says. Dates are as the source gives them; `precision` says how well they are known.

    seen_on: the day by which somebody knew of it; with an imprecise date, it had happened by then.
    """

    step: str
    happened_on: date | None
    precision: str
    effective_on: date | None
    seen_on: date
    source: str
    evidence: str
    note: str
    number: str
    office: str
    credential: str | None
    predecessor: str | None
    takes_over: str


SENTENCES: Mapping[str, str | Promise] = MappingProxyType(
    {
        Step.INVITED: gettext_lazy("%(party)s was invited (%(when)s)."),
        Step.CONSIDERING: gettext_lazy("%(party)s said that it is considering (%(when)s)."),
        Step.DECLINED: gettext_lazy("%(party)s declined (%(when)s)."),
        Step.OBSERVER: gettext_lazy("%(party)s became an observer (%(when)s)."),
        Step.SIGNED: gettext_lazy("%(party)s signed the agreement (%(when)s)."),
        Step.SUCCEEDED: gettext_lazy("%(party)s succeeded to %(predecessor)s (%(when)s)."),
        Step.RATIFIED: gettext_lazy("%(party)s deposited its instrument of ratification (%(when)s)."),
        Step.ACCEPTED: gettext_lazy("%(party)s deposited its instrument of acceptance (%(when)s)."),
        Step.APPROVED: gettext_lazy("%(party)s deposited its instrument of approval (%(when)s)."),
        Step.ACCEDED: gettext_lazy("%(party)s deposited its instrument of accession (%(when)s)."),
        Step.PROVISIONAL: gettext_lazy("%(party)s applies the agreement provisionally (%(when)s)."),
        Step.IN_FORCE: gettext_lazy("The agreement was notified as in force for %(party)s (%(when)s)."),
        Step.SUSPENDED: gettext_lazy("%(party)s was suspended (%(when)s)."),
        Step.RESUMED: gettext_lazy("The suspension of %(party)s was lifted (%(when)s)."),
        Step.WITHDREW: gettext_lazy("%(party)s withdrew (%(when)s)."),
        Step.CEASED: gettext_lazy("%(party)s ceased to exist (%(when)s)."),
    }
)


def _happened(party: str, says: Stated, name: Namer) -> str:
    when = date_text(says.happened_on, says.precision)
    if says.effective_on is not None:
        when = _("%(when)s, with effect on %(day)s") % {"when": when, "day": day_text(says.effective_on)}
    predecessor = name(Ref(PARTY, says.predecessor)) if says.predecessor else ""
    words = {"party": name(Ref(PARTY, party)), "when": when, "predecessor": predecessor}
    return str(SENTENCES[says.step]) % words


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfStatus(OfParty):
    ERASURE = "Source, note and office name institutions, not people: the forms say so."
    fact: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRecorded(_OfStatus):
    """A dated step of a party towards the agreement, in it, or out of it."""

    TYPE = "members.status_recorded"
    says: Stated

    def about(self) -> tuple[Ref, ...]:
        others = (Ref(PARTY, self.says.predecessor),) if self.says.predecessor else ()
        return (self.party_ref, *others)

    def sentence(self, name: Namer) -> str:
        return _happened(self.party, self.says, name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCorrected(_OfStatus):
    """What was entered about a step was wrong; a new version supersedes it, the old one stays."""

    TYPE = "members.status_corrected"
    supersedes: str
    says: Stated
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("Corrected: %(sentence)s") % {"sentence": _happened(self.party, self.says, name)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRetracted(_OfStatus):
    """What was entered as a step did not happen; the entry stays as retracted."""

    TYPE = "members.status_retracted"
    step: str
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("An entry on %(party)s was retracted: “%(step)s”.") % {
            "party": name(self.party_ref),
            "step": Step(self.step).label,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class StatusContested(OfParty):
    """Somebody says that a step did not happen, or not so. line: the fact in all its versions."""

    TYPE = "members.status_contested"
    ERASURE = "Who contests is an institution, a publication or a party, not a person: the form says so."
    contest: str
    line: str
    step: str
    contested_by: str
    why: str
    source: str
    on_behalf_of: str | None

    def about(self) -> tuple[Ref, ...]:
        others = (Ref(PARTY, self.on_behalf_of),) if self.on_behalf_of else ()
        return (self.party_ref, *others)

    def sentence(self, name: Namer) -> str:
        return _("A fact on %(party)s is contested by %(who)s: “%(step)s”.") % {
            "party": name(self.party_ref),
            "who": name(Ref(PARTY, self.on_behalf_of)) if self.on_behalf_of else self.contested_by,
            "step": Step(self.step).label,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ContestSettled(OfParty):
    """A contest no longer stands: the fact is taken as undisputed again."""

    TYPE = "members.contest_settled"
    contest: str
    step: str
    settlement: str
    source: str

    def sentence(self, name: Namer) -> str:
        return _("A fact on %(party)s is no longer contested: “%(step)s”.") % {
            "party": name(self.party_ref),
            "step": Step(self.step).label,
        }
