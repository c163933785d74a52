"""`to_game`: a rule as a simple game, for power indices and winning and blocking coalitions.

Members say yes or no and nothing else: everybody entitled is there, no is also an objection, yes also an instrument.
Findings have to be supposed; other ballots are taken as they stand in the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    made = _combined(node.needed, [_rule(part, players) for part in node.parts])
    return _contrary(made) if node.negated else made


def _combined(needed: int, parts: Sequence[games.Rule]) -> games.Rule:
    """At least so many of the parts, without those that are always or never met."""
    needed -= sum(part == games.ALWAYS for part in parts)
    left = tuple(part for part in parts if part not in (games.ALWAYS, games.NEVER))
    if needed <= 0:
        return games.ALWAYS
    if needed > len(left):
        return games.NEVER
    return left[0] if len(left) == 1 else games.Combined(needed, left)


def _contrary(rule: games.Rule) -> games.Rule:
    """Met when the rule is not; turned round as far down as possible, where two turns often meet and cancel."""
    if rule in (games.ALWAYS, games.NEVER):
        return games.NEVER if rule == games.ALWAYS else games.ALWAYS
    if isinstance(rule, games.Negated):
        return rule.part
    if isinstance(rule, games.Combined):
        return _combined(len(rule.parts) - rule.needed + 1, [_contrary(part) for part in rule.parts])
    return games.Negated(rule)


def _criterion(linear: Linear, players: tuple[str, ...]) -> games.Rule:
    """The sum when all say no, and what each yes adds to it, as units of those who say yes against a quota."""
    quota = -linear.total({**dict.fromkeys(linear.units, ASIDE), **dict.fromkeys(players, NO)})
    added = [linear.change(name, NO, YES) for name in players]
    label = write(linear.share)
    if all(step >= 0 for step in added):
        return _reduced(added, quota, label)
    if all(step <= 0 for step in added):
        # Fewer yes are asked for: the contrary of "at least one unit more than that".
        return _contrary(_reduced([-step for step in added], 1 - quota, label))
    raise RulesError("{clause}: a yes of some members helps and of others harms; that is no simple game.", clause=label)


def _reduced(units: list[int], quota: int, label: str) -> games.Rule:
    common = gcd(*units)
    if quota <= 0 or not common:
        return games.ALWAYS if quota <= 0 else games.NEVER
    if quota > sum(units):
        return games.NEVER
    return games.Criterion(tuple(u // common for u in units), -(-quota // common), label)
