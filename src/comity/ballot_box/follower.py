"""The follower: reads the log and makes maps of it, so that everybody sees where people agree while they vote.

For each consultation it holds a live map (`comity.opinion.LiveMap`) on the basis of the last full run, enters what the log has more, and
publishes a new version when at least as many people changed as the floor asks for. Full runs are made beside it, and the live map
that follows from one takes the place of the other. It only reads the votes; if it dies, it begins again from the ballots. Nothing
that it publishes rests on fewer people than the floor.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from comity.ballot_box.answers import ROWS, WITHDRAWN, read_traits
from comity.ballot_box.canonical import as_votes
from comity.ballot_box.places import packed_places
from comity.ballot_box.rules import Listed, Rules
from comity.ballot_box.shelf import Published, Shelf, Version
from comity.ballot_box.store import Reader, Store
from comity.ballot_box.suspicion import suspicion
from comity.ballot_box.suspicion import written as suspicion_written
from comity.opinion import Basis, LiveMap, OpinionResult, Settings, Source, Sums, Votes, analyse
from comity.opinion.result import as_data, to_json
from comity.opinion.sums import written

logger = logging.getLogger(__name__)

AT_ONCE = 20_000
"""Entries that are entered together."""
MOST_FOR_COORDINATION = 100_000
"""People beyond whom full runs do not look for coordinated voters, which takes longest."""


MOST_REMEMBERED = 60
"""People of whom it is remembered what they had answered in the last version: many more than a floor asks for."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often. publish: seconds between two versions of one consultation, at least; full_run: seconds after which a full run is
    made if anything changed; growth: share of new entries since the last one that makes one due sooner, but never so
    often that more than one part in `rest` of the time goes into them.
    """

    publish: float = 1.0
    full_run: float = 600.0
    growth: float = 0.1
    rest: float = 5.0


@dataclass(slots=True)
class _Followed:
    """A consultation as it is held. position: entries of the log that are in the map; seen: of those, how many were looked at for `before`
    (a new map begins behind the old one); run_at, run_entries: when its full run was done, and at which length of the log.
    before: people who changed since the last version -> what they had answered then; unknown: those of whom that is not known, as
    it was before a restart; first: there is no version yet.
    """

    rules: Rules
    live: LiveMap
    position: int
    erasures: int
    run_at: float
    run_entries: int
    run_took: float
    seen: int = 0
    before: dict[int, bytes] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    first: bool = False
    published_at: float = float("-inf")
    running: Future[_Followed] | None = None


class Follower:
    """See the module. `step` is called again and again, by one thread. clock: seconds since 1970, for the time of a version."""

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        *,
        pace: Pace | None = None,
        threads: int = 1,
        beside: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """beside: full runs in a thread of their own; without it, `step` makes them itself."""
        self._store, self._shelf, self._clock, self._threads = store, shelf, clock, threads
        self._pace = pace or Pace()
        self._held: dict[str, _Followed] = {}
        self._rules: dict[str, Rules] = {}
        self._finished: dict[str, int] = {}  # frozen, and published for good: at which revision of its rules
        self._pool = ThreadPoolExecutor(1, "full run") if beside else None

    def close(self) -> None:
        """Wait for a full run that is being made, and let go."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def step(self, only: str | None = None) -> list[Published]:
        """Bring every consultation up to date, or one; the versions that were published. Raises StoreAway."""
        self._look()
        published = []
        for consultation, rules in sorted(self._rules.items()):
            if only in (None, consultation) and self._finished.get(consultation) != rules.revision:
                found = self._follow(consultation, rules)
                if found is not None:
                    published.append(found)
        return published

    def _look(self) -> None:
        """Rules as they are now; only those that changed are read again."""
        with self._store.reading() as reader:
            revisions = reader.revisions()
            for consultation, revision in revisions.items():
                if consultation not in self._rules or self._rules[consultation].revision != revision:
                    self._rules.update(reader.rules(consultation))
        for gone in self._rules.keys() - revisions.keys():
            del self._rules[gone]
            self._held.pop(gone, None)

    # --- one consultation ---

    def _follow(self, consultation: str, rules: Rules) -> Published | None:
        held = self._held.get(consultation)
        latest = self._shelf.latest(consultation) if held is None or rules.frozen else None
        if latest is not None and latest.frozen:
            self._held.pop(consultation, None)
            self._finished[consultation] = rules.revision
            return None
        if rules.frozen:
            return self._finish(consultation, rules)
        if held is None:
            with self._store.reading() as reader:
                if not reader.tip(rules.number).entries:
                    return None
                held = self._begun(rules, reader)
                held.first = latest is None
                if latest is not None:
                    tail = reader.tail(rules.number, latest.entries, AT_ONCE)
                    held.unknown = {who for _, who, _, _ in tail if who is not None}
            self._held[consultation] = held
            self._suspect(consultation, held)
        elif held.running is not None and held.running.done():
            held = self._held[consultation] = _succeeding(held, held.running.result())
            self._suspect(consultation, held)
        if rules.segments != held.rules.segments:
            self._catch_up(held)
            with self._store.reading() as reader:
                held = self._held[consultation] = _succeeding(held, self._begun(rules, reader))
            self._suspect(consultation, held)
        self._describe(held, rules)
        self._catch_up(held)
        self._perhaps_run(held)
        return self._perhaps_publish(consultation, held)

    def _begun(self, rules: Rules, reader: Reader) -> _Followed:
        """A full run of the ballots as they are."""
        standing = reader.standing(rules.number)
        return self._run(rules, as_votes(rules, standing), standing.entries, standing.erasures)

    def _run(self, rules: Rules, votes: Votes, entries: int, erasures: int) -> _Followed:
        began = time.monotonic()
        settings, source = _settings(rules), _source(rules)
        few = votes.n_participants <= MOST_FOR_COORDINATION
        live = LiveMap(votes, settings, source=source, coordination=few, threads=self._threads)
        now = time.monotonic()
        return _Followed(rules, live, entries, erasures, now, entries, now - began, seen=entries)

    def _describe(self, held: _Followed, rules: Rules) -> None:
        if rules.revision == held.rules.revision:
            return
        known: dict[int, Listed] = dict(held.rules.listed)
        for number, listed in rules.listed.items():
            if number not in known or known[number].statement != listed.statement:
                held.live.describe(listed.statement)
        held.rules = rules

    def _catch_up(self, held: _Followed) -> None:
        number = held.rules.number
        while True:
            with self._store.reading() as reader:
                # Of one moment: an entry of somebody who was erased since is either gone from the log, or of after the erasure.
                erasures = reader.erasures(number, held.erasures)
                tail = reader.tail(number, held.position, AT_ONCE)
            for erased, participant in erasures:
                self._erase(held, participant)
                held.erasures = erased
            if tail:
                self._enter(held, tail)
            if len(tail) < AT_ONCE:
                return

    def _erase(self, held: _Followed, participant: int) -> None:
        row = _row(held.live, participant)
        if row is None:
            return
        held.before.setdefault(participant, row)
        held.live.erase(participant)

    def _enter(self, held: _Followed, tail: list[tuple[int, int | None, bytes, str]]) -> None:
        live = held.live
        standing = [(position, who, rows, traits) for position, who, rows, traits in tail if who is not None]
        for position, who, _, _ in standing:
            if position >= held.seen and who not in held.before and len(held.before) < MOST_REMEMBERED:
                held.before[who] = _row(live, who) or b""
        answered = [entry for entry in standing if entry[2]]
        if answered:
            lengths = np.array([len(rows) // ROWS.itemsize for _, _, rows, _ in answered])
            people = np.repeat(np.array([who for _, who, _, _ in answered], dtype=np.int64), lengths)
            rows = np.frombuffer(b"".join(rows for _, _, rows, _ in answered), dtype=ROWS)
            values = rows["vote"].astype(np.float64)
            values[rows["vote"] == WITHDRAWN] = np.nan
            live.change(
                people, rows["statement"].astype(np.int64), values, important=rows["important"].astype(np.bool_)
            )
        for _, who, _, declared in standing:
            if declared:
                known = set(held.rules.segments)
                said = {name: label or None for name, label in read_traits(declared).items() if name in known}
                live.declare(who, said)
        held.position = tail[-1][0] + 1
        held.seen = max(held.seen, held.position)

    # --- full runs ---

    def _perhaps_run(self, held: _Followed) -> None:
        new = held.position - held.run_entries
        if held.running is not None or not new:
            return
        idle = time.monotonic() - held.run_at
        grown = new >= self._pace.growth * max(held.run_entries, 1) and idle >= self._pace.rest * held.run_took
        if not grown and idle < self._pace.full_run:
            return
        votes, rules, entries, erasures = held.live.votes(), held.rules, held.position, held.erasures
        future: Future[_Followed]
        if self._pool is not None:
            future = self._pool.submit(self._run, rules, votes, entries, erasures)
        else:
            future = Future()
            future.set_result(self._run(rules, votes, entries, erasures))
        held.running = future

    def _suspect(self, consultation: str, held: _Followed) -> None:
        """Keep what the last full run found of coordinated voters, for moderators."""
        found = held.live.suspected
        if found is None:
            self._shelf.suspect(consultation, None)
            return
        with self._store.reading() as reader:
            said = suspicion(reader, held.rules.number, found, held.live.settings.floor, int(self._clock() * 1000))
        self._shelf.suspect(consultation, suspicion_written(said))

    def _finish(self, consultation: str, rules: Rules) -> Published:
        """The last version: a full run of everything, with all that it can say."""
        self._held.pop(consultation, None)
        self._shelf.suspect(consultation, None)
        with self._store.reading() as reader:
            standing = reader.standing(rules.number)
        votes = as_votes(rules, standing)
        few = votes.n_participants <= MOST_FOR_COORDINATION
        full = analyse(votes, _settings(rules), source=_source(rules), threads=self._threads, coordination=few)
        return self._publish(consultation, full.result, full.sums, full.basis, standing.entries, frozen=True)

    # --- publishing ---

    def _perhaps_publish(self, consultation: str, held: _Followed) -> Published | None:
        now = time.monotonic()
        if now - held.published_at < self._pace.publish:
            return None
        floor = held.live.settings.floor
        if held.first:
            with self._store.reading() as reader:
                enough = reader.tip(held.rules.number).people >= floor
        else:
            # Who has changed back has changed nothing. It takes a look at each, so first whether they could be enough.
            enough = len(held.before) + len(held.unknown) >= floor
            if enough:
                held.before = {who: had for who, had in held.before.items() if (_row(held.live, who) or b"") != had}
                enough = len(held.before.keys() | held.unknown) >= floor
        if not enough:
            return None
        result = held.live.refresh()
        published = self._publish(consultation, result, held.live.sums(), held.live.basis, held.position, frozen=False)
        held.before, held.unknown, held.first, held.published_at = {}, set(), False, now
        return published

    def _publish(
        self, consultation: str, result: OpinionResult, sums: Sums, basis: Basis, entries: int, *, frozen: bool
    ) -> Published:
        text = to_json(result).encode()
        published = Published(
            consultation, hashlib.sha256(text).hexdigest(), int(self._clock() * 1000), frozen, entries
        )
        version = Version(_packed(_painted(result, published)), _packed(text), _packed(written(sums)))
        letters = [group.id for group in result.groups]
        places = packed_places(basis, [int(key) for key in sums.statement_ids], letters)
        self._shelf.publish(published, version, places)
        return published


def _settings(rules: Rules) -> Settings:
    return Settings(floor=rules.floor)


def _source(rules: Rules) -> Source:
    return Source(rules.title, "", "", "", False, "", (), ())


def _row(live: LiveMap, participant: int) -> bytes | None:
    """What somebody has answered and declared, as bytes that are equal exactly when it is the same; None if they are not here."""
    found = live.of(participant)
    if found is None:
        return None
    declared = [
        f"{name}={segment.labels[segment.codes[0]]}"
        for name, segment in found.segments.items()
        if segment.codes[0] >= 0
    ]
    marks = b"" if found.important is None else found.important.tobytes()
    keys = found.statement_ids[found.columns].tolist()
    return json.dumps([keys, found.values.tolist(), sorted(declared)]).encode() + marks


def _succeeding(old: _Followed, new: _Followed) -> _Followed:
    """A new map in the place of the old one; what is to be published is reckoned from the same version as before."""
    new.seen, new.before = max(old.seen, new.position), old.before
    new.unknown, new.first, new.published_at = old.unknown, old.first, old.published_at
    return new


def _painted(result: OpinionResult, published: Published) -> bytes:
    """The map for painting: groups, cells (x, y, people, group) and what leads the findings, by statement."""
    said = {
        "at": published.at,
        "frozen": published.frozen,
        "counts": as_data(result.counts),
        "groups": [{"id": group.id, "size": group.size} for group in result.groups],
        "cells": [[cell.x, cell.y, cell.people, cell.group] for cell in result.cells],
        "headline": list(result.headline),
        "divisive": list(result.divisive),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _packed(text: bytes) -> bytes:
    return gzip.compress(text, 6, mtime=0)
