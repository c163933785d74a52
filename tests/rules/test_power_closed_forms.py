"""Power held against closed forms and published counts: vetoes among many, an apex player, quotas, the European Union of 28."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

import pytest

from comity.rules.charter_file import read
from comity.rules.games import Game
from comity.rules.power import power
from comity.rules.snapshot import Member, Snapshot
from comity.rules.winning import to_game

POPULATIONS = (
    "DE 80523.7 FR 65633.2 UK 63730.1 IT 59685.2 ES 46704.3 PL 38533.3 RO 20057.5 NL 16779.6 BE 11161.6 EL 11062.5 CZ 10516.1 "
    "PT 10487.3 HU 9908.8 SE 9555.9 AT 8451.9 BG 7284.6 DK 5602.6 FI 5426.7 SK 5410.8 IE 4591.1 HR 4262.1 LT 2971.9 SI 2058.8 "
    "LV 2023.8 EE 1324.8 CY 865.9 LU 537.0 MT 421.4"
)
"""Thousands, as the Council decided them for 2014 (Decision 2013/746/EU)."""


def game(passes: str, members: list[Member], groups: frozenset[str] = frozenset()) -> Game:
    charter = read(f"""format = "comity-charter/1"
id = "t"
version = "1"
title = "T"
[groups]
permanent = "P"
[weights]
share = "S"
[[rule]]
id = "t"
title = "T"
certainty = "example"
passes = "{passes}"
""")
    return to_game(charter, Snapshot(tuple(members), groups=groups), "t")


@pytest.mark.parametrize(
    ("members", "vetoes", "quota"), [(60, 5, 40), (60, 1, 31), (60, 7, 7), (45, 44, 45), (60, 60, 10), (101, 3, 51)]
)
def test_members_with_vetoes_have_the_power_that_counting_by_hand_gives(members: int, vetoes: int, quota: int) -> None:
    """One without a veto decides where all vetoes and exactly so many others are in as miss one."""
    standing = frozenset({"permanent"})
    everybody = [Member(f"m{n:03}", standing if n < vetoes else frozenset()) for n in range(members)]
    found = power(game(f"yes >= {quota} and no veto by permanent", everybody, standing))
    others = members - vetoes
    ways = comb(others - 1, quota - 1 - vetoes) if others and quota > vetoes else 0
    in_order = Fraction(ways * factorial(quota - 1) * factorial(members - quota), factorial(members))
    carried = sum(comb(others, n) for n in range(max(quota - vetoes, 0), others + 1))
    assert found.of("m000").shapley == (1 - others * in_order) / vetoes
    assert found.of("m000").banzhaf == Fraction(carried, 2 ** (members - 1))
    if others:
        last = found.of(f"m{members - 1:03}")
        assert (last.shapley, last.banzhaf) == (in_order, Fraction(ways, 2 ** (members - 1)))


def test_an_apex_player_among_forty() -> None:
    everybody = [Member(f"m{n:02}", weights={"share": Fraction(38 if n == 0 else 1)}) for n in range(40)]
    found = power(game("yes >= 39 by share", everybody))
    assert (found.of("m00").shapley, found.of("m01").shapley) == (Fraction(38, 40), Fraction(2, 40 * 39))


def test_190_quotas_under_85_percent_are_what_long_multiplication_gives() -> None:
    quotas = [1650, *((n * 97) % 613 + 1 for n in range(60)), *((n * 31) % 29 + 1 for n in range(129))]
    everybody = [Member(f"m{n:03}", weights={"share": Fraction(q, 100)}) for n, q in enumerate(quotas)]
    found = power(game("yes >= 85% of all by share", everybody))
    needed = -(-85 * sum(quotas) // 100)
    # The generating function of the others' weights, as one integer with a word for each sum.
    word = len(quotas) + 1
    sums = 1
    for quota in quotas[1:]:
        sums += sums << (quota * word)
    mask = (1 << word) - 1
    swings = sum(sums >> (total * word) & mask for total in range(needed - quotas[0], needed))
    assert found.of("m000").banzhaf == Fraction(swings, 2 ** (len(quotas) - 1))
    assert sum(found.shapley) == 1


@pytest.mark.slow
def test_the_european_union_of_28_with_the_populations_of_2014() -> None:
    words = POPULATIONS.split()
    everybody = [
        Member(name, weights={"share": Fraction(people)}) for name, people in zip(words[::2], words[1::2], strict=True)
    ]
    found = power(game("yes >= 55% of all and yes >= 65% of all by share or not-yes < 4", everybody))
    assert found.winning == Fraction(30_321_728, 2**28)
    germany, malta = found.of("DE").normalised, found.of("MT").normalised
    assert germany is not None
    assert malta is not None
    assert (round(float(germany), 5), round(float(malta), 5)) == (0.10239, 0.0178)
