"""Acts on where a party stands: what is refused and why, corrections with lineage, contests, what the record knew when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.office.members.conftest import NOW, Office, empty_the_state

from comity.groundwork.acts import actor_for
from comity.groundwork.audiences import ANYONE
from comity.groundwork.models import LogHead
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, NotFound, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.members.actions import (
    change_party,
    contest_status,
    correct_status,
    record_succession,
    retract_status,
    settle_contest,
)
from comity.office.members.models import Contest, StatusFact
from comity.office.members.queries.status import history, members_on, picture
from comity.office.members.vocabulary import Force, Membership, Reading, Status, Step

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 16)


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_a_ratification_before_the_signature_is_refused_with_what_must_come_first(office: Office) -> None:
    kenya = office.party("KEN")
    before, size = state(), LogHead.objects.get().size
    with pytest.raises(
        Refused, match=r"Kenya, “ratified”: It has not signed by then: the signature comes first"
    ) as refused:
        office.step(kenya, "ratified", later(1))
    assert refused.value.field == "step"
    assert (state(), LogHead.objects.get().size) == (before, size)


def test_what_is_entered_late_must_leave_what_came_after_in_order(office: Office) -> None:
    kenya = office.party("KEN")
    office.step(kenya, "signed")
    office.step(kenya, "ratified", later(30))
    with pytest.raises(Refused, match=r"out of order: “ratified” \(15 August 2026\).*has not signed"):
        office.step(kenya, "withdrew", later(10))
    office.step(kenya, "invited", later(-10))
    assert office.standing(kenya).status is Status.RATIFIED


def test_an_imprecise_day_is_refused_with_the_mend(office: Office) -> None:
    kenya = office.party("KEN")
    office.step(kenya, "signed", None)
    with pytest.raises(Refused, match="give the day by which it had happened"):
        office.step(kenya, "ratified", later(1))
    by_then = office.party("ZMB")
    office.step(by_then, "signed", DAY, precision="by")
    office.step(by_then, "ratified", later(1))


def test_third_instrument(office: Office) -> None:
    office.waiting_days(30)
    parties = [office.party(code) for code in ("CHN", "KEN", "ZMB", "BRA")]
    for party in parties:
        office.step(party, "signed")
    for n, party in enumerate(parties[:3]):
        assert members_on(NOW.date()) == []
        office.step(party, "ratified", later(n + 1), number=str(n + 1))
    assert {party.iso3 for party in members_on(later(33))} == {"CHN", "KEN", "ZMB"}
    assert members_on(later(32)) == []
    assert office.picture(later(10)).whole[Reading.ALL].force is Force.WAITING
    assert office.standing(parties[3]).membership is Membership.NO
    office.waiting_days(None)
    assert members_on(NOW.date()) == []
    assert office.standing(parties[0]).status is Status.UNDATED


def test_a_contested_third_instrument_brings_into_force_only_where_it_is_counted(office: Office) -> None:
    office.waiting_days(0)
    for code in ("CHN", "KEN", "ZMB"):
        fact = office.step(office.party(code), "acceded")
    contest_status(by=office.by, fact=fact.id, contested_by="another list", why="no such deposit", source="a list")
    assert len(members_on(NOW.date(), Reading.ALL)) == 3
    assert members_on(NOW.date(), Reading.UNCONTESTED) == []


def test_days_and_values_that_cannot_be_are_refused(office: Office) -> None:
    kenya = office.party("KEN")
    for values, field in (
        ({"on": NOW.date() + timedelta(days=1)}, "happened_on"),
        ({"on": date(1500, 1, 1)}, "happened_on"),
        ({"on": date(2026, 12, 24), "precision": "month"}, None),
        ({"effective_on": later(30)}, "effective_on"),
        ({"number": "1"}, "number"),
        ({"source": " \u200b "}, "source"),
        ({"evidence": "hearsay"}, "evidence"),
        ({"precision": "roughly"}, "precision"),
        ({"credential": "x"}, "credential"),
        ({"seen_on": later(-1)}, "seen_on"),
    ):
        if field is None:
            office.step(office.party("ZMB"), "invited", **values)  # type: ignore[arg-type]
            continue
        with pytest.raises(Refused) as refused:
            office.step(kenya, "invited", **values)  # type: ignore[arg-type]
        assert refused.value.field == field, values
    with pytest.raises(Refused, match="not one of the choices"):
        office.step(kenya, "vanished")


def test_who_cannot_make_treaties_can_observe_and_not_sign(office: Office) -> None:
    firm = office.party(name="Example Ltd", kind="company")
    with pytest.raises(Refused, match="Example Ltd is a company, which cannot make treaties"):
        office.step(firm, "signed")
    office.step(firm, "observer")
    with pytest.raises(Refused, match="Only states"):
        change_party(by=office.by, party=firm.id, iso3="KEN")
    kenya = office.party("KEN")
    office.step(kenya, "signed")
    with pytest.raises(Refused, match="it must be of a kind that can make treaties"):
        change_party(by=office.by, party=kenya.id, kind="bloc", iso3="", name=Text.of("A bloc"))


def test_numbers_of_the_register_are_given_once(office: Office) -> None:
    kenya, zambia = office.party("KEN"), office.party("ZMB")
    fact = office.step(kenya, "acceded", number="C.N.1")
    with pytest.raises(Refused, match="an entry with this number"):
        office.step(zambia, "acceded", number="C.N.1")
    retract_status(by=office.by, fact=fact.id, reason="misread")
    with pytest.raises(Refused, match="an entry with this number"):
        office.step(zambia, "acceded", number="C.N.1")


# --- corrections ---


def correct(office: Office, fact: StatusFact, **values: object) -> StatusFact:
    given = {
        "step": fact.step,
        "happened_on": fact.happened_on,
        "source": fact.source,
        "evidence": fact.evidence,
        "reason": "wrong",
        **values,
    }
    return correct_status(by=office.by, fact=fact.id, **given)  # type: ignore[arg-type]


def test_a_correction_supersedes_and_keeps_what_was_said_before(office: Office) -> None:
    kenya = office.party("KEN")
    fact = office.step(kenya, "signed", DAY)
    new = correct(office, fact, happened_on=later(1), source="the treaty itself")
    old = StatusFact.objects.get(id=fact.id)
    assert (old.happened_on, old.superseded_by, old.reason) == (DAY, new.id, "wrong")
    assert (new.line, new.order, new.superseded_at) == (old.line, old.order, None)
    (version,) = history(kenya.id)
    assert (version.fact, version.earlier) == (new, (old,))
    with pytest.raises(NotFound):
        correct(office, fact, source="again")
    with pytest.raises(Refused, match="Nothing is different"):
        correct(office, new)
    assert timeline(ANYONE, about=kenya.ref)[0].sentence == "Corrected: Kenya signed the agreement (17 July 2026)."


def test_a_correction_or_retraction_cannot_pull_the_ground_from_what_came_after(office: Office) -> None:
    kenya = office.party("KEN")
    signed = office.step(kenya, "signed")
    ratified = office.step(kenya, "ratified", later(5))
    with pytest.raises(Refused, match=r"With this.*out of order: “ratified”"):
        retract_status(by=office.by, fact=signed.id, reason="never signed")
    with pytest.raises(Refused, match=r"out of order: “ratified”"):
        correct(office, signed, happened_on=later(6))
    retract_status(by=office.by, fact=ratified.id, reason="not deposited")
    retract_status(by=office.by, fact=signed.id, reason="never signed")
    assert office.standing(kenya).status is Status.NONE
    assert [version.retracted for version in history(kenya.id)] == [True, True]


def test_two_people_who_correct_one_fact(office: Office) -> None:
    kenya = office.party("KEN")
    fact = office.step(kenya, "signed")
    seen = LogHead.objects.get().size - 1
    office.step(kenya, "provisional", later(2))
    with pytest.raises(ChangedMeanwhile) as refused:
        correct(office, fact, source="other", seen=seen)
    assert refused.value.since == (seen + 1,)


# --- contests ---


def test_a_contest_outlives_corrections_and_ends_when_it_is_settled(office: Office) -> None:
    georgia = office.party("GEO")
    fact = office.step(georgia, "signed")
    contest = contest_status(
        by=office.by, fact=fact.id, contested_by="a careful text", why="no announcement", source="stored text"
    )
    new = correct(office, fact, evidence="single_secondary")
    assert office.standing(georgia).contested
    assert office.standing(georgia, reading=Reading.UNCONTESTED).status is Status.NONE
    with pytest.raises(Refused, match="contest this fact already"):
        contest_status(by=office.by, fact=new.id, contested_by="a careful text", why="again", source="x")
    settle_contest(by=office.by, contest=contest.id, settlement="announced on 2 August", source="ministry")
    assert not office.standing(georgia).contested
    with pytest.raises(NotFound):
        settle_contest(by=office.by, contest=contest.id, settlement="twice", source="x")


def test_a_delegation_contests_in_its_own_name_only(office: Office) -> None:
    from comity.office.members.actions import name_delegate

    georgia, kenya = office.party("GEO"), office.party("KEN")
    fact = office.step(georgia, "signed")
    term = name_delegate(by=office.by, party=kenya.id, role="head_of_delegation", name_given="Head", since=DAY)
    head = actor_for(term.person, NOW)
    with pytest.raises(NotAllowed):
        contest_status(by=head, fact=fact.id, why="no", source="x", on_behalf_of=georgia.id)
    with pytest.raises(NotAllowed):
        contest_status(by=head, fact=fact.id, contested_by="Georgia", why="no", source="x")
    made = contest_status(by=head, fact=fact.id, why="no", source="note verbale", on_behalf_of=kenya.id)
    assert (made.contested_by, made.on_behalf_of) == ("Kenya", kenya)


# --- what the record knew when ---


def test_membership_on_a_past_day_by_what_happened_and_by_what_was_known(office: Office) -> None:
    kenya = office.party("KEN")
    office.now = NOW
    first = office.step(kenya, "signed", DAY)
    office.now = NOW + timedelta(days=10)
    correct(office, first, happened_on=later(20))
    contest_status(
        by=office.by, fact=StatusFact.objects.get(superseded_at=None).id, contested_by="x", why="y", source="z"
    )
    office.now = NOW + timedelta(days=20)
    settle_contest(by=office.by, contest=Contest.objects.get().id, settlement="clear", source="z")

    def status(on: date, days: int) -> tuple[Status, bool]:
        found = picture(on, NOW + timedelta(days=days)).standing(kenya.id)
        return found.status, found.contested

    assert status(later(10), -1) == (Status.NONE, False)
    assert status(later(10), 0) == (Status.SIGNED, False)
    assert status(later(10), 10) == (Status.NONE, False)
    assert status(later(20), 10) == (Status.SIGNED, True)
    assert status(later(20), 20) == (Status.SIGNED, False)


# --- succession ---


def test_a_successor_takes_over_what_the_predecessor_had(office: Office) -> None:
    office.waiting_days(0, instruments=1)
    old, new, third = office.party("YUG", "Old Union"), office.party("SRB"), office.party("MNE")
    ratified = [office.step(old, "signed"), office.step(old, "ratified", later(1))]
    with pytest.raises(Refused, match="nothing to succeed to"):
        record_succession(
            by=office.by,
            party=new.id,
            predecessor=third.id,
            happened_on=later(9),
            predecessor_ceased=False,
            source="note",
            evidence="official",
        )
    for party in (new, third):
        record_succession(
            by=office.by,
            party=party.id,
            predecessor=old.id,
            happened_on=later(9),
            predecessor_ceased=party is new,
            source="note",
            evidence="official",
        )
    assert [office.standing(party).status for party in (old, new, third)] == [
        Status.CEASED,
        Status.IN_FORCE,
        Status.IN_FORCE,
    ]
    assert office.standing(old, later(8)).status is Status.IN_FORCE
    with pytest.raises(Refused, match="ceased to exist before"):
        office.step(old, "suspended", later(10))
    with pytest.raises(Refused, match="succession of Serbia rests on it"):
        retract_status(by=office.by, fact=ratified[1].id, reason="no")
    succession = StatusFact.objects.get(party=new)
    with pytest.raises(Refused, match="did not have what was taken over"):
        correct(office, succession, happened_on=DAY)
    with pytest.raises(Refused, match="stays one"):
        correct(office, succession, step="ratified")
    assert correct(office, succession, happened_on=later(5)).predecessor == old
    for fact in StatusFact.objects.filter(step=Step.SUCCEEDED, superseded_at=None):
        retract_status(by=office.by, fact=fact.id, reason="no")
    retract_status(by=office.by, fact=ratified[1].id, reason="no")


def test_a_state_does_not_succeed_to_itself_or_to_a_company(office: Office) -> None:
    kenya, firm = office.party("KEN"), office.party(name="Firm", kind="company")
    for other, why in ((kenya, "to itself"), (firm, "Only states")):
        with pytest.raises(Refused, match=why):
            record_succession(
                by=office.by,
                party=kenya.id,
                predecessor=other.id,
                happened_on=DAY,
                predecessor_ceased=False,
                source="x",
                evidence="official",
            )


def test_replay_gives_the_same_state(office: Office) -> None:
    test_a_successor_takes_over_what_the_predecessor_had(office)
    test_a_contest_outlives_corrections_and_ends_when_it_is_settled(office)
    before = state()
    empty_the_state()
    replay()
    assert list(differences(before, state())) == []


def test_only_the_secretariat_and_the_depositary_enter_facts(office: Office) -> None:
    from comity.groundwork.actions import grant_role, register_person
    from comity.office.members.actions import record_status

    kenya = office.party("KEN")
    other = register_person(by=office.by, name="Notary")
    values = {"party": kenya.id, "step": "signed", "happened_on": DAY, "source": "x", "evidence": "official"}
    with pytest.raises(NotAllowed):
        record_status(by=actor_for(other, NOW), **values)  # type: ignore[arg-type]
    grant_role(by=office.by, person=other.id, role="depositary")
    record_status(by=actor_for(other, NOW), **values)  # type: ignore[arg-type]
