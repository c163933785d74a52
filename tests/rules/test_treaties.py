"""Fourteen treaties whose dates are known, from the status tables of the UN Treaty Collection."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from comity.rules.charter_file import load
from comity.rules.in_force import hold_against, in_force, with_predecessors
from comity.rules.language import parse, write
from comity.rules.status_tables import read_deposits, read_predecessors

TREATIES = load("treaties")
RULES = {
    "4-9.csv": "torture",
    "4-11.csv": "child",
    "9-4.csv": "tobacco",
    "18-10.csv": "rome-statute",
    "18-12.csv": "organized-crime",
    "21-6.csv": "law-of-the-sea",
    "21-7.csv": "fish-stocks",
    "26-3.csv": "chemical-weapons",
    "26-5.csv": "mine-ban",
    "27-7.csv": "climate",
    "27-8.csv": "biodiversity",
    "27-8-a.csv": "cartagena",
    "27-14.csv": "rotterdam",
    "paris/": "paris",
}
# What the table has lost, and so misses the official date by: file: the day by which, instruments short.
LOST = {"21-6.csv": (date(1993, 11, 16), 1), "paris/": (date(2016, 10, 5), 1)}


@pytest.mark.parametrize("file", RULES)
def test_a_treaty_enters_into_force_on_its_official_date_or_the_table_is_short(shared: Path, file: str) -> None:
    folder = shared / "data" / "treaties"
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as answers:
        official = {
            row["file"]: date.fromisoformat(row["official_entry_into_force"]) for row in csv.DictReader(answers)
        }
    assert set(official) == set(RULES)
    path = folder / file if file != "paris/" else folder / "paris" / "paris-agreement-entry-into-force.csv"
    table, rule = read_deposits(path, TREATIES), RULES[file]
    against = hold_against(TREATIES, table.snapshot, table.deposits, official[file], rule=rule)
    if file not in LOST:
        assert against.computed == official[file]
        assert against.agrees
        return
    assert not against.agrees
    assert against.missing is not None
    assert (against.needed_by, against.missing.least, against.missing.most) == (
        LOST[file][0],
        LOST[file][1],
        LOST[file][1],
    )
    lost = read_predecessors(folder / "predecessors.csv", file)
    snapshot = with_predecessors(table.snapshot, [deposit.member for deposit in lost])
    found = in_force(TREATIES, snapshot, (*table.deposits, *lost), rule=rule)
    assert found.takes_effect == official[file]


def test_paris_was_met_by_73_states_with_58_82_per_cent(shared: Path) -> None:
    folder = shared / "data" / "treaties"
    table = read_deposits(folder / "paris" / "paris-agreement-entry-into-force.csv", TREATIES)
    as_shipped = in_force(TREATIES, table.snapshot, table.deposits, rule="paris")
    assert (as_shipped.met_on, as_shipped.by, as_shipped.takes_effect) == (
        date(2016, 11, 8),
        ("Japan",),
        date(2016, 12, 8),
    )
    lost = read_predecessors(folder / "predecessors.csv", "paris/")
    found = in_force(TREATIES, table.snapshot, (*table.deposits, *lost), rule="paris")
    heads, share = (part.operand for part in found.part.parts)
    assert heads is not None
    assert share is not None
    assert (heads.count, str(share.count), found.met_on) == (73, "2941/50", date(2016, 10, 5))
    assert found.since["Fiji"] == date(2016, 11, 4)


def test_the_instruments_of_regional_organisations_move_two_dates_when_they_are_counted(shared: Path) -> None:
    folder = shared / "data" / "treaties"
    moved = []
    for file, rule in RULES.items():
        if file in LOST:
            continue
        table = read_deposits(folder / file, TREATIES)
        clause = TREATIES.rule(rule)

        everybody = replace(clause, passes=parse(write(clause.passes).replace(" in not reio", "")))
        if (
            in_force(TREATIES, table.snapshot, table.deposits, rule=everybody).takes_effect
            != in_force(TREATIES, table.snapshot, table.deposits, rule=clause).takes_effect
        ):
            moved.append(rule)
    assert moved == ["cartagena", "rotterdam"]
