"""Pages of the house as a whole: the first page, health."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from comity.groundwork.acts import may_do
from comity.groundwork.facts import routine
from comity.groundwork.jobs import counts
from comity.groundwork.pages import Request
from comity.groundwork.panels import waits_for
from comity.groundwork.queries import log_size, timeline
from comity.office.charter import queries as charter


def home(request: Request) -> HttpResponse:
    """What this organisation is, what is going on now, what waits for me."""
    if charter.organisation() is None:
        return render(request, "unfounded.html", {"may_found": may_do(request.actor, "charter.found")})
    waiting = waits_for(request.actor) if request.actor.person_id is not None else []
    going_on = timeline(request.actor.reader, without=routine(), limit=10)
    return render(request, "home.html", {"waiting": waiting, "timeline": going_on})


def health(request: HttpRequest) -> HttpResponse:
    """For whoever watches over the server: answers if the database does."""
    return JsonResponse({"status": "ok", "log_size": log_size()})


def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever watches over the server, in the text format of Prometheus: counts only, nothing about anybody."""
    waiting, failed = counts()
    lines = [
        f"# HELP comity_{name} {meaning}\n# TYPE comity_{name} gauge\ncomity_{name} {number}\n"
        for name, meaning, number in (
            ("log_size", "Events in the log.", log_size()),
            ("jobs_waiting", "Jobs that are still to be done.", waiting),
            ("jobs_given_up", "Jobs that were given up after many attempts.", failed),
        )
    ]
    answer = HttpResponse("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
