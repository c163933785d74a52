"""The catalogue in the six languages of the United Nations: what is shown from it is there in each, and in its script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from comity.rules.charter import Charter
from comity.rules.charter_file import LANGUAGES, catalogue, load, read
from comity.rules.conditions import Found, walk

LETTER = {"ar": re.compile("[\u0621-\u064a]"), "zh": re.compile("[\u4e00-\u9fff]"), "ru": re.compile("[\u0410-\u044f]")}
ELECTED = "elected"
"""What an election finds by counting: no person is asked."""

HOUSE = """format = "comity-charter/1"
id = "house"
version = "1"
title = {title}
[[rule]]
id = "ordinary"
title = {rule}
certainty = "example"
passes = "{passes}"
"""
IN_SIX = '{ en = "House", ar = "مجلس", zh = "院", fr = "Chambre", ru = "Палата", es = "Cámara" }'


def texts(charter: Charter) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Everything in a charter that can be said in several languages, each with its place."""
    yield "title", charter.title
    if charter.note:
        yield "note", charter.note
    for name, named in [*charter.groups.items(), *charter.weights.items()]:
        yield name, named.title
    for rule in charter.rules:
        yield f"{rule.id}, title", rule.title
        if rule.note:
            yield f"{rule.id}, note", rule.note
        conditions = [c for c in (rule.passes, rule.quorum, rule.quorum_to_open, rule.postponed_when) if c is not None]
        for part in (part for condition in conditions for part in walk(condition)):
            if isinstance(part, Found) and part.statement != ELECTED:
                yield f"{rule.id}, finding {part.statement}", charter.wordings.get(part.statement, {})


def lacking(charter: Charter) -> list[str]:
    """What is not there in a language, or there in another language's letters."""
    return [
        f"{place}: {language}"
        for place, said in texts(charter)
        for language in LANGUAGES
        if language not in said or (language in LETTER and not LETTER[language].search(said[language]))
    ]


@pytest.mark.parametrize("name", catalogue())
def test_all_that_is_shown_from_the_catalogue_is_there_in_six_languages_and_their_scripts(name: str) -> None:
    assert not lacking(load(name))


def test_a_title_in_english_only_is_noticed() -> None:
    house = read(HOUSE.format(title=IN_SIX, rule='"Ordinary"', passes="yes > no"))
    assert lacking(house) == [f"ordinary, title: {language}" for language in LANGUAGES[1:]]


def test_english_where_another_script_belongs_is_noticed() -> None:
    title = IN_SIX.replace("Палата", "House").replace("院", "House")
    assert lacking(read(HOUSE.format(title=title, rule=IN_SIX, passes="yes > no"))) == ["title: zh", "title: ru"]


def test_a_finding_without_wordings_is_noticed() -> None:
    house = read(HOUSE.format(title=IN_SIX, rule=IN_SIX, passes="found 'urgent' by chair"))
    assert lacking(house) == [f"ordinary, finding urgent: {language}" for language in LANGUAGES]
