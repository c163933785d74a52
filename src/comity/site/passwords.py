"""What a password must be: Django's checks, in words of ours, since its own lag behind in some languages."""

from __future__ import annotations

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Not too short."""

    def get_error_message(self) -> str:
        """What would mend it."""
        return _("Take at least %(least)d characters.") % {"least": self.min_length}


class Uncommon(CommonPasswordValidator):
    """None of those that are tried first."""

    def get_error_message(self) -> str:
        """What is wrong with it."""
        return _("Many people use this password, so it is tried first.")


class Unlike(UserAttributeSimilarityValidator):
    """Nothing that whoever knows the person would guess."""

    def get_error_message(self) -> str:
        """What is wrong with it."""
        return _("This is too much like your name or your address.")
