"""What a decision still needs, who can block it, what if; and the game of a rule. All held against brute force."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations

import naive
import pytest
from test_second_implementation import engine_input, random_world

from comity.rules.charter import Charter, Rule
from comity.rules.charter_file import load, read
from comity.rules.deciding import decide
from comity.rules.errors import RulesError
from comity.rules.need import Fewest, need, what_if
from comity.rules.outcome import Verdict
from comity.rules.record import Ballot, Deposit, Record, votes
from comity.rules.sentences import need_sentences
from comity.rules.snapshot import Member, Snapshot, snapshot_of
from comity.rules.winning import to_game
from comity.rules.words import LANGUAGES


def plain_worlds(seeds: range) -> Iterator[tuple[int, Charter, Rule, Snapshot, Record]]:
    """Random worlds in which a member's vote is its own: no delegates, proxies or reasons."""
    for seed in seeds:
        world, eligibility = random_world(random.Random(seed), Counter())
        if any(m["for"] for m in world["members"]) or world["proxies"]:
            continue
        for rule in world["rules"]:
            rule["reasons"] = []
        text = naive.toml(world, eligibility)
        if " on " in text:  # other ballots are taken as they stand, and objections would change them too
            world["objections"] = set()
        charter = read(text)
        snapshot, record = engine_input(world)
        yield seed, charter, charter.rule(random.Random(seed).choice(["first", "second", "third"])), snapshot, record


def passes(charter: Charter, rule: Rule, snapshot: Snapshot, record: Record) -> bool:
    outcome = decide(charter, snapshot, record, rule=rule)
    met = [
        outcome.part.met,
        outcome.quorum is None or outcome.quorum.met,
        outcome.postponed is None or not outcome.postponed.met,
    ]
    return all(met)


def after(record: Record, choices: dict[str, str], withdrawn: frozenset[str]) -> Record:
    ballot = replace(record.ballot, choices={**record.ballot.choices, **choices})
    return replace(record, ballot=ballot, objections={n: w for n, w in record.objections.items() if n not in withdrawn})


@pytest.mark.parametrize("seeds", [range(350), pytest.param(range(1_000, 4_000), marks=pytest.mark.soak)])
def test_the_fewest_further_votes_and_blocks_are_those_of_brute_force(seeds: range) -> None:
    compared: Counter[str] = Counter()
    for seed, charter, rule, snapshot, record in plain_worlds(seeds):
        try:
            found = need(charter, snapshot, record, rule=rule)
        except RulesError:
            compared["a fact is missing"] += 1
            continue
        waiting = set(found.open)
        lost = {e.member for e in decide(charter, snapshot, record, rule=rule).eligibility if e.why == "lost_vote"}
        movable = sorted(waiting | {n for n in record.objections if n not in lost | snapshot.unentitled})
        if rule.among:
            movable = [name for name in movable if rule.among in snapshot.members[snapshot.place[name]].groups]
        if len(movable) > 6:
            continue

        def moved(who: tuple[str, ...], record: Record = record, waiting: set[str] = waiting) -> Record:
            return after(record, {n: "yes" for n in who if n in waiting}, frozenset(who))

        least = next(
            (
                n
                for n in range(len(movable) + 1)
                for who in combinations(movable, n)
                if passes(charter, rule, snapshot, moved(who))
            ),
            None,
        )
        assert found.passes == passes(charter, rule, snapshot, record), seed
        assert found.pass_ == replace(found.pass_, complete=True, least=least or 0, most=least), (seed, found)
        if found.pass_.most is not None:
            assert passes(charter, rule, snapshot, moved(found.pass_.example)), seed
        everybody = moved(tuple(movable))
        blocked = next(
            (
                n
                for n in range(len(waiting) + 1)
                for who in combinations(sorted(waiting), n)
                if not passes(charter, rule, snapshot, after(everybody, dict.fromkeys(who, "no"), frozenset()))
            ),
            None,
        )
        assert (found.block.least, found.block.most) == (blocked or 0, blocked), (seed, found)
        alone = [
            n for n in sorted(waiting) if not passes(charter, rule, snapshot, after(everybody, {n: "no"}, frozenset()))
        ]
        assert list(found.vetoes) == (alone if found.block.most != 0 else []), seed
        compared["impossible" if least is None else f"needs {min(least, 3)}"] += 1
    kinds = ("impossible", "needs 0", "needs 1", "a fact is missing")
    assert all(compared[kind] > 3 for kind in kinds), compared


CHAMBERS = """format = "comity-charter/1"
id = "c"
version = "1"
title = "C"
[groups]
north = "North"
[weights]
people = "People"
money = "Money"
[[rule]]
id = "c"
title = "C"
certainty = "example"
passes = "yes >= {a}% of all by people and yes >= {b}% of all by money and (yes >= 1/2 of all in north or yes >= {c})"
"""


def test_the_fewest_votes_under_several_weights_are_those_of_brute_force() -> None:
    needed: Counter[int] = Counter()
    for seed in range(60):
        r = random.Random(seed)
        charter = read(CHAMBERS.format(a=r.randint(30, 80), b=r.randint(30, 80), c=r.randint(2, 8)))
        members = tuple(
            Member(
                f"m{n}",
                frozenset({"north"} if r.random() < 0.5 else ()),
                {"people": Fraction(r.randint(0, 20)), "money": Fraction(r.randint(0, 20))},
            )
            for n in range(9)
        )
        snapshot = Snapshot(members, groups=frozenset({"north"}))
        game = to_game(charter, snapshot)
        least = next(n for n in range(10) if any(game.wins(who) for who in combinations(snapshot.names, n)))
        most = next(
            n
            for n in range(10)
            if not all(game.wins(set(snapshot.names).difference(w)) for w in combinations(snapshot.names, n))
        )
        found = need(charter, snapshot, Record())
        assert (found.pass_.least, found.pass_.most, found.block.least, found.block.most) == (
            least,
            least,
            most,
            most,
        ), seed
        needed[least] += 1
    assert len(needed) > 3


@pytest.mark.parametrize("seeds", [range(250), pytest.param(range(1_000, 4_000), marks=pytest.mark.soak)])
def test_the_game_of_a_rule_is_won_by_those_who_win_the_vote(seeds: range) -> None:
    compared: Counter[bool] = Counter()
    refused = 0
    for seed, charter, rule, snapshot, record in plain_worlds(seeds):
        try:
            game = to_game(charter, snapshot, rule, record=Record(stages=record.stages, findings=record.findings))
        except RulesError:
            refused += 1
            continue
        if len(game.players) > 6:
            continue
        for size in range(len(game.players) + 1):
            for yes in combinations(game.players, size):
                no = [name for name in snapshot.names if name not in yes]
                voted = replace(
                    record,
                    ballot=Ballot({**dict.fromkeys(yes, "yes"), **{n: "no" for n in no if n in game.players}}),
                    objections={n: "no" for n in no if n in game.players},
                    deposits=tuple(Deposit(name, date(2026, 1, 1)) for name in yes),
                )
                assert game.wins(yes) == passes(charter, rule, snapshot, voted), (seed, yes)
                compared[game.wins(yes)] += 1
    assert compared[True] > 100
    assert compared[False] > 100


# --- by hand ---

HOUSE = """format = "comity-charter/1"
id = "h"
version = "1"
title = "H"
[groups]
rich = "Rich"
[weights]
people = "People"
[[rule]]
id = "double"
title = "Double"
certainty = "example"
passes = "yes >= 1/2 of entitled and yes >= 60% of entitled by people"
[[rule]]
id = "consensus"
title = "Consensus"
certainty = "example"
passes = "consensus"
[[rule]]
id = "judged"
title = "Judged"
certainty = "example"
passes = "yes > no and found 'ripe' by chair"
"""


def test_need_says_how_many_who_and_until_when_in_six_languages() -> None:
    house = read(HOUSE)
    people = {"a": 50, "b": 20, "c": 10, "d": 10, "e": 10}
    snapshot = Snapshot(tuple(Member(n, weights={"people": Fraction(w)}) for n, w in people.items()))
    found = need(house, snapshot, votes({"c": "yes", "d": "no"}), rule="double", until="2026-11-05 18:00")
    assert found.pass_ == Fewest(2, 2, ("a", "b"))
    assert found.open == ("a", "b", "e")
    assert found.block == Fewest(1, 1, ("a",))
    assert found.vetoes == ("a",)
    for language in LANGUAGES:
        said = need_sentences(found, language)
        assert len(said) == 4
        assert all("{" not in line for line in said)
    assert need_sentences(found)[0] == "Fewest further members who must move: 2 (for example: a, b)"
    assert "：2（例如：a、b）" in need_sentences(found, "zh")[0]
    assert "a، b" in need_sentences(found, "ar")[0]
    assert need_sentences(found)[3] == "Until: 2026-11-05 18:00"


def test_an_objection_is_needed_to_be_withdrawn() -> None:
    found = need(read(HOUSE), snapshot_of("abc"), Record(objections={"b": "costs"}), rule="consensus")
    assert (found.passes, found.pass_) == (False, Fewest(1, 1, ("b",)))


def test_need_asks_for_the_finding_that_is_missing() -> None:
    with pytest.raises(RulesError, match='Nobody has found yet whether "ripe"'):
        need(read(HOUSE), snapshot_of("abc"), Record(), rule="judged")


def test_what_if_members_moved_or_the_rule_were_another() -> None:
    ga = load("un-ga")
    snapshot, record = snapshot_of("abcde"), votes({"a": "yes", "b": "yes", "c": "yes", "d": "no", "e": "no"})
    assert what_if(ga, snapshot, record, {}, rule="ordinary").verdict is Verdict.ADOPTED
    assert what_if(ga, snapshot, record, {}, rule="important").verdict is Verdict.NOT_ADOPTED
    assert what_if(ga, snapshot, record, {"e": "abstain"}, rule="important").verdict is Verdict.ADOPTED
    assert record.ballot.choices["e"] == "no"


def test_a_game_supposes_findings_and_has_those_entitled_as_players() -> None:
    house = read(HOUSE)
    snapshot = Snapshot((Member("a"), Member("b"), Member("c", entitled=False)))
    game = to_game(house, snapshot, "judged", found={"ripe": True})
    assert game.players == ("a", "b")
    assert [game.wins(yes) for yes in ("", "a", "ab")] == [False, False, True]
    assert not to_game(house, snapshot, "judged", found={"ripe": False}).wins("ab")
    with pytest.raises(RulesError, match="Nobody has found yet"):
        to_game(house, snapshot, "judged")
