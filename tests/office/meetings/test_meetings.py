"""A meeting from convening to closing: seats, the chair, presence, quorum; what is refused says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override
from tests.office.meetings.conftest import NOW, Council
from tests.office.members.conftest import empty_the_state

from comity.groundwork.acts import actor_for
from comity.groundwork.audiences import ANYONE, Reader
from comity.groundwork.models import Event, Grant
from comity.groundwork.refs import Ref, name_all
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_setting
from comity.office.meetings import actions
from comity.office.meetings.models import Meeting, Presence
from comity.office.meetings.obstacles import OBSTACLES
from comity.office.meetings.queries import meetings, presence, quorum
from comity.office.meetings.roles import PRESIDING
from comity.office.meetings.vocabulary import QuorumKind, Stage
from comity.office.members.actions import receive_credential, record_status

pytestmark = pytest.mark.django_db


def refused(match: str, does: Any, **given: Any) -> Refused:
    with pytest.raises(Refused, match=match) as caught:
        does(**given)
    return caught.value


# --- convening ---


def test_a_meeting_is_presided_over_by_the_chair_of_its_body(council: Council) -> None:
    current = council.meeting()
    assert current.presiding == council.chair
    assert actor_for(council.chair, council.now).holds(PRESIDING, str(current.ref))
    assert current.stage == Stage.PLANNED


def test_without_named_parties_those_take_part_whose_status_lets_them_speak(council: Council) -> None:
    for country, step in (("KEN", "signed"), ("TUN", "observer")):
        record_status(
            by=council.by,
            party=council.parties[country],
            step=step,
            happened_on=NOW.date() - timedelta(days=30),
            source="journal",
            evidence="official",
        )
    assert set(presence.seated_parties(council.meeting(parties=None, voting=None).id)) == {
        council.parties["KEN"],
        council.parties["TUN"],
    }
    assert presence.seated_parties(council.meeting(parties=None, voting=None).id, voting=True) == []
    change_setting(by=council.by, key="rights", value={"by_status": {"signed": ["speak", "vote"]}}, reason="example")
    assert presence.seated_parties(council.meeting(parties=None, voting=None).id, voting=True) == [
        council.parties["KEN"]
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"starts_at": NOW.replace(tzinfo=None)}, "starts_at"),
        ({"ends_at": NOW}, "ends_at"),
        ({"form": "by post"}, "form"),
        ({"audience": "secretariat"}, "audience"),
        ({"rule": "no such"}, "rule"),
        ({"voting": ["0" * 26]}, "voting"),
        ({"parties": ["0" * 26], "voting": []}, "parties"),
        ({"title": Text.of(" ")}, "title"),
    ],
)
def test_what_is_unsound_is_refused_at_its_field(council: Council, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        council.meeting(**wrong)
    assert caught.value.field == field
    assert not Meeting.objects.exists()


def test_the_chair_of_a_body_convenes_its_meetings_and_no_others(council: Council) -> None:
    actions.convene(by=council.presiding, body=council.body.id, title=Text.of("Ours"), starts_at=NOW)
    with pytest.raises(NotAllowed):
        actions.convene(by=council.of("KEN"), body=council.body.id, title=Text.of("Theirs"), starts_at=NOW)


def test_a_changed_end_can_be_taken_away(council: Council) -> None:
    current = council.meeting(ends_at=NOW + timedelta(hours=2))
    actions.change_meeting(by=council.by, meeting=current.id, place=Text.of("Room 2"))
    current.refresh_from_db()
    assert (current.ends_at, str(current.place)) == (NOW + timedelta(hours=2), "Room 2")
    actions.change_meeting(by=council.by, meeting=current.id, no_end=True)
    current.refresh_from_db()
    assert current.ends_at is None


# --- the chair ---


def test_the_chair_is_handed_over_and_its_rights_with_it(council: Council) -> None:
    current = council.opened()
    actions.take_chair(by=council.presiding, meeting=current.id, person=council.delegates["NOR"].id)
    with pytest.raises(NotAllowed):
        actions.suspend_meeting(by=council.presiding, meeting=current.id)
    actions.suspend_meeting(by=council.of("NOR"), meeting=current.id)
    refused("already", actions.take_chair, by=council.by, meeting=current.id, person=council.delegates["NOR"].id)


def test_with_the_meeting_the_right_to_preside_ends(council: Council) -> None:
    current = council.opened()
    actions.close_meeting(by=council.presiding, meeting=current.id)
    assert not Grant.objects.filter(role="presiding", until__isnull=True).exists()
    current.refresh_from_db()
    assert current.presiding == council.chair  # who presided stays known


# --- presence ---


def test_the_desk_notes_who_came_and_left_and_repeating_it_changes_nothing(council: Council) -> None:
    current = council.meeting()
    kenya, chile = council.parties["KEN"], council.parties["CHL"]
    actions.note_presence(by=council.by, meeting=current.id, arrived=[kenya, chile])
    size = Event.objects.count()
    actions.note_presence(by=council.by, meeting=current.id, arrived=[kenya], left=[council.parties["NOR"]])
    assert Event.objects.count() == size
    council.later()
    actions.note_presence(by=council.by, meeting=current.id, left=[kenya])
    assert presence.present_parties(current.id) == {chile}
    assert presence.present_parties(current.id, NOW) == {kenya, chile}
    assert presence.present_parties(current.id, NOW - timedelta(minutes=1)) == frozenset()


def test_a_delegation_says_itself_that_it_is_there_and_for_nobody_else(council: Council) -> None:
    current = council.meeting()
    actions.say_present(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    assert Presence.objects.get().said_by == "delegation"
    with pytest.raises(NotAllowed):
        actions.say_present(by=council.of("KEN"), meeting=current.id, party=council.parties["TUN"])
    actions.say_leaving(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    assert not presence.present_parties(current.id)


def test_whose_credentials_were_refused_cannot_be_there(council: Council) -> None:
    current, kenya = council.meeting(), council.parties["KEN"]
    council.refuse("KEN")
    with pytest.raises(NotAllowed, match="credentials"):
        actions.say_present(by=council.of("KEN"), meeting=current.id, party=kenya)
    refused("Kenya", actions.note_presence, by=council.by, meeting=current.id, arrived=[kenya])
    assert not presence.may_speak_for(council.of("KEN"), kenya, current)
    assert [seat.refused for seat in presence.seats(current) if seat.party == kenya] == [True]


def test_one_refused_delegate_does_not_keep_out_a_party_with_another(council: Council) -> None:
    current, kenya = council.meeting(), council.parties["KEN"]
    council.refuse("KEN", council.chair)  # somebody else who came with papers for the same party
    assert presence.credentials_refused([kenya], NOW.date()) == {kenya}
    receive_credential(
        by=council.by,
        party=kenya,
        person=council.delegates["KEN"].id,
        kind="credentials",
        purpose="the session",
        issued_by="Ministry",
        valid_from=NOW.date(),
        received_on=NOW.date(),
    )
    actions.say_present(
        by=council.of("KEN"), meeting=current.id, party=kenya
    )  # not examined yet: it sits provisionally


def test_presence_waits_for_the_doors(council: Council) -> None:
    current = council.meeting(starts_at=NOW + timedelta(hours=4))
    refused("three hours", actions.note_presence, by=council.by, meeting=current.id, arrived=[council.parties["KEN"]])


def test_in_a_meeting_in_writing_nobody_is_present_and_no_quorum_is_asked(council: Council) -> None:
    current = council.meeting(form="written")
    refused("in writing", actions.note_presence, by=council.by, meeting=current.id, arrived=[council.parties["KEN"]])
    assert quorum.quorums(current) == {}
    actions.open_meeting(by=council.by, meeting=current.id)


def test_who_loses_the_seat_is_no_longer_there(council: Council) -> None:
    current = council.opened()
    rest = [council.parties[one] for one in ("KEN", "TUN")]
    actions.change_seats(by=council.by, meeting=current.id, parties=rest, voting=rest[:1])
    assert presence.present_parties(current.id) == set(rest)
    assert presence.seated_parties(current.id, voting=True) == rest[:1]


# --- quorum ---


def test_a_meeting_is_not_opened_without_the_quorum_that_the_charter_asks_for(council: Council) -> None:
    current = council.meeting()  # four may vote: two are a third of them or more
    actions.note_presence(by=council.by, meeting=current.id, arrived=[council.parties[one] for one in ("KEN", "BRA")])
    told = refused("1 of 4 members", actions.open_meeting, by=council.presiding, meeting=current.id)
    assert "asks for 2" in str(told)
    actions.note_presence(by=council.by, meeting=current.id, arrived=[council.parties["TUN"]])
    actions.open_meeting(by=council.presiding, meeting=current.id)
    held = quorum.quorums(meetings.meeting(current.id) or current)
    assert (held[QuorumKind.TO_OPEN].met, held[QuorumKind.TO_DECIDE].met) == (True, False)
    assert held[QuorumKind.TO_DECIDE].needed == 3


def test_observers_do_not_make_a_quorum(council: Council) -> None:
    current = council.meeting(voting=[council.parties["KEN"]])
    actions.note_presence(
        by=council.by, meeting=current.id, arrived=[council.parties[one] for one in ("TUN", "CHL", "NOR", "BRA")]
    )
    found = quorum.quorum(current, QuorumKind.TO_DECIDE)
    assert found is not None
    assert (found.present, found.entitled, found.met) == (0, 1, False)


def test_a_quorum_is_explained_in_the_readers_language(council: Council) -> None:
    current = council.opened()
    with override("fr"):
        found = quorum.quorum(current, QuorumKind.TO_DECIDE)
        assert found is not None
        assert "Décisions ordinaires" in found.sentence


def test_another_rule_or_none_can_hold(council: Council) -> None:
    current = council.meeting(rule="plain")
    assert quorum.quorums(current) == {}
    actions.open_meeting(by=council.presiding, meeting=current.id)


def test_a_delegation_that_is_there_has_the_quorum_verified(council: Council) -> None:
    current = council.opened("KEN", "TUN", "CHL")
    actions.note_presence(by=council.by, meeting=current.id, left=[council.parties["CHL"]])
    refused(
        "not noted", actions.challenge_quorum, by=council.of("CHL"), meeting=current.id, party=council.parties["CHL"]
    )
    call = actions.challenge_quorum(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    refused("already", actions.challenge_quorum, by=council.of("TUN"), meeting=current.id, party=council.parties["TUN"])
    actions.verify_quorum(by=council.presiding, meeting=current.id)
    call.refresh_from_db()
    assert (call.present, call.entitled, call.needed, call.met) == (2, 4, 3, False)
    with pytest.raises(NotFound):
        actions.verify_quorum(by=council.presiding, meeting=current.id)


# --- opening and closing ---


def test_steps_come_in_their_order(council: Council) -> None:
    current = council.meeting(rule="plain")
    for does in (actions.suspend_meeting, actions.resume_meeting, actions.close_meeting):
        refused("planned", does, by=council.by, meeting=current.id)
    actions.open_meeting(by=council.by, meeting=current.id)
    refused("open", actions.open_meeting, by=council.by, meeting=current.id)
    actions.suspend_meeting(by=council.by, meeting=current.id, until=NOW + timedelta(hours=1))
    actions.resume_meeting(by=council.by, meeting=current.id)
    actions.close_meeting(by=council.by, meeting=current.id)
    refused("closed", actions.resume_meeting, by=council.by, meeting=current.id)
    refused("closed", actions.note_presence, by=council.by, meeting=current.id, arrived=[council.parties["KEN"]])


def test_what_stands_in_the_way_of_closing_says_so(council: Council) -> None:
    current = council.opened()
    OBSTACLES.append(lambda row: ["A vote is open."] if row.id == current.id else [])
    try:
        refused("A vote is open", actions.close_meeting, by=council.by, meeting=current.id)
    finally:
        OBSTACLES.pop()
    actions.close_meeting(by=council.by, meeting=current.id)
    assert not Presence.objects.filter(until__isnull=True).exists()


# --- readers ---


def test_a_meeting_for_members_is_for_nobody_else(council: Council) -> None:
    current = council.opened(audience="members", title=Text.of("Sealed session"))
    council.item(current, "Sealed item")
    assert meetings.meeting(current.id, ANYONE) is None
    assert meetings.meeting(current.id, Reader.of(parties=[council.parties["KEN"]])) is not None
    told = Event.objects.filter(type__startswith="meetings.").values_list("audience", flat=True)
    assert set(told) == {"members"}
    assert "Sealed" not in name_all([current.ref])[current.ref]
    assert "Sealed" not in str(name_all([Ref("meetings.item", row.id) for row in current.items.all()]))


# --- the record ---


def test_a_replay_of_the_log_gives_the_same_meetings(council: Council) -> None:
    current = council.opened("KEN", "TUN", "CHL", ends_at=NOW + timedelta(hours=2))
    first, second = council.item(current, "First"), council.item(current, "Second")
    third = council.item(current, "Third", before=second.id)
    actions.move_item(by=council.by, meeting=current.id, item=first.id)
    actions.change_item(by=council.by, meeting=current.id, item=third.id, title=Text.of("Third, changed"))
    actions.take_up_item(by=council.by, meeting=current.id, item=third.id)
    actions.challenge_quorum(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    actions.verify_quorum(by=council.by, meeting=current.id)
    point = actions.raise_point(
        by=council.of("TUN"), meeting=current.id, party=council.parties["TUN"], words="Not on the agenda."
    )
    actions.rule_on_point(by=council.presiding, meeting=current.id, point=point.id, upheld=False, words="It is.")
    actions.challenge_ruling(by=council.of("CHL"), meeting=current.id, party=council.parties["CHL"], point=point.id)
    actions.settle_challenge(by=council.by, meeting=current.id, point=point.id, overruled=True)
    actions.conclude_item(by=council.by, meeting=current.id, item=third.id)
    actions.drop_item(by=council.by, meeting=current.id, item=second.id)
    council.later()
    actions.suspend_meeting(by=council.by, meeting=current.id)
    actions.resume_meeting(by=council.by, meeting=current.id)
    actions.take_chair(by=council.by, meeting=current.id, person=council.delegates["NOR"].id)
    council.later()
    actions.close_meeting(by=council.by, meeting=current.id)
    before = state()
    empty_the_state()
    replay()
    assert list(differences(before, state())) == []
