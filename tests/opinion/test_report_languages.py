"""The report in other languages: every sentence is there, with the same blanks, and a page holds no English sentence."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from tests.opinion.reports import made

from comity.opinion import Settings, Source, analyse
from comity.opinion.report import render_html, words
from comity.opinion.result import OpinionResult
from comity.opinion.simulation import simulate

OTHERS = sorted(set(words.LANGUAGES) - {"en"})
MOST = {"en": 2, "es": 2, "fr": 2, "ru": 3, "ar": 4, "zh": 1}
"""Forms of a sentence by number."""


def forms(sentence: str | tuple[str, ...]) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else sentence


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("tag", OTHERS)
def test_every_sentence_is_there_with_its_blanks(tag: str) -> None:
    said = words.LANGUAGES[tag]
    assert set(said) == set(words.WORDS)
    for key, sentence in said.items():
        english = blanks(forms(words.WORDS[key])[-1])
        for form in forms(sentence):
            # "one person" needs no figure; every other blank is filled.
            assert english - blanks(form) <= {"n"}, (tag, key)
            assert blanks(form) <= english, (tag, key)
        assert len(forms(sentence)) in {1, MOST[tag]}, (tag, key)


@pytest.fixture(scope="module")
def results() -> list[OpinionResult]:
    source = Source("SIMULATED", "", "", "", True, "", (), ())
    votes = simulate(220, seed=3).votes
    return [analyse(votes, Settings(floor=floor), source=source).result for floor in (1, 5)]


def sentences(tag: str) -> Iterator[str]:
    """Pieces of English sentences between their blanks that are long enough to be nothing else."""
    for key, sentence in words.WORDS.items():
        for form in forms(sentence):
            for piece in re.split(r"\{\w+\}", form):
                if len(piece) > 25 and piece not in "".join(forms(words.LANGUAGES[tag][key])):
                    yield piece


@pytest.mark.parametrize("tag", OTHERS)
def test_a_page_says_its_language_and_holds_no_english_sentence(tag: str, results: list[OpinionResult]) -> None:
    for result in results:
        page = render_html(result, tag)
        assert re.search(rf"<html lang={tag} dir={'rtl' if tag == 'ar' else 'ltr'}", page)
        assert [piece for piece in sentences(tag) if piece in page] == []


def test_the_same_report_is_in_english_before_and_after(results: list[OpinionResult]) -> None:
    before = render_html(results[0])
    render_html(results[0], "zh")
    assert render_html(results[0], "xx") == before == render_html(results[0])


def test_a_statement_stands_in_the_language_of_the_report_with_the_original_beneath() -> None:
    result = made.finished()
    result = dataclasses.replace(
        result,
        statements=tuple(
            dataclasses.replace(
                entry, text=f"Statement {entry.id}", language="en", translations={"zh": f"陈述 {entry.id}"}
            )
            for entry in result.statements
        ),
    )
    page = render_html(result, "zh").replace('"', "")
    assert "<p class=s lang=zh dir=auto>陈述" in page
    assert "<span class=tl>原文</span> <bdi lang=en dir=auto>Statement" in page
    assert "<th scope=row lang=en" not in page
    english = render_html(result, "en").replace('"', "")
    assert "陈述" not in english
    assert "class=tl" not in english
