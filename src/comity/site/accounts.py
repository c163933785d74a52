"""How people sign in: what allauth does here becomes acts, mails and pages of this house. docs/accounts.md says it for people.

allauth keeps what is secret or of one installation only: addresses with their confirmation, second factors, links to ministries' logins,
sessions. The record holds who was registered, changed and erased; so whatever allauth would write into a person's entry goes
through an act, and an act that changes an entry brings allauth's tables along, in its transaction.
"""

from __future__ import annotations

import base64
import hashlib
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse, translate_url
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathFillImage

from comity.groundwork import mail
from comity.groundwork.actions import register_person
from comity.groundwork.acts import actor_for
from comity.groundwork.models import Person
from comity.office.charter.queries import organisation


def displayed(person: Person) -> str:
    """Somebody as allauth's pages and mails name them."""
    return person.name


def house_name() -> str:
    """The organisation's short name, by which apps and passkeys list this site."""
    founded = organisation()
    return founded.short_name if founded is not None else "Comity"


class AccountAdapter(DefaultAccountAdapter):
    """Addresses and passwords."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("The secretariat has closed this account."),
        "duplicate_email": gettext_lazy("This is your address already."),
        "email_password_mismatch": gettext_lazy("This address and this password do not belong together."),
        "email_taken": gettext_lazy("Somebody with this e-mail address is registered already."),
        "enter_current_password": gettext_lazy("This is not your present password."),
        "incorrect_code": gettext_lazy("This code is not right, or no longer."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "invalid_or_expired_key": gettext_lazy("This link is not right, or no longer."),
        "invalid_password_reset": gettext_lazy("This link is not right, or no longer."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": gettext_lazy("Too many attempts. Wait a little, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether people may register themselves. No role comes with it."""
        return bool(settings.COMITY_OPEN_SIGNUP)

    def save_user(self, request: HttpRequest, user: Person, form: Form, commit: bool = True) -> Person:
        """Register somebody who signs up: an act of a visitor. Raises Refused."""
        values = form.cleaned_data
        person = register_person(
            by=actor_for(None), name=values["name"], email=values["email"] or None, language=get_language() or "en"
        )
        person.password = getattr(form, "hashed", None) or make_password(None)
        person.save(update_fields=["password"])
        return person

    def set_password(self, user: Person, password: str) -> None:
        """Nothing but the password, so that a change of the entry meanwhile is not undone."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address: allauth's rows and the act, or neither.

        One that is to take the place of another is confirmed by whoever is signed in: it may have been mistyped, and its mail gone to
        a stranger. Raises Refused if somebody else has the address meanwhile.
        """
        owner = email_address.user
        if email_address.email != owner.email and request.user.pk != owner.pk:
            messages.info(request, _("Sign in first, then confirm your new address."))
            ask = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
            raise ImmediateHttpResponse(HttpResponseRedirect(ask))
        with transaction.atomic():
            return bool(super().confirm_email(request, email_address))

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, Any]]:
        """How somebody can show again who they are, in our words."""
        words = {
            "reauthenticate": _("with your password"),
            "mfa_reauthenticate": _("with a code"),
            "mfa_reauthenticate:webauthn": _("with a passkey"),
        }
        return [method | {"description": words[method["id"]]} for method in super().get_reauthentication_methods(user)]

    def send_notification_mail(
        self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody what was changed about how they sign in; at their former address too, if that was it."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Want a mail, in the language of whose address it is, else of the page."""
        person = context.get("user") or Person.objects.filter(email=email).first()
        language = person.language if person is not None else get_language() or "en"
        links = {
            key: mail.link(urlsplit(translate_url(url, language)).path, self.request)
            for key, url in context.items()
            if key.endswith("_url")
        }
        with override(language):
            subject, text = mail.rendered(template_prefix, mail_words(email, self.request) | context | links)
        mail.post(email, subject, text, language=language, person=person)


def mail_words(email: str, request: HttpRequest | None = None) -> dict[str, str]:
    """What every mail about accounts is filled with."""
    return {"email": email, "house": house_name(), "site": mail.link("", request)}


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys, apps and recovery codes. Their secrets are stored encrypted: a copy of the database alone opens no account."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy("This cannot be switched off."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up a passkey or an app first."),
        "incorrect_code": gettext_lazy("This code is not right, or no longer."),
        "unverified_email": gettext_lazy(
            "Confirm your e-mail address first: the link is in the mail that you were sent."
        ),
        "add_email_blocked": gettext_lazy("This address cannot be added."),
    }

    def encrypt(self, text: str) -> str:
        """For the database."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises cryptography.fernet.InvalidToken if the secrets of the installation are not those that it was encrypted with."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """Under which name an app lists this site."""
        return house_name()

    def build_totp_svg(self, url: str) -> str:
        """The code to be scanned, dark on white in dark mode too."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def generate_authenticator_name(self, user: Person, kind: Authenticator.Type) -> str:
        """The name that is offered for a new passkey."""
        count = Authenticator.objects.filter(user_id=user.pk, type=kind).count()
        return _("Passkey %(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """This site, as a passkey knows it."""
        return super().get_public_key_credential_rp_entity() | {"name": house_name()}


def _cipher() -> Fernet:
    derived = hashlib.sha256(b"comity second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


class MinistryAdapter(DefaultSocialAccountAdapter):
    """Logins of ministries. Whose account it is follows from the ministry's own number for the person, never from an unverified address."""

    error_messages: ClassVar = DefaultSocialAccountAdapter.error_messages | {
        "email_taken": gettext_lazy(
            "Somebody with this address is registered already. Sign in as usual, then link %s on your page."
        ),
        "connected_other": gettext_lazy("This login is linked to another account."),
        "no_password": gettext_lazy("Set a password first: without it you could no longer sign in."),
        "no_verified_email": gettext_lazy("Confirm your e-mail address first: without it you could no longer sign in."),
        "invalid_token": gettext_lazy("The answer of this login is not sound."),
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whether this login may register people whom nobody registered before."""
        return bool(settings.COMITY_OPEN_SIGNUP or sociallogin.provider.app.settings["registers"])

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        """Name and address as the ministry gives them."""
        person: Person = sociallogin.user
        both = f"{data.get('first_name') or ''} {data.get('last_name') or ''}".strip()
        person.name = str(data.get("name") or both)[:200]
        person.email = data.get("email")
        return person

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        """What the form begins with, where the ministry does not say enough."""
        return {"name": sociallogin.user.name, "email": sociallogin.user.email or ""}

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Only with a name; else a form asks for it."""
        return bool(sociallogin.user.name)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Person, str] | None:
        """Whose account it is by an address that the ministry is trusted to have verified. Only an address that somebody signs in with."""
        for address in sociallogin.email_addresses:
            owner = Person.objects.filter(email=address.email.lower()).first()
            if address.verified and owner is not None and self.can_authenticate_by_email(sociallogin, address.email):
                return owner, address.email
        return None

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Form | None = None) -> Person:
        """Register somebody who comes from a ministry: an act of a visitor. Raises Refused."""
        told: Person = sociallogin.user
        values: dict[str, Any] = form.cleaned_data if form is not None else {"name": told.name, "email": told.email}
        sociallogin.user = register_person(
            by=actor_for(None), name=values["name"], email=values["email"] or None, language=get_language() or "en"
        )
        sociallogin.save(request)
        registered: Person = sociallogin.user
        return registered
