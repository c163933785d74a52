"""The floor: what is left out of the sums, and what beside it, so that nothing can be recovered by subtraction.

An entry that rests on fewer than `floor` people is left out. Where its table adds up to something that is published, that would
not help: the total less the other entries is the entry. So what is left out of one sum is always at least two entries, which
together rest on at least `floor` people. The second is chosen by what is published of the parts, never by its own count: the
choice gives nothing away. How this is attacked, and what it does not protect against: docs/opinion.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion import cells as space
from comity.opinion.basis import SCALE, Basis, Totals
from comity.opinion.groups import Grouping
from comity.opinion.result import Settings
from comity.opinion.sums import LEFT_OUT, SegmentSums, Sums, TrialSums
from comity.opinion.votes import Votes

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

MAP_SMALLEST = 5
"""A cell, a mark on the map or a group never holds fewer people than this, whatever the floor."""


def left_out(people: Array, floor: int, order: Sequence[int], always: Array | None = None) -> Mask:
    """(n_parts, n_sums) bool: entries to be left out of sums over parts whose totals are published.

    people (n_parts, n_sums) int: how many people each entry rests on. order: the parts, the one to be left out first as a second
    entry in front. always (n_parts,) bool: parts of which nothing is published.

    Each column has no entry left out, or at least two that together rest on `floor` people, or all of them.

    >>> left_out(np.array([[3, 9], [8, 8], [7, 7]]), 5, order=[2, 1, 0]).T.tolist()
    [[True, False, True], [False, False, False]]
    """
    if floor <= 1:
        return np.zeros(people.shape, dtype=np.bool_)
    out = people < floor
    if always is not None:
        out |= always[:, None]
    for part in order:
        together = np.where(out, people, 0).sum(axis=0)
        out[part] |= out.any(axis=0) & ((out.sum(axis=0) < 2) | (together < floor))
    return np.asarray(out, dtype=np.bool_)


def left_out_across(people: Array, floor: int, *, free_row: int | None = None) -> Mask:
    """(n_rows, n_columns) bool: entries to be left out of a table of which every row total and every column total is published.

    people (n_rows, n_columns) int: entries, all row and column totals at least `floor`. free_row: one that is published in no
    case, and is therefore the first to be left out beside others.

    What is left out is a whole block of rows and columns: two or more of each, and in each row and column of it at least `floor`
    people. All that the totals then tell of an entry is a range at least `floor` wide (the bounds of Fréchet, 1940).
    """
    small = people < floor
    if floor <= 1 or not small.any():
        return np.zeros(people.shape, dtype=np.bool_)
    rows: Mask = np.asarray(small.any(axis=1))
    columns: Mask = np.asarray(small.any(axis=0))
    # A row without a small entry gives every column of the block enough; so one more is enough, and the same with columns.
    if rows.sum() < 2 or (people[rows][:, columns].sum(axis=0) < floor).any():
        rows = _with_one_more(rows, people.sum(axis=1), free_row)
    if columns.sum() < 2 or (people[rows][:, columns].sum(axis=1) < floor).any():
        columns = _with_one_more(columns, people.sum(axis=0), None)
    return np.asarray(rows[:, None] & columns[None, :], dtype=np.bool_)


def smallest_first(people: Sequence[int] | Array) -> list[int]:
    """Parts by their number of people, the smallest in front; ties: the part named first."""
    return sorted(range(len(people)), key=lambda part: (int(people[part]), part))


def _with_one_more(chosen: Mask, totals: Array, free: int | None) -> Mask:
    """The free line if it was not chosen, else the one with the smallest total (ties: the first); all if none is left."""
    others = [line for line in smallest_first(totals) if not chosen[line]]
    if free is not None and not chosen[free]:
        others = [free]
    return np.asarray(chosen | np.isin(np.arange(len(chosen)), others[:1]))


# --- the totals of everybody, made public ---


def published_sums(totals: Totals, basis: Basis, votes: Votes, settings: Settings) -> Sums:
    """What is published of the totals of everybody on a basis.

    votes: only its statements and whether anybody was asked what is important are read, so it may hold nobody.
    """
    floor = settings.floor
    smallest = max(MAP_SMALLEST, floor)
    totals, stability, resampled = _with_groups(totals, basis.grouping, smallest)
    counted, n_groups = _without_few(totals, floor), len(totals.group_sizes)
    overall, by_group, marks = counted.counts.sum(axis=0), counted.counts[:-1], counted.marks
    seen = by_group.sum(axis=2)
    active = basis.model.active & (
        overall[:, 0] + overall[:, 2] >= max(floor, 1)
    )  # on a held basis votes may have gone
    out = left_out(seen, floor, smallest_first(totals.group_sizes))
    few = (overall.sum(axis=1) < floor) & (floor > 1)
    asked = votes.important is not None
    unclear = totals.group_sizes - totals.group_certain
    fine, _ = space.bubbles(space.Cells(totals.cell_people, totals.cell_positions), smallest=smallest)
    drawn = [
        space.bubbles(space.Cells(totals.square_people[g], totals.square_positions[g]), smallest=smallest)[0]
        for g in range(n_groups)
    ]
    return Sums(
        floor=floor,
        participants=int(counted.participants),
        on_the_map=int(counted.placed),
        statement_ids=tuple(votes.statement_ids.tolist()),
        taking_part=np.array([s.takes_part for s in votes.statements], dtype=np.bool_),
        overall=np.where(few[:, None], LEFT_OUT, overall),
        important=np.where(few, LEFT_OUT, marks.sum(axis=0)) if asked else None,
        hidden=basis.choice.hidden,
        axes=basis.choice.axes,
        trials=tuple(
            TrialSums(t.axes, t.loss, round(t.auc * 1e6), round(t.difference_error * 1e6))
            for t in (basis.choice.plain, *basis.choice.trials)
        ),
        active=active,
        weights=np.where(active[:, None], totals.weights, 0),
        signs=np.where(active[:, None], totals.signs, 0),
        cell_people=fine.people,
        cell_positions=fine.sums,
        group_sizes=totals.group_sizes,
        group_certain=np.where(
            _few(totals.group_certain, floor) | _few(unclear, floor), LEFT_OUT, totals.group_certain
        ),
        group_probability=totals.group_probability,
        group_positions=totals.group_positions,
        stability=np.where(np.isnan(stability), -1, np.rint(np.nan_to_num(stability) * SCALE)).astype(np.int64),
        components=basis.grouping.components,
        resampled=resampled,
        group_counts=np.where(out[:, :, None], LEFT_OUT, by_group),
        group_important=np.where(out, LEFT_OUT, marks[:-1]) if asked else None,
        segments={name: _segment(counted, name, overall.sum(axis=1), floor) for name in counted.segments},
        bubble_people=np.concatenate([_NOBODY.people, *(bubbles.people for bubbles in drawn)]),
        bubble_positions=np.concatenate([_NOBODY.sums, *(bubbles.sums for bubbles in drawn)]),
        bubble_group=np.array([g for g, bubbles in enumerate(drawn) for _ in bubbles.people], dtype=np.int64),
    )


_NOBODY = space.Cells(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64))


def _few(people: Array, floor: int) -> Array:
    return (people > 0) & (people < floor)


def _with_groups(totals: Totals, found: Grouping, smallest: int) -> tuple[Totals, Array, tuple[int, ...]]:
    """The totals by groups that may be shown, how stable those are, and how many groups were found in resamples.

    No group where fewer than `smallest` people are on the map. On a basis that is held while people come and go a group may have
    become smaller than that: then everybody is one group until the next full run.
    """
    sizes = totals.group_sizes
    if len(sizes) and sizes.min() >= smallest:
        return totals, found.stability, found.resampled
    if totals.placed >= smallest:
        return totals.in_one_group(), np.full(1, np.nan), ()
    return totals.in_no_group(), np.full(0, np.nan), ()


def _without_few(totals: Totals, floor: int) -> Totals:
    """The totals without votes that would be alone: those of people who are on no map, on a statement that fewer than `floor` of them
    answered; and without these people, if they are fewer than `floor` altogether.

    By group and by segment everybody else's votes are published, so theirs could be had by subtraction.
    """
    if floor <= 1:
        return totals
    alone = totals.counts[-1].sum(axis=1) < floor
    counts, marks = totals.counts.copy(), totals.marks.copy()
    counts[-1, alone] = 0
    marks[-1, alone] = 0
    segments = {}
    for name, segment in totals.segments.items():
        mine = segment.counts.copy()
        mine[:, alone] -= segment.unplaced[:, alone]
        segments[name] = replace(segment, counts=mine)
    gone = totals.participants - totals.placed < floor
    participants = totals.placed if gone else totals.participants
    return replace(totals, participants=participants, counts=counts, marks=marks, segments=segments)


def _segment(totals: Totals, name: str, overall: Array, floor: int) -> SegmentSums:
    """A declared trait. Beside its labels its tables have a row for people who declared nothing, which is never published by
    statement or group, and is therefore what is left out first beside something else. overall (n_statements,): all votes.
    """
    segment = totals.segments[name]
    n_labels = len(segment.labels)
    declared = segment.by_group.sum(axis=1)
    sizes = np.append(declared, totals.placed - declared.sum())
    seen = segment.counts.sum(axis=2)
    seen = np.vstack([seen, overall - seen.sum(axis=0)])
    present = np.append(np.ones(n_labels, dtype=np.bool_), sizes[-1] > 0)
    unsized = np.zeros(n_labels + 1, dtype=np.bool_)
    order = [n_labels, *smallest_first(declared)]
    unsized[present] = left_out(sizes[present, None], floor, [part for part in order if present[part]])[:, 0]
    hidden = unsized[:n_labels]

    present[-1] |= bool(seen[-1].any())
    unseen = left_out(seen[present], floor, [part for part in order if present[part]], unsized[present])[:n_labels]

    # People by label and group. All labels whose size is not published stand in one row with those who declared nothing.
    table = segment.by_group[~hidden]
    rest = totals.group_sizes - table.sum(axis=0)
    table = np.vstack([table, rest]) if rest.any() else table
    block = left_out_across(table, floor, free_row=len(table) - 1 if rest.any() else None)
    across = np.full(segment.by_group.shape, LEFT_OUT, dtype=np.int64)
    across[~hidden] = np.where(block[: len(table) - int(rest.any())], LEFT_OUT, segment.by_group[~hidden])
    return SegmentSums(
        segment.labels,
        np.where(hidden, LEFT_OUT, declared),
        np.where(unseen[:, :, None], LEFT_OUT, segment.counts),
        across,
        LEFT_OUT if unsized[-1] else int(sizes[-1]),
    )
