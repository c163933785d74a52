"""The live channel's door: an ASGI application in front of the pages.

    GET /live?about=KIND:ID&part=NAME%20KIND:ID&after=NUMBER&language=CODE    server-sent events, until somebody leaves
    GET /live/now?...                                                         the same once, as JSON, for who cannot keep a line open

Everything else goes on to the application behind it. What is told, to whom, and how pages use it: docs/live-channel.md.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from comity.groundwork.live import PARTS, changed_since, newest, rendered
from comity.groundwork.refs import KINDS, Ref
from comity.site.live.hub import Full, Happened, Hub, Listener, Made, changed_message
from comity.site.live.watching import Watch, make
from comity.site.live.who import Asking, KeyRefused, asking

T = TypeVar("T")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MOST_THINGS, MOST_PARTS, LONGEST_QUESTION = 40, 20, 8000
THREADS = 4
SLOWEST = 30.0
"""Seconds for which a listener may take nothing of what is sent."""
GATHER = 0.15
"""Seconds in which a listener is told nothing after it was told something: what happens meanwhile is told together."""
RETRY = 3000
"""Milliseconds after which a browser asks anew when a connection ended."""
AGAIN = 5
"""Seconds after which whoever asks by polling should ask again."""

_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),  # a proxy in between passes each message on at once
]


class NotUnderstood(ValueError):
    """A question that the channel cannot answer; the sentence is for whoever wrote the page."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to be told. after: number of the last event that they know of, None: they begin now.

    again: a line broke. Parts follow the events by a moment, so all of them are sent anew.
    """

    about: frozenset[str]
    parts: tuple[tuple[str, str], ...]
    after: int | None
    language: str
    again: bool = False


class Channel:
    """See the module. behind: what takes all other requests."""

    def __init__(self, behind: Application) -> None:
        self._behind, self.hub = behind, Hub()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self._watch: Watch | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ("/live", "/live/now"):
            await self._answer(scope, receive, send)
        else:
            await self._behind(scope, receive, send)

    def close(self) -> None:
        """End every connection; call it on the loop, when the server stops."""
        self.hub.close()
        if self._watch is not None:
            self._watch.stop()
        if self._ticking is not None:
            self._ticking.cancel()
        self._watch = self._ticking = None
        together = threading.Barrier(THREADS)
        for _thread in range(THREADS):
            self._threads.submit(_let_go, together)
        self._threads.shutdown()

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _say(send, 405, {"detail": "Ask with GET."}, [(b"allow", b"GET")])
            return
        try:
            question = understood(scope["query_string"], scope["headers"])
            who = await self._in_thread(lambda: asking(scope["headers"]))
            if scope["path"] == "/live":
                await self._listen(question, who, receive, send)
            else:
                await _say(send, 200, await self._in_thread(lambda: now(question, who)))
        except NotUnderstood as error:
            await _say(send, 400, {"detail": str(error)})
        except KeyRefused:
            refused = {"detail": "Show a key that works: Authorization: Bearer comity_..."}
            await _say(send, 401, refused, [(b"www-authenticate", b"Bearer")])
        except (Full, DatabaseError):
            await _say(send, 503, {"detail": "Too many listen just now."}, [(b"retry-after", b"10")])

    async def _listen(self, question: Question, who: Asking, receive: Receive, send: Send) -> None:
        listener = Listener(question.about, question.parts, question.language, who.reader, who.person)
        await self._begin()
        self.hub.join(listener)  # before looking back, so that nothing falls in between
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _done: listener.end())
        try:
            first, last = await self._in_thread(lambda: before(question, who))
            listener.last = last
            head = f"retry: {RETRY}\nid: {last}\n\n".encode()
            await send({"type": "http.response.start", "status": 200, "headers": [*_STREAM, *_HEADERS]})
            await _send(send, head + first)
            while body := await listener.next(self.hub.spread, GATHER):
                await _send(send, body)
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            pass  # whoever takes nothing for so long has gone, or asks anew
        finally:
            gone.cancel()
            self.hub.leave(listener)

    async def _begin(self) -> None:
        """Start what feeds the listeners, with the first of them."""
        if self._watching():
            return
        last = await self._in_thread(newest)  # before any listener looks back: whatever comes after it is told
        if self._watching():  # another listener came meanwhile
            return
        loop = asyncio.get_running_loop()

        def deliver(events: Sequence[Happened], made: Sequence[Made], at: datetime) -> None:
            loop.call_soon_threadsafe(self.hub.deliver, events, made, at)

        self._watch = Watch(self.hub, deliver, last)
        self._watch.start()
        if self._ticking is None or self._ticking.done():
            self._ticking = loop.create_task(self._tick())

    def _watching(self) -> bool:
        return self._watch is not None and self._watch.is_alive()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.hub.tick()

    async def _in_thread(self, does: Callable[[], T]) -> T:
        def done() -> T:
            close_old_connections()
            return does()

        return await asyncio.get_running_loop().run_in_executor(self._threads, done)


def _let_go(together: threading.Barrier) -> None:
    """Close a thread's connection to the database. Each waits for the others, so that no thread does it twice."""
    with suppress(threading.BrokenBarrierError):
        together.wait(timeout=5)
    connection.close()


_STREAM = [(b"content-type", b"text/event-stream; charset=utf-8")]


def understood(query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Question:
    """What is asked. A browser that asks anew names the last event in a header, which counts more. Raises NotUnderstood."""
    if len(query) > LONGEST_QUESTION:
        raise NotUnderstood(f"a question has at most {LONGEST_QUESTION} characters")
    try:
        given = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError as error:
        raise NotUnderstood("the question cannot be read: write about=KIND:ID and part=NAME KIND:ID") from error
    about = [_thing(value) for name, value in given if name == "about"]
    parts = [_part(value) for name, value in given if name == "part"]
    if not about and not parts:
        raise NotUnderstood("say about what: about=KIND:ID, or part=NAME KIND:ID")
    if len(about) > MOST_THINGS or len(parts) > MOST_PARTS:
        raise NotUnderstood(f"at most {MOST_THINGS} things and {MOST_PARTS} parts")
    after = [value for name, value in given if name == "after"]
    again = [value.decode("latin-1") for name, value in headers if name == b"last-event-id"]
    language = next((value for name, value in given if name == "language"), settings.LANGUAGE_CODE)
    if language not in dict(settings.LANGUAGES):
        raise NotUnderstood("language: one of " + ", ".join(code for code, _word in settings.LANGUAGES))
    known = (again or after or [""])[-1]
    return Question(frozenset(about), tuple(dict.fromkeys(parts)), _number(known), language, bool(again))


def _thing(written: str) -> str:
    try:
        ref = Ref.parse(written)
    except ValueError as error:
        raise NotUnderstood(f"{written[:100]!r} is no thing: write KIND:ID") from error
    if ref.kind not in KINDS or not (len(written) <= 100 and written.isascii() and written.isprintable()):
        raise NotUnderstood(f"{written[:100]!r}: there is no such kind of thing")
    return written


def _part(written: str) -> tuple[str, str]:
    name, _blank, ref = written.partition(" ")
    if name not in PARTS:
        raise NotUnderstood(f"{name[:100]!r}: there is no such part")
    return name, _thing(ref)


def _number(written: str) -> int | None:
    if written in {"", "-1"}:
        return None if not written else -1
    if not (written.isascii() and written.isdigit() and len(written) < 19):
        raise NotUnderstood("after: the number of an event")
    return int(written)


def before(question: Question, who: Asking) -> tuple[bytes, int]:
    """What happened since the last event that somebody knows of, as messages, and the number from which on they are told all."""
    last = newest()
    if question.after is None:
        return b"", last
    changed = changed_since(who.reader, question.about, question.after)
    said = []
    for part in _changed_parts(question, who):
        made = make((*part, question.language), anew=False)
        if made is not None and who.reader.may_read(made.audience):
            said.append(made.body)
    if changed:
        said.append(changed_message(changed, last, 0))
    return b"".join(said), last


def _changed_parts(question: Question, who: Asking) -> list[tuple[str, str]]:
    """The parts whose things changed. Whoever may not read a part is not told that its thing changed, either."""
    things = {ref for _name, ref in question.parts}
    since = -1 if question.after is None or question.again else question.after
    changed = changed_since(who.reader, things, since) if things else {}
    return [part for part in question.parts if part[1] in changed]


def now(question: Question, who: Asking) -> dict[str, Any]:
    """The answer to polling: what changed since, the parts that did, and when to ask again."""
    last = newest()
    after = last if question.after is None else question.after
    known = Question(question.about, question.parts, after, question.language)
    parts = []
    for name, ref in _changed_parts(known, who):
        made = rendered(name, Ref.parse(ref), question.language)
        if made is not None and who.reader.may_read(made.audience):
            parts.append({"part": f"{name} {ref}", "version": made.version, "html": made.html})
    things = changed_since(who.reader, question.about, after)
    return {"after": last, "things": things, "parts": parts, "again": AGAIN}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SLOWEST):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _say(send: Send, status: int, said: Any, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    body = json.dumps(said, separators=(",", ":")).encode()
    length = (b"content-length", b"%d" % len(body))
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"application/json"), length, *_HEADERS, *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})
