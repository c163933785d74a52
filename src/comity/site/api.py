"""The API: routers of the groundwork and of each office under one description (OpenAPI at /api/v1/openapi.json)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from comity import __version__
from comity.groundwork import api as common
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, NotFound, Refused
from comity.office.charter.api import router as charter

api = NinjaAPI(
    title="Comity",
    version=__version__,
    docs_url=None,  # its page would ask another site for scripts
    description="What the pages show and do. Acts need a key: make one on your own page of the site.",
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Refusals speak to whoever reads the answer: a sentence, and the argument that is at fault."""
    status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, NotAllowed) else 422
    if isinstance(error, ChangedMeanwhile):
        return api.create_response(request, {"detail": str(error), "field": None, "since": list(error.since)}, status=409)
    return api.create_response(request, {"detail": str(error), "field": error.field}, status=status)


common.add_acts()
api.add_router("", common.events)
api.add_router("/acts", common.acts)
api.add_router("/charter", charter)
