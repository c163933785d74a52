"""The meetings office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way


class MeetingsConfig(AppConfig):
    """Where we meet: who is there, who presides, what is on now."""

    name = "comity.office.meetings"
    label = "meetings"
    verbose_name = _("Meetings")
    navigation = (Way(_("Meetings"), "meetings:list", 40),)

    def ready(self) -> None:
        # Importing registers roles, kinds of thing, event types, acts and lines of the chair's script.
        from comity.office.meetings import actions, script  # noqa: F401
        from comity.office.meetings.queries import meetings, screens, waiting  # noqa: F401
