"""Meetings and their agendas; how others name them; what translators find here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import PUBLIC, Reader
from comity.groundwork.models import Citation
from comity.groundwork.queries import Thing
from comity.groundwork.refs import Kind, Names, Ref, name_all, page_of, register_kind
from comity.groundwork.roles import SECRETARY
from comity.groundwork.tables import register_table
from comity.groundwork.translated import Translatable, register_translatable
from comity.office.meetings.models import (
    ITEM,
    MEETING,
    POINT,
    Item,
    Meeting,
    PointOfOrder,
    Presence,
    QuorumCall,
    Seat,
)
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import AHEAD, RUNNING, ItemState, Stage
from comity.office.members.queries.parties import by_id, party_names


def _for(reader: Reader | None) -> Q:
    return Q() if reader is None or reader.all else Q(audience__in=reader.audiences)


def meeting(key: str, reader: Reader | None = None) -> Meeting | None:
    """A meeting by id with its body, chair and item, if it is for this reader (None: whoever). At most one query."""
    return by_id(Meeting.objects.select_related("body", "presiding", "item").filter(_for(reader)), key)


def meetings_of(body_id: str, reader: Reader) -> list[Meeting]:
    """Meetings of a body that are for a reader, the newest first. One query."""
    return list(Meeting.objects.filter(_for(reader), body=body_id).order_by("-starts_at", "-id"))


def current(reader: Reader) -> list[Meeting]:
    """Meetings that are open or suspended, those first that began first. One query."""
    found = Meeting.objects.select_related("body").filter(_for(reader), stage__in=RUNNING)
    return list(found.order_by("opened_at", "id"))


def ahead(reader: Reader) -> list[Meeting]:
    """Meetings that are not over: running ones first, then by time. One query."""
    found = Meeting.objects.select_related("body").filter(_for(reader), stage__in=AHEAD)
    return sorted(found, key=lambda row: (row.stage not in RUNNING, row.starts_at, row.id))


def past(reader: Reader) -> QuerySet[Meeting]:
    """Meetings that are over or were cancelled, the newest first."""
    found = Meeting.objects.select_related("body").filter(_for(reader), stage__in=(Stage.CLOSED, Stage.CANCELLED))
    return found.order_by("-starts_at", "-id")


def may_run(actor: Actor, current: Meeting) -> bool:
    """Whether somebody works at the desk of a meeting: the secretary, or whoever is in the chair. No query."""
    return actor.holds(SECRETARY) or actor.holds(PRESIDING, str(current.ref))


# --- the agenda ---


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item with its number as it stands now, and the documents that it cites."""

    item: Item
    number: str
    documents: tuple[Thing, ...]

    @property
    def word(self) -> str:
        """Its state in words."""
        return str(ItemState(self.item.state).label)


def agenda(current: Meeting) -> list[Numbered]:
    """The items that stand on the agenda, numbered from 1. Three queries."""
    rows = list(current.items.exclude(state=ItemState.DROPPED).order_by("rank", "id"))
    cited: dict[str, list[Ref]] = {}
    sources = [str(row.ref) for row in rows]
    for citation in Citation.objects.filter(source__in=sources, withdrawn_at__isnull=True).order_by("id"):
        cited.setdefault(citation.source, []).append(Ref.parse(citation.target))
    names = name_all({ref for refs in cited.values() for ref in refs})

    def things(row: Item) -> tuple[Thing, ...]:
        return tuple(Thing(ref, names[ref], page_of(ref)) for ref in cited.get(str(row.ref), ()))

    return [Numbered(row, str(number), things(row)) for number, row in enumerate(rows, start=1)]


def number_of(current: Item) -> str:
    """An item's number as it stands now; empty once it was dropped. One query."""
    if current.state == ItemState.DROPPED:
        return ""
    standing = Item.objects.filter(meeting=current.meeting_id).exclude(state=ItemState.DROPPED)
    return str(standing.filter(Q(rank__lt=current.rank) | Q(rank=current.rank, id__lte=current.id)).count())


def item(key: str) -> Item | None:
    """An item by id with its meeting. At most one query."""
    return by_id(Item.objects.select_related("meeting"), key)


def local(moment: datetime, current: Meeting) -> datetime:
    """A moment by the clock of the meeting's place."""
    return moment.astimezone(current.clock)


# --- how others name these things ---


def _title(row: Meeting) -> str:
    """A name is given to whoever asks: that of a meeting that is not public says no more than whose it is."""
    return str(row.title) if row.audience == PUBLIC else _("a meeting of %(body)s") % {"body": row.body.name}


def _names(ids: Iterable[str]) -> Names:
    return {row.id: _title(row) for row in Meeting.objects.filter(id__in=list(ids)).select_related("body")}


def _item_names(ids: Iterable[str]) -> Names:
    rows = Item.objects.filter(id__in=list(ids)).select_related("meeting")
    return {row.id: str(row.title) if row.meeting.audience == PUBLIC else _("an item of the agenda") for row in rows}


def _point_names(ids: Iterable[str]) -> Names:
    rows = list(PointOfOrder.objects.filter(id__in=list(ids)))
    names = party_names({row.party_id for row in rows})
    return {row.id: _("point of order of %(party)s") % {"party": names.get(row.party_id, "")} for row in rows}


def meeting_address(key: str) -> str:
    """The address of a meeting's page."""
    return reverse("meetings:meeting", args=[key])


register_kind(Kind(MEETING, gettext_lazy("meeting"), _names, meeting_address))
register_kind(
    Kind(ITEM, gettext_lazy("item of an agenda"), _item_names, lambda key: reverse("meetings:item", args=[key]))
)
register_kind(
    Kind(POINT, gettext_lazy("point of order"), _point_names, lambda key: reverse("meetings:point", args=[key]))
)


def _of_its_meeting(row: Any) -> str:
    audience: str = row.meeting.audience
    return audience


register_translatable(
    (
        Translatable(MEETING, Meeting, "title", gettext_lazy("title of a meeting"), attrgetter("audience")),
        Translatable(MEETING, Meeting, "place", gettext_lazy("place of a meeting"), attrgetter("audience")),
        Translatable(ITEM, Item, "title", gettext_lazy("item of an agenda"), _of_its_meeting),
    )
)
register_table(Meeting, attrgetter("audience"))
for _table in (Seat, Presence, Item, PointOfOrder, QuorumCall):
    register_table(_table, _of_its_meeting, related=("meeting",))
