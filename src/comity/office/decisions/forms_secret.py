"""Forms of secret ballots: the paper, and the count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
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


class RankingForm(ActForm):
    """A paper on which names are ranked, each by its place; none has one: blank. Cleaned, `marked` holds the marks in their order."""

    party = forms.ChoiceField(label=gettext_lazy("Delegation"))

    def offer_places(self, words: Mapping[str, str]) -> None:
        """One choice of a place for each mark."""
        self._words = words
        places = [("", "—"), *((str(place), str(place)) for place in range(1, len(words) + 1))]
        for mark, word in words.items():
            self.fields[f"place_{mark}"] = forms.ChoiceField(label=word, choices=places, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        placed: dict[int, str] = {}
        for mark in self._words:
            place = int(given.pop(f"place_{mark}", "") or 0)
            if place in placed:
                # Which of the two comes first would be anybody's guess.
                self.add_error(
                    f"place_{mark}",
                    _("Place %(place)d is taken by %(name)s: give each a place of its own.")
                    % {"place": place, "name": self._words[placed[place]]},
                )
            elif place:
                placed[place] = mark
        return {**given, "marked": [placed[place] for place in sorted(placed)]}


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
