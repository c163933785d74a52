"""Event types of elections: called, who stands, rounds, lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.decisions.models.election import CANDIDATURE, ELECTION
from comity.office.decisions.words import several, titled


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestTerms:
    """Seats that are filled together."""

    id: str
    region: Text
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfElection(Fact):
    """What is about an election. readable_by: its audience."""

    election: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        return (Ref(ELECTION, self.election),)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionCalled(OfElection):
    """An election was called. Fields as in `models.election.Election`."""

    TYPE = "decisions.election_called"
    title: Text
    body: str
    meeting: str
    charter: str
    rule: str
    on: date
    contests: tuple[ContestTerms, ...]

    def sentence(self, name: Namer) -> str:
        return _("An election was called: %(title)s.") % {"title": titled(self, name, self.title)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatureEntered(OfElection):
    """Somebody was put forward. party: a party that stands itself, empty: a person by name. subject: None, they may have no account.

    name, statement: None once they were erased.
    """

    TYPE = "decisions.candidature_entered"
    PERSONAL = frozenset({"name", "statement"})
    SUBJECT = "subject"
    ERASURE = "Name and statement are in the personal part, which goes with them; who endorsed the candidate stays."
    candidature: str
    contest: str
    party: str
    name: str | None
    subject: None = None
    endorsed_by: str
    statement: Text | None

    def about(self) -> tuple[Ref, ...]:
        found = (Ref(ELECTION, self.election), Ref(CANDIDATURE, self.candidature))
        return (*found, Ref("members.party", self.endorsed_by))

    def sentence(self, name: Namer) -> str:
        return _("%(party)s put forward %(candidate)s in %(election)s.") % {
            "party": name(self.about()[2]),
            "candidate": name(self.about()[1]),
            "election": name(self.about()[0]),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatureWithdrawn(OfElection):
    """A candidature was withdrawn."""

    TYPE = "decisions.candidature_withdrawn"
    candidature: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(ELECTION, self.election), Ref(CANDIDATURE, self.candidature))

    def sentence(self, name: Namer) -> str:
        return _("The candidature of %(candidate)s in %(election)s was withdrawn.") % {
            "candidate": name(self.about()[1]),
            "election": name(self.about()[0]),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateErased(OfElection):
    """Name and statement of a candidate were erased from the tables and from every event. What was counted stays."""

    TYPE = "decisions.candidate_erased"
    candidature: str
    reason: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(ELECTION, self.election), Ref(CANDIDATURE, self.candidature))

    def sentence(self, name: Namer) -> str:
        return _("The name and the statement of a candidate in %(election)s were erased: %(reason)s") % {
            "election": name(self.about()[0]),
            "reason": self.reason,
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOpened(OfElection):
    """A round was opened; its papers are a secret ballot."""

    TYPE = "decisions.round_opened"
    contest: str
    round: str
    number: int
    secret: str

    def sentence(self, name: Namer) -> str:
        return _("Round %(number)d of %(election)s was opened.") % {
            "number": self.number,
            "election": name(self.about()[0]),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How a contest stands: fields as in `models.election.Contest`."""

    elected: tuple[str, ...]
    seats_left: int
    field: tuple[str, ...] | None
    tied: tuple[str, ...]


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class RoundClosed(OfElection):
    """The papers of a round were counted. elected: in this round. stands: the contest after it."""

    TYPE = "decisions.round_closed"
    contest: str
    round: str
    number: int
    elected: tuple[str, ...]
    stands: Stands

    def about(self) -> tuple[Ref, ...]:
        return (Ref(ELECTION, self.election), *(Ref(CANDIDATURE, one) for one in self.elected))

    def sentence(self, name: Namer) -> str:
        words = {"number": self.number, "election": name(Ref(ELECTION, self.election))}
        if not self.elected:
            return _("Round %(number)d of %(election)s elected nobody.") % words
        return _("Round %(number)d of %(election)s elected: %(names)s.") % {
            **words,
            "names": several(name(Ref(CANDIDATURE, one)) for one in self.elected),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class LotDrawn(OfElection):
    """A lot was drawn among those who were tied. seed, source: for all to draw it again. order: as it follows from the seed."""

    TYPE = "decisions.lot_drawn"
    contest: str
    lot: str
    round: str
    number: int
    seed: str
    source: str
    order: tuple[str, ...]
    elected: tuple[str, ...]
    stands: Stands

    def about(self) -> tuple[Ref, ...]:
        return (Ref(ELECTION, self.election), *(Ref(CANDIDATURE, one) for one in self.order))

    def sentence(self, name: Namer) -> str:
        return _("A lot was drawn in %(election)s; in this order: %(names)s.") % {
            "election": name(Ref(ELECTION, self.election)),
            "names": several(name(Ref(CANDIDATURE, one)) for one in self.order),
        }
