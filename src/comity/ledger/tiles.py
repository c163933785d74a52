"""Tree hashes in tiles of 256, as C2SP's tlog-tiles lays them out: what a database or a folder keeps of a growing tree.

Tile (level, position) holds the roots of 256 complete subtrees side by side, each of 256^level leaves. An append
writes the tiles that it fills and one that is not full yet for each level that it reaches; a proof reads at most two
tiles a level, three levels for a million leaves. Who stores them, and in which transaction, is the caller's affair:
`Edge` says what to write, `TileNodes` what to read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from comity.ledger.merkle import HASH_BYTES, ProofError, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES

ReadTile: TypeAlias = Callable[[int, int], bytes]
"""Hashes of the tile at a level and position, as far as it is filled; empty if it is not there."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile to be written, in place of what was there under its level and position: 1 to 256 hashes of 32 bytes."""

    level: int
    position: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: number of leaves, and for each level the hashes of the tile that is not full yet."""

    size: int = 0
    partial: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, size: int, read: ReadTile) -> Edge:
        """The edge of a tree of this size from its tiles; raises ProofError if one is cut off."""
        partial: list[bytes] = []
        span = size
        while span:
            position, width = divmod(span, WIDTH)
            hashes = read(len(partial), position)[: width * HASH_BYTES] if width else b""
            if len(hashes) != width * HASH_BYTES:
                raise ProofError("tile {position} of level {level} is cut off", position=position, level=len(partial))
            partial.append(hashes)
            span = position
        return cls(size, tuple(partial))

    def grown(self, leaves: Sequence[bytes]) -> tuple[Edge, list[Tile]]:
        """The edge after these leaf hashes, and the tiles to be written. This edge stays as it is, for when the writing fails."""
        partial, tiles = list(self.partial), list[Tile]()
        level, added = 0, leaves
        while added:
            if level == len(partial):
                partial.append(b"")
            row = partial[level] + b"".join(added)
            position = self.size >> HEIGHT * (level + 1)
            full = [row[start : start + TILE_BYTES] for start in range(0, len(row) - TILE_BYTES + 1, TILE_BYTES)]
            partial[level] = row[len(full) * TILE_BYTES :]
            tiles += [Tile(level, position + number, hashes) for number, hashes in enumerate(full)]
            if partial[level]:
                tiles.append(Tile(level, position + len(full), partial[level]))
            level, added = level + 1, [_root(hashes) for hashes in full]
        return Edge(self.size + len(leaves), tuple(partial)), tiles


class TileNodes:
    """Reads nodes out of tiles; satisfies `merkle.NodeReader`. Each tile is read once: use a new one for each proof."""

    __slots__ = ("_read", "_tiles")

    def __init__(self, read: ReadTile) -> None:
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """See `NodeReader`; raises ProofError if the tile is not there or not filled so far."""
        tile_level, height = divmod(level, HEIGHT)
        position, start = divmod(index << height, WIDTH)
        key = (tile_level, position)
        if key not in self._tiles:
            self._tiles[key] = self._read(tile_level, position)
        hashes = self._tiles[key][start * HASH_BYTES : (start + (1 << height)) * HASH_BYTES]
        if len(hashes) != HASH_BYTES << height:
            raise ProofError(
                "tile {position} of level {level} is missing or cut off", position=position, level=tile_level
            )
        return _root(hashes)


def _root(hashes: bytes) -> bytes:
    """Root of 2^k hashes side by side."""
    row = [hashes[place : place + HASH_BYTES] for place in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
