"""Citations: one table, readable from both ends."""

from __future__ import annotations

from datetime import date

import pytest

from comity.groundwork.actions import cite, withdraw_citation
from comity.groundwork.acts import system_actor
from comity.groundwork.queries import cited_by, cites
from comity.groundwork.refs import Ref
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import establish_body
from comity.office.charter.models import Body

pytestmark = pytest.mark.django_db


@pytest.fixture
def bodies() -> list[Body]:
    """Two things."""
    day = date(2026, 7, 16)
    return [establish_body(by=system_actor(), name=Text.of(n), established_on=day) for n in ("Council", "Board")]


def test_a_citation_is_seen_from_both_ends_until_it_is_withdrawn(bodies: list[Body]) -> None:
    source, target = (body.ref for body in bodies)
    made = cite(by=system_actor(), source=source, target=target, relation="reports to", snapshot={"name": "Board"})
    assert [c.id for c in cites(source)] == [c.id for c in cited_by(target)] == [made]
    assert cites(target) == cited_by(source) == []
    assert cites(source)[0].snapshot == {"name": "Board"}
    withdraw_citation(by=system_actor(), citation=made, reason="moved")
    assert cites(source) == cited_by(target) == []
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_citation(by=system_actor(), citation=made, reason="moved")


def test_nothing_cites_itself_or_what_is_not_there(bodies: list[Body]) -> None:
    source = bodies[0].ref
    for target in (source, Ref("charter.body", "none"), Ref("no.such_kind", "x")):
        with pytest.raises(Refused):
            cite(by=system_actor(), source=source, target=target, relation="x")
