"""Votes in, and out again: the files and tables in which consultations are stored.

The adapters beside the engine's core. `read` takes a path, `from_table` a table in memory, `write_generic` writes a folder;
each problem is named with its place, and what was read is reported. The formats are described in docs/votes-in.md.
"""

from comity.opinion.formats.consultation import (
    BadRows,
    Consultation,
    Note,
    NoteKind,
    Problem,
    ProblemKind,
    ReadReport,
    SourceFormat,
)
from comity.opinion.formats.delimited import Progress
from comity.opinion.formats.generic import write_generic
from comity.opinion.formats.source import read
from comity.opinion.formats.tables import from_table

__all__ = [
    "BadRows",
    "Consultation",
    "Note",
    "NoteKind",
    "Problem",
    "ProblemKind",
    "Progress",
    "ReadReport",
    "SourceFormat",
    "from_table",
    "read",
    "write_generic",
]
