"""How a page asks for an act: parse, one act, answer. Refusals go to the field that they are about, in the person's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.groundwork.acts import Actor, check_may
from comity.groundwork.queries import Entry, entries_of, timeline
from comity.groundwork.refusals import ChangedMeanwhile, NotFound, Refused
from comity.groundwork.translated import Text

T = TypeVar("T")
Form = TypeVar("Form", bound="ActForm")


class Request(HttpRequest):
    """A request as views here see it. actor: who asks, put there by the site's middleware."""

    actor: Actor


class ActForm(forms.Form):
    """A form behind which stands an act. `seen`: the version of the thing that the person saw when the page was made."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def attempt(self, does: Callable[[dict[str, Any]], Any]) -> bool:
        """Call `does` with the cleaned values if they are sound; whether it was done.

        A refusal becomes an error of the form. Raises NotFound, which is a page of its own.
        """
        if not self.is_valid():
            return False
        try:
            does(dict(self.cleaned_data))
            return True
        except NotFound:
            raise
        except ChangedMeanwhile as refused:
            self.changed = refused.since
            self.add_error(None, str(refused))
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, str(refused))
        return False

    changed: tuple[int, ...] = ()
    """Events that the person has not seen, if somebody else changed the thing meanwhile."""


def offer(form: forms.Form, field: str, choices: Iterable[Any]) -> None:
    """Give a field of choices those that depend on the place and on who asks."""
    chosen = form.fields[field]
    if not isinstance(chosen, forms.ChoiceField):
        raise TypeError(f"{field} offers no choices")
    chosen.choices = choices


class LanguageField(forms.ChoiceField):
    """One of the site's languages; to begin with, the one in which the page is read."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("initial", get_language)
        super().__init__(choices=lambda: list(settings.LANGUAGES), **options)


def text_given(written: str, language: str = "en", *, current: Text | None = None) -> Text:
    """The text that a form gives: a new one in this language, or `current` with a new original."""
    if current is not None and current.wordings:
        return current.rewritten(written) if written != current.original else current
    return Text.of(written, current.original_language if current is not None else language)


def found_or_refused(thing: T | None) -> T:
    """The thing, or the page that says that there is none (or none for this reader). Raises NotFound."""
    if thing is None:
        raise NotFound(_("There is nothing here, or it is not for you to read."))
    return thing


def act_page(
    request: Request,
    form_class: type[Form],
    does: Callable[[dict[str, Any]], Any],
    *,
    act: str,
    title: str,
    after: str,
    after_args: Sequence[str] = (),
    done: str,
    button: str = "",
    lede: str = "",
    consequence: str = "",
    grave: bool = False,
    initial: dict[str, Any] | None = None,
    prepare: Callable[[Form], None] | None = None,
) -> HttpResponse:
    """The page behind which stands one act: its form, and after the act the page where its result is seen.

    act: its name; whoever may not do it sees why instead of the form. consequence: what will happen, to whom, and whether it can be
    undone. grave: it cannot. prepare: fills choices of the form.
    """
    check_may(request.actor, act)
    form = form_class(request.POST if request.method == "POST" else None, request.FILES or None, initial=initial)
    if prepare is not None:
        prepare(form)
    changes: list[Entry] = []
    if request.method == "POST":
        if form.attempt(does):
            messages.success(request, done)
            return redirect(after, *after_args)
        changes = entries_of(request.actor.reader, form.changed)
    page = {
        "form": form,
        "title": title,
        "lede": lede,
        "button": button or _("Save"),
        "consequence": consequence,
        "grave": grave,
        "changes": changes,
        "back": reverse(after, args=list(after_args)),
    }
    return render(request, "act.html", page, status=422 if request.method == "POST" else 200)


def part_of_timeline(request: Request, size: int = 25, **which: Any) -> dict[str, Any]:
    """The part of a timeline that `?before=` asks for, for `_timeline.html` and `_earlier.html`; which: as `queries.timeline` takes it.

    timeline: at most `size` entries; earlier: what to give as `before` for the next ones, None at the beginning.
    """
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) <= 18 else None
    found = timeline(request.actor.reader, before=before, limit=size + 1, **which)
    return {"timeline": found[:size], "earlier": found[size - 1].seq if len(found) > size else None}


def page_of_list(request: HttpRequest, rows: Any, size: int = 50) -> Page[Any]:
    """The part of a long list that `?page=` asks for."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
