"""Files by content: bytes lie once in the data folder under their SHA-256; tables say what they are and who may read them.

The type of a file is found from its content, never believed from its name; what a browser could run (HTML, SVG, scripts) is
served only as a download. Bytes are written before the event that names them, so that what the record names is there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comity.groundwork.models import StoredFile
from comity.groundwork.refusals import Refused

MOST_BYTES = 25 * 2**20
SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain"})

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def media_type_of(content: bytes, name: str) -> str:
    """The type of a file from its content. Raises Refused for what is empty, too large, or of a kind that is not taken."""
    if not content:
        raise Refused(_("The file is empty."), field="file")
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20}, field="file")
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"PK\x03\x04"):
        return _type_of_zip(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text and not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"
    raise Refused(
        _(
            "This kind of file is not taken. Taken are PDF, PNG, JPEG, WebP, Word, Excel, PowerPoint, OpenDocument, text and CSV."
        ),
        field="file",
    )


def _type_of_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace")
                if declared.startswith("application/vnd.oasis.opendocument."):
                    return declared
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise Refused(_("The file is damaged: it cannot be opened."), field="file") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(_("Files with macros are not taken: save it without macros."), field="file")
    for inside, media_type in _OFFICE.items():
        if inside in names:
            return media_type
    raise Refused(_("Archives are not taken: attach the files in it one by one."), field="file")


def folder() -> Path:
    """Where the bytes lie."""
    return Path(settings.COMITY_DATA) / "files"


def path_of(sha256: str) -> Path:
    """Where the bytes with this hash lie, if they are here."""
    return folder() / sha256[:2] / sha256


def keep(content: bytes) -> str:
    """Store bytes durably; their SHA-256 in hexadecimal. Storing the same again does nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync(path.parent)
    return sha256


def read(sha256: str) -> bytes | None:
    """The bytes with this hash; None if they are not here. Raises ValueError if what lies there is something else."""
    path = path_of(sha256)
    if not path.exists():
        return None
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the stored file {sha256} was altered on disk: restore it from a backup")
    return content


def forget_after_commit(sha256: str) -> None:
    """Delete the bytes once the transaction that removed the last file with them is durable.

    Asked again then: in a replay, a later event may have stored the same bytes anew.
    """

    def forget() -> None:
        if not StoredFile.objects.filter(sha256=sha256, removed_at__isnull=True).exists():
            path_of(sha256).unlink(missing_ok=True)

    transaction.on_commit(forget)


def _sync(place: Path) -> None:
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
