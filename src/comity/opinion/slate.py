"""A slate: k statements that together represent everybody in proportion, with a certificate that is checked.

A list of the k most agreed statements gives a majority every place. A slate gives a group that makes up one k-th of the people,
and agrees on something, a place of its own, two k-ths two places, and so on. It is chosen by the method of equal shares
(everybody has the same voice to spend on statements they agree with), in exact arithmetic, and checked afterwards by code
that shares nothing with the choice: the certificate is extended justified representation "plus" (EJR+).

Approvals are either what people said (OBSERVED: an agreement that was cast; not seen is *unknown*) or what a model expects of
each cell of opinion space (MODELLED); every result carries which. Method, sources and limits: docs/slate.md.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from operator import mul
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.opinion.votes import AGREE, BoolArray, Int64Array, Votes

MOST_PEOPLE = 2**53 - 1
"""Weights are summed in float64 by `numpy.bincount`, which is exact for whole numbers up to here."""

Naming = Callable[[int], str]
"""What a statement is called in a sentence, from its column."""


class SlateError(ValueError):
    """Input from which no slate can be computed; the message names the place and the mend."""


class Basis(StrEnum):
    """What an approval is."""

    OBSERVED = "observed"
    """A person cast the vote "agree". Without a vote nothing is known, and nothing counts as approved."""
    MODELLED = "modelled"
    """A model expects the people of a cell to agree, whether or not they have seen the statement."""


class Phase(StrEnum):
    """How a statement came into the slate."""

    EQUAL_SHARES = "equal-shares"
    """Its supporters paid for it out of their equal voices."""
    COMPLETION = "completion"
    """Nothing could be paid for any longer: everybody was lent the same further voice until one statement could."""


class Standing(StrEnum):
    """What votes that were never cast could change in a certificate over the votes that were."""

    CERTAIN = "certain"
    """It holds whatever the votes not cast would have been."""
    OPEN = "open"
    """It holds or fails depending on votes that were never cast."""
    REFUTED = "refuted"
    """It fails whatever the votes not cast would have been."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The people who agree with one statement outside the slate and with fewer than `level` statements in it.

    statement: column. level: 1..k. weight: how many people they are. needed: from how many people on they could demand
    `level` places (level x people / k, a fraction).
    """

    statement: int
    level: int
    weight: int
    needed: Fraction

    @property
    def ratio(self) -> Fraction:
        """weight / needed; from 1 on the claim is a just one and the slate violates it."""
        return self.weight / self.needed


@dataclass(frozen=True, slots=True)
class Certificate:
    """EJR+ of a slate, checked: for each statement c outside the slate and each level l in 1..k, the people who approve c and
    fewer than l statements of the slate weigh less than l x people / k.

    people: sum of weights, those who approve nothing included. k: places. closest: the claim with the greatest ratio (then the
    lowest level, then the lowest column), None where no statement is left outside; it is the witness where the
    certificate does not hold. contenders: allowed statements, chosen or not, that people / k people or more approve; where there
    is none no claim is possible, and the certificate says little.
    Source: Brill and Peters, "Robust and Verifiable Proportionality Axioms for Multiwinner Voting", EC 2023.
    """

    basis: Basis
    people: int
    k: int
    closest: Claim | None
    contenders: int

    @property
    def holds(self) -> bool:
        return self.closest is None or self.closest.weight * self.k < self.closest.level * self.people

    @property
    def vacuous(self) -> bool:
        """No statement has enough supporters for even one place: any slate at all would have passed."""
        return self.contenders == 0

    def sentence(self, name: Naming = "statement {}".format) -> str:
        """The certificate in English for people; every figure in it is a field of this object."""
        source = "agreements that people cast" if self.basis is Basis.OBSERVED else "agreement expected by the model"
        tail = f"(EJR+ for {self.k} places and {self.people:,} people, over {source})."
        if self.closest is None:
            return f"Every statement that could be chosen is in the slate {tail}"
        claim = self.closest
        have = "none of the slate" if claim.level == 1 else f"fewer than {claim.level} statements of the slate"
        places = "one place" if claim.level == 1 else f"{claim.level} places"
        group = f"{claim.weight:,} people agree with {name(claim.statement)} and with {have}"
        enough = math.ceil(claim.needed)
        if not self.holds:
            return f"Not proportional: {group}, though {enough:,} people are enough for {places} {tail}"
        if self.vacuous:
            return (
                "Not put to the test: no statement has the agreement of "
                f"{math.ceil(Fraction(self.people, self.k)):,} people, enough for one place, so any slate would pass {tail}"
            )
        if claim.weight == 0:
            return (
                f"Proportional: nobody agrees with a statement outside the slate but not with all of the slate {tail}"
            )
        return f"Proportional: no group is short of its share; the closest: {group}; {enough:,} would be enough for {places} {tail}"


@dataclass(frozen=True, slots=True)
class Pick:
    """One statement of a slate and how it was paid for.

    statement: column. supporters: people who approve it. seen: people with a vote on it (OBSERVED), else None.
    newly: supporters who approved nothing chosen before. price: the largest part of a whole voice that a supporter
    paid (with c people of n and k places at first n / (c k)). lent: what everybody had been lent by then, in the same
    unit; 0 in the first phase, and the price may include it.
    """

    statement: int
    phase: Phase
    supporters: int
    seen: int | None
    newly: int
    price: Fraction
    lent: Fraction

    def sentence(self, people: int, name: Naming = "statement {}".format) -> str:
        """The step in English for people; every figure in it is a field of this object."""
        called = name(self.statement)
        start = f"{called[:1].upper()}{called[1:]}: {self.supporters:,} of {people:,} people agree"
        if self.seen is not None:
            start += f" ({self.seen:,} were asked)"
        paid = f"; none of them gave more than {_percent(self.price)} of a voice"
        if self.phase is Phase.COMPLETION:
            paid += f", after everybody was lent {_percent(self.lent)} because no statement could be paid for any more"
        return f"{start}{paid}; {self.newly:,} of them had nothing in the slate before."


@dataclass(frozen=True, slots=True)
class Slate:
    """Statements that together represent everybody in proportion.

    k: places asked for. picks: in the order of choice; fewer than k only where fewer allowed statements have any supporter.
    approved (n_rows,) int64: for each row of the input (cell, or person of the votes), how many of the chosen it approves;
    -1 for a person without a vote on any allowed statement, who is not counted among `people`.
    people: sum of weights. people_by_approved: entry a counts the people who approve exactly a of the chosen, a in 0..len(picks).
    certificate: checked on the finished slate. standing: what votes not cast could change in it (OBSERVED only, else None).
    """

    basis: Basis
    k: int
    people: int
    picks: tuple[Pick, ...]
    approved: Int64Array
    people_by_approved: tuple[int, ...]
    certificate: Certificate
    standing: Standing | None = None

    @property
    def statements(self) -> tuple[int, ...]:
        """Columns of the chosen statements in the order of choice."""
        return tuple(pick.statement for pick in self.picks)

    @property
    def represented(self) -> Fraction:
        """Share of the people who approve at least one of the chosen statements."""
        return 1 - Fraction(self.people_by_approved[0], self.people)

    @property
    def completed(self) -> int:
        """How many of the chosen came in by completion; the guarantee does not need them."""
        return sum(pick.phase is Phase.COMPLETION for pick in self.picks)

    @property
    def short_by(self) -> int:
        """Places that stay empty because no allowed statement with a supporter is left."""
        return self.k - len(self.picks)


@dataclass(frozen=True, slots=True)
class VotesCheck:
    """A slate, however chosen, held against the votes that were cast.

    as_cast: not seen counts as not approved, inside and outside the slate alike. lenient: the closest claim where not seen
    counts as approved inside the slate and as not approved outside; if this one is just, the slate fails for every way to
    complete the votes. strict: the closest claim in the reverse case; if this one is not just, the slate holds for every way.
    """

    as_cast: Certificate
    lenient: Claim | None
    strict: Claim | None

    @property
    def standing(self) -> Standing:
        if self.strict is None or self.strict.ratio < 1:
            return Standing.CERTAIN
        return Standing.OPEN if self.lenient is None or self.lenient.ratio < 1 else Standing.REFUTED

    def sentence(self, name: Naming = "statement {}".format) -> str:
        """The certificate as cast, and what votes that were never cast leave open, in English for people."""
        return f"{self.as_cast.sentence(name)} {_STANDING_SENTENCES[self.standing]}"


_STANDING_SENTENCES = {
    Standing.CERTAIN: "Votes on statements that people did not see could not change this.",
    Standing.OPEN: "Votes on statements that people did not see could change this.",
    Standing.REFUTED: "No votes on statements that people did not see could make the slate proportional.",
}


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
    profile = _profile(weights, approvals, allowed)
    return _choose(profile, k, basis, None)


def slate_of_votes(votes: Votes, k: int, *, allowed: npt.ArrayLike | None = None) -> Slate:
    """Slate of k statements over the agreements that people cast.

    allowed (n_statements,) bool; default: statements that take part in findings. People without a vote on an allowed
    statement are not counted. A statement that few were asked about has few agreements: the slate leans towards
    statements that were shown much. `Pick.seen`, `standing` and `certificate.vacuous` say how much is unknown; with uneven
    exposure prefer `slate_of_cells` over modelled approvals, and hold it against the votes with `check_against_votes`.

    Raises SlateError. Memory about 12 bytes per vote.
    """
    mask = _allowed(votes, allowed)
    profile, counted = _profile_of_votes(votes, mask, AGREE)
    seen = np.bincount(votes.columns, minlength=votes.n_statements)
    slate = _choose(profile, k, Basis.OBSERVED, seen)
    approved = np.full(votes.n_participants, -1, dtype=np.int64)
    approved[counted] = slate.approved
    declined, _ = _profile_of_votes(votes, mask, None)
    return replace(slate, approved=approved, standing=_against(profile, declined, slate.statements, k).standing)


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
    profile = _profile(weights, approvals, allowed)
    _check_places(chosen, k, len(profile.allowed))
    return _certify(profile, profile.counts(chosen), chosen, k, basis)


def check_against_votes(
    votes: Votes, chosen: Sequence[int], k: int, *, allowed: npt.ArrayLike | None = None
) -> VotesCheck:
    """Hold a slate (chosen: columns; from votes, cells or by hand) against the votes cast. Arguments as in `slate_of_votes`."""
    mask = _allowed(votes, allowed)
    _check_places(chosen, k, votes.n_statements)
    agreed, _ = _profile_of_votes(votes, mask, AGREE)
    declined, _ = _profile_of_votes(votes, mask, None)
    return _against(agreed, declined, chosen, k)


def expected_approvals(
    probabilities: npt.ArrayLike, *, digits: int = 6, threshold: Fraction = Fraction(1, 2)
) -> npt.NDArray[np.bool_]:
    """Whether each probability, rounded to `digits` decimals, is at least `threshold`; same shape as given.

    probabilities: in [0, 1], e.g. (n_cells, n_statements) of agreement among agree, disagree and pass at a cell's centre.
    Rounded first (half to even), the comparison is one of integers, and a last-bit difference between processors can
    matter only at the midpoints of the last digit. Raises SlateError for NaN or values outside [0, 1]: no answer is not "no".

    >>> expected_approvals([0.4999999, 0.499999]).tolist()
    [True, False]
    """
    array = np.asarray(probabilities, dtype=np.float64)
    if not ((array >= 0) & (array <= 1)).all():
        raise SlateError(
            "a probability is missing or outside [0, 1]: leave the statement out by `allowed` where there is none."
        )
    if not 1 <= digits <= 15:
        raise SlateError(f"digits is {digits}: use 1 to 15.")
    # units / 10^digits >= threshold, as whole numbers
    return np.asarray(
        np.rint(array * 10.0**digits).astype(np.int64) >= math.ceil(threshold * 10**digits), dtype=np.bool_
    )


@dataclass(frozen=True, slots=True)
class _Profile:
    """Approvals by statement: rows[offsets[c]:offsets[c + 1]] approve column c, ascending; none where c is not allowed."""

    weights: Int64Array
    offsets: Int64Array
    rows: npt.NDArray[Any]
    allowed: BoolArray
    people: int

    def supporters(self, column: int) -> npt.NDArray[Any]:
        return self.rows[self.offsets[column] : self.offsets[column + 1]]

    def columns(self) -> Int64Array:
        """(n_approvals,) the column of each entry of `rows`."""
        return np.repeat(np.arange(len(self.allowed), dtype=np.int64), np.diff(self.offsets))

    def support(self) -> Int64Array:
        """(n_statements,) weight of those who approve each statement."""
        weight = np.bincount(self.columns(), weights=self.weights[self.rows], minlength=len(self.allowed))
        return weight.astype(np.int64)

    def counts(self, chosen: Sequence[int]) -> Int64Array:
        """(n_rows,) how many of the chosen each row approves."""
        counted = np.zeros(len(self.weights), dtype=np.int64)
        for column in chosen:
            counted[self.supporters(column)] += 1
        return counted

    def weight_by_count(self, counts: Int64Array, highest: int) -> Int64Array:
        """(n_statements, highest + 1) weight of the supporters of each statement with each count."""
        width = highest + 1
        n_statements = len(self.allowed)
        key = self.columns() * width + counts[self.rows]
        table = np.bincount(key, weights=self.weights[self.rows], minlength=n_statements * width)
        return table.astype(np.int64).reshape(n_statements, width)


def _profile(weights: npt.ArrayLike, approvals: npt.ArrayLike, allowed: npt.ArrayLike | None) -> _Profile:
    given, matrix = np.asarray(weights), np.asarray(approvals)
    if matrix.dtype != np.bool_ or matrix.ndim != 2:
        raise SlateError(f"approvals is {matrix.dtype} with {matrix.ndim} axes: give bool (cells, statements).")
    if given.shape != (len(matrix),) or given.dtype.kind not in "iu":
        raise SlateError(
            f"weights is {given.dtype} {given.shape} for {len(matrix)} cells: give one whole number for each cell."
        )
    mask = _mask(allowed, matrix.shape[1])
    if len(given) and int(given.min()) < 0:
        raise SlateError(f"weights[{int(np.argmin(given))}] is {int(given.min())}: people in a cell are 0 or more.")
    people = sum(given.tolist())
    if not 0 < people <= MOST_PEOPLE:
        raise SlateError(f"the weights sum to {people}: a slate needs at least one person and at most {MOST_PEOPLE}.")
    column, row = np.nonzero(matrix.T & mask[:, None])
    offsets = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=len(mask))))).astype(np.int64)
    return _Profile(given.astype(np.int64), offsets, row, mask, people)


def _profile_of_votes(votes: Votes, mask: BoolArray, value: int | None) -> tuple[_Profile, npt.NDArray[np.intp]]:
    """People who voted `value` (None: anything but agree), and the indices of those with a vote on an allowed statement."""
    usable = mask[votes.columns]
    persons = votes.persons
    counted = np.flatnonzero(np.bincount(persons[usable], minlength=votes.n_participants))
    if not len(counted):
        raise SlateError("nobody has voted on an allowed statement: there is nobody to represent.")
    kept = usable & (votes.values == value if value is not None else votes.values != AGREE)
    place = np.zeros(votes.n_participants, dtype=np.int32)
    place[counted] = np.arange(len(counted), dtype=np.int32)
    columns = votes.columns[kept]
    # 16-bit keys are sorted by radix, in linear time
    order = np.argsort(columns.astype(np.uint16) if votes.n_statements < 2**16 else columns, kind="stable")
    offsets = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=len(mask))))).astype(np.int64)
    ones = np.ones(len(counted), dtype=np.int64)
    return _Profile(ones, offsets, place[persons[kept][order]], mask, len(counted)), counted


def _allowed(votes: Votes, allowed: npt.ArrayLike | None) -> BoolArray:
    if allowed is None:
        return np.array([s.takes_part for s in votes.statements], dtype=np.bool_)
    return _mask(allowed, votes.n_statements)


def _mask(allowed: npt.ArrayLike | None, n_statements: int) -> BoolArray:
    mask = np.ones(n_statements, dtype=np.bool_) if allowed is None else np.asarray(allowed)
    if mask.dtype != np.bool_ or mask.shape != (n_statements,):
        raise SlateError(f"allowed is {mask.dtype} {mask.shape}: give one bool for each of {n_statements} statements.")
    return mask


def _check_places(chosen: Sequence[int], k: int, n_statements: int) -> None:
    if k < 1:
        raise SlateError(f"k is {k}: ask for at least one statement.")
    if len(chosen) > k or len(set(chosen)) < len(chosen):
        raise SlateError(
            f"chosen has {len(chosen)} entries for {k} places: name each statement once and at most k of them."
        )
    for column in chosen:
        if not 0 <= column < n_statements:
            raise SlateError(f"chosen names column {column}: columns are 0 to {n_statements - 1}.")


def _choose(profile: _Profile, k: int, basis: Basis, seen: npt.NDArray[Any] | None) -> Slate:
    """Equal shares, then completion, then the check."""
    _check_places((), k, len(profile.allowed))
    purses = _Purses(profile, k)
    order: list[tuple[int, Phase, Fraction, Fraction]] = []
    for phase in Phase:
        if len(order) == k:
            break
        opening, quote = {
            Phase.EQUAL_SHARES: (purses.opening_prices, purses.price),
            Phase.COMPLETION: (purses.earliest_moments, purses.moment),
        }[phase]
        # An amount never falls as purses shrink: an old or opening quote is a lower bound, and only the cheapest is asked
        # again. Ties go to the lower column. The float, rounded from the fraction beside it, only makes comparing fast.
        quoted = [(float(q), q, c) for c, q in opening({entry[0] for entry in order})]
        heapq.heapify(quoted)
        asked_at: dict[int, int] = {}
        while quoted and len(order) < k:
            _, amount, column = quoted[0]
            if asked_at.get(column) != len(order):
                asked_at[column] = len(order)
                again = quote(column)
                if again is None:
                    heapq.heappop(quoted)
                elif again != amount:
                    heapq.heapreplace(quoted, (float(again), again, column))
                continue
            heapq.heappop(quoted)
            paid = purses.pay(column, amount) if phase is Phase.EQUAL_SHARES else purses.lend_and_pay(column, amount)
            order.append((column, phase, paid / k, purses.lent / k))
    counts = np.zeros(len(profile.weights), dtype=np.int64)
    picks = []
    for column, phase, price, lent in order:
        rows = profile.supporters(column)
        picks.append(
            Pick(
                statement=column,
                phase=phase,
                supporters=int(profile.weights[rows].sum()),
                seen=None if seen is None else int(seen[column]),
                newly=int(profile.weights[rows[counts[rows] == 0]].sum()),
                price=price,
                lent=lent,
            )
        )
        counts[rows] += 1
    chosen_columns = [pick.statement for pick in picks]
    by_count = np.bincount(counts, weights=profile.weights, minlength=len(picks) + 1).astype(np.int64)
    return Slate(
        basis=basis,
        k=k,
        people=profile.people,
        picks=tuple(picks),
        approved=counts,
        people_by_approved=tuple(by_count.tolist()),
        certificate=_certify(profile, profile.counts(chosen_columns), chosen_columns, k, basis),
    )


class _Purses:
    """What people have left to spend, exactly: everybody starts with k, a statement costs as much as there are people.

    People with the same amount left form a class; there are at most 2^t classes after t purchases. Amounts are whole numbers
    over one denominator, ascending by class.
    """

    def __init__(self, profile: _Profile, k: int) -> None:
        self.profile = profile
        self.class_of = np.zeros(len(profile.weights), dtype=np.int64)
        self.amounts = [k]
        self.denominator = 1
        self.lent = Fraction(0)

    def _held(self, column: int) -> tuple[list[int], list[int]]:
        """Weight of the supporters of a statement and what each of them has left, by class, poorest first."""
        rows = self.profile.supporters(column)
        weight = np.bincount(self.class_of[rows], weights=self.profile.weights[rows], minlength=len(self.amounts))
        present = np.flatnonzero(weight)
        return weight[present].astype(np.int64).tolist(), [self.amounts[j] for j in present.tolist()]

    def opening_prices(self, chosen: Container[int]) -> list[tuple[int, Fraction]]:
        """(column, price) of each statement not chosen whose supporters can buy it while everybody still has k."""
        people, k = self.profile.people, self.amounts[-1]
        support = enumerate(self.profile.support().tolist())
        return [(c, Fraction(people, s)) for c, s in support if s * k >= people and c not in chosen]

    def earliest_moments(self, chosen: Container[int]) -> list[tuple[int, Fraction]]:
        """(column, lower bound of its `moment`) of each statement not chosen that has a supporter, from one pass in floats."""
        profile = self.profile
        left = (
            np.array([float(Fraction(amount, self.denominator)) for amount in self.amounts])[self.class_of]
            * profile.weights
        )
        funds = np.bincount(profile.columns(), weights=left[profile.rows], minlength=len(profile.allowed)).tolist()
        # the float sums are off by far less than a millionth of the cost
        need = profile.people - Fraction(profile.people, 10**6)
        support = profile.support().tolist()
        return [(c, (need - Fraction(funds[c])) / s) for c, s in enumerate(support) if s and c not in chosen]

    def price(self, column: int) -> Fraction | None:
        """The least rho for which the supporters, each paying rho or all they have left, can buy the statement; None if they cannot."""
        weights, amounts = self._held(column)
        due = self.profile.people * self.denominator
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
        due = self.profile.people * self.denominator - sum(map(mul, weights, amounts))
        return self.lent + Fraction(due, sum(weights) * self.denominator)

    def pay(self, column: int, price: Fraction) -> Fraction:
        """Supporters pay `price` or all they have; returns the price."""
        self._become(column, lambda amount: max(amount - price, Fraction(0)), lambda amount: amount)
        return price

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
        code = 2 * self.class_of
        code[self.profile.supporters(column)] += 1
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


def _against(agreed: _Profile, declined: _Profile, chosen: Sequence[int], k: int) -> VotesCheck:
    at_least = agreed.counts(chosen)
    at_most = len(chosen) - declined.counts(chosen)
    # whoever did not decline a statement may approve it: everybody with that count, less those who declined
    everybody = np.bincount(at_least, minlength=len(chosen) + 1).astype(np.int64)
    possible = everybody[None, :] - declined.weight_by_count(at_least, len(chosen))
    return VotesCheck(
        as_cast=_certify(agreed, at_least, chosen, k, Basis.OBSERVED),
        lenient=_certify(agreed, at_most, chosen, k, Basis.OBSERVED).closest,
        strict=_certificate(possible, agreed.people, agreed.allowed, chosen, k, Basis.OBSERVED).closest,
    )


def _certify(profile: _Profile, counts: Int64Array, chosen: Sequence[int], k: int, basis: Basis) -> Certificate:
    if not all(profile.allowed[c] for c in chosen):
        raise SlateError("chosen names a statement that is not allowed: allow it, or leave it out.")
    table = profile.weight_by_count(counts, len(chosen))
    return _certificate(table, profile.people, profile.allowed, chosen, k, basis)


def _certificate(
    table: Int64Array, people: int, allowed: BoolArray, chosen: Sequence[int], k: int, basis: Basis
) -> Certificate:
    """table (n_statements, len(chosen) + 1): weight of those who approve each statement, by how many of the chosen they approve."""
    outside = allowed.copy()
    outside[list(chosen)] = False
    columns = np.flatnonzero(outside)
    if not len(columns):
        return Certificate(basis, people, k, None, 0)
    fewer_than = np.cumsum(table[columns], axis=1)
    closest: Claim | None = None
    # nobody approves more than all chosen: beyond that level the group stays the same and needs ever more people
    for level in range(1, min(k, len(chosen) + 1) + 1):
        at = int(np.argmax(fewer_than[:, level - 1]))
        weight = int(fewer_than[at, level - 1])
        if closest is None or weight * closest.level > closest.weight * level:
            closest = Claim(int(columns[at]), level, weight, Fraction(level * people, k))
    contenders = sum(weight * k >= people for weight in table[allowed].sum(axis=1).tolist())
    return Certificate(basis, people, k, closest, contenders)


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"
