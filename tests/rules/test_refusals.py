"""Refusals of the engine in six languages: every sentence that is raised has its wordings, with the same braces."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import comity
from comity.rules import Ballot, Record, RulesError, decide, load, snapshot_of
from comity.rules.refusal_words import REFUSAL_WORDS
from comity.rules.words import LANGUAGES

ROOT = Path(comity.__file__).parent
WORDED_ELSEWHERE = {
    "{file}, line {line}: {clause}: {problem} {mend}",
    "{file}: {count} problem(s); nothing was taken.\n{shown}{more}",
}
"""Of charters, which are English, and of tables, which have words of their own."""


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
