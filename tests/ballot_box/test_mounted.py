"""The site answers votes and maps in front of its pages."""

from __future__ import annotations

from typing import Any

from tests.loops import finished

from comity.ballot_box import Intake
from comity.site.asgi import application, channel, pages


def status(method: str, path: str) -> int:
    told: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}"}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [],
        "client": ("192.0.2.1", 1),
        "query_string": b"",
    }
    finished(application(scope, receive, send))
    return int(told[0]["status"])


def test_the_site_takes_votes_and_shows_maps_before_it_asks_for_a_page() -> None:
    assert isinstance(application, Intake)
    assert application._behind is channel
    assert channel._behind is pages
    assert status("POST", "/c/nowhere/vote") == 401
    assert status("POST", "/c/nowhere/votes") == 401
    assert status("GET", "/c/nowhere/map/latest") == 404
