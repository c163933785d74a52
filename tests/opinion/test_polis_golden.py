"""The reference method against a production system: every entry of `math-pca2.json` in three golden conversations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from golden import NAMES, Golden, read_golden

from comity.opinion import polis
from comity.opinion.polis import Smoother

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


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest, shared: Path) -> Golden:
    return read_golden(shared / "data" / "polis_golden" / request.param)


def golden_axes(golden: Golden) -> npt.NDArray[np.float64]:
    return polis.reference_sign(np.array(golden.math["pca"]["comps"]))


def golden_extremity(golden: Golden) -> npt.NDArray[np.float64]:
    return np.array(golden.math["pca"]["comment-extremity"])


@pytest.mark.shared_data
def test_every_entry_of_the_golden_files_is_spoken_for(golden: Golden) -> None:
    assert set(golden.math) == COMPARED | NOT_COMPARED
    assert set(golden.math["pca"]) == {"center", "comps", "comment-projection", "comment-extremity"}


@pytest.mark.shared_data
def test_who_and_what(golden: Golden, request: pytest.FixtureRequest) -> None:
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
def test_golden_map(golden: Golden) -> None:
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


def golden_base(golden: Golden) -> polis.BaseClusters:
    math = golden.math["base-clusters"]
    return polis.BaseClusters(
        ids=np.array(math["id"]),
        centres=golden.base_centres(),
        counts=np.array(math["count"]),
        membership=golden.base_membership().astype(np.int32),
    )


@pytest.mark.shared_data
def test_golden_groups(golden: Golden) -> None:
    """Cold from the file's base clusters: the same number of groups, with the same members, under the same labels."""
    found = polis.group_candidates(golden_base(golden))
    groups = golden.math["group-clusters"]
    assert polis.preferred_k(found) == len(groups)
    assert np.array_equal(found[len(groups)].labels, golden.base_groups())  # so the adjusted Rand index is 1
    assert_equal_to_9_places(found[len(groups)].centres, [group["center"] for group in groups])
    assert [group["id"] for group in groups] == list(range(len(groups)))


@pytest.mark.shared_data
def test_golden_counts(golden: Golden) -> None:
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
def test_golden_findings(golden: Golden) -> None:
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
def test_golden_tick(golden: Golden) -> None:
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
    golden = read_golden(shared / "data" / "polis_golden" / "25ptpt-3gp-no-strict-with-meta")
    arrival = np.argsort(golden.base_membership(), kind="stable")
    result = polis.polis_analysis(golden.votes, order=arrival)
    assert np.array_equal(result.membership, golden.membership())
    by_id = polis.polis_analysis(golden.votes)
    assert not np.array_equal(
        by_id.membership, golden.membership()
    )  # the reference's findings depend on who came first
