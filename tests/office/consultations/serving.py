"""A site of its own in a process of its own, for a browser: founded and filled by a script before it serves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Playwright's own loop runs in this thread, which Django takes for asynchronous code; there is none here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PREPARED = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "comity.site.settings"
import django
django.setup()
from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.actions import grant_role, register_person
from comity.groundwork.translated import Text
from comity.office.charter.actions import found
from comity.office.consultations import actions
from comity.office.consultations.box import bring_in_step, the_box
from comity.office.consultations.models import Consultation
from comity.site.installation import alone, prepare

prepare()
with alone():
    system = system_actor()
    found(by=system, name=Text.of("Town Union"), short_name="TU")
    person = register_person(by=system, name="Ada Example", email="ada@example.org")
    grant_role(by=system, person=person.id, role="secretary")
    by = actor_for(person)
    {}
    the_box().stop()
"""


@contextmanager
def served(folder: Path, does: str, **environment: str) -> Iterator[tuple[str, list[str]]]:
    """Address of a site, and the lines that the script printed. does: lines of Python, done by the secretary `by` before it serves."""
    here = {
        key: value for key, value in os.environ.items() if not key.startswith("COMITY_") or key == "COMITY_CHROMIUM"
    }
    own = {**here, "COMITY_DATA": str(folder), **environment}
    folder.mkdir(parents=True, exist_ok=True)
    script = PREPARED.format(does.strip().replace("\n", "\n    "))
    filled = subprocess.run([sys.executable, "-c", script], check=True, env=own, capture_output=True, text=True)
    command = [sys.executable, "-m", "comity.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True) as serve:
        assert serve.stdout is not None
        told = re.search(r"http://[0-9.:]+", serve.stdout.readline())
        assert told, "the server did not start"
        try:
            yield told[0], filled.stdout.split()
        finally:
            serve.terminate()
