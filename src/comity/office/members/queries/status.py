"""Who stands where: the register on any day, as the record knows it now or knew it at any moment; counts with their definitions.

Everything is computed from one `Picture`, which takes three queries however many parties and facts there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.groundwork.queries import Thing
from comity.groundwork.remembered import remembered
from comity.office.charter.queries import charter_in_force, first_charter
from comity.office.charter.telling import language
from comity.office.members.dates import day_text
from comity.office.members.models import Contest, Party, StatusFact
from comity.office.members.queries.keys import in_blocs, key_of, listed
from comity.office.members.queries.parties import by_id, naming, parties, thing_of
from comity.office.members.treaty import Agreement, Clause, Happened, Standing, agreement, place, standing
from comity.office.members.vocabulary import TREATY_MAKERS, Force, Membership, Precision, Reading, Step
from comity.rules import Rule
from comity.rules.conditions import All, Any, AtLeast, Condition, Not, Op, Scope, Share, walk
from comity.rules.sentences import in_force_sentences


def clause(on: date) -> Clause | None:
    """The clause on entry into force of the charter in force on a day, before the first one of the first; None where none says it.

    One query, or two before the first charter; three more where the clause asks for more than a number of instruments.
    """
    holding = charter_in_force(on) or first_charter()
    if holding is None or holding.charter.entry_into_force is None:
        return None
    named = holding.charter.entry_into_force
    rule = next((one for one in holding.charter.rules if one.id == named and one.valid_on(on)), None)
    if rule is None:
        return None
    if all(isinstance(part, Share) and part.base is None and part.scope == Scope() for part in _leaves(rule)):
        return Clause(holding.charter, rule)
    everybody = [one for one in parties() if one.kind in TREATY_MAKERS]
    members = listed(everybody, {one.id: True for one in everybody}, in_blocs(on, parties()), on)
    return Clause(holding.charter, rule, members, {one.id: key_of(one) for one in everybody})


def _leaves(rule: Rule) -> list[Condition]:
    """The comparisons of a rule."""
    return [part for part in walk(rule.passes) if not isinstance(part, All | Any | Not | AtLeast)]


def _facts(known: datetime | None) -> QuerySet[StatusFact]:
    """Facts as the record had them at a moment; None: as it has them."""
    standing_then = Q(superseded_at__isnull=True)
    if known is not None:
        standing_then = Q(recorded_at__lte=known) & (standing_then | Q(superseded_at__gt=known))
    return StatusFact.objects.filter(standing_then)


def _contests(known: datetime | None) -> QuerySet[Contest]:
    """Contests that stood at a moment; None: that stand."""
    open_then = Q(settled_at__isnull=True)
    if known is not None:
        open_then = Q(contested_at__lte=known) & (open_then | Q(settled_at__gt=known))
    return Contest.objects.filter(open_then)


def steps_of(party_ids: Sequence[str] | None = None) -> dict[str, list[StatusFact]]:
    """Facts that stand, by party, in the order of entry. One query."""
    found = _facts(None).order_by("order", "id")
    if party_ids is not None:
        found = found.filter(party_id__in=party_ids)
    facts: dict[str, list[StatusFact]] = {}
    for row in found:
        facts.setdefault(row.party_id, []).append(row)
    return facts


def contests_of() -> dict[str, list[Contest]]:
    """Contests that stand, by the line of the fact. One query."""
    contests: dict[str, list[Contest]] = {}
    for row in _contests(None).order_by("id"):
        contests.setdefault(row.line, []).append(row)
    return contests


@dataclass(frozen=True, slots=True)
class Picture:
    """The membership on a day, as known at a moment (None: now). steps: by party, in their order."""

    on: date
    known: datetime | None
    clause: Clause | None
    steps: Mapping[str, tuple[Happened, ...]]
    whole: Mapping[Reading, Agreement]
    _standings: dict[tuple[str, Reading], Standing] = field(default_factory=dict, compare=False, repr=False)

    def standing(self, party_id: str, reading: Reading = Reading.ALL) -> Standing:
        """Where a party stands."""
        found = self._standings.get((party_id, reading))
        if found is None:
            found = standing(self.steps.get(party_id, ()), self.whole[reading], self.clause, self.on, reading)
            self._standings[party_id, reading] = found
        return found

    def both(self, party_id: str) -> tuple[Standing, Standing]:
        """Where a party stands with contested facts counted, and without them."""
        counted = self.standing(party_id)
        own = any(step.contested for step in self.steps.get(party_id, ()))
        if not own and self.whole[Reading.ALL] == self.whole[Reading.UNCONTESTED]:
            return counted, counted
        return counted, self.standing(party_id, Reading.UNCONTESTED)


_STEP = {step.value: step for step in Step}
_PRECISION = {precision.value: precision for precision in Precision}


@remembered(most=32)
def picture(on: date, known: datetime | None = None) -> Picture:
    """The membership on a day. Three queries, and those of `clause`, which is read as the charter in force on that day has it.

    One query where it was asked for before, and nothing has been recorded since.
    """
    contested, rule = set(_contests(known).values_list("line", flat=True)), clause(on)
    steps: dict[str, list[Happened]] = {}
    columns = ("party_id", "line", "id", "step", "happened_on", "seen_on", "order", "precision", "effective_on")
    # Values, not rows of the model: this runs over every fact there is, for every page that counts.
    for party, line, *stated, precision, effective_on, takes_over, evidence in _facts(known).values_list(
        *columns, "takes_over", "evidence"
    ):
        key, step, happened_on, seen_on, order = stated
        happened = Happened(
            key,
            _STEP[step],
            happened_on,
            seen_on,
            order,
            _PRECISION[precision],
            effective_on,
            line in contested,
            takes_over,
            evidence,
        )
        steps.setdefault(party, []).append(happened)
    histories = {party: tuple(sorted(found, key=place)) for party, found in steps.items()}
    counted = agreement(histories, rule, on)
    sure = agreement(histories, rule, on, Reading.UNCONTESTED) if contested else counted
    return Picture(on, known, rule, histories, {Reading.ALL: counted, Reading.UNCONTESTED: sure})


# --- entry into force, in words ---


def instruments_alone(rule: Rule) -> int | None:
    """How many instruments a rule asks for, if it asks for nothing else."""
    match rule.passes:
        case Share(("deposits",), Op.AT_LEAST, amount, None, scope) if scope == Scope() and amount.denominator == 1:
            return amount.numerator
    return None


def on_force(seen: Picture, reading: Reading = Reading.UNCONTESTED) -> str:
    """Whether the agreement is in force on the day of a picture, in a sentence."""
    whole = seen.whole[reading]
    words = {
        "deposited": whole.deposited,
        "reached": day_text(whole.reached_on) if whole.reached_on else "",
        "day": day_text(whole.on) if whole.on else "",
    }
    if seen.clause is None:
        return (
            ngettext(
                "No charter says yet when the agreement enters into force; %(deposited)d instrument stands on deposit.",
                "No charter says yet when the agreement enters into force; %(deposited)d instruments stand on deposit.",
                whole.deposited,
            )
            % words
        )
    if whole.obstacle:
        return _("Whether the agreement is in force cannot be counted: %(why)s") % {
            "why": whole.obstacle.told(language())
        }
    if whole.force is Force.NOT_YET:
        needed = instruments_alone(seen.clause.rule)
        if needed is not None:
            return ngettext(
                "The agreement is not in force: it needs %(needed)d instrument, %(deposited)d stand on deposit.",
                "The agreement is not in force: it needs %(needed)d instruments, %(deposited)d stand on deposit.",
                needed,
            ) % {**words, "needed": needed}
        return ". ".join(in_force_sentences(whole.found, language())) if whole.found else ""
    if whole.force is Force.DATE_NOT_KNOWN:
        return (
            _(
                "The instruments that the agreement needs were on deposit on %(reached)s. How long after that it enters into "
                "force is not known: in force, date not known."
            )
            % words
        )
    if whole.force is Force.WAITING:
        return _("The agreement enters into force on %(day)s.") % words
    return _("The agreement is in force since %(day)s.") % words


def on_membership(at: Standing) -> str:
    """Whether a party is party to the agreement and why, in a sentence; empty where nobody would think so."""
    if at.position.instrument is None:
        if at.position.signed is None:
            return ""
        return _("It has signed and deposited no instrument: a signatory, not a party to the agreement.")
    if at.force is Force.DATE_NOT_KNOWN:
        return _("Its instrument is on deposit. From which day the agreement is in force for it is not known.")
    if at.force is Force.NOT_YET or at.force_on is None:
        return _("Its instrument is on deposit; the agreement is not in force yet.")
    if at.force is Force.WAITING:
        return _("Its instrument is on deposit; the agreement enters into force for it on %(day)s.") % {
            "day": day_text(at.force_on)
        }
    return _("Party to the agreement: its instrument is on deposit, and the agreement is in force for it.")


def members_on(on: date, reading: Reading = Reading.UNCONTESTED, known: datetime | None = None) -> list[Party]:
    """Parties to the agreement on a day: instrument on deposit and the agreement in force for it. For other offices."""
    seen = picture(on, known)
    return [current for current in parties() if seen.standing(current.id, reading).membership is Membership.YES]


# --- one party's history ---


@dataclass(frozen=True, slots=True)
class Version:
    """A fact on its party's page, with the versions that it superseded, newest first. contests: those that stand."""

    fact: StatusFact
    earlier: tuple[StatusFact, ...]
    contests: tuple[Contest, ...]
    settled: tuple[Contest, ...]
    predecessor: Thing | None = None

    @property
    def retracted(self) -> bool:
        """Whether the fact no longer stands at all."""
        return self.fact.superseded_at is not None


def fact(key: str) -> StatusFact | None:
    """A fact that stands, by the id of its latest version."""
    return by_id(StatusFact.objects.select_related("party").filter(superseded_at__isnull=True), key)


def contest(key: str) -> Contest | None:
    """A contest that was not settled, by id."""
    return by_id(Contest.objects.select_related("party").filter(settled_at__isnull=True), key)


def history(party_id: str) -> list[Version]:
    """All that was ever entered on where a party stands, in the order of the treaty; retracted facts last. Three queries."""
    names = naming()
    lines: dict[str, list[StatusFact]] = {}
    related = StatusFact.objects.select_related("credential__person", "predecessor")
    for row in related.filter(party_id=party_id).order_by("recorded_at", "id"):
        lines.setdefault(row.line, []).append(row)
    contests: dict[str, list[Contest]] = {}
    for row_of_contest in Contest.objects.filter(party_id=party_id).order_by("id"):
        contests.setdefault(row_of_contest.line, []).append(row_of_contest)
    versions = []
    for line, rows in lines.items():
        *earlier, last = sorted(
            rows, key=lambda row: (row.superseded_at is None, row.superseded_by == "", row.recorded_at)
        )
        of_line = contests.get(line, [])
        versions.append(
            Version(
                last,
                tuple(reversed(earlier)),
                tuple(one for one in of_line if one.settled_at is None and last.superseded_at is None),
                tuple(one for one in of_line if one.settled_at is not None),
                thing_of(last.predecessor, names) if last.predecessor else None,
            )
        )
    return sorted(versions, key=lambda version: (version.retracted, place(version.fact.happened())))
