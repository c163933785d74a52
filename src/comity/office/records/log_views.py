"""The log for programs: its key, heads, leaves and proofs, at addresses that hold for ever; and documents by their symbols.

What never changes is kept by caches for ever; the newest head for a few seconds. Nothing here depends on who asks, but the page to
which a symbol leads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers

from comity.groundwork.models import Event
from comity.groundwork.pages import Request
from comity.ledger.export import verifier_source
from comity.ledger.merkle import ProofError
from comity.ledger.note import encode64
from comity.office.records import proofs
from comity.office.records.keys import public_log_key
from comity.office.records.models import Checkpoint

TEXT = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"
A_MOMENT = "public, max-age=10"

Answer = Callable[..., tuple[bytes, str, str] | None]


def _public(what: Answer) -> Callable[..., HttpResponse]:
    """A view from content, type and how long it may be kept; None: not found. Whoever holds it already is told so."""

    @wraps(what)
    def answer(request: HttpRequest, **given: Any) -> HttpResponse:
        try:
            found = what(request, **given)
        except (ProofError, ValueError) as error:
            return HttpResponse(f"{error}\n", TEXT, 400)
        if found is None:
            return HttpResponse("not here, or not yet under a published checkpoint: ask again in a minute\n", TEXT, 404)
        content, kind, kept = found
        response = HttpResponse(content, kind)
        response["X-Content-Type-Options"] = "nosniff"
        response["ETag"], response["Cache-Control"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"', kept
        return get_conditional_response(request, response["ETag"], response=response) or response

    return answer


@_public
def key(_request: HttpRequest) -> tuple[bytes, str, str]:
    """The log's public key."""
    return f"{public_log_key()}\n".encode(), TEXT, A_MOMENT


@_public
def checkpoint(_request: HttpRequest) -> tuple[bytes, str, str] | None:
    """The newest published head, with the cosignatures that it has so far."""
    found = proofs.latest()
    return None if found is None else (proofs.note_of(found).encode(), TEXT, A_MOMENT)


@_public
def checkpoint_of(_request: HttpRequest, size: int) -> tuple[bytes, str, str] | None:
    """The published head of a size. Cosignatures may still come to it."""
    found = Checkpoint.objects.prefetch_related("cosignatures").filter(size=size).first()
    return None if found is None else (proofs.note_of(found).encode(), TEXT, A_MOMENT)


@_public
def leaf(_request: HttpRequest, index: int) -> tuple[bytes, str, str] | None:
    """A leaf of the log, byte for byte as it was hashed."""
    found = proofs.leaf(index)
    return None if found is None else (found, "application/json", FOR_EVER)


@_public
def proof(_request: HttpRequest, key: str) -> tuple[bytes, str, str] | None:
    """The proof of an event by its number or id, as a `.tlog-proof` file with the leaf as extra data."""
    named = {"seq": int(key)} if key.isdecimal() and len(key) <= 18 else {"id": key}
    found = Event.objects.filter(**named).values_list("seq", "leaf").first()
    over = None if found is None else proofs.over(found[0])
    if found is None or over is None:
        return None
    extra = json.dumps({"leaf": bytes(found[1]).decode()}, ensure_ascii=False).encode()
    return proofs.with_extra(proofs.leaf_proof(found[0], over), extra), TEXT, A_MOMENT


@_public
def consistency(request: HttpRequest) -> tuple[bytes, str, str] | None:
    """The proof that the head of size `new` continues that of size `old`: hashes in base64. Without `new`: the newest head."""
    newest = proofs.latest()
    if newest is None:
        return None
    old, new = _size(request, "old"), _size(request, "new", newest.size)
    if new > newest.size:
        return None
    hashes = [encode64(one) for one in proofs.consistency(old, new)]
    return (
        json.dumps({"old": old, "new": new, "hashes": hashes}).encode(),
        "application/json",
        FOR_EVER if "new" in request.GET else A_MOMENT,
    )


def _size(request: HttpRequest, name: str, default: int | None = None) -> int:
    written = request.GET.get(name)
    if written is None and default is not None:
        return default
    if written is None or not (written.isascii() and written.isdigit()) or len(written) > 18:
        raise ValueError(f"write ?{name}= and a number of events")
    return int(written)


@_public
def verifier(_request: HttpRequest) -> tuple[bytes, str, str]:
    """The program that verifies an export, without Comity."""
    return verifier_source(), "text/x-python; charset=utf-8", A_MOMENT


@_public
def event_checker(_request: HttpRequest) -> tuple[bytes, str, str]:
    """The program that checks the proof of one event, without Comity."""
    return (Path(__file__).parent / "check_event.py").read_bytes(), "text/x-python; charset=utf-8", A_MOMENT


def document(request: Request, symbol: str) -> HttpResponse:
    """A document by its symbol, in the language of whoever asks."""
    response = HttpResponseRedirect(reverse("records:document", args=[symbol]))
    response["Cache-Control"] = A_MOMENT
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response
