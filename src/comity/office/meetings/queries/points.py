"""Points of order and challenges to the quorum that wait for the chair or for a vote."""

from __future__ import annotations

from comity.office.meetings.models import Meeting, PointOfOrder, QuorumCall
from comity.office.meetings.vocabulary import Ruling
from comity.office.members.queries.parties import by_id


def points_of(current: Meeting) -> list[PointOfOrder]:
    """Every point of order of a meeting, the newest first. One query."""
    found = PointOfOrder.objects.filter(meeting=current).select_related("party", "ruled_by", "challenged_by", "item")
    return list(found.order_by("-raised_at", "-id"))


def point(key: str) -> PointOfOrder | None:
    """A point of order by id, with its meeting. At most one query."""
    return by_id(
        PointOfOrder.objects.select_related("meeting__body", "party", "ruled_by", "challenged_by", "item"), key
    )


def open_points(meeting_id: str) -> list[PointOfOrder]:
    """Points of order that wait for the ruling of the chair, the oldest first. One query."""
    found = PointOfOrder.objects.filter(meeting=meeting_id, ruling=Ruling.NONE, withdrawn_at__isnull=True)
    return list(found.select_related("party").order_by("raised_at", "id"))


def challenged(meeting_id: str) -> list[PointOfOrder]:
    """Points of order whose ruling is challenged and not yet voted on, the oldest first. One query."""
    found = PointOfOrder.objects.filter(meeting=meeting_id, challenged_at__isnull=False, settled_at__isnull=True)
    return list(found.select_related("party", "challenged_by", "ruled_by").order_by("challenged_at", "id"))


def open_call(meeting_id: str) -> QuorumCall | None:
    """The challenge to the quorum that waits to be answered. One query."""
    return QuorumCall.objects.filter(meeting=meeting_id, answered_at__isnull=True).select_related("party").first()
