"""The response model: it recovers what votes were drawn from, chooses axes by prediction, and rests on integer sums alone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from comity.opinion import model as response
from comity.opinion.model import FIXED_POINT, Moments, Positions, ResponseModel
from comity.opinion.simulation import Truth, continuous, no_structure
from comity.opinion.votes import Moderation, Statement, Votes


@pytest.fixture(scope="module")
def clouds() -> tuple[Votes, Truth]:
    return continuous(800, 80, 40, seed=1)


@pytest.fixture(scope="module")
def fitted(clouds: tuple[Votes, Truth]) -> ResponseModel:
    return response.fit(clouds[0], 2)[0]


@pytest.fixture(scope="module")
def placed(clouds: tuple[Votes, Truth], fitted: ResponseModel) -> Positions:
    return response.place(clouds[0], fitted)


def assert_same_moments(found: Moments, wanted: Moments) -> None:
    for name in ("weights", "signs", "spread", "answered"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
        assert getattr(found, name).dtype == np.int64
    assert found.people == wanted.people


def assert_same_model(found: ResponseModel, wanted: ResponseModel) -> None:
    for name in ("means", "covariances", "active"):
        assert getattr(found, name).tobytes() == getattr(wanted, name).tobytes()


def explained(known: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Correlation of each column with its best linear prediction: axes may be turned, so no axis is compared with one."""
    design = np.column_stack((np.ones(len(by)), by))
    fit = design @ np.linalg.lstsq(design, known, rcond=None)[0]
    return np.array([np.corrcoef(known[:, a], fit[:, a])[0, 1] for a in range(known.shape[1])])


# --- recovery ---


def test_positions_and_parameters_are_recovered(
    clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions
) -> None:
    truth = clouds[1]
    assert (explained(truth.positions, placed.means) > 0.85).all()
    assert (explained(truth.slopes, fitted.slopes) > 0.95).all()
    assert np.corrcoef(truth.intercepts, fitted.intercepts)[0, 1] > 0.95


def test_probabilities_are_recovered(clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions) -> None:
    votes, truth = clouds
    people, columns = (grid.ravel() for grid in np.indices((votes.n_participants, votes.n_statements)))
    found = response.predicted(fitted, placed, people, columns)
    wanted = (truth.agreement() / (1 - truth.passing))[people, columns]
    assert ((found > 0) & (found < 1)).all()
    assert np.corrcoef(found, wanted)[0, 1] > 0.9
    # calibrated: among answers given about this chance, about this share agreed
    for low in np.arange(0.0, 1.0, 0.2):
        inside = (found >= low) & (found < low + 0.2)
        assert abs(found[inside].mean() - wanted[inside].mean()) < 0.05


def test_uncertainty_of_a_position_shrinks_with_votes(clouds: tuple[Votes, Truth], placed: Positions) -> None:
    votes, _ = clouds
    variances = placed.variances()
    np.testing.assert_array_equal(variances, np.swapaxes(variances, 1, 2))
    total = np.trace(variances, axis1=1, axis2=2)
    assert ((total > 0) & (total < 2.0001)).all()
    cast = np.diff(votes.offsets)
    assert total[cast >= 60].mean() < 0.6 * total[cast <= 15].mean()


# --- the convention of the axes ---


def test_people_have_mean_nought_and_variance_one(
    clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions
) -> None:
    moments = placed.moments[placed.placed]
    np.testing.assert_allclose(placed.means[placed.placed].mean(axis=0), 0, atol=0.05)
    second = np.array([[moments[:, 2].mean(), moments[:, 4].mean()], [moments[:, 4].mean(), moments[:, 5].mean()]])
    assert placed.means[0].tolist() == [placed.moments[0, 1], placed.moments[0, 3]]
    np.testing.assert_allclose(second, np.eye(2), atol=0.08)


def test_axes_are_principal_in_order_and_signed_by_the_largest_slope(
    clouds: tuple[Votes, Truth], fitted: ResponseModel
) -> None:
    votes, _ = clouds
    answered = np.bincount(votes.columns[votes.values != 0], minlength=votes.n_statements)
    spread = (fitted.slopes * answered[:, None]).T @ fitted.slopes
    assert spread[0, 0] >= spread[1, 1]
    assert abs(spread[0, 1]) < 1e-6 * spread[0, 0]
    for a in range(fitted.n_axes):
        assert fitted.slopes[np.argmax(np.round(np.abs(fitted.slopes[:, a]), 9)), a] > 0


def test_the_convention_does_not_depend_on_where_axes_came_from(
    clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions
) -> None:
    votes = clouds[0]
    moments = response.moments_of(votes, fitted, placed.moments)
    once, turn, shift = response.conventional(fitted, moments)
    # the same model seen from axes that are turned, mirrored and swapped
    angle = 2.0
    mirror = np.array([[math.cos(angle), math.sin(angle)], [math.sin(angle), -math.cos(angle)]])
    means = fitted.means.copy()
    means[:, 1:] = fitted.slopes @ mirror.T
    other = replace(fitted, means=means)
    full = placed.variances() + placed.means[:, :, None] * placed.means[:, None, :]
    mirrored = np.einsum("ab,nbc,dc->nad", mirror, full, mirror)
    at = placed.means @ mirror.T
    state = np.column_stack(
        (placed.moments[:, 0], at[:, 0], mirrored[:, 0, 0], at[:, 1], mirrored[:, 1, 0], mirrored[:, 1, 1])
    )
    again, turn_again, shift_again = response.conventional(other, response.moments_of(votes, other, state))
    np.testing.assert_allclose(again.means, once.means, atol=1e-4)
    people = (placed.means - shift) @ turn.T
    np.testing.assert_allclose((at - shift_again) @ turn_again.T, people, atol=1e-4)
    # what is predicted for anybody stays what it was
    before = fitted.intercepts[None, :] + placed.means @ fitted.slopes.T
    np.testing.assert_allclose(once.intercepts[None, :] + people @ once.slopes.T, before, atol=1e-9)


# --- sums over people ---


def test_moments_of_parts_add_up_to_those_of_the_whole(
    clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions
) -> None:
    votes = clouds[0]
    whole = response.moments_of(votes, fitted, placed.moments)
    third = votes.participant_ids % 3
    parts = [
        response.moments_of(votes.people(third == t), fitted, placed.moments[third == t].copy()) for t in (2, 0, 1)
    ]
    weights, signs, spread, answered = (
        np.sum([getattr(part, name) for part in parts], axis=0) for name in ("weights", "signs", "spread", "answered")
    )
    added = Moments(weights, signs, spread, answered, sum(part.people for part in parts))
    assert_same_moments(added, whole)
    assert_same_moments(response.moments_of(votes, fitted, placed.moments, threads=3), whole)
    assert_same_model(response.maximised(added, fitted.active), response.maximised(whole, fitted.active))


def test_a_position_follows_from_ones_own_votes(
    clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions
) -> None:
    votes = clouds[0]
    some = np.arange(votes.n_participants) % 7 == 3
    alone = response.place(votes.people(some), fitted)
    assert alone.moments.tobytes() == placed.moments[some].tobytes()
    assert response.place(votes, fitted, threads=4).moments.tobytes() == placed.moments.tobytes()


def test_threads_do_not_change_a_fit(clouds: tuple[Votes, Truth], fitted: ResponseModel) -> None:
    assert_same_model(response.fit(clouds[0], 2, threads=3)[0], fitted)


def test_moments_hold_counts_and_signs_of_the_votes(
    clouds: tuple[Votes, Truth], fitted: ResponseModel, placed: Positions
) -> None:
    votes = clouds[0]
    moments = response.moments_of(votes, fitted, placed.moments)
    sided = np.bincount(votes.columns[votes.values != 0], minlength=votes.n_statements)
    balance = np.bincount(votes.columns, weights=votes.values, minlength=votes.n_statements)
    np.testing.assert_array_equal(moments.answered, sided)
    np.testing.assert_array_equal(moments.signs[:, 0], (balance * FIXED_POINT / 2).astype(np.int64))
    assert moments.people == int(placed.placed.sum())
    assert moments.spread[0] == moments.people * FIXED_POINT


# --- what does not take part ---


def test_statements_under_the_floor_or_rejected_keep_the_prior() -> None:
    matrix = continuous(60, 8, 8, seed=0)[0].dense()
    matrix[4:, 2] = np.nan  # four people at most have seen it
    matrix[:, 5] = 0.0  # everybody passed
    statements = [
        Statement(j, moderation=Moderation.REJECTED if j == 1 else Moderation.UNMODERATED, meta=j == 3)
        for j in range(8)
    ]
    votes = Votes.from_matrix(matrix, statements=statements)
    model, _ = response.fit(votes, 1, floor=5)
    assert np.flatnonzero(~model.active).tolist() == [1, 2, 3, 5]
    np.testing.assert_array_equal(model.active, response.answerable(votes, 5))
    assert (model.means[~model.active] == 0).all()
    assert model.covariances[~model.active][:, 0] == pytest.approx(response.INTERCEPT_VARIANCE)
    without = matrix.copy()
    without[:, ~model.active] = np.nan
    same = response.fit(Votes.from_matrix(without, statements=statements), 1, floor=5)[0]
    np.testing.assert_array_equal(same.active, model.active)


def test_who_took_no_side_is_not_on_the_map_and_keeps_the_prior() -> None:
    matrix = np.array([[1, -1, 1], [0, 0, np.nan], [-1, 1, 1], [np.nan, np.nan, np.nan]])
    votes = Votes.from_matrix(matrix)
    model, _ = response.fit(votes, 1)
    positions = response.place(votes, model)
    assert positions.placed.tolist() == [True, False, True, False]
    assert positions.means[[1, 3]].tolist() == [[0.0], [0.0]]
    assert positions.variances()[[1, 3]].ravel().tolist() == [1.0, 1.0]
    assert response.moments_of(votes, model, positions.moments).people == 2


def test_without_axes_a_statement_has_its_rate() -> None:
    votes = Votes.from_matrix(np.where(np.arange(400)[:, None] % 4 < np.array([1, 2, 3]), 1.0, -1.0))
    model, _ = response.fit(votes, 0)
    assert model.n_axes == 0
    np.testing.assert_allclose(1 / (1 + np.exp(-model.intercepts)), [0.25, 0.5, 0.75], atol=0.01)


# --- how many axes ---


def test_where_opinion_has_structure_hidden_votes_are_predicted_better_than_by_the_rate(
    clouds: tuple[Votes, Truth],
) -> None:
    choice = response.choose_axes(clouds[0])
    assert 1 <= choice.axes <= 3
    tried = {trial.axes: trial for trial in choice.trials}
    assert list(tried) == list(range(len(tried)))
    best = tried[choice.axes]
    assert best.loss < 0.9 * choice.plain.loss
    assert best.auc > choice.plain.auc + 0.03
    assert tried[0].loss == pytest.approx(choice.plain.loss, rel=0.02)
    lowest = min(trial.loss for trial in choice.trials)
    slack = max(best.difference_error, response.WORTH_AN_AXIS) * choice.hidden * FIXED_POINT
    assert best.loss <= lowest + slack * (1 + 1e-9)
    assert response.choose_axes(clouds[0], threads=2) == choice


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_where_there_is_no_structure_no_axis_is_worth_it(seed: int) -> None:
    votes, _ = no_structure(500, 60, 25, seed=seed)
    choice = response.choose_axes(votes)
    assert choice.axes == 0
    assert choice.trials[0].loss == pytest.approx(choice.plain.loss, rel=0.02)


def test_too_few_votes_to_hide_give_no_axes() -> None:
    choice = response.choose_axes(Votes.from_matrix(np.ones((3, 12))))
    assert (choice.axes, choice.trials) == (0, ())
    assert choice.hidden < 30


def test_most_axes_are_respected(clouds: tuple[Votes, Truth]) -> None:
    assert max(trial.axes for trial in response.choose_axes(clouds[0], max_axes=1).trials) <= 1


# --- hiding and scoring ---


def test_ten_folds_hide_each_vote_once(clouds: tuple[Votes, Truth]) -> None:
    votes = clouds[0]
    folds = np.stack([response.hidden_votes(votes, 0, fold=fold) for fold in range(10)])
    often = np.repeat(np.diff(votes.offsets) >= 10, np.diff(votes.offsets))
    np.testing.assert_array_equal(folds.sum(axis=0), ((votes.values != 0) & often).astype(int))
    assert abs(folds[0].sum() / folds.sum() - 0.1) < 0.02
    assert (response.hidden_votes(votes, 1) != folds[0]).any()


def test_what_is_hidden_depends_on_the_person_and_the_statement_alone(clouds: tuple[Votes, Truth]) -> None:
    votes = clouds[0]
    some = votes.participant_ids % 2 == 0
    np.testing.assert_array_equal(
        response.hidden_votes(votes.people(some), 0),
        response.hidden_votes(votes, 0)[np.repeat(some, np.diff(votes.offsets))],
    )


def test_a_sample_is_by_person_and_does_not_depend_on_others(clouds: tuple[Votes, Truth]) -> None:
    votes = clouds[0]
    sample = response.sample_of(votes, votes.n_votes // 4, 0, "basis")
    assert 0.15 < sample.n_votes / votes.n_votes < 0.35
    assert np.isin(sample.participant_ids, votes.participant_ids).all()
    assert response.sample_of(votes, votes.n_votes, 0, "basis") is votes


def test_log_losses_and_rates_by_hand() -> None:
    votes = Votes.from_matrix(np.array([[1, -1, 0], [1, 1, np.nan], [-1, 1, np.nan]]))
    np.testing.assert_allclose(response.plain_rates(votes), [3 / 5, 3 / 5, 1 / 2])
    losses = response.log_losses(np.array([0.5, 0.25, 0.0, 1.0]), np.array([True, False, True, True]))
    assert losses.tolist()[:2] == [round(math.log(2) * FIXED_POINT), round(-math.log(0.75) * FIXED_POINT)]
    assert 13 * FIXED_POINT < losses[2] < 14 * FIXED_POINT  # no chance is taken to be nought
    assert losses[3] <= 1


def test_area_under_the_curve_by_hand() -> None:
    agreed = np.array([True, False, True, False])
    assert response.area_under_curve(np.array([0.9, 0.1, 0.8, 0.2]), agreed) == 1.0
    assert response.area_under_curve(np.array([0.1, 0.9, 0.2, 0.8]), agreed) == 0.0
    assert response.area_under_curve(np.array([0.5, 0.5, 0.5, 0.5]), agreed) == 0.5
    assert response.area_under_curve(np.array([0.9, 0.5, 0.3, 0.1]), agreed) == 0.75
    assert response.area_under_curve(np.array([1.0]), np.array([True])) == 0.5


@pytest.mark.parametrize(("n_pairs", "n_axes"), [(1, 0), (3, 1), (6, 2), (10, 3), (28, 6)])
def test_axes_behind_a_packed_length(n_pairs: int, n_axes: int) -> None:
    assert response.axes_of(n_pairs) == n_axes
