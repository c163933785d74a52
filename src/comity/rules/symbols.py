"""How documents get their symbols: A/1, A/L.3, A/1/Rev.2, A/1/Add.1/Corr.1. A charter says it under `[symbols]`.

A symbol is a stem and a number. Stems come from a scheme: a prefix for each series, a mark for drafts for debate, and marks for what is
put behind the symbol of another document. Who gives the numbers, and when, is no matter of the charter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from comity.rules.errors import RulesError

PREFIX = r"[A-Z][A-Za-z0-9]*([./-][A-Za-z0-9]+)*"
"""What may stand before the first number: letters, digits, and strokes, full stops or hyphens between them."""
MARK = r"[A-Za-z]+\."
"""What may stand before a further number."""
MOST_PREFIX, MOST_MARK = 30, 10
"""Letters of these."""
MARKS = ("draft", "revision", "addendum", "corrigendum")


@dataclass(frozen=True, slots=True)
class Scheme:
    """series: prefix by the name of a series. draft: mark of drafts for debate; the others: marks of what follows upon a document.

    Raises RulesError for what could lead to a symbol that is not one.
    """

    series: Mapping[str, str] = field(default_factory=lambda: {"general": "A", "council": "C", "information": "INF"})
    draft: str = "L."
    revision: str = "Rev."
    addendum: str = "Add."
    corrigendum: str = "Corr."

    def __post_init__(self) -> None:
        for prefix in self.series.values():
            if not re.fullmatch(PREFIX, prefix) or len(prefix) > MOST_PREFIX:
                raise RulesError("{prefix!r} is not the prefix of a series: write it like A, C or A/C.1", prefix=prefix)
        for mark in (self.draft, self.revision, self.addendum, self.corrigendum):
            if not re.fullmatch(MARK, mark) or len(mark) > MOST_MARK:
                raise RulesError("{mark!r} is not a mark: write letters and a full stop, like Rev.", mark=mark)

    def stem(self, series: str, *, for_debate: bool = False) -> str:
        """What stands before the number of a document of a series. Raises KeyError if there is no such series.

        >>> Scheme().stem("council", for_debate=True)
        'C/L.'
        """
        return f"{self.series[series]}/{self.draft if for_debate else ''}"

    def stem_behind(self, symbol: str, relation: str) -> str:
        """What stands before the number of a document that follows upon another. relation: `revision`, `addendum`, `corrigendum`."""
        marks = {"revision": self.revision, "addendum": self.addendum, "corrigendum": self.corrigendum}
        return f"{symbol}/{marks[relation]}"
