"""The complete analysis: erasure, the floor, what follows from published sums, moderation, importance, segments, hostile sizes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from comity.opinion import model as response
from comity.opinion import result as results
from comity.opinion import sums as summing
from comity.opinion.analysis import Analysis, analyse, conclude, published_model
from comity.opinion.chance import hash_ids, uniform
from comity.opinion.formats import read
from comity.opinion.model import FIXED_POINT
from comity.opinion.result import OpinionResult, Settings, Source
from comity.opinion.schema import result_schema
from comity.opinion.simulation import latent_groups, simulate
from comity.opinion.tables import participants_of, participants_table
from comity.opinion.tallies import Tallies
from comity.opinion.votes import Moderation, Statement, Votes, VotesError

NAN = float("nan")


def mapped(votes: Votes, **settings: Any) -> Analysis:
    return analyse(votes, Settings(**settings), coordination=False)


def texts(analysis: Analysis) -> tuple[str, str]:
    return results.to_json(analysis.result), summing.to_json(analysis.sums)


def from_sums(analysis: Analysis, votes: Votes) -> OpinionResult:
    """The findings computed again by somebody who has only sums.json and the statements."""
    again = summing.from_json(summing.to_json(analysis.sums))
    return conclude(again, votes.statements, analysis.result.settings, analysis.result.source)[0]


def without_what_needs_votes(result: OpinionResult) -> str:
    return results.to_json(replace(result, manipulation=None, slate=replace(result.slate, votes_standing=None)))


def marked_votes(n_participants: int = 240, seed: int = 0) -> Votes:
    return simulate(n_participants, 40, seed=seed, mean_votes=22).votes


@pytest.fixture(scope="module")
def votes() -> Votes:
    return marked_votes()


@pytest.fixture(scope="module")
def analysis(votes: Votes) -> Analysis:
    return mapped(votes)


@pytest.fixture(scope="module")
def floored(votes: Votes) -> Analysis:
    return mapped(votes, floor=5)


# --- erasure ---


def test_an_erased_person_leaves_no_trace_in_the_findings() -> None:
    whole = latent_groups(150, 20, 3, 14, seed=3)[0]
    regions: dict[int | str, str] = {
        person: "only here" if person == 17 else ("north", "south")[person % 2] for person in range(150)
    }
    person, column, value = whole.persons, whole.columns, whole.values

    def analysed(kept: np.ndarray, gone: list[int]) -> tuple[str, str]:
        everybody = [i for i in range(150) if i not in gone]
        declared: dict[int | str, str] = {i: region for i, region in regions.items() if i in everybody}
        votes = Votes.from_events(
            person[kept],
            column[kept],
            value[kept],
            participants=everybody,
            statements=whole.statements,
            segments={"region": declared},
        )
        return texts(analyse(votes))

    gone = [17, 99]
    keep = ~np.isin(person, gone)
    never = analysed(keep, gone)
    full = Votes.from_events(
        person, column, value, participants=range(150), statements=whole.statements, segments={"region": regions}
    )
    erased = full.people(~np.isin(full.participant_ids, gone))
    assert texts(analyse(erased)) == never
    held = Tallies.of(full).subtract(Tallies.of(full.people(np.array(gone))))
    assert texts(analyse(erased, tallies=held)) == never


def test_tallies_that_the_caller_holds_change_nothing_but_time(votes: Votes, analysis: Analysis) -> None:
    assert texts(analyse(votes, tallies=Tallies.of(votes), coordination=False)) == texts(analysis)


def test_beyond_a_limit_a_sample_decides_where_people_stand_and_everybody_what_is_found(
    votes: Votes, analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response, "SAMPLE_VOTES", votes.n_votes // 3)
    everybody = analyse(votes, coordination=False)
    monkeypatch.setattr(response, "STATEMENT_VOTES", votes.n_votes // 2)
    part = analyse(votes, coordination=False)
    assert texts(part) == texts(analyse(votes, coordination=False, threads=2))
    assert not np.array_equal(part.basis.model.means, everybody.basis.model.means)
    assert part.result.counts == everybody.result.counts == analysis.result.counts
    fifths = [
        [statement.least_agreeing_fifth.estimate or 0.0 for statement in done.result.statements]
        for done in (part, everybody)
    ]
    assert np.corrcoef(*fifths)[0, 1] > 0.95


# --- findings follow from the published sums ---


@pytest.mark.parametrize("name", ["analysis", "floored"])
def test_findings_follow_from_what_is_published(name: str, votes: Votes, request: pytest.FixtureRequest) -> None:
    done: Analysis = request.getfixturevalue(name)
    published = summing.to_json(done.sums)
    assert summing.to_json(summing.from_json(published)) == published
    assert without_what_needs_votes(from_sums(done, votes)) == without_what_needs_votes(done.result)


def test_the_model_follows_from_the_published_moments(analysis: Analysis) -> None:
    model = published_model(summing.from_json(summing.to_json(analysis.sums)))
    for j, entry in enumerate(analysis.result.statements):
        assert entry.intercept == (results.rounded(float(model.intercepts[j])) if model.active[j] else None)
    assert model.n_axes == analysis.result.quality.axes
    np.testing.assert_allclose(model.means, analysis.basis.model.means, atol=0.25)


def test_each_finding_says_what_it_needs(analysis: Analysis) -> None:
    about = {"format", "software", "source", "settings", "needs", "basis"}
    named = {key.partition(".")[0] for key in analysis.result.needs}
    assert named == set(json.loads(results.to_json(analysis.result))) - about
    assert {key for key, need in analysis.result.needs.items() if need is results.Needs.VOTES} == {
        "manipulation",
        "slate.votes_standing",
    }


def test_the_result_fits_its_schema(votes: Votes, floored: Analysis) -> None:
    for result in (floored.result, analyse(votes).result):
        jsonschema.validate(json.loads(results.to_json(result)), result_schema())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "format"),
        ("{}", "format"),
        ('{"format": "comity-opinion-sums/1"}', "incomplete or damaged"),
    ],
)
def test_sums_that_are_not_sums_are_refused(text: str, said: str) -> None:
    with pytest.raises(VotesError, match=said):
        summing.from_json(text)


# --- the floor ---


def voters(votes: Votes, part: np.ndarray, n_parts: int) -> np.ndarray:
    """(n_parts, n_statements): how many people of each part voted on each statement."""
    seen = ~np.isnan(votes.dense())
    return (
        np.stack([seen[part == p].sum(axis=0) for p in range(n_parts)])
        if n_parts
        else np.zeros((0, votes.n_statements))
    )


def test_no_entry_of_the_sums_rests_on_fewer_people_than_the_floor() -> None:
    votes = marked_votes(260, seed=2).rows(np.arange(marked_votes(260, seed=2).n_votes) % 3 > 0)
    # a statement that four people answered, and a region of three people
    few = votes.columns != 7
    few[np.flatnonzero(votes.columns == 7)[:4]] = True
    votes = votes.rows(few)
    done = mapped(votes, floor=5)
    sums, membership = done.sums, done.placement.membership
    n_groups = len(sums.group_sizes)
    seen = ~np.isnan(votes.dense())

    def rests_on_enough(entries: np.ndarray, people: np.ndarray) -> None:
        wide = np.broadcast_to(people.reshape(people.shape + (1,) * (entries.ndim - people.ndim)), entries.shape)
        assert (entries[wide < 5] == -1).all()
        assert ((entries == -1) | (entries >= 0)).all()

    assert sums.overall[7].tolist() == [-1, -1, -1]
    rests_on_enough(sums.overall, seen.sum(axis=0))
    assert (sums.overall[seen[membership >= 0].sum(axis=0) >= 5] >= 0).all()
    rests_on_enough(sums.group_counts, voters(votes, membership, n_groups))
    assert sums.important is not None
    assert sums.group_important is not None
    rests_on_enough(sums.important, seen.sum(axis=0))
    rests_on_enough(sums.group_important, voters(votes, membership, n_groups))
    assert sorted(sums.segments) == sorted(votes.segments)
    for name, segment in sums.segments.items():
        codes = votes.segments[name].codes
        declared = codes[(codes >= 0) & (membership >= 0)]
        sizes = np.bincount(declared, minlength=len(segment.labels))
        rests_on_enough(segment.sizes, sizes)
        rests_on_enough(segment.counts, voters(votes, codes, len(segment.labels)))
        assert ((segment.by_group == -1) | (segment.by_group >= 5)).all()
    assert any((segment.counts < 0).any() for segment in sums.segments.values())
    sided = np.bincount(votes.columns[votes.values != 0], minlength=votes.n_statements)
    assert not sums.active[7]
    assert (sided[sums.active] >= 5).all()
    for moments in (sums.weights, sums.signs):
        assert (moments[~sums.active] == 0).all()
    for people in (sums.cell_people, sums.bubble_people, sums.group_sizes):
        assert (people >= 5).all()
    np.testing.assert_array_equal(
        np.bincount(sums.bubble_group, weights=sums.bubble_people, minlength=n_groups), sums.group_sizes
    )
    named = {
        "overall", "group_counts", "important", "group_important", "active", "weights", "signs", "cell_people", "cell_positions",
        "bubble_people", "bubble_positions", "bubble_group", "group_sizes", "group_certain", "group_probability",
        "group_positions", "stability", "taking_part",
    }  # fmt: skip
    assert {name for name in summing.Sums.__slots__ if isinstance(getattr(sums, name), np.ndarray)} == named
    # and what was left out is not enough evidence, never nought
    entry = done.result.statements[7]
    assert (entry.overall, entry.important, entry.intercept) == (None, None, None)
    assert set(entry.by_group) == {None}
    assert entry.least_agreeing_fifth.estimate is None
    assert entry.least_agreeing_fifth.rank is None
    assert entry.id not in done.result.headline


def test_a_floor_above_the_number_of_people_leaves_nothing(votes: Votes) -> None:
    few = votes.people(np.arange(4))
    result = mapped(few, floor=5).result
    assert result.counts.on_the_map == 0
    assert result.headline == ()
    assert result.cells == ()
    assert all(entry.overall is None for entry in result.statements)


def test_without_a_floor_all_votes_are_counted(votes: Votes, analysis: Analysis) -> None:
    counts = analysis.result.counts
    dense = votes.dense()
    assert (counts.votes, counts.agrees, counts.disagrees) == (
        votes.n_votes,
        int((dense == 1).sum()),
        int((dense == -1).sum()),
    )
    for j, entry in enumerate(analysis.result.statements):
        assert (entry.overall.agree, entry.overall.passed, entry.overall.disagree) == tuple(
            int((dense[:, j] == x).sum()) for x in (1, 0, -1)
        )


# --- what is said ---


def test_groups_and_segments_are_counted_as_they_voted(votes: Votes, analysis: Analysis) -> None:
    dense, membership = votes.dense(), analysis.placement.membership
    for j, entry in enumerate(analysis.result.statements):
        for g, rate in enumerate(entry.by_group):
            assert rate.agree == int((dense[membership == g, j] == 1).sum())
        for ground in entry.by_segment:
            segment = votes.segments[ground.name]
            for code, rate in enumerate(ground.rates):
                assert rate.disagree == int((dense[segment.codes == code, j] == -1).sum())
            if ground.least.weakest is not None:
                assert ground.least.weakest in segment.labels


def test_marks_of_importance_are_counted_and_never_weigh(votes: Votes, analysis: Analysis) -> None:
    assert votes.important is not None
    marks = np.bincount(votes.columns[votes.important], minlength=votes.n_statements)
    assert [entry.important for entry in analysis.result.statements] == marks.tolist()
    other = mapped(replace(votes, important=~votes.important)).result

    def unmarked(result: OpinionResult) -> list[Any]:
        return [replace(entry, important=None, important_by_group=None) for entry in result.statements]

    assert unmarked(other) == unmarked(analysis.result)
    assert other.headline == analysis.result.headline
    never_asked = mapped(replace(votes, important=None)).result
    assert {entry.important for entry in never_asked.statements} == {None}


def test_what_moderators_took_out_is_in_no_finding(votes: Votes, analysis: Analysis) -> None:
    out = set(analysis.result.headline[:3]) | set(analysis.result.divisive[:2])
    moderated = replace(
        votes,
        statements=tuple(replace(s, moderation=Moderation.REJECTED) if s.id in out else s for s in votes.statements),
    )
    result = mapped(moderated).result
    named = {
        *result.headline,
        *result.divisive,
        *result.next_statements.most_needed,
        *result.next_statements.lacking_evidence,
    }
    named |= {m.statement for m in result.majorities} | {e.statement for e in result.slate.entries}
    named |= {r.statement for group in result.groups for r in group.representative}
    assert not named & out
    for key in out:
        entry = result.statement(key)
        assert not entry.takes_part
        assert entry.overall.seen == analysis.result.statement(key).overall.seen  # counted all the same
        assert entry.least_agreeing_fifth.rank is None
        assert entry.least_group.estimate is None
        assert entry.group_informed_consensus.estimate is None


def test_the_headline_is_ranked_by_the_lower_bound(analysis: Analysis) -> None:
    result = analysis.result
    scores = [result.statement(key).least_agreeing_fifth for key in result.headline]
    assert [score.rank for score in scores] == list(range(1, len(scores) + 1))
    lower = [score.lower for score in scores]
    assert lower == sorted(lower, reverse=True, key=lambda x: x or 0)
    assert len(result.headline) == 10
    assert result.headline_ranking is results.Ranking.LEAST_AGREEING_FIFTH


def test_quality_stands_beside_the_plain_rate(analysis: Analysis) -> None:
    quality = analysis.result.quality
    assert [trial.axes for trial in quality.trials] == list(range(len(quality.trials)))
    assert quality.axes <= analysis.result.settings.max_axes
    assert quality.log_loss <= quality.plain_log_loss
    plain, *_ = analysis.sums.trials
    assert quality.plain_log_loss == pytest.approx(plain.loss / FIXED_POINT / quality.hidden_votes, abs=1e-4)


def test_the_slate_is_held_against_the_votes(analysis: Analysis) -> None:
    slate = analysis.result.slate
    assert 0 < len(slate.entries) <= analysis.result.settings.slate_size
    assert len({entry.statement for entry in slate.entries}) == len(slate.entries)
    assert slate.certificate_holds
    assert slate.votes_standing in {"certain", "open", "refuted"}


def test_the_source_is_told_and_its_digests_filled_in(votes: Votes) -> None:
    few = votes.people(np.arange(40))
    source = Source("A title", "why", "https://example.org", "somebody", True, "", ("a note",), ("a row",))
    done = analyse(few, source=source, coordination=False)
    written = hashlib.sha256(summing.written(done.sums)).hexdigest()
    assert done.result.source == replace(source, votes_sha256=few.digest(), sums_sha256=written)


def test_progress_is_told_in_words(votes: Votes) -> None:
    said: list[str] = []
    analyse(votes.people(np.arange(30)), progress=said.append)
    assert len(said) >= 4
    assert all(text == text.strip() and text for text in said)


def test_another_seed_is_another_choice_by_chance_but_the_same_kind_of_answer(votes: Votes, analysis: Analysis) -> None:
    other = mapped(votes, seed=1).result
    assert other.settings.seed == 1
    assert len(set(other.headline) & set(analysis.result.headline)) >= 6


# --- hostile sizes ---


def matrix(n_people: int, n_statements: int, missing: float = 0.3) -> np.ndarray:
    """Votes by chance, that follow no opinion."""
    draw = uniform(hash_ids(np.arange(n_people * n_statements), 0, "hostile")).reshape(n_people, n_statements)
    return np.where(draw < missing, NAN, np.floor((draw - missing) / (1 - missing) * 3) - 1.0)


def listed(n: int, **known: Any) -> list[Statement]:
    return [Statement(j, f"statement {j}", **known) for j in range(n)]


HOSTILE: dict[str, Callable[[], Votes]] = {
    "nothing at all": lambda: Votes.from_events([], [], []),
    "statements and no votes": lambda: Votes.from_events([], [], [], statements=listed(6), participants=[1, 2]),
    "people and no statements": lambda: Votes.from_events([], [], [], participants=range(30)),
    "one person": lambda: Votes.from_matrix(matrix(1, 9)),
    "one vote": lambda: Votes.from_events([5], [5], [-1]),
    "one statement": lambda: Votes.from_matrix(matrix(50, 1)),
    "two people": lambda: Votes.from_matrix(matrix(2, 40)),
    "all rejected": lambda: Votes.from_matrix(matrix(40, 9), statements=listed(9, moderation=Moderation.REJECTED)),
    "all about the person": lambda: Votes.from_matrix(matrix(40, 9), statements=listed(9, meta=True)),
    "all pass": lambda: Votes.from_matrix(np.zeros((40, 9))),
    "everybody alike": lambda: Votes.from_matrix(np.tile([1.0, -1.0, 1.0, 0.0, NAN, 1.0], (40, 1))),
    "nobody shares a statement": lambda: Votes.from_matrix(np.where(np.eye(30) > 0, 1.0, NAN)),
    "many statements, few people": lambda: Votes.from_matrix(matrix(30, 2000, missing=0.6)),
    "ids of text": lambda: Votes.from_matrix(
        matrix(40, 9), participants=[f"person {i}" for i in range(40)], statements=[f"тезис {j}" for j in range(9)]
    ),
    "a segment that nobody declared": lambda: Votes.from_matrix(matrix(40, 9), segments={"region": {}}),
    "a segment of one": lambda: Votes.from_matrix(
        matrix(40, 9), segments={"region": {3: "here"}, "age": {i: str(i) for i in range(40)}}
    ),
    "ids at the ends of the range": lambda: Votes.from_events([-(2**63), 2**63 - 1], [2**62, -(2**62)], [1, -1]),
}


@pytest.mark.slow
@pytest.mark.parametrize("floor", [1, 5])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes_have_an_answer(name: str, floor: int) -> None:
    votes = HOSTILE[name]()
    done = analyse(votes, Settings(floor=floor))
    result = done.result
    jsonschema.validate(json.loads(results.to_json(result)), result_schema())
    unplaced = int((~done.placement.positions.placed).sum())
    assert result.counts.participants == votes.n_participants or (floor > 1 and unplaced < floor)
    assert len(result.statements) == votes.n_statements
    assert sum(group.size for group in result.groups) == result.counts.on_the_map
    assert without_what_needs_votes(from_sums(done, votes)) == without_what_needs_votes(result)
    assert result.manipulation is not None
    for entry in result.statements:
        assert entry.overall is not None or floor > 1
        if entry.overall is None or not entry.overall.seen:
            assert entry.overall is None or entry.overall.share is None
            assert entry.least_agreeing_fifth.estimate is None


@pytest.mark.parametrize("name", ["nothing at all", "two people", "ids of text", "everybody alike", "a segment of one"])
def test_the_table_of_people_knows_no_group_that_the_result_does_not_name(name: str) -> None:
    votes = HOSTILE[name]()
    done = analyse(votes, Settings(floor=5), coordination=False)
    table = participants_table(done.result, participants_of(votes, done)).to_pydict()
    assert table["id"] == votes.participant_ids.tolist()
    named = {group.id for group in done.result.groups}
    assert {group for group in table["group"] if group is not None} == named
    on_the_map = sum(group is not None for group in table["group"])
    assert on_the_map == done.result.counts.on_the_map


def test_a_conversation_without_answers_says_so() -> None:
    result = analyse(HOSTILE["statements and no votes"]()).result
    assert (result.headline, result.divisive, result.majorities, result.cells, result.slate.entries) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert result.quality.axes == 0
    assert len(result.next_statements.lacking_evidence) == 6


# --- a real conversation ---


def test_a_real_conversation(shared: Path) -> None:
    votes = read(shared / "data" / "polis" / "brexit-consensus").votes
    done = analyse(votes, Settings(floor=5))
    result = done.result
    jsonschema.validate(json.loads(results.to_json(result)), result_schema())
    assert result.quality.log_loss < result.quality.plain_log_loss
    assert result.quality.auc > result.quality.plain_auc
    assert without_what_needs_votes(from_sums(done, votes)) == without_what_needs_votes(result)
