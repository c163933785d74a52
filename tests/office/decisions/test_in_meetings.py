"""Votes in a meeting: its seats are the electorate, who is present counts, the desk has the script, a challenged ruling is voted on."""

from __future__ import annotations

from typing import Any

import pytest
from tests.office.meetings.conftest import CHARTER, Council, council

from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_charter, draft_charter
from comity.office.charter.voting import Vote as OnCharter
from comity.office.decisions import actions
from comity.office.decisions.models import Question, Vote
from comity.office.decisions.queries import hall, reading
from comity.office.decisions.queries.board import board
from comity.office.meetings import actions as meetings
from comity.office.meetings.models import Meeting, PointOfOrder
from comity.office.meetings.obstacles import obstacles
from comity.office.meetings.queries.screens import drawn
from comity.office.meetings.script import lines_for
from comity.rules import snapshot_of, votes

__all__ = ["council"]
CHALLENGE = """
[[rule]]
id = "challenge"
title = "Challenge to a ruling"
certainty = "example"
passes = "yes > 1/2 of cast"
"""


def put(made: Council, meeting: Meeting, **more: Any) -> Question:
    given: dict[str, Any] = {"title": Text.of("Ports"), "rule": "ordinary", **more}
    return actions.put_to_vote(by=made.presiding, body=made.body.id, meeting=meeting.id, **given)


def opened(made: Council, question: Question) -> Vote:
    return actions.open_vote(by=made.presiding, question=question.id, meeting=question.meeting)


def test_seats_make_the_electorate_and_whoever_sits_silent_is_present(council: Council) -> None:
    meeting = council.opened("KEN", "TUN", "CHL", "BRA")
    vote = opened(council, put(council, meeting))
    entitled = {one["name"]: one.get("entitled", True) for one in vote.snapshot["members"]}
    assert entitled == {"KEN": True, "TUN": True, "CHL": True, "NOR": True, "BRA": False}
    for country in ("KEN", "TUN"):
        actions.cast(by=council.of(country), vote=vote.id, party=council.parties[country], choice="yes")
    with pytest.raises(Refused, match="no vote here"):
        actions.cast(by=council.of("BRA"), vote=vote.id, party=council.parties["BRA"], choice="no")
    actions.close_vote(by=council.presiding, vote=vote.id, meeting=meeting.id)
    vote = Vote.objects.get()
    # Two votes of four entitled are no quorum; Chile sits there without voting and makes it three.
    assert vote.verdict == "adopted"
    assert reading.record_of(vote).ballot.choices["CHL"] == "not-voting"
    assert {count.choice: count.count for count in board(vote).counts}["not-voting"] == 1
    assert "BRA" not in reading.record_of(vote).ballot.choices


def test_no_vote_begins_without_the_quorum_to_begin(council: Council) -> None:
    meeting = council.opened("KEN", "TUN")
    question = put(council, meeting)
    meetings.note_presence(by=council.by, meeting=meeting.id, left=[council.parties["TUN"]])
    with pytest.raises(Refused, match="quorum to begin"):
        opened(council, question)


def test_an_open_vote_keeps_the_meeting_open_and_leads_the_script(council: Council) -> None:
    meeting = council.opened()
    question = put(council, meeting)
    assert "Open the vote" in [line.act for line in lines_for(meeting, council.presiding)]
    vote = opened(council, question)
    assert obstacles(meeting) == ["The vote on “Ports” is open: close it first."]
    assert "Close the vote" in [line.act for line in lines_for(meeting, council.presiding)]
    assert hall.latest_in(meeting.id) == vote
    with pytest.raises(NotAllowed):
        actions.close_vote(by=council.of("KEN"), vote=vote.id, meeting=meeting.id)


def test_the_hall_shows_a_result_until_the_next_item_is_taken_up(council: Council) -> None:
    meeting = council.opened()
    vote = opened(council, put(council, meeting))
    actions.close_vote(by=council.presiding, vote=vote.id, meeting=meeting.id)

    def shown() -> bool:
        return any(str(vote.id) in html for _rank, html in drawn("meetings.projector", meeting.ref, council.by.reader))

    assert shown()
    item = meetings.add_item(by=council.by, meeting=meeting.id, title=Text.of("Date of the next meeting"))
    assert shown()
    council.later(1)
    meetings.take_up_item(by=council.by, meeting=meeting.id, item=item.id)
    assert not shown()


def test_a_challenged_ruling_on_a_point_of_order_falls_by_the_vote(council: Council) -> None:
    draft = draft_charter(by=council.by, text=CHARTER.replace('version = "1"', 'version = "2"') + CHALLENGE)
    agreed = OnCharter.on(snapshot_of(["KEN"], council.now.date()), votes({"KEN": "yes"}))
    adopt_charter(by=council.by, draft=draft.id, vote=agreed)
    meeting = council.opened()
    point = meetings.raise_point(
        by=council.of("KEN"), meeting=meeting.id, party=council.parties["KEN"], words="Not in our language."
    )
    meetings.rule_on_point(by=council.presiding, meeting=meeting.id, point=point.id, upheld=False)
    with pytest.raises(Refused, match="No challenge"):
        actions.put_challenge(by=council.presiding, point=point.id, meeting=meeting.id)
    meetings.challenge_ruling(by=council.of("KEN"), meeting=meeting.id, party=council.parties["KEN"], point=point.id)
    question = actions.put_challenge(by=council.presiding, point=point.id, meeting=meeting.id)
    with pytest.raises(Refused, match="already"):
        actions.put_challenge(by=council.presiding, point=point.id, meeting=meeting.id)
    vote = opened(council, question)
    for country in ("KEN", "TUN", "CHL"):
        actions.cast(by=council.of(country), vote=vote.id, party=council.parties[country], choice="yes")
    actions.close_vote(by=council.presiding, vote=vote.id, meeting=meeting.id)
    settled = PointOfOrder.objects.get(id=point.id)
    assert settled.overruled is True
    assert settled.decision == str(question.ref)
