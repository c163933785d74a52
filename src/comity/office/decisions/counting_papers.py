"""From counts to papers and to lots: what elections need of pure arithmetic, without tables.

The record keeps of a round how often each name was marked, and no paper: with many names, papers are like handwriting. The engine
wants papers; any papers with these counts give it the same result, so some are made that have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from comity.rules.elections import Paper


def papers_with(counts: Mapping[str, int], *, valid: int, blank: int, invalid: int, most: int) -> list[Paper]:
    """Papers on which each name stands as often as it was counted, none of them on a paper twice, nor more than `most` together.

    Raises ValueError for counts that no papers can have.

    >>> sorted(map(sorted, papers_with({"a": 2, "b": 1}, valid=2, blank=0, invalid=0, most=2)))
    [['a'], ['a', 'b']]
    """
    marked = sum(counts.values())
    if any(not 0 <= number <= valid for number in counts.values()) or not valid <= marked <= valid * most:
        raise ValueError(f"no {valid} papers with at most {most} names each have the counts {dict(counts)}")
    made: list[set[str]] = [set() for _ in range(valid)]
    place = 0
    for name in sorted(counts):
        for _ in range(counts[name]):  # goes on where the last name ended, so no paper gets much more than another
            made[place % valid].add(name)
            place += 1
    overfull = frozenset(f"\x00{number}" for number in range(most + 1))
    return [*map(frozenset, made), *[frozenset[str]()] * blank, *[overfull] * invalid]


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
