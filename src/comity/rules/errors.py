"""What every refusal of the rules engine is: a sentence with named values, so that it can be told in any language.

The sentence is a template in English; `refusal_words` has it in the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from comity.rules.charter_words import CHARTER_WORDS
from comity.rules.clause_words import CLAUSE_WORDS
from comity.rules.refusal_words import REFUSAL_WORDS
from comity.rules.words import listed

_WORDS = {**REFUSAL_WORDS, **CHARTER_WORDS, **CLAUSE_WORDS}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with named values, which may themselves be sentences; several of a kind are a tuple."""

    sentence: str
    values: tuple[tuple[str, object], ...] = ()

    def told(self, language: str) -> str:
        """In a language of the engine; in English where there is no wording in it."""
        return _filled(_WORDS.get(self.sentence, {}).get(language, self.sentence), dict(self.values), language)


def said(sentence: str, **values: object) -> Said:
    """A sentence with its values."""
    return Said(sentence, tuple(values.items()))


class RulesError(ValueError):
    """Something that the engine refuses. `sentence` is the template, `values` what stands in its braces; several of a kind as a tuple."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(_filled(sentence, values, "en"))
        self.sentence = sentence
        self.values: Mapping[str, object] = values

    def told(self, language: str) -> str:
        """The refusal in a language of the engine; in English where the template has no wording in it.

        >>> RulesError("{names}: both yes and not", names=("Chile", "Kenya")).told("zh")
        'Chile、Kenya：既为赞成又不为赞成'
        """
        return self.said.told(language)

    @property
    def said(self) -> Said:
        """What it says, to stand in another sentence."""
        return Said(self.sentence, tuple(self.values.items()))


def _filled(wording: str, values: Mapping[str, object], language: str) -> str:
    def shown(value: object) -> object:
        if isinstance(value, Said):
            return value.told(language)
        return listed(value, language) if isinstance(value, tuple) else value

    return printable(wording.format(**{key: shown(value) for key, value in values.items()}))


def printable(text: str) -> str:
    """Text in which control, invisible and direction characters are escaped, so that a name cannot disturb a terminal.

    >>> printable("a\\u202eb")
    'a\\\\u202eb'
    """
    if all(c.isprintable() or c == "\n" for c in text):
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


class ClauseError(RulesError):
    """A clause that cannot be read. `column` counts from 1 within the clause; `mend` says what to write instead."""

    def __init__(self, sentence: str, *, column: int, mend: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.column = column
        self.mend_said = said(mend, **values)
        self.mend = self.mend_said.told("en")


class CharterError(RulesError):
    """A charter that cannot be taken. Names file, line, clause and mend; nothing of the charter is taken."""

    def __init__(self, problem: Said, mend: Said, *, file: str, line: int, clause: str) -> None:
        super().__init__(
            "{file}, line {line}: {clause}: {problem} {mend}",
            file=file,
            line=line,
            clause=clause,
            problem=problem,
            mend=mend,
        )
        self.file, self.line, self.clause = file, line, clause
        self.problem_said, self.mend_said = problem, mend
        self.problem, self.mend = problem.told("en"), mend.told("en")
