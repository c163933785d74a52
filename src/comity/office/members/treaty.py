"""The treaty as a state machine: from dated steps to where a party stands on a day, and whether the agreement is in force for it.

Pure: no database and no clock. Steps are ordered by the day on which each surely had effect, not by the order in which they were
entered. Signatory is not member: who is party to the agreement is computed from a deposited instrument and from entry into
force. After the Vienna Convention on the Law of Treaties (articles 11-25, 54-57, 65) and the usual final clauses; an organisation's
own clause is a rule of its charter, by which `comity.rules.in_force` counts the deposits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.office.members.dates import span
from comity.office.members.vocabulary import (
    INSTRUMENTS,
    Force,
    Membership,
    Precision,
    Reading,
    Status,
    Step,
    TakesOver,
)
from comity.rules import Charter, Deposit, InForce, Member, RulesError, Snapshot, in_force
from comity.rules import Rule as CharterRule
from comity.rules.in_force import bound_from
from comity.rules.timing import parse_timing

_RANK = {step: n for n, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Happened:
    """A step as the machine sees it. on: None if not known at all. seen_on: when it was first entered. order: place in the log.

    Computed once: earliest: the first day on which it may have happened, None: any; latest: the day by which it had; counts_from:
    the first day on which it surely has effect; exact: whether that day is known to be the first; place: where it stands in its
    party's history: by day, on one day in the order of `Step`, then in the order of entry.
    """

    id: str
    step: Step
    on: date | None
    seen_on: date
    order: int
    precision: Precision = Precision.DAY
    effective_on: date | None = None
    contested: bool = False
    takes_over: str = ""
    evidence: str = ""
    earliest: date | None = field(init=False)
    latest: date = field(init=False)
    counts_from: date = field(init=False)
    exact: bool = field(init=False)
    place: tuple[date, int, int] = field(init=False)

    def __post_init__(self) -> None:
        earliest, latest = span(self.on, self.precision, self.seen_on)
        counts_from = self.effective_on or latest
        computed = {
            "earliest": earliest,
            "latest": latest,
            "counts_from": counts_from,
            "exact": self.effective_on is not None or self.precision == Precision.DAY,
            "place": (counts_from, _RANK[self.step], self.order),
        }
        for name, value in computed.items():
            object.__setattr__(self, name, value)


def place(step: Happened) -> tuple[date, int, int]:
    """The key by which the steps of a history are put in order."""
    return step.place


@dataclass(frozen=True, slots=True)
class Position:
    """What holds for a party: for each thing the step that made it so, None if it is not so."""

    approach: Happened | None = None
    observer: Happened | None = None
    signed: Happened | None = None
    instrument: Happened | None = None
    provisional: Happened | None = None
    noted: Happened | None = None
    suspended: Happened | None = None
    withdrawn: Happened | None = None
    ceased: Happened | None = None

    @property
    def grounds(self) -> tuple[Happened, ...]:
        """The steps on which it rests, oldest first."""
        held = {
            step
            for step in (
                self.approach,
                self.observer,
                self.signed,
                self.instrument,
                self.provisional,
                self.noted,
                self.suspended,
                self.withdrawn,
                self.ceased,
            )
            if step is not None
        }
        return tuple(sorted(held, key=place))


class OutOfOrder(Exception):
    """A step that cannot follow what came before. step: which; sentence: what must come first, translatable."""

    def __init__(self, step: Happened, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.step = step
        self.sentence = sentence


Holds = Callable[[Position], object]


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold before a step, and what is said if it does not."""

    holds: Holds
    otherwise: str | Promise


_NOT_BOUND = Rule(
    lambda at: at.instrument is None,
    _("It is bound by the agreement already: its instrument stands on record. It would have to withdraw first."),
)
_NOT_SIGNED = Rule(lambda at: at.signed is None, _("Its signature stands on record already."))
_SIGNED = Rule(
    lambda at: at.signed is not None,
    _("It has not signed by then: the signature comes first. Whoever has not signed accedes."),
)
_HAS_INSTRUMENT = Rule(
    lambda at: at.instrument is not None,
    _("It has no instrument on deposit by then: ratification, acceptance, approval or accession comes first."),
)
_RATIFYING = (_NOT_BOUND, _SIGNED)
_APPROACHING = (
    Rule(
        lambda at: at.signed is None and at.instrument is None,
        _("It has signed or is bound by then: invitations and replies come before a signature."),
    ),
)

RULES: Mapping[Step, tuple[Rule, ...]] = MappingProxyType(
    {
        Step.INVITED: _APPROACHING,
        Step.CONSIDERING: _APPROACHING,
        Step.DECLINED: (
            Rule(
                lambda at: at.approach is not None and at.approach.step in {Step.INVITED, Step.CONSIDERING},
                _("There is nothing that it could decline by then: the invitation comes first."),
            ),
        ),
        Step.OBSERVER: (
            Rule(
                lambda at: at.signed is None and at.instrument is None,
                _("It has signed or is bound by then: it is more than an observer. It would have to withdraw first."),
            ),
            Rule(lambda at: at.observer is None, _("It is an observer already.")),
        ),
        Step.SIGNED: (_NOT_BOUND, _NOT_SIGNED),
        Step.SUCCEEDED: (_NOT_BOUND, _NOT_SIGNED),
        Step.RATIFIED: _RATIFYING,
        Step.ACCEPTED: _RATIFYING,
        Step.APPROVED: _RATIFYING,
        Step.ACCEDED: (
            _NOT_BOUND,
            Rule(lambda at: at.signed is None, _("It has signed: who has signed ratifies, accepts or approves.")),
        ),
        Step.PROVISIONAL: (
            Rule(
                lambda at: at.signed is not None or at.instrument is not None,
                _("It can apply the agreement provisionally once it has signed: the signature comes first."),
            ),
            Rule(lambda at: at.provisional is None, _("It applies the agreement provisionally already.")),
            Rule(lambda at: at.noted is None, _("The agreement is in force for it: nothing is provisional any more.")),
        ),
        Step.IN_FORCE: (
            _HAS_INSTRUMENT,
            Rule(lambda at: at.noted is None, _("That the agreement is in force for it stands on record already.")),
        ),
        Step.SUSPENDED: (_HAS_INSTRUMENT, Rule(lambda at: at.suspended is None, _("It is suspended already."))),
        Step.RESUMED: (
            Rule(lambda at: at.suspended is not None, _("It is not suspended by then: a suspension comes first.")),
        ),
        Step.WITHDREW: (
            Rule(
                lambda at: at.signed or at.instrument or at.observer,
                _("There is nothing that it could withdraw from by then: it neither signed nor observed."),
            ),
        ),
        Step.CEASED: (),
    }
)
"""What must hold before each step. None may follow after a party has ceased to exist."""

EFFECTS: Mapping[Step, Callable[[Position, Happened], Position]] = MappingProxyType(
    {
        **{
            step: (lambda at, it: replace(at, approach=it, withdrawn=None))
            for step in (Step.INVITED, Step.CONSIDERING, Step.DECLINED)
        },
        Step.OBSERVER: lambda _at, it: Position(observer=it),
        Step.SIGNED: lambda _at, it: Position(signed=it),
        Step.SUCCEEDED: lambda _at, it: (
            Position(instrument=it) if it.takes_over == TakesOver.INSTRUMENT else Position(signed=it)
        ),
        **{step: (lambda at, it: replace(at, instrument=it)) for step in INSTRUMENTS[:3]},
        Step.ACCEDED: lambda _at, it: Position(instrument=it),
        Step.PROVISIONAL: lambda at, it: replace(at, provisional=it),
        Step.IN_FORCE: lambda at, it: replace(at, noted=it, provisional=None),
        Step.SUSPENDED: lambda at, it: replace(at, suspended=it),
        Step.RESUMED: lambda at, _it: replace(at, suspended=None),
        Step.WITHDREW: lambda _at, it: Position(withdrawn=it),
        Step.CEASED: lambda _at, it: Position(ceased=it),
    }
)
"""What each step changes."""


def advance(at: Position, step: Happened) -> Position:
    """What holds after a step. Raises OutOfOrder."""
    if at.ceased is not None:
        raise OutOfOrder(step, _("It ceased to exist before that."))
    for rule in RULES[step.step]:
        if not rule.holds(at):
            raise OutOfOrder(step, rule.otherwise)
    return EFFECTS[step.step](at, step)


def check(steps: Iterable[Happened]) -> None:
    """Raises OutOfOrder for the first step of a history that cannot follow on those before it."""
    at = Position()
    for step in sorted(steps, key=place):
        at = advance(at, step)


def positions(steps: Iterable[Happened], reading: Reading = Reading.ALL) -> Iterable[tuple[Happened, Position | None]]:
    """Each step in its order with what holds after it; None where it does not count.

    Under `Reading.UNCONTESTED` a contested step does not count, nor does one that is in order only because of it.
    """
    at = Position()
    for step in sorted(steps, key=place):
        if step.contested and reading == Reading.UNCONTESTED:
            yield step, None
            continue
        try:
            at = advance(at, step)
        except OutOfOrder:
            yield step, None
        else:
            yield step, at


# --- entry into force ---


@dataclass(frozen=True, slots=True)
class Clause:
    """The rule of a charter by which the agreement enters into force.

    members: who could become party, with groups, by key; None where the rule asks for instruments alone. keys: of parties by id, where
    they are called otherwise there. A rule that does not say how long after the last instrument leaves the date unknown.
    """

    charter: Charter
    rule: CharterRule
    members: Snapshot | None = None
    keys: Mapping[str, str] = field(default_factory=dict)

    def key(self, party_id: str) -> str:
        """How the rules engine is told of a party."""
        return self.keys.get(party_id, party_id)

    @property
    def counted(self) -> CharterRule:
        """The rule; where it does not say how long after the last instrument, as if on that day."""
        return self.rule if self.rule.timing else replace(self.rule, timing=_AT_ONCE)

    def bound_from(self, deposited: date, whole: Agreement) -> date | None:
        """From when whoever deposited on a day is bound; None: not known."""
        if whole.reached_on is None or whole.on is None:
            return None
        try:
            return bound_from(self.rule, deposited, whole.reached_on, whole.on)
        except OverflowError:
            return date.max


_AT_ONCE = parse_timing("met")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether the agreement is in force on a day. deposited: instruments that stand; reached_on: the day on which the condition was met.

    on: since or from when, None: not known. exact: whether these days are certain. found: what the rules engine found. obstacle: why
    it could not count.
    """

    force: Force
    deposited: int
    reached_on: date | None = None
    on: date | None = None
    exact: bool = True
    found: InForce | None = field(default=None, compare=False)
    obstacle: RulesError | None = field(default=None, compare=False)


def agreement(
    histories: Mapping[str, Sequence[Happened]], clause: Clause | None, on: date, reading: Reading = Reading.ALL
) -> Agreement:
    """Whether the agreement is in force on a day, from the steps of every party by its id. clause None: no charter says when.

    Once the condition was met, later withdrawals do not undo it (Vienna Convention, article 55). Where the waiting period is not
    known, the first notice of entry into force for any party tells the date.
    """
    deposits: list[Deposit] = []
    notices: list[tuple[date, bool]] = []
    vague: set[date] = set()
    for party, steps in sorted(histories.items()):
        since: date | None = None
        for step, at in positions((step for step in steps if step.counts_from <= on), reading):
            if at is None:
                continue
            key = clause.key(party) if clause else party
            if at.instrument is not None and since is None:
                since = step.counts_from
                vague |= set() if step.exact else {since}
            elif at.instrument is None and since is not None:
                deposits.append(Deposit(key, since, withdrawn=step.counts_from))
                vague |= set() if step.exact else {step.counts_from}
                since = None
            if step.step is Step.IN_FORCE:
                notices.append((step.counts_from, step.exact))
        if since is not None:
            deposits.append(Deposit(clause.key(party) if clause else party, since))
    standing = sum(deposit.withdrawn is None for deposit in deposits)
    if clause is None:
        return Agreement(Force.NOT_YET, standing)
    rule = clause.counted
    members = clause.members or Snapshot(
        tuple(Member(key) for key in sorted({clause.key(party) for party in histories}))
    )
    try:
        try:
            found, late = in_force(clause.charter, members, deposits, rule=rule, as_of=on), False
        except OverflowError:  # after the year 9999
            rule = replace(rule, timing=_AT_ONCE)
            found, late = in_force(clause.charter, members, deposits, rule=rule, as_of=on), True
    except RulesError as error:
        return Agreement(
            Force.NOT_YET, standing, obstacle=error.with_traceback(None)
        )  # remembered: it must not hold the frames
    if found.met_on is None:
        return Agreement(Force.NOT_YET, standing, found=found)
    exact = found.met_on not in vague
    starts = date.max if late else found.takes_effect
    if clause.rule.timing is None:
        starts, exact = min(notices, default=(None, exact))
    return Agreement(_force_from(starts, on), standing, found.met_on, starts, exact, found)


def _force_from(starts: date | None, on: date) -> Force:
    if starts is None:
        return Force.DATE_NOT_KNOWN
    return Force.IN_FORCE if starts <= on else Force.WAITING


def force_for(at: Position, whole: Agreement, clause: Clause | None, on: date) -> tuple[Force, date | None]:
    """Whether the agreement is in force for one party on a day, and since or from when (None: not known, or not yet)."""
    if at.instrument is None or whole.reached_on is None:
        return Force.NOT_YET, None
    if at.noted is not None:
        return _force_from(at.noted.counts_from, on), at.noted.counts_from
    deposited = at.instrument.counts_from
    if deposited <= whole.reached_on:
        return whole.force, whole.on
    starts = clause.bound_from(deposited, whole) if clause and clause.rule.timing else None
    return _force_from(starts, on), starts


# --- where a party stands ---


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a party stands on a day. since: first day of that status, None: not known. exact: whether that day is certain.

    ground: the step that brought it about; grounds: all on which it rests. ahead: notified, without effect yet. unsure: may have
    happened by then; dates are not known well enough. set_aside: steps that do not count under this reading.
    """

    status: Status
    since: date | None
    exact: bool
    membership: Membership
    force: Force
    force_on: date | None
    position: Position
    ground: Happened | None = None
    grounds: tuple[Happened, ...] = ()
    ahead: tuple[Happened, ...] = ()
    unsure: tuple[Happened, ...] = ()
    set_aside: tuple[Happened, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether it rests on a contested step."""
        return any(step.contested for step in self.grounds)


def standing(
    steps: Sequence[Happened], whole: Agreement, clause: Clause | None, on: date, reading: Reading = Reading.ALL
) -> Standing:
    """Where a party stands on a day, from its steps and what holds for the agreement as a whole."""
    at = Position()
    aside = []
    for step, after in positions((step for step in steps if step.counts_from <= on), reading):
        if after is None:
            aside.append(step)
        else:
            at = after
    force, force_on = force_for(at, whole, clause, on)
    status, ground = _status(at, force)
    in_force = force is Force.IN_FORCE
    membership = (
        Membership.YES if in_force else Membership.DATE_NOT_KNOWN if force is Force.DATE_NOT_KNOWN else Membership.NO
    )
    later = sorted((step for step in steps if step.counts_from > on), key=place)
    ahead = tuple(step for step in later if step.effective_on is not None and step.latest <= on)
    unsure = tuple(
        step
        for step in later
        if step not in ahead and not step.exact and (step.earliest is None or step.earliest <= on)
    )
    since = force_on if status is Status.IN_FORCE else ground.counts_from if ground else None
    exact = (
        ground is not None and ground.exact and (status is not Status.IN_FORCE or at.noted is not None or whole.exact)
    )
    return Standing(
        status=status,
        since=None if status is Status.UNDATED else since,
        exact=exact,
        membership=membership,
        force=force,
        force_on=force_on,
        position=at,
        ground=ground,
        grounds=at.grounds,
        ahead=ahead,
        unsure=unsure,
        set_aside=tuple(aside),
    )


def _status(at: Position, force: Force) -> tuple[Status, Happened | None]:
    """The one word for a position, and the step that brought it about."""
    if at.ceased is not None:
        return Status.CEASED, at.ceased
    if at.withdrawn is not None:
        return Status.WITHDRAWN, at.withdrawn
    if at.instrument is not None:
        if at.suspended is not None:
            return Status.SUSPENDED, at.suspended
        if force is Force.IN_FORCE:
            return Status.IN_FORCE, at.noted or at.instrument
        if force is Force.DATE_NOT_KNOWN:
            return Status.UNDATED, at.instrument
        if at.provisional is not None:
            return Status.PROVISIONAL, at.provisional
        return Status(at.instrument.step.value), at.instrument
    if at.signed is not None:
        return (Status.PROVISIONAL, at.provisional) if at.provisional else (Status.SIGNED, at.signed)
    if at.observer is not None:
        return Status.OBSERVER, at.observer
    return (Status(at.approach.step.value), at.approach) if at.approach else (Status.NONE, None)
