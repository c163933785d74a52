"""Forms of consensus."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from comity.groundwork.pages import ActForm, LanguageField
from comity.office.decisions.actions.consensus import LONGEST


class ObjectForm(ActForm):
    """A formal objection."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))
    part = forms.ChoiceField(label=gettext_lazy("Parts"), required=False)
    language = LanguageField(label=gettext_lazy("Language of what follows"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea)


class DissociateForm(ActForm):
    """A statement of dissociation."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("From these parts; none: from the whole"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = LanguageField(label=gettext_lazy("Language of what follows"))
    text = forms.CharField(label=gettext_lazy("Statement"), max_length=LONGEST, widget=forms.Textarea)
