"""Pages of the records office: each answers, in every language, to whom it is for; files are served so that nothing runs."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from tests.office.records.conftest import House, issued

from comity.groundwork import log
from comity.groundwork.actions import erase_person
from comity.groundwork.acts import actor_for
from comity.groundwork.files import path_of
from comity.groundwork.models import Event, Person
from comity.groundwork.panels import waits_for
from comity.groundwork.translated import Text
from comity.office.records.actions import add_version, enter_document, publish_checkpoint, withdraw_document
from comity.office.records.models import Document

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, name: str, *args: object, language: str = "en", **query: str) -> tuple[int, str]:
    """Status and text of a page."""
    with override(language):
        answer = client.get(reverse(f"records:{name}", args=args), query)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def lived_in(house: House) -> House:
    """The house with documents in every state and a published head."""
    report = issued(house, "Report", concerns=str(house.council.ref))
    issued(house, "Report, revised", relation="revision", base=report.id)
    issued(house, "For members", audience="members")
    draft = enter_document(by=house.by, title=Text.of("Confidential draft"), series="general")
    add_version(by=house.by, document=draft.id, name="plan.txt", content=b"plan\n", language="en")
    gone = issued(house, "Gone")
    withdraw_document(by=house.by, document=gone.id, reason="It was wrong.")
    publish_checkpoint(by=house.by)
    return house


@pytest.mark.parametrize("language", ["ar", "en", "zh"])
@pytest.mark.parametrize("name", ["timeline", "documents", "checkpoints", "verify"])
def test_a_page_answers_everybody_in_their_language(lived_in: House, name: str, language: str) -> None:
    for client in (Client(), signed_in(lived_in.secretary)):
        status, text = page(client, name, language=language)
        assert status == 200
        assert f'<html lang="{language}"' in text


@pytest.mark.parametrize("name", ["publish_checkpoint", "register_witness", "enter_document"])
def test_an_act_is_offered_to_the_secretariat_and_explained_to_others(lived_in: House, name: str) -> None:
    assert page(signed_in(lived_in.secretary), name)[0] == 200
    assert page(signed_in(lived_in.delegate), name)[0] == 403
    assert page(Client(), name)[0] == 403


@pytest.mark.parametrize("name", ["change_document", "add_version", "issue_document", "withdraw_document"])
def test_acts_on_a_draft_are_found_by_the_secretariat_alone(lived_in: House, name: str) -> None:
    draft = Document.objects.get(status="draft")
    assert page(signed_in(lived_in.secretary), name, draft.id)[0] == 200
    assert page(signed_in(lived_in.delegate), name, draft.id)[0] == 403
    assert page(signed_in(lived_in.secretary), name, "nothing")[0] == 404


def test_a_document_that_is_not_for_somebody_looks_like_one_that_is_not_there(lived_in: House) -> None:
    draft = Document.objects.get(status="draft")
    for key in (draft.id, "A/2", "A/9", "A/1/Rev.9", "nothing", "A//1"):
        status, text = page(Client(), "document", key)
        assert status == 404
        assert "There is nothing here, or it is not for you to read." in text
        assert "Confidential" not in text
    assert page(signed_in(lived_in.secretary), "document", draft.id)[0] == 200


def test_a_document_is_found_by_its_symbol_and_leads_to_what_replaced_it(lived_in: House) -> None:
    status, text = page(Client(), "document", "A/1")
    assert status == 200
    assert "Replaced by" in text
    assert "A/1/Rev.1" in text
    assert "Council" in text
    status, text = page(Client(), "document", "A/3")
    assert status == 200
    assert "It was wrong." in text


def test_the_permanent_address_leads_to_the_page_in_the_readers_language(lived_in: House) -> None:
    answer = Client().get("/documents/A/1/Rev.1", headers={"Accept-Language": "zh"})
    assert (answer.status_code, answer["Location"]) == (302, "/zh/records/documents/A/1/Rev.1")
    by_id = Client().get(f"/en/records/documents/{Document.objects.get(symbol='A/1').id}")
    assert (by_id.status_code, by_id["Location"]) == (302, "/en/records/documents/A/1")


def test_a_draft_is_begun_given_a_file_and_issued_through_its_pages(house: House) -> None:
    client = signed_in(house.secretary)
    with override("en"):
        begun = client.post(
            reverse("records:enter_document"),
            {"title": "Minutes", "series": "council", "audience": "public", "language": "en"},
        )
        assert begun.status_code == 302
        draft = Document.objects.get()
        content = SimpleUploadedFile("minutes.txt", "Those present …\n".encode())
        added = client.post(reverse("records:add_version", args=[draft.id]), {"language": "en", "content": content})
        assert added.status_code == 302
        done = client.post(reverse("records:issue_document", args=[draft.id]), {"issued_on": "2026-11-05"})
        assert done.status_code == 302
        refused = client.post(
            reverse("records:add_version", args=[draft.id]),
            {"language": "fr", "content": SimpleUploadedFile("x.pdf", b"<html><script>1</script>")},
        )
    assert refused.status_code == 422
    assert "This kind of file is not taken" in refused.content.decode()
    draft.refresh_from_db()
    assert draft.symbol == "C/1"


# --- files ---


def test_a_file_is_served_so_that_nothing_in_it_runs(house: House) -> None:
    file = issued(house).versions.get().file
    answer = Client().get(f"/en/records/files/{file.id}")
    assert answer.content == b"Read me.\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline")
    again = Client().get(f"/en/records/files/{file.id}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_file_that_a_browser_does_not_show_safely_is_saved(house: House) -> None:
    document = issued(house)
    version = add_version(by=house.by, document=document.id, name='da"ta é.csv', content=b"a,b\n1,2\n")
    answer = Client().get(f"/en/records/files/{version.file_id}")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "filename*=utf-8''da%22ta%20%C3%A9.csv" in answer["Content-Disposition"]


def test_a_file_is_for_its_audience_and_no_cache_keeps_what_is_not_public(house: House) -> None:
    file = issued(house, audience="members").versions.get().file
    assert Client().get(f"/en/records/files/{file.id}").status_code == 404
    assert signed_in(house.delegate).get(f"/en/records/files/{file.id}").status_code == 404
    answer = signed_in(house.secretary).get(f"/en/records/files/{file.id}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_a_file_that_is_gone_from_the_disk_is_not_found(house: House) -> None:
    file = issued(house).versions.get().file
    path_of(file.sha256).unlink()
    assert Client().get(f"/en/records/files/{file.id}").status_code == 404


# --- events ---


def test_an_event_shows_what_it_says_and_its_parts_to_whom_they_are_for(lived_in: House) -> None:
    registered = Event.objects.filter(type="groundwork.person_registered").earliest("seq")
    status, text = page(signed_in(lived_in.secretary), "event", registered.seq)
    assert status == 200
    assert "ada@example.org" in text
    assert "Personal data: open" in text
    for client in (Client(), signed_in(lived_in.delegate)):
        status, text = page(client, "event", registered.seq)
        assert status == 200
        assert "ada@example.org" not in text
        assert "Ada" not in text.split("<main")[1]
        assert "What was done: for others" in text
        assert "Personal data: for others" in text


def test_an_event_is_found_by_number_and_by_id_and_leads_to_its_proof(lived_in: House) -> None:
    first = Event.objects.get(seq=0)
    for key in (0, first.id):
        status, text = page(Client(), "event", key)
        assert status == 200
        assert "Download the proof" in text
        assert log.record_of(first).leaf.decode()[:30].replace('"', "&quot;") in text
    for key in ("999999", "9" * 30, "nothing"):
        assert page(Client(), "event", key)[0] == 404


def test_an_erased_part_is_shown_as_erased(lived_in: House) -> None:
    registered = Event.objects.filter(type="groundwork.person_registered").latest("seq")
    erase_person(by=lived_in.by, person=lived_in.delegate.id, reason="asked for it")
    status, text = page(signed_in(lived_in.secretary), "event", registered.seq)
    assert status == 200
    assert "Personal data: erased for good" in text
    assert "chen@example.org" not in text


# --- the timeline ---


def test_the_timeline_is_filtered_by_kind_thing_actor_and_day(lived_in: House) -> None:
    client = signed_in(lived_in.secretary)
    today = timezone.now().date()
    text = page(client, "timeline", kind="records.document_withdrawn")[1]
    assert text.count('id="event-') == 1
    assert "was withdrawn" in text
    assert "was withdrawn" not in page(client, "timeline", kind="charter")[1]
    about = page(client, "timeline", thing=str(lived_in.council.ref))[1]
    assert "The body" in about
    assert "was withdrawn" not in about
    assert page(client, "timeline", actor=lived_in.delegate.id)[1].count('id="event-') > 3, (
        "who did nothing filters nothing"
    )
    assert page(client, "timeline", since=str(today + timedelta(days=1)))[1].count('id="event-') == 0
    assert page(client, "timeline", until=str(today - timedelta(days=1)))[1].count('id="event-') == 0
    assert page(client, "timeline", since=str(today), until=str(today))[1].count('id="event-') > 3
    assert page(client, "timeline", audience="members")[1].count('id="event-') > 0
    assert page(Client(), "timeline", audience="members")[1].count('id="event-') == 0


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "nothing"},
        {"since": "yesterday", "until": "9999-12-31"},
        {"thing": "charter.body:nothing"},
        {"thing": "\u202e:"},
        {"actor": "nothing", "before": "-1"},
        {"before": "9" * 40},
        {"audience": "everybody else"},
        {"since": "0001-01-01"},
        {"until": "0001-01-01"},
    ],
)
def test_a_filter_that_makes_no_sense_breaks_nothing(lived_in: House, query: dict[str, str]) -> None:
    assert page(Client(), "timeline", **query)[0] == 200


def test_the_timeline_goes_on_from_where_a_part_ended(lived_in: House) -> None:
    seen = []
    client, before = Client(), ""
    for _part in range(20):
        text = page(client, "timeline", **({"before": before} if before else {}))[1]
        seen += [int(piece.split('"')[0]) for piece in text.split('id="event-')[1:]]
        if "before=" not in text:
            break
        before = text.split("before=")[1].split('"')[0]
    public = Event.objects.filter(audience="public").order_by("-seq").values_list("seq", flat=True)
    assert seen == list(public)


def test_a_thing_shows_what_happened_to_it_and_hides_that_it_is_there(lived_in: House) -> None:
    status, text = page(Client(), "thing", str(lived_in.council.ref))
    assert status == 200
    assert "A/1" in text
    assert "was withdrawn" not in text
    draft = Document.objects.get(status="draft")
    for ref in (str(draft.ref), "records.document:nothing", "nothing", "nothing:nothing"):
        assert page(Client(), "thing", ref)[0] == 404


@pytest.mark.parametrize("name", ["timeline", "documents", "document", "event", "checkpoints", "verify"])
def test_the_queries_of_a_page_do_not_grow_with_the_record(lived_in: House, name: str) -> None:
    which = {"document": "A/1", "event": "0"}.get(name)

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert page(Client(), name, *([which] if which else []))[0] == 200
        return len(caught)

    before = count()
    for number in range(3):
        issued(lived_in, f"More {number}", content=f"{number}\n".encode())
        publish_checkpoint(by=lived_in.by)
    assert count() == before


# --- feeds ---


def test_a_feed_holds_the_public_record_whoever_asks(lived_in: House) -> None:
    for client in (Client(), signed_in(lived_in.secretary)):
        answer = client.get("/en/records/feed.atom")
        assert answer["Content-Type"].startswith("application/atom+xml")
        root = ET.fromstring(answer.content)
        titles = [
            entry.findtext("{http://www.w3.org/2005/Atom}title")
            for entry in root.iter("{http://www.w3.org/2005/Atom}entry")
        ]
        assert "A/1 was issued: “Report”." in titles
        assert not any("Confidential" in (title or "") or "For members" in (title or "") for title in titles)
        ids = [
            entry.findtext("{http://www.w3.org/2005/Atom}id") or ""
            for entry in root.iter("{http://www.w3.org/2005/Atom}entry")
        ]
        assert len(set(ids)) == len(ids)
        assert all(one.startswith("tag:union.example,") for one in ids)


def test_a_feed_of_a_thing_holds_only_what_is_about_it(lived_in: House) -> None:
    text = Client().get(f"/en/records/things/{lived_in.council.ref}/feed.atom").content.decode()
    assert "The body “Council” was established." in text
    assert "was withdrawn" not in text
    draft = Document.objects.get(status="draft")
    assert signed_in(lived_in.secretary).get(f"/en/records/things/{draft.ref}/feed.atom").status_code == 404


def test_a_calendar_holds_what_carries_a_date(lived_in: House) -> None:
    answer = Client().get("/en/records/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20260716" in lines
    assert "DTEND;VALUE=DATE:20260717" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = answer.content.decode().replace("\r\n ", "")
    assert "SUMMARY:A/1 was issued: “Report”." in unfolded
    assert "Confidential" not in unfolded


def test_lines_of_a_calendar_are_folded_between_letters(house: House) -> None:
    long = "سلام; " * 20 + "a, b\\"
    issued(house, long)
    content = Client().get("/en/records/calendar.ics").content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    unfolded = content.decode().replace("\r\n ", "")
    assert (long.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")) in unfolded


def test_what_waits_for_the_secretariat(lived_in: House) -> None:
    assert "1 draft waits to be issued." in [one.sentence for one in waits_for(lived_in.by)]
    assert waits_for(actor_for(lived_in.delegate)) == []
