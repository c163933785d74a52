"""Checks that several acts of this office make: the meeting is there and at the right stage, a party sits in it, times are sound."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.office.charter.telling import language
from comity.office.meetings.models import Item, Meeting, PointOfOrder
from comity.office.meetings.queries import points, presence
from comity.office.meetings.queries.meetings import item as found_item
from comity.office.meetings.queries.meetings import meeting as found_meeting
from comity.office.meetings.vocabulary import ItemState, Stage
from comity.office.members.queries.parties import party_names
from comity.rules.words import listed

C = TypeVar("C", bound=TextChoices)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def the_meeting(key: str, *stages: Stage) -> Meeting:
    """The meeting, if it is at one of these stages (none: at any). Raises NotFound, Refused."""
    current = found_meeting(key)
    if current is None:
        raise NotFound(_("There is no such meeting."))
    if stages and current.stage not in stages:
        raise Refused(
            _("This meeting is “%(stage)s”: that cannot be done now.") % {"stage": Stage(current.stage).label}
        )
    return current


def the_item(key: str, *stages: Stage, field: str | None = None) -> Item:
    """An item that stands on the agenda of a meeting at one of these stages. Raises NotFound, Refused."""
    row = found_item(key)
    if row is None or row.state == ItemState.DROPPED:
        if field:
            raise Refused(_("There is no such item on this agenda."), field=field)
        raise NotFound(_("There is no such item on an agenda."))
    the_meeting(row.meeting_id, *stages)
    return row


def the_point(key: str, meeting: str | None = None) -> PointOfOrder:
    """A point of order; meeting: of which it must be. Raises NotFound."""
    row = points.point(key)
    if row is None or (meeting is not None and row.meeting_id != meeting):
        raise NotFound(_("There is no such point of order."))
    return row


def speaks_for(by: Actor, party: str, current: Meeting, *, there: bool = True) -> None:
    """Refuse whoever may not speak for a party in a meeting. there: the party must be present.

    The desk enters what a delegation says aloud; then only the party's seat is asked for. Raises Refused, NotAllowed.
    """
    if party not in presence.seated_parties(current.id):
        raise Refused(_("This party does not take part in the meeting."), field="party")
    if not (by.system or by.holds(SECRETARY)) and not presence.may_speak_for(by, party, current):
        raise NotAllowed(_("Your credentials for this party were refused: you cannot speak for it in this meeting."))
    if there and not presence.is_present(current.id, party):
        raise Refused(_("%(party)s is not noted as present.") % {"party": name_of(party)}, field="party")


def name_of(party: str) -> str:
    """A party's name in the language of whoever acts."""
    return party_names([party]).get(party, party)


def names_of(parties: Iterable[str]) -> str:
    """Names of parties, for sentences: the first eight."""
    wanted = list(parties)
    names = party_names(wanted)
    shown = sorted(names.get(party, party) for party in wanted)
    return listed(shown[:8], language()) + (" …" if len(shown) > 8 else "")


def one_of(choices: type[C], value: str, field: str) -> C:
    """A closed choice by its value. Raises Refused."""
    if value not in choices.values:
        raise Refused(_("“%(value)s” is not one of the choices.") % {"value": value[:50]}, field=field)
    return choices(value)


def sound_zone(name: str) -> str:
    """A time zone by its IANA name. Raises Refused."""
    try:
        # A name such as `UTC` or `Africa/Lusaka`; what could be a path is none.
        if not 0 < len(name) <= 60 or not set(name) <= _LETTERS:
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(_("There is no such time zone: write it like Africa/Lusaka."), field="zone") from error


_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-")


def sound_moment(moment: datetime, field: str) -> datetime:
    """A moment with its zone, as UTC to the second. Raises Refused."""
    if moment.tzinfo is None:
        raise Refused(_("Say in which time zone this is."), field=field)
    try:
        universal = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise Refused(_("Meetings are held between 1900 and 2200."), field=field) from error
    if not FIRST <= universal <= LAST:
        raise Refused(_("Meetings are held between 1900 and 2200."), field=field)
    return universal


def sound_span(starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuse an end before its beginning."""
    if ends_at is not None and ends_at <= starts_at:
        raise Refused(_("The end lies before the beginning."), field="ends_at")
