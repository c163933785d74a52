"""`comity map --check`: a published folder computed again, by anyone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.cli.analysing import analyse_votes, read_votes, source_of
from comity.cli.saying import Exit, UsageError, say, showing

if TYPE_CHECKING:
    from comity.opinion.checking import FindingCheck
    from comity.opinion.result import OpinionResult

SHOWN = 10
"""Differences that are listed for one finding."""


def run_check(arguments: argparse.Namespace) -> int:
    """`comity map --check FOLDER [SOURCE]`."""
    given = {
        "--out": arguments.out,
        "--json": arguments.json or None,
        "--floor": arguments.floor,
        "--votes-public": arguments.votes_public or None,
        "--seed": arguments.seed,
        "--slate": arguments.slate,
        "--method": arguments.method,
    }
    for option, value in given.items():
        if value is not None:
            raise UsageError(f"{option} has no place beside --check, which goes by the settings that were published.")
    folder: Path = arguments.check
    result_text, sums_text = _published(folder, "result.json"), _published(folder, "sums.json")
    with showing(arguments.quiet) as progress:
        progress.stage("starting")
        from comity.opinion.checking import Verdict, check
        from comity.opinion.reading import read_result, read_sums

        result, sums = read_result(result_text), read_sums(sums_text)
        progress.computes()
        progress.stage("recomputing")
        analysis = None
        if arguments.source is not None:
            consultation = read_votes(arguments, progress)
            analysis = analyse_votes(
                consultation.votes, result.settings, source_of(consultation), arguments.threads, progress
            )
        checks = [*check(result, sums, analysis), *_check_files(folder, result)]
    if result.software.version != __version__ and not arguments.quiet:
        say(
            f"Made with comity {result.software.version}, checked with comity {__version__}: figures may differ for that reason."
        )
    found = {verdict: sum(entry.verdict is verdict for entry in checks) for verdict in Verdict}
    if not arguments.quiet:
        for line in _check_lines(checks):
            print(line)
        print(", ".join(f"{verdict.value}: {count}" for verdict, count in found.items()) + ".")
    return Exit.DIFFERS if found[Verdict.DIFFERS] else Exit.OK


def _published(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"{folder} holds no {name}: name the folder that `comity map` wrote, or fetch the missing file."
        ) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{folder / name} is damaged at byte {error.start + 1:,}: fetch the folder again.") from None


def _check_files(folder: Path, result: OpinionResult) -> Iterator[FindingCheck]:
    """Whether the page and the table that people read say what result.json says; files that are not there are not published."""
    from comity.opinion.checking import Difference, FindingCheck, Verdict
    from comity.opinion.report import render_html
    from comity.opinion.tables import parquet_bytes, statements_table

    page = folder / "report.html"
    if page.is_file():
        again = render_html(result).encode("utf-8", "backslashreplace")
        same = page.read_bytes() == again
        found = () if same else (Difference("report.html", "another page", "the page that result.json gives"),)
        yield FindingCheck("report.html", Verdict.IDENTICAL if same else Verdict.DIFFERS, found)
    table = folder / "statements.parquet"
    if table.is_file():
        same = table.read_bytes() == parquet_bytes(statements_table(result)) or _same_table(table, result)
        found = () if same else (Difference("statements.parquet", "another table", "the table that result.json gives"),)
        yield FindingCheck("statements.parquet", Verdict.IDENTICAL if same else Verdict.DIFFERS, found)


def _same_table(path: Path, result: OpinionResult) -> bool:
    """The same rows and columns, though another version of Parquet may have packed them otherwise."""
    import pyarrow as pa
    from pyarrow import parquet

    from comity.opinion.tables import statements_table

    try:
        with parquet.ParquetFile(path) as file:
            return bool(file.read().equals(statements_table(result), check_metadata=True))
    except (pa.ArrowException, OSError):
        return False


def _check_lines(checks: Sequence[FindingCheck]) -> Iterator[str]:
    width = max(len(entry.verdict.value) for entry in checks)
    for entry in checks:
        yield f"{entry.verdict.value:<{width}}  {entry.finding}"
        for found in entry.differences[:SHOWN]:
            yield f"{'':<{width}}    {found.path}: published {_short(found.published)}, recomputed {_short(found.recomputed)}"
        if len(entry.differences) > SHOWN:
            yield f"{'':<{width}}    ... and {len(entry.differences) - SHOWN:,} more"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=lambda other: other.value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."
