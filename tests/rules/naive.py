"""A second implementation of decision rules: naive, slow, written from the facts and without the engine.

A world is plain dictionaries. Every question is answered by going through the members one by one with fractions, again
for each comparison; nothing is summed ahead, compiled or kept. Truth is True, False or None (not known).
`toml` writes the same world's rules as a charter, and is the only thing that knows the charter format.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

World = dict[str, Any]
Rule = dict[str, Any]
Tree = tuple[Any, ...]

# How each way of being recorded stands to the bases, from the table of rules.
THERE = ("yes", "no", "abstain", "blank", "invalid", "unreturned", "not-voting")
GIVEN_A_PAPER = ("yes", "no", "abstain", "blank", "invalid", "unreturned")


def decide(world: World, rule: Rule) -> str:
    """The verdict of a rule on the main vote."""
    if rule.get("quorum") is not None:
        quorum = truth(world, rule, rule["quorum"], None)
        if quorum is not True:
            return "undecided" if quorum is None else "no-quorum"
    if rule.get("postponed") is not None:
        postponed = truth(world, rule, rule["postponed"], None)
        if postponed is not False:
            return "undecided" if postponed is None else "postponed"
    passes = truth(world, rule, rule["passes"], None)
    if rule.get("silent") and passes is not None:
        passes = not passes  # the clause says when it fails
    if passes is None:
        return "undecided"
    if passes:
        return "adopted"
    yes = sum(1 for m in voters(world, rule) if counts_as(world, rule, m, None) == "yes")
    no = sum(1 for m in voters(world, rule) if counts_as(world, rule, m, None) == "no")
    if yes == no and yes > 0:
        if rule["tie"] == "chair":
            casting = world["findings"].get("casting vote")
            return "second-vote" if casting is None else "adopted" if casting else "not-adopted"
        if rule["tie"] == "discussion" or (rule["tie"] == "second-vote" and world["attempt"] == 1):
            return "second-vote"
    return "not-adopted"


# --- who votes, and what it counts as ---


def body(world: World, rule: Rule) -> list[World]:
    """Members who decide; who only casts the votes of others is not one of them."""
    return [m for m in world["members"] if not m["for"] and (rule["among"] is None or rule["among"] in m["groups"])]


def voters(world: World, rule: Rule) -> list[World]:
    """Members of the body with a vote."""
    found = []
    for member in body(world, rule):
        lost = not member["entitled"]
        for clause in rule["eligibility"]:
            if clause["effect"] == "no-vote" and touched(clause, member):
                lost = True
        if not lost:
            found.append(member)
    return found


def touched(clause: World, member: World) -> bool:
    return clause["group"] in member["groups"] and clause["unless"] not in member["groups"]


def raw(world: World, member: World, stage: str | None) -> str:
    """What a member voted, itself or through whoever casts its vote."""
    ballot = world["vote"] if stage is None else world["stages"].get(stage, {})
    own: str = ballot.get(member["name"], "absent")
    for delegate in world["members"]:
        if member["name"] in delegate["for"] and delegate["name"] in ballot:
            principals = [name for name in delegate["for"] if ballot.get(name, "absent") != "absent"]
            if not principals:  # never both
                own = ballot[delegate["name"]]
    return own


def counts_as(world: World, rule: Rule, member: World, stage: str | None) -> str:
    """What the vote of a member with a vote counts as."""
    choice = raw(world, member, stage)
    if stage is None and member["name"] in world["proxies"]:
        holder = world["proxies"][member["name"]]
        held = [name for name, other in world["proxies"].items() if other == holder]
        if len(held) > rule["proxies"] or holder not in [m["name"] for m in voters(world, rule)]:
            choice = "absent"
    if choice in rule["reasons"] and (stage is not None or member["name"] not in world["reasons"]):
        choice = "invalid"
    for clause in rule["eligibility"]:
        if clause["effect"] == "abstains" and touched(clause, member) and choice in ("yes", "no"):
            choice = "abstain"
    for clause in rule["eligibility"]:
        if clause["effect"] == "recused" and touched(clause, member):
            choice = "recused"
    return choice


# --- sums ---


def inside(member: World, leaf: World) -> bool:
    if leaf["group"] is None:
        return True
    return (leaf["group"] in member["groups"]) is not leaf["outside"]


def weight(member: World, leaf: World) -> Fraction:
    return Fraction(1) if leaf["weight"] is None else member["weights"][leaf["weight"]]


def sum_of(world: World, rule: Rule, leaf: World, side: list[str], stage: str | None) -> Fraction:
    """The sum over members of a side or base; whoever belongs to it in two ways is one member."""
    total = Fraction(0)
    have_vote = [m["name"] for m in voters(world, rule)]
    for member in body(world, rule):
        if inside(member, leaf):
            choice = counts_as(world, rule, member, stage) if member["name"] in have_vote else None
            if any(belongs(world, member, choice, what) for what in side):
                total += weight(member, leaf)
    return total


def belongs(world: World, member: World, choice: str | None, what: str) -> bool:
    """Whether a member belongs to a choice, a base, the objectors or the depositors; choice None: it has no vote."""
    if what == "all":
        return True
    if what == "deposits":
        return member["name"] in world["deposits"]
    if choice is None:
        return False
    if what == "objections":
        return objects(world, member)
    bases = {
        "entitled": True,
        "participants": choice != "recused",
        "present": choice in THERE,
        "issued": choice in GIVEN_A_PAPER,
        "expressed": choice in ("yes", "no", "abstain"),
        "cast": choice in ("yes", "no"),
        "not-yes": choice not in ("yes", "recused"),
    }
    return bases.get(what, choice == what)


def objects(world: World, member: World) -> bool:
    if member["name"] in world["objections"]:
        return True
    return any(d["name"] in world["objections"] and member["name"] in d["for"] for d in world["members"])


def compare(op: str, left: Fraction, right: Fraction) -> bool:
    return {
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
        "=": left == right,
    }[op]


# --- truth ---


def truth(world: World, rule: Rule, tree: Tree, stage: str | None) -> bool | None:
    kind = tree[0]
    if kind == "share":
        return share(world, rule, tree[1], stage)
    if kind == "floor":
        return floor(world, rule, tree[1], stage)
    if kind == "not":
        inner = truth(world, rule, tree[1], stage)
        return None if inner is None else not inner
    if kind in ("and", "then"):
        found = [truth(world, rule, part, stage) for part in tree[1]]
        return False if any(t is False for t in found) else None if any(t is None for t in found) else True
    if kind in ("or", "else"):
        found = [truth(world, rule, part, stage) for part in tree[1]]
        return True if any(t is True for t in found) else None if any(t is None for t in found) else False
    if kind == "at-least":
        found = [truth(world, rule, part, stage) for part in tree[2]]
        if len([t for t in found if t is True]) >= tree[1]:
            return True
        return False if len([t for t in found if t is not False]) < tree[1] else None
    if kind == "if":
        question = truth(world, rule, tree[1], stage)
        then, otherwise = truth(world, rule, tree[2], stage), truth(world, rule, tree[3], stage)
        if question is None:
            return then if then is otherwise else None
        return then if question else otherwise
    if kind == "found":
        return world["findings"].get(tree[1])
    assert kind == "rule", kind
    other, elsewhere = next(r for r in world["rules"] if r["id"] == tree[1]), tree[2] or stage
    if elsewhere is not None and elsewhere not in world["stages"]:
        return None
    passes = truth(world, other, other["passes"], elsewhere)
    if other["quorum"] is None:
        return passes
    return _both(passes, truth(world, other, other["quorum"], elsewhere))


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def share(world: World, rule: Rule, leaf: World, stage: str | None) -> bool | None:
    if leaf["group"] is not None and leaf["group"] not in world["groups"]:
        return None  # nobody said who belongs to it
    if leaf["weight"] is not None:
        for member in body(world, rule):
            if inside(member, leaf) and leaf["weight"] not in member["weights"]:
                return None
    count = sum_of(world, rule, leaf, leaf["side"], stage)
    if leaf["base"] is None:
        return compare(leaf["op"], count, leaf["amount"])
    if isinstance(leaf["base"], list):
        other = sum_of(world, rule, leaf, leaf["base"], stage)
        return compare(leaf["op"], count, leaf["amount"] * other)
    base = sum_of(world, rule, leaf, [leaf["base"]], stage)
    return base > 0 and compare(leaf["op"], count, leaf["amount"] * base)


def floor(world: World, rule: Rule, leaf: World, stage: str | None) -> bool | None:
    """Whether a side compares with the smallest number of members of the base who have more than a share of it."""
    inside_base = []
    for member in body(world, rule):
        if leaf["weight"] not in member["weights"]:
            return None
        has_vote = member["name"] in [m["name"] for m in voters(world, rule)]
        choice = counts_as(world, rule, member, stage) if has_vote else None
        if belongs(world, member, choice, leaf["base"]):
            inside_base.append(member["weights"][leaf["weight"]])
    enough = leaf["amount"] * sum(inside_base)
    fewest = len(inside_base) + 1
    for count in range(len(inside_base), 0, -1):
        if sum(sorted(inside_base)[-count:]) > enough:
            fewest = count
    everybody = {"group": None, "outside": False, "weight": None}
    return compare(leaf["op"], sum_of(world, rule, everybody, leaf["side"], stage), Fraction(fewest))


# --- the same rules as a charter ---


def clause(tree: Tree) -> str:
    kind = tree[0]
    if kind == "share":
        return _share(tree[1])
    if kind == "floor":
        leaf = tree[1]
        over = f"{leaf['amount'].numerator}/{leaf['amount'].denominator} of {leaf['base']} by {leaf['weight']}"
        return f"{'+'.join(leaf['side'])} {leaf['op']} fewest over {over}"
    if kind == "not":
        return f"not ({clause(tree[1])})"
    if kind in ("and", "or", "then", "else"):
        word = {"and": " and ", "or": " or ", "then": " and then ", "else": " or else "}[kind]
        return word.join(f"({clause(part)})" for part in tree[1])
    if kind == "at-least":
        return f"at least {tree[1]} of ({'; '.join(clause(part) for part in tree[2])})"
    if kind == "if":
        return f"if ({clause(tree[1])}) then ({clause(tree[2])}) otherwise ({clause(tree[3])})"
    if kind == "found":
        return f"found '{tree[1]}' by chair"
    return f"rule {tree[1]}" + (f" on {tree[2]}" if tree[2] else "")


def _share(leaf: World) -> str:
    if leaf["op"] == "=" and leaf["amount"] == 0 and leaf["base"] is None and not leaf["weight"]:
        if leaf["side"] == ["no"] and leaf["group"] and not leaf["outside"]:
            return f"no veto by {leaf['group']}"
        if leaf["side"] == ["objections"] and not leaf["group"]:
            return "consensus"
    text = f"{'+'.join(leaf['side'])} {leaf['op']} "
    if leaf["base"] is None:
        text += str(leaf["amount"])
    else:
        base = "+".join(leaf["base"]) if isinstance(leaf["base"], list) else leaf["base"]
        amount = leaf["amount"]
        text += f"{amount.numerator}/{amount.denominator} of {base}"
    if leaf["group"] is not None:
        text += f" in {'not ' if leaf['outside'] else ''}{leaf['group']}"
    return text + (f" by {leaf['weight']}" if leaf["weight"] else "")


def toml(world: World, eligibility: list[World]) -> str:
    lines = ['format = "comity-charter/1"', 'id = "random"', 'version = "1"', 'title = "Random"', "[groups]"]
    lines += [f'{group} = "{group}"' for group in world["all_groups"]]
    lines += ["[weights]", *(f'{name} = "{name}"' for name in world["all_weights"])]
    for item in eligibility:
        lines += [
            "[[eligibility]]",
            f'id = "{item["id"]}"',
            f'group = "{item["group"]}"',
            f'effect = "{item["effect"]}"',
        ]
        if item["unless"]:
            lines.append(f'unless = "{item["unless"]}"')
    for rule in world["rules"]:
        lines += ["[[rule]]", f'id = "{rule["id"]}"', 'title = "x"', 'certainty = "example"']
        if rule["silent"]:
            lines += ['silence = "72 hours"', f'fails_if = "{clause(rule["passes"])}"']
        else:
            lines.append(f'passes = "{clause(rule["passes"])}"')
        for key, name in (("quorum", "quorum"), ("postponed", "postponed_when")):
            if rule[key] is not None:
                lines.append(f'{name} = "{clause(rule[key])}"')
        if rule["among"]:
            lines.append(f'among = "{rule["among"]}"')
        lines.append(f'tie = "{rule["tie"]}"')
        lines.append(f"proxies = {rule['proxies']}")
        lines.append(f"needs_reason = {rule['reasons']}")
        lines.append(f"eligibility = {[item['id'] for item in rule['eligibility']]}")
    return "\n".join(lines) + "\n"
