"""The choice of a slate: the method of equal shares, completed by Phragmen's method, in exact arithmetic."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from operator import mul
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.slate.approvals import Approvals, allowed_statements
from comity.opinion.slate.certificate import certify, check_against_votes, check_places
from comity.opinion.slate.result import Basis, Phase, Pick, Slate
from comity.opinion.votes import Votes


def slate_of_cells(
    weights: npt.ArrayLike,
    approvals: npt.ArrayLike,
    k: int,
    *,
    allowed: npt.ArrayLike | None = None,
    basis: Basis = Basis.MODELLED,
) -> Slate:
    """Slate of k statements for people in cells.

    weights (n_cells,) whole numbers >= 0: people in each cell. approvals (n_cells, n_statements) bool; columns ascend by
    statement id, so that ties, which go to the lower column, go to the lower id. allowed (n_statements,) bool: which may be
    chosen and give rise to a claim (default: all). The result does not depend on the order of the cells, nor on how
    people of equal approvals are divided among cells.

    Raises SlateError. About (approvals that are True) + k x (prices looked at) x cells; about 25 ms for 256 cells x 500 statements, k = 10.
    Source: Peters and Skowron, "Proportionality and the Limits of Welfarism", EC 2020 (there "Rule X").
    """
    return _choose(Approvals.of_cells(weights, approvals, allowed), k, basis, None)


def slate_of_votes(votes: Votes, k: int, *, allowed: npt.ArrayLike | None = None) -> Slate:
    """Slate of k statements over the agreements that people cast.

    allowed (n_statements,) bool; default: statements that take part in findings. People without a vote on an allowed
    statement are not counted. A statement that few were asked about has few agreements: the slate leans towards
    statements that were shown much. `Pick.seen`, `standing` and `certificate.vacuous` say how much is unknown; with uneven
    exposure prefer `slate_of_cells` over modelled approvals, and hold it against the votes with `check_against_votes`.

    Raises SlateError. Memory about 12 bytes per vote.
    """
    mask = allowed_statements(votes, allowed)
    agreed, counted = Approvals.of_votes(votes, mask)
    seen = np.bincount(votes.columns, minlength=votes.n_statements)
    slate = _choose(agreed, k, Basis.OBSERVED, seen)
    approved = np.full(votes.n_participants, -1, dtype=np.int64)
    approved[counted] = slate.approved
    standing = check_against_votes(votes, slate.statements, k, allowed=mask).standing
    return replace(slate, approved=approved, standing=standing)


def _choose(table: Approvals, k: int, basis: Basis, seen: npt.NDArray[Any] | None) -> Slate:
    """Equal shares, then completion, then the check. seen (n_statements,): people with a vote on each, where that is known."""
    check_places((), k, len(table.allowed))
    counts = np.zeros(len(table.weights), dtype=np.int64)
    picks = []
    for column, phase, price, lent in _purchases(table, k):
        rows = table.supporters(column)
        picks.append(
            Pick(
                statement=column,
                phase=phase,
                supporters=int(table.weights[rows].sum()),
                seen=None if seen is None else int(seen[column]),
                newly=int(table.weights[rows[counts[rows] == 0]].sum()),
                price=price / k,
                lent=lent / k,
            )
        )
        counts[rows] += 1
    chosen = [pick.statement for pick in picks]
    by_count = np.bincount(counts, weights=table.weights, minlength=len(picks) + 1).astype(np.int64)
    return Slate(
        basis=basis,
        k=k,
        people=table.people,
        picks=tuple(picks),
        approved=counts,
        people_by_approved=tuple(by_count.tolist()),
        certificate=certify(table, table.counts(chosen), chosen, k, basis),
    )


def _purchases(table: Approvals, k: int) -> Iterator[tuple[int, Phase, Fraction, Fraction]]:
    """(column, phase, the most that one supporter paid, what everybody had been lent) of up to k statements, in order."""
    purses = _Purses(table, k)
    bought: set[int] = set()
    for column, price in islice(_cheapest_first(purses.opening_prices, purses.price), k):
        purses.pay(column, price)
        bought.add(column)
        yield column, Phase.EQUAL_SHARES, price, purses.lent
    completion = _cheapest_first(lambda: purses.earliest_moments(bought), purses.moment)
    for column, moment in islice(completion, k - len(bought)):
        paid = purses.lend_and_pay(column, moment)
        yield column, Phase.COMPLETION, paid, purses.lent


def _cheapest_first(
    opening: Callable[[], list[tuple[int, Fraction]]], quote: Callable[[int], Fraction | None]
) -> Iterator[tuple[int, Fraction]]:
    """(column, amount) of the statement that asks least, again and again; whoever takes it pays before the next is asked for.

    opening: (column, lower bound of its amount) of those that can be bought. quote: the amount of a column as things are, None if
    it cannot be bought any longer. An amount never falls as purses shrink: an old quote is a lower bound, and only the cheapest
    is asked again. Ties go to the lower column. The float, rounded from the fraction beside it, only makes comparing fast.
    """
    quoted = [(float(amount), amount, column) for column, amount in opening()]
    heapq.heapify(quoted)
    sold = 0
    asked_at: dict[int, int] = {}
    while quoted:
        _, amount, column = quoted[0]
        if asked_at.get(column) == sold:
            heapq.heappop(quoted)
            yield column, amount
            sold += 1
            continue
        asked_at[column] = sold
        again = quote(column)
        if again is None:
            heapq.heappop(quoted)
        elif again != amount:
            heapq.heapreplace(quoted, (float(again), again, column))


class _Purses:
    """What people have left to spend, exactly: everybody starts with k, a statement costs as much as there are people.

    People with the same amount left form a class; there are at most 2^t classes after t purchases. Amounts are whole numbers
    over one denominator, ascending by class.
    """

    def __init__(self, table: Approvals, k: int) -> None:
        self.table = table
        self.class_of = np.zeros(len(table.weights), dtype=np.int64)
        self.amounts = [k]
        self.denominator = 1
        self.lent = Fraction(0)

    def _held(self, column: int) -> tuple[list[int], list[int]]:
        """Weight of the supporters of a statement and what each of them has left, by class, poorest first."""
        rows = self.table.supporters(column)
        weight = np.bincount(self.class_of[rows], weights=self.table.weights[rows], minlength=len(self.amounts))
        present = np.flatnonzero(weight)
        return weight[present].astype(np.int64).tolist(), [self.amounts[j] for j in present.tolist()]

    def opening_prices(self) -> list[tuple[int, Fraction]]:
        """(column, price) of each statement whose supporters can buy it while everybody still has k."""
        people, k = self.table.people, self.amounts[-1]
        return [(c, Fraction(people, s)) for c, s in enumerate(self.table.support().tolist()) if s * k >= people]

    def earliest_moments(self, bought: Container[int]) -> list[tuple[int, Fraction]]:
        """(column, lower bound of its `moment`) of each statement not bought that has a supporter, from one pass in floats."""
        table = self.table
        left = (
            np.array([float(Fraction(amount, self.denominator)) for amount in self.amounts])[self.class_of]
            * table.weights
        )
        funds = np.bincount(table.columns(), weights=left[table.rows], minlength=len(table.allowed)).tolist()
        # the float sums are off by far less than a millionth of the cost
        need = table.people - Fraction(table.people, 10**6)
        support = table.support().tolist()
        return [(c, (need - Fraction(funds[c])) / s) for c, s in enumerate(support) if s and c not in bought]

    def price(self, column: int) -> Fraction | None:
        """The least rho for which the supporters, each paying rho or all they have left, can buy the statement; None if they cannot."""
        weights, amounts = self._held(column)
        due = self.table.people * self.denominator
        payers = sum(weights)
        for weight, amount in zip(weights, amounts, strict=True):
            if amount * payers >= due:
                return Fraction(due, payers * self.denominator)
            due -= amount * weight
            payers -= weight
        return None

    def moment(self, column: int) -> Fraction:
        """What everybody must have been lent in all before the supporters, of whom there is one at least, can buy the statement."""
        weights, amounts = self._held(column)
        due = self.table.people * self.denominator - sum(map(mul, weights, amounts))
        return self.lent + Fraction(due, sum(weights) * self.denominator)

    def pay(self, column: int, price: Fraction) -> None:
        """Supporters pay `price` or all they have."""
        self._become(column, lambda amount: max(amount - price, Fraction(0)), lambda amount: amount)

    def lend_and_pay(self, column: int, moment: Fraction) -> Fraction:
        """Everybody is lent up to `moment`, supporters pay all they have; returns the most that one of them paid."""
        more = moment - self.lent
        richest = Fraction(max(self._held(column)[1]), self.denominator) + more
        self._become(column, lambda _: Fraction(0), lambda amount: amount + more)
        self.lent = moment
        return richest

    def _become(
        self, column: int, supporter: Callable[[Fraction], Fraction], other: Callable[[Fraction], Fraction]
    ) -> None:
        """Supporters of a statement and all others get what the two functions make of what they have."""
        code = 2 * self.class_of
        code[self.table.supporters(column)] += 1
        present = np.flatnonzero(np.bincount(code)).tolist()
        left = {c: (supporter if c % 2 else other)(Fraction(self.amounts[c // 2], self.denominator)) for c in present}
        ascending = sorted(set(left.values()))
        rank = {amount: j for j, amount in enumerate(ascending)}
        new_class = np.zeros(2 * len(self.amounts), dtype=np.int64)
        for c, amount in left.items():
            new_class[c] = rank[amount]
        self.class_of = new_class[code]
        self.denominator = math.lcm(*(amount.denominator for amount in ascending))
        self.amounts = [amount.numerator * (self.denominator // amount.denominator) for amount in ascending]
