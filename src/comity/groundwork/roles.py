"""Roles: in what capacity somebody acts. The set is a table that offices extend; who holds one, where and when, is a grant.

A role is held across the organisation, or at one thing (the chair of a body, the head of a party's delegation). An act names the
roles that may do it; `at` says which of its arguments must be the thing at which the role is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Role:
    """name: never changes. held_at: kind of thing at which it is held, None for the whole organisation. at: see the module.

    speaks: whoever holds it at a party reads what is for that delegation. keeps: reads everything.
    """

    name: str
    word: str | Promise
    meaning: str | Promise
    held_at: str | None = None
    speaks: bool = False
    keeps: bool = False
    at: str | None = None

    def of(self, argument: str) -> Self:
        """This role, held at what the act's argument names."""
        if self.held_at is None:
            raise ValueError(f"{self.name} is held across the organisation, not at one thing")
        return replace(self, at=argument)


ROLES: dict[str, Role] = {}


def register_role(role: Role) -> Role:
    """Add a role to the table. Raises ValueError if another has the name."""
    if role.name in ROLES and ROLES[role.name] != role:
        raise ValueError(f"two roles are called {role.name}")
    return ROLES.setdefault(role.name, role)


ANYBODY = Role("anybody", _("anybody"), _("Whoever opens the page, without signing in."))
PERSON = Role("person", _("signed-in person"), _("Whoever has an account here."))
SYSTEM = Role("system", _("the system"), _("Clocks and set-up: what follows by rule, without a person's decision."))
ADMINISTRATOR = register_role(
    Role("administrator", _("administrator"), _("Runs the installation; appoints the first officers."), keeps=True)
)
SECRETARY = register_role(
    Role("secretary", _("secretary"), _("Keeps the record and the register of the organisation."), keeps=True)
)
AUDITOR = register_role(Role("auditor", _("auditor"), _("Reads everything, changes nothing."), keeps=True))
TRANSLATOR = register_role(Role("translator", _("translator"), _("Translates and reviews the organisation's texts.")))

IMPLICIT = {role.name: role for role in (ANYBODY, PERSON, SYSTEM)}
"""Held without a grant."""
