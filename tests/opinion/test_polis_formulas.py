"""The formulas of the reference method, on numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from comity.opinion import polis
from comity.opinion.polis import Side
from comity.opinion.votes import Moderation, Statement, Votes

NAN = np.nan


def statements(n: int) -> list[Statement]:
    return [Statement(id=j) for j in range(n)]


def test_centre_is_the_mean_of_votes_cast() -> None:
    votes = Votes.from_matrix([[1, -1, NAN], [1, NAN, NAN], [0, 1, NAN]])
    assert polis.centre(votes).tolist() == [2 / 3, 0.0, 0.0]


def test_moderated_columns_are_zero_for_everybody_and_count_as_seen() -> None:
    listed = [Statement(0), Statement(1), Statement(2, moderation=Moderation.REJECTED), Statement(3, meta=True)]
    votes = Votes.from_matrix([[1, NAN, -1, 1], [-1, 1, NAN, NAN], [1, -1, 1, NAN]], statements=listed)
    assert polis.moderated_out(votes).tolist() == [False, False, True, True]
    mean = polis.centre(votes)
    assert mean.tolist() == [1 / 3, 0.0, 0.0, 0.0]
    axes = np.array([[0.6, 0.8, 0.0, 0.0], [0.8, -0.6, 0.0, 0.0]])
    placed = polis.projections(votes, mean, axes)
    # the first person: one vote that is in, two columns that are out, four statements in all
    np.testing.assert_allclose(placed[0], np.sqrt(4 / 3) * (2 / 3) * np.array([0.6, 0.8]), rtol=1e-15)
    np.testing.assert_allclose(placed[1], np.sqrt(4 / 4) * (-4 / 3 * axes[:, 0] + axes[:, 1]), rtol=1e-15)
    assert not polis.principal_components(votes, mean)[:, 2:].any()
    counts = polis.group_votes(votes, [0, 0, 0], 1)
    assert counts[0].tolist() == [[2, 1, 3], [1, 1, 2], [1, 1, 2], [1, 0, 1]]  # what was voted stays counted
    assert polis.shown_statements(votes).tolist() == [True, True, False, True]
    assert not polis.shown_statements(votes, strict=True).any()


def test_axes_are_those_of_the_imputed_and_centred_matrix() -> None:
    rng = np.random.default_rng(3)
    side = np.repeat([-1.0, 1.0], 40)
    lean = side[:, None] * np.linspace(0.2, 1.0, 12) + np.tile([1.0, -1.0], 40)[:, None] * np.linspace(0.9, 0.0, 12)
    matrix = np.where(lean + rng.normal(0, 0.5, (80, 12)) > 0, 1.0, -1.0)
    matrix[rng.random(matrix.shape) < 0.3] = NAN
    votes = Votes.from_matrix(matrix)
    mean = polis.centre(votes)
    axes = polis.principal_components(votes, mean, rounds=10_000)
    filled = np.where(np.isnan(matrix), np.nanmean(matrix, axis=0), matrix) - np.nanmean(matrix, axis=0)
    expected = np.linalg.svd(filled)[2][:2]
    np.testing.assert_allclose(np.abs((axes * expected).sum(axis=1)), 1.0, rtol=1e-10)
    stretch = np.sqrt(12 / (~np.isnan(matrix)).sum(axis=1))
    np.testing.assert_allclose(polis.projections(votes, mean, axes), (filled @ axes.T) * stretch[:, None], atol=1e-12)
    assert all(axis[np.argmax(np.abs(axis))] > 0 for axis in axes)


def test_agreeing_moves_a_person_where_the_statement_lies() -> None:
    mean, axes = np.array([0.5, -0.5]), np.array([[0.6, 0.8], [0.8, -0.6]])
    placed = polis.statement_projections(mean, axes)
    np.testing.assert_allclose(placed, np.sqrt(2) * np.array([[0.5 * 0.6, 0.5 * 0.8], [1.5 * 0.8, 1.5 * -0.6]]))
    only_agrees = Votes.from_matrix([[1, NAN], [NAN, 1]])
    np.testing.assert_allclose(polis.projections(only_agrees, mean, axes), placed)


def test_who_is_clustered() -> None:
    few = np.full((20, 9), NAN)
    for person in range(20):
        few[person, : min(person, 9)] = 1
    inside = polis.in_conversation(Votes.from_matrix(few))
    assert np.flatnonzero(inside).tolist() == list(range(5, 20))  # 13 with 7 votes, and the two most active after them
    tied = np.full((20, 9), NAN)
    tied[1:, 0] = 1
    assert np.flatnonzero(polis.in_conversation(Votes.from_matrix(tied))).tolist() == list(range(1, 16))
    earlier = np.zeros(20, dtype=np.bool_)
    earlier[[0, 19]] = True  # the first of them has no vote left
    assert np.flatnonzero(polis.in_conversation(Votes.from_matrix(tied), earlier)).tolist() == [*range(1, 15), 19]
    assert polis.in_conversation(Votes.from_matrix(np.ones((30, 3)))).all()  # all votes, where there are fewer than 7


def test_base_clusters_start_from_the_first_distinct_positions_in_order_of_arrival() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0], [5.1, 5.0], [9.0, 9.0]])
    everyone = np.ones(5, dtype=np.bool_)
    base = polis.base_clusters(points, everyone, k=2)
    assert base.membership.tolist() == [0, 0, 1, 1, 1]
    assert base.counts.tolist() == [2, 3]
    late = polis.base_clusters(points, everyone, arrival=np.array([4, 3, 2, 1, 0]), k=2)
    assert late.membership.tolist() == [1, 1, 1, 1, 0]  # another local optimum: who came first matters to the reference
    all_apart = polis.base_clusters(points, everyone)
    assert all_apart.membership.tolist() == [0, 0, 1, 2, 3]
    np.testing.assert_allclose(all_apart.centres, points[1:])


def test_base_clusters_keep_their_ids_from_tick_to_tick() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0], [5.1, 5.0], [9.0, 9.0], [20.0, 0.0]])
    everyone = np.ones(6, dtype=np.bool_)
    # 3 and 7 have come to lie at the same place: one cluster, and the farthest person begins another
    base = polis.base_clusters(points, everyone, lineage=np.array([3, 7, 12, 12, 12, -1]), k=3)
    assert base.ids.tolist() == [3, 12, 13]
    assert base.membership.tolist() == [0, 0, 1, 1, 1, 2]
    grown = polis.base_clusters(points, everyone, lineage=np.array([3, 7, 12, 12, 12, -1]))
    assert len(grown.ids) == 5
    assert len(set(grown.membership[1:].tolist())) == 5


def test_groups_are_weighted_by_people_and_silhouettes_are_not() -> None:
    base = polis.BaseClusters(
        ids=np.arange(4),
        centres=np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 3.0], [10.0, 3.0]]),
        counts=np.array([3, 1, 1, 1]),
        membership=np.array([0, 0, 0, 1, 2, 3], dtype=np.int32),
    )
    found = polis.group_candidates(base)
    assert sorted(found) == [2]  # 2 + 4 // 12
    assert found[2].labels.tolist() == [0, 1, 0, 1]
    np.testing.assert_allclose(found[2].centres, [[0.0, 0.75], [10.0, 1.5]])
    other = (10.0 + np.sqrt(109.0)) / 2
    assert found[2].silhouette == pytest.approx((other - 3.0) / other)


def test_silhouette_of_a_single_point_and_of_a_single_group_is_zero() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])
    apart = polis.silhouette(points, np.array([0, 0, 1], dtype=np.int32))
    assert apart == pytest.approx(((5.0 - 1.0) / 5.0 + (4.0 - 1.0) / 4.0) / 3)
    assert polis.silhouette(points, np.zeros(3, dtype=np.int32)) == 0.0
    assert polis.silhouette(np.zeros((4, 2)), np.array([0, 0, 1, 1], dtype=np.int32)) == 0.0


def test_a_new_number_of_groups_has_to_last_four_ticks() -> None:
    state = polis.smooth(None, 3)
    shown = []
    for preferred in (4, 4, 4, 3, 4, 4, 4, 4, 5):
        state = polis.smooth(state, preferred)
        shown.append(state.adopted)
    assert shown == [3, 3, 3, 3, 3, 3, 3, 4, 4]


def test_group_votes_consensus_and_representativeness_by_hand() -> None:
    votes = Votes.from_matrix([[1.0, 1.0], [1.0, -1.0], [1.0, NAN], [-1.0, 0.0], [NAN, -1.0], [1.0, 1.0]])
    counts = polis.group_votes(votes, [0, 0, 0, 1, 1, -1], 2)
    assert counts.tolist() == [[[3, 0, 3], [1, 1, 2]], [[0, 1, 1], [0, 1, 2]]]
    np.testing.assert_allclose(polis.group_informed_consensus(counts), [4 / 5 * 1 / 3, 2 / 4 * 1 / 4])
    measures = polis.representativeness(counts)
    assert measures.rate_agree[0, 0] == 4 / 5
    assert measures.ratio_agree[0, 0] == pytest.approx((4 / 5) / (1 / 3))
    assert measures.rate_test_agree[0, 0] == pytest.approx(2 * np.sqrt(4) * (4 / 4 - 1 / 2))
    pooled = (4 + 1) / (4 + 2)
    expected = (4 / 4 - 1 / 2) / np.sqrt(pooled * (1 - pooled) * (1 / 4 + 1 / 2))
    assert measures.ratio_test_agree[0, 0] == pytest.approx(expected)
    assert polis.two_proportion_test(3, 3, 5, 5) == 0.0  # the pooled rate is 1


def two_camps() -> tuple[Votes, list[int]]:
    """Ten people against ten: 0 agreed by all, 1 and 2 divide, 3 disagreed by all, 4 rejected, 5 about the person."""
    first, second = [1, 1, -1, -1, 1, 1], [1, -1, 1, -1, 1, 1]
    listed = [*statements(4), Statement(4, moderation=Moderation.REJECTED), Statement(5, meta=True)]
    return Votes.from_matrix([first] * 10 + [second] * 10, statements=listed), [0] * 10 + [1] * 10


def test_two_camps_are_found_and_described() -> None:
    votes, camps = two_camps()
    result = polis.polis_analysis(votes)
    assert result.n_groups == 2
    assert result.membership.tolist() == camps
    # the best agree need not set the group apart: 0 comes first in the scan, and 1 does not agree more strongly
    assert [[(r.statement_id, r.side, r.best_agree) for r in group] for group in result.findings.representative] == [
        [(0, Side.AGREE, True), (1, Side.AGREE, False), (2, Side.DISAGREE, False)],
        [(0, Side.AGREE, True), (2, Side.AGREE, False), (1, Side.DISAGREE, False)],
    ]
    assert [m.statement_id for m in result.findings.majority_agree] == [0]
    assert [m.statement_id for m in result.findings.majority_disagree] == [3]
    assert polis.top_consensus(votes, 2) == (0, 1)  # 1 and 2 tie: the lower id
    assert polis.top_consensus(votes) == (0, 1, 2, 3)  # neither the rejected one nor the one about the person
    persons = result.persons
    assert np.all(persons.extremeness > 0)
    np.testing.assert_allclose(persons.extremeness, persons.from_centre)
    np.testing.assert_allclose(persons.from_group, 0.0, atol=1e-12)


def test_best_agree_stands_alone_where_nothing_sets_a_group_apart() -> None:
    votes = Votes.from_matrix(np.tile([1.0, 1.0, 1.0], (12, 1)))
    findings = polis.polis_findings(votes, [0] * 6 + [1] * 6, extremity=np.zeros(3))
    assert [[r.statement_id for r in group] for group in findings.representative] == [[0], [0]]
    assert all(r.best_agree for group in findings.representative for r in group)


def test_the_largest_ratio_test_where_there_is_no_best_agree() -> None:
    votes = Votes.from_matrix([[-1, 0, NAN], [0, -1, NAN], [0, 0, NAN], [-1, -1, NAN]])
    (group, _) = polis.polis_findings(votes, [0, 0, 0, 1], extremity=np.zeros(3)).representative
    (only,) = group
    assert not only.best_agree
    assert only.statement_id == 0  # both are equal: the lower id


def test_nothing_represents_a_group_that_took_no_side() -> None:
    votes = Votes.from_matrix([[0.0, NAN], [0.0, NAN], [1.0, 1.0], [1.0, 1.0]])
    assert polis.polis_findings(votes, [0, 0, 1, 1], extremity=np.zeros(2)).representative[0] == ()


def test_priority_by_hand_and_routing() -> None:
    counts = np.array([[[3, 1, 5], [0, 0, 0], [7, 0, 7]]])
    meta = np.array([False, False, True])
    found = polis.comment_priorities(counts, np.array([0.5, 0.0, 9.0]), meta)
    importance = (1 - 2 / 7) * 1.5 * 4 / 7
    np.testing.assert_allclose(found, [(importance * (1 + 8 * 0.5)) ** 2, (0.25 * 9) ** 2, 49.0], rtol=1e-15)
    sizes = np.arange(40)
    many = np.stack((sizes * 0, sizes * 0, sizes), axis=-1)[None]
    expected = ((1 - (sizes + 1) / (sizes + 2)) / (sizes + 2) * (1 + 8 * 2.0 ** (-sizes / 5))) ** 2
    np.testing.assert_allclose(
        polis.comment_priorities(many, np.zeros(40), np.zeros(40, dtype=bool)), expected, rtol=1e-14
    )
    chances = polis.routing_probabilities(np.array([2.0, NAN, 1.0, 9.0]), np.array([False, False, False, True]))
    assert chances.tolist() == [0.5, 0.25, 0.25, 0.0]
    hidden = polis.routing_probabilities(np.array([2.0, 2.0]), np.array([False, True]), shown=np.array([False, True]))
    assert hidden.tolist() == [0.0, 0.0]


def test_admission_keeps_those_who_came_first() -> None:
    votes = Votes.from_matrix([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
    kept, arrival = polis.admission(votes, np.array([2, 0, 1]), participants=2, statements=2)
    assert kept.participant_ids.tolist() == [0, 2]
    assert kept.statement_ids.tolist() == [0, 1]
    assert kept.dense().tolist() == [[1, 1], [-1, -1]]
    assert arrival.tolist() == [1, 0]
    assert len(kept.statements) == 2


def test_votes_and_people_that_come_later_go_on_from_the_last_result() -> None:
    rng = np.random.default_rng(5)
    camp = np.arange(60) % 2
    matrix = np.where(rng.random((60, 14)) < np.where(camp[:, None] == np.arange(14) % 2, 0.9, 0.15), 1.0, -1.0)
    before = polis.polis_analysis(Votes.from_matrix(matrix[:50, :12]))
    after = polis.polis_analysis(Votes.from_matrix(matrix), previous=before)
    assert after.n_groups == before.n_groups == 2
    assert np.array_equal(after.membership[:50], before.membership)
    assert np.array_equal(after.membership == after.membership[0], camp == camp[0])
    # an axis that goes on keeps its direction
    assert ((after.map.axes[0, :12] * before.map.axes[0]).sum()) > 0.5
    assert set(before.base_clusters.ids.tolist()) & set(after.base_clusters.ids.tolist())
