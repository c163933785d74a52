"""Rows eight at a time: the sums are those of their written order, to the last bit, and rows next to them are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from comity.opinion.chance import hash_ids, normal
from comity.opinion.lanes import WIDTH, add_row, add_row_in_wholes, dot_rows, width_for


@njit
def dot(left: np.ndarray, i: int, right: np.ndarray, j: int) -> float:
    return dot_rows(left, i, right, j)


@njit
def add(into: np.ndarray, i: int, factor: float, row: np.ndarray, j: int) -> None:
    add_row(into, i, factor, row, j)


@njit
def add_in_wholes(into: np.ndarray, i: int, factor: float, row: np.ndarray, j: int) -> None:
    add_row_in_wholes(into, i, factor, row, j)


def drawn(rows: int, width: int, seed: int) -> np.ndarray:
    return normal(hash_ids(np.arange(rows * width), seed, "lanes")).reshape(rows, width)


def written_out(left: np.ndarray, right: np.ndarray) -> float:
    sums = [0.0] * WIDTH
    for t, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        sums[t % WIDTH] += a * b
    while len(sums) > 1:
        half = len(sums) // 2
        sums = [sums[k] + sums[k + half] for k in range(half)]
    return sums[0]


@pytest.mark.parametrize("width", [8, 24, 40])
def test_a_dot_product_is_that_of_its_written_order(width: int) -> None:
    left, right = drawn(3, width, 1), drawn(2, width, 2)
    for i in range(3):
        for j in range(2):
            assert dot(left, i, right, j) == written_out(left[i], right[j])


def test_a_row_is_added_where_it_belongs() -> None:
    into, row = drawn(3, 16, 3), drawn(2, 16, 4)
    wanted = into.copy()
    wanted[1] += 0.37 * row[1]
    add(into, 1, 0.37, row, 1)
    assert into.tobytes() == wanted.tobytes()


def test_products_are_rounded_half_to_even_before_they_are_added() -> None:
    row = np.array([[0.5, 1.5, 2.5, -0.5, -1.5, 0.49, 2.0**50 + 0.5, -3.51]])
    into = np.full((2, 8), 7.0)
    add_in_wholes(into, 1, 1.0, row, 0)
    np.testing.assert_array_equal(into, [[7.0] * 8, (7.0 + np.rint(row[0])).tolist()])


def test_a_width_is_the_next_multiple_of_eight() -> None:
    assert [width_for(n) for n in (1, 8, 9, 21, 28)] == [8, 8, 16, 24, 32]
