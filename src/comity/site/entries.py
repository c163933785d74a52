"""Entries of people and allauth's tables, kept in step: each follows the other within one transaction.

A replay of the log leaves allauth's tables alone: what stands in them is of one installation.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from comity.groundwork import mail
from comity.groundwork.actions import change_person, erase_person
from comity.groundwork.acts import CONDITIONS, Actor, Condition, actor_for, alongside, system_actor
from comity.groundwork.events import PersonChanged, PersonErased, PersonRegistered
from comity.groundwork.jobs import recurring
from comity.groundwork.models import Event, EventAbout, Person
from comity.groundwork.panels import Panel, Waiting, register_panel, waits
from comity.groundwork.refs import PERSON_KIND, Ref
from comity.groundwork.roles import ADMINISTRATOR, ANYBODY, SECRETARY
from comity.site.accounts import mail_words

UNCONFIRMED = timedelta(days=7)
"""How long somebody who registered themselves has to confirm their address."""

# --- what allauth would write into an entry is an act ---


@receiver(pre_save, sender=Person)
def record_confirmed_address(instance: Person, update_fields: Iterable[str] | None, **_more: Any) -> None:
    """allauth alone saves nothing but an address: one that was just confirmed. The act writes it first. Raises Refused."""
    if update_fields is not None and set(update_fields) == {"email"}:
        change_person(by=actor_for(instance), person=instance.id, email=instance.email)


@receiver(password_reset)
def confirm_by_reset(user: Person, **_more: Any) -> None:
    """Whoever sets a password by a link from a mail has shown that the address is theirs."""
    confirm(user)


def confirm(user: Person) -> None:
    """Somebody's present address is theirs."""
    address, _made = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    if not address.primary:
        address.set_as_primary()
    address.set_verified()


@receiver(social_account_added)
def confirm_by_ministry(sociallogin: SocialLogin, **_more: Any) -> None:
    """An account that was found by an address which a ministry is trusted to have verified: the address is confirmed."""
    if sociallogin._did_authenticate_by_email == sociallogin.user.email:
        confirm(sociallogin.user)


# --- what an act changes, allauth's tables follow ---


@alongside(PersonRegistered)
def invite(by: Actor, stated: PersonRegistered) -> None:
    """Whoever is registered by another gets a mail with a link by which they set a password."""
    if stated.email is not None and (by.system or by.person_id is not None):
        _own_address(Person.objects.get(id=stated.person))


@alongside(PersonChanged)
def follow_change(by: Actor, stated: PersonChanged) -> None:
    """A new address has to be confirmed, unless that is how it got here; whoever may not sign in is signed out."""
    person = Person.objects.get(id=stated.person)
    own = EmailAddress.objects.filter(user=person)
    if stated.email is not None and not own.filter(email=stated.email, primary=True).exists():
        for former in own.filter(verified=True):
            words = mail_words(former.email) | {"from_email": former.email, "to_email": stated.email}
            mail.write(person, "account/email/email_changed", to=former.email, **words)
        _own_address(person)
    if stated.may_sign_in is False:
        end_sessions(person.id)


@alongside(PersonErased)
def forget(_by: Actor, stated: PersonErased) -> None:
    """Addresses, second factors, links to ministries' logins and sessions go with the person's data."""
    end_sessions(stated.person)
    for table in (EmailAddress, Authenticator, SocialAccount):
        table.objects.filter(user_id=stated.person).delete()


def end_sessions(person: str) -> None:
    """Sign somebody out wherever they are signed in."""
    for session in UserSession.objects.filter(user_id=person):
        session.end()


def _own_address(person: Person) -> None:
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=person.email, primary=True)
    if not person.has_usable_password():
        words = mail_words(person.email or "") | invitation(person)
        mail.write(person, "account/email/invitation", **words)


def invitation(person: Person) -> dict[str, str]:
    """The links of an invitation: to set a password, and to ask for another such link."""
    with override(person.language):
        key = {"uidb36": person.id, "key": default_token_generator.make_token(person)}
        return {
            "password_url": mail.link(reverse("account_reset_password_from_key", kwargs=key)),
            "again_url": mail.link(reverse("account_reset_password")),
        }


# --- whoever keeps the record proves twice that it is they ---


def has_second_factor(person: Person) -> bool:
    """Whether somebody has a passkey or an app, or need not."""
    if not settings.COMITY_REQUIRE_SECOND_FACTOR:
        return True
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=person, type__in=kinds).exists())


CONDITIONS.append(
    Condition(
        frozenset({ADMINISTRATOR.name, SECRETARY.name}),
        has_second_factor,
        gettext_lazy(
            "Your role counts once you have set up a passkey or an app for codes: see “Passkeys and codes” on your page."
        ),
    )
)


@waits
def second_factor_wanted(actor: Actor) -> list[Waiting]:
    """For whoever holds a role that does not count yet."""
    if not actor.withheld:
        return []
    return [
        Waiting(_("Set up a passkey or an app for codes: until then your role does not count."), reverse("mfa_index"))
    ]


register_panel(
    Panel(
        "me",
        10,
        "account/_withheld.html",
        lambda actor, _ref: {"index": reverse("mfa_index")} if actor.withheld else None,
    )
)


register_panel(
    Panel(
        "me", 20, "account/_linked.html", lambda actor, _ref: {} if actor.person_id and settings.COMITY_OIDC else None
    )
)


# --- what is over ---


@recurring("accounts.forget_sessions", timedelta(hours=12))
def forget_sessions(now: datetime) -> None:
    """Remove sessions that are over, with where they were used from."""
    SessionStore.clear_expired()
    for session in UserSession.objects.filter(created_at__lt=now - timedelta(hours=12)):
        session.purge()


@recurring("accounts.erase_unconfirmed", timedelta(hours=12))
def erase_unconfirmed(now: datetime) -> None:
    """Erase people who registered themselves and never confirmed their address: it may be somebody else's."""
    waiting = Person.objects.filter(
        registered_at__lt=now - UNCONFIRMED, erased_at__isnull=True, last_login__isnull=True, grants__isnull=True
    ).exclude(id__in=EmailAddress.objects.filter(verified=True).values("user_id"))
    by_themselves = Event.objects.filter(type=PersonRegistered.TYPE, capacity=ANYBODY.name, actor__isnull=True)
    registered = EventAbout.objects.filter(event__in=by_themselves).values_list("ref", flat=True)
    themselves = {str(Ref(PERSON_KIND, key)): key for key in waiting.values_list("id", flat=True)}
    for ref in registered.filter(ref__in=themselves):
        erase_person(by=system_actor(now), person=themselves[ref], reason="address never confirmed")
