"""The translators' desk: how the organisation's texts stand in each language, and a page to give one a wording."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from comity.groundwork import actions
from comity.groundwork.acts import check_may, may_do, version
from comity.groundwork.pages import Request, found_or_refused, page_of_list
from comity.groundwork.queries import Thing
from comity.groundwork.refs import Ref, name_all, page_of
from comity.groundwork.refusals import NotFound
from comity.groundwork.translated import TRANSLATABLE, Made, Text, Translatable, find_text
from comity.site import queries
from comity.site.forms import WordingForm
from comity.site.locales import language, languages
from comity.site.queries import WANTS, Standing, Want


def translations(request: Request) -> HttpResponse:
    """How the organisation's texts stand in each language."""
    found = queries.standings(queries.language_codes())
    rows = [(one, _summed(found[one.code])) for one in languages()]
    return render(request, "translations.html", {"rows": rows})


def into(request: Request, code: str) -> HttpResponse:
    """The texts that want a translator for one language: `?text=kind.field&want=missing`."""
    _known(code)
    standings = [one for one in queries.standings([code])[code] if one.texts]
    wants = [(one, want) for one in standings for want in Want if getattr(one, want.value)]
    chosen = f"{request.GET.get('text')}&{request.GET.get('want')}"
    entry, want = next(
        ((one.field, want) for one, want in wants if f"{_text_key(one.field)}&{want}" == chosen),
        (wants[0][0].field, wants[0][1]) if wants else (None, None),
    )
    page: dict[str, Any] = {
        "into": language(code),
        "counts": [
            (one, _text_key(one.field), [(want, getattr(one, want.value)) for want in Want]) for one in standings
        ],
        "wants": WANTS.items(),
        "may_translate": may_do(request.actor, "groundwork.translate"),
    }
    if entry is not None and want is not None:
        part = page_of_list(request, queries.wanted_rows(entry, code, want))
        readable = [row for row in part.object_list if request.actor.reader.may_read(entry.audience(row))]
        page |= {"page": part, "wanted": queries.wanted(entry, readable), "field": entry, "want": WANTS[want]}
    return render(request, "translations_into.html", page)


def translate(request: Request, code: str, ref: str, field: str) -> HttpResponse:
    """Giving a text a wording in a language, beside its original."""
    _known(code)
    check_may(request.actor, "groundwork.translate")
    entry, thing, current = _text_asked(request, ref, field)
    if code == current.original_language:
        raise NotFound(_("This text was written in this language."))
    now = current.wordings.get(code)
    form = WordingForm(
        request.POST if request.method == "POST" else None,
        initial={
            "text": now.text if now else "",
            "made": (now.made if now else Made.PERSON).value,
            "reviewed": now.reviewed if now and not current.is_stale(code) else False,
            "seen": version(thing.ref),
        },
    )
    into = language(code)
    form.fields["text"].label = into.name
    form.fields["text"].widget.attrs |= {"lang": into.code, "dir": into.direction}

    def does(values: dict[str, Any]) -> None:
        actions.translate(
            by=request.actor,
            thing=thing.ref,
            field=field,
            language=code,
            text=values["text"],
            made=Made(values["made"]),
            reviewed=values["reviewed"],
            seen=values["seen"],
        )

    back = reverse("translations_into", args=[code]) + f"?text={_text_key(entry)}"
    if request.method == "POST" and form.attempt(does):
        messages.success(request, _("The wording was recorded."))
        return redirect(back)
    page = {
        "form": form,
        "field": entry,
        "thing": thing,
        "original": current.shown(current.original_language),
        "original_name": language(current.original_language).name,
        "into": into,
        "stale": current.is_stale(code),
        "back": back,
    }
    return render(request, "translate.html", page, status=422 if request.method == "POST" else 200)


def _text_asked(request: Request, ref: str, field: str) -> tuple[Translatable, Thing, Text]:
    """The text that the address names. Raises NotFound, also where it is not for this reader."""
    try:
        asked = Ref.parse(ref)
    except ValueError:
        asked = Ref("none", "none")
    entry = found_or_refused(TRANSLATABLE.get((asked.kind, field)))
    row, current = found_or_refused(find_text(asked, field))
    if not current.original or not request.actor.reader.may_read(entry.audience(row)):
        found_or_refused(None)
    return entry, Thing(asked, name_all([asked])[asked], page_of(asked)), current


def _known(code: str) -> None:
    found_or_refused(code if code in queries.language_codes() else None)


def _text_key(entry: Translatable) -> str:
    return f"{entry.kind}.{entry.field}"


def _summed(standings: list[Standing]) -> dict[str, int]:
    names = ("texts", "missing", "stale", "unread", "sound")
    return {name: sum(getattr(one, name) for one in standings) for name in names}
