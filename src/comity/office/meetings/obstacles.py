"""What keeps a meeting from being suspended or closed: later offices say so here (a vote that is open, say), by a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from comity.office.meetings.models import Meeting

Obstacle = Callable[[Meeting], Iterable[str]]
OBSTACLES: list[Obstacle] = []


def obstacle(call: Obstacle) -> Obstacle:
    """Register what may stand in the way. It makes a fixed number of queries."""
    OBSTACLES.append(call)
    return call


def obstacles(current: Meeting) -> list[str]:
    """All that stands in the way now."""
    return [sentence for call in OBSTACLES for sentence in call(current)]
