"""Consensus: objections, adoption without a vote after a finding that can be challenged, and standing apart."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.office.decisions.union import BACKEND, Union, build, parts
from tests.office.members.conftest import empty_the_state

from comity.groundwork.refusals import Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions.models.question import Question
from comity.office.decisions.queries import reading


@pytest.fixture
def union(db: None) -> Union:
    return build()


def question(union: Union, rule: str = "by-consensus") -> Question:
    return actions.put_to_vote(
        by=union.by(), body=union.body.id, title=Text.of("Fees"), rule=rule, parts=parts("They rise.", "They are due.")
    )


def find_consensus(union: Union, current: Question) -> None:
    actions.rule_on(by=union.by(), question=current.id, statement="consensus", person=union.people["NOR"].id)


def test_a_named_finding_and_no_objection_adopt_without_a_vote(union: Union, client: Client) -> None:
    current = question(union)
    with pytest.raises(Refused, match="first finds"):
        actions.adopt_without_vote(by=union.by(), question=current.id)
    find_consensus(union, current)
    made = actions.adopt_without_vote(by=union.by(), question=current.id)
    current.refresh_from_db()
    assert (current.stage, current.verdict) == ("decided", "adopted")
    assert made.named == union.people["NOR"].id
    page = client.get(f"/en/decisions/{current.id}").content.decode()
    assert "Adopted without a vote." in page


def test_an_objection_stands_in_the_way_until_it_is_withdrawn(union: Union) -> None:
    current = question(union)
    made = actions.object_formally(
        by=union.by("KEN"), question=current.id, party=union.parties["KEN"], reason=Text.of("Too much.")
    )
    assert reading.objections_to(current) == {union.parties["KEN"]: "Too much."}
    find_consensus(union, current)
    with pytest.raises(Refused, match="objection stands"):
        actions.adopt_without_vote(by=union.by(), question=current.id)
    actions.withdraw_objection(by=union.by("KEN"), objection=made.id, party=union.parties["KEN"])
    assert reading.objections_to(current) == {}
    actions.adopt_without_vote(by=union.by(), question=current.id)


def test_a_challenged_finding_is_settled_first(union: Union) -> None:
    current = question(union)
    find_consensus(union, current)
    actions.challenge(
        by=union.by("KEN"), ruling=current.rulings.get().id, party=union.parties["KEN"], reason="We did not agree."
    )
    with pytest.raises(Refused, match="challenge"):
        actions.adopt_without_vote(by=union.by(), question=current.id)


def test_a_rule_that_asks_for_votes_is_not_met_by_consensus(union: Union) -> None:
    current = question(union, rule="ordinary")
    find_consensus(union, current)
    with pytest.raises(Refused, match="needs a vote"):
        actions.adopt_without_vote(by=union.by(), question=current.id)


def test_a_member_stands_apart_from_parts_of_what_was_adopted(union: Union, client: Client) -> None:
    current = question(union)
    find_consensus(union, current)
    with pytest.raises(Refused):
        actions.dissociate(by=union.by("KEN"), question=current.id, party=union.parties["KEN"], text=Text.of("Not us."))
    actions.adopt_without_vote(by=union.by(), question=current.id)
    actions.dissociate(
        by=union.by("KEN"),
        question=current.id,
        party=union.parties["KEN"],
        parts=["para 2"],
        text=Text.of("We are not bound by it."),
    )
    client.force_login(union.people["TUN"], backend=BACKEND)
    page = client.get(f"/en/decisions/{current.id}").content.decode()
    assert "We are not bound by it." in page
    assert "Dissociate" in page
    before = state()
    empty_the_state()
    replay()
    assert not list(differences(before, state()))


def test_a_delegation_objects_on_the_page(union: Union, client: Client) -> None:
    current = question(union)
    client.force_login(union.people["KEN"], backend=BACKEND)
    given = {"party": union.parties["KEN"], "part": "", "language": "en", "reason": "Too much."}
    assert client.post(f"/en/decisions/questions/{current.id}/object", given).status_code == 302
    row = current.formal_objections.get()
    assert client.post(f"/en/decisions/objections/{row.id}/withdraw", {}).status_code == 302
    client.force_login(union.secretary, backend=BACKEND)
    assert client.get(f"/en/decisions/questions/{current.id}/adopt").status_code == 200
