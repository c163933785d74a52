"""Acts on what a consultation found: making answers final, noting the final result, keeping findings, sealing the log of answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from comity.ballot_box import Head
from comity.groundwork.acts import Actor, act, applies, record, system_actor
from comity.groundwork.ids import new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.office.consultations.actions.checks import one_of, the_consultation, the_statement
from comity.office.consultations.box import the_box
from comity.office.consultations.events.consultations import (
    AnswersSealed,
    ConsultationFrozen,
    FindingKept,
    ResultFinal,
)
from comity.office.consultations.models import Consultation, Finding
from comity.office.consultations.queries.results import result_of, snapshot_of
from comity.office.consultations.roles import FACILITATOR
from comity.office.consultations.vocabulary import FindingKind, Stage

SEALED_EVERY = timedelta(minutes=10)
"""How often the log of answers is sealed into the record while answers come in. A crash in between heals from the chain of the log."""


@act("consultations.freeze", may=(SECRETARY, FACILITATOR.of("consultation")), records=(ConsultationFrozen,))
def freeze(*, by: Actor, consultation: str) -> None:
    """Make the answers of a closed consultation final; the final result is computed from them and published. Final."""
    the_consultation(consultation, Stage.CLOSED)
    record(by, ConsultationFrozen(consultation=consultation))


@applies(ConsultationFrozen)
def _apply_consultation_frozen(stated: ConsultationFrozen, recorded: Recorded) -> None:
    Consultation.objects.filter(id=stated.consultation).update(stage=Stage.FROZEN, frozen_at=recorded.time)


def awaiting_result() -> list[tuple[Consultation, str]]:
    """Consultations whose final result is there and not in the record yet, with the name under which it is published."""
    found = []
    for current in Consultation.objects.filter(stage__in=(Stage.FROZEN, Stage.ARCHIVED), published="").order_by("id"):
        latest = the_box().latest(current.id)
        if latest is not None and latest.frozen:
            found.append((current, latest.version))
    return found


@act("consultations.note_results", may=(), records=(ResultFinal,))
def note_results(*, by: Actor) -> int:
    """Record final results that were computed since; how many. The clock does this."""
    waiting = awaiting_result()
    for current, version in waiting:
        counts = result_of(current.id, version).counts
        final = ResultFinal(
            consultation=current.id, published=version, participants=counts.participants, votes=counts.votes
        )
        record(by, final)
    return len(waiting)


@applies(ResultFinal)
def _apply_result_final(stated: ResultFinal, recorded: Recorded) -> None:
    Consultation.objects.filter(id=stated.consultation).update(published=stated.published)


@recurring("consultations.note_results", timedelta(seconds=5))
def _note_results(now: datetime) -> None:
    # A look first: an act would take the place of the next writer, for nothing.
    if awaiting_result():
        note_results(by=system_actor(now))


# --- findings that are kept ---


@act("consultations.keep_finding", may=(SECRETARY, FACILITATOR.of("consultation")), records=(FindingKept,))
def keep_finding(*, by: Actor, consultation: str, kind: str, statement: str = "") -> Finding:
    """Give a finding of the final result an address of its own, so that later work can cite it as it was."""
    current = the_consultation(consultation, Stage.FROZEN, Stage.ARCHIVED)
    what = one_of(FindingKind, kind, "kind")
    if not current.published:
        raise Refused(_("The final result is still being computed: come back in a minute."))
    row = None if what is FindingKind.SLATE else the_statement(current, statement, field="statement")
    if Finding.objects.filter(consultation=current, kind=what.value, statement=row).exists():
        raise Refused(_("This finding is kept already."))
    snapshot: dict[str, Any] = snapshot_of(current, what, None if row is None else row.number)
    key = new_id(by.now)
    kept = FindingKept(
        consultation=consultation,
        finding=key,
        kind=what.value,
        statement=None if row is None else row.id,
        published=current.published,
        snapshot=snapshot,
    )
    record(by, kept)
    return Finding.objects.get(id=key)


@applies(FindingKept)
def _apply_finding_kept(stated: FindingKept, recorded: Recorded) -> None:
    Finding.objects.create(
        id=stated.finding,
        consultation_id=stated.consultation,
        kind=stated.kind,
        statement_id=stated.statement,
        published=stated.published,
        snapshot=stated.snapshot,
        kept_at=recorded.time,
    )


# --- seals ---


@act("consultations.seal_answers", may=(), records=(AnswersSealed,))
def seal_answers(*, by: Actor) -> int:
    """Seal the logs of answers into the record, after checking that each still continues what was sealed; how many. The clock does this."""
    heads = to_seal()
    for head in heads:
        record(by, AnswersSealed(consultation=head.consultation, entries=head.entries, head=head.hash))
    return len(heads)


def to_seal() -> list[Head]:
    """Heads of logs of answers that have grown since they were last sealed. Raises ChainBroken where one was changed."""
    sealed = Consultation.objects.filter(stage__in=(Stage.OPEN, Stage.CLOSED, Stage.FROZEN))
    known = {
        key: Head(key, entries, head)
        for key, entries, head in sealed.filter(sealed_entries__gt=0).values_list("id", "sealed_entries", "sealed_head")
    }
    ours = set(sealed.values_list("id", flat=True))
    return [head for head in the_box().seal(known) if head.consultation in ours]


@applies(AnswersSealed)
def _apply_answers_sealed(stated: AnswersSealed, recorded: Recorded) -> None:
    Consultation.objects.filter(id=stated.consultation).update(sealed_entries=stated.entries, sealed_head=stated.head)


@recurring("consultations.seal_answers", SEALED_EVERY)
def _seal_answers(now: datetime) -> None:
    if to_seal():
        seal_answers(by=system_actor(now))
