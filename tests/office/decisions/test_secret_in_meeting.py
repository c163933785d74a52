"""Secret ballots and elections in a meeting: the chair's script, the phones, and the wall while papers come in and after the count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import pytest
from django.test import Client
from tests.office.decisions.test_election import RULE, held, standing
from tests.office.decisions.union import BACKEND, NOW, STATES, Union, build, charter_text

from comity.groundwork.live import on_touch
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions.models.election import Contest, Round
from comity.office.meetings import actions as meetings
from comity.office.meetings.models import Meeting
from comity.office.meetings.script import lines_for

TITLE = Text.of("The chair of the bureau", "en", zh="主席团主席", ar="رئاسة المكتب")


@dataclass
class Sitting:
    """A union that meets, with an election called in the meeting."""

    union: Union
    meeting: Meeting
    contest: Contest
    candidates: dict[str, str]

    def script(self) -> list[str]:
        self.meeting.refresh_from_db()
        return [line.words for line in lines_for(self.meeting, self.union.by())]

    def wall(self) -> str:
        return Client().get(f"/en/meetings/{self.meeting.id}/hall").content.decode()

    def opened(self) -> Round:
        return actions.open_round(by=self.union.by(), contest=self.contest.id, meeting=self.meeting.id)

    def put(self, current: Round, papers: list[list[str]]) -> None:
        for key, marked in zip(STATES, papers, strict=False):
            actions.cast_secret(
                by=self.union.by(key), secret=current.ballot_id, party=self.union.parties[key], marked=marked
            )

    def closed(self, current: Round) -> None:
        actions.close_round(by=self.union.by(), round_id=current.id, meeting=self.meeting.id)


@pytest.fixture
def sitting(db: None) -> Sitting:
    return sit()


def sit(paper: str = "") -> Sitting:
    union = build(charter=charter_text() + RULE.format(seats=1, lots="true") + paper)
    by, everybody = union.by(), list(union.parties.values())
    meeting = meetings.convene(
        by=by, body=union.body.id, title=Text.of("Ninth"), starts_at=NOW, parties=everybody, voting=everybody
    )
    meetings.take_chair(by=by, meeting=meeting.id, person=union.people["NOR"].id)
    meetings.note_presence(by=by, meeting=meeting.id, arrived=everybody)
    meetings.open_meeting(by=by, meeting=meeting.id)
    election = actions.call_election(by=by, body=union.body.id, title=TITLE, rule="seats", meeting=meeting.id)
    contest = election.contests.get()
    made = {
        name: actions.put_forward(by=union.by("KEN"), contest=contest.id, party=union.parties["KEN"], name=name).id
        for name in ("Ana", "Bo")
    }
    return Sitting(union, meeting, contest, made)


def test_the_script_leads_through_the_rounds_and_names_who_is_elected(sitting: Sitting) -> None:
    assert "We proceed to the election “The chair of the bureau”, round 1. It is held in secret." in sitting.script()
    current = sitting.opened()
    said = sitting.script()
    assert said[0].startswith("Round 1 of the election “The chair of the bureau” is open.")
    assert "Have all delegations put their papers in? I declare the ballot closed." in said
    ana, bo = sitting.candidates.values()
    sitting.put(current, [[bo], [bo], [bo], [bo], [ana]])
    sitting.closed(current)
    assert "Elected in “The chair of the bureau”: Bo." in sitting.script()
    assert not [words for words in sitting.script() if words.startswith("We proceed")]


def test_the_desk_says_how_many_papers_are_in_once(sitting: Sitting) -> None:
    sitting.put(sitting.opened(), [[]])
    keeper = Client()
    keeper.force_login(sitting.union.secretary, backend=BACKEND)
    page = keeper.get(f"/en/meetings/{sitting.meeting.id}/desk").content.decode()
    assert page.count("1 of 7 papers are in the urn.") == 1


def test_the_wall_shows_what_was_counted_until_the_meeting_goes_on(sitting: Sitting) -> None:
    current = sitting.opened()
    ana, bo = sitting.candidates.values()
    sitting.put(current, [[bo], [bo], [bo], [bo], [ana]])
    assert "Elected: Bo" not in sitting.wall()
    sitting.closed(current)
    wall = sitting.wall()
    assert "Elected: Bo" in wall
    assert "5 of 7 members put a paper in." in wall
    item = meetings.add_item(by=sitting.union.by(), meeting=sitting.meeting.id, title=Text.of("Ports"))
    later = sitting.union.by(now=Round.objects.get().ballot.ended_at.replace(minute=59))
    meetings.take_up_item(by=later, meeting=sitting.meeting.id, item=item.id)
    assert "Elected: Bo" not in sitting.wall()


def test_of_papers_that_rank_the_wall_shows_the_order_and_no_numbers(db: None) -> None:
    sitting = sit('paper = "ranked"\n')
    current = sitting.opened()
    ana, bo = sitting.candidates.values()
    sitting.put(current, [[bo], [bo, ana], [bo], [ana], [ana, bo]])
    sitting.closed(current)
    wall = sitting.wall()
    assert "Elected: Bo" in wall
    assert 'class="count"' not in wall
    assert '<bdi dir="auto">Bo</bdi>, <bdi dir="auto">Ana</bdi>' in wall


def test_each_paper_that_goes_in_is_told_to_the_screens_of_the_meeting(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("comity.groundwork.live._touched", [])
    on_touch(lambda ref, audience: told.append(str(ref)))
    current = sitting.opened()
    sitting.put(current, [[sitting.candidates["Bo"]]])
    assert str(sitting.meeting.ref) in told


def test_a_ballot_that_opens_is_on_every_page_of_the_meeting_at_once(sitting: Sitting) -> None:
    page = f"/en/meetings/{sitting.meeting.id}"
    assert "To the paper" not in Client().get(page).content.decode()
    current = sitting.opened()
    assert f"/en/decisions/secret/{current.ballot_id}" in Client().get(page).content.decode()


def test_a_meeting_is_not_closed_over_an_open_ballot(sitting: Sitting) -> None:
    sitting.opened()
    with pytest.raises(Refused, match="The secret ballot “The chair of the bureau” is open"):
        meetings.close_meeting(by=sitting.union.by(), meeting=sitting.meeting.id)


def test_nobody_is_offered_to_withdraw_once_all_seats_are_filled(sitting: Sitting) -> None:
    path = f"/en/decisions/elections/{sitting.contest.election_id}"
    client = Client()
    client.force_login(sitting.union.secretary, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "/withdraw" in client.get(path).content.decode()
    current = sitting.opened()
    sitting.put(current, [[sitting.candidates["Bo"]]] * 5)
    sitting.closed(current)
    assert "/withdraw" not in client.get(path).content.decode()


def test_events_name_several_candidates_with_the_comma_and_the_quotation_marks_of_the_language(db: None) -> None:
    union = build(charter=charter_text() + RULE.format(seats=2, lots="false"))
    election = actions.call_election(by=union.by(), body=union.body.id, title=TITLE, rule="seats")
    contest = election.contests.get()
    ana, bo = standing(union, contest, "Ana", "Bo").values()
    held(union, contest, [[ana]] + [[ana, bo]] * (len(STATES) - 1))
    expected = {
        "en": "Round 1 of “The chair of the bureau” elected: Ana, Bo.",
        "zh": "“主席团主席”第 1 轮当选者：Ana、Bo。",
        "ar": "الجولة 1 من «رئاسة المكتب»: انتُخب: Ana، Bo.",
    }
    for language, sentence in expected.items():
        page = Client().get(f"/{language}/decisions/elections/{election.id}").content.decode()
        assert sentence in unescape(re.sub("<[^>]*>", "", page))
