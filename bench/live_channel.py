"""The live channel: from the closing of a vote to the last screen, with thousands who listen. `make bench ARGS=live_channel`.

A real server process (`comity serve`) on one core, the listeners on the other: each with a session of its own in the database, a role
in a delegation, and one connection that shows the vote in one of six languages. The vote is closed through the API by a key for
programs. Measured from the moment at which the closing is asked for, so the count, the outcome, the record and the rendering in six
languages are all within.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import table

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
MEMBERS = 193
AT_ONCE = 50
SERVER, CLIENT = (1, 0) if (os.cpu_count() or 1) > 1 else (0, 0)


# --- what is there ---


def prepare(listeners: int, rounds: int) -> dict[str, Any]:
    """Found an organisation of 193 members with a meeting in which votes are open; sessions of delegates. In a process of its own."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.site.settings"
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from comity.groundwork.actions import grant_role, make_token, register_person
    from comity.groundwork.acts import actor_for, system_actor
    from comity.groundwork.ids import new_id
    from comity.groundwork.models import Grant, Person
    from comity.groundwork.translated import Text
    from comity.office.charter.actions import adopt_charter, draft_charter, establish_body, found
    from comity.office.decisions.actions import Entered, enter_votes, open_vote, put_to_vote
    from comity.office.meetings import actions as meetings
    from comity.office.members.actions import register_party
    from comity.office.members.regions import SUB_REGION
    from comity.rules.charter_file import CATALOGUE
    from comity.site.installation import prepare as migrate

    migrate()
    system, now = system_actor(), timezone.now()
    found(by=system, name=Text.of("World Union"), short_name="WU")
    secretary = register_person(by=system, name="Ada")
    grant_role(by=system, person=secretary.id, role="secretary")
    by = actor_for(secretary)
    draft = draft_charter(by=by, text=(CATALOGUE / "example-waico.toml").read_text(encoding="utf-8"))
    adopt_charter(by=by, draft=draft.id)
    body = establish_body(by=by, name=Text.of("Assembly"), established_on=now.date())
    parties = [register_party(by=by, kind="state", iso3=code) for code in sorted(SUB_REGION)[:MEMBERS]]
    keys = [party.id for party in parties]
    meeting = meetings.convene(
        by=by, body=body.id, title=Text.of("Session"), starts_at=now, parties=keys, voting=keys, chair=secretary.id
    )
    meetings.note_presence(by=by, meeting=meeting.id, arrived=keys)
    meetings.open_meeting(by=by, meeting=meeting.id)
    votes = []
    for number in range(rounds):
        title = Text.of(f"Resolution {number + 1}")
        question = put_to_vote(by=by, body=body.id, title=title, rule="important", meeting=meeting.id)
        vote = open_vote(by=by, question=question.id, meeting=meeting.id)
        entries = [
            Entered(party=key, choice=("yes", "yes", "yes", "no", "abstain")[n % 5]) for n, key in enumerate(keys)
        ]
        enter_votes(by=by, vote=vote.id, entries=entries, meeting=meeting.id)
        votes.append(vote.id)
    people = [Person(id=new_id(now), name=f"Delegate {n}", registered_at=now) for n in range(listeners)]
    for person in people:
        person.set_unusable_password()
    Person.objects.bulk_create(people, batch_size=1000)
    Grant.objects.bulk_create(
        (
            Grant(id=new_id(now), person=person, role="delegate", at=str(parties[n % MEMBERS].ref), since=now)
            for n, person in enumerate(people)
        ),
        batch_size=1000,
    )
    # Sessions by the thousand, written in few statements: the store itself saves one at a time.
    store: Any = SessionStore()
    sessions = []
    for person in people:
        said = {
            SESSION_KEY: person.id,
            BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        key = store._get_new_session_key()
        sessions.append(
            Session(session_key=key, session_data=store.encode(said), expire_date=now.replace(year=now.year + 1))
        )
    Session.objects.bulk_create(sessions, batch_size=1000)
    return {
        "meeting": meeting.id,
        "votes": votes,
        "sessions": [one.session_key for one in sessions],
        "key": make_token(by=by, name="bench", may_write=True),
    }


# --- the listeners ---


class Screen(asyncio.Protocol):
    """One connection. told: when the part came whole, once it was armed."""

    def __init__(self, request: bytes, open_now: asyncio.Future[None]) -> None:
        self._request, self._open = request, open_now
        self._held, self.armed, self.told, self.size, self.lost = b"", False, 0.0, 0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if not self._open.done():
            self._held += data
            if b"\nid: " in self._held:
                assert self._held.startswith(b"HTTP/1.1 200"), self._held[:200]
                self._held = b""
                self._open.set_result(None)
        elif self.armed:
            self._held += data
            begun = self._held.find(b"event: part")
            if begun >= 0 and self._held.find(b"\n\n", begun) >= 0:
                self.told, self.size, self.armed, self._held = time.perf_counter(), len(self._held), False, b""

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if not self._open.done():
            self._open.set_exception(ConnectionError("the server closed the line"))


async def connect(port: int, made: dict[str, Any]) -> list[Screen]:
    """Open every connection, some at once."""
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)
    parts = "&".join(f"part=decisions.result%20decisions.vote:{vote}" for vote in made["votes"])

    async def one(number: int, session: str) -> Screen:
        language = LANGUAGES[number % len(LANGUAGES)]
        request = (
            f"GET /live?{parts}&language={language} HTTP/1.1\r\nHost: localhost\r\n"
            f"Accept: text/event-stream\r\nCookie: sessionid={session}\r\n\r\n"
        )
        async with gate:
            ready: asyncio.Future[None] = loop.create_future()
            _transport, screen = await loop.create_connection(
                lambda: Screen(request.encode(), ready), "127.0.0.1", port
            )
            await asyncio.wait_for(ready, 120)
            return screen

    return list(await asyncio.gather(*(one(n, session) for n, session in enumerate(made["sessions"]))))


def close(port: int, made: dict[str, Any], vote: str) -> tuple[float, float]:
    """Close a vote through the API: when it was asked for, and when that was answered."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"vote": vote, "meeting": made["meeting"]})
    headers = {"Authorization": f"Bearer {made['key']}", "Content-Type": "application/json", "Host": "localhost"}
    asked = time.perf_counter()
    line.request("POST", "/api/v1/acts/decisions.close_vote", body, headers)
    answer = line.getresponse()
    said = answer.read()
    assert answer.status == 200, said
    return asked, time.perf_counter()


async def rounds(port: int, pid: int, made: dict[str, Any]) -> None:
    before, began = memory(pid), time.perf_counter()
    screens = await connect(port, made)
    connected = time.perf_counter() - began
    await asyncio.sleep(3)
    each = (memory(pid) - before) / len(screens)
    print(
        f"{len(screens)} connections, each with a session of its own: open after {connected:.1f} s, "
        f"{each / 1024:.1f} KiB of the server's memory for each\n",
        flush=True,
    )
    rows = []
    for number, vote in enumerate(made["votes"], start=1):
        for screen in screens:
            screen.armed = True
        used = seconds_used(pid)
        asked, answered = await asyncio.to_thread(close, port, made, vote)
        limit = time.perf_counter() + 60
        while any(screen.armed for screen in screens) and time.perf_counter() < limit:
            await asyncio.sleep(0.01)
        late = sorted(screen.told - asked for screen in screens if not screen.armed)
        missing = len(screens) - len(late)
        rows.append(
            [
                str(number),
                f"{answered - asked:.3f}",
                *(f"{value:.3f}" for value in (late[0], median(late), late[int(len(late) * 0.99)], late[-1])),
                f"{seconds_used(pid) - used:.2f}",
                f"{median(screen.size for screen in screens) / 1024:.1f}",
                str(missing),
            ]
        )
        await asyncio.sleep(2)
    heads = ["closing", "answered, s", "first screen", "median", "99 %", "last screen, s", "server's core, s"]
    heads += ["message, KiB", "not told"]
    table(heads, rows)


def memory(pid: int) -> float:
    """Bytes that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


def seconds_used(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.live_channel", description=__doc__)
    parser.add_argument("--listeners", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.prepare:
        print(json.dumps(prepare(given.listeners, given.rounds)))
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = given.listeners + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        sys.exit(
            f"{given.listeners} connections need {wanted} open files, and this system allows {hard}: see ulimit -n"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COMITY_DATA": folder}
        words = ["-m", "bench.live_channel", "--prepare"]
        counts = ["--listeners", str(given.listeners), "--rounds", str(given.rounds)]
        made = json.loads(
            subprocess.run(
                [sys.executable, *words, *counts], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE
            ).stdout
        )
        serve = subprocess.Popen(
            [sys.executable, "-m", "comity.cli", "serve", "--port", "0"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert serve.stdout is not None
            told = re.search(r"http://[0-9.]+:(\d+)", serve.stdout.readline())
            assert told, "the server did not start"
            os.sched_setaffinity(serve.pid, {SERVER})
            os.sched_setaffinity(0, {CLIENT})
            asyncio.run(rounds(int(told[1]), serve.pid, made))
        finally:
            serve.terminate()
            serve.wait(30)


if __name__ == "__main__":
    main()
