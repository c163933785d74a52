"""The closed choices of the consultations office."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST_SEGMENTS, MOST_LABELS = 8, 250
"""Questions about participants in one consultation, and answers to choose from in one question."""
LONGEST_QUESTION, LONGEST_ANSWER = 200, 100
"""Characters of such a question, and of an answer to it."""


class Entry(TextChoices):
    """Who may take part, and so how well one person is one voice."""

    OPEN = "open", _("whoever has the link")
    ACCOUNTS = "accounts", _("whoever has an account here")
    INVITED = "invited", _("whoever holds an invitation")
    DELEGATIONS = "delegations", _("members of delegations")
    EMBEDDED = "embedded", _("whoever is named by a site that embeds it")


class Moderating(TextChoices):
    """When a statement that somebody wrote is shown to others."""

    BEFORE = "before", _("after a moderator has accepted it")
    AFTER = "after", _("at once, until a moderator rejects it")


class Showing(TextChoices):
    """From when on anybody sees results."""

    LIVE = "live", _("while answers come in")
    CLOSED = "closed", _("once it is closed")
    FROZEN = "frozen", _("once its result is final")


class Stage(TextChoices):
    """Where a consultation stands."""

    DRAFT = "draft", pgettext_lazy("consultation", "in preparation")
    OPEN = "open", pgettext_lazy("consultation", "open")
    CLOSED = "closed", pgettext_lazy("consultation", "closed")
    FROZEN = "frozen", pgettext_lazy("consultation", "final")
    ARCHIVED = "archived", pgettext_lazy("consultation", "archived")


class Decision(TextChoices):
    """What became of a statement."""

    WAITING = "waiting", pgettext_lazy("statement", "not moderated yet")
    ACCEPTED = "accepted", pgettext_lazy("statement", "accepted")
    REJECTED = "rejected", pgettext_lazy("statement", "rejected")
    MERGED = "merged", pgettext_lazy("statement", "merged into another")
    SPLIT = "split", pgettext_lazy("statement", "split into others")


OUT = frozenset({Decision.REJECTED, Decision.MERGED, Decision.SPLIT})
"""Statements that are asked no more. What was answered to them stays in the log and takes no part in findings."""


class FindingKind(TextChoices):
    """What later work cites."""

    STATEMENT = "statement", _("statement")
    SLATE = "slate", _("slate")
    DIVIDE = "divide", _("divide")
