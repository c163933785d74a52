"""The map by one statement or one answer, the history of opinion, weighting by several questions, and how things are called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from tests.office.consultations.conftest import Town, crowd, opened, prepared, publish

from comity.ballot_box import Answer, Follower, Published, new_participant
from comity.groundwork.actions import cite
from comity.groundwork.refs import Ref, name_all
from comity.groundwork.translated import Text
from comity.office.consultations import actions
from comity.office.consultations.actions.consultations import SegmentAsked
from comity.office.consultations.box import the_box
from comity.office.consultations.charts import Line, lines_over_time
from comity.office.consultations.forms import TargetsForm, TermsForm
from comity.office.consultations.models import STATEMENT, Consultation
from comity.office.consultations.queries import history, maps
from comity.office.consultations.queries.results import latest

Browse = Callable[..., Client]
WHERE = SegmentAsked(question=Text.of("Where?"), labels=(Text.of("North"), Text.of("South")))
WORK = SegmentAsked(question=Text.of("Work?"), labels=(Text.of("Office"), Text.of("Field"), Text.of("Sea")))


def at(current: Consultation, page: str) -> str:
    return f"/en/consultations/{current.id}/results{page}"


@pytest.fixture
def asked(town: Town) -> Consultation:
    """Sixty people in two camps who say where they are; nobody is at sea."""
    current = opened(town.actor(), segments=[WHERE, WORK])
    for number, who in enumerate(crowd(current, people=60)):
        said = {"Where?": "South" if number % 4 == 1 else "North", "Work?": "Office" if number % 3 else "Field"}
        the_box().declare(current.id, who, said)
    publish(current)
    return current


# --- the map ---


def test_marks_are_shaded_by_how_people_lean_where_they_stand(asked: Consultation, browse: Browse) -> None:
    shown = latest(asked)
    assert shown is not None
    result = shown.result
    divides = maps.by_statement(result, 3)
    assert divides is not None
    leans = {cell.group: maps.expected(result, result.statement(3), cell) for cell in result.cells}
    assert min(leans.values()) < 0.3
    assert max(leans.values()) > 0.7
    assert sum(int(people) for _style, _word, people in divides.legend) == sum(cell.people for cell in result.cells)
    html = browse().get(at(asked, "/map?by=statement-3")).content.decode()
    assert 'class="c s5"' in html
    assert 'class="c s1"' in html or 'class="c s2"' in html
    assert "What was answered" in html


def test_an_answer_about_oneself_is_shown_by_group_and_never_for_a_few(asked: Consultation, browse: Browse) -> None:
    shown = latest(asked)
    assert shown is not None
    labels = {label.word.original: label for one in asked.segments.all() for label in one.labels.all()}
    offered = browse().get(at(asked, "/map")).context["choices"]["answers"]
    assert {label.word.original for label in offered} == {"North", "South", "Office", "Field"}
    south = maps.by_answer(shown.result, labels["South"])
    assert south is not None
    segment = next(one for one in shown.result.segments if one.name == "Where?")
    for n in segment.by_group[segment.labels.index("South")]:
        assert n is None or n >= 5
    html = browse().get(at(asked, f"/map?by=answer-{labels['South'].id}")).content.decode()
    assert "Share of the group" in html
    box = the_box()
    for number in range(8):
        who = new_participant()
        box.cast(asked.id, who, [Answer(1, 1), Answer(3, -1), Answer(4, -1)])
        box.declare(asked.id, who, {"Work?": "Sea" if number < 3 else "Office"})
    Follower(box.store, box.shelf, beside=False).step()
    shown = latest(asked)
    assert shown is not None
    assert shown.result.counts.participants == 68
    sea = maps.by_answer(shown.result, labels["Sea"])
    assert sea is None or {people for _mark, people, _share in sea.groups} == {"–"}
    offered = browse().get(at(asked, "/map")).context["choices"]["answers"]
    assert "Sea" not in {label.word.original for label in offered}


@pytest.mark.parametrize("by", ["statement-99", "statement-x", "answer-1", "nothing", "", "statement-", "answer-é"])
def test_what_the_map_does_not_know_shows_the_groups(asked: Consultation, browse: Browse, by: str) -> None:
    page = browse().get(at(asked, "/map"), {"by": by})
    assert page.status_code == 200
    assert page.context["shaded"] is None
    assert "<svg" in page.content.decode()


def test_without_results_map_and_history_say_what_belongs_there(town: Town, browse: Browse) -> None:
    assert "There is no map" in browse().get(at(town.consultation, "/map")).content.decode()
    assert "fewer than two published results" in browse().get(at(town.consultation, "/history")).content.decode()


def test_words_of_the_map_are_in_the_language_of_the_page(asked: Consultation, browse: Browse) -> None:
    html = browse().get(at(asked, "/map").replace("/en/", "/ar/")).content.decode()
    drawing = html[html.index('<svg class="map"') :]
    assert "شخص" in drawing[: drawing.index("</svg>")]


# --- history ---


def test_history_tells_of_each_version_and_works_as_a_table(asked: Consultation, browse: Browse) -> None:
    box = the_box()
    for _ in range(12):
        who = new_participant()
        box.cast(asked.id, who, [Answer(number, 1 if number < 5 else -1) for number in range(1, 7)])
    Follower(box.store, box.shelf, beside=False).step()
    told = history.history(asked)
    assert [then.people for then in told] == sorted(then.people for then in told)
    assert told[-1].people == 72
    assert len(told) >= 2
    page = browse().get(at(asked, "/history"))
    html = page.content.decode()
    assert html.count("<tbody>") == 2
    assert 'class="map lines"' in html
    assert " style=" not in html
    assert "<script" not in html.split("</head>")[1]
    assert page.context["rows"][0]["people"] == "72"
    arabic = browse().get(at(asked, "/history").replace("/en/", "/ar/")).content.decode()
    assert 'class="map lines"' in arabic


def test_history_is_shown_when_results_are(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), showing="frozen")
    crowd(current)
    publish(current)
    for page in ("/history", "/map", "/report/print", "/report.pdf"):
        assert browse().get(at(current, page)).status_code == 409
        assert browse(town.secretary).get(at(current, page)).status_code == 200


def test_the_report_comes_as_a_pdf_where_the_machine_can_make_one(
    asked: Consultation, browse: Browse, chromium_path: str, settings: Any
) -> None:
    settings.COMITY_CHROMIUM = chromium_path
    visitor = browse()
    where = at(asked, "/report.pdf").replace("/en/", "/ar/")
    assert where in visitor.get(at(asked, "").replace("/en/", "/ar/")).content.decode()
    answer = visitor.get(where)
    assert answer["Content-Type"] == "application/pdf"
    assert f"consultation-{asked.id}-ar.pdf" in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")


def test_without_a_program_for_it_no_pdf_is_offered(
    asked: Consultation, browse: Browse, settings: Any, tmp_path: Path
) -> None:
    settings.COMITY_CHROMIUM = str(tmp_path / "nowhere")
    assert "report.pdf" not in browse().get(at(asked, "")).content.decode()
    answer = browse().get(at(asked, "/report.pdf"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "save it as a PDF" in answer.content.decode()


def test_a_group_is_taken_for_the_one_before_whose_answers_were_nearest() -> None:
    left, right, new = {1: 0.9, 2: 0.1}, {1: 0.2, 2: 0.8}, {1: 0.5, 2: 0.5}
    assert history.followed([[left, right], [right, left], [left, right, new]]) == [
        ["a", "b"],
        ["b", "a"],
        ["a", "b", "c"],
    ]
    assert history.followed([[left], [right]]) == [["a"], ["b"]]
    assert history.followed([[], [left], [{3: 0.5}]]) == [[], ["a"], ["b"]]


def test_versions_are_thinned_evenly_over_time_and_the_ends_stay() -> None:
    kept = [Published("c", str(n), n * 1000, False, n) for n in (*range(5), *range(3600, 3700))]
    chosen = history.spread(kept, 10)
    assert (chosen[0], chosen[-1]) == (kept[0], kept[-1])
    assert len(chosen) <= 10
    assert [one.at for one in chosen] == sorted(one.at for one in chosen)
    assert history.spread(kept[:3], 10) == kept[:3]


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_line_is_broken_where_nothing_is_known_and_time_may_run_leftwards(mirrored: bool) -> None:
    began = datetime(2026, 11, 1, tzinfo=UTC)
    moments = [began + timedelta(hours=n) for n in range(4)]
    drawn = lines_over_time(
        "A", moments, ("first", "last"), [(0.5, "50%")], [Line("<i>", (0.1, None, 0.3, 0.4))], mirrored=mirrored
    )
    path = drawn.split('class="over g0" d="')[1].split('"')[0]
    assert path.count("M") == 2
    first, last = (
        float(point.lstrip("ML").split(",")[0]) for point in path.replace("L", " L").replace("M", " M").split()[::2]
    )
    assert (first > last) == mirrored
    assert "&lt;i&gt;" in drawn
    assert lines_over_time("A", moments[:1], ("", ""), [], [Line("x", (0.1,))], mirrored=mirrored) == ""


# --- weighting by several questions ---


def test_weighted_by_two_questions_stands_beside_what_it_is(asked: Consultation, town: Town, browse: Browse) -> None:
    by = town.actor()
    where, work = asked.segments.order_by("rank")
    assert browse().get(at(asked, "")).context["together"] is None
    actions.state_targets(by=by, consultation=asked.id, segment=where.id, shares=[400, 600], source="census of 2020")
    actions.state_targets(by=by, consultation=asked.id, segment=work.id, shares=[500, 500, 0], source="census of 2020")
    page = browse().get(at(asked, ""))
    found = page.context["together"]
    assert [str(question) for question in found.questions] == ["Where?", "Work?"]
    assert found.why_not == ""
    assert 0 < int(found.effective) < 60
    by_number = {number: (raw, weighed) for _row, number, raw, weighed in found.rows}
    assert by_number[1][0] == "100%"
    assert by_number[1][1] == "100%"
    html = page.content.decode()
    assert "All questions at once" in html
    actions.state_targets(
        by=by, consultation=asked.id, segment=work.id, shares=[400, 400, 200], source="census of 2020"
    )
    found = browse().get(at(asked, "")).context["together"]
    assert "Too few people" in found.why_not
    assert found.rows == ()


def test_a_statement_leads_to_what_was_answered_to_it_once_results_are_shown(
    asked: Consultation, town: Town, browse: Browse
) -> None:
    row = asked.statements.get(number=3)
    page = browse().get(f"/en/consultations/statements/{row.id}")
    found = page.context["answered"]
    assert found.bars[0].share == "50%"
    assert [str(question) for question, _rows in found.by_question] == ["Where?", "Work?"]
    html = page.content.decode()
    assert "What was answered" in html
    assert f"by=statement-{row.number}" in html
    kept_back = opened(town.actor(), showing="closed")
    crowd(kept_back)
    publish(kept_back)
    row = kept_back.statements.get(number=3)
    assert browse().get(f"/en/consultations/statements/{row.id}").context["answered"] is None
    assert browse(town.secretary).get(f"/en/consultations/statements/{row.id}").context["answered"] is not None


def test_a_thing_that_cites_twice_is_named_twice(asked: Consultation, town: Town, browse: Browse) -> None:
    rows = [asked.statements.get(number=number) for number in (1, 2)]
    for relation in ("answers", "quotes"):
        cite(by=town.actor(), source=rows[0].ref, target=rows[1].ref, relation=relation)
    found = browse().get(f"/en/consultations/statements/{rows[1].id}").context["cited_by"]
    assert [(citation.relation, name) for citation, name, _page in found] == [
        ("answers", "“Every village school gets a library.”"),
        ("quotes", "“Every village school gets a library.”"),
    ]


def test_the_report_says_how_well_one_person_was_one_voice(asked: Consultation, browse: Browse) -> None:
    assert "one person is one voice only as far" in browse().get(at(asked, "/report")).content.decode()


# --- forms and names ---


@pytest.mark.parametrize(
    ("line", "question", "labels"),
    [
        ("Where?: north; south", "Where?", ["north", "south"]),
        ("你在哪里？：北；南", "你在哪里？", ["北", "南"]),
        ("أين تعمل؟: في الحكومة؛ في شركة", "أين تعمل؟", ["في الحكومة", "في شركة"]),
        ("A: b： c; d", "A: b", ["c", "d"]),
    ],
)
def test_questions_are_read_with_the_signs_of_each_keyboard(line: str, question: str, labels: list[str]) -> None:
    form = TermsForm()
    form.cleaned_data = {"segments": line}
    assert form.clean_segments() == [(question, labels)]


def test_shares_are_read_with_the_signs_of_each_keyboard() -> None:
    form = TargetsForm()
    form.cleaned_data = {"shares": "北：12.5％\nشمال: ١٢٫٥٪\nnord: 75,0 %"}
    assert form.clean_shares() == [125, 125, 750]


def test_quotation_marks_are_those_of_the_page_and_a_draft_is_named_by_its_state(town: Town) -> None:
    row = town.statement(2)
    draft = prepared(town.actor())
    with translation.override("en"):
        refs = [Ref(STATEMENT, row.id), town.consultation.ref, draft.ref]
        names = name_all(refs)
    assert [names[ref] for ref in refs] == [
        "“Trees belong along every street.”",
        "“What does our town need?”",
        "(in preparation)",
    ]
