"""Serving: one process with its pages, its ballot box, its jobs and its doorbell.

On SQLite only one server may work on a data folder; a second is refused with a sentence. Commands that write while it runs ring its
doorbell, a socket in the data folder, and are done by the server. On PostgreSQL any number of servers may run; the lock of the
log's head gives all of them one order.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from comity.ballot_box import at
from comity.ballot_box.following import Following
from comity.groundwork.jobs import Runner
from comity.site.doorbell import Doorbell
from comity.site.installation import prepare, sole_server

KEPT_OPEN = 20
"""Seconds for which a connection may rest. Whoever watches a map asks every ten seconds or so; connecting anew costs more than asking."""


def serve(*, host: str = "127.0.0.1", port: int = 8000, ready: Callable[[str], None] | None = None) -> None:
    """Serve until told to stop. ready: called with the address once it answers. Raises AlreadyServed, OSError if the port is taken."""
    with contextlib.ExitStack() as stack:
        data = Path(settings.COMITY_DATA)
        if connection.vendor == "sqlite":
            stack.enter_context(sole_server(data))
        prepare()
        runner = Runner()
        runner.start()
        stack.callback(runner.stop)
        stack.enter_context(Doorbell(data))
        stack.enter_context(_ballot_box(data))
        _Server(
            uvicorn.Config(
                _application(),
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                timeout_keep_alive=KEPT_OPEN,
                proxy_headers=False,  # see asgi.through_proxy
                server_header=False,
            ),
            ready,
        ).run()


@contextlib.contextmanager
def _ballot_box(data: Path) -> Iterator[None]:
    """The ballot box open for votes, with its follower, while the server serves."""
    url = os.environ.get("COMITY_DATABASE_URL", "")
    box = at(data, url)
    box.start()
    following = Following(data, url, wanted=box.consultations)
    gc.freeze()  # what is loaded by now stays, and need not be looked through while people vote
    try:
        yield
    finally:
        following.stop()
        box.stop()


def _application() -> Any:
    # Built here, not at import: Django must be set up first.
    from comity.site.asgi import application

    return application


def _read_ahead() -> None:
    """Load every view, words and addresses of every language, and compiled loops, before the first who needs them has to wait."""
    for module in ("comity.opinion.routing", "comity.ballot_box.places"):
        import_module(module)
    for language, _name in settings.LANGUAGES:
        with override(language):
            reverse("home")
    gc.collect()
    gc.freeze()  # looking through all of this again takes a tenth of a second, in which somebody waits


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready is not None:
            port = self.servers[0].sockets[0].getsockname()[1]
            self._ready(f"http://{self.config.host}:{port}/")
        Thread(target=_read_ahead, name="read-ahead", daemon=True).start()

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        from comity.site.asgi import channel

        channel.close()  # else those who listen to it would keep the server from ending
        await super().shutdown(sockets)
