"""Answering in a real browser against a real server: on a phone's width in Arabic, on a link that breaks, without script."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.demonstration import copied, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

pytestmark = pytest.mark.slow

# Playwright's own loop runs in this thread, which Django takes for asynchronous code; there is none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE = {"width": 390, "height": 844}
FIRST_VIEW, ONE_VOTE = 48_000, 500


@pytest.fixture(scope="module")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration with its simulated consultation, served; the address of that consultation, with {} for the language."""
    data = copied(demonstration, tmp_path_factory.mktemp("demo") / "data")
    with sqlite3.connect(data / "comity.sqlite3") as base:
        (key,) = base.execute("SELECT id FROM consultations_consultation").fetchone()
    with served(data) as address:
        yield f"{address}/{{}}/consultations/{key}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    yield context
    context.close()


def weight(response: Response) -> int:
    """Bytes as they travel, headers left out."""
    declared = response.headers.get("content-length")
    return int(declared) if declared else len(gzip.compress(response.body()))


def shown(page: Page) -> str:
    return page.inner_text('[data-role="statement"]')


def test_the_first_view_and_a_vote_weigh_little(site: str, phone: BrowserContext) -> None:
    page, sizes, sent = phone.new_page(), [], []
    page.on("response", lambda response: sizes.append(weight(response)))
    page.goto(f"{site.format('ar')}/answer")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < FIRST_VIEW
    print(f"first view: {sum(sizes)} bytes")
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    with page.expect_response("**/votes") as answered:
        page.click('button[value="agree"]')
    assert len(sent[0]) < ONE_VOTE
    assert weight(answered.value) < ONE_VOTE
    print(f"one vote: {len(sent[0])} bytes there, {weight(answered.value)} back")


def test_answers_wait_on_the_phone_until_the_link_is_back(site: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    # A link as on the edge of a village: 30 kB a second with half a second of delay.
    slow = {"offline": False, "latency": 500, "downloadThroughput": 30_000, "uploadThroughput": 10_000}
    phone.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    page.goto(f"{site.format('en')}/answer")
    page.wait_for_load_state("networkidle")
    phone.set_offline(True)
    words = [shown(page)]
    for vote in ("agree", "disagree", "pass"):
        page.click(f'button[value="{vote}"]')
        page.wait_for_function(
            "before => document.querySelector('[data-role=statement]').innerText !== before", arg=words[-1]
        )
        words.append(shown(page))
    assert len(set(words)) == 4
    page.wait_for_selector('[data-role="state"]:not(:empty)')
    phone.set_offline(False)
    page.wait_for_function(
        "() => JSON.parse(localStorage.getItem(Object.keys(localStorage).find(k => k.startsWith('answers-')))).queue.length === 0",
        timeout=30_000,
    )
    page.goto(f"{site.format('en')}/mine")
    listed = page.inner_text("table")
    assert all(word in listed for word in words[:3])
    assert page.locator("tbody tr").count() == 3


def test_everything_works_without_script(site: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.format('en')}/answer")
    first = shown(page)
    page.click('button[value="disagree"]')
    assert shown(page) != first
    page.click("text=Change my last answer")
    assert shown(page) == first
    page.click('button[value="agree"]')
    page.goto(f"{site.format('en')}/mine")
    assert "I agree" in page.inner_text("table")
    context.close()


def test_no_page_has_a_barrier_or_is_wider_than_a_phone(site: str, phone: BrowserContext) -> None:
    page, found = phone.new_page(), {}
    for name in ("", "/answer", "/write", "/mine", "/about-me", "/results", "/where", "/statements", "/log"):
        page.goto(site.format("ar") + name)
        faults = [one["id"] for one in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append("wider than the phone")
        if faults:
            found[name] = faults
    assert found == {}


def test_progress_undo_and_the_original_follow_what_the_module_shows(site: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{site.format('ar')}/answer")
    page.wait_for_load_state("networkidle")
    assert not page.is_visible('[data-role="undo"]')
    first = shown(page)
    page.click('button[value="agree"]')
    page.wait_for_function("before => document.querySelector('[data-role=statement]').innerText !== before", arg=first)
    assert " 1 " in page.inner_text('[data-role="progress"]')
    assert page.locator('[data-role="original"] p').get_attribute("lang") == "en"
    assert page.locator('[data-role="statement"] .sign').count() == 1
    page.wait_for_selector('[data-role="state"]:not(:empty)')
    page.click('[data-role="undo"] a')
    assert shown(page) == first
    assert page.is_visible('[data-role="before"]')


def test_the_map_moves_while_a_script_votes(site: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    address, key = site.format("en"), site.rsplit("/", 1)[-1]
    box = f"{site.split('/{}')[0]}/c/{key}"
    page.goto(f"{address}/results")
    # A server that has just started draws its first map first; a page that was opened before that has none to move.
    for _second in range(120):
        if page.locator("[data-role=map] svg .c").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    drawn = (
        "[...document.querySelectorAll('[data-role=map] svg .c')].map(mark => mark.getAttribute('transform')).join()"
    )
    before = page.evaluate(drawn)
    for voter in range(12):
        # Each voter comes with a browser of their own.
        fresh = phone.browser.new_context() if phone.browser is not None else phone
        html = fresh.request.get(f"{address}/answer").text()
        ticket = html.partition('data-ticket="')[2].partition('"')[0]
        answers = [{"statement": number, "vote": 1 if number % 2 == voter % 2 else -1} for number in range(1, 40)]
        sent = fresh.request.post(
            f"{box}/votes", data={"answers": answers}, headers={"Authorization": f"Ballot {ticket}"}
        )
        assert sent.json()["taken"] > 20
        fresh.close()
    # The page asks ever more rarely while nothing is new, up to once in 75 seconds.
    page.wait_for_function(f"before => {drawn} !== before", arg=before, timeout=150_000)
    assert page.inner_text('[data-role="newer"]')
    moved = page.evaluate(drawn)
    # What the module painted is what the server draws of the same version.
    page.reload()
    assert sorted(page.evaluate(drawn).split(",")) == sorted(moved.split(","))


def test_a_statement_is_answered_with_the_keyboard_alone(site: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{site.format('en')}/answer")
    page.wait_for_load_state("networkidle")
    first = shown(page)
    page.focus('button[value="agree"]')
    page.keyboard.press("Enter")
    page.wait_for_function("before => document.querySelector('[data-role=statement]').innerText !== before", arg=first)
    assert page.evaluate("document.activeElement.dataset.role") == "statement"
