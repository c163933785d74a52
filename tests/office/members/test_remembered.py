"""What is remembered of the register between pages: nothing is computed twice, and nothing is shown that no longer holds."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.office.members.conftest import TODAY, Office, an_office

from comity.office.members.actions import contest_status
from comity.office.members.queries.status import picture
from comity.office.members.vocabulary import Status


@pytest.fixture
def lasting(transactional_db: None) -> Office:
    """An office whose acts are committed one by one, as those of a site are."""
    return an_office()


def test_a_picture_is_taken_once_until_something_is_recorded(lasting: Office) -> None:
    kenya = lasting.party("KEN")
    lasting.step(kenya, "signed")
    first = picture(TODAY)
    with CaptureQueriesContext(connection) as asked:
        assert picture(TODAY) is first
    assert len(asked) == 1
    assert first.standing(kenya.id).status == Status.SIGNED
    lasting.step(kenya, "ratified")
    assert picture(TODAY).standing(kenya.id).status != Status.SIGNED
    assert first.standing(kenya.id).status == Status.SIGNED


def test_a_contest_is_seen_at_once_and_other_days_are_other_pictures(lasting: Office) -> None:
    kenya = lasting.party("KEN")
    fact = lasting.step(kenya, "signed")
    assert not picture(TODAY).standing(kenya.id).contested
    contest_status(by=lasting.by, fact=fact.id, contested_by="Somebody", why="a slip", source="a note")
    assert picture(TODAY).standing(kenya.id).contested
    assert picture(TODAY.replace(year=2020)).standing(kenya.id).status == Status.NONE


def test_what_a_transaction_saw_and_undid_is_not_remembered(lasting: Office) -> None:
    kenya = lasting.party("KEN")
    lasting.step(kenya, "signed")
    before = picture(TODAY)
    with transaction.atomic():
        lasting.step(kenya, "ratified")
        assert picture(TODAY).standing(kenya.id).status != Status.SIGNED
        transaction.set_rollback(True)
    assert picture(TODAY) is before
    lasting.step(kenya, "withdrew")
    assert picture(TODAY).standing(kenya.id).status == Status.WITHDRAWN
