"""The vote rows of a delimited file, fast where the file is clean and exact where it is not."""

from __future__ import annotations

import pyarrow as pa

from comity.opinion.formats.consultation import ProblemKind
from comity.opinion.formats.delimited import Progress, TextTable, batches, records
from comity.opinion.formats.events import VoteEvents
from comity.opinion.formats.lists import fields_complaint

_ROWS_AT_ONCE = 1 << 14


def read_vote_rows(table: TextTable, events: VoteEvents, progress: Progress | None = None) -> None:
    """All rows of the file into `events`. Columns are those of `events.names`; the file is streamed, its text never held.

    A clean file goes through Arrow. At the first thing that is not clean the file is read again, line by line, so that every
    problem is named with its line; both ways accept the same rows.
    """
    columns = list(dict.fromkeys(events.names.values()))
    places = {ours: table.place(theirs) for ours, theirs in events.names.items()}
    if not table.has_nul and _fast(table, events, columns, progress):
        return
    events.clear()
    width = len(table.header)
    wanted = tuple(places.values())

    def fits(cells: list[str]) -> bool:
        return len(cells) == width and not any("\n" in cells[place] or "\r" in cells[place] for place in wanted)

    lines: list[int] = []
    waiting: dict[str, list[str]] = {ours: [] for ours in places}
    into = [(waiting[ours], place) for ours, place in places.items()]
    for record in records(table, fits=fits, progress=progress):
        cells = record.cells
        if record.unclosed or len(cells) != width:
            what, mend = fields_complaint(table, record)
            events.bad(record.line, ProblemKind.FIELDS, "", table.delimiter.join(cells), what, mend)
            continue
        lines.append(record.line)
        for column, place in into:
            column.append(cells[place])
        if len(lines) >= _ROWS_AT_ONCE:
            events.add_texts(lines, waiting)
            lines.clear()
            for texts in waiting.values():
                texts.clear()
    events.add_texts(lines, waiting)


def _fast(table: TextTable, events: VoteEvents, columns: list[str], progress: Progress | None) -> bool:
    try:
        for batch in batches(table, columns, progress):
            by_name = {ours: batch.column(columns.index(theirs)) for ours, theirs in events.names.items()}
            if not events.add_batch(by_name):
                return False
    except pa.ArrowInvalid:
        return False
    return True
