"""Requests as they come from the network: too long, too slow, cut off, malformed. None of them takes a thread from those who read."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from a2wsgi import WSGIMiddleware
from tests.loops import finished
from tests.site.test_server import serving

from comity.site import asgi

Started = Callable[[str, list[tuple[str, str]]], Any]


def mirror(environ: dict[str, Any], start: Started) -> Iterable[bytes]:
    """An application that says what it was given."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    start("200 OK", [("X-Query", environ["QUERY_STRING"]), ("X-Forwarded", forwarded)])
    return [b"%d " % len(body), body[:10], body[-10:]]


@pytest.fixture(autouse=True)
def _mirrored(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pages(scope: Any, receive: Any, send: Any) -> None:
        await WSGIMiddleware(mirror, workers=1)(scope, receive, send)  # type: ignore[arg-type]

    monkeypatch.setattr(asgi, "_pages", pages)


def ask(
    pieces: list[dict[str, Any]], headers: list[tuple[bytes, bytes]] | None = None, query: bytes = b""
) -> tuple[int | None, dict[bytes, bytes], bytes]:
    """The answer to a request that comes in these pieces: status (None: none), headers, body. After the pieces nothing comes."""
    given, sent = iter(pieces), []

    async def receive() -> dict[str, Any]:
        for piece in given:
            return piece
        await asyncio.sleep(3600)
        raise AssertionError("unreachable")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": query,
        "http_version": "1.1",
        "headers": headers or [],
    }
    finished(asgi.application(scope, receive, send))
    start: dict[str, Any] = next((one for one in sent if one["type"] == "http.response.start"), {})
    body = b"".join(one["body"] for one in sent if one["type"] == "http.response.body")
    return start.get("status"), dict(start.get("headers", ())), body


def piece(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_in_pieces_is_put_together() -> None:
    status, _headers, body = ask([piece(b"a" * 70_000, more=True), piece(b"", more=True), piece(b"b" * 70_000)])
    assert status == 200
    assert body == b"140000 " + b"a" * 10 + b"b" * 10


def test_a_body_as_long_as_it_may_be_is_taken_and_one_byte_more_is_not() -> None:
    most = [piece(b"x" * 2**20, more=True)] * 30
    assert ask([*most, piece(b"")])[2].startswith(b"%d " % asgi.MOST_BODY)
    status, headers, body = ask([*most, piece(b"x")])
    assert (status, headers[b"connection"]) == (413, b"close")
    assert body == b"This is larger than 30 MB.\n"


@pytest.mark.parametrize("length", [b"31457281", b"9" * 12, b"9" * 5000, b"-1", b"x", b"1e9", b" 5", "٣".encode()])
def test_an_announced_length_that_is_none_or_too_much_is_refused_unread(length: bytes) -> None:
    assert ask([], [(b"content-length", length)])[0] == 413


def test_a_length_that_is_a_lie_changes_nothing() -> None:
    for length in (b"0", b"5", b"1000"):
        assert ask([piece(b"x" * 100)], [(b"content-length", length)])[2].startswith(b"100 ")


def test_whoever_stops_in_the_middle_is_told_so_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "LONGEST_PAUSE", 0.05)
    assert ask([piece(b"x" * 10, more=True)])[0] == 408


def test_whoever_goes_away_gets_no_answer() -> None:
    assert ask([piece(b"x" * 10, more=True), {"type": "http.disconnect"}]) == (None, {}, b"")


@pytest.mark.parametrize("query", [b"q=\xff\xfe", b"q=\x00 \x7f", "q=ü".encode(), bytes(range(256))])
def test_a_query_that_is_not_ascii_arrives_as_one_that_is(query: bytes) -> None:
    status, headers, _body = ask([piece(b"")], query=query)
    assert status == 200
    assert headers[b"x-query"].isascii()
    assert headers[b"x-query"].startswith(b"q=%" if query.startswith(b"q=") else b"%00")


def test_a_sound_query_is_left_as_it_is() -> None:
    query = b"q=a+b%20c&thing=members.party:X&sure=%C3%BC&tilde=~&or=|"
    assert ask([piece(b"")], query=query)[1][b"x-query"] == query


def test_a_header_is_not_taken_for_that_which_a_proxy_sets() -> None:
    headers = [(b"x-forwarded-for", b"192.0.2.1"), (b"x_forwarded_for", b"198.51.100.7")]
    assert ask([piece(b"")], headers)[1][b"x-forwarded"] == b"192.0.2.1"


@pytest.mark.parametrize(
    ("sent", "client"),
    [
        ([], "10.0.0.2"),
        ([b"198.51.100.7"], "198.51.100.7"),
        ([b"10.9.9.9, 198.51.100.7"], "198.51.100.7"),  # the first a visitor wrote
        ([b"10.9.9.9", b"203.0.113.9,2001:db8::7"], "2001:db8::7"),
    ],
)
def test_behind_a_proxy_whoever_asks_is_whom_the_proxy_names(sent: list[bytes], client: str) -> None:
    seen = []

    async def inner(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    async def run() -> None:
        headers = [(b"x-forwarded-for", value) for value in sent]
        await asgi.through_proxy(inner)({"type": "http", "client": ("10.0.0.2", 5), "headers": headers}, None, None)

    finished(run())
    assert seen == [client]


# --- a server as it runs ---


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """Host and port of a server of its own."""
    with tempfile.TemporaryDirectory(prefix="comity-") as folder, serving(Path(folder)) as (_process, address):
        parts = urlsplit(address)
        yield str(parts.hostname), int(parts.port or 0)


def say(server: tuple[str, int], request: bytes) -> bytes:
    """The beginning of the answer to these bytes, empty if the line was cut."""
    with socket.create_connection(server, timeout=20) as line:
        line.sendall(request)
        try:
            return line.recv(4000)
        except ConnectionResetError:
            return b""


@pytest.mark.slow
def test_slow_writers_hold_up_nobody(server: tuple[str, int]) -> None:
    head = b"POST /en/accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    head += b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin="
    with ExitStack() as stack:
        for _ in range(4 * asgi.THREADS):
            stack.enter_context(socket.create_connection(server, timeout=20)).sendall(head)
        began = time.monotonic()
        with urllib.request.urlopen(f"http://localhost:{server[1]}/health", timeout=20) as answer:
            assert answer.status == 200
        assert time.monotonic() - began < 15


GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "request_",
    [
        GET % (b"/en/?q=\xff", b""),
        GET % (b"/en/%00", b""),
        GET % (b"/en/%ff%fe", b""),
        GET % (b"//evil.example/..", b""),
        GET % (b"/" + b"a" * 60_000, b""),
        GET % (b"/en/", b"Host: evil.example\r\n"),
        GET % (b"/en/", b"Cookie: " + b"a=b; " * 10_000 + b"\r\n"),
        GET % (b"/en/", b"".join(b"X-%d: y\r\n" % number for number in range(2000))),
        GET % (b"/en/", b"Accept-Language: " + b"en;q=0.1," * 2000 + b"\r\n"),
        GET % (b"/en/", b"If-None-Match: " + b'"x",' * 5000 + b"\r\n"),
        GET % (b"/health", b"Authorization: Bearer \xff\x00\r\n"),
        b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"POST /en/accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
        b"POST /en/accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nx",
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00" * 100,
    ],
)
def test_malformed_requests_are_refused_or_answered_and_the_server_stays(
    server: tuple[str, int], request_: bytes
) -> None:
    answer = say(server, request_)
    assert not answer or answer.split(b" ")[1][:1] in b"234", answer[:200]
    assert say(server, GET % (b"/health", b"")).startswith(b"HTTP/1.1 200")
