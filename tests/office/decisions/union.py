"""A small union for silence procedures, secret ballots and elections: a body with seats, a charter, delegations of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_charter, draft_charter, establish_body, found
from comity.office.charter.models import Body
from comity.office.decisions import actions
from comity.office.decisions.actions.question import PartAsked
from comity.office.decisions.models.silence import Silence
from comity.office.members.actions import register_party

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
STATES = ("KEN", "TUN", "CHL", "NOR", "JPN", "SAU", "FJI")
PARAGRAPHS = ("Members report once a year.", "Reports are public.", "The council reviews them.")


@dataclass
class Union:
    """Who is there. parties: ids by key; people: the head of each delegation, by key."""

    secretary: Person
    body: Body
    parties: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def by(self, who: str = "", now: datetime = NOW) -> Actor:
        """The secretary, or the head of a delegation."""
        return actor_for(self.people[who] if who else self.secretary, now)


def charter_text(name: str = "example-waico") -> str:
    return resources.files("comity.rules").joinpath(f"catalogue/{name}.toml").read_text(encoding="utf-8")


def build(states: tuple[str, ...] = STATES, charter: str | None = None, *, demonstration: bool = False) -> Union:
    """Found it at NOW, less a day."""
    before = NOW - timedelta(days=1)
    system = system_actor(before)
    found(by=system, name=Text.of("Test Union"), short_name="TU", demonstration=demonstration)
    secretary = register_person(by=system, name="Ada", email="ada@example.org")
    grant_role(by=system, person=secretary.id, role="secretary")
    by = actor_for(secretary, before)
    body = establish_body(by=by, name=Text.of("Council"), established_on=before.date())
    draft = draft_charter(by=by, text=charter or charter_text())
    adopt_charter(by=by, draft=draft.id)
    made = Union(secretary, body)
    for key in states:
        party = register_party(by=by, kind="state", iso3=key)
        join(made, key, party.id, by)
    return made


def join(union: Union, key: str, party: str, by: Actor) -> None:
    """A party with a seat and a head of delegation."""
    actions.qualify(by=by, kind="seat", party=party, body=union.body.id, since=by.now.date(), reason="founding")
    person = register_person(by=system_actor(by.now), name=f"Head of {key}", email=f"{key.lower()}@example.org")
    grant_role(by=by, person=person.id, role="head_of_delegation", at=f"members.party:{party}")
    union.parties[key], union.people[key] = party, person


def parts(*texts: str) -> list[PartAsked]:
    return [PartAsked(reference=f"para {n}", label="", text=Text.of(text)) for n, text in enumerate(texts, 1)]


def silence(union: Union, now: datetime = NOW, **terms: str) -> Silence:
    """A text of three paragraphs under silence."""
    given = {"then_rule": "ordinary", **terms}
    return actions.open_silence(
        by=union.by(now=now), body=union.body.id, title=Text.of("Reporting"), parts=parts(*PARAGRAPHS), **given
    )
