"""What tests of exports share: all files of one, what a report found, and how to change, sign and rewrite one."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from comity.ledger import Note, Report, Trust, verify_export, write_export
from comity.ledger.canonical_json import canonical
from comity.ledger.event import Record
from comity.ledger.layout import binding
from comity.ledger.signing import PrivateKey

EVERY = ["checkpoint", "manifest.json", "events.jsonl", "leaf-hashes.bin", "openings.jsonl", "witnessed"]


EVERY += ["verify.py", "files/charter.txt", "files/ar/ميثاق.txt"]


def found(report: Report) -> set[tuple[str, str, int | None]]:
    return {(finding.problem.value, finding.file, finding.record) for finding in report.findings}


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def small_time(small: Any) -> Any:
    from comity.ledger import read_leaf

    return read_leaf(small.records[0].leaf).time


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


def rewritten(small: Any, folder: Path) -> Any:
    """The log with record 1 changed and everything signed anew, by its own keeper."""
    from comity.ledger import Tree, leaf_hash

    records = list(small.records)
    records[1] = Record(small.records[1].leaf.replace(b"party:p1", b"party:p9"), small.records[1].parts)
    other = replace(small, records=tuple(records), tree=Tree(leaf_hash(record.leaf) for record in records))
    write_export(folder, records, other.head(), small.key, audience="public", made=small_time(small))
    return other
