"""Vote events on their way into memory: whole numbers only, about 16 bytes a row, whatever the source.

An adapter adds rows one by one (each checked, problems named) or by the Arrow batch (checked as a whole; a batch that is not
clean is refused, and the adapter adds its rows one by one). At the end the events become canonical `Votes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from comity.opinion.formats import cells
from comity.opinion.formats.arrow import column_of_texts, numbers_of
from comity.opinion.formats.cells import CellError
from comity.opinion.formats.consultation import Findings, NoteKind, Problem, ProblemKind
from comity.opinion.votes import AGREE, DISAGREE, IdArray, Int32Array, Int64Array, Statement, Votes, number_ids

_FLUSH = 1 << 16


class IdColumn:
    """The ids of one column, one code a row: the number itself, or -1 - k for the k-th text met."""

    def __init__(self, kind: ProblemKind) -> None:
        self.kind = kind
        self._chunks: list[npt.NDArray[Any]] = []
        self._texts: dict[str, int] = {}
        self._codes: dict[Any, int] = {}

    def code(self, value: Any) -> int:
        """The code of one id. CellError if it is none."""
        # True == 1 and 1.0 == 1 as keys: only text is remembered, numbers are quick to check
        code = self._codes.get(value) if isinstance(value, str) else None
        if code is None:
            key = cells.id_of(value, self.kind)
            code = key if isinstance(key, int) else -1 - self._texts.setdefault(key, len(self._texts))
            if isinstance(value, str):
                self._codes[value] = code
        return code

    def codes(self, column: pa.Array) -> Int64Array | None:
        """The codes of a column (n,) int64, or None if one of its values is no id."""
        column = _plain_array(column)
        if column.null_count:
            return None
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            numbers = _whole_numbers(column)
        elif pa.types.is_string(column.type):
            numbers = _canonical_numbers(column)
            if numbers is None or not _within(numbers):
                encoded = column.dictionary_encode()
                try:
                    table = np.array([self.code(text) for text in encoded.dictionary.to_pylist()], dtype=np.int64)
                except CellError:
                    return None
                return np.asarray(table[numbers_of(encoded.indices)], dtype=np.int64)
        else:
            return None
        return numbers if numbers is not None and _within(numbers) else None

    def append(self, codes: Int64Array) -> None:
        small = not len(codes) or (int(codes.min()) >= -(2**31) and int(codes.max()) < 2**31)
        self._chunks.append(codes.astype(np.int32) if small else codes)

    def clear(self) -> None:
        self._chunks.clear()
        self._texts.clear()
        self._codes.clear()

    def tallied(self) -> tuple[list[str], Int32Array]:
        """(ids met, index (n_rows,) int32), without letting the rows go; ids in no order that means anything."""
        codes = np.concatenate(self._chunks) if self._chunks else np.empty(0, dtype=np.int64)
        met, index = number_ids(codes)
        texts = list(self._texts)
        return [str(code) if code >= 0 else texts[-1 - code] for code in met.tolist()], index

    def number(self, also: Sequence[int | str], as_text: bool) -> tuple[IdArray, Int32Array]:
        """(ids ascending, index (n_rows,) int32) over the rows and the ids of `also`; the rows are let go.

        Text as soon as one id is text, or where `as_text` says so.
        """
        codes = np.concatenate(self._chunks) if self._chunks else np.empty(0, dtype=np.int64)
        self._chunks.clear()
        if not as_text and not self._texts and all(isinstance(key, int) for key in also):
            return number_ids(codes, np.array(list(also), dtype=np.int64))
        numbers, place_of_number = number_ids(codes[codes >= 0])
        texts = list(self._texts)
        ordered = sorted({str(number) for number in numbers.tolist()} | set(texts) | {str(key) for key in also})
        place_of = {text: place for place, text in enumerate(ordered)}
        index = np.empty(len(codes), dtype=np.int32)
        of_number = np.array([place_of[str(number)] for number in numbers.tolist()], dtype=np.int32)
        of_text = np.array([place_of[text] for text in texts], dtype=np.int32)
        index[codes >= 0] = of_number[place_of_number]
        index[codes < 0] = of_text[-1 - codes[codes < 0]]
        ids = np.empty(len(ordered), dtype=object)
        ids[:] = ordered
        return ids, index


@dataclass(frozen=True, slots=True)
class Row:
    """One vote as it stands in the source; `line` is its place there."""

    line: int
    participant: Any
    statement: Any
    vote: Any
    time: Any = None
    important: Any = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How the rows met became votes; see `ReadReport`."""

    rows: int
    rows_left: int
    duplicates: int
    revotes: int


class VoteEvents:
    """The events of one source.

    names: the columns as the source calls them, for messages, by our name: participant, statement, vote, and, where the
    source has them, time and important.
    """

    def __init__(self, findings: Findings, file: str, names: Mapping[str, str], counted: str = "line") -> None:
        self.findings = findings
        self.file = file
        self.names = names
        self.counted = counted
        self.rows = 0
        self.rows_left = 0
        self.people = IdColumn(ProblemKind.PARTICIPANT)
        self.statements = IdColumn(ProblemKind.STATEMENT)
        self._values: list[npt.NDArray[np.int8]] = []
        self._times: list[Int64Array] = []
        self._marks: list[npt.NDArray[np.bool_]] = []
        self._waiting: list[tuple[int, int, int, int, bool]] = []

    @property
    def timed(self) -> bool:
        return "time" in self.names

    @property
    def marked(self) -> bool:
        return "important" in self.names

    def clear(self) -> None:
        """Forget everything: the source is read again."""
        self.rows = self.rows_left = 0
        self.people.clear()
        self.statements.clear()
        for chunks in (self._values, self._times, self._marks, self._waiting):
            chunks.clear()

    def bad(self, line: int, kind: ProblemKind, column: str, value: Any, what: str, mend: str) -> None:
        """A row that cannot be taken for a reason that only the adapter sees."""
        self.rows += 1
        self.rows_left += 1
        self._problem(line, kind, column, value, what, mend)

    def _problem(self, line: int, kind: ProblemKind, column: str, value: Any, what: str, mend: str) -> None:
        self.findings.problem(
            Problem(kind, self.file, line, column, cells.shown(value), what, mend, counted=self.counted)
        )

    def add_row(self, row: Row) -> None:
        """Take one row, or name everything that is wrong with it."""
        person = statement = vote = time = 0
        important = good = True
        try:
            person = self.people.code(row.participant)
        except CellError as error:
            good = False
            self._problem(row.line, error.kind, self.names["participant"], row.participant, error.what, error.mend)
        try:
            statement = self.statements.code(row.statement)
        except CellError as error:
            good = False
            self._problem(row.line, error.kind, self.names["statement"], row.statement, error.what, error.mend)
        try:
            vote = cells.vote_of(row.vote)
        except CellError as error:
            good = False
            self._problem(row.line, error.kind, self.names["vote"], row.vote, error.what, error.mend)
        if self.timed:
            try:
                time = cells.time_of(row.time)
            except CellError as error:
                good = False
                self._problem(row.line, error.kind, self.names["time"], row.time, error.what, error.mend)
        if self.marked:
            try:
                important = cells.mark_of(row.important)
            except CellError as error:
                good = False
                self._problem(row.line, error.kind, self.names["important"], row.important, error.what, error.mend)
        self.rows += 1
        if not good:
            self.rows_left += 1
            return
        self._waiting.append((person, statement, vote, time, important))
        if len(self._waiting) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        person, statement, vote, time, important = zip(*self._waiting, strict=True)
        self._waiting.clear()
        self.people.append(np.array(person, dtype=np.int64))
        self.statements.append(np.array(statement, dtype=np.int64))
        self._values.append(np.array(vote, dtype=np.int8))
        if self.timed:
            self._times.append(np.array(time, dtype=np.int64))
        if self.marked:
            self._marks.append(np.array(important, dtype=np.bool_))

    def add_batch(self, columns: Mapping[str, pa.Array]) -> bool:
        """Take a batch whole, by our names of the columns; False, and nothing taken, if something in it is not clean."""
        self._flush()
        person = self.people.codes(columns["participant"])
        statement = self.statements.codes(columns["statement"])
        vote = _votes_array(columns["vote"])
        if person is None or statement is None or vote is None:
            return False
        time = _times_array(columns["time"]) if self.timed else None
        important = _marks_array(columns["important"]) if self.marked else None
        if (self.timed and time is None) or (self.marked and important is None):
            return False
        self.people.append(person)
        self.statements.append(statement)
        self._values.append(vote)
        if time is not None:
            self._times.append(time)
        if important is not None:
            self._marks.append(important)
        self.rows += len(vote)
        return True

    def add_codes(self, person: Int64Array, statement: Int64Array, values: npt.NDArray[np.int8]) -> None:
        """Take votes of a source without times and marks, by the codes of `people` and `statements`."""
        self.people.append(person)
        self.statements.append(statement)
        self._values.append(values)
        self.rows += len(values)

    def count_by_statement(self) -> dict[str, tuple[int, int]]:
        """Statement id -> (agree rows, disagree rows) of what was taken so far."""
        self._flush()
        keys, index = self.statements.tallied()
        if not len(keys):
            return {}
        values = np.concatenate(self._values)
        agrees = np.bincount(index[values == AGREE], minlength=len(keys)).tolist()
        disagrees = np.bincount(index[values == DISAGREE], minlength=len(keys)).tolist()
        return dict(zip(keys, zip(agrees, disagrees, strict=True), strict=True))

    def add_arrow(self, columns: Mapping[str, pa.Array], first: int) -> None:
        """Take a batch; if it is not clean, row by row. `first` is the place of its first row."""
        if self.add_batch(columns):
            return
        n_rows = len(columns["vote"])
        plain = {name: _plain_array(column).to_pylist() for name, column in columns.items()}
        self.add_rows(range(first, first + n_rows), plain)

    def add_texts(self, lines: Sequence[int], columns: Mapping[str, Sequence[str]]) -> None:
        """Take rows of text with their lines: as a batch if all are clean, else one by one."""
        if lines and not self.add_batch({name: column_of_texts(texts) for name, texts in columns.items()}):
            self.add_rows(lines, columns)

    def add_rows(self, lines: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> None:
        """Take rows one by one, columns by our names, each row with its place."""
        nothing = [None] * len(lines)
        for line, *row in zip(
            lines,
            columns["participant"],
            columns["statement"],
            columns["vote"],
            columns.get("time", nothing),
            columns.get("important", nothing),
            strict=True,
        ):
            self.add_row(Row(line, *row))

    def finish(
        self,
        *,
        statements: Sequence[Statement] = (),
        participants: Sequence[int | str] = (),
        segments: Mapping[str, Mapping[int | str, str]] | None = None,
        participants_as_text: bool = False,
        statements_as_text: bool = False,
    ) -> tuple[Votes, Tally]:
        """Canonical votes, and how the rows became them. `statements` have distinct ids; all ids as `cells.id_of` gives them."""
        self._flush()
        person_ids, person = self.people.number(participants, participants_as_text)
        statement_ids, column = self.statements.number([known.id for known in statements], statements_as_text)
        values = np.concatenate(self._values) if self._values else np.empty(0, dtype=np.int8)
        times = None if not self.timed else np.concatenate(self._times) if self._times else np.empty(0, dtype=np.int64)
        marks = None if not self.marked else np.concatenate(self._marks) if self._marks else np.empty(0, dtype=np.bool_)
        for chunks in (self._values, self._times, self._marks):
            chunks.clear()
        # Ids were numbered once above, ascending, so places stand in for them here: text is never held once a row.
        place = {str(key): k for k, key in enumerate(person_ids.tolist())}
        votes = Votes.from_events(
            person,
            column,
            values,
            time=times,
            important=marks,
            statements=[Statement(id=k) for k in range(len(statement_ids))],
            participants=np.arange(len(person_ids)),
            segments={
                name: {place[str(key)]: label for key, label in declared.items() if str(key) in place}
                for name, declared in (segments or {}).items()
            },
        )
        known = {str(entry.id): entry for entry in statements}
        text_people = person_ids.dtype.kind == "O"
        votes = replace(
            votes,
            participant_ids=person_ids,
            statement_ids=statement_ids,
            statements=tuple(_identified(known.get(str(key)), key, text_people) for key in statement_ids.tolist()),
        )
        repeats = len(values) - votes.n_votes
        duplicates = _exact_duplicates(person, column, values, times, marks) if repeats else 0
        return votes, Tally(self.rows, self.rows_left, duplicates, repeats - duplicates)


def _identified(known: Statement | None, key: int | str, text_people: bool) -> Statement:
    if known is None:
        return Statement(id=key)
    author = known.author if known.author is None or not text_people else str(known.author)
    return known if known.id == key and author is known.author else replace(known, id=key, author=author)


def _exact_duplicates(
    person: Int32Array,
    column: Int32Array,
    values: npt.NDArray[np.int8],
    times: Int64Array | None,
    marks: npt.NDArray[np.bool_] | None,
) -> int:
    """How many events repeat another one in every respect."""
    pair = person.astype(np.int64) * (int(column.max()) + 1) + column
    ordered = np.sort(pair)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    slots = 1 << 20  # a coarse sieve first: most events are nobody's repeat, and need no search
    coarse = np.zeros(slots, dtype=np.bool_)
    coarse[several % slots] = True
    among = np.flatnonzero(coarse[pair % slots])
    found = several[np.minimum(np.searchsorted(several, pair[among]), len(several) - 1)]
    among = among[found == pair[among]]
    parts = [pair[among], values[among].astype(np.int64)]
    if times is not None:
        parts.append(times[among])
    if marks is not None:
        parts.append(marks[among].astype(np.int64))
    return len(among) - len(np.unique(np.stack(parts, axis=1), axis=0))


def look_alikes(ids: IdArray) -> int:
    """How many text ids differ from another one only by case."""
    if ids.dtype.kind != "O":
        return 0
    seen: dict[str, int] = {}
    for key in ids.tolist():
        folded = key.casefold()
        seen[folded] = seen.get(folded, 0) + 1
    return sum(count for count in seen.values() if count > 1)


def note_on_people_and_statements(
    findings: Findings, votes: Votes, statements: Sequence[Statement], participants: Sequence[int | str] | None
) -> None:
    """Notes on who and what was listed without votes, or voted (on) without being listed; None = there was no list."""
    counts = np.diff(votes.offsets)
    if participants is not None:
        listed = {str(key) for key in participants}
        unlisted = sum(1 for key in votes.participant_ids.tolist() if str(key) not in listed)
        findings.note(
            NoteKind.PEOPLE_NOT_LISTED,
            unlisted,
            f"{unlisted:,} people voted and are not in the list of participants; their votes were taken.",
        )
    silent = int((counts == 0).sum())
    findings.note(
        NoteKind.PEOPLE_WITHOUT_VOTES,
        silent,
        f"{silent:,} participants have no vote; they are counted, and are on no map.",
    )
    voted = np.zeros(votes.n_statements, dtype=np.bool_)
    voted[votes.columns] = True
    without = int((~voted).sum())
    findings.note(NoteKind.STATEMENTS_WITHOUT_VOTES, without, f"{without:,} statements have no vote.")
    known = {str(entry.id) for entry in statements}
    if known:
        untold = sum(1 for key in votes.statement_ids.tolist() if str(key) not in known)
        findings.note(
            NoteKind.STATEMENTS_NOT_LISTED,
            untold,
            f"{untold:,} statements have votes and are not in the list of statements; they have no text.",
        )
    for word, ids in (("participant", votes.participant_ids), ("statement", votes.statement_ids)):
        alike = look_alikes(ids)
        findings.note(
            NoteKind.LOOK_ALIKES,
            alike,
            f"{alike:,} {word} ids differ from another one only by case; they count as different.",
        )
    overrides = sum(
        1
        for entry in votes.statements
        if any(map(cells.has_direction_override, (entry.text, *entry.translations.values())))
    )
    findings.note(
        NoteKind.DIRECTION_OVERRIDES,
        overrides,
        f"{overrides:,} statements hold characters that override the direction of writing: read them with care.",
    )


def _plain_array(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = _plain_array(column.dictionary).take(column.indices)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column


def _within(numbers: Int64Array) -> bool:
    return not len(numbers) or (int(numbers.min()) >= 0 and int(numbers.max()) < cells.LARGEST_NUMBER)


def _whole_numbers(column: pa.Array) -> Int64Array | None:
    try:
        return np.asarray(numbers_of(column.cast(pa.int64())), dtype=np.int64)
    except pa.ArrowInvalid:  # a fraction, or too large
        return None


def _canonical_numbers(column: pa.Array) -> Int64Array | None:
    """Text as numbers if all of it is written in the one way in which we write numbers (no 007, no +7, no 0x7)."""
    try:
        numbers = column.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    if not pc.all(pc.equal(numbers.cast(pa.string()), column)).as_py() and len(column):
        return None
    return np.asarray(numbers_of(numbers), dtype=np.int64)


def _votes_array(column: pa.Array) -> npt.NDArray[np.int8] | None:
    column = _plain_array(column)
    if column.null_count:
        return None
    if pa.types.is_string(column.type):
        return _each_distinct(column, cells.vote_of, np.int8)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        numbers = numbers_of(column)
        good = (numbers == -1) | (numbers == 0) | (numbers == 1) if numbers.dtype.kind != "u" else numbers <= 1
        return numbers.astype(np.int8) if bool(good.all()) else None
    return None


def _marks_array(column: pa.Array) -> npt.NDArray[np.bool_] | None:
    column = _plain_array(column)
    if column.null_count:
        return None
    if pa.types.is_boolean(column.type):
        return np.asarray(numbers_of(column), dtype=np.bool_)
    if pa.types.is_string(column.type):
        return _each_distinct(column, cells.mark_of, np.bool_)
    return None


def _times_array(column: pa.Array) -> Int64Array | None:
    column = _plain_array(column)
    if column.null_count:
        return None
    if pa.types.is_timestamp(column.type):
        return np.asarray(numbers_of(column.cast(pa.timestamp("us"), safe=False).cast(pa.int64())), dtype=np.int64)
    if pa.types.is_string(column.type):
        numbers = _canonical_numbers(column)
        if numbers is not None:
            return cells.times_of(numbers)
        try:
            return np.array([cells.time_of(text) for text in column.to_pylist()], dtype=np.int64)
        except CellError:
            return None
    if pa.types.is_floating(column.type):
        return cells.times_of(numbers_of(column).astype(np.float64))
    numbers = _whole_numbers(column) if pa.types.is_integer(column.type) else None
    return cells.times_of(numbers) if numbers is not None else None


def _each_distinct(column: pa.Array, take: Any, dtype: Any) -> npt.NDArray[Any] | None:
    """Each distinct text checked once, then looked up for all rows."""
    encoded = column.dictionary_encode()
    try:
        table = np.array([take(text) for text in encoded.dictionary.to_pylist()], dtype=dtype)
    except CellError:
        return None
    return np.asarray(table[numbers_of(encoded.indices)], dtype=dtype)
