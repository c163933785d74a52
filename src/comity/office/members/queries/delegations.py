"""Who may act for a party: its delegation, credentials, and whether these hold on a day.

Names of delegates are public, their addresses are for members and the secretariat, and so are credentials: other readers get less,
never an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.groundwork.acts import Actor
from comity.groundwork.audiences import MEMBERS, Reader
from comity.groundwork.models import Grant
from comity.groundwork.panels import Waiting, waits
from comity.groundwork.refs import Ref
from comity.groundwork.roles import ROLES, SECRETARY, Role
from comity.office.charter.telling import several
from comity.office.members.models import Credential, Term
from comity.office.members.queries.parties import by_id, page_address
from comity.office.members.roles import DELEGATION, HEAD_OF_DELEGATION
from comity.office.members.vocabulary import BY_OFFICE, CredentialKind, Examination

PARTY = "members.party"


@dataclass(frozen=True, slots=True)
class Delegate:
    """Somebody in a delegation. contact: e-mail address, None if this reader may not see it or there is none. now: term runs."""

    term: Term
    role: Role
    name: str
    contact: str | None
    now: bool


def delegation(party_id: str, on: date, reader: Reader) -> list[Delegate]:
    """Those whose term runs on a day or will begin, heads first. Two queries. Addresses are for members and the secretariat.

    Whoever was given a role of a delegation without a term stands here with one that began with the role.
    """
    found = Term.objects.filter(Q(until__isnull=True) | Q(until__gte=on), party_id=party_id, recalled_on__isnull=True)
    terms = list(found.filter(person__erased_at__isnull=True).select_related("person"))
    grants = Grant.objects.filter(at=str(Ref(PARTY, party_id)), until__isnull=True, role__in=_ORDER)
    for grant in grants.exclude(id__in=[term.grant for term in terms]).select_related("person"):
        until, since = grant.term_ends, grant.since.date()
        terms.append(Term(person=grant.person, role=grant.role, since=since, until=until, grant=grant.id))
    delegates = [
        Delegate(
            term,
            ROLES[term.role],
            term.person.name,
            term.person.email if reader.may_read(MEMBERS) else None,
            term.since <= on,
        )
        for term in terms
    ]
    return sorted(delegates, key=lambda one: (not one.now, _ORDER[one.term.role], one.term.since, one.term.grant))


_ORDER = {role.name: n for n, role in enumerate(DELEGATION)}


def term(party_id: str, key: str) -> Term | None:
    """A term by id that nobody ended."""
    found = Term.objects.filter(party_id=party_id, recalled_on__isnull=True)
    return by_id(found.select_related("person"), key)


def credentials(party_id: str, reader: Reader) -> list[Credential]:
    """Credentials of those who act for a party, newest first; none for readers outside the membership. At most one query."""
    if not reader.may_read(MEMBERS):
        return []
    found = Credential.objects.filter(party_id=party_id, struck_at__isnull=True, person__erased_at__isnull=True)
    return list(found.select_related("person").order_by("-received_on", "-id"))


def credential(key: str) -> Credential | None:
    """Credentials by id, unless they were struck."""
    return by_id(Credential.objects.select_related("party", "person").filter(struck_at__isnull=True), key)


def credential_choices(party_id: str) -> list[tuple[str, str]]:
    """A party's credentials as a form offers them."""
    found = Credential.objects.filter(party_id=party_id, struck_at__isnull=True, person__erased_at__isnull=True)
    rows = found.select_related("person").order_by("-received_on", "-id")
    return [(row.id, several([row.person.name, CredentialKind(row.kind).label])) for row in rows]


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether somebody may act for a party on a day, and why, in a sentence."""

    credential: Credential
    holds: bool
    why: str


def authority(of: Credential, on: date) -> Authority:
    """Whether credentials hold on a day. No query."""
    words = {"from": of.valid_from, "until": of.valid_until, "kind": CredentialKind(of.kind).label}
    outcome = Examination(of.outcome)
    if outcome in {Examination.REJECTED, Examination.REVOKED} and (of.outcome_on is None or of.outcome_on <= on):
        return Authority(of, False, str(outcome.label))
    if on < of.valid_from:
        return Authority(of, False, _("valid from %(from)s only") % words)
    if of.valid_until is not None and on > of.valid_until:
        return Authority(of, False, _("valid until %(until)s only") % words)
    if of.kind in BY_OFFICE:
        return Authority(of, True, _("by office, no paper is needed: %(kind)s") % words)
    if outcome is Examination.RECEIVED:
        return Authority(of, False, _("not examined yet"))
    return Authority(of, True, str(outcome.label))


def people_choices(party_id: str) -> list[tuple[str, str]]:
    """People who act or acted for a party, as a form offers them. Three queries."""
    at = str(Ref(PARTY, party_id))
    found: dict[str, str] = {}
    for rows in (
        Term.objects.filter(party_id=party_id),
        Credential.objects.filter(party_id=party_id, struck_at__isnull=True),
        Grant.objects.filter(at=at, until__isnull=True),
    ):
        people = rows.filter(person__erased_at__isnull=True).values_list("person_id", "person__name")
        found |= dict(people)
    return sorted(found.items(), key=lambda choice: (choice[1].casefold(), choice[0]))


def parties_spoken_for(actor: Actor) -> list[str]:
    """Ids of the parties whose head of delegation somebody is. No query."""
    at = [Ref.parse(place) for role, place in actor.grants if role == HEAD_OF_DELEGATION.name and place]
    return sorted(ref.id for ref in at)


@waits
def _to_examine(actor: Actor) -> Iterable[Waiting]:
    """Credentials that nobody has examined wait for the secretariat. One query."""
    if not actor.holds(SECRETARY):
        return
    received = Credential.objects.filter(outcome=Examination.RECEIVED, struck_at__isnull=True).exclude(
        kind__in=BY_OFFICE
    )
    waiting: dict[str, int] = {}
    for party in received.order_by("received_on", "id").values_list("party_id", flat=True):
        waiting[party] = waiting.get(party, 0) + 1
    for party, count in waiting.items():
        sentence = ngettext("%(count)d credentials to examine", "%(count)d credentials to examine", count)
        yield Waiting(sentence % {"count": count}, page_address(party))
