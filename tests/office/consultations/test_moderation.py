"""Statements and what moderators do with them: limits, lineage, who is told, what the record says and does not say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.office.consultations.conftest import Town, opened, texts, ticket
from tests.site.stage import without_state

from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.models import Event, EventPart
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.consultations import actions, participants
from comity.office.consultations.actions import statements as rules
from comity.office.consultations.models import Authorship, Claim, Removal, Statement
from comity.office.consultations.queries.consultations import moderation_waits
from comity.office.consultations.vocabulary import Decision


def propose(town: Town, text: str, participant: int = 7, **more: Any) -> Statement:
    current = more.pop("consultation", town.consultation)
    return actions.propose(
        by=more.pop("by", actor_for(None)),
        consultation=current.id,
        ticket=ticket(current, participant),
        text=Text.of(text),
        **more,
    )


def test_nobody_learns_from_the_record_who_wrote_a_statement(town: Town) -> None:
    row = propose(town, "Bicycles are lent for nothing.", participant=6_502_377_481, by=actor_for(town.citizen))
    entry = Event.objects.get(type="consultations.statement_proposed")
    assert entry.actor is None
    assert Authorship.objects.get(statement=row).participant == 6_502_377_481
    assert b"6502377481" not in bytes(entry.leaf)
    assert town.citizen.id.encode() not in bytes(entry.leaf)


def test_a_statement_waits_where_moderation_comes_first_and_is_asked_at_once_where_it_comes_after(town: Town) -> None:
    assert not propose(town, "Bicycles are lent for nothing.").asked
    after = opened(town.actor(), moderating="after", blocked=["casino"])
    assert propose(town, "Bicycles are lent for nothing.", consultation=after).asked
    assert not propose(town, "A CASINO brings visitors.", consultation=after).asked


def test_the_same_words_are_taken_once(town: Town) -> None:
    with pytest.raises(Refused, match="very words"):
        propose(town, "TREES belong along every street.")


@pytest.mark.parametrize("written", ["a\nb", "x" * 281, "\u202e", "   "])
def test_a_statement_is_one_line_of_some_length(town: Town, written: str) -> None:
    with pytest.raises(Refused):
        propose(town, written)


def test_what_cannot_be_seen_is_taken_out_of_a_statement(town: Town) -> None:
    assert propose(town, "Good\u202e night\u200b.").text.original == "Good night."


def test_one_who_writes_too_much_waits_an_hour_and_others_do_not(town: Town) -> None:
    for number in range(rules.PER_HOUR):
        propose(town, f"Statement with number {number}.")
    with pytest.raises(Refused, match="enough for now"):
        propose(town, "One more.")
    assert propose(town, "Somebody else’s.", participant=8)
    later = actor_for(None, timezone.now() + timedelta(hours=2))
    assert propose(town, "Later.", by=later)


def test_a_machine_with_many_numbers_is_stopped_by_its_address(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PER_HOUR_AND_ADDRESS", 3)
    for number in range(3):
        propose(town, f"Buy number {number}.", participant=100 + number, address="here")
    with pytest.raises(Refused, match="enough for now"):
        propose(town, "Buy another.", participant=999, address="here")
    assert propose(town, "From elsewhere.", participant=999, address="there")


def test_a_queue_that_nobody_can_read_takes_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_WAITING", 1)
    propose(town, "First.")
    with pytest.raises(Refused, match="than the moderators can read"):
        propose(town, "Second.", participant=8)


@pytest.mark.parametrize("wrong", ["", "x", "A" * 38])
def test_a_ticket_that_is_none_opens_nothing(town: Town, wrong: str) -> None:
    with pytest.raises(NotAllowed):
        actions.propose(by=actor_for(None), consultation=town.consultation.id, ticket=wrong, text=Text.of("Hello."))


def test_a_ticket_counts_in_its_own_consultation_and_for_a_month(town: Town) -> None:
    other = opened(town.actor())
    with pytest.raises(NotAllowed):
        actions.propose(
            by=actor_for(None), consultation=other.id, ticket=ticket(town.consultation, 7), text=Text.of("Hello.")
        )
    late = timezone.now() + participants.TICKET_LASTS + timedelta(days=1)
    with pytest.raises(NotAllowed):
        propose(town, "Hello.", by=actor_for(None, late))


def test_one_person_has_another_number_in_each_consultation(town: Town) -> None:
    numbers = {participants.of_person(key, town.citizen.id) for key in ("a", "b", "c")}
    assert len(numbers) == 3
    assert participants.of_person("a", town.citizen.id) in numbers
    assert all(0 <= number < 2**63 for number in numbers)


def test_two_moderators_never_hold_the_same_statement(town: Town) -> None:
    rows = [propose(town, f"Idea {number}.", participant=number) for number in range(5)]
    first, second = town.actor("moderator"), town.actor("facilitator")
    actions.claim(by=first, consultation=town.consultation.id, count=3)
    actions.claim(by=second, consultation=town.consultation.id, count=3)
    held = dict(Claim.objects.values_list("statement_id", "person_id"))
    assert list(held) == [row.id for row in rows]
    assert [*held.values()].count(first.person_id) == 3
    with pytest.raises(Refused, match="Another moderator"):
        actions.accept(by=second, consultation=town.consultation.id, statement=rows[0].id)
    late = town.actor("facilitator", timezone.now() + rules.CLAIM_LASTS + timedelta(minutes=1))
    actions.accept(by=late, consultation=town.consultation.id, statement=rows[0].id)


def test_a_moderator_of_one_consultation_decides_nothing_in_another(town: Town) -> None:
    other = opened(town.actor())
    row = propose(town, "Elsewhere.", consultation=other)
    with pytest.raises(NotAllowed):
        actions.accept(by=town.actor("moderator"), consultation=other.id, statement=row.id)
    with pytest.raises(Refused):
        actions.accept(by=town.actor("moderator"), consultation=town.consultation.id, statement=row.id)


def test_a_duplicate_is_merged_and_its_lineage_follows_the_one_that_stays(town: Town) -> None:
    by, key = town.actor("moderator"), town.consultation.id
    a, b = propose(town, "Trees along all streets."), propose(town, "All streets have trees.")
    actions.accept(by=by, consultation=key, statement=a.id)
    actions.merge(by=by, consultation=key, statement=b.id, into=a.id)
    actions.merge(by=by, consultation=key, statement=a.id, into=town.statement(2).id, reason="the same")
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.merged_into, b.merged_into) == (town.statement(2), town.statement(2))
    assert not a.asked
    with pytest.raises(Refused, match="itself"):
        actions.merge(by=by, consultation=key, statement=town.statement(2).id, into=town.statement(2).id)


def test_what_people_were_asked_is_replaced_and_never_reworded(town: Town) -> None:
    by, key = town.actor("moderator"), town.consultation.id
    asked = town.statement(5)
    with pytest.raises(Refused, match="present words"):
        actions.reword(
            by=by, consultation=key, statement=asked.id, text=Text.of("Markets open daily."), reason="shorter"
        )
    actions.split(
        by=by, consultation=key, statement=asked.id, texts=texts("Markets open daily.", "Shops too."), reason="two"
    )
    parts = list(asked.split_into.order_by("number"))
    assert [(part.number, part.asked) for part in parts] == [(7, True), (8, True)]
    asked.refresh_from_db()
    assert (asked.decision, asked.asked) == (Decision.SPLIT, False)


def test_a_rejected_statement_can_be_accepted_later_with_a_reason(town: Town) -> None:
    by, key = town.actor("moderator"), town.consultation.id
    row = propose(town, "Cats in council.")
    actions.reject(by=by, consultation=key, statement=row.id, reason="no joke")
    with pytest.raises(Refused):
        actions.accept(by=by, consultation=key, statement=row.id)
    actions.accept(by=by, consultation=key, statement=row.id, reason="it was meant")
    row.refresh_from_db()
    assert row.asked


def test_words_of_rejected_statements_stand_in_no_timeline(town: Town) -> None:
    row = propose(town, "Some slander of somebody.")
    actions.reject(by=town.actor("moderator"), consultation=town.consultation.id, statement=row.id, reason="slander")
    for entry in timeline(actor_for(None).reader, about=town.consultation.ref):
        assert "Some slander" not in entry.sentence
        assert "Some slander" not in " ".join(thing.name for thing in entry.about)


def test_a_moderator_sees_on_the_first_page_that_statements_wait(town: Town) -> None:
    assert moderation_waits(town.actor("moderator")) == []
    propose(town, "Bicycles are lent for nothing.")
    (waiting,) = moderation_waits(town.actor("moderator"))
    assert waiting.url.endswith("/queue")
    assert moderation_waits(town.actor("citizen")) == []


def test_an_erased_statement_leaves_no_word_behind_and_the_log_still_replays(town: Town) -> None:
    by, key = town.actor(), town.consultation.id
    row = propose(town, "Ms Unlucky of Elm Street stole it.")
    actions.reword(by=by, consultation=key, statement=row.id, text=Text.of("Ms Unlucky stole it."), reason="shorter")
    actions.split(
        by=by, consultation=key, statement=row.id, texts=texts("Unlucky stole.", "It was there."), reason="two"
    )
    part = row.split_into.get(number=8)
    for one in (row, part):
        actions.erase_statement(by=by, consultation=key, statement=one.id, reason="names a person")
    payloads = b"".join(bytes(part.payload) for part in EventPart.objects.filter(payload__isnull=False))
    leaves = b"".join(map(bytes, Event.objects.values_list("leaf", flat=True)))
    assert b"Unlucky" not in payloads + leaves
    assert b"It was there" in payloads
    before = state()
    assert "Unlucky" not in str(before)
    with without_state():
        replay()
        assert list(differences(before, state())) == []


def test_whoever_is_removed_answers_no_more_and_the_record_says_only_that_somebody_was(town: Town) -> None:
    from comity.ballot_box import Answer, BoxRefuses
    from comity.office.consultations.box import the_box

    box, key = the_box(), town.consultation.id
    who = 2**63 - 1
    box.cast(key, who, [Answer(1, 1), Answer(2, -1)])
    box.cast(key, 8, [Answer(1, 1)])
    row = propose(town, "Buy my pills.", participant=who)
    actions.remove_participant(by=town.actor("facilitator"), consultation=key, statement=row.id, reason="advertises")
    assert box.counts(key).votes == 1
    with pytest.raises(BoxRefuses):
        box.cast(key, who, [Answer(3, 1)])
    with pytest.raises(NotAllowed):
        propose(town, "Buy more pills.", participant=who)
    assert Removal.objects.get().participant == who
    leaf = bytes(Event.objects.get(type="consultations.participant_removed").leaf)
    assert b"advertises" in leaf
    assert b'"participant"' not in leaf
    assert Event.objects.filter(type="consultations.answers_erased").exists()
    before = state()
    with without_state():
        replay()
        assert list(differences(before, state())) == []


def test_with_an_account_its_answers_are_erased(town: Town) -> None:
    from comity.ballot_box import Answer
    from comity.groundwork.actions import erase_person
    from comity.groundwork.jobs import run_due
    from comity.office.consultations.box import the_box

    current = opened(town.actor(), entry="accounts")
    who = participants.of_person(current.id, town.citizen.id)
    the_box().cast(current.id, who, [Answer(1, 1), Answer(2, 1)])
    the_box().cast(current.id, 5, [Answer(1, 1)])
    erase_person(by=town.actor("citizen"), person=town.citizen.id, reason="own wish")
    run_due(timezone.now() + timedelta(seconds=1))
    assert the_box().counts(current.id).votes == 1


def test_what_people_were_promised_stays_once_it_has_opened(town: Town) -> None:
    by, key = town.actor(), town.consultation.id
    for promise in ({"entry": "accounts"}, {"votes_published": True}, {"languages": ["en"]}):
        with pytest.raises(Refused, match="cannot change once"):
            actions.change(by=by, consultation=key, keep_dates=True, **promise)
    actions.change(by=by, consultation=key, keep_dates=True, background=Text.of("More to know."))


def test_the_clock_opens_and_closes_on_the_days_that_were_set(town: Town) -> None:
    today = timezone.now()
    made = opened(town.actor(), closes_on=today.date())
    assert actions.keep_calendar(by=system_actor(today)) == 0
    assert actions.keep_calendar(by=system_actor(today + timedelta(days=1))) == 1
    made.refresh_from_db()
    assert made.stage == "closed"


def test_a_consultation_like_another_has_its_terms_and_seeds_and_nothing_else(town: Town) -> None:
    propose(town, "From somebody.")
    made = actions.duplicate(by=town.actor(), consultation=town.consultation.id, title=Text.of("Once more"))
    assert made.stage == "draft"
    assert made.copied_from == town.consultation
    assert made.statements.count() == 6
