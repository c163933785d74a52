"""The decisions office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way


class DecisionsConfig(AppConfig):
    """How we decide: questions, votes, silence procedures, elections."""

    name = "comity.office.decisions"
    label = "decisions"
    verbose_name = _("Decisions")
    navigation = (Way(_("Decisions"), "decisions:list", 50),)

    def ready(self) -> None:
        # Importing registers roles, kinds of thing, event types and acts.
        from comity.office.decisions import actions, notices, queries  # noqa: F401
