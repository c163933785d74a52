"""The register and its parties: pages, entries, duplicates, the register as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do, version
from comity.groundwork.audiences import MEMBERS
from comity.groundwork.pages import (
    Request,
    act_page,
    found_or_refused,
    offer,
    page_of_list,
    part_of_timeline,
    text_given,
)
from comity.groundwork.queries import cited_by, cites, files_at
from comity.groundwork.refs import Ref
from comity.groundwork.translated import Text
from comity.office.members import actions
from comity.office.members.forms import ImportForm, MergeForm, PartyForm, RegisterFilter, StrikeForm
from comity.office.members.models import Party
from comity.office.members.names import name_of, region_name
from comity.office.members.queries import blocs, delegations, depositary, dues, entry, rights, status
from comity.office.members.queries import register as listing
from comity.office.members.queries.parties import naming, party_choices, shown_name, things
from comity.office.members.queries.parties import party as party_by_id
from comity.office.members.register_csv import write
from comity.office.members.tile_map import tile_map
from comity.office.members.vocabulary import GROUPS, PartyKind, Reading

LONGEST = 250
"""Rows of the register on one page: more than there are states."""


def current_party(key: str) -> Party:
    """The party of a page on which something is done. Raises NotFound, also for a duplicate's entry."""
    found = found_or_refused(party_by_id(key))
    return found_or_refused(found if found.merged_into_id is None else None)


def register(request: Request) -> HttpResponse:
    """Who stands where: counts, the map by region, the table; on any day, as known at the end of any day."""
    form = RegisterFilter(request.GET or None)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    seen = _picture(request, asked)
    rows = listing.register(seen)
    shown = listing.chosen(
        rows,
        status=asked.get("status", ""),
        kind=asked.get("kind", ""),
        region=asked.get("region", ""),
        contested=asked.get("contested", False),
    )
    return render(
        request,
        "members/register.html",
        {
            "form": form,
            "seen": seen,
            "filtered": len(shown) != len(rows),
            "empty": not rows,
            "counts": listing.counts(rows),
            "force": status.on_force(seen),
            "force_with_contested": status.on_force(seen, Reading.ALL),
            "map": tile_map(listing.tiles(shown)),
            "page": page_of_list(request, shown, LONGEST),
            "may_register": may_do(request.actor, "members.register_party"),
            "may_import": may_do(request.actor, "members.import_register"),
        },
    )


def _picture(request: Request, asked: dict[str, Any]) -> status.Picture:
    known: date | None = asked.get("known")
    moment = None if known is None else datetime.combine(known, time.max, UTC)
    return status.picture(asked.get("on") or request.actor.now.date(), moment)


def entry_into_force(request: Request) -> HttpResponse:
    """The count towards entry into force by the clause of the charter, `?on=` a day; for whom the agreement is in force since when."""
    form = RegisterFilter(request.GET or None)
    seen = _picture(request, form.cleaned_data if form.is_valid() else {})
    page = {
        "seen": seen,
        "count": entry.count(seen),
        "force": status.on_force(seen),
        "force_with_contested": status.on_force(seen, Reading.ALL),
    }
    return render(request, "members/entry_into_force.html", page)


def export(request: Request) -> HttpResponse:
    """The register as a file that can be imported again."""
    response = HttpResponse(write(listing.export_lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="register.csv"'
    return response


def import_register(request: Request) -> HttpResponse:
    """Entering a register from a file."""

    def does(values: dict[str, Any]) -> None:
        actions.import_register(by=request.actor, content=values["file"].read())

    return act_page(
        request,
        ImportForm,
        does,
        act="members.import_register",
        title=_("Import a register"),
        lede=_(
            "One line for each fact: who, what happened, when, from which source, how good the evidence is, and whether "
            "somebody contests it. What is on record already is passed over."
        ),
        button=_("Import"),
        done=_("The register was imported."),
        after="members:register",
        consequence=_("All lines are entered or none. What was entered can be corrected fact by fact."),
    )


def party(request: Request, key: str) -> HttpResponse:
    """One party: where it stands and on what evidence, who speaks for it, everything that it did."""
    current = found_or_refused(party_by_id(key))
    if current.merged_into_id is not None:
        return redirect("members:party", current.merged_into_id)
    form = RegisterFilter(request.GET or None)
    seen = _picture(request, form.cleaned_data if form.is_valid() else {})
    reader, today = request.actor.reader, request.actor.now.date()
    standing, sure = seen.both(current.id)
    row = listing.Row(current, name_of(current, naming()), standing, sure)
    years = dues.dues(current.id, today, reader)
    may = {name: may_do(request.actor, f"members.{name}", party=key) for name in _ACTS}
    return render(
        request,
        "members/party.html",
        {
            "party": current,
            "row": row,
            "membership": status.on_membership(standing),
            "kind": PartyKind(current.kind).label,
            "region": region_name(current.region) if current.region else "",
            "seen": seen,
            "history": status.history(current.id),
            "declarations": depositary.declarations(current.id),
            "delegation": delegations.delegation(current.id, today, reader),
            "authorities": [delegations.authority(one, today) for one in delegations.credentials(current.id, reader)],
            "blocs": blocs.blocs_of(current.id),
            "is_group": current.kind in GROUPS,
            "group": blocs.members_of(current.id) if current.kind in GROUPS else [],
            "rights": rights.rights(standing, sure),
            "notes": rights.notes_on_rights(years),
            "dues": years,
            "for_members": reader.may_read(MEMBERS),
            "files": files_at(current.ref, reader),
            "cites": things(Ref.parse(one.target) for one in cites(current.ref)),
            "cited_by": things(Ref.parse(one.source) for one in cited_by(current.ref)),
            "may": may,
            "may_contest": may["contest_status"] or bool(delegations.parties_spoken_for(request.actor)),
            "may_facts": may["correct_status"] or bool(delegations.parties_spoken_for(request.actor)),
            "may_any": any(may.values()),
            **part_of_timeline(request, about=current.ref),
        },
    )


_ACTS = (
    "record_status",
    "record_succession",
    "correct_status",
    "contest_status",
    "settle_contest",
    "declare",
    "object_to",
    "receive_credential",
    "examine_credential",
    "name_delegate",
    "recall_delegate",
    "join_bloc",
    "leave_bloc",
    "opt_out",
    "end_opt_out",
    "assess_dues",
    "record_payment",
    "strike_entry",
    "change_party",
    "merge_parties",
)
"""Acts to which a party's page leads."""


def _name_given(values: dict[str, Any], current: Text | None = None) -> Text:
    """The name that a form gives: none, a new one, or the current one in new words."""
    written, language = values["name"], values["language"]
    if not written:
        return Text()
    if current and current.original_language == language:
        return text_given(written, current=current)
    return text_given(written, language)


def register_party(request: Request) -> HttpResponse:
    """Entering a party."""

    def does(values: dict[str, Any]) -> None:
        actions.register_party(
            by=request.actor,
            kind=values["kind"],
            name=_name_given(values),
            iso3=values["iso3"],
            region=values["region"] or None,
        )

    return act_page(
        request,
        PartyForm,
        does,
        act="members.register_party",
        title=_("Enter a party"),
        lede=_("An entry says nothing on where a party stands: that is a fact, with its day and source, entered next."),
        done=_("The party was entered."),
        after="members:register",
        initial={"kind": PartyKind.STATE},
    )


def change_party(request: Request, key: str) -> HttpResponse:
    """Changing a party's entry."""
    current = current_party(key)

    def does(values: dict[str, Any]) -> None:
        actions.change_party(
            by=request.actor,
            party=key,
            kind=values["kind"],
            name=_name_given(values, current.name),
            iso3=values["iso3"],
            region=values["region"],
            seen=values["seen"],
        )

    return act_page(
        request,
        PartyForm,
        does,
        act="members.change_party",
        title=_("Change the entry of %(party)s") % {"party": shown_name(current)},
        done=_("The entry was changed."),
        after="members:party",
        after_args=[key],
        initial={
            "kind": current.kind,
            "iso3": current.iso3,
            "name": current.name.original,
            "language": current.name.original_language if current.name else get_language(),
            "region": current.region,
            "seen": version(current.ref),
        },
    )


def merge_parties(request: Request, key: str) -> HttpResponse:
    """Merging a duplicate."""
    current = current_party(key)

    def prepare(form: MergeForm) -> None:
        offer(form, "kept", [("", "—"), *party_choices(without=key)])

    return act_page(
        request,
        MergeForm,
        lambda values: actions.merge_parties(by=request.actor, party=key, kept=values["kept"], reason=values["reason"]),
        act="members.merge_parties",
        title=_("Merge the entry of %(party)s into another") % {"party": shown_name(current)},
        button=_("Merge"),
        done=_("The entries were merged."),
        after="members:party",
        after_args=[key],
        prepare=prepare,
        consequence=_(
            "Everything that was entered here belongs to the other entry from now on, and this address leads there. "
            "This cannot be undone."
        ),
        grave=True,
    )


def strike_entry(request: Request, register: str, key: str, party: str) -> HttpResponse:
    """Striking an entry that was made in error."""
    current = current_party(party)
    return act_page(
        request,
        StrikeForm,
        lambda values: actions.strike_entry(by=request.actor, kind=register, entry=key, reason=values["reason"]),
        act="members.strike_entry",
        title=_("Strike an entry on %(party)s") % {"party": shown_name(current)},
        button=_("Strike"),
        done=_("The entry was struck."),
        after="members:party",
        after_args=[party],
        consequence=_(
            "The entry no longer counts and is no longer shown. The record keeps that it was made and struck."
        ),
        grave=True,
    )
