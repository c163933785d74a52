"""The closed choices of secret ballots."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class SecretStage(TextChoices):
    """Where a secret ballot stands."""

    OPEN = "open", pgettext_lazy("secret ballot", "open")
    COUNTED = "counted", pgettext_lazy("secret ballot", "counted")
    CANCELLED = "cancelled", pgettext_lazy("secret ballot", "cancelled")


BLANK, INVALID = "blank", "invalid"
"""What a paper counts as on which nothing is marked, or that tellers could not take."""
