"""Votes from putting a question to announcing what came out: who votes, how, what is shown when, and what the record computes again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.office.decisions.union import NOW, Union, parts
from tests.office.members.conftest import empty_the_state

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.audiences import Reader
from comity.groundwork.models import Event
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_charter, draft_charter
from comity.office.charter.voting import Vote as OnCharter
from comity.office.decisions import actions
from comity.office.decisions.actions import Entered
from comity.office.decisions.models import Cast, Question, Vote
from comity.office.decisions.queries import reading
from comity.office.decisions.queries.board import board
from comity.office.decisions.queries.script import lines_on
from comity.rules import decide, snapshot_of, votes
from comity.rules.plain import record_from_plain, snapshot_from_plain

CHARTER = """
format = "comity-charter/1"
id = "test-votes"
version = "1"
title = "Rules of a test"
source = "Test"
example = true
amended_by = "plain"

[groups]
arrears = "Members in arrears"
islands = "Island States"

[weights]
share = { title = "Share", unit = "%" }

[[eligibility]]
id = "dues"
group = "arrears"
effect = "no-vote"
source = "Article 5"

[[rule]]
id = "plain"
title = "Plain majority"
certainty = "example"
passes = "yes > no"
proxies = 1
tie = "chair"
eligibility = ["dues"]

[[rule]]
id = "weighted"
title = "By shares"
certainty = "example"
passes = "yes >= 2/3 of cast by share and no veto by islands"

[[rule]]
id = "reasoned"
title = "With reasons"
certainty = "example"
passes = "yes >= 2/3 of cast"
needs_reason = ["no"]
"""


@pytest.fixture
def union(lasting: Union) -> Union:
    return lasting


@pytest.fixture
def own_rules(lasting: Union) -> Union:
    """With another charter, adopted by a vote of one."""
    draft = draft_charter(by=lasting.by(), text=CHARTER)
    agreed = OnCharter.on(snapshot_of(["KEN"], NOW.date()), votes({"KEN": "yes"}))
    adopt_charter(by=lasting.by(), draft=draft.id, vote=agreed)
    return lasting


def later(minutes: int) -> Any:
    return NOW + timedelta(minutes=minutes)


def put(union: Union, rule: str = "ordinary", **more: Any) -> Question:
    given: dict[str, Any] = {"title": Text.of("Reports every year"), "mode": "meeting", **more}
    return actions.put_to_vote(by=union.by(), body=union.body.id, rule=rule, **given)


def opened(union: Union, question: Question, **more: Any) -> Vote:
    return actions.open_vote(by=union.by(), question=question.id, **more)


def cast(union: Union, vote: Vote, votes: dict[str, str], **more: Any) -> None:
    for key, choice in votes.items():
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice=choice, **more)


def closed(union: Union, vote: Vote) -> Vote:
    actions.close_vote(by=union.by(), vote=vote.id)
    return Vote.objects.get(id=vote.id)


def chair_of(union: Union) -> Actor:
    person = register_person(by=system_actor(NOW), name="Chair", email="chair@example.org")
    grant_role(by=system_actor(NOW), person=person.id, role="chair", at=str(union.body.ref))
    return actor_for(person, NOW)


ALL_YES = dict.fromkeys(("KEN", "TUN", "CHL", "NOR", "JPN"), "yes")


def test_a_recorded_vote_decides_its_question_and_explains_itself(union: Union) -> None:
    question = put(union, parts=parts("Members report once a year."))
    vote = opened(union, question)
    cast(union, vote, {**ALL_YES, "SAU": "no", "FJI": "abstain"})
    vote = closed(union, vote)
    question.refresh_from_db()
    assert (question.stage, question.verdict, vote.verdict) == ("decided", "adopted", "adopted")
    shown = board(vote)
    assert shown.told is not None
    assert "Adopted" in shown.told.sentence
    assert {count.choice: count.count for count in shown.counts} == {"yes": 5, "no": 1, "abstain": 1}
    assert json.loads(vote.outcome)["snapshot"] == vote.snapshot_digest


def test_the_outcome_computed_again_from_the_record_has_the_same_bytes(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, {"KEN": "yes", "TUN": "yes", "CHL": "no", "NOR": "yes"})
    vote = closed(union, vote)
    assert reading.comes_out_the_same(vote)
    charter = reading.charter_of(vote.question)
    snapshot, record = snapshot_from_plain(vote.snapshot), record_from_plain(vote.record or {})
    again = decide(charter, snapshot, record, rule="ordinary", on=vote.on)
    assert again.to_json().decode() == vote.outcome


def test_state_and_outcomes_come_out_of_the_log_alone(own_rules: Union) -> None:
    union = own_rules
    question = put(union, "plain", parts=parts("One.", "Two."))
    moved = actions.amend(
        by=union.by("KEN"), question=question.id, title=Text.of("Shorter"), party=union.parties["KEN"],
        parts=[actions.PartAsked(reference="para 2", text=Text.of("Less."))],
    )  # fmt: skip
    ruling = actions.rule_on(by=union.by(), question=question.id, statement="receivable", reason="It is in order.")
    assert ruling.named == union.secretary.id
    vote = opened(union, moved)
    actions.give_proxy(by=union.by("FJI"), vote=vote.id, party=union.parties["FJI"], holder=union.parties["KEN"])
    cast(union, vote, {"KEN": "yes", "TUN": "no"})
    actions.cast(
        by=union.by("KEN"), vote=vote.id, party=union.parties["KEN"], choice="yes", instead_of=union.parties["FJI"]
    )
    actions.explain(
        by=union.by("TUN"), vote=vote.id, party=union.parties["TUN"], text=Text.of("Too short."), when="before"
    )
    vote = closed(union, vote)
    actions.announce(by=union.by(), vote=vote.id, verdict="adopted", words=Text.of("It is so decided."))
    actions.correct(by=union.by("TUN"), vote=vote.id, party=union.parties["TUN"], intended="abstain")
    after = opened(union, question, kind="open")
    actions.count_hands(by=union.by(), vote=after.id, yes=4, no=1)
    closed(union, after)
    before = state()
    empty_the_state()
    replay()
    assert not list(differences(before, state()))
    assert all(reading.comes_out_the_same(row) for row in Vote.objects.all())


def test_a_vote_can_be_changed_until_the_close_and_not_after(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, {"KEN": "yes"})
    cast(union, vote, {"KEN": "no"})
    assert Cast.objects.get(vote=vote).choice == "no"
    closed(union, vote)
    with pytest.raises(Refused, match="closed"):
        cast(union, vote, {"KEN": "yes"})


def test_the_same_press_counts_once_and_a_late_one_undoes_nothing(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, {"KEN": "yes"}, press="a", seen=0)
    cast(union, vote, {"KEN": "yes"}, press="a", seen=0)
    assert Cast.objects.get(vote=vote).number == 1
    with pytest.raises(Refused, match="voted meanwhile"):
        cast(union, vote, {"KEN": "no"}, press="b", seen=0)
    cast(union, vote, {"KEN": "no"}, press="c", seen=1)
    closed(union, vote)
    cast(union, vote, {"KEN": "no"}, press="c", seen=1)  # what is recorded may be asked for again after the close
    assert Cast.objects.get(vote=vote).choice == "no"


def test_nobody_votes_for_another_delegation(union: Union) -> None:
    vote = opened(union, put(union))
    with pytest.raises(NotAllowed):
        actions.cast(by=union.by("KEN"), vote=vote.id, party=union.parties["TUN"], choice="no")
    with pytest.raises(NotAllowed):
        actions.close_vote(by=union.by("KEN"), vote=vote.id)


def test_whoever_chairs_another_body_does_not_conduct_this_vote(union: Union) -> None:
    vote, chair = opened(union, put(union)), chair_of(union)
    with pytest.raises(NotAllowed):
        actions.close_vote(by=chair, vote=vote.id)
    actions.close_vote(by=chair, vote=vote.id, body=union.body.id)
    assert Vote.objects.get(id=vote.id).stage == "closed"


def test_paper_and_devices_make_one_result_and_stay_told_apart(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, {"KEN": "yes"})
    entries = [Entered(party=union.parties[key], choice="yes") for key in ("TUN", "CHL", "NOR")]
    actions.enter_votes(by=union.by(), vote=vote.id, entries=entries)
    with pytest.raises(Refused, match="voted already"):
        actions.enter_votes(by=union.by(), vote=vote.id, entries=[Entered(party=union.parties["KEN"], choice="no")])
    vote = closed(union, vote)
    rows = {row.key: row for row in board(vote).roll}
    assert (rows["KEN"].how, rows["TUN"].how) == ("", "on paper")
    assert vote.verdict == "adopted"


def test_the_electorate_is_frozen_when_the_vote_opens(union: Union) -> None:
    vote = opened(union, put(union))
    by = union.by()
    actions.qualify(
        by=by, kind="standing", party=union.parties["KEN"], name="arrears", since=NOW.date(), reason="two years unpaid"
    )
    cast(union, vote, {"KEN": "yes"})
    other = opened(union, put(union))
    with pytest.raises(Refused, match="KEN"):
        cast(union, other, {"KEN": "yes"})
    barred = {row.key: row.barred for row in board(other).roll}
    assert "Kenya: no vote" in barred["KEN"]


def test_an_open_vote_keeps_numbers_only(union: Union) -> None:
    vote = opened(union, put(union), kind="open")
    cast(union, vote, {"KEN": "yes", "TUN": "no"})
    actions.count_hands(by=union.by(), vote=vote.id, yes=3, no=1, abstain=1)
    with pytest.raises(Refused, match="count again"):
        actions.count_hands(by=union.by(), vote=vote.id, yes=5, no=1, abstain=1)
    vote = closed(union, vote)
    assert vote.record is not None
    assert vote.record["ballot"]["totals"] == {"abstain": 1, "no": 2, "yes": 4}
    assert "choices" not in vote.record["ballot"]
    for_all = timeline(Reader.of(), about=vote.ref, limit=50)
    assert not [entry for entry in for_all if entry.type == "decisions.vote_cast"]
    assert all(row.choice == "" for row in board(vote).roll)


@pytest.mark.parametrize("disclosure", ["live", "tally", "closed"])
def test_before_the_close_nobody_sees_more_than_was_fixed(union: Union, disclosure: str) -> None:
    vote = opened(union, put(union), disclosure=disclosure)
    cast(union, vote, {"KEN": "yes", "TUN": "no"})
    shown = board(vote)
    names = {row.key: row.choice for row in shown.roll if row.choice}
    assert names == ({"KEN": "yes", "TUN": "no"} if disclosure == "live" else {})
    assert bool(shown.counts) is (disclosure != "closed")
    events = [entry for entry in timeline(Reader.of(), about=vote.ref) if entry.type == "decisions.vote_cast"]
    assert len(events) == (2 if disclosure == "live" else 0)
    assert {row.key: row.choice for row in board(closed(union, vote)).roll}["KEN"] == "yes"


def test_too_few_present_is_no_quorum_and_the_question_stays(union: Union) -> None:
    question = put(union)
    vote = opened(union, question)
    cast(union, vote, {"KEN": "yes", "TUN": "yes"})
    assert closed(union, vote).verdict == "no-quorum"
    question.refresh_from_db()
    assert question.stage == "put"


def test_a_tie_is_voted_on_once_more_and_then_it_is_rejected(union: Union) -> None:
    question = put(union)
    tied = {"KEN": "yes", "TUN": "yes", "CHL": "no", "NOR": "no"}
    first = opened(union, question)
    cast(union, first, tied)
    assert closed(union, first).verdict == "second-vote"
    second = opened(union, question)
    assert second.attempt == 2
    cast(union, second, tied)
    assert closed(union, second).verdict == "not-adopted"


def test_where_the_rule_says_so_the_chair_breaks_a_tie(own_rules: Union) -> None:
    question, chair = put(own_rules, "plain"), chair_of(own_rules)
    vote = opened(own_rules, question)
    cast(own_rules, vote, {"KEN": "yes", "TUN": "no"})
    assert closed(own_rules, vote).verdict == "second-vote"
    with pytest.raises(Refused, match="chair break"):
        opened(own_rules, question)
    actions.break_tie(by=chair, vote=vote.id, in_favour=True, body=own_rules.body.id)
    vote = Vote.objects.get(id=vote.id)
    assert vote.verdict == "adopted"
    assert reading.comes_out_the_same(vote)
    assert "Chair" in board(vote).told.sentence or board(vote).told is not None  # type: ignore[union-attr]
    assert chair.person_id not in board(vote).told.sentence  # type: ignore[union-attr, operator]


def test_proxies_go_as_far_as_the_rule_lets_them(own_rules: Union) -> None:
    union = own_rules
    vote = opened(union, put(union, "plain"))
    held = actions.give_proxy(by=union.by("FJI"), vote=vote.id, party=union.parties["FJI"], holder=union.parties["KEN"])
    with pytest.raises(Refused, match="at most 1"):
        actions.give_proxy(by=union.by("TUN"), vote=vote.id, party=union.parties["TUN"], holder=union.parties["KEN"])
    with pytest.raises(Refused, match="take it back"):
        cast(union, vote, {"FJI": "no"})
    actions.cast(
        by=union.by("KEN"), vote=vote.id, party=union.parties["KEN"], choice="no", instead_of=union.parties["FJI"]
    )
    assert Cast.objects.get(vote=vote, member="FJI").holder == "KEN"
    actions.withdraw_proxy(by=union.by("FJI"), proxy=held.id, party=union.parties["FJI"])
    assert not Cast.objects.filter(vote=vote, member="FJI").exists()
    cast(union, vote, {"FJI": "yes"})
    assert closed(union, vote).verdict == "adopted"


def test_weights_groups_and_mandates_are_counted_as_stated(own_rules: Union) -> None:
    union, by = own_rules, own_rules.by()
    for key, share in zip(union.parties, ("10", "20", "5", "12.5", "40", "10", "2.5"), strict=True):
        actions.qualify(
            by=by, kind="weight", party=union.parties[key], name="share", value=share, since=NOW.date(), reason="scale"
        )
    actions.qualify(
        by=by, kind="standing", party=union.parties["FJI"], name="islands", since=NOW.date(), reason="an island"
    )
    actions.qualify(
        by=by, kind="mandate", party=union.parties["NOR"], other=union.parties["JPN"], since=NOW.date(), reason="group"
    )
    question = put(union, "weighted")
    with pytest.raises(Refused, match="recorded vote"):
        opened(union, question, kind="open")
    vote = opened(union, question)
    cast(union, vote, {"NOR": "yes", "TUN": "yes", "FJI": "abstain", "CHL": "no"})
    outcome = reading.outcome_of(vote)
    # Norway counts in no base itself; it casts Japan's 40, to which come Tunisia's 20 against Chile's 5.
    share = outcome.part.parts[0].operand
    assert share is not None
    assert (share.count, share.total) == (60, 65)
    assert closed(union, vote).verdict == "adopted"
    assert board(vote).told is not None


def test_a_no_that_needs_a_reason_is_refused_without_one(own_rules: Union) -> None:
    vote = opened(own_rules, put(own_rules, "reasoned"))
    with pytest.raises(Refused, match="only with a reason"):
        cast(own_rules, vote, {"KEN": "no"})
    cast(own_rules, vote, {"KEN": "no"}, reason="Clause 4 cannot be tested.")
    assert Cast.objects.get(vote=vote).reason


def test_a_roll_call_begins_with_whoever_was_drawn_and_goes_by_the_alphabet(union: Union) -> None:
    vote = opened(union, put(union), kind="roll_call", first=union.parties["NOR"], language="en")
    # Chile, Fiji, Japan, Kenya, Norway, Saudi Arabia, Tunisia
    assert vote.called == ["NOR", "SAU", "TUN", "CHL", "FJI", "JPN", "KEN"]
    following = board(vote).next_called
    assert following is not None
    assert following.key == "NOR"
    actions.enter_votes(
        by=union.by(), vote=vote.id, entries=[Entered(party=union.parties["NOR"], choice="yes")], channel="called"
    )
    following = board(Vote.objects.get(id=vote.id)).next_called
    assert following is not None
    assert following.key == "SAU"


def test_a_vote_in_writing_closes_by_itself(union: Union) -> None:
    question = put(union, mode="writing")
    with pytest.raises(Refused, match="closes at a time"):
        opened(union, question)
    vote = opened(union, question, closes_at=later(60))
    cast(union, vote, ALL_YES)
    actions.keep_time(by=system_actor(later(59)))
    assert Vote.objects.get(id=vote.id).stage == "open"
    actions.keep_time(by=system_actor(later(60)))
    question.refresh_from_db()
    assert question.verdict == "adopted"


def test_an_announcement_that_differs_is_shown_beside_the_computed_outcome(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, ALL_YES)
    vote = closed(union, vote)
    assert not actions.announce(by=union.by(), vote=vote.id, verdict="not-adopted", words=Text.of("Lost.")).agrees
    assert Event.objects.filter(type="decisions.outcome_announced").count() == 1
    assert Vote.objects.get(id=vote.id).verdict == "adopted"


def test_a_correction_changes_nothing_but_the_record(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, ALL_YES)
    before = closed(union, vote).outcome
    actions.correct(by=union.by("KEN"), vote=vote.id, party=union.parties["KEN"], intended="no", note="Wrong button.")
    vote = Vote.objects.get(id=vote.id)
    assert vote.outcome == before
    assert {row.key: row for row in board(vote).roll}["KEN"].correction is not None


def test_what_it_still_needs_and_who_can_block(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, {"KEN": "yes", "TUN": "no"})
    shown = board(vote)
    found = reading.needs(vote, shown.names, by_name=True)
    assert found.found.pass_.most == 2  # the quorum of four, and more yes than no
    assert any("2" in sentence for sentence in found.sentences)
    hidden = reading.needs(vote, shown.names, by_name=False)
    assert not any("Chile" in sentence for sentence in hidden.sentences)


def test_what_if_moves_members_and_rules_and_records_nothing(union: Union) -> None:
    vote = opened(union, put(union))
    cast(union, vote, ALL_YES)
    base = reading.base_for_trying(vote)
    assert reading.if_moved(vote, base, {"KEN": "no", "TUN": "no", "CHL": "no"}, "ordinary").verdict == "not-adopted"
    assert reading.if_moved(vote, base, {"KEN": "no"}, "important").verdict == "adopted"
    hidden = opened(union, put(union), disclosure="closed")
    cast(union, hidden, ALL_YES)
    assert reading.base_for_trying(hidden).ballot.choices == {}


def test_the_chair_is_told_what_to_say_next(union: Union) -> None:
    question = put(union)
    assert [line.act for line in lines_on(question)] == ["Open the vote"]
    vote = opened(union, question)
    question.refresh_from_db()
    assert "Close the vote" in [line.act for line in lines_on(question)]
    cast(union, vote, ALL_YES)
    closed(union, vote)
    question.refresh_from_db()
    said = lines_on(question)
    assert "Yes: 5" in said[0].words
    assert "Adopted" in said[0].words
    actions.announce(by=union.by(), vote=vote.id, verdict="adopted", words=Text.of("Adopted."))
    assert lines_on(question) == []
