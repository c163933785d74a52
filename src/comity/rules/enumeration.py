"""Swings counted by going through every coalition, in blocks: for games of up to 30 players, whatever the rule.

Coalitions are split into the players of a block and the others. For each choice of the others, what is left of the rule
(`residuals`) is asked of all choices within the block at once. What is kept is how many winning coalitions of each size
each player is in: w(i, s), and w(s) of all. Without i there are w(s) - w(i, s) of size s, so i's swings at size s are
w(i, s + 1) - w(s) + w(i, s).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from comity.rules.residuals import Measured, Tree, residual

Array = npt.NDArray[Any]

MOST_PLAYERS = 30
BLOCK_PLAYERS = 14
"""Players of a block: 2^14 sums of eight bytes for each measure stay in the cache."""
MOST_UNITS = 2**62


def enumerable(game: Measured) -> bool:
    """Few enough players, and units that fit 64 bits."""
    return game.n_players <= MOST_PLAYERS and all(sum(units) < MOST_UNITS for units in game.measures)


def enumerate_swings(game: Measured) -> list[list[int]]:
    """[player][size] as `counting.count_swings`. 2^n_players coalitions; memory 2^16 words for n = 30, about."""
    n = game.n_players
    n_block = min(n, BLOCK_PLAYERS)
    block_sizes, block_in, _ = _coalitions(n_block)
    block = [np.array(units[:n_block], dtype=np.int64) @ block_in for units in game.measures]
    starts = np.searchsorted(block_sizes, np.arange(n_block + 1))
    other_in = _bits(n - n_block)
    other_sizes = other_in.sum(axis=0)
    others = [np.array(units[n_block:], dtype=np.int64) @ other_in for units in game.measures]
    to_come = [sum(units[:n_block]) for units in game.measures]

    by_choice = np.zeros((other_in.shape[1], n_block + 1), dtype=np.int64)  # others, size in the block -> winning
    by_block = np.zeros((n - n_block + 1, block_in.shape[1]), dtype=np.int64)  # size of the others, block -> winning
    for choice in range(other_in.shape[1]):
        totals = [int(sums[choice]) for sums in others]
        left = residual(game.tree, totals, to_come)
        if left is False:
            continue
        won = np.ones(block_in.shape[1], dtype=np.bool_) if left is True else _met(left, block, totals)
        by_choice[choice] = np.add.reduceat(won, starts, dtype=np.int64)
        by_block[other_sizes[choice]] += won

    winning = np.zeros((n + 1, n + 2), dtype=np.int64)  # [player, size], the last row for all; one size more, always 0
    for size in range(n - n_block + 1):
        of_size = by_choice[other_sizes == size]
        winning[n, size : size + n_block + 1] += of_size.sum(axis=0)
        for player in range(n_block, n):
            within = other_in[player - n_block, other_sizes == size].astype(np.bool_)
            winning[player, size : size + n_block + 1] += of_size[within].sum(axis=0)
        for player in range(n_block):
            within = by_block[size] * block_in[player]
            winning[player, size : size + n_block + 1] += np.add.reduceat(within, starts)
    swings = winning[:n, 1 : n + 1] - winning[n, :n] + winning[:n, :n]
    return [[int(count) for count in row] for row in swings]


def _bits(n_players: int) -> Array:
    """(n_players, 2^n_players) int64: who is in which coalition."""
    return (np.arange(2**n_players)[None, :] >> np.arange(n_players)[:, None]) & 1


def _coalitions(n_players: int) -> tuple[Array, Array, Array]:
    """Coalitions by ascending size: sizes, who is in which, and their masks."""
    bits = _bits(n_players)
    order = np.argsort(bits.sum(axis=0), kind="stable")
    return bits.sum(axis=0)[order], np.ascontiguousarray(bits[:, order]), order


def _met(tree: Tree, block: list[Array], totals: list[int]) -> Array:
    """(n_coalitions of the block,) bool: whether what is left is met, when the others bring `totals`."""
    if isinstance(tree, bool):
        return np.full(len(block[0]), tree)
    if tree[0] == "c":
        return np.asarray(block[tree[1]] >= tree[2] - totals[tree[1]])
    if tree[0] == "n":
        return ~_met(tree[1], block, totals)
    needed, parts = tree[1], [_met(part, block, totals) for part in tree[2]]
    if needed in (1, len(parts)):
        joined = np.logical_or if needed == 1 else np.logical_and
        won = parts[0]
        for part in parts[1:]:
            won = joined(won, part)
        return won
    return np.asarray(np.sum(parts, axis=0, dtype=np.int8 if len(parts) < 128 else np.int64) >= needed)


def smallest_by_enumeration(game: Measured, axis: int | None) -> list[int] | None:
    """A winning coalition of fewest players; of those the one with the most units on the axis, then the lowest mask.

    None when none wins. Bit i of a mask is player i.
    """
    n = game.n_players
    n_block = min(n, BLOCK_PLAYERS)
    block_sizes, block_in, order = _coalitions(n_block)
    block = [np.array(units[:n_block], dtype=np.int64) @ block_in for units in game.measures]
    other_in = _bits(n - n_block)
    others = [np.array(units[n_block:], dtype=np.int64) @ other_in for units in game.measures]
    to_come = [sum(units[:n_block]) for units in game.measures]
    best: tuple[int, int, int] | None = None  # size, less units, mask
    for choice, size in enumerate(other_in.sum(axis=0).tolist()):
        if best is not None and size > best[0]:
            continue
        totals = [int(sums[choice]) for sums in others]
        left = residual(game.tree, totals, to_come)
        if left is False:
            continue
        won = np.flatnonzero(_met(left, block, totals) if left is not True else np.ones(len(order), dtype=np.bool_))
        if not len(won):
            continue
        fewest = won[block_sizes[won] == block_sizes[won[0]]]
        own = block[axis][fewest] if axis is not None else np.zeros(len(fewest), dtype=np.int64)
        masks = order[fewest[own == own.max()]]
        units = int(own.max()) + (totals[axis] if axis is not None else 0)
        found = (size + int(block_sizes[won[0]]), -units, int(masks.min()) | choice << n_block)
        best = found if best is None else min(best, found)
    return None if best is None else [i for i in range(n) if best[2] >> i & 1]
