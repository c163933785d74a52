"""The report of an analysis: one finished `OpinionResult` as a page for people, lines for a terminal, and a folder of files.

Nothing is computed here that is not in the result: the page chooses words, draws, and leaves out what would not fit. It reads
no clock and no network, and the same result gives the same bytes. What each part means to its reader: docs/report.md.
"""

from __future__ import annotations

from comity.opinion.report.findings import summary_lines
from comity.opinion.report.folder import FILES, OutputError, write_folder
from comity.opinion.report.page import render_html

__all__ = ["FILES", "OutputError", "render_html", "summary_lines", "write_folder"]
