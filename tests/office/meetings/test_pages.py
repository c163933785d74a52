"""Pages of the meetings office: every form does its act, the desk is for those who run it, the phone and the hall for all they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from tests.office.meetings.conftest import NOW, Council

from comity.groundwork import live, panels
from comity.groundwork.acts import ACTS, Actor
from comity.groundwork.audiences import MEMBERS
from comity.groundwork.models import LogHead
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.meetings import actions
from comity.office.meetings.models import Item, Meeting, PointOfOrder
from comity.office.meetings.queries import presence
from comity.office.meetings.urls import urlpatterns

pytestmark = pytest.mark.django_db
TEXT = "نص مع <b>tag</b> & \u202eأ"


@pytest.fixture(autouse=True)
def _the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The morning of the meeting; requests have no clock of their own."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def client_of(person: Any) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def path(name: str, *args: str, language: str = "en") -> str:
    with override(language):
        return reverse(f"meetings:{name}", args=args)


def posted(client: Client, page: str, /, *args: str, **values: Any) -> None:
    """Post a form that is sound."""
    size = LogHead.objects.get().size
    answer = client.post(path(page, *args), values)
    if answer.status_code != 302:
        pytest.fail(f"{page}: {answer.status_code} {answer.content.decode()[:4000]}")
    assert LogHead.objects.get().size > size, f"{page} recorded nothing"


def test_every_act_of_the_office_has_a_page() -> None:
    ours = {name.partition(".")[2] for name in ACTS if name.startswith("meetings.")}
    assert ours - {pattern.name for pattern in urlpatterns} == set()


@pytest.mark.slow
def test_every_form_does_its_act(council: Council) -> None:
    desk, kenya, tunisia = client_of(council.secretary), council.parties["KEN"], council.parties["TUN"]
    posted(
        desk,
        "convene",
        council.body.id,
        title=TEXT,
        language="ar",
        form="hybrid",
        place="Room 1",
        starts_at="2026-12-01T12:00",
        zone="Africa/Nairobi",
        audience="public",
        rule="ordinary",
    )
    current = Meeting.objects.get()
    assert (current.starts_at, current.presiding) == (NOW, council.chair)
    assert "\u202e" not in str(current.title)
    key, seats = current.id, [council.parties[one] for one in council.parties]
    posted(desk, "change_seats", key, parties=seats, voting=seats)
    entry = {"title": "Session", "form": "hybrid", "zone": "Africa/Nairobi", "rule": "ordinary"}
    posted(desk, "change_meeting", key, starts_at="2026-12-01T12:00", ends_at="2026-12-01T15:00", **entry)
    posted(desk, "add_item", key, title="Budget", language="en")
    posted(desk, "add_item", key, title="Seat", language="en")
    first, second = Item.objects.order_by("rank")
    posted(desk, "change_item", key, second.id, title=TEXT)
    posted(desk, "move_item", key, second.id, before=first.id)
    posted(desk, "note_presence", key, here=[kenya, tunisia, council.parties["CHL"]])
    posted(desk, "open", key)
    posted(desk, "take_up_item", key, first.id)
    posted(desk, "conclude_item", key, first.id)
    posted(desk, "drop_item", key, second.id, reason="later")
    there, other = client_of(council.delegates["KEN"]), client_of(council.delegates["TUN"])
    posted(there, "say_leaving", key, kenya)
    posted(there, "say_present", key, kenya)
    posted(there, "challenge_quorum", key, kenya)
    posted(desk, "verify_quorum", key)
    posted(there, "raise_point", key, kenya, words="First.")
    posted(there, "withdraw_point", key, PointOfOrder.objects.get().id)
    posted(there, "raise_point", key, kenya, words="Second.")
    point = PointOfOrder.objects.get(words="Second.")
    posted(desk, "rule_on_point", key, point.id, upheld="no", words=TEXT)
    posted(other, "challenge_ruling", key, point.id, tunisia)
    for page in (path("desk", key), path("hall", key), path("point", point.id), path("item", first.id), path("list")):
        answer = desk.get(page)
        assert answer.status_code == 200
        assert b"<b>tag</b>" not in answer.content
    posted(desk, "settle_challenge", key, point.id, overruled="yes")
    posted(desk, "suspend", key, until="2026-12-01T14:00", reason="lunch")
    current.refresh_from_db()
    assert current.suspended_until == NOW + timedelta(hours=2)
    posted(desk, "resume", key)
    posted(desk, "take_chair", key, person=council.delegates["NOR"].id)
    posted(client_of(council.delegates["NOR"]), "close", key)
    other_one = council.meeting()
    posted(desk, "cancel", other_one.id, reason="no need")


def test_the_desk_is_for_the_secretariat_and_the_chair_of_this_meeting(council: Council) -> None:
    current = council.meeting()
    elsewhere = council.meeting(chair=council.delegates["NOR"].id)
    for who, status in ((council.secretary, 200), (council.chair, 200), (council.delegates["NOR"], 403), (None, 403)):
        for page in ("desk", "note_presence"):
            assert client_of(who).get(path(page, current.id)).status_code == status, (who, page)
    assert client_of(council.delegates["NOR"]).get(path("desk", elsewhere.id)).status_code == 200


def test_who_came_meanwhile_is_not_sent_away_by_an_old_page(council: Council) -> None:
    current, desk = council.meeting(), client_of(council.secretary)
    shown = desk.get(path("note_presence", current.id)).content.decode()
    assert 'name="was"' not in shown
    actions.say_present(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    posted(desk, "note_presence", current.id, here=[council.parties["TUN"]])
    assert presence.present_parties(current.id) == {council.parties["KEN"], council.parties["TUN"]}
    posted(desk, "note_presence", current.id, was=[council.parties["KEN"]], here=[])
    assert presence.present_parties(current.id) == {council.parties["TUN"]}


def test_a_refused_tick_says_why_and_keeps_the_page(council: Council) -> None:
    current = council.meeting()
    council.refuse("KEN")
    answer = client_of(council.secretary).post(
        path("note_presence", current.id), {"here": [council.parties["KEN"], council.parties["TUN"]]}
    )
    assert answer.status_code == 422
    assert "credentials of these delegations were refused: Kenya" in answer.content.decode()
    assert not presence.present_parties(current.id)


def test_the_phone_shows_a_delegate_what_they_can_do_and_others_why_not(council: Council) -> None:
    current = council.opened("TUN", "CHL")
    page = client_of(council.delegates["KEN"]).get(path("here", current.id)).content.decode()
    assert "We are here" in page
    assert "Point of order" not in page
    actions.say_present(by=council.of("KEN"), meeting=current.id, party=council.parties["KEN"])
    page = client_of(council.delegates["KEN"]).get(path("here", current.id)).content.decode()
    assert "Point of order" in page
    assert "12:00" in page  # by the clock of the place
    council.refuse("CHL")
    page = client_of(council.delegates["CHL"]).get(path("here", current.id)).content.decode()
    assert "credentials of this delegation were refused" in page
    assert client_of(None).get(path("here", current.id)).status_code == 403
    assert client_of(council.secretary).get(path("here", current.id)).status_code == 200


def test_a_press_that_is_refused_is_answered_in_words(council: Council) -> None:
    current = council.meeting()
    client = client_of(council.delegates["KEN"])
    answer = client.post(path("challenge_quorum", current.id, council.parties["KEN"]), follow=True)
    assert answer.redirect_chain
    assert "planned" in answer.content.decode()
    assert client.get(path("say_present", current.id, council.parties["KEN"])).status_code == 405


def test_the_hall_reads_from_right_to_left_and_leads_nowhere(council: Council) -> None:
    current = council.opened(title=Text.of("Session", "en", ar="الدورة الثانية"))
    page = Client().get(path("hall", current.id, language="ar")).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "الدورة الثانية" in page
    assert "<a " not in page
    assert "<form" not in page


def test_a_meeting_for_members_is_not_there_for_visitors(council: Council) -> None:
    current = council.opened(audience="members", title=Text.of("Sealed session"))
    row = council.item(current, "Sealed item")
    point = actions.raise_point(
        by=council.of("TUN"), meeting=current.id, party=council.parties["TUN"], words="Sealed words"
    )
    for page in (
        *(path(name, current.id) for name in ("meeting", "hall", "here")),
        path("item", row.id),
        path("point", point.id),
    ):
        assert Client().get(page).status_code == 404, page
        assert client_of(council.delegates["KEN"]).get(page).status_code == 200, page
    for page in (path("list"), f"/en/charter/bodies/{council.body.id}", "/en/", "/en/records/"):
        assert "Sealed" not in Client().get(page).content.decode(), page


def test_parts_that_are_sent_are_for_those_for_whom_the_meeting_is(council: Council) -> None:
    shown: list[bool] = []

    def floor(actor: Actor, ref: Ref | None) -> None:
        shown.append(actor.reader.may_read(MEMBERS) and not actor.reader.all and actor.person_id is None)

    panels.register_panel(panels.Panel("meetings.now", 1, "none.html", floor))
    try:
        for audience in ("members", "public"):
            current = council.opened(audience=audience)
            for name in ("meetings.now", "meetings.hall", "meetings.agenda"):
                made = live.rendered(name, current.ref, "en", anew=True)
                assert made is not None
                assert made.audience == audience
        assert shown == [True, False]
    finally:
        panels.PANELS.pop()
    assert live.rendered("meetings.now", Ref("meetings.meeting", "0" * 26), "en") is None
    assert live.rendered("meetings.now", council.body.ref, "en") is None


def test_no_count_of_queries_grows_with_parties_or_items(council: Council) -> None:
    def counted(current: Meeting, page: str, who: Any) -> int:
        client = client_of(who)
        client.get(path(page, current.id))
        with CaptureQueriesContext(connection) as captured:
            client.get(path(page, current.id))
        return len(captured)

    two = [council.parties["KEN"], council.parties["TUN"]]
    few = council.opened("KEN", "TUN", parties=two, voting=two)
    council.item(few, "One")
    many = council.opened()
    for title in ("One", "Two", "Three", "Four"):
        council.item(many, title)
    for page, who in (
        ("meeting", None),
        ("hall", None),
        ("desk", council.secretary),
        ("note_presence", council.secretary),
        ("here", council.delegates["KEN"]),
    ):
        assert abs(counted(many, page, who) - counted(few, page, who)) <= 2, page
