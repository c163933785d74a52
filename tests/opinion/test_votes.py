"""Votes in canonical form: the last vote counts, order of arrival does not, ids of every kind, and refusals that name the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion import kernels
from comity.opinion.votes import Moderation, Segment, Statement, Votes, VotesError

Event = tuple[int, int, int]

EVENTS = st.lists(st.tuples(st.integers(0, 6), st.integers(-2, 5), st.sampled_from([-1, 0, 1])), max_size=40)


def of_events(events: Sequence[Event], **known: object) -> Votes:
    who, what, vote = ([event[part] for event in events] for part in range(3))
    return Votes.from_events(who, what, vote, **known)  # type: ignore[arg-type]


def as_table(votes: Votes) -> dict[tuple[object, object], int]:
    people, statements = votes.participant_ids.tolist(), votes.statement_ids.tolist()
    return {
        (people[i], statements[j]): x
        for i, j, x in zip(votes.persons.tolist(), votes.columns.tolist(), votes.values.tolist(), strict=True)
    }


# --- from events ---


@given(EVENTS)
def test_votes_hold_the_last_event_of_each_person_and_statement(events: list[Event]) -> None:
    votes = of_events(events)
    assert as_table(votes) == {(person, statement): vote for person, statement, vote in events}
    assert votes.participant_ids.tolist() == sorted({event[0] for event in events})
    assert votes.statement_ids.tolist() == sorted({event[1] for event in events})
    for i in range(votes.n_participants):
        row = votes.columns[votes.offsets[i] : votes.offsets[i + 1]]
        assert (np.diff(row) > 0).all()
    assert votes.values.dtype == np.int8
    assert votes.columns.dtype == np.int32
    assert votes.offsets.dtype == np.int64


@given(EVENTS, st.data())
def test_with_times_the_order_of_arrival_does_not_matter(events: list[Event], data: st.DataObject) -> None:
    times = data.draw(st.permutations(range(len(events))))
    mixed = data.draw(st.permutations(range(len(events))))
    given_in_order = of_events([events[e] for e in np.argsort(times)])
    shuffled = of_events([events[e] for e in mixed], time=[times[e] for e in mixed])
    assert shuffled.digest() == given_in_order.digest()


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads: int) -> None:
    draws = np.random.default_rng(threads)
    n = 60_000  # several blocks of people, with revotes in all of them
    events = draws.integers(0, 900, n), draws.integers(0, 80, n), draws.integers(-1, 2, n)
    marks = draws.random(n) < 0.2
    alone = Votes.from_events(*events, important=marks)
    assert alone.n_votes < n
    assert Votes.from_events(*events, important=marks, threads=threads).digest() == alone.digest()


def test_the_latest_time_wins_and_at_equal_times_the_last_in_the_arrays() -> None:
    assert as_table(of_events([(1, 7, 1), (1, 7, -1)], time=[20, 10])) == {(1, 7): 1}
    assert as_table(of_events([(1, 7, 1), (1, 7, -1)], time=[10, 10])) == {(1, 7): -1}
    assert as_table(of_events([(1, 7, 1), (1, 7, 0)])) == {(1, 7): 0}
    assert as_table(of_events([(1, 7, 1), (1, 7, -1), (1, 7, 0)], time=[2.5, 2.5, -1e12])) == {(1, 7): -1}


def test_the_mark_of_importance_belongs_to_the_vote_that_counts() -> None:
    votes = of_events([(1, 7, 1), (2, 7, 1), (1, 7, 1)], important=[True, True, False])
    assert votes.important is not None
    assert votes.important.tolist() == [False, True]
    assert of_events([(1, 7, 1)]).important is None


def test_ids_may_have_gaps_and_people_and_statements_without_a_vote_are_counted() -> None:
    votes = of_events(
        [(4_000_000_000, -5, 1), (3, 9, 0)], participants=[12], statements=[Statement(7), Statement(9, "nine")]
    )
    assert votes.participant_ids.tolist() == [3, 12, 4_000_000_000]
    assert votes.statement_ids.tolist() == [-5, 7, 9]
    assert [s.text for s in votes.statements] == ["", "", "nine"]
    assert votes.offsets.tolist() == [0, 1, 1, 2]
    assert (votes.n_participants, votes.n_statements, votes.n_votes) == (3, 3, 2)


def test_digits_are_numbers_and_one_text_makes_all_ids_text() -> None:
    digits = Votes.from_events(["10", "9"], ["2", "1"], [1, -1], participants=["11"])
    numbers = Votes.from_events([10, 9], [2, 1], [1, -1], participants=[11])
    assert digits.digest() == numbers.digest()
    mixed = Votes.from_events(
        np.array([10, "b", "9"], dtype=object),
        np.array(["x", "x", 3], dtype=object),
        [1, 1, 0],
        statements=[Statement(3, "three"), Statement("x", "ex")],
    )
    assert mixed.participant_ids.tolist() == ["10", "9", "b"]
    assert mixed.statement_ids.tolist() == ["3", "x"]
    assert [(s.id, s.text) for s in mixed.statements] == [("3", "three"), ("x", "ex")]
    padded = Votes.from_events(["007", "7"], [1, 1], [1, 1])
    assert padded.participant_ids.tolist() == ["007", "7"]  # a leading zero is part of a name


def test_statements_keep_what_is_known_of_them() -> None:
    known = [
        Statement(2, "two", "en", Moderation.REJECTED),
        Statement("1", "un", "fr", meta=True, translations={"en": "one"}),
    ]
    votes = of_events([(0, 1, 1), (0, 3, 1)], statements=known)
    assert [(s.id, s.text, s.takes_part) for s in votes.statements] == [
        (1, "un", False),
        (2, "two", False),
        (3, "", True),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"participant": [1, 2], "statement": [1], "vote": [1]}, "participant has 2 entries and vote has 1"),
        ({"participant": [1], "statement": [1, 2], "vote": [1]}, "statement has 2 entries"),
        ({"participant": [1], "statement": [1], "vote": [1], "time": []}, "time has 0 entries"),
        ({"participant": [1], "statement": [1], "vote": [1], "important": [True, True]}, "important has 2 entries"),
        ({"participant": [1, 1], "statement": [1, 2], "vote": [1, 2]}, r"vote\[1\] is .*2.*use \+1 for agree"),
        ({"participant": [1, 1], "statement": [1, 2], "vote": [float("nan"), 1]}, r"vote\[0\] is .*nan"),
        ({"participant": [1, 1], "statement": [1, 2], "vote": [1, 0.5]}, r"vote\[1\] is .*0\.5"),
        (
            {"participant": [1], "statement": [1], "vote": [1], "statements": [Statement(1), Statement("1")]},
            "listed twice",
        ),
    ],
)
def test_bad_events_are_refused_with_their_place(arguments: dict[str, list[object]], said: str) -> None:
    with pytest.raises(VotesError, match=said):
        Votes.from_events(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (np.array([1, 2**63], dtype=np.uint64), "9223372036854775808 is too large"),
        ([1, 2**63], "is a float too large to be exact"),  # what NumPy makes of such a list
        ([1, 10**40], "0000 is too large"),
        ([-1, -(2**63) - 1], "-9223372036854775809 is too large"),
        ([2**63, 2**63 + 1], "is too large"),
        ([0.0, 2.0**53], "is a float too large to be exact"),
        ([1, None], "None is missing"),
        ([1.0, float("nan")], "nan is missing"),
        (["a", None], "None is missing"),
    ],
)
def test_an_id_that_is_no_number_of_64_bits_and_no_text_is_refused_by_name(ids: object, said: str) -> None:
    with pytest.raises(VotesError, match=f"^participant .*{said}"):
        Votes.from_events(ids, [0, 1], [1, 1])  # type: ignore[arg-type]
    with pytest.raises(VotesError, match=f"^statement .*{said}"):
        Votes.from_events([0, 1], ids, [1, 1])  # type: ignore[arg-type]
    with pytest.raises(VotesError, match=f"^participant .*{said}"):
        Votes.from_events([0, 1], [0, 1], [1, 1], participants=np.asarray(ids))


def test_the_largest_and_smallest_numbers_are_ids_whatever_kind_of_number_they_are() -> None:
    ends = [-(2**63), 2**63 - 1]
    assert of_events([(end, end, 1) for end in ends]).participant_ids.tolist() == ends
    for kind in (np.uint64, np.uint32, np.int16, np.uint8, np.float32, object):
        votes = Votes.from_events(np.array([7, 3, 7], dtype=kind), np.array([1, 0, 0], dtype=kind), [1, 0, -1])
        assert votes.participant_ids.tolist() == [3, 7]
        assert votes.columns.tolist() == [0, 0, 1]
    assert Votes.from_events([1, "b"], [0, 0], [1, 1], participants=[np.int64(1)]).n_participants == 2


SPREAD = st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**40), 2**40)), max_size=30)


@given(SPREAD)
def test_ids_far_apart_are_numbered_like_ids_that_lie_close(pairs: list[tuple[int, int]]) -> None:
    votes = of_events([(person, statement, 1) for person, statement in pairs])
    assert as_table(votes) == dict.fromkeys(pairs, 1)
    assert votes.participant_ids.tolist() == sorted({person for person, _ in pairs})
    assert votes.statement_ids.tolist() == sorted({statement for _, statement in pairs})


def test_many_ids_far_apart_fill_the_table_again_and_again() -> None:
    ids = (np.arange(20_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).view(np.int64)
    votes = Votes.from_events(np.tile(ids, 2), np.repeat([0, 1], len(ids)), np.ones(2 * len(ids), dtype=np.int8))
    assert votes.participant_ids.tolist() == sorted(ids.tolist())
    assert votes.columns.tolist() == [0, 1] * len(ids)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.sampled_from([-1, 0, 1]), st.booleans()), max_size=80)
)
def test_events_that_are_arranged_a_few_at_a_time(events: list[tuple[int, int, int, bool]]) -> None:
    columns = [np.array([event[part] for event in events], dtype=np.int64) for part in range(3)]
    marks = [event[3] for event in events]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "BLOCK_EVENTS", 1)
        votes = Votes.from_events(*columns, important=marks)
    assert as_table(votes) == {(person, statement): vote for person, statement, vote, _ in events}
    assert votes.important is not None
    marked = {(person, statement): mark for person, statement, _, mark in events}
    assert dict(zip(as_table(votes), votes.important.tolist(), strict=True)) == marked
    assert votes.digest() == Votes.from_events(*columns, important=marks).digest()


def test_no_events_are_no_votes() -> None:
    votes = Votes.from_events([], [], [])
    assert (votes.n_participants, votes.n_statements, votes.n_votes) == (0, 0, 0)
    assert votes.dense().shape == (0, 0)


# --- from a matrix, and back ---


@given(st.integers(0, 6), st.integers(0, 5), st.data())
def test_a_matrix_comes_back_as_it_was(n_people: int, n_statements: int, data: st.DataObject) -> None:
    cells = data.draw(
        st.lists(
            st.sampled_from([1.0, 0.0, -1.0, np.nan]),
            min_size=n_people * n_statements,
            max_size=n_people * n_statements,
        )
    )
    matrix = np.array(cells, dtype=np.float64).reshape(n_people, n_statements)
    np.testing.assert_array_equal(Votes.from_matrix(matrix).dense(), matrix)


def test_a_matrix_that_does_not_fit_its_names_is_refused() -> None:
    with pytest.raises(VotesError, match="2 x 1, but 3 participants"):
        Votes.from_matrix([[1], [0]], participants=[1, 2, 3])
    with pytest.raises(VotesError, match="1 axes"):
        Votes.from_matrix([1, 0])


# --- parts ---


@given(EVENTS, st.sets(st.integers(0, 6)))
def test_some_of_the_people_are_as_if_the_others_had_never_come(events: list[Event], gone: set[int]) -> None:
    listed = [Statement(j) for j in range(-2, 6)]
    regions = {person: ("north", "south", "east")[person % 3] for person in range(6)}
    votes = of_events(events, statements=listed, segments={"region": regions})
    keep = ~np.isin(votes.participant_ids, sorted(gone))
    never = of_events(
        [event for event in events if event[0] not in gone], statements=listed, segments={"region": regions}
    )
    assert votes.people(keep).digest() == never.digest()
    assert votes.people(np.flatnonzero(keep)).digest() == never.digest()


@given(EVENTS, st.data())
def test_some_of_the_votes_leave_people_and_statements(events: list[Event], data: st.DataObject) -> None:
    votes = of_events(events, important=[person == 1 for person, _, _ in events])
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=votes.n_votes, max_size=votes.n_votes)), dtype=np.bool_)
    fewer = votes.rows(kept)
    assert fewer.participant_ids.tolist() == votes.participant_ids.tolist()
    assert fewer.statements == votes.statements
    table = list(as_table(votes).items())
    assert as_table(fewer) == dict(entry for entry, keep in zip(table, kept.tolist(), strict=True) if keep)
    assert fewer.important is not None
    assert fewer.important.tolist() == (fewer.participant_ids[fewer.persons] == 1).tolist()


def test_segments_are_by_label_and_undeclared_is_minus_one() -> None:
    votes = of_events(
        [(1, 0, 1), (2, 0, 1), (3, 0, 1)], segments={"region": {3: "south", "1": "north", 9: "west"}, "age": {}}
    )
    assert list(votes.segments) == ["age", "region"]
    assert votes.segments["region"].labels == ("north", "south")
    assert votes.segments["region"].codes.tolist() == [0, -1, 1]
    assert votes.segments["age"].labels == ()
    assert votes.segments["age"].codes.tolist() == [-1, -1, -1]


# --- the digest ---


@given(EVENTS, st.data())
def test_the_digest_changes_with_any_vote(events: list[Event], data: st.DataObject) -> None:
    votes = of_events([*events, (0, 0, 1)])
    row = data.draw(st.integers(0, votes.n_votes - 1))
    others = [x for x in (-1, 0, 1) if x != votes.values[row]]
    values = votes.values.copy()
    values[row] = data.draw(st.sampled_from(others))
    assert replace(votes, values=values).digest() != votes.digest()
    gone = np.ones(votes.n_votes, dtype=np.bool_)
    gone[row] = False
    assert votes.rows(gone).digest() != votes.digest()


def test_the_digest_knows_ids_marks_moderation_and_segments_but_not_texts() -> None:
    base = of_events([(1, 0, 1), (2, 0, -1)])
    spoken = replace(base, statements=(Statement(0, "a text"),))
    assert spoken.digest() == base.digest()
    codes = np.array([0, 0], dtype=np.int32)
    others = [
        replace(base, participant_ids=np.array([1, 3])),
        replace(base, statement_ids=np.array([5])),
        replace(base, important=np.array([True, False])),
        replace(base, important=np.array([False, False])),
        replace(base, statements=(Statement(0, moderation=Moderation.REJECTED),)),
        replace(base, statements=(Statement(0, moderation=Moderation.ACCEPTED),)),
        replace(base, statements=(Statement(0, meta=True),)),
        replace(base, statements=(Statement(0, moderation=Moderation.REJECTED, meta=True),)),
        replace(base, segments={"region": Segment("region", ("north",), codes)}),
        replace(base, segments={"region": Segment("region", ("south",), codes)}),
        replace(base, segments={"country": Segment("country", ("north",), codes)}),
        replace(base, segments={"region": Segment("region", ("north", "south"), codes)}),
        replace(base, segments={"region": Segment("region", ("north', 'south",), codes)}),
    ]
    digests = [votes.digest() for votes in (base, *others)]
    assert len(set(digests)) == len(digests)
