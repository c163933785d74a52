"""Small games at random, and figures by the definitions, coalition by coalition."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from hypothesis import strategies as st

from comity.rules.games import Combined, Criterion, Game, Negated, Rule


@st.composite
def small_games(draw: st.DrawFn, most: int = 7, turned_round: bool = True) -> Game:
    """Trees over heads, groups, vetoes and weights, of up to so many players; some never or always carried."""
    n = draw(st.integers(1, most))
    weighted = st.lists(st.integers(0, 12), min_size=n, max_size=n)
    grouped = st.lists(st.integers(0, 1), min_size=n, max_size=n)
    by_heads = st.just([1] * n)
    leaves = st.one_of(weighted, grouped, by_heads).flatmap(
        lambda units: st.integers(-1, sum(units) + 1).map(lambda quota: Criterion(tuple(units), quota))
    )

    def branches(rules: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        combined = st.lists(rules, max_size=4).flatmap(
            lambda parts: st.integers(0, len(parts) + 1).map(lambda needed: Combined(needed, tuple(parts)))
        )
        return st.one_of(combined, rules.map(Negated)) if turned_round else combined

    return Game(tuple(f"m{i}" for i in range(n)), draw(st.recursive(leaves, branches, max_leaves=6)))


def meets(rule: Rule, coalition: set[int]) -> bool:
    """The definition."""
    if isinstance(rule, Criterion):
        return sum(rule.weights[i] for i in coalition) >= rule.quota
    if isinstance(rule, Negated):
        return not meets(rule.part, coalition)
    return [meets(part, coalition) for part in rule.parts].count(True) >= rule.needed


def coalitions(n: int) -> list[set[int]]:
    """All of them, by mask."""
    return [{i for i in range(n) if mask >> i & 1} for mask in range(2**n)]


def banzhaf(game: Game) -> list[Fraction]:
    """Net share of the others' coalitions in which each player decides."""
    n = len(game.players)
    return [
        Fraction(
            sum(meets(game.rule, s | {i}) - meets(game.rule, s) for s in coalitions(n) if i not in s), 2 ** (n - 1)
        )
        for i in range(n)
    ]


def shapley(game: Game) -> list[Fraction]:
    """Net share of the orders in which each player decides."""
    n = len(game.players)
    gains, orders = [0] * n, list(permutations(range(n)))
    for order in orders:
        for place, player in enumerate(order):
            before = set(order[:place])
            gains[player] += meets(game.rule, before | {player}) - meets(game.rule, before)
    return [Fraction(gain, len(orders)) for gain in gains]
