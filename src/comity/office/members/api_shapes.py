"""What the API of the members office is asked and answers: one schema for each. What a reader may not know is null or empty."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ninja import Schema
from pydantic import Field

from comity.groundwork.api import Asked, TextOut, ThingOut
from comity.office.members.models import Contest, StatusFact
from comity.office.members.queries import blocs as of_blocs
from comity.office.members.queries import depositary
from comity.office.members.treaty import Happened, Standing
from comity.office.members.vocabulary import PartyKind, Reading, Status

# --- what is asked ---


class DayAsked(Schema):
    """The register on a day, as the record knew it at the end of another."""

    on: date | None = Field(None, description="The day; without it, today.")
    known: date | None = Field(None, description="As the record knew it at the end of this day (UTC); without it, now.")


class ReadingAsked(DayAsked):
    """The same, under one reading of what is contested."""

    reading: Reading = Field(Reading.ALL, description="`all`: contested facts count; `uncontested`: they do not.")


class PartiesAsked(ReadingAsked, Asked):
    """Which parties are wanted."""

    status: Status | None = Field(None, description="Only those with this status under the reading.")
    kind: PartyKind | None = None
    region: str = Field("", max_length=3, description="M49 code of a region or sub-region.")
    contested: bool = Field(
        False, description="Only those whose status rests on, or would differ with, contested facts."
    )


class BlocsAsked(Asked):
    """Which part of the list of blocs is wanted."""

    on: date | None = Field(None, description="The day; without it, today.")


# --- what is told ---


class StepOut(Schema):
    """A step of a party that is told beside its status. on: the day from which it surely has effect."""

    fact: str
    step: str
    on: date

    @classmethod
    def of(cls, step: Happened) -> StepOut:
        """From a step of the treaty's state machine."""
        return cls(fact=step.id, step=step.step.value, on=step.counts_from)


class StandingOut(Schema):
    """Where a party stands on the day, under the reading. since: null if not known. exact: whether that day is certain.

    contested: it rests on a contested fact. membership: whether it is party to the agreement, which a signatory is not. fact: what
    brought the status about. ahead: notified, without effect yet. unsure: may have happened by then. set_aside: does not count here.
    """

    status: str
    since: date | None
    exact: bool
    contested: bool
    membership: str
    force: str
    force_on: date | None
    fact: str | None
    ahead: list[StepOut]
    unsure: list[StepOut]
    set_aside: list[StepOut]

    @classmethod
    def of(cls, at: Standing) -> StandingOut:
        """From a standing."""
        return cls(
            status=at.status.value,
            since=at.since,
            exact=at.exact,
            contested=at.contested,
            membership=at.membership.value,
            force=at.force.value,
            force_on=at.force_on,
            fact=at.ground.id if at.ground else None,
            ahead=list(map(StepOut.of, at.ahead)),
            unsure=list(map(StepOut.of, at.unsure)),
            set_aside=list(map(StepOut.of, at.set_aside)),
        )


class PartyOut(Schema):
    """A party. name: in the language of the request; own_name: as it was entered, empty where a country code tells it.

    contested: with contested facts left out, or counted, its standing is another or rests on less.
    """

    id: str
    kind: str
    name: str
    own_name: TextOut
    iso3: str
    region: str
    contested: bool
    standing: StandingOut


class ContestOut(Schema):
    """Somebody says that a fact is not so. settled_at: null while it stands."""

    id: str
    contested_by: str
    why: str
    source: str
    on_behalf_of: str | None
    contested_at: datetime
    settled_at: datetime | None
    settlement: str

    @classmethod
    def of(cls, row: Contest) -> ContestOut:
        """From a row."""
        return cls(
            id=row.id,
            contested_by=row.contested_by,
            why=row.why,
            source=row.source,
            on_behalf_of=row.on_behalf_of_id,
            contested_at=row.contested_at,
            settled_at=row.settled_at,
            settlement=row.settlement,
        )


class FactOut(Schema):
    """A dated step of a party, in one version. line: id of its first version. happened_on: null if not known; precision says how well.

    number: the depositary's. event: number of the event that entered the first version. superseded_at: null while this version stands.
    """

    id: str
    line: str
    party: str
    step: str
    happened_on: date | None
    precision: str
    effective_on: date | None
    source: str
    evidence: str
    note: str
    number: str
    office: str
    predecessor: str | None
    takes_over: str
    seen_on: date
    event: int
    recorded_at: datetime
    superseded_at: datetime | None
    reason: str

    @classmethod
    def of(cls, row: StatusFact) -> FactOut:
        """From a row."""
        return cls(
            id=row.id,
            line=row.line,
            party=row.party_id,
            step=row.step,
            happened_on=row.happened_on,
            precision=row.precision,
            effective_on=row.effective_on,
            source=row.source,
            evidence=row.evidence,
            note=row.note,
            number=row.number,
            office=row.office,
            predecessor=row.predecessor_id,
            takes_over=row.takes_over,
            seen_on=row.seen_on,
            event=row.order,
            recorded_at=row.recorded_at,
            superseded_at=row.superseded_at,
            reason=row.reason,
        )


class VersionsOut(Schema):
    """A fact with the versions that it superseded, newest first, and with contests. retracted: it no longer stands at all."""

    fact: FactOut
    retracted: bool
    contests: list[ContestOut]
    settled: list[ContestOut]
    earlier: list[FactOut]


class ObjectionOut(Schema):
    """An objection. bars_force: so that the agreement is not in force between the two."""

    id: str
    party: ThingOut
    text: TextOut
    made_on: date
    bars_force: bool
    source: str
    withdrawn_on: date | None


class DeclarationOut(Schema):
    """A reservation or declaration."""

    kind: str
    provision: str
    text: TextOut
    made_on: date
    source: str
    withdrawn_on: date | None
    objections: list[ObjectionOut]


class DepositedOut(Schema):
    """An entry of the depositary's register: a step or a declaration. on: the day by which it was there."""

    id: str
    on: date
    party: ThingOut
    contested: bool
    fact: FactOut | None
    declaration: DeclarationOut | None

    @classmethod
    def of(cls, entry: depositary.Deposited) -> DepositedOut:
        """From an entry of the register."""
        made = entry.declaration
        return cls(
            id=entry.id,
            on=entry.on,
            party=ThingOut.of(entry.party),
            contested=entry.contested,
            fact=FactOut.of(entry.fact) if entry.fact else None,
            declaration=DeclarationOut(
                kind=made.kind,
                provision=made.provision,
                text=TextOut.of(made.text),
                made_on=made.made_on,
                source=made.source,
                withdrawn_on=made.withdrawn_on,
                objections=list(map(_objection, entry.objections)),
            )
            if made
            else None,
        )


class DelegateOut(Schema):
    """Somebody in a delegation. email: for members and the secretariat. now: the term runs."""

    person: str
    name: str
    role: str
    position: str
    email: str | None
    since: date
    until: date | None
    now: bool


class CredentialOut(Schema):
    """Why somebody may act for the party. holds: whether it does today, and why."""

    id: str
    person: str
    name: str
    kind: str
    purpose: str
    issued_by: str
    valid_from: date
    valid_until: date | None
    received_on: date
    outcome: str
    outcome_on: date | None
    outcome_reason: str
    holds: bool
    why: str


class OptOutOut(Schema):
    """A matter in which a bloc does not speak for the party."""

    id: str
    matter: str
    since: date
    until: date | None


class InBlocOut(Schema):
    """A party's membership in a bloc."""

    id: str
    party: ThingOut
    bloc: ThingOut
    since: date | None
    until: date | None
    source: str
    opt_outs: list[OptOutOut]

    @classmethod
    def of(cls, one: of_blocs.InBloc) -> InBlocOut:
        """From a membership."""
        outs = [OptOutOut(id=out.id, matter=out.matter, since=out.since, until=out.until) for out in one.opt_outs]
        return cls(
            id=one.membership.id,
            party=ThingOut.of(one.party),
            bloc=ThingOut.of(one.bloc),
            since=one.membership.since,
            until=one.membership.until,
            source=one.membership.source,
            opt_outs=outs,
        )


class RightOut(Schema):
    """Whether a right is held. contested: with contested facts left out the answer is another."""

    right: str
    held: bool
    contested: bool
    because: str


class DuesOut(Schema):
    """What the party was to pay for a year, and paid. in_arrears: something is open after the day on which it was due."""

    year: int
    assessed: Decimal
    paid: Decimal
    open: Decimal
    currency: str
    due_on: date
    in_arrears: bool


class PartyWhole(PartyOut):
    """A party with all that its page shows. credentials and dues: for members and the secretariat, else empty.

    within: its blocs; members: who is in it, if it is one.
    """

    on: date
    known: date | None
    reading: str
    membership: str = Field(description="Whether it is party to the agreement and why, in a sentence.")
    facts: list[VersionsOut]
    declarations: list[DepositedOut]
    delegation: list[DelegateOut]
    credentials: list[CredentialOut]
    within: list[InBlocOut]
    members: list[InBlocOut]
    rights: list[RightOut]
    dues: list[DuesOut]


class CountOut(Schema):
    """A count with its definition, under both readings of what is contested."""

    key: str
    word: str
    definition: str
    uncontested: int
    with_contested: int
    sentence: str


class CountsOut(Schema):
    """How many parties stand where. force: whether the agreement is in force, in a sentence, contested facts left out."""

    on: date
    known: date | None
    force: str
    force_with_contested: str
    counts: list[CountOut]


class BlocOut(Schema):
    """A bloc or union. size: parties in it on the day."""

    id: str
    name: str
    kind: str
    size: int
    url: str | None


def _objection(one: depositary.Objected) -> ObjectionOut:
    row = one.objection
    return ObjectionOut(
        id=row.id,
        party=ThingOut.of(one.party),
        text=TextOut.of(row.text),
        made_on=row.made_on,
        bars_force=row.bars_force,
        source=row.source,
        withdrawn_on=row.withdrawn_on,
    )
