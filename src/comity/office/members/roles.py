"""Roles of the members office: who keeps the register of instruments, and who speaks for a party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from comity.groundwork.roles import Role, register_role

DEPOSITARY = register_role(
    Role("depositary", _("depositary"), _("Keeps the register of signatures, instruments and declarations."))
)
HEAD_OF_DELEGATION = register_role(
    Role(
        "head_of_delegation",
        _("head of delegation"),
        _("Speaks for a party and names its delegates."),
        held_at="members.party",
        speaks=True,
    )
)
DELEGATE = register_role(
    Role("delegate", _("delegate"), _("Speaks for a party."), held_at="members.party", speaks=True)
)
FOCAL_POINT = register_role(
    Role(
        "focal_point",
        _("focal point"),
        _("Answers for a party between sessions: requests, reports, questions."),
        held_at="members.party",
        speaks=True,
    )
)
DELEGATION = (HEAD_OF_DELEGATION, DELEGATE, FOCAL_POINT)
"""Roles in a delegation, first things first."""
