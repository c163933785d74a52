"""The meeting of the demonstration: open, with a quorum, and something left to do for whoever tries it."""

from __future__ import annotations

import pytest
from tests.office.meetings.conftest import Council

from comity.office.meetings import demonstration
from comity.office.meetings.queries import meetings, presence, quorum
from comity.office.meetings.vocabulary import QuorumKind

pytestmark = pytest.mark.django_db


def test_the_demonstrations_meeting_is_open_with_a_quorum_and_waits_for_two(council: Council) -> None:
    made = demonstration.build(council.by, council.body, list(council.parties.values()), council.chair.id)
    current = meetings.meeting(made.id)
    assert current is not None
    found = quorum.quorum(current, QuorumKind.TO_DECIDE)
    assert found is not None
    assert (found.met, found.entitled - found.present) == (True, demonstration.STILL_TO_COME)
    assert [row.item.state for row in meetings.agenda(current)] == ["concluded", "taken_up", "waiting"]
    assert current.item is not None
    assert set(current.title.wordings) == {"ar", "en", "es", "fr", "ru", "zh"}
    assert len(presence.present_parties(current.id)) == found.present
