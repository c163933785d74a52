"""Tallies are exact: any order, partition, threads or history of changes gives the same bytes, equal to a dense computation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion.tallies import Tallies, even_shares
from comity.opinion.votes import Votes, VotesError

NAN = float("nan")


@st.composite
def matrices(draw: st.DrawFn, most_people: int = 12, most_statements: int = 7) -> np.ndarray:
    shape = draw(st.integers(0, most_people)), draw(st.integers(0, most_statements))
    size = shape[0] * shape[1]
    cells = draw(st.lists(st.sampled_from([1.0, 0.0, -1.0, NAN]), min_size=size, max_size=size))
    return np.array(cells, dtype=np.float64).reshape(shape)


def dense_tallies(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    there = (~np.isnan(matrix)).astype(np.int64)
    x = np.nan_to_num(matrix).astype(np.int64)
    return x.T @ x, x.T @ there, there.T @ there


def assert_dense(tallies: Tallies, matrix: np.ndarray) -> None:
    for found, wanted in zip((tallies.products, tallies.sums, tallies.together), dense_tallies(matrix), strict=True):
        np.testing.assert_array_equal(found, wanted)
        assert found.dtype == np.int64
    assert tallies.people == int((~np.isnan(matrix)).any(axis=1).sum())


# --- what they are ---


@given(matrices())
def test_tallies_are_the_dense_products(matrix: np.ndarray) -> None:
    assert_dense(Tallies.of(Votes.from_matrix(matrix)), matrix)


@given(matrices())
def test_the_gram_matrix_is_that_of_the_centred_votes(matrix: np.ndarray) -> None:
    there = ~np.isnan(matrix)
    mean = np.where(there, matrix, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    centred = np.where(there, matrix - mean, 0.0)
    np.testing.assert_allclose(Tallies.of(Votes.from_matrix(matrix)).gram(), centred.T @ centred, atol=1e-12)


def test_gram_entries_on_too_few_people_are_left_out_before_the_computation() -> None:
    matrix = np.array([[1, 1, NAN], [1, -1, NAN], [-1, 1, 1], [-1, NAN, 1], [1, NAN, -1]])
    tallies = Tallies.of(Votes.from_matrix(matrix))
    gram = tallies.gram(floor=3)
    enough = tallies.together >= 3
    assert (gram[~enough] == 0).all()
    np.testing.assert_array_equal(gram[enough], tallies.gram()[enough])
    # a statement under the floor has no mean either, so nothing of it shows in other entries
    assert (tallies.gram(floor=4)[1] == 0).all()


@pytest.mark.parametrize("threads", [1, 3])
def test_more_people_than_fit_in_one_pack_of_counters(threads: int) -> None:
    pattern = np.array([[1, 1, -1, NAN], [1, -1, NAN, 0], [1, 1, -1, -1]])
    matrix = pattern[np.where(np.arange(70_001) < 69_000, 0, np.arange(70_001) % 3)]
    assert_dense(Tallies.of(Votes.from_matrix(matrix), threads=threads), matrix)
    # the extremes of each field of a pack: everybody disagrees, everybody passes
    for vote in (-1.0, 0.0):
        assert_dense(
            Tallies.of(Votes.from_matrix(np.full((32_001, 2), vote)), threads=threads), np.full((32_001, 2), vote)
        )


def test_people_with_long_rows() -> None:
    matrix = np.resize(np.array([1.0, -1.0, 0.0, 1.0, NAN, -1.0, -1.0]), (9, 700))
    assert_dense(Tallies.of(Votes.from_matrix(matrix), threads=2), matrix)


# --- order, partition, threads ---


@given(matrices(), st.randoms(use_true_random=False), st.integers(2, 9))
def test_any_order_of_events_and_any_number_of_threads(matrix: np.ndarray, random: object, threads: int) -> None:
    votes = Votes.from_matrix(matrix)
    person, statement = np.nonzero(~np.isnan(matrix))
    order = list(range(len(person)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = Votes.from_events(
        person[order], statement[order], matrix[person, statement][order],
        participants=votes.participant_ids, statements=votes.statements,
    )  # fmt: skip
    assert Tallies.of(shuffled, threads=threads).to_bytes() == Tallies.of(votes).to_bytes()


@given(matrices(), st.data())
def test_any_partition_of_the_people(matrix: np.ndarray, data: st.DataObject) -> None:
    votes = Votes.from_matrix(matrix)
    part = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(matrix), max_size=len(matrix))), dtype=np.int64)
    parts = [Tallies.of(votes.people(part == p)) for p in data.draw(st.permutations(range(4)))]
    merged = Tallies.empty(votes.statement_ids)
    for piece in parts:
        merged = merged.merge(piece)
    assert merged.to_bytes() == Tallies.of(votes).to_bytes()
    assert merged == Tallies.of(votes)


@given(matrices(), st.integers(0, 20))
def test_shares_of_the_people_cover_everybody_once(matrix: np.ndarray, parts: int) -> None:
    votes = Votes.from_matrix(matrix)
    shares = even_shares(votes.offsets, max(parts, 1))
    assert [i for first, last in shares for i in range(first, last)] == list(range(votes.n_participants))


def test_parts_that_know_different_statements_are_matched_by_id() -> None:
    north = Votes.from_events([1, 1, 2], [10, 30, 10], [1, -1, 1])
    south = Votes.from_events([3, 3, 4], [20, 30, 20], [1, -1, 0])
    both = Votes.from_events([1, 1, 2, 3, 3, 4], [10, 30, 10, 20, 30, 20], [1, -1, 1, 1, -1, 0])
    merged = Tallies.of(north).merge(Tallies.of(south))
    assert merged == Tallies.of(both)
    assert merged.statement_ids.tolist() == [10, 20, 30]
    assert Tallies.of(south).merge(Tallies.of(north)) == merged


def test_text_ids_merge_too_and_also_with_tallies_of_nobody() -> None:
    part = Tallies.of(Votes.from_events(["p", "q"], ["b", "c"], [1, -1]))
    assert Tallies.empty(["b", "c"]).merge(part) == part
    assert part.merge(Tallies.empty([])) == Tallies.empty([]).merge(part) == part
    assert Tallies.empty([]).merge(Tallies.empty([])) == Tallies.empty([])
    other = Tallies.of(Votes.from_events(["r"], ["a"], [1]))
    assert part.merge(other).statement_ids.tolist() == ["a", "b", "c"]
    with pytest.raises(VotesError, match="numbers for statement ids and the other text"):
        part.merge(Tallies.of(Votes.from_events([1], [1], [1])))


# --- erasure ---


@pytest.mark.slow
@given(matrices(), st.data())
def test_erasure_is_never_having_voted(matrix: np.ndarray, data: st.DataObject) -> None:
    votes = Votes.from_matrix(matrix)
    gone = np.array(data.draw(st.lists(st.booleans(), min_size=len(matrix), max_size=len(matrix))), dtype=np.bool_)
    rest = Tallies.of(votes).subtract(Tallies.of(votes.people(gone)))
    assert rest.to_bytes() == Tallies.of(votes.people(~gone)).to_bytes()


def test_what_was_never_added_cannot_be_taken_out() -> None:
    few = Tallies.of(Votes.from_matrix([[1, 1]]))
    many = Tallies.of(Votes.from_matrix([[1, 1], [1, 1]]))
    other = Tallies.of(Votes.from_events([1], [9], [1]))
    for part in (many, other):
        with pytest.raises(VotesError, match="do not contain the part"):
            few.subtract(part)


# --- votes that change ---

CHANGES = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from([-1.0, 0.0, 1.0, NAN])), max_size=12),
    max_size=8,
)


@pytest.mark.slow
@given(CHANGES)
def test_any_history_of_batches_ends_at_the_tallies_of_the_final_votes(
    batches: list[list[tuple[int, int, float]]],
) -> None:
    held = Tallies.empty(range(5))
    matrix = np.full((4, 5), NAN)
    for batch in batches:
        people = sorted({person for person, _, _ in batch})
        before = Votes.from_matrix(matrix[people], participants=people)
        for person, statement, vote in batch:
            matrix[person, statement] = vote
        held.change(before, Votes.from_matrix(matrix[people], participants=people))
        assert held.to_bytes() == Tallies.of(Votes.from_matrix(matrix)).to_bytes()


def test_people_come_and_go_and_are_counted() -> None:
    nobody, somebody = Votes.from_matrix([[NAN, NAN], [NAN, NAN]]), Votes.from_matrix([[1, 0], [NAN, NAN]])
    held = Tallies.empty(range(2))
    held.change(nobody, somebody)
    assert held.people == 1
    held.change(somebody, nobody)
    assert held == Tallies.empty(range(2))


def test_a_change_that_makes_no_sense_is_refused_and_nothing_is_altered() -> None:
    votes = Votes.from_matrix([[1, NAN, 0], [-1, 1, NAN]])
    held = Tallies.of(votes)
    untouched = held.to_bytes()
    with pytest.raises(VotesError, match="2 people before and 1 after"):
        held.change(votes, votes.people(np.array([True, False])))
    with pytest.raises(VotesError, match="not over the statements of these tallies"):
        held.change(votes, Votes.from_matrix([[1, NAN], [-1, 1]]))
    assert held.to_bytes() == untouched


# --- bytes ---


@given(matrices())
def test_bytes_come_back_as_the_same_tallies(matrix: np.ndarray) -> None:
    tallies = Tallies.of(Votes.from_matrix(matrix))
    data = tallies.to_bytes()
    again = Tallies.from_bytes(data)
    assert again == tallies
    assert again.to_bytes() == data
    assert again.people == tallies.people
    assert_dense(again, matrix)


def test_what_was_read_from_bytes_can_go_on_changing() -> None:
    again = Tallies.from_bytes(Tallies.of(Votes.from_matrix([[1, 0]])).to_bytes())
    again.change(Votes.from_matrix([[NAN, NAN]]), Votes.from_matrix([[1, -1]]))
    assert again == Tallies.of(Votes.from_matrix([[1, 0], [1, -1]]))


def test_bytes_say_their_format_and_hold_text_ids() -> None:
    tallies = Tallies.of(Votes.from_events(["p"], ["наука"], [1]))
    assert tallies.to_bytes().startswith(b"comity-tallies/1\n")
    assert Tallies.from_bytes(tallies.to_bytes()).statement_ids.tolist() == ["наука"]


@given(matrices(), st.data())
def test_bytes_that_were_cut_lengthened_or_altered_are_refused(matrix: np.ndarray, data: st.DataObject) -> None:
    good = Tallies.of(Votes.from_matrix(matrix)).to_bytes()
    cut = data.draw(st.integers(0, len(good) - 1))
    altered = bytearray(good)
    altered[data.draw(st.integers(0, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for bad in (good[:cut], good + bytes(data.draw(st.integers(1, 17))), bytes(altered)):
        with pytest.raises(VotesError):
            Tallies.from_bytes(bad)
    with pytest.raises(VotesError, match="not tallies of this version"):
        Tallies.from_bytes(b"comity-tallies/2" + good[16:])
