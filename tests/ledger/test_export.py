"""Exports: written whole or not at all, and verified offline with the same words everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.exports import flip, lines, small_time

from comity.ledger import Checkpoint, Closed, LedgerError, Trust, verify_export, write_export
from comity.ledger.export import ExportError
from comity.ledger.layout import binding, path_fault
from comity.ledger.signing import PrivateKey, Purpose
from comity.ledger.verify import Problem


def test_an_export_verifies_and_the_report_says_what_is_in_it(small: Any, pristine: Path) -> None:
    report = verify_export(pristine, small.trust)
    assert report.ok
    assert (report.origin, report.size, report.root) == ("waico.example/record", 8, small.tree.root())
    assert (report.audience, report.made, report.files, report.records) == (
        "public",
        "2026-11-05T12:00:00.000000Z",
        8,
        8,
    )
    assert report.parts == {"open": 2, "erased": 1, "embargoed": 1, "withheld": 2}
    assert report.witnessed == {"witness.example/w1": 1_700_000_000}


def test_the_same_export_is_the_same_bytes(small: Any, pristine: Path, tmp_path: Path) -> None:
    again = small.write(tmp_path / "again")
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(pristine) for path in pristine.rglob("*") if path.is_file())
    assert all((again / path).read_bytes() == (pristine / path).read_bytes() for path in files)


def test_an_empty_log_can_be_exported(small: Any, tmp_path: Path) -> None:
    head = Checkpoint(small.key.name, 0, sha256(b"").digest())
    write_export(tmp_path / "x", [], head, small.key, audience="public", made=small_time(small))
    report = verify_export(tmp_path / "x", Trust((small.key.public,)))
    assert report.ok
    assert report.records == 0


def test_an_export_needs_no_comity_file_but_its_own(small: Any, pristine: Path) -> None:
    manifest = json.loads((pristine / "manifest.json").read_bytes())
    listed = {file["path"] for file in manifest["files"]}
    there = {path.relative_to(pristine).as_posix() for path in pristine.rglob("*") if path.is_file()}
    assert there - listed == {"checkpoint", "manifest.json"}
    assert binding((pristine / "manifest.json").read_bytes()) in (pristine / "checkpoint").read_text(encoding="utf-8")


def test_an_erased_name_is_nowhere_in_the_export(pristine: Path) -> None:
    assert b"Ada" in b"".join(path.read_bytes() for path in pristine.rglob("*") if path.is_file())  # record 1 shows it
    erased = [line for line in lines(pristine / "openings.jsonl") if b'"record":3' in line]
    assert erased == [b'{"part":"name","record":3,"state":"erased"}\n']


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda r: r[:-1], "7 records are not the 8"),
        (lambda r: [*r, r[0]], "9 records are not the 8"),
        (lambda r: [r[1], r[0], *r[2:]], "8 records are not the 8 of the head"),
        (lambda r: [replace(r[0], leaf=r[0].leaf + b" "), *r[1:]], "record 0:.*canonical"),
        (lambda r: [r[0], replace(r[1], parts={}), *r[2:]], "record 1: part name"),
        (lambda r: [r[0], r[1].closed("name", Closed.WITHHELD), *r[2:]], "record 1: part name"),
        (lambda r: [r[0], replace(r[1], parts=r[6].parts), *r[2:]], "record 1"),
        (lambda r: [r[0], r[1].closed("name", Closed.ERASED), *r[2:]], "record 1: part name is erased, but no event"),
    ],
)
def test_what_would_not_verify_is_not_written(
    small: Any, tmp_path: Path, spoil: Callable[[Any], Any], said: str
) -> None:
    with pytest.raises(ExportError, match=said):
        write_export(
            tmp_path / "x", spoil(list(small.records)), small.head(), small.key, audience="a", made=small_time(small)
        )
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_records_are_read_leaves_nothing_behind(small: Any, tmp_path: Path) -> None:
    def failing() -> Any:
        yield small.records[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        write_export(tmp_path / "x", failing(), small.head(), small.key, audience="a", made=small_time(small))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(small: Any, pristine: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("there", "link"):
        with pytest.raises(ExportError, match="exists already"):
            small.write(tmp_path / name)


def test_a_log_signs_its_export_under_its_own_name(small: Any, tmp_path: Path) -> None:
    other = PrivateKey("other.example", Purpose.LOG, b"\1" * 32)
    with pytest.raises(ExportError, match=r"not of other\.example"):
        write_export(tmp_path / "x", small.records, small.head(), other, audience="a", made=small_time(small))


PATHS = [
    "",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/",
    "./a",
    "C:x",
    "a\\b",
    "a\nb",
    "a\0b",
    "aux",
    "b/NUL.txt",
    "a.",
    "a /b",
]


PATHS += ["e\u0301", "\ud800", "x" * 1001, "what?", "star*"]


@pytest.mark.parametrize("path", [*PATHS, "checkpoint", "Manifest.json", "VERIFY.PY", "witnessed", "events.jsonl/x"])
def test_a_path_that_is_not_the_same_everywhere_is_not_written(small: Any, tmp_path: Path, path: str) -> None:
    with pytest.raises(LedgerError):
        write_export(
            tmp_path / "x",
            small.records,
            small.head(),
            small.key,
            audience="a",
            made=small_time(small),
            files={path: b""},
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("paths", [("a", "A"), ("a", "a/b"), ("Straße/x", "STRASSE/y"), ("é/x", "É/y")])
def test_two_paths_that_some_system_confuses_are_not_written(
    small: Any, tmp_path: Path, paths: tuple[str, str]
) -> None:
    with pytest.raises(ExportError):
        write_export(
            tmp_path / "x", small.records, small.head(), small.key, audience="a", made=small_time(small),
            files=dict.fromkeys(paths, b""),
        )  # fmt: skip


def test_a_file_of_the_disk_is_copied(small: Any, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(bytes(range(256)) * 10_000)
    files = {"files/a/b.bin": source, "files/a/c.txt": b"c"}
    write_export(
        tmp_path / "x", small.records, small.head(), small.key, audience="a", made=small_time(small), files=files
    )
    assert (tmp_path / "x/files/a/b.bin").read_bytes() == source.read_bytes()
    assert verify_export(tmp_path / "x", Trust((small.key.public,))).ok


def test_a_finding_reads_as_a_sentence_and_has_its_template(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    (folder / "empty").write_bytes(b"x")
    (finding,) = verify_export(folder, small.trust).findings
    assert str(finding) == "empty: 1 bytes, 0 in the manifest"
    assert (finding.sentence, dict(finding.values)) == (
        "{found} bytes, {listed} in the manifest",
        {"found": 1, "listed": 0},
    )
    assert finding.problem is Problem.CHANGED


def test_verifying_does_not_depend_on_locale_or_time_zone(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    flip(folder / "openings.jsonl", 40)
    code = (
        "import sys\nfrom pathlib import Path\nfrom comity.ledger import Trust, verify_export\n"
        "from comity.ledger.signing import read_public_key\n"
        "for f in verify_export(Path(sys.argv[1]), Trust((read_public_key(sys.argv[2]),))).findings: print(ascii(str(f)))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(folder), str(small.key.public)],
            capture_output=True, check=True, env={**os.environ, "LC_ALL": locale, "TZ": zone, "PYTHONHASHSEED": seed},
        ).stdout
        for locale, zone, seed in (("C", "UTC", "1"), ("C.UTF-8", "Asia/Kathmandu", "2"))
    ]  # fmt: skip
    assert said[0] == said[1] != b""


@given(st.text(max_size=12))
def test_a_path_that_passes_stays_inside(path: str) -> None:
    if path_fault(path) is None:
        assert not Path(path).is_absolute()
        assert ".." not in Path(path).parts
