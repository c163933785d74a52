"""Tables of votes, members and deposits: CSV in, snapshot and record out. An adapter: the core knows no files.

A table is taken whole or refused whole, with every problem by file, line and mend. What columns there may be depends on
the charter: each group and weight that it declares may be a column. docs/rules.md has the list.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from comity.rules.charter import Charter, Rule
from comity.rules.conditions import Share, walk
from comity.rules.errors import RulesError, printable
from comity.rules.record import Ballot, Deposit, Record, fraction
from comity.rules.snapshot import Member, Snapshot
from comity.rules.words import say

SHOWN = 20
LARGEST = 50_000_000

_SHORT = {
    **dict.fromkeys(("y", "+1", "aye", "for", "in favour", "in favor"), "yes"),
    **dict.fromkeys(("n", "-1", "nay", "against"), "no"),
    **dict.fromkeys(("a", "0", "abstention", "abstained", "abstaining"), "abstain"),
    "": "absent",
    "present": "not-voting",
}
"""Other ways to write a choice, unless the charter has such a word itself."""
_TRUE, _FALSE = {"yes", "true", "1", "x", "y"}, {"no", "false", "0", "", "n", "-"}
_MEMBER = ("member", "participant", "party", "name", "country", "state")
_DATE = ("date", "deposit", "deposited", "ratification")
_ACTIONS = {
    "": "ratification",
    "a": "accession",
    "A": "acceptance",
    "AA": "approval",
    "c": "formal confirmation",
    "d": "succession",
    "s": "definitive signature",
}
"""Letters that the UN Treaty Collection puts after a date. "p", provisional application, is no deposit."""
_INSTRUMENT = re.compile(r"ratification|accession|acceptance|approval|succession|confirmation|\((?:a|aa|c|d)\)")
_UNTC_DATE = re.compile(r"(\d{1,2} [A-Z][a-z]{2,8} \d{4})\s*([A-Za-z]{0,2})")
_FOOTNOTES = re.compile(r"(?:\s+\d{1,2}(?:\s*,\s*\d{1,2})*)$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem of a table. key, values: as `table_words` has it; line None: of the whole. text: where there is no key, in English."""

    key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None
    column: str = ""
    text: str = ""

    def told(self, file: str, language: str = "en") -> str:
        """The problem and its mend in a language."""
        problem = say(f"table.{self.key}", language, **self.values) if self.key else self.text
        if self.line is None:
            return problem
        return say("table.at", language, file=file, line=self.line, column=self.column, problem=problem)


class TableError(RulesError):
    """A table that cannot be taken; every line of the message is one problem, in English; `told` has them in another language."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        problems = [fault.told(file) for fault in faults]
        shown = "\n".join(f"  {problem}" for problem in problems[:SHOWN])
        more = f"\n  ... and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        super().__init__(
            "{file}: {count} problem(s); nothing was taken.\n{shown}{more}",
            file=file,
            count=len(problems),
            shown=shown,
            more=more,
        )
        self.problems = tuple(problems)
        self._file, self._faults = file, tuple(faults)

    def told(self, language: str) -> str:
        """The problems in a language of the engine, one a line."""
        return "\n".join(printable(fault.told(self._file, language)) for fault in self._faults)


@dataclass(slots=True)
class _Table:
    """The rows of a CSV file, and the problems found in them."""

    file: str
    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, column: str, key: str, **values: object) -> None:
        self.faults.append(Fault(key, values, line, column))

    def problem(self, line: int, column: str, what: str, mend: str) -> None:
        """One that pages never show."""
        self.faults.append(Fault(line=line, column=column, text=f"{what} {mend}"))

    def column(self, *names: str) -> str | None:
        return next((name for name in names if name in self.columns), None)

    def refuse(self) -> None:
        if self.faults:
            raise TableError(self.file, self.faults)


def _read(path: Path) -> _Table:
    return _parse(path.read_bytes(), path.name)


def _parse(data: bytes, file: str) -> _Table:
    if len(data) > LARGEST:
        raise TableError(file, [Fault("too_large", {"bytes": f"{len(data):,}", "most": f"{LARGEST:,}"})])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(file, [Fault("not_utf8", {"byte": error.start + 1})]) from None
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        table = _Table(file, header, [])
        if not any(header):
            raise TableError(file, [Fault("no_header")])
        for name in sorted({name for name in header if header.count(name) > 1}):
            table.fault(1, name, "column_twice")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                table.fault(reader.line_num, "-", "cells", cells=len(cells), columns=len(header))
                continue
            table.rows.append((reader.line_num, {n: c.strip() for n, c in zip(header, cells, strict=True)}))
    except csv.Error as error:
        raise TableError(file, [Fault("quotes", {"line": reader.line_num, "error": error})]) from None
    return table


# --- votes and members ---


@dataclass(frozen=True, slots=True)
class Votes:
    """What a table of votes says: who was a member, and what happened."""

    snapshot: Snapshot
    record: Record


KNOWN = {
    "group": "groups, parted by `;`",
    "weight": "the rule's weight",
    "entitled": "yes or no: has a right to vote",
    "reason": "why the member voted so",
    "objection": "a formal objection, in its words",
    "proxy": "who cast the vote for this member",
    "casts_for": "members whose votes this one casts, parted by `;`",
}
"""Columns beside `member` and `choice`, and what stands in them."""


def read_votes(path: str | Path, charter: Charter, rule: Rule, on: date | None = None) -> Votes:
    """Votes from a CSV file with the columns `member,choice` and, if wanted, those of `KNOWN`, groups and weights.

    Everybody in the table is a member; who was absent is there with `absent` or an empty choice. Raises TableError.
    """
    return _votes(_read(Path(path)), charter, rule, on)


def parse_votes(text: str, charter: Charter, rule: Rule, on: date | None = None, *, file: str = "votes.csv") -> Votes:
    """Votes from the text of such a table; `file` is what problems call it. Raises TableError."""
    return _votes(_parse(text.encode(), file), charter, rule, on)


def _votes(table: _Table, charter: Charter, rule: Rule, on: date | None) -> Votes:
    member_column = table.column(*_MEMBER)
    choice_column = table.column("choice", "vote")
    if member_column is None or choice_column is None:
        raise TableError(table.file, [Fault("needs")])
    weights = _weight_columns(table, charter, rule)
    groups = [name for name in table.columns if name in charter.groups]
    for name in table.columns:
        if name not in {member_column, choice_column, *KNOWN, *groups, *weights}:
            known = [member_column, choice_column, *KNOWN, *charter.groups, *charter.weights]
            table.fault(1, name, "unknown", known=", ".join(known))
    choices: dict[str, str] = {}
    members: list[Member] = []
    reasons: set[str] = set()
    objections: dict[str, str] = {}
    proxies: dict[str, str] = {}
    for line, row in table.rows:
        name = row[member_column]
        if not name:
            table.fault(line, member_column, "no_name")
        elif name in choices:
            table.fault(line, member_column, "twice", name=name)
        written = row[choice_column].casefold()
        choice = written if written in charter.like else _SHORT.get(written, written)
        if choice not in charter.like:
            words = ", ".join(charter.like)
            table.fault(line, choice_column, "no_choice", written=repr(row[choice_column]), words=words)
        choices[name] = choice
        members.append(_member(charter, table, line, row, name, groups, weights))
        if row.get("reason"):
            reasons.add(name)
        if row.get("objection") and row["objection"].casefold() not in _FALSE:
            objections[name] = row["objection"]
        if row.get("proxy"):
            proxies[name] = row["proxy"]
    table.refuse()
    known_groups = frozenset(groups) | (frozenset(charter.groups) if "group" in table.columns else frozenset())
    snapshot = Snapshot(tuple(members), on, known_groups)
    return Votes(snapshot, Record(Ballot(choices, frozenset(reasons), proxies), objections=objections))


def _weight_columns(table: _Table, charter: Charter, rule: Rule) -> dict[str, str]:
    """Which column holds which weight: its own, or `weight` for the only one that the rule uses."""
    columns = {name: name for name in table.columns if name in charter.weights}
    if "weight" in table.columns:
        used = sorted(
            {part.scope.weight for part in walk(rule.passes) if isinstance(part, Share) and part.scope.weight}
        )
        if len(used) == 1 and used[0] not in columns:
            columns["weight"] = used[0]
        elif len(used) > 1:
            table.fault(1, "weight", "several_weights", names=", ".join(used))
    return columns


def _member(
    charter: Charter,
    table: _Table,
    line: int,
    row: Mapping[str, str],
    name: str,
    groups: Iterable[str],
    weights: Mapping[str, str],
) -> Member:
    found = {g.strip() for g in row.get("group", "").split(";") if g.strip()}
    for group in sorted(found - charter.groups.keys()):
        known = ", ".join(charter.groups) or "none"
        table.fault(line, "group", "no_group", group=repr(group), known=known)
    for group in groups:
        if _truth(table, line, group, row[group]):
            found.add(group)
    weighed: dict[str, Fraction] = {}
    for column, weight in weights.items():
        if row[column]:
            try:
                weighed[weight] = fraction(row[column])
            except ValueError:
                table.fault(line, column, "no_number", written=repr(row[column]))
    entitled = _truth(table, line, "entitled", row["entitled"]) if row.get("entitled") else True
    casts_for = tuple(n.strip() for n in row.get("casts_for", "").split(";") if n.strip())
    return Member(name, frozenset(found), weighed, entitled, casts_for)


def _truth(table: _Table, line: int, column: str, text: str) -> bool:
    if text.casefold() in _TRUE:
        return True
    if text.casefold() not in _FALSE:
        table.fault(line, column, "yes_no", written=repr(text))
    return False


# --- deposits ---


@dataclass(frozen=True, slots=True)
class Deposits:
    """What a status table says: its participants, and the instruments that they deposited."""

    snapshot: Snapshot
    deposits: tuple[Deposit, ...]


def read_deposits(path: str | Path, charter: Charter) -> Deposits:
    """Deposits from a status table of the UN Treaty Collection, or from `member,date[,action,withdrawn,group,weight...]`.

    A UN table has the columns Participant, Signature, and one that begins with Ratification, Approval or the like; its
    letters after a date say what was deposited. Columns named after weights of the charter are read. Raises TableError.
    """
    table = _read(Path(path))
    member_column = table.column(*_MEMBER)
    instruments = (name for name in table.columns if _INSTRUMENT.search(name) and not name.startswith("signature"))
    date_column = table.column(*_DATE) or next(instruments, None)
    if member_column is None or date_column is None:
        raise TableError(
            table.file,
            [
                Fault(
                    text="line 1: the columns `member` and `date` are needed, or those of a UN status table. Name them so."
                )
            ],
        )
    weights = {name: name for name in table.columns if name in charter.weights}
    groups = [name for name in table.columns if name in charter.groups]
    members: dict[str, Member] = {}
    deposits: list[Deposit] = []
    for line, row in table.rows:
        name = _FOOTNOTES.sub("", row[member_column])
        if not name:
            table.problem(line, member_column, "there is no name.", "Write the participant's name.")
        if name in members:
            table.fault(line, member_column, "twice", name=name)
        members[name] = _member(charter, table, line, row, name, groups, weights)
        found = _deposit(table, line, row, name, date_column)
        if found:
            deposits.append(found)
    table.refuse()
    return Deposits(Snapshot(tuple(members.values())), tuple(deposits))


def _deposit(table: _Table, line: int, row: Mapping[str, str], name: str, column: str) -> Deposit | None:
    text = row[column]
    if not text and (definitive := re.search(r"\bs$", row.get("signature", ""))):
        text = row["signature"][: definitive.start()].strip() + " s"
    if not text:
        return None
    letters = _UNTC_DATE.fullmatch(text)
    action = row.get("action") or row.get("kind") or ""
    if letters and letters[2] == "p":
        return None
    if letters and letters[2] not in _ACTIONS:
        table.problem(line, column, f"{letters[2]!r} is no letter of an instrument.", f"Use: {', '.join(_ACTIONS)}.")
        return None
    try:
        on = _day(letters[1]) if letters else date.fromisoformat(text)
        withdrawn = date.fromisoformat(row["withdrawn"]) if row.get("withdrawn") else None
    except ValueError:
        table.problem(line, column, f"{text!r} is no day.", 'Write 2016-10-05, or "5 Oct 2016 a" as the UN does.')
        return None
    return Deposit(name, on, action.casefold() or _ACTIONS[letters[2] if letters else ""], withdrawn)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _day(text: str) -> date:
    """`5 Oct 2016`, whatever language the machine speaks. Raises ValueError."""
    day, month, year = text.split()
    return date(int(year), _MONTHS.index(month[:3].casefold()) + 1, int(day))


def read_predecessors(path: str | Path, *files: str) -> tuple[Deposit, ...]:
    """Instruments that a status table has lost: rows `file,party,action,date` whose file is one of these names.

    Raises TableError.
    """
    table = _read(Path(path))
    for name in ("file", "party", "date"):
        if name not in table.columns:
            raise TableError(table.file, [Fault(text=f"line 1: the column `{name}` is needed.")])
    wanted = {file.rstrip("/") for file in files}
    found: list[Deposit] = []
    for line, row in table.rows:
        if row["file"].rstrip("/") not in wanted:
            continue
        try:
            found.append(Deposit(row["party"], date.fromisoformat(row["date"]), row.get("action", "")))
        except ValueError:
            table.problem(line, "date", f"{row['date']!r} is no day.", "Write it as 1986-05-05.")
    table.refuse()
    return tuple(found)
