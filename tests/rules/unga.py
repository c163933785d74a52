"""The roll calls of the General Assembly, sessions 1 to 70, as snapshots and records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from pyarrow import csv

from comity.rules.record import Ballot, Record
from comity.rules.snapshot import Snapshot, snapshot_of

NOT_A_MEMBER = 9
WORDS = {1: "yes", 2: "abstain", 3: "no", 8: "absent"}


@dataclass(frozen=True, slots=True)
class RollCall:
    """One roll call, with the totals (yes, no, abstain) that were published."""

    rcid: int
    session: int
    snapshot: Snapshot
    record: Record
    published: tuple[int, int, int]


@cache
def roll_calls(data: Path) -> tuple[RollCall, ...]:
    """All roll calls under a folder `unga`, by their number."""
    columns = ["rcid", "vote", "ccode"]
    raw = csv.read_csv(
        data / "raw_votes_sessions1-70_with_absent.csv.gz", convert_options=csv.ConvertOptions(include_columns=columns)
    )
    rcid, vote, country = (raw[name].to_numpy() for name in columns)
    member = vote != NOT_A_MEMBER
    order = np.lexsort((country[member], rcid[member]))
    rcid, vote, country = (column[member][order] for column in (rcid, vote, country))
    starts = np.flatnonzero(np.diff(rcid, prepend=-1)).tolist()
    names, words = country.astype(str).tolist(), [WORDS[code] for code in vote.tolist()]
    official = csv.read_csv(
        data / "rollcall_official_totals_sessions1-70.csv",
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(include_columns=["rcid", "session", "yes", "no", "abstain"]),
    ).to_pylist()
    published = {row["rcid"]: row for row in official}
    snapshots: dict[tuple[str, ...], Snapshot] = {}
    found = []
    for start, end in zip(starts, [*starts[1:], len(rcid)], strict=True):
        who = tuple(names[start:end])
        if who not in snapshots:
            snapshots[who] = snapshot_of(who)
        row = published[int(rcid[start])]
        found.append(
            RollCall(
                int(rcid[start]),
                row["session"],
                snapshots[who],
                Record(Ballot(dict(zip(who, words[start:end], strict=True)))),
                (row["yes"], row["no"], row["abstain"]),
            )
        )
    return tuple(found)
