"""Pages of elections as people use them: who is offered which act, the way from the paper back, and lists in the reader's language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation
from tests.office.decisions.test_election import RULE, called, held, standing, union_with
from tests.office.decisions.union import BACKEND, NOW, STATES, Union, build, charter_text, silence

from comity.groundwork.actions import grant_role
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import establish_body
from comity.office.charter.queries import parsed
from comity.office.charter.telling import left_to_people
from comity.office.decisions import actions
from comity.office.decisions.models.election import Candidature, Election
from comity.office.decisions.queries.script import lines_on
from comity.office.meetings import actions as meetings


def page(who: Union, key: str, path: str) -> str:
    """A page as the head of a delegation sees it; "": the secretary."""
    client = Client()
    client.force_login(who.people[key] if key else who.secretary, backend=BACKEND)
    return client.get(f"/en/decisions/{path}").content.decode()


def preside(union: Union, key: str) -> None:
    grant_role(by=union.by(), person=union.people[key].id, role="chair", at=str(union.body.ref))


def test_whoever_presides_is_led_to_elections_and_silence_and_offered_their_own_bodies(db: None) -> None:
    union = union_with()
    other = establish_body(by=union.by(), name=Text.of("Bureau"), established_on=union.by().now.date())
    preside(union, "KEN")
    for listing, act in (("elections", "elections/new"), ("silence", "silence/new")):
        assert f"/en/decisions/{act}" in page(union, "KEN", listing)
        assert f"/en/decisions/{act}" in page(union, "KEN", "")
        assert f"/en/decisions/{act}" not in page(union, "TUN", listing)
        form = page(union, "KEN", act)
        assert union.body.id in form
        assert other.id not in form
        assert other.id in page(union, "", act)


def test_without_a_rule_for_elections_the_page_says_what_is_missing(db: None) -> None:
    union = build(charter=charter_text().partition('[[rule]]\nid = "elections"')[0])
    for path in ("elections", "elections/new"):
        assert "The charter in force has no rule for elections" in page(union, "", path)
    assert "/en/decisions/elections/new" not in page(union, "", "elections")


def test_nobody_but_ones_own_party_is_filled_in_as_endorsing(db: None, client: Client) -> None:
    union = union_with()
    contest = called(union).contests.get()
    preside(union, "TUN")
    path = f"contests/{contest.id}/put-forward"
    chair, tunisia = page(union, "TUN", path), union.parties["TUN"]
    assert f'<option value="{tunisia}" selected>' in chair
    assert union.parties["KEN"] in chair
    assert '<option value="" selected>' in page(union, "", path).partition('name="party"')[2].partition("</select>")[0]
    client.force_login(union.secretary, backend=BACKEND)
    unsaid = {"party": "", "candidate": "", "name": "Ana", "language": "en", "statement": ""}
    assert client.post(f"/en/decisions/{path}", unsaid).status_code == 422
    assert not Candidature.objects.exists()


def test_a_candidature_is_withdrawn_by_whoever_endorsed_it_and_not_while_a_round_is_open(db: None) -> None:
    union = union_with()
    contest = called(union).contests.get()
    (key,) = standing(union, contest, "Ana").values()
    here, act = f"elections/{contest.election_id}", f"candidatures/{key}/withdraw"
    assert [act in page(union, who, here) for who in ("KEN", "TUN", "")] == [True, False, True]
    actions.open_round(by=union.by(), contest=contest.id)
    assert [act in page(union, who, here) for who in ("KEN", "TUN", "")] == [False, False, False]


def test_a_round_is_offered_once_somebody_stands_and_closed_where_the_papers_are_counted(db: None) -> None:
    union = union_with()
    contest = called(union).contests.get()
    here = f"elections/{contest.election_id}"
    assert "/round" not in page(union, "", here)
    (key,) = standing(union, contest, "Ana").values()
    assert f"contests/{contest.id}/round" in page(union, "", here)
    assert f"contests/{contest.id}/round" not in page(union, "KEN", here)
    current = actions.open_round(by=union.by(), contest=contest.id)
    actions.cast_secret(by=union.by("KEN"), secret=current.ballot_id, party=union.parties["KEN"], marked=[key])
    seen = page(union, "KEN", here)
    assert "1 of 7 papers are in the urn." in seen
    assert "To the paper" not in seen
    assert "To the paper" in page(union, "TUN", here)
    ballot = page(union, "KEN", f"secret/{current.ballot_id}")
    assert f"/en/decisions/{here}" in ballot
    assert "Round 1" in ballot
    assert f"rounds/{current.id}/close" not in ballot
    assert f"rounds/{current.id}/close" in page(union, "", f"secret/{current.ballot_id}")


def test_a_counted_round_tells_how_many_papers_were_in_and_how_many_were_blank(db: None) -> None:
    union = union_with()
    contest = called(union).contests.get()
    (key,) = standing(union, contest, "Ana").values()
    held(union, contest, [[key]] * 5 + [[]] * 2)
    seen = page(union, "TUN", f"elections/{contest.election_id}")
    assert "7 of 7 members put a paper in." in seen
    assert '<th scope="row">Blank</th><td class="number">2</td>' in seen


def test_a_round_that_could_never_be_counted_is_not_opened(db: None) -> None:
    union = build(STATES[:4], charter=charter_text() + RULE.format(seats=1, lots="false"))
    contest = called(union).contests.get()
    standing(union, contest, "Ana")
    with pytest.raises(Refused, match="Fewer than 5 members have a vote here"):
        actions.open_round(by=union.by(), contest=contest.id)
    assert not contest.rounds.exists()


def test_names_are_set_apart_by_the_comma_of_the_language(db: None) -> None:
    shown = Template("{% load decisions %}{{ several|names }}")
    for language, comma in (("en", ", "), ("ar", "، "), ("zh", "、")):
        with translation.override(language):
            told = shown.render(Context({"several": ["Ana", "<b>Bo"]}))
        assert told == f'<bdi dir="auto">Ana</bdi>{comma}<bdi dir="auto">&lt;b&gt;Bo</bdi>'


def test_a_round_of_an_election_in_a_meeting_is_on_the_wall_of_its_hall(db: None, client: Client) -> None:
    union = union_with()
    by, everybody = union.by(), list(union.parties.values())
    meeting = meetings.convene(
        by=by, body=union.body.id, title=Text.of("Ninth"), starts_at=NOW, parties=everybody, voting=everybody
    )
    client.force_login(union.secretary, backend=BACKEND)
    assert meeting.id in page(union, "", "elections/new")
    given = {"body": union.body.id, "meeting": meeting.id, "language": "en", "title": "The seats", "rule": "seats"}
    assert client.post("/en/decisions/elections/new", given).status_code == 302
    contest = Election.objects.get().contests.get()
    standing(union, contest, "Ana")
    meetings.take_chair(by=by, meeting=meeting.id, person=union.people["NOR"].id)
    meetings.note_presence(by=by, meeting=meeting.id, arrived=everybody)
    meetings.open_meeting(by=by, meeting=meeting.id)
    assert client.post(f"/en/decisions/contests/{contest.id}/round", {}).status_code == 302
    assert "0 of 7 papers are in the urn." in Client().get(f"/en/meetings/{meeting.id}/hall").content.decode()


def test_what_an_election_takes_is_left_to_nobody_to_find(db: None) -> None:
    union = union_with()
    assert "elected" not in left_to_people(parsed(charter_text() + RULE.format(seats=2, lots="false")))
    question = actions.put_to_vote(by=union.by(), body=union.body.id, title=Text.of("Ports"), rule="ordinary")
    form = page(union, "", f"{question.id}/rule")
    assert "important question" in form
    assert ">elected<" not in form
    tried = Client().get("/en/charter/rules/decide", {"rule": "question"}).content.decode()
    assert "this is an important question" in tried
    assert ">elected<" not in tried


def test_a_text_goes_to_the_usual_vote_unless_somebody_says_otherwise(db: None) -> None:
    form = page(union_with(), "", "silence/new")
    assert '<option value="ordinary" selected>' in form


def test_once_silence_is_broken_nobody_is_told_that_the_whole_text_is_adopted(db: None) -> None:
    union, adopted = build(), "The text is adopted at that moment unless"
    current = silence(union, now=timezone.now())
    assert adopted in page(union, "KEN", f"silence/{current.id}")
    actions.break_silence(
        by=union.by("KEN", now=timezone.now()),
        silence=current.id,
        party=union.parties["KEN"],
        part=current.parts.get(rank=1).id,
        reason=Text.of("Too often."),
    )
    assert adopted not in page(union, "KEN", f"silence/{current.id}")


def test_a_vote_in_writing_asks_until_when_and_one_in_a_meeting_does_not(db: None) -> None:
    union = build()
    by, everybody = union.by(), list(union.parties.values())
    meeting = meetings.convene(
        by=by, body=union.body.id, title=Text.of("Ninth"), starts_at=NOW, parties=everybody, voting=everybody
    )
    common: dict[str, Any] = {"by": by, "body": union.body.id, "rule": "ordinary"}
    written = actions.put_to_vote(title=Text.of("Ports"), mode="writing", **common)
    sitting = actions.put_to_vote(title=Text.of("Seas"), meeting=meeting.id, **common)
    assert re.search(r'name="closes_at"[^>]*\srequired', page(union, "", f"{written.id}/open"))
    assert "closes_at" not in page(union, "", f"{sitting.id}/open")


def test_of_a_vote_in_writing_chair_and_delegates_are_told_when_it_closes(db: None) -> None:
    union = build()
    put = actions.put_to_vote(
        by=union.by(), body=union.body.id, title=Text.of("Ports"), rule="ordinary", mode="writing"
    )
    vote = actions.open_vote(by=union.by(), question=put.id, closes_at=NOW + timedelta(days=30))
    said = page(union, "", f"votes/{vote.id}/conduct")
    assert "The vote is held in writing: it closes by itself on 20 December 2026, 15:00 UTC." in said
    assert "I declare the vote closed" not in said
    assert "20 December 2026, 15:00" in page(union, "KEN", f"votes/{vote.id}/mine")
    for key in STATES:
        with pytest.raises(Refused, match="Members were given until 20 December 2026, 15:00 UTC"):
            actions.close_vote(by=union.by(), vote=vote.id)
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    assert "I declare the vote closed" in page(union, "", f"votes/{vote.id}/conduct")
    actions.close_vote(by=union.by(), vote=vote.id)
    put.refresh_from_db()
    assert put.verdict == "adopted"


def test_what_the_chair_reads_out_has_the_marks_of_its_language(db: None) -> None:
    union = build()
    put = actions.put_to_vote(by=union.by(), body=union.body.id, title=Text.of("Ports"), rule="ordinary")
    vote = actions.open_vote(by=union.by(), question=put.id)
    for key in STATES:
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    actions.close_vote(by=union.by(), vote=vote.id)
    put.refresh_from_db()
    with translation.override("zh"):
        assert lines_on(put)[0].words == "表决结果如下。赞成：7、反对：0、弃权：0。通过。"
    with translation.override("ar"):
        assert "نعم: 7، لا: 0" in lines_on(put)[0].words


def test_a_question_that_is_decided_leaves_no_empty_list_of_acts(db: None) -> None:
    union = build()
    put = actions.put_to_vote(by=union.by(), body=union.body.id, title=Text.of("Ports"), rule="ordinary")
    assert "What you can do" in page(union, "", put.id)
    vote = actions.open_vote(by=union.by(), question=put.id)
    assert "What you can do" in page(union, "", put.id)
    for key in STATES:
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    actions.close_vote(by=union.by(), vote=vote.id)
    assert "What you can do" not in page(union, "", put.id)
