"""Other installations for tests: an emptied one, and one on a database file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS
from django.db.utils import ConnectionHandler
from django.test import override_settings

from comity.office.records.snapshot import on


@contextmanager
def empty_installation(data: Path) -> Iterator[Path]:
    """Within: the tables are empty, and the data folder is another."""
    call_command("flush", interactive=False, verbosity=0)
    data.mkdir(exist_ok=True)
    with override_settings(COMITY_DATA=data):
        yield data


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Within: the database is this SQLite file."""
    handler = ConnectionHandler({DEFAULT_DB_ALIAS: {"ENGINE": "django.db.backends.sqlite3", "NAME": path}})
    with closing(handler.create_connection(DEFAULT_DB_ALIAS)) as database, on(database):
        yield
