"""Files under attack: whatever is uploaded is typed by what it holds, named harmlessly, and served so that no browser runs it."""

from __future__ import annotations

import contextlib
import io
import time
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.site.conftest import BACKEND
from tests.site.plausible import encoded
from tests.site.stage import Stage

from comity.groundwork import files
from comity.groundwork.actions import attach_file
from comity.groundwork.models import StoredFile
from comity.groundwork.perform import perform
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused

pytestmark = pytest.mark.django_db
TAKEN = {*files._EXTENSIONS}
SCRIPT = b"<html><body onload=alert(1)><script>alert(1)</script></body></html>"


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


ODT = archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, zipfile.ZIP_STORED)
POLYGLOTS = {
    "pdf and page": b"%PDF-1.7\n" + SCRIPT,
    "picture and page": b"\x89PNG\r\n\x1a\n" + SCRIPT,
    "photograph and page": b"\xff\xd8\xff\xe0" + SCRIPT,
    "webp and page": b"RIFF\x00\x00\x00\x00WEBP" + SCRIPT,
    "pdf and archive": b"%PDF-1.7\n" + archive({"a": b"b"}),
    "text and page": b"Hello " + SCRIPT,
    "table and formula": b"a,b\n=cmd|'/c calc'!A0,1\n",
    "text and script": b"alert(1)//",
    "text in another order": "\u202etxt.exe".encode(),
    "open document and page": ODT + SCRIPT,
    "word and macro in a hidden place": archive({"word/document.xml": b"", "word/VBAPROJECT.BIN ": b""}),
}


@pytest.fixture
def secretary(stage: Stage) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(stage.people["secretary"], backend=BACKEND)
    return client


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=list(POLYGLOTS))
@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.pdf.exe", "a.js", "a"])
def test_a_file_that_is_several_things_is_served_as_none_that_runs(
    content: bytes, name: str, stage: Stage, secretary: Client
) -> None:
    try:
        stored = attach_file(by=stage.by, to=Ref("charter.body", stage["council"]), name=name, content=content)
    except Refused:
        return
    answer = secretary.get(f"/en/records/files/{stored.id}")
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in TAKEN
    assert stored.name.endswith(files._EXTENSIONS[kind])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline" if kind in files.SHOWN_INLINE else "attachment")
    if kind != "application/pdf":
        assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content == content
    assert secretary.get(f"/en/records/files/{stored.id}?save")["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "content",
    [
        SCRIPT,
        b"\xef\xbb\xbf\n\t " + SCRIPT,
        "<svg/onload=alert(1)>".encode("utf-16"),
        b"+ADw-script+AD4-\x00",
        b"GIF89a\x01" + SCRIPT,
        b"#!/bin/sh\n\x00",
        b"\x7fELF",
        b"\x1f\x8b\x08",
        archive({"a.html": SCRIPT}),
        archive({"mimetype": b"text/html", "a": b""}, 0),
        archive({"mimetype": b"application/vnd.oasis.opendocument.text\r\nX: y"}, 0),
        archive({"mimetype": b"application/vnd.oasis.opendocument.text" + b"x" * 100}, 0),
        archive({"word/document.xml": b"", "xl/vbaProject.bin": b""}),
    ],
)
def test_what_could_run_is_not_taken(content: bytes) -> None:
    with pytest.raises(Refused):
        files.media_type_of(content, "report.pdf")


def bomb(megabytes: int) -> bytes:
    """An archive that is small and unpacks to much more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open("word/document.xml", "w") as entry:
        for _ in range(megabytes):
            entry.write(bytes(2**20))
    return out.getvalue()


@pytest.mark.slow
def test_an_archive_is_never_unpacked() -> None:
    content = bomb(300)
    assert len(content) < 2**20
    tracemalloc.start()
    began = time.process_time()
    assert files.media_type_of(content, "a.docx") == files._OFFICE["word/document.xml"]
    assert time.process_time() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def test_an_archive_of_very_many_names_is_refused() -> None:
    content = archive({f"{number}": b"" for number in range(20_000)} | {"word/document.xml": b""})
    with pytest.raises(Refused, match="too many"):
        files.media_type_of(content, "a.docx")


def test_a_size_that_an_archive_claims_is_not_believed() -> None:
    lying = archive({"mimetype": b"application/vnd.oasis.opendocument.text" + bytes(10**6)})
    claimed = lying.replace((10**6 + 39).to_bytes(4, "little"), (39).to_bytes(4, "little"))
    with pytest.raises(Refused):
        files.media_type_of(claimed, "a.odt")


@pytest.mark.slow
@settings(max_examples=400, derandomize=True)
@given(
    st.sampled_from([ODT, archive({"mimetype": b"application/vnd.oasis.opendocument.text", "é\u202e": b"x" * 50}, 0)]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
    st.floats(0, 1),
)
def test_a_damaged_archive_is_refused_in_words(sound: bytes, damage: list[tuple[float, int]], cut: float) -> None:
    content = bytearray(sound)
    for place, value in damage:
        content[int(place * len(content))] = value
    if cut > 0.7:
        del content[int(cut * len(content)) :]
    with contextlib.suppress(Refused):
        assert files.media_type_of(bytes(content), "a.odt") in TAKEN


# --- names ---


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("run.bat", "run.bat.txt"),
        ("notes.MD", "notes.MD"),
        ("C:\\Users\\x\\report.txt", "report.txt"),
        ("/a/b/c.txt", "c.txt"),
        ("a\r\nSet-Cookie: a=b", "a Set-Cookie: a=b.txt"),
        ('a".txt', 'a".txt'),
        ("\u202egnp.exe", "gnp.exe.txt"),
        ("报告 2024.txt", "报告 2024.txt"),
        ("..", None),
        (".", None),
        ("a/", None),
        ("\u200d", None),
        ("x" * 300, None),
    ],
)
def test_a_name_is_a_name_and_no_path(given_name: str, kept: str | None, stage: Stage, secretary: Client) -> None:
    arguments = {"to": stage.ref("charter.body", "council"), "name": given_name, "content": encoded(b"Hello")}
    if kept is None:
        with pytest.raises(Refused) as refused:
            perform("groundwork.attach_file", stage.by, arguments)
        assert refused.value.field == "name"
        return
    made = perform("groundwork.attach_file", stage.by, arguments)
    assert made
    assert StoredFile.objects.get(id=made["id"]).name == kept
    headers = secretary.get(f"/en/records/files/{made['id']}").headers
    assert "Set-Cookie" not in headers
    assert "\n" not in headers["Content-Disposition"]
    assert all(path.is_relative_to(files.folder()) for path in files.folder().rglob("*"))


# --- through the form and the API ---


def upload(client: Client, stage: Stage, name: str, content: bytes) -> Any:
    given_file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(f"/en/records/documents/{stage['draft']}/add", {"content": given_file, "language": "ar"})


def test_the_type_that_a_browser_claims_is_not_believed(stage: Stage, secretary: Client) -> None:
    assert upload(secretary, stage, "a.html", b"%PDF-1.7 ").status_code == 302
    assert StoredFile.objects.latest("stored_at").media_type == "application/pdf"


@pytest.mark.parametrize("content", [b"", SCRIPT, b"MZ\x90", archive({"x": b""})])
def test_what_is_not_taken_is_said_at_the_field(content: bytes, stage: Stage, secretary: Client) -> None:
    before = StoredFile.objects.count()
    answer = upload(secretary, stage, "a.pdf", content)
    assert answer.status_code == 422
    assert 'id="id_content_error"' in answer.content.decode()
    assert StoredFile.objects.count() == before


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(stage: Stage, secretary: Client) -> None:
    before = {path for path in files.folder().rglob("*") if path.is_file()}
    answer = upload(secretary, stage, "a.txt", b"x" * (files.MOST_BYTES + 1))
    assert answer.status_code == 422
    assert "25" in answer.content.decode()
    assert {path for path in files.folder().rglob("*") if path.is_file()} == before


def test_bytes_come_through_the_api_as_they_are(stage: Stage) -> None:
    content = b"%PDF-1.7\n" + bytes(range(256))
    headers = {"Authorization": f"Bearer {stage.keys['secretary']}"}
    body = {"document": stage["draft"], "name": "a.pdf", "content": encoded(content), "language": "fr"}
    made = Client().post("/api/v1/acts/records.add_version", body, content_type="application/json", headers=headers)
    assert made.status_code == 200, made.content
    listed = Client().get(f"/api/v1/records/documents/{stage['draft']}", headers=headers).json()["versions"]
    url = next(one["url"] for one in listed if one["id"] == made.json()["id"])
    assert Client().get(url, headers=headers).content == content
    assert Client().get(url).status_code == 404
