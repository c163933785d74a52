"""Acts of the charter office, by subject. The only files here that write. Importing this makes every act known."""

from comity.office.charter.actions.organisation import (
    adopt_tenet,
    change_body,
    change_organisation,
    change_setting,
    change_tenet,
    dissolve_body,
    establish_body,
    found,
    the_organisation,
    withdraw_tenet,
)
from comity.office.charter.actions.rules import adopt_charter, change_draft, draft_charter, withdraw_draft

__all__ = [
    "adopt_charter",
    "adopt_tenet",
    "change_body",
    "change_draft",
    "change_organisation",
    "change_setting",
    "change_tenet",
    "dissolve_body",
    "draft_charter",
    "establish_body",
    "found",
    "the_organisation",
    "withdraw_draft",
    "withdraw_tenet",
]
