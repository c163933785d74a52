"""The search for coordinated voters: both traces, on the votes that findings may use."""

from __future__ import annotations

import numpy as np

from comity.opinion.coordination.findings import Coordination
from comity.opinion.coordination.honest import ExpectedAnswers
from comity.opinion.coordination.pushed_statements import pushed_sets
from comity.opinion.coordination.same_ballot import repeated_ballots
from comity.opinion.votes import Votes

ALARM_LEVEL = 0.01
"""Expected number of false suspicions in an honest consultation, for each of the two traces."""


def find_coordinated(
    votes: Votes,
    *,
    seed: int = 0,
    expected: ExpectedAnswers | None = None,
    level: float = ALARM_LEVEL,
    threads: int = 1,
) -> Coordination:
    """Clusters of people who vote alike beyond what statements' rates, people's habits and opinion explain.

    seed: for the hash sample of people that is compared in large consultations. level: expected number of false suspicions of
    each trace, 0 < level < 1. expected: a model of opinion fitted to the same votes (`ExpectedAnswers.of`). Its probabilities
    can only weaken the evidence for a repeated ballot; without it a small bloc that votes in unison may be suspected.
    threads: changes the time, never the result.
    Statements that findings may not name (rejected, or about the person) take no part.

    All pairs of at most `compared_people` are compared: O(compared_people^2 n_statements / 64) time, bounded; everything
    else is linear in the votes. Raises ValueError for a level outside 0..1 and for arrays in `expected` that do not fit.
    Sources: e-values, Vovk and Wang, Annals of Statistics 49 (2021); testable patterns, Terada et al., PNAS 110 (2013).
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1.")
    if expected is not None:
        expected.check_fits(votes)
    taking_part = np.array([s.takes_part for s in votes.statements], dtype=np.bool_)
    used = votes if taking_part.all() else votes.rows(taking_part[votes.columns])
    same = repeated_ballots(used, seed, expected, level, threads)
    taken = np.zeros(votes.n_participants, dtype=np.bool_)
    for _, cluster in same.found:
        taken[cluster.participants] = True
    pushed = pushed_sets(used, seed, level, taken)
    strongest_first = sorted((*same.found, *pushed), key=lambda found: (-found[0], int(found[1].participants[0])))
    people = same.compared_people
    return Coordination(
        clusters=tuple(cluster for _, cluster in strongest_first),
        compared_people=people,
        tested_pairs=same.tested_pairs,
        smallest=3 if people == same.comparable_people else -(-3 * same.comparable_people // max(people, 1)),
    )
