"""The writer: one thread that has the connection, and commits together what came while the last commit was being made durable.

Answers wait in a bounded queue and are settled when their commit is on disk, never before. Acts of control pass through the same
queue, so that order is what it seems to be. If a commit fails because the store is away or full, its answers are refused and
nothing of them is stored, or if the answer to the commit was lost, they are sent again, which is harmless; the next batch tries anew. If
it fails for any other reason, its answers are tried one by one, so that one cannot sink the others.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from comity.ballot_box.chain import SALT_BYTES
from comity.ballot_box.refusals import BoxRefuses, Receipt, Refusal
from comity.ballot_box.rules import Rules
from comity.ballot_box.store import NoRoom, Reader, Store, StoreAway
from comity.ballot_box.taking import Ask, keys, take

logger = logging.getLogger(__name__)

MOST_WAITING = 20_000
"""Asks in the queue; then the intake says that it is busy."""
MOST_TOGETHER = 4_000
"""Asks of one commit."""
PAUSE = 1.0
"""Seconds for which answers are refused at once after the store was found away."""
TICK = 1.0

Outcome = Receipt | BoxRefuses | BaseException
Act = tuple[Callable[[Store], Any], "Future[Any]"]


class Writer:
    """The thread and its queue. changed: called with rules that another process was found to have changed."""

    def __init__(self, store: Store, changed: Callable[[Rules], None], tick: Callable[[], None] | None = None) -> None:
        self._store, self._changed, self._tick = store, changed, tick
        self._queue: queue.SimpleQueue[Ask | Act | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ballot box", daemon=True)
        self._to_scrub = False
        self._away_until = 0.0
        self.trouble: Refusal | None = None
        """Why the last commit failed; None if it did not."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, and end."""
        self._queue.put(None)
        self._thread.join()

    @property
    def full(self) -> bool:
        """Whether no further ask should be put in."""
        return self._queue.qsize() >= MOST_WAITING

    def put(self, ask: Ask) -> None:
        """Queue an ask; its future is settled with a Receipt, or BoxRefuses is set on it."""
        self._queue.put(ask)

    def do(self, act: Callable[[Store], Any]) -> Any:
        """Do an act of control in the writing thread, in a transaction of its own; its value once that is durable."""
        future: Future[Any] = Future()
        self._queue.put((act, future))
        return future.result()

    def scrub(self) -> None:
        """See `Store.scrub`; tried again until it succeeds."""
        self._to_scrub = True
        self._queue.put((lambda _: None, Future()))

    # --- in the thread ---

    def _run(self) -> None:
        ticked = time.monotonic()
        while True:
            try:
                first = self._queue.get(timeout=TICK)
            except queue.Empty:
                first = (lambda _: None, Future())
            asks: list[Ask] = []
            while True:
                if first is None:
                    self._commit(asks)
                    return
                if isinstance(first, Ask):
                    asks.append(first)
                else:
                    self._commit(asks)
                    asks = []
                    self._act(*first)
                if len(asks) >= MOST_TOGETHER:
                    break
                try:
                    first = self._queue.get_nowait()
                except queue.Empty:
                    break
            self._commit(asks)
            if self._to_scrub:
                self._scrub()
            if self._tick is not None and time.monotonic() - ticked >= TICK:
                ticked = time.monotonic()
                self._quietly(self._tick)

    def _act(self, act: Callable[[Store], Any], future: Future[Any]) -> None:
        try:
            future.set_result(act(self._store))
        except BaseException as error:
            future.set_exception(error)

    def _scrub(self) -> None:
        def scrub() -> None:
            self._to_scrub = not self._store.scrub()

        self._quietly(scrub)

    def _quietly(self, what: Callable[[], None]) -> None:
        """Something that is tried again at the next tick."""
        try:
            what()
        except (NoRoom, StoreAway) as error:
            logger.warning("ballot box: %s", error)

    def _commit(self, asks: Sequence[Ask]) -> None:
        if not asks:
            return
        try:
            outcomes: Sequence[Outcome] = self._written(asks)
            self.trouble = None
        except NoRoom as error:
            outcomes = self._refused(asks, Refusal.NO_ROOM, error)
        except StoreAway as error:
            outcomes = self._refused(asks, Refusal.STORE_AWAY, error)
            self._away_until = time.monotonic() + PAUSE
        except Exception as error:
            if len(asks) > 1:
                logger.exception("ballot box: a commit of %d failed; each is tried alone", len(asks))
                for ask in asks:
                    self._commit([ask])
                return
            logger.exception("ballot box: what a participant sent cannot be stored")
            outcomes = [error]
        _settle(asks, outcomes)

    def _refused(self, asks: Sequence[Ask], why: Refusal, error: Exception) -> Sequence[Outcome]:
        if self.trouble is not why:
            logger.error("ballot box: nothing can be stored: %s", error)
        self.trouble = why
        return [BoxRefuses(why)] * len(asks)

    def _written(self, asks: Sequence[Ask]) -> Sequence[Outcome]:
        if time.monotonic() < self._away_until:
            raise StoreAway("the store was away a moment ago")
        store = self._store
        learnt: dict[str, Rules | None] = {}
        with store.transaction() as reader:
            tips = store.tips(list({ask.rules.number for ask in asks}))
            ballots = store.ballots(keys(asks))
            salts = os.urandom(SALT_BYTES * len(asks))
            commit = take(asks, tips, ballots, salts, lambda name: _fresh(reader, name, learnt))
            if commit.ballots:
                store.append(commit.lines, commit.ballots, commit.tips)
        for rules in learnt.values():
            if rules is not None:
                self._changed(rules)
        return commit.outcomes


def _fresh(reader: Reader, consultation: str, learnt: dict[str, Rules | None]) -> Rules | None:
    if consultation not in learnt:
        learnt[consultation] = reader.rules(consultation).get(consultation)
    return learnt[consultation]


def _settle(asks: Sequence[Ask], outcomes: Sequence[Outcome]) -> None:
    """Tell everybody at once: one call into an event loop for a whole commit."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Any, Outcome]]] = {}
    for ask, outcome in zip(asks, outcomes, strict=True):
        if isinstance(ask.settle, asyncio.Future):
            by_loop.setdefault(ask.settle.get_loop(), []).append((ask.settle, outcome))
        elif ask.settle is not None:
            _tell(ask.settle, outcome)
    for loop, told in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell_all, told)


def _tell_all(told: Sequence[tuple[Any, Outcome]]) -> None:
    for future, outcome in told:
        _tell(future, outcome)


def _tell(future: Any, outcome: Outcome) -> None:
    if future.done():
        return  # whoever asked has gone away
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
