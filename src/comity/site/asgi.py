"""The application that the server runs: Django's synchronous pages on a pool of threads, with room for live channels beside it.

Pages are synchronous on purpose: Django's asynchronous handler is the slower one for them (docs/design/server.md). Threads of the
pool keep their database connections.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

THREADS = 8
MOST_BODY = 30 * 2**20
"""Bytes of a request's body; more is cut off before anything reads it."""

_pages: Any = WSGIMiddleware(cast("Any", get_wsgi_application()), workers=THREADS)


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """One request, or the server's start and end."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
    elif _announced(scope) > MOST_BODY:
        await _too_large(send)
    else:
        await _pages(scope, _limited(receive), send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _announced(scope: MutableMapping[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else MOST_BODY + 1
    return 0


def _limited(receive: Receive) -> Receive:
    """The body as it comes, cut off where it is longer than it may be (a body sent in pieces announces no length)."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > MOST_BODY else message

    return limited


async def _too_large(send: Send) -> None:
    body = f"This is larger than {MOST_BODY // 2**20} MB.\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
