"""The report: hostile texts, names and addresses stay texts."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from comity.opinion.report import render_html, summary_lines
from comity.opinion.report.texts import harmless, language_tag, paragraphs, translation
from comity.opinion.report.words import say

if TYPE_CHECKING:
    pass
from tests.opinion.reports import Reader, made


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


def test_names_in_the_middle_of_a_sentence_are_set_apart_from_its_direction() -> None:
    page = render_html(made.finished(), "ar")
    for name in ("<bdi>region</bdi>", "<bdi>role</bdi>"):
        assert name in page
