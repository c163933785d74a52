"""State from the log alone: replay it into empty tables, and compare states.

`UNRECORDED` names what is no part of the record and why. Every other table of the groundwork and the offices must come out of a
replay exactly as the acts left it; a test holds that for the demonstration organisation, also after an erasure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from comity.groundwork import log
from comity.groundwork.acts import APPLIED
from comity.groundwork.models import Event
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text

UNRECORDED: dict[str, str] = {
    "groundwork.job": "work still to be done, which whoever runs the site decides",
    "groundwork.token": "keys for programs are secrets of one installation",
    "groundwork.loghead": "follows from the tree",
    "groundwork.treehash": "follows from the leaves",
    "groundwork.event": "the log itself",
    "groundwork.eventpart": "the log itself",
    "groundwork.eventabout": "the log itself",
}
"""Tables that a replay does not make, with the reason. Offices add theirs with `unrecorded`."""

UNRECORDED_FIELDS = {"groundwork.person": {"password", "last_login"}}
"""Secrets of one installation."""


def unrecorded(table: str, reason: str) -> None:
    """Declare a table that is no part of the record."""
    UNRECORDED[table] = reason


def recorded_tables() -> list[type[models.Model]]:
    """The tables that follow from the log, in an order in which rows can be made."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("comity.")]
    return [model for model in ours if model._meta.label_lower not in UNRECORDED]


def state() -> dict[str, list[dict[str, Any]]]:
    """Every row of every recorded table, in an order that depends on content alone. Numbers that the database gave are left out."""
    return {model._meta.label_lower: sorted(_rows(model), key=_text) for model in recorded_tables()}


def state_digest() -> str:
    """SHA-256 of the state: equal digests mean equal states."""
    return hashlib.sha256(_text(state()).encode()).hexdigest()


def differences(one: Mapping[str, list[dict[str, Any]]], other: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Where two states differ, for people."""
    for table in sorted({*one, *other}):
        left, right = ({_text(row) for row in side.get(table, ())} for side in (one, other))
        for row in sorted(left - right):
            yield f"{table}: only in the first: {row}"
        for row in sorted(right - left):
            yield f"{table}: only in the second: {row}"


def replay() -> int:
    """Apply every event of the log in its order to tables that hold none of its state; how many there were.

    Events whose body was erased have no effect left. Raises UnknownFact for one that this installation does not know.
    """
    with transaction.atomic():
        count = 0
        for event in Event.objects.order_by("seq").prefetch_related("parts").iterator(chunk_size=1000):
            stated = log.fact_of(event)
            if stated is not None:
                place = log.Recorded(event.seq, event.id, event.time, event.actor_id, event.capacity)
                APPLIED[event.type](stated, place)
            count += 1
        return count


def _rows(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    return map(plain_row, model._default_manager.iterator(chunk_size=1000))


def plain_row(row: models.Model) -> dict[str, Any]:
    """A row as values for JSON, by column; without secrets of the installation and numbers that the database gave."""
    left_out = UNRECORDED_FIELDS.get(row._meta.label_lower, set())
    return {
        field.attname: _plain(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in left_out and not (field.primary_key and isinstance(field, models.AutoField))
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return value.to_json()
    if isinstance(value, Ref):
        return str(value)
    return value.hex() if isinstance(value, bytes) else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, cls=DjangoJSONEncoder, ensure_ascii=False)
