"""Opinion groups: as many as there are, one where there are none; small ones found; tiny and degenerate inputs have an answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from comity.opinion import groups as grouping
from comity.opinion import model as response
from comity.opinion.analysis import Analysis, analyse
from comity.opinion.model import Positions
from comity.opinion.simulation import Truth, latent_groups, minority, no_structure, single_spectrum
from comity.opinion.votes import Votes


def rand_index(left: np.ndarray, right: np.ndarray) -> float:
    """Adjusted Rand index of two labellings (Hubert, Arabie, Journal of Classification 1985); 1 where both are one group."""
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), 1)

    def pairs(n: np.ndarray) -> float:
        return float((n * (n - 1) / 2).sum())

    rows, columns, n = pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), len(left)
    expected, most = rows * columns / (n * (n - 1) / 2), (rows + columns) / 2
    return 1.0 if most == expected else (pairs(table) - expected) / (most - expected)


def mapped(votes: Votes) -> Analysis:
    return analyse(votes, coordination=False)


@pytest.fixture(scope="module")
def three() -> tuple[Votes, Truth]:
    return latent_groups(400, 50, 3, 35, seed=2)


@pytest.fixture(scope="module")
def found(three: tuple[Votes, Truth]) -> Analysis:
    return mapped(three[0])


# --- how many ---


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_where_people_differ_by_chance_only_there_is_one_group(seed: int) -> None:
    analysis = mapped(no_structure(500, 60, 20, seed=seed)[0])
    assert [group.size for group in analysis.result.groups] == [analysis.result.counts.on_the_map]
    assert analysis.result.groups[0].stability is None


@pytest.mark.slow
def test_a_single_spectrum_is_mostly_not_cut() -> None:
    whole = [len(mapped(single_spectrum(400, 50, 25, seed=seed)[0]).result.groups) == 1 for seed in range(6)]
    assert sum(whole) >= 4


@pytest.mark.parametrize("seed", [1, pytest.param(4, marks=pytest.mark.slow), pytest.param(5, marks=pytest.mark.slow)])
def test_latent_groups_are_found(seed: int) -> None:
    votes, truth = latent_groups(500, 60, 3, 40, seed=seed)
    analysis = mapped(votes)
    membership = analysis.placement.membership
    assert len(analysis.result.groups) == 3
    assert rand_index(truth.group[membership >= 0], membership[membership >= 0]) > 0.75


def test_a_minority_is_found_where_it_differs() -> None:
    votes, truth = minority(600, 60, 30, seed=0, share=0.1, differing=0.4)
    membership = mapped(votes).placement.membership
    assert membership.max() == 1
    assert rand_index(truth.group, membership) > 0.8


@pytest.mark.slow
def test_a_minority_of_five_in_a_hundred_is_found_in_most_draws() -> None:
    hits = 0
    for seed in range(4):
        votes, truth = minority(seed=seed)
        small = mapped(votes).placement.membership == 1
        hits += int(small.sum() > 0 and (truth.group[small] == 1).mean() > 0.8 and small[truth.group == 1].mean() > 0.4)
    assert hits >= 3


# --- what is said of them ---


def test_memberships_are_probabilities_and_the_most_probable_group_is_the_group(found: Analysis) -> None:
    placement, grouped = found.placement, found.basis.grouping
    on_map = placement.positions.placed
    np.testing.assert_allclose(placement.probabilities[on_map].sum(axis=1), 1.0, atol=2e-4)
    assert (placement.probabilities >= 0).all()
    assert (placement.membership >= 0).tolist() == on_map.tolist()
    best = placement.probabilities[on_map, placement.membership[on_map]]
    np.testing.assert_array_equal(best, placement.probabilities[on_map].max(axis=1))
    np.testing.assert_array_equal(placement.probabilities, np.round(placement.probabilities, 4))
    assert grouped.probabilities.shape == placement.probabilities.shape


def test_groups_are_the_largest_first_and_add_up(found: Analysis) -> None:
    groups = found.result.groups
    assert [group.id for group in groups] == ["A", "B", "C"]
    sizes = [group.size for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == found.result.counts.on_the_map
    assert sum(group.share for group in groups) == pytest.approx(1, abs=1e-3)
    assert all(group.certain <= group.size for group in groups)
    assert all(group.stability is not None and grouping.RETURNS <= group.stability <= 1 for group in groups)
    np.testing.assert_array_equal(sizes, np.bincount(found.placement.membership[found.placement.membership >= 0]))


def test_each_group_has_something_that_sets_it_apart(found: Analysis, three: tuple[Votes, Truth]) -> None:
    for group in found.result.groups:
        assert group.representative
        for entry in group.representative:
            assert entry.rate.seen + entry.others.seen == found.result.statement(entry.statement).overall.seen


def test_threads_do_not_change_groups(found: Analysis, three: tuple[Votes, Truth]) -> None:
    other = analyse(three[0], coordination=False, threads=3)
    assert other.placement.probabilities.tobytes() == found.placement.probabilities.tobytes()
    assert other.placement.membership.tobytes() == found.placement.membership.tobytes()


def test_a_group_that_is_as_probable_as_another_gives_way_to_the_lower() -> None:
    moments = response._prior_state(3, 1)
    moments[0, 1], moments[0, 2] = 0.9, 0.9**2 + 0.1
    moments[2, 1], moments[2, 2] = -0.9, 0.9**2 + 0.1
    mixture = grouping.Mixture(np.array([0.5, 0.5]), np.array([[-1.0], [1.0]]), np.eye(1) * 0.1, np.array([0, 1]))
    positions = Positions(moments, np.ones(3, dtype=np.bool_))
    probabilities = grouping.assign(positions, mixture)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert probabilities[1].tolist() == [0.5, 0.5]  # in the middle, and nothing known: an exact tie
    assert probabilities.argmax(axis=1).tolist() == [1, 0, 0]


def test_positions_move_toward_where_people_are() -> None:
    moments = response._prior_state(1, 1)
    moments[0, 1], moments[0, 2] = 0.5, 0.5**2 + 0.5
    mixture = grouping.Mixture(np.array([0.5, 0.5]), np.array([[-1.0], [1.0]]), np.eye(1) * 0.05, np.array([0, 1]))
    positions = Positions(moments, np.ones(1, dtype=np.bool_))
    state, components = grouping.toward(positions, mixture)
    # the votes alone say N(1, 1): precision 2 less the prior's 1, pull 1. Under each component: precision 21, means (1 -+ 20) / 21
    weight = np.exp(-0.5 * (1 - np.array([-1.0, 1.0])) ** 2 / 1.05)
    weight /= weight.sum()
    mean = weight @ np.array([-19 / 21, 1.0])
    np.testing.assert_allclose(components[0], weight, rtol=1e-9)
    np.testing.assert_allclose(state[0], [1, mean, weight @ (np.array([-19 / 21, 1.0]) ** 2 + 1 / 21)], rtol=1e-9)
    one, _ = grouping.toward(positions, grouping.single(1))
    np.testing.assert_allclose(one, moments, rtol=1e-12)


# --- valleys ---


def test_two_normals_have_a_valley_only_when_they_are_far_apart() -> None:
    assert grouping.valley(0.0, 0.5, 0.5) == 1.0
    assert grouping.valley(1.9, 0.5, 0.5) == 1.0  # equal normals have two peaks only beyond two standard deviations
    depths = [grouping.valley(apart, 0.5, 0.5) for apart in (2.5, 3.0, 4.0, 6.0)]
    assert depths == sorted(depths, reverse=True)
    assert depths[-1] == pytest.approx(2 * np.exp(-4.5), rel=1e-6)
    assert grouping.valley(6.0, 0.05, 0.95) == grouping.valley(6.0, 0.95, 0.05)


# --- tiny and degenerate ---

ODD: dict[str, Callable[[], np.ndarray]] = {
    "nobody": lambda: np.zeros((0, 6)),
    "one": lambda: np.array([[1.0, -1.0, 0.0, 1.0]]),
    "four": lambda: np.where(np.add.outer(np.arange(4), np.arange(6)) % 2, 1.0, -1.0),
    "twelve": lambda: np.where(np.multiply.outer(np.arange(12), np.arange(6)) % 5 > 2, 1.0, -1.0),
    "all alike": lambda: np.tile([1.0, -1.0, 1.0, 1.0, -1.0, 1.0], (40, 1)),
    "all pass": lambda: np.zeros((40, 6)),
    "all agree": lambda: np.ones((40, 6)),
    "one statement": lambda: np.where(np.arange(40)[:, None] % 2, 1.0, -1.0),
    "nothing in common": lambda: np.where(np.eye(20) > 0, 1.0, np.nan),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_inputs_are_one_group(name: str) -> None:
    result = mapped(Votes.from_matrix(ODD[name]())).result
    assert len(result.groups) == (result.counts.on_the_map > 0)
    assert sum(group.size for group in result.groups) == result.counts.on_the_map
    assert result.counts.on_the_map == 0 or result.counts.on_the_map >= 5


def test_two_camps_of_many_alike_are_two_groups() -> None:
    camps = np.where((np.arange(60) < 35)[:, None], 1.0, -1.0) * np.tile([1.0, -1.0], 8)
    analysis = mapped(Votes.from_matrix(camps))
    assert [group.size for group in analysis.result.groups] == [35, 25]
    assert analysis.placement.membership.tolist() == [0] * 35 + [1] * 25
