"""What an urn counts of a paper, and lots: what elections need of pure arithmetic, without tables.

The record keeps sums of a round, and no paper: with many names, papers are like handwriting. Of a paper that ranks, it is counted which
name it puts before which other: a mark of its own for each such pair, between whose names stands `>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from comity.rules.elections import Count
from comity.rules.ranking import pairs

BEFORE = ">"


def marks_of(ranking: Sequence[str], names: Sequence[str]) -> list[str]:
    """What is counted of a paper that ranks some of these names.

    >>> marks_of(["b"], ["a", "b", "c"])
    ['b', 'b>a', 'b>c']
    """
    return [*ranking, *(f"{one}{BEFORE}{other}" for one, other in pairs(ranking, names))]


def pair_marks(names: Sequence[str]) -> list[str]:
    """All marks of pairs of these names."""
    return [f"{one}{BEFORE}{other}" for one in names for other in names if one != other]


def count_of(totals: Mapping[str, int], *, papers: int, blank: int, invalid: int) -> Count:
    """Sums by mark, as the engine takes them.

    >>> count_of({"a": 1, "b": 2, "a>b": 1, "b>a": 1}, papers=3, blank=1, invalid=0).before
    {('a', 'b'): 1, ('b', 'a'): 1}
    """
    votes, before = {}, {}
    for mark, number in totals.items():
        one, between, other = mark.partition(BEFORE)
        if between:
            before[one, other] = number
        else:
            votes[mark] = number
    return Count(papers - blank - invalid, blank, invalid, votes, before)


def drawn(seed: str, names: Iterable[str]) -> list[str]:
    """Names in the order in which a lot draws them: by SHA-256 of the seed, a line end and the name, in UTF-8.

    >>> drawn("six dice: 4 2 6 1 3 3", ["b", "a", "c"])
    ['a', 'b', 'c']
    """
    return sorted(names, key=lambda name: (sha256(f"{seed}\n{name}".encode()).hexdigest(), name))


def lots_in_order(lots: Sequence[Sequence[str]]) -> list[str]:
    """All lots of a contest as one order: a later draw among the same names takes the place of an earlier one."""
    found: list[str] = []
    for order in lots:
        found = [name for name in found if name not in order] + list(order)
    return found
