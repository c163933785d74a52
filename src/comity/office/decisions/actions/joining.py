"""What comes out once every organ that had to vote has voted. `deciding` asks here whenever the ballot of an organ is decided."""

from __future__ import annotations

from comity.groundwork.acts import Actor, applies, record
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.office.decisions.events.joint import BallotsJoined
from comity.office.decisions.events.question import QuestionWithdrawn
from comity.office.decisions.models import Question
from comity.office.decisions.models.joint import JointOutcome
from comity.office.decisions.queries import organs, reading
from comity.office.decisions.vocabulary import QuestionStage
from comity.rules.organs import whose_turn
from comity.rules.plain import record_to_plain, snapshot_to_plain

JOINS = (BallotsJoined, QuestionWithdrawn)
"""What acts name among what they record that may end with the last ballot of an organ."""


def record_joined(by: Actor, question: Question) -> JointOutcome | None:
    """Join the ballots on a question, if no organ has to vote any more; ballots that are not needed after all are withdrawn.

    None: another organ is to vote. The outcome is final: every organ that it rests on has adopted or rejected.
    """
    given = organs.given(question)
    outcome = organs.joined(question, given, by.now.date())
    if whose_turn(outcome, itself=given.own is not None):
        return None
    for row in question.organs.filter(ballot__stage=QuestionStage.PUT).select_related("ballot").order_by("organ"):
        record(
            by,
            QuestionWithdrawn(
                question=row.ballot_id, meeting=row.ballot.meeting, readable_by=row.ballot.audience, reason=""
            ),
        )
    text = outcome.to_json().decode()
    hidden = sorted(given.audiences - {PUBLIC})
    made = new_id(by.now)
    record(
        by,
        BallotsJoined(
            question=question.id,
            meeting=question.meeting,
            readable_by=hidden[0] if hidden else PUBLIC,
            joint=made,
            snapshot=snapshot_to_plain(outcome.snapshot),
            parties=dict(given.parties),
            record=record_to_plain(outcome.record),
            outcome=text,
            digest=reading.digest(text),
            verdict=outcome.verdict.value,
        ),
    )
    return JointOutcome.objects.select_related("question__parent").get(id=made)


@applies(BallotsJoined)
def _apply_ballots_joined(stated: BallotsJoined, recorded: Recorded) -> None:
    JointOutcome.objects.create(
        id=stated.joint,
        question_id=stated.question,
        audience=stated.readable_by,
        snapshot=stated.snapshot,
        parties=stated.parties,
        record=stated.record,
        outcome=stated.outcome,
        outcome_digest=stated.digest,
        verdict=stated.verdict,
        joined_at=recorded.time,
    )
