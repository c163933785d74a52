"""How a process learns what happened, in whichever process it happened: one thread that reads the log behind what it has read.

The log is the one truth: it has one order without gaps, so whoever has read up to a number has missed nothing. The thread is woken by
an act of this process, on PostgreSQL by a notification from whichever process acted, and looks once a second anyway. It also makes the
parts that somebody listens to, once for each audience and language.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakSet

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from comity.groundwork.facts import Fact
from comity.groundwork.live import on_touch, rendered
from comity.groundwork.log import Recorded, after_commit
from comity.groundwork.models import Event, EventAbout
from comity.groundwork.refs import Ref
from comity.site.live.hub import Happened, Hub, Made, Wanted, part_message, touched

logger = logging.getLogger(__name__)
LOOK, REST = 1.0, 0.1
"""Seconds between two looks at the log where nobody wakes the thread; seconds for which it gathers after one that found something."""
AT_ONCE = 500
CHANNEL = "comity_log"

Deliver = Callable[[Sequence[Happened], Sequence[Made], datetime], None]
_watches: WeakSet[Watch] = WeakSet()


class Watch(threading.Thread):
    """Reads the log for the listeners of one hub.

    deliver: takes what was found, on whichever thread; last: the event behind which it begins, read before the first listener was
    told where they stand.
    """

    def __init__(self, hub: Hub, deliver: Deliver, last: int) -> None:
        super().__init__(name="live", daemon=True)
        self._hub, self._deliver = hub, deliver
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._touched: list[Happened] = []
        self._lock = threading.Lock()
        self._listening: Any = None
        self.last = last

    def wake(self) -> None:
        """Something happened in this process."""
        self._woken.set()

    def touch(self, ref: str, audience: str) -> None:
        """Something changed in this process without an event."""
        with self._lock:
            self._touched.append(touched(ref, audience))
        self._woken.set()

    def stop(self) -> None:
        """End the thread, and wait for that."""
        self._stopped.set()
        self._woken.set()
        if self.is_alive():
            self.join(timeout=5)

    def run(self) -> None:
        """Look, tell, wait."""
        _watches.add(self)
        while not self._stopped.is_set():
            try:
                self._wait()
                if self.look():
                    time.sleep(REST)
            except DatabaseError:  # a database that is away comes back; what was missed is read then
                logger.exception("live: the log could not be read")
                self._listening = None
                close_old_connections()
                self._stopped.wait(LOOK)
        _watches.discard(self)
        connection.close()

    def look(self) -> bool:
        """Read what is new and tell it; whether there was anything."""
        with self._lock:
            events, self._touched = self._touched, []
        events += happened_after(self.last)
        if not events:
            return False
        self.last = max(self.last, *(event.seq for event in events))
        self._deliver(events, (), timezone.now())
        for wanted in self._hub.wanted_of({ref for event in events for ref in event.refs}):
            made = make(wanted, anew=True)
            if made is not None:  # each goes out at once: those who read one language do not wait for the next
                self._deliver((), (made,), timezone.now())
        return True

    def _wait(self) -> None:
        """Until something may have happened, a second at most."""
        if connection.vendor != "postgresql":
            self._woken.wait(LOOK)
            self._woken.clear()
            return
        close_old_connections()
        connection.ensure_connection()
        if connection.connection is not self._listening:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = connection.connection
            return  # what came before this was heard
        for _note in self._listening.notifies(timeout=LOOK, stop_after=1):
            pass


def happened_after(last: int) -> list[Happened]:
    """The events behind a number, in their order, as many as are read at once. Two queries, one if there are none."""
    rows = list(
        Event.objects.filter(seq__gt=last).order_by("seq").values_list("seq", "type", "audience", "opens_at")[:AT_ONCE]
    )
    if not rows:
        return []
    about: dict[int, list[str]] = {}
    found = EventAbout.objects.filter(event_id__gt=last, event_id__lte=rows[-1][0])
    for seq, ref in found.order_by("event_id", "id").values_list("event_id", "ref"):
        about.setdefault(seq, []).append(ref)
    return [Happened(seq, name, audience, opens, tuple(about.get(seq, ()))) for seq, name, audience, opens in rows]


def make(wanted: Wanted, *, anew: bool) -> Made | None:
    """A part as it is now, as a message; None if there is nothing to send. A part that fails leaves the others alone."""
    name, ref, language = wanted
    try:
        made = rendered(name, Ref.parse(ref), language, anew=anew)
    except DatabaseError:
        raise
    except Exception:  # an error in one office's part must not silence the channel
        logger.exception("live: the part %s of %s could not be made", name, ref)
        return None
    return None if made is None else Made(wanted, made.audience, part_message(name, ref, made.version, made.html))


@after_commit
def _heard(recorded: Recorded, stated: Fact) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    for watch in list(_watches):
        watch.wake()


@on_touch
def _touched_here(ref: str, audience: str) -> None:
    for watch in list(_watches):
        watch.touch(ref, audience)
