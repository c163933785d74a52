"""Smallest coalitions, further votes, vetoes, dictators, dummies: against going through all coalitions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simple_games import banzhaf, coalitions, meets, small_games

from comity.rules import coalitions as search
from comity.rules.coalitions import (
    both_sides_can_win,
    dictators,
    dummies,
    further_blocks,
    further_votes,
    smallest_blocking,
    smallest_winning,
    vetoes,
)
from comity.rules.games import ALWAYS, NEVER, Criterion, Game, GameError, Negated, all_of, any_of, group, heads, veto

MONOTONE = small_games(turned_round=False)


def fewest(game: Game) -> int | None:
    """The size of a smallest winning coalition, by the definition."""
    return min(
        (len(c) for c in coalitions(len(game.players)) if meets(game.rule, c)),
        default=None,
    )


@pytest.mark.slow
@given(MONOTONE)
def test_a_smallest_winning_coalition_wins_and_none_is_smaller(game: Game) -> None:
    found = smallest_winning(game)
    assert (None if found is None else len(found)) == fewest(game)
    assert found is None or game.wins(found)


@pytest.mark.slow
@given(MONOTONE)
def test_a_smallest_blocking_coalition_blocks_and_none_is_smaller(game: Game) -> None:
    found = smallest_blocking(game)
    assert (None if found is None else len(found)) == fewest(game.dual())
    assert found is None or not game.wins(set(game.players) - set(found))


@pytest.mark.slow
@given(MONOTONE, st.data())
def test_further_votes_carry_and_further_refusals_defeat(game: Game, data: st.DataObject) -> None:
    said = data.draw(
        st.lists(st.sampled_from((True, False, None)), min_size=len(game.players), max_size=len(game.players))
    )
    yes = [name for name, vote in zip(game.players, said, strict=True) if vote is True]
    no = [name for name, vote in zip(game.players, said, strict=True) if vote is False]
    votes, blocks = further_votes(game, yes, no), further_blocks(game, yes, no)
    assert (votes == ()) == game.wins(yes)
    assert (votes is None) == (not game.wins(set(game.players) - set(no)))
    assert (blocks == ()) == (not game.wins(set(game.players) - set(no)))
    assert (blocks is None) == game.wins(yes)
    if votes is not None:
        assert game.wins([*yes, *votes])
        assert not set(votes) & {*yes, *no}
    if blocks is not None:
        assert not game.wins(set(game.players) - {*no, *blocks})


@pytest.mark.slow
@given(MONOTONE)
def test_vetoes_dictators_and_dummies_are_what_the_definitions_say(game: Game) -> None:
    n = len(game.players)
    winning = [c for c in coalitions(n) if meets(game.rule, c)]
    veto_ = [i for i in range(n) if winning and all(i in c for c in winning)]
    assert vetoes(game) == tuple(game.players[i] for i in veto_)
    dictator = [i for i in range(n) if winning == [c for c in coalitions(n) if i in c]]
    assert dictators(game) == tuple(game.players[i] for i in dictator)
    assert dummies(game) == tuple(name for name, one in zip(game.players, banzhaf(game), strict=True) if one == 0)


@given(small_games())
def test_both_sides_can_win_when_some_coalition_and_the_rest_do(game: Game) -> None:
    everybody = set(range(len(game.players)))
    expected = any(meets(game.rule, c) and meets(game.rule, everybody - c) for c in coalitions(len(game.players)))
    assert both_sides_can_win(game) == expected


@pytest.mark.slow
def test_both_sides_of_two_hundred_members() -> None:
    """A third of the weight is enough for either side; with a veto on top, one side has it and the other has not."""
    n = 200
    names, units = tuple(map(str, range(n))), tuple(Random(6).randint(1, 90) for _ in range(n))
    third = Criterion(units, sum(units) // 3)
    assert both_sides_can_win(Game(names, all_of(heads(n, 60), third))) is True
    assert both_sides_can_win(Game(names, all_of(heads(n, 60), third, veto(n, {9})))) is False


@settings(max_examples=25)
@given(MONOTONE)
def test_the_search_by_enumeration_finds_as_few(game: Game) -> None:
    from comity.rules.enumeration import smallest_by_enumeration
    from comity.rules.residuals import measured

    brief = measured(game)
    if not isinstance(brief.tree, bool):
        found = smallest_by_enumeration(brief, None)
        assert (None if found is None else len(found)) == fewest(game)
        assert found is None or game.wins_numbers(found)


def test_ties_go_to_the_heaviest_then_to_who_is_listed_first() -> None:
    game = Game(tuple("ABCDE"), all_of(heads(5, 2), Criterion((1, 3, 2, 3, 3), 3)))
    assert smallest_winning(game) == ("B", "D")
    assert smallest_winning(Game(tuple("ABCDE"), heads(5, 2))) == ("A", "B")
    chambers = all_of(group(5, {1, 3}, 1), group(5, {0, 2, 4}, 1), heads(5, 3))
    assert smallest_winning(Game(tuple("ABCDE"), chambers)) == ("A", "B", "C")


def test_two_hundred_members_with_weights_and_three_chambers() -> None:
    """What the weights alone, the heads alone and each chamber alone would need is a lower bound, and it is met here."""
    n = 200
    units = tuple(Random(4).randint(1, 100) for _ in range(n))
    chambers = [set(range(k, n, 3)) for k in range(3)]
    game = Game(
        tuple(f"m{i}" for i in range(n)),
        all_of(
            heads(n, 110),
            Criterion(units, int(Fraction(8, 10) * sum(units))),
            veto(n, {5, 6}),
            *(group(n, chamber, 34) for chamber in chambers),
        ),
    )
    found = smallest_winning(game)
    assert found is not None
    assert game.wins(found)
    by_weight = sorted(units, reverse=True)
    assert sum(by_weight[: len(found) - 1]) < Fraction(8, 10) * sum(units) or len(found) == 110
    assert {"m5", "m6"} <= set(found)
    assert all(not game.wins(set(found) - {name}) for name in found)


def test_several_weighted_criteria_are_found_by_enumeration_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(8)
    monkeypatch.setattr(search, "MOST_KEYS", 50)

    def game(n: int) -> Game:
        weights = [tuple(rng.randint(1, 10**6) for _ in range(n)) for _ in range(3)]
        return Game(tuple(map(str, range(n))), all_of(*(Criterion(units, sum(units) // 2) for units in weights)))

    small = game(12)
    found = smallest_winning(small)
    assert found is not None
    assert len(found) == fewest(small)
    with pytest.raises(GameError, match="31 players under several weighted criteria"):
        smallest_winning(game(31))


def test_never_always_and_turned_round() -> None:
    never, always = Game(("A",), NEVER), Game(("A",), ALWAYS)
    assert (smallest_winning(never), smallest_blocking(never)) == (None, ())
    assert (smallest_winning(always), smallest_blocking(always)) == ((), None)
    assert vetoes(never) == dictators(always) == ()
    turned = Game(("A", "B"), any_of(Negated(heads(2, 1)), heads(2, 2)))
    for ask in (smallest_winning, smallest_blocking, vetoes, dictators, dummies):
        with pytest.raises(GameError, match="further yes may lose"):
            ask(turned)
