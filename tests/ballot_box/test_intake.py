"""The intake, spoken to as a server speaks to an application: what each request is answered with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loops import finished

from comity.ballot_box import Answer, BallotBox, Follower, Intake, Limit, Limits, Listed, tickets
from comity.opinion import Statement

KEY = tickets.key("intake")
ANNA = 4711


@dataclass(frozen=True)
class Told:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


async def behind(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


Ask = Callable[..., Told]


@pytest.fixture
def intake(sqlite_box: BallotBox) -> Intake:
    return Intake(behind, sqlite_box, KEY)


@pytest.fixture
def ask(intake: Intake, sqlite_consultation: str, clock: list[float]) -> Ask:
    def asked(
        path: str = "vote",
        said: Any = None,
        *,
        method: str = "POST",
        participant: int = ANNA,
        ticket: str | None = None,
        headers: dict[str, str] | None = None,
        client: str = "192.0.2.1",
        to: Intake | None = None,
        raw: bytes | None = None,
    ) -> Told:
        expires = datetime.fromtimestamp(clock[0], UTC) + timedelta(hours=1)
        good = tickets.issue(KEY, sqlite_consultation, participant, expires)
        sent = {"authorization": f"Ballot {good if ticket is None else ticket}", **(headers or {})}
        body = raw if raw is not None else json.dumps(said).encode()
        scope = {
            "type": "http",
            "method": method,
            "path": path if path.startswith("/") else f"/c/{sqlite_consultation}/{path}",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": (client, 1234),
        }
        pieces = [body[:10], body[10:]]
        told: list[Any] = []

        async def receive() -> Any:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            told.append(message)

        finished((to or intake)(scope, receive, send))
        found = {name.decode(): value.decode() for name, value in told[0]["headers"]}
        return Told(told[0]["status"], found, b"".join(message.get("body", b"") for message in told[1:]))

    return asked


def test_one_answer_is_taken(ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str) -> None:
    told = ask("vote", {"statement": 3, "vote": 1, "important": True, "device": "k7", "n": 1})
    assert (told.status, told.said) == (200, {"taken": 1})
    assert told.headers["cache-control"] == "no-store"
    assert sqlite_box.mine(sqlite_consultation, ANNA) == {3: Answer(3, 1, important=True)}


def test_of_a_batch_good_answers_count_and_the_bad_one_is_named(
    ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str
) -> None:
    answers = [{"statement": number, "vote": 1, "n": number} for number in range(1, 9)]
    answers[4]["vote"] = 7
    told = ask("votes", {"device": "k7", "answers": [*answers, {"statement": 99, "vote": 0, "n": 9}, "nonsense"]})
    assert told.status == 200
    assert told.said == {
        "taken": 7,
        "refused": [
            {"row": 4, "n": 5, "why": "malformed"},
            {"row": 8, "n": 9, "why": "statement_unknown"},
            {"row": 9, "why": "malformed"},
        ],
    }
    assert sorted(sqlite_box.mine(sqlite_consultation, ANNA)) == [1, 2, 3, 4, 6, 7, 8]


def test_a_batch_that_is_sent_again_is_acknowledged_and_adds_nothing(
    ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str
) -> None:
    batch = {"device": "k7", "answers": [{"statement": number, "vote": -1, "n": number} for number in range(1, 9)]}
    assert [ask("votes", batch).said["taken"] for _ in range(3)] == [8, 8, 8]
    assert sqlite_box.counts(sqlite_consultation).entries == 1


def test_an_answer_is_taken_back(ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str) -> None:
    ask("vote", {"statement": 3, "vote": 1})
    assert ask("vote", {"statement": 3, "vote": None}).status == 200
    assert sqlite_box.mine(sqlite_consultation, ANNA) == {}


@pytest.mark.parametrize("ticket", ["", "x", "A" * 40, "é" * 40])
def test_without_a_good_ticket_nothing_is_taken(ask: Ask, ticket: str) -> None:
    told = ask("vote", {"statement": 3, "vote": 1}, ticket=ticket)
    assert (told.status, told.said) == (401, {"refused": "ticket"})


def test_a_ticket_of_another_consultation_does_not_count(ask: Ask, clock: list[float]) -> None:
    other = tickets.issue(KEY, "another", ANNA, datetime.fromtimestamp(clock[0] + 60, UTC))
    assert ask("vote", {"statement": 3, "vote": 1}, ticket=other).status == 401


def test_an_expired_ticket_says_so(ask: Ask, sqlite_consultation: str, clock: list[float]) -> None:
    old = tickets.issue(KEY, sqlite_consultation, ANNA, datetime.fromtimestamp(clock[0] - 1, UTC))
    assert ask("vote", {"statement": 3, "vote": 1}, ticket=old).said == {"refused": "expired"}


def test_a_ticket_that_is_replayed_after_an_erasure_is_refused(
    ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str
) -> None:
    ask("vote", {"statement": 3, "vote": 1})
    sqlite_box.erase(sqlite_consultation, ANNA)
    told = ask("vote", {"statement": 3, "vote": 1})
    assert (told.status, told.said) == (403, {"refused": "barred"})


def test_statements_that_are_closed_or_unknown_are_refused(
    ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str
) -> None:
    sqlite_box.set_statements(sqlite_consultation, [Listed(Statement(1)), Listed(Statement(2), open=False)])
    assert ask("vote", {"statement": 2, "vote": 1}).said == {"refused": "statement_closed"}
    assert ask("vote", {"statement": 99, "vote": 1}).said == {"refused": "statement_unknown"}
    assert ask("vote", {"statement": 2, "vote": 1}).status == 409
    sqlite_box.close(sqlite_consultation)
    assert ask("vote", {"statement": 1, "vote": 1}).said == {"refused": "closed"}
    sqlite_box.freeze(sqlite_consultation)
    assert ask("votes", {"answers": [{"statement": 1, "vote": 1}]}).said == {"refused": "frozen"}


@pytest.mark.parametrize(
    "said",
    [
        None, [], {}, {"statement": 1}, {"vote": 1}, {"statement": "1", "vote": 1}, {"statement": True, "vote": 1},
        {"statement": 1, "vote": True}, {"statement": 1, "vote": 0.5}, {"statement": -1, "vote": 1}, {"statement": 2**31, "vote": 1},
        {"statement": 1, "vote": 1, "important": 1}, {"statement": 1, "vote": 1, "device": "a b"},
        {"statement": 1, "vote": 1, "device": 5}, {"statement": 1, "vote": 1, "device": "x" * 17},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_malformed(ask: Ask, said: Any) -> None:
    told = ask("vote", said)
    assert (told.status, told.said) == (400, {"refused": "malformed"})


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(repr).map(str.encode)
)
def test_no_body_makes_it_fail(ask: Ask, raw: bytes) -> None:
    assert ask("vote", raw=raw).status in (400, 409, 429)
    assert ask("votes", raw=raw).status in (400, 409, 413, 429)


def test_too_much_at_once_is_refused(ask: Ask) -> None:
    answers = [{"statement": 1, "vote": 1}] * 51
    assert (ask("votes", {"answers": answers}).status, ask("vote", raw=b" " * 20_000).status) == (413, 413)


def test_a_ticket_that_sends_too_fast_is_told_when_to_come_again(ask: Ask) -> None:
    batch = {"answers": [{"statement": 1, "vote": 1}] * 50}
    statuses = [ask("votes", batch).status for _ in range(7)]
    assert statuses == [200] * 6 + [429]
    told = ask("votes", batch)
    assert told.said == {"refused": "too_fast"}
    assert 1 <= int(told.headers["retry-after"]) <= 26
    assert ask("votes", batch, participant=ANNA + 1).status == 200


def test_a_flood_from_one_address_leaves_others_alone(ask: Ask, sqlite_box: BallotBox) -> None:
    narrow = Intake(behind, sqlite_box, KEY, limits=Limits(address=Limit(burst=20, rate=0.001)))
    flood = [ask("vote", {"statement": 1, "vote": 1}, participant=who, to=narrow).status for who in range(1, 40)]
    assert flood == [200] * 20 + [429] * 19
    assert ask("vote", {"statement": 1, "vote": 1}, client="192.0.2.2", to=narrow).status == 200
    forged = {"x-forwarded-for": "198.51.100.7"}
    assert ask("vote", {"statement": 1, "vote": 1}, headers=forged, to=narrow).status == 429


def test_a_full_queue_says_so(ask: Ask, sqlite_box: BallotBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.ballot_box.writer.MOST_WAITING", 0)
    told = ask("vote", {"statement": 1, "vote": 1})
    assert (told.status, told.said, told.headers["retry-after"]) == (503, {"refused": "busy"}, "2")


def test_other_methods_and_other_addresses(ask: Ask, sqlite_consultation: str) -> None:
    assert ask("vote", method="GET").status == 405
    assert ask("map/latest", method="POST").status == 405
    for path in ("/", "/c/", f"/c/{sqlite_consultation}", f"/c/{sqlite_consultation}/vote/x", "/c/a/b/vote", "/api/"):
        assert ask(path, method="GET").body == path.encode()


def test_the_map_is_handed_out_once_and_then_not_again(
    ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str
) -> None:
    assert ask("map/latest", method="GET").status == 404
    for who in range(1, 9):
        sqlite_box.cast(sqlite_consultation, who, [Answer(number, 1 - number % 3) for number in range(1, 9)])
    (published,) = Follower(sqlite_box.store, sqlite_box.shelf, beside=False).step()
    fresh = Intake(behind, sqlite_box, KEY)
    latest = ask("map/latest", method="GET", to=fresh)
    assert latest.said == {"version": published.version, "at": published.at, "frozen": False}
    assert len(latest.body) < 200
    unchanged = ask("map/latest", method="GET", headers={"if-none-match": latest.headers["etag"]}, to=fresh)
    assert (unchanged.status, unchanged.body) == (304, b"")
    for name in (
        f"map/{published.version}.json",
        f"map/{published.version}/result.json",
        f"map/{published.version}/sums.json",
    ):
        told = ask(name, method="GET", headers={"accept-encoding": "br, gzip"})
        assert told.status == 200
        assert told.headers["content-encoding"] == "gzip"
        assert "immutable" in told.headers["cache-control"]
        plain = ask(name, method="GET")
        assert "content-encoding" not in plain.headers
        assert plain.headers["vary"] == "accept-encoding"
        assert gzip.decompress(told.body) == plain.body
        json.loads(plain.body)
    for name in (
        "map/" + "0" * 64 + ".json",
        "map/x.json",
        f"map/{published.version}",
        f"map/{published.version}/places.json",
        "map/",
    ):
        assert ask(name, method="GET").status == 404


def test_maps_that_are_not_for_the_public_yet_are_not_there_until_it_is_frozen(
    ask: Ask, sqlite_box: BallotBox, sqlite_consultation: str
) -> None:
    for who in range(1, 9):
        sqlite_box.cast(sqlite_consultation, who, [Answer(number, 1 - number % 3) for number in range(1, 9)])
    (published,) = Follower(sqlite_box.store, sqlite_box.shelf, beside=False).step()
    paths = ("map/latest", f"map/{published.version}.json", f"map/{published.version}/result.json")
    fresh = Intake(behind, sqlite_box, KEY)
    for hidden in (False, True, False):
        sqlite_box.open_consultation(sqlite_consultation, hidden=hidden)
        assert {ask(path, method="GET", to=fresh).status for path in paths} == {404 if hidden else 200}
    sqlite_box.open_consultation(sqlite_consultation, hidden=True)
    sqlite_box.freeze(sqlite_consultation)
    assert {ask(path, method="GET", to=fresh).status for path in paths} == {200}
