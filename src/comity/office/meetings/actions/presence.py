"""Acts on presence and quorum: the desk ticks who is there, a delegation says so itself, a party doubts that there is a quorum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.office.meetings.actions.checks import names_of, speaks_for, the_meeting
from comity.office.meetings.events.presence import PresenceNoted, QuorumChallenged, QuorumVerified
from comity.office.meetings.models import Meeting, Presence, QuorumCall
from comity.office.meetings.queries import presence
from comity.office.meetings.queries.points import open_call
from comity.office.meetings.queries.quorum import quorums
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import Form, QuorumKind, SaidBy, Stage
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION

DOORS = timedelta(hours=3)
"""How long before the planned beginning presence can be noted."""
_DESK = (SECRETARY, PRESIDING.of("meeting"))
_DELEGATION = (SECRETARY, HEAD_OF_DELEGATION.of("party"), DELEGATE.of("party"))


@act("meetings.note_presence", may=_DESK, records=(PresenceNoted,))
def note_presence(*, by: Actor, meeting: str, arrived: list[str] | None = None, left: list[str] | None = None) -> None:
    """Note who arrived and who left. Whoever is there already, or is not, stays as they are."""
    current = _doors_open(by, meeting)
    come, gone = arrived or [], left or []
    seated = set(presence.seated_parties(meeting))
    if not seated >= {*come, *gone}:
        raise Refused(_("Only a party that takes part in the meeting can be present."), field="arrived")
    if set(come) & set(gone):
        raise Refused(_("Nobody arrives and leaves at once."), field="left")
    _note(by, current, come, gone, SaidBy.DESK)


@act("meetings.say_present", may=_DELEGATION, records=(PresenceNoted,))
def say_present(*, by: Actor, meeting: str, party: str) -> None:
    """Say for a party that it is there."""
    current = _doors_open(by, meeting)
    speaks_for(by, party, current, there=False)
    _note(by, current, [party], (), _who_says(by))


@act("meetings.say_leaving", may=_DELEGATION, records=(PresenceNoted,))
def say_leaving(*, by: Actor, meeting: str, party: str) -> None:
    """Say for a party that it leaves."""
    current = _doors_open(by, meeting)
    speaks_for(by, party, current, there=False)
    _note(by, current, (), [party], _who_says(by))


def _who_says(by: Actor) -> SaidBy:
    return SaidBy.DESK if by.system or by.holds(SECRETARY) else SaidBy.DELEGATION


def _doors_open(by: Actor, meeting: str) -> Meeting:
    """The meeting, if presence can be noted there now. Raises Refused."""
    current = the_meeting(meeting, Stage.PLANNED, Stage.OPEN, Stage.SUSPENDED)
    if current.form == Form.WRITTEN:
        raise Refused(_("This meeting is held in writing: nobody is present or absent."))
    if current.stage == Stage.PLANNED and by.now < current.starts_at - DOORS:
        raise Refused(_("Presence can be noted from three hours before the beginning."))
    return current


def _note(by: Actor, current: Meeting, arrived: Sequence[str], left: Sequence[str], said_by: SaidBy) -> None:
    there = presence.present_parties(current.id)
    come = sorted({party for party in arrived if party not in there})
    gone = sorted({party for party in left if party in there})
    refused = presence.credentials_refused(come, presence.day_of(current))
    if refused:
        raise Refused(
            _("The credentials of these delegations were refused: %(parties)s.")
            % {"parties": names_of(sorted(refused))}
        )
    if come or gone:
        noted = PresenceNoted(
            meeting=current.id,
            readable_by=current.audience,
            arrived=tuple(come),
            left=tuple(gone),
            said_by=said_by.value,
        )
        record(by, noted)


@applies(PresenceNoted)
def _apply_presence_noted(stated: PresenceNoted, recorded: Recorded) -> None:
    Presence.objects.bulk_create(
        Presence(meeting_id=stated.meeting, party_id=party, since=recorded.time, said_by=stated.said_by)
        for party in stated.arrived
    )
    there = Presence.objects.filter(meeting=stated.meeting, until__isnull=True)
    there.filter(party__in=stated.left).update(until=recorded.time)


# --- the quorum is doubted ---


@act("meetings.challenge_quorum", may=_DELEGATION, records=(QuorumChallenged,))
def challenge_quorum(*, by: Actor, meeting: str, party: str) -> QuorumCall:
    """Ask, for a party that is there, that the quorum be verified."""
    current = the_meeting(meeting, Stage.OPEN)
    speaks_for(by, party, current)
    if open_call(meeting) is not None:
        raise Refused(_("The quorum is being verified already."))
    call = new_id(by.now)
    record(
        by,
        QuorumChallenged(meeting=meeting, readable_by=current.audience, call=call, party=party, person=by.person_id),
    )
    return QuorumCall.objects.get(id=call)


@applies(QuorumChallenged)
def _apply_quorum_challenged(stated: QuorumChallenged, recorded: Recorded) -> None:
    QuorumCall.objects.create(id=stated.call, meeting_id=stated.meeting, party_id=stated.party, raised_at=recorded.time)


@act("meetings.verify_quorum", may=_DESK, records=(QuorumVerified,))
def verify_quorum(*, by: Actor, meeting: str) -> None:
    """Answer a party that doubted the quorum with what the presence noted now comes to under the rule."""
    current = the_meeting(meeting, Stage.OPEN, Stage.SUSPENDED)
    call = open_call(meeting)
    if call is None:
        raise NotFound(_("Nobody asked that the quorum be verified."))
    held = quorums(current)
    found = held.get(QuorumKind.TO_DECIDE) or held.get(QuorumKind.TO_OPEN)
    record(
        by,
        QuorumVerified(
            meeting=meeting,
            readable_by=current.audience,
            call=call.id,
            party=call.party_id,
            quorum=found.found if found is not None else None,
        ),
    )


@applies(QuorumVerified)
def _apply_quorum_verified(stated: QuorumVerified, recorded: Recorded) -> None:
    found = stated.quorum
    QuorumCall.objects.filter(id=stated.call).update(
        answered_at=recorded.time,
        present=found.present if found else None,
        entitled=found.entitled if found else None,
        needed=found.needed if found else None,
        met=found.met if found else None,
    )
