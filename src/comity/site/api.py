"""The API: routers of the groundwork and of each office under one description (OpenAPI at /api/v1/openapi.json)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from comity import __version__
from comity.groundwork import api as common
from comity.groundwork.api import Refusal
from comity.groundwork.refusals import ChangedMeanwhile, NotAllowed, NotFound, Refused
from comity.office.charter.api import router as charter
from comity.office.consultations.api import router as consultations
from comity.office.decisions.api import router as decisions
from comity.office.meetings.api import router as meetings
from comity.office.members.api import router as members
from comity.office.records.api import router as records

REFUSALS = {
    "4XX": {
        "description": "Not done, or not there",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
}


class Api(NinjaAPI):
    """Says of every route how it refuses, and that reading needs no key."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The description, with what the routes have in common."""
        described = super().get_openapi_schema(**options)
        described["components"]["schemas"]["Refusal"] = Refusal.model_json_schema()
        for path in described["paths"].values():
            for method, operation in path.items():
                operation["responses"] |= REFUSALS
                if method == "get":
                    operation["security"] = [*operation.get("security", ()), {}]
        return described


api = Api(
    title="Comity",
    version=__version__,
    urls_namespace="api",
    docs_url=None,  # its page would ask another site for scripts
    description="What the pages show and do. Acts need a key: make one on your own page of the site.",
)


def _refusal(request: HttpRequest, status: int, detail: str, field: str | None = None, **more: Any) -> HttpResponse:
    return api.create_response(request, {"detail": detail, "field": field, **more}, status=status)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Refusals speak to whoever reads the answer: a sentence, and the argument that is at fault."""
    if isinstance(error, ChangedMeanwhile):
        return _refusal(request, 409, str(error), error.field, since=list(error.since))
    status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, NotAllowed) else 422
    return _refusal(request, status, str(error), error.field)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the description, in the same shape: the first fault, and where it is."""
    first = error.errors[0]
    # The place begins with where it came from (query, path, body) and the name of the whole.
    where = ".".join(map(str, first["loc"][2:])) or str(first["loc"][-1])
    return _refusal(request, 422, f"{where}: {first['msg']}", where)


@api.exception_handler(AuthenticationError)
def without_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No key, or one that does not work."""
    answer = _refusal(request, 401, "Show a key that works: Authorization: Bearer comity_...")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def refused_otherwise(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Bodies that cannot be read, and keys that may read only."""
    return _refusal(request, error.status_code, str(error))


common.add_acts()
api.add_router("", common.events)
api.add_router("/acts", common.acts)
api.add_router("/charter", charter)
api.add_router("/consultations", consultations)
api.add_router("/decisions", decisions)
api.add_router("/meetings", meetings)
api.add_router("/members", members)
api.add_router("/records", records)
