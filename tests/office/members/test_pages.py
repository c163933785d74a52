"""Pages of the members office: every form does its act, refusals stand at their field, readers see what is for them, and no count of
queries grows with rows."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from tests.office.members.conftest import NOW, Office

from comity.groundwork.acts import ACTS
from comity.groundwork.ids import new_id
from comity.groundwork.models import LogHead
from comity.groundwork.translated import Text
from comity.office.members import actions
from comity.office.members.models import (
    BlocMembership,
    Contest,
    Credential,
    Declaration,
    Objection,
    OptOut,
    Party,
    StatusFact,
    Term,
)
from comity.office.members.regions import SUB_REGION
from comity.office.members.urls import urlpatterns
from comity.office.members.vocabulary import Right, Status

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 16)
TEXT = "نص مع <b>tag</b> & \u202eأ"


@pytest.fixture(autouse=True)
def _the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The morning on which the office works; requests have no clock of their own."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def secretary(office: Office, client: Client) -> Client:
    client.force_login(office.person)
    return client


@pytest.fixture
def visitor() -> Client:
    return Client()


def path(name: str, *args: str, language: str = "en") -> str:
    with override(language):
        return reverse(f"members:{name}", args=args)


def posted(client: Client, page: str, /, *args: str, **values: Any) -> None:
    """Post a form that is sound."""
    size = LogHead.objects.get().size
    answer = client.post(path(page, *args), values)
    if answer.status_code != 302:
        pytest.fail(f"{page}: {answer.status_code} {dict(answer.context['form'].errors)}")
    assert LogHead.objects.get().size > size, f"{page} recorded nothing"


@pytest.mark.slow
def test_every_form_does_its_act(secretary: Client, office: Office) -> None:
    fact = {"precision": "day", "source": "journal", "evidence": "official"}
    posted(secretary, "register_party", kind="state", iso3="KEN", language="en")
    posted(secretary, "register_party", kind="state", iso3="BRA", language="en")
    posted(secretary, "register_party", kind="state", name="Old State", language="en", region="014")
    posted(secretary, "register_party", kind="bloc", name=TEXT, language="ar")
    kenya, brazil = Party.objects.get(iso3="KEN"), Party.objects.get(iso3="BRA")
    old = next(party for party in Party.objects.all() if party.name.original == "Old State")
    bloc = Party.objects.get(kind="bloc")
    assert bloc.name.original == "نص مع <b>tag</b> & أ"
    posted(secretary, "change_party", kenya.id, kind="state", iso3="KEN", name="Kenya!", language="en", region="014")
    posted(secretary, "record_status", kenya.id, step="signed", happened_on="2026-07-16", **fact)
    posted(secretary, "record_status", old.id, step="acceded", happened_on="2026-07-16", number="1", **fact)
    posted(
        secretary,
        "record_succession",
        brazil.id,
        predecessor=old.id,
        happened_on="2026-08-01",
        predecessor_ceased="on",
        **fact,
    )
    signed = StatusFact.objects.get(step="signed")
    posted(secretary, "contest_status", signed.id, contested_by="a list", why=TEXT, source="list")
    posted(secretary, "settle_contest", Contest.objects.get().id, settlement="clear", source="journal")
    posted(secretary, "correct_status", signed.id, step="signed", happened_on="2026-07-17", reason="misread", **fact)
    succession = StatusFact.objects.get(step="succeeded")
    posted(
        secretary, "correct_status", succession.id, step="succeeded", happened_on="2026-08-02", reason="misread", **fact
    )
    posted(
        secretary,
        "declare",
        kenya.id,
        kind="reservation",
        provision="7",
        text=TEXT,
        language="ar",
        made_on="2026-08-01",
        source="x",
    )
    declared = Declaration.objects.get()
    posted(
        secretary, "object_to", declared.id, party=brazil.id, text="No", language="en", made_on="2026-08-02", source="x"
    )
    posted(secretary, "withdraw_objection", Objection.objects.get().id, withdrawn_on="2026-08-03", source="x")
    posted(secretary, "withdraw_declaration", declared.id, withdrawn_on="2026-08-03", source="x")
    posted(
        secretary,
        "name_delegate",
        kenya.id,
        role="head_of_delegation",
        name="Head",
        email="h@example.org",
        since="2026-08-01",
    )
    posted(secretary, "recall_delegate", kenya.id, Term.objects.get().id)
    posted(
        secretary,
        "receive_credential",
        kenya.id,
        kind="full_powers",
        person=Term.objects.get().person_id,
        purpose="to sign",
        issued_by="Minister",
        valid_from="2026-07-01",
        received_on="2026-07-02",
    )
    posted(secretary, "examine_credential", Credential.objects.get().id, outcome="accepted", outcome_on="2026-07-03")
    posted(secretary, "join_bloc", kenya.id, bloc=bloc.id, source="x")
    membership = BlocMembership.objects.get()
    posted(secretary, "opt_out", membership.id, matter="Energy", since="2026-08-01")
    posted(secretary, "end_opt_out", OptOut.objects.get().id, until="2026-08-02")
    posted(secretary, "leave_bloc", membership.id, until="2026-08-03")
    posted(
        secretary, "assess_dues", kenya.id, year="2026", amount="10", currency="CHF", due_on="2026-08-01", source="x"
    )
    posted(secretary, "record_payment", kenya.id, year="2026", amount="10", currency="CHF", paid_on="2026-08-01")
    posted(secretary, "strike_entry", kenya.id, "bloc_membership", membership.id, reason="another party")
    posted(secretary, "retract_status", StatusFact.objects.get(step="signed", superseded_at=None).id, reason="no")
    double = office.party(name="Kenia")
    posted(secretary, "merge_parties", double.id, kept=kenya.id, reason="the same")
    answer = secretary.get(path("party", double.id))
    assert (answer.status_code, answer["Location"]) == (302, path("party", kenya.id))
    body = "iso3,name,kind,step,happened_on,source,evidence\nCHN,,state,signed,2026-07-16,journal,official"
    posted(secretary, "import", file=SimpleUploadedFile("register.csv", body.encode()))
    for page in (path("register"), path("party", kenya.id), path("depositary"), path("blocs"), path("party", bloc.id)):
        answer = secretary.get(page)
        assert answer.status_code == 200
        assert b"<b>tag</b>" not in answer.content


def test_every_act_of_the_office_has_a_page_or_a_clock() -> None:
    ours = {name.partition(".")[2] for name in ACTS if name.startswith("members.")}
    paths = {pattern.name for pattern in urlpatterns}
    assert ours - paths == {"begin_terms", "import_register"}
    assert "import" in paths


def test_a_refusal_stands_at_its_field_and_keeps_what_was_written(secretary: Client, office: Office) -> None:
    kenya = office.party("KEN")
    values = {
        "step": "ratified",
        "happened_on": "2026-07-16",
        "precision": "day",
        "source": "my source",
        "evidence": "official",
    }
    answer = secretary.post(path("record_status", kenya.id), values)
    assert answer.status_code == 422
    assert "signature comes first" in answer.context["form"].errors["step"][0]
    assert "my source" in answer.content.decode()
    body = "iso3,name,kind,step,happened_on,source,evidence\nCHN,,state,signed,never,journal,official\n"
    body += "BRA,,state,ratified,2026-07-16,x,official"
    answer = secretary.post(path("import"), {"file": SimpleUploadedFile("r.csv", body.encode())})
    said = answer.content.decode()
    assert "Line 2, happened_on: “never” is no day" in said
    assert "Line 3, step: Brazil, “ratified”" in said
    assert Party.objects.count() == 1


def test_somebody_who_edits_what_changed_is_told(secretary: Client, office: Office) -> None:
    kenya = office.party("KEN")
    fact = office.step(kenya, "signed")
    seen = secretary.get(path("correct_status", fact.id)).context["form"].initial["seen"]
    office.step(kenya, "provisional", DAY + timedelta(days=1))
    values = {"step": "signed", "happened_on": "2026-07-15", "precision": "day", "source": "x", "evidence": "official"}
    answer = secretary.post(path("correct_status", fact.id), {**values, "reason": "r", "seen": seen})
    assert answer.status_code == 422
    assert "applies the agreement provisionally" in answer.content.decode()


# --- who sees what ---


def test_visitors_see_the_register_and_no_forms_addresses_credentials_or_money(office: Office, visitor: Client) -> None:
    kenya = office.party("KEN")
    office.step(kenya, "signed")
    head = actions.name_delegate(
        by=office.by, party=kenya.id, role="head_of_delegation", name_given="Head", email="head@example.org", since=DAY
    )
    actions.receive_credential(
        by=office.by, party=kenya.id, name_given="Minister X", kind="foreign_minister", valid_from=DAY, received_on=DAY
    )
    actions.assess_dues(
        by=office.by,
        party=kenya.id,
        year=2026,
        amount=Decimal(77),
        currency="CHF",
        due_on=DAY,
        source="x",
    )
    public = visitor.get(path("party", kenya.id)).content.decode()
    assert "Head" in public
    for hidden in ("head@example.org", "Minister X", "77.00", "What you can do"):
        assert hidden not in public, hidden
    visitor.force_login(head.person)
    own = visitor.get(path("party", kenya.id)).content.decode()
    for shown in ("head@example.org", "Minister X", "77.00", "Name somebody to the delegation"):
        assert shown in own, shown
    assert "Enter what happened" not in own


def test_heads_cannot_act_for_other_parties_through_any_form(office: Office, visitor: Client) -> None:
    kenya, brazil = office.party("KEN"), office.party("BRA")
    fact = office.step(brazil, "signed")
    bloc = office.party(name="Bloc", kind="bloc")
    membership = actions.join_bloc(by=office.by, party=brazil.id, bloc=bloc.id, source="x")
    head = actions.name_delegate(by=office.by, party=kenya.id, role="head_of_delegation", name_given="Head", since=DAY)
    other = actions.name_delegate(by=office.by, party=brazil.id, role="delegate", name_given="Other", since=DAY)
    visitor.force_login(head.person)
    size = LogHead.objects.get().size
    tries: list[tuple[str, tuple[str, ...], dict[str, str]]] = [
        ("name_delegate", (brazil.id,), {"role": "delegate", "name": "Mole", "since": "2026-08-01"}),
        ("recall_delegate", (brazil.id, other.id), {}),
        ("recall_delegate", (kenya.id, other.id), {}),
        ("opt_out", (membership.id,), {"matter": "x", "since": "2026-08-01"}),
        ("contest_status", (fact.id,), {"on_behalf_of": brazil.id, "why": "x", "source": "x"}),
    ]
    for name, args, values in tries:
        assert visitor.post(path(name, *args), values).status_code in {403, 404, 422}, name
    assert LogHead.objects.get().size == size
    for pattern in urlpatterns:
        if pattern.name in {"register", "export", "depositary", "blocs", "entry_into_force", "party"}:
            continue
        keys = {"key": brazil.id, "term": other.id, "register": "payment", "party": brazil.id}
        wanted = pattern.pattern.converters
        with override("en"):
            page = reverse(f"members:{pattern.name}", kwargs={name: keys[name] for name in wanted})
        assert Client().post(page, {}).status_code in {403, 404}, pattern.name
    visitor.post(path("contest_status", fact.id), {"on_behalf_of": kenya.id, "why": "no", "source": "note"})
    assert Contest.objects.get().contested_by == "Kenya"


@pytest.mark.parametrize("key", ["x", "%00", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "a" * 300, "\u202e", "' OR 1=1 --"])
def test_what_is_not_there_is_not_there(secretary: Client, office: Office, key: str) -> None:
    assert secretary.get(path("party", key)).status_code == 404
    for name in (
        "record_status",
        "change_party",
        "correct_status",
        "settle_contest",
        "object_to",
        "opt_out",
        "end_opt_out",
    ):
        assert secretary.get(path(name, key)).status_code == 404, name


# --- the register on any day ---


def test_the_register_on_a_past_day_and_as_known_then(secretary: Client, office: Office) -> None:
    kenya = office.party("KEN")
    office.step(kenya, "signed", DAY)

    def status(**query: str) -> str:
        (row,) = secretary.get(path("register"), query).context["page"].object_list
        return str(row.status)

    assert [status(), status(on="2026-07-15"), status(on="2026-07-16")] == ["signed", "none", "signed"]
    assert [status(known="2026-11-30"), status(known="2026-12-01")] == ["none", "signed"]


@pytest.mark.parametrize(
    "query",
    [
        "on=never",
        "on=99999-01-01",
        "status=king",
        "page=x",
        "page=999999999999",
        "region=%00",
        "known=0000-00-00",
        "on=" + "9" * 5000,
    ],
)
def test_questions_that_make_no_sense_get_the_register_of_today(visitor: Client, office: Office, query: str) -> None:
    office.party("KEN")
    answer = visitor.get(f"{path('register')}?{query}")
    assert answer.status_code == 200
    assert "Kenya" in answer.content.decode()


def test_status_is_in_words_and_signs_beside_colour_and_the_table_repeats_the_map(
    visitor: Client, office: Office
) -> None:
    georgia = office.party("GEO")
    fact = office.step(georgia, "signed")
    actions.contest_status(by=office.by, fact=fact.id, contested_by="x", why="y", source="z")
    said = visitor.get(path("register")).content.decode()
    assert '<span class="unseen">Georgia: signatory, contested</span>' in said
    assert "Signatories: 0; 1 if contested facts are counted." in said
    table = said[said.index('id="listed"') :]
    assert "Georgia" in table
    assert '<span class="tag">contested</span>' in table
    arabic = visitor.get(path("register", language="ar")).content.decode()
    assert 'dir="rtl"' in arabic
    assert "جورجيا" in arabic


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh"])
def test_pages_answer_in_every_language(visitor: Client, office: Office, language: str) -> None:
    kenya = office.party("KEN")
    office.step(kenya, "signed", None)
    for page in (path("register", language=language), path("party", kenya.id, language=language)):
        assert visitor.get(page).status_code == 200


# --- many rows ---


def many(office: Office, count: int, facts: int) -> None:
    """Parties with facts, put into the tables as acts would leave them."""
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    codes = sorted(SUB_REGION)
    parties = [
        Party(
            id=new_id(moment),
            kind="state" if n < len(codes) else "company",
            name=Text() if n < len(codes) else Text.of(f"Company {n}"),
            iso3=codes[n] if n < len(codes) else "",
            region=SUB_REGION[codes[n]] if n < len(codes) else "",
            registered_at=moment,
        )
        for n in range(count)
    ]
    Party.objects.bulk_create(parties)
    rows = []
    for party in parties:
        for n in range(facts):
            key = new_id(moment)
            step = ("observer", "withdrew")[n % 2]
            on = DAY - timedelta(days=400 - n)
            stated = {"step": step, "happened_on": on, "precision": "day", "source": "s", "evidence": "official"}
            rows.append(StatusFact(id=key, line=key, party=party, seen_on=on, order=n, recorded_at=moment, **stated))
    StatusFact.objects.bulk_create(rows)
    contested = [row for row in rows if row.order == facts - 1][::10]
    Contest.objects.bulk_create(
        Contest(
            id=new_id(moment),
            line=row.line,
            party=row.party,
            contested_by="x",
            why="y",
            source="z",
            contested_at=moment,
        )
        for row in contested
    )


def queries_of(client: Client, page: str) -> int:
    client.get(page)  # what is asked once for a process
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


@pytest.mark.slow
def test_no_count_of_queries_grows_with_parties_and_facts(secretary: Client, office: Office, visitor: Client) -> None:
    kenya = office.party("XKX", "Kosovo")
    office.step(kenya, "observer")
    pages = [path("register"), path("party", kenya.id), path("depositary"), path("blocs"), path("export"), "/en/"]
    few = [queries_of(client, page) for page in pages for client in (secretary, visitor)]
    many(office, 200, 11)
    lots = [queries_of(client, page) for page in pages for client in (secretary, visitor)]
    assert few == lots
    assert max(lots) <= 45


@pytest.mark.slow
def test_a_party_with_a_long_history_asks_no_more(secretary: Client, office: Office) -> None:
    kenya = office.party("KEN")
    page = path("party", kenya.id)
    bloc = office.party(name="Bloc", kind="bloc")

    def fill(n: int) -> None:
        office.step(kenya, "observer", DAY + timedelta(days=2 * n))
        gone = office.step(kenya, "withdrew", DAY + timedelta(days=2 * n + 1))
        actions.contest_status(by=office.by, fact=gone.id, contested_by="x", why="y", source="z")
        actions.join_bloc(
            by=office.by,
            party=kenya.id,
            bloc=bloc.id,
            since=DAY + timedelta(days=n),
            until=DAY + timedelta(days=n),
            source="x",
        )
        actions.name_delegate(by=office.by, party=kenya.id, role="delegate", name_given=f"Delegate {n}", since=DAY)

    fill(0)
    few = queries_of(secretary, page)
    for n in range(1, 12):
        fill(n)
    assert queries_of(secretary, page) == few


def test_the_register_of_two_hundred_parties_is_small_on_the_wire(office: Office, visitor: Client) -> None:
    many(office, 200, 5)
    size = len(gzip.compress(visitor.get(path("register", language="ar")).content))
    assert size < 60_000


def test_rights_by_status_are_read_in_words(office: Office, visitor: Client) -> None:
    with override(None):  # the page's language does not stay
        page = visitor.get("/ar/charter/settings").content.decode()
    with override("ar"):
        assert f'<dt>{Status.SUSPENDED.label}</dt><dd><bdi dir="auto">{Right.SPEAK.label}</bdi></dd>' in page
    assert "by_status" not in page
    assert "be_elected" not in page


def test_the_page_of_importing_names_the_headings_that_a_file_has(secretary: Client) -> None:
    heading = secretary.get("/en/members/register.csv").content.decode().splitlines()[0]
    assert heading.replace(",", ", ") in secretary.get("/en/members/import").content.decode()
