"""Power estimated by drawing coalitions and orders of speaking, where no exact way is open. Never shown without its error.

Draws come from the caller's seed, by raw words of PCG64 only, so that they are the same with every version of NumPy.
Intervals are Chernoff's: they hold for any number of draws, and all of them together with the stated confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.rules.games import Criterion, Game, met_each

Array = npt.NDArray[Any]

CELLS_AT_A_TIME = 2**20
GRID = 10**8
"""Ends of intervals are rounded outwards to multiples of 1 / GRID, which hides the last bits of logarithms."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A share that was drawn, and between what it lies."""

    value: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Drawn:
    """Per player: Banzhaf and Shapley-Shubik; and the share of coalitions that win."""

    banzhaf: tuple[Interval, ...]
    shapley: tuple[Interval, ...]
    winning: Interval


def draw_power(game: Game, seed: int, draws: int, confidence: Fraction) -> Drawn:
    """Estimates from `draws` coalitions and as many orders. All intervals hold at once with at least this confidence."""
    n = len(game.players)
    words = np.random.PCG64(seed)
    gains = np.zeros((2, 2, n), dtype=np.int64)  # Banzhaf, Shapley x made win, made lose
    carried = 0
    at_a_time = max(1, CELLS_AT_A_TIME // (n + 1))
    for begin in range(0, draws, at_a_time):
        count = min(at_a_time, draws - begin)
        present = _coalitions(words, count, n)
        carried += int(game.wins_each(present).sum())
        gains[0] += _by_coalitions(game, present)
        gains[1] += _by_orders(game, np.argsort(words.random_raw((count, n)), axis=1, kind="stable"))
    figures = 2 * n * (1 if game.monotone else 2) + 1
    bound = log(2 * figures / float(1 - confidence))
    made = [
        tuple(_net(int(win), int(lose), draws, bound, game.monotone) for win, lose in zip(*both, strict=True))
        for both in gains
    ]
    return Drawn(made[0], made[1], _interval(carried, draws, bound))


def _coalitions(words: Any, count: int, n: int) -> Array:
    """(count, n) bool: each player in or out by a fair bit."""
    raw = np.asarray(words.random_raw((count, -(-n // 64))), dtype="<u8")
    return np.unpackbits(raw.view(np.uint8), axis=1, bitorder="little")[:, :n].astype(np.bool_)


def _by_coalitions(game: Game, present: Array) -> Array:
    """(2, n): how often each player makes a coalition of the others win, and lose."""

    def joined(criterion: Criterion, member: int) -> Array:
        units = _units(criterion)
        sums = present @ units
        return np.asarray(sums[:, None] + units * (~present if member else -present.astype(units.dtype)))

    without, with_ = (
        met_each(game.rule, lambda criterion, m=member: (joined(criterion, m) >= criterion.quota).ravel(), present.size)
        for member in (0, 1)
    )
    shape = present.shape
    return np.stack([(with_ & ~without).reshape(shape).sum(axis=0), (without & ~with_).reshape(shape).sum(axis=0)])


def _by_orders(game: Game, orders: Array) -> Array:
    """(2, n): how often each player, speaking in this order, makes those before win, and lose."""
    count, n = orders.shape

    def reached(criterion: Criterion) -> Array:
        sums = np.cumsum(_units(criterion)[orders], axis=1)
        return (np.concatenate([np.zeros((count, 1), dtype=sums.dtype), sums], axis=1) >= criterion.quota).ravel()

    carried = met_each(game.rule, reached, count * (n + 1)).reshape(count, n + 1)
    before, after = carried[:, :-1], carried[:, 1:]
    return np.stack([np.bincount(orders[change], minlength=n) for change in (after & ~before, before & ~after)])


def _units(criterion: Criterion) -> Array:
    kind: Any = np.int64 if max(sum(criterion.weights), abs(criterion.quota)) < 2**62 else object
    return np.array(criterion.weights, dtype=kind)


def _net(win: int, lose: int, draws: int, bound: float, monotone: bool) -> Interval:
    made = _interval(win, draws, bound)
    if monotone:
        return made
    unmade = _interval(lose, draws, bound)
    return Interval(made.value - unmade.value, made.low - unmade.high, made.high - unmade.low)


def _interval(hits: int, draws: int, bound: float) -> Interval:
    """Every share p under which draws x KL(hits / draws || p) stays within the bound (Chernoff 1952)."""
    share = hits / draws

    def far(p: float) -> bool:
        distance = 0.0
        for seen, expected in ((share, p), (1 - share, 1 - p)):
            if seen > 0:
                distance += seen * log(seen / expected) if expected > 0 else float("inf")
        return distance * draws > bound

    low, high = 0.0, 1.0
    if hits:
        low = _edge(0.0, share, far)
    if hits < draws:
        high = _edge(1.0, share, far)
    return Interval(Fraction(hits, draws), Fraction(floor(low * GRID), GRID), Fraction(ceil(high * GRID), GRID))


def _edge(outside: float, inside: float, far: Any) -> float:
    for _ in range(60):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if far(middle) else (outside, middle)
    return outside


def normalise(intervals: Sequence[Interval]) -> tuple[Interval, ...] | None:
    """Shares of the sum; None when nothing was decisive. Ends are the worst that the others' ends allow."""
    total = sum((one.value for one in intervals), Fraction(0))
    lows = sum((one.low for one in intervals), Fraction(0))
    highs = sum((one.high for one in intervals), Fraction(0))
    if total <= 0 or lows <= 0:
        return None
    return tuple(
        Interval(
            one.value / total,
            one.low / (one.low + highs - one.high),
            one.high / (one.high + lows - one.low) if one.high + lows > one.low else Fraction(1),
        )
        for one in intervals
    )
