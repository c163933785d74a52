"""Backups: the whole installation comes back, and a damaged, foreign or wrongly opened backup changes nothing."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS
from django.db.utils import ConnectionHandler
from tests.office.records.conftest import House, issued, small_house
from tests.office.records.installation import empty_installation, opened

from comity.ballot_box import Answer, Listed, at
from comity.ballot_box.box import COPIES
from comity.groundwork import files
from comity.groundwork.acts import actor_for
from comity.groundwork.models import Person
from comity.groundwork.replay import differences, state
from comity.groundwork.translated import Text
from comity.office.charter.actions import establish_body
from comity.office.records import checks, proofs
from comity.office.records.actions import publish_checkpoint
from comity.office.records.age import AgeError, Encrypting
from comity.office.records.backup import BackedUp, BackupError, backup
from comity.office.records.keys import log_key
from comity.office.records.models import Checkpoint
from comity.office.records.restore import RestoreError, restore
from comity.office.records.snapshot import on
from comity.opinion import Statement

pytestmark = pytest.mark.django_db(transaction=True)  # a snapshot is taken outside of transactions
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = "correct horse battery"
WORK = 4
ON_POSTGRESQL = bool(os.environ.get("COMITY_DATABASE_URL"))
ON_SQLITE_ONLY = pytest.mark.skipif(ON_POSTGRESQL, reason="of an installation on SQLite")


@pytest.fixture
def lived_in(house: House, data_folder: Path) -> House:
    """The house with a document, a published head, a password and the secrets of an installation."""
    issued(house)
    publish_checkpoint(by=house.by)
    house.secretary.set_password("a-password-of-ada")
    house.secretary.save()
    (data_folder / "secrets" / "django").write_text("the-secret-key-of-django")
    (data_folder / "DEMONSTRATION").write_text("")
    return house


def made(path: Path, work: int = WORK) -> BackedUp:
    """A backup whose passphrase costs little to try."""
    return backup(path, WORDS, now=NOW, work=work)


def names_in(path: Path) -> dict[str, bytes]:
    """What is in a backup, read without Comity."""
    with tarfile.open(fileobj=io.BytesIO(pyrage.passphrase.decrypt(path.read_bytes(), WORDS))) as archive:
        return {entry.name: (archive.extractfile(entry) or io.BytesIO()).read() for entry in archive}


def empty_the_box() -> None:
    """On PostgreSQL the box of a worker holds what other tests answered; a restore goes into an empty one."""
    url = os.environ.get("COMITY_DATABASE_URL", "")
    box = at(Path(settings.COMITY_DATA), url)
    box.open_consultation("any")  # so that its tables are there
    with psycopg.connect(url, autocommit=True) as server:
        for (one,) in server.execute("SELECT id FROM comity_ballot_box.consultation").fetchall():
            box.discard(one)


def test_an_installation_comes_back_whole(lived_in: House, tmp_path: Path) -> None:
    if ON_POSTGRESQL:
        empty_the_box()
    before, head, key = state(), proofs.head_now(), log_key()
    password = Person.objects.get(id=lived_in.secretary.id).password
    done = made(tmp_path / "backup.age")
    assert (done.events, done.files, done.missing) == (head[0], 1, ())
    with empty_installation(tmp_path / "new") as data:
        told = restore(done.path, WORDS, data)
        assert (told.events, told.root, told.made) == (head[0], head[1].hex(), NOW.isoformat())
        if ON_POSTGRESQL:
            check_restored(before, head, password)
        else:
            with opened(data / "comity.sqlite3"):
                check_restored(before, head, password)
        assert log_key() == key
        assert (data / "secrets" / "log-key").stat().st_mode & 0o777 == 0o600
        assert (data / "secrets").stat().st_mode & 0o777 == 0o700
        assert (data / "secrets" / "django").read_text() == "the-secret-key-of-django"
        assert (data / "DEMONSTRATION").exists()
        assert not list(data.glob(".*"))


def check_restored(before: dict[str, list[dict[str, Any]]], head: tuple[int, bytes], password: str) -> None:
    """The database holds what it held, and goes on from there."""
    assert list(differences(before, state())) == []
    assert proofs.head_now() == head
    secretary = Person.objects.get(email="ada@example.org")
    assert secretary.password == password
    assert Checkpoint.objects.count() == 1
    assert files.read(Path(next(iter(files.folder().rglob("*/*"))).name).name) == b"Read me.\n"
    assert checks.check_log() == []
    establish_body(by=actor_for(secretary), name=Text.of("Committee"), established_on=date(2026, 11, 1))
    assert proofs.head_now()[0] == head[0] + 1


def test_votes_and_maps_come_back_with_it(lived_in: House, tmp_path: Path, data_folder: Path) -> None:
    box = at(data_folder, os.environ.get("COMITY_DATABASE_URL", ""))
    box.open_consultation("backed-up")
    box.set_statements("backed-up", [Listed(Statement(1))])
    box.cast("backed-up", 7, [Answer(1, 1)])
    (sealed,) = (head for head in box.seal({}) if head.consultation == "backed-up")
    made(tmp_path / "backup.age")
    box.discard("backed-up")
    box.stop()
    copies = tmp_path / "copies"
    copies.mkdir()
    for name, content in names_in(tmp_path / "backup.age").items():
        if name in COPIES:
            (copies / name).write_bytes(content)
    again = at(copies)
    assert again.verify("backed-up", [sealed]) == sealed
    assert again.mine("backed-up", 7) == {1: Answer(1, 1)}
    assert again.kept("backed-up") == ()
    again.stop()


def test_a_backup_opens_without_comity(lived_in: House, tmp_path: Path) -> None:
    held = names_in(made(tmp_path / "backup.age").path)
    about = json.loads(held["backup.json"])
    assert about["log"]["size"] == proofs.head_now()[0]
    assert {"secrets/log-key", "secrets/django", "DEMONSTRATION"} <= held.keys()
    assert sum(name.startswith("files/") for name in held) == 1
    if ON_POSTGRESQL:
        assert {"tables/groundwork_event", "tables/django_session", "tables/django_migrations"} <= held.keys()
    else:
        (tmp_path / "copy.sqlite3").write_bytes(held["comity.sqlite3"])
        copy = sqlite3.connect(tmp_path / "copy.sqlite3")
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()


def test_a_backup_says_nothing_to_whoever_lacks_the_passphrase(lived_in: House, tmp_path: Path) -> None:
    data = made(tmp_path / "backup.age").path.read_bytes()
    for words in (b"Ada Okonkwo", b"Council", b"backup.json", b"the-secret-key"):
        assert words not in data
    assert (tmp_path / "backup.age").stat().st_mode & 0o777 == 0o600


def test_the_wrong_passphrase_a_flipped_byte_and_a_missing_end_change_nothing(lived_in: House, tmp_path: Path) -> None:
    whole = made(tmp_path / "backup.age").path.read_bytes()
    wrong = tmp_path / "wrong.age"
    target = tmp_path / "elsewhere"
    with pytest.raises(AgeError, match="not the passphrase"):
        restore(tmp_path / "backup.age", "another passphrase", target)
    places = [*range(0, 260, 13), *range(260, len(whole), max(1, len(whole) // 60)), len(whole) - 1]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 4
        wrong.write_bytes(changed)
        with pytest.raises(AgeError):
            restore(wrong, WORDS, target)
    for end in (0, 10, 300, len(whole) // 2, len(whole) - 16, len(whole) - 1):
        wrong.write_bytes(whole[:end])
        with pytest.raises(AgeError):
            restore(wrong, WORDS, target)
    assert not [path for path in target.rglob("*") if path.is_file()]


def test_a_folder_that_holds_an_installation_is_left_alone(lived_in: House, tmp_path: Path, data_folder: Path) -> None:
    made(tmp_path / "backup.age")
    before = {path: path.read_bytes() for path in data_folder.rglob("*") if path.is_file()}
    with pytest.raises(RestoreError, match="holds an installation already"):
        restore(tmp_path / "backup.age", WORDS, data_folder)
    assert {path: path.read_bytes() for path in data_folder.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(not ON_POSTGRESQL, reason="of an installation on PostgreSQL")
def test_a_database_that_holds_an_installation_is_left_alone(lived_in: House, tmp_path: Path) -> None:
    made(tmp_path / "backup.age")
    before = state()
    with pytest.raises(RestoreError, match="the database holds an installation already"):
        restore(tmp_path / "backup.age", WORDS, tmp_path / "new")
    assert state() == before
    assert not [path for path in (tmp_path / "new").rglob("*") if path.is_file()]


@ON_SQLITE_ONLY
def test_a_folder_that_was_only_started_in_counts_as_empty(lived_in: House, tmp_path: Path) -> None:
    made(tmp_path / "backup.age")
    data = tmp_path / "new"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "django").write_text("a fresh one")
    (data / "comity.sqlite3").touch()
    restore(tmp_path / "backup.age", WORDS, data)
    assert (data / "secrets" / "django").read_text() == "the-secret-key-of-django"


@ON_SQLITE_ONLY
def test_a_backup_is_restored_without_any_settings(lived_in: House, tmp_path: Path) -> None:
    made(tmp_path / "backup.age")
    program = (
        "import sys; from pathlib import Path; from comity.office.records.restore import restore; "
        "restore(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])); assert 'django' not in sys.modules"
    )
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("COMITY_", "DJANGO_"))}
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "backup.age"), WORDS, str(tmp_path / "new")],
        check=True,
        env=bare,
    )
    assert (tmp_path / "new" / "comity.sqlite3").exists()


@pytest.mark.parametrize(
    "content",
    [
        {"backup.json": b"{}"},
        {"other.json": b"{}"},
        {
            "backup.json": b'{"v": 1, "database": "sqlite", "made": "", "comity": "", "log": {"size": 0, "root": ""}, "tables": {}}'
        },
        {"backup.json": b'{"v": 1, "database": "sqlite", "tables": {}}', "../outside": b"x"},
        {"backup.json": b'{"v": 1, "database": "sqlite", "tables": {}}', "secrets/../../outside": b"x"},
        {
            "backup.json": b'{"v": 1, "database": "sqlite", "tables": {}}',
            "comity.sqlite3": b"x",
            "comity.sqlite3 ": b"x",
        },
        {},
    ],
)
def test_an_archive_that_is_no_backup_is_refused(tmp_path: Path, content: dict[str, bytes]) -> None:
    path = tmp_path / "odd.age"
    with (
        path.open("wb") as out,
        Encrypting(out, WORDS, WORK) as sealed,
        tarfile.open(fileobj=sealed, mode="w|") as archive,
    ):
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    with pytest.raises(RestoreError):
        restore(path, WORDS, tmp_path / "new")
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and one != path]


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.age"
    with (
        path.open("wb") as out,
        Encrypting(out, WORDS, WORK) as sealed,
        tarfile.open(fileobj=sealed, mode="w|") as archive,
    ):
        entry = tarfile.TarInfo("secrets/log-key")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(RestoreError, match="not a file"):
        restore(path, WORDS, tmp_path / "new")


def test_a_backup_of_another_kind_of_database_says_what_to_do(
    lived_in: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "backup.age")
    if ON_POSTGRESQL:
        monkeypatch.delenv("COMITY_DATABASE_URL")
    else:
        monkeypatch.setenv("COMITY_DATABASE_URL", "postgresql://nowhere/x")
    with pytest.raises(RestoreError, match="COMITY_DATABASE_URL"):
        restore(tmp_path / "backup.age", WORDS, tmp_path / "new")


def test_a_backup_has_a_long_passphrase_and_a_name_of_its_own(lived_in: House, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="at least 12"):
        backup(tmp_path / "backup.age", "short", now=NOW, work=WORK)
    made(tmp_path / "backup.age")
    with pytest.raises(BackupError, match="exists already"):
        made(tmp_path / "backup.age")
    assert [path.name for path in tmp_path.glob("*.age*")] == ["backup.age"]
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_is_missing_is_told(lived_in: House, tmp_path: Path) -> None:
    for path in files.folder().rglob("*/*"):
        path.unlink()
    done = made(tmp_path / "backup.age")
    assert (done.files, len(done.missing)) == (0, 1)


@pytest.mark.slow
@ON_SQLITE_ONLY
def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path, data_folder: Path) -> None:
    """On a database file, as installations have it, with a writer that never rests."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=TRUNCATE;"}
    described = {
        DEFAULT_DB_ALIAS: {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_folder / "comity.sqlite3",
            "OPTIONS": options,
        }
    }
    stop, wrote = threading.Event(), [0]
    mine = ConnectionHandler(described).create_connection(DEFAULT_DB_ALIAS)
    with on(mine):
        call_command("migrate", verbosity=0, interactive=False)
        house = small_house()

        def write() -> None:
            other = ConnectionHandler(described).create_connection(DEFAULT_DB_ALIAS)
            with on(other):
                while not stop.is_set():
                    establish_body(by=house.by, name=Text.of(f"Body {wrote[0]}"), established_on=date(2026, 11, 1))
                    wrote[0] += 1
            other.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            sizes = []
            for number in range(3):
                done = made(tmp_path / f"{number}.age")
                restore(done.path, WORDS, tmp_path / f"new{number}")
                with opened(tmp_path / f"new{number}" / "comity.sqlite3"):
                    assert checks.check_log() == []
                sizes.append(done.events)
        finally:
            stop.set()
            writer.join()
    mine.close()
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]
