"""What happens on the floor: the agenda, points of order with their rulings and challenges, and the script by which the chair goes."""

from __future__ import annotations

import pytest
from tests.office.meetings.conftest import Council
from tests.office.meetings.test_meetings import refused

from comity.groundwork.actions import end_role
from comity.groundwork.models import Grant
from comity.groundwork.queries import timeline
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import NotAllowed
from comity.groundwork.translated import Text
from comity.office.meetings import actions
from comity.office.meetings.models import Meeting, PointOfOrder
from comity.office.meetings.queries import meetings, points
from comity.office.meetings.script import lines_for
from comity.office.records import actions as records

pytestmark = pytest.mark.django_db


def numbered(current: Meeting) -> list[tuple[str, str]]:
    return [(one.number, str(one.item.title)) for one in meetings.agenda(current)]


def said(council: Council, current: Meeting) -> str:
    fresh = meetings.meeting(current.id)
    assert fresh is not None
    return "\n".join(f"{line.words} [{line.act}]" for line in lines_for(fresh, council.by))


# --- the agenda ---


def test_numbers_follow_from_the_order_and_ids_stay(council: Council) -> None:
    current = council.meeting()
    first, second = council.item(current, "Budget"), council.item(current, "Seat")
    council.item(current, "Welcome", before=first.id)
    assert numbered(current) == [("1", "Welcome"), ("2", "Budget"), ("3", "Seat")]
    actions.move_item(by=council.by, meeting=current.id, item=second.id, before=first.id)
    assert numbered(current) == [("1", "Welcome"), ("2", "Seat"), ("3", "Budget")]
    actions.drop_item(by=council.by, meeting=current.id, item=second.id)
    assert numbered(current) == [("1", "Welcome"), ("2", "Budget")]
    first.refresh_from_db()
    assert meetings.number_of(first) == "2"
    actions.move_item(by=council.by, meeting=current.id, item=first.id, before=None)
    refused("in front of itself", actions.move_item, by=council.by, meeting=current.id, item=first.id, before=first.id)


def test_documents_stand_before_the_meeting_by_their_symbols(council: Council) -> None:
    draft = records.enter_document(by=council.by, title=Text.of("Report"), series="general")
    records.add_version(by=council.by, document=draft.id, name="r.txt", content=b"Read.\n", language="en")
    issued = records.issue_document(by=council.by, document=draft.id)
    current = council.meeting()
    row = council.item(current, "Report", documents=[str(issued.symbol)])
    assert [thing.ref for thing in meetings.agenda(current)[0].documents] == [Ref("records.document", issued.id)]
    refused("no document", council.item, current=current, title="Nothing", documents=["A/99999"])
    assert len(numbered(current)) == 1
    assert timeline(council.by.reader, about=row.ref)


def test_one_item_is_taken_up_at_a_time(council: Council) -> None:
    current = council.opened()
    first, second = council.item(current, "Budget"), council.item(current, "Seat")
    refused("take it up first", actions.conclude_item, by=council.by, meeting=current.id, item=first.id)
    actions.take_up_item(by=council.by, meeting=current.id, item=first.id)
    refused("already", actions.take_up_item, by=council.by, meeting=current.id, item=first.id)
    actions.take_up_item(by=council.by, meeting=current.id, item=second.id)
    current.refresh_from_db()
    assert current.item_id == second.id
    refused("taken up already", actions.drop_item, by=council.by, meeting=current.id, item=second.id)
    actions.conclude_item(by=council.by, meeting=current.id, item=second.id)
    current.refresh_from_db()
    assert current.item_id is None


def test_items_of_another_meeting_are_refused(council: Council) -> None:
    here, there = council.meeting(), council.meeting()
    foreign = council.item(there, "Elsewhere")
    refused(
        "on this agenda", actions.change_item, by=council.by, meeting=here.id, item=foreign.id, title=Text.of("Ours")
    )
    refused("on this agenda", council.item, current=here, title="New", before=foreign.id)


# --- points of order ---


def raised(council: Council, current: Meeting, country: str = "TUN") -> PointOfOrder:
    return actions.raise_point(
        by=council.of(country), meeting=current.id, party=council.parties[country], words="The text is not in Arabic."
    )


def test_only_who_is_there_raises_a_point_and_one_at_a_time(council: Council) -> None:
    current = council.opened("KEN", "TUN")
    refused("not noted", raised, council=council, current=current, country="NOR")
    raised(council, current)
    refused("waits for the ruling", raised, council=council, current=current)


def test_a_ruling_bears_the_name_of_whoever_is_in_the_chair(council: Council) -> None:
    current = council.opened()
    point = raised(council, current)
    with pytest.raises(NotAllowed):
        actions.rule_on_point(by=council.of("TUN"), meeting=current.id, point=point.id, upheld=True)
    actions.rule_on_point(by=council.by, meeting=current.id, point=point.id, upheld=True, words="Well taken.")
    point.refresh_from_db()
    assert (point.ruling, point.ruled_by) == ("upheld", council.chair)
    refused("has ruled", actions.rule_on_point, by=council.by, meeting=current.id, point=point.id, upheld=False)
    entry = timeline(council.by.reader, about=point.ref)[0]
    assert entry.sentence.startswith("Chen Wei 陈伟, in the chair, upheld the point of order of Tunisia")


def test_a_point_is_withdrawn_by_its_party_before_the_ruling_only(council: Council) -> None:
    current = council.opened()
    point, tunisia = raised(council, current), council.parties["TUN"]
    refused(
        "another party",
        actions.withdraw_point,
        by=council.of("KEN"),
        meeting=current.id,
        party=council.parties["KEN"],
        point=point.id,
    )
    actions.withdraw_point(by=council.of("TUN"), meeting=current.id, party=tunisia, point=point.id)
    refused("withdrawn", actions.rule_on_point, by=council.by, meeting=current.id, point=point.id, upheld=True)
    assert points.open_points(current.id) == []


@pytest.mark.parametrize("overruled", [True, False])
def test_a_challenged_ruling_stands_or_falls_with_the_vote(council: Council, overruled: bool) -> None:
    current = council.opened()
    point, kenya = raised(council, current), council.parties["KEN"]
    challenge = {"by": council.of("KEN"), "meeting": current.id, "party": kenya, "point": point.id}
    refused("has not ruled", actions.challenge_ruling, **challenge)
    actions.rule_on_point(by=council.presiding, meeting=current.id, point=point.id, upheld=False)
    actions.challenge_ruling(**challenge)  # type: ignore[arg-type]
    assert [row.id for row in points.challenged(current.id)] == [point.id]
    refused("already", actions.challenge_ruling, **challenge)
    actions.settle_challenge(by=council.by, meeting=current.id, point=point.id, overruled=overruled)
    point.refresh_from_db()
    assert (point.overruled, points.challenged(current.id)) == (overruled, [])
    refused(
        "waits for a vote", actions.settle_challenge, by=council.by, meeting=current.id, point=point.id, overruled=True
    )


# --- the script ---


def test_the_script_leads_through_a_meeting(council: Council) -> None:
    current = council.meeting()
    item = council.item(current, "Budget")
    assert "take their seats" in said(council, current)
    there = [council.parties[one] for one in ("KEN", "TUN", "CHL")]
    actions.note_presence(by=council.by, meeting=current.id, arrived=there)
    opening = said(council, current)
    assert "I declare the meeting open: “Second session”. 3 of 4 members with a right to vote are present." in opening
    assert "[Open the meeting]" in opening
    actions.open_meeting(by=council.by, meeting=current.id)
    assert "We turn to item 1 of the agenda: “Budget”. [Take up item 1]" in said(council, current)
    actions.take_up_item(by=council.by, meeting=current.id, item=item.id)
    assert "[Conclude the item]" in said(council, current)
    point = raised(council, current)
    lines = said(council, current)
    assert lines.startswith("The delegation of Tunisia has the floor on a point of order. [Enter the ruling]")
    actions.rule_on_point(by=council.by, meeting=current.id, point=point.id, upheld=True)
    actions.challenge_quorum(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    assert said(council, current).startswith("The delegation of Kenya has asked that the quorum be verified. 3 of 4")
    actions.verify_quorum(by=council.by, meeting=current.id)
    actions.note_presence(by=council.by, meeting=current.id, left=[council.parties["KEN"]])
    actions.conclude_item(by=council.by, meeting=current.id, item=item.id)
    assert "[Close the meeting]" in said(council, current)
    actions.suspend_meeting(by=council.by, meeting=current.id)
    assert "[Resume the meeting]" in said(council, current)
    actions.resume_meeting(by=council.by, meeting=current.id)
    actions.close_meeting(by=council.by, meeting=current.id)
    assert said(council, current) == ""


def test_without_a_chair_the_script_asks_for_one(council: Council) -> None:
    end_role(by=council.by, grant=Grant.objects.get(role="chair").id)
    current = council.meeting()
    assert "[Name who presides]" in said(council, current)
    refused("in the chair", actions.open_meeting, by=council.by, meeting=current.id)
