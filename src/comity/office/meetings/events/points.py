"""Events of points of order: raised by a party, ruled on by the chair, challenged, and what became of the challenge."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.office.meetings.events.meetings import PARTY, OfMeeting
from comity.office.meetings.models import POINT


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPoint(OfMeeting):
    ERASURE = "Names people by id only. The words are spoken for a party."
    point: str
    party: str

    @property
    def point_ref(self) -> Ref:
        """The point of order."""
        return Ref(POINT, self.point)

    def about(self) -> tuple[Ref, ...]:
        return (self.point_ref, self.ref, Ref(PARTY, self.party))

    def _words(self, name: Namer) -> dict[str, str]:
        return {"party": name(Ref(PARTY, self.party)), "meeting": name(self.ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PointRaised(_OfPoint):
    """A party raised a point of order."""

    TYPE = "meetings.point_raised"
    person: str | None
    item: str | None
    words: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s raised a point of order at %(meeting)s: “%(words)s”") % {
            **self._words(name),
            "words": self.words,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PointWithdrawn(_OfPoint):
    """A party withdrew its point of order before the ruling."""

    TYPE = "meetings.point_withdrawn"

    def sentence(self, name: Namer) -> str:
        return _("%(party)s withdrew its point of order at %(meeting)s.") % self._words(name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class PointRuled(_OfPoint):
    """The chair ruled on a point of order. ruled_by: the person in the chair. A finding of a person, never computed."""

    TYPE = "meetings.point_ruled"
    ruled_by: str
    upheld: bool
    words: str

    def about(self) -> tuple[Ref, ...]:
        return (*_OfPoint.about(self), Ref(PERSON_KIND, self.ruled_by))

    def sentence(self, name: Namer) -> str:
        words = {**self._words(name), "chair": name(Ref(PERSON_KIND, self.ruled_by))}
        if self.upheld:
            return _("%(chair)s, in the chair, upheld the point of order of %(party)s at %(meeting)s.") % words
        return _("%(chair)s, in the chair, did not uphold the point of order of %(party)s at %(meeting)s.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RulingChallenged(_OfPoint):
    """A party appealed against a ruling of the chair; the meeting is to vote on it."""

    TYPE = "meetings.ruling_challenged"
    challenged_by: str
    person: str | None

    def about(self) -> tuple[Ref, ...]:
        return (*_OfPoint.about(self), Ref(PARTY, self.challenged_by))

    def sentence(self, name: Namer) -> str:
        return _(
            "%(challenger)s challenged the ruling of the chair on the point of order of %(party)s at %(meeting)s."
        ) % {
            **self._words(name),
            "challenger": name(Ref(PARTY, self.challenged_by)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeSettled(_OfPoint):
    """A challenge to a ruling was put to the vote. overruled: the ruling fell. decision: that vote, as a reference, if it stands here."""

    TYPE = "meetings.challenge_settled"
    overruled: bool
    decision: str

    def about(self) -> tuple[Ref, ...]:
        decided = (Ref.parse(self.decision),) if self.decision else ()
        return (*_OfPoint.about(self), *decided)

    def sentence(self, name: Namer) -> str:
        if self.overruled:
            return _("%(meeting)s overruled the chair on the point of order of %(party)s.") % self._words(name)
        return _("%(meeting)s: the ruling of the chair on the point of order of %(party)s stands.") % self._words(name)
