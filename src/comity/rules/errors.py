"""What every refusal of the rules engine is: a sentence with named values, so that it can be told in any language.

The sentence is a template in English; `refusal_words` has it in the others.
"""

from __future__ import annotations

from collections.abc import Mapping

from comity.rules.refusal_words import REFUSAL_WORDS
from comity.rules.words import listed


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
        wording = REFUSAL_WORDS.get(self.sentence, {}).get(language)
        return str(self) if wording is None else _filled(wording, self.values, language)


def _filled(wording: str, values: Mapping[str, object], language: str) -> str:
    shown = {key: listed(value, language) if isinstance(value, tuple) else value for key, value in values.items()}
    return printable(wording.format(**shown))


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
        self.mend = mend


class CharterError(RulesError):
    """A charter that cannot be taken. Names file, line, clause and mend; nothing of the charter is taken."""

    def __init__(self, problem: str, *, file: str, line: int, clause: str, mend: str) -> None:
        super().__init__(
            "{file}, line {line}: {clause}: {problem} {mend}",
            file=file,
            line=line,
            clause=clause,
            problem=problem,
            mend=mend,
        )
        self.file, self.line, self.clause, self.problem, self.mend = file, line, clause, problem, mend
