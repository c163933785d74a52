"""Figures over draws, agreement between rankings and between groupings, and plain tables in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table with aligned columns."""
    widths = [max(len(row[c]) for row in (heads, *rows)) for c in range(len(heads))]
    for row in (heads, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |", flush=True)
    print(flush=True)


def mean_and_spread(values: Sequence[float], digits: int = 3) -> str:
    """`mean ± standard deviation` over draws."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.fmean(values):.{digits}f} ± {spread:.{digits}f}"


def median_and_range(values: Sequence[float], digits: int = 2) -> str:
    """`median (lowest to highest)` over repetitions."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def against(value: float, target: float, *, lower_is_better: bool = False) -> str:
    """Whether a figure reaches its target, and by how much it falls short if not."""
    short = value - target if lower_is_better else target - value
    return "reached" if short <= 1e-12 else f"short by {short:.3g}"


def ranked(values: Array) -> FloatArray:
    """(n,) float64: ranks from 1, the mean rank among equals."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2.0)[place])


def spearman(left: Array, right: Array) -> float:
    """Rank correlation, equal values sharing a rank."""
    a, b = ranked(left) - (len(left) + 1) / 2.0, ranked(right) - (len(right) + 1) / 2.0
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def highest(values: Array, k: int) -> Array:
    """Columns of the k highest values, ties to the lower column."""
    return np.lexsort((np.arange(len(values)), -values))[:k]


def precision_at(estimate: Array, truth: Array, k: int = 20) -> float:
    """Share of the estimate's top k that is in the true top k."""
    return len(set(highest(estimate, k).tolist()) & set(highest(truth, k).tolist())) / k


def jaccard(left: Collection[object], right: Collection[object]) -> float:
    """Size of the intersection over size of the union; 1 for two empty sets."""
    both = set(left) | set(right)
    return len(set(left) & set(right)) / len(both) if both else 1.0


def adjusted_rand(left: Array, right: Array) -> float:
    """Adjusted Rand index of two labellings (n,): 1 the same, about 0 by chance (Hubert, Arabie, Journal of Classification 1985)."""
    a, b = np.unique(left, return_inverse=True)[1], np.unique(right, return_inverse=True)[1]
    cells = np.bincount(a * (int(b.max()) + 1) + b).astype(np.float64)

    def pairs(sizes: Array) -> float:
        return float((sizes * (sizes - 1.0) / 2.0).sum())

    both, rows, columns = pairs(cells), pairs(np.bincount(a).astype(float)), pairs(np.bincount(b).astype(float))
    expected = rows * columns / (len(a) * (len(a) - 1.0) / 2.0)
    highest_possible = (rows + columns) / 2.0
    return 1.0 if highest_possible == expected else (both - expected) / (highest_possible - expected)


def best_match(target: Array, labels: Array) -> float:
    """ARI of a group of people (n,) bool with the label that matches it best."""
    return max(adjusted_rand(target, labels == label) for label in np.unique(labels))
