"""Acts on points of order: a party raises one, the chair rules, a party may challenge the ruling, and a vote settles that.

A ruling is what a person found, with a name; nothing here computes one. The vote on a challenge is held by the decisions office,
which enters what came of it with `record_challenge_settled`; a show of hands is entered by the desk.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refs import KINDS, Ref
from comity.groundwork.refusals import Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.meetings.actions.checks import speaks_for, the_meeting, the_point
from comity.office.meetings.events.points import (
    ChallengeSettled,
    PointRaised,
    PointRuled,
    PointWithdrawn,
    RulingChallenged,
)
from comity.office.meetings.models import PointOfOrder
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import Ruling, Stage
from comity.office.members.roles import DELEGATE, HEAD_OF_DELEGATION

LONGEST = 1000
_DESK = (SECRETARY, PRESIDING.of("meeting"))
_DELEGATION = (SECRETARY, HEAD_OF_DELEGATION.of("party"), DELEGATE.of("party"))


@act("meetings.raise_point", may=_DELEGATION, records=(PointRaised,))
def raise_point(*, by: Actor, meeting: str, party: str, words: str) -> PointOfOrder:
    """Raise a point of order for a party that is there."""
    current = the_meeting(meeting, Stage.OPEN)
    speaks_for(by, party, current)
    waiting = PointOfOrder.objects.filter(meeting=current, party=party, ruling="", withdrawn_at__isnull=True)
    if waiting.exists():
        raise Refused(_("A point of order of this party waits for the ruling of the chair."))
    point = new_id(by.now)
    record(
        by,
        PointRaised(
            meeting=meeting,
            readable_by=current.audience,
            point=point,
            party=party,
            person=by.person_id,
            item=current.item_id,
            words=clean_line(words, most=LONGEST, field="words"),
        ),
    )
    return PointOfOrder.objects.get(id=point)


@applies(PointRaised)
def _apply_point_raised(stated: PointRaised, recorded: Recorded) -> None:
    PointOfOrder.objects.create(
        id=stated.point,
        meeting_id=stated.meeting,
        item_id=stated.item,
        party_id=stated.party,
        person_id=stated.person,
        words=stated.words,
        raised_at=recorded.time,
    )


@act("meetings.withdraw_point", may=_DELEGATION, records=(PointWithdrawn,))
def withdraw_point(*, by: Actor, meeting: str, party: str, point: str) -> None:
    """Withdraw a point of order on which the chair has not ruled."""
    current = the_meeting(meeting, Stage.OPEN, Stage.SUSPENDED)
    row = the_point(point, meeting)
    if row.party_id != party:
        raise Refused(_("This is the point of order of another party."), field="party")
    speaks_for(by, party, current, there=False)
    _not_ruled_on(row)
    record(by, PointWithdrawn(meeting=meeting, readable_by=current.audience, point=point, party=party))


@applies(PointWithdrawn)
def _apply_point_withdrawn(stated: PointWithdrawn, recorded: Recorded) -> None:
    PointOfOrder.objects.filter(id=stated.point).update(withdrawn_at=recorded.time)


@act("meetings.rule_on_point", may=_DESK, records=(PointRuled,))
def rule_on_point(*, by: Actor, meeting: str, point: str, upheld: bool, words: str = "") -> None:
    """Enter the ruling of the chair on a point of order, under the name of whoever presides."""
    current = the_meeting(meeting, Stage.OPEN)
    row = the_point(point, meeting)
    _not_ruled_on(row)
    if current.presiding_id is None:
        raise Refused(_("Nobody is in the chair: name who presides first."))
    record(
        by,
        PointRuled(
            meeting=meeting,
            readable_by=current.audience,
            point=point,
            party=row.party_id,
            ruled_by=current.presiding_id,
            upheld=upheld,
            words=clean_line(words, most=LONGEST, field="words", empty=True),
        ),
    )


@applies(PointRuled)
def _apply_point_ruled(stated: PointRuled, recorded: Recorded) -> None:
    PointOfOrder.objects.filter(id=stated.point).update(
        ruling=Ruling.UPHELD if stated.upheld else Ruling.REJECTED,
        ruling_words=stated.words,
        ruled_by=stated.ruled_by,
        ruled_at=recorded.time,
    )


@act("meetings.challenge_ruling", may=_DELEGATION, records=(RulingChallenged,))
def challenge_ruling(*, by: Actor, meeting: str, party: str, point: str) -> None:
    """Appeal, for a party that is there, against a ruling of the chair; it is put to the vote at once."""
    current = the_meeting(meeting, Stage.OPEN)
    row = the_point(point, meeting)
    speaks_for(by, party, current)
    if row.ruling == Ruling.NONE:
        raise Refused(_("The chair has not ruled on this point of order."))
    if row.challenged_at is not None:
        raise Refused(_("This ruling was challenged already."))
    record(
        by,
        RulingChallenged(
            meeting=meeting,
            readable_by=current.audience,
            point=point,
            party=row.party_id,
            challenged_by=party,
            person=by.person_id,
        ),
    )


@applies(RulingChallenged)
def _apply_ruling_challenged(stated: RulingChallenged, recorded: Recorded) -> None:
    PointOfOrder.objects.filter(id=stated.point).update(challenged_by=stated.challenged_by, challenged_at=recorded.time)


@act("meetings.settle_challenge", may=_DESK, records=(ChallengeSettled,))
def settle_challenge(*, by: Actor, meeting: str, point: str, overruled: bool, decision: str = "") -> None:
    """Enter what the vote on a challenged ruling came to: it stands, or it falls.

    decision: the vote as `kind:id`, if it stands here.
    """
    the_meeting(meeting, Stage.OPEN, Stage.SUSPENDED)
    the_point(point, meeting)
    record_challenge_settled(by, point, overruled=overruled, decision=_decision(decision))


def _decision(written: str) -> Ref | None:
    if not written:
        return None
    try:
        ref = Ref.parse(written)
    except ValueError as error:
        raise Refused(_("Name the vote as kind:id."), field="decision") from error
    kind = KINDS.get(ref.kind)
    if kind is None or ref.id not in kind.names([ref.id]):
        raise Refused(_("There is no such thing: %(thing)s.") % {"thing": written[:100]}, field="decision")
    return ref


def record_challenge_settled(by: Actor, point: str, *, overruled: bool, decision: Ref | None) -> None:
    """For acts of offices that hold the vote: they name `ChallengeSettled` among what they record. Raises Refused."""
    row = the_point(point)
    if row.challenged_at is None or row.settled_at is not None:
        raise Refused(_("No challenge to this ruling waits for a vote."))
    settled = ChallengeSettled(
        meeting=row.meeting_id,
        readable_by=row.meeting.audience,
        point=point,
        party=row.party_id,
        overruled=overruled,
        decision=str(decision) if decision is not None else "",
    )
    record(by, settled)


@applies(ChallengeSettled)
def _apply_challenge_settled(stated: ChallengeSettled, recorded: Recorded) -> None:
    PointOfOrder.objects.filter(id=stated.point).update(
        overruled=stated.overruled, decision=stated.decision, settled_at=recorded.time
    )


def _not_ruled_on(row: PointOfOrder) -> None:
    if row.withdrawn_at is not None:
        raise Refused(_("This point of order was withdrawn."))
    if row.ruling != Ruling.NONE:
        raise Refused(_("The chair has ruled on this point of order."))
