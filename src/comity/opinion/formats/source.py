"""`read`: find out what a path holds, and hand it to the adapter that knows it."""

from __future__ import annotations

import filecmp
from collections.abc import Mapping
from pathlib import Path

from comity.opinion.formats import polis
from comity.opinion.formats.consultation import Consultation, Findings, NoteKind
from comity.opinion.formats.delimited import Progress, TextTable, open_table
from comity.opinion.formats.generic import read_generic
from comity.opinion.votes import VotesError

_TEXT = (".csv", ".tsv", ".txt")
_VOTE_FILES = ("votes.json", "votes.parquet", "votes.csv", "votes.tsv", *polis.WIDE_NAMES)
_MEND = "give a folder with votes.csv, votes.parquet, votes.json or participants-votes.csv, or one such file."


def read(
    source: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Consultation:
    """Read a consultation from a folder or file: a Polis export, Polis JSON, or votes as CSV or Parquet.

    columns: for CSV and Parquet, our column names (participant, statement, vote, time, important) -> those of the file.
    skip_bad: take the good rows and list what was left in the report, instead of raising. progress: called now and then
    with the bytes (Parquet: rows) done and in all.

    Raises BadRows with every problem found in all files; VotesError where a file cannot be read at all (missing, not UTF-8,
    no such column). Text is streamed: about 16 bytes a row are held while reading, some 80 at the peak. docs/votes-in.md has the formats.
    """
    path = Path(source)
    findings = Findings()
    if path.is_dir():
        folder, files = _settle(path, findings)
    elif path.is_file():
        folder, files = path.parent, [path]
    else:
        raise VotesError(f"{source}: there is no such file or folder: {_MEND}")
    chosen = next((file for file in files if file.suffix.lower() == ".json"), None)
    if chosen is not None:
        if chosen.name != "votes.json":
            raise VotesError(f"{chosen.name}: the votes of Polis JSON are in votes.json: name that file or its folder.")
        return polis.read_json(folder, findings, skip_bad)
    chosen = next((file for file in files if file.suffix.lower() in (".parquet", ".pq")), None)
    if chosen is not None:
        if any(file.name in ("votes.csv", "votes.tsv") for file in files):
            raise VotesError(f"{folder.name} holds votes both as Parquet and as text: name the file to read.")
        return read_generic(folder, chosen, columns, findings, skip_bad, progress, None)
    tables = [open_table(file, file.name) for file in files if file.suffix.lower() in _TEXT or path.is_file()]
    long = next(
        (table for table in tables if table.name not in polis.WIDE_NAMES and not polis.is_wide(table.header)), None
    )
    wide = next((table for table in tables if table is not long and polis.is_wide(table.header)), None)
    if columns is None and _is_polis(long, wide):
        return polis.read_export(folder, long, wide, findings, skip_bad, progress)
    votes = long or tables[0]
    return read_generic(folder, votes.path, columns, findings, skip_bad, progress, votes)


def _is_polis(long: TextTable | None, wide: TextTable | None) -> bool:
    return polis.is_long(long.header) if long is not None else wide is not None


def _settle(folder: Path, findings: Findings) -> tuple[Path, list[Path]]:
    """The folder that holds the votes, and its vote files. Some exports hold a second copy of themselves in a folder within."""
    inner = sorted(child for child in folder.iterdir() if child.is_dir() and _vote_files(child))
    files = _vote_files(folder)
    if files:
        for child in inner:
            names = [file.name for file in _vote_files(child)]
            same = all(
                (folder / name).is_file() and filecmp.cmp(folder / name, child / name, shallow=False) for name in names
            )
            findings.note(
                NoteKind.FILES_NOT_USED,
                len(names),
                f"{child.name}/ holds {', '.join(names)} once more ({'the same' if same else 'not the same'}); not used.",
            )
        return folder, files
    if len(inner) == 1:
        findings.note(
            NoteKind.FILES_NOT_USED, 1, f"the votes are in {inner[0].name}/, a folder within; read from there."
        )
        return inner[0], _vote_files(inner[0])
    if inner:
        raise VotesError(
            f"{folder.name} holds no votes, and {len(inner)} folders that do ({', '.join(child.name for child in inner[:5])}): "
            "name one of them."
        )
    raise VotesError(f"{folder.name} holds no votes: {_MEND}")


def _vote_files(folder: Path) -> list[Path]:
    return [folder / name for name in _VOTE_FILES if (folder / name).is_file()]
