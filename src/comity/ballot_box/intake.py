"""The intake: an ASGI application that takes votes and hands out maps, in front of the pages.

    POST /c/CONSULTATION/vote      one answer
    POST /c/CONSULTATION/votes     up to fifty
    GET  /c/CONSULTATION/map/latest, /map/VERSION.json, /map/VERSION/result.json, /map/VERSION/sums.json

It answers only when an answer is durable. Nothing here asks the database of the site: a ticket says whose answer it is, and the
rules are in memory. Everything else goes on to the application behind it. Formats: docs/ballot_box.md.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from comity.ballot_box import tickets
from comity.ballot_box.answers import MOST_STATEMENT, Answer
from comity.ballot_box.box import BallotBox
from comity.ballot_box.limits import Buckets, Limits
from comity.ballot_box.refusals import BoxRefuses, Receipt, Refusal
from comity.ballot_box.shelf import Published, Version
from comity.ballot_box.store import StoreAway

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

MOST_BODY = 16 * 1024
MOST_ANSWERS = 50
MOST_DEVICE = 16
LONGEST_PAUSE = 10.0
"""Seconds for which the rest of a body is waited for."""
LATEST_HELD = 1.0
"""Seconds for which the latest version is taken from memory."""
VERSIONS_HELD = 64
SCHEME = b"Ballot "

_STATUS = {
    Refusal.MALFORMED: 400,
    Refusal.TICKET: 401,
    Refusal.EXPIRED: 401,
    Refusal.BARRED: 403,
    Refusal.CONSULTATION_UNKNOWN: 404,
    Refusal.NOT_YET_OPEN: 409,
    Refusal.CLOSED: 409,
    Refusal.FROZEN: 409,
    Refusal.STATEMENT_UNKNOWN: 409,
    Refusal.STATEMENT_CLOSED: 409,
    Refusal.TOO_MANY: 413,
    Refusal.TOO_FAST: 429,
    Refusal.BUSY: 503,
    Refusal.NO_ROOM: 503,
    Refusal.STORE_AWAY: 503,
}
_AGAIN = {Refusal.BUSY: 2, Refusal.NO_ROOM: 30, Refusal.STORE_AWAY: 5}
_JSON: Header = (b"content-type", b"application/json")
_NO_STORE: Header = (b"cache-control", b"no-store")
_TAKEN = b'{"taken":1}'
_FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")


class Intake:
    """See the module. behind: what takes all other requests. key: of tickets."""

    def __init__(
        self,
        behind: Application,
        box: BallotBox,
        key: bytes,
        *,
        limits: Limits | None = None,
    ) -> None:
        self._behind, self._box, self._key = behind, box, key
        limits = limits or Limits()
        self._tickets, self._addresses = Buckets(limits.ticket), Buckets(limits.address)
        self._latest: dict[str, tuple[float, Published | None, bytes, bytes]] = {}
        self._versions: OrderedDict[tuple[str, str], Version] = OrderedDict()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/c/"):
                parts = path.split("/", 4)
                if len(parts) == 4 and parts[3] in ("vote", "votes"):
                    await self._take(scope, receive, send, parts[2], many=parts[3] == "votes")
                    return
                if len(parts) == 5 and parts[3] == "map":
                    await self._show(scope, send, parts[2], parts[4])
                    return
        await self._behind(scope, receive, send)

    # --- votes ---

    async def _take(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send, consultation: str, *, many: bool
    ) -> None:
        if scope["method"] != "POST":
            await _send(send, 405, b"", ((b"allow", b"POST"), _NO_STORE))
            return
        try:
            participant = self._whose(scope, consultation)
            asked = await _body(receive)
            answers, numbers, device = read_many(asked) if many else read_one(asked)
            self._slow_down(scope, consultation, participant, len(answers))
            ask = self._box.ask(consultation, participant, answers, device=device, numbers=numbers)
            if ask.rows:
                writer = self._box.writer
                if writer.full:
                    raise BoxRefuses(Refusal.BUSY)
                ask.settle = asyncio.get_running_loop().create_future()
                writer.put(ask)
                receipt: Receipt = await ask.settle
            else:
                receipt = Receipt(0, ask.refused)
            if receipt.refused and not many:
                raise BoxRefuses(receipt.refused[0].why)
        except _Gone:
            return
        except _TooFast as wait:
            await _refuse(send, Refusal.TOO_FAST, wait.seconds)
        except tickets.BadTicket as error:
            await _refuse(send, error.refusal)
        except BoxRefuses as error:
            await _refuse(send, error.why)
        except StoreAway:
            await _refuse(send, Refusal.STORE_AWAY)
        else:
            body = _TAKEN if not many else _receipt(receipt, numbers)
            await _send(send, 200, body, (_JSON, _NO_STORE))

    def _whose(self, scope: MutableMapping[str, Any], consultation: str) -> int:
        for name, value in scope["headers"]:
            if name == b"authorization" and value.startswith(SCHEME):
                return tickets.read_at(self._key, consultation, value[len(SCHEME) :], self._box.clock())
        raise tickets.BadTicket(Refusal.TICKET)

    def _slow_down(self, scope: MutableMapping[str, Any], consultation: str, participant: int, amount: int) -> None:
        now = time.monotonic()
        client = scope.get("client")
        wait = self._addresses.wait(client[0] if client else "", 1, now)
        wait = wait or self._tickets.wait((consultation, participant), max(amount, 1), now)
        if wait:
            raise _TooFast(wait)

    # --- maps ---

    async def _show(self, scope: MutableMapping[str, Any], send: Send, consultation: str, wanted: str) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, b"", ((b"allow", b"GET, HEAD"), _NO_STORE))
            return
        try:
            rules = self._box.rules(consultation)  # of a box that takes answers: from memory
            if rules is None or not rules.shown:
                await _send(send, 404, b"{}", (_JSON, (b"cache-control", b"public, max-age=5")))
            elif wanted == "latest":
                await self._show_latest(scope, send, consultation)
            else:
                await self._show_version(scope, send, consultation, wanted)
        except StoreAway:
            await _refuse(send, Refusal.STORE_AWAY)

    async def _show_latest(self, scope: MutableMapping[str, Any], send: Send, consultation: str) -> None:
        now = time.monotonic()
        held = self._latest.get(consultation)
        if held is None or now - held[0] > LATEST_HELD:
            if held is not None:
                self._latest[consultation] = (now, *held[1:])  # others take the old one while this one asks
            latest = await asyncio.to_thread(self._box.latest, consultation)
            if len(self._latest) > 10_000:
                self._latest.clear()
            held = self._latest[consultation] = (now, latest, *_told(latest))
        _, found, body, etag = held
        if found is None:
            await _send(send, 404, b"{}", (_JSON, (b"cache-control", b"public, max-age=5")))
            return
        caching: Header = (b"cache-control", b"public, max-age=2, stale-while-revalidate=30")
        if any(name == b"if-none-match" and etag in value for name, value in scope["headers"]):
            await _send(send, 304, b"", ((b"etag", etag), caching))
            return
        await _send(send, 200, body, (_JSON, (b"etag", etag), caching))

    async def _show_version(self, scope: MutableMapping[str, Any], send: Send, consultation: str, wanted: str) -> None:
        name, _, part = wanted.partition("/")
        if not part:
            name, part = name.removesuffix(".json"), "map.json" if name.endswith(".json") else ""
        version = await self._version(consultation, name) if part in _PARTS else None
        if version is None:
            await _send(send, 404, b"{}", (_JSON, (b"cache-control", b"public, max-age=5")))
            return
        content = getattr(version, _PARTS[part])
        kept = (_JSON, (b"vary", b"accept-encoding"), _FOR_EVER, _ANY_ORIGIN)
        if any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"]):
            await _send(send, 200, content, ((b"content-encoding", b"gzip"), *kept))
        else:  # a program that saves what it is sent
            await _send(send, 200, await asyncio.to_thread(gzip.decompress, content), kept)

    async def _version(self, consultation: str, name: str) -> Version | None:
        key = consultation, name
        held = self._versions.get(key)
        if held is None and len(name) == 64 and name.isalnum():
            held = await asyncio.to_thread(self._box.version, consultation, name)
            if held is not None:
                self._versions[key] = held
                while len(self._versions) > VERSIONS_HELD:
                    self._versions.popitem(last=False)
        return held


_PARTS = {"map.json": "map", "result.json": "result", "sums.json": "sums"}
_ANY_ORIGIN: Header = (b"access-control-allow-origin", b"*")


class _Gone(Exception):
    """Whoever asked went away before all was said."""


class _TooFast(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = int(seconds) + 1


def read_one(asked: bytes) -> tuple[list[Answer | Refusal], list[int | None], str]:
    """The answer of `/vote`. Raises BoxRefuses."""
    said = _read(asked)
    answer = _answer(said)
    if isinstance(answer, Refusal):
        raise BoxRefuses(answer)
    return [answer], [_number(said)], _device(said)


def read_many(asked: bytes) -> tuple[list[Answer | Refusal], list[int | None], str]:
    """The answers of `/votes`, a Refusal for each that cannot be read. Raises BoxRefuses."""
    said = _read(asked)
    listed = said.get("answers")
    if not isinstance(listed, list) or not listed:
        raise BoxRefuses(Refusal.MALFORMED)
    if len(listed) > MOST_ANSWERS:
        raise BoxRefuses(Refusal.TOO_MANY)
    rows = [row if isinstance(row, dict) else {} for row in listed]
    return [_answer(row) for row in rows], [_number(row) for row in rows], _device(said)


def _read(asked: bytes) -> dict[str, Any]:
    try:
        said = json.loads(asked.decode())  # UTF-8, and no other guess
    except (ValueError, RecursionError):
        raise BoxRefuses(Refusal.MALFORMED) from None
    if not isinstance(said, dict):
        raise BoxRefuses(Refusal.MALFORMED)
    return said


def _answer(said: dict[str, Any]) -> Answer | Refusal:
    statement, vote, important = said.get("statement"), said.get("vote", ""), said.get("important", False)
    good = type(statement) is int and 0 <= statement <= MOST_STATEMENT and type(important) is bool
    if not good or not (vote is None or (type(vote) is int and -1 <= vote <= 1)):
        return Refusal.MALFORMED
    assert type(statement) is int
    return Answer(statement, vote, important)


def _number(said: dict[str, Any]) -> int | None:
    number = said.get("n")
    return number if type(number) is int and 0 <= number < 2**53 else None


def _device(said: dict[str, Any]) -> str:
    device = said.get("device", "")
    if not isinstance(device, str) or len(device) > MOST_DEVICE or not (device == "" or _word(device)):
        raise BoxRefuses(Refusal.MALFORMED)
    return device


def _word(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _receipt(receipt: Receipt, numbers: list[int | None]) -> bytes:
    refused = [
        {"row": entry.row, "n": numbers[entry.row], "why": entry.why.value}
        if numbers[entry.row] is not None
        else {"row": entry.row, "why": entry.why.value}
        for entry in receipt.refused
    ]
    return json.dumps({"taken": receipt.taken, "refused": refused}, separators=(",", ":")).encode()


def _told(latest: Published | None) -> tuple[bytes, bytes]:
    if latest is None:
        return b"{}", b'""'
    said = {"version": latest.version, "at": latest.at, "frozen": latest.frozen}
    return json.dumps(said, separators=(",", ":")).encode(), f'"{latest.version[:32]}"'.encode()


async def _body(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] != "http.request":
        raise _Gone
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        try:
            message = await asyncio.wait_for(receive(), LONGEST_PAUSE)
        except TimeoutError:
            raise BoxRefuses(Refusal.MALFORMED) from None
        if message["type"] != "http.request":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > MOST_BODY:
            break
    if len(body) > MOST_BODY:
        raise BoxRefuses(Refusal.TOO_MANY)
    return body


async def _refuse(send: Send, why: Refusal, again: int | None = None) -> None:
    headers: list[Header] = [_JSON, _NO_STORE]
    wait = _AGAIN.get(why) if again is None else again
    if wait is not None:
        headers.append((b"retry-after", b"%d" % wait))
    await _send(send, _STATUS[why], b'{"refused":"%s"}' % why.value.encode(), headers)


async def _send(send: Send, status: int, body: bytes, headers: Iterable[Header]) -> None:
    length: Header = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})
