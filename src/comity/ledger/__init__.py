"""The ledger engine: events into a log that anybody can verify without trusting whoever keeps it.

    from comity.ledger import Act, Event, seal
    record = seal(Event(id="e1", time=now, act=Act("members.acceded", {"date": "2026-11-04"}, about=("party:ke",))))

Canonical JSON (RFC 8785), a Merkle tree (RFC 9162), checkpoints and cosignatures (C2SP), commitments to what may be
erased or must wait, exports that verify offline. The core is pure; keys, clocks and salts are passed in. Adapters
beside it: `signing` (Ed25519), `store` (SQLite), `export` and `verify` (folders), `witness_store` and `witness_http`.
See docs/ledger.md.
"""

from comity.ledger.canonical_json import canonical
from comity.ledger.checkpoint import Checkpoint, LeafProof, check_leaf_proof, read_leaf_proof
from comity.ledger.errors import LedgerError
from comity.ledger.event import Act, Closed, Erasure, Event, Opening, Opens, Part, Record, Seal, read_leaf, seal
from comity.ledger.export import write_export
from comity.ledger.merkle import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
)
from comity.ledger.note import Note, read_note
from comity.ledger.verify import Report, Trust, verify_export

__all__ = [
    "Act",
    "Checkpoint",
    "Closed",
    "Erasure",
    "Event",
    "LeafProof",
    "LedgerError",
    "Note",
    "Opening",
    "Opens",
    "Part",
    "Record",
    "Report",
    "Seal",
    "Tree",
    "Trust",
    "canonical",
    "check_consistency",
    "check_inclusion",
    "check_leaf_proof",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "read_leaf",
    "read_leaf_proof",
    "read_note",
    "seal",
    "verify_export",
    "write_export",
]
