"""Catalogues of translations, compiled for Django where the installation may write: no gettext tools are needed."""

from __future__ import annotations

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

KNOWN_AS = {"zh": "zh_Hans"}
"""Languages of this site that libraries know under another name."""
LENDERS = (("django", "conf/locale"), ("django", "contrib/auth/locale"), ("allauth", "locale"))


def compiled(catalogues: Path, into: Path) -> Path:
    """The folder of compiled catalogues for Django, made if it is not there yet: its name holds the digest of what it was made from."""
    sources = sorted(catalogues.glob("*/LC_MESSAGES/django.po"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = into / digest
    for path in sources:
        language = path.parts[-3]
        made = folder / language / "LC_MESSAGES" / "django.mo"
        if made.exists():
            continue
        made.parent.mkdir(parents=True, exist_ok=True)
        draft = made.with_suffix(f".{os.getpid()}")
        with path.open("rb") as po, draft.open("wb") as mo:
            write_mo(mo, read_po(po, locale=language))
        draft.replace(made)
    return folder


def lent(into: Path) -> list[Path]:
    """Folders in which the libraries' own words have the names that languages have here; for Django to look into last."""
    folders = []
    for package, place in LENDERS:
        found = find_spec(package)
        if found is None or found.origin is None:
            continue
        folder = into / f"{package}-{place.replace('/', '-')}"
        for here, there in KNOWN_AS.items():
            words = (Path(found.origin).parent / place / there / "LC_MESSAGES/django.mo").read_bytes()
            made = folder / here / "LC_MESSAGES" / "django.mo"
            if made.exists() and made.read_bytes() == words:
                continue
            made.parent.mkdir(parents=True, exist_ok=True)
            draft = made.with_suffix(f".{os.getpid()}")
            draft.write_bytes(words)
            draft.replace(made)
        folders.append(folder)
    return folders
