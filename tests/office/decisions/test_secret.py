"""Secret ballots: the count, what is published, a server that stops, and attacks on all that is stored."""

from __future__ import annotations

import itertools
import json
import logging
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.office.decisions.union import BACKEND, NOW, STATES, Union, build, parts
from tests.office.members.conftest import empty_the_state

from comity.groundwork.acts import ACTS, system_actor
from comity.groundwork.models import Event
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions import urn as urns
from comity.office.decisions.actions.secret import lost
from comity.office.decisions.models.question import Question
from comity.office.decisions.models.secret import SecretBallot, UrnPlace
from comity.office.decisions.urn import InAlready, Urn
from comity.office.meetings import actions as meetings

PATH = "/en/decisions/secret"
CHOICE = dict(zip(STATES, ("yes", "no", "yes", "abstain", "no", "yes", "yes"), strict=True))


@pytest.fixture
def union(db: None) -> Union:
    return build()


def question(union: Union, rule: str = "ordinary") -> Question:
    return actions.put_to_vote(
        by=union.by(),
        body=union.body.id,
        title=Text.of("The seat"),
        rule=rule,
        parts=parts("It moves."),
        mode="meeting",
    )


def ballot(union: Union, rule: str = "ordinary") -> SecretBallot:
    return actions.open_secret(by=union.by(), question=question(union, rule).id)


def put(union: Union, current: SecretBallot, key: str, *marked: str) -> None:
    actions.cast_secret(by=union.by(key), secret=current.id, party=union.parties[key], marked=list(marked))


def fill(union: Union, current: SecretBallot, choices: dict[str, str]) -> None:
    for key, choice in choices.items():
        put(union, current, key, *([] if choice == "blank" else [choice]))


def counted(union: Union, current: SecretBallot, **more: object) -> SecretBallot:
    actions.count_secret(by=union.by(), secret=current.id, **more)  # type: ignore[arg-type]
    current.refresh_from_db()
    return current


# --- what it does ---


def test_papers_are_counted_together_and_decide_the_question(union: Union, client: Client) -> None:
    current = ballot(union)
    fill(union, current, CHOICE)
    counted(union, current)
    assert current.totals == {"yes": 4, "no": 2, "abstain": 1, "blank": 0, "invalid": 0}
    assert (current.papers, current.verdict, sorted(current.voted)) == (7, "adopted", sorted(STATES))
    assert json.loads(current.outcome)["verdict"] == "adopted"
    decided = Question.objects.get()
    assert (decided.stage, decided.verdict) == ("decided", "adopted")
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "7 of 7 members put a paper in" in page
    assert "Why it came out so" in page


def test_a_paper_is_put_in_once_and_by_its_own_delegation(union: Union) -> None:
    current = ballot(union)
    put(union, current, "KEN", "yes")
    with pytest.raises(Refused, match="in the urn already"):
        put(union, current, "KEN", "no")
    with pytest.raises(NotAllowed):
        actions.cast_secret(by=union.by("TUN"), secret=current.id, party=union.parties["CHL"], marked=["yes"])
    for wrong in (["maybe"], ["yes", "no"], ["yes", "yes"]):
        with pytest.raises(Refused):
            put(union, current, "TUN", *wrong)


def test_a_blank_paper_is_counted_and_is_no_vote(union: Union) -> None:
    current = ballot(union)
    fill(union, current, {**CHOICE, "KEN": "blank"})
    counted(union, current)
    assert (current.totals["blank"], current.totals["yes"], current.papers) == (1, 3, 7)


def test_paper_and_electronic_votes_are_one_result(union: Union) -> None:
    current = ballot(union)
    real = {key: CHOICE[key] for key in ("KEN", "TUN")}
    fill(union, current, {key: choice for key, choice in CHOICE.items() if key not in real})
    with pytest.raises(Refused, match="Real papers with “Yes”: 2; valid papers: 1"):
        counted(union, current, paper={"yes": 2}, on_paper=[union.parties["KEN"]])
    with pytest.raises(Refused, match="as well"):
        counted(union, current, paper={"yes": 1}, on_paper=[union.parties["CHL"]])
    counted(union, current, paper={"yes": 1, "invalid": 1}, on_paper=[union.parties[key] for key in real])
    assert current.totals == {"yes": 4, "no": 1, "abstain": 1, "blank": 0, "invalid": 1}
    assert sorted(current.voted) == sorted(STATES)


def test_of_few_papers_the_outcome_alone_is_published_and_the_numbers_are_kept_nowhere(
    union: Union, client: Client
) -> None:
    current = ballot(union)
    fill(union, current, {"KEN": "yes", "TUN": "yes", "CHL": "yes", "NOR": "no"})
    counted(union, current)
    assert (current.totals, current.outcome, current.papers, current.verdict) == (None, "", 4, "adopted")
    event = Event.objects.get(type="decisions.secret_counted")
    assert b'"totals":null' in bytes(event.leaf)
    assert "only the outcome is published" in client.get(f"{PATH}/{current.id}").content.decode()


def test_a_rule_that_counts_weights_or_groups_cannot_be_secret(db: None) -> None:
    text = (
        'format = "comity-charter/1"\nid = "w"\nversion = "1"\nsource = "Example"\nexample = true\namended_by = "weighed"\n'
        'title = "W"\n[weights]\nshares = "shares"\n[[rule]]\nid = "weighed"\ntitle = "By shares"\nsource = "Example"\n'
        'certainty = "example"\npasses = "yes > 1/2 of cast by shares"\n'
    )
    union = build(charter=text)
    with pytest.raises(Refused, match="cannot be secret"):
        ballot(union, rule="weighed")


def test_a_cancelled_ballot_leaves_the_question_before_the_body(union: Union) -> None:
    current = ballot(union)
    fill(union, current, CHOICE)
    actions.cancel_secret(by=union.by(), secret=current.id, reason="A paper was wrong.")
    current.refresh_from_db()
    assert (current.stage, current.totals) == ("cancelled", None)
    assert Question.objects.get().stage == "put"
    assert actions.open_secret(by=union.by(), question=Question.objects.get().id)


def test_a_replay_gives_the_same_state(union: Union) -> None:
    current = ballot(union)
    fill(union, current, CHOICE)
    counted(union, current)
    before = state()
    empty_the_state(UrnPlace)
    replay()
    assert not list(differences(before, state()))


def test_a_delegate_votes_on_the_page_and_is_told_what_stands(union: Union, client: Client) -> None:
    current = ballot(union)
    client.force_login(union.people["KEN"], backend=BACKEND)
    assert "Take the paper" in client.get(f"{PATH}/{current.id}").content.decode()
    paper = client.get(f"{PATH}/{current.id}/paper").content.decode()
    assert "checked" not in paper
    given = {"party": union.parties["KEN"], "marked": "no"}
    assert client.post(f"{PATH}/{current.id}/paper", given).status_code == 302
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "Your paper is in the urn." in page
    assert "1 of 7 papers are in the urn" in page
    assert client.post(f"{PATH}/{current.id}/paper", given).status_code == 422


def test_the_first_page_and_the_list_show_whoever_may_know_what_is_being_voted_on(union: Union, client: Client) -> None:
    of_members = question(union)
    Question.objects.filter(id=of_members.id).update(audience="members")
    recorded = actions.open_vote(by=union.by(), question=of_members.id)
    current = ballot(union)
    for page in ("/en/", "/en/decisions/"):
        client.logout()
        public = client.get(page).content.decode()
        assert f"/en/decisions/secret/{current.id}" in public
        assert recorded.id not in public
        client.force_login(union.people["KEN"], backend=BACKEND)
        assert f"/en/decisions/votes/{recorded.id}" in client.get(page).content.decode()
    client.logout()
    actions.cancel_secret(by=union.by(), secret=current.id, reason="Begun by mistake.")
    assert "Being voted on now" not in client.get("/en/").content.decode()


def test_in_a_meeting_the_wall_shows_how_many_papers_are_in_and_the_phone_leads_to_the_paper(
    union: Union, client: Client
) -> None:
    by = union.by()
    everybody = list(union.parties.values())
    meeting = meetings.convene(
        by=by, body=union.body.id, title=Text.of("Ninth"), starts_at=NOW, parties=everybody, voting=everybody
    )
    asked = actions.put_to_vote(
        by=by,
        body=union.body.id,
        title=Text.of("The seat"),
        rule="ordinary",
        parts=parts("It moves."),
        meeting=meeting.id,
    )
    with pytest.raises(Refused, match="not open"):
        actions.open_secret(by=by, question=asked.id)
    meetings.take_chair(by=by, meeting=meeting.id, person=union.people["NOR"].id)
    meetings.note_presence(by=by, meeting=meeting.id, arrived=everybody)
    meetings.open_meeting(by=by, meeting=meeting.id)
    current = actions.open_secret(by=by, question=asked.id)
    put(union, current, "KEN", "yes")
    wall = client.get(f"/en/meetings/{meeting.id}/hall").content.decode()
    assert "1 of 7 papers are in the urn." in wall
    for who, takes in (("KEN", False), ("TUN", True)):
        client.force_login(union.people[who], backend=BACKEND)
        phone = client.get(f"/en/meetings/{meeting.id}/here").content.decode()
        assert ("Take the paper" in phone) == takes


# --- a server that stops ---


def stop_the_server() -> None:
    """What a kill leaves: the database, and nothing of the memory."""
    urns._urns.clear()


def test_papers_go_with_the_server_and_all_vote_again(union: Union, client: Client) -> None:
    current = ballot(union)
    fill(union, current, {"KEN": "yes", "TUN": "no"})
    stop_the_server()
    with pytest.raises(Refused, match="begins"):
        put(union, current, "CHL", "yes")
    with pytest.raises(Refused, match="begins"):
        counted(union, current)
    assert [one.id for one in lost(NOW)] == [current.id]
    assert actions.begin_secret_again(by=system_actor(NOW)) == 1
    assert actions.begin_secret_again(by=system_actor(NOW)) == 0
    current.refresh_from_db()
    assert current.attempt == 2
    client.force_login(union.people["KEN"], backend=BACKEND)
    page = client.get(f"{PATH}/{current.id}").content.decode()
    assert "It began again." in page
    assert "Take the paper" in page
    fill(union, current, CHOICE)
    assert counted(union, current).totals == {"yes": 4, "no": 2, "abstain": 1, "blank": 0, "invalid": 0}


def test_an_urn_that_another_server_holds_is_not_lost_while_that_one_is_at_work(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = ballot(union)
    stop_the_server()
    UrnPlace.objects.filter(ballot=current).update(holder="another", alive_at=NOW)
    monkeypatch.setattr(connection, "vendor", "postgresql")
    assert lost(NOW + timedelta(seconds=29)) == []
    assert [one.id for one in lost(NOW + timedelta(seconds=31))] == [current.id]


# --- attacks ---

# Whoever attacks has the database, files, log, backup and metrics after the count. Nothing is written while papers are put in, not one
# byte, and what the count writes is the same whoever put in which of them, in whatever order.


def rows_as_they_lie() -> dict[str, list[object]]:
    """Every row of every table in the order in which it lies there, with what the database itself adds: rowid, or place and transaction."""
    hidden = {"sqlite": "rowid", "postgresql": "ctid, xmin, xmax"}[connection.vendor]
    found: dict[str, list[object]] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f'SELECT {hidden}, * FROM "{table}"')
            found[table] = cursor.fetchall()
    return found


def pages() -> bytes:
    """The database itself: every page with what is free in it, and the free pages. Empty where it is no SQLite."""
    return connection.connection.serialize() if connection.vendor == "sqlite" else b""


def files() -> dict[str, bytes]:
    """The files of the installation: journal and write-ahead log, keys, what was stored."""
    found = sorted(file for file in Path(settings.COMITY_DATA).rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in found}


def test_putting_papers_in_writes_not_one_byte(union: Union, caplog: pytest.LogCaptureFixture) -> None:
    """So rowids, ctid and xmin, the order of pages, the free list, the journal, the log and a backup have nothing to tell."""
    caplog.set_level(logging.DEBUG)
    current = ballot(union)
    before = rows_as_they_lie(), pages(), files()
    caplog.clear()
    fill(union, current, CHOICE)
    assert (rows_as_they_lie(), pages(), files()) == before
    assert not any(word in caplog.text for word in ("yes", "abstain", *union.parties.values()))
    assert Event.objects.filter(type__startswith="decisions.secret").count() == 1


def test_a_session_that_voted_holds_no_paper(union: Union) -> None:
    current = ballot(union)
    held = []
    for key, choice in (("KEN", "yes"), ("TUN", "no")):
        client = Client()
        client.force_login(union.people[key], backend=BACKEND)
        given_paper = {"party": union.parties[key], "marked": choice}
        assert client.post(f"{PATH}/{current.id}/paper", given_paper).status_code == 302
        session = dict(client.session)
        held.append({name: value for name, value in session.items() if not name.startswith("_auth")})
    assert held[0] == held[1]


def test_no_act_that_takes_a_paper_records_a_fact() -> None:
    assert ACTS["decisions.cast_secret"].records == ()


@pytest.mark.parametrize("order", [STATES, tuple(reversed(STATES))])
def test_the_order_of_voting_leaves_no_trace_in_what_is_recorded(union: Union, order: tuple[str, ...]) -> None:
    current = ballot(union)
    for key in order:
        put(union, current, key, CHOICE[key])
    counted(union, current)
    event = Event.objects.get(type="decisions.secret_counted")
    said = json.loads(bytes(event.leaf))["act"]["data"]["says"]
    assert said["voted"] == sorted(STATES)
    assert said["totals"] == {"abstain": 1, "blank": 0, "invalid": 0, "no": 2, "yes": 4}
    assert Event.objects.filter(type__startswith="decisions.secret").count() == 2


def test_swapping_two_votes_changes_no_stored_value(union: Union) -> None:
    """KEN yes and TUN no, or the other way round: the record is the same but for ids, salts and times."""
    seen = []
    for one, other in (("yes", "no"), ("no", "yes")):
        current = ballot(union)
        fill(union, current, {**CHOICE, "KEN": one, "TUN": other})
        counted(union, current)
        event = Event.objects.filter(type="decisions.secret_counted").latest("seq")
        said = json.loads(bytes(event.leaf))["act"]["data"]["says"]
        for key in ("secret", "question"):
            said.pop(key)
        said["outcome"] = json.loads(said["outcome"])
        row = SecretBallot.objects.filter(id=current.id).values("papers", "totals", "voted", "verdict", "attempt").get()
        seen.append((said, row))
    assert seen[0] == seen[1]


def test_metrics_say_nothing_of_papers(union: Union, client: Client) -> None:
    current = ballot(union)
    before = client.get("/metrics").content.decode()
    fill(union, current, CHOICE)
    after = client.get("/metrics").content.decode()

    def names(text: str) -> set[str]:
        return {line.split(" ")[0] for line in text.splitlines() if not line.startswith("#")}

    assert names(before) == names(after)
    assert "secret" not in after


# --- the urn ---


def test_an_urn_holds_sums_and_a_set_and_nothing_else() -> None:
    urn = Urn()
    for key, choice in CHOICE.items():
        urn.put(key, [choice])
    held = {name: getattr(urn, name) for name in Urn.__slots__ if name != "_lock"}
    assert held == {
        "_papers": 7,
        "_blank": 0,
        "_marks": Counter(CHOICE.values()),
        "_voted": set(CHOICE),
        "_handed": set(),
    }


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.frozensets(st.sampled_from("xyz"))), max_size=12),
    st.randoms(use_true_random=False),
)
def test_what_an_urn_holds_does_not_depend_on_the_order_of_papers(
    given_papers: list[tuple[str, frozenset[str]]], random: object
) -> None:
    papers = list(dict(given_papers).items())
    shuffled = list(papers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    urns_made = []
    for order in (papers, shuffled):
        urn = Urn()
        for member, marked in order:
            urn.put(member, marked)
        urns_made.append(urn.counts())
    assert urns_made[0] == urns_made[1]
    assert repr(urns_made[0].marks) == repr(urns_made[1].marks)


def test_an_urn_takes_one_paper_of_a_member() -> None:
    urn = Urn()
    urn.put("a", ["x"])
    with pytest.raises(InAlready):
        urn.put("a", ["y"])
    assert urn.counts().papers == 1


def test_no_way_of_voting_is_likelier_than_another_given_what_is_kept() -> None:
    """Of all ways in which the voters may have voted, each that gives the sums has the same claim: nothing else is kept."""
    sums = Counter({"yes": 2, "no": 1})
    ways = [way for way in itertools.product(("yes", "no"), repeat=3) if Counter(way) == sums]
    kept = set()
    for way in ways:
        urn = Urn()
        for member, choice in zip("abc", way, strict=True):
            urn.put(member, [choice])
        kept.add(repr(urn.counts().marks) + repr(sorted(urn.counts().voted)))
    assert len(ways) == 3
    assert len(kept) == 1
