"""Forms of the members office: one for each act that a page offers, and the one that chooses what the register shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comity.groundwork.pages import ActForm, LanguageField
from comity.office.charter.telling import several
from comity.office.members import regions
from comity.office.members.actions import ImportRefused
from comity.office.members.names import region_name
from comity.office.members.register_csv import COLUMNS
from comity.office.members.vocabulary import (
    CredentialKind,
    DeclarationKind,
    Evidence,
    Examination,
    PartyKind,
    Precision,
    Status,
    Step,
)

MOST_SHOWN = 200
"""Problems of a file that its form lists; the last line says how many there are."""


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _line(label: Any, most: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def _long(label: Any, most: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.Textarea, help_text=help_text)


def _source() -> forms.CharField:
    return _line(
        _("Source"),
        500,
        help_text=_("Where this is from, so that others can look it up: a title, a number, an address."),
    )


def _reason() -> forms.CharField:
    return _line(_("Reason"), 500)


def region_choices() -> list[tuple[str, Any]]:
    """Regions with their sub-regions, as a form offers them."""
    return [
        ("", "—"),
        *(
            (region_name(region), [(region, region_name(region)), *((part, region_name(part)) for part in parts)])
            for region, parts in regions.PARTS.items()
        ),
    ]


# --- the register ---


class RegisterFilter(forms.Form):
    """Which part of the register, on which day, as known when."""

    on = _day(_("On this day"), required=False)
    known = _day(_("As the record knew it at the end of this day"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("all")), *Status.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *PartyKind.choices])
    region = forms.ChoiceField(label=_("Region"), required=False, choices=region_choices)
    contested = forms.BooleanField(label=_("Contested only"), required=False)


class PartyForm(ActForm):
    """A party's entry."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PartyKind.choices)
    iso3 = _line(
        _("Country code"),
        3,
        required=False,
        help_text=_(
            "Three letters (ISO 3166-1 alpha-3), for states only. With a code the name is known in every language."
        ),
    )
    name = _line(_("Name"), 200, required=False, help_text=_("Empty: the name that goes with the country code."))
    language = LanguageField(label=_("Language of the name"))
    region = forms.ChoiceField(label=_("Region"), required=False, choices=region_choices)


class MergeForm(ActForm):
    """A duplicate to be merged."""

    kept = forms.ChoiceField(label=_("The entry that is kept"))
    reason = _reason()


class StrikeForm(ActForm):
    """An entry that was made in error."""

    reason = _reason()


class ImportForm(ActForm):
    """A register as a file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=format_lazy(
            "{} {}", _("UTF-8, with the headings of the file that this site exports."), lazy(several, str)(COLUMNS)
        ),
    )

    def attempt(self, does: Callable[[dict[str, Any]], Any]) -> bool:
        """As every form; a file that is refused says each of its problems, by line."""

        def tried(values: dict[str, Any]) -> Any:
            try:
                return does(values)
            except ImportRefused as refused:
                for problem in refused.problems[:MOST_SHOWN]:
                    self.add_error("file", str(problem))
                raise

        return super().attempt(tried)


# --- treaty status ---


class _StatusForm(ActForm):
    happened_on = _day(_("Day"), required=False)
    precision = forms.ChoiceField(label=_("How well the day is known"), choices=Precision.choices)
    source = _source()
    evidence = forms.ChoiceField(label=_("Evidence"), choices=Evidence.choices)
    note = _line(_("Note"), 1000, required=False)
    number = _line(
        _("Number in the depositary’s register"),
        40,
        required=False,
        help_text=_("Empty: without a number, or not known."),
    )


class StatusForm(_StatusForm):
    """What happened between a party and the agreement."""

    step = forms.ChoiceField(
        label=_("What happened"), choices=[choice for choice in Step.choices if choice[0] != Step.SUCCEEDED]
    )
    effective_on = _day(
        _("With effect on"),
        required=False,
        help_text=_(
            "If that is another day: for withdrawals, suspensions, provisional application and notices of entry into force."
        ),
    )
    office = _line(
        _("Signed or deposited by (office)"),
        200,
        required=False,
        help_text=_("The office, not the person: “Embassy in Shanghai”. Who it was follows from the credentials."),
    )
    credential = forms.ChoiceField(label=_("Under these credentials"), required=False)
    field_order = ("step", "happened_on", "precision", "effective_on", "source", "evidence")


class CorrectionForm(StatusForm):
    """A better version of what was entered."""

    reason = _reason()


class SuccessionForm(_StatusForm):
    """A state that succeeds to another."""

    predecessor = forms.ChoiceField(label=_("Predecessor"))
    happened_on = _day(_("Day from which it has effect"))
    predecessor_ceased = forms.BooleanField(label=_("The predecessor ceased to exist on that day"), required=False)
    field_order = ("predecessor", "happened_on", "predecessor_ceased", "source", "evidence")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["precision"]


class RetractForm(ActForm):
    """An entry about something that did not happen."""

    reason = _reason()


class ContestForm(ActForm):
    """Somebody who says that a fact is not so."""

    on_behalf_of = forms.ChoiceField(label=_("A party contests it"), required=False)
    contested_by = _line(
        _("Or: who contests it"),
        200,
        required=False,
        help_text=_("An institution, a publication or a list, not a private person."),
    )
    why = _long(_("Why"), 1000)
    source = _source()


class SettleForm(ActForm):
    """The end of a contest."""

    settlement = _line(_("How it was settled"), 500)
    source = _source()


# --- declarations ---


class DeclarationForm(ActForm):
    """A reservation or declaration."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DeclarationKind.choices)
    provision = _line(
        _("To which provision"), 200, required=False, help_text=_("A reservation names one: “article 7 (2)”.")
    )
    text = _long(_("Text"), 20_000)
    language = LanguageField(label=_("Language of the text"))
    made_on = _day(_("Made on"))
    source = _source()


class ObjectionForm(ActForm):
    """What a party objects to in another's declaration."""

    party = forms.ChoiceField(label=_("Who objects"))
    text = _long(_("Text"), 20_000)
    language = LanguageField(label=_("Language of the text"))
    made_on = _day(_("Made on"))
    bars_force = forms.BooleanField(label=_("The agreement is not to be in force between the two"), required=False)
    source = _source()


class WithdrawForm(ActForm):
    """A declaration or objection that was taken back."""

    withdrawn_on = _day(_("Withdrawn on"))
    source = _source()


# --- delegations and credentials ---


class _PersonForm(ActForm):
    person = forms.ChoiceField(label=_("Somebody who acts for this party already"), required=False)
    name = _line(_("Or somebody new: name"), 200, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("With it they can sign in. If somebody here has it, it is taken for theirs."),
    )


class DelegateForm(_PersonForm):
    """Somebody to be named to a delegation."""

    role = forms.ChoiceField(label=_("Role"))
    position = _line(_("Position at home"), 200, required=False)
    since = _day(_("From"))
    until = _day(_("Until"), required=False)
    field_order = ("role", "person", "name", "email")


class RecallForm(ActForm):
    """The end of a term before its time."""

    reason = _line(_("Reason"), 500, required=False)


class CredentialForm(_PersonForm):
    """Why somebody may act for a party."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CredentialKind.choices)
    purpose = _line(
        _("For what"), 300, required=False, help_text=_("“To sign the agreement”, “first session of the Council”.")
    )
    issued_by = _line(_("Issued by"), 200, required=False)
    valid_from = _day(_("Valid from"))
    valid_until = _day(_("Valid until"), required=False)
    received_on = _day(_("Received on"))
    field_order = ("kind", "person", "name", "email")


class ExamineForm(ActForm):
    """What became of credentials."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[choice for choice in Examination.choices if choice[0] != Examination.RECEIVED]
    )
    outcome_on = _day(_("On"))
    reason = _line(_("Reason"), 500, required=False, help_text=_("A rejection needs one."))


# --- blocs ---


class BlocForm(ActForm):
    """A party in a bloc."""

    bloc = forms.ChoiceField(label=_("Bloc or union"))
    since = _day(_("Since"), required=False, help_text=_("Empty: not known since when."))
    until = _day(_("Until"), required=False)
    source = _source()


class LeaveForm(ActForm):
    """The last day of something."""

    until = _day(_("Last day"))


class OptOutForm(ActForm):
    """A matter in which a bloc does not speak for a party."""

    matter = _line(_("Matter"), 300)
    since = _day(_("Since"))


# --- dues ---


class DuesForm(ActForm):
    """What a party is to pay for a year."""

    year = forms.IntegerField(label=_("Year"), min_value=1900, max_value=2200)
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, min_value=0)
    currency = _line(_("Currency"), 3, help_text=_("Three letters (ISO 4217), for example USD."))
    due_on = _day(_("Due on"))
    source = _source()
    reason = _line(_("Reason, if it takes the place of an earlier one"), 500, required=False)


class PaymentForm(ActForm):
    """Money that came in."""

    year = forms.IntegerField(label=_("For the year"), min_value=1900, max_value=2200)
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, min_value=0)
    currency = _line(_("Currency"), 3, help_text=_("Three letters (ISO 4217), for example USD."))
    paid_on = _day(_("Paid on"))
    reference = _line(_("Reference"), 200, required=False)
