"""What people do on the pages: forms, refusals, roles, erasure; who sees whom; hostile input."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from comity.groundwork.actions import erase_person, grant_role, register_person
from comity.groundwork.acts import actor_for, system_actor, version
from comity.groundwork.models import Event, Grant, Person
from comity.groundwork.panels import PANELS, WAITS, Panel, Waiting, waits_for
from comity.groundwork.translated import Text
from comity.office.charter.actions import change_organisation, establish_body
from comity.office.charter.models import Body, Organisation, Setting

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person | None], Client]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% now 'Y' %}",
    "\u202egnp.exe\u202c \u200b\ufeff",
    "a\u0000b",
    "x" * 5000,
    "&lt;b&gt;",
    "' or 1=1 --",
]


@pytest.fixture
def secretary(house: Any, signed_in: SignedIn) -> Client:
    return signed_in(house.secretary)


BODY = {"name": "Bureau", "mandate": "", "parent": "", "rank": "0", "language": "en", "established_on": "2026-08-01"}


# --- forms ---


def test_a_body_is_established_by_its_form_and_the_page_says_so(secretary: Client, house: Any) -> None:
    response = secretary.post("/en/charter/bodies/new", BODY, follow=True)
    assert response.redirect_chain == [("/en/charter/bodies", 302)]
    html = response.content.decode()
    assert "The body was established." in html
    assert "Bureau" in html
    assert Body.objects.filter(name__wordings__en__text="Bureau").count() == 1


def test_a_form_with_faults_says_what_is_wrong_above_and_at_the_field(secretary: Client, house: Any) -> None:
    before = Event.objects.count()
    response = secretary.post("/en/charter/bodies/new", {**BODY, "name": "", "established_on": "soon"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Not saved:" in html
    assert 'role="alert"' in html
    for field in ("name", "established_on"):
        assert f'href="#id_{field}"' in html
        assert f'id="id_{field}_error"' in html
        control = re.search(rf'<input[^>]*id="id_{field}"[^>]*>', html)
        assert control
        assert f'aria-describedby="id_{field}_error"' in control[0]
        assert 'aria-invalid="true"' in control[0]
    assert 'value="soon"' in html
    assert Event.objects.count() == before


def test_what_an_act_refuses_stands_at_its_field_too(secretary: Client, house: Any) -> None:
    council = house.bodies[0]
    response = secretary.post("/en/charter/bodies/new", {**BODY, "parent": council.id, "established_on": "2020-01-01"})
    assert response.status_code == 422
    assert 'id="id_established_on_error">A body cannot be older than the one above it.' in response.content.decode()


def test_the_language_of_new_texts_is_at_first_that_of_the_page(secretary: Client) -> None:
    assert '<option value="zh" selected>' in secretary.get("/zh/charter/bodies/new").content.decode()


def test_help_and_faults_are_tied_to_a_field_together(secretary: Client, house: Any) -> None:
    response = secretary.post(f"/en/people/{house.delegate.id}/roles/new", {"role": "", "reason": "x" * 600})
    html = response.content.decode()
    assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
    assert '<fieldset aria-describedby="id_role_error">' in html


def test_whoever_saves_over_an_unseen_change_sees_it_first_and_can_then_go_on(secretary: Client, house: Any) -> None:
    organisation: Organisation = house.organisation
    seen = version(organisation.ref)
    change_organisation(by=actor_for(house.secretary), short_name="NEW", seen=seen)
    mine = {"name": "World AI", "short_name": "MINE", "seat": "Shanghai, China", "purpose": "", "seen": str(seen)}
    response = secretary.post("/en/charter/change", mine)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Changed meanwhile" in html
    assert "was changed: short name" in html
    assert "It now reads:" in html
    assert '<bdi dir="auto">NEW</bdi>' in html
    assert 'value="MINE"' in html
    assert Organisation.objects.get().short_name == "NEW"
    now = re.search(r'name="seen" value="(\d+)"', html)
    assert now
    assert secretary.post("/en/charter/change", {**mine, "seen": now[1]}).status_code == 302
    assert Organisation.objects.get().short_name == "MINE"


def test_an_act_that_is_final_says_so(secretary: Client, house: Any) -> None:
    html = secretary.get(f"/en/charter/bodies/{house.bodies[2].id}/dissolve").content.decode()
    assert "This is final." in html
    assert "cannot be undone" in html
    assert 'class="grave"' in html


@pytest.mark.parametrize("written", HOSTILE)
def test_whatever_is_written_into_a_form_stays_words(secretary: Client, house: Any, written: str) -> None:
    before = Event.objects.count()
    response = secretary.post("/en/charter/bodies/new", {**BODY, "name": written, "abbreviation": written[:30]})
    assert response.status_code in {302, 422}
    assert Event.objects.count() == before + (response.status_code == 302)
    for address in ("/en/charter/bodies", "/en/", "/ar/charter/"):
        html = secretary.get(address).content.decode()
        assert "<script>alert" not in html
        assert "onerror=alert(1)>" not in html.replace(escape("onerror=alert(1)>"), "")
    echoed = response.content.decode()
    assert "<script>alert" not in echoed
    assert "<img src=x" not in echoed


@pytest.mark.parametrize("written", HOSTILE)
def test_whatever_is_searched_for_stays_words(secretary: Client, written: str) -> None:
    response = secretary.get("/en/people", {"q": written, "page": written[:50]})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert "<img src=x" not in response.content.decode()


NOTHING = [
    "charter/bodies/x",
    "charter/texts/x/change",
    "charter/settings/x",
    "people/x",
    "people/x/roles/new/nonsense",
    "appoint/charter.body:x",
    "appoint/%00",
    "held-roles/x/end",
    "translations/xx",
    "translations/zh/nonsense/title",
    "translations/zh/charter.tenet:x/title",
]


@pytest.mark.parametrize("address", NOTHING)
def test_an_address_of_nothing_leads_to_a_page_that_says_so(secretary: Client, address: str) -> None:
    response = secretary.get(f"/en/{address}")
    assert response.status_code == 404
    assert "<h1>Nothing here</h1>" in response.content.decode()


@pytest.mark.parametrize("before", ["-1", "x", "9" * 40, "٣", "0"])
def test_any_cursor_of_a_timeline_is_met(client: Client, house: Any, before: str) -> None:
    assert client.get(f"/en/charter/bodies/{house.bodies[0].id}", {"before": before}).status_code == 200


# --- refusals ---


def test_a_visitor_who_may_not_is_led_to_sign_in_and_back(client: Client, house: Any) -> None:
    response = client.get("/en/charter/bodies/new")
    assert response.status_code == 403
    assert "/en/accounts/login/?next=/en/charter/bodies/new" in response.content.decode()


def test_somebody_signed_in_who_may_not_is_told_who_may(signed_in: SignedIn, house: Any) -> None:
    html = signed_in(house.delegate).get("/en/charter/bodies/new").content.decode()
    assert "Who may: secretary." in html


def test_pages_of_errors_ask_nothing_of_the_database(client: Client, django_assert_num_queries: Any) -> None:
    from django.template.loader import render_to_string

    with django_assert_num_queries(0):
        for name in ("400", "403", "403_csrf", "500"):
            assert "<h1>" in render_to_string(f"{name}.html")


def test_an_address_that_does_not_exist_is_answered_in_its_language(client: Client, house: Any) -> None:
    response = client.get("/ar/nowhere")
    assert response.status_code == 404
    assert '<html lang="ar" dir="rtl">' in response.content.decode()


# --- the frame of a page ---


def test_the_same_page_is_offered_in_the_other_languages(client: Client, house: Any) -> None:
    html = client.get("/en/charter/bodies?page=2&q=a%20b").content.decode()
    assert 'href="/ar/charter/bodies?page=2&amp;q=a%20b" lang="ar" hreflang="ar" dir="rtl">العربية</a>' in html
    assert 'hreflang="en"' not in html


def test_the_navigation_shows_what_is_open_to_whoever_looks(signed_in: SignedIn, house: Any) -> None:
    def ways(person: Person | None) -> list[str]:
        html = signed_in(person).get("/en/charter/bodies").content.decode()
        nav = re.search(r'<nav class="ways".*?</nav>', html, re.DOTALL)
        assert nav
        return re.findall(r"<a [^>]*>([^<]*)</a>", nav[0])

    assert "People" not in ways(None)
    assert "People" in ways(house.secretary)
    assert "Translations" in ways(house.translator)


def test_the_navigation_marks_where_one_is(client: Client, house: Any) -> None:
    assert 'href="/en/charter/" aria-current="page"' in client.get("/en/charter/").content.decode()
    assert 'href="/en/charter/" aria-current="true"' in client.get("/en/charter/bodies").content.decode()
    assert "aria-current" not in client.get("/en/roles").content.decode()


def test_before_the_founding_the_first_page_says_what_to_do(client: Client, signed_in: SignedIn) -> None:
    html = client.get("/en/").content.decode()
    assert "No organisation has been founded here yet" in html
    administrator = register_person(by=system_actor(), name="Root")
    grant_role(by=system_actor(), person=administrator.id, role="administrator")
    founder = signed_in(administrator)
    assert "/en/charter/found" in founder.get("/en/").content.decode()
    founding = {"name": "Union", "short_name": "U", "seat": "", "purpose": "", "language": "fr"}
    assert founder.post("/en/charter/found", founding).status_code == 302
    assert "Union" in client.get("/en/").content.decode()


def test_panels_and_tasks_that_an_office_registers_appear(
    secretary: Client, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.groundwork.panels.PANELS", [*PANELS, Panel("charter.body", 1, "_term.html", _filled)])
    monkeypatch.setattr(
        "comity.groundwork.panels.WAITS", [*WAITS, lambda actor: [Waiting("Read the papers.", "/en/papers")]]
    )
    assert '<time datetime="2020-' in secretary.get(f"/en/charter/bodies/{house.bodies[0].id}").content.decode()
    assert '<a href="/en/papers">Read the papers.</a>' in secretary.get("/en/").content.decode()


def _filled(actor: Any, ref: Any) -> Any:
    from datetime import date

    assert (actor.person_id is not None, ref.kind) == (True, "charter.body")
    return {"grant": {"since": date(2020, 1, 1), "until": None, "term_ends": None}}


def test_what_waits_stands_in_the_order_of_its_dates(monkeypatch: pytest.MonkeyPatch, house: Any) -> None:
    from datetime import date

    found = [Waiting("c", "/c"), Waiting("b", "/b", date(2026, 2, 1)), Waiting("a", "/a", date(2026, 1, 1))]
    monkeypatch.setattr("comity.groundwork.panels.WAITS", [lambda actor: found])
    assert [one.sentence for one in waits_for(actor_for(house.secretary))] == ["a", "b", "c"]


# --- settings ---


def test_settings_are_read_and_changed_without_any_json(secretary: Client, house: Any) -> None:
    page = secretary.get("/en/charter/settings").content.decode()
    assert "None differ" in page
    assert "{" not in re.sub(r"<[^>]*>", "", page)
    names = {"names": "civ fr Côte d’Ivoire\nCIV en Côte d’Ivoire"}
    assert secretary.post("/en/charter/settings/naming", names).status_code == 302
    assert Setting.objects.get(key="naming").value["names"] == {"CIV": {"fr": "Côte d’Ivoire", "en": "Côte d’Ivoire"}}
    assert "Côte d’Ivoire" in secretary.get("/en/charter/settings").content.decode()


@pytest.mark.parametrize("key", ["symbols", "entry_into_force"])
def test_what_the_charter_says_is_no_setting(secretary: Client, house: Any, key: str) -> None:
    assert secretary.get(f"/en/charter/settings/{key}").status_code == 404
    assert secretary.post(f"/en/charter/settings/{key}", {"value": "{}"}).status_code == 404
    assert not Setting.objects.exists()


def test_a_setting_that_is_not_sound_says_where(secretary: Client, house: Any) -> None:
    response = secretary.post("/en/charter/settings/naming", {"names": "CIV Côte"})
    assert response.status_code == 422
    assert "Line 1, “CIV Côte”" in response.content.decode()
    assert not Setting.objects.exists()


# --- people and roles ---


def test_the_secretariat_registers_finds_and_appoints_somebody(secretary: Client, house: Any) -> None:
    new = {"name": "Жанна Иванова", "email": "j@example.org", "language": "ru"}
    assert secretary.post("/en/people/new", new).status_code == 302
    person = Person.objects.get(email="j@example.org")
    for words in ("жанна", "J@EXAMPLE", "Иванова жанна"):
        html = secretary.get("/en/people", {"q": words}).content.decode()
        assert person.id in html, words
        assert house.delegate.id not in html
    council = house.bodies[0].ref
    assert f"/en/people/{person.id}/roles/new/{council}" in secretary.get(f"/en/appoint/{council}").content.decode()
    given = {"role": "rapporteur", "term_ends": "2099-12-31", "reason": "Elected."}
    assert secretary.post(f"/en/people/{person.id}/roles/new/{council}", given).status_code == 302
    grant = Grant.objects.get(person=person)
    assert (grant.role, grant.at) == ("rapporteur", str(council))
    html = secretary.get(f"/en/people/{person.id}").content.decode()
    assert '<time datetime="2099-12-31">' in html
    assert secretary.post(f"/en/held-roles/{grant.id}/end", {"reason": ""}).status_code == 302
    assert "Formerly" in secretary.get(f"/en/people/{person.id}").content.decode()


def test_only_an_administrator_is_offered_the_role_of_administrator(secretary: Client, house: Any) -> None:
    address = f"/en/people/{house.delegate.id}/roles/new"
    assert 'value="administrator"' not in secretary.get(address).content.decode()
    assert secretary.post(address, {"role": "administrator"}).status_code == 422
    grant_role(by=system_actor(), person=house.secretary.id, role="administrator")
    assert 'value="administrator"' in secretary.get(address).content.decode()


def test_a_role_in_a_body_is_not_offered_across_the_organisation(secretary: Client, house: Any) -> None:
    html = secretary.get(f"/en/people/{house.delegate.id}/roles/new").content.decode()
    assert 'value="chair"' not in html
    assert 'value="translator"' in html


def test_a_person_is_seen_by_all_once_they_serve_and_by_the_secretariat_before(
    client: Client, secretary: Client, signed_in: SignedIn, house: Any
) -> None:
    quiet = register_person(by=actor_for(house.secretary), name="Quiet", email="quiet@example.org")
    page = f"/en/people/{quiet.id}"
    assert client.get(page).status_code == 404
    assert signed_in(house.delegate).get(page).status_code == 404
    assert secretary.get(page).status_code == 200
    assert signed_in(quiet).get(page).status_code == 200
    grant_role(by=actor_for(house.secretary), person=quiet.id, role="translator")
    html = client.get(page).content.decode()
    assert "Quiet" in html
    assert "quiet@example.org" not in html
    assert "quiet@example.org" not in signed_in(house.delegate).get(page).content.decode()


def test_whoever_erases_themselves_is_gone_and_signed_out(signed_in: SignedIn, house: Any, client: Client) -> None:
    person = house.delegate
    mine = signed_in(person)
    assert mine.post("/en/me/erase", {}).status_code == 422
    assert mine.post("/en/me/erase", {"sure": "on"}).status_code == 302
    assert mine.get("/en/me").status_code == 403
    person.refresh_from_db()
    assert (person.name, person.email) == ("", None)
    html = client.get(f"/en/people/{person.id}").content.decode()
    assert "An erased entry" in html
    assert "Chen" not in client.get("/en/").content.decode()


def test_the_page_of_an_erased_person_offers_nothing_to_do(secretary: Client, house: Any) -> None:
    erase_person(by=actor_for(house.secretary), person=house.delegate.id, reason="asked")
    html = secretary.get(f"/en/people/{house.delegate.id}").content.decode()
    assert "What you can do" not in html
    assert secretary.get(f"/en/people/{house.delegate.id}/change").status_code == 404


def test_people_change_their_own_entry_and_no_others(signed_in: SignedIn, house: Any) -> None:
    mine = signed_in(house.delegate)
    assert mine.post("/en/me/change", {"name": "Chen W.", "language": "zh"}).status_code == 302
    assert Person.objects.get(id=house.delegate.id).name == "Chen W."
    assert mine.get(f"/en/people/{house.secretary.id}/change").status_code == 403
    assert mine.post(f"/en/people/{house.secretary.id}/erase", {"reason": "x", "sure": "on"}).status_code == 403


def test_a_body_shows_those_under_it_and_who_serves(client: Client, house: Any) -> None:
    html = client.get(f"/en/charter/bodies/{house.bodies[0].id}").content.decode()
    assert "Committee on Capacity Building" in html
    assert "Chair: <a" in html


def test_a_long_timeline_goes_on_earlier(client: Client, house: Any) -> None:
    by = actor_for(house.secretary)
    for number in range(30):
        establish_body(
            by=by,
            name=Text.of(f"Part {number}"),
            parent=house.bodies[0].id,
            established_on=house.bodies[0].established_on,
        )
    page = f"/en/charter/bodies/{house.bodies[0].id}"
    first = client.get(page).content.decode()
    earlier = re.search(r"\?before=(\d+)", first)
    assert earlier
    second = client.get(page, {"before": earlier[1]}).content.decode()
    shown = re.findall(r'id="event-(\d+)"', first) + re.findall(r'id="event-(\d+)"', second)
    assert len(shown) == len(set(shown)) == 33
    assert 'rel="next"' not in second
