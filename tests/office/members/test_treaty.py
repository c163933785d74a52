"""The treaty as a state machine, without a database: what must come first, entry into force, readings, any day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.office.members.treaty import (
    Agreement,
    Clause,
    Happened,
    OutOfOrder,
    Standing,
    advance,
    agreement,
    check,
    place,
    positions,
    standing,
)
from comity.office.members.vocabulary import INSTRUMENTS, Force, Membership, Precision, Reading, Status, Step, TakesOver
from comity.rules import read, snapshot_of

DAY = date(2026, 7, 16)
SEEN = date(2027, 1, 1)


def clause_of(instruments: int, days: int | None) -> Clause:
    """So many instruments bring the agreement into force, so many days after the last of them."""
    timing = "" if days is None else f'in_force = "{days} days after met"'
    charter = read(CHARTER.format(passes=f"deposits >= {instruments}", timing=timing))
    return Clause(charter, charter.rule("accord"))


CHARTER = """format = "comity-charter/1"
id = "union"
version = "1"
title = "Union"
[groups]
coast = {{ title = "Coast", members = ["b", "c"] }}
[weights]
tonnage = "Tonnage"
[[rule]]
id = "accord"
title = "The Accord"
certainty = "example"
passes = "{passes}"
{timing}
"""
THIRD = clause_of(3, 30)
NOT_KNOWN = clause_of(3, None)


def it(step: Step, on: date | None = DAY, n: int = 0, **rest: object) -> Happened:
    return Happened(id=f"{step}{n}", step=step, on=on, seen_on=SEEN, order=n, **rest)  # type: ignore[arg-type]


def after(*steps: Step) -> list[Happened]:
    return [it(step, DAY + timedelta(days=n), n) for n, step in enumerate(steps)]


def stands(
    steps: list[Happened],
    on: date = SEEN,
    clause: Clause = THIRD,
    reading: Reading = Reading.ALL,
    **others: list[Happened],
) -> Standing:
    whole = agreement({"it": steps, **others}, clause, on, reading)
    return standing(steps, whole, clause, on, reading)


FIRST = {
    Step.DECLINED: "invitation comes first",
    Step.RATIFIED: "signature comes first",
    Step.ACCEPTED: "signature comes first",
    Step.APPROVED: "signature comes first",
    Step.PROVISIONAL: "signature comes first",
    Step.IN_FORCE: "ratification, acceptance, approval or accession comes first",
    Step.SUSPENDED: "ratification, acceptance, approval or accession comes first",
    Step.RESUMED: "suspension comes first",
    Step.WITHDREW: "neither signed nor observed",
}


@pytest.mark.parametrize("step", list(Step))
def test_what_can_come_first_and_what_is_said_of_the_rest(step: Step) -> None:
    if step in FIRST:
        with pytest.raises(OutOfOrder, match=FIRST[step]):
            check([it(step)])
    else:
        check([it(step)])


LEGAL_AFTER: dict[tuple[Step, ...], set[Step]] = {
    (Step.INVITED,): {*Step} - FIRST.keys() | {Step.DECLINED},
    (Step.OBSERVER,): ({*Step} - FIRST.keys() | {Step.WITHDREW}) - {Step.OBSERVER},
    (Step.SIGNED,): {Step.RATIFIED, Step.ACCEPTED, Step.APPROVED, Step.PROVISIONAL, Step.WITHDREW, Step.CEASED},
    (Step.ACCEDED,): {Step.PROVISIONAL, Step.IN_FORCE, Step.SUSPENDED, Step.WITHDREW, Step.CEASED},
    (Step.SIGNED, Step.RATIFIED): {Step.PROVISIONAL, Step.IN_FORCE, Step.SUSPENDED, Step.WITHDREW, Step.CEASED},
    (Step.SIGNED, Step.PROVISIONAL): {Step.RATIFIED, Step.ACCEPTED, Step.APPROVED, Step.WITHDREW, Step.CEASED},
    (Step.ACCEDED, Step.SUSPENDED): {Step.PROVISIONAL, Step.IN_FORCE, Step.RESUMED, Step.WITHDREW, Step.CEASED},
    (Step.ACCEDED, Step.IN_FORCE): {Step.SUSPENDED, Step.WITHDREW, Step.CEASED},
    (Step.SIGNED, Step.WITHDREW): {*Step} - FIRST.keys(),
    (Step.SIGNED, Step.CEASED): set(),
}


@pytest.mark.parametrize("before", LEGAL_AFTER)
@pytest.mark.parametrize("step", list(Step))
def test_every_step_after_every_history_is_taken_or_refused_with_a_reason(before: tuple[Step, ...], step: Step) -> None:
    steps = after(*before)
    last = it(step, DAY + timedelta(days=99), 99)
    if step in LEGAL_AFTER[before]:
        check([*steps, last])
    else:
        with pytest.raises(OutOfOrder) as refused:
            check([*steps, last])
        assert refused.value.step == last
        assert len(str(refused.value)) > 20


def test_steps_of_one_day_are_in_the_order_of_the_treaty_not_of_entry() -> None:
    check([it(Step.RATIFIED, n=1), it(Step.SIGNED, n=2), it(Step.INVITED, n=3)])


def test_a_signatory_is_not_a_member_whatever_others_do() -> None:
    others = {name: after(Step.SIGNED, Step.RATIFIED) for name in "abc"}
    found = stands(after(Step.SIGNED), **others)
    assert (found.status, found.membership) == (Status.SIGNED, Membership.NO)


def test_the_third_instrument_brings_the_agreement_into_force_after_the_waiting_days() -> None:
    deposits = {name: [it(Step.ACCEDED, DAY + timedelta(days=n))] for n, name in enumerate("abc")}
    third = DAY + timedelta(days=2)
    in_force = third + timedelta(days=30)

    def at(on: date, **more: list[Happened]) -> Agreement:
        return agreement({**deposits, **more}, THIRD, on)

    assert at(third - timedelta(days=1)) == Agreement(Force.NOT_YET, 2)
    assert at(third) == Agreement(Force.WAITING, 3, third, in_force)
    assert at(in_force - timedelta(days=1)).force is Force.WAITING
    assert at(in_force) == Agreement(Force.IN_FORCE, 3, third, in_force)
    later = [it(Step.ACCEDED, in_force)]
    assert stands(later, in_force + timedelta(days=29), **deposits).status is Status.ACCEDED
    assert stands(later, in_force + timedelta(days=30), **deposits).since == in_force + timedelta(days=30)


def test_where_the_waiting_period_is_not_known_the_date_is_not_known_rather_than_now_or_never() -> None:
    deposits = {name: [it(Step.ACCEDED)] for name in "bc"}
    two = stands(after(Step.SIGNED), clause=NOT_KNOWN, **deposits)
    assert (two.status, two.membership) == (Status.SIGNED, Membership.NO)
    third = stands(after(Step.SIGNED, Step.ACCEPTED), clause=NOT_KNOWN, **deposits)
    assert (third.status, third.membership, third.since) == (Status.UNDATED, Membership.DATE_NOT_KNOWN, None)


def test_a_notice_of_entry_into_force_tells_the_date_that_the_clause_does_not() -> None:
    notice = DAY + timedelta(days=50)
    deposits = {name: [it(Step.ACCEDED)] for name in "bc"}
    mine = [it(Step.ACCEDED), it(Step.IN_FORCE, notice, 1)]
    assert stands(mine, notice, NOT_KNOWN, **deposits).since == notice
    assert stands(mine, notice - timedelta(days=1), NOT_KNOWN, **deposits).status is Status.UNDATED
    assert agreement({"a": mine, **deposits}, NOT_KNOWN, notice).on == notice


def test_a_notice_does_not_stand_in_for_missing_instruments() -> None:
    assert stands([it(Step.ACCEDED), it(Step.IN_FORCE, n=1)]).membership is Membership.NO


def test_withdrawals_count_before_entry_into_force_and_not_after() -> None:
    gone = [it(Step.ACCEDED), it(Step.WITHDREW, DAY + timedelta(days=1), 1)]
    assert (
        agreement({"a": gone, "b": [it(Step.ACCEDED, SEEN)], "c": [it(Step.ACCEDED, SEEN)]}, THIRD, SEEN).deposited == 2
    )
    all_three = {"a": gone, "b": [it(Step.ACCEDED)], "c": [it(Step.ACCEDED)]}
    found = agreement(all_three, THIRD, SEEN)
    assert (found.force, found.deposited, found.reached_on) == (Force.IN_FORCE, 2, DAY)


def test_a_withdrawal_takes_effect_when_it_says() -> None:
    effect = DAY + timedelta(days=365)
    steps = [it(Step.ACCEDED), it(Step.WITHDREW, DAY + timedelta(days=10), 1, effective_on=effect)]
    found = stands(steps, effect - timedelta(days=1), clause_of(1, 0))
    assert found.status is Status.IN_FORCE
    assert [step.step for step in found.ahead] == [Step.WITHDREW]
    assert stands(steps, effect, clause_of(1, 0)).status is Status.WITHDRAWN


def test_a_contested_step_counts_or_not_and_so_does_what_rests_on_it() -> None:
    steps = [it(Step.SIGNED, contested=True), it(Step.RATIFIED, DAY + timedelta(days=1), 1)]
    assert stands(steps, clause=clause_of(1, 0)).status is Status.IN_FORCE
    assert stands(steps, clause=clause_of(1, 0)).contested
    sure = stands(steps, clause=clause_of(1, 0), reading=Reading.UNCONTESTED)
    assert (sure.status, sure.membership) == (Status.NONE, Membership.NO)
    assert [step.step for step in sure.set_aside] == [Step.SIGNED, Step.RATIFIED]


def test_what_may_have_happened_by_a_day_is_said_and_not_counted() -> None:
    steps = [it(Step.SIGNED, DAY, precision=Precision.MONTH)]
    assert stands(steps, date(2026, 6, 30)).unsure == ()
    found = stands(steps, date(2026, 7, 20))
    assert (found.status, [step.step for step in found.unsure]) == (Status.NONE, [Step.SIGNED])
    end = stands(steps, date(2026, 7, 31))
    assert (end.status, end.since, end.exact) == (Status.SIGNED, date(2026, 7, 31), False)


@pytest.mark.parametrize(
    ("precision", "earliest", "latest"),
    [
        (Precision.DAY, DAY, DAY),
        (Precision.MONTH, date(2026, 7, 1), date(2026, 7, 31)),
        (Precision.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Precision.BY, None, DAY),
        (Precision.UNKNOWN, None, SEEN),
    ],
)
def test_how_well_a_date_is_known_is_a_span_of_days(precision: Precision, earliest: date | None, latest: date) -> None:
    step = it(Step.SIGNED, precision=precision)
    assert (step.earliest, step.latest) == (earliest, latest)


def test_what_is_on_record_happened_before_it_was_entered() -> None:
    this_month = Happened("x", Step.SIGNED, date(2026, 7, 1), date(2026, 7, 10), 0, Precision.MONTH)
    assert this_month.latest == date(2026, 7, 10)


def test_a_successor_has_what_it_took_over() -> None:
    bound = [it(Step.SUCCEEDED, takes_over=TakesOver.INSTRUMENT)]
    assert stands(bound, clause=clause_of(1, 0)).status is Status.IN_FORCE
    signed = [it(Step.SUCCEEDED, takes_over=TakesOver.SIGNATURE)]
    assert stands(signed, clause=clause_of(1, 0)).status is Status.SIGNED
    check([*signed, it(Step.RATIFIED, DAY + timedelta(days=1), 1)])


def test_days_at_the_end_of_time_do_not_overflow() -> None:
    far = agreement({"a": [it(Step.ACCEDED, date(9999, 12, 30))]}, clause_of(1, 3650), date.max)
    assert far.on == date.max


def clause_with(passes: str, timing: str = 'in_force = "30 days after met"', members: str = "") -> Clause:
    charter = read(CHARTER.format(passes=passes, timing=timing))
    return Clause(charter, charter.rule("accord"), snapshot_of(members) if members else None)


def test_any_clause_of_the_rules_engine_counts_the_deposits() -> None:
    clause = clause_with("deposits >= 1/2 of all and deposits = all in coast", members="abcd")
    deposits = {name: [it(Step.ACCEDED, DAY + timedelta(days=n))] for n, name in enumerate("abc")}
    early = agreement(deposits, clause, DAY + timedelta(days=1))
    assert (early.force, early.deposited) == (Force.NOT_YET, 2)
    assert early.found is not None
    assert early.found.missing is not None
    assert (early.found.missing.most, early.found.missing.example) == (1, ("c",))
    late = agreement(deposits, clause, DAY + timedelta(days=2))
    assert (late.reached_on, late.on) == (DAY + timedelta(days=2), DAY + timedelta(days=32))


def test_a_clause_that_cannot_be_counted_says_why_and_nothing_is_in_force() -> None:
    found = agreement({"a": [it(Step.ACCEDED)]}, clause_with("deposits >= 1/2 of all by tonnage"), SEEN)
    assert (found.force, found.deposited) == (Force.NOT_YET, 1)
    assert found.obstacle is not None
    assert "tonnage" in str(found.obstacle)


def test_without_a_charter_nothing_is_in_force() -> None:
    steps = [it(Step.ACCEDED)]
    whole = agreement({"a": steps}, None, SEEN)
    assert whole == Agreement(Force.NOT_YET, 1)
    assert standing(steps, whole, None, SEEN).status is Status.ACCEDED


def test_whoever_comes_later_is_bound_after_a_time_of_its_own() -> None:
    clause = clause_with("deposits >= 1", 'in_force = "10 days after met"\nfor_each = "90 days after met"')
    later = [it(Step.ACCEDED, DAY + timedelta(days=20))]
    found = stands(later, DAY + timedelta(days=200), clause, a=[it(Step.ACCEDED)])
    assert found.since == DAY + timedelta(days=110)
    first = stands([it(Step.ACCEDED)], DAY + timedelta(days=200), clause, a=later)
    assert first.since == DAY + timedelta(days=10)


# --- any history ---

steps_of_a_party = st.lists(
    st.builds(
        lambda step, days, n, contested, precision, later: Happened(
            id=f"{n}",
            step=step,
            on=DAY + timedelta(days=days),
            seen_on=SEEN,
            order=n,
            precision=precision,
            effective_on=DAY + timedelta(days=days + later) if later and step is Step.WITHDREW else None,
            contested=contested,
            takes_over=TakesOver.INSTRUMENT if step is Step.SUCCEEDED else "",
        ),
        st.sampled_from(Step),
        st.integers(0, 60),
        st.integers(0, 10**6),
        st.booleans(),
        st.sampled_from(Precision),
        st.integers(0, 40),
    ),
    max_size=8,
    unique_by=lambda step: step.order,
)
clauses = st.builds(cache(clause_of), st.integers(1, 3), st.none() | st.integers(0, 40))
days = st.integers(-5, 150).map(lambda n: DAY + timedelta(days=n))


@given(st.dictionaries(st.sampled_from("abcd"), steps_of_a_party), clauses, days, st.sampled_from(Reading))
def test_nobody_is_a_member_without_an_instrument_and_enough_instruments(
    histories: dict[str, list[Happened]], clause: Clause, on: date, reading: Reading
) -> None:
    whole = agreement(histories, clause, on, reading)
    for steps in histories.values():
        found = standing(steps, whole, clause, on, reading)
        if found.membership is not Membership.NO:
            assert found.position.instrument is not None
            assert found.position.instrument.step in {*INSTRUMENTS, Step.SUCCEEDED}
            assert found.position.instrument.counts_from <= on
            assert whole.reached_on is not None
        if found.status is Status.IN_FORCE:
            assert found.since is not None
            assert found.since <= on
        if reading is Reading.UNCONTESTED:
            assert not found.contested
        assert (found.status is Status.UNDATED) <= (found.membership is Membership.DATE_NOT_KNOWN)


@given(steps_of_a_party, clauses, days, st.randoms(use_true_random=False))
def test_findings_do_not_depend_on_the_order_of_entry(
    steps: list[Happened], clause: Clause, on: date, random: object
) -> None:
    shuffled = list(steps)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stands(steps, on, clause) == stands(shuffled, on, clause)


@given(steps_of_a_party)
def test_the_walk_that_passes_over_what_is_out_of_order_agrees_with_the_check(steps: list[Happened]) -> None:
    refused = [step for step, at in positions(steps) if at is None]
    if not refused:
        check(steps)
        return
    with pytest.raises(OutOfOrder) as error:
        check(steps)
    assert error.value.step == refused[0]


@given(steps_of_a_party, days, days)
def test_a_later_day_knows_all_steps_of_an_earlier_one(steps: list[Happened], one: date, other: date) -> None:
    early, late = sorted((one, other))
    counted = [{step.id for step in steps if step.counts_from <= on} for on in (early, late)]
    assert counted[0] <= counted[1]
    walked = [step.id for step, _at in positions(step for step in steps if step.counts_from <= late)]
    assert walked[: len(counted[0])] == [
        step.id for step in sorted((s for s in steps if s.counts_from <= early), key=place)
    ]


def test_advance_names_the_step_that_it_refuses() -> None:
    from comity.office.members.treaty import Position

    with pytest.raises(OutOfOrder) as refused:
        advance(Position(ceased=it(Step.CEASED)), it(Step.SIGNED))
    assert "ceased to exist" in str(refused.value)
