"""Delimited text (CSV, TSV): encoding, header, and two ways to the rows.

`batches` is the fast way (Arrow, block by block). `records` is the exact way: slower, but it knows on which line of the file
each record begins, also where quoted cells span lines, and it finds its feet again after a quotation mark that nobody closed.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv

from comity.opinion.votes import VotesError

Progress = Callable[[int, int], None]
"""Called now and then with the bytes done and the bytes in all."""

DELIMITERS = (",", ";", "\t")
_BLOCK = 1 << 20
_LONGEST_RECORD = 100_000  # characters; below the limit of the standard library's reader


class Record(NamedTuple):  # not a dataclass: millions are made, and these are made four times as fast
    """The cells of one record, and the line on which it begins; `unclosed` if a quotation mark on it has no partner."""

    line: int
    cells: list[str]
    unclosed: bool = False


@dataclass(frozen=True, slots=True)
class TextTable:
    """A delimited file whose encoding has been checked and whose header has been read.

    name: how messages call the file. header: column names, trimmed. header_lines: lines up to and with the header.
    has_nul: a NUL character occurs somewhere, which only the exact reader can place.
    """

    path: Path
    name: str
    delimiter: str
    header: tuple[str, ...]
    header_lines: int
    has_nul: bool

    def place(self, column: str) -> int:
        """Index of a column; VotesError if the header names it more than once."""
        times = self.header.count(column)
        if times > 1:
            raise VotesError(
                f"{self.name}, line {self.header_lines}: {times} columns are called {column}: rename or remove all but one."
            )
        return self.header.index(column)


def open_table(path: Path, name: str) -> TextTable:
    """Check that a file is UTF-8 (with or without a byte order mark) and read its header.

    Raises VotesError for another encoding (with the byte's place), an empty file, or a header of one column.
    """
    has_nul = check_encoding(path, name)
    for number, line in _lines(path):
        if line.strip("\r\n \ufeff"):
            found = [_cells([line], delimiter) for delimiter in DELIMITERS]
            widest = max(range(len(DELIMITERS)), key=lambda k: (len(found[k] or ()), -k))
            header = found[widest]
            if header is None:
                break
            return TextTable(path, name, DELIMITERS[widest], tuple(cell.strip() for cell in header), number, has_nul)
    raise VotesError(f"{name} is empty: its first line should name the columns.")


def check_encoding(path: Path, name: str) -> bool:
    """Whether the file holds a NUL; VotesError with the byte's place if it is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    has_nul = False
    offset = 0  # of the first byte that the decoder has not yet passed
    lines = 1
    with path.open("rb") as stream:
        start = stream.read(4)
        if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or start[1:2] == b"\x00" or start[:1] == b"\x00":
            raise VotesError(
                f"{name}, byte 1: the file is UTF-16 or UTF-32, not UTF-8: save it as UTF-8 (“CSV UTF-8” in a spreadsheet)."
            )
        stream.seek(0)
        while block := stream.read(_BLOCK):
            if block.isascii() and not decoder.getstate()[0]:
                offset += len(block)
            else:
                pending = len(decoder.getstate()[0])
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    raise _not_utf8(name, block, error.start - pending, offset, lines) from None
                offset += len(block)
            lines += block.count(b"\n")
            has_nul = has_nul or b"\x00" in block
    if decoder.getstate()[0]:
        raise VotesError(
            f"{name}, line {lines}, byte {offset:,}: the file ends within a character: it was cut off; fetch it again."
        )
    return has_nul


def _not_utf8(name: str, block: bytes, start: int, offset: int, lines: int) -> VotesError:
    at = max(start, 0)
    line = lines + block.count(b"\n", 0, at)
    return VotesError(
        f"{name}, line {line}, byte {offset + start + 1:,} (0x{block[at]:02X}): this is not UTF-8: "
        "save the file as UTF-8 (“CSV UTF-8” in a spreadsheet)."
    )


def _lines(path: Path, progress: Progress | None = None) -> Iterator[tuple[int, str]]:
    total = path.stat().st_size
    done = 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for number, line in enumerate(stream, start=1):
            yield number, line
            if progress is not None:
                done += len(line)
                if not number % 50_000:
                    progress(min(done, total), total)


def _cells(lines: Sequence[str], delimiter: str, *, strict: bool = False) -> list[str] | None:
    """The cells of one record, or None if the lines hold more or less than one."""
    if len(lines) == 1 and '"' not in lines[0]:
        return lines[0].rstrip("\r\n").split(delimiter)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def records(
    table: TextTable, *, fits: Callable[[list[str]], bool] | None = None, progress: Progress | None = None
) -> Iterator[Record]:
    """The records after the header, each with its first line; blank lines are passed over.

    A record goes on while a quotation mark is open. If the lines so gathered do not `fit` (default: as many cells as the
    header has), the mark was a stray one: the first line then stands for itself, and the next ones are read afresh.
    """
    width = len(table.header)
    fitting = fits or (lambda cells: len(cells) == width)
    source = _lines(table.path, progress)
    waiting: list[tuple[int, str]] = []  # lines gathered in vain, in reverse order
    for _ in range(table.header_lines):
        next(source)
    while True:
        entry = waiting.pop() if waiting else next(source, None)
        if entry is None:
            return
        number, line = entry
        if '"' not in line:
            if line.strip("\r\n"):
                yield Record(number, line.rstrip("\r\n").split(table.delimiter))
            continue
        gathered = [entry]
        length = len(line)
        odd = line.count('"') % 2
        while odd and length < _LONGEST_RECORD:
            more = waiting.pop() if waiting else next(source, None)
            if more is None:
                break
            gathered.append(more)
            length += len(more[1])
            odd ^= more[1].count('"') % 2
        cells = None if odd else _cells([text for _, text in gathered], table.delimiter)
        if len(gathered) > 1 and (cells is None or not fitting(cells)):
            waiting.extend(reversed(gathered[1:]))
            cells = None
        if cells is not None:
            yield Record(number, cells)
            continue
        cells = _cells([line], table.delimiter, strict=True)  # a mark within a cell (5" pipe) may stand alone
        yield Record(number, cells or [line], unclosed=cells is None)


def batches(table: TextTable, columns: Sequence[str], progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
    """The named columns as text, block by block, in file order. Arrow's ArrowInvalid if a row has too many or few cells."""
    names = [f"{place}" for place in range(len(table.header))]
    wanted = [names[table.place(column)] for column in columns]
    total = table.path.stat().st_size
    reader = pyarrow.csv.open_csv(
        table.path,
        read_options=pyarrow.csv.ReadOptions(
            column_names=names, skip_rows=table.header_lines, block_size=4 * _BLOCK, use_threads=False
        ),
        parse_options=pyarrow.csv.ParseOptions(delimiter=table.delimiter, newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=wanted,
            column_types=dict.fromkeys(wanted, pa.string()),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    done = 0
    with reader:
        for batch in reader:
            yield batch
            if progress is not None:
                done = min(done + 4 * _BLOCK, total)
                progress(done, total)
