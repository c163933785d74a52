"""What an election rule says: how many seats, who is elected, how ballots narrow from round to round.

How an election is run by it: `elections`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from comity.rules.conditions import Condition


class Field(StrEnum):
    """Who may be voted for in a round."""

    OPEN = "open"
    """Anybody eligible: rounds are unrestricted."""
    TOP = "top"
    """Those with most votes in the round before, twice as many as seats are left."""
    DROP_LAST = "drop-last"
    """All but the one with fewest votes."""


@dataclass(frozen=True, slots=True)
class ElectionRule:
    """`elected`: a condition in which `yes` is a ballot with the candidate's name and `cast` a valid ballot.

    `rounds`: the field of each round, repeated from the start when they are used up. `lots`: ties for the last place
    are drawn by lot, which is an input; otherwise they lead to a further round among those tied. `approval`: a paper
    names as many as its voter approves of (Brams and Fishburn 1978), not only as many as there are seats.
    """

    seats: int
    elected: Condition
    rounds: tuple[Field, ...] = (Field.OPEN,)
    lots: bool = False
    approval: bool = False

    def most(self, seats_left: int, names: int) -> int:
        """How many names a paper may have at most, of so many that can be voted for."""
        return names if self.approval else min(seats_left, names)
