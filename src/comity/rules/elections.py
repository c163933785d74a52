"""Elections in rounds: papers in, who is elected and who may be voted for next out.

The rule says how many seats, what it takes, and how the field narrows; papers come shuffled and without names. A tie for
the last place is never settled by order of arrival: it leads to a further round among those tied, or to a lot, which is
drawn by people and given as an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from comity.rules.charter import Charter, Rule
from comity.rules.deciding import decide
from comity.rules.election_rules import ElectionRule, Field
from comity.rules.errors import RulesError
from comity.rules.outcome import Outcome
from comity.rules.record import Ballot, Record
from comity.rules.snapshot import Snapshot

Paper = frozenset[str]
"""The names on one paper; empty: blank."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate in one round: its votes, and the outcome that says whether they are enough."""

    name: str
    votes: int
    outcome: Outcome
    elected: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One round: who could be voted for (None: anybody eligible), the papers, and what came of it, most votes first."""

    number: int
    field: tuple[str, ...] | None
    seats: int
    valid: int
    blank: int
    invalid: int
    candidates: tuple[Candidate, ...]
    tied: tuple[str, ...]
    by_lot: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Election:
    """How an election stands. `next_field`: who may be voted for in the next round (None: anybody), if seats are left."""

    rounds: tuple[Round, ...]
    elected: tuple[str, ...]
    seats_left: int
    next_field: tuple[str, ...] | None


def run(
    charter: Charter,
    snapshot: Snapshot,
    rounds: Sequence[Iterable[Paper]],
    *,
    rule: str | None = None,
    eligible: Sequence[str] | None = None,
    lots: Sequence[str] = (),
) -> Election:
    """An election from the papers of its rounds so far; the snapshot's members are the electors.

    eligible: who may be elected (default: anybody who is named). lots: names in the order in which they were drawn.
    A paper is invalid if it names somebody not in the field or elected already, or more people than there are seats left (any
    number in a rule by approval). Raises RulesError if the rule is no election, or there are rounds after the last seat was filled.
    """
    chosen = charter.rule(rule, snapshot.on)
    if chosen.election is None:
        raise RulesError("{charter}, rule {rule}, is no election.", charter=charter.id, rule=chosen.id)
    terms = chosen.election
    field: tuple[str, ...] | None = tuple(sorted(eligible)) if eligible is not None else None
    found: list[Round] = []
    elected: list[str] = []
    for number, papers in enumerate(rounds, 1):
        seats = terms.seats - len(elected)
        if seats <= 0:
            raise RulesError("Round {number} comes after the last seat was filled: take it out.", number=number)
        made = _round(charter, chosen, terms, snapshot, list(papers), number, field, frozenset(elected), seats, lots)
        found.append(made)
        elected += [candidate.name for candidate in made.candidates if candidate.elected]
        field = _next_field(terms, made, eligible, elected, number, lots)
    left = terms.seats - len(elected)
    return Election(tuple(found), tuple(elected), left, field if left else ())


def _round(
    charter: Charter,
    rule: Rule,
    terms: ElectionRule,
    snapshot: Snapshot,
    papers: list[Paper],
    number: int,
    field: tuple[str, ...] | None,
    seated: frozenset[str],
    seats: int,
    lots: Sequence[str],
) -> Round:
    allowed = None if field is None else frozenset(field)
    blank = sum(not paper for paper in papers)
    fits = [paper for paper in papers if terms.approval or len(paper) <= seats]
    named = [paper for paper in fits if paper and not paper & seated]
    valid = [paper for paper in named if allowed is None or paper <= allowed]
    invalid = len(papers) - blank - len(valid)
    votes = Counter(name for paper in valid for name in paper)
    for name in field or ():
        votes.setdefault(name, 0)
    passing = replace(rule, passes=terms.elected, election=None)
    outcomes = {}
    for name, count in votes.items():
        totals = {"yes": count, "no": len(valid) - count, "blank": blank, "invalid": invalid}
        outcomes[name] = decide(charter, snapshot, Record(Ballot(totals=totals)), rule=passing)
    ordered = sorted(votes, key=lambda name: (-votes[name], name))
    winners = [name for name in ordered if outcomes[name].part.met]
    winners, tied, by_lot = _foremost(winners, votes, seats, lots if terms.lots else ())
    candidates = tuple(Candidate(name, votes[name], outcomes[name], name in winners) for name in ordered)
    return Round(number, field, seats, len(valid), blank, invalid, candidates, tied, by_lot)


def _foremost(
    ordered: list[str], votes: Counter[str], places: int, lots: Sequence[str]
) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """Those with most votes for so many places; those tied for the last of them; those of them whom the lot chose."""
    if len(ordered) <= places:
        return ordered, (), ()
    last = votes[ordered[places - 1]]
    sure = [name for name in ordered if votes[name] > last]
    tied = tuple(name for name in ordered if votes[name] == last)
    open_places = places - len(sure)
    if len(tied) == open_places:
        return sure + list(tied), (), ()
    # A lot among others than those who are tied now says nothing: whoever was in it would be before who was not.
    drawn = [name for name in lots if name in tied][:open_places] if set(tied) <= set(lots) else []
    if len(drawn) < open_places:
        return sure, tied, ()
    return sure + drawn, (), tuple(drawn)


def _next_field(
    terms: ElectionRule,
    made: Round,
    eligible: Sequence[str] | None,
    elected: list[str],
    number: int,
    lots: Sequence[str],
) -> tuple[str, ...] | None:
    seats = terms.seats - len(elected)
    if not seats:
        return ()
    if made.tied:
        return made.tied
    votes = Counter({candidate.name: candidate.votes for candidate in made.candidates if not candidate.elected})
    ordered = sorted(votes, key=lambda name: (-votes[name], name))
    match terms.rounds[number % len(terms.rounds)]:
        case Field.OPEN:
            return None if eligible is None else tuple(sorted(set(eligible) - set(elected)))
        case Field.TOP:
            kept, tied, _ = _foremost(ordered, votes, 2 * seats, lots if terms.lots else ())
            return tuple(sorted([*kept, *(name for name in tied if name not in kept)]))
        case Field.DROP_LAST:
            last = [name for name in ordered if votes[name] == min(votes.values())]
            if len(last) > 1 and terms.lots:
                last = [name for name in lots if name in last][:1]
            kept = [name for name in ordered if name not in last]
            return tuple(sorted(kept if len(kept) >= seats else ordered))
