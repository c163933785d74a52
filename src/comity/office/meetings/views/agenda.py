"""Pages of the agenda."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from comity.groundwork.acts import version
from comity.groundwork.pages import Request, act_page, found_or_refused, offer, part_of_timeline, text_given
from comity.groundwork.queries import cited_by
from comity.groundwork.refs import Ref
from comity.office.meetings import actions
from comity.office.meetings.forms import (
    DocumentsForm,
    DropForm,
    ItemForm,
    MoveForm,
    NewItemForm,
    SureForm,
    symbols,
)
from comity.office.meetings.models import Item, Meeting
from comity.office.meetings.queries import meetings
from comity.office.meetings.views.meetings import found_here
from comity.office.members.queries.parties import things


def item(request: Request, key: str) -> HttpResponse:
    """An item: its documents, what cites it, what happened to it."""
    row = found_or_refused(meetings.item(key))
    current = found_here(request, row.meeting_id)
    page = {
        "row": row,
        "current": current,
        "number": meetings.number_of(row),
        "documents": next((one.documents for one in meetings.agenda(current) if one.item.id == key), ()),
        "cited": things(Ref.parse(citation.source) for citation in cited_by(row.ref)),
        "may_run": meetings.may_run(request.actor, current),
        **part_of_timeline(request, about=row.ref),
    }
    return render(request, "meetings/item.html", page)


def _found(request: Request, key: str, item: str) -> tuple[Meeting, Item]:
    current = found_here(request, key)
    row = found_or_refused(meetings.item(item))
    return current, found_or_refused(row if row.meeting_id == current.id else None)


def _places(current: Meeting, without: str = "") -> list[tuple[str, str]]:
    listed = meetings.agenda(current)
    named = [(one.item.id, f"{one.number}. {one.item.title}") for one in listed if one.item.id != without]
    return [*named, ("", _("(at the end)"))]


def add_item(request: Request, key: str) -> HttpResponse:
    """Putting an item on the agenda."""
    current = found_here(request, key)

    def does(values: dict[str, Any]) -> None:
        actions.add_item(
            by=request.actor,
            meeting=key,
            title=text_given(values["title"], values["language"]),
            before=values["before"] or None,
            documents=symbols(values["documents"]),
        )

    def prepare(form: NewItemForm) -> None:
        offer(form, "before", _places(current))

    return act_page(
        request,
        NewItemForm,
        does,
        act="meetings.add_item",
        title=_("Put an item on the agenda"),
        done=_("The item was added."),
        after="meetings:desk",
        after_args=[key],
        prepare=prepare,
        initial={"before": ""},
    )


def change_item(request: Request, key: str, item: str) -> HttpResponse:
    """Changing an item's title."""
    _current, row = _found(request, key, item)
    return act_page(
        request,
        ItemForm,
        lambda values: actions.change_item(
            by=request.actor,
            meeting=key,
            item=item,
            title=text_given(values["title"], current=row.title),
            seen=values["seen"],
        ),
        act="meetings.change_item",
        title=_("Change an item of the agenda"),
        done=_("The item was changed."),
        after="meetings:item",
        after_args=[item],
        initial={"title": row.title.original, "seen": version(row.ref)},
    )


def cite_documents(request: Request, key: str, item: str) -> HttpResponse:
    """Adding documents to an item."""
    _current, row = _found(request, key, item)
    return act_page(
        request,
        DocumentsForm,
        lambda values: actions.cite_documents(
            by=request.actor, meeting=key, item=item, documents=symbols(values["documents"])
        ),
        act="meetings.cite_documents",
        title=_("Documents for “%(item)s”") % {"item": row.title},
        done=_("The documents were added."),
        after="meetings:item",
        after_args=[item],
    )


def move_item(request: Request, key: str, item: str) -> HttpResponse:
    """Moving an item."""
    current, row = _found(request, key, item)

    def prepare(form: MoveForm) -> None:
        offer(form, "before", _places(current, item))

    return act_page(
        request,
        MoveForm,
        lambda values: actions.move_item(by=request.actor, meeting=key, item=item, before=values["before"] or None),
        act="meetings.move_item",
        title=_("Move “%(item)s”") % {"item": row.title},
        button=_("Move"),
        done=_("The item was moved; the numbers follow."),
        after="meetings:desk",
        after_args=[key],
        prepare=prepare,
        initial={"before": ""},
    )


def drop_item(request: Request, key: str, item: str) -> HttpResponse:
    """Taking an item off the agenda."""
    _current, row = _found(request, key, item)
    return act_page(
        request,
        DropForm,
        lambda values: actions.drop_item(by=request.actor, meeting=key, item=item, reason=values["reason"]),
        act="meetings.drop_item",
        title=_("Take “%(item)s” off the agenda") % {"item": row.title},
        button=_("Take it off"),
        done=_("The item was taken off the agenda."),
        after="meetings:desk",
        after_args=[key],
        consequence=_("The numbers of the items behind it move up. The record keeps it."),
        grave=True,
    )


def _step(name: str, title: str, button: str, done: str) -> Any:
    def page(request: Request, key: str, item: str) -> HttpResponse:
        _current, row = _found(request, key, item)
        return act_page(
            request,
            SureForm,
            lambda _values: getattr(actions, name)(by=request.actor, meeting=key, item=item),
            act=f"meetings.{name}",
            title=_(title) % {"item": row.title},
            button=_(button),
            done=_(done),
            after="meetings:desk",
            after_args=[key],
        )

    return page


take_up_item = _step(
    "take_up_item",
    gettext_noop("Take up “%(item)s”"),
    gettext_noop("Take up the item"),
    gettext_noop("The item was taken up."),
)
conclude_item = _step(
    "conclude_item",
    gettext_noop("Conclude “%(item)s”"),
    gettext_noop("Conclude the item"),
    gettext_noop("The item was concluded."),
)
