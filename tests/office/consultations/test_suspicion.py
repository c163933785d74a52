"""Suspected coordination on the moderators' page: counts, likeness and times, for them alone."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from tests.office.consultations.conftest import Town, crowd, publish

from comity.ballot_box.suspicion import Cluster, Suspicion, written
from comity.office.consultations.box import the_box
from comity.office.consultations.models import Consultation


def test_moderators_read_of_suspected_coordination_while_answers_come_in(
    town: Town, browse: Callable[..., Client]
) -> None:
    current = town.consultation
    assert "Suspected coordination" not in browse(town.moderator).get(queue_of(current)).content.decode()
    crowd(current)
    publish(current)
    page = browse(town.moderator).get(queue_of(current)).content.decode()
    assert "nobody answered more alike than their opinions explain" in page
    clusters = (Cluster(12, 0.97, 0.6, 11, 8, 10), Cluster(6, 0.9, 0.5, None, 10, 10))
    the_box().shelf.suspect(current.id, written(Suspicion(1_793_520_000_000, 212, 1, clusters)))
    page = browse(town.facilitator).get(queue_of(current)).content.decode()
    assert "12 people: of the answers that can be compared 97% are the same, where 60% is usual" in page
    assert "Within one hour 11 of them began." in page
    assert "They began at different times." in page
    assert "1 group of fewer people" in page
    assert browse(town.citizen).get(queue_of(current)).status_code == 404
    assert "Suspected coordination" not in browse().get(f"/en/consultations/{current.id}/results").content.decode()


def queue_of(current: Consultation) -> str:
    return f"/en/consultations/{current.id}/queue"
