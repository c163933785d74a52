"""Votes needed until the top ten are stable: Comity's routing, the reference's, and even drawing.

`python bench/routing.py [--draws 10]` prints the table of docs/routing.md. Truths are simulated; draws are numbered by seed and
the same people give the same answers under each policy.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from comity.opinion.routing import Headline, RoutingPolicy, RoutingTrial, least_group_headline, votes_until_stable
from comity.opinion.simulation import Truth, continuous, latent_groups
from comity.opinion.votes import Votes

FloatArray = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Scorer = Callable[[Votes], Headline]


def top_ten(truth: Truth) -> Int64Array:
    order = np.lexsort((np.arange(len(truth.worst_off)), -truth.worst_off))
    return np.sort(order[:10]).astype(np.int64)


def by_groups(truth: Truth) -> Scorer:
    """Groups known: the smallest group rate, so that nothing but the routing is measured."""
    return lambda votes: least_group_headline(votes, truth.group[votes.participant_ids].astype(np.int64))


def by_positions(n_axes: int, alternations: int = 2) -> Callable[[Votes], Headline]:
    """Groups unknown: an ideal-point model, positions and curves fitted in turn; agreement of the least-agreeing fifth."""

    def scorer(votes: Votes) -> Headline:
        dense = votes.dense()
        there = ~np.isnan(dense)
        n, m = dense.shape
        filled = np.where(there, dense, 0.0)
        seen = there.sum(axis=0)
        centred = np.where(there, dense - filled.sum(axis=0) / np.maximum(seen, 1), 0.0)
        _, axes = np.linalg.eigh(centred.T @ centred)
        x = centred @ axes[:, ::-1][:, :n_axes] * np.sqrt(m / np.maximum(there.sum(axis=1), 1))[:, None]
        voted, agrees = (there & (dense != 0)).astype(float), (filled == 1).astype(float)
        ridge = np.diag([0.5] + [2.0] * n_axes)
        beta = np.zeros((m, n_axes + 1))
        for alternation in range(alternations + 1):
            x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
            design = np.column_stack((np.ones(n), x))
            pairs = (design[:, :, None] * design[:, None, :]).reshape(n, -1)
            for _ in range(4):
                p = _logistic(design @ beta.T)
                hessian = ((voted * p * (1 - p)).T @ pairs).reshape(m, n_axes + 1, n_axes + 1) + ridge
                gradient = (voted * (agrees - p)).T @ design - beta @ ridge
                beta = beta + np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
            if alternation == alternations:
                break
            slopes = beta[:, 1:]
            outer = (slopes[:, :, None] * slopes[:, None, :]).reshape(m, -1)
            for _ in range(3):
                p = _logistic(np.column_stack((np.ones(n), x)) @ beta.T)
                local = ((voted * p * (1 - p)) @ outer).reshape(n, n_axes, n_axes) + np.eye(n_axes)
                pull = (voted * (agrees - p)) @ slopes - x
                x = x + np.linalg.solve(local, pull[:, :, None])[:, :, 0]
        p = _logistic(design @ beta.T)
        fifth = max(1, n // 5)
        lowest = np.argpartition(p, fifth - 1, axis=0)[:fifth]
        picked = np.take_along_axis(p, lowest, axis=0)
        gradient = np.einsum("nm,nmd->md", picked * (1 - picked), design[lowest]) / fifth
        variance = np.einsum("md,md->m", gradient, np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0])
        decided = (voted.sum(axis=0) + 1.0) / (seen + 2.0)
        rate = picked.mean(axis=0)
        error = np.sqrt(decided**2 * variance + rate**2 * decided * (1 - decided) / (seen + 3.0))
        score = decided * rate
        return Headline(score, score - 1.28 * error, score + 1.28 * error, 1.28, beta[:, 0], beta[:, 1:])

    return scorer


def _logistic(logits: FloatArray) -> FloatArray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -12, 12))))


def trial(drawn: tuple[Votes, Truth], policy: RoutingPolicy, scorer: Scorer, batch: int, seed: int) -> RoutingTrial:
    votes, truth = drawn
    return votes_until_stable(
        truth.agreement() / (1.0 - truth.passing),
        truth.passing,
        np.diff(votes.offsets),
        policy,
        scorer,
        target=top_ten(truth),
        batch=batch,
        seed=seed,
    )


def spread(values: list[float]) -> str:
    low, middle, high = np.percentile(values, [25, 50, 75], method="inverted_cdf")
    return " ".join(f"{v:8,.0f}" if np.isfinite(v) else "   never" for v in (middle, low, high))


CASES: dict[str, tuple[Callable[[int], tuple[Votes, Truth]], Callable[[Truth], Scorer], int]] = {
    "100 statements, 3 groups, groups known": (lambda s: latent_groups(4000, 100, 3, 20, s), by_groups, 200),
    "200 statements, 3 groups, groups known": (lambda s: latent_groups(4000, 200, 3, 20, s), by_groups, 200),
    "300 statements, 6 groups, groups known": (lambda s: latent_groups(5000, 300, 6, 30, s), by_groups, 250),
    "100 statements, 3 groups, model": (lambda s: latent_groups(2000, 100, 3, 20, s), lambda _: by_positions(2), 200),
    "100 statements, 2 axes, model": (lambda s: continuous(2000, 100, 20, s), lambda _: by_positions(2), 200),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10)
    draws = parser.parse_args().draws
    print(
        "Votes until the Jaccard overlap of the top ten with the true ten is at least .8 for good: median, quartiles over draws;"
    )
    print(
        "mean overlap over the run, its difference to even drawing, draw by draw, with standard error; fewest views of any"
    )
    print("statement (median); runs in which the self-check sounded.")
    for name, (make, scorer, batch) in CASES.items():
        started = time.perf_counter()
        drawn = [make(seed) for seed in range(draws)]
        votes = float(np.median([d[0].n_votes for d in drawn]))
        trials = {
            policy: [trial(d, policy, scorer(d[1]), batch, seed) for seed, d in enumerate(drawn)]
            for policy in RoutingPolicy
        }
        even = np.array([t.jaccard.mean() for t in trials[RoutingPolicy.UNIFORM]])
        print(f"\n{name}; about {votes:,.0f} votes, {draws} draws, {time.perf_counter() - started:.0f} s")
        for policy, runs in trials.items():
            overlap = np.array([t.jaccard.mean() for t in runs])
            gain = overlap - even
            needed = [float("inf") if t.needed is None else float(t.needed) for t in runs]
            print(
                f"  {policy:10} votes {spread(needed)}   overlap {overlap.mean():.3f}"
                f"   gain {gain.mean():+.3f} ± {gain.std(ddof=min(1, draws - 1)) / np.sqrt(draws):.3f}"
                f"   fewest views {np.median([t.views.min() for t in runs]):4.0f}"
                f"   alarms {sum(bool(t.alarms) for t in runs)}"
            )


if __name__ == "__main__":
    main()
