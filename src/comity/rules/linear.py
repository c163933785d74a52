"""A rule as linear criteria: each comparison becomes "a sum of whole numbers, one for each member, is 0 or more".

What a member adds depends only on its own state: what it votes, whether it objects, whether it has deposited. Moving a
member moves each sum by a known step, so "what does it still need" and the games of power indices are arithmetic on
whole numbers. `linear` compiles; `need` and `winning` ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Seq
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from comity.rules.charter import Charter, Rule
from comity.rules.conditions import (
    DEPOSITS,
    OBJECTIONS,
    All,
    Any,
    AtLeast,
    Base,
    Condition,
    Fallback,
    Floor,
    Found,
    Gate,
    Meets,
    Not,
    Op,
    Sequence,
    Share,
)
from comity.rules.deciding import decide
from comity.rules.errors import RulesError
from comity.rules.record import Record
from comity.rules.snapshot import Snapshot
from comity.rules.tally import Missing, Tally


@dataclass(frozen=True, slots=True)
class Intent:
    """What a member is supposed to do; None: what it does now."""

    choice: str | None = None
    objects: bool | None = None
    deposited: bool | None = None


AS_IT_IS = Intent()


class State(NamedTuple):  # a tuple, because thousands are compared for one question
    """What a member does: its choice as it counts (None: no vote), an objection, an instrument."""

    choice: str | None
    objects: bool = False
    deposited: bool = False


@dataclass(frozen=True, slots=True)
class Linear:
    """Met when `constant` + the sum over members of what each adds is 0 or more.

    A member with u units adds u x the step of its state; `units` has the members that the scope covers.
    """

    share: Share
    tally: Tally
    sign: int
    constant: int
    units: dict[str, int]
    words: frozenset[str]
    of: frozenset[str] | Base | None
    presence: bool = False
    """Not the comparison itself but that its base is not empty."""
    steps: dict[State, int] = field(default_factory=dict, compare=False, repr=False)
    """Steps that were asked for already."""

    def step(self, state: State) -> int:
        """What one unit adds in a state."""
        if state not in self.steps:
            self.steps[state] = self._step(state)
        return self.steps[state]

    def _step(self, state: State) -> int:
        in_base = self._in_base(state)
        if self.presence:
            return int(in_base)
        side = state.choice in self.words or self._beside(self.share.side, state)
        amount = self.share.amount
        if self.of is None:
            return self.sign * amount.denominator * side
        return self.sign * (amount.denominator * side - amount.numerator * in_base)

    def total(self, intents: Mapping[str, Intent]) -> int:
        """The sum, constant included, if members do so and all others what they do now."""
        return self.constant + sum(
            units * self.step(state_of(self.tally, name, intents.get(name, AS_IT_IS)))
            for name, units in self.units.items()
        )

    def change(self, name: str, before: Intent, after: Intent) -> int:
        """By how much the sum changes when a member does one thing instead of another."""
        units = self.units.get(name, 0)
        if not units:
            return 0
        return units * (self.step(state_of(self.tally, name, after)) - self.step(state_of(self.tally, name, before)))

    def _in_base(self, state: State) -> bool:
        if isinstance(self.of, Base):
            return self.of is Base.ALL or state.choice is not None
        if self.of is None:
            return False
        base = self.share.base if isinstance(self.share.base, tuple) else ()
        return state.choice in self.of or self._beside(base, state)

    @staticmethod
    def _beside(side: tuple[str, ...], state: State) -> bool:
        return (OBJECTIONS in side and state.objects and state.choice is not None) or (
            DEPOSITS in side and state.deposited
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """`needed` of the parts; `negated` turns it round. A leaf is a Linear, or a truth that no vote changes."""

    needed: int
    parts: tuple[Node, ...]
    negated: bool = False


Node: TypeAlias = Tree | Linear | bool


def state_of(tally: Tally, name: str, intent: Intent = AS_IT_IS) -> State:
    """How what a member does counts under the rule of a tally: without a vote, recused and held to abstain stay so."""
    choice = tally.choices.get(name)
    if intent.choice is not None and choice is not None and choice != "recused":
        choice = "abstain" if name in tally.must_abstain and intent.choice in ("yes", "no") else intent.choice
    objects = name in tally.objectors if intent.objects is None else intent.objects
    deposited = name in tally.depositors if intent.deposited is None else intent.deposited
    return State(choice, objects, deposited)


class Compiler:
    """Conditions of one charter over one snapshot and record, as linear criteria.

    Other ballots (`on STAGE`) and findings are taken as they stand. Raises RulesError where a fact is missing.
    """

    def __init__(self, charter: Charter, snapshot: Snapshot, record: Record, day: date | None) -> None:
        self.charter, self.snapshot, self.record, self.day = charter, snapshot, record, day
        self._tallies: dict[str, Tally] = {}

    def tally(self, rule: Rule) -> Tally:
        """The tally of the main ballot under a rule."""
        if rule.id not in self._tallies:
            self._tallies[rule.id] = Tally(self.charter, rule, self.snapshot, self.record, self.record.ballot)
        return self._tallies[rule.id]

    def rule(self, rule: Rule) -> Node:
        """The whole of a rule: that it passes, with quorum and without postponement."""
        parts = [self.node(rule.passes, rule)]
        if rule.quorum:
            parts.append(self.node(rule.quorum, rule))
        if rule.postponed_when:
            parts.append(Tree(1, (self.node(rule.postponed_when, rule),), negated=True))
        return _tree(len(parts), parts)

    def node(self, condition: Condition, rule: Rule) -> Node:
        """One condition under a rule."""
        match condition:
            case Share():
                return self._share(condition, rule)
            case Floor(side, op, _, _, _):
                fewest = self.tally(rule).fewest_over(condition)
                if isinstance(fewest, Missing):
                    raise RulesError("A fact is missing ({detail}): add it to the snapshot.", detail=fewest.detail)
                return self._share(Share(side, op, Fraction(fewest), None), rule)
            case All(parts) | Sequence(parts):
                return _tree(len(parts), [self.node(part, rule) for part in parts])
            case Any(parts) | Fallback(parts):
                return _tree(1, [self.node(part, rule) for part in parts])
            case AtLeast(least, parts):
                return _tree(least, [self.node(part, rule) for part in parts])
            case Not(part):
                return Tree(1, (self.node(part, rule),), negated=True)
            case Gate(question, then, otherwise):
                asked = self.node(question, rule)
                if isinstance(asked, bool):
                    return self.node(then if asked else otherwise, rule)
                yes, no = self.node(then, rule), self.node(otherwise, rule)
                return _tree(1, [_tree(2, [asked, yes]), _tree(2, [Tree(1, (asked,), negated=True), no])])
            case Meets(name, stage):
                if stage is not None:
                    return self._elsewhere(condition)
                return self.rule(replace(self.charter.rule(name, self.day), postponed_when=None))
            case Found(statement, by):
                finding = self.record.finding(statement, by)
                if finding is None:
                    raise RulesError(
                        'Nobody has found yet whether "{statement}": add the finding to the record, or suppose one.',
                        statement=statement,
                    )
                return finding.holds is not finding.overturned

    def _elsewhere(self, meets: Meets) -> bool:
        named = replace(self.charter.rule(meets.rule, self.day), id=meets.rule, passes=meets)
        met = decide(self.charter, self.snapshot, self.record, rule=named, on=self.day).part.met
        if met is None:
            raise RulesError("There is no complete vote yet on {stage}: add it to the record.", stage=meets.stage)
        return met

    def _share(self, share: Share, rule: Rule) -> Node:
        tally = self.tally(rule)
        if tally.totals is not None:
            raise RulesError("Only totals are known: members' votes by name are needed for this.")
        sums = tally.sums(share.scope)
        if isinstance(sums, Missing):
            raise RulesError("A fact is missing ({detail}): add it to the snapshot.", detail=sums.detail)
        units = dict.fromkeys(tally.members_of(share.scope), 1)
        if share.scope.weight is not None:
            known = self.snapshot.weighed(share.scope.weight).units
            units = {name: known.get(name, 0) for name in units}  # unknown ones are zero here, or missing above
        words = self.charter.words(share.side)
        base = self.charter.words(share.base) if isinstance(share.base, tuple) else None
        of = self._of(share.base) if base is None else base
        fixed = -share.amount.numerator * sums.scale if of is None else 0

        def one(sign: int, *, strict: bool = False) -> Node:
            return Linear(share, tally, sign, sign * fixed - strict, units, words, of)

        made: list[Node]
        match share.op:
            case Op.AT_LEAST:
                made = [one(1)]
            case Op.GREATER:
                made = [one(1, strict=True)]
            case Op.AT_MOST:
                made = [one(-1)]
            case Op.LESS:
                made = [one(-1, strict=True)]
            case Op.EQUAL:
                made = [one(1), one(-1)]
        if isinstance(share.base, Base):
            made.append(Linear(share, tally, 1, -1, units, words, of, presence=True))
        return _tree(len(made), made)

    def _of(self, base: Base | tuple[str, ...] | None) -> frozenset[str] | Base | None:
        if base in (Base.ALL, Base.ENTITLED):
            return Base(base)
        return self.charter.words_in[base] if isinstance(base, Base) else None


def _tree(needed: int, parts: Seq[Node]) -> Node:
    return parts[0] if len(parts) == 1 and needed == 1 else Tree(needed, tuple(parts))


def leaves(node: Node) -> list[Linear]:
    """All linear criteria of a tree, each once, in order."""
    if isinstance(node, Linear):
        return [node]
    if isinstance(node, bool):
        return []
    return [leaf for part in node.parts for leaf in leaves(part)]


def holds(node: Node, intents: Mapping[str, Intent]) -> bool:
    """Whether the tree holds if members do so and all others what they do now."""
    return holds_with(node, {id(leaf): leaf.total(intents) for leaf in leaves(node)})


def holds_with(node: Node, totals: Mapping[int, int]) -> bool:
    """Whether the tree holds, given the total of each criterion by its `id`."""
    if isinstance(node, bool):
        return node
    if isinstance(node, Linear):
        return totals[id(node)] >= 0
    return (sum(holds_with(part, totals) for part in node.parts) >= node.needed) is not node.negated
