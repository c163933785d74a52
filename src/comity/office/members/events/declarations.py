"""Events about reservations, declarations, and what others object to in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.members.dates import day_text
from comity.office.members.events.parties import PARTY, OfParty
from comity.office.members.vocabulary import DeclarationKind

DECLARATION, OBJECTION = "members.declaration", "members.objection"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfDeclaration(OfParty):
    declaration: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(DECLARATION, self.declaration), self.party_ref)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationMade(_OfDeclaration):
    """A party made a reservation or declaration."""

    TYPE = "members.declaration_made"
    kind: str
    provision: str
    text: Text
    made_on: date
    source: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s: %(kind)s (%(when)s).") % {
            "party": name(self.party_ref),
            "kind": DeclarationKind(self.kind).label,
            "when": day_text(self.made_on),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationWithdrawn(_OfDeclaration):
    """A party took back a reservation or declaration."""

    TYPE = "members.declaration_withdrawn"
    withdrawn_on: date
    source: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s withdrew what it had declared (%(when)s).") % {
            "party": name(self.party_ref),
            "when": day_text(self.withdrawn_on),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfObjection(OfParty):
    """party: who objects. declared_by: the party of the declaration."""

    objection: str
    declaration: str
    declared_by: str

    def about(self) -> tuple[Ref, ...]:
        return (
            Ref(OBJECTION, self.objection),
            Ref(DECLARATION, self.declaration),
            self.party_ref,
            Ref(PARTY, self.declared_by),
        )


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionMade(_OfObjection):
    """A party objected to another's reservation or declaration."""

    TYPE = "members.objection_made"
    text: Text
    made_on: date
    bars_force: bool
    source: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s objected to a declaration of %(other)s (%(when)s).") % {
            "party": name(self.party_ref),
            "other": name(Ref(PARTY, self.declared_by)),
            "when": day_text(self.made_on),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionWithdrawn(_OfObjection):
    """A party took its objection back."""

    TYPE = "members.objection_withdrawn"
    withdrawn_on: date
    source: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s withdrew its objection to a declaration of %(other)s (%(when)s).") % {
            "party": name(self.party_ref),
            "other": name(Ref(PARTY, self.declared_by)),
            "when": day_text(self.withdrawn_on),
        }
