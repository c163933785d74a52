"""Forms of decisions of several organs."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.groundwork.pages import ActForm
from comity.office.decisions.vocabulary import Mode


class NameOrganForm(ActForm):
    """Which body gives the ballot of an organ, and where."""

    given_by = forms.ChoiceField(label=_("Body"))
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices)
    in_meeting = forms.ChoiceField(label=_("Meeting"), required=False)
