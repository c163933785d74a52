"""Acts on contested facts: a contest is data, and stays beside the fact until it is settled or the fact is retracted."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, act, applies, record
from comity.groundwork.ids import new_id
from comity.groundwork.log import Recorded
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import SECRETARY
from comity.groundwork.texts import clean_line
from comity.office.members.actions.checks import name, source_of, the_party
from comity.office.members.actions.status import standing_fact
from comity.office.members.events.status import ContestSettled, StatusContested
from comity.office.members.models import Contest, StatusFact
from comity.office.members.queries.parties import by_id
from comity.office.members.roles import DEPOSITARY, HEAD_OF_DELEGATION


@act(
    "members.contest_status",
    may=(SECRETARY, DEPOSITARY, HEAD_OF_DELEGATION.of("on_behalf_of")),
    records=(StatusContested,),
)
def contest_status(
    *, by: Actor, fact: str, contested_by: str = "", why: str, source: str, on_behalf_of: str | None = None
) -> Contest:
    """Enter that somebody contests a fact. It stays, marked, and counts say whether they count it. Parties contest in their own name."""
    contested, current = standing_fact(fact)
    other = the_party(on_behalf_of, "on_behalf_of") if on_behalf_of else None
    who = name(other) if other else clean_line(contested_by, most=200, field="contested_by")
    if Contest.objects.filter(line=contested.line, contested_by=who, settled_at__isnull=True).exists():
        raise Refused(_("They contest this fact already."), field="contested_by")
    contest = new_id(by.now)
    record(
        by,
        StatusContested(
            contest=contest,
            line=contested.line,
            party=current.id,
            step=contested.step,
            contested_by=who,
            why=clean_line(why, most=1000, field="why"),
            source=source_of(source),
            on_behalf_of=other.id if other else None,
        ),
    )
    return Contest.objects.get(id=contest)


@applies(StatusContested)
def _apply_status_contested(stated: StatusContested, recorded: Recorded) -> None:
    Contest.objects.create(
        id=stated.contest,
        line=stated.line,
        party_id=stated.party,
        contested_by=stated.contested_by,
        why=stated.why,
        source=stated.source,
        on_behalf_of_id=stated.on_behalf_of,
        contested_at=recorded.time,
    )


@act("members.settle_contest", may=(SECRETARY, DEPOSITARY), records=(ContestSettled,))
def settle_contest(*, by: Actor, contest: str, settlement: str, source: str) -> None:
    """Enter that a contest no longer stands. If it proved right, the fact is corrected or retracted instead."""
    current = by_id(Contest.objects.filter(settled_at__isnull=True), contest)
    if current is None:
        raise NotFound(_("There is no such contest, or it was settled."))
    fact = StatusFact.objects.filter(line=current.line).order_by("recorded_at", "id").last()
    record(
        by,
        ContestSettled(
            contest=contest,
            party=current.party_id,
            step=fact.step if fact else "",
            settlement=clean_line(settlement, most=500, field="settlement"),
            source=source_of(source),
        ),
    )


@applies(ContestSettled)
def _apply_contest_settled(stated: ContestSettled, recorded: Recorded) -> None:
    Contest.objects.filter(id=stated.contest).update(
        settled_at=recorded.time, settlement=stated.settlement, settlement_source=stated.source
    )
