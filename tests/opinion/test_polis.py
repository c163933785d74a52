"""The reference method: golden conversations of a production system, formulas by hand, hostile sizes, properties."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from comity.opinion import polis
from comity.opinion.polis import Side, Smoother
from comity.opinion.votes import Moderation, Statement, Votes


def _golden_reader() -> ModuleType:
    """`golden.py` beside this file: tests are imported by path, so a plain import would not find it."""
    spec = importlib.util.spec_from_file_location("opinion_golden", Path(__file__).with_name("golden.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


golden_reader = _golden_reader()

# --- golden files: which entries of math-pca2.json are compared where ---

COMPARED = {
    "n", "n-cmts", "tids", "user-vote-counts", "in-conv", "mod-in", "mod-out", "meta-tids",  # test_who_and_what
    "pca",  # test_golden_map: center, comps, comment-projection, comment-extremity
    "base-clusters",  # test_golden_map (x, y, count), test_golden_tick (id, members)
    "group-clusters",  # test_golden_groups: id, members, center
    "votes-base", "group-votes",  # test_golden_counts: A, D, S, n-members
    "group-aware-consensus", "comment-priorities", "consensus", "repness",  # test_golden_findings: every field
}  # fmt: skip
NOT_COMPARED = {"math_tick", "lastVoteTimestamp", "lastModTimestamp"}  # counters and clocks of the server

STICKY = {
    "150ptpt-3gp-no-strict-no-meta": {1, 8, 9, 11},
    "25ptpt-3gp-no-strict-with-meta": set(),
    "below-100-ptpts": {5, 10, 11, 14},
}
"""Clustered in the file with fewer than 7 votes: let in when fewer than 15 people qualified, and kept. The one entry that does
not follow from the votes."""


def assert_equal_to_9_places(ours: npt.ArrayLike, theirs: npt.ArrayLike) -> None:
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=0.0, atol=1e-9)


@pytest.fixture(params=golden_reader.NAMES)
def golden(request: pytest.FixtureRequest, shared: Path) -> Any:
    return golden_reader.read_golden(shared / "data" / "polis_golden" / request.param)


def golden_axes(golden: Any) -> npt.NDArray[np.float64]:
    return polis.reference_sign(np.array(golden.math["pca"]["comps"]))


def golden_extremity(golden: Any) -> npt.NDArray[np.float64]:
    return np.array(golden.math["pca"]["comment-extremity"])


@pytest.mark.shared_data
def test_every_entry_of_the_golden_files_is_spoken_for(golden: Any) -> None:
    assert set(golden.math) == COMPARED | NOT_COMPARED
    assert set(golden.math["pca"]) == {"center", "comps", "comment-projection", "comment-extremity"}


@pytest.mark.shared_data
def test_who_and_what(golden: Any, request: pytest.FixtureRequest) -> None:
    votes, math = golden.votes, golden.math
    assert golden.tids == votes.statement_ids.tolist()
    assert (math["n"], math["n-cmts"]) == (votes.n_participants, votes.n_statements)
    cast = dict(zip(votes.participant_ids.tolist(), np.diff(votes.offsets).tolist(), strict=True))
    assert {int(pid): count for pid, count in math["user-vote-counts"].items()} == cast
    assert set(votes.statement_ids[polis.moderated_out(votes)].tolist()) == set(math["mod-out"])
    assert {s.id for s in votes.statements if s.meta} == set(math["meta-tids"])
    assert set(votes.statement_ids[polis.shown_statements(votes, strict=True)].tolist()) == set(math["mod-in"])
    theirs = np.isin(votes.participant_ids, math["in-conv"])
    ours = polis.in_conversation(votes)
    name = request.node.callspec.params["golden"]
    assert set(votes.participant_ids[theirs & ~ours].tolist()) == STICKY[name]
    assert not (ours & ~theirs).any()
    assert np.array_equal(polis.in_conversation(votes, theirs), theirs)
    assert np.array_equal(golden.base_membership() >= 0, theirs)


@pytest.mark.shared_data
def test_golden_map(golden: Any) -> None:
    votes, pca = golden.votes, golden.math["pca"]
    mean, axes = polis.centre(votes), golden_axes(golden)
    assert_equal_to_9_places(polis.reference_sign(mean), pca["center"])
    # the file's axes are where power iteration stands still; a cold start comes as close as its stopping rule lets it
    assert_equal_to_9_places(polis.principal_components(votes, mean, start=axes), axes)
    cold = polis.principal_components(votes, mean, rounds=10_000)
    assert np.all(1.0 - np.abs((cold * axes).sum(axis=1)) < 1e-12)
    # production's axes go to the same positions with our centre
    placed = polis.statement_projections(mean, axes)
    assert_equal_to_9_places(placed.T, pca["comment-projection"])
    assert_equal_to_9_places(np.sqrt((placed**2).sum(axis=1)), pca["comment-extremity"])
    base = golden.base_membership()
    people = polis.projections(votes, mean, axes)
    centres = np.array([people[base == b].mean(axis=0) for b in range(base.max() + 1)])
    assert_equal_to_9_places(centres, golden.base_centres())
    assert np.bincount(base[base >= 0]).tolist() == golden.math["base-clusters"]["count"]


def golden_base(golden: Any) -> polis.BaseClusters:
    math = golden.math["base-clusters"]
    return polis.BaseClusters(
        ids=np.array(math["id"]),
        centres=golden.base_centres(),
        counts=np.array(math["count"]),
        membership=golden.base_membership().astype(np.int32),
    )


@pytest.mark.shared_data
def test_golden_groups(golden: Any) -> None:
    """Cold from the file's base clusters: the same number of groups, with the same members, under the same labels."""
    found = polis.group_candidates(golden_base(golden))
    groups = golden.math["group-clusters"]
    assert polis.preferred_k(found) == len(groups)
    assert np.array_equal(found[len(groups)].labels, golden.base_groups())  # so the adjusted Rand index is 1
    assert_equal_to_9_places(found[len(groups)].centres, [group["center"] for group in groups])
    assert [group["id"] for group in groups] == list(range(len(groups)))


@pytest.mark.shared_data
def test_golden_counts(golden: Any) -> None:
    votes, math = golden.votes, golden.math
    membership = golden.membership()
    counts = polis.group_votes(votes, membership, len(math["group-clusters"]))
    assert len(math["group-votes"]) == len(counts)
    for group, by_statement in enumerate(counts.tolist()):
        theirs = math["group-votes"][str(group)]
        assert theirs["id"] == group
        assert theirs["n-members"] == (membership == group).sum()
        assert [[theirs["votes"][str(tid)][key] for key in "ADS"] for tid in golden.tids] == by_statement
    base = golden.base_membership()
    by_base = polis.group_votes(votes, base, base.max() + 1)
    for j, tid in enumerate(golden.tids):
        theirs = math["votes-base"][str(tid)]
        assert [theirs[key] for key in "ADS"] == by_base[:, j].T.tolist()


@pytest.mark.shared_data
def test_golden_findings(golden: Any) -> None:
    math = golden.math
    findings = polis.polis_findings(golden.votes, golden.membership(), extremity=golden_extremity(golden))
    assert_equal_to_9_places(findings.consensus, golden.per_statement(math["group-aware-consensus"]))
    assert_equal_to_9_places(findings.priorities, golden.per_statement(math["comment-priorities"]))
    compare_lists(findings, math)


def compare_lists(findings: polis.PolisFindings, math: dict[str, Any]) -> None:
    assert set(math["consensus"]) == {"agree", "disagree"}
    for majorities, entries in (
        (findings.majority_agree, math["consensus"]["agree"]),
        (findings.majority_disagree, math["consensus"]["disagree"]),
    ):
        for major, entry in zip(majorities, entries, strict=True):
            assert set(entry) == {"tid", "n-success", "n-trials", "p-success", "p-test"}
            assert (major.statement_id, major.successes) == (entry["tid"], entry["n-success"])
            assert major.trials == entry["n-trials"]
            assert_equal_to_9_places((major.rate, major.rate_test), (entry["p-success"], entry["p-test"]))
    assert len(findings.representative) == len(math["repness"])
    for group, listed in enumerate(findings.representative):
        for one, entry in zip(listed, math["repness"][str(group)], strict=True):
            fields = {"tid", "n-success", "n-trials", "p-success", "p-test", "repness", "repness-test", "repful-for"}
            assert set(entry) == (fields | {"best-agree", "n-agree"} if one.best_agree else fields)
            assert (one.statement_id, one.side.value) == (entry["tid"], entry["repful-for"])
            assert (one.successes, one.trials) == (entry["n-success"], entry["n-trials"])
            assert one.best_agree is entry.get("best-agree", False)
            assert entry.get("n-agree", one.successes) == one.successes
            theirs = (entry["p-success"], entry["p-test"], entry["repness"])
            assert_equal_to_9_places((one.rate, one.rate_test, one.ratio), theirs)
            assert np.float32(one.ratio_test) == np.float32(entry["repness-test"])  # stored in single precision


@pytest.mark.shared_data
def test_golden_tick(golden: Any) -> None:
    """One warm tick of the whole method from the file's state, without new votes, ends in the file's state."""
    votes, math = golden.votes, golden.math
    base = golden_base(golden)
    k = len(math["group-clusters"])
    cold = polis.polis_analysis(votes)
    state = replace(
        cold,
        in_conversation=base.membership >= 0,
        map=replace(cold.map, axes=golden_axes(golden)),
        base_clusters=base,
        groupings={k: polis.Grouping(golden.base_groups().astype(np.int32), np.zeros((k, 2)), 0.0)},
        smoother=Smoother(adopted=k, candidate=k, ticks=1),
    )
    result = polis.polis_analysis(votes, previous=state)
    assert result.base_clusters.ids.tolist() == math["base-clusters"]["id"]
    assert np.array_equal(result.base_clusters.membership, golden.base_membership())
    assert_equal_to_9_places(result.base_clusters.centres, golden.base_centres())
    assert polis.preferred_k(result.groupings) == k
    assert result.smoother == Smoother(adopted=k, candidate=k, ticks=2)
    assert np.array_equal(result.membership, golden.membership())
    findings = result.findings
    assert_equal_to_9_places(findings.consensus, golden.per_statement(math["group-aware-consensus"]))
    assert_equal_to_9_places(findings.priorities, golden.per_statement(math["comment-priorities"]))
    compare_lists(findings, math)


@pytest.mark.shared_data
def test_golden_groups_from_nothing_but_votes_and_order(shared: Path) -> None:
    """Where every base cluster is one person, the order of arrival stands in the file, and a cold run finds the same groups."""
    golden = golden_reader.read_golden(shared / "data" / "polis_golden" / "25ptpt-3gp-no-strict-with-meta")
    arrival = np.argsort(golden.base_membership(), kind="stable")
    result = polis.polis_analysis(golden.votes, order=arrival)
    assert np.array_equal(result.membership, golden.membership())
    by_id = polis.polis_analysis(golden.votes)
    assert not np.array_equal(
        by_id.membership, golden.membership()
    )  # the reference's findings depend on who came first


# --- the formulas, on numbers that can be checked by hand ---

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
