"""How strong a suspicion is: an e-value for "some of these people copy", and a test of two shares.

Both are in nats: the logarithm of how many times less likely honest people make what was seen. Only the written-out
logarithm and exponential of `comity.opinion.arithmetic` are used, so every processor comes to the same decision.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from comity.opinion.arithmetic import exp, log
from comity.opinion.votes import FloatArray, Int64Array

_EXPECTED_COPIES = (4, 16, 64)
"""Sizes of a cluster that the alternative holds equally likely, in the people compared."""
MOST_EXPECTED_COPIES = _EXPECTED_COPIES[-1]


def copying_evidence(millinats: Int64Array, n: int) -> float:
    """Log e-value of "some of n people copy" from their log likelihood ratios; people not listed count as no copies.

    millinats (n_listed,): 1/1000 nat. Each factor 1 - s + s LR has expectation 1 at most when the person is honest, so has the
    product, and so has the mean over the sizes s n. Rounded to 1/1000.
    """
    sizes = [copies for copies in _EXPECTED_COPIES if 4 * copies <= n] or [_EXPECTED_COPIES[0]]
    return round(_log_mean_product(np.sort(millinats) / 1000.0, n, np.array(sizes, dtype=np.float64)), 3)


def chance_of(evidence: float) -> float:
    """exp(-evidence) to three figures, from 1e-12 to 1."""
    return float(f"{exp(-min(max(evidence, 0.0), 27.6)):.2e}")


@njit(cache=True)
def log_factorials(n: int) -> FloatArray:
    """(n + 1,) log k!"""
    out = np.zeros(n + 1, dtype=np.float64)
    for k in range(2, n + 1):
        out[k] = out[k - 1] + log(float(k))
    return out


@njit(cache=True)
def log_tail(drawn: int, draws: int, marked: int, total: int, factorial: FloatArray) -> float:
    """Log P(at least `drawn` of the `marked` among `draws` of `total`), hypergeometric; factorial: `log_factorials(total)` or more."""
    first = max(drawn, draws - (total - marked))
    last = min(draws, marked)
    logs = np.empty(last - first + 1, dtype=np.float64)
    whole = factorial[total] - factorial[draws] - factorial[total - draws]
    for k in range(first, last + 1):
        inside = factorial[marked] - factorial[k] - factorial[marked - k]
        outside = factorial[total - marked] - factorial[draws - k] - factorial[total - marked - draws + k]
        logs[k - first] = inside + outside - whole
    return min(0.0, _log_sum(logs))


@njit(cache=True)
def _log_mean_product(ratios: FloatArray, n: int, sizes: FloatArray) -> float:
    """Log of the mean over sizes of the product over n - 1 people of 1 - part + part LR, part = size / n; ratios are log LR."""
    logs = np.empty(len(sizes), dtype=np.float64)
    for s in range(len(sizes)):
        part = min(sizes[s] / n, 0.5)
        logs[s] = (n - 1 - len(ratios)) * log(1.0 - part)
        for ratio in ratios:
            if ratio > 0.0:
                logs[s] += ratio + log(part + (1.0 - part) * exp(-ratio))
            else:
                logs[s] += log(1.0 - part + part * exp(ratio))
    return _log_sum(logs) - log(float(len(sizes)))


@njit(cache=True)
def _log_sum(logs: FloatArray) -> float:
    """Log of the sum of the exponentials."""
    top = logs.max()
    total = 0.0
    for value in logs:
        total += exp(value - top)
    return float(top + log(total))
