"""What a charter check finds, and does not invent."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from comity.rules.charter_check import Checked, Remark, check, without
from comity.rules.charter_file import load, read
from comity.rules.errors import said
from comity.rules.sentences import remark_sentence
from comity.rules.snapshot import Member, Snapshot
from comity.rules.words import LANGUAGES


def remarks(clause: str, *, amended: bool = True, more: str = "") -> list[tuple[Remark, tuple[str, ...]]]:
    charter = read(
        f"""format = "comity-charter/1"
id = "c"
version = "1"
title = "C"
{'amended_by = "r"' if amended else ""}
[groups]
g = "G"
[weights]
w = "W"
[[rule]]
id = "r"
title = "R"
certainty = "example"
passes = "{clause}"
{more}
"""
    )
    weights = {"a": 50, "b": 49, "c": 1, "d": 1}
    members = tuple(Member(n, frozenset({"g"} if n == "a" else ()), {"w": Fraction(w)}) for n, w in weights.items())
    return [(one.remark, one.members) for one in check(charter, Snapshot(members, groups=frozenset({"g"})))]


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("yes > 1/2 of all", []),
        ("yes >= 5", [(Remark.NEVER_PASSES, ()), (Remark.CANNOT_BE_AMENDED, ())]),
        ("no <= 4", [(Remark.ALWAYS_PASSES, ())]),
        ("yes >= 1 in g", [(Remark.DICTATOR, ("a",)), (Remark.DUMMY, ("b", "c", "d"))]),
        ("yes > 1/2 of all and no veto by g", [(Remark.VETO, ("a",))]),
        ("yes >= 2", [(Remark.CONTRADICTS_ITSELF, ())]),
        ("yes >= 95 by w", [(Remark.VETO, ("a", "b")), (Remark.DUMMY, ("c", "d"))]),
        ("yes = all", []),
    ],
)
def test_what_is_wrong_or_striking_is_found(clause: str, found: list[tuple[Remark, tuple[str, ...]]]) -> None:
    assert [(remark, tuple(members)) for remark, members in remarks(clause)] == found


def test_a_charter_without_a_rule_for_its_change_cannot_be_amended() -> None:
    assert remarks("yes > 1/2 of all", amended=False) == [(Remark.CANNOT_BE_AMENDED, ())]


def test_what_depends_on_a_finding_says_on_which() -> None:
    charter = load("example-waico")
    members = Snapshot(tuple(Member(f"m{n}") for n in range(6)), groups=frozenset(charter.groups))
    found = check(charter, members)
    assert not [one for one in found if one.remark is Remark.NOT_CHECKED]
    assert Checked(Remark.CANNOT_BE_AMENDED, None) not in found


def test_what_a_member_s_leaving_changes() -> None:
    charter = load("eec-1958")
    votes = {"France": 4, "Germany": 4, "Italy": 4, "Belgium": 2, "Netherlands": 2, "Luxembourg": 1}
    six = Snapshot(tuple(Member(name, weights={"votes": Fraction(v)}) for name, v in votes.items()), on=None)

    day = date(1960, 1, 1)
    before = check(charter, six, day)
    assert Checked(Remark.DUMMY, "qualified", ("Luxembourg",)) in before
    gone = without(charter, six, "Italy", day)
    assert Checked(Remark.VETO, "qualified", ("Belgium", "France", "Germany", "Netherlands")) in gone


def test_the_security_council_has_five_vetoes_and_no_dictator() -> None:
    members = tuple(Member(f"p{n}", frozenset({"permanent"})) for n in range(5)) + tuple(
        Member(f"e{n}") for n in range(10)
    )
    charter = load("un-sc")
    found = {
        one.remark: one.members
        for one in check(charter, Snapshot(members, groups=frozenset(charter.groups)))
        if one.rule == "substantive"
    }
    assert found == {Remark.VETO: tuple(f"p{n}" for n in range(5))}


WHY = said("dummies could not be counted")


@pytest.mark.parametrize("language", LANGUAGES)
def test_remarks_are_said_in_six_languages(language: str) -> None:
    for remark in Remark:
        line = remark_sentence(Checked(remark, "r", ("a",), (("ripe", True),), WHY), language)
        assert line.startswith("r")
        assert "{" not in line
        assert remark is not Remark.NOT_CHECKED or WHY.told(language) in line
    assert language == "en" or WHY.told(language) != WHY.told("en")
