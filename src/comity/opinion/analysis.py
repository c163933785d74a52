"""From votes to the finished result, in two steps: `collect` sums over people, `conclude` finds what follows from the sums.

`conclude` sees no votes, so whatever it says can be checked by anyone who has `sums.json`. What needs the votes (coordinated
voters, the slate held against ballots as cast) is added by `analyse` and declared as such in `needs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from comity import __version__
from comity.opinion import cells as space
from comity.opinion import common_ground as ground
from comity.opinion import groups as grouping
from comity.opinion import model as response
from comity.opinion.coordination import dependence, find_coordinated
from comity.opinion.polis import Side, majority_consensus, representative_statements, representativeness
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
from comity.opinion.routing import Headline, RoutingSettings, routing_weights
from comity.opinion.slate import Slate, check_against_votes, slate_of_cells
from comity.opinion.sums import SegmentSums, Sums, TrialSums, known, under_floor
from comity.opinion.tallies import Tallies
from comity.opinion.votes import Statement, Votes

Array = npt.NDArray[Any]
Progress = Callable[[str], None]

MAP_SMALLEST = 5
"""A cell or bubble never holds fewer people than this, whatever the floor."""
CERTAIN = 0.8
TOP = 10
_SCALE = 10_000

NEEDS: Mapping[str, Needs] = {
    "counts": Needs.SUMS,
    "quality": Needs.SUMS,
    "headline_ranking": Needs.SUMS,
    "headline": Needs.SUMS,
    "divisive": Needs.SUMS,
    "majorities": Needs.SUMS,
    "groups": Needs.SUMS,
    "stability": Needs.SUMS,
    "segments": Needs.SUMS,
    "cells": Needs.SUMS,
    "slate": Needs.SUMS,
    "slate.votes_standing": Needs.VOTES,
    "manipulation": Needs.VOTES,
    "next_statements": Needs.SUMS,
    "statements": Needs.SUMS,
}


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What a live map holds between full runs: the number of axes and why, the model that places people, the density of
    opinion with its groups, and the cells. Everything that depends on one person follows from their own votes and this.
    """

    choice: response.AxesChoice
    model: response.ResponseModel
    grouping: grouping.Grouping
    tree: space.CellTree


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where everybody stands on a basis: packed moments (n_participants, n_pairs), who is on the map, membership (-1 = not),
    probabilities (n_participants, n_groups), and grid positions (n_participants, n_axes).
    """

    positions: response.Positions
    membership: npt.NDArray[np.int32]
    probabilities: npt.NDArray[np.float64]
    grid: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A finished analysis: the result that is published, its sums, and what only the owner of the votes may see."""

    result: OpinionResult
    sums: Sums
    basis: Basis
    placement: Placement


def analyse(
    votes: Votes,
    settings: Settings | None = None,
    *,
    source: Source | None = None,
    tallies: Tallies | None = None,
    threads: int = 1,
    coordination: bool = True,
    progress: Progress | None = None,
) -> Analysis:
    """The complete analysis by method `comity`.

    source: title, notes and so on for the report; its digest is filled in here. tallies: of these votes, if the caller holds them.
    threads: changes the time, never the result. coordination: False leaves out the search for coordinated voters.
    O(votes x axes^2) time and about 30 bytes per vote beyond the votes.
    """
    chosen = settings or Settings()
    say = progress or (lambda _: None)
    say("choosing the number of axes")
    basis, placement = _fresh_basis(votes, chosen, threads, say, tallies)
    say("summing")
    sums = collect(votes, basis, placement, chosen, threads=threads)
    say("finding common ground")
    described = replace(source or Source("", "", "", "", False, "", (), ()), votes_sha256=votes.digest())
    result, slate = conclude(sums, votes.statements, chosen, described)
    if slate is not None and slate.statements:
        standing = check_against_votes(votes, slate.statements, len(slate.statements)).standing
        result = replace(result, slate=replace(result.slate, votes_standing=standing.value))
    if coordination:
        say("looking for coordinated voters")
        result = replace(result, manipulation=_manipulation(votes, basis, result, chosen, threads))
    return Analysis(result, sums, basis, placement)


def _fresh_basis(
    votes: Votes, settings: Settings, threads: int, say: Progress, tallies: Tallies | None
) -> tuple[Basis, Placement]:
    choice = response.choose_axes(
        votes, max_axes=settings.max_axes, seed=settings.seed, floor=settings.floor, threads=threads
    )
    say("fitting the map")
    model, positions, mixture = _fitted(votes, choice.axes, settings, threads, tallies)
    say("finding opinion groups")
    found = grouping.find_groups(positions, mixture, votes.participant_ids, seed=settings.seed, threads=threads)
    if choice.axes == 0 and settings.max_axes > 0 and votes.n_statements > 2:
        # One axis predicts too little to be worth it for everybody, but it may still set a small group apart.
        narrow, narrow_positions, narrow_mixture = _fitted(votes, 1, settings, threads, tallies)
        apart = grouping.find_groups(
            narrow_positions, narrow_mixture, votes.participant_ids, seed=settings.seed, threads=threads
        )
        if apart.n_groups > 1:
            choice = replace(choice, axes=1)
            model, positions, found = narrow, narrow_positions, apart
    basis = Basis(choice, model, found, space.grow(np.zeros((0, model.n_axes), dtype=np.int64)))
    placement = place(votes, basis, threads=threads, positions=positions)
    smallest = max(MAP_SMALLEST, settings.floor)
    return replace(basis, tree=space.grow(placement.grid[placement.positions.placed], smallest=smallest)), placement


def _fitted(
    votes: Votes, n_axes: int, settings: Settings, threads: int, tallies: Tallies | None
) -> tuple[response.ResponseModel, response.Positions, grouping.Mixture]:
    model, sample = response.fit(
        votes, n_axes, seed=settings.seed, floor=settings.floor, threads=threads, tallies=tallies
    )
    mixture, people = grouping.find_mixture(
        response.place(sample, model, threads=threads), sample.participant_ids, seed=settings.seed, threads=threads
    )
    if len(mixture.shares) > 1:
        model, mixture = grouping.refined(sample.people(people), model, mixture)
    if sample is not votes or len(mixture.shares) > 1:
        # Everybody, not only the sample, decides what the statements mean.
        positions = response.place(votes, model, threads=threads)
        moments = response.moments_of(
            votes, model, grouping.toward(positions, mixture, threads=threads)[0], threads=threads
        )
        model = response.maximised(moments, model.active)
    return model, response.place(votes, model, threads=threads), mixture


def place(votes: Votes, basis: Basis, *, threads: int = 1, positions: response.Positions | None = None) -> Placement:
    """Everybody on a held basis; each person's place follows from their own votes. O(votes x axes^2) time."""
    found = positions or response.place(votes, basis.model, threads=threads)
    mixture = basis.grouping.mixture
    state, components = grouping.toward(found, mixture, threads=threads)
    probabilities = grouping.by_group(components, mixture)
    membership = np.where(found.placed, probabilities.argmax(axis=1), -1).astype(np.int32)
    probabilities = np.where(found.placed[:, None], np.round(probabilities, 4), 0.0)
    at = response.Positions(state, found.placed)
    return Placement(at, membership, probabilities, space.on_grid(at.means))


def collect(votes: Votes, basis: Basis, placement: Placement, settings: Settings, *, threads: int = 1) -> Sums:
    """The integer sums from which the findings follow, every entry under the floor left out."""
    floor = settings.floor
    placed = placement.positions.placed
    n_groups = basis.grouping.n_groups
    moments = response.moments_of(votes, basis.model, placement.positions.moments, threads=threads)
    fine, _ = space.summed(basis.tree, placement.grid[placed])
    drawn, bubble = space.bubbles(placement.grid[placed], smallest=max(MAP_SMALLEST, floor))
    inside = placement.membership[placed]
    bubble_groups = np.zeros((len(drawn.people), n_groups), dtype=np.int64)
    if len(drawn.people):
        np.add.at(bubble_groups, (bubble, inside), 1)
    counts = counted(votes, placement.membership, n_groups)
    overall = counts.sum(axis=0)
    marks = None if votes.important is None else marked(votes, placement.membership, n_groups)
    best = placement.probabilities[placed, inside] if n_groups else np.zeros(0)
    group_positions = np.zeros((n_groups, placement.grid.shape[1]), dtype=np.int64)
    np.add.at(group_positions, inside, placement.grid[placed])
    segments = {}
    for name, segment in votes.segments.items():
        split = counted(votes, segment.codes, len(segment.labels))[:-1]
        sizes = np.bincount(segment.codes[segment.codes >= 0], minlength=len(segment.labels)).astype(np.int64)
        across = np.zeros((len(segment.labels), n_groups), dtype=np.int64)
        both = (segment.codes >= 0) & placed
        np.add.at(across, (segment.codes[both], placement.membership[both]), 1)
        segments[name] = SegmentSums(
            segment.labels,
            np.where(sizes >= floor, sizes, -1),
            under_floor(split, floor),
            np.where((across >= floor) | (across == 0), across, -1),
            int((segment.codes < 0).sum()),
        )
    trials = [
        TrialSums(t.axes, t.loss, round(t.auc * 1e6), round(t.difference_error * 1e6))
        for t in (basis.choice.plain, *basis.choice.trials)
    ]
    stability = basis.grouping.stability
    return Sums(
        floor=floor,
        participants=votes.n_participants,
        on_the_map=int(placed.sum()),
        statement_ids=tuple(votes.statement_ids.tolist()),
        taking_part=np.array([s.takes_part for s in votes.statements], dtype=np.bool_),
        overall=under_floor(overall, floor),
        important=None if marks is None else np.where(overall.sum(axis=1) >= floor, marks.sum(axis=0), -1),
        hidden=basis.choice.hidden,
        axes=basis.choice.axes,
        trials=tuple(trials),
        active=basis.model.active,
        weights=moments.weights,
        signs=moments.signs,
        cell_people=fine.people,
        cell_positions=fine.sums,
        group_sizes=np.bincount(inside, minlength=n_groups).astype(np.int64),
        group_certain=np.bincount(inside[best >= CERTAIN], minlength=n_groups).astype(np.int64),
        group_probability=np.bincount(inside, weights=np.rint(best * _SCALE), minlength=n_groups).astype(np.int64),
        group_positions=group_positions,
        stability=np.where(np.isnan(stability), -1, np.rint(np.nan_to_num(stability) * _SCALE)).astype(np.int64),
        components=basis.grouping.components,
        resampled=basis.grouping.resampled,
        group_counts=under_floor(counts[:-1], floor),
        group_important=None if marks is None else np.where(counts[:-1].sum(axis=2) >= floor, marks[:-1], -1),
        segments=segments,
        bubble_people=drawn.people,
        bubble_positions=drawn.sums,
        bubble_groups=np.where((bubble_groups >= floor) | (bubble_groups == 0), bubble_groups, -1),
    )


def counted(votes: Votes, part: Array, n_parts: int) -> npt.NDArray[np.int64]:
    """(n_parts + 1, n_statements, 3) int64: agree, pass, disagree by part; the last row is people in no part (-1)."""
    m = votes.n_statements
    of_vote = np.repeat(np.where(part < 0, n_parts, part).astype(np.int64), np.diff(votes.offsets))
    index = (of_vote * m + votes.columns) * 3 + (1 - votes.values.astype(np.int64))
    return np.bincount(index, minlength=(n_parts + 1) * m * 3).reshape(n_parts + 1, m, 3).astype(np.int64)


def marked(votes: Votes, part: Array, n_parts: int) -> npt.NDArray[np.int64]:
    """(n_parts + 1, n_statements) int64: votes marked as important by part, the last row for people in no part."""
    assert votes.important is not None
    of_vote = np.repeat(np.where(part < 0, n_parts, part).astype(np.int64), np.diff(votes.offsets))
    index = (of_vote * votes.n_statements + votes.columns)[votes.important]
    return np.bincount(index, minlength=(n_parts + 1) * votes.n_statements).reshape(n_parts + 1, -1).astype(np.int64)


def published_model(sums: Sums) -> response.ResponseModel:
    """The response model that follows from the sums."""
    zero = np.zeros(0, dtype=np.int64)
    return response.maximised(response.Moments(sums.weights, sums.signs, zero, zero, 0), sums.active)


def conclude(
    sums: Sums, statements: tuple[Statement, ...], settings: Settings, source: Source
) -> tuple[OpinionResult, Slate | None]:
    """Every finding that follows from the sums; also the slate in the engine's own terms, None without enough evidence.

    statements: texts for `sums.statement_ids`, in that order.
    """
    z = settings.confidence_z
    ids = sums.statement_ids
    n_groups = len(sums.group_sizes)
    model = published_model(sums)
    overall = known(sums.overall)
    by_group = known(sums.group_counts)
    centres = (
        space.Cells(sums.cell_people, sums.cell_positions).centres() if sums.on_the_map else np.zeros((1, model.n_axes))
    )
    people = sums.cell_people if sums.on_the_map else np.ones(1, dtype=np.int64)
    fifth = _taking_part(ground.least_agreeing_fifth(model, centres, people, overall, z=z), sums.taking_part)
    least = _taking_part(ground.least_group(by_group, z=z), sums.taking_part)
    informed = _taking_part(ground.group_informed_consensus(by_group, z=z), sums.taking_part)
    agreement = ground.agreement_in_cells(model, centres, overall)
    enough = ~np.isnan(fifth.estimate)
    divides = np.where(enough, ground.divisiveness(agreement, people), np.nan)
    chosen = (
        slate_of_cells(people, agreement >= 0.5, min(settings.slate_size, int(enough.sum())), allowed=enough)
        if enough.any()
        else None
    )
    letters = [_letter(g) for g in range(n_groups)]
    ranks = [measure.ranks() for measure in (fifth, least, informed)]
    segment_measures = {
        name: _taking_part(ground.least_group(known(s.counts), z=z), sums.taking_part)
        for name, s in sums.segments.items()
    }
    segment_ranks = {name: measure.ranks() for name, measure in segment_measures.items()}

    def statement_result(j: int) -> StatementResult:
        statement = statements[j]
        return StatementResult(
            id=ids[j],
            text=statement.text,
            language=statement.language,
            translations=dict(sorted(statement.translations.items())),
            moderation=statement.moderation.value,
            takes_part=bool(sums.taking_part[j]),
            overall=_rate(overall[j], z),
            important=None if sums.important is None or sums.important[j] < 0 else int(sums.important[j]),
            by_group=tuple(_rate(by_group[g, j], z) for g in range(n_groups)),
            important_by_group=None
            if sums.group_important is None
            else tuple(max(int(n), 0) for n in sums.group_important[:, j]),
            by_segment=tuple(
                SegmentGround(
                    name,
                    tuple(_rate(row, z) for row in known(segment.counts)[:, j]),
                    _score(segment_measures[name], segment_ranks[name], j, segment.labels),
                )
                for name, segment in sums.segments.items()
            ),
            least_agreeing_fifth=_score(fifth, ranks[0], j, ()),
            least_group=_score(least, ranks[1], j, letters),
            group_informed_consensus=_score(informed, ranks[2], j, letters),
            divisiveness=None if np.isnan(divides[j]) else rounded(divides[j]),
            intercept=rounded(model.intercepts[j]) if model.active[j] else None,
            slopes=tuple(rounded(value) or 0.0 for value in model.slopes[j]) if model.active[j] else (),
        )

    headline = np.argsort(np.where(ranks[0] > 0, ranks[0], len(ids) + 1), kind="stable")[
        : min(TOP, int((ranks[0] > 0).sum()))
    ]
    known_divides = np.flatnonzero(~np.isnan(divides))
    divisive = known_divides[np.lexsort((known_divides, -np.round(divides[known_divides], 9)))][:TOP]
    result = OpinionResult(
        format=FORMAT,
        software=Software("comity", __version__),
        source=source,
        settings=settings,
        counts=Counts(
            participants=sums.participants,
            on_the_map=sums.on_the_map,
            statements=len(ids),
            statements_taking_part=int(sums.taking_part.sum()),
            votes=int(overall.sum()),
            agrees=int(overall[:, ground.AGREES].sum()),
            passes=int(overall[:, ground.PASSES].sum()),
            disagrees=int(overall[:, ground.DISAGREES].sum()),
        ),
        quality=_quality(sums),
        headline_ranking=Ranking.LEAST_AGREEING_FIFTH,
        headline=tuple(ids[j] for j in headline),
        divisive=tuple(ids[j] for j in divisive),
        majorities=_majorities(overall, ids, sums.taking_part, z),
        groups=_groups(sums, by_group, ids, letters, z),
        stability=Stability(sums.components, n_groups, len(sums.resampled), sums.resampled),
        segments=tuple(
            SegmentResult(
                name,
                segment.labels,
                tuple(_or_none(n) for n in segment.sizes),
                tuple(tuple(_or_none(n) for n in row) for row in segment.by_group),
                segment.not_declared,
            )
            for name, segment in sums.segments.items()
        ),
        cells=tuple(
            Cell(
                rounded(x / space.GRID / n) or 0.0,
                rounded(y / space.GRID / n) or 0.0,
                int(n),
                tuple(_or_none(k) for k in row),
            )
            for (x, y), n, row in zip(
                sums.bubble_positions.tolist(), sums.bubble_people, sums.bubble_groups, strict=True
            )
        ),
        slate=_slate(chosen, ids),
        manipulation=None,
        next_statements=_next(model, overall, fifth, sums, z, ids),
        statements=tuple(statement_result(j) for j in range(len(ids))),
        needs=dict(NEEDS),
    )
    return result, chosen


def _taking_part(measure: ground.Measure, taking_part: Array) -> ground.Measure:
    return ground.Measure(
        np.where(taking_part, measure.estimate, np.nan),
        np.where(taking_part, measure.lower, np.nan),
        np.where(taking_part, measure.upper, np.nan),
        np.where(taking_part, measure.weakest, -1),
    )


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"{chr(ord('A') + number // 26 - 1)}{chr(ord('A') + number % 26)}"


def _or_none(count: Any) -> int | None:
    return None if count < 0 else int(count)


def _rate(counts: Array, z: float) -> Rate:
    agree, passed, disagree = (int(n) for n in counts)
    seen = agree + passed + disagree
    if not seen:
        return Rate(agree, passed, disagree, None, None, None)
    lower, upper = ground.wilson(np.array([agree]), np.array([seen]), z)
    return Rate(agree, passed, disagree, rounded(agree / seen), rounded(lower[0]), rounded(upper[0]))


def _score(measure: ground.Measure, ranks: Array, j: int, names: Any) -> GroundScore:
    if np.isnan(measure.estimate[j]):
        return GroundScore(None, None, None, None)
    weakest = int(measure.weakest[j])
    return GroundScore(
        rounded(measure.estimate[j]), rounded(measure.lower[j]), rounded(measure.upper[j]), int(ranks[j]),
        names[weakest] if len(names) and weakest >= 0 else None,
    )  # fmt: skip


def _quality(sums: Sums) -> Quality:
    def nats(loss: int) -> float:
        return rounded(loss / response.FIXED_POINT / max(sums.hidden, 1)) or 0.0

    plain, *tried = sums.trials
    trials = tuple(
        AxesTrial(t.axes, nats(t.loss), rounded(t.auc / 1e6) or 0.0, rounded(t.error / 1e6) or 0.0) for t in tried
    )
    best = next(
        (t for t in trials if t.axes == sums.axes),
        AxesTrial(sums.axes, nats(plain.loss), rounded(plain.auc / 1e6) or 0.0, 0.0),
    )
    return Quality(
        sums.axes, sums.hidden, best.log_loss, best.auc, nats(plain.loss), rounded(plain.auc / 1e6) or 0.0, trials
    )


def _votes_counts(counts: Array) -> npt.NDArray[np.int64]:
    """Agrees, disagrees, all votes: the order in which the reference method counts."""
    return np.stack([counts[..., ground.AGREES], counts[..., ground.DISAGREES], counts.sum(axis=-1)], axis=-1)


def _majorities(overall: Array, ids: tuple[int | str, ...], taking_part: Array, z: float) -> tuple[Majority, ...]:
    place = {key: j for j, key in enumerate(ids)}
    return tuple(
        Majority(m.statement_id, side.value, _rate(overall[place[m.statement_id]], z), rounded(m.rate_test) or 0.0)
        for side in Side
        for m in majority_consensus(_votes_counts(overall), side, ids, ~taking_part)
    )


def _groups(sums: Sums, by_group: Array, ids: tuple[int | str, ...], letters: list[str], z: float) -> tuple[Group, ...]:
    counts = _votes_counts(by_group)
    measures = representativeness(counts)
    place = {key: j for j, key in enumerate(ids)}
    out = (by_group.sum(axis=2) < ground.ENOUGH_IN_GROUP).any(axis=0) | ~sums.taking_part
    entries = []
    for g, letter in enumerate(letters):
        size = int(sums.group_sizes[g])
        representative = []
        if len(letters) > 1:
            for found in representative_statements(counts, measures, g, ids, out):
                j = place[found.statement_id]
                others = by_group[:, j].sum(axis=0) - by_group[g, j]
                representative.append(
                    Representative(
                        found.statement_id, found.side.value, _rate(by_group[g, j], z), _rate(others, z),
                        rounded(found.ratio) or 0.0, rounded(found.ratio_test) or 0.0,
                    )
                )  # fmt: skip
        entries.append(
            Group(
                id=letter,
                size=size,
                certain=int(sums.group_certain[g]),
                share=rounded(size / max(sums.on_the_map, 1)) or 0.0,
                centre=tuple(
                    rounded(value / space.GRID / max(size, 1)) or 0.0 for value in sums.group_positions[g].tolist()
                ),
                stability=None if sums.stability[g] < 0 else rounded(sums.stability[g] / _SCALE),
                mean_probability=rounded(sums.group_probability[g] / _SCALE / max(size, 1)) or 0.0,
                representative=tuple(representative),
            )
        )
    return tuple(entries)


def _slate(slate: Slate | None, ids: tuple[int | str, ...]) -> SlateResult:
    if slate is None:
        return SlateResult(
            "modelled", (), 0, 0, False, "There is not enough evidence on any statement for a slate.", None
        )

    def name(j: int) -> str:
        return f"statement {ids[j]}"

    entries = tuple(SlateEntry(ids[p.statement], p.phase.value, int(p.supporters), int(p.newly)) for p in slate.picks)
    return SlateResult(
        slate.basis.value,
        entries,
        int(slate.people),
        int(slate.represented),
        slate.certificate.holds,
        slate.certificate.sentence(name),
        None,
    )


def _next(
    model: response.ResponseModel,
    overall: Array,
    fifth: ground.Measure,
    sums: Sums,
    z: float,
    ids: tuple[int | str, ...],
) -> NextStatements:
    weights = routing_weights(
        overall[:, ground.AGREES],
        overall[:, ground.DISAGREES],
        overall[:, ground.PASSES],
        headline=Headline(fifth.estimate, fifth.lower, fifth.upper, z, model.intercepts, model.slopes),
        askable=sums.taking_part,
        settings=RoutingSettings(top=TOP),
    )
    needs = np.where(sums.taking_part, weights.needs, 0.0)
    order = np.lexsort((np.arange(len(ids)), -np.round(needs, 9)))
    lacking = np.flatnonzero(sums.taking_part & np.isnan(fifth.estimate))
    return NextStatements(tuple(ids[j] for j in order[:TOP] if needs[j] > 0), tuple(ids[j] for j in lacking))


def _without(votes: Votes, basis: Basis, settings: Settings, threads: int) -> OpinionResult:
    """The findings when some people are left out: model, density and cells fitted anew, the number of axes and components held."""
    model, _sample = response.fit(votes, basis.model.n_axes, seed=settings.seed, floor=settings.floor, threads=threads)
    positions = response.place(votes, model, threads=threads)
    mixture = grouping.resettled(positions, basis.grouping.mixture, votes.participant_ids, seed=settings.seed)
    found = grouping.find_groups(positions, mixture, votes.participant_ids, seed=settings.seed, resamples=0)
    held = Basis(basis.choice, model, found, basis.tree)
    placement = place(votes, held, threads=threads, positions=positions)
    held = replace(
        held, tree=space.grow(placement.grid[placement.positions.placed], smallest=max(MAP_SMALLEST, settings.floor))
    )
    sums = collect(votes, held, placement, settings, threads=threads)
    return conclude(sums, votes.statements, settings, Source("", "", "", "", False, "", (), ()))[0]


def _manipulation(votes: Votes, basis: Basis, result: OpinionResult, settings: Settings, threads: int) -> Manipulation:
    found = find_coordinated(votes, seed=settings.seed)
    clusters = []
    for cluster in found.clusters:
        honest = np.ones(votes.n_participants, dtype=np.bool_)
        honest[cluster.participants] = False
        without = _without(votes.people(honest), basis, settings, threads)
        changed = dependence(result.headline, without.headline)
        clusters.append(
            SuspectedCoordination(
                size=len(cluster.participants),
                sentence=cluster.sentence,
                similarity=rounded(cluster.alike) or 0.0,
                expected_by_chance=rounded(cluster.alike_if_honest) or 0.0,
                top_kept=len(result.headline) - len(changed.left),
                top_of=len(result.headline),
                groups_without=len(without.groups),
            )
        )
    return Manipulation(found.alarm, found.compared_people, tuple(clusters))
