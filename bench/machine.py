"""What the figures were measured on: machine, versions, date."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _field(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


def _commit() -> str:
    try:
        found = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return "unknown"
    return found.stdout.strip() or "unknown"


def description() -> str:
    """Processor, cores, memory, system, versions, commit and date, in two lines."""
    model = _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    number = " ".join(
        f"{name} {_field('/proc/cpuinfo', name)}"
        for name in ("cpu family", "model\t", "stepping")
        if _field("/proc/cpuinfo", name)
    ).replace("\t", "")
    memory = _field("/proc/meminfo", "MemTotal").removesuffix(" kB")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("comity", "numpy", "numba", "pyarrow"))
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    busy = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{model} ({number}), {os.cpu_count()} cores, {int(memory or 0) / 2**20:.1f} GiB, {platform.system()}, {busy} at the start\n"
        f"Python {platform.python_version()}, {versions}, commit {_commit()}, {today}"
    )
