"""The finished result of an analysis: one frozen object, which becomes result.json, the tables and the report.

Every figure is already rounded to the precision at which it is published (`DECIMALS`), so that the object, its JSON and the
report say the same on every processor. `None` means not enough evidence or not asked; it is never zero.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = "comity-opinion-result/1"
DECIMALS = 4
"""Digits after the point of every published share, score and position."""
_SCALE = 10**DECIMALS


class Needs(StrEnum):
    """What a finding can be recomputed from."""

    SUMS = "sums"
    VOTES = "votes"


class Ranking(StrEnum):
    """The three measures of common ground, see docs/opinion.md."""

    LEAST_AGREEING_FIFTH = "least_agreeing_fifth"
    LEAST_GROUP = "least_group"
    GROUP_INFORMED_CONSENSUS = "group_informed_consensus"


@dataclass(frozen=True, slots=True)
class Software:
    """What computed the result, so that it can be computed again."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Source:
    """What was analysed. simulated: invented answers, to be labelled wherever shown.

    votes_sha256: `Votes.digest()`, empty in a live result, which sees no votes.
    sums_sha256: of the bytes of sums.json, so that no figure in it can be changed unnoticed.
    """

    title: str
    description: str
    url: str
    attribution: str
    simulated: bool
    votes_sha256: str
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    sums_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the analysis was asked to do. floor: an entry of the sums that rests on fewer people is left out first, and with it
    what would give it away by subtraction.
    """

    method: str = "comity"
    seed: int = 0
    floor: int = 1
    slate_size: int = 7
    max_axes: int = 6
    confidence_z: float = 1.28


@dataclass(frozen=True, slots=True)
class Counts:
    """People, statements and votes that are counted: with a floor, what was left out is not in them.

    on_the_map: people with at least one agree or disagree on a statement that takes part; 0 where they are fewer than five, or
    than the floor, and there is no map.
    """

    participants: int
    on_the_map: int
    statements: int
    statements_taking_part: int
    votes: int
    agrees: int
    passes: int
    disagrees: int


@dataclass(frozen=True, slots=True)
class AxesTrial:
    """How well votes that were hidden from a model with this many axes were predicted; log-loss in nats, lower is better."""

    axes: int
    log_loss: float
    auc: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether the map means anything: hidden votes predicted by the map beside each statement's plain rate.

    trials: the numbers of axes that were tried, 0 first (a model that knows only the statement). standard_error of a trial:
    of its difference in log-loss from the best trial. axes: the number chosen.
    """

    axes: int
    hidden_votes: int
    log_loss: float
    auc: float
    plain_log_loss: float
    plain_auc: float
    trials: tuple[AxesTrial, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Agreement among those who voted on a statement (agree, pass and disagree): counts, estimate and interval.

    share, lower, upper are None when nobody answered. A rate that was left out under the floor is None as a whole, wherever one
    may stand: it is not a rate of zeros.
    """

    agree: int
    passed: int
    disagree: int
    share: float | None
    lower: float | None
    upper: float | None

    @property
    def seen(self) -> int:
        return self.agree + self.passed + self.disagree


@dataclass(frozen=True, slots=True)
class GroundScore:
    """One measure of common ground: estimate and interval (z of the settings); None where there is not enough evidence.

    rank: 1 is the most agreed on, by `lower`, ties by statement id; None without enough evidence. weakest: id of the group
    (or label of the segment) that agrees least, where the measure has one.
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    weakest: str | None = None


@dataclass(frozen=True, slots=True)
class SegmentGround:
    """Agreement by declared segment for one statement: label -> rate, in the order of labels, and the minimum over them."""

    name: str
    rates: tuple[Rate | None, ...]
    least: GroundScore


@dataclass(frozen=True, slots=True)
class StatementResult:
    """Everything that is said about one statement.

    intercept, slopes: the response model, P(agree | agree or disagree, position) = logistic(intercept + slopes . position).
    divisiveness: standard deviation of the modelled agreement over people, 0 to .5; None without enough evidence.
    important, important_by_group: marks; None: left out under the floor, or nobody was asked.
    """

    id: int | str
    text: str
    language: str
    translations: dict[str, str]
    moderation: str
    takes_part: bool
    overall: Rate | None
    important: int | None
    by_group: tuple[Rate | None, ...]
    important_by_group: tuple[int | None, ...] | None
    by_segment: tuple[SegmentGround, ...]
    least_agreeing_fifth: GroundScore
    least_group: GroundScore
    group_informed_consensus: GroundScore
    divisiveness: float | None
    intercept: float | None
    slopes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that sets a group apart: its members' rate and the others', and the direction in which they differ."""

    statement: int | str
    direction: str
    rate: Rate
    others: Rate
    ratio: float
    test: float


@dataclass(frozen=True, slots=True)
class Group:
    """An opinion group. id: "A", "B", ... by size. centre: position on each axis. stability: mean Jaccard under resampling.

    certain: members whose membership probability is at least .8; None: they, or the others, are too few to be told.
    """

    id: str
    size: int
    certain: int | None
    share: float
    centre: tuple[float, ...]
    stability: float | None
    mean_probability: float
    representative: tuple[Representative, ...]


@dataclass(frozen=True, slots=True)
class SegmentResult:
    """A declared trait: its labels, how many of the people on the map declared each, how they spread over the groups (labels x
    groups), and how many declared nothing. None: left out under the floor.
    """

    name: str
    labels: tuple[str, ...]
    sizes: tuple[int | None, ...]
    by_group: tuple[tuple[int | None, ...], ...]
    not_declared: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """People of one group who stand near each other in opinion space: a mark on the map, never fewer than five people, or than
    the floor. x, y: their mean position on the first two axes.
    """

    x: float
    y: float
    people: int
    group: str


@dataclass(frozen=True, slots=True)
class Majority:
    """A statement on which most of all people agree (or disagree), whatever their group; test: z of share against one half."""

    statement: int | str
    direction: str
    rate: Rate
    test: float


@dataclass(frozen=True, slots=True)
class SlateEntry:
    """One place of the slate. supporters: people (modelled, on cells) who approve; newly: those with nothing approved before."""

    statement: int | str
    phase: str
    supporters: int
    newly: int


@dataclass(frozen=True, slots=True)
class SlateResult:
    """Statements that together represent everybody proportionally, and the certificate that was checked (docs/slate.md).

    basis: "modelled" (cells, recomputed from the sums). votes_standing: the same slate held against the votes as cast:
    "certain", "open" or "refuted"; needs the votes.
    """

    basis: str
    entries: tuple[SlateEntry, ...]
    people: int
    represented: int
    certificate_holds: bool
    certificate: str
    votes_standing: str | None


@dataclass(frozen=True, slots=True)
class SuspectedCoordination:
    """A cluster of voters who resemble each other more than their opinions explain, and what leaving them out changes.

    top_kept: how many of the headline's top ten stay when the cluster is left out. size, similarity, expected_by_chance: None
    where the cluster is smaller than the floor.
    """

    size: int | None
    sentence: str
    similarity: float | None
    expected_by_chance: float | None
    top_kept: int
    top_of: int
    groups_without: int


@dataclass(frozen=True, slots=True)
class Manipulation:
    """Coordinated voters: whether any were found and how far the findings depend on them. people_compared: of how many.

    alarm: some people vote alike beyond what the statements' rates, their own habits and their place on the map explain. It is
    a suspicion for people to judge; no vote was removed (docs/coordination.md).
    """

    alarm: bool
    people_compared: int
    clusters: tuple[SuspectedCoordination, ...]


@dataclass(frozen=True, slots=True)
class NextStatements:
    """What to ask next: ids by need, and statements that lack evidence (fewer votes than a stated minimum)."""

    most_needed: tuple[int | str, ...]
    lacking_evidence: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Stability:
    """How the number of groups was chosen: components tried, separated modes, and how often resamples found each number."""

    components: int
    modes: int
    resamples: int
    groups_in_resamples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BasisNote:
    """The full run that a live result rests on: its axes, groups and cells are those of that run, its counts those of now.

    digest: of everything that decides where a person stands (`Basis.digest`). votes_sha256: of the votes of that run. participants_since:
    people who have voted, or whose votes were changed or withdrawn, since then; votes_since: how many votes differ. Both are
    None where that is not known, or where the people are fewer than the floor.
    """

    digest: str
    votes_sha256: str
    participants_since: int | None
    votes_since: int | None


@dataclass(frozen=True, slots=True)
class OpinionResult:
    """The finished result. Orders: statements by id; groups by size; cells by group, then x, then y; rankings by rank.

    needs: finding -> what it can be recomputed from. headline: ids of the top of the headline ranking, best first, at most ten.
    divisive: ids, most divisive first, at most ten. basis: of a live result the full run that it rests on; None: this is one.
    """

    format: str
    software: Software
    source: Source
    settings: Settings
    counts: Counts
    quality: Quality
    headline_ranking: Ranking
    headline: tuple[int | str, ...]
    divisive: tuple[int | str, ...]
    majorities: tuple[Majority, ...]
    groups: tuple[Group, ...]
    stability: Stability
    segments: tuple[SegmentResult, ...]
    cells: tuple[Cell, ...]
    slate: SlateResult
    manipulation: Manipulation | None
    next_statements: NextStatements
    statements: tuple[StatementResult, ...]
    needs: dict[str, Needs]
    basis: BasisNote | None = None

    def statement(self, key: int | str) -> StatementResult:
        """The statement with that id; KeyError names the id."""
        for entry in self.statements:
            if entry.id == key:
                return entry
        raise KeyError(f"no statement {key!r} in this result")


def as_data(value: Any) -> Any:
    """Plain dicts, lists, numbers and strings of a result or a part of it; enums by value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: as_data(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): as_data(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_data(entry) for entry in value]
    return value


def to_json(result: OpinionResult) -> str:
    """result.json: UTF-8, two spaces, keys in the order of the fields, one newline at the end."""
    return json.dumps(as_data(result), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def rounded(value: float | None) -> float | None:
    """A figure at the published precision; half goes to even, and minus zero becomes zero."""
    return None if value is None else round(float(value) * _SCALE) / _SCALE


def all_rounded(values: npt.NDArray[np.float64]) -> list[float | None]:
    """The same for many figures (n,), None where one is NaN: not enough evidence."""
    figures = (np.rint(values * _SCALE) / _SCALE + 0.0).tolist()
    return [None if figure != figure else figure for figure in figures]
