"""The site as a Django app: its templates, sign-in and languages."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way
from comity.groundwork.roles import TRANSLATOR


class SiteConfig(AppConfig):
    """Puts the offices together."""

    name = "comity.site"
    label = "comity_site"
    verbose_name = _("Site")
    navigation = (
        Way(_("People"), "people", 100, lambda actor: actor.reader.all),
        Way(_("Translations"), "translations", 110, lambda actor: actor.holds(TRANSLATOR)),
    )

    def ready(self) -> None:
        # Importing registers what waits for translators, keeps entries of people and allauth's tables in step, and tells the live channel.
        from comity.site import entries, queries  # noqa: F401
        from comity.site.live import watching  # noqa: F401
