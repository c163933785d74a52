"""Exports: written whole or not at all, verified offline, and every change found, with the file and the record."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.ledger import Checkpoint, Closed, LedgerError, Note, Report, Trust, verify_export, write_export
from comity.ledger.canonical_json import canonical
from comity.ledger.event import Record
from comity.ledger.export import ExportError
from comity.ledger.layout import binding, path_fault
from comity.ledger.signing import PrivateKey, Purpose
from comity.ledger.verify import MOST_FINDINGS, Problem, _open

EVERY = ["checkpoint", "manifest.json", "events.jsonl", "leaf-hashes.bin", "openings.jsonl", "witnessed"]
EVERY += ["verify.py", "files/charter.txt", "files/ar/ميثاق.txt"]


def found(report: Report) -> set[tuple[str, str, int | None]]:
    return {(finding.problem.value, finding.file, finding.record) for finding in report.findings}


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


# --- what is written is right ---


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


def small_time(small: Any) -> Any:
    from comity.ledger import read_leaf

    return read_leaf(small.records[0].leaf).time


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


# --- every change is found ---


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << place % 8
    path.write_bytes(data)


def check_flips(small: Any, folder: Path, name: str, step: int, trust: Trust | None = None) -> None:
    trust = trust or small.trust
    path = folder / name
    original = path.read_bytes()
    for place in range(0, len(original), step):
        flip(path, place)
        report = verify_export(folder, trust)
        assert any(finding.file == name for finding in report.findings), f"byte {place} of {name}"
    path.write_bytes(original)
    assert verify_export(folder, trust).ok


@pytest.mark.parametrize("name", EVERY)
def test_a_flipped_bit_is_found_and_its_file_named(small: Any, copy: Callable[[], Path], name: str) -> None:
    check_flips(small, copy(), name, 67)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EVERY if name != "verify.py"])
def test_a_flipped_bit_in_any_byte_is_found(small: Any, copy: Callable[[], Path], name: str) -> None:
    check_flips(small, copy(), name, 1)


@pytest.mark.slow
def test_a_flipped_bit_in_any_byte_of_the_verifier_is_found(small: Any, tmp_path: Path) -> None:
    """In an export of an empty log, since the verifier is long and has nothing to do with the records."""
    head = Checkpoint(small.key.name, 0, sha256(b"").digest())
    write_export(tmp_path / "x", [], head, small.key, audience="public", made=small_time(small))
    check_flips(small, tmp_path / "x", "verify.py", 1, Trust((small.key.public,)))


@given(st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_change_of_a_file_is_found(small: Any, copy: Callable[[], Path], data: st.DataObject) -> None:
    folder = copy()
    name = data.draw(st.sampled_from(EVERY))
    original = (folder / name).read_bytes()
    start, stop = sorted(data.draw(st.integers(0, len(original))) for _ in range(2))
    changed = original[:start] + data.draw(st.binary(max_size=5)) + original[stop:]
    (folder / name).write_bytes(changed)
    report = verify_export(folder, small.trust)
    assert report.ok == (changed == original)
    assert report.ok or any(finding.file == name for finding in report.findings)


@pytest.mark.parametrize("name", EVERY)
def test_a_missing_file_is_found(small: Any, copy: Callable[[], Path], name: str) -> None:
    folder = copy()
    (folder / name).unlink()
    assert name in {finding.file for finding in verify_export(folder, small.trust).findings}


@pytest.mark.parametrize("name", EVERY)
def test_a_truncated_or_empty_file_is_found(small: Any, copy: Callable[[], Path], name: str) -> None:
    for keep in (0, -1):
        folder = copy()
        (folder / name).write_bytes((folder / name).read_bytes()[:keep])
        assert name in {finding.file for finding in verify_export(folder, small.trust).findings}


def test_an_extra_file_or_folder_is_found(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    (folder / "files/more.txt").write_bytes(b"")
    (folder / "hollow/inner").mkdir(parents=True)
    assert found(verify_export(folder, small.trust)) == {
        ("unlisted", "files/more.txt", None),
        ("unlisted", "hollow/inner/", None),
    }


def test_swapped_records_are_named(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    listed = lines(folder / "events.jsonl")
    listed[2], listed[5] = listed[5], listed[2]
    (folder / "events.jsonl").write_bytes(b"".join(listed))
    assert found(verify_export(folder, small.trust)) >= {("changed", "events.jsonl", 2), ("changed", "events.jsonl", 5)}
    assert {finding.record for finding in verify_export(folder, small.trust).findings} == {None, 2, 5, 3}
    # Record 3 appears because its erasure stands in record 5, which is not where it was.


def test_a_changed_record_is_the_only_one_that_is_named(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    path = folder / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b"party:p7", b"party:p8"))
    assert found(verify_export(folder, small.trust)) == {
        ("changed", "events.jsonl", None),
        ("changed", "events.jsonl", 7),
    }


def test_a_removed_and_an_added_record_are_found(small: Any, copy: Callable[[], Path]) -> None:
    for spoil in (
        lambda listed: listed[:3] + listed[4:],
        lambda listed: [*listed, listed[0]],
        lambda listed: listed[:-1],
    ):
        folder = copy()
        (folder / "events.jsonl").write_bytes(b"".join(spoil(lines(folder / "events.jsonl"))))
        assert ("changed", "events.jsonl", None) in found(verify_export(folder, small.trust))


def test_a_changed_payload_is_named_with_its_record_and_part(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    path = folder / "openings.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Eve"))
    report = verify_export(folder, small.trust)
    assert ("part", "openings.jsonl", 1) in found(report)
    assert any(
        "record 1, part name: this is not what the leaf commits to" in str(finding) for finding in report.findings
    )


# --- by someone who can make a whole export, with a key of their own or even the log's ---


def resign(folder: Path, small: Any, key: PrivateKey | None = None) -> None:
    """Make manifest and checkpoint anew for whatever is in the folder, as the log's own keeper could."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"] = [
        {"path": path, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        for path in sorted((p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()), key=str.encode)
        if path not in ("checkpoint", "manifest.json") and (data := (folder / path).read_bytes()) is not None
    ]
    (folder / "manifest.json").write_bytes(canonical(manifest))
    key = key or small.key
    head = replace(small.head(), extensions=(binding(canonical(manifest)),))
    (folder / "checkpoint").write_bytes(Note(head.text(), (key.sign(head.text()),)).encode())


def test_a_key_that_is_not_trusted_signs_nothing(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    resign(folder, small, PrivateKey(small.key.name, Purpose.LOG, b"\x08" * 32))
    assert found(verify_export(folder, small.trust)) == {("unsigned", "checkpoint", None)}


def test_an_extra_signature_under_the_checkpoint_is_a_finding(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    stranger = PrivateKey("stranger.example", Purpose.LOG, b"\x08" * 32)
    text = (folder / "checkpoint").read_text(encoding="utf-8").partition("\n\n")[0] + "\n"
    with (folder / "checkpoint").open("ab") as file:
        file.write(stranger.sign(text).line().encode())
    assert found(verify_export(folder, small.trust)) == {("unsigned", "checkpoint", None)}


def test_a_checkpoint_without_a_manifest_binds_nothing(small: Any, copy: Callable[[], Path]) -> None:
    for extensions in ((), ("comity-export/v1 AAAA",), ("other",)):
        folder = copy()
        text = replace(small.head(), extensions=extensions).text()
        (folder / "checkpoint").write_bytes(Note(text, (small.key.sign(text),)).encode())
        assert found(verify_export(folder, small.trust)) == {("changed", "manifest.json", None)}


def test_records_that_do_not_lead_to_the_signed_root_are_found_even_if_all_else_fits(
    small: Any, copy: Callable[[], Path]
) -> None:
    """Records 0 and 7 swapped in both files: manifest, hashes and parts agree, and only the root does not."""
    folder = copy()
    for name, items in (
        ("events.jsonl", lines(folder / "events.jsonl")),
        ("leaf-hashes.bin", [small.tree.node(0, number) for number in range(8)]),
    ):
        items[0], items[7] = items[7], items[0]
        (folder / name).write_bytes(b"".join(items))
    resign(folder, small)
    report = verify_export(folder, Trust((small.key.public,)))
    assert found(report) == {("changed", "events.jsonl", None), ("rewritten", "witnessed", None)}
    assert "the records do not lead to the root of the checkpoint" in str(report.findings[-1])


def test_a_payload_that_the_leaf_does_not_commit_to_is_found_even_if_it_is_signed(
    small: Any, copy: Callable[[], Path]
) -> None:
    folder = copy()
    path = folder / "openings.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Eve"))
    resign(folder, small)
    assert found(verify_export(folder, small.trust)) == {("part", "openings.jsonl", 1)}


def test_a_link_is_not_followed_even_if_it_appears_while_we_look(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    with _open(tmp_path, "file") as file:
        assert file.read() == b"x"
    with pytest.raises(OSError, match="symbolic links"):
        _open(tmp_path, "link")


def test_an_erasure_that_no_event_tells_is_found_even_if_it_is_signed(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    listed = [
        b'{"part":"name","record":1,"state":"erased"}\n' if b'"part":"name","payload"' in line else line
        for line in lines(folder / "openings.jsonl")
    ]
    (folder / "openings.jsonl").write_bytes(b"".join(listed))
    resign(folder, small)
    assert found(verify_export(folder, small.trust)) == {("erased", "openings.jsonl", 1)}


@pytest.mark.parametrize(
    ("line", "problem", "record"),
    [
        (b'{"part":"bid","record":2,"state":"withheld"}', "part", 2),
        (b'{"part":"bid","record":2,"state":"lost"}', "malformed", None),
        (
            b'{"part":"bid","record":2,"state":"embargoed"}\n{"part":"bid","record":2,"state":"embargoed"}',
            "malformed",
            None,
        ),
        (b'{"part":"bid","part":"bid","record":2,"state":"embargoed"}', "malformed", None),
        (b'{"part":"bid","record":2,"state":"embargoed","x":1}', "malformed", None),
        (b'{"part":"other","record":2,"state":"erased"}', "part", 2),
        (b'{"part":"bid","record":1e400,"state":"embargoed"}', "malformed", None),
        (b'{"part":"bid","record":' + b"9" * 5000 + b',"state":"embargoed"}', "malformed", None),
        (b'{"part":"bid","record":true,"state":"embargoed"}', "malformed", None),
        (b'{"part":"bid","payload":"1","record":2,"salt":"00"}', "malformed", None),
        (b'{"part":"bid","payload":"1","record":2,"salt":"' + b"0" * 64 + b'"}', "part", 2),
        (b'{"part":"bid","payload":1,"record":2,"salt":"' + b"0" * 64 + b'"}', "malformed", None),
        (b"[" * 5000, "malformed", None),
        (b"null", "malformed", None),
        (b"\xff\xfe", "malformed", None),
        (b"", "malformed", None),
    ],
)
def test_a_hostile_line_of_openings_is_a_finding(
    small: Any, copy: Callable[[], Path], line: bytes, problem: str, record: int | None
) -> None:
    folder = copy()
    path = folder / "openings.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"part":"bid","record":2,"state":"embargoed"}', line))
    resign(folder, small)
    assert (problem, "openings.jsonl", record) in found(verify_export(folder, small.trust))


def test_parts_of_records_that_are_not_there_are_found(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    with (folder / "openings.jsonl").open("ab") as file:
        file.write(b'{"part":"p","record":8,"state":"erased"}\n')
    resign(folder, small)
    assert found(verify_export(folder, small.trust)) == {("malformed", "openings.jsonl", None)}


@pytest.mark.parametrize(
    "leaf", [b"{}", b"null", b'{"a":1,"a":1}', b"[" * 20_000, b"\xff", b"", b"x" * 65_600, b"9" * 5000]
)
def test_a_log_of_hostile_leaves_gives_findings(small: Any, tmp_path: Path, pristine: Path, leaf: bytes) -> None:
    from comity.ledger import Tree, leaf_hash

    folder = tmp_path / "x"
    folder.mkdir()
    tree = Tree([leaf_hash(leaf)])
    (folder / "events.jsonl").write_bytes(leaf + b"\n")
    (folder / "leaf-hashes.bin").write_bytes(leaf_hash(leaf))
    (folder / "openings.jsonl").write_bytes(b"")
    manifest = json.loads((pristine / "manifest.json").read_bytes())
    (folder / "manifest.json").write_bytes(canonical(manifest))

    class One:
        key = small.key

        @staticmethod
        def head() -> Checkpoint:
            return Checkpoint(small.key.name, 1, tree.root())

    manifest |= {"size": 1, "root": replace(One.head()).text().split("\n")[2]}
    (folder / "manifest.json").write_bytes(canonical(manifest))
    resign(folder, One)
    report = verify_export(folder, Trust((small.key.public,)))
    assert {finding.file for finding in report.findings} == {"events.jsonl"}


def spoiled_manifests() -> list[Any]:
    entry = {"path": "x", "bytes": 0, "sha256": "0" * 64}

    def listing(*files: Any) -> Callable[[dict[str, Any]], Any]:
        return lambda m: m | {"files": [*m["files"], *files]}

    return [
        lambda m: [],
        lambda m: m | {"v": 2},
        lambda m: m | {"size": 7},
        lambda m: m | {"size": -1},
        lambda m: m | {"origin": "other"},
        lambda m: m | {"root": "AAAA"},
        lambda m: m | {"more": 1},
        lambda m: m | {"files": {}},
        lambda m: m | {"files": m["files"][::-1]},
        lambda m: m | {"files": m["files"][1:]},
        lambda m: m | {"files": [*m["files"][:1], *m["files"]]},
        listing("x"),
        listing(entry | {"bytes": -1}),
        listing(entry | {"bytes": True}),
        listing(entry | {"sha256": "0"}),
        listing(entry | {"path": 7}),
        *(listing(entry | {"path": "zz/" + path}) for path in ("../../etc/passwd", "/etc/passwd", "a\0b", "\u202e")),
        listing(entry | {"path": "zz"}),
    ]


@pytest.mark.parametrize("number", range(len(spoiled_manifests())))
def test_a_hostile_manifest_is_a_finding_even_if_it_is_signed(
    small: Any, copy: Callable[[], Path], number: int
) -> None:
    folder = copy()
    manifest = canonical(spoiled_manifests()[number](json.loads((folder / "manifest.json").read_bytes())))
    (folder / "manifest.json").write_bytes(manifest)
    text = replace(small.head(), extensions=(binding(manifest),)).text()
    (folder / "checkpoint").write_bytes(Note(text, (small.key.sign(text),)).encode())
    report = verify_export(folder, small.trust)
    assert not report.ok
    assert all("\u202e" not in str(finding) for finding in report.findings)


@pytest.mark.parametrize("data", [b"", b"{", b'{"v":1,"v":1}', b"[" * 100_000, b"9" * 100_000, b"\xff\xfe\x00"])
def test_a_manifest_that_is_no_json_is_a_finding(small: Any, copy: Callable[[], Path], data: bytes) -> None:
    folder = copy()
    (folder / "manifest.json").write_bytes(data)
    assert ("malformed", "manifest.json", None) in found(verify_export(folder, small.trust))


def test_links_and_special_files_are_not_opened(small: Any, copy: Callable[[], Path], tmp_path: Path) -> None:
    folder = copy()
    outside = tmp_path / "outside"
    outside.write_bytes((folder / "files/charter.txt").read_bytes())
    (folder / "files/charter.txt").unlink()
    (folder / "files/charter.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "empty").unlink()
    os.mkfifo(folder / "empty")  # to open it would wait for ever
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket must be short
        try:
            bound.bind("socket")
        finally:
            os.chdir(here)
        report = verify_export(folder, small.trust)
    unsafe = {file for problem, file, _ in found(report) if problem == "unsafe"}
    assert unsafe == {"files/charter.txt", "loop", "empty", "socket"}
    assert ("missing", "files/charter.txt", None) in found(report)


@pytest.mark.parametrize("name", ["events.jsonl", "leaf-hashes.bin", "openings.jsonl", "checkpoint", "manifest.json"])
def test_a_link_in_place_of_a_file_of_the_export_is_a_finding(small: Any, copy: Callable[[], Path], name: str) -> None:
    folder = copy()
    (folder / name).rename(folder.parent / name)
    (folder / name).symlink_to(folder.parent / name)
    assert ("unsafe", name, None) in found(verify_export(folder, small.trust))


def test_a_folder_in_place_of_a_file_is_a_finding(small: Any, copy: Callable[[], Path]) -> None:
    for name in EVERY:
        folder = copy()
        (folder / name).unlink()
        (folder / name).mkdir()
        assert not verify_export(folder, small.trust).ok


def test_what_is_no_folder_is_a_finding(small: Any, pristine: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(pristine)
    for place in (tmp_path / "nowhere", pristine / "checkpoint", tmp_path / "link"):
        assert ("unreadable", ".", None) in found(verify_export(place, small.trust))


def test_names_that_are_not_text_or_not_printable_do_not_disturb(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    for name in (b"\xff\xfe", "a\x1b[31m\u202eb".encode()):
        with open(os.fsencode(folder) + b"/" + name, "wb"):
            pass
    said = [str(finding) for finding in verify_export(folder, small.trust).findings]
    assert len(said) == 2
    assert all(text.isprintable() for text in said)
    assert {finding.file for finding in verify_export(folder, small.trust).findings} == {
        "\\udcff\\udcfe",
        "a\\x1b[31m\\u202eb",
    }


def test_a_report_lists_so_many_findings_and_counts_the_rest(small: Any, copy: Callable[[], Path]) -> None:
    folder = copy()
    for number in range(MOST_FINDINGS + 5):
        (folder / f"more{number}").touch()
    report = verify_export(folder, small.trust)
    assert (len(report.findings), report.more) == (MOST_FINDINGS, 5)


# --- older heads and witnesses ---


def rewritten(small: Any, folder: Path) -> Any:
    """The log with record 1 changed and everything signed anew, by its own keeper."""
    from comity.ledger import Tree, leaf_hash

    records = list(small.records)
    records[1] = Record(small.records[1].leaf.replace(b"party:p1", b"party:p9"), small.records[1].parts)
    other = replace(small, records=tuple(records), tree=Tree(leaf_hash(record.leaf) for record in records))
    write_export(folder, records, other.head(), small.key, audience="public", made=small_time(small))
    return other


def test_whoever_kept_an_older_head_finds_the_rewritten_log(small: Any, tmp_path: Path) -> None:
    rewritten(small, tmp_path / "x")
    trust = Trust((small.key.public,))
    assert verify_export(tmp_path / "x", trust).ok  # nothing in it shows the lie
    assert verify_export(tmp_path / "x", trust, held=[small.note(1).encode()]).ok  # a head from before the change
    for size in (2, 5, 8):
        report = verify_export(tmp_path / "x", trust, held=[small.note(size).encode()])
        assert found(report) == {("rewritten", "held", None)}


def test_an_export_that_ends_before_a_head_that_is_held_is_found(small: Any, tmp_path: Path) -> None:
    write_export(tmp_path / "x", small.records[:3], small.head(3), small.key, audience="a", made=small_time(small))
    trust = Trust((small.key.public,))
    assert verify_export(tmp_path / "x", trust, held=[small.note(3).encode(), small.note(0).encode()]).ok
    assert found(verify_export(tmp_path / "x", trust, held=[small.note(5).encode()])) == {("rewritten", "held", None)}


def test_a_held_head_that_the_log_did_not_sign_says_nothing(small: Any, pristine: Path) -> None:
    forged = Note(small.head(3).text(), (small.witness.cosign(small.head(3).text(), 9),)).encode()
    for held in (forged, b"nonsense"):
        assert found(verify_export(pristine, small.trust, held=[held])) == {("unsigned", "held", None)}


def test_witnesses_are_counted_and_their_signatures_checked(small: Any, copy: Callable[[], Path]) -> None:
    trust = replace(small.trust, witnesses_needed=2)
    assert found(verify_export(copy(), trust)) == {("unwitnessed", "witnessed", None)}
    other = PrivateKey("witness.example/w2", Purpose.WITNESS, b"\x09" * 32)
    assert found(verify_export(copy(), Trust(trust.log, (other.public,), 1))) == {("unwitnessed", "witnessed", None)}
    folder = copy()
    note = small.witnessed
    wrong = replace(note.signatures[1], value=note.signatures[1].value[:-1] + b"\0")
    (folder / "witnessed").write_bytes(Note(note.text, (note.signatures[0], wrong)).encode())
    resign(folder, small)
    assert ("unsigned", "witnessed", None) in found(verify_export(folder, small.trust))


def test_a_witnessed_head_of_a_rewritten_log_is_found(small: Any, tmp_path: Path) -> None:
    other = rewritten(small, tmp_path / "first")
    write_export(
        tmp_path / "x",
        other.records,
        other.head(),
        small.key,
        audience="a",
        made=small_time(small),
        witnessed=small.witnessed,
    )
    assert found(verify_export(tmp_path / "x", small.trust)) == {("rewritten", "witnessed", None)}


# --- the face of the report ---


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
