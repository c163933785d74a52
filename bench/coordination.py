"""Coordinated voters: how often they are found, by kind and size, and how often honest people are suspected.

`python bench/coordination.py [--draws 20] [--clean 100] [--alone]` prints the table of docs/coordination.md. Consultations are simulated
(1,000 to 2,000 people, 2 to 6 strong opinion groups, a continuum, a small minority, or no structure; statements shown evenly, all
in one order, or as they arrive). Draws are numbered by seed, and no threshold was chosen by looking at them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from comity.opinion import model
from comity.opinion.chance import hash_ids, hash_pairs, mix, uniform
from comity.opinion.coordination import Coordination as Found
from comity.opinion.coordination import ExpectedAnswers, find_coordinated
from comity.opinion.simulation import (
    Coordination,
    Truth,
    continuous,
    inject,
    latent_groups,
    minority,
    no_structure,
    single_spectrum,
)
from comity.opinion.votes import Votes

SHARES = (0.01, 0.02, 0.05)
SHAPES = ((1000, 100, 40), (2000, 200, 30), (1500, 150, 30), (1200, 100, 40), (1800, 300, 50))
SHOWN = ("evenly", "in one order", "as they arrive")


@dataclass(frozen=True, slots=True)
class Figures:
    """One line: alarms and found (at least half of the injected people named) in `draws`; means of the share of injected people
    named and of the number of honest people named, None for clean draws; seconds is the median time of a search."""

    kind: str
    share: float
    draws: int
    alarms: int
    found: int
    recall: float | None
    honest_named: float
    seconds: float


def shown(votes: Votes, truth: Truth, way: str, seed: int) -> Votes:
    """The same people and numbers of votes, but other statements shown: all in one order, or older and popular ones first."""
    if way == "evenly":
        return votes
    n, m = votes.n_participants, votes.n_statements
    agree, passing = truth.agreement(), truth.passing
    words = hash_pairs(
        np.repeat(hash_ids(np.arange(n), seed, f"bench/{way}"), m), np.tile(hash_ids(np.arange(m), seed, "bench"), n)
    ).reshape(n, m)
    answer = uniform(words)
    value = np.where(answer < passing, 0, np.where(answer < passing + agree, 1, -1))
    place = np.tile(np.arange(m, dtype=np.float64), (n, 1))
    if way == "as they arrive":  # the number of statements grows while people come; older ones are somewhat more likely
        there = np.maximum(20, np.ceil(m * (np.arange(n) + 1) / n))[:, None]
        place = np.where(place < there, 2 * place / there - np.log1p(-uniform(mix(words))), np.inf)
    counts = np.minimum(np.diff(votes.offsets), np.isfinite(place).sum(axis=1))
    first = np.argsort(np.argsort(place, axis=1, kind="stable"), axis=1, kind="stable") < counts[:, None]
    matrix = np.where(first, value.astype(np.float64), np.nan)
    return Votes.from_matrix(matrix)


def honest(draw: int) -> Votes:
    """Clean consultation number `draw`: seven truths, five sizes, three ways of showing statements, in turn."""
    people, statements, mean_votes = SHAPES[draw % len(SHAPES)]
    truths: tuple[Callable[[], tuple[Votes, Truth]], ...] = (
        *(partial(latent_groups, people, statements, groups, mean_votes, seed=draw) for groups in (2, 3, 4, 5, 6)),
        lambda: continuous(people, statements, mean_votes, seed=draw),
        lambda: (minority, single_spectrum, no_structure)[draw // 7 % 3](people, statements, mean_votes, seed=draw),
    )
    votes, truth = truths[draw % len(truths)]()
    return shown(votes, truth, SHOWN[draw % len(SHOWN)], draw)


def search(votes: Votes, with_model: bool) -> tuple[Found, float]:
    """The finding and the seconds of the search itself, as the analysis calls it: with the model it fitted (axes by held-out votes)."""
    expected = None
    if with_model:
        fitted, _ = model.fit(votes, model.choose_axes(votes).axes)
        expected = ExpectedAnswers.of(votes, fitted.intercepts, fitted.slopes, model.place(votes, fitted).means)
    began = time.perf_counter()
    return find_coordinated(votes, expected=expected), time.perf_counter() - began


def clean(draws: int, first: int = 0, with_model: bool = True) -> Figures:
    alarms, named, seconds = 0, 0, []
    for draw in range(first, first + draws):
        result, taken = search(honest(draw), with_model)
        seconds.append(taken)
        alarms += result.alarm
        named += sum(cluster.size for cluster in result.clusters)
    return Figures("none", 0.0, draws, alarms, 0, None, named / draws, statistics.median(seconds))


def injected(kind: str, share: float, draws: int, first: int = 1000, with_model: bool = True) -> Figures:
    alarms, found, recall, strangers, seconds = 0, 0, [], 0, []
    for draw in range(first, first + draws):
        case = inject(honest(draw), kind, share, seed=draw)
        result, taken = search(case.votes, with_model)
        seconds.append(taken)
        named = np.zeros(case.votes.n_participants, dtype=np.bool_)
        for cluster in result.clusters:
            named[cluster.participants] = True
        recall.append(float(np.count_nonzero(named & case.injected) / np.count_nonzero(case.injected)))
        strangers += int(np.count_nonzero(named & ~case.injected))
        alarms += result.alarm
        found += recall[-1] >= 0.5
    return Figures(
        kind, share, draws, alarms, found, statistics.fmean(recall), strangers / draws, statistics.median(seconds)
    )


BLOCS = (
    ("two halves, 91 %", 0.15, (0.5, 0.5)),
    ("five fifths, 86 %", 0.3, (0.2,) * 5),
    ("a bloc of 8 %, 86 %", 0.3, (0.46, 0.46, 0.08)),
    ("a bloc of 4 %, 86 %", 0.3, (0.48, 0.48, 0.04)),
    ("a bloc of 4 %, 91 %", 0.15, (0.48, 0.48, 0.04)),
    ("ten blocs of 10 %, 91 %", 0.15, (0.1,) * 10),
)
"""Honest blocs that vote in unison, beyond the clean draws: name, both parameters of the Beta law of their rates, sizes.
The last figure of a name is the share of answers, passes aside, that follow the bloc's line."""


def bloc_votes(sureness: float, sizes: tuple[float, ...], in_order: bool, draw: int) -> Votes:
    """1,500 people, 120 statements, about 40 votes each, in blocs that each have a rate near 0 or 1 on most statements.

    Rates from Beta(sureness, sureness), clipped to .02-.98; passes 2-12 % by statement, times a personal factor.
    """
    random = np.random.default_rng(draw)
    n, m = 1500, 120
    bloc = random.choice(len(sizes), n, p=sizes)
    rates = np.clip(random.beta(sureness, sureness, (len(sizes), m)), 0.02, 0.98)
    passes = np.clip(random.uniform(0.02, 0.12, m) * np.exp(0.8 * random.normal(size=(n, 1))), 0, 0.9)
    matrix = np.where(random.random((n, m)) < rates[bloc], 1.0, -1.0)
    matrix[random.random((n, m)) < passes] = 0.0
    counts = np.clip(np.round(40 * np.exp(0.6 * random.normal(size=n) - 0.18)), 1, m)
    place = np.tile(np.arange(m), (n, 1)) if in_order else random.permuted(np.tile(np.arange(m), (n, 1)), axis=1)
    matrix[place >= counts[:, None]] = np.nan
    return Votes.from_matrix(matrix)


def blocs(draws: int, with_model: bool = True) -> Iterator[tuple[str, int, int]]:
    """Alarms among honest blocs: (name, shown evenly, shown in one order), each of `draws`."""
    for name, sureness, sizes in BLOCS:
        evenly, ordered = (
            sum(search(bloc_votes(sureness, sizes, in_order, draw), with_model)[0].alarm for draw in range(draws))
            for in_order in (False, True)
        )
        yield name, evenly, ordered


def run(draws: int = 20, clean_draws: int = 100, with_model: bool = True) -> Iterator[Figures]:
    """The lines of the table, as they are measured."""
    yield clean(clean_draws, with_model=with_model)
    for kind in Coordination:
        for share in SHARES:
            yield injected(kind, share, draws, with_model=with_model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--clean", type=int, default=100)
    parser.add_argument("--alone", action="store_true", help="without the model of opinion that the analysis passes in")
    options = parser.parse_args()
    with_model = not options.alone
    search(honest(0), with_model)  # compile
    print(
        "| injected | share | alarm | found | of them named | honest people named | s |\n|---|---|---|---|---|---|---|"
    )
    for line in run(options.draws, options.clean, with_model):
        recall = "-" if line.recall is None else f"{line.recall:.0%}"
        found = "-" if line.recall is None else f"{line.found}/{line.draws}"
        print(
            f"| {line.kind} | {line.share:.0%} | {line.alarms}/{line.draws} | {found} | {recall} | {line.honest_named:.1f} "
            f"| {line.seconds:.2f} |",
            flush=True,
        )
    print("\n| honest blocs that vote in unison | shown evenly | in one order |\n|---|---|---|")
    for name, evenly, ordered in blocs(options.draws, with_model):
        print(f"| {name} | {evenly}/{options.draws} | {ordered}/{options.draws} |", flush=True)


if __name__ == "__main__":
    main()
