"""The desk, a delegation's phone and the hall's screen in real browsers against a real server: what one does, the others show."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.demonstration import copied, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.slow

# Playwright's own loop runs in this thread, which Django takes for asynchronous code; there is none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE, HALL = {"width": 390, "height": 844}, {"width": 1920, "height": 1080}
ADOPTED, SENEGALESE = "اعتُمد", "Ousmane Demo"
SECRETARY, CHAIR, DELEGATE = "Amal Demo", "Chanda Demo", "李示范"


@dataclass(frozen=True)
class Site:
    """The demonstration, served. meeting: id of the one that is open."""

    address: str
    meeting: str

    def at(self, page: str, language: str = "en") -> str:
        return f"{self.address}/{language}/meetings/{self.meeting}{page}"


@pytest.fixture(scope="module")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = copied(demonstration, tmp_path_factory.mktemp("demo") / "data")
    with sqlite3.connect(data / "comity.sqlite3") as base:
        (meeting,) = base.execute("SELECT id FROM meetings_meeting ORDER BY id LIMIT 1").fetchone()
    with served(data) as address:
        yield Site(address, meeting)


def signed_in(context: BrowserContext, site: Site, name: str) -> Page:
    """A page in which somebody of the demonstration is signed in."""
    page = context.new_page()
    page.goto(f"{site.address}/en/demo/sign-in")
    page.get_by_role("button", name=f"Be {name}", exact=True).click()
    page.wait_for_load_state()
    return page


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """A phone, a desk and a hall, each a browser of its own."""
    made = [browser.new_context(viewport=size) for size in (PHONE, {"width": 1280, "height": 900}, HALL)]  # type: ignore[arg-type]
    yield made
    for context in made:
        context.close()


def test_desk_phone_and_hall_show_the_same_without_being_asked(site: Site, contexts: list[BrowserContext]) -> None:
    phone, desk = signed_in(contexts[0], site, DELEGATE), signed_in(contexts[1], site, SECRETARY)
    hall = contexts[2].new_page()
    phone.goto(site.at("/here"))
    desk.goto(site.at("/desk"))
    hall.goto(site.at("/hall", "ar"))
    assert "4 of 6" in desk.inner_text(".now")
    assert hall.locator("html").get_attribute("dir") == "rtl"
    # The delegation says that it is there: the desk and the hall count it.
    phone.get_by_role("button", name="We are here").click()
    phone.wait_for_selector("text=You are noted as present")
    desk.wait_for_function("() => document.querySelector('.now').innerText.includes('5 of 6')")
    hall.wait_for_function("() => document.querySelector('footer').innerText.includes('5')")
    # A point of order stands in the hall, and first in the chair's script.
    phone.get_by_role("link", name="Point of order").click()
    phone.fill("textarea", "The text is not before us in Arabic.")
    phone.get_by_role("button", name="Raise it").click()
    desk.wait_for_selector(".script >> text=has the floor on a point of order")
    hall.wait_for_selector(".urgent")
    desk.locator(".script").get_by_role("link", name="Enter the ruling").click()
    desk.get_by_label("The point of order is well taken.").check()
    desk.get_by_role("button", name="Enter the ruling").click()
    hall.wait_for_selector(".urgent", state="detached")
    # The vote that is open here is one press away from every page; the delegation casts what adopts the text.
    phone.goto(site.at("/here"))
    phone.locator(".now").get_by_role("link", name="Vote now").click()
    phone.get_by_role("button", name="Yes").click()
    phone.get_by_role("button", name="Record this vote").click()
    phone.get_by_text(re.compile("^Recorded for China")).wait_for()
    phone.goto(site.at("/here"))
    # The chair closes it; hall and public page have the same outcome, and no phone offers a vote any more.
    desk.locator(".script").get_by_role("button", name="Close the vote").click()
    hall.wait_for_selector(f".outcome >> text={ADOPTED}")
    phone.wait_for_selector("text=Vote now", state="detached")
    assert "Adopted" in desk.inner_text(".outcome")
    desk.goto(site.at("/desk"))
    desk.locator(".script").get_by_role("link", name="Announce the outcome").click()
    desk.get_by_role("button", name="Announce it").click()
    assert "differs" not in desk.inner_text("main")
    desk.goto(site.at("/desk"))
    # The next item is taken up: it stands in the hall and on the phone.
    desk.locator(".script").get_by_role("button", name="Conclude the item").click()
    desk.locator(".script").get_by_role("button", name="Take up item 3").click()
    hall.wait_for_selector("text=موعد الاجتماع المقبل ومكانه")
    assert hall.locator(".outcome").count() == 0
    phone.wait_for_selector(".now >> text=Date and place of the next meeting")


def test_what_somebody_writes_is_not_taken_from_under_their_hands(site: Site, contexts: list[BrowserContext]) -> None:
    desk, phone = signed_in(contexts[1], site, SECRETARY), signed_in(contexts[0], site, "王示范")
    desk.goto(site.at("/presence"))
    box = desk.locator('input[name="here"]').first
    box.focus()
    before = desk.inner_html("form.ticks")
    phone.goto(site.at("/here"))
    button = phone.get_by_role("button", name=re.compile("We are (here|leaving)"))
    if not button.first.is_visible():
        phone.locator("summary", has_text="More").click()
    button.first.click()
    desk.wait_for_selector('[data-live-says="newer"]:visible')
    assert desk.inner_html("form.ticks") == before


def test_where_the_line_cannot_be_kept_open_pages_ask(site: Site, contexts: list[BrowserContext]) -> None:
    contexts[2].add_init_script("delete window.EventSource")
    hall, phone = contexts[2].new_page(), signed_in(contexts[0], site, SENEGALESE)
    asked: list[str] = []
    hall.on("request", lambda request: asked.append(request.url) if re.search("/live[/?]", request.url) else None)
    hall.goto(site.at("/hall"))
    phone.goto(site.at("/here"))
    before = hall.inner_text("footer")
    phone.get_by_text("More", exact=True).click()
    phone.get_by_role("button", name="We are leaving").click()
    hall.wait_for_function(
        "before => document.querySelector('footer').innerText !== before", arg=before, timeout=20_000
    )
    assert asked
    assert all("/live/now" in url for url in asked)


def test_without_script_every_page_says_where_the_newest_state_is(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = signed_in(context, site, DELEGATE)
    page.goto(site.at("/here"))
    page.get_by_role("link", name="Show how it stands now").click()
    assert page.url == site.at("/here")
    page.goto(site.at("/hall"))
    assert page.locator('meta[http-equiv="refresh"]').count() == 1
    context.close()


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_no_page_has_a_barrier_or_is_wider_than_a_phone(
    site: Site, contexts: list[BrowserContext], language: str
) -> None:
    desk, phone, found = signed_in(contexts[1], site, SECRETARY), signed_in(contexts[0], site, DELEGATE), {}
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for page, names in (
        (desk, ("", "/desk", "/presence", "/hall", "/change", "/seats", "/items/new")),
        (phone, ("/here",)),
    ):
        complaints: list[str] = []
        page.on(
            "console", lambda message, told=complaints: told.append(message.text) if message.type == "error" else None
        )
        for name in names:
            page.goto(site.at(name, language))
            faults = [one["id"] for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append("wider than the phone")
            if faults:
                found[name] = faults
        assert complaints == []
    assert found == {}
