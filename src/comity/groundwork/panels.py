"""What offices put on pages that are not theirs: ways in the navigation, what waits for somebody, panels.

Imports run downwards, so the page of an early office cannot ask a later one what it knows. It names a place instead; whoever has
something to say there registers it. The navigation is the exception: an office lists its ways as the attribute `navigation` of its
AppConfig, where whoever reads the office first sees how one gets in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.functional import Promise

# AppConfigs import this module, at a time when there are no models yet.
if TYPE_CHECKING:
    from comity.groundwork.acts import Actor
    from comity.groundwork.refs import Ref

HOME = "home"
"""The place of panels on the first page."""


def everybody(_actor: Actor) -> bool:
    """A way that is open to all."""
    return True


@dataclass(frozen=True, slots=True)
class Way:
    """An entry of the navigation. address: name of a URL without arguments. rank: low ones stand first. open_to: who sees it."""

    word: str | Promise
    address: str
    rank: int
    open_to: Callable[[Actor], bool] = everybody


def ways(actor: Actor) -> list[Way]:
    """The navigation as somebody sees it."""
    listed: Iterable[Way] = (way for config in apps.get_app_configs() for way in getattr(config, "navigation", ()))
    return sorted((way for way in listed if way.open_to(actor)), key=lambda way: (way.rank, way.address))


# --- what waits for somebody ---


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person: a sentence that says what to do, where, and until when (None: no date).

    at: the moment, where it ends at one: the day alone would let somebody come too late.
    """

    sentence: str
    url: str
    due: date | None = None
    at: datetime | None = None


Waits = Callable[["Actor"], Iterable[Waiting]]
WAITS: list[Waits] = []


def waits(call: Waits) -> Waits:
    """Register a query that says what waits for an actor. It makes a fixed number of database queries."""
    WAITS.append(call)
    return call


def waits_for(actor: Actor) -> list[Waiting]:
    """All that waits for somebody, what is due first standing first."""
    found = [waiting for call in WAITS for waiting in call(actor)]
    return sorted(found, key=lambda waiting: (waiting.due or date.max, waiting.url))


# --- panels ---


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of another office's page.

    place: `home`, or the kind of thing on whose page it stands. template: one section with a heading of level 2. fill: what it is
    given, from who reads and the thing (None on the first page); None if there is nothing to show.
    """

    place: str
    rank: int
    template: str
    fill: Callable[[Actor, Ref | None], Mapping[str, Any] | None]


PANELS: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Add a panel to a place."""
    PANELS.append(panel)


def panels_at(place: str) -> list[Panel]:
    """The panels of a place, in their order."""
    return sorted((panel for panel in PANELS if panel.place == place), key=lambda panel: (panel.rank, panel.template))
