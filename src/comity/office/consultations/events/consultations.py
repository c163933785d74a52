"""Event types on a consultation as a whole: its terms and its stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.audiences import PUBLIC, SECRETARIAT
from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.consultations.models import CONSULTATION, FINDING


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelTerms:
    """An answer to a question about the participant."""

    id: str
    word: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTerms:
    """A question about the participant."""

    id: str
    question: Text
    labels: tuple[LabelTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a consultation asks, of whom, and how: all that its page promises. Fields as in `models.Consultation`."""

    title: Text
    background: Text
    policy: Text
    languages: tuple[str, ...]
    entry: str
    moderating: str
    showing: str
    votes_published: bool
    proposals: bool
    opens_on: date | None
    proposals_until: date | None
    closes_on: date | None
    blocked: tuple[str, ...]
    embed_in: tuple[str, ...]
    segments: tuple[SegmentTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfConsultation(Fact):
    """What is about a consultation."""

    consultation: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(CONSULTATION, self.consultation),)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationCreated(OfConsultation):
    """A consultation was prepared. The secretariat alone reads this until it opens."""

    TYPE = "consultations.created"
    AUDIENCE = SECRETARIAT
    terms: Terms
    copied_from: str | None
    simulated: bool
    source: str
    attribution: str

    def sentence(self, name: Namer) -> str:
        return _("The consultation “%(title)s” was prepared.") % {"title": self.terms.title.shown()}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationChanged(OfConsultation):
    """The terms changed. changed: names of the fields. draft: it was not open yet."""

    TYPE = "consultations.changed"
    terms: Terms
    changed: tuple[str, ...]
    draft: bool

    @property
    def audience(self) -> str:
        return SECRETARIAT if self.draft else PUBLIC

    def sentence(self, name: Namer) -> str:
        return _("The terms of the consultation “%(title)s” were changed.") % {"title": self.terms.title.shown()}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsStated(OfConsultation):
    """What share of the population each answer to a question about participants has, in thousandths, in the order of answers."""

    TYPE = "consultations.targets_stated"
    segment: str
    shares: tuple[int, ...]
    source: str

    def sentence(self, name: Namer) -> str:
        return _("The population was stated with which answers to the consultation %(consultation)s are compared.") % {
            "consultation": name(self.about()[0])
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationOpened(OfConsultation):
    """People can take part; also after it had been closed. terms: as they hold, for whoever could not read the draft."""

    TYPE = "consultations.opened"
    terms: Terms
    again: bool

    def sentence(self, name: Namer) -> str:
        words = {"title": self.terms.title.shown()}
        if self.again:
            return _("The consultation “%(title)s” was opened again.") % words
        return _("The consultation “%(title)s” opened.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationClosed(OfConsultation):
    """Nobody can answer any more, unless it is opened again."""

    TYPE = "consultations.closed"

    def sentence(self, name: Namer) -> str:
        return _("The consultation %(consultation)s closed.") % {"consultation": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationFrozen(OfConsultation):
    """No answer and no statement can change any more; the final result is being computed."""

    TYPE = "consultations.frozen"

    def sentence(self, name: Namer) -> str:
        return _("The answers to the consultation %(consultation)s became final.") % {
            "consultation": name(self.about()[0])
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFinal(OfConsultation):
    """The final result was computed. published: SHA-256 by which it is published. participants, votes: what it counts."""

    TYPE = "consultations.result_final"
    published: str
    participants: int
    votes: int

    def sentence(self, name: Namer) -> str:
        return _("The final result of the consultation %(consultation)s was published.") % {
            "consultation": name(self.about()[0])
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationArchived(OfConsultation):
    """It left the list of what is going on. Its pages stay."""

    TYPE = "consultations.archived"

    def sentence(self, name: Namer) -> str:
        return _("The consultation %(consultation)s was archived.") % {"consultation": name(self.about()[0])}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationsMade(OfConsultation):
    """Invitations were made. The codes are nowhere in the record."""

    TYPE = "consultations.invitations_made"
    AUDIENCE = SECRETARIAT
    count: int
    expires_on: date

    def sentence(self, name: Namer) -> str:
        return _("%(count)d invitations to the consultation %(consultation)s were made.") % {
            "count": self.count,
            "consultation": name(self.about()[0]),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRemoved(OfConsultation):
    """A participant was removed: their answers take no part any more. participant: their number in the consultation, for the
    secretariat; as text, being larger than the numbers that JSON keeps.

    subject: None; a participant is no person of the register.
    """

    TYPE = "consultations.participant_removed"
    PERSONAL = frozenset({"participant"})
    SUBJECT = "subject"
    ERASURE = "The participant's number is in the personal part, which only the secretariat reads; it can be erased."
    removal: str
    participant: str | None
    subject: None = None
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("A participant was removed from the consultation %(consultation)s.") % {
            "consultation": name(self.about()[0])
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersErased(OfConsultation):
    """Answers were taken out of the log of answers, at the wish of whoever gave them or with their removal.

    entries: places in that log which are empty since; so that it still verifies. Whose they were is nowhere in the record.
    """

    TYPE = "consultations.answers_erased"
    entries: tuple[int, ...]

    def sentence(self, name: Namer) -> str:
        return _("Answers were taken out of the consultation %(consultation)s.") % {
            "consultation": name(self.about()[0])
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersSealed(OfConsultation):
    """The log of answers had this many entries and this head: no answer can be changed or put in before it unnoticed."""

    TYPE = "consultations.answers_sealed"
    ROUTINE = True
    entries: int
    head: str

    def sentence(self, name: Namer) -> str:
        return _("The log of answers of the consultation %(consultation)s was sealed at %(entries)d entries.") % {
            "consultation": name(self.about()[0]),
            "entries": self.entries,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKept(OfConsultation):
    """A finding got an address of its own, with what it looked like. snapshot: see `queries.findings`."""

    TYPE = "consultations.finding_kept"
    finding: str
    kind: str
    statement: str | None
    published: str
    snapshot: dict[str, object] = field(default_factory=dict)

    def about(self) -> tuple[Ref, ...]:
        return (Ref(FINDING, self.finding), Ref(CONSULTATION, self.consultation))

    def sentence(self, name: Namer) -> str:
        return _("A finding of the consultation %(consultation)s was kept for citation.") % {
            "consultation": name(self.about()[1])
        }
