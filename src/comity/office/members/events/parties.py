"""Events about the register itself: entries made, changed, merged, and entries of the smaller registers struck as errors."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.charter.telling import several

PARTY = "members.party"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfParty(Fact):
    """What facts about one party share."""

    party: str

    @property
    def party_ref(self) -> Ref:
        """The party."""
        return Ref(PARTY, self.party)

    def about(self) -> tuple[Ref, ...]:
        return (self.party_ref,)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRegistered(OfParty):
    """A party was entered in the register; that says nothing on where it stands."""

    TYPE = "members.party_registered"
    kind: str
    name: Text
    iso3: str
    region: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s was entered in the register.") % {"party": name(self.party_ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PartyChanged(OfParty):
    """A party's entry changed; None: as it was."""

    TYPE = "members.party_changed"
    kind: str | None
    name: Text | None
    iso3: str | None
    region: str | None

    def sentence(self, name: Namer) -> str:
        words = (
            (self.kind, _("kind")),
            (self.name, _("name")),
            (self.iso3, _("country code")),
            (self.region, _("region")),
        )
        changed = several(word for value, word in words if value is not None)
        return _("The entry of %(party)s was changed: %(what)s.") % {"party": name(self.party_ref), "what": changed}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesMerged(OfParty):
    """A party's entry proved a duplicate: what was entered there belongs to the kept one. The old id stays and points to it.

    iso3, region: what the kept entry has afterwards. grants: roles held at the duplicate and what they became, by id.
    """

    TYPE = "members.parties_merged"
    kept: str
    iso3: str
    region: str
    grants: dict[str, str]
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (self.party_ref, Ref(PARTY, self.kept))

    def sentence(self, name: Namer) -> str:
        return _("A duplicate entry was merged into %(kept)s.") % {"kept": name(Ref(PARTY, self.kept))}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class EntryStruck(OfParty):
    """An entry of one of the smaller registers was made in error; it stays as struck. register: the table's name."""

    TYPE = "members.entry_struck"
    register: str
    entry: str
    reason: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def sentence(self, name: Namer) -> str:
        return _("An entry on %(party)s that was made in error was struck: %(reason)s") % {
            "party": name(self.party_ref),
            "reason": self.reason,
        }
