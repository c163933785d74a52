"""Events about parties in blocs and unions, and the matters in which a bloc does not speak for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import Ref
from comity.office.members.dates import day_text
from comity.office.members.events.parties import PARTY, OfParty


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfBloc(OfParty):
    membership: str
    bloc: str

    def about(self) -> tuple[Ref, ...]:
        return (self.party_ref, Ref(PARTY, self.bloc))

    def _words(self, name: Namer) -> dict[str, str]:
        return {"party": name(self.party_ref), "bloc": name(Ref(PARTY, self.bloc))}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BlocJoined(_OfBloc):
    """A party is in a bloc or union; since None: not known since when."""

    TYPE = "members.bloc_joined"
    since: date | None
    until: date | None
    source: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s is in %(bloc)s.") % self._words(name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BlocLeft(_OfBloc):
    """A party left a bloc or union."""

    TYPE = "members.bloc_left"
    until: date

    def sentence(self, name: Namer) -> str:
        return _("%(party)s left %(bloc)s (%(when)s).") % {**self._words(name), "when": day_text(self.until)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut(_OfBloc):
    """In a matter, a party is not spoken for by a bloc that it is in."""

    TYPE = "members.opted_out"
    opt_out: str
    matter: str
    since: date

    def sentence(self, name: Namer) -> str:
        return _("%(party)s is not spoken for by %(bloc)s in this matter: %(matter)s.") % {
            **self._words(name),
            "matter": self.matter,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutEnded(_OfBloc):
    """A party is spoken for by its bloc again."""

    TYPE = "members.opt_out_ended"
    opt_out: str
    matter: str
    until: date

    def sentence(self, name: Namer) -> str:
        return _("%(party)s is spoken for by %(bloc)s again: %(matter)s.") % {
            **self._words(name),
            "matter": self.matter,
        }
