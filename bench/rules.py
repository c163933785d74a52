"""The rules engine: a vote of 200 members with weights and three chambers, what it still needs, all roll calls.

    python -m bench.rules [--unga FOLDER]

Times are medians of repeated runs on one processor, in its own time; members and weights are frozen when voting opens,
and a further line has a snapshot that is seen for the first time. A decision includes the tally, all explanations as a sentence and a
table in one language, and canonical JSON with its hashes. `what does it need` is asked in the middle of the vote, when a
third has voted. The roll calls are read and sorted before the clock starts; both majorities are then decided for each.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median

from bench.figures import table
from bench.machine import ROOT, description
from comity.rules import Ballot, Member, Record, Snapshot, decide, load, need, read, sentence
from comity.rules.sentences import lines

MEMBERS = 200
CHARTER = """format = "comity-charter/1"
id = "bench"
version = "1"
title = "Three chambers"
[groups]
north = "North"
south = "South"
islands = "Islands"
arrears = "Arrears"
[weights]
population = "Population"
contributions = "Contributions"
[[eligibility]]
id = "dues"
group = "arrears"
effect = "no-vote"
[[rule]]
id = "three"
title = "Three chambers and two weights"
source = "Bench, article 1"
certainty = "example"
eligibility = ["dues"]
quorum = "present > 1/2 of entitled"
passes = "rule chambers and yes >= 65% of entitled by population and yes >= 55% of entitled by contributions"
[[rule]]
id = "chambers"
title = "Three chambers"
certainty = "example"
eligibility = ["dues"]
passes = "yes > 1/2 of entitled in north and yes > 1/2 of entitled in south and yes >= 2/3 of entitled in islands"
"""


def assembly() -> tuple[Snapshot, Record]:
    """200 members with two unequal weights in three chambers, and their votes; no randomness, so that runs compare."""
    members, choices = [], {}
    for number in range(MEMBERS):
        group = ("north", "south", "islands")[number % 3]
        population = Fraction(10_000 + (number * number * 7_919) % 1_400_000)
        contributions = Fraction((number * 104_729) % 22_000 + 1, 1_000)
        groups = {group, "arrears"} if number % 40 == 7 else {group}
        members.append(
            Member(f"m{number:03d}", frozenset(groups), {"population": population, "contributions": contributions})
        )
        choices[f"m{number:03d}"] = ("yes", "yes", "yes", "no", "abstain", "yes", "absent")[number % 7]
    return Snapshot(tuple(members)), Record(Ballot(choices))


def milliseconds(act: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and worst of so many runs, in processor milliseconds of this thread."""
    taken = []
    for _ in range(times):
        began = time.thread_time()
        act()
        taken.append(1_000 * (time.thread_time() - began))
    return median(taken), max(taken)


def decisions(times: int) -> list[list[str]]:
    """One decision with its explanation, and what it needs in the middle of the vote."""
    charter = read(CHARTER)
    snapshot, record = assembly()

    def explained(members: Snapshot) -> None:
        outcome = decide(charter, members, Record(record.ballot))
        sentence(outcome, charter)
        lines(outcome, charter)
        outcome.to_json()

    third = {name: choice for number, (name, choice) in enumerate(record.ballot.choices.items()) if number % 3 == 0}
    middle = Record(Ballot(third))
    found = need(charter, snapshot, middle)
    answer = f"{found.pass_.least}" + ("" if found.pass_.complete else f" to {found.pass_.most}")
    rows = []
    for what, act, target in (
        ("outcome alone", lambda: decide(charter, snapshot, Record(record.ballot)), "-"),
        ("outcome, sentence, table, JSON", lambda: explained(snapshot), "2 ms"),
        ("the same with a snapshot never seen before", lambda: explained(Snapshot(snapshot.members)), "-"),
        (f"what it still needs (here: {answer} votes)", lambda: need(charter, snapshot, middle), "50 ms"),
    ):
        middle_ms, worst_ms = milliseconds(act, times)
        rows.append([what, f"{middle_ms:.2f} ms", f"{worst_ms:.2f} ms", target])
    return rows


def roll_calls(folder: Path) -> list[list[str]]:
    """Both majorities of every recorded vote of the General Assembly."""
    from tests.rules.unga import roll_calls as read_roll_calls

    calls = read_roll_calls(folder)
    ga = load("un-ga")
    ordinary, important = ga.rule("ordinary"), ga.rule("important")
    began, clock = time.process_time(), time.perf_counter()
    adopted = 0
    for call in calls:
        adopted += bool(decide(ga, call.snapshot, call.record, rule=ordinary).part.met)
        decide(ga, call.snapshot, call.record, rule=important)
    took, waited = time.process_time() - began, time.perf_counter() - clock
    what = f"{len(calls):,} roll calls recounted, simple and two-thirds majority ({adopted:,} with a simple one)"
    return [[what, f"{took:.2f} s", f"{waited:.2f} s by the clock", "2 s"]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--unga", type=Path, default=ROOT.parent / "shared" / "data" / "unga")
    given = parser.parse_args()
    print(f"{description()}\n")
    rows = decisions(given.times)
    if given.unga.is_dir():
        rows += roll_calls(given.unga)
    else:
        print(f"not measured: {given.unga} is not a folder\n")
    table([f"{MEMBERS} members, three chambers, two weights", "median", "worst", "to reach"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
