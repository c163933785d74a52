"""Acts on what is stated of members for votes: seats, standings, weights, mandates. A vote that is open keeps what it froze."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import is_id, new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.charter.models import Body
from comity.office.decisions.actions.checks import one_of, the_party
from comity.office.decisions.events.electorate import QualificationEnded, QualificationStated
from comity.office.decisions.models import Qualification
from comity.office.decisions.vocabulary import QualificationKind
from comity.rules.record import fraction

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


@act("decisions.qualify", may=(SECRETARY,), records=(QualificationStated,))
def qualify(
    *,
    by: Actor,
    kind: str,
    party: str,
    body: str = "",
    name: str = "",
    value: str = "",
    other: str = "",
    since: date,
    until: date | None = None,
    reason: str,
    source: str = "",
) -> Qualification:
    """State something of a member for votes: a seat in a body, a standing by the charter, a weight, or that it casts another's vote.

    name: of the standing or the weight, as the charter has it. value: of a weight, exact ("7", "12.5", "2/3"). other: id of the party
    whose vote it casts. body: in which body only; of a seat it must be named.
    """
    said = one_of(QualificationKind, kind, "kind")
    the_party(party)
    if body and not (is_id(body) and Body.objects.filter(id=body, dissolved_on__isnull=True).exists()):
        raise Refused(_("There is no such body."), field="body")
    if said is QualificationKind.SEAT and not body:
        raise Refused(_("Say in which body the seat is."), field="body")
    named = said in {QualificationKind.STANDING, QualificationKind.WEIGHT}
    kept = clean_line(name, most=100, field="name", empty=not named)
    if said is QualificationKind.WEIGHT:
        _exact(value)
    if said is QualificationKind.MANDATE:
        the_party(other, "other")
        if other == party:
            raise Refused(_("Choose another member."), field="other")
    if not FIRST_DAY <= since <= LAST_DAY or (until is not None and not since <= until <= LAST_DAY):
        raise Refused(_("These days cannot be meant: the last lies before the first, or too far away."), field="since")
    made = new_id(by.now)
    record(
        by,
        QualificationStated(
            qualification=made,
            kind=said.value,
            party=party,
            body=body,
            name=kept if named else "",
            value=value.strip() if said is QualificationKind.WEIGHT else "",
            other=other if said is QualificationKind.MANDATE else "",
            since=since,
            until=until,
            reason=clean_line(reason, most=500, field="reason"),
            source=clean_line(source, most=500, field="source", empty=True),
        ),
    )
    return Qualification.objects.get(id=made)


@applies(QualificationStated)
def _apply_qualification_stated(stated: QualificationStated, recorded: Recorded) -> None:
    Qualification.objects.create(
        id=stated.qualification,
        kind=stated.kind,
        party_id=stated.party,
        body_id=stated.body or None,
        name=stated.name,
        value=stated.value,
        other_id=stated.other or None,
        since=stated.since,
        until=stated.until,
        reason=stated.reason,
        source=stated.source,
        stated_at=recorded.time,
    )


@act("decisions.end_qualification", may=(SECRETARY,), records=(QualificationEnded,))
def end_qualification(*, by: Actor, qualification: str, until: date, reason: str) -> None:
    """Let what was stated of a member hold no longer than to a day, that day included."""
    held = Qualification.objects.filter(id=qualification).first() if is_id(qualification) else None
    if held is None:
        raise NotFound(_("There is no such entry."))
    if held.until is not None and held.until < until:
        raise Refused(_("It ends before that already."), field="until")
    if until < held.since:
        raise Refused(_("This day lies before the one that must come first."), field="until")
    why = clean_line(reason, most=500, field="reason")
    record(by, QualificationEnded(qualification=held.id, party=held.party_id, until=until, reason=why))


@applies(QualificationEnded)
def _apply_qualification_ended(stated: QualificationEnded, recorded: Recorded) -> None:
    Qualification.objects.filter(id=stated.qualification).update(until=stated.until, ended_reason=stated.reason)


def _exact(value: str) -> None:
    try:
        fraction(value[:80])
    except ValueError as error:
        raise Refused(_("Write an exact number, such as 7, 12.5 or 2/3."), field="value") from error
