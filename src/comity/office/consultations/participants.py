"""Who somebody is within one consultation: a number of their own, which says nothing elsewhere and of nobody.

Whoever has an account, or speaks in a delegation, gets the number that a keyed hash of the consultation and their id gives: no table
holds the pair. Whoever comes by an open link gets a random number, which their browser keeps; whoever comes by an invitation, the
number that was drawn for it. A ticket proves the number for a while, to the ballot box and to acts alike.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from comity.ballot_box import tickets
from comity.groundwork.acts import Actor
from comity.groundwork.models import Grant
from comity.groundwork.refusals import NotAllowed
from comity.office.consultations.models import Consultation, Removal
from comity.office.consultations.vocabulary import Entry
from comity.office.members.roles import DELEGATION

TICKET_LASTS = timedelta(days=30)
"""How long a page that was left open can still send answers."""


@cache
def _key() -> bytes:
    return tickets.key(settings.SECRET_KEY)


def ticket_for(consultation: str, participant: int, now: datetime) -> str:
    """Proof of a participant's number, for their own page."""
    return tickets.issue(_key(), consultation, participant, now + TICKET_LASTS)


def holder(consultation: str, ticket: str, now: datetime) -> int:
    """The participant whose ticket this is. Raises NotAllowed."""
    try:
        return tickets.read(_key(), consultation, ticket, now)
    except tickets.BadTicket as bad:
        raise NotAllowed(_("This page has lost its way: open the consultation again, and go on from there.")) from bad


def of_person(consultation: str, person: str) -> int:
    """The number of somebody with an account in one consultation; another in each."""
    digest = hmac.digest(_key(), f"participant\n{consultation}\n{person}".encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> 1


def embed_key(consultation: str) -> str:
    """The key with which an embedding site signs who its people are; for whoever runs the consultation to hand on."""
    return hmac.digest(_key(), f"embed\n{consultation}".encode(), "sha256").hex()


def signature(consultation: str, who: str, until: str) -> str:
    """What an embedding site signs: HMAC-SHA256 under its key of the person's id there, a line feed, and seconds since 1970."""
    return hmac.digest(embed_key(consultation).encode(), f"{who}\n{until}".encode("utf-8", "replace"), "sha256").hex()


def of_embedded(current: Consultation, who: str, until: str, sign: str, now: datetime) -> int:
    """The number of somebody whom an embedding site names. Raises NotAllowed for a signature that is wrong or over."""
    good = hmac.compare_digest(signature(current.id, who, until).encode(), sign.encode("utf-8", "replace"))
    if not good or not who or len(who) > 200:
        raise NotAllowed(_("The site that shows this page did not sign it rightly. Tell whoever runs that site."))
    if not until.isascii() or not until.isdecimal() or len(until) > 12 or int(until) < now.timestamp():
        raise NotAllowed(_("This page was open for too long: load it again, and go on from there."))
    return of_person(current.id, f"embedded\n{who}")


def by_account(current: Consultation, actor: Actor) -> int | None:
    """The number that whoever asks has because of their account; None: the consultation goes by something else.

    Raises NotAllowed with what they lack.
    """
    if current.entry not in {Entry.ACCOUNTS, Entry.DELEGATIONS}:
        return None
    if actor.person_id is None:
        raise NotAllowed(_("Sign in first: one account has one voice here."))
    if current.entry == Entry.DELEGATIONS:
        roles = [role.name for role in DELEGATION]
        running = Grant.objects.filter(person=actor.person_id, role__in=roles, since__lte=actor.now, until__isnull=True)
        if not running.exists():
            raise NotAllowed(_("Members of delegations are asked here; you are in none."))
    return of_person(current.id, actor.person_id)


def is_removed(current: Consultation, participant: int) -> bool:
    """Whether somebody was removed from a consultation. One query."""
    return Removal.objects.filter(consultation=current, participant=participant).exists()
