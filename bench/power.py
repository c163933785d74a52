"""Power: 200 members under a double majority, 27 by enumeration, further votes, and a peer on what it can express.

The peer is the package powerindex, which knows one weighted criterion; it is installed into an environment of its own on
first use. Everybody has a unit here: with members that have none, its Banzhaf figures are not what the definition gives.
What it cannot express is held against brute force in Python, by the definitions, on a council of fifteen. Processor seconds
stand beside the clock's, since a busy machine stretches the latter.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from bench.figures import against, table
from bench.machine import ROOT, description
from bench.speed import CACHE
from comity.rules.coalitions import further_votes, smallest_blocking
from comity.rules.games import Criterion, Game, Rule, all_of, any_of, group, heads, veto
from comity.rules.power import Power, power

PEER = "powerindex==0.3.5"
COUNTED_SECONDS, FURTHER_VOTES_MS = 5.0, 50.0
TARGETED = ("200 members: heads and weight", "200 members: heads and weight, or all but three")
PEER_PROGRAM = """
import json, sys, time
from powerindex import Game
weights, quota = json.load(sys.stdin)
began = time.perf_counter()
game = Game(quota, weights)
game.calc_banzhaf()
game.calc_shapley_shubik()
print(json.dumps([time.perf_counter() - began, game.banzhaf, game.shapley_shubik]))
"""


def units(n: int, total: int, seed: int = 1) -> tuple[int, ...]:
    """Uneven shares of a total, as of contributions; everybody has one unit at least."""
    rng = Random(seed)
    raw = [rng.randint(1, 100) ** 2 for _ in range(n)]
    shares = [1 + (total - n) * one // sum(raw) for one in raw]
    shares[0] += total - sum(shares)
    return tuple(shares)


def named(n: int, rule: Rule) -> Game:
    return Game(tuple(f"m{i}" for i in range(n)), rule)


def games() -> dict[str, Game]:
    """What is counted, by name; shares are in hundredths of a per cent."""
    weight = Criterion(units(200, 10_000), 6_500)
    chambers = [set(range(k, 200, 3)) for k in range(3)]
    people = units(27, 450_000_000, seed=2)
    return {
        "200 members: heads and weight": named(200, all_of(heads(200, 110), weight)),
        "200 members: heads and weight, or all but three": named(
            200, any_of(all_of(heads(200, 110), weight), heads(200, 197))
        ),
        "200 members: heads, weight, five vetoes": named(
            200, all_of(heads(200, 110), weight, veto(200, {0, 5, 9, 100, 150}))
        ),
        "200 members: heads, weight, two chambers": named(
            200, all_of(heads(200, 110), weight, group(200, range(100), 51), group(200, range(100, 200), 51))
        ),
        "200 members: heads, weight, three chambers": named(
            200, all_of(heads(200, 110), weight, *(group(200, chamber, 34) for chamber in chambers))
        ),
        "27 members: heads, people, blocking floor": named(
            27, any_of(all_of(heads(27, 15), Criterion(people, -(-65 * sum(people) // 100))), heads(27, 24))
        ),
    }


def timed(run: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of the clock's and the processor's seconds; the first call, which may compile, is left out."""
    run()
    clock, processor = [], []
    for _ in range(rounds):
        began = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - began[0])
        processor.append(time.process_time() - began[1])
    return median(clock), median(processor)


def peer_python() -> Path:
    """The interpreter of the peer's own environment, made on first use."""
    home = CACHE / "powerindex"
    python = home / "bin" / "python"
    if not (home / "ready").is_file():
        CACHE.mkdir(exist_ok=True)
        (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
        print(f"installing {PEER} into {home.relative_to(ROOT)}", flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER], check=True)
        (home / "ready").touch()
    return python


def _power_of_one(n: int, weights: Sequence[int], quota: int) -> object:
    return power(named(n, Criterion(tuple(weights), quota)))


def against_the_peer(sizes: tuple[tuple[int, int], ...], rounds: int) -> None:
    """One weighted criterion: the only kind of rule that the peer can express. It returns floats."""
    rows = []
    for n, total in sizes:
        weights, quota = units(n, total), total * 2 // 3
        ours, processor = timed(partial(_power_of_one, n, weights, quota), rounds)
        said = subprocess.run(
            [peer_python(), "-c", PEER_PROGRAM],
            input=json.dumps([weights, quota]),
            text=True,
            capture_output=True,
            check=True,
        )
        seconds, banzhaf, shapley = json.loads(said.stdout)
        found = power(named(n, Criterion(weights, quota)))
        apart = max(
            abs(float(own) - theirs)
            for mine, other in ((found.normalised or (), banzhaf), (found.shapley, shapley))
            for own, theirs in zip(mine, other, strict=True)
        )
        rows.append(
            [
                f"{n} members, {total} units",
                f"{ours:.3f}",
                f"{processor:.3f}",
                f"{seconds:.3f}",
                f"{seconds / ours:.1f}",
                f"{apart:.0e}",
            ]
        )
    table(["one weighted criterion", "Comity s", "of processor", f"{PEER} s", "times", "furthest apart"], rows)


def against_brute_force(rounds: int) -> None:
    """The Security Council by its definition, coalition by coalition in Python."""
    council = named(15, all_of(heads(15, 9), veto(15, range(5))))

    def brute() -> list[int]:
        n = len(council.players)
        members = [[i for i in range(n) if mask >> i & 1] for mask in range(2**n)]
        carried = [council.wins_numbers(coalition) for coalition in members]
        return [
            sum(carried[mask | 1 << i] - carried[mask] for mask in range(2**n) if not mask >> i & 1) for i in range(n)
        ]

    ours, _ = timed(lambda: power(council), rounds)
    theirs, _ = timed(brute, 1)
    found: Power = power(council)
    agree = [one * 2**14 for one in found.banzhaf] == brute()
    table(
        ["Security Council", "Comity s", "brute force s", "times", "the same"],
        [["15 members", f"{ours:.4f}", f"{theirs:.3f}", f"{theirs / ours:.0f}", str(agree)]],
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.power", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true", help="leave out the peer, which is installed on first use")
    given = parser.parse_args()
    print(f"{description()}\n", flush=True)
    rows = []
    for name, game in games().items():
        found = power(game)
        clock, processor = timed(partial(power, game), given.rounds)
        rows.append(
            [
                name,
                found.method.value,
                f"{clock:.2f}",
                f"{processor:.2f}",
                against(clock, COUNTED_SECONDS, lower_is_better=True) if name in TARGETED else "",
            ]
        )
    table(["power of every member, exactly", "how", "s", "of processor", f"target {COUNTED_SECONDS:.0f} s"], rows)
    rows = []
    for name, game in games().items():
        yes, no = game.players[::4], game.players[1::9]
        no = tuple(member for member in no if member not in yes)
        for what, ask in (
            ("fewest further votes", lambda g=game, y=yes, n=no: further_votes(g, y, n)),
            ("smallest blocking coalition", lambda g=game: smallest_blocking(g)),
        ):
            clock, _ = timed(ask, given.rounds)
            rows.append(
                [
                    f"{name}: {what}",
                    f"{1000 * clock:.1f}",
                    against(1000 * clock, FURTHER_VOTES_MS, lower_is_better=True),
                ]
            )
    table(["found", "ms", f"target {FURTHER_VOTES_MS:.0f} ms"], rows)
    against_brute_force(given.rounds)
    if not given.no_peer:
        against_the_peer(((25, 500), (50, 1_000), (100, 2_000)), given.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
