"""Event types on votes: opening, proxies, what is cast, the close with its outcome, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.decisions.events.question import MEETING, PARTY
from comity.office.decisions.models.question import QUESTION
from comity.office.decisions.models.vote import VOTE
from comity.office.decisions.vocabulary import VoteKind, When
from comity.office.decisions.words import choice_word, verdict_word


@dataclass(frozen=True, slots=True, kw_only=True)
class OfVote(Fact):
    """What is about a vote, and so about its question. meeting: id of the meeting, empty: none. readable_by: as the question is."""

    vote: str
    question: str
    meeting: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        first = (Ref(VOTE, self.vote), Ref(QUESTION, self.question))
        return (*first, Ref(MEETING, self.meeting)) if self.meeting else first


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class VoteOpened(OfVote):
    """A vote opened: the electorate and its weights are frozen, the disclosure is fixed. Fields as in `models.Vote`."""

    TYPE = "decisions.vote_opened"
    kind: str
    attempt: int
    disclosure: str
    on: date
    snapshot: dict[str, Any]
    snapshot_digest: str
    parties: dict[str, str]
    objections: dict[str, str]
    present: tuple[str, ...] | None
    called: tuple[str, ...]
    closes_at: datetime | None

    def sentence(self, name: Namer) -> str:
        words = {"question": name(Ref(QUESTION, self.question)), "kind": VoteKind(self.kind).label}
        return _("The vote on “%(question)s” opened (%(kind)s).") % words


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfMember(OfVote):
    """What a member does in a vote. member: its key; party: its id."""

    member: str
    party: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(VOTE, self.vote), Ref(PARTY, self.party))


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyGiven(_OfMember):
    """A member's vote may be cast by another. holder: its key."""

    TYPE = "decisions.proxy_given"
    proxy: str
    holder: str
    holder_party: str
    note: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(VOTE, self.vote), Ref(PARTY, self.party), Ref(PARTY, self.holder_party))

    def sentence(self, name: Namer) -> str:
        return _("%(party)s gave its vote to %(holder)s.") % {
            "party": name(Ref(PARTY, self.party)),
            "holder": name(Ref(PARTY, self.holder_party)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyWithdrawn(_OfMember):
    """A member casts its vote itself again; what was cast by proxy no longer counts."""

    TYPE = "decisions.proxy_withdrawn"
    proxy: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s took its proxy back.") % {"party": name(Ref(PARTY, self.party))}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(_OfMember):
    """A member voted, or changed its vote. Before the close it is for all only where the disclosure says so (`readable_by`).

    number: how often the member's vote was given, this time included. press: the name of the press of a button.
    """

    TYPE = "decisions.vote_cast"
    choice: str
    reason: str
    channel: str
    holder: str
    number: int
    press: str

    def sentence(self, name: Namer) -> str:
        words = {"party": name(Ref(PARTY, self.party)), "choice": choice_word(self.choice)}
        if self.number > 1:
            return _("%(party)s changed its vote: %(choice)s.") % words
        return _("%(party)s voted: %(choice)s.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class HandsCounted(OfVote):
    """Votes were counted without names, by show of hands. hands: how many by choice; they replace what was counted before."""

    TYPE = "decisions.hands_counted"
    hands: dict[str, int]

    def sentence(self, name: Namer) -> str:
        count = sum(self.hands.values())
        return ngettext("%(count)d hand was counted.", "%(count)d hands were counted.", count) % {"count": count}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class VoteClosed(OfVote):
    """A vote closed. record: all that the outcome rests on beside the snapshot; of an open vote the numbers only.

    outcome: canonical JSON, as the rules engine computed it; digest: its SHA-256.
    """

    TYPE = "decisions.vote_closed"
    record: dict[str, Any]
    outcome: str
    digest: str
    verdict: str

    def sentence(self, name: Namer) -> str:
        return _("The vote on “%(question)s” closed: %(verdict)s.") % {
            "question": name(Ref(QUESTION, self.question)),
            "verdict": verdict_word(self.verdict),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class TieBroken(OfVote):
    """The chair broke a tie with a casting vote; the outcome was computed again with it. Other fields as in `VoteClosed`."""

    TYPE = "decisions.tie_broken"
    in_favour: bool
    record: dict[str, Any]
    outcome: str
    digest: str
    verdict: str

    def sentence(self, name: Namer) -> str:
        words = {"question": name(Ref(QUESTION, self.question))}
        if self.in_favour:
            return _("The chair broke the tie on “%(question)s” in favour.") % words
        return _("The chair broke the tie on “%(question)s” against.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAnnounced(OfVote):
    """The chair announced an outcome in words of their own. agrees: whether the verdict is the one that was computed."""

    TYPE = "decisions.outcome_announced"
    announcement: str
    verdict: str
    words: Text
    agrees: bool

    def sentence(self, name: Namer) -> str:
        words = {"question": name(Ref(QUESTION, self.question)), "verdict": verdict_word(self.verdict)}
        if self.agrees:
            return _("The chair announced on “%(question)s”: %(verdict)s.") % words
        return _("The chair announced on “%(question)s”: %(verdict)s. The computed outcome is another.") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class VoteExplained(_OfMember):
    """A delegation explained its vote, before it or after it."""

    TYPE = "decisions.vote_explained"
    explanation: str
    when: str
    text: Text

    def sentence(self, name: Namer) -> str:
        words = {"party": name(Ref(PARTY, self.party)), "vote": name(Ref(VOTE, self.vote))}
        if self.when == When.BEFORE:
            return _("%(party)s explained its vote before the vote (%(vote)s).") % words
        return _("%(party)s explained its vote after the vote (%(vote)s).") % words


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNoted(_OfMember):
    """A delegation said after the close that it had meant to vote otherwise. The result does not change."""

    TYPE = "decisions.correction_noted"
    correction: str
    intended: str
    note: str

    def sentence(self, name: Namer) -> str:
        return _("%(party)s noted that it had meant to vote: %(choice)s. The result does not change.") % {
            "party": name(Ref(PARTY, self.party)),
            "choice": choice_word(self.intended),
        }
