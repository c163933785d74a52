"""The check of a charter: every remark is made where it holds, and only there."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from simple_games import coalitions, meets, small_games

from comity.rules.charter import Charter
from comity.rules.charter_check import (
    Checked,
    Remark,
    both_sides_can_win,
    check_amendment,
    check_charter,
    check_game,
    check_leaving,
)
from comity.rules.charter_file import read
from comity.rules.errors import RulesError
from comity.rules.games import NEVER, Criterion, Game, Negated, heads
from comity.rules.snapshot import Member, Snapshot
from comity.rules.words import LANGUAGES


def charter(clauses: dict[str, str], amended_by: str = "") -> Charter:
    head = 'format = "comity-charter/1"\nid = "house"\nversion = "1"\ntitle = "House"\nsource = "Statute"\n'
    head += f'amended_by = "{amended_by}"\n' if amended_by else ""
    head += '[groups]\nfounders = "Founders"\n[weights]\nshare = { title = "Share", unit = "%" }\n'
    return read(
        head
        + "".join(
            f'[[rule]]\nid = "{name}"\ntitle = "{name}"\nsource = "Article 1"\ncertainty = "example"\npasses = "{clause}"\n'
            for name, clause in clauses.items()
        )
    )


def house(shares: dict[str, int], founders: str = "") -> Snapshot:
    return Snapshot(
        tuple(
            Member(name, frozenset({"founders"} if name in founders else ()), {"share": Fraction(units)})
            for name, units in shares.items()
        ),
        groups=frozenset({"founders"}),
    )


def remarks(found: tuple[Checked, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(one.rule, str(one.remark)): one.players for one in found}


def test_a_charter_is_told_what_its_rules_do() -> None:
    found = remarks(
        check_charter(
            charter(
                {
                    "plain": "yes > 1/2 of cast",
                    "minority": "yes >= 1/3 of all",
                    "impossible": "yes >= 9",
                    "nothing": "yes >= 0",
                    "founders": "yes > 1/2 of cast and no veto by founders",
                    "shares": "yes > 1/2 of all by share",
                    "two-thirds": "yes >= 67% of all by share",
                },
                amended_by="impossible",
            ),
            house({"A": 45, "B": 40, "C": 14, "D": 1}, "BC"),
        )
    )
    assert found == {
        ("minority", "both-sides"): (),
        ("impossible", "never-passes"): (),
        ("nothing", "always-passes"): (),
        ("founders", "veto"): ("B", "C"),
        ("shares", "dummy"): ("D",),
        ("two-thirds", "veto"): ("A", "B"),
        ("two-thirds", "dummy"): ("C", "D"),
        ("impossible", "cannot-be-amended"): (),
    }


def test_a_dictator_and_a_charter_without_amendment() -> None:
    found = check_charter(charter({"shares": "yes > 1/2 of all by share"}), house({"A": 60, "B": 40}))
    assert remarks(found) == {("shares", "dictator"): ("A",), ("house", "no-amendment-rule"): ()}


def test_leaving_changes_power_and_remarks() -> None:
    """With C gone, A of A, B, D holds more than half of what remains."""
    rules = charter({"shares": "yes > 1/2 of all by share"})
    left = check_leaving(rules, house({"A": 45, "B": 30, "C": 15, "D": 10}), "C", "shares")
    assert remarks(left.come) == {("shares", "dictator"): ("A",)}
    assert left.gone == ()
    change = {one.name: one for one in left.effect.members}
    assert change["C"].after is None
    assert change["A"].after is not None
    assert change["A"].after.shapley == 1
    again = check_leaving(rules, house({"A": 45, "B": 40, "C": 14, "D": 1}), "D", "shares")
    assert (again.come, again.gone) == ((), ()), "that the one who leaves was a dummy is no change of the rule"


@given(small_games())
def test_both_sides_can_win_when_some_coalition_and_the_rest_do(game: Game) -> None:
    everybody = set(range(len(game.players)))
    expected = any(meets(game.rule, c) and meets(game.rule, everybody - c) for c in coalitions(len(game.players)))
    assert both_sides_can_win(game) == expected


@given(small_games())
def test_never_and_always_are_told_of_any_game(game: Game) -> None:
    carried = [meets(game.rule, c) for c in coalitions(len(game.players))]
    found = {one.remark for one in check_game("it", game)}
    assert (Remark.NEVER_PASSES in found) == (not any(carried))
    assert (Remark.ALWAYS_PASSES in found) == all(carried)


def test_what_is_not_a_game_is_said_and_not_passed_over() -> None:
    found = check_charter(charter({"missing": "yes > 1/2 of all by share"}), Snapshot((Member("A"), Member("B"))))
    assert found[0].remark is Remark.NOT_CHECKED
    assert "share" in found[0].detail


def test_amendment_of_a_rule_that_turns_round_is_not_judged() -> None:
    assert check_amendment("it", Game(("A",), NEVER))[0].remark is Remark.CANNOT_BE_AMENDED
    assert check_amendment("it", Game(("A",), Negated(heads(1, 1)))) == ()


def test_what_takes_too_long_is_unknown() -> None:
    n = 40
    units = tuple(3 * i * i + 7 for i in range(n))
    game = Game(tuple(map(str, range(n))), Criterion(units, sum(units) * 2 // 3))
    found = check_game("it", game, most=10)
    assert [one.remark for one in found] == [Remark.DUMMIES_UNKNOWN]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_has_its_sentence(language: str) -> None:
    for remark in Remark:
        said = Checked(remark, "article-5", tuple("ABCDEFGHIJ"), "why").sentence(language)
        assert "article-5" in said
        assert "{" not in said
    assert "(10)" in Checked(Remark.VETO, "it", tuple("ABCDEFGHIJ")).sentence(language)


def test_a_language_without_phrases_is_refused() -> None:
    with pytest.raises(RulesError, match="tlh"):
        Checked(Remark.VETO, "it").sentence("tlh")
