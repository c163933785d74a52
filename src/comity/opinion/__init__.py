"""The opinion engine: from votes to an opinion map, groups, common ground and what can be said about them with certainty.

    from comity.opinion import Votes, analyse
    votes = Votes.from_matrix([[1, -1, 0], [1, 1, float("nan")], [-1, 1, 1]])
    result = analyse(votes).result

Plain arrays in, one frozen result out; no files, no clock, no network. Readers of files are in `comity.opinion.formats`, the
report in `comity.opinion.report`. The method is explained in docs/opinion.md.
"""

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
