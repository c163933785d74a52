"""Acts on where a party stands: steps towards the agreement, in it and out of it; corrections, retractions, succession.

Whatever is entered, corrected or taken back, every party's whole history must be in order afterwards: `treaty.check` says what must
come first. So no way of acts leads to a member without an instrument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.members.actions.checks import name, one_of, past, possible, reason_of, source_of, the_party
from comity.office.members.dates import date_text, span
from comity.office.members.events.status import (
    Stated,
    StatusCorrected,
    StatusRecorded,
    StatusRetracted,
)
from comity.office.members.models import Credential, Party, StatusFact
from comity.office.members.queries.parties import by_id
from comity.office.members.queries.status import steps_of
from comity.office.members.roles import DEPOSITARY
from comity.office.members.treaty import Happened, OutOfOrder, Position, check, positions
from comity.office.members.vocabulary import (
    IN_THE_REGISTER,
    MAY_TAKE_EFFECT_LATER,
    OPEN_TO_ALL,
    TREATY_MAKERS,
    Evidence,
    PartyKind,
    Precision,
    Step,
    TakesOver,
)


@act("members.record_status", may=(SECRETARY, DEPOSITARY), records=(StatusRecorded,))
def record_status(
    *,
    by: Actor,
    party: str,
    step: str,
    happened_on: date | None = None,
    precision: str = Precision.DAY,
    effective_on: date | None = None,
    source: str,
    evidence: str,
    note: str = "",
    number: str = "",
    office: str = "",
    credential: str | None = None,
    seen_on: date | None = None,
) -> StatusFact:
    """Enter what happened between a party and the agreement: an invitation, a signature, the deposit of an instrument, and so on.

    seen_on: the day by which somebody knew of it (None: today); a list that is imported may have known long ago.
    """
    current = the_party(party)
    if step == Step.SUCCEEDED:
        raise Refused(_("A succession is entered with the predecessor: use that form."), field="step")
    says = _stated(
        by,
        current,
        step=step,
        happened_on=happened_on,
        precision=precision,
        effective_on=effective_on,
        source=source,
        evidence=evidence,
        note=note,
        number=number,
        office=office,
        credential=credential,
        seen_on=seen_on,
    )
    return _enter(by, current, says)


@act("members.record_succession", may=(SECRETARY, DEPOSITARY), records=(StatusRecorded,))
def record_succession(
    *,
    by: Actor,
    party: str,
    predecessor: str,
    happened_on: date,
    predecessor_ceased: bool,
    source: str,
    evidence: str,
    note: str = "",
    number: str = "",
    seen_on: date | None = None,
) -> StatusFact:
    """Enter that a state succeeded to another's signature or instrument, on the day from which it has effect."""
    current, before = the_party(party), the_party(predecessor, "predecessor")
    if current.id == before.id:
        raise Refused(_("A state does not succeed to itself."), field="predecessor")
    if current.kind != PartyKind.STATE or before.kind != PartyKind.STATE:
        raise Refused(_("Only states succeed to states."), field="predecessor")
    says = _stated(
        by,
        current,
        step=Step.SUCCEEDED,
        happened_on=happened_on,
        source=source,
        evidence=evidence,
        note=note,
        number=number,
        seen_on=seen_on,
    )
    taken = _left_by(before, happened_on)
    if taken is None:
        raise Refused(
            _("%(predecessor)s had neither a signature nor an instrument on that day: there is nothing to succeed to.")
            % {"predecessor": name(before)},
            field="predecessor",
        )
    entered = _enter(by, current, replace(says, predecessor=before.id, takes_over=taken))
    if predecessor_ceased:
        _enter(by, before, replace(says, step=Step.CEASED, number="", office="", note=""))
    return entered


def _left_by(before: Party, on: date) -> str | None:
    """What a predecessor had on a day for others to succeed to; None: nothing."""
    at = _held_on([row.happened() for row in _standing_facts(before)], on)
    if at.instrument is not None:
        return TakesOver.INSTRUMENT.value
    return TakesOver.SIGNATURE.value if at.signed is not None else None


def _held_on(steps: Iterable[Happened], on: date) -> Position:
    """What held for a predecessor on a day, as if it had not ceased to exist: others succeed to it on that day or later."""
    at = Position()
    for _step, after in positions(step for step in steps if step.counts_from <= on and step.step is not Step.CEASED):
        at = after or at
    return at


def _enter(by: Actor, current: Party, says: Stated) -> StatusFact:
    fact = new_id(by.now)
    draft = _as_happened(says, fact)
    _check_history(current, [row.happened() for row in _standing_facts(current)], draft)
    record(by, StatusRecorded(fact=fact, party=current.id, says=says))
    return StatusFact.objects.get(id=fact)


@applies(StatusRecorded)
def _apply_status_recorded(stated: StatusRecorded, recorded: Recorded) -> None:
    StatusFact.objects.create(
        id=stated.fact,
        line=stated.fact,
        party_id=stated.party,
        order=recorded.seq,
        recorded_at=recorded.time,
        **_columns(stated.says),
    )


@act("members.correct_status", may=(SECRETARY, DEPOSITARY), records=(StatusCorrected,))
def correct_status(
    *,
    by: Actor,
    fact: str,
    step: str,
    happened_on: date | None = None,
    precision: str = Precision.DAY,
    effective_on: date | None = None,
    source: str,
    evidence: str,
    note: str = "",
    number: str = "",
    office: str = "",
    credential: str | None = None,
    reason: str,
    seen: int | None = None,
) -> StatusFact:
    """Correct what was entered about a step. A new version supersedes the old one, which stays; what is contested stays contested."""
    old, current = standing_fact(fact)
    unchanged(current.ref, seen)
    if Step.SUCCEEDED in {step, old.step} and step != old.step:
        raise Refused(_("A succession stays one: retract it and enter what happened."), field="step")
    says = replace(
        _stated(
            by,
            current,
            step=step,
            happened_on=happened_on,
            precision=precision,
            effective_on=effective_on,
            source=source,
            evidence=evidence,
            note=note,
            number=number,
            office=office,
            credential=credential,
            seen_on=old.seen_on,
            line=old.line,
        ),
        predecessor=old.predecessor_id,
        takes_over=old.takes_over,
    )
    if _columns(says) == {column: getattr(old, column) for column in _columns(says)}:
        raise Refused(_("Nothing is different: there is nothing to correct."))
    if says.predecessor is not None:
        _check_taken(says)
    why = reason_of(reason)
    key = new_id(by.now)
    corrected = replace(_as_happened(says, key), order=old.order)
    others = [row.happened() for row in _standing_facts(current) if row.line != old.line]
    _check_history(current, others, corrected)
    _check_successions(current, without=old.line, instead=corrected)
    record(by, StatusCorrected(fact=key, supersedes=old.id, party=current.id, says=says, reason=why))
    return StatusFact.objects.get(id=key)


@applies(StatusCorrected)
def _apply_status_corrected(stated: StatusCorrected, recorded: Recorded) -> None:
    old = StatusFact.objects.get(id=stated.supersedes)
    old.superseded_at, old.superseded_by, old.reason = recorded.time, stated.fact, stated.reason
    old.save()
    StatusFact.objects.create(
        id=stated.fact,
        line=old.line,
        party_id=old.party_id,
        order=old.order,
        recorded_at=recorded.time,
        **_columns(stated.says),
    )


@act("members.retract_status", may=(SECRETARY, DEPOSITARY), records=(StatusRetracted,))
def retract_status(*, by: Actor, fact: str, reason: str, seen: int | None = None) -> None:
    """Take back an entry about something that did not happen. The entry stays, as retracted; steps that rest on it go first."""
    old, current = standing_fact(fact)
    unchanged(current.ref, seen)
    why = reason_of(reason)
    _check_history(current, [row.happened() for row in _standing_facts(current) if row.line != old.line], None)
    _check_successions(current, without=old.line, instead=None)
    record(by, StatusRetracted(fact=old.id, party=current.id, step=old.step, reason=why))


@applies(StatusRetracted)
def _apply_status_retracted(stated: StatusRetracted, recorded: Recorded) -> None:
    StatusFact.objects.filter(id=stated.fact).update(superseded_at=recorded.time, reason=stated.reason)


# --- checks ---


def standing_fact(key: str) -> tuple[StatusFact, Party]:
    """A fact that stands, and its party. Raises NotFound."""
    found = by_id(StatusFact.objects.select_related("party").filter(superseded_at__isnull=True), key)
    if found is None:
        raise NotFound(_("There is no such fact, or another version superseded it."))
    return found, found.party


def _standing_facts(current: Party) -> Sequence[StatusFact]:
    return steps_of([current.id]).get(current.id, [])


def _stated(
    by: Actor,
    current: Party,
    *,
    step: str,
    happened_on: date | None,
    precision: str = Precision.DAY,
    effective_on: date | None = None,
    source: str,
    evidence: str,
    note: str = "",
    number: str = "",
    office: str = "",
    credential: str | None = None,
    seen_on: date | None = None,
    line: str = "",
) -> Stated:
    """What a form says, checked by itself; its place in the history is checked after. line: of the fact that it corrects."""
    what, known = one_of(Step, step, "step"), one_of(Precision, precision, "precision")
    seen = by.now.date() if seen_on is None else past(seen_on, by, "seen_on")
    if what not in OPEN_TO_ALL and current.kind not in TREATY_MAKERS:
        raise Refused(
            _("%(party)s is a %(kind)s, which cannot make treaties: it can be invited and can observe.")
            % {"party": name(current), "kind": PartyKind(current.kind).label},
            field="step",
        )
    if known is Precision.UNKNOWN:
        happened_on = None
    elif happened_on is None:
        raise Refused(_("Give the day, or say that it is not known."), field="happened_on")
    else:
        possible(happened_on, "happened_on")
        first, last = span(happened_on, known, seen)
        past(first or last, by, "happened_on")
        if (first or last) > seen:
            raise Refused(_("Nobody can have known of it before it happened."), field="seen_on")
    if effective_on is not None:
        if what not in MAY_TAKE_EFFECT_LATER:
            raise Refused(_("This has effect on the day on which it happens."), field="effective_on")
        possible(effective_on, "effective_on")
        if happened_on is not None and effective_on < happened_on:
            raise Refused(_("It cannot have effect before it happened."), field="effective_on")
    numbered = clean_line(number, most=40, field="number", empty=True)
    if numbered:
        _check_number(numbered, what, line)
    if credential and by_id(Credential.objects.filter(party=current, struck_at__isnull=True), credential) is None:
        raise Refused(_("There is no such credential of this party."), field="credential")
    return Stated(
        step=what.value,
        happened_on=happened_on,
        precision=known.value,
        effective_on=effective_on,
        seen_on=seen,
        source=source_of(source),
        evidence=one_of(Evidence, evidence, "evidence").value,
        note=clean_line(note, most=1000, field="note", empty=True),
        number=numbered,
        office=clean_line(office, most=200, field="office", empty=True),
        credential=credential or None,
        predecessor=None,
        takes_over="",
    )


def _check_number(number: str, what: Step, line: str) -> None:
    if what not in IN_THE_REGISTER:
        raise Refused(_("This is not entered in the depositary's register: leave the number empty."), field="number")
    # Numbers of retracted and superseded entries are not given again: who cites one must find what it was given to.
    if StatusFact.objects.filter(number=number).exclude(line=line).exists():
        raise Refused(_("The depositary's register has an entry with this number already."), field="number")


def _as_happened(says: Stated, key: str) -> Happened:
    """A draft as the state machine sees it; the last in the order of entry."""
    return Happened(
        id=key,
        step=Step(says.step),
        on=says.happened_on,
        seen_on=says.seen_on,
        order=2**62,
        precision=Precision(says.precision),
        effective_on=says.effective_on,
        takes_over=says.takes_over,
    )


def _check_history(current: Party, others: list[Happened], draft: Happened | None) -> None:
    """Refuse what would leave a party's history out of order. Raises Refused with what must come first."""
    steps = [*others, draft] if draft is not None else others
    try:
        check(steps)
    except OutOfOrder as error:
        words = {
            "party": name(current),
            "step": error.step.step.label,
            "when": date_text(error.step.on, error.step.precision),
            "why": error.sentence,
        }
        if draft is not None and error.step.id == draft.id:
            refusal = _("%(party)s, “%(step)s”: %(why)s") % words
            vague = any(step.counts_from > draft.counts_from and not step.exact for step in others)
        else:
            refusal = (
                _("With this, what is on record for %(party)s would be out of order: “%(step)s” (%(when)s). %(why)s")
                % words
            )
            vague = draft is not None and not draft.exact
        if vague:
            refusal += " " + _(
                "Where a day is not known, give the day by which it had happened, so that what came after can follow."
            )
        raise Refused(refusal, field="step" if draft is not None else None) from error


def _check_taken(says: Stated) -> None:
    before = the_party(says.predecessor or "", "predecessor")
    if says.happened_on is None or _left_by(before, says.happened_on) != says.takes_over:
        raise Refused(_("On that day the predecessor did not have what was taken over."), field="happened_on")


def _check_successions(current: Party, *, without: str, instead: Happened | None) -> None:
    """Refuse to change what another state's succession rests on."""
    steps = [row.happened() for row in _standing_facts(current) if row.line != without]
    steps += [instead] if instead is not None else []
    resting = StatusFact.objects.filter(predecessor=current, superseded_at__isnull=True).select_related("party")
    for succession in resting.order_by("order"):
        at = _held_on(steps, succession.happened().counts_from)
        has = at.instrument if succession.takes_over == TakesOver.INSTRUMENT else at.signed
        if has is None:
            raise Refused(
                _("The succession of %(successor)s rests on it: correct or retract that first.")
                % {"successor": name(succession.party)}
            )


def _columns(says: Stated) -> dict[str, Any]:
    return {
        "step": says.step,
        "happened_on": says.happened_on,
        "precision": says.precision,
        "effective_on": says.effective_on,
        "seen_on": says.seen_on,
        "source": says.source,
        "evidence": says.evidence,
        "note": says.note,
        "number": says.number,
        "office": says.office,
        "credential_id": says.credential,
        "predecessor_id": says.predecessor,
        "takes_over": says.takes_over,
    }
