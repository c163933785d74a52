"""Work outside requests: written in the transaction that wants it, done by a thread of the server once that is durable.

A job is a name and arguments in a table; a function registered under the name does it. It runs at least once: after a kill in the
middle it runs again, so what it does must bear repetition. It is tried again with growing pauses, then given up and shown on the
health page. Recurring work is registered with its interval. Why not a library: docs/design/jobs.md.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from comity.groundwork.models import Job

logger = logging.getLogger(__name__)

Does = Callable[..., None]
JOBS: dict[str, Does] = {}
MOST_ATTEMPTS = 8
CLAIM = timedelta(minutes=10)
_wake = threading.Event()


@dataclass(frozen=True, slots=True)
class Recurring:
    """Work done again and again by the server that serves."""

    name: str
    every: timedelta
    does: Callable[[datetime], None]


RECURRING: dict[str, Recurring] = {}


def job(name: str) -> Callable[[Does], Does]:
    """Register what does a kind of job. It takes the job's arguments as keywords."""

    def declare(does: Does) -> Does:
        if JOBS.setdefault(name, does) is not does:
            raise ValueError(f"two jobs are called {name}")
        return does

    return declare


def recurring(name: str, every: timedelta) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """Register work to be done at an interval; it is given the moment."""

    def declare(does: Callable[[datetime], None]) -> Callable[[datetime], None]:
        RECURRING[name] = Recurring(name, every, does)
        return does

    return declare


def enqueue(name: str, *, due_at: datetime | None = None, **arguments: Any) -> None:
    """Want a job done, now or at a later moment, if the transaction that is running commits. Arguments are JSON values."""
    if name not in JOBS:
        raise ValueError(f"no job is called {name}")
    Job.objects.create(name=name, arguments=arguments, due_at=due_at or timezone.now())
    transaction.on_commit(_wake.set)


def run_due(now: datetime) -> int:
    """Do every job that is due; how many were tried. Several servers may call this: a job is claimed first."""
    tried = 0
    while (claimed := _claim(now)) is not None:
        tried += 1
        _do(claimed, now)
    return tried


def counts() -> tuple[int, int]:
    """How many jobs wait, and how many were given up."""
    return Job.objects.filter(given_up_at__isnull=True).count(), Job.objects.filter(given_up_at__isnull=False).count()


def _claim(now: datetime) -> Job | None:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    # A look without a lock first: on SQLite a transaction would take the place of the next writer, for nothing.
    if not Job.objects.filter(free, due_at__lte=now, given_up_at__isnull=True).exists():
        return None
    with transaction.atomic():
        waiting = Job.objects.filter(free, due_at__lte=now, given_up_at__isnull=True).order_by("due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        found = waiting.first()
        if found is not None:
            found.claimed_until, found.attempts = now + CLAIM, found.attempts + 1
            found.save(update_fields=["claimed_until", "attempts"])
        return found


def _do(claimed: Job, now: datetime) -> None:
    try:
        JOBS[claimed.name](**claimed.arguments)
    except Exception as error:  # whatever goes wrong in a job must not stop the others
        logger.warning("job %s (%d) failed: %s", claimed.name, claimed.id, type(error).__name__, exc_info=True)
        claimed.failure = f"{type(error).__name__}: {error}"[:2000]
        claimed.claimed_until = None
        if claimed.attempts >= MOST_ATTEMPTS:
            claimed.given_up_at = now
        else:
            claimed.due_at = now + timedelta(seconds=5 * 4 ** (claimed.attempts - 1))
        claimed.save()
    else:
        claimed.delete()


class Runner(threading.Thread):
    """The thread of the server that does jobs and recurring work until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(name="jobs", daemon=True)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Finish the job that is running, then end."""
        self._stopped.set()
        _wake.set()
        self.join(timeout=30)

    def run(self) -> None:
        """Wait for jobs and for the clock."""
        last: dict[str, datetime] = {}
        while not self._stopped.is_set():
            _wake.clear()
            now = timezone.now()
            try:
                run_due(now)
                for work in RECURRING.values():
                    if now - last.get(work.name, datetime.min.replace(tzinfo=now.tzinfo)) >= work.every:
                        last[work.name] = now
                        work.does(now)
            except Exception:  # a database that is away comes back; the thread must be there then
                logger.exception("jobs: a round failed")
            finally:
                close_old_connections()
            _wake.wait(timeout=1.0)
        connection.close()
