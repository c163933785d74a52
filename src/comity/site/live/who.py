"""Who asks the live channel: the same session cookies and keys for programs as everywhere, read by the same code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from comity.groundwork.acts import actor_for
from comity.groundwork.audiences import Reader
from comity.groundwork.models import Person
from comity.groundwork.queries import person_of_token

_sessions = import_module(settings.SESSION_ENGINE)


class KeyRefused(Exception):
    """A key for programs was shown that does not work."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: what they may read, and who they are (None: a visitor)."""

    reader: Reader
    person: str | None


def asking(headers: Iterable[tuple[bytes, bytes]]) -> Asking:
    """Who sent these headers. A session that is over makes a visitor, as on pages; a key that does not work raises KeyRefused."""
    given = dict(headers)
    person = None
    if b"authorization" in given:
        person = _of_key(given[b"authorization"].decode("latin-1"))
    elif b"cookie" in given:
        person = _of_session(given[b"cookie"].decode("latin-1"))
    actor = actor_for(person)
    return Asking(actor.reader, actor.person_id)


def _of_key(shown: str) -> Person:
    scheme, _space, key = shown.partition(" ")
    found = person_of_token(key.strip(), timezone.now()) if scheme.lower() == "bearer" else None
    if found is None:
        raise KeyRefused
    return found[0]


def _of_session(cookies: str) -> Person | None:
    try:
        held = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if held is None:
        return None
    request = HttpRequest()
    request.session = _sessions.SessionStore(held.value)
    user = get_user(request)
    return user if isinstance(user, Person) else None
