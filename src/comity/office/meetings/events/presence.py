"""Events of presence and quorum."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import Ref
from comity.office.charter.telling import language
from comity.office.meetings.events.meetings import PARTY, OfMeeting, QuorumFound
from comity.rules.words import listed


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceNoted(OfMeeting):
    """Parties arrived at a meeting or left it. said_by: the desk, or the delegation itself."""

    TYPE = "meetings.presence_noted"
    arrived: tuple[str, ...]
    left: tuple[str, ...]
    said_by: str

    def about(self) -> tuple[Ref, ...]:
        return (self.ref, *(Ref(PARTY, party) for party in (*self.arrived, *self.left)))

    def sentence(self, name: Namer) -> str:
        words = {"meeting": name(self.ref)}
        parties = [*self.arrived, *self.left]
        if len(parties) == 1:
            words["party"] = name(Ref(PARTY, parties[0]))
            return (
                _("%(party)s is present at %(meeting)s.") if self.arrived else _("%(party)s left %(meeting)s.")
            ) % words
        counted = [
            ngettext("%(count)d party arrived", "%(count)d parties arrived", len(self.arrived))
            % {"count": len(self.arrived)},
            ngettext("%(count)d party left", "%(count)d parties left", len(self.left)) % {"count": len(self.left)},
        ]
        said = [told for told, who in zip(counted, (self.arrived, self.left), strict=True) if who]
        return _("%(meeting)s: %(what)s.") % {**words, "what": listed(said, language())}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfCall(OfMeeting):
    call: str
    party: str

    def about(self) -> tuple[Ref, ...]:
        return (self.ref, Ref(PARTY, self.party))


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumChallenged(_OfCall):
    """A party asked that the quorum be verified."""

    TYPE = "meetings.quorum_challenged"
    ERASURE = "Names the person by id only."
    person: str | None

    def sentence(self, name: Namer) -> str:
        return _("%(party)s asked at %(meeting)s that the quorum be verified.") % {
            "party": name(Ref(PARTY, self.party)),
            "meeting": name(self.ref),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumVerified(_OfCall):
    """The quorum was verified after a party asked. quorum: None where no rule asks for one."""

    TYPE = "meetings.quorum_verified"
    quorum: QuorumFound | None

    def sentence(self, name: Namer) -> str:
        words = {"meeting": name(self.ref)}
        if self.quorum is None:
            return _("%(meeting)s: no rule asks for a quorum.") % words
        words |= {"present": str(self.quorum.present), "entitled": str(self.quorum.entitled)}
        if self.quorum.met is None:
            return (
                _("%(meeting)s: %(present)s of %(entitled)s members are present; whether that is a quorum is open.")
                % words
            )
        if self.quorum.met:
            return _("%(meeting)s: there is a quorum, %(present)s of %(entitled)s members are present.") % words
        return _("%(meeting)s: there is no quorum, %(present)s of %(entitled)s members are present.") % words
