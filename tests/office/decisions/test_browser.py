"""A vote in browsers: two phones, the desk of whoever presides, the hall and the public page tell the same; also on a bad link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from tests.office.decisions.union import BACKEND, Union, build, parts, silence

from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions.models import Cast, Vote

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # as in tests/site/test_browser.py
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
AXE = Axe()


@pytest.fixture
def hall(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Opens pages, each in a browser of its own: who, viewport, path. Whoever is None is a visitor."""
    opened: list[BrowserContext] = []

    def pages_of(*wanted: tuple[Person | None, dict[str, int], str]) -> list[Page]:
        pages = []
        for who, size, _path in wanted:  # all sign in before the first page asks the server for something
            context = browser.new_context(base_url=live_server.url, viewport=size)  # type: ignore[arg-type]
            opened.append(context)
            if who is not None:
                client = Client()
                client.force_login(who, backend=BACKEND)
                cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
                context.add_cookies([cookie])  # type: ignore[list-item]
            pages.append(context.new_page())
        for page, (_who, _size, path) in zip(pages, wanted, strict=True):
            page.goto(path)
        return pages

    yield pages_of
    for context in opened:
        context.close()


def faults(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("rules => axe.run(rules).then(found => found.violations)", RULES)
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def opened() -> tuple[Union, Vote]:
    union = build()
    title = Text.of("Reporting", "en", ar="الإبلاغ", zh="报告")
    question = actions.put_to_vote(
        by=union.by(), body=union.body.id, title=title, rule="ordinary", parts=parts("Members report.")
    )
    return union, actions.open_vote(by=union.by(), question=question.id)


def vote_for(page: Page, word: str) -> None:
    """Press, and confirm."""
    page.get_by_role("button", name=word).click()
    page.get_by_role("button", name="Record this vote").click()


def numbers(page: Page) -> list[str]:
    page.reload()
    return [re.sub(r"\s+", " ", text).strip() for text in page.locator(".counts li").all_inner_texts()]


def test_two_phones_the_desk_the_hall_and_the_public_page_agree(hall: Any) -> None:
    union, vote = opened()
    for key in ("CHL", "NOR"):
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    path = f"/en/decisions/votes/{vote.id}"
    kenya, tunisia, desk, wall, public = hall(
        (union.people["KEN"], PHONE, f"{path}/mine"),
        (union.people["TUN"], PHONE, f"{path}/mine"),
        (union.secretary, DESK, f"{path}/conduct"),
        (None, DESK, f"{path}/hall"),
        (None, PHONE, path),
    )
    vote_for(kenya, "Yes")
    kenya.get_by_text(re.compile("^Recorded for Kenya")).wait_for()
    vote_for(tunisia, "No")
    tunisia.get_by_text(re.compile("^Recorded for Tunisia")).wait_for()
    for page in (kenya, tunisia, desk, wall, public):
        assert not faults(page), page.url
    desk.reload()
    desk.get_by_role("button", name="Close the vote").click()
    desk.get_by_role("heading", name="Vote on").wait_for()
    told = numbers(public)
    assert told[:2] == ["3 ✓ Yes", "1 ✕ No"]
    assert numbers(desk) == numbers(wall) == told
    for page in (desk, wall, public):
        assert page.locator(".outcome").inner_text() == "Adopted"
    changeable = tunisia.get_by_text("You can change your vote")
    assert changeable.is_visible()
    closed = tunisia.context.request.get(f"{path}/mine").text()
    assert "data-closed" in closed
    tunisia.evaluate(
        "document.querySelector('.result').dataset.closed = ''"
    )  # what the live channel brings to this page
    assert not changeable.is_visible()
    kenya.reload()
    assert "The vote is closed." in kenya.content()
    assert kenya.locator("form.cast").count() == 0


def test_a_press_on_a_bad_link_waits_and_is_recorded_once(hall: Any) -> None:
    union, vote = opened()
    (page,) = hall((union.people["KEN"], PHONE, f"/en/decisions/votes/{vote.id}/mine"))
    page.context.set_offline(True)
    vote_for(page, "Abstain")
    page.get_by_text("waits on this device").wait_for()
    assert not Cast.objects.exists()
    page.context.set_offline(False)
    page.get_by_text(re.compile("^Recorded for Kenya")).wait_for()
    cast = Cast.objects.get()
    assert (cast.choice, cast.number) == ("abstain", 1)


def test_the_list_watches_what_is_voted_on_and_opens_no_line_where_nothing_is(hall: Any) -> None:
    (page,) = hall((None, DESK, "/en/"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/en/decisions/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/live?" in url or "/live/" in url]
    assert page.get_by_text("The line to the site is interrupted").is_hidden()
    _union, vote = opened()
    page.reload()
    page.wait_for_timeout(300)
    assert [url for url in asked if "/live?" in url and str(vote.ref).replace(":", "%3A") in url]


def test_what_changes_is_fetched_once_for_all_parts_of_a_page(hall: Any) -> None:
    union = build()
    current = silence(union)
    path = f"/en/decisions/silence/{current.id}"
    (page,) = hall((None, PHONE, "/en/"))
    lines: list[Route] = []
    fetched: list[str] = []
    page.route("**/live?*", lambda route: lines.append(route))
    page.on("request", lambda request: fetched.append(request.url) if request.resource_type == "fetch" else None)
    page.goto(path)
    page.wait_for_function("document.querySelector('[data-role=countdown]').textContent")
    assert page.locator(f'[data-live="{current.ref}"]').count() > 3
    actions.confirm_receipt(by=union.by("KEN"), silence=current.id, party=union.parties["KEN"])
    part = current.parts.get(rank=1).id
    actions.break_silence(
        by=union.by("KEN"), silence=current.id, party=union.parties["KEN"], part=part, reason=Text.of("Too soon.")
    )
    page.wait_for_timeout(200)
    told = f'event: changed\ndata: {{"things": {{"{current.ref}": 1}}, "spread": 50}}\n\n'
    lines[0].fulfill(content_type="text/event-stream", body=told * 3)
    page.locator("#text").get_by_text("A member broke silence.").wait_for()
    assert "1 of 7 delegations" in page.locator("#rules").inner_text()
    assert [url for url in fetched if "/live" not in url] == [page.url]


LINE = """
  window.EventSource = class {
    constructor() { this.told = {}; window.line = this; }
    addEventListener(name, does) { this.told[name] = does; }
    close() {}
  };
  const fetched = window.fetch;
  window.fetches = [];
  window.fetch = (...asked) => { window.fetches.push(performance.now()); return fetched(...asked); };
  window.tell = (ref) => window.line.told.changed({ data: JSON.stringify({ things: { [ref]: 1 }, spread: 0 }) });
"""
"""In the place of the line to the site: the test tells what changed, and sees when the page is fetched."""

MANY = """async ([vote, question]) => {
  const end = performance.now() + 1500;
  while (performance.now() < end) { tell(vote); await new Promise((done) => setTimeout(done, 50)); }
  const calm = [...fetches], closed = performance.now();
  tell(question);
  while (fetches.length === calm.length) await new Promise((done) => setTimeout(done, 5));
  return [calm, fetches.at(-1) - closed];
}"""


def test_many_votes_make_a_page_ask_once_a_second_and_its_closing_at_once(hall: Any) -> None:
    _union, vote = opened()
    (page,) = hall((None, DESK, "/en/"))
    page.add_init_script(LINE)
    page.goto(f"/en/decisions/votes/{vote.id}")
    calm, waited = page.evaluate(MANY, [str(vote.ref), str(vote.question.ref)])
    assert len(calm) >= 2
    assert all(later - earlier > 990 for earlier, later in pairwise(calm))
    assert waited < 250


@pytest.mark.parametrize("live", [True, False])
def test_at_the_deadline_a_page_loads_itself_anew_only_if_the_result_did_not_come(hall: Any, live: bool) -> None:
    current = silence(build())
    (page,) = hall((None, PHONE, "/en/"))
    page.clock.install(time=current.deadline - timedelta(seconds=2))
    page.goto(f"/en/decisions/silence/{current.id}")
    page.clock.run_for(4000)
    page.get_by_text("The deadline has passed").first.wait_for()
    if live:
        page.evaluate("document.getElementById('state').innerHTML = '<p>Adopted.</p>'")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url) if request.is_navigation_request() else None)
    page.clock.run_for(8000)
    page.wait_for_timeout(500)
    assert bool(loaded) != live


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_pages_fit_a_phone_in_every_script(hall: Any, language: str) -> None:
    union, vote = opened()
    actions.cast(by=union.by("KEN"), vote=vote.id, party=union.parties["KEN"], choice="yes")
    (page,) = hall((union.people["KEN"], PHONE, f"/{language}/decisions/votes/{vote.id}/mine"))
    for path in (f"votes/{vote.id}/mine", f"votes/{vote.id}", f"votes/{vote.id}/hall", vote.question_id):
        page.goto(f"/{language}/decisions/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert not faults(page), path
