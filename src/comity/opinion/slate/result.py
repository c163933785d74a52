"""What is said about a slate: how each statement came in, the certificate with its closest claim, and what votes not cast leave open.

Figures are whole numbers and fractions; every sentence is made of figures that the object holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from comity.opinion.votes import Int64Array

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


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"
