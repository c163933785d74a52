"""What the desk keeps beside the treaty status: declarations, credentials, delegations, blocs, dues, rights; and errors of entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.office.members.conftest import NOW, TODAY, Office, empty_the_state

from comity.groundwork.actions import end_terms, erase_person, register_person
from comity.groundwork.acts import Actor, actor_for
from comity.groundwork.audiences import ANYONE, MEMBERS, Reader
from comity.groundwork.models import Grant, Person
from comity.groundwork.panels import waits_for
from comity.groundwork.queries import timeline
from comity.groundwork.refusals import NotAllowed, NotFound, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_setting
from comity.office.members import actions
from comity.office.members.actions.delegations import _begin_terms
from comity.office.members.models import BlocMembership, Credential, Declaration, Objection, Party, Payment, Term
from comity.office.members.queries import blocs, delegations, depositary, rights
from comity.office.members.queries import dues as dues_of
from comity.office.members.queries.status import picture
from comity.office.members.vocabulary import Reading, Right

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 16)
SECRETARIAT, MEMBER = Reader.of(secretariat=True), Reader.of(parties=["x"])


def same_after_replay() -> None:
    before = state()
    empty_the_state()
    replay()
    assert list(differences(before, state())) == []


# --- declarations ---


def declared(office: Office, party: Party, kind: str = "declaration", **rest: object) -> Declaration:
    given = {"text": Text.of("We note."), "made_on": DAY, "source": "C.N.1", **rest}
    return actions.declare(by=office.by, party=party.id, kind=kind, **given)  # type: ignore[arg-type]


def test_only_who_signed_or_is_bound_declares_and_a_reservation_names_its_provision(office: Office) -> None:
    kenya = office.party("KEN")
    with pytest.raises(Refused, match="neither signed nor deposited"):
        declared(office, kenya)
    office.step(kenya, "signed")
    with pytest.raises(Refused, match="name the provision"):
        declared(office, kenya, "reservation")
    with pytest.raises(Refused, match="neither signed nor deposited"):
        declared(office, kenya, made_on=DAY - timedelta(days=1))
    with pytest.raises(Refused, match="cannot be empty"):
        declared(office, kenya, text=Text.of("\u200b"))
    assert declared(office, kenya, "reservation", provision="article 7").provision == "article 7"


def test_others_object_and_take_objections_back(office: Office) -> None:
    kenya, brazil, oman = office.party("KEN"), office.party("BRA"), office.party("OMN")
    office.step(kenya, "signed")
    office.step(brazil, "acceded")
    reservation = declared(office, kenya, "reservation", provision="article 7")

    def objects(party: Party, **rest: object) -> Objection:
        given = {"text": Text.of("No."), "made_on": DAY, "source": "C.N.2", **rest}
        return actions.object_to(by=office.by, declaration=reservation.id, party=party.id, **given)  # type: ignore[arg-type]

    with pytest.raises(Refused, match="its own declaration"):
        objects(kenya)
    with pytest.raises(Refused, match="neither signed nor deposited"):
        objects(oman)
    with pytest.raises(Refused, match="before the declaration was made"):
        objects(brazil, made_on=DAY - timedelta(days=1))
    made = objects(brazil, bars_force=True)
    with pytest.raises(Refused, match="Brazil objects to it already"):
        objects(brazil)
    (entry,) = depositary.declarations(kenya.id)
    assert [(one.party.name, one.objection.bars_force) for one in entry.objections] == [("Brazil", True)]
    assert {one.party.name for one in depositary.entries()} == {"Kenya", "Brazil"}
    actions.withdraw_objection(by=office.by, objection=made.id, withdrawn_on=TODAY, source="C.N.3")
    with pytest.raises(NotFound):
        actions.withdraw_objection(by=office.by, objection=made.id, withdrawn_on=TODAY, source="C.N.3")
    actions.withdraw_declaration(by=office.by, declaration=reservation.id, withdrawn_on=TODAY, source="C.N.4")
    with pytest.raises(NotFound):
        objects(brazil)
    sentences = [said.sentence for said in timeline(ANYONE, about=kenya.ref)]
    assert "Brazil objected to a declaration of Kenya (16 July 2026)." in sentences
    same_after_replay()


def test_the_register_has_numbers_dates_and_contests_newest_first(office: Office) -> None:
    kenya, brazil = office.party("KEN"), office.party("BRA")
    office.step(kenya, "signed", number="1")
    office.step(kenya, "invited", DAY - timedelta(days=1))
    fact = office.step(brazil, "acceded", TODAY, number="12")
    actions.contest_status(by=office.by, fact=fact.id, contested_by="x", why="y", source="z")
    entries = depositary.entries()
    assert [(one.fact.number, one.contested) for one in entries if one.fact] == [("12", True), ("1", False)]
    assert depositary.next_number() == "13"


# --- credentials ---


def credential(office: Office, party: Party, kind: str, **rest: object) -> Credential:
    given = {
        "name_given": "Somebody",
        "valid_from": DAY,
        "received_on": DAY,
        "purpose": "to sign",
        "issued_by": "Minister",
    }
    return actions.receive_credential(by=office.by, party=party.id, kind=kind, **{**given, **rest})  # type: ignore[arg-type]


def test_who_may_act_by_office_and_who_needs_papers_that_were_accepted(office: Office) -> None:
    kenya = office.party("KEN")
    minister = credential(office, kenya, "foreign_minister", purpose="", issued_by="")
    assert delegations.authority(minister, DAY).holds
    assert not delegations.authority(minister, DAY - timedelta(days=1)).holds
    with pytest.raises(Refused, match="nothing to examine"):
        actions.examine_credential(by=office.by, credential=minister.id, outcome="accepted", outcome_on=DAY)
    with pytest.raises(Refused) as refused:
        credential(office, kenya, "full_powers", purpose="")
    assert refused.value.field == "purpose"
    powers = credential(office, kenya, "full_powers", valid_until=TODAY)
    assert not delegations.authority(powers, DAY).holds
    assert "not examined" in delegations.authority(powers, DAY).why
    actions.examine_credential(by=office.by, credential=powers.id, outcome="provisional", outcome_on=DAY)
    actions.examine_credential(by=office.by, credential=powers.id, outcome="accepted", outcome_on=TODAY)
    powers.refresh_from_db()
    assert delegations.authority(powers, TODAY).holds
    assert not delegations.authority(powers, TODAY + timedelta(days=1)).holds
    with pytest.raises(Refused, match="“rejected” cannot follow"):
        actions.examine_credential(by=office.by, credential=powers.id, outcome="rejected", outcome_on=TODAY)
    fact = office.step(kenya, "signed", credential=powers.id)
    assert fact.credential == powers
    with pytest.raises(Refused, match="A signature or deposit names it"):
        actions.strike_entry(by=office.by, kind="credential", entry=powers.id, reason="wrong")
    same_after_replay()


def test_a_rejection_has_a_reason_and_companies_have_no_heads_of_state(office: Office) -> None:
    kenya, firm = office.party("KEN"), office.party(name="Firm", kind="company")
    paper = credential(office, kenya, "credentials")
    with pytest.raises(Refused) as refused:
        actions.examine_credential(by=office.by, credential=paper.id, outcome="rejected", outcome_on=DAY)
    assert refused.value.field == "reason"
    with pytest.raises(Refused, match="received later"):
        actions.examine_credential(
            by=office.by, credential=paper.id, outcome="accepted", outcome_on=DAY - timedelta(days=1)
        )
    with pytest.raises(Refused, match="Only states have one"):
        credential(office, firm, "head_of_state")


def test_credentials_are_for_members_and_wait_for_the_secretariat(office: Office) -> None:
    kenya = office.party("KEN")
    credential(office, kenya, "credentials")
    assert delegations.credentials(kenya.id, ANYONE) == []
    assert len(delegations.credentials(kenya.id, MEMBER)) == 1
    public = {said.type for said in timeline(ANYONE, about=kenya.ref)}
    assert "members.credential_received" not in public
    assert "1 credentials to examine" in [one.sentence for one in waits_for(office.by)]
    assert waits_for(actor_for(None, NOW)) == []


# --- delegations ---


def named(
    office: Office, party: Party, role: str = "head_of_delegation", by: Actor | None = None, **rest: object
) -> Term:
    given = {"name_given": "Somebody", "since": DAY, **rest}
    return actions.name_delegate(by=by or office.by, party=party.id, role=role, **given)  # type: ignore[arg-type]


def test_a_head_names_delegates_of_its_own_party_and_no_heads(office: Office) -> None:
    kenya, brazil = office.party("KEN"), office.party("BRA")
    head = named(office, kenya, email="head@example.org", position="Ambassador", until=date(2027, 7, 1))
    by = actor_for(head.person, NOW)
    assert by.reader.may_read(f"delegation:{kenya.id}")
    delegate = named(office, kenya, "delegate", by=by, name_given="Delegate", email="d@example.org")
    with pytest.raises(NotAllowed):
        named(office, brazil, "delegate", by=by)
    with pytest.raises(NotAllowed, match="entered by the secretariat"):
        named(office, kenya, by=by)
    with pytest.raises(NotAllowed):
        named(office, kenya, "delegate", by=actor_for(delegate.person, NOW))
    with pytest.raises(Refused, match="a head of delegation in that time"):
        named(office, kenya)
    with pytest.raises(Refused, match="in this role in that time"):
        named(office, kenya, "delegate", person=delegate.person_id)
    again = named(office, kenya, "focal_point", by=by, name_given="Other name", email="D@example.org")
    assert again.person == delegate.person
    found = delegations.delegation(kenya.id, TODAY, ANYONE)
    assert [(one.role.name, one.name, one.contact) for one in found] == [
        ("head_of_delegation", "Somebody", None),
        ("delegate", "Delegate", None),
        ("focal_point", "Delegate", None),
    ]
    assert delegations.delegation(kenya.id, TODAY, MEMBER)[0].contact == "head@example.org"
    actions.recall_delegate(by=by, party=kenya.id, term=again.id)
    with pytest.raises(NotFound):
        actions.recall_delegate(by=by, party=kenya.id, term=again.id)
    assert Grant.objects.get(id=again.grant).until is not None
    same_after_replay()


def test_roles_begin_and_end_with_the_term(office: Office) -> None:
    kenya = office.party("KEN")
    begins, ends = TODAY + timedelta(days=5), TODAY + timedelta(days=9)
    term = named(office, kenya, since=begins, until=ends)

    def on(day: date) -> bool:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        _begin_terms(moment)
        end_terms(moment)
        return Grant.objects.filter(id=term.grant, until__isnull=True).exists()

    assert [on(day) for day in (TODAY, begins, ends, ends + timedelta(days=1), ends + timedelta(days=2))] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert Grant.objects.filter(person=term.person).count() == 1


def test_terms_in_the_past_and_upside_down_are_refused(office: Office) -> None:
    kenya = office.party("KEN")
    for rest, why in (
        ({"until": TODAY - timedelta(days=1)}, "over already"),
        ({"since": TODAY, "until": DAY}, "before the beginning"),
        ({"name_given": ""}, "cannot be empty"),
        ({"email": "not an address"}, "not an e-mail address"),
        ({"person": "nobody"}, "no such person"),
    ):
        with pytest.raises(Refused, match=why):
            named(office, kenya, **rest)
    with pytest.raises(Refused, match="heads, delegates and focal points"):
        named(office, kenya, "secretary")


def test_erasing_a_delegate_leaves_the_term_without_a_name(office: Office) -> None:
    kenya = office.party("KEN")
    term = named(office, kenya, name_given="Erased Person", email="e@example.org")
    credential(office, kenya, "credentials", person=term.person_id)
    erase_person(by=office.by, person=term.person_id, reason="asked")
    assert delegations.delegation(kenya.id, TODAY, SECRETARIAT) == []
    assert delegations.credentials(kenya.id, SECRETARIAT) == []
    assert not any("Erased Person" in said.sentence for said in timeline(SECRETARIAT, about=kenya.ref))
    _begin_terms(NOW)
    same_after_replay()


def test_a_role_given_without_a_term_stands_in_the_delegation(office: Office) -> None:
    from comity.groundwork.actions import grant_role

    kenya = office.party("KEN")
    person = register_person(by=office.by, name="Envoy")
    grant_role(by=office.by, person=person.id, role="delegate", at=str(kenya.ref))
    assert [one.name for one in delegations.delegation(kenya.id, TODAY, ANYONE)] == ["Envoy"]


# --- blocs ---


def test_blocs_without_circles_or_doubles_and_opt_outs_that_end_with_them(office: Office) -> None:
    kenya = office.party("KEN")
    union, bloc = office.party(name="Union", kind="union"), office.party(name="Bloc", kind="bloc")

    def joins(party: Party, group: Party, **rest: object) -> BlocMembership:
        return actions.join_bloc(by=office.by, party=party.id, bloc=group.id, source="x", **rest)  # type: ignore[arg-type]

    joins(union, bloc)
    with pytest.raises(Refused, match="cannot be in itself"):
        joins(bloc, union)
    with pytest.raises(Refused, match="Kenya is no bloc"):
        joins(union, kenya)
    membership = joins(kenya, union, since=DAY)
    with pytest.raises(Refused, match="in this bloc at that time already"):
        joins(kenya, union)
    head = actor_for(named(office, kenya).person, NOW)
    with pytest.raises(NotAllowed):
        actions.opt_out(by=head, party=union.id, membership=membership.id, matter="Energy", since=DAY)
    opted = actions.opt_out(by=head, party=kenya.id, membership=membership.id, matter="Energy", since=DAY)
    with pytest.raises(Refused, match="opted out of this matter"):
        actions.opt_out(by=head, party=kenya.id, membership=membership.id, matter="Energy", since=DAY)
    actions.end_opt_out(by=head, party=kenya.id, opt_out=opted.id, until=TODAY)
    actions.opt_out(by=head, party=kenya.id, membership=membership.id, matter="Trade", since=DAY)
    assert {group.thing.name: group.size for group in blocs.blocs(TODAY)} == {"Bloc": 1, "Union": 1}
    actions.leave_bloc(by=office.by, membership=membership.id, until=TODAY)
    (one,) = blocs.blocs_of(kenya.id)
    assert [(out.matter, out.until) for out in one.opt_outs] == [("Energy", TODAY), ("Trade", TODAY)]
    with pytest.raises(NotFound):
        actions.leave_bloc(by=office.by, membership=membership.id, until=TODAY)
    joins(kenya, union, since=TODAY + timedelta(days=-400), until=DAY - timedelta(days=1))
    assert blocs.blocs(TODAY + timedelta(days=1))[1].size == 0
    assert [inside.party.name for inside in blocs.members_of(union.id)] == ["Kenya", "Kenya"]
    same_after_replay()


# --- dues and rights ---


def test_dues_not_assessed_zero_open_and_in_arrears_are_four_things(office: Office) -> None:
    kenya = office.party("KEN")

    def assessed(year: int, amount: str, due: date = DAY, **rest: str) -> None:
        given = {"currency": "chf", "source": "Council", **rest}
        actions.assess_dues(by=office.by, party=kenya.id, year=year, amount=Decimal(amount), due_on=due, **given)

    def paid(year: int, amount: str, currency: str = "CHF") -> Payment:
        given = {"amount": Decimal(amount), "currency": currency, "paid_on": TODAY}
        return actions.record_payment(by=office.by, party=kenya.id, year=year, **given)  # type: ignore[arg-type]

    with pytest.raises(Refused, match="Nothing was assessed"):
        paid(2026, "1")
    assessed(2025, "0")
    assessed(2026, "100.50")
    assessed(2027, "7", TODAY)
    payment = paid(2026, "40")
    with pytest.raises(Refused, match="dues for this year are in CHF"):
        paid(2026, "1", "USD")
    for amount in ("-1", "NaN", "Infinity", "1.001", "1e13"):
        with pytest.raises(Refused, match="not negative"):
            assessed(2028, amount)
    with pytest.raises(Refused, match="three letters"):
        assessed(2028, "1", currency="francs")
    with pytest.raises(Refused, match="Years go"):
        assessed(10**30, "1")
    found = {one.assessment.year: (str(one.open), one.in_arrears) for one in dues_of.dues(kenya.id, TODAY, MEMBER)}
    assert found == {2025: ("0.00", False), 2026: ("60.50", True), 2027: ("7.00", False)}
    assert dues_of.dues(kenya.id, TODAY, ANYONE) == []
    with pytest.raises(Refused) as refused:
        assessed(2026, "50")
    assert refused.value.field == "reason"
    assessed(2026, "50", reason="a reduction")
    years = dues_of.dues(kenya.id, TODAY, MEMBER)
    assert [str(one.open) for one in years] == ["7.00", "10.00", "0.00"]
    assert [note.partition(":")[0] for note in rights.notes_on_rights(years)] == ["Dues for 2026 are in arrears"]
    actions.strike_entry(by=office.by, kind="payment", entry=payment.id, reason="another party's money")
    assert str(dues_of.dues(kenya.id, TODAY, MEMBER)[1].open) == "50.00"
    assert {said.audience for said in timeline(SECRETARIAT, about=kenya.ref) if "dues" in said.type} == {MEMBERS}
    same_after_replay()


def test_rights_follow_the_status_and_the_organisations_table(office: Office) -> None:
    office.waiting_days(0, instruments=1)
    kenya, brazil = office.party("KEN"), office.party("BRA")
    fact = office.step(kenya, "acceded")
    office.step(brazil, "signed")
    actions.contest_status(by=office.by, fact=fact.id, contested_by="x", why="y", source="z")

    def held(party: Party) -> dict[Right, tuple[bool, bool]]:
        seen = picture(TODAY)
        found = rights.rights(seen.standing(party.id), seen.standing(party.id, Reading.UNCONTESTED))
        return {one.right: (one.held, one.contested) for one in found}

    assert held(kenya)[Right.VOTE] == (True, True)
    assert held(brazil) == {
        Right.SPEAK: (True, False),
        Right.PROPOSE: (True, False),
        Right.VOTE: (False, False),
        Right.BE_ELECTED: (False, False),
    }
    change_setting(by=office.by, key="rights", value={"by_status": {"signed": ["vote"]}, "source": "rule 3"})
    assert held(brazil)[Right.VOTE] == (True, False)
    assert held(kenya)[Right.VOTE] == (False, False)
    with pytest.raises(Refused, match="not sound"):
        change_setting(by=office.by, key="rights", value={"by_status": {"king": ["rule"]}})


# --- errors of entry ---


def test_entries_are_struck_with_a_reason_and_only_once(office: Office) -> None:
    kenya, brazil = office.party("KEN"), office.party("BRA")
    office.step(kenya, "signed")
    office.step(brazil, "signed")
    entry = declared(office, kenya)
    made = actions.object_to(
        by=office.by, declaration=entry.id, party=brazil.id, text=Text.of("No."), made_on=DAY, source="x"
    )
    with pytest.raises(Refused, match="strike the objections first"):
        actions.strike_entry(by=office.by, kind="declaration", entry=entry.id, reason="wrong party")
    actions.strike_entry(by=office.by, kind="objection", entry=made.id, reason="wrong party")
    actions.strike_entry(by=office.by, kind="declaration", entry=entry.id, reason="wrong party")
    assert depositary.declarations(kenya.id) == []
    for kind, key in (("declaration", entry.id), ("party", kenya.id), ("declaration", "x")):
        with pytest.raises(NotFound):
            actions.strike_entry(by=office.by, kind=kind, entry=key, reason="again")
    with pytest.raises(NotAllowed):
        actions.strike_entry(
            by=actor_for(Person.objects.none().first(), NOW), kind="objection", entry=made.id, reason="x"
        )
    same_after_replay()
