"""Routing: the guarantee holds whatever the weights are, needs point at the cut, and the self-check tells ill from healthy."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.opinion import chance
from comity.opinion.routing import (
    Exposures,
    Headline,
    RoutingError,
    RoutingFault,
    RoutingPolicy,
    RoutingSettings,
    RoutingTrial,
    RoutingWeights,
    check_routing,
    guaranteed_views,
    least_group_headline,
    next_statement,
    routing_weights,
    votes_until_stable,
)
from comity.opinion.votes import Votes

N = 40


def sums(seed: int = 1, views: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.Generator(np.random.PCG64(seed))
    rate = rng.beta(0.7, 0.7, N)
    agree = rng.binomial(views, 0.8 * rate)
    disagree = rng.binomial(views - agree, 0.7)
    return agree, disagree, views - agree - disagree


def some_weights() -> RoutingWeights:
    return routing_weights(*sums())


def words(n: int, seed: int = 0) -> np.ndarray:
    return chance.hash_ids(np.arange(n), seed, "routing")


# --- needs ---


def test_need_is_greatest_at_the_cut_and_grows_with_uncertainty() -> None:
    score = np.linspace(0.9, 0.1, N)
    error = np.full(N, 0.05)
    headline = Headline(score, score - 1.28 * error, score + 1.28 * error)
    weights = routing_weights(*sums(), headline=headline)
    assert weights.cut == pytest.approx((score[9] + score[10]) / 2)
    assert set(np.argsort(-weights.needs)[:2].tolist()) == {9, 10}
    assert (np.diff(weights.needs[:10]) > 0).all()
    assert (np.diff(weights.needs[10:]) < 0).all()
    wider = np.where(np.arange(N) == 30, 4 * error, error)
    again = routing_weights(*sums(), headline=Headline(score, score - 1.28 * wider, score + 1.28 * wider))
    assert again.needs[30] > weights.needs[30]


def test_without_a_headline_the_agreement_rate_stands_in() -> None:
    agree, disagree, passed = sums()
    seen = agree + disagree + passed
    rate = (agree + 1) / (seen + 2)
    reach = 1.28 * np.sqrt(rate * (1 - rate) / (seen + 3))
    nan = np.full(N, np.nan)
    bare = routing_weights(agree, disagree, passed)
    given_ = routing_weights(agree, disagree, passed, headline=Headline(rate, rate - reach, rate + reach))
    unknown = routing_weights(agree, disagree, passed, headline=Headline(nan, nan, nan))
    np.testing.assert_allclose(bare.needs, given_.needs, rtol=1e-9)
    np.testing.assert_array_equal(bare.needs, unknown.needs)


def test_fewer_statements_than_the_list_is_long_are_asked_evenly() -> None:
    weights = routing_weights([5, 0, 1], [0, 5, 1], [0, 0, 9], settings=RoutingSettings(minimum_views=0))
    np.testing.assert_allclose(weights.probabilities([]), [1 / 3] * 3)
    assert np.isnan(weights.cut)


def test_reordered_statements_have_the_same_needs() -> None:
    order = np.random.Generator(np.random.PCG64(3)).permutation(N)
    np.testing.assert_array_equal(some_weights().needs[order], routing_weights(*(c[order] for c in sums())).needs)


@pytest.mark.parametrize(
    ("counts", "place"),
    [(([1, 2], [1], [0, 0]), "disagree"), (([1, -2], [1, 1], [0, 0]), r"agree\[1\]")],
)
def test_bad_sums_are_refused_with_their_place(counts: tuple[list[int], ...], place: str) -> None:
    with pytest.raises(RoutingError, match=place):
        routing_weights(*counts)


def test_settings_must_leave_a_floor() -> None:
    with pytest.raises(RoutingError, match="buried"):
        RoutingSettings(floor=0.0)
    with pytest.raises(RoutingError, match="at most 1"):
        RoutingSettings(floor=0.5, newcomers=0.4, map=0.3)


# --- the draw and its guarantee ---


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, N - 1), st.booleans(), st.booleans())
def test_no_weights_can_undercut_the_floor(seed: int, n_voted: int, with_slopes: bool, with_position: bool) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    hostile = np.where(rng.random(N) < 0.8, 0.0, rng.random(N) ** 40 * 1e12)
    base = some_weights()
    weights = dataclasses.replace(
        base,
        needs=hostile,
        newcomers=rng.random(N) < 0.2,
        slopes=rng.normal(0, 50, (N, 2)) if with_slopes else np.zeros((N, 0)),
    )
    voted = rng.choice(N, n_voted, replace=False)
    position = rng.normal(0, 3, (weights.slopes.shape[1],)) if with_position else None
    shares = weights.probabilities(voted, position=position)
    open_ = np.setdiff1d(np.arange(N), voted)
    assert shares.sum() == pytest.approx(1)
    assert (shares[voted] == 0).all()
    assert shares[open_].min() >= base.settings.floor / len(open_) - 1e-12
    new = np.intersect1d(open_, np.flatnonzero(weights.newcomers))
    if len(new):
        assert shares[new].min() >= base.settings.floor / len(open_) + base.settings.newcomers / len(new) - 1e-12


def test_a_statement_with_no_need_still_gets_its_guaranteed_views() -> None:
    needs = np.zeros(N)
    needs[0] = 1.0  # everything goes to one statement, and nobody's answers are ever counted
    weights = dataclasses.replace(some_weights(), needs=needs, newcomers=np.zeros(N, dtype=np.bool_))
    asked = np.zeros(N, dtype=np.int64)
    people = words(3000)
    for person in range(3000):
        voted: list[int] = []
        for step in range(2):
            question = next_statement(weights, voted, person_word=int(people[person]), step=step)
            assert question is not None
            voted.append(question.column)
        asked[voted] += 1
    promised = guaranteed_views(3000, N, floor=weights.settings.floor, error=0.001 / N)
    assert promised > 0
    assert asked.min() >= promised
    assert asked[0] > 2500


def test_guaranteed_views_is_the_exact_binomial_quantile() -> None:
    # Binomial(60, 1/4): P(X < 6) = 0.00077 <= 0.001 < P(X < 7)
    assert guaranteed_views(60, 2, floor=0.5, error=0.001) == 6
    assert guaranteed_views(0, 10) == 0
    assert guaranteed_views(7, 1, floor=1.0) == 7
    assert guaranteed_views(10**6, 100, floor=0.3, error=0.001) > 2800


def test_a_new_statement_is_seen_soon() -> None:
    counts = [np.append(c, 0) for c in sums()]
    score = np.append(np.linspace(0.9, 0.1, N), 0.0)
    weights = routing_weights(*counts, headline=Headline(score, score - 1e-6, score + 1e-6))
    fresh = weights.probabilities([])[N]
    assert fresh >= weights.settings.newcomers
    seen = [c + (np.arange(N + 1) == N) * weights.settings.minimum_views for c in counts]
    grown = routing_weights(*seen, headline=Headline(score, score - 1e-6, score + 1e-6))
    assert grown.probabilities([])[N] < fresh / 3


def test_draws_follow_the_probabilities_and_repeat_exactly() -> None:
    weights = some_weights()
    shares = weights.probabilities([3, 5])
    people = words(6_000)
    drawn = [next_statement(weights, [5, 3], person_word=int(w), step=2) for w in people]
    again = [next_statement(weights, np.array([3, 5]), person_word=int(w), step=2) for w in people[:200]]
    assert drawn[:200] == again
    count = np.bincount([q.column for q in drawn if q is not None], minlength=N)
    chi = ((count - 6_000 * shares)[shares > 0] ** 2 / (6_000 * shares[shares > 0])).sum()
    assert chi < 37 + 5 * np.sqrt(2 * 37)
    assert count[3] == count[5] == 0


def test_nothing_left_and_nothing_askable() -> None:
    weights = routing_weights(*sums(), askable=np.arange(N) < 2)
    assert next_statement(weights, [0, 1], person_word=1, step=2) is None
    question = next_statement(weights, [1], person_word=1, step=1)
    assert question is not None
    assert (question.column, question.n_open) == (0, 1)
    assert question.probability == pytest.approx(1.0)
    with pytest.raises(RoutingError, match="column 40"):
        weights.probabilities([40])


def test_a_newcomer_is_first_asked_what_tells_where_they_stand() -> None:
    slopes = np.zeros((N, 2))
    slopes[7, 0] = slopes[8, 0] = 3.0
    slopes[9, 1] = 3.0
    score = np.linspace(0.9, 0.1, N)
    model = Headline(score, score - 0.05, score + 0.05, 1.28, np.zeros(N), slopes)
    plain = routing_weights(*sums(), headline=dataclasses.replace(model, slopes=None, intercepts=None))
    mapped = routing_weights(*sums(), headline=model)
    assert (mapped.probabilities([])[[7, 8, 9]] > plain.probabilities([])[[7, 8, 9]]).all()
    after = mapped.probabilities([7])
    assert after[9] - plain.probabilities([7])[9] > after[8] - plain.probabilities([7])[8]
    far = mapped.probabilities([], position=[3.0, 0.0])
    assert far[8] < mapped.probabilities([])[8]  # nearly everybody there agrees: nothing to learn
    with pytest.raises(RoutingError, match="2 axes"):
        mapped.probabilities([], position=[1.0])


# --- the self-check ---


def observe(weights: RoutingWeights, n_questions: int, drawn_by: str, seed: int = 0) -> Exposures:
    """Questions drawn by the "weights", "evenly", or by weights with the neediest statement "filtered" out afterwards."""
    exposures = Exposures.none(weights.n_statements)
    people = words(n_questions, seed)
    for i in range(n_questions):
        voted = [(i * 7 + k) % N for k in range(i % 5)]
        intended = weights.probabilities(voted)
        if drawn_by == "evenly":
            open_ = np.flatnonzero(intended)
            column = int(open_[chance.below(people[i : i + 1], len(open_))[0]])
        else:
            hidden = [int(weights.needs.argmax())] if drawn_by == "filtered" else []
            question = next_statement(weights, voted + hidden, person_word=int(people[i]), step=len(voted))
            assert question is not None
            column = question.column
        exposures.record(intended, column)
    return exposures


def test_sixteen_months_of_priority_49_raise_an_alarm() -> None:
    alarms = check_routing(some_weights(), in_use=np.full(N, 49.0))
    assert [a.fault for a in alarms] == [RoutingFault.UNIFORM_WEIGHTS]
    assert "do not use the votes" in alarms[0].sentence
    nearly = 49.0 + np.linspace(-3, 3, N)
    assert check_routing(some_weights(), in_use=nearly)[0].fault is RoutingFault.UNIFORM_WEIGHTS


def test_even_weights_are_healthy_while_statements_do_not_differ() -> None:
    nobody = routing_weights(np.zeros(N), np.zeros(N), np.zeros(N))
    assert check_routing(nobody) == ()
    rng = np.random.Generator(np.random.PCG64(5))
    agree = rng.binomial(30, 0.5, N)
    alike = routing_weights(agree, 30 - agree, np.zeros(N))
    assert check_routing(alike, in_use=np.full(N, 49.0)) == ()


def test_invalid_weights_are_named() -> None:
    broken = np.ones(N)
    broken[4] = np.nan
    broken[6] = -1
    alarm = check_routing(some_weights(), in_use=broken)[0]
    assert (alarm.fault, alarm.columns, alarm.error) == (RoutingFault.INVALID_WEIGHTS, (4, 6), None)
    assert check_routing(some_weights(), in_use=np.zeros(N))[0].fault is RoutingFault.INVALID_WEIGHTS


def test_draws_that_ignore_the_weights_raise_an_alarm() -> None:
    alarms = check_routing(some_weights(), observe(some_weights(), 600, "evenly"))
    assert RoutingFault.UNIFORM_DRAWS in [a.fault for a in alarms]


def test_a_statement_that_is_filtered_out_later_raises_an_alarm() -> None:
    weights = some_weights()
    alarms = check_routing(weights, observe(weights, 600, "filtered"))
    assert [a.fault for a in alarms] == [RoutingFault.STARVED]
    assert int(weights.needs.argmax()) in alarms[0].columns


def test_healthy_routing_is_not_accused() -> None:
    weights = some_weights()
    assert [check_routing(weights, observe(weights, 400, "weights", seed)) for seed in range(12)] == [()] * 12


def test_the_stated_error_is_an_upper_bound_however_often_one_looks() -> None:
    weights = some_weights()
    accused, runs = 0, 150
    shares = weights.probabilities([])
    u = np.random.Generator(np.random.PCG64(8)).random((runs, 300))
    for run in range(runs):
        exposures = Exposures.none(N)
        for k in range(300):
            exposures.record(shares, int(np.searchsorted(np.cumsum(shares), u[run, k] * (1 - 1e-12))))
            if k % 10 == 9 and check_routing(weights, exposures, error=0.05):
                accused += 1
                break
    assert accused <= 2 * 0.05 * runs + 3 * np.sqrt(2 * 0.05 * runs)


def test_a_broken_floor_and_impossible_questions_are_found() -> None:
    weights = some_weights()
    exposures = Exposures.none(N)
    shares = weights.probabilities([])
    shares[2] /= 100
    exposures.record(shares / shares.sum(), 0)
    exposures.record(weights.probabilities([4]), 4)
    faults = {a.fault: a for a in check_routing(weights, exposures)}
    assert faults[RoutingFault.BROKEN_FLOOR].columns == (2,)
    assert faults[RoutingFault.IMPOSSIBLE].figures == {"questions": 1.0}


def test_exposures_of_parts_add_up_exactly() -> None:
    weights = some_weights()
    parts = [observe(weights, 50, "weights", seed) for seed in range(3)]
    one = parts[0] + parts[1] + parts[2]
    other = parts[2] + (parts[1] + parts[0])
    for name in ("asked", "intended", "even"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.evidence, one.n_questions) == (other.evidence, 150)


# --- the simulator ---


def test_headline_of_known_groups_by_hand() -> None:
    votes = Votes.from_matrix(np.array([[1, 1], [1, -1], [-1, 0], [1, np.nan]]))
    headline = least_group_headline(votes, np.array([0, 0, 1, 1]))
    np.testing.assert_allclose(headline.score, [2 / 4, 1 / 3])
    assert headline.top(1).tolist() == [0]
    assert (headline.lower < headline.score).all()


def test_top_breaks_ties_by_column_and_leaves_out_the_unknown() -> None:
    lower = np.array([0.5, np.nan, 0.7, 0.5, 0.1])
    assert Headline(lower, lower, lower).top(2).tolist() == [0, 2]


def trial(policy: RoutingPolicy, seed: int = 0) -> RoutingTrial:
    rng = np.random.Generator(np.random.PCG64(seed))
    rates = np.sort(rng.random(N))[::-1]
    people = 1500
    return votes_until_stable(
        np.tile(rates, (people, 1)),
        np.full(N, 0.1),
        np.full(people, 8),
        policy,
        lambda votes: least_group_headline(votes, np.zeros(votes.n_participants, dtype=np.int64)),
        target=np.arange(10),
        seed=seed,
    )


@pytest.mark.slow
def test_routing_by_need_settles_the_list_on_fewer_votes_than_even_drawing() -> None:
    ours = [trial(RoutingPolicy.COMITY, seed) for seed in range(3)]
    even = [trial(RoutingPolicy.UNIFORM, seed) for seed in range(3)]
    assert sum(float(t.jaccard.mean()) for t in ours) > sum(float(t.jaccard.mean()) for t in even)
    assert all(t.alarms == () for t in ours)
    first = ours[0]
    assert first.views.sum() == first.votes[-1] == 1500 * 8
    assert first.views.min() >= guaranteed_views(12_000, N, floor=RoutingSettings().floor, error=0.001)


def test_a_trial_repeats_exactly() -> None:
    one, two = trial(RoutingPolicy.REFERENCE, 4), trial(RoutingPolicy.REFERENCE, 4)
    np.testing.assert_array_equal(one.jaccard, two.jaccard)
    np.testing.assert_array_equal(one.views, two.views)
