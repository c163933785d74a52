"""What the command line says, and how: errors, exit codes, JSON, and what is going on meanwhile.

Findings go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Exit(IntEnum):
    """What the exit code of every verb means."""

    OK = 0
    DIFFERS = 1
    REFUSED = 2
    FAULT = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class UsageError(ValueError):
    """Something that was asked for and cannot be done; one or two lines, with the mend."""


def say(text: str) -> None:
    """One line on standard error."""
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def print_utf8(text: str) -> None:
    """JSON is UTF-8 whatever the terminal speaks."""
    sys.stdout.flush()
    encoded = text.encode("utf-8", "backslashreplace")
    if hasattr(sys.stdout, "buffer"):
        left = memoryview(encoded)
        while left:  # an unbuffered stream (PYTHONUNBUFFERED) may take less than it is given
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(encoded.decode())


def spoken_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is meant for the person at the keyboard."""
    from comity.opinion.reading import CheckError
    from comity.opinion.report import OutputError
    from comity.opinion.simulation import SimulationError
    from comity.opinion.votes import VotesError
    from comity.rules.errors import RulesError

    return UsageError, RulesError, VotesError, CheckError, OutputError, SimulationError


class Stages:
    """What is going on, on a terminal, once it has taken a second; nothing anywhere else."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._text = ""
        self._share: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._display: Progress | None = None
        self._task: TaskID | None = None
        self._timer: threading.Timer | None = None
        if not quiet and sys.stderr.isatty():
            self._timer = threading.Timer(1.0, self._open)
            self._timer.daemon = True
            self._timer.start()

    def computes(self) -> None:
        """From here on the engine is needed: say why it may take a minute, on any output."""
        if not self._quiet and _uncompiled():
            say("Compiling the engine for this machine: about a minute, once.")

    def stage(self, text: str) -> None:
        """What begins now."""
        with self._lock:
            self._text, self._share = text, None
            self._update()

    def done(self, done: int, total: int) -> None:
        """How much of it is done."""
        with self._lock:
            self._share = (done, total)
            self._update()

    def close(self) -> None:
        """Take the display away."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._timer = None
            if self._display is not None:
                self._display.stop()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._timer is None:
                return
            self._display = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._display.add_task(self._text, total=None)
            self._display.start()
            self._update()

    def _update(self) -> None:
        if self._display is not None and self._task is not None:
            done, total = self._share or (0, None)
            self._display.update(self._task, description=self._text, completed=done, total=total)


@contextmanager
def showing(quiet: bool) -> Iterator[Stages]:
    """What is going on, shown while the block runs."""
    stages = Stages(quiet)
    try:
        yield stages
    finally:
        stages.close()


def _uncompiled() -> bool:
    """Whether compiled code of the engine is missing or older than its source, as far as can be seen from its own folder."""
    engine = Path(__file__).parents[1] / "opinion"
    cache = engine / "__pycache__"
    if os.environ.get("NUMBA_CACHE_DIR") or not os.access(cache if cache.is_dir() else engine, os.W_OK):
        return False  # it is kept elsewhere
    source = engine / "model.py"
    compiled = list(cache.glob("model.*.nbi"))
    return not any(path.stat().st_mtime >= source.stat().st_mtime for path in compiled)
