"""Entry into force: the day, by whose instrument, for whom since when; or how many instruments are missing.

A treaty enters into force some time after a condition over its deposits is first met. Conditions are the same as those
of votes: `deposits >= 55 and deposits >= 55% of all by emissions`. A status table is a snapshot and loses history:
States that were dissolved and instruments that were withdrawn have to be given beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from comity.rules.charter import Charter, Rule
from comity.rules.deciding import citation, decide
from comity.rules.errors import RulesError
from comity.rules.linear import Compiler, Intent
from comity.rules.need import Fewest, fewest
from comity.rules.outcome import Citation, Outcome, Part
from comity.rules.record import Deposit, Record
from comity.rules.snapshot import Member, Snapshot
from comity.rules.timing import day_of


@dataclass(frozen=True, slots=True)
class InForce:
    """Where a treaty stands.

    `met_on`: the day on which the condition was first met, `by` the members whose instruments came that day; None while
    it is not met, `missing` then says how many further instruments are. `takes_effect`: the day of entry into force.
    `part`: the condition with its numbers on that day, else after the last instrument.
    `since`: for each party, the day from which it is bound.
    """

    rule: Citation
    met_on: date | None
    by: tuple[str, ...]
    takes_effect: date | None
    part: Part
    missing: Fewest | None
    since: Mapping[str, date]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Against:
    """An official date held against what was computed.

    `agrees`, or: on `needed_by`, the last day on which the condition could be met for the official date, so many
    further instruments were `missing` from the table. `needed_by` is None if no day leads to the official date.
    """

    official: date
    computed: date | None
    agrees: bool
    needed_by: date | None
    missing: Fewest | None


def in_force(
    charter: Charter,
    snapshot: Snapshot,
    deposits: Iterable[Deposit],
    *,
    rule: str | Rule | None = None,
    as_of: date | None = None,
    events: Mapping[str, date] | None = None,
) -> InForce:
    """When the treaty of a rule enters into force, by the deposits until `as_of` (default: all).

    events: days that the clause speaks of beside `met` and `opened`. Raises RulesError if the rule has no such clause,
    an event is not given or a fact is missing.
    """
    chosen = rule if isinstance(rule, Rule) else charter.rule(rule, as_of)
    if chosen.timing is None:
        raise RulesError(
            "{charter}, rule {rule}, does not say when it enters into force: choose a rule with in_force.",
            charter=charter.id,
            rule=chosen.id,
        )
    known = dict(events or {})
    if chosen.opened:
        known["opened"] = chosen.opened
    lacking = sorted(chosen.timing.events() - known.keys() - {"met"})
    if lacking:
        raise RulesError("The day of {event} is not given: give it.", event=lacking[0])
    until = sorted((d for d in deposits if as_of is None or d.on <= as_of), key=lambda d: (d.on, d.member))
    days = sorted(
        {d.on for d in until} | {d.withdrawn for d in until if d.withdrawn and (not as_of or d.withdrawn <= as_of)}
    )
    outcome = _on(charter, snapshot, until, chosen, None)
    for day in days:
        outcome = _on(charter, snapshot, until, chosen, day)
        if outcome.part.met is not False:
            break
    if outcome.part.met is None:
        fact = outcome.missing[0]
        raise RulesError("A fact is missing ({detail}): add it to the snapshot.", detail=fact.detail)
    if outcome.part.met:
        met_on = max((d.on for d in outcome.record.deposits), default=None)
        known["met"] = met_on or known.get("opened", date.min)
        takes_effect = day_of(chosen.timing, known)
        by = tuple(d.member for d in outcome.record.deposits if d.on == met_on)
        return InForce(
            citation(charter, chosen),
            met_on,
            by,
            takes_effect,
            outcome.part,
            None,
            _since(chosen, until, met_on, takes_effect, as_of),
            outcome,
        )
    missing = _missing(charter, snapshot, outcome.record, chosen)
    return InForce(citation(charter, chosen), None, (), None, outcome.part, missing, {}, outcome)


def _active(deposits: Iterable[Deposit], day: date | None) -> tuple[Deposit, ...]:
    """Instruments that count on a day."""
    if day is None:
        return ()
    return tuple(d for d in deposits if d.on <= day and (d.withdrawn is None or day < d.withdrawn))


def _on(charter: Charter, snapshot: Snapshot, deposits: Iterable[Deposit], rule: Rule, day: date | None) -> Outcome:
    return decide(charter, snapshot, Record(deposits=_active(deposits, day)), rule=replace(rule, quorum=None), on=day)


def _missing(charter: Charter, snapshot: Snapshot, record: Record, rule: Rule) -> Fewest:
    """The fewest further instruments, by members of the snapshot; those it does not list cannot be reckoned with."""
    compiler = Compiler(charter, snapshot, record, None)
    node = compiler.node(rule.passes, rule)
    tally = compiler.tally(rule)
    moves = {name: Intent(deposited=True) for name in sorted(tally.body - tally.depositors)}
    return fewest(node, {}, moves)


def bound_from(rule: Rule, deposited: date, met_on: date, takes_effect: date) -> date:
    """From when a party is bound: by entry into force if its instrument helped to bring it about, else so long after its own.

    Raises OverflowError after the year 9999.
    """
    if deposited <= met_on or rule.timing is None:
        return takes_effect
    own = day_of(rule.for_each or rule.timing, {"met": deposited, "opened": rule.opened or date.min})
    return max(takes_effect, own) if own else takes_effect


def _since(
    rule: Rule, deposits: list[Deposit], met_on: date | None, takes_effect: date | None, as_of: date | None
) -> dict[str, date]:
    """For each party the day from which it is bound; those whose instrument was withdrawn before are left out."""
    if takes_effect is None:
        return {}
    found: dict[str, date] = {}
    for deposit in deposits:
        since = bound_from(rule, deposit.on, met_on or date.min, takes_effect)
        if deposit.withdrawn is None or (since < deposit.withdrawn and (as_of is None or as_of < deposit.withdrawn)):
            found.setdefault(deposit.member, since)
    return dict(sorted(found.items()))


def hold_against(
    charter: Charter,
    snapshot: Snapshot,
    deposits: Iterable[Deposit],
    official: date,
    *,
    rule: str | Rule | None = None,
) -> Against:
    """Whether the computed day is the official one; if not, how many instruments the table lacks for it."""
    chosen = rule if isinstance(rule, Rule) else charter.rule(rule)
    given = tuple(deposits)
    computed = in_force(charter, snapshot, given, rule=chosen).takes_effect
    if computed == official:
        return Against(official, computed, True, None, None)
    needed_by = _last_day_for(chosen, official)
    missing = None
    if needed_by is not None:
        record = Record(deposits=_active(given, needed_by))
        missing = _missing(charter, snapshot, record, chosen)
    return Against(official, computed, False, needed_by, missing)


def _last_day_for(rule: Rule, official: date) -> date | None:
    """The last day on which the condition, first met then, leads to the official date."""
    if rule.timing is None:
        return None
    known = {"opened": rule.opened} if rule.opened else {}
    day = official
    while day.toordinal() > max(1, official.toordinal() - 4 * 366):
        if day_of(rule.timing, {**known, "met": day}) == official:
            return day
        day = date.fromordinal(day.toordinal() - 1)
    return None


def with_predecessors(snapshot: Snapshot, parties: Iterable[str]) -> Snapshot:
    """The snapshot with dissolved States, so that their instruments can be counted."""
    added = tuple(Member(name) for name in sorted(set(parties)) if name not in snapshot.place)
    return Snapshot((*snapshot.members, *added), snapshot.on, snapshot.groups)
