"""Which statement is shown next by the reference method (step 13 of docs/polis-method.md): priorities, and chances from them."""

from __future__ import annotations

import math

import numpy as np

from comity.opinion.polis.findings import AGREES, ALL_VOTES, DISAGREES, smoothed_rate
from comity.opinion.votes import BoolArray, FloatArray, Int64Array

META_PRIORITY = 49.0
_FIFTHS = (1.0, 0.8705505632961241, 0.757858283255199, 0.6597539553864471, 0.5743491774985175)
"""2^(-r/5), r = 0..4: written out, because `pow` may differ between mathematics libraries."""


def comment_priorities(counts: Int64Array, extremity: FloatArray, meta: BoolArray) -> FloatArray:
    """(n_statements,) float64: how strongly routing prefers a statement: little passed on, far out, agreed with, and new.

    (importance * (1 + 8 * 2^(-S/5)))^2 with importance = (1 - (P+1)/(S+2)) * (E+1) * (A+1)/(S+2); 49 for statements about the
    person. A agrees, P passes, S all votes, summed over groups; E extremity. counts: see `group_votes`.
    """
    total = counts.sum(axis=0)
    agrees, cast = total[:, AGREES], total[:, ALL_VOTES]
    passes = cast - agrees - total[:, DISAGREES]
    importance = (1.0 - smoothed_rate(passes, cast)) * (extremity + 1.0) * smoothed_rate(agrees, cast)
    novelty = 1.0 + 8.0 * np.ldexp(np.array(_FIFTHS)[cast % 5], -(cast // 5).astype(np.int32))
    return np.where(meta, META_PRIORITY, (importance * novelty) * (importance * novelty))


def routing_probabilities(priorities: FloatArray, voted: BoolArray, shown: BoolArray | None = None) -> FloatArray:
    """(n_statements,) float64: the chance of each statement to be asked next, proportional to priority.

    priorities: NaN = not known, counts as 1. voted: the person has voted on it already; shown: see `shown_statements`,
    all when not given. All zeros where nothing is left to ask.
    """
    open_ones = ~voted if shown is None else ~voted & shown
    weights = np.where(open_ones, np.where(np.isnan(priorities), 1.0, priorities), 0.0)
    total = math.fsum(weights.tolist())
    return np.asarray(weights / total) if total > 0 else weights
