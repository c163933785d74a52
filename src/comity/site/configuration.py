"""Reading settings from the environment: one small function for each kind of value. Errors name the variable and the mend."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def flag(name: str, *, default: bool = False) -> bool:
    """A setting that is on (1, true, yes, on) or off (0, false, no, off, or empty)."""
    text = os.environ.get(name, "").strip().lower()
    if text not in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {text!r}: write 1 or 0.")
    return text in {"1", "true", "yes", "on"} if text else default


def words(name: str) -> list[str]:
    """A setting that lists words, separated by commas or white space."""
    return os.environ.get(name, "").replace(",", " ").split()


def secret(data: Path, name: str) -> str:
    """A secret of this installation, made on first use and readable by its owner only."""
    path = data / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # whoever comes second uses the first one's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's description of the database: SQLite in the data folder, or PostgreSQL by address."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / "comity.sqlite3",
            "OPTIONS": {
                # Every transaction takes the write lock at once, so that none fails half-way for want of it. A rollback journal,
                # not WAL: docs/design/database.md.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "COMITY_DATABASE_URL: write postgresql://user:password@host:port/name, or leave it empty."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def mail(url: str, data: Path) -> dict[str, Any]:
    """Django's settings for mail: smtp://user:password@host:port (STARTTLS with ?tls=1; smtps:// from the start), or a folder."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": data / "mail"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "COMITY_MAIL_URL: write smtp://user:password@host:port or smtps://..., or leave it empty."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": "tls" in parse_qs(parts.query),
        "EMAIL_TIMEOUT": 20,
    }
