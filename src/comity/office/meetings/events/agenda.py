"""Events of the agenda."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.groundwork.facts import Namer, fact
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.meetings.events.meetings import OfMeeting
from comity.office.meetings.models import ITEM


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfItem(OfMeeting):
    item: str

    @property
    def item_ref(self) -> Ref:
        """The item."""
        return Ref(ITEM, self.item)

    def about(self) -> tuple[Ref, ...]:
        return (self.item_ref, self.ref)

    def _words(self, name: Namer) -> dict[str, str]:
        return {"item": name(self.item_ref), "meeting": name(self.ref)}


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAdded(_OfItem):
    """An item was put on the agenda. before: the item in front of which it stands, None: at the end."""

    TYPE = "meetings.item_added"
    title: Text
    before: str | None

    def sentence(self, name: Namer) -> str:
        return _("“%(item)s” was put on the agenda of %(meeting)s.") % {
            "item": self.title.shown(),
            "meeting": name(self.ref),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChanged(_OfItem):
    """An item of the agenda has another title."""

    TYPE = "meetings.item_changed"
    title: Text

    def sentence(self, name: Namer) -> str:
        return _("An item of the agenda of %(meeting)s now reads: “%(item)s”.") % {
            "item": self.title.shown(),
            "meeting": name(self.ref),
        }


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMoved(_OfItem):
    """An item stands elsewhere on the agenda. before: the item in front of which, None: at the end."""

    TYPE = "meetings.item_moved"
    before: str | None

    def sentence(self, name: Namer) -> str:
        return _("“%(item)s” stands elsewhere on the agenda of %(meeting)s.") % self._words(name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDropped(_OfItem):
    """An item was taken off the agenda."""

    TYPE = "meetings.item_dropped"
    reason: str

    def sentence(self, name: Namer) -> str:
        return _("“%(item)s” was taken off the agenda of %(meeting)s.") % self._words(name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTakenUp(_OfItem):
    """A meeting turned to an item of its agenda."""

    TYPE = "meetings.item_taken_up"

    def sentence(self, name: Namer) -> str:
        return _("%(meeting)s turned to “%(item)s”.") % self._words(name)


@fact
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemConcluded(_OfItem):
    """A meeting is done with an item of its agenda."""

    TYPE = "meetings.item_concluded"

    def sentence(self, name: Namer) -> str:
        return _("%(meeting)s concluded “%(item)s”.") % self._words(name)
