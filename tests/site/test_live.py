"""The live channel: who is told what, that nothing is lost in between, that nobody holds up anybody, that rights which end, end here."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from tests.loops import finished

from comity.groundwork import live
from comity.groundwork.actions import end_role, grant_role, make_token, register_person
from comity.groundwork.acts import Actor, actor_for, system_actor
from comity.groundwork.audiences import ANYONE, MEMBERS, PUBLIC, Reader
from comity.groundwork.models import Grant, Person
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_body, establish_body, found
from comity.office.charter.models import Body
from comity.office.members.actions import register_party
from comity.office.records.actions import enter_document
from comity.site.live import channel as door
from comity.site.live import hub as hubs
from comity.site.live.channel import Channel, NotUnderstood, understood
from comity.site.live.hub import Full, Happened, Hub, Listener, Made
from comity.site.live.watching import Watch

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
THING = "charter.body:" + "0" * 26


# --- what is asked ---


def asked(query: str, *headers: tuple[bytes, bytes]) -> door.Question:
    return understood(query.encode(), headers)


def test_a_question_names_things_and_where_one_stands() -> None:
    found = asked(f"about={THING}&after=12&language=ar", (b"last-event-id", b"15"))
    assert (found.about, found.after, found.language) == ({THING}, 15, "ar")
    assert asked(f"about={THING}").after is None
    assert asked(f"about={THING}&after=-1").after == -1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "after=1",
        "about=",
        "about=charter.body",
        "about=no.such:x",
        "about=charter.body:%00",
        "about=charter.body:%C3%A9",
        "about=charter.body:" + "x" * 200,
        "part=meetings.now",
        f"part=no.such%20{THING}",
        f"about={THING}&after=x",
        f"about={THING}&after=%D9%A1",
        f"about={THING}&after=" + "9" * 30,
        f"about={THING}&language=de",
        f"about={THING}" + f"&about={THING}x" * 50,
        "about=%FF%FE",
        "a=1&" * 3000,
        "about=" + "x" * 9000,
    ],
)
def test_a_question_that_says_nothing_is_refused_in_words(query: str) -> None:
    with pytest.raises(NotUnderstood):
        asked(query)


def test_a_hostile_number_of_the_last_event_is_refused() -> None:
    for value in (b"\xff", b"12; drop", b"9" * 40, b"-2"):
        with pytest.raises(NotUnderstood):
            asked(f"about={THING}", (b"last-event-id", value))


# --- the hub ---


def listener(
    *about: str, reader: Reader = ANYONE, person: str | None = None, parts: tuple[tuple[str, str], ...] = ()
) -> Listener:
    return Listener(frozenset(about), parts, "en", reader, person)


def happened(seq: int, *refs: str, audience: str = PUBLIC, opens: datetime | None = None, kind: str = "") -> Happened:
    return Happened(seq, kind, audience, opens, refs)


async def now_or_never(one: Listener) -> bytes:
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            return await one.next(0)
    return b"nothing"


def told(hub: Hub, one: Listener, *events: Happened, made: tuple[Made, ...] = ()) -> bytes:
    async def run() -> bytes:
        hub.deliver(events, made, NOW)
        return await now_or_never(one)

    return finished(run())


def test_who_listens_to_a_thing_is_told_of_it_and_of_no_other() -> None:
    hub, one = Hub(), listener("a:1", "a:2")
    hub.join(one)
    assert told(hub, one, happened(7, "a:3")) == b"nothing"
    said = told(hub, one, happened(8, "a:1", "a:3"), happened(9, "a:2"), happened(11, "a:1"))
    assert said == b'id: 11\nevent: changed\ndata: {"things":{"a:1":11,"a:2":9},"spread":0}\n\n'
    hub.leave(one)
    assert told(hub, one, happened(12, "a:1")) == b"nothing"
    assert hub.count == 0
    assert not hub._by_ref


@pytest.mark.parametrize(
    ("event", "reader", "hears"),
    [
        (happened(1, "a:1"), ANYONE, True),
        (happened(1, "a:1", audience=MEMBERS), ANYONE, False),
        (happened(1, "a:1", audience=MEMBERS), Reader.of(parties=["p"]), True),
        (happened(1, "a:1", audience="delegation:p"), Reader.of(parties=["p"]), True),
        (happened(1, "a:1", audience="delegation:q"), Reader.of(parties=["p"]), False),
        (happened(1, "a:1", audience="secretariat"), Reader.of(parties=["p"]), False),
        (happened(1, "a:1", audience="secretariat"), Reader.of(secretariat=True), True),
        (happened(1, "a:1", opens=NOW + timedelta(hours=1)), ANYONE, False),
        (happened(1, "a:1", opens=NOW - timedelta(hours=1)), ANYONE, True),
        (happened(1, "a:1", opens=NOW + timedelta(hours=1)), Reader.of(secretariat=True), True),
    ],
)
def test_an_event_is_told_to_those_for_whom_it_is(event: Happened, reader: Reader, hears: bool) -> None:
    hub, one = Hub(), listener("a:1", reader=reader)
    hub.join(one)
    assert (told(hub, one, event) != b"nothing") is hears


def test_a_part_goes_to_those_for_whom_it_was_made_and_its_newest_wording_wins() -> None:
    hub = Hub()
    member = listener(reader=Reader.of(parties=["p"]), parts=(("x.part", "a:1"),))
    visitor = listener(parts=(("x.part", "a:1"),))
    for one in (member, visitor):
        hub.join(one)
    assert list(hub.wanted_of(["a:1", "a:2"])) == [("x.part", "a:1", "en")]
    old, new = (Made(("x.part", "a:1", "en"), MEMBERS, body) for body in (b"old", b"new"))
    assert told(hub, member, made=(old, new)) == b"new"
    assert told(hub, visitor, made=(new,)) == b"nothing"
    hub.leave(member)
    hub.leave(visitor)
    assert list(hub.wanted_of(["a:1"])) == []


def test_whose_role_changes_asks_anew() -> None:
    hub, one, other = Hub(), listener("a:1", person="p1"), listener("a:1", person="p2")
    for each in (one, other):
        hub.join(each)
    assert told(hub, one, happened(3, "groundwork.person:p1", kind="groundwork.role_ended")) == b""
    assert not other.ended


def test_no_person_and_no_crowd_takes_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_OF_ONE", 2)
    monkeypatch.setattr(hubs, "MOST_VISITORS", 2)
    monkeypatch.setattr(hubs, "MOST", 5)
    hub = Hub()
    for person in ("p", "p", None, None, "q"):
        hub.join(listener("a:1", person=person))
    for person in ("p", None, "r"):
        with pytest.raises(Full):
            hub.join(listener("a:1", person=person))
    assert hub.count == 5


def test_every_connection_shows_life_and_ends_in_time() -> None:
    hub, all_of_them = Hub(), [listener("a:1") for _n in range(50)]
    for one in all_of_them:
        hub.join(one)
    beats = dict.fromkeys(range(50), 0)
    for second in range(hubs.LIFE):
        hub.tick()
        for number, one in enumerate(all_of_them):
            if one.beat and not one.ended:
                beats[number], one.beat = beats[number] + 1, False
        if second == hubs.LIFE // 2 - 2:
            assert not any(one.ended for one in all_of_them)
    assert all(one.ended for one in all_of_them)
    assert min(beats.values()) >= hubs.LIFE // 2 // hubs.BEAT - 1


def test_those_who_fetch_are_spread_by_how_many_they_are() -> None:
    hub = Hub()
    for number in range(500):
        hub.join(listener("a:1", "a:2" if number else "a:3", person=f"p{number}"))
    told(hub, listener(), happened(1, "a:3"))
    assert hub.spread == 1 * hubs.COST * 1000
    told(hub, listener(), happened(2, "a:1"), happened(3, "a:3"))
    assert hub.spread == 500 * hubs.COST * 1000


# --- the whole way ---


class Line:
    """A connection to the channel, as a server gives it one."""

    def __init__(self, application: Channel, path: str, query: str, headers: dict[str, str]) -> None:
        self.status, self.headers, self.text = 0, {}, ""  # type: tuple[int, dict[str, str], str] | Any
        self._came, self._leave = asyncio.Event(), asyncio.Event()
        self._asked = False
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.task = asyncio.ensure_future(application(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message["body"].decode()
        self._came.set()

    async def until(self, words: str, seconds: float = 10) -> str:
        """All that came, once these words did."""
        async with asyncio.timeout(seconds):
            while words not in self.text:
                self._came.clear()
                await self._came.wait()
        return self.text

    async def leave(self) -> None:
        self._leave.set()
        await self.task


@pytest.fixture
def secretary(transactional_db: None) -> Person:
    """A secretary of an organisation with a body, and what is not for everybody."""
    found(by=system_actor(), name=Text.of("Test Union"), short_name="TU")
    person = register_person(by=system_actor(), name="Ada")
    grant_role(by=system_actor(), person=person.id, role="secretary")
    return person


@pytest.fixture
def body(secretary: Person) -> Body:
    return establish_body(by=actor_for(secretary), name=Text.of("Council"), established_on=NOW.date())


@pytest.fixture
def served() -> Callable[[Callable[[Channel], Any]], Any]:
    """Runs a coroutine function against a channel of its own, and closes that."""

    def run(work: Callable[[Channel], Any]) -> Any:
        async def with_channel() -> Any:
            async def nowhere(*_given: Any) -> None:
                raise AssertionError("a page was asked")

            application = Channel(nowhere)
            try:
                return await work(application)
            finally:
                application.close()
                await asyncio.sleep(0)

        return finished(with_channel())

    return run


def cookie_of(person: Person) -> dict[str, str]:
    """The header of somebody's session."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = person.id, BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return {"cookie": f"other=1; sessionid={session.session_key}"}


def renamed(by: Actor, body: Body, name: str) -> None:
    change_body(by=by, body=body.id, name=Text.of(name))


async def off_the_loop(does: Callable[[], Any]) -> Any:
    from django.db import connection

    def done() -> Any:
        try:
            return does()
        finally:
            connection.close()

    return await asyncio.to_thread(done)


def test_an_act_reaches_an_open_page(secretary: Person, body: Body, served: Any) -> None:
    async def work(application: Channel) -> tuple[Line, str]:
        line = Line(application, "/live", f"about={body.ref}", {})
        await line.until("id: ")
        await off_the_loop(lambda: renamed(actor_for(secretary), body, "Assembly"))
        said = await line.until("changed")
        await line.leave()
        return line, said

    line, said = served(work)
    assert (line.status, line.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert line.headers["cache-control"] == "no-store"
    assert json.loads(said.rpartition("data: ")[2])["things"] == {str(body.ref): live.newest()}


def test_an_act_done_before_the_watch_has_begun_is_told(
    secretary: Person, body: Body, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted, runs = threading.Event(), Watch.run

    def late(watch: Watch) -> None:
        acted.wait(30)
        runs(watch)

    monkeypatch.setattr(Watch, "run", late)

    async def work(application: Channel) -> str:
        line = Line(application, "/live", f"about={body.ref}", {})
        await line.until("id: ")
        await off_the_loop(lambda: renamed(actor_for(secretary), body, "Assembly"))
        acted.set()
        said = await line.until("changed")
        await line.leave()
        return said

    assert str(body.ref) in served(work)


def test_what_happened_between_page_and_line_is_told_first(secretary: Person, body: Body, served: Any) -> None:
    after = live.newest()
    renamed(actor_for(secretary), body, "Assembly")

    async def work(application: Channel) -> list[str]:
        texts = []
        for headers, query in (({}, f"&after={after}"), ({"last-event-id": str(after)}, ""), ({}, "")):
            line = Line(application, "/live", f"about={body.ref}{query}", headers)
            texts.append(await line.until(f"id: {after + 1}"))
            await line.leave()
        return texts

    first, again, from_now = served(work)
    assert "changed" in first
    assert "changed" in again
    assert "changed" not in from_now


def test_visitors_are_told_nothing_of_what_is_not_public(secretary: Person, served: Any) -> None:
    draft = enter_document(by=actor_for(secretary), title=Text.of("Draft"), series="general")
    query, shown = f"about={draft.ref}&after=-1", {**cookie_of(secretary)}
    key = make_token(by=actor_for(secretary), name="watcher")

    async def ask(application: Channel, headers: dict[str, str]) -> Any:
        line = Line(application, "/live/now", query, headers)
        await line.task
        return line.status, json.loads(line.text)

    async def work(application: Channel) -> list[Any]:
        given = ({}, {"cookie": "sessionid=" + "x" * 32}, shown, {"authorization": f"Bearer {key}"})
        wrong = ({"authorization": "Bearer comity_nothing"}, {"authorization": "Basic abc"})
        return [await ask(application, headers) for headers in (*given, *wrong)]

    visitor, stale, session, program, unknown, basic = served(work)
    assert visitor == stale
    assert visitor[1]["things"] == {}
    assert list(session[1]["things"]) == list(program[1]["things"]) == [str(draft.ref)]
    assert unknown[0] == basic[0] == 401


def test_with_the_role_the_connection_ends(secretary: Person, body: Body, served: Any) -> None:
    headers = cookie_of(secretary)

    async def work(application: Channel) -> int:
        line = Line(application, "/live", f"about={body.ref}", headers)
        await line.until("id: ")
        assert application.hub.count == 1
        grant = await off_the_loop(lambda: Grant.objects.get(role="secretary").id)
        await off_the_loop(lambda: end_role(by=system_actor(), grant=grant))
        async with asyncio.timeout(10):
            await line.task
        return application.hub.count

    assert served(work) == 0


def test_a_session_that_was_ended_is_a_visitors(secretary: Person, served: Any) -> None:
    draft = enter_document(by=actor_for(secretary), title=Text.of("Draft"), series="general")
    headers = cookie_of(secretary)
    secretary.set_password("another one entirely")
    secretary.save()

    async def work(application: Channel) -> Any:
        line = Line(application, "/live/now", f"about={draft.ref}&after=-1", headers)
        await line.task
        return json.loads(line.text)["things"]

    assert served(work) == {}


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A part of bodies: their name, counted how often it was made; for whom can be set."""
    told: dict[str, Any] = {"made": 0, "audience": PUBLIC}

    def fill(ref: Ref, reader: Reader) -> dict[str, Any]:
        told["made"] += 1
        if told.get("fails"):
            raise RuntimeError("broken")
        return {"title": Body.objects.get(id=ref.id).name, "reader": reader}

    part = live.Part("charter.named", "charter.body", "refused_part.html", lambda _ref: told["audience"], fill)
    monkeypatch.setattr(live, "PARTS", {**live.PARTS, part.name: part})
    monkeypatch.setattr(door, "PARTS", live.PARTS)
    monkeypatch.setattr(live, "render_to_string", lambda _name, filled: f"<p>{filled['title']}</p>")
    live._kept.clear()
    yield told
    live._kept.clear()


def test_a_part_is_made_once_for_all_who_see_it_alike(secretary: Person, body: Body, part: Any, served: Any) -> None:
    async def work(application: Channel) -> list[str]:
        lines = [
            Line(application, "/live", f"part=charter.named%20{body.ref}&language={language}", {})
            for language in ("en", "en", "en", "ar", "ar")
        ]
        for line in lines:
            await line.until("id: ")
        part["made"] = 0
        await off_the_loop(lambda: renamed(actor_for(secretary), body, "Assembly"))
        texts = [await line.until("Assembly") for line in lines]
        for line in lines:
            await line.leave()
        return texts

    texts = served(work)
    assert part["made"] == 2
    assert all('"html":"<p>Assembly</p>"' in text for text in texts)


def test_a_part_for_members_is_not_made_for_visitors(secretary: Person, body: Body, part: Any, served: Any) -> None:
    part["audience"] = MEMBERS
    kenya = register_party(by=actor_for(secretary), kind="state", iso3="KEN")
    delegate = register_person(by=system_actor(), name="Wanjiru")
    grant_role(by=system_actor(), person=delegate.id, role="delegate", at=str(kenya.ref))
    headers = cookie_of(delegate)

    async def work(application: Channel) -> tuple[str, str]:
        query = f"part=charter.named%20{body.ref}&after=-1"
        member, visitor = Line(application, "/live", query, headers), Line(application, "/live", query, {})
        await member.until("Council")
        await visitor.until("id: ")
        await off_the_loop(lambda: renamed(actor_for(secretary), body, "Assembly"))
        texts = await member.until("Assembly"), visitor.text
        await member.leave()
        await visitor.leave()
        return texts

    member, visitor = served(work)
    assert "part" in member
    assert "part" not in visitor


def test_a_part_that_cannot_be_made_leaves_the_channel_alive(
    secretary: Person, body: Body, part: Any, served: Any
) -> None:
    async def work(application: Channel) -> str:
        line = Line(application, "/live", f"about={body.ref}&part=charter.named%20{body.ref}", {})
        await line.until("id: ")
        part["fails"] = True
        await off_the_loop(lambda: renamed(actor_for(secretary), body, "Assembly"))
        said = await line.until("changed")
        await line.leave()
        return said

    assert "event: part" not in served(work)


def test_what_changes_without_an_event_is_told_too(body: Body, served: Any) -> None:
    async def work(application: Channel) -> str:
        line = Line(application, "/live", f"about={body.ref}", {})
        await line.until("id: ")
        while not application._watch or application._watch.last < 0:  # the thread has begun
            await asyncio.sleep(0.01)
        live.touch(body.ref)
        said = await line.until("changed")
        await line.leave()
        return said

    assert f'"{body.ref}":-1' in served(work)


def test_whoever_takes_nothing_is_dropped_and_holds_up_nobody(
    secretary: Person, body: Body, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "SLOWEST", 0.3)

    async def work(application: Channel) -> int:
        stuck = Line(application, "/live", f"about={body.ref}", {})
        await stuck.until("id: ")
        taken = stuck._send

        async def never(message: Any) -> None:
            await taken(message)
            await asyncio.sleep(60)

        stuck_send = Line(application, "/live", f"about={body.ref}", {})
        stuck_send._send = never  # type: ignore[method-assign]
        other = Line(application, "/live", f"about={body.ref}", {})
        await other.until("id: ")
        await off_the_loop(lambda: renamed(actor_for(secretary), body, "Assembly"))
        await other.until("changed")
        await other.leave()
        await stuck.leave()
        stuck_send.task.cancel()
        return application.hub.count

    assert served(work) <= 1


def test_asking_says_what_changed_since(secretary: Person, body: Body, part: Any, served: Any) -> None:
    after = live.newest()
    renamed(actor_for(secretary), body, "Assembly")

    async def ask(application: Channel, after: int) -> Any:
        query = f"about={body.ref}&part=charter.named%20{body.ref}&after={after}"
        line = Line(application, "/live/now", query, {})
        await line.task
        return json.loads(line.text)

    async def work(application: Channel) -> tuple[Any, Any]:
        first = await ask(application, after)
        return first, await ask(application, first["after"])

    first, then = served(work)
    assert first["things"] == {str(body.ref): after + 1}
    assert [made["html"] for made in first["parts"]] == ["<p>Assembly</p>"]
    assert (then["things"], then["parts"]) == ({}, [])


def test_other_methods_and_other_addresses_are_not_the_channels(body: Body, served: Any) -> None:
    async def work(_application: Channel) -> list[str]:
        asked: list[str] = []

        async def behind(scope: Any, _receive: Any, send: Any) -> None:
            asked.append(scope["path"])

        application = Channel(behind)
        for path in ("/live/", "/lives", "/live/now/x", "/en/"):
            await Line(application, path, "", {}).task
        return asked

    assert served(work) == ["/live/", "/lives", "/live/now/x", "/en/"]


def test_the_moment_of_the_record_is_asked_before_the_page(body: Body) -> None:
    assert live.newest() >= 0
    assert live.changed_since(ANYONE, [str(body.ref)], -1) == {str(body.ref): live.newest()}
    assert live.changed_since(ANYONE, [str(body.ref)], live.newest()) == {}


def test_what_happens_soon_after_is_told_together_and_the_first_at_once() -> None:
    async def run() -> list[bytes]:
        hub, one, loop = Hub(), listener("a:1"), asyncio.get_running_loop()
        hub.join(one)
        hub.deliver([happened(1, "a:1")], (), NOW)
        said = [await one.next(0, 1.0)]
        hub.deliver([happened(2, "a:1")], (), NOW)
        loop.call_later(0.1, lambda: hub.deliver([happened(3, "a:1")], (), NOW))
        said.append(await one.next(0, 1.0))
        return said

    said = finished(run())
    assert [b"id: 1\n" in said[0], b'"a:1":3' in said[1]] == [True, True]
