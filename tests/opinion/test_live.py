"""The live map: any order and partition of changes gives the sums of everybody placed and counted afresh on the held basis."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion import result as results
from comity.opinion import sums as summing
from comity.opinion.analysis import Analysis, analyse, collect, conclude
from comity.opinion.basis import Basis, place
from comity.opinion.live import LiveMap
from comity.opinion.result import Settings
from comity.opinion.simulation import latent_groups
from comity.opinion.tallies import Tallies
from comity.opinion.votes import Moderation, Statement, Votes, VotesError

NAN = float("nan")
Id = int | str
Name = Callable[[int], Id]
FLOORED = Settings(floor=4)

PEOPLE = [*range(12), 77, -3]
"""Who does something: a dozen of those who are there, two newcomers."""
STATEMENTS = [0, 30, 90, 35, -1]
"""What it is done to: three statements that are there, one that comes between them, one before all."""


def numbered(kind: str) -> Name:
    return (lambda n: n) if kind == "numbers" else (lambda n: f"no. {n}")


@dataclass
class Told:
    """What somebody would remember who wrote everything down: the votes as they are, in plain dictionaries."""

    name: Name
    cast: dict[Id, dict[Id, tuple[int, bool]]] = field(default_factory=dict)
    region: dict[Id, str] = field(default_factory=dict)
    listed: dict[Id, Statement] = field(default_factory=dict)
    asked: bool = False

    def votes(self) -> Votes:
        events = [(p, s, v, m) for p, row in self.cast.items() for s, (v, m) in row.items()]
        kind = object if isinstance(self.name(0), str) else np.int64
        return Votes.from_events(
            np.array([event[0] for event in events], dtype=kind),
            np.array([event[1] for event in events], dtype=kind),
            [event[2] for event in events],
            important=[event[3] for event in events] if self.asked else None,
            statements=list(self.listed.values()),
            participants=list(self.cast),
            segments={"region": self.region},
        )


def begun(kind: str) -> Told:
    """Sixty people in three groups on ten statements 0, 10 ... 90; some declare a region, some marked what is important."""
    told = Told(numbered(kind), asked=kind == "text")
    votes, _ = latent_groups(60, 10, 3, 7, seed=5)
    for i, j, x in zip(votes.persons.tolist(), votes.columns.tolist(), votes.values.tolist(), strict=True):
        mark = told.asked and (i + j) % 5 == 0
        told.cast.setdefault(told.name(i), {})[told.name(10 * j)] = (x, mark)
    told.region = {told.name(i): ("north", "south")[i % 2] for i in range(0, 60, 3)}
    told.listed = {told.name(10 * j): Statement(told.name(10 * j), f"statement {j}") for j in range(10)}
    return told


KINDS = ("numbers", "text")
BEGUN = {kind: begun(kind).votes() for kind in KINDS}


@pytest.fixture(scope="module")
def full_runs() -> dict[str, Analysis]:
    return {kind: analyse(BEGUN[kind], FLOORED, coordination=False) for kind in KINDS}


VOTE = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(STATEMENTS), st.sampled_from([1, 0, -1, None]), st.booleans())
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("votes"), st.lists(VOTE, max_size=8), st.booleans()),
        st.tuples(st.just("erase"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("declare"), st.sampled_from(PEOPLE), st.sampled_from(["north", "east", "a", None])),
        st.tuples(st.just("describe"), st.sampled_from(STATEMENTS), st.sampled_from(Moderation), st.booleans()),
        st.tuples(st.just("refresh")),
    ),
    max_size=12,
)


def perform(act: tuple[Any, ...], live: LiveMap, told: Told) -> None:
    """The same act on the live map and in the notes."""
    name = told.name
    match act:
        case "votes", batch, asked:
            live.change(
                [name(p) for p, _, _, _ in batch],
                [name(s) for _, s, _, _ in batch],
                [v for _, _, v, _ in batch],
                important=[m for _, _, _, m in batch] if asked else None,
            )
            told.asked |= asked
            for p, s, v, m in batch:
                if v is not None:
                    told.cast.setdefault(name(p), {})[name(s)] = (v, asked and m)
                    told.listed.setdefault(name(s), Statement(name(s)))
            # a vote that somebody casts and withdraws in one batch is an act of theirs all the same
            for (p, s), (v, _) in {(p, s): (v, m) for p, s, v, m in batch}.items():
                if v is None:
                    told.cast.get(name(p), {}).pop(name(s), None)
        case "erase", p:
            if name(p) in told.cast:
                live.erase(name(p))
                del told.cast[name(p)]
                told.region.pop(name(p), None)
        case "declare", p, label:
            live.declare(name(p), {"region": label})
            told.cast.setdefault(name(p), {})
            told.region.pop(name(p), None)
            if label:
                told.region[name(p)] = label
        case "describe", s, moderation, meta:
            statement = Statement(name(s), "told anew", moderation=moderation, meta=meta)
            live.describe(statement)
            told.listed[name(s)] = statement
        case ("refresh",):
            live.refresh()


def afresh(votes: Votes, basis: Basis, began: Votes) -> str:
    """sums.json of everybody placed and counted afresh on the basis of a full run over the statements that there were."""
    where = np.searchsorted(votes.statement_ids, began.statement_ids)
    wide = basis.over(where, votes.n_statements)
    return summing.to_json(collect(votes, wide, place(votes, wide), FLOORED))


# --- the same sums as afresh ---


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(acts=ACTS)
def test_any_history_of_acts_gives_the_sums_of_everybody_placed_afresh(
    kind: str, full_runs: dict[str, Analysis], acts: list[tuple[Any, ...]]
) -> None:
    began, told = BEGUN[kind], begun(kind)
    live = LiveMap(began, FLOORED, held=full_runs[kind])
    for act in acts:
        perform(act, live, told)
    votes = told.votes()
    assert live.votes().digest() == votes.digest()
    assert live.votes().statements == votes.statements
    assert live.tallies.to_bytes() == Tallies.of(votes).to_bytes()
    assert summing.to_json(live.sums()) == afresh(votes, full_runs[kind].basis, began)
    assert began.digest() == full_runs[kind].result.source.votes_sha256  # they are read, and never written to


@pytest.mark.slow
@given(batch=st.lists(VOTE, max_size=30), data=st.data())
def test_any_partition_and_any_order_across_people_gives_the_same_result(
    full_runs: dict[str, Analysis], batch: list[tuple[int, int, int | None, bool]], data: st.DataObject
) -> None:
    held = full_runs["numbers"]
    at_once, in_parts = (LiveMap(BEGUN["numbers"], FLOORED, held=held) for _ in range(2))
    told = begun("numbers")
    perform(("votes", batch, True), at_once, told)
    # votes of one person keep their order, those of different people may come in any
    people = data.draw(st.permutations(sorted({p for p, _, _, _ in batch})))
    mixed = [vote for person in people for vote in batch if vote[0] == person]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(mixed)), max_size=5)))
    for first, last in itertools.pairwise([0, *cuts, len(mixed)]):
        perform(("votes", mixed[first:last], True), in_parts, told)
        if data.draw(st.booleans()):
            in_parts.refresh()
    assert results.to_json(in_parts.refresh()) == results.to_json(at_once.refresh())


@pytest.mark.parametrize("threads", [1, 3])
def test_a_thousand_votes_of_many_people_one_by_one_and_at_once(threads: int) -> None:
    votes, _ = latent_groups(900, 40, 3, 15, seed=2)
    full = analyse(votes, coordination=False)
    maps = [LiveMap(votes, held=full, threads=threads) for _ in range(2)]
    rng = np.random.Generator(np.random.PCG64(0))
    people, statements = rng.integers(0, 1000, 1000), rng.integers(0, 42, 1000)
    values = rng.choice([1.0, 0.0, -1.0, NAN], 1000)
    maps[0].change(people, statements, values)
    for person, statement, value in zip(people.tolist(), statements.tolist(), values.tolist(), strict=True):
        maps[1].vote(person, statement, value)
    assert results.to_json(maps[0].refresh()) == results.to_json(maps[1].refresh())
    now = maps[0].votes()
    assert maps[1].votes().digest() == now.digest()
    wide = full.basis.over(np.arange(40), 42)
    again = collect(now, wide, place(now, wide), Settings())
    assert summing.to_json(maps[0].sums()) == summing.to_json(again)
    assert maps[0].tallies == maps[1].tallies == Tallies.of(now)


def test_a_map_that_begins_with_nobody_fills_up() -> None:
    votes, _ = latent_groups(80, 12, 2, 8, seed=3)
    for name in (int, str):
        live = LiveMap(Votes.from_events([], [], []), coordination=False)
        ids = [name(i) if name is int else f"p{i}" for i in votes.persons.tolist()]
        live.change(ids, [f"s{j}" for j in votes.columns.tolist()], votes.values)
        assert live.refresh().counts.participants == 80
        whole = Votes.from_events(np.array(ids, dtype=object), [f"s{j}" for j in votes.columns.tolist()], votes.values)
        assert live.votes().digest() == whole.digest()
        assert results.to_json(live.rebase()) == results.to_json(analyse(whole, coordination=False).result)


def test_whoever_is_erased_may_come_again_as_somebody_new(full_runs: dict[str, Analysis]) -> None:
    for kind in KINDS:
        told = begun(kind)
        live = LiveMap(BEGUN[kind], FLOORED, held=full_runs[kind])
        acts = [
            ("erase", 4), ("votes", [(4, 30, -1, False)], False), ("votes", [(77, 0, 1, True)], True),
            ("erase", 77), ("refresh",), ("erase", 4), ("votes", [(77, 0, 0, False), (4, 0, 1, False)], False),
        ]  # fmt: skip
        for act in acts:
            perform(act, live, told)
        assert summing.to_json(live.sums()) == afresh(told.votes(), full_runs[kind].basis, BEGUN[kind])
        assert live.votes().digest() == told.votes().digest()


def test_a_row_that_grows_and_shrinks_again_and_again() -> None:
    votes = Votes.from_matrix(np.where(np.eye(12, 300, 3) > 0, 1.0, NAN))
    live = LiveMap(votes, coordination=False)
    for statement in range(300):
        live.vote(5, 299 - statement, 1)
    for statement in range(290):
        live.vote(5, statement, None)
    wanted = votes.dense()
    wanted[5, 290:], wanted[5, :290] = 1.0, NAN
    np.testing.assert_array_equal(live.votes().dense(), wanted)


# --- what a live result says ---


def test_a_live_result_names_the_full_run_that_it_rests_on(full_runs: dict[str, Analysis]) -> None:
    full = full_runs["numbers"]
    live = LiveMap(BEGUN["numbers"], replace(FLOORED, floor=1), held=full)
    first = live.refresh()
    assert first.basis == results.BasisNote(full.basis.digest(), BEGUN["numbers"].digest(), 0, 0)
    assert (first.source.votes_sha256, first.manipulation, first.slate.votes_standing) == ("", None, None)
    assert first.source.sums_sha256 == summing.digest(live.sums())

    mine = BEGUN["numbers"].columns[:2].tolist()
    live.change([0, 0, 100], [10 * mine[0], 10 * mine[1], 0], [None, None, 1])
    live.vote(100, 35, 0)  # a statement that the basis does not know
    noted = live.refresh().basis
    assert noted == replace(first.basis, participants_since=2, votes_since=4)

    live.erase(100)
    before = BEGUN["numbers"].values[:2].tolist()
    live.change([0, 0], [10 * mine[0], 10 * mine[1]], before)
    assert live.refresh().basis == first.basis  # as if nothing had been


def test_fewer_people_than_the_floor_are_not_told(full_runs: dict[str, Analysis]) -> None:
    live = LiveMap(BEGUN["numbers"], FLOORED, held=full_runs["numbers"])
    live.change([100, 101, 102], [0, 0, 0], [1, 1, 1])
    noted = live.refresh().basis
    assert noted is not None
    assert (noted.participants_since, noted.votes_since) == (None, None)
    live.vote(103, 0, 1)
    noted = live.refresh().basis
    assert noted is not None
    assert (noted.participants_since, noted.votes_since) == (4, 4)


def test_what_follows_from_the_sums_is_what_conclude_says_of_them(full_runs: dict[str, Analysis]) -> None:
    live = LiveMap(BEGUN["text"], FLOORED, held=full_runs["text"])
    live.change(["no. 1", "no. 99"], ["no. 30", "no. 30"], [1, -1], important=[True, False])
    result = live.refresh()
    sums = summing.from_json(summing.to_json(live.sums()))
    again, _ = conclude(sums, live.votes().statements, FLOORED, result.source)
    assert results.to_json(replace(again, basis=result.basis)) == results.to_json(result)


def test_right_after_a_full_run_the_live_sums_are_those_of_the_run() -> None:
    votes = BEGUN["numbers"]
    full = analyse(votes, FLOORED, coordination=False)
    live = LiveMap(votes, FLOORED, coordination=False)
    assert summing.to_json(live.sums()) == summing.to_json(full.sums)
    for held in (full, full.basis):
        assert summing.to_json(LiveMap(votes, FLOORED, held=held).sums()) == summing.to_json(full.sums)


def test_a_full_run_of_the_votes_as_they_are_is_canonical_and_its_basis_is_held() -> None:
    live = LiveMap(BEGUN["numbers"], FLOORED, coordination=False)
    live.change(range(100, 130), [30] * 30, [1, -1, 1] * 10)
    live.erase(3)
    canonical = live.rebase()
    assert canonical.basis is None
    assert results.to_json(canonical) == results.to_json(analyse(live.votes(), FLOORED, coordination=False).result)
    noted = live.refresh().basis
    assert noted is not None
    assert (noted.votes_sha256, noted.votes_since) == (canonical.source.votes_sha256, 0)


def test_a_basis_of_other_votes_can_be_held_and_then_nobody_knows_how_much_has_changed(
    full_runs: dict[str, Analysis],
) -> None:
    basis, votes = full_runs["numbers"].basis, BEGUN["numbers"]
    fewer = votes.people(np.arange(60) % 3 > 0)
    live = LiveMap(fewer, FLOORED, held=basis)
    assert summing.to_json(live.sums()) == afresh(fewer, basis, votes)
    assert live.refresh().basis == results.BasisNote(basis.digest(), votes.digest(), None, None)


def test_everybody_can_be_told_where_they_stand(full_runs: dict[str, Analysis]) -> None:
    full = full_runs["numbers"]
    live = LiveMap(BEGUN["numbers"], FLOORED, held=full)
    found = live.place([9, 2])
    np.testing.assert_array_equal(found.grid, full.placement.grid[[9, 2]])
    np.testing.assert_array_equal(found.membership, full.placement.membership[[9, 2]])
    with pytest.raises(VotesError, match="participant 1000 is not here"):
        live.place([9, 1000])


def test_a_statement_that_is_rejected_leaves_the_findings_at_once(full_runs: dict[str, Analysis]) -> None:
    live = LiveMap(BEGUN["numbers"], FLOORED, held=full_runs["numbers"])
    first = live.refresh().headline[0]
    live.describe(Statement(first, "out", moderation=Moderation.REJECTED))
    result = live.refresh()
    assert first not in result.headline
    assert result.statement(first).text == "out"
    assert not result.statement(first).takes_part


# --- refused whole ---


def test_what_cannot_be_taken_changes_nothing(full_runs: dict[str, Analysis]) -> None:
    live = LiveMap(BEGUN["numbers"], FLOORED, held=full_runs["numbers"])
    untouched = live.votes().digest(), live.tallies.to_bytes(), results.to_json(live.refresh())
    refused: Sequence[tuple[Callable[[], object], str]] = [
        (lambda: live.change([1, 2], [10, 10], [1, 2]), r"values\[1\] is 2: use \+1"),
        (lambda: live.change([500, 2], [10, 10], [1, "yes"]), r"values: use \+1"),  # type: ignore[list-item]
        (lambda: live.change([500, 2], [10], [1, 1]), "statements has 1 entries and values has 2"),
        (lambda: live.change([500], [10, 10], [1, 1]), "people has 1 entries"),
        (lambda: live.change([500], [10], [1], important=[True, True]), "important has 2 entries"),
        (lambda: live.change([[500]], [[10]], [[1]]), "2 axes"),  # type: ignore[list-item]
        (lambda: live.change([500, "new"], [10, 10], [1, 1]), "participant 'new' is text"),
        (lambda: live.change([500, 501], [10, "new"], [1, 1]), "statement 'new' is text"),
        (lambda: live.change([500, 2**70], [10, 10], [1, 1]), "participant .* is too large"),
        (lambda: live.change([500, None], [10, 10], [1, 1]), "participant None is missing"),  # type: ignore[list-item]
        (lambda: live.erase(500), "participant 500 is not here"),
        (lambda: live.declare(500, {"age": "old"}), "no segment 'age'"),
    ]
    for attempt, said in refused:
        with pytest.raises(VotesError, match=said):
            attempt()
    live.vote(500, 10, None)  # a vote that was never cast
    live.vote(1, 7, None)
    assert (live.votes().digest(), live.tallies.to_bytes(), results.to_json(live.refresh())) == untouched


def test_what_does_not_fit_the_votes_cannot_be_held(full_runs: dict[str, Analysis]) -> None:
    votes = BEGUN["numbers"]
    with pytest.raises(VotesError, match="the analysis is of other votes"):
        LiveMap(votes.people(np.arange(60) > 0), FLOORED, held=full_runs["numbers"])
    values = votes.values.copy()
    values[0] = -values[0] or 1
    with pytest.raises(VotesError, match="the analysis is of other votes"):
        LiveMap(replace(votes, values=values), FLOORED, held=full_runs["numbers"])
    with pytest.raises(VotesError, match="knows 10 statements and the votes have 1"):
        LiveMap(Votes.from_events([1], [1], [1]), held=full_runs["numbers"].basis)


# --- docs/live.md ---


def test_the_example_of_the_page_runs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/live.md").read_text(encoding="utf-8")
    known: dict[str, Any] = {}
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(example, "live.md", "exec"), known)
    assert known["canonical"].basis is None
    assert known["canonical"].counts.participants == 4


def test_the_page_explains_every_field_of_the_note() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/live.md").read_text(encoding="utf-8")
    for name in results.BasisNote.__slots__:
        assert f"| `{name}` |" in page
