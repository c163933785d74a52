"""Acts on participants: inviting, removing, and taking one's own answers back.

Answers are taken out of the ballot box first and durably; the event that follows says which places of its log are empty since, and
of nobody whose they were.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from comity.ballot_box import new_participant
from comity.groundwork.acts import Actor, act, alongside, applies, record, system_actor
from comity.groundwork.events import PersonErased
from comity.groundwork.ids import new_id
from comity.groundwork.jobs import enqueue, job
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import ANYBODY, SECRETARY
from comity.office.consultations.actions.checks import reason_of, the_consultation, the_statement
from comity.office.consultations.box import the_box
from comity.office.consultations.events.consultations import AnswersErased, InvitationsMade, ParticipantRemoved
from comity.office.consultations.models import Authorship, Consultation, Invitation, Removal, SegmentLabel
from comity.office.consultations.participants import holder, is_removed, of_person
from comity.office.consultations.roles import FACILITATOR
from comity.office.consultations.vocabulary import Entry, Stage

MOST_INVITATIONS = 10_000
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE = 12
"""Letters of an invitation: about 59 bits, beyond guessing through a page."""


@act("consultations.invite", may=(SECRETARY, FACILITATOR.of("consultation")), records=(InvitationsMade,))
def invite(*, by: Actor, consultation: str, count: int, days: int = 90, answers: list[str] | None = None) -> str:
    """Make invitations, each for one person; the codes, one a line. They are shown once and stored nowhere.

    answers: ids of answers to questions about participants that hold of everybody who is invited with these, one for a question. Who
    comes with such an invitation is told, and can change it.
    """
    current = the_consultation(consultation, Stage.DRAFT, Stage.OPEN, Stage.CLOSED)
    if current.entry != Entry.INVITED:
        raise Refused(_("Nobody needs an invitation to this consultation."))
    if not 1 <= count <= 1000:
        raise Refused(_("Make 1 to 1000 invitations at once."), field="count")
    if not 1 <= days <= 730:
        raise Refused(_("Invitations last 1 to 730 days."), field="days")
    if Invitation.objects.filter(consultation=current).count() + count > MOST_INVITATIONS:
        raise Refused(_("A consultation has at most %(most)d invitations.") % {"most": MOST_INVITATIONS}, field="count")
    said = _stated(current, answers or [])
    expires = by.now + timedelta(days=days)
    codes = [_new_code() for _one in range(count)]
    record(by, InvitationsMade(consultation=consultation, count=count, expires_on=expires.date()))
    Invitation.objects.bulk_create(
        Invitation(
            consultation=current,
            sha256=digest_of(code),
            participant=new_participant(),
            made_at=by.now,
            expires_at=expires,
            said=said,
        )
        for code in codes
    )
    return "\n".join(codes)


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _place in range(CODE))


def _stated(current: Consultation, answers: list[str]) -> dict[str, str]:
    """Question -> answer, from ids of answers. Raises Refused."""
    found = list(SegmentLabel.objects.filter(segment__consultation=current, id__in=answers).select_related("segment"))
    said = {label.segment.question.original: label.word.original for label in found}
    if len(found) != len(answers) or len(said) != len(answers):
        raise Refused(
            _("State at most one answer to each question about participants, of those that it has."), field="answers"
        )
    return said


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody who came with an invitation. code: with which they, and nobody else, come back; empty for who came before."""

    participant: int
    code: str
    said: dict[str, str]


def come(current: Consultation, code: str, now: datetime) -> Came | None:
    """Let somebody in with a code; None for one that is wrong, over, or used up. No event: who came is for nobody to read.

    At the first time the code is replaced by another one. Whoever sent the invitation knows the first one, and could otherwise come with
    it later and read the answers.
    """
    held = Invitation.objects.filter(consultation=current, sha256=digest_of(code), expires_at__gt=now).first()
    if held is None:
        return None
    if held.used_at is not None:
        return Came(held.participant, "", {})
    said: dict[str, str] = {}
    if held.said and not is_removed(current, held.participant):
        asked = {
            segment.question.original: {label.word.original for label in segment.labels.all()}
            for segment in current.segments.prefetch_related("labels")
        }
        said = {question: answer for question, answer in held.said.items() if answer in asked.get(question, ())}
    if said:  # before the invitation is used up: if the box takes nothing now, they can come again
        the_box().declare(current.id, held.participant, said)
    own = _new_code()
    first = Invitation.objects.filter(id=held.id, used_at__isnull=True).update(used_at=now, sha256=digest_of(own))
    return Came(held.participant, own, said) if first else None


def digest_of(code: str) -> str:
    """What is stored of an invitation; spaces, hyphens and the case of letters do not matter."""
    return hashlib.sha256("".join(code.upper().split()).replace("-", "").encode("utf-8", "replace")).hexdigest()


@applies(InvitationsMade)
def _apply_invitations_made(stated: InvitationsMade, recorded: Recorded) -> None:
    """Codes are no part of the record."""


@act(
    "consultations.remove_participant",
    may=(SECRETARY, FACILITATOR.of("consultation")),
    records=(ParticipantRemoved, AnswersErased),
)
def remove_participant(
    *, by: Actor, consultation: str, reason: str, statement: str = "", participant: int | None = None
) -> None:
    """Remove a participant: their answers are taken out exactly, and they cannot answer again. Final.

    Named by a statement that they wrote, or by their number, which a report on suspected coordination gives.
    """
    current = the_consultation(consultation, Stage.OPEN, Stage.CLOSED)
    if (not statement) == (participant is None):
        raise Refused(_("Name either a statement that they wrote or their number."), field="statement")
    if statement:
        written = Authorship.objects.filter(statement=the_statement(current, statement, field="statement")).first()
        if written is None:
            raise Refused(_("No participant is known to have written this statement."), field="statement")
        participant = written.participant
    if participant is None or not 0 <= participant < 2**63:
        raise Refused(_("This is not the number of a participant."), field="participant")
    if Removal.objects.filter(consultation=current, participant=participant).exists():
        raise Refused(_("They were removed already."))
    why = reason_of(reason)
    removed = ParticipantRemoved(
        consultation=consultation, removal=new_id(by.now), participant=str(participant), reason=why
    )
    record(by, removed)
    _take_out(by, current.id, participant, bar=True)


@applies(ParticipantRemoved)
def _apply_participant_removed(stated: ParticipantRemoved, recorded: Recorded) -> None:
    Removal.objects.create(
        id=stated.removal,
        consultation_id=stated.consultation,
        participant=int(stated.participant) if stated.participant is not None else None,
        reason=stated.reason,
        removed_at=recorded.time,
    )


@act("consultations.withdraw", may=(ANYBODY,), records=(AnswersErased,))
def withdraw(*, by: Actor, consultation: str, ticket: str) -> None:
    """Take back all answers that one gave, for good. Statements that one wrote stay, and nobody can tell any more whose they are."""
    current = the_consultation(consultation, Stage.OPEN, Stage.CLOSED)
    participant = holder(current.id, ticket, by.now)
    Authorship.objects.filter(consultation=current, participant=participant).delete()
    _take_out(Actor(None, frozenset(), by.now), current.id, participant, bar=False)


def _take_out(by: Actor, consultation: str, participant: int, *, bar: bool) -> None:
    box = the_box()
    if box.rules(consultation) is None:
        return  # nobody could answer it yet
    erased = box.erase(consultation, participant, bar=bar)
    if erased.entries:
        record(by, AnswersErased(consultation=consultation, entries=tuple(erased.entries)))


@act("consultations.forget", may=(), records=(AnswersErased,))
def forget(*, by: Actor, consultation: str, participant: int) -> None:
    """Take out the answers of somebody whose personal data was erased. The system does this."""
    Authorship.objects.filter(consultation=the_consultation(consultation), participant=participant).delete()
    _take_out(by, consultation, participant, bar=True)


@alongside(PersonErased)
def _forget_later(by: Actor, stated: PersonErased) -> None:
    """Wherever accounts take part, their answers go with the account. What is final stays as it was published."""
    by_account = Consultation.objects.filter(entry__in=(Entry.ACCOUNTS, Entry.DELEGATIONS)).exclude(stage=Stage.DRAFT)
    for key in by_account.order_by("id").values_list("id", flat=True):
        enqueue("consultations.forget", consultation=key, participant=of_person(key, stated.person))


@job("consultations.forget")
def _forget(consultation: str, participant: int) -> None:
    forget(by=system_actor(), consultation=consultation, participant=participant)


@applies(AnswersErased)
def _apply_answers_erased(stated: AnswersErased, recorded: Recorded) -> None:
    """Answers lie in the ballot box, which has taken them out already."""
