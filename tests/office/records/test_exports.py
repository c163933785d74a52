"""Exports: what an audience may see and nothing else, verified without Comity; the full one makes the same organisation again."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from tests.office.records.conftest import House, issued
from tests.office.records.installation import empty_installation

from comity.groundwork.actions import erase_person, grant_role, register_person, remove_file
from comity.groundwork.acts import actor_for
from comity.groundwork.audiences import Reader
from comity.groundwork.models import Event, Person, Token
from comity.groundwork.queries import log_size, timeline
from comity.groundwork.replay import differences, recorded_tables, state, state_digest
from comity.groundwork.tables import AUDIENCES
from comity.groundwork.translated import Text
from comity.ledger import Trust, verify_export
from comity.ledger.export import ExportError
from comity.ledger.note import encode64
from comity.ledger.signing import KeyTextError
from comity.office.records import checks, proofs
from comity.office.records.actions import add_version, enter_document, publish_checkpoint
from comity.office.records.exports import ImportRefused, export, import_export
from comity.office.records.keys import log_key, public_log_key

pytestmark = pytest.mark.django_db(transaction=True)  # a snapshot is taken outside of transactions
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def lived_in(house: House) -> House:
    """The house with documents for everybody, for members and in draft, somebody erased, a file removed."""
    issued(house, "Report")
    issued(house, "=1+1 for members", audience="members", content=b"for members\n")
    draft = enter_document(by=house.by, title=Text.of("Confidential draft"), series="general")
    add_version(by=house.by, document=draft.id, name="plan.txt", content=b"secret plan\n", language="en")
    gone = issued(house, "With a file that was removed", content=b"to be removed\n")
    remove_file(by=house.by, file=gone.versions.get().file_id, reason="published by mistake")
    other = register_person(by=house.by, name="Grace Erased", email="grace@example.org")
    grant_role(by=house.by, person=other.id, role="translator")
    erase_person(by=house.by, person=other.id, reason="asked for it")
    publish_checkpoint(by=house.by)
    return house


def everything_in(folder: Path) -> bytes:
    """All bytes of a folder, names included."""
    return b"\n".join(
        str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def trust() -> Trust:
    """Who knows the log's key."""
    return Trust((public_log_key(),))


# --- what is in it ---


@pytest.mark.parametrize("audience", ["public", "members", "secretariat", "delegation:x"])
def test_an_export_verifies_and_so_it_does_without_comity(lived_in: House, tmp_path: Path, audience: str) -> None:
    made = export(tmp_path / "out", audience, now=NOW)
    report = verify_export(made.folder, trust())
    assert report.findings == []
    assert (report.audience, report.records, report.made) == (audience, log_size(), "2026-11-20T12:00:00.000000Z")
    ran = subprocess.run(
        [sys.executable, "-I", "verify.py", ".", "--key", str(public_log_key())],
        cwd=made.folder,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_public_export_holds_only_what_is_public(lived_in: House, tmp_path: Path) -> None:
    export(tmp_path / "out", "public", now=NOW)
    held = everything_in(tmp_path / "out")
    for words in (b"Report", b"Read me.", b"Council", b"Test Union"):
        assert words in held
    for words in (
        b"for members",
        b"onfidential",
        b"secret plan",
        b"ada@example.org",
        b"Ada Okonkwo",
        b"Chen Wei",
        b"grace",
    ):
        assert words not in held


def test_an_export_for_members_holds_what_is_for_members_and_no_draft(lived_in: House, tmp_path: Path) -> None:
    export(tmp_path / "out", "members", now=NOW)
    held = everything_in(tmp_path / "out")
    assert b"for members" in held
    for words in (b"onfidential", b"secret plan", b"ada@example.org"):
        assert words not in held


def test_the_full_export_holds_the_drafts_and_nothing_that_was_erased(lived_in: House, tmp_path: Path) -> None:
    made = export(tmp_path / "out", "secretariat", now=NOW)
    held = everything_in(made.folder)
    for words in (b"Confidential draft", b"secret plan", b"ada@example.org"):
        assert words in held
    for words in (b"Grace", b"grace@example.org", b"to be removed\n"):
        assert words not in held
    assert made.missing == ()


def test_no_secret_is_in_any_export(lived_in: House, tmp_path: Path, data_folder: Path) -> None:
    lived_in.secretary.set_password("a-password-of-ada")
    lived_in.secretary.save()
    token = sha256(b"token").hexdigest()
    Token.objects.create(
        id="T", person=lived_in.secretary, name="n", sha256=token, made_at=NOW, expires_at=NOW + timedelta(days=1)
    )
    session = SessionStore()
    session["_auth_user_id"] = lived_in.secretary.id
    session.create()
    (data_folder / "secrets" / "django").write_text("the-secret-key-of-django")
    seed = log_key().secret_text()
    secrets = [
        lived_in.secretary.password,
        token,
        str(session.session_key),
        "the-secret-key-of-django",
        seed,
        encode64(log_key().purpose.value + log_key().seed),
        log_key().seed.hex(),
    ]
    for audience in ("public", "secretariat"):
        export(tmp_path / audience, audience, now=NOW)
        held = everything_in(tmp_path / audience)
        assert not [one for one in secrets if one.encode() in held]


def test_tables_are_for_people_and_for_programs(lived_in: House, tmp_path: Path) -> None:
    export(tmp_path / "out", "secretariat", now=NOW)
    rows = json.loads((tmp_path / "out/tables/records.document.json").read_bytes())
    assert {row["symbol"] for row in rows} == {"A/1", "A/2", "A/3", None}
    with (tmp_path / "out/tables/records.document.csv").open(encoding="utf-8-sig", newline="") as sheet:
        listed = list(csv.DictReader(sheet))
    assert [row["id"] for row in listed] == [row["id"] for row in rows]
    assert "'=1+1 for members" in {row["title"] for row in listed}, "a spreadsheet does not compute what people wrote"
    names = {path.stem for path in (tmp_path / "out/tables").iterdir()}
    assert names <= {model._meta.label_lower for model in recorded_tables()}
    assert {"charter.body", "groundwork.person", "groundwork.grant"} <= names


def test_every_table_of_these_offices_says_who_may_read_it() -> None:
    silent = {
        model._meta.label_lower
        for model in recorded_tables()
        if model._meta.app_label in {"records", "charter"} and model._meta.label_lower not in AUDIENCES
    }
    assert silent == set()


def test_an_embargo_keeps_an_event_closed_until_its_day(house: House, tmp_path: Path) -> None:
    from dataclasses import dataclass

    from comity.groundwork import log
    from comity.office.charter.events import BodyDissolved

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Later(BodyDissolved):
        @property
        def opens_at(self) -> datetime:
            return NOW + timedelta(days=1)

    from django.db import transaction

    with transaction.atomic():
        log.lock()
        with log.acting("secretary", (Later,)):
            log.append(
                house.secretary.id, NOW, Later(body=house.council.id, dissolved_on=NOW.date(), reason="embargoed words")
            )
    export(tmp_path / "before", "public", now=NOW)
    export(tmp_path / "after", "public", now=NOW + timedelta(days=1))
    assert b"embargoed words" not in everything_in(tmp_path / "before")
    assert b"embargoed words" in everything_in(tmp_path / "after")
    assert verify_export(tmp_path / "before", trust()).parts["embargoed"] == 1
    assert verify_export(tmp_path / "after", trust()).ok


def test_an_export_has_a_name_of_its_own_and_an_audience_that_there_is(lived_in: House, tmp_path: Path) -> None:
    export(tmp_path / "out", "public", now=NOW)
    with pytest.raises(ExportError, match="exists already"):
        export(tmp_path / "out", "public", now=NOW)
    with pytest.raises(ValueError, match="not an audience"):
        export(tmp_path / "other", "friends", now=NOW)
    assert not (tmp_path / "other").exists()


def test_a_file_that_is_missing_on_disk_is_told(lived_in: House, tmp_path: Path, data_folder: Path) -> None:
    shutil.rmtree(data_folder / "files")
    assert len(export(tmp_path / "out", "public", now=NOW).missing) == 1


def test_nothing_is_left_beside_the_data(lived_in: House, tmp_path: Path, data_folder: Path) -> None:
    export(tmp_path / "out", "public", now=NOW)
    assert {path.name for path in data_folder.iterdir()} == {"files", "secrets"}


# --- taking over ---


def test_the_full_export_makes_the_same_organisation_again(lived_in: House, tmp_path: Path) -> None:
    before, digest, head, key = state(), state_digest(), proofs.head_now(), str(public_log_key())
    told = [entry.sentence for entry in timeline(Reader.of(secretariat=True))]
    export(tmp_path / "out", "secretariat", now=NOW)
    with empty_installation(tmp_path / "new"):
        assert import_export(tmp_path / "out", key).ok
        assert list(differences(before, state())) == []
        assert state_digest() == digest
        assert proofs.head_now() == head
        assert [entry.sentence for entry in timeline(Reader.of(secretariat=True))] == told
        assert checks.check_log() == []
        assert log_key().name == "union.example/record"
        # And life goes on: the next event has its place, people act.
        secretary = Person.objects.get(email="ada@example.org")
        assert not secretary.has_usable_password()
        report = enter_document(by=actor_for(secretary), title=Text.of("Next"), series="general")
        assert proofs.head_now()[0] == head[0] + 1
        assert report.series == "general"


def test_two_exports_of_the_same_state_hold_the_same_record(lived_in: House, tmp_path: Path) -> None:
    export(tmp_path / "one", "secretariat", now=NOW)
    key = str(public_log_key())
    with empty_installation(tmp_path / "new") as data:
        (data / "secrets").mkdir()
        shutil.copy(tmp_path / "data" / "secrets" / "log-key", data / "secrets")
        import_export(tmp_path / "one", key)
        export(tmp_path / "two", "secretariat", now=NOW)
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert {str(name) for name in one.keys() ^ two.keys()} <= {"witnessed"}
    assert one == two


def test_only_a_full_and_sound_export_is_taken_over_and_only_into_an_empty_installation(
    lived_in: House, tmp_path: Path
) -> None:
    key = str(public_log_key())
    export(tmp_path / "full", "secretariat", now=NOW)
    export(tmp_path / "public", "public", now=NOW)
    with pytest.raises(ImportRefused, match="has a record already"):
        import_export(tmp_path / "full", key)
    events = tmp_path / "full" / "events.jsonl"
    with empty_installation(tmp_path / "new") as data:
        with pytest.raises(ImportRefused, match="only the full one"):
            import_export(tmp_path / "public", key)
        with pytest.raises(KeyTextError):
            import_export(tmp_path / "full", "nonsense")
        whole = events.read_bytes()
        events.write_bytes(whole.replace(b"Council", b"Counsel", 1))
        with pytest.raises(ImportRefused, match="not sound"):
            import_export(tmp_path / "full", key)
        assert not Event.objects.exists()
        assert not Person.objects.exists()
        assert not (data / "files").exists()
        events.write_bytes(whole)
        assert import_export(tmp_path / "full", key).ok


def test_a_log_with_an_event_of_another_installation_is_not_taken_over(
    lived_in: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comity.groundwork.facts import FACTS, UnknownFact

    key = str(public_log_key())
    export(tmp_path / "full", "secretariat", now=NOW)
    monkeypatch.delitem(FACTS, "records.document_issued")
    with empty_installation(tmp_path / "new"):
        with pytest.raises(UnknownFact, match=r"records\.document_issued"):
            import_export(tmp_path / "full", key)
        assert not Event.objects.exists()
        assert not Person.objects.exists()
    assert os.environ
