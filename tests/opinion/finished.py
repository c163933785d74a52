"""Makes finished results without running the analysis: invented votes, plausible figures, and every odd shape a report may meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from comity.opinion import demonstration
from comity.opinion.result import (
    FORMAT,
    AxesTrial,
    Cell,
    Counts,
    GroundScore,
    Group,
    Majority,
    Manipulation,
    Needs,
    NextStatements,
    OpinionResult,
    Quality,
    Ranking,
    Rate,
    Representative,
    SegmentGround,
    SegmentResult,
    Settings,
    SlateEntry,
    SlateResult,
    Software,
    Source,
    Stability,
    StatementResult,
    SuspectedCoordination,
    rounded,
)
from comity.opinion.tables import ParticipantTable
from comity.opinion.votes import Segment

LABELS = {
    "region": ("Africa", "Americas", "Arab States", "Asia-Pacific", "Europe"),
    "role": ("business", "civil society", "government", "research"),
}
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "\u202egnp.exe\u2066 overridden \u202d text",
    "\x1b[2J\x1b[31mred\x07 and a null \x00 and \x9b31m",
    "zero\u200bwidth\u2060joined\ufefftext with \U000e0041\U000e0042 hidden tags",
    "{{ 7 * 7 }} {% raw %} {0} {n} %s ${x}",
    "</td></tr></table></details></main><style>*{display:none}</style><!--",
    "Z" + "\u0301\u0302\u0303\u0304\u0305" * 40 + "algo",
    "lone surrogate \ud800 here",
    "x" * 10_000,
    "ذكاء <b>اصطناعي</b> \u202b مع أقواس (هنا) و English داخل النص 123",
    "   \n\t ",
    "\"quotes\" 'single' & ampersand &lt; &amp;amp;",
)


def interval(agree: int, seen: int) -> tuple[float | None, float | None, float | None]:
    """Share with one agreement and one disagreement added, and its interval; nothing below five votes."""
    if seen < 5:
        return None, None, None
    middle = (agree + 1) / (seen + 2)
    half = 1.28 * math.sqrt(middle * (1 - middle) / (seen + 3))
    return rounded(agree / seen), rounded(max(0.0, middle - half)), rounded(min(1.0, middle + half))


def rate(votes: Any) -> Rate:
    agree, passed, disagree = (int((votes == value).sum()) for value in (1, 0, -1))
    return Rate(agree, passed, disagree, *interval(agree, agree + passed + disagree))


def texts_of(n: int) -> list[tuple[str, str, dict[str, str]]]:
    """Language, text and translations of n statements of the demonstration, in six languages, repeated if need be."""
    written = [entry for entry in demonstration.statements() if not entry.meta]
    found = []
    for i in range(n):
        entry = written[i % len(written)]
        others = {tag: text for tag, text in entry.text.items() if tag != entry.language}
        found.append((entry.language, entry.text[entry.language], others if i < len(written) else {}))
    return found


def finished(
    *,
    statements: int = 60,
    groups: int = 3,
    people: int = 600,
    axes: int = 2,
    segments: bool = True,
    simulated: bool = True,
    headline: bool = True,
    texts: Sequence[str] = (),
    seed: int = 7,
    ranking: Ranking = Ranking.LEAST_AGREEING_FIFTH,
) -> OpinionResult:
    """A finished result, and by `table_of` its people. texts: replace the first statements' texts, language not known."""
    draw = np.random.default_rng(seed)
    n_axes = max(axes, 1)
    centres = np.array(
        [
            [2.1 * math.cos(2.4 * g + 0.4), 1.5 * math.sin(2.4 * g + 0.4), *[0.0] * n_axes][:n_axes]
            for g in range(groups)
        ]
    )
    shares = np.array([1 / (g + 2.0) for g in range(groups)])
    member = np.sort(draw.choice(groups, people, p=shares / shares.sum()))
    position = centres[member] + draw.normal(0, 0.6, (people, n_axes))
    consensus = draw.random(statements) < 0.3
    intercept = np.where(consensus, draw.normal(1.9, 0.3, statements), draw.normal(0.2, 0.8, statements))
    slopes = draw.normal(0, 1, (statements, n_axes)) * np.where(consensus, 0.15, 1.1)[:, None]
    chance = 1 / (1 + np.exp(-(intercept + position @ slopes.T)))
    votes = np.where(draw.random((people, statements)) < chance, 1, -1)
    votes[draw.random((people, statements)) < 0.1] = 0
    seen = draw.random((people, statements)) < 0.5
    if headline:
        seen[:, -3:] = False  # three statements that hardly anybody saw
    else:
        seen[4:] = False
    votes = np.where(seen, votes, 9)
    marks = (draw.random((people, statements)) < 0.15) & seen
    traits = {name: draw.integers(-1, len(labels), people) for name, labels in LABELS.items()} if segments else {}

    entries: list[StatementResult] = []
    written = texts_of(statements)
    for j in range(statements):
        language, text, translations = written[j]
        if j < len(texts):
            language, text, translations = "", texts[j], {}
        by_group = tuple(rate(votes[member == g, j]) for g in range(groups))
        overall = rate(votes[:, j])
        enough = all(part.share is not None for part in by_group)
        spread = chance[:, j] * 0.9
        fifth = float(np.sort(spread)[: max(1, people // 5)].mean())
        half = 0.35 / math.sqrt(max(overall.seen, 1))
        parts = []
        for name, codes in traits.items():
            rates = tuple(rate(votes[codes == n, j]) for n in range(len(LABELS[name])))
            known = [(part.share, n) for n, part in enumerate(rates) if part.share is not None]
            least = GroundScore(None, None, None, None)
            if known:
                n = min(known)[1]
                least = GroundScore(rates[n].share, rates[n].lower, rates[n].upper, None, LABELS[name][n])
            parts.append(SegmentGround(name, rates, least))
        weakest = min(range(groups), key=lambda g: by_group[g].share or 0.0)
        weak = by_group[weakest]
        product = math.prod(part.share or 0.0 for part in by_group)
        entries.append(
            StatementResult(
                id=j + 1,
                text=text,
                language=language,
                translations=translations,
                moderation="rejected" if j == 5 else "accepted",
                takes_part=j != 5,
                overall=overall,
                important=int(marks[:, j].sum()),
                by_group=by_group,
                important_by_group=tuple(int(marks[member == g, j].sum()) for g in range(groups)),
                by_segment=tuple(parts),
                least_agreeing_fifth=GroundScore(
                    rounded(fifth),
                    rounded(max(0, fifth - half)),
                    rounded(min(1, fifth + half)),
                    0,
                    "ABCDEFGHIJ"[weakest],
                )
                if enough
                else GroundScore(None, None, None, None),
                least_group=GroundScore(weak.share, weak.lower, weak.upper, 0, "ABCDEFGHIJ"[weakest])
                if enough
                else GroundScore(None, None, None, None),
                group_informed_consensus=GroundScore(
                    rounded(product), rounded(product * 0.9), rounded(min(1, product * 1.1)), 0
                )
                if enough
                else GroundScore(None, None, None, None),
                divisiveness=rounded(float(spread.std())) if enough else None,
                intercept=rounded(float(intercept[j])),
                slopes=tuple(float(value) for value in np.round(slopes[j], 4)) if axes else (),
            )
        )
    out = {name: GroundScore(None, None, None, None) for name in Ranking}
    entries = [entry if entry.takes_part else replace(entry, divisiveness=None, **out) for entry in entries]
    for name in Ranking:
        order = sorted(
            (entry for entry in entries if entry.takes_part and getattr(entry, name).lower is not None),
            key=lambda entry: (-getattr(entry, name).lower, entry.id),
        )
        for place, entry in enumerate(order):
            at = int(entry.id) - 1
            entries[at] = replace(entries[at], **{name: replace(getattr(entry, name), rank=place + 1)})
    ranked = sorted(
        (entry for entry in entries if getattr(entry, ranking).rank), key=lambda entry: getattr(entry, ranking).rank
    )
    divided = sorted(
        (entry for entry in entries if entry.divisiveness is not None),
        key=lambda entry: (-(entry.divisiveness or 0), entry.id),
    )
    top = tuple(entry.id for entry in ranked[:10])
    split = tuple(entry.id for entry in divided[:10]) if axes and ranked else ()

    found_groups = tuple(_group(g, member, position, entries, centres) for g in range(groups))
    seen_votes = int(seen.sum())
    counts = Counts(
        participants=people + 4,
        on_the_map=people,
        statements=statements,
        statements_taking_part=statements - 1,
        votes=seen_votes,
        agrees=int((votes == 1).sum()),
        passes=int((votes == 0).sum()),
        disagrees=int((votes == -1).sum()),
    )
    plain, best = 0.5121, 0.3712 if axes else 0.5121
    return OpinionResult(
        format=FORMAT,
        software=Software("comity", "0.1.0"),
        source=Source(
            title="SIMULATED: What should the world do together about AI?"
            if simulated
            else "Rules for passenger transport by app",
            description="Invented people, computed answers.\n\nThe statements follow the 13 points of the action plan.",
            url="https://example.org/consultation",
            attribution="Statements: Apache-2.0, The Comity contributors.",
            simulated=simulated,
            votes_sha256="3b5d5c3712955042212316173ccf37be9f0f9ad4ea0a28a9d6d5a0fd1a2b3c4d",
            notes=("Statements were drafted by machine and not reviewed.",),
            left_out=(
                "votes.csv:120: vote is 'maybe': use agree, pass or disagree.",
                "votes.csv:977: no participant: give an id.",
            ),
        ),
        settings=Settings(),
        counts=counts,
        quality=Quality(
            axes=axes,
            hidden_votes=4812,
            log_loss=best,
            auc=0.8934 if axes else 0.7401,
            plain_log_loss=plain,
            plain_auc=0.7401,
            trials=tuple(
                AxesTrial(
                    n,
                    rounded(plain - (plain - best) * (1 - abs(n - axes) / 8)) or 0,
                    0.74 + 0.01 * n,
                    0.0 if n == axes else 0.004,
                )
                for n in range(max(axes, 2) + 2)
            ),
        ),
        headline_ranking=ranking,
        headline=top,
        divisive=split,
        majorities=tuple(
            Majority(entry.id, "agree" if (entry.overall.share or 0) > 0.5 else "disagree", entry.overall, 9.1)
            for entry in sorted(entries, key=lambda entry: (-(entry.overall.share or 0), entry.id))[:4]
        )
        if ranked
        else (),
        groups=found_groups,
        stability=Stability(6, groups, 20, (groups,) * 17 + (groups + 1,) * 3),
        segments=tuple(
            SegmentResult(
                name,
                LABELS[name],
                tuple(int((codes == n).sum()) for n in range(len(LABELS[name]))),
                tuple(
                    tuple(int(((codes == n) & (member == g)).sum()) for g in range(groups))
                    for n in range(len(LABELS[name]))
                ),
                int((codes == -1).sum()) + 4,
            )
            for name, codes in traits.items()
        ),
        cells=_cells(position, member, groups, axes),
        slate=SlateResult(
            basis="modelled",
            entries=tuple(
                SlateEntry(
                    key, "equal-shares" if n < 5 else "completion", people - 50 * n, max(0, people // 2 - 90 * n)
                )
                for n, key in enumerate((*top[:4], *split[:3]))
            ),
            people=people,
            represented=people - 12,
            certificate_holds=True,
            certificate="Proportional: no group is short of its share; the closest: 71 people agree with statement 14 "
            "and with none of the slate; "
            "86 would be enough for one place (EJR+ for 7 places and 600 people, over agreement expected by the model).",
            votes_standing="open",
        ),
        manipulation=Manipulation(
            alarm=groups > 2,
            people_compared=people,
            clusters=(
                SuspectedCoordination(
                    14,
                    "14 people repeat one ballot: of the 31 statements that each shares with it on average, 97% are answered the same, "
                    "where 71% would be usual for people who think alike.",
                    0.97,
                    0.71,
                    9,
                    10,
                    groups,
                ),
            )
            if groups > 2
            else (),
        ),
        next_statements=NextStatements(
            most_needed=tuple(entry.id for entry in entries[-3:]),
            lacking_evidence=tuple(entry.id for entry in entries if entry.overall.seen < 5),
        ),
        statements=tuple(entries),
        needs={"common_ground": Needs.SUMS, "groups": Needs.SUMS, "slate": Needs.SUMS, "coordination": Needs.VOTES},
    )


def _group(g: int, member: Any, position: Any, entries: list[StatementResult], centres: Any) -> Group:
    mine = member == g
    apart: list[Representative] = []
    for entry in entries:
        others = [part for n, part in enumerate(entry.by_group) if n != g]
        if not others or entry.by_group[g].share is None or not entry.takes_part:
            continue
        agree, passed, disagree = (
            sum(getattr(part, name) for part in others) for name in ("agree", "passed", "disagree")
        )
        rest = Rate(agree, passed, disagree, *interval(agree, agree + passed + disagree))
        difference = (entry.by_group[g].share or 0) - (rest.share or 0)
        apart.append(
            Representative(
                entry.id,
                "agree" if difference > 0 else "disagree",
                entry.by_group[g],
                rest,
                1 + abs(difference),
                10 * abs(difference),
            )
        )
    apart.sort(key=lambda part: (-part.test, part.statement))
    return Group(
        id="ABCDEFGHIJ"[g],
        size=int(mine.sum()),
        certain=int(mine.sum() * 0.83),
        share=rounded(float(mine.mean())) or 0.0,
        centre=tuple(float(value) for value in np.round(centres[g], 4)),
        stability=(0.93, 0.81, 0.64, 0.5, None)[g % 5],
        mean_probability=0.91,
        representative=tuple(apart[:5]),
    )


def _cells(position: Any, member: Any, groups: int, axes: int) -> tuple[Cell, ...]:
    """For each group squares of half a unit with at least five people; the rest go to the nearest such square."""
    found: list[Cell] = []
    for g in range(groups if axes else 0):
        mine = position[member == g]
        at = np.round(mine[:, :2] / (0.5 if axes > 1 else 0.25)).astype(int)
        if axes == 1:
            at = np.column_stack([at[:, 0], np.zeros(len(at), dtype=int)])
        squares, which, size = np.unique(at, axis=0, return_inverse=True, return_counts=True)
        large = np.flatnonzero(size >= 5)
        if not len(large):
            continue
        nearest = [int(large[np.argmin(((squares[large] - square) ** 2).sum(axis=1))]) for square in squares]
        home = np.array(nearest)[which.ravel()]
        for n in large:
            inside = home == n
            x = float(mine[inside, 0].mean())
            y = float(mine[inside, 1].mean()) if axes > 1 else 0.0
            found.append(Cell(rounded(x) or 0.0, rounded(y) or 0.0, int(inside.sum()), "ABCDEFGHIJ"[g]))
    return tuple(sorted(found, key=lambda cell: (cell.group, cell.x, cell.y)))


def table_of(result: OpinionResult, *, ids: Sequence[int | str] = ()) -> ParticipantTable:
    """People for the result, the last of them not on the map and in no group."""
    n, axes, groups = max(len(ids), 12), max(result.quality.axes, 1), len(result.groups)
    position = np.linspace(-1, 1, n * axes).reshape(n, axes)
    position[-1] = np.nan
    probability = np.full((n, groups), 1 / max(groups, 1))
    probability[-1] = np.nan
    group = np.arange(n) % max(groups, 1)
    group[-1] = -1
    codes = (np.arange(n) % 3 - 1).astype(np.int32)
    return ParticipantTable(
        ids=np.array(list(ids), dtype=object)
        if ids and isinstance(ids[0], str)
        else np.array(list(ids) or range(n), dtype=np.int64),
        position=position,
        position_sd=np.abs(position) / 4,
        group=group.astype(np.int32),
        probability=probability,
        votes=np.full(n, 6),
        agrees=np.full(n, 3),
        passes=np.full(n, 1),
        disagrees=np.full(n, 2),
        segments={"region": Segment("region", ("Africa", "Europe"), codes)},
    )
