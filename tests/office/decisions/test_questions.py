"""Questions: what is put and by which rule, amendments furthest first, division, rulings and their challenge, what follows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.office.decisions.union import NOW, Union, charter_text, parts

from comity.groundwork.queries import cites
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import draft_charter
from comity.office.charter.queries import charter_in_force
from comity.office.decisions import actions
from comity.office.decisions.actions import PartAsked
from comity.office.decisions.actions.question import text_digest
from comity.office.decisions.models import Question, QuestionPart, Ruling, Vote
from comity.office.members.models import StatusFact
from comity.office.records import actions as records


@pytest.fixture
def union(lasting: Union) -> Union:
    return lasting


THREE = ("Members report once a year.", "Reports are public.", "The council reviews them.")


def put(union: Union, *texts: str, rule: str = "ordinary", **more: Any) -> Question:
    given: dict[str, Any] = {"title": Text.of("Reporting"), "parts": parts(*(texts or THREE)), **more}
    return actions.put_to_vote(by=union.by(), body=union.body.id, rule=rule, **given)


def amendment(
    union: Union, question: Question, key: str, changes: dict[str, str], title: str = "Amendment"
) -> Question:
    asked = [PartAsked(reference=place, text=Text.of(text) if text else Text()) for place, text in changes.items()]
    return actions.amend(
        by=union.by(key), question=question.id, title=Text.of(title), parts=asked, party=union.parties[key]
    )


def voted(union: Union, question: Question, *, adopted: bool) -> Question:
    vote = actions.open_vote(by=union.by(), question=question.id)
    for key in ("KEN", "TUN", "CHL", "NOR", "JPN"):
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes" if adopted else "no")
    actions.close_vote(by=union.by(), vote=vote.id)
    return Question.objects.get(id=question.id)


def test_a_question_keeps_rule_charter_parts_and_their_hashes(union: Union) -> None:
    question = put(union, moved_by=union.parties["KEN"])
    held = charter_in_force(NOW.date())
    assert held is not None
    assert (question.charter, question.rule, question.moved_by) == (held.version, "ordinary", union.parties["KEN"])
    rows = list(question.parts.order_by("rank"))
    assert [row.reference for row in rows] == ["para 1", "para 2", "para 3"]
    assert all(row.sha256 == text_digest(row.text) for row in rows)


def test_a_rule_that_is_not_for_votes_is_refused(union: Union) -> None:
    for rule in ("silence", "accord", "no-such-rule"):
        with pytest.raises(Refused):
            put(union, rule=rule)


def test_a_question_cites_the_documents_that_it_rests_on(union: Union) -> None:
    draft = records.enter_document(by=union.by(), title=Text.of("Report"), series="general")
    question = put(union, documents=[draft.id])
    assert [citation.target for citation in cites(question.ref)] == [f"records.document:{draft.id}"]


def test_amendments_are_taken_in_the_order_that_a_person_found(union: Union) -> None:
    question = put(union)
    near = amendment(union, question, "KEN", {"para 1": "Members report every second year."}, "Near")
    far = amendment(union, question, "TUN", {"para 1": ""}, "Far")
    with pytest.raises(Refused, match="first finds which is furthest"):
        actions.open_vote(by=union.by(), question=near.id)
    with pytest.raises(Refused, match="Amendments are decided first"):
        actions.open_vote(by=union.by(), question=question.id)
    ruling = actions.order_amendments(by=union.by(), question=question.id, order=[far.id, near.id])
    assert ruling.named == union.secretary.id
    with pytest.raises(Refused, match="“Far” is taken first"):
        actions.open_vote(by=union.by(), question=near.id)
    voted(union, far, adopted=False)
    voted(union, near, adopted=True)
    part = QuestionPart.objects.get(question=question, reference="para 1")
    assert part.text.original == "Members report every second year."
    assert part.changed_by_id == near.id
    assert part.sha256 == text_digest(part.text)
    assert voted(union, question, adopted=True).verdict == "adopted"


def test_an_amendment_names_parts_as_the_question_does(union: Union) -> None:
    with pytest.raises(Refused, match="para 1, para 2, para 3"):
        amendment(union, put(union), "KEN", {"para 9": "Something else."})


def test_a_text_is_divided_and_what_is_rejected_is_left_out(union: Union) -> None:
    question = put(union)
    second = actions.divide(by=union.by("KEN"), question=question.id, parts=["para 2"], party=union.parties["KEN"])
    with pytest.raises(Refused, match="Separate votes on parts come first"):
        actions.open_vote(by=union.by(), question=question.id)
    with pytest.raises(Refused, match="asked for already"):
        actions.divide(by=union.by(), question=question.id, parts=["para 2", "para 3"])
    voted(union, second, adopted=False)
    left = QuestionPart.objects.filter(question=question, left_out=False).order_by("rank")
    assert [part.reference for part in left] == ["para 1", "para 3"]
    assert voted(union, question, adopted=True).verdict == "adopted"


def test_when_every_part_is_rejected_the_whole_is(union: Union) -> None:
    question = put(union, "Only this.")
    voted(union, actions.divide(by=union.by(), question=question.id, parts=["para 1"]), adopted=False)
    question.refresh_from_db()
    assert (question.stage, question.verdict) == ("decided", "not-adopted")


def test_a_ruling_chooses_the_rule_and_is_never_computed(union: Union) -> None:
    question = put(union, rule="question")
    vote = actions.open_vote(by=union.by(), question=question.id)
    for key, choice in {"KEN": "yes", "TUN": "yes", "CHL": "yes", "NOR": "no", "JPN": "no"}.items():
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice=choice)
    actions.close_vote(by=union.by(), vote=vote.id)
    # Three to two: passed by a simple majority, not by two thirds. Nobody said which applies.
    assert Vote.objects.get(id=vote.id).verdict == "undecided"
    actions.rule_on(by=union.by(), question=question.id, statement="important question")
    again = actions.open_vote(by=union.by(), question=question.id)
    for key, choice in {"KEN": "yes", "TUN": "yes", "CHL": "yes", "NOR": "no", "JPN": "no"}.items():
        actions.cast(by=union.by(key), vote=again.id, party=union.parties[key], choice=choice)
    actions.close_vote(by=union.by(), vote=again.id)
    assert Vote.objects.get(id=again.id).verdict == "not-adopted"


def test_a_challenge_is_voted_on_first_and_overrules_the_chair(union: Union) -> None:
    question = put(union, rule="question")
    ruling = actions.rule_on(by=union.by(), question=question.id, statement="important question")
    challenge = actions.challenge(by=union.by("TUN"), ruling=ruling.id, party=union.parties["TUN"], reason="It is not.")
    with pytest.raises(Refused, match="the challenge is decided first"):
        actions.open_vote(by=union.by(), question=question.id)
    with pytest.raises(Refused, match="challenged already"):
        actions.challenge(by=union.by("KEN"), ruling=ruling.id, party=union.parties["KEN"])
    voted(union, challenge, adopted=True)
    assert Ruling.objects.get(id=ruling.id).overturned
    vote = actions.open_vote(by=union.by(), question=question.id)
    for key, choice in {"KEN": "yes", "TUN": "yes", "CHL": "yes", "NOR": "no", "JPN": "no"}.items():
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice=choice)
    actions.close_vote(by=union.by(), vote=vote.id)
    assert Vote.objects.get(id=vote.id).verdict == "adopted"


def test_an_overruled_order_of_amendments_is_found_anew(union: Union) -> None:
    question = put(union)
    one = amendment(union, question, "KEN", {"para 1": "One."}, "One")
    two = amendment(union, question, "TUN", {"para 1": "Two."}, "Two")
    ruling = actions.order_amendments(by=union.by(), question=question.id, order=[one.id, two.id])
    challenge = actions.challenge(by=union.by("TUN"), ruling=ruling.id, party=union.parties["TUN"])
    voted(union, challenge, adopted=True)
    with pytest.raises(Refused, match="first finds which is furthest"):
        actions.open_vote(by=union.by(), question=one.id)
    actions.order_amendments(by=union.by(), question=question.id, order=[two.id, one.id])
    assert voted(union, two, adopted=True).verdict == "adopted"


def test_a_delegation_withdraws_only_what_it_moved(union: Union) -> None:
    question = put(union)
    moved = amendment(union, question, "KEN", {"para 1": "Less."})
    with pytest.raises(Refused, match="whoever moved it"):
        actions.withdraw(by=union.by("TUN"), question=moved.id, party=union.parties["TUN"])
    with pytest.raises(NotAllowed):
        actions.withdraw(by=union.by("TUN"), question=moved.id, party=union.parties["KEN"])
    actions.withdraw(by=union.by("KEN"), question=moved.id, party=union.parties["KEN"])
    assert voted(union, question, adopted=True).verdict == "adopted"


def test_an_adopted_charter_is_put_in_force_by_the_vote_that_adopted_it(union: Union) -> None:
    text = charter_text().replace('version = "1"', 'version = "2"', 1)
    draft = draft_charter(by=union.by(), text=text)
    follows = {
        "act": "charter.adopt_charter",
        "arguments": {"draft": draft.id, "vote": "{vote}", "decision": "{decision}"},
    }
    question = put(union, rule="charter-change", consequence=follows)
    with pytest.raises(Refused):
        actions.carry_out(by=union.by(), question=question.id)
    assert voted(union, question, adopted=True).verdict == "adopted"
    actions.carry_out(by=union.by(), question=question.id)
    held = charter_in_force(NOW.date())
    assert held is not None
    assert held.charter.version == "2"
    with pytest.raises(Refused, match="already"):
        actions.carry_out(by=union.by(), question=question.id)


def test_what_follows_can_be_ordered_only_by_whoever_may_do_it(union: Union) -> None:
    with pytest.raises(Refused):
        put(union, consequence={"act": "no.such_act", "arguments": {}})
    with pytest.raises(Refused):
        put(union, consequence={"act": "charter.adopt_charter"})


def test_an_admission_that_is_adopted_enters_the_register_of_members(union: Union) -> None:
    joined = {
        "party": union.parties["FJI"],
        "step": "acceded",
        "happened_on": "2026-11-20",
        "source": "{decision}",
        "evidence": "official",
    }
    follows = {"act": "members.record_status", "arguments": joined}
    question = voted(union, put(union, rule="important", consequence=follows), adopted=True)
    actions.carry_out(by=union.by(), question=question.id)
    fact = StatusFact.objects.get(party=union.parties["FJI"])
    assert (fact.step, fact.source) == ("acceded", str(question.ref))
    question.refresh_from_db()
    assert question.carried_out == fact.id
