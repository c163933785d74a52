"""Votes in one SQLite file of their own, with exactly one connection that writes.

SQLite before 3.51.3 can damage a write-ahead log if two connections write or checkpoint at the same instant. Here only one ever does:
the file `votes.lock` is locked for one process, and in it one thread has the connection. All others are read-only. A commit is on
disk when it returns (synchronous = FULL); what is deleted is overwritten (secure_delete), and an erasure empties the write-ahead
log as well.

Entries of the log lie side by side; ballots of people who vote at the same time lie anywhere. So a commit writes its entries at once, and
ballots a little later, some with each commit, many answers of a person together; after a crash they follow from the log.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from comity.ballot_box.answers import Ballot
from comity.ballot_box.refusals import BoxTaken
from comity.ballot_box.store import (
    TABLES,
    Key,
    Line,
    NoRoom,
    Reader,
    StoreAway,
    Tip,
    ballot_of,
    ballot_row,
    enter,
    line_row,
)

NAME = "votes.sqlite3"
HELD_BALLOTS = 100_000
"""Ballots kept in memory, for people who vote come again at once; some 300 bytes each."""
ROUND = 10.0
"""Seconds between two rounds in which ballots that changed are written down; after a crash so much of the log is entered again."""
MOST_ROWS = 256
"""Rows of one statement."""
WITH_A_COMMIT = 128
"""Ballots that are written down with one commit, at least; a fiftieth of those that wait, if that is more."""
IDLE_READERS = 8
TYPES = {"key": "INTEGER PRIMARY KEY AUTOINCREMENT", "int": "INTEGER", "bytes": "BLOB", "clustered": " WITHOUT ROWID"}
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class SqliteStore:
    """See `Store`. commit_delay: seconds slept in each commit, for measuring what a slow disk would do; nothing else sets it."""

    def __init__(self, folder: Path, *, commit_delay: float = 0.0) -> None:
        self.path = folder / NAME
        self._delay = commit_delay
        self._lock: int | None = None
        self._connection: sqlite3.Connection | None = None
        self._held: OrderedDict[Key, Ballot] = OrderedDict()
        self._changed: dict[Key, Ballot] = {}
        self._round: list[Key] = []
        self._round_to: dict[int, int] = {}
        self._round_began = float("-inf")
        self._undo: dict[Key, Ballot | None] = {}
        self._idle: list[sqlite3.Connection] = []
        self._idle_lock = threading.Lock()

    # --- opening and closing ---

    def open(self) -> None:
        if self._connection is not None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path.with_name("votes.lock"))
        try:
            self._connection = self._connected()
            self._recover()
        except BaseException as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            os.close(self._lock)
            self._lock = None
            if isinstance(error, sqlite3.OperationalError):
                raise _translated(error) from error
            raise

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            self.path.chmod(0o600)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cache_size = -65536"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                connection.execute(table.format(**TYPES))
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    def _recover(self) -> None:
        """Ballots that were not written down before a crash, from the log."""
        reader = Reader(self._writing.execute)
        for _, number, _, _ in reader.tips():
            ballots: dict[int, Ballot] = {}
            unsettled = reader.unsettled(number)
            for participant in {row[1] for row in unsettled}:
                ballots.update({key[1]: ballot for key, ballot in self.ballots([(number, participant)]).items()})
            for row in unsettled:
                enter(ballots, row)
            self._changed.update({(number, participant): ballot for participant, ballot in ballots.items()})

    def close(self) -> None:
        if self._connection is not None and self._changed:
            with contextlib.suppress(NoRoom, StoreAway), self.transaction():  # else they follow from the log
                self.settle()
        with self._idle_lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        self._held.clear()
        self._changed.clear()
        self._round.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # --- reading ---

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._idle_lock:
            connection = self._idle.pop() if self._idle else None
        on_disk = connection is not None or self.path.exists()
        try:
            connection = connection or self._reader()
            connection.execute("BEGIN")
        except sqlite3.OperationalError as error:
            raise StoreAway(str(error)) from error
        try:
            yield Reader(connection.execute)
        except sqlite3.OperationalError as error:
            raise _translated(error) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            with self._idle_lock:
                keep = on_disk and len(self._idle) < IDLE_READERS
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _reader(self) -> sqlite3.Connection:
        if not self.path.exists():  # nobody has written yet: as if all tables were empty
            empty = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            for table in TABLES:
                empty.execute(table.format(**TYPES))
            return empty
        return sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=10,
            isolation_level=None,
            check_same_thread=False,
        )

    # --- writing ---

    @property
    def _writing(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreAway("the store is not open")
        return self._connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Reader]:
        connection = self._writing
        self._undo = {}
        state = self._round, self._round_to, self._round_began
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield Reader(connection.execute)
            if self._delay:
                time.sleep(self._delay)
            connection.execute("COMMIT")
        except BaseException as error:
            self._held.clear()
            self._round, self._round_to, self._round_began = state
            for key, ballot in self._undo.items():
                if ballot is None:
                    self._changed.pop(key, None)
                else:
                    self._changed[key] = ballot
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.OperationalError):  # SQLite has rolled back by itself
                    connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise _translated(error) from error
            raise

    def tips(self, numbers: Sequence[int]) -> dict[int, Tip]:
        found = {}
        for number in numbers:
            row = self._writing.execute(
                "SELECT revision, entries, head, people, answers FROM consultation WHERE number = ?", (number,)
            ).fetchone()
            if row is not None:
                found[number] = Tip(*row)
        return found

    def ballots(self, keys: Sequence[Key]) -> dict[Key, Ballot]:
        found: dict[Key, Ballot] = {}
        for key in keys:
            ballot = self._changed.get(key) or self._held.get(key)
            if ballot is None:
                row = self._writing.execute(
                    "SELECT last, answers, devices, traits FROM ballot WHERE consultation = ? AND participant = ?", key
                ).fetchone()
                if row is None:
                    continue
                ballot = ballot_of(row)
            found[key] = ballot
        return found

    def append(self, lines: Sequence[Line], ballots: dict[Key, Ballot], tips: dict[int, Tip]) -> None:
        run = self._writing.executemany
        self._insert(
            "INSERT INTO entry (consultation, position, participant, before, at, salt, answers, traits, queue) VALUES ",
            list(map(line_row, lines)),
        )
        run("INSERT INTO link VALUES (?, ?, ?)", [(number, tip.entries, tip.hash) for number, tip in tips.items()])
        run(
            "UPDATE consultation SET entries = ?, head = ?, people = ?, answers = ? WHERE number = ?",
            [(tip.entries, tip.hash, tip.people, tip.answers, number) for number, tip in tips.items()],
        )
        for key, ballot in ballots.items():
            self._undo.setdefault(key, self._changed.get(key))
            self._changed[key] = ballot
        self._write_down(max(WITH_A_COMMIT, len(self._changed) // 50))

    def _insert(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows by the hundred: after each statement this thread has to wait for the interpreter's lock again."""
        first = 0
        while first < len(rows):
            count = min(
                1 << ((len(rows) - first).bit_length() - 1), MOST_ROWS
            )  # few lengths, so that all stay prepared
            one = f"({', '.join('?' * len(rows[0]))})"
            values = list(itertools.chain.from_iterable(rows[first : first + count]))
            self._writing.execute(f"{sql}{', '.join([one] * count)}", values)
            first += count

    def settle(self) -> None:
        self._round_began = float("-inf")
        while self._changed:
            self._write_down(len(self._changed))
            self._round_began = float("-inf")

    def _write_down(self, most: int) -> None:
        """Some of the ballots that changed. Once all have been that had when the round began, the log is settled up to there."""
        if not self._round:
            now = time.monotonic()
            if now - self._round_began < ROUND or not self._changed:
                return
            self._round_began = now
            self._round = list(self._changed)
            rows = self._writing.execute("SELECT number, entries FROM consultation WHERE settled < entries")
            self._round_to = dict(rows.fetchall())
        chosen, self._round = self._round[:most], self._round[most:]
        written = {key: self._changed[key] for key in chosen if key in self._changed}
        run = self._writing.executemany
        self._insert("INSERT OR REPLACE INTO ballot VALUES ", list(itertools.starmap(ballot_row, written.items())))
        for key, ballot in written.items():
            self._undo.setdefault(key, ballot)
            del self._changed[key]
        held = self._held
        held.update(written)
        while len(held) > HELD_BALLOTS:
            held.popitem(last=False)
        if not self._round:
            run(
                "UPDATE consultation SET settled = ? WHERE number = ?",
                [(entries, number) for number, entries in self._round_to.items()],
            )

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        self._held.clear()
        return self._writing.execute(sql, parameters)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._held.clear()
        self._writing.executemany(sql, rows)

    def renumber(self) -> None:
        """SQLite does that by itself."""

    def scrub(self) -> bool:
        """Empty the write-ahead log, where pages of before an erasure may stand; a reader in the middle of something delays it."""
        busy, _, _ = self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def _locked(path: Path) -> int:
    """Lock the file for this process; its descriptor, which holds the lock until it is closed, however the process ends."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(lock, 100, 0).decode() or "process unknown"
        os.close(lock)
        raise BoxTaken(
            f"The ballot box in {path.parent} is already written to by another server or command ({holder}). Stop it first, or let "
            "it do the work; several servers need PostgreSQL (COMITY_DATABASE_URL)."
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"process {os.getpid()}".encode(), 0)
    return lock


def _translated(error: sqlite3.OperationalError) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return NoRoom(str(error)) if code in _FULL else StoreAway(str(error))
