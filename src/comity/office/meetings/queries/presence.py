"""Who takes part in a meeting, who is there, and who may speak for whom.

A party may be there unless all credentials that its delegation showed were refused; a person may speak for it under the same
condition on their own. Credentials that nobody has examined yet stop nobody: a delegation sits provisionally until they are decided on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from comity.groundwork.acts import Actor
from comity.groundwork.models import Grant
from comity.groundwork.refs import Ref
from comity.office.charter.queries import setting
from comity.office.meetings.models import Meeting, Presence, Seat
from comity.office.members.models import Credential
from comity.office.members.names import name_of
from comity.office.members.queries.parties import naming, page_address, parties
from comity.office.members.queries.status import picture
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION
from comity.office.members.settings import RIGHTS
from comity.office.members.vocabulary import Examination, Right

PARTY = "members.party"
SPEAKERS = (HEAD_OF_DELEGATION, DELEGATE)
"""Roles in which somebody speaks for a party in a meeting."""
_REFUSED = frozenset({Examination.REJECTED, Examination.REVOKED})


@dataclass(frozen=True, slots=True)
class Seated:
    """A party with a seat. since: from when it has been there, None: it is not. refused: its credentials were."""

    party: str
    name: str
    url: str
    votes: bool
    since: datetime | None
    said_by: str
    refused: bool

    @property
    def present(self) -> bool:
        """Whether it is there."""
        return self.since is not None


def seats(current: Meeting) -> list[Seated]:
    """Who takes part in a meeting, by name in the reader's language. Four queries."""
    rows = list(Seat.objects.filter(meeting=current).select_related("party__merged_into"))
    open_spans = {row.party_id: row for row in Presence.objects.filter(meeting=current, until__isnull=True)}
    names = naming()
    refused = credentials_refused([row.party_id for row in rows], day_of(current))
    found = []
    for row in rows:
        span = open_spans.get(row.party_id)
        name = name_of(row.party.merged_into or row.party, names).text
        address, since, said_by = page_address(row.party_id), span.since if span else None, span.said_by if span else ""
        found.append(Seated(row.party_id, name, address, row.votes, since, said_by, row.party_id in refused))
    return sorted(found, key=lambda one: (one.name.casefold(), one.party))


def seated_parties(meeting_id: str, *, voting: bool | None = None) -> list[str]:
    """Ids of the parties with a seat; voting: only those with a right to vote, or only those without. One query."""
    found = Seat.objects.filter(meeting=meeting_id)
    if voting is not None:
        found = found.filter(votes=voting)
    return list(found.order_by("party_id").values_list("party_id", flat=True))


def present_parties(meeting_id: str, at: datetime | None = None) -> frozenset[str]:
    """Ids of the parties that were there at a moment; None: that are there now. One query."""
    found = Presence.objects.filter(meeting=meeting_id)
    if at is None:
        found = found.filter(until__isnull=True)
    else:
        found = found.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)
    return frozenset(found.values_list("party_id", flat=True))


def is_present(meeting_id: str, party_id: str, at: datetime | None = None) -> bool:
    """Whether a party was there at a moment; None: is there now. One query."""
    return party_id in present_parties(meeting_id, at)


def presences(current: Meeting) -> list[Presence]:
    """Who arrived and left when, in the order in which they came. One query."""
    return list(Presence.objects.filter(meeting=current).select_related("party").order_by("since", "party_id"))


def day_of(current: Meeting) -> date:
    """The day of a meeting by the clock of its place: on it credentials must hold, and by its rules it is held."""
    return current.starts_at.astimezone(current.clock).date()


# --- who may be there, and who speaks ---


def credentials_refused(party_ids: Iterable[str], on: date) -> frozenset[str]:
    """Of these parties, those that showed credentials for that day, all of which were refused or revoked. One query."""
    return frozenset(
        key for key, fine in _examined(Credential.objects.filter(party__in=list(party_ids)), on).items() if not fine
    )


def _examined(rows: Iterable[Credential], on: date) -> Mapping[str, bool]:
    """For each party with credentials that run on a day: whether any of them was not refused."""
    fine: dict[str, bool] = {}
    for row in rows:
        if row.struck_at is None and row.valid_from <= on and (row.valid_until is None or row.valid_until >= on):
            refused = row.outcome in _REFUSED and (row.outcome_on is None or row.outcome_on <= on)
            fine[row.party_id] = fine.get(row.party_id, False) or not refused
    return fine


def parties_of(actor: Actor) -> list[str]:
    """Ids of the parties that somebody may speak for by their role. No query."""
    names = {role.name for role in SPEAKERS}
    return sorted({Ref.parse(place).id for role, place in actor.grants if role in names and place})


def may_speak_for(actor: Actor, party_id: str, current: Meeting | None = None) -> bool:
    """Whether somebody may speak for a party: by role, with credentials that were not refused, and where the party has a seat.

    current: the meeting; None: anywhere. At most two queries.
    """
    if actor.person_id is None or party_id not in parties_of(actor):
        return False
    on = actor.now.date() if current is None else day_of(current)
    own = Credential.objects.filter(party=party_id, person=actor.person_id)
    if not _examined(own, on).get(party_id, True):
        return False
    return current is None or Seat.objects.filter(meeting=current, party=party_id).exists()


def seats_of(actor: Actor, current: Meeting) -> list[str]:
    """Ids of the parties for which somebody may sit in a meeting. Two queries for each party that they speak for, which is one."""
    return [party for party in parties_of(actor) if may_speak_for(actor, party, current)]


def speakers(current: Meeting) -> list[tuple[str, str, str]]:
    """Whoever speaks for a party with a seat, by role: id, name and the party's id. Two queries."""
    places = [str(Ref(PARTY, party)) for party in seated_parties(current.id)]
    held = Grant.objects.filter(at__in=places, role__in=[role.name for role in SPEAKERS], until__isnull=True)
    found = held.filter(person__erased_at__isnull=True).values_list("person_id", "person__name", "at")
    return sorted({(person, name, Ref.parse(at).id) for person, name, at in found})


# --- whom a meeting is for ---


def by_rights(on: date) -> list[tuple[str, bool]]:
    """Parties whose status gives them the right to speak on a day, with whether it gives the right to vote. Five queries."""
    seen, table = picture(on), setting(RIGHTS)
    found = []
    for party in parties():
        held = table.by_status.get(seen.standing(party.id).status, ())
        if Right.SPEAK in held:
            found.append((party.id, Right.VOTE in held))
    return sorted(found)
