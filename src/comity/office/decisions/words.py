"""Words in the reader's language: choices and verdicts, those of the engine's catalogue and what one member chooses; lists, parts."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.facts import Fact, Namer
from comity.groundwork.translated import Text
from comity.office.charter.wording import chosen_word
from comity.rules.words import LANGUAGES, listed, say

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
    """What one member chooses, in words; what only a charter knows in a word that is known, else as the charter writes it."""
    return str(ONE.get(choice) or chosen_word(choice))


def counted_word(choice: str) -> str:
    """A choice as the word beside a number of members."""
    return chosen_word(choice)


def several(names: Iterable[object]) -> str:
    """Names one after another, with the comma of the reader's language."""
    return listed(names, engine_language())


def quoted(title: object) -> str:
    """A title in the quotation marks of the reader's language."""
    return _("“%(title)s”") % {"title": title}


def titled(stated: Fact, name: Namer, title: Text) -> str:
    """What the first thing that a fact is about is called in its sentence: its name, as it reads today; where that hides the title, the
    title as it was stated. A timeline leads to a thing from its name, and adds the name where the sentence does not have it.
    """
    return name(stated.about()[0]) if stated.audience == PUBLIC else quoted(title.shown())


def part_word(reference: str) -> str:
    """What a part is called: of one that bears a number alone, which paragraph it is, in the reader's language."""
    return _("paragraph %(number)s") % {"number": reference} if reference.isdecimal() else reference


def verdict_word(verdict: str) -> str:
    """What came out, in words."""
    return say(verdict, engine_language())
