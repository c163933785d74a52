"""The floor, attacked: somebody who has only sums.json, patience and a solver tries to recover what was left out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from comity.opinion import cells as space
from comity.opinion import groups as grouping
from comity.opinion import model as response
from comity.opinion import sums as summing
from comity.opinion.analysis import analyse, collect, conclude
from comity.opinion.basis import Basis, FullRun, Placement
from comity.opinion.floor import left_out, left_out_across
from comity.opinion.result import Settings, Source
from comity.opinion.simulation import simulate
from comity.opinion.votes import Votes

FLOOR = 5
NAN = float("nan")


# --- the attacker ---


class Attack:
    """Everything that the published sums say, as equations and inequalities over whole numbers that are not negative.

    A quantity is a sum of unknowns. The attacker splits people by group (and a group of those on no map), by what they declared
    (and by having declared nothing), by statement and by answer, and uses every total that is published of any of these.
    joint: also by group and declared part at once, of which only totals each way are published.
    """

    def __init__(self, data: Any, *, joint: bool) -> None:
        self.joint = joint
        self.rows: list[tuple[dict[int, int], int]] = []
        self.at_most: list[tuple[dict[int, int], int]] = []
        self.n = 0
        self.targets: dict[str, dict[int, int]] = {}
        groups, statements = len(data["group_sizes"]), len(data["statement_ids"])
        off_the_map = data["participants"] - data["on_the_map"]
        sizes = [*data["group_sizes"], off_the_map]
        votes = self.unknowns(groups + 1, statements, 3)
        self.table("group_counts", votes[:groups], data["group_counts"], statements)
        for j in range(statements):
            for answer in range(3):
                if data["overall"][j][0] >= 0:
                    self.equal(votes[:, j, answer], data["overall"][j][answer])
                if data["active"][j] and answer != 1:
                    self.equal(votes[groups, j : j + 1, answer], 0)  # else they would be on the map
            for g in range(groups + 1):
                self.below(votes[g, j], sizes[g])
        for name, segment in data["segments"].items():
            self.segment(name, segment, data, votes, sizes)

    def segment(self, name: str, segment: Any, data: Any, votes: Any, sizes: list[int]) -> None:
        labels, statements, groups = len(segment["labels"]), len(data["statement_ids"]), len(sizes)
        declared = self.unknowns(labels + 1, groups)
        cast = self.unknowns(labels + 1, groups, statements, 3)
        for n in range(labels):
            self.known_or_wanted(f"{name}.sizes[{n}]", declared[n, :-1], segment["sizes"][n])
            for g in range(groups - 1):
                self.known_or_wanted(f"{name}.by_group[{n}][{g}]", declared[n, g : g + 1], segment["by_group"][n][g])
        self.known_or_wanted(f"{name}.not_declared", declared[labels, :-1], segment["not_declared"])
        for g in range(groups):
            self.equal(declared[:, g], sizes[g])
        self.table(f"{name}.counts", cast[:labels].transpose(0, 2, 3, 1), segment["counts"], statements)
        for j in range(statements):
            for n in range(labels + 1):
                people = {**dict.fromkeys(cast[n, :, j].ravel(), 1), **dict.fromkeys(declared[n], -1)}
                self.at_most.append((people, 0))
            if not self.joint:
                for answer in range(3):
                    both = dict.fromkeys(cast[:, :, j, answer].ravel(), 1) | dict.fromkeys(votes[:, j, answer], -1)
                    self.rows.append((both, 0))
                continue
            for g in range(groups):
                for answer in range(3):
                    self.rows.append(({**dict.fromkeys(cast[:, g, j, answer], 1), votes[g, j, answer]: -1}, 0))
                for n in range(labels + 1):
                    self.at_most.append(({**dict.fromkeys(cast[n, g, j], 1), declared[n, g]: -1}, 0))

    def unknowns(self, *shape: int) -> Any:
        found = np.arange(self.n, self.n + int(np.prod(shape))).reshape(shape)
        self.n += found.size
        return found

    def equal(self, unknowns: Any, total: int) -> None:
        self.rows.append((dict.fromkeys(np.ravel(unknowns).tolist(), 1), total))

    def below(self, unknowns: Any, total: int) -> None:
        self.at_most.append((dict.fromkeys(np.ravel(unknowns).tolist(), 1), total))

    def known_or_wanted(self, name: str, unknowns: Any, value: int) -> None:
        if value >= 0:
            self.equal(unknowns, value)
        else:
            self.targets[name] = dict.fromkeys(np.ravel(unknowns).tolist(), 1)

    def table(self, name: str, unknowns: Any, published: Any, statements: int) -> None:
        """unknowns (n_parts, n_statements, 3, ...), published (n_parts, n_statements, 3)."""
        for part, j in itertools.product(range(len(unknowns)), range(statements)):
            if published[part][j][0] < 0:
                self.targets[f"{name}[{part}][{j}]"] = dict.fromkeys(np.ravel(unknowns[part, j]).tolist(), 1)
            else:
                for answer in range(3):
                    self.equal(unknowns[part, j, answer], published[part][j][answer])

    def bounds(self) -> Iterator[tuple[str, int, int]]:
        """Each quantity that was left out, with the least and the most that it can be."""
        equations, inequalities = self.matrix(self.rows), self.matrix(self.at_most)
        for name, target in self.targets.items():
            ends = []
            for sign in (1, -1):
                cost = np.zeros(self.n)
                cost[list(target)] = sign
                found = linprog(
                    cost,
                    A_eq=equations[0],
                    b_eq=equations[1],
                    A_ub=inequalities[0],
                    b_ub=inequalities[1],
                    method="highs",
                )
                assert found.status in (0, 3), (name, found.message)  # 3: without limit
                ends.append(10**6 if found.status == 3 else sign * found.fun)
            yield name, int(np.ceil(ends[0] - 1e-6)), int(np.floor(ends[1] + 1e-6))

    def matrix(self, rows: list[tuple[dict[int, int], int]]) -> tuple[Any, Any]:
        at = [(n, column, value) for n, (row, _) in enumerate(rows) for column, value in row.items()]
        places, columns, values = zip(*at, strict=True)
        return csr_matrix((values, (places, columns)), shape=(len(rows), self.n)), [total for _, total in rows]


# --- small consultations, with groups and traits that need not follow from the votes ---


def published(votes: Votes, membership: np.ndarray, floor: int) -> Any:
    """sums.json of these votes when people are in these groups (-1: on no map)."""
    n, groups = votes.n_participants, int(membership.max()) + 1
    placed = membership >= 0
    answered = np.bincount(votes.columns[votes.values != 0], minlength=votes.n_statements)
    active = answered >= max(floor, 1)
    model = response.ResponseModel(np.zeros((votes.n_statements, 2)), np.zeros((votes.n_statements, 3)), active)
    moments = np.tile([1.0, 0.0, 1.0], (n, 1))
    moments[:, 1] = np.linspace(-2, 2, n)
    grid = space.on_grid(moments[:, 1:2])
    probabilities = np.where(np.arange(groups)[None, :] == membership[:, None], 0.9, 0.1 / max(groups - 1, 1))
    found = grouping.Grouping(
        grouping.single(1), membership.astype(np.int32), probabilities, np.full(groups, 0.9), (groups,), groups
    )
    plain = response.Trial(-1, 0, 0.5, 0.0)
    basis = Basis(
        FullRun("", n, votes.n_votes), response.AxesChoice(1, 0, plain, ()), model, found,
        space.grow(grid[placed], smallest=max(5, floor)), space.frame_of(grid[placed]),
    )  # fmt: skip
    placement = Placement(response.Positions(moments, placed), membership.astype(np.int32), probabilities, grid)
    sums = collect(votes, basis, placement, Settings(floor=floor))
    conclude(sums, votes.statements, Settings(floor=floor), Source("", "", "", "", False, "", (), ()))
    return json.loads(summing.to_json(sums))


@st.composite
def consultations(draw: st.DrawFn) -> tuple[Votes, np.ndarray]:
    """People in groups of five and more, some on no map, who pass at most; a trait that follows the groups more or less."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    groups = draw(st.integers(1, 4))
    sizes = [draw(st.integers(FLOOR, 16)) for _ in range(groups)]
    off = draw(st.sampled_from([0, 0, 1, 3, 5, 9]))
    statements = draw(st.integers(1, 4))
    membership = np.repeat([*range(groups), -1], [*sizes, off])
    seen = draw(st.sampled_from([0.1, 0.3, 0.6, 1.0]))
    values = random.integers(-1, 2, (len(membership), statements)).astype(float)
    values[random.random(values.shape) >= seen * random.random(statements) ** 0.3] = NAN
    values[membership < 0] = np.where(np.isnan(values[membership < 0]), NAN, 0.0)
    labels = draw(st.integers(1, 5))
    alike = draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
    skew = random.random(labels) ** draw(st.sampled_from([0, 3]))
    trait = np.where(
        random.random(len(membership)) < alike,
        membership % labels,
        random.choice(labels, len(membership), p=skew / skew.sum()),
    )
    undeclared = random.random(len(membership)) < draw(st.sampled_from([0.0, 0.05, 0.3]))
    declared = {int(i): f"part {trait[i]}" for i in range(len(membership)) if not undeclared[i]}
    order = random.permutation(len(membership))
    votes = Votes.from_matrix(
        values[order],
        segments={"bloc": {n: declared[int(i)] for n, i in enumerate(order) if int(i) in declared}},
    )
    return votes, membership[order]


@pytest.mark.slow
@given(consultations())
def test_nothing_that_was_left_out_can_be_recovered(drawn: tuple[Votes, np.ndarray]) -> None:
    votes, membership = drawn
    for name, least, most in Attack(published(votes, membership, FLOOR), joint=False).bounds():
        assert least < most, f"{name} is {least}"
        assert most >= FLOOR, f"{name} is known to be small: {least} to {most}"


@pytest.mark.slow
@given(consultations())
def test_no_vote_can_be_recovered_by_putting_tables_together(drawn: tuple[Votes, np.ndarray]) -> None:
    """Where few people answer much alike, tables by group and by trait bound who is in both (Frechet's inequality). That may tell how
    a part is spread over the groups, as docs/opinion.md says; it must not tell how anybody voted, or how many a small part is.
    """
    votes, membership = drawn
    for name, least, most in Attack(published(votes, membership, FLOOR), joint=True).bounds():
        if ".by_group" not in name:
            assert least < most, f"{name} is {least}"
            assert most >= FLOOR, f"{name} is known to be small: {least} to {most}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_whole_analysis_withstands_the_attack(seed: int) -> None:
    votes = simulate(48 + 20 * seed, 8, seed=seed, mean_votes=5).votes
    done = analyse(votes, Settings(floor=FLOOR), coordination=False)
    attack = Attack(json.loads(summing.to_json(done.sums)), joint=True)
    assert len(attack.targets) > 10
    for name, least, most in attack.bounds():
        assert least < most, f"{name} is {least}"


def test_the_attacker_recovers_what_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the second entry the attack succeeds, so that the tests above mean something."""
    monkeypatch.setattr("comity.opinion.floor.left_out", lambda people, floor, order, always=None: people < floor)
    values = np.ones((24, 1))
    values[:5] = NAN  # of eight people in group A three answer
    data = published(Votes.from_matrix(values), np.repeat([0, 1, 2], 8), FLOOR)
    assert data["group_counts"][0] == [[-1, -1, -1]]
    assert list(Attack(data, joint=False).bounds()) == [("group_counts[0][0]", 3, 3)]


# --- what the rule promises ---


def together(published: Any, total: Any) -> np.ndarray:
    """(n_sums,) what a total less the published entries tells; 0 where nothing was left out."""
    entries = np.array(published)
    return np.asarray(np.array(total) - np.where(entries < 0, 0, entries).sum(axis=0))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_out_of_one_sum_rests_on_enough_people_together(seed: int) -> None:
    votes = simulate(260, 30, seed=seed, mean_votes=9).votes
    sums = analyse(votes, Settings(floor=FLOOR), coordination=False).sums
    known = sums.overall[:, 0] >= 0
    total = np.where(known, sums.overall.sum(axis=1), 0)
    alone = (sums.group_counts[:, :, 0] < 0).sum(axis=0) == 1
    assert not (alone & known & (len(sums.group_sizes) > 1)).any()
    rest = together(sums.group_counts.sum(axis=2)[:, known], total[known])
    assert ((rest == 0) | (rest >= FLOOR)).all()
    off_the_map = sums.participants - sums.on_the_map
    assert off_the_map == 0 or off_the_map >= FLOOR
    for segment in sums.segments.values():
        rest = together(np.where(segment.counts < 0, -1, segment.counts).sum(axis=2).clip(-1)[:, known], total[known])
        assert ((rest == 0) | (rest >= FLOOR)).all()
        undeclared = max(segment.not_declared, 0)
        rest = together(segment.sizes[:, None], sums.on_the_map - undeclared)
        assert ((rest == 0) | (rest >= FLOOR)).all()
        columns = together(segment.by_group, sums.group_sizes)
        assert ((columns == 0) | (columns >= FLOOR)).all()
        rows = together(segment.by_group.T, segment.sizes)[segment.sizes >= 0]
        assert ((rows == 0) | (rows >= FLOOR)).all()
    for certain, size in zip(sums.group_certain, sums.group_sizes, strict=True):
        assert certain == -1 or all(n == 0 or n >= FLOOR for n in (certain, size - certain))


def test_marks_are_left_out_with_the_votes_that_they_stand_beside() -> None:
    sums = analyse(simulate(260, 30, seed=1, mean_votes=9).votes, Settings(floor=FLOOR), coordination=False).sums
    assert sums.important is not None
    assert sums.group_important is not None
    np.testing.assert_array_equal(sums.important < 0, sums.overall[:, 0] < 0)
    np.testing.assert_array_equal(sums.group_important < 0, sums.group_counts[:, :, 0] < 0)


counts = st.integers(2, 6).flatmap(
    lambda rows: st.lists(st.lists(st.integers(0, 9), min_size=rows, max_size=rows), min_size=1, max_size=6)
)


@given(counts, st.integers(2, 8), st.data())
def test_a_sum_misses_no_entry_or_two_that_are_many_together(rows: Any, floor: int, data: st.DataObject) -> None:
    people = np.array(rows).T
    order = data.draw(st.permutations(range(len(people))))
    always = np.array(data.draw(st.lists(st.booleans(), min_size=len(people), max_size=len(people))))
    out = left_out(people, floor, order, always)
    assert out[people < floor].all()
    assert out[always].all()
    for column in range(people.shape[1]):
        rest = people[out[:, column], column]
        assert not len(rest) or out[:, column].all() or (len(rest) >= 2 and rest.sum() >= floor)


@given(counts, st.integers(2, 8))
def test_a_table_misses_a_block_in_which_every_entry_may_be_large(rows: Any, floor: int) -> None:
    people = np.array(rows)
    people[people.sum(axis=1) < floor, 0] += floor  # totals are published only from the floor on
    people[0, people.sum(axis=0) < floor] += floor
    out = left_out_across(people, floor, free_row=len(people) - 1)
    assert out[people < floor].all()
    np.testing.assert_array_equal(out, out.any(axis=1)[:, None] & out.any(axis=0)[None, :])
    hidden = np.where(out, people, 0)
    rows_total, columns_total, total = hidden.sum(axis=1), hidden.sum(axis=0), hidden.sum()
    for i, j in zip(*np.nonzero(out), strict=True):
        least = max(0, rows_total[i] + columns_total[j] - total)
        most = min(rows_total[i], columns_total[j])
        assert most >= floor
        assert most - least >= floor


def test_without_a_floor_nothing_is_left_out() -> None:
    zeros = np.zeros((3, 4), dtype=np.int64)
    assert not left_out(zeros, 1, [0, 1, 2]).any()
    assert not left_out_across(zeros, 1).any()


# --- people who would stand alone ---


def test_votes_of_few_people_who_are_on_no_map_are_not_counted() -> None:
    values = np.ones((20, 3))
    values[16:] = 0.0  # four people who pass on everything
    data = published(Votes.from_matrix(values), np.repeat([0, 1, -1], [8, 8, 4]), FLOOR)
    assert (data["participants"], data["on_the_map"]) == (16, 16)
    assert data["overall"] == [[16, 0, 0]] * 3
    values[15] = 0.0  # a fifth
    values[15:, 0] = NAN
    values[15, 0] = 0.0
    data = published(Votes.from_matrix(values), np.repeat([0, 1, -1], [8, 7, 5]), FLOOR)
    assert (data["participants"], data["on_the_map"]) == (20, 15)
    assert data["overall"] == [[15, 0, 0], [15, 5, 0], [15, 5, 0]]


@pytest.mark.parametrize("floor", [1, 5, 8])
@pytest.mark.parametrize("people", [3, 4, 5, 7, 8])
def test_groups_cells_and_marks_have_enough_people_or_there_are_none(people: int, floor: int) -> None:
    votes = simulate(people, 12, seed=2, mean_votes=10).votes
    done = analyse(votes, Settings(floor=floor), coordination=False)
    smallest = max(5, floor)
    for entries in (done.sums.cell_people, done.sums.bubble_people, done.sums.group_sizes):
        assert (entries >= smallest).all()
        assert entries.sum() in (0, done.sums.on_the_map)
    if people < smallest:
        assert (done.result.groups, done.result.cells, done.result.counts.on_the_map) == ((), (), 0)


def test_a_group_smaller_than_the_floor_is_no_group() -> None:
    votes = simulate(400, 40, seed=0).votes
    sizes = [group.size for group in analyse(votes, Settings(floor=5), coordination=False).result.groups]
    assert len(sizes) > 1
    floor = min(sizes) + 1
    assert min(g.size for g in analyse(votes, Settings(floor=floor), coordination=False).result.groups) >= floor


def test_a_group_that_became_too_small_on_a_held_basis_is_not_shown() -> None:
    values = np.where(np.arange(24)[:, None] < 9, 1.0, -1.0) * np.ones((1, 4))
    data = published(Votes.from_matrix(values), np.repeat([0, 1], [20, 4]), FLOOR)
    assert data["group_sizes"] == [24]
    assert data["group_certain"] == [24]
    assert data["group_counts"] == [data["overall"]]
