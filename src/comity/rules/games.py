"""Decision rules as simple games: which sets of members, if they say yes and all others do not, carry a decision.

A `Game` is a list of players and a rule: a tree of criteria. A `Criterion` gives each player a whole number of units and
asks for a quota of them; heads, groups, vetoes and weights are all criteria. `Combined` asks for at least k of its parts,
so "and" is all of them and "or" is one of them; `Negated` turns a part round, after which a further yes may lose.

Numbers are integers throughout; nothing is rounded. Smallest coalitions are in `coalitions`, power in `power`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from comity.rules.errors import RulesError

Array = npt.NDArray[Any]
BoolArray = npt.NDArray[np.bool_]

EXACT_IN_A_FLOAT = 2**53
LONGEST_MASK = 63
"""Players that fit a coalition written as one integer, bit i for player i."""


class GameError(RulesError):
    """A game that is none, or a question that this game does not answer."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """Met when those who say yes have at least `quota` units together. `weights[i]` are the units of player i.

    A quota of 0 or less is always met; one above the sum of all units never is.
    """

    weights: tuple[int, ...]
    quota: int
    label: str = ""

    def __post_init__(self) -> None:
        if any(type(weight) is not int or weight < 0 for weight in self.weights) or type(self.quota) is not int:
            raise GameError(
                "criterion {label}: units and quota are whole numbers, units not below 0; multiply shares by a common "
                "denominator",
                label=repr(self.label),
            )


@dataclass(frozen=True, slots=True)
class Combined:
    """Met when at least `needed` of the parts are met."""

    needed: int
    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """Met when the part is not."""

    part: Rule


Rule: TypeAlias = Criterion | Combined | Negated

ALWAYS = Combined(0, ())
NEVER = Combined(1, ())


def all_of(*parts: Rule) -> Rule:
    """Every part must be met."""
    return parts[0] if len(parts) == 1 else Combined(len(parts), parts)


def any_of(*parts: Rule) -> Rule:
    """One part is enough."""
    return parts[0] if len(parts) == 1 else Combined(1, parts)


def heads(n_players: int, quota: int, label: str = "") -> Criterion:
    """At least `quota` players."""
    return Criterion((1,) * n_players, quota, label)


def group(n_players: int, members: Collection[int], quota: int, label: str = "") -> Criterion:
    """At least `quota` of the players whose numbers are given."""
    return Criterion(tuple(int(i in members) for i in range(n_players)), quota, label)


def veto(n_players: int, members: Collection[int], label: str = "") -> Criterion:
    """Each of the players whose numbers are given must say yes."""
    return group(n_players, members, len(set(members)), label)


@dataclass(frozen=True, slots=True)
class Game:
    """Players by name, and the rule. A coalition is the set of those who say yes.

    >>> council = Game(("A", "B", "C"), all_of(heads(3, 2), veto(3, {0})))
    >>> council.wins({"A", "C"}), council.wins({"B", "C"})
    (True, False)
    """

    players: tuple[str, ...]
    rule: Rule

    def __post_init__(self) -> None:
        if len(set(self.players)) < len(self.players):
            twice = sorted({name for name in self.players if self.players.count(name) > 1})
            raise GameError("{names}: named twice among the players", names=tuple(twice))
        for criterion in criteria(self.rule):
            if len(criterion.weights) != len(self.players):
                raise GameError(
                    "criterion {label} gives units to {given} players, and there are {players}",
                    label=repr(criterion.label),
                    given=len(criterion.weights),
                    players=len(self.players),
                )

    @property
    def monotone(self) -> bool:
        """Whether a further yes can never lose what was carried: no criterion is turned round, or it is turned back."""
        return not _turned_round(self.rule, False)

    def number(self, name: str) -> int:
        """The place of a player in the list, from 0; GameError for a stranger."""
        try:
            return self.players.index(name)
        except ValueError:
            raise GameError("{name} is not among the players", name=name) from None

    def wins(self, coalition: Iterable[str]) -> bool:
        """Whether the decision is carried when exactly these say yes."""
        return self.wins_numbers([self.number(name) for name in coalition])

    def wins_numbers(self, coalition: Iterable[int]) -> bool:
        """The same, for players given by number."""
        return _met(self.rule, sorted(set(coalition)))

    def wins_each(self, present: BoolArray) -> BoolArray:
        """Many coalitions at once: present (n_coalitions, n_players) bool; returns (n_coalitions,) bool."""
        return met_each(self.rule, lambda criterion: _reached(criterion, present), len(present))

    def wins_masks(self, masks: npt.ArrayLike) -> BoolArray:
        """Many coalitions at once, each an integer whose bit i is player i: (n_coalitions,), at most 63 players."""
        n_players = len(self.players)
        if n_players > LONGEST_MASK:
            raise GameError("{n} players do not fit an integer of 64 bits: use wins_each", n=n_players)
        bits = np.asarray(masks, dtype=np.uint64)[:, None] >> np.arange(n_players, dtype=np.uint64)
        return self.wins_each((bits & np.uint64(1)).astype(np.bool_))

    def dual(self) -> Game:
        """The game of blocking: a coalition wins here when all others together lose there."""
        return replace(self, rule=_dual(self.rule))

    def given(self, yes: Collection[str] = (), no: Collection[str] = ()) -> Game:
        """The game of those who have not spoken, when some said yes and some will not."""
        spoken = {self.number(name) for name in yes}, {self.number(name) for name in no}
        if spoken[0] & spoken[1]:
            both = [name for i, name in enumerate(self.players) if i in spoken[0] & spoken[1]]
            raise GameError("{names}: both yes and not", names=tuple(both))
        open_ = [i for i in range(len(self.players)) if i not in spoken[0] | spoken[1]]

        def left(criterion: Criterion) -> Criterion:
            had = sum(criterion.weights[i] for i in spoken[0])
            return replace(criterion, weights=tuple(criterion.weights[i] for i in open_), quota=criterion.quota - had)

        return Game(tuple(self.players[i] for i in open_), _mapped(self.rule, left))

    def without(self, *names: str) -> Game:
        """The game when players have left and every quota stands as it is."""
        return self.given(no=names)

    def merged(self, blocs: dict[str, Collection[str]]) -> Game:
        """The game when each bloc votes as one player, which takes the place of its first member."""
        bloc_of: dict[int, str] = {}
        for bloc, names in blocs.items():
            for i in sorted({self.number(name) for name in names}):
                if i in bloc_of:
                    raise GameError(
                        "{name} is in two blocs: {one} and {other}", name=self.players[i], one=bloc_of[i], other=bloc
                    )
                bloc_of[i] = bloc
        parts: dict[tuple[bool, str], list[int]] = {}
        for i, name in enumerate(self.players):
            parts.setdefault((i in bloc_of, bloc_of.get(i, name)), []).append(i)

        def joint(criterion: Criterion) -> Criterion:
            return replace(criterion, weights=tuple(sum(criterion.weights[i] for i in part) for part in parts.values()))

        return Game(tuple(name for _, name in parts), _mapped(self.rule, joint))


# --- the tree ---


def criteria(rule: Rule) -> Iterator[Criterion]:
    """All criteria of a rule, from left to right."""
    if isinstance(rule, Criterion):
        yield rule
    elif isinstance(rule, Negated):
        yield from criteria(rule.part)
    else:
        for part in rule.parts:
            yield from criteria(part)


def met_each(rule: Rule, met: Any, n_coalitions: int) -> BoolArray:
    """Whether the rule is met by each of n_coalitions, given which criterion is met by which: (n_coalitions,) bool.

    met: from a criterion to (n_coalitions,) bool.
    """
    if isinstance(rule, Criterion):
        return np.asarray(met(rule), dtype=np.bool_)
    if isinstance(rule, Negated):
        return ~met_each(rule.part, met, n_coalitions)
    if not 0 < rule.needed <= len(rule.parts):
        return np.full(n_coalitions, rule.needed <= 0)
    parts = (met_each(part, met, n_coalitions) for part in rule.parts)
    count = np.zeros(n_coalitions, dtype=np.int32)
    for part in parts:
        count += part
    return count >= rule.needed


def _met(rule: Rule, coalition: Sequence[int]) -> bool:
    if isinstance(rule, Criterion):
        return sum(rule.weights[i] for i in coalition) >= rule.quota
    if isinstance(rule, Negated):
        return not _met(rule.part, coalition)
    return sum(_met(part, coalition) for part in rule.parts) >= rule.needed


def _reached(criterion: Criterion, present: BoolArray) -> Array:
    """(n_coalitions,) bool, exact: floats below 2^53 hold whole numbers, and multiply faster than integers."""
    total = sum(criterion.weights)
    kind: Any = np.float64 if total < EXACT_IN_A_FLOAT else object
    units = present.astype(kind) @ np.array(criterion.weights, dtype=kind)
    return np.asarray(units >= max(0, min(criterion.quota, total + 1)))


def _turned_round(rule: Rule, turned: bool) -> bool:
    if isinstance(rule, Criterion):  # one that is always or never met may be turned round
        return turned and 0 < rule.quota <= sum(rule.weights)
    if isinstance(rule, Negated):
        return _turned_round(rule.part, not turned)
    return any(_turned_round(part, turned) for part in rule.parts)


def _dual(rule: Rule) -> Rule:
    """Met by those whose complement does not meet the rule. All others lack the quota q of W units when W - own < q."""
    if isinstance(rule, Criterion):
        return replace(rule, quota=sum(rule.weights) - rule.quota + 1)
    if isinstance(rule, Negated):
        return Negated(_dual(rule.part))
    return Combined(len(rule.parts) - rule.needed + 1, tuple(_dual(part) for part in rule.parts))


def _mapped(rule: Rule, change: Any) -> Rule:
    if isinstance(rule, Criterion):
        changed: Rule = change(rule)
        return changed
    if isinstance(rule, Negated):
        return Negated(_mapped(rule.part, change))
    return Combined(rule.needed, tuple(_mapped(part, change) for part in rule.parts))
