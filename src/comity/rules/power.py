"""Power of each member under a rule: how often one voice decides. Exact fractions wherever they can be had.

Banzhaf (Penrose): the share of all coalitions of the others in which the member's yes decides; normalised, its share of
all members' figures. Shapley-Shubik: the share of all orders of saying yes in which it is the member who carries. Both
look at the rule alone, as if every coalition or order were as likely as any other; docs/power.md says what follows.

Under a rule that turns something round (`Negated`) a yes may also lose; both figures are then net of such cases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import factorial

from comity.rules.counting import count_swings, plan
from comity.rules.enumeration import enumerable, enumerate_swings
from comity.rules.games import Game, GameError, criteria
from comity.rules.residuals import measured
from comity.rules.sampling import Interval, draw_power, normalise

MOST_COUNTED = 4 * 10**10
"""Additions of words, about: half a minute on two cores of 2026. Beyond it counting gives way."""
MOST_WORDS = 10**8
"""Words of one table, of which there is one for each thread: 800 MB."""
ENUMERATED_AT_A_TIME = 2
"""What a coalition costs by enumeration, in additions of words."""
DRAWS = 20_000
CONFIDENCE = Fraction(99, 100)


class Method(StrEnum):
    """How the figures were found. Only the last is not exact."""

    COUNTED = "counted"
    ENUMERATED = "enumerated"
    SAMPLED = "sampled"


@dataclass(frozen=True, slots=True)
class Share:
    """One member's figures. `normalised` is None when no member is ever decisive."""

    banzhaf: Fraction
    normalised: Fraction | None
    shapley: Fraction


@dataclass(frozen=True, slots=True)
class Sampled:
    """How figures were drawn, and between what they lie: with this confidence, all at once."""

    seed: int
    draws: int
    confidence: Fraction
    banzhaf: tuple[Interval, ...]
    normalised: tuple[Interval, ...] | None
    shapley: tuple[Interval, ...]
    winning: Interval


@dataclass(frozen=True, slots=True)
class Power:
    """Power of every player, in the order of the game.

    winning: share of all coalitions that win. swings[player][size], when exact: coalitions of so many others that the
    player decides. sampled: None when the figures are exact; otherwise they are estimates, and must be shown with it.
    """

    players: tuple[str, ...]
    method: Method
    banzhaf: tuple[Fraction, ...]
    normalised: tuple[Fraction, ...] | None
    shapley: tuple[Fraction, ...]
    winning: Fraction
    swings: tuple[tuple[int, ...], ...] | None
    sampled: Sampled | None

    @property
    def exact(self) -> bool:
        """Whether the figures are the figures, and not estimates."""
        return self.sampled is None

    def of(self, name: str) -> Share:
        """One player's figures; GameError for a stranger."""
        if name not in self.players:
            raise GameError("{name} is not among the players", name=name)
        i = self.players.index(name)
        return Share(self.banzhaf[i], self.normalised[i] if self.normalised else None, self.shapley[i])


def power(
    game: Game,
    *,
    seed: int | None = None,
    draws: int = DRAWS,
    confidence: Fraction = CONFIDENCE,
    threads: int = 2,
    most: int = MOST_COUNTED,
) -> Power:
    """Banzhaf and Shapley-Shubik of every player.

    Counted exactly where `counting` can, which it can for 200 members under one weighted criterion with heads, groups
    and vetoes; enumerated exactly for up to 30 players whatever the rule; whichever is quicker. Otherwise drawn,
    if a seed is given: GameError without one. most: additions that counting may take.
    """
    found = exact_swings(game, threads=threads, most=most)
    if found is not None:
        method, swings = found
        return _from_swings(game, method, swings)
    if seed is None:
        raise GameError(
            "the power of {n} players under this rule cannot be counted exactly; give a seed for an estimate with its error",
            n=len(game.players),
        )
    drawn = draw_power(game, seed, draws, confidence)
    shares = normalise(drawn.banzhaf)
    return Power(
        game.players,
        Method.SAMPLED,
        tuple(one.value for one in drawn.banzhaf),
        tuple(one.value for one in shares) if shares else None,
        tuple(one.value for one in drawn.shapley),
        drawn.winning.value,
        None,
        Sampled(seed, draws, confidence, drawn.banzhaf, shares, drawn.shapley, drawn.winning),
    )


def exact_swings(
    game: Game, *, threads: int = 2, most: int = MOST_COUNTED
) -> tuple[Method, tuple[tuple[int, ...], ...]] | None:
    """[player][size]: coalitions of that size that the player makes win, less those it makes lose; None if out of reach."""
    n = len(game.players)
    brief = measured(game)
    if isinstance(brief.tree, bool):
        return Method.COUNTED, ((0,) * n,) * n
    by_enumeration = ENUMERATED_AT_A_TIME * 2**n * len(brief.measures) if enumerable(brief) else None
    if by_enumeration is None or by_enumeration > 2**22:  # a fraction of a second is not worth a plan
        allowed = most if by_enumeration is None else min(most, by_enumeration)
        dual = _asks_for_most(game)
        planned = plan(measured(game.dual()) if dual else brief, allowed, MOST_WORDS)
        if planned is not None:
            swings = count_swings(planned, threads)
            return Method.COUNTED, tuple(tuple(reversed(row)) if dual else tuple(row) for row in swings)
    if by_enumeration is not None:
        return Method.ENUMERATED, tuple(map(tuple, enumerate_swings(brief)))
    return None


def _asks_for_most(game: Game) -> bool:
    """Whether quotas are above half, on the whole: then blocking takes less than winning, and is counted instead.

    Who makes a coalition of s others win is who makes the n - 1 - s remaining ones block.
    """
    asked = [
        Fraction(criterion.quota, sum(criterion.weights)) for criterion in criteria(game.rule) if any(criterion.weights)
    ]
    return 2 * sum(min(max(share, Fraction(0)), Fraction(1)) for share in asked) > len(asked)


def winning_by_size(game: Game, swings: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """How many coalitions of each size 0..n win, from the swings of all players.

    Every pair of a coalition of s players and one more is counted once: (s + 1) w(s + 1) - (n - s) w(s) of them gain.
    """
    n = len(game.players)
    winning = [int(game.wins_numbers(()))]
    for size in range(n):
        gained = sum(row[size] for row in swings)
        winning.append((gained + (n - size) * winning[size]) // (size + 1))
    return tuple(winning)


def _from_swings(game: Game, method: Method, swings: tuple[tuple[int, ...], ...]) -> Power:
    n = len(game.players)
    orders = [factorial(size) * factorial(n - 1 - size) for size in range(n)]
    decided = [sum(row) for row in swings]
    total = sum(decided)
    return Power(
        game.players,
        method,
        tuple(Fraction(count, 2 ** (n - 1)) for count in decided),
        tuple(Fraction(count, total) for count in decided) if total else None,
        tuple(Fraction(sum(map(int.__mul__, row, orders)), factorial(n)) for row in swings),
        Fraction(sum(winning_by_size(game, swings)), 2**n),
        swings,
        None,
    )


# --- the effect of a change ---


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A member's figures before and after; None where it is no member."""

    name: str
    before: Share | None
    after: Share | None


@dataclass(frozen=True, slots=True)
class BlocChange:
    """A bloc before and after; None where it has no member.

    together: its members' Shapley-Shubik figures added up, each voting by itself. as_one: the figures of the bloc when it votes
    as one player. Banzhaf figures are not added up: a coalition may need several members of the bloc at once.
    """

    name: str
    together_before: Fraction | None
    together_after: Fraction | None
    as_one_before: Share | None
    as_one_after: Share | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of the rule, of the weights or of the membership does to everybody's power."""

    before: Power
    after: Power
    members: tuple[MemberChange, ...]
    blocs: tuple[BlocChange, ...]


def effect_of_change(
    before: Game,
    after: Game,
    blocs: Mapping[str, Collection[str]] | None = None,
    *,
    seed: int | None = None,
    draws: int = DRAWS,
    threads: int = 2,
    most: int = MOST_COUNTED,
) -> Effect:
    """Power before and after, member by member and bloc by bloc. Members are the same when they have the same name.

    Members come in the order of `before`, then those who are new. Each bloc takes two further computations of power.
    """
    old, new = (power(game, seed=seed, draws=draws, threads=threads, most=most) for game in (before, after))
    names = (*old.players, *(name for name in new.players if name not in old.players))
    members = tuple(
        MemberChange(name, *(found.of(name) if name in found.players else None for found in (old, new)))
        for name in names
    )
    changes = []
    for bloc, wanted in (blocs or {}).items():
        strangers = sorted(set(wanted) - set(names))
        if strangers:
            raise GameError("bloc {bloc}: {names}: no players", bloc=bloc, names=tuple(strangers))
        sides: list[tuple[Fraction | None, Share | None]] = []
        for game, found in ((before, old), (after, new)):
            here = [name for name in game.players if name in wanted]
            if not here:
                sides.append((None, None))
                continue
            as_one = found.of(here[0]) if len(here) == 1 else None
            if as_one is None:
                merged = game.merged({bloc: here})
                as_one = power(merged, seed=seed, draws=draws, threads=threads, most=most).of(bloc)
            sides.append((sum((found.of(name).shapley for name in here), Fraction(0)), as_one))
        changes.append(BlocChange(bloc, sides[0][0], sides[1][0], sides[0][1], sides[1][1]))
    return Effect(old, new, members, tuple(changes))
