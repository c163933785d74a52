"""Who may read the rows of which recorded table: what an export shows beside the log, in a form that people can open.

An office says so where it registers its other things. A table of which nobody said anything is for the secretariat alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db import models

from comity.groundwork.audiences import PUBLIC, SECRETARIAT, Reader
from comity.groundwork.models import Grant, StoredFile
from comity.groundwork.replay import plain_row

AudienceOf = Callable[[Any], str]
"""Who may read a row."""


@dataclass(frozen=True, slots=True)
class Audience:
    """of: who may read a row. related: what to fetch with it for that."""

    of: AudienceOf
    related: tuple[str, ...] = ()


FOR_THE_SECRETARIAT = Audience(lambda _row: SECRETARIAT)
AUDIENCES: dict[str, Audience] = {}


def everybody(_row: Any) -> str:
    """For tables that anybody may read."""
    return PUBLIC


def register_table(model: type[models.Model], audience: AudienceOf = everybody, related: tuple[str, ...] = ()) -> None:
    """Say who may read a table's rows. Raises ValueError if that was said already."""
    declared = Audience(audience, related)
    if AUDIENCES.setdefault(model._meta.label_lower, declared) is not declared:
        raise ValueError(f"the audience of {model._meta.label_lower} is declared twice")


def rows_for(reader: Reader, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """The rows of a recorded table that a reader may read, by primary key, as values for JSON."""
    audience = AUDIENCES.get(model._meta.label_lower, FOR_THE_SECRETARIAT)
    rows = model._default_manager.order_by("pk")
    for row in (rows.select_related(*audience.related) if audience.related else rows).iterator(chunk_size=1000):
        if reader.may_read(audience.of(row)):
            yield plain_row(row)


register_table(Grant)
register_table(StoredFile, attrgetter("audience"))
