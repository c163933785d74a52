"""Tables of deposits: status tables of the UN Treaty Collection, and plain ones. An adapter: the core knows no files.

The letters after a date say what was deposited; what each means stands in the header: `Accession(a), Simplified procedure(p)`.
A table is a copy of a page, with what such copies have: marks of footnotes, tags, hard spaces. What could be read in two
ways is refused: a day such as 05/10/2016, an instrument in brackets (it was withdrawn, and the table does not say when).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from comity.rules.charter import Charter
from comity.rules.formats import MEMBER, Fault, Table, TableError, member_of, read_table, refuse_misspelt
from comity.rules.record import Deposit
from comity.rules.snapshot import Member, Snapshot

_DATE = ("date", "deposit", "deposited", "date of deposit", "deposit date", "deposited on")
_WITHDRAWN = ("withdrawn", "withdrawal", "withdrawn on", "date of withdrawal", "denunciation", "denounced")
_ACTIONS = {
    "": "ratification",
    "a": "accession",
    "A": "acceptance",
    "AA": "approval",
    "c": "formal confirmation",
    "d": "succession",
    "P": "consent to be bound",
    "s": "definitive signature",
    "p": "provisional application",
    "n": "notification of provisional application",
}
"""What the letters after a date mean where the header does not say it."""
_INSTRUMENT = re.compile(
    r"ratif|accession|accede|accept|approv|succession|confirmation|consent to be bound|participation|definitive signature"
    r"|\((?:a|aa|c|d|p|s)\)"
)
_NO_INSTRUMENT = re.compile(
    r"signature|provisional|entry into force|withdraw|denounc|denunciation|reservation|declaration|note"
)
"""How a column begins that is not of instruments."""
_LETTERS = re.compile(r"([^,()]+?)\s*\(\s*([A-Za-z]{1,2})\s*\)")
_FOOTNOTES = re.compile(r"(?:[\s,;]*(?:\[\s*\d{1,2}\s*\]|\d{1,2}|[\u00b9\u00b2\u00b3\u2070-\u2079*\u2020\u2021]))+$")
_TAGS = re.compile(r"<sup\b.*?</sup\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_DAY = (
    re.compile(
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"
    ),
    re.compile(r"(?P<day>\d{1,2})[ .-]+(?P<month>[A-Za-z]{3,9})[ .,-]+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[A-Za-z]{3,9})[ .]+(?P<day>\d{1,2}),? (?P<year>\d{4})"),
)
_AFTER = re.compile(r"\s*\(?\s*(?P<letters>[A-Za-z]{0,2})\s*\)?(?P<notes>.*)")
_MONTHS = "january february march april may june july august september october november december"


@dataclass(frozen=True, slots=True)
class Deposits:
    """What a status table says: its participants, and the instruments that they deposited."""

    snapshot: Snapshot
    deposits: tuple[Deposit, ...]


def read_deposits(path: str | Path, charter: Charter) -> Deposits:
    """Deposits from a status table of the UN Treaty Collection, or from `member,date[,action,withdrawn,group,weight...]`.

    A UN table has the columns Participant, Signature, and one that begins with Ratification, Approval or the like; its
    letters after a date say what was deposited. Columns named after weights of the charter are read. A member that came
    back has a line for each instrument, with the day on which the earlier ones were withdrawn. Raises TableError.
    """
    table = read_table(Path(path))
    table.call([*MEMBER, *_DATE, *charter.groups, *charter.weights, "action", "kind", "casts_for"])
    member_column = table.column(*MEMBER)
    columns = _columns(table)
    if member_column is None or not columns:
        raise TableError(
            table.file,
            [
                Fault(
                    text="line 1: the columns `member` and `date` are needed, or those of a UN status table. Name them so."
                )
            ],
        )
    official = columns[0] not in _DATE
    weights = {name: name for name in table.columns if name in charter.weights}
    groups = [name for name in table.columns if name in charter.groups]
    members: dict[str, Member] = {}
    deposits: dict[str, list[Deposit]] = {}
    for line, row in table.rows:
        name = _plain(row[member_column])
        if official:
            name = _FOOTNOTES.sub("", name)
        if not name:
            table.problem(line, member_column, "there is no name.", "Write the participant's name.")
        found = _deposit(table, line, row, name, columns)
        if name in members:
            if found is None or not deposits[name] or not _apart([*deposits[name], found]):
                table.fault(line, member_column, "twice", name=name)
        else:
            members[name] = member_of(charter, table, line, row, name, groups, weights)
        if found:
            deposits.setdefault(name, []).append(found)
        else:
            deposits.setdefault(name, [])
    refuse_misspelt(table, charter, members)
    table.refuse()
    return Deposits(Snapshot(tuple(members.values())), tuple(one for found in deposits.values() for one in found))


def _columns(table: Table) -> list[str]:
    """The column of days, or those of instruments, of which a row may fill one."""
    if plain := table.column(*_DATE):
        return [plain]
    return [name for name in table.columns if _INSTRUMENT.search(name) and not _NO_INSTRUMENT.match(name)]


def _apart(deposits: list[Deposit]) -> bool:
    """Whether each instrument of a member was withdrawn before the next was deposited."""
    ordered = sorted(deposits, key=lambda one: one.on)
    return all(one.withdrawn is not None and one.withdrawn <= later.on for one, later in pairwise(ordered))


def _deposit(table: Table, line: int, row: Mapping[str, str], name: str, columns: list[str]) -> Deposit | None:
    filled = [column for column in columns if _plain(row[column])]
    if len(filled) > 1:
        table.problem(
            line,
            filled[1],
            f"there is an instrument under {filled[0]!r} as well.",
            "Leave the one by which it is bound.",
        )
        return None
    column = filled[0] if filled else columns[0]
    text = _plain(row[column])
    signed = next((key for key in table.columns if key.startswith(("signature", "definitive signature"))), None)
    if not text and signed and (definitive := re.search(r"\bs$", _plain(row[signed]))):
        column, text = signed, _plain(row[signed])[: definitive.start()].strip() + " s"
    if not text:
        return None
    gone = table.column(*_WITHDRAWN)
    left = _plain(row[gone]) if gone else ""
    if text.startswith("["):
        text = text.strip("[] ")
        if not left:
            table.problem(
                line,
                column,
                "an instrument in brackets was withdrawn or replaced, and the table does not say when.",
                "Add the day in a column `withdrawn`, or take the instrument out.",
            )
            return None
    withdrawn = _day(left)[0] if left else None
    if gone and left and withdrawn is None:
        table.problem(line, gone, f"{left!r} is no day.", _SO)
        return None
    on, letters = _day(text)
    if on is None:
        table.problem(line, column, f"{text!r} is no day.", _SO)
        return None
    meanings = _meanings(table, column)
    if letters not in meanings:
        known = ", ".join(repr(one) for one in meanings if one)
        table.problem(line, column, f"{letters!r} is no letter of an instrument.", f"Use one of {known}, or none.")
        return None
    action = (row.get("action") or row.get("kind") or "").casefold() or meanings[letters]
    if "provisional" in action:
        return None
    if withdrawn is not None and withdrawn < on:
        table.problem(line, gone or column, "it was withdrawn before it was deposited.", "Mend one of the days.")
        return None
    return Deposit(name, on, action, withdrawn)


_SO = 'Write 2016-10-05, or "5 Oct 2016 a" as the UN does.'


def _meanings(table: Table, column: str) -> dict[str, str]:
    """What the letters after a date mean: as the header says, else as usual."""
    written = _plain(table.written.get(column, column))
    declared = {letters: " ".join(words.split()).casefold() for words, letters in _LETTERS.findall(written)}
    alone = {"": column} if column in _ACTIONS.values() else {}
    return {**_ACTIONS, **declared, **alone}


def _plain(cell: str) -> str:
    """A cell without what a copied page leaves in it: tags, names of characters, hard spaces."""
    return " ".join(html.unescape(_TAGS.sub("", html.unescape(cell))).split())


def _day(text: str) -> tuple[date | None, str]:
    """A day and the letters after it, with marks of footnotes left out; None: it is no day, or could be two."""
    for form in _DAY:
        found = form.match(text)
        if found is None:
            continue
        after = _AFTER.fullmatch(text[found.end() :])
        if after is None or (after["notes"] and not _FOOTNOTES.fullmatch(after["notes"])):
            return None, ""
        try:
            return date(int(found["year"]), _month(found["month"]), int(found["day"])), after["letters"]
        except ValueError:
            return None, ""
    return None, ""


def _month(written: str) -> int:
    """The number of a month that is written as a number, in full, or by its first letters. Raises ValueError."""
    if written.isdigit():
        return int(written)
    found = [place for place, name in enumerate(_MONTHS.split(), 1) if name.startswith(written.casefold())]
    if len(found) != 1:
        raise ValueError(written)
    return found[0]


def read_predecessors(path: str | Path, *files: str) -> tuple[Deposit, ...]:
    """Instruments that a status table has lost: rows `file,party,action,date` whose file is one of these names.

    Raises TableError.
    """
    table = read_table(Path(path))
    for name in ("file", "party", "date"):
        if name not in table.columns:
            raise TableError(table.file, [Fault(text=f"line 1: the column `{name}` is needed.")])
    wanted = {file.rstrip("/") for file in files}
    found: list[Deposit] = []
    for line, row in table.rows:
        if row["file"].rstrip("/") not in wanted:
            continue
        on, _letters = _day(row["date"])
        if on is None:
            table.problem(line, "date", f"{row['date']!r} is no day.", "Write it as 1986-05-05.")
        else:
            found.append(Deposit(row["party"], on, row.get("action", "")))
    table.refuse()
    return tuple(found)
