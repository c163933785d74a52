"""Who and what takes part: admission (step 1), moderation (step 2), and who is clustered (step 6 of docs/polis-method.md)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from comity.opinion.votes import BoolArray, Int64Array, Moderation, Votes

MOST_PARTICIPANTS = 100_000
MOST_STATEMENTS = 10_000
ENOUGH_VOTES = 7
FEWEST_CLUSTERED = 15


def admission(
    votes: Votes, arrival: Int64Array, *, participants: int = MOST_PARTICIPANTS, statements: int = MOST_STATEMENTS
) -> tuple[Votes, Int64Array]:
    """The first people (by `arrival`), the first statements (by id), their votes, and the order of arrival among those people."""
    if votes.n_participants > participants:
        chosen = np.zeros(votes.n_participants, dtype=np.bool_)
        chosen[arrival[:participants]] = True
        place = np.cumsum(chosen) - 1
        arrival = place[arrival[:participants]]
        votes = votes.people(chosen)
    if votes.n_statements > statements:
        kept = votes.rows(votes.columns < statements)
        votes = replace(kept, statement_ids=kept.statement_ids[:statements], statements=kept.statements[:statements])
    return votes, arrival


def moderated_out(votes: Votes) -> BoolArray:
    """(n_statements,) bool: rejected, or about the person. In the map such a column is zero for everybody."""
    return np.array([not statement.takes_part for statement in votes.statements], dtype=np.bool_)


def shown_statements(votes: Votes, *, strict: bool = False) -> BoolArray:
    """(n_statements,) bool: what people may be asked. With strict moderation a statement has to be accepted first."""
    shown = {Moderation.ACCEPTED} if strict else {Moderation.ACCEPTED, Moderation.UNMODERATED}
    return np.array([statement.moderation in shown for statement in votes.statements], dtype=np.bool_)


def in_conversation(votes: Votes, earlier: BoolArray | None = None) -> BoolArray:
    """(n_participants,) bool: who is clustered.

    Whoever cast 7 votes (all, where there are fewer statements), whoever already was (`earlier`), and where that makes fewer
    than 15 people, the most active up to 15 (ties: lower id). Votes on statements moderated out count. Nobody without a vote.
    """
    cast = np.diff(votes.offsets)
    inside = cast >= max(1, min(ENOUGH_VOTES, votes.n_statements))
    if earlier is not None:
        inside = inside | (earlier & (cast > 0))
    lacking = FEWEST_CLUSTERED - int(inside.sum())
    if lacking > 0:
        most_active = np.argsort(-cast, kind="stable")
        candidates = most_active[(~inside & (cast > 0))[most_active]]
        inside[candidates[:lacking]] = True
    return np.asarray(inside, dtype=np.bool_)
