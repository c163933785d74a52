"""Texts under silence, secret ballots and elections through the API. What a policy withholds, and papers, are not here either."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema

from comity.groundwork.acts import Actor
from comity.groundwork.api import READING, Asked, Part, TextOut, found
from comity.office.decisions.models import Election, SecretBallot, Silence
from comity.office.decisions.queries import election as of_elections
from comity.office.decisions.queries import secret as of_ballots
from comity.office.decisions.queries import silence as of_silence

router = Router(tags=["decisions"], auth=READING)


class BreakOut(Schema):
    """A break of silence as you may see it; party and reason: null where the policy withholds them."""

    party: str | None
    reason: TextOut | None
    wording: TextOut


class SilencePartOut(Schema):
    """A part of a text under silence. part: null: the whole. against: members who had broken silence on it at the end."""

    part: str | None
    reference: str
    text: TextOut | None
    sha256: str
    stage: str
    against: int
    breaks: list[BreakOut]


class SilenceOut(Schema):
    """A text under silence. fair_deadline: the latest of all capitals; deadline: the one that holds. reckonings: the clock of each."""

    id: str
    title: TextOut
    body: str
    charter: str
    rule: str
    period: str
    naming: str
    then: str
    then_rule: str
    stage: str
    opened_at: datetime
    deadline: datetime
    fair_deadline: datetime
    day_seconds: int | None
    seat: str
    sources: str
    reckonings: list[dict[str, Any]]
    receipts: int
    parts: list[SilencePartOut]
    question: str | None


class SecretOut(Schema):
    """A secret ballot. marks: what can be marked; most: how many on one paper; ranked: in the order of preference.

    papers: null while it runs elsewhere; on_paper: how many of those that were counted were real ones. totals: null before the count, and
    where papers were too few; where papers rank, `a>b` is how many put a before b.
    """

    id: str
    question: str | None
    stage: str
    attempt: int
    marks: list[str]
    most: int
    ranked: bool
    electors: list[str]
    papers: int | None
    on_paper: int
    totals: dict[str, int] | None
    voted: list[str]
    verdict: str


class CandidateOut(Schema):
    """Somebody who stands."""

    id: str
    name: str
    endorsed_by: str
    elected: bool


class ElectionContestOut(Schema):
    """Seats that are filled together. elected, tied, next_field: ids of candidatures; next_field null: anybody who stands."""

    region: TextOut
    seats: int
    seats_left: int
    elected: list[str]
    tied: list[str]
    next_field: list[str] | None
    candidates: list[CandidateOut]
    rounds: list[str]


class ElectionOut(Schema):
    """An election. rounds of its contests: ids of their secret ballots."""

    id: str
    title: TextOut
    body: str
    charter: str
    rule: str
    contests: list[ElectionContestOut]


def _silence(current: Silence, request: Any) -> SilenceOut:
    names = of_silence.members_of(current)
    put = of_silence.question_from(current)
    parts = [
        SilencePartOut(
            part=seen.part.id if seen.part else None,
            reference=seen.part.reference if seen.part else "",
            text=TextOut.of(seen.part.text) if seen.part else None,
            sha256=seen.part.sha256 if seen.part else "",
            stage=seen.part.stage if seen.part else current.stage,
            against=seen.part.against if seen.part else 0,
            breaks=[
                BreakOut(
                    party=one.name,
                    reason=TextOut.of(one.reason) if one.reason is not None else None,
                    wording=TextOut.of(one.wording),
                )
                for one in seen.breaks
            ],
        )
        for seen in of_silence.seen_parts(current, request.auth, names)
    ]
    plain = ("body_id", "charter", "rule", "period", "naming", "then", "then_rule", "stage", "opened_at", "deadline")
    more = ("fair_deadline", "day_seconds", "seat", "sources", "reckonings")
    given = {name.removesuffix("_id"): getattr(current, name) for name in (*plain, *more)}
    return SilenceOut(
        id=current.id,
        title=TextOut.of(current.title),
        receipts=current.receipts.count(),
        parts=parts,
        question=put.id if put else None,
        **given,
    )


@router.get("/silence", response=Part[SilenceOut])
def list_silence(request: Any, asked: Query[Asked]) -> Part[SilenceOut]:
    """Texts under silence: those that run first, by deadline."""
    rows = of_silence.listing(request.auth)
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part[SilenceOut](total=rows.count(), items=[_silence(row, request) for row in part])


@router.get("/silence/{key}", response=SilenceOut)
def silence(request: Any, key: str) -> SilenceOut:
    """One text under silence, with every capital's clock and what you may see of breaks."""
    return _silence(found(of_silence.silence(key, request.auth)), request)


@router.get("/secret/{key}", response=SecretOut)
def secret(request: Any, key: str) -> SecretOut:
    """One secret ballot: who may put a paper in, and what was counted."""
    row: SecretBallot = found(of_ballots.secret(key, request.auth))
    plain = ("id", "stage", "attempt", "marks", "most", "ranked", "electors", "on_paper", "totals", "voted", "verdict")
    return SecretOut(
        question=row.question_id, papers=of_ballots.papers_in(row), **{name: getattr(row, name) for name in plain}
    )


def _election(current: Election, actor: Actor) -> ElectionOut:
    contests = [
        ElectionContestOut(
            region=TextOut.of(race.contest.region),
            seats=race.contest.seats,
            seats_left=race.contest.seats_left,
            elected=race.contest.elected,
            tied=race.contest.tied,
            next_field=race.contest.field,
            candidates=[
                CandidateOut(
                    id=one.candidature.id,
                    name=one.name,
                    endorsed_by=one.candidature.endorsed_by_id,
                    elected=one.elected,
                )
                for one in race.standing
            ],
            rounds=[held.round.ballot_id for held in race.rounds],
        )
        for race in of_elections.races(current, actor)
    ]
    return ElectionOut(
        id=current.id,
        title=TextOut.of(current.title),
        body=current.body_id,
        charter=current.charter,
        rule=current.rule,
        contests=contests,
    )


@router.get("/elections", response=Part[ElectionOut])
def list_elections(request: Any, asked: Query[Asked]) -> Part[ElectionOut]:
    """Elections that you may see, the newest first."""
    rows = of_elections.listing(request.auth)
    part = rows[asked.offset : asked.offset + asked.limit]
    return Part[ElectionOut](total=rows.count(), items=[_election(row, request.auth) for row in part])


@router.get("/elections/{key}", response=ElectionOut)
def election(request: Any, key: str) -> ElectionOut:
    """One election: who stands, who is elected, who may be voted for next."""
    return _election(found(of_elections.election(key, request.auth)), request.auth)
