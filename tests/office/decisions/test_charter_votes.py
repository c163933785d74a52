"""A vote from which a charter is to follow: opened by all members of the register alone, and carried out whichever way it was held."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.office.decisions.union import NOW, STATES, Union, build, charter_text, join, parts

from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_draft, draft_charter, withdraw_draft
from comity.office.charter.models import CharterVersion
from comity.office.charter.queries import charter_in_force, electorate
from comity.office.decisions import actions
from comity.office.decisions.models import Question, Vote
from comity.office.members.actions import record_status, register_party

SECOND = charter_text().replace('version = "1"', 'version = "2"', 1)


def accede(union: Union, party: str, on: date = date(2025, 3, 1)) -> None:
    record_status(by=union.by(), party=party, step="acceded", happened_on=on, source="journal", evidence="official")


@pytest.fixture
def union(db: None) -> Union:
    """A body in which every member of the register has a seat."""
    made = build()
    for party in made.parties.values():
        accede(made, party)
    assert set(electorate(NOW.date()).snapshot.names) == set(STATES)
    return made


def proposed(union: Union) -> CharterVersion:
    return draft_charter(by=union.by(), text=SECOND)


def put(union: Union, draft: CharterVersion, rule: str = "charter-change") -> Question:
    given = {"draft": draft.id, "digest": draft.digest, "vote": "{vote}", "decision": "{decision}"}
    return actions.put_to_vote(
        by=union.by(),
        body=union.body.id,
        title=Text.of("New rules"),
        rule=rule,
        parts=parts("The rules are those of the draft."),
        consequence={"act": "charter.adopt_charter", "arguments": given},
    )


def in_force() -> str:
    held = charter_in_force(NOW.date())
    assert held is not None
    return held.charter.version


OPENINGS: list[Any] = [actions.open_vote, actions.open_secret]


@pytest.mark.parametrize("opened", OPENINGS)
def test_a_vote_without_all_members_is_not_opened_and_is_told_who_is_missing(union: Union, opened: Any) -> None:
    for key in ("BRA", "PER"):
        accede(union, register_party(by=union.by(), kind="state", iso3=key).id)
    question = put(union, proposed(union))
    with pytest.raises(Refused, match=r"Left out: Brazil, Peru\. A body of some members can recommend") as refused:
        opened(by=union.by(), question=question.id)
    assert refused.value.field == "question"
    recommended = actions.put_to_vote(
        by=union.by(), body=union.body.id, title=Text.of("We recommend it"), rule="charter-change"
    )
    assert opened(by=union.by(), question=recommended.id)


def test_a_vote_with_somebody_who_is_no_member_is_not_opened(union: Union) -> None:
    party = register_party(by=union.by(), kind="state", iso3="BRA")
    join(union, "BRA", party.id, union.by())
    question = put(union, proposed(union))
    with pytest.raises(Refused, match="Given a vote, and without one by the register: BRA"):
        actions.open_vote(by=union.by(), question=question.id)


@pytest.mark.parametrize("opened", OPENINGS)
def test_a_vote_by_another_rule_than_that_for_a_change_is_not_opened(union: Union, opened: Any) -> None:
    question = put(union, proposed(union), rule="ordinary")
    with pytest.raises(Refused, match="by the rule for its change, “charter-change”"):
        opened(by=union.by(), question=question.id)


def test_a_vote_on_a_draft_that_changed_or_rests_is_not_opened(union: Union) -> None:
    changed, gone = proposed(union), proposed(union)
    questions = [put(union, draft) for draft in (changed, gone)]
    change_draft(by=union.by(), draft=changed.id, text=SECOND.replace('"2"', '"3"', 1))
    withdraw_draft(by=union.by(), draft=gone.id, reason="moot")
    for question in questions:
        with pytest.raises(Refused, match="withdrawn, adopted or changed since"):
            actions.open_vote(by=union.by(), question=question.id)


def vote_yes(union: Union, question: Question) -> None:
    vote = actions.open_vote(by=union.by(), question=question.id)
    for key in STATES:
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    actions.close_vote(by=union.by(), vote=vote.id)


def test_all_members_adopt_a_charter_and_a_question_put_under_the_old_one_is_put_anew(union: Union) -> None:
    first, second = put(union, proposed(union)), put(union, proposed(union))
    vote_yes(union, first)
    actions.carry_out(by=union.by(), question=first.id)
    assert in_force() == "2"
    with pytest.raises(Refused, match="under another charter than the one in force"):
        actions.open_vote(by=union.by(), question=second.id)


def test_what_is_stated_for_the_body_alone_is_in_the_vote_of_the_body(union: Union) -> None:
    since = NOW.date() - timedelta(days=1)
    actions.qualify(
        by=union.by(), kind="standing", party=union.parties["FJI"], body=union.body.id, name="arrears", since=since,
        reason="unpaid",
    )  # fmt: skip
    question = put(union, proposed(union))
    vote = actions.open_vote(by=union.by(), question=question.id)
    with pytest.raises(Refused):
        actions.cast(by=union.by("FJI"), vote=vote.id, party=union.parties["FJI"], choice="no")
    for key in STATES[:6]:
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    actions.close_vote(by=union.by(), vote=vote.id)
    actions.carry_out(by=union.by(), question=question.id)
    assert in_force() == "2"


def test_a_vote_whose_weights_and_groups_were_changed_on_its_way_adopts_nothing(union: Union) -> None:
    question = put(union, proposed(union))
    vote_yes(union, question)
    vote = Vote.objects.get()
    vote.snapshot["members"][0]["groups"] = ["arrears"]
    vote.save()
    with pytest.raises(Refused, match="In “Members in arrears” by the vote, and not by the register: Chile"):
        actions.carry_out(by=union.by(), question=question.id)
    assert in_force() != "2"


def secret_yes(union: Union, question: Question, papers: int) -> None:
    current = actions.open_secret(by=union.by(), question=question.id)
    for key in STATES[:papers]:
        actions.cast_secret(by=union.by(key), secret=current.id, party=union.parties[key], marked=["yes"])
    actions.count_secret(by=union.by(), secret=current.id)


def test_a_charter_that_was_adopted_in_secret_is_put_in_force_by_the_numbers(union: Union) -> None:
    question = put(union, proposed(union))
    secret_yes(union, question, 7)
    actions.carry_out(by=union.by(), question=question.id)
    assert in_force() == "2"
    assert CharterVersion.objects.latest("number").vote["record"]["ballot"] == {"totals": {"yes": 7}}


def test_where_few_have_a_vote_a_charter_is_not_voted_on_in_secret(db: None) -> None:
    union = build(STATES[:4])
    question = put(union, proposed(union))
    with pytest.raises(Refused, match=r"no numbers would be kept.* Hold a recorded vote"):
        actions.open_secret(by=union.by(), question=question.id)
    assert actions.open_vote(by=union.by(), question=question.id)


def test_few_papers_that_adopted_put_no_charter_in_force(db: None) -> None:
    text = charter_text().replace('passes = "yes >= 2/3 of all"', 'passes = "yes > no"')
    union = build(charter=text)
    question = put(union, proposed(union))
    secret_yes(union, question, 4)
    question.refresh_from_db()
    assert question.verdict == "adopted"
    with pytest.raises(Refused, match="so few papers that no numbers are kept"):
        actions.carry_out(by=union.by(), question=question.id)


def test_a_charter_that_was_adopted_by_consensus_is_put_in_force(db: None) -> None:
    union = build(charter=charter_text().replace('amended_by = "charter-change"', 'amended_by = "by-consensus"'))
    question = put(union, proposed(union), rule="by-consensus")
    actions.rule_on(by=union.by(), question=question.id, statement="consensus", person=union.people["NOR"].id)
    actions.adopt_without_vote(by=union.by(), question=question.id)
    actions.carry_out(by=union.by(), question=question.id)
    assert in_force() == "2"
