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

from comity.opinion.result import GroundScore, OpinionResult, Rate
from comity.opinion.votes import FloatArray, IdArray, Segment

IntArray = npt.NDArray[np.integer[Any]]

_NO_GROUP = -1


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
                raise TableError(f"{name} has shape {array.shape} and there are {people} ids: give {axes} axes, the first of length {people}.")
        if self.position.shape != self.position_sd.shape:
            raise TableError(f"position has shape {self.position.shape}, position_sd {self.position_sd.shape}: give both the same.")


def statements_table(result: OpinionResult) -> pa.Table:
    """One row per statement, in the order of `result.statements`; null is "not enough evidence" or "not asked"."""
    entries = result.statements
    columns: dict[str, Any] = {
        "id": _ids([entry.id for entry in entries]),
        "text": _texts(entry.text for entry in entries),
        "language": _texts(entry.language or None for entry in entries),
        "translations": pa.array([list(entry.translations.items()) for entry in entries], pa.map_(pa.string(), pa.string())),
        "moderation": _texts(entry.moderation for entry in entries),
        "takes_part": pa.array([entry.takes_part for entry in entries], pa.bool_()),
        **_rates("", [entry.overall for entry in entries]),
        "important": _counts(entry.important for entry in entries),
    }
    for name in ("least_agreeing_fifth", "least_group", "group_informed_consensus"):
        columns |= _scores(name, [getattr(entry, name) for entry in entries])
    columns["divisiveness"] = _floats(entry.divisiveness for entry in entries)
    columns["intercept"] = _floats(entry.intercept for entry in entries)
    for axis in range(max((len(entry.slopes) for entry in entries), default=0)):
        columns[f"slope_{axis + 1}"] = _floats(entry.slopes[axis] if axis < len(entry.slopes) else None for entry in entries)
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
        raise TableError(f"group has index {int(participants.group.max())} and the result {len(result.groups)} groups: use 0 to n - 1, or -1.")
    if participants.probability.shape[1] != len(result.groups):
        raise TableError(f"probability has {participants.probability.shape[1]} columns and the result {len(result.groups)} groups.")
    columns: dict[str, Any] = {
        "id": _ids(participants.ids.tolist()),
        "votes": pa.array(participants.votes.astype(np.int64)),
        "agrees": pa.array(participants.agrees.astype(np.int64)),
        "passes": pa.array(participants.passes.astype(np.int64)),
        "disagrees": pa.array(participants.disagrees.astype(np.int64)),
        "group": pa.array(names[np.where(participants.group < 0, len(result.groups), participants.group)].tolist(), pa.string()),
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
    return pa.table(columns).replace_schema_metadata({key: _encodable(text) for key, text in about.items()})


def _encodable(text: str) -> str:
    """Arrow takes UTF-8 only; half a surrogate pair, which some inputs hold, is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _ids(ids: list[int | str]) -> pa.Array:
    if all(isinstance(key, int) for key in ids):
        return pa.array(ids, pa.int64())
    return _texts(str(key) for key in ids)


def _texts(values: Iterable[str | None]) -> pa.Array:
    return pa.array([None if value is None else _encodable(value) for value in values], pa.string())


def _counts(values: Iterable[int | None]) -> pa.Array:
    return pa.array(list(values), pa.int64())


def _floats(values: Iterable[float | None]) -> pa.Array:
    return pa.array(list(values), pa.float64())


def _missing_as_null(values: FloatArray) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _rates(prefix: str, rates: list[Rate | None]) -> dict[str, pa.Array]:
    return {
        f"{prefix}agree": _counts(rate and rate.agree for rate in rates),
        f"{prefix}pass": _counts(rate and rate.passed for rate in rates),
        f"{prefix}disagree": _counts(rate and rate.disagree for rate in rates),
        f"{prefix}share": _floats(rate and rate.share for rate in rates),
        f"{prefix}lower": _floats(rate and rate.lower for rate in rates),
        f"{prefix}upper": _floats(rate and rate.upper for rate in rates),
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
    row = pa.struct(
        [
            ("segment", pa.string()),
            ("label", pa.string()),
            ("agree", pa.int64()),
            ("pass", pa.int64()),
            ("disagree", pa.int64()),
            ("share", pa.float64()),
            ("lower", pa.float64()),
            ("upper", pa.float64()),
        ]
    )
    rows = [
        [
            {
                "segment": _encodable(part.name),
                "label": _encodable(label),
                "agree": rate.agree,
                "pass": rate.passed,
                "disagree": rate.disagree,
                "share": rate.share,
                "lower": rate.lower,
                "upper": rate.upper,
            }
            for part in entry.by_segment
            for label, rate in zip(labels[part.name], part.rates, strict=True)
        ]
        for entry in result.statements
    ]
    return pa.array(rows, pa.list_(row))
