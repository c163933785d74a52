"""The closed choices of the meetings office, in the words of conference practice."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Form(TextChoices):
    """How a meeting is held."""

    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")
    WRITTEN = "written", _("in writing")


class Stage(TextChoices):
    """Where a meeting stands."""

    PLANNED = "planned", pgettext_lazy("meeting", "planned")
    OPEN = "open", pgettext_lazy("meeting", "open")
    SUSPENDED = "suspended", pgettext_lazy("meeting", "suspended")
    CLOSED = "closed", pgettext_lazy("meeting", "closed")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")


RUNNING = frozenset({Stage.OPEN, Stage.SUSPENDED})
"""A meeting that has been opened and not closed."""
AHEAD = frozenset({Stage.PLANNED, *RUNNING})
"""A meeting that is not over."""


class ItemState(TextChoices):
    """Where an item of the agenda stands."""

    WAITING = "waiting", pgettext_lazy("agenda item", "not yet taken up")
    TAKEN_UP = "taken_up", pgettext_lazy("agenda item", "taken up")
    CONCLUDED = "concluded", pgettext_lazy("agenda item", "concluded")
    DROPPED = "dropped", pgettext_lazy("agenda item", "taken off the agenda")


class SaidBy(TextChoices):
    """Who said that a party is there."""

    DESK = "desk", _("the desk")
    DELEGATION = "delegation", _("the delegation")


class Ruling(TextChoices):
    """What the chair ruled on a point of order."""

    NONE = "", pgettext_lazy("point of order", "not ruled on")
    UPHELD = "upheld", pgettext_lazy("point of order", "upheld")
    REJECTED = "rejected", pgettext_lazy("point of order", "not upheld")


class QuorumKind(TextChoices):
    """For what a quorum is asked."""

    TO_OPEN = "to_open", _("to open and debate")
    TO_DECIDE = "to_decide", _("to decide")
