"""What is promised when machines fail: every acknowledged answer is there once, and the box recovers by itself.

Servers are real processes that are really killed, disks are really full, PostgreSQL is really stopped, and the clock is the server's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bench.ballot_load import Told, load
from bench.ballot_server import KEY, box_in

from comity.ballot_box import Answer, BallotBox, Listed, tickets
from comity.opinion import Statement

ROOT = Path(__file__).resolve().parent.parent.parent
STATEMENTS = 3_000
PEOPLE = 60


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server on this folder, and its port."""
    command = [sys.executable, "-m", "bench.ballot_server", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the server did not start"
        yield process, int(line)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def founded(folder: Path, url: str = "") -> tuple[BallotBox, str]:
    """A consultation to be voted on; its box, which holds no lock."""
    box = box_in(folder, url)
    name = f"crash{os.getpid()}-{time.monotonic_ns()}"
    box.open_consultation(name)
    box.set_statements(name, [Listed(Statement(number)) for number in range(STATEMENTS)])
    box.stop()
    return box, name


class Voters:
    """Makes requests: each is one answer that nobody else gives, so that it can be looked for in the log."""

    def __init__(self, consultation: str) -> None:
        self.consultation, self._count = consultation, 0
        expires = datetime.now(UTC) + timedelta(days=1)
        self.tickets = {who: tickets.issue(KEY, consultation, who, expires).encode() for who in range(1, PEOPLE + 1)}

    def request(self, _: int) -> tuple[bytes, object]:
        self._count += 1
        who, statement = self._count % PEOPLE + 1, self._count // PEOPLE
        assert statement < STATEMENTS, "nobody answers twice, so that every answer can be told from every other"
        vote = self._count % 3 - 1
        return self.bytes_of(who, statement, vote, self._count), (who, statement, vote, self._count)

    def bytes_of(self, who: int, statement: int, vote: int, number: int) -> bytes:
        body = json.dumps({"statement": statement, "vote": vote, "device": "load", "n": number}).encode()
        head = (
            f"POST /c/{self.consultation}/vote HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: Ballot {self.tickets[who].decode()}\r\n\r\n"
        )
        return head.encode() + body


def check_log(box: BallotBox, consultation: str, told: list[Told]) -> int:
    """Every acknowledged answer is in the log once, what is there besides was sent, and the chain holds. How many were acknowledged."""
    logged = [(past.participant, past.statement, past.vote) for past in box.history(consultation)]
    acknowledged: list[Any] = [entry for run in told for entry in run.acknowledged]
    unknown: list[Any] = [entry for run in told for entry in run.unknown]
    rest = Counter(logged)
    rest.subtract(entry[:3] for entry in acknowledged)
    assert min(rest.values(), default=0) >= 0, "an acknowledged answer is missing"
    assert rest <= Counter(entry[:3] for entry in unknown), "an answer is there twice, or was never given"
    box.verify(consultation)
    box.store.close()
    return len(acknowledged)


def killed_under_load(folder: Path, times: int, url: str = "") -> None:
    box, name = founded(folder, url)
    voters = Voters(name)
    told: list[Told] = []
    draw = random.Random(5)
    options = ("--url", url) if url else ()
    acknowledged = 0
    for _ in range(times):
        with served(folder, *options) as (process, port):
            timer = threading.Timer(0.05 + 0.3 * draw.random(), process.send_signal, [signal.SIGKILL])
            timer.start()
            told.append(load(port, voters.request, connections=16, seconds=5.0, remember=True))
            timer.join()
            acknowledged += len(told[-1].acknowledged)
    assert check_log(box, name, told) == acknowledged > times


@pytest.mark.slow
def test_killed_under_load_no_acknowledged_answer_is_lost(tmp_path: Path) -> None:
    killed_under_load(tmp_path, 3)


@pytest.mark.slow
def test_killed_on_postgres_no_acknowledged_answer_is_lost(tmp_path: Path, postgres: str) -> None:
    killed_under_load(tmp_path, 1, postgres)


@pytest.mark.soak
def test_killed_a_hundred_times_under_load_no_acknowledged_answer_is_lost(tmp_path: Path) -> None:
    killed_under_load(tmp_path, 100)


@pytest.mark.slow
def test_ballots_follow_from_the_log_after_a_kill(tmp_path: Path) -> None:
    """A process that ends without a word, right after its answers were acknowledged, has not written its ballots down."""
    program = (
        "import os, sys; from pathlib import Path; from comity.ballot_box import *; from comity.opinion import Statement\n"
        "box = at(Path(sys.argv[1])); box.open_consultation('C'); box.set_statements('C', [Listed(Statement(n)) for n in range(9)])\n"
        "for n in range(9): box.cast('C', n % 3, [Answer(n, 1)], device='d', numbers=[n])\n"
        "box.declare('C', 1, {'region': 'north'})\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    box = box_in(tmp_path)
    assert [sorted(box.mine("C", who)) for who in range(3)] == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert box.votes("C").n_votes == 9
    box.start()
    assert [sorted(box.mine("C", who)) for who in range(3)] == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert box.cast("C", 2, [], device="d").taken == 0
    box.cast(
        "C", 2, [Answer(8, -1)], device="d", numbers=[8]
    )  # sent again late, with another answer: it was taken already
    assert box.mine("C", 2)[8].vote == 1
    assert box.erase("C", 1).entries == (1, 4, 7, 9)
    assert list(box.mine("C", 1)) == []
    box.verify("C")
    box.stop()


@pytest.mark.slow
def test_a_wrong_clock_opens_and_closes_by_that_clock_and_loses_nothing(tmp_path: Path) -> None:
    box, name = founded(tmp_path)
    now = datetime.now(UTC)
    box.open_consultation("short", closes=now + timedelta(minutes=5))
    box.set_statements("short", [Listed(Statement(number)) for number in range(STATEMENTS)])
    box.stop()
    voters, short, told = Voters(name), Voters("short"), []
    for shift, status in ((600, 409), (-600, 200)):
        with served(tmp_path, "--shift", str(shift)) as (_, port):
            told.append(load(port, voters.request, connections=4, most=20, remember=True))
            assert told[-1].statuses == {200: 20}
            assert load(port, short.request, connections=4, most=20).statuses == {status: 20}
    assert check_log(box, name, told) == 40
    times = [past.time_ms for past in box.history(name)]
    assert times != sorted(times), "the second run's clock was behind: the log has an order of its own"
    box.store.close()


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="comity-small-") as folder:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
def test_a_full_disk_is_said_and_left_behind_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(3) as disk:
        box, name = founded(disk)
        voters = Voters(name)
        ballast = disk / "ballast"
        with served(disk) as (_, port):
            first = load(port, voters.request, connections=8, most=200, remember=True)
            assert first.statuses == {200: 200}
            with contextlib.suppress(OSError), ballast.open("wb") as out:
                while True:
                    out.write(bytes(4096))
            full = load(port, voters.request, connections=8, seconds=3.0, most=2000, remember=True)
            assert full.statuses.get(503, 0) > 0, "the disk was full"
            assert set(full.statuses) <= {200, 503}
            # A vote alone is smaller than the batches above: it may find room in the last page.
            answers = (_post(port, voters) for _ in range(500))
            status, headers, said = next(answer for answer in answers if answer[0] != 200)
            assert (status, said, headers["Retry-After"]) == (503, {"refused": "no_room"}, "30")
            ballast.unlink()
            after = load(port, voters.request, connections=8, most=200, remember=True)
            assert after.statuses == {200: 200}
        assert check_log(box, name, [first, full, after]) >= 400


def _post(port: int, voters: Voters) -> tuple[int, Any, Any]:
    head, body = voters.request(0)[0].split(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    path, ticket = lines[0].split()[1], lines[-1].split(": ")[1]
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"Authorization": ticket}, method="POST")
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


@pytest.mark.slow
def test_postgres_that_stops_is_said_and_found_again_when_it_starts(tmp_path: Path, own_postgres: Any) -> None:
    box, name = founded(tmp_path, own_postgres.url)
    voters = Voters(name)
    with served(tmp_path, "--url", own_postgres.url) as (_, port):
        first = load(port, voters.request, connections=8, most=200, remember=True)
        own_postgres.stop()
        away = load(port, voters.request, connections=8, most=50, remember=True)
        assert set(away.statuses) == {503}
        status, headers, said = _post(port, voters)
        assert (status, said, headers["Retry-After"]) == (503, {"refused": "store_away"}, "5")
        own_postgres.start()
        time.sleep(1.5)
        after = load(port, voters.request, connections=8, most=200, remember=True)
        assert after.statuses == {200: 200}
    assert check_log(box, name, [first, away, after]) == 400
