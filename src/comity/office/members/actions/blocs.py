"""Acts on parties in blocs and unions, and on the matters in which a bloc does not speak for one of its own."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.members.actions.checks import name, ordered, past, possible, source_of, the_party
from comity.office.members.actions.parties import overlap
from comity.office.members.events.blocs import BlocJoined, BlocLeft, OptedOut, OptOutEnded
from comity.office.members.models import BlocMembership, OptOut, Party
from comity.office.members.queries.parties import by_id
from comity.office.members.roles import HEAD_OF_DELEGATION
from comity.office.members.vocabulary import GROUPS


@act("members.join_bloc", may=(SECRETARY,), records=(BlocJoined,))
def join_bloc(
    *, by: Actor, party: str, bloc: str, since: date | None = None, until: date | None = None, source: str
) -> BlocMembership:
    """Enter that a party is, or was, in a bloc or union. Blocs can be in blocs, not in a circle."""
    current, group = the_party(party), the_party(bloc, "bloc")
    if group.kind not in GROUPS:
        raise Refused(_("%(party)s is no bloc or union.") % {"party": name(group)}, field="bloc")
    for day, field in ((since, "since"), (until, "until")):
        if day is not None:
            past(day, by, field)
    ordered(since, until, "until")
    if group.id == current.id or current.id in _above(group):
        raise Refused(_("A bloc cannot be in itself, directly or through others."), field="bloc")
    standing = BlocMembership.objects.filter(party=current, bloc=group, struck_at__isnull=True)
    if any(overlap(since, until, one.since, one.until) for one in standing):
        raise Refused(_("It is in this bloc at that time already."), field="since")
    membership = new_id(by.now)
    joined = BlocJoined(
        membership=membership,
        party=current.id,
        bloc=group.id,
        since=since,
        until=until,
        source=source_of(source),
    )
    record(by, joined)
    return BlocMembership.objects.get(id=membership)


def _above(group: Party) -> set[str]:
    """Ids of everything that a group is in, directly or through others, at any time."""
    pairs = BlocMembership.objects.filter(struck_at__isnull=True).values_list("party_id", "bloc_id")
    within: dict[str, set[str]] = {}
    for inner, outer in pairs:
        within.setdefault(inner, set()).add(outer)
    found: set[str] = set()
    waiting = [group.id]
    while waiting:
        new = within.get(waiting.pop(), set()) - found
        found |= new
        waiting += sorted(new)
    return found


@applies(BlocJoined)
def _apply_bloc_joined(stated: BlocJoined, recorded: Recorded) -> None:
    BlocMembership.objects.create(
        id=stated.membership,
        party_id=stated.party,
        bloc_id=stated.bloc,
        since=stated.since,
        until=stated.until,
        source=stated.source,
        recorded_at=recorded.time,
    )


@act("members.leave_bloc", may=(SECRETARY,), records=(BlocLeft,))
def leave_bloc(*, by: Actor, membership: str, until: date) -> None:
    """Enter the last day of a party in a bloc."""
    current = _membership(membership)
    day = past(until, by, "until")
    ordered(current.since, day, "until")
    record(by, BlocLeft(membership=membership, party=current.party_id, bloc=current.bloc_id, until=day))


@applies(BlocLeft)
def _apply_bloc_left(stated: BlocLeft, recorded: Recorded) -> None:
    BlocMembership.objects.filter(id=stated.membership).update(until=stated.until)
    open_ones = OptOut.objects.filter(membership=stated.membership, until__isnull=True)
    open_ones.update(until=stated.until)


@act("members.opt_out", may=(SECRETARY, HEAD_OF_DELEGATION.of("party")), records=(OptedOut,))
def opt_out(*, by: Actor, party: str, membership: str, matter: str, since: date) -> OptOut:
    """Enter that in a matter a party is not spoken for by its bloc."""
    current = _membership(membership, party)
    day = possible(since, "since")
    ordered(current.since, day, "since")
    what = clean_line(matter, most=300, field="matter")
    if OptOut.objects.filter(membership=current, matter=what, until__isnull=True, struck_at__isnull=True).exists():
        raise Refused(_("It opted out of this matter already."), field="matter")
    key = new_id(by.now)
    record(
        by,
        OptedOut(
            opt_out=key,
            membership=membership,
            party=current.party_id,
            bloc=current.bloc_id,
            matter=what,
            since=day,
        ),
    )
    return OptOut.objects.get(id=key)


@applies(OptedOut)
def _apply_opted_out(stated: OptedOut, recorded: Recorded) -> None:
    OptOut.objects.create(
        id=stated.opt_out,
        membership_id=stated.membership,
        matter=stated.matter,
        since=stated.since,
        recorded_at=recorded.time,
    )


@act("members.end_opt_out", may=(SECRETARY, HEAD_OF_DELEGATION.of("party")), records=(OptOutEnded,))
def end_opt_out(*, by: Actor, party: str, opt_out: str, until: date) -> None:
    """Enter the last day on which a party is not spoken for by its bloc in a matter."""
    standing = OptOut.objects.filter(until__isnull=True, struck_at__isnull=True)
    current = by_id(standing.select_related("membership"), opt_out)
    if current is None or current.membership.party_id != party:
        raise NotFound(_("There is no such opt-out, or it has ended."))
    day = possible(until, "until")
    ordered(current.since, day, "until")
    ended = OptOutEnded(
        opt_out=opt_out,
        membership=current.membership_id,
        party=current.membership.party_id,
        bloc=current.membership.bloc_id,
        matter=current.matter,
        until=day,
    )
    record(by, ended)


@applies(OptOutEnded)
def _apply_opt_out_ended(stated: OptOutEnded, recorded: Recorded) -> None:
    OptOut.objects.filter(id=stated.opt_out).update(until=stated.until)


def _membership(key: str, party: str | None = None) -> BlocMembership:
    current = by_id(BlocMembership.objects.filter(until__isnull=True, struck_at__isnull=True), key)
    if current is None or (party is not None and current.party_id != party):
        raise NotFound(_("It is not in this bloc, or has left it."))
    return current
