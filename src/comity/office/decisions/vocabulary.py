"""The closed choices of the decisions office: questions and votes. What is only silence, consensus or election has a file of its own."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class QuestionKind(TextChoices):
    """What sort of question is put."""

    PROPOSAL = "proposal", _("proposal")
    AMENDMENT = "amendment", _("amendment")
    PART = "part", _("part, voted on separately")
    PROCEDURAL = "procedural", _("procedural motion")
    CHALLENGE = "challenge", _("challenge to a ruling")
    ORGAN = "organ", _("ballot of an organ")


class Mode(TextChoices):
    """Where a question is decided."""

    MEETING = "meeting", _("in a meeting")
    WRITING = "writing", _("in writing")


class QuestionStage(TextChoices):
    """Where a question stands."""

    PUT = "put", pgettext_lazy("question", "before the body")
    VOTING = "voting", pgettext_lazy("question", "being voted on")
    DECIDED = "decided", pgettext_lazy("question", "decided")
    WITHDRAWN = "withdrawn", pgettext_lazy("question", "withdrawn")


class VoteKind(TextChoices):
    """How votes are given. Secret votes lie elsewhere (`models.secret`)."""

    OPEN = "open", _("open: only the numbers are kept")
    RECORDED = "recorded", _("recorded: who voted how is published")
    ROLL_CALL = "roll_call", _("roll call: each is called by name, and it is published")


NAMED = frozenset({VoteKind.RECORDED, VoteKind.ROLL_CALL})
"""Votes in which it is published who voted how."""


class VoteStage(TextChoices):
    """Where a vote stands."""

    OPEN = "open", pgettext_lazy("vote", "open")
    CLOSED = "closed", pgettext_lazy("vote", "closed")


class Disclosure(TextChoices):
    """What anybody sees before the close; fixed when the vote opens."""

    LIVE = "live", _("each vote as it comes in")
    TALLY = "tally", _("the numbers only")
    CLOSED = "closed", _("nothing but how many have voted")


class Channel(TextChoices):
    """How a vote came in."""

    DEVICE = "device", _("by the delegation itself")
    PAPER = "paper", _("on paper")
    HAND = "hand", _("by show of hands")
    CALLED = "called", _("when called by name")


class QualificationKind(TextChoices):
    """What is stated of a member for votes."""

    SEAT = "seat", _("seat in a body")
    STANDING = "standing", _("standing, such as being in arrears")
    WEIGHT = "weight", _("weight of its vote")
    MANDATE = "mandate", _("casts the vote of another")


class When(TextChoices):
    """Whether a vote is explained before it or after it."""

    BEFORE = "before", _("before the vote")
    AFTER = "after", _("after the vote")
