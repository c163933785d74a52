"""A witness: remembers the newest head of each log, and cosigns the next only if it is proved to begin with that one.

Whoever keeps a log can rewrite it and sign it anew; whoever remembers a head finds out. A witness does so for
everybody, with a key and a memory of its own, as C2SP's tlog-witness describes. It never forgets a head for an older
one, and keeps what it was offered when a log contradicts itself: two heads, both signed by the log. The time is
passed in; where heads are kept is the affair of a `Memory`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from comity.ledger.checkpoint import Checkpoint, CheckpointError, read_checkpoint, read_hashes
from comity.ledger.errors import LedgerError, quoted
from comity.ledger.merkle import EMPTY_ROOT, ProofError, check_consistency
from comity.ledger.note import Note, NoteError, Signature, Verifier, encode64, read_note, verified

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")


class Refusal(IntEnum):
    """Why a head is not cosigned; the value is the HTTP status that tlog-witness gives it."""

    MALFORMED = 400
    UNSIGNED = 403
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    """The witness holds a head of another size than the proof begins with; it says which."""
    INCONSISTENT = 422


class Refused(LedgerError):
    """A head that is not cosigned. `held_size` is the size of the head that the witness holds, where that is what matters."""

    def __init__(self, refusal: Refusal, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.refusal = refusal
        self.held_size: int | None = None
        self.evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A head that is offered: size of the head that the proof begins with, the proof, and the log's signed checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def encode(self) -> bytes:
        """The body of an `add-checkpoint` request."""
        return (
            "".join(f"{line}\n" for line in (f"old {self.old}", *map(encode64, self.proof), "")).encode()
            + self.note.encode()
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """A head that a log offered though it does not agree with the head that it had signed before.

    forked: the two notes alone prove it, being of one size with two roots; else the log could not, or would not, prove that
        the later begins with the earlier.
    """

    held: Note
    offered: Note
    proof: tuple[bytes, ...]
    forked: bool


class Memory(Protocol):
    """Where a witness keeps its heads; everything is durable when the call returns."""

    def head(self, origin: str) -> Note | None:
        """The newest head of this log, cosigned; None if there is none yet."""
        ...

    def keep(self, origin: str, head: Note) -> None:
        """Put this head in place of the older one, at once or not at all."""
        ...

    def accuse(self, evidence: Evidence) -> None:
        """Keep the evidence for ever; the same evidence twice is kept once."""
        ...


class Cosigner(Protocol):
    """A witness's key; `signing.PrivateKey` is one."""

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Cosign a checkpoint's text at `timestamp` seconds since 1970."""
        ...


class Witness:
    """One witness, for the logs whose keys it was given. Safe to call from several threads."""

    def __init__(self, key: Cosigner, logs: Sequence[Verifier], memory: Memory) -> None:
        """logs: public keys of the logs; the name of each is the log's origin, and a log may have several."""
        self._key = key
        self._logs: dict[str, list[Verifier]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._memory = memory
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes, now: int) -> Signature:
        """Judge an `add-checkpoint` request at `now` seconds since 1970; returns the cosignature, after the head is kept.

        Raises Refused. If the log contradicts itself, the evidence is kept before.
        """
        submission = read_submission(body)
        with self._lock:
            try:
                origin = read_checkpoint(submission.note.text).origin
                signed = judge(submission, self._logs, self._memory.head(origin))
            except CheckpointError as error:
                raise Refused(Refusal.MALFORMED, error.sentence, **error.values) from None
            except Refused as refused:
                if refused.evidence:
                    self._memory.accuse(refused.evidence)
                raise
            cosignature = self._key.cosign(submission.note.text, now)
            self._memory.keep(origin, Note(submission.note.text, (*signed, cosignature)))
        return cosignature

    def head(self, origin: str) -> Note | None:
        """The newest head of this log with the cosignature; None if there is none."""
        return self._memory.head(origin)

    @property
    def origins(self) -> tuple[str, ...]:
        """Names of the logs that it knows."""
        return tuple(sorted(self._logs))


def judge(submission: Submission, logs: Mapping[str, Sequence[Verifier]], held: Note | None) -> tuple[Signature, ...]:
    """Whether the head follows from the one that is held; returns the log's own signatures.

    Raises Refused, in the order of tlog-witness: unknown log, signature, sizes, proof. CheckpointError if it is none.
    """
    offered = read_checkpoint(submission.note.text)
    if offered.origin not in logs:
        raise Refused(Refusal.UNKNOWN_LOG, "this witness does not know the log {origin}", origin=quoted(offered.origin))
    try:
        signed = verified(submission.note, logs[offered.origin])
    except NoteError as error:
        raise Refused(Refusal.UNSIGNED, error.sentence, **error.values) from None
    if submission.old > offered.size:
        raise Refused(
            Refusal.MALFORMED,
            "a proof from {old} cannot lead to the smaller {size}",
            old=submission.old,
            size=offered.size,
        )
    before = None if held is None else read_checkpoint(held.text)
    try:
        _follows(submission, offered, before)
    except Refused as refused:
        if held is not None and before is not None and _contradicts(refused, offered, before):
            forked = before.size == offered.size
            refused.evidence = Evidence(held, Note(submission.note.text, signed), submission.proof, forked)
        raise
    return signed


def _follows(submission: Submission, offered: Checkpoint, before: Checkpoint | None) -> None:
    size = 0 if before is None else before.size
    if submission.old != size:
        refused = Refused(Refusal.OTHER_SIZE, "this witness holds the head of size {size}", size=size)
        refused.held_size = size
        raise refused
    if offered.size == 0 and offered.root != EMPTY_ROOT:
        raise Refused(Refusal.INCONSISTENT, "the root of an empty log is the hash of nothing")
    if before is None or size == 0:
        if submission.proof:
            raise Refused(Refusal.INCONSISTENT, "from nothing there is nothing to prove: the proof has to be empty")
        return
    try:
        check_consistency(size, offered.size, before.root, offered.root, submission.proof)
    except ProofError as error:
        raise Refused(Refusal.INCONSISTENT, error.sentence, **error.values) from None


def _contradicts(refused: Refused, offered: Checkpoint, before: Checkpoint) -> bool:
    """One size with two roots is a contradiction whatever else was wrong; otherwise a proof must have failed."""
    if offered.size == before.size:
        return offered.root != before.root
    return refused.refusal is Refusal.INCONSISTENT


def read_submission(body: bytes) -> Submission:
    """Read the body of an `add-checkpoint` request; raises Refused."""
    head, blank, signed = body.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    old = _OLD.match(lines[0])
    if not blank or not old:
        raise Refused(
            Refusal.MALFORMED, "a request is `old` and a size, the proof line by line, an empty line, and a checkpoint"
        )
    try:
        return Submission(int(old[1]), read_hashes(lines[1:]), read_note(signed))
    except (CheckpointError, NoteError) as error:
        raise Refused(Refusal.MALFORMED, error.sentence, **error.values) from None
