"""`to_game`: a rule as a simple game, for power indices and winning and blocking coalitions.

Members say yes or no and nothing else: everybody entitled is there, no is also an objection, yes also an instrument.
Findings have to be supposed; other ballots are taken as they stand in the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import gcd

from comity.rules import games
from comity.rules.charter import Charter
from comity.rules.charter import Rule as CharterRule
from comity.rules.errors import RulesError
from comity.rules.language import write
from comity.rules.linear import Compiler, Intent, Linear, Node
from comity.rules.record import Record, findings_for
from comity.rules.snapshot import Snapshot

YES = Intent("yes", objects=False, deposited=True)
NO = Intent("no", objects=True, deposited=False)
ASIDE = Intent(objects=False, deposited=False)
"""What those do who are no players: nothing."""


def to_game(
    charter: Charter,
    snapshot: Snapshot,
    rule: str | CharterRule | None = None,
    *,
    on: date | None = None,
    found: Mapping[str, bool] | None = None,
    record: Record | None = None,
) -> games.Game:
    """The game of a rule; its players are the members with a vote, in the order of their names.

    found: what is supposed to be found, by statement. Raises RulesError where a group, weight or finding is missing.
    Weights are divided by what they have in common; a criterion's label is its clause.
    """
    day = on or snapshot.on
    chosen = rule if isinstance(rule, CharterRule) else charter.rule(rule, day)
    given = record or Record()
    known = Record(
        stages=given.stages, findings=(*given.findings, *findings_for(found or {}, charter.findings(), "supposed"))
    )
    compiler = Compiler(charter, snapshot, known, day)
    node = compiler.rule(chosen)
    tally = compiler.tally(chosen)
    players = tuple(name for name in sorted(tally.choices) if tally.choices[name] != "recused")
    return games.Game(players, _rule(node, players))


def _rule(node: Node, players: tuple[str, ...]) -> games.Rule:
    if isinstance(node, bool):
        return games.ALWAYS if node else games.NEVER
    if isinstance(node, Linear):
        return _criterion(node, players)
    made = games.Combined(node.needed, tuple(_rule(part, players) for part in node.parts))
    simple = made.parts[0] if len(made.parts) == 1 and made.needed == 1 else made
    return games.Negated(simple) if node.negated else simple


def _criterion(linear: Linear, players: tuple[str, ...]) -> games.Rule:
    """The sum when all say no, and what each yes adds to it, as units of those who say yes against a quota."""
    quota = -linear.total({**dict.fromkeys(linear.units, ASIDE), **dict.fromkeys(players, NO)})
    added = [linear.change(name, NO, YES) for name in players]
    label = write(linear.share)
    if all(step >= 0 for step in added):
        return _reduced(added, quota, label)
    if all(step <= 0 for step in added):
        # Fewer yes are asked for: the contrary of "at least one unit more than that".
        return games.Negated(_reduced([-step for step in added], 1 - quota, label))
    raise RulesError("{clause}: a yes of some members helps and of others harms; that is no simple game.", clause=label)


def _reduced(units: list[int], quota: int, label: str) -> games.Rule:
    common = gcd(*units)
    if not common:
        return games.ALWAYS if quota <= 0 else games.NEVER
    return games.Criterion(tuple(u // common for u in units), -(-quota // common), label)
