"""Figures at the published precision: one rule for one figure and for many."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion.result import DECIMALS, all_rounded, rounded

FIGURES = st.one_of(
    st.floats(-1e6, 1e6), st.integers(-(10**6), 10**6).map(lambda n: n / 20_000), st.sampled_from([0.0, -0.0, -1e-9])
)


@given(st.lists(st.one_of(FIGURES, st.just(math.nan))))
def test_many_figures_are_rounded_like_each_of_them(figures: list[float]) -> None:
    alone = [None if math.isnan(figure) else rounded(figure) for figure in figures]
    assert [repr(figure) for figure in all_rounded(np.array(figures, dtype=np.float64))] == [repr(f) for f in alone]


@given(FIGURES)
def test_a_rounded_figure_is_the_nearest_with_so_many_digits_and_never_minus_zero(figure: float) -> None:
    found = rounded(figure)
    assert found is not None
    assert abs(found - figure) <= 0.5 * 10.0**-DECIMALS * (1 + 1e-9) + 1e-9
    assert float(f"{found:.{DECIMALS}f}") == found
    assert math.copysign(1.0, found) > 0 or found < 0


def test_half_goes_to_even() -> None:
    assert [rounded(k / 160) for k in (1, 3, -1, -3)] == [0.0062, 0.0188, -0.0062, -0.0188]
    assert rounded(None) is None
