"""The members office through the API: parties and where they stand on any day, counts, the depositary's register, blocs.

Everything is read as whoever's key it is may read it: addresses, credentials and dues are for members and the secretariat; other
readers get null or an empty list in their place.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from ninja import Query, Router

from comity.groundwork.acts import Actor
from comity.groundwork.api import READING, Asked, Part, TextOut, found
from comity.office.members.api_shapes import (
    BlocOut,
    BlocsAsked,
    ContestOut,
    CountOut,
    CountsOut,
    CredentialOut,
    DayAsked,
    DelegateOut,
    DepositedOut,
    DuesOut,
    FactOut,
    InBlocOut,
    PartiesAsked,
    PartyOut,
    PartyWhole,
    ReadingAsked,
    RightOut,
    StandingOut,
    VersionsOut,
)
from comity.office.members.models import Party
from comity.office.members.names import name_of
from comity.office.members.queries import blocs as of_blocs
from comity.office.members.queries import delegations, depositary, dues, rights, status
from comity.office.members.queries import register as listing
from comity.office.members.queries.parties import naming, party
from comity.office.members.treaty import Standing
from comity.office.members.vocabulary import GROUPS, Reading

router = Router(tags=["members"], auth=READING)

# --- routes ---


@router.get("/parties", response=Part[PartyOut])
def parties(request: Any, asked: Query[PartiesAsked]) -> Part[PartyOut]:
    """The register: parties by name, each with where it stands on the day under the reading."""
    rows = listing.chosen(
        listing.register(_picture(request.auth, asked)),
        kind=asked.kind or "",
        region=asked.region,
        contested=asked.contested,
    )
    if asked.status is not None:
        rows = [row for row in rows if _standing(row, asked.reading).status is asked.status]
    shown = rows[asked.offset : asked.offset + asked.limit]
    return Part(total=len(rows), items=[PartyOut(**_entry(row, asked.reading)) for row in shown])


@router.get("/parties/{key}", response=PartyWhole)
def one_party(request: Any, key: str, asked: Query[ReadingAsked]) -> PartyWhole:
    """One party with its facts and their contests, its declarations, blocs, rights and delegation.

    The id of a duplicate gives the party into which it was merged.
    """
    current: Party = found(party(key))
    current = current.merged_into or current
    actor: Actor = request.auth
    seen = _picture(actor, asked)
    today = actor.now.date()
    of_all, sure = seen.both(current.id)
    row = listing.Row(current, name_of(current, naming()), of_all, sure)
    is_group = current.kind in GROUPS
    return PartyWhole(
        **_entry(row, asked.reading),
        on=seen.on,
        known=asked.known,
        reading=asked.reading.value,
        membership=status.on_membership(_standing(row, asked.reading)),
        facts=list(map(_versions, status.history(current.id))),
        declarations=list(map(DepositedOut.of, depositary.declarations(current.id))),
        delegation=list(map(_delegate, delegations.delegation(current.id, today, actor.reader))),
        credentials=[
            _credential(delegations.authority(one, today)) for one in delegations.credentials(current.id, actor.reader)
        ],
        within=list(map(InBlocOut.of, of_blocs.blocs_of(current.id))),
        members=list(map(InBlocOut.of, of_blocs.members_of(current.id))) if is_group else [],
        rights=[
            RightOut(right=one.right.value, held=one.held, contested=one.contested, because=one.because)
            for one in rights.rights(of_all, sure)
        ],
        dues=list(map(_dues, dues.dues(current.id, today, actor.reader))),
    )


@router.get("/counts", response=CountsOut)
def counts(request: Any, asked: Query[DayAsked]) -> CountsOut:
    """Signatories, instruments, parties and so on, each with its definition and under both readings."""
    seen = _picture(request.auth, asked)
    return CountsOut(
        on=seen.on,
        known=asked.known,
        force=status.on_force(seen),
        force_with_contested=status.on_force(seen, Reading.ALL),
        counts=[
            CountOut(
                key=one.counted.key,
                word=str(one.counted.word),
                definition=str(one.counted.definition),
                uncontested=one.uncontested,
                with_contested=one.with_contested,
                sentence=one.sentence,
            )
            for one in listing.counts(listing.register(seen))
        ],
    )


@router.get("/depositary", response=Part[DepositedOut])
def depositarys_register(request: Any, asked: Query[Asked]) -> Part[DepositedOut]:
    """What was signed, deposited, notified and declared, the newest first, with the objections to it."""
    rows = depositary.entries()
    return Part(total=len(rows), items=list(map(DepositedOut.of, rows[asked.offset : asked.offset + asked.limit])))


@router.get("/blocs", response=Part[BlocOut])
def blocs(request: Any, asked: Query[BlocsAsked]) -> Part[BlocOut]:
    """Blocs and unions by name, with how many parties are in each on the day. Who they are: the bloc as a party."""
    rows = of_blocs.blocs(asked.on or request.auth.now.date())
    return Part(
        total=len(rows),
        items=[
            BlocOut(id=one.party.id, name=one.thing.name, kind=one.party.kind, size=one.size, url=one.thing.url)
            for one in rows[asked.offset : asked.offset + asked.limit]
        ],
    )


def _picture(actor: Actor, asked: DayAsked) -> status.Picture:
    moment = None if asked.known is None else datetime.combine(asked.known, time.max, UTC)
    return status.picture(asked.on or actor.now.date(), moment)


def _standing(row: listing.Row, reading: Reading) -> Standing:
    return row.sure if reading is Reading.UNCONTESTED else row.standing


def _entry(row: listing.Row, reading: Reading) -> dict[str, Any]:
    current = row.party
    return {
        "id": current.id,
        "kind": current.kind,
        "name": row.name.text,
        "own_name": TextOut.of(current.name),
        "iso3": current.iso3,
        "region": current.region,
        "contested": row.contested,
        "standing": StandingOut.of(_standing(row, reading)),
    }


def _versions(one: status.Version) -> VersionsOut:
    return VersionsOut(
        fact=FactOut.of(one.fact),
        retracted=one.retracted,
        contests=list(map(ContestOut.of, one.contests)),
        settled=list(map(ContestOut.of, one.settled)),
        earlier=list(map(FactOut.of, one.earlier)),
    )


def _delegate(one: delegations.Delegate) -> DelegateOut:
    return DelegateOut(
        person=one.term.person_id,
        name=one.name,
        role=one.role.name,
        position=one.term.position,
        email=one.contact,
        since=one.term.since,
        until=one.term.until,
        now=one.now,
    )


def _credential(one: delegations.Authority) -> CredentialOut:
    row = one.credential
    return CredentialOut(
        id=row.id,
        person=row.person_id,
        name=row.person.name,
        kind=row.kind,
        purpose=row.purpose,
        issued_by=row.issued_by,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        received_on=row.received_on,
        outcome=row.outcome,
        outcome_on=row.outcome_on,
        outcome_reason=row.outcome_reason,
        holds=one.holds,
        why=one.why,
    )


def _dues(year: dues.DuesOfYear) -> DuesOut:
    row = year.assessment
    return DuesOut(
        year=row.year,
        assessed=row.amount,
        paid=year.paid,
        open=year.open,
        currency=row.currency,
        due_on=row.due_on,
        in_arrears=year.in_arrears,
    )
