"""The Merkle tree of RFC 9162, section 2.1, with SHA-256: roots, proofs that something is in it, proofs that it only
grew.

A tree of any size is told by its complete subtrees. The node (level, index) is the root of the 2^level leaves from
index x 2^level on; it never changes once those leaves are there. `Frontier` keeps only what is needed to grow, one
hash for each bit of the size; `Tree` keeps all nodes in memory; proofs are built from anything that can read a node,
in a number of reads that grows with the logarithm of the size. Hashes are 32 bytes throughout, sizes and indexes
count from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Protocol

from comity.ledger.errors import LedgerError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# Begun once and copied: to set up SHA-256 takes OpenSSL longer than to hash two hashes.
_LEAF = sha256(b"\0")
_NODE = sha256(b"\1")


class ProofError(LedgerError):
    """A proof that does not hold, or was asked for in vain."""


class NodeReader(Protocol):
    """Whatever can give the root of a complete subtree: a list in memory, a database, tiles fetched from somewhere."""

    def node(self, level: int, index: int) -> bytes:
        """Root of the leaves [index << level, (index + 1) << level), all of which are there; 32 bytes."""
        ...


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf; the byte 0 keeps it apart from an inner node."""
    hashing = _LEAF.copy()
    hashing.update(leaf)
    return hashing.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    hashing = _NODE.copy()
    hashing.update(left + right)
    return hashing.digest()


class Frontier:
    """A growing tree that remembers one hash for each bit of its size, and so can tell its root but give no proof."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """size, peaks: as another frontier had them; the peaks go from the largest subtree to the smallest."""
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != HASH_BYTES for peak in peaks):
            raise ProofError("a tree of {size} leaves has {count} peaks of 32 bytes", size=size, count=size.bit_count())
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees side by side, from the largest to the smallest."""
        return tuple(self._peaks)

    def append(self, hashed: bytes) -> None:
        """Grow by one leaf, given by its hash; one inner hash on average."""
        size, peaks = self.size, self._peaks
        self.size = size + 1
        while size & 1:
            hashed = node_hash(peaks.pop(), hashed)
            size >>= 1
        peaks.append(hashed)

    def root(self) -> bytes:
        """Root of the tree as it is now."""
        return _fold(self._peaks)


class Tree:
    """A growing tree in memory: 64 bytes for each leaf, and a proof at any size."""

    __slots__ = ("_levels",)

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]
        for hashed in hashes:
            self.append(hashed)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH_BYTES

    def append(self, hashed: bytes) -> None:
        """Grow by one leaf, given by its hash."""
        if len(hashed) != HASH_BYTES:
            raise ProofError("a leaf hash has 32 bytes, this one {count}", count=len(hashed))
        index = self.size
        self._levels[0] += hashed
        level = 0
        while index & 1:
            left, right = (self.node(level, index + side) for side in (-1, 0))
            level, index = level + 1, index >> 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node_hash(left, right)

    def node(self, level: int, index: int) -> bytes:
        """See `NodeReader`."""
        start = index * HASH_BYTES
        found = bytes(self._levels[level][start : start + HASH_BYTES]) if level < len(self._levels) else b""
        if len(found) != HASH_BYTES:
            raise ProofError(
                "no node {index} at level {level} in a tree of {size}", index=index, level=level, size=self.size
            )
        return found

    def root(self, size: int | None = None) -> bytes:
        """Root at this size; None is all of it."""
        return root_at(self, self.size if size is None else size)


# --- from nodes to roots and proofs ---


def root_at(nodes: NodeReader, size: int) -> bytes:
    """Root of the first `size` leaves."""
    return _range_root(nodes, 0, size)


def inclusion_proof(nodes: NodeReader, index: int, size: int) -> tuple[bytes, ...]:
    """Proof that the leaf at `index` is in the tree of `size`: the hashes beside its path, from the leaf up (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError("no leaf {index} in a tree of {size}", index=index, size=size)
    start, stop, beside = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            beside.append((middle, stop))
            stop = middle
        else:
            beside.append((start, middle))
            start = middle
    return tuple(_range_root(nodes, *leaves) for leaves in reversed(beside))


def consistency_proof(nodes: NodeReader, old: int, new: int) -> tuple[bytes, ...]:
    """Proof that the tree of size `new` begins with the tree of size `old` (RFC 9162, 2.1.4.1).

    Empty if the sizes are equal, and for `old` = 0: the empty tree is the beginning of every tree, and there is nothing to prove.
    """
    if not 0 <= old <= new:
        raise ProofError("no tree of {old} before one of {new}", old=old, new=new)
    if old in (0, new):
        return ()
    start, stop, beside = 0, new, []
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            beside.append((middle, stop))
            stop = middle
        else:
            beside.append((start, middle))
            start = middle
    if start:  # else the part that both share is the old tree itself, whose root the reader has
        beside.append((start, stop))
    return tuple(_range_root(nodes, *leaves) for leaves in reversed(beside))


# --- checking proofs: these need nothing but what they are given ---


def check_inclusion(hashed: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf with hash `hashed` is at `index` in the tree of `size` with this `root` (RFC 9162, 2.1.3.2).

    Raises ProofError if not, or if a hash does not have 32 bytes.
    """
    if any(len(value) != HASH_BYTES for value in (hashed, root, *proof)):
        raise ProofError("every hash of a proof has 32 bytes")
    if not 0 <= index < size:
        raise ProofError("no leaf {index} in a tree of {size}", index=index, size=size)
    place, last = index, size - 1
    for beside in proof:
        if not last:
            raise ProofError("the proof of leaf {index} of {size} is too long", index=index, size=size)
        if place & 1 or place == last:
            hashed = node_hash(beside, hashed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the proof of leaf {index} of {size} is too short", index=index, size=size)
    if hashed != root:
        raise ProofError(
            "the proof of leaf {index} leads to another root than that of the tree of {size}", index=index, size=size
        )


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of size `new` begins with the tree of size `old` (RFC 9162, 2.1.4.2).

    Raises ProofError if not. `old` = 0 is refused: the empty tree proves nothing. Equal sizes need equal roots and an empty proof.
    """
    if not 0 < old <= new:
        raise ProofError("no proof from a tree of {old} to one of {new}", old=old, new=new)
    if old == new:
        if proof or old_root != new_root:
            raise ProofError("two trees of {size} with different roots, or a proof where none belongs", size=old)
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofError("the proof from {old} to {new} is too short", old=old, new=new)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for beside in path[1:]:
        if not last:
            raise ProofError("the proof from {old} to {new} is too long", old=old, new=new)
        if place & 1 or place == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError("the proof from {old} to {new} is too short", old=old, new=new)
    if before != old_root or after != new_root:
        raise ProofError(
            "the tree of {new} does not begin with the tree of {old}: something earlier was changed", old=old, new=new
        )


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2: where RFC 9162 divides a tree."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(nodes: NodeReader, start: int, stop: int) -> bytes:
    """Root of the leaves [start, stop), where `start` is a multiple of the range's largest complete subtree."""
    peaks = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        peaks.append(nodes.node(level, start >> level))
        start += 1 << level
    return _fold(peaks)


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
