"""Stability: what is left of the top ten when one vote in ten was never cast, and whether the ten stand up to the votes left out.

Votes are dropped by a hash of person and statement, 20 draws. The full data's top ten is compared with that of the rest (Jaccard),
for Comity's headline and for the reference method's group-informed consensus (cold). Statements moderated out take no part in either.

The ten found on the rest are then judged by the dropped votes, which neither list has seen, by two yardsticks that belong to neither
ranking. *Least-agreeing fifth*: a plain ideal-point model with two axes, fitted to the rest, says for each statement which fifth
of the people would agree least; the yardstick is the share of agreement (passes counted) in the dropped votes of just those
people on the ten, all draws pooled. *Worst reference group*: the lowest such share among the reference's groups with at least 20
dropped votes on the ten, mean over draws; it favours the reference, whose own groups it uses. Differences between the methods are
taken draw by draw; ± is then a standard error.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from bench.conversations import FOLDERS, votes_of
from bench.figures import against, jaccard, mean_and_spread, table
from bench.peers import Array, ideal_points
from comity.opinion.analysis import analyse
from comity.opinion.chance import below, hash_ids, hash_pairs
from comity.opinion.polis import PolisResult, polis_analysis, ranked_consensus
from comity.opinion.votes import Votes

TARGET = 0.9
ENOUGH = 20


def dropped(votes: Votes, draw: int) -> Array:
    """(n_votes,) bool: one vote in ten, passes included."""
    people = hash_ids(votes.participant_ids, draw, "bench drop")[votes.persons]
    words = hash_pairs(people, hash_ids(votes.statement_ids, draw, "bench drop")[votes.columns])
    return np.asarray(below(words, 10) == 0)


def _columns(votes: Votes, ids: Collection[int | str]) -> Array:
    return np.flatnonzero(np.isin(votes.statement_ids, list(ids)))


def _fifth(votes: Votes, out: Array, ten: Array, chance: Array) -> tuple[int, int]:
    """Agrees and votes among the dropped votes on the ten by those whom the model places in the least-agreeing fifth on that statement."""
    line = np.quantile(chance[:, ten], 0.2, axis=0)
    place = np.full(votes.n_statements, -1)
    place[ten] = np.arange(len(ten))
    on_ten = out & (place[votes.columns] >= 0)
    people, columns, values = votes.persons[on_ten], votes.columns[on_ten], votes.values[on_ten]
    low = chance[people, columns] <= line[place[columns]]
    return int((values[low] > 0).sum()), int(low.sum())


def _worst_group(votes: Votes, out: Array, ten: Array, reference: PolisResult) -> float | None:
    on_ten = out & np.isin(votes.columns, ten)
    group, values = reference.membership[votes.persons[on_ten]], votes.values[on_ten]
    shares = [
        float((values[group == g] > 0).mean()) for g in range(reference.n_groups) if int((group == g).sum()) >= ENOUGH
    ]
    return min(shares) if shares else None


def _paired(differences: Array) -> str:
    """Mean over draws of a difference, with its standard error."""
    error = float(differences.std(ddof=min(1, len(differences) - 1))) / len(differences) ** 0.5
    return f"{differences.mean():+.3f} ± {error:.3f}"


def run(draws: int = 20, threads: int = 2, names: Sequence[str] = tuple(FOLDERS)) -> None:
    print(f"## Stability of the top ten: one vote in ten dropped, {draws} draws\n")
    rows, overall = [], []
    for name in names:
        votes = votes_of(name)
        whole = {"comity": analyse(votes, threads=threads, coordination=False).result.headline}
        whole["reference"] = ranked_consensus(votes, polis_analysis(votes))
        kept: dict[str, list[float]] = {method: [] for method in whole}
        agreed: dict[str, list[tuple[int, int]]] = {method: [] for method in whole}
        worst: dict[str, list[float]] = {method: [] for method in whole}
        for draw in range(draws):
            out = dropped(votes, draw)
            rest = votes.rows(~out)
            reference = polis_analysis(rest)
            chance = ideal_points(rest).everywhere()
            found = {"comity": analyse(rest, threads=threads, coordination=False).result.headline}
            found["reference"] = ranked_consensus(rest, reference)
            for method, ids in found.items():
                ten = _columns(votes, ids)
                kept[method].append(jaccard(ids, whole[method]))
                agreed[method].append(_fifth(votes, out, ten, chance))
                share = _worst_group(votes, out, ten, reference)
                if share is not None:
                    worst[method].append(share)
        overall.append(float(np.mean(kept["comity"])))
        gain = _paired(np.subtract(kept["comity"], kept["reference"]))
        shares = {method: np.array([yes / max(cast, 1) for yes, cast in agreed[method]]) for method in whole}
        lead = _paired(shares["comity"] - shares["reference"])
        overlap = f"{jaccard(whole['comity'], whole['reference']):.2f}"
        for method in whole:
            yes, cast = (sum(entry[k] for entry in agreed[method]) for k in (0, 1))
            figures = (
                mean_and_spread(kept[method]),
                f"{min(kept[method]):.2f}",
                f"{yes / max(cast, 1):.3f} ({cast})",
                mean_and_spread(worst[method]) if worst[method] else "-",
            )
            compared = (gain, lead, overlap) if method == "comity" else ("", "", "")
            rows.append((name if method == "comity" else "", method, *figures, *compared))
        print(f"  {name}: {np.mean(kept['comity']):.3f}, reference {np.mean(kept['reference']):.3f}", flush=True)
    print()
    heads = (
        "conversation",
        "method",
        "Jaccard, mean",
        "lowest",
        "least-agreeing fifth agrees (votes)",
        "worst reference group agrees",
        "Jaccard above the reference's",
        "fifth above the reference's",
        "overlap of the methods",
    )
    table(heads, rows)
    mean = float(np.mean(overall))
    print(f"mean over conversations {mean:.3f}; target {TARGET}: {against(mean, TARGET)}\n")
