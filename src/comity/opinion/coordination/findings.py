"""What the search for coordinated voters says: suspected clusters with their evidence, and what depends on them.

A cluster is a suspicion for a person to judge. Its evidence is counts and shares; nobody's ballot is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from comity.opinion.votes import Int32Array


class Trace(StrEnum):
    """What gave a cluster away."""

    SAME_BALLOT = "same ballot"
    PUSHED_STATEMENTS = "pushed statements"


@dataclass(frozen=True, slots=True)
class SuspectedCluster:
    """People who vote alike beyond what opinion explains. Evidence is counts and shares; nobody's ballot is in it.

    participants (size,) int32: indices into `participant_ids`, ascending. For SAME_BALLOT everybody in the consultation who
    repeats the ballot, for PUSHED_STATEMENTS everybody who answers all of `statements` as pushed; in both a few honest people
    may be among them (`expected_honest`, a rounded-up expectation).
    statements: ids of the pushed statements, `answers` the pushed answer to each (+1 or -1); both empty for SAME_BALLOT.
    compared: answers that were compared (SAME_BALLOT: average number of statements shared with the repeated ballot;
    PUSHED_STATEMENTS: people who voted on all the pushed statements).
    alike, alike_if_honest: share, 0 to 1, of `compared` that is as the cluster has it, and the share that the model of honest
    people allows.
    chance: bound on the expected number of clusters with at least this evidence in an honest consultation (from 0 to 1).
    """

    trace: Trace
    participants: Int32Array
    statements: tuple[int | str, ...]
    answers: tuple[int, ...]
    compared: float
    alike: float
    alike_if_honest: float
    expected_honest: int
    chance: float

    @property
    def size(self) -> int:
        return len(self.participants)

    @property
    def sentence(self) -> str:
        """The finding in plain English; `trace` and the figures are the parts for other languages."""
        chance = "less than one in a million" if self.chance < 1e-6 else f"at most {self.chance:.2g}"
        if self.trace is Trace.SAME_BALLOT:
            return (
                f"{self.size} people repeat one ballot: of the {self.compared:.0f} statements that each shares with it on average, "
                f"{self.alike:.0%} are answered the same, where {self.alike_if_honest:.0%} would be usual for people who think alike. "
                f"The number of such clusters expected among honest people is {chance}; a small bloc that votes in unison, or one "
                f"person who took part several times, looks the same."
            )
        return (
            f"{self.size} people answer the same {len(self.statements)} statements in the same way: of the {self.compared:.0f} who "
            f"voted on all of them, {self.alike:.0%} do, where {self.alike_if_honest:.0%} of those who voted on only some of them "
            f"do so on what they saw. The number of such clusters expected among honest people is {chance}."
        )


@dataclass(frozen=True, slots=True)
class Coordination:
    """Suspected clusters and what the search could see.

    clusters: the strongest evidence first (ties: the lowest participant index). A person is in at most one of each trace.
    compared_people, tested_pairs: size of the comparison for SAME_BALLOT. smallest: a cluster with fewer people than this is
    not to be found except by exact repetition (in a sample: three of its people must be in the sample).
    """

    clusters: tuple[SuspectedCluster, ...]
    compared_people: int
    tested_pairs: int
    smallest: int

    @property
    def alarm(self) -> bool:
        return bool(self.clusters)


@dataclass(frozen=True, slots=True)
class Dependence:
    """How a list of leading statements changes when a suspected cluster is left out.

    left, entered: ids that dropped out of the list and ids that came in, in list order. moved: ids in both whose rank differs.
    kept: share of the first list that is in the second (1 when both are empty).
    """

    left: tuple[int | str, ...]
    entered: tuple[int | str, ...]
    moved: tuple[int | str, ...]
    kept: float

    @property
    def unchanged(self) -> bool:
        """Whether the same statements lead; their order may differ."""
        return not self.left and not self.entered


def dependence(before_top: Sequence[int | str], after_top: Sequence[int | str]) -> Dependence:
    """Compare a leading list with the one found without a suspected cluster.

    >>> dependence([3, 1, 4], [1, 3, 5])
    Dependence(left=(4,), entered=(5,), moved=(3, 1), kept=0.6666666666666666)
    """
    before, after = tuple(before_top), tuple(after_top)
    if len(set(before)) != len(before) or len(set(after)) != len(after):
        raise ValueError("a statement stands twice in a leading list: give each id once.")
    both = set(before) & set(after)
    return Dependence(
        left=tuple(key for key in before if key not in both),
        entered=tuple(key for key in after if key not in both),
        moved=tuple(key for key in before if key in both and before.index(key) != after.index(key)),
        kept=len(both) / len(before) if before else 1.0,
    )
