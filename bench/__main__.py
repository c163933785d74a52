"""`python -m bench [PART ...]`: measure all parts, or those named; see docs/performance.md."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from bench import cold, groups, hidden, live, speed, stability, worst_off
from bench.conversations import FOLDERS, NoData
from bench.machine import ROOT, description

SMALL = speed.Size(2_000, 60, 20, 2, seconds=1.5, megabytes=600, peer=True)


def _script(name: str, *arguments: str) -> None:
    """A benchmark with a page of its own in docs/."""
    print(f"## {name}\n", flush=True)
    subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], cwd=ROOT, check=True)
    print(flush=True)


def _parts(given: argparse.Namespace) -> dict[str, tuple[str, Callable[[], None]]]:
    tiny, threads = given.tiny, given.threads

    def draws(usual: int) -> int:
        return given.draws or (1 if tiny else usual)

    sizes = (SMALL,) if tiny else speed.SIZES
    cases = worst_off.CASES[:1] if tiny else worst_off.CASES
    names = ("brexit",)
    people = (5_000, 60, 20.0) if tiny else (1_000_000, 500, 40.0)
    return {
        "speed": (
            "time and memory, and red-dwarf",
            lambda: speed.run(threads, sizes, given.red_dwarf_large, not given.no_red_dwarf),
        ),
        "live": ("one more vote among a million people", lambda: live.run(*people, threads)),
        "cold": ("`comity map` from a cold start", lambda: cold.run(2 if tiny else 5)),
        "hidden": (
            "votes that were hidden, predicted",
            lambda: hidden.run(draws(20), threads, names if tiny else tuple(hidden.TARGETS)),
        ),
        "stability": (
            "the top ten when votes are dropped",
            lambda: stability.run(draws(20), threads, names if tiny else tuple(FOLDERS)),
        ),
        "worst_off": ("agreement of the worst-off", lambda: worst_off.run(draws(10), draws(3), threads, cases)),
        "groups": ("minorities, no groups, several groups", lambda: groups.run(draws(10), threads)),
        "coordination": (
            "coordinated voters",
            lambda: _script("coordination", "--draws", str(draws(20)), "--clean", str(5 * draws(20))),
        ),
        "routing": ("votes until the top ten is stable", lambda: _script("routing", "--draws", str(draws(10)))),
        "ledger": (
            "events appended a second, a proof, an export verified",
            lambda: _script("ledger", *(("--events", "2000", "--appended", "2000", "--repeats", "1") if tiny else ())),
        ),
        "ballot_box": (
            "votes a second, maps, restarts, watchers",
            lambda: _script("ballot_box", *(("--tiny",) if tiny else ())),
        ),
        "live_channel": (
            "from the closing of a vote to the last of 5,000 screens",
            lambda: _script("live_channel", *(("--listeners", "100", "--rounds", "2") if tiny else ())),
        ),
        "power": (
            "power of every member under a rule, and powerindex",
            lambda: _script("power", *(("--rounds", "1", "--no-peer") if tiny else ())),
        ),
        "rules": (
            "outcomes, what a vote still needs, all roll calls",
            lambda: _script("rules", *(("--times", "3") if tiny else ())),
        ),
        "pages": (
            "pages of a whole organisation",
            lambda: _script("pages", *(("--events", "5000", "--rounds", "5") if tiny else ())),
        ),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help="speed live cold hidden stability worst_off groups coordination routing ledger ballot_box live_channel power rules pages",
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--draws", type=int, help="splits or draws of every part that has them")
    parser.add_argument(
        "--tiny", action="store_true", help="small sizes and one draw: whether everything runs, not a measurement"
    )
    parser.add_argument(
        "--no-red-dwarf", action="store_true", help="leave out the peer, which is installed on first use"
    )
    parser.add_argument(
        "--red-dwarf-large", action="store_true", help="time the peer once at 100,000 people too: 11 minutes, 2.5 GB"
    )
    given = parser.parse_args()
    parts = _parts(given)
    unknown = [name for name in given.parts if name not in parts]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(parts)}")
    print(f"{description()}\n", flush=True)
    missed = []
    for name in given.parts or parts:
        began = time.perf_counter()
        try:
            parts[name][1]()
        except NoData as error:
            missed.append(name)
            print(f"not measured: {error}\n", flush=True)
        except subprocess.CalledProcessError as error:
            # What is not reached, or broke, is said above; the other parts are measured all the same.
            missed.append(name)
            print(f"{name} ended with status {error.returncode}\n", flush=True)
        print(f"({name}: {parts[name][0]}; {time.perf_counter() - began:.0f} s)\n", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
