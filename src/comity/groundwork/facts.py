"""Facts: what an event says. Each office declares its types of fact in its `events.py`; nothing changes without one.

A fact is a frozen dataclass of plain values. Fields named in `PERSONAL` are about the person that the field named by `SUBJECT`
holds; they are kept in a part of their own that can be erased, and are None after that. How a fact changes the state is said
beside the act that records it (`acts.applies`), so that a replay of the log takes the very same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pydantic import TypeAdapter, ValidationError

from comity.groundwork.audiences import PUBLIC
from comity.groundwork.refs import Ref

Namer = Callable[[Ref], str]
"""Gives a thing its name in the reader's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened.

    TYPE: never changes, `office.what_happened`. VERSION: raised when fields change their meaning. AUDIENCE: who may read it unless
    `audience` says otherwise. ERASURE: how personal data in it goes, in a sentence for the documentation. ROUTINE: it comes about by
    itself, often, and tells people nothing who look for what is going on.
    """

    TYPE: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    AUDIENCE: ClassVar[str] = PUBLIC
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    SUBJECT: ClassVar[str | None] = None
    ERASURE: ClassVar[str] = "Holds no personal data."
    ROUTINE: ClassVar[bool] = False

    def about(self) -> tuple[Ref, ...]:
        """The things in whose timelines this stands; the first is the one that it changes."""
        raise NotImplementedError

    def sentence(self, name: Namer) -> str:
        """What happened, for people, in the active language."""
        raise NotImplementedError

    @property
    def audience(self) -> str:
        """Who may read it."""
        return self.AUDIENCE

    @property
    def opens_at(self) -> datetime | None:
        """Until when it is under embargo, None: not at all."""
        return None


F = TypeVar("F", bound=type[Fact])
FACTS: dict[str, type[Fact]] = {}


def routine() -> list[str]:
    """Types of facts that a page of what is going on leaves out."""
    return [name for name, declared in FACTS.items() if declared.ROUTINE]


class UnknownFact(ValueError):
    """A log holds a type of fact that this installation does not know."""


def fact(declared: F) -> F:
    """Class decorator: make a type of fact known. Raises ValueError where it is declared badly."""
    if not declared.TYPE or FACTS.get(declared.TYPE, declared).__qualname__ != declared.__qualname__:
        raise ValueError(f"{declared.__name__}: TYPE is missing, or {declared.TYPE!r} is another's")
    names = {field.name for field in fields(declared)}
    if not names >= declared.PERSONAL or (declared.PERSONAL and declared.SUBJECT not in names):
        raise ValueError(f"{declared.__name__}: PERSONAL and SUBJECT must name fields")
    FACTS[declared.TYPE] = declared
    return declared


_adapters: dict[str, TypeAdapter[Any]] = {}


def _adapter(declared: type[Fact]) -> TypeAdapter[Any]:
    if declared.TYPE not in _adapters:
        _adapters[declared.TYPE] = TypeAdapter(declared)
    return _adapters[declared.TYPE]


def to_parts(stated: Fact) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a fact says as JSON values: what stays, and what is personal."""
    values = _adapter(type(stated)).dump_python(stated, mode="json")
    personal = {name: values.pop(name) for name in type(stated).PERSONAL}
    return values, personal


def from_parts(type_name: str, stays: Mapping[str, Any], personal: Mapping[str, Any] | None) -> Fact:
    """The fact of which these are the parts; personal None: erased. Raises UnknownFact."""
    declared = FACTS.get(type_name)
    if declared is None:
        raise UnknownFact(f"no office here knows the event type {type_name!r}")
    values = {**stays, **(personal if personal is not None else dict.fromkeys(declared.PERSONAL))}
    try:
        stated: Fact = _adapter(declared).validate_json(json.dumps(values))
    except ValidationError as error:
        raise UnknownFact(f"an event of type {type_name} does not fit its schema: {error}") from error
    return stated
