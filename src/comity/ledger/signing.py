"""Ed25519 keys of logs and witnesses, and how they are written down (c2sp.org/signed-note, `vkey`).

An adapter beside the engine: the only room of the ledger that signs. A public key is one line, `name+id+base64`, to
be printed in a charter or on a card; a private key is one line too, `PRIVATE+KEY+name+id+base64`, as Go's note
package writes it. The first byte of the key material says what a key is for, and one key serves one purpose only.
Where the seeds come from is the caller's affair.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from comity.ledger.checkpoint import Checkpoint, cosignature_text
from comity.ledger.errors import LedgerError, quoted
from comity.ledger.note import Note, Signature, decode64, encode64, is_name, key_id

KEY_BYTES = 32
SIGNATURE_BYTES = 64
_PRIVATE = "PRIVATE+KEY+"


class KeyTextError(LedgerError):
    """A text that is not a key. The text itself is not repeated: it may be a secret."""


class Purpose(Enum):
    """What a key signs: a log's own notes, or a witness's cosignatures. The value is C2SP's signature type."""

    LOG = b"\x01"
    WITNESS = b"\x04"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A name, a purpose and 32 bytes; satisfies `note.Verifier`."""

    name: str
    purpose: Purpose
    key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes of the hash of name, purpose and key."""
        return key_id(self.name, self.purpose.value + self.key)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether this key signed this text; a witness's signature begins with its time (8 bytes)."""
        if self.purpose is Purpose.WITNESS:
            time, signature = signature[:8], signature[8:]
            text = cosignature_text(int.from_bytes(time, "big"), text)
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode64(self.purpose.value + self.key)}"


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A name, a purpose and the seed of 32 bytes, which is shown only by `secret_text`."""

    name: str
    purpose: Purpose
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise KeyTextError("the name of a key has no spaces and no plus sign: {name}", name=quoted(self.name))
        if len(self.seed) != KEY_BYTES:
            raise KeyTextError("the seed of an Ed25519 key has 32 bytes, this one {count}", count=len(self.seed))

    @property
    def public(self) -> PublicKey:
        """The key that others may have."""
        return PublicKey(self.name, self.purpose, self._signing().public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """A log's signature under a note's text."""
        if self.purpose is not Purpose.LOG:
            raise KeyTextError("the key of {name} is a witness's: it cosigns checkpoints", name=self.name)
        return Signature(self.name, self.public.key_id, self._signing().sign(text.encode()))

    def cosign(self, text: str, timestamp: int) -> Signature:
        """A witness's signature under a checkpoint's text, at `timestamp` seconds since 1970."""
        if self.purpose is not Purpose.WITNESS:
            raise KeyTextError("the key of {name} is a log's: it signs notes of its own", name=self.name)
        if not 0 < timestamp < 2**63:
            raise KeyTextError("not a time in seconds since 1970: {timestamp}", timestamp=timestamp)
        signature = self._signing().sign(cosignature_text(timestamp, text.encode()))
        return Signature(self.name, self.public.key_id, timestamp.to_bytes(8, "big") + signature)

    def secret_text(self) -> str:
        """The key as one line, for a file that only its owner can read."""
        return f"{_PRIVATE}{self.name}+{self.public.key_id.hex()}+{encode64(self.purpose.value + self.seed)}"

    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def signed_checkpoint(checkpoint: Checkpoint, key: PrivateKey) -> Note:
    """The checkpoint as a note, signed by its log; raises KeyTextError if the key does not have the log's name."""
    if key.name != checkpoint.origin:
        raise KeyTextError(
            "the log {origin} signs with a key of its name, not of {name}",
            origin=quoted(checkpoint.origin),
            name=key.name,
        )
    text = checkpoint.text()
    return Note(text, (key.sign(text),))


def read_public_key(text: str) -> PublicKey:
    """Read `name+id+base64`; raises KeyTextError."""
    name, purpose, key, said = _parts(text.strip(), "a public key is written name+id+base64")
    found = PublicKey(name, purpose, key)
    if found.key_id.hex() != said:
        raise KeyTextError("the id of the key of {name} does not belong to it: a letter is wrong", name=quoted(name))
    return found


def read_private_key(text: str) -> PrivateKey:
    """Read `PRIVATE+KEY+name+id+base64`; raises KeyTextError, which does not repeat the text."""
    form = "a private key is written PRIVATE+KEY+name+id+base64"
    line = text.strip()
    if not line.startswith(_PRIVATE):
        raise KeyTextError(form)
    name, purpose, seed, said = _parts(line.removeprefix(_PRIVATE), form)
    found = PrivateKey(name, purpose, seed)
    if found.public.key_id.hex() != said:
        raise KeyTextError("the id of the key of {name} does not belong to it: a letter is wrong", name=quoted(name))
    return found


def _parts(text: str, form: str) -> tuple[str, Purpose, bytes, str]:
    name, _, rest = text.partition("+")
    said, _, encoded = rest.partition("+")  # base64 may itself hold a plus sign
    material = decode64(encoded) or b""
    if not is_name(name) or len(material) != 1 + KEY_BYTES or material[:1] not in {p.value for p in Purpose}:
        raise KeyTextError(form + ", for Ed25519")
    return name, Purpose(material[:1]), material[1:], said
