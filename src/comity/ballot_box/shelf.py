"""The shelf: versions of the map as they were published, each for ever under the hash of what it says.

A version is the result of the opinion engine, the sums under the floor that it follows from, and a small map for painting, all
compressed once. It is written by the follower and read by whoever serves. Versions are kept while they are fresh, then one an hour, and
those of frozen consultations for good. Beside the latest lies what is needed to tell one participant where they stand; that is never
served as it is.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from comity.ballot_box.postgres import SCHEMA
from comity.ballot_box.store import StoreAway

NAME = "maps.sqlite3"
FRESH = 10 * 60 * 1000
HOUR = 60 * 60 * 1000
_TABLE = (
    "CREATE TABLE IF NOT EXISTS published (number {key}, consultation TEXT NOT NULL, version TEXT NOT NULL, at {int} NOT NULL, "
    "frozen {int} NOT NULL, kept {int} NOT NULL, entries {int} NOT NULL, map {bytes} NOT NULL, result {bytes} NOT NULL, "
    "sums {bytes} NOT NULL, places {bytes})"
)
_SUSPICION = "CREATE TABLE IF NOT EXISTS suspicion (consultation TEXT PRIMARY KEY, said {bytes} NOT NULL)"
_INDEX = "CREATE INDEX IF NOT EXISTS published_of ON published (consultation, number)"


@dataclass(frozen=True, slots=True)
class Published:
    """A version of the map. version: SHA-256 (hexadecimal) of its result.json; at: milliseconds since 1970; entries: length of the log
    that it follows from.
    """

    consultation: str
    version: str
    at: int
    frozen: bool
    entries: int


@dataclass(frozen=True, slots=True)
class Version:
    """What a version says: three JSON documents, compressed with gzip."""

    map: bytes
    result: bytes
    sums: bytes


class Shelf(Protocol):
    """Where versions are. All methods may be called from any thread. They raise StoreAway."""

    def publish(self, published: Published, version: Version, places: bytes) -> None:
        """Put a version up; it is the latest from now on."""
        ...

    def latest(self, consultation: str) -> Published | None:
        """The latest version."""
        ...

    def kept(self, consultation: str) -> tuple[Published, ...]:
        """All versions that are there, from the first to the latest."""
        ...

    def version(self, consultation: str, version: str) -> Version | None:
        """What a version says; None if it is not there."""
        ...

    def places(self, consultation: str) -> bytes | None:
        """What belongs to the latest version and is for no one to see."""
        ...

    def suspect(self, consultation: str, said: bytes | None) -> None:
        """Keep what moderators are told of suspected coordination, in the place of what was; None: nothing any more."""
        ...

    def suspected(self, consultation: str) -> bytes | None:
        """What is kept of that."""
        ...

    def discard(self, consultation: str) -> None:
        """Take down all versions of a consultation."""
        ...

    def using(self) -> contextlib.AbstractContextManager[Any]:
        """A transaction on it: what executes SQL, with `?` for each parameter."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def tables() -> list[str]:
    """How the shelf is made in SQLite."""
    key = "INTEGER PRIMARY KEY AUTOINCREMENT"
    return [_TABLE.format(key=key, int="INTEGER", bytes="BLOB"), _INDEX, _SUSPICION.format(bytes="BLOB")]


class _Shelf:
    """What both shelves have in common. `using` gives a cursor's execute, in a transaction."""

    def using(self) -> contextlib.AbstractContextManager[Any]:
        raise NotImplementedError

    def publish(self, published: Published, version: Version, places: bytes) -> None:
        p = published
        with self.using() as execute:
            hour = p.at - p.at % HOUR
            first = execute(
                "SELECT 1 FROM published WHERE consultation = ? AND kept = 1 AND at >= ?", (p.consultation, hour)
            ).fetchone()
            execute(
                "UPDATE published SET places = NULL WHERE consultation = ? AND places IS NOT NULL", (p.consultation,)
            )
            execute(
                "DELETE FROM published WHERE consultation = ? AND kept = 0 AND at < ?", (p.consultation, p.at - FRESH)
            )
            execute(
                "INSERT INTO published (consultation, version, at, frozen, kept, entries, map, result, sums, places) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    p.consultation, p.version, p.at, int(p.frozen), int(p.frozen or first is None), p.entries,
                    version.map, version.result, version.sums, places,
                ),
            )  # fmt: skip

    def latest(self, consultation: str) -> Published | None:
        with self.using() as execute:
            row = execute(
                "SELECT consultation, version, at, frozen, entries FROM published WHERE consultation = ? "
                "ORDER BY number DESC LIMIT 1",
                (consultation,),
            ).fetchone()
        return None if row is None else _published(row)

    def kept(self, consultation: str) -> tuple[Published, ...]:
        with self.using() as execute:
            rows = execute(
                "SELECT consultation, version, at, frozen, entries FROM published WHERE consultation = ? ORDER BY number",
                (consultation,),
            ).fetchall()
        return tuple(map(_published, rows))

    def version(self, consultation: str, version: str) -> Version | None:
        with self.using() as execute:
            row = execute(
                "SELECT map, result, sums FROM published WHERE consultation = ? AND version = ? ORDER BY number DESC LIMIT 1",
                (consultation, version),
            ).fetchone()
        return None if row is None else Version(*map(bytes, row))

    def places(self, consultation: str) -> bytes | None:
        with self.using() as execute:
            row = execute(
                "SELECT places FROM published WHERE consultation = ? ORDER BY number DESC LIMIT 1", (consultation,)
            ).fetchone()
        return None if row is None or row[0] is None else bytes(row[0])

    def suspect(self, consultation: str, said: bytes | None) -> None:
        with self.using() as execute:
            execute("DELETE FROM suspicion WHERE consultation = ?", (consultation,))
            if said is not None:
                execute("INSERT INTO suspicion (consultation, said) VALUES (?, ?)", (consultation, said))

    def suspected(self, consultation: str) -> bytes | None:
        with self.using() as execute:
            row = execute("SELECT said FROM suspicion WHERE consultation = ?", (consultation,)).fetchone()
        return None if row is None else bytes(row[0])

    def discard(self, consultation: str) -> None:
        with self.using() as execute:
            execute("DELETE FROM published WHERE consultation = ?", (consultation,))
            execute("DELETE FROM suspicion WHERE consultation = ?", (consultation,))


class SqliteShelf(_Shelf):
    """Versions in a SQLite file beside the votes, with a rollback journal: several processes may write to it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def using(self) -> Iterator[Any]:
        with self._lock:
            try:
                connection = self._connection or self._open()
                with connection:
                    yield connection.execute
            except sqlite3.OperationalError as error:
                raise StoreAway(str(error)) from error

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
        self._path.chmod(0o600)
        for table in tables():
            connection.execute(table)
        self._connection = connection
        return connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class PostgresShelf(_Shelf):
    """Versions beside the votes in PostgreSQL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def using(self) -> Iterator[Any]:
        with self._lock:
            try:
                connection = self._connection or self._open()
                with connection.transaction():
                    yield lambda sql, parameters: connection.execute(sql.replace("?", "%s"), parameters)
            except psycopg.OperationalError as error:
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                raise StoreAway(str(error)) from error

    def _open(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            options=f"-c search_path={SCHEMA} -c client_min_messages=warning",
        )
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(761337202)")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            key = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
            connection.execute(_TABLE.format(key=key, int="BIGINT", bytes="BYTEA"))
            connection.execute(_INDEX)
            connection.execute(_SUSPICION.format(bytes="BYTEA"))
        self._connection = connection
        return connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _published(row: Any) -> Published:
    consultation, version, at, frozen, entries = row
    return Published(consultation, version, at, bool(frozen), entries)
