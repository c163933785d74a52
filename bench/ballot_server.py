"""A ballot box served alone, for measurements and for tests that kill it: `python -m bench.ballot_server FOLDER`.

It prints its port once it answers. Tickets are of the secret "bench"; limits are as wide as one asks for. `--commit-delay` and `--shift`
exist here only: a slow disk, and a clock that is wrong.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from comity.ballot_box import BallotBox, Intake, Limit, Limits, tickets
from comity.ballot_box.following import Following
from comity.ballot_box.postgres import PostgresStore
from comity.ballot_box.shelf import PostgresShelf, SqliteShelf
from comity.ballot_box.sqlite import SqliteStore

KEY = tickets.key("bench")

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def box_in(folder: Path, url: str = "", *, delay: float = 0.0, shift: float = 0.0) -> BallotBox:
    """A ballot box with a commit that sleeps and a clock that is wrong by so many seconds."""

    def clock() -> float:
        return time.time() + shift

    if url:
        return BallotBox(PostgresStore(url, commit_delay=delay), PostgresShelf(url), clock=clock)
    return BallotBox(SqliteStore(folder, commit_delay=delay), SqliteShelf(folder), clock=clock)


async def nothing_else(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Where the pages would be."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


class Server(uvicorn.Server):
    """Says its port."""

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ballot_server", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--commit-delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--shift", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--limit", type=float, default=1e12, metavar="PER_SECOND")
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--core", type=int)
    given = parser.parse_args()
    following = Following(given.folder, given.url) if given.follow else None
    if given.core is not None:
        os.sched_setaffinity(0, {given.core})
    box = box_in(given.folder, given.url, delay=given.commit_delay, shift=given.shift)
    box.start()
    gc.freeze()  # as the site's server does
    wide = Limit(given.limit, given.limit)
    intake = Intake(nothing_else, box, KEY, limits=Limits(wide, wide))
    config = uvicorn.Config(  # as the site's server has it
        intake,
        port=0,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=20,
        proxy_headers=False,
        server_header=False,
    )
    Server(config).run()
    if following is not None:
        following.stop()
    box.stop()


if __name__ == "__main__":
    main()
