"""The data folder of an installation: its tables brought up to date, and held by one process at a time. Commands need no more than this."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.db import connection


class AlreadyServed(RuntimeError):
    """Another server works on this data folder."""


@contextlib.contextmanager
def sole_server(data: Path) -> Iterator[None]:
    """Hold the data folder for one server. Raises AlreadyServed. The lock goes with the process, however it ends."""
    path = data / "server.lock"
    with open(path, "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyServed(
                f"Another server already works on {data} ({_holder(lock)}). Stop it first, or name another folder with COMITY_DATA; "
                "several servers need PostgreSQL (COMITY_DATABASE_URL)."
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()}\n")
        lock.flush()
        yield


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """For a command that writes: nobody else works on the data folder meanwhile. Nothing to do on PostgreSQL. Raises AlreadyServed."""
    with sole_server(Path(settings.COMITY_DATA)) if connection.vendor == "sqlite" else contextlib.nullcontext():
        yield


def _holder(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "process unknown"


def prepare() -> None:
    """Bring the tables to what this version expects. Safe to repeat."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)  # where several servers count attempts together; none on SQLite
