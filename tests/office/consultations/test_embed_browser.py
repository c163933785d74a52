"""A consultation in a real frame of another site, in a real browser: which site may show it, and that a signed person votes in it
without a cookie being set or sent.
"""

from __future__ import annotations

import hmac
import os
import shutil
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.office.consultations.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request

pytestmark = pytest.mark.slow

CREATED = """
for entry in ("embedded", "open"):
    made = actions.create(by=by, title=Text.of("What does our town need?"), languages=["en"], entry=entry, embed_in=[{site!r}])
    actions.seed(by=by, consultation=made.id, statements=[Text.of("Trees."), Text.of("Buses."), Text.of("Markets.")])
    actions.open_consultation(by=by, consultation=made.id)
    bring_in_step(Consultation.objects.get(id=made.id))
    from comity.office.consultations.participants import embed_key
    print(made.id, embed_key(made.id))
"""


class Embedding(BaseHTTPRequestHandler):
    """The other site: a page with a frame of the address that it was asked for."""

    def do_GET(self) -> None:
        page = (
            f'<!doctype html><title>Other</title><iframe src="{self.server.shown}" width="380" height="700"></iframe>'  # type: ignore[attr-defined]  # set below
        )
        written = page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


class Other(ThreadingHTTPServer):
    """A server of the other site. shown: the address in its frame."""

    shown = ""
    daemon_threads = True


@pytest.fixture(scope="module")
def others() -> Iterator[tuple[Other, Other]]:
    """Two other sites: one that is named by the consultation, and one that is not."""
    servers = Other(("127.0.0.1", 0), Embedding), Other(("127.0.0.1", 0), Embedding)
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, others: tuple[Other, Other]) -> Iterator[tuple[str, list[str]]]:
    # `localhost` and `127.0.0.1` are two sites to a browser: what is set on one is a third party's on the other.
    site = f"http://localhost:{others[0].server_port}"
    with served(tmp_path_factory.mktemp("embed") / "data", CREATED.format(site=site)) as told:
        yield told


def signed(key: str, who: str) -> str:
    """What the other site adds to the address, as docs/consultations.md tells it to."""
    until = str(int(time.time()) + 600)
    sign = hmac.digest(key.encode(), f"{who}\n{until}".encode(), "sha256").hex()
    return urlencode({"who": who, "until": until, "sign": sign})


def framed(context: BrowserContext, other: Other, address: str) -> tuple[Page, FrameLocator, list[Request]]:
    other.shown = address
    page = context.new_page()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.goto(f"http://localhost:{other.server_port}/")
    page.wait_for_load_state("networkidle")
    return page, page.frame_locator("iframe"), sent


def test_a_person_whom_the_other_site_signs_votes_in_its_frame_without_a_cookie(
    town: tuple[str, list[str]], others: tuple[Other, Other], browser: Browser
) -> None:
    address, (key_of, secret, *_rest) = town
    shown = f"{address}/en/consultations/{key_of}/embed"
    page, frame, sent = framed(browser.new_context(), others[0], f"{shown}?{signed(secret, 'u17')}")
    before = frame.locator('[data-role="statement"]').inner_text()
    with page.expect_response("**/votes") as answered:
        frame.locator('button[value="agree"]').click()
    assert answered.value.json()["taken"] == 1
    frame.locator(f'[data-role="statement"]:not(:text("{before}"))').wait_for()
    frame.locator("text=What I answered").click()
    frame.locator("summary", has_text="Change").click()
    frame.locator('details[open] button[value="disagree"]').click()
    assert "Your answer was changed." in frame.locator("[role=status]").inner_text()
    assert page.context.cookies() == []
    assert not [one.url for one in sent if one.url.startswith(address) and "cookie" in one.all_headers()]
    page.context.close()
    # The same person on another device goes on where they were; another begins anew.
    for who, done in (("u17", "1"), ("u18", "0")):
        page, frame, _sent = framed(browser.new_context(), others[0], f"{shown}?{signed(secret, who)}")
        assert frame.locator("form.ballot").get_attribute("data-done") == done
        page.context.close()


@pytest.fixture(scope="module")
def as_people_have_it(browser: Browser) -> Iterator[Browser]:
    """A browser with partitioned storage, as it comes; Playwright switches that off, which leaves a frame no storage at all."""
    path = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or browser.browser_type.executable_path
    own = browser.browser_type.launch(executable_path=path, args=["--no-sandbox", "--disable-features=Translate"])
    yield own
    own.close()


def test_whoever_has_the_link_keeps_one_voice_in_the_frame(
    town: tuple[str, list[str]], others: tuple[Other, Other], as_people_have_it: Browser
) -> None:
    address, words = town
    context = as_people_have_it.new_context()
    page, frame, _sent = framed(context, others[0], f"{address}/en/consultations/{words[2]}/embed")
    with page.expect_response("**/votes") as answered:
        frame.locator('button[value="disagree"]').click()
    assert answered.value.json()["taken"] == 1
    first = answered.value.request.headers["authorization"]
    page.reload()
    page.wait_for_load_state("networkidle")
    with page.expect_response("**/votes") as answered:
        frame.locator('button[value="pass"]').click()
    assert answered.value.request.headers["authorization"] == first
    assert context.cookies() == []
    assert not frame.locator('[data-role="unkept"]').is_visible()
    context.close()


def test_where_the_browser_denies_a_frame_its_store_the_page_says_so_and_the_vote_counts(
    town: tuple[str, list[str]], others: tuple[Other, Other], browser: Browser
) -> None:
    address, words = town
    context = browser.new_context()
    page, frame, _sent = framed(context, others[0], f"{address}/en/consultations/{words[2]}/embed")
    assert frame.locator('[data-role="unkept"]').is_visible()
    with page.expect_response("**/votes") as answered:
        frame.locator('button[value="agree"]').click()
    assert answered.value.json()["taken"] == 1
    context.close()


def test_a_site_that_is_not_named_and_a_wrong_signature_show_nothing(
    town: tuple[str, list[str]], others: tuple[Other, Other], browser: Browser
) -> None:
    address, (key_of, secret, *_rest) = town
    good = f"{address}/en/consultations/{key_of}/embed?{signed(secret, 'u17')}"
    said: list[str] = []
    page = browser.new_context().new_page()
    page.on("console", lambda message: said.append(message.text))
    others[1].shown = good
    page.goto(f"http://localhost:{others[1].server_port}/")
    page.wait_for_load_state("networkidle")
    assert any("frame-ancestors" in one for one in said)
    assert not page.frame_locator("iframe").locator("form.ballot").count()
    page.context.close()
    page, frame, _sent = framed(browser.new_context(), others[0], good.replace("who=u17", "who=u18"))
    assert not frame.locator("form.ballot").count()
    page.context.close()
