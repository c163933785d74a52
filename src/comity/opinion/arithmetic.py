"""Floats that are the same bytes on every processor.

Only +, -, *, / and the square root are used, which IEEE 754 rounds in one way everywhere, in one written order: no BLAS, no
mathematics library, no fused multiply-add, no reordering by the compiler. Logarithm, exponential, small Cholesky factors and
eigenvectors are therefore written out here. Accuracy is a few units in the last place, far beyond what is published.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_POWERS = np.ldexp(1.0, np.arange(-1022, 1024))  # exact: powers of two
_EXP = np.array([1.0 / math.factorial(k) for k in range(14)])
_LOG = np.array([1.0 / (2 * k + 1) for k in range(11)])


@njit(cache=True, nogil=True)
def exp(x: float) -> float:
    """e to the x by Cody-Waite reduction and a Taylor series of degree 13; 0 below -708, capped at x = 700."""
    if x < -708.0:
        return 0.0
    x = min(x, 700.0)
    whole = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    series = _EXP[13]
    for k in range(12, -1, -1):
        series = _EXP[k] + series * r
    return series * _POWERS[int(whole) + 1022]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def exponentials(values: Array, room: Array) -> None:
    """`exp` of each of many numbers, in place, bit for bit; room (2, at least as many). Step by step for all of them, so that the
    compiler may take several at once.
    """
    n = len(values)
    rest, series = room[0], room[1]
    for p in range(n):
        x = min(values[p], 700.0)
        whole = np.floor(x * 1.4426950408889634 + 0.5)
        rest[p] = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
        values[p] = whole if x >= -708.0 else -10_000.0
        series[p] = _EXP[13]
    for k in range(12, -1, -1):
        term = _EXP[k]
        for p in range(n):
            series[p] = term + series[p] * rest[p]
    for p in range(n):
        values[p] = series[p] * _POWERS[max(int(values[p]) + 1022, 0)] if values[p] > -10_000.0 else 0.0


@njit(cache=True, nogil=True)
def log(x: float) -> float:
    """Natural logarithm by the series of atanh; of 0 minus infinity, of infinity infinity, of anything below 0 or NaN NaN."""
    if not 0.0 < x < np.inf:
        if x == 0.0:
            return -np.inf
        return x if x > 0.0 else np.nan
    exponent = 0
    while x > 1.4142135623730951:
        x *= 0.5
        exponent += 1
    while x < 0.7071067811865476:
        x *= 2.0
        exponent -= 1
    z = (x - 1.0) / (x + 1.0)
    z2 = z * z
    series = _LOG[10]
    for k in range(9, -1, -1):
        series = _LOG[k] + series * z2
    natural: float = 2.0 * z * series + exponent * 0.6931471805599453
    return natural


@njit(cache=True, nogil=True)
def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)


@njit(cache=True, nogil=True)
def softened(mean: float, variance: float) -> float:
    """Mean of logistic(t) for t normal with this mean and variance; MacKay's approximation (Neural Computation 1992)."""
    return logistic(mean / np.sqrt(1.0 + 0.39269908169872414 * variance))


@njit(cache=True, nogil=True)
def product(left: Array, right: Array) -> Array:
    """Matrix product, each entry summed in the order of the inner index."""
    n, m, p = left.shape[0], left.shape[1], right.shape[1]
    out = np.zeros((n, p))
    for i in range(n):
        for k in range(m):
            for j in range(p):
                out[i, j] += left[i, k] * right[k, j]
    return out


@njit(cache=True, nogil=True)
def cholesky(a: Array, factor: Array) -> None:
    """Lower factor of a symmetric positive definite matrix (n, n), written into `factor`; pivots are kept above 1e-12."""
    n = a.shape[0]
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= factor[i, k] * factor[j, k]
            if i == j:
                factor[i, i] = np.sqrt(max(s, 1e-12))
            else:
                factor[i, j] = s / factor[j, j]
        for j in range(i + 1, n):
            factor[i, j] = 0.0


@njit(cache=True, nogil=True)
def inverse_from(factor: Array, work: Array, inverse: Array) -> None:
    """Inverse of a a' = `factor` factor', written into `inverse`; `work` (n, n) holds the inverse of the factor."""
    n = factor.shape[0]
    for i in range(n):
        work[i, i] = 1.0 / factor[i, i]
        for j in range(i):
            s = 0.0
            for k in range(j, i):
                s -= factor[i, k] * work[k, j]
            work[i, j] = s / factor[i, i]
    for i in range(n):
        for j in range(i + 1):
            s = 0.0
            for k in range(i, n):
                s += work[k, i] * work[k, j]
            inverse[i, j] = s
            inverse[j, i] = s


@njit(cache=True, nogil=True)
def inverses(matrices: Array, n: int, work: Array, inverse: Array) -> None:
    """Inverses of many small symmetric positive definite matrices at once, pivots kept above 1e-12.

    matrices (n * n, block): entry (i, j), i >= j, of every matrix in row i * n + j; lost, with the Cholesky factors in its place and
    each diagonal inverted. work (n * n, block): the factors' inverses. Written to inverse (n * n, block). No sum
    runs along a row, so the compiler may take several matrices at once, and each is inverted as if it were alone.
    """
    block = matrices.shape[1]
    for i in range(n):
        for j in range(i + 1):
            here = matrices[i * n + j]
            for k in range(j):
                left, right = matrices[i * n + k], matrices[j * n + k]
                for p in range(block):
                    here[p] -= left[p] * right[p]
            if i == j:
                for p in range(block):
                    here[p] = 1.0 / np.sqrt(max(here[p], 1e-12))
            else:
                scale = matrices[j * n + j]
                for p in range(block):
                    here[p] *= scale[p]
    for i in range(n):
        scale = matrices[i * n + i]
        for j in range(i + 1):
            here = work[i * n + j]
            if i == j:
                for p in range(block):
                    here[p] = scale[p]
                continue
            for p in range(block):
                here[p] = 0.0
            for k in range(j, i):
                left, right = matrices[i * n + k], work[k * n + j]
                for p in range(block):
                    here[p] -= left[p] * right[p]
            for p in range(block):
                here[p] *= scale[p]
    for i in range(n):
        for j in range(i + 1):
            here, mirrored = inverse[i * n + j], inverse[j * n + i]
            for p in range(block):
                here[p] = 0.0
            for k in range(i, n):
                left, right = work[k * n + i], work[k * n + j]
                for p in range(block):
                    here[p] += left[p] * right[p]
            if i != j:
                for p in range(block):
                    mirrored[p] = here[p]


@njit(cache=True, nogil=True)
def jacobi(matrix: Array, values: Array, vectors: Array) -> None:
    """Eigenvalues (n,) descending and eigenvectors (columns) of a small symmetric matrix; cyclic Jacobi, 30 sweeps at most."""
    n = matrix.shape[0]
    a = matrix.copy()
    for i in range(n):
        for j in range(n):
            vectors[i, j] = 1.0 if i == j else 0.0
    for _ in range(30):
        off = 0.0
        size = 0.0
        for i in range(n):
            size += a[i, i] * a[i, i]
            for j in range(i):
                off += a[i, j] * a[i, j]
        if off <= 1e-30 * size:
            break
        for p in range(n - 1):
            for q in range(p + 1, n):
                if a[p, q] == 0.0:
                    continue
                theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                t = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                if theta < 0.0:
                    t = -t
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for k in range(n):
                    left, right = a[k, p], a[k, q]
                    a[k, p], a[k, q] = c * left - s * right, s * left + c * right
                for k in range(n):
                    left, right = a[p, k], a[q, k]
                    a[p, k], a[q, k] = c * left - s * right, s * left + c * right
                for k in range(n):
                    left, right = vectors[k, p], vectors[k, q]
                    vectors[k, p], vectors[k, q] = c * left - s * right, s * left + c * right
    for i in range(n):
        values[i] = a[i, i]
    for i in range(n - 1):  # selection sort, stable enough for a handful of axes
        best = i
        for j in range(i + 1, n):
            if values[j] > values[best]:
                best = j
        if best != i:
            values[i], values[best] = values[best], values[i]
            for k in range(n):
                vectors[k, i], vectors[k, best] = vectors[k, best], vectors[k, i]


@njit(cache=True, nogil=True)
def _orthonormal(basis: Array) -> None:
    """Rows (m, n) made orthonormal in place; modified Gram-Schmidt, twice."""
    m, n = basis.shape
    for a in range(m):
        for _ in range(2):
            for b in range(a):
                s = 0.0
                for i in range(n):
                    s += basis[a, i] * basis[b, i]
                for i in range(n):
                    basis[a, i] -= s * basis[b, i]
        s = 0.0
        for i in range(n):
            s += basis[a, i] * basis[a, i]
        s = np.sqrt(s)
        for i in range(n):
            basis[a, i] = basis[a, i] / s if s > 1e-150 else (1.0 if i == a else 0.0)


@njit(cache=True, nogil=True)
def leading_eigenvectors(gram: Array, start: Array, rounds: int) -> Array:
    """Leading eigenvectors of a symmetric positive semidefinite matrix by subspace iteration.

    gram (n, n); start (m, n) with independent rows. Returns (m, n), orthonormal rows by descending eigenvalue.
    O(rounds n^2 m) time.
    """
    m, n = start.shape
    basis = start.copy()
    image = np.empty((m, n))
    for done in range(rounds + 1):
        _orthonormal(basis)
        image[:, :] = 0.0
        for k in range(n):
            for a in range(m):
                weight = basis[a, k]
                if weight != 0.0:
                    for i in range(n):  # no sum runs along i, so the compiler may take several i at once
                        image[a, i] += weight * gram[k, i]
        if done < rounds:
            basis[:, :] = image
    small = np.empty((m, m))
    for a in range(m):
        for b in range(a + 1):
            s = 0.0
            for i in range(n):
                s += basis[a, i] * image[b, i]
            small[a, b] = s
            small[b, a] = s
    values = np.empty(m)
    turn = np.empty((m, m))
    jacobi(small, values, turn)
    for a in range(m):
        for i in range(n):
            s = 0.0
            for b in range(m):
                s += basis[b, i] * turn[b, a]
            image[a, i] = s
    return image
