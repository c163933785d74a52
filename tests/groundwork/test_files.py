"""Files: typed by what they hold, stored once and durably, gone when removed, never what a browser could run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.test.utils import override_settings

from comity.groundwork import files
from comity.groundwork.actions import attach_file, grant_role, register_person, remove_file
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.audiences import ANYONE, Reader
from comity.groundwork.models import StoredFile
from comity.groundwork.queries import file_for, files_at
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import found


def archive(*names: str) -> bytes:
    """A ZIP file with empty files of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (b"%PDF-1.7 ...", "a.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "a.pdf", "image/png"),
        (b"a,b\n1,2\n", "table.CSV", "text/csv"),
        ("договор".encode(), "a.html", "text/plain"),
        (archive("word/document.xml"), "a.zip", files._OFFICE["word/document.xml"]),
    ],
)
def test_the_type_is_what_the_content_is(content: bytes, name: str, media_type: str) -> None:
    assert files.media_type_of(content, name) == media_type


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "not taken"),
        (b"\xef\xbb\xbf  <svg onload='x'>", "not taken"),
        (b"MZ\x90\x00\x03", "not taken"),
        (archive("a.txt"), "Archives are not taken"),
        (archive("word/document.xml", "word/vbaProject.bin"), "macros"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"x" * (files.MOST_BYTES + 1), "larger than"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        files.media_type_of(content, "a.txt")
    assert refused.value.field == "content"


@pytest.fixture
def secretary(db: None, tmp_path: Path, settings: object) -> Actor:
    """A secretary of an organisation whose files lie in a folder of their own."""
    settings.COMITY_DATA = tmp_path  # type: ignore[attr-defined]
    found(by=system_actor(), name=Text.of("Test Union"), short_name="TU")
    person = register_person(by=system_actor(), name="Ada")
    grant_role(by=system_actor(), person=person.id, role="secretary")
    return actor_for(person)


@pytest.fixture
def thing(secretary: Actor) -> Ref:
    """Something to attach files to."""
    from comity.office.charter.models import Organisation

    return Organisation.objects.get().ref


def test_equal_files_are_stored_once_and_go_with_the_last(
    secretary: Actor, thing: Ref, django_capture_on_commit_callbacks: object
) -> None:
    first = attach_file(by=secretary, to=thing, name="a.pdf", content=b"%PDF-1")
    second = attach_file(by=secretary, to=thing, name="b.pdf", content=b"%PDF-1")
    assert first.sha256 == second.sha256
    path = files.path_of(first.sha256)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        remove_file(by=secretary, file=first.id, reason="twice")
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        remove_file(by=secretary, file=second.id, reason="gone")
    assert not path.exists()
    assert StoredFile.objects.get(id=second.id).removed_at is not None


def test_a_file_is_there_only_for_its_audience(secretary: Actor, thing: Ref) -> None:
    kept = attach_file(by=secretary, to=thing, name="a.pdf", content=b"%PDF-1", audience="members")
    assert file_for(ANYONE, kept.id) is None
    assert files_at(thing, ANYONE) == []
    assert file_for(Reader.of(parties=["x"]), kept.id) == kept


def test_a_file_that_was_altered_on_disk_is_not_given_out(tmp_path: Path) -> None:
    with override_settings(COMITY_DATA=tmp_path):
        sha256 = files.keep(b"%PDF-1")
        files.path_of(sha256).write_bytes(b"%PDF-2")
        with pytest.raises(ValueError, match="altered on disk"):
            files.read(sha256)
        assert files.read("0" * 64) is None
