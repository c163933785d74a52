"""A report from a cold start: `comity map` on vtaiwan.uberx in a fresh process, everything, HTML included.

The first run after an installation also compiles the kernels; it is timed apart.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.conversations import folder
from bench.figures import against, median_and_range, table

TARGET = 3.0


def _mapped(source: Path) -> tuple[float, int]:
    """Seconds of one run, and bytes of its report."""
    with tempfile.TemporaryDirectory() as out:
        command = [str(Path(sys.executable).parent / "comity"), "map", str(source), "--out", out]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken = time.perf_counter() - began
        return taken, (Path(out) / "report.html").stat().st_size


def run(repeats: int = 5, name: str = "vtaiwan") -> None:
    print(f"## `comity map` on {name}, a fresh process each time: median (lowest to highest) of {repeats}\n")
    if importlib.util.find_spec("comity.cli") is None:
        print("not measured: the command line is not there yet\n")
        return
    source = folder(name)
    first, size = _mapped(source)
    times = [_mapped(source)[0] for _ in range(repeats)]
    verdict = f"{TARGET} s: {against(median(times), TARGET, lower_is_better=True)}"
    table(
        ("conversation", "first run", "seconds", "target", "report.html"),
        [(name, f"{first:.2f}", median_and_range(times), verdict, f"{size / 1000:.0f} kB")],
    )
