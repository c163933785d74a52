"""Every address of the site, read from its URL patterns, and the forms that pages hold, read from their HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

CONVERTED = re.compile(r"<(?:(\w+):)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL pattern: its name, its route with `<converter:parameter>`, and what the parameters are called."""

    name: str
    route: str
    parameters: tuple[tuple[str, str], ...]

    def at(self, *given: str, encoded: bool = False) -> str:
        """The path with these values in place of the parameters. encoded: they are percent-encoded already."""
        values = iter(given)
        return "/" + CONVERTED.sub(
            lambda _found: next(values) if encoded else quote(next(values), safe=":"), self.route
        )


def addresses(language: str = "en") -> list[Address]:
    """Every pattern but those of the API, under one language."""
    return list(_walk(get_resolver(), "", language))


def _walk(resolver: URLResolver, before: str, language: str, space: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        route = before + _route(str(entry.pattern))
        if isinstance(entry, URLResolver):
            if entry.namespace == "api":
                continue
            inner = f"{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, route, language, inner)
        elif isinstance(entry, URLPattern):
            found = tuple((converter or "str", name) for converter, name in CONVERTED.findall(route))
            yield Address(f"{space}{entry.name}", route, found)


def _route(pattern: str) -> str:
    """A pattern as a route: language prefixes stand as they are, regular expressions are taken for what they match."""
    if "(?P" in pattern or pattern.startswith("^"):
        return GROUP.sub(r"<str:\1>", pattern).strip("^$").replace(r"\Z", "")
    return pattern


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is sent by POST: where to (empty: where it was read), and the names of its fields with their values."""

    action: str
    fields: dict[str, str]
    files: frozenset[str]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._now: tuple[str, dict[str, str], set[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            post = given.get("method", "").lower() == "post"
            self._now = (given.get("action", ""), {}, set()) if post else None
        elif self._now is not None and tag in {"input", "select", "textarea", "button"} and given.get("name"):
            name = given["name"]
            if given.get("type") == "file":
                self._now[2].add(name)
            elif name not in self._now[1] or "checked" in given:
                self._now[1][name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._now is not None:
            action, fields, files = self._now
            self.found.append(Form(action, fields, frozenset(files)))
            self._now = None


def forms(html: str) -> list[Form]:
    """The forms of a page that are sent by POST."""
    reader = _Forms()
    reader.feed(html)
    return reader.found
