"""The tables of an analysis as Parquet: one row per statement, and one row per person.

Columns, types and missing values are listed in docs/report.md. The table of people is made from the votes and is as private as
they are; everything else that an analysis writes shows counts of people.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from comity.opinion.analysis import Analysis
from comity.opinion.result import GroundScore, OpinionResult, Rate
from comity.opinion.votes import FloatArray, IdArray, Segment, Votes

IntArray = npt.NDArray[np.integer[Any]]


class TableError(ValueError):
    """Arrays that do not belong together; the message names the array and the mend."""


@dataclass(frozen=True, slots=True)
class ParticipantTable:
    """Where each person stands, in the order of `Votes.participant_ids`.

    ids (n_participants,): int64, or object array of str. position, position_sd (n_participants, n_axes) float64: where on each
    axis, and how sure (standard deviation); NaN for people who are not on the map.
    group (n_participants,) int: index into `OpinionResult.groups`, -1 = in none. probability (n_participants, n_groups) float64:
    of belonging to each group, NaN for people who are not on the map.
    votes, agrees, passes, disagrees (n_participants,) int: how many votes each cast.
    segments: name of the trait -> declared values, see `Segment`.

    Raises TableError where lengths differ.
    """

    ids: IdArray
    position: FloatArray
    position_sd: FloatArray
    group: IntArray
    probability: FloatArray
    votes: IntArray
    agrees: IntArray
    passes: IntArray
    disagrees: IntArray
    segments: Mapping[str, Segment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        people = len(self.ids)
        named: list[tuple[str, npt.NDArray[Any], int]] = [
            ("position", self.position, 2),
            ("position_sd", self.position_sd, 2),
            ("group", self.group, 1),
            ("probability", self.probability, 2),
            ("votes", self.votes, 1),
            ("agrees", self.agrees, 1),
            ("passes", self.passes, 1),
            ("disagrees", self.disagrees, 1),
            *((f"segments[{name!r}]", segment.codes, 1) for name, segment in self.segments.items()),
        ]
        for name, array, axes in named:
            if array.ndim != axes or len(array) != people:
                raise TableError(
                    f"{name} has shape {array.shape} and there are {people} ids: give {axes} axes, the first of length {people}."
                )
        if self.position.shape != self.position_sd.shape:
            raise TableError(
                f"position has shape {self.position.shape}, position_sd {self.position_sd.shape}: give both the same."
            )


def participants_of(votes: Votes, analysis: Analysis) -> ParticipantTable:
    """Where everybody stands, who is in no group that the result names in none. votes: those that were analysed."""
    placement = analysis.placement
    n_groups = len(analysis.result.groups)
    off_map = ~placement.positions.placed[:, None]
    deviations = np.sqrt(np.maximum(np.einsum("paa->pa", placement.positions.variances()), 0.0))
    cast = [np.bincount(votes.persons[votes.values == vote], minlength=votes.n_participants) for vote in (1, 0, -1)]
    return ParticipantTable(
        ids=votes.participant_ids,
        position=np.where(off_map, np.nan, placement.positions.means),
        position_sd=np.where(off_map, np.nan, deviations),
        group=np.where(placement.membership < n_groups, placement.membership, -1),
        probability=np.where(off_map, np.nan, placement.probabilities[:, :n_groups]),
        votes=np.diff(votes.offsets),
        agrees=cast[0],
        passes=cast[1],
        disagrees=cast[2],
        segments=votes.segments,
    )


def statements_table(result: OpinionResult) -> pa.Table:
    """One row per statement, in the order of `result.statements`; null is "not enough evidence" or "not asked"."""
    entries = result.statements
    columns: dict[str, Any] = {
        "id": _ids([entry.id for entry in entries]),
        "text": _texts(entry.text for entry in entries),
        "language": _texts(entry.language or None for entry in entries),
        "translations": _translations(result),
        "moderation": _texts(entry.moderation for entry in entries),
        "takes_part": _flags(entry.takes_part for entry in entries),
        **_rates("", [entry.overall for entry in entries]),
        "important": _counts(entry.important for entry in entries),
    }
    for name in ("least_agreeing_fifth", "least_group", "group_informed_consensus"):
        columns |= _scores(name, [getattr(entry, name) for entry in entries])
    columns["divisiveness"] = _floats(entry.divisiveness for entry in entries)
    columns["intercept"] = _floats(entry.intercept for entry in entries)
    for axis in range(max((len(entry.slopes) for entry in entries), default=0)):
        columns[f"slope_{axis + 1}"] = _floats(
            entry.slopes[axis] if axis < len(entry.slopes) else None for entry in entries
        )
    for n, group in enumerate(result.groups):
        of_group = [entry.by_group[n] if n < len(entry.by_group) else None for entry in entries]
        columns |= _rates(f"group_{group.id}_", of_group)
        columns[f"group_{group.id}_important"] = _counts(
            None if entry.important_by_group is None else entry.important_by_group[n] for entry in entries
        )
    columns["by_segment"] = _segment_rates(result)
    return _table(columns, result)


def participants_table(result: OpinionResult, participants: ParticipantTable) -> pa.Table:
    """One row per person, in the order of `participants.ids`; null is "not on the map", "in no group" or "not declared"."""
    names = np.array([*(group.id for group in result.groups), None], dtype=object)
    if len(participants.group) and int(participants.group.max()) >= len(result.groups):
        raise TableError(
            f"group has index {int(participants.group.max())} and the result {len(result.groups)} groups: use 0 to n - 1, or -1."
        )
    if participants.probability.shape[1] != len(result.groups):
        raise TableError(
            f"probability has {participants.probability.shape[1]} columns and the result {len(result.groups)} groups."
        )
    columns: dict[str, Any] = {
        "id": _ids(participants.ids.tolist()),
        "votes": _whole(participants.votes),
        "agrees": _whole(participants.agrees),
        "passes": _whole(participants.passes),
        "disagrees": _whole(participants.disagrees),
        "group": _texts(names[np.where(participants.group < 0, len(result.groups), participants.group)].tolist()),
    }
    for n, group in enumerate(result.groups):
        columns[f"probability_{group.id}"] = _missing_as_null(participants.probability[:, n])
    for axis in range(participants.position.shape[1]):
        columns[f"position_{axis + 1}"] = _missing_as_null(participants.position[:, axis])
        columns[f"position_sd_{axis + 1}"] = _missing_as_null(participants.position_sd[:, axis])
    for name in sorted(participants.segments):
        segment = participants.segments[name]
        labels = np.array([*segment.labels, None], dtype=object)
        declared = labels[np.where(segment.codes < 0, len(segment.labels), segment.codes)]
        columns[f"segment_{_encodable(name)}"] = _texts(declared.tolist())
    return _table(columns, result)


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as one Parquet file, compressed so that every reader can open it."""
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


# --- columns ---


def _table(columns: dict[str, Any], result: OpinionResult) -> pa.Table:
    source = result.source
    about = {
        "comity": f"{result.software.name} {result.software.version}",
        "format": result.format,
        "title": source.title,
        "attribution": source.attribution,
        "simulated": "true" if source.simulated else "false",
        "votes_sha256": source.votes_sha256,
    }
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    return table.replace_schema_metadata({key: _encodable(text) for key, text in about.items()})


def _encodable(text: str) -> str:
    """Arrow takes UTF-8 only; half a surrogate pair, which some inputs hold, is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


# Columns are made from buffers: `pa.array` imports pandas wherever that is installed, which takes longer than all the rest.


def _column(kind: pa.DataType, values: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> pa.Array:
    """values (n,): numbers in the width of `kind`, of any value where not known (n,) bool, which becomes null."""
    validity = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(np.ascontiguousarray(values))])


def _ids(ids: list[int | str]) -> pa.Array:
    if all(isinstance(key, int) for key in ids):
        return _counts(ids)
    return _texts(str(key) for key in ids)


def _texts(values: Iterable[str | None]) -> pa.Array:
    given = list(values)
    encoded = [b"" if value is None else value.encode("utf-8", "backslashreplace") for value in given]
    known = np.array([value is not None for value in given], dtype=np.bool_)
    validity = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    offsets = _offsets(len(value) for value in encoded)
    return pa.Array.from_buffers(
        pa.string(), len(given), [validity, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    )


def _offsets(lengths: Iterable[int]) -> npt.NDArray[np.int32]:
    return np.cumsum([0, *lengths], dtype=np.int64).astype(np.int32)


def _counts(values: Iterable[Any]) -> pa.Array:
    given = list(values)
    known = np.array([value is not None for value in given], dtype=np.bool_)
    return _column(pa.int64(), np.array([value or 0 for value in given], dtype=np.int64), known)


def _floats(values: Iterable[float | None]) -> pa.Array:
    given = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return _missing_as_null(given)


def _missing_as_null(values: FloatArray) -> pa.Array:
    return _column(pa.float64(), values.astype(np.float64), ~np.isnan(values))


def _whole(values: IntArray) -> pa.Array:
    return _column(pa.int64(), values.astype(np.int64), np.ones(len(values), dtype=np.bool_))


def _flags(values: Iterable[bool]) -> pa.Array:
    given = np.array(list(values), dtype=np.bool_)
    return pa.Array.from_buffers(pa.bool_(), len(given), [None, pa.py_buffer(np.packbits(given, bitorder="little"))])


def _lists(parts: pa.Array, lengths: Iterable[int]) -> pa.Array:
    """Consecutive entries of `parts`, so many to each list."""
    offsets = _offsets(lengths)
    return pa.Array.from_buffers(
        pa.list_(parts.type), len(offsets) - 1, [None, pa.py_buffer(offsets)], children=[parts]
    )


def _rates(prefix: str, rates: list[Rate | None]) -> dict[str, pa.Array]:
    return {
        f"{prefix}agree": _counts(None if rate is None else rate.agree for rate in rates),
        f"{prefix}pass": _counts(None if rate is None else rate.passed for rate in rates),
        f"{prefix}disagree": _counts(None if rate is None else rate.disagree for rate in rates),
        f"{prefix}share": _floats(None if rate is None else rate.share for rate in rates),
        f"{prefix}lower": _floats(None if rate is None else rate.lower for rate in rates),
        f"{prefix}upper": _floats(None if rate is None else rate.upper for rate in rates),
    }


def _scores(name: str, scores: list[GroundScore]) -> dict[str, pa.Array]:
    return {
        name: _floats(score.estimate for score in scores),
        f"{name}_lower": _floats(score.lower for score in scores),
        f"{name}_upper": _floats(score.upper for score in scores),
        f"{name}_rank": _counts(score.rank for score in scores),
        f"{name}_weakest": _texts(score.weakest for score in scores),
    }


def _segment_rates(result: OpinionResult) -> pa.Array:
    """Agreement by declared part: for each statement a list of rows, in the order of segments and labels."""
    labels = {segment.name: segment.labels for segment in result.segments}
    rows = [
        [
            (part.name, label, rate)
            for part in entry.by_segment
            for label, rate in zip(labels[part.name], part.rates, strict=True)
        ]
        for entry in result.statements
    ]
    flat = [row for of_statement in rows for row in of_statement]
    columns = {
        "segment": _texts(name for name, _, _ in flat),
        "label": _texts(label for _, label, _ in flat),
        **_rates("", [rate for _, _, rate in flat]),
    }
    return _lists(pa.StructArray.from_arrays(list(columns.values()), list(columns)), map(len, rows))


def _translations(result: OpinionResult) -> pa.Array:
    """Language tag -> text, for each statement."""
    pairs = [pair for entry in result.statements for pair in entry.translations.items()]
    offsets = _offsets(len(entry.translations) for entry in result.statements)
    tags, texts = _texts(tag for tag, _ in pairs), _texts(text for _, text in pairs)
    return pa.MapArray.from_arrays(_column(pa.int32(), offsets, np.ones(len(offsets), dtype=np.bool_)), tags, texts)
