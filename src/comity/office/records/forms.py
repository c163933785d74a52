"""Forms of the records office: one for each act that a page offers, and the filters of its lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from comity.groundwork.audiences import MEMBERS, PUBLIC, SECRETARIAT
from comity.groundwork.pages import ActForm, LanguageField
from comity.office.records.models import Relation
from comity.office.records.symbols import scheme

AUDIENCES = [(PUBLIC, _("everybody")), (MEMBERS, _("delegations of members")), (SECRETARIAT, _("the secretariat"))]


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


def _audience() -> forms.ChoiceField:
    words = _("Once it is issued. Until then, the secretariat alone.")
    return forms.ChoiceField(label=_("Who may read it"), choices=AUDIENCES, help_text=words)


def _series() -> list[tuple[str, str]]:
    return [(name, f"{name} ({prefix})") for name, prefix in scheme().series.items()]


class DraftForm(ActForm):
    """A draft."""

    title = forms.CharField(label=_("Title"), max_length=500)
    series = forms.ChoiceField(label=_("Series"), choices=_series)
    for_debate = forms.BooleanField(
        label=_("A draft to be debated, with a mark of its own in the symbol"), required=False
    )
    audience = _audience()


class NewDraftForm(DraftForm):
    """A draft to be begun."""

    language = LanguageField(label=_("Language of the title"))
    concerns = forms.CharField(widget=forms.HiddenInput, required=False)


class FollowingForm(ActForm):
    """A document that follows upon another, in whose series it stands."""

    relation = forms.ChoiceField(label=_("What it is"), choices=Relation.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Title"), max_length=500)
    audience = _audience()
    language = LanguageField(label=_("Language of the title"))


class VersionForm(ActForm):
    """A document in a language."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: [*settings.LANGUAGES, ("", _("none: data, pictures"))],
        required=False,
    )
    content = forms.FileField(
        label=_("File"),
        help_text=_(
            "PDF, Word, OpenDocument, text, CSV, spreadsheets, pictures; up to 25 MB. Its kind is found from its content."
        ),
    )


class IssueForm(ActForm):
    """Issuing a document."""

    issued_on = _day(_("Date of the document"))


class ReasonForm(ActForm):
    """Something that ends, and why."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class WitnessForm(ActForm):
    """A witness."""

    name = forms.CharField(label=_("Who it is"), max_length=200)
    key = forms.CharField(
        label=_("Public key"),
        max_length=300,
        help_text=_(
            "One line: name, plus sign, eight letters, plus sign, and the key. Take it from them in person or in print."
        ),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        required=False,
        help_text=_("Where their witness answers. Empty: they cosign by hand."),
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )


class CosignatureForm(ActForm):
    """A cosignature that was given by hand."""

    note = forms.CharField(
        label=_("The checkpoint as they cosigned it"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"dir": "ltr"}),
        help_text=_("The whole text: its lines, an empty line, and the lines that begin with a dash."),
        strip=False,
    )


class EmptyForm(ActForm):
    """An act that asks nothing."""


class TimelineFilter(forms.Form):
    """What of the record is shown."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    audience = forms.ChoiceField(
        label=_("For whom"), required=False, choices=[("", _("for anybody at all")), *AUDIENCES]
    )
    since = _day(_("From"), required=False)
    until = _day(_("To"), required=False)


class DocumentFilter(forms.Form):
    """Which documents are shown."""

    q = forms.CharField(label=_("Symbol"), max_length=100, required=False)
    series = forms.ChoiceField(label=_("Series"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
