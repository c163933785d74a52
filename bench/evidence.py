"""What the pages in docs/design/ and docs/opinion.md rest on, beyond the parts of `python -m bench`.

`python -m bench.evidence [eigenvectors axes rankings intervals spectrum]`. Ten draws by default; about five minutes together.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import numpy as np

from bench.conversations import FOLDERS, votes_of
from bench.figures import Array, jaccard, mean_and_spread, spearman, table
from bench.stability import dropped
from comity.opinion import OpinionResult, Tallies, Votes, analyse
from comity.opinion import common_ground as ground
from comity.opinion.analysis import published_model
from comity.opinion.arithmetic import leading_eigenvectors
from comity.opinion.chance import hash_ids, mix, normal, uniform
from comity.opinion.fitting import FIXED_POINT
from comity.opinion.model import choose_axes
from comity.opinion.simulation import Truth, continuous, latent_groups, single_spectrum
from comity.opinion.sums import known

KERNELS = ("Haswell", "Nehalem", "SkylakeX", "Zen")
MEASURES = ("least_agreeing_fifth", "least_group", "group_informed_consensus")
TRUTHS: dict[str, Callable[[int], tuple[Votes, Truth]]] = {
    "continuous, 2 axes, 2,000 x 200 x 30": lambda s: continuous(2000, 200, 30, s),
    "continuous, 2 axes, 2,000 x 200 x 100": lambda s: continuous(2000, 200, 100, s),
    "3 groups, 2,000 x 200 x 30": lambda s: latent_groups(2000, 200, 3, 30, s),
}


def bytes_of_eigenvectors() -> None:
    """In this process: digests of one Gram matrix, of NumPy's eigenvectors of it, and of our own."""
    gram = np.ascontiguousarray(Tallies.of(latent_groups(2000, 500, 4, 40, 0)[0]).gram())
    values, vectors = np.linalg.eigh(gram)
    start = (uniform(mix(np.arange(8 * len(gram), dtype=np.uint64))) - 0.5).reshape(8, len(gram))
    own = leading_eigenvectors(gram, start, 24)
    found = (gram.tobytes(), values.tobytes() + vectors.tobytes(), own.tobytes())
    print(*(hashlib.sha256(each).hexdigest()[:8] for each in found))


def eigenvectors(draws: int) -> None:
    """The same matrix in other processes, by BLAS kernel and threads."""
    program = "from bench.evidence import bytes_of_eigenvectors; bytes_of_eigenvectors()"
    rows = []
    for kernel in KERNELS:
        for threads in ("1", "2"):
            environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": threads}
            ran = subprocess.run(
                [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
            )
            rows.append((kernel, threads, *ran.stdout.split()))
    table(("kernel", "threads", "Gram matrix", "eigenvectors by NumPy", "by Comity"), rows)
    print(f"different: {[len({row[c] for row in rows}) for c in (2, 3, 4)]}\n")


def axes(draws: int) -> None:
    """Log-loss of the hidden votes at the number of axes chosen, three seeds."""
    rows = []
    for name in FOLDERS:
        chosen = [choose_axes(votes_of(name), seed=seed) for seed in range(3)]
        losses = [choice.trials[choice.axes].loss / FIXED_POINT / choice.hidden for choice in chosen]
        plain = [choice.plain.loss / FIXED_POINT / choice.hidden for choice in chosen]
        rows.append(
            (name, mean_and_spread(losses, 4), f"{np.mean(plain):.3f}", " ".join(str(choice.axes) for choice in chosen))
        )
    table(("conversation", "log-loss", "plain rate", "axes"), rows)


def _tops(result: OpinionResult) -> Mapping[str, tuple[int | str, ...]]:
    tops = {}
    for measure in MEASURES:
        for by in ("lower", "estimate"):
            scores = [(s.id, getattr(s, measure)) for s in result.statements if getattr(s, measure).rank]
            scores.sort(key=lambda entry: (-getattr(entry[1], by), entry[0]))
            tops[f"{measure}, by {by}"] = tuple(key for key, _ in scores[:10])
    return tops


def rankings(draws: int) -> None:
    """Top tens of the three measures, by lower bound and by estimate, when one vote in ten is dropped: Jaccard; and how many groups."""
    columns: dict[str, list[str]] = {}
    means: dict[str, list[float]] = {}
    for name in FOLDERS:
        votes = votes_of(name)
        results = [analyse(votes, coordination=False).result]
        results += [analyse(votes.rows(~dropped(votes, d)), coordination=False).result for d in range(draws)]
        whole, *rest = [_tops(result) for result in results]
        for key, ids in whole.items():
            overlaps = [jaccard(ids, again[key]) for again in rest]
            columns.setdefault(key, []).append(mean_and_spread(overlaps))
            means.setdefault(key, []).append(float(np.mean(overlaps)))
        groups = [str(len(result.groups)) for result in results]
        columns.setdefault("groups (all votes: when dropped)", []).append(f"{groups[0]}: {' '.join(groups[1:])}")
        print(f"  {name}", flush=True)
    table(
        ("ranking", *FOLDERS, "mean"),
        [(key, *cells, f"{np.mean(means[key]):.3f}" if key in means else "") for key, cells in columns.items()],
    )


def intervals(draws: int) -> None:
    """How often intervals hold the true value, and what changes for the headline if uncertain positions are spread out again."""
    rows = []
    for name, make in TRUTHS.items():
        found: dict[str, list[tuple[float, ...]]] = {}
        for seed in range(draws):
            votes, truth = make(seed)
            done = analyse(votes, coordination=False)
            sums, positions = done.sums, done.placement.positions
            means, variances = positions.means[positions.placed], positions.variances()[positions.placed]
            words = hash_ids(np.arange(means.size), seed, "bench spread")
            spread = np.linalg.cholesky(variances + 1e-12 * np.eye(means.shape[1]))
            drawn = means + (spread @ normal(words).reshape(*means.shape, 1))[:, :, 0]
            cells = sums.cell_positions / (sums.cell_people[:, None] * 1024.0)
            for how, centres, people in (
                ("headline", cells, sums.cell_people),
                ("headline, one draw for each person", drawn, np.ones(len(drawn), dtype=np.int64)),
            ):
                measure = ground.least_agreeing_fifth(published_model(sums), centres, people, sums.overall, z=1.28)
                found.setdefault(how, []).append(_covered(measure, truth.worst_off))
            least = ground.least_group(known(sums.group_counts), z=1.28)
            found.setdefault("least group", []).append(_covered(least, truth.worst_off))
        rows += [(name, how, *(f"{x:.3f}" for x in np.mean(entries, axis=0))) for how, entries in found.items()]
    heads = (
        "inside (80 %)",
        "above lower (90 %)",
        "mean error",
        "rank correlation",
        "top ten inside",
        "top ten above lower",
    )
    table(("truth", "what", *heads), rows)


def _covered(measure: ground.Measure, truth: Array) -> tuple[float, ...]:
    enough = ~np.isnan(measure.estimate)
    above = measure.lower <= truth
    inside = above & (truth <= measure.upper)
    top = (measure.ranks() > 0) & (measure.ranks() <= 10)
    error = float((measure.estimate - truth)[enough].mean())
    rank = spearman(measure.estimate[enough], truth[enough])
    return (
        *(float(x[enough].mean()) for x in (inside, above)),
        error,
        rank,
        *(float(x[top].mean()) for x in (inside, above)),
    )


def spectrum(draws: int) -> None:
    """One spectrum without groups, in consultations of several sizes: how often one group is found."""
    rows = []
    for people, statements, votes_each in (
        (150, 40, 20),
        (300, 50, 25),
        (600, 80, 30),
        (1200, 120, 30),
        (2000, 200, 30),
    ):
        groups = [
            len(analyse(single_spectrum(people, statements, votes_each, seed)[0], coordination=False).result.groups)
            for seed in range(draws)
        ]
        rows.append((f"{people:,} x {statements} x {votes_each}", f"{groups.count(1)} of {draws}", str(max(groups))))
    table(("one spectrum, 1 axis", "one group", "most groups"), rows)


PARTS: dict[str, Callable[[int], None]] = {
    "eigenvectors": eigenvectors,
    "axes": axes,
    "rankings": rankings,
    "intervals": intervals,
    "spectrum": spectrum,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
    parser.add_argument("--draws", type=int, default=10)
    given = parser.parse_args()
    for name in given.parts or PARTS:
        print(f"## {name}\n")
        PARTS[name](given.draws)


if __name__ == "__main__":
    main()
