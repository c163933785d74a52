"""The report on paper: everything open, running heads, nothing beyond the sheet, and a PDF that holds the fonts of its scripts."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.opinion.reports import SHAPED, Reader, made

from comity.opinion.report import render_html
from comity.opinion.result import OpinionResult

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHEET = 673
"""Pixels of CSS between the margins of a sheet of A4."""
TITLES = {
    "en": "What does our town need?",
    "ar": "ماذا تحتاج مدينتنا؟",
    "zh": "我们的城市需要什么？",
    "ru": "Что нужно нашему городу?",
}


def titled(result: OpinionResult, title: str) -> OpinionResult:
    return replace(result, source=replace(result.source, title=title))


def opened(browser: Browser, folder: Path, page_text: str) -> Page:
    path = folder / "report.html"
    path.write_text(page_text, encoding="utf-8")
    page = browser.new_page(viewport={"width": SHEET, "height": 1000})
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    return page


def test_on_paper_everything_is_open_and_on_the_screen_it_is_not() -> None:
    result = made.finished()
    printed, shown = (Reader(render_html(result, printed=on)) for on in (True, False))
    assert all("open" in attributes for tag, attributes in printed.starts if tag == "details")
    assert not any("open" in attributes for tag, attributes in shown.starts if tag == "details")
    assert printed.wrong == []


def test_a_hostile_title_stays_within_its_string_of_css() -> None:
    title = '"}</style><script>alert(1)</script>{\\'
    page = render_html(titled(made.finished(), title), printed=True)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "@page{" in style
    assert style.count('"') % 2 == 0
    assert "<script" not in page
    assert not Reader(page).wrong


@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize("shape", ["ordinary", "many groups, four axes"])
def test_nothing_lies_beyond_the_sheet(browser: Browser, tmp_path: Path, language: str, shape: str) -> None:
    page = opened(
        browser, tmp_path, render_html(titled(made.finished(**SHAPED[shape]), TITLES[language]), language, printed=True)
    )
    beyond = page.evaluate(
        """wide => [...document.querySelectorAll('main *')].filter(part => {
            const at = part.getBoundingClientRect();
            return at.width && !part.closest('svg, .vh') && (at.left < -1 || at.right > wide + 1);
        }).map(part => part.outerHTML.slice(0, 80))""",
        SHEET,
    )
    assert beyond == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEET
    page.close()


@pytest.mark.parametrize("language", TITLES)
def test_a_browser_makes_a_pdf_of_it_with_the_fonts_of_its_script(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    page = opened(
        browser, tmp_path, render_html(titled(made.finished(statements=20), TITLES[language]), language, printed=True)
    )
    written = page.pdf(prefer_css_page_size=True, format="A4")
    page.close()
    assert len(re.findall(rb"/Type /Page\s", written)) > 3
    fonts = set(re.findall(rb"/BaseFont /[A-Z]{6}\+([A-Za-z0-9-]+)", written))
    assert fonts, "no font is embedded"
    if language == "ar" and _has_fonts_for(language):
        assert any(re.search(rb"Naskh|Arabic|Amiri|Kacst", font) for font in fonts), fonts
    if language == "zh" and _has_fonts_for(language):
        # Collections of fonts, as Chinese ones are, go in glyph by glyph.
        assert re.search(rb"/Subtype /Type3|/BaseFont /[A-Z]{6}\+[A-Za-z0-9-]*(CJK|Song|Hei|Ming)", written)


def _has_fonts_for(language: str) -> bool:
    listed = shutil.which("fc-list")
    return bool(listed and subprocess.run([listed, f":lang={language}"], capture_output=True, check=True).stdout)
