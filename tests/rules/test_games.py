"""Games: a coalition wins exactly when the definition says so, however it is asked."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simple_games import coalitions, meets, small_games

from comity.rules.games import ALWAYS, NEVER, Criterion, Game, GameError, Negated, all_of, any_of, group, heads, veto


@pytest.mark.slow
@given(small_games())
def test_one_and_many_coalitions_win_by_the_definition(game: Game) -> None:
    n = len(game.players)
    expected = [meets(game.rule, coalition) for coalition in coalitions(n)]
    assert [game.wins_numbers(coalition) for coalition in coalitions(n)] == expected
    assert game.wins_masks(np.arange(2**n)).tolist() == expected


@given(small_games())
def test_a_coalition_blocks_when_all_others_lose(game: Game) -> None:
    n = len(game.players)
    for coalition in coalitions(n):
        assert game.dual().wins_numbers(coalition) != meets(game.rule, set(range(n)) - coalition)
    assert game.dual().dual().wins_masks(np.arange(2**n)).tolist() == game.wins_masks(np.arange(2**n)).tolist()


@given(small_games(), st.data())
def test_what_some_have_said_leaves_a_game_of_the_others(game: Game, data: st.DataObject) -> None:
    said = data.draw(
        st.lists(st.sampled_from((True, False, None)), min_size=len(game.players), max_size=len(game.players))
    )
    yes = [name for name, vote in zip(game.players, said, strict=True) if vote is True]
    no = [name for name, vote in zip(game.players, said, strict=True) if vote is False]
    left = game.given(yes, no)
    for coalition in coalitions(len(left.players)):
        names = [left.players[i] for i in coalition]
        assert left.wins(names) == game.wins([*yes, *names])


@pytest.mark.slow
@given(small_games(turned_round=False))
def test_a_further_yes_never_loses_under_a_rule_that_turns_nothing_round(game: Game) -> None:
    assert game.monotone
    for coalition in coalitions(len(game.players)):
        if game.wins_numbers(coalition):
            assert all(game.wins_numbers(coalition | {i}) for i in range(len(game.players)))


def test_what_is_turned_round_twice_is_not_turned_round() -> None:
    doubled = Game(("A", "B"), Negated(all_of(Negated(heads(2, 1)), Negated(group(2, {0}, 1)))))
    assert doubled.monotone
    assert doubled.wins({"B"})
    assert not Game(("A", "B"), Negated(heads(2, 1))).monotone
    assert Game(("A", "B"), all_of(heads(2, 1), Negated(heads(2, 3)))).monotone


def test_a_bloc_votes_as_one() -> None:
    game = Game(("A", "B", "C", "D"), all_of(heads(4, 3), group(4, {1, 3}, 1)))
    merged = game.merged({"north": ["D", "A"]})
    assert merged.players == ("north", "B", "C")
    assert merged.wins({"north", "C"})
    assert merged.wins({"north", "B"})
    assert not merged.wins({"B", "C"})


def test_units_beyond_64_bits_are_compared_exactly() -> None:
    huge = 2**70
    game = Game(("A", "B"), Criterion((huge, 1), huge + 1))
    assert game.wins_masks([0, 1, 2, 3]).tolist() == [False, False, False, True]
    nearly = Game(("A", "B"), Criterion((2**53, 1), 2**53 + 1))
    assert nearly.wins_masks([1, 3]).tolist() == [False, True]


def test_always_never_and_vetoes() -> None:
    assert Game(("A",), ALWAYS).wins(())
    assert not Game(("A",), NEVER).wins({"A"})
    assert not Game(("A",), Negated(ALWAYS)).wins({"A"})
    council = Game(("A", "B", "C"), any_of(veto(3, {0, 1}), heads(3, 3)))
    assert council.wins({"A", "B"})
    assert not council.wins({"A", "C"})


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda: Game(("A", "A"), heads(2, 1)), "A: named twice"),
        (lambda: Game(("A",), heads(2, 1, "chamber")), "'chamber' gives units to 2 players, and there are 1"),
        (lambda: Criterion((1, -1), 1, "tonnage"), "'tonnage'"),
        (lambda: Criterion((1, Fraction(1, 2)), 1, "tonnage"), "whole numbers"),
        (lambda: Game(("A",), heads(1, 1)).wins({"B"}), "B is not among the players"),
        (lambda: Game(("A", "B"), heads(2, 1)).given(["A"], ["A"]), "A: both yes and not"),
        (lambda: Game(("A", "B"), heads(2, 1)).merged({"x": ["A"], "y": ["A"]}), "A is in two blocs: x and y"),
        (lambda: Game(tuple(map(str, range(64))), heads(64, 1)).wins_masks([0]), "64 players"),
    ],
)
def test_what_is_no_game_is_refused_by_name(make: object, names: str) -> None:
    assert callable(make)
    with pytest.raises(GameError, match=names):
        make()
