"""Tallies: the three integer matrices from which the opinion map starts, exact and mergeable.

With x_ij the vote of person i on statement j and m_ij whether it exists:

    S_jk = sum_i x_ij x_ik      A_jk = sum_i x_ij m_ik      N_jk = sum_i m_ij m_ik

They are sums over people, so people may come in any order and any partition (all votes of a person in one part), on any number
of threads and processors: the integers, and the serialised bytes, are the same. One person's votes can be taken out again
exactly; erasure equals never having voted.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from comity.opinion.votes import IdArray, Votes, VotesError, number_ids

Array = npt.NDArray[Any]
_MAGIC = b"comity-tallies/1\n"
_PEOPLE_PER_PACK = 32_000


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """Sums over people of products of votes, for each pair of statements.

    statement_ids (n_statements,): ascending. people: how many people with at least one vote are in the sums.
    products S (n_statements, n_statements) int64, symmetric. sums A (n_statements, n_statements) int64: A[j, k] is the sum of
    the votes on j by people who also voted on k; A[j, j] is agrees minus disagrees of j. together N, int64, symmetric: people
    who voted on both; N[j, j] is how many voted on j.
    """

    statement_ids: IdArray
    people: int
    products: npt.NDArray[np.int64]
    sums: npt.NDArray[np.int64]
    together: npt.NDArray[np.int64]

    @classmethod
    def empty(cls, statement_ids: Sequence[int | str] | IdArray) -> Tallies:
        """Tallies of nobody over these statements (ids ascending)."""
        ids = number_ids(statement_ids)[0]
        n = len(ids)
        zero = np.zeros((n, n), dtype=np.int64)
        return cls(ids, 0, zero, zero.copy(), zero.copy())

    @classmethod
    def of(cls, votes: Votes, *, threads: int = 1) -> Tallies:
        """Tallies of these votes. O(sum over people of votes^2) time; three matrices per thread."""
        shares = even_shares(votes.offsets, max(1, threads))

        def part(bounds: tuple[int, int]) -> Array:
            n = votes.n_statements
            packed = np.zeros((n, n), dtype=np.int64)
            block = np.zeros((3, n, n), dtype=np.int64)
            for first in range(bounds[0], bounds[1], _PEOPLE_PER_PACK):
                _tally(
                    votes.offsets, votes.columns, votes.values, first, min(first + _PEOPLE_PER_PACK, bounds[1]), packed
                )
                _unpack(packed, block)
            return block

        if len(shares) == 1:
            blocks = [part(shares[0])]
        else:
            with ThreadPoolExecutor(len(shares)) as pool:
                blocks = list(pool.map(part, shares))
        total = blocks[0]
        for block in blocks[1:]:
            total += block
        return cls(votes.statement_ids, int(np.count_nonzero(np.diff(votes.offsets))), total[0], total[1], total[2])

    def merge(self, other: Tallies) -> Tallies:
        """Tallies of both parts together; nobody may be in both. Statements are matched by id, missing ones added."""
        ids, left, right = _matched(self, other)
        parts = [_placed(self, left, len(ids)), _placed(other, right, len(ids))]
        return Tallies(ids, self.people + other.people, *(a + b for a, b in zip(*parts, strict=True)))

    def subtract(self, other: Tallies) -> Tallies:
        """Tallies without a part that is in them: erasing people, or withdrawing a region.

        Raises VotesError if the other part cannot be inside this one (a count would become negative).
        """
        ids, left, right = _matched(self, other)
        parts = [_placed(self, left, len(ids)), _placed(other, right, len(ids))]
        rest = [a - b for a, b in zip(*parts, strict=True)]
        if self.people < other.people or (rest[2] < 0).any():
            raise VotesError(
                "these tallies do not contain the part to be taken out: subtract only votes that were added."
            )
        return Tallies(ids, self.people - other.people, *rest)

    def change(self, columns: Sequence[int], before: Sequence[int | None], after: Sequence[int | None]) -> None:
        """Move one person from the votes `before` to the votes `after`, in place; O(votes) integers per changed vote.

        columns: statement columns the person has voted on before or afterwards. before, after: -1, 0, +1, or None = no vote.
        The only method that alters the object: a live intake holds one Tallies and moves it vote by vote.
        Raises VotesError for a vote outside -1, 0, +1, or a column that is named twice or does not exist.
        """
        place = np.asarray(columns, dtype=np.int64)
        if not len(place) == len(before) == len(after):
            raise VotesError(
                "columns, before and after differ in length: give one vote (or None) before and after for each column."
            )
        if len(place) and (
            place.min() < 0 or place.max() >= len(self.statement_ids) or len(np.unique(place)) != len(place)
        ):
            raise VotesError("a column is out of range or named twice: name each statement once.")
        coded = []
        for given in (before, after):
            if any(vote is not None and vote not in (-1, 0, 1) for vote in given):
                raise VotesError(f"a vote in {list(given)!r} is not -1, 0, +1 or None.")
            x = np.array([vote or 0 for vote in given], dtype=np.int64)
            m = np.array([vote is not None for vote in given], dtype=np.int64)
            coded.append((x, m))
        (x0, m0), (x1, m1) = coded
        _move(place, x0, m0, x1, m1, self.products, self.sums, self.together)
        object.__setattr__(self, "people", self.people + int(m1.any()) - int(m0.any()))

    def gram(self, *, floor: int = 1) -> npt.NDArray[np.float64]:
        """Gram matrix Z'Z (n_statements, n_statements) of the centred votes, exactly zero where a vote is missing.

        Entries that rest on fewer than `floor` people are left out (set to zero) first. See docs/opinion.md.
        """
        n = np.diagonal(self.together)
        kept = self.together >= max(floor, 1)
        mean = np.where(np.diagonal(kept), np.diagonal(self.sums) / np.maximum(n, 1), 0.0)
        cross = (
            self.products
            - self.sums * mean[None, :]
            - self.sums.T * mean[:, None]
            + (mean[:, None] * mean[None, :]) * self.together
        )
        return np.where(kept, cross, 0.0)

    def to_bytes(self) -> bytes:
        """Serialised with a format version and, at the end, a SHA-256 of what precedes; equal sums give equal bytes."""
        ids = json.dumps(self.statement_ids.tolist(), ensure_ascii=True, separators=(",", ":")).encode()
        n = len(self.statement_ids)
        upper = np.triu_indices(n)
        body = b"".join(
            np.ascontiguousarray(part, dtype="<i8").tobytes()
            for part in (self.products[upper], self.sums, self.together[upper])
        )
        content = _MAGIC + struct.pack("<QQ", self.people, len(ids)) + ids + body
        return content + hashlib.sha256(content).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> Tallies:
        """What `to_bytes` wrote. Raises VotesError for another format, or bytes that were cut or altered."""
        if not data.startswith(_MAGIC):
            raise VotesError(
                f"these bytes do not begin with {_MAGIC.decode().strip()!r}: they are not tallies of this version."
            )
        content = data[: -hashlib.sha256().digest_size]
        if hashlib.sha256(content).digest() != data[len(content) :]:
            raise VotesError("the tallies are damaged: their checksum does not fit. Fetch them again.")
        at = len(_MAGIC) + 16
        people, length = struct.unpack_from("<QQ", content, len(_MAGIC))
        listed = json.loads(content[at : at + length])
        n = len(listed)
        numbers = np.frombuffer(content, dtype="<i8", offset=at + length)
        half = n * (n + 1) // 2
        upper = np.triu_indices(n)
        square = []
        for part in (numbers[:half], numbers[half + n * n :]):
            matrix = np.zeros((n, n), dtype=np.int64)
            matrix[upper] = part
            square.append(np.where(np.tri(n, k=-1, dtype=bool), matrix.T, matrix))
        ids = np.array(listed, dtype=np.int64 if all(isinstance(key, int) for key in listed) else object)
        return cls(ids, int(people), square[0], numbers[half : half + n * n].reshape(n, n).astype(np.int64), square[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tallies) and self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]


def even_shares(offsets: Array, parts: int) -> list[tuple[int, int]]:
    """Consecutive ranges of people with about equal votes each."""
    n_people = len(offsets) - 1
    cuts = [int(np.searchsorted(offsets, offsets[-1] * share // parts)) for share in range(1, parts)]
    edges = [0, *(min(cut, n_people) for cut in cuts), n_people]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a] or [(0, n_people)]


def _matched(left: Tallies, right: Tallies) -> tuple[IdArray, Array, Array]:
    if left.statement_ids.dtype == right.statement_ids.dtype:
        ids = np.unique(np.concatenate((left.statement_ids, right.statement_ids)))
        return ids, np.searchsorted(ids, left.statement_ids), np.searchsorted(ids, right.statement_ids)
    raise VotesError("one part has numbers for statement ids and the other text: use the same ids in every part.")


def _placed(tallies: Tallies, place: Array, n: int) -> list[Array]:
    if n == len(place):
        return [tallies.products, tallies.sums, tallies.together]
    placed = [np.zeros((n, n), dtype=np.int64) for _ in range(3)]
    for target, part in zip(placed, (tallies.products, tallies.sums, tallies.together), strict=True):
        target[np.ix_(place, place)] = part
    return placed


@njit(cache=True, nogil=True)
def _tally(offsets: Array, columns: Array, values: Array, first: int, last: int, packed: Array) -> None:
    """Adds the pairs of people first..last-1 above and on the diagonal, four sums packed in one integer.

    Fields of 16 bits, lowest first: how many; vote on j plus 1; vote on k plus 1; product plus 1. The plus 1 keeps each field
    from borrowing; a field grows by at most 2 a person, so it holds for _PEOPLE_PER_PACK people.
    """
    for i in range(first, last):
        for r in range(offsets[i], offsets[i + 1]):
            row = packed[columns[r]]
            x = np.int64(values[r])
            left = np.int64(1) + ((x + 1) << 16)
            no = left + ((1 - x) << 48)
            passed = left + (np.int64(1) << 32) + (np.int64(1) << 48)
            yes = left + (np.int64(2) << 32) + ((1 + x) << 48)
            for q in range(r, offsets[i + 1]):
                y = values[q]
                row[columns[q]] += yes if y > 0 else (no if y < 0 else passed)


@njit(cache=True, nogil=True)
def _unpack(packed: Array, block: Array) -> None:
    """Adds packed sums to (3, n, n) int64: products, sums, together; clears them."""
    n = packed.shape[0]
    for j in range(n):
        for k in range(j, n):
            word = packed[j, k]
            if word != 0:
                packed[j, k] = 0
                count = word & 0xFFFF
                left = ((word >> 16) & 0xFFFF) - count
                right = ((word >> 32) & 0xFFFF) - count
                product = ((word >> 48) & 0xFFFF) - count
                block[0, j, k] += product
                block[1, j, k] += left
                block[2, j, k] += count
                if k != j:
                    block[0, k, j] += product
                    block[1, k, j] += right
                    block[2, k, j] += count


@njit(cache=True, nogil=True)
def _move(
    place: Array, x0: Array, m0: Array, x1: Array, m1: Array, products: Array, sums: Array, together: Array
) -> None:
    n = len(place)
    for a in range(n):
        changed = x0[a] != x1[a] or m0[a] != m1[a]
        for b in range(n):
            if changed or x0[b] != x1[b] or m0[b] != m1[b]:
                j, k = place[a], place[b]
                products[j, k] += x1[a] * x1[b] - x0[a] * x0[b]
                sums[j, k] += x1[a] * m1[b] - x0[a] * m0[b]
                together[j, k] += m1[a] * m1[b] - m0[a] * m0[b]
