"""Sums: the integers that the published findings were computed from, and nothing else that is needed.

`sums.json` is one of these. Each entry is a sum over people; with a floor of K, an entry that rests on fewer than K people is
left out before anything is computed, so that every finding declared as `Needs.SUMS` follows from what is published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.votes import VotesError

FORMAT = "comity-opinion-sums/1"
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrialSums:
    """Hidden votes predicted with so many axes (-1: the statement's plain rate). loss: summed log-loss in 2^-20 nats.
    auc, error: area under the curve and standard error of the difference from the best, in millionths.
    """

    axes: int
    loss: int
    auc: int
    error: int


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSums:
    """People and votes by declared segment. sizes (n_labels,); counts (n_labels, n_statements, 3): agree, pass, disagree;
    by_group (n_labels, n_groups). -1: left out under the floor.
    """

    labels: tuple[str, ...]
    sizes: Int64Array
    counts: Int64Array
    by_group: Int64Array
    not_declared: int


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """See the module. -1 in any array: left out under the floor.

    statement_ids (n_statements,). overall (n_statements, 3), group_counts (n_groups, n_statements, 3): agree, pass, disagree.
    important (n_statements,), group_important (n_groups, n_statements): marks, or None where nobody was asked.
    group_sizes, group_certain (n_groups,); group_probability (n_groups,) summed membership probability in ten-thousandths;
    group_positions (n_groups, n_axes): summed grid positions; stability (n_groups,): ten-thousandths, -1 unknown.
    active (n_statements,) bool; weights, signs: see `model.Moments`. cell_people (n_cells,), cell_positions (n_cells, n_axes).
    bubble_people (n_bubbles,), bubble_positions (n_bubbles, 2), bubble_groups (n_bubbles, n_groups).
    """

    floor: int
    participants: int
    on_the_map: int
    statement_ids: tuple[int | str, ...]
    taking_part: npt.NDArray[np.bool_]
    overall: Int64Array
    important: Int64Array | None
    hidden: int
    axes: int
    trials: tuple[TrialSums, ...]
    active: npt.NDArray[np.bool_]
    weights: Int64Array
    signs: Int64Array
    cell_people: Int64Array
    cell_positions: Int64Array
    group_sizes: Int64Array
    group_certain: Int64Array
    group_probability: Int64Array
    group_positions: Int64Array
    stability: Int64Array
    components: int
    resampled: tuple[int, ...]
    group_counts: Int64Array
    group_important: Int64Array | None
    segments: Mapping[str, SegmentSums]
    bubble_people: Int64Array
    bubble_positions: Int64Array
    bubble_groups: Int64Array


_ARRAYS = (
    "overall", "important", "weights", "signs", "cell_people", "cell_positions", "group_sizes", "group_certain",
    "group_probability", "group_positions", "stability", "group_counts", "group_important", "bubble_people", "bubble_positions",
    "bubble_groups",
)  # fmt: skip
_SHAPED = (
    "overall",
    "cell_positions",
    "group_positions",
    "bubble_positions",
    "bubble_groups",
    "signs",
    "weights",
    "group_counts",
)


def under_floor(counts: Int64Array, floor: int) -> Int64Array:
    """Counts (..., 3) with every entry that rests on fewer than `floor` people left out (-1 in all three)."""
    return np.asarray(
        np.where(counts.sum(axis=-1, keepdims=True) >= floor, counts, -1) if floor > 1 else counts, dtype=np.int64
    )


def known(counts: Int64Array) -> Int64Array:
    """Counts with what was left out taken as nothing known: no votes."""
    return np.asarray(np.where(counts < 0, 0, counts), dtype=np.int64)


def to_json(sums: Sums) -> str:
    """sums.json: keys in the order of the fields, arrays as nested lists with their shapes beside them."""
    data: dict[str, Any] = {"format": FORMAT}
    for name in Sums.__slots__:
        value = getattr(sums, name)
        if name == "trials":
            data[name] = [{key: getattr(trial, key) for key in TrialSums.__slots__} for trial in value]
        elif name == "segments":
            data[name] = {
                label: {
                    "labels": list(s.labels), "sizes": s.sizes.tolist(), "counts": s.counts.tolist(),
                    "by_group": s.by_group.tolist(), "not_declared": s.not_declared,
                }
                for label, s in value.items()
            }  # fmt: skip
        else:
            data[name] = (
                value.tolist() if isinstance(value, np.ndarray) else list(value) if isinstance(value, tuple) else value
            )
    data["shapes"] = {name: list(getattr(sums, name).shape) for name in _SHAPED}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def from_json(text: str) -> Sums:
    """What `to_json` wrote. Raises VotesError for another format, a missing key, or a number that is not whole."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise VotesError(f"sums.json is not valid JSON ({error}): fetch the folder again.") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise VotesError(f"sums.json does not say format {FORMAT!r}: it is not of this version, or not of Comity.")
    try:
        given: dict[str, Any] = {name: data[name] for name in Sums.__slots__}
        for name in _ARRAYS:
            given[name] = None if given[name] is None else np.array(given[name], dtype=np.int64)
        for name in _SHAPED:
            given[name] = given[name].reshape(data["shapes"][name])
        for name in ("taking_part", "active"):
            given[name] = np.array(given[name], dtype=np.bool_)
        given["statement_ids"] = tuple(given["statement_ids"])
        given["resampled"] = tuple(given["resampled"])
        given["trials"] = tuple(TrialSums(**trial) for trial in given["trials"])
        given["segments"] = {
            name: SegmentSums(
                tuple(s["labels"]),
                np.array(s["sizes"], dtype=np.int64),
                np.array(s["counts"], dtype=np.int64).reshape(len(s["labels"]), len(given["statement_ids"]), 3),
                np.array(s["by_group"], dtype=np.int64).reshape(len(s["labels"]), len(given["group_sizes"])),
                s["not_declared"],
            )
            for name, s in given["segments"].items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise VotesError(f"sums.json is incomplete or damaged at {error}: fetch the folder again.") from error
    return Sums(**given)
