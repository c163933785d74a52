"""Forms of secret ballots: the paper, and the count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork.pages import ActForm
from comity.office.decisions.words import several


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


class HandForm(ActForm):
    """Who has a real paper."""

    parties = forms.MultipleChoiceField(
        label=gettext_lazy("Have a real paper"), required=False, widget=forms.CheckboxSelectMultiple
    )


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

    def ask_for_papers(self, words: Mapping[str, str]) -> None:
        """One number for each mark."""
        for mark, word in words.items():
            self.fields[f"paper_{mark}"] = forms.IntegerField(
                label=_("Real papers: %(mark)s") % {"mark": word}, min_value=0, required=False
            )


class CountRoundForm(CountForm):
    """The same in a round of an election: how many papers were in the box, and on how many each name stands."""

    in_box = forms.IntegerField(
        label=gettext_lazy("Real papers in the box"),
        min_value=0,
        required=False,
        help_text=gettext_lazy("As the tellers found them, blank and invalid ones included."),
    )


class CountRankingsForm(CountRoundForm):
    """The same where papers rank: how many rank in which order."""

    rankings = forms.CharField(
        label=gettext_lazy("Real papers by ranking"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def explain_rankings(self, words: Mapping[str, str]) -> None:
        """Say how lines are written, with the numbers of the names."""
        numbered = [f"{number} {word}" for number, word in enumerate(words.values(), 1)]
        self.fields["rankings"].help_text = _(
            "One ranking a line: how many papers, a comma, then who comes first, second and so on, like “3, 2 > 1”. Write names "
            "or these numbers: %(names)s."
        ) % {"names": several(numbered)}


def papers_by_mark(given: Mapping[str, Any]) -> dict[str, int]:
    """What tellers gave for each mark, without what is 0 or empty."""
    named = {name.removeprefix("paper_"): given[name] for name in given if name.startswith("paper_")}
    return {mark: number for mark, number in named.items() if number}
