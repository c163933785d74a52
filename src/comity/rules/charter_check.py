"""What is wrong or striking in a charter for a given membership: rules that can never pass, cannot be amended, contradict
themselves, or make a member a dictator, a veto holder or a dummy. What one member's leaving would change.

Each finding is computed from the game of the rule, so it is about these members and this day. Findings of people are
supposed both ways. What could not be computed is said, and is not "nothing found".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product

from comity.rules import games
from comity.rules.charter import CASTING_VOTE, Charter, Kind, Rule
from comity.rules.coalitions import both_sides_can_win, dictators, dummies, vetoes
from comity.rules.errors import RulesError, Said, said
from comity.rules.snapshot import Snapshot
from comity.rules.winning import to_game

MOST_SUPPOSED = 4
"""Findings of people that are supposed both ways; a rule with more is not checked."""
MOST_COUNTED = 4 * 10**9
"""Additions that one question about one rule may take: a few seconds."""


class Remark(StrEnum):
    """What a check found."""

    NEVER_PASSES = "never-passes"
    """Even if all say yes."""
    ALWAYS_PASSES = "always-passes"
    """Even if all say no."""
    DICTATOR = "dictator"
    VETO = "veto"
    """Members who can block alone, unless all can."""
    DUMMY = "dummy"
    """Members whose vote never matters."""
    CONTRADICTS_ITSELF = "contradicts-itself"
    """Some members could adopt a decision and all the others its contrary."""
    CANNOT_BE_AMENDED = "cannot-be-amended"
    """The charter names no rule for its own change, or one that never passes."""
    NOT_CHECKED = "not-checked"
    """`why` says why."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A remark on a rule (None: on the charter), and whom it is about. `supposed`: what people are taken to have found."""

    remark: Remark
    rule: str | None
    members: tuple[str, ...] = ()
    supposed: tuple[tuple[str, bool], ...] = ()
    why: Said | None = None

    @property
    def detail(self) -> str:
        """Why it was not checked, in English; empty where it was."""
        return self.why.told("en") if self.why is not None else ""


def check(
    charter: Charter, snapshot: Snapshot, on: date | None = None, *, most: int = MOST_COUNTED
) -> tuple[Checked, ...]:
    """All remarks on the rules that hold on a day (default: the snapshot's), in the order of the charter.

    most: additions that one question about one rule may take; what would take more is said not to have been checked.
    """
    day = on or snapshot.on
    found: list[Checked] = []
    for rule in charter.rules:
        if rule.kind in (Kind.VOTE, Kind.SILENCE) and rule.valid_on(day):
            found += _checked(charter, snapshot, rule, day, most)
    never = {one.rule for one in found if one.remark is Remark.NEVER_PASSES and not one.supposed}
    if charter.amended_by is None or charter.amended_by in never:
        found.append(Checked(Remark.CANNOT_BE_AMENDED, charter.amended_by))
    return tuple(found)


def without(charter: Charter, snapshot: Snapshot, member: str, on: date | None = None) -> tuple[Checked, ...]:
    """The remarks that one member's leaving would add; those that name the member itself are not counted as gone."""
    before = check(charter, snapshot, on)
    return tuple(one for one in check(charter, snapshot.without(member), on) if one not in before)


def _checked(charter: Charter, snapshot: Snapshot, rule: Rule, day: date | None, most: int) -> list[Checked]:
    asked = sorted(charter.findings().keys() - {CASTING_VOTE})
    if len(asked) > MOST_SUPPOSED:
        return [Checked(Remark.NOT_CHECKED, rule.id, why=said("findings of people: {number}", number=len(asked)))]
    answers: list[tuple[games.Game, tuple[tuple[str, bool], ...]]] = []
    for truths in product((True, False), repeat=len(asked)):
        supposed = tuple(zip(asked, truths, strict=True))
        try:
            game = to_game(charter, snapshot, rule, on=day, found=dict(supposed))
        except RulesError as error:
            return [Checked(Remark.NOT_CHECKED, rule.id, why=error.said)]
        answers.append((game, supposed))
    distinct = list(dict.fromkeys(game.rule for game, _ in answers))
    found: list[Checked] = []
    for game_rule in distinct:
        same = [(game, supposed) for game, supposed in answers if game.rule == game_rule]
        shared = _shared([supposed for _, supposed in same]) if len(distinct) > 1 else ()
        found += [Checked(remark, rule.id, members, shared, why) for remark, members, why in _remarks(same[0][0], most)]
    return found


def _shared(supposed: Sequence[tuple[tuple[str, bool], ...]]) -> tuple[tuple[str, bool], ...]:
    """The suppositions that all of these have in common: those on which it depends."""
    return tuple(item for item in supposed[0] if all(item in other for other in supposed))


def _remarks(game: games.Game, most: int) -> list[tuple[Remark, tuple[str, ...], Said | None]]:
    everybody = range(len(game.players))
    found: list[tuple[Remark, tuple[str, ...], Said | None]] = []
    if not game.wins_numbers(everybody) and game.monotone:
        return [(Remark.NEVER_PASSES, (), None)]
    if game.wins_numbers(()) and game.monotone:
        return [(Remark.ALWAYS_PASSES, (), None)]
    if not game.monotone:
        return [(Remark.NOT_CHECKED, (), said("a further yes may lose under this rule"))]
    ruling = dictators(game)
    if ruling:
        found.append((Remark.DICTATOR, ruling, None))
    blocking = vetoes(game)
    if blocking and not ruling and len(blocking) < len(game.players):
        found.append((Remark.VETO, blocking, None))
    idle = dummies(game, most=most)
    if idle is None:
        found.append((Remark.NOT_CHECKED, (), said("dummies could not be counted")))
    elif idle:
        found.append((Remark.DUMMY, idle, None))
    contradicts = both_sides_can_win(game, most=most)
    if contradicts is None:
        found.append(
            (Remark.NOT_CHECKED, (), said("whether a decision and its contrary can both pass could not be counted"))
        )
    elif contradicts:
        found.append((Remark.CONTRADICTS_ITSELF, (), None))
    return found
