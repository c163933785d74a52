"""Time and memory from vote arrays to the finished result, and red-dwarf 0.4.0 on the same votes in the same run.

The votes are drawn by `simulation.large` and stored as three arrays. Each measurement is a process of its own that loads the arrays,
analyses a small consultation first (so that compiled kernels are loaded, not compiled), and then takes the time from arrays to
the finished result, search for coordinated voters included. Memory is the process's peak in resident pages, arrays and
interpreter included. red-dwarf lives in an environment of its own (`.bench/red-dwarf`, made on the first run); its list of votes as
dictionaries is built before its clock starts, and counts in its memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from bench.figures import against, median_and_range, table
from bench.machine import ROOT

CACHE = ROOT / ".bench"
RED_DWARF = "red-dwarf==0.4.0"


@dataclass(frozen=True, slots=True)
class Size:
    """A consultation to be timed, how often, and what is to be reached (seconds, MB); None where nothing was set."""

    participants: int
    statements: int
    mean_votes: float
    repeats: int
    seconds: float | None = None
    megabytes: float | None = None
    peer: bool = False


SIZES = (
    Size(10_000, 500, 40, 3, peer=True),
    Size(100_000, 500, 40, 3, seconds=1.5, megabytes=600),
    Size(1_000_000, 500, 40, 1, seconds=10, megabytes=2000),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from arrays to result, processor seconds of all threads in them, peak MB of the process, MB before the clock
    started, number of votes, seconds by phase. Beside other work the processor seconds say more than the seconds.
    """

    seconds: float
    processor: float
    megabytes: float
    before: float
    votes: int
    phases: dict[str, float]


def peak_megabytes() -> float:
    """Most memory held since this process began; Linux counts a parent's in `ru_maxrss`, so the kernel's own mark is read."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def draw(size: Size, path: Path) -> None:
    """Store the events of a simulated consultation as `path`/participant.npy and so on."""
    from comity.opinion.simulation import large

    events, _ = large(size.participants, size.statements, size.mean_votes)
    path.mkdir()
    for name in ("participant", "statement", "vote"):
        np.save(path / f"{name}.npy", getattr(events, name))


def measure(path: Path, participants: int, statements: int, threads: int) -> Measured:
    """In this process: warm up, then from arrays to result."""
    from comity.opinion.analysis import analyse
    from comity.opinion.simulation import latent_groups
    from comity.opinion.votes import Statement, Votes

    arrays = [np.load(path / f"{name}.npy") for name in ("participant", "statement", "vote")]
    listed = [Statement(id=j) for j in range(statements)]
    small, _ = latent_groups(400, 60, 3, 25)
    Votes.from_events(*(part[:1000] for part in arrays), statements=listed, threads=threads)
    analyse(small, threads=threads)
    before = peak_megabytes()
    worked = time.process_time()
    marks = [("arranging the votes", time.perf_counter())]
    votes = Votes.from_events(*arrays, participants=np.arange(participants), statements=listed, threads=threads)
    analyse(votes, threads=threads, progress=lambda what: marks.append((what, time.perf_counter())))
    end, worked = time.perf_counter(), time.process_time() - worked
    phases: dict[str, float] = {}
    for (what, began), (_, ended) in zip(marks, [*marks[1:], ("", end)], strict=True):
        phases[what] = phases.get(what, 0.0) + ended - began
    return Measured(end - marks[0][1], worked, peak_megabytes(), before, votes.n_votes, phases)


def _child(*arguments: str, python: str | Path = sys.executable) -> Measured:
    done = subprocess.run([str(python), *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def red_dwarf_python() -> Path:
    """The interpreter of red-dwarf's own environment, made if it is not there yet."""
    home = CACHE / "red-dwarf"
    python = home / "bin" / "python"
    if not (home / "ready").is_file():
        CACHE.mkdir(exist_ok=True)
        (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
        print(f"installing {RED_DWARF} into {home.relative_to(ROOT)}", flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", RED_DWARF], check=True
        )
        (home / "ready").touch()
    return python


def run(threads: int = 2, sizes: tuple[Size, ...] = SIZES, red_dwarf_large: bool = False, peer: bool = True) -> None:
    """red_dwarf_large: also time red-dwarf once at 100,000 people (eleven minutes, 2.5 GB)."""
    print(f"## From vote arrays to the finished result: {threads} threads, median (lowest to highest)\n")
    rows, phases = [], []
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            path = Path(folder) / "votes"
            shape = [str(path), str(size.participants), str(size.statements)]
            _run_apart("draw", *shape, str(size.mean_votes))
            ours = [_child("-m", "bench.speed", "measure", *shape, str(threads)) for _ in range(size.repeats)]
            theirs: list[Measured] = []
            if peer and (size.peer or (red_dwarf_large and size.participants == 100_000)):
                script = str(ROOT / "bench" / "red_dwarf.py")
                repeats = size.repeats if size.peer else 1
                theirs = [_child(script, str(path), python=red_dwarf_python()) for _ in range(repeats)]
        name = f"{size.participants:,} x {size.statements}, {ours[0].votes / 1e6:.2f} million votes"
        seconds, megabytes = median(m.seconds for m in ours), max(m.megabytes for m in ours)
        verdicts = []
        if size.seconds is not None:
            verdicts.append(f"{size.seconds} s: {against(seconds, size.seconds, lower_is_better=True)}")
        if size.megabytes is not None:
            verdicts.append(f"{size.megabytes:.0f} MB: {against(megabytes, size.megabytes, lower_is_better=True)}")
        before = f"{max(m.before for m in ours):.0f}"
        rows.append(
            (
                name,
                "comity",
                median_and_range([m.seconds for m in ours]),
                median_and_range([m.processor for m in ours]),
                f"{megabytes:.0f}",
                before,
                "; ".join(verdicts),
            )
        )
        phases += [
            (name if k == 0 else "", what, f"{took:.2f}") for k, (what, took) in enumerate(ours[0].phases.items())
        ]
        if theirs:
            slower = median(m.seconds for m in theirs) / seconds
            taken = median_and_range([m.seconds for m in theirs])
            held = max(m.megabytes for m in theirs)
            before = f"{max(m.before for m in theirs):.0f}"
            rows.append(
                (
                    "",
                    RED_DWARF,
                    taken,
                    median_and_range([m.processor for m in theirs]),
                    f"{held:.0f}",
                    before,
                    f"{slower:.{0 if slower >= 10 else 1}f} times as long",
                )
            )
    table(
        (
            "votes",
            "engine",
            "seconds",
            "processor seconds",
            "peak MB",
            "of it before the clock started",
            "target, ratio",
        ),
        rows,
    )
    table(("votes", "phase (first repetition)", "seconds"), phases)


def _run_apart(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.speed", *arguments], cwd=ROOT, check=True)


def main() -> None:
    """One measurement in a process of its own; `run` starts these."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("act", choices=("draw", "measure"))
    parser.add_argument("path", type=Path)
    parser.add_argument("participants", type=int)
    parser.add_argument("statements", type=int)
    parser.add_argument("number", type=float, help="mean votes (draw) or threads (measure)")
    given = parser.parse_args()
    if given.act == "draw":
        draw(Size(given.participants, given.statements, given.number, 1), given.path)
        return
    found = measure(given.path, given.participants, given.statements, int(given.number))
    print(json.dumps({name: getattr(found, name) for name in Measured.__slots__}))


if __name__ == "__main__":
    main()
