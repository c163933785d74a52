"""The languages of the site: their own names, which way they run, the locale by which dates and numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.utils.translation import get_language

# The English of the world: 16 July 2026, where the plain "en" is that of one country.
_LOCALES = {"en": "en_001"}


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site. name: in itself. direction: ltr or rtl."""

    code: str
    name: str
    direction: str


@cache
def _locale(code: str) -> Locale:
    wanted = _LOCALES.get(code, code.replace("-", "_"))
    try:
        return Locale.parse(wanted)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES["en"])


def locale() -> Locale:
    """The locale of the active language."""
    return _locale(get_language() or settings.LANGUAGE_CODE)


@cache
def language(code: str) -> Language:
    """A language by its code. One that the CLDR does not know is named by its code and runs from left to right."""
    try:
        found = Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Language(code, code, "ltr")
    name = found.get_display_name(code.replace("-", "_")) or code
    return Language(code, name[:1].upper() + name[1:], "rtl" if found.character_order == "right-to-left" else "ltr")


def languages() -> list[Language]:
    """The languages of the site, in the order of their codes."""
    return [language(code) for code, _word in settings.LANGUAGES]
