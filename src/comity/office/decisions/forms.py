"""Forms of the decisions office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.groundwork.pages import ActForm, LanguageField, offer
from comity.office.charter.forms import SETTING_FORMS, SettingForm
from comity.office.charter.queries import setting
from comity.office.charter.settings import NAMING
from comity.office.decisions.capitals import capitals
from comity.office.decisions.models import Question
from comity.office.decisions.settings import CLOCK, NO_SEAT
from comity.office.decisions.vocabulary import Channel, Disclosure, Mode, QualificationKind, VoteKind
from comity.office.decisions.words import choice_word
from comity.office.members.names import state_name

LONG = forms.Textarea


class PutForm(ActForm):
    """A question that is put."""

    title = forms.CharField(label=_("What is to be decided"), max_length=300)
    text = forms.CharField(
        label=_("Text"),
        help_text=_("An empty line parts paragraphs. Each is a part that can be amended or voted on separately."),
        widget=LONG,
        required=False,
    )
    language = LanguageField(label=_("Language in which it is written"))
    rule = forms.ChoiceField(label=_("Rule by which it is decided"))
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices)
    meeting = forms.ChoiceField(label=_("Meeting"), required=False)
    moved_by = forms.ChoiceField(label=_("Moved by"), required=False)
    draft = forms.ChoiceField(
        label=_("Charter that it puts in force, once it is adopted"),
        help_text=_("The question is then decided by the rule that the charter has for its own change."),
        required=False,
    )
    documents = forms.MultipleChoiceField(label=_("Documents that it rests on"), required=False)


class AmendForm(ActForm):
    """An amendment: the parts with their texts, to be changed."""

    title = forms.CharField(label=_("What the amendment is called"), max_length=300)
    party = forms.ChoiceField(label=_("Moved by"), required=False)

    def with_parts(self, question: Question) -> None:
        """One field for each part, as it reads now. Those that are left as they are stay; an empty one leaves the part out."""
        for part in question.parts.filter(left_out=False).order_by("rank"):
            self.fields[f"part-{part.reference}"] = forms.CharField(
                label=_("Part %(reference)s") % {"reference": part.reference},
                initial=part.text.original,
                widget=LONG,
                required=False,
            )


class OrderForm(ActForm):
    """The order in which amendments are taken."""

    reason = forms.CharField(label=_("Why"), max_length=1000, required=False)

    def with_amendments(self, rows: Sequence[Question]) -> None:
        """One number for each amendment; 1 is furthest from the original."""
        for place, row in enumerate(rows, start=1):
            self.fields[f"place-{row.id}"] = forms.IntegerField(label=str(row.title), initial=place, min_value=1)


class DivideForm(ActForm):
    """Parts to be voted on separately."""

    parts = forms.MultipleChoiceField(label=_("Parts"), widget=forms.CheckboxSelectMultiple)
    party = forms.ChoiceField(label=_("Asked for by"), required=False)


class ReasonForm(ActForm):
    """A reason that need not be given."""

    reason = forms.CharField(label=_("Why"), max_length=500, required=False)


class RulingForm(ActForm):
    """A ruling."""

    finding = forms.ChoiceField(label=_("What is found"), required=False)
    statement = forms.CharField(label=_("Or something else, in words of your own"), max_length=300, required=False)
    holds = forms.TypedChoiceField(
        label=_("Does it hold?"), choices=((1, _("It holds")), (0, _("It does not hold"))), coerce=lambda v: v == "1"
    )
    reason = forms.CharField(label=_("Why"), max_length=1000, required=False, widget=LONG)

    def offer(self, statements: Mapping[str, str]) -> None:
        """Begin with what rules of the charter ask for, each in words."""
        if statements:
            offer(self, "finding", [*statements.items(), ("", "—")])
        else:
            del self.fields["finding"]
            self.fields["statement"].label = _("What is found")
            self.fields["statement"].required = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        own = given.get("statement", "").strip()
        given["statement"] = own or given.pop("finding", "")
        if not given["statement"]:
            self.add_error("statement", _("Say what is found."))
        return given


class ChallengeForm(ActForm):
    """A challenge to a ruling."""

    party = forms.ChoiceField(label=_("Challenged by"))
    reason = forms.CharField(label=_("Why"), max_length=1000, required=False, widget=LONG)


class OpenVoteForm(ActForm):
    """How a vote is held; fixed while it is open."""

    kind = forms.ChoiceField(label=_("Kind of vote"), choices=VoteKind.choices, initial=VoteKind.RECORDED)
    disclosure = forms.ChoiceField(
        label=_("What is shown before the close"), choices=Disclosure.choices, initial=Disclosure.LIVE
    )
    first = forms.ChoiceField(
        label=_("Called first in a roll call"),
        required=False,
        help_text=_("Whoever was drawn by lot; empty: it is drawn here."),
    )
    language = LanguageField(label=_("Alphabet of the roll call"))
    closes_at = forms.DateTimeField(
        label=_("Closes at (UTC), in writing only"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class RollForm(ActForm):
    """Votes as they were given on paper, by hand or when called."""

    channel = forms.ChoiceField(
        label=_("How they were given"), choices=[one for one in Channel.choices if one[0] != Channel.DEVICE]
    )
    replace = forms.BooleanField(label=_("Also replace votes that are recorded already"), required=False)

    def with_members(self, members: Sequence[tuple[str, str]], choices: Sequence[str]) -> None:
        """One choice for each member, by id of the party; empty: nothing is entered for it."""
        offered = [("", "—"), *((choice, choice_word(choice)) for choice in choices)]
        for party, name in members:
            self.fields[f"of-{party}"] = forms.ChoiceField(label=name, choices=offered, required=False)


class HandsForm(ActForm):
    """A count by show of hands."""

    yes = forms.IntegerField(label=_("Yes"), min_value=0)
    no = forms.IntegerField(label=_("No"), min_value=0)
    abstain = forms.IntegerField(label=_("Abstentions"), min_value=0, initial=0)


class TieForm(ActForm):
    """The chair's casting vote."""

    in_favour = forms.TypedChoiceField(
        label=_("The chair votes"), choices=((1, _("in favour")), (0, _("against"))), coerce=lambda v: v == "1"
    )


class AnnounceForm(ActForm):
    """What whoever presides announces."""

    verdict = forms.ChoiceField(label=_("Outcome that is announced"))
    words = forms.CharField(
        label=_("In these words"),
        max_length=4000,
        widget=LONG,
        help_text=_(
            "Left as they are, they are recorded in every language of the site; words of your own in yours alone."
        ),
    )
    language = LanguageField(label=_("Language in which it is written"))


class ProxyForm(ActForm):
    """A member gives its vote to another."""

    party = forms.ChoiceField(label=_("Whose vote"))
    holder = forms.ChoiceField(label=_("Who casts it"))
    note = forms.CharField(label=_("On which paper that rests"), max_length=300, required=False)


class ExplainForm(ActForm):
    """An explanation of vote."""

    party = forms.ChoiceField(label=_("Delegation"))
    text = forms.CharField(label=_("Explanation"), max_length=10_000, widget=LONG)
    language = LanguageField(label=_("Language in which it is written"))


class CorrectForm(ActForm):
    """How a delegation had meant to vote."""

    party = forms.ChoiceField(label=_("Delegation"))
    intended = forms.ChoiceField(label=_("It had meant to vote"))
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class QualifyForm(ActForm):
    """What is stated of a member for votes."""

    kind = forms.ChoiceField(label=_("What is stated"), choices=QualificationKind.choices)
    party = forms.ChoiceField(label=_("Party"))
    name = forms.CharField(label=_("Standing or weight, as the charter names it"), max_length=100, required=False)
    value = forms.CharField(label=_("Weight (exact: 7, 12.5, 2/3)"), max_length=80, required=False)
    other = forms.ChoiceField(label=_("Whose vote it casts"), required=False)
    body = forms.ChoiceField(label=_("In which body only"), required=False)
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=500)
    source = forms.CharField(label=_("Source"), max_length=500, required=False)


class EndForm(ActForm):
    """The last day of what was stated."""

    until = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=500)


def _seats() -> list[tuple[str, Any]]:
    """Countries whose capital has a calendar, by name in the reader's language."""
    naming = setting(NAMING)
    named = [(iso3, state_name(iso3, naming)) for iso3 in capitals()]
    return [("", NO_SEAT), *sorted(named, key=lambda one: one[1])]


class ClockForm(SettingForm):
    """The clock of silence procedures."""

    seat = forms.ChoiceField(label=_("Country of the seat"), required=False, choices=_seats)
    day_seconds = forms.IntegerField(
        label=_("Seconds that a day lasts"),
        help_text=_("For a demonstration alone, where it makes silence run down faster. Empty: 24 hours."),
        min_value=1,
        max_value=86_400,
        required=False,
    )
    field_order = ("seat", "day_seconds", "reason")

    @staticmethod
    def shown(value: dict[str, Any]) -> dict[str, Any]:
        """The setting's own parts."""
        return value

    @staticmethod
    def given(fields: dict[str, Any]) -> dict[str, Any]:
        """The setting's own parts."""
        return {"seat": fields["seat"], "day_seconds": fields["day_seconds"]}


SETTING_FORMS[CLOCK.key] = ClockForm
