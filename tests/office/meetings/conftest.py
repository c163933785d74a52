"""A council of five parties on the morning of its meeting: a secretary, a chair, delegates, an example charter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_charter, draft_charter, establish_body, found
from comity.office.charter.models import Body
from comity.office.meetings import actions
from comity.office.meetings.models import Item, Meeting
from comity.office.members.actions import examine_credential, name_delegate, receive_credential, register_party
from comity.office.members.models import Party

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
COUNTRIES = ("KEN", "TUN", "CHL", "NOR", "BRA")
CHARTER = """
format = "comity-charter/1"
id = "test-council"
version = "1"
title = "Rules of the Council"
source = "Rules of procedure"
example = true
amended_by = "ordinary"

[[rule]]
id = "ordinary"
title = { en = "Ordinary decisions", fr = "Décisions ordinaires" }
certainty = "example"
passes = "yes > 1/2 of cast"
quorum = "present > 1/2 of entitled"
quorum_to_open = "present >= 1/3 of entitled"

[[rule]]
id = "plain"
title = "Without a quorum"
certainty = "example"
passes = "yes > no"
"""


@dataclass
class Council:
    """Who there is. parties: ids by country code; delegates: a delegate of each party."""

    body: Body
    secretary: Person
    chair: Person
    parties: dict[str, str] = field(default_factory=dict)
    delegates: dict[str, Person] = field(default_factory=dict)
    now: datetime = NOW

    @property
    def by(self) -> Actor:
        return actor_for(self.secretary, self.now)

    @property
    def presiding(self) -> Actor:
        return actor_for(self.chair, self.now)

    def of(self, country: str) -> Actor:
        return actor_for(self.delegates[country], self.now)

    def later(self, minutes: int = 1) -> None:
        self.now += timedelta(minutes=minutes)

    def meeting(self, **rest: Any) -> Meeting:
        given: dict[str, Any] = {
            "title": Text.of("Second session", "en", zh="第二届会议"),
            "starts_at": NOW,
            "zone": "Africa/Nairobi",
            "parties": list(self.parties.values()),
            "voting": [self.parties[one] for one in COUNTRIES if one != "BRA"],
        }
        return actions.convene(by=self.by, body=self.body.id, **{**given, **rest})

    def opened(self, *present: str, **rest: Any) -> Meeting:
        current = self.meeting(**rest)
        there = [self.parties[one] for one in present or ("KEN", "TUN", "CHL")]
        actions.note_presence(by=self.by, meeting=current.id, arrived=there)
        actions.open_meeting(by=self.presiding, meeting=current.id)
        current.refresh_from_db()
        return current

    def item(self, current: Meeting, title: str, **rest: Any) -> Item:
        return actions.add_item(by=self.by, meeting=current.id, title=Text.of(title), **rest)

    def refuse(self, country: str, who: Person | None = None) -> None:
        person = who or self.delegates[country]
        made = receive_credential(
            by=self.by,
            party=self.parties[country],
            person=person.id,
            kind="credentials",
            purpose="the session",
            issued_by="Ministry",
            valid_from=date(2026, 1, 1),
            received_on=date(2026, 11, 1),
        )
        examine_credential(
            by=self.by, credential=made.id, outcome="rejected", outcome_on=date(2026, 11, 2), reason="not signed"
        )


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


def adopt(by: Actor, toml: str = CHARTER) -> None:
    """Put a charter in force."""
    draft = draft_charter(by=by, text=toml)
    adopt_charter(by=by, draft=draft.id)


@pytest.fixture
def council(db: None) -> Council:
    system = system_actor(datetime(2026, 7, 1, tzinfo=UTC))
    found(by=system, name=Text.of("Test Union"), short_name="TU")
    secretary = register_person(by=system, name="Ada", email="ada@example.org")
    grant_role(by=system, person=secretary.id, role="secretary")
    chair = register_person(by=system, name="Chen Wei 陈伟", email="chen@example.org")
    by = actor_for(secretary, datetime(2026, 7, 2, tzinfo=UTC))
    adopt(by)
    body = establish_body(by=by, name=Text.of("Council", "en", ar="المجلس"), established_on=date(2026, 7, 1))
    grant_role(by=by, person=chair.id, role="chair", at=str(body.ref))
    made = Council(body, secretary, chair)
    for iso3 in COUNTRIES:
        party = Party.objects.get(id=register_party(by=by, kind="state", iso3=iso3).id)
        made.parties[iso3] = party.id
        term = name_delegate(
            by=by, party=party.id, role="delegate", name_given=f"Delegate {iso3}", since=date(2026, 7, 2)
        )
        made.delegates[iso3] = Person.objects.get(id=term.person_id)
    return made
