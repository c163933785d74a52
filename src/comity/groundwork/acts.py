"""The act: the only way in which anything changes.

An act is one keyword-only function in an office's `actions.py`. Declared with `@act`, it runs in one transaction that holds the
lock of the log, after a check that whoever acts may do so. It checks what is asked, then calls `record`, which applies the fact
to the state and appends it to the log; both or neither. The web, the API and the command line call the same acts.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comity.groundwork import log
from comity.groundwork.audiences import ANYONE, Reader
from comity.groundwork.facts import Fact
from comity.groundwork.models import EventAbout, Grant, Person
from comity.groundwork.refs import Ref, called
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, Refused
from comity.groundwork.roles import ANYBODY, PERSON, ROLES, SYSTEM, Role

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the grants that run now, or the system. at: the moment; one for the whole act.

    withheld: grants that run, yet do not count, because a condition of their role is not met. parties: ids of those for whom the
    grants let them speak, with the duplicates that were merged into these: what was for a duplicate's delegation is for theirs.
    """

    person_id: str | None
    grants: frozenset[tuple[str, str]]
    now: datetime
    system: bool = False
    withheld: frozenset[tuple[str, str]] = frozenset()
    parties: frozenset[str] = frozenset()

    def holds(self, role: Role, at: str | None = None) -> bool:
        """Whether a role is held; at: at this thing, None: anywhere."""
        if role.name == ANYBODY.name:
            return True
        if role.name == PERSON.name:
            return self.person_id is not None
        if role.name == SYSTEM.name:
            return self.system
        return any(name == role.name and (at is None or at == where) for name, where in self.grants)

    @property
    def reader(self) -> Reader:
        """What they may read."""
        keeps = self.system or any(ROLES[name].keeps for name, _at in self.grants if name in ROLES)
        return Reader.of(parties=self.parties, secretariat=keeps) if keeps or self.parties else ANYONE


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of somebody before roles that they hold count. sentence: how they meet it."""

    roles: frozenset[str]
    met: Callable[[Person], bool]
    sentence: str | Promise


CONDITIONS: list[Condition] = []
"""Asked wherever an actor is made, so for pages, the API and the command line alike."""


def actor_for(person: Person | None, now: datetime | None = None) -> Actor:
    """The actor that somebody signed in is; None: a visitor. One query, those of conditions on the roles held, and one for each
    party for which they speak.
    """
    moment = now or timezone.now()
    if person is None:
        return Actor(None, frozenset(), moment)
    running = Grant.objects.filter(person=person, since__lte=moment, until__isnull=True)
    held = frozenset(running.values_list("role", "at"))
    withheld: frozenset[tuple[str, str]] = frozenset()
    for condition in CONDITIONS:
        touched = frozenset(grant for grant in held if grant[0] in condition.roles)
        if touched and not condition.met(person):
            withheld |= touched
    counted = held - withheld
    speaks_at = {where for role, where in counted if where and role in ROLES and ROLES[role].speaks}
    parties = frozenset(Ref.parse(same).id for where in speaks_at for same in called(Ref.parse(where)))
    return Actor(person.id, counted, moment, withheld=withheld, parties=parties)


def system_actor(now: datetime | None = None) -> Actor:
    """The actor for clocks and set-up."""
    return Actor(None, frozenset(), now or timezone.now(), system=True)


@dataclass(frozen=True, slots=True)
class Act:
    """A declared act. may: roles that may do it. records: types of fact that it may record. does: what it does, unguarded; its
    arguments and words are read from it. call: does it, after the check and in its transaction.
    """

    name: str
    may: tuple[Role, ...]
    records: tuple[type[Fact], ...]
    does: Callable[..., Any] = field(repr=False)
    call: Callable[..., Any] = field(repr=False)

    @property
    def summary(self) -> str:
        """Its first sentence, for the table of roles and acts."""
        return (inspect.getdoc(self.does) or "").partition("\n")[0]


ACTS: dict[str, Act] = {}


def act(name: str, *, may: Iterable[Role], records: Iterable[type[Fact]]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare an act. The function takes keyword-only arguments, `by: Actor` among them."""

    def declare(does: Callable[P, R]) -> Callable[P, R]:
        allowed, facts = (SYSTEM, *may), tuple(records)

        @functools.wraps(does)
        def done(*args: P.args, **given: P.kwargs) -> R:
            if args:
                raise TypeError(f"{name} takes keyword arguments only")
            by = cast(Actor, given["by"])
            with transaction.atomic():
                log.lock()
                capacity = _capacity(by, allowed, given)
                with log.acting(capacity, facts):
                    return does(*args, **given)

        if name in ACTS:
            raise ValueError(f"two acts are called {name}")
        ACTS[name] = Act(name, allowed, facts, does, done)
        return done

    return declare


def check_may(by: Actor, name: str) -> None:
    """Refuse whoever holds none of the roles that may do an act, wherever they are held. Raises NotAllowed."""
    allowed = ACTS[name].may
    if not any(by.holds(role) for role in allowed):
        raise _not_allowed(by, allowed)


def may_do(by: Actor, name: str, **given: Any) -> bool:
    """Whether somebody's roles let them do an act with these arguments; for showing or leaving out what they can do."""
    try:
        _capacity(by, ACTS[name].may, given)
    except NotAllowed:
        return False
    return True


def _capacity(by: Actor, allowed: tuple[Role, ...], given: Any) -> str:
    """The name of the first role that lets them act. Raises NotAllowed."""
    for role in allowed:
        place = str(Ref(role.held_at or "", str(given.get(role.at)))) if role.at else None
        if by.holds(role, place):
            return role.name
    raise _not_allowed(by, allowed)


def _not_allowed(by: Actor, allowed: tuple[Role, ...]) -> NotAllowed:
    able = ", ".join(str(role.word) for role in allowed if role.name != SYSTEM.name)
    missing = {name for name, _at in by.withheld} & {role.name for role in allowed}
    for condition in CONDITIONS:
        if missing & condition.roles:
            return NotAllowed(str(condition.sentence))
    if by.person_id is None:
        return NotAllowed(_("Sign in first. Who may do this: %(roles)s.") % {"roles": able or _("nobody")})
    return NotAllowed(_("Your roles do not let you do this. Who may: %(roles)s.") % {"roles": able or _("nobody")})


# --- facts applied and recorded ---

Applies = Callable[[Any, log.Recorded], None]
APPLIED: dict[str, Applies] = {}


def applies(declared: type[Fact]) -> Callable[[Applies], Applies]:
    """Say how a fact changes the state. Called when it is recorded, and again when the log is replayed."""

    def declare(how: Applies) -> Applies:
        if declared.TYPE in APPLIED:
            raise ValueError(f"{declared.TYPE} is applied twice")
        APPLIED[declared.TYPE] = how
        return how

    return declare


Alongside = Callable[[Actor, Any], None]
_alongside: dict[str, list[Alongside]] = {}


def alongside(declared: type[Fact]) -> Callable[[Alongside], Alongside]:
    """Say what else happens in the transaction that records a fact, to what is no part of the record: mails, keys, sessions.

    Called with the actor and the fact, after its application. A replay of the log leaves it out.
    """

    def declare(how: Alongside) -> Alongside:
        _alongside.setdefault(declared.TYPE, []).append(how)
        return how

    return declare


def record(by: Actor, stated: Fact, erases: Sequence[tuple[str, str]] = ()) -> log.Recorded:
    """Apply a fact and append it to the log. Only inside an act that declares it. erases: (event id, part) that go with it."""
    recorded = log.append(by.person_id, by.now, stated, erases)
    APPLIED[stated.TYPE](stated, recorded)
    for how in _alongside.get(stated.TYPE, ()):
        how(by, stated)
    return recorded


def unchanged(ref: Ref, seen: int | None) -> None:
    """Refuse if something happened to a thing after the event `seen` (its sequence number; None: not asked).

    Raises ChangedMeanwhile.
    """
    if seen is None:
        return
    if not -1 <= seen < 2**63:
        raise Refused(_("This is not the number of an event."), field="seen")
    since = EventAbout.objects.filter(ref=str(ref), event_id__gt=seen).order_by("event_id")
    numbers = list(since.values_list("event_id", flat=True))
    if numbers:
        raise ChangedMeanwhile(
            _("Somebody else changed this while you were editing. Nothing of yours was saved; see what changed."),
            numbers,
        )


def version(ref: Ref) -> int:
    """Sequence number of the last event about a thing, -1 if there is none: what a form gives back as `seen`."""
    last = EventAbout.objects.filter(ref=str(ref)).order_by("-event_id").values_list("event_id", flat=True).first()
    return -1 if last is None else int(last)
