"""The reference method as a whole: hostile sizes, and what holds for any votes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from comity.opinion import polis
from comity.opinion.votes import Moderation, Statement, Votes

NAN = np.nan

# --- hostile sizes ---

HOSTILE: dict[str, Votes] = {
    "no votes, no people, no statements": Votes.from_matrix(np.empty((0, 0))),
    "people and statements without a vote": Votes.from_matrix(np.full((3, 4), NAN)),
    "one person": Votes.from_matrix([[1, -1, 0]]),
    "one statement": Votes.from_matrix([[1], [-1], [0], [1]]),
    "one vote": Votes.from_matrix([[1]]),
    "everyone identical": Votes.from_matrix(np.tile([1.0, -1.0, 0.0], (30, 1))),
    "only passes": Votes.from_matrix(np.zeros((20, 8))),
    "all statements rejected": Votes.from_matrix(
        [[1, -1], [-1, 1], [1, 1]], statements=[Statement(j, moderation=Moderation.REJECTED) for j in range(2)]
    ),
    "text ids": Votes.from_matrix([[1, -1], [-1, 1]], participants=["b", "a"], statements=["x", "y"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes(name: str) -> None:
    votes = HOSTILE[name]
    result = polis.polis_analysis(votes)
    again = polis.polis_analysis(votes, previous=result)
    for one in (result, again):
        check_shapes(votes, one)
    if votes.n_votes == 0:
        assert result.n_groups == 0
        assert not result.in_conversation.any()
        assert result.findings.representative == ()
        assert np.isnan(result.findings.consensus).all()
        assert polis.top_consensus(votes) == ()
    if name in ("one person", "everyone identical", "only passes", "all statements rejected", "one vote"):
        assert result.n_groups == 1  # nobody is apart from anybody
        assert not result.map.axes.any()
        assert not result.map.projections.any()
    if name == "all statements rejected":
        assert polis.top_consensus(votes) == ()
        assert result.findings.representative == ((),)
        assert result.findings.majority_agree == result.findings.majority_disagree == ()


def check_shapes(votes: Votes, result: polis.PolisResult) -> None:
    n, m, g = votes.n_participants, votes.n_statements, result.n_groups
    assert result.map.axes.shape == (2, m)
    assert result.map.projections.shape == (n, 2)
    assert result.map.statement_projections.shape == (m, 2)
    assert result.map.centre.shape == result.map.extremity.shape == (m,)
    assert result.membership.shape == result.in_conversation.shape == result.votes_cast.shape == (n,)
    assert np.array_equal(result.membership >= 0, result.in_conversation)
    assert result.findings.group_votes.shape == (g, m, 3)
    assert len(result.findings.representative) == g
    assert np.all(result.findings.group_sizes > 0)
    assert np.all(result.findings.priorities > 0)
    assert np.isfinite(result.findings.priorities).all()
    assert result.persons.extremeness.shape == (n,)


def test_membership_and_order_that_do_not_fit_are_refused() -> None:
    votes = Votes.from_matrix([[1, -1], [-1, 1]])
    with pytest.raises(ValueError, match="2 participants"):
        polis.polis_findings(votes, [0])
    with pytest.raises(ValueError, match="no group"):
        polis.polis_findings(votes, [0, -2])
    with pytest.raises(ValueError, match="once"):
        polis.polis_analysis(votes, order=[0, 0])


# --- properties ---

MATRICES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 24), st.integers(0, 9)),
    elements=st.sampled_from([1.0, -1.0, 0.0, NAN]),
)


@pytest.mark.slow
@given(MATRICES, st.integers(0, 3))
def test_any_votes_give_a_result_of_the_right_shape_and_the_same_one_twice(matrix: Any, seed: int) -> None:
    votes = Votes.from_matrix(matrix)
    result = polis.polis_analysis(votes, seed=seed)
    check_shapes(votes, result)
    again = polis.polis_analysis(votes, seed=seed)
    assert result.map.axes.tobytes() == again.map.axes.tobytes()
    assert np.array_equal(result.membership, again.membership)
    gram = result.map.axes @ result.map.axes.T
    assert np.allclose(gram, np.diag(np.diag(gram)), atol=1e-6)
    assert all(np.isclose(length, 1.0) or length == 0.0 for length in np.diag(gram))
    if result.n_groups:
        assert np.all((result.findings.consensus > 0) & (result.findings.consensus < 1))


@given(MATRICES, st.data())
def test_findings_do_not_depend_on_who_is_called_what(matrix: Any, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.integers(-1, 2), min_size=len(matrix), max_size=len(matrix)))
    names = data.draw(st.permutations(range(len(matrix))))
    extremity = np.ones(matrix.shape[1])
    by_name = np.argsort(np.array(names, dtype=np.int64))
    before = polis.polis_findings(Votes.from_matrix(matrix), groups, extremity=extremity, n_groups=3)
    renamed = Votes.from_matrix(matrix, participants=list(names))
    after = polis.polis_findings(renamed, np.array(groups, dtype=np.int64)[by_name], extremity=extremity, n_groups=3)
    assert np.array_equal(before.group_votes, after.group_votes)
    assert before.consensus.tobytes() == after.consensus.tobytes()
    assert before.priorities.tobytes() == after.priorities.tobytes()
    assert before.representative == after.representative
    assert before.majority_agree == after.majority_agree
    assert before.majority_disagree == after.majority_disagree


@given(MATRICES)
def test_new_labels_in_the_same_order_change_nothing_but_labels(matrix: Any) -> None:
    before = polis.polis_analysis(Votes.from_matrix(matrix))
    after = polis.polis_analysis(Votes.from_matrix(matrix, participants=[7 * i + 3 for i in range(len(matrix))]))
    assert np.array_equal(before.membership, after.membership)
    assert before.map.projections.tobytes() == after.map.projections.tobytes()
    assert before.findings.representative == after.findings.representative


@given(MATRICES, st.data())
def test_group_votes_sum_to_totals(matrix: Any, data: st.DataObject) -> None:
    votes = Votes.from_matrix(matrix)
    groups = np.array(
        data.draw(st.lists(st.integers(-1, 3), min_size=len(matrix), max_size=len(matrix))), dtype=np.int64
    )
    counts = polis.group_votes(votes, groups, 4)
    outside = polis.group_votes(votes, np.where(groups < 0, 0, -1), 1)
    total = counts.sum(axis=0) + outside[0]
    assert total.tolist() == [
        [int((column == 1).sum()), int((column == -1).sum()), int((~np.isnan(column)).sum())] for column in matrix.T
    ]


@given(MATRICES, st.data())
def test_turning_every_vote_round_swaps_the_sides(matrix: Any, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.integers(0, 1), min_size=len(matrix), max_size=len(matrix)))
    extremity = np.zeros(matrix.shape[1])
    before = polis.polis_findings(Votes.from_matrix(matrix), groups, extremity=extremity, n_groups=2)
    after = polis.polis_findings(Votes.from_matrix(-matrix), groups, extremity=extremity, n_groups=2)
    assert [m.statement_id for m in before.majority_agree] == [m.statement_id for m in after.majority_disagree]
    assert np.array_equal(before.group_votes[..., [1, 0, 2]], after.group_votes)
    assert np.array_equal(before.representativeness.ratio_test_agree, after.representativeness.ratio_test_disagree)


@given(MATRICES, st.data())
def test_routing_asks_only_what_is_open_and_every_chance_counts(matrix: Any, data: st.DataObject) -> None:
    votes = Votes.from_matrix(matrix)
    priorities = polis.polis_analysis(votes).findings.priorities
    voted = data.draw(arrays.arrays(np.bool_, votes.n_statements))
    chances = polis.routing_probabilities(priorities, voted)
    assert not chances[voted].any()
    assert np.all(chances[~voted] > 0)
    assert np.isclose(chances.sum(), 0.0 if voted.all() else 1.0)
