"""Roles, organs, choices and findings of charters are words of the reader's language; what nobody knows stays as it was written."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from comity.office.charter.telling import left_to_people, outcome_told, rule_told
from comity.office.charter.wording import (
    CHOICES,
    EVENTS,
    FINDINGS,
    ORGANS,
    choice_words,
    finding_word,
    role_word,
    with_choice_words,
)
from comity.office.decisions.words import choice_word
from comity.rules import Charter, catalogue, decide, load, read, snapshot_of, votes

LANGUAGES = ("ar", "es", "fr", "ru", "zh-hans")


def charters() -> list[Charter]:
    return [load(name) for name in catalogue()]


def stands(token: str, said: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(token)}(?![\w-])", said) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_the_catalogue_shows_a_role_or_a_choice_in_english(language: str) -> None:
    spelled_alike = {"fr": {"commission", "parliament"}, "es": {"president"}}.get(language, set())
    with translation.override(language):
        for charter in charters():
            tokens = {*charter.choices, *left_to_people(charter).values()} - {""} - spelled_alike
            for rule in charter.rules:
                told = rule_told(rule, charter)
                said = " ".join([told.sentence, *told.details])
                assert not [token for token in sorted(tokens) if stands(token, said)], (charter.id, rule.id, said)


def test_every_role_and_choice_of_the_catalogue_is_known() -> None:
    roles = {role for charter in charters() for role in left_to_people(charter).values()} - {""}
    assert roles <= ORGANS.keys()
    assert {choice for charter in charters() for choice in charter.choices} <= CHOICES.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_known_word_is_translated(language: str) -> None:
    with translation.override(language):
        for words in (ORGANS, CHOICES, FINDINGS, EVENTS):
            for token, word in words.items():
                with translation.override("en"):
                    english = str(word)
                assert str(word) != english or (language, token) == ("fr", "commission")


def test_what_nobody_knows_stays_as_the_charter_writes_it() -> None:
    with translation.override("fr"):
        assert role_word("hohe-kammer") == "hohe-kammer"
        assert choice_word("vielleicht") == "vielleicht"
        assert finding_word("the river is low") == "the river is low"
        assert role_word("chair") != "chair"


def test_a_finding_is_called_as_its_charter_calls_it_before_any_other_word() -> None:
    charter = load("example-waico")
    with translation.override("fr"):
        assert finding_word("important question", charter) == "c’est une question importante"
        assert finding_word("casting vote", charter) == finding_word("casting vote") != "casting vote"


CHOOSING = """format = "comity-charter/1"
id = "house"
version = "1"
title = "House"
[choices]
declared-abstention = "abstain"
maybe = "no"
[[rule]]
id = "fewer"
title = "Fewer"
certainty = "example"
passes = "yes > declared-abstention + maybe"
"""


def test_an_outcome_says_choices_in_words_and_is_the_same_outcome() -> None:
    charter = read(CHOOSING)
    cast = {"A": "yes", "B": "yes", "C": "declared-abstention", "D": "maybe", "E": "yes"}
    outcome = decide(charter, snapshot_of("ABCDE", date(2026, 1, 1)), votes(cast), rule="fewer")
    with translation.override("fr"):
        told = outcome_told(outcome, charter, {})
        said = " ".join(line.text for line in told.lines)
        assert choice_word("declared-abstention") in said
        assert "declared-abstention" not in said
        assert "maybe" in said
        assert ": 3" in said.replace("\u202f", " ").replace(" :", ":")
    assert outcome_told(outcome, charter, {}).verdict == "Adopted"


def test_a_word_that_would_read_like_another_choice_is_not_put_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    charter = read(CHOOSING)
    monkeypatch.setitem(CHOICES, "maybe", CHOICES["declared-abstention"])
    with translation.override("en"):
        assert choice_words(charter) == {}
        assert with_choice_words(charter) == charter


def test_the_page_on_which_a_rule_is_tried_shows_words(db: None, client: Client) -> None:
    page = client.get("/fr/charter/rules/decide", {"charter": "eu-council"}).content.decode()
    assert ">declared-abstention<" not in page
