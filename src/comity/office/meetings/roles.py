"""The role of the meetings office: who presides over one meeting, from taking the chair until handing it over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from comity.groundwork.roles import Role, register_role

PRESIDING = register_role(
    Role(
        "presiding",
        _("presiding officer"),
        _("Presides over a meeting while they are in the chair."),
        held_at="meetings.meeting",
    )
)
