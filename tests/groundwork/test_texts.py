"""What people write: cleaned the same way everywhere, refused with the mend, kept with who made which wording."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.groundwork.refusals import Refused
from comity.groundwork.texts import clean_line, clean_original, clean_text
from comity.groundwork.translated import Made, Text, Wording, digest

UNSEEN = ["\u202e", "\u2066", "\u200b", "\ufeff", "\u0000", "\u2028", "\U000e0041", "\u00ad"]


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    try:
        once = clean_text(text, most=1000, field="text", empty=True)
    except Refused:
        return
    assert clean_text(once, most=1000, field="text", empty=True) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(UNSEEN) & set(once)


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_goes(unseen: str) -> None:
    assert clean_line(f"Coun{unseen}cil", most=20, field="name") in {"Council", "Coun cil"}
    with pytest.raises(Refused, match="cannot be empty"):
        clean_line(unseen * 5, most=20, field="name")


@pytest.mark.parametrize("written", ["\u200d\u200c", "\u0301", " \u200d\u0301 "])
def test_joiners_and_marks_alone_are_nothing(written: str) -> None:
    with pytest.raises(Refused, match="cannot be empty"):
        clean_line(written, most=20, field="name")
    assert clean_text(written, most=20, field="note", empty=True) == ""


def test_a_letter_and_its_mark_find_each_other_when_what_stood_between_them_goes() -> None:
    assert clean_line("e\u200b\u0301", most=20, field="name") == "é"


def test_joiners_that_scripts_need_stay() -> None:
    for text in ("می‌خواهم", "क्‍ष", "👩‍🔬"):
        assert clean_line(text, most=20, field="name") == text


def test_a_text_that_is_too_long_is_refused_with_its_length_not_cut() -> None:
    with pytest.raises(Refused, match="11 characters long; at most 10") as refused:
        clean_line("x" * 11, most=10, field="name")
    assert refused.value.field == "name"


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="half a character"):
        clean_text("\ud800", most=10, field="name")


def test_a_wording_is_stale_once_the_original_changed() -> None:
    text = Text.of("Council", "en", fr="Conseil")
    assert not text.is_stale("fr")
    changed = text.rewritten("High Council")
    assert changed.is_stale("fr")
    assert changed.shown("fr").stale
    assert changed.shown("ru").text == "High Council"
    renewed = changed.translated("fr", Wording("Haut Conseil", Made.PERSON, digest("High Council"), reviewed=True))
    assert not renewed.is_stale("fr")


@given(
    st.dictionaries(st.sampled_from(["ar", "en", "es", "fr", "ru", "zh"]), st.text(max_size=20)),
    st.sampled_from(["ar", "en", "zh"]),
)
def test_a_text_is_the_same_after_a_turn_through_json(wordings: dict[str, str], original: str) -> None:
    text = Text.drafted(wordings.get(original, ""), original, {k: v for k, v in wordings.items() if k != original})
    assert Text.from_json(text.to_json()) == text


def test_cleaning_the_original_does_not_make_its_translations_stale() -> None:
    text = clean_original(Text.of(" Council\u200b ", "en", fr=" Conseil "), most=50, field="name")
    assert text.shown("fr").text == "Conseil"
    assert not text.is_stale("fr")


@pytest.mark.parametrize("code", ["", "x", "english", "EN", "en_GB", "<b>", "\u202e", "en\0", "en-" + "x" * 20])
def test_what_is_no_code_of_a_language_is_refused(code: str) -> None:
    with pytest.raises(Refused, match="not the code of a language"):
        clean_original(Text.of("Council", "en", **{code: "x"}), most=50, field="name")


@pytest.mark.parametrize(
    ("wordings", "why"),
    [
        ({"fr": Wording("Conseil", Made.PERSON, "0" * 16)}, "original is missing"),
        ({"en": Wording("Council"), "fr": Wording("Conseil")}, "One wording is the original"),
        ({"en": Wording("Council", Made.MACHINE, "0" * 16)}, "One wording is the original"),
        ({"en": Wording("Council", reviewed=True)}, "One wording is the original"),
        ({"en": Wording("Council"), "fr": Wording("Conseil", Made.PERSON, "x" * 100)}, "by its digest"),
        ({"en": Wording("Council")} | {f"a{n:c}": Wording("x", Made.PERSON) for n in range(97, 123)} | {
            f"b{n:c}{m:c}": Wording("x", Made.PERSON) for n in range(97, 123) for m in range(97, 123)
        }, "at most 100 wordings"),
    ],
)  # fmt: skip
def test_wordings_that_contradict_themselves_are_refused(wordings: dict[str, Wording], why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        clean_original(Text("en", wordings), most=50, field="name", empty=True)
    assert refused.value.field == "name"


def test_a_wording_that_does_not_say_of_what_it_was_made_was_made_of_this_original() -> None:
    given_text = Text("en", {"en": Wording(" Council "), "fr": Wording("Conseil", Made.PERSON)})
    cleaned = clean_original(given_text, most=50, field="name")
    assert not cleaned.is_stale("fr")
