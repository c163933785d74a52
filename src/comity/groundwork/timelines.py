"""Which events a timeline shows: found by the one index that leads there, without reading those that it does not show.

A timeline wants the newest few of the events that meet several conditions. Left alone, a database takes whichever index it likes and
sorts all that it finds, or walks the whole log for three rare events. So one condition leads, along an index that has the events in
their order, and the others are only looked at on the way. Where the leading condition has several values (types, audiences), the
newest few of each are merged. One query, whatever the length of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from comity.groundwork.audiences import Reader
from comity.groundwork.models import Event, EventAbout


@dataclass(frozen=True, slots=True)
class Asked:
    """What a timeline is to show. about: references of which one suffices; types, likewise; empty and None: not asked. without: types."""

    about: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    actor: str | None = None
    audience: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(reader: Reader, asked: Asked, *, before: int | None, limit: int) -> list[int]:
    """Sequence numbers of the newest events that meet all that is asked and are for the reader, newest first.

    before: only those that come after the event of this number in such a list. Where days are asked for, and nothing that leads more
    directly, newest is by the time in the event; else by its place in the log.
    """
    way = _Way(reader, asked, before)
    if asked.about:
        parts = [way.about(ref, limit) for ref in asked.about]
    elif asked.actor is not None:
        parts = [way.along("actor_id", asked.actor, limit)]
    elif asked.types:
        parts = [way.along("type", name, limit) for name in asked.types]
    elif asked.since is not None or asked.until is not None:
        parts = [way.along_time(limit)]
    elif asked.audience is not None or not reader.all:
        audiences = _audiences(reader, asked.audience) or [""]
        parts = [way.along("audience", name, limit) for name in audiences]
    else:
        parts = [way.along(None, None, limit)]
    # UNION, not UNION ALL: an event about two of the things is one event.
    merged = " UNION ".join(f"SELECT * FROM ({sql}) AS part{n}" for n, (sql, _values) in enumerate(parts))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT seq FROM ({merged}) AS merged ORDER BY place DESC, seq DESC LIMIT {int(limit)}",
            [value for _sql, values in parts for value in values],
        )
        return [row[0] for row in cursor.fetchall()]


def _audiences(reader: Reader, audience: str | None) -> list[str]:
    """The audiences whose events are wanted and may be read; for a reader of all, only a wanted one can be listed."""
    if audience is None:
        return sorted(reader.audiences)
    return [audience] if reader.may_read(audience) else []


class _Way:
    """Composes the queries. Conditions that must not lead carry a plus sign on SQLite, which keeps them from using an index."""

    def __init__(self, reader: Reader, asked: Asked, before: int | None) -> None:
        self._reader, self._asked, self._before = reader, asked, before
        self._plus = "+" if connection.vendor == "sqlite" else ""
        self._event, self._about = Event._meta.db_table, EventAbout._meta.db_table

    def about(self, ref: str, limit: int) -> tuple[str, list[Any]]:
        conditions, values = self._conditions({"about"})
        if self._before is not None:
            conditions.append("a.event_id < %s")
            values.append(self._before)
        where = " AND ".join(["a.ref = %s", *conditions])
        sql = (
            f"SELECT a.event_id AS seq, a.event_id AS place FROM {self._about} a JOIN {self._event} e ON e.seq = a.event_id "
            f"WHERE {where} ORDER BY a.event_id DESC LIMIT {int(limit)}"
        )
        return sql, [ref, *values]

    def along(self, column: str | None, value: Any, limit: int) -> tuple[str, list[Any]]:
        conditions, values = self._conditions({column} if column else set())
        if column is not None:
            conditions.insert(0, f"e.{column} = %s")
            values.insert(0, value)
        if self._before is not None:
            conditions.append("e.seq < %s")
            values.append(self._before)
        sql = (
            f"SELECT e.seq AS seq, e.seq AS place FROM {self._event} e WHERE {' AND '.join(conditions) or '1 = 1'} "
            f"ORDER BY e.seq DESC LIMIT {int(limit)}"
        )
        return sql, values

    def along_time(self, limit: int) -> tuple[str, list[Any]]:
        conditions, values = self._conditions({"time"})
        bounds, given = self._days("")
        if self._before is not None:
            last = Event.objects.filter(seq=self._before).values_list("time", flat=True).first()
            if last is not None:
                bounds.append("e.time <= %s AND (e.time < %s OR e.seq < %s)")
                given += [_moment(last), _moment(last), self._before]
        where = " AND ".join([*bounds, *conditions])
        sql = (
            f"SELECT e.seq AS seq, e.time AS place FROM {self._event} e WHERE {where} "
            f"ORDER BY e.time DESC, e.seq DESC LIMIT {int(limit)}"
        )
        return sql, [*given, *values]

    def _conditions(self, leading: set[str]) -> tuple[list[str], list[Any]]:
        """What does not lead, as conditions on `e` that no index is used for."""
        conditions: list[str] = []
        values: list[Any] = []

        def among(column: str, wanted: Sequence[str]) -> None:
            conditions.append(f"{self._plus}e.{column} IN ({', '.join(['%s'] * len(wanted))})" if wanted else "1 = 0")
            values.extend(wanted)

        if self._asked.types and "type" not in leading:
            among("type", self._asked.types)
        if self._asked.without:
            conditions.append(f"{self._plus}e.type NOT IN ({', '.join(['%s'] * len(self._asked.without))})")
            values.extend(self._asked.without)
        if self._asked.actor is not None and "actor_id" not in leading:
            among("actor_id", [self._asked.actor])
        if "audience" not in leading and (self._asked.audience is not None or not self._reader.all):
            among("audience", _audiences(self._reader, self._asked.audience))
        if "time" not in leading:
            bounds, given = self._days(self._plus)
            conditions += bounds
            values += given
        if not self._reader.all:
            conditions.append(f"({self._plus}e.opens_at IS NULL OR {self._plus}e.opens_at <= %s)")
            values.append(_moment(timezone.now()))
        return conditions, values

    def _days(self, plus: str) -> tuple[list[str], list[Any]]:
        bounds = [(">=", self._asked.since), ("<", self._asked.until)]
        given = [(sign, moment) for sign, moment in bounds if moment is not None]
        return [f"{plus}e.time {sign} %s" for sign, _moment_ in given], [_moment(moment) for _sign, moment in given]


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
