"""The database as it was at one moment, and databases for a while: what exports, backups and checks read from and replay into.

`on(database)` makes one of them this thread's own: within, every query of this thread goes there, while other threads and processes
go on with the real one.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler


@contextlib.contextmanager
def on(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Within: this thread works on another database."""
    usual = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = database
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = usual


@contextlib.contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """The database as it is now, whatever others write meanwhile; it can be read only.

    PostgreSQL: one repeatable-read transaction. SQLite: a copy in the data folder, made in one go; writers wait as long as that takes,
    and not for what is then done with it. Raises RuntimeError within a transaction, which the copy would wait for without end.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a snapshot is taken outside of transactions")
    if connection.vendor == "sqlite":
        with scratch_folder() as folder:
            copy_sqlite(folder / "copy.sqlite3")
            with contextlib.closing(_sqlite(folder / "copy.sqlite3", "PRAGMA query_only=ON;")) as frozen:
                yield frozen
        return
    with contextlib.closing(connections.create_connection(DEFAULT_DB_ALIAS)) as frozen:
        frozen.set_autocommit(False)
        with frozen.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield frozen
        frozen.rollback()


@contextlib.contextmanager
def empty_database() -> Iterator[BaseDatabaseWrapper]:
    """An empty SQLite database with the tables of the house, which is gone afterwards."""
    fast = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    with scratch_folder() as folder, contextlib.closing(_sqlite(folder / "empty.sqlite3", fast)) as empty:
        with on(empty), empty.schema_editor() as editor:
            for model in apps.get_models():
                if model.__module__.startswith("comity."):
                    editor.create_model(model)
        yield empty


def copy_sqlite(target: Path) -> None:
    """Copy the SQLite database of this thread into a new file, as it is at one moment."""
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder among the data that only its owner can open, and that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=settings.COMITY_DATA, prefix=".scratch-") as folder:
        yield Path(folder)


def _sqlite(path: Path, command: str) -> BaseDatabaseWrapper:
    described: dict[str, Any] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"init_command": command, "transaction_mode": "IMMEDIATE"},
    }
    return ConnectionHandler({DEFAULT_DB_ALIAS: described}).create_connection(DEFAULT_DB_ALIAS)
