"""What tests of accounts share: signing up and in, the mails that were wanted, a program that makes codes."""

from __future__ import annotations

import re
import socket
from typing import Any

from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from comity.groundwork.actions import register_person
from comity.groundwork.acts import actor_for
from comity.groundwork.jobs import run_due
from comity.groundwork.models import Person

PASSWORD = "tides carry nine lanterns"
OTHER = "a kettle sings to the moon"


def sent() -> list[Any]:
    """The mails that were wanted, once the jobs have run."""
    mail.outbox.clear()
    run_due(timezone.now())
    return list(mail.outbox)


def link_in(text: str) -> str:
    """The first link of a mail, as a path here."""
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found, text
    return found[1]


def sign_up(client: Client, email: str = "grace@example.org", name: str = "Grace", language: str = "en") -> Any:
    return client.post(f"/{language}/accounts/signup/", {"name": name, "email": email, "password1": PASSWORD})


def sign_in(client: Client, email: str = "grace@example.org", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/en/accounts/login/", {"login": email, "password": password, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def confirmed(name: str = "Grace", email: str = "grace@example.org", language: str = "en") -> Person:
    """Somebody with a password and a confirmed address."""
    person = register_person(by=actor_for(None), name=name, email=email, language=language)
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    return person


def confirm_again(client: Client) -> None:
    """Show once more that it is you, as pages ask before changes."""
    client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        port: int = taken.getsockname()[1]
        return port
