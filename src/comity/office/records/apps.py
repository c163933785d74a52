"""The records office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way


class RecordsConfig(AppConfig):
    """The timeline, documents and proofs."""

    name = "comity.office.records"
    label = "records"
    verbose_name = _("Records")
    navigation = (
        Way(_("Documents"), "records:documents", 80),
        Way(_("Record"), "records:timeline", 90),
    )

    def ready(self) -> None:
        # Importing registers kinds of thing, event types, acts and what is done by the clock.
        from comity.office.records import actions, queries, work  # noqa: F401
