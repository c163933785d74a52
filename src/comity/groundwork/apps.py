"""The groundwork as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroundworkConfig(AppConfig):
    """People, roles, events, citations, files and jobs."""

    name = "comity.groundwork"
    label = "groundwork"
    verbose_name = _("Groundwork")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing registers event types, acts and roles.
        from comity.groundwork import actions, events, mail, queries  # noqa: F401
