"""Checking the record where it is kept: everything that an outsider would check on an export, and what only the inside can show.

The tree is what the leaves make it; every part is what its leaf commits to; the columns by which events are found say what the events
say; the state is what a replay gives; files are what the record says they are; every published head was a head of this log.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from comity import ledger
from comity.groundwork import files, log
from comity.groundwork.acts import APPLIED
from comity.groundwork.facts import Fact, UnknownFact
from comity.groundwork.models import Event, LogHead, StoredFile, TreeHash
from comity.groundwork.replay import differences, state
from comity.ledger import Erasure, LedgerError
from comity.ledger.checkpoint import trusted_checkpoint
from comity.ledger.event import faults
from comity.ledger.merkle import Frontier
from comity.office.records.exports import BATCH, events_in_order
from comity.office.records.keys import log_key
from comity.office.records.models import Checkpoint
from comity.office.records.snapshot import empty_database, on, snapshot

MOST_DIFFERENCES = 20


def check_log() -> list[str]:
    """Check the record as it is now; what is wrong, in sentences: nothing, if all is well. The site goes on meanwhile."""
    with snapshot() as frozen:
        with on(frozen):
            found = [*_tree(), *_events(), *_files()]
        if not found:  # a log that is not sound cannot be replayed
            found += _replay(frozen)
    return found


def _tree() -> Iterator[str]:
    head = LogHead.objects.filter(id=1).first()
    size, edge, seq = head.size if head else 0, list[str](), 0
    heads = _Heads()
    leaves = Event.objects.order_by("seq").values_list("seq", "leaf").iterator(chunk_size=BATCH)
    while batch := list(islice(leaves, BATCH)):
        wanted: dict[tuple[int, int], bytes] = {}
        for place, leaf in batch:
            if place != seq:
                yield _("The event %(number)d is missing.") % {"number": seq}
                return
            wanted |= {
                (row.level, row.index): bytes(row.hash)
                for row in log.new_hashes(seq, edge, ledger.leaf_hash(bytes(leaf)))
            }
            seq += 1
            yield from heads.compare(seq, edge)
        stored = _stored(wanted)
        for level, index in sorted(wanted):
            if stored.get((level, index)) != wanted[level, index]:
                words = {"level": level, "first": index << level, "last": ((index + 1) << level) - 1}
                yield _("The tree is not what the events make it, over the events %(first)d to %(last)d.") % words
    if seq != size or (head.edge if head else []) != edge:
        words = {"found": seq, "said": size}
        yield _("The head of the log is not what the events make it: there are %(found)d, it says %(said)d.") % words
    if TreeHash.objects.count() != 2 * seq - seq.bit_count():
        yield _("The tree has hashes that do not belong to it.")
    yield from heads.rest(seq)


class _Heads:
    """The published heads, compared with the log as it is read from its beginning."""

    def __init__(self) -> None:
        self._key = log_key().public
        self._waiting = Checkpoint.objects.order_by("size").iterator(chunk_size=BATCH)
        self._next = next(self._waiting, None)

    def compare(self, size: int, edge: list[str]) -> Iterator[str]:
        """Compare the head of this size, if one was published, with the tree's right edge."""
        if self._next is None or self._next.size != size:
            return
        head, self._next = self._next, next(self._waiting, None)
        words = {"size": size}
        try:
            signed = trusted_checkpoint(ledger.read_note(bytes(head.note)), [self._key])
        except LedgerError as error:
            yield _("The published head of size %(size)d is not signed as it should be: %(why)s") % {
                **words,
                "why": error,
            }
            return
        root = Frontier(size, [bytes.fromhex(peak) for peak in edge]).root()
        if not (signed.root == bytes(head.root) == root and signed.size == size):
            yield (
                _("The log does not begin with the head of size %(size)d that was published: it was rewritten.") % words
            )

    def rest(self, size: int) -> Iterator[str]:
        """There should be no head beyond the end of the log."""
        if self._next is not None:
            words = {"size": size, "said": self._next.size}
            yield _("The log ends at %(size)d, before a head of size %(said)d that was published.") % words


def _stored(wanted: dict[tuple[int, int], bytes]) -> dict[tuple[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}
    for level in sorted({level for level, _index in wanted}):
        indexes = [index for at, index in wanted if at == level]
        rows = TreeHash.objects.filter(level=level, index__gte=min(indexes), index__lte=max(indexes))
        found |= {(level, index): bytes(hashed) for index, hashed in rows.values_list("index", "hash")}
    return found


def _events() -> Iterator[str]:
    erased: dict[Erasure, int] = {}
    erasures: set[Erasure] = set()
    for event in events_in_order(Event.objects.count(), "parts", "about"):
        words = {"number": event.seq}
        try:
            entered = log.record_of(event)
            leaf = ledger.read_leaf(entered.leaf)
            wrong = list(faults(leaf, entered.parts))
        except LedgerError as error:
            yield _("Event %(number)d: the leaf cannot be read: %(why)s") % {**words, "why": error}
            continue
        for part, fault in wrong:
            yield _("Event %(number)d, part “%(part)s”: %(why)s") % {**words, "part": part, "why": fault}
        erasures.update(leaf.erases)
        erased |= {
            Erasure(leaf.id, part): event.seq for part, given in entered.parts.items() if given is ledger.Closed.ERASED
        }
        if not wrong:
            yield from _columns(event, entered, leaf)
    for gone, number in erased.items():
        if gone not in erasures:
            yield _("Event %(number)d, part “%(part)s”: it is gone, and no event of the log erased it.") % {
                "number": number,
                "part": gone.part,
            }


def _columns(event: Event, entered: ledger.Record, leaf: ledger.event.Leaf) -> Iterator[str]:
    """What an event is found by must be what it says."""
    words = {"number": event.seq}
    try:
        stated = log.fact_in(entered)
    except UnknownFact as error:
        yield _("Event %(number)d cannot be understood: %(why)s") % {**words, "why": error}
        return
    act = entered.act()
    actor = act.actor.partition(":")[2] if act is not None and act.actor else None
    said = (leaf.id, leaf.time, actor, act.data.get("capacity") if act is not None else event.capacity)
    if (event.id, event.time, event.actor_id, event.capacity) != said:
        yield _("Event %(number)d is filed under another id, time, person or role than it names.") % words
    if stated is None:
        return
    if (event.type, event.audience, event.opens_at) != (stated.TYPE, stated.audience, stated.opens_at):
        yield _("Event %(number)d is filed under another type, audience or day than it says.") % words
    if {about.ref for about in event.about.all()} != {str(ref) for ref in stated.about()}:
        yield _("Event %(number)d is filed under other things than it is about.") % words


def _files() -> Iterator[str]:
    for sha256 in (
        StoredFile.objects.filter(removed_at__isnull=True)
        .values_list("sha256", flat=True)
        .distinct()
        .order_by("sha256")
    ):
        try:
            content = files.read(sha256)
        except ValueError as error:
            yield str(error)
            continue
        if content is None:
            yield _("The file %(sha256)s that the record names is not in the data folder.") % {"sha256": sha256}


def _replay(frozen: BaseDatabaseWrapper) -> list[str]:
    """Replay the log into an empty database, and compare the states."""
    with on(frozen):
        now = state()
    with empty_database() as empty, on(empty), transaction.atomic():
        for number, (stated, place) in enumerate(_facts(frozen)):
            try:
                APPLIED[stated.TYPE](stated, place)
            except Exception as error:  # whatever a state that was tampered with makes of it
                return [
                    _("Event %(number)d cannot be replayed: %(why)s")
                    % {"number": number, "why": f"{type(error).__name__}: {error}"}
                ]
        found = list(islice(differences(now, state()), MOST_DIFFERENCES))
        transaction.set_rollback(True)  # no file is removed for what happens in a replay
    return [_("The state is not what the log says. %(what)s") % {"what": one} for one in found]


def _facts(frozen: BaseDatabaseWrapper) -> Iterator[tuple[Fact, log.Recorded]]:
    """What the log says, read from one database while the other is being filled."""
    with on(frozen):
        size = Event.objects.count()
    for start in range(0, size, BATCH):
        with on(frozen):
            rows = Event.objects.filter(seq__gte=start, seq__lt=start + BATCH).order_by("seq")
            batch = [(event, log.fact_of(event)) for event in rows.prefetch_related("parts")]
        for event, stated in batch:
            if stated is not None:
                yield stated, log.Recorded(event.seq, event.id, event.time, event.actor_id, event.capacity)
