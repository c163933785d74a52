"""From ballots to what the opinion engine takes: everybody's answers as they stand, as `comity.opinion.Votes`."""

from __future__ import annotations

import numpy as np

from comity.ballot_box.answers import read_traits
from comity.ballot_box.rules import Rules
from comity.ballot_box.store import Standing
from comity.opinion.votes import Votes


def as_votes(rules: Rules, standing: Standing) -> Votes:
    """Votes of a consultation: people are numbered by participant; all statements are listed, those without an answer included.

    Somebody whose answers were all taken back, or who only declared traits, is there without a vote. O(answers) time.
    """
    rows = standing.rows
    segments: dict[str, dict[int | str, str]] = {name: {} for name in rules.segments}
    for participant, text in standing.traits.items():
        for name, label in read_traits(text).items():
            if name in segments:
                segments[name][participant] = label
    return Votes.from_events(
        np.repeat(standing.participants, np.diff(standing.offsets)),
        rows["statement"].astype(np.int64),
        rows["vote"],
        important=rows["important"].astype(np.bool_),
        statements=[listed.statement for listed in rules.listed.values()],
        participants=standing.participants,
        segments=segments,
    )
