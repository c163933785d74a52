"""The engine agrees with a second, naive implementation on random charters, members and votes.

`naive.py` does not import the engine; this file makes random worlds, writes them as charters, and compares.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import naive
import pytest

from comity.rules.charter_file import read
from comity.rules.conditions import CHOICES, Base, Op, Share
from comity.rules.deciding import decide
from comity.rules.outcome import Part, Verdict
from comity.rules.record import Ballot, Deposit, Finding, Record
from comity.rules.snapshot import Member, Snapshot

BASES = [str(base) for base in Base]
OPS = [str(op) for op in Op]
WORDS = list(CHOICES)
SIDES = [*WORDS, "not-yes", "objections", "deposits"]
GROUPS, WEIGHTS = ["north", "south", "permanent", "arrears", "spared"], ["people", "money"]
STATEMENTS = ["important", "exhausted"]
DAY = date(2026, 1, 1)

Seen = Counter[tuple[Any, ...]]


def random_leaf(r: random.Random, seen: Seen) -> naive.Tree:
    kind = r.random()
    leaf: dict[str, Any] = {"group": None, "outside": False, "weight": None, "side": ["yes"]}
    if kind < 0.08:
        leaf.update(side=["no"], op="=", amount=Fraction(0), base=None, group=r.choice(GROUPS[:3]))
        seen["veto",] += 1
        return "share", leaf
    if kind < 0.14:
        leaf.update(side=["objections"], op="=", amount=Fraction(0), base=None)
        seen["consensus",] += 1
        return "share", leaf
    if 0.14 <= kind < 0.18:
        base = r.choice(["all", "entitled", "participants"])
        seen["floor by weight",] += 1
        amount = Fraction(r.randint(0, 19), 20)
        return "floor", {
            "side": _side(r),
            "op": r.choice(OPS),
            "amount": amount,
            "base": base,
            "weight": r.choice(WEIGHTS),
        }
    if kind < 0.22:
        leaf.update(side=["not-yes"], op="<", amount=Fraction(r.randint(0, 6)), base=None)
        seen["blocking floor",] += 1
    elif kind < 0.35:
        leaf.update(side=_side(r), op=r.choice(OPS), amount=Fraction(r.randint(0, 8)), base=None)
    elif kind < 0.42:
        leaf.update(side=_side(r), op=r.choice(OPS), amount=Fraction(r.randint(0, 6), r.randint(1, 4)), base=_side(r))
    else:
        bottom = r.choice([1, 2, 2, 3, 3, 4, 5, 7, 20])
        leaf.update(
            side=_side(r), op=r.choice(OPS), amount=Fraction(r.randint(0, bottom), bottom), base=r.choice(BASES)
        )
    if r.random() < 0.3:
        leaf.update(group=r.choice(GROUPS[:3]), outside=r.random() < 0.3)
    if r.random() < 0.25:
        leaf["weight"] = r.choice(WEIGHTS)
        if leaf["base"] is None and leaf["amount"].denominator == 1:
            leaf["amount"] *= r.randint(1, 9)
    return "share", leaf


def _side(r: random.Random) -> list[str]:
    return ["yes"] if r.random() < 0.5 else r.sample(SIDES, r.choice([1, 1, 2, 3]))


def random_tree(r: random.Random, seen: Seen, rules: list[str], depth: int = 0) -> naive.Tree:
    kind = r.random()
    if depth > 2 or kind < 0.4:
        return random_leaf(r, seen)
    if kind < 0.45:
        seen["found",] += 1
        return "found", r.choice(STATEMENTS)
    if kind < 0.52 and rules:
        stage = r.choice([None, None, "council", "nowhere"])
        seen["rule" if stage is None else "stage",] += 1
        return "rule", r.choice(rules), stage
    word = r.choice(["not", "and", "or", "then", "else", "at-least", "if"])
    seen[word,] += 1
    inner = [random_tree(r, seen, rules, depth + 1) for _ in range(r.choice([2, 2, 3]))]
    if word == "not":
        return "not", inner[0]
    if word == "at-least":
        return "at-least", r.randint(1, len(inner)), inner
    if word == "if":
        return "if", inner[0], inner[1], inner[-1]
    return word, inner


def random_world(r: random.Random, seen: Seen) -> tuple[naive.World, list[naive.World]]:
    names = [f"m{n}" for n in range(r.randint(1, 9))]
    complete = r.random() < 0.85
    members = [
        {
            "name": name,
            "groups": {group for group in GROUPS if r.random() < 0.4},
            "weights": {
                w: Fraction(r.randint(0, 9), r.choice([1, 1, 2, 3])) for w in WEIGHTS if complete or r.random() < 0.8
            },
            "entitled": r.random() < 0.95,
            "for": [],
        }
        for name in names
    ]
    if r.random() < 0.2 and len(names) > 2:
        members[-1]["for"] = r.sample(names[:-1], 2)
        seen["cast by",] += 1
    eligibility = [
        {"id": f"e{n}", "group": "arrears", "unless": r.choice([None, "spared"]), "effect": effect}
        for n, effect in enumerate(r.sample(["no-vote", "abstains", "recused"], r.choice([0, 0, 1, 2])))
    ]
    ballots = [{name: r.choice(["yes", "yes", "no", *WORDS]) for name in names if r.random() < 0.8} for _ in range(2)]
    world: naive.World = {
        "members": members,
        "all_groups": GROUPS,
        "all_weights": WEIGHTS,
        "groups": set(GROUPS) if r.random() < 0.9 else set().union(*(m["groups"] for m in members)),
        "vote": ballots[0],
        "stages": {"council": ballots[1]} if r.random() < 0.8 else {},
        "objections": {name for name in names if r.random() < 0.15},
        "deposits": {name for name in names if r.random() < 0.4},
        "reasons": {name for name in names if r.random() < 0.5},
        "proxies": {name: r.choice(names) for name in names if r.random() < 0.1} if r.random() < 0.3 else {},
        "findings": {s: r.random() < 0.5 for s in [*STATEMENTS, "casting vote"] if r.random() < 0.8},
        "attempt": r.choice([1, 2]),
        "rules": [],
    }
    for name in ("first", "second", "third"):
        earlier = [rule["id"] for rule in world["rules"]]
        rule = {
            "id": name,
            "silent": r.random() < 0.15 and name == "third",
            "passes": random_tree(r, seen, earlier),
            "quorum": random_leaf(r, seen) if r.random() < 0.3 else None,
            "postponed": random_leaf(r, seen) if r.random() < 0.1 else None,
            "among": r.choice([None, None, None, "north"]),
            "eligibility": eligibility if r.random() < 0.7 else [],
            "tie": r.choice(["rejected", "second-vote", "chair", "discussion"]),
            "proxies": r.choice([0, 1, 2]),
            "reasons": r.choice([[], [], ["no"], ["no", "abstain"]]),
        }
        for key in ("silent", "quorum", "postponed", "among", "reasons"):
            if rule[key]:
                seen[key,] += 1
        seen["eligibility",] += bool(rule["eligibility"])
        world["rules"].append(rule)
    return world, eligibility


def engine_input(world: naive.World) -> tuple[Snapshot, Record]:
    members = tuple(
        Member(m["name"], frozenset(m["groups"]), m["weights"], m["entitled"], tuple(m["for"]))
        for m in world["members"]
    )
    record = Record(
        ballot=Ballot(dict(world["vote"]), frozenset(world["reasons"]), world["proxies"]),
        stages={name: Ballot(dict(votes)) for name, votes in world["stages"].items()},
        objections=dict.fromkeys(world["objections"], "why"),
        deposits=tuple(Deposit(name, DAY) for name in sorted(world["deposits"])),
        findings=tuple(Finding(statement, "chair", "C", holds) for statement, holds in world["findings"].items()),
        attempt=world["attempt"],
    )
    return Snapshot(members, groups=frozenset(world["groups"])), record


def _note(part: Part, seen: Seen) -> None:
    """Which comparison was evaluated to what: operator, base, scope, truth."""
    if part.operand and isinstance(part.condition, Share):
        share = part.operand.share
        base = share.base if isinstance(share.base, Base) else "side" if share.base else "number"
        scope = (share.scope.group is not None, share.scope.weight is not None)
        seen["share", str(share.op), str(base), part.met] += 1
        seen["scope", str(base), *scope] += 1
    seen["form", str(part.form), part.met] += 1
    for inner in part.parts:
        _note(inner, seen)


def compare(seed: int, seen: Seen) -> None:
    r = random.Random(seed)
    world, eligibility = random_world(r, seen)
    text = naive.toml(world, eligibility)
    charter = read(text)
    snapshot, record = engine_input(world)
    for rule in world["rules"]:
        outcome = decide(charter, snapshot, record, rule=rule["id"])
        seen["verdict", str(outcome.verdict)] += 1
        _note(outcome.part, seen)
        assert outcome.verdict == naive.decide(world, rule), f"seed {seed}, rule {rule['id']}\n{text}\n{world}"


def check_coverage(seen: Seen, least: int) -> None:
    """Every primitive, and every operator with every base, in both truths where there are two."""
    primitives = [
        "floor by weight",
        "veto",
        "consensus",
        "blocking floor",
        "found",
        "rule",
        "stage",
        "cast by",
        "eligibility",
        "quorum",
    ]
    primitives += ["not", "and", "or", "then", "else", "at-least", "if", "silent", "postponed", "among", "reasons"]
    lacking = [name for name in primitives if seen[name,] < least]
    for op in OPS:
        for base in [*BASES, "side", "number"]:
            lacking += [f"{op} {base} {met}" for met in (True, False) if not seen["share", op, base, met]]
    for base in [*BASES, "side", "number"]:
        for group in (False, True):
            lacking += [f"{base} {group} {w}" for w in (False, True) if not seen["scope", base, group, w]]
    for form in ("share", "all", "any", "not", "at-least", "sequence", "fallback", "gate", "rule", "found"):
        lacking += [f"{form} {met}" for met in (True, False, None) if not seen["form", form, met]]
    lacking += [str(verdict) for verdict in Verdict if not seen["verdict", str(verdict)]]
    assert not lacking


def test_the_engine_agrees_with_the_naive_one_on_three_hundred_random_charters() -> None:
    seen: Seen = Counter()
    for seed in range(300):
        compare(seed, seen)
    check_coverage(seen, 5)


@pytest.mark.soak
def test_the_engine_agrees_with_the_naive_one_on_ten_thousand_random_charters() -> None:
    seen: Seen = Counter()
    for seed in range(10_000, 20_000):
        compare(seed, seen)
    check_coverage(seen, 100)
