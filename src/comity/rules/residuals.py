"""What is left of a rule when some players have spoken: the small trees by which coalitions are counted without listing them.

The criteria of a game are brought to `measures`: distinct lists of units, each divided by its greatest common divisor.
A residual is the rule with every criterion decided that can be: met, or out of reach of those still to come. Two sets
of players that leave the same residual and the same running totals in it are interchangeable from there on; counting
classes of them instead of sets is what makes 200 members possible (the idea of Bolus 2011, there with decision diagrams).

A tree is True, False, ("c", measure, quota), ("k", needed, parts) or ("n", part); parts are sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any, TypeAlias

from comity.rules.games import Combined, Criterion, Game, Rule

Tree: TypeAlias = bool | tuple[Any, ...]
Units: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A game by its measures. `measures[j][i]`: units of player i; `tree`: the rule over them, nothing decided yet."""

    n_players: int
    measures: tuple[Units, ...]
    tree: Tree

    def column(self, player: int) -> Units:
        """Units of one player in each measure."""
        return tuple(measure[player] for measure in self.measures)


def measured(game: Game) -> Measured:
    """The game by its measures. Criteria that nothing depends on are decided at once; equal ones become one."""
    places: dict[Units, int] = {}

    def built(rule: Rule) -> Tree:
        if isinstance(rule, Criterion):
            divisor = gcd(*rule.weights)
            if divisor == 0:
                return rule.quota <= 0
            units = tuple(weight // divisor for weight in rule.weights)
            return ("c", places.setdefault(units, len(places)), -(-rule.quota // divisor))
        if isinstance(rule, Combined):
            return ("k", rule.needed, tuple(built(part) for part in rule.parts))
        return ("n", built(rule.part))

    tree = built(game.rule)
    tree = residual(tree, (0,) * len(places), tuple(sum(units) for units in places))
    kept = sorted(measures_in(tree))
    measures = tuple(places)
    return Measured(len(game.players), tuple(measures[j] for j in kept), _renumbered(tree, kept))


def residual(tree: Tree, totals: Sequence[int | None], to_come: Sequence[int]) -> Tree:
    """The tree with every criterion decided that `totals` of those who said yes, and units still `to_come`, decide.

    totals: one for each measure, or None for a measure that is not known yet and decides nothing.
    """
    if isinstance(tree, bool):
        return tree
    kind = tree[0]
    if kind == "c":
        total = totals[tree[1]]
        if total is None:
            return tree
        if total >= tree[2]:
            return True
        return tree if total + to_come[tree[1]] >= tree[2] else False
    if kind == "n":
        part = residual(tree[1], totals, to_come)
        if isinstance(part, bool):
            return not part
        return part[1] if part[0] == "n" else ("n", part)
    needed, open_ = tree[1], []
    for part in tree[2]:
        left = residual(part, totals, to_come)
        if left is True:
            needed -= 1
        elif left is not False:
            open_.append(left)
    if needed <= 0 or needed > len(open_):
        return bool(needed <= 0)
    return open_[0] if len(open_) == 1 else ("k", needed, tuple(sorted(open_)))


def measures_in(tree: Tree) -> frozenset[int]:
    """The measures on which the tree still depends."""
    if isinstance(tree, bool):
        return frozenset()
    if tree[0] == "c":
        return frozenset((tree[1],))
    if tree[0] == "n":
        return measures_in(tree[1])
    return frozenset().union(*(measures_in(part) for part in tree[2]))


def quotas_on(tree: Tree, measure: int) -> set[int]:
    """All quotas that the tree asks of a measure."""
    if isinstance(tree, bool):
        return set()
    if tree[0] == "c":
        return {tree[2]} if tree[1] == measure else set()
    parts = (tree[1],) if tree[0] == "n" else tree[2]
    return set().union(*(quotas_on(part, measure) for part in parts))


def _renumbered(tree: Tree, kept: list[int]) -> Tree:
    """The tree when only these measures are kept, in this order."""
    if isinstance(tree, bool):
        return tree
    if tree[0] == "c":
        return ("c", kept.index(tree[1]), tree[2])
    if tree[0] == "n":
        return ("n", _renumbered(tree[1], kept))
    return ("k", tree[1], tuple(sorted(_renumbered(part, kept) for part in tree[2])))
