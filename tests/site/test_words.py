"""Words in templates: what users wrote is isolated, escaped and marked; sentences lead to things; dates and numbers by locale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from comity import office
from comity.groundwork.audiences import Reader
from comity.groundwork.queries import Entry, Thing, timeline
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Made, Text, Wording, digest
from comity.office.charter.events import OrganisationChanged
from comity.site.locales import language
from comity.site.templatetags.comity import MARKS, day, marks_of, moment, number, sentence

OFFICES = Path(office.__file__).parent
HOSTILE = "\"><script>alert('x')</script>&amp;\u202e"


def rendered(source: str, **context: Any) -> str:
    """A piece of template as a page renders it."""
    return engines["django"].from_string(source).render({"marks_used": set(), **context})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests say which other language they mean."""
    with override("en"):
        yield


# --- texts ---


def drafted(**others: str) -> Text:
    return Text.drafted("Council", "en", others)


def test_a_text_is_isolated_and_says_its_language() -> None:
    assert rendered("{% text it %}", it=Text.of("Council", "en")) == '<bdi lang="en" dir="auto">Council</bdi>'
    with override("ar"):
        assert rendered("{% text it %}", it=Text.of("Council", "en", ar="مجلس")).startswith(
            '<bdi lang="ar" dir="auto">مجلس</bdi>'
        )


def test_nothing_written_gives_nothing() -> None:
    assert rendered("[{% text it %}{% text none %}{% paragraphs it %}]", it=Text(), none=None) == "[]"


def test_a_wording_by_a_machine_is_marked_until_somebody_has_read_it_over() -> None:
    with override("zh"):
        text = drafted(zh="理事会")
        assert marks_of(text.shown()) == ["machine"]
        read = text.translated("zh", Wording("理事会", Made.MACHINE, digest("Council"), reviewed=True))
        assert marks_of(read.shown()) == []


def test_a_wording_from_an_older_original_is_marked_too() -> None:
    with override("zh"):
        assert marks_of(drafted(zh="理事会").rewritten("Assembly").shown()) == ["machine", "stale"]


def test_a_persons_wording_that_nobody_read_over_is_marked() -> None:
    with override("fr"):
        assert marks_of(Text.of("Council", "en", fr="Conseil").shown()) == ["unread"]


def test_the_original_carries_no_mark_even_where_a_translation_is_wanted() -> None:
    with override("ru"):
        assert marks_of(drafted(zh="理事会").shown()) == []


def test_the_foot_of_the_page_explains_the_marks_that_it_used_and_no_others() -> None:
    with override("zh"):
        meaning = str(MARKS["machine"][1])
        source = (
            "{% text it %}|{% legend as signs %}{% for sign, meaning in signs %}{{ sign }}={{ meaning }};{% endfor %}"
        )
        shown = rendered(source, it=drafted(zh="理事会"))
    assert shown.split("|")[1] == f"*={meaning};"
    assert 'class="unseen"' in shown
    assert rendered(source, it=Text.of("Council")).endswith("|")


def test_marks_can_be_left_out_where_they_are_in_the_way() -> None:
    with override("zh"):
        assert rendered("{% text it False %}", it=drafted(zh="理事会")) == '<bdi lang="zh" dir="auto">理事会</bdi>'


def test_an_empty_line_parts_paragraphs_and_a_line_end_is_kept() -> None:
    shown = rendered("{% paragraphs it %}", it=Text.of("One\ntwo\n\n \nThree"))
    assert shown == '<div class="prose" lang="en"><p dir="auto">One<br>two</p>\n<p dir="auto">Three</p></div>'


@given(st.text(max_size=60))
def test_no_text_whatever_gets_out_of_its_place(written: str) -> None:
    with override("en"):
        for source in ("{% text it %}", "{% paragraphs it %}", "{% thing thing %}"):
            shown = rendered(source, it=Text.of(written), thing=Thing(Ref("a", "b"), written, None))
            inside = re.sub(r"</?(?:bdi|div|p|br)(?: (?:lang|dir|class)=\"[a-z]+\")*>", "", shown)
            assert "<" not in inside
            assert ">" not in inside
            assert '"' not in inside


# --- sentences ---


class Said:
    """Stands for a fact."""

    def __init__(self, words: str, *refs: Ref) -> None:
        self.words, self.refs = words, refs

    def sentence(self, name: Any) -> str:
        return self.words.format(*(name(ref) for ref in self.refs))


def entry(words: str, *about: Thing, plain: str = "") -> Entry:
    stated: Any = Said(words, *(thing.ref for thing in about))
    now = datetime(2026, 7, 16, 9, 5, tzinfo=UTC)
    return Entry(0, "E", now, "t.t", plain or words, "public", "secretary", None, about, stated)


COUNCIL = Thing(Ref("charter.body", "1"), "Council", "/c/1")
OTHER = Thing(Ref("charter.body", "2"), "Board", "/c/2")


def test_a_sentence_leads_to_the_things_that_it_names() -> None:
    shown = sentence(entry("{0} met {1}.", COUNCIL, OTHER))
    assert shown == (
        '<a href="/c/1"><bdi dir="auto">Council</bdi></a> met <a href="/c/2"><bdi dir="auto">Board</bdi></a>.'
    )


def test_the_thing_whose_page_it_is_needs_no_link() -> None:
    assert sentence(entry("{0} met.", COUNCIL), COUNCIL.ref) == '<bdi dir="auto">Council</bdi> met.'


def test_a_name_written_out_becomes_a_link_and_a_thing_unnamed_stands_behind() -> None:
    assert '“<a href="/c/1">' in sentence(entry("“Council” met.", COUNCIL))
    assert sentence(entry("It met.", COUNCIL)).endswith(
        '<span class="also"><a href="/c/1"><bdi dir="auto">Council</bdi></a></span>'
    )


def test_hostile_names_stay_words_in_a_sentence() -> None:
    hostile = Thing(Ref("charter.body", "1"), HOSTILE, "/c/1")
    for words in ("{0} met.", "It met.", f"{HOSTILE} met."):
        shown = sentence(
            entry(words.replace("{", "{{").replace("}", "}}") if words.startswith('"') else words, hostile)
        )
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown


@pytest.mark.django_db
def test_every_event_of_an_organisation_has_a_sentence_without_control_characters(house: Any) -> None:
    for one in timeline(Reader.of(secretariat=True)):
        shown = sentence(one)
        assert shown
        assert not re.search("[\x00-\x1f]", shown), shown


# --- dates and numbers ---

MOMENT = datetime(2026, 7, 16, 21, 5, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("ar", "16 يوليو 2026"),
        ("en", "16 July 2026"),
        ("es", "16 de julio de 2026"),
        ("fr", "16 juillet 2026"),
        ("ru", "16 июля 2026 г."),
        ("zh", "2026年7月16日"),
    ],
)
def test_a_date_is_written_as_the_language_writes_it(code: str, written: str) -> None:
    with override(code):
        shown = re.sub(r"\s", " ", day(date(2026, 7, 16)))  # the CLDR's spaces are of several kinds
        assert shown == f'<time datetime="2026-07-16">{written}</time>'


def test_a_moment_is_in_utc_by_the_clock_of_twenty_four_hours() -> None:
    assert moment(MOMENT) == '<time datetime="2026-07-16T21:05:59Z">16 July 2026, 21:05 UTC</time>'
    with override("zh"):
        assert moment(MOMENT, "medium", False) == '<time datetime="2026-07-16T21:05:59Z">2026年7月16日 21:05</time>'


def test_what_is_missing_is_shown_as_nothing_and_zero_as_zero() -> None:
    assert (day(None), moment(None), number(None), number(0)) == ("", "", "", "0")


def test_numbers_are_written_as_the_language_writes_them() -> None:
    with override("fr"):
        assert number(Decimal("1234567.5")) == "1\u202f234\u202f567,5"
    with override("ar"):
        assert number(1234567) == "1,234,567"


def test_a_language_that_nobody_knows_still_has_a_name_and_a_direction() -> None:
    assert language("xx-unknown").name == "xx-unknown"
    assert language("ar").direction == "rtl"
    assert [language(code).name for code in ("ar", "fr", "zh")] == ["العربية", "Français", "中文"]


def test_what_offices_show_is_listed_with_the_marks_of_the_language() -> None:
    databases = {"records/backup.py", "records/proofs.py", "records/restore.py"}
    read_again = {"consultations/views/running.py"}  # a form whose lines have a form of their own
    hard = re.compile(r"""["'][,;:] ["']\.join\(|\|join:["'][,;:] ["']""")
    found = [
        str(path.relative_to(OFFICES))
        for path in OFFICES.rglob("*")
        if path.suffix in {".py", ".html", ".txt"} and hard.search(path.read_text(encoding="utf-8"))
    ]
    assert set(found) == databases | read_again


def test_no_page_writes_a_comma_or_a_colon_of_its_own_between_two_parts() -> None:
    sentence = re.compile(r"{% blocktrans.*?endblocktrans %}", re.DOTALL)
    hard = re.compile(r"""(?:[%}]}|</(?:bdi|a|code|span|strong)>)[,:] """)
    found = [
        str(path.relative_to(OFFICES.parent))
        for path in OFFICES.parent.rglob("*.html")
        if hard.search(sentence.sub("", path.read_text(encoding="utf-8")))
    ]
    assert found == []
    for code, said in (("en", "a, b"), ("ar", "a، b"), ("zh", "a，b")):
        with override(code):
            assert rendered("a{% comma %}b") == said
    with override("zh"):
        assert rendered('a{% comma "list" %}b') == "a、b"
        assert rendered("a{% colon %}b") == "a：b"
    with override("fr"):
        assert rendered("a{% colon %}b") == "a\u00a0: b"


def test_a_list_in_a_sentence_has_the_comma_of_the_readers_language() -> None:
    changed = OrganisationChanged(organisation="1", name=None, short_name="X", seat=Text.of("Nairobi"), purpose=None)
    with override("ar"):
        assert "، " in changed.sentence(str)
    with override("zh"):
        assert "、" in changed.sentence(str)
        assert rendered("{{ words|several }}", words=["a", "b"]) == "a、b"
