"""The folder of an analysis: five files, each written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from comity.opinion.report.page import render_html
from comity.opinion.result import OpinionResult, to_json
from comity.opinion.tables import ParticipantTable, parquet_bytes, participants_table, statements_table

FILES = ("report.html", "result.json", "statements.parquet", "participants.parquet", "sums.json")


class OutputError(ValueError):
    """A place where the files cannot be written; the message names it and the mend."""


def write_folder(folder: Path, result: OpinionResult, participants: ParticipantTable, sums_json: str) -> None:
    """Write `FILES` into `folder`, making it if need be; files of these names are replaced, others are left alone.

    All five are written under other names and flushed to the disk first, then renamed: whatever happens, no file is half
    written, and nothing is replaced unless all could be written.

    Raises OutputError where the folder is a file, one of the files is a folder, or the place cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: give a folder, or move the file away.")
    for name in FILES:
        if (folder / name).is_dir():
            raise OutputError(
                f"{folder / name} is a folder, and a file of that name is to be written: move it away, or give another folder."
            )
    contents = {
        "report.html": _utf8(render_html(result)),
        "result.json": _utf8(to_json(result)),
        "statements.parquet": parquet_bytes(statements_table(result)),
        "participants.parquet": parquet_bytes(participants_table(result, participants)),
        "sums.json": _utf8(sums_json),
    }
    waiting = {name: folder / f".{name}.{os.getpid()}.part" for name in FILES}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in waiting.items():
            with path.open("wb") as file:
                file.write(contents[name])
                file.flush()
                os.fsync(file.fileno())
        for name, path in waiting.items():
            path.replace(folder / name)
    except OSError as error:
        said = error.strerror or str(error)
        raise OutputError(
            f"cannot write to {folder}: {said}. Give a folder that can be written to, with enough room."
        ) from error
    finally:
        for path in waiting.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _utf8(text: str) -> bytes:
    """Half a surrogate pair has no UTF-8; in JSON its escape means the same, in the page it has become a mark already."""
    return text.encode("utf-8", "backslashreplace")
