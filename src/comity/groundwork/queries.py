"""What the groundwork tells others: timelines, people, roles, citations from both ends, files, translations that are wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork import log
from comity.groundwork.acts import Actor
from comity.groundwork.audiences import Reader
from comity.groundwork.facts import Fact, UnknownFact
from comity.groundwork.models import Citation, Event, Grant, LogHead, Person, StoredFile, Token
from comity.groundwork.refs import FILE_KIND, PERSON_KIND, Kind, Names, Ref, called, name_all, page_of, register_kind
from comity.groundwork.roles import ROLES, Role
from comity.groundwork.timelines import Asked, newest

PAGE = 50


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing as a page shows it: its name now, and its address if it has a page."""

    ref: Ref
    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as a timeline shows it."""

    seq: int
    id: str
    time: datetime
    type: str
    sentence: str
    audience: str
    capacity: str
    actor: Thing | None
    about: tuple[Thing, ...]
    fact: Fact | None


def readable(reader: Reader, events: QuerySet[Event] | None = None) -> QuerySet[Event]:
    """Events that this reader may read: of their audiences, and not under embargo any more."""
    found = Event.objects.all() if events is None else events
    if reader.all:
        return found
    return found.filter(Q(opens_at__isnull=True) | Q(opens_at__lte=timezone.now()), audience__in=reader.audiences)


def timeline(
    reader: Reader,
    *,
    about: Ref | None = None,
    types: Iterable[str] = (),
    without: Iterable[str] = (),
    actor: str | None = None,
    audience: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Entry]:
    """The newest events first, at most `limit`. before: those that come after this one in the same list. A fixed number of queries."""
    asked = Asked(
        about=tuple(called(about)) if about is not None else (),
        types=tuple(dict.fromkeys(types)),
        without=tuple(dict.fromkeys(without)),
        actor=actor,
        audience=audience,
        since=since,
        until=until,
    )
    numbers = newest(reader, asked, before=before, limit=limit)
    found = {event.seq: event for event in Event.objects.filter(seq__in=numbers).prefetch_related("parts", "about")}
    return entries([found[number] for number in numbers])


def entries_of(reader: Reader, numbers: Iterable[int]) -> list[Entry]:
    """The events with these sequence numbers that this reader may read, oldest first."""
    wanted = list(numbers)
    if not wanted:
        return []
    return entries(list(readable(reader).filter(seq__in=wanted).order_by("seq").prefetch_related("parts", "about")))


def entries(events: Sequence[Event]) -> list[Entry]:
    """Events as timelines show them. Fetch `parts` and `about` with them."""
    facts: list[Fact | None] = []
    for event in events:
        try:
            facts.append(log.fact_of(event))
        except UnknownFact:
            facts.append(None)
    abouts = [tuple(Ref.parse(about.ref) for about in event.about.all()) for event in events]
    refs = {ref for about in abouts for ref in about}
    refs |= {ref for stated in facts if stated is not None for ref in stated.about()}
    refs |= {Ref(PERSON_KIND, event.actor_id) for event in events if event.actor_id}
    names = name_all(refs)

    @cache  # an address takes long to work out, and most events of a page are about the same things
    def thing(ref: Ref) -> Thing:
        return Thing(ref, names[ref], page_of(ref))

    return [
        Entry(
            seq=event.seq,
            id=event.id,
            time=event.time,
            type=event.type,
            sentence=stated.sentence(lambda ref: names.get(ref) or str(ref))
            if stated is not None
            else _("An event of the type %(type)s.") % {"type": event.type},
            audience=event.audience,
            capacity=event.capacity,
            actor=thing(Ref(PERSON_KIND, event.actor_id)) if event.actor_id else None,
            about=tuple(map(thing, about)),
            fact=stated,
        )
        for event, stated, about in zip(events, facts, abouts, strict=True)
    ]


def log_size() -> int:
    """How many events the log holds."""
    head = LogHead.objects.filter(id=1).first()
    return head.size if head else 0


# --- people and roles ---


def people_names(ids: Iterable[str]) -> Names:
    """Names of people; the erased have a word in place of theirs."""
    found = Person.objects.filter(id__in=list(ids)).values_list("id", "name", "erased_at")
    return {key: _("(erased)") if erased else name for key, name, erased in found}


def file_names(ids: Iterable[str]) -> Names:
    """Names of files."""
    return dict(StoredFile.objects.filter(id__in=list(ids)).values_list("id", "name"))


def roles_of(person: Person, now: datetime) -> list[tuple[Role, Thing | None, Grant]]:
    """The roles that somebody holds, in the order of the table of roles."""
    held = list(Grant.objects.filter(person=person, since__lte=now, until__isnull=True))
    names = name_all(Ref.parse(grant.at) for grant in held if grant.at)
    order = list(ROLES)
    held = sorted((grant for grant in held if grant.role in ROLES), key=lambda g: (order.index(g.role), g.at, g.id))

    def place(grant: Grant) -> Thing | None:
        ref = Ref.parse(grant.at) if grant.at else None
        return Thing(ref, names[ref], page_of(ref)) if ref else None

    return [(ROLES[grant.role], place(grant), grant) for grant in held]


def holders(role: Role, at: Ref | None = None) -> QuerySet[Person]:
    """People who hold a role now."""
    return Person.objects.filter(
        grants__role=role.name, grants__at=str(at) if at else "", grants__until__isnull=True
    ).order_by("id")


def person_of_token(key: str, now: datetime) -> tuple[Person, bool] | None:
    """Whose key for programs this is, and whether it may write; None if it does not work."""
    digest = hashlib.sha256(key.removeprefix("comity_").encode()).hexdigest()
    held = Token.objects.select_related("person").filter(sha256=digest, expires_at__gt=now).first()
    return (held.person, held.may_write) if held is not None and held.person.is_active else None


def keys_of(actor: Actor) -> list[Token]:
    """The keys for programs of whoever asks that work now, the newest first. One query."""
    held = Token.objects.filter(person_id=actor.person_id, expires_at__gt=actor.now)
    return list(held.order_by("-made_at", "-id"))


# --- citations and files ---


def cites(ref: Ref) -> list[Citation]:
    """What a thing cites, oldest first."""
    return list(Citation.objects.filter(source__in=called(ref), withdrawn_at__isnull=True).order_by("id"))


def cited_by(ref: Ref) -> list[Citation]:
    """What cites a thing, oldest first."""
    return list(Citation.objects.filter(target__in=called(ref), withdrawn_at__isnull=True).order_by("id"))


def files_at(ref: Ref, reader: Reader) -> list[StoredFile]:
    """Files attached to a thing that this reader may read, oldest first."""
    found = StoredFile.objects.filter(attached_to__in=called(ref), removed_at__isnull=True).order_by("id")
    return list(found if reader.all else found.filter(audience__in=reader.audiences))


def file_for(reader: Reader, key: str) -> StoredFile | None:
    """A file, if it is here and for this reader."""
    allowed = Q() if reader.all else Q(audience__in=reader.audiences)
    return StoredFile.objects.filter(allowed, id=key, removed_at__isnull=True).first()


register_kind(Kind(PERSON_KIND, gettext_lazy("person"), people_names, lambda key: reverse("person", args=[key])))
register_kind(Kind(FILE_KIND, gettext_lazy("file"), file_names))
