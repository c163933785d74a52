"""Event types on decisions of several organs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import Ref
from comity.office.decisions.events.question import BODY, OfQuestion
from comity.office.decisions.models.question import QUESTION
from comity.office.decisions.words import verdict_word


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class OrganNamed(OfQuestion):
    """The body was named that gives the ballot of an organ, and the question was put to it. rule: by which it votes there.

    ballot: id of the question before that body.
    """

    TYPE = "decisions.organ_named"
    organ: str
    rule: str
    body: str
    ballot: str

    def about(self) -> tuple[Ref, ...]:
        return (Ref(QUESTION, self.question), Ref(QUESTION, self.ballot), Ref(BODY, self.body))

    def sentence(self, name: Namer) -> str:
        return _("%(body)s gives the ballot of “%(organ)s” on “%(question)s”.") % {
            "body": name(Ref(BODY, self.body)),
            "organ": self.organ,
            "question": name(Ref(QUESTION, self.question)),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class BallotsJoined(OfQuestion):
    """All organs that had to vote have voted. record: with the vote of each, whole; other fields as in `vote_closed`."""

    TYPE = "decisions.ballots_joined"
    ERASURE = "Names people in rulings by id only."
    joint: str
    snapshot: dict[str, Any]
    parties: dict[str, str]
    record: dict[str, Any]
    outcome: str
    digest: str
    verdict: str

    def sentence(self, name: Namer) -> str:
        return _("The ballots of all organs on “%(question)s” were joined: %(verdict)s.") % {
            "question": name(Ref(QUESTION, self.question)),
            "verdict": verdict_word(self.verdict),
        }
