"""What a store of votes is: its tables, what the writer asks of it, and reading, which is the same on SQLite and PostgreSQL.

consultation  its rules, the length of its log, its head
entry         the log: one row for what one participant sent at once; emptied by an erasure, never removed
link          the chain over it: one row for each commit and consultation
ballot        what follows from the log: the answers of one participant so far, and their latest entry
barred        participants whose tickets no longer count
erasure       participants just erased, for whoever holds their votes in memory; forgotten after an hour
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from comity.ballot_box import rules as ruling
from comity.ballot_box.answers import (
    ROWS,
    Ballot,
    devices_text,
    each,
    read_devices,
    read_traits,
    with_answer,
    with_device,
    with_traits,
)
from comity.ballot_box.chain import Content, Entry, Link
from comity.ballot_box.rules import Rules

TABLES = (
    "CREATE TABLE IF NOT EXISTS consultation (number {key}, id TEXT NOT NULL UNIQUE, revision {int} NOT NULL, rules TEXT NOT NULL, "
    "entries {int} NOT NULL, head {bytes} NOT NULL, people {int} NOT NULL, answers {int} NOT NULL, settled {int} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS entry (consultation {int} NOT NULL, position {int} NOT NULL, participant {int}, before {int}, at {int}, "
    "salt {bytes}, answers {bytes}, traits TEXT, queue TEXT, commitment {bytes}, PRIMARY KEY (consultation, position)){clustered}",
    "CREATE TABLE IF NOT EXISTS link (consultation {int} NOT NULL, entries {int} NOT NULL, hash {bytes} NOT NULL, "
    "PRIMARY KEY (consultation, entries)){clustered}",
    "CREATE TABLE IF NOT EXISTS ballot (consultation {int} NOT NULL, participant {int} NOT NULL, last {int} NOT NULL, "
    "answers {bytes} NOT NULL, devices TEXT NOT NULL, traits TEXT NOT NULL, PRIMARY KEY (consultation, participant)){clustered}",
    "CREATE TABLE IF NOT EXISTS barred (consultation {int} NOT NULL, participant {int} NOT NULL, "
    "PRIMARY KEY (consultation, participant)){clustered}",
    "CREATE TABLE IF NOT EXISTS erasure (number {key}, consultation {int} NOT NULL, participant {int} NOT NULL, at {int} NOT NULL)",
)
OF_A_CONSULTATION = ("entry", "link", "ballot", "barred", "erasure")
"""Tables with a column of that name."""

Key = tuple[int, int]
"""Number of the consultation, participant."""
Int64Array = npt.NDArray[np.int64]


class StoreAway(Exception):
    """The store cannot be reached now; nothing is known to be stored."""


class NoRoom(Exception):
    """The store has no room left; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a consultation's log ends; people: who have a ballot, answers: those that stand."""

    revision: int
    entries: int
    hash: bytes
    people: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """An entry to be written; before: the participant's entry before it, -1 if it is the first; queue: device and number."""

    consultation: int
    position: int
    before: int
    salt: bytes
    content: Content
    queue: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Everybody's ballots of a consultation at one moment. entries: length of the log then; erasures: number of the last erasure.

    participants (n_people,), in no order, offsets (n_people + 1,): int64; rows (n_answers,) of `ROWS`; traits: participant ->
    canonical text.
    """

    entries: int
    erasures: int
    participants: Int64Array
    offsets: Int64Array
    rows: npt.NDArray[Any]
    traits: dict[int, str]


class Reader:
    """Reads a store as it was at one moment. `execute` takes SQL with `?` for each parameter."""

    def __init__(self, execute: Any) -> None:
        self.execute = execute

    def _one(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.execute(sql, parameters).fetchone()
        return found

    def rules(self, only: str | None = None) -> dict[str, Rules]:
        """Rules by consultation; only: of that one, if it is there."""
        chosen, given = ("WHERE id = ?", (only,)) if only is not None else ("", ())
        rows = self.execute(f"SELECT number, id, revision, rules FROM consultation {chosen} ORDER BY number", given)
        listed = rows.fetchall()
        barred: dict[int, set[int]] = {}
        theirs = f"SELECT consultation, participant FROM barred JOIN consultation ON number = consultation {chosen}"
        for number, participant in self.execute(theirs, given).fetchall():
            barred.setdefault(number, set()).add(participant)
        return {
            key: ruling.read(number, key, revision, text, frozenset(barred.get(number, ())))
            for number, key, revision, text in listed
        }

    def revisions(self) -> dict[str, int]:
        """Revision of the rules of each consultation."""
        return dict(self.execute("SELECT id, revision FROM consultation", ()).fetchall())

    def tip(self, number: int) -> Tip:
        """Where the log of a consultation ends."""
        found = self._one("SELECT revision, entries, head, people, answers FROM consultation WHERE number = ?", number)
        if found is None:
            raise KeyError(f"no consultation number {number}")
        return Tip(found[0], found[1], bytes(found[2]), found[3], found[4])

    def tips(self) -> list[tuple[str, int, int, bytes]]:
        """Consultation, its number, length of its log, head."""
        rows = self.execute("SELECT id, number, entries, head FROM consultation ORDER BY id", ()).fetchall()
        return [(key, number, entries, bytes(head)) for key, number, entries, head in rows]

    def ballot(self, number: int, participant: int) -> Ballot:
        """A participant's answers so far; an empty ballot if there are none."""
        found = self._one(
            "SELECT last, answers, devices, traits FROM ballot WHERE consultation = ? AND participant = ?",
            number,
            participant,
        )
        ballots = {} if found is None else {participant: ballot_of(found)}
        for row in self.unsettled(number, participant):
            enter(ballots, row)
        return ballots.get(participant, Ballot())

    def unsettled(self, number: int, participant: int | None = None) -> list[tuple[Any, ...]]:
        """Entries that may not be in the ballots as they are stored: position, participant, answers, traits, queue."""
        chosen, given = ("AND participant = ? ", (participant,)) if participant is not None else ("", ())
        rows = self.execute(
            "SELECT position, participant, answers, traits, queue FROM entry WHERE consultation = ? AND position >= "
            "(SELECT settled FROM consultation WHERE number = ?) AND participant IS NOT NULL "
            f"{chosen}ORDER BY position",
            (number, number, *given),
        )
        found: list[tuple[Any, ...]] = rows.fetchall()
        return found

    def standing(self, number: int) -> Standing:
        """Everybody's ballots. O(answers) time and memory."""
        entries = self.tip(number).entries
        (erasures,) = self._one("SELECT coalesce(max(number), 0) FROM erasure WHERE consultation = ?", number) or (0,)
        late: dict[int, Ballot] = {}
        unsettled = self.unsettled(number)
        for participant in sorted({row[1] for row in unsettled}):
            found = self._one(
                "SELECT last, answers, devices, traits FROM ballot WHERE consultation = ? AND participant = ?",
                number,
                participant,
            )
            late[participant] = ballot_of(found) if found is not None else Ballot()
        for row in unsettled:
            enter(late, row)
        sql = "SELECT participant, answers, traits FROM ballot WHERE consultation = ? ORDER BY participant"
        people: list[int] = []
        parts: list[bytes] = []
        traits: dict[int, str] = {}

        def add(participant: int, answers: bytes, declared: str) -> None:
            people.append(participant)
            parts.append(answers)
            if declared:
                traits[participant] = declared

        for participant, answers, declared in self.execute(sql, (number,)):
            if participant not in late:
                add(participant, bytes(answers), declared)
        for participant, ballot in late.items():
            add(participant, ballot.rows, ballot.traits)
        lengths = np.fromiter((len(part) for part in parts), dtype=np.int64, count=len(parts)) // ROWS.itemsize
        offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)))
        rows = np.frombuffer(b"".join(parts), dtype=ROWS)
        return Standing(entries, erasures, np.array(people, dtype=np.int64), offsets, rows, traits)

    def entries(self, number: int, first: int = 0, most: int = -1) -> Iterator[Entry]:
        """The log from a position on; most: at most so many entries, -1: all."""
        limit = "" if most < 0 else f" LIMIT {int(most)}"
        rows = self.execute(
            "SELECT position, participant, at, salt, answers, traits, commitment FROM entry "
            f"WHERE consultation = ? AND position >= ? ORDER BY position{limit}",
            (number, first),
        )
        for row in rows:
            yield entry_of(row)

    def tail(self, number: int, first: int, most: int) -> list[tuple[int, int | None, bytes, str]]:
        """Position, participant (None: erased), packed answers, traits of entries from a position on."""
        rows = self.execute(
            "SELECT position, participant, answers, traits FROM entry WHERE consultation = ? AND position >= ? "
            "ORDER BY position LIMIT ?",
            (number, first, most),
        )
        return [
            (position, who, bytes(answers or b""), traits or "") for position, who, answers, traits in rows.fetchall()
        ]

    def began(self, number: int, participants: Sequence[int]) -> list[int]:
        """When these people gave their first answer that is there: milliseconds since 1970, in no order. Reads the whole log."""
        wanted = set(participants)
        sql = "SELECT participant, at FROM entry WHERE consultation = ? AND before = -1 AND participant IS NOT NULL"
        return [int(at) for who, at in self.execute(sql, (number,)) if who in wanted]

    def links(self, number: int) -> Iterator[Link]:
        """The chain, from its beginning."""
        rows = self.execute("SELECT entries, hash FROM link WHERE consultation = ? ORDER BY entries", (number,))
        for entries, hashed in rows:
            yield Link(entries, bytes(hashed))

    def link_after(self, number: int, entries: int) -> bytes | None:
        """Hash of the link with which the log became so long; None if no commit ended there."""
        found = self._one("SELECT hash FROM link WHERE consultation = ? AND entries = ?", number, entries)
        return None if found is None else bytes(found[0])

    def erasures(self, number: int, after: int) -> list[tuple[int, int]]:
        """Number and participant of erasures since."""
        sql = "SELECT number, participant FROM erasure WHERE consultation = ? AND number > ? ORDER BY number"
        return [(int(n), int(who)) for n, who in self.execute(sql, (number, after)).fetchall()]

    def erasures_before(self, moment: int) -> bool:
        """Whether anybody is still remembered who was erased before this moment (milliseconds since 1970)."""
        return self._one("SELECT 1 FROM erasure WHERE at < ? LIMIT 1", moment) is not None


class Store(Protocol):
    """A store. The methods under `writing` are called by the one writing thread, within `transaction`, where nothing else is said."""

    def open(self) -> None:
        """Be ready to write: take the lock, make the tables. Raises BoxTaken, StoreAway."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...

    def reading(self) -> AbstractContextManager[Reader]:
        """A moment's view, from any thread, whether or not anybody writes. Raises StoreAway."""
        ...

    def transaction(self) -> AbstractContextManager[Reader]:
        """All or nothing; durable when it ends. Raises NoRoom, StoreAway."""
        ...

    def tips(self, numbers: Sequence[int]) -> dict[int, Tip]:
        """Where these logs end; they stay so until the transaction is over."""
        ...

    def ballots(self, keys: Sequence[Key]) -> dict[Key, Ballot]:
        """Ballots of these people; who has none is left out."""
        ...

    def append(self, lines: Sequence[Line], ballots: dict[Key, Ballot], tips: dict[int, Tip]) -> None:
        """Write entries, the ballots after them, and where the logs end now: a link for each."""
        ...

    def settle(self) -> None:
        """Write down all ballots, if some wait for that."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """One statement of a control act; `?` for each parameter. The cursor."""
        ...

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """The same statement for each of these rows."""
        ...

    def renumber(self) -> None:
        """After rows came with numbers of their own: the next number is above them."""
        ...

    def scrub(self) -> bool:
        """Outside a transaction: what was erased leaves the files too; False if it has to be tried again."""
        ...


def ballot_of(row: Sequence[Any]) -> Ballot:
    """A row of `ballot`: last, answers, devices, traits."""
    last, answers, devices, traits = row
    return Ballot(last, bytes(answers), read_devices(devices), traits)


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of `entry`: position, participant, at, salt, answers, traits, commitment."""
    position, participant, at, salt, answers, traits, committed = row
    if salt is None:
        return Entry(position, None, None, None if committed is None else bytes(committed))
    return Entry(position, Content(participant, at, bytes(answers), traits or ""), bytes(salt))


def line_row(line: Line) -> tuple[Any, ...]:
    """A line as a row of `entry`: consultation, position, participant, before, at, salt, answers, traits, queue."""
    said = line.content
    return (
        line.consultation, line.position, said.participant, line.before, said.at, line.salt, said.rows, said.traits or None,
        line.queue or None,
    )  # fmt: skip


def ballot_row(key: Key, ballot: Ballot) -> tuple[Any, ...]:
    """A row of `ballot`."""
    return (*key, ballot.last, ballot.rows, devices_text(ballot.devices), ballot.traits)


def enter(ballots: dict[int, Ballot], row: Sequence[Any]) -> None:
    """Enter an entry into its participant's ballot: position, participant, answers, traits, queue. To enter it again changes nothing."""
    position, participant, answers, traits, queue = row
    before = ballots.get(participant, Ballot())
    rows, devices = before.rows, before.devices
    for answer in each(bytes(answers)):
        rows = with_answer(rows, answer)
    for device, number in read_devices(queue or ""):
        devices = with_device(devices, device, number)
    declared = with_traits(before.traits, read_traits(traits)) if traits else before.traits
    ballots[participant] = Ballot(max(position, before.last), rows, devices, declared)
