"""The members office as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from comity.groundwork.panels import Way


class MembersConfig(AppConfig):
    """Parties, blocs and delegations."""

    name = "comity.office.members"
    label = "members"
    verbose_name = _("Members")
    navigation = (Way(_("Members"), "members:register", 20),)

    def ready(self) -> None:
        # Importing registers roles, kinds of thing, settings, event types and acts.
        from comity.office.members import actions  # noqa: F401
        from comity.office.members.queries import delegations, electorate, parties, register, rights  # noqa: F401
