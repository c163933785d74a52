"""Exports made by someone who can sign them, hostile lines, links and names: all of it is a finding."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.exports import EVERY, found, lines, resign

from comity.ledger import Checkpoint, Note, Trust, verify_export
from comity.ledger.canonical_json import canonical
from comity.ledger.layout import binding
from comity.ledger.signing import PrivateKey, Purpose
from comity.ledger.verify import MOST_FINDINGS, _open


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
