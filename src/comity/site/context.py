"""What every page is given: the organisation, the language, the ways that lead on, and the same page in other languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from comity.groundwork.acts import Actor
from comity.groundwork.panels import ways
from comity.office.charter.queries import organisation
from comity.site.locales import Language, language, languages


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation as a page shows it. current: "page", "true" (a page beneath it), or empty."""

    word: str
    url: str
    current: str


def page(request: HttpRequest) -> dict[str, Any]:
    """For every template. Asked lazily what needs the database, so that fragments and mails do not pay for it."""
    here = language(get_language() or settings.LANGUAGE_CODE)
    return {
        "organisation": SimpleLazyObject(organisation),
        "language": here.code,
        "language_name": here.name,
        "direction": here.direction,
        "other_languages": [(other, in_language(request, other)) for other in languages() if other.code != here.code],
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "demonstration": settings.COMITY_DEMO,
        "marks_used": set(),
    }


def in_language(request: HttpRequest, other: Language) -> str:
    """The address of the same page in another language; of its first page if this one is in none."""
    _empty, prefix, *rest = request.get_full_path().split("/", 2)
    known = {code for code, _word in settings.LANGUAGES}
    return f"/{other.code}/{rest[0]}" if prefix in known and rest else f"/{other.code}/"


def navigation(request: HttpRequest) -> list[Link]:
    """The ways as whoever asks sees them; of those that lead towards this page, the longest is the current one."""
    actor: Actor | None = getattr(request, "actor", None)
    found = []
    for way in ways(actor) if actor is not None else ():
        try:
            found.append((str(way.word), reverse(way.address)))
        except NoReverseMatch:
            continue  # the office is installed and its addresses are not
    towards = max((url for _word, url in found if request.path.startswith(url)), key=len, default=None)
    state = "page" if towards == request.path else "true"
    return [Link(word, url, state if url == towards else "") for word, url in found]
