"""Forms of silence procedures: one for each act that a page offers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django import forms
from django.utils.translation import get_language, gettext_lazy

from comity.groundwork.audiences import MEMBERS, PUBLIC
from comity.groundwork.pages import ActForm, LanguageField
from comity.groundwork.translated import Text
from comity.office.charter.queries import body_choices, rules_in_force
from comity.office.decisions.actions.question import PartAsked
from comity.office.decisions.actions.silence import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE
from comity.office.decisions.vocabulary_silence import Naming, Then
from comity.rules import Kind, Rule

_HEAD = re.compile(r"#[ \t]*(?P<reference>[^|\n]{1,100})(?:\|[ \t]*(?P<label>[^\n]{0,200}))?")


class PartsField(forms.CharField):
    """A text in parts: a line that begins with # names the part that follows. Without such lines, every paragraph is a part."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Text"),
            max_length=LONGEST_TEXT,
            widget=forms.Textarea,
            help_text=gettext_lazy(
                "Silence can be broken on each part. A line like “# para 3 | Reporting” begins a part; without such lines "
                "every paragraph is one."
            ),
        )


def parts_asked(written: str, language: str) -> list[PartAsked]:
    """The parts of a text as the form gives it."""
    lines = written.replace("\r\n", "\n").split("\n")
    if not any(_HEAD.fullmatch(line.strip()) for line in lines):
        paragraphs = [part.strip() for part in re.split(r"\n[ \t]*\n", "\n".join(lines)) if part.strip()]
        # A number alone: what it is called is said in each reader's language.
        return [
            PartAsked(reference=str(n), label="", text=Text.of(part, language)) for n, part in enumerate(paragraphs, 1)
        ]
    made: list[tuple[str, str, list[str]]] = []
    for line in lines:
        head = _HEAD.fullmatch(line.strip())
        if head:
            made.append((head["reference"].strip(), (head["label"] or "").strip(), []))
        elif made:
            made[-1][2].append(line)
        elif line.strip():
            made.append(("0", "", [line]))
    return [
        PartAsked(reference=reference, label=label, text=Text.of("\n".join(body).strip(), language))
        for reference, label, body in made
    ]


def _rules(kinds: Iterable[Kind]) -> list[tuple[str, str]]:
    wanted = set(kinds)
    found: list[Rule] = [rule for rule in rules_in_force() if rule.kind in wanted and rule.election is None]
    language = (get_language() or "en").split("-")[0]
    return [(rule.id, rule.title.get(language) or rule.title.get("en") or rule.id) for rule in found]


def voting_rules() -> list[tuple[str, str]]:
    """Rules by which a body votes, by id, with their title in the language of the page; the first is the usual one."""
    return _rules([Kind.VOTE])


class OpenSilenceForm(ActForm):
    """A text to be laid before a body."""

    body = forms.ChoiceField(label=gettext_lazy("Body"), choices=body_choices)
    language = LanguageField(label=gettext_lazy("Language of what follows"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE)
    background = forms.CharField(
        label=gettext_lazy("Background"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea
    )
    parts = PartsField()
    audience = forms.ChoiceField(
        label=gettext_lazy("Who may read it"),
        choices=[(PUBLIC, gettext_lazy("anybody")), (MEMBERS, gettext_lazy("members"))],
        widget=forms.RadioSelect,
    )
    rule = forms.ChoiceField(label=gettext_lazy("Rule"), choices=lambda: _rules([Kind.SILENCE]))
    naming = forms.ChoiceField(
        label=gettext_lazy("Others see who broke silence, and why"),
        choices=Naming.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Fixed when silence begins. On which part it was broken, and other wording, everybody sees at once."
        ),
    )
    then = forms.ChoiceField(
        label=gettext_lazy("If silence is broken on some parts"), choices=Then.choices, widget=forms.RadioSelect
    )
    then_rule = forms.ChoiceField(
        label=gettext_lazy("Rule by which these are decided"),
        required=False,
        choices=lambda: [("", "—"), *voting_rules()],
    )


class BreakForm(ActForm):
    """Breaking silence."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))
    part = forms.ChoiceField(label=gettext_lazy("What you object to"))
    language = LanguageField(label=gettext_lazy("Language of what follows"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea)
    wording = forms.CharField(
        label=gettext_lazy("Other wording"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("What your delegation could accept in its place. Everybody sees it at once."),
    )


class PartyForm(ActForm):
    """For which party, where somebody speaks for more than one."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))


class ExtendForm(ActForm):
    """A further period."""

    number = forms.IntegerField(label=gettext_lazy("How many more"), min_value=1, max_value=999)
    unit = forms.ChoiceField(
        label=gettext_lazy("Of"),
        choices=[
            ("working days", gettext_lazy("working days")),
            ("hours", gettext_lazy("hours")),
            ("days", gettext_lazy("days")),
            ("months", gettext_lazy("months")),
        ],
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class ReasonForm(ActForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)
