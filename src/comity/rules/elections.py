"""Elections in rounds: what the papers say together in, who is elected and who may be voted for next out.

The rule says how many seats, what it takes, and how the field narrows. Papers come without names of voters, or counted already: sums over
names, and over pairs of names where papers rank, are all that an election needs. A tie for the last place is never settled by order of
arrival: it leads to a further round among those tied, or to a lot, which is drawn by people and given as an input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from comity.rules.charter import Charter, Rule
from comity.rules.deciding import decide
from comity.rules.election_rules import ElectionRule, Field, PaperKind
from comity.rules.errors import RulesError
from comity.rules.outcome import Outcome
from comity.rules.ranking import pairs, tiers
from comity.rules.record import Ballot, Record
from comity.rules.snapshot import Snapshot

Paper = frozenset[str] | tuple[str, ...]
"""The names on one paper, in the order of preference where papers rank; empty: blank."""


@dataclass(frozen=True, slots=True)
class Count:
    """What the papers of a round say together. votes: papers with each name. before: papers that put the first name of a pair before
    the second, where papers rank.
    """

    valid: int
    blank: int = 0
    invalid: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate in one round: its votes, and the outcome that says whether they are enough."""

    name: str
    votes: int
    outcome: Outcome
    elected: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One round: who could be voted for (None: anybody eligible), the papers, and what came of it, the foremost first."""

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
    A paper is invalid if it names somebody twice, not in the field or elected already, or more people than a paper may name.
    Raises RulesError if the rule is no election, or there are rounds after the last seat was filled.
    """
    terms = _terms(charter, charter.rule(rule, snapshot.on))
    stands = of_counts(charter, snapshot, [], rule=rule, eligible=eligible, lots=lots)
    counts: list[Count] = []
    for papers in rounds:
        counts.append(counted(papers, terms, stands))
        stands = of_counts(charter, snapshot, counts, rule=rule, eligible=eligible, lots=lots)
    return stands


def counted(papers: Iterable[Paper], terms: ElectionRule, stands: Election) -> Count:
    """What the papers of the next round say together, in an election that stands so."""
    listed = list(papers)
    blank = sum(not paper for paper in listed)
    field = stands.next_field
    valid = []
    for paper in listed:
        names = frozenset(paper)
        most = terms.most(stands.seats_left, len(names))
        allowed = not names & frozenset(stands.elected) if field is None else names <= frozenset(field)
        if paper and allowed and len(names) == len(paper) <= most:
            valid.append(paper)
    votes = Counter(name for paper in valid for name in paper)
    before: Counter[tuple[str, str]] = Counter()
    if terms.paper is PaperKind.RANKED:
        everybody = sorted(votes if field is None else field)
        before.update(pair for paper in valid for pair in pairs(tuple(paper), everybody))
    return Count(len(valid), blank, len(listed) - blank - len(valid), votes, before)


def of_counts(
    charter: Charter,
    snapshot: Snapshot,
    rounds: Sequence[Count],
    *,
    rule: str | None = None,
    eligible: Sequence[str] | None = None,
    lots: Sequence[str] = (),
) -> Election:
    """The same election where papers were counted already."""
    chosen = charter.rule(rule, snapshot.on)
    terms = _terms(charter, chosen)
    field: tuple[str, ...] | None = tuple(sorted(eligible)) if eligible is not None else None
    found: list[Round] = []
    elected: list[str] = []
    for number, count in enumerate(rounds, 1):
        seats = terms.seats - len(elected)
        if seats <= 0:
            raise RulesError("Round {number} comes after the last seat was filled: take it out.", number=number)
        made = _round(charter, chosen, terms, snapshot, count, number, field, seats, lots)
        found.append(made)
        elected += [candidate.name for candidate in made.candidates if candidate.elected]
        field = _next_field(terms, made, count, eligible, elected, lots)
    left = terms.seats - len(elected)
    return Election(tuple(found), tuple(elected), left, field if left else ())


def _terms(charter: Charter, rule: Rule) -> ElectionRule:
    if rule.election is None:
        raise RulesError("{charter}, rule {rule}, is no election.", charter=charter.id, rule=rule.id)
    return rule.election


def _round(
    charter: Charter,
    rule: Rule,
    terms: ElectionRule,
    snapshot: Snapshot,
    count: Count,
    number: int,
    field: tuple[str, ...] | None,
    seats: int,
    lots: Sequence[str],
) -> Round:
    votes = {**dict.fromkeys(field or (), 0), **count.votes}
    passing = replace(rule, passes=terms.elected, election=None)
    outcomes = {}
    for name, papers in votes.items():
        totals = {"yes": papers, "no": count.valid - papers, "blank": count.blank, "invalid": count.invalid}
        outcomes[name] = decide(charter, snapshot, Record(Ballot(totals=totals)), rule=passing)
    enough = _in_order([name for name in votes if outcomes[name].part.met], terms, count)
    others = _in_order([name for name in votes if not outcomes[name].part.met], terms, count)
    winners, tied, by_lot = _foremost(enough, seats, lots if terms.lots else ())
    ordered = (name for tier in (*enough, *others) for name in tier)
    candidates = tuple(Candidate(name, votes[name], outcomes[name], name in winners) for name in ordered)
    return Round(number, field, seats, count.valid, count.blank, count.invalid, candidates, tied, by_lot)


def _in_order(names: Iterable[str], terms: ElectionRule, count: Count) -> list[tuple[str, ...]]:
    """The foremost first, those who are level together: by preference where papers rank, else by votes."""
    if terms.paper is PaperKind.RANKED:
        return tiers(names, count.before)
    level: dict[int, list[str]] = {}
    for name in sorted(names):
        level.setdefault(count.votes.get(name, 0), []).append(name)
    return [tuple(level[votes]) for votes in sorted(level, reverse=True)]


def _foremost(
    in_order: Sequence[tuple[str, ...]], places: int, lots: Sequence[str]
) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """Those who come first, for so many places; those tied for the last of them; those of them whom the lot chose."""
    sure: list[str] = []
    for tied in in_order:
        open_places = places - len(sure)
        if len(tied) <= open_places:
            sure += tied
            continue
        if not open_places:
            break
        # A lot among others than those who are tied now says nothing: whoever was in it would be before who was not.
        drawn = [name for name in lots if name in tied][:open_places] if set(tied) <= set(lots) else []
        return (sure, tied, ()) if len(drawn) < open_places else (sure + drawn, (), tuple(drawn))
    return sure, (), ()


def _next_field(
    terms: ElectionRule,
    made: Round,
    count: Count,
    eligible: Sequence[str] | None,
    elected: list[str],
    lots: Sequence[str],
) -> tuple[str, ...] | None:
    seats = terms.seats - len(elected)
    if not seats:
        return ()
    if made.tied:
        return made.tied
    in_order = _in_order([candidate.name for candidate in made.candidates if not candidate.elected], terms, count)
    left = [name for tier in in_order for name in tier]
    match terms.rounds[made.number % len(terms.rounds)]:
        case Field.OPEN:
            return None if eligible is None else tuple(sorted(set(eligible) - set(elected)))
        case Field.TOP:
            kept, tied, _ = _foremost(in_order, 2 * seats, lots if terms.lots else ())
            return tuple(sorted({*kept, *tied}))
        case Field.DROP_LAST:
            last = list(in_order[-1]) if in_order else []
            if len(last) > 1 and terms.lots:
                last = [name for name in lots if name in last][:1]
            kept = [name for name in left if name not in last]
            return tuple(sorted(kept if len(kept) >= seats else left))
