"""What keeps accounts safe: second factors, limits on attempts, a log without secrets, the demonstration's sign-in."""

from __future__ import annotations

import base64
import hmac
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from tests.site.accounts import OTHER, PASSWORD, confirm_again, confirmed, link_in, sent, sign_in, sign_up, signed_in

from comity.groundwork.actions import grant_role, make_token, register_person
from comity.groundwork.acts import actor_for, check_may, may_do, system_actor
from comity.groundwork.models import Person
from comity.groundwork.panels import waits_for
from comity.groundwork.refusals import NotAllowed
from comity.groundwork.translated import Text
from comity.office.charter.actions import found
from comity.site.discreet import WithoutKeys

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    """What an app shows for this key now (RFC 6238)."""
    counter = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def grace() -> Person:
    """Somebody with a password and a confirmed address."""
    return confirmed()


@pytest.fixture
def secretary(settings: Any) -> Person:
    """Whoever keeps the register, on a site that asks for a second factor."""
    settings.COMITY_REQUIRE_SECOND_FACTOR = True
    found(by=system_actor(), name=Text.of("Test Union"), short_name="TU")
    person = confirmed("Ada", "ada@example.org")
    grant_role(by=system_actor(), person=person.id, role="secretary")
    return person


# --- second factors ---


def with_app(person: Person) -> str:
    """Give somebody an app; its key."""
    secret: str = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def test_a_role_of_trust_does_not_count_without_a_second_factor(secretary: Person) -> None:
    by = actor_for(secretary)
    assert not by.reader.all
    with pytest.raises(NotAllowed, match="Passkeys and codes"):
        check_may(by, "charter.establish_body")
    with pytest.raises(NotAllowed):
        register_person(by=by, name="Somebody")
    with_app(secretary)
    assert actor_for(secretary).reader.all
    assert register_person(by=actor_for(secretary), name="Somebody").name == "Somebody"


def test_other_roles_and_ones_own_entry_need_none(secretary: Person) -> None:
    translator = confirmed("Leila", "leila@example.org")
    grant_role(by=system_actor(), person=translator.id, role="translator")
    assert not actor_for(translator).withheld
    assert may_do(actor_for(secretary), "groundwork.change_person", person=secretary.id)


def test_recovery_codes_alone_are_no_second_factor(secretary: Person) -> None:
    Authenticator.objects.create(user=secretary, type="recovery_codes", data={})
    assert actor_for(secretary).withheld


def test_where_the_site_does_not_ask_for_it_a_role_counts_at_once(secretary: Person, settings: Any) -> None:
    settings.COMITY_REQUIRE_SECOND_FACTOR = False
    assert not actor_for(secretary).withheld


def test_a_key_for_programs_is_held_to_the_same(secretary: Person) -> None:
    key = make_token(by=actor_for(secretary), name="script", may_write=True)
    asked = {"data": {"name": "X"}, "content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    refused = Client().post("/api/v1/acts/groundwork.register_person", **asked)
    assert refused.status_code == 403
    with_app(secretary)
    done = Client().post("/api/v1/acts/groundwork.register_person", **asked)
    assert done.status_code == 200, done.content


def test_whoever_lacks_it_is_told_where_their_tasks_are_and_on_their_page(secretary: Person) -> None:
    waiting = waits_for(actor_for(secretary))
    assert [one.url for one in waiting] == ["/en/accounts/2fa/"]
    client = Client()
    sign_in(client, "ada@example.org")
    assert "Your role does not count yet" in client.get("/en/me").content.decode()
    refused = client.get("/en/charter/bodies/new")
    assert refused.status_code == 403
    assert "Passkeys and codes" in refused.content.decode()
    with_app(secretary)
    assert "/en/accounts/2fa/" not in [one.url for one in waits_for(actor_for(secretary))]


def test_an_app_is_set_up_asked_for_and_switched_off(grace: Person, django_capture_on_commit_callbacks: Any) -> None:
    client = Client()
    sign_in(client)
    confirm_again(client)
    page = client.get("/en/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'class="code" dir="ltr">([A-Z2-7]+)<', page)
    assert found
    wrong = client.post("/en/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "This code is not right" in wrong
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/en/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert done.url == "/en/accounts/2fa/recovery-codes/"
    codes = re.findall(r"<li>(\d{8})</li>", client.get(done.url).content.decode())
    assert len(codes) == 10
    assert any("codes from an app" in one.subject for one in sent())

    other = Client()
    assert sign_in(other).url == "/en/accounts/2fa/authenticate/"
    assert not signed_in(other)
    assert other.get("/en/me").status_code == 403
    other.post("/en/accounts/2fa/authenticate/", {"code": "12345678"})
    assert not signed_in(other)
    other.post("/en/accounts/2fa/authenticate/", {"code": codes[0]})
    assert signed_in(other)
    third = Client()
    sign_in(third)
    third.post("/en/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not signed_in(third), "a recovery code works once"

    client.post("/en/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists(), "recovery codes go with the last second factor"
    plain = Client()
    sign_in(plain)
    assert signed_in(plain)


def test_the_key_of_an_app_is_not_readable_in_the_database(grace: Person) -> None:
    secret = with_app(grace)
    stored = str(Authenticator.objects.get().data)
    assert secret not in stored
    assert Authenticator.objects.get().wrap().validate_code(code_of(secret))


def test_second_factors_are_changed_only_by_whoever_shows_again_who_they_are(grace: Person) -> None:
    client = Client()
    sign_in(client)
    for page in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        response = client.get(f"/en/accounts/2fa/{page}")
        assert response.url.startswith("/en/accounts/reauthenticate/?next="), page


def test_a_second_factor_needs_a_confirmed_address(grace: Person) -> None:
    client = Client()
    sign_in(client)
    EmailAddress.objects.update(verified=False)
    response = client.get("/en/accounts/2fa/totp/activate/", follow=True)
    assert "Confirm your e-mail address first" in response.content.decode()


# --- limits ---


@pytest.mark.slow
def test_after_five_wrong_passwords_the_right_one_has_to_wait(grace: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for _attempt in range(5):
        assert "do not belong together" in sign_in(Client(), password="wrong").content.decode()
    client = Client()
    assert "Too many attempts" in sign_in(client).content.decode()
    assert not signed_in(client)
    assert "Too many attempts" in sign_in(client, "GRACE@example.org").content.decode(), "however it is written"
    other = confirmed("Other", "other@example.org")
    sign_in(client, other.email or "")
    assert signed_in(client), "others are not locked out"
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    client = Client()
    sign_in(client)
    assert signed_in(client)


def test_an_unknown_address_is_limited_just_so(grace: Person) -> None:
    answers = [sign_in(Client(), "nobody@example.org").content.decode() for _attempt in range(6)]
    assert "do not belong together" in answers[4]
    assert "Too many attempts" in answers[5]


def test_one_place_cannot_try_many_addresses(grace: Person) -> None:
    answers = [sign_in(Client(), f"p{number}@example.org").content.decode() for number in range(11)]
    assert "Too many attempts" not in answers[9]
    assert "Too many attempts" in answers[10]
    client = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(client)
    assert signed_in(client)


def test_codes_cannot_be_tried_without_end(grace: Person) -> None:
    secret = with_app(grace)
    client = Client()
    sign_in(client)
    for _attempt in range(5):
        client.post("/en/accounts/2fa/authenticate/", {"code": "000000"})
    refused = client.post("/en/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert "Too many attempts" in refused.content.decode()
    assert not signed_in(client)


@pytest.mark.slow
def test_signing_up_and_asking_for_links_are_limited(db: None) -> None:
    statuses = [sign_up(Client(), f"p{number}@example.org").status_code for number in range(21)]
    assert statuses == [302] * 20 + [429]
    page = Client().post("/ar/accounts/signup/", {}).content.decode()
    assert 'dir="rtl"' in page
    asked = [
        Client(REMOTE_ADDR=f"192.0.2.{number}")
        .post("/en/accounts/password/reset/", {"email": "p0@example.org"})
        .status_code
        for number in range(6)
    ]
    assert asked == [302] * 5 + [429], "one mailbox gets at most five an hour, wherever they are asked for"


@pytest.mark.slow
def test_behind_a_proxy_the_limit_is_that_of_the_client(grace: Person, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(11):
        forged = {"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"}
        answer = Client(headers=forged).post(
            "/en/accounts/login/", {"login": f"p{number}@example.org", "password": "x"}
        )
    assert "Too many attempts" in answer.content.decode(), "what the client writes itself does not count"
    honest = Client(headers={"X-Forwarded-For": "192.0.2.2"})
    sign_in(honest)
    assert signed_in(honest)


# --- secrets ---


def test_no_secret_gets_into_the_log(grace: Person) -> None:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Kept(level=logging.DEBUG)
    handler.addFilter(WithoutKeys())
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        client = Client()
        sign_up(client, "new@example.org")
        (confirm,) = [one for one in sent() if one.to == ["new@example.org"]]
        key = link_in(confirm.body)
        Client(enforce_csrf_checks=True).post(key)  # a refusal that names the address of the page
        client.get(key + "x/y")
        client.post(key)
        sign_in(Client(), password="wrong-and-secret")
        client.post("/en/accounts/password/reset/", {"email": "grace@example.org"})
        (told,) = [one for one in sent() if "/reset/key/" in one.body]
        link = link_in(told.body)
        Client(enforce_csrf_checks=True).post(link)
        form = Client()
        form.post(form.get(link).url, {"password1": OTHER, "password2": OTHER})
        secret = with_app(grace)
        sign_in(client, password=OTHER)
        code = code_of(secret)
        client.post("/en/accounts/2fa/authenticate/", {"code": code})
        token = make_token(by=actor_for(grace), name="script")
        Client().get("/api/v1/events", headers={"Authorization": f"Bearer {token}"})
        Client().get("/api/v1/events", headers={"Authorization": f"Bearer {token}x"})
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    assert len(lines) >= 4
    text = "\n".join(lines)
    assert "confirm-email" in text, "the refusals above are logged"
    keys = [key.rstrip("/").rsplit("/", 1)[1], link.rstrip("/").rsplit("/", 1)[1]]
    for hidden in (PASSWORD, OTHER, "wrong-and-secret", secret, token, *keys):
        assert hidden not in text, hidden


def test_the_settings_put_the_filter_on_the_handler(settings: Any) -> None:
    assert "discreet" in settings.LOGGING["handlers"]["stderr"]["filters"]


# --- the demonstration ---


@pytest.fixture
def invented(db: None) -> Person:
    """An invented secretary."""
    person = register_person(by=system_actor(), name="Ada", email="ada@example.org", invented=True)
    grant_role(by=system_actor(), person=person.id, role="secretary")
    return person


def test_outside_a_demonstration_nobody_becomes_anybody(invented: Person) -> None:
    client = Client()
    assert client.get("/en/demo/sign-in").status_code == 404
    assert client.post("/en/demo/sign-in", {"person": invented.id}).status_code == 404
    assert not signed_in(client)


def test_on_a_public_host_not_even_with_the_setting(invented: Person, settings: Any) -> None:
    settings.COMITY_DEMO, settings.LOCAL_ONLY = True, False
    assert Client().post("/en/demo/sign-in", {"person": invented.id}).status_code == 404


def test_in_a_demonstration_one_chooses_whom_to_be(invented: Person, settings: Any) -> None:
    settings.COMITY_DEMO, settings.LOCAL_ONLY = True, True
    client = Client()
    assert "/en/demo/sign-in" in client.get("/en/accounts/login/").content.decode()
    page = client.get("/en/demo/sign-in").content.decode()
    assert "Be Ada" in page
    assert "secretary" in page
    response = client.post("/en/demo/sign-in", {"person": invented.id, "next": "/en/people"})
    assert response.url == "/en/people"
    assert client.get("/en/people").status_code == 200
    other = register_person(by=system_actor(), name="Bo", email="bo@example.org", invented=True)
    assert client.post("/en/demo/sign-in", {"person": other.id, "next": "https://evil.example/"}).url == "/en/"
    assert client.get("/en/people").status_code == 403


def test_a_real_person_cannot_be_chosen(invented: Person, grace: Person, settings: Any) -> None:
    settings.COMITY_DEMO, settings.LOCAL_ONLY = True, True
    client = Client()
    assert "Grace" not in client.get("/en/demo/sign-in").content.decode()
    assert client.post("/en/demo/sign-in", {"person": grace.id}).status_code == 404
    assert not signed_in(client)


def read_settings(
    data: Path, what: str = "s.COMITY_DEMO, s.COMITY_REQUIRE_SECOND_FACTOR, s.COMITY_ADDRESS", **environment: str
) -> subprocess.CompletedProcess[str]:
    """What the settings of an installation say."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMITY_")}
    return subprocess.run(
        [sys.executable, "-c", f"from comity.site import settings as s; print({what})"],
        env={**kept, "COMITY_DATA": str(data), **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_a_demonstration_needs_its_mark_its_setting_and_this_machine(tmp_path: Path) -> None:
    assert read_settings(tmp_path, COMITY_DEMO="1").stdout == "False False \n"
    (tmp_path / "DEMONSTRATION").touch()
    assert read_settings(tmp_path).stdout == "False False \n"
    assert read_settings(tmp_path, COMITY_DEMO="1").stdout == "True False \n"
    public = read_settings(tmp_path, COMITY_DEMO="1", COMITY_HOSTS="waico.example")
    assert "ImproperlyConfigured" in public.stderr
    assert read_settings(tmp_path, COMITY_HOSTS="waico.example").stdout == "False True https://waico.example\n"


def test_on_a_public_host_cookies_go_over_https_to_this_host_alone(tmp_path: Path) -> None:
    what = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT"
    public = read_settings(tmp_path, what, COMITY_HOSTS="waico.example")
    assert public.stdout == "__Host-session __Host-csrf True True True\n"


def test_attempts_are_counted_together_by_several_servers(tmp_path: Path) -> None:
    what = "s.CACHES['default']['BACKEND'].split('.')[-1]"
    assert read_settings(tmp_path, what).stdout == "LocMemCache\n"
    several = read_settings(tmp_path, what, COMITY_DATABASE_URL="postgresql://comity@localhost/comity")
    assert several.stdout == "DatabaseCache\n"
