"""The record for programs of readers: Atom feeds of what happened, calendars of facts that carry dates. Both show what is public.

An office says which of its facts carry a date of their own (a body is established on a day, a session begins): `carries_date`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from comity.groundwork.facts import Fact
from comity.groundwork.queries import Entry

MOST_DATED = 500
"""Events in a calendar, the newest first."""

DATED: dict[str, str] = {}
"""Field that holds the date, by type of fact."""


def carries_date(declared: type[Fact], field: str) -> None:
    """Say that a type of fact has a date in this field (date, or moment with its zone), and belongs into calendars."""
    DATED[declared.TYPE] = field


class Feed(Atom1Feed):
    """A feed in parts (RFC 5005): `earlier` is the address of the next older part."""

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed.get("earlier"):
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["earlier"]})


def atom(
    entries: Iterable[Entry],
    *,
    title: str,
    page: str,
    feed: str,
    earlier: str | None,
    language: str,
    origin: str,
    event_url: Any,
) -> str:
    """The entries as an Atom feed (RFC 4287). event_url: gives the full address of an event's page."""
    made = Feed(title=title, link=page, description="", language=language, feed_url=feed, earlier=earlier)
    for entry in entries:
        made.add_item(
            title=entry.sentence,
            link=event_url(entry),
            description="",
            unique_id=f"tag:{origin.partition('/')[0]},{entry.time.date().isoformat()}:{entry.id}",
            updateddate=entry.time,
            pubdate=entry.time,
            author_name=entry.actor.name if entry.actor else None,
        )
    return made.writeString("utf-8")


# --- calendars ---


def calendar(entries: Iterable[Entry], *, title: str, origin: str, event_url: Any) -> bytes:
    """The entries that carry a date as an iCalendar file (RFC 5545), each for one whole day or at its moment."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Comity//Record//EN", f"X-WR-CALNAME:{_escaped(title)}"]
    for entry in entries:
        when = getattr(entry.fact, DATED[entry.type], None) if entry.type in DATED and entry.fact is not None else None
        if when is not None:
            lines += _event(entry, when, origin, event_url(entry))
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _event(entry: Entry, when: date | datetime, origin: str, url: str) -> list[str]:
    if isinstance(when, datetime):
        times = [f"DTSTART:{when:%Y%m%dT%H%M%SZ}"]
    else:
        times = [f"DTSTART;VALUE=DATE:{when:%Y%m%d}", f"DTEND;VALUE=DATE:{when + timedelta(days=1):%Y%m%d}"]
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.id}@{_escaped(origin)}",
        f"DTSTAMP:{entry.time:%Y%m%dT%H%M%SZ}",
        *times,
        f"SUMMARY:{_escaped(entry.sentence)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """A line in pieces of at most 75 bytes, never within a letter."""
    piece = b""
    for letter in line:
        encoded = letter.encode()
        if len(piece) + len(encoded) > 75:
            yield piece
            piece = b" "
        piece += encoded
    yield piece
