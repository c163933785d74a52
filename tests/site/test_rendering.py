"""Lists of choices: written without Django's templates, and the same as with them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy

from comity.site.rendering import Renderer

CHOICES: list[list[Any]] = [
    [],
    [("", "—"), ("a", "Aé"), ("b", '<b onclick="x">&</b>'), ("c'\"<", "\u202eabc")],
    [("Group <1>", [("1", "one"), ("2", "two")]), ("3", "three"), ("Group 2", [("4", gettext_lazy("Save"))])],
    [(n, n) for n in range(3)],
]


@pytest.mark.parametrize("choices", CHOICES)
@pytest.mark.parametrize("value", [None, "", "a", "4", ["1", "3"], "c'\"<", "not there"])
@pytest.mark.parametrize("attrs", [{}, {"id": "x", "required": True, "disabled": False, "data-x": '"<&'}])
@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple])
def test_a_list_of_choices_reads_as_django_writes_it(
    kind: type[forms.Select], attrs: dict[str, Any], value: Any, choices: list[Any]
) -> None:
    widget = kind(choices=choices)
    ours = widget.render("name<", value, attrs=attrs, renderer=Renderer())
    theirs = widget.render("name<", value, attrs=attrs, renderer=DjangoTemplates())
    assert ours == theirs


def test_forms_of_the_site_are_rendered_by_it() -> None:
    class Form(forms.Form):
        one = forms.ChoiceField(choices=CHOICES[1])

    assert isinstance(Form().renderer, Renderer)
    assert '<option value="a">Aé</option>' in str(Form()["one"])
