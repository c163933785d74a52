"""An organisation with a secretary, a facilitator, a moderator and two consultations; and people who answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from comity.ballot_box import Answer, Follower, new_participant
from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import found
from comity.office.consultations import actions
from comity.office.consultations.box import bring_in_step, the_box
from comity.office.consultations.models import Consultation, Statement
from comity.office.consultations.participants import ticket_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STATEMENTS = (
    "Every village school gets a library.",
    "Trees belong along every street.",
    "Buses run at night as well.",
    "The river is closed to motor boats.",
    "Markets stay open on Sundays.",
    "Rents follow wages, not prices.",
)


@pytest.fixture(autouse=True)
def _fresh(db: None) -> Iterator[None]:
    """Each test has a ballot box of its own, as it has a database of its own; nothing is remembered of the last one."""
    cache.clear()
    yield
    box = the_box()
    for name in list(Consultation.objects.values_list("id", flat=True)):
        box.discard(name)


@dataclass(frozen=True)
class Town:
    """Who is there, and an open consultation with six statements."""

    secretary: Person
    facilitator: Person
    moderator: Person
    citizen: Person
    consultation: Consultation

    def actor(self, who: str = "secretary", now: datetime | None = None) -> Actor:
        return actor_for(getattr(self, who), now)

    def statement(self, number: int) -> Statement:
        return Statement.objects.get(consultation=self.consultation, number=number)


def texts(*written: str, language: str = "en") -> list[Text]:
    return [Text.of(one, language) for one in written]


def prepared(by: Actor, **terms: Any) -> Consultation:
    """A consultation in preparation with the six statements."""
    given: dict[str, Any] = {"title": Text.of("What does our town need?"), "languages": ["en", "ar", "fr"], **terms}
    made = actions.create(by=by, **given)
    actions.seed(by=by, consultation=made.id, statements=texts(*STATEMENTS))
    return made


def opened(by: Actor, **terms: Any) -> Consultation:
    """The same, open. Tests run in a transaction that never ends, so what follows a commit is done here."""
    made = prepared(by, **terms)
    actions.open_consultation(by=by, consultation=made.id)
    made.refresh_from_db()
    bring_in_step(made)
    return made


@pytest.fixture
def town(db: None) -> Town:
    system = system_actor()
    found(by=system, name=Text.of("Town Union"), short_name="TU")
    people = {}
    for who in ("secretary", "facilitator", "moderator", "citizen"):
        people[who] = register_person(by=system, name=f"{who.title()} Example", email=f"{who}@example.org")
    grant_role(by=system, person=people["secretary"].id, role="secretary")
    made = opened(actor_for(people["secretary"]))
    for who in ("facilitator", "moderator"):
        grant_role(by=system, person=people[who].id, role=who, at=str(made.ref))
    return Town(**people, consultation=made)


@pytest.fixture
def browse(client: Client) -> Callable[[Person | None], Client]:
    """A browser, signed in as somebody or as nobody."""

    def browser(person: Person | None = None) -> Client:
        own = Client()
        if person is not None:
            own.force_login(person, backend=BACKEND)
        return own

    return browser


def ticket(consultation: Consultation, participant: int) -> str:
    return ticket_for(consultation.id, participant, timezone.now())


def crowd(consultation: Consultation, people: int = 40) -> list[int]:
    """People in two camps answer everything: all agree on the first two statements; the camps differ on the others."""
    box, made = the_box(), []
    for n in range(people):
        who, camp = new_participant(), 1 if n % 2 else -1
        votes = [1, 1 if n % 10 else -1, camp, camp, -camp, -camp if n % 7 else 0]
        box.cast(consultation.id, who, [Answer(number, vote) for number, vote in enumerate(votes, start=1)])
        made.append(who)
    return made


def publish(consultation: Consultation) -> None:
    """One step of the follower, in this process."""
    box = the_box()
    follower = Follower(box.store, box.shelf, beside=False)
    for _ in range(3):
        follower.step()


__all__ = [
    "STATEMENTS",
    "UTC",
    "Town",
    "crowd",
    "opened",
    "prepared",
    "publish",
    "settings",
    "texts",
    "ticket",
    "timedelta",
]
