"""Restoring a backup into an empty installation. All of it is unpacked and found whole before anything is put in its place.

Needs no settings for an installation on SQLite, so that a folder that does not exist yet can be restored. For one on PostgreSQL,
`COMITY_DATABASE_URL` names an empty database; the tables are made as they were when the backup was made, filled, and then brought to
what this version expects.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from comity.ledger import LedgerError
from comity.office.records.age import AgeError, Decrypting

FORMAT = 1
SQLITE, TABLES = "comity.sqlite3", "tables"
DATABASE_SETTING = "COMITY_DATABASE_URL"
_KNOWN = re.compile(
    r"(comity|votes|maps)\.sqlite3|DEMONSTRATION|tables/[a-z0-9_]{1,63}|files/[0-9a-f]{2}/[0-9a-f]{64}|secrets/[a-z0-9_-]{1,60}"
)
_MADE_AT_START = {"secrets/django", "server.lock"}
"""What an installation that was never used may hold already."""
PIECE = 1 << 20


class RestoreError(LedgerError):
    """A backup that is not restored, and why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: when the backup was made, by which version, and the head of the log in it."""

    made: str
    version: str
    database: str
    events: int
    root: str


def restore(path: Path, passphrase: str, data: Path) -> Restored:
    """Restore a backup into a data folder that holds nothing yet.

    Raises RestoreError or AgeError; then nothing was put in place (what was unpacked is removed again).
    """
    if not _is_unused(data):
        raise RestoreError("{folder} holds an installation already: restore into an empty folder", folder=data.name)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    unpacked = data / f".restoring-{os.getpid()}"
    try:
        with path.open("rb") as source, closing(Decrypting(source, passphrase)) as content:
            about = _unpack(BufferedReader(content), unpacked)
        _check_complete(about, unpacked)
        if about["database"] == "postgresql":
            _fill_postgresql(about, unpacked / TABLES)
            shutil.rmtree(unpacked / TABLES)
            _fill_ballot_box(unpacked)
        _put_in_place(unpacked, data)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    head = about["log"]
    return Restored(about["made"], about["comity"], about["database"], head["size"], head["root"])


def _is_unused(data: Path) -> bool:
    held = [path for path in data.rglob("*") if path.is_file()] if data.exists() else []
    return all(
        path.relative_to(data).as_posix() in _MADE_AT_START
        or path.relative_to(data).parts[0].startswith((".restoring-", ".scratch-", "locale"))
        or (path == data / SQLITE and path.stat().st_size == 0)
        for path in held
    )


def _unpack(content: BufferedReader, folder: Path) -> dict[str, Any]:
    """Unpack an archive to its end, which the encryption vouches for; what `backup.json` says."""
    folder.mkdir(mode=0o700)
    about: dict[str, Any] | None = None
    try:
        with tarfile.open(fileobj=content, mode="r|") as archive:
            for entry in archive:
                source = archive.extractfile(entry) if entry.isreg() else None
                if source is None:
                    raise RestoreError("the backup holds something that is not a file")
                if about is None:
                    about = _read_about(entry.name, source.read(PIECE))
                elif not _KNOWN.fullmatch(entry.name):
                    raise RestoreError("the backup holds a file that does not belong there")
                else:
                    target = folder / entry.name
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                        shutil.copyfileobj(source, out, PIECE)
                        out.flush()
                        os.fsync(out.fileno())
        while content.read(PIECE):
            pass
    except (tarfile.TarError, FileExistsError) as error:
        raise RestoreError("this is not a backup of Comity, or not a whole one") from error
    if about is None:
        raise RestoreError("this is not a backup of Comity, or not a whole one")
    return about


def _read_about(name: str, content: bytes) -> dict[str, Any]:
    about = json.loads(content) if name == "backup.json" else {}
    if about.get("v") != FORMAT:
        raise RestoreError("this is not a backup that this version of Comity can read")
    on_postgresql = bool(os.environ.get(DATABASE_SETTING))
    if about["database"] == "postgresql" and not on_postgresql:
        raise RestoreError(
            "this is the backup of an installation on PostgreSQL: name an empty database with {setting}",
            setting=DATABASE_SETTING,
        )
    if about["database"] == "sqlite" and on_postgresql:
        raise RestoreError(
            "this is the backup of an installation on SQLite: unset {setting}; an export moves it to PostgreSQL",
            setting=DATABASE_SETTING,
        )
    return dict(about)


def _check_complete(about: Mapping[str, Any], folder: Path) -> None:
    wanted = [SQLITE] if about["database"] == "sqlite" else [f"{TABLES}/{name}" for name in about["tables"]]
    for name in wanted:
        if not (folder / name).is_file():
            raise RestoreError("the backup lacks {name}", name=name)


def _put_in_place(unpacked: Path, data: Path) -> None:
    """Move everything to where it belongs, the database last: without it there is no installation."""
    for path in sorted(unpacked.rglob("*"), key=lambda path: (path.name == SQLITE, path)):
        target = data / path.relative_to(unpacked)
        if path.is_file():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(target)


# --- PostgreSQL ---


def _fill_postgresql(about: Mapping[str, Any], tables: Path) -> None:
    """Make the tables as they were, and fill them."""
    import django
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    from django.apps import apps

    from comity.groundwork.models import LogHead

    quote = connection.ops.quote_name
    if LogHead._meta.db_table in connection.introspection.table_names() and LogHead.objects.filter(size__gt=0).exists():
        raise RestoreError(
            "the database holds an installation already: name an empty one with {setting}", setting=DATABASE_SETTING
        )
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.node_map
    applied = {(app, name) for app, name in about["migrations"]}
    if unknown := sorted(applied - known.keys()):
        raise RestoreError(
            "the backup was made by Comity {version}, which is newer: its migration {name} is not known here",
            version=str(about["comity"]),
            name=".".join(unknown[0]),
        )
    # As far as the backup's tables had come: to the last migrations, which lead through the others.
    executor.migrate([key for key in sorted(applied) if not any(child.key in applied for child in known[key].children)])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(map(quote, about['tables']))} CASCADE")
        for table, columns in about["tables"].items():
            order = f"COPY {quote(table)} ({', '.join(map(quote, columns))}) FROM STDIN"
            with (tables / table).open("rb") as rows, cursor.copy(order) as into:
                while piece := rows.read(PIECE):
                    into.write(piece)
        for order in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
            cursor.execute(order)
    call_command("migrate", verbosity=0, interactive=False)


def _fill_ballot_box(unpacked: Path) -> None:
    """Votes and maps go into PostgreSQL too, and their files are not needed; a backup of before there was a ballot box has none."""
    from comity.ballot_box.box import COPIES, at

    if all((unpacked / name).is_file() for name in COPIES):
        box = at(unpacked, os.environ[DATABASE_SETTING])
        box.fill_from(unpacked)
        box.stop()
        for name in COPIES:
            (unpacked / name).unlink()


__all__ = ["AgeError", "RestoreError", "Restored", "restore"]
