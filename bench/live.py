"""Live: a million people have voted; what one more vote costs, and how soon the map shows it.

A `LiveMap` holds everybody's votes on the basis of a full run. One more vote: somebody who has voted before votes on a statement
that they had not seen. A batch: 1,000 votes by 1,000 people, of which 850 are new votes, 100 changed, 25 withdrawn, and 25 the
first of somebody who just came; each is followed by a refresh, which places those thousand people anew. At the end the sums are
compared with those of everybody placed and counted afresh on the same basis.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from bench.figures import against, table
from comity.opinion import sums as summing
from comity.opinion.analysis import analyse, collect
from comity.opinion.basis import place
from comity.opinion.chance import below, mix
from comity.opinion.live import LiveMap
from comity.opinion.result import Settings
from comity.opinion.simulation import large, latent_groups
from comity.opinion.votes import Statement, Votes

ONE, BATCH, REFRESH = 0.001, 0.020, 0.150
NEW, CHANGED, WITHDRAWN, CAME = 850, 100, 25, 25

Batch = tuple[list[int], list[int], list[int | None]]


def timed(act: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def resident() -> float:
    """Megabytes of this process in memory; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS:"))


def batch_of(
    votes: Votes, number: int, new: int = NEW, changed: int = CHANGED, gone: int = WITHDRAWN, came: int = CAME
) -> Batch:
    """Votes by as many different people, drawn by `number`; people and statements are numbered from 0."""
    words = mix(np.arange(number << 20, (number << 20) + 4 * (new + changed + gone) + 8, dtype=np.uint64))
    batch: Batch = ([], [], [])

    def add(person: int, statement: int, value: int | None) -> None:
        people, statements, values = batch
        people.append(person)
        statements.append(statement)
        values.append(value)

    for person in dict.fromkeys(below(words, votes.n_participants).tolist()):
        rows = slice(int(votes.offsets[person]), int(votes.offsets[person + 1]))
        seen = votes.columns[rows].tolist()
        unseen = sorted(set(range(votes.n_statements)) - set(seen))
        done = len(batch[0])
        if done >= new + changed + gone:
            break
        if not seen or not unseen:
            continue
        if done < new:
            add(person, unseen[person % len(unseen)], 1 - person % 3)
        elif done < new + changed:
            add(person, seen[0], int(votes.values[rows][0]) % 3 - 1)
        else:
            add(person, seen[-1], None)
    for newcomer in range(came):
        add(votes.n_participants + number * came + newcomer, newcomer % votes.n_statements, 1)
    return batch


def run(participants: int = 1_000_000, statements: int = 500, mean_votes: float = 40.0, threads: int = 2) -> None:
    small = latent_groups(400, 60, 3, 25)[0]
    LiveMap(small, coordination=False).refresh()  # compiles, or loads, the kernels
    events, _ = large(participants, statements, mean_votes)
    arrays = events.participant, events.statement, events.vote
    listed = [Statement(j) for j in range(statements)]
    before = resident()
    began = time.perf_counter()
    votes = Votes.from_events(*arrays, participants=np.arange(participants), statements=listed)
    arranged = time.perf_counter() - began
    held_by_votes = resident() - before
    del events, arrays
    began = time.perf_counter()
    full = analyse(votes, threads=threads, coordination=False)
    found = time.perf_counter() - began
    basis = full.basis
    began = time.perf_counter()
    live = LiveMap(votes, held=full, threads=threads)
    held = time.perf_counter() - began
    groups, axes = basis.grouping.n_groups, basis.model.n_axes
    print(
        f"## Live: {participants:,} people have cast {votes.n_votes / 1e6:.2f} million votes; {axes} axes, {groups} groups\n\n"
        f"votes arranged in {arranged:.1f} s ({held_by_votes:.0f} MB), full run {found:.1f} s, held in {held:.1f} s\n"
    )
    del full
    single = batch_of(votes, 0, 501, 0, 0, 0)
    first_vote, *others = zip(*single, strict=True)
    live.vote(*first_vote)
    one = [timed(partial(live.vote, *vote)) for vote in others[:500]]
    first = timed(live.refresh)
    alone = []
    for e in range(1, 11):
        live.vote(single[0][e], single[1][e], -1)
        alone.append(timed(live.refresh))
    many, refreshed = [], []
    batches = [batch_of(votes, number) for number in range(1, 12)]
    for batch in batches:
        many.append(timed(partial(live.change, *batch)))
        refreshed.append(timed(live.refresh))
    gone = [timed(partial(live.erase, person)) for person in single[0][:100]]
    table(
        ("what", "ms", "slowest, ms", "target"),
        [
            _row("one more vote: tallies (median of 500)", one, ONE),
            _row("a batch of 1,000: tallies (median of 11)", many, BATCH),
            _row("refresh after a batch of 1,000 (median of 11)", refreshed, REFRESH),
            _row("refresh after one vote (median of 10)", alone, REFRESH),
            _row("refresh after those 500 votes (once)", [first], REFRESH),
            _row("one person erased: tallies (median of 100)", gone, ONE),
        ],
    )
    sums = summing.to_json(live.sums())
    kept = resident()
    now = live.votes()
    same = sums == summing.to_json(collect(now, basis, place(now, basis, threads=threads), Settings(), threads=threads))
    print(
        f"{1000 / median(many):,.0f} votes a second in batches; the process holds {kept:.0f} MB; "
        f"sums.json {'is the same, byte for byte,' if same else 'IS NOT THE SAME'} as when everybody is placed and counted afresh\n"
    )


def _row(what: str, times: list[float], target: float) -> tuple[str, str, str, str]:
    verdict = f"{1000 * target:.0f} ms: {against(1000 * median(times), 1000 * target, lower_is_better=True)}"
    return what, f"{1000 * median(times):.3f}", f"{1000 * max(times):.3f}", verdict
