"""Opinion groups on truths that are known: a small minority, no structure, one spectrum, and several groups.

The minority's oracle is Bayes' rule for somebody who knows every rate and size: nobody can tell its members better than that from
the same votes. A method has to learn the rates as well; how hard that is shows a latent class model that starts at the true
groups and still has to learn them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.figures import adjusted_rand, best_match, mean_and_spread, table
from bench.peers import group_if_learned_from_truth, group_if_rates_known
from comity.opinion.analysis import Analysis, analyse
from comity.opinion.chance import hash_ids, hash_pairs, mix, uniform
from comity.opinion.polis import polis_analysis
from comity.opinion.simulation import Truth, latent_groups, minority, no_structure, single_spectrum
from comity.opinion.votes import Votes

FOUND = 0.8


def exactly(votes_each: int, drawn: tuple[Votes, Truth], seed: int) -> tuple[Votes, Truth]:
    """The same people and truth, everybody casting exactly so many votes, drawn evenly."""
    votes, truth = drawn
    n, m = votes.n_participants, votes.n_statements
    words = hash_pairs(
        np.repeat(hash_ids(np.arange(n), seed, "bench exactly"), m),
        np.tile(hash_ids(np.arange(m), seed, "bench exactly"), n),
    )
    answer, place = uniform(words).reshape(n, m), uniform(mix(words)).reshape(n, m)
    agree = truth.agreement()
    value = np.where(answer < truth.passing, 0.0, np.where(answer < truth.passing + agree, 1.0, -1.0))
    first = np.argsort(np.argsort(place, axis=1, kind="stable"), axis=1, kind="stable") < votes_each
    return Votes.from_matrix(np.where(first, value, np.nan)), truth


MINORITIES: dict[str, Callable[[int], tuple[Votes, Truth]]] = {
    "about 30 votes each (log-normal)": lambda s: minority(seed=s),
    "exactly 30 votes each": lambda s: exactly(30, minority(seed=s), s),
    "about 60 votes each": lambda s: minority(mean_votes=60, seed=s),
}
ONE_GROUP: dict[str, Callable[[int], tuple[Votes, Truth]]] = {
    "no structure, 2,000 x 200 x 30": lambda s: no_structure(seed=s),
    "one spectrum, 1 axis, 2,000 x 200 x 30": lambda s: single_spectrum(2000, 200, 30, s),
    "one spectrum, 2 axes, 2,000 x 100 x 50": lambda s: single_spectrum(2000, 100, 50, s, n_axes=2),
}
SEVERAL: dict[str, tuple[int, Callable[[int], tuple[Votes, Truth]]]] = {
    "1,000 x 100 x 40": (3, lambda s: latent_groups(1000, 100, 3, 40, s)),
    "2,000 x 200 x 30": (3, lambda s: latent_groups(2000, 200, 3, 30, s)),
    "5,000 x 300 x 30": (6, lambda s: latent_groups(5000, 300, 6, 30, s)),
}


def _tally(counts: list[int]) -> str:
    return " ".join(f"{k}x{counts.count(k)}" for k in sorted(set(counts)))


def _analysis(votes: Votes, threads: int) -> Analysis:
    return analyse(votes, threads=threads, coordination=False)


def run(draws: int = 10, threads: int = 2) -> None:
    _minorities(draws, threads)
    _one_group(draws, threads)
    _several(draws, threads)


def _minorities(draws: int, threads: int) -> None:
    print(f"## A minority of 5 % among 2,000 people, differing on 20 % of 200 statements: {draws} draws\n")
    rows = []
    for name, make in MINORITIES.items():
        ours, best, learned, theirs, groups, recall = [], [], [], [], [], []
        for seed in range(draws):
            votes, truth = make(seed)
            target = truth.group == 1
            membership = _analysis(votes, threads).placement.membership
            reference = polis_analysis(votes).membership
            ours.append(best_match(target, membership))
            theirs.append(best_match(target, reference))
            best.append(adjusted_rand(target, group_if_rates_known(votes, truth) == 1))
            learned.append(adjusted_rand(target, group_if_learned_from_truth(votes, truth) == 1))
            groups.append(int(membership.max()) + 1)
            match = max(
                range(groups[-1]),
                key=lambda g: float((target & (membership == g)).sum() / (target | (membership == g)).sum()),
            )
            recall.append(float((membership[target] == match).mean()) if groups[-1] > 1 else 0.0)
        methods = {
            "comity": ours,
            "oracle that knows the rates": best,
            "two classes, started at the truth": learned,
            "reference": theirs,
        }
        for method, values in methods.items():
            reached = sum(value >= FOUND for value in values)
            mine = method == "comity"
            rows.append(
                (
                    name if mine else "",
                    method,
                    mean_and_spread(values),
                    f"{reached} of {draws}",
                    f"{sum(o >= b - 0.05 for o, b in zip(values, best, strict=True))} of {draws}",
                    f"{np.mean(recall):.2f}" if mine else "",
                    _tally(groups) if mine else "",
                )
            )
    table(
        (
            "recipe",
            "method",
            "ARI",
            f"ARI at least {FOUND}",
            "within .05 of the oracle",
            "members in the group",
            "groups x draws",
        ),
        rows,
    )


def _one_group(draws: int, threads: int) -> None:
    print(f"## No groups to be found: {draws} draws\n")
    rows = []
    for name, make in ONE_GROUP.items():
        found, reference = [], []
        for seed in range(draws):
            votes, _ = make(seed)
            found.append(_analysis(votes, threads).basis.grouping.n_groups)
            reference.append(polis_analysis(votes).n_groups)
        rows.append((name, f"{found.count(1)} of {draws}", _tally(found), _tally(reference)))
    table(("truth", "one group", "groups x draws", "reference"), rows)


def _several(draws: int, threads: int) -> None:
    print(f"## Several groups: {draws} draws\n")
    rows = []
    for name, (true, make) in SEVERAL.items():
        groups, agreement, theirs, their_groups, best = [], [], [], [], []
        for seed in range(draws):
            votes, truth = make(seed)
            membership = _analysis(votes, threads).placement.membership
            reference = polis_analysis(votes)
            groups.append(int(membership.max()) + 1)
            agreement.append(adjusted_rand(truth.group, membership))
            their_groups.append(reference.n_groups)
            theirs.append(adjusted_rand(truth.group, reference.membership))
            best.append(adjusted_rand(truth.group, group_if_rates_known(votes, truth)))
        found = (_tally(groups), mean_and_spread(agreement), mean_and_spread(best))
        rows.append((name, str(true), *found, _tally(their_groups), mean_and_spread(theirs)))
    table(("truth", "groups", "found x draws", "ARI", "ARI of the oracle", "reference found", "reference ARI"), rows)
