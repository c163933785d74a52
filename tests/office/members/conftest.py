"""A founded organisation with one secretary, and short ways to enter parties and facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Model
from django.utils import translation

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Event, EventAbout, EventPart, LogHead, Person, TreeHash
from comity.groundwork.replay import recorded_tables
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_charter, draft_charter, found
from comity.office.charter.models import CharterVersion
from comity.office.charter.queries import charter_in_force, electorate
from comity.office.charter.voting import Vote
from comity.office.members.actions import record_status, register_party
from comity.office.members.models import Party, StatusFact
from comity.office.members.queries.status import Picture, picture
from comity.office.members.treaty import Standing
from comity.office.members.vocabulary import Reading
from comity.rules import snapshot_of, votes

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TODAY = NOW.date()


@dataclass
class Office:
    """The members office as a secretary works in it, on one morning."""

    person: Person
    now: datetime = NOW

    @property
    def by(self) -> Actor:
        return actor_for(self.person, self.now)

    def party(self, iso3: str = "", name: str = "", kind: str = "state") -> Party:
        return register_party(by=self.by, kind=kind, iso3=iso3, name=Text.of(name) if name else None)

    def step(self, party: Party, step: str, on: date | None = date(2026, 7, 16), **rest: Any) -> StatusFact:
        rest = {"source": "official journal", "evidence": "official", **rest}
        if on is None:
            rest.setdefault("precision", "unknown")
        return record_status(by=self.by, party=party.id, step=step, happened_on=on, **rest)

    def picture(self, on: date = TODAY, known: datetime | None = None) -> Picture:
        return picture(on, known)

    def standing(self, party: Party, on: date = TODAY, reading: Reading = Reading.ALL) -> Standing:
        return picture(on).standing(party.id, reading)

    def waiting_days(self, days: int | None, instruments: int = 3) -> None:
        """A charter by which so many instruments bring the agreement into force, so many days after the last of them."""
        self.adopt(
            CHARTER.format(
                instruments=instruments, timing="" if days is None else f'in_force = "{days} days after met"'
            )
        )

    def adopt(self, text: str) -> CharterVersion:
        """Lay down a charter, or, where one is in force, adopt it by a vote of everybody."""
        draft = draft_charter(by=self.by, text=text)
        if charter_in_force(self.now.date()) is None:
            return adopt_charter(by=self.by, draft=draft.id, in_force_from=date(2026, 7, 1))
        registered = electorate(self.now.date()).snapshot
        members = registered if registered.members else snapshot_of(["KEN"], self.now.date())
        vote = Vote.on(members, votes(dict.fromkeys(members.names, "yes")))
        return adopt_charter(by=self.by, draft=draft.id, vote=vote)


CHARTER = """format = "comity-charter/1"
id = "test-union"
version = "1"
title = "Test Union"
amended_by = "amendment"
entry_into_force = "accord"
[[rule]]
id = "amendment"
title = "Amendment"
certainty = "example"
passes = "yes > 1/2 of all"
[[rule]]
id = "accord"
title = "The Accord"
source = "final clauses"
certainty = "example"
passes = "deposits >= {instruments}"
{timing}
"""


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A request in another language leaves it active in its thread."""
    translation.activate("en")


@pytest.fixture
def office(db: None) -> Office:
    return an_office()


def an_office() -> Office:
    """A founded organisation and its secretary."""
    system = system_actor(datetime(2026, 7, 1, tzinfo=UTC))
    found(by=system, name=Text.of("Test Union"), short_name="TU")
    person = register_person(by=system, name="Ada", email="ada@example.org")
    grant_role(by=system, person=person.id, role="secretary")
    return Office(person)


def empty_the_state(*more: type[Model]) -> None:
    """What a new installation holds before the log is replayed."""
    with connection.constraint_checks_disabled():
        for model in [*reversed(recorded_tables()), *more]:
            model._default_manager.all()._raw_delete("default")


def empty_everything() -> None:
    """What a new installation holds before anything has happened."""
    empty_the_state(EmailAddress, EventPart, EventAbout, Event, TreeHash, LogHead)
