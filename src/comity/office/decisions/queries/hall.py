"""What the hall, the desk and the phones of a meeting show of a vote: panels on the pages of the meetings office, and the live part.

The hall sees what everybody may see: the disclosure that was fixed when the vote opened holds there as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import Reader
from comity.groundwork.live import Part, register_part
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.refs import Ref
from comity.office.decisions.models import VOTE, Question, Vote
from comity.office.decisions.models.secret import SecretBallot
from comity.office.decisions.queries import questions
from comity.office.decisions.queries.board import board
from comity.office.decisions.vocabulary import QuestionStage, VoteStage
from comity.office.meetings.models import Item, PointOfOrder


def latest_in(meeting: str) -> Vote | None:
    """The vote that is open in a meeting, else the last one that closed in it. One query."""
    rows = Vote.objects.select_related("question__body", "question__parent").filter(question__meeting=meeting)
    return rows.order_by("-stage", "-opened_at", "-id").first()


def _vote_page(ref: Ref, reader: Reader) -> Mapping[str, Any] | None:
    vote = Vote.objects.select_related("question__body", "question__parent").filter(id=ref.id).first()
    if vote is None or not reader.may_read(vote.question.audience):
        return None
    return {"board": board(vote), "vote": vote, "question": vote.question}


def _result(ref: Ref, reader: Reader) -> Mapping[str, Any] | None:
    vote = Vote.objects.select_related("question__body", "question__parent").filter(id=ref.id).first()
    if vote is None or not reader.may_read(vote.question.audience):
        return None
    return {"board": board(vote, whole=False), "vote": vote}


def _audience(ref: Ref) -> str | None:
    vote = Vote.objects.select_related("question").filter(id=ref.id).first()
    return vote.question.audience if vote is not None else None


register_part(
    Part(name="decisions.hall", kind=VOTE, template="decisions/_hall.html", audience_of=_audience, fill=_vote_page)
)

register_part(
    Part(name="decisions.result", kind=VOTE, template="decisions/_result.html", audience_of=_audience, fill=_result)
)


def _in_hall(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    vote = latest_in(ref.id) if ref is not None else None
    if vote is None or not actor.reader.may_read(vote.question.audience) or _left_behind(vote):
        return None
    return {"board": board(vote), "vote": vote, "question": vote.question}


def _left_behind(vote: Vote) -> bool:
    """Whether the meeting has gone on, after this vote closed, to another item or to a secret ballot."""
    if vote.closed_at is None:
        return False
    meeting, closed = vote.question.meeting, vote.closed_at
    ballots = SecretBallot.objects.filter(meeting=meeting, opened_at__gt=closed)
    return Item.objects.filter(meeting=meeting, taken_up_at__gt=closed).exists() or ballots.exists()


def _on_floor(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """Open votes of the meeting, on every page of it at once; the page that it leads to knows who votes."""
    rows = Vote.objects.select_related("question").filter(question__meeting=ref.id if ref else "", stage=VoteStage.OPEN)
    found = [vote for vote in rows.order_by("id") if actor.reader.may_read(vote.question.audience)]
    return {"votes": found} if found else None


def _of_meeting(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """Questions of the meeting, as its page and its desk list them."""
    rows = Question.objects.filter(questions.for_reader(actor), meeting=ref.id if ref else "")
    listed = list(rows.exclude(stage=QuestionStage.WITHDRAWN).order_by("id"))
    return {"questions": listed} if listed else None


def _on_point(actor: Actor, ref: Ref | None) -> Mapping[str, Any] | None:
    """The question whether a challenged ruling on a point of order stands, or the way to put it."""
    point = PointOfOrder.objects.filter(id=ref.id if ref else "").first()
    if point is None or point.challenged_at is None or point.settled_at is not None:
        return None
    question = questions.challenge_of(str(point.ref))
    if question is None and not questions.runs_meeting(actor, point.meeting_id):
        return None
    return {"question": question, "point": point}


register_panel(Panel("meetings.point", 30, "decisions/_on_point.html", _on_point))
register_panel(Panel("meetings.projector", 30, "decisions/_hall.html", _in_hall))
register_panel(Panel("meetings.now", 30, "decisions/_on_floor.html", _on_floor))
register_panel(Panel("meetings.meeting", 40, "decisions/_of_meeting.html", _of_meeting))
register_panel(Panel("meetings.desk", 40, "decisions/_of_meeting.html", _of_meeting))
