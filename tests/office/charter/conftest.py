"""An organisation with a keeper and members, and short ways to propose and adopt charters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone, translation

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter import actions
from comity.office.charter.models import CharterVersion
from comity.office.charter.voting import Vote
from comity.office.members.actions import join_bloc, record_status, register_party
from comity.rules import Record, Snapshot, snapshot_of, votes

MEMBERS = ("BRA", "CHN", "KEN", "NOR", "TUN")
BEGAN = date(2026, 1, 1)

CHARTER = """format = "comity-charter/1"
id = "union"
version = "1"
title = {{ en = "Rules of the Union", fr = "Règles de l’Union" }}
source = "Treaty of the Union"
amended_by = "amendment"
entry_into_force = "accord"
[groups]
arrears = "Members in arrears"
[[eligibility]]
id = "dues"
group = "arrears"
effect = "no-vote"
[[rule]]
id = "ordinary"
title = "Ordinary decisions"
source = "Article 9"
certainty = "text"
passes = "{ordinary}"
quorum = "present > 1/2 of entitled"
eligibility = ["dues"]
[[rule]]
id = "amendment"
title = "Amendment"
source = "Article 20"
certainty = ["text", "practice"]
passes = "{amendment}"
[[rule]]
id = "accord"
title = "Entry into force"
certainty = "example"
passes = "deposits >= 3"
in_force = "30 days after met"
"""


def charter(ordinary: str = "yes > 1/2 of cast", amendment: str = "yes >= 2/3 of all") -> str:
    """A charter with these two rules, and one for entry into force."""
    return CHARTER.format(ordinary=ordinary, amendment=amendment)


@dataclass
class House:
    """The charter office as its keeper works in it."""

    person: Person
    now: datetime

    @property
    def by(self) -> Actor:
        return actor_for(self.person, self.now)

    @property
    def today(self) -> date:
        return self.now.date()

    def draft(self, text: str) -> CharterVersion:
        return actions.draft_charter(by=self.by, text=text)

    def lay_down(self, text: str, since: date = BEGAN) -> CharterVersion:
        """The founding charter."""
        return actions.adopt_charter(by=self.by, draft=self.draft(text).id, in_force_from=since)

    def vote(self, on: date | None = None, members: Snapshot | None = None, **choices: str) -> Vote:
        """A vote of the members; whoever is not named is absent."""
        return Vote.on(members or snapshot_of(MEMBERS, on or self.today), votes(choices))

    def passed(self) -> Vote:
        """A vote in which four of five say yes."""
        return self.vote(BRA="yes", CHN="yes", KEN="yes", NOR="yes", TUN="no")


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A request in another language leaves it active in its thread."""
    translation.activate("en")


@pytest.fixture
def house(db: None) -> House:
    """Founded today, with five members who may vote."""
    system = system_actor(datetime(2026, 1, 1, tzinfo=UTC))
    actions.found(by=system, name=Text.of("Test Union"), short_name="TU")
    person = register_person(by=system, name="Ada", email="ada@example.org")
    grant_role(by=system, person=person.id, role="secretary")
    return House(person, timezone.now())


@pytest.fixture
def members(house: House) -> House:
    """Five members bound since last year, two of them in a bloc; one charter by which the agreement is in force."""
    house.lay_down(charter())
    bloc = register_party(by=house.by, kind="bloc", name=Text.of("African Group"))
    for code in MEMBERS:
        party = register_party(by=house.by, kind="state", iso3=code)
        record_status(
            by=house.by,
            party=party.id,
            step="acceded",
            happened_on=date(2025, 3, 1),
            source="journal",
            evidence="official",
        )
        if code in ("KEN", "TUN"):
            join_bloc(by=house.by, party=party.id, bloc=bloc.id, since=date(2025, 3, 1), source="its list")
    return house


NOTHING = Record()
