"""Pages of questions and votes: what a visitor, a delegation and whoever presides meet; voting with and without script; the files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from tests.office.decisions.union import BACKEND, Union, parts
from tests.office.decisions.union import charter_text as charter_text_of

from comity.cli import main
from comity.groundwork.models import Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import draft_charter
from comity.office.charter.queries import charter_text
from comity.office.decisions import actions
from comity.office.decisions.actions import Entered
from comity.office.decisions.models import Cast, Question, Vote
from comity.office.decisions.queries.board import board
from comity.rules import decide, load
from comity.rules.plain import record_from_plain, snapshot_from_plain

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"


@pytest.fixture
def union(lasting: Union) -> Union:
    return lasting


def browser_of(person: Person | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person, backend=BACKEND)
    return client


def put(union: Union, **more: Any) -> Question:
    given: dict[str, Any] = {"title": Text.of("Reporting", "en", ar="الإبلاغ", zh="报告"), "rule": "ordinary", **more}
    return actions.put_to_vote(by=union.by(), body=union.body.id, parts=parts("Members report."), **given)


def voted(union: Union, **how: Any) -> Vote:
    """Six to one, two of them on paper."""
    vote = actions.open_vote(by=union.by(), question=put(union).id, **how)
    for key in ("KEN", "TUN", "CHL", "NOR"):
        actions.cast(by=union.by(key), vote=vote.id, party=union.parties[key], choice="yes")
    entries = [Entered(party=union.parties["JPN"], choice="yes"), Entered(party=union.parties["SAU"], choice="no")]
    actions.enter_votes(by=union.by(), vote=vote.id, entries=entries)
    return vote


@pytest.mark.parametrize("language", ["en", *(pytest.param(code, marks=pytest.mark.slow) for code in ("ar", "zh"))])
def test_every_page_opens_for_whoever_may_and_says_why_not_to_others(union: Union, language: str) -> None:
    vote = voted(union)
    question = vote.question_id
    ruled = put(union)
    ruling = actions.rule_on(by=union.by(), question=ruled.id, statement="receivable")
    secretary, delegate, visitor = map(browser_of, (union.secretary, union.people["KEN"], None))
    public = [
        "", question, f"votes/{vote.id}", f"votes/{vote.id}/hall", f"votes/{vote.id}/needs", "electorate",
        f"votes/{vote.id}/what-if?m-KEN=no&rule=important",
    ]  # fmt: skip
    presiding = [
        "put", f"put/{union.body.id}", "electorate/new", f"{ruled.id}/amend", f"{ruled.id}/order",
        f"{ruled.id}/divide", f"{ruled.id}/withdraw", f"{ruled.id}/rule", f"{ruled.id}/open",
        f"rulings/{ruling.id}/challenge", f"votes/{vote.id}/conduct", f"votes/{vote.id}/close",
        f"votes/{vote.id}/enter", f"votes/{vote.id}/hands", f"votes/{vote.id}/announce", f"votes/{vote.id}/explain",
        f"votes/{vote.id}/proxy", f"votes/{vote.id}/correct", f"votes/{vote.id}/break-tie",
    ]  # fmt: skip
    for path in public:
        for client in (secretary, delegate, visitor):
            assert client.get(f"/{language}/decisions/{path}").status_code == 200, path
    for path in presiding:
        assert secretary.get(f"/{language}/decisions/{path}").status_code == 200, path
    assert visitor.get(f"/{language}/decisions/votes/{vote.id}/conduct").status_code == 403
    assert delegate.get(f"/{language}/decisions/votes/{vote.id}/conduct").status_code == 403
    assert delegate.get(f"/{language}/decisions/votes/{vote.id}/mine").status_code == 200
    assert visitor.get(f"/{language}/decisions/votes/{vote.id}/mine").status_code == 403


def test_a_delegate_votes_in_two_steps_without_script(union: Union) -> None:
    vote = actions.open_vote(by=union.by(), question=put(union).id)
    client = browser_of(union.people["KEN"])
    mine = f"/en/decisions/votes/{vote.id}/mine"
    first = client.get(mine).content.decode()
    assert "Nothing is recorded for Kenya yet." in first
    confirm = client.get(mine + "?for=KEN&choice=no").content.decode()
    assert "You vote for Kenya:" in confirm
    assert not Cast.objects.exists()
    press = {"party": union.parties["KEN"], "choice": "no", "press": "x1", "seen": "0", "for": "KEN"}
    answer = client.post(f"/en/decisions/votes/{vote.id}/cast", press)
    assert answer.status_code == 302
    assert "Recorded" in client.get(answer.headers["Location"]).content.decode()
    assert Cast.objects.get().choice == "no"


def test_a_press_that_is_sent_again_by_a_bad_link_is_answered_alike(union: Union) -> None:
    vote = actions.open_vote(by=union.by(), question=put(union).id)
    client, where = browser_of(union.people["KEN"]), f"/en/decisions/votes/{vote.id}/cast"
    press = {"party": union.parties["KEN"], "choice": "yes", "press": "x1", "seen": "0"}
    asked = {"HTTP_ACCEPT": "application/json"}
    first, again = (client.post(where, press, **asked) for _ in range(2))  # type: ignore[arg-type]
    assert first.json() == again.json()
    assert first.json()["recorded"] == "yes"
    late = client.post(where, {**press, "press": "x0", "choice": "no"}, **asked)  # type: ignore[arg-type]
    assert late.status_code == 422
    assert "voted meanwhile" in late.json()["refused"]


def test_the_page_of_a_vote_tells_the_same_as_the_record(union: Union) -> None:
    vote = voted(union)
    actions.close_vote(by=union.by(), vote=vote.id)
    page = browser_of(None).get(f"/en/decisions/votes/{vote.id}").content.decode()
    assert "Adopted" in page
    assert "the same bytes" in page
    assert Vote.objects.get(id=vote.id).snapshot_digest in page
    assert "Saudi Arabia" in page


def test_an_announcement_that_differs_alarms_everybody(union: Union) -> None:
    vote = voted(union)
    actions.close_vote(by=union.by(), vote=vote.id)
    actions.announce(by=union.by(), vote=vote.id, verdict="not-adopted", words=Text.of("It is lost."))
    for path in (f"votes/{vote.id}", f"votes/{vote.id}/hall"):
        assert "differs from what was computed" in browser_of(None).get(f"/en/decisions/{path}").content.decode()


def test_an_announcement_in_the_words_that_were_offered_is_read_in_every_language(union: Union) -> None:
    vote = voted(union)
    actions.close_vote(by=union.by(), vote=vote.id)
    client, where = browser_of(union.secretary), f"decisions/votes/{vote.id}/announce"
    offered = client.get(f"/fr/{where}").context["form"].initial["words"]
    assert offered.startswith("Adopté.")
    given = {"verdict": "adopted", "words": offered, "language": "fr"}
    assert client.post(f"/fr/{where}", given).status_code == 302
    words = vote.announcements.latest("id").words
    assert (words.original_language, set(words.wordings)) == ("fr", {"ar", "en", "es", "fr", "ru", "zh"})
    assert words.shown("en").text.startswith("Adopted.")
    assert words.shown("zh").text.startswith("通过。")
    page = browser_of(None).get(f"/es/decisions/votes/{vote.id}").content.decode()
    assert page.count(words.shown("es").text) == 2  # computed, and announced
    assert client.post(f"/fr/{where}", {**given, "words": "C’est adopté."}).status_code == 302
    assert set(vote.announcements.latest("id").words.wordings) == {"fr"}


def test_what_is_for_members_is_not_there_for_others(union: Union) -> None:
    question = put(union)
    Question.objects.filter(id=question.id).update(audience="members")
    vote = actions.open_vote(by=union.by(), question=question.id)
    for path in (question.id, f"votes/{vote.id}", f"votes/{vote.id}/hall", f"votes/{vote.id}/record.json"):
        assert browser_of(None).get(f"/en/decisions/{path}").status_code == 404
        assert browser_of(union.people["KEN"]).get(f"/en/decisions/{path}").status_code == 200


def test_the_files_are_computed_again_by_anybody(
    union: Union, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vote = voted(union)
    actions.close_vote(by=union.by(), vote=vote.id)
    client = browser_of(None)
    told = json.loads(client.get(f"/en/decisions/votes/{vote.id}/record.json").content)
    charter = load("example-waico")
    assert told["charter"]["sha256"] == charter.digest
    outcome = decide(
        charter, snapshot_from_plain(told["snapshot"]), record_from_plain(told["record"]), rule="ordinary",
        on=Vote.objects.get().on,
    )  # fmt: skip
    assert json.loads(outcome.to_json()) == told["outcome"]
    roll = client.get(f"/en/decisions/votes/{vote.id}/roll.csv").content
    rows = list(csv.DictReader(io.StringIO(roll.decode("utf-8-sig"))))
    assert {row["member"]: row["choice"] for row in rows}["SAU"] == "no"
    (tmp_path / "charter.toml").write_text(charter_text(Vote.objects.get().question.charter), encoding="utf-8")
    (tmp_path / "votes.csv").write_text(
        "member,choice\n" + "".join(f"{row['member']},{row['choice']}\n" for row in rows), encoding="utf-8"
    )
    main(["decide", str(tmp_path / "charter.toml"), str(tmp_path / "votes.csv"), "--rule", "ordinary"])
    assert "Adopted" in capsys.readouterr().out


def test_the_metadata_of_akoma_ntoso_is_as_its_schema_asks(union: Union) -> None:
    vote = voted(union)
    actions.close_vote(by=union.by(), vote=vote.id)
    root = ET.fromstring(browser_of(None).get(f"/en/decisions/votes/{vote.id}/akn.xml").content)
    voting = root.find(f"{AKN}doc/{AKN}meta/{AKN}analysis/{AKN}parliamentary/{AKN}voting")
    assert voting is not None
    assert voting.attrib["outcome"] == "#outcome-adopted"
    counts = {count.attrib["refersTo"]: count.attrib["value"] for count in voting.iter(f"{AKN}count")}
    assert counts == {"#choice-yes": "5", "#choice-no": "1", "#choice-abstain": "0"}
    assert [quorum.attrib["value"] for quorum in voting.iter(f"{AKN}quorum")] == ["6"]


def test_nothing_undisclosed_is_in_files_or_pages(union: Union) -> None:
    vote = voted(union, disclosure="closed")
    client = browser_of(None)
    told = json.loads(client.get(f"/en/decisions/votes/{vote.id}/record.json").content)
    assert told["record"] is None
    rows = csv.DictReader(
        io.StringIO(client.get(f"/en/decisions/votes/{vote.id}/roll.csv").content.decode("utf-8-sig"))
    )
    assert {row["choice"] for row in rows} == {""}
    assert b'value="4"' not in client.get(f"/en/decisions/votes/{vote.id}/akn.xml").content
    api = client.get(f"/api/v1/decisions/votes/{vote.id}").json()
    assert api["outcome"] is None
    page = client.get(f"/en/decisions/votes/{vote.id}").content.decode()
    assert "6 of 7 have voted." in page
    assert "✓" not in page


def test_a_question_is_put_from_its_page(union: Union) -> None:
    client = browser_of(union.secretary)
    asked = {
        "title": "Ports", "text": "Open.\n\nSafe.", "language": "en", "rule": "important", "mode": "meeting",
        "meeting": "", "moved_by": union.parties["KEN"],
    }  # fmt: skip
    answer = client.post(f"/en/decisions/put/{union.body.id}", asked)
    assert answer.status_code == 302
    made = Question.objects.get()
    assert [part.text.original for part in made.parts.order_by("rank")] == ["Open.", "Safe."]
    amend = {"title": "Safer", "part-1": "Open.", "part-2": "Safe by day.", "party": union.parties["TUN"]}
    assert client.post(f"/en/decisions/{made.id}/amend", amend).status_code == 302
    moved = Question.objects.get(kind="amendment")
    assert [part.reference for part in moved.parts.all()] == ["2"]
    api = Client().get(f"/api/v1/decisions/questions/{made.id}").json()
    assert [part["reference"] for part in api["parts"]] == ["1", "2"]


def test_a_charter_is_put_to_the_vote_from_the_same_page(union: Union) -> None:
    draft = draft_charter(
        by=union.by(), text=charter_text_of().replace('version = "1"', 'version = "2"', 1), note="Second"
    )
    client = browser_of(union.secretary)
    asked = {"title": "New rules", "language": "en", "rule": "ordinary", "mode": "meeting", "draft": draft.id}
    assert client.post(f"/en/decisions/put/{union.body.id}", asked).status_code == 302
    made = Question.objects.get()
    assert made.rule == "charter-change"
    assert made.consequence is not None
    assert made.consequence["arguments"]["digest"] == draft.digest


def test_a_delegation_is_told_that_its_vote_is_waited_for(union: Union) -> None:
    vote = actions.open_vote(by=union.by(), question=put(union).id)
    client = browser_of(union.people["KEN"])
    assert f"/en/decisions/votes/{vote.id}/mine" in client.get("/en/").content.decode()
    actions.cast(by=union.by("KEN"), vote=vote.id, party=union.parties["KEN"], choice="yes")
    assert f"/en/decisions/votes/{vote.id}/mine" not in client.get("/en/").content.decode()


def test_a_vote_takes_as_many_queries_for_many_members_as_for_few(
    union: Union, django_assert_max_num_queries: Any
) -> None:
    question = put(union)
    few = actions.open_vote(by=union.by(), question=question.id)
    actions.cast(by=union.by("KEN"), vote=few.id, party=union.parties["KEN"], choice="yes")
    with django_assert_max_num_queries(20):
        assert len(board(few).roll) == 7
    for key in ("TUN", "CHL", "NOR", "JPN"):
        actions.cast(by=union.by(key), vote=few.id, party=union.parties[key], choice="no")
    actions.close_vote(by=union.by(), vote=few.id)
    with django_assert_max_num_queries(20):
        assert board(Vote.objects.select_related("question").get()).verdict == "Not adopted"
