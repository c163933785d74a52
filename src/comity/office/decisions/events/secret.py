"""Event types of secret ballots. That somebody put a paper in is no event: it is told, of all at once, when the papers are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.groundwork.facts import Fact, Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.decisions.models.question import QUESTION
from comity.office.decisions.models.secret import SECRET
from comity.office.decisions.words import titled


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSecret(Fact):
    """What is about a secret ballot. question: empty in an election. meeting: that takes it, empty: none. readable_by: its audience."""

    secret: str
    question: str
    meeting: str
    readable_by: str

    @property
    def audience(self) -> str:
        return self.readable_by

    def about(self) -> tuple[Ref, ...]:
        found = [Ref(SECRET, self.secret)]
        found += [Ref(QUESTION, self.question)] if self.question else []
        found += [Ref("meetings.meeting", self.meeting)] if self.meeting else []
        return tuple(found)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretOpened(OfSecret):
    """A secret ballot was opened. Fields as in `models.secret.SecretBallot`."""

    TYPE = "decisions.secret_opened"
    title: Text
    body: str
    charter: str
    rule: str
    on: date
    marks: tuple[str, ...]
    most: int
    ranked: bool = False
    snapshot: dict[str, Any]
    parties: dict[str, str]
    electors: tuple[str, ...]

    def sentence(self, name: Namer) -> str:
        return _("A secret ballot was opened: %(title)s.") % {"title": titled(self, name, self.title)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretInterrupted(OfSecret):
    """The server that held the urn stopped, and the papers are gone with it: all vote again. attempt: the number of the new one."""

    TYPE = "decisions.secret_interrupted"
    attempt: int

    def sentence(self, name: Namer) -> str:
        return _("The secret ballot %(ballot)s was interrupted before the count: it begins again.") % {
            "ballot": name(self.about()[0])
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretCounted(OfSecret):
    """The papers were counted. totals: papers by what was marked, with `blank` and `invalid`; None: too few to publish numbers.

    voted: keys of those who put a paper in, in the order of the keys. on_paper: how many of the papers were of paper. outcome: canonical
    JSON of the rules engine, empty in an election and where there are no totals. verdict: empty in an election.
    """

    TYPE = "decisions.secret_counted"
    papers: int
    on_paper: int
    totals: dict[str, int] | None
    voted: tuple[str, ...]
    verdict: str
    outcome: str

    def sentence(self, name: Namer) -> str:
        told = ngettext(
            "The secret ballot %(ballot)s was counted: %(papers)d paper.",
            "The secret ballot %(ballot)s was counted: %(papers)d papers.",
            self.papers,
        ) % {"ballot": name(self.about()[0]), "papers": self.papers}
        if not self.on_paper:
            return told
        return _("%(counted)s Real papers among them: %(real)d.") % {"counted": told, "real": self.on_paper}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class SecretCancelled(OfSecret):
    """A secret ballot was ended without a count; its papers were never looked at."""

    TYPE = "decisions.secret_cancelled"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("The secret ballot %(ballot)s was cancelled: %(reason)s") % {
            "ballot": name(self.about()[0]),
            "reason": self.reason,
        }
