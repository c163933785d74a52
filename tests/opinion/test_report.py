"""The report: what it says, its words and its size."""

from __future__ import annotations

import dataclasses
import itertools
import re
import string
from typing import TYPE_CHECKING

import pytest

from comity.opinion.report import render_html, summary_lines
from comity.opinion.report.drawings import SHAPES, opinion_map
from comity.opinion.report.findings import main_findings
from comity.opinion.report.words import WORDS, say
from comity.opinion.result import Cell, OpinionResult, Rate, StatementResult
from comity.opinion.tables import statements_table

if TYPE_CHECKING:
    pass
from tests.opinion.reports import REPORT, SHAPED, Reader, made


@pytest.fixture(scope="module", params=SHAPED)
def result(request: pytest.FixtureRequest) -> OpinionResult:
    return made.finished(**SHAPED[request.param])  # type: ignore[no-any-return]


def test_every_shape_of_result_makes_a_sound_page(result: OpinionResult) -> None:
    page = render_html(result)
    reader = Reader(page)
    assert not reader.wrong
    assert not reader.open
    assert page == render_html(result)
    ids = [attrs["id"] for _, attrs in reader.starts if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = {(attrs["href"] or "")[1:] for tag, attrs in reader.starts if (attrs.get("href") or "").startswith("#")}
    assert targets <= set(ids)
    assert "None" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not any(tag == "script" for tag, _ in reader.starts)
    assert not any(name.startswith("on") for _, attrs in reader.starts for name in attrs)
    sources = [attrs for tag, attrs in reader.starts if {"src", "srcset", "data", "action", "poster"} & set(attrs)]
    assert not sources


def test_the_page_names_what_it_was_made_of() -> None:
    result = made.finished()
    page = render_html(result)
    for named in (
        result.software.version,
        result.settings.method,
        result.source.votes_sha256,
        result.source.attribution,
        result.format,
        "comity map --check FOLDER",
        *result.source.notes,
        *(line.replace("'", "&#39;") for line in result.source.left_out),
    ):
        assert named in page


def test_a_result_that_saw_no_votes_has_no_row_for_their_hash() -> None:
    result = made.finished()
    live = dataclasses.replace(result, source=dataclasses.replace(result.source, votes_sha256=""))
    assert say("digest") in render_html(result)
    assert say("digest") not in render_html(live)
    assert say("sums_digest") in render_html(live)


def test_headings_descend_one_step_at_a_time(result: OpinionResult) -> None:
    levels = [int(tag[1]) for tag, _ in Reader(render_html(result)).starts if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_simulated_consultation_says_so_wherever_it_is_shown() -> None:
    simulated = made.finished()
    titled = dataclasses.replace(simulated, source=dataclasses.replace(simulated.source, title="AI"))
    page = render_html(titled)
    assert "<title>SIMULATED" in page
    assert page.count("SIMULATED") >= 5  # title, banner, drawing, caption, foot
    assert any("SIMULATED" in line for line in summary_lines(titled)[:2])
    assert "SIMULATED" not in render_html(made.finished(simulated=False))


def test_without_an_axis_there_is_no_map_and_the_page_says_why() -> None:
    page = render_html(made.finished(groups=1, axes=0))
    assert "class=map" not in page
    assert say("map_none").split(",")[0] in page
    assert say("find_one_group") in page


def test_one_axis_makes_a_line_of_marks() -> None:
    result = made.finished(groups=2, axes=1)
    drawn = opinion_map(result)
    assert drawn.count('class="st"') == len(result.cells)


def test_each_mark_of_the_result_is_drawn_in_the_style_of_its_group() -> None:
    result = made.finished()
    drawn = opinion_map(result)
    assert drawn.count("<use ") == len(result.cells)
    assert "9 people of group B" in opinion_map(dataclasses.replace(result, cells=(Cell(0.0, 0.0, 9, "B"),)))
    for n, group in enumerate(result.groups):
        assert drawn.count(f'class="c g{n}"') == sum(cell.group == group.id for cell in result.cells)


def test_one_group_has_no_letter_and_no_legend() -> None:
    result = made.finished(groups=1, axes=2, simulated=False)
    drawn = opinion_map(result)
    assert "of group" not in drawn
    assert 'class="l' not in drawn
    page = render_html(result)
    assert "class=legend" not in page
    assert say("map_where") not in page


def test_groups_have_marks_of_equal_area_that_differ() -> None:
    assert len(set(SHAPES)) == len(SHAPES) == 8


def test_too_little_evidence_is_said_and_not_shown_as_zero() -> None:
    page = render_html(made.finished(headline=False))
    assert say("no_common") in page
    assert say("find_common_unknown") in page
    row = re.search(r"<tr id=s29>.*?\n", page)
    assert row
    assert row[0].count("–") >= 4
    assert "0%" not in row[0]


def test_a_single_unsure_number_of_groups_is_called_unsure() -> None:
    result = made.finished()
    unsure = dataclasses.replace(
        result, stability=dataclasses.replace(result.stability, groups_in_resamples=(3, 2, 4, 2))
    )
    assert "unsure" in main_findings(unsure)[1].lead
    assert "unsure" not in main_findings(result)[1].lead


def test_groups_that_were_given_up_are_not_said_to_have_come_back() -> None:
    result = made.finished(groups=1, axes=2)
    stability = dataclasses.replace(result.stability, resamples=6, groups_in_resamples=(2, 3, 2, 2, 2, 2))
    found = main_findings(dataclasses.replace(result, stability=stability))[1]
    assert found.lead == say("find_one_group")
    assert found.more == (say("find_given_up", resamples="6 times"),)
    never_looked = dataclasses.replace(stability, resamples=0, groups_in_resamples=())
    assert main_findings(dataclasses.replace(result, stability=never_looked))[1].more == ()


def test_a_group_that_does_not_share_the_common_ground_is_named() -> None:
    result = made.finished()
    key = result.headline[0]
    entry = result.statement(key)
    high = dataclasses.replace(entry.least_agreeing_fifth, lower=0.8)
    against = Rate(3, 1, 16, 0.15, 0.08, 0.27)
    rates = (entry.by_group[0], entry.by_group[1], against)

    def page_with(changed: StatementResult) -> OpinionResult:
        return dataclasses.replace(
            result, statements=tuple(changed if part.id == key else part for part in result.statements)
        )

    disagreeing = page_with(dataclasses.replace(entry, least_agreeing_fifth=high, by_group=rates))
    assert say("but_group", id="C", share="15%") in render_html(disagreeing)
    few = page_with(
        dataclasses.replace(
            entry, least_agreeing_fifth=high, by_group=(*rates[:2], dataclasses.replace(against, disagree=0))
        )
    )
    assert "But not in group C" not in render_html(few), "four votes are not enough to say so"
    everywhere = Rate(90, 5, 5, 0.9, 0.85, 0.94)
    agreeing = dataclasses.replace(
        result,
        statements=tuple(dataclasses.replace(part, by_group=(everywhere,) * 3) for part in result.statements),
    )
    assert main_findings(agreeing)[0].lead.endswith(say("find_common_all_groups"))
    assert say("find_common_all_groups") not in main_findings(disagreeing)[0].lead
    assert "of them more than half of every group" in main_findings(disagreeing)[0].lead


def test_the_list_says_who_it_is_for() -> None:
    result = made.finished()
    assert say("slate_all") not in render_html(result)
    entries = tuple(dataclasses.replace(part, supporters=result.slate.people) for part in result.slate.entries)
    everybody = dataclasses.replace(result, slate=dataclasses.replace(result.slate, entries=entries))
    assert say("slate_all") in render_html(everybody)


def test_quotes_and_figures_lead_to_what_they_are_made_of() -> None:
    result = made.finished()
    page = render_html(result)
    short = page[page.index("id=short") : page.index("<nav")]
    for key in (*result.headline[:3], result.divisive[0]):
        assert f"href=#s{int(key) - 1}>" in short
    assert "href=#trials " in short
    assert "href=#method>" in page[: page.index("id=short")]


def test_what_is_left_out_under_the_floor_is_a_dash_and_is_said() -> None:
    """Every figure that may be left out, left out at once."""
    result = made.finished(simulated=False)
    statements = tuple(
        dataclasses.replace(
            entry,
            overall=None if n % 2 else entry.overall,
            important=None,
            by_group=(None,) * 3,
            important_by_group=(None,) * 3,
            by_segment=tuple(dataclasses.replace(part, rates=(None,) * len(part.rates)) for part in entry.by_segment),
        )
        for n, entry in enumerate(result.statements)
    )
    hidden = dataclasses.replace(
        result,
        settings=dataclasses.replace(result.settings, floor=5),
        statements=statements,
        groups=tuple(dataclasses.replace(group, certain=None) for group in result.groups),
        segments=tuple(
            dataclasses.replace(
                part,
                sizes=(None,) * len(part.sizes),
                by_group=tuple((None,) * len(row) for row in part.by_group),
                not_declared=None,
            )
            for part in result.segments
        ),
        manipulation=dataclasses.replace(
            result.manipulation,
            clusters=tuple(
                dataclasses.replace(part, size=None, similarity=None, expected_by_chance=None, sentence="Few people.")
                for part in result.manipulation.clusters
            ),
        ),
    )
    page = render_html(hidden)
    reader = Reader(page)
    assert not reader.wrong
    assert "None" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert say("dash_floor", n=5) in page
    assert say("left_out_floor", n=5) in page
    assert "fewer than 5 votes" in page
    assert "fewer than 5 people" in page
    assert "0%" not in re.sub(
        r"<(style|svg).*?</\1>", "", page[page.index("id=segments") : page.index("id=importance")]
    )
    lines = summary_lines(hidden)
    assert "answers of" in " ".join(lines[:2])
    assert say("importance_left_out", n=5) in page
    table = statements_table(hidden).to_pylist()[1]
    assert [table[name] for name in ("agree", "pass", "share", "important", "group_A_agree", "group_B_share")] == [
        None
    ] * 6


def test_at_least_is_rounded_down() -> None:
    result = made.finished()
    entry = result.statement(result.headline[0])
    low = dataclasses.replace(entry, least_agreeing_fifth=dataclasses.replace(entry.least_agreeing_fifth, lower=0.7999))
    changed = dataclasses.replace(
        result, statements=tuple(low if part.id == entry.id else part for part in result.statements)
    )
    assert "at least 7 in 10" in main_findings(changed)[0].quotes[0].sentence.lower()


def test_five_hundred_statements_stay_under_300_kb() -> None:
    result = made.finished(statements=500, groups=5, people=1200)
    long = [f"{text[2:]} " * 8 for _, text, _ in made.texts_of(66)]
    assert len(render_html(result).encode()) < 300_000
    polis = tuple(
        dataclasses.replace(entry, text=long[n % 66][:140], translations={})
        for n, entry in enumerate(result.statements)
    )
    full = render_html(dataclasses.replace(result, statements=polis)).encode()
    assert len(full) < 310_000, "500 statements, each of 140 characters, in six languages: texts alone are 98 kB"


def test_more_than_a_thousand_statements_are_cut_and_it_is_said() -> None:
    result = made.finished(statements=1010, groups=2, people=40, segments=False)
    page = render_html(result)
    assert len(re.findall(r"<tr id=s\d+>", page)) == 1000
    assert say("all_cut", n=1000, of=1010) in page


def test_every_word_is_used_and_every_word_that_is_used_exists() -> None:
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(REPORT.iterdir())
        if path.suffix in {".py", ".j2"} and path.name != "words.py"
    )
    asked = set(re.findall(r"say\(\s*['\"]([a-z_0-9]+)['\"]\s*[,)]", written))
    assert asked <= set(WORDS), f"words.py lacks {sorted(asked - set(WORDS))}"
    quoted = set(re.findall(r"['\"]([a-z_0-9]+)['\"]", written))
    built = tuple(f"{start}_" for start in ("slate", "needs", "ranking", "find_common", "at_least", "few"))
    unused = [key for key in WORDS if key not in quoted and not key.startswith(built)]
    assert not unused, f"words.py has words that nothing says: {unused}"


def test_both_forms_of_a_word_take_the_same_blanks() -> None:
    for key, entry in WORDS.items():
        if isinstance(entry, tuple):
            blanks = [{name for _, name, _, _ in string.Formatter().parse(form) if name} for form in entry if form]
            assert all("n" in names or names <= blanks[-1] for names in blanks), key


def test_the_lines_for_a_terminal_are_few_and_plain(result: OpinionResult) -> None:
    lines = summary_lines(result)
    assert 8 <= len(lines) <= 20
    assert all("\x1b" not in line and "\n" not in line and "<" not in line for line in lines[:2])
    assert any(str(result.counts.statements) in line for line in lines)
