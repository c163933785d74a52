"""A log on disk, in one SQLite file, appended in batches that are durable before they are acknowledged.

An adapter beside the engine: leaves in bundles, tree hashes in tiles, signed checkpoints. One process has the file
open, by SQLite's own exclusive lock: a second is refused with a sentence, and the fault of SQLite before 3.51.3 with
two connections on one write-ahead log cannot arise. The system releases the lock of a process that dies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from comity.ledger.errors import LedgerError
from comity.ledger.merkle import HASH_BYTES, Frontier, consistency_proof, inclusion_proof, leaf_hash, root_at
from comity.ledger.tiles import WIDTH, Edge, TileNodes

BUNDLE = 32
"""Leaves of one append that share a row, joined by newlines: halves the time that SQLite takes, and one leaf is still read at once."""
FORMAT = 1
"""Kept in SQLite's `user_version`."""

_TABLES = (
    "CREATE TABLE bundle (position INTEGER PRIMARY KEY, leaves INTEGER NOT NULL, contents BLOB NOT NULL)",
    "CREATE TABLE tile (level INTEGER, position INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, position)) WITHOUT ROWID",
    "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL)",
)


class StoreError(LedgerError):
    """A log that cannot be opened, or that is not what it should be."""


class LogStore:
    """One log. Use as a context manager, or call `close`. For one thread at a time."""

    def __init__(self, path: Path | str) -> None:
        """Open the log in this file, or begin one. Raises StoreError if another process has it, or if it is not a log."""
        self.path = Path(path)
        self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            name = self.path.name
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise StoreError(
                    "another process has the log {name} open: stop it first, or ask it", name=name
                ) from None
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_NOTADB:
                raise StoreError("{name} is not a log: it is no SQLite file", name=name) from None
            raise
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")  # acknowledged is on disk; with batches it costs little
        execute("BEGIN IMMEDIATE")
        (found,) = execute("PRAGMA user_version").fetchone()
        if not found:
            for table in _TABLES:
                execute(table)
            execute(f"PRAGMA user_version = {FORMAT}")
        execute("COMMIT")
        if found not in (0, FORMAT):
            raise StoreError(
                "the log {name} has format {found}, this version reads {known}",
                name=self.path.name,
                found=found,
                known=FORMAT,
            )
        last = execute("SELECT position + leaves FROM bundle ORDER BY position DESC LIMIT 1").fetchone()
        self._edge = Edge.read(0 if last is None else last[0], self._tile)

    def close(self) -> None:
        """Close the file; what was acknowledged is in it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- growing ---

    def append(self, leaves: Sequence[bytes]) -> range:
        """Append leaves (canonical events) and return their positions; when this returns, they are on disk.

        All of them or none: after an error the log is as it was. A batch costs one wait for the disk.
        """
        if any(b"\n" in content for content in leaves):
            raise StoreError("a leaf is canonical JSON, which has no line breaks")
        start = self._edge.size
        edge, tiles = self._edge.grown([leaf_hash(content) for content in leaves])
        bundles = ((place, leaves[place : place + BUNDLE]) for place in range(0, len(leaves), BUNDLE))
        rows = ((start + place, len(bundle), b"\n".join(bundle)) for place, bundle in bundles)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany("INSERT INTO bundle VALUES (?, ?, ?)", rows)
            self._connection.executemany(
                "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)",
                ((tile.level, tile.position, tile.hashes) for tile in tiles),
            )
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._edge = edge
        return range(start, edge.size)

    def save_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint (with its cosignatures), in place of an earlier note of this size."""
        self._connection.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", (size, note))

    # --- reading ---

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._edge.size

    def leaves(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Contents of the leaves from `start` to before `stop`, in order; None is the end as it is when asked."""
        stop = self._bounded(stop)
        first = self._connection.execute("SELECT max(position) FROM bundle WHERE position <= ?", (start,)).fetchone()[0]
        rows = self._connection.execute(
            "SELECT position, contents FROM bundle WHERE position >= ? AND position < ? ORDER BY position",
            (first or 0, stop),
        )
        for position, contents in rows:
            yield from contents.split(b"\n")[max(start - position, 0) : stop - position]

    def checkpoint(self, at_most: int | None = None) -> bytes | None:
        """The kept checkpoint of the largest size (not beyond `at_most`); None if there is none."""
        row = self._connection.execute(
            "SELECT note FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1",
            (self.size if at_most is None else at_most,),
        ).fetchone()
        return None if row is None else row[0]

    def root(self, size: int | None = None) -> bytes:
        """Root of the tree at this size; None is all of it."""
        return root_at(TileNodes(self._tile), self._bounded(size))

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """See `merkle.inclusion_proof`."""
        return inclusion_proof(TileNodes(self._tile), index, self._bounded(size))

    def consistency_proof(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """See `merkle.consistency_proof`."""
        return consistency_proof(TileNodes(self._tile), old, self._bounded(new))

    def check(self) -> None:
        """Hash every leaf again and compare with the tiles; raises StoreError at the first difference. Reads the whole log."""
        frontier, tile = Frontier(), b""
        for position, content in enumerate(self.leaves()):
            hashed = leaf_hash(content)
            frontier.append(hashed)
            place = position % WIDTH * HASH_BYTES
            if not place:
                tile = self._tile(0, position // WIDTH)
            if tile[place : place + HASH_BYTES] != hashed:
                raise StoreError(
                    "leaf {position} of the log {name} is not what was appended", position=position, name=self.path.name
                )
        if frontier.size != self.size or frontier.root() != self.root():
            raise StoreError("the tree hashes of the log {name} do not belong to its leaves", name=self.path.name)

    def _bounded(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise StoreError(
                "the log {name} has {size} leaves, not {asked}", name=self.path.name, size=self.size, asked=size
            )
        return size

    def _tile(self, level: int, position: int) -> bytes:
        row = self._connection.execute(
            "SELECT hashes FROM tile WHERE level = ? AND position = ?", (level, position)
        ).fetchone()
        return b"" if row is None else row[0]
