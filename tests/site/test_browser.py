"""Every page in a browser: no barrier that axe finds, nothing wider than a phone, everything within reach of the keyboard."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Playwright's own loop runs in this thread, which Django takes for asynchronous code; there is none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PHONE, DESK = 390, 1280
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
AXE = Axe()
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(PHONE, "dark"), (DESK, "light"), (PHONE, "light"), (DESK, "dark")]
"""A page's colours do not depend on its words: in each language barriers are looked for once, each time in another of these."""
LANGUAGES = ["ar", "en", "zh"]


def _beside() -> Any:
    """`conftest.py` beside this file: tests are imported by path, so a plain import would not find it."""
    found = sys.modules.get("site_conftest")
    if found is None:
        spec = importlib.util.spec_from_file_location("site_conftest", Path(__file__).with_name("conftest.py"))
        assert spec is not None
        assert spec.loader is not None
        found = sys.modules["site_conftest"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    return found


@pytest.fixture
def desk(browser: Browser, live_server: Any) -> Iterator[tuple[BrowserContext, dict[str, str], Any]]:
    """A browser in which a secretary is signed in, the address of each page without its language, and the house."""
    beside = _beside()
    house = beside.seed()
    client = Client()
    client.force_login(house.secretary, backend=beside.BACKEND)
    context = browser.new_context(base_url=live_server.url, viewport={"width": PHONE, "height": 844})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    yield context, beside.every_page(house), house
    context.close()


def faults(page: Page) -> list[str]:
    """What axe finds, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("rules => axe.run(rules).then(found => found.violations)", RULES)
    return [f"{one['id']}: {node['html'][:160]} ({one['help']})" for one in found for node in one["nodes"]]


def width(page: Page) -> int:
    """How wide the page is, with what lies outside the window."""
    return int(page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"))


@pytest.mark.parametrize(
    ("language", "looks"),
    [*((language, 1) for language in LANGUAGES)]
    + [pytest.param(language, len(LOOKS), marks=pytest.mark.soak) for language in LANGUAGES],
)
def test_no_page_has_a_barrier_on_phone_or_desk_by_day_or_night(
    desk: tuple[BrowserContext, dict[str, str], Any], language: str, looks: int
) -> None:
    context, pages, _house = desk
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    found: dict[str, list[str]] = {}
    for number, (name, address) in enumerate(pages.items(), LANGUAGES.index(language)):
        page.set_viewport_size({"width": PHONE, "height": 844})
        page.goto(f"/{language}/{address}")
        if width(page) > PHONE:
            found[f"{name} on a phone"] = [f"is {width(page)} pixels wide"]
        for size, scheme in [*LOOKS, *LOOKS][number % len(LOOKS) :][:looks]:
            page.set_viewport_size({"width": size, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found[f"{name} at {size}, {scheme}"] = faults(page)
            if width(page) > size:
                found[f"{name} at {size}"] = [f"is {width(page)} pixels wide"]
    assert {place: what for place, what in found.items() if what} == {}
    # A refused page is an error to the console of a browser too; a broken rule of the content security policy is one that counts.
    assert [text for text in complaints if "status of 403" not in text] == []


def test_a_form_with_faults_has_no_barrier_and_takes_the_focus_to_them(
    desk: tuple[BrowserContext, dict[str, str], Any],
) -> None:
    context, pages, _house = desk
    page = context.new_page()
    for language in ("ar", "en"):
        page.goto(f"/{language}/{pages['charter:establish_body']}")
        page.locator("form.act button[type=submit]").click()
        assert page.locator("[role=alert]").count() == 1
        page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
        assert faults(page) == []
        assert width(page) <= PHONE
        page.locator("[role=alert] a").first.click()
        assert page.evaluate("document.activeElement.id") == "id_name"


REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}))
    .filter(e => e.type !== 'radio' || e === ([...e.form.elements[e.name]].find(one => one.checked) || e.form.elements[e.name][0]))
    .map(e => e.outerHTML.slice(0, 120))"""
FOCUSED = """() => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
    return {html: e.outerHTML.slice(0, 120), ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
            seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight, body: e === document.body};
}"""


@pytest.mark.parametrize(
    "name", ["home", "charter:organisation", "charter:establish_body", "people", "grant_role", "translate"]
)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    desk: tuple[BrowserContext, dict[str, str], Any], name: str
) -> None:
    context, pages, _house = desk
    page = context.new_page()
    page.goto(f"/ar/{pages[name]}")
    expected = page.evaluate(REACHABLE)
    reached: list[str] = []
    for _step in range(3 * len(expected) + 20):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now["body"]:
            break
        if not reached or reached[-1] != now["html"]:
            reached.append(now["html"])
        assert now["ring"], f"no ring around {now['html']}"
        assert now["seen"], f"out of sight: {now['html']}"
    assert [one for one in expected if one not in reached] == []
    assert reached[0].startswith('<a class="skip"')


def test_the_first_stop_of_the_keyboard_leads_past_the_head(desk: tuple[BrowserContext, dict[str, str], Any]) -> None:
    context, _pages, _house = desk
    page = context.new_page()
    page.goto("/en/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_languages_open_without_script_and_keep_the_page(browser: Browser, live_server: Any) -> None:
    beside = _beside()
    beside.seed()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/charter/bodies?page=1")
    page.locator("details.languages summary").click()
    page.get_by_role("link", name="العربية").click()
    page.wait_for_url("**/ar/charter/bodies?page=1")
    assert page.locator("html").get_attribute("dir") == "rtl"
    context.close()


def test_in_arabic_the_page_runs_from_right_to_left(desk: tuple[BrowserContext, dict[str, str], Any]) -> None:
    context, _pages, _house = desk
    page = context.new_page()
    page.set_viewport_size({"width": DESK, "height": 900})
    middle = {}
    for language in ("en", "ar"):
        page.goto(f"/{language}/charter/")
        for part in (".mark", ".visitor", "section.acts"):
            box = page.locator(part).first.bounding_box()
            assert box
            middle[language, part] = box["x"] + box["width"] / 2
    for part in (".mark", ".visitor", "section.acts"):
        assert (middle["en", part] < DESK / 2) == (middle["ar", part] > DESK / 2), part


@pytest.mark.parametrize("size", [320, 360])
def test_the_smallest_phones_scroll_in_one_direction_only(
    desk: tuple[BrowserContext, dict[str, str], Any], size: int
) -> None:
    context, pages, _house = desk
    page = context.new_page()
    page.set_viewport_size({"width": size, "height": 640})
    too_wide = {}
    for name, address in pages.items():
        page.goto(f"/ru/{address}")
        if width(page) > size:
            too_wide[name] = width(page)
    assert too_wide == {}


def test_on_paper_there_is_the_text_and_nothing_to_press(desk: tuple[BrowserContext, dict[str, str], Any]) -> None:
    context, pages, _house = desk
    page = context.new_page()
    page.goto(f"/en/{pages['charter:organisation']}")
    page.emulate_media(media="print")
    for gone in (".ways", ".visitor", ".acts"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("h1").is_visible()
    assert page.locator(".timeline").is_visible()


def test_what_moves_is_nothing(desk: tuple[BrowserContext, dict[str, str], Any]) -> None:
    context, pages, _house = desk
    page = context.new_page()
    page.goto(f"/en/{pages['home']}")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
        " return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 || s.scrollBehavior === 'smooth' }).length"
    )
    assert moving == 0
