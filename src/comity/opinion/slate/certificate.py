"""The certificate: whether a slate, however it was chosen, gives every group its due (EJR+), and which group comes closest to a claim.

One histogram for each statement, in integers. Nothing here knows how a slate is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.slate.approvals import Approvals, allowed_statements
from comity.opinion.slate.result import Basis, Certificate, Claim, SlateError, VotesCheck
from comity.opinion.votes import AGREE, BoolArray, Int8Array, Int32Array, Int64Array, Votes


def check_ejr_plus(
    weights: npt.ArrayLike,
    approvals: npt.ArrayLike,
    chosen: Sequence[int],
    k: int,
    *,
    allowed: npt.ArrayLike | None = None,
    basis: Basis = Basis.MODELLED,
) -> Certificate:
    """Check EJR+ of any slate: arguments as in `slate_of_cells`; chosen: columns, at most k, in any order.

    Exact, and independent of how the slate was chosen. Time (approvals that are True) + n_statements x k. Raises SlateError.
    """
    table = Approvals.of_cells(weights, approvals, allowed)
    check_places(chosen, k, len(table.allowed))
    return certify(table, table.counts(chosen), chosen, k, basis)


def check_against_votes(
    votes: Votes, chosen: Sequence[int], k: int, *, allowed: npt.ArrayLike | None = None
) -> VotesCheck:
    """Hold a slate (chosen: columns; from votes, cells or by hand) against the votes cast. Arguments as in `slate_of_votes`."""
    mask = allowed_statements(votes, allowed)
    check_places(chosen, k, votes.n_statements)
    _check_allowed(mask, chosen)
    in_slate = np.zeros(votes.n_statements, dtype=np.bool_)
    in_slate[list(chosen)] = True
    people_by_count = np.zeros(len(chosen) + 1, dtype=np.int64)
    agreed, agreed_at_most, declined = np.zeros((3, votes.n_statements, len(chosen) + 1), dtype=np.int64)
    _count(
        votes.offsets, votes.columns, votes.values, mask, in_slate, people_by_count, agreed, agreed_at_most, declined
    )
    people = int(people_by_count.sum())
    if not people:
        raise SlateError("nobody has voted on an allowed statement: there is nobody to represent.")

    def certificate(by_count: Int64Array) -> Certificate:
        return _certificate(by_count, people, mask, chosen, k, Basis.OBSERVED)

    # whoever did not decline a statement may approve it: everybody with that count, less those who declined
    return VotesCheck(
        as_cast=certificate(agreed),
        lenient=certificate(agreed_at_most).closest,
        strict=certificate(people_by_count[None, :] - declined).closest,
    )


@njit(cache=True, nogil=True)
def _count(
    offsets: Int64Array, columns: Int32Array, values: Int8Array, allowed: BoolArray, chosen: BoolArray,
    people: Int64Array, agreed: Int64Array, agreed_at_most: Int64Array, declined: Int64Array,
) -> None:  # fmt: skip
    """People with a vote on an allowed statement by how many of the chosen they agreed with; and for each statement those who
    agreed with it, by that count and by the count if they agreed with all that they did not decline, and those who declined it.
    """
    for i in range(len(offsets) - 1):
        asked, yes, most = 0, 0, len(people) - 1
        for r in range(offsets[i], offsets[i + 1]):
            if allowed[columns[r]]:
                asked += 1
                if chosen[columns[r]]:
                    if values[r] == AGREE:
                        yes += 1
                    else:
                        most -= 1
        if asked == 0:
            continue
        people[yes] += 1
        for r in range(offsets[i], offsets[i + 1]):
            if allowed[columns[r]]:
                if values[r] == AGREE:
                    agreed[columns[r], yes] += 1
                    agreed_at_most[columns[r], most] += 1
                else:
                    declined[columns[r], yes] += 1


def check_places(chosen: Sequence[int], k: int, n_statements: int) -> None:
    """Raises SlateError unless k is 1 or more and `chosen` names at most k different columns that exist."""
    if k < 1:
        raise SlateError(f"k is {k}: ask for at least one statement.")
    if len(chosen) > k or len(set(chosen)) < len(chosen):
        raise SlateError(
            f"chosen has {len(chosen)} entries for {k} places: name each statement once and at most k of them."
        )
    for column in chosen:
        if not 0 <= column < n_statements:
            raise SlateError(f"chosen names column {column}: columns are 0 to {n_statements - 1}.")


def certify(table: Approvals, counts: Int64Array, chosen: Sequence[int], k: int, basis: Basis) -> Certificate:
    """The certificate of a slate, of which each row approves `counts` (n_rows,)."""
    _check_allowed(table.allowed, chosen)
    by_count = table.weight_by_count(counts, len(chosen))
    return _certificate(by_count, table.people, table.allowed, chosen, k, basis)


def _check_allowed(allowed: BoolArray, chosen: Sequence[int]) -> None:
    if not all(allowed[c] for c in chosen):
        raise SlateError("chosen names a statement that is not allowed: allow it, or leave it out.")


def _certificate(
    by_count: Int64Array, people: int, allowed: BoolArray, chosen: Sequence[int], k: int, basis: Basis
) -> Certificate:
    """by_count (n_statements, len(chosen) + 1): weight of those who approve each statement, by how many of the chosen they approve."""
    outside = allowed.copy()
    outside[list(chosen)] = False
    columns = np.flatnonzero(outside)
    if not len(columns):
        return Certificate(basis, people, k, None, 0)
    fewer_than = np.cumsum(by_count[columns], axis=1)
    closest: Claim | None = None
    # nobody approves more than all chosen: beyond that level the group stays the same and needs ever more people
    for level in range(1, min(k, len(chosen) + 1) + 1):
        at = int(np.argmax(fewer_than[:, level - 1]))
        weight = int(fewer_than[at, level - 1])
        if closest is None or weight * closest.level > closest.weight * level:
            closest = Claim(int(columns[at]), level, weight, Fraction(level * people, k))
    contenders = sum(weight * k >= people for weight in by_count[allowed].sum(axis=1).tolist())
    return Certificate(basis, people, k, closest, contenders)
