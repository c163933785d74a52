"""Copies: all votes, and all published maps, as one SQLite file each, whatever store they are in.

For backups, and for moving from one store to the other: the copy of an installation on SQLite is what may lie in its data folder, and
from a copy an empty store is filled. A copy is of one moment, made while votes arrive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from comity.ballot_box import shelf as shelving
from comity.ballot_box.sqlite import TYPES
from comity.ballot_box.store import TABLES, Store

Execute = Callable[..., Any]

VOTES = {
    "consultation": ("number", "id", "revision", "rules", "entries", "head", "people", "answers", "settled"),
    "entry": (
        "consultation", "position", "participant", "before", "at", "salt", "answers", "traits", "queue", "commitment",
    ),
    "link": ("consultation", "entries", "hash"),
    "ballot": ("consultation", "participant", "last", "answers", "devices", "traits"),
    "barred": ("consultation", "participant"),
}  # fmt: skip
"""Columns of the tables of a store. Who was just erased is not copied: whoever reads a copy never held their votes."""
MAPS = {
    "published": (
        "number", "consultation", "version", "at", "frozen", "kept", "entries", "map", "result", "sums", "places",
    ),
}  # fmt: skip
_AT_ONCE = 5_000


def copy_votes(store: Store, path: Path) -> None:
    """Write all votes into a new file. Raises StoreAway, FileExistsError."""
    with store.reading() as reader, closing(_new(path, [table.format(**TYPES) for table in TABLES])) as copy:
        copy.execute("PRAGMA journal_mode = OFF")
        _copy(reader.execute, VOTES, copy)


def copy_maps(shelf: shelving.Shelf, path: Path) -> None:
    """Write all published maps into a new file. Raises StoreAway, FileExistsError."""
    with shelf.using() as execute, closing(_new(path, shelving.tables())) as copy:
        _copy(execute, MAPS, copy)


def fill_votes(store: Store, path: Path) -> None:
    """Fill a store that is open and empty with the votes of a copy. Raises StoreAway, NoRoom, ValueError if it is not empty."""
    with (
        store.transaction() as reader,
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy,
    ):
        if reader.tips():
            raise ValueError("the store holds votes already: fill an empty one")
        _copy(copy.execute, VOTES, store)
        store.renumber()


def fill_maps(shelf: shelving.Shelf, path: Path) -> None:
    """Add the published maps of a copy to a shelf."""
    columns = tuple(name for name in MAPS["published"] if name != "number")  # they are numbered anew, in the same order
    with shelf.using() as execute, closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        for row in copy.execute(f"SELECT {', '.join(columns)} FROM published ORDER BY number"):
            execute(f"INSERT INTO published ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", row)


def _new(path: Path, tables: Sequence[str]) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=False)
    copy = sqlite3.connect(path)
    for table in tables:
        copy.execute(table)
    return copy


def _copy(execute: Execute, tables: Mapping[str, tuple[str, ...]], into: Any) -> None:
    """Rows of these tables, table by table; into: a connection of SQLite, or a store."""
    for table, columns in tables.items():
        named = ", ".join(columns)
        rows = execute(f"SELECT {named} FROM {table}", ())
        order = f"INSERT INTO {table} ({named}) VALUES ({', '.join('?' * len(columns))})"
        while some := rows.fetchmany(_AT_ONCE):
            into.executemany(order, some)
    if isinstance(into, sqlite3.Connection):
        into.commit()
