"""The decisions office through the API: questions with their parts, votes with snapshot, record and outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema

from comity.groundwork.api import READING, Asked, Part, TextOut, found
from comity.groundwork.audiences import Reader
from comity.office.decisions.api_silence import router as silence
from comity.office.decisions.exports import record_values
from comity.office.decisions.models import Question
from comity.office.decisions.queries import organs, questions

router = Router(tags=["decisions"], auth=READING)
router.add_router("", silence)


class QuestionPartOut(Schema):
    """A part of what is put. sha256: of its text in all languages."""

    reference: str
    label: str
    text: TextOut
    sha256: str
    left_out: bool
    changed_by: str | None


class OrganOut(Schema):
    """A ballot in a decision of several organs. rule: by which it votes; ballot: id of the question before its body."""

    organ: str
    rule: str
    ballot: str


class QuestionOut(Schema):
    """A question before a body. charter: id of the version of its rule. votes: ids, oldest first. organs: where several decide."""

    id: str
    kind: str
    body: str
    parent: str | None
    title: TextOut
    charter: str
    rule: str
    mode: str
    meeting: str
    moved_by: str
    source: str
    stage: str
    verdict: str
    rank: int | None
    put_at: datetime
    decided_at: datetime | None
    parts: list[QuestionPartOut]
    votes: list[str]
    organs: list[OrganOut]


class JointOut(Schema):
    """What came out of the ballots of several organs: `record` has the vote of each, whole, with its own members."""

    question: dict[str, Any]
    charter: dict[str, Any]
    ballots: dict[str, str]
    snapshot: dict[str, Any]
    parties: dict[str, str]
    record: dict[str, Any]
    outcome: dict[str, Any]
    outcome_sha256: str


class VoteOut(Schema):
    """A vote: what anybody needs to compute its outcome again, as far as it is disclosed. record and outcome: null until the close."""

    vote: str
    question: dict[str, Any]
    kind: str
    attempt: int
    disclosure: str
    stage: str
    on: str
    charter: dict[str, Any]
    snapshot: dict[str, Any]
    snapshot_sha256: str
    parties: dict[str, str]
    record: dict[str, Any] | None
    outcome: dict[str, Any] | None
    outcome_sha256: str | None


def _out(row: Question, reader: Reader) -> QuestionOut:
    return QuestionOut(
        id=row.id,
        kind=row.kind,
        body=row.body_id,
        parent=row.parent_id,
        title=TextOut.of(row.title),
        charter=row.charter,
        rule=row.rule,
        mode=row.mode,
        meeting=row.meeting,
        moved_by=row.moved_by,
        source=row.source,
        stage=row.stage,
        verdict=row.verdict,
        rank=row.rank,
        put_at=row.put_at,
        decided_at=row.decided_at,
        parts=[
            QuestionPartOut(
                reference=part.reference,
                label=part.label,
                text=TextOut.of(part.text),
                sha256=part.sha256,
                left_out=part.left_out,
                changed_by=part.changed_by_id,
            )
            for part in sorted(row.parts.all(), key=lambda part: part.rank)
        ],
        votes=sorted(vote.id for vote in row.votes.all()),
        organs=[
            OrganOut(organ=one.organ, rule=one.rule, ballot=one.ballot_id)
            for one in sorted(row.organs.all(), key=lambda one: one.organ)
            if reader.may_read(one.ballot.audience)
        ],
    )


@router.get("/questions", response=Part[QuestionOut])
def list_questions(request: Any, asked: Query[Asked]) -> Part[QuestionOut]:
    """Questions that you may see, the newest first."""
    rows = questions.all_questions(request.auth)
    part = rows[asked.offset : asked.offset + asked.limit].prefetch_related("parts", "votes", "organs__ballot")
    return Part[QuestionOut](total=rows.count(), items=[_out(row, request.auth.reader) for row in part])


@router.get("/questions/{key}", response=QuestionOut)
def question(request: Any, key: str) -> QuestionOut:
    """One question with its parts."""
    return _out(found(questions.question(key, request.auth)), request.auth.reader)


@router.get("/questions/{key}/joint", response=JointOut)
def joint(request: Any, key: str) -> JointOut:
    """What came out of the ballots of several organs, once all that were needed were given."""
    kept = organs.values(found(organs.joint_outcome(key, request.auth)))
    return JointOut(**{name: value for name, value in kept.items() if name != "format"})


@router.get("/votes/{key}", response=VoteOut)
def vote(request: Any, key: str) -> VoteOut:
    """One vote: who could vote with which groups and weights, and, once it is closed, how, and what came out."""
    return VoteOut(
        **{k: v for k, v in record_values(found(questions.vote(key, request.auth))).items() if k != "format"}
    )
