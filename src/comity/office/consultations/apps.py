"""The consultations office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way


class ConsultationsConfig(AppConfig):
    """Whom we ask: statements, answers, what people agree on."""

    name = "comity.office.consultations"
    label = "consultations"
    verbose_name = _("Consultations")
    navigation = (Way(_("Consultations"), "consultations:list", 30),)

    def ready(self) -> None:
        # Importing registers roles, kinds of thing, event types and acts.
        from comity.office.consultations import actions, box, machine_translation  # noqa: F401
        from comity.office.consultations.queries import consultations, statements  # noqa: F401
