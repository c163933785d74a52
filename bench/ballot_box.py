"""The ballot box: votes a second, and what a map, a restart and a crowd of watchers cost. `make bench ARGS=ballot_box`.

The server has one core, the load generator the other; where there are only two, what else runs takes from both. Beside answers a second
stands the share of its core that the server used: what it would answer alone is the one divided by the other. After each part
the log is held against what was acknowledged.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from bench.ballot_load import Request, Told, load
from bench.ballot_server import KEY, box_in
from bench.figures import table
from comity.ballot_box import Answer, BallotBox, Follower, Listed, new_participant, tickets
from comity.ballot_box.follower import Pace
from comity.ballot_box.taking import Ask
from comity.ballot_box.writer import MOST_TOGETHER
from comity.opinion import Statement

ROOT = Path(__file__).resolve().parent.parent
NAME = "bench"
SERVER, CLIENT = (1, 0) if (os.cpu_count() or 1) > 1 else (0, 0)


@dataclass(frozen=True, slots=True)
class Size:
    """seconds of each run; runs; people and statements that vote there; a large consultation; how many watch."""

    seconds: float = 5.0
    runs: int = 3
    people: int = 1_000
    statements: int = 500
    large: int = 1_000_000
    answers: int = 40
    watchers: int = 10_000


TINY = Size(1.0, 1, 100, 60, 2_000, 20, 200)


class Served:
    """A process that serves, on one core."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.PIPE, cwd=ROOT)
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline().decode().split()
        self.port = int(self.said[0])

    def seconds_used(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def measured(self, run: Callable[[], Told]) -> tuple[Told, float]:
        """What a run gave, and the share of a core that the server used meanwhile."""
        before = self.seconds_used()
        told = run()
        return told, (self.seconds_used() - before) / told.seconds

    def end(self, *, kill: bool = False) -> None:
        (self._process.kill if kill else self._process.terminate)()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextlib.contextmanager
def ballot_server(folder: Path, url: str, *options: str) -> Iterator[Served]:
    given = ["--url", url] if url else []
    served = Served("bench.ballot_server", str(folder), "--core", str(SERVER), *given, *options)
    try:
        yield served
    finally:
        served.end()


class Voters:
    """Requests of many people; no answer is the same as the one before it."""

    def __init__(self, size: Size) -> None:
        self._size = size
        expires = datetime.now(UTC) + timedelta(days=1)
        self._people = [new_participant() for _ in range(size.people)]
        self._tickets = [tickets.issue(KEY, NAME, who, expires).encode() for who in self._people]
        self._draw = random.Random(1)
        self._sent = 0

    def _request(self, who: int, route: bytes, body: bytes) -> bytes:
        return (
            b"POST /c/%s/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Ballot %s\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (NAME.encode(), route, self._tickets[who], len(body), body)
        )

    def one(self, _: int) -> tuple[bytes, object]:
        self._sent += 1
        n, statement = self._sent, self._draw.randrange(self._size.statements)
        body = b'{"statement":%d,"vote":%d,"device":"k7f3","n":%d}' % (statement, n % 3 - 1, n)
        return self._request(n % len(self._people), b"vote", body), None

    def batches(self, count: int) -> Request:
        """So many requests of fifty votes, made beforehand."""
        made = []
        for number in range(count):
            self._sent += 50
            chosen = self._draw.sample(range(self._size.statements), 50)
            rows = b",".join(
                b'{"statement":%d,"vote":%d,"n":%d}'
                % (statement, (statement + self._sent // 50) % 3 - 1, self._sent + row)
                for row, statement in enumerate(chosen)
            )
            body = b'{"device":"k7f3","answers":[%s]}' % rows
            made.append((self._request(number % len(self._people), b"votes", body), None))
        return lambda number: made[number]


def founded(folder: Path, url: str, size: Size) -> BallotBox:
    box = box_in(folder, url)
    if NAME in box.consultations():
        box.discard(NAME)
    box.open_consultation(NAME)
    box.set_statements(NAME, [Listed(Statement(number, f"Statement {number}")) for number in range(size.statements)])
    return box


Row = tuple[str, str, str, str, str, str]


def row(what: str, runs: list[tuple[Told, float]], target: str, votes: int = 1) -> Row:
    """Medians over runs, with the range of the pace."""
    paces = sorted(votes * told.per_second() for told, _ in runs)
    bad = sum(n for told, _ in runs for status, n in told.statuses.items() if status not in (200, 304))
    return (
        what + (f" ({bad} REFUSED)" if bad else ""),
        f"{median(paces):,.0f} ({paces[0]:,.0f} to {paces[-1]:,.0f})",
        f"{median(told.percentile(0.5) for told, _ in runs):.1f}",
        f"{median(told.percentile(0.99) for told, _ in runs):.1f}",
        f"{median(share for _, share in runs):.2f}: {median(votes * told.per_second() / share for told, share in runs):,.0f}",
        target,
    )


HEADS = (
    "what",
    "a second, median (range)",
    "p50, ms",
    "p99, ms",
    "share of its core: a second with all of it",
    "target",
)


def voting(folder: Path, url: str, size: Size, label: str, least: str) -> list[Row]:
    """Single votes, batches, and both with a slow disk."""
    rows = []
    voters = Voters(size)
    founded(folder, url, size).stop()
    for delay in (0.0, 0.005):
        slow = f", {1000 * delay:.0f} ms added to each commit" if delay else ""
        with ballot_server(folder, url, "--commit-delay", str(delay)) as served:
            load(served.port, voters.one, seconds=1.0)
            for connections in (64, 512) if delay else (64,):
                runs = [
                    served.measured(
                        partial(load, served.port, voters.one, connections=connections, seconds=size.seconds)
                    )
                    for _ in range(size.runs)
                ]
                rows.append(
                    row(f"{label}, one vote, {connections} connections{slow}", runs, "a third" if delay else least)
                )
            count = max(200, int(500 * size.seconds))
            runs = []
            for _ in range(size.runs):
                ready = voters.batches(count)
                runs.append(served.measured(partial(load, served.port, ready, most=count, seconds=60.0)))
            rows.append(row(f"{label}, fifty votes{slow}", runs, "a third" if delay else "60,000", votes=50))
    box = box_in(folder, url)
    head = box.verify(NAME)
    print(f"{label}: the chain of {head.entries:,} entries holds; {box.counts(NAME).votes:,} votes stand\n", flush=True)
    box.stop()
    return rows


def ordinary(folder: Path, size: Size) -> list[Row]:
    served = Served("bench.ballot_django", str(folder), str(SERVER))
    _, session, csrf, token = served.said
    draw = random.Random(2)

    def request(n: int) -> tuple[bytes, object]:
        body = b'{"statement":%d,"vote":%d}' % (draw.randrange(size.statements), n % 3 - 1)
        head = (
            f"POST /vote HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={session}; csrftoken={csrf}\r\n"
            f"X-CSRFToken: {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body, None

    load(served.port, request, connections=8, seconds=1.0)
    runs = [served.measured(lambda: load(served.port, request, seconds=size.seconds)) for _ in range(size.runs)]
    served.end()
    return [row("an ordinary view of Django, SQLite, one vote", runs, "250")]


def watching(folder: Path, size: Size) -> list[Row]:
    """Everybody asks for the latest version every ten seconds, as the page does: while all are there, and with ten thousand connections
    opened before that."""
    box = founded(folder, "", size)
    draw = random.Random(3)
    for who in range(1, 60):
        box.cast(NAME, who, [Answer(number, draw.choice([1, 0, -1])) for number in range(20)])
    follower = Follower(box.store, box.shelf, beside=False)
    (published,) = follower.step(NAME)
    box.stop()
    asked = f'GET /c/{NAME}/map/latest HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: "{published.version[:32]}"\r\n\r\n'.encode()
    seconds, steady = (45.0, (12.0, 42.0)) if size.watchers > 1000 else (2.0, (0.5, 1.5))
    with ballot_server(folder, "") as served:
        used: list[float] = []
        timers = [threading.Timer(at, lambda: used.append(served.seconds_used())) for at in steady]
        for timer in timers:
            timer.start()
        told, share = served.measured(
            lambda: load(
                served.port,
                lambda _: (asked, None),
                connections=size.watchers,
                seconds=seconds,
                rate=size.watchers / 10,
            )
        )
    while_there = (used[1] - used[0]) / (steady[1] - steady[0])
    return [
        row(f"{size.watchers:,} watchers, each asks every 10 s", [(told, while_there)], "under .15 of a core"),
        row("the same, with their coming", [(told, share)], ""),
    ]


def filled(folder: Path, size: Size) -> BallotBox:
    """A large consultation: everybody has sent their answers at once."""
    box = founded(folder, "", size)
    rules = box.rules(NAME)
    assert rules is not None
    began = time.perf_counter()
    draw = random.Random(4)
    writer = box.writer
    everything = list(range(size.statements))
    packs = [
        [Answer(j, draw.choice([1, 1, 0, -1, -1])) for j in draw.sample(everything, size.answers)] for _ in range(2_000)
    ]
    asks: list[Ask] = []
    for number in range(size.large):
        asks.append(box.ask(NAME, 10**12 + 7 * number, packs[number * 7919 % len(packs)]))
        if len(asks) == MOST_TOGETHER or number + 1 == size.large:
            writer._written(asks)
            asks = []
    took = time.perf_counter() - began
    print(f"{size.large:,} people with {size.answers} answers each stored in {took:.0f} s\n", flush=True)
    return box


def maps(folder: Path, size: Size, restarts: bool) -> None:
    """From a vote to the map that shows it, while a thousand votes a second arrive; then a kill, and a start."""
    box = filled(folder, size)
    box.stop()
    voters = Voters(size)
    began = time.perf_counter()
    served = Served("bench.ballot_server", str(folder), "--core", str(SERVER), "--follow")
    load(served.port, voters.one, connections=1, most=1)
    print(f"the first vote was taken {time.perf_counter() - began:.1f} s after the start", flush=True)
    _wait_for(lambda: box.latest(NAME) is not None, 300.0)
    print(f"the first map was there {time.perf_counter() - began:.1f} s after the start", flush=True)
    seen: list[tuple[float, int]] = []
    versions: dict[str, tuple[float, int]] = {}
    over = threading.Event()

    def look() -> None:
        reader = box_in(folder)
        while not over.wait(0.05):
            seen.append((time.time(), reader.counts(NAME).entries))
            latest = reader.latest(NAME)
            if latest is not None and latest.version not in versions:
                versions[latest.version] = (time.time(), latest.entries)
        reader.stop()

    watch = threading.Thread(target=look)
    watch.start()
    seconds = 30.0 if size.large > 10_000 else 5.0
    told, share = served.measured(lambda: load(served.port, voters.one, seconds=seconds, rate=1_000.0))
    time.sleep(4.0)
    over.set()
    watch.join()
    waits = []
    for moment, entries in seen:
        shown = [at for at, published in versions.values() if published >= entries and at >= moment]
        if shown and moment <= seen[0][0] + seconds:
            waits.append(min(shown) - moment)
    waits.sort()
    table(
        HEADS,
        [row(f"one vote at a time, 1,000 a second, {size.large:,} people behind it", [(told, share)], "unharmed")],
    )
    print(
        f"from a vote to a published map that has it: median {median(waits):.2f} s, 95 of 100 within "
        f"{waits[int(0.95 * len(waits))]:.2f} s, slowest {waits[-1]:.2f} s ({len(versions)} versions; to reach: 3 s)\n",
        flush=True,
    )
    served.end(kill=True)
    if not restarts:
        return
    before = box.latest(NAME)
    began = time.perf_counter()
    served = Served("bench.ballot_server", str(folder), "--core", str(SERVER), "--follow")
    load(served.port, voters.one, connections=8, most=8)
    first = time.perf_counter() - began
    _wait_for(lambda: box.latest(NAME) != before, 300.0)
    print(
        f"killed, and started with {box.counts(NAME).votes:,} votes stored: the first vote taken after {first:.1f} s, the map "
        f"current after {time.perf_counter() - began:.1f} s (to reach: at once, 60 s)\n",
        flush=True,
    )
    served.end()
    box.stop()


def tallies(folder: Path, size: Size) -> None:
    """How fast the follower enters single votes into the tallies, on one core."""
    people = max(size.large // 10, 500)
    box = filled(folder, Size(large=people, statements=size.statements, answers=size.answers))
    follower = Follower(box.store, box.shelf, pace=Pace(publish=1e9, full_run=1e9, growth=1e9), beside=False)
    follower.step(NAME)
    count = 100_000 if size.large > 10_000 else 2_000
    draw = random.Random(6)
    asks = []
    for number in range(count):
        answer = Answer(draw.randrange(size.statements), number % 3 - 1)
        asks.append(box.ask(NAME, 10**12 + 7 * draw.randrange(people), [answer]))
        if len(asks) == MOST_TOGETHER:
            box.writer._written(asks)
            asks = []
    if asks:
        box.writer._written(asks)
    began, cpu = time.perf_counter(), time.process_time()
    follower.step(NAME)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"tallies among {people:,} people: {count:,} single votes entered in {took:.1f} s, {count / took:,.0f} a second; "
        f"{count / used:,.0f} for each second of a core (to reach: 20,000)\n",
        flush=True,
    )
    follower.close()
    box.stop()


def _wait_for(what: Callable[[], bool], seconds: float) -> None:
    until = time.perf_counter() + seconds
    while not what():
        if time.perf_counter() > until:
            raise TimeoutError("the map did not come")
        time.sleep(0.05)


PARTS = ("voting", "django", "postgres", "watching", "tallies", "maps")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ballot_box", description=__doc__)
    parser.add_argument("parts", nargs="*", help=" ".join(PARTS))
    parser.add_argument("--tiny", action="store_true", help="whether everything runs, not a measurement")
    parser.add_argument("--large", type=int, help="people of the large consultation")
    given = parser.parse_args()
    size = TINY if given.tiny else Size()
    if given.large:
        size = Size(large=given.large)
    chosen = given.parts or list(PARTS)
    os.sched_setaffinity(0, {CLIENT})
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as name:
        folder = Path(name)
        if "voting" in chosen:
            rows += voting(folder, "", size, "SQLite", "8,000")
        if "django" in chosen:
            rows += ordinary(folder, size)
        if "postgres" in chosen:
            rows += _on_postgres(folder, size)
        if "watching" in chosen:
            rows += watching(folder, size)
        if rows:
            table(HEADS, rows)
        if "tallies" in chosen:
            tallies(folder, size)
        if "maps" in chosen:
            os.sched_setaffinity(0, range(os.cpu_count() or 1))
            maps(folder, size, restarts=True)


def _on_postgres(folder: Path, size: Size) -> list[Row]:
    """On a PostgreSQL of Debian's, durable as it comes, on the same core as the server."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if not programs:
        print("not measured: no PostgreSQL under /usr/lib/postgresql\n", flush=True)
        return []
    home = folder / "postgres"
    home.mkdir()
    folder.chmod(0o755)
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if os.geteuid() == 0 else []

    def do(program: Path, *words: str) -> None:
        command = ["taskset", "-c", str(SERVER), *become, str(program), "-D", str(home / "data"), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    do(programs[-1].with_name("initdb"), "-A", "trust", "-U", "comity", "--encoding=UTF8", "--locale=C")
    options = f"-c listen_addresses='' -c unix_socket_directories='{home}'"
    do(programs[-1], "start", "-w", "-l", str(home / "log"), "-o", options)
    try:
        return voting(folder, f"postgresql://comity@/postgres?host={home}", size, "PostgreSQL", "7,000")
    finally:
        do(programs[-1], "stop", "-w", "-m", "fast")


if __name__ == "__main__":
    main()
