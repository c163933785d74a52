"""The European Union's double majority with a blocking floor, on real populations: all 2^27 coalitions."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from comity.rules import Member, Snapshot, load
from comity.rules.coalitions import smallest_blocking, smallest_winning
from comity.rules.counting import count_swings, plan
from comity.rules.enumeration import enumerate_swings
from comity.rules.games import Criterion, Game, all_of, any_of, heads
from comity.rules.power import Method, power
from comity.rules.residuals import measured
from comity.rules.winning import to_game

MEMBERS = [
    "AUT",
    "BEL",
    "BGR",
    "HRV",
    "CYP",
    "CZE",
    "DNK",
    "EST",
    "FIN",
    "FRA",
    "DEU",
    "GRC",
    "HUN",
    "IRL",
    "ITA",
    "LVA",
    "LTU",
    "LUX",
    "MLT",
    "NLD",
    "POL",
    "PRT",
    "ROU",
    "SVK",
    "SVN",
    "ESP",
    "SWE",
]


def populations(shared: Path) -> tuple[int, ...]:
    """The latest in the file, as of each member."""
    with (shared / "data/cooperation/wdi_divide_latest.csv").open(encoding="utf-8", newline="") as file:
        people = {row["iso3"]: int(row["value"]) for row in csv.DictReader(file) if row["indicator"] == "SP.POP.TOTL"}
    return tuple(people[code] for code in MEMBERS)


def union(shared: Path) -> Game:
    """15 of 27 with 65 % of the population; deemed reached when fewer than four are outside."""
    population = populations(shared)
    return Game(
        tuple(MEMBERS),
        any_of(all_of(heads(27, 15), Criterion(population, -(-65 * sum(population) // 100))), heads(27, 24)),
    )


def council(shared: Path) -> Snapshot:
    """The same members for the charter of the catalogue."""
    members = zip(MEMBERS, populations(shared), strict=True)
    return Snapshot(
        tuple(Member(name, weights={"population": Fraction(people)}) for name, people in members),
        groups=frozenset({"opted-out"}),
    )


@pytest.mark.slow
def test_all_coalitions_of_twenty_seven(shared: Path) -> None:
    game = union(shared)
    by_charter = to_game(load("eu-council"), council(shared), "qualified")
    assert by_charter.players == tuple(sorted(MEMBERS))
    found = power(by_charter)
    assert found.method is Method.ENUMERATED
    assert sum(found.shapley) == 1
    # With the populations of 2014 it was 17,616,925: close, and not the same.
    assert found.winning == Fraction(17_761_460, 2**27)
    assert found.of("DEU").shapley == max(found.shapley)
    blocking = smallest_blocking(game)
    assert blocking is not None
    assert len(blocking) == 4, "three of the largest hold more than 35 %, and the floor asks for a fourth"
    winning = smallest_winning(game)
    assert winning is not None
    assert len(winning) == 15


def test_the_catalogue_gives_the_game_that_was_written_by_hand(shared: Path) -> None:
    """Some thousands of coalitions at random: both carry the same."""
    by_hand, by_charter = union(shared), to_game(load("eu-council"), council(shared), "qualified")
    present = np.random.default_rng(3).random((20_000, 27)) < np.linspace(0.2, 0.95, 20_000)[:, None]
    order = [by_hand.players.index(name) for name in by_charter.players]
    carried = by_hand.wins_each(present)
    assert (by_charter.wins_each(present[:, order]) == carried).all()
    assert 1_000 < carried.sum() < 19_000


@pytest.mark.slow
def test_counting_with_people_in_hundred_thousands_agrees_with_enumeration(shared: Path) -> None:
    """Populations in units of 100,000 make both ways possible: the same swings, one by one."""
    names = tuple(MEMBERS)
    units = tuple(round(Fraction(people, 100_000)) for people in populations(shared))
    rule = any_of(all_of(heads(27, 15), Criterion(units, -(-65 * sum(units) // 100))), heads(27, 24))
    brief = measured(Game(names, rule))
    planned = plan(brief, 10**9, 10**7)
    assert planned is not None
    assert count_swings(planned) == enumerate_swings(brief)
