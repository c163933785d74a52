"""From rankings to an order: pairs of candidates are compared, and the Schulze method orders what the comparisons say together.

M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner election method",
Social Choice and Welfare 36 (2011), 267-303, with winning votes as the strength of a comparison. Sums over pairs are all that it needs, so
no ranking has to be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Ranking = Sequence[str]
"""Names on one paper, the most preferred first. Who is not on it comes after all who are."""

Before = Mapping[tuple[str, str], int]
"""Papers that put the first name of a pair before the second. Pairs that are missing: none."""


def pairs(ranking: Ranking, names: Iterable[str]) -> list[tuple[str, str]]:
    """What a paper says of pairs of these names: which it puts before which.

    >>> pairs(["b", "a"], "abcd")
    [('b', 'a'), ('b', 'c'), ('b', 'd'), ('a', 'c'), ('a', 'd')]
    """
    place = {name: number for number, name in enumerate(ranking)}
    listed = list(names)
    behind = len(place)
    return [(one, other) for one in ranking for other in listed if place[one] < place.get(other, behind)]


def tiers(names: Iterable[str], before: Before) -> list[tuple[str, ...]]:
    """The names in the order of the Schulze method: whom nobody among those still there beats comes next; several at once are tied.

    One beats another if the strongest path of won comparisons from the one to the other is stronger than the strongest way back;
    a path is as strong as its weakest comparison.

    >>> tiers("abc", {("a", "b"): 3, ("b", "a"): 2, ("b", "c"): 5, ("a", "c"): 4, ("c", "a"): 1})
    [('a',), ('b',), ('c',)]
    """
    left = sorted(names)
    strength = paths(left, before)
    found = []
    while left:
        first = tuple(one for one in left if all(strength[one, other] >= strength[other, one] for other in left))
        found.append(first)
        left = [name for name in left if name not in first]
    return found


def paths(names: Iterable[str], before: Before) -> dict[tuple[str, str], int]:
    """The strength of the strongest path from each name to each other, over these names; 0 where there is none."""
    listed = sorted(names)
    found = {}
    for one in listed:
        for other in listed:
            won, lost = before.get((one, other), 0), before.get((other, one), 0)
            found[one, other] = won if won > lost else 0
    for over in listed:  # Floyd and Warshall, for widest paths
        for start in listed:
            first = found[start, over]
            if start == over or not first:
                continue
            for end in listed:
                if end not in (start, over):
                    found[start, end] = max(found[start, end], min(first, found[over, end]))
    return found
