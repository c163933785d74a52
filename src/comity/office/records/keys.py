"""The key with which this installation signs the heads of its log: made on first use, kept among its secrets, never exported.

The key's name is the log's origin, its name for ever: a setting, else the first host of the installation, when the key is made.
A changed host changes nothing after that. Who restores a backup has the key again; who lost it makes a new log.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from comity.ledger.signing import KEY_BYTES, PrivateKey, PublicKey, Purpose, read_private_key

FILE = "log-key"


def log_key() -> PrivateKey:
    """The log's private key. Raises KeyTextError if the file does not hold one."""
    take_origin(settings.COMITY_LOG_ORIGIN or f"{settings.ALLOWED_HOSTS[0]}/record")
    return read_private_key(_path().read_text(encoding="utf-8"))


def public_log_key() -> PublicKey:
    """What others verify the log with."""
    return log_key().public


def take_origin(origin: str) -> None:
    """Make the key under this name, if none was made or put in place before: for whoever takes over a log."""
    if not _path().exists():
        _make(_path(), PrivateKey(origin, Purpose.LOG, secrets.token_bytes(KEY_BYTES)))


def _path() -> Path:
    return Path(settings.COMITY_DATA) / "secrets" / FILE


def _make(path: Path, key: PrivateKey) -> None:
    """Whole or not at all, readable by its owner only; of two who make one at once, both use the first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(key.secret_text() + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
