"""Event types of silence procedures. Who broke silence stands in a public event only where the policy that was fixed shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.groundwork.audiences import MEMBERS, SECRETARIAT
from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.decisions.models.silence import SILENCE
from comity.office.decisions.vocabulary_silence import Naming, SilenceStage
from comity.office.decisions.words import titled


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentPart:
    """A part of the text, as it was laid before members. sha256: of the text in all its languages."""

    id: str
    reference: str
    label: str
    text: Text
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One member's clock. member: key in the charter. place, zone: of its capital, or of the seat where own is False.

    idle: days that were not counted, with the reason: the name of a holiday, or `weekend`.
    """

    member: str
    place: str
    zone: str
    deadline: datetime
    idle: tuple[tuple[str, str], ...]
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSilence(Fact):
    """What is about a silence procedure. readable_by: for whom the text is, `public` or `members`."""

    silence: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref(SILENCE, self.silence),)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceOpened(OfSilence):
    """A text was laid before the members: it is adopted unless silence is broken. Fields as in `models.silence.Silence`."""

    TYPE = "decisions.silence_opened"
    body: str
    title: Text
    background: Text
    charter: str
    rule: str
    period: str
    naming: str
    then: str
    then_rule: str
    deadline: datetime
    fair_deadline: datetime
    day_seconds: int | None
    seat: str
    sources: str
    snapshot: dict[str, Any]
    parties: dict[str, str]
    reckonings: tuple[Reckoned, ...]
    parts: tuple[SilentPart, ...]

    def about(self) -> tuple[Ref, ...]:
        return (Ref(SILENCE, self.silence), Ref("charter.body", self.body))

    def sentence(self, name: Namer) -> str:
        return _("%(silence)s was laid before %(body)s: it is adopted unless silence is broken.") % {
            "silence": titled(self, name, self.title),
            "body": name(self.about()[1]),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceSeen(OfSilence):
    """A delegation confirmed that it has the text before it."""

    TYPE = "decisions.silence_seen"
    party: str

    @property
    def audience(self) -> str:
        return MEMBERS

    def about(self) -> tuple[Ref, ...]:
        return (Ref(SILENCE, self.silence), Ref("members.party", self.party))

    def sentence(self, name: Namer) -> str:
        return _("%(party)s confirmed receipt of the text under silence.") % {"party": name(self.about()[1])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceBroken(OfSilence):
    """A member broke silence. part: None: on the whole text. For whom the text is where the policy names at once, else the secretariat."""

    TYPE = "decisions.silence_broken"
    broken: str
    party: str
    part: str | None
    reason: Text
    wording: Text
    naming: str

    @property
    def audience(self) -> str:
        return self.readable_by if self.naming == Naming.AT_ONCE else SECRETARIAT

    def about(self) -> tuple[Ref, ...]:
        return (Ref(SILENCE, self.silence), Ref("members.party", self.party))

    def sentence(self, name: Namer) -> str:
        return _("%(party)s broke silence: %(silence)s.") % {
            "party": name(self.about()[1]),
            "silence": name(self.about()[0]),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BreakWithdrawn(OfSilence):
    """A member withdrew its break of silence; it no longer counts."""

    TYPE = "decisions.break_withdrawn"
    broken: str
    party: str
    naming: str

    @property
    def audience(self) -> str:
        return self.readable_by if self.naming == Naming.AT_ONCE else SECRETARIAT

    def about(self) -> tuple[Ref, ...]:
        return (Ref(SILENCE, self.silence), Ref("members.party", self.party))

    def sentence(self, name: Namer) -> str:
        return _("%(party)s withdrew its break of silence: %(silence)s.") % {
            "party": name(self.about()[1]),
            "silence": name(self.about()[0]),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceExtended(OfSilence):
    """The deadline was moved, by a further period that is reckoned as fairly as the first."""

    TYPE = "decisions.silence_extended"
    period: str
    deadline: datetime
    fair_deadline: datetime
    sources: str
    reckonings: tuple[Reckoned, ...]
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The deadline of %(silence)s was moved: %(reason)s") % {
            "silence": name(self.about()[0]),
            "reason": self.reason,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWithdrawn(OfSilence):
    """The text was withdrawn before the deadline."""

    TYPE = "decisions.silence_withdrawn"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("%(silence)s was withdrawn: %(reason)s") % {"silence": name(self.about()[0]), "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEnded:
    """How one part ended. outcome: canonical JSON of the rules engine, empty where it would name who is never named."""

    part: str
    stage: str
    outcome: str
    against: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakShown:
    """A break as the policy shows it at the end. party: None: not shown."""

    part: str | None
    party: str | None
    reason: Text
    wording: Text


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEnded(OfSilence):
    """The deadline passed, and what followed by itself. Recorded by the clock, for the moment of the deadline."""

    TYPE = "decisions.silence_ended"
    deadline: datetime
    stage: str
    parts: tuple[PartEnded, ...]
    breaks: tuple[BreakShown, ...]

    def sentence(self, name: Namer) -> str:
        silence = name(self.about()[0])
        if self.stage == SilenceStage.ADOPTED:
            return _("%(silence)s: the deadline passed, and the text is adopted.") % {"silence": silence}
        broken = sum(part.stage == SilenceStage.BROKEN for part in self.parts)
        return ngettext(
            "%(silence)s: silence was broken on %(count)d part.",
            "%(silence)s: silence was broken on %(count)d parts.",
            broken,
        ) % {"silence": silence, "count": broken}
