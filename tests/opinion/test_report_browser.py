"""The report in a real browser: widths, barriers, keyboard, print, and the mirrored page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from comity.opinion.report import render_html
from comity.opinion.result import OpinionResult

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
from tests.opinion.reports import SHAPED, made


@pytest.fixture
def page_of(browser: Browser, tmp_path: Path) -> Any:
    """Opens a result as a page; the page fails the test if it asks for anything from a network or complains."""
    opened: list[tuple[Page, list[str]]] = []

    def show(
        result: OpinionResult, *, width: int = 390, height: int = 844, scheme: Any = "light", language: str = "en"
    ) -> Page:
        path = tmp_path / "report.html"
        path.write_text(render_html(result, language), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        noticed: list[str] = []
        page.on("request", lambda request: noticed.append(request.url) if request.url != path.as_uri() else None)
        page.on(
            "console", lambda message: noticed.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.goto(path.as_uri())
        opened.append((page, noticed))
        return page

    yield show
    for page, noticed in opened:
        page.close()
        assert [what for what in noticed if not what.startswith("data:")] == []


def _open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("shape", ["ordinary", "hostile", "many groups, four axes", "one axis, no segments"])
def test_nothing_is_wider_than_the_screen(page_of: Any, shape: str, width: int) -> None:
    page = page_of(made.finished(**SHAPED[shape]), width=width)
    _open_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["ar", "es", "fr", "ru", "zh"])
def test_nothing_is_wider_than_the_screen_in_any_language(page_of: Any, language: str, width: int) -> None:
    page = page_of(made.finished(**SHAPED["ordinary"]), width=width, language=language)
    _open_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overhang = "[...document.querySelectorAll('main > *')].filter(part => part.scrollWidth > innerWidth).length"
    assert page.evaluate(overhang) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "scheme"),
    [("ordinary", "light"), ("ordinary", "dark"), ("one group, no axis", "light"), ("one axis, no segments", "dark")],
)
def test_axe_finds_no_barrier(page_of: Any, shape: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = page_of(made.finished(statements=30, people=200, **SHAPED[shape]), scheme=scheme)
    _open_everything(page)
    found = Axe().run(page)
    assert len(found.response["passes"]) > 15, "axe looked at too little"
    assert found.violations_count == 0, found.generate_report()


def test_every_drawing_has_a_name_a_description_and_a_table(page_of: Any) -> None:
    page = page_of(made.finished())
    drawings = page.evaluate(
        """[...document.querySelectorAll('svg:not([aria-hidden])')].map(svg => ({
            title: svg.querySelector(':scope > title')?.textContent, desc: svg.querySelector(':scope > desc')?.textContent,
            rows: svg.closest('section').querySelectorAll('details table tbody tr').length,
            cells: svg.querySelectorAll('use').length}))"""
    )
    assert len(drawings) == 1
    assert drawings[0]["title"]
    assert drawings[0]["desc"]
    assert drawings[0]["rows"] == drawings[0]["cells"] > 0
    hidden = "[...document.querySelectorAll('svg.b')].every(svg => svg.closest('tr').querySelectorAll('td')[1].textContent.trim())"
    assert page.evaluate(hidden)


def test_statements_keep_their_language_and_direction(page_of: Any) -> None:
    page = page_of(made.finished())
    found = page.evaluate(
        """[...document.querySelectorAll('[dir=auto][lang]')].map(part => [part.lang, getComputedStyle(part).direction,
            getComputedStyle(part).unicodeBidi])"""
    )
    assert {lang for lang, _, _ in found} == {"ar", "zh", "en", "fr", "ru", "es"}
    assert all(direction == ("rtl" if lang == "ar" else "ltr") for lang, direction, _ in found)
    assert all(bidi in ("isolate", "plaintext") for _, _, bidi in found)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page_of: Any) -> None:
    page = page_of(made.finished())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    kinds = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, outline, style = page.evaluate(
            """(() => { const at = document.activeElement, style = getComputedStyle(at);
                return [at.tagName, parseFloat(style.outlineWidth), style.outlineStyle]; })()"""
        )
        kinds.add(kind)
        assert outline >= 2, kind
        assert style != "none", kind
    assert {"A", "SUMMARY"} <= kinds


def test_a_number_leads_to_its_row_in_the_closed_table(page_of: Any) -> None:
    page = page_of(made.finished())
    page.click("#common a.no >> nth=0")
    assert page.evaluate("document.querySelector('details.long').open")
    assert page.evaluate("document.querySelector(':target').tagName") == "TR"


def test_print_is_black_on_white_and_opens_what_is_short(page_of: Any) -> None:
    page = page_of(made.finished(), scheme="dark", width=680)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.querySelector('#segments table').getBoundingClientRect().height") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_the_page_mirrors_with_its_language(page_of: Any) -> None:
    page = page_of(made.finished())
    page.evaluate("document.documentElement.dir = 'rtl'")
    bar, figure = page.evaluate(
        "['td:nth-child(2)', 'td:nth-child(4)'].map(part => document.querySelector('table.r ' + part).getBoundingClientRect().left)"
    )
    assert bar > figure
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
