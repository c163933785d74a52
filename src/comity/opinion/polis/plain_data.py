"""What the reference method found, as plain data: the JSON of `comity map --method polis`, and a few lines for a terminal.

It is kept small: for comparison with the reference implementation, not for publication. Figures are full floats, as computed.
The keys are listed in docs/cli.md.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np

from comity import __version__
from comity.opinion.polis.analysis import ranked_consensus
from comity.opinion.polis.result import Majority, PolisResult, Representative
from comity.opinion.result import Source, as_data
from comity.opinion.votes import Votes

FORMAT = "comity-polis-result/1"
TOP = 10


def polis_data(votes: Votes, result: PolisResult, source: Source) -> dict[str, Any]:
    """Dicts, lists, numbers and strings, ready for JSON; null where the method has no value. votes: those that were analysed.

    Statements and groups by ascending id; groups are numbered from 0, as the reference does.
    """
    texts = {statement.id: statement.text for statement in votes.statements}
    findings = result.findings
    return {
        "format": FORMAT,
        "software": {"name": "comity", "version": __version__},
        "method": "polis",
        "seed": result.seed,
        "source": as_data(source),
        "participants": len(result.participant_ids),
        "in_conversation": int(result.in_conversation.sum()),
        "silhouettes": {str(k): _number(grouping.silhouette) for k, grouping in sorted(result.groupings.items())},
        "groups": [
            {
                "id": group,
                "size": int(findings.group_sizes[group]),
                "representative": [_entry(entry) for entry in findings.representative[group]],
            }
            for group in range(result.n_groups)
        ],
        "consensus": list(ranked_consensus(votes, result, TOP)),
        "majority_agree": [_entry(entry) for entry in findings.majority_agree],
        "majority_disagree": [_entry(entry) for entry in findings.majority_disagree],
        "statements": [
            {
                "id": key,
                "text": texts.get(key, ""),
                "by_group": [
                    dict(zip(("agrees", "disagrees", "votes"), counts.tolist(), strict=True))
                    for counts in findings.group_votes[:, j]
                ],
                "consensus": _number(findings.consensus[j]),
                "priority": _number(findings.priorities[j]),
                "position": [_number(value) for value in result.map.statement_projections[j]],
            }
            for j, key in enumerate(result.statement_ids.tolist())
        ],
    }


def polis_lines(votes: Votes, result: PolisResult, source: Source) -> list[str]:
    """The main findings of the reference method as plain lines."""
    texts = {statement.id: " ".join(statement.text.split())[:90] for statement in votes.statements}
    people, sizes = len(result.participant_ids), result.findings.group_sizes.tolist()
    lines = [
        source.title,
        f"Method polis: {int(result.in_conversation.sum()):,} of {people:,} people are clustered, in {len(sizes)} groups "
        f"({', '.join(f'{n}: {size:,}' for n, size in enumerate(sizes))}).",
        "Highest group-informed consensus:",
    ]
    place = {key: j for j, key in enumerate(result.statement_ids.tolist())}
    for key in ranked_consensus(votes, result, 3):
        lines.append(f"  - {texts.get(key) or f'Statement {key}'}")
        lines.append(f"    {result.findings.consensus[place[key]]:.2f}")
    return lines


def _entry(entry: Representative | Majority) -> dict[str, Any]:
    """Statement, side, and every figure; a representative statement has more of them, its group stands above it."""
    figures = {field.name: getattr(entry, field.name) for field in fields(entry)}
    named = {"statement": figures.pop("statement_id"), "side": figures.pop("side").value}
    figures.pop("group", None)
    return named | {name: _number(value) for name, value in figures.items()}


def _number(value: Any) -> int | float | bool | None:
    """A number of JSON, which knows no NaN."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
