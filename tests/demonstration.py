"""The demonstration organisation for tests that need it whole: founded once for all workers, copied, and served by a process."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMITY = (sys.executable, "-m", "comity.cli")


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a process that shall know nothing of this one's settings."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("COMITY_", "DJANGO_"))} | more


def founded(folder: Path) -> Path:
    """The data folder of the demonstration under this folder; of several workers the first founds it, the others wait."""
    with (folder / "founding.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "founded").exists():
            command = [*COMITY, "demo", "--no-serve", "--no-consultation", "--quiet", "--out", str(folder / "demo")]
            subprocess.run(command, check=True, env=surroundings())
            (folder / "founded").touch()
    return folder / "demo" / "data"


def copied(data: Path, to: Path) -> Path:
    """A copy of a data folder that no process has open. Sockets stay behind."""
    return Path(shutil.copytree(data, to, ignore=shutil.ignore_patterns("doorbell")))


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address at which a process serves this data folder as a demonstration."""
    environment = surroundings(COMITY_DEMO="1", COMITY_DATA=str(data))
    with subprocess.Popen(
        [*COMITY, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        told = re.search(r"http://[0-9.:]+", server.stdout.readline())
        assert told, "the server did not start"
        yield told[0]
        server.terminate()
