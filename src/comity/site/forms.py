"""Forms of the common pages: people, their roles, wordings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.groundwork.pages import ActForm, LanguageField
from comity.groundwork.translated import Made


class RegisterForm(ActForm):
    """Somebody new."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("They sign in with it. Shown to the secretariat only.")
    )
    language = LanguageField(label=_("Language"))


class PersonForm(RegisterForm):
    """Somebody's entry, as the secretariat changes it."""

    may_sign_in = forms.BooleanField(label=_("May sign in"), required=False)


class OwnEntryForm(ActForm):
    """One's own entry."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Shown beside what you do in the record."))
    language = LanguageField(label=_("Language"), help_text=_("In which the site writes to you."))


class GrantForm(ActForm):
    """A role to be given. Its choices depend on the place."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    term_ends = forms.DateField(
        label=_("Last day of the term"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("After it, the role ends by itself. Empty: until somebody ends it."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("The decision or election behind it. In the record for all to read."),
    )


class EndRoleForm(ActForm):
    """A role to be ended."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, help_text=_("In the record for all to read.")
    )


class EraseForm(ActForm):
    """Somebody's personal data to be erased."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Write no personal data here: it stays."))
    sure = forms.BooleanField(label=_("I know that this cannot be undone."))


class EraseMeForm(ActForm):
    """One's own personal data to be erased."""

    sure = forms.BooleanField(label=_("I know that this cannot be undone."))


class WordingForm(ActForm):
    """A wording of a text in another language."""

    text = forms.CharField(max_length=20_000, widget=forms.Textarea)
    made = forms.ChoiceField(
        label=_("Made by"),
        choices=[(Made.PERSON.value, _("a person")), (Made.MACHINE.value, _("a machine"))],
        widget=forms.RadioSelect,
    )
    reviewed = forms.BooleanField(
        label=_("A person who knows both languages has read it against the original: it says the same."), required=False
    )
