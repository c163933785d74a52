"""What stands on screens: what is on now, when a meeting is held, and the parts that the live channel keeps current."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_skeleton, format_time, get_timezone_gmt, get_timezone_location
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import MEMBERS, Reader
from comity.groundwork.live import Part, register_part
from comity.groundwork.panels import panels_at
from comity.groundwork.refs import Ref
from comity.office.meetings.models import MEETING, Meeting, PointOfOrder, QuorumCall
from comity.office.meetings.queries import points, presence, quorum
from comity.office.meetings.queries.meetings import Numbered, agenda, meeting
from comity.office.meetings.vocabulary import Form, QuorumKind, Stage
from comity.office.members.queries.parties import party_names

BEFORE_THE_ITEM = 50
"""Panels of the hall with a lower rank stand in front of the item that is taken up."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A point of order that is open, with the names of who is concerned."""

    point: PointOfOrder
    party: str
    challenger: str


@dataclass(frozen=True, slots=True)
class Now:
    """What is on in a meeting. present: parties that are there; call: the quorum is being verified, at the wish of caller."""

    meeting: Meeting
    item: Numbered | None
    quorums: Mapping[QuorumKind, quorum.Quorum]
    present: int
    raised: tuple[Raised, ...]
    call: QuorumCall | None
    caller: str

    @property
    def counts(self) -> bool:
        """Whether presence is noted in this meeting now."""
        return self.meeting.form != Form.WRITTEN and self.meeting.stage not in {Stage.CLOSED, Stage.CANCELLED}

    @property
    def deciding(self) -> quorum.Quorum | None:
        """The quorum that matters now: to decide, else to open."""
        held = self.quorums
        if self.meeting.stage == Stage.PLANNED:
            return held.get(QuorumKind.TO_OPEN) or held.get(QuorumKind.TO_DECIDE)
        return held.get(QuorumKind.TO_DECIDE) or held.get(QuorumKind.TO_OPEN)


def now_of(current: Meeting) -> Now:
    """What is on in a meeting. A fixed number of queries."""
    item = next((one for one in agenda(current) if one.item.id == current.item_id), None)
    open_now = [*points.open_points(current.id), *points.challenged(current.id)]
    call = points.open_call(current.id)
    concerned = {row.party_id for row in open_now} | {row.challenged_by_id for row in open_now if row.challenged_by_id}
    names = party_names({*concerned, call.party_id} if call else concerned)
    running = current.stage in {Stage.PLANNED, Stage.OPEN, Stage.SUSPENDED}
    return Now(
        meeting=current,
        item=item,
        quorums=quorum.quorums(current) if running else {},
        present=len(presence.present_parties(current.id)),
        raised=tuple(
            Raised(row, names.get(row.party_id, ""), names.get(row.challenged_by_id or "", "")) for row in open_now
        ),
        call=call,
        caller=names.get(call.party_id, "") if call else "",
    )


def when(current: Meeting, moment: datetime | None = None) -> str:
    """When a meeting begins (or another moment), by the clock of its place, for the reader's language."""
    local = (moment or current.starts_at).astimezone(current.clock)
    locale = (get_language() or "en").split("-")[0]
    day, clock = format_skeleton("yMMMEd", local, locale=locale), format_time(local.time(), "HH:mm", locale=locale)
    if current.zone == "UTC":
        return f"{day}, {clock} UTC"
    place = get_timezone_location(current.clock, locale=locale, return_city=True)
    return f"{day}, {clock} ({place}, {get_timezone_gmt(local, locale=locale)})"


# --- parts that are kept current ---


def _audience(ref: Ref) -> str | None:
    return Meeting.objects.filter(id=ref.id).values_list("audience", flat=True).first()


def _now(ref: Ref, reader: Reader) -> dict[str, Any] | None:
    current = meeting(ref.id, reader)
    if current is None:
        return None
    return {"now": now_of(current), "floor": [html for _rank, html in drawn("meetings.now", ref, reader)]}


def _agenda(ref: Ref, reader: Reader) -> dict[str, Any] | None:
    current = meeting(ref.id, reader)
    return None if current is None else {"agenda": agenda(current), "current": current}


def _hall(ref: Ref, reader: Reader) -> dict[str, Any] | None:
    current = meeting(ref.id, reader)
    if current is None:
        return None
    shown = drawn("meetings.projector", ref, reader)
    return {
        "now": now_of(current),
        "when": when(current),
        "first": [html for rank, html in shown if rank < BEFORE_THE_ITEM],
        "then": [html for rank, html in shown if rank >= BEFORE_THE_ITEM],
    }


def drawn(place: str, ref: Ref, reader: Reader) -> list[tuple[int, SafeString]]:
    """What later offices show at a place that all see alike, by rank: as a visitor sees it, or anyone who speaks for some member."""
    some = frozenset({_NOBODY}) if reader.may_read(MEMBERS) else frozenset[str]()
    anyone, found = Actor(None, frozenset(), timezone.now(), parties=some), []
    for panel in panels_at(place):
        filled = panel.fill(anyone, ref)
        if filled is not None:
            html = render_to_string(panel.template, {"marks_used": set(), **filled})
            found.append((panel.rank, mark_safe(html)))
    return found


_NOBODY = "0" * 26
"""A party that is none: who speaks for it reads what is for members, and nothing that is for one delegation."""
NOW = register_part(Part("meetings.now", MEETING, "meetings/_now.html", _audience, _now))
AGENDA = register_part(Part("meetings.agenda", MEETING, "meetings/_agenda.html", _audience, _agenda))
HALL = register_part(Part("meetings.hall", MEETING, "meetings/_hall.html", _audience, _hall))
