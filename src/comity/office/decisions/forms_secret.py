"""Forms of secret ballots: the paper, and the count."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from comity.groundwork.pages import ActForm


class PaperForm(ActForm):
    """A paper. Nothing is filled in beforehand."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))
    marked = forms.ChoiceField(label=gettext_lazy("Your paper"), widget=forms.RadioSelect)


class NamesForm(ActForm):
    """A paper on which several names can be marked; none: blank."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))
    marked = forms.MultipleChoiceField(
        label=gettext_lazy("Your paper"), widget=forms.CheckboxSelectMultiple, required=False
    )


class CountForm(ActForm):
    """What tellers counted on real papers. Empty: there were none."""

    on_paper = forms.MultipleChoiceField(
        label=gettext_lazy("Voted on real paper"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Whom the tellers gave a paper. What is on it nobody knows; the papers are counted together."
        ),
    )
