"""Pages of the organisation: its entry, founding texts, bodies, settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do, version
from comity.groundwork.pages import Request, act_page, found_or_refused, offer, part_of_timeline, text_given
from comity.groundwork.queries import timeline
from comity.office.charter import actions, queries
from comity.office.charter.forms import (
    SETTING_FORMS,
    AnySettingForm,
    BodyForm,
    DissolveForm,
    FoundingForm,
    NewBodyForm,
    NewTenetForm,
    OrganisationForm,
    TenetForm,
    WithdrawForm,
)
from comity.office.charter.models import Tenet, TenetKind
from comity.office.charter.settings import SETTINGS


def organisation(request: Request) -> HttpResponse:
    """What this organisation is."""
    current = queries.organisation()
    if current is None:
        return redirect("home")  # which says what is to be done
    return render(
        request,
        "charter/organisation.html",
        {
            "texts": [(kind, queries.tenets(kind)) for kind in TenetKind],
            "bodies": queries.bodies(),
            "timeline": timeline(request.actor.reader, about=current.ref, limit=10),
            "may_change": may_do(request.actor, "charter.change_organisation"),
        },
    )


def found(request: Request) -> HttpResponse:
    """Opening the record of an organisation."""

    def does(values: dict[str, Any]) -> None:
        language = values["language"]
        actions.found(
            by=request.actor,
            name=text_given(values["name"], language),
            short_name=values["short_name"],
            seat=text_given(values["seat"], language),
            purpose=text_given(values["purpose"], language),
        )

    return act_page(
        request,
        FoundingForm,
        does,
        act="charter.found",
        title=_("Found your organisation"),
        button=_("Open the record"),
        done=_("The record is open."),
        after="charter:organisation",
        consequence=_(
            "The organisation's name and purpose can be changed later; that its record was opened today cannot."
        ),
    )


def change_organisation(request: Request) -> HttpResponse:
    """Changing the organisation's entry."""
    current = actions.the_organisation()

    def does(values: dict[str, Any]) -> None:
        actions.change_organisation(
            by=request.actor,
            name=text_given(values["name"], current=current.name),
            short_name=values["short_name"],
            seat=text_given(values["seat"], current=current.seat),
            purpose=text_given(values["purpose"], current=current.purpose),
            seen=values["seen"],
        )

    return act_page(
        request,
        OrganisationForm,
        does,
        act="charter.change_organisation",
        title=_("Change the organisation's entry"),
        done=_("The entry was changed."),
        after="charter:organisation",
        initial={
            "name": current.name.original,
            "short_name": current.short_name,
            "seat": current.seat.original,
            "purpose": current.purpose.original,
            "seen": version(current.ref),
        },
    )


# --- founding texts ---


def texts(request: Request) -> HttpResponse:
    """All founding texts."""
    return render(
        request,
        "charter/texts.html",
        {
            "texts": [(kind, queries.tenets(kind)) for kind in TenetKind],
            "may_change": may_do(request.actor, "charter.adopt_tenet"),
        },
    )


def adopt_tenet(request: Request) -> HttpResponse:
    """Entering a founding text."""

    def does(values: dict[str, Any]) -> None:
        language = values["language"]
        actions.adopt_tenet(
            by=request.actor,
            kind=values["kind"],
            number=values["number"],
            title=text_given(values["title"], language),
            text=text_given(values["text"], language),
            certainty=values["certainty"],
            source=values["source"],
        )

    return act_page(
        request,
        NewTenetForm,
        does,
        act="charter.adopt_tenet",
        title=_("Enter a founding text"),
        done=_("The founding text was entered."),
        after="charter:texts",
    )


def change_tenet(request: Request, key: str) -> HttpResponse:
    """Correcting a founding text."""
    current: Tenet = found_or_refused(queries.tenet(key))

    def does(values: dict[str, Any]) -> None:
        actions.change_tenet(
            by=request.actor,
            tenet=key,
            title=text_given(values["title"], current=current.title),
            text=text_given(values["text"], current=current.text),
            certainty=values["certainty"],
            source=values["source"],
            seen=values["seen"],
        )

    return act_page(
        request,
        TenetForm,
        does,
        act="charter.change_tenet",
        title=_("Correct a founding text"),
        done=_("The founding text was corrected."),
        after="charter:texts",
        initial={
            "title": current.title.original,
            "text": current.text.original,
            "certainty": current.certainty,
            "source": current.source,
            "seen": version(current.ref),
        },
    )


def withdraw_tenet(request: Request, key: str) -> HttpResponse:
    """Withdrawing a founding text."""
    current = found_or_refused(queries.tenet(key))
    return act_page(
        request,
        WithdrawForm,
        lambda values: actions.withdraw_tenet(by=request.actor, tenet=key, reason=values["reason"]),
        act="charter.withdraw_tenet",
        title=_("Withdraw “%(title)s”") % {"title": current.title},
        button=_("Withdraw"),
        done=_("The founding text was withdrawn."),
        after="charter:texts",
        consequence=_("It no longer stands among the founding texts. The record keeps it; it can be entered anew."),
        grave=True,
    )


# --- bodies ---


def bodies(request: Request) -> HttpResponse:
    """The tree of bodies."""
    return render(
        request,
        "charter/bodies.html",
        {"bodies": queries.bodies(), "may_establish": may_do(request.actor, "charter.establish_body")},
    )


def body(request: Request, key: str) -> HttpResponse:
    """One body: what it is, who serves in it, what happened."""
    current = found_or_refused(queries.body(key))
    running = current.dissolved_on is None
    return render(
        request,
        "charter/body.html",
        {
            "body": current,
            "services": queries.serving_in(key),
            "parts": queries.parts_of(key),
            "may_change": running and may_do(request.actor, "charter.change_body"),
            "may_appoint": running and may_do(request.actor, "groundwork.grant_role"),
            **part_of_timeline(request, about=current.ref),
        },
    )


def _parents(form: BodyForm, without: str | None = None) -> None:
    offer(form, "parent", [("", "—"), *queries.body_choices(without)])


def establish_body(request: Request) -> HttpResponse:
    """Establishing a body."""

    def does(values: dict[str, Any]) -> None:
        language = values["language"]
        actions.establish_body(
            by=request.actor,
            name=text_given(values["name"], language),
            abbreviation=values["abbreviation"],
            mandate=text_given(values["mandate"], language),
            parent=values["parent"] or None,
            rank=values["rank"],
            established_on=values["established_on"],
        )

    return act_page(
        request,
        NewBodyForm,
        does,
        act="charter.establish_body",
        title=_("Establish a body"),
        done=_("The body was established."),
        after="charter:bodies",
        prepare=_parents,
        initial={"parent": request.GET.get("parent", ""), "rank": 0},
    )


def change_body(request: Request, key: str) -> HttpResponse:
    """Changing a body's entry."""
    current = found_or_refused(queries.body(key))

    def does(values: dict[str, Any]) -> None:
        actions.change_body(
            by=request.actor,
            body=key,
            name=text_given(values["name"], current=current.name),
            abbreviation=values["abbreviation"],
            mandate=text_given(values["mandate"], current=current.mandate),
            parent=values["parent"],
            rank=values["rank"],
            seen=values["seen"],
        )

    return act_page(
        request,
        BodyForm,
        does,
        act="charter.change_body",
        title=_("Change the entry of %(body)s") % {"body": current.name},
        done=_("The entry was changed."),
        after="charter:body",
        after_args=[key],
        prepare=lambda form: _parents(form, key),
        initial={
            "name": current.name.original,
            "abbreviation": current.abbreviation,
            "parent": current.parent_id or "",
            "mandate": current.mandate.original,
            "rank": current.rank,
            "seen": version(current.ref),
        },
    )


def dissolve_body(request: Request, key: str) -> HttpResponse:
    """Dissolving a body."""
    current = found_or_refused(queries.body(key))
    return act_page(
        request,
        DissolveForm,
        lambda values: actions.dissolve_body(
            by=request.actor, body=key, dissolved_on=values["dissolved_on"], reason=values["reason"]
        ),
        act="charter.dissolve_body",
        title=_("Dissolve %(body)s") % {"body": current.name},
        button=_("Dissolve"),
        done=_("The body was dissolved."),
        after="charter:bodies",
        consequence=_("It ends on that day. Its papers and its place in the record stay; this cannot be undone."),
        grave=True,
    )


# --- settings ---


def settings(request: Request) -> HttpResponse:
    """All settings of the organisation, and how each is set."""
    held = [(declared, queries.setting(declared)) for declared in SETTINGS.values()]
    return render(
        request,
        "charter/settings.html",
        {
            "settings": [
                (
                    declared,
                    list(declared.told(value)) if declared.told is not None else None,
                    value.model_dump(mode="json"),
                    (f"charter/settings/{declared.key}.html", "charter/settings/other.html"),
                )
                for declared, value in held
            ],
            "may_change": may_do(request.actor, "charter.change_setting"),
        },
    )


def change_setting(request: Request, key: str) -> HttpResponse:
    """Changing a setting."""
    declared = found_or_refused(SETTINGS.get(key))
    form_class = SETTING_FORMS.get(key, AnySettingForm)
    return act_page(
        request,
        form_class,
        lambda values: actions.change_setting(
            by=request.actor, key=key, value=form_class.given(values), reason=values["reason"], seen=values["seen"]
        ),
        act="charter.change_setting",
        title=_("Change the setting “%(setting)s”") % {"setting": declared.word},
        lede=str(declared.meaning),
        done=_("The setting was changed."),
        after="charter:settings",
        initial={
            **form_class.shown(queries.setting(declared).model_dump(mode="json")),
            "seen": version(actions.the_organisation().ref),
        },
    )
