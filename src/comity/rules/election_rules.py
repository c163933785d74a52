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


class PaperKind(StrEnum):
    """What a voter writes on a paper."""

    NAMES = "names"
    """As many names as there are seats, or fewer."""
    APPROVAL = "approval"
    """Everybody of whom the voter approves, however many (Brams and Fishburn 1978)."""
    RANKED = "ranked"
    """Names in the order in which the voter prefers them; who is not ranked comes after all who are (`ranking`)."""


@dataclass(frozen=True, slots=True)
class ElectionRule:
    """`elected`: a condition in which `yes` is a paper with the candidate's name and `cast` a valid paper.

    `rounds`: the field of each round, repeated from the start when they are used up. `lots`: ties for the last place
    are drawn by lot, which is an input; otherwise they lead to a further round among those tied. `paper`: what is on one.
    """

    seats: int
    elected: Condition
    rounds: tuple[Field, ...] = (Field.OPEN,)
    lots: bool = False
    paper: PaperKind = PaperKind.NAMES

    def most(self, seats_left: int, names: int) -> int:
        """How many names a paper may have at most, of so many that can be voted for."""
        return min(seats_left, names) if self.paper is PaperKind.NAMES else names
