"""Who listens in this process, and what each is to be told: what changed, coalesced to the newest, so that nobody holds up anybody.

All of this runs on the server's event loop. A listener holds no queue: of each thing it has the newest number only, and of each
part the newest bytes, which all listeners of one audience and language share. Whoever reads slowly is told less often, never late
news first, and is dropped when nothing can be sent for half a minute.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from comity.groundwork.audiences import PUBLIC, Reader
from comity.groundwork.refs import PERSON_KIND, Ref

K = TypeVar("K")
V = TypeVar("V")

BEAT = 20
"""Seconds between signs of life, so that whatever lies between does not take a silent connection for a dead one."""
LIFE = 30 * BEAT
"""Seconds after which, at the latest, a connection ends and is asked for anew, with whatever rights its owner has by then."""
MOST, MOST_VISITORS, MOST_OF_ONE = 20_000, 10_000, 20
"""Listeners of one process; those of them who are not signed in; those of one person."""
COST = 0.05
"""Seconds that a page takes of the server which fetches its parts again, and as long again for others: by that they are spread."""
UNSETTLING = frozenset(
    {
        "groundwork.role_granted",
        "groundwork.role_ended",
        "groundwork.person_changed",
        "groundwork.person_erased",
        "groundwork.token_revoked",
    }
)
"""Events after which what a person may read can be something else: their connections end, and are made anew."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the channel needs it. refs: what it is about. seq -1: no event, but something that changed."""

    seq: int
    type: str
    audience: str
    opens_at: datetime | None
    refs: tuple[str, ...]

    def told_to(self, reader: Reader, now: datetime) -> bool:
        """Whether a reader may know that it happened."""
        return reader.all or (self.audience in reader.audiences and (self.opens_at is None or self.opens_at <= now))


Wanted = tuple[str, str, str]
"""A part that somebody listens to: its name, its thing, the language."""


@dataclass(frozen=True, slots=True)
class Made:
    """A part made anew. body: the message, shared by all who are sent it."""

    wanted: Wanted
    audience: str
    body: bytes


class Listener:
    """One open connection. about: things, as references; parts: names and things; person: who is signed in, None: a visitor."""

    __slots__ = (
        "_changed",
        "_made",
        "_told",
        "_wake",
        "about",
        "beat",
        "ended",
        "language",
        "last",
        "parts",
        "person",
        "reader",
        "slot",
    )

    def __init__(
        self,
        about: frozenset[str],
        parts: tuple[tuple[str, str], ...],
        language: str,
        reader: Reader,
        person: str | None,
    ) -> None:
        self.about, self.parts, self.language, self.reader, self.person = about, parts, language, reader, person
        self.last, self.beat, self.ended, self.slot = -1, False, False, 0
        self._changed: dict[str, int] = {}
        self._made: dict[tuple[str, str], bytes] = {}
        self._wake: asyncio.Future[None] | None = None
        self._told = float("-inf")

    def changed(self, ref: str, seq: int) -> None:
        """Something happened to a thing."""
        if seq > self._changed.get(ref, -2):
            self._changed[ref] = seq
        self._stir()

    def made(self, part: tuple[str, str], body: bytes) -> None:
        """A part was made anew."""
        self._made[part] = body
        self._stir()

    def sign_of_life(self) -> None:
        """Nothing to tell, but something to send."""
        self.beat = True
        self._stir()

    def end(self) -> None:
        """No more; whoever listens asks anew."""
        self.ended = True
        self._stir()

    def _stir(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def next(self, spread: int, gather: float = 0.0) -> bytes:
        """What is to be sent, once there is something; empty: the end. spread: milliseconds over which pages may fetch their parts.

        gather: seconds since the last was told for which more is waited for, to be told together.
        """
        loop = asyncio.get_running_loop()
        while not (self._changed or self._made or self.beat or self.ended):
            self._wake = loop.create_future()
            await self._wake
            self._wake = None
        now = loop.time()
        if now < self._told + gather and not self.ended:  # a timer for those alone who were told a moment ago
            await asyncio.sleep(self._told + gather - now)
        self._told = loop.time()
        if self.ended:
            return b""
        said = list(self._made.values())
        if self._changed:
            self.last = max(self.last, *self._changed.values())
            said.append(changed_message(self._changed, self.last, spread))
        self._changed, self._made, self.beat = {}, {}, False
        return b"".join(said) or b":\n\n"


def changed_message(changed: Mapping[str, int], last: int, spread: int) -> bytes:
    """The message that things changed, each with the number of the last event about it."""
    told = json.dumps({"things": dict(sorted(changed.items())), "spread": spread}, separators=(",", ":"))
    return f"id: {last}\nevent: changed\ndata: {told}\n\n".encode()


def part_message(name: str, ref: str, version: int, html: str) -> bytes:
    """The message with a part as it is now."""
    told = json.dumps({"part": f"{name} {ref}", "version": version, "html": html}, separators=(",", ":"))
    return f"event: part\ndata: {told}\n\n".encode()


class Full(Exception):
    """No further listener can be taken."""


class Hub:
    """The listeners of one process."""

    def __init__(self) -> None:
        self._by_ref: dict[str, set[Listener]] = {}
        self._by_part: dict[Wanted, set[Listener]] = {}
        self._by_person: dict[str, set[Listener]] = {}
        self._slots: list[set[Listener]] = [set() for _second in range(LIFE)]
        self._second, self._visitors, self.count = 0, 0, 0
        self.spread = 0  # milliseconds over which those told last should spread when they fetch their parts again
        self._wanted: dict[str, set[Wanted]] = {}
        self._lock = threading.Lock()

    # --- on the loop ---

    def join(self, listener: Listener) -> None:
        """Take a listener in. Raises Full."""
        of_one = self._by_person.get(listener.person, ()) if listener.person else ()
        if (
            self.count >= MOST
            or len(of_one) >= MOST_OF_ONE
            or (not listener.person and self._visitors >= MOST_VISITORS)
        ):
            raise Full
        for ref in listener.about:
            self._by_ref.setdefault(ref, set()).add(listener)
        for name, ref in listener.parts:
            wanted = name, ref, listener.language
            self._by_part.setdefault(wanted, set()).add(listener)
            with self._lock:
                self._wanted.setdefault(ref, set()).add(wanted)
        if listener.person:
            self._by_person.setdefault(listener.person, set()).add(listener)
        else:
            self._visitors += 1
        # Between half a life and a whole one, so that those who came together do not come again together.
        listener.slot = (self._second + LIFE // 2 + self.count * 7 % (LIFE // 2 - 1)) % LIFE
        self._slots[listener.slot].add(listener)
        self.count += 1

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        for ref in listener.about:
            _drop(self._by_ref, ref, listener)
        for name, ref in listener.parts:
            wanted = name, ref, listener.language
            if _drop(self._by_part, wanted, listener):
                with self._lock:
                    _drop(self._wanted, ref, wanted)
        if listener.person:
            _drop(self._by_person, listener.person, listener)
        else:
            self._visitors -= 1
        self._slots[listener.slot].discard(listener)
        self.count -= 1

    def deliver(self, events: Sequence[Happened], made: Iterable[Made], now: datetime) -> None:
        """Tell listeners what happened, and give them the parts that were made anew."""
        for part in made:
            name, ref, _language = part.wanted
            for listener in self._by_part.get(part.wanted, ()):
                if listener.reader.may_read(part.audience):
                    listener.made((name, ref), part.body)
        if not events:
            return
        most = 0
        for event in events:
            for ref in event.refs:
                hearing = [one for one in self._by_ref.get(ref, ()) if event.told_to(one.reader, now)]
                most = max(most, len(hearing))
                for listener in hearing:
                    listener.changed(ref, event.seq)
            if event.type in UNSETTLING:
                self._unsettle(event.refs)
        self.spread = int(1000 * COST * most)

    def _unsettle(self, refs: Iterable[str]) -> None:
        for ref in refs:
            if ref.startswith(f"{PERSON_KIND}:"):
                for listener in self._by_person.get(Ref.parse(ref).id, ()):
                    listener.end()

    def tick(self) -> None:
        """A second has passed: some show a sign of life, some have lived long enough."""
        self._second = (self._second + 1) % LIFE
        for slot in range(self._second % BEAT, LIFE, BEAT):
            for listener in self._slots[slot]:
                listener.sign_of_life()
        for listener in self._slots[self._second]:
            listener.end()

    def close(self) -> None:
        """End every connection: the server stops."""
        for slot in self._slots:
            for listener in slot:
                listener.end()

    # --- from any thread ---

    def wanted_of(self, refs: Iterable[str]) -> Iterator[Wanted]:
        """The parts of these things that somebody listens to, in an order of their own."""
        with self._lock:
            found = {wanted for ref in refs for wanted in self._wanted.get(ref, ())}
        yield from sorted(found)


def touched(ref: str, audience: str = PUBLIC) -> Happened:
    """Something that changed without an event."""
    return Happened(-1, "", audience, None, (ref,))


def _drop(index: dict[K, set[V]], key: K, value: V) -> bool:
    """Take a value out of an index; whether it was the last under its key."""
    held = index.get(key)
    if held is None:
        return False
    held.discard(value)
    if not held:
        del index[key]
    return not held
