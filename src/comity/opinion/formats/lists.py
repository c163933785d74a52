"""What comes beside the votes: statements, participants with their declared traits, and what the consultation is about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity.opinion.formats import cells
from comity.opinion.formats.cells import CellError
from comity.opinion.formats.consultation import Findings, NoteKind, Problem, ProblemKind
from comity.opinion.formats.delimited import Record, TextTable, open_table, records
from comity.opinion.votes import Moderation, Statement, VotesError

STATEMENT_COLUMNS = ("statement", "text", "language", "moderation", "meta", "seed", "author")
TRANSLATION = re.compile(r"text_([A-Za-z0-9-]{1,35})")
ABOUT = "consultation.toml"


class StatementList:
    """Statements as they are met, each id once."""

    def __init__(self, findings: Findings, file: str, counted: str = "line") -> None:
        self.findings = findings
        self.file = file
        self.counted = counted
        self._known: dict[str, Statement] = {}
        self._repeats = 0

    def read(self, table: TextTable, names: Mapping[str, str], ignored: Collection[str] = ()) -> None:
        """All statements of a delimited file; `names`: our name -> the column's, where the file has such a column."""
        used = {ours: theirs for ours, theirs in names.items() if theirs in table.header}
        if "statement" not in used:
            raise VotesError(
                f"{table.name}, line {table.header_lines}: no column {names['statement']}: found {', '.join(table.header)}."
            )
        for column in table.header:
            if (match := TRANSLATION.fullmatch(column)) and column not in used.values():
                used[f"text_{match.group(1)}"] = column
        note_unused(self.findings, table, [*used.values(), *ignored])
        places = {ours: table.place(theirs) for ours, theirs in used.items()}
        for record in records(table):
            if complain_of_cells(self.findings, table, record):
                continue
            self.add(record.line, {ours: record.cells[place] for ours, place in places.items()}, used)

    def close(self) -> list[Statement]:
        """All statements, after a note on those that were listed more than once in the same words."""
        note_repeats(self.findings, self.file, self._repeats)
        return list(self._known.values())

    def add(self, line: int, row: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """One statement from the cells of its row, by our names; what is wrong with it becomes a problem."""
        try:
            name = "statement"
            key = cells.id_of(row.get("statement"), ProblemKind.STATEMENT)
            name = "text"
            text = cells.text_of(row.get("text"))
            name = "language"
            language = cells.text_of(row.get("language"))
            name = "moderation"
            moderation = cells.moderation_of(row.get("moderation"))
            name = "meta"
            meta = cells.mark_of(row.get("meta"), ProblemKind.VALUE)
            name = "seed"
            seed = cells.mark_of(row.get("seed"), ProblemKind.VALUE)
            name = "author"
            author = _author(row.get("author"))
            translations = {}
            for name, cell in row.items():
                if name.startswith("text_") and (translated := cells.text_of(cell)):
                    translations[name.removeprefix("text_")] = translated
            statement = Statement(
                key, text, language, moderation, meta, seed, author, dict(sorted(translations.items()))
            )
            name = "statement"
            first = self._known.setdefault(str(key), statement)
            if first is not statement:
                if first != statement:
                    raise CellError(
                        ProblemKind.LISTED_TWICE,
                        f"statement {key} is listed twice, differently.",
                        "Keep one of its rows.",
                    )
                self._repeats += 1
        except CellError as error:
            self.findings.problem(
                Problem(
                    error.kind,
                    self.file,
                    line,
                    names.get(name, name),
                    cells.shown(row.get(name, "")),
                    error.what,
                    error.mend,
                    counted=self.counted,
                )
            )


def _author(value: Any) -> int | str | None:
    if value is None or (isinstance(value, str) and not value.strip()) or value != value:
        return None
    return cells.id_of(value, ProblemKind.VALUE)


class ParticipantList:
    """Participants as they are met, each id once, with one value for each declared trait."""

    def __init__(self, findings: Findings, file: str, counted: str = "line") -> None:
        self.findings = findings
        self.file = file
        self.counted = counted
        self.segments: dict[str, dict[int | str, str]] = {}
        self._rows: dict[str, tuple[int | str, tuple[str, ...]]] = {}
        self._repeats = 0

    def read(self, table: TextTable, participant: str) -> None:
        """All participants of a delimited file; every column but the participant's is a trait."""
        at = table.place(participant)
        places = [(name, table.place(name)) for name in table.header if name != participant]
        for name, place in places:
            if not name:
                raise VotesError(
                    f"{table.name}, line {table.header_lines}: column {place + 1} has no name: name the trait."
                )
        self.traits([name for name, _ in places])
        for record in records(table):
            if not complain_of_cells(self.findings, table, record):
                self.add(record.line, participant, record.cells[at], [record.cells[place] for _, place in places])

    def close(self) -> list[int | str]:
        """All participants, after a note on those that were listed more than once with the same values."""
        note_repeats(self.findings, self.file, self._repeats)
        return [key for key, _ in self._rows.values()]

    def traits(self, names: Sequence[str]) -> None:
        """The traits that the rows will give, in the order in which they give them."""
        for name in names:
            self.segments[name] = {}

    def add(self, line: int, column: str, participant: Any, values: Sequence[Any]) -> None:
        """One participant, with a value for each of the traits; what is wrong becomes a problem."""
        place: str = column
        value: Any = participant
        try:
            key = cells.id_of(participant, ProblemKind.PARTICIPANT)
            labels = []
            for trait, cell in zip(self.segments, values, strict=True):
                place, value = trait, cell
                labels.append(cells.label_of(cell))
            place, value = column, participant
            row = (key, tuple(labels))
            first = self._rows.setdefault(str(key), row)
            self._repeats += first is not row
            if first != row:
                raise CellError(
                    ProblemKind.LISTED_TWICE,
                    f"participant {key} is listed twice, differently.",
                    "Keep one of the rows.",
                )
        except CellError as error:
            self.findings.problem(
                Problem(
                    error.kind,
                    self.file,
                    line,
                    place,
                    cells.shown(value),
                    error.what,
                    error.mend,
                    counted=self.counted,
                )
            )
            return
        for declared, label in zip(self.segments.values(), labels, strict=True):
            if label:
                declared[key] = label


def note_repeats(findings: Findings, file: str, count: int) -> None:
    """A note on rows of a list that say again what another row says."""
    findings.note(NoteKind.DUPLICATES, count, f"{file}: {count:,} rows repeat another row exactly; taken once.")


def complain_of_cells(findings: Findings, table: TextTable, record: Record) -> bool:
    """Whether the record has more or fewer cells than the header, or an open quotation mark; it is then a problem."""
    if not record.unclosed and len(record.cells) == len(table.header):
        return False
    what, mend = fields_complaint(table, record)
    findings.problem(
        Problem(
            ProblemKind.FIELDS, table.name, record.line, "", cells.shown(table.delimiter.join(record.cells)), what, mend
        )
    )
    return True


def fields_complaint(table: TextTable, record: Record) -> tuple[str, str]:
    """What is wrong with a record that does not fit its header, and the mend."""
    if record.unclosed:
        return "a quotation mark is opened and not closed.", "Close it, or write it twice if it belongs to the text."
    return (
        f"the row has {len(record.cells):,} cells and the header {len(table.header):,}.",
        "Give it as many, with quotation marks around cells that hold the delimiter.",
    )


def note_unused(findings: Findings, table: TextTable, used: Collection[str]) -> None:
    """A note on the columns of a file that nobody asked for."""
    unused = [column for column in table.header if column not in used]
    findings.note(
        NoteKind.COLUMNS_NOT_USED,
        len(unused),
        f"{table.name}: columns not used: {', '.join(map(cells.shown, unused[:10]))}.",
    )


@dataclass(frozen=True, slots=True)
class About:
    """What `consultation.toml` says; empty where it says nothing."""

    name: str = ""
    description: str = ""
    url: str = ""
    attribution: str = ""
    licence: str = ""
    simulated: bool = False
    participants_as_text: bool = False
    statements_as_text: bool = False


def read_about(folder: Path, findings: Findings) -> About:
    """`consultation.toml` of a folder; VotesError, with the place, where it is no TOML or a value has the wrong type."""
    path = folder / ABOUT
    if not path.is_file():
        return About()
    findings.files.append(ABOUT)
    try:
        found = tomllib.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode())
    except UnicodeDecodeError as error:
        raise VotesError(f"{ABOUT}, byte {error.start + 1:,}: this is not UTF-8: save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise VotesError(f"{ABOUT}: not TOML: {error}.") from None
    texts = {}
    for key in ("title", "description", "url", "attribution", "licence"):
        texts[key] = found.pop(key, "")
        if not isinstance(texts[key], str):
            raise VotesError(f'{ABOUT}: {key} is {texts[key]!r}: write text: {key} = "...".')
    simulated = found.pop("simulated", False)
    if not isinstance(simulated, bool):
        raise VotesError(f"{ABOUT}: simulated is {simulated!r}: write true or false.")
    as_text = found.pop("text_ids", [])
    if not isinstance(as_text, list) or not set(map(str, as_text)) <= {"participant", "statement"}:
        raise VotesError(f'{ABOUT}: text_ids is {as_text!r}: write a list of "participant" and "statement".')
    findings.note(
        NoteKind.COLUMNS_NOT_USED,
        len(found),
        f"{ABOUT}: names not used: {', '.join(map(cells.shown, sorted(found)[:10]))}.",
    )
    return About(
        name=texts["title"],
        description=texts["description"],
        url=texts["url"],
        attribution=texts["attribution"],
        licence=texts["licence"],
        simulated=simulated,
        participants_as_text="participant" in as_text,
        statements_as_text="statement" in as_text,
    )


def read_pairs(path: Path, findings: Findings) -> dict[str, str]:
    """`summary.csv`: key and value on each line, the value perhaps quoted over many lines. Empty where there is no file."""
    if not path.is_file() or not path.stat().st_size:
        return {}
    findings.files.append(path.name)
    first = open_table(path, path.name)
    table = TextTable(path, path.name, ",", first.header, 0, first.has_nul)
    pairs: dict[str, str] = {}
    for record in records(table, fits=lambda cells_of_record: len(cells_of_record) == 2):
        key, *rest = record.cells
        if len(rest) != 1 or record.unclosed:
            findings.note(
                NoteKind.FILES_DIFFER,
                1,
                f"{path.name}, line {record.line}: expected a key and a value; took what follows the first comma.",
            )
        pairs.setdefault(key.strip(), ",".join(rest))
    return pairs


def moderation_word(moderation: Moderation) -> str:
    """How a file names a moderation; nothing where nobody moderated."""
    return "" if moderation is Moderation.UNMODERATED else moderation.value
