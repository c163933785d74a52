"""Coordinated voters, added to votes on purpose, to measure whether they are found and what they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from comity.opinion import chance
from comity.opinion.chance import below, hash_ids, hash_pairs, uniform
from comity.opinion.simulation.draws import Draws, SimulationError
from comity.opinion.votes import AGREE, DISAGREE, BoolArray, IdArray, Int8Array, Int64Array, Segment, Votes


class Coordination(StrEnum):
    """How injected voters act together; see `inject`."""

    CLONES = "clones"
    NOISY_CLONES = "noisy clones"
    PROMOTION = "promotion"
    BURIAL = "burial"
    MIMICS = "mimics"


@dataclass(frozen=True, slots=True)
class Injected:
    """Votes with coordinated voters among them.

    injected (n_participants,) bool: who they are; their ids follow all the others. targets (n_targets,) int64: columns of
    the statements they push, ascending (none for clones). push (n_targets,) int8: +1 towards agreement, -1 against.
    """

    votes: Votes
    injected: BoolArray
    targets: Int64Array
    push: Int8Array


def inject(
    votes: Votes,
    kind: Coordination | str,
    share: float,
    seed: int = 0,
    *,
    targets: Sequence[int] | None = None,
    n_targets: int = 5,
) -> Injected:
    """Votes with coordinated voters added: `share` of all people afterwards, at least one.

    clones: one script, the answers of a real person who voted a lot, cast in full by each.
    noisy clones: the same script; each casts about four in five of its answers and changes one in ten of those.
    promotion: each answers as many statements as some real person does, those very statements, but each answer is drawn from what
    all people answered there; and all agree with every target. burial: the same, and all disagree with every target.
    mimics: each copies the answers of a real person of its own, and pushes every target with a chance of nine in ten, every
    second one up and the others down. The hardest to find: nothing is wrong with them but the targets.

    targets: columns to push; otherwise `n_targets` are drawn by hash, for burial among the third of the well-answered
    statements with most agreement, else among the middle third. Declared segments and importance marks are copied from the
    person who was copied. The same person may be copied twice.

    Raises SimulationError for a share outside 0-0.5 (exclusive of 0), for a target that is no column, and where nobody voted.
    """
    kind = Coordination(kind)
    if not 0.0 < share <= 0.5:
        raise SimulationError(
            f"share is {share}: give the share of injected people among all, above 0 and at most 0.5."
        )
    counts = np.diff(votes.offsets)
    if not votes.n_votes:
        raise SimulationError("nobody voted: there is no answer that coordinated voters could copy.")
    n_new = max(1, round(share / (1.0 - share) * votes.n_participants))
    newcomer = Draws(np.arange(n_new), seed)
    aims = _aims(votes, kind, targets, n_targets, seed)
    push = np.full(len(aims), AGREE, dtype=np.int8)
    if kind is Coordination.BURIAL:
        push[:] = DISAGREE
    elif kind is Coordination.MIMICS:
        push[1::2] = DISAGREE

    busy = np.flatnonzero(counts >= np.sort(counts[counts > 0])[np.count_nonzero(counts) // 2])
    models = busy[below(newcomer.words(f"{kind}/model"), len(busy))]
    if kind in (Coordination.CLONES, Coordination.NOISY_CLONES):
        models[:] = models[0]
    answered = _answered(votes)
    rows = []
    for index, model in enumerate(models.tolist()):
        kept = slice(int(votes.offsets[model]), int(votes.offsets[model + 1]))
        columns = votes.columns[kept].astype(np.int64)
        values = votes.values[kept].copy()
        marks = votes.important[kept].copy() if votes.important is not None else np.zeros(len(columns), dtype=np.bool_)
        draws = hash_pairs(
            np.repeat(newcomer.words(f"{kind}/answer")[index], len(columns)),
            hash_ids(columns, seed, f"simulation/{kind}"),
        )
        if kind is Coordination.NOISY_CLONES:
            changed = uniform(chance.mix(draws)) < 0.1
            values[changed] = (values[changed] + 2 + below(draws, 2)[changed]) % 3 - 1  # one of the two other answers
            cast = uniform(draws) < 0.8
            cast[0] = cast[0] or not cast.any()
            columns, values, marks = columns[cast], values[cast], marks[cast]
        elif kind in (Coordination.PROMOTION, Coordination.BURIAL):
            totals = np.cumsum(answered[columns], axis=1)
            lot = (uniform(draws) * totals[:, -1]).astype(np.int64)
            values = ((lot[:, None] >= totals).sum(axis=1) - 1).astype(np.int8)
        pushed = np.ones(len(aims), dtype=np.bool_)
        if kind is Coordination.MIMICS:
            pushed = Draws(aims, seed).pairs(Draws(np.array([index]), seed), f"{kind}/push")[:, 0] < 0.9
        rows.append(_with_pushes(columns, values, marks, aims[pushed], push[pushed]))
    return Injected(
        votes=_appended(votes, rows, models),
        injected=np.arange(votes.n_participants + n_new) >= votes.n_participants,
        targets=aims,
        push=push,
    )


_Row = tuple[Int64Array, Int8Array, BoolArray]


def _with_pushes(columns: Int64Array, values: Int8Array, marks: BoolArray, aims: Int64Array, push: Int8Array) -> _Row:
    others = ~np.isin(columns, aims)
    columns = np.concatenate((columns[others], aims))
    values = np.concatenate((values[others], push))
    marks = np.concatenate((marks[others], np.zeros(len(aims), dtype=np.bool_)))
    order = np.argsort(columns, kind="stable")
    return columns[order], values[order], marks[order]


def _answered(votes: Votes) -> Int64Array:
    """(n_statements, 3) int64: how many disagreed, passed, agreed."""
    cells = votes.columns.astype(np.int64) * 3 + votes.values + 1
    return np.bincount(cells, minlength=3 * votes.n_statements).reshape(-1, 3).astype(np.int64)


def _aims(votes: Votes, kind: Coordination, targets: Sequence[int] | None, n_targets: int, seed: int) -> Int64Array:
    if kind in (Coordination.CLONES, Coordination.NOISY_CLONES):
        return np.empty(0, dtype=np.int64)
    if targets is not None:
        aims = np.unique(np.asarray(targets, dtype=np.int64))
        if len(aims) and not (aims[0] >= 0 and aims[-1] < votes.n_statements):
            raise SimulationError(f"targets {list(targets)}: give columns from 0 to {votes.n_statements - 1}.")
        return aims
    answered = _answered(votes)
    cast = answered.sum(axis=1)
    allowed = np.array([statement.takes_part for statement in votes.statements], dtype=np.bool_) & (cast > 0)
    well = np.flatnonzero(allowed & (cast >= np.sort(cast[allowed])[np.count_nonzero(allowed) // 4]))
    # Order by share of agreement, ties by id; a float quotient of small integers is correctly rounded everywhere.
    ranked = well[np.argsort(answered[well, 2] / cast[well], kind="stable")]
    third = len(ranked) // 3
    pool = ranked[-third:] if kind is Coordination.BURIAL and third else ranked[third : len(ranked) - third]
    lot = hash_ids(pool, seed, f"simulation/{kind}/targets")
    return np.sort(pool[np.argsort(lot, kind="stable")][:n_targets]).astype(np.int64)


def _appended(votes: Votes, rows: Sequence[_Row], models: Int64Array) -> Votes:
    ids = votes.participant_ids
    last = ids[-1]
    if ids.dtype == np.int64:
        new_ids: IdArray = np.arange(1, len(rows) + 1, dtype=np.int64) + int(last)
    else:  # longer than the last id and begins with it: comes after it
        new_ids = np.array([f"{last}+{number:07d}" for number in range(len(rows))], dtype=object)
    ends = np.cumsum([len(columns) for columns, _, _ in rows], dtype=np.int64) + votes.offsets[-1]
    important = None
    if votes.important is not None:
        important = np.concatenate([votes.important, *(marks for _, _, marks in rows)])
    return replace(
        votes,
        participant_ids=np.concatenate((ids, new_ids)),
        offsets=np.concatenate((votes.offsets, ends)),
        columns=np.concatenate([votes.columns, *(columns.astype(np.int32) for columns, _, _ in rows)]),
        values=np.concatenate([votes.values, *(values for _, values, _ in rows)]),
        important=important,
        segments={
            name: Segment(
                name=name, labels=segment.labels, codes=np.concatenate((segment.codes, segment.codes[models]))
            )
            for name, segment in votes.segments.items()
        },
    )
