"""The ballot box: takes votes, keeps them in a log that nobody can change unseen, and shows what they add up to while they arrive.

    from comity.ballot_box import Answer, Listed, at, tickets
    box = at(folder)
    box.open_consultation("C1")
    box.set_statements("C1", [Listed(Statement(1, "Trees along every street"))])
    box.cast("C1", tickets.new_participant(), [Answer(statement=1, vote=1)])

It knows no web framework and no person: participants are random numbers, and who they are is the business of the office that hands
out tickets. `Intake` is the way in over HTTP, `BallotBox` for the office, `Follower` what makes maps of it. See docs/ballot_box.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from comity.ballot_box import tickets
from comity.ballot_box.answers import Answer, PastVote
from comity.ballot_box.box import BallotBox, Counts, at
from comity.ballot_box.chain import Head
from comity.ballot_box.control import Erased
from comity.ballot_box.intake import Intake
from comity.ballot_box.limits import Limit, Limits
from comity.ballot_box.refusals import BoxRefuses, BoxTaken, ChainBroken, Receipt, Refusal, Refused
from comity.ballot_box.rules import Listed
from comity.ballot_box.shelf import Published, Version
from comity.ballot_box.store import NoRoom, StoreAway
from comity.ballot_box.tickets import new_participant

if TYPE_CHECKING:
    from comity.ballot_box.follower import Follower
    from comity.ballot_box.places import Place

__all__ = [
    "Answer", "BallotBox", "BoxRefuses", "BoxTaken", "ChainBroken", "Counts", "Erased", "Follower", "Head", "Intake", "Limit",
    "Limits", "Listed", "NoRoom", "PastVote", "Place", "Published", "Receipt", "Refusal", "Refused", "StoreAway", "Version", "at",
    "new_participant", "tickets",
]  # fmt: skip
_COMPUTE = {"Follower": "follower", "Place": "places"}


def __getattr__(name: str) -> Any:
    """What computes maps is loaded when it is asked for: taking votes does not wait for it."""
    if name in _COMPUTE:
        return getattr(import_module(f"{__name__}.{_COMPUTE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
