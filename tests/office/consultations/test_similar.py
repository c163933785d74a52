"""Statements that say nearly the same: what is found of near-duplicates, and how often others are shown."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.office.consultations.similar import LIKE, Stored, grams, similar
from comity.opinion.demonstration import statements

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
STORED = Stored({entry.id: list(entry.text.values()) for entry in statements()})


def changed(text: str, how: str, chance: random.Random) -> str:
    """A near-duplicate, as people write them."""
    words = text.split() if " " in text else [text[n : n + 4] for n in range(0, len(text), 4)]
    join = " " if " " in text else ""
    if how == "typos":
        letters = list(text)
        for _slip in range(max(1, len(text) // 25)):
            place = chance.randrange(len(letters) - 1)
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        return "".join(letters)
    if how == "shouted":
        return text.upper().rstrip(".。") + "!!"
    if how == "shortened":
        drop = max(1, len(words) // 5)
        kept = sorted(chance.sample(range(len(words)), len(words) - drop))
        return join.join(words[n] for n in kept)
    if how == "turned":
        half = len(words) // 2
        return join.join(words[half:] + words[:half])
    return f"{text} {'Я так думаю' if 'и' in text else 'I think so'}"


def measured(how: str) -> tuple[float, float]:
    """Share of near-duplicates whose original is among the five shown, and statements shown beside it on average."""
    chance, found, others, tried = random.Random(1), 0, 0, 0
    for entry in statements():
        for code in LANGUAGES:
            shown = [like.key for like in STORED.like(changed(entry.text[code], how, chance))]
            found += entry.id in shown
            others += len([key for key in shown if key != entry.id])
            tried += 1
    return found / tried, others / tried


@pytest.mark.parametrize(
    ("how", "least"), [("typos", 0.97), ("shouted", 0.99), ("shortened", 0.97), ("turned", 0.99), ("longer", 0.97)]
)
def test_near_duplicates_are_shown_in_all_six_languages(how: str, least: float) -> None:
    recall, beside = measured(how)
    print(f"{how}: {recall:.3f} found, {beside:.2f} others shown")
    assert recall >= least
    assert beside <= 0.5


def test_of_different_statements_few_are_taken_for_alike() -> None:
    pairs = alike = 0
    for entry in statements():
        for code in LANGUAGES:
            alike += len(STORED.like(entry.text[code], most=100, but=entry.id))
            pairs += len(statements()) - 1
    print(f"{alike} of {pairs} pairs of different statements are taken for alike")
    assert alike / pairs <= 0.005


def test_a_duplicate_in_another_language_is_found_where_a_translation_is_stored() -> None:
    entry = statements()[0]
    assert similar(entry.text["zh"], {1: [entry.text["en"], entry.text["zh"]]})[0].score == 1.0
    assert similar(entry.text["zh"], {1: [entry.text["en"]]}) == []


@pytest.mark.slow
@given(st.text(max_size=80))
def test_every_text_is_most_like_itself(text: str) -> None:
    found = similar(text, {1: [text], 2: ["Something else entirely."]})
    assert not grams(text) or (found[0].key in {1, 2} and found[0].score == 1.0)


@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_lie_between_nothing_and_the_same(one: str, other: str) -> None:
    assert all(0 <= like.score <= 1 for like in similar(one, {1: [other]}, at_least=0))


def test_nothing_is_like_a_text_without_letters() -> None:
    assert similar("!!! ???", {1: ["!!! ???"]}) == []
    assert LIKE > 0
