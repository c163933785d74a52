"""The ballot box: what an office says to it and asks of it. Thread-safe; what writes returns once it is durable.

Nothing is opened until it is used. Who writes first takes the lock of the data folder; who only reads never does. Acts of control may
be repeated, so an office can state everything again after a crash.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from comity.ballot_box import control
from comity.ballot_box import rules as ruling
from comity.ballot_box.answers import (
    MOST_PARTICIPANT,
    MOST_STATEMENT,
    Answer,
    PastVote,
    packed,
    read_traits,
    unpack,
)
from comity.ballot_box.canonical import as_votes
from comity.ballot_box.chain import Head, check, genesis
from comity.ballot_box.control import Erased
from comity.ballot_box.copies import copy_maps, copy_votes, fill_maps, fill_votes
from comity.ballot_box.postgres import PostgresStore
from comity.ballot_box.refusals import BoxRefuses, ChainBroken, Receipt, Refusal, Refused
from comity.ballot_box.rules import FLOOR, Listed, Rules
from comity.ballot_box.shelf import NAME as MAPS_NAME
from comity.ballot_box.shelf import PostgresShelf, Published, Shelf, SqliteShelf, Version
from comity.ballot_box.sqlite import NAME as VOTES_NAME
from comity.ballot_box.sqlite import SqliteStore
from comity.ballot_box.store import Store
from comity.ballot_box.taking import Ask
from comity.ballot_box.writer import MOST_TOGETHER, Writer
from comity.opinion.votes import Votes

if TYPE_CHECKING:
    from comity.ballot_box.places import Place
    from comity.ballot_box.suspicion import Suspicion

NAME_LENGTH = 64
COPIES = (VOTES_NAME, MAPS_NAME)
"""Names of the files that `copy_to` makes."""
ERASURES_KEPT = 60 * 60 * 1000
"""Milliseconds for which it is remembered who was erased, for those who hold votes in memory."""


@dataclass(frozen=True, slots=True)
class Counts:
    """participants: people with a ballot; votes: answers that stand; entries: length of the log."""

    participants: int
    votes: int
    entries: int


class BallotBox:
    """See the module. clock: seconds since 1970."""

    def __init__(self, store: Store, shelf: Shelf, *, clock: Callable[[], float] = time.time) -> None:
        self.store, self.shelf, self.clock = store, shelf, clock
        self._lock = RLock()
        self._writer: Writer | None = None
        self._rules: dict[str, Rules] = {}

    # --- running ---

    @property
    def writer(self) -> Writer:
        """The writer, started if it is not running. Raises BoxTaken, StoreAway."""
        with self._lock:
            if self._writer is None:
                self.store.open()
                with self.store.reading() as reader:
                    self._rules = reader.rules()
                self._writer = Writer(self.store, self._learn, self._look)
            return self._writer

    def start(self) -> None:
        """Be ready to take answers. Raises BoxTaken, StoreAway."""
        _ = self.writer

    def stop(self) -> None:
        """Commit what waits and let go of everything; may be started again."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()
        self.store.close()
        self.shelf.close()

    @property
    def trouble(self) -> Refusal | None:
        """Why nothing can be stored just now; None if all is well."""
        return self._writer.trouble if self._writer is not None else None

    def rules(self, consultation: str) -> Rules | None:
        """The rules that answers are checked against; None for a consultation that is not there."""
        if self._writer is not None:
            return self._rules.get(consultation)
        with self.store.reading() as reader:
            return reader.rules(consultation).get(consultation)

    def consultations(self) -> tuple[str, ...]:
        """Those that are there, in order of their names."""
        if self._writer is not None:
            return tuple(sorted(self._rules))
        with self.store.reading() as reader:
            return tuple(sorted(reader.revisions()))

    def _learn(self, rules: Rules) -> None:
        self._rules = {**self._rules, rules.consultation: rules}

    def _look(self) -> None:
        """Every second, in the writing thread: see whether another server changed rules, and forget who was erased an hour ago."""
        hour_ago = self._now() - ERASURES_KEPT
        with self.store.reading() as reader:
            held = {name: rules.revision for name, rules in self._rules.items()}
            if reader.revisions() != held:
                self._rules = reader.rules()
            forget = reader.erasures_before(hour_ago)
        if forget:
            control.forget(self.store, hour_ago)
            self.writer.scrub()

    # --- control ---

    def open_consultation(
        self,
        consultation: str,
        *,
        opens: datetime | None = None,
        closes: datetime | None = None,
        title: str = "",
        floor: int = FLOOR,
        segments: Sequence[str] = (),
        closed: bool = False,
        hidden: bool = False,
    ) -> None:
        """Take answers between two moments (aware; None: from now, without end), or none for now (closed). Of a known one, its dates,
        title, floor and segments become these. hidden: maps are not for the public before it is frozen.

        Raises BoxRefuses if it is frozen, ValueError for an id that cannot stand in an address.
        """
        if not consultation or len(consultation) > NAME_LENGTH or not _plain(consultation):
            raise ValueError(
                f"consultation {consultation!r}: use up to {NAME_LENGTH} letters a-z, A-Z, digits, - and _"
            )
        begins, ends, named = _milliseconds(opens), _milliseconds(closes), tuple(sorted(set(segments)))

        def alter(rules: Rules) -> Rules:
            return replace(
                rules,
                opens=begins,
                closes=ends,
                closed=closed,
                hidden=hidden,
                title=title,
                floor=max(floor, FLOOR),
                segments=named,
            )

        self._control(consultation, lambda store: control.change(store, consultation, alter, new=True))

    def set_statements(self, consultation: str, listed: Iterable[Listed]) -> None:
        """All statements as they are now; one that was there and is not named is closed, and what was answered stays."""
        given: dict[int, Listed] = {}
        for entry in listed:
            number = entry.statement.id
            if not isinstance(number, int) or not 0 <= number <= MOST_STATEMENT or number in given:
                raise ValueError(f"statement {number!r}: number statements from 0 to {MOST_STATEMENT}, each once")
            given[number] = entry
        self._control(
            consultation,
            lambda store: control.change(store, consultation, lambda rules: ruling.with_statements(rules, given)),
        )

    def close(self, consultation: str) -> None:
        """Take no more answers for now."""
        self._control(
            consultation, lambda store: control.change(store, consultation, lambda rules: replace(rules, closed=True))
        )

    def freeze(self, consultation: str) -> None:
        """Take no more answers for good; the follower makes a full run and publishes the last map."""
        self._control(
            consultation,
            lambda store: control.change(store, consultation, lambda rules: replace(rules, frozen=True), frozen=True),
        )

    def bar(self, consultation: str, participant: int) -> None:
        """This participant's tickets no longer count; what they answered stays."""
        self._control(consultation, lambda store: control.bar(store, consultation, participant, barred=True))

    def unbar(self, consultation: str, participant: int) -> None:
        """This participant's tickets count again."""
        self._control(consultation, lambda store: control.bar(store, consultation, participant, barred=False))

    def erase(self, consultation: str, participant: int, *, bar: bool = True) -> Erased:
        """Delete a participant's answers from the log, the ballots and, as soon as no reader is in the way, the files.

        The chain stays what it was. bar: their tickets no longer count. Works on a frozen consultation as well; its published
        map stays.
        """
        now = self._now()
        erased: Erased = self._control(
            consultation, lambda store: control.erase(store, consultation, participant, barred=bar, now=now)
        )
        self.writer.scrub()
        return erased

    def discard(self, consultation: str) -> None:
        """Delete a consultation with its log, its ballots and its maps. Nothing happens if it is not there."""

        self._control(consultation, lambda store: control.discard(store, consultation))
        self.writer.scrub()
        self.shelf.discard(consultation)

    def _control(self, consultation: str, act: Callable[[Store], Any]) -> Any:
        """Do an act of control in the writing thread, and go by the rules that follow from it; its value."""

        def done(store: Store) -> Any:
            value = act(store)
            with store.reading() as reader:
                others = {name: rules for name, rules in self._rules.items() if name != consultation}
                self._rules = {**others, **reader.rules(consultation)}
            return value

        return self.writer.do(done)

    # --- answers ---

    def ask(
        self,
        consultation: str,
        participant: int,
        answers: Sequence[Answer | Refusal],
        *,
        device: str = "",
        numbers: Sequence[int | None] = (),
        traits: Mapping[str, str | None] | None = None,
        at: int | None = None,
    ) -> Ask:
        """What a participant sends, checked against the rules as they are. A Refusal among the answers is a row that could not be read.

        at: milliseconds since 1970, None: now. Raises BoxRefuses if nothing of it is to be taken.
        """
        rules = self._rules.get(consultation) if self._writer is not None else self.rules(consultation)
        if rules is None:
            raise BoxRefuses(Refusal.CONSULTATION_UNKNOWN)
        moment = self._now() if at is None else at
        why = rules.refuses(participant, moment)
        if why is not None:
            raise BoxRefuses(why)
        rows: list[bytes] = []
        places: list[int] = []
        refused: list[Refused] = []
        for row, answer in enumerate(answers):
            if isinstance(answer, Refusal):
                no: Refusal | None = answer
            else:
                no = rules.refuses_statement(answer.statement, withdrawing=answer.vote is None)
                if no is None:
                    rows.append(packed(answer))
                    places.append(row)
                    continue
            refused.append(Refused(row, no or Refusal.MALFORMED))
        kept = [numbers[row] for row in places] if numbers else ()
        return Ask(rules, participant, moment, rows, places, kept, device, tuple(refused), traits)

    def cast(
        self,
        consultation: str,
        participant: int,
        answers: Sequence[Answer],
        *,
        device: str = "",
        numbers: Sequence[int | None] = (),
        now: datetime | None = None,
    ) -> Receipt:
        """Take a participant's answers. Good ones count whatever the others are. Raises BoxRefuses.

        device, numbers: the queue that they come from and their rising numbers in it; one that is not above the last counts
        as taken and changes nothing.
        """
        return self._asked(consultation, participant, answers, device=device, numbers=numbers, at=_milliseconds(now))

    def declare(self, consultation: str, participant: int, traits: Mapping[str, str | None]) -> None:
        """What a participant declares of themselves: segment -> label, None takes one back. Raises BoxRefuses."""
        self._asked(consultation, participant, (), traits=dict(traits))

    def _asked(self, consultation: str, participant: int, answers: Sequence[Answer], **given: Any) -> Receipt:
        writer = self.writer
        if not 0 <= participant <= MOST_PARTICIPANT or not all(_possible(answer) for answer in answers):
            raise ValueError("a participant or an answer is none: see comity.ballot_box.answers")
        ask = self.ask(consultation, participant, answers, **given)
        if not ask.rows and ask.traits is None:
            return Receipt(0, ask.refused)
        if writer.full:
            raise BoxRefuses(Refusal.BUSY)
        future: Future[Receipt] = Future()
        ask.settle = future
        writer.put(ask)
        return future.result()

    def load(
        self,
        consultation: str,
        events: Iterable[PastVote],
        *,
        traits: Mapping[int, Mapping[str, str]] | None = None,
    ) -> int:
        """Take answers that were given elsewhere, with their times, in order of time; each gets an entry, so that the history stays.

        traits: what people declared there, participant -> segment -> label; taken after the answers, as of now. How many answers
        they were. Statements must be listed. Ballots that are there already are continued. Raises BoxRefuses, ValueError.
        """
        rules = self.rules(consultation)
        if rules is None:
            raise BoxRefuses(Refusal.CONSULTATION_UNKNOWN)
        if rules.frozen:
            raise BoxRefuses(Refusal.FROZEN)
        given = sorted(events, key=lambda event: event.time_ms)
        for event in given:
            if event.statement not in rules.listed or not 0 <= event.participant <= MOST_PARTICIPANT:
                raise ValueError(
                    f"participant {event.participant}, statement {event.statement}: list the statement first"
                )
        for participant in traits or {}:
            if not 0 <= participant <= MOST_PARTICIPANT:
                raise ValueError(f"participant {participant}: numbers go from 0 to {MOST_PARTICIPANT}")
        now = self._now()
        self._put_all(
            Ask(
                rules,
                event.participant,
                event.time_ms,
                [packed(Answer(event.statement, event.vote, event.important))],
                [0],
                every=True,
            )
            for event in given
        )
        self._put_all(
            Ask(rules, participant, now, traits=said, every=True)
            for participant, said in sorted((traits or {}).items())
        )
        return len(given)

    def _put_all(self, asks: Iterator[Ask]) -> None:
        """Have many asks written, as many in one commit as may be."""
        while together := list(islice(asks, MOST_TOGETHER)):
            for ask in together:
                ask.settle = Future()
                self.writer.put(ask)
            for ask in together:
                ask.settle.result()

    # --- reading ---

    def votes(self, consultation: str) -> Votes:
        """Everybody's votes as they stand; for analysis, never for a page."""
        with self.store.reading() as reader:
            rules = control.rules_of(reader, consultation)
            return as_votes(rules, reader.standing(rules.number))

    def mine(self, consultation: str, participant: int) -> dict[int, Answer]:
        """A participant's answers by statement, in the order in which they were first given."""
        with self.store.reading() as reader:
            ballot = reader.ballot(control.rules_of(reader, consultation).number, participant)
        return {answer.statement: answer for answer in unpack(ballot.rows)}

    def traits(self, consultation: str, participant: int) -> dict[str, str]:
        """What a participant declared of themselves."""
        with self.store.reading() as reader:
            return read_traits(reader.ballot(control.rules_of(reader, consultation).number, participant).traits)

    def counts(self, consultation: str) -> Counts:
        """People, answers that stand, and entries of the log."""
        with self.store.reading() as reader:
            tip = reader.tip(control.rules_of(reader, consultation).number)
        return Counts(tip.people, tip.answers, tip.entries)

    def history(self, consultation: str) -> Iterator[PastVote]:
        """Every answer that is not erased, in the order of the log: for an export where the policy publishes votes."""
        with self.store.reading() as reader:
            for entry in reader.entries(control.rules_of(reader, consultation).number):
                if entry.content is not None:
                    for answer in unpack(entry.content.rows):
                        yield PastVote(
                            entry.content.participant, answer.statement, answer.vote, entry.content.at, answer.important
                        )

    def copy_to(self, folder: Path) -> tuple[Path, ...]:
        """Write all votes and all published maps into two files in a folder, `COPIES`, whatever store they are in. While votes arrive;
        each file is of one moment, and the maps are no older than the votes. Raises StoreAway, FileExistsError.
        """
        votes, maps = (folder / name for name in COPIES)
        copy_votes(self.store, votes)
        copy_maps(self.shelf, maps)
        return votes, maps

    def fill_from(self, folder: Path) -> None:
        """Fill an empty ballot box from such files. Raises ValueError if it is not empty."""
        votes, maps = (folder / name for name in COPIES)
        self.writer.do(lambda store: fill_votes(store, votes))
        fill_maps(self.shelf, maps)
        with self.store.reading() as reader:
            self._rules = reader.rules()

    # --- maps ---

    def latest(self, consultation: str) -> Published | None:
        """The latest version of the map; None before the first."""
        return self.shelf.latest(consultation)

    def kept(self, consultation: str) -> tuple[Published, ...]:
        """The versions that are kept, from the first to the latest."""
        return self.shelf.kept(consultation)

    def version(self, consultation: str, version: str) -> Version | None:
        """What a version says."""
        return self.shelf.version(consultation, version)

    def suspicion(self, consultation: str) -> Suspicion | None:
        """What the last full run found of coordinated voters, for moderators; None: it was not looked for, or the result is final."""
        kept = self.shelf.suspected(consultation)
        if kept is None:
            return None
        from comity.ballot_box.suspicion import read

        return read(kept)

    def place(self, consultation: str, participant: int) -> Place | None:
        """Where a participant stands on the latest map; None if they have no place on it, or there is none."""
        held = self.shelf.places(consultation)
        if held is None:
            return None
        from comity.ballot_box.places import place_on  # loads what computes maps

        return place_on(held, list(self.mine(consultation, participant).values()))

    # --- sealing ---

    def seal(self, recorded: Mapping[str, Head]) -> tuple[Head, ...]:
        """Heads that the record is to seal now: of every consultation whose log has grown since.

        recorded: what it sealed last, by consultation; each is checked to be on the chain. Raises ChainBroken. What a crash kept from
        being recorded is among the heads of the next call.
        """
        grown = []
        with self.store.reading() as reader:
            tips = {consultation: (number, entries, head) for consultation, number, entries, head in reader.tips()}
            for consultation, sealed in sorted(recorded.items()):
                if consultation not in tips:
                    raise ChainBroken(f"consultation {consultation} was sealed, and its votes are not here")
                found = (
                    reader.link_after(tips[consultation][0], sealed.entries)
                    if sealed.entries
                    else genesis(consultation)
                )
                if found is None or found.hex() != sealed.hash:
                    raise ChainBroken(
                        f"consultation {consultation}: the record sealed {sealed.entries} entries with hash {sealed.hash}, "
                        f"which is not on the chain; the log has {tips[consultation][1]} entries"
                    )
            for consultation, (_, entries, head) in tips.items():
                if entries and (consultation not in recorded or recorded[consultation].entries < entries):
                    grown.append(Head(consultation, entries, head.hex()))
        return tuple(grown)

    def verify(self, consultation: str, recorded: Iterable[Head] = ()) -> Head:
        """Read all of a consultation's log and follow its chain; its head. Raises ChainBroken, which says where."""
        with self.store.reading() as reader:
            rules = control.rules_of(reader, consultation)
            sealed = {head.entries: head.hash for head in recorded}
            found = check(consultation, reader.entries(rules.number), reader.links(rules.number), sealed)
            tip = reader.tip(rules.number)
        if (found.entries, found.hash) != (tip.entries, tip.hash.hex()):
            raise ChainBroken(
                f"consultation {consultation}: the log ends with {found.entries} entries, its head says {tip.entries}"
            )
        return found

    def _now(self) -> int:
        return int(self.clock() * 1000)


_boxes: dict[tuple[Path, str], BallotBox] = {}


def at(folder: Path, database_url: str = "") -> BallotBox:
    """The ballot box of an installation: its data folder, and PostgreSQL's address where it has one. The same one each time."""
    key = folder.resolve(), database_url
    if key not in _boxes:
        if database_url:
            _boxes[key] = BallotBox(PostgresStore(database_url), PostgresShelf(database_url))
        else:
            _boxes[key] = BallotBox(SqliteStore(folder), SqliteShelf(folder))
        atexit.register(_boxes[key].stop)
    return _boxes[key]


def _plain(name: str) -> bool:
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum()


def _possible(answer: Answer) -> bool:
    return 0 <= answer.statement <= MOST_STATEMENT and answer.vote in (1, 0, -1, None)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
