"""`decide`: a rule, a snapshot and a record in; an outcome out.

Truth has three values. What is not known is None, and `and`, `or` and the others follow Kleene: a missing fact leaves
the outcome open only where it matters. Nothing here reads a clock, a file or a random number.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Seq
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TypeVar

from comity.rules.charter import CASTING_VOTE, Binds, Charter, Rule, Tie
from comity.rules.conditions import (
    OBJECTIONS,
    All,
    Any,
    AtLeast,
    Condition,
    Fallback,
    Floor,
    Found,
    Gate,
    Meets,
    Not,
    Op,
    Scope,
    Sequence,
    Share,
)
from comity.rules.errors import RulesError
from comity.rules.outcome import Citation, Form, Operand, Outcome, Part, Verdict
from comity.rules.record import Ballot, OrganVote, Record
from comity.rules.snapshot import Snapshot
from comity.rules.tally import Missing, Tally

T = TypeVar("T")

_SETTLED = (Verdict.ADOPTED, Verdict.NOT_ADOPTED, Verdict.NO_QUORUM)
"""Outcomes of another organ by which a rule goes on; after any other that organ has to vote again."""
NAMED = 25
"""Up to so many members of a side are named in a comparison with a number, as in a veto."""


def decide(
    charter: Charter, snapshot: Snapshot, record: Record, *, rule: str | Rule | None = None, on: date | None = None
) -> Outcome:
    """The outcome of a vote by a rule of the charter (default: its first) as it held on a day (default: the snapshot's).

    Raises RulesError for members, choices, rules and ballots that are not known. Time grows with members x chambers.
    """
    day = on or snapshot.on
    chosen = rule if isinstance(rule, Rule) else charter.rule(rule, day)
    if chosen.election is not None:
        raise RulesError(
            "{charter}, rule {rule}, is an election: papers with names decide it, in rounds, not votes of members. Name another rule.",
            charter=charter.id,
            rule=chosen.id,
        )
    sitting = _Sitting(charter, snapshot, record, day)
    tally = sitting.tally(chosen, None)
    part = sitting.part(chosen.passes, chosen, None)
    quorum = sitting.part(chosen.quorum, chosen, None) if chosen.quorum else None
    postponed = sitting.part(chosen.postponed_when, chosen, None) if chosen.postponed_when else None
    tie = _tie(tally)
    verdict = _verdict(chosen, record, part, quorum, postponed, tie)
    tallies = list(sitting.tallies.values())
    elsewhere = sitting.elsewhere
    return Outcome(
        verdict=verdict,
        rule=citation(charter, chosen),
        on=day.isoformat() if day else None,
        snapshot=snapshot,
        record=record,
        part=part,
        quorum=quorum,
        postponed=postponed,
        eligibility=_once(
            [decision for one in tallies for decision in one.decisions]
            + [decision for one in elsewhere for decision in one.eligibility]
        ),
        missing=_once(fact for top in (quorum, postponed, part) if top and top.met is None for fact in _facts(top)),
        assumed=_once(
            [fact for one in tallies for fact in one.assumed] + [fact for one in elsewhere for fact in one.assumed]
        ),
        not_bound=_not_bound(chosen, tally) if verdict is Verdict.ADOPTED else (),
        tie=tie,
    )


def citation(charter: Charter, rule: Rule) -> Citation:
    """The rule as outcomes cite it."""
    return Citation(
        charter=charter.id,
        version=charter.version,
        digest=charter.digest,
        rule=rule.id,
        kind=rule.kind,
        title=dict(rule.title),
        source=rule.source or charter.source,
        certainty=rule.certainty,
        example=charter.example,
        valid_from=rule.valid_from.isoformat() if rule.valid_from else None,
        valid_until=rule.valid_until.isoformat() if rule.valid_until else None,
    )


def _verdict(rule: Rule, record: Record, part: Part, quorum: Part | None, postponed: Part | None, tie: bool) -> Verdict:
    if quorum is not None and quorum.met is not True:
        return Verdict.NO_QUORUM if quorum.met is False else Verdict.UNDECIDED
    if postponed is not None and postponed.met is not False:
        return Verdict.POSTPONED if postponed.met else Verdict.UNDECIDED
    if part.met is None:
        return Verdict.UNDECIDED
    if part.met:
        return Verdict.ADOPTED
    if tie and rule.tie is Tie.CHAIR:
        casting = record.finding(CASTING_VOTE, "chair")
        if casting is None:
            return Verdict.SECOND_VOTE
        return Verdict.ADOPTED if casting.holds else Verdict.NOT_ADOPTED
    if tie and (rule.tie is Tie.DISCUSSION or (rule.tie is Tie.SECOND_VOTE and record.attempt == 1)):
        return Verdict.SECOND_VOTE
    return Verdict.NOT_ADOPTED


def _tie(tally: Tally) -> bool:
    sums = tally.sums(Scope())
    if isinstance(sums, Missing):
        return False
    yes = tally.total(sums, ("yes",), Scope())
    return yes > 0 and yes == tally.total(sums, ("no",), Scope())


def _not_bound(rule: Rule, tally: Tally) -> tuple[str, ...]:
    match rule.binds:
        case Binds.ALL:
            return ()
        case Binds.NOT_OBJECTORS:
            return tally.who((OBJECTIONS,), Scope())
        case Binds.NOT_ABSTAINERS:
            return tally.who(("abstain",), Scope())
        case Binds.YES:
            return tuple(sorted(tally.body.difference(tally.who(("yes",), Scope()))))


def _once(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))


def _facts(part: Part) -> list[Missing]:
    """Facts for want of which a part is open, in the order of its clause."""
    found = list(part.missing)
    for inner in part.parts:
        if inner.met is None and inner.taken:
            found += _facts(inner)
    return found


class _Sitting:
    """One decision being computed: a tally for each rule and ballot that it comes to."""

    def __init__(self, charter: Charter, snapshot: Snapshot, record: Record, day: date | None) -> None:
        self.charter, self.snapshot, self.record, self.day = charter, snapshot, record, day
        self.tallies: dict[tuple[str, str | None], Tally] = {}
        self.elsewhere: list[Outcome] = []
        """What came out in other organs."""

    def tally(self, rule: Rule, stage: str | None) -> Tally:
        key = (rule.id, stage)
        if key not in self.tallies:
            self.tallies[key] = Tally(self.charter, rule, self.snapshot, self.record, self._ballot(stage))
        return self.tallies[key]

    def _ballot(self, stage: str | None) -> Ballot:
        return self.record.ballot if stage is None else self.record.stages.get(stage, Ballot())

    def part(self, condition: Condition, rule: Rule, stage: str | None) -> Part:
        """The condition, evaluated under a rule on a ballot."""
        match condition:
            case Share():
                return share_part(condition, self.tally(rule, stage))
            case Floor():
                return floor_part(condition, self.tally(rule, stage))
            case All(parts):
                made = [self.part(inner, rule, stage) for inner in parts]
                return Part(Form.ALL, condition, both([p.met for p in made]), tuple(made))
            case Any(parts):
                made = [self.part(inner, rule, stage) for inner in parts]
                return Part(Form.ANY, condition, either([p.met for p in made]), tuple(made))
            case Not(inner):
                one = self.part(inner, rule, stage)
                return Part(Form.NOT, condition, None if one.met is None else not one.met, (one,))
            case AtLeast(least, parts):
                made = [self.part(inner, rule, stage) for inner in parts]
                met = at_least(least, [p.met for p in made])
                return Part(Form.AT_LEAST, condition, met, tuple(made), detail=str(least))
            case Sequence(parts):
                made = self._until(parts, rule, stage, stop=False)
                return Part(Form.SEQUENCE, condition, both([p.met for p in made]), tuple(made))
            case Fallback(parts):
                made = self._until(parts, rule, stage, stop=True)
                return Part(Form.FALLBACK, condition, either([p.met for p in made]), tuple(made))
            case Gate():
                return self._gate(condition, rule, stage)
            case Meets():
                return self._meets(condition, stage)
            case Found():
                return self._found(condition)

    def _until(self, parts: Seq[Condition], rule: Rule, stage: str | None, *, stop: bool) -> list[Part]:
        """The parts in their order; those after the first that settles the matter are not turned to."""
        made: list[Part] = []
        settled = False
        for inner in parts:
            one = self.part(inner, rule, stage)
            made.append(_untaken(one) if settled else one)
            settled = settled or one.met is stop
        return made

    def _gate(self, gate: Gate, rule: Rule, stage: str | None) -> Part:
        question = self.part(gate.question, rule, stage)
        then, otherwise = self.part(gate.then, rule, stage), self.part(gate.otherwise, rule, stage)
        if question.met is None:
            met = then.met if then.met is otherwise.met else None
        else:
            met = then.met if question.met else otherwise.met
            then, otherwise = (then, _untaken(otherwise)) if question.met else (_untaken(then), otherwise)
        return Part(Form.GATE, gate, met, (question, then, otherwise))

    def _meets(self, meets: Meets, stage: str | None) -> Part:
        """A rule within a rule: with its own body, eligibility and quorum."""
        named = meets.stage or stage
        rule = self.charter.rule(meets.rule, self.day)
        if named is not None and named in self.record.organs:
            return self._in_organ(meets, named, self.record.organs[named])
        if named is not None and named not in self.record.stages:
            fact = Missing("ballot_of", named)
            return Part(Form.RULE, meets, None, missing=(fact,), detail=rule.source)
        part = self.part(rule.passes, rule, named)
        parts: tuple[Part, ...] = (part,)
        met = part.met
        if rule.quorum:
            quorum = self.part(rule.quorum, rule, named)
            parts, met = (quorum, part), both([quorum.met, part.met])
        return Part(Form.RULE, meets, met, parts, detail=rule.source)

    def _in_organ(self, meets: Meets, organ: str, vote: OrganVote) -> Part:
        """A rule by which another organ voted: what came out there, with its own members, ties and findings."""
        day = vote.snapshot.on or self.day
        rule = self.charter.rule(meets.rule, day)
        if vote.verdict:
            return self._of_organ(meets, organ, rule, Verdict(vote.verdict), ())
        outcome = decide(self.charter, vote.snapshot, vote.record, rule=rule, on=day)
        self.elsewhere.append(outcome)
        parts = (outcome.quorum, outcome.part) if outcome.quorum else (outcome.part,)
        return self._of_organ(meets, organ, rule, outcome.verdict, parts)

    @staticmethod
    def _of_organ(meets: Meets, organ: str, rule: Rule, verdict: Verdict, parts: tuple[Part, ...]) -> Part:
        met = verdict is Verdict.ADOPTED if verdict in _SETTLED else None
        missing = (Missing("ballot_of", organ),) if met is None else ()
        return Part(Form.RULE, meets, met, parts, missing=missing, detail=rule.source)

    def _found(self, found: Found) -> Part:
        finding = self.record.finding(found.statement, found.by)
        if finding is None:
            fact = Missing("finding_of", f'"{found.statement}"' + (f" ({found.by})" if found.by else ""))
            return Part(Form.FOUND, found, None, missing=(fact,))
        holds = finding.holds is not finding.overturned
        return Part(Form.FOUND, found, holds, detail=f"{finding.named} ({finding.by})")


def _untaken(part: Part) -> Part:
    return Part(part.form, part.condition, part.met, part.parts, part.operand, part.missing, part.detail, taken=False)


def share_part(share: Share, tally: Tally) -> Part:
    """A comparison, evaluated on a tally."""
    sums = tally.sums(share.scope)
    if isinstance(sums, Missing):
        return Part(Form.SHARE, share, None, missing=(sums,))
    count = tally.total(sums, share.side, share.scope)
    total: Fraction | None = None
    if share.base is None:
        met = compare(share.op, count, share.amount, sums.scale)
    else:
        units = tally.total(sums, share.base, share.scope)
        total = Fraction(units, sums.scale)
        # A side as base ("yes > no") compares two counts; a share of nobody is no share.
        met = (units > 0 or isinstance(share.base, tuple)) and compare(share.op, count, share.amount, units)
    named = share.base is None and share.amount <= 1 and 0 < count <= NAMED * sums.scale
    names = tally.who(share.side, share.scope) if named else ()
    return Part(Form.SHARE, share, met, operand=Operand(share, Fraction(count, sums.scale), total, names))


def floor_part(floor: Floor, tally: Tally) -> Part:
    """A comparison with the fewest members who have together more than a share of a weight."""
    fewest = tally.fewest_over(floor)
    if isinstance(fewest, Missing):
        return Part(Form.SHARE, floor, None, missing=(fewest,))
    part = share_part(Share(floor.side, floor.op, Fraction(fewest), None), tally)
    return replace(part, condition=floor)


def compare(op: Op, count: int, amount: Fraction, units: int) -> bool:
    """Whether a count compares with an amount of so many units, in whole numbers.

    >>> compare(Op.AT_LEAST, 51, Fraction(2, 3), 100)
    False
    """
    difference = count * amount.denominator - amount.numerator * units
    match op:
        case Op.GREATER:
            return difference > 0
        case Op.AT_LEAST:
            return difference >= 0
        case Op.LESS:
            return difference < 0
        case Op.AT_MOST:
            return difference <= 0
        case Op.EQUAL:
            return difference == 0


def both(values: Seq[bool | None]) -> bool | None:
    """Kleene's `and`."""
    return False if False in values else None if None in values else True


def either(values: Seq[bool | None]) -> bool | None:
    """Kleene's `or`."""
    return True if True in values else None if None in values else False


def at_least(least: int, values: Seq[bool | None]) -> bool | None:
    """Whether at least so many hold, in three values."""
    surely = sum(value is True for value in values)
    perhaps = surely + sum(value is None for value in values)
    return True if surely >= least else False if perhaps < least else None
