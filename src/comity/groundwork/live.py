"""What pages tell without being asked: parts of pages that the site's live channel keeps current.

A page names things; whatever event is about one of them tells the page, if its reader may read that event. The page then fetches its
own parts again, so that what somebody may see is decided in one place, by the page. What thousands look at at once (the hall, a
result) is a *part*: rendered once for each audience and language, and sent in the message itself. A part is therefore given no person,
only the audience for which it is rendered. docs/live-channel.md tells how pages use both.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from comity.groundwork.audiences import MEMBERS, PUBLIC, Reader
from comity.groundwork.models import Event, EventAbout
from comity.groundwork.refs import Ref


@dataclass(frozen=True, slots=True)
class Part:
    """A part of pages. name: `office.word`. kind: of the things of which it is a part.

    audience_of: for whom a thing's part is rendered, `public` or `members`; None: there is no such thing. fill: what the template is
    given, from the thing and the reader for whom it is rendered; None: there is nothing to show. Both make a fixed number of queries.
    """

    name: str
    kind: str
    template: str
    audience_of: Callable[[Ref], str | None]
    fill: Callable[[Ref, Reader], Mapping[str, Any] | None]


PARTS: dict[str, Part] = {}


def register_part(part: Part) -> Part:
    """Make a part known. Raises ValueError if another has the name."""
    if PARTS.setdefault(part.name, part) is not part:
        raise ValueError(f"two live parts are called {part.name}")
    return part


@dataclass(frozen=True, slots=True)
class Rendered:
    """A part as it is shown. version: number of the last event about its thing; audience: for whom it is."""

    html: str
    version: int
    audience: str


KEPT, FRESH = 1000, 5.0
"""How many rendered parts are kept, and for how many seconds one is shown without another look at what it rests on."""
_kept: OrderedDict[tuple[str, str, str], tuple[float, Rendered]] = OrderedDict()
_lock = threading.Lock()


def rendered(name: str, ref: Ref, language: str, *, anew: bool = False) -> Rendered | None:
    """A part of a thing in a language; None if there is no such part or thing. anew: without looking at what is kept.

    What is kept holds for `FRESH` seconds, unless something has happened to the thing since.
    """
    part = PARTS.get(name)
    if part is None or part.kind != ref.kind:
        return None
    audience = part.audience_of(ref)
    if audience not in {PUBLIC, MEMBERS}:
        return None
    key, now = (name, str(ref), language), time.monotonic()
    reader = Reader.at(audience)
    version = changed_since(reader, [str(ref)], -1).get(str(ref), -1)
    with _lock:
        held = _kept.get(key)
    if held is not None and not anew and held[1].version == version and now - held[0] < FRESH:
        return held[1] if held[1].audience == audience else None
    with translation.override(language):
        filled = part.fill(ref, reader)
        html = "" if filled is None else render_to_string(part.template, {"marks_used": set(), **filled})
    made = Rendered(html.strip(), version, audience)
    with _lock:
        _kept[key] = now, made
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def newest() -> int:
    """Number of the newest event, -1 if there is none. A page asks before anything else, so that nothing falls in between."""
    last = Event.objects.order_by("-seq").values_list("seq", flat=True).first()
    return -1 if last is None else int(last)


def changed_since(reader: Reader, refs: Iterable[str], after: int) -> dict[str, int]:
    """Of these things, those about which a reader may read an event after that number, with the last one's. One query."""
    found = EventAbout.objects.filter(ref__in=list(refs), event_id__gt=after)
    if not reader.all:
        opened = Q(event__opens_at__isnull=True) | Q(event__opens_at__lte=timezone.now())
        found = found.filter(opened, event__audience__in=reader.audiences)
    return dict(found.values_list("ref").annotate(Max("event_id")).order_by("ref"))


Told = Callable[[str, str], None]
_touched: list[Told] = []


def on_touch(call: Told) -> Told:
    """Register who is told of touches: the live channel."""
    _touched.append(call)
    return call


def touch(ref: Ref, audience: str = PUBLIC) -> None:
    """Tell pages that a thing changed by something that is no event (how many ballots came in, say). Nothing is recorded.

    Reaches the listeners of this process at once; those who ask by polling learn of it at their next full look.
    """
    for call in _touched:
        call(str(ref), audience)
