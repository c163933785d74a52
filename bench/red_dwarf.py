"""Times red-dwarf on stored vote arrays; run by bench/speed.py with the interpreter of red-dwarf's own environment."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np


def peak_megabytes() -> float:
    """As in bench/speed.py, which cannot be imported in this environment."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in status if line.startswith("VmHWM:"))


def main() -> None:
    warnings.simplefilter("ignore")
    from reddwarf.implementations.polis import run_pipeline  # type: ignore[import-not-found]

    folder = Path(sys.argv[1])
    arrays = [np.load(folder / f"{name}.npy").tolist() for name in ("participant", "statement", "vote")]
    votes = [{"participant_id": i, "statement_id": j, "vote": v} for i, j, v in zip(*arrays, strict=True)]
    del arrays
    # Compiled parts and lazy imports are loaded before the clock starts, as for Comity.
    run_pipeline(
        votes=[{"participant_id": i, "statement_id": j, "vote": (i * j) % 3 - 1} for i in range(60) for j in range(20)]
    )
    before = peak_megabytes()
    began, worked = time.perf_counter(), time.process_time()
    run_pipeline(votes=votes)
    taken, worked = time.perf_counter() - began, time.process_time() - worked
    found = {"seconds": taken, "processor": worked, "megabytes": peak_megabytes(), "before": before}
    print(json.dumps(found | {"votes": len(votes), "phases": {}}))


if __name__ == "__main__":
    main()
