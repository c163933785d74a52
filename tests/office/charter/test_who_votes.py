"""A vote on a charter is held against the register: who votes, in which groups, with which weights, and casting whose votes."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from tests.office.charter.conftest import BEGAN, MEMBERS, House, charter

from comity.groundwork.refusals import Refused
from comity.office.charter import actions, queries
from comity.office.charter.voting import Vote
from comity.office.decisions.actions import qualify
from comity.rules import Ballot, Member, Record, Snapshot, votes
from comity.rules.record import OrganVote

BY_SHARES = charter(amendment="yes > 1/2 of all by shares").replace(
    "[groups]", '[weights]\nshares = "Shares"\n[groups]'
)
EVERYBODY = {key: Member(key) for key in MEMBERS}


def adopt(house: House, *changed: Member, groups: frozenset[str] = frozenset(), yes: str = "BRA CHN KEN NOR") -> int:
    """Adopt a new charter by a vote of the members, some of them otherwise than they are; its number."""
    voting = Snapshot(tuple({**EVERYBODY, **{one.name: one for one in changed}}.values()), house.today, groups)
    draft = house.draft(charter("yes > no"))
    vote = house.vote(members=voting, **dict.fromkeys(yes.split(), "yes"))
    return actions.adopt_charter(by=house.by, draft=draft.id, vote=vote).number or 0


def refused(house: House, *changed: Member, groups: frozenset[str] = frozenset(), yes: str = "BRA CHN KEN NOR") -> str:
    with pytest.raises(Refused) as found:
        adopt(house, *changed, groups=groups, yes=yes)
    assert found.value.field == "vote"
    return str(found.value)


def state(house: House, kind: str, key: str, **more: str) -> None:
    party = queries.electorate(house.today).parties[key]
    since = house.today - timedelta(days=5)
    qualify(by=house.by, kind=kind, party=party, since=since, reason="stated", **more)


def test_whoever_is_put_in_arrears_for_the_vote_alone_keeps_the_vote(members: House) -> None:
    """In arrears, nobody of the two who are against has a vote: three of three would be two thirds."""
    against = [Member(key, frozenset({"arrears"})) for key in ("NOR", "TUN")]
    said = refused(members, *against, yes="BRA CHN KEN")
    assert "In “Members in arrears” by the vote, and not by the register: Norway, Tunisia." in said
    assert adopt(members) == 2


def test_whoever_is_in_arrears_by_the_register_is_so_in_the_vote(members: House) -> None:
    state(members, "standing", "TUN", name="arrears")
    assert "In “Members in arrears” by the register, and not by the vote: Tunisia." in refused(members)
    assert adopt(members, Member("TUN", frozenset({"arrears"}))) == 2


def test_a_group_that_nobody_stated_is_not_empty_for_the_vote_alone(members: House) -> None:
    said = refused(members, groups=frozenset({"arrears"}))
    assert "Nobody stated who is in “Members in arrears”, and the vote has it empty." in said


def test_groups_of_which_the_charter_does_not_speak_are_nobodys_concern(members: House) -> None:
    assert adopt(members, Member("NOR", frozenset({"nordic"}))) == 2


@pytest.fixture
def shares(house: House, members: House) -> House:
    """The members, under a charter that weighs them by shares, ten for each as stated."""
    assert house.lay_down is not None
    draft = members.draft(BY_SHARES)
    actions.adopt_charter(by=members.by, draft=draft.id, vote=members.passed())
    for key in MEMBERS:
        state(members, "weight", key, name="shares", value="10")
    return members


def weighed(**shares: str) -> list[Member]:
    return [Member(key, weights={"shares": Fraction(shares.get(key, "10"))}) for key in MEMBERS]


def test_weights_are_those_that_were_stated(shares: House) -> None:
    said = refused(shares, *weighed(BRA="99"), yes="BRA")
    assert "“Shares” otherwise than by the register: Brazil (99, by the register 10)." in said
    assert "(—, by the register 10)" in refused(shares)
    assert adopt(shares, *weighed(), yes="BRA CHN KEN") == 3


def test_nobody_casts_a_vote_whose_mandate_was_not_stated(members: House) -> None:
    said = "Casting votes of others otherwise than by the register: "
    assert f"{said}Brazil." in refused(members, Member("BRA", casts_for=("NOR", "TUN")))
    observer = Member("PEN", entitled=False, casts_for=("NOR",))
    assert f"{said}PEN." in refused(members, observer)
    state(members, "mandate", "BRA", other=queries.electorate(members.today).parties["NOR"])
    assert f"{said}Brazil." in refused(members)


def test_a_mandate_that_was_stated_is_in_the_vote(members: House) -> None:
    state(members, "mandate", "BRA", other=queries.electorate(members.today).parties["NOR"])
    # Brazil casts Norway's vote: nobody of the two counts twice.
    changed = Member("BRA", casts_for=("NOR",))
    with pytest.raises(Refused, match="It was not adopted"):
        adopt(members, changed, yes="BRA CHN")
    assert queries.voters(members.today).delegates == {"BRA"}


def test_what_is_stated_holds_on_its_days_only(members: House) -> None:
    party = queries.electorate(members.today).parties["TUN"]
    qualify(
        by=members.by,
        kind="standing",
        party=party,
        name="arrears",
        since=BEGAN,
        until=members.today - timedelta(days=1),
        reason="paid",
    )
    assert adopt(members) == 2


def test_votes_of_organs_with_members_of_their_own_choosing_adopt_no_charter(members: House) -> None:
    organ = OrganVote(Snapshot((Member("PEN"),), members.today), votes({"PEN": "yes"}))
    voting = Snapshot(tuple(EVERYBODY.values()), members.today)
    vote = Vote.on(voting, Record(Ballot(dict.fromkeys(MEMBERS, "yes")), organs={"council": organ}))
    with pytest.raises(Refused, match="not by several organs"):
        actions.adopt_charter(by=members.by, draft=members.draft(charter("yes > no")).id, vote=vote)


def test_who_is_wrong_in_many_ways_is_told_so_at_once(members: House) -> None:
    with pytest.raises(Refused) as found:
        adopt(members, Member("KEN", frozenset({"arrears"}), entitled=False), Member("PEN"), yes="PEN")
    said = str(found.value)
    assert "without one by the register: PEN." in said
    assert "Without a vote, and with one by the register: Kenya." in said
    assert "In “Members in arrears” by the vote" in said
