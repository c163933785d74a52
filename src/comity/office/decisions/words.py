"""Words for choices and verdicts, in the reader's language: those of the engine's catalogue, and what one member chooses."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext_lazy

from comity.rules.words import LANGUAGES, WORDS, say

ONE = {
    "yes": pgettext_lazy("vote of one member", "Yes"),
    "no": pgettext_lazy("vote of one member", "No"),
    "abstain": pgettext_lazy("vote of one member", "Abstain"),
    "not-voting": pgettext_lazy("vote of one member", "present, not voting"),
    "absent": pgettext_lazy("vote of one member", "absent"),
    "recused": pgettext_lazy("vote of one member", "takes no part"),
    "blank": pgettext_lazy("vote of one member", "blank"),
    "invalid": pgettext_lazy("vote of one member", "invalid"),
}
"""What one member chooses or did; the engine's words are for numbers of members."""


def engine_language() -> str:
    """The reader's language as the engine knows it; English where it does not."""
    wanted = (get_language() or "en").split("-")[0]
    return wanted if wanted in LANGUAGES else "en"


def choice_word(choice: str) -> str:
    """What one member chooses, in words; what only a charter knows as the charter writes it."""
    return str(ONE.get(choice, choice))


def counted_word(choice: str) -> str:
    """A choice as the word beside a number of members."""
    return say(choice, engine_language()) if choice in WORDS else choice


def verdict_word(verdict: str) -> str:
    """What came out, in words."""
    return say(verdict, engine_language())
