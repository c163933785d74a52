"""What every refusal of the ledger is: a sentence with named values, so that it can be told in any language.

The sentence is a template in English; whoever shows it looks the template up in a catalogue and fills in the values.
Texts that come from outside are quoted, shortened and freed of what would disturb a terminal or a line of mixed
direction.
"""

from __future__ import annotations

from collections.abc import Mapping

LONGEST_QUOTATION = 120


class LedgerError(ValueError):
    """Something that the ledger refuses. `sentence` is the template, `values` what stands in its braces."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values: Mapping[str, object] = values


def quoted(text: object) -> str:
    """Text from outside, shortened and safe to print.

    >>> quoted("Accord"), quoted("a\\u202eb")
    ('Accord', 'a\\\\u202eb')
    """
    shown = str(text)
    return printable(shown if len(shown) <= LONGEST_QUOTATION else shown[:LONGEST_QUOTATION] + "…")


def printable(text: str) -> str:
    """Text in which control, invisible and direction characters, and bytes that were no text, are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
