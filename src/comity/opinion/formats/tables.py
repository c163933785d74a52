"""Votes that are already in memory: Arrow, Polars, pandas, NumPy. Neither Polars nor pandas is imported.

A frame shows itself through the Arrow PyCapsule interface (`__arrow_c_stream__`), a plain mapping of names to arrays through
its columns. Source: Apache Arrow, "The Arrow PyCapsule Interface".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from comity.opinion.formats.arrow import column_of_numbers, column_of_texts
from comity.opinion.formats.consultation import Consultation, Findings, SourceFormat
from comity.opinion.formats.events import VoteEvents, note_on_people_and_statements
from comity.opinion.formats.generic import column_names
from comity.opinion.formats.lists import STATEMENT_COLUMNS, TRANSLATION, ParticipantList, StatementList
from comity.opinion.votes import Statement, VotesError


def from_table(
    table: Any,
    *,
    columns: Mapping[str, str] | None = None,
    statements: Any = None,
    participants: Any = None,
    name: str = "",
    simulated: bool = False,
    skip_bad: bool = False,
) -> Consultation:
    """A consultation from a table of votes, one row for each vote cast.

    table: a Polars or pandas frame, an Arrow table or stream, a mapping of column names to arrays (n_rows,), or a structured
    NumPy array, with columns participant, statement, vote, and maybe time and important; `columns` maps these names to those
    of the table. A dense matrix goes to `Votes.from_matrix`.
    statements: such a table with columns statement, text, ... as in `statements.csv`, or `Statement` values.
    participants: such a table with a column participant and one for each declared trait.

    Raises BadRows unless `skip_bad`, as `read` does, counting rows from 1; VotesError for what is no such table.
    """
    findings = Findings()
    reader = _stream(table, "votes")
    names = column_names(reader.schema.names, columns, "the table of votes")
    events = VoteEvents(findings, "votes", names, counted="row")
    first = 1
    for batch in reader:
        events.add_arrow({ours: batch.column(theirs) for ours, theirs in names.items()}, first)
        first += batch.num_rows
    listed = StatementList(findings, "statements", counted="row")
    known = isinstance(statements, Sequence) and all(isinstance(entry, Statement) for entry in statements)
    for number, row in enumerate(statements if known else _rows(statements, "statements", "statement"), start=1):
        if isinstance(row, Statement):
            row = {ours: getattr(row, "id" if ours == "statement" else ours) for ours in STATEMENT_COLUMNS} | {
                f"text_{language}": text for language, text in row.translations.items()
            }
        used = {ours: cell for ours, cell in row.items() if ours in STATEMENT_COLUMNS or TRANSLATION.fullmatch(ours)}
        listed.add(number, used, {})
    people = ParticipantList(findings, "participants", counted="row")
    rows = _rows(participants, "participants", "participant")
    people.traits([column for column in (rows[0] if rows else {}) if column != "participant"])
    for number, row in enumerate(rows, start=1):
        people.add(number, "participant", row["participant"], [row[trait] for trait in people.segments])
    findings.refuse(skip_bad)
    known_statements, known_people = listed.close(), people.close()
    votes, tally = events.finish(statements=known_statements, participants=known_people, segments=people.segments)
    note_on_people_and_statements(findings, votes, known_statements, known_people if participants is not None else None)
    return Consultation(
        name=name,
        votes=votes,
        report=findings.report(SourceFormat.TABLE, tally.rows, tally.rows_left, tally.duplicates, tally.revotes),
        simulated=simulated,
    )


def _stream(table: Any, what: str) -> pa.RecordBatchReader:
    if isinstance(table, np.ndarray) and table.dtype.names:
        table = {name: table[name] for name in table.dtype.names}
    try:
        if hasattr(table, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(table)
        if isinstance(table, Mapping):
            return pa.table({name: _column(values) for name, values in table.items()}).to_reader()
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise VotesError(f"the table of {what}: {error}: give each column one type, and all the same length.") from None
    raise VotesError(
        f"a table of {what} cannot be a {type(table).__name__}: give a Polars or pandas frame, an Arrow table, or a mapping of "
        "column names to arrays; for a dense matrix use Votes.from_matrix."
    )


def _column(values: Any) -> pa.Array:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    array = np.asarray(values)
    if array.ndim == 1 and array.dtype.kind in "iufb":
        return column_of_numbers(array)
    if array.ndim == 1 and array.dtype.kind == "U":
        return column_of_texts(array.tolist())
    if array.dtype.kind == "O" and len({type(value) for value in array.tolist()} - {type(None)}) > 1:
        # ids that are partly numbers, partly text: text for all, which is what `Votes` makes of them
        return pa.array([None if value is None else str(value) for value in array.tolist()])
    return pa.array(array)


def _rows(table: Any, what: str, key: str) -> list[dict[str, Any]]:
    if table is None or (isinstance(table, Sequence) and not len(table)):
        return []
    read = _stream(table, what).read_all()
    if key not in read.column_names:
        raise VotesError(f"the table of {what}: no column {key}; there are {', '.join(read.column_names)}.")
    return [
        dict(zip(read.column_names, row, strict=True))
        for row in zip(*(column.to_pylist() for column in read.columns), strict=True)
    ]
