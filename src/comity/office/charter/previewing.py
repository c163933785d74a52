"""What a proposed charter would mean: its rules in words, what is wrong with it, and what it does to everybody's power.

Everything is about the members of a day, and about the rules as they stand: as if every coalition were as likely as any other. What
would take too long here is said not to have been counted; `comity.rules` counts it given time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from comity.office.charter.comparing import RuleChange, rule_changes
from comity.office.charter.queries import CharterInForce, Electorate
from comity.office.charter.telling import RuleTold, headed, in_words, language, names_of, rule_told, with_names
from comity.rules import Charter, CharterError, Kind, Rule, RulesError, read
from comity.rules.charter_check import check
from comity.rules.power import Effect, Share, effect_of_change
from comity.rules.sentences import remark_sentence
from comity.rules.winning import to_game

MOST_COUNTED = 2 * 10**7
"""Additions that one question about one rule may take while somebody types."""
DRAWS = 4_000
SEED = 1
MOST_LOOKED_AT = 4_000
"""Rules times members that are looked at closely while somebody types: some seconds."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is no charter: where, and what to write instead."""

    line: int
    clause: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Members, or one bloc, whose power changes alike. before and after in per cent of all power; None: had none to have."""

    names: tuple[str, ...]
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class PowerChange:
    """What a charter does to power under one rule. passes_before, passes_after: of all coalitions, how many can adopt, in per cent.

    supposed: whether it rests on what people would have to find, which is supposed. exact: whether it was counted, or drawn with `seed`
    and so many `draws`; error: then half the widest interval, in per cent.
    """

    title: str
    members: tuple[Moved, ...]
    blocs: tuple[Moved, ...]
    passes_before: Decimal
    passes_after: Decimal
    supposed: bool
    exact: bool
    error: Decimal
    draws: int = DRAWS
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as it would be as a charter. remarks: of the charter check; changes: rules that say something else than those in force."""

    problem: Problem | None = None
    title: str = ""
    example: bool = False
    rules: tuple[RuleTold, ...] = ()
    remarks: tuple[str, ...] = ()
    changes: tuple[RuleChange, ...] = ()
    power: tuple[PowerChange, ...] = ()
    uncounted: tuple[str, ...] = ()
    members: int = 0
    holding: CharterInForce | None = None


def preview(text: str, on: date, members: Electorate, holding: CharterInForce | None) -> Preview:
    """What a text would mean for these members, beside the charter in force."""
    try:
        charter = read(text)
    except CharterError as error:
        now = language()
        return Preview(Problem(error.line, error.clause, error.problem_said.told(now), error.mend_said.told(now)))
    changes = tuple(rule_changes(holding.charter, charter)) if holding else ()
    power, uncounted = (
        _power(holding.charter, charter, members, on) if holding and members.snapshot.members else ((), ())
    )
    return Preview(
        title=in_words(charter.title),
        example=charter.example,
        rules=tuple(rule_told(rule, charter) for rule in charter.rules),
        remarks=_remarks(charter, members, on),
        changes=changes,
        power=power,
        uncounted=uncounted,
        members=len(members.snapshot.members),
        holding=holding,
    )


def _remarks(charter: Charter, members: Electorate, on: date) -> tuple[str, ...]:
    if not members.snapshot.members:
        return (_("There are no members yet, so what the rules would mean for them was not looked at."),)
    if len(charter.rules) * len(members.snapshot.members) > MOST_LOOKED_AT:
        return (_("These are too many rules to look at while you type."),)
    renamed, snapshot = with_names(charter, members.snapshot, names_of(members.snapshot, members.names))
    return tuple(remark_sentence(one, language()) for one in check(renamed, snapshot, on, most=MOST_COUNTED))


def _power(
    before: Charter, after: Charter, members: Electorate, on: date
) -> tuple[tuple[PowerChange, ...], tuple[str, ...]]:
    """For every vote that both know and that is another game now: who gains and who loses."""
    found: list[PowerChange] = []
    uncounted: list[str] = []
    if len(after.rules) * len(members.snapshot.members) > MOST_LOOKED_AT:
        return (), ()
    for rule in after.rules:
        if rule.kind not in (Kind.VOTE, Kind.SILENCE) or not rule.valid_on(on):
            continue
        earlier = next((one for one in before.rules if one.id == rule.id and one.valid_on(on)), None)
        if earlier is None:
            continue
        try:
            change = _change(before, earlier, after, rule, members, on)
        except RulesError as error:
            uncounted.append(headed(in_words(rule.title), error.told(language())))
            continue
        if change is not None:
            found.append(change)
    return tuple(found), tuple(uncounted)


def _change(
    before: Charter, earlier: Rule, after: Charter, rule: Rule, members: Electorate, on: date
) -> PowerChange | None:
    old, new = (
        to_game(charter, members.snapshot, one, on=on, found=dict.fromkeys(charter.findings(), True))
        for charter, one in ((before, earlier), (after, rule))
    )
    if old == new:
        return None
    players = {*old.players, *new.players}
    blocs = {name: keys & players for name, keys in members.blocs.items() if keys & players}
    names = names_of(members.snapshot, members.names)
    effect = effect_of_change(old, new, blocs, seed=SEED, draws=DRAWS, most=MOST_COUNTED)
    return PowerChange(
        in_words(rule.title),
        _alike([(names[one.name], _shapley(one.before), _shapley(one.after)) for one in effect.members]),
        tuple(_moved((one.name,), one.together_before, one.together_after) for one in effect.blocs),
        _percent(effect.before.winning),
        _percent(effect.after.winning),
        bool(before.findings() or after.findings()),
        effect.before.exact and effect.after.exact,
        _error(effect),
    )


def _percent(share: Fraction) -> Decimal:
    """A share in per cent, to two places."""
    return Decimal(round(share * 10_000)) / 100


def _shapley(share: Share | None) -> Fraction | None:
    return None if share is None else share.shapley


def _alike(found: Sequence[tuple[str, Fraction | None, Fraction | None]]) -> tuple[Moved, ...]:
    """Members with the same figures together, those who lose most first."""
    together: dict[tuple[Fraction | None, Fraction | None], list[str]] = {}
    for name, before, after in found:
        together.setdefault((before, after), []).append(name)
    ordered = sorted(together, key=lambda one: ((one[1] or Fraction(0)) - (one[0] or Fraction(0)), together[one]))
    return tuple(_moved(tuple(sorted(together[one])), *one) for one in ordered)


def _moved(names: tuple[str, ...], before: Fraction | None, after: Fraction | None) -> Moved:
    return Moved(names, None if before is None else _percent(before), None if after is None else _percent(after))


def _error(effect: Effect) -> Decimal:
    intervals = [one for power in (effect.before, effect.after) if power.sampled for one in power.sampled.shapley]
    return _percent(max(((one.high - one.low) / 2 for one in intervals), default=Fraction(0)))
