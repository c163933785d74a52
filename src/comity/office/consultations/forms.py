"""Forms of the consultations office: one for each act that a page offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from comity.groundwork.pages import ActForm, LanguageField
from comity.groundwork.translated import Text
from comity.office.consultations import declared, polis
from comity.office.consultations.actions.consultations import LONGEST_BACKGROUND, LONGEST_TITLE, SegmentAsked
from comity.office.consultations.actions.statements import LONGEST_STATEMENT, MOST_PARTS
from comity.office.consultations.faults import Fault, FaultyFiles
from comity.office.consultations.models import Segment
from comity.office.consultations.vocabulary import Entry, Moderating, Showing

# As keyboards of the six languages have them.
_COLON, _SEMICOLON = re.compile("[:：]"), re.compile("[;；؛]")
_DECIMAL_POINTS = str.maketrans({",": ".", "٫": ".", "．": "."})


def _at_colon(line: str) -> tuple[str, str, str]:
    """What stands before the last colon, the colon ("": there is none), and what stands after it."""
    found = list(_COLON.finditer(line))
    return (line[: found[-1].start()], found[-1].group(), line[found[-1].end() :]) if found else ("", "", line)


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=False, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"})
    )


class TermsForm(ActForm):
    """What a consultation asks, of whom, and how."""

    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, help_text=_("The question, as you would ask it aloud.")
    )
    background = forms.CharField(
        label=_("Background"),
        max_length=LONGEST_BACKGROUND,
        required=False,
        widget=forms.Textarea,
        help_text=_("What people should know before they answer, and what will be done with the result."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=lambda: list(settings.LANGUAGES),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In which people can write statements."),
    )
    entry = forms.ChoiceField(
        label=_("Who may take part"),
        choices=Entry.choices,
        widget=forms.RadioSelect,
        help_text=_("The more open, the less sure it is that one person is one voice; the report says so."),
    )
    segments = forms.CharField(
        label=_("Questions about the participant"),
        required=False,
        widget=forms.Textarea,
        help_text=_(
            "One a line: the question, a colon, the answers between semicolons. Nobody has to answer them. So: "
            "Where do you work?: in government; in a company; in research; elsewhere"
        ),
    )
    proposals = forms.BooleanField(label=_("Participants may write statements"), required=False)
    moderating = forms.ChoiceField(
        label=_("Statements that people write are shown"), choices=Moderating.choices, widget=forms.RadioSelect
    )
    policy = forms.CharField(
        label=_("Rules of moderation"),
        max_length=LONGEST_BACKGROUND,
        required=False,
        widget=forms.Textarea,
        help_text=_("What is rejected, and why. Everybody reads it, before they write."),
    )
    blocked = forms.CharField(
        label=_("Blocked words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. A statement with one of them waits for a moderator, whatever the rule above says."),
    )
    embed_in = forms.CharField(
        label=_("Sites that may embed it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, like https://example.org. Everybody else’s pages cannot show it in a frame."),
    )
    showing = forms.ChoiceField(label=_("Results are public"), choices=Showing.choices, widget=forms.RadioSelect)
    votes_published = forms.BooleanField(
        label=_("Publish every single answer, under the participant's number"),
        required=False,
        help_text=_(
            "Who knows some of a person's answers can then find all of them, and what they said about themselves can be worked out "
            "from the sums. Everybody is told before they answer."
        ),
    )
    opens_on = _day(_("First day"), _("Empty: it opens when somebody opens it."))
    proposals_until = _day(_("Last day for writing statements"))
    closes_on = _day(_("Last day"), _("It closes at the end of this day (UTC)."))

    def clean_blocked(self) -> list[str]:
        """Words, one a line."""
        return [line.strip() for line in self.cleaned_data["blocked"].splitlines() if line.strip()]

    def clean_embed_in(self) -> list[str]:
        """Origins, one a line."""
        return [line.strip().rstrip("/").lower() for line in self.cleaned_data["embed_in"].splitlines() if line.strip()]

    def clean_segments(self) -> list[tuple[str, list[str]]]:
        """Questions with their answers. Raises ValidationError, which names the line."""
        found = []
        for number, line in enumerate(self.cleaned_data["segments"].splitlines(), start=1):
            if not line.strip():
                continue
            question, colon, answers = _at_colon(line)
            labels = [answer.strip() for answer in _SEMICOLON.split(answers) if answer.strip()]
            if not colon or not question.strip() or len(labels) < 2:
                raise forms.ValidationError(
                    _("Line %(number)d: write the question, a colon, and at least two answers between semicolons."),
                    params={"number": number},
                )
            found.append((question.strip(), labels))
        return found


class NewConsultationForm(TermsForm):
    """A consultation to be prepared."""

    language = LanguageField(label=_("Language of these texts"))
    field_order = ("title", "language")


def segments_asked(given: list[tuple[str, list[str]]], language: str) -> list[SegmentAsked]:
    """Questions about the participant as an act takes them."""
    return [
        SegmentAsked(question=Text.of(question, language), labels=tuple(Text.of(label, language) for label in labels))
        for question, labels in given
    ]


FIELD_OF_FILE = {
    polis.COMMENTS: "comments",
    polis.VOTES: "votes",
    polis.PEOPLE: "people",
    polis.SUMMARY: "summary",
    declared.FILE: "participants",
}


class ImportForm(ActForm):
    """The files of a Polis export."""

    comments = forms.FileField(label=_("comments.csv"))
    votes = forms.FileField(label=_("votes.csv"))
    people = forms.FileField(label=_("participants-votes.csv"), required=False)
    summary = forms.FileField(label=_("summary.csv"), required=False)
    participants = forms.FileField(
        label=_("participants.csv"),
        required=False,
        help_text=_(
            "What people said about themselves, if there is such a file: a column “participant” with their numbers, and one column "
            "for each question. It is shown as sums over at least five people, and in no export."
        ),
    )
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, required=False, help_text=_("Empty: the topic in summary.csv.")
    )
    language = LanguageField(label=_("Language of these texts"))

    def attempt(self, does: Callable[[dict[str, Any]], Any]) -> bool:
        """As any form's; each fault of the files stands with the file in which it is."""
        found: list[Fault] = []

        def noting(values: dict[str, Any]) -> None:
            try:
                does(values)
            except FaultyFiles as faulty:
                found.extend(faulty.listed())

        done = super().attempt(noting)
        for one in found:
            self.add_error(FIELD_OF_FILE.get(one.file), one.sentence)
        return done and not found


class TargetsForm(ActForm):
    """The population behind a question about participants."""

    shares = forms.CharField(
        label=_("Share of each answer, in per cent"),
        widget=forms.Textarea,
        help_text=_("One a line: the answer, a colon, its share. So: in government: 12.5"),
    )
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("The census or register, with its year."))

    def clean_shares(self) -> list[int]:
        """Thousandths, in the order of the lines. Raises ValidationError, which names the line."""
        found = []
        lines = [line for line in self.cleaned_data["shares"].splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            written = _at_colon(line)[2].strip().rstrip("%％٪").strip().translate(_DECIMAL_POINTS)
            try:
                share = Decimal(written) * 10
            except InvalidOperation:
                share = Decimal(-1)
            if not 0 <= share <= 1000:
                raise forms.ValidationError(
                    _("Line %(number)d: write the answer, a colon, and a share between 0 and 100."),
                    params={"number": number},
                )
            found.append(round(share))
        return found


class DuplicateForm(ActForm):
    """A consultation like another."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)


class SeedForm(ActForm):
    """Statements that whoever asks puts first."""

    statements = forms.CharField(
        label=_("Statements"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("One a line, each one idea that somebody can agree or disagree with."),
    )
    language = LanguageField(label=_("Language of these texts"))
    meta = forms.BooleanField(
        label=_("They are about the person who answers (“I work in a hospital”), so they are no findings."),
        required=False,
    )

    def clean_statements(self) -> list[str]:
        """Statements, one a line."""
        return [line.strip() for line in self.cleaned_data["statements"].splitlines() if line.strip()]


class ProposeForm(ActForm):
    """A statement that a participant writes. sure: they have seen those that say nearly the same."""

    text = forms.CharField(
        label=_("Your statement"),
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One idea, in your own words, that others can agree or disagree with. Write no names of private people."
        ),
    )
    language = forms.ChoiceField(label=_("Language"))
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)


class InviteForm(ActForm):
    """Invitations to be made."""

    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=1000, initial=20)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=730, initial=90)

    def offer_answers(self, segments: Iterable[Segment]) -> None:
        """Add a field for each question about participants, to state an answer for all who are invited with these invitations."""
        for segment in segments:
            self.fields[f"about-{segment.id}"] = forms.ChoiceField(
                label=str(segment.question),
                required=False,
                choices=[
                    ("", _("they say it themselves")),
                    *((label.id, str(label.word)) for label in segment.labels.all()),
                ],
                help_text=_("Whoever comes with such an invitation is told what you stated, and can change it."),
            )


class CodeForm(ActForm):
    """An invitation, as somebody types it."""

    code = forms.CharField(label=_("Your invitation"), max_length=40)


class SureForm(ActForm):
    """Nothing but the wish."""


class FinalForm(ActForm):
    """Something that cannot be undone."""

    sure = forms.BooleanField(label=_("I know that this cannot be undone."))


class ReasonForm(ActForm):
    """A decision with its reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("In the record for all to read. Write no personal data here: it stays."),
    )


class AcceptForm(ActForm):
    """A statement to be accepted."""

    meta = forms.BooleanField(
        label=_("It is about the person who answers (“I work in a hospital”), so it is no finding."), required=False
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class MergeForm(ActForm):
    """A duplicate to be merged."""

    into = forms.ChoiceField(label=_("The statement that stays"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class RewordForm(ReasonForm):
    """Other words for a statement that nobody was asked yet."""

    text = forms.CharField(label=_("Statement"), max_length=LONGEST_STATEMENT, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ("text", "reason")


class SplitForm(ReasonForm):
    """Statements in the place of one."""

    texts = forms.CharField(
        label=_("Statements"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, each one idea that somebody can agree or disagree with."),
    )
    field_order = ("texts", "reason")

    def clean_texts(self) -> list[str]:
        """Statements, one a line."""
        found = [line.strip() for line in self.cleaned_data["texts"].splitlines() if line.strip()]
        if len(found) > MOST_PARTS:
            raise forms.ValidationError(_("Give at most %(most)d."), params={"most": MOST_PARTS})
        return found


class RemoveAuthorForm(ReasonForm):
    """A participant to be removed, because of what they wrote."""

    sure = forms.BooleanField(label=_("I know that this cannot be undone."))
