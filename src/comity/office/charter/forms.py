"""Forms of the charter office: one for each act that a page offers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.groundwork.pages import ActForm, LanguageField
from comity.office.charter.models import Certainty, TenetKind


class OrganisationForm(ActForm):
    """The organisation's entry."""

    name = forms.CharField(label=_("Name"), max_length=200)
    short_name = forms.CharField(label=_("Short name"), max_length=40)
    seat = forms.CharField(label=_("Seat"), max_length=200, required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=5000, required=False, widget=forms.Textarea)


class FoundingForm(OrganisationForm):
    """Opening the record of an organisation."""

    language = LanguageField(label=_("Language of these texts"))


class BodyForm(ActForm):
    """A body's entry."""

    name = forms.CharField(label=_("Name"), max_length=200)
    abbreviation = forms.CharField(label=_("Abbreviation"), max_length=20, required=False)
    parent = forms.ChoiceField(label=_("Stands under"), required=False)
    mandate = forms.CharField(label=_("Mandate"), max_length=20_000, required=False, widget=forms.Textarea)
    rank = forms.IntegerField(label=_("Rank among its neighbours"), min_value=0, max_value=999, initial=0)


class NewBodyForm(BodyForm):
    """A body to be established."""

    language = LanguageField(label=_("Language of these texts"))
    established_on = forms.DateField(label=_("Established on"), widget=forms.DateInput(attrs={"type": "date"}))


class DissolveForm(ActForm):
    """The end of a body."""

    dissolved_on = forms.DateField(label=_("Dissolved on"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class TenetForm(ActForm):
    """A founding text."""

    title = forms.CharField(label=_("Title"), max_length=300)
    text = forms.CharField(label=_("Text"), max_length=20_000, required=False, widget=forms.Textarea)
    certainty = forms.ChoiceField(label=_("How well the wording is known"), choices=Certainty.choices)
    source = forms.CharField(label=_("Source"), max_length=500, required=False)


class NewTenetForm(TenetForm):
    """A founding text to be entered."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TenetKind.choices)
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=999)
    language = LanguageField(label=_("Language of these texts"))


class WithdrawForm(ActForm):
    """The end of a founding text."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


# --- rules ---


class DraftForm(ActForm):
    """A proposed charter as text."""

    text = forms.CharField(
        label=_("Text"),
        strip=False,
        widget=forms.Textarea(attrs={"class": "editor", "dir": "ltr", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("Rules in TOML, as docs/decisions.md teaches. What it would mean stands below."),
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, help_text=_("Who proposes it, and what for.")
    )


class FoundingCharterForm(ActForm):
    """The founding charter, laid down without a vote."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    in_force_from = forms.DateField(label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class AdoptionForm(FoundingCharterForm):
    """A charter adopted by a vote; the votes of members stand in fields beside these."""

    table = forms.CharField(
        label=_("Or paste a table"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"dir": "ltr", "rows": 5, "placeholder": "member,choice"}),
        help_text=_(
            "One member a line under the columns member,choice; groups and weights of the charter are further columns. States are named by "
            "their codes of three letters."
        ),
    )
    field_order = ("table", "in_force_from", "reason")


# --- settings ---


class SettingForm(ActForm):
    """A setting of the organisation: how its value is put into fields and read out of them."""

    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    @staticmethod
    def shown(value: dict[str, Any]) -> dict[str, Any]:
        """What the fields show of a setting."""
        raise NotImplementedError

    @staticmethod
    def given(fields: dict[str, Any]) -> dict[str, Any]:
        """The setting that the fields give."""
        raise NotImplementedError


class AnySettingForm(SettingForm):
    """A setting as JSON: for those that have no form of their own."""

    value = forms.JSONField(label=_("Value"), widget=forms.Textarea)
    field_order = ("value", "reason")

    @staticmethod
    def shown(value: dict[str, Any]) -> dict[str, Any]:
        """All of it."""
        return {"value": value}

    @staticmethod
    def given(fields: dict[str, Any]) -> dict[str, Any]:
        """All of it; what is no object is refused as one without its parts."""
        value = fields["value"]
        return value if isinstance(value, dict) else {"value": value}


class NamingForm(SettingForm):
    """Names of states where the organisation has its own."""

    names = forms.CharField(
        label=_("Names"),
        widget=forms.Textarea,
        required=False,
        help_text=_("One a line: the state’s code of three letters, the language, the name. So: CIV fr Côte d’Ivoire."),
    )
    field_order = ("names", "reason")

    def clean_names(self) -> dict[str, dict[str, str]]:
        """Names by language, by code of the state."""
        names: dict[str, dict[str, str]] = {}
        words = _("write a code of three letters, a language and a name on each line.")
        for code, language, name in _parts_of_lines(self.cleaned_data["names"], None, 3, words):
            names.setdefault(code.upper(), {})[language.lower()] = name
        return names

    @staticmethod
    def shown(value: dict[str, Any]) -> dict[str, Any]:
        """Names line by line."""
        lines = [
            f"{code} {language} {name}" for code, names in value["names"].items() for language, name in names.items()
        ]
        return {"names": "\n".join(lines)}

    @staticmethod
    def given(fields: dict[str, Any]) -> dict[str, Any]:
        """The organisation's own names."""
        return {"names": fields["names"]}


def _parts_of_lines(text: str, mark: str | None, count: int, mend: str | Promise) -> list[list[str]]:
    """Each line that is not empty, parted. Raises ValidationError, which names the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.split(mark, count - 1)] if line.strip() else None
        if parts is None:
            continue
        if len(parts) != count or not all(parts):
            words = {"number": number, "line": line.strip()[:60], "mend": mend}
            raise forms.ValidationError(_("Line %(number)d, “%(line)s”: %(mend)s") % words)
        found.append(parts)
    return found


SETTING_FORMS: dict[str, type[SettingForm]] = {
    "naming": NamingForm,
}
"""Forms of the settings, by key; those of later offices register theirs here. The others are given as JSON."""
