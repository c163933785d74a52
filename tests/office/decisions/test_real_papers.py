"""Real papers beside those of the site: in rounds of an election, by names and by rankings; sums that cannot be; who holds which paper."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.office.decisions.test_election import RANKED, RULE, called, standing, union_with
from tests.office.decisions.test_secret import ballot, put, stop_the_server
from tests.office.decisions.union import BACKEND, STATES, Union, build, charter_text
from tests.office.members.conftest import empty_the_state

from comity.groundwork.acts import ACTS
from comity.groundwork.models import Event
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, replay, state
from comity.office.decisions import actions
from comity.office.decisions.counting_papers import marks_of
from comity.office.decisions.models.election import Contest, Round
from comity.office.decisions.models.secret import SecretBallot, UrnPlace
from comity.office.decisions.queries.secret import real_papers_out
from comity.office.decisions.real_papers import PaperTerms, RankingCounted, check_box, rankings_given, sums_of


def opened(union: Union, *names: str) -> tuple[Contest, Round, list[str]]:
    contest = called(union).contests.get()
    ids = list(standing(union, contest, *names).values())
    return contest, actions.open_round(by=union.by(), contest=contest.id), ids


def on_the_site(union: Union, current: Round, papers: dict[str, list[str]]) -> None:
    for key, marked in papers.items():
        actions.cast_secret(by=union.by(key), secret=current.ballot_id, party=union.parties[key], marked=marked)


def close(union: Union, current: Round, keys: str = "", **tellers: Any) -> SecretBallot:
    """Close a round in which these members, their keys between blanks, put a real paper in."""
    parties = [union.parties[key] for key in keys.split()]
    more: dict[str, Any] = {"in_box": len(parties), **tellers}
    actions.close_round(by=union.by(), round_id=current.id, on_paper=parties, **more)
    return SecretBallot.objects.get(id=current.ballot_id)


def test_real_papers_of_a_round_are_counted_with_those_of_the_site_and_the_record_says_how_many(
    db: None, client: Client
) -> None:
    union = union_with()
    contest, current, (a, b, c) = opened(union, "Ana", "Bo", "Cy")
    on_the_site(union, current, {"KEN": [a, b], "TUN": [a], "CHL": []})
    counted = close(union, current, "NOR JPN SAU FJI", paper={a: 3, b: 1, c: 1, "invalid": 1})
    assert counted.totals == {a: 5, b: 2, c: 1, "blank": 1, "invalid": 1}
    assert (counted.papers, counted.on_paper, sorted(counted.voted)) == (7, 4, sorted(STATES))
    contest.refresh_from_db()
    assert contest.elected == [a]
    said = json.loads(bytes(Event.objects.get(type="decisions.secret_counted").leaf))["act"]["data"]["says"]
    assert (said["papers"], said["on_paper"]) == (7, 4)
    assert "NOR" not in str({key: said[key] for key in said if key != "voted"})
    for path in (f"elections/{contest.election_id}", f"secret/{counted.id}"):
        assert "Real papers among them: 4." in client.get(f"/en/decisions/{path}").content.decode()
    assert client.get(f"/api/v1/decisions/secret/{counted.id}").json()["on_paper"] == 4
    before = state()
    empty_the_state(UrnPlace)
    replay()
    assert not list(differences(before, state()))


def test_real_papers_by_approval_bear_as_many_names_as_they_like(db: None) -> None:
    union = build(charter=charter_text() + RULE.format(seats=1, lots="false") + 'paper = "approval"\n')
    contest, current, (a, b, c) = opened(union, "Ana", "Bo", "Cy")
    on_the_site(union, current, {"KEN": [a, b, c], "TUN": [b]})
    counted = close(union, current, "NOR JPN SAU", paper={a: 2, b: 3, c: 3})
    assert counted.totals == {a: 3, b: 5, c: 4, "blank": 0, "invalid": 0}
    contest.refresh_from_db()
    assert contest.elected == [b]


def test_real_papers_that_rank_are_entered_by_order_and_kept_as_pairs(db: None, client: Client) -> None:
    union = build(charter=charter_text() + RANKED)
    contest, current, (a, b, c) = opened(union, "Ana", "Bo", "Cy")
    # The papers of the test of rankings on the site, four of them real now: the same result, pair by pair.
    on_the_site(union, current, {"KEN": [c], "TUN": [c, a], "CHL": [c, a, b]})
    client.force_login(union.secretary, backend=BACKEND)
    path = f"/en/decisions/rounds/{current.id}/close"
    page = client.get(path).content.decode()
    marks = SecretBallot.objects.get().marks
    names = {a: "Ana", b: "Bo", c: "Cy"}
    assert ", ".join(f"{number} {names[mark]}" for number, mark in enumerate(marks, 1)) in page
    numbers = " > ".join(str(1 + marks.index(mark)) for mark in (b, a, c))
    papers = {
        "on_paper": [union.parties[key] for key in ("NOR", "JPN", "SAU", "FJI")],
        "in_box": "4",
        "rankings": f"count,ranking\n1,Bo > Ana\n1; {numbers}\n\n1,Ana > Bo\n1,ana",
    }
    wrong = client.post(path, {**papers, "rankings": "4,Bo > Zoë"})
    assert wrong.status_code == 422
    assert "Line 1: “Zoë” is not on the paper." in wrong.content.decode()
    assert client.post(path, papers).status_code == 302
    counted = SecretBallot.objects.get()
    assert {mark: counted.totals[mark] for mark in (a, b, c)} == {a: 6, b: 4, c: 4}
    assert (counted.totals[f"{a}>{c}"], counted.totals[f"{a}>{b}"], counted.on_paper) == (4, 4, 4)
    contest.refresh_from_db()
    assert contest.elected == [a]
    assert "Bo > Ana" not in str(state())


def test_with_few_papers_on_both_ways_together_a_round_is_not_counted(db: None) -> None:
    union = union_with()
    _contest, current, (a,) = opened(union, "Ana")
    on_the_site(union, current, {"KEN": [a], "TUN": [a]})
    with pytest.raises(Refused, match="would not be secret"):
        close(union, current, "NOR JPN", paper={a: 2})
    counted = close(union, current, "NOR JPN SAU", paper={a: 2, "blank": 1})
    assert (counted.papers, counted.totals[a]) == (5, 4)


@pytest.mark.parametrize(
    ("tellers", "why"),
    [
        ({"paper": {"a": 4}}, "Real papers with “Ana”: 4; valid papers: 3"),
        ({"paper": {"a": 3, "b": 3, "c": 3}}, "Marks on real papers: 9; valid papers: 3. .* at most 2"),
        ({"paper": {"a": 2}}, "Marks on real papers: 2; valid papers: 3"),
        ({"paper": {"blank": 2, "invalid": 2}}, "Blank and invalid papers: 4; members who put a real paper in: 3"),
        ({"paper": {"a": -1, "b": 2}}, "cannot be negative"),
        ({"paper": {"d": 3}}, "Papers are counted by what is on them"),
        ({"paper": {"a": 3}, "in_box": 4}, "Papers in the box: 4; members who put a real paper in: 3"),
        ({"paper": {"a": 3}, "in_box": 0}, "Papers in the box: 0; members who put a real paper in: 3"),
        ({"paper": {}, "rankings": [RankingCounted(papers=3, ranking=["a"])]}, "do not rank"),
    ],
)
def test_sums_that_no_real_papers_could_give_are_refused_with_the_number_that_is_wrong(
    db: None, tellers: dict[str, object], why: str
) -> None:
    union = union_with()
    _contest, current, (a, b, c) = opened(union, "Ana", "Bo", "Cy")
    on_the_site(union, current, {"KEN": [a], "TUN": [b]})
    ids = {"a": a, "b": b, "c": c}
    marked = tellers["paper"]
    assert isinstance(marked, dict)
    given_now = {**tellers, "paper": {ids.get(mark, mark): number for mark, number in marked.items()}}
    with pytest.raises(Refused, match=why):
        close(union, current, "NOR JPN SAU", **given_now)
    assert close(union, current, "NOR JPN SAU", paper={a: 3, b: 3}).papers == 5


@pytest.mark.parametrize(
    ("rankings", "why"),
    [
        ([(2, "ab")], "Papers in the rankings: 2; valid papers: 3"),
        ([(3, "")], "at least one"),
        ([(3, "aa")], "at most once"),
        ([(3, "ax")], "who are on the paper"),
        ([(3, "a"), (0, "b")], "nor that of a ranking 0"),
    ],
)
def test_rankings_that_cannot_be_are_refused(rankings: list[tuple[int, str]], why: str) -> None:
    ranked = PaperTerms("abc", 3, True, str)
    made = [RankingCounted(papers=papers, ranking=list(ranking)) for papers, ranking in rankings]
    with pytest.raises(Refused, match=why):
        sums_of(ranked, 3, {}, made)
    with pytest.raises(Refused, match="in which order"):
        sums_of(ranked, 3, {"a": 3}, [])


def test_who_put_a_real_paper_in_has_a_vote_is_named_once_and_did_not_vote_on_the_site(db: None) -> None:
    union = union_with()
    _contest, current, (a,) = opened(union, "Ana")
    on_the_site(union, current, {key: [a] for key in ("KEN", "TUN", "CHL", "JPN")})
    with pytest.raises(Refused, match="urn of the site as well: Kenya, Tunisia"):
        close(union, current, "TUN NOR KEN", paper={a: 3})
    with pytest.raises(Refused, match="Named twice: Norway"):
        close(union, current, "NOR NOR", paper={a: 2})
    with pytest.raises(Refused, match="no vote in this ballot"):
        actions.close_round(by=union.by(), round_id=current.id, on_paper=["nobody"], in_box=1, paper={a: 1})


def test_whoever_has_a_real_paper_puts_none_in_on_the_site_and_the_other_way_round(db: None, client: Client) -> None:
    union = union_with()
    _contest, current, (a,) = opened(union, "Ana")
    secret = current.ballot_id
    on_the_site(union, current, {"KEN": [a]})
    hand = {"secret": secret, "parties": [union.parties[key] for key in ("NOR", "TUN")]}
    with pytest.raises(NotAllowed):
        actions.hand_papers(by=union.by("NOR"), **hand)
    with pytest.raises(Refused, match="site already: Kenya"):
        actions.hand_papers(by=union.by(), secret=secret, parties=[union.parties["KEN"]])
    client.force_login(union.secretary, backend=BACKEND)
    here = f"/en/decisions/secret/{secret}"
    assert f"{here}/real-papers" in client.get(here).content.decode()
    assert client.post(f"{here}/real-papers", {"parties": hand["parties"]}).status_code == 302
    assert real_papers_out(SecretBallot.objects.get()) == 2
    with pytest.raises(Refused, match="has a real paper"):
        on_the_site(union, current, {"NOR": [a]})
    closing = client.get(f"/en/decisions/rounds/{current.id}/close").content.decode()
    ticked = re.findall(r'<input[^>]*name="on_paper" value="([^"]+)"[^>]* checked', closing)
    assert sorted(ticked) == sorted(hand["parties"])
    client.force_login(union.people["NOR"], backend=BACKEND)
    own = client.get(here).content.decode()
    assert "has a real paper from the tellers" in own
    assert "Take the paper" not in own
    # A paper that was given back: the delegation votes on the site.
    actions.hand_papers(by=union.by(), secret=secret, parties=[union.parties["TUN"]])
    on_the_site(union, current, {"NOR": [a]})


def test_who_has_a_real_paper_is_written_nowhere_before_the_count_and_goes_with_the_server(db: None) -> None:
    assert ACTS["decisions.hand_papers"].records == ()
    union = build()
    current = ballot(union)
    before = state(), Event.objects.count()
    actions.hand_papers(by=union.by(), secret=current.id, parties=[union.parties["NOR"]])
    assert (state(), Event.objects.count()) == before
    stop_the_server()
    assert real_papers_out(current) == 0
    with pytest.raises(Refused, match="begins"):
        put(union, current, "NOR", "yes")


def test_ballots_counted_before_learn_from_their_events_how_many_papers_were_real(db: None) -> None:
    union = build()
    current = ballot(union)
    for key in STATES[:5]:
        put(union, current, key, "yes")
    real = [union.parties[key] for key in STATES[5:]]
    actions.count_secret(by=union.by(), secret=current.id, paper={"no": 2}, on_paper=real)
    SecretBallot.objects.update(on_paper=0)
    moved = importlib.import_module("comity.office.decisions.migrations.0006_on_paper")
    moved.from_the_record(apps, connection.schema_editor())
    current.refresh_from_db()
    assert current.on_paper == 2


# --- arithmetic ---

PAPERS = st.lists(st.frozensets(st.sampled_from("abcd"), max_size=3), max_size=9)


@given(PAPERS, st.integers(0, 3))
def test_sums_of_papers_that_were_there_pass_and_come_out_as_they_are(papers: list[frozenset[str]], bad: int) -> None:
    marked = Counter(mark for paper in papers for mark in paper)
    spoiled = {"blank": sum(not paper for paper in papers), "invalid": bad}
    voters = len(papers) + bad
    check_box(voters, voters)
    found = sums_of(PaperTerms("abcd", 3, False, str), voters, {**marked, **spoiled})
    assert Counter(found) == Counter({**marked, **spoiled})


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 5)),
    st.integers(0, 6),
    st.integers(1, 4),
)
def test_sums_that_pass_are_those_of_some_papers(marked: dict[str, int], voters: int, most: int) -> None:
    try:
        sums_of(PaperTerms("abcd", most, False, str), voters, marked)
    except Refused:
        return
    # Deal the marks out round the papers in turn: no mark comes twice to a paper, and all have within one as many.
    dealt = [mark for mark in "abcd" for _ in range(marked.get(mark, 0))]
    papers = [dealt[start::voters] for start in range(voters)]
    assert all(1 <= len(paper) <= most for paper in papers)
    assert all(one != other for paper in papers for one, other in pairwise(sorted(paper)))


@given(st.lists(st.permutations("abc").flatmap(lambda order: st.integers(1, 3).map(lambda n: order[:n])), max_size=8))
def test_rankings_with_numbers_say_what_the_papers_say_one_by_one(papers: list[list[str]]) -> None:
    alike = Counter(tuple(paper) for paper in papers)
    written = "\n".join(f"{n},{' > '.join(order)}" for order, n in alike.items())
    rankings = rankings_given(written, dict(zip("abc", "abc", strict=True)))
    one_by_one: Counter[str] = Counter(blank=0, invalid=0)
    for paper in papers:
        one_by_one.update(marks_of(paper, "abc"))
    assert sums_of(PaperTerms("abc", 3, True, str), len(papers), {}, rankings) == dict(one_by_one)


def test_a_ranking_names_by_name_or_number_and_what_is_ambiguous_is_refused() -> None:
    words = {"x": "Ana", "y": "Bo", "z": "bo"}
    assert rankings_given('count;ranking\n2;"Ana > 3"', words) == [RankingCounted(papers=2, ranking=["x", "z"])]
    for wrong, why in (
        ("2,Bo", "several are called “Bo”"),
        ("2,4", "“4” is not on the paper"),
        ("two,Ana", "Line 1: write how many papers"),
        ("1,Ana\nAna", "Line 2"),
    ):
        with pytest.raises(Refused, match=why):
            rankings_given(wrong, words)
