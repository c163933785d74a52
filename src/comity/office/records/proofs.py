"""Proofs from the log as it is stored: the published heads, that an event is under one, that one head continues another.

Whatever its size, a proof costs one query: the tree hashes that it needs follow from two numbers, so they are listed first and
fetched together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.db.models import Q

from comity.groundwork.models import Event, LogHead, TreeHash
from comity.ledger import Checkpoint as Head
from comity.ledger import LeafProof, Note, consistency_proof, inclusion_proof, read_note
from comity.ledger.merkle import HASH_BYTES, Frontier, NodeReader
from comity.ledger.note import encode64, read_signatures
from comity.office.records.models import Checkpoint, Cosignature

T = TypeVar("T")

# --- heads ---


def head_now() -> tuple[int, bytes]:
    """Size and root of the log now. One query."""
    row = LogHead.objects.filter(id=1).first()
    frontier = Frontier(row.size, [bytes.fromhex(peak) for peak in row.edge]) if row else Frontier()
    return frontier.size, frontier.root()


def latest() -> Checkpoint | None:
    """The newest published head, with its cosignatures. Two queries."""
    return Checkpoint.objects.prefetch_related("cosignatures").order_by("-size").first()


def latest_cosigned() -> Checkpoint | None:
    """The newest published head that a witness cosigned, with its cosignatures. Two queries."""
    newest = Cosignature.objects.order_by("-checkpoint_id").values("checkpoint_id")[:1]
    return Checkpoint.objects.prefetch_related("cosignatures").filter(size__in=newest).first()


def over(index: int) -> Checkpoint | None:
    """A published head that has the event at `index`: the newest cosigned one, else the newest; None if it has none yet. Two queries."""
    newest = Checkpoint.objects.order_by("-size").values("size")[:1]
    cosigned = Cosignature.objects.order_by("-checkpoint_id").values("checkpoint_id")[:1]
    both = Checkpoint.objects.filter(Q(size__in=newest) | Q(size__in=cosigned)).order_by("size")
    heads = [head for head in both.prefetch_related("cosignatures") if head.size > index]
    return next((head for head in heads if head.cosignatures.all()), heads[-1] if heads else None)


def note_of(checkpoint: Checkpoint) -> Note:
    """The signed note of a head, with the cosignatures that it has. Fetch `cosignatures` with it."""
    lines = [line.line for line in sorted(checkpoint.cosignatures.all(), key=lambda one: one.witness_id)]
    return read_note(bytes(checkpoint.note)).with_signatures(*(read_signatures(line)[0] for line in lines))


def head_of(checkpoint: Checkpoint, origin: str) -> Head:
    """A published head as the ledger engine has it."""
    return Head(origin, checkpoint.size, bytes(checkpoint.root))


# --- proofs ---


def inclusion(index: int, size: int) -> tuple[bytes, ...]:
    """See `merkle.inclusion_proof`; raises ProofError. One query."""
    return _with_nodes(lambda nodes: inclusion_proof(nodes, index, size))


def consistency(old: int, new: int) -> tuple[bytes, ...]:
    """See `merkle.consistency_proof`; raises ProofError. One query."""
    return _with_nodes(lambda nodes: consistency_proof(nodes, old, new))


def leaf_proof(index: int, checkpoint: Checkpoint) -> LeafProof:
    """The proof that the event at `index` is under a published head. Fetch `cosignatures` with it."""
    return LeafProof(index, inclusion(index, checkpoint.size), note_of(checkpoint))


def with_extra(proof: LeafProof, extra: bytes) -> bytes:
    """A `.tlog-proof` file with extra data for whoever checks it: the leaf, and parts that were shown to them."""
    head, rest = proof.encode().split(b"\n", 1)
    return head + b"\nextra " + encode64(extra).encode() + b"\n" + rest


def leaf(index: int) -> bytes | None:
    """The leaf of an event as it was hashed; None if there is none yet. It is public, whatever the event's audience."""
    found = Event.objects.filter(seq=index).values_list("leaf", flat=True).first()
    return None if found is None else bytes(found)


@dataclass(frozen=True, slots=True)
class _Known:
    nodes: dict[tuple[int, int], bytes]

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


class _Asked:
    """Notes which nodes are asked for; what they are does not matter to which are asked."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[int, int], None] = {}

    def node(self, level: int, index: int) -> bytes:
        self.nodes[level, index] = None
        return bytes(HASH_BYTES)


def _with_nodes(prove: Callable[[NodeReader], T]) -> T:
    asked = _Asked()
    prove(asked)
    return prove(_Known(_fetch(asked.nodes)))


def _fetch(nodes: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    wanted = list(nodes)
    if not wanted:
        return {}
    # Written out: the ORM takes longer to compose this than the database to answer it.
    table, level, index, hashed = map(connection.ops.quote_name, (TreeHash._meta.db_table, "level", "index", "hash"))
    pairs = ", ".join(["(%s, %s)"] * len(wanted))
    order = (
        f"WITH wanted (level, place) AS (VALUES {pairs}) SELECT t.{level}, t.{index}, t.{hashed} FROM wanted "
        f"JOIN {table} t ON t.{level} = wanted.level AND t.{index} = wanted.place"
    )
    with connection.cursor() as cursor:
        cursor.execute(order, [number for pair in wanted for number in pair])
        return {(row[0], row[1]): bytes(row[2]) for row in cursor.fetchall()}
