"""Reads a golden conversation: its votes in this house's sign, and the production system's result as it stands in the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.votes import Moderation, Statement, Votes

NAMES = ("150ptpt-3gp-no-strict-no-meta", "25ptpt-3gp-no-strict-with-meta", "below-100-ptpts")
MODERATION = {-1: Moderation.REJECTED, 0: Moderation.UNMODERATED, 1: Moderation.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Golden:
    """math: `math-pca2.json`, sign -1 = agree. tids: statement ids in the order of every array per statement in `math`."""

    votes: Votes
    math: dict[str, Any]

    @property
    def tids(self) -> list[int]:
        return [int(tid) for tid in self.math["tids"]]

    def per_statement(self, values: dict[str, float]) -> npt.NDArray[np.float64]:
        """A JSON object keyed by statement id as an array in the order of votes.statement_ids."""
        assert sorted(map(int, values)) == self.votes.statement_ids.tolist()
        return np.array([values[str(tid)] for tid in self.votes.statement_ids.tolist()], dtype=np.float64)

    def base_membership(self) -> npt.NDArray[np.int64]:
        """(n_participants,): index into the columns of `base-clusters`, -1 = not clustered."""
        place = {pid: i for i, members in enumerate(self.math["base-clusters"]["members"]) for pid in members}
        return np.array([place.get(pid, -1) for pid in self.votes.participant_ids.tolist()])

    def base_centres(self) -> npt.NDArray[np.float64]:
        base = self.math["base-clusters"]
        return np.column_stack((base["x"], base["y"]))

    def base_groups(self) -> npt.NDArray[np.int64]:
        """(n_base,): group of each base cluster. `members` of a group are ids of base clusters, neither positions nor people."""
        group_of = {base: group["id"] for group in self.math["group-clusters"] for base in group["members"]}
        return np.array([group_of[base] for base in self.math["base-clusters"]["id"]])

    def membership(self) -> npt.NDArray[np.int64]:
        """(n_participants,): group of each person, -1 = none."""
        base = self.base_membership()
        return np.where(base >= 0, self.base_groups()[base], -1)


def read_golden(folder: Path) -> Golden:
    """The conversation in `folder`; two spellings of field names occur, and numbers may be floats."""
    comments = json.loads((folder / "comments.json").read_text(encoding="utf-8"))
    events = json.loads((folder / "votes.json").read_text(encoding="utf-8"))
    person = "pid" if "pid" in events[0] else "participant_id"
    statement = "tid" if "tid" in events[0] else "statement_id"
    moderated = "mod" if "mod" in comments[0] else "moderated"
    votes = Votes.from_events(
        [int(event[person]) for event in events],
        [int(event[statement]) for event in events],
        [int(event["vote"]) for event in events],
        time=[int(event["modified"]) for event in events],
        statements=[
            Statement(
                id=int(comment[statement]),
                text=comment["txt"],
                moderation=MODERATION[int(comment[moderated])],
                meta=comment["is_meta"],
            )
            for comment in comments
        ],
    )
    return Golden(votes=votes, math=json.loads((folder / "math-pca2.json").read_text(encoding="utf-8")))
