"""Any sequence of acts: whatever is refused or taken, every history stays in order, nobody is a member without an instrument, and
the log alone gives the same state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.office.members.conftest import Office, empty_the_state

from comity.groundwork.refusals import Refused
from comity.groundwork.replay import differences, replay, state
from comity.office.members.actions import (
    contest_status,
    correct_status,
    merge_parties,
    record_succession,
    retract_status,
    settle_contest,
)
from comity.office.members.models import Contest, Party, StatusFact
from comity.office.members.queries.status import picture, steps_of
from comity.office.members.treaty import check
from comity.office.members.vocabulary import INSTRUMENTS, Membership, Precision, Reading, Step

DAY = date(2026, 7, 16)
SOURCE = {"source": "journal", "evidence": "official"}
which = st.integers(0, 3)
days = st.integers(0, 30).map(lambda n: DAY + timedelta(days=n))


class AnyActs(RuleBasedStateMachine):
    """Acts on four parties, whichever come to mind."""

    office: Office

    @initialize()
    def begin(self) -> None:
        self.place = transaction.atomic()
        self.place.__enter__()
        self.ids = [self.office.party(code).id for code in ("KEN", "CHN", "BRA")]
        self.ids.append(self.office.party(name="Union", kind="union").id)
        self.office.waiting_days(5, instruments=2)

    def teardown(self) -> None:
        if not hasattr(self, "place"):
            return
        before = state()
        empty_the_state()
        replay()
        assert list(differences(before, state())) == []
        transaction.set_rollback(True)
        self.place.__exit__(None, None, None)

    def tried(self, does: Callable[[], Any]) -> None:
        before = StatusFact.objects.count()
        refused = ""
        try:
            does()
        except Refused as error:
            refused = str(error)
        assert not refused or (len(refused) > 10 and StatusFact.objects.count() == before)

    def fact(self, n: int) -> StatusFact | None:
        standing = list(StatusFact.objects.filter(superseded_at__isnull=True).order_by("order", "id"))
        return standing[n % len(standing)] if standing else None

    @rule(
        n=which,
        step=st.sampled_from([s for s in Step if s is not Step.SUCCEEDED]),
        on=days,
        how=st.sampled_from(Precision),
    )
    def record(self, n: int, step: Step, on: date, how: Precision) -> None:
        party = Party.objects.get(id=self.ids[n])
        self.tried(lambda: self.office.step(party, step, on, precision=how))

    @rule(n=which, step=st.sampled_from([Step.SIGNED, *INSTRUMENTS]), on=days)
    def join(self, n: int, step: Step, on: date) -> None:
        party = Party.objects.get(id=self.ids[n])
        self.tried(lambda: self.office.step(party, step, on))

    @rule(n=which, m=which, on=days, ceased=st.booleans())
    def succeed(self, n: int, m: int, on: date, ceased: bool) -> None:
        given = {"happened_on": on, "predecessor_ceased": ceased, **SOURCE}
        self.tried(
            lambda: record_succession(by=self.office.by, party=self.ids[n], predecessor=self.ids[m], **given)  # type: ignore[arg-type]
        )

    @rule(n=st.integers(0, 99))
    def retract(self, n: int) -> None:
        if fact := self.fact(n):
            self.tried(lambda: retract_status(by=self.office.by, fact=fact.id, reason="wrong"))

    @rule(n=st.integers(0, 99), on=days, step=st.sampled_from(Step))
    def correct(self, n: int, on: date, step: Step) -> None:
        if fact := self.fact(n):
            given = {"fact": fact.id, "step": step, "happened_on": on, "reason": "wrong", **SOURCE}
            self.tried(lambda: correct_status(by=self.office.by, **given))  # type: ignore[arg-type]

    @rule(n=st.integers(0, 99))
    def contest(self, n: int) -> None:
        if fact := self.fact(n):
            given = {"contested_by": "a list", "why": "no", "source": "list"}
            self.tried(lambda: contest_status(by=self.office.by, fact=fact.id, **given))

    @rule()
    def settle(self) -> None:
        if contest := Contest.objects.filter(settled_at__isnull=True).order_by("id").first():
            given = {"settlement": "clear", "source": "list"}
            self.tried(lambda: settle_contest(by=self.office.by, contest=contest.id, **given))

    @rule(n=which, m=which)
    def merge(self, n: int, m: int) -> None:
        self.tried(lambda: merge_parties(by=self.office.by, party=self.ids[n], kept=self.ids[m], reason="same"))

    @invariant()
    def every_history_is_in_order(self) -> None:
        for facts in steps_of().values():
            check(fact.happened() for fact in facts)

    @invariant()
    def nobody_is_a_member_without_an_instrument(self) -> None:
        for on in (DAY + timedelta(days=15), self.office.now.date()):
            seen = picture(on)
            for reading in Reading:
                for party_id, facts in steps_of().items():
                    found = seen.standing(party_id, reading)
                    if found.membership is not Membership.NO:
                        held = found.position.instrument
                        assert held is not None
                        assert held.id in {fact.id for fact in facts if fact.step in {*INSTRUMENTS, Step.SUCCEEDED}}
                        assert seen.whole[reading].reached_on is not None


@pytest.mark.slow
@pytest.mark.django_db
def test_no_sequence_of_acts_leads_out_of_order(office: Office) -> None:
    machine = type("Machine", (AnyActs,), {"office": office})
    few = settings(max_examples=max(10, settings().max_examples // 10), stateful_step_count=12, deadline=None)
    few = settings(few, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
    run_state_machine_as_test(machine, settings=few)
