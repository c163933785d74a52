"""What the reference method returns: the map, clusters and groups of people, and what is said about the groups.

Shapes and meanings only; the formulas are in the other files of this package, and all of them in docs/polis-method.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from comity.opinion.votes import BoolArray, FloatArray, IdArray, Int32Array, Int64Array


class Side(StrEnum):
    """Which answer a statement is remarkable for."""

    AGREE = "agree"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class PolisMap:
    """Where people and statements lie.

    centre (n_statements,): mean of the votes cast, 0 where there are none and for statements moderated out.
    axes (2, n_statements): unit vectors pointing where agreeing takes a person; all zeros where no variance is left.
    projections (n_participants, 2): NaN for people without a vote. statement_projections (n_statements, 2): where somebody
    would lie who only agreed with that statement. extremity (n_statements,): length of that vector.
    All float64, in units of the map (votes times axis weights, stretched by the square root of statements over votes).
    """

    centre: FloatArray
    axes: FloatArray
    projections: FloatArray
    statement_projections: FloatArray
    extremity: FloatArray


@dataclass(frozen=True, slots=True)
class BaseClusters:
    """Up to 100 small clusters of people: the points that groups are made of.

    ids (n_base,) int64, ascending: lineage, kept from tick to tick. centres (n_base, 2). counts (n_base,) int64: people in each.
    membership (n_participants,) int32: index into ids, -1 = not clustered.
    """

    ids: Int64Array
    centres: FloatArray
    counts: Int64Array
    membership: Int32Array


@dataclass(frozen=True, slots=True)
class Grouping:
    """One division of the base clusters: labels (n_base,) int32, centres (n_groups, 2), mean silhouette (-1 to 1)."""

    labels: Int32Array
    centres: FloatArray
    silhouette: float


@dataclass(frozen=True, slots=True)
class Smoother:
    """How many groups are shown, and for how many ticks in a row (`ticks`) the silhouette has preferred `candidate`."""

    adopted: int
    candidate: int
    ticks: int


@dataclass(frozen=True, slots=True)
class Representativeness:
    """What sets groups apart, each (n_groups, n_statements) float64.

    rate_*: (count + 1) / (votes + 2) in the group. rate_test_*: z of that rate against one half. ratio_*: the group's rate
    over that of the members of all other groups. ratio_test_*: z of the difference between the two.
    """

    rate_agree: FloatArray
    rate_disagree: FloatArray
    rate_test_agree: FloatArray
    rate_test_disagree: FloatArray
    ratio_agree: FloatArray
    ratio_disagree: FloatArray
    ratio_test_agree: FloatArray
    ratio_test_disagree: FloatArray

    def of(self, side: Side) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """rate, rate_test, ratio, ratio_test of one side."""
        if side is Side.AGREE:
            return self.rate_agree, self.rate_test_agree, self.ratio_agree, self.ratio_test_agree
        return self.rate_disagree, self.rate_test_disagree, self.ratio_disagree, self.ratio_test_disagree


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that represents a group: `successes` of `trials` votes of its members went to `side`."""

    statement_id: int | str
    group: int
    side: Side
    successes: int
    trials: int
    rate: float
    rate_test: float
    ratio: float
    ratio_test: float
    best_agree: bool


@dataclass(frozen=True, slots=True)
class Majority:
    """A statement on which a clear majority of all who voted on it took one side, in a group or not."""

    statement_id: int | str
    side: Side
    successes: int
    trials: int
    rate: float
    rate_test: float


@dataclass(frozen=True, slots=True)
class PolisFindings:
    """What follows from votes once it is known who is in which group.

    group_sizes (n_groups,) int64. group_votes (n_groups, n_statements, 3) int64: agrees, disagrees, all votes.
    consensus (n_statements,) float64: group-informed (the reference says group-aware) consensus; NaN without groups.
    representative: for each group, up to five, agrees first. majority_agree, majority_disagree: up to five each.
    priorities (n_statements,) float64, positive: the weight of each statement in routing.
    """

    group_sizes: Int64Array
    group_votes: Int64Array
    consensus: FloatArray
    representativeness: Representativeness
    representative: tuple[tuple[Representative, ...], ...]
    majority_agree: tuple[Majority, ...]
    majority_disagree: tuple[Majority, ...]
    priorities: FloatArray


@dataclass(frozen=True, slots=True)
class PersonStats:
    """How a person lies in the map, each (n_participants,) float64, NaN for people in no group.

    from_centre: distance to the mean of all clustered people. from_group: distance to the person's group's mean.
    extremeness: how far the person goes from the former towards the latter (negative: the other way).
    """

    from_centre: FloatArray
    from_group: FloatArray
    extremeness: FloatArray


@dataclass(frozen=True, slots=True)
class PolisResult:
    """Everything the reference method says about one state of a conversation.

    participant_ids, statement_ids: those admitted, ascending; every other array has them as its axes.
    votes_cast (n_participants,) int64. in_conversation (n_participants,) bool: who is clustered.
    groupings: by number of groups aimed at (2 to 5), what clustering found. membership (n_participants,) int32: group, -1 = none.
    """

    participant_ids: IdArray
    statement_ids: IdArray
    seed: int
    votes_cast: Int64Array
    in_conversation: BoolArray
    map: PolisMap
    base_clusters: BaseClusters
    groupings: Mapping[int, Grouping]
    smoother: Smoother
    membership: Int32Array
    findings: PolisFindings
    persons: PersonStats

    @property
    def n_groups(self) -> int:
        return len(self.findings.group_sizes)
