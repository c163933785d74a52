"""Written-out arithmetic against exact references: a few units in the last place, at the extremes too."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.opinion import arithmetic
from comity.opinion.chance import hash_ids, normal

FEW = 4.0
"""Units in the last place within which a function must be of the exact value."""


def ulps(found: float, exact: Decimal) -> float:
    """Distance of a float from the exact value in units in its last place."""
    return float(abs(Decimal(found) - exact) / Decimal(math.ulp(found)))


def exact_exp(x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return Decimal(x).exp()


def exact_log(x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return Decimal(x).ln()


def exact_logistic(x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return 1 / (1 + (-Decimal(x)).exp())


def draws(*shape: int, seed: int = 0) -> np.ndarray:
    return normal(hash_ids(np.arange(math.prod(shape)), seed, "arithmetic")).reshape(shape)


def definite(n: int, seed: int = 0) -> np.ndarray:
    half = draws(n, n + 2, seed=seed)
    return np.asarray(half @ half.T + 0.1 * np.eye(n))


# --- functions of one number ---


@given(st.floats(-700, 700))
def test_exp(x: float) -> None:
    assert ulps(arithmetic.exp(x), exact_exp(x)) <= FEW


def test_exp_at_the_extremes() -> None:
    assert arithmetic.exp(0.0) == 1.0
    assert arithmetic.exp(-0.0) == 1.0
    assert arithmetic.exp(-1e300) == arithmetic.exp(-709.0) == arithmetic.exp(-math.inf) == 0.0
    assert arithmetic.exp(1e300) == arithmetic.exp(math.inf) == arithmetic.exp(700.0) < math.inf
    assert ulps(arithmetic.exp(-707.9), exact_exp(-707.9)) <= FEW
    assert arithmetic.exp(5e-324) == 1.0


@given(st.floats(1e-300, 1e300))
def test_log(x: float) -> None:
    # near 1 the logarithm vanishes: there an absolute error below the spacing of numbers near 1 is what matters
    found, exact = arithmetic.log(x), exact_log(x)
    assert ulps(found, exact) <= FEW or abs(Decimal(found) - exact) < Decimal(2.0**-53)


def test_log_at_the_extremes() -> None:
    assert arithmetic.log(1.0) == 0.0
    for x in (math.nextafter(1, 0), math.nextafter(1, 2), 2.0**-1022, 1.7976931348623157e308, math.e, 0.5, 2.0):
        assert abs(Decimal(arithmetic.log(x)) - exact_log(x)) <= Decimal(FEW * math.ulp(float(exact_log(x))))


@given(st.floats(1e-3, 1e3))
def test_log_and_exp_undo_each_other(x: float) -> None:
    assert arithmetic.exp(arithmetic.log(x)) == pytest.approx(x, rel=1e-14)


@given(st.floats(-700, 700))
def test_logistic(x: float) -> None:
    assert ulps(arithmetic.logistic(x), exact_logistic(x)) <= FEW


@given(st.floats())
def test_logistic_is_a_probability_and_mirrors(x: float) -> None:
    p = arithmetic.logistic(x)
    if math.isnan(x):
        assert math.isnan(p)
    else:
        assert 0.0 <= p <= 1.0
        assert p + arithmetic.logistic(-x) == pytest.approx(1.0, abs=2.0**-52)


@given(st.floats(-30, 30), st.floats(0, 50))
def test_softened_draws_toward_one_half(mean: float, variance: float) -> None:
    p, plain = arithmetic.softened(mean, variance), arithmetic.logistic(mean)
    assert abs(p - 0.5) <= abs(plain - 0.5) + 1e-15
    assert arithmetic.softened(mean, 0.0) == plain


@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (1.0, 0.5), (-2.0, 1.0), (1.5, 4.0)])
def test_softened_is_near_the_mean_over_a_normal(mean: float, variance: float) -> None:
    t = np.linspace(-12, 12, 20_001)
    density = np.exp(-0.5 * t * t) / math.sqrt(2 * math.pi)
    expected = float(np.trapezoid(density / (1 + np.exp(-(mean + math.sqrt(variance) * t))), t))
    assert arithmetic.softened(mean, variance) == pytest.approx(expected, abs=0.02)


# --- small matrices ---


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 12])
def test_cholesky_and_inverse(n: int) -> None:
    a = definite(n, seed=n)
    factor, work, inverse = np.full((n, n), np.nan), np.zeros((n, n)), np.empty((n, n))
    arithmetic.cholesky(a, factor)
    np.testing.assert_allclose(factor, np.linalg.cholesky(a) if n else a, rtol=1e-12, atol=1e-12)
    arithmetic.inverse_from(factor, work, inverse)
    np.testing.assert_allclose(inverse, np.linalg.inv(a) if n else a, rtol=1e-9, atol=1e-11)
    np.testing.assert_array_equal(inverse, inverse.T)
    np.testing.assert_allclose(np.tril(work) @ factor, np.eye(n), atol=1e-11)


def test_cholesky_of_a_matrix_without_full_rank_stays_finite() -> None:
    factor, work, inverse = np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3))
    arithmetic.cholesky(np.ones((3, 3)), factor)
    arithmetic.inverse_from(factor, work, inverse)
    assert np.isfinite(factor).all()
    assert (np.diagonal(factor) > 0).all()
    assert np.isfinite(inverse).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6, 12])
def test_jacobi(n: int) -> None:
    a = draws(n, n, seed=n)
    a = a + a.T
    values, vectors = np.empty(n), np.empty((n, n))
    arithmetic.jacobi(a, values, vectors)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(a)[::-1] if n else values, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(n), atol=1e-13)
    np.testing.assert_allclose(a @ vectors, vectors * values, atol=1e-11)


@pytest.mark.parametrize(
    "a",
    [
        np.zeros((3, 3)),
        np.eye(4),
        np.diag([1.0, 5.0, 3.0]),
        np.ones((4, 4)),
        np.diag([1e200, 1.0, 1e-200]),
        np.diag([-2.0, 7.0]),
    ],
    ids=["zero", "identity", "diagonal", "rank one", "range", "negative"],
)
def test_jacobi_of_easy_and_degenerate_matrices(a: np.ndarray) -> None:
    n = len(a)
    values, vectors = np.empty(n), np.empty((n, n))
    before = a.copy()
    arithmetic.jacobi(a, values, vectors)
    np.testing.assert_array_equal(a, before)
    assert (np.diff(values) <= 0).all()
    np.testing.assert_allclose(values, np.sort(np.linalg.eigvalsh(a))[::-1], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(n), atol=1e-13)


# --- leading eigenvectors ---


def test_leading_eigenvectors() -> None:
    n, m = 40, 6
    turn, _ = np.linalg.qr(draws(n, n, seed=1))
    values = np.concatenate(([100.0, 60.0, 30.0, 10.0], np.linspace(1, 0.1, n - 4)))
    gram = turn * values @ turn.T
    found = arithmetic.leading_eigenvectors(np.ascontiguousarray(gram), draws(m, n, seed=2), 24)
    np.testing.assert_allclose(found @ found.T, np.eye(m), atol=1e-12)
    np.testing.assert_allclose(np.abs(found[:4] @ turn[:, :4]), np.eye(4), atol=1e-8)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_leading_eigenvectors_of_a_matrix_of_low_rank_stay_orthonormal_and_find_what_is_there(rank: int) -> None:
    basis, _ = np.linalg.qr(draws(10, 2, seed=3))
    gram = np.ascontiguousarray(basis[:, :rank] * [5.0, 2.0][:rank] @ basis[:, :rank].T)
    found = arithmetic.leading_eigenvectors(gram, draws(4, 10, seed=4), 24)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(np.abs(found[:rank] @ basis[:, :rank]), np.eye(rank), atol=1e-8)


def test_leading_eigenvectors_when_all_are_asked_for() -> None:
    a = definite(4)
    found = arithmetic.leading_eigenvectors(a, draws(4, 4, seed=5), 60)
    np.testing.assert_allclose(found @ a @ found.T, np.diag(np.linalg.eigvalsh(a)[::-1]), atol=1e-9)


def test_there_is_no_eigenvector_of_nothing() -> None:
    assert arithmetic.leading_eigenvectors(np.zeros((0, 0)), np.zeros((0, 0)), 5).shape == (0, 0)


def test_a_logarithm_ends_whatever_it_is_asked_for() -> None:
    assert arithmetic.log(0.0) == -math.inf
    assert arithmetic.log(math.inf) == math.inf
    assert math.isnan(arithmetic.log(-1.0))
    assert math.isnan(arithmetic.log(-math.inf))
    assert math.isnan(arithmetic.log(math.nan))
    assert ulps(arithmetic.log(5e-324), exact_log(5e-324)) <= FEW


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_many_inverses_are_each_as_if_alone(n: int) -> None:
    whole = [definite(n, seed) for seed in range(5)]

    def inverted(matrices: list[np.ndarray]) -> np.ndarray:
        block = np.stack([matrix.ravel() for matrix in matrices], axis=1)
        work, inverse = np.zeros_like(block), np.zeros_like(block)
        arithmetic.inverses(block, n, work, inverse)
        return inverse.T.reshape(-1, n, n)

    together = inverted(whole)
    for matrix, inverse in zip(whole, together, strict=True):
        np.testing.assert_allclose(inverse @ matrix, np.eye(n), atol=1e-9)
        assert inverse.tobytes() == inverted([matrix])[0].tobytes()
        np.testing.assert_array_equal(inverse, inverse.T)


def test_many_exponentials_are_each_as_if_alone() -> None:
    values = np.array([0.0, -0.3, 1.0, 30.7, -708.0, -708.02, -1e9, 700.0, 701.0, *(draws(60) * 40)])
    wanted = np.array([arithmetic.exp(float(x)) for x in values])
    found = values.copy()
    arithmetic.exponentials(found, np.empty((2, len(values))))
    assert found.tobytes() == wanted.tobytes()
