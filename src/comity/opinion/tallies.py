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

    def change(self, before: Votes, after: Votes) -> None:
        """Move some people from the votes that they had to those that they have, in place.

        before, after: votes of the same people in the same order, over these statements; everything that they had cast and have
        cast, not only what changed. Without a vote before: somebody who comes; without one after: somebody who goes.
        The only method that alters the object: a live map holds one Tallies and moves it with every batch of votes.
        O(sum over people of votes x changed votes) time. Raises VotesError for other statements or people who do not match.
        """
        if not all(np.array_equal(votes.statement_ids, self.statement_ids) for votes in (before, after)):
            raise VotesError("before and after are not over the statements of these tallies: use the same ids in all.")
        if before.n_participants != after.n_participants:
            raise VotesError(
                f"there are {before.n_participants} people before and {after.n_participants} after: name the same in both."
            )
        _move(
            before.offsets, before.columns, before.values, after.offsets, after.columns, after.values,
            self.products, self.sums, self.together,
        )  # fmt: skip
        came, went = (int(np.count_nonzero(np.diff(votes.offsets))) for votes in (after, before))
        object.__setattr__(self, "people", self.people + came - went)

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
    parts = [part.statement_ids for part in (left, right) if len(part.statement_ids)]
    if len({ids.dtype for ids in parts}) > 1:
        raise VotesError("one part has numbers for statement ids and the other text: use the same ids in every part.")
    ids = np.unique(np.concatenate(parts)) if parts else left.statement_ids
    left_place, right_place = (
        np.searchsorted(ids, part.statement_ids) if len(part.statement_ids) else np.zeros(0, dtype=np.int64)
        for part in (left, right)
    )
    return ids, left_place, right_place


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
    offsets0: Array, columns0: Array, values0: Array, offsets1: Array, columns1: Array, values1: Array,
    products: Array, sums: Array, together: Array,
) -> None:  # fmt: skip
    """For each person the pairs of which at least one vote has changed; nothing else of the sums can have moved."""
    most = 0
    for i in range(len(offsets0) - 1):
        most = max(most, offsets0[i + 1] - offsets0[i] + offsets1[i + 1] - offsets1[i])
    place = np.empty(most, dtype=np.int64)
    x0, m0, x1, m1 = (
        np.empty(most, dtype=np.int64),
        np.empty(most, dtype=np.int64),
        np.empty(most, dtype=np.int64),
        np.empty(most, dtype=np.int64),
    )
    changed = np.empty(most, dtype=np.bool_)
    for i in range(len(offsets0) - 1):
        r, q = offsets0[i], offsets1[i]
        n = 0
        while r < offsets0[i + 1] or q < offsets1[i + 1]:
            had = r < offsets0[i + 1] and (q == offsets1[i + 1] or columns0[r] <= columns1[q])
            has = q < offsets1[i + 1] and (r == offsets0[i + 1] or columns1[q] <= columns0[r])
            place[n] = columns0[r] if had else columns1[q]
            x0[n], m0[n] = (np.int64(values0[r]), 1) if had else (np.int64(0), 0)
            x1[n], m1[n] = (np.int64(values1[q]), 1) if has else (np.int64(0), 0)
            changed[n] = x0[n] != x1[n] or m0[n] != m1[n]
            n += 1
            r += 1 if had else 0
            q += 1 if has else 0
        for a in range(n):
            if not changed[a]:
                continue
            j = place[a]
            for b in range(n):
                k = place[b]
                product = x1[a] * x1[b] - x0[a] * x0[b]
                count = m1[a] * m1[b] - m0[a] * m0[b]
                products[j, k] += product
                sums[j, k] += x1[a] * m1[b] - x0[a] * m0[b]
                together[j, k] += count
                if not changed[b]:  # else b has its own turn
                    products[k, j] += product
                    sums[k, j] += x1[b] * m1[a] - x0[b] * m0[a]
                    together[k, j] += count
