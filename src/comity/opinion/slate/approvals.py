"""Who approves what: one table of approvals, from cells of people or from votes, on which slates are chosen and checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.slate.result import SlateError
from comity.opinion.votes import AGREE, BoolArray, Int64Array, Votes

MOST_PEOPLE = 2**53 - 1
"""Weights are summed in float64 by `numpy.bincount`, which is exact for whole numbers up to here."""


def expected_approvals(
    probabilities: npt.ArrayLike, *, digits: int = 6, threshold: Fraction = Fraction(1, 2)
) -> npt.NDArray[np.bool_]:
    """Whether each probability, rounded to `digits` decimals, is at least `threshold`; same shape as given.

    probabilities: in [0, 1], e.g. (n_cells, n_statements) of agreement among agree, disagree and pass at a cell's centre.
    Rounded first (half to even), the comparison is one of integers, and a last-bit difference between processors can
    matter only at the midpoints of the last digit. Raises SlateError for NaN or values outside [0, 1]: no answer is not "no".

    >>> expected_approvals([0.4999999, 0.499999]).tolist()
    [True, False]
    """
    array = np.asarray(probabilities, dtype=np.float64)
    if not ((array >= 0) & (array <= 1)).all():
        raise SlateError(
            "a probability is missing or outside [0, 1]: leave the statement out by `allowed` where there is none."
        )
    if not 1 <= digits <= 15:
        raise SlateError(f"digits is {digits}: use 1 to 15.")
    # units / 10^digits >= threshold, as whole numbers
    return np.asarray(
        np.rint(array * 10.0**digits).astype(np.int64) >= math.ceil(threshold * 10**digits), dtype=np.bool_
    )


@dataclass(frozen=True, slots=True)
class Approvals:
    """Who approves each statement: rows[offsets[c]:offsets[c + 1]] approve column c, ascending; none where c is not allowed.

    weights (n_rows,) int64: people in each row (a cell, or one person). allowed (n_statements,) bool. people: sum of weights.
    """

    weights: Int64Array
    offsets: Int64Array
    rows: npt.NDArray[Any]
    allowed: BoolArray
    people: int

    @classmethod
    def of_cells(cls, weights: npt.ArrayLike, approvals: npt.ArrayLike, allowed: npt.ArrayLike | None) -> Approvals:
        """Arguments: see `slate_of_cells`. Raises SlateError."""
        given, matrix = np.asarray(weights), np.asarray(approvals)
        if matrix.dtype != np.bool_ or matrix.ndim != 2:
            raise SlateError(f"approvals is {matrix.dtype} with {matrix.ndim} axes: give bool (cells, statements).")
        if given.shape != (len(matrix),) or given.dtype.kind not in "iu":
            raise SlateError(
                f"weights is {given.dtype} {given.shape} for {len(matrix)} cells: give one whole number for each cell."
            )
        mask = _mask(allowed, matrix.shape[1])
        if len(given) and int(given.min()) < 0:
            raise SlateError(f"weights[{int(np.argmin(given))}] is {int(given.min())}: people in a cell are 0 or more.")
        people = sum(given.tolist())
        if not 0 < people <= MOST_PEOPLE:
            raise SlateError(
                f"the weights sum to {people}: a slate needs at least one person and at most {MOST_PEOPLE}."
            )
        column, row = np.nonzero(matrix.T & mask[:, None])
        return cls(given.astype(np.int64), _offsets(column, len(mask)), row, mask, people)

    @classmethod
    def of_votes(cls, votes: Votes, allowed: BoolArray) -> tuple[Approvals, npt.NDArray[np.intp]]:
        """People who cast the vote agree, and which people are in it: indices, ascending, of those with a vote on an allowed
        statement. Raises SlateError without any.
        """
        usable = allowed[votes.columns]
        persons = votes.persons
        counted = np.flatnonzero(np.bincount(persons[usable], minlength=votes.n_participants))
        if not len(counted):
            raise SlateError("nobody has voted on an allowed statement: there is nobody to represent.")
        kept = usable & (votes.values == AGREE)
        place = np.zeros(votes.n_participants, dtype=np.int32)
        place[counted] = np.arange(len(counted), dtype=np.int32)
        columns = votes.columns[kept]
        # 16-bit keys are sorted by radix, in linear time
        order = np.argsort(columns.astype(np.uint16) if votes.n_statements < 2**16 else columns, kind="stable")
        rows = place[persons[kept][order]]
        ones = np.ones(len(counted), dtype=np.int64)
        return cls(ones, _offsets(columns, len(allowed)), rows, allowed, len(counted)), counted

    def supporters(self, column: int) -> npt.NDArray[Any]:
        return self.rows[self.offsets[column] : self.offsets[column + 1]]

    def columns(self) -> Int64Array:
        """(n_approvals,) the column of each entry of `rows`."""
        return np.repeat(np.arange(len(self.allowed), dtype=np.int64), np.diff(self.offsets))

    def support(self) -> Int64Array:
        """(n_statements,) weight of those who approve each statement."""
        weight = np.bincount(self.columns(), weights=self.weights[self.rows], minlength=len(self.allowed))
        return weight.astype(np.int64)

    def counts(self, chosen: Sequence[int]) -> Int64Array:
        """(n_rows,) how many of the chosen each row approves."""
        counted = np.zeros(len(self.weights), dtype=np.int64)
        for column in chosen:
            counted[self.supporters(column)] += 1
        return counted

    def weight_by_count(self, counts: Int64Array, highest: int) -> Int64Array:
        """(n_statements, highest + 1) weight of the supporters of each statement with each count."""
        shape = (len(self.allowed), highest + 1)
        key = self.columns() * shape[1] + counts[self.rows]
        table = np.bincount(key, weights=self.weights[self.rows], minlength=math.prod(shape))
        return table.astype(np.int64).reshape(shape)


def allowed_statements(votes: Votes, allowed: npt.ArrayLike | None) -> BoolArray:
    """(n_statements,) bool: `allowed`, by default the statements that take part in findings."""
    if allowed is None:
        return np.array([s.takes_part for s in votes.statements], dtype=np.bool_)
    return _mask(allowed, votes.n_statements)


def _mask(allowed: npt.ArrayLike | None, n_statements: int) -> BoolArray:
    mask = np.ones(n_statements, dtype=np.bool_) if allowed is None else np.asarray(allowed)
    if mask.dtype != np.bool_ or mask.shape != (n_statements,):
        raise SlateError(f"allowed is {mask.dtype} {mask.shape}: give one bool for each of {n_statements} statements.")
    return mask


def _offsets(columns: npt.NDArray[Any], n_statements: int) -> Int64Array:
    """(n_statements + 1,) where the entries of each column begin, once they are ordered by column."""
    return np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=n_statements)))).astype(np.int64)
