"""Checks that several acts make: the question and the vote are there and at the right stage, whoever presides presides here."""

from __future__ import annotations

from typing import TypedDict, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from comity.groundwork.ids import is_id
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY, Role
from comity.office.charter.queries import BODY_SECRETARY, CHAIR, VICE_CHAIR
from comity.office.decisions.models import Question, Vote
from comity.office.decisions.vocabulary import QuestionStage, VoteStage
from comity.office.meetings.roles import PRESIDING
from comity.office.members.models import Party
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION

C = TypeVar("C", bound=TextChoices)
PRESIDES: tuple[Role, ...] = (SECRETARY, PRESIDING.of("meeting"), CHAIR.of("body"), VICE_CHAIR.of("body"))
"""Who conducts a vote: whoever presides over the meeting, the chair of the body, or the secretariat at their word."""
KEEPS: tuple[Role, ...] = (*PRESIDES, BODY_SECRETARY.of("body"))
"""Who writes down what happens in a body."""
SPEAKS: tuple[Role, ...] = (HEAD_OF_DELEGATION.of("party"), DELEGATE.of("party"))
"""Who votes for a party."""


def the_question(key: str, *stages: QuestionStage) -> Question:
    """The question, at one of these stages (none given: at any). Raises NotFound, Refused."""
    rows = Question.objects.select_related("body", "parent")
    found = rows.filter(id=key).first() if is_id(key) else None
    if found is None:
        raise NotFound(_("There is no such question."))
    if stages and found.stage not in stages:
        raise Refused(_("This question is “%(stage)s” already.") % {"stage": QuestionStage(found.stage).label})
    return found


def the_vote(key: str, *stages: VoteStage) -> Vote:
    """The vote with its question, at one of these stages. Raises NotFound, Refused."""
    rows = Vote.objects.select_related("question__body", "question__parent")
    found = rows.filter(id=key).first() if is_id(key) else None
    if found is None:
        raise NotFound(_("There is no such vote."))
    if stages and found.stage not in stages:
        raise Refused(
            _("The vote is closed.")
            if found.stage == VoteStage.CLOSED
            else _("The vote is open still: close it first.")
        )
    return found


class AboutVote(TypedDict):
    """What every fact about a vote says."""

    vote: str
    question: str
    meeting: str
    readable_by: str


def of_vote(vote: Vote, readable_by: str = "") -> AboutVote:
    """Which vote a fact is about. readable_by: who may read it, where that is not whoever may read the question."""
    question = vote.question
    return {
        "vote": vote.id,
        "question": question.id,
        "meeting": question.meeting,
        "readable_by": readable_by or question.audience,
    }


def belongs(question: Question, body: str, meeting: str) -> None:
    """Refuse a body or meeting that is not the question's: whoever presides elsewhere does not preside here. Raises Refused."""
    if body and body != question.body_id:
        raise Refused(_("This question is before another body."), field="body")
    if meeting and meeting != question.meeting:
        raise Refused(_("This question is before another meeting."), field="meeting")


def the_party(key: str, field: str = "party") -> Party:
    """A party that is no duplicate. Raises Refused."""
    found = Party.objects.filter(id=key, merged_into__isnull=True).first() if is_id(key) else None
    if found is None:
        raise Refused(_("There is no such party."), field=field)
    return found


def member_of(vote: Vote, party: str, field: str = "party") -> str:
    """The key of a party in the electorate of a vote. Raises Refused."""
    for key, known in vote.parties.items():
        if known == party:
            return str(key)
    raise Refused(_("This party is not in the electorate of this vote."), field=field)


def one_of(choices: type[C], value: str, field: str) -> C:
    """A closed choice by its value. Raises Refused."""
    if value not in choices.values:
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": value[:50]}, field=field)
    return choices(value)
