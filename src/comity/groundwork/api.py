"""The API's common part: keys for programs, acts by name, events. Offices add routers with their queries.

Every declared act has a route of its own, with its arguments as a schema, so that the API can do what pages can, no more and no less.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import Field

from comity.groundwork.acts import ACTS, Actor, actor_for
from comity.groundwork.perform import arguments_of, carry_out
from comity.groundwork.queries import Entry, Thing, person_of_token, timeline
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import NotFound, Refused
from comity.groundwork.roles import ROLES
from comity.groundwork.translated import Text

T = TypeVar("T")
MOST = 200
"""Rows of one answer."""


class Key(HttpBearer):
    """`Authorization: Bearer comity_...`; gives the actor whose key it is."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor; None, and so 401, for a key that does not work."""
        found = person_of_token(token, timezone.now())
        if found is None:
            return None
        person, may_write = found
        if request.method not in {"GET", "HEAD"} and not may_write:
            raise HttpError(403, _("This key may read only: make one that may write."))
        return actor_for(person)


def anybody(request: HttpRequest) -> Actor | None:
    """A visitor, where no key is shown. A key that does not work is refused, not taken for none."""
    return None if "Authorization" in request.headers else actor_for(None)


READING = [Key(), anybody]
"""For routes that anybody may read: what is shown depends on whose key it is."""


class TextOut(Schema):
    """A text in several languages."""

    original_language: str
    wordings: dict[str, str]

    @classmethod
    def of(cls, text: Text) -> TextOut:
        """From a text of the house."""
        return cls(
            original_language=text.original_language, wordings={code: w.text for code, w in text.wordings.items()}
        )


class ThingOut(Schema):
    """A thing of the organisation: its reference `kind:id`, its name, and the address of its page (null: it has none)."""

    ref: str
    name: str
    url: str | None

    @classmethod
    def of(cls, thing: Thing) -> ThingOut:
        """From a thing as lists show it."""
        return cls(ref=str(thing.ref), name=thing.name, url=thing.url)


class Asked(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")
    offset: int = Field(0, ge=0, le=10**6, description="How many to leave out at the beginning.")


class Part(Schema, Generic[T]):
    """A part of a list. total: how many there are in all."""

    total: int
    items: list[T]


class EventOut(Schema):
    """An event of the record."""

    seq: int
    id: str
    time: datetime
    type: str
    sentence: str
    audience: str
    capacity: str
    actor: str | None
    about: list[str]

    @classmethod
    def of(cls, entry: Entry) -> EventOut:
        """From an entry of a timeline."""
        return cls(
            seq=entry.seq,
            id=entry.id,
            time=entry.time,
            type=entry.type,
            sentence=entry.sentence,
            audience=entry.audience,
            capacity=entry.capacity,
            actor=str(entry.actor.ref) if entry.actor else None,
            about=[str(thing.ref) for thing in entry.about],
        )


class Done(Schema):
    """What an act made."""

    id: str | None


class ActOut(Schema):
    """A declared act: what it does, and who may do it."""

    name: str
    summary: str
    may: list[str]


class RoleOut(Schema):
    """A role, and the kind of thing at which it is held."""

    name: str
    held_at: str | None


class EventsAsked(Schema):
    """Which events are wanted."""

    about: str = Field("", max_length=150, description="Only what is about this thing, as `kind:id`.")
    type: str = Field("", max_length=100, description="Only this type, such as `charter.body_established`.")
    before: int | None = Field(None, ge=0, lt=2**63, description="Only events with a lower number.")
    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")


class Refusal(Schema):
    """Why something was not done or not found. field: the argument that is at fault. since: numbers of the events that were not seen."""

    detail: str
    field: str | None = None
    since: list[int] | None = None


events = Router(tags=["record"])
acts = Router(tags=["acts"], auth=Key())


@events.get("/events", response=list[EventOut], auth=READING)
def list_events(request: Any, asked: Query[EventsAsked]) -> list[EventOut]:
    """Events that you may read, the newest first."""
    try:
        thing = Ref.parse(asked.about) if asked.about else None
    except ValueError as error:
        raise Refused(str(error), field="about") from error
    types = [asked.type] if asked.type else ()
    found = timeline(request.auth.reader, about=thing, types=types, before=asked.before, limit=asked.limit)
    return [EventOut.of(entry) for entry in found]


@events.get("/acts", response=list[ActOut], auth=READING)
def list_acts(request: Any) -> list[ActOut]:
    """Every act, what it does and who may do it."""
    return [ActOut(name=act.name, summary=act.summary, may=[role.name for role in act.may]) for act in ACTS.values()]


@events.get("/roles", response=list[RoleOut], auth=READING)
def list_roles(request: Any) -> list[RoleOut]:
    """Every role that can be granted."""
    return [RoleOut(name=role.name, held_at=role.held_at) for role in ROLES.values()]


def _route(name: str) -> Callable[..., Done]:
    def does(request: Any, arguments: Any) -> Done:
        made = carry_out(name, request.auth, arguments)
        return Done(id=made["id"] if made else None)

    does.__name__ = name.replace(".", "_")
    does.__doc__ = ACTS[name].summary
    does.__annotations__ = {"request": HttpRequest, "arguments": arguments_of(name), "return": Done}
    return does


def add_acts() -> None:
    """Give each declared act its route. Called once, when every office has declared its own."""
    for name in sorted(ACTS):
        acts.post(f"/{name}", response=Done, operation_id=name.replace(".", "_"))(_route(name))


def found(thing: Any) -> Any:
    """The thing, or 404. Raises NotFound."""
    if thing is None:
        raise NotFound(_("There is nothing here, or it is not for you to read."))
    return thing
