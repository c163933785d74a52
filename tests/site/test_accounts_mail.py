"""Mail through a real SMTP server: it arrives, says who it is, in the reader's language, and its links work."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.site.accounts import OTHER, PASSWORD, confirmed, free_port, link_in, sign_up, signed_in

from comity.groundwork import mail
from comity.groundwork.actions import change_person, grant_role, register_person
from comity.groundwork.acts import actor_for, system_actor
from comity.groundwork.jobs import MOST_ATTEMPTS, run_due
from comity.groundwork.models import Job, Person
from comity.groundwork.translated import Text
from comity.office.charter.actions import found
from comity.site import configuration

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # it never leaves this machine
]


class PostOffice:
    """What the server took in; refuses addresses named `refused` and greylists `later` once."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.greylisted = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("refused@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@") and not self.greylisted:
            self.greylisted = True
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.to += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    """A mail server on this machine that wants a name and a password, and the settings that lead to it."""
    office = PostOffice()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and given == LoginPassword(b"comity", b"p@ss:word")
        return AuthResult(success=known)

    port = free_port()
    controller = Controller(
        office, hostname="127.0.0.1", port=port, authenticator=authenticate, auth_required=True, auth_require_tls=False
    )
    controller.start()
    try:
        url = f"smtp://comity:p%40ss%3Aword@127.0.0.1:{port}"
        for name, value in configuration.mail(url, settings.COMITY_DATA).items():
            setattr(settings, name, value)
        settings.DEFAULT_FROM_EMAIL = "WAICO Secretariat <secretariat@waico.example>"
        yield office
    finally:
        controller.stop()


def send() -> None:
    run_due(timezone.now())


@pytest.fixture
def house(db: None) -> None:
    """An organisation, whose name stands in the mails."""
    found(by=system_actor(), name=Text.of("World AI Cooperation Organization"), short_name="WAICO")


@pytest.mark.parametrize("language", ["ar", "en", "zh"])
def test_a_link_to_confirm_arrives_and_works(post_office: PostOffice, house: None, language: str) -> None:
    client = Client()
    sign_up(client, language=language)
    send()
    (message,) = post_office.taken
    assert post_office.to == ["grace@example.org"]
    assert message["to"] == "grace@example.org"
    assert message["from"] == "WAICO Secretariat <secretariat@waico.example>"
    assert re.fullmatch(r"<[0-9A-Z]{26}@waico\.example>", message["message-id"])
    assert message["date"]
    assert message["auto-submitted"] == "auto-generated"
    assert message["content-language"] == language
    assert message["subject"].startswith("WAICO")
    assert message["subject"].isascii() == message.get_content().isascii() == (language == "en")
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    text = message.get_content()
    assert link_in(text).startswith(f"/{language}/accounts/confirm-email/")
    client.post(link_in(text))
    assert signed_in(client)


@pytest.mark.parametrize(
    ("language", "name", "subject"), [("ar", "ليلى", "كلمة مرور جديدة"), ("zh", "陈伟", "设置新密码")]
)
def test_subjects_and_texts_in_other_scripts_arrive_whole(
    post_office: PostOffice, language: str, name: str, subject: str
) -> None:
    person = confirmed(name, "reader@example.org", language)
    mail.post(person.email or "", subject, f"{name}: {subject}\n", language=language, person=person)
    send()
    (message,) = post_office.taken
    assert message["subject"] == subject
    assert message.get_content().splitlines() == [f"{name}: {subject}"]


def test_a_mail_is_in_the_language_of_whoever_gets_it_not_of_the_page(post_office: PostOffice, house: None) -> None:
    confirmed("ليلى", "leila@example.org", "ar")
    Client().post("/zh/accounts/password/reset/", {"email": "leila@example.org"})
    send()
    (message,) = post_office.taken
    assert message["content-language"] == "ar"
    assert link_in(message.get_content()).startswith("/ar/accounts/password/reset/key/")


def test_a_link_to_set_a_password_arrives_and_works(post_office: PostOffice, house: None) -> None:
    person = confirmed("陈伟", "wei@example.org", "zh")
    client = Client()
    client.post("/zh/accounts/password/reset/", {"email": "wei@example.org"})
    send()
    form = client.get(link_in(post_office.taken[0].get_content())).url
    client.post(form, {"password1": OTHER, "password2": OTHER})
    person.refresh_from_db()
    assert person.check_password(OTHER)
    send()
    notice = post_office.taken[1].get_content()
    assert "127.0.0.1" in notice, "from where it was done"
    assert PASSWORD not in notice + post_office.taken[0].get_content()


def test_an_invitation_arrives_whoever_registers(post_office: PostOffice, house: None, settings: Any) -> None:
    settings.COMITY_ADDRESS = "https://waico.example"
    register_person(by=system_actor(), name="Administrator", email="admin@example.org", language="fr")
    send()
    (message,) = post_office.taken
    links = re.findall(r"https://waico\.example(/\S*)", message.get_content())
    assert links[0].startswith("/fr/accounts/password/reset/key/")
    assert "/fr/accounts/password/reset/" in links
    assert Client().get(links[0]).status_code == 302


def test_what_people_write_adds_no_header_and_no_markup(post_office: PostOffice, house: None) -> None:
    ada = confirmed("Ada", "ada@example.org")
    grant_role(by=system_actor(), person=ada.id, role="secretary")
    change_person(by=actor_for(ada), person=ada.id, name="A\r\nBcc: eve@example.org & <b>")
    mail.post("ada@example.org", "Hello\nBcc: eve@example.org", "x", language="en", person=None)
    Client().post("/en/accounts/password/reset/", {"email": "ada@example.org"})
    assert run_due(timezone.now()) == 2
    assert set(post_office.to) == {"ada@example.org"}
    assert all("bcc" not in message for message in post_office.taken)
    assert all("&amp;" not in message.get_content() for message in post_office.taken)


def test_a_mail_of_a_transaction_that_fails_is_never_sent(post_office: PostOffice) -> None:
    def fails() -> None:
        with transaction.atomic():
            mail.post("a@example.org", "Hello", "x", language="en", person=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    send()
    assert post_office.taken == []


def test_a_server_that_says_later_gets_the_same_mail_later(post_office: PostOffice) -> None:
    mail.post("later@example.org", "Hello", "x", language="en", person=None)
    now = timezone.now()
    run_due(now)
    assert post_office.taken == []
    job = Job.objects.get()
    assert "451" in job.failure
    run_due(now + timedelta(minutes=1))
    assert len(post_office.taken) == 1
    assert post_office.taken[0]["message-id"].startswith(f"<{job.arguments['key']}@")


def test_what_is_refused_for_good_is_given_up_without_the_address_in_the_log(
    post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    mail.post("refused@example.org", "Hello", "x", language="en", person=None)
    now = timezone.now()
    for _attempt in range(MOST_ATTEMPTS):
        now += timedelta(days=1)
        run_due(now)
    job = Job.objects.get()
    assert job.given_up_at is not None
    assert "550" in job.failure
    assert "refused@example.org" not in job.failure + caplog.text
    mail.forget_mails(now + timedelta(days=13))
    assert Job.objects.exists()
    mail.forget_mails(now + timedelta(days=15))
    assert not Job.objects.exists()


def test_a_mail_server_that_is_away_delays_the_mail_and_not_the_page(settings: Any) -> None:
    for name, value in configuration.mail("smtp://127.0.0.1:9", settings.COMITY_DATA).items():
        setattr(settings, name, value)
    assert sign_up(Client()).status_code == 302
    send()
    assert Job.objects.get().attempts == 1
    assert Person.objects.count() == 1


def test_an_address_in_another_script_is_written_to(post_office: PostOffice) -> None:
    register_person(by=system_actor(), name="伟", email="wei@例子.example")
    send()
    assert post_office.to == ["wei@xn--fsqu00a.example"]
