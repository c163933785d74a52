"""The meetings office through the API: meetings, who is there, the agenda."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema

from comity.groundwork.api import READING, Asked, Part, TextOut, ThingOut, found
from comity.office.meetings.models import Meeting
from comity.office.meetings.queries import meetings, presence, quorum

router = Router(tags=["meetings"], auth=READING)


class MeetingOut(Schema):
    """A meeting. presiding: reference of the person in the chair; item: id of the item that is taken up."""

    id: str
    body: str
    title: TextOut
    form: str
    place: TextOut
    starts_at: datetime
    ends_at: datetime | None
    zone: str
    stage: str
    audience: str
    presiding: str | None
    item: str | None
    opened_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Meeting) -> MeetingOut:
        """From a row."""
        return cls(
            id=row.id,
            body=row.body_id,
            title=TextOut.of(row.title),
            form=row.form,
            place=TextOut.of(row.place),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            zone=row.zone,
            stage=row.stage,
            audience=row.audience,
            presiding=f"groundwork.person:{row.presiding_id}" if row.presiding_id else None,
            item=row.item_id,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )


class SeatOut(Schema):
    """A party that takes part. since: from when it has been there, null: it is not."""

    party: str
    name: str
    votes: bool
    since: datetime | None
    credentials_refused: bool


class ItemOut(Schema):
    """An item of the agenda with its number as it stands now."""

    id: str
    number: str
    title: TextOut
    state: str
    documents: list[ThingOut]


class QuorumOut(Schema):
    """A quorum that the rule asks for. needed: how many heads, null: it is no plain number; met: null where a fact is missing."""

    kind: str
    rule: str
    present: int
    entitled: int
    needed: int | None
    met: bool | None
    sentence: str


@router.get("", response=Part[MeetingOut])
def listed(request: Any, asked: Query[Asked]) -> Part[MeetingOut]:
    """Meetings that you may read of: those ahead first, then the past ones, the newest first."""
    reader = request.auth.reader
    rows = [*meetings.ahead(reader), *meetings.past(reader)]
    return Part(total=len(rows), items=[MeetingOut.of(row) for row in rows[asked.offset : asked.offset + asked.limit]])


def _found(request: Any, key: str) -> Meeting:
    current: Meeting = found(meetings.meeting(key, request.auth.reader))
    return current


@router.get("/{key}", response=MeetingOut)
def one(request: Any, key: str) -> MeetingOut:
    """One meeting."""
    return MeetingOut.of(_found(request, key))


@router.get("/{key}/seats", response=list[SeatOut])
def seats(request: Any, key: str) -> list[SeatOut]:
    """Who takes part, and who is there."""
    return [
        SeatOut(party=seat.party, name=seat.name, votes=seat.votes, since=seat.since, credentials_refused=seat.refused)
        for seat in presence.seats(_found(request, key))
    ]


@router.get("/{key}/agenda", response=list[ItemOut])
def agenda(request: Any, key: str) -> list[ItemOut]:
    """The agenda."""
    return [
        ItemOut(
            id=row.item.id,
            number=row.number,
            title=TextOut.of(row.item.title),
            state=row.item.state,
            documents=[ThingOut.of(thing) for thing in row.documents],
        )
        for row in meetings.agenda(_found(request, key))
    ]


@router.get("/{key}/quorum", response=list[QuorumOut])
def quorums(request: Any, key: str) -> list[QuorumOut]:
    """The quorums that the rule asks for, as they stand now; empty where none is asked for."""
    held = quorum.quorums(_found(request, key))
    return [
        QuorumOut(
            kind=kind.value,
            rule=one.outcome.rule.rule,
            present=one.present,
            entitled=one.entitled,
            needed=one.needed,
            met=one.met,
            sentence=one.sentence,
        )
        for kind, one in held.items()
    ]
