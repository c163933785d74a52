"""Elections: seats by region, who stands, restricted rounds, lots that anyone can draw again; and what is counted of a paper."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.office.decisions.union import BACKEND, STATES, Union, build, charter_text
from tests.office.members.conftest import empty_the_state

from comity.groundwork.models import EventPart
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.decisions import actions
from comity.office.decisions.actions.election import SeatsAsked, offered
from comity.office.decisions.counting_papers import count_of, drawn, lots_in_order, marks_of, pair_marks
from comity.office.decisions.models.election import Contest, Election, Round
from comity.office.decisions.models.secret import UrnPlace
from comity.office.decisions.urn import urn
from comity.rules.conditions import Found
from comity.rules.election_rules import ElectionRule, PaperKind
from comity.rules.elections import Election as ElectionStands
from comity.rules.elections import counted

RULE = """
[[rule]]
id = "seats"
title = "Seats"
source = "Example"
certainty = "example"
[rule.election]
seats = {seats}
elected = "yes > 1/2 of cast"
rounds = ["open", "top"]
lots = {lots}
"""


def union_with(seats: int = 2, lots: bool = False) -> Union:
    return build(charter=charter_text() + RULE.format(seats=seats, lots=str(lots).lower()))


def called(union: Union, **terms: object) -> Election:
    return actions.call_election(
        by=union.by(),
        body=union.body.id,
        title=Text.of("The council"),
        rule="seats",
        **terms,  # type: ignore[arg-type]
    )


def standing(union: Union, contest: Contest, *names: str) -> dict[str, str]:
    return {
        name: actions.put_forward(by=union.by("KEN"), contest=contest.id, party=union.parties["KEN"], name=name).id
        for name in names
    }


def held(union: Union, contest: Contest, papers: list[list[str]]) -> Round:
    """A round in which the members put these papers in."""
    current = actions.open_round(by=union.by(), contest=contest.id)
    for key, marked in zip(STATES, papers, strict=True):
        actions.cast_secret(by=union.by(key), secret=current.ballot_id, party=union.parties[key], marked=marked)
    actions.close_round(by=union.by(), round_id=current.id)
    contest.refresh_from_db()
    current.refresh_from_db()
    return current


def test_rounds_narrow_until_all_seats_are_filled(db: None) -> None:
    union = union_with()
    contest = called(union).contests.get()
    ids = standing(union, contest, "Ana", "Bo", "Cy", "Di")
    a, b, c, d = ids.values()
    first = held(union, contest, [[a, b], [a, b], [a, c], [a, c], [b, d], [d], [d, c]])
    # Ana has 4 of 7; one seat is left, and the two with most votes go on: Bo, Cy and Di are tied with 3.
    assert (contest.elected, contest.seats_left, first.elected) == ([a], 1, [a])
    assert sorted(contest.field) == sorted([b, c, d])
    assert first.ballot.most == 2
    assert sorted(offered(contest)) == sorted([b, c, d])
    second = held(union, contest, [[b], [b], [b], [b], [c], [d], []])
    assert second.ballot.most == 1
    assert (contest.elected, contest.seats_left) == ([a, b], 0)
    with pytest.raises(Refused, match="All seats are filled"):
        actions.open_round(by=union.by(), contest=contest.id)


def test_by_approval_as_many_names_are_marked_as_the_voter_likes(db: None) -> None:
    union = build(charter=charter_text() + RULE.format(seats=1, lots="false") + 'paper = "approval"\n')
    contest = called(union).contests.get()
    a, b, c = standing(union, contest, "Ana", "Bo", "Cy").values()
    only = held(union, contest, [[a, b, c], [a, b], [a, b], [b, c], [b], [c], []])
    assert only.ballot.most == 3
    assert (contest.elected, contest.seats_left) == ([b], 0)


RANKED = RULE.format(seats=1, lots="false") + 'paper = "ranked"\n'


def test_where_papers_rank_the_record_keeps_pairs_and_whoever_is_preferred_is_elected(db: None, client: Client) -> None:
    union = build(charter=charter_text() + RANKED)
    contest = called(union).contests.get()
    a, b, c = standing(union, contest, "Ana", "Bo", "Cy").values()
    # Cy is first on three papers and Bo on two, but more papers put Ana before either.
    papers = [[c], [c, a], [c, a, b], [b, a], [b, a, c], [a, b], [a]]
    only = held(union, contest, papers)
    assert (contest.elected, contest.seats_left, only.ballot.most) == ([a], 0, 3)
    totals = only.ballot.totals
    assert {mark: totals[mark] for mark in (a, b, c)} == {a: 6, b: 4, c: 4}
    assert (totals[f"{a}>{c}"], totals[f"{c}>{a}"]) == (4, 3)
    assert (totals[f"{a}>{b}"], totals[f"{b}>{a}"]) == (4, 2)
    shown = client.get(f"/en/decisions/elections/{contest.election_id}").content.decode()
    assert "Who was put before whom" in shown
    rows = re.findall(
        r'<tr><th scope="row"><bdi dir="auto">(\w+)</bdi></th>((?:<td class="number">[^<]*</td>)+)</tr>', shown
    )
    assert {name: re.findall(r">([^<]+)<", cells) for name, cells in rows} == {
        "Ana": ["—", "4", "4"],
        "Bo": ["2", "—", "3"],
        "Cy": ["3", "3", "—"],
    }
    assert "Schulze" in shown


def test_a_paper_that_ranks_is_filled_in_by_places_and_no_place_is_given_twice(db: None, client: Client) -> None:
    union = build(charter=charter_text() + RANKED)
    contest = called(union).contests.get()
    a, b, c = standing(union, contest, "Ana", "Bo", "Cy").values()
    current = actions.open_round(by=union.by(), contest=contest.id)
    client.force_login(union.people["KEN"], backend=BACKEND)
    path = f"/en/decisions/secret/{current.ballot_id}/paper"
    assert "1 is whom you prefer." in client.get(path).content.decode()
    given = {"party": union.parties["KEN"], f"place_{a}": "2", f"place_{b}": "2", f"place_{c}": ""}
    refused = client.post(path, given)
    assert refused.status_code == 422
    assert re.search("Place 2 is taken by (Ana|Bo): give each a place of its own.", refused.content.decode())
    assert client.post(path, given | {f"place_{b}": "1"}).status_code == 302
    found = urn(current.ballot_id, 1)
    assert found is not None
    assert found.counts().marks == {a: 1, b: 1, f"{a}>{c}": 1, f"{b}>{a}": 1, f"{b}>{c}": 1}
    client.force_login(union.people["NOR"], backend=BACKEND)
    assert client.post(path, {"party": union.parties["NOR"]}).status_code == 302
    assert found.counts().blank == 1


def test_a_candidates_name_and_statement_leave_tables_and_events_and_what_was_counted_stays(
    db: None, client: Client
) -> None:
    union = union_with(seats=1)
    contest = called(union).contests.get()
    names = ("Ana Anonymous", "Bo")
    a, b = (
        actions.put_forward(
            by=union.by("KEN"),
            contest=contest.id,
            party=union.parties["KEN"],
            name=name,
            statement=Text.of(f"I am {name}"),
        ).id
        for name in names
    )
    held(union, contest, [[a]] * 5 + [[b]] * 2)
    path = f"/en/decisions/elections/{contest.election_id}"
    assert "Ana Anonymous" in client.get(path).content.decode()
    with pytest.raises(NotAllowed):
        actions.erase_candidate(by=union.by("KEN"), candidature=a, reason="asked for")
    actions.erase_candidate(by=union.by(), candidature=a, reason="asked for")
    after = client.get(path).content.decode()
    assert "Anonymous" not in after
    assert "(erased)" in after
    assert "I am Bo" in after
    everywhere = str([*EventPart.objects.values_list("payload", flat=True), state()])
    assert "Anonymous" not in everywhere
    contest.refresh_from_db()
    assert contest.elected == [a]
    with pytest.raises(Refused, match="erased already"):
        actions.erase_candidate(by=union.by(), candidature=a, reason="again")
    before = state()
    empty_the_state()
    replay()
    assert list(differences(before, state())) == []


def test_seats_are_spread_over_regions_and_each_region_has_rounds_of_its_own(db: None, client: Client) -> None:
    union = union_with(seats=3)
    with pytest.raises(Refused, match="3 seats"):
        called(union, seats=[SeatsAsked(region=Text.of("Africa"), seats=2)])
    current = called(
        union, seats=[SeatsAsked(region=Text.of("Africa"), seats=1), SeatsAsked(region=Text.of("Asia"), seats=2)]
    )
    africa, asia = current.contests.order_by("rank")
    kenya = actions.put_forward(
        by=union.by("KEN"), contest=africa.id, party=union.parties["KEN"], candidate=union.parties["KEN"]
    ).id
    held(union, africa, [[kenya]] * 7)
    asia.refresh_from_db()
    assert (africa.elected, asia.elected, asia.seats_left) == ([kenya], [], 2)
    page = client.get(f"/en/decisions/elections/{current.id}").content.decode()
    assert "Kenya" in page
    assert "2 seats are not filled yet." in page


def test_a_tie_waits_for_a_lot_that_anyone_can_draw_again(db: None) -> None:
    union = union_with(seats=1, lots=True)
    contest = called(union).contests.get()
    a, b, c = standing(union, contest, "Ana", "Bo", "Cy").values()
    held(union, contest, [[a], [a], [a], [b], [b], [b], [c]])  # nobody has a half
    assert (contest.seats_left, contest.tied) == (1, [])
    # Two went on; one paper is blank, so each has half of what is cast, and not more.
    held(union, contest, [[a], [a], [a], [b], [b], [b], []])
    assert contest.seats_left == 1
    with pytest.raises(Refused, match="nothing to draw"):
        actions.draw_lot(by=union.by(), contest=contest.id, seed="six dice: 1 2 3 4 5 6", source="dice")


def test_a_lot_fills_the_seat_for_which_two_have_the_same_votes(db: None, client: Client) -> None:
    union = build(charter=charter_text() + RULE.format(seats=2, lots="true").replace("> 1/2", ">= 1/3"))
    contest = called(union).contests.get()
    a, b, c = standing(union, contest, "Ana", "Bo", "Cy").values()
    held(union, contest, [[a, b], [a, b], [a, b], [a, c], [a, c], [a, c], []])
    assert (contest.elected, sorted(contest.tied)) == ([a], sorted([b, c]))
    with pytest.raises(Refused, match="A lot is to be drawn"):
        actions.open_round(by=union.by(), contest=contest.id)
    with pytest.raises(NotAllowed):
        actions.draw_lot(by=union.by("KEN"), contest=contest.id, seed="4 2", source="dice")
    lot = actions.draw_lot(by=union.by(), contest=contest.id, seed="4 2 6", source="Three dice in the hall")
    contest.refresh_from_db()
    first = min((b, c), key=lambda key: sha256(f"4 2 6\n{key}".encode()).hexdigest())
    assert lot.order[0] == first
    assert (contest.elected, contest.seats_left, contest.tied) == ([a, first], 0, [])
    assert "Three dice in the hall" in client.get(f"/en/decisions/elections/{contest.election_id}").content.decode()


def test_with_few_papers_a_round_is_not_counted(db: None) -> None:
    union = union_with()
    contest = called(union).contests.get()
    (a,) = standing(union, contest, "Ana").values()
    current = actions.open_round(by=union.by(), contest=contest.id)
    for key in STATES[:4]:
        actions.cast_secret(by=union.by(key), secret=current.ballot_id, party=union.parties[key], marked=[a])
    with pytest.raises(Refused, match="would not be secret"):
        actions.close_round(by=union.by(), round_id=current.id)


def test_a_delegation_withdraws_whom_it_put_forward_and_nobody_joins_later(db: None) -> None:
    union = union_with()
    contest = called(union).contests.get()
    ids = standing(union, contest, "Ana", "Bo", "Cy")
    actions.withdraw_candidature(by=union.by("KEN"), candidature=ids["Cy"], party=union.parties["KEN"])
    assert sorted(offered(contest)) == sorted([ids["Ana"], ids["Bo"]])
    held(union, contest, [[ids["Ana"]]] * 7)
    with pytest.raises(Refused, match="first round has begun"):
        standing(union, contest, "Di")


def test_a_replay_gives_the_same_state(db: None) -> None:
    union = union_with(lots=True)
    contest = called(union).contests.get()
    a, b = standing(union, contest, "Ana", "Bo").values()
    held(union, contest, [[a], [a], [a], [a], [b], [b], []])
    before = state()
    empty_the_state(UrnPlace)
    replay()
    assert not list(differences(before, state()))


def test_an_election_is_run_on_pages(db: None, client: Client) -> None:
    union = union_with()
    client.force_login(union.secretary, backend=BACKEND)
    given = {
        "body": union.body.id,
        "language": "en",
        "title": "The council",
        "rule": "seats",
        "seats": "Africa: 1\nAsia: 1",
    }
    assert client.post("/en/decisions/elections/new", given).status_code == 302
    contest = Contest.objects.order_by("rank")[0]
    forward = {
        "party": union.parties["KEN"],
        "candidate": "",
        "name": "Ana",
        "language": "en",
        "statement": "I know it.",
    }
    assert client.post(f"/en/decisions/contests/{contest.id}/put-forward", forward).status_code == 302
    assert client.post(f"/en/decisions/contests/{contest.id}/round", {}).status_code == 302
    ballot = Round.objects.get().ballot
    own = Client()
    own.force_login(union.people["TUN"], backend=BACKEND)
    assert "Ana" in own.get(f"/en/decisions/secret/{ballot.id}/paper").content.decode()
    for language in ("en", "ar", "zh"):
        assert client.get(f"/{language}/decisions/elections/{contest.election_id}").status_code == 200
        assert client.get(f"/{language}/decisions/elections").status_code == 200


# --- arithmetic ---


@given(st.lists(st.lists(st.sampled_from("abcd"), unique=True), max_size=9))
def test_what_is_counted_of_papers_that_rank_is_what_the_engine_counts_of_them(papers: list[list[str]]) -> None:
    totals = Counter(dict.fromkeys(pair_marks("abcd"), 0))
    for paper in papers:
        totals.update(marks_of(paper, "abcd"))
    blank = sum(not paper for paper in papers)
    ours = count_of(totals, papers=len(papers), blank=blank, invalid=0)
    terms = ElectionRule(seats=1, elected=Found("elected"), paper=PaperKind.RANKED)
    theirs = counted([tuple(paper) for paper in papers], terms, ElectionStands((), (), 1, tuple("abcd")))
    assert (ours.valid, ours.blank) == (theirs.valid, theirs.blank)
    assert Counter(ours.votes) == Counter(theirs.votes)
    assert Counter(ours.before) == Counter(theirs.before)


def test_a_lot_is_fair_over_many_seeds_and_depends_on_nothing_but_seed_and_names() -> None:
    first = Counter(drawn(str(seed), "abcd")[0] for seed in range(2000))
    assert all(430 < count < 570 for count in first.values())
    assert drawn("x", "abcd") == drawn("x", "dcba")
    assert lots_in_order([["a", "b"], ["b", "a"], ["c"]]) == ["b", "a", "c"]
