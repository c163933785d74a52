"""Hidden votes: how well the map predicts what people answered where it did not see the answer.

In each of 20 splits one agree or disagree vote in ten, of people with ten or more votes, is hidden by a hash of person and
statement. The whole analysis, its choice of axes included, sees only the rest; nothing is chosen by looking at the hidden votes.
Every statement takes part, moderated out or not, so that the figures can be compared with published ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.conversations import unmoderated, votes_of
from bench.figures import against, mean_and_spread, table
from bench.peers import Array, group_rates, ideal_points
from comity.opinion.analysis import analyse
from comity.opinion.fitting import FIXED_POINT
from comity.opinion.model import area_under_curve, hidden_votes, log_losses, plain_rates, predicted
from comity.opinion.polis import polis_analysis

TARGETS = {"vtaiwan": 0.354, "biodiversity": 0.298, "brexit": 0.331, "bowling-green": 0.364}
ALLOWANCE = 0.005


def _judged(chance: Array, agreed: Array) -> tuple[float, float]:
    return float(log_losses(chance, agreed).mean()) / FIXED_POINT, area_under_curve(chance, agreed)


def run(splits: int = 20, threads: int = 2, names: Sequence[str] = tuple(TARGETS)) -> None:
    print(f"## Hidden votes: {splits} splits, mean ± standard deviation of log-loss / AUC\n")
    rows = []
    for name in names:
        votes = unmoderated(votes_of(name))
        found: dict[str, list[tuple[float, float]]] = {}
        axes = []
        for seed in range(splits):
            hidden = hidden_votes(votes, seed, "bench")
            seen = votes.rows(~hidden)
            people, columns, agreed = votes.persons[hidden], votes.columns[hidden], votes.values[hidden] > 0
            analysis = analyse(seen, threads=threads, coordination=False)
            axes.append(analysis.basis.choice.axes)
            chances = {
                "comity": predicted(analysis.basis.model, analysis.placement.positions, people, columns),
                "plain rate": plain_rates(seen)[columns],
                "reference groups": group_rates(seen, polis_analysis(seen), people, columns),
                "ideal points, 2 axes": ideal_points(seen).predicted(people, columns),
            }
            for method, chance in chances.items():
                found.setdefault(method, []).append(_judged(chance, agreed))
        target = TARGETS[name] + ALLOWANCE
        ours = np.array([loss for loss, _ in found["comity"]])
        for method, values in found.items():
            loss, area = [v[0] for v in values], [v[1] for v in values]
            behind = np.array(loss) - ours
            error = float(behind.std(ddof=min(1, splits - 1))) / splits**0.5
            judged, chosen = f"{behind.mean():+.4f} ± {error:.4f}", ""
            if method == "comity":
                judged = (
                    f"{TARGETS[name]:.3f} + {ALLOWANCE}: {against(float(ours.mean()), target, lower_is_better=True)}"
                )
                chosen = " ".join(f"{k}x{axes.count(k)}" for k in sorted(set(axes)))
            title = name if method == "comity" else ""
            rows.append((title, method, mean_and_spread(loss, 4), mean_and_spread(area), judged, chosen))
        print(f"  {name}: {rows[-len(found)][2]}", flush=True)
    print()
    heads = (
        "conversation",
        "method",
        "log-loss",
        "AUC",
        "target; loss above comity's, split by split",
        "axes x splits",
    )
    table(heads, rows)
