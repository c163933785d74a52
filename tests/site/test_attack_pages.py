"""Every page under attack: nobody is shown what is not for them, nor learns that it is there; nothing that is written breaks a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode
from zlib import crc32

import pytest
from django.core.cache import cache as counted_attempts
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape
from tests.site.addresses import Address, Form, addresses, forms
from tests.site.conftest import BACKEND
from tests.site.hostile import WORDS
from tests.site.stage import SECRET, Stage, undone

from comity.groundwork.models import LogHead
from comity.groundwork.replay import state_digest

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OK = range(200, 500)


@pytest.fixture(autouse=True)
def _unlimited() -> Iterator[None]:
    """Limits on attempts count from the beginning in each test."""
    counted_attempts.clear()
    yield
    counted_attempts.clear()


def client_of(stage: Stage, who: str, **options: Any) -> Client:
    """A browser in which somebody is signed in; an error of the program is an answer with status 500, as in production."""
    client = Client(raise_request_exception=False, **options)
    if who != "visitor":
        client.force_login(stage.people[who], backend=BACKEND)
    return client


@cache
def every_address() -> tuple[Address, ...]:
    return tuple(addresses())


def with_one(kind: str = "str") -> list[Address]:
    """Addresses that name something."""
    return [one for one in every_address() if any(converter == kind for converter, _name in one.parameters)]


WITH_FEW_AND_ALL = pytest.mark.parametrize(
    ("who", "most"),
    [
        ("secretary", 2),
        pytest.param("secretary", 1000, marks=pytest.mark.soak),
        pytest.param("visitor", 1000, marks=pytest.mark.soak),
    ],
)


def some(values: Sequence[str], address: Address, most: int) -> list[str]:
    """So many of these values for one address, others for the next: over all addresses each value is tried often."""
    first = crc32(address.name.encode()) % len(values)
    return [*values[first:], *values[:first]][:most]


def text_of(response: HttpResponse) -> str:
    """What is shown, without what differs between any two answers."""
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", content.decode("utf-8", "replace"))


# --- object permissions: ids that somebody guessed, overheard or kept ---

READS_ALL = {"secretary", "administrator", "auditor"}
READS_MEMBERS = {"head_of_delegation", "delegate", "focal_point", "other_head"}
OF_KENYA = {"head_of_delegation", "delegate", "focal_point"}
SECRETS = {
    "draft": "secretariat",
    "draft_version": "secretariat",
    "draft_file": "secretariat",
    "document_members": "members",
    "document_secretariat": "secretariat",
    "document_delegation": "delegation",
    "symbol_members": "members",
    "symbol_secretariat": "secretariat",
    "symbol_delegation": "delegation",
    "version_members": "members",
    "version_secretariat": "secretariat",
    "file_members": "members",
    "file_secretariat": "secretariat",
    "file_delegation": "delegation",
    "attached_members": "members",
    "attached_secretariat": "secretariat",
    "attached_delegation": "delegation",
    "credential": "members",
    "payment": "members",
    "consultation_draft": "secretariat",
    "statement_draft": "secretariat",
    "meeting_sealed": "members",
    "silence_sealed": "members",
    "item_sealed": "members",
    "point_sealed": "members",
    "token_secretary": "nobody",
    "nobody": "secretariat",
}
"""Things by who may know of them."""
KINDS = {
    "draft": "records.document",
    "document_members": "records.document",
    "document_secretariat": "records.document",
    "document_delegation": "records.document",
    "attached_secretariat": "groundwork.file",
    "attached_members": "groundwork.file",
    "consultation_draft": "consultations.consultation",
    "statement_draft": "consultations.statement",
    "meeting_sealed": "meetings.meeting",
    "silence_sealed": "decisions.silence",
    "item_sealed": "meetings.item",
    "nobody": "groundwork.person",
}
OFTEN, WHEN_SOAKING = (
    ("visitor", "other_head"),
    ("nobody", "chair", "translator", "depositary", "delegate", "auditor", "moderator"),
)
ROLES_TRIED = [*OFTEN, *(pytest.param(who, marks=pytest.mark.soak) for who in WHEN_SOAKING)]


HOMES = {
    **dict.fromkeys(("draft", "document", "symbol", "version", "file", "attached"), "records:"),
    **dict.fromkeys(("credential", "payment"), "members:"),
    **dict.fromkeys(("consultation", "statement"), "consultations:"),
    **dict.fromkeys(("meeting", "item", "point"), "meetings:"),
    "silence": "decisions:",
    "token": "key",
    "nobody": "person",
}


def at_home(word: str) -> str:
    """What stands in the names of the addresses where a secret thing is at home."""
    return HOMES[word.partition("_")[0]]


def may_know(who: str, audience: str) -> bool:
    """Whether something for this audience may be shown to somebody in this role."""
    if audience == "members":
        return who in READS_ALL | READS_MEMBERS
    if audience == "delegation":
        return who in READS_ALL | OF_KENYA
    return audience == "secretariat" and who in READS_ALL


def like(key: str) -> str:
    """Something of the same shape that is not there."""
    if "/" in key:
        return key.rpartition("/")[0] + "/9999"
    return key[:-6] + ("ZZZZZZ" if not key.endswith("ZZZZZZ") else "000000")


def tried(stage: Stage, word: str) -> list[tuple[str, str]]:
    """A secret thing as addresses name it, and what names nothing."""
    key = stage.people[word].id if word in stage.people else stage[word]
    found = [(key, like(key))]
    if word in KINDS:
        found.append((f"{KINDS[word]}:{key}", f"{KINDS[word]}:{like(key)}"))
    return found


def filled(address: Address, key: str, stage: Stage) -> str:
    """The address with a key in its last parameter, and with what is there in the others."""
    others = {"code": "fr", "field": "title", "register": "credential", "party": stage["kenya"], "term": stage["term"]}
    names = [name for _converter, name in address.parameters]
    place = names.index("ref") if "ref" in names and ":" in key else len(names) - 1
    if names == ["code", "ref", "field"]:
        place = 1
    values = [key if number == place else others.get(name, stage["kenya"]) for number, name in enumerate(names)]
    return address.at(*values)


def without(key: str, shown: str) -> str:
    """A page without the key by which it was asked for, however it is written."""
    for written in (key, quote(key, safe=":"), quote(key, safe=""), escape(key)):
        shown = shown.replace(written, "X")
    return shown


ELSEWHERE = 11
"""One in so many addresses of other rooms is tried with a secret; in a long run all are."""


@pytest.mark.parametrize(
    ("who", "elsewhere"),
    [(who, ELSEWHERE) for who in OFTEN]
    + [pytest.param(who, 1, marks=pytest.mark.soak) for who in (*OFTEN, *WHEN_SOAKING)],
)
def test_what_is_not_for_somebody_is_the_same_to_them_as_what_is_not_there(
    who: str, elsewhere: int, stage: Stage
) -> None:
    client = client_of(stage, who)
    places = [*with_one("str"), *(one for one in with_one("path") if one.name != "log:document")]
    absent: dict[tuple[str, str, bool], tuple[int, str]] = {}
    differ = []
    for word, audience in SECRETS.items():
        if may_know(who, audience) or word == who:  # everybody knows of themselves
            continue
        for key, nothing in tried(stage, word):
            for address in places:
                if at_home(word) not in address.name and crc32(f"{address.name} {word}".encode()) % elsewhere:
                    continue
                asked = filled(address, key, stage)
                there = client.get(asked)
                assert there.status_code in OK
                shown = text_of(there)
                assert SECRET not in shown, f"{who} reads {word} at {asked}"
                # What is not there looks alike for all keys of one kind: it is asked for once.
                kind = (address.name, key.rpartition(":")[0], "/" in key)
                if kind not in absent:
                    not_there = client.get(filled(address, nothing, stage))
                    absent[kind] = not_there.status_code, without(nothing, text_of(not_there))
                if (there.status_code, without(key, shown)) != absent[kind]:
                    differ.append(f"{address.name}: {word}: {there.status_code} and {absent[kind][0]}")
    assert differ == []


@pytest.mark.parametrize("who", ROLES_TRIED)
def test_no_page_shows_anybody_what_is_not_for_them(who: str, stage: Stage) -> None:
    """Pages that anybody may open, with what they list: words of secret texts stand on none, unless they may know all."""
    if who in READS_ALL | OF_KENYA:
        return
    client = client_of(stage, who)
    things = [stage[word] for word in ("kenya", "tunisia", "bloc", "council")]
    named = [stage.ref("members.party", "kenya"), stage.ref("charter.body", "council")]
    for address in every_address():
        for key in ["", *things, *named] if address.parameters else [""]:
            if address.parameters and not key:
                continue
            response = client.get(address.at(*([key] * len(address.parameters))))
            assert response.status_code in OK, (address.name, key)
            if who == "other_head":  # members know of what is for members
                for word in ("secretariat", "delegation", "draft"):
                    assert f"{SECRET} ({word})" not in text_of(response), (address.name, key)
            else:
                assert SECRET not in text_of(response), (address.name, key)


def test_no_page_shows_a_visitor_anybodys_address_or_key(stage: Stage) -> None:
    client = Client()
    for address in every_address():
        values = [stage["kenya"] if kind == "str" else "1" for kind, _name in address.parameters]
        response = client.get(address.at(*values))
        assert not re.search(r"@example\.org|argon2|comity_[A-Za-z0-9_-]{20}", text_of(response)), address.name


def test_the_secrets_are_there_for_those_for_whom_they_are(stage: Stage) -> None:
    """Else the tests above would prove nothing."""
    secretary, delegate = client_of(stage, "secretary"), client_of(stage, "delegate")
    assert SECRET in text_of(secretary.get(f"/en/records/documents/{stage['draft']}"))
    assert SECRET in text_of(delegate.get(f"/en/records/documents/{stage['symbol_members']}"))
    assert SECRET in text_of(delegate.get(f"/en/records/documents/{stage['symbol_delegation']}"))
    assert SECRET in text_of(delegate.get(f"/en/records/files/{stage['attached_delegation']}"))
    assert SECRET in text_of(client_of(stage, "other_head").get(f"/en/members/{stage['kenya']}"))


# --- hostile addresses ---

PARTS = [
    "%00",
    "a%00b",
    "%FF%FE",
    "%ED%A0%80",
    "%E2%80%AEgnp.exe",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "%0d%0aSet-Cookie:%20a=b",
    "<script>alert(1)</script>",
    "%27%20or%201=1--",
    "x" * 3000,
    "-1",
    "9" * 40,
    "1e5",
    "%D9%A1%D9%A2",
    ":",
    "members.party:",
    "members.party:%00",
    "groundwork.person:" + "0" * 26,
    "no.such:x",
    "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "%25s%25n",
    "{{7*7}}",
    "%2F",
    "%3F",
    "A/1/Rev.%00",
    "A/" + "1" * 500,
]


@pytest.mark.slow
@WITH_FEW_AND_ALL
def test_hostile_parts_of_an_address_break_nothing(who: str, most: int, stage: Stage) -> None:
    client = client_of(stage, who)
    for address in every_address():
        if not address.parameters:
            continue
        for part in some(PARTS, address, most):
            path = address.at(*([part] * len(address.parameters)), encoded=True)
            response = client.get(path)
            assert response.status_code in OK, path
            _assert_words(response, path)


def test_hostile_parts_of_the_apis_addresses_break_nothing(stage: Stage) -> None:
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {stage.keys['secretary']}"})
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path in (path for path in paths if "{" in path):
        for part in PARTS:
            response = client.get(part.join(re.split(r"\{\w+\}", path)))
            assert response.status_code in OK, (path, part)


def _assert_words(response: HttpResponse, where: str) -> None:
    """What was written is shown as words, if at all, and is in no header."""
    assert "set-cookie: a=b" not in str(response.headers).lower()
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert "<script>alert" not in text_of(response), where


# --- hostile questions ---

ASKED = [
    *(
        "about",
        "actor",
        "at",
        "audience",
        "base",
        "before",
        "concerns",
        "contested",
        "from",
        "kind",
        "known",
        "language",
    ),
    *(
        "limit",
        "new",
        "next",
        "offset",
        "old",
        "on",
        "page",
        "parent",
        "q",
        "region",
        "save",
        "search",
        "seen",
        "series",
    ),
    *("since", "status", "text", "thing", "type", "until", "want"),
]
QUESTIONS = [
    "",
    "x",
    "\0",
    "\u202e",
    "\ud800",
    "<script>alert(1)</script>",
    "' or 1=1 --",
    "x" * 5000,
    "-1",
    "0",
    "1.5",
    "9" * 30,
    "²",
    "٣",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "charter.body:",
    "records.document:\0",
    "//evil.example/",
    "https://evil.example/",
    "javascript:alert(1)",
    "\r\nSet-Cookie: a=b",
]


@pytest.mark.slow
@WITH_FEW_AND_ALL
def test_hostile_questions_break_nothing(who: str, most: int, stage: Stage) -> None:
    client = client_of(stage, who)
    known = {
        "key": stage["kenya"],
        "ref": stage.ref("members.party", "kenya"),
        "at": stage.ref("charter.body", "council"),
    }
    for address in every_address():
        values = [known.get(name, stage["kenya"]) if kind == "str" else "1" for kind, name in address.parameters]
        path = address.at(*values)
        for value in some(QUESTIONS, address, most):
            asked = urlencode(dict.fromkeys(ASKED, value.encode("utf-8", "surrogatepass")))
            response = client.get(f"{path}?{asked}")
            assert response.status_code in OK, (path, value)
            assert "evil.example" not in response.headers.get("Location", "").partition("?")[0], path
            _assert_words(response, path)


@pytest.mark.parametrize(
    "asked", ["%00", "a%00b=1", "before=%FF", "before=%ED%A0%80", "&" * 5000, "a&" * 3000, "=&=", "page=1&page=x"]
)
def test_malformed_questions_break_nothing(asked: str, stage: Stage) -> None:
    client = client_of(stage, "visitor")
    for path in ("/en/", "/en/records/", "/en/members/", "/en/records/documents", "/log/consistency", "/api/v1/events"):
        assert client.get(f"{path}?{asked}").status_code in OK, path


METHODS = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"]


@pytest.mark.parametrize("most", [1, pytest.param(len(METHODS), marks=pytest.mark.soak)])
def test_no_method_breaks_a_page_or_changes_anything(most: int, stage: Stage) -> None:
    client, before = client_of(stage, "secretary"), state_digest()
    for address in every_address():
        path = address.at(*(stage["kenya"] if kind == "str" else "1" for kind, _name in address.parameters))
        for method in some(METHODS, address, most):
            assert client.generic(method, path).status_code in OK, (method, path)
    assert state_digest() == before


# --- hostile forms ---

FIELDS = [
    *WORDS[:3],
    "x" * 100_000,
    *WORDS[5:12],
    *WORDS[14:30],
    "9999-12-31",
    "0001-01-01",
    "-1",
    "9" * 40,
    "[" * 3000,
    '{"x":' * 500,
]


def pages_with_forms(stage: Stage, client: Client) -> Iterator[tuple[str, Form]]:
    """Each form that somebody is given, on each page where it stands."""
    keys = {
        "correct_status": "signed_tunisia",
        "retract_status": "signed_tunisia",
        "contest_status": "signed_tunisia",
        "settle_contest": "contest",
        "withdraw_declaration": "declaration",
        "object_to": "declaration_2",
        "withdraw_objection": "objection",
        "examine_credential": "credential",
        "leave_bloc": "membership_2",
        "opt_out": "membership",
        "end_opt_out": "opt_out",
        "change_tenet": "tenet",
        "withdraw_tenet": "tenet",
        "body": "council",
        "change_body": "council",
        "dissolve_body": "committee",
        "add_cosignature": "witness",
        "retire_witness": "witness",
        "change_document": "draft",
        "add_version": "draft",
        "issue_document": "draft",
        "withdraw_document": "document_public",
        "remove_version": "draft_version",
        "end_role": "grant_chair",
    }
    person = stage.people["nobody"].id
    for address in every_address():
        name = address.name.partition(":")[2] or address.name
        by_name = {
            "code": "fr",
            "ref": stage.ref("charter.body", "council"),
            "field": "name",
            "at": stage.ref("charter.body", "council"),
            "term": stage["term"],
            "register": "credential",
            "party": stage["kenya"],
        }
        key = stage[keys[name]] if name in keys else person if "people" in address.route else stage["kenya"]
        if name == "change_setting":
            key = "rights"
        if name == "strike_entry":
            key = stage["credential"]
        values = [by_name.get(parameter, key) if kind == "str" else "1" for kind, parameter in address.parameters]
        path = address.at(*values)
        response = client.get(path)
        assert response.status_code in OK, path
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            for form in forms(text_of(response)):
                if "logout" not in form.action and "logout" not in path:
                    yield form.action or path, form


def test_the_forms_of_the_acts_are_found(stage: Stage) -> None:
    """Else the tests below would prove little."""
    found = [path for path, _form in pages_with_forms(stage, client_of(stage, "secretary"))]
    assert len(found) > 45


@pytest.mark.parametrize("who", ["secretary", "visitor"])
def test_hostile_forms_break_nothing_and_half_of_nothing_is_stored(who: str, stage: Stage) -> None:
    client = client_of(stage, who)
    for number, (path, form) in enumerate(pages_with_forms(stage, client)):
        size = LogHead.objects.get(id=1).size
        for value in FIELDS[number % 5 :: 5]:
            counted_attempts.clear()
            with undone():
                given: dict[str, Any] = dict.fromkeys(form.fields, value.encode("utf-8", "surrogatepass"))
                given |= {
                    name: SimpleUploadedFile("x.pdf", value.encode("utf-8", "surrogatepass")) for name in form.files
                }
                response = client.post(path, given)
                assert response.status_code in OK, (path, value[:50])
                _assert_words(response, path)
                if response.status_code not in {301, 302, 303, 200}:
                    assert LogHead.objects.get(id=1).size == size, (path, value[:50])


def test_one_hostile_field_among_sound_ones_breaks_nothing(stage: Stage) -> None:
    """The forms of acts with what the page itself filled in, and one field changed."""
    client = client_of(stage, "secretary")
    for number, (path, form) in enumerate(pages_with_forms(stage, client)):
        for place, field in enumerate(form.fields):
            for value in FIELDS[(number + place) % 17 :: 17]:
                counted_attempts.clear()
                with undone():
                    response = client.post(path, {**form.fields, field: value.encode("utf-8", "surrogatepass")})
                    assert response.status_code in OK, (path, field, value[:50])
                    _assert_words(response, path)


def test_every_form_is_refused_without_its_token(stage: Stage) -> None:
    client = client_of(stage, "secretary", enforce_csrf_checks=True)
    before = state_digest()
    for path, form in list(pages_with_forms(stage, client)):
        fields = {name: value for name, value in form.fields.items() if name != "csrfmiddlewaretoken"}
        for given in (fields, {**fields, "csrfmiddlewaretoken": "x" * 64}):
            assert client.post(path, given).status_code == 403, path
        assert client.post(path, given, headers={"Origin": "https://evil.example"}).status_code == 403, path
    assert state_digest() == before


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\n" * 1000, "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"x" * 100, 'multipart/form-data; boundary="' + "b" * 300 + '"'),
        (b"a=%ff&b=%00", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"a=1", "application/x-www-form-urlencoded; charset=no-such"),
        (b"&".join(b"a%d=1" % number for number in range(3000)), "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * (6 * 2**20), "application/x-www-form-urlencoded"),
        (json.dumps({"name": "x"}).encode(), "application/json"),
        (b"\xff" * 100, "text/plain; charset=utf-16"),
    ],
)
def test_malformed_bodies_break_nothing(body: bytes, kind: str, stage: Stage) -> None:
    client, before = client_of(stage, "secretary"), state_digest()
    for path in ("/en/charter/bodies/new", "/en/members/import", "/en/accounts/login/", "/api/v1/acts/charter.found"):
        # Not `post`, which would recode the bytes by the charset that they claim.
        assert client.generic("POST", path, body, content_type=kind).status_code in OK, path
    assert state_digest() == before
