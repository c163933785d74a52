"""The table of roles and acts: the page, the documentation and what the acts do agree."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from comity.groundwork.acts import ACTS
from comity.groundwork.roles import IMPLICIT, ROLES
from comity.site.roles import markdown, plain, table

DOC = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
TABLES = re.compile(r"(?<=<!-- tables -->\n).*(?=<!-- end of tables -->)", re.DOTALL)


def test_the_documentation_holds_the_tables_of_the_registries() -> None:
    with override("en"):
        tables = markdown()
    text = DOC.read_text(encoding="utf-8")
    if os.environ.get("COMITY_WRITE_DOCS"):
        DOC.write_text(TABLES.sub(lambda _found: tables, text), encoding="utf-8")
        return
    found = TABLES.search(text)
    assert found, "docs/roles.md has lost the marks between which its tables stand"
    assert found[0] == tables, (
        "roles or acts have changed: run this test once with COMITY_WRITE_DOCS=1 and read the difference"
    )


def test_every_act_and_every_role_is_in_the_table() -> None:
    assert {line.name for section in table() for line in section.lines} == set(ACTS)
    text = DOC.read_text(encoding="utf-8")
    assert not [name for name in (*ROLES, *IMPLICIT) if f"`{name}`" not in text]


def test_every_act_is_described_to_people_without_words_of_the_program() -> None:
    for act in ACTS.values():
        summary = plain(act.summary)
        assert summary, f"{act.name} has no documentation"
        assert not re.search(r"None|True|False|`|_", summary), (
            f"{act.name}: {summary!r} is for programmers: begin with a plain sentence"
        )


@pytest.mark.django_db
def test_the_page_shows_every_act_with_those_who_may(client: Client, house: Any) -> None:
    html = client.get("/en/roles").content.decode()
    for section in table():
        for line in section.lines:
            assert line.summary.replace("'", "&#x27;") in html
