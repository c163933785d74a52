"""Common ground by hand on small counts, against direct computation, and against simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion import common_ground as ground
from comity.opinion.analysis import analyse
from comity.opinion.common_ground import Measure
from comity.opinion.model import ResponseModel
from comity.opinion.simulation import latent_groups

Z = 1.28


def counts(*groups: list[tuple[int, int, int]]) -> np.ndarray:
    return np.array(groups, dtype=np.int64)


def measure(lower: list[float]) -> Measure:
    values = np.array(lower)
    return Measure(values, values, values, np.full(len(values), -1, dtype=np.int64))


def a_model(intercepts: list[float], slopes: list[list[float]], active: list[bool] | None = None) -> ResponseModel:
    means = np.column_stack((intercepts, slopes))
    n_axes = means.shape[1] - 1
    covariances = np.zeros((len(means), (n_axes + 1) * (n_axes + 2) // 2))
    for a in range(n_axes + 1):
        covariances[:, a * (a + 1) // 2 + a] = 0.01 * (a + 1)
    return ResponseModel(means, covariances, np.array(active if active is not None else [True] * len(means)))


def rank_correlation(left: np.ndarray, right: np.ndarray) -> float:
    first, second = (np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (left, right))
    return float(np.corrcoef(first.astype(np.float64), second.astype(np.float64))[0, 1])


# --- Wilson ---


def test_wilson_by_hand() -> None:
    # 8 of 10 at z = 1.96: (0.8 + 0.19208) / 1.38416 -+ 1.96 / 1.38416 * sqrt(0.016 + 0.009604)
    lower, upper = ground.wilson(np.array([8]), np.array([10]), 1.96)
    middle, half = (
        (0.8 + 1.96**2 / 20) / (1 + 1.96**2 / 10),
        1.96 / (1 + 1.96**2 / 10) * math.sqrt(0.016 + 1.96**2 / 400),
    )
    assert lower[0] == pytest.approx(middle - half) == pytest.approx(0.4902, abs=1e-4)
    assert upper[0] == pytest.approx(middle + half) == pytest.approx(0.9433, abs=1e-4)


@given(st.integers(0, 1000), st.integers(1, 1000), st.floats(0.1, 4))
def test_wilson_holds_the_share_and_its_mirror(successes: int, trials: int, z: float) -> None:
    successes = min(successes, trials)
    lower, upper = (float(bound[0]) for bound in ground.wilson(np.array([successes]), np.array([trials]), z))
    assert 0 <= lower <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= upper <= 1
    mirrored_lower, mirrored_upper = ground.wilson(np.array([trials - successes]), np.array([trials]), z)
    assert mirrored_lower[0] == pytest.approx(1 - upper, abs=1e-12)
    assert mirrored_upper[0] == pytest.approx(1 - lower, abs=1e-12)


def test_wilson_of_nobody_is_unknown() -> None:
    lower, upper = ground.wilson(np.zeros((2, 3)), np.zeros((2, 3)), Z)
    assert np.isnan(lower).all()
    assert np.isnan(upper).all()


def test_pass_rates_by_hand() -> None:
    assert ground.pass_rates(np.array([[3, 0, 6], [0, 9, 0], [0, 0, 0]])).tolist() == [0.05, 0.95, 0.5]


# --- the group that agrees least ---


def test_groups_that_agree_alike_are_pooled() -> None:
    found = ground.least_group(counts([(80, 0, 20)], [(80, 0, 20)], [(80, 0, 20)]), z=Z)
    rate = 81 / 102
    assert found.estimate[0] == pytest.approx(rate)
    # the interval is that of all three hundred, not of one hundred
    assert found.estimate[0] - found.lower[0] == pytest.approx(Z * math.sqrt(rate * (1 - rate) / 102 / 3))
    assert found.upper[0] - found.estimate[0] == pytest.approx(found.estimate[0] - found.lower[0])
    assert found.weakest[0] == 0  # all the same: the lowest


def test_a_difference_within_chance_is_pooled_too() -> None:
    found = ground.least_group(counts([(16, 0, 4)], [(14, 0, 6)]), z=Z)
    pooled = ground.least_group(counts([(15, 0, 5)], [(15, 0, 5)]), z=Z)
    assert found.estimate[0] == pytest.approx(pooled.estimate[0], abs=0.02)


def test_a_group_that_differs_stands_for_itself() -> None:
    found = ground.least_group(counts([(900, 0, 100)], [(30, 50, 920)], [(905, 0, 95)]), z=Z)
    rate = 31 / 1002
    assert found.weakest[0] == 1
    assert found.estimate[0] == pytest.approx(rate, abs=0.003)
    assert found.estimate[0] - found.lower[0] == pytest.approx(Z * math.sqrt(rate * (1 - rate) / 1002), rel=0.05)


def test_random_effects_by_hand() -> None:
    agree, cast = np.array([12, 3]), np.array([20, 20])
    rate = (agree + 1) / (cast + 2)
    variance = rate * (1 - rate) / (cast + 2)
    weight = 1 / variance
    pooled = (weight * rate).sum() / weight.sum()
    between = ((weight * (rate - pooled) ** 2).sum() - 1) / (weight.sum() - (weight**2).sum() / weight.sum())
    own = between / (between + variance)
    estimate = pooled + own * (rate - pooled)
    error = np.sqrt(own * variance + (1 - own) ** 2 / weight.sum())
    found = ground.least_group(counts([(12, 2, 6)], [(3, 0, 17)]), z=Z)
    assert found.estimate[0] == pytest.approx(estimate.min())
    assert found.lower[0] == pytest.approx((estimate - Z * error).min())
    assert found.upper[0] == pytest.approx((estimate + Z * error).min())
    assert found.weakest[0] == 1


def test_one_group_is_its_own_rate() -> None:
    found = ground.least_group(counts([(7, 2, 1)]), z=Z)
    assert found.estimate[0] == pytest.approx(8 / 12)


def test_too_few_votes_in_some_group_are_not_enough_evidence() -> None:
    enough = [(5, 0, 0), (2, 2, 1), (50, 0, 50)]
    few = [(4, 0, 0), (2, 2, 1), (0, 0, 0)]
    for measured in (ground.least_group, ground.group_informed_consensus):
        found = measured(counts(enough, few), z=Z)
        assert np.isnan(found.estimate).tolist() == [True, False, True]
        assert np.isnan(found.lower).tolist() == np.isnan(found.upper).tolist() == [True, False, True]
        assert found.weakest.tolist() == [-1, 0, -1]


@pytest.mark.parametrize("n_statements", [0, 3])
def test_without_groups_nothing_is_known_of_them(n_statements: int) -> None:
    for measured in (ground.least_group, ground.group_informed_consensus):
        found = measured(np.zeros((0, n_statements, 3), dtype=np.int64), z=Z)
        assert np.isnan(found.estimate).all()
        assert found.weakest.tolist() == [-1] * n_statements
        assert found.ranks().tolist() == [0] * n_statements


@given(
    st.lists(st.lists(st.tuples(*[st.integers(0, 60)] * 3), min_size=4, max_size=4), min_size=1, max_size=4),
    st.floats(0.5, 3),
)
def test_bounds_hold_the_estimate_and_stay_shares(groups: list[list[tuple[int, int, int]]], z: float) -> None:
    for measured in (ground.least_group, ground.group_informed_consensus):
        found = measured(counts(*groups), z=z)
        known = ~np.isnan(found.estimate)
        assert (found.lower[known] <= found.estimate[known] + 1e-12).all()
        assert (found.upper[known] >= found.estimate[known] - 1e-12).all()
        assert ((found.lower[known] >= 0) & (found.upper[known] <= 1)).all()
        assert (found.weakest[known] >= 0).all()


# --- group-informed consensus ---


def test_group_informed_consensus_by_hand() -> None:
    found = ground.group_informed_consensus(counts([(7, 2, 1)], [(5, 0, 5)]), z=Z)
    assert found.estimate[0] == pytest.approx(8 / 12 * 6 / 12)
    error = math.sqrt((4 / 12) / (8 / 12 * 12) + (6 / 12) / (6 / 12 * 12))
    assert found.lower[0] == pytest.approx(found.estimate[0] * math.exp(-Z * error))
    assert found.upper[0] == pytest.approx(found.estimate[0] * math.exp(Z * error))
    assert found.weakest[0] == 1


# --- the fifth of people who agree least ---


def test_the_least_agreeing_fifth_is_what_a_direct_computation_says() -> None:
    model = a_model([0.5, -1.0, 2.0], [[1.0, 0.0], [-2.0, 0.5], [0.3, -0.7]])
    centres = np.array([[-1.5, 0.2], [-0.4, -1.0], [0.1, 1.2], [0.9, 0.0], [2.0, -0.3]])
    people = np.array([7, 11, 20, 9, 6])
    overall = np.array([[30, 3, 16], [20, 0, 20], [40, 9, 0]])
    found = ground.least_agreeing_fifth(model, centres, people, overall, z=Z)
    everybody = np.repeat(np.arange(5), people * 5)  # five copies, so that a fifth is a whole number of them
    chance = 1 / (1 + np.exp(-(model.intercepts[None, :] + centres @ model.slopes.T)))
    for j in range(3):
        worst = np.sort(chance[everybody, j])[: people.sum()].mean()
        stays = 1 - (overall[j, 1] + 0.5) / (overall[j].sum() + 1)
        assert found.estimate[j] == pytest.approx(worst * stays, rel=1e-12)
    assert (found.lower < found.estimate).all()
    assert (found.upper > found.estimate).all()
    assert found.weakest.tolist() == [-1, -1, -1]


def test_the_error_of_the_fifth_is_the_delta_method() -> None:
    model = a_model([0.4], [[1.1]])
    centres, people = np.array([[-1.0], [0.0], [1.0]]), np.array([10, 20, 20])
    overall = np.array([[1_000_000, 0, 1_000_000]])  # nobody passes, so only the parameters are uncertain
    found = ground.least_agreeing_fifth(model, centres, people, overall, z=1.0)
    p = 1 / (1 + math.exp(-(0.4 - 1.1)))  # the ten people at -1 are the fifth
    error = math.sqrt((p * (1 - p)) ** 2 * (0.01 + 0.02))
    assert found.estimate[0] == pytest.approx(p, rel=1e-5)
    assert found.estimate[0] - found.lower[0] == pytest.approx(error, rel=1e-3)


def test_the_fifth_needs_ten_answers_and_an_active_statement() -> None:
    model = a_model([0.0, 0.0, 0.0], [[1.0]] * 3, active=[True, True, False])
    overall = np.array([[5, 40, 4], [5, 0, 5], [50, 0, 50]])
    found = ground.least_agreeing_fifth(model, np.zeros((1, 1)), np.array([100]), overall, z=Z)
    assert np.isnan(found.estimate).tolist() == [True, False, True]


def test_the_fifth_does_not_depend_on_how_cells_are_cut_or_ordered() -> None:
    model = a_model([0.3, -0.2], [[1.0], [-1.0]])
    overall = np.array([[50, 5, 45], [50, 5, 45]])
    one = ground.least_agreeing_fifth(model, np.array([[-1.0], [1.0]]), np.array([30, 70]), overall, z=Z)
    cut = ground.least_agreeing_fifth(
        model, np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([60, 10, 10, 20]), overall, z=Z
    )
    np.testing.assert_allclose(cut.estimate, one.estimate, rtol=1e-12)
    np.testing.assert_allclose(cut.lower, one.lower, rtol=1e-12)


def test_divisiveness_is_the_deviation_over_people() -> None:
    agreement = np.array([[0.0, 0.5], [1.0, 0.5]])
    assert ground.divisiveness(agreement, np.array([50, 50])).tolist() == [0.5, 0.0]
    assert ground.divisiveness(agreement, np.array([10, 90]))[0] == pytest.approx(0.3)


def test_agreement_in_cells_counts_passing() -> None:
    model = a_model([0.0], [[math.log(3)]])
    found = ground.agreement_in_cells(model, np.array([[0.0], [1.0]]), np.array([[1, 0, 0]]))
    assert found.tolist() == [[0.375], [0.5625]]


# --- ranks ---


def test_ranks_go_by_the_lower_bound_then_by_id_and_leave_out_what_is_not_known() -> None:
    assert measure([0.5, math.nan, 0.9, 0.5, 0.1]).ranks().tolist() == [2, 0, 1, 3, 4]
    assert measure([0.3, 0.3 + 1e-12, 0.3 - 1e-12]).ranks().tolist() == [1, 2, 3]
    assert measure([]).ranks().tolist() == []


# --- truth ---


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_what_the_worst_off_agree_on_is_found(seed: int) -> None:
    votes, truth = latent_groups(1000, 100, 3, 40, seed=seed)
    result = analyse(votes, coordination=False).result
    for name, least in (("least_agreeing_fifth", 0.9), ("least_group", 0.9)):
        found = np.array([getattr(entry, name).estimate for entry in result.statements], dtype=np.float64)
        assert not np.isnan(found).any()
        assert rank_correlation(found, truth.worst_off) > least
    # the headline's ten are nearly all among the twenty best in truth
    best = set(np.argsort(-truth.worst_off)[:20].tolist())
    assert len(best & set(result.headline)) >= 9


@pytest.mark.slow
def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    votes, truth = latent_groups(1000, 100, 3, 40, seed=3)
    result = analyse(votes, coordination=False).result
    inside = [
        entry.overall.lower <= share <= entry.overall.upper
        for entry, share in zip(result.statements, truth.agreement().mean(axis=0), strict=True)
        if entry.overall.lower is not None and entry.overall.upper is not None
    ]
    assert 0.68 <= np.mean(inside) <= 0.95  # z = 1.28 says four in five
