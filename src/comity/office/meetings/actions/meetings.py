"""Acts on a meeting itself: convening and changing it, its seats and its chair, opening, suspending, resuming and closing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record, unchanged
from comity.groundwork.audiences import MEMBERS, PUBLIC
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.models import Grant, Person
from comity.groundwork.queries import holders
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line, clean_original
from comity.groundwork.translated import Text
from comity.office.charter.models import Body
from comity.office.charter.queries import BODY_SECRETARY, CHAIR
from comity.office.meetings.actions.checks import one_of, sound_moment, sound_span, sound_zone, the_meeting
from comity.office.meetings.events.meetings import (
    ChairTaken,
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingConvened,
    MeetingOpened,
    MeetingResumed,
    MeetingSuspended,
    SeatGiven,
    SeatsSet,
)
from comity.office.meetings.models import MEETING, Meeting, Presence, Seat
from comity.office.meetings.obstacles import obstacles
from comity.office.meetings.queries.presence import by_rights
from comity.office.meetings.queries.quorum import charter_for, quorums
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import Form, QuorumKind, Stage
from comity.office.members.models import Party
from comity.office.members.queries.parties import by_id

MOST_SEATS = 1000
_DESK = (SECRETARY, PRESIDING.of("meeting"))


@act(
    "meetings.convene",
    may=(SECRETARY, CHAIR.of("body"), BODY_SECRETARY.of("body")),
    records=(MeetingConvened, SeatsSet, ChairTaken),
)
def convene(
    *,
    by: Actor,
    body: str,
    title: Text,
    form: str = "in_person",
    place: Text | None = None,
    starts_at: datetime,
    ends_at: datetime | None = None,
    zone: str = "UTC",
    audience: str = PUBLIC,
    rule: str = "",
    parties: list[str] | None = None,
    voting: list[str] | None = None,
    chair: str | None = None,
) -> Meeting:
    """Convene a meeting of a body.

    parties: who takes part, None: whose status gives the right to speak. voting: who of them votes, None: by status.
    chair: who will preside, None: the body's chair.
    """
    held_by = by_id(Body.objects.filter(dissolved_on__isnull=True), body)
    if held_by is None:
        raise Refused(_("There is no such body, or it was dissolved."), field="body")
    begins = sound_moment(starts_at, "starts_at")
    ends = None if ends_at is None else sound_moment(ends_at, "ends_at")
    sound_span(begins, ends)
    if audience not in {PUBLIC, MEMBERS}:
        raise Refused(_("A meeting is for the public or for members."), field="audience")
    first = Person.objects.filter(id=_person(chair)).first() if chair else _chair_of(held_by)
    meeting = new_id(by.now)
    convened = MeetingConvened(
        meeting=meeting,
        readable_by=audience,
        body=held_by.id,
        title=clean_original(title, most=300, field="title"),
        form=one_of(Form, form, "form").value,
        place=clean_original(place or Text(), most=300, field="place", empty=True),
        starts_at=begins,
        ends_at=ends,
        zone=sound_zone(zone),
        rule=clean_line(rule, most=100, field="rule", empty=True),
    )
    record(by, convened)
    current = the_meeting(meeting)
    _sound_rule(current)
    record(by, SeatsSet(meeting=meeting, readable_by=audience, seats=_seats(current, parties, voting)))
    if first is not None:
        _seat_in_the_chair(by, current, first.id)
    return the_meeting(meeting)


@applies(MeetingConvened)
def _apply_meeting_convened(stated: MeetingConvened, recorded: Recorded) -> None:
    Meeting.objects.create(
        id=stated.meeting,
        body_id=stated.body,
        title=stated.title,
        form=stated.form,
        place=stated.place,
        starts_at=stated.starts_at,
        ends_at=stated.ends_at,
        zone=stated.zone,
        rule=stated.rule,
        audience=stated.readable_by,
        convened_at=recorded.time,
    )


@act("meetings.change_meeting", may=_DESK, records=(MeetingChanged,))
def change_meeting(
    *,
    by: Actor,
    meeting: str,
    title: Text | None = None,
    form: str | None = None,
    place: Text | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    no_end: bool = False,
    zone: str | None = None,
    rule: str | None = None,
    seen: int | None = None,
) -> None:
    """Change title, place, time, form or rule of a meeting that is not over; None leaves a thing as it is.

    no_end: no end is planned any more.
    """
    current = the_meeting(meeting, Stage.PLANNED, Stage.OPEN, Stage.SUSPENDED)
    unchanged(current.ref, seen)
    wanted: dict[str, Any] = {
        "title": None if title is None else clean_original(title, most=300, field="title"),
        "form": None if form is None else one_of(Form, form, "form").value,
        "place": None if place is None else clean_original(place, most=300, field="place", empty=True),
        "starts_at": None if starts_at is None else sound_moment(starts_at, "starts_at"),
        "zone": None if zone is None else sound_zone(zone),
        "rule": None if rule is None else clean_line(rule, most=100, field="rule", empty=True),
    }
    ends = None if no_end else current.ends_at if ends_at is None else sound_moment(ends_at, "ends_at")
    sound_span(wanted["starts_at"] or current.starts_at, ends)
    changes = {
        key: value if value is not None and value != getattr(current, key) else None for key, value in wanted.items()
    }
    if ends != current.ends_at or any(value is not None for value in changes.values()):
        record(by, MeetingChanged(meeting=meeting, readable_by=current.audience, ends_at=ends, **changes))
        _sound_rule(the_meeting(meeting))


@applies(MeetingChanged)
def _apply_meeting_changed(stated: MeetingChanged, recorded: Recorded) -> None:
    changes: dict[str, Any] = {
        "title": stated.title,
        "form": stated.form,
        "place": stated.place,
        "starts_at": stated.starts_at,
        "zone": stated.zone,
        "rule": stated.rule,
    }
    given = {key: value for key, value in changes.items() if value is not None}
    Meeting.objects.filter(id=stated.meeting).update(ends_at=stated.ends_at, **given)


@act("meetings.cancel", may=_DESK, records=(MeetingCancelled,))
def cancel_meeting(*, by: Actor, meeting: str, reason: str) -> None:
    """Cancel a meeting that has not been opened."""
    current = the_meeting(meeting, Stage.PLANNED)
    why = clean_line(reason, most=500, field="reason")
    record(by, MeetingCancelled(meeting=meeting, readable_by=current.audience, reason=why))


@applies(MeetingCancelled)
def _apply_meeting_cancelled(stated: MeetingCancelled, recorded: Recorded) -> None:
    _end(stated.meeting, Stage.CANCELLED, recorded)


# --- seats ---


@act("meetings.change_seats", may=(SECRETARY,), records=(SeatsSet,))
def change_seats(*, by: Actor, meeting: str, parties: list[str], voting: list[str], seen: int | None = None) -> None:
    """Say anew who takes part in a meeting, and who of them votes."""
    current = the_meeting(meeting, Stage.PLANNED, Stage.OPEN, Stage.SUSPENDED)
    unchanged(current.ref, seen)
    given = _seats(current, parties, voting)
    held = {(row.party_id, row.votes) for row in Seat.objects.filter(meeting=current)}
    if {(seat.party, seat.votes) for seat in given} != held:
        record(by, SeatsSet(meeting=meeting, readable_by=current.audience, seats=given))


@applies(SeatsSet)
def _apply_seats_set(stated: SeatsSet, recorded: Recorded) -> None:
    Seat.objects.filter(meeting=stated.meeting).delete()
    Seat.objects.bulk_create(
        Seat(meeting_id=stated.meeting, party_id=seat.party, votes=seat.votes) for seat in stated.seats
    )
    there = Presence.objects.filter(meeting=stated.meeting, until__isnull=True)
    there.exclude(party__in=[seat.party for seat in stated.seats]).update(until=recorded.time)


def _seats(current: Meeting, parties: Sequence[str] | None, voting: Sequence[str] | None) -> tuple[SeatGiven, ...]:
    """Who takes part and votes: as given, else by the rights that their status gives on the day. Raises Refused."""
    rights = dict(by_rights(current.starts_at.astimezone(current.clock).date())) if None in (parties, voting) else {}
    seated = list(rights) if parties is None else list(dict.fromkeys(parties))
    if len(seated) > MOST_SEATS:
        raise Refused(_("A meeting has at most %(most)d seats.") % {"most": MOST_SEATS}, field="parties")
    known = set(Party.objects.filter(id__in=seated, merged_into__isnull=True).values_list("id", flat=True))
    if not known >= set(seated):
        raise Refused(_("There is no such party, or its entry was merged into another."), field="parties")
    votes = {party for party, held in rights.items() if held} if voting is None else set(voting)
    if voting is not None and not votes <= set(seated):
        raise Refused(_("Only a party that takes part can have a vote."), field="voting")
    return tuple(SeatGiven(party=party, votes=party in votes) for party in sorted(seated))


# --- the chair ---


@act("meetings.take_chair", may=_DESK, records=(ChairTaken,))
def take_chair(*, by: Actor, meeting: str, person: str) -> None:
    """Hand the chair of a meeting to somebody, who presides from now on."""
    current = the_meeting(meeting, Stage.PLANNED, Stage.OPEN, Stage.SUSPENDED)
    who = _person(person)
    if who == current.presiding_id:
        raise Refused(_("They are in the chair already."), field="person")
    _seat_in_the_chair(by, current, who)


@applies(ChairTaken)
def _apply_chair_taken(stated: ChairTaken, recorded: Recorded) -> None:
    _leave_the_chair(stated.meeting, recorded)
    at = str(stated.ref)
    Grant.objects.create(id=stated.grant, person_id=stated.person, role=PRESIDING.name, at=at, since=recorded.time)
    Meeting.objects.filter(id=stated.meeting).update(presiding=stated.person)


def _seat_in_the_chair(by: Actor, current: Meeting, person: str) -> None:
    taken = ChairTaken(
        meeting=current.id,
        readable_by=current.audience,
        grant=new_id(by.now),
        person=person,
        before=current.presiding_id,
    )
    record(by, taken)


def _leave_the_chair(meeting: str, recorded: Recorded) -> None:
    """End every grant of the chair of a meeting, however it was given."""
    held = Grant.objects.filter(role=PRESIDING.name, at=str(Ref(MEETING, meeting)), until__isnull=True)
    held.update(until=recorded.time)


def _chair_of(body: Body) -> Person | None:
    """The body's chair; None: it has none, or more than one."""
    chairs = list(holders(CHAIR, Ref("charter.body", body.id))[:2])
    return chairs[0] if len(chairs) == 1 else None


def _person(key: str) -> str:
    found = by_id(Person.objects.filter(erased_at__isnull=True), key)
    if found is None:
        raise Refused(_("There is no such person here."), field="person")
    return found.id


# --- opening and closing ---


@act("meetings.open", may=_DESK, records=(MeetingOpened,))
def open_meeting(*, by: Actor, meeting: str) -> None:
    """Open a meeting: somebody is in the chair, and the quorum to open is there."""
    current = the_meeting(meeting, Stage.PLANNED)
    if current.presiding_id is None:
        raise Refused(_("Nobody is in the chair: name who presides first."))
    found = quorums(current).get(QuorumKind.TO_OPEN)
    if found is not None and found.met is False:
        raise Refused(found.sentence)
    record(
        by,
        MeetingOpened(
            meeting=meeting,
            readable_by=current.audience,
            chair=current.presiding_id,
            quorum=found.found if found is not None else None,
        ),
    )


@applies(MeetingOpened)
def _apply_meeting_opened(stated: MeetingOpened, recorded: Recorded) -> None:
    Meeting.objects.filter(id=stated.meeting).update(stage=Stage.OPEN, opened_at=recorded.time)


@act("meetings.suspend", may=_DESK, records=(MeetingSuspended,))
def suspend_meeting(*, by: Actor, meeting: str, until: datetime | None = None, reason: str = "") -> None:
    """Suspend a meeting; it can be resumed."""
    current = the_meeting(meeting, Stage.OPEN)
    _nothing_in_the_way(current)
    when = None if until is None else sound_moment(until, "until")
    if when is not None and when <= by.now:
        raise Refused(_("This moment is over: say when the meeting is to go on."), field="until")
    why = clean_line(reason, most=500, field="reason", empty=True)
    record(by, MeetingSuspended(meeting=meeting, readable_by=current.audience, until=when, reason=why))


@applies(MeetingSuspended)
def _apply_meeting_suspended(stated: MeetingSuspended, recorded: Recorded) -> None:
    Meeting.objects.filter(id=stated.meeting).update(stage=Stage.SUSPENDED, suspended_until=stated.until)


@act("meetings.resume", may=_DESK, records=(MeetingResumed,))
def resume_meeting(*, by: Actor, meeting: str) -> None:
    """Resume a meeting that was suspended; the quorum to open must be there again."""
    current = the_meeting(meeting, Stage.SUSPENDED)
    found = quorums(current).get(QuorumKind.TO_OPEN)
    if found is not None and found.met is False:
        raise Refused(found.sentence)
    held = found.found if found is not None else None
    record(by, MeetingResumed(meeting=meeting, readable_by=current.audience, quorum=held))


@applies(MeetingResumed)
def _apply_meeting_resumed(stated: MeetingResumed, recorded: Recorded) -> None:
    Meeting.objects.filter(id=stated.meeting).update(stage=Stage.OPEN, suspended_until=None)


@act("meetings.close", may=_DESK, records=(MeetingClosed,))
def close_meeting(*, by: Actor, meeting: str) -> None:
    """Close a meeting. Whoever is noted as present leaves with it."""
    current = the_meeting(meeting, Stage.OPEN, Stage.SUSPENDED)
    _nothing_in_the_way(current)
    record(by, MeetingClosed(meeting=meeting, readable_by=current.audience))


@applies(MeetingClosed)
def _apply_meeting_closed(stated: MeetingClosed, recorded: Recorded) -> None:
    _end(stated.meeting, Stage.CLOSED, recorded)


def _end(meeting: str, stage: Stage, recorded: Recorded) -> None:
    Meeting.objects.filter(id=meeting).update(stage=stage, closed_at=recorded.time, item=None, suspended_until=None)
    Presence.objects.filter(meeting=meeting, until__isnull=True).update(until=recorded.time)
    _leave_the_chair(meeting, recorded)


def _nothing_in_the_way(current: Meeting) -> None:
    found = obstacles(current)
    if found:
        raise Refused(" ".join(found))


def _sound_rule(current: Meeting) -> None:
    """Refuse a rule that the charter of the day does not have."""
    if not current.rule:
        return
    charter = charter_for(current)
    if charter is None or current.rule not in {rule.id for rule in charter.rules}:
        raise Refused(_("The charter of that day has no rule “%(rule)s”.") % {"rule": current.rule}, field="rule")
