"""Roles of the consultations office: who runs one consultation, and who moderates it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from comity.groundwork.roles import Role, register_role

FACILITATOR = register_role(
    Role(
        "facilitator",
        _("facilitator"),
        _("Runs a consultation: its settings, its statements, its phases."),
        held_at="consultations.consultation",
    )
)
MODERATOR = register_role(
    Role(
        "moderator",
        _("moderator"),
        _("Decides on the statements that people write in a consultation."),
        held_at="consultations.consultation",
    )
)
