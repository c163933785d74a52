"""The simulated consultation of the demonstration: labelled, answered by invented people, and more of them when asked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests.office.consultations.conftest import Town, opened, publish

from comity.groundwork.jobs import run_due
from comity.groundwork.models import Grant
from comity.groundwork.refusals import Refused
from comity.office.consultations import actions, demonstration
from comity.office.consultations.box import the_box
from comity.office.consultations.queries.results import latest
from comity.opinion.report import render_html


@pytest.mark.slow
def test_invented_people_answer_and_more_of_them_arrive_when_asked(town: Town) -> None:
    made = demonstration.build(town.actor(), people=60)
    assert made.simulated
    assert made.statements.count() > 50
    publish(made)
    shown = latest(made)
    assert shown is not None
    assert "SIMULATED" in shown.result.source.title
    assert "SIMULATED" in render_html(shown.result)
    before = the_box().counts(made.id).participants
    actions.simulate_arrivals(by=town.actor(), consultation=made.id, people=demonstration.AT_ONCE + 1)
    run_due(timezone.now())
    assert the_box().counts(made.id).participants > before
    assert len({segment.name for segment in shown.result.segments}) == made.segments.count()


@pytest.mark.slow
def test_the_demonstration_asks_in_the_readers_words_and_people_moderate_it(town: Town, client: Client) -> None:
    made = demonstration.build(town.actor(), people=60)
    publish(made)
    at = str(made.ref)
    assert {grant.role for grant in Grant.objects.filter(at=at)} == {
        "facilitator",
        "moderator",
    }
    with translation.override(None):  # the page's language does not stay
        client.get(f"/zh/consultations/{made.id}/answer")
        asked = client.get(f"/zh/consultations/{made.id}/about-me").content.decode()
        report = client.get(f"/zh/consultations/{made.id}/results/report").content.decode()
    assert all(word in asked for word in ("性别", "地区", "非洲国家组"))
    assert "地区" in report
    assert "Region" not in report
    assert "small-state focal point" not in report


def test_invented_people_answer_nothing_where_people_are_asked(town: Town) -> None:
    with pytest.raises(Refused, match="People are asked here"):
        actions.simulate_arrivals(by=town.actor(), consultation=town.consultation.id)
    other = opened(town.actor(), simulated=True)
    with pytest.raises(Refused):
        actions.simulate_arrivals(by=town.actor(), consultation=other.id)
