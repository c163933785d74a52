"""Limits: how fast one ticket and one address may send, by buckets that drip.

An address may be a school, a ministry or a whole mobile network; so its limit is generous, and counts requests. That of a ticket
counts answers: nobody reads and answers two statements a second for long.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

MOST_BUCKETS = 200_000


@dataclass(frozen=True, slots=True)
class Limit:
    """burst: how much at once; rate: how much more each second."""

    burst: float
    rate: float


@dataclass(frozen=True, slots=True)
class Limits:
    """ticket: answers; address: requests."""

    ticket: Limit = Limit(300, 2)
    address: Limit = Limit(3_000, 300)


class Buckets:
    """One bucket for each of those who send; in memory, and forgotten with a restart."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._held: dict[Hashable, tuple[float, float]] = {}

    def wait(self, who: Hashable, amount: int, now: float) -> float:
        """Take so much; 0 if it was there, else the seconds until it will be, and nothing is taken. now: seconds that only rise."""
        limit = self._limit
        level, since = self._held.get(who, (limit.burst, now))
        level = min(limit.burst, level + (now - since) * limit.rate)
        if level < amount:
            return (min(amount, limit.burst) - level) / limit.rate
        if len(self._held) >= MOST_BUCKETS and who not in self._held:
            self._forget(now)
        self._held[who] = level - amount, now
        return 0.0

    def _forget(self, now: float) -> None:
        """Let go of buckets that have filled up again; if all are in use, of all: a limit that forgets is better than no memory."""
        limit = self._limit
        self._held = {
            who: (level, since)
            for who, (level, since) in self._held.items()
            if level + (now - since) * limit.rate < limit.burst
        }
        if len(self._held) >= MOST_BUCKETS:
            self._held.clear()
