"""A small organisation for the tests of the records office, and a data folder of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import establish_body, found
from comity.office.charter.models import Body, Organisation
from comity.office.records.actions import add_version, enter_document, issue_document
from comity.office.records.models import Document


@dataclass(frozen=True)
class House:
    """What `small_house` made."""

    organisation: Organisation
    council: Body
    secretary: Person
    delegate: Person

    @property
    def by(self) -> Actor:
        """The secretary, now."""
        return actor_for(self.secretary)


def small_house() -> House:
    """An organisation with a secretary, somebody without a role, and a council."""
    system = system_actor()
    organisation = found(by=system, name=Text.of("Test Union", "en", fr="Union d’essai"), short_name="TU")
    secretary = register_person(by=system, name="Ada Okonkwo", email="ada@example.org")
    grant_role(by=system, person=secretary.id, role="secretary")
    delegate = register_person(by=system, name="Chen Wei 陈伟", email="chen@example.org", language="zh")
    council = establish_body(
        by=actor_for(secretary), name=Text.of("Council", "en", ar="مجلس"), established_on=date(2026, 7, 16)
    )
    return House(organisation, council, secretary, delegate)


def issued(house: House, title: str = "Report", content: bytes = b"Read me.\n", **given: object) -> Document:
    """An issued document with one English file."""
    draft = enter_document(by=house.by, title=Text.of(title), **{"series": "general", **given})  # type: ignore[arg-type]
    add_version(by=house.by, document=draft.id, name="report.txt", content=content, language="en")
    return issue_document(by=house.by, document=draft.id, issued_on=date(2026, 11, 5))


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path) -> Iterator[Path]:
    """Files and secrets of one test do not meet those of another."""
    folder = tmp_path / "data"
    folder.mkdir()
    with override_settings(COMITY_DATA=folder, COMITY_LOG_ORIGIN="union.example/record"):
        yield folder


@pytest.fixture
def house(db: None) -> House:
    """The small organisation."""
    return small_house()
