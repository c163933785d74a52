"""Silence procedures: a clock that is fair to every capital, breaks by part, and the result at the deadline.

The clock counts, for each member, only time in which its capital works; the deadline is the latest of all. Calendars are
passed in, with their source. Nothing here knows what time it is: `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from comity.rules.charter import Charter, Rule
from comity.rules.deciding import decide
from comity.rules.errors import RulesError
from comity.rules.outcome import Outcome, Verdict
from comity.rules.record import Record
from comity.rules.snapshot import Snapshot
from comity.rules.timing import Period, Unit, add

LONGEST = 500
"""Days after which a clock that has not run down is refused: a calendar without working days, or nearly so."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a capital works: its time zone, the days of its weekend (Monday is 0), its holidays, and where that is from."""

    zone: tzinfo
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: Mapping[date, str] = field(default_factory=dict)
    source: str = ""

    def idle(self, day: date) -> str | None:
        """Why a day is not worked: the name of the holiday, or `weekend`; None for a working day."""
        return self.holidays.get(day) or ("weekend" if day.weekday() in self.weekend else None)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One member's clock: its deadline (UTC), and the days that were not counted, with the reason for each."""

    member: str
    deadline: datetime
    idle: tuple[tuple[date, str], ...]
    own_calendar: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """The deadline of all, which is the latest of each; `decisive`: whose it is.

    `without_calendar`: members for whom none was given, and who are reckoned by the calendar of the seat.
    """

    opened: datetime
    period: Period
    deadline: datetime
    reckonings: tuple[Reckoning, ...]
    decisive: tuple[str, ...]
    without_calendar: tuple[str, ...]


def clock(
    opened: datetime, period: Period, members: Iterable[str], calendars: Mapping[str, Calendar], seat: Calendar
) -> Clock:
    """When a silence that is opened at a moment ends, for every member and for all.

    Hours count on working days of the capital only, working days are whole ones after the opening, in the capital's time.
    Days, months and years are those of the calendar, to the end of the last day in the time of the seat, for all alike.
    Raises RulesError for a moment without time zone, for no members, and for a clock that does not run down.
    """
    if opened.tzinfo is None:
        raise RulesError("The moment of opening has no time zone: give it one.")
    names = sorted(set(members))
    if not names:
        raise RulesError("A silence procedure needs members: the list is empty.")
    found = tuple(_reckon(name, opened, period, calendars.get(name), seat) for name in names)
    deadline = max(reckoning.deadline for reckoning in found)
    return Clock(
        opened.astimezone(UTC),
        period,
        deadline,
        found,
        tuple(reckoning.member for reckoning in found if reckoning.deadline == deadline),
        tuple(reckoning.member for reckoning in found if not reckoning.own_calendar),
    )


def _reckon(member: str, opened: datetime, period: Period, own: Calendar | None, seat: Calendar) -> Reckoning:
    if period.unit not in (Unit.HOURS, Unit.WORKING_DAYS):
        last = add(opened.astimezone(seat.zone).date(), period)
        return Reckoning(member, _midnight(last + _DAY, seat), (), own is not None)
    calendar = own or seat
    left = timedelta(hours=period.number) if period.unit is Unit.HOURS else timedelta()
    days_left = period.number if period.unit is Unit.WORKING_DAYS else 0
    idle: list[tuple[date, str]] = []
    day = opened.astimezone(calendar.zone).date()
    for _ in range(LONGEST):
        starts, ends = _midnight(day, calendar), _midnight(day + _DAY, calendar)
        why = calendar.idle(day)
        if why is not None:
            idle.append((day, why))
        elif period.unit is Unit.HOURS:
            counted = ends - max(starts, opened)
            if counted >= left:
                return Reckoning(member, max(starts, opened.astimezone(UTC)) + left, tuple(idle), own is not None)
            left -= counted
        elif starts >= opened:  # the day of the opening is no whole day, unless it is opened at its midnight
            days_left -= 1
            if not days_left:
                return Reckoning(member, ends, tuple(idle), own is not None)
        day += _DAY
    raise RulesError(
        "{member}: {period} do not run down within {days} days: mend its calendar.",
        member=member,
        period=period,
        days=LONGEST,
    )


def _midnight(day: date, calendar: Calendar) -> datetime:
    """The beginning of a day in a capital; days of 23 or 25 hours are as long as they are."""
    return datetime.combine(day, time(), calendar.zone).astimezone(UTC)


# --- breaking it ---


@dataclass(frozen=True, slots=True)
class Break:
    """A member breaks silence on a part, or on the whole (None), with its reason and, if it has one, other wording."""

    member: str
    at: datetime
    reason: str
    part: str | None = None
    wording: str = ""


class State(StrEnum):
    """Where a silence procedure, or one part of it, stands."""

    RUNNING = "running"
    ADOPTED = "adopted"
    BROKEN = "broken"


class Disclosure(StrEnum):
    """What members see of a broken silence; fixed before it is opened."""

    NAMES = "names"
    """Who, on what, why and with which wording."""
    PARTS = "parts"
    """On what, and the wording; not who and why."""
    COUNT = "count"
    """How many."""


@dataclass(frozen=True, slots=True)
class PartStands:
    """One part: where it stands, and the outcome by the rule with the objections to it."""

    part: str
    state: State
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Silence:
    """Where a silence procedure stands. `late`: breaks after the deadline, which do not count."""

    state: State
    parts: tuple[PartStands, ...]
    late: tuple[Break, ...]


def stands(
    charter: Charter,
    snapshot: Snapshot,
    rule: Rule,
    parts: Sequence[str],
    breaks: Iterable[Break],
    *,
    deadline: datetime,
    now: datetime,
) -> Silence:
    """Where the procedure stands: what is unbroken at the deadline is adopted, by itself. A break at the deadline counts.

    Raises RulesError for a break of a part that is not there, or by who is no member.
    """
    given = sorted(breaks, key=lambda b: (b.at, b.member, b.part or ""))
    for one in given:
        if one.part is not None and one.part not in parts:
            raise RulesError(
                "{member} breaks silence on {part}, which is no part of the text: choose one of {parts}.",
                member=one.member,
                part=one.part,
                parts=tuple(parts),
            )
    counted = [b for b in given if b.at <= min(now, deadline)]
    found = []
    for part in parts:
        objections = {b.member: b.reason for b in counted if b.part in (None, part)}
        outcome = decide(charter, snapshot, Record(objections=objections), rule=rule)
        unbroken = outcome.verdict is Verdict.ADOPTED
        state = State.BROKEN if not unbroken else State.ADOPTED if now >= deadline else State.RUNNING
        found.append(PartStands(part, state, outcome))
    states = [part.state for part in found]
    whole = State.BROKEN if State.BROKEN in states else states[0] if states else State.RUNNING
    return Silence(whole, tuple(found), tuple(b for b in given if b.at > deadline))


def disclosed(breaks: Iterable[Break], policy: Disclosure) -> tuple[Break, ...] | int:
    """What may be seen of the breaks under a policy: what is withheld is empty; under COUNT, only how many members."""
    given = tuple(sorted(breaks, key=lambda b: (b.part or "", b.at, b.member)))
    if policy is Disclosure.COUNT:
        return len({b.member for b in given})
    if policy is Disclosure.NAMES:
        return given
    # Without names the order of arrival would be a trace of who it was.
    earliest = datetime.min.replace(tzinfo=UTC)
    return tuple(
        sorted((Break("", earliest, "", b.part, b.wording) for b in given), key=lambda b: (b.part or "", b.wording))
    )
