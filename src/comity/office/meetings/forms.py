"""Forms of the meetings office."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.groundwork.audiences import MEMBERS, PUBLIC
from comity.groundwork.pages import ActForm, LanguageField
from comity.office.meetings.actions.checks import sound_zone
from comity.office.meetings.vocabulary import Form

_CLOCK = "%Y-%m-%dT%H:%M"


def _moment(**options: Any) -> forms.DateTimeField:
    """A moment by the clock of the place; `at` gives it the zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_CLOCK)
    return forms.DateTimeField(widget=widget, **options)


def at(moment: datetime | None, zone: str) -> datetime | None:
    """What a form gives as the clock of a place shows it, as a moment. Raises Refused if there is no such zone."""
    return None if moment is None else moment.replace(tzinfo=ZoneInfo(sound_zone(zone)))


def by_the_clock(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a form shows it: by the clock of a place."""
    return "" if moment is None else moment.astimezone(zone).strftime(_CLOCK)


class SureForm(ActForm):
    """Nothing to fill in."""


class ReasonForm(ActForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class MeetingForm(ActForm):
    """A meeting's entry."""

    title = forms.CharField(label=_("Title"), max_length=300)
    form = forms.ChoiceField(label=_("How it is held"), choices=Form.choices, widget=forms.RadioSelect)
    place = forms.CharField(label=_("Place"), max_length=300, required=False)
    starts_at = _moment(label=_("Begins"), help_text=_("By the clock of the place."))
    ends_at = _moment(label=_("Ends"), required=False)
    zone = forms.CharField(
        label=_("Time zone of the place"), max_length=60, initial="UTC", help_text=_("Write it like Africa/Lusaka.")
    )
    rule = forms.ChoiceField(
        label=_("Rule whose quorum holds"), required=False, help_text=_("Of the charter that is in force on that day.")
    )


class ConveneForm(MeetingForm):
    """A meeting to be convened."""

    language = LanguageField(label=_("Language of these texts"))
    audience = forms.ChoiceField(
        label=_("Who may read of it"),
        choices=[(PUBLIC, _("anybody")), (MEMBERS, _("members"))],
        initial=PUBLIC,
        widget=forms.RadioSelect,
    )


class SeatsForm(ActForm):
    """Who takes part, and who votes."""

    parties = forms.MultipleChoiceField(label=_("Takes part"), widget=forms.CheckboxSelectMultiple, required=False)
    voting = forms.MultipleChoiceField(
        label=_("Has a right to vote"), widget=forms.CheckboxSelectMultiple, required=False
    )


class ChairForm(ActForm):
    """Who takes the chair."""

    person = forms.ChoiceField(label=_("Who presides"))


class SuspendForm(ActForm):
    """A meeting to be suspended."""

    until = _moment(label=_("Until"), required=False, help_text=_("By the clock of the place; empty: not known."))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class ItemForm(ActForm):
    """An item of the agenda."""

    title = forms.CharField(label=_("Title"), max_length=500)


class NewItemForm(ItemForm):
    """An item to be put on the agenda."""

    language = LanguageField(label=_("Language"))
    before = forms.ChoiceField(label=_("Stands in front of"), required=False)
    documents = forms.CharField(
        label=_("Documents"), required=False, help_text=_("Their symbols, with a comma between them."), max_length=2000
    )


class DocumentsForm(ActForm):
    """Documents for an item."""

    documents = forms.CharField(
        label=_("Documents"), help_text=_("Their symbols, with a comma between them."), max_length=2000
    )


class MoveForm(ActForm):
    """Where an item is to stand."""

    before = forms.ChoiceField(label=_("Stands in front of"), required=False)


class DropForm(ActForm):
    """An item to be taken off the agenda."""

    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class PointForm(ActForm):
    """A point of order."""

    words = forms.CharField(
        label=_("Your point of order"), max_length=1000, widget=forms.Textarea, help_text=_("Anybody may read it.")
    )


class RulingForm(ActForm):
    """The ruling of the chair."""

    upheld = forms.ChoiceField(
        label=_("The chair rules"),
        choices=[("yes", _("The point of order is well taken.")), ("no", _("The point of order is not well taken."))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=_("In these words"), max_length=1000, widget=forms.Textarea, required=False)


class ChallengeForm(ActForm):
    """What a vote on a challenge came to."""

    overruled = forms.ChoiceField(
        label=_("The vote"),
        choices=[("no", _("The ruling stands.")), ("yes", _("The ruling is overruled."))],
        widget=forms.RadioSelect,
    )


def symbols(written: str) -> list[str]:
    """Symbols of documents as a form gives them."""
    return [one.strip() for one in written.split(",") if one.strip()]
