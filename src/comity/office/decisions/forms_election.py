"""Forms of elections: one for each act that a page offers."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.pages import ActForm, LanguageField
from comity.groundwork.translated import Text
from comity.office.decisions.actions.election import LONGEST_STATEMENT, SeatsAsked


class CallForm(ActForm):
    """An election to be called. Bodies, rules and meetings are filled in for who asks."""

    body = forms.ChoiceField(label=gettext_lazy("Body"))
    meeting = forms.ChoiceField(label=gettext_lazy("Meeting"), required=False)
    language = LanguageField(label=gettext_lazy("Language of what follows"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    rule = forms.ChoiceField(label=gettext_lazy("Rule"))
    seats = forms.CharField(
        label=gettext_lazy("Seats by region"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line, like “Africa: 3”. Empty: all seats are filled together."),
    )

    def clean_seats(self) -> list[tuple[str, int]]:
        """Region and number of each line."""
        made = []
        for line in self.cleaned_data["seats"].splitlines():
            if not line.strip():
                continue
            found = re.fullmatch(r"(?P<region>[^:]{1,200}):[ \t]*(?P<seats>[0-9]{1,3})", line.strip())
            if not found:
                raise forms.ValidationError(_("Write each line like “Africa: 3”: %(line)s") % {"line": line[:80]})
            made.append((found["region"].strip(), int(found["seats"])))
        return made


def seats_asked(lines: list[tuple[str, int]], language: str) -> list[SeatsAsked]:
    """What the form gives, as the act takes it."""
    return [SeatsAsked(region=Text.of(region, language), seats=number) for region, number in lines]


class ForwardForm(ActForm):
    """Somebody to be put forward."""

    party = forms.ChoiceField(label=gettext_lazy("Endorsed by"))
    candidate = forms.ChoiceField(label=gettext_lazy("A party that stands"), required=False)
    name = forms.CharField(label=gettext_lazy("Or a person, by name"), max_length=200, required=False)
    language = LanguageField(label=gettext_lazy("Language of the statement"))
    statement = forms.CharField(
        label=gettext_lazy("Statement"), max_length=LONGEST_STATEMENT, required=False, widget=forms.Textarea
    )


class LotForm(ActForm):
    """A lot."""

    seed = forms.CharField(
        label=gettext_lazy("Seed"),
        max_length=500,
        help_text=gettext_lazy("Words that chance gave before all eyes: what dice showed, numbers called in the hall."),
    )
    source = forms.CharField(label=gettext_lazy("How it came about"), max_length=500)
