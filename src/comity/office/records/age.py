"""Files encrypted with a passphrase, in the age format (age-encryption.org/v1, c2sp.org/age, scrypt recipient).

A backup must open in twenty years, without this program: `age --decrypt` opens it. A random file key is wrapped with scrypt of the
passphrase; the content goes in chunks of 64 KiB through ChaCha20-Poly1305, each bound to its place, the last marked as the last. A
flipped bit, a missing end, chunks in another order are all found; before a chunk is handed out it has been found sound.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import io
import re
import secrets
from typing import IO, TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from comity.ledger.errors import LedgerError

if TYPE_CHECKING:
    from typing_extensions import Buffer

WORK = 18
"""Binary logarithm of scrypt's work: 256 MiB of memory and about a second for each guess."""
MOST_WORK = 22
CHUNK = 65536
TAG_BYTES, NONCE_BYTES, FILE_KEY_BYTES, SALT_BYTES = 16, 16, 16, 16

_VERSION = b"age-encryption.org/v1\n"
_LABEL = b"age-encryption.org/v1/scrypt"
_STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n\Z")
_NONE = bytes(12)


class AgeError(LedgerError):
    """A file that cannot be decrypted: not of this format, another passphrase, changed, or cut off."""


class Encrypting(io.RawIOBase):
    """Write into this, and the encrypted file is written to `target`. Only after `close` is it whole."""

    def __init__(self, target: IO[bytes], passphrase: str, work: int = WORK) -> None:
        super().__init__()
        file_key, salt = secrets.token_bytes(FILE_KEY_BYTES), secrets.token_bytes(SALT_BYTES)
        wrapped = ChaCha20Poly1305(_wrap_key(passphrase, salt, work)).encrypt(_NONE, file_key, None)
        head = _VERSION + b"-> scrypt %s %d\n%s\n---" % (_raw64(salt), work, _raw64(wrapped))
        nonce = secrets.token_bytes(NONCE_BYTES)
        target.write(head + b" " + _raw64(_mac(file_key, head)) + b"\n" + nonce)
        self._target = target
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._waiting = bytearray()
        self._count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        given = bytes(data)
        self._waiting += given
        # A full chunk waits for what follows: it may be the last one.
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(given)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_place(self._count, last), chunk, None))
        self._count += 1


class Decrypting(io.RawIOBase):
    """Read the content of an encrypted file from this. The end is reached only if it was the end. Raises AgeError."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        super().__init__()
        file_key = _read_head(source, passphrase)
        nonce = source.read(NONCE_BYTES)
        if len(nonce) != NONCE_BYTES:
            raise AgeError("the file is cut off")
        self._source = source
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._next = source.read(CHUNK + TAG_BYTES)
        self._count = 0
        self._ready = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._ready and not self._ended:
            self._ready = memoryview(self._take())
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _take(self) -> bytes:
        sealed, self._next = self._next, self._source.read(CHUNK + TAG_BYTES)
        self._ended = not self._next
        try:
            chunk = self._cipher.decrypt(_place(self._count, self._ended), sealed, None)
        except (InvalidTag, ValueError):
            raise AgeError(
                "the file is damaged or cut off: after {count} bytes of content nothing more can be trusted",
                count=self._count * CHUNK,
            ) from None
        if not chunk and self._count:
            raise AgeError("the file is malformed: its last part is empty")
        self._count += 1
        return chunk


def _read_head(source: IO[bytes], passphrase: str) -> bytes:
    """The file key. Reads as far as the payload's nonce."""
    lines = [source.readline(200) for _ in range(4)]
    stanza = _STANZA.match(lines[1] + lines[2])
    if lines[0] != _VERSION or not lines[3].startswith(b"--- "):
        raise AgeError("this is not a file that was encrypted in the age format")
    if stanza is None:
        raise AgeError("this file was not encrypted with a passphrase, or its head is damaged")
    salt, wrapped, mac = _unraw64(stanza[1]), _unraw64(stanza[3]), _unraw64(lines[3][4:-1])
    work = int(stanza[2])
    if salt is None or wrapped is None or mac is None or not lines[3].endswith(b"\n"):
        raise AgeError("the head of the file is damaged")
    if work > MOST_WORK:
        raise AgeError("this file asks for more work than a passphrase may take: 2^{work}", work=work)
    try:
        file_key = ChaCha20Poly1305(_wrap_key(passphrase, salt, work)).decrypt(_NONE, wrapped, None)
    except InvalidTag:
        raise AgeError("this is not the passphrase, or the head of the file is damaged") from None
    if not hmac.compare_digest(mac, _mac(file_key, b"".join(lines[:3]) + b"---")):
        raise AgeError("the head of the file is damaged")
    return file_key


def _wrap_key(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=_LABEL + salt, length=32, n=2**work, r=8, p=1).derive(passphrase.encode())


def _derived(key: bytes, salt: bytes | None, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(key)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, None, b"header"), head, "sha256")


def _place(count: int, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def _raw64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unraw64(text: bytes) -> bytes | None:
    """The bytes of base64 without padding, of which only one spelling is taken."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
    return data if _raw64(data) == text else None
