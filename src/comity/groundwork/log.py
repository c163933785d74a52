"""The log: facts appended in one order, each as a leaf of a Merkle tree, in the transaction that changes the state.

What a public event says stands in its leaf; what is for others only, or is long, or is under embargo, lies beside the leaf, which
commits to it; so do personal data, which can be erased. A log shown to the public thus proves that nothing was removed or slipped
in, without showing what is not for the public. The row `LogHead` is locked first in every act: whoever holds it writes
next, in this process or another, on SQLite as on PostgreSQL.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet

from comity import ledger
from comity.groundwork.audiences import PUBLIC, SECRETARIAT
from comity.groundwork.facts import Fact, from_parts, to_parts
from comity.groundwork.ids import new_id
from comity.groundwork.models import Event, EventAbout, EventPart, LogHead, TreeHash
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.ledger.event import ACT, SALT_BYTES
from comity.ledger.merkle import node_hash

PERSONAL = "personal"
LONG = 30_000
"""Bytes of what a fact says from which on the leaf only commits to it: a leaf has at most 65,535."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as its place in the log has it: what a fact's application may use beside the fact itself."""

    seq: int
    id: str
    time: datetime
    actor_id: str | None
    capacity: str


@dataclass(frozen=True, slots=True)
class _Acting:
    capacity: str
    facts: tuple[type[Fact], ...]


_acting: ContextVar[_Acting | None] = ContextVar("acting", default=None)
_after: list[Callable[[Recorded, Fact], None]] = []


def after_commit(call: Callable[[Recorded, Fact], None]) -> Callable[[Recorded, Fact], None]:
    """Register what is told of each event once it is durable (live channels, counters). It may not write the record."""
    _after.append(call)
    return call


def lock() -> None:
    """Take the place of the next writer until the transaction ends."""
    LogHead.objects.select_for_update().get_or_create(id=1)


@contextmanager
def acting(capacity: str, facts: tuple[type[Fact], ...]) -> Iterator[None]:
    """Within: an act that may record these facts is being done in this capacity."""
    token = _acting.set(_Acting(capacity, facts))
    try:
        yield
    finally:
        _acting.reset(token)


def append(actor_id: str | None, now: datetime, stated: Fact, erases: Sequence[tuple[str, str]] = ()) -> Recorded:
    """Append a fact to the log. erases: (event id, part) that this event erases.

    Raises RuntimeError outside an act that declares the fact.
    """
    acting_now = _acting.get()
    if acting_now is None or type(stated) not in acting_now.facts:
        raise RuntimeError(f"{type(stated).__name__} is recorded outside an act that declares it")
    event_id, entered = sealed(actor_id, now, acting_now.capacity, stated, erases)
    recorded = Recorded(_grow(entered.leaf), event_id, now, actor_id, acting_now.capacity)
    write(recorded, stated, entered)
    transaction.on_commit(lambda: [call(recorded, stated) for call in _after])
    return recorded


def sealed(
    actor_id: str | None, now: datetime, capacity: str, stated: Fact, erases: Sequence[tuple[str, str]] = ()
) -> tuple[str, ledger.Record]:
    """A fact as an event with an id of its own, sealed; it has no place in the log yet."""
    stays, personal = to_parts(stated)
    about = tuple(str(ref) for ref in dict.fromkeys(stated.about()))
    act = ledger.Act(
        type=stated.TYPE,
        version=stated.VERSION,
        actor=str(Ref(PERSON_KIND, actor_id)) if actor_id else None,
        about=about,
        data={"capacity": capacity, "says": stays},
    )
    audience = None if stated.audience == PUBLIC else stated.audience
    opens = ledger.Opens(at=stated.opens_at) if stated.opens_at else None
    hidden = audience is not None or opens is not None or len(ledger.canonical(stays)) > LONG
    parts = {PERSONAL: ledger.Part(personal, ledger.Seal(_salt(), SECRETARIAT))} if personal else {}
    entry = ledger.Event(
        id=new_id(now),
        time=now,
        act=act,
        parts=parts,
        cover=ledger.Seal(_salt(), audience, opens) if hidden else None,
        erases=tuple(ledger.Erasure(event, part) for event, part in erases),
    )
    return entry.id, ledger.seal(entry)


def write(recorded: Recorded, stated: Fact, entered: ledger.Record) -> None:
    """Store one event."""
    event, parts, about = rows_of(recorded, stated, entered)
    event.save(force_insert=True)
    EventPart.objects.bulk_create(parts)
    EventAbout.objects.bulk_create(about)


def rows_of(
    recorded: Recorded, stated: Fact | None, entered: ledger.Record
) -> tuple[Event, list[EventPart], list[EventAbout]]:
    """The rows of one event, not stored yet. stated: None if what it said was erased, then only its leaf is known."""
    covered = ledger.read_leaf(entered.leaf).sealed.get(ACT)
    event = Event(
        seq=recorded.seq,
        id=recorded.id,
        time=recorded.time,
        type=stated.TYPE if stated is not None else "",
        actor_id=recorded.actor_id,
        capacity=recorded.capacity,
        audience=stated.audience if stated is not None else (covered and covered.audience) or PUBLIC,
        opens_at=stated.opens_at if stated is not None else None,
        leaf=entered.leaf,
    )
    subject = getattr(stated, type(stated).SUBJECT or "", None) if stated is not None else None
    parts = [
        EventPart(
            event=event,
            name=name,
            salt=opening.salt if isinstance(opening, ledger.Opening) else None,
            payload=opening.payload if isinstance(opening, ledger.Opening) else None,
            subject_id=subject if name == PERSONAL else None,
        )
        for name, opening in entered.parts.items()
    ]
    things = dict.fromkeys(stated.about()) if stated is not None else ()
    return event, parts, [EventAbout(event=event, ref=str(ref)) for ref in things]


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def _grow(leaf: bytes) -> int:
    """Put a leaf at the end of the tree; its sequence number. The head is locked already."""
    head = LogHead.objects.get(id=1)
    rows = new_hashes(head.size, head.edge, ledger.leaf_hash(leaf))
    TreeHash.objects.bulk_create(rows)
    LogHead.objects.filter(id=1).update(size=head.size + 1, edge=head.edge)
    return head.size


def new_hashes(seq: int, edge: list[str], hashed: bytes) -> list[TreeHash]:
    """The hashes that a leaf adds to the tree as its `seq`-th (from 0), not stored yet.

    edge: the tree's right edge, complete subtrees from the largest to the smallest, in hexadecimal; it is brought up to date.
    """
    level, index = 0, seq
    rows = [TreeHash(level=0, index=index, hash=hashed)]
    while index & 1:
        hashed = node_hash(bytes.fromhex(edge.pop()), hashed)
        level, index = level + 1, index >> 1
        rows.append(TreeHash(level=level, index=index, hash=hashed))
    edge.append(hashed.hex())
    return rows


def erasable(ref: Ref) -> list[tuple[str, str]]:
    """The personal parts of events about a thing that are still there, as `record` takes them."""
    return list(_personal(ref).filter(payload__isnull=False).order_by("event_id").values_list("event__id", "name"))


def forget(ref: Ref) -> None:
    """Take the personal parts of events about a thing out of the tables. For what applies an erasure."""
    # The salt goes too: with it, a guess of a short text could be tried against the commitment.
    _personal(ref).update(payload=None, salt=None)


def _personal(ref: Ref) -> QuerySet[EventPart]:
    numbers = EventAbout.objects.filter(ref=str(ref)).values("event_id")
    return EventPart.objects.filter(event_id__in=numbers, name=PERSONAL)


def record_of(event: Event) -> ledger.Record:
    """An event as the ledger engine has it, all its parts open but those that were erased. Fetch `parts` with the events."""
    return ledger.Record(
        bytes(event.leaf),
        {
            part.name: ledger.Closed.ERASED
            if part.payload is None or part.salt is None
            else ledger.Opening(bytes(part.payload), bytes(part.salt))
            for part in event.parts.all()
        },
    )


def fact_of(event: Event) -> Fact | None:
    """What an event says; None if that was erased. Fetch `parts` with the events. Raises UnknownFact."""
    return fact_in(record_of(event))


def fact_in(entered: ledger.Record) -> Fact | None:
    """What a record of the log says; None if that was erased or is closed. Raises UnknownFact."""
    act = entered.act()
    if act is None:
        return None
    personal = entered.parts.get(PERSONAL)
    known = json.loads(personal.payload) if isinstance(personal, ledger.Opening) else None
    return from_parts(act.type, cast("Mapping[str, Any]", act.data["says"]), known)
