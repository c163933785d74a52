"""The editor and the page on which a rule is tried, in a real browser: what one types is followed, nothing is loaded that may not be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.office.charter.conftest import House, charter

from comity.office.charter.models import CharterVersion

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Playwright's own loop runs in this thread, which Django takes for asynchronous code; there is none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def page(browser: Browser, live_server: Any, members: House) -> Any:
    """A page of the secretary's browser; what the console complains about fails the test."""
    client = Client()
    client.force_login(members.person)
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield opened
    assert complaints == []
    context.close()


def test_what_a_text_would_mean_is_followed_as_one_types(page: Page) -> None:
    page.goto("/en/charter/rules/drafts/new")
    page.fill("#id_text", charter(ordinary="yes > 1/2"))
    page.get_by_text("This is no charter yet.").wait_for()
    assert "rule ordinary, passes" in page.inner_text("#preview")
    page.fill("#id_text", charter(ordinary="yes >= 9"))
    page.get_by_text("can never pass").wait_for()
    assert "Yes: at least 9" in page.inner_text("#preview")
    assert CharterVersion.objects.count() == 1
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/rules/versions/*")
    assert CharterVersion.objects.count() == 2


def test_the_outcome_follows_every_vote(page: Page) -> None:
    page.goto("/en/charter/rules/decide?rule=amendment")
    assert "Yes: 0 of 5" in page.inner_text("#outcome")
    for code in ("KEN", "BRA", "CHN", "NOR"):
        page.check(f'input[name="v.{code}"][value="yes"]')
    page.get_by_text("Yes: 4 of 5").first.wait_for()
    assert page.inner_text("#outcome").startswith("Adopted")
    page.select_option("#rule", "ordinary")
    page.get_by_text("Yes: 4 of 4").first.wait_for()
    assert "Yes: more than 1/2 of" in page.inner_text("#the-rule")
    page.fill("#table", "member,choice\nA,yes\nB,no")
    page.get_by_text("Yes: 1 of 2").first.wait_for()
