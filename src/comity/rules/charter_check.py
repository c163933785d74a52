"""What is remarkable in a charter for a given membership: rules that never or always pass, contradict themselves, or
cannot be amended; members who decide alone, can block alone, or never matter; and what one member's leaving changes.

Rules are looked at as games: members say yes or no and nothing else, and whatever people would have to find is supposed
to have been found. A finding is no fault: many bodies want vetoes. It tells whoever writes a rule what it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from comity.rules.charter import Charter
from comity.rules.check_words import CHECK_WORDS
from comity.rules.coalitions import dictators, smallest_winning, vetoes
from comity.rules.errors import RulesError
from comity.rules.games import Combined, Criterion, Game, GameError, Negated, Rule, all_of
from comity.rules.power import Effect, effect_of_change, exact_swings, winning_by_size
from comity.rules.snapshot import Snapshot
from comity.rules.winning import to_game

MOST = 4 * 10**9
"""Additions that one question may take: a few seconds. A charter has many rules."""
NAMED = 8


class Remark(StrEnum):
    """What may be said of a rule, in the order in which it is said."""

    NOT_CHECKED = "not-checked"
    """The rule is no game: see `detail`."""
    NEVER_PASSES = "never-passes"
    """Not even when everybody says yes."""
    ALWAYS_PASSES = "always-passes"
    """Even when nobody says yes."""
    BOTH_SIDES = "both-sides"
    """A coalition and those outside it can each carry a decision of their own: two decisions may contradict each other."""
    A_YES_MAY_LOSE = "a-yes-may-lose"
    """A further yes can turn the outcome against what was wanted."""
    DICTATOR = "dictator"
    VETO = "veto"
    DUMMY = "dummy"
    DUMMIES_UNKNOWN = "dummies-unknown"
    """Who never matters could not be counted exactly."""
    NO_AMENDMENT_RULE = "no-amendment-rule"
    CANNOT_BE_AMENDED = "cannot-be-amended"


@dataclass(frozen=True, slots=True)
class Checked:
    """One remark on one rule; `players` are those it is about, in the order of the game."""

    remark: Remark
    rule: str
    players: tuple[str, ...] = ()
    detail: str = ""

    def sentence(self, language: str = "en") -> str:
        """In one of the six languages. `detail` is in English: it is the engine's refusal.

        >>> Checked(Remark.VETO, "charter", ("Aland", "Bland")).sentence()
        'charter: each of these can block alone: Aland, Bland'
        """
        if language not in CHECK_WORDS[self.remark]:
            raise RulesError("no phrases in {language}: choose one of {languages}",
                             language=language, languages=", ".join(CHECK_WORDS[self.remark]))  # fmt: skip
        shown = ", ".join(self.players[:NAMED]) + (f" … ({len(self.players)})" if len(self.players) > NAMED else "")
        return CHECK_WORDS[self.remark][language].format(rule=self.rule, names=shown, detail=self.detail)


def check_charter(
    charter: Charter, snapshot: Snapshot, *, on: date | None = None, found: Mapping[str, bool] | None = None
) -> tuple[Checked, ...]:
    """Remarks on every rule that holds on a day, in the order of the charter; then on its amendment.

    found: by statement, what is supposed to be found; whatever is not in it is supposed to be.
    """
    supposed = {**dict.fromkeys(charter.findings(), True), **(found or {})}
    day = on or snapshot.on
    remarks: list[Checked] = []
    games: dict[str, Game] = {}
    for rule in charter.rules:
        if not rule.valid_on(day) or rule.election is not None or rule.id in games:
            continue
        try:
            games[rule.id] = to_game(charter, snapshot, rule, on=day, found=supposed)
        except RulesError as refusal:
            remarks.append(Checked(Remark.NOT_CHECKED, rule.id, detail=str(refusal)))
        else:
            remarks += check_game(rule.id, games[rule.id])
    if charter.amended_by is None:
        remarks.append(Checked(Remark.NO_AMENDMENT_RULE, charter.id))
    elif charter.amended_by in games:
        remarks += check_amendment(charter.amended_by, games[charter.amended_by])
    return tuple(remarks)


def check_game(rule: str, game: Game, *, most: int = MOST) -> tuple[Checked, ...]:
    """Remarks on one rule as a game. Exact; what would take too long to count is said to be unknown."""
    everybody = range(len(game.players))
    if game.monotone:
        if not game.wins_numbers(everybody):
            return (Checked(Remark.NEVER_PASSES, rule),)
        if game.wins_numbers(()):
            return (Checked(Remark.ALWAYS_PASSES, rule),)
    swings = exact_swings(game, most=most)
    remarks: list[Checked] = []
    if not game.monotone:
        if swings is not None:
            winning = sum(winning_by_size(game, swings[1]))
            if winning in (0, 2 ** len(game.players)):
                return (Checked(Remark.ALWAYS_PASSES if winning else Remark.NEVER_PASSES, rule),)
        return (Checked(Remark.A_YES_MAY_LOSE, rule),)
    if both_sides_can_win(game, most=most):
        remarks.append(Checked(Remark.BOTH_SIDES, rule))
    alone, blocking = dictators(game), vetoes(game)
    if alone:
        return (*remarks, Checked(Remark.DICTATOR, rule, alone))
    if blocking:
        remarks.append(Checked(Remark.VETO, rule, blocking))
    if swings is None:
        remarks.append(Checked(Remark.DUMMIES_UNKNOWN, rule))
    else:
        idle = tuple(name for name, row in zip(game.players, swings[1], strict=True) if not any(row))
        if idle:
            remarks.append(Checked(Remark.DUMMY, rule, idle))
    return tuple(remarks)


def check_amendment(rule: str, game: Game) -> tuple[Checked, ...]:
    """Whether the rule by which the charter is amended can ever be met."""
    if game.monotone and not game.wins_numbers(range(len(game.players))):
        return (Checked(Remark.CANNOT_BE_AMENDED, rule),)
    return ()


def both_sides_can_win(game: Game, *, most: int = MOST) -> bool | None:
    """Whether some coalition and the rest can both win; None when that cannot be found out exactly.

    Never under a rule that asks for more than half of something. Otherwise the coalitions that win and do not block are counted.
    """
    if any(2 * criterion.quota > sum(criterion.weights) for criterion in _asked_of_all(game.rule)):
        return False
    if game.monotone:
        try:
            fewest = smallest_winning(game)
        except GameError:
            fewest = ()
        if fewest is None or 2 * len(fewest) > len(game.players):
            return False
    both = Game(game.players, all_of(game.rule, Negated(game.dual().rule)))
    swings = exact_swings(both, most=most)
    return None if swings is None else any(winning_by_size(both, swings[1]))


def _asked_of_all(rule: Rule) -> tuple[Criterion, ...]:
    """Criteria that every winning coalition meets."""
    if isinstance(rule, Criterion):
        return (rule,)
    if isinstance(rule, Combined) and rule.needed == len(rule.parts):
        return tuple(criterion for part in rule.parts for criterion in _asked_of_all(part))
    return ()


# --- somebody leaves ---


@dataclass(frozen=True, slots=True)
class Leaving:
    """What changes in one rule when a member leaves: everybody's power, and the remarks that come and go."""

    rule: str
    effect: Effect
    come: tuple[Checked, ...]
    gone: tuple[Checked, ...]


def check_leaving(
    charter: Charter,
    snapshot: Snapshot,
    member: str,
    rule: str,
    *,
    on: date | None = None,
    found: Mapping[str, bool] | None = None,
    seed: int | None = None,
) -> Leaving:
    """The rule with and without a member. Shares are taken of those who remain; fixed numbers stay.

    Of the member itself there is no remark: that it leaves is not a change of the rule.
    """
    supposed = {**dict.fromkeys(charter.findings(), True), **(found or {})}
    before, after = (
        to_game(charter, members, rule, on=on or snapshot.on, found=supposed)
        for members in (snapshot, snapshot.without(member))
    )
    effect = effect_of_change(before, after, seed=seed)
    old, new = (_single(check_game(rule, game)) for game in (before, after))
    here = {one for one in old if one.players != (member,)}
    return Leaving(
        rule,
        effect,
        tuple(one for one in new if one not in here),
        tuple(one for one in old if one in here and one not in set(new)),
    )


def _single(remarks: tuple[Checked, ...]) -> tuple[Checked, ...]:
    """A remark for each player, so that what comes and goes can be told apart."""
    return tuple(
        Checked(one.remark, one.rule, (player,) if player else (), one.detail)
        for one in remarks
        for player in (one.players or ("",))
    )
