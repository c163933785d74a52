"""The forms by which people sign in: allauth's, in the site's words and with the site's fields."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comity.groundwork.actions import LONGEST_ADDRESS
from comity.groundwork.models import Person
from comity.groundwork.refusals import Refused
from comity.groundwork.texts import clean_line

_ADDRESS = (_("E-mail address"), "")
_OWN_PASSWORD = (_("Password"), "")
_NEW = _(
    "At least ten characters: four or five words that have nothing to do with each other are easy to keep and hard to guess."
)
_CODE = (_("Code"), _("From your app, or one of your recovery codes."))


class Worded(forms.Form):
    """Gives allauth's fields our labels and helps, and no text inside the fields, which vanishes when one writes."""

    words: ClassVar[dict[str, tuple[Any, Any]]] = {}
    """Label and help of fields by their names, translated when the page is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField) or name == "code":
                field.widget.attrs["dir"] = "ltr"
            if isinstance(field, forms.EmailField):
                field.validators.append(MaxLengthValidator(LONGEST_ADDRESS))
            if name in self.words:
                field.label, field.help_text = self.words[name]


class LoginForm(Worded, account.LoginForm):
    """Address and password."""

    @property
    def open_signup(self) -> bool:
        """Whether the page leads on to signing up."""
        return bool(settings.COMITY_OPEN_SIGNUP)

    words: ClassVar = {
        "login": _ADDRESS,
        "password": _OWN_PASSWORD,
        "remember": (_("Keep me signed in on this device"), ""),
    }


class Named(Worded):
    """Signing up: allauth's fields, and a name."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("Shown beside what you do in the record."), widget=forms.TextInput
    )
    words: ClassVar = {
        "email": (_("E-mail address"), _("You confirm it by a link that is sent to it. Only the secretariat sees it.")),
        "password1": (_("Password"), _NEW),
    }
    field_order = ("name", "email", "password1")
    hashed: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.order_fields(self.field_order)

    def clean_name(self) -> str:
        """Without what cannot be seen."""
        try:
            return clean_line(self.cleaned_data["name"], most=200, field="name")
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def try_save(self, request: HttpRequest) -> tuple[Person | None, Any]:
        """Register, or tell whoever has this address already by mail: seen from here, the two are the same."""
        # First, and in both cases: it holds no lock meanwhile, and takes as long for an address that is known.
        self.hashed = make_password(self.cleaned_data.get("password1"))
        with transaction.atomic():
            saved: tuple[Person | None, Any] = super().try_save(request)  # type: ignore[misc]  # allauth's, beside this class
            return saved


class SignupForm(Named, account.SignupForm):
    """Signing up with a password."""


class MinistrySignupForm(Named, social.SignupForm):
    """Signing up with a ministry's login that does not say enough."""


class AddEmailForm(Worded, account.AddEmailForm):
    """Another address in place of the present one."""

    words: ClassVar = {
        "email": (_("New e-mail address"), _("The present one is used until you have confirmed the new one."))
    }


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    """A new password, by whoever knows the present one."""

    words: ClassVar = {
        "oldpassword": (_("Present password"), ""),
        "password1": (_("New password"), _NEW),
        "password2": (_("New password again"), ""),
    }


class SetPasswordForm(Worded, account.SetPasswordForm):
    """A password for whoever had none."""

    words: ClassVar = {"password1": (_("Password"), _NEW), "password2": (_("Password again"), "")}


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    """To whom a link is sent by which a password is set."""

    words: ClassVar = {"email": _ADDRESS}
    users: list[Person]

    def clean_email(self) -> str:
        """Only addresses that people sign in with: not one that somebody wants to change to, which may be mistyped."""
        email: str = super().clean_email()
        self.users = [user for user in self.users if user.email == email.lower()]
        return email


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    """A password, set by a link from a mail."""

    words: ClassVar = SetPasswordForm.words


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    """The password once more, before something that a stranger at an open screen must not do."""

    words: ClassVar = {"password": _OWN_PASSWORD}


class AuthenticateForm(Worded, mfa.AuthenticateForm):
    """The second step of signing in."""

    words: ClassVar = {"code": _CODE}


class ReauthenticateByCodeForm(Worded, mfa.ReauthenticateForm):
    """A code once more."""

    words: ClassVar = {"code": _CODE}


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    """The first code of an app."""

    words: ClassVar = {"code": (_("Code from the app"), _("Six digits; they change every half minute."))}


class AddPasskeyForm(Worded, webauthn.AddWebAuthnForm):
    """A passkey, which the browser makes."""

    words: ClassVar = {
        "name": (_("Name"), _("So that you know it from others: “phone”, “key on the ring”.")),
        "passwordless": (
            _("Sign in with it alone"),
            _("It then asks for its PIN, a finger or a face, and no password is needed."),
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(Worded, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    words: ClassVar = {"name": (_("Name"), "")}
