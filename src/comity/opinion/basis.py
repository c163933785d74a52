"""The basis of a map, where people stand on it, and what they add to the sums.

A full run finds a `Basis`: the number of axes, the model that places people, the density of opinion with its groups, the cells.
From then on everything that depends on one person follows from their own votes and the basis (`place`), and whatever is published is a
sum of what each person adds (`gather`). So people can be added and taken out in any order and partition, and a live map
(`live.py`), a full run and a node in another country arrive at the same integers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion import cells as space
from comity.opinion import groups as grouping
from comity.opinion import model as response
from comity.opinion.votes import Votes

Array = npt.NDArray[Any]
Int64Array = npt.NDArray[np.int64]

CERTAIN = 0.8
"""A membership of at least this probability counts as certain."""
SCALE = 10_000
"""Membership probabilities are summed in ten-thousandths."""


@dataclass(frozen=True, slots=True)
class FullRun:
    """The votes that a basis was found from: their digest (`Votes.digest`), and how many people and votes they were."""

    votes_sha256: str
    participants: int
    votes: int


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What a live map holds between full runs: the number of axes and why, the model that places people, the density of
    opinion with its groups, the cells, and the squares of the drawn map. Everything that depends on one person follows from
    their own votes and this.
    """

    run: FullRun
    choice: response.AxesChoice
    model: response.ResponseModel
    grouping: grouping.Grouping
    tree: space.CellTree
    frame: space.Frame

    def digest(self) -> str:
        """SHA-256 (hex) of everything that decides where a person stands: two bases with the same digest place everybody alike."""
        mixture = self.grouping.mixture
        hasher = hashlib.sha256(b"comity-basis/1\n")
        for array in (
            self.model.means, self.model.covariances, self.model.active,
            mixture.shares, mixture.centres, mixture.covariance, mixture.group_of,
            self.tree.axis, self.tree.threshold, self.tree.below, self.tree.above, self.tree.leaf,
            np.array([*self.frame.low, self.frame.step], dtype=np.int64),
        ):  # fmt: skip
            hasher.update(f"{array.dtype.kind}{array.shape}\n".encode())
            hasher.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
        return hasher.hexdigest()

    def over(self, place: Int64Array, n_statements: int) -> Basis:
        """The same basis when there are more statements: statement j becomes `place[j]` of `n_statements`.

        Nobody's place changes. The new statements keep the prior and take no part in the model until the next full run.
        """
        d = self.model.n_axes
        nothing = response.Moments(
            np.zeros((n_statements, (d + 1) * (d + 2) // 2), dtype=np.int64),
            np.zeros((n_statements, d + 1), dtype=np.int64),
            np.zeros(0, dtype=np.int64),
            np.zeros(0, dtype=np.int64),
            0,
        )
        prior = response.maximised(nothing, np.zeros(n_statements, dtype=np.bool_))
        for wide, narrow in (
            (prior.means, self.model.means),
            (prior.covariances, self.model.covariances),
            (prior.active, self.model.active),
        ):
            wide[place] = narrow
        return replace(self, model=prior)


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where everybody stands on a basis: packed moments (n_participants, n_pairs), who is on the map, membership (-1 = not),
    probabilities (n_participants, n_groups), and grid positions (n_participants, n_axes).
    """

    positions: response.Positions
    membership: npt.NDArray[np.int32]
    probabilities: npt.NDArray[np.float64]
    grid: Int64Array


def place(votes: Votes, basis: Basis, *, threads: int = 1, positions: response.Positions | None = None) -> Placement:
    """Everybody on a held basis; each person's place follows from their own votes. O(votes x axes^2) time."""
    found = positions or response.place(votes, basis.model, threads=threads)
    mixture = basis.grouping.mixture
    state, components = grouping.toward(found, mixture, threads=threads)
    probabilities = grouping.by_group(components, mixture)
    membership = np.where(found.placed, probabilities.argmax(axis=1), -1).astype(np.int32)
    probabilities = np.where(found.placed[:, None], np.round(probabilities, 4), 0.0)
    at = response.Positions(state, found.placed)
    return Placement(at, membership, probabilities, space.on_grid(at.means))


@dataclass(frozen=True, slots=True, eq=False)
class SegmentTotals:
    """What people add by declared segment. sizes (n_labels,); counts (n_labels, n_statements, 3): agree, pass, disagree; unplaced
    (n_labels, n_statements, 3): those of `counts` that are of people who are on no map; by_group (n_labels, n_groups);
    not_declared (): people who declared nothing. All int64.
    """

    labels: tuple[str, ...]
    sizes: Int64Array
    counts: Int64Array
    unplaced: Int64Array
    by_group: Int64Array
    not_declared: Int64Array


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Sums over people, before any floor: everything that `Sums` is made from. All int64; totals of parts may be added.

    participants, placed (): people, and those on the map. counts (n_groups + 1, n_statements, 3): agree, pass, disagree by
    group, the last row for people who are on no map; marks (n_groups + 1, n_statements): votes marked as important.
    weights, signs: see `model.Moments`. cell_people (n_cells,), cell_positions (n_cells, n_axes). group_sizes, group_certain,
    group_probability (n_groups,), group_positions (n_groups, n_axes): see `Sums`. square_people (n_groups, n_squares),
    square_positions (n_groups, n_squares, 2): the squares of the drawn map, for each group its own.
    """

    participants: Int64Array
    placed: Int64Array
    counts: Int64Array
    marks: Int64Array
    weights: Int64Array
    signs: Int64Array
    cell_people: Int64Array
    cell_positions: Int64Array
    group_sizes: Int64Array
    group_certain: Int64Array
    group_probability: Int64Array
    group_positions: Int64Array
    square_people: Int64Array
    square_positions: Int64Array
    segments: Mapping[str, SegmentTotals]

    def plus(self, other: Totals, sign: int = 1) -> Totals:
        """The totals of both parts, or with sign -1 of this one without the other. Statements, basis and labels are the same."""
        both: Totals = _each(lambda mine, theirs: mine + sign * theirs, self, other)
        return both

    def over(self, place: Int64Array, n_statements: int) -> Totals:
        """The same totals when there are more statements: statement j becomes `place[j]` of `n_statements`."""

        def spread(array: Int64Array, axis: int) -> Int64Array:
            shape = (*array.shape[:axis], n_statements, *array.shape[axis + 1 :])
            wide = np.zeros(shape, dtype=np.int64)
            wide[(slice(None),) * axis + (place,)] = array
            return wide

        return replace(
            self,
            counts=spread(self.counts, 1),
            marks=spread(self.marks, 1),
            weights=spread(self.weights, 0),
            signs=spread(self.signs, 0),
            segments={
                name: replace(s, counts=spread(s.counts, 1), unplaced=spread(s.unplaced, 1))
                for name, s in self.segments.items()
            },
        )

    def labelled(self, name: str, labels: tuple[str, ...], place: Int64Array) -> Totals:
        """The same totals with other labels of a segment: label number l becomes `place[l]`, -1 leaves it out."""
        old = self.segments[name]
        kept = np.flatnonzero(place >= 0)

        def moved(array: Int64Array) -> Int64Array:
            wide = np.zeros((len(labels), *array.shape[1:]), dtype=np.int64)
            wide[place[kept]] = array[kept]
            return wide

        new = SegmentTotals(
            labels, moved(old.sizes), moved(old.counts), moved(old.unplaced), moved(old.by_group), old.not_declared
        )
        return replace(self, segments={**self.segments, name: new})

    def in_one_group(self) -> Totals:
        """The same totals when everybody on the map is one group, to which they belong for certain."""
        return replace(
            self,
            counts=np.concatenate([_together(self.counts[:-1]), self.counts[-1:]]),
            marks=np.concatenate([_together(self.marks[:-1]), self.marks[-1:]]),
            group_sizes=_together(self.group_sizes),
            group_certain=_together(self.group_sizes),
            group_probability=_together(self.group_sizes) * SCALE,
            group_positions=_together(self.group_positions),
            square_people=_together(self.square_people),
            square_positions=_together(self.square_positions),
            segments={
                name: replace(s, by_group=s.by_group.sum(axis=1, keepdims=True)) for name, s in self.segments.items()
            },
        )

    def in_no_group(self) -> Totals:
        """The same totals when nobody is on a map."""
        emptied = ("group_", "square_", "cell_")
        return replace(
            self,
            placed=np.zeros_like(self.placed),
            counts=_together(self.counts),
            marks=_together(self.marks),
            segments={
                name: replace(s, unplaced=s.counts, by_group=s.by_group[:, :0]) for name, s in self.segments.items()
            },
            **{e.name: getattr(self, e.name)[:0] for e in fields(self) if e.name.startswith(emptied)},
        )


def _each(combine: Any, left: Any, right: Any) -> Any:
    """A new dataclass of the kind of both, every array combined, mappings entry by entry; what else there is, is kept."""
    changed: dict[str, Any] = {}
    for entry in fields(left):
        mine, theirs = getattr(left, entry.name), getattr(right, entry.name)
        if isinstance(mine, np.ndarray):
            changed[entry.name] = np.asarray(combine(mine, theirs))
        elif isinstance(mine, Mapping):
            changed[entry.name] = {name: _each(combine, mine[name], theirs[name]) for name in mine}
    return replace(left, **changed)


def gather(votes: Votes, basis: Basis, placement: Placement, *, threads: int = 1) -> Totals:
    """What these people, who stand where `placement` says, add to the sums. O(votes x axes^2) time."""
    placed = placement.positions.placed
    n_groups, n_axes = basis.grouping.n_groups, basis.model.n_axes
    moments = response.moments_of(votes, basis.model, placement.positions.moments, threads=threads)
    grid = placement.grid[placed]
    fine, _ = space.summed(basis.tree, grid)
    inside = placement.membership[placed].astype(np.int64)
    best = placement.probabilities[placed, inside]
    square = basis.frame.square_of(grid) if n_axes else np.zeros(0, dtype=np.int64)  # nothing is drawn without an axis
    square += inside[: len(square)] * space.MAP_SQUARES
    plane = space.plane_of(grid)[: len(square)]
    counts, marks = counted(votes, placement.membership, n_groups)
    segments = {}
    for name, segment in votes.segments.items():
        n_labels = len(segment.labels)
        declared = segment.codes >= 0
        both = declared & placed
        across = segment.codes[both] * np.int64(n_groups) + placement.membership[both]
        segments[name] = SegmentTotals(
            segment.labels,
            _people(segment.codes[declared], n_labels),
            counted(votes, segment.codes, n_labels)[0][:-1],
            counted(votes, np.where(placed, -1, segment.codes), n_labels)[0][:-1],
            _people(across, n_labels * n_groups).reshape(n_labels, n_groups),
            np.array((~declared).sum(), dtype=np.int64),
        )
    return Totals(
        participants=np.array(votes.n_participants, dtype=np.int64),
        placed=np.array(placed.sum(), dtype=np.int64),
        counts=counts,
        marks=marks,
        weights=moments.weights,
        signs=moments.signs,
        cell_people=fine.people,
        cell_positions=fine.sums,
        group_sizes=_people(inside, n_groups),
        group_certain=_people(inside[best >= CERTAIN], n_groups),
        group_probability=_total(inside, np.rint(best * SCALE), n_groups),
        group_positions=_totals(inside, grid, n_groups),
        square_people=_people(square, n_groups * space.MAP_SQUARES).reshape(n_groups, space.MAP_SQUARES),
        square_positions=_totals(square, plane, n_groups * space.MAP_SQUARES).reshape(n_groups, space.MAP_SQUARES, 2),
        segments=segments,
    )


def counted(votes: Votes, part: Array, n_parts: int) -> tuple[Int64Array, Int64Array]:
    """Votes by part of the people (part (n_participants,), -1 = none): agree, pass, disagree (n_parts + 1, n_statements, 3), and
    votes marked as important (n_parts + 1, n_statements), 0 where nobody was asked. The last row: people in no part.
    """
    counts = np.zeros((n_parts + 1, votes.n_statements, 3), dtype=np.int64)
    marks = np.zeros((n_parts + 1, votes.n_statements), dtype=np.int64)
    important = votes.important if votes.important is not None else np.zeros(0, dtype=np.bool_)
    _count(votes.offsets, votes.columns, votes.values, important, part, counts, marks)
    return counts, marks


def _together(array: Int64Array) -> Int64Array:
    return np.asarray(array.sum(axis=0, keepdims=True))


def _people(index: Array, n: int) -> Int64Array:
    return np.bincount(index, minlength=n).astype(np.int64)


def _total(index: Array, values: Array, n: int) -> Int64Array:
    """Sums of whole numbers by index; exact, as no partial sum comes near 2^53."""
    return np.bincount(index, weights=values, minlength=n).astype(np.int64)


def _totals(index: Array, values: Array, n: int) -> Int64Array:
    columns = [_total(index, values[:, a], n) for a in range(values.shape[1])]
    return np.stack(columns, axis=1) if columns else np.zeros((n, 0), dtype=np.int64)


@njit(cache=True, nogil=True)
def _count(
    offsets: Array, columns: Array, values: Array, important: Array, part: Array, counts: Array, marks: Array
) -> None:
    last = len(counts) - 1
    for i in range(len(offsets) - 1):
        p = part[i] if part[i] >= 0 else last
        for r in range(offsets[i], offsets[i + 1]):
            counts[p, columns[r], 1 - values[r]] += 1
        if len(important):
            for r in range(offsets[i], offsets[i + 1]):
                if important[r]:
                    marks[p, columns[r]] += 1
