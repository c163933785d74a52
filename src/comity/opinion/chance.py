"""Chance without a random generator: numbers that follow from ids and a seed alone.

Folds, samples and simulated draws are hashes (SplitMix64 finaliser) of who and what they concern, so they do not depend on
order, partition, threads or the version of a library, and a node in another country draws the same.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

UInt64Array = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def mix(words: npt.NDArray[np.uint64]) -> UInt64Array:
    """SplitMix64 finaliser of each word: (n,) uint64 -> (n,) uint64. Source: Steele, Lea, Flood, OOPSLA 2014."""
    with np.errstate(over="ignore"):
        z = words + _STEP
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        return np.asarray(z ^ (z >> np.uint64(31)), dtype=np.uint64)


def hash_ids(ids: npt.NDArray[Any], seed: int, purpose: str) -> UInt64Array:
    """(n,) uint64: one word for each id, different for each seed and purpose ("fold", "sample", ...)."""
    salt = np.frombuffer(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:8], dtype="<u8").astype(np.uint64)
    if ids.dtype.kind in "iu":
        words = ids.astype(np.int64).view(np.uint64)
    else:
        digests = b"".join(hashlib.blake2b(str(key).encode(), digest_size=8).digest() for key in ids.tolist())
        words = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
    return mix(mix(words) ^ salt)


def hash_pairs(left: UInt64Array, right: UInt64Array) -> UInt64Array:
    """(n,) uint64: one word for each pair of hashed ids (a person and a statement, say); not symmetric."""
    with np.errstate(over="ignore"):
        return mix(left * np.uint64(3) ^ right)


def below(words: UInt64Array, n: int) -> npt.NDArray[np.int64]:
    """(n_words,) int64 in 0..n-1, each about equally likely."""
    return ((words >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)


def uniform(words: UInt64Array) -> npt.NDArray[np.float64]:
    """(n_words,) float64 in [0, 1): the upper 53 bits of each word."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def exponential(words: UInt64Array) -> npt.NDArray[np.float64]:
    """(n_words,) float64 >= 0 with mean 1. The same bytes on every processor: no mathematics library is called."""
    return 0.0 - log(1.0 - uniform(words))


def normal(words: UInt64Array) -> npt.NDArray[np.float64]:
    """(n_words,) float64, standard normal: one draw from each word, by the inverse of the distribution function.

    Accurate to about 1e-15 relative; the same bytes on every processor (only +, -, *, / and square roots, in one order).
    Source: Wichura, algorithm AS 241 (PPND16), Applied Statistics 37, 1988.
    """
    p = ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52  # 52 bits: never 0, and never rounded to 1
    q = p - 0.5
    near = 0.180625 - q * q
    middle = q * _polynomial(near, _NEAR_ABOVE) / _polynomial(near, _NEAR_BELOW)
    p_tail = np.where(q < 0, p, 1.0 - p)
    r = np.sqrt(-log(p_tail))
    shoulder = _polynomial(r - 1.6, _SHOULDER_ABOVE) / _polynomial(r - 1.6, _SHOULDER_BELOW)
    far = _polynomial(r - 5.0, _FAR_ABOVE) / _polynomial(r - 5.0, _FAR_BELOW)
    tail = np.where(r <= 5.0, shoulder, far)
    return np.where(np.abs(q) <= 0.425, middle, np.where(q < 0, -tail, tail))


def log(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Natural logarithm of positive numbers, written out; within 2 units in the last place."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < 0.7071067811865476
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    power = (exponent - low).astype(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    square = s * s
    series = np.zeros_like(s)
    for n in range(23, 0, -2):  # log(m) = 2 (s + s^3 / 3 + s^5 / 5 + ...), |s| < 0.172
        series = series * square + 1.0 / n
    return power * 0.6931471803691238 + (2.0 * s * series + power * 1.9082149292705877e-10)


def _polynomial(x: npt.NDArray[np.float64], coefficients: tuple[float, ...]) -> npt.NDArray[np.float64]:
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


# Rational approximations of AS 241, lowest power first; the last digits are beyond float64 and are kept as published.
_NEAR_ABOVE = (
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
)
_NEAR_BELOW = (
    1.0,
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
)
_SHOULDER_ABOVE = (
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
)
_SHOULDER_BELOW = (
    1.0,
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)
_FAR_ABOVE = (
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)
_FAR_BELOW = (
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)
