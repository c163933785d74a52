"""Acts on the agenda: items are added, moved, taken up and concluded. Their documents are citations."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from comity.groundwork.actions import record_citation
from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.events import Cited
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.meetings.actions.checks import the_item, the_meeting
from comity.office.meetings.events.agenda import (
    ItemAdded,
    ItemChanged,
    ItemConcluded,
    ItemDropped,
    ItemMoved,
    ItemTakenUp,
)
from comity.office.meetings.models import Item, Meeting
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import ItemState, Stage
from comity.office.records.queries import document

MOST_ITEMS = 200
MOST_DOCUMENTS = 50
BASIS = "documentation"
"""What the citation of a document by an item is called."""
_DESK = (SECRETARY, PRESIDING.of("meeting"))
_AHEAD = (Stage.PLANNED, Stage.OPEN, Stage.SUSPENDED)


@act("meetings.add_item", may=_DESK, records=(ItemAdded, Cited))
def add_item(
    *, by: Actor, meeting: str, title: Text, before: str | None = None, documents: list[str] | None = None
) -> Item:
    """Put an item on the agenda, with the documents before the meeting by their symbols.

    before: the item in front of which it is to stand, None: at the end.
    """
    current = the_meeting(meeting, *_AHEAD)
    if current.items.exclude(state=ItemState.DROPPED).count() >= MOST_ITEMS:
        raise Refused(_("An agenda has at most %(most)d items.") % {"most": MOST_ITEMS})
    place = _place(current, before)
    item = new_id(by.now)
    record(
        by,
        ItemAdded(
            meeting=meeting,
            readable_by=current.audience,
            item=item,
            title=clean_original(title, most=500, field="title"),
            before=place,
        ),
    )
    row = Item.objects.get(id=item)
    _cite(by, current, row, documents or ())
    return row


def _cite(by: Actor, current: Meeting, row: Item, documents: Sequence[str]) -> None:
    if len(documents) > MOST_DOCUMENTS:
        raise Refused(_("An item has at most %(most)d documents.") % {"most": MOST_DOCUMENTS}, field="documents")
    for symbol in dict.fromkeys(documents):
        found = document(by.reader, symbol)
        if found is None:
            raise Refused(_("There is no document “%(symbol)s”.") % {"symbol": symbol[:100]}, field="documents")
        record_citation(by, row.ref, found.ref, BASIS, {}, current.audience)


def _place(current: Meeting, before: str | None) -> str | None:
    """The item in front of which another is to stand. Raises Refused."""
    if before is None:
        return None
    row = the_item(before, field="before")
    if row.meeting_id != current.id:
        raise Refused(_("There is no such item on this agenda."), field="before")
    return row.id


@applies(ItemAdded)
def _apply_item_added(stated: ItemAdded, recorded: Recorded) -> None:
    rank = _make_room(stated.meeting, stated.before)
    Item.objects.create(id=stated.item, meeting_id=stated.meeting, title=stated.title, rank=rank)


def _make_room(meeting: str, before: str | None) -> int:
    """The rank in front of an item, or at the end; those behind move on by one."""
    rows = list(Item.objects.filter(meeting=meeting).order_by("rank", "id"))
    ids = [row.id for row in rows]
    place = ids.index(before) if before in ids else len(rows)
    for rank, row in enumerate(rows):
        wanted = rank if rank < place else rank + 1
        if row.rank != wanted:
            Item.objects.filter(id=row.id).update(rank=wanted)
    return place


@act("meetings.change_item", may=_DESK, records=(ItemChanged,))
def change_item(*, by: Actor, meeting: str, item: str, title: Text, seen: int | None = None) -> None:
    """Change the title of an item."""
    current, row = _of(meeting, item)
    unchanged(row.ref, seen)
    kept = clean_original(title, most=500, field="title")
    if kept != row.title:
        record(by, ItemChanged(meeting=meeting, readable_by=current.audience, item=item, title=kept))


@applies(ItemChanged)
def _apply_item_changed(stated: ItemChanged, recorded: Recorded) -> None:
    Item.objects.filter(id=stated.item).update(title=stated.title)


@act("meetings.cite_documents", may=_DESK, records=(Cited,))
def cite_documents(*, by: Actor, meeting: str, item: str, documents: list[str]) -> None:
    """Add documents to an item, by their symbols."""
    current, row = _of(meeting, item)
    _cite(by, current, row, documents)


@act("meetings.move_item", may=_DESK, records=(ItemMoved,))
def move_item(*, by: Actor, meeting: str, item: str, before: str | None = None) -> None:
    """Move an item in front of another, or to the end; the numbers follow."""
    current, _row = _of(meeting, item)
    place = _place(current, before)
    if place == item:
        raise Refused(_("An item cannot stand in front of itself."), field="before")
    record(by, ItemMoved(meeting=meeting, readable_by=current.audience, item=item, before=place))


@applies(ItemMoved)
def _apply_item_moved(stated: ItemMoved, recorded: Recorded) -> None:
    others = [row.id for row in Item.objects.filter(meeting=stated.meeting).order_by("rank", "id")]
    others.remove(stated.item)
    others.insert(others.index(stated.before) if stated.before in others else len(others), stated.item)
    for rank, key in enumerate(others):
        Item.objects.filter(id=key).update(rank=rank)


@act("meetings.drop_item", may=_DESK, records=(ItemDropped,))
def drop_item(*, by: Actor, meeting: str, item: str, reason: str = "") -> None:
    """Take an item off the agenda; the record keeps it."""
    current, row = _of(meeting, item)
    if row.state != ItemState.WAITING:
        raise Refused(_("This item was taken up already: conclude it."))
    record(by, ItemDropped(meeting=meeting, readable_by=current.audience, item=item, reason=_reason(reason)))


def _reason(reason: str) -> str:
    return clean_line(reason, most=500, field="reason", empty=True)


@applies(ItemDropped)
def _apply_item_dropped(stated: ItemDropped, recorded: Recorded) -> None:
    Item.objects.filter(id=stated.item).update(state=ItemState.DROPPED)


@act("meetings.take_up_item", may=_DESK, records=(ItemTakenUp,))
def take_up_item(*, by: Actor, meeting: str, item: str) -> None:
    """Turn to an item of the agenda; it stands in the hall and on every screen."""
    current, _row = _of(meeting, item, Stage.OPEN)
    if current.item_id == item:
        raise Refused(_("The meeting is on this item already."))
    record(by, ItemTakenUp(meeting=meeting, readable_by=current.audience, item=item))


@applies(ItemTakenUp)
def _apply_item_taken_up(stated: ItemTakenUp, recorded: Recorded) -> None:
    Item.objects.filter(id=stated.item).update(state=ItemState.TAKEN_UP, taken_up_at=recorded.time)
    Meeting.objects.filter(id=stated.meeting).update(item=stated.item)


@act("meetings.conclude_item", may=_DESK, records=(ItemConcluded,))
def conclude_item(*, by: Actor, meeting: str, item: str) -> None:
    """Conclude an item that was taken up."""
    current, row = _of(meeting, item, Stage.OPEN)
    if row.state != ItemState.TAKEN_UP:
        raise Refused(_("This item is not being considered: take it up first."))
    record(by, ItemConcluded(meeting=meeting, readable_by=current.audience, item=item))


@applies(ItemConcluded)
def _apply_item_concluded(stated: ItemConcluded, recorded: Recorded) -> None:
    Item.objects.filter(id=stated.item).update(state=ItemState.CONCLUDED)
    Meeting.objects.filter(id=stated.meeting, item=stated.item).update(item=None)


def _of(meeting: str, item: str, *stages: Stage) -> tuple[Meeting, Item]:
    """A meeting that is not over and an item of its agenda. Raises NotFound, Refused."""
    current = the_meeting(meeting, *(stages or _AHEAD))
    row = the_item(item)
    if row.meeting_id != meeting:
        raise Refused(_("There is no such item on this agenda."), field="item")
    return current, row
