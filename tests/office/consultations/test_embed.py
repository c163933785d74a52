"""A consultation in a frame of another site: who may frame it, who its people are, and that no cookie is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from tests.office.consultations.conftest import Town, crowd, opened, publish, ticket

from comity.ballot_box import Answer
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.consultations import actions, participants
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Consultation

SITE = "https://town.example"
Browse = Callable[..., Client]


def page(current: Consultation, **given: str) -> str:
    return f"/en/consultations/{current.id}/embed?{urlencode(given)}"


def signed(current: Consultation, who: str, seconds: int = 600) -> dict[str, str]:
    until = str(round(timezone.now().timestamp()) + seconds)
    return {"who": who, "until": until, "sign": participants.signature(current.id, who, until)}


def holder(current: Consultation, html: str) -> int:
    return participants.holder(current.id, html.partition('data-ticket="')[2].partition('"')[0], timezone.now())


@pytest.mark.slow
def test_only_the_sites_that_are_named_may_show_it_in_a_frame(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), embed_in=[SITE])
    answer = browse().get(page(current))
    assert f"frame-ancestors {SITE}" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    other = browse().get(f"/en/consultations/{current.id}")
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    assert other["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in browse().get(page(town.consultation))["Content-Security-Policy"]


def test_who_a_site_names_has_one_voice_there_and_another_number_elsewhere(town: Town, browse: Browse) -> None:
    current, other = (opened(town.actor(), entry="embedded", embed_in=[SITE]) for _ in range(2))
    numbers = {
        holder(current, browse().get(page(current, **signed(current, "u17"))).content.decode()) for _ in range(2)
    }
    assert len(numbers) == 1
    assert holder(other, browse().get(page(other, **signed(other, "u17"))).content.decode()) not in numbers
    assert holder(current, browse().get(page(current, **signed(current, "u18"))).content.decode()) not in numbers


def test_a_wrong_signature_opens_nothing(town: Town, browse: Browse) -> None:
    current, other = (opened(town.actor(), entry="embedded", embed_in=[SITE]) for _ in range(2))
    good = signed(current, "u17")
    wrong = [
        {},
        {**good, "sign": ""},
        {**good, "sign": "0" * 64},
        {**good, "who": "u18"},
        {**good, "until": str(int(good["until"]) + 1)},
        {**good, "sign": signed(other, "u17")["sign"]},
        {**good, "sign": "é\ud83d".encode("utf-8", "replace").decode()},
        signed(current, "u17", seconds=-5),
        signed(current, ""),
        signed(current, "x" * 201),
    ]
    for given in wrong:
        assert browse().get(page(current, **given)).status_code == 403, given
    assert browse().get(page(current, **good)).status_code == 200
    assert browse().get(f"/en/consultations/{current.id}/answer").status_code == 403


def test_the_frame_fetches_statements_with_its_ticket_and_without_a_cookie(town: Town, browse: Browse) -> None:
    address = f"/en/consultations/{town.consultation.id}/next"
    told = browse().get(address, headers={"Authorization": f"Ballot {ticket(town.consultation, 5)}"})
    assert len(told.json()["statements"]) == 6
    assert browse().get(address, headers={"Authorization": "Ballot nonsense"}).status_code == 403
    assert browse().get(address).status_code == 403


def mine(browser: Client, current: Consultation, **given: str) -> Any:
    return browser.post(f"/en/consultations/{current.id}/embed/mine", given)


def test_in_the_frame_one_reads_over_changes_and_takes_back_what_one_answered(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), entry="embedded", embed_in=[SITE])
    html = browse().get(page(current, **signed(current, "u17"))).content.decode()
    own = html.partition('data-ticket="')[2].partition('"')[0]
    assert f'name="ticket" value="{own}"' in html
    number = participants.holder(current.id, own, timezone.now())
    the_box().cast(current.id, number, [Answer(1, 1, True), Answer(2, -1)])
    # A browser that checks tokens against forged requests, as every other page does.
    answer = mine(Client(enforce_csrf_checks=True), current, ticket=own)
    assert "Every village school gets a library." in answer.content.decode()
    assert f"frame-ancestors {SITE}" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert answer["Cache-Control"].startswith("max-age=0")
    assert (
        "Your answer was changed."
        in mine(browse(), current, ticket=own, statement="1", vote="disagree").content.decode()
    )
    assert the_box().mine(current.id, number)[1] == Answer(1, -1, True)
    assert mine(browse(), current, ticket=own, sure="1").status_code == 200
    assert the_box().mine(current.id, number) == {}


def test_without_a_ticket_of_this_consultation_nothing_is_read_or_changed(town: Town, browse: Browse) -> None:
    current, other = (opened(town.actor(), embed_in=[SITE]) for _ in range(2))
    the_box().cast(current.id, 5, [Answer(1, 1)])
    for wrong in ("", "nonsense", ticket(other, 5), "é\ud83d".encode("utf-8", "replace").decode()):
        for more in ({}, {"sure": "1"}, {"statement": "1", "vote": "disagree"}):
            answer = mine(browse(), current, ticket=wrong, **more)
            assert answer.status_code == 403
            assert "village" not in answer.content.decode()
    assert browse().get(f"/en/consultations/{current.id}/embed/mine?ticket={ticket(current, 5)}").status_code == 403
    assert the_box().mine(current.id, 5) == {1: Answer(1, 1)}


def test_why_a_frame_shows_nothing_is_said_within_it(town: Town, browse: Browse) -> None:
    current = opened(town.actor(), entry="embedded", embed_in=[SITE])
    answer = browse().get(page(current))
    assert "did not sign it rightly" in answer.content.decode()
    assert f"frame-ancestors {SITE}" in answer["Content-Security-Policy"]
    actions.close(by=town.actor(), consultation=current.id)
    closed = browse().get(page(current, **signed(current, "u17")))
    assert (closed.status_code, "takes no answers any more" in closed.content.decode()) == (409, True)


def test_the_report_can_be_shown_where_the_consultation_can(town: Town, browse: Browse) -> None:
    for sites, told in (([SITE], SITE), ([], "'none'")):
        current = opened(town.actor(), embed_in=sites)
        crowd(current)
        publish(current)
        answer = browse().get(f"/en/consultations/{current.id}/results/report")
        assert f"frame-ancestors {told}" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer


@pytest.mark.parametrize(
    "site", ["https://town.example/path", "http://town.example", "*", "https://a b", "javascript:x"]
)
def test_a_site_is_named_by_its_origin(town: Town, site: str) -> None:
    with pytest.raises(Refused, match="without a path"):
        actions.create(by=town.actor(), title=Text.of("Parks"), languages=["en"], embed_in=[site])


def test_the_key_is_for_whoever_runs_the_consultation(town: Town, browse: Browse) -> None:
    key = participants.embed_key(town.consultation.id)
    address = f"/en/consultations/{town.consultation.id}/embedding"
    actions.change(by=town.actor(), consultation=town.consultation.id, embed_in=[SITE], keep_dates=True)
    for person in (None, town.citizen, town.moderator):
        assert browse(person).get(address).status_code in {403, 404}
    assert browse(town.facilitator).get(address).status_code == 200
    current = opened(town.actor(), entry="embedded", embed_in=[SITE])
    answer = browse(town.secretary).get(f"/en/consultations/{current.id}/embedding")
    assert participants.embed_key(current.id) in answer.content.decode()
    assert key not in answer.content.decode()
