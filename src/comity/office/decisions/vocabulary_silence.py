"""The closed choices of silence procedures."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SilenceStage(TextChoices):
    """Where a silence procedure, or one part of its text, stands. A part is never withdrawn alone."""

    RUNNING = "running", pgettext_lazy("silence", "running")
    ADOPTED = "adopted", pgettext_lazy("silence", "adopted")
    BROKEN = "broken", pgettext_lazy("silence", "silence was broken")
    WITHDRAWN = "withdrawn", pgettext_lazy("silence", "withdrawn before the deadline")


class Naming(TextChoices):
    """When others see who broke silence and why; fixed when it is opened. On which part, and other wording, is seen at once."""

    AT_ONCE = "at_once", _("at once")
    AFTER = "after", _("once silence has ended")
    NEVER = "never", _("never")


class Then(TextChoices):
    """What becomes of the parts on which silence was broken."""

    NOTHING = "nothing", _("nothing happens by itself")
    VOTE = "vote", _("they are put to the vote")
    CONSENSUS = "consensus", _("consensus is sought on them")
