"""Event types of consensus: formal objections, adoption without a vote, dissociation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.groundwork.translated import Text
from comity.office.decisions.events.question import OfQuestion
from comity.office.decisions.models.question import QUESTION
from comity.office.decisions.words import part_word, several

PARTY = "members.party"


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionMade(OfQuestion):
    """A member objected formally to a question. part: None: to the whole."""

    TYPE = "decisions.objection_made"
    objection: str
    party: str
    part: str | None
    reason: Text

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(QUESTION, self.question), Ref(PARTY, self.party))
        return (*first, Ref("meetings.meeting", self.meeting)) if self.meeting else first

    def sentence(self, name: Namer) -> str:
        return _("%(party)s objected formally to “%(question)s”.") % {
            "party": name(Ref(PARTY, self.party)),
            "question": name(Ref(QUESTION, self.question)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionWithdrawn(OfQuestion):
    """A member withdrew its formal objection."""

    TYPE = "decisions.objection_withdrawn"
    objection: str
    party: str

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(QUESTION, self.question), Ref(PARTY, self.party))
        return (*first, Ref("meetings.meeting", self.meeting)) if self.meeting else first

    def sentence(self, name: Namer) -> str:
        return _("%(party)s withdrew its objection to “%(question)s”.") % {
            "party": name(Ref(PARTY, self.party)),
            "question": name(Ref(QUESTION, self.question)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedWithoutVote(OfQuestion):
    """A question was adopted by consensus. named: who presided and found it. Fields as in `models.consensus.ConsensusOutcome`."""

    TYPE = "decisions.adopted_without_vote"
    ERASURE = "Names the person by id only."
    consensus: str
    named: str
    snapshot: dict[str, Any]
    parties: dict[str, str]
    record: dict[str, Any]
    outcome: str
    verdict: str

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(QUESTION, self.question), Ref(PERSON_KIND, self.named))
        return (*first, Ref("meetings.meeting", self.meeting)) if self.meeting else first

    def sentence(self, name: Namer) -> str:
        return _("“%(question)s” was adopted by consensus, as %(person)s found.") % {
            "question": name(Ref(QUESTION, self.question)),
            "person": name(Ref(PERSON_KIND, self.named)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class Dissociated(OfQuestion):
    """A member dissociated itself from a decision, or from parts of it, by their references."""

    TYPE = "decisions.dissociated"
    dissociation: str
    party: str
    parts: tuple[str, ...]
    text: Text

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(QUESTION, self.question), Ref(PARTY, self.party))
        return (*first, Ref("meetings.meeting", self.meeting)) if self.meeting else first

    def sentence(self, name: Namer) -> str:
        words = {"party": name(Ref(PARTY, self.party)), "question": name(Ref(QUESTION, self.question))}
        if not self.parts:
            return _("%(party)s dissociated itself from “%(question)s”.") % words
        return _("%(party)s dissociated itself from parts of “%(question)s”: %(parts)s.") % {
            **words,
            "parts": several(map(part_word, self.parts)),
        }
