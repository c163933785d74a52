"""The reference organisation, founded as a demonstration: public facts with their sources, and invented people marked as such.

Everything is done by the same acts that a secretariat does, at one moment that is passed in, so the log of the demonstration tells
how an organisation is founded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from typing import Any

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.roles import ADMINISTRATOR, AUDITOR, SECRETARY, TRANSLATOR
from comity.groundwork.translated import Text
from comity.office.charter import actions as charter
from comity.office.charter.models import Body, Certainty, Organisation, TenetKind
from comity.office.charter.queries import BODY_SECRETARY, CHAIR
from comity.office.consultations import demonstration as consultation
from comity.office.decisions import demonstration as decisions
from comity.office.decisions import demonstration_silence as silence
from comity.office.meetings import demonstration as meeting
from comity.office.members import actions as members
from comity.office.members.models import Party
from comity.office.members.roles import DELEGATE, FOCAL_POINT, HEAD_OF_DELEGATION
from comity.office.members.settings import RIGHTS
from comity.office.members.vocabulary import Status
from comity.rules.charter_file import CATALOGUE

LANGUAGE = "en"
FOUNDED = date(2026, 7, 16)
"""The day on which the agreement was signed."""

SECRETARIAT = (
    ("Demo Administrator", ADMINISTRATOR, "en"),
    ("Amal Demo", SECRETARY, "ar"),
    ("Demo Auditor", AUDITOR, "fr"),
    ("Demo Translator", TRANSLATOR, "ru"),
)
"""Invented people: name, role, language."""

DELEGATIONS = (
    ("ZMB", "Chanda Demo", "Mutale Demo", "en"),
    ("SEN", "Aminata Demo", "Ousmane Demo", "fr"),
    ("CUB", "Lucía Demo", "Mateo Demo", "es"),
    ("KAZ", "Aigerim Demo", "Daniyar Demo", "ru"),
    ("DZA", "Yasmine Demo", "Karim Demo", "ar"),
    ("CHN", "王示范", "李示范", "zh"),
)
"""Invented delegations of two: country, head, delegate and focal point, language."""


class AlreadyFounded(RuntimeError):
    """This data folder holds an organisation."""


def build(now: datetime) -> Organisation:
    """Found the demonstration organisation at this moment. Raises AlreadyFounded."""
    if Organisation.objects.exists():
        raise AlreadyFounded("This data folder holds an organisation already: name an empty one with COMITY_DATA.")
    content = tomllib.loads(resources.files(__package__).joinpath("charter.toml").read_text(encoding="utf-8"))
    system = system_actor(now)
    people = {role.name: _person(system, name, language) for name, role, language in SECRETARIAT}
    for name, person in people.items():
        grant_role(by=system, person=person.id, role=name, reason="demonstration")
    founded = charter.found(
        by=actor_for(people[ADMINISTRATOR.name], now),
        name=_text(content["organisation"]["name"]),
        short_name=content["organisation"]["short_name"],
        seat=_text(content["organisation"]["seat"]),
        purpose=_text(content["organisation"]["purpose"]),
        demonstration=True,
    )
    secretary = actor_for(people[SECRETARY.name], now)
    _texts(secretary, content)
    bodies = _bodies(secretary, content)
    _rules(secretary)
    register = resources.files(__package__).joinpath("register.csv").read_bytes()
    members.import_register(by=secretary, content=register)
    heads = _delegations(secretary, now)
    grant_role(
        by=secretary, person=heads[0].id, role=CHAIR.name, at=str(bodies["preparatory"].ref), reason="demonstration"
    )
    grant_role(
        by=secretary,
        person=people[SECRETARY.name].id,
        role=BODY_SECRETARY.name,
        at=str(bodies["preparatory"].ref),
        reason="demonstration",
    )
    consultation.build(secretary)
    grant_role(by=secretary, person=heads[0].id, role=CHAIR.name, at=str(bodies["council"].ref), reason="demonstration")
    parties = [Party.objects.get(iso3=iso3).id for iso3, *_rest in DELEGATIONS]
    sitting = meeting.build(secretary, bodies["council"], parties, heads[0].id)
    speaking = list(zip(parties, heads, strict=True))
    decisions.build(secretary, bodies["council"], speaking, sitting.id)
    silence.build(secretary, bodies["council"], speaking)
    return founded


def _person(by: Actor, name: str, language: str) -> Person:
    return register_person(by=by, name=name, language=language, invented=True)


def _text(wordings: Mapping[str, str]) -> Text:
    return Text.drafted(
        wordings[LANGUAGE], LANGUAGE, {code: text for code, text in wordings.items() if code != LANGUAGE}
    )


def _texts(by: Actor, content: Mapping[str, Any]) -> None:
    for kind in TenetKind:
        for entry in content[kind.value]:
            charter.adopt_tenet(
                by=by,
                kind=kind.value,
                number=entry["number"],
                title=_text(entry["title"]),
                text=_text(entry["text"]) if "text" in entry else None,
                certainty=entry.get("certainty", Certainty.OWN_WORDS.value),
                source=_SOURCES[kind],
            )


_SOURCES = {
    TenetKind.PRINCIPLE: "Public reports of July 2025; our words.",
    TenetKind.WORK_AREA: "Xinhua, 19 July 2026; our words.",
    TenetKind.PLAN_POINT: "Global AI Governance Action Plan, July 2025 (mfa.gov.cn, t20250726_11677803); our words.",
}


def _bodies(by: Actor, content: Mapping[str, Any]) -> dict[str, Body]:
    made: dict[str, Body] = {}
    for rank, entry in enumerate(content["body"]):
        made[entry["key"]] = charter.establish_body(
            by=by,
            name=_text(entry["name"]),
            abbreviation=entry["abbreviation"],
            mandate=_text(entry["mandate"]),
            parent=made[entry["parent"]].id if "parent" in entry else None,
            rank=rank,
            established_on=entry["established_on"],
        )
    return made


def _rules(by: Actor) -> None:
    """The example charter is laid down, its thirty days included; until the agreement is in force, signatories decide by it."""
    proposed = charter.draft_charter(
        by=by,
        text=(CATALOGUE / "example-waico.toml").read_text(encoding="utf-8"),
        note="The rules of the organisation are not public: this is an example.",
    )
    charter.adopt_charter(by=by, draft=proposed.id, in_force_from=min(FOUNDED, by.now.date()))
    table = RIGHTS.default().by_status
    charter.change_setting(
        by=by,
        key=RIGHTS.key,
        value={
            "by_status": {**{status.value: held for status, held in table.items()}, "signed": table[Status.IN_FORCE]},
            "source": "Example",
        },
        reason="Until the agreement is in force, its signatories prepare and decide: an example.",
    )


def _delegations(by: Actor, now: datetime) -> list[Person]:
    heads = []
    since = date(2026, 7, 17)
    for iso3, head, delegate, language in DELEGATIONS:
        party = Party.objects.get(iso3=iso3)
        first, second = _person(by, head, language), _person(by, delegate, language)
        heads.append(first)
        for person, role in ((first, HEAD_OF_DELEGATION), (second, DELEGATE), (second, FOCAL_POINT)):
            members.name_delegate(by=by, party=party.id, role=role.name, person=person.id, since=since)
    return heads
