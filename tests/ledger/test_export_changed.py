"""Exports: every change of any file is found, with the file and the record."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger.exports import EVERY, check_flips, found, lines, small_time

from comity.ledger import Checkpoint, Trust, verify_export, write_export


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
