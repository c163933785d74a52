"""A load generator for the ballot box: many keep-alive connections in one thread, each with one request under way.

Requests are bytes made beforehand where that is possible; sockets are polled, so that it needs a fraction of what a server needs. It also
writes down what was acknowledged, for a log to be held against.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

Request = Callable[[int], tuple[bytes, object]]
"""From the number of a request to its bytes and what is to be remembered if it is acknowledged."""


@dataclass(slots=True)
class Told:
    """What happened. latencies: seconds, of answers with status 200 or 304; statuses: how many of each; acknowledged: what the requests
    that were answered with 200 stood for; unknown: what was sent and never answered.
    """

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    acknowledged: list[object]
    unknown: list[object]
    lost: int

    def per_second(self) -> float:
        return sum(n for status, n in self.statuses.items() if status in (200, 304)) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


@dataclass(slots=True)
class _Line:
    socket: socket.socket
    since: float = 0.0
    stands_for: object = None
    got: bytearray = field(default_factory=bytearray)


def load(
    port: int,
    request: Request,
    *,
    connections: int = 64,
    seconds: float = 3.0,
    most: int | None = None,
    rate: float | None = None,
    remember: bool = False,
) -> Told:
    """Send until the time is over or `most` requests are answered. rate: requests a second at most; None: as fast as answers come.

    A connection that breaks is counted in `lost`; with none left it ends.
    """
    poll = select.epoll()
    lines: dict[int, _Line] = {}
    number, lost, under_way = 0, 0, 0
    told = Told(0.0, [], {}, [], [], 0)
    began = time.perf_counter()
    idle: deque[int] = deque()

    def send(line: _Line) -> bool:
        nonlocal number
        now = time.perf_counter()
        if (most is not None and number >= most) or now - began >= seconds:
            return False
        if rate is not None and number >= rate * (now - began):
            idle.append(line.socket.fileno())
            return False
        data, line.stands_for = request(number)
        number += 1
        line.since = now
        line.socket.sendall(data)
        return True

    def gone(line: _Line) -> None:
        nonlocal lost, under_way
        lost += 1
        if line.since:
            under_way -= 1
            told.unknown.append(line.stands_for)
        del lines[line.socket.fileno()]
        poll.unregister(line.socket)
        line.socket.close()

    for _ in range(connections):
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines[opened.fileno()] = _Line(opened)
        poll.register(opened, select.EPOLLIN)
    for line in list(lines.values()):
        send(line)
    under_way = sum(line.since > 0 for line in lines.values())
    while lines and (under_way or idle):
        due = time.perf_counter()
        while idle and (due - began >= seconds or rate is None or number < rate * (due - began)):
            waiting = lines.get(idle.popleft())
            if waiting is not None:
                try:
                    under_way += send(waiting)
                except OSError:
                    under_way += 1
                    gone(waiting)  # which takes it off
        ready = poll.poll(0.001 if idle else 1.0)
        now = time.perf_counter()
        if not ready and now - began > seconds + 30:
            break
        for descriptor, _ in ready:
            if descriptor not in lines:
                continue
            line = lines[descriptor]
            try:
                piece = line.socket.recv(65536)
            except OSError:
                piece = b""
            if not piece:
                gone(line)
                continue
            line.got += piece
            status = _complete(line.got)
            if status is None:
                continue
            line.got.clear()
            told.statuses[status] = told.statuses.get(status, 0) + 1
            if status in (200, 304):
                told.latencies.append(now - line.since)
                if remember:
                    told.acknowledged.append(line.stands_for)
            line.since = 0.0
            try:
                under_way += send(line) - 1
            except OSError:
                gone(line)  # which takes it off
    told.seconds = time.perf_counter() - began
    told.lost = lost
    told.unknown += [line.stands_for for line in lines.values() if line.since]
    for line in lines.values():
        line.socket.close()
    poll.close()
    return told


def _complete(got: bytearray) -> int | None:
    """Status of an answer that is there as a whole; None while some of it is missing."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = got.find(b"content-length: ", 0, end)
    length = int(got[at + 16 : got.find(b"\r\n", at)]) if at >= 0 else 0
    return int(got[9:12]) if len(got) >= end + 4 + length else None
