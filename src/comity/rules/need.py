"""`need`: what a decision still needs, and who can block it. `what_if`: the same decision after members have moved.

The question is how few members must move: vote yes where they have not voted, withdraw an objection, deposit. A rule is
a tree of linear criteria, so each way of meeting it asks for the fewest columns of a small table of whole numbers that
lift every row to 0. Bounds from single rows and from mixtures of rows settle nearly every case at once; where they do
not, a search of limited size follows. If it is exhausted, the answer is an interval and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from math import prod

from comity.rules.charter import Charter, Rule
from comity.rules.deciding import decide
from comity.rules.errors import RulesError
from comity.rules.linear import AS_IT_IS, Compiler, Intent, Linear, Node, Tree, holds, leaves
from comity.rules.outcome import Outcome
from comity.rules.record import Record
from comity.rules.snapshot import Snapshot

WAYS, NODES, KINDS, MIXTURES = 256, 4_000, 400, 17
"""Ways of meeting a rule that are looked at, steps of the search, kinds of members in it, and mixtures of two rows."""


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
        vetoes=tuple(name for name in undecided if possible and not holds(node, {**moves, name: refusals[name]})),
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
    """The fewest columns that lift every row to 0."""
    table = [(start, steps) for start, steps in table if start < 0 or any(step < 0 for step in steps)]
    short = [row for row in table if row[0] < 0]
    if not short:
        return Fewest(0, 0)
    alone = [_alone(start, steps) for start, steps in short]
    if None in alone:
        return Fewest(0, None)
    least = max(count for count in alone if count is not None)
    best: list[int] | None = None
    for start, steps in _mixtures(short):
        least = max(least, _alone(start, steps) or 0)
        best = _shorter(best, _greedy(table, steps))
    complete = best is not None and len(best) == least
    if not complete:
        searched, complete = _search(table, least, len(best) if best is not None else len(names) + 1)
        best = _shorter(best, searched)
    if best is None:
        return Fewest(0 if complete else least, None, complete=complete)
    return Fewest(len(best) if complete else least, len(best), _named(best, names), complete)


def _named(columns: list[int], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(names[column] for column in columns))


def _shorter(one: list[int] | None, other: list[int] | None) -> list[int] | None:
    if one is None or other is None:
        return other if one is None else one
    return other if len(other) < len(one) else one


def _alone(start: int, steps: Sequence[int]) -> int | None:
    """How few columns lift this one row to 0."""
    count = 0
    for step in sorted(steps, reverse=True):
        if start >= 0:
            return count
        if step <= 0:
            return None
        start += step
        count += 1
    return count if start >= 0 else None


def _mixtures(short: list[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
    """The rows, and weighted sums of all and of each two: what lifts every row lifts these too."""
    made = list(short)
    if len(short) == 1:
        return made
    sizes = [-start for start, _ in short]
    unit = prod(sizes)
    columns = range(len(short[0][1]))
    scaled = [[step * (unit // size) for step in steps] for size, (_, steps) in zip(sizes, short, strict=True)]
    made.append((-len(short) * unit, [sum(steps[column] for steps in scaled) for column in columns]))
    for place, one in enumerate(scaled):
        for other in scaled[place + 1 :]:
            for part in range(1, MIXTURES):
                rest = MIXTURES - part
                made.append((-MIXTURES * unit, [part * x + rest * y for x, y in zip(one, other, strict=True)]))
    return made


def _greedy(table: list[tuple[int, list[int]]], by: Sequence[int]) -> list[int] | None:
    """Columns in the order of one row until every row is at 0 or above, then without those that are not needed."""
    chosen: list[int] = []
    sums = [row[0] for row in table]
    for column in sorted(range(len(by)), key=lambda column: (-by[column], column)):
        if all(value >= 0 for value in sums):
            break
        if all(row[1][column] <= 0 for row in table):
            continue
        chosen.append(column)
        sums = [value + row[1][column] for value, row in zip(sums, table, strict=True)]
    if any(value < 0 for value in sums):
        return None
    for column in reversed(chosen.copy()):
        fewer = [value - row[1][column] for value, row in zip(sums, table, strict=True)]
        if all(value >= 0 for value in fewer):
            chosen.remove(column)
            sums = fewer
    return chosen


def _search(table: list[tuple[int, list[int]]], least: int, below: int) -> tuple[list[int] | None, bool]:
    """A set of fewer than `below` columns that lifts every row, and whether the search was complete.

    Columns that are alike are one kind; the search takes so many of each kind, best kinds first.
    """
    kinds: dict[tuple[int, ...], list[int]] = {}
    for column in range(len(table[0][1])):
        kinds.setdefault(tuple(row[1][column] for row in table), []).append(column)
    sizes = [max(1, -start) for start, _ in table]
    unit = prod(sizes)
    worth = {steps: sum(step * (unit // size) for step, size in zip(steps, sizes, strict=True)) for steps in kinds}
    ordered = sorted(kinds.items(), key=lambda kind: (-worth[kind[0]], kind[1]))
    ordered = [(steps, columns) for steps, columns in ordered if any(step > 0 for step in steps)]
    if len(ordered) > KINDS:
        return None, False
    ahead = [[0] * len(table) for _ in range(len(ordered) + 1)]
    for place in range(len(ordered) - 1, -1, -1):
        for row in range(len(table)):
            ahead[place][row] = max(ahead[place + 1][row], ordered[place][0][row])
    best: list[int] | None = None
    limit, nodes = below, 0

    def descend(place: int, sums: list[int], taken: list[int]) -> bool:
        """False once the search has to stop."""
        nonlocal best, limit, nodes
        nodes += 1
        if nodes > NODES:
            return False
        if all(value >= 0 for value in sums):
            best, limit = list(taken), len(taken)
            return True
        left = limit - 1 - len(taken)
        if place == len(ordered) or left <= 0:
            return True
        for value, step in zip(sums, ahead[place], strict=True):
            if value + left * step < 0:
                return True
        steps, columns = ordered[place]
        for count in range(min(left, len(columns)), -1, -1):
            if count > limit - 1 - len(taken):
                continue
            lifted = [value + count * step for value, step in zip(sums, steps, strict=True)]
            if not descend(place + 1, lifted, taken + columns[:count]):
                return False
            if limit <= least:
                return True
        return True

    complete = descend(0, [start for start, _ in table], [])
    return best, complete
