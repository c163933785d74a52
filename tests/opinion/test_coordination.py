"""Coordinated voters: found when they are there, honest people left alone, the same findings in any order."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from comity.opinion.coordination import (
    ALARM_LEVEL,
    Coordination,
    Dependence,
    ExpectedAnswers,
    Trace,
    dependence,
    find_coordinated,
    pushed_statements,
    same_ballot,
)
from comity.opinion.coordination.evidence import copying_evidence, log_factorials, log_tail
from comity.opinion.simulation import Coordination as Kind
from comity.opinion.simulation import continuous, inject, latent_groups
from comity.opinion.votes import Moderation, Statement, Votes


def named(result: Coordination, n: int) -> np.ndarray:
    mask = np.zeros(n, dtype=np.bool_)
    for cluster in result.clusters:
        mask[cluster.participants] = True
    return mask


def summary(result: Coordination) -> list[tuple[object, ...]]:
    return [
        (c.trace, c.participants.tolist(), c.statements, c.answers, c.compared, c.alike, c.alike_if_honest, c.chance)
        for c in result.clusters
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Kind.CLONES, Kind.NOISY_CLONES])
@pytest.mark.parametrize("share", [0.01, 0.05])
def test_a_repeated_ballot_is_found(kind: Kind, share: float) -> None:
    votes, _ = latent_groups(1000, 100, 3, 40, seed=11)
    case = inject(votes, kind, share, seed=11)
    result = find_coordinated(case.votes)
    mask = named(result, case.votes.n_participants)
    assert result.alarm
    assert np.count_nonzero(mask & case.injected) >= 0.5 * np.count_nonzero(case.injected)
    assert np.count_nonzero(mask & ~case.injected) <= 2  # the person whose ballot was taken is named with the copies
    cluster = result.clusters[0]
    assert cluster.trace is Trace.SAME_BALLOT
    assert cluster.chance <= ALARM_LEVEL
    assert cluster.alike > cluster.alike_if_honest
    assert cluster.statements == ()
    assert "repeat one ballot" in cluster.sentence


@pytest.mark.parametrize("kind", [Kind.PROMOTION, Kind.BURIAL])
def test_pushed_statements_are_found_and_named(kind: Kind) -> None:
    votes, _ = latent_groups(2000, 200, 3, 30, seed=12)
    case = inject(votes, kind, 0.03, seed=12)
    result = find_coordinated(case.votes)
    pushed = [cluster for cluster in result.clusters if cluster.trace is Trace.PUSHED_STATEMENTS]
    assert len(pushed) == 1
    cluster = pushed[0]
    assert set(cluster.statements) <= set(case.votes.statement_ids[case.targets].tolist())
    assert set(cluster.answers) == {1 if kind is Kind.PROMOTION else -1}
    mask = named(result, case.votes.n_participants)
    assert (mask & case.injected).sum() == case.injected.sum()
    assert (mask & ~case.injected).sum() <= max(2 * cluster.expected_honest, 3)


def test_many_mimics_raise_an_alarm() -> None:
    votes, _ = latent_groups(2000, 200, 3, 30, seed=13)
    assert find_coordinated(inject(votes, Kind.MIMICS, 0.05, seed=13).votes).alarm


@pytest.mark.parametrize("groups", [2, 4, 6])
def test_opinion_groups_are_no_suspects(groups: int) -> None:
    votes, _ = latent_groups(1000, 100, groups, 40, seed=groups)
    assert not find_coordinated(votes).alarm


def test_a_continuum_is_no_suspect() -> None:
    votes, _ = continuous(1000, 120, 40, seed=5)
    assert not find_coordinated(votes).alarm


def test_the_same_statements_in_the_same_order_are_no_evidence() -> None:
    votes, truth = latent_groups(1000, 80, 2, 30, seed=8)
    random = np.random.default_rng(8)
    answers = np.where(random.random((1000, 80)) < truth.rates[truth.group], 1.0, -1.0)
    answers[random.random((1000, 80)) < truth.passing] = 0.0
    answers[np.arange(80) >= np.diff(votes.offsets)[:, None]] = np.nan
    assert not find_coordinated(Votes.from_matrix(answers)).alarm


@pytest.mark.parametrize("answer", [1, 0, -1])
def test_people_of_one_habit_are_no_suspects(answer: int) -> None:
    votes, _ = latent_groups(600, 80, 3, 30, seed=9)
    dense = votes.dense()
    dense[:40][~np.isnan(dense[:40])] = (
        answer  # forty people who agree with, pass on, or reject whatever they are shown
    )
    assert not find_coordinated(Votes.from_matrix(dense)).alarm


def test_a_small_share_of_people_who_hardly_voted_is_ignored() -> None:
    votes, _ = latent_groups(400, 60, 2, 20, seed=3)
    dense = votes.dense()
    dense[:50] = np.nan
    dense[:50, :4] = 1.0
    assert not any(c.trace is Trace.SAME_BALLOT for c in find_coordinated(Votes.from_matrix(dense)).clusters)


def test_the_order_of_arrival_does_not_matter() -> None:
    case = inject(latent_groups(800, 80, 3, 35, seed=21)[0], Kind.NOISY_CLONES, 0.03, seed=21)
    votes = case.votes
    shuffle = np.random.default_rng(0).permutation(votes.n_votes)
    again = Votes.from_events(
        votes.participant_ids[votes.persons][shuffle],
        votes.statement_ids[votes.columns][shuffle],
        votes.values[shuffle],
    )
    assert summary(find_coordinated(votes)) == summary(find_coordinated(again))


def test_an_expected_answer_is_no_evidence() -> None:
    case = inject(latent_groups(800, 80, 3, 35, seed=22)[0], Kind.CLONES, 0.02, seed=22)
    votes = case.votes
    script = votes.dense()[-1]
    model = ExpectedAnswers(
        intercepts=np.zeros(80),
        slopes=(20.0 * np.nan_to_num(script))[:, None],
        positions=np.where(case.injected, 1.0, 0.0)[:, None],
        pass_rates=np.where(script == 0, 0.99, 0.0),
    )
    assert find_coordinated(votes).alarm
    assert not find_coordinated(votes, expected=model).alarm


def test_a_bloc_in_unison_is_explained_by_a_model_of_opinion() -> None:
    random = np.random.default_rng(4)
    bloc = random.random(900) < 0.06
    rates = np.where(random.random(90) < 0.5, 0.06, 0.94)
    matrix = np.where(random.random((900, 90)) < np.where(bloc[:, None], rates, 0.5), 1.0, -1.0)
    matrix[random.random((900, 90)) < 0.6] = np.nan
    votes = Votes.from_matrix(matrix)
    logit = np.log(rates / (1 - rates))
    model = ExpectedAnswers.of(votes, np.zeros(90), logit[:, None], np.where(bloc, 1.0, 0.0)[:, None])
    assert model.pass_rates.tolist() == [0.0] * 90
    assert find_coordinated(
        votes
    ).alarm  # the votes alone cannot tell a bloc from noisy copies: see the limits in the docs
    assert not find_coordinated(votes, expected=model).alarm


def test_statements_that_take_no_part_are_not_looked_at() -> None:
    case = inject(latent_groups(800, 80, 3, 35, seed=23)[0], Kind.CLONES, 0.02, seed=23)
    votes = case.votes
    out = [
        Statement(id=int(key), moderation=Moderation.REJECTED if j >= 3 else Moderation.ACCEPTED)
        for j, key in enumerate(votes.statement_ids.tolist())
    ]
    hidden = Votes.from_events(
        votes.participant_ids[votes.persons], votes.statement_ids[votes.columns], votes.values, statements=out
    )
    assert not find_coordinated(hidden).alarm


def test_a_sample_finds_a_large_cluster_and_an_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_ballot, "_PEOPLE_COMPARED", 16 * 2 * 400**2)
    monkeypatch.setattr(pushed_statements, "_PEOPLE_SEARCHED", 300)
    votes, _ = latent_groups(2000, 100, 3, 40, seed=31)
    large = inject(votes, Kind.NOISY_CLONES, 0.05, seed=31)
    result = find_coordinated(large.votes)
    assert result.compared_people == 400
    assert result.smallest > 3
    assert named(result, large.votes.n_participants)[large.injected].mean() >= 0.5
    small = inject(votes, Kind.CLONES, 0.005, seed=31)
    assert named(find_coordinated(small.votes), small.votes.n_participants)[small.injected].all()


@pytest.mark.parametrize("n", [0, 1, 3, 12])
def test_few_people_are_no_trouble(n: int) -> None:
    votes = Votes.from_matrix(np.ones((n, 10)))
    result = find_coordinated(votes)
    assert not result.alarm
    assert result.tested_pairs == (n * (n - 1) // 2 if n >= 4 else 0)


def test_bad_arguments_say_what_to_give() -> None:
    votes, _ = latent_groups(50, 20, 2, 10, seed=1)
    with pytest.raises(ValueError, match="level is 0"):
        find_coordinated(votes, level=0)
    short = ExpectedAnswers(np.zeros(19), np.zeros((20, 1)), np.zeros((50, 1)), np.zeros(20))
    with pytest.raises(ValueError, match=r"intercepts has shape \(19,\)"):
        find_coordinated(votes, expected=short)


def test_the_mean_product_is_an_e_value() -> None:
    """Its expectation is 1 when each likelihood ratio has expectation 1: here 4 with chance 1/4, else nothing."""
    n, draws = 200, 4000
    random = np.random.default_rng(4)
    total = 0.0
    for _ in range(draws):
        hits = int((random.random(n - 1) < 0.25).sum())
        nats = np.full(hits, round(1000 * np.log(4.0)), dtype=np.int64)
        total += np.exp(copying_evidence(nats, n))
    assert total / draws < 1.3


def test_the_hypergeometric_tail() -> None:
    factorial = log_factorials(60)
    # at least 3 of the 5 marked among 4 drawn of 10: (C(5,3) C(5,1) + C(5,4)) / C(10,4)
    assert np.isclose(np.exp(log_tail(3, 4, 5, 10, factorial)), (10 * 5 + 5) / 210)


def test_dependence_compares_leading_lists() -> None:
    assert dependence(["a", "b"], ["a", "b"]) == Dependence((), (), (), 1.0)
    assert dependence(["a", "b"], ["b", "a"]).unchanged
    changed = dependence([1, 2, 3, 4], [1, 3, 2, 9])
    assert changed == Dependence(left=(4,), entered=(9,), moved=(2, 3), kept=0.75)
    assert not changed.unchanged
    with pytest.raises(ValueError, match="twice"):
        dependence([1, 1], [1])


@pytest.mark.slow
def test_the_bench_runs() -> None:
    path = Path(__file__).parents[2] / "bench" / "coordination.py"
    spec = importlib.util.spec_from_file_location("bench_coordination", path)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = bench
    spec.loader.exec_module(bench)
    assert bench.clean(3).alarms == 0
    assert bench.injected("clones", 0.02, 1).found == 1


REAL_ALARMS = {
    "15-per-hour-seattle": 0,
    "american-assembly.bowling-green": 8,
    "brexit-consensus": 0,
    "scoop-hivemind.biodiversity": 0,
    "vtaiwan.uberx": 2,
}


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "most"), REAL_ALARMS.items())
def test_real_conversations_raise_few_alarms(shared: Path, folder: str, most: int) -> None:
    path = shared / "data" / "polis" / folder / "participants-votes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = list(csv.reader(file))
    first = next(k for k, name in enumerate(heading) if name.isdigit())
    events = [
        (int(row[0]), int(heading[k]), int(float(row[k])))
        for row in rows
        for k in range(first, len(heading))
        if row[k] != ""
    ]
    people, statements, answers = (np.array(column) for column in zip(*events, strict=True))
    result = find_coordinated(Votes.from_events(people, statements, answers))
    assert len(result.clusters) <= most
    assert sum(cluster.size for cluster in result.clusters) <= 0.025 * len(np.unique(people))
    assert all(cluster.trace is Trace.SAME_BALLOT for cluster in result.clusters)
