"""Every page of the site and the charter office renders for everybody, holds nothing inline, weighs little, and costs a fixed
number of queries.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.acts import actor_for
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_tenet, establish_body

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person | None], Client]

LANGUAGES = ("ar", "en", "zh")
NOT_MINE = {"health", "metrics", "charter:version_text", "charter:catalogue_text"}
"""Addresses that are no pages for people."""
OTHERS_PREFIXES = (
    "account",
    "mfa",
    "socialaccount",
    "usersessions",
    "openid_connect",
    "records",
    "members",
    "consultations",
    "meetings",
    "decisions",
    "log",
    "api",
)
FOR_SECRETARIES = {
    "people", "register_person", "change_person", "erase_person", "grant_role", "grant_role_at", "appoint", "end_role", "translate",
    "charter:change_organisation", "charter:adopt_tenet", "charter:change_tenet", "charter:withdraw_tenet",
    "charter:establish_body", "charter:change_body", "charter:dissolve_body", "charter:change_setting",
    "charter:new_draft", "charter:change_draft", "charter:adopt_charter", "charter:withdraw_draft",
}  # fmt: skip
FOR_PEOPLE = {"me", "change_me", "erase_me", "make_key", "revoke_key"}
HERS = {"revoke_key"}
"""About something of the secretary's own, which is not there for anybody else."""
FOR_NOBODY_HERE = {"charter:found"}
"""Only an administrator may found, and the seed has none."""


class Page(HTMLParser):
    """What a page is made of, as far as tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def shown(client: Client, address: str, status: int = 200) -> str:
    """The text of a page."""
    response = client.get(address)
    assert response.status_code == status, f"{address}: {response.status_code}"
    return response.content.decode()


def status_for(name: str, who: str) -> int:
    """What a page answers to a visitor, somebody signed in, or a secretary."""
    if name in HERS and who == "delegate":
        return 404
    if name in FOR_NOBODY_HERE or (name in FOR_SECRETARIES and who != "secretary"):
        return 403
    return 403 if name in FOR_PEOPLE and who == "visitor" else 200


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    """Names of all addresses that are the site's own."""
    found: set[str] = set()
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            found |= names(one.url_patterns, inner)
        elif one.name:
            found.add(space + one.name)
    return {name for name in found if not name.startswith(OTHERS_PREFIXES)}


def test_no_page_is_left_out_of_these_tests(pages: dict[str, str]) -> None:
    assert names(get_resolver().url_patterns) - NOT_MINE == set(pages)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["visitor", "delegate", "secretary"])
def test_every_page_renders_for_everybody(
    pages: dict[str, str], signed_in: SignedIn, house: Any, language: str, who: str
) -> None:
    client = signed_in(getattr(house, who, None))
    for name, address in pages.items():
        html = shown(client, f"/{language}/{address}", status_for(name, who))
        page = Page(html)
        assert page.all("html") == [{"lang": language, "dir": "rtl" if language == "ar" else "ltr"}], name
        assert len(page.all("h1")) == 1, f"{name} has {len(page.all('h1'))} headings of the first level"
        assert re.search(r"<title>\s*\S", html), name
        assert "{{" not in html, name
        assert "{%" not in html, name


def test_no_page_holds_inline_style_or_script(pages: dict[str, str], signed_in: SignedIn, house: Any) -> None:
    client = signed_in(house.secretary)
    for name, address in pages.items():
        page = Page(client.get(f"/en/{address}").content.decode())
        assert not page.all("style"), name
        assert all(script.get("src") for script in page.all("script")), name
        for tag, attributes in page.tags:
            assert "style" not in attributes, f"{name}: <{tag} style>"
            assert not [key for key in attributes if key.startswith("on")], f"{name}: <{tag} on...>"


def test_no_page_asks_another_host_for_anything(pages: dict[str, str], signed_in: SignedIn, house: Any) -> None:
    client = signed_in(house.secretary)
    for name, address in pages.items():
        page = Page(client.get(f"/en/{address}").content.decode())
        for tag, attribute in (("link", "href"), ("script", "src"), ("img", "src"), ("form", "action")):
            for attributes in page.all(tag):
                assert (attributes.get(attribute) or "/").startswith("/"), f"{name}: {attributes}"


# --- weight and caches ---


def weight(html: str) -> int:
    """Bytes of a page with its style and scripts, compressed."""
    page = Page(html)
    asked = [a["href"] for a in page.all("link") if a.get("rel") == "stylesheet"] + [
        a["src"] for a in page.all("script")
    ]
    total = len(gzip.compress(html.encode(), 6))
    for address in asked:
        path = finders.find((address or "").removeprefix("/static/").partition("?")[0])
        assert path, f"{address} is not there"
        total += len(gzip.compress(Path(str(path)).read_bytes(), 6))
    return total


def test_every_page_weighs_less_than_sixty_kilobytes(pages: dict[str, str], signed_in: SignedIn, house: Any) -> None:
    client = signed_in(house.secretary)
    weights = {name: weight(client.get(f"/ar/{address}").content.decode()) for name, address in pages.items()}
    assert max(weights.values()) < 60_000, weights


def test_the_style_sheet_stays_under_eight_kilobytes() -> None:
    path = finders.find("comity/comity.css")
    assert len(gzip.compress(Path(str(path)).read_bytes(), 9)) < 8_000


def test_a_visitors_page_may_be_kept_and_is_not_sent_twice(pages: dict[str, str], client: Client) -> None:
    for name, address in pages.items():
        if status_for(name, "visitor") != 200:
            continue
        response = client.get(f"/en/{address}")
        assert response["Cache-Control"] == "public, max-age=60", name
        assert not response.cookies, name
        for known in (response["ETag"], f'"other", W/{response["ETag"]}'):
            again = client.get(f"/en/{address}", HTTP_IF_NONE_MATCH=known)
            assert (again.status_code, again.content) == (304, b""), name
            assert again["ETag"] == response["ETag"]


def test_the_page_of_somebody_signed_in_is_kept_by_nobody(
    pages: dict[str, str], signed_in: SignedIn, house: Any
) -> None:
    client = signed_in(house.delegate)
    for name, address in pages.items():
        response = client.get(f"/en/{address}")
        if response.status_code == 200:
            assert response["Cache-Control"] == "private, no-store", name
            assert "ETag" not in response


def test_static_files_have_an_address_that_changes_with_their_content(pages: dict[str, str], client: Client) -> None:
    sheet = Page(shown(client, "/en/")).all("link")[0]
    assert re.fullmatch(r"/static/comity/comity\.css\?v=[0-9a-f]{12}", sheet["href"] or "")


# --- queries ---


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        shown(client, address)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_rows(pages: dict[str, str], signed_in: SignedIn, house: Any) -> None:
    client = signed_in(house.secretary)
    readable = {name: f"/ar/{address}" for name, address in pages.items() if status_for(name, "secretary") == 200}
    for address in readable.values():  # what is remembered for the life of the process is asked for now
        shown(client, address)
    before = {name: queries_of(client, address) for name, address in readable.items()}
    by = actor_for(house.secretary)
    council = house.bodies[0]
    for number in range(12):
        person = register_person(by=by, name=f"Person {number}", email=f"p{number}@example.org")
        body = establish_body(
            by=by, name=Text.of(f"Body {number}"), parent=council.id, established_on=date(2026, 7, 20)
        )
        grant_role(by=by, person=person.id, role="rapporteur", at=str(body.ref))
        grant_role(by=by, person=person.id, role="rapporteur", at=str(council.ref))
        adopt_tenet(
            by=by, kind="plan_point", number=number + 1, title=Text.of(f"Point {number}"), certainty="own_words"
        )
    after = {name: queries_of(client, address) for name, address in readable.items()}
    # A timeline asks once for each kind of thing in it, so a page can need fewer queries than before, never more.
    assert {name: count for name, count in after.items() if count > before[name]} == {}, before
    assert max(after.values()) <= 40, after
