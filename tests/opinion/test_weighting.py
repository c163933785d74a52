"""Weighting by several questions: fits that have the margins they should, caps, effective sizes, and how near a published result comes
to what its votes would say.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion import Settings, analyse
from comity.opinion.simulation import simulate
from comity.opinion.weighting import ANYWHERE, LEAST, MOST, WeightingError, filled, fitted, rake, weigh

PEOPLE = np.array([[40.0, 10.0, 2.0], [20.0, 30.0, 3.0], [4.0, 5.0, 1.0]])
tables = st.integers(2, 4).flatmap(
    lambda rows: st.integers(2, 4).flatmap(
        lambda columns: st.lists(st.integers(1, 60), min_size=rows * columns, max_size=rows * columns).map(
            lambda cells: np.array(cells, dtype=np.float64).reshape(rows, columns)
        )
    )
)


def margins(table: np.ndarray) -> list[list[float]]:
    return [table.sum(axis=1).tolist(), table.sum(axis=0).tolist()]


def test_weighted_shares_are_those_of_the_population_and_who_did_not_say_keeps_theirs() -> None:
    found = rake(PEOPLE, [[500, 500], [700, 300]])
    weighted = found.weights * PEOPLE
    rows, columns = (weighted.sum(axis=axis) / weighted.sum() for axis in (1, 0))
    assert rows == pytest.approx([0.5 * (1 - 10 / 115), 0.5 * (1 - 10 / 115), 10 / 115])
    assert columns == pytest.approx([0.7 * (1 - 6 / 115), 0.3 * (1 - 6 / 115), 6 / 115])
    assert weighted.sum() == pytest.approx(PEOPLE.sum())
    assert found.missed < 1e-6
    assert found.capped == 0
    assert 0 < found.effective < PEOPLE.sum()


def test_people_who_are_as_the_population_all_weigh_the_same() -> None:
    found = rake([[20, 30, 0], [20, 30, 0], [0, 0, 0]], [[1, 1], [2, 3]])
    assert found.weights[:2, :2] == pytest.approx(np.ones((2, 2)))
    assert found.effective == pytest.approx(100)


def test_a_weight_stays_within_its_caps_and_what_that_misses_is_said() -> None:
    found = rake([[990, 0], [10, 0], [0, 0]], [[10, 90], [1]])
    assert found.weights[1, 0] / found.weights[0, 0] == pytest.approx(MOST / LEAST)
    assert found.capped == 1
    assert found.missed == pytest.approx(0.9 - 50 / (50 + 198))


@given(tables, st.data())
def test_a_fit_has_the_margins_it_was_given(table: np.ndarray, data: st.DataObject) -> None:
    other = data.draw(
        st.lists(st.integers(1, 60), min_size=table.size, max_size=table.size).map(
            lambda cells: np.array(cells, dtype=np.float64).reshape(table.shape)
        )
    )
    found = fitted(table, margins(other))
    assert found.sum(axis=1) == pytest.approx(other.sum(axis=1), rel=1e-6)
    assert found.sum(axis=0) == pytest.approx(other.sum(axis=0), rel=1e-6)
    # Iterative fitting leaves the odds ratios of what it began with.
    odds = [one[0, 0] * one[1, 1] / (one[0, 1] * one[1, 0]) for one in (found, table)]
    assert odds[0] == pytest.approx(odds[1], rel=1e-5)


@given(tables)
def test_what_was_left_out_is_filled_so_that_margins_hold_and_what_is_known_stays(table: np.ndarray) -> None:
    known = table.copy()
    known[:2, :2] = math.nan
    found = filled(known, margins(table))
    assert found[~np.isnan(known)] == pytest.approx(table[~np.isnan(known)])
    assert found.sum(axis=1) == pytest.approx(table.sum(axis=1))


def test_a_share_is_what_weights_and_counts_say_where_combinations_are_as_in_the_table() -> None:
    found = rake(PEOPLE, [[500, 500], [700, 300]])
    rate = np.array([[0.9, 0.8, 0.5], [0.2, 0.1, 0.5], [0.5, 0.5, 0.5]])
    spread = (1 - ANYWHERE) * PEOPLE + ANYWHERE * PEOPLE.sum() / PEOPLE.size
    exact = (found.weights * spread * rate).sum() / (found.weights * spread).sum()
    share = found.share(margins(spread * rate), margins(spread))
    assert share == pytest.approx(exact, abs=0.003)
    assert found.share([[0.0] * 3] * 2, [[0.0] * 3] * 2) is None


@pytest.mark.parametrize(
    ("people", "targets"),
    [
        ([[1, 2]], [[1]]),
        ([[0, 0], [0, 0]], [[1], [1]]),
        ([[-1, 1], [1, 1]], [[1], [1]]),
        ([[5, 0], [0, 0], [0, 0]], [[1, 1], [1]]),
        ([[5, 0], [5, 0], [0, 0]], [[1, -1], [1]]),
        ([[5, 0], [5, 0], [0, 0]], [[0, 0], [1]]),
        ([[5, 0], [5, 0], [0, 0]], [[1], [1]]),
    ],
)
def test_what_cannot_be_weighted_is_refused(people: list[list[int]], targets: list[list[float]]) -> None:
    with pytest.raises(WeightingError):
        rake(people, targets)


@pytest.mark.slow
def test_a_published_result_weighted_is_near_what_its_votes_say() -> None:
    """Against weights by the true table and every person's own answers, from the votes."""
    votes = simulate(2000, seed=3).votes
    result = analyse(votes, Settings(floor=5), coordination=False).result
    names = sorted(votes.segments)[:2]
    targets = {}
    for name in names:
        segment = votes.segments[name]
        share = np.linspace(1, 2, len(segment.labels))  # the rarer half of the alphabet counts up to twice as much
        targets[name] = dict(zip(segment.labels, (share / share.sum()).tolist(), strict=True))
    weighted = weigh(result, targets)
    codes = [votes.segments[name].codes for name in names]
    sizes = [len(votes.segments[name].labels) for name in names]
    at = [np.where(code < 0, size, code) for code, size in zip(codes, sizes, strict=True)]
    table = np.zeros((sizes[0] + 1, sizes[1] + 1))
    np.add.at(table, (at[0], at[1]), 1)
    weights = rake(table, [list(targets[name].values()) for name in names]).weights[at[0], at[1]]
    off, moved = [], []
    for column, entry in enumerate(result.statements):
        share = weighted.share(entry)
        if share is None:
            continue
        rows = votes.columns == column
        own = weights[votes.persons[rows]]
        exact = (own * (votes.values[rows] == 1)).sum() / own.sum()
        off.append(abs(share - exact))
        assert entry.overall is not None
        moved.append(abs((entry.overall.share or 0) - exact))
    print(f"{names}, {len(off)} statements: error {np.mean(off):.4f} on average, {max(off):.4f} at most", end="; ")
    print(f"without weights {np.mean(moved):.4f}, {max(moved):.4f}; worth {weighted.weighting.effective:.0f} people")
    assert len(off) > 30
    assert max(off) < 0.02
