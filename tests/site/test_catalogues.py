"""The interface in six languages: every string is there, none is fuzzy, placeholders and plural forms are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from comity.site.catalogues import compiled
from comity.site.words import LOCALE, collected

LANGUAGES = sorted(code for code, _word in settings.LANGUAGES if code != "en")


def catalogue(language: str) -> Catalog:
    """The words of a language."""
    with (LOCALE / language / "LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Message) -> tuple[str, ...]:
    """The wordings of a message: one, or one for each plural form."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def placeholders(text: str) -> list[str]:
    """What must stand in every wording."""
    return sorted(re.findall(r"%\(\w+\)[sd]|%%|<[^>]+>", text))


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert sorted(path.name for path in LOCALE.iterdir() if path.is_dir()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_of_the_code_is_translated(language: str) -> None:
    known = catalogue(language)
    wanted = [message for message in collected() if message.id]
    missing = [m.id for m in wanted if (found := known.get(m.id, m.context)) is None or not all(forms(found))]
    assert not missing, f"{len(missing)} strings; `make words`, then translate. First: {missing[:5]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_is_fuzzy_and_all_forms_and_placeholders_are_there(language: str) -> None:
    known = catalogue(language)
    for message in known:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        source = message.id[1] if isinstance(message.id, tuple) else message.id
        if isinstance(message.id, tuple):
            assert len(forms(message)) == known.num_plurals, message.id
        for wording in forms(message):
            # A plural form for one or two may say the number in words.
            few = isinstance(message.id, tuple)
            held, wanted = placeholders(wording), placeholders(source)
            assert not wording or (set(held) <= set(wanted) if few else held == wanted), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_says_what_was_drafted_by_machine_and_who_reviewed_it(language: str) -> None:
    head = (LOCALE / language / "LC_MESSAGES/django.po").read_text(encoding="utf-8")[:500]
    assert re.search(r"^# Drafted by machine: .+ Reviewed by a person: .+", head, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_it(language: str) -> None:
    with translation.override(language):
        assert gettext("This cannot be empty.") != "This cannot be empty."


def test_catalogues_are_compiled_once_and_anew_when_they_change(tmp_path: Path) -> None:
    words = tmp_path / "locale/fr/LC_MESSAGES"
    words.mkdir(parents=True)
    file = words / "django.po"
    file.write_text('msgid ""\nmsgstr ""\n"Language: fr\\n"\n\nmsgid "yes"\nmsgstr "oui"\n', encoding="utf-8")
    first = compiled(tmp_path / "locale", tmp_path / "made")
    assert first == compiled(tmp_path / "locale", tmp_path / "made")
    file.write_text(file.read_text(encoding="utf-8").replace("oui", "si"), encoding="utf-8")
    assert compiled(tmp_path / "locale", tmp_path / "made") != first
    assert (first / "fr/LC_MESSAGES/django.mo").exists()
