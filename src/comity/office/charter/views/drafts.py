"""Pages on which a charter is written and adopted: the editor with its preview, the adoption, the withdrawal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from comity.groundwork.acts import check_may, version
from comity.groundwork.pages import Request, act_page, found_or_refused
from comity.groundwork.queries import entries_of
from comity.groundwork.refusals import Refused
from comity.office.charter import actions, queries
from comity.office.charter.actions.rules import LONGEST
from comity.office.charter.forms import AdoptionForm, DraftForm, FoundingCharterForm, WithdrawForm
from comity.office.charter.models import CharterVersion
from comity.office.charter.telling import in_words, language, names_of, rule_told
from comity.office.charter.voting import Vote
from comity.office.charter.wording import chosen_word
from comity.rules import Ballot, Record, RulesError, catalogue
from comity.rules.charter_file import CATALOGUE
from comity.rules.formats import parse_votes

CHOICES = ("yes", "no", "abstain", "absent")

BEGINNING = "example-waico.toml"
"""The charter of the catalogue from which a first proposal begins: whole, with a rule for its own change, so that it can be laid down."""


def new_draft(request: Request) -> HttpResponse:
    """Proposing a charter: `?from=` a charter of the catalogue or a version, else the one in force, else an empty example."""
    return _editor(request, None, _beginning(request.GET.get("from", "")))


def change_draft(request: Request, key: str) -> HttpResponse:
    """Changing a proposed charter."""
    current = _draft(key)
    return _editor(request, current, current.text)


def _editor(request: Request, current: CharterVersion | None, text: str) -> HttpResponse:
    act = "charter.change_draft" if current else "charter.draft_charter"
    check_may(request.actor, act)
    initial = {"text": text, "note": current.note if current else "", "seen": version(current.ref) if current else None}
    form = DraftForm(request.POST if request.method == "POST" else None, initial=initial)
    made: list[str] = []

    def does(values: dict[str, Any]) -> None:
        if current is None:
            made.append(actions.draft_charter(by=request.actor, text=values["text"], note=values["note"]).id)
            return
        actions.change_draft(
            by=request.actor, draft=current.id, text=values["text"], note=values["note"], seen=values["seen"]
        )
        made.append(current.id)

    shown = text
    if request.method == "POST":
        shown = request.POST.get("text", "")
        if request.headers.get("HX-Request"):  # as one types; nothing is kept
            return render(request, "charter/_preview.html", {"preview": _preview(shown)})
        if "preview" not in request.POST and form.attempt(does):
            messages.success(request, _("The proposed charter was saved."))
            return redirect("charter:version", made[0])
    page = {
        "form": form,
        "draft": current,
        "changes": entries_of(request.actor.reader, form.changed),
        "preview": _preview(shown),
        "back": current.id if current else "",
    }
    at_fault = request.method == "POST" and "preview" not in request.POST
    return render(request, "charter/editor.html", page, status=422 if at_fault else 200)


def _preview(text: str) -> Any:
    # Imported here: counting coalitions needs compiled loops, which no other page of this office waits for.
    from comity.office.charter.previewing import preview as previewed

    if len(text) > LONGEST:
        text = text[:LONGEST]
    today = timezone.now().date()
    return previewed(text.replace("\r\n", "\n"), today, queries.electorate(today), queries.charter_in_force(today))


def _beginning(asked: str) -> str:
    """The text from which a proposal begins."""
    if asked in catalogue():
        return (CATALOGUE / f"{asked}.toml").read_text(encoding="utf-8")
    if asked:
        return found_or_refused(queries.version_by_id(asked)).text
    holding = queries.charter_in_force()
    if holding is not None:
        return queries.charter_text(holding.version)
    return (CATALOGUE / BEGINNING).read_text(encoding="utf-8")


def withdraw_draft(request: Request, key: str) -> HttpResponse:
    """Withdrawing a proposed charter."""
    current = _draft(key)
    return act_page(
        request,
        WithdrawForm,
        lambda values: actions.withdraw_draft(by=request.actor, draft=key, reason=values["reason"]),
        act="charter.withdraw_draft",
        title=_("Withdraw “%(title)s”") % {"title": in_words(current.title)},
        button=_("Withdraw"),
        done=_("The proposed charter was withdrawn."),
        after="charter:rules",
        consequence=_("It is not pursued any more. The record keeps it; another can be proposed from its text."),
        grave=True,
    )


def adopt(request: Request, key: str) -> HttpResponse:
    """Adopting a charter: laid down as the founding one, or by a vote under the charter in force."""
    current = _draft(key)
    if queries.charter_in_force() is None:
        return _lay_down(request, current)
    return _by_vote(request, current)


def _lay_down(request: Request, current: CharterVersion) -> HttpResponse:
    return act_page(
        request,
        FoundingCharterForm,
        lambda values: actions.adopt_charter(
            by=request.actor,
            draft=current.id,
            digest=values["digest"],
            in_force_from=values["in_force_from"],
            reason=values["reason"],
        ),
        act="charter.adopt_charter",
        title=_("Lay down “%(title)s”") % {"title": in_words(current.title)},
        button=_("Lay down"),
        done=_("The charter is in force."),
        after="charter:version",
        after_args=[current.id],
        consequence=_(
            "The organisation decides by this charter from that day on. It cannot be taken back: every further charter needs the majority "
            "that this one asks for."
        ),
        grave=True,
        initial={"digest": current.digest, "in_force_from": timezone.now().date()},
    )


def _by_vote(request: Request, current: CharterVersion) -> HttpResponse:
    """The vote is entered by member, or as a table of its own."""
    check_may(request.actor, "charter.adopt_charter")
    today = timezone.now().date()
    holding = found_or_refused(queries.charter_in_force(today))
    charter, rule = holding.charter, holding.charter.rule(holding.charter.amended_by, today)
    members, voting = queries.electorate(today), queries.voters(today)
    form = AdoptionForm(
        request.POST if request.method == "POST" else None, initial={"digest": current.digest, "in_force_from": today}
    )
    choices = {key: request.POST.get(f"v.{key}", "absent") for key in members.snapshot.names}

    def vote(table: str, on: date) -> Vote:
        if not table:
            return Vote.on(voting, Record(Ballot(choices)))
        try:
            given = parse_votes(table, charter, rule, on, file=_("table"))
        except RulesError as error:
            raise Refused(error.told(language()), field="table") from error
        return Vote.on(given.snapshot, given.record)

    def does(values: dict[str, Any]) -> None:
        actions.adopt_charter(
            by=request.actor,
            draft=current.id,
            vote=vote(values["table"].strip(), today),
            digest=values["digest"],
            in_force_from=values["in_force_from"],
            reason=values["reason"],
        )

    if request.method == "POST" and form.attempt(does):
        messages.success(request, _("The charter was adopted."))
        return redirect("charter:version", current.id)
    page = {
        "form": form,
        "draft": current,
        "title": in_words(current.title),
        "rule": rule_told(rule, charter),
        "words": [(choice, chosen_word(choice)) for choice in (*CHOICES, *charter.choices)],
        "voters": sorted(
            (
                (name, f"v.{key}", choices.get(key, "absent"))
                for key, name in names_of(members.snapshot, members.names).items()
            ),
            key=lambda one: one[0].casefold(),
        ),
    }
    return render(request, "charter/adopt.html", page, status=422 if request.method == "POST" else 200)


def _draft(key: str) -> CharterVersion:
    current = found_or_refused(queries.version_by_id(key))
    return found_or_refused(current if current.is_draft else None)
