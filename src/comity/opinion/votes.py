"""Votes in canonical form: the one shape in which every part of the engine takes them.

However votes arrive (files, arrays, in any order, with revotes), they become one table in compressed rows: people ordered by
id, each person's votes ordered by statement id, one value per person and statement. What is computed from a `Votes` can
therefore not depend on the order of arrival. Five bytes are held per vote.
"""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

AGREE, PASS, DISAGREE = 1, 0, -1

Int8Array = npt.NDArray[np.int8]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IdArray = npt.NDArray[Any]
"""Ids: int64 when every id is a whole number, else an object array of str. Always in ascending order."""


class VotesError(ValueError):
    """Votes that cannot be taken as they are; the message names the place and the mend."""


class Moderation(StrEnum):
    """What moderators did with a statement; UNMODERATED ones were shown unless moderation was strict."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNMODERATED = "unmoderated"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that people voted on.

    `translations` maps a BCP 47 language tag to the text in that language; `text` is the original in `language`
    (empty string where the language is not known). `meta` marks a statement about the person ("I work in ..."), which
    takes no part in findings.
    """

    id: int | str
    text: str = ""
    language: str = ""
    moderation: Moderation = Moderation.UNMODERATED
    meta: bool = False
    seed: bool = False
    author: int | str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def takes_part(self) -> bool:
        """Whether findings may name the statement: neither rejected nor about the person."""
        return self.moderation is not Moderation.REJECTED and not self.meta


@dataclass(frozen=True, slots=True)
class Segment:
    """A declared trait of participants (region, bloc, role, gender, language ...).

    labels: the values that occur, ascending. codes (n_participants,) int32: index into `labels`, -1 = not declared.
    """

    name: str
    labels: tuple[str, ...]
    codes: Int32Array


@dataclass(frozen=True, slots=True)
class Votes:
    """One value per participant and statement, in canonical order.

    participant_ids (n_participants,), statement_ids (n_statements,): ascending, see `IdArray`.
    offsets (n_participants + 1,) int64: the votes of person i are rows offsets[i]:offsets[i + 1].
    columns (n_votes,) int32: index into statement_ids, ascending within a person.
    values (n_votes,) int8: +1 agree, 0 pass, -1 disagree. A vote that was never cast has no row: missing is not pass.
    important (n_votes,) bool, or None where nobody was asked: the person marked the statement as important.
    statements: one for each of statement_ids, in that order. segments: by name.
    """

    participant_ids: IdArray
    statement_ids: IdArray
    offsets: Int64Array
    columns: Int32Array
    values: Int8Array
    statements: tuple[Statement, ...]
    important: BoolArray | None = None
    segments: Mapping[str, Segment] = field(default_factory=dict)

    @property
    def n_participants(self) -> int:
        return len(self.participant_ids)

    @property
    def n_statements(self) -> int:
        return len(self.statement_ids)

    @property
    def n_votes(self) -> int:
        return len(self.values)

    @classmethod
    def from_events(
        cls,
        participant: npt.ArrayLike,
        statement: npt.ArrayLike,
        vote: npt.ArrayLike,
        *,
        time: npt.ArrayLike | None = None,
        important: npt.ArrayLike | None = None,
        statements: Sequence[Statement] = (),
        participants: Sequence[int | str] | npt.NDArray[Any] = (),
        segments: Mapping[str, Mapping[int | str, str]] | None = None,
        threads: int = 1,
    ) -> Votes:
        """Canonical votes from vote events, one entry per event in each array (all of equal length n_events).

        participant, statement: ids, whole numbers or text (text made only of digits counts as the number).
        vote: +1 agree, 0 pass, -1 disagree. time: any ordered number; of several events of one person on one statement
        the latest counts, at equal times (or without times) the last in the arrays.
        statements: known statements, those without a vote included; a voted one that is not listed gets an empty text.
        participants: ids of people who may have no vote at all; they are counted, and are on no map.
        segments: name of the trait -> {participant id -> value}; ids that did not vote are ignored. threads: changes the time
        only.

        Raises VotesError for lengths that differ, votes outside -1, 0, +1, ids that cannot be taken (see `number_ids`), or an id
        listed twice in `statements`. O(n_events) time for whole-number ids, a sort by time only where somebody voted twice on a
        statement. Memory beside the arguments: 18 bytes per event at the peak (whole-number ids, votes as int8), 5 of which stay.
        """
        from comity.opinion.kernels import rows_from_events  # compiled: whoever only names votes does not wait for that

        given = {"participant": participant, "statement": statement, "time": time, "important": important}
        cast = np.asarray(vote)
        arrays = {name: np.asarray(entry) for name, entry in given.items() if entry is not None}
        for name, array in arrays.items():
            if len(array) != len(cast):
                raise VotesError(
                    f"{name} has {len(array)} entries and vote has {len(cast)}: give one entry per event in each."
                )
        values = _as_votes(cast)
        with ThreadPoolExecutor(max(1, threads)) as pool:
            people = pool.submit(number_ids, arrays["participant"], participants, "participant")
            listed = pool.submit(number_ids, arrays["statement"], [known.id for known in statements], "statement")
            (participant_ids, person), (statement_ids, column) = people.result(), listed.result()
        known_statements = _by_id(statements)
        marks = None if important is None else np.asarray(arrays["important"], dtype=np.bool_)
        shape = len(participant_ids), len(statement_ids)
        offsets, columns, kept, kept_marks = rows_from_events(person, column, values, *shape, marks, threads)
        if time is not None and len(kept) < len(cast) and not (arrays["time"][1:] >= arrays["time"][:-1]).all():
            # somebody voted twice on a statement, so that it matters which came last
            order = np.argsort(arrays["time"], kind="stable")
            offsets, columns, kept, kept_marks = rows_from_events(
                person[order], column[order], values[order], *shape, None if marks is None else marks[order], threads
            )
        return cls(
            participant_ids=participant_ids,
            statement_ids=statement_ids,
            offsets=offsets,
            columns=columns,
            values=kept,
            # among text ids a number is text too, so the listed statement is sought in its plain form
            statements=tuple(
                replace(known_statements.get(plain_id(key), Statement(id=key)), id=key)
                for key in statement_ids.tolist()
            ),
            important=kept_marks,
            segments={
                name: _segment(name, declared, participant_ids) for name, declared in sorted((segments or {}).items())
            },
        )

    @classmethod
    def from_matrix(
        cls,
        matrix: npt.ArrayLike,
        *,
        participants: Sequence[int | str] | None = None,
        statements: Sequence[Statement] | Sequence[int | str] | None = None,
        segments: Mapping[str, Mapping[int | str, str]] | None = None,
    ) -> Votes:
        """Canonical votes from a dense matrix (n_participants, n_statements): +1, 0, -1, NaN = not seen.

        Without ids people and statements are numbered from 0.
        """
        dense = np.asarray(matrix, dtype=np.float64)
        if dense.ndim != 2:
            raise VotesError(f"the matrix has {dense.ndim} axes: give (participants, statements).")
        people = list(range(dense.shape[0])) if participants is None else list(participants)
        listed = list(range(dense.shape[1])) if statements is None else list(statements)
        if len(people) != dense.shape[0] or len(listed) != dense.shape[1]:
            raise VotesError(
                f"the matrix is {dense.shape[0]} x {dense.shape[1]}, but {len(people)} participants and {len(listed)} statements are named."
            )
        known = [entry if isinstance(entry, Statement) else Statement(id=entry) for entry in listed]
        row, col = np.nonzero(~np.isnan(dense))
        return cls.from_events(
            np.asarray(people, dtype=object)[row]
            if any(isinstance(p, str) for p in people)
            else np.asarray(people, dtype=np.int64)[row],
            np.asarray([s.id for s in known], dtype=object)[col],
            dense[row, col],
            statements=known,
            participants=people,
            segments=segments,
        )

    def people(self, chosen: npt.NDArray[Any]) -> Votes:
        """The same votes for some of the people: `chosen` is a mask (n_participants,) or ascending indices."""
        index = np.flatnonzero(chosen) if np.asarray(chosen).dtype == np.bool_ else np.asarray(chosen)
        counts = np.diff(self.offsets)
        keep = np.zeros(self.n_participants, dtype=np.bool_)
        keep[index] = True
        rows = np.repeat(keep, counts)
        offsets = np.concatenate(([0], np.cumsum(counts[keep]))).astype(np.int64)
        return replace(
            self,
            participant_ids=self.participant_ids[keep],
            offsets=offsets,
            columns=self.columns[rows],
            values=self.values[rows],
            important=None if self.important is None else self.important[rows],
            segments={name: _declared_by(s, keep) for name, s in self.segments.items()},
        )

    def rows(self, kept: BoolArray) -> Votes:
        """The same people and statements with only the votes that `kept` (n_votes,) marks."""
        totals = np.concatenate(([0], np.cumsum(kept, dtype=np.int64)))
        return replace(
            self,
            offsets=totals[self.offsets],
            columns=self.columns[kept],
            values=self.values[kept],
            important=None if self.important is None else self.important[kept],
        )

    @property
    def persons(self) -> Int32Array:
        """(n_votes,) int32: the person's index of each vote."""
        return np.repeat(np.arange(self.n_participants, dtype=np.int32), np.diff(self.offsets))

    def dense(self) -> FloatArray:
        """(n_participants, n_statements) float64 with NaN where no vote exists; for small conversations and tests."""
        matrix = np.full((self.n_participants, self.n_statements), np.nan)
        matrix[self.persons, self.columns] = self.values
        return matrix

    def digest(self) -> str:
        """SHA-256 (hex) of the votes: ids, who voted what, moderation, importance marks and segments, texts not included.

        Two sets of votes have the same digest exactly when every finding computed from them is the same.
        """
        hasher = hashlib.sha256(b"comity-votes/2\n")

        def numbers(kind: str, array: npt.NDArray[Any]) -> None:
            hasher.update(np.ascontiguousarray(array, dtype=kind).data)

        def texts(listed: Sequence[Any]) -> None:
            """Each with its length, so that no two lists run together to the same bytes."""
            hasher.update(struct.pack("<Q", len(listed)))
            for text in listed:
                encoded = str(text).encode()
                hasher.update(struct.pack("<Q", len(encoded)) + encoded)

        for ids in (self.participant_ids, self.statement_ids):
            if ids.dtype == np.int64:
                hasher.update(struct.pack("<cQ", b"i", len(ids)))
                numbers("<i8", ids)
            else:
                hasher.update(b"t")
                texts(ids.tolist())
        numbers("<i8", self.offsets)
        numbers("<i4", self.columns)
        numbers("i1", self.values)
        texts([statement.moderation.value for statement in self.statements])
        numbers("u1", np.array([statement.meta for statement in self.statements], dtype=np.bool_))
        hasher.update(b"-" if self.important is None else b"+" + np.packbits(self.important).tobytes())
        for name, segment in sorted(self.segments.items()):
            texts([name, *segment.labels])
            numbers("<i4", segment.codes)
        return hasher.hexdigest()


def number_ids(
    given: npt.ArrayLike, also: Sequence[int | str] | npt.NDArray[Any] = (), name: str = "id"
) -> tuple[IdArray, Int32Array]:
    """Distinct ids in ascending order and, for each of `given`, its place among them.

    Ids are int64 when all of them (those of `also` included) are whole numbers or digits, else text; `also` lists ids that
    exist without an event; `name` is what an error calls them. Returns (ids (n_ids,), index (len(given),) int32).
    Raises VotesError for an id that is missing (None, NaN) or a number that is not below 2^63 (as a float: 2^53) in size.
    O(n) time, whole numbers also when they are far apart; 4 bytes per entry beside what is returned.
    """
    array = np.asarray(given)
    extra = np.asarray(also, dtype=None if isinstance(also, np.ndarray) else object)
    if array.dtype.kind in "iu" and (
        extra.dtype.kind in "iu" or all(isinstance(key, (int, np.integer)) for key in extra.tolist())
    ):
        listed = extra if extra.dtype.kind in "iu" else _whole([plain_id(key, name) for key in extra.tolist()])
        if max((int(a.max()) for a in (array, listed) if len(a)), default=0) > MOST:
            raise VotesError(f"{name} {max(int(a.max()) for a in (array, listed) if len(a))} {_TOO_LARGE}")
        return _number_whole(array, listed.astype(np.int64))
    raw = array.tolist()
    plain = {key: plain_id(key, name) for key in itertools.chain(dict.fromkeys(raw), extra.tolist())}
    if all(isinstance(key, int) for key in plain.values()):
        return _number_whole(
            np.fromiter((plain[key] for key in raw), dtype=np.int64, count=len(raw)),
            _whole([plain[key] for key in extra.tolist()]),
        )
    ids = sorted({str(key) for key in plain.values()})
    place_of = {key: place for place, key in enumerate(ids)}
    place = {key: place_of[str(meant)] for key, meant in plain.items()}
    return np.array(ids, dtype=object), np.fromiter((place[key] for key in raw), dtype=np.int32, count=len(raw))


MOST = 2**63 - 1
_TOO_LARGE = "is too large for an id that is a number: use whole numbers below 2^63 in size, or text."


def _whole(ids: list[Any]) -> Int64Array:
    return np.array(ids, dtype=np.int64)


def _number_whole(given: npt.NDArray[Any], also: Int64Array) -> tuple[IdArray, Int32Array]:
    """`number_ids` for integers (n,) of any kind that fit in 64 bits."""
    from comity.opinion.kernels import mark_present, numbered, placed  # compiled

    low = min((int(a.min()) for a in (given, also) if len(a)), default=0)
    high = max((int(a.max()) for a in (given, also) if len(a)), default=-1)
    span = high - low + 1
    if span > 4 * (len(given) + len(also)) + 1024:
        found, index = numbered(np.concatenate((given.astype(np.int64, copy=False), also)))
        order = np.argsort(found, kind="stable")
        rank = np.empty(len(found), dtype=np.int32)
        rank[order] = np.arange(len(found), dtype=np.int32)
        return found[order], rank[index[: len(given)]]
    given = np.ascontiguousarray(given, dtype=np.int32 if given.dtype == np.int32 else np.int64)
    present = np.zeros(span, dtype=np.bool_)  # ids that lie close: mark them, and count
    mark_present(also, low, present)
    if not present.all():
        mark_present(given, low, present)
    index = np.empty(len(given), dtype=np.int32)
    placed(given, low, np.cumsum(present, dtype=np.int32) - np.int32(1), index)
    return np.flatnonzero(present).astype(np.int64) + low, index


def _as_votes(given: npt.NDArray[Any]) -> Int8Array:
    """Votes as int8, or VotesError with the place of the first that is none."""
    if given.dtype.kind in "iu":
        good = not len(given) or bool(given.min() >= DISAGREE and given.max() <= AGREE)
    else:
        good = bool(np.isin(given, (AGREE, PASS, DISAGREE)).all())
    if not good:
        row = int(np.flatnonzero(~np.isin(given, (AGREE, PASS, DISAGREE)))[0])
        raise VotesError(f"vote[{row}] is {given[row]!r}: use +1 for agree, 0 for pass, -1 for disagree.")
    return given.astype(np.int8, copy=False)


def plain_id(key: Any, name: str = "id") -> int | str:
    """An id as the whole number or the text that it means."""
    if isinstance(key, str):
        bare = key.strip()
        is_number = bare.isascii() and bare.isdigit() and (bare == "0" or not bare.startswith("0")) and len(bare) < 19
        return int(bare) if is_number else bare
    if isinstance(key, (int, np.integer)):
        if not -MOST - 1 <= key <= MOST:
            raise VotesError(f"{name} {key} {_TOO_LARGE}")
        return int(key)
    if key is None or key != key:
        raise VotesError(f"{name} {key!r} is missing: every event names a person and a statement.")
    if isinstance(key, (float, np.floating)) and float(key).is_integer():
        if abs(float(key)) >= 2.0**53:
            raise VotesError(f"{name} {key!r} is a float too large to be exact: give ids as whole numbers or as text.")
        return int(key)
    return str(key)


def _by_id(statements: Sequence[Statement]) -> dict[int | str, Statement]:
    known: dict[int | str, Statement] = {}
    for statement in statements:
        key = plain_id(statement.id)
        if key in known:
            raise VotesError(f"statement {statement.id!r} is listed twice: give each id once.")
        known[key] = statement if statement.id == key else replace(statement, id=key)
    return known


def _declared_by(segment: Segment, keep: BoolArray) -> Segment:
    """The segment among some of the people; a label that nobody declares any more goes too, as if they had never come."""
    codes = segment.codes[keep]
    occurs = np.zeros(len(segment.labels), dtype=np.bool_)
    occurs[codes[codes >= 0]] = True
    place = np.append(np.cumsum(occurs, dtype=np.int32) - 1, -1).astype(np.int32)  # the last entry: not declared
    labels = tuple(label for label, kept in zip(segment.labels, occurs.tolist(), strict=True) if kept)
    return Segment(segment.name, labels, place[codes])


def _segment(name: str, declared: Mapping[int | str, str], participant_ids: IdArray) -> Segment:
    by_id = {str(plain_id(key)): value for key, value in declared.items()}
    found = [by_id.get(str(key)) for key in participant_ids.tolist()]
    labels = tuple(sorted({value for value in found if value}))
    place = {value: code for code, value in enumerate(labels)}
    codes = np.array([place[value] if value else -1 for value in found], dtype=np.int32)
    return Segment(name=name, labels=labels, codes=codes)
