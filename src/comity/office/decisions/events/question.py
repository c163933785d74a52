"""Event types on questions: what is put, amended, divided, withdrawn, ruled about, decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.groundwork.translated import Text
from comity.office.charter.wording import finding_word
from comity.office.decisions.models.question import QUESTION, RULING
from comity.office.decisions.vocabulary import QuestionKind

BODY, PARTY, MEETING = "charter.body", "members.party", "meetings.meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTerms:
    """A part of what is put: its id, where it stands, what it is called, its text, and the SHA-256 of that."""

    id: str
    reference: str
    label: str
    text: Text
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfQuestion(Fact):
    """What is about a question. meeting: id of the meeting that takes it, empty: none. readable_by: as the question is."""

    question: str
    meeting: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        question = Ref(QUESTION, self.question)
        return (question, Ref(MEETING, self.meeting)) if self.meeting else (question,)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPut(OfQuestion):
    """A question was put to a body, by a rule of the charter that was in force. Fields as in `models.Question`."""

    TYPE = "decisions.question_put"
    kind: str
    body: str
    parent: str
    title: Text
    charter: str
    rule: str
    mode: str
    moved_by: str
    source: str
    consequence: dict[str, Any] | None
    parts: tuple[PartTerms, ...]

    def about(self) -> tuple[Ref, ...]:
        found = [Ref(QUESTION, self.question), Ref(BODY, self.body)]
        found += [Ref(QUESTION, self.parent)] if self.parent else []
        found += [Ref(PARTY, self.moved_by)] if self.moved_by else []
        found += [Ref(MEETING, self.meeting)] if self.meeting else []
        return (*found, Ref.parse(self.source)) if self.source else tuple(found)

    def sentence(self, name: Namer) -> str:
        words = {"body": name(Ref(BODY, self.body)), "title": self.title.shown(), "kind": QuestionKind(self.kind).label}
        if self.moved_by:
            return _("%(party)s put to %(body)s: “%(title)s” (%(kind)s).") % {
                **words,
                "party": name(Ref(PARTY, self.moved_by)),
            }
        return _("“%(title)s” was put to %(body)s (%(kind)s).") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionWithdrawn(OfQuestion):
    """A question was withdrawn before it was voted on."""

    TYPE = "decisions.question_withdrawn"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("“%(question)s” was withdrawn.") % {"question": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RulingMade(OfQuestion):
    """A person ruled on a question. order: of amendments, furthest first; empty: the ruling is about something else."""

    TYPE = "decisions.ruling_made"
    ERASURE = "Names the person by id only."
    ruling: str
    statement: str
    holds: bool
    by_role: str
    named: str
    reason: str
    order: tuple[str, ...]

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(QUESTION, self.question), Ref(PERSON_KIND, self.named))
        return (*first, Ref(MEETING, self.meeting)) if self.meeting else first

    def sentence(self, name: Namer) -> str:
        words = {
            "person": name(Ref(PERSON_KIND, self.named)),
            "what": finding_word(self.statement),
            "question": name(Ref(QUESTION, self.question)),
        }
        if self.order:
            return _("%(person)s found in which order the amendments to “%(question)s” are taken.") % words
        if self.holds:
            return _("%(person)s ruled on “%(question)s”: %(what)s.") % words
        return _("%(person)s ruled on “%(question)s” that this does not hold: %(what)s.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RulingChallenged(OfQuestion):
    """A delegation challenged a ruling; `challenge` is the question that decides. overturned by it: see `question_decided`."""

    TYPE = "decisions.ruling_challenged"
    ruling: str
    challenge: str
    party: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(QUESTION, self.question), Ref(QUESTION, self.challenge), Ref(PARTY, self.party))
        return (*first, Ref(MEETING, self.meeting)) if self.meeting else first

    def sentence(self, name: Namer) -> str:
        return _("%(party)s challenged a ruling on “%(question)s”.") % {
            "party": name(Ref(PARTY, self.party)),
            "question": name(Ref(QUESTION, self.question)),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChanged:
    """A part's text after a decision; left_out: it is no longer part of what is put."""

    id: str
    text: Text
    sha256: str
    left_out: bool


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDecided(OfQuestion):
    """A question is decided. changed: parts of `parent` that an adopted amendment or a rejected part changes. overturns: a ruling."""

    TYPE = "decisions.question_decided"
    vote: str
    verdict: str
    parent: str
    changed: tuple[PartChanged, ...]
    overturns: str

    def about(self) -> tuple[Ref, ...]:
        found = [Ref(QUESTION, self.question)]
        found += [Ref(QUESTION, self.parent)] if self.parent else []
        found += [Ref(RULING, self.overturns)] if self.overturns else []
        return (*found, Ref(MEETING, self.meeting)) if self.meeting else tuple(found)

    def sentence(self, name: Namer) -> str:
        words = {"question": name(Ref(QUESTION, self.question))}
        if self.verdict == "adopted":
            return _("“%(question)s” was adopted.") % words
        return _("“%(question)s” was not adopted.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsequenceCarriedOut(OfQuestion):
    """The act of another office that an adopted question calls for was done. made: id of what it made, empty: nothing."""

    TYPE = "decisions.consequence_carried_out"
    act: str
    made: str

    def sentence(self, name: Namer) -> str:
        return _("What “%(question)s” decides was carried out.") % {"question": name(Ref(QUESTION, self.question))}
