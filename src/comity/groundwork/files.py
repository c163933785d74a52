"""Files by content: bytes lie once in the data folder under their SHA-256; tables say what they are and who may read them.

The type of a file is found from its content, never believed from its name; what a browser could run (HTML, SVG, scripts) is
served only as a download. Bytes are written before the event that names them, so that what the record names is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comity.groundwork.models import StoredFile
from comity.groundwork.refusals import Refused
from comity.groundwork.texts import clean_line

MOST_BYTES = 25 * 2**20
SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain"})

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_OPEN = {
    f"application/vnd.oasis.opendocument.{kind}": extension
    for kind, extension in (
        ("text", ".odt"),
        ("spreadsheet", ".ods"),
        ("presentation", ".odp"),
        ("graphics", ".odg"),
        ("formula", ".odf"),
    )
}
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".md", ".rst", ".tex", ".json", ".toml", ".yaml"),
    _OFFICE["word/document.xml"]: (".docx",),
    _OFFICE["xl/workbook.xml"]: (".xlsx",),
    _OFFICE["ppt/presentation.xml"]: (".pptx",),
    **{media_type: (extension,) for media_type, extension in _OPEN.items()},
}
"""What the name of a file of this type ends with; the first where it ends otherwise."""
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0e-\x1f\x7f]")
"""What no text has and programs do."""
MOST_DIRECTORY = 2**19
"""Bytes of an archive's list of names: some ten thousand."""


def name_of(given: str, media_type: str) -> str:
    """The name under which a file is kept: without folders, and ending as its type does, so that nobody runs it by opening it.

    Raises Refused.
    """
    name = clean_line(re.split(r"[/\\]", given)[-1], most=190, field="name")
    if not name.strip("."):
        raise Refused(_("The file has no name."), field="name")
    endings = _EXTENSIONS[media_type]
    return name if name.lower().endswith(endings) else name + endings[0]


def media_type_of(content: bytes, name: str) -> str:
    """The type of a file from its content. Raises Refused for what is empty, too large, or of a kind that is not taken."""
    if not content:
        raise Refused(_("The file is empty."), field="content")
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20}, field="content")
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
    if not _CONTROLS.search(text) and not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"
    raise Refused(
        _(
            "This kind of file is not taken. Taken are PDF, PNG, JPEG, WebP, Word, Excel, PowerPoint, OpenDocument, text and CSV."
        ),
        field="content",
    )


def _type_of_zip(content: bytes) -> str:
    end = content.rfind(b"PK\x05\x06")
    # Said here before the list is read; an archive of this size needs no second, larger one.
    if int.from_bytes(content[end + 12 : end + 16], "little") > MOST_DIRECTORY or b"PK\x06\x07" in content[-70_000:]:
        raise Refused(_("The file is made of too many parts."), field="content")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            told = archive.getinfo("mimetype") if "mimetype" in names else None
            # It stands there as it is, by its standard: nothing is ever unpacked.
            if told is not None and told.compress_type == zipfile.ZIP_STORED and told.file_size < 100:
                declared = archive.read(told).decode("ascii", "replace")
                if declared in _OPEN:
                    return declared
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise Refused(_("The file is damaged: it cannot be opened."), field="content") from error
    if any("vbaproject" in name.lower() for name in names):
        raise Refused(_("Files with macros are not taken: save it without macros."), field="content")
    for inside, media_type in _OFFICE.items():
        if inside in names:
            return media_type
    raise Refused(_("Archives are not taken: attach the files in it one by one."), field="content")


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
