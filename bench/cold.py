"""A report from a cold start: `comity map` on vtaiwan.uberx in a fresh process, everything, HTML included.

The first run after an installation also compiles the kernels; it is timed apart.
"""

from __future__ import annotations

import importlib.util
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.conversations import folder
from bench.figures import against, median_and_range, table

TARGET = 3.0


def _mapped(source: Path) -> tuple[float, float, int]:
    """Seconds of one run, processor seconds of all its threads, and bytes of its report."""
    with tempfile.TemporaryDirectory() as out:
        command = [str(Path(sys.executable).parent / "comity"), "map", str(source), "--out", out]
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return taken, worked, (Path(out) / "report.html").stat().st_size


def run(repeats: int = 5, name: str = "vtaiwan") -> None:
    print(f"## `comity map` on {name}, a fresh process each time: median (lowest to highest) of {repeats}\n")
    if importlib.util.find_spec("comity.cli") is None:
        print("not measured: the command line is not there yet\n")
        return
    source = folder(name)
    first, _, size = _mapped(source)
    times, worked = zip(*(_mapped(source)[:2] for _ in range(repeats)), strict=True)
    verdict = f"{TARGET} s: {against(median(times), TARGET, lower_is_better=True)}"
    table(
        ("conversation", "first run", "seconds", "processor seconds", "target", "report.html"),
        [(name, f"{first:.2f}", median_and_range(times), median_and_range(worked), verdict, f"{size / 1000:.0f} kB")],
    )
