"""A ministry's own login: the whole code flow against a real provider in another process, and what it may not do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from tests.site.accounts import PASSWORD, confirm_again, confirmed, free_port, link_in, sent, sign_in, signed_in

from comity.groundwork.actions import register_person
from comity.groundwork.acts import actor_for
from comity.groundwork.models import Event, Person
from comity.site.oidc.configuration import for_allauth, logins, origins

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CALLBACK = "/accounts/oidc/foreign-office/callback"
PEOPLE = [
    {"username": "li", "password": "pw", "email": "li@gov.example", "email_verified": True, "name": "李 Li"},
    {"username": "spare", "password": "pw", "email": "grace@example.org", "email_verified": True, "name": "Impostor"},
    {"username": "claims", "password": "pw", "email": "chief@gov.example", "email_verified": False, "name": "Claims"},
    {"username": "word", "password": "pw", "email": "chief@gov.example", "email_verified": "true", "name": "Word"},
    {"username": "nameless", "password": "pw", "email": "nameless@gov.example", "email_verified": True},
    {"username": "parts", "password": "pw", "email": "parts@gov.example", "email_verified": True,
     "given_name": "Ann", "family_name": "Lee"},
]  # fmt: skip


@dataclass(frozen=True)
class Ministry:
    """The provider: where it is, and the file that says how it misbehaves."""

    issuer: str
    mood: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministry]:
    """The ministry's login, as a process."""
    folder = tmp_path_factory.mktemp("ministry")
    (folder / "people.json").write_text(json.dumps(PEOPLE), encoding="utf-8")
    program = Path(__file__).parent / "oidc_provider/provider.py"
    server = subprocess.Popen(
        [sys.executable, program, str(free_port()), str(folder), f"http://testserver{CALLBACK}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        issuer = server.stdout.readline().strip()
        assert issuer, "the ministry's login did not start"
        yield Ministry(issuer, folder / "mood")
    finally:
        server.terminate()
        server.wait(timeout=30)
        if server.stdout is not None:
            server.stdout.close()


def use(settings: Any, tmp_path: Path, issuer: str, **more: Any) -> None:
    """Let this site use the ministry's login, as the file in the data folder says it."""
    login = {
        "id": "foreign-office",
        "name": "Ministry of Foreign Affairs",
        "issuer": issuer,
        "client_id": "comity",
        "client_secret": "a secret that the ministry gave",
        "trusted_domains": ["gov.example"],
        **more,
    }
    (tmp_path / "logins.json").write_text(json.dumps([login]), encoding="utf-8")
    settings.SOCIALACCOUNT_PROVIDERS = for_allauth(logins("logins.json", tmp_path))


@pytest.fixture
def ministry(running: Ministry, settings: Any, tmp_path: Path) -> Iterator[Ministry]:
    """The ministry's login, well behaved to begin with."""
    use(settings, tmp_path, running.issuer)
    running.mood.unlink(missing_ok=True)
    yield running
    running.mood.unlink(missing_ok=True)


def begin(client: Client, language: str = "en", **more: str) -> str:
    """Where this site sends whoever wants to sign in with the ministry's login."""
    response = client.post(f"/{language}/accounts/oidc/foreign-office/login", {"process": "login", **more})
    assert response.status_code == 302, response.content.decode()[:2000]
    return response.url


def at_the_ministry(address: str, username: str) -> str:
    """Sign in at the ministry; where it sends the browser back to."""
    browser = requests.Session()
    browser.trust_env = False
    page = browser.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    form = {"username": username, "password": "pw", "csrfmiddlewaretoken": token[1]}
    answer = browser.post(page.url, form, allow_redirects=False)
    while not answer.headers["location"].startswith("http://testserver"):
        answer = browser.get(urljoin(answer.url, answer.headers["location"]), allow_redirects=False)
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"


def through(client: Client, username: str, **more: str) -> Any:
    return client.get(at_the_ministry(begin(client, **more), username))


# --- the flow ---


def test_the_request_carries_state_nonce_and_a_challenge(ministry: Ministry) -> None:
    asked = parse_qs(urlsplit(begin(Client())).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"], "one address in all languages"
    again = parse_qs(urlsplit(begin(Client(), "ar")).query)
    assert again["redirect_uri"] == asked["redirect_uri"]
    assert not set(asked["nonce"] + asked["state"] + asked["code_challenge"]) & set(again["nonce"] + again["state"])


def test_what_is_asked_for_cannot_be_changed_from_an_address(ministry: Ministry) -> None:
    client = Client()
    response = client.post(
        "/en/accounts/oidc/foreign-office/login?scope=admin&auth_params=prompt%3Dnone%26nonce%3Dx&process=redirect"
    )
    asked = parse_qs(urlsplit(response.url).query)
    assert "admin" not in asked["scope"][0]
    assert "prompt" not in asked
    assert asked["nonce"] != ["x"]


def test_a_link_alone_sends_nobody_to_the_ministry(ministry: Ministry) -> None:
    page = Client().get("/en/accounts/oidc/foreign-office/login")
    assert page.status_code == 200
    assert "Ministry of Foreign Affairs" in page.content.decode()


def test_whoever_comes_for_the_first_time_is_registered_by_an_event(ministry: Ministry) -> None:
    client = Client()
    response = through(client, "li", language="zh", next="/zh/roles")
    assert response.url == "/zh/roles"
    person = Person.objects.get()
    assert (person.name, person.email, person.language) == ("李 Li", "li@gov.example", "zh")
    assert not person.has_usable_password()
    assert not person.grants.exists()
    assert signed_in(client)
    assert [(event.type, event.capacity) for event in Event.objects.all()] == [
        ("groundwork.person_registered", "anybody")
    ]
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [("li@gov.example", True, True)]
    kept = SocialAccount.objects.get()
    assert kept.extra_data == {"name": "李 Li", "email": "li@gov.example"}
    assert not SocialToken.objects.exists()
    through(Client(), "li")
    assert Person.objects.count() == 1


def test_a_name_is_put_together_or_asked_for(ministry: Ministry) -> None:
    through(Client(), "parts")
    assert Person.objects.get().name == "Ann Lee"
    client = Client()
    response = through(client, "nameless")
    assert response.url == "/en/accounts/3rdparty/signup/"
    page = client.get(response.url).content.decode()
    assert 'value="nameless@gov.example"' in page
    client.post(response.url, {"name": "Now Named", "email": "nameless@gov.example"})
    assert Person.objects.filter(name="Now Named").exists()
    assert signed_in(client)


def test_where_people_are_registered_by_the_secretariat_a_login_registers_only_if_it_may(
    ministry: Ministry, settings: Any, tmp_path: Path
) -> None:
    settings.COMITY_OPEN_SIGNUP = False
    client = Client()
    assert "given by the secretariat" in through(client, "li").content.decode()
    assert not Person.objects.exists()
    use(settings, tmp_path, ministry.issuer, registers=True)
    through(client, "li")
    assert signed_in(client)


def test_a_second_factor_of_this_site_is_asked_for_here_too(ministry: Ministry) -> None:
    through(Client(), "li")
    TOTP.activate(Person.objects.get(), generate_totp_secret())
    client = Client()
    assert through(client, "li").url == "/en/accounts/2fa/authenticate/"
    assert not signed_in(client)


# --- whose account ---


def test_whoever_was_invited_is_known_by_an_address_that_the_ministry_vouches_for(ministry: Ministry) -> None:
    person = register_person(by=actor_for(None), name="Li, invited", email="li@gov.example")
    client = Client()
    through(client, "li")
    assert client.session["_auth_user_id"] == person.id
    assert Person.objects.count() == 1
    assert EmailAddress.objects.get(user=person).verified
    assert SocialAccount.objects.get().user_id == person.id


def test_a_ministry_cannot_vouch_for_addresses_of_others(ministry: Ministry) -> None:
    grace = confirmed()
    client = Client()
    through(client, "spare")
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()
    assert Person.objects.count() == 1
    (told,) = sent()
    assert told.to == ["grace@example.org"], "its owner is told that somebody tried"
    grace.refresh_from_db()
    assert grace.check_password(PASSWORD)


@pytest.mark.parametrize("username", ["claims", "word"])
def test_an_address_that_the_ministry_did_not_verify_opens_no_account(ministry: Ministry, username: str) -> None:
    confirmed("Chief", "chief@gov.example")
    client = Client()
    through(client, username)
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_untrusted_address_has_to_be_confirmed_by_mail(ministry: Ministry) -> None:
    client = Client()
    through(client, "spare")
    assert Person.objects.get().email == "grace@example.org"
    assert not signed_in(client)
    (told,) = sent()
    client.post(link_in(told.body))
    assert signed_in(client)


def test_whoever_signed_up_with_somebody_elses_address_loses_the_account_to_its_owner(ministry: Ministry) -> None:
    squatter = register_person(by=actor_for(None), name="Squatter", email="li@gov.example")
    squatter.set_password(PASSWORD)
    squatter.save(update_fields=["password"])
    EmailAddress.objects.create(user=squatter, email="li@gov.example", primary=True, verified=False)
    client = Client()
    through(client, "li")
    assert signed_in(client)
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()
    attacker = Client()
    sign_in(attacker, "li@gov.example")
    assert not signed_in(attacker)


def test_somebody_signed_in_links_a_login_and_takes_the_link_away(ministry: Ministry) -> None:
    grace = confirmed()
    client = Client()
    sign_in(client)
    confirm_again(client)
    through(client, "li", process="connect")
    assert SocialAccount.objects.get().user_id == grace.id
    assert "Ministry of Foreign Affairs" in client.get("/en/accounts/3rdparty/").content.decode()
    assert any("a login was linked" in one.subject for one in sent())
    other = Client()
    through(other, "li")
    assert other.session["_auth_user_id"] == grace.id
    client.post("/en/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()


def test_a_login_is_linked_only_by_whoever_shows_again_who_they_are(ministry: Ministry) -> None:
    confirmed()
    client = Client()
    sign_in(client)
    response = through(client, "li", process="connect")
    assert response.url.startswith("/en/accounts/reauthenticate/")
    assert not SocialAccount.objects.exists()


def test_a_login_that_belongs_to_another_account_is_not_taken_from_it(ministry: Ministry) -> None:
    through(Client(), "li")
    owner = SocialAccount.objects.get().user_id
    confirmed()
    client = Client()
    sign_in(client)
    confirm_again(client)
    through(client, "li", process="connect")
    assert SocialAccount.objects.get().user_id == owner


# --- answers that must not be trusted ---


@pytest.mark.parametrize(
    "mood",
    [
        "replayed",
        "without-nonce",
        "other-site",
        "other-party",
        "other-issuer",
        "other-key",
        "other-person",
        "long-ago",
        "unsigned",
        "shared-secret",
    ],
)
def test_a_forged_answer_signs_nobody_in(ministry: Ministry, mood: str) -> None:
    ministry.mood.write_text(mood)
    client = Client()
    response = through(client, "li")
    assert response.status_code == 401
    assert "Signing in did not work" in response.content.decode()
    assert not signed_in(client)
    assert not Person.objects.exists()


def test_the_same_answer_without_a_lie_would_have_signed_in(ministry: Ministry) -> None:
    ministry.mood.write_text("harmless")
    client = Client()
    through(client, "li")
    assert signed_in(client)


def test_an_answer_is_taken_once_and_by_the_browser_that_asked(ministry: Ministry) -> None:
    client = Client()
    back = at_the_ministry(begin(client), "li")
    stranger = Client()
    assert stranger.get(back).status_code == 401
    assert not signed_in(stranger)
    client.get(back)
    assert signed_in(client)
    assert client.get(back).status_code == 401


def test_a_login_that_is_away_or_speaks_for_another_is_said_so(
    ministry: Ministry, settings: Any, tmp_path: Path
) -> None:
    for issuer in (f"http://localhost:{free_port()}/o", ministry.issuer.replace("localhost", "127.0.0.1")):
        use(settings, tmp_path, issuer)
        page = Client().post("/en/accounts/oidc/foreign-office/login", {"process": "login"})
        assert page.status_code == 401
        assert "Signing in did not work" in page.content.decode()


def test_a_login_that_nobody_named_is_not_there(ministry: Ministry) -> None:
    assert Client().get("/en/accounts/oidc/another/login").status_code == 404
    assert Client().get("/accounts/oidc/another/callback").status_code == 404


# --- the file ---


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"issuer": "http://login.gov.example"}, "issuer: .*https"),
        ({"client_id": ""}, "client_id: "),
        ({"id": "Foreign Office"}, "id: "),
        ({"trusted_domains": ["*"]}, "trusted_domains.0: "),
        ({"trust": True}, "trust: "),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place_and_without_its_secrets(
    settings: Any, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=told) as refused:
        use(settings, tmp_path, **{"issuer": "https://login.gov.example", **change})
    assert "a secret that" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_two_logins_with_one_id_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    one = {"id": "a", "name": "A", "issuer": "https://a.example/o/", "client_id": "c", "client_secret": "s"}
    (tmp_path / "logins.json").write_text(json.dumps([one, one]))
    with pytest.raises(ImproperlyConfigured, match="same id"):
        logins("logins.json", tmp_path)
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        logins("absent.json", tmp_path)
    (tmp_path / "logins.json").write_text(json.dumps([one]))
    found = logins("logins.json", tmp_path)
    assert origins(found) == ["https://a.example"]
    assert found[0].issuer == "https://a.example/o"
