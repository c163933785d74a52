"""`need`: what a decision still needs, and who can block it. `what_if`: the same decision after members have moved.

The question is how few members must move: vote yes where they have not voted, withdraw an objection, deposit. A rule is
a tree of linear criteria, so each way of meeting it is a table of whole numbers; `covering` finds the fewest columns that
lift every row to 0, exactly or, where that would take too long, between two bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from comity.rules.charter import Charter, Rule
from comity.rules.covering import cover
from comity.rules.deciding import decide
from comity.rules.errors import RulesError
from comity.rules.linear import AS_IT_IS, Compiler, Intent, Linear, Node, Tree, holds, holds_with, leaves
from comity.rules.outcome import Outcome
from comity.rules.record import Record
from comity.rules.snapshot import Snapshot

WAYS = 256
"""Ways of meeting a rule that are looked at."""


@dataclass(frozen=True, slots=True)
class Fewest:
    """The fewest moves: `least` to `most`. `most` None: no moves are enough, or none were found if not `complete`.

    `example`: members whose moves are enough, `most` of them; many others may be as good.
    """

    least: int
    most: int | None
    example: tuple[str, ...] = ()
    complete: bool = True
    """Whether the number is known exactly; that no moves are enough is known exactly too."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a decision still needs. `open`: who has not voted; `until`: as the caller was told.

    `pass_`: moves until it passes. `block`: noes of those who have not voted until it cannot pass any more.
    `vetoes`: members who can block it alone, by a no that is still to come. `possible`: if all who are open say yes.
    """

    passes: bool
    possible: bool
    open: tuple[str, ...]
    pass_: Fewest
    block: Fewest
    vetoes: tuple[str, ...]
    until: str | None = None


def need(
    charter: Charter,
    snapshot: Snapshot,
    record: Record,
    *,
    rule: str | Rule | None = None,
    on: date | None = None,
    until: str | None = None,
    voted: frozenset[str] | None = None,
) -> Need:
    """What it still needs for the rule to pass, given the votes so far; whoever has not voted is taken as absent.

    `voted`: members whose vote is final although they are recorded as absent or not voting (default: nobody).
    Raises RulesError where a fact is missing on which it depends. For 200 members some ten milliseconds.
    """
    day = on or snapshot.on
    chosen = rule if isinstance(rule, Rule) else charter.rule(rule, day)
    compiler = Compiler(charter, snapshot, record, day)
    node = compiler.rule(chosen)
    tally = compiler.tally(chosen)
    waiting, final = ("absent", "not-voting"), voted or frozenset()
    undecided = [name for name, choice in tally.choices.items() if choice in waiting and name not in final]
    moves = {name: Intent("yes", objects=False) for name in undecided}
    for name in sorted(tally.objectors - tally.without_vote):
        moves.setdefault(name, Intent(objects=False))
    refusals = {name: Intent("no", objects=False) for name in undecided}
    contrary = Tree(1, (node,), negated=True)
    passes, possible = holds(node, {}), holds(node, moves)
    return Need(
        passes=passes,
        possible=possible or passes,
        open=tuple(undecided),
        pass_=fewest(node, {}, moves),
        block=fewest(contrary, moves, refusals),
        vetoes=_vetoes(node, moves, refusals) if possible else (),
        until=until,
    )


def what_if(
    charter: Charter,
    snapshot: Snapshot,
    record: Record,
    moved: Mapping[str, str],
    *,
    rule: str | Rule | None = None,
    on: date | None = None,
) -> Outcome:
    """The outcome had these members chosen so, under this rule or another. The record itself is not changed."""
    ballot = replace(record.ballot, choices={**record.ballot.choices, **moved})
    return decide(charter, snapshot, replace(record, ballot=ballot), rule=rule, on=on)


def _vetoes(node: Node, before: Mapping[str, Intent], refusals: Mapping[str, Intent]) -> tuple[str, ...]:
    """Members by whose refusal alone the tree no longer holds."""
    criteria = leaves(node)
    totals = {id(leaf): leaf.total(before) for leaf in criteria}
    found = []
    for name, refusal in refusals.items():
        changed = {id(leaf): totals[id(leaf)] + leaf.change(name, before[name], refusal) for leaf in criteria}
        if not holds_with(node, changed):
            found.append(name)
    return tuple(found)


# --- the fewest moves ---

Row = tuple[Linear, int]
"""A criterion and +1, or -1 for its contrary."""


def fewest(node: Node, before: Mapping[str, Intent], moves: Mapping[str, Intent]) -> Fewest:
    """The fewest of these moves after which the tree holds; `before`: what members are supposed to do otherwise."""
    names = sorted(moves)
    rows = {id(leaf): _row(leaf, before, moves, names) for leaf in leaves(node)}
    answers = []
    for way in _ways(node, positive=True):
        # The contrary of "at least 0" is "at most -1".
        table = [(s, d) if sign > 0 else (-s - 1, [-x for x in d]) for leaf, sign in way for s, d in [rows[id(leaf)]]]
        answers.append(_cover(table, names))
    found = [answer for answer in answers if answer.most is not None or not answer.complete]
    if not found:
        return Fewest(0, None)
    least = min(answer.least for answer in found)
    enough = sorted((answer.most, answer.example) for answer in found if answer.most is not None)
    most, example = enough[0] if enough else (None, ())
    return Fewest(least, most, example, complete=most == least)


def _row(
    leaf: Linear, before: Mapping[str, Intent], moves: Mapping[str, Intent], names: Sequence[str]
) -> tuple[int, list[int]]:
    """A criterion's sum before, and by how much each move changes it."""
    return leaf.total(before), [leaf.change(name, before.get(name, AS_IT_IS), moves[name]) for name in names]


def _ways(node: Node, *, positive: bool) -> list[list[Row]]:
    """The tree as alternatives, each a list of rows that must all hold."""
    if isinstance(node, bool):
        return [[]] if node is positive else []
    if isinstance(node, Linear):
        return [[(node, 1 if positive else -1)]]
    wanted = positive is not node.negated
    needed = node.needed if wanted else len(node.parts) - node.needed + 1
    if needed <= 0:
        return [[]]
    parts = [_ways(part, positive=wanted) for part in node.parts]
    return _choose(parts, needed)


def _choose(parts: list[list[list[Row]]], needed: int) -> list[list[Row]]:
    """All ways of meeting `needed` of the parts."""
    if needed <= 0:
        return [[]]
    if needed > len(parts):
        return []
    if needed == len(parts):
        count = 1
        for part in parts:
            count *= len(part)
        if count > WAYS:
            raise RulesError("The rule can be met in more than {ways} ways: ask about its parts.", ways=WAYS)
        return [[row for way in chosen for row in way] for chosen in product(*parts)]
    without = _choose(parts[1:], needed)
    made = without + [one + rest for one in parts[0] for rest in _choose(parts[1:], needed - 1)]
    if len(made) > WAYS:
        raise RulesError("The rule can be met in more than {ways} ways: ask about its parts.", ways=WAYS)
    return made


def _cover(table: list[tuple[int, list[int]]], names: Sequence[str]) -> Fewest:
    """The fewest columns that lift every row to 0, by the names of the members who move."""
    found = cover(table)
    if found.columns is None:
        return Fewest(found.least, None, complete=found.complete)
    example = tuple(sorted(names[column] for column in found.columns))
    return Fewest(found.least, len(found.columns), example, found.complete)
