"""The count towards entry into force, by the clause of the charter in force, on a page for anybody."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from django.test import Client
from tests.office.members.conftest import CHARTER, Office

from comity.office.members.queries import entry
from comity.office.members.queries.status import on_force
from comity.office.members.vocabulary import Force


def page(**asked: str) -> str:
    html = Client().get("/en/members/entry-into-force", asked).content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)))


def deposit(office: Office, code: str, on: date) -> None:
    office.step(office.party(code), "acceded", on)


def test_without_a_charter_the_page_says_what_is_missing(office: Office) -> None:
    deposit(office, "KEN", date(2026, 7, 20))
    said = page(on="2026-12-01")
    assert "No charter says yet when the agreement enters into force; 1 instrument stands on deposit." in said
    assert "name the rule with entry_into_force" in said
    assert entry.count(office.picture()) is None


def test_the_count_and_what_is_missing(office: Office) -> None:
    office.waiting_days(30)
    deposit(office, "KEN", date(2026, 7, 20))
    said = page(on="2026-12-01")
    assert "it needs 3 instruments, 1 stand on deposit." in said
    assert (
        "Enters into force with — Instruments: at least 3. From the day on which this is met: 30 days after that day"
        in said
    )
    assert "final clauses · example" in said
    assert "not to be reached" not in said
    assert "Instruments: 1; needed: at least 3 ✗ not met" in said
    assert "Kenya 20 Jul 2026 not yet" in said


def test_in_force_for_whom_since_when(office: Office) -> None:
    office.waiting_days(30)
    for code, day in (("KEN", 20), ("CHN", 21), ("ZMB", 22)):
        deposit(office, code, date(2026, 7, day))
    deposit(office, "BRA", date(2026, 10, 1))
    said = page(on="2026-10-15")
    assert "The agreement is in force since 21 August 2026." in said
    assert "in force from 2026-08-21; the condition was met on 2026-07-22 with: Zambia" in said
    assert "Kenya 20 Jul 2026 since 21 Aug 2026" in said
    assert "Brazil 1 Oct 2026 from 31 Oct 2026" in said
    waiting = entry.count(office.picture(date(2026, 8, 1)))
    assert waiting is not None
    assert [one.force for one in waiting.bound] == [Force.WAITING] * 3


def test_a_clause_on_groups_counts_the_blocs_of_the_register(office: Office) -> None:
    text = CHARTER.format(instruments=1, timing='in_force = "1 days after met"')
    office.adopt(
        text.replace("deposits >= 1", "deposits >= 1/2 of all in not reio and deposits >= 1 in coast").replace(
            "[[rule]]", '[groups]\nreio = "Unions"\ncoast = { title = "Coast", members = ["KEN"] }\n[[rule]]', 1
        )
    )
    deposit(office, "CHN", date(2026, 7, 20))
    office.party("ZMB")
    office.party("KEN")
    said = on_force(office.picture())
    assert said == "The Accord: not in force; further instruments needed: 1"
    assert "Coast" in page(on="2026-12-01")


def test_a_clause_that_asks_for_what_the_register_has_not_says_so(office: Office) -> None:
    text = CHARTER.format(instruments=1, timing="")
    office.adopt(
        text.replace("deposits >= 1", "deposits >= 1/2 of all by tonnage").replace(
            "[[rule]]", '[weights]\ntonnage = "Tonnage"\n[[rule]]', 1
        )
    )
    deposit(office, "CHN", date(2026, 7, 20))
    assert "cannot be counted: A fact is missing" in page(on="2026-12-01")


def test_the_clause_is_that_of_the_charter_in_force_on_the_day(office: Office) -> None:
    office.waiting_days(30, instruments=1)
    deposit(office, "KEN", date(2026, 7, 20))
    office.waiting_days(30, instruments=5)
    assert office.picture(date(2026, 11, 30)).clause != office.picture(date(2026, 12, 1)).clause
    assert "it needs 5 instruments" in page(on="2026-12-01")
    assert "in force since" in page(on="2026-11-30")
