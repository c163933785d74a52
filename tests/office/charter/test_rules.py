"""Rules of procedure as versioned data: proposing, adopting by its own majority, what holds on which day, replay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from tests.office.charter.conftest import BEGAN, MEMBERS, House, charter

from comity.groundwork.acts import actor_for
from comity.groundwork.queries import timeline
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, NotFound, Refused
from comity.groundwork.replay import recorded_tables, replay, state_digest
from comity.office.charter import actions, queries
from comity.office.charter.comparing import compared
from comity.office.charter.models import CharterVersion
from comity.office.charter.telling import outcome_told
from comity.office.charter.voting import Vote
from comity.office.members.actions import record_status
from comity.office.members.models import StatusFact
from comity.office.records.symbols import scheme
from comity.rules import Ballot, Member, Record, Snapshot, Verdict, catalogue, snapshot_of
from comity.rules.charter_file import CATALOGUE


def test_before_the_first_charter_nothing_is_in_force(house: House) -> None:
    assert queries.charter_in_force() is None
    assert queries.rules_in_force() == ()
    assert queries.rule("ordinary") is None


def test_a_founding_charter_is_laid_down_by_the_keeper_and_holds_from_its_day(house: House) -> None:
    laid = house.lay_down(charter())
    holding = queries.charter_in_force()
    assert holding is not None
    assert (holding.version, holding.number, holding.in_force_from) == (laid.id, 1, BEGAN)
    assert holding.digest == laid.digest == holding.charter.digest
    assert not holding.is_example
    assert [rule.id for rule in queries.rules_in_force()] == ["ordinary", "amendment", "accord"]
    assert queries.charter_in_force(BEGAN - timedelta(days=1)) is None
    assert queries.charter_in_force(BEGAN) == holding


def test_a_draft_holds_nowhere_and_can_be_changed_or_withdrawn(house: House) -> None:
    draft = house.draft(charter())
    assert queries.charter_in_force() is None
    seen = timeline(house.by.reader, about=draft.ref)[0].seq
    actions.change_draft(by=house.by, draft=draft.id, text=charter(ordinary="yes > no"), seen=seen)
    draft.refresh_from_db()
    assert "yes > no" in draft.text
    with pytest.raises(ChangedMeanwhile):
        actions.change_draft(by=house.by, draft=draft.id, text=charter(), seen=seen)
    actions.withdraw_draft(by=house.by, draft=draft.id, reason="moot")
    assert queries.drafts() == []
    with pytest.raises(NotFound):
        actions.adopt_charter(by=house.by, draft=draft.id)


def test_what_cannot_be_read_is_refused_with_line_and_mend(house: House) -> None:
    with pytest.raises(Refused, match=r"line 19: rule ordinary, passes: .* Write"):
        house.draft(charter(ordinary="yes > 1/2"))
    assert not CharterVersion.objects.exists()


def test_a_charter_that_could_never_be_changed_is_not_adopted(house: House) -> None:
    draft = house.draft(charter().replace('amended_by = "amendment"\n', ""))
    with pytest.raises(Refused, match="amended_by"):
        actions.adopt_charter(by=house.by, draft=draft.id)


def test_a_new_charter_needs_a_vote_that_passed_under_the_one_in_force(house: House) -> None:
    first = house.lay_down(charter())
    draft = house.draft(charter(amendment="yes >= 3/4 of all"))
    with pytest.raises(Refused, match="needs a vote by its rule “amendment”"):
        actions.adopt_charter(by=house.by, draft=draft.id)
    lost = house.vote(BRA="yes", CHN="yes", KEN="yes", NOR="no", TUN="no")
    with pytest.raises(Refused, match=r"It was not adopted\. Not adopted.*Yes: 3 of 5") as refused:
        actions.adopt_charter(by=house.by, draft=draft.id, vote=lost)
    assert refused.value.field == "vote"
    second = actions.adopt_charter(by=house.by, draft=draft.id, vote=house.passed(), reason="voted on")
    assert (second.number, second.in_force_from) == (2, house.today)
    holding = queries.charter_in_force()
    assert holding is not None
    assert holding.version == second.id
    assert queries.charter_in_force(house.today - timedelta(days=1)).version == first.id  # type: ignore[union-attr]


def test_the_vote_is_kept_and_gives_the_same_outcome_again(house: House) -> None:
    first = house.lay_down(charter())
    vote = house.passed()
    adopted = actions.adopt_charter(by=house.by, draft=house.draft(charter("yes > no")).id, vote=vote)
    under = queries.charter_version(first.id)
    assert under is not None
    outcome = Vote(**adopted.vote).outcome(under.charter, "amendment", house.today)
    assert outcome.to_dict() == adopted.outcome
    assert adopted.outcome["snapshot"] == snapshot_of(MEMBERS, house.today).digest
    assert adopted.outcome["rule"]["digest"] == first.digest


def test_a_decision_gives_its_outcome_and_stands_beside_the_charter(house: House) -> None:
    house.lay_down(charter())
    under = queries.charter_in_force()
    assert under is not None
    outcome = house.passed().outcome(under.charter, "amendment", house.today)
    assert outcome.verdict is Verdict.ADOPTED
    draft = house.draft(charter("yes > no"))
    taken_in = Ref("decisions.question", "01K0000000000000000000000A")
    adopted = actions.adopt_charter(
        by=house.by, draft=draft.id, vote=Vote.of(outcome), digest=draft.digest, decision=taken_in
    )
    assert adopted.decision == str(taken_in)
    assert [entry.type for entry in timeline(house.by.reader, about=taken_in)] == ["charter.charter_adopted"]


def test_the_text_that_was_voted_on_is_the_one_that_is_adopted(house: House) -> None:
    house.lay_down(charter())
    draft = house.draft(charter("yes > no"))
    actions.change_draft(by=house.by, draft=draft.id, text=charter("yes >= no"))
    with pytest.raises(Refused, match="another one than was voted on"):
        actions.adopt_charter(by=house.by, draft=draft.id, vote=house.passed(), digest=draft.digest)


def test_a_vote_of_others_than_the_members_of_its_day_adopts_no_charter(members: House) -> None:
    draft = members.draft(charter("yes > no"))

    def refused(*voters: Member, on: date | None = None) -> str:
        day = on or members.today
        yes = {one.name: "yes" for one in voters if one.entitled}
        with pytest.raises(Refused) as found:
            actions.adopt_charter(
                by=members.by, draft=draft.id, vote=members.vote(members=Snapshot(voters, day), **yes)
            )
        assert found.value.field == "vote"
        return str(found.value).partition(". ")[2]

    everybody = [Member(key) for key in MEMBERS]
    assert refused(*everybody[:3]) == "Left out: Norway, Tunisia."
    assert refused(*everybody, Member("PEN")) == "Given a vote, and without one by the register: PEN."
    silenced = [Member("TUN", entitled=False)]
    assert refused(*everybody[:4], *silenced) == "Without a vote, and with one by the register: Tunisia."
    record_status(
        by=members.by,
        party=queries.electorate().parties["TUN"],
        step="withdrew",
        happened_on=members.today - timedelta(days=400),
        source="journal",
        evidence="official",
    )
    left = queries.electorate().snapshot.names
    assert left == MEMBERS[:4]
    assert refused(*everybody) == "Given a vote, and without one by the register: TUN."
    observed = Snapshot((*everybody[:4], *silenced), members.today)
    vote = members.vote(members=observed, **dict.fromkeys(left, "yes"))
    assert actions.adopt_charter(by=members.by, draft=draft.id, vote=vote).number == 2


def test_a_day_before_there_were_members_is_no_way_around_them(members: House) -> None:
    draft = members.draft(charter("yes > no"))
    StatusFact.objects.update(happened_on=members.today - timedelta(days=60))  # bound thirty days after
    before = members.today - timedelta(days=45)
    assert not queries.electorate(before).snapshot.members
    vote = members.vote(members=snapshot_of(["PEN"], before), PEN="yes")
    with pytest.raises(Refused, match="Given a vote, and without one by the register: PEN"):
        actions.adopt_charter(by=members.by, draft=draft.id, vote=vote)


def test_a_secret_vote_is_kept_as_totals(house: House) -> None:
    house.lay_down(charter())
    totals = Vote.on(snapshot_of(MEMBERS, house.today), Record(Ballot(totals={"yes": 4, "no": 1})))
    adopted = actions.adopt_charter(by=house.by, draft=house.draft(charter("yes > no")).id, vote=totals)
    assert adopted.vote["record"] == {"ballot": {"totals": {"no": 1, "yes": 4}}}


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        ({"snapshot": {}, "record": {"ballot": {"choices": {"XXX": "yes"}}}}, "cannot be counted"),
        ({"snapshot": {"members": [{"name": "KEN"}]}, "record": {"ballot": 5}}, "does not fit"),
        ({"snapshot": {"members": [{"name": "KEN", "weights": {"w": "1e999999999"}}]}, "record": {}}, "does not fit"),
        ({"snapshot": {"members": [], "on": "2999-01-01"}, "record": {}}, "has yet to come"),
        ({"snapshot": {"members": [], "on": "2025-01-01"}, "record": {}}, "under another charter"),
    ],
)
def test_a_vote_that_cannot_be_counted_is_refused(house: House, vote: dict[str, dict[str, object]], said: str) -> None:
    house.lay_down(charter())
    with pytest.raises(Refused, match=said):
        actions.adopt_charter(by=house.by, draft=house.draft(charter("yes > no")).id, vote=Vote(**vote))


def test_days_on_which_it_would_hold_are_checked(house: House) -> None:
    draft = house.draft(charter())
    tomorrow = house.today + timedelta(days=1)
    with pytest.raises(Refused, match="from today on, or from a day before"):
        actions.adopt_charter(by=house.by, draft=draft.id, in_force_from=tomorrow)
    with pytest.raises(Refused, match="laid down without a vote"):
        actions.adopt_charter(by=house.by, draft=draft.id, vote=house.passed())
    actions.adopt_charter(by=house.by, draft=draft.id, in_force_from=BEGAN)
    second, third = house.draft(charter("yes > no")), house.draft(charter("yes >= no"))
    with pytest.raises(Refused, match="before the day of its adoption"):
        actions.adopt_charter(by=house.by, draft=second.id, vote=house.passed(), in_force_from=BEGAN)
    actions.adopt_charter(by=house.by, draft=second.id, vote=house.passed(), in_force_from=tomorrow)
    assert queries.charter_in_force().version == draft.id  # type: ignore[union-attr]
    assert queries.charter_in_force(tomorrow).version == second.id  # type: ignore[union-attr]
    with pytest.raises(Refused, match="yet to take effect"):
        actions.adopt_charter(by=house.by, draft=third.id, vote=house.passed())
    with pytest.raises(Refused, match="was adopted"):
        actions.change_draft(by=house.by, draft=second.id, text=charter())


def test_only_the_keeper_proposes_and_adopts(house: House) -> None:
    draft = house.draft(charter())
    visitor = actor_for(None)
    with pytest.raises(NotAllowed):
        actions.draft_charter(by=visitor, text=charter())
    with pytest.raises(NotAllowed):
        actions.adopt_charter(by=visitor, draft=draft.id)


def test_a_replay_gives_every_version_again(house: House) -> None:
    house.lay_down(charter())
    draft = house.draft(charter("yes > no"))
    actions.change_draft(by=house.by, draft=draft.id, text=charter("yes >= no"))
    actions.adopt_charter(by=house.by, draft=draft.id, vote=house.passed())
    actions.withdraw_draft(by=house.by, draft=house.draft(charter()).id, reason="moot")
    before = state_digest()
    with connection.constraint_checks_disabled():
        for model in reversed(recorded_tables()):
            model._default_manager.all()._raw_delete("default")
    assert state_digest() != before
    replay()
    assert state_digest() == before


def test_how_documents_are_numbered_stands_in_the_charter(house: House) -> None:
    assert scheme().series["general"] == "A"
    house.lay_down(charter() + '[symbols]\nseries = { general = "TU" }\n')
    assert dict(scheme().series) == {"general": "TU"}
    assert scheme().revision == "Rev."


def test_every_charter_of_the_catalogue_can_be_proposed(house: House) -> None:
    for name in catalogue():
        text = (CATALOGUE / f"{name}.toml").read_text(encoding="utf-8")
        assert house.draft(text).text == text


def test_differences_are_told_rule_by_rule_and_line_by_line(house: House) -> None:
    found = compared(charter(), charter(ordinary="yes >= 3/5 of cast").replace("Entry into force", "In force"))
    assert found.rules is not None
    assert [(one.title, bool(one.before), bool(one.after)) for one in found.rules] == [
        ("Ordinary decisions", True, True),
        ("In force", True, True),
    ]
    assert [(line.sign, line.text) for line in found.lines if line.sign in ("+", "-")] == [
        ("-", 'passes = "yes > 1/2 of cast"'),
        ("+", 'passes = "yes >= 3/5 of cast"'),
        ("-", 'title = "Entry into force"'),
        ("+", 'title = "In force"'),
    ]
    gone = compared(charter(), charter().replace('[[rule]]\nid = "ordinary"', '[[rule]]\nid = "usual"'))
    assert gone.rules is not None
    assert [(bool(one.before), bool(one.after)) for one in gone.rules] == [(False, True), (True, False)]
    assert compared(charter(), "nothing").rules is None


def test_outcomes_name_members_as_readers_know_them_and_hash_them_by_their_keys(house: House) -> None:
    house.lay_down(
        charter(amendment="no veto by founders and yes >= 2/3 of all").replace(
            "[groups]", '[groups]\nfounders = { title = "Founders", members = ["KEN"] }'
        )
    )
    under = queries.charter_in_force()
    assert under is not None
    outcome = house.vote(KEN="no", CHN="yes").outcome(under.charter, "amendment", house.today)
    told = outcome_told(outcome, under.charter, {"KEN": "Kenya", "CHN": "Kenya"})
    assert "No: 1 (Kenya (KEN)), in: Founders" in told.sentence
    assert outcome_told(outcome, under.charter, {"KEN": "Kenya"}).lines[1].text.startswith("No: 1 (Kenya)")


def test_who_decides_is_read_from_the_register(members: House) -> None:
    found = queries.electorate(members.today)
    assert found.snapshot.names == MEMBERS
    assert found.names["KEN"] == "Kenya"
    assert found.blocs == {"African Group": frozenset({"KEN", "TUN"})}
    assert found.snapshot.in_group("african-group") == {"KEN", "TUN"}
    assert all(member.entitled for member in found.snapshot.members)
    assert queries.electorate(date(2025, 3, 20)).snapshot.names == ()
