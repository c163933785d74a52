"""How long a slate takes: over cells of three kinds, over votes of which few or all were cast, and over real consultations.

`python bench/slate.py [FOLDER ...] [--million]` prints the table of docs/slate.md. A FOLDER holds a consultation; `--million` adds a
million people. Cells and votes are hashes, so every run has the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from comity.opinion.chance import below, hash_ids, hash_pairs, uniform
from comity.opinion.formats import read
from comity.opinion.slate import Slate, slate_of_cells, slate_of_votes
from comity.opinion.votes import Votes

BoolArray = npt.NDArray[np.bool_]
N_CELLS, N_STATEMENTS = 256, 500


def _each_pair(rows: int, columns: int, purpose: str) -> npt.NDArray[np.float64]:
    """(rows, columns) even chances, one for each pair."""
    left, right = hash_ids(np.arange(rows), 0, f"{purpose} row"), hash_ids(np.arange(columns), 0, f"{purpose} column")
    return uniform(hash_pairs(left[:, None], right[None, :]))


def in_a_plane() -> BoolArray:
    """Cells lie in a plane of opinion; a half-plane approves each statement."""
    cells, columns = np.arange(N_CELLS), np.arange(N_STATEMENTS)
    place = np.stack([uniform(hash_ids(cells, axis, "place")) - 0.5 for axis in range(2)])
    slope = np.stack([uniform(hash_ids(columns, axis, "slope")) - 0.5 for axis in range(2)])
    approvals: BoolArray = place.T @ slope + (uniform(hash_ids(columns, 2, "slope")) - 0.8) / 8 > 0
    return approvals


def in_camps() -> BoolArray:
    """Three camps; a cell approves nine in ten statements of its own camp and one in ten of the others."""
    of_cell = below(hash_ids(np.arange(N_CELLS), 0, "camp"), 3)
    of_statement = below(hash_ids(np.arange(N_STATEMENTS), 0, "camp of"), 3)
    return _each_pair(N_CELLS, N_STATEMENTS, "camp") < np.where(of_cell[:, None] == of_statement[None, :], 0.9, 0.1)


def by_coin_toss() -> BoolArray:
    """Every cell approves every statement with chance one half: all statements have about the same support, and price."""
    return _each_pair(N_CELLS, N_STATEMENTS, "toss") < 0.5


KINDS: dict[str, Callable[[], BoolArray]] = {
    "in a plane of opinion": in_a_plane,
    "in three camps": in_camps,
    "by coin toss": by_coin_toss,
}


def people_in_cells() -> npt.NDArray[np.int64]:
    return 5 + below(hash_ids(np.arange(N_CELLS), 3, "weight"), 20_000)


def votes(n_people: int, n_statements: int, seen: float) -> Votes:
    """Each person has seen each statement with chance `seen`, and agreed with or rejected half of what they saw."""
    chance = _each_pair(n_people, n_statements, "vote")
    return Votes.from_matrix(np.where(chance < seen / 2, 1.0, np.where(chance < seen, -1.0, np.nan)))


def a_million() -> Votes:
    """A million people, 500 statements, 20 votes each at random, half of them agreeing."""
    people = np.repeat(np.arange(1_000_000), 20)
    words = hash_pairs(hash_ids(people, 0, "million"), hash_ids(np.tile(np.arange(20), 1_000_000), 0, "million"))
    return Votes.from_events(people, below(words, 500), np.where(words & np.uint64(1), 1, -1))


def line(name: str, times: int, choose: Callable[..., Slate], *arguments: object) -> None:
    """A row of the table: milliseconds, the quickest and the median of `times` runs, and what came out."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        slate = choose(*arguments, 10)
        taken.append(1000 * (time.perf_counter() - began))
    represented = f"{float(slate.represented):.2f}"
    standing = "" if slate.standing is None else slate.standing.value
    print(
        f"| {name} | {min(taken):,.0f} | {np.median(taken):,.0f} | {slate.completed} | {represented} | {standing} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="a consultation, as `comity map` takes it"
    )
    parser.add_argument("--million", action="store_true", help="a million people too: half a minute and 1.5 GB")
    given = parser.parse_args()
    print(
        "| what, k = 10 | ms, quickest | median | by completion | represented | standing |\n|---|---|---|---|---|---|"
    )
    for kind, approvals in KINDS.items():
        name = f"{N_CELLS} cells x {N_STATEMENTS} statements, approvals {kind}"
        line(name, 9, slate_of_cells, people_in_cells(), approvals())
    for seen in (0.1, 0.3, 1.0):
        name = f"2,000 people x 200 statements, each seen by {seen:.0%}"
        line(name, 9, slate_of_votes, votes(2000, 200, seen))
    for folder in given.folders:
        consultation = read(folder)
        line(
            f"{consultation.name}, {consultation.votes.n_participants:,} people", 9, slate_of_votes, consultation.votes
        )
    if given.million:
        line("1,000,000 people x 500 statements, 20 votes each at random", 1, slate_of_votes, a_million())


if __name__ == "__main__":
    main()
