"""The opinion engine: from votes to an opinion map, groups, common ground and what can be said about them with certainty.

    from comity.opinion import Votes, analyse
    votes = Votes.from_matrix([[1, -1, 0], [1, 1, float("nan")], [-1, 1, 1]])
    result = analyse(votes).result

Plain arrays in, one frozen result out; no files, no clock, no network. Readers of files are in `comity.opinion.formats`, the
report in `comity.opinion.report`. The method is explained in docs/opinion.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comity.opinion.analysis import Analysis, analyse, conclude
    from comity.opinion.basis import Basis
    from comity.opinion.live import LiveMap
    from comity.opinion.result import OpinionResult, Settings, Source
    from comity.opinion.sums import Sums
    from comity.opinion.tallies import Tallies
    from comity.opinion.votes import Moderation, Segment, Statement, Votes, VotesError

__all__ = [
    "Analysis",
    "Basis",
    "LiveMap",
    "Moderation",
    "OpinionResult",
    "Segment",
    "Settings",
    "Source",
    "Statement",
    "Sums",
    "Tallies",
    "Votes",
    "VotesError",
    "analyse",
    "conclude",
]
_IN = {
    "analysis": ("Analysis", "analyse", "conclude"),
    "basis": ("Basis",),
    "live": ("LiveMap",),
    "result": ("OpinionResult", "Settings", "Source"),
    "sums": ("Sums",),
    "tallies": ("Tallies",),
    "votes": ("Moderation", "Segment", "Statement", "Votes", "VotesError"),
}


def __getattr__(name: str) -> Any:
    """Parts that compute are loaded when they are asked for: compiled loops take a second, and most of Comity only names results."""
    for module, names in _IN.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
