"""Parties and their names, duplicates with lineage, counts under each reading, the founding signatories as the public record has them."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale
from babel.core import get_global
from django.utils import translation
from tests.office.members.conftest import NOW, TODAY, Office, empty_the_state

from comity.groundwork.acts import actor_for, version
from comity.groundwork.audiences import ANYONE
from comity.groundwork.queries import files_at, timeline
from comity.groundwork.refs import Ref, called, name_all, page_of
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, NotFound, Refused
from comity.groundwork.replay import differences, replay, state
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_setting
from comity.office.members import regions
from comity.office.members.actions import (
    assess_dues,
    change_party,
    import_register,
    join_bloc,
    merge_parties,
    name_delegate,
    object_to,
    register_party,
)
from comity.office.members.actions import declare as declare_act
from comity.office.members.models import Party, StatusFact, Term
from comity.office.members.queries.parties import party_names
from comity.office.members.queries.register import Count, chosen, counts, register, tiles
from comity.office.members.queries.status import picture
from comity.office.members.register_csv import COLUMNS
from comity.office.members.vocabulary import Reading, Status

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 16)


def number(key: str, on: date = TODAY) -> Count:
    return next(count for count in counts(register(picture(on))) if count.counted.key == key)


# --- the founding signatories ---

EVIDENCE = {
    "official_count_secondary_list": "official_count",
    "contested": "single_secondary",
    "foreign_ministry_via_press": "ministry_via_press",
    "official_reply": "official",
}
STEPS = {
    "founding_signatory": "signed",
    "signatory": "signed",
    "observer_announced": "observer",
    "invited_considering": "considering",
}


def as_register(table: str) -> bytes:
    """The public table of relations as a file that the register takes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in csv.DictReader(io.StringIO(table)):
        contested = row["evidence_tier"] == "contested"
        line = {
            "iso3": row["iso3"],
            "name": "",
            "kind": "state",
            "step": STEPS[row["relation"]],
            "happened_on": row["date"],
            "source": row["source"],
            "evidence": EVIDENCE[row["evidence_tier"]],
            "note": row["note"],
            "contested_by": "another stored text" if contested else "",
            "contested_because": "no first-hand announcement as of 2026-08-01" if contested else "",
            "contested_source": row["source"] if contested else "",
        }
        writer.writerow(line)
    return out.getvalue().encode()


def test_the_founding_signatories_are_29_and_37_if_contested_ones_are_counted(office: Office, shared: Path) -> None:
    table = (shared / "data/cooperation/waico_signatories.csv").read_text(encoding="utf-8")
    done = import_register(by=office.by, content=as_register(table))
    assert (done.parties, done.facts, done.contests) == (39, 39, 8)
    signed = number("signatories")
    assert (signed.uncontested, signed.with_contested) == (29, 37)
    assert signed.sentence == "Signatories: 29; 37 if contested facts are counted"
    assert number("observers").sentence == "Observers: 1"
    assert number("approached").sentence == "Invited or considering: 1"
    assert (number("parties").with_contested, number("undated").with_contested) == (0, 0)
    assert number("signatories", date(2026, 7, 15)).with_contested == 0
    assert number("signatories", date(2026, 7, 30)).with_contested == 30
    contested = {row.party.iso3 for row in chosen(register(picture(TODAY)), contested=True)}
    assert contested == {"DMA", "BRN", "GEO", "IRN", "SDN", "TZA", "TGO", "VNM"}


def test_the_third_instrument_of_the_founding_signatories(office: Office, shared: Path) -> None:
    table = (shared / "data/cooperation/waico_signatories.csv").read_text(encoding="utf-8")
    office.waiting_days(None)
    import_register(by=office.by, content=as_register(table))
    for n, code in enumerate(("CHN", "KEN", "GEO"), start=1):
        office.step(Party.objects.get(iso3=code), "ratified", date(2026, 9, n), number=str(n))
    undated = number("undated")
    # Georgia's instrument rests on a signature that is contested: without it there are two.
    assert (undated.uncontested, undated.with_contested) == (0, 3)
    office.waiting_days(30)
    parties = number("parties")
    assert (parties.uncontested, parties.with_contested) == (0, 3)


# --- counts ---


def test_every_count_says_what_it_counts_and_parties_are_counted_once(office: Office) -> None:
    office.waiting_days(0, instruments=1)
    steps = {
        "KEN": ["signed", "ratified"],
        "CHN": ["signed"],
        "ZMB": ["observer"],
        "BRA": ["invited"],
        "CUB": ["acceded"],
    }
    for code, made in steps.items():
        party = office.party(code)
        for step in made:
            office.step(party, step)
    office.party("OMN")
    rows = register(picture(TODAY))
    found = {count.counted.key: count.with_contested for count in counts(rows)}
    assert found == {
        "signatories": 2,
        "instruments": 2,
        "parties": 2,
        "undated": 0,
        "observers": 1,
        "approached": 1,
        "withdrawn": 0,
    }
    assert all(len(str(count.counted.definition)) > 40 for count in counts(rows))
    assert sum(len(block.rows) for block in tiles(rows)) == len(rows) == 6


def test_the_register_by_status_kind_and_region(office: Office) -> None:
    kenya, china = office.party("KEN"), office.party("CHN")
    office.step(kenya, "signed")
    office.party(name="Example Ltd", kind="company")
    rows = register(picture(TODAY))
    assert [row.party for row in chosen(rows, status=Status.SIGNED)] == [kenya]
    assert [row.party for row in chosen(rows, region="142")] == [china]
    assert [row.party for row in chosen(rows, region="014")] == [kenya]
    assert [row.party.kind for row in chosen(rows, kind="company")] == ["company"]
    assert [(block.region, block.name) for block in tiles(rows)] == [
        ("002", "Africa"),
        ("142", "Asia"),
        ("", "No region"),
    ]


# --- regions and names ---


def test_the_table_of_regions_agrees_with_the_codes_of_the_cldr() -> None:
    aliases = get_global("territory_aliases")
    names = Locale.parse("en").territories
    for iso3 in regions.SUB_REGION:
        (code,) = aliases[iso3]
        assert code in names, iso3
    assert len(regions.SUB_REGION) == 197
    assert set(regions.SUB_REGION.values()) == {part for parts in regions.PARTS.values() for part in parts}
    assert all(code in names for code in regions.REGION)


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh"])
def test_every_country_and_region_has_a_name_in_every_language(language: str) -> None:
    from comity.office.members.names import country_name, region_name

    for iso3 in regions.SUB_REGION:
        assert country_name(iso3, language)
    for code in regions.REGION:
        assert region_name(code, language) != code


def test_names_by_setting_then_own_words_then_the_cldr(office: Office) -> None:
    kenya = office.party("KEN")
    laos = register_party(by=office.by, kind="state", iso3="LAO", name=Text.of("Lao PDR", "en"))
    firm = register_party(by=office.by, kind="company", name=Text.of("示例公司", "zh"))

    def named(language: str) -> list[str]:
        with translation.override(language):
            return [party_names([party.id])[party.id] for party in (kenya, laos, firm)]

    assert named("en") == ["Kenya", "Lao PDR", "示例公司"]
    assert named("fr") == ["Kenya", "Laos", "示例公司"]
    names = {"KEN": {"en": "Republic of Kenya", "ar": "جمهورية كينيا"}}
    change_setting(by=office.by, key="naming", value={"names": names})
    assert named("en")[0] == "Republic of Kenya"
    assert named("ar")[0] == "جمهورية كينيا"
    assert named("zh")[0] == "Republic of Kenya"


def test_codes_and_names_are_checked(office: Office) -> None:
    office.party("KEN")
    kosovo = office.party("XKX", "Kosovo")
    assert kosovo.region == ""
    change_party(by=office.by, party=kosovo.id, region="039")
    for values, field in (
        ({"kind": "state", "iso3": "ken"}, "iso3"),
        ({"kind": "state", "iso3": "K3N"}, "iso3"),
        ({"kind": "company", "iso3": "CHN"}, "iso3"),
        ({"kind": "state", "iso3": "QQQ"}, "name"),
        ({"kind": "state"}, "name"),
        ({"kind": "planet", "iso3": "CHN"}, "kind"),
        ({"kind": "state", "iso3": "CHN", "region": "999"}, "region"),
        ({"kind": "state", "name": Text.of("KOSOVO")}, "name"),
        ({"kind": "union", "name": Text.of("x" * 201)}, "name"),
        ({"kind": "union", "name": Text.of("\u202e\u200b\u2066")}, "name"),
    ):
        with pytest.raises(Refused) as refused:
            register_party(by=office.by, **values)  # type: ignore[arg-type]
        assert refused.value.field == field, values
    hidden = register_party(by=office.by, kind="union", name=Text.of("Uni\u202eon\u200b of\u2069 X"))
    assert hidden.name.original == "Union of X"


def test_an_entry_is_changed_by_whoever_saw_its_last_state(office: Office) -> None:
    kenya = office.party("KEN")
    seen = version(kenya.ref)
    change_party(by=office.by, party=kenya.id, region="018", seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change_party(by=office.by, party=kenya.id, region="011", seen=seen)
    with pytest.raises(NotAllowed):
        change_party(by=actor_for(None, NOW), party=kenya.id, region="011")
    with pytest.raises(NotFound):
        change_party(by=office.by, party="nothing\x00", region="011")


# --- duplicates ---


def test_a_duplicate_is_merged_and_its_id_leads_to_the_kept_one(office: Office) -> None:
    from comity.groundwork.actions import attach_file

    kept, old = office.party("KEN"), office.party(name="Republic of Kenya")
    office.step(kept, "signed")
    fact = office.step(old, "invited", date(2026, 7, 1))
    term = name_delegate(by=office.by, party=old.id, role="delegate", name_given="Delegate", since=DAY)
    attach_file(by=office.by, to=old.ref, name="note.txt", content=b"a note")
    merge_parties(by=office.by, party=old.id, kept=kept.id, reason="the same state")
    assert name_all([old.ref]) == {old.ref: "Kenya"}
    assert called(kept.ref) == [str(kept.ref), str(old.ref)]
    assert StatusFact.objects.get(id=fact.id).party == kept
    assert [file.name for file in files_at(kept.ref, ANYONE)] == ["note.txt"]
    said = [entry.type for entry in timeline(ANYONE, about=kept.ref)]
    assert said.count("members.parties_merged") == 1
    assert said.count("members.party_registered") == 2
    moved = Term.objects.get(id=term.id)
    assert (moved.party, moved.grant == term.grant) == (kept, False)
    assert actor_for(term.person, NOW).reader.audiences >= {f"delegation:{kept.id}", f"delegation:{old.id}"}
    with pytest.raises(Refused, match="merged into Kenya: act there"):
        office.step(old, "considering", date(2026, 7, 2))
    third = office.party(name="Kenya again")
    merge_parties(by=office.by, party=kept.id, kept=third.id, reason="kept the other")
    assert Party.objects.get(id=old.id).merged_into == third
    assert actor_for(term.person, NOW).parties == {third.id, kept.id, old.id}
    assert Party.objects.get(id=third.id).iso3 == "KEN"
    assert page_of(Ref("members.party", old.id))
    before = state()
    empty_the_state()
    replay()
    assert list(differences(before, state())) == []


def test_two_entries_that_cannot_be_one_are_refused_with_every_reason(office: Office) -> None:
    kenya, other = office.party("KEN"), office.party("CHN")
    bloc = office.party(name="Group", kind="bloc")
    for party in (kenya, other):
        office.step(party, "signed")
        join_bloc(by=office.by, party=party.id, bloc=bloc.id, source="x")
        name_delegate(by=office.by, party=party.id, role="head_of_delegation", name_given="Head", since=DAY)
        assess_dues(by=office.by, party=party.id, year=2026, amount=Decimal(5), currency="CHF", due_on=DAY, source="x")
    declared = declare_act(
        by=office.by, party=kenya.id, kind="declaration", text=Text.of("We note."), made_on=DAY, source="x"
    )
    object_to(by=office.by, declaration=declared.id, party=other.id, text=Text.of("No."), made_on=DAY, source="x")
    with pytest.raises(Refused) as refused:
        merge_parties(by=office.by, party=other.id, kept=kenya.id, reason="same")
    for part in (
        "different country codes",
        "out of order",
        "membership with Group",
        "dues assessed for 2026",
        "objected",
        "head of delegation",
    ):
        assert part in str(refused.value), part
    with pytest.raises(Refused, match="different kinds"):
        merge_parties(by=office.by, party=bloc.id, kept=kenya.id, reason="same")
    with pytest.raises(Refused, match="One is in the other"):
        merge_parties(by=office.by, party=bloc.id, kept=kenya.id, reason="same")
    with pytest.raises(Refused, match="into itself"):
        merge_parties(by=office.by, party=kenya.id, kept=kenya.id, reason="same")


def test_readings_are_the_same_where_nothing_is_contested(office: Office) -> None:
    kenya = office.party("KEN")
    office.step(kenya, "signed")
    seen = picture(TODAY)
    assert seen.standing(kenya.id) == seen.standing(kenya.id, Reading.UNCONTESTED)
