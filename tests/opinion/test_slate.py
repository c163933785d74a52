"""The slate against independent, slow readings of the definitions, and against cases that a facilitator would ask about."""

from __future__ import annotations

import csv
import importlib.util
import time
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.opinion.chance import below, hash_ids, hash_pairs, uniform
from comity.opinion.slate import (
    Basis,
    Phase,
    Slate,
    SlateError,
    Standing,
    check_against_votes,
    check_ejr_plus,
    expected_approvals,
    slate_of_cells,
    slate_of_votes,
)
from comity.opinion.votes import Moderation, Statement, Votes

Ballots = list[set[int]]
"""One set of approved statements for each person: the independent readings below know neither cells nor weights."""


@st.composite
def profiles(draw: st.DrawFn, most_people: int = 9, most_statements: int = 6) -> tuple[Ballots, int, int]:
    n_statements = draw(st.integers(1, most_statements))
    ballots = draw(st.lists(st.sets(st.integers(0, n_statements - 1)), min_size=1, max_size=most_people))
    return ballots, n_statements, draw(st.integers(1, n_statements + 1))


def as_cells(ballots: Ballots, n_statements: int) -> tuple[list[int], np.ndarray]:
    return [1] * len(ballots), np.array([[c in b for c in range(n_statements)] for b in ballots], dtype=bool).reshape(
        len(ballots), n_statements
    )


# --- independent readings of the definitions ---


def shares_by_hand(ballots: Ballots, n_statements: int, k: int) -> list[tuple[int, bool]]:
    """Equal shares, then the continuation in time, person by person: [(statement, completed)]."""
    n = len(ballots)
    purse = [Fraction(k, n)] * n
    order: list[tuple[int, bool]] = []
    left = list(range(n_statements))
    while left and len(order) < k:
        offers = []
        for c in left:
            fans = [i for i in range(n) if c in ballots[i]]
            if sum((purse[i] for i in fans), Fraction(0)) >= 1:
                # the payment lies between two purses: try each number of people who pay all they have
                fans.sort(key=lambda i: purse[i])
                rho = next(
                    r
                    for poor in range(len(fans))
                    for r in [(1 - sum((purse[i] for i in fans[:poor]), Fraction(0))) / (len(fans) - poor)]
                    if r <= purse[fans[poor]]
                )
                offers.append((rho, c))
        if not offers:
            break
        rho, c = min(offers)
        purse = [max(p - rho, Fraction(0)) if c in b else p for p, b in zip(purse, ballots, strict=True)]
        left.remove(c)
        order.append((c, False))
    while len(order) < k:
        waits = []
        for c in left:
            fans = [i for i in range(n) if c in ballots[i]]
            if fans:
                waits.append(((1 - sum((purse[i] for i in fans), Fraction(0))) / len(fans), c))
        if not waits:
            break
        wait, c = min(waits)
        purse = [Fraction(0) if c in b else p + wait for p, b in zip(purse, ballots, strict=True)]
        left.remove(c)
        order.append((c, True))
    return order


def ejr_plus_by_hand(ballots: Ballots, n_statements: int, chosen: set[int], k: int) -> bool:
    """Over all groups of people, as the definition has it."""
    n = len(ballots)
    for size in range(1, n + 1):
        for group in combinations(ballots, size):
            common = set.intersection(*group) - chosen
            level = size * k // n
            if common and level >= 1 and all(len(b & chosen) < level for b in group):
                return False
    return True


def ejr_by_hand(ballots: Ballots, chosen: set[int], k: int) -> bool:
    """EJR (Aziz et al. 2017) over all groups: weaker than EJR+, so it must follow."""
    n = len(ballots)
    for size in range(1, n + 1):
        for group in combinations(ballots, size):
            level = min(size * k // n, len(set.intersection(*group)))
            if level >= 1 and all(len(b & chosen) < level for b in group):
                return False
    return True


def best_by_pav(ballots: Ballots, n_statements: int, k: int) -> set[int]:
    """The committee with the greatest sum over people of 1 + 1/2 + ... + 1/approved."""
    return set(
        max(
            combinations(range(n_statements), k),
            key=lambda w: sum(sum(Fraction(1, j + 1) for j in range(len(b & set(w)))) for b in ballots),
        )
    )


# --- the method ---


@given(profiles())
def test_the_slate_is_that_of_the_definition(profile: tuple[Ballots, int, int]) -> None:
    ballots, n_statements, k = profile
    slate = slate_of_cells(*as_cells(ballots, n_statements), k)
    assert [(p.statement, p.phase is Phase.COMPLETION) for p in slate.picks] == shares_by_hand(ballots, n_statements, k)


@settings(max_examples=30)
@given(profiles(most_people=40, most_statements=12))
def test_also_where_purses_split_many_times(profile: tuple[Ballots, int, int]) -> None:
    ballots, n_statements, k = profile
    slate = slate_of_cells(*as_cells(ballots, n_statements), k)
    assert [(p.statement, p.phase is Phase.COMPLETION) for p in slate.picks] == shares_by_hand(ballots, n_statements, k)


@given(profiles())
def test_every_slate_is_certified_and_the_certificate_is_true(profile: tuple[Ballots, int, int]) -> None:
    ballots, n_statements, k = profile
    slate = slate_of_cells(*as_cells(ballots, n_statements), k)
    assert slate.certificate.holds
    assert ejr_plus_by_hand(ballots, n_statements, set(slate.statements), k)
    assert ejr_by_hand(ballots, set(slate.statements), k)


@given(profiles(), st.data())
def test_the_check_agrees_with_the_definition_for_any_choice(
    profile: tuple[Ballots, int, int], data: st.DataObject
) -> None:
    ballots, n_statements, k = profile
    chosen = data.draw(st.sets(st.integers(0, n_statements - 1), max_size=k))
    weights, approvals = as_cells(ballots, n_statements)
    certificate = check_ejr_plus(weights, approvals, sorted(chosen), k)
    assert certificate.holds == ejr_plus_by_hand(ballots, n_statements, chosen, k)
    claim = certificate.closest
    if claim is not None:
        assert claim.statement not in chosen
        assert claim.weight == sum(claim.statement in b and len(b & chosen) < claim.level for b in ballots)
        assert claim.needed == Fraction(claim.level * len(ballots), k)
        assert certificate.holds == (claim.ratio < 1)
        # no claim at any level is closer
        assert claim.ratio == max(
            Fraction(k * sum(c in b and len(b & chosen) < level for b in ballots), level * len(ballots))
            for c in set(range(n_statements)) - chosen
            for level in range(1, k + 1)
        )


@settings(max_examples=50)
@given(profiles())
def test_the_check_accepts_proportional_approval_voting(profile: tuple[Ballots, int, int]) -> None:
    """A committee optimal for PAV satisfies EJR+: a checker that is too strict would refuse one."""
    ballots, n_statements, k = profile
    k = min(k, n_statements)
    chosen = best_by_pav(ballots, n_statements, k)
    assert check_ejr_plus(*as_cells(ballots, n_statements), sorted(chosen), k).holds


@given(profiles(), st.data())
def test_order_and_division_of_cells_do_not_matter(profile: tuple[Ballots, int, int], data: st.DataObject) -> None:
    ballots, n_statements, k = profile
    _, approvals = as_cells(ballots, n_statements)
    weights = np.array(data.draw(st.lists(st.integers(0, 50), min_size=len(ballots), max_size=len(ballots))))
    weights[0] += 1
    slate = slate_of_cells(weights, approvals, k)
    order = np.array(data.draw(st.permutations(range(len(ballots)))))
    part = np.array([data.draw(st.integers(0, int(w))) for w in weights])
    divided = slate_of_cells(
        np.concatenate((part[order], weights - part)), np.concatenate((approvals[order], approvals)), k
    )
    assert divided.picks == slate.picks
    assert divided.certificate == slate.certificate
    assert divided.people_by_approved == slate.people_by_approved
    one_by_one = slate_of_cells(np.ones(weights.sum(), dtype=int), np.repeat(approvals, weights, axis=0), k)
    assert one_by_one.picks == slate.picks
    scaled = slate_of_cells(weights * 7, approvals, k)
    assert scaled.statements == slate.statements


def test_places_go_by_the_size_of_groups() -> None:
    """60, 30 and 10 people who each agree only among themselves, ten statements each: six, three and one."""
    approvals = np.kron(np.eye(3, dtype=bool), np.ones((1, 10), dtype=bool))
    slate = slate_of_cells([60, 30, 10], approvals, 10)
    assert slate.approved.tolist() == [6, 3, 1]
    assert slate.represented == 1
    assert slate.completed == 0
    assert slate.picks[0].price == Fraction(1, 6)  # 60 people share the tenth of 100 voices that a place costs
    assert slate.statements[:2] == (0, 1)  # ties go to the lower column
    assert slate.picks[0].newly == 60
    assert slate.picks[1].newly == 0


def test_the_most_agreed_statements_are_refused_where_they_starve_a_group() -> None:
    approvals = np.kron(np.eye(2, dtype=bool), np.ones((1, 5), dtype=bool))
    certificate = check_ejr_plus([70, 30], approvals, range(5), 5)
    assert not certificate.holds
    claim = certificate.closest
    assert claim is not None
    assert (claim.statement, claim.level, claim.weight, claim.needed) == (5, 1, 30, Fraction(20))
    assert certificate.sentence() == (
        "Not proportional: 30 people agree with statement 5 and with none of the slate, though 20 people are enough "
        "for one place (EJR+ for 5 places and 100 people, over agreement expected by the model)."
    )


def test_a_group_entitled_to_two_places_is_not_served_by_one() -> None:
    approvals = np.kron(np.eye(2, dtype=bool), np.ones((1, 5), dtype=bool))
    certificate = check_ejr_plus([60, 40], approvals, [0, 1, 2, 3, 5], 5)
    claim = certificate.closest
    assert claim is not None
    assert not certificate.holds
    assert (claim.level, claim.weight, claim.needed) == (2, 40, Fraction(40))


def test_exactly_enough_people_are_enough() -> None:
    """The bound is sharp: l x n / k people have a claim, one fewer has none."""
    approvals = np.eye(3, dtype=bool)
    assert not check_ejr_plus([50, 40, 10], approvals, [0, 1], 10).holds
    assert check_ejr_plus([50, 41, 9], approvals, [0, 1], 10).holds


def test_big_numbers_stay_exact() -> None:
    """Prices differ by one part in 10^14, beyond what products of floats resolve."""
    n = 10**14
    approvals = np.array([[True, False, False], [False, True, False], [True, True, True]])
    assert slate_of_cells([n, n + 1, 5], approvals, 1).statements == (1,)
    assert slate_of_cells([n + 1, n, 5], approvals, 1).statements == (0,)
    assert slate_of_cells([n, n, 5], approvals, 1).statements == (0,)


def test_completion_is_told_from_the_guarantee() -> None:
    slate = slate_of_cells([5, 3, 2], np.eye(3, dtype=bool), 1)
    assert slate.statements == (0,)
    assert slate.completed == 1  # nobody commands the whole of one place
    assert slate.picks[0].lent == 1  # five voices lack five more
    assert slate.picks[0].price == 2
    assert "lent 100.0 %" in slate.picks[0].sentence(10)


def test_a_slate_may_stay_short_and_says_so() -> None:
    slate = slate_of_cells([5, 5], np.array([[True, False, False], [True, False, False]]), 2)
    assert slate.statements == (0,)
    assert slate.short_by == 1
    nothing = slate_of_cells([5], np.array([[False, False]]), 2)
    assert nothing.statements == ()
    assert nothing.represented == 0
    assert nothing.certificate.vacuous
    assert "any slate would pass" in nothing.certificate.sentence()


def test_where_everybody_agrees_the_certificate_says_so() -> None:
    slate = slate_of_cells([5, 4], np.ones((2, 4), dtype=bool), 2)
    assert slate.statements == (0, 1)
    assert slate.people_by_approved == (0, 0, 9)
    assert slate.certificate.sentence().startswith("Proportional: nobody agrees with a statement outside the slate")


def test_steps_are_told_in_words() -> None:
    name = ["first", "second"].__getitem__
    slate = slate_of_cells([5, 3], np.array([[True, False], [False, True]]), 2)
    assert slate.picks[0].sentence(8, name) == (
        "First: 5 of 8 people agree; none of them gave more than 80.0 % of a voice; 5 of them had nothing in the slate before."
    )
    assert slate.certificate.sentence(name).startswith("Every statement that could be chosen")


def test_only_allowed_statements_are_chosen_and_give_claims() -> None:
    approvals = np.kron(np.eye(2, dtype=bool), np.ones((1, 2), dtype=bool))
    allowed = np.array([False, True, True, False])
    slate = slate_of_cells([9, 1], approvals, 2, allowed=allowed)
    assert slate.statements == (1, 2)
    assert slate.certificate.closest is None
    assert slate.certificate.sentence().startswith("Every statement that could be chosen is in the slate")
    with pytest.raises(SlateError, match="not allowed"):
        check_ejr_plus([9, 1], approvals, [0], 2, allowed=allowed)


@pytest.mark.parametrize(
    ("weights", "approvals", "k", "said"),
    [
        ([1, 2], np.ones((1, 2), dtype=bool), 1, "one whole number for each cell"),
        ([1.5], np.ones((1, 2), dtype=bool), 1, "one whole number for each cell"),
        ([1], np.ones((1, 2)), 1, "give bool"),
        ([-1], np.ones((1, 2), dtype=bool), 1, r"weights\[0\] is -1"),
        ([0], np.ones((1, 2), dtype=bool), 1, "at least one person"),
        ([2**53], np.ones((1, 2), dtype=bool), 1, "at most"),
        ([1], np.ones((1, 2), dtype=bool), 0, "at least one statement"),
    ],
)
def test_bad_input_is_refused(weights: list[int], approvals: np.ndarray, k: int, said: str) -> None:
    with pytest.raises(SlateError, match=said):
        slate_of_cells(weights, approvals, k)


@pytest.mark.parametrize(
    ("chosen", "said"), [([0, 0], "once"), ([0, 1, 2], "at most"), ([7], "column 7"), ([-1], "column -1")]
)
def test_a_check_of_nonsense_is_refused(chosen: list[int], said: str) -> None:
    with pytest.raises(SlateError, match=said):
        check_ejr_plus([1], np.ones((1, 3), dtype=bool), chosen, 2)


def test_probabilities_are_compared_as_whole_numbers() -> None:
    given_values = [0.4994, 0.4996, 0.5, 0.3333, 0.3334]
    assert expected_approvals(given_values, digits=3).tolist() == [False, True, True, False, False]
    third = Fraction(1, 3)
    assert expected_approvals(given_values, digits=4, threshold=third).tolist() == [True, True, True, False, True]
    with pytest.raises(SlateError, match="missing"):
        expected_approvals([0.5, np.nan])


# --- votes ---

UNSEEN = np.nan


def test_people_without_a_vote_are_not_counted_and_their_silence_is_not_disapproval() -> None:
    votes = Votes.from_matrix(np.array([[1, UNSEEN], [-1, 1], [UNSEEN, UNSEEN], [0, 0]]))
    slate = slate_of_votes(votes, 2)
    assert slate.people == 3
    assert slate.approved.tolist() == [1, 1, -1, 0]
    assert slate.represented == Fraction(2, 3)
    assert [(p.statement, p.supporters, p.seen) for p in slate.picks] == [(0, 1, 3), (1, 1, 2)]
    assert slate.basis is slate.certificate.basis is Basis.OBSERVED


def test_statements_that_take_no_part_are_left_out() -> None:
    statements = [Statement(0, moderation=Moderation.REJECTED), Statement(1, meta=True), Statement(2)]
    votes = Votes.from_matrix(np.array([[1, 1, UNSEEN], [1, 1, 1]]), statements=statements)
    slate = slate_of_votes(votes, 2)
    assert slate.statements == (2,)
    assert slate.people == 1  # the other person voted only on what takes no part
    with pytest.raises(SlateError, match="nobody"):
        slate_of_votes(votes, 2, allowed=np.zeros(3, dtype=bool))


@given(profiles(), st.data())
def test_votes_and_cells_give_the_same_slate(profile: tuple[Ballots, int, int], data: st.DataObject) -> None:
    ballots, n_statements, k = profile
    weights, approvals = as_cells(ballots, n_statements)
    otherwise = data.draw(st.lists(st.sampled_from([0, -1]), min_size=n_statements, max_size=n_statements))
    slate = slate_of_votes(Votes.from_matrix(np.where(approvals, 1, np.array(otherwise))), k)
    cells = slate_of_cells(weights, approvals, k)
    assert slate.picks == tuple(replace(pick, seen=len(ballots)) for pick in cells.picks)
    assert slate.approved.tolist() == cells.approved.tolist()
    assert slate.standing is Standing.CERTAIN  # everybody was asked everything


@st.composite
def partial_votes(draw: st.DrawFn) -> tuple[np.ndarray, int, list[int]]:
    n_people, n_statements = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    cells = draw(
        st.lists(
            st.sampled_from([1.0, -1.0, UNSEEN]), min_size=n_people * n_statements, max_size=n_people * n_statements
        )
    )
    matrix = np.array(cells).reshape(n_people, n_statements)
    matrix[np.isnan(matrix).all(axis=1), 0] = -1  # everybody has one vote at least
    k = draw(st.integers(1, n_statements))
    return matrix, k, sorted(draw(st.sets(st.integers(0, n_statements - 1), max_size=k)))


@given(partial_votes())
def test_standing_is_right_about_every_way_to_complete_the_votes(
    given_votes: tuple[np.ndarray, int, list[int]],
) -> None:
    matrix, k, chosen = given_votes
    check = check_against_votes(Votes.from_matrix(matrix), chosen, k)
    holes = np.argwhere(np.isnan(matrix))
    outcomes = set()
    for bits in range(2 ** len(holes)):
        full = matrix == 1
        for b, (i, j) in enumerate(holes):
            full[i, j] = bool(bits >> b & 1)
        outcomes.add(check_ejr_plus([1] * len(full), full, chosen, k).holds)
    assert check.as_cast.holds == check_ejr_plus([1] * len(matrix), matrix == 1, chosen, k).holds
    if check.standing is Standing.CERTAIN:
        assert outcomes == {True}
    elif check.standing is Standing.REFUTED:
        assert outcomes == {False}
    assert check.sentence().endswith(".")


# --- what uneven exposure does, and what expected approvals mend ---


def uneven_consultation(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """1,000 people of three groups (60, 30, 10 %) and 60 statements: (agrees, seen, group).

    Statements by turns shown to 80 and to 10 % of people; each group agrees with a statement at a rate of .9 or .1.
    """
    n_people, n_statements = 1000, 60
    people, columns = np.arange(n_people), np.arange(n_statements)
    group = np.searchsorted([60, 90], below(hash_ids(people, seed, "group"), 100), side="right")
    liked = (
        uniform(hash_pairs(hash_ids(np.arange(3), seed, "likes")[:, None], hash_ids(columns, seed, "liked")[None, :]))
        < 0.4
    )
    pair = hash_pairs(hash_ids(people, seed, "person")[:, None], hash_ids(columns, seed, "statement")[None, :])
    agrees = uniform(pair) < np.where(liked, 0.9, 0.1)[group]
    pair = hash_pairs(hash_ids(people, seed, "viewer")[:, None], hash_ids(columns, seed, "shown")[None, :])
    seen = uniform(pair) < np.where(columns % 2 == 0, 0.8, 0.1)
    return agrees, seen, group


def of_the_truth(slate: Slate, agrees: np.ndarray) -> Fraction:
    claim = check_ejr_plus([1] * len(agrees), agrees, slate.statements, slate.k).closest
    assert claim is not None
    return claim.ratio


def exposure_figures(seeds: range) -> dict[str, list[float]]:
    """For docs/slate.md: share of much-shown statements and closest true claim, by how the slate was chosen."""
    figures: dict[str, list[float]] = {}
    for seed in seeds:
        agrees, seen, group = uneven_consultation(seed)
        votes = Votes.from_matrix(np.where(seen, np.where(agrees, 1, -1), UNSEEN))
        asked = np.array([(seen[group == g]).sum(axis=0) for g in range(3)])
        rates = np.array([(seen & agrees)[group == g].sum(axis=0) for g in range(3)]) / np.maximum(asked, 1)
        slates = {
            "everybody asked everything": slate_of_cells([1] * len(agrees), agrees, 10),
            "observed": slate_of_votes(votes, 10),
            "modelled": slate_of_cells(
                np.bincount(group), expected_approvals(rates), 10, allowed=(asked > 0).all(axis=0)
            ),
        }
        for name, slate in slates.items():
            figures.setdefault(f"{name}: much shown", []).append(sum(c % 2 == 0 for c in slate.statements) / 10)
            figures.setdefault(f"{name}: closest true claim", []).append(float(of_the_truth(slate, agrees)))
    return figures


def test_observed_slates_lean_to_what_was_shown_and_modelled_ones_do_not() -> None:
    figures = {name: float(np.mean(values)) for name, values in exposure_figures(range(10)).items()}
    assert figures["observed: much shown"] > 0.9
    assert 0.3 < figures["modelled: much shown"] < 0.7
    assert figures["modelled: closest true claim"] <= figures["observed: closest true claim"]


# --- speed and real votes ---


def quickest(run: object, times: int = 5) -> float:
    assert callable(run)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def bench_of_slates() -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / "slate.py"
    spec = importlib.util.spec_from_file_location("bench_slate", path)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    return bench


@pytest.mark.slow
def test_it_is_fast_enough_for_a_live_page() -> None:
    """Stated: 50 ms and 300 ms; the test allows four times that for a busy machine."""
    bench = bench_of_slates()
    weights, approvals = bench.people_in_cells(), bench.in_a_plane()
    assert quickest(lambda: slate_of_cells(weights, approvals, 10)) < 0.2
    votes = bench.votes(2000, 200, 0.3)
    assert quickest(lambda: slate_of_votes(votes, 10)) < 1.2


def test_slates_that_are_timed_are_whole() -> None:
    bench = bench_of_slates()
    for approvals in bench.KINDS.values():
        slate = slate_of_cells(bench.people_in_cells(), approvals(), 10)
        assert len(slate.picks) == 10
        assert slate.certificate.holds


def test_a_real_consultation_gets_a_slate(shared: Path) -> None:
    with open(shared / "data" / "polis" / "vtaiwan.uberx" / "votes.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    votes = Votes.from_events(
        [int(r["voter-id"]) for r in rows],
        [int(r["comment-id"]) for r in rows],
        [int(r["vote"]) for r in rows],
        time=[int(r["timestamp"]) for r in rows],
    )
    slate = slate_of_votes(votes, 10)
    assert len(slate.picks) == 10
    assert slate.certificate.holds
    assert slate.standing is Standing.OPEN
    assert sum(slate.people_by_approved) == slate.people
