"""The charter office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way


class CharterConfig(AppConfig):
    """The organisation, its bodies and its settings."""

    name = "comity.office.charter"
    label = "charter"
    verbose_name = _("Charter")
    navigation = (Way(_("Organisation"), "charter:organisation", 10),)

    def ready(self) -> None:
        # Importing registers roles, kinds of thing, event types and acts.
        from comity.office.charter import actions, first_steps, queries  # noqa: F401
