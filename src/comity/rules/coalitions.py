"""Smallest winning and blocking coalitions, the fewest further votes, and who is a dictator, has a veto, or never matters.

Smallest means fewest members. Members who are alike in everything but the axis (`residuals`: groups and vetoes) form a
cell, of which the heaviest are taken first; the cells are gone through once, keeping for each residual and number of members
the most units on the axis. That is exact for one weighted criterion with heads, groups and vetoes, however combined.

**Ties.** Among coalitions of equally few members: the one with the most units on the axis (the weighted criterion with
the most different units; of two such, the one that the rule names first), then the one that takes fewer from cells that
are listed later (by their first member); within a cell heavier members first, then those listed first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.rules.enumeration import enumerable, smallest_by_enumeration
from comity.rules.games import Combined, Criterion, Game, GameError, Negated, Rule, all_of
from comity.rules.power import MOST_COUNTED, exact_swings, winning_by_size
from comity.rules.residuals import Measured, Tree, measured, measures_in, residual

Int64Array = npt.NDArray[np.int64]

MOST_KEYS = 5_000
"""Residuals that may be open at once; rules with several weighted criteria have more."""
UNREACHED = -1


def smallest_winning(game: Game) -> tuple[str, ...] | None:
    """A winning coalition of fewest members, in the order of the game; None when none wins.

    GameError for a rule that turns something round, and for more than 30 players under several weighted criteria.
    """
    if not game.monotone:
        raise GameError("a further yes may lose under this rule: it has no smallest coalitions to rely on")
    found = _smallest(measured(game))
    return None if found is None else tuple(game.players[i] for i in sorted(found))


def smallest_blocking(game: Game) -> tuple[str, ...] | None:
    """The fewest members without whom all others together lose; None when the decision is carried whatever they do."""
    return smallest_winning(game.dual())


def further_votes(game: Game, yes: Collection[str], no: Collection[str] = ()) -> tuple[str, ...] | None:
    """The fewest further yeses that carry the decision, among those who have said neither; the ties as above.

    Empty when it is carried already; None when it cannot be carried any more. `no`: whoever will not say yes.
    """
    return smallest_winning(game.given(yes, no))


def further_blocks(game: Game, yes: Collection[str], no: Collection[str] = ()) -> tuple[str, ...] | None:
    """The fewest of those who have said neither whose refusal defeats the decision.

    Empty when it is defeated already; None when it is carried already.
    """
    return smallest_blocking(game.given(yes, no))


# --- who stands out ---


def vetoes(game: Game) -> tuple[str, ...]:
    """Who must be in every winning coalition: all others together lose. Nobody, when no coalition wins."""
    _must_be_monotone(game)
    everybody = range(len(game.players))
    if not game.wins_numbers(everybody):
        return ()
    return tuple(game.players[i] for i in everybody if not game.wins_numbers(j for j in everybody if j != i))


def dictators(game: Game) -> tuple[str, ...]:
    """Who carries alone what nobody carries without them: at most one."""
    alone = {name for name in game.players if game.wins((name,))}
    return tuple(name for name in vetoes(game) if name in alone)


def dummies(game: Game, *, most: int = MOST_COUNTED) -> tuple[str, ...] | None:
    """Whose voice never decides anything, exactly; None when this cannot be counted (see `power.power`)."""
    _must_be_monotone(game)
    found = exact_swings(game, most=most)
    return (
        None if found is None else tuple(name for name, row in zip(game.players, found[1], strict=True) if not any(row))
    )


def both_sides_can_win(game: Game, *, most: int = MOST_COUNTED) -> bool | None:
    """Whether some coalition and those outside it can both win, so that a decision and its contrary can both be carried.

    None when that cannot be found out exactly. Never under a rule that asks everybody for more than half of something;
    otherwise the coalitions that win and do not block are counted.
    """
    if any(2 * criterion.quota > sum(criterion.weights) for criterion in _asked_of_all(game.rule)):
        return False
    both = Game(game.players, all_of(game.rule, Negated(game.dual().rule)))
    found = exact_swings(both, most=most)
    return None if found is None else any(winning_by_size(both, found[1]))


def _asked_of_all(rule: Rule) -> tuple[Criterion, ...]:
    """Criteria that every winning coalition meets."""
    if isinstance(rule, Criterion):
        return (rule,)
    if isinstance(rule, Combined) and rule.needed == len(rule.parts):
        return tuple(criterion for part in rule.parts for criterion in _asked_of_all(part))
    return ()


def _must_be_monotone(game: Game) -> None:
    if not game.monotone:
        raise GameError("a further yes may lose under this rule: nobody can be said to have a veto, or to be a dummy")


# --- the search ---


@dataclass(frozen=True, slots=True, eq=False)
class _Label:
    """For one residual, by number of members: the most units on the axis, and where that came from."""

    units: Int64Array
    key: Int64Array
    count: Int64Array


def _smallest(game: Measured) -> list[int] | None:
    if isinstance(game.tree, bool):
        return [] if game.tree else None
    heads = next((j for j, units in enumerate(game.measures) if set(units) == {1}), None)
    weighted = (j for j, units in enumerate(game.measures) if max(units) > 1)
    axis = min(weighted, key=lambda j: (-len(set(game.measures[j])), j), default=None)
    found = _through_cells(game, axis, heads)
    if found is not None:
        return found[0]
    if enumerable(game):
        return smallest_by_enumeration(game, axis)
    raise GameError(
        "the smallest coalitions of {n} players under several weighted criteria cannot be found exactly",
        n=game.n_players,
    )


def _through_cells(game: Measured, axis: int | None, heads: int | None) -> tuple[list[int] | None] | None:
    """A smallest coalition in a tuple, or None in it when none wins; None when too many residuals are open."""
    n, unknown = game.n_players, {axis, heads}
    units = game.measures[axis] if axis is not None else (0,) * n
    if sum(units) >= 2**62:
        return None
    cells: dict[tuple[int, ...], list[int]] = {}
    for player in range(n):
        column = tuple(0 if j in unknown else own for j, own in enumerate(game.column(player)))
        cells.setdefault(column, []).append(player)
    for members in cells.values():
        members.sort(key=lambda player: (-units[player], player))
    to_come = [0 if j in unknown else sum(own) for j, own in enumerate(game.measures)]
    nothing = tuple(None if j in unknown else 0 for j in range(len(game.measures)))
    first = np.full(n + 1, UNREACHED, dtype=np.int64)
    first[0] = 0
    open_: dict[tuple[Tree, tuple[int | None, ...]], Int64Array] = {(game.tree, nothing): first}
    steps: list[list[_Label]] = []
    for column, members in cells.items():
        to_come = [rest - own * len(members) for rest, own in zip(to_come, column, strict=True)]
        heaviest = np.cumsum([0, *(units[player] for player in members)])
        labels: dict[tuple[Tree, tuple[int | None, ...]], _Label] = {}
        for count in range(len(members) + 1):
            for number, ((tree, totals), best) in enumerate(open_.items()):
                reached = [None if t is None else t + count * own for t, own in zip(totals, column, strict=True)]
                left = residual(tree, reached, to_come)
                if left is False:
                    continue
                alive = measures_in(left)
                key = left, tuple(None if t is None else t if j in alive else 0 for j, t in enumerate(reached))
                if key not in labels:
                    if len(labels) == MOST_KEYS:
                        return None
                    labels[key] = _Label(*(np.full(n + 1, UNREACHED, dtype=np.int64) for _ in range(3)))
                _improve(labels[key], best, number, count, int(heaviest[count]))
        open_ = {key: label.units for key, label in labels.items()}
        steps.append(list(labels.values()))
    chosen = _best(game, list(open_), list(open_.values()), axis, heads)
    if chosen is None:
        return (None,)
    number, size = chosen
    coalition: list[int] = []
    for members, step in zip(reversed(list(cells.values())), reversed(steps), strict=True):
        label = step[number]
        count = int(label.count[size])
        coalition += members[:count]
        number, size = int(label.key[size]), size - count
    return (coalition,)


def _improve(label: _Label, best: Int64Array, number: int, count: int, gained: int) -> None:
    """Take over what taking `count` of the cell makes of a residual, where it has more units than what is there."""
    moved = best[: len(best) - count]
    offered = np.where(moved == UNREACHED, UNREACHED, moved + gained)
    better = offered > label.units[count:]
    label.units[count:][better] = offered[better]
    label.key[count:][better] = number
    label.count[count:][better] = count


def _best(
    game: Measured, keys: list[Any], units: list[Int64Array], axis: int | None, heads: int | None
) -> tuple[int, int] | None:
    """The residual and size of the smallest coalition that wins; of equally small ones the one with most units."""
    nothing = (0,) * len(game.measures)
    for size in range(game.n_players + 1):
        winning = []
        for number, (tree, _) in enumerate(keys):
            most = int(units[number][size])
            if most == UNREACHED:
                continue
            totals = [0] * len(game.measures)
            if heads is not None:
                totals[heads] = size
            if axis is not None:
                totals[axis] = most
            if residual(tree, totals, nothing) is True:
                winning.append((-most, number))
        if winning:
            return min(winning)[1], size
    return None
