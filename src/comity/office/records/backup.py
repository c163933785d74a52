"""A backup: the whole installation in one encrypted file, made while it serves. Its reverse is `restore`.

Other than an export it holds the secrets too: the key of the log, password hashes, sessions. Inside the encryption is a tar archive:

    backup.json          what it is of: kind of database, applied migrations, columns of the tables, head of the log
    comity.sqlite3       the database, on SQLite; on PostgreSQL tables/NAME, one for each table as COPY writes it
    votes.sqlite3, maps.sqlite3   the ballot box and its maps, on PostgreSQL too
    files/..., secrets/..., DEMONSTRATION

Database and files are of one moment: the files are those that the database names then. The votes are of a moment after it, so that
they hold all that the record has sealed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

import comity
from comity.ballot_box import at
from comity.groundwork import files
from comity.groundwork.models import StoredFile
from comity.ledger import LedgerError
from comity.office.records import age, proofs
from comity.office.records.snapshot import copy_sqlite, on, scratch_folder, snapshot

FORMAT = 1
ABOUT, SQLITE, TABLES = "backup.json", "comity.sqlite3", "tables"
MARKS = ("DEMONSTRATION",)
"""Files of the data folder that say what the installation is."""
LEAST_PASSPHRASE = 12


class BackupError(LedgerError):
    """A backup that cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds. missing: SHA-256 of files that should lie in the data folder and do not."""

    path: Path
    size: int
    events: int
    files: int
    missing: tuple[str, ...]


def backup(path: Path, passphrase: str, *, now: datetime, work: int = age.WORK) -> BackedUp:
    """Write an encrypted backup into a new file, which gets its name only when it is whole and on disk.

    work: binary logarithm of what each guess at the passphrase costs. Raises BackupError.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupError(
            "a backup holds every secret of the installation: choose a passphrase of at least {least} characters",
            least=LEAST_PASSPHRASE,
        )
    if path.exists():
        raise BackupError("{path} exists already: name another file", path=path.name)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _new_file(partial) as out:
            with age.Encrypting(out, passphrase, work) as sealed, tarfile.open(fileobj=sealed, mode="w|") as archive:
                made = _write(archive, path, now)
            out.flush()
            os.fsync(out.fileno())
        os.link(partial, path)
    except FileExistsError as error:
        raise BackupError("{path} exists already: name another file", path=path.name) from error
    finally:
        partial.unlink(missing_ok=True)
    return BackedUp(path, path.stat().st_size, *made)


def _write(archive: tarfile.TarFile, path: Path, now: datetime) -> tuple[int, int, tuple[str, ...]]:
    with snapshot() as frozen, on(frozen), scratch_folder() as beside:
        size, root = proofs.head_now()
        about: dict[str, Any] = {
            "v": FORMAT,
            "comity": comity.__version__,
            "made": now.isoformat(),
            "database": connection.vendor,
            "migrations": sorted(map(list, MigrationRecorder(connection).applied_migrations())),
            "log": {"size": size, "root": root.hex()},
        }
        tables = {} if connection.vendor == "sqlite" else _tables()
        about["tables"] = tables
        _add(archive, ABOUT, json.dumps(about, sort_keys=True).encode(), now)
        if connection.vendor == "sqlite":
            copy_sqlite(beside / SQLITE)
            _add(archive, SQLITE, beside / SQLITE, now)
        for table, columns in tables.items():
            _copy_table(table, columns, beside / "table")
            _add(archive, f"{TABLES}/{table}", beside / "table", now)
        for copied in at(Path(settings.COMITY_DATA), os.environ.get("COMITY_DATABASE_URL", "")).copy_to(beside):
            _add(archive, copied.name, copied, now)
        held, missing = 0, []
        named = StoredFile.objects.filter(removed_at__isnull=True).order_by("sha256")
        for sha256 in named.values_list("sha256", flat=True).distinct():
            if _add(archive, f"files/{sha256[:2]}/{sha256}", files.path_of(sha256), now):
                held += 1
            else:
                missing.append(sha256)
    data = Path(settings.COMITY_DATA)
    for secret in sorted((data / "secrets").glob("*")):
        if not secret.name.startswith("."):
            _add(archive, f"secrets/{secret.name}", secret, now)
    for mark in MARKS:
        _add(archive, mark, data / mark, now)
    return size, held, tuple(missing)


def _tables() -> dict[str, list[str]]:
    """The columns of every table that Django knows, its own included."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        return {
            name: [column.name for column in connection.introspection.get_table_description(cursor, name)]
            for name in sorted({*names, MigrationRecorder.Migration._meta.db_table})
        }


def _copy_table(table: str, columns: list[str], target: Path) -> None:
    listed = ", ".join(map(connection.ops.quote_name, columns))
    order = f"COPY (SELECT {listed} FROM {connection.ops.quote_name(table)}) TO STDOUT"
    with connection.cursor() as cursor, target.open("wb") as out, cursor.copy(order) as rows:
        for row in rows:
            out.write(row)


def _add(archive: tarfile.TarFile, name: str, content: bytes | Path, now: datetime) -> bool:
    """Add a file to the archive; whether it was there."""
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime = 0o600, int(now.timestamp())
    try:
        with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
            entry.size = source.seek(0, io.SEEK_END)
            source.seek(0)
            archive.addfile(entry, source)
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        yield out
