"""The urn of a secret ballot: what was marked on all papers together, and who has put one in. It lives in memory alone.

No paper is kept, not even here: what is marked on it is added to the counts, and the member to the set of those who have voted, in
one step. So there is no order, no time and no pair of member and paper that anything could be asked for, and nothing of it is
written before the count. The price: with the process the urn is gone, and the ballot begins again (docs/design/secret_ballots.md).
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

HOLDER = secrets.token_hex(8)
"""This process, as other servers of the site know it."""


class InAlready(Exception):
    """The members, its arguments, have put a paper in, or have a real one."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an urn holds. papers: all of them, blank ones included. marks: papers on which each was marked. voted: by whom."""

    papers: int
    blank: int
    marks: Mapping[str, int]
    voted: frozenset[str]


@dataclass(slots=True)
class Urn:
    """One urn, for any number of threads."""

    _papers: int = 0
    _blank: int = 0
    _marks: Counter[str] = field(default_factory=Counter)
    _voted: set[str] = field(default_factory=set)
    _handed: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, member: str, marked: Iterable[str]) -> None:
        """Put a member's paper in; nothing marked: blank. Raises InAlready, also where the member has a real one."""
        found = frozenset(marked)
        with self._lock:
            if member in self._voted or member in self._handed:
                raise InAlready(member)
            self._voted.add(member)
            self._papers += 1
            self._blank += not found
            self._marks.update(found)

    def hand(self, members: Iterable[str]) -> None:
        """These and no others have a real paper from the tellers, so that no other is taken from them. Raises InAlready."""
        given = frozenset(members)
        with self._lock:
            if both := sorted(given & self._voted):
                raise InAlready(*both)
            self._handed = set(given)

    def handed(self) -> frozenset[str]:
        """Members who have a real paper."""
        with self._lock:
            return frozenset(self._handed)

    def waits_for(self, member: str) -> bool:
        """Whether a member has neither put a paper in nor a real one."""
        with self._lock:
            return member not in self._voted and member not in self._handed

    def has(self, member: str) -> bool:
        """Whether a member has put a paper in."""
        with self._lock:
            return member in self._voted

    def counts(self) -> Counts:
        """What it holds now. For the count; while a ballot runs, ask `papers`."""
        with self._lock:
            return Counts(self._papers, self._blank, dict(sorted(self._marks.items())), frozenset(self._voted))

    def papers(self) -> int:
        """How many papers it holds."""
        with self._lock:
            return self._papers


_urns: dict[tuple[str, int], Urn] = {}
_lock = threading.Lock()


def set_up(ballot: str, attempt: int) -> Urn:
    """A new, empty urn for an attempt at a ballot."""
    with _lock:
        _urns[ballot, attempt] = Urn()
        return _urns[ballot, attempt]


def urn(ballot: str, attempt: int) -> Urn | None:
    """The urn of an attempt; None: it is not in this process."""
    with _lock:
        return _urns.get((ballot, attempt))


def put_away(ballot: str) -> None:
    """Forget the urns of a ballot, once what they held is counted and durable, or will never be."""
    with _lock:
        for key in [key for key in _urns if key[0] == ballot]:
            del _urns[key]
