"""References: how one thing of the organisation names another, across offices, in events, citations and grants.

A reference is a kind and an id, written `members.party:01J...`. An office registers each kind that it keeps: how to name many of
its things at once, and where their page is. So a page of an early office can show what a later one added without importing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.functional import Promise

from comity.ledger.event import REFERENCE

PERSON_KIND = "groundwork.person"
FILE_KIND = "groundwork.file"

Names = Mapping[str, str]
"""Name of a thing by its id, in the reader's language; ids that nothing has are absent."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A thing by kind and id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what is not written `kind:id`."""
        if not REFERENCE.match(text):
            raise ValueError(f"{text!r} is not a reference: write kind:id")
        kind, _colon, key = text.partition(":")
        return cls(kind, key)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its word (singular, translatable), how to name many at once, the address of one's page (None: it has none).

    merged: ids of duplicates that were merged into a thing; what was said of them was said of it. None: no such merging.
    """

    name: str
    word: str | Promise
    names: Callable[[Iterable[str]], Names]
    url: Callable[[str], str] | None = None
    merged: Callable[[str], Iterable[str]] | None = None


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Make a kind of thing known. Raises ValueError if another has the name."""
    if KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"two kinds are called {kind.name}")


def name_all(refs: Iterable[Ref]) -> dict[Ref, str]:
    """Names of many things, one query for each kind. What has no name here is named by its reference."""
    wanted: dict[str, set[str]] = {}
    named: dict[Ref, str] = {}
    for ref in refs:
        wanted.setdefault(ref.kind, set()).add(ref.id)
    for kind_name, ids in wanted.items():
        kind = KINDS.get(kind_name)
        found = kind.names(sorted(ids)) if kind else {}
        for key in ids:
            named[Ref(kind_name, key)] = found.get(key) or f"{kind_name}:{key}"
    return named


def called(ref: Ref) -> list[str]:
    """A reference as events, citations and files have it: the thing's own, and those of duplicates merged into it."""
    kind = KINDS.get(ref.kind)
    also = kind.merged(ref.id) if kind and kind.merged else ()
    return [str(ref), *(str(Ref(ref.kind, key)) for key in also)]


def page_of(ref: Ref) -> str | None:
    """The address of a thing's page on this site, None if it has none."""
    kind = KINDS.get(ref.kind)
    return kind.url(ref.id) if kind and kind.url else None
