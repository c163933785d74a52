"""Tables of votes and members: CSV in, snapshot and record out. An adapter: the core knows no files. Deposits: `status_tables`.

A table is taken whole or refused whole, with every problem by file, line and mend. What columns there may be depends on
the charter: each group and weight that it declares may be a column. docs/rules.md has the list.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from comity.rules.charter import Charter, Rule
from comity.rules.conditions import Condition, Floor, Meets, Share, walk
from comity.rules.errors import RulesError, printable
from comity.rules.organs import organs
from comity.rules.record import Ballot, OrganVote, Record, fraction
from comity.rules.snapshot import Member, Snapshot
from comity.rules.words import say

SHOWN = 20
LARGEST = 50_000_000

_OTHER_WAYS = """
yes: y +1 1 true aye yea for in-favour in-favor oui pour sí si a-favor да за نعم مؤيد 赞成 是
no: n -1 false nay against opposed non contre en-contra нет против لا معارض 反对 否
abstain: a 0 abst abstains abstained abstaining abstention abstentions s’abstient s'abstient abstención se-abstiene
abstain: воздержался воздержалась ممتنع امتناع 弃权
absent: absente ausente отсутствует غائب 缺席
not-voting: present present-not-voting
"""
"""Other ways to write a choice, unless the charter has such a word itself; gaps and underscores are hyphens here."""
_SHORT = {"": "absent"} | {
    word: choice
    for choice, _, words in (line.partition(": ") for line in _OTHER_WAYS.split("\n"))
    for word in words.split()
}
MEMBER = ("member", "participant", "party", "name", "country", "state", "member state", "state party", "delegation")
_CHOICE = ("choice", "vote")
_TRUE, _FALSE = {"yes", "true", "1", "x", "y"}, {"no", "false", "0", "", "n", "-"}
_MARKS = "\t;,"
"""What may part columns. A header of the UN Treaty Collection has commas within a column, so the lines below are asked as well."""
_LOOKED_AT = 50


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
class Table:
    """The rows of a CSV file, and the problems found in them. written: the names of columns as the header has them."""

    file: str
    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]
    faults: list[Fault] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)

    def fault(self, line: int, column: str, key: str, **values: object) -> None:
        """Note a problem that `table_words` has."""
        self.faults.append(Fault(key, values, line, column))

    def problem(self, line: int, column: str, what: str, mend: str) -> None:
        """Note one that pages never show."""
        self.faults.append(Fault(line=line, column=column, text=f"{what} {mend}"))

    def column(self, *names: str) -> str | None:
        """The first of these that is a column."""
        return next((name for name in names if name in self.columns), None)

    def call(self, names: Iterable[str]) -> None:
        """Give columns the names that are meant, where gaps, hyphens and underscores are all that differs."""
        meant = {_run_together(name): name for name in names}
        for place, column in enumerate(self.columns):
            name = meant.get(_run_together(column), column)
            if name != column and name not in self.columns:
                self.columns[place] = name
                self.written[name] = self.written.get(column, column)
                for _line, row in self.rows:
                    row[name] = row.pop(column)

    def refuse(self) -> None:
        """Raise TableError if there was a problem."""
        if self.faults:
            raise TableError(self.file, self.faults)


def _run_together(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name)


def read_table(path: Path) -> Table:
    """A file as a table. Raises TableError, OSError."""
    return parse_table(path.read_bytes(), path.name)


def parse_table(data: bytes, file: str) -> Table:
    """The contents of a file as a table; `file` is what problems call it. Raises TableError for what is no table at all."""
    if len(data) > LARGEST:
        raise TableError(file, [Fault("too_large", {"bytes": f"{len(data):,}", "most": f"{LARGEST:,}"})])
    try:
        text = unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TableError(file, [Fault("not_utf8", {"byte": error.start + 1})]) from None
    before, mark = 0, ""
    if said := re.match(r'"?sep=(.)"?\r?\n', text, re.IGNORECASE):  # spreadsheets write so what parts the columns
        before, mark, text = 1, said[1], text[said.end() :]
    reader = _records(text, mark or _mark(text))
    try:
        written = [_tidy(name) for name in next(reader, [])]
        while written and not written[-1]:  # a comma too many at the end of each line
            written.pop()
        header = [name.casefold() for name in written]
        table = Table(file, header, [], written=dict(zip(header, written, strict=True)))
        if not any(header):
            raise TableError(file, [Fault("no_header")])
        for name in sorted({name for name in header if header.count(name) > 1}):
            table.fault(1 + before, name or "-", "column_twice")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num + before
            while len(cells) > len(header) and not cells[-1].strip():
                cells.pop()
            if len(cells) != len(header):
                table.fault(line, "-", "cells", cells=len(cells), columns=len(header))
                continue
            table.rows.append((line, {n: _tidy(c) for n, c in zip(header, cells, strict=True)}))
    except csv.Error as error:
        raise TableError(file, [Fault("quotes", {"line": reader.line_num + before, "error": error})]) from None
    return table


def _records(text: str, mark: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)


def _mark(text: str) -> str:
    """What parts the columns: with which most of the first lines have as many cells as the header, and more than one."""

    def fits(mark: str) -> tuple[int, int]:
        rows: list[list[str]] = []
        try:
            rows.extend(islice(_records(text, mark), _LOOKED_AT))
        except csv.Error:
            return 0, 0
        columns = len(rows[0]) if rows else 0
        return sum(len(row) == columns for row in rows) if columns > 1 else 0, columns

    best = max(_MARKS, key=fits)
    return best if any(fits(best)) else ","


def _tidy(cell: str) -> str:
    """A cell without white space around it, and with single spaces within."""
    return " ".join(cell.split())


# --- votes and members ---


@dataclass(frozen=True, slots=True)
class Votes:
    """What a table of votes says: who was a member, and what happened."""

    snapshot: Snapshot
    record: Record


KNOWN = {
    "group": "groups, parted by `;` or `|`",
    "weight": "the rule's weight",
    "entitled": "yes or no: has a right to vote",
    "reason": "why the member voted so",
    "objection": "a formal objection, in its words",
    "proxy": "who cast the vote for this member",
    "organ": "whose ballot this is, where the rule asks several organs: as the rule calls it",
    "casts_for": "members whose votes this one casts, parted by `;` or `|`",
}
"""Columns beside `member` and `choice`, and what stands in them."""
_ROLL = ("name", "by_proxy", "channel", "not_voting_because", "correction")
"""What the roll of a vote has beside for people, as the site writes it."""


def read_votes(path: str | Path, charter: Charter, rule: Rule, on: date | None = None) -> Votes:
    """Votes from a CSV file with the columns `member,choice` and, if wanted, those of `KNOWN`, groups and weights.

    Everybody in the table is a member; who was absent is there with `absent` or an empty choice. Raises TableError.
    """
    return _votes(read_table(Path(path)), charter, rule, on)


def parse_votes(text: str, charter: Charter, rule: Rule, on: date | None = None, *, file: str = "votes.csv") -> Votes:
    """Votes from the text of such a table; `file` is what problems call it. Raises TableError."""
    return _votes(parse_table(text.encode(), file), charter, rule, on)


def _votes(table: Table, charter: Charter, rule: Rule, on: date | None) -> Votes:
    table.call([*MEMBER, *_CHOICE, *KNOWN, *charter.groups, *charter.weights])
    member_column = table.column(*MEMBER)
    choice_column = table.column(*_CHOICE)
    if member_column is None or choice_column is None:
        raise TableError(table.file, [Fault("needs")])
    weights = _weight_columns(table, charter, rule, on)
    groups = [name for name in table.columns if name in charter.groups]
    for name in table.columns:
        if name not in {member_column, choice_column, *KNOWN, *_ROLL, *groups, *weights}:
            known = [member_column, choice_column, *KNOWN, *charter.groups, *charter.weights]
            table.fault(1, name, "unknown", known=", ".join(known))
    known_groups = frozenset(groups) | (frozenset(charter.groups) if "group" in table.columns else frozenset())
    by_organ: dict[str, list[_Row]] = {"": []}
    asked = {one.name: one.rule for one in organs(charter, rule, on)} if "organ" in table.columns else {}
    for line, row in table.rows:
        organ = row.get("organ", "").casefold()
        if organ and organ not in asked:
            table.fault(line, "organ", "no_organ", written=repr(organ), known=", ".join(asked) or "—")
        by_organ.setdefault(organ, []).append((line, row))
    columns = _Columns(member_column, choice_column, groups, weights)
    given = {organ: _ballot(table, rows, charter, columns) for organ, rows in by_organ.items()}
    refuse_misspelt(table, charter, {member.name for members, _record in given.values() for member in members})
    table.refuse()
    votes = {}
    for organ, (members, record) in given.items():
        snapshot = Snapshot(tuple(members), on, known_groups)
        among = charter.rule(asked[organ], on).among if organ else None
        if among and charter.groups[among].members is None and not snapshot.in_group(among):
            snapshot = snapshot.with_groups({among: snapshot.names})  # whoever votes in an organ makes it up
        votes[organ] = OrganVote(snapshot, record)
    own = votes.pop("")
    return Votes(own.snapshot, replace(own.record, organs=votes))


_Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns hold what; weights: name of the weight by column."""

    member: str
    choice: str
    groups: list[str]
    weights: dict[str, str]


def _ballot(table: Table, rows: list[_Row], charter: Charter, columns: _Columns) -> tuple[list[Member], Record]:
    """Who was there and what happened, of the rows of one ballot; problems are noted in the table."""
    choices: dict[str, str] = {}
    members: list[Member] = []
    reasons: set[str] = set()
    objections: dict[str, str] = {}
    proxies: dict[str, str] = {}
    member_column, choice_column = columns.member, columns.choice
    figures = {row[choice_column] for _line, row in rows}
    doubtful = {"0", "1"} <= figures and "-1" not in figures
    for line, row in rows:
        name = row[member_column]
        if not name:
            table.fault(line, member_column, "no_name")
        elif name in choices:
            table.fault(line, member_column, "twice", name=name)
        choice = _choice(row[choice_column], charter)
        if doubtful and row[choice_column] == "0":
            table.fault(line, choice_column, "zero")
        elif choice not in charter.like:
            words = ", ".join(charter.like)
            table.fault(line, choice_column, "no_choice", written=repr(row[choice_column]), words=words)
        choices[name] = choice
        members.append(member_of(charter, table, line, row, name, columns.groups, columns.weights))
        if row.get("reason"):
            reasons.add(name)
        if row.get("objection") and row["objection"].casefold() not in _FALSE:
            objections[name] = row["objection"]
        if row.get("proxy"):
            proxies[name] = row["proxy"]
    return members, Record(Ballot(choices, frozenset(reasons), proxies), objections=objections)


def _choice(written: str, charter: Charter) -> str:
    """A choice as the charter calls it; what is not known comes back as it was written."""
    said = written.casefold()
    if said in charter.like:
        return said
    plain = re.sub(r"[\s_]+", "-", said.rstrip("."))
    return plain if plain in charter.like else _SHORT.get(plain, written)


def refuse_misspelt(table: Table, charter: Charter, names: Iterable[str]) -> None:
    """Note names that the charter lists in a group and that the table spells otherwise: they would be counted outside it."""
    known = frozenset(names)
    spelt = {_letters(name): name for name in sorted(known)}
    for group, named in charter.groups.items():
        for listed in named.members or ():
            other = spelt.get(_letters(listed))
            if listed not in known and other is not None and other not in (named.members or ()):
                table.faults.append(Fault("spelling", {"listed": listed, "group": group, "written": other}))


def _letters(name: str) -> str:
    """A name by its letters and digits alone, without case and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum()) or name


def _weight_columns(table: Table, charter: Charter, rule: Rule, on: date | None) -> dict[str, str]:
    """Which column holds which weight: its own, or `weight` for the only one that the rule and those it leads to use."""
    columns = {name: name for name in table.columns if name in charter.weights}
    if "weight" in table.columns:
        parts = [part for one in _leads_to(charter, rule, on) for part in _parts(one)]
        used = sorted(
            {part.scope.weight for part in parts if isinstance(part, Share) and part.scope.weight}
            | {part.weight for part in parts if isinstance(part, Floor)}
        )
        if len(used) == 1 and used[0] not in columns:
            columns["weight"] = used[0]
        elif len(used) > 1:
            table.fault(1, "weight", "several_weights", names=", ".join(used))
    return columns


def _parts(rule: Rule) -> Iterator[Condition]:
    for condition in (rule.passes, rule.quorum, rule.postponed_when):
        if condition is not None:
            yield from walk(condition)


def _leads_to(charter: Charter, rule: Rule, on: date | None) -> list[Rule]:
    """The rule, and those that it names."""
    found = [rule]
    for one in found:
        named = {part.rule for part in _parts(one) if isinstance(part, Meets)} - {known.id for known in found}
        found += [charter.rule(name, on) for name in sorted(named)]
    return found


def member_of(
    charter: Charter,
    table: Table,
    line: int,
    row: Mapping[str, str],
    name: str,
    groups: Iterable[str],
    weights: Mapping[str, str],
) -> Member:
    """A row as a member; problems are noted in the table."""
    found = {group.casefold() for group in _several(row.get("group", ""))}
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
    return Member(name, frozenset(found), weighed, entitled, _several(row.get("casts_for", "")))


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;|]", cell) if part.strip())


def _truth(table: Table, line: int, column: str, text: str) -> bool:
    if text.casefold() in _TRUE:
        return True
    if text.casefold() not in _FALSE:
        table.fault(line, column, "yes_no", written=repr(text))
    return False
