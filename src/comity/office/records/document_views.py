"""Pages of documents: the list, one document, its files, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from comity.groundwork import files
from comity.groundwork.acts import check_may, may_do, version
from comity.groundwork.audiences import PUBLIC
from comity.groundwork.pages import (
    Request,
    act_page,
    found_or_refused,
    offer,
    page_of_list,
    part_of_timeline,
    text_given,
)
from comity.groundwork.queries import file_for
from comity.office.records import actions, queries
from comity.office.records.forms import (
    DocumentFilter,
    DraftForm,
    EmptyForm,
    FollowingForm,
    IssueForm,
    NewDraftForm,
    ReasonForm,
    VersionForm,
)
from comity.office.records.models import Document, Status
from comity.office.records.symbols import is_symbol

NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"
PDF_ALONE = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""For PDF: browsers do not start their own viewer within a sandbox."""


def documents(request: Request) -> HttpResponse:
    """The documents that a reader may read: `?q=&series=&status=&page=`."""
    reader = request.actor.reader
    form = DocumentFilter(request.GET)
    offered = [value for value in Status.choices if reader.all or value[0] != Status.DRAFT]
    offer(form, "series", [("", _("all")), *((name, name) for name in queries.series_used())])
    offer(form, "status", [("", _("any")), *offered])
    form.is_valid()
    asked = form.cleaned_data
    found = queries.documents(
        reader, series=asked.get("series", ""), status=asked.get("status", ""), search=asked.get("q", "")
    )
    page = {
        "form": form,
        "page": page_of_list(request, found),
        "asked": any(asked.values()),
        "may_enter": may_do(request.actor, "records.enter_document"),
    }
    return render(request, "records/documents.html", page)


def document(request: Request, key: str) -> HttpResponse:
    """A document, at the address that its symbol gives it; a draft by its id."""
    found: Document = found_or_refused(
        queries.document(request.actor.reader, key) if "/" not in key or is_symbol(key) else None
    )
    if found.symbol and found.symbol != key:
        return redirect("records:document", found.symbol)
    shown = queries.page(request.actor.reader, found)
    may_change = may_do(request.actor, "records.change_document")
    return render(
        request,
        "records/document.html",
        {
            "page": shown,
            "document": found,
            "may_draft": may_change and found.status == Status.DRAFT,
            "may_follow": may_change and found.status == Status.ISSUED,
            "may_withdraw": may_change and found.status != Status.WITHDRAWN,
            **part_of_timeline(request, about=found.ref),
        },
    )


def file(request: Request, key: str) -> HttpResponse:
    """A file as it was stored, if it is for this reader: shown where that is safe, else saved."""
    stored = found_or_refused(file_for(request.actor.reader, key))
    content = found_or_refused(files.read(stored.sha256))
    kind = f"{stored.media_type}; charset=utf-8" if stored.media_type.startswith("text/") else stored.media_type
    response = HttpResponse(content, kind)
    saved = stored.media_type not in files.SHOWN_INLINE or "save" in request.GET
    response["Content-Disposition"] = content_disposition_header(saved, stored.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = PDF_ALONE if stored.media_type == "application/pdf" else NO_SCRIPTS
    response["ETag"] = f'"{stored.sha256}"'
    # Kept a moment only: a file can be removed.
    response["Cache-Control"] = "public, max-age=60" if stored.audience == PUBLIC else "private, no-store"
    return get_conditional_response(request, response["ETag"], response=response) or response


# --- acts ---


def enter_document(request: Request) -> HttpResponse:
    """Beginning a document; `?base=` one that follows upon another, `?concerns=` one for a thing."""
    base = request.GET.get("base", "")
    if base:
        return _enter_following(request, base)

    def does(values: dict[str, Any]) -> None:
        actions.enter_document(
            by=request.actor,
            title=text_given(values["title"], values["language"]),
            series=values["series"],
            for_debate=values["for_debate"],
            audience=values["audience"],
            concerns=values["concerns"],
        )

    return act_page(
        request,
        NewDraftForm,
        does,
        act="records.enter_document",
        title=_("Begin a document"),
        button=_("Begin the draft"),
        done=_("The draft is begun: add its files, then issue it."),
        after="records:documents",
        initial={"concerns": request.GET.get("concerns", "")},
    )


def _enter_following(request: Request, base: str) -> HttpResponse:
    check_may(request.actor, "records.enter_document")
    before: Document = found_or_refused(queries.document(request.actor.reader, base))

    def does(values: dict[str, Any]) -> None:
        actions.enter_document(
            by=request.actor,
            title=text_given(values["title"], values["language"]),
            audience=values["audience"],
            relation=values["relation"],
            base=before.id,
        )

    return act_page(
        request,
        FollowingForm,
        does,
        act="records.enter_document",
        title=_("Follow upon %(document)s") % {"document": before.symbol or before.title},
        button=_("Begin the draft"),
        done=_("The draft is begun: add its files, then issue it."),
        after="records:documents",
        initial={
            "title": before.title.original,
            "language": before.title.original_language,
            "audience": before.audience,
        },
    )


def change_document(request: Request, key: str) -> HttpResponse:
    """Changing a draft."""
    current = _document(request, key, "records.change_document")

    def does(values: dict[str, Any]) -> None:
        actions.change_document(
            by=request.actor,
            document=key,
            title=text_given(values["title"], current=current.title),
            series=values.get("series"),
            for_debate=values.get("for_debate"),
            audience=values["audience"],
            seen=values["seen"],
        )

    def prepare(form: DraftForm) -> None:
        if current.base_id:
            del form.fields["series"], form.fields["for_debate"]

    return act_page(
        request,
        DraftForm,
        does,
        act="records.change_document",
        title=_("Change the draft"),
        done=_("The draft was changed."),
        after="records:document",
        after_args=[key],
        prepare=prepare,
        initial={
            "title": current.title.original,
            "series": current.series,
            "for_debate": current.for_debate,
            "audience": current.audience,
            "seen": version(current.ref),
        },
    )


def add_version(request: Request, key: str) -> HttpResponse:
    """Giving a document a file in a language."""
    current = _document(request, key, "records.add_version")

    def does(values: dict[str, Any]) -> None:
        given = values["content"]
        actions.add_version(
            by=request.actor, document=key, language=values["language"], name=given.name, content=given.read()
        )

    return act_page(
        request,
        VersionForm,
        does,
        act="records.add_version",
        title=_("Add a file to %(document)s") % {"document": current.symbol or current.title},
        button=_("Add"),
        done=_("The file was added."),
        after="records:document",
        after_args=[current.symbol or key],
        consequence=_("Its readers can read it at once, and it is not replaced after that.")
        if current.status == Status.ISSUED
        else "",
    )


def remove_version(request: Request, key: str) -> HttpResponse:
    """Taking a file out of a draft."""
    check_may(request.actor, "records.remove_version")
    found = found_or_refused(queries.version(request.actor.reader, key))
    return act_page(
        request,
        EmptyForm,
        lambda _values: actions.remove_version(by=request.actor, version=key),
        act="records.remove_version",
        title=_("Take “%(file)s” out of the draft") % {"file": found.file.name},
        button=_("Take out"),
        done=_("The file was taken out."),
        after="records:document",
        after_args=[found.document_id],
        consequence=_(
            "Its content is deleted. That it was there, and its hash, stay in the record of the secretariat."
        ),
        grave=True,
    )


def issue_document(request: Request, key: str) -> HttpResponse:
    """Issuing a document."""
    current = _document(request, key, "records.issue_document")
    return act_page(
        request,
        IssueForm,
        lambda values: actions.issue_document(
            by=request.actor, document=key, issued_on=values["issued_on"], seen=values["seen"]
        ),
        act="records.issue_document",
        title=_("Issue “%(title)s”") % {"title": current.title},
        button=_("Issue"),
        done=_("The document is issued."),
        after="records:document",
        after_args=[key],
        consequence=_(
            "It gets the next symbol of its series and opens to its readers, with its files. Neither changes after that: "
            "a corrigendum corrects it, a revision replaces it."
        ),
        grave=True,
        initial={"issued_on": request.actor.now.date(), "seen": version(current.ref)},
    )


def withdraw_document(request: Request, key: str) -> HttpResponse:
    """Withdrawing a document."""
    current = _document(request, key, "records.withdraw_document")
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.withdraw_document(by=request.actor, document=key, reason=values["reason"]),
        act="records.withdraw_document",
        title=_("Withdraw %(document)s") % {"document": current.symbol or current.title},
        button=_("Withdraw"),
        done=_("The document was withdrawn."),
        after="records:document",
        after_args=[current.symbol or key],
        consequence=_("It stays where it is, marked as withdrawn, with the reason. Its symbol is not given again."),
        grave=True,
    )


def _document(request: Request, key: str, act: str) -> Document:
    check_may(request.actor, act)
    return found_or_refused(queries.document(request.actor.reader, key))
