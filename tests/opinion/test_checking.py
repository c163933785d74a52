"""Checking a published result: what is untouched is identical, and no figure can be changed unnoticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.opinion import sums as summing
from comity.opinion.analysis import NEEDS, Analysis, analyse
from comity.opinion.checking import FindingCheck, Verdict, check, differences
from comity.opinion.reading import CheckError, read_result, read_sums
from comity.opinion.result import Needs, Settings, to_json
from comity.opinion.simulation import simulate

BESIDE = ("needs", "statement texts", "settings", "votes", "sums")
WORDS = ("software", "source", "format")


@cache
def published(floor: int = 1) -> Analysis:
    return analyse(simulate(160, 12, seed=3).votes, Settings(floor=floor))


def result_data(floor: int = 1) -> Any:
    return json.loads(to_json(published(floor).result))


def sums_data(floor: int = 1) -> Any:
    return json.loads(summing.to_json(published(floor).sums))


def as_sums(data: Any) -> str:
    """What `sums.to_json` would write of these figures."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def verdicts(result: Any, sums: Any, analysis: Analysis | None = None) -> dict[str, FindingCheck]:
    found = check(read_result(json.dumps(result)), read_sums(as_sums(sums)), analysis)
    assert len({entry.finding for entry in found}) == len(found)
    return {entry.finding: entry for entry in found}


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every figure of a tree of JSON with its path."""
    if isinstance(tree, (dict, list)):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(value, (*path, key))
    elif isinstance(tree, (int, float)) or tree is None:
        yield path, tree


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    tree = copy.deepcopy(tree)
    at = tree
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return tree


# --- what is untouched ---


@pytest.mark.parametrize("floor", [1, 5])
def test_what_needs_only_the_sums_is_identical_and_the_rest_needs_the_votes(floor: int) -> None:
    found = verdicts(result_data(floor), sums_data(floor))
    assert set(found) == {*NEEDS, *BESIDE}
    for name, needs in NEEDS.items():
        assert found[name].verdict is (Verdict.IDENTICAL if needs is Needs.SUMS else Verdict.NEEDS_VOTES), found[name]
    assert found["needs"].verdict is Verdict.IDENTICAL
    assert {found[name].verdict for name in ("statement texts", "settings", "votes", "sums")} == {Verdict.NEEDS_VOTES}


@pytest.mark.parametrize("floor", [1, 5])
def test_with_the_votes_everything_is_identical(floor: int) -> None:
    found = verdicts(result_data(floor), sums_data(floor), published(floor))
    assert {entry.verdict for entry in found.values()} == {Verdict.IDENTICAL}, found


def test_a_result_read_back_is_the_one_that_was_written() -> None:
    assert read_result(to_json(published().result)) == published().result


def test_texts_and_titles_may_be_in_any_words_and_are_read_back() -> None:
    result = replace(published().result, source=replace(published().result.source, title="\u202eرأي\n", notes=("é",)))
    assert read_result(to_json(result)) == result


# --- what was changed ---


@pytest.mark.slow
@given(st.data())
def test_no_figure_of_the_result_can_be_changed_unnoticed(data: st.DataObject) -> None:
    original = result_data()
    figures = [entry for entry in leaves(original) if entry[0][0] not in WORDS]
    path, value = data.draw(st.sampled_from(figures))
    other = data.draw(
        st.one_of(
            st.none(), st.booleans(), st.integers(-3, 3000), st.floats(-2, 2), st.just((value or 0) + 0.0001)
        ).filter(lambda new: new != value or isinstance(new, bool) != isinstance(value, bool))
    )
    tampered = changed(original, path, other)
    try:
        found = verdicts(tampered, sums_data())
        with_votes = verdicts(tampered, sums_data(), published())
    except CheckError:
        return  # it does not even look like a result any more
    assert Verdict.DIFFERS in {entry.verdict for entry in with_votes.values()}
    needs_votes = path[0] in ("settings", "manipulation") or path[:2] == ("slate", "votes_standing")
    assert needs_votes or Verdict.DIFFERS in {entry.verdict for entry in found.values()}, path


@pytest.mark.slow
@given(st.data())
def test_no_figure_of_the_sums_can_be_changed_unnoticed(data: st.DataObject) -> None:
    original = sums_data()
    path, value = data.draw(st.sampled_from(list(leaves(original))))
    numbers = st.one_of(st.integers(-3, 3000), st.integers(-(2**62), 2**62), st.integers(2**63, 2**65))
    other = data.draw(numbers.filter(lambda new: new != value))
    tampered = changed(original, path, other)
    try:
        found = verdicts(result_data(), tampered)
        with_votes = verdicts(result_data(), tampered, published())
    except CheckError:
        return  # such sums cannot be
    assert with_votes["sums"].verdict is Verdict.DIFFERS
    assert found["sums"].verdict is Verdict.DIFFERS


@pytest.mark.slow
def test_a_vote_added_to_the_published_counts_is_found_without_the_votes() -> None:
    for j in range(len(sums_data()["overall"])):
        for side in range(3):
            tampered = sums_data()
            tampered["overall"][j][side] += 1
            found = verdicts(result_data(), tampered)
            assert found["counts"].verdict is Verdict.DIFFERS
            assert found["statements"].verdict is Verdict.DIFFERS


@pytest.mark.parametrize(
    ("finding", "path", "value"),
    [
        ("counts", ("counts", "votes"), 1),
        ("quality", ("quality", "log_loss"), 0.1),
        ("headline_ranking", ("headline_ranking",), "least_group"),
        ("headline", ("headline", 0), 999),
        ("divisive", ("divisive", 0), 999),
        ("majorities", ("majorities",), []),
        ("groups", ("groups", 0, "size"), 1),
        ("stability", ("stability", "resamples"), 1000),
        ("segments", ("segments", 0, "not_declared"), 999),
        ("cells", ("cells", 0, "people"), 1),
        ("slate", ("slate", "certificate_holds"), False),
        ("next_statements", ("next_statements", "most_needed"), []),
        ("statements", ("statements", 0, "overall", "share"), 0.99),
        ("needs", ("needs", "headline"), "votes"),
        ("settings", ("settings", "floor"), 2),
    ],
)
def test_each_finding_is_checked_from_the_sums(finding: str, path: tuple[Any, ...], value: Any) -> None:
    found = verdicts(changed(result_data(), path, value), sums_data())
    differing = {name for name, entry in found.items() if entry.verdict is Verdict.DIFFERS}
    assert finding in differing
    place = path[0] + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path[1:])
    assert any(entry.path.startswith(place) for entry in found[finding].differences), found[finding].differences


def test_any_change_of_the_sums_is_found_without_the_votes() -> None:
    """Figures from which no published finding was computed, too: a weight changed by a millionth, people of no finding."""
    for path in (("weights", 0, 0), ("signs", 1, 0), ("cell_positions", 0, 0), ("group_probability", 0), ("hidden",)):
        value = sums_data()
        for key in path:
            value = value[key]
        found = verdicts(result_data(), changed(sums_data(), path, value + 1))["sums"]
        assert found.verdict is Verdict.DIFFERS
        assert found.differences[-1].path == "source.sums_sha256"


@pytest.mark.parametrize(
    ("finding", "path", "value"),
    [
        ("manipulation", ("manipulation",), None),
        ("manipulation", ("manipulation", "people_compared"), 3),
        ("slate.votes_standing", ("slate", "votes_standing"), "refuted"),
        ("statement texts", ("statements", 0, "text"), "Something else."),
        ("statement texts", ("statements", 0, "moderation"), "rejected"),
        ("settings", ("settings", "seed"), 99),
        ("votes", ("source", "votes_sha256"), "0" * 64),
        ("votes", ("source", "simulated"), True),
    ],
)
def test_the_rest_is_checked_from_the_votes(finding: str, path: tuple[Any, ...], value: Any) -> None:
    tampered = changed(result_data(), path, value)
    assert verdicts(tampered, sums_data())[finding].verdict is Verdict.NEEDS_VOTES
    assert verdicts(tampered, sums_data(), published())[finding].verdict is Verdict.DIFFERS


def test_a_statement_left_out_or_put_in_is_found() -> None:
    fewer, more = result_data(), result_data()
    del fewer["statements"][3]
    more["statements"].append({**more["statements"][-1], "id": 10_000})
    for tampered in (fewer, more):
        assert verdicts(tampered, sums_data())["statements"].verdict is Verdict.DIFFERS


def test_sums_and_result_of_different_votes_do_not_belong_together() -> None:
    other = analyse(simulate(160, 12, seed=4).votes)
    found = verdicts(result_data(), json.loads(summing.to_json(other.sums)))
    assert found["counts"].verdict is Verdict.DIFFERS


# --- what cannot be checked at all ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "does not say format"),
        ("null", "does not say format"),
        ('{"format": "comity-opinion-result/99"}', "does not say format"),
        ('{"format": "comity-opinion-result/1"}', "has no software"),
        ('{"format": "a", "format": "comity-opinion-result/1"}', "names a key twice"),
        ('{"format": NaN}', "NaN"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_damaged_result_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(CheckError, match=said):
        read_result(text)


def test_what_does_not_belong_into_a_result_is_named() -> None:
    data = result_data()
    data["statements"][2]["overall"]["agree"] = "many"
    with pytest.raises(CheckError, match=r"statements\[2\]\.overall\.agree is \"many\""):
        read_result(json.dumps(data))
    with pytest.raises(CheckError, match="has praise, which does not belong there"):
        read_result(json.dumps({**result_data(), "praise": 1}))
    with pytest.raises(CheckError, match="moderation"):
        read_result(json.dumps(changed(result_data(), ("statements", 0, "moderation"), "loved")))


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "not valid JSON"), ("{}", "format"), ("[]", "format"), ('{"format": "comity-opinion-sums/1"}', "damaged")],
)
def test_damaged_sums_are_refused(text: str, said: str) -> None:
    with pytest.raises(CheckError, match=said):
        read_sums(text)


def test_sums_are_whole_numbers_and_nothing_else() -> None:
    segment = next(iter(sums_data()["segments"]))
    places = [
        ("overall", 0, 0), ("participants",), ("group_sizes", 0), ("trials", 1, "loss"),
        ("segments", segment, "not_declared"), ("segments", segment, "counts", 0, 0, 1),
    ]  # fmt: skip
    for path in places:
        for value in (1.5, 3.0, True, None, "3", 2**70, [1]):
            with pytest.raises(CheckError):
                read_sums(as_sums(changed(sums_data(), path, value)))
    with pytest.raises(CheckError):
        read_sums(as_sums(changed(sums_data(), ("resampled",), [1.5])))
    with pytest.raises(CheckError, match=r"overall\[0\]\[0\] is 1.5, which is no whole number"):
        read_sums(as_sums(changed(sums_data(), ("overall", 0, 0), 1.5)))
    with pytest.raises(CheckError):
        read_sums(as_sums(changed(sums_data(), ("active", 0), 1)))
    assert read_sums(as_sums(sums_data())).participants > 0


def test_sums_are_read_as_they_were_written_or_not_at_all() -> None:
    written = as_sums(sums_data())
    for other in (written.rstrip(), written.replace(",", ", ", 1), as_sums({**sums_data(), "more": []})):
        with pytest.raises(CheckError, match="not as Comity writes it"):
            read_sums(other)
    labelled = replace(published().sums, segments={"\ud800": next(iter(published().sums.segments.values()))})
    bytes_on_disk = summing.written(labelled)
    assert summing.to_json(summing.from_json(bytes_on_disk.decode())) == summing.to_json(labelled)


@pytest.mark.parametrize(
    "name", ["overall", "weights", "signs", "active", "cell_people", "group_counts", "statement_ids"]
)
def test_sums_of_other_shapes_are_refused_before_anything_is_computed(name: str) -> None:
    data = sums_data()
    data[name] = data[name][:-1]
    with pytest.raises(CheckError):
        verdicts(result_data(), data)


def test_people_who_are_in_no_cell_are_missed() -> None:
    data = sums_data()
    data["cell_people"][0] += 1
    found = verdicts(result_data(), data)["sums"]
    assert found.verdict is Verdict.DIFFERS
    assert found.differences[0].path.startswith("sums.cell_people")


# --- comparing trees ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, JSON)
@example([1], [True])
@example({"a": None}, {})
def test_two_trees_differ_exactly_when_their_json_does(one: Any, other: Any) -> None:
    assert not list(differences("x", one, copy.deepcopy(one)))
    same = canonical(one) == canonical(other)
    assert (not list(differences("x", one, other))) == same


def canonical(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: canonical(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [canonical(value) for value in tree]
    return (isinstance(tree, bool), tree)
