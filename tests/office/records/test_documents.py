"""Documents: symbols without gaps, what follows upon what, who may read them, and files that stay what they were."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from tests.office.records.conftest import House, issued

from comity.groundwork import files
from comity.groundwork.acts import actor_for
from comity.groundwork.audiences import ANYONE, Reader
from comity.groundwork.models import Event, EventPart, StoredFile
from comity.groundwork.queries import file_for, timeline
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, Refused
from comity.groundwork.translated import Text
from comity.office.charter.actions import adopt_charter, draft_charter
from comity.office.records import queries
from comity.office.records.actions import (
    add_version,
    change_document,
    enter_document,
    issue_document,
    remove_version,
    withdraw_document,
)
from comity.office.records.models import Document, DocumentVersion
from comity.office.records.symbols import Scheme, is_symbol, scheme

pytestmark = pytest.mark.django_db
SECRETARIAT = Reader.of(secretariat=True)
DELEGATION = Reader.of(parties=["x"])


# --- symbols ---


def test_numbers_of_a_series_have_no_gaps_and_come_with_issue(house: House) -> None:
    first, left_over, second = (
        enter_document(by=house.by, title=Text.of(f"Report {n}"), series="general") for n in range(3)
    )
    for draft in (second, first):
        add_version(by=house.by, document=draft.id, name="a.txt", content=b"words\n", language="en")
    assert issue_document(by=house.by, document=second.id).symbol == "A/1"
    assert issue_document(by=house.by, document=first.id).symbol == "A/2"
    left_over.refresh_from_db()
    assert left_over.symbol is None


def test_a_number_is_not_given_again_after_withdrawal(house: House) -> None:
    withdraw_document(by=house.by, document=issued(house).id, reason="Issued by mistake.")
    assert issued(house).symbol == "A/2"


def test_series_and_drafts_for_debate_are_numbered_apart(house: House) -> None:
    symbols = [
        issued(house, series=series, for_debate=debate).symbol
        for series, debate in (("general", False), ("council", False), ("general", True), ("council", False))
    ]
    assert symbols == ["A/1", "C/1", "A/L.1", "C/2"]


def test_what_follows_upon_a_document_is_named_after_it(house: House) -> None:
    report = issued(house)
    symbols = [
        issued(house, relation=relation, base=report.id).symbol
        for relation in ("revision", "addendum", "corrigendum", "revision", "addendum")
    ]
    assert symbols == ["A/1/Rev.1", "A/1/Add.1", "A/1/Corr.1", "A/1/Rev.2", "A/1/Add.2"]


def test_the_revision_of_a_revision_is_the_next_revision_of_the_same_document(house: House) -> None:
    report = issued(house)
    once = issued(house, relation="revision", base=report.id)
    twice = issued(house, relation="revision", base=once.id)
    assert twice.symbol == "A/1/Rev.2"
    assert twice.base == report
    assert issued(house, relation="corrigendum", base=once.id).symbol == "A/1/Rev.1/Corr.1"


def test_nothing_but_a_corrigendum_follows_upon_a_corrigendum(house: House) -> None:
    corrigendum = issued(house, relation="corrigendum", base=issued(house).id)
    with pytest.raises(Refused, match="further corrigendum"):
        enter_document(by=house.by, title=Text.of("More"), relation="addendum", base=corrigendum.id)


def test_nothing_follows_upon_a_draft_or_a_withdrawn_document(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("Draft"), series="general")
    gone = issued(house)
    withdraw_document(by=house.by, document=gone.id, reason="wrong")
    for base in (draft.id, gone.id, "nothing"):
        with pytest.raises(Refused, match="issued and stands"):
            enter_document(by=house.by, title=Text.of("More"), relation="revision", base=base)


def test_a_page_knows_the_family_and_the_newest_revision(house: House) -> None:
    report = issued(house, "Report")
    first = issued(house, "Report, revised", relation="revision", base=report.id)
    second = issued(house, "Report, revised again", relation="revision", base=report.id)
    addendum = issued(house, "Annex", relation="addendum", base=first.id)
    shown = queries.page(ANYONE, report)
    assert [one.symbol for one in shown.family] == ["A/1", "A/1/Rev.1", "A/1/Rev.2", "A/1/Rev.1/Add.1"]
    assert shown.superseded_by == second
    assert queries.page(ANYONE, first).superseded_by == second
    assert queries.page(ANYONE, second).superseded_by is None
    assert queries.page(ANYONE, addendum).superseded_by is None


CHARTER = """format = "comity-charter/1"
id = "test-union"
version = "1"
title = "Test Union"
amended_by = "amendment"
[symbols]
{symbols}
[[rule]]
id = "amendment"
title = "Amendment"
certainty = "example"
passes = "yes > 1/2 of all"
"""


def lay_down(house: House, symbols: str) -> None:
    """A founding charter that says how documents are numbered."""
    draft = draft_charter(by=house.by, text=CHARTER.format(symbols=symbols))
    adopt_charter(by=house.by, draft=draft.id, in_force_from=date(2020, 1, 1))


def test_the_scheme_is_the_organisations_own_and_changes_nothing_that_was_given(house: House) -> None:
    report = issued(house)
    value = scheme()
    lay_down(house, 'series = { general = "TU/GA", notes = "TU/NOTE" }\nrevision = "R."')
    assert value != scheme()
    report.refresh_from_db()
    assert report.symbol == "A/1"
    assert issued(house, series="notes").symbol == "TU/NOTE/1"
    assert issued(house).symbol == "TU/GA/1"
    assert issued(house, relation="revision", base=report.id).symbol == "A/1/R.1"


def test_a_draft_whose_series_is_gone_is_not_issued(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("Note"), series="information")
    add_version(by=house.by, document=draft.id, name="a.txt", content=b"words\n")
    lay_down(house, 'series = { general = "A" }')
    with pytest.raises(Refused, match="no series “information”"):
        issue_document(by=house.by, document=draft.id)


def test_a_scheme_that_could_make_no_symbol_is_refused(house: House) -> None:
    for symbols in (
        'series = { x = "a b" }',
        'series = { x = "A/" }',
        "series = {}",
        'series = { x = "A" }\nrevision = "Rev"',
    ):
        with pytest.raises(Refused, match=r"symbols|series"):
            lay_down(house, symbols)


prefixes = st.from_regex(r"[A-Z][A-Za-z0-9]{0,3}([./-][A-Za-z0-9]{1,3}){0,2}", fullmatch=True)


@given(prefix=prefixes, number=st.integers(1, 10**6), relation=st.sampled_from(["revision", "addendum", "corrigendum"]))
def test_a_symbol_says_its_stem_and_its_number(prefix: str, number: int, relation: str) -> None:
    usual = Scheme({"s": prefix})
    for stem in (usual.stem("s"), usual.stem("s", for_debate=True), usual.stem_behind(f"{prefix}/7", relation)):
        symbol = f"{stem}{number}"
        assert is_symbol(symbol)
        parted = re.fullmatch(r"(.*[^0-9])([0-9]+)", symbol)
        assert parted
        assert (parted[1], int(parted[2])) == (stem, number)


# --- drafts ---


def test_only_the_secretariat_begins_and_issues(house: House) -> None:
    for person in (house.delegate, None):
        with pytest.raises(NotAllowed):
            enter_document(by=actor_for(person), title=Text.of("Mine"), series="general")


def test_a_draft_is_for_the_secretariat_alone(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("A confidential plan"), series="general")
    version = add_version(by=house.by, document=draft.id, name="plan.txt", content=b"secret plan\n", language="en")
    assert queries.document(ANYONE, draft.id) is None
    assert queries.document(DELEGATION, draft.id) is None
    assert queries.document(SECRETARIAT, draft.id) == draft
    assert file_for(DELEGATION, version.file_id) is None
    assert timeline(DELEGATION, about=draft.ref) == []


def test_a_file_takes_the_place_of_one_of_its_kind_in_a_draft(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("Plan"), series="general")
    first = add_version(by=house.by, document=draft.id, name="a.txt", content=b"first\n", language="en")
    second = add_version(by=house.by, document=draft.id, name="b.txt", content=b"second\n", language="en")
    other = add_version(by=house.by, document=draft.id, name="c.txt", content=b"dritte\n", language="fr")
    assert set(DocumentVersion.objects.values_list("id", flat=True)) == {second.id, other.id}
    assert StoredFile.objects.get(id=first.file_id).removed_at is not None


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_out_of_a_draft_is_deleted(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("Plan"), series="general")
    version = add_version(by=house.by, document=draft.id, name="a.txt", content=b"words\n", language="en")
    path = files.path_of(version.file.sha256)
    assert path.exists()
    remove_version(by=house.by, version=version.id)
    assert not path.exists()
    assert not draft.versions.exists()


@pytest.mark.django_db(transaction=True)
def test_bytes_that_another_file_shares_stay_when_one_is_removed(house: House) -> None:
    kept = issued(house, content=b"the same\n").versions.get().file
    draft = enter_document(by=house.by, title=Text.of("Plan"), series="general")
    version = add_version(by=house.by, document=draft.id, name="a.txt", content=b"the same\n", language="en")
    remove_version(by=house.by, version=version.id)
    assert files.read(kept.sha256) == b"the same\n"


def test_a_draft_changes_and_a_stale_form_is_refused(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("Plan"), series="general")
    change_document(by=house.by, document=draft.id, title=Text.of("Plan B"), series="council", audience="members")
    draft.refresh_from_db()
    assert (str(draft.title), draft.series, draft.audience) == ("Plan B", "council", "members")
    with pytest.raises(ChangedMeanwhile):
        change_document(by=house.by, document=draft.id, title=Text.of("Plan C"), seen=0)


def test_a_document_without_files_is_not_issued(house: House) -> None:
    draft = enter_document(by=house.by, title=Text.of("Empty"), series="general")
    with pytest.raises(Refused, match="nothing to issue"):
        issue_document(by=house.by, document=draft.id)


# --- issued ---


def test_an_issued_document_opens_to_its_readers_with_its_files(house: House) -> None:
    report = issued(house, audience="members", concerns=str(house.council.ref))
    file = report.versions.get().file
    assert queries.document(ANYONE, "A/1") is None
    assert queries.document(DELEGATION, "A/1") == report
    assert file_for(ANYONE, file.id) is None
    assert file_for(DELEGATION, file.id) == file
    assert files.read(file.sha256) == b"Read me.\n"
    told = timeline(DELEGATION, about=house.council.ref)
    assert told[0].sentence == "A/1 was issued: “Report”."
    assert report.issued_on == date(2026, 11, 5)


def test_the_public_record_says_nothing_of_what_is_not_public(house: House) -> None:
    issued(house, "A confidential title", audience="members", content=b"confidential words\n")
    assert b"confidential" not in b"".join(map(bytes, Event.objects.values_list("leaf", flat=True)))
    assert b"confidential title" in b"".join(
        bytes(part.payload) for part in EventPart.objects.all() if part.payload is not None
    )


def test_an_issued_document_is_not_changed_and_its_files_are_not_replaced(house: House) -> None:
    report = issued(house)
    for act in (
        lambda: change_document(by=house.by, document=report.id, title=Text.of("Other")),
        lambda: issue_document(by=house.by, document=report.id),
        lambda: remove_version(by=house.by, version=report.versions.get().id),
    ):
        with pytest.raises(Refused, match="was issued"):
            act()
    with pytest.raises(Refused, match="not replaced"):
        add_version(by=house.by, document=report.id, name="b.txt", content=b"other\n", language="en")


def test_a_language_that_is_missing_can_be_added_to_an_issued_document(house: House) -> None:
    report = issued(house, audience="members")
    version = add_version(by=house.by, document=report.id, name="r.txt", content=b"mots\n", language="fr")
    assert version.file.audience == "members"
    assert "was added in a language (French)" in timeline(DELEGATION, about=report.ref)[0].sentence


def test_a_withdrawn_document_stays_where_it_was(house: House) -> None:
    report = issued(house)
    withdraw_document(by=house.by, document=report.id, reason="The council asked for it.")
    found = queries.document(ANYONE, "A/1")
    assert found is not None
    assert (found.status, found.withdrawn_reason) == ("withdrawn", "The council asked for it.")
    with pytest.raises(Refused, match="was withdrawn"):
        withdraw_document(by=house.by, document=report.id, reason="again")


def test_refused_words_and_things_leave_nothing_behind(house: House) -> None:
    before = Document.objects.count()
    for given_, field in (
        ({"title": Text.of(" ")}, "title"),
        ({"title": Text.of("x" * 501)}, "title"),
        ({"series": "nothing"}, "series"),
        ({"audience": "friends"}, "audience"),
        ({"concerns": "charter.body:nothing"}, "concerns"),
        ({"concerns": "nothing"}, "concerns"),
        ({"relation": "sequel", "base": "x"}, "relation"),
        ({"relation": "revision"}, "relation"),
    ):
        with pytest.raises(Refused) as refused:
            enter_document(by=house.by, **{"title": Text.of("T"), "series": "general", **given_})  # type: ignore[arg-type]
        assert refused.value.field == field
    assert Document.objects.count() == before


def test_a_page_of_a_document_costs_the_same_whatever_its_family(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report = issued(house)
    counts = []
    for _round in range(2):
        with django_assert_num_queries(2):
            queries.page(ANYONE, report)
        counts.append(len(queries.page(ANYONE, report).family))
        for relation in ("revision", "addendum", "corrigendum"):
            issued(house, relation=relation, base=report.id)
    assert counts == [1, 4]
