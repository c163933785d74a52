"""What tests of the report share: results of every shape, and a reader of pages."""

from __future__ import annotations

import html.parser
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from comity.opinion.result import Ranking

if TYPE_CHECKING:
    pass


REPORT = Path(__file__).resolve().parents[2] / "src/comity/opinion/report"


def _finished_results() -> ModuleType:
    spec = importlib.util.spec_from_file_location("opinion_finished", Path(__file__).with_name("finished.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


made = _finished_results()


SHAPED: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "one group, no axis": {"groups": 1, "axes": 0, "simulated": False},
    "one axis, no segments": {"groups": 2, "axes": 1, "segments": False, "simulated": False},
    "no headline": {"headline": False},
    "hostile": {"texts": made.HOSTILE},
    "many groups, four axes": {"groups": 10, "axes": 4, "people": 900},
    "least group": {"ranking": Ranking.LEAST_GROUP},
    "consensus": {"ranking": Ranking.GROUP_INFORMED_CONSENSUS},
}


class Reader(html.parser.HTMLParser):
    """Collects what a page is made of; table parts, list items and paragraphs may end by themselves."""

    MAY_END = frozenset({"tr", "td", "th", "li", "thead", "tbody", "p", "meta", "link", "path", "rect", "line", "use"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))
        if tag not in self.MAY_END:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.MAY_END:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)
