"""Events of a meeting itself: convened, opened, suspended, resumed, closed, who has a seat and who is in the chair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.groundwork.translated import Text
from comity.office.meetings.models import MEETING

BODY, PARTY = "charter.body", "members.party"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMeeting(Fact):
    """What happens in a meeting is for those for whom the meeting is."""

    meeting: str
    readable_by: str

    @property
    def audience(self) -> str:
        """Who may read it."""
        return self.readable_by

    @property
    def ref(self) -> Ref:
        """The meeting."""
        return Ref(MEETING, self.meeting)

    def about(self) -> tuple[Ref, ...]:
        """The meeting, in whose timeline it stands."""
        return (self.ref,)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumFound:
    """What was found of the quorum at a moment, with the rule by which; needed, met: None where the rule leaves it open."""

    charter: str
    version: str
    digest: str
    rule: str
    kind: str
    present: int
    entitled: int
    needed: int | None
    met: bool | None
    snapshot: str


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingConvened(OfMeeting):
    """A meeting of a body was convened."""

    TYPE = "meetings.convened"
    body: str
    title: Text
    form: str
    place: Text
    starts_at: datetime
    ends_at: datetime | None
    zone: str
    rule: str

    def about(self) -> tuple[Ref, ...]:
        return (self.ref, Ref(BODY, self.body))

    def sentence(self, name: Namer) -> str:
        return _("%(body)s was convened: “%(meeting)s”.") % {
            "body": name(Ref(BODY, self.body)),
            "meeting": self.title.shown(),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingChanged(OfMeeting):
    """Title, place, time, form or rule of a meeting changed; None: as it was. ends_at: as it is now, whether or not it changed."""

    TYPE = "meetings.changed"
    title: Text | None
    form: str | None
    place: Text | None
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str | None
    rule: str | None

    def sentence(self, name: Namer) -> str:
        return _("The entry of the meeting “%(meeting)s” was changed.") % {"meeting": name(self.ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled(OfMeeting):
    """A meeting will not be held."""

    TYPE = "meetings.cancelled"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The meeting “%(meeting)s” was cancelled.") % {"meeting": name(self.ref)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatGiven:
    """A party with a seat; votes: with a right to vote."""

    party: str
    votes: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsSet(OfMeeting):
    """Who takes part in a meeting, and who votes there: the whole list, in place of the one before."""

    TYPE = "meetings.seats_set"
    seats: tuple[SeatGiven, ...]

    def sentence(self, name: Namer) -> str:
        return _("%(meeting)s: %(seats)d parties take part, %(votes)d with a right to vote.") % {
            "meeting": name(self.ref),
            "seats": len(self.seats),
            "votes": sum(seat.votes for seat in self.seats),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ChairTaken(OfMeeting):
    """Somebody presides over a meeting from now on; before: who did until now. grant: id of the role that goes with it.

    The role begins and ends with the facts of the meeting, not with those of the groundwork, which anybody may read.
    """

    TYPE = "meetings.chair_taken"
    ERASURE = "Names people by id only."
    grant: str
    person: str
    before: str | None

    def about(self) -> tuple[Ref, ...]:
        return (self.ref, Ref(PERSON_KIND, self.person))

    def sentence(self, name: Namer) -> str:
        return _("%(person)s took the chair of %(meeting)s.") % {
            "person": name(Ref(PERSON_KIND, self.person)),
            "meeting": name(self.ref),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOpened(OfMeeting):
    """The chair declared a meeting open. quorum: what was found; None: no rule asks for one."""

    TYPE = "meetings.opened"
    ERASURE = "Names people by id only."
    chair: str
    quorum: QuorumFound | None

    def sentence(self, name: Namer) -> str:
        return _("The meeting “%(meeting)s” was opened.") % {"meeting": name(self.ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSuspended(OfMeeting):
    """A meeting was suspended. until: when it is to go on, None: not said."""

    TYPE = "meetings.suspended"
    until: datetime | None
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The meeting “%(meeting)s” was suspended.") % {"meeting": name(self.ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingResumed(OfMeeting):
    """A meeting goes on. quorum: what was found; None: no rule asks for one."""

    TYPE = "meetings.resumed"
    quorum: QuorumFound | None

    def sentence(self, name: Namer) -> str:
        return _("The meeting “%(meeting)s” was resumed.") % {"meeting": name(self.ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingClosed(OfMeeting):
    """The chair declared a meeting closed."""

    TYPE = "meetings.closed"

    def sentence(self, name: Namer) -> str:
        return _("The meeting “%(meeting)s” was closed.") % {"meeting": name(self.ref)}
