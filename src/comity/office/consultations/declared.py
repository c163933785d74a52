"""What the people of an imported consultation said about themselves: `participants.csv`, a column for each question.

The file is the one that the opinion engine reads beside votes (docs/votes-in.md): numbers of participants, and beside each what they
said; an empty cell is not said. Here it has to fit what a consultation can ask, so each fault is named with its place, all at once.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from comity.groundwork.texts import clean_line
from comity.office.consultations.faults import Fault, fault
from comity.office.consultations.vocabulary import LONGEST_ANSWER, LONGEST_QUESTION, MOST_LABELS, MOST_SEGMENTS
from comity.opinion.votes import VotesError

if TYPE_CHECKING:
    from comity.opinion.formats.delimited import Record, TextTable

FILE = "participants.csv"
WHO = ("participant", "voter-id")
"""What the column with the numbers of people may be called: as in the engine's own folder, or as in `votes.csv`."""


@dataclass(frozen=True, slots=True)
class Declared:
    """questions: with their answers, in the order of the columns. said: participant -> question -> answer."""

    questions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


def read(content: bytes, known: Collection[int] | None) -> tuple[Declared, list[Fault]]:
    """What the file says, and every fault in it. known: participants of the other files, None where these cannot be read."""
    from comity.opinion.formats.delimited import open_table, records  # loads readers of all formats

    with tempfile.TemporaryDirectory(prefix="comity-import-") as place:
        path = Path(place) / FILE
        path.write_bytes(content)
        try:
            table = open_table(path, FILE)
        except VotesError as error:
            return Declared(), [Fault(FILE, str(error))]
        file = _File(table, known)
        if file.who is not None:
            for record in records(table):
                file.take(record)
    return file.finished()


class _File:
    """One reading of the file. who: where the numbers of people stand, None if nobody can tell."""

    def __init__(self, table: TextTable, known: Collection[int] | None) -> None:
        self.table, self.known = table, known
        self.faults: list[Fault] = []
        self.who: int | None = None
        self.columns: dict[int, str] = {}
        """Place -> question, of those columns that can be taken."""
        self.spelt: dict[int, dict[str, tuple[str, int]]] = {}
        """Place -> answer without regard to capitals -> the answer as it was met first, and its line."""
        self.cut: set[int] = set()
        """Places of columns in which an answer could not be taken."""
        self.rows: dict[int, tuple[int, tuple[str, ...]]] = {}
        """Participant -> line, answers."""
        self.unread = False
        """Whether a line could not be read: nobody can tell then that an answer is missing from a column."""
        self._head()

    def _complain(self, what: str, line: int, column: str = "") -> None:
        self.faults.append(fault(FILE, what, line=line, column=column))

    def _head(self) -> None:
        header, line = self.table.header, self.table.header_lines
        if {"group-id", "n-votes"} & set(header):
            self._complain(
                _(
                    "this is the file participants-votes.csv. Give it in its own place; here belongs what people said about "
                    "themselves."
                ),
                line,
            )
            return
        named = [place for place, name in enumerate(header) if name in WHO]
        if len(named) != 1:
            self._complain(_("one column has to be called participant: it holds the numbers of people."), line)
            return
        self.who = named[0]
        met: dict[str, str] = {}
        for place, name in enumerate(header):
            if place == self.who:
                continue
            question = clean_line(name, most=10**9, field="participants", empty=True)
            if not question:
                self._complain(
                    _("the column has no name. Write the question there, or take the column out."), line, str(place + 1)
                )
            elif len(question) > LONGEST_QUESTION:
                self._complain(_too_long(question, LONGEST_QUESTION), line, _short(question))
            elif question.casefold() in met:
                self._complain(_("another column has this name. Ask each question once."), line, question)
            else:
                met[question.casefold()] = question
                self.columns[place] = question
        if len(header) == 1:
            self._complain(_("no column says anything about the people. Add one for each question."), line)
        if len(self.columns) > MOST_SEGMENTS:
            self._complain(
                _("there are %(number)d questions, and at most %(most)d can be taken. Take columns out.")
                % {"number": len(self.columns), "most": MOST_SEGMENTS},
                line,
            )
        self.spelt = {place: {} for place in self.columns}

    def take(self, record: Record) -> None:
        """One line of the file."""
        cells, line = record.cells, record.line
        self.unread = self.unread or record.unclosed or len(cells) != len(self.table.header)
        if record.unclosed:
            self._complain(
                _("a quotation mark is opened and not closed. Close it, or write it twice if it belongs to the text."),
                line,
            )
            return
        if len(cells) != len(self.table.header):
            self._complain(
                _(
                    "the line has %(found)d cells and the first line %(expected)d. Put quotation marks around a cell that holds the "
                    "sign between cells."
                )
                % {"found": len(cells), "expected": len(self.table.header)},
                line,
            )
            return
        answers = tuple(self._answer(place, cells[place], line) for place in self.columns)
        who = self._participant(cells[self.who or 0], line)
        if who is None:
            return
        first, before = self.rows.setdefault(who, (line, answers))
        if before != answers:
            self._complain(
                _(
                    "participant %(number)d stands in line %(line)d already, with other answers. Keep one of the two lines."
                )
                % {"number": who, "line": first},
                line,
                self.table.header[self.who or 0],
            )

    def _participant(self, cell: str, line: int) -> int | None:
        column = self.table.header[self.who or 0]
        text = cell.strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 18 and str(int(text)) == text):
            self._complain(
                _("“%(value)s” is not the number of a participant. Write it as in votes.csv.")
                % {"value": _short(text)},
                line,
                column,
            )
            return None
        number = int(text)
        if self.known is not None and number not in self.known:
            self._complain(
                _("participant %(number)d is in none of the other files. Take the line out, or mend the number.")
                % {"number": number},
                line,
                column,
            )
            return None
        return number

    def _answer(self, place: int, cell: str, line: int) -> str:
        """The answer in a cell, cleaned; empty where nothing was said or it cannot be taken."""
        question = self.columns[place]
        answer = clean_line(cell, most=10**9, field="participants", empty=True)
        if not answer:
            return ""
        if len(answer) > LONGEST_ANSWER:
            self.cut.add(place)
            self._complain(_too_long(answer, LONGEST_ANSWER), line, question)
            return ""
        met = self.spelt[place]
        first, where = met.setdefault(answer.casefold(), (answer, line))
        if first != answer:
            self._complain(
                _("“%(value)s” differs from “%(other)s” in line %(line)d only in capitals. Write both alike.")
                % {"value": answer, "other": first, "line": where},
                line,
                question,
            )
        elif where == line and len(met) == MOST_LABELS + 1:
            self._complain(
                _("this is answer %(number)d, and a question has at most %(most)d. Put answers together.")
                % {"number": len(met), "most": MOST_LABELS},
                line,
                question,
            )
        return answer

    def finished(self) -> tuple[Declared, list[Fault]]:
        """What was read, and every fault."""
        line = self.table.header_lines
        for place, met in self.spelt.items():
            if self.unread or place in self.cut:
                continue
            if not met:
                self._complain(_("nobody said anything here. Take the column out."), line, self.columns[place])
            elif len(met) == 1:
                self._complain(
                    _("there is one answer only, and a question has two or more. Take the column out."),
                    line,
                    self.columns[place],
                )
        questions = tuple(
            (question, tuple(sorted((answer for answer, _line in self.spelt[place].values()), key=_in_order)))
            for place, question in self.columns.items()
        )
        said = {
            number: {
                question: answer for question, answer in zip(self.columns.values(), answers, strict=True) if answer
            }
            for number, (_line, answers) in self.rows.items()
        }
        return Declared(questions, {number: given for number, given in said.items() if given}), self.faults


def _in_order(answer: str) -> tuple[tuple[int, int | str], ...]:
    """Answers as people order them: numbers in a text by their size, so that 9 comes before 10."""
    parts = re.split(r"([0-9]+)", answer)
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts if part)


def _too_long(text: str, most: int) -> str:
    return _("“%(value)s” has %(length)d characters, and at most %(most)d can be taken. Shorten it.") % {
        "value": _short(text),
        "length": len(text),
        "most": most,
    }


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
