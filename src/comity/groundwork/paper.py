"""Pages as PDF files, laid out by the Chromium of the machine that serves, where there is one (docs/design/printing.md).

Only pages that hold everything they show, and no script, are given to it: it gets a file, an empty profile and no network. What was
made stays in memory, under the hash of the page, so that nothing that is erased later lies on a disk.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from comity.groundwork.refusals import Unavailable

logger = logging.getLogger(__name__)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 60
"""Seconds that one file may take."""
KEPT = 8
"""Files held in memory: some one and a half megabytes each."""
_kept: OrderedDict[str, bytes] = OrderedDict()
_one_at_a_time = threading.Lock()


def engine() -> str | None:
    """The program that lays pages out: `COMITY_CHROMIUM`, else what is installed; None if there is none."""
    named = settings.COMITY_CHROMIUM
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def pdf(page: str) -> bytes:
    """A whole page of HTML as a PDF. Raises Unavailable: no program, another file is being made, or the program failed.

    One at a time: each takes the whole of a processor for some seconds.
    """
    program = engine()
    if program is None:
        raise Unavailable(_("No PDF can be made here. Use the page for printing: every browser can save it as a PDF."))
    key = hashlib.sha256(page.encode()).hexdigest()
    held = _kept.get(key)
    if held is not None:
        return held
    if not _one_at_a_time.acquire(blocking=False):
        raise Unavailable(_("Another PDF is being made. Ask again in a few seconds."))
    try:
        made = _printed(program, page)
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
        return made
    finally:
        _one_at_a_time.release()


def _printed(program: str, page: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="comity-paper-", ignore_cleanup_errors=True) as folder:
        source, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            program,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses the superuser, whom containers often are
        try:
            said = _run([*_aside(), *command])
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
        if made.exists():
            return made.read_bytes()
    logger.error("paper: %s made no PDF: %s", program, said)
    raise Unavailable(
        _("The PDF could not be made just now. Use the page for printing: every browser can save it as a PDF.")
    )


def _aside() -> list[str]:
    """What lets a program run when nobody else wants the processor."""
    return ["nice", "-n", "10"] if shutil.which("nice") else []


def _run(command: list[str]) -> str:
    """What it said, when it has ended. Raises OSError, TimeoutExpired; then all processes that it started are ended."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        try:
            _, said = running.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    return said.decode(errors="replace")[-2000:]
