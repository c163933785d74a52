"""Exports and older heads: whoever kept one finds a log that was rewritten; witnesses are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.ledger.exports import found, resign, rewritten, small_time

from comity.ledger import Note, Trust, verify_export, write_export
from comity.ledger.signing import PrivateKey, Purpose


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
