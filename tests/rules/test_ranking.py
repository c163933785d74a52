"""Rankings: pairs, and the order of the Schulze method, held against its paper and against a plain search for paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from comity.rules.ranking import pairs, paths, tiers

SHEETS = st.lists(st.lists(st.sampled_from("ABCDE"), unique=True), max_size=12)
Pairs = Counter[tuple[str, str]]


def before(sheets: Sequence[Sequence[str]], names: str = "ABCDE") -> Pairs:
    return Counter(pair for sheet in sheets for pair in pairs(sheet, names))


def in_order(spec: str) -> Pairs:
    """`5:ACBED` is five papers with this order."""
    found: Pairs = Counter()
    for token in spec.split():
        count, _, ranking = token.partition(":")
        for pair in pairs(ranking, sorted(ranking)):
            found[pair] += int(count)
    return found


def test_forty_five_voters_of_the_worked_example_give_e_a_c_b_d() -> None:
    voters = in_order("5:ACBED 5:ADECB 8:BEDAC 3:CABED 7:CAEBD 2:CBADE 7:DCEBA 8:EBADC")
    assert (voters["A", "B"], voters["B", "A"]) == (20, 25)
    strength = paths("ABCDE", voters)
    assert {pair: strength[pair] for pair in ["AB", "BA", "EA", "AE"] for pair in [tuple(pair)]} == {
        ("A", "B"): 28,
        ("B", "A"): 25,
        ("E", "A"): 25,
        ("A", "E"): 24,
    }
    assert tiers("ABCDE", voters) == [("E",), ("A",), ("C",), ("B",), ("D",)]


def test_a_circle_is_broken_at_its_weakest_comparison_and_a_perfect_circle_is_a_tie() -> None:
    assert tiers("ABC", in_order("4:ABC 3:BCA 2:CAB")) == [("A",), ("B",), ("C",)]
    assert tiers("ABC", in_order("2:ABC 2:BCA 2:CAB")) == [("A", "B", "C")]


def test_nobody_asked_for_an_opinion_is_a_tie_of_all() -> None:
    assert tiers("ABC", {}) == [("A", "B", "C")]
    assert tiers("", {}) == []


@given(SHEETS)
def test_the_strongest_path_is_that_of_a_search_through_all_of_them(sheets: list[list[str]]) -> None:
    said = before(sheets)

    def link(one: str, other: str) -> int:
        return said[one, other] if said[one, other] > said[other, one] else 0

    found = paths("ABCDE", said)
    for one, other in permutations("ABCDE", 2):
        between = [name for name in "ABCDE" if name not in (one, other)]
        strongest = max(
            min(link(a, b) for a, b in zip((one, *way), (*way, other), strict=True))
            for length in range(len(between) + 1)
            for way in permutations(between, length)
        )
        assert found[one, other] == strongest


@given(SHEETS)
def test_whoever_beats_everybody_comes_first_alone_and_whoever_loses_to_everybody_last(sheets: list[list[str]]) -> None:
    said = before(sheets)
    found = tiers("ABCDE", said)
    for name in "ABCDE":
        others = [other for other in "ABCDE" if other != name]
        if all(said[name, other] > said[other, name] for other in others):
            assert found[0] == (name,)
        if all(said[name, other] < said[other, name] for other in others):
            assert found[-1] == (name,)


@given(SHEETS)
def test_every_name_has_one_place_and_the_order_of_papers_changes_nothing(sheets: list[list[str]]) -> None:
    found = tiers("ABCDE", before(sheets))
    assert sorted(name for tier in found for name in tier) == list("ABCDE")
    assert tiers("EDCBA", before(sheets[::-1], "EDCBA")) == found


@given(SHEETS, st.sampled_from("ABCDE"))
def test_to_put_a_name_first_on_more_papers_never_costs_it_a_place(sheets: list[list[str]], name: str) -> None:
    def place(of: list[list[str]]) -> int:
        found = tiers("ABCDE", before(of))
        return next(number for number, tier in enumerate(found) if name in tier)

    raised = [[name, *(one for one in sheet if one != name)] for sheet in sheets]
    assert place(raised) <= place(sheets)
