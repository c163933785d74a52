"""Agreement of the worst-off on truths that are known: how near the ranking comes to what is true, and to what could be known.

Latent groups and continuous opinion spaces are simulated (docs/simulation.md). The oracle has the same votes and also knows who is in
which group (pooling statements on which groups do not differ) or where everybody stands (a logistic curve for each statement).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.figures import against, mean_and_spread, precision_at, spearman, table
from bench.peers import FloatArray, worst_fifth_if_known, worst_group_if_known
from comity.opinion.analysis import analyse
from comity.opinion.polis import polis_analysis
from comity.opinion.result import GroundScore, OpinionResult
from comity.opinion.simulation import Truth, continuous, latent_groups
from comity.opinion.votes import Votes

ALLOWED_CORRELATION, ALLOWED_PRECISION = 0.02, 0.05
TOP = 20


@dataclass(frozen=True, slots=True)
class Case:
    """A truth, how to draw it, what its oracle is, and whether it takes long."""

    name: str
    draw: Callable[[int], tuple[Votes, Truth]]
    oracle: Callable[[Votes, Truth], FloatArray]
    long: bool


CASES = (
    Case("1,000 x 100, 3 groups, 40 votes", lambda s: latent_groups(1000, 100, 3, 40, s), worst_group_if_known, False),
    Case("2,000 x 200, 3 groups, 30 votes", lambda s: latent_groups(2000, 200, 3, 30, s), worst_group_if_known, False),
    Case("5,000 x 300, 6 groups, 30 votes", lambda s: latent_groups(5000, 300, 6, 30, s), worst_group_if_known, True),
    Case("10,000 x 500, 4 groups, 40 votes", lambda s: latent_groups(10000, 500, 4, 40, s), worst_group_if_known, True),
    Case("2,000 x 200, continuous, 2 axes, 30 votes", lambda s: continuous(2000, 200, 30, s), worst_fifth_if_known, False),
    Case("5,000 x 300, continuous, 3 axes, 30 votes", lambda s: continuous(5000, 300, 30, s, n_axes=3), worst_fifth_if_known, True),
)  # fmt: skip


def true_fifth(truth: Truth) -> FloatArray:
    """(n_statements,) float64: what the headline estimates, without error; where groups answer it is not quite the smallest group rate."""
    agreement = truth.agreement()
    fifth = max(1, round(0.2 * len(agreement)))
    return np.asarray(np.partition(agreement, fifth - 1, axis=0)[:fifth].mean(axis=0))


def _values(result: OpinionResult, of: Callable[[GroundScore], float | None], group: bool = False) -> FloatArray:
    """(n_statements,) float64; a statement without enough evidence comes last."""
    scores = [s.least_group if group else s.least_agreeing_fifth for s in result.statements]
    return np.array([-1.0 if of(score) is None else of(score) for score in scores], dtype=np.float64)


def run(draws: int = 10, long_draws: int = 3, threads: int = 2, cases: tuple[Case, ...] = CASES) -> None:
    print(
        f"## Agreement of the worst-off: {draws} draws ({long_draws} of the large ones), rank correlation / precision at {TOP}\n"
    )
    rows = []
    for case in cases:
        found: dict[str, list[tuple[float, float]]] = {}
        structure = []
        for seed in range(min(draws, long_draws) if case.long else draws):
            votes, truth = case.draw(seed)
            analysis = analyse(votes, threads=threads, coordination=False)
            structure.append(f"{analysis.basis.choice.axes}/{analysis.basis.grouping.n_groups}")
            result = analysis.result
            estimates = {
                "oracle": case.oracle(votes, truth),
                "the least-agreeing fifth itself, known exactly": true_fifth(truth),
                "comity, least-agreeing fifth (headline)": _values(result, lambda s: s.estimate),
                "the same by its lower bound": _values(result, lambda s: s.lower),
                "comity, least group": _values(result, lambda s: s.estimate, group=True),
                "reference, group-informed consensus": np.nan_to_num(polis_analysis(votes).findings.consensus),
            }
            for method, estimate in estimates.items():
                found.setdefault(method, []).append(
                    (spearman(estimate, truth.worst_off), precision_at(estimate, truth.worst_off, TOP))
                )
        best = (0.0, 0.0)
        for method, values in found.items():
            correlation, precision = [v[0] for v in values], [v[1] for v in values]
            means = float(np.mean(correlation)), float(np.mean(precision))
            if method == "oracle":
                best, verdict, name, shape = means, "", case.name, " ".join(structure)
            else:
                allowed = best[0] - ALLOWED_CORRELATION, best[1] - ALLOWED_PRECISION
                verdict, name, shape = f"{against(means[0], allowed[0])}, {against(means[1], allowed[1])}", "", ""
            rows.append((name, method, mean_and_spread(correlation), mean_and_spread(precision), verdict, shape))
        print(f"  {case.name}: done", flush=True)
    print()
    table(
        (
            "truth",
            "estimate",
            "rank correlation",
            f"precision at {TOP}",
            "within .02, .05 of the oracle",
            "axes/groups found",
        ),
        rows,
    )
