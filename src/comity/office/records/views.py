"""Pages of the records office: the timeline, things, events with their proofs, feeds, heads and witnesses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.groundwork.acts import may_do
from comity.groundwork.audiences import ANYONE, PUBLIC
from comity.groundwork.facts import FACTS
from comity.groundwork.pages import Request, act_page, found_or_refused, offer, page_of_list, part_of_timeline
from comity.groundwork.queries import Entry, Thing
from comity.groundwork.queries import timeline as groundwork_timeline
from comity.groundwork.refs import KINDS, PERSON_KIND, Ref, name_all, page_of
from comity.groundwork.refusals import Refused
from comity.groundwork.translated import Text
from comity.ledger import Opening
from comity.office.records import actions, feeds, proofs, queries
from comity.office.records.forms import (
    CosignatureForm,
    EmptyForm,
    ReasonForm,
    TimelineFilter,
    WitnessForm,
)
from comity.office.records.keys import public_log_key

FEED_PART = 50

# --- what happened ---


def timeline(request: Request) -> HttpResponse:
    """What happened, newest first: `?kind=&audience=&since=&until=&thing=&actor=&before=`."""
    form = TimelineFilter(request.GET)
    offer(form, "kind", [("", _("everything")), *_kinds()])
    thing = queries.thing_for(request.actor.reader, request.GET.get("thing", ""))
    actor = _person(request, request.GET.get("actor", ""))
    page = {
        "form": form,
        "thing": thing,
        "actor": actor,
        "several_audiences": request.actor.reader != ANYONE,
        **part_of_timeline(
            request,
            about=thing.ref if thing else None,
            actor=actor.ref.id if actor else None,
            **_asked(form),
        ),
    }
    return render(request, "records/timeline.html", page)


def _asked(form: TimelineFilter) -> dict[str, Any]:
    """The filters that are sound; the others are shown with what is wrong with them."""
    form.is_valid()
    values = form.cleaned_data
    asked: dict[str, Any] = {}
    if kind := values.get("kind"):
        asked["types"] = [name for name in FACTS if name == kind or name.partition(".")[0] == kind]
    if audience := values.get("audience"):
        asked["audience"] = audience
    if since := values.get("since"):
        asked["since"] = datetime.combine(since, time(), UTC)
    if until := values.get("until"):
        asked["until"] = datetime.combine(until, time.max, UTC)
    return asked


def _kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """Types of event by office; each group begins with all of the office."""
    groups = []
    for label in dict.fromkeys(name.partition(".")[0] for name in sorted(FACTS)):
        word = str(apps.get_app_config(label).verbose_name)
        types = [(name, name) for name in sorted(FACTS) if name.partition(".")[0] == label]
        groups.append((word, [(label, _("%(office)s: everything") % {"office": word}), *types]))
    return groups


def _person(request: Request, key: str) -> Thing | None:
    """Somebody who did something that the reader may read of."""
    if not key or not groundwork_timeline(request.actor.reader, actor=key, limit=1):
        return None
    ref = Ref(PERSON_KIND, key)
    return Thing(ref, name_all([ref])[ref], page_of(ref))


def thing(request: Request, ref: str) -> HttpResponse:
    """What happened to one thing, of whatever kind."""
    found = found_or_refused(queries.thing_for(request.actor.reader, ref))
    page = {"thing": found, "kind": KINDS[found.ref.kind].word, **part_of_timeline(request, about=found.ref)}
    return render(request, "records/thing.html", page)


def event(request: Request, key: str) -> HttpResponse:
    """One event: what it says, its leaf, its parts, its proof."""
    found = found_or_refused(queries.event(request.actor.reader, key, request.actor.now))
    over = proofs.over(found.seq)
    page = {
        "event": found,
        "says": [(name, _readable(value)) for name, value in found.says.items()],
        "parts": [
            (part, [(name, _readable(value)) for name, value in (part.said or {}).items()]) for part in found.parts
        ],
        "leaf": found.leaf.decode(),
        "leaf_hash": found.hash.hex(),
        "over": over,
        "key": str(public_log_key()),
    }
    return render(request, "records/event.html", page)


def _readable(value: Any) -> Text | str:
    if isinstance(value, dict) and set(value) == {"original_language", "wordings"}:
        return Text.from_json(value)
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def event_proof(request: Request, key: str) -> HttpResponse:
    """The proof of an event as a file, with what this reader may see of it."""
    found = found_or_refused(queries.event(request.actor.reader, key, request.actor.now))
    over = proofs.over(found.seq)
    if over is None:
        raise Refused(_("This event is not under a published checkpoint yet. The next one is made within a minute."))
    parts = {
        name: {"payload": given.payload.decode(), "salt": given.salt.hex()}
        for name, given in found.record.parts.items()
        if isinstance(given, Opening)
    }
    extra = {"leaf": found.leaf.decode(), **({"parts": parts} if parts else {})}
    content = proofs.with_extra(proofs.leaf_proof(found.seq, over), json.dumps(extra, ensure_ascii=False).encode())
    response = HttpResponse(content, "text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"event-{found.seq}.tlog-proof")
    if found.entry is None or found.entry.audience != PUBLIC:
        response["Cache-Control"] = "private, no-store"
    return response


# --- for other programs: what is public ---


def feed(request: Request, ref: str = "") -> HttpResponse:
    """The public record as an Atom feed, of all or of one thing."""
    found = found_or_refused(queries.thing_for(ANYONE, ref)) if ref else None
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) <= 18 else None
    listed = groundwork_timeline(ANYONE, about=found.ref if found else None, before=before, limit=FEED_PART + 1)
    part = listed[:FEED_PART]
    content = feeds.atom(
        part,
        title=found.name if found else _("The record"),
        page=request.build_absolute_uri(_page_behind(found)),
        feed=request.build_absolute_uri(),
        earlier=request.build_absolute_uri(f"{request.path}?before={part[-1].seq}")
        if len(listed) > FEED_PART
        else None,
        language=get_language() or "en",
        origin=public_log_key().name,
        event_url=lambda entry: _event_url(request, entry),
    )
    return HttpResponse(content, "application/atom+xml; charset=utf-8")


def calendar(request: Request, ref: str = "") -> HttpResponse:
    """What in the public record carries a date, as a calendar, of all or of one thing."""
    found = found_or_refused(queries.thing_for(ANYONE, ref)) if ref else None
    dated = groundwork_timeline(ANYONE, about=found.ref if found else None, types=feeds.DATED, limit=feeds.MOST_DATED)
    content = feeds.calendar(
        dated,
        title=found.name if found else _("The record"),
        origin=public_log_key().name,
        event_url=lambda entry: _event_url(request, entry),
    )
    return HttpResponse(content, "text/calendar; charset=utf-8")


def _page_behind(found: Thing | None) -> str:
    return reverse("records:thing", args=[str(found.ref)]) if found else reverse("records:timeline")


def _event_url(request: Request, entry: Entry) -> str:
    return request.build_absolute_uri(reverse("records:event", args=[entry.seq]))


# --- heads and witnesses ---


def verify(request: Request) -> HttpResponse:
    """How anybody verifies the record, and how it stands."""
    newest = proofs.latest()
    page = {
        "key": str(public_log_key()),
        "newest": newest,
        "note": proofs.note_of(newest).encode().decode() if newest else "",
        "witnesses": queries.witnesses(),
    }
    return render(request, "records/verify.html", page)


def checkpoints(request: Request) -> HttpResponse:
    """The published heads of the log, and who cosigned them."""
    page = {
        "page": page_of_list(request, queries.published_heads()),
        "witnesses": queries.witnesses(),
        "may_publish": may_do(request.actor, "records.publish_checkpoint"),
        "may_register": may_do(request.actor, "records.register_witness"),
    }
    return render(request, "records/checkpoints.html", page)


def publish_checkpoint(request: Request) -> HttpResponse:
    """Publishing the head of the log now."""
    return act_page(
        request,
        EmptyForm,
        lambda _values: actions.publish_checkpoint(by=request.actor),
        act="records.publish_checkpoint",
        title=_("Publish a checkpoint"),
        button=_("Sign and publish"),
        done=_("The head of the record is published."),
        after="records:checkpoints",
        lede=_(
            "The head of the record is signed and published by itself within a minute after something happened. You can do it at once."
        ),
    )


def register_witness(request: Request) -> HttpResponse:
    """Registering a witness."""
    return act_page(
        request,
        WitnessForm,
        lambda values: actions.register_witness(
            by=request.actor, name=values["name"], key=values["key"], url=values["url"]
        ),
        act="records.register_witness",
        title=_("Register a witness"),
        button=_("Register"),
        done=_("The witness is registered and will be asked."),
        after="records:checkpoints",
        lede=_(
            "A witness remembers the head of the record with a key of its own, and finds out if the record were ever "
            "rewritten. Delegations, libraries and courts make good witnesses."
        ),
    )


def retire_witness(request: Request, key: str) -> HttpResponse:
    """Asking a witness no longer."""
    current = found_or_refused(queries.witness(key))
    return act_page(
        request,
        ReasonForm,
        lambda values: actions.retire_witness(by=request.actor, witness=key, reason=values["reason"]),
        act="records.retire_witness",
        title=_("Ask %(witness)s no longer") % {"witness": current.name},
        button=_("Ask no longer"),
        done=_("The witness is not asked any more."),
        after="records:checkpoints",
        consequence=_(
            "New checkpoints are not shown to this witness any more. What it cosigned stands. Its key cannot be registered again."
        ),
        grave=True,
    )


def add_cosignature(request: Request, key: str) -> HttpResponse:
    """Entering a cosignature that was given by hand."""
    current = found_or_refused(queries.witness(key))
    return act_page(
        request,
        CosignatureForm,
        lambda values: actions.add_cosignature(by=request.actor, witness=key, note=values["note"]),
        act="records.add_cosignature",
        title=_("Enter a cosignature of %(witness)s") % {"witness": current.name},
        done=_("The cosignature is entered and published."),
        after="records:checkpoints",
    )
