"""Static files at addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
import os
from collections.abc import MutableMapping
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

FOR_EVER = "public, max-age=31536000, immutable"


class HashedFiles(StaticFilesStorage):
    """Adds `?v=HASH` to each address. No step collects files: they are served from where they lie."""

    def url(self, name: str | None, *args: Any, **options: Any) -> str:
        """The address of a static file, with its hash. Raises ValueError if there is no such file."""
        path = _path(name or "")
        return f"{super().url(name)}?v={_version(path, os.stat(path).st_mtime_ns)}"


def keep_for_ever(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Header of every static file: pages name each with its hash, so an address never changes what it means."""
    headers["Cache-Control"] = FOR_EVER


@cache
def _path(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise ValueError(f"there is no static file {name}")
    return str(path)


@cache
def _version(path: str, changed: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
