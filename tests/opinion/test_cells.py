"""Cells of opinion space: partitions of people in which nobody stands alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion import cells as space


@st.composite
def grids(draw: st.DrawFn) -> np.ndarray:
    n_people, n_axes = draw(st.integers(0, 60)), draw(st.integers(0, 3))
    narrow = draw(st.sampled_from([1, 3, 4000]))
    flat = draw(st.lists(st.integers(-narrow, narrow), min_size=n_people * n_axes, max_size=n_people * n_axes))
    return np.array(flat, dtype=np.int64).reshape(n_people, n_axes)


# --- fine cells ---


@given(grids(), st.integers(1, 8), st.integers(1, 12))
def test_fine_cells_part_people_and_none_is_small(grid: np.ndarray, smallest: int, most: int) -> None:
    tree = space.grow(grid, smallest=smallest, most=most)
    cells, cell = space.summed(tree, grid)
    assert len(cells.people) <= most
    assert cells.people.sum() == len(grid)
    if len(grid) >= smallest:
        assert (cells.people >= smallest).all()
    np.testing.assert_array_equal(np.bincount(cell, minlength=len(cells.people)), cells.people)
    for c in range(len(cells.people)):
        np.testing.assert_array_equal(grid[cell == c].sum(axis=0), cells.sums[c])
    np.testing.assert_array_equal(tree.cell_of(grid), cell)


@given(grids(), st.randoms(use_true_random=False))
def test_fine_cells_do_not_depend_on_the_order_of_people(grid: np.ndarray, random: object) -> None:
    order = list(range(len(grid)))
    random.shuffle(order)  # type: ignore[attr-defined]
    tree, other = space.grow(grid), space.grow(grid[order])
    for name in ("axis", "threshold", "below", "above", "leaf"):
        np.testing.assert_array_equal(getattr(tree, name), getattr(other, name))


@given(grids())
def test_people_on_one_point_stay_together(grid: np.ndarray) -> None:
    twice = np.concatenate((grid, grid))
    _, cell = space.summed(space.grow(twice, smallest=1), twice)
    np.testing.assert_array_equal(cell[: len(grid)], cell[len(grid) :])


def test_the_first_cut_is_at_the_median_of_the_axis_on_which_people_spread_most() -> None:
    grid = np.column_stack((np.arange(20) % 3, 100 * np.arange(20)))
    tree = space.grow(grid, smallest=5, most=2)
    assert (tree.axis[0], tree.threshold[0]) == (1, 1000)
    assert space.summed(tree, grid)[0].people.tolist() == [10, 10]


def test_who_comes_later_finds_a_cell_of_the_held_tree() -> None:
    tree = space.grow(np.arange(40)[:, None] * 10, smallest=10)
    assert tree.cell_of(np.array([[-1_000_000], [1_000_000]])).tolist() == [0, 3]
    with_nobody = space.summed(tree, np.zeros((0, 1), dtype=np.int64))[0]
    assert with_nobody.people.tolist() == [0, 0, 0, 0]


def test_centres_are_in_units_of_position() -> None:
    grid = space.on_grid(np.array([[0.5, -1.0], [1.5, -1.0]]))
    assert grid.tolist() == [[512, -1024], [1536, -1024]]
    cells, _ = space.summed(space.grow(grid, smallest=1, most=1), grid)
    assert cells.centres().tolist() == [[1.0, -1.0]]
    assert space.on_grid(np.array([[0.5, 1.5, 2.5]]) / 1024).tolist() == [[0, 2, 2]]  # half to even


# --- squares and bubbles of the map ---


def squares_of(frame: space.Frame, grid: np.ndarray) -> space.Cells:
    """The people of each square, summed."""
    square, plane = frame.square_of(grid), space.plane_of(grid)
    people, sums = np.zeros(space.MAP_SQUARES, dtype=np.int64), np.zeros((space.MAP_SQUARES, 2), dtype=np.int64)
    np.add.at(people, square, 1)
    np.add.at(sums, square, plane)
    return space.Cells(people, sums)


def drawn_of(grid: np.ndarray, smallest: int = 5) -> tuple[space.Cells, np.ndarray]:
    """The bubbles of these people in a frame of their own, and each person's bubble."""
    frame = space.frame_of(grid)
    drawn, bubble = space.bubbles(squares_of(frame, grid), smallest=smallest)
    return drawn, bubble[frame.square_of(grid)]


@given(grids(), st.integers(1, 8))
def test_bubbles_part_people_and_none_is_small(grid: np.ndarray, smallest: int) -> None:
    drawn, bubble = drawn_of(grid, smallest)
    if len(grid) < smallest:
        assert len(drawn.people) == 0
        assert (bubble == -1).all()
        return
    assert (drawn.people >= smallest).all()
    assert drawn.people.sum() == len(grid)
    assert drawn.sums.shape == (len(drawn.people), 2)
    np.testing.assert_array_equal(np.bincount(bubble, minlength=len(drawn.people)), drawn.people)
    for c in range(len(drawn.people)):
        np.testing.assert_array_equal(space.plane_of(grid)[bubble == c].sum(axis=0), drawn.sums[c])


@given(grids(), st.randoms(use_true_random=False))
def test_bubbles_do_not_depend_on_the_order_of_people(grid: np.ndarray, random: object) -> None:
    order = list(range(len(grid)))
    random.shuffle(order)  # type: ignore[attr-defined]
    drawn, bubble = drawn_of(grid)
    other, shuffled = drawn_of(grid[order])
    np.testing.assert_array_equal(drawn.people, other.people)
    np.testing.assert_array_equal(drawn.sums, other.sums)
    np.testing.assert_array_equal(bubble[order], shuffled)


@given(grids())
def test_a_frame_is_no_larger_than_it_must_be_and_nobody_of_it_is_moved_to_its_edge(grid: np.ndarray) -> None:
    frame, plane = space.frame_of(grid), space.plane_of(grid)
    at = (plane - np.array(frame.low)) // frame.step
    assert ((at >= 0) & (at < space.MAP_SIDE)).all()
    np.testing.assert_array_equal(at[:, 0] * space.MAP_SIDE + at[:, 1], frame.square_of(grid))
    if len(grid) and frame.step > 1:
        assert int(np.ptp(plane, axis=0).max()) // (frame.step - 1) >= space.MAP_SIDE


def test_who_comes_later_and_stands_beyond_the_frame_belongs_to_the_square_at_its_edge() -> None:
    frame = space.frame_of(np.array([[0, 0], [259, 100]]))
    assert (frame.low, frame.step) == ((0, 0), 10)
    beyond = np.array([[-5, 99], [10_000, -10_000], [10_000, 10_000]])
    assert frame.square_of(beyond).tolist() == [9, 25 * 26, 25 * 26 + 25]


def test_on_one_axis_bubbles_lie_on_a_line() -> None:
    drawn, _ = drawn_of(np.repeat([[-2000], [0], [2000]], 6, axis=0))
    assert drawn.people.tolist() == [6, 6, 6]
    assert drawn.sums.tolist() == [[-12_000, 0], [0, 0], [12_000, 0]]


def test_a_lonely_person_is_drawn_with_the_nearest() -> None:
    grid = np.array([[0, 0]] * 5 + [[9000, 0]] * 5 + [[6000, 0]])
    drawn, bubble = drawn_of(grid)
    assert drawn.people.tolist() == [5, 6]
    assert bubble[-1] == 1


@pytest.mark.parametrize("n_people", [0, 4, 5])
def test_fewer_than_five_people_are_not_drawn(n_people: int) -> None:
    drawn, _ = drawn_of(np.zeros((n_people, 2), dtype=np.int64))
    assert drawn.people.tolist() == ([5] if n_people == 5 else [])
