"""Events about who may act for a party: credentials, and terms in its delegation. They name people by id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.audiences import MEMBERS
from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.groundwork.roles import ROLES
from comity.office.members.dates import day_text
from comity.office.members.events.parties import OfParty
from comity.office.members.vocabulary import CredentialKind, Examination


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfCredential(OfParty):
    AUDIENCE = MEMBERS
    ERASURE = "Names the person by id only."
    credential: str
    person: str

    def about(self) -> tuple[Ref, ...]:
        return (self.party_ref, Ref(PERSON_KIND, self.person))


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialReceived(_OfCredential):
    """Full powers or credentials were received, or somebody's office was noted that needs neither."""

    TYPE = "members.credential_received"
    kind: str
    purpose: str
    issued_by: str
    valid_from: date
    valid_until: date | None
    received_on: date

    def sentence(self, name: Namer) -> str:
        return _("%(person)s may act for %(party)s: %(kind)s.") % {
            "person": name(Ref(PERSON_KIND, self.person)),
            "party": name(self.party_ref),
            "kind": CredentialKind(self.kind).label,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialExamined(_OfCredential):
    """What became of credentials: accepted, accepted provisionally, rejected, revoked."""

    TYPE = "members.credential_examined"
    outcome: str
    outcome_on: date
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The credentials of %(person)s for %(party)s: %(outcome)s.") % {
            "person": name(Ref(PERSON_KIND, self.person)),
            "party": name(self.party_ref),
            "outcome": Examination(self.outcome).label,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfTerm(OfParty):
    ERASURE = "Names the person by id only."
    term: str
    person: str
    role: str

    def about(self) -> tuple[Ref, ...]:
        return (self.party_ref, Ref(PERSON_KIND, self.person))

    def _words(self, name: Namer) -> dict[str, str]:
        role = str(ROLES[self.role].word) if self.role in ROLES else self.role
        return {"person": name(Ref(PERSON_KIND, self.person)), "party": name(self.party_ref), "role": role}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateNamed(_OfTerm):
    """A party named somebody to its delegation for a term. grant: the role's id, held from the first day of the term."""

    TYPE = "members.delegate_named"
    grant: str
    position: str
    since: date
    until: date | None

    def sentence(self, name: Namer) -> str:
        words = {**self._words(name), "since": day_text(self.since)}
        if self.until is None:
            return _("%(party)s named %(person)s %(role)s from %(since)s.") % words
        words["until"] = day_text(self.until)
        return _("%(party)s named %(person)s %(role)s from %(since)s to %(until)s.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateRecalled(_OfTerm):
    """A term ended before its time."""

    TYPE = "members.delegate_recalled"
    recalled_on: date
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s recalled %(person)s as %(role)s.") % self._words(name)
