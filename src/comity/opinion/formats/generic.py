"""Comity's own folder: `votes.csv` or `votes.parquet`, and beside it `statements.csv`, `participants.csv`, `consultation.toml`.

Only the votes are needed. What `write_generic` writes, `read` gives back exactly.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from comity.opinion.formats import cells
from comity.opinion.formats.arrow import column_of_numbers, column_of_texts
from comity.opinion.formats.cells import CellError
from comity.opinion.formats.consultation import Consultation, Findings, ProblemKind, SourceFormat
from comity.opinion.formats.delimited import Progress, TextTable, open_table
from comity.opinion.formats.events import VoteEvents, note_on_people_and_statements
from comity.opinion.formats.lists import (
    ABOUT,
    STATEMENT_COLUMNS,
    TRANSLATION,
    ParticipantList,
    StatementList,
    moderation_word,
    note_unused,
    read_about,
)
from comity.opinion.formats.rows import read_vote_rows
from comity.opinion.votes import IdArray, Votes, VotesError

NEEDED = ("participant", "statement", "vote")
OPTIONAL = ("time", "important")
STATEMENTS, PARTICIPANTS = "statements.csv", "participants.csv"
_ROWS_AT_ONCE = 1 << 17


def column_names(header: Sequence[str], columns: Mapping[str, str] | None, place: str) -> dict[str, str]:
    """Our name -> the source's name, for the columns that are there.

    VotesError for a mapped name that is not ours, a mapped column that is not there, or a needed one that is missing.
    """
    given = dict(columns or {})
    for ours in given:
        if ours not in (*NEEDED, *OPTIONAL):
            raise VotesError(f"columns: {ours!r} is no column of votes: map {', '.join((*NEEDED, *OPTIONAL))}.")
    names = {}
    for ours in (*NEEDED, *OPTIONAL):
        theirs = given.get(ours, ours)
        if theirs in header:
            names[ours] = theirs
        elif ours in given or ours in NEEDED:
            near = difflib.get_close_matches(theirs, header, n=1)
            guess = near[0] if near else "..."
            raise VotesError(
                f'{place}: no column {theirs}; there are {", ".join(header) or "none"}. Map it: columns={{"{ours}": "{guess}"}}.'
            )
    return names


def read_generic(
    folder: Path,
    votes_file: Path,
    columns: Mapping[str, str] | None,
    findings: Findings,
    skip_bad: bool,
    progress: Progress | None,
    table: TextTable | None,
) -> Consultation:
    """The votes of one file (`table` if it is text, else Parquet) with the lists that lie beside it in `folder`."""
    about = read_about(folder, findings)
    listed = StatementList(findings, STATEMENTS)
    if (folder / STATEMENTS).is_file():
        findings.files.append(STATEMENTS)
        theirs = {name: name for name in STATEMENT_COLUMNS}
        beside = open_table(folder / STATEMENTS, STATEMENTS)
        theirs["statement"] = _named_as(beside, "statement", columns)
        listed.read(beside, theirs)
    people = ParticipantList(findings, PARTICIPANTS)
    has_people = (folder / PARTICIPANTS).is_file()
    if has_people:
        findings.files.append(PARTICIPANTS)
        beside = open_table(folder / PARTICIPANTS, PARTICIPANTS)
        people.read(beside, _named_as(beside, "participant", columns))
    findings.files.append(votes_file.name)
    if table is not None:
        names = column_names(table.header, columns, f"{table.name}, line {table.header_lines}")
        note_unused(findings, table, list(names.values()))
        events = VoteEvents(findings, table.name, names)
        read_vote_rows(table, events, progress)
    else:
        events = _read_parquet(votes_file, columns, findings, progress)
    findings.refuse(skip_bad)
    statements, participants = listed.close(), people.close()
    votes, tally = events.finish(
        statements=statements,
        participants=participants,
        segments=people.segments,
        participants_as_text=about.participants_as_text,
        statements_as_text=about.statements_as_text,
    )
    note_on_people_and_statements(findings, votes, statements, participants if has_people else None)
    source_format = SourceFormat.PARQUET if table is None else SourceFormat.DELIMITED
    return Consultation(
        name=about.name or (votes_file.stem if votes_file.stem != "votes" else folder.resolve().name),
        votes=votes,
        report=findings.report(source_format, tally.rows, tally.rows_left, tally.duplicates, tally.revotes),
        description=about.description,
        url=about.url,
        attribution=about.attribution,
        licence=about.licence,
        simulated=about.simulated,
    )


def _named_as(table: TextTable, ours: str, columns: Mapping[str, str] | None) -> str:
    """The column of ids in a list beside the votes: named as in the votes, or by our name."""
    for name in ((columns or {}).get(ours, ours), ours):
        if name in table.header:
            return name
    raise VotesError(f"{table.name}, line {table.header_lines}: no column {ours}: found {', '.join(table.header)}.")


def _read_parquet(
    path: Path, columns: Mapping[str, str] | None, findings: Findings, progress: Progress | None
) -> VoteEvents:
    try:
        with pyarrow.parquet.ParquetFile(path) as source:
            names = column_names(source.schema_arrow.names, columns, path.name)
            events = VoteEvents(findings, path.name, names, counted="row")
            total = source.metadata.num_rows
            done = 0
            wanted = list(dict.fromkeys(names.values()))
            for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted, use_threads=False):
                events.add_arrow({ours: batch.column(theirs) for ours, theirs in names.items()}, done + 1)
                done += batch.num_rows
                if progress is not None:
                    progress(done, total)
            return events
    except (pa.ArrowInvalid, OSError) as error:
        raise VotesError(f"{path.name}: not a Parquet file that can be read ({error}): write it again.") from None


def write_generic(folder: Path | str, consultation: Consultation, *, overwrite: bool = False) -> None:
    """Write a consultation as a folder of `votes.csv`, `statements.csv`, `participants.csv` and `consultation.toml`.

    `read(folder)` gives the same votes (`Votes.digest`), statements, segments and particulars back. The report and the
    groups that another software published are not written. Everything is checked before anything is written.

    Raises VotesError where a file of these names exists (unless `overwrite`), and for what a file could not give back: an id,
    label or name of a trait that is empty, has space around it or an invisible character; text with a NUL.
    """
    target = Path(folder)
    files = (*((target / name) for name in ("votes.csv", STATEMENTS, PARTICIPANTS, ABOUT)), target / "votes.parquet")
    for path in files:
        if path.exists() and not overwrite:
            raise VotesError(f"{path.name} is already in {target.name}: choose an empty folder, or say overwrite.")
    votes = consultation.votes
    _check_ids("participant", votes.participant_ids.tolist())
    _check_ids("statement", votes.statement_ids.tolist())
    statements = _statement_lines(votes)
    participants = _participant_lines(votes)
    about = _about_lines(consultation)
    target.mkdir(parents=True, exist_ok=True)
    files[-1].unlink(missing_ok=True)  # of the two forms of the votes only one may remain
    for name, text in ((ABOUT, about), (STATEMENTS, statements), (PARTICIPANTS, participants)):
        (target / name).write_bytes(text)
    _write_votes(target / "votes.csv", votes)


def _check_ids(word: str, ids: Iterable[int | str]) -> None:
    for key in ids:
        try:
            same = str(cells.id_of(key, ProblemKind.VALUE)) == str(key)
        except CellError as error:
            raise VotesError(f"{word} {key!r}: {error}") from None
        if not same:
            raise VotesError(f"{word} {key!r}: the id has space around it: trim it.")


def _line(row: Sequence[str]) -> str:
    return ",".join(_cell(text) for text in row) + "\n"


def _cell(text: str) -> str:
    if any(mark in text for mark in ',;\t"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def _encoded(lines: Sequence[str], file: str) -> bytes:
    text = "".join(lines)
    if "\x00" in text:
        raise VotesError(f"{file}: a text holds a NUL character, which other programs would not carry on: remove it.")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise VotesError(
            f"{file}: a text holds half of a character (U+{ord(text[error.start]):04X}): remove it."
        ) from None


def _statement_lines(votes: Votes) -> bytes:
    languages = sorted(
        {language for entry in votes.statements for language, text in entry.translations.items() if text}
    )
    for language in languages:
        if not TRANSLATION.fullmatch(f"text_{language}"):
            raise VotesError(
                f"statements: {language!r} is no language tag: use letters, digits and hyphens, as in pt-BR."
            )
    lines = [_line([*STATEMENT_COLUMNS, *(f"text_{language}" for language in languages)])]
    for key, entry in zip(votes.statement_ids.tolist(), votes.statements, strict=True):
        if entry.author is not None:
            _check_ids("author", [entry.author])
        lines.append(
            _line(
                [
                    str(key),
                    entry.text,
                    entry.language,
                    moderation_word(entry.moderation),
                    "1" if entry.meta else "",
                    "1" if entry.seed else "",
                    "" if entry.author is None else str(entry.author),
                    *(entry.translations.get(language, "") for language in languages),
                ]
            )
        )
    return _encoded(lines, STATEMENTS)


def _participant_lines(votes: Votes) -> bytes:
    columns = []
    for name, segment in sorted(votes.segments.items()):
        for label in (name, *segment.labels):
            try:
                kept = cells.label_of(label) == label and label
            except CellError:
                kept = ""
            if not kept or name == "participant" or label.startswith("\ufeff"):
                raise VotesError(
                    f"segment {name!r}: {label!r} cannot be written: use a short name on one line, without space around it, "
                    "other than participant."
                )
        labels = [*segment.labels, ""]  # code -1, not declared, is the last
        columns.append([labels[code] for code in segment.codes.tolist()])
    lines = [_line(["participant", *sorted(votes.segments)])]
    lines += [_line([str(key), *row]) for key, *row in zip(votes.participant_ids.tolist(), *columns, strict=True)]
    return _encoded(lines, PARTICIPANTS)


def _about_lines(consultation: Consultation) -> bytes:
    lines = [
        f"{key} = {_toml(text)}\n"
        for key, text in (
            ("title", consultation.name),
            ("description", consultation.description),
            ("url", consultation.url),
            ("attribution", consultation.attribution),
            ("licence", consultation.licence),
        )
        if text
    ]
    if consultation.simulated:
        lines.append("simulated = true\n")
    votes = consultation.votes
    as_text = [
        word
        for word, ids in (("participant", votes.participant_ids), ("statement", votes.statement_ids))
        if ids.dtype.kind == "O" and all(isinstance(cells.id_of(key, ProblemKind.VALUE), int) for key in ids.tolist())
    ]
    if as_text:  # nothing in the ids themselves says that they are text
        lines.append(f"text_ids = [{', '.join(map(_toml, as_text))}]\n")
    return _encoded(lines, ABOUT)


def _toml(text: str) -> str:
    """A TOML basic string. TOML 1.0, Strings: quotation mark, backslash and control characters are escaped."""
    escaped = "".join(
        f"\\{mark}" if mark in '"\\' else f"\\u{ord(mark):04X}" if ord(mark) < 32 or ord(mark) == 127 else mark
        for mark in text
    )
    return f'"{escaped}"'


def _id_column(ids: IdArray) -> pa.Array:
    return column_of_texts(ids.tolist()) if ids.dtype.kind == "O" else column_of_numbers(ids)


def _write_votes(path: Path, votes: Votes) -> None:
    people, statements = _id_column(votes.participant_ids), _id_column(votes.statement_ids)
    fields = [pa.field("participant", people.type), pa.field("statement", statements.type), pa.field("vote", pa.int8())]
    if votes.important is not None:
        fields.append(pa.field("important", pa.int8()))
    schema = pa.schema(fields)
    # The header is written by hand: Arrow would put quotation marks around it.
    with path.open("wb") as stream:
        stream.write(",".join(field.name for field in fields).encode() + b"\n")
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
        persons = votes.persons
        with pyarrow.csv.CSVWriter(stream, schema, write_options=options) as writer:
            for first in range(0, votes.n_votes, _ROWS_AT_ONCE):
                part = slice(first, first + _ROWS_AT_ONCE)
                columns = [
                    people.take(column_of_numbers(persons[part])),
                    statements.take(column_of_numbers(votes.columns[part])),
                    column_of_numbers(votes.values[part]),
                ]
                if votes.important is not None:
                    columns.append(column_of_numbers(votes.important[part].astype(np.int8)))
                writer.write_batch(pa.record_batch(columns, schema=schema))
