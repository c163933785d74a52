"""Acts on statements: put by whoever asks, proposed by participants, and every act of moderation.

Nothing that people were asked is overwritten: a statement that was shown is replaced by others (`split`), with its lineage, and
what was answered to it stays with the words that were read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded, erasable, forget
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.roles import ANYBODY, SECRETARY
from comity.groundwork.texts import clean_original
from comity.groundwork.translated import Text
from comity.office.consultations.actions.checks import reason_of, the_consultation, the_statement
from comity.office.consultations.events.statements import (
    StatementAccepted,
    StatementErased,
    StatementMerged,
    StatementProposed,
    StatementRejected,
    StatementReplaced,
    StatementReworded,
    StatementSeeded,
    StatementSplit,
)
from comity.office.consultations.models import Authorship, Claim, Consultation, Statement
from comity.office.consultations.participants import holder, is_removed
from comity.office.consultations.roles import FACILITATOR, MODERATOR
from comity.office.consultations.vocabulary import Decision, Moderating, Stage

LONGEST_STATEMENT = 280
"""Characters: one idea that a person can agree or disagree with."""
MOST_STATEMENTS = 20_000
MOST_AT_ONCE = 500
MOST_PARTS = 6
PER_HOUR, PER_HOUR_AND_ADDRESS, MOST_WAITING = 10, 60, 3_000
"""Statements that a participant, or one address, may propose in an hour; and how many may wait for moderators."""
CLAIM_LASTS = timedelta(minutes=20)
RUNNING = (Stage.DRAFT, Stage.OPEN, Stage.CLOSED)
MAY_MODERATE = (SECRETARY, FACILITATOR.of("consultation"), MODERATOR.of("consultation"))


@act("consultations.seed", may=(SECRETARY, FACILITATOR.of("consultation")), records=(StatementSeeded,))
def seed(*, by: Actor, consultation: str, statements: list[Text], meta: bool = False) -> None:
    """Put statements to a consultation, before or while it is open."""
    current = the_consultation(consultation, Stage.DRAFT, Stage.OPEN)
    if not 1 <= len(statements) <= MOST_AT_ONCE:
        raise Refused(_("Give 1 to %(most)d statements at once.") % {"most": MOST_AT_ONCE}, field="statements")
    _room(current, len(statements))
    cleaned = [_clean(text, "statements") for text in statements]
    known = {text.original.casefold() for text in current.statements.values_list("text", flat=True)}
    for text in cleaned:
        if text.original.casefold() in known:
            raise Refused(
                _("“%(text)s” is among the statements already.") % {"text": text.original[:80]}, field="statements"
            )
        known.add(text.original.casefold())
    for number, text in enumerate(cleaned, start=current.next_number):
        seeded = StatementSeeded(
            draft=_draft(current),
            consultation=current.id,
            statement=new_id(by.now),
            number=number,
            text=text,
            meta=meta,
        )
        record(by, seeded)


@applies(StatementSeeded)
def _apply_statement_seeded(stated: StatementSeeded, recorded: Recorded) -> None:
    _enter(
        stated.consultation,
        stated.statement,
        stated.number,
        stated.text,
        recorded,
        decision=Decision.ACCEPTED,
        shown=not stated.draft,
        seed=True,
        meta=stated.meta,
    )


@act("consultations.propose", may=(ANYBODY,), records=(StatementProposed,))
def propose(*, by: Actor, consultation: str, ticket: str, text: Text, address: str = "") -> Statement:
    """Write a statement for others to answer. Who wrote it is kept outside the record; only its author sees that it is theirs.

    ticket: the participant's proof. address: a keyed hash of the network address, for the limit; empty: not known.
    """
    current = the_consultation(consultation, Stage.OPEN)
    participant = holder(current.id, ticket, by.now)
    if is_removed(current, participant):
        raise NotAllowed(_("You were removed from this consultation."))
    if not current.proposals or (current.proposals_until is not None and by.now.date() > current.proposals_until):
        raise Refused(_("No more statements are taken; you can still answer those that are there."))
    if text.original_language not in current.languages or set(text.wordings) > {text.original_language}:
        raise Refused(_("Write in one of the languages of this consultation."), field="text")
    cleaned = _clean(text, "text")
    _within_limits(current, participant, address, by)
    same = Statement.objects.filter(consultation=current, erased_at__isnull=True)
    if any(known.text.original.casefold() == cleaned.original.casefold() for known in same.only("text")):
        raise Refused(_("Somebody has put it in these very words already: answer theirs."), field="text")
    shown = current.moderating == Moderating.AFTER and not blocked_words(current, cleaned.original)
    proposed = StatementProposed(
        consultation=current.id, statement=new_id(by.now), number=current.next_number, text=cleaned, shown=shown
    )
    # The record does not say who proposed it, not even where somebody signed in did.
    record(Actor(None, frozenset(), by.now), proposed)
    Authorship.objects.create(
        statement_id=proposed.statement,
        consultation=current,
        participant=participant,
        address=address[:64],
        at=by.now,
    )
    return Statement.objects.get(id=proposed.statement)


@applies(StatementProposed)
def _apply_statement_proposed(stated: StatementProposed, recorded: Recorded) -> None:
    _enter(
        stated.consultation,
        stated.statement,
        stated.number,
        stated.text or Text(),
        recorded,
        decision=Decision.WAITING,
        shown=stated.shown,
    )


# --- moderation ---


@act("consultations.claim", may=MAY_MODERATE, records=())
def claim(*, by: Actor, consultation: str, count: int = 10) -> None:
    """Take the oldest statements that nobody else looks at from the queue, for twenty minutes."""
    current = the_consultation(consultation, *RUNNING)
    if by.person_id is None:
        raise NotAllowed(_("Sign in first: a claim is somebody's."))
    if not 1 <= count <= 50:
        raise Refused(_("Claim 1 to 50 statements."), field="count")
    Claim.objects.filter(Q(until__lt=by.now) | ~Q(statement__decision=Decision.WAITING)).delete()
    held = Claim.objects.filter(person=by.person_id, statement__consultation=current)
    held.update(until=by.now + CLAIM_LASTS)
    waiting = Statement.objects.filter(
        consultation=current, decision=Decision.WAITING, erased_at__isnull=True, claim__isnull=True
    )
    for statement in waiting.order_by("number")[: max(0, count - held.count())]:
        Claim.objects.create(statement=statement, person_id=by.person_id, until=by.now + CLAIM_LASTS)


@act("consultations.accept", may=MAY_MODERATE, records=(StatementAccepted,))
def accept(
    *, by: Actor, consultation: str, statement: str, meta: bool = False, reason: str = "", seen: int | None = None
) -> None:
    """Accept a statement, also one that was rejected before. meta: it is about the person who answers, so no finding is."""
    current = the_consultation(consultation, *RUNNING)
    row = _to_decide(by, current, statement, seen)
    if row.decision in {Decision.MERGED, Decision.SPLIT}:
        raise Refused(_("Another statement stands in its place: accept or reject that one."))
    if row.decision == Decision.ACCEPTED and row.meta == meta:
        raise Refused(_("It is accepted already."))
    why = reason_of(reason, empty=row.decision == Decision.WAITING)
    record(
        by,
        StatementAccepted(draft=_draft(current), consultation=consultation, statement=statement, meta=meta, reason=why),
    )


@applies(StatementAccepted)
def _apply_statement_accepted(stated: StatementAccepted, recorded: Recorded) -> None:
    changes = {"decision": Decision.ACCEPTED, "reason": stated.reason, "meta": stated.meta}
    _decide(stated.statement, recorded, **(changes if stated.draft else {**changes, "shown": True}))


@act("consultations.reject", may=MAY_MODERATE, records=(StatementRejected,))
def reject(*, by: Actor, consultation: str, statement: str, reason: str, seen: int | None = None) -> None:
    """Reject a statement, with a reason that its author and everybody can read. Nobody is asked it any more."""
    current = the_consultation(consultation, *RUNNING)
    row = _to_decide(by, current, statement, seen)
    if row.out:
        raise Refused(_("It is asked no more already."))
    record(
        by,
        StatementRejected(
            draft=_draft(current), consultation=consultation, statement=statement, reason=reason_of(reason)
        ),
    )


@applies(StatementRejected)
def _apply_statement_rejected(stated: StatementRejected, recorded: Recorded) -> None:
    _decide(stated.statement, recorded, decision=Decision.REJECTED, reason=stated.reason)


@act("consultations.merge", may=MAY_MODERATE, records=(StatementMerged,))
def merge(
    *, by: Actor, consultation: str, statement: str, into: str, reason: str = "", seen: int | None = None
) -> None:
    """Merge a duplicate into the statement that stays. What was answered to each stays with the words that people read."""
    current = the_consultation(consultation, *RUNNING)
    row = _to_decide(by, current, statement, seen)
    kept = the_statement(current, into, field="into")
    if kept.id == row.id:
        raise Refused(_("A statement cannot be merged into itself."), field="into")
    if row.decision in {Decision.MERGED, Decision.SPLIT}:
        raise Refused(_("It is asked no more already."))
    if kept.decision != Decision.ACCEPTED:
        raise Refused(_("The statement that stays has to be an accepted one."), field="into")
    merged = StatementMerged(
        draft=_draft(current),
        consultation=consultation,
        statement=statement,
        into=kept.id,
        reason=reason_of(reason, empty=True),
    )
    record(by, merged)


@applies(StatementMerged)
def _apply_statement_merged(stated: StatementMerged, recorded: Recorded) -> None:
    _decide(stated.statement, recorded, decision=Decision.MERGED, reason=stated.reason, merged_into_id=stated.into)
    # What was merged into it before follows, so that one link leads to the statement that stands.
    Statement.objects.filter(merged_into=stated.statement).update(merged_into=stated.into)


@act("consultations.split", may=MAY_MODERATE, records=(StatementSplit, StatementReplaced))
def split(
    *, by: Actor, consultation: str, statement: str, texts: list[Text], reason: str, seen: int | None = None
) -> None:
    """Replace a statement by one or several that each say one thing. Its author sees what became of it."""
    current = the_consultation(consultation, *RUNNING)
    row = _to_decide(by, current, statement, seen)
    if row.decision in {Decision.MERGED, Decision.SPLIT}:
        raise Refused(_("It is asked no more already."))
    if not 1 <= len(texts) <= MOST_PARTS:
        raise Refused(_("Give 1 to %(most)d statements in its place.") % {"most": MOST_PARTS}, field="texts")
    _room(current, len(texts))
    cleaned = tuple(_clean(text, "texts") for text in texts)
    if len({text.original.casefold() for text in cleaned} | {row.text.original.casefold()}) <= len(cleaned):
        raise Refused(_("Each has to say something else than the others and than what it replaces."), field="texts")
    parts = tuple(new_id(by.now) for _text in cleaned)
    why = reason_of(reason)
    record(
        by,
        StatementSplit(draft=_draft(current), consultation=consultation, statement=statement, parts=parts, reason=why),
    )
    for number, (part, text) in enumerate(zip(parts, cleaned, strict=True), start=current.next_number):
        put = StatementReplaced(
            draft=_draft(current), consultation=consultation, statement=part, number=number, text=text, of=row.id
        )
        record(by, put)


@applies(StatementSplit)
def _apply_statement_split(stated: StatementSplit, recorded: Recorded) -> None:
    _decide(stated.statement, recorded, decision=Decision.SPLIT, reason=stated.reason)


@applies(StatementReplaced)
def _apply_statement_replaced(stated: StatementReplaced, recorded: Recorded) -> None:
    whole = Statement.objects.get(id=stated.of)
    _enter(
        stated.consultation,
        stated.statement,
        stated.number,
        stated.text or Text(),
        recorded,
        decision=Decision.ACCEPTED,
        shown=not stated.draft,
        split_from_id=whole.id,
        seed=whole.seed,
        meta=whole.meta,
    )


@act("consultations.reword", may=MAY_MODERATE, records=(StatementReworded,))
def reword(*, by: Actor, consultation: str, statement: str, text: Text, reason: str, seen: int | None = None) -> None:
    """Reword a statement that nobody was asked yet; its author is told. One that was shown is replaced instead, see `split`."""
    current = the_consultation(consultation, *RUNNING)
    row = _to_decide(by, current, statement, seen)
    if row.shown:
        raise Refused(
            _(
                "People were asked this in its present words. Put another in its place: what was answered stays with what was read."
            )
        )
    cleaned = _clean(text, "text")
    if cleaned == row.text:
        raise Refused(_("These are the words that it has."), field="text")
    record(
        by,
        StatementReworded(
            draft=_draft(current),
            consultation=consultation,
            statement=statement,
            text=cleaned,
            reason=reason_of(reason),
        ),
    )


@applies(StatementReworded)
def _apply_statement_reworded(stated: StatementReworded, recorded: Recorded) -> None:
    Statement.objects.filter(id=stated.statement).update(text=stated.text or Text(), reworded_at=recorded.time)


@act("consultations.erase_statement", may=(SECRETARY,), records=(StatementErased,))
def erase_statement(*, by: Actor, consultation: str, statement: str, reason: str) -> None:
    """Erase the text of a statement from the tables and from every event, such as one that names a person. Cannot be undone."""
    current = the_consultation(consultation)
    row = the_statement(current, statement)
    record(
        by,
        StatementErased(
            draft=_draft(current), consultation=consultation, statement=statement, reason=reason_of(reason)
        ),
        erasable(row.ref),
    )


@applies(StatementErased)
def _apply_statement_erased(stated: StatementErased, recorded: Recorded) -> None:
    row = Statement.objects.get(id=stated.statement)
    row.text, row.reason, row.erased_at, row.decided_at = Text(), stated.reason, recorded.time, recorded.time
    if not row.out:
        row.decision = Decision.REJECTED
    row.save()
    forget(row.ref)


# --- common parts ---


def blocked_words(current: Consultation, text: str) -> list[str]:
    """The blocked words that occur in a text, whatever stands around them."""
    folded = text.casefold()
    return [word for word in current.blocked if word in folded]


def _draft(current: Consultation) -> bool:
    return current.stage == Stage.DRAFT


def _clean(text: Text, field: str) -> Text:
    cleaned = clean_original(text, most=LONGEST_STATEMENT, field=field)
    if "\n" in cleaned.original:
        raise Refused(_("Write one statement, without line breaks."), field=field)
    return cleaned


def _room(current: Consultation, more: int) -> None:
    if current.next_number + more > MOST_STATEMENTS:
        raise Refused(_("A consultation has at most %(most)d statements.") % {"most": MOST_STATEMENTS})


def _within_limits(current: Consultation, participant: int, address: str, by: Actor) -> None:
    """Refuse whoever writes too much, and more than moderators can read. Raises Refused."""
    _room(current, 1)
    since = by.now - timedelta(hours=1)
    recent = Authorship.objects.filter(consultation=current, at__gt=since)
    wrote = recent.aggregate(
        own=Count("id", filter=Q(participant=participant)), here=Count("id", filter=Q(address=address[:64]))
    )
    if wrote["own"] >= PER_HOUR or (address and wrote["here"] >= PER_HOUR_AND_ADDRESS):
        raise Refused(_("That is enough for now: come back in an hour, and answer what others wrote meanwhile."))
    if current.statements.filter(decision=Decision.WAITING).count() >= MOST_WAITING:
        raise Refused(_("More statements wait than the moderators can read: come back later."))


def _to_decide(by: Actor, current: Consultation, statement: str, seen: int | None) -> Statement:
    """A statement that is to be decided on, and that no other moderator holds. Raises NotFound, Refused."""
    row = the_statement(current, statement)
    unchanged(row.ref, seen)
    held = Claim.objects.filter(statement=row, until__gte=by.now).exclude(person=by.person_id).first()
    if held is not None:
        raise Refused(_("Another moderator looks at this one now."))
    return row


def _enter(consultation: str, key: str, number: int, text: Text, recorded: Recorded, **more: Any) -> None:
    Statement.objects.create(
        id=key,
        consultation_id=consultation,
        number=number,
        text=text,
        proposed_at=recorded.time,
        **more,
    )
    Consultation.objects.filter(id=consultation, next_number__lte=number).update(next_number=number + 1)


def _decide(statement: str, recorded: Recorded, **changes: Any) -> None:
    if not Statement.objects.filter(id=statement).update(decided_at=recorded.time, **changes):
        raise NotFound(_("There is no such statement in this consultation."))
