"""Words of charters in the reader's language: roles in findings, choices of their own, votes of other organs, days from which is counted.

A charter names these by short words, in whatever language it was written. Those that charters commonly use are translated here; any other
stands on pages as the charter writes it. The engine says a rule in words from the charter, so it is given one in which these are words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

from comity.rules import Charter, Rule
from comity.rules.conditions import (
    All,
    Any,
    AtLeast,
    Condition,
    Fallback,
    Floor,
    Found,
    Gate,
    Meets,
    Not,
    Sequence,
    Share,
)
from comity.rules.sentences import told
from comity.rules.timing import Moment, Timing
from comity.rules.words import LANGUAGES, WORDS, say

ORGANS = {
    "assembly": pgettext_lazy("organ in a charter", "assembly"),
    "board": pgettext_lazy("organ in a charter", "board"),
    "bureau": pgettext_lazy("organ in a charter", "bureau"),
    "chair": pgettext_lazy("organ in a charter", "chair"),
    "commission": pgettext_lazy("organ in a charter", "commission"),
    "committee": pgettext_lazy("organ in a charter", "committee"),
    "council": pgettext_lazy("organ in a charter", "council"),
    "depositary": pgettext_lazy("organ in a charter", "depositary"),
    "parliament": pgettext_lazy("organ in a charter", "parliament"),
    "president": pgettext_lazy("organ in a charter", "president"),
    "secretariat": pgettext_lazy("organ in a charter", "secretariat"),
    "secretary-general": pgettext_lazy("organ in a charter", "secretary-general"),
    "summit": pgettext_lazy("organ in a charter", "summit"),
}
"""Who finds something, and where else it is voted."""
CHOICES = {
    "declared-abstention": pgettext_lazy("choice in a charter", "declared abstention"),
    "discuss": pgettext_lazy("choice in a charter", "discuss"),
    "no-objection": pgettext_lazy("choice in a charter", "no objection"),
    "recuse": pgettext_lazy("choice in a charter", "takes no part"),
}
"""What charters let members choose besides yes, no and abstention."""
FINDINGS = {
    "all efforts at consensus exhausted": pgettext_lazy("finding", "all efforts at consensus are exhausted"),
    "casting vote": pgettext_lazy("finding", "casting vote of the chair"),
    "consensus": pgettext_lazy("finding", "consensus"),
    "important question": pgettext_lazy("finding", "important question"),
    "order of amendments": pgettext_lazy("finding", "order of amendments"),
    "rough consensus": pgettext_lazy("finding", "rough consensus"),
}
"""What is found where a charter has no words for it."""
EVENTS = {
    "adopted": pgettext_lazy("day in a charter", "adoption"),
    "circulated": pgettext_lazy("day in a charter", "circulation"),
    "notified": pgettext_lazy("day in a charter", "notification"),
    "signed": pgettext_lazy("day in a charter", "signature"),
}
"""From when days are counted."""


def language() -> str:
    """The engine's language that is nearest to the active one."""
    code = (get_language() or "en").partition("-")[0]
    return code if code in LANGUAGES else "en"


def role_word(role: str) -> str:
    """A role or an organ, in words."""
    return _known(ORGANS, role)


def chosen_word(choice: str) -> str:
    """A choice beside a number of members, or at the head of a column."""
    return say(choice, language()) if choice in WORDS else _known(CHOICES, choice)


def finding_word(statement: str, charter: Charter | None = None) -> str:
    """What is found, in the words of the charter, else in those that are known."""
    wordings = charter.wordings.get(statement, {}) if charter is not None else {}
    return told(wordings, language()) or _known(FINDINGS, statement)


def _known(words: Mapping[str, Promise], token: str) -> str:
    return str(words.get(token, token))


def choice_words(charter: Charter) -> dict[str, str]:
    """The charter's own choices that read otherwise than it writes them, in words; none that would read like another."""
    words = {choice: chosen_word(choice) for choice in charter.choices}
    borne = Counter([*words.values(), *charter.like, *WORDS])
    return {choice: word for choice, word in words.items() if word != choice and borne[word] == 1}


def with_choice_words(charter: Charter) -> Charter:
    """The charter with these words in the place of its choices, for the engine to say outcomes in words."""
    words = choice_words(charter)
    if not words:
        return charter
    return replace(
        charter,
        choices={words.get(choice, choice): like for choice, like in charter.choices.items()},
        rules=tuple(_reworded(rule, Words(words)) for rule in charter.rules),
    )


def worded(charter: Charter, rule: Rule) -> Rule:
    """A rule for the engine to say in words: its roles, organs, choices and days are words of the reader's language."""
    return _reworded(rule, Words(choice_words(charter), role_word, lambda event: _known(EVENTS, event)))


def _as_written(token: str) -> str:
    return token


@dataclass(frozen=True, slots=True)
class Words:
    """What takes the place of what: choices by token; how roles and days are called."""

    choices: Mapping[str, str]
    role: Callable[[str], str] = _as_written
    event: Callable[[str], str] = _as_written


def _reworded(rule: Rule, words: Words) -> Rule:
    return replace(
        rule,
        passes=_condition(words, rule.passes),
        quorum=_asked(words, rule.quorum),
        quorum_to_open=_asked(words, rule.quorum_to_open),
        postponed_when=_asked(words, rule.postponed_when),
        election=rule.election and replace(rule.election, elected=_condition(words, rule.election.elected)),
        timing=rule.timing and _timing(words, rule.timing),
        for_each=rule.for_each and _timing(words, rule.for_each),
        reasons=tuple(words.choices.get(one, one) for one in rule.reasons),
    )


def _asked(words: Words, condition: Condition | None) -> Condition | None:
    return None if condition is None else _condition(words, condition)


def _condition(words: Words, condition: Condition) -> Condition:
    match condition:
        case Found(statement, by):
            return Found(statement, words.role(by)) if by else condition
        case Meets(rule, stage):
            return Meets(rule, words.role(stage)) if stage else condition
        case Share():
            base = condition.base if not isinstance(condition.base, tuple) else _side(words, condition.base)
            return replace(condition, side=_side(words, condition.side), base=base)
        case Floor():
            return replace(condition, side=_side(words, condition.side))
        case All() | Any() | AtLeast() | Sequence() | Fallback():
            return replace(condition, parts=tuple(_condition(words, part) for part in condition.parts))
        case Not(part):
            return Not(_condition(words, part))
        case Gate(question, then, otherwise):
            return Gate(_condition(words, question), _condition(words, then), _condition(words, otherwise))


def _side(words: Words, side: Iterable[str]) -> tuple[str, ...]:
    return tuple(words.choices.get(one, one) for one in side)


def _timing(words: Words, timing: Timing) -> Timing:
    return replace(timing, start=_moment(words, timing.start), floor=timing.floor and _moment(words, timing.floor))


def _moment(words: Words, moment: Moment) -> Moment:
    return replace(moment, event=words.event(moment.event)) if moment.event else moment
