"""From votes to the finished result, in two steps: `collect` sums over people, `conclude` finds what follows from the sums.

`conclude` sees no votes, so whatever it says can be checked by anyone who has `sums.json`. What needs the votes (coordinated
voters, the slate held against ballots as cast) is added by `analyse` and declared as such in `needs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from comity import __version__
from comity.opinion import cells as space
from comity.opinion import common_ground as ground
from comity.opinion import groups as grouping
from comity.opinion import model as response
from comity.opinion.basis import SCALE, Basis, FullRun, Placement, gather, place
from comity.opinion.coordination import Coordination, ExpectedAnswers, dependence, find_coordinated
from comity.opinion.fitting import FIXED_POINT
from comity.opinion.floor import MAP_SMALLEST, published_sums
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
    all_rounded,
    rounded,
)
from comity.opinion.routing import Headline, RoutingSettings, routing_weights
from comity.opinion.slate import Slate, check_against_votes, slate_of_cells
from comity.opinion.sums import Sums, digest, known
from comity.opinion.tallies import Tallies
from comity.opinion.votes import Statement, Votes

Array = npt.NDArray[Any]
Progress = Callable[[str], None]

TOP = 10

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
class Analysis:
    """A finished analysis: the result that is published, its sums, and what only the owner of the votes may see."""

    result: OpinionResult
    sums: Sums
    basis: Basis
    placement: Placement
    coordination: Coordination | None = None


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

    source: title, notes and so on for the report; its digests are filled in here. tallies: of these votes, if the caller holds them.
    threads: changes the time, never the result. coordination: False leaves out the search for coordinated voters.
    O(votes x axes^2) time and about 30 bytes per vote beyond the votes.
    """
    chosen = settings or Settings()
    say = progress or (lambda _: None)
    say("choosing the number of axes")
    run = FullRun(votes.digest(), votes.n_participants, votes.n_votes)
    basis, placement = _fresh_basis(votes, chosen, run, threads, say, tallies)
    say("summing")
    sums = collect(votes, basis, placement, chosen, threads=threads)
    say("finding common ground")
    described = replace(
        source or Source("", "", "", "", False, "", (), ()), votes_sha256=run.votes_sha256, sums_sha256=digest(sums)
    )
    result, slate = conclude(sums, votes.statements, chosen, described)
    if slate is not None and slate.statements:
        standing = check_against_votes(votes, slate.statements, len(slate.statements)).standing
        result = replace(result, slate=replace(result.slate, votes_standing=standing.value))
    if not coordination:
        return Analysis(result, sums, basis, placement)
    say("looking for coordinated voters")
    expected = ExpectedAnswers.of(votes, basis.model.intercepts, basis.model.slopes, placement.positions.means)
    found = find_coordinated(votes, seed=chosen.seed, expected=expected, threads=threads)
    result = replace(result, manipulation=_manipulation(votes, basis, found, result, chosen, threads))
    return Analysis(result, sums, basis, placement, found)


def _fresh_basis(
    votes: Votes, settings: Settings, run: FullRun, threads: int, say: Progress, tallies: Tallies | None
) -> tuple[Basis, Placement]:
    choice = response.choose_axes(
        votes, max_axes=settings.max_axes, seed=settings.seed, floor=settings.floor, threads=threads
    )
    say("fitting the map")
    model, positions, mixture = _fitted(votes, choice.axes, settings, threads, tallies)
    say("finding opinion groups")
    smallest = max(MAP_SMALLEST, settings.floor)
    found = grouping.find_groups(
        positions, mixture, votes.participant_ids, seed=settings.seed, smallest=smallest, threads=threads
    )
    if choice.axes == 0 and settings.max_axes > 0 and votes.n_statements > 2:
        # One axis predicts too little to be worth it for everybody, but it may still set a small group apart.
        narrow, narrow_positions, narrow_mixture = _fitted(votes, 1, settings, threads, tallies)
        apart = grouping.find_groups(
            narrow_positions,
            narrow_mixture,
            votes.participant_ids,
            seed=settings.seed,
            smallest=smallest,
            threads=threads,
        )
        if apart.n_groups > 1:
            choice = replace(choice, axes=1)
            model, positions, found = narrow, narrow_positions, apart
    return _with_cells(votes, run, choice, model, found, positions, settings, threads)


def _with_cells(
    votes: Votes,
    run: FullRun,
    choice: response.AxesChoice,
    model: response.ResponseModel,
    found: grouping.Grouping,
    positions: response.Positions,
    settings: Settings,
    threads: int,
) -> tuple[Basis, Placement]:
    """The basis of these votes with its cells and map, which are cut from where everybody stands on it."""
    nobody = np.zeros((0, model.n_axes), dtype=np.int64)
    basis = Basis(run, choice, model, found, space.grow(nobody), space.frame_of(nobody))
    placement = place(votes, basis, threads=threads, positions=positions)
    grid = placement.grid[placement.positions.placed]
    tree = space.grow(grid, smallest=max(MAP_SMALLEST, settings.floor))
    return replace(basis, tree=tree, frame=space.frame_of(grid)), placement


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
        # More people than the fit has seen decide what the statements mean to where people stand.
        many = response.sample_of(votes, response.STATEMENT_VOTES, settings.seed, "basis")
        positions = response.place(many, model, threads=threads)
        moments = response.moments_of(
            many, model, grouping.toward(positions, mixture, threads=threads)[0], threads=threads
        )
        model = response.maximised(moments, model.active)
    return model, response.place(votes, model, threads=threads), mixture


def collect(votes: Votes, basis: Basis, placement: Placement, settings: Settings, *, threads: int = 1) -> Sums:
    """The integer sums from which the findings follow, every entry under the floor left out."""
    totals = gather(votes, basis, placement, threads=threads)
    return published_sums(totals, basis, votes, settings)


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
    scores = _scores(fifth, ()), _scores(least, letters), _scores(informed, letters)
    segment_scores = {
        name: _scores(_taking_part(ground.least_group(known(s.counts), z=z), sums.taking_part), s.labels)
        for name, s in sums.segments.items()
    }
    rates, group_rates = _rates(sums.overall, z), [_rates(counts, z) for counts in sums.group_counts]
    spreads = all_rounded(divides)
    parameters = [all_rounded(np.where(model.active, values, np.nan)) for values in model.means.T]
    segment_rates = {name: [_rates(counts, z) for counts in s.counts] for name, s in sums.segments.items()}

    def statement_result(j: int) -> StatementResult:
        statement = statements[j]
        return StatementResult(
            id=ids[j],
            text=statement.text,
            language=statement.language,
            translations=dict(sorted(statement.translations.items())),
            moderation=statement.moderation.value,
            takes_part=bool(sums.taking_part[j]),
            overall=rates[j],
            important=None if sums.important is None else _or_none(sums.important[j]),
            by_group=tuple(in_group[j] for in_group in group_rates),
            important_by_group=None
            if sums.group_important is None
            else tuple(_or_none(n) for n in sums.group_important[:, j]),
            by_segment=tuple(
                SegmentGround(
                    name,
                    tuple(of_label[j] for of_label in segment_rates[name]),
                    segment_scores[name][j],
                )
                for name in sums.segments
            ),
            least_agreeing_fifth=scores[0][j],
            least_group=scores[1][j],
            group_informed_consensus=scores[2][j],
            divisiveness=spreads[j],
            intercept=parameters[0][j],
            slopes=tuple(slope[j] or 0.0 for slope in parameters[1:]) if model.active[j] else (),
        )

    ranks = fifth.ranks()
    headline = np.argsort(np.where(ranks > 0, ranks, len(ids) + 1), kind="stable")[: min(TOP, int((ranks > 0).sum()))]
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
                _or_none(segment.not_declared),
            )
            for name, segment in sums.segments.items()
        ),
        cells=_marks(sums, letters),
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


def _marks(sums: Sums, letters: list[str]) -> tuple[Cell, ...]:
    """The marks of the drawn map by group, then x, then y."""
    middles = sums.bubble_positions / (np.maximum(sums.bubble_people, 1)[:, None] * float(space.GRID))
    order = np.lexsort((middles[:, 1], middles[:, 0], sums.bubble_group))
    return tuple(
        Cell(rounded(x) or 0.0, rounded(y) or 0.0, int(people), letters[g])
        for (x, y), people, g in zip(
            middles[order].tolist(), sums.bubble_people[order], sums.bubble_group[order], strict=True
        )
    )


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"{chr(ord('A') + number // 26 - 1)}{chr(ord('A') + number % 26)}"


def _or_none(count: Any) -> int | None:
    return None if count < 0 else int(count)


def _rates(counts: Array, z: float) -> list[Rate | None]:
    """One rate for each row of counts (n, 3), None where it was left out."""
    agree, seen = np.maximum(counts[:, ground.AGREES], 0), np.maximum(counts.sum(axis=1), 0)
    lower, upper = ground.wilson(agree, seen, z)
    share = np.where(seen > 0, agree / np.maximum(seen, 1), np.nan)
    figures = zip(counts.tolist(), all_rounded(share), all_rounded(lower), all_rounded(upper), strict=True)
    return [Rate(*entry, *interval) if entry[0] >= 0 else None for entry, *interval in figures]


def _rate(counts: Array, z: float) -> Rate:
    """The rate of counts (3,), none of which was left out."""
    (found,) = _rates(np.asarray(counts)[None, :], z)
    assert found is not None
    return found


def _scores(measure: ground.Measure, names: Sequence[str]) -> list[GroundScore]:
    """One score for each statement. names: of what `weakest` counts, if the measure has such a thing."""
    figures = [all_rounded(values) for values in (measure.estimate, measure.lower, measure.upper)]
    return [
        GroundScore(estimate, lower, upper, rank or None, names[weakest] if names and weakest >= 0 else None)
        for estimate, lower, upper, rank, weakest in zip(
            *figures, measure.ranks().tolist(), measure.weakest.tolist(), strict=True
        )
    ]


def _quality(sums: Sums) -> Quality:
    def nats(loss: int) -> float:
        return rounded(loss / FIXED_POINT / max(sums.hidden, 1)) or 0.0

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
                if round(found.ratio_test, 9) <= z:  # the best agreed, which the reference method lists in any case
                    continue
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
                certain=_or_none(sums.group_certain[g]),
                share=rounded(size / max(sums.on_the_map, 1)) or 0.0,
                centre=tuple(
                    rounded(value / space.GRID / max(size, 1)) or 0.0 for value in sums.group_positions[g].tolist()
                ),
                stability=None if sums.stability[g] < 0 else rounded(sums.stability[g] / SCALE),
                mean_probability=rounded(sums.group_probability[g] / SCALE / max(size, 1)) or 0.0,
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
        int(slate.people - slate.people_by_approved[0]),
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
    smallest = max(MAP_SMALLEST, settings.floor)
    found = grouping.find_groups(
        positions, mixture, votes.participant_ids, seed=settings.seed, resamples=0, smallest=smallest
    )
    held, placement = _with_cells(votes, basis.run, basis.choice, model, found, positions, settings, threads)
    sums = collect(votes, held, placement, settings, threads=threads)
    return conclude(sums, votes.statements, settings, Source("", "", "", "", False, "", (), ()))[0]


def _manipulation(
    votes: Votes, basis: Basis, found: Coordination, result: OpinionResult, settings: Settings, threads: int
) -> Manipulation:
    """Coordinated voters, and the findings without each suspected cluster.

    An alarm says that some people vote alike beyond what the statements' rates, their own habits and their place on the map
    explain: with the map, an honest bloc is no suspect merely because it thinks alike (without it, one of the public
    conversations raised an alarm about such a bloc). It is a suspicion for a person to judge; no vote is removed.
    """
    clusters = []
    for cluster in found.clusters:
        honest = np.ones(votes.n_participants, dtype=np.bool_)
        honest[cluster.participants] = False
        without = _without(votes.people(honest), basis, settings, threads)
        changed = dependence(result.headline, without.headline)
        told = cluster.size >= settings.floor
        clusters.append(
            SuspectedCoordination(
                size=cluster.size if told else None,
                sentence=cluster.sentence
                if told
                else f"Fewer than {settings.floor} people vote alike beyond what opinion explains; so few are not described.",
                similarity=rounded(cluster.alike) if told else None,
                expected_by_chance=rounded(cluster.alike_if_honest) if told else None,
                top_kept=len(result.headline) - len(changed.left),
                top_of=len(result.headline),
                groups_without=len(without.groups),
            )
        )
    return Manipulation(found.alarm, found.compared_people, tuple(clusters))
