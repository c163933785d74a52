"""Statements that say nearly the same: found by runs of characters that texts share, rare ones weighing more.

A text is compared with every wording of every statement, translations included, so a duplicate in another language is found where a
translation is stored. No language model: the same texts give the same answer everywhere. Measured in docs/consultations.md.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

K = TypeVar("K")

LIKE = 0.35
"""From this score on, 0 to 1, a statement is shown to whoever writes one like it. See docs/consultations.md for what it finds."""


@dataclass(frozen=True, slots=True)
class Like(Generic[K]):
    """A statement that is like a text. score: 0 nothing in common, 1 the same."""

    key: K
    score: float


@lru_cache(maxsize=20_000)
def grams(text: str) -> frozenset[str]:
    """Runs of characters of a text: three within words and across their borders, two where a script writes without spaces.

    >>> sorted(grams("AI!"))
    [' ai', 'ai ']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(
        letter if unicodedata.category(letter)[0] in "LN" else " " for letter in unicodedata.normalize("NFD", folded)
    )
    words = f" {' '.join(kept.split())} "
    found = set()
    for place in range(len(words) - 1):
        pair = words[place : place + 2]
        if _unspaced(pair[0]) and _unspaced(pair[1]):
            found.add(pair)
        elif place + 3 <= len(words) and not any(_unspaced(letter) for letter in words[place : place + 3]):
            found.add(words[place : place + 3])
    return frozenset(found)


def _unspaced(letter: str) -> bool:
    """Whether a letter is of a script that writes words without spaces between them."""
    return "\u0e00" <= letter <= "\u0eff" or "\u3040" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0003ffff"


class Stored(Generic[K]):
    """Statements that texts are compared with: of each its wordings, in every language in which it is stored.

    Score: weight of the shared runs over the mean weight of all (Dice), a run weighing log((1 + n) / (1 + statements that have it)) + 1.
    Making it takes O(characters of all wordings), a question O(runs of the text x wordings that have them).
    """

    def __init__(self, wordings: Mapping[K, Iterable[str]]) -> None:
        self._keys = list(wordings)
        found = [(place, grams(wording)) for place, key in enumerate(self._keys) for wording in wordings[key]]
        self._of = [place for place, _runs in found]
        having: dict[str, list[int]] = {}
        for number, (_place, runs) in enumerate(found):
            for run in runs:
                having.setdefault(run, []).append(number)
        self._having = having
        spread = {run: len({self._of[number] for number in numbers}) for run, numbers in having.items()}
        self._weights = {run: math.log((1 + len(self._keys)) / (1 + count)) + 1 for run, count in spread.items()}
        self._new = math.log(1 + len(self._keys)) + 1
        # Runs are sorted, so that a sum does not depend on the order of a set.
        self._sums = [math.fsum(self._weights[run] for run in sorted(runs)) for _place, runs in found]

    def like(self, text: str, *, most: int = 5, at_least: float = LIKE, but: K | None = None) -> list[Like[K]]:
        """Those that are like a text, the most alike first; ties in the order in which they were given. but: one that is left out."""
        asked = grams(text)
        own = math.fsum(self._weights.get(run, self._new) for run in sorted(asked))
        shared: dict[int, float] = {}
        for run in sorted(asked):
            for number in self._having.get(run, ()):
                shared[number] = shared.get(number, 0.0) + self._weights[run]
        best: dict[int, float] = {}
        for number, weight in shared.items():
            place = self._of[number]
            score = round(min(1.0, 2 * weight / (own + self._sums[number])), 4)
            best[place] = max(best.get(place, 0.0), score)
        ranked = sorted(((-score, place) for place, score in best.items() if score >= at_least))
        return [Like(self._keys[place], -score) for score, place in ranked if self._keys[place] != but][:most]


def similar(text: str, wordings: Mapping[K, Iterable[str]], *, most: int = 5, at_least: float = LIKE) -> list[Like[K]]:
    """The statements that are like a text, see `Stored`; with `at_least` 0 only those that share something."""
    return Stored(wordings).like(text, most=most, at_least=at_least)
