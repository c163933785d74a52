"""The server as a process: it answers, refuses a second one, does commands' acts, and loses nothing when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVE = """
import django; django.setup()
from comity.site.installation import AlreadyServed
from comity.site.server import serve
try:
    serve(port=0, ready=lambda address: print(address, flush=True))
except AlreadyServed as error:
    raise SystemExit(str(error))
"""
COUNT = """
import django; django.setup()
from comity.groundwork.replay import *
from comity.groundwork import log
from comity.groundwork.models import *
from comity import ledger
from comity.ledger.merkle import root_at
import json
events = list(Event.objects.order_by("seq").prefetch_related("parts"))
tree = ledger.Tree(ledger.leaf_hash(bytes(e.leaf)) for e in events)
edge = LogHead.objects.get().edge if events else []
from comity.ledger.merkle import Frontier
stored = Frontier(len(events), [bytes.fromhex(h) for h in edge]).root() if events else None
before = state()
with transaction.atomic():
    for model in reversed(recorded_tables()):
        model._default_manager.all()._raw_delete("default")
    replay()
    same = list(differences(before, state()))
print(json.dumps({"names": sorted(p["name"]["wordings"]["en"]["text"] for p in before["charter.body"]),
    "seqs": [e.seq for e in events] == list(range(len(events))), "tree": stored == (tree.root() if events else None), "same": same}))
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="comity-") as folder:
        yield Path(folder)


def environment(data: Path) -> dict[str, str]:
    """Settings of an installation on SQLite in this folder."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMITY_")}
    return {**kept, "COMITY_DATA": str(data), "DJANGO_SETTINGS_MODULE": "comity.site.settings"}


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on this folder, and its address."""
    server = subprocess.Popen([sys.executable, "-c", SERVE], env=environment(data), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address.startswith("http://"), "the server did not start"
        yield server, address
    finally:
        server.terminate()
        server.wait(timeout=60)
        if server.stdout is not None:
            server.stdout.close()


def python(data: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program on this installation."""
    return subprocess.run([sys.executable, "-c", program], env=environment(data), capture_output=True, text=True)


@pytest.mark.slow
def test_it_answers_refuses_a_second_server_and_does_the_acts_of_commands(data: Path) -> None:
    from comity.site.doorbell import ring

    with serving(data) as (_server, address):
        with urllib.request.urlopen(address + "health", timeout=30) as answer:
            assert json.load(answer)["status"] == "ok"
        second = python(data, SERVE)
        assert second.returncode != 0
        assert "Another server already works on" in second.stderr
        assert (data / "doorbell").stat().st_mode & 0o077 == 0
        made = ring(data, "charter.establish_body", None, {"name": _name("Council"), "established_on": "2026-07-16"})
        assert made is not None
        assert set(made) == {"done"}
        refused = ring(data, "charter.establish_body", None, {"name": _name(" "), "established_on": "2026-07-16"})
        assert refused is not None
        assert refused["field"] == "name"
    assert ring(data, "charter.establish_body", None, {}) is None
    found = json.loads(python(data, COUNT).stdout)
    assert found == {"names": ["Council"], "seqs": True, "tree": True, "same": []}


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_a_kill() -> None:
    kill_and_look(3)


@pytest.mark.soak
def test_what_was_acknowledged_is_there_after_a_hundred_kills() -> None:
    kill_and_look(100)


def kill_and_look(times: int) -> None:
    """Write without pause, kill at a moment of chance, look; again and again on the same folder."""
    from comity.site.doorbell import ring

    with tempfile.TemporaryDirectory(prefix="comity-") as folder:
        data = Path(folder)
        acknowledged: set[str] = set()
        tried = 0
        for kill in range(times):
            with serving(data) as (server, _address):
                end = time.monotonic() + 0.15 + (kill * 0.137) % 0.9
                while True:
                    tried += 1
                    if time.monotonic() > end and server.poll() is None:
                        server.send_signal(signal.SIGKILL)
                    body = {"name": _name(f"Body {tried}"), "established_on": "2026-07-16"}
                    try:
                        answer = ring(data, "charter.establish_body", None, body)
                    except OSError:
                        answer = None
                    if not answer or "done" not in answer:
                        break
                    acknowledged.add(f"Body {tried}")
                server.wait(timeout=60)
        looked = python(data, COUNT)
        assert looked.returncode == 0, looked.stderr
        found = json.loads(looked.stdout)
        assert len(acknowledged) > times
        assert acknowledged <= set(found["names"])
        assert found["seqs"]
        assert found["tree"]
        assert found["same"] == []


def _name(text: str) -> dict[str, object]:
    return {"original_language": "en", "wordings": {"en": {"text": text}}}
