"""What stands between the server and the views: who acts, refusals as pages, and what may be kept by caches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from comity.groundwork.acts import actor_for
from comity.groundwork.refusals import NotAllowed, NotFound, Refused, Unavailable

Answer = Callable[[HttpRequest], HttpResponse]
_STATUS: dict[type[Exception], int] = {NotFound: 404, NotAllowed: 403, Unavailable: 503}


class WhoActs:
    """Gives each request its actor, and turns a refusal that no view met into a page that says why."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The actor is found out when somebody asks."""
        user = request.user
        request.actor = SimpleLazyObject(lambda: actor_for(user if user.is_authenticated else None))  # type: ignore[attr-defined]
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refusals speak to the person; anything else is an error of the program."""
        if not isinstance(error, Refused):
            return None
        status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 409)
        answer = render(request, "refused.html", {"refused": error, "status": status}, status=status)
        if status == 503:
            answer["Retry-After"] = "10"
        return answer


class ReaderPages:
    """Pages for readers who are not signed in may be kept by caches for a minute, and are not sent again unchanged."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Whoever sends a session cookie, or a key for programs, gets an answer of their own, which nobody keeps."""
        response = self.answer(request)
        if request.method not in {"GET", "HEAD"} or response.status_code != 200 or response.has_header("Cache-Control"):
            return response
        patch_vary_headers(response, ("Authorization", "Cookie", "HX-Request"))
        known = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        if known or response.cookies:
            response["Cache-Control"] = "private, no-store"
            return response
        response["Cache-Control"] = "public, max-age=60"
        if response.streaming:
            return response
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        if not _has_it(request, response["ETag"]):
            return response
        unchanged = HttpResponseNotModified()
        for header in ("ETag", "Cache-Control", "Vary"):
            unchanged[header] = response[header]
        return unchanged


def _has_it(request: HttpRequest, etag: str) -> bool:
    """Whether whoever asks holds this version. Compared weakly: what compresses on the way marks an ETag as weak."""
    held = request.headers.get("If-None-Match", "").split(",")
    return any(one.strip().removeprefix("W/") == etag for one in held)
