"""The check of the record where it is kept: silent on a sound one, and a sentence for each thing that somebody tampered with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import F
from tests.office.records.conftest import House, issued

from comity.groundwork import files
from comity.groundwork.actions import erase_person
from comity.groundwork.models import Event, EventAbout, EventPart, Grant, LogHead, StoredFile, TreeHash
from comity.office.charter.models import Body
from comity.office.records.actions import publish_checkpoint, withdraw_document
from comity.office.records.checks import check_log
from comity.office.records.models import Checkpoint, Document

pytestmark = pytest.mark.django_db(transaction=True)  # a snapshot is taken outside of transactions


@pytest.fixture
def lived_in(house: House) -> House:
    """The house with documents, heads, and somebody erased."""
    issued(house)
    publish_checkpoint(by=house.by)
    withdraw_document(by=house.by, document=issued(house, content=b"other\n").id, reason="wrong")
    erase_person(by=house.by, person=house.delegate.id, reason="asked for it")
    publish_checkpoint(by=house.by)
    return house


def test_a_sound_record_has_no_findings_and_is_not_touched(lived_in: House, data_folder: Path) -> None:
    before = {path: path.read_bytes() for path in data_folder.rglob("*") if path.is_file()}
    size = LogHead.objects.get().size
    assert check_log() == []
    assert LogHead.objects.get().size == size
    assert {path: path.read_bytes() for path in data_folder.rglob("*") if path.is_file()} == before


def _leaf() -> None:
    event = Event.objects.get(seq=2)
    Event.objects.filter(seq=2).update(leaf=bytes(event.leaf).replace(b"Z", b"Y", 1))


def _payload() -> None:
    part = EventPart.objects.filter(payload__isnull=False).earliest("id")
    EventPart.objects.filter(id=part.id).update(payload=bytes(part.payload or b"") + b" ")


def _erased_by_nobody() -> None:
    part = EventPart.objects.filter(name="personal", payload__isnull=False).earliest("id")
    EventPart.objects.filter(id=part.id).update(payload=None, salt=None)


TAMPERING: list[tuple[Callable[[], object], str]] = [
    (_leaf, "The tree is not what the events make it, over the events 2 to 2."),
    (_payload, "this is not what the leaf commits to"),
    (_erased_by_nobody, "no event of the log erased it"),
    (lambda: TreeHash.objects.filter(level=1, index=1).update(hash=b"x" * 32), "over the events 2 to 3"),
    (lambda: TreeHash.objects.filter(level=0, index=4).delete(), "over the events 4 to 4"),
    (lambda: TreeHash.objects.create(level=0, index=999, hash=b"x" * 32), "hashes that do not belong"),
    (lambda: LogHead.objects.update(size=F("size") + 1), "The head of the log is not what the events make it"),
    (lambda: Event.objects.filter(seq=4).update(actor=None), "under another id, time, person or role"),
    (lambda: Event.objects.filter(seq=3).update(capacity="chair"), "under another id, time, person or role"),
    (lambda: Event.objects.filter(seq=3).update(audience="members"), "under another type, audience or day"),
    (lambda: Event.objects.filter(seq=3).update(type="charter.body_dissolved"), "under another type, audience or day"),
    (lambda: EventAbout.objects.filter(event_id=3).delete(), "under other things than it is about"),
    (lambda: Body.objects.update(rank=7), "The state is not what the log says. charter.body: only in the first"),
    (lambda: Grant.objects.all().delete(), "The state is not what the log says. groundwork.grant: only in the second"),
    (lambda: Document.objects.update(symbol=F("symbol"), withdrawn_reason="no"), "records.document: only in the first"),
    (lambda: Checkpoint.objects.update(root=b"x" * 32), "does not begin with the head of size"),
    (lambda: Checkpoint.objects.update(note=b"words"), "is not signed as it should be"),
    (
        lambda: Checkpoint.objects.filter(size=Checkpoint.objects.latest("size").size).update(size=10**6),
        "before a head of size 1000000",
    ),
    (lambda: files.path_of(StoredFile.objects.latest("id").sha256).write_bytes(b"other"), "altered on disk"),
    (lambda: shutil.rmtree(files.folder()), "is not in the data folder"),
]


@pytest.mark.parametrize(("tamper", "finding"), TAMPERING, ids=[finding for _tamper, finding in TAMPERING])
def test_tampering_is_found(lived_in: House, tamper: Callable[[], object], finding: str) -> None:
    tamper()
    assert any(finding in said for said in check_log())


def test_a_missing_event_is_found(house: House) -> None:
    EventAbout.objects.filter(event_id=2).delete()
    EventPart.objects.filter(event_id=2).delete()
    Event.objects.filter(seq=2).delete()
    assert "The event 2 is missing." in check_log()
