"""Accounts: signing up, addresses, passwords, invitations, and that each of them is in the record or leaves no trace."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string
from tests.site.accounts import OTHER, PASSWORD, confirm_again, confirmed, link_in, sent, sign_in, sign_up, signed_in

from comity.groundwork.actions import change_person, erase_person, grant_role, register_person
from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.models import Event, Job, Person
from comity.groundwork.refusals import NotAllowed, Refused
from comity.groundwork.replay import differences, recorded_tables, replay, state
from comity.site import settings as site_settings
from comity.site.entries import erase_unconfirmed, forget_sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace() -> Person:
    """Somebody with a password and a confirmed address."""
    return confirmed()


@pytest.fixture
def secretary() -> Person:
    """Whoever keeps the register."""
    person = register_person(by=system_actor(), name="Ada", email="ada@example.org", invented=True)
    grant_role(by=system_actor(), person=person.id, role="secretary")
    return person


def assert_the_log_gives_this_state() -> None:
    before = state()
    with connection.constraint_checks_disabled():
        for model in reversed(recorded_tables()):
            model._default_manager.all()._raw_delete("default")
        replay()
    assert list(differences(before, state())) == []


# --- signing up ---


def test_a_password_costs_whoever_guesses_it_as_much_as_django_advises() -> None:
    """Tests themselves hash at next to no cost: see `tests/hashing.py`."""
    assert import_string(site_settings.PASSWORD_HASHERS[0]) is Argon2PasswordHasher


def test_signing_up_registers_by_an_event_and_grants_nothing(client: Client) -> None:
    response = sign_up(client, language="fr")
    assert response.status_code == 302
    person = Person.objects.get()
    assert (person.name, person.email, person.language) == ("Grace", "grace@example.org", "fr")
    assert identify_hasher(person.password).algorithm == "argon2"
    event = Event.objects.get()
    assert (event.type, event.actor, event.capacity) == ("groundwork.person_registered", None, "anybody")
    assert not person.grants.exists()
    assert not signed_in(client)
    assert_the_log_gives_this_state()


def test_nobody_signs_in_before_the_address_is_confirmed(client: Client) -> None:
    sign_up(client)
    (confirm,) = sent()
    assert confirm.to == ["grace@example.org"]
    other = Client()
    sign_in(other)
    assert not signed_in(other)
    page = link_in(confirm.body)
    assert client.get(page).status_code == 200
    assert not EmailAddress.objects.get().verified, (
        "opening a link confirms nothing: programs that look into mail do that"
    )
    client.post(page)
    assert EmailAddress.objects.get().verified
    assert signed_in(client)
    sign_in(other)
    assert signed_in(other)
    assert [event.type for event in Event.objects.all()] == ["groundwork.person_registered"]


def test_a_known_address_is_told_by_mail_and_not_on_the_page(client: Client, grace: Person) -> None:
    known, unknown = sign_up(Client(), "grace@example.org"), sign_up(Client(), "new@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    subjects = {one.to[0]: one.subject for one in sent()}
    assert "you have an account" in subjects["grace@example.org"]
    assert "confirm" in subjects["new@example.org"]
    assert Person.objects.filter(email="grace@example.org").count() == 1


@pytest.mark.slow
def test_a_known_address_takes_as_long_as_an_unknown_one(grace: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda self, password, salt: hashed.append("e") or encode(self, password, salt)
    )
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, password, known: hashed.append("v") or verify(self, password, known),
    )

    def counted(does: Any) -> int:
        hashed.clear()
        does()
        return len(hashed)

    assert counted(lambda: sign_up(Client(), "grace@example.org")) == 1
    assert counted(lambda: sign_up(Client(), "new@example.org")) == 1
    assert counted(lambda: sign_in(Client(), password="wrong")) == 1
    assert counted(lambda: sign_in(Client(), "nobody@example.org", "wrong")) == 1


def test_an_address_is_known_however_it_is_written(grace: Person) -> None:
    sign_up(Client(), "GRACE@Example.ORG")
    assert Person.objects.count() == 1
    client = Client()
    sign_in(client, " Grace@EXAMPLE.org ")
    assert signed_in(client)


def test_a_site_that_is_not_open_registers_nobody(client: Client, settings: Any) -> None:
    settings.COMITY_OPEN_SIGNUP = False
    assert "given by the secretariat" in client.get("/en/accounts/signup/").content.decode()
    assert "given by the secretariat" in client.get("/en/accounts/login/").content.decode()
    sign_up(client)
    assert not Person.objects.exists()


def test_whoever_has_an_account_registers_nobody_else(grace: Person) -> None:
    with pytest.raises(NotAllowed, match="registered already"):
        register_person(by=actor_for(grace), name="Eve", email="eve@example.org")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password1", "short"),
        ("password1", "password1234"),
        ("password1", "grace@example.org"),
        ("name", "\u202e"),
        ("name", "x" * 201),
        ("email", "no address"),
        ("email", "a" * 300 + "@example.org"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is_stored(client: Client, field: str, value: str) -> None:
    given = {"name": "Grace", "email": "grace@example.org", "password1": PASSWORD, field: value}
    response = client.post("/en/accounts/signup/", given)
    assert response.status_code == 200
    html = response.content.decode()
    assert 'role="alert"' in html
    assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in html
    assert 'aria-invalid="true"' in html
    assert not Person.objects.exists()
    assert not EmailAddress.objects.exists()


def test_whoever_never_confirms_is_erased(client: Client, grace: Person, secretary: Person) -> None:
    sign_up(client, "mistyped@example.org")
    invited = register_person(by=actor_for(secretary), name="Invited", email="invited@example.org")
    now = timezone.now()
    erase_unconfirmed(now + timedelta(days=6))
    assert not Person.objects.filter(erased_at__isnull=False).exists()
    erase_unconfirmed(now + timedelta(days=8))
    erased = Person.objects.get(erased_at__isnull=False)
    assert erased.id not in {grace.id, secretary.id, invited.id}
    assert not EmailAddress.objects.filter(user=erased).exists()


# --- invitations ---


def test_whoever_is_registered_by_the_secretariat_gets_a_link_to_set_a_password(secretary: Person) -> None:
    person = register_person(by=actor_for(secretary), name="伟", email="wei@example.org", language="zh")
    (invitation,) = sent()
    assert invitation.to == ["wei@example.org"]
    assert link_in(invitation.body).startswith("/zh/accounts/password/reset/key/")
    client = Client()
    form = client.get(link_in(invitation.body)).url
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert signed_in(client), "the link came by mail, so the address is confirmed"
    assert EmailAddress.objects.get(user=person).verified
    again = Client()
    assert (
        "no longer works" in again.get(link_in(invitation.body).replace("/zh/", "/en/"), follow=True).content.decode()
    )


def test_invented_people_get_no_mail_and_people_without_address_none_either(secretary: Person) -> None:
    register_person(by=actor_for(secretary), name="Invented", email="invented@example.org", invented=True)
    register_person(by=actor_for(secretary), name="Nobody")
    assert not Job.objects.exists()


def test_a_registration_that_fails_leaves_no_mail(secretary: Person, grace: Person) -> None:
    with pytest.raises(Refused):
        register_person(by=actor_for(secretary), name="Twin", email="grace@example.org")
    assert not Job.objects.exists()


# --- passwords ---


def reset(client: Client, email: str) -> Any:
    return client.post("/en/accounts/password/reset/", {"email": email})


def test_a_forgotten_password_is_set_by_a_link_that_works_once(client: Client, grace: Person) -> None:
    reset(client, "grace@example.org")
    (told,) = sent()
    form = client.get(link_in(told.body)).url
    assert "set-password" in form, "the key leaves the address bar at once"
    client.post(form, {"password1": OTHER, "password2": OTHER})
    assert signed_in(client)
    (notice,) = sent()
    assert "password was set" in notice.subject
    fresh = Client()
    sign_in(fresh, password=PASSWORD)
    assert not signed_in(fresh)
    sign_in(fresh, password=OTHER)
    assert signed_in(fresh)
    late = Client().get(link_in(told.body), follow=True)
    assert "no longer works" in late.content.decode()


def test_asking_for_a_password_says_nothing_on_who_is_registered(grace: Person) -> None:
    known, unknown = reset(Client(), "grace@example.org"), reset(Client(), "nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert {one.to[0]: one.subject.partition(": ")[2] for one in sent()} == {
        "grace@example.org": "set a new password",
        "nobody@example.org": "no account with this address",
    }


def test_no_link_goes_to_an_address_that_is_not_confirmed_yet(client: Client, grace: Person) -> None:
    EmailAddress.objects.create(user=grace, email="mistyped@example.org", primary=False, verified=False)
    reset(client, "mistyped@example.org")
    (told,) = sent()
    assert "no account with this address" in told.subject


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(grace: Person) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    here.post("/en/accounts/password/change/", form)
    assert here.get("/en/me").status_code == 200
    assert elsewhere.get("/en/me").status_code == 403
    grace.refresh_from_db()
    assert grace.check_password(OTHER)


def test_setting_a_password_undoes_no_change_of_the_entry_meanwhile(grace: Person, secretary: Person) -> None:
    from comity.site.accounts import AccountAdapter

    stale = Person.objects.get(id=grace.id)
    change_person(by=actor_for(secretary), person=grace.id, name="Grace H.")
    AccountAdapter(None).set_password(stale, OTHER)
    assert Person.objects.get(id=grace.id).name == "Grace H."


# --- addresses ---


def test_a_new_address_counts_once_it_is_confirmed_and_by_an_event(grace: Person) -> None:
    client = Client()
    sign_in(client)
    confirm_again(client)
    client.post("/en/accounts/email/", {"action_add": "", "email": "hopper@example.org"})
    (told,) = sent()
    assert told.to == ["hopper@example.org"]
    assert Person.objects.get().email == "grace@example.org"
    assert not Event.objects.filter(type="groundwork.person_changed").exists()
    client.post(link_in(told.body))
    assert Person.objects.get().email == "hopper@example.org"
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [
        ("hopper@example.org", True, True)
    ]
    changed = Event.objects.get(type="groundwork.person_changed")
    assert changed.actor_id == grace.id
    (notice,) = sent()
    assert notice.to == ["grace@example.org"], "the former address is told"
    assert "hopper@example.org" in notice.body
    assert_the_log_gives_this_state()


def test_a_stranger_who_gets_the_mail_cannot_confirm_another_persons_address(grace: Person) -> None:
    client = Client()
    sign_in(client)
    confirm_again(client)
    client.post("/en/accounts/email/", {"action_add": "", "email": "mistyped@example.org"})
    (told,) = sent()
    stranger = Client()
    response = stranger.post(link_in(told.body))
    assert response.url.startswith("/en/accounts/login/?next=")
    assert Person.objects.get().email == "grace@example.org"


def test_an_address_that_somebody_else_got_meanwhile_changes_nothing(grace: Person, secretary: Person) -> None:
    client = Client()
    sign_in(client)
    confirm_again(client)
    client.post("/en/accounts/email/", {"action_add": "", "email": "hopper@example.org"})
    told = next(one for one in sent() if one.to == ["hopper@example.org"])
    register_person(by=actor_for(secretary), name="Other", email="hopper@example.org")
    response = client.post(link_in(told.body))
    assert response.status_code == 409
    assert Person.objects.get(id=grace.id).email == "grace@example.org"
    assert EmailAddress.objects.get(user=grace, primary=True).email == "grace@example.org"


def test_an_address_that_the_secretariat_changes_has_to_be_confirmed_and_the_former_is_told(
    grace: Person, secretary: Person
) -> None:
    EmailAddress.objects.create(user=grace, email="hopper@example.org")  # she had begun to change to it
    change_person(by=actor_for(secretary), person=grace.id, email="hopper@example.org")
    assert list(EmailAddress.objects.filter(user=grace).values_list("email", "primary", "verified")) == [
        ("hopper@example.org", True, False)
    ]
    (notice,) = sent()
    assert notice.to == ["grace@example.org"]
    client = Client()
    sign_in(client, "grace@example.org")
    assert not signed_in(client)
    sign_in(client, "hopper@example.org")
    assert not signed_in(client)
    (confirm,) = sent()
    client.post(link_in(confirm.body))
    assert signed_in(client)


def test_whoever_gets_an_address_later_is_invited_then(secretary: Person) -> None:
    person = register_person(by=actor_for(secretary), name="Late")
    change_person(by=actor_for(secretary), person=person.id, email="late@example.org")
    (invitation,) = sent()
    assert invitation.to == ["late@example.org"]
    assert "/password/reset/key/" in invitation.body


# --- leaving ---


def test_erasing_somebody_leaves_nothing_with_which_to_sign_in(grace: Person, secretary: Person) -> None:
    client = Client()
    sign_in(client)
    Authenticator.objects.create(user=grace, type="totp", data={"secret": "x"})
    SocialAccount.objects.create(user=grace, provider="ministry-x", uid="1", extra_data={"email": "grace@example.org"})
    reset(Client(), "grace@example.org")
    assert Job.objects.filter(arguments__person=grace.id).exists()
    assert UserSession.objects.filter(user=grace).exists()
    erase_person(by=actor_for(secretary), person=grace.id, reason="asked for it")
    for table in (EmailAddress, Authenticator, SocialAccount, UserSession):
        assert not table.objects.filter(user_id=grace.id).exists(), table
    assert not Session.objects.exists()
    assert not Job.objects.exists()
    assert client.get("/en/me").status_code == 403
    assert_the_log_gives_this_state()


def test_whoever_erases_themselves_is_signed_out_with_a_word(grace: Person) -> None:
    client = Client()
    sign_in(client)
    response = client.post("/en/me/erase", {"sure": "on"}, follow=True)
    assert "you are signed out" in response.content.decode()
    assert not signed_in(client)


def test_whoever_may_no_longer_sign_in_is_out_at_once(grace: Person, secretary: Person) -> None:
    client = Client()
    sign_in(client)
    change_person(by=actor_for(secretary), person=grace.id, may_sign_in=False)
    assert client.get("/en/me").status_code == 403
    assert not Session.objects.exists()
    response = sign_in(client, follow="x")
    assert response.url == "/en/accounts/inactive/"
    assert not signed_in(client)
    reset(Client(), "grace@example.org")
    assert not [one for one in sent() if "/reset/key/" in one.body]


# --- sessions ---


def test_a_session_is_new_after_signing_in(grace: Person) -> None:
    client = Client()
    client.get("/en/accounts/login/")
    sign_in(client, password="wrong")
    session = client.session
    session["planted"] = "by somebody who knew the key"
    session.save()
    before = session.session_key
    sign_in(client)
    assert signed_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_one_sees_where_one_is_signed_in_and_ends_it(grace: Person) -> None:
    here, elsewhere = Client(), Client(headers={"user-agent": "Elsewhere/1.0"})
    for client in (here, elsewhere):
        sign_in(client)
    html = here.get("/en/accounts/sessions/").content.decode()
    assert "Elsewhere/1.0" in html
    assert html.count("127.0.0.1") == 2
    here.post("/en/accounts/sessions/")
    assert here.get("/en/me").status_code == 200
    assert elsewhere.get("/en/me").status_code == 403


def test_sessions_that_are_over_are_forgotten_with_where_they_were_used_from(grace: Person) -> None:
    client = Client()
    sign_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    forget_sessions(timezone.now() + timedelta(days=1))
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_cookies_cannot_be_read_by_scripts_and_end_with_the_browser_unless_asked(grace: Person) -> None:
    client = Client()
    cookie = sign_in(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""
    assert sign_in(Client(), remember="on").cookies["sessionid"]["max-age"] > 86_400


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(grace: Person, onward: str) -> None:
    client = Client()
    response = sign_in(client, next=onward)
    assert signed_in(client)
    assert response.url == "/en/"
    assert sign_in(Client(), next="/en/roles").url == "/en/roles"


def test_a_mail_leads_to_this_site_whatever_host_was_asked_for(client: Client, settings: Any, grace: Person) -> None:
    settings.COMITY_ADDRESS = "https://waico.example"
    client.post("/en/accounts/password/reset/", {"email": "grace@example.org"}, headers={"host": "localhost:1234"})
    (told,) = sent()
    assert set(re.findall(r"https?://[^/\s]+", told.body)) == {"https://waico.example"}
    refused = client.post(
        "/en/accounts/password/reset/", {"email": "grace@example.org"}, headers={"host": "evil.example"}
    )
    assert refused.status_code == 400


# --- words ---


def text_of(html: str) -> str:
    """What a page's content says: without names, addresses and keys, which are in no language."""
    content = html[html.index("<main") : html.index("</main>")]
    content = re.sub(r"<(bdi|script|code|option)\b.*?</\1>", " ", content, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " | ", content))


@pytest.mark.parametrize("language", ["ar", "ru", "zh"])
def test_pages_faults_and_words_of_the_library_are_in_the_readers_language(language: str, grace: Person) -> None:
    said: dict[str, str] = {}

    def hear(name: str, response: Any) -> None:
        said[name] = text_of(response.content.decode())

    visitor, client = Client(), Client()
    sign_in(client)
    confirm_again(client)
    client.get("/en/accounts/email/")  # which takes away what was said in English
    at = f"/{language}/accounts/"
    for page in (
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "inactive/",
        "confirm-email/",
        "confirm-email/x/",
    ):
        hear(page, visitor.get(at + page))
    for page in (
        "email/",
        "password/change/",
        "reauthenticate/",
        "2fa/",
        "2fa/totp/activate/",
        "2fa/webauthn/",
        "sessions/",
        "logout/",
    ):
        hear(page, client.get(at + page))
    faulty = {
        "login/": [{}, {"login": "x", "password": "y"}, {"login": "a@example.org", "password": "y"}],
        "signup/": [
            {},
            {"name": "A", "email": "x", "password1": "short"},
            {"name": "A", "email": "a" * 260 + "@example.org", "password1": "password1234"},
            {"name": "Grace", "email": "new@example.org", "password1": "new@example.org"},
        ],
        "password/reset/": [{}],
        "password/change/": [{}, {"oldpassword": "x", "password1": "short", "password2": "y"}],
        "email/": [{"action_add": ""}, {"action_add": "", "email": "grace@example.org"}],
        "reauthenticate/": [{}, {"password": "x"}],
        "2fa/totp/activate/": [{}, {"code": "000000"}],
    }
    for page, tries in faulty.items():
        for number, given in enumerate(tries):
            response = (
                client.post(at + page, given) if page not in ("login/", "signup/") else visitor.post(at + page, given)
            )
            assert 'role="alert"' in response.content.decode(), (page, number)
            hear(f"{page} {number}", response)
    foreign = {
        name: found for name, text in said.items() if (found := re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]+){2,}", text))
    }
    assert foreign == {}
