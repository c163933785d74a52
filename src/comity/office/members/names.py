"""What a party is called: by the organisation's setting, else in its own words, else by the CLDR in the reader's language.

A name that the organisation set stands even in languages for which it set none, so that a name which it avoids cannot slip in from
the CLDR. A party's own name in another language than the reader's comes last, after the CLDR.
"""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language

from comity.groundwork.translated import Made, Shown
from comity.office.charter.settings import Naming
from comity.office.members.models import Party


def reading_language() -> str:
    """The reader's language, without its variants."""
    return (get_language() or "en").split("-")[0]


@cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(language).territories)


def country_name(iso3: str, language: str) -> str | None:
    """A country's name by its ISO 3166 alpha-3 code, from the CLDR; None if that knows none."""
    codes = get_global("territory_aliases").get(iso3) or []
    return _territories(language).get(codes[0]) if len(codes) == 1 else None


def region_name(code: str, language: str | None = None) -> str:
    """A region's name by its M49 code, from the CLDR; the code itself if that knows none."""
    return _territories(language or reading_language()).get(code, code)


def name_of(party: Party, naming: Naming, language: str | None = None) -> Shown:
    """A party's name for a reader of this language (None: the active one)."""
    wanted = language or reading_language()
    if chosen := naming.names.get(party.iso3):
        code = wanted if wanted in chosen else "en" if "en" in chosen else min(chosen)
        return Shown(chosen[code], code, Made.ORIGINAL, stale=False, reviewed=True)
    own: Shown = party.name.shown(wanted)
    if own.text and own.language == wanted:
        return own
    if party.iso3 and (known := country_name(party.iso3, wanted)):
        return Shown(known, wanted, Made.ORIGINAL, stale=False, reviewed=True)
    return own if own.text else Shown(party.iso3 or party.id, "", Made.ORIGINAL, stale=False, reviewed=True)


def state_name(iso3: str, naming: Naming) -> str:
    """A state's name by its ISO 3166 alpha-3 code in the reader's language, as if it were a party that says nothing of itself."""
    return name_of(Party(iso3=iso3), naming).text
