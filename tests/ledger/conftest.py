"""A small log with everything in it (parts open, erased, embargoed, withheld; a covered act), its keys, and its export."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from comity.ledger import (
    Act,
    Checkpoint,
    Closed,
    Erasure,
    Event,
    Note,
    Opens,
    Part,
    Record,
    Seal,
    Tree,
    Trust,
    leaf_hash,
    seal,
    write_export,
)
from comity.ledger.signing import PrivateKey, Purpose, signed_checkpoint

ORIGIN = "waico.example/record"
START = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def salt(name: str) -> bytes:
    """A salt for tests: fixed, where a real one is random."""
    return sha256(f"salt {name}".encode()).digest()


@dataclass(frozen=True)
class Small:
    """A log of eight records with its keys."""

    records: tuple[Record, ...]
    key: PrivateKey
    witness: PrivateKey
    tree: Tree

    def head(self, size: int | None = None) -> Checkpoint:
        size = self.tree.size if size is None else size
        return Checkpoint(ORIGIN, size, self.tree.root(size))

    def note(self, size: int | None = None) -> Note:
        return signed_checkpoint(self.head(size), self.key)

    @property
    def trust(self) -> Trust:
        return Trust((self.key.public,), (self.witness.public,), witnesses_needed=1)

    @property
    def witnessed(self) -> Note:
        note = self.note(5)
        return note.with_signatures(self.witness.cosign(note.text, 1_700_000_000))

    def write(self, folder: Path, records: tuple[Record, ...] | None = None) -> Path:
        write_export(
            folder,
            self.records if records is None else records,
            self.head(),
            self.key,
            audience="public",
            made=START,
            files={
                "files/charter.txt": "We the parties …\n".encode(),
                "files/ar/ميثاق.txt": "نحن\n".encode(),
                "empty": b"",
            },
            witnessed=self.witnessed,
        )
        return folder


def small_records() -> tuple[Record, ...]:
    def event(number: int, **more: object) -> Record:
        given: dict[str, object] = {
            "id": f"e{number}",
            "time": START + timedelta(minutes=number),
            "act": Act(
                "members.signed", {"date": "2026-11-04", "share": 0.25}, actor="user:7f", about=(f"party:p{number}",)
            ),
        }
        return seal(Event(**(given | more)))  # type: ignore[arg-type]

    name = Part({"name": "Ms. Ada Example", "languages": ["fr", "ar"]}, Seal(salt("name")))
    bid = Part(["bid", 17, "é"], Seal(salt("bid"), opens=Opens(at=START + timedelta(days=30))))
    note = Part("the envoy hesitates", Seal(salt("note"), audience="secretariat"))
    return (
        event(0),
        event(1, parts={"name": name, "note": note}).closed("note", Closed.WITHHELD),
        event(2, parts={"bid": bid}).closed("bid", Closed.EMBARGOED),
        event(3, parts={"name": replace(name, seal=Seal(salt("other")))}).closed("name", Closed.ERASED),
        event(4, cover=Seal(salt("covered"), audience="delegation:ke")).closed("act", Closed.WITHHELD),
        event(5, erases=(Erasure("e3", "name"),)),
        event(6, cover=Seal(salt("late"), opens=Opens(when="decision:17"))),
        event(7),
    )


@pytest.fixture(scope="session")
def small() -> Small:
    records = small_records()
    return Small(
        records,
        PrivateKey(ORIGIN, Purpose.LOG, b"\7" * 32),
        PrivateKey("witness.example/w1", Purpose.WITNESS, b"\3" * 32),
        Tree(leaf_hash(record.leaf) for record in records),
    )


@pytest.fixture(scope="session")
def pristine(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export, not to be changed: take a `copy`."""
    return small.write(tmp_path_factory.mktemp("ledger") / "export")


@pytest.fixture
def copy(pristine: Path, tmp_path: Path) -> Callable[[], Path]:
    """Copies the export into a fresh folder that a test may spoil."""
    count = iter(range(10_000))

    def fresh() -> Path:
        return Path(shutil.copytree(pristine, tmp_path / f"copy{next(count)}"))

    return fresh
