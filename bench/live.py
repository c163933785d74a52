"""Live: a million people have voted; what one more vote costs, and how soon the map shows it.

Tallies: one more vote of somebody who has voted before, entered by `Tallies.change` from the person's votes as the store holds them;
and a batch of 1,000 such votes by 1,000 people, in two ways: one `change` after the other, and as a part of the people that is
merged as it is now and subtracted as it was. Refresh: map, groups and common ground on the held basis.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.figures import against, table
from comity.opinion.chance import below, mix
from comity.opinion.simulation import large
from comity.opinion.tallies import Tallies
from comity.opinion.votes import Votes

ONE, BATCH, REFRESH = 0.001, 0.020, 0.150


Array = npt.NDArray[Any]
Change = tuple[list[int], list[int | None], list[int | None]]


def newcomers(votes: Votes, count: int, first: int) -> list[Change]:
    """Columns, votes before and votes after of `count` different people who cast one more vote on a statement that they had not seen."""
    people = below(mix(np.arange(first, first + 4 * count, dtype=np.uint64)), votes.n_participants)
    changes: list[Change] = []
    for person in dict.fromkeys(people.tolist()):
        rows = slice(int(votes.offsets[person]), int(votes.offsets[person + 1]))
        columns, values = votes.columns[rows].tolist(), votes.values[rows].tolist()
        unseen = sorted(set(range(votes.n_statements)) - set(columns))
        if unseen and columns:
            column = unseen[person % len(unseen)]
            changes.append(([*columns, column], [*values, None], [*values, 1 - person % 3]))
        if len(changes) == count:
            break
    return changes


def events_of(batch: list[Change], after: bool) -> tuple[Array, Array, Array]:
    """Person, column and vote of everything that the people of a batch had cast before, or have afterwards."""
    told = [
        (person, column, vote)
        for person, (columns, *states) in enumerate(batch)
        for column, vote in zip(columns, states[after], strict=True)
        if vote is not None
    ]
    events = np.array(told, dtype=np.int32)
    return events[:, 0].copy(), events[:, 1].copy(), events[:, 2].astype(np.int8)


def _times(act: Callable[[int], object], repeats: int) -> list[float]:
    times = []
    for number in range(repeats):
        began = time.perf_counter()
        act(number)
        times.append(time.perf_counter() - began)
    return times


def refresher(votes: Votes, threads: int) -> Callable[[], object] | None:
    """A call that brings map, groups and common ground up to date after new votes; None where the engine has no live map yet."""
    if importlib.util.find_spec("comity.opinion.live") is None:
        return None
    live = importlib.import_module("comity.opinion.live")
    held = live.LiveMap(votes, threads=threads)
    return lambda: held.refresh()


def run(participants: int = 1_000_000, statements: int = 500, mean_votes: float = 40.0, threads: int = 2) -> None:
    events, _ = large(participants, statements, mean_votes)
    votes = events.votes(participants, statements)
    del events
    began = time.perf_counter()
    tallies = Tallies.of(votes, threads=threads)
    counted = time.perf_counter() - began
    print(
        f"## Live: {participants:,} people have cast {votes.n_votes / 1e6:.2f} million votes; tallied in {counted:.2f} s\n"
    )
    singles = newcomers(votes, 500, 1)
    tallies.change(*newcomers(votes, 1, 0)[0])  # loads the kernel
    one = _times(lambda k: tallies.change(*singles[k]), len(singles))
    batches = [newcomers(votes, 1000, 10_000 * (k + 1)) for k in range(5)]

    def enter(number: int) -> None:
        for columns, before, after in batches[number]:
            tallies.change(columns, before, after)

    many = _times(enter, len(batches))
    parts = [newcomers(votes, 1000, 100_000 * (k + 1)) for k in range(5)]
    events_as_arrays = [(events_of(batch, True), events_of(batch, False)) for batch in parts]

    def part(events: tuple[Array, Array, Array]) -> Tallies:
        return Tallies.of(Votes.from_events(*events, statements=votes.statements))

    merged = _times(
        lambda k: tallies.merge(part(events_as_arrays[k][0])).subtract(part(events_as_arrays[k][1])), len(parts)
    )
    rows = [
        _row("one more vote (median of 500)", one, ONE),
        _row("a batch of 1,000, one after the other (median of 5)", many, BATCH),
        _row("a batch of 1,000, merged and subtracted as a part (median of 5)", merged, BATCH),
    ]
    refresh = refresher(votes, threads)
    if refresh is None:
        rows.append(("map, groups and common ground refreshed", "not measured: no live map yet", "", ""))
    else:
        refresh()
        rows.append(
            _row(
                "map, groups and common ground refreshed (median of 5)",
                _times(lambda _: refresh(), 5),
                REFRESH,
            )
        )
    table(("what", "ms", "slowest, ms", "target"), rows)


def _row(what: str, times: list[float], target: float) -> tuple[str, str, str, str]:
    verdict = f"{1000 * target:.0f} ms: {against(1000 * median(times), 1000 * target, lower_is_better=True)}"
    return what, f"{1000 * median(times):.3f}", f"{1000 * max(times):.3f}", verdict
