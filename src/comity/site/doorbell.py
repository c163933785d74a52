"""The doorbell: how a command of the same installation asks the running server to do an act.

A Unix socket in the data folder, reachable by the folder's owner only, takes one JSON line and answers with one: `{"act": name,
"as": person id or null, "arguments": {...}}` gives `{"done": value}` or `{"refused": sentence, "field": ...}`. With no server
running the command does the act itself.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.db import close_old_connections

from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.models import Person
from comity.groundwork.perform import perform
from comity.groundwork.refusals import Refused

NAME = "doorbell"
MOST_LINE = 30 * 2**20


class _Visit(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            asked = json.loads(self.rfile.readline(MOST_LINE))
            answer = do(asked["act"], asked["as"], asked["arguments"])
        except Refused as refused:
            answer = {"refused": str(refused), "field": refused.field}
        except (KeyError, TypeError, ValueError) as error:
            answer = {"refused": f"not understood: {error}", "field": None}
        finally:
            close_old_connections()
        self.wfile.write(json.dumps(answer, default=str).encode() + b"\n")


class _Bell(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Doorbell:
    """The server's end: listens while the context lasts."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME
        self._bell: _Bell | None = None

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)  # one that a killed server left; the lock says that no other is running
        before = os.umask(0o177)
        try:
            self._bell = _Bell(_short(self._path), _Visit)
        finally:
            os.umask(before)
        threading.Thread(target=self._bell.serve_forever, name="doorbell", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bell is not None:
            self._bell.shutdown()
            self._bell.server_close()
        self._path.unlink(missing_ok=True)


def do(act: str, person: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do an act in this process, as a person or as the system. Raises Refused."""
    actor = actor_for(Person.objects.get(id=person)) if person else system_actor()
    return {"done": perform(act, actor, arguments)}


def ring(data: Path, act: str, person: str | None, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Ask the running server to do an act; its answer, None if no server listens."""
    path = data / NAME
    if not path.exists():
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect(_short(path))
        except OSError:
            return None
        line.sendall(json.dumps({"act": act, "as": person, "arguments": arguments}, default=str).encode() + b"\n")
        with line.makefile("rb") as answer:
            told: dict[str, Any] = json.loads(
                answer.readline(MOST_LINE) or b'{"refused": "the server went away", "field": null}'
            )
    return told


def _short(path: Path) -> str:
    """The path as the socket call takes it: at most some hundred bytes, so long ones go through the current folder."""
    text = str(path)
    if len(os.fsencode(text)) > 100:
        relative = os.path.relpath(text)
        if len(os.fsencode(relative)) > 100:
            raise ValueError(f"{path.parent} has too long a path for a socket: choose a shorter COMITY_DATA")
        return relative
    return text
