"""The report: what it says, that hostile texts stay texts, its size, its files, and how it behaves in a real browser."""

from __future__ import annotations

import dataclasses
import html.parser
import importlib.util
import itertools
import json
import os
import re
import string
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyarrow import parquet

from comity.opinion.report import FILES, OutputError, render_html, summary_lines, write_folder
from comity.opinion.report.drawings import SHAPES, opinion_map
from comity.opinion.report.findings import main_findings
from comity.opinion.report.texts import harmless, language_tag, paragraphs, translation
from comity.opinion.report.words import WORDS, say
from comity.opinion.result import Cell, OpinionResult, Ranking, Rate, StatementResult, to_json
from comity.opinion.tables import ParticipantTable, TableError, participants_table, statements_table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REPORT = Path(__file__).resolve().parents[2] / "src/comity/opinion/report"


def _finished_results() -> ModuleType:
    spec = importlib.util.spec_from_file_location("opinion_finished", Path(__file__).with_name("finished.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


made = _finished_results()

SHAPED: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "one group, no axis": {"groups": 1, "axes": 0, "simulated": False},
    "one axis, no segments": {"groups": 2, "axes": 1, "segments": False, "simulated": False},
    "no headline": {"headline": False},
    "hostile": {"texts": made.HOSTILE},
    "many groups, four axes": {"groups": 10, "axes": 4, "people": 900},
    "least group": {"ranking": Ranking.LEAST_GROUP},
    "consensus": {"ranking": Ranking.GROUP_INFORMED_CONSENSUS},
}


@pytest.fixture(scope="module", params=SHAPED)
def result(request: pytest.FixtureRequest) -> OpinionResult:
    return made.finished(**SHAPED[request.param])  # type: ignore[no-any-return]


class Reader(html.parser.HTMLParser):
    """Collects what a page is made of; table parts, list items and paragraphs may end by themselves."""

    MAY_END = frozenset({"tr", "td", "th", "li", "thead", "tbody", "p", "meta", "link", "path", "rect", "line", "use"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))
        if tag not in self.MAY_END:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.MAY_END:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


# --- the page ---


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


# --- hostile texts ---


def test_hostile_texts_stay_texts() -> None:
    result = made.finished(texts=made.HOSTILE)
    page = render_html(result)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<img" not in page
    assert "{{ 7 * 7 }}" in page
    assert "49" not in re.findall(r"\{\{.*?\}\}", page)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert "[U+202E]gnp.exe" in page
    assert "x" * 601 not in page
    assert say("cut_text", n=600) in page
    for line in summary_lines(result):
        assert line.isprintable()
        assert len(line) < 400


def test_hostile_names_labels_titles_and_addresses_stay_texts() -> None:
    result = made.finished()
    evil = '"><svg onload=alert(1)>\u202e'
    source = dataclasses.replace(
        result.source,
        title=evil,
        description=evil,
        url="javascript:alert(1)",
        attribution=evil,
        notes=(evil,),
        left_out=(evil,),
    )
    segments = tuple(dataclasses.replace(part, labels=tuple(evil for _ in part.labels)) for part in result.segments)
    statements = tuple(dataclasses.replace(entry, language=evil, moderation=evil) for entry in result.statements)
    page = render_html(dataclasses.replace(result, source=source, segments=segments, statements=statements))
    assert "<svg onload" not in page
    assert 'href="javascript' not in page
    assert not any("onload" in attrs for _, attrs in Reader(page).starts)
    assert "\u202e" not in page


def test_ids_that_are_texts_stay_texts() -> None:
    result = made.finished(statements=20, people=100, groups=1, axes=0)
    evil = '"><b>x'
    statements = (dataclasses.replace(result.statements[0], id=evil), *result.statements[1:])
    page = render_html(
        dataclasses.replace(
            result,
            statements=statements,
            headline=(evil,),
            divisive=(),
            majorities=(),
            slate=dataclasses.replace(result.slate, entries=()),
        )
    )
    assert "<b>x" not in page


def test_harmless_keeps_what_languages_need() -> None:
    for kept in ("می\u200cخواهم", "क\u094d\u200dष", "👩\u200d🔬", "\u200fשלום", "e\u0301te\u0301", "ไทย\u200bไทย"):
        assert harmless(kept) == kept
    assert harmless("a\r\n\r\n b\t\u2028c") == "a b c"
    assert harmless("\x1b[31mred") == "[U+001B][31mred"
    assert harmless("x" * 10_000, 10) == "x" * 10 + " …"
    assert paragraphs("one\n\ntwo\nstill two\n\n\n") == ["one", "two still two"]
    assert sum(map(len, paragraphs("word " * 200 + "\n\n" + "more " * 900, 300))) <= 304


def test_languages_and_translations() -> None:
    assert [language_tag(tag) for tag in ("ar", "zh-Hant-TW", "", "x" * 9, "e n", "en\n")] == [
        "ar",
        "zh-Hant-TW",
        "",
        "",
        "",
        "",
    ]
    assert translation({"en": "Hello"}, "ar", "en") == "Hello"
    assert translation({"en": "Hello"}, "en-GB", "en") == ""
    assert translation({"fr": "Bonjour"}, "ar", "en") == ""


# --- words ---


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


# --- files ---


def test_the_folder_holds_five_whole_files(tmp_path: Path) -> None:
    result = made.finished(texts=made.HOSTILE)
    folder = tmp_path / "new" / "folder"
    write_folder(folder, result, made.table_of(result), '{"format": "sums"}\n')
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert (folder / "report.html").read_text(encoding="utf-8") == render_html(result)
    assert json.loads((folder / "result.json").read_text(encoding="utf-8")) == json.loads(to_json(result))
    (folder / "mine.txt").write_text("kept")
    before = {name: (folder / name).read_bytes() for name in FILES}
    write_folder(folder, result, made.table_of(result), '{"format": "sums"}\n')
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    assert (folder / "mine.txt").exists()


def test_a_file_in_the_way_is_named_with_its_mend(tmp_path: Path) -> None:
    result = made.finished(statements=12, people=60)
    (tmp_path / "out").write_text("here first")
    with pytest.raises(OutputError, match=r"out is a file: give a folder"):
        write_folder(tmp_path / "out", result, made.table_of(result), "{}")
    with pytest.raises(OutputError, match="cannot write to"):
        write_folder(tmp_path / "out" / "below", result, made.table_of(result), "{}")
    (tmp_path / "taken" / "sums.json").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"sums\.json is a folder"):
        write_folder(tmp_path / "taken", result, made.table_of(result), "{}")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["sums.json"]
    assert (tmp_path / "out").read_text() == "here first"


def test_nothing_is_replaced_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = made.finished(statements=12, people=60)
    write_folder(tmp_path, result, made.table_of(result), "old")
    synced = []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 4:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_folder(tmp_path, result, made.table_of(result), "new")
    assert (tmp_path / "sums.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


# --- tables ---


def test_the_table_of_statements_holds_the_result() -> None:
    result = made.finished(texts=made.HOSTILE[:3])
    table = statements_table(result)
    assert table.num_rows == len(result.statements)
    row = table.slice(20, 1).to_pylist()[0]
    entry = result.statements[20]
    assert row["id"] == entry.id
    assert (row["agree"], row["pass"], row["disagree"]) == (
        entry.overall.agree,
        entry.overall.passed,
        entry.overall.disagree,
    )
    assert row["group_B_lower"] == entry.by_group[1].lower
    assert row["least_agreeing_fifth_rank"] == entry.least_agreeing_fifth.rank
    assert dict(row["translations"]) == entry.translations
    assert [(part["segment"], part["label"]) for part in row["by_segment"]][:2] == [
        ("region", "Africa"),
        ("region", "Americas"),
    ]
    last = table.slice(59, 1).to_pylist()[0]
    assert last["share"] is None
    assert last["agree"] == 0
    assert last["least_agreeing_fifth"] is None
    assert table.schema.metadata[b"votes_sha256"].decode() == result.source.votes_sha256
    assert table.schema.metadata[b"simulated"] == b"true"


def test_the_table_of_people_has_nulls_and_not_zeros(tmp_path: Path) -> None:
    result = made.finished()
    for ids in ((), tuple(f"p{n:02}" for n in range(12))):
        people = made.table_of(result, ids=ids)
        write_folder(tmp_path, result, people, "{}")
        rows = parquet.read_table(tmp_path / "participants.parquet").to_pylist()
        assert [row["id"] for row in rows] == people.ids.tolist()
        assert rows[-1]["group"] is None
        assert rows[-1]["position_1"] is None
        assert rows[-1]["probability_A"] is None
        assert rows[0]["group"] == "A"
        assert rows[0]["segment_region"] is None
        assert rows[1]["segment_region"] == "Africa"


def test_arrays_that_do_not_belong_together_are_named() -> None:
    result = made.finished(statements=12, people=60)
    people = made.table_of(result)
    with pytest.raises(TableError, match="group has shape"):
        dataclasses.replace(people, group=np.zeros(3, dtype=np.int32))
    with pytest.raises(TableError, match="position_sd"):
        dataclasses.replace(people, position_sd=people.position_sd[:, :1])
    with pytest.raises(TableError, match="probability has 2 columns"):
        participants_table(result, dataclasses.replace(people, probability=people.probability[:, :2]))
    with pytest.raises(TableError, match="index 7"):
        participants_table(result, dataclasses.replace(people, group=np.full(12, 7, dtype=np.int32)))
    assert isinstance(people, ParticipantTable)


# --- in a browser ---


@pytest.fixture
def page_of(browser: Browser, tmp_path: Path) -> Any:
    """Opens a result as a page; the page fails the test if it asks for anything from a network or complains."""
    opened: list[tuple[Page, list[str]]] = []

    def show(result: OpinionResult, *, width: int = 390, height: int = 844, scheme: Any = "light") -> Page:
        path = tmp_path / "report.html"
        path.write_text(render_html(result), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        noticed: list[str] = []
        page.on("request", lambda request: noticed.append(request.url) if request.url != path.as_uri() else None)
        page.on(
            "console", lambda message: noticed.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.goto(path.as_uri())
        opened.append((page, noticed))
        return page

    yield show
    for page, noticed in opened:
        page.close()
        assert [what for what in noticed if not what.startswith("data:")] == []


def _open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("shape", ["ordinary", "hostile", "many groups, four axes", "one axis, no segments"])
def test_nothing_is_wider_than_the_screen(page_of: Any, shape: str, width: int) -> None:
    page = page_of(made.finished(**SHAPED[shape]), width=width)
    _open_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "scheme"),
    [("ordinary", "light"), ("ordinary", "dark"), ("one group, no axis", "light"), ("one axis, no segments", "dark")],
)
def test_axe_finds_no_barrier(page_of: Any, shape: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = page_of(made.finished(statements=30, people=200, **SHAPED[shape]), scheme=scheme)
    _open_everything(page)
    found = Axe().run(page)
    assert len(found.response["passes"]) > 15, "axe looked at too little"
    assert found.violations_count == 0, found.generate_report()


def test_every_drawing_has_a_name_a_description_and_a_table(page_of: Any) -> None:
    page = page_of(made.finished())
    drawings = page.evaluate(
        """[...document.querySelectorAll('svg:not([aria-hidden])')].map(svg => ({
            title: svg.querySelector(':scope > title')?.textContent, desc: svg.querySelector(':scope > desc')?.textContent,
            rows: svg.closest('section').querySelectorAll('details table tbody tr').length,
            cells: svg.querySelectorAll('use').length}))"""
    )
    assert len(drawings) == 1
    assert drawings[0]["title"]
    assert drawings[0]["desc"]
    assert drawings[0]["rows"] == drawings[0]["cells"] > 0
    hidden = "[...document.querySelectorAll('svg.b')].every(svg => svg.closest('tr').querySelectorAll('td')[1].textContent.trim())"
    assert page.evaluate(hidden)


def test_statements_keep_their_language_and_direction(page_of: Any) -> None:
    page = page_of(made.finished())
    found = page.evaluate(
        """[...document.querySelectorAll('[dir=auto][lang]')].map(part => [part.lang, getComputedStyle(part).direction,
            getComputedStyle(part).unicodeBidi])"""
    )
    assert {lang for lang, _, _ in found} == {"ar", "zh", "en", "fr", "ru", "es"}
    assert all(direction == ("rtl" if lang == "ar" else "ltr") for lang, direction, _ in found)
    assert all(bidi in ("isolate", "plaintext") for _, _, bidi in found)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page_of: Any) -> None:
    page = page_of(made.finished())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    kinds = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, outline, style = page.evaluate(
            """(() => { const at = document.activeElement, style = getComputedStyle(at);
                return [at.tagName, parseFloat(style.outlineWidth), style.outlineStyle]; })()"""
        )
        kinds.add(kind)
        assert outline >= 2, kind
        assert style != "none", kind
    assert {"A", "SUMMARY"} <= kinds


def test_a_number_leads_to_its_row_in_the_closed_table(page_of: Any) -> None:
    page = page_of(made.finished())
    page.click("#common a.no >> nth=0")
    assert page.evaluate("document.querySelector('details.long').open")
    assert page.evaluate("document.querySelector(':target').tagName") == "TR"


def test_print_is_black_on_white_and_opens_what_is_short(page_of: Any) -> None:
    page = page_of(made.finished(), scheme="dark", width=680)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.querySelector('#segments table').getBoundingClientRect().height") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_the_page_mirrors_with_its_language(page_of: Any) -> None:
    page = page_of(made.finished())
    page.evaluate("document.documentElement.dir = 'rtl'")
    bar, figure = page.evaluate(
        "['td:nth-child(2)', 'td:nth-child(4)'].map(part => document.querySelector('table.r ' + part).getBoundingClientRect().left)"
    )
    assert bar > figure
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
