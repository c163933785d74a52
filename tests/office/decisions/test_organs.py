"""Decisions of several organs: each votes in its own body by its own rule; what comes out of all, what is still needed, replay, files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.office.decisions.union import BACKEND, NOW, Union, build, charter_text, parts
from tests.office.members.conftest import empty_the_state

from comity.groundwork.acts import actor_for
from comity.groundwork.models import Event
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.charter.actions import establish_body
from comity.office.charter.models import Body
from comity.office.decisions import actions
from comity.office.decisions.actions import Entered
from comity.office.decisions.models import JointOutcome, Question, Vote
from comity.office.decisions.queries import organs
from comity.office.decisions.queries.script import lines_on
from comity.office.meetings import actions as meetings
from comity.rules import decide, read
from comity.rules.plain import record_from_plain, snapshot_from_plain

PERMANENT = ("CHN", "FRA", "GBR", "RUS", "USA")
ELECTED = ("DZA", "ECU", "GUY", "JPN", "MLT", "MOZ", "KOR", "SLE", "SVN", "CHE")
OTHERS = ("KEN", "TUN", "CHL")
COUNCIL = (*PERMANENT, *ELECTED)
UN = charter_text("un-organs").replace('version = "1"', 'version = "1"\namended_by = "two-thirds"', 1)
HOUSES = """
[[rule]]
id = "plain"
title = "Plain"
certainty = "example"
passes = "yes > no"

[[rule]]
id = "joint"
title = "Both houses"
certainty = "example"
passes = "rule plain on lower and then rule plain on upper"

[[rule]]
id = "appeal"
title = "Agreement, or else the upper house"
certainty = "example"
passes = "no = 0 or else rule plain on upper"

[[rule]]
id = "mixed"
title = "Mixed"
certainty = "example"
passes = "rule plain on upper and then yes >= 2/3 of cast"
"""


def second_body(union: Union, states: tuple[str, ...], name: str) -> Body:
    """A body in which these have seats."""
    by = union.by()
    made = establish_body(by=by, name=Text.of(name), established_on=NOW.date())
    for key in states:
        actions.qualify(by=by, kind="seat", party=union.parties[key], body=made.id, since=NOW.date(), reason="founding")
    return made


@pytest.fixture(scope="module")
def nations(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Union, Body]]:
    """An assembly of eighteen, and a council of fifteen of them, of whom five are permanent."""
    with django_db_blocker.unblock(), transaction.atomic():
        union = build((*COUNCIL, *OTHERS), UN + HOUSES)
        council = second_body(union, COUNCIL, "Security Council")
        for key in PERMANENT:
            actions.qualify(
                by=union.by(),
                kind="standing",
                party=union.parties[key],
                name="permanent",
                since=NOW.date(),
                reason="Article 23",
            )
        yield union, council
        transaction.set_rollback(True)


@pytest.fixture
def un(nations: tuple[Union, Body], db: None) -> tuple[Union, Body]:
    return nations


@pytest.fixture
def houses(un: tuple[Union, Body]) -> tuple[Union, Body]:
    """The assembly as the lower house, and an upper house of two of its members."""
    union, _council = un
    return union, second_body(union, OTHERS[:2], "Upper house")


def put(union: Union, rule: str, **more: Any) -> Question:
    given: dict[str, Any] = {"title": Text.of("Admission of Fiji"), "rule": rule, **more}
    return actions.put_to_vote(by=union.by(), body=union.body.id, **given)


def named(union: Union, question: Question, organ: str, body: Body) -> Question:
    return actions.name_organ(by=union.by(), question=question.id, organ=organ, given_by=body.id)


def voted(union: Union, ballot: Question, yes: tuple[str, ...], no: tuple[str, ...] = (), **more: Any) -> Vote:
    """Opened, voted and closed."""
    vote = actions.open_vote(by=union.by(), question=ballot.id, **more)
    entries = [Entered(party=union.parties[key], choice="yes") for key in yes]
    entries += [Entered(party=union.parties[key], choice="no") for key in no]
    actions.enter_votes(by=union.by(), vote=vote.id, entries=entries, channel="paper")
    actions.close_vote(by=union.by(), vote=vote.id)
    return Vote.objects.get(id=vote.id)


def fresh(question: Question) -> Question:
    return Question.objects.get(id=question.id)


def test_the_assembly_votes_on_a_recommendation_of_the_council_and_the_outcome_rests_on_both(
    un: tuple[Union, Body],
) -> None:
    union, council = un
    question = put(union, "admission", parts=parts("Fiji is admitted."))
    recommending = named(union, question, "council", council)
    admitting = named(union, question, "assembly", union.body)
    assert [part.sha256 for part in recommending.parts.all()] == [part.sha256 for part in question.parts.all()]
    with pytest.raises(
        Refused, match=r"votes only once it is its turn\. Now it is that of: Members of the Security Council"
    ):
        actions.open_vote(by=union.by(), question=admitting.id)
    vote = voted(union, recommending, COUNCIL[:9], COUNCIL[9:])
    assert (vote.verdict, len(vote.parties)) == ("adopted", 15)
    assert fresh(question).stage == "put"
    vote = voted(union, admitting, (*COUNCIL[:9], *OTHERS), COUNCIL[9:])
    assert (vote.verdict, len(vote.parties)) == ("adopted", 18)
    assert (fresh(question).stage, fresh(question).verdict) == ("decided", "adopted")
    joint = JointOutcome.objects.get(question=question)
    assert organs.outcome_of(joint).to_json().decode() == joint.outcome
    assert "Adopted" in organs.told(joint).sentence
    outcome = decide(read(UN), snapshot_from_plain(joint.snapshot), record_from_plain(joint.record), rule="admission")
    assert json.loads(joint.outcome)["record"] == outcome.record.digest


def test_without_two_thirds_of_the_assembly_a_recommended_member_is_not_admitted(un: tuple[Union, Body]) -> None:
    union, council = un
    question = put(union, "admission")
    voted(union, named(union, question, "council", council), COUNCIL)
    voted(union, named(union, question, "assembly", union.body), (*COUNCIL[:8], *OTHERS), COUNCIL[8:])
    assert fresh(question).verdict == "not-adopted"


def test_a_veto_in_the_council_ends_the_matter_and_the_ballot_of_the_assembly_is_not_needed(
    un: tuple[Union, Body],
) -> None:
    union, council = un
    question = put(union, "admission")
    admitting = named(union, question, "assembly", union.body)
    vote = voted(union, named(union, question, "council", council), COUNCIL[1:], COUNCIL[:1])
    assert vote.verdict == "not-adopted"
    assert (fresh(question).stage, fresh(question).verdict) == ("decided", "not-adopted")
    assert fresh(admitting).stage == "withdrawn"
    with pytest.raises(Refused):
        actions.open_vote(by=union.by(), question=admitting.id)


def test_a_judge_needs_both_majorities_and_both_bodies_may_vote_at_once(un: tuple[Union, Body]) -> None:
    union, council = un
    for in_council, verdict in ((8, "adopted"), (7, "not-adopted")):
        question = put(union, "judge")
        of_assembly = named(union, question, "assembly", union.body)
        of_council = named(union, question, "council", council)
        running = actions.open_vote(by=union.by(), question=of_assembly.id)
        # A permanent member against is no veto here.
        yes, no = COUNCIL[15 - in_council :], COUNCIL[: 15 - in_council]
        assert voted(union, of_council, yes, no).verdict == verdict
        assert fresh(question).stage == "put"
        entries = [Entered(party=union.parties[key], choice="yes") for key in COUNCIL[:10]]
        actions.enter_votes(by=union.by(), vote=running.id, entries=entries, channel="paper")
        actions.close_vote(by=union.by(), vote=running.id)
        assert fresh(question).verdict == verdict
    assert replayed() == []


def replayed() -> list[str]:
    """Where the state differs from what the log gives."""
    before = state()
    empty_the_state()
    replay()
    return list(differences(before, state()))


def test_the_vote_of_an_organ_may_be_open_or_repeated_after_a_tie(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    question = put(union, "joint")
    lower = named(union, question, "lower", union.body)
    voted(union, lower, ("KEN",), ("TUN",))
    assert fresh(lower).verdict == "not-adopted"  # a tie is rejected by this rule
    question = put(union, "joint")
    lower = named(union, question, "lower", union.body)
    assert voted(union, lower, ("KEN", "TUN"), ("CHL",), kind="open").verdict == "adopted"
    high = named(union, question, "upper", upper)
    assert voted(union, high, ("KEN", "TUN"), kind="open").verdict == "adopted"
    joint = JointOutcome.objects.get(question=question)
    assert joint.record["organs"]["lower"]["record"]["ballot"]["totals"] == {"no": 1, "yes": 2}
    assert fresh(question).verdict == "adopted"
    assert replayed() == []


def test_what_several_organs_decide_is_not_voted_on_as_one(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    question = put(union, "joint", parts=parts("One.", "Two."))
    with pytest.raises(
        Refused, match=r"Several organs decide this, each in its own body\. Now it is the turn of: lower"
    ):
        actions.open_vote(by=union.by(), question=question.id)
    with pytest.raises(Refused, match="it is amended before it is put to them"):
        actions.amend(by=union.by(), question=question.id, title=Text.of("A"), parts=parts("Other."))
    other = put(union, "plain", parts=parts("One."))
    with pytest.raises(Refused, match="By this rule several organs decide"):
        actions.amend(by=union.by(), question=other.id, title=Text.of("A"), parts=parts("Other."), rule="joint")
    with pytest.raises(Refused, match="adopted by one vote of all members"):
        put(union, "joint", consequence={"act": "charter.adopt_charter", "arguments": {}})
    with pytest.raises(Refused, match="The rule asks these organs: lower, upper"):
        named(union, question, "council", upper)
    with pytest.raises(Refused, match="The rule asks these organs: —"):
        named(union, other, "upper", upper)
    named(union, question, "upper", upper)
    with pytest.raises(Refused, match="named already"):
        named(union, question, "upper", union.body)


def test_where_the_body_itself_votes_as_well_it_does_so_after_the_organ(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    for rejecting, verdict in (((), "adopted"), (("KEN", "TUN"), "not-adopted")):
        question = put(union, "mixed", parts=parts("One."))
        with pytest.raises(Refused, match="Now it is the turn of: upper"):
            actions.open_vote(by=union.by(), question=question.id)
        voted(union, named(union, question, "upper", upper), () if rejecting else ("KEN", "TUN"), rejecting)
        if rejecting:  # nothing is left for the body itself to decide
            assert JointOutcome.objects.get(question=question).verdict == verdict
        else:
            vote = voted(union, question, ("KEN", "TUN"), ("CHL",))
            assert set((vote.record or {})["organs"]) == {"upper"}
        assert fresh(question).verdict == verdict
    assert replayed() == []


def test_a_council_is_asked_only_where_the_body_itself_did_not_agree(houses: tuple[Union, Body]) -> None:
    """As in the W3C: consensus, or else a council."""
    union, upper = houses
    question = put(union, "appeal")
    council = named(union, question, "upper", upper)
    with pytest.raises(Refused, match="only once it is its turn"):
        actions.open_vote(by=union.by(), question=council.id)
    vote = voted(union, question, ("KEN",), ("TUN", "CHL"))
    assert (vote.verdict, fresh(question).stage) == ("undecided", "put")
    voted(union, council, ("KEN", "TUN"))
    joint = JointOutcome.objects.get(question=question)
    assert (fresh(question).verdict, joint.verdict) == ("adopted", "adopted")
    assert joint.record["ballot"]["choices"]["CHL"] == "no"
    assert organs.outcome_of(joint).to_json().decode() == joint.outcome
    assert replayed() == []


def test_a_ballot_that_was_withdrawn_can_go_to_another_body(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    question = put(union, "joint")
    wrong = named(union, question, "lower", upper)
    actions.withdraw(by=union.by(), question=wrong.id, reason="another house")
    right = named(union, question, "lower", union.body)
    assert organs.shown(fresh(question))[0].ballot == right
    actions.withdraw(by=union.by(), question=question.id)
    with pytest.raises(Refused, match="not before the organs any more"):
        actions.open_vote(by=union.by(), question=right.id)
    assert replayed() == []


def test_only_whoever_keeps_the_papers_of_the_question_names_bodies(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    question = put(union, "joint")
    with pytest.raises(NotAllowed):
        actions.name_organ(by=union.by("KEN"), question=question.id, organ="lower", given_by=upper.id)


def test_the_chair_is_told_whose_turn_it_is_and_the_page_shows_it_in_every_language(
    houses: tuple[Union, Body], client: Client
) -> None:
    union, upper = houses
    question = put(union, "joint")
    (line,) = lines_on(question)
    assert (line.act, line.url) == ("Name the body", f"/en/decisions/{question.id}/organs/lower")
    client.force_login(union.secretary, backend=BACKEND)
    page = client.get(f"/en/decisions/{question.id}").content.decode()
    assert "Organs that decide" in page
    assert f"/en/decisions/{question.id}/open" not in page
    answer = client.post(
        f"/en/decisions/{question.id}/organs/lower", {"given_by": union.body.id, "mode": "meeting", "in_meeting": ""}
    )
    assert answer.status_code == 302
    lower = Question.objects.get(gives__organ="lower")
    (line,) = lines_on(fresh(question))
    assert line.url == f"/en/decisions/{lower.id}/open"
    voted(union, lower, ("KEN", "TUN"))
    voted(union, named(union, question, "upper", upper), ("KEN",))
    for language in ("en", "ar", "zh", "fr", "ru", "es"):
        page = client.get(f"/{language}/decisions/{question.id}").content.decode()
        assert 'class="verdict adopted"' in page
    kept = json.loads(client.get(f"/en/decisions/{question.id}/joint.json").content)
    assert kept["outcome"]["verdict"] == "adopted"
    assert set(kept["record"]["organs"]) == {"lower", "upper"}
    stranger = actor_for(None, NOW)
    assert organs.joint_outcome(question.id, stranger) is not None


def test_of_a_secret_ballot_of_few_only_the_verdict_goes_into_the_whole(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    question = put(union, "joint")
    voted(union, named(union, question, "lower", union.body), ("KEN", "TUN"))
    ballot = named(union, question, "upper", upper)
    secret = actions.open_secret(by=union.by(), question=ballot.id)
    for key in OTHERS[:2]:
        actions.cast_secret(by=union.by(key), secret=secret.id, party=union.parties[key], marked=["yes"])
    actions.count_secret(by=union.by(), secret=secret.id)
    joint = JointOutcome.objects.get(question=question)
    assert (fresh(question).verdict, joint.record["organs"]["upper"]["verdict"]) == ("adopted", "adopted")
    assert joint.record["organs"]["upper"]["record"] == {}
    assert organs.outcome_of(joint).to_json().decode() == joint.outcome


def test_who_may_not_read_one_of_the_ballots_does_not_see_the_whole(houses: tuple[Union, Body]) -> None:
    union, upper = houses
    by = union.by()
    seats = [union.parties[key] for key in OTHERS[:2]]
    meeting = meetings.convene(
        by=by,
        body=upper.id,
        title=Text.of("Closed"),
        starts_at=NOW,
        audience="members",
        parties=seats,
        voting=seats,
        chair=union.people["KEN"].id,
    )
    meetings.note_presence(by=by, meeting=meeting.id, arrived=seats)
    meetings.open_meeting(by=by, meeting=meeting.id)
    question = put(union, "joint")
    voted(union, named(union, question, "lower", union.body), ("KEN", "TUN"))
    ballot = actions.name_organ(
        by=by, question=question.id, organ="upper", given_by=upper.id, in_meeting=meeting.id, body=union.body.id
    )
    assert ballot.audience == "members"
    voted(union, ballot, ("KEN", "TUN"))
    assert fresh(question).verdict == "adopted"
    page = Client().get(f"/en/decisions/{question.id}").content.decode()
    assert "for members" in page
    assert ballot.id not in page
    assert organs.joint_outcome(question.id, actor_for(None, NOW)) is None
    assert organs.joint_outcome("\x00", union.by()) is None
    assert Client().get(f"/en/decisions/{question.id}/joint.json").status_code == 404
    assert organs.joint_outcome(question.id, union.by("KEN")) is not None
    assert [event.audience for event in Event.objects.filter(type="decisions.ballots_joined")] == ["members"]
