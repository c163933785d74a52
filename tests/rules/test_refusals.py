"""Refusals of the engine in six languages: every sentence that is raised has its wordings, with the same braces."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import comity
from comity.rules import Ballot, Record, RulesError, decide, load, snapshot_of
from comity.rules.charter_file import read
from comity.rules.charter_words import CHARTER_WORDS
from comity.rules.clause_words import CLAUSE_WORDS
from comity.rules.errors import CharterError
from comity.rules.refusal_words import REFUSAL_WORDS
from comity.rules.words import LANGUAGES

ROOT = Path(comity.__file__).parent
WORDED_ELSEWHERE = {
    "{file}, line {line}: {clause}: {problem} {mend}",
    "{file}: {count} problem(s); nothing was taken.\n{shown}{more}",
}
"""The frame of what is said of charters, whose words are looked for below, and of tables, which have words of their own."""
SAME_IN_ALL = {"{fault}.", "Use: {known}.", "`{key}` is missing."}
"""What some language writes as English does."""


def raised() -> Iterator[str]:
    """The first argument of every refusal, wherever it is made."""
    for path in ROOT.rglob("*.py"):
        if "RulesError(" not in (text := path.read_text(encoding="utf-8")) and "GameError(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("RulesError", "GameError")
            ):
                yield ast.literal_eval(node.args[0])


def _sentences(node: ast.expr) -> Iterator[str]:
    """The sentences that an argument may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _sentences(node.body)
        yield from _sentences(node.orelse)


def told_of_charters() -> Iterator[str]:
    """Every sentence about the text of a charter or about what a check could not find out, wherever it is written."""
    for name in ("charter_file", "charter_lines", "charter_check", "language", "timing", "errors"):
        tree = ast.parse((ROOT / "rules" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("refuse", "fail"):
                sentences = node.args[:2]
            elif called in ("said", "ClauseError"):
                sentences = node.args[:1]
            elif called == "need":
                sentences = node.args[1:2]
            elif called == "name" and name in ("language", "charter_file"):
                sentences = node.args[-1:]  # the name of what is expected
            else:
                continue
            sentences = [*sentences, *(word.value for word in node.keywords if word.arg == "mend")]
            for sentence in sentences:
                yield from _sentences(sentence)


def test_every_sentence_about_a_charter_has_words_in_six_languages_and_none_are_left_over() -> None:
    words = {**CHARTER_WORDS, **CLAUSE_WORDS}
    assert set(told_of_charters()) == set(words) - {"{file}, line {line}: {clause}: {problem} {mend}"}
    assert not words.keys() & REFUSAL_WORDS.keys()
    for english, row in words.items():
        assert {"en", *row} == set(LANGUAGES), english
        for language, wording in row.items():
            holes = re.compile(r"(?<!{){[^{}]*}(?!})")
            assert sorted(holes.findall(wording)) == sorted(holes.findall(english)), (language, wording)
            assert wording != english or english in SAME_IN_ALL, (language, english)


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        (("[[rule]]", "[[rules]]"), "`rule` is missing.", "缺少`rule`。"),
        (
            ("of cast", "of casts"),
            "`casts` is no choice. Use one of: absent, abstain",
            "`casts`不是选项。请用下列之一：absent、abstain",
        ),
        (
            ("yes >", "yes"),
            "a comparison is expected, not `1/2`. (column 5 of the clause)",
            "此处应为比较，而不是`1/2`。（条文第5列）",
        ),
        (
            ("of cast", "of"),
            "of whom the share is taken is expected before the end. (",
            "此处应为份额取自何者（在结尾之前）。（",
        ),
        (('"a-rule"', '"A rule"'), "'A rule' is no name for a rule.", "'A rule'不能作为规则的名称。"),
        (
            ('"example"', '"sure"'),
            "'sure' is not possible. Write one of: text, pages",
            "'sure'不可用。请写下列之一：text、pages",
        ),
    ],
)
def test_what_is_wrong_with_a_charter_is_told_in_the_readers_language(
    change: tuple[str, str], english: str, chinese: str
) -> None:
    text = """format = "comity-charter/1"
id = "c"
version = "1"
title = "C"
[[rule]]
id = "a-rule"
title = "R"
certainty = "example"
passes = "yes > 1/2 of cast"
"""
    assert text.count(change[0]) == 1
    with pytest.raises(CharterError) as refused:
        read(text.replace(*change), file="c.toml")
    assert english in str(refused.value) == refused.value.told("en")
    assert refused.value.told("zh").startswith("c.toml，第")
    assert chinese in refused.value.told("zh")
    for language in LANGUAGES:
        assert "{" not in refused.value.told(language)
    assert f"{refused.value.problem} {refused.value.mend}" in str(refused.value)


def test_every_refusal_has_words_in_six_languages_and_no_words_are_left_over() -> None:
    assert set(raised()) - WORDED_ELSEWHERE == set(REFUSAL_WORDS)
    for english, row in REFUSAL_WORDS.items():
        assert {"en", *row} == set(LANGUAGES), english
        for wording in row.values():
            assert sorted(re.findall(r"{[^}]*}", wording)) == sorted(re.findall(r"{[^}]*}", english)), wording
            assert wording.strip() == wording != english


def test_a_refusal_is_told_with_its_values_and_with_lists_as_the_language_writes_them() -> None:
    charter = load("example-waico")
    with pytest.raises(RulesError) as refused:
        decide(charter, snapshot_of("ab"), Record(Ballot({"a": "perhaps"})), rule="ordinary")
    assert str(refused.value) == refused.value.told("en")
    assert "yes, no, abstain" in refused.value.told("fr")
    assert "yes、no、abstain" in refused.value.told("zh")
    assert "yes، no، abstain" in refused.value.told("ar")
    assert all("'perhaps'" in refused.value.told(language) for language in LANGUAGES)


def test_a_sentence_without_wordings_is_told_in_english() -> None:
    assert RulesError("{what} is new.", what="This").told("fr") == "This is new."
