"""Acts on who may act for a party: full powers and credentials, and the terms of those in its delegation.

The role that goes with a term is held while the term runs: given when it begins, by `begin_terms` where that is later than the day
on which it was entered; ended by the groundwork's clock after its last day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from comity.groundwork.actions import record_person
from comity.groundwork.acts import Actor, act, applies, record, system_actor
from comity.groundwork.events import PersonRegistered, RoleEnded, RoleGranted
from comity.groundwork.ids import new_id
from comity.groundwork.jobs import recurring
from comity.groundwork.log import Recorded
from comity.groundwork.models import Grant, Person
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.members.actions.checks import one_of, ordered, past, possible, the_party
from comity.office.members.actions.parties import overlap
from comity.office.members.events.delegations import (
    CredentialExamined,
    CredentialReceived,
    DelegateNamed,
    DelegateRecalled,
)
from comity.office.members.events.parties import PARTY
from comity.office.members.models import Credential, Term
from comity.office.members.queries.parties import by_id
from comity.office.members.roles import DELEGATION, HEAD_OF_DELEGATION
from comity.office.members.vocabulary import BY_OFFICE, CredentialKind, Examination, PartyKind

# --- credentials ---


@act("members.receive_credential", may=(SECRETARY,), records=(CredentialReceived, PersonRegistered))
def receive_credential(
    *,
    by: Actor,
    party: str,
    person: str | None = None,
    name_given: str = "",
    email: str | None = None,
    kind: str,
    purpose: str = "",
    issued_by: str = "",
    valid_from: date,
    valid_until: date | None = None,
    received_on: date,
) -> Credential:
    """Enter full powers or credentials that were received, or the office of somebody who needs neither.

    Somebody who is not registered here yet is registered with it, by name; an e-mail address is not needed.
    """
    current = the_party(party)
    what = one_of(CredentialKind, kind, "kind")
    if what in BY_OFFICE and current.kind != PartyKind.STATE:
        raise Refused(
            _("Only states have one: who acts for another party needs full powers or credentials."), field="kind"
        )
    ordered(possible(valid_from, "valid_from"), valid_until, "valid_until")
    paper = what not in BY_OFFICE
    who = _person(person) if person else _known_or_new(by, name_given, email, "en", invented=False)
    for_what = clean_line(purpose, most=300, field="purpose", empty=not paper)
    credential = new_id(by.now)
    received = CredentialReceived(
        credential=credential,
        party=current.id,
        person=who.id,
        kind=what.value,
        purpose=for_what,
        issued_by=clean_line(issued_by, most=200, field="issued_by", empty=not paper),
        valid_from=valid_from,
        valid_until=None if valid_until is None else possible(valid_until, "valid_until"),
        received_on=past(received_on, by, "received_on"),
    )
    record(by, received)
    return Credential.objects.get(id=credential)


@applies(CredentialReceived)
def _apply_credential_received(stated: CredentialReceived, recorded: Recorded) -> None:
    Credential.objects.create(
        id=stated.credential,
        party_id=stated.party,
        person_id=stated.person,
        kind=stated.kind,
        purpose=stated.purpose,
        issued_by=stated.issued_by,
        valid_from=stated.valid_from,
        valid_until=stated.valid_until,
        received_on=stated.received_on,
        recorded_at=recorded.time,
    )


_AFTER = {
    Examination.RECEIVED: {Examination.ACCEPTED, Examination.PROVISIONAL, Examination.REJECTED, Examination.REVOKED},
    Examination.PROVISIONAL: {Examination.ACCEPTED, Examination.REJECTED, Examination.REVOKED},
    Examination.ACCEPTED: {Examination.REVOKED},
    Examination.REJECTED: {Examination.REVOKED},
    Examination.REVOKED: set(),
}


@act("members.examine_credential", may=(SECRETARY,), records=(CredentialExamined,))
def examine_credential(*, by: Actor, credential: str, outcome: str, outcome_on: date, reason: str = "") -> None:
    """Enter what became of credentials: accepted, accepted provisionally, rejected, or revoked by the party."""
    current = by_id(Credential.objects.filter(struck_at__isnull=True), credential)
    if current is None:
        raise NotFound(_("There are no such credentials."))
    what = one_of(Examination, outcome, "outcome")
    if what not in _AFTER[Examination(current.outcome)]:
        raise Refused(
            _("These credentials are “%(now)s”: “%(then)s” cannot follow.")
            % {"now": Examination(current.outcome).label, "then": what.label},
            field="outcome",
        )
    if current.kind in BY_OFFICE and what is not Examination.REVOKED:
        raise Refused(_("This office needs no credentials: there is nothing to examine."), field="outcome")
    day = past(outcome_on, by, "outcome_on")
    if day < current.received_on:
        raise Refused(_("They were received later than that."), field="outcome_on")
    examined = CredentialExamined(
        credential=credential,
        party=current.party_id,
        person=current.person_id,
        outcome=what.value,
        outcome_on=day,
        reason=clean_line(reason, most=500, field="reason", empty=what is not Examination.REJECTED),
    )
    record(by, examined)


@applies(CredentialExamined)
def _apply_credential_examined(stated: CredentialExamined, recorded: Recorded) -> None:
    Credential.objects.filter(id=stated.credential).update(
        outcome=stated.outcome, outcome_on=stated.outcome_on, outcome_reason=stated.reason
    )


# --- delegations ---


@act(
    "members.name_delegate",
    may=(SECRETARY, HEAD_OF_DELEGATION.of("party")),
    records=(DelegateNamed, PersonRegistered, RoleGranted),
)
def name_delegate(
    *,
    by: Actor,
    party: str,
    role: str,
    person: str | None = None,
    name_given: str = "",
    email: str | None = None,
    language: str = "en",
    position: str = "",
    since: date,
    until: date | None = None,
    invented: bool = False,
) -> Term:
    """Name somebody to a party's delegation for a term; a head names everybody but heads. A new person is registered with it."""
    current = the_party(party)
    if role not in {one.name for one in DELEGATION}:
        raise Refused(_("A delegation has heads, delegates and focal points."), field="role")
    if role == HEAD_OF_DELEGATION.name and not (by.system or by.holds(SECRETARY)):
        raise NotAllowed(_("Heads of delegation are entered by the secretariat, on what the party sends it."))
    ordered(possible(since, "since"), until, "until")
    if until is not None and possible(until, "until") < by.now.date():
        raise Refused(_("This term is over already: a delegation is of those who speak now or will."), field="until")
    who = _person(person) if person else _known_or_new(by, name_given, email, language, invented=invented)
    running = Term.objects.filter(party=current, role=role, recalled_on__isnull=True)
    for other in running if role == HEAD_OF_DELEGATION.name else running.filter(person=who):
        if overlap(since, until, other.since, other.until):
            raise Refused(
                _("There is a head of delegation in that time: recall or end that term first.")
                if role == HEAD_OF_DELEGATION.name
                else _("They are in the delegation in this role in that time already."),
                field="since",
            )
    term = new_id(by.now)
    named = DelegateNamed(
        term=term,
        party=current.id,
        person=who.id,
        role=role,
        grant=new_id(by.now),
        position=clean_line(position, most=200, field="position", empty=True),
        since=since,
        until=until,
    )
    record(by, named)
    entered = Term.objects.get(id=term)
    if since <= by.now.date():
        _give_role(by, entered)
    return entered


def _known_or_new(by: Actor, name_given: str, email: str | None, language: str, *, invented: bool) -> Person:
    """Whoever has this address, else somebody new. An address that somebody has is taken for theirs, whatever name was given."""
    if email:
        address = clean_line(email, most=254, field="email").lower()
        known = Person.objects.filter(email=address, erased_at__isnull=True).first()
        if known is not None:
            return known
    return record_person(by, name_given, email or None, language, invented=invented)


@applies(DelegateNamed)
def _apply_delegate_named(stated: DelegateNamed, recorded: Recorded) -> None:
    Term.objects.create(
        id=stated.term,
        party_id=stated.party,
        person_id=stated.person,
        role=stated.role,
        position=stated.position,
        since=stated.since,
        until=stated.until,
        grant=stated.grant,
    )


@act(
    "members.recall_delegate",
    may=(SECRETARY, HEAD_OF_DELEGATION.of("party")),
    records=(DelegateRecalled, RoleEnded),
)
def recall_delegate(*, by: Actor, party: str, term: str, reason: str = "") -> None:
    """End a term before its time, from today. Its role ends at once."""
    current = by_id(Term.objects.filter(recalled_on__isnull=True), term)
    if current is None or current.party_id != party or (current.until is not None and current.until < by.now.date()):
        raise NotFound(_("There is no such term, or it is over."))
    why = clean_line(reason, most=500, field="reason", empty=True)
    recalled = DelegateRecalled(
        term=term,
        party=party,
        person=current.person_id,
        role=current.role,
        recalled_on=by.now.date(),
        reason=why,
    )
    record(by, recalled)
    grant = Grant.objects.filter(id=current.grant, until__isnull=True).first()
    if grant is not None:
        record(by, RoleEnded(grant=grant.id, person=grant.person_id, role=grant.role, at=grant.at, reason=why))


@applies(DelegateRecalled)
def _apply_delegate_recalled(stated: DelegateRecalled, recorded: Recorded) -> None:
    Term.objects.filter(id=stated.term).update(recalled_on=stated.recalled_on, recalled_reason=stated.reason)


@act("members.begin_terms", may=(), records=(RoleGranted,))
def begin_terms(*, by: Actor) -> int:
    """Give the roles of terms that have begun since they were entered; how many. The clock does this."""
    due = terms_due(by.now.date())
    for term in due:
        _give_role(by, term)
    return len(due)


def terms_due(today: date) -> list[Term]:
    """Terms that run and whose role was never given. Three queries."""
    running = Term.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today), since__lte=today, recalled_on__isnull=True
    )
    begun = list(running.filter(person__erased_at__isnull=True).order_by("id"))
    given = set(Grant.objects.filter(id__in=[term.grant for term in begun]).values_list("id", flat=True))
    waiting = [term for term in begun if term.grant not in given]
    people = [term.person_id for term in waiting]
    held = set(Grant.objects.filter(person__in=people, until__isnull=True).values_list("person_id", "role", "at"))
    return [term for term in waiting if (term.person_id, term.role, _place(term)) not in held]


@recurring("members.begin_terms", timedelta(minutes=10))
def _begin_terms(now: datetime) -> None:
    # A look first: an act would take the place of the next writer, for nothing.
    if terms_due(now.date()):
        begin_terms(by=system_actor(now))


def _place(term: Term) -> str:
    return str(Ref(PARTY, term.party_id))


def _give_role(by: Actor, term: Term) -> None:
    given = RoleGranted(
        grant=term.grant,
        person=term.person_id,
        role=term.role,
        at=_place(term),
        term_ends=term.until,
        reason=term.position,
    )
    record(by, given)


def _person(key: str) -> Person:
    found = by_id(Person.objects.filter(erased_at__isnull=True), key)
    if found is None:
        raise Refused(_("There is no such person here."), field="person")
    return found
