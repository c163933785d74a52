"""The follower in a process of its own, so that no map, however large, makes a vote wait.

The server starts it, starts it again if it ends, and ends it by closing its standard input, as happens when the server is killed.
Where several servers share a PostgreSQL, one of them follows; the others stand by.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from comity.ballot_box.box import at
from comity.ballot_box.follower import Follower, Pace
from comity.ballot_box.store import NoRoom, StoreAway

logger = logging.getLogger(__name__)

EVERY = 0.25
"""Seconds between two looks at the log."""
PAUSE = 2.0
NICE = 5
_TURN = 761_337_203
"""Number of the lock of whoever follows, on PostgreSQL."""


class Following:
    """The server's end: keeps the follower's process running while it lasts."""

    def __init__(
        self,
        folder: Path,
        database_url: str = "",
        pace: Pace | None = None,
        *,
        wanted: Callable[[], object] = lambda: True,
    ) -> None:
        """wanted: whether there is anything to follow; asked every second until there is."""
        self._folder, self._url, self._pace, self._wanted = folder, database_url, pace or Pace(), wanted
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        command = [sys.executable, "-m", "comity.ballot_box.following", str(self._folder)]
        command += ["--publish", str(self._pace.publish), "--full-run", str(self._pace.full_run)]
        environment = {**os.environ, "COMITY_DATABASE_URL": self._url}
        while not self._wanted() and not self._ended.wait(1.0):
            pass
        while not self._ended.is_set():
            process = self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
            while process.poll() is None and not self._ended.wait(0.2):
                pass
            if process.stdin is not None:
                process.stdin.close()
            process.wait()
            if not self._ended.is_set():
                logger.error("the follower ended with %s and is started again", process.returncode)
                self._ended.wait(PAUSE)


def main(arguments: list[str] | None = None) -> int:
    """Follow until standard input is closed."""
    parser = argparse.ArgumentParser(prog="python -m comity.ballot_box.following", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--publish", type=float, default=Pace().publish)
    parser.add_argument("--full-run", type=float, default=Pace().full_run)
    given = parser.parse_args(arguments)
    logging.basicConfig(format="{levelname} {name}: {message}", style="{")
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.nice(NICE)
    url = os.environ.get("COMITY_DATABASE_URL", "")
    while True:
        try:
            with _turn(given.folder, url):
                _follow(given.folder, url, Pace(publish=given.publish, full_run=given.full_run))
        except (NoRoom, StoreAway, psycopg.OperationalError, BlockingIOError) as error:
            logger.warning("the follower waits: %s", error)
            time.sleep(PAUSE)


def _follow(folder: Path, url: str, pace: Pace) -> None:
    box = at(folder, url)
    follower = Follower(box.store, box.shelf, pace=pace, threads=max(1, (os.cpu_count() or 2) - 1))
    while True:
        began = time.monotonic()
        follower.step()
        time.sleep(max(EVERY - (time.monotonic() - began), 0.05))


def _end_with_the_server() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


@contextlib.contextmanager
def _turn(folder: Path, url: str) -> Iterator[None]:
    """Be the one who follows. Raises BlockingIOError if another does."""
    if url:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_TURN,)).fetchone()
            if row is None or not row[0]:
                raise BlockingIOError("another server follows")
            yield
    else:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "maps.lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield


if __name__ == "__main__":
    sys.exit(main())
