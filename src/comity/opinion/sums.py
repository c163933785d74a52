"""Sums: the integers that the published findings were computed from, and nothing else that is needed.

`sums.json` is one of these. Each entry is a sum over people; with a floor of K, an entry that rests on fewer than K people, and
what would give it away by subtraction, is left out before anything is computed (`floor.py`), so that every finding declared as
`Needs.SUMS` follows from what is published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.votes import VotesError

FORMAT = "comity-opinion-sums/1"
LEFT_OUT = -1
"""What stands in a table of sums where an entry was left out. It is not zero: zero is a count."""
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
    """People on the map and everybody's votes by declared segment. sizes (n_labels,): people; counts (n_labels, n_statements, 3):
    agree, pass, disagree; by_group (n_labels, n_groups): people, which add up to `sizes`; not_declared: people who declared
    nothing. -1: left out under the floor.
    """

    labels: tuple[str, ...]
    sizes: Int64Array
    counts: Int64Array
    by_group: Int64Array
    not_declared: int


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """See the module. -1 in any array: left out under the floor.

    participants: people who are counted; on_the_map: those of them who have a place on the map, 0 where there is none.
    statement_ids (n_statements,). overall (n_statements, 3), group_counts (n_groups, n_statements, 3): agree, pass, disagree.
    important (n_statements,), group_important (n_groups, n_statements): marks, or None where nobody was asked.
    group_sizes, group_certain (n_groups,); group_probability (n_groups,) summed membership probability in ten-thousandths;
    group_positions (n_groups, n_axes): summed grid positions; stability (n_groups,): ten-thousandths, -1 unknown.
    active (n_statements,) bool; weights, signs: see `model.Moments`. cell_people (n_cells,), cell_positions (n_cells, n_axes).
    bubble_people (n_bubbles,), bubble_positions (n_bubbles, 2), bubble_group (n_bubbles,): the group of everybody in it.
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
    bubble_group: Int64Array


_ARRAYS = (
    "overall", "important", "weights", "signs", "cell_people", "cell_positions", "group_sizes", "group_certain",
    "group_probability", "group_positions", "stability", "group_counts", "group_important", "bubble_people", "bubble_positions",
    "bubble_group",
)  # fmt: skip
_NUMBERS = ("floor", "participants", "on_the_map", "hidden", "axes", "components")
_SHAPED = (
    "overall",
    "cell_positions",
    "group_positions",
    "bubble_positions",
    "signs",
    "weights",
    "group_counts",
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


def written(sums: Sums) -> bytes:
    """The bytes of sums.json. Half a surrogate pair, which a label may hold, has no UTF-8 and is written as its escape."""
    return to_json(sums).encode("utf-8", "backslashreplace")


def digest(sums: Sums) -> str:
    """SHA-256 (hex) of sums.json."""
    return hashlib.sha256(written(sums)).hexdigest()


def from_json(text: str) -> Sums:
    """What `to_json` wrote, to the letter.

    Raises VotesError for another format, a missing key, a number that is not whole (1.0 is not), and for anything else that
    `to_json` would not write like that.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VotesError(f"sums.json is not valid JSON ({error}): fetch the folder again.") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise VotesError(f"sums.json does not say format {FORMAT!r}: it is not of this version, or not of Comity.")
    try:
        given: dict[str, Any] = {name: data[name] for name in Sums.__slots__}
        for name in _NUMBERS:
            _whole(given[name], name, depth=0)
        _whole(given["resampled"], "resampled", depth=1)
        for n, trial in enumerate(given["trials"]):
            _whole(list(trial.values()), f"trials[{n}]", depth=1)
        for name, s in given["segments"].items():
            _whole(s["not_declared"], f"segments.{name}.not_declared", depth=0)
        for name in _ARRAYS:
            depth = None if name in (*_SHAPED, "group_important") else 1
            if given[name] is not None or name not in ("important", "group_important"):
                given[name] = _whole(given[name], name, depth)
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
                _whole(s["sizes"], f"segments.{name}.sizes", depth=1),
                _whole(s["counts"], f"segments.{name}.counts").reshape(
                    len(s["labels"]), len(given["statement_ids"]), 3
                ),
                _whole(s["by_group"], f"segments.{name}.by_group").reshape(len(s["labels"]), len(given["group_sizes"])),
                s["not_declared"],
            )
            for name, s in given["segments"].items()
        }
        found = Sums(**given)
        as_written = written(found) == text.encode("utf-8", "backslashreplace")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, VotesError):
            raise
        raise VotesError(f"sums.json is incomplete or damaged at {error}: fetch the folder again.") from error
    if not as_written:
        raise VotesError("sums.json is not as Comity writes it: it was changed, or damaged. Fetch the folder again.")
    return found


def _whole(value: Any, place: str, depth: int | None = None) -> Int64Array:
    """Nested lists of whole numbers as an array, `depth` lists deep. VotesError names a figure that is none."""
    numbers = [(value, place)]
    while numbers:
        entry, at = numbers.pop()
        if isinstance(entry, list):
            numbers += [(inner, f"{at}[{n}]") for n, inner in enumerate(entry) if type(inner) is not int]
        elif type(entry) is not int:
            raise VotesError(f"sums.json: {at} is {str(entry)[:40]}, which is no whole number: it is damaged.")
    array = np.array(value, dtype=np.int64)
    if depth not in (None, array.ndim):
        raise VotesError(f"sums.json: {place} is {str(value)[:40]}, which is no such figure: it is damaged.")
    return array
