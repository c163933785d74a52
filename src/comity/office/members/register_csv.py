"""The register as a CSV file: one line for each fact, or for a party on which nothing is known yet. What is written reads back the same.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes off. Reading collects every
problem with its line and column; it knows no database, so what it cannot see is found when the lines are entered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.refusals import Refused
from comity.groundwork.texts import clean_line
from comity.office.charter.telling import several
from comity.office.members.regions import is_region
from comity.office.members.vocabulary import Evidence, PartyKind, Precision, Step

MOST_LINES = 5000
MOST_BYTES = 4 * 2**20
_LONGEST = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. number: its place in the file, the heading being 1. step None: the party only. happened_on None: not known.

    broken: something in it cannot be read, so that it says less than its party's history needs.
    """

    number: int
    iso3: str = ""
    name: str = ""
    name_language: str = "en"
    kind: PartyKind = PartyKind.STATE
    region: str = ""
    step: Step | None = None
    happened_on: date | None = None
    precision: Precision = Precision.DAY
    effective_on: date | None = None
    seen_on: date | None = None
    source: str = ""
    evidence: Evidence | None = None
    note: str = ""
    number_in_register: str = ""
    office: str = ""
    predecessor: str = ""
    contested_by: str = ""
    contested_because: str = ""
    contested_source: str = ""
    broken: bool = False


COLUMNS = tuple(field.name for field in fields(Line) if field.name not in {"number", "broken"})
REQUIRED = ("name", "kind", "step", "happened_on", "source", "evidence")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong in a line. column: empty if it is the line as a whole."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        words = {"line": self.line, "column": self.column, "sentence": self.sentence}
        if self.column:
            return _("Line %(line)d, %(column)s: %(sentence)s") % words
        return _("Line %(line)d: %(sentence)s") % words


def write(lines: Iterable[Line]) -> str:
    """The file, with line ends after RFC 4180."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        idle = {"precision"} if line.step is None else set()
        writer.writerow("" if column in idle else _cell(getattr(line, column)) for column in COLUMNS)
    return out.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text if _looks_like_formula(text) else text


def _looks_like_formula(text: str) -> bool:
    """Whether it begins like a formula, perhaps behind apostrophes that were put in front before."""
    return text.lstrip("'").startswith(_FORMULA)


def read(content: bytes) -> tuple[list[Line], list[Problem]]:
    """The lines, those with problems marked as broken, and every problem. A file of which nothing can be read has a problem in line 1."""
    if len(content) > MOST_BYTES:
        return [], [Problem(1, "", _("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20})]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        return [], [Problem(at, "", _("This is not UTF-8: save the file as “CSV UTF-8”."))]
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    problems: list[Problem] = []
    heading: list[str] | None = None
    try:
        for cells in reader:
            number = reader.line_num - sum(cell.count("\n") for cell in cells)
            if heading is None:
                heading = [cell.strip().lower() for cell in cells]
                if problems := _problems_of_heading(heading):
                    return [], problems
            elif len(lines) >= MOST_LINES:
                return [], [
                    Problem(number, "", _("There are more than %(most)d lines: split the file.") % {"most": MOST_LINES})
                ]
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(heading):
                    sentence = _("There are %(cells)d cells, the heading has %(columns)d.")
                    problems.append(Problem(number, "", sentence % {"cells": len(cells), "columns": len(heading)}))
                    continue
                line, wrong = _line(number, dict(zip(heading, cells, strict=True)))
                problems += wrong
                lines.append(line)
    except csv.Error as error:
        problems.append(Problem(reader.line_num, "", _("This cannot be read as CSV: %(error)s.") % {"error": error}))
    if heading is None:
        problems.append(Problem(1, "", _("The file is empty.")))
    return lines, problems


def _problems_of_heading(heading: list[str]) -> list[Problem]:
    problems = [
        Problem(1, column[:40], _("There is no such column. Columns are: %(columns)s.") % {"columns": several(COLUMNS)})
        for column in heading
        if column not in COLUMNS
    ]
    problems += [Problem(1, column, _("This column is missing.")) for column in REQUIRED if column not in heading]
    twice = sorted({column for column in heading if heading.count(column) > 1})
    return problems + [Problem(1, column, _("This column is there twice.")) for column in twice]


def _line(number: int, cells: dict[str, str]) -> tuple[Line, list[Problem]]:
    """One line by column. Cells that are not there or empty are as `Line` has them."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    given: dict[str, str] = {}

    def wrong(column: str, sentence: str) -> None:
        problems.append(Problem(number, column, sentence))

    for column, cell in cells.items():
        try:
            kept = clean_line(_plain(cell.strip()), most=_LONGEST, field=column, empty=True)
        except Refused as refused:
            wrong(column, str(refused))
        else:
            given |= {column: kept} if kept else {}
    for column, cell in given.items():
        if column in {"happened_on", "effective_on", "seen_on"}:
            try:
                values[column] = date.fromisoformat(cell)
            except ValueError:
                wrong(column, _("“%(cell)s” is no day: write 2026-07-16.") % {"cell": cell[:40]})
        elif column in _CHOICES:
            choices = _CHOICES[column]
            if cell in choices.values:
                values[column] = choices(cell)
            else:
                words = {"cell": cell[:40], "choices": several(choices.values)}
                wrong(column, _("“%(cell)s” is not one of: %(choices)s.") % words)
        else:
            values[column] = cell.upper() if column == "iso3" else cell
    if "region" in given and not is_region(given["region"]):
        wrong("region", _("This is no region of the M49 standard that is in use here."))
    if "iso3" not in given and "name" not in given:
        wrong("name", _("Give a name, or the code of a country."))
    if "step" in given:
        for column in ("source", "evidence"):
            if column not in given:
                wrong(column, _("Every fact needs this."))
        if "happened_on" not in given and given.get("precision") != Precision.UNKNOWN:
            wrong("happened_on", _("Give the day, or “unknown” as precision."))
        if (given["step"] == Step.SUCCEEDED) != ("predecessor" in given):
            wrong("predecessor", _("A succession names its predecessor; nothing else does."))
    else:
        idle = sorted(given.keys() - {"iso3", "name", "name_language", "kind", "region"})
        problems += [
            Problem(number, column, _("Without a step there is nothing that this belongs to.")) for column in idle
        ]
    contest = [column for column in ("contested_by", "contested_because", "contested_source") if column in given]
    if contest and len(contest) < 3:
        wrong(contest[0], _("A contest needs who contests, why, and a source."))
    if values.get("precision") == Precision.UNKNOWN:
        values["happened_on"] = None
    return Line(number, **values, broken=bool(problems)), problems


_CHOICES = {"kind": PartyKind, "step": Step, "precision": Precision, "evidence": Evidence}


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _looks_like_formula(cell) else cell
