"""The application that the server runs: the ballot box's intake, the live channel, and behind them Django's synchronous pages on threads.

Pages are synchronous on purpose: Django's asynchronous handler is the slower one for them (docs/design/server.md). Threads of the
pool keep their database connections. A request gets a thread once all of it has come: whoever sends slowly waits here, where
thousands can wait, and holds up nobody.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from comity.ballot_box import Intake, at, tickets
from comity.site.configuration import flag

if TYPE_CHECKING:
    from comity.site.live import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

THREADS = 8
MOST_BODY = 30 * 2**20
"""Bytes of a request's body; a longer one is refused before anything reads it."""
IN_MEMORY = 2**20
"""Bytes of it that are held in memory; what is longer waits in a temporary file."""
LONGEST_PAUSE = 30.0
"""Seconds between two pieces of it."""
PIECE = 2**16

_pages: Any = WSGIMiddleware(cast("Any", get_wsgi_application()), workers=THREADS)


class _Gone(Exception):
    """Whoever asked went away before all was said."""


class _TooLarge(Exception):
    """A body longer than it may be."""


async def pages(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """One request for a page, or the server's start and end."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
    else:
        with SpooledTemporaryFile(IN_MEMORY) as body:
            await _answer(scope, receive, send, body)


async def _answer(scope: MutableMapping[str, Any], receive: Receive, send: Send, body: IO[bytes]) -> None:
    try:
        if _announced(scope) > MOST_BODY:
            raise _TooLarge
        size = await _take(receive, body)
    except _Gone:
        return
    except TimeoutError:
        await _refuse(send, 408, "The rest of this did not come.")
    except _TooLarge:
        await _refuse(send, 413, f"This is larger than {MOST_BODY // 2**20} MB.")
    else:
        await _pages(_plain(scope, size), _given(body), send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _announced(scope: MutableMapping[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 16 else MOST_BODY + 1
    return 0


async def _take(receive: Receive, body: IO[bytes]) -> int:
    """Take the body as it comes; its length. Raises _Gone, _TooLarge, TimeoutError."""
    size, more = 0, True
    while more:
        message = await asyncio.wait_for(receive(), LONGEST_PAUSE)
        if message["type"] != "http.request":
            raise _Gone
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > MOST_BODY:
            raise _TooLarge
        body.write(piece)
    body.seek(0)
    return size


def _given(body: IO[bytes]) -> Receive:
    """The body as it was taken."""

    async def given() -> Message:
        piece = body.read(PIECE)
        return {"type": "http.request", "body": piece, "more_body": len(piece) == PIECE}

    return given


def _plain(scope: MutableMapping[str, Any], size: int) -> MutableMapping[str, Any]:
    """The request as WSGI can say it: with its length, a query in ASCII, and no header that could be taken for another.

    WSGI writes `X-Forwarded-For` and `X_Forwarded_For` alike, and a proxy sets only the first.
    """
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name and name not in _OF_THE_WAY]
    headers.append((b"content-length", b"%d" % size))
    asked = quote(scope["query_string"], safe="!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return {**scope, "headers": headers, "query_string": asked.encode("ascii")}


_OF_THE_WAY = {b"content-length", b"transfer-encoding"}
"""Headers that say how the body came."""


def through_proxy(application: Application) -> Application:
    """The application, told of each request who sent it to the proxy: the last address in `X-Forwarded-For`.

    What stands before it, visitors may have written themselves. The server's own reading of the header is switched off: it believes
    a proxy on this machine only, or all that a header says.
    """

    async def told(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        named = [value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
        if named:
            scope = {**scope, "client": (named[-1].rsplit(b",", 1)[-1].strip().decode("latin-1"), 0)}
        await application(scope, receive, send)

    return told


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _channel() -> Channel:
    from comity.site.live import Channel  # reads tables: imported once Django is set up

    return Channel(pages)


channel = _channel()
"""Answers those who wait for news."""
# Votes, and maps of them, are answered before anything else is asked.
_intake = Intake(
    channel,
    at(Path(settings.COMITY_DATA), os.environ.get("COMITY_DATABASE_URL", "")),
    tickets.key(settings.SECRET_KEY),
)
application = through_proxy(_intake) if flag("COMITY_BEHIND_PROXY") else _intake
"""The application that the server runs."""
