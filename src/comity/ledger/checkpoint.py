"""Checkpoints: a log's name, size and root in a signed note (c2sp.org/tlog-checkpoint), and witnesses' cosignatures on
it.

Whoever holds a checkpoint can later show that the log was rewritten, for a log that only grew can prove that every
later checkpoint begins with it. A witness's cosignature (c2sp.org/tlog-cosignature, version 1) says that at a time,
in seconds since 1970, this was the largest consistent head that it had seen. A tlog-proof (c2sp.org/tlog-proof)
carries one leaf's place in one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from comity.ledger.errors import LedgerError, quoted
from comity.ledger.merkle import HASH_BYTES, check_inclusion, leaf_hash
from comity.ledger.note import Note, Signature, Verifier, decode64, encode64, read_note, verified

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
_PROOF_HEAD = "c2sp.org/tlog-proof@v1"
MOST_PROOF_LINES = 63


class CheckpointError(LedgerError):
    """A text that is no checkpoint, or a checkpoint of something else."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Head of a log: its origin (a name for ever, such as `waico.example/record`), number of leaves and root (32 bytes).

    `extensions` are further lines that the log signs; what they mean is between it and its readers.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text to be signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, encode64(self.root), *self.extensions))


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint's note; raises CheckpointError."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < 3 or not all(lines):
        raise CheckpointError("a checkpoint has at least three lines, none of them empty: origin, size, root")
    origin, size, root, *extensions = lines
    hashed = decode64(root)
    if not _DECIMAL.match(size):
        raise CheckpointError("the size of a checkpoint is a whole number, not {size}", size=quoted(size))
    if hashed is None or len(hashed) != HASH_BYTES:
        raise CheckpointError("the root of a checkpoint is base64 of 32 bytes, not {root}", root=quoted(root))
    return Checkpoint(origin, int(size), hashed, tuple(extensions))


def trusted_checkpoint(note: Note, keys: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint of a note that a log signed itself: by one of these keys, under the name that is its origin.

    Raises CheckpointError or NoteError.
    """
    checkpoint = read_checkpoint(note.text)
    own = [key for key in keys if key.name == checkpoint.origin]
    if not own:
        raise CheckpointError("no trusted key has the name of the log, {origin}", origin=quoted(checkpoint.origin))
    verified(note, own)
    return checkpoint


def cosignature_text(timestamp: int, text: bytes) -> bytes:
    """What a witness signs: a heading that keeps it apart from anything else, the time in seconds since 1970, and the checkpoint."""
    return b"cosignature/v1\ntime %d\n" % timestamp + text


def cosigned_at(signature: Signature) -> int:
    """Seconds since 1970 in a cosignature; trust it only after `note.verified`."""
    return int.from_bytes(signature.value[:8], "big")


# --- the proof of one leaf, in one file ---


@dataclass(frozen=True, slots=True)
class LeafProof:
    """Place of a leaf, the hashes that lead from it to the root, and the signed checkpoint that has this root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note

    def encode(self) -> bytes:
        """As a `.tlog-proof` file."""
        lines = [_PROOF_HEAD, f"index {self.index}", *map(encode64, self.hashes), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint.encode()


def read_leaf_proof(data: bytes) -> LeafProof:
    """Read a `.tlog-proof` file; extra data, which nobody signed, is passed over. Raises CheckpointError or NoteError."""
    head, blank, signed = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    if not blank or lines.pop(0) != _PROOF_HEAD:
        raise CheckpointError("not a proof: it does not begin with {head}", head=_PROOF_HEAD)
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    word, _, index = (lines.pop(0) if lines else "").partition(" ")
    if word != "index" or not _DECIMAL.match(index):
        raise CheckpointError("not a proof: it does not say the index of the leaf")
    return LeafProof(int(index), read_hashes(lines), read_note(signed))


def check_leaf_proof(leaf: bytes, proof: LeafProof, log_keys: Iterable[Verifier]) -> Checkpoint:
    """Check that this leaf is where the proof says, in a log whose checkpoint is signed by one of its own keys.

    Returns the checkpoint; raises CheckpointError, NoteError or ProofError. Cosignatures are asked of `note.verified`.
    """
    checkpoint = trusted_checkpoint(proof.checkpoint, log_keys)
    check_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def read_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Hashes of a proof, one base64 line each; raises CheckpointError."""
    if len(lines) > MOST_PROOF_LINES:
        raise CheckpointError("a proof has at most {most} hashes", most=MOST_PROOF_LINES)
    hashes = tuple(decode64(line) or b"" for line in lines)
    if any(len(hashed) != HASH_BYTES for hashed in hashes):
        raise CheckpointError("a line of a proof is base64 of 32 bytes")
    return hashes
