"""Acts: who may do them, one transaction for state and event, replay from the log alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from comity import ledger
from comity.groundwork import log
from comity.groundwork.actions import change_person, end_terms, erase_person, grant_role, register_person
from comity.groundwork.acts import ACTS, APPLIED, actor_for, may_do, record, system_actor, version
from comity.groundwork.audiences import ANYONE, Reader
from comity.groundwork.facts import FACTS
from comity.groundwork.models import Event, EventPart, Grant, LogHead, Person, TreeHash
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, Refused
from comity.groundwork.replay import differences, recorded_tables, replay, state
from comity.groundwork.translated import Text
from comity.ledger.event import faults
from comity.office.charter.actions import change_organisation, establish_body, found
from comity.office.charter.events import BodyDissolved
from comity.office.charter.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def founded() -> Person:
    """An organisation with one secretary."""
    system = system_actor()
    found(by=system, name=Text.of("Test Union", "en", fr="Union d’essai"), short_name="TU")
    person = register_person(by=system, name="Ada", email="Ada@Example.org")
    grant_role(by=system, person=person.id, role="secretary")
    return person


def empty_the_state() -> None:
    """What a new installation holds before the log is replayed."""
    with connection.constraint_checks_disabled():
        for model in reversed(recorded_tables()):
            model._default_manager.all()._raw_delete("default")


def test_every_declared_fact_has_one_way_to_apply_and_an_act_that_records_it() -> None:
    recorded = {declared for act in ACTS.values() for declared in act.records}
    assert set(FACTS) == set(APPLIED)
    assert recorded == set(FACTS.values())


def test_an_act_changes_the_state_and_appends_its_event(founded: Person) -> None:
    before = LogHead.objects.get().size
    body = establish_body(by=actor_for(founded), name=Text.of("Council"), established_on=date(2026, 7, 16))
    assert LogHead.objects.get().size == before + 1
    assert [entry.sentence for entry in timeline(ANYONE, about=body.ref)] == ["The body “Council” was established."]
    assert version(body.ref) == before


def test_a_refused_act_leaves_neither_state_nor_event(founded: Person) -> None:
    before = state()
    size = LogHead.objects.get().size
    with pytest.raises(Refused, match="cannot be empty"):
        establish_body(by=actor_for(founded), name=Text.of("  "), established_on=date(2026, 7, 16))
    with pytest.raises(NotAllowed, match="Sign in first"):
        establish_body(by=actor_for(None), name=Text.of("Council"), established_on=date(2026, 7, 16))
    assert state() == before
    assert LogHead.objects.get().size == size


def test_a_fact_cannot_be_recorded_outside_an_act_that_declares_it(founded: Person) -> None:
    stated = BodyDissolved(body="x", dissolved_on=date(2026, 1, 1), reason="")
    with pytest.raises(RuntimeError, match="outside an act"), transaction.atomic():
        record(system_actor(), stated)


def test_a_stale_form_is_refused_and_told_what_changed(founded: Person) -> None:
    by = actor_for(founded)
    organisation = Organisation.objects.get().ref
    seen = version(organisation)
    change_organisation(by=by, short_name="TU2", seen=seen)
    with pytest.raises(ChangedMeanwhile) as refused:
        change_organisation(by=by, short_name="TU3", seen=seen)
    assert refused.value.since == (LogHead.objects.get().size - 1,)


def test_replaying_the_log_into_empty_tables_gives_the_same_state(founded: Person) -> None:
    by = actor_for(founded)
    council = establish_body(by=by, name=Text.of("Council"), established_on=date(2026, 7, 16))
    grant_role(by=by, person=founded.id, role="chair", at=str(council.ref))
    change_person(by=by, person=founded.id, name="Ada L.")
    before = state()
    assert before["groundwork.grant"]
    empty_the_state()
    assert not Person.objects.exists()
    assert replay() == LogHead.objects.get().size
    assert list(differences(before, state())) == []


def test_erasing_a_person_leaves_a_log_that_verifies_and_replays_to_the_erased_state(founded: Person) -> None:
    by = actor_for(founded)
    other = register_person(by=by, name="Grace", email="grace@example.org")
    grant_role(by=by, person=other.id, role="translator")
    erase_person(by=by, person=other.id, reason="asked for it")
    after = state()
    everything = b"".join(bytes(part.payload) for part in EventPart.objects.all() if part.payload is not None)
    assert b"Grace" not in everything
    assert b"grace@example.org" not in everything
    assert Grant.objects.get(person=other).until is not None
    for event in Event.objects.order_by("seq"):
        assert bytes(TreeHash.objects.get(level=0, index=event.seq).hash) == ledger.leaf_hash(bytes(event.leaf))
    empty_the_state()
    replay()
    assert list(differences(after, state())) == []


def test_each_event_is_what_its_leaf_says_and_commits_to(founded: Person) -> None:
    events = list(Event.objects.order_by("seq").prefetch_related("parts"))
    assert any(event.parts.all() for event in events)
    for event in events:
        entered = log.record_of(event)
        leaf = ledger.read_leaf(entered.leaf)
        assert leaf.id == event.id
        assert list(faults(leaf, entered.parts)) == []
    registered = Event.objects.get(type="groundwork.person_registered")
    assert b"Ada" not in bytes(registered.leaf)
    assert b"person_registered" not in bytes(registered.leaf)


def test_readers_see_what_is_for_them(founded: Person) -> None:
    public = {entry.type for entry in timeline(ANYONE)}
    all_of_it = {entry.type for entry in timeline(Reader.of(secretariat=True))}
    assert "groundwork.person_registered" in all_of_it - public


def test_one_address_belongs_to_one_person(founded: Person) -> None:
    with pytest.raises(Refused) as refused:
        register_person(by=actor_for(founded), name="Twin", email="ADA@example.org ")
    assert refused.value.field == "email"


def test_may_do_answers_without_doing(founded: Person) -> None:
    assert may_do(actor_for(founded), "charter.establish_body")
    assert not may_do(actor_for(None), "charter.establish_body")
    assert log.LogHead.objects.get().size == len(Event.objects.all())


def test_a_term_ends_by_the_clock_and_not_before_its_last_day_is_over(founded: Person) -> None:
    by = actor_for(founded)
    grant = grant_role(by=by, person=founded.id, role="translator", term_ends=by.now.date())
    end_terms(by.now)
    assert Grant.objects.get(id=grant.id).until is None
    end_terms(by.now + timedelta(days=1))
    assert Grant.objects.get(id=grant.id).until is not None
    with pytest.raises(Refused, match="ended already"):
        grant_role(by=by, person=founded.id, role="auditor", term_ends=by.now.date() - timedelta(days=1))
