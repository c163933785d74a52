"""What a new organisation has still to do stands on the first page of whoever has to do it, until it is done."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from tests.office.charter.conftest import House, charter

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.panels import waits_for
from comity.groundwork.translated import Text
from comity.office.charter import actions, queries
from comity.office.charter.models import Certainty, CharterVersion
from comity.office.members.actions import register_party


def told(actor: Actor) -> list[str]:
    return [waiting.sentence.partition(":")[0].partition(",")[0] for waiting in waits_for(actor)]


@pytest.fixture
def administrator(db: None) -> Actor:
    system = system_actor(datetime(2026, 1, 1, tzinfo=UTC))
    person = register_person(by=system, name="Ines", email="ines@example.org")
    grant_role(by=system, person=person.id, role="administrator")
    return actor_for(person)


def test_the_administrator_is_told_to_appoint_a_secretary_until_there_is_one(administrator: Actor) -> None:
    assert told(administrator) == []
    actions.found(by=administrator, name=Text.of("River Union"), short_name="RU")
    assert told(administrator) == ["Appoint a secretary"]
    person = register_person(by=administrator, name="Sara", email="sara@example.org")
    grant_role(by=administrator, person=person.id, role="secretary")
    assert told(administrator) == []


def test_the_secretary_is_told_each_first_step_until_it_is_taken(house: House) -> None:
    steps = [
        "Establish the bodies",
        "Propose a charter and lay it down",
        "Enter the founding texts",
        "Enter who belongs",
    ]
    assert told(house.by) == steps
    register_party(by=house.by, kind="state", iso3="NOR")
    assert told(house.by) == steps[:3]
    actions.adopt_tenet(
        by=house.by,
        kind="principle",
        number=1,
        title=Text.of("Fairness"),
        text=Text.of("Water is shared."),
        certainty=Certainty.values[0],
        source="Treaty",
    )
    assert told(house.by) == steps[:2]
    actions.establish_body(by=house.by, name=Text.of("Council"), established_on=date(2026, 1, 1))
    assert told(house.by) == steps[1:2]
    draft = actions.draft_charter(by=house.by, text=charter())
    assert told(house.by) == steps[1:2]
    actions.adopt_charter(by=house.by, draft=draft.id)
    assert told(house.by) == []


def test_the_charter_from_which_a_proposal_begins_can_be_laid_down_as_it_stands(house: House, client: Client) -> None:
    client.force_login(house.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    begun = client.get("/en/charter/rules/drafts/new").context["form"].initial["text"]
    saved = client.post("/en/charter/rules/drafts/new", {"text": begun, "note": ""})
    assert saved.status_code == 302
    draft = CharterVersion.objects.get()
    given = {"digest": draft.digest, "in_force_from": house.today.isoformat(), "reason": "founding"}
    assert client.post(f"/en/charter/rules/drafts/{draft.id}/adopt", given).status_code == 302
    assert queries.charter_in_force() is not None


def test_nobody_else_is_told(house: House) -> None:
    person = register_person(by=system_actor(), name="Otto", email="otto@example.org")
    assert told(actor_for(person)) == []
    assert told(actor_for(None)) == []
