"""Keys for programs: whoever is signed in makes them, sees which work, and revokes them. What a key can do, its owner can do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.groundwork import actions
from comity.groundwork.acts import Actor, check_may
from comity.groundwork.pages import ActForm, Request, act_page, found_or_refused
from comity.groundwork.panels import Panel, register_panel
from comity.groundwork.queries import keys_of
from comity.groundwork.refs import Ref


class KeyForm(ActForm):
    """A key to be made."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("So that you know it from others.")
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"), min_value=1, max_value=actions.LONGEST_TOKEN.days, initial=90
    )
    may_write = forms.BooleanField(label=gettext_lazy("It may act in your name, not only read."), required=False)


class RevokeForm(ActForm):
    """A key to be revoked."""


def make_key(request: Request) -> HttpResponse:
    """Making a key; it is shown on the answer and never again."""
    check_may(request.actor, "groundwork.make_token")
    form = KeyForm(request.POST if request.method == "POST" else None)
    made: list[str] = []

    def does(values: dict[str, Any]) -> None:
        made.append(
            actions.make_token(
                by=request.actor, name=values["name"], days=values["days"], may_write=values["may_write"]
            )
        )

    if request.method == "POST" and form.attempt(does):
        response = render(request, "key.html", {"key": made[0]})
        response["Cache-Control"] = "private, no-store"
        return response
    page = {
        "form": form,
        "title": _("Make a key for programs"),
        "lede": _("With it a program reads, and if you allow it acts, in your name and with your roles."),
        "button": _("Make the key"),
        "consequence": _("Whoever has the key can do what you can. It is shown once; it can be revoked at any time."),
        "back": reverse("me"),
    }
    return render(request, "act.html", page, status=422 if request.method == "POST" else 200)


def revoke_key(request: Request, key: str) -> HttpResponse:
    """Revoking a key of one's own."""
    check_may(request.actor, "groundwork.revoke_token")
    current = found_or_refused(next((one for one in keys_of(request.actor) if one.id == key), None))
    return act_page(
        request,
        RevokeForm,
        lambda _values: actions.revoke_token(by=request.actor, token=key),
        act="groundwork.revoke_token",
        title=_("Revoke the key “%(key)s”") % {"key": current.name},
        button=_("Revoke"),
        done=_("The key no longer works."),
        after="me",
        consequence=_("Programs that use it can no longer read or act. A revoked key does not come back."),
        grave=True,
    )


def _keys(actor: Actor, _ref: Ref | None) -> dict[str, Any] | None:
    """On one's own page. One query."""
    return {"keys": keys_of(actor)} if actor.person_id is not None else None


register_panel(Panel("me", 50, "_keys.html", _keys))
