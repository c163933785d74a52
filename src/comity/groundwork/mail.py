"""Mail: wanted in the transaction that it tells of, sent by a job once that is durable; plain text, in the reader's language.

A mail of an act that fails is never sent, and a mail server that is away delays mails, not pages. A job runs at least once, so the
same mail can be handed over twice after a kill; it then carries the same Message-ID, by which mail programs know it. Invented
people get none. Erasing somebody removes what waits for them.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from comity.groundwork.acts import Actor, alongside
from comity.groundwork.events import PersonErased
from comity.groundwork.ids import new_id
from comity.groundwork.jobs import enqueue, job, recurring
from comity.groundwork.models import Job, Person

MAIL = "groundwork.mail"
KEPT = timedelta(days=14)
"""How long a mail that could not be sent is kept for whoever looks into it."""


class Undelivered(RuntimeError):
    """The mail server did not take a mail. Says its answer, and no address."""


def write(person: Person, template: str, *, to: str | None = None, **words: Any) -> None:
    """Want a mail to somebody, in their language: `TEMPLATE_subject.txt` and `TEMPLATE_message.txt`, filled with `words` and `person`.

    to: another address than their present one. Nothing for whoever has none.
    """
    address = to or person.email
    if address is None:
        return
    with translation.override(person.language):
        subject, text = rendered(template, {**words, "person": person})
    post(address, subject, text, language=person.language, person=person)


def rendered(template: str, words: dict[str, Any]) -> tuple[str, str]:
    """Subject and text of a mail in the active language."""
    subject = " ".join(render_to_string(f"{template}_subject.txt", words).split())
    return subject, render_to_string(f"{template}_message.txt", words).strip() + "\n"


def post(to: str, subject: str, text: str, *, language: str, person: Person | None) -> None:
    """Want a mail to an address. person: whose it is, None: nobody's who is registered here."""
    if person is not None and person.invented:
        return
    enqueue(
        MAIL,
        to=to,
        subject=subject,
        text=text,
        language=language,
        person=person.id if person else None,
        key=new_id(timezone.now()),
    )


def link(path: str, request: HttpRequest | None = None) -> str:
    """The address of a page as mails give it: at COMITY_ADDRESS, else where this request was made, which COMITY_HOSTS allows.

    path: with its language.
    """
    asked_at = f"{request.scheme}://{request.get_host()}" if request is not None else "http://localhost:8000"
    return f"{settings.COMITY_ADDRESS or asked_at}{path}"


@job(MAIL)
def send(to: str, subject: str, text: str, language: str, person: str | None, key: str) -> None:
    """Hand a mail over to the mail server. Raises Undelivered, OSError."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        "Message-ID": f"<{key}@{sender.rpartition('@')[2] or 'localhost'}>",
        "Content-Language": language,
        "Auto-Submitted": "auto-generated",
    }
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(str(code) for code, _said in error.recipients.values())
        raise Undelivered(f"the mail server refuses the address ({codes})") from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"the mail server answers {error.smtp_code}") from None


@alongside(PersonErased)
def forget_mails_to(_by: Actor, stated: PersonErased) -> None:
    """What waits to be sent to somebody goes with their data."""
    Job.objects.filter(name=MAIL, arguments__person=stated.person).delete()


@recurring("groundwork.forget_mails", timedelta(hours=6))
def forget_mails(now: datetime) -> None:
    """Remove mails that were given up: they hold addresses, and links that no longer work."""
    Job.objects.filter(name=MAIL, given_up_at__lt=now - KEPT).delete()
