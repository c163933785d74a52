"""Simulated votes follow the truth they are drawn from, are the same everywhere, and say what they are."""

from __future__ import annotations

import statistics
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from comity.opinion import chance, demonstration
from comity.opinion.formats import read, write_generic
from comity.opinion.simulation import (
    Coordination,
    Simulation,
    SimulationError,
    StatementKind,
    Truth,
    continuous,
    inject,
    large,
    latent_groups,
    minority,
    no_structure,
    simulate,
    single_spectrum,
)
from comity.opinion.simulation.labelled import labelled
from comity.opinion.votes import Moderation, Votes

SIMULATED = {"en": "SIMULATED", "ar": "محاكاة", "zh": "模拟", "fr": "SIMULATION", "ru": "СИМУЛЯЦИЯ", "es": "SIMULACIÓN"}


@pytest.fixture(scope="module")
def demo() -> Simulation:
    return simulate()


def z_scores(votes: Votes, agreement: np.ndarray) -> np.ndarray:
    """(n_statements,): how many standard errors the votes to agree are away from what their probabilities add up to."""
    expected = agreement[votes.persons, votes.columns]
    surprise = np.bincount(votes.columns, (votes.values == 1) - expected, votes.n_statements)
    variance = np.bincount(votes.columns, expected * (1 - expected), votes.n_statements)
    return surprise / np.sqrt(np.maximum(variance, 1e-9))


# --- the draws ---


def test_normal_draws_are_the_inverse_of_the_distribution() -> None:
    words = chance.hash_ids(np.arange(20_000), 0, "normal")
    exact = statistics.NormalDist()
    wanted = [exact.inv_cdf((word + 0.5) * 2.0**-52) for word in (words >> np.uint64(12)).tolist()]
    np.testing.assert_allclose(chance.normal(words), wanted, rtol=1e-13, atol=1e-15)
    ends = chance.normal(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert -8.3 < ends[0] < -8.1
    assert ends[1] == -ends[0]


def test_exponential_draws_and_logarithm() -> None:
    draws = chance.exponential(chance.hash_ids(np.arange(100_000), 0, "exponential"))
    assert draws.min() >= 0
    assert abs(draws.mean() - 1) < 0.02
    x = np.concatenate((draws[draws > 0], [5e-324, 1e-300, 0.5, 1.0, np.nextafter(1, 2), 1e300]))
    np.testing.assert_allclose(chance.log(x), np.log(x), rtol=1e-15, atol=0)


# --- the written statements ---


def test_every_statement_is_there_in_six_languages() -> None:
    written = demonstration.statements()
    assert len(written) >= 60
    assert [entry.id for entry in written] == list(range(1, len(written) + 1))
    assert {entry.point for entry in written} == set(range(1, 14))
    findable = [entry.point for entry in written if entry.moderation is Moderation.ACCEPTED and not entry.meta]
    assert all(findable.count(point) >= 4 for point in range(1, 14))
    assert {entry.language for entry in written} == set(demonstration.LANGUAGES)
    for entry in written:
        assert set(entry.text) == set(demonstration.LANGUAGES)
        assert 0 < entry.agree < 1
        assert 0 <= entry.passes < 0.6
        for text in entry.text.values():
            assert 0 < len(text) < 140
    for language in demonstration.LANGUAGES:
        assert len({entry.text[language] for entry in written}) == len(written)


def test_texts_are_in_their_script_and_hold_no_direction_marks() -> None:
    texts = [(language, text) for entry in demonstration.statements() for language, text in entry.text.items()]
    for several in (demonstration.title(), demonstration.description(), *demonstration.points().values()):
        assert set(several) == set(demonstration.LANGUAGES)
        texts += list(several.items())
    scripts = {"ar": "ARABIC", "zh": "CJK", "ru": "CYRILLIC", "en": "LATIN", "fr": "LATIN", "es": "LATIN"}
    for language, text in texts:
        assert text == text.strip()
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(character) in ("Cf", "Cc", "Co", "Cn") for character in text), text
        letters = [unicodedata.name(character) for character in text if character.isalpha()]
        assert all(scripts[language] in name or "MODIFIER" in name or "ORDINAL" in name for name in letters), text


def test_the_texts_say_that_nobody_reviewed_them() -> None:
    folder = Path(demonstration.__file__).parent
    assert "drafted by machine, not reviewed" in (folder / "statements.json").read_text(encoding="utf-8")
    assert "INVENTED" in (folder / "people.json").read_text(encoding="utf-8")


def test_the_population_is_whole() -> None:
    world = demonstration.population()
    assert len({country.code for country in world.countries}) == len(world.countries) > 50
    for country in world.countries:
        assert set(country.languages) <= set(demonstration.LANGUAGES)
        assert sum(country.languages.values()) == pytest.approx(1)
        assert country.weight > 0
    for shares in (world.roles, world.genders):
        assert sum(shares.values()) == pytest.approx(1)
    assert sum(leaning.share for leaning in world.leanings) == pytest.approx(1)
    known = {f"role: {role}" for role in world.roles} | {"role: small-state focal point"}
    known |= {f"region: {country.region}" for country in world.countries} | {
        f"gender: {label}" for label in world.genders
    }
    assert {tilt for leaning in world.leanings for tilt in leaning.tilts} <= known


# --- the project's own consultation ---


def test_it_says_that_it_is_simulated(demo: Simulation) -> None:
    for language, word in SIMULATED.items():
        assert word in demo.title[language]
    shown = labelled(demo)
    assert shown.simulated
    assert all(word in shown.name + shown.description for word in SIMULATED.values())


def test_shapes_and_segments(demo: Simulation) -> None:
    votes = demo.votes
    assert votes.n_participants == 2400
    assert votes.n_statements == len(demonstration.statements()) == len(demo.points) == len(demo.worst_off)
    assert set(votes.segments) == {"region", "bloc", "role", "gender", "language"}
    assert set(votes.segments["language"].labels) == set(demonstration.LANGUAGES)
    for segment in votes.segments.values():
        assert len(segment.labels) >= 3
        assert (segment.codes >= 0).mean() > 0.9
        assert np.bincount(segment.codes[segment.codes >= 0]).min() >= 10
    assert votes.important is not None
    assert len(votes.important) == len(demo.time) == votes.n_votes
    assert not votes.important[votes.values == 0].any()
    assert 0.05 < votes.important.mean() < 0.25
    assert 0.06 < (votes.values == 0).mean() < 0.16
    for statement in votes.statements:
        assert {statement.language, *statement.translations} == set(demonstration.LANGUAGES)
        assert (statement.author is None) == statement.seed
    counts = np.diff(votes.offsets)
    assert 0.005 < (counts == 0).mean() < 0.04
    assert 20 < counts.mean() < 28
    shown = np.bincount(votes.columns, minlength=votes.n_statements)
    assert shown.max() > 3 * shown.min()


def test_votes_follow_the_truth(demo: Simulation) -> None:
    z = z_scores(demo.votes, demo.agreement())
    assert np.abs(z).max() < 4.5
    assert 0.8 < z.std() < 1.25
    passed = np.bincount(demo.votes.columns, demo.votes.values == 0, demo.votes.n_statements)
    expected = np.bincount(
        demo.votes.columns, demo.passing()[demo.votes.persons, demo.votes.columns], demo.votes.n_statements
    )
    assert np.abs(passed - expected).max() < 4.5 * np.sqrt(expected.max())
    lowest = np.sort(demo.agreement(), axis=0)[:480].mean(axis=0)
    np.testing.assert_allclose(demo.worst_off, lowest, rtol=1e-12)
    # There is something to find: statements that nearly everybody supports, and others that split people.
    accepted = np.array([statement.takes_part for statement in demo.votes.statements])
    assert (demo.worst_off[accepted] > 0.6).sum() >= 5
    assert (demo.agreement().std(axis=0) > 0.25).sum() >= 10


def test_leanings_go_with_segments_and_are_not_the_same(demo: Simulation) -> None:
    role = demo.votes.segments["role"]
    shares = [
        (demo.people.leaning[role.codes == role.labels.index(label)] == demo.people.leanings.index("builders")).mean()
        for label in ("business", "civil society")
    ]
    assert shares[0] > shares[1] + 0.1
    for segment in demo.votes.segments.values():
        for code in range(len(segment.labels)):
            inside = demo.people.leaning[segment.codes == code]
            assert len(set(inside.tolist())) > 1
            assert np.bincount(inside).max() < 0.8 * len(inside)


def test_fewer_and_more_statements() -> None:
    few = simulate(60, 13)
    assert sorted(few.points.tolist()) == list(range(1, 14))
    assert all(statement.takes_part for statement in few.votes.statements)
    many = simulate(60, 150)
    assert many.votes.n_statements == 150
    assert "no. 150" in {**many.votes.statements[-1].translations, "": many.votes.statements[-1].text}["en"]


def test_the_people_do_not_depend_on_how_many_there_are(demo: Simulation) -> None:
    small = simulate(300)
    np.testing.assert_array_equal(small.people.positions, demo.people.positions[:300])
    np.testing.assert_array_equal(small.votes.values, demo.votes.values[: small.votes.n_votes])


@pytest.mark.parametrize("arguments", [(0, None), (10, 0)])
def test_sizes_that_make_no_sense(arguments: tuple[int, int | None]) -> None:
    with pytest.raises(SimulationError, match="give at least 1"):
        simulate(*arguments)


def test_the_folder_reads_back(tmp_path: Path) -> None:
    simulation = simulate(120, seed=3)
    write_generic(tmp_path / "demo", labelled(simulation))
    about = (tmp_path / "demo" / "consultation.toml").read_text(encoding="utf-8")
    assert "simulated = true" in about
    back = read(tmp_path / "demo")
    assert back.simulated
    assert back.name == simulation.title["en"]
    assert all(word in back.name + back.description for word in SIMULATED.values())
    assert back.votes.digest() == simulation.votes.digest()
    assert back.votes.statements == simulation.votes.statements


# --- benchmark truths ---

TRUTHS = {
    "latent_groups": lambda seed: latent_groups(2000, 200, 3, 30, seed),
    "continuous": lambda seed: continuous(2000, 200, 30, seed),
    "single_spectrum": lambda seed: single_spectrum(2000, 200, 30, seed),
    "minority": lambda seed: minority(seed=seed),
    "no_structure": lambda seed: no_structure(seed=seed),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_rates_match_the_truth(name: str) -> None:
    votes, truth = TRUTHS[name](1)
    assert isinstance(truth, Truth)
    assert (votes.n_participants, votes.n_statements) == (2000, 200)
    z = z_scores(votes, truth.agreement())
    assert np.abs(z).max() < 4.5
    assert 0.85 < z.std() < 1.15
    counts = np.diff(votes.offsets)
    assert counts.min() >= 1
    assert 27 < counts.mean() < 33
    assert truth.passing.min() >= 0.05
    assert truth.passing.max() < 0.3
    shown = np.bincount(votes.columns, minlength=200)
    assert abs((shown - counts.mean() * 10) / np.sqrt(counts.mean() * 10)).max() < 4.5
    passed = np.bincount(votes.columns, votes.values == 0, 200)
    assert (np.abs(passed - shown * truth.passing) / np.sqrt(shown * truth.passing)).max() < 4.5
    assert np.all((truth.worst_off > 0) & (truth.worst_off < 1))


def test_latent_groups_follow_the_recipe() -> None:
    _, truth = latent_groups(5000, 300, 6, 30, 2)
    assert np.bincount(truth.kinds).tolist() == [60, 180, 60]
    assert np.bincount(truth.group, minlength=6).sum() == 5000
    assert truth.rates.min() >= 0.03
    assert truth.rates.max() <= 0.97
    for kind, low, high in ((StatementKind.CONSENSUS, 0.75, 0.95), (StatementKind.NOISE, 0.35, 0.65)):
        rates = truth.rates[:, truth.kinds == kind]
        assert (rates == rates[0]).all()
        assert low <= rates.min() < rates.max() < high
    divisive = truth.rates[:, truth.kinds == StatementKind.DIVISIVE]
    # Beta(.5, .5): mean .5, and a third of it below .25
    assert abs(divisive.mean() - 0.5) < 0.04
    assert abs((divisive < 0.25).mean() - 1 / 3) < 0.05
    np.testing.assert_allclose(truth.worst_off, (1 - truth.passing) * truth.rates.min(axis=0))


def test_continuous_truth_is_the_lowest_fifth() -> None:
    _, truth = continuous(1003, 60, 20, 4, n_axes=3)
    assert truth.positions.shape == (1003, 3)
    np.testing.assert_allclose(truth.positions.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(truth.positions.std(axis=0), 1)
    np.testing.assert_allclose(truth.worst_off, np.sort(truth.agreement(), axis=0)[:201].mean(axis=0))
    assert len(np.unique(truth.group)) == 4
    _, single = single_spectrum(1000, 60, 20, 4, n_axes=2)
    assert single.positions.shape == (1000, 2)
    assert not single.group.any()


def test_the_minority_differs_where_it_should() -> None:
    _, truth = minority(seed=5)
    assert truth.group.sum() == 100
    differs = truth.rates[0] != truth.rates[1]
    assert differs.sum() == 40
    np.testing.assert_allclose(truth.rates[0, differs] + truth.rates[1, differs], 1)
    majority = truth.rates[0, differs]
    assert np.all(((majority >= 0.05) & (majority <= 0.25)) | ((majority >= 0.75) & (majority <= 0.95)))
    assert 5 < (majority > 0.5).sum() < 35
    assert np.bincount(truth.kinds).tolist() == [80, 40, 80]


def test_without_structure_there_is_one_group() -> None:
    _, truth = no_structure(seed=1)
    assert truth.rates.shape == (1, 200)
    assert not truth.group.any()


def test_large_is_the_same_as_events() -> None:
    events, truth = large(3000, 120, 25, 1)
    assert events.participant.dtype == events.statement.dtype == np.int32
    assert events.vote.dtype == np.int8
    assert np.all(np.diff(events.participant) >= 0)
    votes = events.votes(3000, 120)
    assert votes.n_votes == len(events.vote)  # nobody answers a statement twice
    assert np.abs(z_scores(votes, truth.agreement())).max() < 4.5
    assert len(np.unique(truth.group)) == 6


# --- the same everywhere ---

DIGESTS = {
    "latent_groups": "9308c05d7bf4b19cbe238c7f4dfc8e8ea5ff3e545c425468d1741b4e99f89c26",
    "continuous": "2fbc5b2d2c0e6d6819036150cf63528945bbeb20f29086b5eef5cd48954efdea",
    "single_spectrum": "273ba539137ccec7828a16770c01ae1b90959f20a3180418ec94cb9fa1ff7b1d",
    "minority": "31fe2a6b5fdcaf6d8b05c3360b23bc9cfdf851088372105da83b846d5adfa0b5",
    "no_structure": "113b242e21d671019438ab951563ee082622c4503a50e554357a9edd64ec8fc0",
    "large": "01074504ad405a105ab047b5b8d9491ee040019cd4c0c0e9b74ceb26bd8dc847",
    "simulate": "706e1e0f21c2c2bcc2c3adc3ea416b74370df1b30de0d4571a8e27a78d03cef6",
    "inject clones": "58bbec8adca6f8b12d9b120c949a3fbb1ed2279557779303ba96b570a9502045",
    "inject noisy clones": "6199327782fc8bbc571df4a1675a352f22c6c81ef86abe08934988a0fc82ae2d",
    "inject promotion": "263b2ecda9b781bcd103d46ab404c406925c7eccea05c4c56da09c501a2e63ae",
    "inject burial": "8087750549ec32fae2e5a3bbf6c4197ffde310bc2bfc5dc4947d3f3d47d46587",
    "inject mimics": "271781032185da7c191b83e3f7128b9d2da48cce823fb7f37a622d89953564ad",
}


def test_the_same_votes_on_every_machine(demo: Simulation) -> None:
    found = {name: make(0)[0].digest() for name, make in TRUTHS.items()}
    found["large"] = large(3000, 120, 25)[0].votes(3000, 120).digest()
    found["simulate"] = demo.votes.digest()
    base, _ = latent_groups(400, 60, 3, 25)
    for kind in Coordination:
        found[f"inject {kind}"] = inject(base, kind, 0.03).votes.digest()
    assert found == DIGESTS


def test_another_seed_gives_other_votes() -> None:
    for make in TRUTHS.values():
        assert make(0)[0].digest() != make(1)[0].digest()
    assert simulate(50, seed=0).votes.digest() != simulate(50, seed=1).votes.digest()


# --- coordinated voters ---


@pytest.mark.parametrize("kind", list(Coordination))
def test_injected_votes_are_canonical_and_leave_the_others_alone(kind: Coordination, demo: Simulation) -> None:
    injected = inject(demo.votes, kind, 0.04, 2)
    votes = injected.votes
    assert injected.injected.sum() == 100
    assert injected.injected.mean() == pytest.approx(0.04)
    honest = votes.people(~injected.injected)
    assert honest.digest() == demo.votes.digest()
    again = Votes.from_events(
        votes.participant_ids[votes.persons],
        votes.statement_ids[votes.columns],
        votes.values,
        important=votes.important,
        statements=votes.statements,
        participants=votes.participant_ids,
        segments={
            name: {
                key: segment.labels[code]
                for key, code in zip(votes.participant_ids.tolist(), segment.codes.tolist(), strict=True)
                if code >= 0
            }
            for name, segment in votes.segments.items()
        },
    )
    assert again.digest() == votes.digest()


def test_what_each_kind_does() -> None:
    base, _ = latent_groups(1000, 100, 3, 30, 1)
    clones = inject(base, "clones", 0.02, 1)
    rows = clones.votes.people(clones.injected).dense()
    np.testing.assert_array_equal(rows, np.broadcast_to(rows[0], rows.shape))
    assert (base.dense() == rows[0]).sum(axis=1).max() == (~np.isnan(rows[0])).sum()

    noisy = inject(base, "noisy clones", 0.05, 1)
    rows = noisy.votes.people(noisy.injected).dense()
    both = ~np.isnan(rows[0]) & ~np.isnan(rows[1])
    assert 0.5 < (rows[0, both] == rows[1, both]).mean() < 1
    union = (~np.isnan(rows)).any(axis=0).sum()
    assert 0.7 < (~np.isnan(rows)).sum(axis=1).mean() / union < 0.9

    for kind, answer in (("promotion", 1), ("burial", -1)):
        pushed = inject(base, kind, 0.05, 1)
        rows = pushed.votes.people(pushed.injected).dense()
        assert len(pushed.targets) == 5
        assert (rows[:, pushed.targets] == answer).all()
        answers = base.dense()
        share = (answers == 1).sum(axis=0) / (~np.isnan(answers)).sum(axis=0)
        least = np.quantile(share, 0.6 if kind == "burial" else 0.25)
        most = 1.0 if kind == "burial" else np.quantile(share, 0.75)
        assert np.all((share[pushed.targets] >= least) & (share[pushed.targets] <= most))

    mimics = inject(base, "mimics", 0.05, 1, targets=[3, 7])
    rows = mimics.votes.people(mimics.injected).dense()
    assert mimics.targets.tolist() == [3, 7]
    assert (rows[:, 3] == 1).mean() > 0.75
    assert (rows[:, 7] == -1).mean() > 0.75
    others = np.delete(np.nan_to_num(rows, nan=5), [3, 7], axis=1)
    real = np.delete(np.nan_to_num(base.dense(), nan=5), [3, 7], axis=1)
    assert all((real == row).all(axis=1).any() for row in others)


def test_injecting_beside_textual_ids() -> None:
    base = Votes.from_matrix(
        [[1, 0, -1], [1, np.nan, 1], [-1, 1, 0]], participants=["ana", "bo", "zoë"], statements=["a", "b", "c"]
    )
    injected = inject(base, "clones", 0.4)
    assert injected.votes.participant_ids.tolist()[:3] == ["ana", "bo", "zoë"]
    assert injected.votes.participant_ids.tolist() == sorted(injected.votes.participant_ids.tolist())


def test_injecting_what_cannot_be_injected() -> None:
    base, _ = latent_groups(100, 20, 2, 10)
    with pytest.raises(SimulationError, match="share"):
        inject(base, "clones", 0)
    with pytest.raises(SimulationError, match="columns"):
        inject(base, "promotion", 0.02, targets=[20])
    with pytest.raises(SimulationError, match="nobody voted"):
        inject(base.rows(np.zeros(base.n_votes, dtype=np.bool_)), "clones", 0.02)


@pytest.mark.soak
def test_a_million_people() -> None:
    events, _ = large(1_000_000, 500)
    assert 39e6 < len(events.vote) < 41e6
