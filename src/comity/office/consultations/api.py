"""The consultations office through the API: what is asked, its statements, where its results are, findings that are kept.

Answers are sent to the ballot box, with a participant's ticket; docs/ballot_box.md has its addresses.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from comity.groundwork.api import READING, Asked, Part, TextOut, found
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.queries import consultations, results
from comity.office.consultations.queries import statements as of_statements

router = Router(tags=["consultations"], auth=READING)


class SegmentOut(Schema):
    """A question about the participant, with the answers to choose from."""

    question: TextOut
    labels: list[TextOut]


class ConsultationOut(Schema):
    """A consultation. result: name of the newest version that you may see, null: none."""

    id: str
    title: TextOut
    background: TextOut
    policy: TextOut
    languages: list[str]
    entry: str
    moderating: str
    showing: str
    votes_published: bool
    proposals: bool
    opens_on: date | None
    proposals_until: date | None
    closes_on: date | None
    stage: str
    simulated: bool
    source: str
    attribution: str
    segments: list[SegmentOut]
    result: str | None


class StatementOut(Schema):
    """A statement. number: its id in answers and results. asked: people are asked it now. merged_into: the statement that stays."""

    id: str
    number: int
    text: TextOut
    decision: str
    reason: str
    seed: bool
    meta: bool
    asked: bool
    merged_into: str | None
    split_from: str | None
    proposed_at: datetime

    @classmethod
    def of(cls, row: Statement) -> StatementOut:
        """From a row."""
        return cls(
            id=row.id,
            number=row.number,
            text=TextOut.of(row.text),
            decision=row.decision,
            reason=row.reason,
            seed=row.seed,
            meta=row.meta,
            asked=row.asked,
            merged_into=row.merged_into_id,
            split_from=row.split_from_id,
            proposed_at=row.proposed_at,
        )


class FindingOut(Schema):
    """A finding that was kept for citation, with what it looked like."""

    id: str
    consultation: str
    kind: str
    statement: str | None
    version: str
    snapshot: dict[str, Any]
    kept_at: datetime


def _out(current: Consultation, request: Any) -> ConsultationOut:
    latest = results.latest(current) if results.may_see(current, request.auth) else None
    return ConsultationOut(
        id=current.id,
        title=TextOut.of(current.title),
        background=TextOut.of(current.background),
        policy=TextOut.of(current.policy),
        languages=current.languages,
        entry=current.entry,
        moderating=current.moderating,
        showing=current.showing,
        votes_published=current.votes_published,
        proposals=current.proposals,
        opens_on=current.opens_on,
        proposals_until=current.proposals_until,
        closes_on=current.closes_on,
        stage=current.stage,
        simulated=current.simulated,
        source=current.source,
        attribution=current.attribution,
        segments=[
            SegmentOut(
                question=TextOut.of(segment.question), labels=[TextOut.of(label.word) for label in segment.labels.all()]
            )
            for segment in consultations.segments_of(current)
        ],
        result=latest.version if latest is not None else None,
    )


@router.get("", response=Part[ConsultationOut])
def list_consultations(request: Any, asked: Query[Asked]) -> Part[ConsultationOut]:
    """Consultations that you may see: open ones first, then the newest."""
    listing = consultations.listing(request.auth)
    rows = [*listing.open, *listing.preparing, *listing.over, *listing.archived]
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part[ConsultationOut](total=len(rows), items=[_out(row, request) for row in part])


@router.get("/findings/{key}", response=FindingOut)
def finding(request: Any, key: str) -> FindingOut:
    """A finding that was kept for citation."""
    row = found(consultations.finding(key))
    return FindingOut(
        id=row.id,
        consultation=row.consultation_id,
        kind=row.kind,
        statement=row.statement_id,
        version=row.published,
        snapshot=row.snapshot,
        kept_at=row.kept_at,
    )


@router.get("/{key}", response=ConsultationOut)
def consultation(request: Any, key: str) -> ConsultationOut:
    """One consultation: what is asked, of whom, until when."""
    return _out(found(consultations.consultation(key, request.auth)), request)


@router.get("/{key}/statements", response=Part[StatementOut])
def statements(request: Any, key: str, asked: Query[Asked]) -> Part[StatementOut]:
    """Its statements that you may read, by number."""
    current = found(consultations.consultation(key, request.auth))
    rows = of_statements.all_statements(current, everything=consultations.moderates(current, request.auth))
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part[StatementOut](total=len(rows), items=[StatementOut.of(row) for row in part])
